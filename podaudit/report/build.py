"""From the audit to the view: head, summary, rules, calls, ledger, cited messages and the run's facts."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import Counter, defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, Any

from podaudit.model import Ask, DecisionNeeded, Event, Kind
from podaudit.report import pictures
from podaudit.report.kept import check_rows
from podaudit.report.language import Language, Piece, Text, plain, visible
from podaudit.report.pressed import (
    episode_rows,
    event_text,
    label_rows,
    own,
    pressure_rows,
    stories,
    voice_rows,
)  # fmt: skip
from podaudit.report.sayings import DATES, LINES, OWNER, Saying, is_one_of, part, retell, retell_all
from podaudit.report.share import share_note
from podaudit.report.summary import limits, summary
from podaudit.report.tally import STATUS_ORDER, Tally, rows, tally
from podaudit.report.terms import ANSWERING, ASKS, PRESSING, STATUSES, primary_group, rule_text
from podaudit.report.view import (
    AbsenceRow,
    CallRow,
    EventRow,
    Fact,
    Gap,
    Head,
    MemberRow,
    MessageRow,
    Record,
    RuleRow,
    StatusHead,
    View,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podaudit.audit import Audit

_EVENTS = 400  # rows of who came and went; above it only who left
_GAPS = 100
_SNIPPET = 180
_CAME = (Event.CREATED, Event.ADDED, Event.JOINED)
_WENT = (Event.LEFT, Event.REMOVED)


def build(audit: Audit, *, lang: str, me: str | None, version: str) -> View:
    """Everything the page shows.

    Raises ``DecisionNeeded`` when ``me`` is no member's name.
    """
    t = tally(audit, Language(lang, days=audit.source.pseudonyms is not None))
    if me is not None and me not in t.number:
        raise DecisionNeeded(
            "--me: no member of this chat has that name; give it as the members table of the report shows it."
        )
    events, events_left_out = _events(t)
    rules = _rules(t)
    checks = check_rows(t)
    pressure = pressure_rows(t)
    absences = _absences(t)
    told = stories(t)
    mine = own(t, me) if me is not None else None
    timeline = _timeline(t)
    calls = _calls(t)  # last: in a large chat a call links to its message only where another part cites that
    gaps = audit.messages[audit.messages["kind"] == Kind.GAP.value]
    held = rows(gaps.iloc[:_GAPS], ("line", "line_end", "why"))
    return View(
        lang=lang, version=version, head=_head(t), is_pod=bool(t.calls), summary=summary(t), own=mine,
        timeline=timeline, events=events, events_left_out=events_left_out, rules=rules, checks=checks, calls=calls,
        statuses=_status_heads(t), asked=t.lang.number(len(audit.ledger)), compact=t.compact, matrix=_matrix(t),
        members=_members(t), absences=absences, labels=label_rows(t), voices=voice_rows(t), pressure=pressure,
        pressure_left_out=_left_out(t, len(t.pressure) - len(pressure)),
        episodes=episode_rows(t), stories=told, limits=limits(t),
        policy=any(c["platform"] == "linkedin" for c in t.calls),
        messages=_messages(t), messages_note=_messages_note(t),
        gaps=tuple(Gap(g["line"], g["line_end"], retell_all(t.lang, g["why"])) for g in held),
        gaps_left_out=_left_out(t, len(gaps) - len(held)), run=_run(t), share=share_note(t), quoted=tuple(sorted(t.quoted)),
    )  # fmt: skip


# -------------------------------------------------------------------------------- head


def _head(t: Tally) -> Head:
    lang, source = t.lang, t.audit.source
    group = visible(source.group or source.name)
    title = "".join(c for c in group if unicodedata.category(c) not in ("Cf", "Cc")).strip()
    facts = [
        *_files(t, 16),
        Fact(
            lang.gettext("Lines") if len(source.files) == 1 else lang.gettext("Lines, merged"),
            (t.figure("lines", source.lines),),
        ),
        Fact(
            lang.gettext("Messages"),
            lang.say(
                "%(messages)s, of which %(notices)s notices by the app itself",
                messages=t.figure("messages", source.messages), notices=t.figure("notices", source.system_messages),
            ),
        ),
        Fact(lang.gettext("Members"), (t.figure("members", len(t.names)),)),
        Fact(
            lang.gettext("Not read"),
            lang.say_n("%(n)s stretch of lines", "%(n)s stretches of lines", source.gaps,
                       n=t.figure("gaps", source.gaps))
            if source.gaps else lang.say("nothing"),
        ),
    ]  # fmt: skip
    warnings, assumed = _assumed(t)
    return Head(
        title or "podaudit", group, source.group is not None, _period(lang, source.first, source.last), tuple(facts),
        warnings, assumed,
    )  # fmt: skip


def _files(t: Tally, digits: int) -> Iterator[Fact]:
    """Each export as given, with as many digits of its SHA-256; nothing in a version to share."""
    if t.audit.source.pseudonyms is not None:
        return
    for file in t.audit.source.files:
        yield Fact(t.lang.gettext("File"), (Piece(visible(file.name), name=True),))
        yield Fact(
            t.lang.gettext("SHA-256 of the file as given"),
            (Piece(file.sha256[:digits] + ("…" if digits < len(file.sha256) else "")),),
        )


def _assumed(t: Tally) -> tuple[tuple[Saying, ...], tuple[Text, ...]]:
    """The reader's warnings, and apart from them what it always settles: the order of dates, the zone, the owner."""
    lang, source, warnings = t.lang, t.audit.source, []
    orders = {"dmy": lang.gettext("day, month, year"), "mdy": lang.gettext("month, day, year"),
              "ymd": lang.gettext("year, month, day")}  # fmt: skip
    dates = lang.say("The dates were read as %(order)s.", order=orders.get(source.date_order, source.date_order))
    several = [f"{file.name}: " for file in source.files] if len(source.files) > 1 else []
    grounds, settled = "", []
    for warning in source.warnings:
        prefix = next((p for p in several if warning.startswith(p)), "")
        said = warning.removeprefix(prefix)
        if is_one_of(said, DATES) and not several:
            dates = (Piece(retell(lang, said).text),)
        elif is_one_of(said, (*DATES, LINES)) or (prefix and is_one_of(said, (OWNER,))):
            settled.append((Piece(retell(lang, warning).text),))
        elif found := is_one_of(said, (OWNER,)):
            grounds = part(lang, found["grounds"])
        else:
            warnings.append(retell(lang, warning))
    zone = lang.say("Times are those of the phone that made the export; the file names no time zone.")
    if several:
        zone = lang.say("Times are those of the phone that made the first export; the files name no time zone.")
    assumed = [*([] if several else [dates]), zone, *settled]
    for name, is_owner in zip(t.audit.members["name"], t.audit.members["owner"], strict=True):
        if is_owner and grounds:
            assumed.append(
                lang.say("“You” in the app's notices is taken to be %(member)s, who %(grounds)s.",
                         member=t.member(name), grounds=grounds)
            )  # fmt: skip
        elif is_owner:
            assumed.append(lang.say("“You” in the app's notices is taken to be %(member)s.", member=t.member(name)))
    return tuple(warnings), tuple(assumed)


def _period(lang: Language, first: dt.datetime | None, last: dt.datetime | None) -> str:
    if first is None or last is None:
        return ""
    if first.date() == last.date():
        return lang.date(first)
    return plain(lang.say("%(first)s to %(last)s", first=lang.date(first), last=lang.date(last)))


def _run(t: Tally) -> tuple[Fact, ...]:
    lang, source = t.lang, t.audit.source
    kinds = Counter(t.audit.messages["kind"].tolist())
    gap = t.audit.messages[t.audit.messages["kind"] == Kind.GAP.value]
    names = {
        Kind.TEXT: lang.gettext("text"), Kind.MEDIA: lang.gettext("media left out"),
        Kind.DELETED: lang.gettext("deleted"),
        Kind.NOTICE: lang.gettext("notices"), Kind.CALL: lang.gettext("telephone calls"),
        Kind.POLL: lang.gettext("polls"),
        Kind.LOCATION: lang.gettext("locations"), Kind.CONTACT: lang.gettext("contacts"),
    }  # fmt: skip
    by_kind = lang.listing([f"{lang.number(kinds[k.value])} {name}" for k, name in names.items() if kinds[k.value]])
    gap_lines = int((gap["line_end"] - gap["line"] + 1).sum())
    languages = ", ".join(f"{code} {share:.0%}" for code, share in source.languages.items())
    return (
        *_files(t, 64),
        Fact(lang.gettext("Encoding"), (Piece(source.encoding),)),
        *(
            Fact(lang.gettext("Layout"), (Piece(f"{visible(file.name)}: {file.platform}, {file.date_order}, {file.clock}"),))
            for file in source.files
        ),
        Fact(lang.gettext("Languages found"), (Piece(languages or "–"),)),
        Fact(
            lang.gettext("Every line accounted for"),
            lang.say(
                "%(lines)s lines: %(read)s in messages, %(gaps)s not read",
                lines=lang.number(source.lines), read=lang.number(source.lines - gap_lines),
                gaps=lang.number(gap_lines),
            ),
        ),
        Fact(lang.gettext("Messages by kind"), by_kind or (Piece("–"),)),
    )  # fmt: skip


def _left_out(t: Tally, count: int) -> Text:
    if count <= 0:
        return ()
    return t.lang.say_n(
        "%(n)s more is not listed here.", "%(n)s more are not listed here.", count, n=t.lang.number(count)
    )


# -------------------------------------------------------------------------------- timeline and presence


def _timeline(t: Tally) -> pictures.Timeline | None:
    lang, table = t.lang, t.audit.messages
    by_members = table.loc[table["member"] != "", "time"].dropna()
    if not (t.calls or t.pressure) or by_members.empty:
        return None
    first, last = by_members.iloc[0].to_pydatetime(), table["time"].dropna().max().to_pydatetime()
    events = [pictures.Event(c["time"], "calls", f"#{a}", "calls") for c, a in zip(t.calls, t.call_anchor, strict=True)]
    for row in t.pressure:
        group = primary_group(row["labels"])
        if group in (PRESSING, ANSWERING):
            events.append(pictures.Event(row["time"], group, "#" + t.labelled(row["line"]), group))
    for row in t.membership:
        event = Event(row["event"])
        shape = "joined" if event in _CAME else event.value if event in _WENT else ""
        if shape:
            events.append(pictures.Event(row["time"], "members", f"#m{row['line']}", shape))
            t.cite(row["line"])
    lanes = (
        ("calls", lang.gettext("calls"), "calls"),
        (PRESSING, lang.gettext("pressing"), "pressing"),
        (ANSWERING, lang.gettext("speaking back"), "answering"),
        ("members", lang.gettext("came and went"), "members"),
    )
    return pictures.timeline(lang, events, lanes, min(first, last), last)


def _events(t: Tally) -> tuple[tuple[EventRow, ...], Text]:
    shown = [r for r in t.membership if Event(r["event"]) in (*_CAME, *_WENT)]
    if len(shown) > _EVENTS:
        shown = [r for r in shown if Event(r["event"]) in _WENT][:_EVENTS]
    made: list[EventRow] = []
    # A notice that tells of several members is one row.
    for i, ((line, _, _), group) in enumerate(groupby(shown, lambda r: (r["line"], r["event"], r["by"])), start=1):
        together = list(group)
        t.cite(line, (Piece(t.lang.gettext("came and went"), href=f"#x{i}"),))
        names = [r["member"] for r in together]
        made.append(EventRow(f"x{i}", line, t.lang.moment(together[0]["time"]), event_text(t, together[0], names)))
    count = sum(Event(r["event"]) in (*_CAME, *_WENT) for r in t.membership)
    return tuple(made), _left_out(t, count - len(shown))


# -------------------------------------------------------------------------------- rules


def _rules(t: Tally) -> tuple[RuleRow, ...]:
    """By type in the order of first appearance, so that a rule and what replaced it stand together."""
    held: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows(t.audit.rules):
        held[row["type"]].append(row)
    t.fetch(t.audit.rules["line"].tolist())
    made: list[RuleRow] = []
    quoted: set[int] = set()
    for versions in held.values():
        for row in versions:
            line = row["line"]
            later = next((r for r in versions if r["line"] > line), None)
            anchor = f"r{len(made) + 1}"
            until = (
                t.lang.say("%(time)s, replaced in line %(line)s", time=t.lang.moment(later["time"]),
                           line=t.line(later["line"]))
                if later else t.lang.say("still stood when the export ends")
            )  # fmt: skip
            text = rule_text(t.lang, row["type"], row["value"])
            t.cite(line, (Piece(t.lang.gettext("rule"), href=f"#{anchor}"),))
            # Without words of its own to show, a rule shows its message's once.
            quote = t.quote(line, _SNIPPET, [row["phrase"]] if row["phrase"] else [])
            quote = quote if row["phrase"] or line not in quoted else ()
            quoted.add(line)
            made.append(
                RuleRow(
                    anchor, text, t.lang.moment(row["time"]), until, t.member(row["by"]), line,
                    quote, later is not None,
                )
            )  # fmt: skip
    return tuple(made)


# -------------------------------------------------------------------------------- calls and the ledger


def _status_heads(t: Tally) -> tuple[StatusHead, ...]:
    totals = t.call_counts.sum(axis=0).tolist()
    return tuple(
        StatusHead(s.value, t.lang.gettext(STATUSES[s][0]), t.lang.gettext(STATUSES[s][1]), t.lang.number(total))
        for s, total in zip(STATUS_ORDER, totals, strict=True)
    )


def _counts(t: Tally, counts: list[int]) -> tuple[str, ...]:
    return tuple(t.lang.number(n) if n else "" for n in counts)


def _calls(t: Tally) -> tuple[CallRow, ...]:
    lang = t.lang
    repeats: dict[int, list[int]] = defaultdict(list)
    for line, of in zip(t.audit.repeats["line"].tolist(), t.audit.repeats["of"].tolist(), strict=True):
        repeats[of].append(line)
    records = _records(t)
    if not t.compact:
        t.fetch([c["line"] for c in t.calls])
    years = len({c["time"].year for c in t.calls}) > 1
    made = []
    for i, (c, anchor) in enumerate(zip(t.calls, t.call_anchor, strict=True)):
        line, counts = c["line"], t.call_counts[i].tolist()
        again = tuple(repeats.get(line, ()))
        if not t.compact:
            t.cite(line, (Piece(lang.gettext("call"), href=f"#{anchor}"),))
            for repeat in again:
                t.cite(repeat, (Piece(lang.gettext("call put again"), href=f"#{anchor}"),))
        made.append(
            CallRow(
                anchor, line, lang.moment(c["time"], year=years), t.member(c["caller"], link=not t.compact),
                t.member(c["beneficiary"], link=not t.compact) if c["beneficiary"] != c["caller"] else None,
                ", ".join(lang.gettext(ASKS[Ask(a)]) for a in c["asks"]) or "–",
                lang.due(c["due"], c["time"]) if c["due"] else "–", lang.number(sum(counts)), _counts(t, counts),
                "" if t.compact else visible(c["url"]), retell(lang, c["why"]) if c["why"] and not t.compact else None,
                records[i] if records else (), again,
            )
        )  # fmt: skip
    return tuple(made)


def _records(t: Tally) -> list[tuple[Record, ...]]:
    """Per call who has which status, each name a link to the message that decides it; nothing in a large chat."""
    if t.compact:
        return []
    lang = t.lang
    who: list[dict[int, list[tuple[str, int | None]]]] = [defaultdict(list) for _ in t.calls]
    spoken: dict[int, list[int]] = defaultdict(list)
    for call, member, status, line in t.ledger:
        who[call][status].append((t.names[member], line))
        if line is not None:
            spoken[line].append(call)
    t.fetch(spoken)
    for line in sorted(spoken):
        links = [Piece(lang.number(t.calls[c]["line"]), href=f"#{t.call_anchor[c]}") for c in spoken[line][:8]]
        more = [Piece("…")] if len(spoken[line]) > 8 else []
        t.cite(line, lang.say_n("reply to the call in line %(lines)s", "reply to the calls in lines %(lines)s",
                                len(spoken[line]), lines=lang.listing([*links, *more])))  # fmt: skip
    made = []
    for held in who:
        made.append(tuple(
            Record(
                STATUS_ORDER[s].value, lang.gettext(STATUSES[STATUS_ORDER[s]][0]),
                lang.listing([
                    Piece(visible(name), name=True, href=f"#m{line}" if line is not None else "")
                    for name, line in held[s]
                ]),
            )
            for s in sorted(held)
        ))  # fmt: skip
    return made


def _matrix(t: Tally) -> pictures.Matrix | None:
    if not len(t.audit.ledger):
        return None
    shown = [i for i in range(len(t.names)) if t.cells[i].strip(b"\xff")]
    statuses = [(s.value, t.lang.gettext(STATUSES[s][0])) for s in STATUS_ORDER]
    return pictures.matrix(
        t.lang,
        [(visible(t.names[i]), f"p{i + 1}") for i in shown],
        [c["time"] for c in t.calls],
        [t.cells[i] for i in shown],
        [*statuses, ("own", t.lang.gettext("own call or own post"))],
    )


def _members(t: Tally) -> tuple[MemberRow, ...]:
    made = Counter(c["caller"] for c in t.calls)
    held = {row["name"]: row for row in rows(t.audit.members)}
    result = []
    for i, name in enumerate(t.names):
        counts = t.member_counts[i].tolist()
        result.append(
            MemberRow(
                f"p{i + 1}", t.member(name, link=False),
                t.lang.listing([Piece(visible(n), name=True) for n in held[name]["also"]]),
                _presence(t, held[name]["periods"]), t.lang.number(made[name]) if made[name] else "",
                t.lang.number(sum(counts)), _counts(t, counts),
            )
        )  # fmt: skip
    return tuple(result)


def _presence(t: Tally, periods: list[dict[str, Any]]) -> Text:
    lang, parts = t.lang, []
    for period in periods:
        since, until = _day(lang, period.get("from")), _day(lang, period.get("until"))
        if since and until:
            parts.append(lang.say("%(since)s to %(until)s", since=since, until=until))
        elif since:
            parts.append(lang.say("from %(since)s", since=since))
        elif until:
            parts.append(lang.say("until %(until)s", until=until))
        else:
            parts.append(lang.say("throughout"))
    return lang.listing(parts)


def _day(lang: Language, time: Any) -> str:
    if time is None:
        return ""
    return lang.date(dt.datetime.fromisoformat(time) if isinstance(time, str) else time, short=True)


def _absences(t: Tally) -> tuple[AbsenceRow, ...]:
    made = []
    for row in rows(t.audit.absences):
        t.cite(row["line"], (Piece(t.lang.gettext("signed off"), href="#absences"),))
        made.append(
            AbsenceRow(t.member(row["member"]), t.lang.moment(row["from"]), t.lang.moment(row["until"]), row["line"])
        )
    return tuple(made)


# -------------------------------------------------------------------------------- cited messages


def _messages(t: Tally) -> tuple[MessageRow, ...]:
    lines = sorted(t.cites)
    t.fetch(lines)
    stands: dict[int, list[str]] = {}
    for line, file, there in t.audit.origins.itertuples(index=False):
        stands.setdefault(line, []).append(f"{visible(file)} {t.lang.number(there)}")
    made = []
    for line in lines:
        message = t.message(line)
        if message is None:
            continue
        sender = t.member(message.sender) if message.sender else None
        note = "" if message.sender else t.lang.gettext("notice by the app")
        claims: list[Piece] = []
        for claim in dict.fromkeys(t.cites[line]):
            claims.extend([Piece("; "), *claim] if claims else claim)
        time = t.lang.moment(message.time) if message.time else ""
        doubts = retell_all(t.lang, message.doubts) if message.doubts else None
        made.append(
            MessageRow(line, time, sender, note, t.quote(line), tuple(claims), doubts, ", ".join(stands.get(line, ())))
        )
    return tuple(made)


def _messages_note(t: Tally) -> Text:
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
