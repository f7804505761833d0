"""The tables of a corpus: a row a group, and a row for every export that failed."""

from __future__ import annotations

from podaudit.corpus.outcome import Failed
from podaudit.dynamics.load import LOAD_WEEKS
from podaudit.dynamics.network import FIGURES, LATENCIES
from podaudit.model import Column, Schema

_OF_ALL = {column.name: column for schema in (FIGURES, LATENCIES, LOAD_WEEKS) for column in schema.columns}


def _as(name: str, of: str, type_: str = "float?") -> Column:
    """A figure that another table defines, under a name of its own."""
    return Column(name, type_, _OF_ALL[of].about)  # type: ignore[arg-type]


GROUPS = Schema("groups", (
    Column("group", "str", "the group's name in all tables and files: the SHA-256 of the export as given; with pseudonyms, keyed"),
    Column("first", "time?", "local time of the first message"),
    Column("last", "time?", "local time of the last message"),
    Column("days", "int?", "calendar days from the first message to the last, both counted"),
    Column("lines", "int?", "lines of the export"),
    Column("messages", "int?", "messages, the app's notices counted, gaps not"),
    Column("notices", "int?", "of these, notices of the app"),
    Column("gaps", "int?", "stretches of lines that could not be read"),
    Column("platform", "str", "android, ios or unknown"),
    Column("date_order", "str", "dmy, mdy or ymd"),
    Column("languages", "map", "language code -> share of the messages whose language could be told", of="float"),
    Column("warnings", "list", "the notes on the reading that podaudit audit -v prints, in their order: what was assumed or found amiss, "
           "with … for names, lines and numbers, so that equal notes are equal in all groups"),
    Column("members", "int?", "members: who wrote, or whom the app's notices name"),
    Column("consenting", "int?", "of these, who posted the sentence of --consent; null without it. Rows of the tables and what is counted "
           "from them are of these only; members, lines and days are of the whole chat"),
    Column("rows_left_out", "int?", "rows of the audit's tables that were dropped for --consent; null without it"),
    Column("entered", "int?", "notices of somebody who created the group, was added or joined"),
    Column("left", "int?", "notices of somebody who left"),
    Column("removed", "int?", "notices of somebody who was removed"),
    Column("calls", "int?", "posts put before the group"),
    Column("callers", "int?", "members who put up at least one"),
    Column("repeats", "int?", "calls put again"),
    Column("platforms", "map", "platform of the post -> calls", of="int"),
    Column("asks", "map", "what the call itself asks for -> calls", of="int"),
    Column("calls_per_week", "float?", "7 x calls / days; null where days is null"),
    Column("top_three", "float?", _OF_ALL["top_three"].about),
    Column("gini", "float?", _OF_ALL["gini"].about),
    Column("rules", "int?", "rules laid down, later versions counted"),
    Column("rule_types", "map", "type of rule -> rules laid down", of="int"),
    Column("obligations", "int?", "rows of the ledger: calls times the members whom they asked"),
    Column("statuses", "map", "status in the ledger -> obligations", of="int"),
    Column("done", "int?", "obligations with 'done' on record, in time or late"),
    Column("compliance", "float?", "done / obligations: what members said, not what they did; null where nobody was asked"),
    Column("compliance_low", "float?", "lower end of its 95 % interval (Wilson 1927); null likewise"),
    Column("compliance_high", "float?", "upper end of it"),
    Column("replies", "map", "status of the reply -> replies", of="int"),
    Column("labelled", "int?", "messages with a label of pressure and what surrounds it"),
    Column("labels", "map", "label -> messages", of="int"),
    Column("per_100", "map", "label -> messages per 100 messages that members wrote; empty where they wrote none", of="float"),
    Column("pressing", "int?", "messages that press: with one of the labels reminder, demand, guilt, shaming, threat, sanction, "
           "retaliation_call, insult, unless aimed at nobody but its writer, who then tells what befell him or her"),
    Column("pressing_per_100", "float?", "100 x pressing / messages that members wrote; null where they wrote none"),
    Column("episodes", "map", "kind of episode -> episodes", of="int"),
    Column("dissenters", "int?", "members with a message labelled dissent"),
    Column("dissenters_removed", "int?", "of these, who were removed within 14 days after one; a sequence in time, no cause"),
    Column("dissenters_left", "int?", "of these, who left within 14 days after one, and were not removed"),
    Column("reciprocity", "float?", _OF_ALL["reciprocity"].about),
    Column("weighted_reciprocity", "float?", _OF_ALL["weighted_reciprocity"].about),
    Column("density", "float?", _OF_ALL["density"].about),
    _as("latency_n", "n", "int?"),
    _as("latency_median", "median"),
    _as("latency_p90", "p90"),
    *(_as(f"latency_{name}", name) for name in ("within_2", "within_15", "within_60")),
    Column("minutes_each", "float?", "minutes assumed per obligation: stated by --minutes, not measured"),
    Column("hours_asked", "float?", "obligations x minutes_each / 60"),
    Column("hours_done", "float?", "done x minutes_each / 60"),
    Column("median_per_week", "float?", "median obligations over all pairs of a member asked and a week present; null where none"),
    Column("highest_per_week", "int?", "the most of those"),
))  # fmt: skip

FAILURES = Schema("failures", (
    Column("group", "str?", "name of the group, as in the table groups; null where the export could not be read at all"),
    Column("number", "int", "which of the exports it was: its place, from 1 on, among their addresses in order"),
    Column("kind", "str", "why: unreadable (no chat in it), undecided (only you can decide, as on the order of day and month), "
           "leak (its tables would show who was in the chat), died (the process ended, as where memory runs out), bug",
           values=tuple(Failed)),
    Column("reason", "str", "what was wrong, without anything out of the chat or the export's name"),
))  # fmt: skip
