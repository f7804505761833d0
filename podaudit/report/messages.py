"""The messages that the page refers to, each with what was found in it; and, where asked for, the whole log compressed."""

from __future__ import annotations

import base64
import json
import zlib
from collections import defaultdict
from dataclasses import dataclass

from podaudit.model import ReplyStatus
from podaudit.report.labelled import WHY_COMPACT, chips, notices
from podaudit.report.language import Language, Piece, Text, plain, visible
from podaudit.report.sayings import Saying, retell, retell_all
from podaudit.report.tally import Tally, rows
from podaudit.report.terms import REPLIES, primary_group
from podaudit.report.view import Chip


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A cited message."""

    line: int
    time: str
    sender: Piece | None
    note: str
    quote: Text
    group: str  # of its labels; empty without one
    people: str  # for the filter
    chips: tuple[Chip, ...]
    replies: tuple[tuple[str, Saying], ...]  # what it says of calls, and why it is read so
    cites: Text
    doubts: Saying | None  # why it may not be what it seems
    stands: str  # of several exports, where it stands in which


@dataclass(frozen=True, slots=True)
class Messages:
    """The section."""

    note: Text
    rows: tuple[MessageRow, ...]


def messages(t: Tally) -> Messages:
    """Every cited message, in order. Last of all, for the other parts say what they cite."""
    lines = sorted(t.cites)
    t.fetch(lines)
    stands: dict[int, list[str]] = {}
    for line, file, there in t.audit.origins.itertuples(index=False):
        stands.setdefault(line, []).append(f"{visible(file)} {t.lang.number(there)}")
    labelled = {row["line"]: row for row in t.pressure}
    replies, events = _replies(t, set(lines)), _events(t)
    made = []
    for line in lines:
        message = t.message(line)
        if message is None:
            continue
        label = labelled.get(line)
        once: dict[str, Text] = {}
        for claim in t.cites[line]:
            once.setdefault(plain(claim), claim)
        claims = [p for n, claim in enumerate(once.values()) for p in ([Piece("; ")] if n else []) + list(claim)]
        people = [t.number.get(message.sender or "", 0)]
        if label:
            people += [t.number[n] for n in label["targets"] if n in t.number]
        made.append(MessageRow(
            line, t.lang.moment(message.time) if message.time else "", t.member(message.sender) if message.sender else None,
            "" if message.sender else t.lang.gettext("notice by the app"), t.quote(line) or events.get(line, ()),
            primary_group(label) if label else "", " ".join(map(str, people)),
            chips(t.lang, label["labels"], label["why"] or {}, WHY_COMPACT if t.compact else 0) if label else (),
            replies.get(line, ()), tuple(claims), retell_all(t.lang, message.doubts) if message.doubts else None,
            ", ".join(stands.get(line, ())),
        ))  # fmt: skip
    return Messages(_note(t), tuple(made))


def _events(t: Tally) -> dict[int, Text]:
    """Line -> what the app's notices on it tell of members, for a page that does not quote them."""
    told: dict[int, Text] = {}
    for row, said in notices(t, t.membership):
        before = told.get(row["line"])
        told[row["line"]] = (*before, Piece("; "), *said) if before else said
    return told


def _replies(t: Tally, lines: set[int]) -> dict[int, tuple[tuple[str, Saying], ...]]:
    held: dict[int, dict[tuple[str, str], None]] = defaultdict(dict)
    table = t.audit.replies
    for row in rows(table[table["line"].isin(lines)], ("line", "status", "why")):
        if row["why"]:
            held[row["line"]][row["status"], row["why"]] = None
    return {
        line: tuple(_said(t.lang, status, retell(t.lang, why)) for status, why in found) for line, found in held.items()
    }


def _said(lang: Language, status: str, why: Saying) -> tuple[str, Saying]:
    """What a reply says and why it is read so; where the reason opens with the same words, only that."""
    said = lang.gettext(REPLIES[ReplyStatus(status)])
    return ("", why) if why.text.startswith(said) else (said, why)


def _note(t: Tally) -> Text:
    lang, shown = t.lang, len(t.cites)
    if len(t.audit.source.files) > 1:
        return lang.say(
            "Of the %(all)s messages in the exports, the %(shown)s that this page refers to stand here. The number "
            "before a message counts the lines of all exports merged; the line in each export stands below it.",
            all=lang.number(t.audit.source.messages), shown=lang.number(shown),
        )  # fmt: skip
    return lang.say(
        "Of the %(all)s messages in the export, the %(shown)s that this page refers to stand here. The number before "
        "a message is the line of the export on which it begins.",
        all=lang.number(t.audit.source.messages), shown=lang.number(shown),
    )  # fmt: skip


def full_log(t: Tally) -> str:
    """Every message as ``[line, time, sender's number, text]`` in JSON, deflated (zlib) and in base64; senders by number first."""
    table = t.audit.messages
    made = {
        "people": [visible(name) for name in t.names],
        "rows": [
            [row["line"], row["time"].isoformat(" ", "minutes") if row["time"] else "", t.number.get(row["member"], 0),
             visible(row["text"])]
            for row in rows(table, ("line", "time", "member", "text"))
        ],
    }  # fmt: skip
    raw = json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return base64.b64encode(zlib.compress(raw, 9)).decode()
