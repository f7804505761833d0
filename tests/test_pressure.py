"""Pressure: silence first; then labels, targets and reasons in whole small chats; and how the weights are learnt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from podaudit import train
from podaudit.audit import audit
from podaudit.detect import traits
from podaudit.detect.pressure import labels_of
from podaudit.detect.weighing import WEIGHED
from podaudit.detect.weights import Weights, as_json, file_of
from podaudit.detect.weights import load as weights_of
from podaudit.export import read
from podaudit.lexicon import load
from podaudit.model import PRESSURE, Label, Options, PodauditError
from podaudit.resources import demo_chat
from tests.making import audit_of, post

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
        for phrase in phrases.values():
            assert not phrase or load().scan("pressure", phrase) or phrase.split()[0] in text[line].lower()


def test_the_shipped_weights_are_whole() -> None:
    for subject, labels in (("pressure", Label), ("replies", WEIGHED)):
        known = weights_of(subject)
        assert set(known.of) == set(known.threshold) == set(labels)
        about = json.loads(file_of(subject).read_text(encoding="utf-8"))["about"]
        assert about["chats"] > 10
    assert labels_of(frozenset()) == []
    assert labels_of(frozenset({"no such trait"})) == []


def test_training_is_deterministic_and_learns(tmp_path: Path) -> None:
    data = [
        train.Example(
            f"c{n % 5}",
            frozenset({"word apology", "i"} if n % 3 == 0 else {"i", f"x{n % 2}"}),
            frozenset({"apology"} if n % 3 == 0 else ()),
        )
        for n in range(90)
    ]
    first, scores = train.train(data, list(Label))
    again, _ = train.train(data, list(Label))
    assert as_json(first, {}) == as_json(again, {})
    assert isinstance(first, Weights)
    assert first.of["apology"]["word apology"] > 0.5
    assert scores["apology"] == 1.0
    with pytest.raises(PodauditError, match="no coded pod chat"):
        train.examples(tmp_path, "pressure")


def test_examples_come_from_coded_chats(root: Path, tmp_path: Path) -> None:
    coded = json.loads((root / "fixtures/demo/d-nl-marketing.truth.json").read_text(encoding="utf-8"))
    text = read(demo_chat(), name="demo.zip", options=Options()).raw
    (tmp_path / f"{coded['id']}.txt").write_bytes(text)
    (tmp_path / f"{coded['id']}.truth.json").write_text(json.dumps(coded), encoding="utf-8")
    data = train.examples(tmp_path, "pressure")
    assert {e.chat for e in data} == {coded["id"]}
    assert sum(bool(e.labels) for e in data) > 30
    assert any("word apology" in e.traits for e in data)
    answers = train.examples(tmp_path, "replies")
    assert sum("done" in e.labels for e in answers) > 80
    assert any("first word" in e.traits for e in answers)
    assert traits.TELLING
