"""What the owner's own LinkedIn exports add, as tables: their columns, and the records that go with them.

Every figure belongs to a tier: *said in chat* (the ledger), *in my archive* (what LinkedIn exported), *inferred* (two ids
of one post matched by time, or a time zone worked out).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from podaudit.model import Column, Schema

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd


class What(StrEnum):
    """What a file of an archive holds, of those that are read."""

    COMMENTS = "comments"
    REACTIONS = "reactions"
    SHARES = "shares"
    REPOSTS = "reposts"
    VOTES = "votes"
    PROFILE = "profile"
    ADDRESSES = "addresses"
    CONNECTIONS = "connections"


class Found(StrEnum):
    """What the archive shows of an obligation."""

    CORROBORATED = "corroborated"
    NOT_FOUND = "not_found"  # which is not "not done": what was taken back is missing from an archive
    UNKNOWN = "unknown"  # the link names no post, or the archive cannot tell


class Where(StrEnum):
    """Under whose posts the owner's comments stand."""

    POD = "pod"  # posts that were put before the group
    OTHERS = "others"
    OWN = "own"  # the owner's own posts


class Period(StrEnum):
    """When, against the owner's time in the group."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"
    UNKNOWN = "unknown"  # before the export begins or after it ends, or between two stays


_c = Column
_SOURCES = _c("sources", "list", "where it stands in the archive: file:row, rows counted from 1 with the header")
_CALL_LINE = _c("call_line", "int", "line of the call", unit="line of the export")
_POST_ID = _c("post_id", "str?", "id of the post, as the call has it")
_URL = _c("url", "str", "link of the post, as the call has it")
_AFTER_CALL = _c(
    "after_call",
    "float?",
    "minutes from the call to it; negative = before the call; empty without a time",
    unit="minutes",
)
_AFTER_POST = _c(
    "after_post",
    "float?",
    "minutes from the time in the post's id to it; empty where either is missing",
    unit="minutes",
)

FILES = Schema("evidence_files", (
    _c("archive", "str", "the archive or analytics file as given, without folders"),
    _c("file", "str", "the file in it"),
    _c("what", "str", "what was read from it; 'not opened' for every file that is not on the list of those read"),
    _c("rows", "int", "rows read"),
    _c("unread", "int", "rows that could not be read: no link, too few cells, damaged"),
    _c("first", "str?", "earliest moment in it, UTC"),
    _c("last", "str?", "latest moment in it, UTC"),
    _c("note", "str", "what was assumed or amiss; empty mostly"),
), "The files of the archives and analytics exports, and what was read of each.")  # fmt: skip

OBLIGATIONS = Schema("evidence_obligations", (
    _CALL_LINE,
    _POST_ID,
    _URL,
    _c("member", "str", "the owner of the archive"),
    _c("status", "str", "what the chat has on record: status of the ledger"),
    _c("found", "str", "corroborated, not_found (which is not 'not done'), or unknown"),
    _c("kinds", "list", "what was found: react, comment, share, vote"),
    _c("first_at", "time?", "when the first of it was done, by the chat's clock"),
    _AFTER_CALL,
    _AFTER_POST,
    _c("in_time", "any", "true or false: the first of it by the time due; null where there is no time due or none known"),
    _c("reaction", "str?", "kind of the first reaction, as LinkedIn names it"),
    _c("comments", "int", "comments found under the post"),
    _c("words", "any", "words of the longest of them; empty without comments"),
    _c("question", "any", "true or false: one of them holds a question mark"),
    _c("emoji_only", "any", "true or false: none of them holds a letter or digit"),
    _c("stock", "any", "true or false: all of them are stock phrases only"),
    _c("inferred", "bool", "the post was matched by time (at most 2 s between two ids of one post), not by the same id"),
    _SOURCES,
    _c("why", "str", "what decided it"),
), "What the calls asked of the owner, and what the owner's own archive holds of it.")  # fmt: skip

CHECKED = Schema("evidence_checks", (
    _c("line", "int", "line of the call", unit="line of the export"),
    _c("rule_line", "int", "line of the message that laid down the rule in force", unit="line of the export"),
    _c("type", "str", "react, comment, comment_min_words, comment_question, comment_no_emoji_only, comment_no_generic, share, deadline"),
    _c("member", "str", "the owner of the archive, whom the rule obliged"),
    _POST_ID,
    _URL,
    _c("verdict", "str", "kept, broken, or unknown where the archive cannot show it"),
    _c("inferred", "bool", "the post was matched by time, not by the same id"),
    _SOURCES,
    _c("why", "str", "what was found, or what was not"),
), "Rules that only the archive can decide, for each of those calls.")  # fmt: skip

CLAIMS = Schema("evidence_claims", (
    _c("status", "str", "what the chat has on record of the owner: status of the ledger"),
    _c("obligations", "int", "calls that asked the owner, of that status"),
    _c("corroborated", "int", "of these, with a reaction, comment, share or vote in the archive"),
    _c("not_found", "int", "of these, with nothing in the archive, which is not 'not done'"),
    _c("unknown", "int", "of these, where the archive cannot tell"),
), "Obligations of the owner by what the chat has on record, against what was found.")  # fmt: skip

ACTIONS = Schema("evidence_actions", (
    _c("kind", "str", "react, comment, share, vote"),
    _c("utc", "time?", "when, as the archive has it", unit="UTC"),
    _c("time", "time?", "when, by the chat's clock; empty where the time zone is not known"),
    _CALL_LINE,
    _c("caller", "str", "who put the post before the group"),
    _POST_ID,
    _c("url", "str", "the link in the archive, to go to it by"),
    _c("type", "str?", "kind of reaction, as LinkedIn names it"),
    _AFTER_CALL,
    _AFTER_POST,
    _c("words", "any", "words of a comment"),
    _c("question", "any", "a comment: holds a question mark"),
    _c("emoji_only", "any", "a comment: holds no letter or digit"),
    _c("stock", "any", "a comment: stock phrases only"),
    _c("text", "str?", "the owner's own words"),
    _c("inferred", "bool", "the post was matched by time, not by the same id"),
    _c("source", "str", "file:row in the archive"),
), "The owner's likes, comments, reposts and votes on posts of others that were put before the group.")  # fmt: skip

COMMENTS = Schema("evidence_comments", (
    _c("where", "str", "pod = under posts by others put before the group; others; own = under one's own"),
    _c("comments", "int", "comments by the owner"),
    _c("stock", "float?", "share of them that are stock phrases only, 0 to 1", unit="share of 1"),
    _c("same_words", "float?", "share whose words the owner had used in an earlier comment, 0 to 1", unit="share of 1"),
    _c("emoji_only", "float?", "share without a letter or digit", unit="share of 1"),
    _c("question", "float?", "share with a question mark", unit="share of 1"),
    _c("words_median", "float?", "median words", unit="words"),
    _c("timed", "int", "comments with a time by the chat's clock; the next five rest on these"),
    _c("after_call_median", "float?", "median minutes after the call, of those after it; empty for others", unit="minutes"),
    _c("after_post_median", "float?", "median minutes after the post itself, where its id holds a time", unit="minutes"),
    _c("evenings", "float?", "share from 18:00 to 22:59", unit="share of 1"),
    _c("nights", "float?", "share from 23:00 to 6:59", unit="share of 1"),
    _c("weekends", "float?", "share on a Saturday or Sunday", unit="share of 1"),
), "The owner's comments, by whose posts they stand under.")  # fmt: skip

HOURS = Schema("evidence_hours", (
    _c("where", "str", "pod, others or own"),
    _c("weekday", "int", "0 = Monday to 6 = Sunday"),
    _c("hour", "int", "0 to 23, by the chat's clock"),
    _c("comments", "int", "comments by the owner; hours without any are left out"),
), "The owner's comments and reactions by weekday and hour.")  # fmt: skip

REPEATED = Schema("evidence_repeated", (
    _c("text", "str", "words that the owner used in more than one comment, as first written"),
    _c("pod", "int", "comments with them under posts put before the group"),
    _c("others", "int", "comments with them elsewhere"),
), "Words that the owner used in more than one comment.")  # fmt: skip

MONTHS = Schema("evidence_months", (
    _c("month", "str", "YYYY-MM, by the chat's clock, or UTC where the zone is not known"),
    _c("period", "str", "before, during, after or unknown: during where the owner was in the group on any day of it"),
    _c("reactions", "int", "reactions to posts"),
    _c("pod_reactions", "int", "of these, to posts put before the group"),
    _c("comments", "int", "comments"),
    _c("pod_comments", "int", "of these, under posts put before the group"),
    _c("reposts", "int", "reposts without words"),
    _c("votes", "int", "poll votes"),
    _c("shares", "int", "posts of one's own"),
    _c("connections", "int", "connections made"),
), "Months of the archive, with what the owner did in each.")  # fmt: skip

POSTS = Schema("evidence_posts", (
    _c("post_id", "str", "an id of the post"),
    _c("url", "str", "a link to it"),
    _c("posted_at", "time?", "UTC time in the id, else as the archive has it"),
    _c("call_line", "int?", "line of the call that put it before the group; empty = no call in this chat", unit="line of the export"),
    _c("period", "str", "before, during, after, unknown: against the owner's time in the group"),
    _c("impressions", "int?", "as LinkedIn's analytics have it"),
    _c("engagements", "int?", "likewise; of a single-post export, reactions + comments + reposts where it gives no sum"),
    _c("reactions", "int?", "likewise"),
    _c("comments", "int?", "likewise"),
    _c("reposts", "int?", "likewise"),
    _c("asked", "int", "members whom the call asked"),
    _c("recorded", "int", "of these, those who said in the chat that it was done"),
    _c("group_low", "int?", "engagements the group can account for, at least if what they said is so: one by each who said done"),
    _c("group_high", "int?", "at most: one of each kind (reaction, comment; share where asked) by each member asked"),
    _c("share_low", "float?", "group_low / engagements, 0 to 1", unit="share of 1"),
    _c("share_high", "float?", "group_high / engagements, 0 to 1", unit="share of 1"),
    _c("inferred", "bool", "two ids were taken for one post by time"),
    _c("sources", "list", "files that know it: file:row"),
), "The owner's posts, with what analytics say of them and how much the group can account for.")  # fmt: skip

DAYS = Schema("evidence_days", (
    _c("date", "str", "a day of the analytics export"),
    _c("period", "str", "before, during, after or unknown"),
    _c("impressions", "int?", "of all posts that day"),
    _c("engagements", "int?", "of all posts that day"),
    _c("followers", "int?", "new followers that day"),
), "Days of the analytics exports.")  # fmt: skip

COMPARISON = Schema("evidence_comparison", (
    _c("by", "str", "put = put before the group or not, while a member; support = put, with or without 'done' on record; period"),
    _c("group", "str", "put, not_put; with, without; before, during, after"),
    _c("measure", "str", "engagements, impressions: per post; day_engagements, day_impressions: per day"),
    _c("cases", "int", "posts or days with that figure"),
    _c("median", "float?", "their median", unit="of the measure"),
    _c("low", "float?", "lower end of the 95 % interval of the median (order statistics); null where cases are few", unit="of the measure"),
    _c("high", "float?", "upper end of it", unit="of the measure"),
), "Medians of posts or days of one kind beside another; a comparison, no cause.")  # fmt: skip

TABLES = (
    FILES, OBLIGATIONS, CHECKED, CLAIMS, ACTIONS, COMMENTS, HOURS, REPEATED, MONTHS, POSTS, DAYS, COMPARISON,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """What was given and read, before it is laid beside a chat.

    ``actions`` and ``shares`` have the columns ``kind`` (react, comment, share, vote; post), ``utc``, ``url``, ``text``,
    ``type``, ``shared``, ``post_kind``, ``post_id`` ('' where the link names no post), ``on_comment``, ``file`` (place in
    ``files``) and ``row``; ``metrics`` one row per post of the analytics, ``days`` one per day.
    """

    files: pd.DataFrame  # FILES
    archives: tuple[tuple[str, str], ...]  # name and SHA-256 of each thing given
    actions: pd.DataFrame
    shares: pd.DataFrame  # the owner's own posts
    sources: tuple[str, ...]  # what to call each of ``files`` by in a source
    connections: tuple[dt.date, ...]
    metrics: pd.DataFrame
    days: pd.DataFrame
    names: tuple[str, ...]  # the owner's full name, then what addresses say
    holds: frozenset[str]  # What of the files that could be read, with or without rows
    until: dt.datetime | None  # UTC: up to when the archives can know
    tz: str | None  # as given by the user


@dataclass(frozen=True, slots=True)
class Evidence:
    """The tables above, and figures by name: plain numbers and words, null where nothing can be measured."""

    files: pd.DataFrame
    obligations: pd.DataFrame
    checks: pd.DataFrame
    claims: pd.DataFrame
    actions: pd.DataFrame
    comments: pd.DataFrame
    hours: pd.DataFrame
    repeated: pd.DataFrame
    months: pd.DataFrame
    posts: pd.DataFrame
    days: pd.DataFrame
    comparison: pd.DataFrame
    figures: Mapping[str, Any] = field(default_factory=dict)
