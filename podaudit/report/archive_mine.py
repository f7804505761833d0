"""The reader's own comments, months and posts on LinkedIn, as tables of the report; comparisons, never causes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from podaudit.evidence.schemas import Period, Where
from podaudit.report import pictures
from podaudit.report.language import N_, Language, Piece, Text, plain, visible
from podaudit.report.tally import Tally, rows
from podaudit.report.tiers import ARCHIVE, CHAT, INFERRED, left_out, of_tier, table, with_tier
from podaudit.report.view import Column, Sort, Table

if TYPE_CHECKING:
    from podaudit.evidence import Evidence

_POSTS, _WORDINGS = 100, 10

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


def comments(lang: Language, evidence: Evidence) -> Table | None:
    held = rows(evidence.comments)
    if not held:
        return None

    def line(name: str, values: Iterable[str]) -> tuple[str, ...]:
        return lang.gettext(name), *values

    def shares(column: str) -> list[str]:
        return [percent(lang, row[column]) for row in held]

    def spans(column: str) -> list[str]:
        return ["–" if row[column] is None else lang.span(row[column]) for row in held]

    places = [Column(lang.gettext(_WHERE[Where(row["where"])]), Sort.NUMBER) for row in held]
    caption = with_tier(lang, lang.gettext("Your comments, by whose posts they stand under"))
    return table(
        "own-comments", caption, [Column(lang.gettext("Figure")), *places], (
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
        ),
    )  # fmt: skip


def percent(lang: Language, share: float | None) -> str:
    return "–" if share is None else lang.percent(share, 1)


def decimal(lang: Language, value: float | None) -> str:
    """A number with at most one decimal."""
    if value is None:
        return "–"
    if value == int(value):
        return lang.number(int(value))
    return lang.decimal(value)


def heat(lang: Language, evidence: Evidence) -> pictures.Heat | None:
    """By weekday and hour, the comments under posts put before the group beside those under other posts of others."""
    counts = {at: (held[Where.POD.value], held[Where.OTHERS.value]) for at, held in _by_hour(evidence).items()}
    return pictures.heat(lang, counts, ("given", "elsewhere")) if any(map(any, counts.values())) else None


def hours(lang: Language, evidence: Evidence) -> Table | None:
    columns = (
        Column(lang.gettext("Day"), Sort.ORDER), Column(lang.gettext("From"), Sort.NUMBER),
        *(Column(lang.gettext(name), Sort.NUMBER) for name in _WHERE.values()),
    )  # fmt: skip
    made = (
        (lang.weekday(day, short=True), f"{hour}:00", *(lang.number(held[place.value]) if held[place.value] else "" for place in _WHERE))
        for (day, hour), held in sorted(_by_hour(evidence).items())
    )  # fmt: skip
    return table("own-hours", with_tier(lang, lang.gettext("Hours of the week in which you commented")), columns, made)


def _by_hour(evidence: Evidence) -> dict[tuple[int, int], Counter[str]]:
    held = defaultdict[tuple[int, int], Counter[str]](Counter)
    for row in rows(evidence.hours):
        held[row["weekday"], row["hour"]][row["where"]] += row["comments"]
    return held


def wordings(lang: Language, evidence: Evidence) -> tuple[tuple[str, str], ...]:
    held = [row for row in rows(evidence.repeated) if row["pod"]]
    return tuple((visible(row["text"][:200]), lang.number(row["pod"] + row["others"])) for row in held[:_WORDINGS])


def months(lang: Language, evidence: Evidence) -> Table | None:
    """What the reader did in a month, before, during and after the time in the group; None where it is all of one."""
    held, made = evidence.months, []
    for period in (Period.BEFORE, Period.DURING, Period.AFTER):
        of = held[held["period"] == period.value]
        if len(of):
            sums = (
                of["reactions"], of["comments"], of["pod_reactions"] + of["pod_comments"], of["shares"], of["connections"],
            )  # fmt: skip
            made.append((
                lang.gettext(_GROUPS["period", period.value]), lang.number(len(of)), *(decimal(lang, float(s.mean())) for s in sums),
            ))  # fmt: skip
    columns = (
        Column(lang.gettext("When")), *(
            Column(lang.gettext(name), Sort.NUMBER) for name in (
                N_("Months"), N_("Likes and other reactions"), N_("Comments"), N_("of both, on posts put before the group"),
                N_("Posts of your own"), N_("New connections"),
            )
        ),
    )  # fmt: skip
    caption = with_tier(lang, lang.gettext("What you did in a month, on average"))
    return table("own-months", caption, columns, made) if len(made) > 1 else None


def comparison(lang: Language, evidence: Evidence) -> Table | None:
    columns = (
        Column(lang.gettext("Posts or days")), Column(lang.gettext("Figure")), *(
            Column(lang.gettext(name), Sort.NUMBER) for name in (N_("How many"), N_("Median"), N_("Interval"))
        ),
    )  # fmt: skip
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
    caption = with_tier(lang, lang.gettext("Medians by LinkedIn's analytics"))
    return table("comparison", caption, columns, made)


def posts(t: Tally, evidence: Evidence) -> Table | None:
    """Post by post, with how much of its engagement the group can account for."""
    lang = t.lang
    held = [row for row in rows(evidence.posts) if row["engagements"] is not None or row["call_line"] is not None]
    columns = (
        Column(lang.gettext("Posted"), Sort.ORDER), Column(lang.gettext("Call"), Sort.ORDER),
        of_tier(lang, lang.gettext("Engagements"), ARCHIVE, Sort.NUMBER), of_tier(lang, lang.gettext("Impressions"), ARCHIVE, Sort.NUMBER),
        of_tier(lang, lang.gettext("Said “done”"), CHAT, Sort.NUMBER),
        of_tier(lang, lang.gettext("The group can account for"), INFERRED, Sort.NUMBER),
    )  # fmt: skip
    caption = lang.gettext("Your posts, the newest last")
    return table(
        "own-posts", caption, columns, (_post(t, row) for row in held[-_POSTS:]), left_out(lang, len(held) - _POSTS)
    )


def _post(t: Tally, row: dict[str, Any]) -> tuple[Text | str, ...]:
    lang, line = t.lang, row["call_line"]
    if line is not None:
        t.cite(line, (Piece(lang.gettext("your archive"), href="#archive"),))
    part = ""
    if row["share_low"] is not None:
        low, high = percent(lang, row["share_low"]), percent(lang, row["share_high"])
        part = low if low == high else plain(lang.say("%(low)s to %(high)s", low=low, high=high))
    return (
        lang.date(row["posted_at"], short=True) if row["posted_at"] else "–", () if line is None else (t.line(line),),
        "–" if row["engagements"] is None else lang.number(row["engagements"]),
        "–" if row["impressions"] is None else lang.number(row["impressions"]),
        "" if line is None else plain(lang.say("%(n)s of %(all)s", n=lang.number(row["recorded"]), all=lang.number(row["asked"]))),
        part,
    )  # fmt: skip
