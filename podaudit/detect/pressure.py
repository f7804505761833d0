"""Pressure and what surrounds it: labels and whom they are aimed at (codebook section 5).

Claims: that a message, by its words and where it stands (who is named, who has open calls, who is removed or leaves right
after, what was said just before), reads like those that coders gave a label. The words are in the phrase books; how much
each trait weighs was learnt from coded chats (``make train``) and stands in ``pressure.weights.json``. Does not claim
intent, nor anything in a chat without calls. Fires on ``wie vandaag niets laat horen gaat eruit``; stays silent on ``wie
gaat er vandaag mee eten``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from podaudit.detect import targets, traits
from podaudit.detect.chat import Chat
from podaudit.detect.traits import Traits
from podaudit.detect.weights import load
from podaudit.lexicon import Lexicon
from podaudit.model import PRESSURE, Label

if TYPE_CHECKING:
    import pandas as pd


@cache
def _sums() -> tuple[dict[str, int], Any]:
    """Position of each trait, and the weights as a table, trait by label; the last row is the base less the threshold."""
    import numpy as np

    known = load("pressure")
    names = sorted({t for of in known.of.values() for t in of if t})
    table = np.zeros((len(names) + 1, len(Label)))
    for column, label in enumerate(Label):
        table[:-1, column] = [known.of[label].get(t, 0.0) for t in names]
        table[-1, column] = known.of[label].get("", 0.0) - known.threshold[label]
    return {t: n for n, t in enumerate(names)}, table


def labels_of(found: frozenset[str]) -> list[str]:
    """The labels whose weights over the traits sum to more than their threshold."""
    at, table = _sums()
    over = table[[*sorted(at[t] for t in found if t in at), -1]].sum(axis=0)
    return [label.value for label, sum_ in zip(Label, over.tolist(), strict=True) if sum_ > 0]


def pressure(
    chat: Chat,
    calls: pd.DataFrame,
    repeats: pd.DataFrame,
    rules: pd.DataFrame,
    replies: pd.DataFrame,
    ledger: pd.DataFrame,
    lexicon: Lexicon,
) -> pd.DataFrame:
    """The labelled messages (PRESSURE), given what earlier stages found. No calls, no pod: an empty table."""
    if not len(calls):
        return PRESSURE.frame()
    known, rows = load("pressure"), []
    seen = {t.i: t for t in traits.read(chat, calls, repeats, rules, replies, ledger, lexicon)}
    labelled: dict[int, list[str]] = {}
    for i, t in seen.items():
        found = labels_of(t.traits)
        if "rule" in t.traits:  # laying down rules is no demand by itself
            found = [x for x in found if x != Label.DEMAND]
        if "repeat" in t.traits and Label.REMINDER.value not in found:
            found.append(Label.REMINDER.value)  # a repeated call is a reminder by definition
        if found:
            labelled[i] = sorted(found)
    aim = targets.Aim(chat, traits.exits(chat), labelled)
    for i, labels in labelled.items():
        t = seen[i]
        why = {x: _why(t, known.of[x], lexicon) for x in labels}
        rows.append(
            {
                "line": chat.lines[i],
                "time": chat.times[i],
                "actor": chat.members[i],
                "labels": labels,
                "targets": aim.at(i, labels, t.named),
                "why": {k: w for k, (w, _) in why.items()},
                "phrases": {k: p for k, (_, p) in why.items()},
            }
        )
    return PRESSURE.frame(rows)


def _why(t: Traits, of: Mapping[str, float], lexicon: Lexicon) -> tuple[str, str]:
    """Which words and which context tipped it, heaviest first; and the words themselves."""
    about = lexicon.about["pressure"]
    weight = {h.concept: of.get(f"word {h.concept}", 0.0) for h in t.hits}
    words = sorted((h for h in t.hits if weight[h.concept] > 0), key=lambda h: (-weight[h.concept], h.start))
    told: list[str] = []
    for h in words:
        if (said := f"“{h.phrase}” ({about[h.concept]})") not in told:
            told.append(said)
    context = sorted((x for x in t.traits if x in CONTEXT and of.get(x, 0.0) > 0.1), key=lambda x: (-of[x], x))
    told = [*told[:3], *(CONTEXT[x] for x in context[:2])] or [
        "reads, taken together, like messages that coders gave this label"
    ]
    return "; ".join(told), words[0].phrase if words else ""


# What traits of place say in words; those not here (lengths, pronouns) are too small to name.
CONTEXT: dict[str, str] = {
    "names": "names a member",
    "names two": "names several members",
    "calls by @": "addresses somebody by @name",
    "names one with open calls": "a member named has calls open",
    "list of names": "a list of names",
    "has open calls": "the writer has calls open",
    "has several open calls": "the writer has several calls open",
    "admin": "written by an admin",
    "after an exit": "within two days after somebody went",
    "names who went": "names somebody who went",
    "soon after an exit": "within three hours after somebody went",
    "after removing somebody": "the writer has just removed somebody",
    "about to remove": "the writer removes somebody within a quarter of an hour",
    "about to be removed": "the writer is removed within a week",
    "about to leave": "the writer leaves within a day",
    "leaves within the hour": "the writer leaves within the hour",
    "was just named": "the writer was named just before",
    "repeat": "drops a post again",
    "rule": "lays down a rule",
    "says refuse": "declines a call",
    "says excuse": "says it cannot be done",
    "says done": "reports having done it",
    "capitals": "in capitals",
    "figure": "holds a large number",
    "money sign": "speaks of money",
} | {
    f"after {x}": f"right after words of {x.replace('_', ' ')}"
    for x in ("dissent", "shaming", "threat", "sanction", "insult")
}
