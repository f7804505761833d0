"""Bring the catalogues up to date with the messages in the code and the templates, and compile them.

For translators: ``python podaudit/report/locale/update.py``. It needs Babel, which the development group installs. A
message that has no translation yet stands in the ``.po`` file with an empty one; a test fails until it has one and this
was run again. What a term of the codebook is called in each language stands in ``glossary.toml``. How each language
writes numbers and dates is taken from the Unicode CLDR, as Babel ships it, into ``forms.toml``: so that the report needs
neither Babel nor its 36 MB of locales.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from podaudit import __version__
from podaudit.report.language import LANGUAGES
from podaudit.resources import templates_dir

HERE = Path(__file__).resolve().parent
_KEYWORDS = {"N_": None, "_": None, "gettext": None, "ngettext": (1, 2), "say": None, "say_n": (1, 2)}
_OPTIONS = {"**": {"extensions": "jinja2.ext.i18n", "newstyle_gettext": "true"}}


def messages(templates: Path) -> Catalog:
    """All messages of the report: those of its modules and of its templates."""
    found: dict[str | tuple[str, ...], str] = {}
    for folder, method in (
        (HERE.parent, ("**.py", "python")),
        (templates, ("**.html", "jinja2")),
        (templates, ("**.css", "jinja2")),
    ):
        for name, _, message, _, _ in extract_from_dir(folder, [method], keywords=_KEYWORDS, options_map=_OPTIONS):
            found.setdefault(message, f"{folder.name}/{name}")
    catalogue = Catalog(fuzzy=False)
    for message, place in sorted(found.items(), key=lambda item: (item[1], str(item[0]))):
        catalogue.add(message, locations=[(place, 0)])
    return catalogue


# English without a country puts the day first, as everybody but the United States does; its month names are the shortest.
_PATTERNS_OF = {"en": "en_GB"}
_FIRST = {"fr": "1er", "pt": "1º"}  # not in CLDR's patterns; every style guide of these languages asks for it
_FIELDS = {"d": "{day}", "MMM": "{month}", "MMMM": "{month}", "y": "{year}"}
_TOKEN = re.compile(r"'([^']*)'|(d+|M+|y+)")


def forms(code: str) -> Mapping[str, str | list[str] | Mapping[str, str]]:
    """How the language ``code`` writes numbers and dates: the fields of ``podaudit.report.language.Forms``."""
    names, patterns = Locale.parse(code), Locale.parse(_PATTERNS_OF.get(code, code))

    def template(skeleton: str) -> str:
        pattern = patterns.datetime_skeletons[skeleton].pattern
        return _TOKEN.sub(lambda token: token[1] or _FIELDS[token[2]], pattern)

    def days(width: str) -> list[str]:
        return [names.days["stand-alone"][width][day] for day in range(7)]

    def months(width: str) -> list[str]:
        return [names.months["format"][width][month] for month in range(1, 13)]

    date = _TOKEN.sub(lambda token: token[1] or _FIELDS[token[2]], patterns.date_formats["long"].pattern)
    return {
        "months": months("wide"), "months_short": months("abbreviated"),
        "weekdays": days("wide"), "weekdays_short": days("abbreviated"),
        "date": date, "date_short": template("yMMMd"), "day_short": template("MMMd"), "month_short": template("yMMM"),
        "group": names.number_symbols["latn"]["group"], "decimal": names.number_symbols["latn"]["decimal"],
        "percent": names.percent_formats[None].pattern.replace("#,##0", "{0}"),
        "first": _FIRST.get(code, "1"), "languages": {other: names.languages[other] for other in LANGUAGES},
    }  # fmt: skip


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {_toml(item)}' for key, item in value.items())} }}"
    return json.dumps(value, ensure_ascii=False)


def all_forms() -> str:
    """The text of ``forms.toml``."""
    tables = [f"[{code}]\n" + "".join(f"{k} = {_toml(v)}\n" for k, v in forms(code).items()) for code in LANGUAGES]
    return "# Made by update.py from the Unicode CLDR, as Babel ships it.\n\n" + "\n".join(tables)


# CLDR's third form of some languages is for whole millions ("un million de …"), which no sentence of the report needs.
_MANY = {"fr": "(n > 1)", "pt": "(n > 1)"}


def catalogue(code: str) -> Catalog:
    """The catalogue in the language ``code`` as it stands; an empty one for a language that has none yet."""
    path = HERE / code / "LC_MESSAGES" / "report.po"
    if path.exists():
        with path.open("rb") as file:
            return read_po(file, locale=code)
    made = Catalog(
        locale=code, project="podaudit", version=__version__, msgid_bugs_address="-", last_translator="podaudit",
        language_team=code, revision_date=dt.datetime.now(dt.UTC), fuzzy=False,
    )  # fmt: skip
    made.header_comment = f"# {Locale.parse(code).english_name} translation of the report."
    made.mime_headers = [("Plural-Forms", f"nplurals=2; plural={_MANY.get(code, '(n != 1)')};")]
    return made


def main() -> None:
    """Update and compile the catalogue of every language but English; messages that are no longer used go."""
    (HERE / "forms.toml").write_text(all_forms(), encoding="utf-8")
    template = messages(templates_dir())
    for code in LANGUAGES:
        if code == "en":
            continue
        path = HERE / code / "LC_MESSAGES" / "report.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        held = catalogue(code)
        held.update(template, no_fuzzy_matching=True, update_creation_date=False)
        held.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, held, width=120, include_lineno=False)
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, held)


if __name__ == "__main__":
    main()
