"""The part about the reader's own side: LinkedIn's archive and analytics beside the chat, and how to get them.

Each figure says which tier it is of: *said in chat*, *in my archive*, or *inferred*. What is not found is never worded as not
done, and a comparison never as a cause. Links stand as text: the page leads nowhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from podaudit.evidence.obliged import RULES
from podaudit.evidence.schemas import Found, Where
from podaudit.model import Status, Verdict
from podaudit.report.language import N_, Language, Piece, Text, plain, visible
from podaudit.report.tally import Tally, rows
from podaudit.report.terms import STATUSES, rule_text

if TYPE_CHECKING:
    from podaudit.evidence import Evidence

_LISTED, _POSTS, _ACTIONS, _WORDINGS, _UNOPENED = 300, 100, 1500, 10, 40

CHAT, ARCHIVE, INFERRED = "chat", "archive", "inferred"
TIERS = {
    CHAT: (N_("said in chat"), N_("what somebody wrote in the group")),
    ARCHIVE: (N_("in my archive"), N_("what LinkedIn's own export of you holds")),
    INFERRED: (N_("inferred"), N_("worked out: two ids of one post by their time, or the time zone")),
}
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
    "nothing found, but the archive has no file of comments": N_("the archive has no file of comments"),
    "nothing found, but the archive has no file of reactions": N_("the archive has no file of reactions"),
}
_WHERE = {
    Where.POD: N_("posts put before the group"), Where.OTHERS: N_("other people's posts"), Where.OWN: N_("your own posts"),
}  # fmt: skip
_GROUPS = {
    ("put", "put"): N_("put before the group, while you were in it"),
    ("put", "not_put"): N_("not put before it, while you were in it"),
    ("support", "with"): N_("put before it, and somebody said “done”"),
    ("support", "without"): N_("put before it, and nobody said “done”"),
    ("period", "before"): N_("before you were in the group"),
    ("period", "during"): N_("while you were in it"),
    ("period", "after"): N_("after you were in it"),
}
_MEASURES = {
    "engagements": N_("engagements of a post"), "impressions": N_("impressions of a post"),
    "day_engagements": N_("engagements on a day"), "day_impressions": N_("impressions on a day"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tiered:
    """A sentence and the tier of what it says."""

    text: Text
    tier: str
    name: str  # of the tier


@dataclass(frozen=True, slots=True)
class Answered:
    """One call that asked the reader: what the chat has, and what the archive."""

    line: int
    time: str
    caller: Piece
    said: str
    found: str
    found_class: str
    what: str
    after: str
    words: str
    inferred: bool


@dataclass(frozen=True, slots=True)
class Post:
    """One of the reader's posts."""

    posted: str
    line: int | None
    engagements: str
    impressions: str
    said: str
    part: str


@dataclass(frozen=True, slots=True)
class Given:
    """A post on which the reader left something, to walk through: link as text."""

    line: int
    caller: Piece
    what: str
    url: str
    inferred: bool


@dataclass(frozen=True, slots=True)
class Archive:
    """The part; ``given`` False where no archive was, and only the way to get one is shown."""

    given: bool
    tiers: tuple[tuple[str, str, str], ...] = ()  # class, name, meaning
    points: tuple[Tiered, ...] = ()
    claims: tuple[tuple[str, ...], ...] = ()  # a row of cells per status
    answered: tuple[Answered, ...] = ()
    answered_left_out: Text = ()
    rules: tuple[tuple[Text, tuple[str, ...]], ...] = ()  # rule; kept, broken, cannot be known
    comments: tuple[tuple[str, tuple[str, ...]], ...] = ()  # a figure; its values, in the order of ``places``
    places: tuple[str, ...] = ()
    wordings: tuple[tuple[str, str], ...] = ()  # words, how often
    comparison: tuple[tuple[str, ...], ...] = ()
    posts: tuple[Post, ...] = ()
    posts_left_out: Text = ()
    clean_up: tuple[Given, ...] = ()
    clean_up_left_out: Text = ()
    files: tuple[Text, ...] = ()
    unopened: tuple[str, ...] = ()
    warning: Text = field(default=())


def archive(t: Tally) -> Archive | None:
    """The part, of an audit with LinkedIn's exports or with calls on LinkedIn; None where neither is there."""
    evidence = t.audit.evidence
    if evidence is None:
        return Archive(False) if any(c["platform"] == "linkedin" for c in t.calls) else None
    lang, call_on = t.lang, {c["line"]: c for c in t.calls}
    answered = rows(evidence.obligations)
    posts = [row for row in rows(evidence.posts) if row["engagements"] is not None or row["call_line"] is not None]
    given = _clean_up(t, evidence)
    found = rows(evidence.files)
    return Archive(
        given=True,
        tiers=tuple((tier, lang.gettext(name), lang.gettext(about)) for tier, (name, about) in TIERS.items()),
        points=_points(t, evidence),
        claims=_claims(lang, evidence),
        answered=tuple(_answered(t, row, call_on[row["call_line"]]) for row in answered[:_LISTED]),
        answered_left_out=_left_out(lang, len(answered) - _LISTED),
        rules=_rules(lang, evidence),
        comments=_comments(lang, evidence),
        places=tuple(lang.gettext(_WHERE[Where(x)]) for x in evidence.comments["where"].tolist()),
        wordings=_wordings(lang, evidence),
        comparison=_comparison(lang, evidence),
        posts=tuple(_post(t, row) for row in posts[-_POSTS:]),
        posts_left_out=_left_out(lang, len(posts) - _POSTS),
        clean_up=given[:_ACTIONS],
        clean_up_left_out=_left_out(lang, len(given) - _ACTIONS),
        files=tuple(_file(lang, row) for row in found if row["what"] != "not opened"),
        unopened=_unopened(lang, [row["file"] for row in found if row["what"] == "not opened" and not row["note"]]),
        warning=lang.say("The exports bear the name of another member than the one you said to be.")
        if evidence.figures["other_name"]
        else (),
    )


def _left_out(lang: Language, count: int) -> Text:
    if count <= 0:
        return ()
    return lang.say_n(
        "%(n)s more stands in the tables that podaudit can write.", "%(n)s more stand in the tables that podaudit can write.",
        count, n=lang.number(count),
    )  # fmt: skip


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
        zone=f["tz"], n=lang.number(f["tz_calls"]), time=span(lang, f["tz_soonest"] or 0),
    )  # fmt: skip


# -------------------------------------------------------------------------------- obligations and rules


def _claims(lang: Language, evidence: Evidence) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (lang.gettext(STATUSES[Status(row["status"])][0]), *(
            lang.number(row[name]) for name in ("obligations", *(found.value for found in Found))
        ))
        for row in rows(evidence.claims)
    )  # fmt: skip


def _answered(t: Tally, row: dict[str, Any], call: dict[str, Any]) -> Answered:
    lang = t.lang
    t.cite(row["call_line"], (Piece(lang.gettext("your archive"), href="#archive"),))
    found = Found(row["found"])
    what = ", ".join(lang.gettext(_KINDS[kind]) for kind in row["kinds"])
    if found is Found.UNKNOWN:
        what = lang.gettext(_REASONS[row["why"]]) if row["why"] in _REASONS else ""
    return Answered(
        row["call_line"], lang.moment(call["time"]), t.member(call["caller"]), lang.gettext(STATUSES[Status(row["status"])][0]),
        lang.gettext(_FOUND[found]), found.value, what, _after(lang, row["after_call"]),
        "" if row["words"] is None else _words(lang, row), row["inferred"],
    )  # fmt: skip


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
    time = span(lang, abs(minutes))
    return time if minutes >= 0 else plain(lang.say("%(time)s before", time=time))


def span(lang: Language, minutes: float) -> str:
    """A stretch of time in whole minutes, hours or days, whichever reads best."""
    whole = round(minutes)
    if whole < 1:
        return lang.gettext("less than a minute")
    if whole >= 2880:
        whole = round(whole / 1440) * 1440
    elif whole >= 120:
        whole = round(whole / 60) * 60
    return lang.duration(whole)


def _rules(lang: Language, evidence: Evidence) -> tuple[tuple[Text, tuple[str, ...]], ...]:
    checks = evidence.checks
    counts = Counter(zip(checks["type"].tolist(), checks["verdict"].tolist(), strict=True))
    made = []
    for rule in RULES:
        found = [counts[rule.value, verdict.value] for verdict in Verdict]
        if any(found):
            made.append((rule_text(lang, rule.value, None), tuple(lang.number(n) if n else "" for n in found)))
    return tuple(made)


# -------------------------------------------------------------------------------- comments and posts


def _comments(lang: Language, evidence: Evidence) -> tuple[tuple[str, tuple[str, ...]], ...]:
    held = rows(evidence.comments)
    if not held:
        return ()

    def line(name: str, values: Iterable[str]) -> tuple[str, tuple[str, ...]]:
        return lang.gettext(name), tuple(values)

    def shares(column: str) -> list[str]:
        return [percent(row[column]) for row in held]

    def spans(column: str) -> list[str]:
        return ["–" if row[column] is None else span(lang, row[column]) for row in held]

    return (
        line(N_("Comments"), (lang.number(row["comments"]) for row in held)),
        line(N_("Words, median"), (decimal(lang, row["words_median"]) for row in held)),
        line(N_("Stock phrases only"), shares("stock")),
        line(N_("The same words as an earlier comment"), shares("same_words")),
        line(N_("Emoji alone"), shares("emoji_only")),
        line(N_("With a question"), shares("question")),
        line(N_("After the call, median"), spans("after_call_median")),
        line(N_("After the post, median"), spans("after_post_median")),
        line(N_("Between 18:00 and 23:00"), shares("evenings")),
        line(N_("Between 23:00 and 7:00"), shares("nights")),
        line(N_("On Saturday or Sunday"), shares("weekends")),
    )


def percent(share: float | None) -> str:
    """A share in whole percents; 0 % and 100 % only where exact."""
    if share is None:
        return "–"
    if 0 < share < 0.005:
        return "< 1 %"
    return "> 99 %" if 0.995 <= share < 1 else f"{round(share * 100)} %"


def decimal(lang: Language, value: float | None) -> str:
    """A number with at most one decimal."""
    if value is None:
        return "–"
    if value == int(value):
        return lang.number(int(value))
    return f"{value:.1f}".replace(".", "," if lang.code == "nl" else ".")


def _wordings(lang: Language, evidence: Evidence) -> tuple[tuple[str, str], ...]:
    held = [row for row in rows(evidence.repeated) if row["pod"]]
    return tuple((visible(row["text"][:200]), lang.number(row["pod"] + row["others"])) for row in held[:_WORDINGS])


def _comparison(lang: Language, evidence: Evidence) -> tuple[tuple[str, ...], ...]:
    made = []
    for row in rows(evidence.comparison):
        interval = "–"
        if row["low"] is not None:
            interval = plain(
                lang.say("%(low)s to %(high)s", low=decimal(lang, row["low"]), high=decimal(lang, row["high"]))
            )
        made.append((
            lang.gettext(_GROUPS[row["by"], row["group"]]), lang.gettext(_MEASURES[row["measure"]]), lang.number(row["cases"]),
            decimal(lang, row["median"]), interval,
        ))  # fmt: skip
    return tuple(made)


def _post(t: Tally, row: dict[str, Any]) -> Post:
    lang, line = t.lang, row["call_line"]
    if line is not None:
        t.cite(line, (Piece(lang.gettext("your archive"), href="#archive"),))
    part = ""
    if row["share_low"] is not None:
        low, high = percent(row["share_low"]), percent(row["share_high"])
        part = low if low == high else plain(lang.say("%(low)s to %(high)s", low=low, high=high))
    return Post(
        lang.date(row["posted_at"], short=True) if row["posted_at"] else "–", line,
        "–" if row["engagements"] is None else lang.number(row["engagements"]),
        "–" if row["impressions"] is None else lang.number(row["impressions"]),
        "" if line is None else plain(lang.say("%(n)s of %(all)s", n=lang.number(row["recorded"]), all=lang.number(row["asked"]))),
        part,
    )  # fmt: skip


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
            Given(line, t.member(own[0]["caller"]), what, visible(own[0]["url"]), all(r["inferred"] for r in own))
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
