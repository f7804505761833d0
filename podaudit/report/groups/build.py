"""From the rows of a corpus to the view of the page over groups."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from podaudit.corpus import figures
from podaudit.corpus.figures import Distribution, Group, Pooled, Share
from podaudit.corpus.intervals import DRAWS, SEED, Interval
from podaudit.model import EpisodeKind, Label, RuleType
from podaudit.report.groups import pictures
from podaudit.report.groups.view import (
    Compared,
    FailureRow,
    FigureRow,
    Histogram,
    PooledRow,
    Reported,
    Section,
    ShareRow,
    Shares,
)
from podaudit.report.groups.words import FAILED, FIGURES, LITERATURE, METHODS, POOLED, SECTIONS, Unit
from podaudit.report.language import Language, Piece, Text, plain
from podaudit.report.sayings import is_usual
from podaudit.report.terms import EPISODES, LABELS, rule_text
from podaudit.report.view import Fact

_NONE = "–"


def build(
    groups: Sequence[Group],
    failures: Sequence[Mapping[str, Any]],
    manifest: Mapping[str, Any],
    *,
    lang: str,
    version: str,
) -> Compared:
    """Everything the page shows."""
    c = _Compare(Language(lang), figures.pods(groups), len(groups))
    return Compared(
        lang=lang, version=version, title=plain(c.lang.say_n("%(n)s group", "%(n)s groups", len(groups), n=c.count(len(groups)))),
        period=c.period(groups), facts=c.facts(groups, manifest), notes=c.notes(groups, manifest),
        names_kept=manifest["options"]["names"] == "kept", points=c.points(),
        sections=tuple(c.section(*section) for section in SECTIONS), literature=c.literature(),
        methods=tuple(plain(c.lang.say(method, draws=c.count(DRAWS))) for method in METHODS), failures=c.failures(failures),
        run=c.run(manifest),
    )  # fmt: skip


class _Compare:
    """The groups with calls, and the page's language."""

    def __init__(self, lang: Language, pods: Sequence[Group], all_groups: int) -> None:
        self.lang, self.pods, self.all_groups = lang, pods, all_groups
        self.found = {name: figures.distribution(pods, name) for name in FIGURES}

    # ------------------------------------------------------------------------------------------------------ numbers

    def count(self, value: float) -> str:
        return self.lang.number(int(value)) if value == int(value) else self.number(value, 1)

    def number(self, value: float, digits: int = 2) -> str:
        """With decimals; 0 only where it is exact."""
        text = f"{value:,.{digits}f}"
        if value and not float(text.replace(",", "")):
            return _together(f"< {self.number(10**-digits, digits)}")
        whole, _, decimals = text.partition(".")
        return self.lang.number(int(whole.replace(",", ""))) + (self.lang.forms.decimal + decimals if decimals else "")

    def percent(self, value: float) -> str:
        """Whole percents; 0 % and 100 % only where they are exact."""
        return _together(self.lang.percent(value, 1))

    def show(self, unit: Unit) -> Callable[[float], str]:
        return {
            "count": self.count, "number": self.number, "share": self.percent,
            "minutes": lambda value: f"{self.number(value, 0 if value >= 100 or value == int(value) else 1)}\N{NO-BREAK SPACE}min",
        }[unit]  # fmt: skip

    def between(self, interval: Interval | None, show: Callable[[float], str]) -> str:
        return _NONE if interval is None else _together(f"{show(interval.low)} – {show(interval.high)}")

    def with_interval(self, found: Distribution, unit: Unit) -> str:
        """As in "12 min (95%: 9 – 15 min)"."""
        if found.median is None:
            return self.lang.gettext("not measurable in these groups")
        show = self.show(unit)
        text = show(found.median)
        return (
            text if found.interval is None else f"{text} ({self.percent(0.95)}: {self.between(found.interval, show)})"
        )

    # ------------------------------------------------------------------------------------------------------ head

    def period(self, groups: Sequence[Group]) -> str:
        first = min((g["first"] for g in groups if g["first"] is not None), default=None)
        last = max((g["last"] for g in groups if g["last"] is not None), default=None)
        if first is None or last is None:
            return ""
        return plain(self.lang.say("%(first)s to %(last)s", first=self.lang.date(first), last=self.lang.date(last)))

    def facts(self, groups: Sequence[Group], manifest: Mapping[str, Any]) -> tuple[Fact, ...]:
        say, counts = self.lang.gettext, manifest["counts"]
        messages = sum(g["messages"] or 0 for g in groups)
        return tuple(Fact(name, (Piece(self.count(n)),)) for name, n in (
            (say("Exports"), counts["exports"]), (say("Groups"), len(groups)), (say("of these with calls"), len(self.pods)),
            (say("Failed"), counts["failures"]), (say("Messages"), messages),
        ))  # fmt: skip

    def notes(self, groups: Sequence[Group], manifest: Mapping[str, Any]) -> tuple[Text, ...]:
        options, notes = manifest["options"], []
        if counts := manifest["counts"]["copies"]:
            notes.append(self.lang.say_n("%(n)s export held the bytes of another and counts once.",
                                         "%(n)s exports held the bytes of another and count once.", counts,
                                         n=self.count(counts)))  # fmt: skip
        if options["consent"] is not None:
            asked, left = (sum(g[name] or 0 for g in groups) for name in ("members", "rows_left_out"))
            given = sum(g["consenting"] or 0 for g in groups)
            notes.append(self.lang.say(
                "Only what %(given)s of %(all)s members wrote, and what is asked of them by one another, is counted here: those "
                "who posted the sentence of consent. %(rows)s rows of others were dropped, calls of theirs with all that the "
                "ledger says of those.", given=self.count(given), all=self.count(asked), rows=self.count(left),
            ))  # fmt: skip
        if options["suppress"]:
            notes.append(self.lang.say("Counts from 1 to 4 were held back, and the figures worked out from them."))
        if options["coarse"]:
            notes.append(self.lang.say("Times were rounded down in the tables; the figures were worked out before."))
        if noted := sum(not all(map(is_usual, g["warnings"])) for g in groups):
            notes.append(self.lang.say("Groups with a note on how they were read: %(n)s; the table groups holds the notes.",
                                       n=self.count(noted)))  # fmt: skip
        return tuple(notes)

    def points(self) -> tuple[Text, ...]:
        """The summary: what stands out, each with its interval."""
        if not self.pods:
            return (self.lang.say("None of these groups holds a call, so there is nothing to compare."),)
        deadline = figures.share(self.pods, "rule_types", RuleType.DEADLINE.value)
        penalty = figures.share(self.pods, "rule_types", RuleType.PENALTY.value)
        threat = figures.share(self.pods, "labels", Label.THREAT.value)
        removed = figures.pooled(self.pods, "dissenters_removed", "dissenters")
        say = self.lang.say
        points = [
            say("The middle group has %(members)s members and puts up %(calls)s calls a week.",
                members=self.with_interval(self.found["members"], "count"),
                calls=self.with_interval(self.found["calls_per_week"], "number")),
            say("A set time stands in the rules of %(deadline)s of the groups, a penalty in those of %(penalty)s.",
                deadline=self.share_text(deadline), penalty=self.share_text(penalty)),
            say("Of what was asked, %(done)s is on record as done in the middle group; the rest is not on record, which is not the "
                "same as not done.", done=self.with_interval(self.found["compliance"], "share")),
            say("At least one message read as a threat stands in %(threat)s of the groups.", threat=self.share_text(threat)),
        ]  # fmt: skip
        if removed.whole:
            points.append(say("Of %(n)s members who objected, %(k)s were removed within 14 days (%(rate)s); a sequence in time, no cause.",
                              n=self.count(removed.whole), k=self.count(removed.part), rate=self.pooled_text(removed)))  # fmt: skip
        return tuple(points)

    def share_text(self, share: Share) -> str:
        return (
            _NONE
            if share.share is None
            else f"{self.percent(share.share)} ({self.percent(0.95)}: {self.between(share.interval, self.percent)})"
        )

    def pooled_text(self, found: Pooled) -> str:
        if found.rate is None:
            return _NONE
        rate = self.percent(found.rate)
        return (
            rate
            if found.interval is None
            else f"{rate}, {self.percent(0.95)}: {self.between(found.interval, self.percent)}"
        )

    # ------------------------------------------------------------------------------------------------------ sections

    def section(self, anchor: str, title: str, intro: Sequence[str], names: Sequence[str]) -> Section:
        return Section(
            anchor, self.lang.gettext(title), tuple(map(self.lang.gettext, intro)), self.shares(anchor), self.pooled(anchor),
            tuple(self.figure(name) for name in names), tuple(p for name in names for p in self.picture(name)),
        )  # fmt: skip

    def figure(self, name: str) -> FigureRow:
        words, found = FIGURES[name], self.found[name]
        show = self.show(words.unit)
        ends = Interval(found.values[0], found.values[-1]) if found.values else None
        return FigureRow(
            self.lang.gettext(words.name), self.lang.gettext(words.about), self.count(len(found.values)),
            _NONE if found.median is None else show(found.median), self.between(found.interval, show),
            self.between(Interval(*found.quartiles) if found.quartiles else None, show), self.between(ends, show),
        )  # fmt: skip

    def picture(self, name: str) -> tuple[Histogram, ...]:
        words, found = FIGURES[name], self.found[name]
        if len(found.values) < 2:
            return ()
        title = self.lang.gettext(words.name)
        about = self.lang.say("%(n)s groups, median %(median)s", n=self.count(len(found.values)),
                              median=self.with_interval(found, words.unit))  # fmt: skip
        return (pictures.histogram(f"h-{name.replace('_', '-')}", title, plain(about), found, words.unit == "count",
                                   1.0 if words.unit == "share" else None, self.show(words.unit)),)  # fmt: skip

    def shares(self, section: str) -> Shares | None:
        """The table of what is found in how many groups: types of rules, labels or kinds of episodes."""
        if not self.pods:
            return None
        rate = self.lang.gettext("median per 100 messages")
        rows: list[tuple[str, str, Share, tuple[str, ...]]]
        extra: tuple[str, ...] = ()
        if section == "rules":
            unit = self.lang.gettext("Members are to …")
            rows = [(plain(rule_text(self.lang, kind, None)), kind.value, figures.share(self.pods, "rule_types", kind.value), ())
                    for kind in RuleType]  # fmt: skip
        elif section == "pressure":
            unit, extra = self.lang.gettext("Label"), (rate, self.lang.gettext("Interval"))
            rows = [(self.lang.gettext(LABELS[x][0]), self.lang.gettext(LABELS[x][1]), figures.share(self.pods, "labels", x.value),
                     self.rate(x)) for x in LABELS]  # fmt: skip
        elif section == "episodes":
            unit = self.lang.gettext("Episode")
            rows = [(self.lang.gettext(EPISODES[k][0]), self.lang.gettext(EPISODES[k][1]),
                     figures.share(self.pods, "episodes", k.value), ()) for k in EpisodeKind]  # fmt: skip
        else:
            return None
        drawn, height, ticks = pictures.bars([share for _, _, share, _ in rows])
        title = {"rules": self.lang.gettext("Groups with a rule of each type"),
                 "pressure": self.lang.gettext("Groups with a message of each label"),
                 "episodes": self.lang.gettext("Groups with an episode of each kind")}[section]  # fmt: skip
        made = tuple(
            ShareRow(name, about, self.count(s.hits), _NONE if s.share is None else self.percent(s.share),
                     self.between(s.interval, self.percent), cells, bar)
            for (name, about, s, cells), bar in zip(rows, drawn, strict=True)
        )  # fmt: skip
        return Shares(
            f"s-{section}", title, unit, extra, made, pictures.WIDTH, height + 20, pictures.NAMES, height, ticks
        )  # fmt: skip

    def rate(self, label: Label) -> tuple[str, str]:
        """The median rate of a label over the groups, and its interval."""
        found = figures.of_map(self.pods, "per_100", label.value)
        return _NONE if found.median is None else self.number(found.median), self.between(found.interval, self.number)

    def pooled(self, section: str) -> tuple[PooledRow, ...]:
        wanted = {
            "compliance": (("compliance", "done", "obligations"),),
            "dissent": (("removed", "dissenters_removed", "dissenters"), ("left", "dissenters_left", "dissenters")),
        }.get(section, ())  # fmt: skip
        made = []
        for name, part, whole in wanted:
            found, words = figures.pooled(self.pods, part, whole), POOLED[name]
            of = self.lang.say("%(part)s of %(whole)s, in %(n)s groups", part=self.count(found.part), whole=self.count(found.whole),
                               n=self.count(found.groups))  # fmt: skip
            made.append(PooledRow(
                self.lang.gettext(words.name), self.lang.gettext(words.about), plain(of) if found.whole else _NONE,
                _NONE if found.rate is None else self.percent(found.rate), self.between(found.interval, self.percent),
            ))  # fmt: skip
        return tuple(made)

    # ------------------------------------------------------------------------------------------------------ the rest

    def literature(self) -> tuple[Reported, ...]:
        members = sum(g["members"] or 0 for g in self.pods)
        ours = {name: self.with_interval(self.found[name], words.unit) for name, words in FIGURES.items()}
        ours |= {
            "groups": self.count(len(self.pods)),
            "members": self.count(members),
            "members_median": ours["members"],
        }
        say = self.lang.gettext
        return tuple(
            Reported(say(f.work), say(f.source), say(f.says), plain(self.lang.say(f.here, **ours))) for f in LITERATURE
        )

    def failures(self, failures: Sequence[Mapping[str, Any]]) -> tuple[FailureRow, ...]:
        counts = Counter(row["kind"] for row in failures)
        return tuple(
            FailureRow(self.lang.gettext(about), self.count(counts[kind]))
            for kind, about in FAILED.items()
            if counts[kind]
        )

    def run(self, manifest: Mapping[str, Any]) -> tuple[Fact, ...]:
        """What decided the figures, so that they can be made again."""
        options, say = manifest["options"], self.lang.gettext
        return (
            Fact(say("Made by"), (Piece(str(manifest["generator"])),)),
            *(Fact(name, (Piece(_stated(options[name])),)) for name in options if name != "consent"),
            Fact("consent", (Piece(_stated(options["consent"] is not None)),)),
            Fact(say("Bootstrap"), self.lang.say("%(draws)s draws, seed %(seed)s", draws=self.count(DRAWS), seed=str(SEED))),
        )  # fmt: skip


def _together(text: str) -> str:
    """A figure that is not broken over lines."""
    return text.replace(" ", "\N{NO-BREAK SPACE}").replace("–", "–\N{WORD JOINER}")


def _stated(value: Any) -> str:
    """An option's value, as a word."""
    if value is None or value is False:
        return "no" if value is False else _NONE
    return "yes" if value is True else value.isoformat() if isinstance(value, dt.date) else str(value)
