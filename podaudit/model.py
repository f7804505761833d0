"""The vocabulary: closed enums, table schemas, the frozen records between stages, and the error tree.

Terms follow the codebook (``podaudit explain``). Nothing here knows how anything is found.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

# ---------------------------------------------------------------------------------------------------------------- errors


class PodauditError(Exception):
    """A problem the user can act on: one sentence saying what, where and what to do next.

    ``status`` is the exit status of the command line.
    """

    status = 1


class Unreadable(PodauditError):
    """The input cannot be read, or holds no chat."""


class Unwritable(PodauditError):
    """An output cannot be written; nothing half-written is left."""


class DifferentGroups(PodauditError):
    """Several exports were given as one, but cannot be told to be of the same group."""


class DecisionNeeded(PodauditError):
    """Only the user can decide (an ambiguous date order, an unknown member), or ``--strict`` found gaps."""

    status = 3


class SomeFailed(PodauditError):
    """Of many inputs some gave nothing; the others are done."""

    status = 4


# ------------------------------------------------------------------------------------------------------------- languages

Lang = Literal["nl", "en", "de", "fr", "es", "pt", "it"]  # of the report and of the codebook

# ----------------------------------------------------------------------------------------------------------------- enums


class Kind(StrEnum):
    """What a stretch of lines in the export is."""

    TEXT = "text"
    MEDIA = "media"
    DELETED = "deleted"
    NOTICE = "notice"
    CALL = "call"  # a telephone or video call, not a call of the codebook
    POLL = "poll"
    LOCATION = "location"
    CONTACT = "contact"
    GAP = "gap"


class Event(StrEnum):
    """Membership events, codebook section 6."""

    CREATED = "created"
    ADDED = "added"
    JOINED = "joined"
    LEFT = "left"
    REMOVED = "removed"
    ADMIN = "admin"
    NUMBER_CHANGED = "number_changed"
    SUBJECT_CHANGED = "subject_changed"
    DESCRIPTION_CHANGED = "description_changed"


class Ask(StrEnum):
    """What a call asks for, codebook section 1."""

    REACT = "react"
    COMMENT = "comment"
    SHARE = "share"
    FOLLOW = "follow"
    SAVE = "save"
    READ = "read"
    VOTE = "vote"


class RuleType(StrEnum):
    """Rule types, codebook section 2."""

    REACT = "react"
    COMMENT = "comment"
    COMMENT_MIN_WORDS = "comment_min_words"
    COMMENT_QUESTION = "comment_question"
    COMMENT_NO_EMOJI_ONLY = "comment_no_emoji_only"
    COMMENT_NO_GENERIC = "comment_no_generic"
    COMMENT_MENTION = "comment_mention"
    SHARE = "share"
    FOLLOW = "follow"
    SAVE = "save"
    READ = "read"
    DEADLINE = "deadline"
    CONFIRM = "confirm"
    GIVE_FIRST = "give_first"
    QUOTA = "quota"
    WINDOW = "window"
    ANSWER_COMMENTS = "answer_comments"
    NO_CHAT = "no_chat"
    SECRECY = "secrecy"
    REPORT_ABSENCE = "report_absence"
    NO_RETRACT = "no_retract"
    STRIKES = "strikes"
    PENALTY = "penalty"
    PAYMENT = "payment"


CHECKED = (  # rules of which a chat can show whether they were kept
    RuleType.DEADLINE, RuleType.CONFIRM, RuleType.GIVE_FIRST, RuleType.QUOTA, RuleType.WINDOW, RuleType.NO_CHAT,
    RuleType.REPORT_ABSENCE,
)  # fmt: skip


class ReplyStatus(StrEnum):
    """What a member says of his or her own part, codebook section 3."""

    DONE = "done"
    PROMISE = "promise"
    EXCUSE = "excuse"
    REFUSE = "refuse"


class Status(StrEnum):
    """Status of an obligation, in the order of precedence, codebook section 4."""

    CONFIRMED = "confirmed"
    LATE = "late"
    EXCUSED = "excused"
    REFUSED = "refused"
    PROMISED = "promised"
    SILENT = "silent"


REPORTED = (Status.CONFIRMED, Status.LATE)  # a member says that it is done, in time or not


class Verdict(StrEnum):
    """What the chat shows of a rule on one occasion."""

    KEPT = "kept"
    BROKEN = "broken"
    UNKNOWN = "unknown"  # it cannot be known from the chat


class Label(StrEnum):
    """Pressure and what surrounds it, codebook section 5."""

    REMINDER = "reminder"
    DEMAND = "demand"
    GUILT = "guilt"
    SHAMING = "shaming"
    THREAT = "threat"
    SANCTION = "sanction"
    RETALIATION_CALL = "retaliation_call"
    INSULT = "insult"
    SECRECY = "secrecy"
    PRAISE = "praise"
    APOLOGY = "apology"
    DISTRESS = "distress"
    DISSENT = "dissent"
    LEAVING = "leaving"
    PAYMENT = "payment"
    AUTOMATION = "automation"
    REACH_CLAIM = "reach_claim"


class EpisodeKind(StrEnum):
    """Sequences in time, codebook section 7."""

    SILENCED = "silenced"
    ENFORCED = "enforced"
    PUNISHED = "punished"
    DRIVEN_OUT = "driven_out"
    AFTER_EXIT = "after_exit"


class CorrectionKind(StrEnum):
    """What a reader may correct."""

    SAME_MEMBER = "same_member"
    NO_CALL = "no_call"
    CALL = "call"
    NO_RULE = "no_rule"
    RULE = "rule"
    NO_REPLY = "no_reply"
    REPLY = "reply"
    NO_LABEL = "no_label"
    LABEL = "label"


# --------------------------------------------------------------------------------------------------------------- schemas

Type = Literal["int", "int?", "str", "str?", "time", "time?", "bool", "float?", "list", "map", "any"]
Item = Literal["int", "float", "str"] | tuple[tuple[str, Type], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its type and what it holds. ``?`` marks a column that may be empty.

    Numbers count something unless they have a ``unit``; times are local and without a zone unless it is ``UTC``.
    """

    name: str
    type: Type
    about: str
    public: bool = True  # stands in the audit document and the tables
    unit: str = ""
    values: tuple[str, ...] = ()  # all that it may hold, or that the items of a list and the keys of a map may be
    of: Item = "str"  # the items of a list, the values of a map; fields where these are mappings


@dataclass(frozen=True, slots=True)
class Schema:
    """A table: the only place where its columns, their order and types are declared."""

    name: str
    columns: tuple[Column, ...]
    about: str = ""  # what its rows are and where they come from

    @property
    def names(self) -> list[str]:
        return [c.name for c in self.columns]

    def frame(
        self, data: pd.DataFrame | Mapping[str, Any] | Iterable[Sequence[Any] | Mapping[str, Any]] = ()
    ) -> pd.DataFrame:
        """Build the table from columns (a mapping or a table) or rows: all sequences in column order, or all mappings.

        An empty table has the right columns and types as well. Missing keys of a row become empty values.
        """
        import pandas as pd

        if isinstance(data, Mapping | pd.DataFrame):
            columns = {c.name: data[c.name] for c in self.columns}
        else:
            made_of = list(data)
            if made_of and isinstance(made_of[0], Mapping):
                columns = {c.name: [r.get(c.name) for r in made_of] for c in self.columns}  # type: ignore[union-attr]
            else:
                turned: Iterable[Sequence[Any]] = zip(*made_of, strict=True) if made_of else [()] * len(self.columns)
                columns = dict(zip(self.names, turned, strict=True))
        dtypes = {
            "int": "int64", "int?": "Int64", "str": "str", "str?": "str", "bool": "bool",
            "time": "datetime64[us]", "time?": "datetime64[us]",
        }  # fmt: skip
        made = {}
        for c in self.columns:
            values = columns[c.name]
            if c.type in ("float?", "list", "map", "any"):
                made[c.name] = pd.Series(values if hasattr(values, "dtype") else list(values), dtype="object")
            else:
                made[c.name] = pd.Series(values, dtype=dtypes[c.type], copy=False)
            if isinstance(values, pd.Series):  # which has an index of its own
                made[c.name] = made[c.name].reset_index(drop=True)
        return pd.DataFrame(made, copy=False)


def rows(table: pd.DataFrame) -> Iterator[Any]:
    """The rows of a table as named tuples of plain Python values: times as ``datetime``, what is empty as None."""
    plain = {}
    for name, column in table.items():
        values = column.to_numpy("datetime64[us]").tolist() if column.dtype.kind == "M" else column.tolist()
        if column.dtype.kind != "M" and column.dtype != object and column.hasnans:
            values = [None if gone else v for v, gone in zip(values, column.isna().tolist(), strict=True)]
        plain[str(name)] = values
    row = namedtuple("row", plain)  # type: ignore[misc]  # the columns are known at run time
    return map(row, *plain.values())


def times(table: pd.DataFrame) -> list[dt.datetime]:
    """The column ``time`` as plain values."""
    found: list[dt.datetime] = table["time"].to_numpy("datetime64[us]").tolist()
    return found


_c = Column
_LINE = "line of the export"
LINE = _c("line", "int", "line of the export on which the message's header stands, 1-based", unit=_LINE)

MESSAGES = Schema("messages", (
    LINE,
    _c("line_end", "int", "last line of the message, 1-based", unit=_LINE),
    _c("time", "time?", "local time as exported, without a zone; empty for a gap"),
    _c("sender", "str", "as exported, less marks that only serve display; empty for notices and gaps"),
    _c("kind", "str", "what the lines are; a call is a telephone or video call here", values=tuple(Kind)),
    _c("text", "str", "the body as exported, unaltered, lines joined by \\n"),
    _c("doubts", "str", "why this message may not be what it seems, '; ' between; empty mostly"),
    _c("why", "str", "for a gap: the reason that no message could be made of it"),
    _c("member", "str", "canonical name of the sender; empty for notices and gaps", public=False),
    _c("start", "int", "first byte of the raw span in Export.raw", public=False),
    _c("stop", "int", "byte after the raw span in Export.raw", public=False),
), "Every stretch of lines of the export: messages, notices of the app and gaps, as read.")  # fmt: skip

ORIGINS = Schema("origins", (
    _c("line", "int", "line of the merged text on which the message's header stands, 1-based", unit=_LINE),
    _c("file", "str", "name of an export that holds the message"),
    _c("line_in_file", "int", "line of that export on which it stands there, 1-based", unit="line of that file"),
), "Of several exports read as one, where each message stands in each file; empty for a single export.")  # fmt: skip

MEMBERSHIP = Schema("membership", (
    LINE,
    _c("time", "time", "local time of the notice"),
    _c("event", "str", "what the notice tells", values=tuple(Event)),
    _c("member", "str?", "canonical name of whom it befell; for subject_changed and description_changed: who did it"),
    _c("by", "str?", "canonical name of who did it, where the notice names anybody"),
    _c("to", "str?", "the new number or the new subject, where there is one"),
), "Who came, went and was made admin, read from the app's own notices.")  # fmt: skip

MEMBERS = Schema("members", (
    _c("name", "str", "canonical display name: the last one the export shows"),
    _c("also", "list", "earlier names and numbers, as exported less display marks"),
    _c("messages", "int", "messages sent, the app's notices not counted"),
    _c("first", "time?", "time of the first message"),
    _c("last", "time?", "time of the last message"),
    _c("periods", "list", "list of {from, until}: presence in the group; from null = since the export begins",
       of=(("from", "time?"), ("until", "time?"))),
    _c("owner", "bool", "the member whose phone made the export, where that could be inferred or was given"),
), "Who is known to have been in the group, from what was written and from the notices.")  # fmt: skip

LINKS = Schema("links", (
    LINE,
    _c("start", "int", "first character of the link in the message's text", unit="character"),
    _c("stop", "int", "character after it", unit="character"),
    _c("url", "str", "as it stands, less its tracking and personal parameters"),
    _c("platform", "str", "linkedin, instagram, or other"),
    _c("kind", "str", "activity, share, ugcPost, groupPost, article, short, post, reel; profile, company, job, event, other"),
    _c("post_id", "str?", "the id the link holds"),
    _c("posted_at", "time?", "UTC time encoded in the id", unit="UTC"),
    _c("is_post", "bool", "the link leads to a post (short links included)"),
    _c("key", "str", "what identifies the target: platform:kind:id, else the canonical url"),
    _c("vanity", "str?", "the author's slug in the link, where it shows one", public=False),
), "Every link in a message.")  # fmt: skip

CALLS = Schema("calls", (
    LINE,
    _c("time", "time", "local time of the message"),
    _c("caller", "str", "who put the post before the group"),
    _c("beneficiary", "str", "whose post it is: a member's name, or free text for an outsider"),
    _c("platform", "str", "where the post stands", values=("linkedin", "instagram", "other")),
    _c("post_kind", "str", "kind of link"),
    _c("post_id", "str?", "id of the post, where the link holds one"),
    _c("url", "str", "the link less tracking"),
    _c("posted_at", "time?", "UTC time encoded in the id", unit="UTC"),
    _c("asks", "list", "what is asked, sorted; empty where the message names nothing", values=tuple(Ask)),
    _c("deadline", "time?", "by when the message itself asks it done"),
    _c("due", "time?", "the time that holds for the ledger"),
    _c("why", "str", "what decided that this is a call"),
    _c("key", "str", "identity of the post", public=False),
), "Posts put before the group so that members engage with them; found in messages with links to posts.")  # fmt: skip

REPEATS = Schema("repeats", (
    LINE,
    _c("of", "int", "line of the call that is repeated", unit=_LINE),
    _c("key", "str", "identity of the post", public=False),
), "Messages that drop the post of a call again.")  # fmt: skip

RULES = Schema("rules", (
    LINE,
    _c("type", "str", "what kind of rule it is", values=tuple(RuleType)),
    _c("value", "any", "as the codebook has it for the type; null where there is none"),
    _c("by", "str", "who laid it down"),
    _c("time", "time", "local time of the message"),
    _c("why", "str", "which phrase decided it"),
    _c("phrase", "str", "the words in the message, for highlighting", public=False),
    _c("lifted", "int?", "line of the message that lifts it with no other in its place; empty where none does", unit=_LINE),
), "What members must, should or may not do; a later rule of a type replaces the earlier one.")  # fmt: skip

CLAIMS = Schema("claims", (
    LINE,
    _c("time", "time", "local time of the message"),
    _c("member", "str", "who says it"),
    _c("status", "str", "what is said", values=tuple(ReplyStatus)),
    _c("names", "list", "members named as caller or beneficiary; empty = none named"),
    _c("keys", "list", "posts named by a link"),
    _c("count", "int?", "how many calls, where a number is said"),
    _c("all", "bool", "every call not yet confirmed"),
    _c("inverse", "bool", "the names are those left out: all but these"),
    _c("strict", "bool", "it speaks of the named members' calls only, never of the latest instead"),
    _c("until", "time?", "end of the period, for an excuse with one"),
    _c("why", "str", "which phrase, sign or habit decided it"),
), "What members say of their own part, before it is known of which calls.")  # fmt: skip

REPLIES = Schema("replies", (
    LINE,
    _c("member", "str", "who says it"),
    _c("status", "str", "what is said", values=tuple(ReplyStatus)),
    _c("call_line", "int", "line of the call spoken of", unit=_LINE),
    _c("post_id", "str?", "id of the post spoken of"),
    _c("url", "str", "link of the post spoken of"),
    _c("why", "str", "which phrase, sign or habit decided it"),
    _c("time", "time", "local time of the message", public=False),
    _c("key", "str", "identity of the post", public=False),
), "What members say of their own part in a call, a row for each call spoken of.")  # fmt: skip

ABSENCES = Schema("absences", (
    LINE,
    _c("member", "str", "who signs off"),
    _c("from", "time", "from when"),
    _c("until", "time", "until when"),
), "Excuses with a period; they cover the calls made within it.")  # fmt: skip

LEDGER = Schema("ledger", (
    _c("call_line", "int", "line of the call", unit=_LINE),
    _c("post_id", "str?", "id of the post"),
    _c("url", "str", "link of the post"),
    _c("member", "str", "who was asked"),
    _c("status", "str", "what is on record; where several apply, the first in this order", values=tuple(Status)),
    _c("line", "int?", "line of the message that decides it; empty for silent", unit=_LINE),
    _c("key", "str", "identity of the post", public=False),
), "Obligations: a row for each call and each member who was in the group and asked, with what is on record.")  # fmt: skip

CHECKS = Schema("checks", (
    _c("line", "int", "line of the occasion: the call, the message concerned, or the first of the day or week", unit=_LINE),
    _c("rule_line", "int", "line of the message that laid down the rule in force", unit=_LINE),
    _c("type", "str", "what kind of rule it is", values=CHECKED),
    _c("member", "str", "whom the rule obliged"),
    _c("post_id", "str?", "id of the post, for deadline and confirm"),
    _c("url", "str?", "link of the post, for deadline and confirm"),
    _c("verdict", "str", "what the chat shows; unknown where it cannot show it", values=tuple(Verdict)),
    _c("lines", "list", "lines that it rests on, beside the rule's", of="int"),
    _c("why", "str", "what was written, or what is not on record"),
), "Occasions on which a rule applied to a member, and what the chat shows of it.")  # fmt: skip

PRESSURE = Schema("pressure", (
    LINE,
    _c("time", "time", "local time of the message"),
    _c("actor", "str", "who wrote it"),
    _c("labels", "list", "sorted labels", values=tuple(Label)),
    _c("targets", "list", "sorted members it is aimed at; empty = the group as a whole"),
    _c("why", "map", "label -> the words and the context that decided it", values=tuple(Label)),
    _c("phrases", "map", "label -> the words in the message that speak for it by themselves, for highlighting", public=False),
), "Messages with labels of pressure and what surrounds it, by weights learnt from coded chats.")  # fmt: skip

EPISODES = Schema("episodes", (
    _c("kind", "str", "which sequence it is", values=tuple(EpisodeKind)),
    _c("member", "str", "whom it befell"),
    _c("first_line", "int", "line of the first event", unit=_LINE),
    _c("last_line", "int", "line of the event that completes it", unit=_LINE),
), "Sequences in time, worked out from pressure, replies and membership; no proof of cause.")  # fmt: skip

CORRECTIONS = Schema("corrections", (
    _c("kind", "str", "what was corrected", values=tuple(CorrectionKind)),
    _c("number", "int", "which of the entries of that kind in the file of corrections, from 1", unit="place in the file"),
    _c("line", "int?", "line of the message that is corrected; empty for same_member", unit=_LINE),
    _c("term", "str?", "the label, rule type or reply status that it gives or takes away"),
    _c("members", "list", "the members, or the outsider, that it names: for whom a call is, at whom a label is aimed, who are one"),
    _c("post", "str?", "id or link of the post, where the line holds several"),
    _c("calls", "list", "lines of the calls that a reply is said to speak of", of="int"),
    _c("reason", "str?", "the reader's reason, as written"),
), "What the reader corrected (--corrections), all of which was applied; empty mostly.")  # fmt: skip

TABLES: tuple[Schema, ...] = (
    MESSAGES, ORIGINS, MEMBERS, MEMBERSHIP, CALLS, REPEATS, RULES, REPLIES, ABSENCES, LEDGER, CHECKS, PRESSURE,
    EPISODES, CORRECTIONS,
)  # fmt: skip

# --------------------------------------------------------------------------------------------------------------- records


@dataclass(frozen=True, slots=True)
class Options:
    """What the user may decide. Enters once; no stage reads a clock, a path or an environment."""

    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    me: str | None = None
    strict: bool = False
    max_bytes: int = 1 << 30
    minutes: float = 3.0  # assumed to go into one obligation


@dataclass(frozen=True, slots=True)
class LineLedger:
    """Every line of the text, counted once."""

    messages: int = 0  # lines that open a message by a member
    notices: int = 0  # lines that open a notice of the app
    continuations: int = 0  # further lines of either, with something on them
    blank: int = 0  # further lines with nothing on them
    gaps: int = 0  # lines of which no message could be made


@dataclass(frozen=True, slots=True)
class File:
    """One export as given."""

    name: str  # without folders
    sha256: str  # of the bytes as given
    lines: int
    messages: int  # notices included, gaps not
    platform: str
    date_order: str
    clock: str
    encoding: str
    first: dt.datetime | None
    last: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Source:
    """What was read and what was assumed; of several exports, of all of them together."""

    name: str  # file name, without folders; of several exports, " + " between
    sha256: str  # of the bytes as given; of several exports, of the lines of their own SHA-256s in hexadecimal
    lines: int  # physical lines of the decoded text, or of the merged text
    messages: int  # notices included, gaps not
    system_messages: int
    gaps: int
    platform: str  # android, ios or unknown
    date_order: str  # dmy, mdy or ymd
    clock: str  # 12h or 24h
    encoding: str
    first: dt.datetime | None
    last: dt.datetime | None
    group: str | None
    warnings: tuple[str, ...] = ()
    languages: Mapping[str, float] = field(default_factory=dict)
    files: tuple[File, ...] = ()  # the exports given; a single one need not be named again
    line_ledger: LineLedger = LineLedger()
    pseudonyms: Mapping[str, Any] | None = (
        None  # how the audit was pseudonymised: text, coarse, suppress; None: it was not
    )

    def __post_init__(self) -> None:
        if not self.files:
            own = File(**{column.name: getattr(self, column.name) for column in fields(File)})
            object.__setattr__(self, "files", (own,))


@dataclass(frozen=True, slots=True)
class Export:
    """An export as read, or several merged. ``raw[start:stop]`` over all rows of ``messages``, in order, is ``raw``.

    ``origins`` is empty unless several exports were merged.
    """

    source: Source
    raw: bytes  # the decoded text as UTF-8, unaltered
    messages: pd.DataFrame  # MESSAGES
    membership: pd.DataFrame  # MEMBERSHIP
    members: pd.DataFrame  # MEMBERS
    origins: pd.DataFrame  # ORIGINS
