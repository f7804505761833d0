"""Pressure and what surrounds it: labels and whom they are aimed at (codebook section 5).

Claims: that a message, by its words and where it stands (who is named, who has open calls, who is removed or leaves right
after, what was said just before), reads like those that coders gave a label. The words are in the phrase books; how much
each trait weighs was learnt from coded chats (``make train``) and stands in ``pressure.weights.json``. Does not claim
intent, nor anything in a chat without calls. Fires on ``wie vandaag niets laat horen gaat eruit``; stays silent on ``wie
gaat er vandaag mee eten``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import regex

from podaudit.detect import targets, traits
from podaudit.detect.chat import Chat
from podaudit.detect.surroundings import exits
from podaudit.detect.traits import Traits
from podaudit.detect.weights import load
from podaudit.lexicon import Lexicon
from podaudit.model import PRESSURE, Label

if TYPE_CHECKING:
    import pandas as pd


_COUNTS = 0.25  # of the weight of the heaviest word, for another to be named beside it
_AT_ONCE = 1 << 14  # messages weighed in one go


@cache
def _sums(name: str) -> tuple[dict[str, int], Any]:
    """Position of each trait, and the weights as a table, trait by label; the last row is the base less the threshold."""
    import numpy as np

    known = load(name)
    names = sorted({t for of in known.of.values() for t in of if t})
    table = np.zeros((len(names) + 1, len(Label)))
    for column, label in enumerate(Label):
        table[:-1, column] = [known.of[label].get(t, 0.0) for t in names]
        table[-1, column] = known.of[label].get("", 0.0) - known.threshold[label]
    return {t: n for n, t in enumerate(names)}, table


def labels_of(name: str, found: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    """For each set of traits the labels whose weights (``name``), over the traits, sum to more than their threshold."""
    import numpy as np

    at, table = _sums(name)
    labels = tuple(x.value for x in Label)
    unlike, given = list(dict.fromkeys(found)), list[frozenset[str]]()
    for first in range(0, len(unlike), _AT_ONCE):
        picked = [[*sorted(at[t] for t in traits_ if t in at), -1] for traits_ in unlike[first : first + _AT_ONCE]]
        starts = np.cumsum([0, *map(len, picked[:-1])])
        sums = np.add.reduceat(table[[n for row in picked for n in row]], starts)
        given += [frozenset(x for x, over in zip(labels, row, strict=True) if over) for row in (sums > 0).tolist()]
    of = dict(zip(unlike, given, strict=True))
    return [of[traits_] for traits_ in found]


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
    rows = []
    read = list(traits.read(chat, calls, repeats, rules, replies, ledger, lexicon))
    if not read:
        return PRESSURE.frame()
    alone = labels_of("pressure.first", [t.traits for t in read])  # by itself; then with those around it so labelled
    with_around = cache(frozenset[str].union)  # alike ones share one
    for n, near in enumerate(traits.near(chat, [t.i for t in read])):
        if around := traits.around(near, alone):
            read[n] = dataclasses.replace(read[n], traits=with_around(read[n].traits, around))
    seen = {t.i: t for t in read}
    labelled: dict[int, list[str]] = {}
    for t, given in zip(read, labels_of("pressure", [t.traits for t in read]), strict=True):
        i, found = t.i, sorted(given)
        if "rule" in t.traits:  # laying down rules is no demand by itself
            found = [x for x in found if x != Label.DEMAND]
        if "word insult" not in t.traits:  # what is only said in a sharp tone is no insult
            found = [x for x in found if x != Label.INSULT]
        if "repeat" in t.traits and Label.REMINDER.value not in found:
            found.append(Label.REMINDER.value)  # a repeated call is a reminder by definition
        if found:
            labelled[i] = sorted(found)
    heaviest = cache(_heaviest)
    aim = targets.Aim(chat, exits(chat), labelled)
    for i, labels in labelled.items():
        t = seen[i]
        why = {x: _why(t, x, heaviest(t.traits, x), chat.folded[i], lexicon) for x in labels}
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


def _heaviest(found: frozenset[str], label: str) -> list[str]:
    """Of some traits those that weigh for a label, heaviest first."""
    of = load("pressure").of[label]
    return sorted((x for x in found if of.get(x, 0.0) > 0.1), key=lambda x: (-of[x], x))


def _why(t: Traits, label: str, heavy: Sequence[str], text: str, lexicon: Lexicon) -> tuple[str, tuple[str, ...]]:
    """Which words, which way of putting it and which context tipped it, heaviest first; and the words to mark."""
    of = load("pressure").of[label]
    about = lexicon.about["pressure"]
    weight = {h.concept: of.get(f"word {h.concept}", 0.0) for h in t.hits}
    least = _COUNTS * max(weight.values(), default=0.0)
    words = sorted((h for h in t.hits if weight[h.concept] > least), key=lambda h: (-weight[h.concept], h.start))
    phrases: dict[str, str] = {}  # words -> what they say, each once
    for h in words:
        if not any(h.phrase in longer for longer in phrases):
            phrases[h.phrase] = about[h.concept]
    named = tuple(phrases)[:3]
    telling = {label, *_TELLING[Label(label)]}
    marked = tuple(dict.fromkeys(h.phrase for h in words if h.phrase in named and h.concept in telling))
    put = [s for s in heavy if s in _PUT]
    context = [c for x in heavy if (c := CONTEXT.get(x))]
    told = [*(f"“{words}” ({phrases[words]})" for words in named), *put[:1], *context[:2]]
    if len(told) < 2:
        stems = [x for x in heavy if x.startswith(traits.STEM)]
        found = [m[0] for x in stems[:3] if (m := regex.search(traits.spelt(x), text))]
        told += [f"“{w}” (a word of messages that coders gave this label)" for w in found]
        marked += tuple(found)
    return "; ".join(told or ["reads, taken together, like messages that coders gave this label"]), marked


# Concepts whose words speak for a label by themselves, beside its own: they are marked in the message. Others (what a pod does,
# everybody, a duty, ...) weigh as well, but a reader would not see why they are marked.
_TELLING: Mapping[Label, tuple[str, ...]] = {
    Label.REMINDER: ("missing",),
    Label.DEMAND: ("duty",),
    Label.GUILT: ("effort", "unfair"),
    Label.SHAMING: ("missing", "takes"),
    Label.THREAT: ("penalty", "withdraw", "gone"),
    Label.SANCTION: ("penalty", "withdraw", "gone"),
    Label.RETALIATION_CALL: ("penalty", "withdraw", "gone"),
    Label.INSULT: (),
    Label.SECRECY: ("hush", "tell"),
    Label.PRAISE: ("kudos", "quick", "delivered"),
    Label.APOLOGY: (),
    Label.DISTRESS: ("weary", "fake"),
    Label.DISSENT: ("agree", "unfair"),
    Label.LEAVING: ("gone",),
    Label.PAYMENT: ("money",),
    Label.AUTOMATION: ("trick",),
    Label.REACH_CLAIM: ("metric", "growth", "credit"),
}
_PUT = frozenset(s.says for s in traits.SKELETONS)
# What traits of place say in words; those not here (lengths, pronouns) are too small to name.
CONTEXT: dict[str, str] = (
    {
        "names": "names a member",
        "names two": "names several members",
        "calls by @": "addresses somebody with an @",
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
        "names one with several open calls": "a member named has several calls open",
        "names one with nothing open": "a member named has nothing open",
        "names one who just posted": "a member named asked for support lately",
        "names one who will go": "a member named is gone within a week",
        "begins with a name": "speaks to a member by name",
        "lays down the rules": "written by who lays down the rules",
        "posted lately": "the writer asked for support lately",
        "so many of so many": "counts how many of how many",
        "empty tick": "a sign for not done",
    }
    | {
        f"{how}: {x.value}": f"{said} a message read as {x.value.replace('_', ' ')}"
        for x in Label
        for how, said in (
            ("before", "right after"),
            ("after", "right before"),
            ("own, before", "the writer has just written"),
            ("own, after", "the writer goes on with"),
        )
    }
    | {
        f"after {x}": f"right after words of {x.replace('_', ' ')}"
        for x in ("dissent", "shaming", "threat", "sanction", "insult")
    }
)
