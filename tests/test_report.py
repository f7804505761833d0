"""The report: what it must never do first (markup from a chat, dangling links, lost figures), then what it shows."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import gettext
import hashlib
import io
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from report_fixture import coded_demo

from podaudit import model
from podaudit.audit import Audit
from podaudit.detect.pressure import CONTEXT
from podaudit.detect.traits import SKELETONS
from podaudit.export import merge, read
from podaudit.lexicon import load
from podaudit.report import LANGUAGES, pictures, render, sayings, tally, terms
from podaudit.report.language import Language, Text, plain, visible
from podaudit.report.locale import update
from podaudit.report.sayings import REASONS, reason, retell
from podaudit.resources import templates_dir
from tests.making import whole

DAY = dt.datetime(2023, 3, 1, 9, 0)


class Page(HTMLParser):
    """A page as a browser sees it: elements with their attributes, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.text: list[str] = []
        self.figures: dict[str, str] = {}
        self._figure = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(attrs)))
        self._figure = dict(attrs).get("data-figure") or ""

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self._figure:
            self.figures[self._figure] = data
            self._figure = ""

    def values(self, name: str) -> list[str]:
        return [value or "" for _, attrs in self.elements for key, value in attrs if key == name]

    @property
    def structure(self) -> list[tuple[str, tuple[tuple[str, str | None], ...]]]:
        """Everything but text, and the attributes that say something to a reader."""
        spoken = ("title", "content", "aria-label")
        return [(tag, tuple((k, "" if k in spoken else v) for k, v in attrs)) for tag, attrs in self.elements]


@pytest.fixture(scope="module")
def coded(root: Path) -> Audit:
    return coded_demo(root)


def empty_audit(**changes: Any) -> Audit:
    source = model.Source("chat.txt", "0" * 64, 0, 0, 0, 0, "unknown", "dmy", "24h", "utf-8", None, None, None)
    tables = {schema.name: schema.frame() for schema in (*model.TABLES, model.LINKS)}
    return whole(**{"source": source, **tables, **changes})


# -------------------------------------------------------------------------------------------------- it must never do


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_chat_with_nothing_in_it(lang: str) -> None:
    page = Page(render(empty_audit(), lang=lang, version="1"))
    text = " ".join(page.text)
    assert page.figures["calls"] == "0"
    for english in (
        "no calls were found",
        "no rules were found",
        "no message was found that objects",
        "nobody was asked anything",
    ):
        assert (english in text) == (lang == "en")
    assert "policy" not in page.values("id")


HOSTILE = [
    "<script>window.fired=1</script>", '"><img src=x onerror=alert(1)>', "' onmouseover='x",
    "</style></title></svg><b>", "{{7919*7927}}{% raw %}", "<!--", "]]>", "&lt;b&gt;&amp;",
    "\u202eabc\u2066", "\x1b[31m\x07\x00", "javascript:alert(1)", "%(n)s %s %",
    "</blockquote></article><section id=own>",
]  # fmt: skip


def _spoiled(audit: Audit, bad: str) -> Audit:
    """The audit with ``bad`` at the end of every name, body, reason, link, and in the file's and the group's name."""

    def spoil(value: Any) -> Any:
        if isinstance(value, str):
            return value + bad if value else value
        return [spoil(v) for v in value] if isinstance(value, list) else value

    free = {
        "messages": ("sender", "text", "member", "doubts", "why"), "members": ("name", "also"),
        "membership": ("member", "by", "to"), "calls": ("caller", "beneficiary", "url", "why"), "rules": ("by", "why"),
        "replies": ("member", "url", "why"), "absences": ("member",), "ledger": ("member", "url"),
        "pressure": ("actor", "targets"), "episodes": ("member",),
    }  # fmt: skip
    made: dict[str, Any] = {}
    for name, columns in free.items():
        table = getattr(audit, name).copy()
        for column in columns:
            table[column] = [None if v is None or v != v else spoil(v) for v in table[column].tolist()]
        made[name] = table
    made["pressure"]["why"] = [{k: v + bad for k, v in why.items()} for why in made["pressure"]["why"]]
    made["rules"]["value"] = [spoil(v) if isinstance(v, str) and "_" not in v else v for v in made["rules"]["value"]]
    source = dataclasses.replace(audit.source, name=f"chat{bad}", group=f"group{bad}", warnings=(f"Careful{bad}.",))
    return dataclasses.replace(audit, source=source, **made)


@pytest.mark.parametrize("bad", HOSTILE)
def test_hostile_text_adds_no_markup(coded: Audit, bad: str) -> None:
    """Law 7."""
    html = render(_spoiled(coded, bad), lang="nl", version="1")
    assert Page(html).structure == Page(render(_spoiled(coded, "z" * len(bad)), lang="nl", version="1")).structure
    assert "62773913" not in html
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", html)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bad=st.lists(st.sampled_from(list("<>\"'&/={}%#-! \\`") + HOSTILE), min_size=1, max_size=12).map("".join))
def test_hostile_fragments_add_no_markup(small_audit: Audit, bad: str) -> None:
    """Law 7, drawn."""
    dirty, clean = (render(_spoiled(small_audit, x), lang="en", version="1") for x in (bad, "z" * len(bad)))
    assert Page(dirty).structure == Page(clean).structure


def _lists_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "COMPACT_FROM", 10)
    monkeypatch.setattr(tally, "LISTED", 7)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("me", [None, "Mirthe"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_link_resolves(
    coded: Audit, monkeypatch: pytest.MonkeyPatch, lang: str, me: str | None, large: bool
) -> None:
    if large:
        _lists_few(monkeypatch)
    page = Page(render(coded, lang=lang, me=me, version="1"))
    ids, hrefs = page.values("id"), page.values("href")
    assert [i for i, n in Counter(ids).items() if n > 1] == []
    assert [h for h in hrefs if not h.startswith("#") or h[1:] not in ids] == []
    labels = " ".join(page.values("aria-labelledby")).split()
    assert [i for i in labels if i not in ids] == []
    assert ("own" in ids) == (me is not None)


def test_the_page_can_load_and_run_nothing_but_its_own(coded: Audit) -> None:
    html = render(coded, lang="en", version="1")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    assert policy
    assert html.index("Content-Security-Policy") < html.index("<style>")
    for tag, rule in (("style", "style-src"), ("script", "script-src")):
        (inner,) = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.S)
        digest = base64.b64encode(hashlib.sha256(inner.encode()).digest()).decode()
        assert f"{rule} &#39;sha256-{digest}&#39;" in policy[1]
    page = Page(html)
    assert "default-src &#39;none&#39;" in policy[1]
    assert not [a for _, attrs in page.elements for a, _ in attrs if a == "style" or a.startswith("on")]
    assert not {"src", "srcset", "data", "action", "formaction", "ping", "background"} & {
        a for _, attrs in page.elements for a, _ in attrs
    }
    assert len(re.findall(r"<script>(.*?)</script>", html, re.S)[0]) <= 14_000


def test_templates_never_switch_escaping_off() -> None:
    for path in (*templates_dir().rglob("*.html"), *Path(tally.__file__).parent.glob("*.py")):
        assert not re.search(r"\|\s*safe|Markup\(|autoescape false|from_string", path.read_text(encoding="utf-8")), path


def test_unknown_reader_is_a_question_for_the_user(coded: Audit) -> None:
    with pytest.raises(model.DecisionNeeded, match="--me"):
        render(coded, lang="en", me="Nobody", version="1")


def test_same_audit_same_bytes(coded: Audit) -> None:
    assert render(coded, lang="nl", version="1") == render(coded, lang="nl", version="1")


# ------------------------------------------------------------------------------------------------------- languages


def _catalogue(lang: str) -> Path:
    return update.HERE / lang / "LC_MESSAGES" / "report.po"


@pytest.mark.parametrize("lang", [code for code in LANGUAGES if code != "en"])
def test_catalogue_is_complete_and_compiled(lang: str) -> None:
    with _catalogue(lang).open("rb") as file:
        catalogue = read_po(file, locale=lang)
    wanted = {m.id for m in update.messages(templates_dir()) if m.id}
    held = {m.id: m for m in catalogue if m.id}
    assert wanted - held.keys() == set(), "run podaudit/report/locale/update.py"
    assert held.keys() - wanted == set(), "run podaudit/report/locale/update.py"
    slot = re.compile(r"%\(\w+\)s")
    for message in held.values():
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        assert all(forms), message.id
        assert not message.fuzzy
        assert all(set(slot.findall(form)) <= set(slot.findall(ids[-1])) for form in forms), message.id
        assert set(slot.findall(forms[-1])) == set(slot.findall(ids[-1])), message.id
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    shipped = gettext.GNUTranslations(io.BytesIO(_catalogue(lang).with_suffix(".mo").read_bytes()))
    fresh = gettext.GNUTranslations(io.BytesIO(compiled.getvalue()))
    held, made = (
        {k: v for k, v in c._catalog.items() if k}  # type: ignore[attr-defined]  # but for the head, which names its maker
        for c in (shipped, fresh)
    )
    assert held == made


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_term_has_a_name(lang: str) -> None:
    language = Language(lang)
    english = gettext.NullTranslations()
    for names, table in (
        (model.Status, terms.STATUSES), (model.Label, terms.LABELS), (model.EpisodeKind, terms.EPISODES),
    ):  # fmt: skip
        assert list(table) == [*table] and set(table) == set(names)
    assert set(terms.ASKS) == set(model.Ask)
    assert {label for group in terms.GROUPS.values() for label in group} == set(model.Label)
    for rule in model.RuleType:
        assert plain(terms.rule_text(language, rule.value, None))
    name = terms.STATUSES[model.Status.SILENT][0]
    assert (language.gettext(name) == english.gettext(name)) == (lang == "en")


@pytest.mark.parametrize(("kind", "value", "en", "nl"), [
    ("deadline", 120, "do it within 2 hours", "het binnen 2 uur doen"),
    ("deadline", 90, "do it within 90 minutes", "het binnen 90 minuten doen"),
    ("deadline", 1440, "do it within 24 hours", "het binnen 24 uur doen"),
    ("deadline", 4320, "do it within 3 days", "het binnen 3 dagen doen"),
    ("deadline", "12:00", "do it by 12:00 the same day", "het dezelfde dag voor 12:00 uur doen"),
    ("comment_min_words", 8, "write at least 8 words in a comment", "minstens 8 woorden in een reactie schrijven"),
    ("quota", {"posts": 1, "per": "day"}, "put up at most 1 post a day", "hoogstens 1 post per dag plaatsen"),
    ("quota", {"posts": 2, "per": "week"}, "put up at most 2 posts a week", "hoogstens 2 posts per week plaatsen"),
    ("strikes", 1, "a penalty after 1 time", "een straf na 1 keer"),
    ("confirm", "🐝", "say in the group that it is done, with “🐝”", "in de groep zeggen dat het gedaan is, met ‘🐝’"),
    ("penalty", "fee", "a fee for whoever does not comply", "betalen wanneer je je niet aan de regels houdt"),
    ("penalty", "?", "face a penalty when not complying", "een straf krijgen wanneer je je niet aan de regels houdt"),
    ("share", "reshare", "share each post: reshare", "elke post delen: reshare"),
])  # fmt: skip
def test_rules_in_words(kind: str, value: Any, en: str, nl: str) -> None:
    assert plain(terms.rule_text(Language("en"), kind, value)) == en
    assert plain(terms.rule_text(Language("nl"), kind, value)) == nl


def test_numbers_times_and_lists() -> None:
    nl, en = Language("nl"), Language("en")
    assert (nl.number(1234567), en.number(1234567)) == ("1.234.567", "1,234,567")
    assert (nl.date(DAY), en.date(DAY, short=True)) == ("1 maart 2023", "1 Mar 2023")
    assert nl.moment(DAY) == "1 mrt 2023 09:00"
    assert (en.due(DAY, DAY), en.due(DAY + dt.timedelta(days=1), DAY)) == ("09:00", "2 Mar 09:00")
    assert [plain(nl.listing(list("abc"[:n]))) for n in range(4)] == ["", "a", "a en b", "a, b en c"]
    with pytest.raises(ValueError, match="'xx'"):
        Language("xx")


def test_control_characters_are_made_visible() -> None:
    assert visible("a\x1b\x00\n\t\x7f\x9b") == "a␛␀\n\t␡\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(("english", "dutch"), [
    ("Something no stage says.", None),
    ("The dates were read as day, month, year: 3 of 9 dates do not exist in another order.",
     "De datums zijn gelezen als dag, maand, jaar: 3 van de 9 datums bestaan niet in een andere volgorde."),
    ("No message could be made of lines 3, 7 and 2 more.", "Geen bericht te maken van regels 3, 7 en nog 2."),
    ("time runs back by 3 hours; the line may be pasted text",
     "de tijd loopt 3 uur terug; de regel kan geplakte tekst zijn"),
    ("a post with an ask: “day, month, year”", "een post met een vraag: ‘day, month, year’"),
])  # fmt: skip
def test_sentences_of_other_stages_are_told_in_the_pages_language(english: str, dutch: str | None) -> None:
    assert sayings.retell_all(Language("en"), english) == sayings.Saying(english, "en")
    told = sayings.retell_all(Language("nl"), english)
    assert told == (sayings.Saying(dutch, "nl") if dutch else sayings.Saying(english, "en"))


# ---------------------------------------------------------------------------------------------------------- quotes


@pytest.mark.parametrize(("text", "phrases", "limit", "quote"), [
    ("plain words", [], 0, "plain words"),
    ("plain words", ["absent"], 0, "plain words"),
    ("Dan MOET je écht nu", ["moet je echt"], 0, "Dan [MOET je écht] nu"),
    ("one two three", ["one two", "two three"], 0, "[one two three]"),
    ("a b a", ["a"], 0, "[a] b [a]"),
    ("bezat, zat", ["zat"], 0, "bezat, [zat]"),
    ("bezatten", ["zat"], 0, "be[zat]ten"),
    ("aaaa bbbb cccc dddd", [], 11, "aaaa bbbb …"),
    ("long " * 30 + "end here now", ["end here"], 30, "… long [end here] now"),
])  # fmt: skip
def test_quotes_mark_what_decided(text: str, phrases: list[str], limit: int, quote: str) -> None:
    made: Text = tally.segments(text, phrases, limit)
    shown = "".join(f"[{s.text}]" if s.mark else s.text for s in made)
    assert shown.endswith(quote) if quote.startswith("…") else shown == quote


# -------------------------------------------------------------------------------------------------------- pictures


def _drawn(made: pictures.Matrix, statuses: list[str]) -> dict[tuple[int, float, int], str]:
    """The columns that each status covers, read back from the paths: (first, y, length) -> status."""
    found = {}
    for layer in made.layers:
        x = y = 0.0
        for command, a, b, length in re.findall(r"([Mm])(-?[\d.]+) (-?[\d.]+)h(\d+)", layer.d):
            x, y = (float(a), float(b)) if command == "M" else (x + float(a), y + float(b))
            found[int(x), y, int(length)] = layer.status
            x += float(length)
    return found


def test_the_matrix_draws_every_cell() -> None:
    statuses = [*(s.value for s in model.Status), "own"]
    codes = [bytes([0, 0, 1, 5, 6, 255]), bytes([255, 255, 3, 3, 2, 4])]
    made = pictures.matrix(
        Language("en"), [("A", "p1"), ("B", "p2")], [DAY] * 6, codes, [(s, s) for s in statuses]
    )  # fmt: skip
    assert (made.columns, made.height) == (6, 40)
    runs = sorted((status, x, length) for (x, _, length), status in _drawn(made, statuses).items())
    assert runs == [
        ("confirmed", 0, 2), ("excused", 4, 1), ("late", 2, 1), ("own", 4, 1), ("promised", 5, 1), ("refused", 2, 2),
        ("silent", 0, 4), ("silent", 2, 4),
    ]  # fmt: skip
    assert made.layers[0].status == "silent"
    assert len({(key.y, key.thickness) for key in made.keys}) == len(statuses)


@pytest.mark.parametrize(("days", "bars", "first"), [(10, 10, "1 Mar 2023"), (200, 29, "week of 27 Feb 2023"),
                                                     (900, 30, "Mar 2023")])  # fmt: skip
def test_the_timeline_counts_days_weeks_or_months(days: int, bars: int, first: str) -> None:
    events = [pictures.Event(DAY + dt.timedelta(days=i), "calls", f"#c{i}", "calls") for i in range(days)]
    last = events[-1].time
    made = pictures.timeline(Language("en"), events, [("calls", "calls", "calls")], DAY, last)
    assert len(made.bins) == len(made.lanes[0].marks) == bars
    assert made.bins[0].label == first
    assert sum(int(b.counts[0]) for b in made.bins) == days


# ---------------------------------------------------------------------------------------------- what it shows


@pytest.mark.parametrize("large", [False, True])
def test_figures_are_those_of_the_audit(coded: Audit, monkeypatch: pytest.MonkeyPatch, large: bool) -> None:
    if large:
        _lists_few(monkeypatch)
    shown = Page(render(coded, lang="en", version="1")).figures
    statuses = Counter(coded.ledger["status"])
    events = Counter(coded.membership["event"])
    expected = {
        "calls": len(coded.calls), "members": len(coded.members), "rules": len(coded.rules),
        "obligations": len(coded.ledger), "pressure": len(coded.pressure), "episodes": len(coded.episodes),
        "left": events["left"], "removed": events["removed"], "came": events["added"] + events["joined"],
        "messages": coded.source.messages, "notices": coded.source.system_messages, **statuses,
    }  # fmt: skip
    assert {key: shown[key] for key in expected} == {key: str(value) for key, value in expected.items()}
    assert sum(int(shown[group]) for group in terms.GROUPS) == len(coded.pressure)


def test_every_claim_has_its_message(coded: Audit) -> None:
    ids = set(Page(render(coded, lang="en", version="1")).values("id"))
    lines = {
        *coded.calls["line"], *coded.repeats["line"], *coded.rules["line"], *coded.pressure["line"],
        *coded.episodes["first_line"], *coded.episodes["last_line"], *coded.ledger["line"].dropna(),
        *coded.absences["line"],
    }  # fmt: skip
    assert {f"m{line}" for line in lines} <= ids


def test_own_part(coded: Audit) -> None:
    shown = Page(render(coded, lang="en", me="Mirthe", version="1")).figures
    mine = coded.ledger[coded.ledger["member"] == "Mirthe"]
    assert int(shown["own-asked"]) == len(mine)
    assert int(shown["own-silent"]) == (mine["status"] == "silent").sum()
    assert int(shown["own-calls"]) == (coded.calls["caller"] == "Mirthe").sum()


def test_a_changed_rule_shows_what_replaced_it(coded: Audit) -> None:
    html = render(coded, lang="en", version="1")
    rows = re.findall(r'<tr id="r\d+"( class="replaced")?><th scope="row">do it within ([^<]+)<', html)
    assert len(re.findall('class="mark rule old"', html)) == sum(n > 1 for n in Counter(coded.rules["type"]).values())
    assert rows == [(' class="replaced"', "2 hours"), ("", "1 hour")]


@pytest.mark.parametrize(
    ("lang", "rule"), [("en", "do it within a set time"), ("nl", "het binnen een vaste tijd doen")]
)
def test_rules_kept_and_broken_are_counted_by_member(coded: Audit, lang: str, rule: str) -> None:
    a, b, c = coded.calls["line"].tolist()[:3]
    checks = model.CHECKS.frame([
        (line, 1, kind, who, None, None, verdict, [line], "")
        for line, kind, who, verdict in (
            (a, "confirm", "Mirthe", "kept"), (b, "deadline", "Mirthe", "broken"), (a, "deadline", "Mirthe", "broken"),
            (c, "confirm", "Mirthe", "unknown"), (c, "confirm", "Khalid", "kept"),
        )
    ])  # fmt: skip
    html = render(dataclasses.replace(coded, checks=checks), lang=lang, version="1")
    table = html.partition('id="t-checks">')[2].partition("</table>")[0]
    rows = re.findall(r'<tr id="k\d+">.*?</tr>', table)
    counts = [re.findall(r'<td>(?:<a href="#(k\d+-\w+)">(\d+)</a>)?</td>', row) for row in rows]
    assert [[n for _, n in row] for row in counts] == [["1", "", ""], ["1", "2", "1"]]
    ids = set(Page(html).values("id"))
    assert {anchor for row in counts for anchor, n in row if n} <= ids
    first, second = (f'<a href="#m{line}">{line}</a>' for line in (a, b))
    joined = {"en": "and", "nl": "en"}[lang]
    assert f"{rule}: {first} {joined} {second}<" in table
    assert {f"m{a}", f"m{b}"} <= ids


def test_without_checks_there_is_no_table_of_them(coded: Audit) -> None:
    assert "t-checks" not in Page(render(coded, lang="en", version="1")).values("id")


def test_gaps_and_warnings_are_told(small_audit: Audit) -> None:
    source = dataclasses.replace(small_audit.source, warnings=("The order of day and month was guessed.",))
    html = render(dataclasses.replace(small_audit, source=source), lang="en", version="1")
    assert "The order of day and month was guessed." in html
    assert "lines 4 to 4: no header before it" in " ".join("".join(Page(html).text).split())


def test_a_large_chat_stays_small() -> None:
    """40,000 messages, 1,500 calls put to 30 members, 1,500 labelled messages: about 1 MB."""
    count, names = 40_000, [f"Member {i} of the group" for i in range(30)]
    times = [DAY + dt.timedelta(minutes=26 * i) for i in range(count)]
    lines = list(range(1, count + 1))
    body = "An ordinary message of about the length that people write in such a group, give or take a word"
    senders = [names[i % 30] for i in lines]
    at = lines[::26][:1500]
    link = "https://www.linkedin.com/feed/update/urn:li:activity:7036620272307725438"
    statuses = [s.value for s in model.Status]
    blank, zero = [""] * count, [0] * count
    ledger = [
        (line, None, link, name, statuses[(line * 7 + i * i + line // 50) % 6], line + 1, str(line))
        for line in at
        for i, name in enumerate(names)
        if name != senders[line - 1]
    ]
    labels = [label.value for label in model.Label]
    html = render(
        empty_audit(
            source=model.Source(
                "c.txt", "0" * 64, count, count, 0, 0, "android", "dmy", "24h", "utf-8", times[0], times[-1], "G"
            ),
            messages=model.MESSAGES.frame({
                "line": lines, "line_end": lines, "time": times, "sender": senders, "kind": ["text"] * count,
                "text": [body] * count, "doubts": blank, "why": blank, "member": senders, "start": zero, "stop": zero,
            }),
            origins=model.ORIGINS.frame(),
            members=model.MEMBERS.frame([
                (n, [], 1, None, None, [{"from": None, "until": None}], False) for n in names
            ]),
            calls=model.CALLS.frame([
                (n, times[n - 1], senders[n - 1], senders[n - 1], "linkedin", "activity", None, link, None,
                 ["comment", "react"], None, times[n - 1] + dt.timedelta(hours=2), "link and ask", str(n)) for n in at
            ]),
            ledger=model.LEDGER.frame(ledger),
            replies=model.REPLIES.frame([
                (row[5], row[3], "done", row[0], None, link, "done", times[row[5] - 1], row[6]) for row in ledger
                if row[4] in ("confirmed", "late")
            ]),
            pressure=model.PRESSURE.frame([
                (n + 1, times[n], senders[n], [labels[n % 17]], [names[n % 29]], {labels[n % 17]: "ordinary"},
                 {labels[n % 17]: "ordinary"}) for n in at
            ]),
            episodes=model.EPISODES.frame([("enforced", names[n % 29], n + 1, n + 9) for n in at[::5]]),
        ),
        lang="en",
        version="1",
    )  # fmt: skip
    page = Page(html)
    assert len(html.encode()) < 1_000_000
    assert page.figures["obligations"] == "43,500"
    assert {h[1:] for h in page.values("href")} <= set(page.values("id"))


def test_reasons_of_labels_are_all_known_to_the_page() -> None:
    beside = {x for x in CONTEXT.values() if " a message read as " in x}
    assert {*load().about["pressure"].values(), *CONTEXT.values(), *(s.says for s in SKELETONS)} - beside <= REASONS
    lang = Language("nl")
    assert all("gelezen als" in reason(lang, x) for x in beside)
    assert all(reason(Language("en"), x).casefold() != reason(lang, x).casefold() for x in beside)
    why = "“sorry ; echt” (says sorry); the writer has calls open"
    assert reason(lang, why) == "‘sorry ; echt’ (zegt sorry); bij de schrijver staan oproepen open"
    assert reason(Language("en"), why) == why


# ------------------------------------------------------------------------------------ what the reader says, in the page's language

SAYING = {
    "second shape": "".join(f"{d}-05-2023 10:00 - A: x\n" for d in range(10, 19))
    + "".join(f"[{d}/05/2023, 10:00] A: x\n" for d in range(20, 29)),
    "encoding and bad bytes": b"14/03/2023, 10:00 - Zo\xeb: d\xe9j\xe0\n",
    "bad bytes": b"14/03/2023, 10:00 - Zo\xc3\xab: d\xe9\n",
    "tail, gaps, holes": "tail\n14/03/2023, 10:00 - A: a\n99/99/2023, 10:00 - A: b\n\0\0/03/2023, 10:00 - A: c\n"
    "14/03/2023, 10:00 - A: a\0b\n",
    "headers in bodies, time": "14/03/2023, 10:00 - A: a\n[14-03-2023 10:00:00] B: b\n01/01/2020, 10:00 - C: c\n15/03/2023, 10:00 - A: d\n",
    "cap": "".join(f"1{d % 10}/0{1 + d // 4000}/2023, 10:00 - A: x\n" for d in range(10_000)),
    "notices, look-alikes": "14/03/2023, 10:00 - \u13a0\u13be\n14/03/2023, 10:00 - Anna: a\n14/03/2023, 10:00 - \u0410nna: a\n",
    "saved and unsaved": "14/03/2023, 10:00 - Anna: a\n14/03/2023, 10:00 - ~ Anna: a\n14/03/2023, 10:00 - B: a\n"
    "14/03/2023, 10:00 - B added you\n",
    "owner, by the notice": "[14/03/2023, 10:00:00] Kim: \u200eYou created group \u201cX\u201d\n[14/03/2023, 10:00:00] Kim: a\n",
    "owner, by a deletion": "14/03/2023, 10:00 - Kim: You deleted this message\n14/03/2023, 10:00 - Bob: a\n",
    "owner, the only one": "14/03/2023, 10:00 - Bob added you\n14/03/2023, 10:00 - Kim: a\n14/03/2023, 10:01 - Bob: b\n",
    "owner, greeted": "14/03/2023, 10:00 - Bob added you\n14/03/2023, 10:01 - Bob: hi Kim\n"
    "14/03/2023, 10:01 - Kim: a\n14/03/2023, 10:01 - Eva: a\n",
    "typed behind the mark": "[14/03/2023, 10:00:00] Kim: \u200ewell then\n[14/03/2023, 10:00:00] Kim: a\n"
    "[15/03/2023, 10:00:00] Pod: \u200eBob left\n",
    "another author": "[14/03/2023, 10:00:00] Kim: \u200eBob removed Eva\n[14/03/2023, 10:00:00] Kim: a\n[15/03/2023, 10:00:00] Bob: a\n",
    "unknown word": "".join(f"{d}/05/2023, 9:00 am - A: x\n" for d in range(1, 29)) * 3
    + "29/05/2023, 9:00 zork - A: x\n",
    "Buddhist": "14/3/2566 10:05 - Anna: a\n",
    "Persian": "1402/1/14, 18:44 - Anna: a\n",
    "same in every order": "5/5/2023, 10:00 - A: x\n",
    "year first": "23. 3. 5. 10:00 - A: x\n",
    "year first, by the span": "23-03-14 10:00 - A: x\n23-03-25 10:00 - A: x\n",
    "one runs back": "11/03/2023, 10:00 - A: x\n12/03/2023, 10:00 - A: y\n01/04/2023, 10:00 - A: z\n",
    "padded English": '03/04/2023, 10:00 - Anna created group "X"\n03/04/2023, 10:00 - Anna: x\n',
    "short English": '3/4/23, 10:00 AM - Anna created group "X"\n3/4/23, 10:00 AM - Anna: x\n',
    "Dutch": '03/04/2023, 10:00 - Anna heeft de groep "X" gemaakt\n03/04/2023, 10:00 - Anna: x\n',
    "dots in the clock": "3/4/2023, 10:00 p. m. - Anna: x\n",
    "dots in the date": "3.4.2023, 10:00 - Anna: x\n",
    "a double": "14/03/2023, 10:00 - A: a\n14/03/2023, 12:00 - B: b\n15/03/2023, 10:00 - A: c\n" * 2,
    "another chat": "".join(f"1{d}/03/2023, 10:00 - {n}: x\n" for n in "AB" for d in range(9)),
}


@pytest.mark.parametrize("name", SAYING)
def test_what_the_reader_says_is_said_in_dutch(name: str) -> None:
    data = SAYING[name]
    export = read(None, data=data if isinstance(data, bytes) else data.encode(), name="c.txt", options=model.Options())
    dutch = Language("nl")
    m = export.messages
    said = [*export.source.warnings, *(d for texts in [*m["doubts"], *m["why"]] for d in texts.split("; ") if d)]
    assert said
    assert [s for s in said if retell(dutch, s).lang != "nl"] == []
    merged = [retell(dutch, f"c.txt: {s}") for s in said]
    assert all(s.lang == "nl" and s.text.startswith("c.txt: ") for s in merged)


def test_what_merging_says_is_said_in_dutch() -> None:
    chat = [f"1{d}/03/2023, 10:00 - {'AB'[d % 2]}: een bericht met nummer {d}\n" for d in range(9)]
    other = [line.replace("10:00", "11:00").replace("- A", "- Eva") for line in chat[3:]] + [
        "20/03/2023, 11:00 - B: ja\n"
    ]
    other[2] = "15/03/2023, 11:00 - B: Dit bericht is verwijderd\n"
    given = [("a.txt", chat), ("b.txt", other), ("c.txt", other)]
    export = merge([read(None, data="".join(t).encode(), name=n, options=model.Options()) for n, t in given])
    said = [*export.source.warnings, *(d for d in export.messages["doubts"] if d)]
    assert len(export.source.warnings) == 9 and len(said) == 10
    assert [s for s in said if retell(Language("nl"), s).lang != "nl"] == []
