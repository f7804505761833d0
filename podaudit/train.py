"""Learn the weights of replies and of the pressure labels from coded chats: ``python -m podaudit.train CODED_DIR``.

A coded chat is a pair ``NAME.txt`` and ``NAME.truth.json``: its ``replies`` list ``line`` and ``status``, its ``pressure``
``line`` and ``labels``. For each status and label a ridge logistic regression over the traits (``podaudit.detect.weighing``,
``podaudit.detect.traits``), fitted by Newton's method; its threshold is the one that does best when whole chats, never single
lines, are left out. Nothing is random: the same chats give the same bytes.

Coded chats are few and each has its own ways, so the labels are learnt from plainly put lines too (``fixtures/pressure/plain.toml``),
on which nothing is measured. What a message is given depends on those around it: the weights ``pressure.first`` look at each
message alone, the weights ``pressure`` also at what the first gave to its neighbours.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from podaudit import lexicon
from podaudit.audit import Asked, asked_and_answered
from podaudit.detect import replies, traits
from podaudit.detect.chat import Chat
from podaudit.detect.weighing import WEIGHED
from podaudit.detect.weights import Weights, as_json, file_of, load
from podaudit.export import read
from podaudit.model import Label, Options, PodauditError

RIDGE = 3.0  # strength of the pull towards zero
_PRESSURE_RIDGE, _USUAL = 0.6, -0.8  # of the labels: many, rare and much alike
_RARE = 6  # messages; a trait seen in fewer is left out
_STEPS = np.linspace(-1.8, 0.8, 14)  # thresholds tried, in log odds
_FOLDS = 10
_FIRST_POST = 7170004194304000000  # number of an invented post
PLAIN = Path(__file__).parent.parent / "fixtures" / "pressure" / "plain.toml"  # in the repository, not in the package

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Example:
    """One message of a coded chat."""

    chat: str
    traits: frozenset[str]
    labels: frozenset[str]
    near: tuple[
        tuple[str, int], ...
    ] = ()  # how other messages stand to it, and their positions in the list of examples
    plain: bool = (
        False  # a plainly put line: learnt from, never measured on; of labels it does not carry it says nothing
    )


def examples(folder: Path, subject: str) -> list[Example]:
    """Every candidate message of the coded pod chats in a folder, in order of name and line."""
    found: list[Example] = []
    for truth in sorted(folder.glob("*.truth.json")):
        coded = json.loads(truth.read_text(encoding="utf-8"))
        text = truth.with_name(f"{coded['id']}.txt")
        a, chat = asked_and_answered(read(text, name=text.name, options=Options()))
        if len(a.calls):
            found += _of_chat(coded["id"], SUBJECTS[subject], SUBJECTS[subject].given(coded), a, chat, len(found))
    if not found:
        raise PodauditError(f"{folder.name}: no coded pod chat (NAME.txt with NAME.truth.json) is in this folder.")
    return found


def _of_chat(
    name: str, subject: Subject, given: Mapping[int, frozenset[str]], a: Asked, chat: Chat, first: int
) -> list[Example]:
    shown = list(subject.shown(a, chat))
    near = traits.near(chat, [i for i, _ in shown])
    return [
        Example(name, t, given.get(chat.lines[i], frozenset()), tuple((how, first + n) for how, n in beside))
        for (i, t), beside in zip(shown, near, strict=True)
    ]


def plain(lines: Path, first: int) -> list[Example]:
    """The plainly put lines of a file as examples, of which the first has position ``first`` in the list of all."""
    found: list[Example] = []
    for language, of in tomllib.loads(lines.read_text(encoding="utf-8")).items():
        text, said = _spoken(of["rules"], of["ask"], of["lines"])
        a, chat = asked_and_answered(read(None, data=text.encode(), name="chat.txt", options=Options(date_order="dmy")))
        shown = _of_chat(f"plain {language}", SUBJECTS["pressure"], said, a, chat, first + len(found))
        found += [dataclasses.replace(e, plain=True) for e in shown]
    return found


def _spoken(rules: str, ask: str, lines: Sequence[str]) -> tuple[str, dict[int, frozenset[str]]]:
    """An invented pod in which each line is said on a day of its own, hours after a call; and the labels, by line of the export."""
    when, said = dt.datetime(2024, 1, 1, 9), dict[int, frozenset[str]]()
    script = [
        (when, "Vera created group “Pod”"),
        (when, "Vera added Otto, Lise, Jana and Nico"),
        (when, f"Vera: {rules}"),
    ]
    for n, line in enumerate(lines):
        labels, text = line.split(" | ", 1)
        when += dt.timedelta(days=1)
        caller, *others = ("Otto", "Vera", "Lise", "Jana") if n % 3 else ("Nico", "Otto", "Vera", "Lise", "Jana")
        post = _FIRST_POST + n * 4194304000
        script.append((when, f"{caller}: {ask} https://www.linkedin.com/feed/update/urn:li:activity:{post}/"))
        script += [(when + dt.timedelta(minutes=m), f"{x}: ✅") for m, x in enumerate(others, 1)]
        script.append((when + dt.timedelta(hours=3), text))
        said[len(script)] = frozenset(labels.split(", ")) if labels.strip() else frozenset()
    return "".join(f"{at:%d/%m/%Y, %H:%M} - {text}\n" for at, text in script), said


def _replied(coded: Mapping[str, Any]) -> dict[int, frozenset[str]]:
    """Line -> statuses, of the messages coded as replies."""
    found: dict[int, set[str]] = defaultdict(set)
    for r in coded["replies"]:
        found[r["line"]].add(r["status"])
    return {line: frozenset(statuses) for line, statuses in found.items()}


def _may_answer(a: Asked, chat: Chat) -> Iterator[tuple[int, frozenset[str]]]:
    for i, candidate in replies.candidates(chat, a.links, a.calls, a.rules, lexicon.load()):
        yield i, frozenset().union(*candidate.traits)


def _pressed(coded: Mapping[str, Any]) -> dict[int, frozenset[str]]:
    """Line -> labels, of the messages coded as pressure."""
    return {p["line"]: frozenset(p["labels"]) for p in coded["pressure"]}


def _may_press(a: Asked, chat: Chat) -> Iterator[tuple[int, frozenset[str]]]:
    for t in traits.read(chat, a.calls, a.repeats, a.rules, a.replies, a.ledger, lexicon.load()):
        yield t.i, t.traits


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that is learnt: its labels, what coders gave each line, and what each candidate message shows."""

    labels: tuple[str, ...]
    given: Callable[[Mapping[str, Any]], dict[int, frozenset[str]]]
    shown: Callable[[Asked, Chat], Iterator[tuple[int, frozenset[str]]]]


# In this order: what presses is weighed by what was answered.
SUBJECTS = {
    "replies": Subject(tuple(s.value for s in WEIGHED), _replied, _may_answer),
    "pressure": Subject(tuple(x.value for x in Label), _pressed, _may_press),
}


def fit(x: Array, y: Array, start: Array | None = None, pull: float = RIDGE) -> Array:
    """Ridge logistic regression by Newton's method: one weight per column of ``x``; the last column is the base."""
    w = np.zeros(x.shape[1]) if start is None else start.copy()
    if start is None:
        w[-1] = -3.0
    ridge = np.full(x.shape[1], pull)
    ridge[-1] = 0.01
    for _ in range(60):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + np.diag(ridge), x.T @ (y - p) - ridge * w)
        w += step / max(
            1.0, float(np.abs(step).max())
        )  # never further than one log odd at a time: full steps may overshoot
        if np.abs(step).max() < 1e-3:
            break
    return w


def f1(given: Array, y: Array) -> float:
    """F1 of a yes/no decision."""
    hit = float((given * y).sum())
    return 2 * hit / max(1.0, float(given.sum() + y.sum()))


def train(
    data: Sequence[Example], labels: Sequence[str], ridge: float = RIDGE, usual: float | None = None
) -> tuple[Weights, dict[str, float], list[frozenset[str]]]:
    """The weights; per label the F1 on chats left out (``micro`` over all labels); and what each message was given there.

    ``usual``: a threshold (log odds) that does well for any label; that of a label with few codings says little by itself, so
    each is taken halfway to it.
    """
    counts = Counter(t for e in data for t in e.traits)
    where: dict[str, set[str]] = defaultdict(set)
    for e in data:
        for t in e.traits:
            where[t].add(e.chat)
    names = sorted(t for t, n in counts.items() if n >= _RARE and (len(where[t]) > 1 or not t.startswith("~")))
    at = {t: n for n, t in enumerate(names)}
    x = np.zeros((len(data), len(names) + 1))
    x[:, -1] = 1.0
    for row, e in enumerate(data):
        x[row, [at[t] for t in e.traits if t in at]] = 1.0
    chats = sorted({e.chat for e in data if not e.plain})
    fold = np.array([-1 if e.plain else chats.index(e.chat) % _FOLDS for e in data])
    measured = fold >= 0
    of, thresholds, scores = {}, {}, {}
    given_to: list[set[str]] = [set() for _ in data]
    hits = given_all = coded_all = 0.0
    for label in labels:
        y = np.array([float(label in e.labels) for e in data])
        known = np.array([not (e.plain and e.labels and label not in e.labels) for e in data])
        w = fit(x[known], y[known], pull=ridge)
        left_out = x @ w
        for n in range(min(_FOLDS, len(chats))):
            kept = (fold != n) & known
            left_out[fold == n] = x[fold == n] @ fit(x[kept], y[kept], w, ridge)
        sums, coded = left_out[measured], y[measured]
        best = max(_STEPS.tolist(), key=lambda s: (round(f1((sums > s).astype(float), coded), 6), -s))
        best = best if usual is None else (best + usual) / 2
        given = (sums > best).astype(float)
        for e_given, s in zip(given_to, left_out.tolist(), strict=True):
            e_given.update([label] if s > best else [])
        hits, given_all, coded_all = (
            hits + float((given * coded).sum()),
            given_all + float(given.sum()),
            coded_all + float(coded.sum()),
        )
        of[label] = dict(zip([*names, ""], w.tolist(), strict=True))
        thresholds[label] = best
        scores[label] = f1(given, coded)
    scores["micro"] = 2 * hits / max(1.0, given_all + coded_all)
    return Weights(of, thresholds), scores, [frozenset(g) for g in given_to]


def beside(data: Sequence[Example], given: Sequence[frozenset[str]]) -> list[Example]:
    """The examples with what was given to the messages around them as traits of their own."""
    return [dataclasses.replace(e, traits=e.traits | traits.around(e.near, given)) for e in data]


def main(arguments: Iterable[str] = sys.argv[1:]) -> None:
    """Train from the folder named and the plain lines, write the weights, and say how they do on chats left out."""
    (given,) = arguments
    folder = Path(given)
    data = examples(folder, "replies")
    found, scores, _ = train(data, SUBJECTS["replies"].labels)
    _write("replies", found, scores, data, RIDGE)
    data = examples(folder, "pressure")
    data += plain(PLAIN, len(data))
    for name, found, scores in pressing(data):
        _write(name, found, scores, data, _PRESSURE_RIDGE)


def pressing(data: Sequence[Example]) -> Iterator[tuple[str, Weights, dict[str, float]]]:
    """The weights of the labels: of each message by itself, then beside those around it as they were labelled."""
    labels = SUBJECTS["pressure"].labels
    found, scores, given = train(data, labels, _PRESSURE_RIDGE, _USUAL)
    yield "pressure.first", found, scores
    found, scores, _ = train(beside(data, given), labels, _PRESSURE_RIDGE, _USUAL)
    yield "pressure", found, scores


def _write(name: str, found: Weights, scores: Mapping[str, float], data: Sequence[Example], ridge: float) -> None:
    about = {
        "chats": len({e.chat for e in data if not e.plain}),
        "messages": len(data),
        "ridge": ridge,
        "left_out_f1": {k: round(v, 3) for k, v in scores.items()},
    }
    file_of(name).write_text(as_json(found, about), encoding="utf-8")
    load.cache_clear()
    sys.stdout.write("\n".join([f"{name}:", *(f"  {k:18} {v:.3f}" for k, v in scores.items())]) + "\n")


if __name__ == "__main__":
    main()
