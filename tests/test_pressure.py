"""Pressure: silence first; then labels, targets and reasons in whole small chats; and how the weights are learnt."""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from podaudit import train
from podaudit.audit import asked_and_answered, audit
from podaudit.detect import surroundings, traits
from podaudit.detect.pressure import labels_of
from podaudit.detect.targets import Aim
from podaudit.detect.weighing import WEIGHED
from podaudit.detect.weights import Weights, as_json, file_of
from podaudit.detect.weights import load as weights_of
from podaudit.export import read
from podaudit.lexicon import load
from podaudit.model import PRESSURE, Label, Options, PodauditError
from podaudit.resources import demo_chat
from tests.making import audit_of, chat_of, export_of, post

POD = f"""
08:00 Anna heeft de groep "Pod" gemaakt
08:01 Anna heeft Bob, Cisca en Dirk toegevoegd
08:02 Anna: De afspraken van deze groep:
1) Iedereen liket en reageert op elke post
2) Binnen twee uur
3) Zet een ✅ in de app als je klaar bent
08:03 Bob: helder
08:04 Cisca: hoi
08:05 Dirk: hoi
09:00 Anna: Nieuwe post, graag een like en een reactie {post(1, "anna")}
09:10 Bob: ✅
09:20 Cisca: ✅
09:30 Cisca: Van mij ook een, like en reactie graag {post(2, "cisca")}
09:40 Bob: ✅
09:50 Anna: ✅
+1
09:00 Bob: Nieuw, graag liken en reageren {post(3, "bob")}
09:10 Anna: ✅
09:20 Cisca: ✅
09:30 Anna: {post(4, "anna")}
09:40 Bob: ✅
09:50 Cisca: {post(5, "cisca")}
09:55 Bob: ✅
12:00 """
LAST = POD.count("\n") - POD.count("\n+")


def _labelled(line: str, after: str = "") -> dict[str, object] | None:
    """The row of the message on the last line of the pod's script, or None."""
    made = audit_of(POD + line + after)
    found = made.pressure[made.pressure["line"] == LAST]
    return dict(found.iloc[0]) if len(found) else None


TABLE = tomllib.loads(
    (Path(__file__).parent.parent / "fixtures" / "pressure" / "cases.toml").read_text(encoding="utf-8")
)
CASES: list[tuple[str, str, dict[str, Any]]] = [
    (label, kind, case)
    for label, kinds in TABLE["label"].items()
    for kind in ("silent", "fires")
    for case in kinds[kind]
]
FRAME = """
08:00 Anna heeft de groep "Pod" gemaakt
08:01 Anna heeft Bob, Cisca, Dirk, Emma en Frans toegevoegd
08:02 Anna: RULES
09:00 Anna: ASK {1 anna}
09:10 Bob: ✅
09:20 Cisca: ✅
09:25 Emma: ✅
09:30 Cisca: ASK {2 cisca}
09:40 Bob: ✅
09:50 Anna: ✅
+1
09:00 Bob: ASK {3 bob}
09:10 Anna: ✅
09:20 Cisca: ✅
09:25 Emma: ✅
10:00 Dirk: ASK {4 dirk}
10:10 Bob: ✅
10:20 Anna: ✅
10:30 Cisca: ✅
10:40 Emma: ✅
"""


def _language(case: dict[str, Any]) -> str:
    return next(key for key in case if key in TABLE["frame"])


def labels_in(case: dict[str, Any]) -> list[str]:
    """The labels of the message of a case, in its pod."""
    language = _language(case)
    frame = FRAME
    for name, text in TABLE["frame"][language].items():
        frame = frame.replace(name.upper(), text)
    frame = re.sub(r"\{(\d+) (\w+)\}", lambda m: post(int(m[1]), m[2]), frame).strip()
    script = [frame, *(["11:50 Anna heeft Frans verwijderd"] if case.get("went") else []), case.get("before", "")]
    opening = "\n".join(filter(None, script))
    line = opening.count("\n") - opening.count("\n+") + 2
    made = audit_of(f"{opening}\n12:00 {case[language]}\n{case.get('after', '')}")
    assert made.pressure["line"].max() <= line or not len(made.pressure)
    return list(made.pressure[made.pressure["line"] == line]["labels"].explode().dropna())


def _marked(label: str, kind: str, case: dict[str, Any]) -> Any:
    marks = [pytest.mark.xfail(strict=True, reason=case["open"])] if "open" in case else []
    language = _language(case)
    return pytest.param(label, kind, case, marks=marks, id=f"{label} {kind} {language} {case[language][:50]}")


@pytest.mark.parametrize(("label", "kind", "case"), [_marked(*c) for c in CASES])
def test_lines_of_the_table(label: str, kind: str, case: dict[str, Any]) -> None:
    assert (label in labels_in(case)) == (kind == "fires")


def test_the_table_is_whole() -> None:
    assert set(TABLE["label"]) == set(Label)
    counts = Counter((label, kind) for label, kind, _ in CASES)
    assert set(counts.values()) == {12} or min(counts.values()) > 12
    for label in Label:
        assert {_language(c) for x, _, c in CASES if x == label} == set(TABLE["frame"])
        assert all(sum("open" in c for x, k, c in CASES if (x, k) == (label, kind)) < 5 for kind in ("silent", "fires"))


@pytest.mark.parametrize(
    "line",
    [
        "Dirk: wie gaat er vrijdag mee eten?",
        "Dirk: mooi weer vandaag",
        "Dirk: de trein heeft vertraging, ik ben er om tien uur",
        "Cisca: heeft iemand een goede boekhouder?",
        "Bob: dank jullie wel!",
        "Dirk: mijn fiets is gestolen",
    ],
)
def test_silent_in_a_pod(line: str) -> None:
    assert _labelled(line) is None


def test_silent_where_nothing_was_asked() -> None:
    made = audit_of(
        "08:00 Anna: wie zijn contributie niet betaalt gaat eruit\n08:01 Bob: sorry, vergeten\n08:02 Cisca: ik stap eruit"
    )
    assert len(made.calls) == 0
    assert len(made.pressure) == 0
    assert list(made.pressure.columns) == PRESSURE.names


@pytest.mark.parametrize(
    ("line", "label", "targets"),
    [
        ("Dirk: Sorry allemaal, helemaal vergeten, ik haal het vandaag in", "apology", []),
        ("Anna: @Dirk nog niks van jou gezien bij Bob, waar blijft je reactie?", "shaming", ["Dirk"]),
        ("Dirk: Ik vind dit geen goed plan, het moet vrijwillig blijven", "dissent", []),
        ("Dirk: Ik stap uit de groep, het ga jullie goed\n12:01 Dirk heeft de groep verlaten", "leaving", []),
        ("Anna: sinds deze groep heb ik 12.000 weergaven per post, dankzij jullie", "reach_claim", []),
        ("Anna: Bob en Cisca, toppers, altijd als eerste binnen, zo hoort het 👏", "praise", ["Bob", "Cisca"]),
    ],
)
def test_labels_and_targets(line: str, label: str, targets: list[str]) -> None:
    row = _labelled(line)
    assert row is not None
    assert label in row["labels"]  # type: ignore[operator]
    assert row["targets"] == targets
    assert row["why"][label]  # type: ignore[index]


def test_a_list_of_rules_is_no_demand() -> None:
    made = audit_of(POD + "Bob: hoi")
    assert "demand" not in {x for labels in made.pressure["labels"] for x in labels}


def test_a_repeated_call_is_a_reminder() -> None:
    row = _labelled(f"Bob: {post(3, 'bob')}")
    assert row is not None
    assert row["labels"] == ["reminder"]


def test_reasons_quote_the_message() -> None:
    made = audit(read(demo_chat(), name="demo.zip", options=Options()), Options())
    text = dict(zip(made.messages["line"], made.messages["text"], strict=True))
    assert len(made.pressure) > 10
    for line, labels, why, phrases in made.pressure[["line", "labels", "why", "phrases"]].itertuples(index=False):
        assert sorted(why) == sorted(phrases) == labels == sorted(labels)
        for label, words in phrases.items():
            for phrase in words:
                assert f"“{phrase}”" in why[label]
                assert load().scan("pressure", phrase) or phrase.split()[0] in text[line].lower()


def test_the_shipped_weights_are_whole() -> None:
    for subject, labels in (("pressure", Label), ("pressure.first", Label), ("replies", WEIGHED)):
        known = weights_of(subject)
        assert set(known.of) == set(known.threshold) == set(labels)
        about = json.loads(file_of(subject).read_text(encoding="utf-8"))["about"]
        assert about["chats"] > 10
    for name in ("pressure", "pressure.first"):
        assert labels_of(name, [frozenset(), frozenset({"no such trait"})]) == [frozenset(), frozenset()]


def test_training_is_deterministic_and_learns(tmp_path: Path) -> None:
    data = [
        train.Example(
            f"c{n % 5}",
            frozenset({"word apology", "i"} if n % 3 == 0 else {"i", f"x{n % 2}"}),
            frozenset({"apology"} if n % 3 == 0 else ()),
        )
        for n in range(90)
    ]
    first, scores, _ = train.train(data, train.SUBJECTS["pressure"])
    again, _, _ = train.train(data, train.SUBJECTS["pressure"])
    assert as_json(first, {}) == as_json(again, {})
    assert isinstance(first, Weights)
    assert first.of["apology"]["word apology"] > 0.5
    assert scores["apology"] == 1.0
    with pytest.raises(PodauditError, match="no coded pod chat"):
        train.examples([tmp_path], "pressure")


def test_examples_come_from_coded_chats(root: Path, tmp_path: Path) -> None:
    coded = json.loads((root / "fixtures/demo/d-nl-marketing.truth.json").read_text(encoding="utf-8"))
    text = read(demo_chat(), name="demo.zip", options=Options()).raw
    (tmp_path / f"{coded['id']}.txt").write_bytes(text)
    (tmp_path / f"{coded['id']}.truth.json").write_text(json.dumps(coded), encoding="utf-8")
    data = train.examples([tmp_path], "pressure")
    assert {e.chat for e in data} == {coded["id"]}
    assert sum(bool(e.labels) for e in data) > 30
    assert any("word apology" in e.traits for e in data)
    answers = train.examples([tmp_path], "replies")
    assert sum("done" in e.labels for e in answers) > 80
    assert any("first word" in e.traits for e in answers)
    assert traits.TELLING


def test_plain_lines_are_learnt_from_but_say_nothing_of_other_labels(root: Path) -> None:
    lines = root / "fixtures" / "pressure" / "plain.toml"
    data = train.plain(lines, 100)
    assert all(e.plain for e in data)
    counts = Counter(label for e in data for label in e.labels)
    assert set(counts) == set(Label) and min(counts.values()) >= 10
    assert sum(not e.labels for e in data) > 80
    assert all(100 <= n < 100 + len(data) for e in data for _, n in e.near)
    measured = [
        train.Example(
            f"c{n % 5}",
            frozenset({"word apology"} if n % 3 == 0 else {"i"}),
            frozenset({"apology"} if n % 3 == 0 else ()),
        )
        for n in range(60)
    ]
    _, alone, _ = train.train(measured, train.SUBJECTS["pressure"])
    found, scores, given = train.train([*measured, *data], train.SUBJECTS["pressure"])
    assert scores["apology"] == alone["apology"] == 1.0
    assert found.of["insult"]["word insult"] > 0.5
    assert len(given) == len(measured) + len(data)


def test_no_plain_line_stands_in_the_table(root: Path) -> None:
    raw = tomllib.loads((root / "fixtures" / "pressure" / "plain.toml").read_text(encoding="utf-8"))
    said = {line.split(": ", 1)[1].lower() for of in raw.values() for line in of["lines"]}
    assert len(said) > 300
    assert said.isdisjoint(case[_language(case)].split(": ", 1)[1].lower() for _, _, case in CASES)


def test_words_that_weigh_are_found_again_to_be_shown() -> None:
    said = "Anna: Haal ze allemaal weg, nu je 't zegt: dat is 3x niks 🔥 geworden, Dirk"
    made, chat = asked_and_answered(export_of(POD + said))
    (found,) = [t for t in traits.read(chat, made.calls, made.repeats, made.rules, made.replies, made.ledger, load())
                if chat.texts[t.i] == said.removeprefix("Anna: ")]  # fmt: skip
    stems = {x for x in found.traits if x.startswith(traits.STEM)}
    assert {"~allema", "~haal allem", "~allem weg", "~dat niks", "~🔥"} <= stems
    assert not [x for x in stems if "dirk" in x]  # who is called what does not weigh
    assert [x for x in stems if not re.search(traits.spelt(x), chat.folded[found.i])] == []


def test_what_is_near_and_what_it_was_given() -> None:
    chat = chat_of("09:00 Anna: een\n09:01 Bob: twee\n09:02 Anna: drie\n15:00 Bob: vier")
    assert traits.near(chat, [0, 1, 2, 3]) == [
        (("after", 1), ("own, after", 2)),
        (("before", 0), ("after", 2)),
        (("before", 1), ("own, before", 0)),
        (),
    ]
    given = [frozenset({"threat"}), frozenset({"dissent"}), frozenset[str](), frozenset[str]()]
    assert traits.around([("before", 1), ("own, before", 0)], given) == {
        "before: dissent",
        "before: any",
        "own, before: threat",
        "own, before: any",
    }
    assert traits.around([("before", 2)], given) == frozenset()


def test_what_somebody_is_called_does_not_weigh() -> None:
    made = audit_of(POD + "Anna: Dirk, wat ben je toch een sukkel")
    other = audit_of((POD + "Anna: Dirk, wat ben je toch een sukkel").replace("Dirk", "Quasimodo"))
    for column in ("line", "labels", "why"):
        assert made.pressure[column].tolist() == other.pressure[column].tolist()
    assert "insult" in made.pressure["labels"].tolist()[-1]
    assert "a bad word for somebody" in made.pressure["why"].tolist()[-1]["insult"]


def test_open_calls_lapse_after_a_week() -> None:
    made, chat = asked_and_answered(export_of(POD + "Bob: hoi"))
    open_ = surroundings.Open(made.calls, made.replies, made.ledger)
    last = chat.times[-1]
    assert [open_.count(m, last) for m in ("Anna", "Bob", "Cisca", "Dirk")] == [1, 0, 2, 5] or open_.count(
        "Dirk", last
    ) == 5
    assert open_.count("Dirk", last + dt.timedelta(days=6, hours=20)) == 3
    assert open_.count("Dirk", last + dt.timedelta(days=8)) == 0
    assert open_.count("Nobody", last) == 0


@pytest.mark.parametrize(
    ("line", "targets"),
    [
        ("Anna: Iedereen moet vandaag nog reageren op de post van Bob", []),
        ("Anna: Dirk, nog niks van jou gezien bij Bob en Cisca, alweer", ["Dirk"]),
        ("Anna: Dirk je hebt weer niet gereageerd bij Cisca", ["Dirk"]),
        ("Anna: Stand van gisteren:\nBob 🔥🔥\nCisca 🔥🔥\nDirk ⚪⚪", ["Dirk"]),
        ("Anna: Haal allemaal je like weg bij Dirk", ["Dirk"]),
    ],
)
def test_who_is_meant_and_who_is_only_spoken_of(line: str, targets: list[str]) -> None:
    row = _labelled(line)
    assert row is not None
    assert row["targets"] == targets


@pytest.mark.parametrize(
    ("line", "labels", "targets"),
    [
        (
            "Dirk: Ik zie dat er van alles weg is onder mijn posts, zo ga je niet met me om",
            "dissent sanction",
            ["Dirk"],
        ),
        (
            "Dirk: Anna told me that nobody will like my posts any more, is that how we talk?",
            "dissent threat",
            ["Dirk"],
        ),
        ("Dirk: I don't think it is right what happened to her likes", "dissent sanction", ["Bob"]),
        ("Anna: Dirk, I do not agree, and I took my likes back", "dissent retaliation_call sanction", ["Dirk"]),
    ],
)
def test_who_objects_and_tells_what_befell_oneself_is_the_target(line: str, labels: str, targets: list[str]) -> None:
    chat = chat_of(POD + "Bob: hm\n12:01 " + line)
    i = len(chat.texts) - 1
    named = [m.member for m in chat.names.found(chat.folded[i]) if m.member]
    assert Aim(chat, [], {}).at(i, labels.split(), named) == targets


def test_a_sharp_tone_is_no_insult() -> None:
    row = _labelled("Anna: Dirk je hebt weer niet gereageerd bij Cisca")
    assert row is not None
    assert row["labels"] == ["shaming"]


def test_calls_that_asked_nobody() -> None:
    made = audit_of(
        "08:00 Anna: De afspraken: 1) iedereen liket elke post 2) reageer met minstens 5 woorden 3) binnen 2 uur 4) zet een ✅\n"
        f"08:01 Anna: Wie wil mijn post liken en reageren? {post(1, 'anna')}\n08:05 Anna: niemand doet iets, schande"
    )
    assert len(made.calls) == 1
    assert len(made.ledger) == 0
