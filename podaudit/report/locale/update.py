"""Bring the catalogues up to date with the messages in the code and the templates, and compile them.

For translators: ``python podaudit/report/locale/update.py``. It needs Babel, which the development group installs. A
message that has no translation yet stands in the ``.po`` file with an empty one; a test fails until it has one and this
was run again.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).resolve().parent
_KEYWORDS = {"N_": None, "_": None, "gettext": None, "ngettext": (1, 2), "say": None, "say_n": (1, 2)}
_OPTIONS = {"**.html": {"extensions": "jinja2.ext.i18n", "newstyle_gettext": "true"}}


def messages(templates: Path) -> Catalog:
    """All messages of the report: those of its modules and of its templates."""
    found: dict[str | tuple[str, ...], str] = {}
    for folder, method in ((HERE.parent, ("**.py", "python")), (templates, ("**.html", "jinja2"))):
        for name, _, message, _, _ in extract_from_dir(folder, [method], keywords=_KEYWORDS, options_map=_OPTIONS):
            found.setdefault(message, f"{folder.name}/{name}")
    catalogue = Catalog(fuzzy=False)
    for message, place in sorted(found.items(), key=lambda item: (item[1], str(item[0]))):
        catalogue.add(message, locations=[(place, 0)])
    return catalogue


def main() -> None:
    """Update and compile every catalogue beside this file; messages that are no longer used go."""
    from podaudit.resources import templates_dir

    template = messages(templates_dir())
    for path in sorted(HERE.glob("*/LC_MESSAGES/report.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=path.parts[-3])
        catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, catalogue, width=120, include_lineno=False)
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue)


if __name__ == "__main__":
    main()
