"""The part about the reader's own side: LinkedIn's archive and analytics beside the chat, and how to get them.

Each figure says which tier it is of: *said in chat*, *in my archive*, or *inferred*. What is not found is never worded as not
done, and a comparison never as a cause. Links stand as text: the page leads nowhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from podaudit.evidence.obliged import RULES
from podaudit.evidence.schemas import Found
from podaudit.model import Status, Verdict
from podaudit.report import archive_mine
from podaudit.report.language import N_, Language, Piece, Text, plain, visible
from podaudit.report.tally import Tally, rows
from podaudit.report.terms import STATUSES, rule_text
from podaudit.report.tiers import ARCHIVE, CHAT, INFERRED, TIERS, left_out, of_tier, table, with_tier
from podaudit.report.view import Column, Sort, Table

if TYPE_CHECKING:
    from podaudit.evidence import Evidence
    from podaudit.report.pictures import Heat

_BEGINNING = 80  # characters of a comment
_LISTED, _ACTIONS, _UNOPENED = 300, 1500, 40

_FOUND = {
    Found.CORROBORATED: N_("found"),
    Found.NOT_FOUND: N_("not found"),
    Found.UNKNOWN: N_("cannot be known"),
}
_KINDS = {"comment": N_("a comment"), "react": N_("a like"), "share": N_("a repost"), "vote": N_("a vote")}
_REASONS = {
    "the post is not on LinkedIn": N_("not on LinkedIn"),
    "the link in the chat names no post (a short link or an article)": N_("the link names no post"),
    "the call is later than the archive": N_("later than the archive"),
    "nothing found, but the archive has no file of comments that could be read": N_(
        "the archive has no comments that can be read"
    ),
    "nothing found, but the archive has no file of reactions that could be read": N_(
        "the archive has no likes that can be read"
    ),
}


@dataclass(frozen=True, slots=True)
class Tiered:
    """A sentence and the tier of what it says."""

    text: Text
    tier: str
    name: str  # of the tier


@dataclass(frozen=True, slots=True)
class Given:
    """A post on which the reader left something, to walk through: link as text."""

    line: int
    caller: Piece
    what: str
    url: str
    inferred: bool
    words: str  # the beginning of the comment, to find it by; '' without one


@dataclass(frozen=True, slots=True)
class Archive:
    """The part; ``given`` False where no archive was, and only the way to get one is shown."""

    given: bool
    tiers: tuple[tuple[str, str, str], ...] = ()  # class, name, meaning
    points: tuple[Tiered, ...] = ()
    claims: Table | None = None
    answered: Table | None = None
    rules: Table | None = None
    comments: Table | None = None
    heat: Heat | None = None  # by weekday and hour
    hours: Table | None = None
    wordings: tuple[tuple[str, str], ...] = ()  # words, how often
    months: Table | None = None
    comparison: Table | None = None
    posts: Table | None = None
    clean_up: tuple[Given, ...] = ()
    clean_up_left_out: Text = ()
    files: tuple[Text, ...] = ()
    unopened: tuple[str, ...] = ()
    warnings: tuple[Text, ...] = ()


def archive(t: Tally) -> Archive | None:
    """The part, of an audit with LinkedIn's exports or with calls on LinkedIn; None where neither is there."""
    evidence = t.audit.evidence
    if evidence is None:
        private = t.audit.source.pseudonyms is None
        return Archive(False) if private and any(c["platform"] == "linkedin" for c in t.calls) else None
    lang = t.lang
    given = _clean_up(t, evidence)
    found = rows(evidence.files)
    return Archive(
        given=True,
        tiers=tuple((tier, lang.gettext(name), lang.gettext(about)) for tier, (name, about) in TIERS.items()),
        points=_points(t, evidence),
        claims=_claims(lang, evidence),
        answered=_answered(t, rows(evidence.obligations)),
        rules=_rules(t, evidence),
        comments=archive_mine.comments(lang, evidence),
        heat=archive_mine.heat(lang, evidence),
        hours=archive_mine.hours(lang, evidence),
        wordings=archive_mine.wordings(lang, evidence),
        months=archive_mine.months(lang, evidence),
        comparison=archive_mine.comparison(lang, evidence),
        posts=archive_mine.posts(t, evidence),
        clean_up=given[:_ACTIONS],
        clean_up_left_out=left_out(lang, len(given) - _ACTIONS),
        files=tuple(_file(lang, row) for row in found if row["what"] != "not opened"),
        unopened=_unopened(lang, [row["file"] for row in found if row["what"] == "not opened" and not row["note"]]),
        warnings=tuple(_warnings(lang, evidence.figures)),
    )


def _warnings(lang: Language, f: Any) -> Iterator[Text]:
    """What no figure of the part should be read without."""
    if f["other_name"]:
        yield lang.say("The exports bear the name of another member than the one you said to be.")
    if "comments" in f["missing"]:
        yield lang.say(
            "Your archive has no comments that can be read, so this part knows of none. LinkedIn's larger archive has them."
        )
    if "reactions" in f["missing"]:
        yield lang.say(
            "Your archive has no likes that can be read, so this part knows of none. LinkedIn's larger archive has them."
        )


# -------------------------------------------------------------------------------- in sentences


def _points(t: Tally, evidence: Evidence) -> tuple[Tiered, ...]:
    """What it comes to, each sentence with its tier."""
    lang, f = t.lang, evidence.figures

    def figure(key: str) -> Piece:
        return t.figure(f"archive-{key}", f[key])

    made = list[Tiered]()

    def point(tier: str, text: Text) -> None:
        made.append(Tiered(text, tier, lang.gettext(TIERS[tier][0])))

    if len(evidence.obligations):
        point(CHAT, lang.say(
            "%(member)s was asked %(n)s times, and said of %(claimed)s that it was done.",
            member=t.member(f["owner"]), n=figure("obligations"), claimed=figure("claimed"),
        ))  # fmt: skip
        point(ARCHIVE, lang.say(
            "Of those said to be done, something was found for %(found)s and nothing for %(missing)s; for %(unknown)s it cannot be "
            "known. Not found is not “not done”: what was taken back is missing from an archive.",
            found=figure("claimed_corroborated"), missing=figure("claimed_not_found"), unknown=figure("claimed_unknown"),
        ))  # fmt: skip
        point(ARCHIVE, lang.say(
            "Of the others, something was found for %(found)s and nothing for %(missing)s; for %(unknown)s it cannot be known.",
            found=figure("unclaimed_corroborated"), missing=figure("unclaimed_not_found"), unknown=figure("unclaimed_unknown"),
        ))  # fmt: skip
        by_time = int(evidence.obligations["inferred"].sum())
        if by_time:
            point(INFERRED, lang.say_n(
                "For %(n)s of what was found only the time in the ids says that it is the same post.",
                "For %(n)s of what was found only the time in the ids says that it is the same post.",
                by_time, n=t.figure("archive-inferred", by_time),
            ))  # fmt: skip
    if f["reactions"] or f["comments"]:
        point(ARCHIVE, lang.say(
            "Of %(reactions)s likes and other reactions, %(pod_reactions)s went to posts by others put before the group; of "
            "%(comments)s comments, %(pod_comments)s.",
            reactions=figure("reactions"), pod_reactions=figure("pod_reactions"), comments=figure("comments"),
            pod_comments=figure("pod_comments"),
        ))  # fmt: skip
    if f["put_engagements"]:
        low, high = (
            archive_mine.percent(lang, f[name] / f["put_engagements"]) for name in ("put_group_low", "put_group_high")
        )
        point(INFERRED, lang.say_n(
            "LinkedIn counts %(engagements)s engagements for %(n)s post of yours that was put before the group. The group can account "
            "for %(low)s to %(high)s of them.",
            "LinkedIn counts %(engagements)s engagements for %(n)s posts of yours that were put before the group. The group can account "
            "for %(low)s to %(high)s of them.",
            f["put_measured"], n=figure("put_measured"), engagements=figure("put_engagements"), low=low, high=high,
        ))  # fmt: skip
    point(*_clock(lang, f))
    return tuple(made)


def _clock(lang: Language, f: Any) -> tuple[str, Text]:
    """How LinkedIn's UTC was set to the chat's clock."""
    if f["tz_grounds"] == "given":
        return CHAT, lang.say(
            "LinkedIn's times were set to the chat's clock by the zone %(zone)s, as you said.", zone=f["tz"]
        )
    if f["tz"] is None:
        return INFERRED, lang.say(
            "The chat's time zone is not known, so nothing is said of how soon something was done; --tz decides it."
        )
    return INFERRED, lang.say(
        "LinkedIn's times were set to the chat's clock by the zone %(zone)s: no call can come before its post, and in this zone the "
        "calls follow their posts soonest (%(n)s calls; the soonest after %(time)s). --tz decides it.",
        zone=f["tz"], n=lang.number(f["tz_calls"]), time=lang.span(f["tz_soonest"] or 0),
    )  # fmt: skip


# -------------------------------------------------------------------------------- obligations and rules


def _claims(lang: Language, evidence: Evidence) -> Table | None:
    columns = (
        of_tier(lang, lang.gettext("Status"), CHAT), Column(lang.gettext("Calls"), Sort.NUMBER),
        of_tier(lang, lang.gettext("Found"), ARCHIVE, Sort.NUMBER), of_tier(lang, lang.gettext("Not found"), ARCHIVE, Sort.NUMBER),
        Column(lang.gettext("Cannot be known"), Sort.NUMBER),
    )  # fmt: skip
    return table(
        "claims", lang.gettext("Calls put to you: their status in the chat, and what the archive shows"), columns,
        (
            (lang.gettext(STATUSES[Status(row["status"])][0]), *(
                lang.number(row[name]) for name in ("obligations", *(found.value for found in Found))
            ))
            for row in rows(evidence.claims)
        ),
    )  # fmt: skip


def _answered(t: Tally, held: Sequence[dict[str, Any]]) -> Table | None:
    """Call by call: what the chat has, and what the archive."""
    lang, call_on = t.lang, {c["line"]: c for c in t.calls}
    columns = (
        Column(lang.gettext("Call"), Sort.ORDER), Column(lang.gettext("By")), of_tier(lang, lang.gettext("Status"), CHAT),
        of_tier(lang, lang.gettext("Archive"), ARCHIVE), Column(lang.gettext("What")), Column(lang.gettext("After the call")),
        Column(lang.gettext("Words")),
    )  # fmt: skip
    made = []
    for row in held[:_LISTED]:
        call = call_on[row["call_line"]]
        t.cite(row["call_line"], (Piece(lang.gettext("your archive"), href="#archive"),))
        found = Found(row["found"])
        what = ", ".join(lang.gettext(_KINDS[kind]) for kind in row["kinds"])
        if found is Found.UNKNOWN:
            what = lang.gettext(_REASONS[row["why"]]) if row["why"] in _REASONS else ""
        shown = lang.gettext(_FOUND[found])
        shown = with_tier(lang, shown, INFERRED) if row["inferred"] else shown
        made.append((
            (t.line(row["call_line"]), Piece(f" {lang.moment(call['time'])}")), (t.member(call["caller"]),),
            lang.gettext(STATUSES[Status(row["status"])][0]), shown, what,
            _after(lang, row["after_call"]), "" if row["words"] is None else _words(lang, row),
        ))  # fmt: skip
    caption = lang.gettext(
        "The time after the call is that of the first thing found; the words are those of the longest comment"
    )
    return table("answered", caption, columns, made, left_out(lang, len(held) - _LISTED))


def _words(lang: Language, row: dict[str, Any]) -> str:
    """``8, a question``."""
    notes = [lang.number(row["words"])]
    notes += [lang.gettext("a question")] if row["question"] else []
    notes += [lang.gettext("emoji alone")] if row["emoji_only"] else []
    notes += [lang.gettext("a stock phrase")] if row["stock"] else []
    return ", ".join(notes)


def _after(lang: Language, minutes: float | None) -> str:
    if minutes is None:
        return ""
    time = lang.span(abs(minutes))
    return time if minutes >= 0 else plain(lang.say("%(time)s before", time=time))


def _rules(t: Tally, evidence: Evidence) -> Table | None:
    lang, checks = t.lang, evidence.checks
    broken = checks[checks["verdict"] == Verdict.BROKEN.value]
    counts = Counter(zip(checks["type"].tolist(), checks["verdict"].tolist(), strict=True))
    columns = (
        Column(lang.gettext("The rule")), *(
            Column(lang.gettext(name), Sort.NUMBER) for name in (N_("Kept"), N_("Not kept"), N_("Cannot be known"))
        ), Column(lang.gettext("Not kept at these calls"), Sort.ORDER),
    )  # fmt: skip
    made: list[tuple[Text | str, ...]] = []
    for rule in RULES:
        found = [counts[rule.value, verdict.value] for verdict in Verdict]
        if any(found):
            lines = broken.loc[broken["type"] == rule.value, "line"].tolist()
            made.append((
                rule_text(lang, rule.value, None), *(lang.number(n) if n else "" for n in found),
                t.evidence(lines, t.claim(lang.gettext("your archive"), "#archive")),
            ))  # fmt: skip
    caption = with_tier(lang, lang.gettext("Calls put to you under each rule"))
    return table("archive-rules", caption, columns, made)


# -------------------------------------------------------------------------------- to walk through, and what was read


def _clean_up(t: Tally, evidence: Evidence) -> tuple[Given, ...]:
    """A row per post, by call: what the reader left there."""
    held: dict[tuple[int, str | None], list[dict[str, Any]]] = {}
    for row in rows(evidence.actions):
        held.setdefault((row["call_line"], row["post_id"]), []).append(row)
    made = list[Given]()
    for (line, _), own in held.items():
        kinds = Counter(row["kind"] for row in own)
        what = ", ".join(
            t.lang.gettext(_KINDS[kind]) + (f" × {t.lang.number(n)}" if n > 1 else "")
            for kind, n in sorted(kinds.items())
        )
        if len(made) < _ACTIONS:
            t.cite(line, (Piece(t.lang.gettext("your archive"), href="#archive"),))
        made.append(
            Given(
                line,
                t.member(own[0]["caller"]),
                what,
                visible(own[0]["url"]),
                all(r["inferred"] for r in own),
                next((visible(r["text"][:_BEGINNING]) for r in own if r["text"]), ""),
            )
        )
    return tuple(made)


def _file(lang: Language, row: dict[str, Any]) -> Text:
    text = lang.say_n(
        "%(file)s: %(n)s row read", "%(file)s: %(n)s rows read", row["rows"], file=Piece(visible(row["file"]), name=True),
        n=lang.number(row["rows"]),
    )  # fmt: skip
    if row["unread"]:
        text = (*text, Piece(", "), *lang.say("%(n)s not read", n=lang.number(row["unread"])))
    return text


def _unopened(lang: Language, names: Sequence[str]) -> tuple[str, ...]:
    more = len(names) - _UNOPENED
    return (*(visible(name) for name in names[:_UNOPENED]), *([f"… (+{lang.number(more)})"] if more > 0 else []))
