"""The languages of the report: how they write, what they call things, and that nothing stays English."""

from __future__ import annotations

import datetime as dt
import gettext
import re
import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

import pytest
from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from hypothesis import given
from hypothesis import strategies as st
from make_evidence import OWNER, archive, pod, workbook

from podaudit import codebook, evidence, model
from podaudit.audit import Audit, audit
from podaudit.corrections import Corrections
from podaudit.export import read
from podaudit.report import LANGUAGES, language, page, render, terms
from podaudit.report.language import Language, plain
from podaudit.report.locale import update
from podaudit.report.share import shareable

OTHERS = [code for code in LANGUAGES if code != "en"]
DAYS = st.dates(dt.date(2009, 1, 1), dt.date(2040, 12, 31))


@pytest.fixture(scope="module")
def audited(demo: Path) -> Audit:
    return audit(read(demo, name=demo.name, options=model.Options()), model.Options())


@pytest.fixture(scope="module")
def shown(
    demo: Path, audited: Audit, root: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Audit, str | None]]:
    """What a page can be made of, with its reader."""
    toml = (root / "fixtures/corrections/corrections.toml").read_text(encoding="utf-8")
    export, options = read(demo, name=demo.name, options=model.Options()), model.Options()
    return {
        "a chat": (audited, None),
        "a member's own": (audited, "Mirthe"),
        "corrected": (audit(export, options, Corrections.parse(toml, "mine.toml")), None),
        "with LinkedIn's archive": (_with_archive(tmp_path_factory.mktemp("archive")), OWNER),
    }


def _with_archive(folder: Path) -> Audit:
    made, options = pod(), model.Options(date_order="dmy")
    (folder / "archive.zip").write_bytes(archive(made.files))
    (folder / "analytics.xlsx").write_bytes(workbook(made.sheets))
    given = evidence.gather([folder / "archive.zip"], [folder / "analytics.xlsx"], None, 1 << 26, None)
    return audit(read(None, data=made.chat.encode(), name="chat.txt", options=options), options, given=given)


def test_the_languages_are_those_of_the_model() -> None:
    assert set(LANGUAGES) == {"nl", "en", "de", "fr", "es", "pt", "it"} == set(get_args(model.Lang))


# ------------------------------------------------------------------------------------------------ numbers and dates


def test_forms_are_those_of_the_cldr() -> None:
    assert (update.HERE / "forms.toml").read_text(encoding="utf-8") == update.all_forms(), (
        "run podaudit/report/locale/update.py"
    )


@pytest.mark.parametrize("code", LANGUAGES)
@given(number=st.integers(0, 10**9), day=DAYS)
def test_numbers_and_dates_are_as_babel_writes_them(code: str, number: int, day: dt.date) -> None:
    lang, locale = Language(code), Locale.parse("en_GB" if code == "en" else code)
    assert lang.number(number) == format_decimal(number, locale=locale)
    assert lang.decimal(number / 10) == format_decimal(number / 10, "#,##0.0", locale)
    assert lang.percent(number % 101, 100) == format_percent(number % 101 / 100, locale=locale)
    if day.day > 1:
        assert lang.date(day) == format_date(day, "long", locale)
        if code != "en":  # whose September is short in Great Britain's way otherwise
            assert lang.date(day, short=True) == format_date(day, locale.datetime_skeletons["yMMMd"].pattern, locale)
    assert lang.weekday(day.weekday()) == format_date(day, "EEEE", locale)


@pytest.mark.parametrize(("code", "number", "decimal", "percent", "long", "short", "first", "weekday"), [
    ("nl", "1.234.567", "1.234,5", "12%", "4 september 2023", "4 sep 2023 09:30", "1 mei 2023", "maandag ma"),
    ("en", "1,234,567", "1,234.5", "12%", "4 September 2023", "4 Sep 2023 09:30", "1 May 2023", "Monday Mon"),
    ("de", "1.234.567", "1.234,5", "12\xa0%", "4. September 2023", "4. Sept. 2023 09:30", "1. Mai 2023", "Montag Mo"),
    ("fr", "1\u202f234\u202f567", "1\u202f234,5", "12\xa0%", "4 septembre 2023", "4 sept. 2023 09:30", "1er mai 2023",
     "lundi lun."),
    ("es", "1.234.567", "1.234,5", "12\xa0%", "4 de septiembre de 2023", "4 sept 2023 09:30", "1 de mayo de 2023",
     "lunes lun"),
    ("pt", "1.234.567", "1.234,5", "12%", "4 de setembro de 2023", "4 de set. de 2023 09:30", "1º de maio de 2023",
     "segunda-feira seg."),
    ("it", "1.234.567", "1.234,5", "12%", "4 settembre 2023", "4 set 2023 09:30", "1 maggio 2023", "lunedì lun"),
])  # fmt: skip
def test_numbers_and_dates_in_each_language(
    code: str, number: str, decimal: str, percent: str, long: str, short: str, first: str, weekday: str
) -> None:
    lang, day = Language(code), dt.datetime(2023, 9, 4, 9, 30)
    assert (lang.number(1234567), lang.decimal(1234.5), lang.percent(12, 100)) == (number, decimal, percent)
    assert (lang.date(day), lang.moment(day), lang.date(dt.date(2023, 5, 1))) == (long, short, first)
    assert f"{lang.weekday(0)} {lang.weekday(0, short=True)}" == weekday


@pytest.mark.parametrize("code", LANGUAGES)
def test_figures_keep_their_meaning(code: str) -> None:
    lang = Language(code)
    assert (lang.decimal(-6.35), lang.decimal(6.35, 0)) == ("\N{MINUS SIGN}6.4".replace(".", lang.forms.decimal), "6")
    assert lang.percent(0, 0) == "–"
    assert lang.percent(1, 1000) == "< " + lang.percent(1, 100)
    assert lang.percent(999, 1000) == "> " + lang.percent(99, 100)
    assert lang.percent(0, 5) == format_percent(0, locale=code) and lang.percent(5, 5) == format_percent(1, locale=code)


@pytest.mark.parametrize("code", LANGUAGES)
def test_lists_are_as_babel_writes_them(code: str) -> None:
    locale = "en_GB" if code == "en" else code
    for items in (["Ali"], ["Ali", "Bo"], ["Ali", "Bo", "Cor", "Dana"]):
        assert plain(Language(code).listing(items)) == format_list(items, locale=locale)


def test_spanish_and_before_the_sound_of_i() -> None:
    lang = Language("es")
    assert [plain(lang.listing(["Ana", name])) for name in ("Inés", "Hilda", "Íñigo", "Hielo", "Iago", "Yara")] == [
        "Ana e Inés", "Ana e Hilda", "Ana e Íñigo", "Ana y Hielo", "Ana y Iago", "Ana y Yara",
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------------- plural forms


@pytest.mark.parametrize("code", OTHERS)
def test_plurals_are_counted_as_the_cldr_has_them(code: str) -> None:
    rule, catalogue = Locale.parse(code).plural_form, Language(code).translations
    days = {n: catalogue.ngettext("%(n)s day", "%(n)s days", n) for n in range(1001)}
    assert days[1] != days[2]
    assert [n for n in days if (days[n] == days[1]) != (rule(n) == "one")] == []


@pytest.mark.parametrize(("code", "shown"), [
    ("nl", ["0 dagen", "1 dag", "2 dagen"]), ("en", ["0 days", "1 day", "2 days"]),
    ("de", ["0 Tage", "1 Tag", "2 Tage"]), ("fr", ["0 jour", "1 jour", "2 jours"]),
    ("es", ["0 días", "1 día", "2 días"]), ("pt", ["0 dia", "1 dia", "2 dias"]), ("it", ["0 giorni", "1 giorno", "2 giorni"]),
])  # fmt: skip
def test_plurals_in_each_language(code: str, shown: list[str]) -> None:
    lang = Language(code)
    assert [plain(lang.say_n("%(n)s day", "%(n)s days", n, n=lang.number(n))) for n in range(3)] == shown


# ------------------------------------------------------------------------------------------------------- the glossary

GLOSSARY: dict[str, dict[str, dict[str, Any]]] = tomllib.loads(
    (update.HERE / "glossary.toml").read_text(encoding="utf-8")
)


def _catalogue(code: str) -> Iterator[tuple[str, str]]:
    """Every message and its translation, both in the form of many."""
    with (update.HERE / code / "LC_MESSAGES" / "report.po").open("rb") as file:
        for message in read_po(file, locale=code):
            if message.id:
                yield tuple(x if isinstance(x, str) else x[-1] for x in (message.id, message.string))  # type: ignore[misc]


def _words(forms: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, forms.split(', ')))})\b", re.IGNORECASE)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_glossary_is_the_codebook(code: model.Lang) -> None:
    titles = {(entry.group, entry.name): entry.title for entry in codebook.load(code).entries}
    held = {(group, name): row[code] for group in GLOSSARY if group != "word" for name, row in GLOSSARY[group].items()}
    assert held == titles


def test_every_term_has_every_language() -> None:
    for group, rows in GLOSSARY.items():
        for name, row in rows.items():
            assert {"note", *LANGUAGES} == set(row) - {"but"}, (group, name)
            assert all(row[code] for code in LANGUAGES), (group, name)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_page_calls_things_as_the_glossary_does(code: str) -> None:
    lang = Language(code)
    for group, table in (("label", terms.LABELS), ("status", terms.STATUSES), ("episode", terms.EPISODES)):
        for term, (name, _) in table.items():
            wanted = GLOSSARY[group][term.value][code]
            got = lang.gettext(name)
            assert got.casefold() == wanted.casefold(), term


@pytest.mark.parametrize("word", GLOSSARY["word"])
@pytest.mark.parametrize("code", OTHERS)
def test_translations_use_the_words_of_the_glossary(code: str, word: str) -> None:
    row = GLOSSARY["word"][word]
    english, forms = _words(row["en"]), [form.casefold() for form in row[code].split(", ")]
    found = 0
    for message, translation in _catalogue(code):
        bare = re.sub(r"“[^”]*”|%\(\w+\)s", "", message)  # quotations stay as they are
        for other in row["but"]:
            bare = re.sub(re.escape(other), "", bare, flags=re.IGNORECASE)
        if english.search(bare):
            found += 1
            assert any(form in translation.casefold() for form in forms), (message, translation)
    assert found, "a word that no message has"


# "did not do it" in any of its guises, where a page speaks of somebody with nothing on record.
_ACCUSES = {
    "nl": r"niet gedaan|deed (het )?niet|verzuim|ontbrek", "de": r"nicht (getan|gemacht|erledigt)|versäum|fehlend",
    "fr": r"n['’]a pas fait|manqué|défaut", "es": r"no lo hizo|no hizo|faltó|incumpl", "pt": r"não fez|faltou|descumpr",
    "it": r"non l['’]ha fatto|non ha fatto|mancat",
}  # fmt: skip

_APART = "betekent niet|niet hetzelfde als|heißt nicht|nicht dasselbe wie|ne veut pas dire|pas la même|no significa|no es lo mismo"
_APART += "|não significa|não é o mesmo|non significa|non è lo stesso"
_APART += "|iets anders dan|is niet .niet|ist nicht .nicht|no es .no|não é .não|non è (.non|lo stesso)"


@pytest.mark.parametrize("code", OTHERS)
def test_nothing_on_record_never_says_that_it_was_not_done(code: str) -> None:
    silent = [t for m, t in _catalogue(code) if _words(GLOSSARY["word"]["nothing_on_record"]["en"]).search(m)]
    assert len(silent) >= 3
    accused = [t for t in silent if re.search(_ACCUSES[code], t, re.IGNORECASE)]
    # Only the sentence that says that the two are not the same may have both.
    assert all(re.search(_APART, t) for t in accused)
    entry = next(e for e in codebook.load(code).entries if (e.group, e.name) == ("status", "silent"))  # type: ignore[arg-type]
    assert not re.search(_ACCUSES[code], entry.title + entry.means, re.IGNORECASE)


# --------------------------------------------------------------------------------------------------------- the page


class Words(HTMLParser):
    """What a page says in its own words: not what it quotes, nor names, nor what it marks as English."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.english: list[str] = []  # the elements that are marked as English
        self.lang = ""
        self._open: list[tuple[str, bool]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if tag == "html":
            self.lang = held["lang"] or ""
        elif held.get("lang") == "en":
            self.english.append(tag)
        hidden = tag in ("blockquote", "bdi", "code", "q", "script", "style", "mark", "cite") or (
            tag != "html" and held.get("lang") == "en"
        )  # fmt: skip
        if tag not in ("meta", "link", "br", "hr", "input", "col", "wbr"):
            self._open.append((tag, hidden))
        if not any(h for _, h in self._open):
            self.said += [held[key] or "" for key in ("aria-label", "title", "placeholder", "alt") if key in held]

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(hidden for _, hidden in self._open):
            self.said.append(data)


# English words that no sentence can do without for long, but for those that another language has too.
_ENGLISH = set(
    "the of and which with this that was were been are has have had by from not they their them who whom what when where "
    "these those than then there each other only about into over under call calls member members line lines group rule "
    "rules message messages nothing record asked said wrote named number table without".split()
)
_SHARED = {
    "nl": {"of", "was", "over", "had", "under", "record"}, "de": {"was", "war", "hat", "not"},
    "fr": {"message", "messages", "table", "record"}, "es": set(), "pt": set(), "it": {"record"},
}  # fmt: skip


def _own(text: str) -> str:
    """The text without addresses, pseudonyms, titles in quotation marks, and what LinkedIn's menus say in brackets."""
    text = re.sub(r"\b[A-Za-z]+-[0-9a-z]{10}\b", "", text)
    text = re.sub(r"\((?:Get a copy of your data|Data privacy|Post impressions|Me)\)", "", text)
    return re.sub(r"https?:\S+|\S+\.\w+/\S+|[“„«‘][^”“»’]*[”“»’]", "", text)


@pytest.mark.parametrize("page", ["a chat", "a member's own", "corrected", "with LinkedIn's archive"])
@pytest.mark.parametrize("code", OTHERS)
def test_no_english_is_left_on_the_page(shown: dict[str, tuple[Audit, str | None]], code: str, page: str) -> None:
    made, me = shown[page]
    words = Words(render(made, lang=code, me=me, version="1"))
    assert words.lang == code
    assert set(words.english) <= {"blockquote"}, "only what is quoted may be English"
    text = _own(" ".join(words.said))
    left = {w for w in re.findall(r"[a-z]+", text.casefold())} & (_ENGLISH - _SHARED[code])
    assert left == set()


@pytest.mark.parametrize("quotes", [False, True])
@pytest.mark.parametrize("code", OTHERS)
def test_no_english_is_left_on_the_page_to_share(audited: Audit, code: str, quotes: bool) -> None:
    made = shareable(audited, b"k" * 32, name="x.html", lang=code, quotes=quotes, version="1")
    words = Words(made.html.decode())
    assert (words.lang, set(words.english)) == (code, {"blockquote"})
    left = {w for w in re.findall(r"[a-z]+", _own(" ".join(words.said)).casefold())} & (_ENGLISH - _SHARED[code])
    assert left == set()


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_words_of_a_page_are_no_names(code: str) -> None:
    """Short names that the languages' own words begin with: pris, mais, tous, les, pages, notes."""
    names = ("Pri Andrade", "Mai Lund", "Tou Vang", "Page Falk", "Note Berg")
    script = "".join(f"1{d}/03/2023, 10:00 - {name}: like my post https://www.linkedin.com/posts/x-activity-{7 * 10**18 + d}-ab\n"
                     for d, name in enumerate(names))  # fmt: skip
    made = audit(read(None, data=script.encode(), name="chat.txt", options=model.Options()), model.Options())
    assert shareable(made, b"k" * 32, name="x.html", lang=code, quotes=False, version="1").html


def test_english_would_be_seen(audited: Audit) -> None:
    text = " ".join(Words(render(audited, lang="en", version="1")).said).casefold()
    assert len(set(re.findall(r"[a-z]+", text)) & _ENGLISH) > 30


class _Marked(gettext.NullTranslations):
    """A catalogue that puts marks around whatever it was asked to translate."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, one: str, many: str, n: int) -> str:
        return f"⟦{one if n == 1 else many}⟧"


def test_every_word_on_the_page_is_there_to_be_translated(audited: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_catalogue", lambda code: _Marked())
    page.environment.cache_clear()
    try:
        html = render(audited, lang="it", me="Mirthe", version="1")
    finally:
        page.environment.cache_clear()
    text = _own(" ".join(Words(html).said))
    while (bare := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
        text = bare
    forms = Language("it").forms
    months = "|".join(sorted({*forms.months, *forms.months_short}, key=len, reverse=True))
    names = " ".join([*audited.members["name"], audited.source.group or "", audited.source.name])
    names += " " + " ".join([*forms.languages.values(), *forms.weekdays_short])
    facts = {*re.findall(r"[^\W\d_]+", names), *re.findall("[a-f]+", audited.source.sha256)}
    left = set(re.findall(r"[^\W\d_]{2,}", re.sub(rf"\b(?:{months})\b", "", text)))
    assert left - facts - {"podaudit", "android", "utf", "dmy"} == set()
