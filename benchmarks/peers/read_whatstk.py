"""Reads a chat with whatstk: ``read_whatstk.py chat.txt [format of the header]``; without a format it finds one."""

from __future__ import annotations

import sys
import time

from tell import tell
from whatstk import df_from_whatsapp


def main() -> None:
    path = sys.argv[1]
    hformat = sys.argv[2] if len(sys.argv) > 2 else None
    started = time.perf_counter()
    # It refuses more than 50 MB unless told not to.
    chat = df_from_whatsapp(path, hformat=hformat, auto_header=hformat is None, max_size=None)
    seconds = time.perf_counter() - started
    tell(seconds, len(chat), chat["date"].min(), chat["date"].max(), "whatstk", "pandas", "numpy")


if __name__ == "__main__":
    main()
