"""``python -m tests.hostile FOLDER [NAME ...]``: write the hostile and broken files, each in a folder of its name."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.hostile.cases import CASES


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description="Write hostile and broken files.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("name", nargs="*", help="otherwise all")
    given = parser.parse_args()
    wanted = [case for case in CASES if not given.name or case.name in given.name]
    for case in wanted:
        place = given.folder / case.name
        place.mkdir(parents=True)
        print(case.name, *case.make(place), sep="\t")
    print(f"{len(wanted)} of {len(CASES)} cases in {len({case.threat for case in wanted})} classes")


if __name__ == "__main__":
    main()
