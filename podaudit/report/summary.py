"""The summary in sentences, each with its count, and what a chat cannot show."""

from __future__ import annotations

from collections import Counter

from podaudit.model import EpisodeKind, Event, Kind, Status
from podaudit.report.cost import in_evenings_and_weekends, minutes_each
from podaudit.report.language import Piece, Text
from podaudit.report.pressed import people
from podaudit.report.tally import STATUS_ORDER, Tally
from podaudit.report.terms import ANSWERING, EPISODES, PRESSING, STATUSES, SURROUNDING, primary_group
from podaudit.report.view import Point

_NAMED = 8  # up to so many names stand in a sentence


def summary(t: Tally) -> tuple[Point, ...]:
    """What the chat shows, in the order of the sections that hold the evidence."""
    makers = (_calls, _rules, _cost, _ledger, _pressure, _voices, _episodes, _give, _exits)
    return tuple(point for make in makers if (point := make(t)) is not None)


def _calls(t: Tally) -> Point:
    lang, count = t.lang, len(t.calls)
    if not count:
        text = lang.say(
            "%(calls)s calls: no message by any of the %(members)s members puts a post before the group to be liked "
            "or commented on.",
            calls=t.figure("calls", 0), members=t.figure("members", len(t.names)),
        )  # fmt: skip
        return Point(text, "#asked", lang.gettext("What was asked?"))
    callers = len({c["caller"] for c in t.calls})
    first, last = t.calls[0]["time"], t.calls[-1]["time"]
    text = lang.say_n(
        "%(calls)s call: a message in which a member put a post before the group to be liked or commented on. It was "
        "made by %(callers)s of the %(members)s members, on %(first)s.",
        "%(calls)s calls: messages in which a member put a post before the group to be liked or commented on. They "
        "were made by %(callers)s of the %(members)s members, from %(first)s to %(last)s.",
        count,
        calls=t.figure("calls", count), callers=t.figure("callers", callers), members=t.figure("members", len(t.names)),
        first=lang.date(first), last=lang.date(last),
    )  # fmt: skip
    return Point(text, "#asked", lang.gettext("What was asked?"))


def _rules(t: Tally) -> Point | None:
    lang, table = t.lang, t.audit.rules
    if not len(table):
        return (
            Point(lang.say("%(n)s rules were found.", n=t.figure("rules", 0)), "#rules", lang.gettext("By what rules?"))
            if t.calls
            else None
        )
    messages = table["line"].nunique()
    changed = sum(group["line"].nunique() > 1 for _, group in table.groupby("type", sort=True))
    first = lang.say_n(
        "%(rules)s rule, laid down in %(messages)s message",
        "%(rules)s rules, laid down in %(messages)s messages", len(table),
        rules=t.figure("rules", len(table)), messages=t.figure("rule-messages", messages),
    )  # fmt: skip
    if not changed:
        return Point((*first, Piece(".")), "#rules", lang.gettext("By what rules?"))
    later = lang.say_n(
        "; %(n)s kind of rule was changed or repeated later.",
        "; %(n)s kinds of rule were changed or repeated later.", changed,
        n=t.figure("rules-changed", changed),
    )  # fmt: skip
    return Point((*first, *later), "#rules", lang.gettext("By what rules?"))


def _ledger(t: Tally) -> Point | None:
    asked = len(t.audit.ledger)
    if not asked:
        return None
    lang = t.lang
    totals = t.call_counts.sum(axis=0).tolist()
    parts = [
        lang.say("%(n)s %(status)s", n=t.figure(status.value, total), status=lang.gettext(STATUSES[status][0]))
        for status, total in zip(STATUS_ORDER, totals, strict=True) if total and status is not Status.SILENT
    ]  # fmt: skip
    text = lang.say_n(
        "Every call asked something of each other member in the group at that moment: together %(asked)s request, "
        "one per call and member.",
        "Every call asked something of each other member in the group at that moment: together %(asked)s requests, "
        "one per call and member.",
        asked, asked=t.figure("obligations", asked),
    )  # fmt: skip
    if parts:
        text = (*text, Piece(" "), *lang.say("On record: %(parts)s.", parts=lang.listing(parts)))
    silent = lang.say("For %(n)s of them nothing is on record.", n=t.figure("silent", totals[-1]))
    return Point((*text, Piece(" "), *silent), "#record", lang.gettext("Who is on record?"))


def _cost(t: Tally) -> Point | None:
    load, lang = t.audit.load, t.lang
    if not load.obligations:
        return None
    evening, _, weekend = in_evenings_and_weekends(t)
    text = lang.say(
        "At %(each)s a request, an assumption and no measurement, that came to %(hours)s hours for all members together; %(evening)s "
        "of the %(n)s requests came in the evening and %(weekend)s at the weekend.",
        each=minutes_each(t), hours=Piece(lang.decimal(load.hours_asked), figure="hours"), n=lang.number(load.obligations),
        evening=t.figure("evening", evening), weekend=t.figure("weekend", weekend),
    )  # fmt: skip
    return Point(text, "#cost", lang.gettext("What did it cost?"))


def _give(t: Tally) -> Point | None:
    lang, ties = t.lang, t.audit.network.ties
    given = int((ties["done"] > 0).sum())
    if not given:
        return None
    both = round((t.audit.network.reciprocity or 0) * given)
    text = lang.say(
        "Of %(all)s ways from one member to another along which something was asked, %(given)s have a “done” on record, and %(both)s of "
        "those %(given)s run both ways.",
        all=lang.number(len(ties)), given=lang.number(given), both=t.figure("mutual", both),
    )  # fmt: skip
    return Point(text, "#circle", lang.gettext("Was it one circle?"))


def _pressure(t: Tally) -> Point | None:
    lang, count = t.lang, len(t.pressure)
    if not count:
        return (
            Point(
                lang.say("%(n)s messages that press were found.", n=t.figure("pressure", 0)),
                "#pressure",
                lang.gettext("What happened to those who did not?"),
            )
            if t.calls
            else None
        )
    groups = Counter(primary_group(row) for row in t.pressure)
    sent = int((t.audit.messages["kind"] == Kind.TEXT.value).sum())
    text = lang.say_n(
        "%(n)s of %(sent)s written messages carries a label: %(pressing)s press, %(answering)s speak back or "
        "apologise, %(surrounding)s tell how the group works.",
        "%(n)s of %(sent)s written messages carry a label: %(pressing)s press, %(answering)s speak back or "
        "apologise, %(surrounding)s tell how the group works.",
        count, n=t.figure("pressure", count), sent=t.figure("texts", sent),
        pressing=t.figure(PRESSING, groups[PRESSING]),
        answering=t.figure(ANSWERING, groups[ANSWERING]), surrounding=t.figure(SURROUNDING, groups[SURROUNDING]),
    )  # fmt: skip
    return Point(text, "#pressure", lang.gettext("What happened to those who did not?"))


def _voices(t: Tally) -> Point | None:
    lang = t.lang
    pressing = [row for row in t.pressure if primary_group(row) == PRESSING]
    if not pressing:
        return None
    actors = {row["actor"] for row in pressing}
    targets = {name for row in pressing for name in row["targets"]}
    whole = sum(not row["targets"] for row in pressing)
    text = lang.say(
        "The pressing messages were written by %(actors)s and name %(targets)s; %(whole)s of the %(n)s speak to the "
        "group as a whole.",
        actors=people(t, "pressing-members", actors), targets=people(t, "named-members", targets),
        whole=t.figure("to-all", whole), n=lang.number(len(pressing)),
    )  # fmt: skip
    return Point(text, "#pairs", lang.gettext("Who wrote, who was named"))


def _episodes(t: Tally) -> Point | None:
    lang, counts = t.lang, Counter(t.audit.episodes["kind"].tolist())
    count = sum(counts.values())
    if not count:
        none = lang.say("%(n)s episodes were found.", n=t.figure("episodes", 0))
        return Point(none, "#dissent", lang.gettext("What happened when someone spoke up?")) if t.calls else None
    parts = [
        lang.say("%(n)s × “%(kind)s”", n=t.figure(kind.value, counts[kind.value]), kind=lang.gettext(EPISODES[kind][0]))
        for kind in EpisodeKind if counts[kind.value]
    ]  # fmt: skip
    text = lang.say_n(
        "%(n)s episode, in which one thing followed on another within a set time: %(parts)s. That shows a sequence, "
        "not a cause.",
        "%(n)s episodes, in which one thing followed on another within a set time: %(parts)s. That shows a sequence, "
        "not a cause.",
        count, n=t.figure("episodes", count), parts=lang.listing(parts),
    )  # fmt: skip
    return Point(text, "#dissent", lang.gettext("What happened when someone spoke up?"))


def _exits(t: Tally) -> Point | None:
    lang = t.lang
    left = [r for r in t.membership if r["event"] == Event.LEFT]
    removed = [r for r in t.membership if r["event"] == Event.REMOVED]
    came = sum(r["event"] in (Event.ADDED, Event.JOINED) for r in t.membership)
    if not (left or removed or came):
        return None
    parts = [
        lang.say_n("%(n)s arrival", "%(n)s arrivals", came, n=t.figure("came", came)),
        (*lang.say_n("%(n)s departure", "%(n)s departures", len(left), n=t.figure("left", len(left))),
         *_lines(t, left)),
        (*lang.say_n("%(n)s removal", "%(n)s removals", len(removed), n=t.figure("removed", len(removed))),
         *_lines(t, removed)),
    ]  # fmt: skip
    text = lang.say("The app's own notices show %(parts)s.", parts=lang.listing(parts))
    return Point(text, "#left", lang.gettext("What was left after leaving?"))


def _lines(t: Tally, events: list[dict[str, object]]) -> Text:
    names = [(str(r["member"]), int(str(r["line"]))) for r in events if r["member"] is not None]
    if not names or len(names) > _NAMED:
        return ()
    parts = [t.lang.say("%(member)s, line %(line)s", member=t.member(n), line=t.line(at)) for n, at in names]
    return (Piece(" ("), *t.lang.listing(parts), Piece(")"))


def limits(t: Tally) -> tuple[Text, ...]:
    """What a chat cannot show, with this chat's own counts where it has them."""
    lang = t.lang
    kinds = Counter(t.audit.messages["kind"].tolist())
    points = [
        lang.say(
            "What people did on LinkedIn or Instagram. Somebody with nothing on record may have liked and commented; "
            "somebody who wrote “done” may not have."
        ),
        lang.say(
            "Reactions with an emoji on a message: WhatsApp leaves them out of an export. Some will have confirmed "
            "that way."
        ),
        lang.say(
            "Which message a reply quoted. Replies are tied to calls by names, numbers and order, which can go wrong."
        ),
        lang.say("Private messages, telephone calls and other groups."),
        lang.say("What was said before the export begins, or after it was made."),
    ]
    if kinds[Kind.MEDIA.value]:
        points.append(
            lang.say_n(
                "What stood in %(n)s photo, video or voice message, which the export holds as a mark only.",
                "What stood in %(n)s photos, videos and voice messages, which the export holds as a mark only.",
                kinds[Kind.MEDIA.value], n=lang.number(kinds[Kind.MEDIA.value]),
            )
        )  # fmt: skip
    if kinds[Kind.DELETED.value]:
        points.append(
            lang.say_n("What stood in %(n)s deleted message.", "What stood in %(n)s deleted messages.",
                       kinds[Kind.DELETED.value], n=lang.number(kinds[Kind.DELETED.value]))
        )  # fmt: skip
    points += [
        lang.say("Why something happened. An episode says what came after what."),
        lang.say(
            "How words were meant. Labels are given by words and their context, by a program: each says what decided "
            "it, so that you can disagree. It misses messages as well."
        ),
        lang.say(
            "Whether the file is whole and unchanged. An export is plain text without a signature; the SHA-256 shows "
            "only that a file is the same as the one read here."
        )
        if t.audit.source.pseudonyms is None
        else lang.say("Whether the file is whole and unchanged. An export is plain text without a signature."),
    ]
    return tuple(points)
