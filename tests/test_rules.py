"""The rules detector: silence first, then what fires, with exact lines and values; then what is in force when."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

from podaudit import links
from podaudit.detect.chat import Chat, view
from podaudit.detect.rules import rules
from podaudit.lexicon import load
from podaudit.model import MEMBERS, MEMBERSHIP, MESSAGES, RULES
from podaudit.standing import in_force

BOOK = tomllib.loads((Path(__file__).parent.parent / "fixtures" / "rules" / "cases.toml").read_text(encoding="utf-8"))
CASES = BOOK["chat"]
START = dt.datetime(2024, 3, 4, 9, 0)
ASKS = ("please like and comment", "graag een like en reactie", "", "new one", "bitte liken", "un like por favor")


def build(said: list[str], *, habit: bool = False, quick: bool = False) -> Chat:
    """A chat of ``name: text`` messages, one an hour; the first name created the group. Calls are lines 1001 and on.

    ``quick``: the messages are minutes apart, and the calls begin on the same day.
    """
    apart, begin = (
        (dt.timedelta(minutes=2), dt.timedelta(hours=5)) if quick else (dt.timedelta(hours=1), dt.timedelta(days=9))
    )
    pairs = [tuple(s.split(": ", 1)) for s in said]
    founder = pairs[0][0]

    def row(line: int, time: dt.datetime, who: str, text: str) -> dict[str, Any]:
        same = {
            "line": line,
            "line_end": line,
            "time": time,
            "sender": who,
            "member": who,
            "kind": "text",
            "text": text,
        }
        return same | {"doubts": "", "why": "", "start": 0, "stop": 0}

    rows = [row(n + 1, START + n * apart, who, text) for n, (who, text) in enumerate(pairs)]
    if habit:
        link = "https://www.linkedin.com/posts/m_x-activity-71043940928727{:05d}-RE75"
        later = START + begin
        rows += [
            row(1001 + n, later + dt.timedelta(hours=n), f"M{n % 4}", f"{ASKS[n % 6]} {link.format(n)}")
            for n in range(12)
        ]
    messages = MESSAGES.frame(rows)
    names = list(dict.fromkeys(r["member"] for r in rows))
    members = MEMBERS.frame([{"name": n, "also": [], "messages": 1, "periods": [], "owner": False} for n in names])
    created = MEMBERSHIP.frame([{"line": 1, "time": START, "event": "created", "member": founder}])
    found = links.find(messages["line"].to_numpy(), messages["text"], rows[-1]["time"])
    return view(messages, members, created, found)


def found(chat: Chat) -> dict[tuple[int, str], Any]:
    table = rules(chat, load())
    return dict(
        zip(zip(table["line"].tolist(), table["type"].tolist(), strict=True), table["value"].tolist(), strict=True)
    )


@pytest.mark.parametrize("case", [c for c in CASES if "rules" not in c], ids=lambda c: c["id"])
def test_silent(case: dict[str, Any]) -> None:
    assert found(build(**{k: case[k] for k in ("said", "habit", "quick") if k in case})) == {}


@pytest.mark.parametrize("case", [c for c in CASES if "rules" in c], ids=lambda c: c["id"])
def test_sound(case: dict[str, Any]) -> None:
    expected = {(r[0] + 1, r[1]): r[2] if len(r) > 2 else None for r in case["rules"]}
    assert found(build(**{k: case[k] for k in ("said", "habit", "quick") if k in case})) == expected


def said_alone(language: str, text: str, *, listed: bool) -> Any:
    """The deadline that a sentence of the founder's lays down, some hours after the group's list or some small talk."""
    case = next(c for c in CASES if c["id"] == f"{language}-{'list' if listed else 'said-alike'}")
    founder = case["said"][0].partition(":")[0]
    said = [*case["said"][:3], f"{founder}: {text}"]
    return found(build(said, habit=True)).get((len(said), "deadline"))


@pytest.mark.parametrize("listed", [True, False], ids=["with a list", "without"])
@pytest.mark.parametrize(("language", "text"), [c for c in BOOK["single"] if len(c) == 2])
def test_no_deadline_in_a_sentence(language: str, text: str, *, listed: bool) -> None:
    assert said_alone(language, text, listed=listed) is None


@pytest.mark.parametrize("listed", [True, False], ids=["with a list", "without"])
@pytest.mark.parametrize(("language", "text", "value"), [c for c in BOOK["single"] if len(c) == 3])
def test_deadline_in_a_sentence(language: str, text: str, value: int | str, *, listed: bool) -> None:
    assert said_alone(language, text, listed=listed) == value


LISTS = {
    "en": "Our rules:\n1. A like and a comment under each post\n2. Within two hours\n"
    "3. Finish with a question\n4. One link a week",
    "nl": "Onze regels:\n1. Like en reactie onder elke post\n2. Binnen twee uur\n"
    "3. Eindig met een vraag\n4. Eén link per week",
    "de": "Unsere Regeln:\n1. Like und Kommentar unter jeden Beitrag\n2. Innerhalb von zwei Stunden\n"
    "3. Endet mit einer Frage\n4. Ein Link pro Woche",
    "fr": "Nos règles :\n1. Un like et un commentaire sous chaque post\n2. Dans les deux heures\n"
    "3. Finir par une question\n4. Un lien par semaine",
    "es": "Nuestras reglas:\n1. Like y comentario en cada post\n2. En menos de dos horas\n"
    "3. Terminar con una pregunta\n4. Un enlace por semana",
    "pt": "Nossas regras:\n1. Curtir e comentar cada post\n2. Em até duas horas\n"
    "3. Terminar com uma pergunta\n4. Um link por semana",
    "it": "Le nostre regole:\n1. Like e commento sotto ogni post\n2. Entro due ore\n"
    "3. Finire con una domanda\n4. Un link a settimana",
}  # fmt: skip


@pytest.mark.parametrize(("language", "text", "kind"), [(*c, None)[:3] for c in BOOK["lifted"]])
def test_a_rule_is_lifted(language: str, text: str, kind: str | None) -> None:
    table = rules(build([f"Kit: {LISTS[language]}", "Max: ok", f"Kit: {text}"], habit=True), load())
    assert {"deadline", "comment_question", "quota"} <= set(table["type"])
    assert dict(table.loc[table["lifted"].notna(), ["type", "lifted"]].itertuples(index=False)) == (
        {kind: 3} if kind else {}
    )
    assert (kind in in_force(table, 4)) is False or kind is None


def test_only_who_lays_down_rules_lifts_them_and_a_new_one_holds_again() -> None:
    said = [f"Kit: {LISTS['en']}", "Max: The two-hour deadline no longer applies."]
    assert rules(build(said, habit=True), load())["lifted"].isna().all()
    said = [f"Kit: {LISTS['en']}", "Kit: The two-hour deadline no longer applies.", "Kit: New deadline: three hours."]
    table = rules(build(said, habit=True), load())
    assert table.loc[table["type"] == "deadline", ["line", "lifted"]].fillna(0).to_numpy().tolist() == [[1, 2], [3, 0]]
    assert in_force(table, 4)["deadline"].value == 180
    assert "deadline" not in in_force(table, 3)


def test_empty_chat_gives_the_schema() -> None:
    table = rules(view(MESSAGES.frame(), MEMBERS.frame(), MEMBERSHIP.frame(), links.find([], [], None)), load())
    assert list(table.columns) == RULES.names
    assert len(table) == 0
    assert in_force(table, 1) == {}


def test_rows_say_who_when_and_why() -> None:
    case = next(c for c in CASES if c["id"] == "nl-list")
    chat = build(case["said"], habit=True)
    table = rules(chat, load())
    assert set(table["by"]) == {"Mo"}
    assert (table["why"].str.len() > 0).all()
    assert table["line"].is_monotonic_increasing
    for line, phrase in zip(table["line"], table["phrase"], strict=True):
        assert phrase in chat.folded[list(chat.lines).index(line)]


def test_a_later_rule_replaces_the_earlier_from_then_on() -> None:
    case = next(c for c in CASES if c["id"] == "nl-list")
    table = rules(build(case["said"], habit=True), load())
    assert in_force(table, 1) == {}
    assert in_force(table, 2)["deadline"].value == 45
    assert in_force(table, 4)["deadline"].value == 30
    assert in_force(table, 4)["comment_min_words"].value == 7


def test_others_lay_down_no_rules() -> None:
    case = next(c for c in CASES if c["id"] == "nl-list")
    said = [*case["said"], "Jo: Vanaf nu minstens 12 woorden in je reactie"]
    assert (len(said), "comment_min_words") not in found(build(said, habit=True))


def test_words_hold_their_examples() -> None:
    lexicon = load()
    own = {e.id for e in lexicon.entries if e.topic in ("rules", "norms")}
    assert [fault for fault in lexicon.check() if fault.partition(":")[0] in own] == []


def test_every_language_has_every_concept() -> None:
    lexicon = load()
    for topic in ("rules", "norms"):
        for concept in lexicon.about[topic]:
            for language in ("nl", "en", "de", "fr", "es", "pt", "it"):
                assert any(
                    e.topic == topic and e.concept == concept and e.language == language for e in lexicon.entries
                ), concept
