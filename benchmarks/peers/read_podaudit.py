"""Reads a chat with podaudit: ``read_podaudit.py chat.txt``."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import time
from pathlib import Path

from tell import tell

import podaudit
import podaudit.export
from podaudit.export import read
from podaudit.model import Kind, Options

# podaudit imports its libraries while it reads. Imports are not counted here, for no reader.
LATE = ("pandas", "pyarrow", "pyarrow.compute", "pyarrow.pandas_compat", "phonenumbers", "regex", "importlib.readers")


def main() -> None:
    for module in pkgutil.iter_modules(podaudit.export.__path__, "podaudit.export."):
        importlib.import_module(module.name)
    for name in LATE:
        importlib.import_module(name)
    path = Path(sys.argv[1])
    started = time.perf_counter()
    export = read(path, name=path.name, options=Options())
    seconds = time.perf_counter() - started
    times = export.messages.loc[export.messages["kind"] != Kind.GAP.value, "time"]
    tell(seconds, len(times), times.min().to_pydatetime(), times.max().to_pydatetime(), "pandas", "pyarrow", "numpy")


if __name__ == "__main__":
    main()
