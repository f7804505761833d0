"""Learn the weights of replies and of the pressure labels from coded chats: ``python -m podaudit.train CODED_DIR``.

A coded chat is a pair ``NAME.txt`` and ``NAME.truth.json``: its ``replies`` list ``line`` and ``status``, its ``pressure``
``line`` and ``labels``. For each status and label a ridge logistic regression over the traits (``podaudit.detect.weighing``,
``podaudit.detect.traits``), fitted by Newton's method; its threshold is the one that does best when whole chats, never single
lines, are left out. Nothing is random: the same chats give the same bytes.
"""

from __future__ import annotations

import json
import sys
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
_RARE = 8  # messages; a trait seen in fewer is left out
_STEPS = np.linspace(-1.6, 0.6, 12)  # thresholds tried, in log odds
_FOLDS = 10

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Example:
    """One message of a coded chat."""

    chat: str
    traits: frozenset[str]
    labels: frozenset[str]


def examples(folder: Path, subject: str) -> list[Example]:
    """Every candidate message of the coded pod chats in a folder, in order of name and line."""
    found = []
    for truth in sorted(folder.glob("*.truth.json")):
        coded = json.loads(truth.read_text(encoding="utf-8"))
        text = truth.with_name(f"{coded['id']}.txt")
        a, chat = asked_and_answered(read(text, name=text.name, options=Options()))
        if len(a.calls):
            of_line, shown = SUBJECTS[subject].given(coded), SUBJECTS[subject].shown(a, chat)
            found += [Example(coded["id"], t, of_line.get(chat.lines[i], frozenset())) for i, t in shown]
    if not found:
        raise PodauditError(f"{folder.name}: no coded pod chat (NAME.txt with NAME.truth.json) is in this folder.")
    return found


def _replied(coded: Mapping[str, Any]) -> dict[int, frozenset[str]]:
    """Line -> statuses, of the messages coded as replies."""
    found: dict[int, set[str]] = defaultdict(set)
    for r in coded["replies"]:
        found[r["line"]].add(r["status"])
    return {line: frozenset(statuses) for line, statuses in found.items()}


def _may_answer(a: Asked, chat: Chat) -> Iterator[tuple[int, frozenset[str]]]:
    for c in replies.candidates(chat, a.links, a.calls, a.rules, lexicon.load()):
        yield c.i, frozenset().union(*c.traits)


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


def fit(x: Array, y: Array) -> Array:
    """Ridge logistic regression by Newton's method: one weight per column of ``x``; the last column is the base."""
    w = np.zeros(x.shape[1])
    w[-1] = -3.0
    ridge = np.full(x.shape[1], RIDGE)
    ridge[-1] = 0.01
    for _ in range(60):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + np.diag(ridge), x.T @ (y - p) - ridge * w)
        w += step / max(
            1.0, float(np.abs(step).max())
        )  # never further than one log odd at a time: full steps may overshoot
        if np.abs(step).max() < 1e-6:
            break
    return w


def f1(given: Array, y: Array) -> float:
    """F1 of a yes/no decision."""
    hit = float((given * y).sum())
    return 2 * hit / max(1.0, float(given.sum() + y.sum()))


def train(data: Sequence[Example], labels: Sequence[str]) -> tuple[Weights, dict[str, float]]:
    """The weights, and per label the F1 on chats left out (``micro`` over all labels)."""
    counts = Counter(t for e in data for t in e.traits)
    names = sorted(t for t, n in counts.items() if n >= _RARE)
    at = {t: n for n, t in enumerate(names)}
    x = np.zeros((len(data), len(names) + 1))
    x[:, -1] = 1.0
    for row, e in enumerate(data):
        x[row, [at[t] for t in e.traits if t in at]] = 1.0
    chats = sorted({e.chat for e in data})
    fold = np.array([chats.index(e.chat) % _FOLDS for e in data])
    of, thresholds, scores = {}, {}, {}
    hits = given_all = coded_all = 0.0
    for label in labels:
        y = np.array([float(label in e.labels) for e in data])
        left_out = np.zeros(len(data))
        for n in range(min(_FOLDS, len(chats))):
            left_out[fold == n] = x[fold == n] @ fit(x[fold != n], y[fold != n])
        best = max(_STEPS.tolist(), key=lambda s: (round(f1((left_out > s).astype(float), y), 6), -s))
        given = (left_out > best).astype(float)
        hits, given_all, coded_all = (
            hits + float((given * y).sum()),
            given_all + float(given.sum()),
            coded_all + float(y.sum()),
        )
        w = fit(x, y)
        of[label] = dict(zip([*names, ""], w.tolist(), strict=True))
        thresholds[label] = best
        scores[label] = f1(given, y)
    scores["micro"] = 2 * hits / max(1.0, given_all + coded_all)
    return Weights(of, thresholds), scores


def main(arguments: Iterable[str] = sys.argv[1:]) -> None:
    """Train from the folder named, write the weights beside the detectors, and say how they do on chats left out."""
    (folder,) = arguments
    for subject, of in SUBJECTS.items():
        data = examples(Path(folder), subject)
        found, scores = train(data, of.labels)
        about = {
            "chats": len({e.chat for e in data}),
            "messages": len(data),
            "ridge": RIDGE,
            "left_out_f1": {k: round(v, 3) for k, v in scores.items()},
        }
        file_of(subject).write_text(as_json(found, about), encoding="utf-8")
        load.cache_clear()
        sys.stdout.write("\n".join([f"{subject}:", *(f"  {k:18} {v:.3f}" for k, v in scores.items())]) + "\n")


if __name__ == "__main__":
    main()
