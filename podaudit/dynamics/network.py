"""Give and take: who is on record as having answered whose calls, how evenly, and how soon.

A tie leads from a giver, whom a call asked, to its receiver: the beneficiary where that is a member, else the caller
(what is asked for an outsider counts for who asked it). It weighs as many as the calls for which "done" is on record,
in time or late. A chat shows what people said: nothing on record is not the same as not given, and little reciprocity
is "not shown", not absent.

Reciprocity, unweighted: of the ties with something given, the share that has one the other way (networkx,
``overall_reciprocity``). Weighted: the sum of min(w_ij, w_ji) over all ordered pairs, which is 2·min over the unordered
ones, divided by the sum of all w (T. Squartini, F. Picciolo, F. Ruzzenenti, D. Garlaschelli, "Reciprocity of weighted
networks", Scientific Reports 3, 2729, 2013, doi:10.1038/srep02729: r = W↔ / W).

Sooner than one can read: a call asks to read where its own asks have ``read``, or where a ``read`` rule with a number of
seconds is in force. Those seconds are the measure, 30 where there is no such rule. A time whose seconds are 00 may stand
for any of its minute (many exports show minutes only, and merged ones may show both), so 59 s are added to what passed
until a reply at such a time: it counts only where it must have been sooner. That says nothing of who read the post
before it was put up.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from podaudit.dynamics.measures import FEW, ratio
from podaudit.model import REPORTED, Ask, Column, RuleType, Schema
from podaudit.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    Array = np.ndarray[Any, Any]

READING = 30  # seconds it takes to read a post, where the group's rules give none
CIRCLE = 3  # givers
WITHIN = (2, 15, 60)  # minutes
_ALWAYS = 9  # of ten calls answered, both ways


def _share(of: str) -> str:
    return f"{of}; 0 to 1, 4 decimals"


TIES = Schema("network_ties", (
    Column("giver", "str", "member who was asked"),
    Column("receiver", "str", "whose call it was: the beneficiary where that is a member, else the caller"),
    Column("asked", "int", "calls of the receiver that asked the giver: rows of the ledger"),
    Column("done", "int", "of these, with 'done' on record, in time or late (confirmed or late)"),
    Column("share", "float?", _share("done / asked"), unit="share of 1"),
    Column("lines", "list", "lines of the messages that say 'done', each once, rising", of="int"),
), "Who answered whom: a row for each giver and receiver of which the first was asked, counted from the ledger.")  # fmt: skip

BALANCES = Schema("network_members", (
    Column("member", "str", "member who was asked, put up a call or received"),
    Column("calls", "int", "calls that the member put up, for others too"),
    Column("asked", "int", "calls of others that asked the member: rows of the ledger"),
    Column("given", "int", "of these, with 'done' on record, in time or late"),
    Column("expected", "int", "rows of the ledger for the calls whose receiver the member is"),
    Column("received", "int", "of these, with 'done' on record by others, in time or late"),
    Column("balance", "int", "given - received; below 0: more received than given"),
    Column("share_given", "float?", _share("given / asked") + "; null where never asked", unit="share of 1"),
    Column("share_received", "float?", _share("received / expected") + "; null where nobody was asked for the member", unit="share of 1"),
    Column("given_to", "int", "members to whom the member gave at least once"),
    Column("received_from", "int", "members from whom the member received at least once"),
    Column("circle", "float?", _share(f"of what was received, the share by the {CIRCLE} who gave most")
           + f"; null where fewer than {FEW} were received: too few to say; 1 where no more than {CIRCLE} gave at all", unit="share of 1"),
    Column("circle_of", "list", f"those givers, at most {CIRCLE}, most given first; of equals, who answered first on record"),
), "What each member gave and received, counted from the ledger.")  # fmt: skip

PAIRS = Schema("network_pairs", (
    Column("a", "str", f"first by name of two members who each answered {_ALWAYS} of 10 calls of the other or more, "
           f"asked {FEW} times or more both ways; the lines stand with their ties"),
    Column("b", "str", "second by name"),
    Column("a_asked", "int", "calls of b that asked a"),
    Column("a_done", "int", "of these, with 'done' by a on record, in time or late"),
    Column("b_asked", "int", "calls of a that asked b"),
    Column("b_done", "int", "of these, with 'done' by b on record, in time or late"),
), "Pairs of members who answered nearly all calls of each other.")  # fmt: skip

LATENCIES = Schema("network_latencies", (
    Column("member", "str?", "who answered; null: all members together"),
    Column("n", "int", "obligations with 'done' on record, measured from the call to the message that says so"),
    Column("left_out", "int", "further ones whose 'done' bears a time before its call's, as where the clock ran back"),
    Column("median", "float?", f"median, in minutes, 4 decimals; null where n < {FEW}", unit="minutes"),
    Column("p90", "float?", f"90th percentile by linear interpolation, in minutes, 4 decimals; null where n < {FEW}", unit="minutes"),
    *(Column(f"within_{m}", "float?", _share(f"of n, at most {m} minutes after the call") + "; null where n is 0", unit="share of 1")
      for m in WITHIN),
    Column("to_read", "int", "of n, those for calls that asked to read, themselves or by a rule with seconds in force"),
    Column("judged", "int", "of these, where the time could show that 'done' came sooner than the seconds for reading: "
           "it shows seconds other than 00, or the seconds for reading are 60 or more"),
    Column("faster", "int?", f"of these, those sooner than the seconds for reading (those of the rule in force, else {READING}) "
           "in any case; a time of a whole minute is taken as 59 s later; null where judged is 0"),
    Column("faster_lines", "list", "lines of the messages of faster, each once, rising", of="int"),
), "How long it took from a call to the message that says done.")  # fmt: skip

FIGURES = Schema("network_figures", (
    Column("reciprocity", "float?", _share("of the ties with done > 0, those with one the other way") + "; null where there are none",
           unit="share of 1"),
    Column("weighted_reciprocity", "float?", _share("sum of 2·min(done one way, done the other) over pairs / sum of all done")
           + " (Squartini et al. 2013); null where nothing is done", unit="share of 1"),
    Column("density", "float?", _share("ties with done > 0 / ties, that is: pairs of giver and receiver with asked > 0")
           + "; null where nobody was asked", unit="share of 1"),
    Column("calls", "int", "calls"),
    Column("callers", "int", "members who put up at least one"),
    Column("top_three", "float?", _share("of the calls, the share by the three members with the most") + "; null where there are none",
           unit="share of 1"),
    Column("gini", "float?", "Gini coefficient of the calls per member, over all who were members at any time: 0 evenly spread, "
           "towards 1 all by one; 4 decimals; null without calls, or with fewer than two members", unit="0 to 1"),
), "Figures of the network as a whole.")  # fmt: skip


TABLES = (TIES, BALANCES, PAIRS, LATENCIES)


@dataclass(frozen=True, slots=True)
class Network:
    """Give and take of one chat: tables of the schemas above, and the figures of ``FIGURES``."""

    ties: pd.DataFrame  # TIES, by giver and receiver
    members: pd.DataFrame  # BALANCES, by name
    pairs: pd.DataFrame  # PAIRS, by name
    latencies: pd.DataFrame  # LATENCIES, all together first, then by name; no row where nobody was asked or called
    reciprocity: float | None
    weighted_reciprocity: float | None
    density: float | None
    calls: int
    callers: int
    top_three: float | None
    gini: float | None


def network(
    calls: pd.DataFrame, ledger: pd.DataFrame, replies: pd.DataFrame, rules: pd.DataFrame, members: pd.DataFrame
) -> Network:
    """Give and take from CALLS, LEDGER, REPLIES, RULES and MEMBERS. Pure; names decide nothing but the order of rows."""
    receivers = calls["beneficiary"].where(calls["beneficiary"].isin(members["name"]), calls["caller"])
    callers = set(calls["caller"].unique())
    names = sorted({*ledger["member"].unique(), *callers, *receivers.unique()})
    call, giver = _positions(ledger["key"], calls["key"]), _positions(ledger["member"], names)
    done = np.flatnonzero(ledger["status"].isin(REPORTED).to_numpy())
    line = ledger["line"].to_numpy(np.int64, na_value=0)[done]
    ties = _Ties.of(giver, _positions(receivers, names)[call], done, line, len(names))
    put_up = np.bincount(_positions(calls["caller"], names), minlength=len(names))
    able = {name for name, periods in zip(members["name"], members["periods"], strict=True) if periods}
    per_caller = np.sort(put_up[put_up > 0])
    return Network(
        ties=ties.table(names),
        members=_members(ties, names, put_up),
        pairs=_pairs(ties, names),
        latencies=_latencies(names, calls, rules, replies, call[done], giver[done], line),
        reciprocity=ties.reciprocity(),
        weighted_reciprocity=ratio(np.minimum(ties.done, ties.returned(ties.done)).sum(), ties.done.sum()),
        density=ratio(np.count_nonzero(ties.done), len(ties.done)),
        calls=len(calls),
        callers=len(callers),
        top_three=ratio(per_caller[-3:].sum(), len(calls)),
        gini=_gini(per_caller, len(able | callers)),
    )


def _positions(values: Any, known: Any) -> Array:
    """Positions of values among those known, which differ; all are known."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.index_in(pa.array(values, pa.large_string()), value_set=pa.array(known, pa.large_string()))
    return found.to_numpy(zero_copy_only=False).astype("int64")  # type: ignore[no-any-return]


def _gini(rising: Array, n: int) -> float | None:
    """Gini coefficient of ``n`` counts: those given, in rising order, and for the rest zeros."""
    rank = np.arange(n - len(rising) + 1, n + 1)
    return ratio(((2 * rank - n - 1) * rising).sum(), n * rising.sum()) if n > 1 else None


# ----------------------------------------------------------------------------------------------------------------- ties


@dataclass(frozen=True, slots=True)
class _Ties:
    """The ordered pairs with obligations, by giver and receiver, who are positions among the names."""

    giver: Array
    receiver: Array
    asked: Array
    done: Array
    lines: Sequence[list[int]]
    back: Array  # position of the tie the other way; -1 where there is none

    @staticmethod
    def of(giver: Array, receiver: Array, done: Array, line: Array, n: int) -> _Ties:
        """From a giver and a receiver, of ``n`` names, per obligation; ``line``: of the messages that answered ``done``."""
        import pandas as pd

        tie, code = pd.factorize(giver * n + receiver, sort=True)
        giver, receiver = np.divmod(code, max(n, 1))
        reverse = receiver * n + giver
        back = np.searchsorted(code, reverse)
        back = np.where(code.take(back, mode="clip") == reverse, back, -1)
        base = line.max(initial=0) + 1  # tie and line as one number, which sorts fast
        cited = np.sort(tie[done] * base + line)
        cited = cited[np.diff(cited, prepend=-1) > 0]
        starts = np.searchsorted(cited, np.arange(len(code) + 1) * base)
        cited %= base
        return _Ties(
            giver, receiver, np.bincount(tie, minlength=len(code)), np.bincount(tie[done], minlength=len(code)),
            [cited[a:b].tolist() for a, b in pairwise(starts.tolist())], back,
        )  # fmt: skip

    def returned(self, counts: Array) -> Array:
        """Per tie, the count of the one the other way; 0 where there is none."""
        return np.where(self.back >= 0, counts[self.back], 0)

    def reciprocity(self) -> float | None:
        """As ``networkx.overall_reciprocity``, which tests hold it against; importing that costs a fifth of a second."""
        given = self.done > 0
        return ratio(np.count_nonzero(given & (self.returned(self.done) > 0)), np.count_nonzero(given))

    def table(self, names: Sequence[str]) -> pd.DataFrame:
        return TIES.frame({
            "giver": [names[n] for n in self.giver.tolist()], "receiver": [names[n] for n in self.receiver.tolist()],
            "asked": self.asked, "done": self.done, "share": list(map(ratio, self.done.tolist(), self.asked.tolist())),
            "lines": self.lines,
        })  # fmt: skip


def _members(ties: _Ties, names: Sequence[str], put_up: Array) -> pd.DataFrame:
    def total(who: Array, counts: Array) -> Array:
        return np.bincount(who, counts, len(names)).astype(np.int64)

    asked, given = total(ties.giver, ties.asked), total(ties.giver, ties.done)
    expected, received = total(ties.receiver, ties.asked), total(ties.receiver, ties.done)
    held = np.flatnonzero(ties.done)
    first = np.array(
        [ties.lines[n][0] for n in held.tolist()], np.int64
    )  # no two givers share a line, so names decide nothing
    held = held[np.lexsort((first, -ties.done[held], ties.receiver[held]))]
    starts = np.searchsorted(ties.receiver[held], np.arange(len(names) + 1)).tolist()
    circles = [held[a:b][:CIRCLE] if n >= FEW else held[:0]
               for (a, b), n in zip(pairwise(starts), received.tolist(), strict=True)]  # fmt: skip
    return BALANCES.frame({
        "member": names, "calls": put_up, "asked": asked, "given": given, "expected": expected, "received": received,
        "balance": given - received, "share_given": list(map(ratio, given, asked)),
        "share_received": list(map(ratio, received, expected)),
        "given_to": total(ties.giver, ties.done > 0), "received_from": total(ties.receiver, ties.done > 0),
        "circle": [ratio(ties.done[c].sum(), n) if len(c) else None for c, n in zip(circles, received, strict=True)],
        "circle_of": [[names[g] for g in ties.giver[c]] for c in circles],
    })  # fmt: skip


def _pairs(ties: _Ties, names: Sequence[str]) -> pd.DataFrame:
    always = (ties.asked >= FEW) & (ties.done * 10 >= ties.asked * _ALWAYS)
    at = np.flatnonzero(always & ties.returned(always).astype(bool) & (ties.giver < ties.receiver))
    back = ties.back[at]
    return PAIRS.frame({
        "a": [names[n] for n in ties.giver[at]], "b": [names[n] for n in ties.receiver[at]],
        "a_asked": ties.asked[at], "a_done": ties.done[at], "b_asked": ties.asked[back], "b_done": ties.done[back],
    })  # fmt: skip


# ------------------------------------------------------------------------------------------------------------ latencies


def _latencies(
    names: Sequence[str], calls: pd.DataFrame, rules: pd.DataFrame, replies: pd.DataFrame,
    call: Array, giver: Array, line: Array,
) -> pd.DataFrame:  # fmt: skip
    """LATENCIES, from the call, the giver and the line of each ``done``; REPLIES are ordered by line."""
    when = replies["time"].to_numpy()[np.searchsorted(replies["line"].to_numpy(), line)]
    passed = (when - calls["time"].to_numpy()[call]) / np.timedelta64(1, "s")
    reading = _reading(calls, rules)[call]
    slack = np.where(when.astype("datetime64[s]").astype(np.int64) % 60, 0, 59)  # seconds
    to_read, judged, faster = ~np.isnan(reading), slack < reading, passed + slack < reading

    def row(member: str | None, at: Array) -> dict[str, Any]:
        """``at``: positions of the member's."""
        known = at[passed[at] >= 0]
        n, minutes = len(known), passed[known] / 60
        median, p90 = np.percentile(minutes, (50, 90)).round(4).tolist() if n >= FEW else (None, None)
        sooner = known[faster[known]]
        able = np.count_nonzero(judged[known])
        return {
            "member": member, "n": n, "left_out": len(at) - n, "median": median, "p90": p90,
            **{f"within_{m}": ratio(np.count_nonzero(minutes <= m), n) for m in WITHIN},
            "to_read": np.count_nonzero(to_read[known]), "judged": able, "faster": len(sooner) if able else None,
            "faster_lines": sorted(set(line[sooner].tolist())),
        }  # fmt: skip

    order = np.argsort(giver.astype(np.min_scalar_type(len(names))), kind="stable")
    starts = np.searchsorted(giver[order], np.arange(len(names) + 1)).tolist()
    each = [row(name, order[a:b]) for name, (a, b) in zip(names, pairwise(starts), strict=True)]
    return LATENCIES.frame([row(None, order), *each] if each else ())


def _reading(calls: pd.DataFrame, rules: pd.DataFrame) -> Array:
    """Per call the seconds that reading takes; not a number where it does not ask to read."""
    standing = Standing.of(rules)
    values = [rule.value for rule in standing.versions.get(RuleType.READ, ())]
    seconds = np.array([np.nan, *(value if isinstance(value, int) else np.nan for value in values)])
    by_rule = seconds[[standing.number(RuleType.READ, line) for line in calls["line"].tolist()]]
    asks = np.array([Ask.READ in asks for asks in calls["asks"].tolist()], bool)
    return np.where(np.isnan(by_rule) & asks, READING, by_rule)
