"""Learn the weights of replies and of the pressure labels from coded chats: ``python -m podaudit.train CODED_DIR ...``.

A coded chat is a pair ``NAME.txt`` and ``NAME.truth.json``: its ``replies`` list ``line`` and ``status``, its ``pressure``
``line`` and ``labels``. For each status and label a ridge logistic regression over the traits (``podaudit.detect.weighing``,
``podaudit.detect.traits``) is fitted by scikit-learn, which only this needs (``pip install podaudit[train]``); its threshold is the
one that does best when whole chats, never single lines, are left out. The same chats give the same bytes.

Few people in a chat put a label in its plainest words, so the labels are learnt from plainly put lines too
(``fixtures/pressure/plain.toml``): each counts for less than what somebody wrote, and nothing is measured on them.

What a message is given depends on those around it: the weights ``pressure.first`` look at each message alone, the weights
``pressure`` also at what the first gave to its neighbours.
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

_STEPS = np.linspace(-1.8, 0.8, 14)  # thresholds tried, in log odds
_FOLDS = 10
_PLAIN = 0.3  # of a message of a chat, what a plainly put line counts
_FIRST_POST = 7170004194304000000  # number of an invented post
PLAIN = Path(__file__).parent.parent / "fixtures" / "pressure" / "plain.toml"  # in the repository, not in the package
_LEAST = 0.05  # log odds; smaller weights do nothing but fill the files

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


def examples(folders: Sequence[Path], subject: str) -> list[Example]:
    """Every candidate message of the coded pod chats in some folders, in order of folder, name and line."""
    found: list[Example] = []
    of = SUBJECTS[subject]
    for folder in folders:
        for truth in sorted(folder.glob("*.truth.json")):
            coded = json.loads(truth.read_text(encoding="utf-8"))
            text = truth.with_name(f"{coded['id']}.txt")
            a, chat = asked_and_answered(read(text, name=text.name, options=Options()))
            if len(a.calls):
                found += _of_chat(coded["id"], of.given(coded), list(of.shown(a, chat)), chat, len(found))
    if not found:
        where = ", ".join(folder.name for folder in folders)
        raise PodauditError(f"{where}: no coded pod chat (NAME.txt with NAME.truth.json) is in there.")
    return found


def _of_chat(
    name: str, given: Mapping[int, frozenset[str]], shown: Sequence[tuple[int, frozenset[str]]], chat: Chat, first: int
) -> list[Example]:
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
        shown = list(SUBJECTS["pressure"].shown(a, chat))
        found += _of_chat(f"plain {language}", said, shown, chat, first + len(found))
    return [dataclasses.replace(e, plain=True) for e in found]


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
    """Something that is learnt: its labels, what coders gave each line, and what each candidate message shows.

    ``ridge``: strength of the pull towards zero. ``rare``: a trait seen in fewer messages is left out. ``usual``: per label a
    threshold (log odds) that does well; that of a label with few codings says little by itself, so it is taken halfway there.
    """

    labels: tuple[str, ...]
    given: Callable[[Mapping[str, Any]], dict[int, frozenset[str]]]
    shown: Callable[[Asked, Chat], Iterator[tuple[int, frozenset[str]]]]
    ridge: float
    rare: int
    usual: Mapping[str, float]


# In this order: what presses is weighed by what was answered.
SUBJECTS = {
    "replies": Subject(tuple(s.value for s in WEIGHED), _replied, _may_answer, 3.0, 6, {"refuse": -2.5}),
    "pressure": Subject(tuple(x.value for x in Label), _pressed, _may_press, 1.5, 4, dict.fromkeys(Label, -0.8)),
}


def fit(x: Any, y: Array, counts: Array, ridge: float) -> tuple[Array, float]:
    """Ridge logistic regression of rows that count so much: one weight per column of ``x`` (sparse), and the base.

    A label given to nobody is given to none.
    """
    from sklearn.linear_model import LogisticRegression

    if not y.any():
        return np.zeros(x.shape[1]), -30.0
    # A large scale of the constant column leaves the base all but free of the pull.
    found = LogisticRegression(C=1 / ridge, solver="liblinear", intercept_scaling=10, tol=1e-3).fit(x, y, counts)
    return np.where(np.abs(found.coef_[0]) < _LEAST, 0.0, found.coef_[0]), float(found.intercept_[0])


def f1(given: Array, y: Array) -> float:
    """F1 of a yes/no decision."""
    hit = float((given * y).sum())
    return 2 * hit / max(1.0, float(given.sum() + y.sum()))


def train(data: Sequence[Example], of: Subject) -> tuple[Weights, dict[str, float], list[frozenset[str]]]:
    """The weights; per label the F1 on chats left out (``micro`` over all labels); and what each message was given there."""
    names, x = _matrix(data, of.rare)
    chats = sorted({e.chat for e in data if not e.plain})
    fold = np.array([-1 if e.plain else chats.index(e.chat) % _FOLDS for e in data])
    counts, measured = np.where(fold < 0, _PLAIN, 1.0), fold >= 0
    weights, thresholds, scores = {}, {}, {}
    given_to: list[set[str]] = [set() for _ in data]
    all_given, all_coded = [], []
    for label in of.labels:
        y = np.array([float(label in e.labels) for e in data])
        known = np.array([not (e.plain and e.labels and label not in e.labels) for e in data])
        sums = np.empty(len(data))
        for n in sorted(set(fold.tolist())):
            kept = (fold != n) & known
            w, base = fit(x[kept], y[kept], counts[kept], of.ridge)
            sums[fold == n] = x[fold == n] @ w + base
        best = max(_STEPS.tolist(), key=lambda s: (round(f1((sums > s).astype(float)[measured], y[measured]), 6), -s))
        best = (best + of.usual.get(label, best)) / 2
        given = (sums > best).astype(float)
        for e_given, there in zip(given_to, given.tolist(), strict=True):
            e_given.update([label] if there else [])
        all_given.append(given[measured])
        all_coded.append(y[measured])
        w, base = fit(x[known], y[known], counts[known], of.ridge)
        weights[label] = dict(zip([*names, ""], [*w.tolist(), base], strict=True))
        thresholds[label] = best
        scores[label] = f1(given[measured], y[measured])
    scores["micro"] = f1(np.concatenate(all_given), np.concatenate(all_coded))
    return Weights(weights, thresholds), scores, [frozenset(g) for g in given_to]


def _matrix(data: Sequence[Example], rare: int) -> tuple[list[str], Any]:
    """The traits that count, and message by trait a sparse matrix of ones. A word counts that more than one chat holds."""
    from scipy.sparse import csr_matrix

    counts = Counter(t for e in data for t in e.traits)
    where: dict[str, set[str]] = defaultdict(set)
    for e in data:
        for t in e.traits:
            where[t].add(e.chat)
    names = sorted(t for t, n in counts.items() if n >= rare and (len(where[t]) > 1 or not t.startswith(traits.STEM)))
    at = {t: n for n, t in enumerate(names)}
    rows, columns = [], []
    for row, e in enumerate(data):
        here = sorted(at[t] for t in e.traits if t in at)
        rows += [row] * len(here)
        columns += here
    return names, csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(data), len(names)))


def beside(data: Sequence[Example], given: Sequence[frozenset[str]]) -> list[Example]:
    """The examples with what was given to the messages around them as traits of their own."""
    return [dataclasses.replace(e, traits=e.traits | traits.around(e.near, given)) for e in data]


def main(arguments: Iterable[str] = sys.argv[1:]) -> None:
    """Train from the folders named, write the weights, and say how they do on chats left out."""
    folders = [Path(given) for given in arguments]
    data, of = examples(folders, "replies"), SUBJECTS["replies"]
    found, scores, _ = train(data, of)
    _write("replies", found, scores, data, of)
    data, of = examples(folders, "pressure"), SUBJECTS["pressure"]
    data += plain(PLAIN, len(data))
    found, scores, given = train(data, of)
    _write("pressure.first", found, scores, data, of)
    found, scores, _ = train(beside(data, given), of)
    _write("pressure", found, scores, data, of)


def _write(name: str, found: Weights, scores: Mapping[str, float], data: Sequence[Example], of: Subject) -> None:
    about = {
        "chats": len({e.chat for e in data if not e.plain}),
        "messages": len(data),
        "ridge": of.ridge,
        "left_out_f1": {k: round(v, 3) for k, v in scores.items()},
    }
    file_of(name).write_text(as_json(found, about), encoding="utf-8")
    load.cache_clear()
    sys.stdout.write("\n".join([f"{name}:", *(f"  {k:18} {v:.3f}" for k, v in scores.items())]) + "\n")


if __name__ == "__main__":
    main()
