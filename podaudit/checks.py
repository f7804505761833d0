"""Rule checks: what the chat shows of each rule, per member and occasion that it obliged (table CHECKS).

A chat holds what members wrote, not what they did. So *kept* and *broken* rest on a message that says or shows it, and
all else is *unknown*: nothing on record is not "did not do it", and a promise, an excuse or a refusal says what
somebody means to do, not what was done. Nobody is accused of anything here; each row names its lines.

==================  ==============================  ===============================  ==================================
rule                occasion                        kept                             broken
==================  ==============================  ===============================  ==================================
``deadline``        an obligation to a call that    "done" on record by then         "done" on record, after it
                    names no time of its own
``confirm``         an obligation                   "done" on record                 never: who says nothing may have
                                                                                     had nothing to report
``give_first``      a message with calls of one's   "done" on record, by then, for   never: what is not reported may
                    own, after calls by others      the latest calls: as many as     have been done
                                                    the rule says, or all of the
                                                    last seven days
``quota``           a day or a calendar week in     no more calls than allowed, and  more
                    which the member made calls     it is over
``window``          a message with calls            within the hours and days        outside them
``no_chat``         a day on which the member       calls, replies, rules and        a long message with no word about
                    wrote                           pressure only                    posts or taking part
``report_absence``  a message that signs off or     in time for the calls that it    never: it cannot be known who was
                    excuses                         speaks of                        unable
==================  ==============================  ===============================  ==================================

The rule is the version in force (``podaudit.standing``). A post put again is no new call and counts towards no quota.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from podaudit import window
from podaudit.detect.chat import LINK_SIGN, Chat
from podaudit.ledger import REACH
from podaudit.lexicon import Lexicon
from podaudit.lexicon.fold import fold
from podaudit.model import CHECKED, CHECKS, REPORTED, ReplyStatus, RuleType, Status, Verdict, rows
from podaudit.standing import Standing

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_Row = tuple[int, int, str, str, str | None, str | None, str, list[int], str]  # in the order of CHECKS

_VERDICTS = list(Verdict)
_CITED = 20  # calls named for one occasion of give_first
_PERIODS = {"day": dt.timedelta(days=1), "week": dt.timedelta(days=7)}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PLAIN = 10  # words of a message that is plainly talk where none of them is about posts
# Concepts whose words make a message one about posts or taking part.
_ABOUT = {
    "rules": ("like", "comment", "engage", "post", "share", "follow", "save", "drop", "done", "retract", "failing",
              "day", "absence"),
    "calls": ("react", "comment", "support", "mine", "share", "again"),
    "replies": ("done", "excuse", "refuse", "absent", "tick", "promise"),
    "pressure": (
        "missing", "withdraw", "delivered", "metric", "reach_claim", "weary", "penalty", "threat", "reminder", "guilt",
        "demand", "dissent", "distress", "effort", "everyone", "unfair", "insult",
    ),
}  # fmt: skip


def checks(
    chat: Chat,
    calls: pd.DataFrame,
    repeats: pd.DataFrame,
    rules: pd.DataFrame,
    replies: pd.DataFrame,
    absences: pd.DataFrame,
    ledger: pd.DataFrame,
    pressure: pd.DataFrame,
    lexicon: Lexicon,
) -> pd.DataFrame:
    """CHECKS of a chat, by line, then in the order of ``CHECKED``."""
    import numpy as np
    import pandas as pd

    standing, called, made = Standing.of(rules), list(rows(calls)), list[_Row]()
    if RuleType.GIVE_FIRST in standing.versions:
        made += _give_first(called, ledger, standing)
    if RuleType.QUOTA in standing.versions:
        made += _quota(called, standing, max(chat.times).date())
    if RuleType.WINDOW in standing.versions:
        made += _window(called, chat, standing, lexicon)
    if RuleType.NO_CHAT in standing.versions:
        about_pod = (t["line"].tolist() for t in (calls, repeats, rules, replies, absences, pressure))
        made += _no_chat(chat, {line for lines in about_pod for line in lines}, standing, lexicon)
    if RuleType.REPORT_ABSENCE in standing.versions:
        made += _report_absence(called, replies, absences, standing)
    # There may be millions: each row is a set of places, and the words that stand there are fetched last, once.
    whys = list[str]()
    parts = list(_obligations(calls, replies, ledger, standing, whys))
    if made:
        line, rule_line, kind, _, _, _, verdict, lines, why = zip(*made, strict=True)
        number = np.arange(len(made))
        parts.append(_Places(
            np.array(line), np.array(rule_line), np.array([CHECKED.index(k) for k in kind]), len(ledger) + number,
            np.array([_VERDICTS.index(v) for v in verdict]), len(whys) + number, np.fromiter(lines, object, len(made)),
        ))  # fmt: skip
        whys += why
    order = np.lexsort([np.concatenate([part[n] for part in parts]) for n in (2, 0)])
    at = _Places(*(np.concatenate(column)[order] for column in zip(*parts, strict=True)))
    del parts, order
    member, names = pd.factorize(ledger["member"])
    member = np.concatenate([member, len(names) + np.arange(len(made))])
    of_ledger = np.where(at.whose < len(ledger), at.whose, -1)

    def words(values: Iterable[str], places: Any) -> pd.Series[str]:
        return pd.Series(list(values), dtype="str").take(places)

    return CHECKS.frame({
        "line": at.line, "rule_line": at.rule_line, "type": words(CHECKED, at.kind),
        "member": words([*names, *(row[3] for row in made)], member[at.whose]),
        **{name: ledger[name].array.take(of_ledger, allow_fill=True) for name in ("post_id", "url")},
        "verdict": words(_VERDICTS, at.verdict), "lines": at.lines, "why": words(whys, at.why),
    })  # fmt: skip


class _Places(NamedTuple):
    """Rows of CHECKS, a column each: numbers, or positions in what a column holds."""

    line: Any
    rule_line: Any
    kind: Any  # in CHECKED
    whose: Any  # row of the ledger, or behind them the row made otherwise
    verdict: Any  # in _VERDICTS
    why: Any
    lines: Any  # lists


# ------------------------------------------------------------------------------------------------- deadline and confirm

_SAID = {
    Status.CONFIRMED: "wrote that it was done",
    Status.LATE: "wrote that it was done",
    Status.EXCUSED: "signed off or wrote that it was not possible",
    Status.REFUSED: "wrote not to take part in this one",
    Status.PROMISED: "wrote to do it later; nothing after that is on record",
    Status.SILENT: "nothing on record",
}
_ORDER = list(_SAID)


def _obligations(
    calls: pd.DataFrame, replies: pd.DataFrame, ledger: pd.DataFrame, standing: Standing, whys: list[str]
) -> Iterator[_Places]:
    """The checks that follow the ledger, column by column; what decided goes to ``whys``."""
    import numpy as np
    import pandas as pd

    call_line = ledger["call_line"].to_numpy()
    call = np.searchsorted(calls["line"].to_numpy(), call_line)
    status = pd.Categorical(ledger["status"], categories=[s.value for s in _ORDER]).codes.astype(np.int64)
    done = status <= _ORDER.index(Status.LATE)
    said = ledger["line"].fillna(0).to_numpy(dtype=np.int64)
    pairs = zip(call_line.tolist(), said.tolist(), strict=True)
    lines = np.fromiter(([c, r] if r else [c] for c, r in pairs), object, len(ledger))
    kept, broken, unknown = map(_VERDICTS.index, (Verdict.KEPT, Verdict.BROKEN, Verdict.UNKNOWN))

    def versions(kind: RuleType) -> np.ndarray[Any, Any]:
        per_call = np.array([standing.number(kind, line) for line in calls["line"].tolist()], np.int64)
        return per_call[call] if len(calls) else call

    def made(kind: RuleType, held: Any, number: Any, verdict: Any, why: Any) -> _Places:
        at = np.flatnonzero(held)
        laid_down = np.array([row.line for row in standing.versions.get(kind, ())], np.int64)
        kinds = np.full(len(at), CHECKED.index(kind))
        return _Places(call_line[at], laid_down[number[at] - 1], kinds, at, verdict[at], why[at], lines[at])

    whys += _SAID.values()
    number = versions(RuleType.CONFIRM)
    yield made(RuleType.CONFIRM, number > 0, number, np.where(done, kept, unknown), status)

    number = versions(RuleType.DEADLINE)
    by_rule = (number > 0) & ~calls["deadline"].notna().to_numpy()[call]
    timed = calls["due"].notna().to_numpy()[call]
    behind = np.flatnonzero(by_rule & timed & (status == _ORDER.index(Status.LATE)))
    when = replies["time"].to_numpy()[np.searchsorted(replies["line"].to_numpy(), said[behind])]
    minutes = (when - calls["due"].to_numpy()[call[behind]]) // np.timedelta64(1, "m")
    stretches, which = np.unique(minutes, return_inverse=True)
    verdict = np.where(done & timed, kept, unknown)
    verdict[behind] = broken
    why = np.where(done, np.where(timed, len(whys), len(whys) + 1), status)
    why[behind] = which + len(whys) + 2
    whys += ["wrote that it was done before the time was over", "the time that the rule sets could not be read"]
    whys += [f"wrote that it was done {_stretch(m)} after the time was over" for m in stretches.tolist()]
    yield made(RuleType.DEADLINE, by_rule, number, verdict, why)


def _stretch(minutes: int) -> str:
    """A stretch of time, in its two largest units."""
    days, rest = divmod(minutes, 24 * 60)
    parts = [(days, "d"), (rest // 60, "h"), (rest % 60, "min")]
    return " ".join(f"{n} {unit}" for n, unit in [part for part in parts if part[0]][:2]) or "less than a minute"


# ------------------------------------------------------------------------------------------------------------ give first


def _give_first(calls: Sequence[Any], ledger: pd.DataFrame, standing: Standing) -> Iterator[_Row]:
    """Per message with calls of one's own: is "done" on record by then for the earlier calls?"""
    import numpy as np

    times = {c.line: c.time for c in calls}
    call_line = ledger["call_line"].to_numpy()
    done = ledger["status"].isin(REPORTED).to_numpy()
    said = np.where(done, ledger["line"].fillna(0).to_numpy(dtype=np.int64), np.iinfo(np.int64).max)
    asked: dict[Any, Any] = ledger.groupby("member", sort=False).indices
    asked = {who: (call_line[at], [times[n] for n in call_line[at].tolist()], said[at]) for who, at in asked.items()}
    for line, caller in {c.line: c.caller for c in calls}.items():
        rule = standing.at(RuleType.GIVE_FIRST, line)
        if rule is None or caller not in asked:
            continue
        lines, moments, answered = asked[caller]
        stop = int(np.searchsorted(lines, line))
        start = max(0, stop - rule.value) if rule.value else bisect_left(moments, times[line] - REACH, 0, stop)
        if start == stop:
            continue
        by_then = answered[start:stop] <= line
        if by_then.all():
            cited, verdict = np.unique(answered[start:stop]), Verdict.KEPT
        else:
            cited, verdict = np.unique(lines[start:stop][~by_then]), Verdict.UNKNOWN
        which = "the latest" if rule.value else "those of the seven days before"
        why = f"“done” on record by then for {by_then.sum()} of {len(by_then)} calls by others, {which}"
        yield (
            line, rule.line, RuleType.GIVE_FIRST, caller, None, None, verdict,
            sorted({*cited[-_CITED:].tolist(), line}), why,
        )  # fmt: skip


# ------------------------------------------------------------------------------------------------------ quota and window


def _quota(calls: Sequence[Any], standing: Standing, last: dt.date) -> Iterator[_Row]:
    """Per member and day or calendar week with calls: how many, against the limit that stood when they were made.

    ``last`` is the day on which the export ends.
    """
    versions = standing.versions[RuleType.QUOTA]
    changes = accumulate((now.value != before.value for before, now in pairwise(versions)), initial=0)
    limit = list(changes)  # per version, which limit it is: one that is said again goes on
    periods = {version.value["per"] for version in versions}
    every: Counter[tuple[str, str, dt.date]] = Counter()
    counted: dict[tuple[str, dt.date, int], list[int]] = defaultdict(list)
    rules: dict[tuple[str, dt.date, int], Any] = {}
    for c in calls:
        for per in periods:
            every[c.caller, per, _begin(c.time.date(), per)] += 1
        if n := standing.number(RuleType.QUOTA, c.line):
            key = (c.caller, _begin(c.time.date(), versions[n - 1].value["per"]), limit[n - 1])
            counted[key].append(c.line)
            rules.setdefault(key, versions[n - 1])
    for key, lines in counted.items():
        (caller, begin, _), rule = key, rules[key]
        most, per, number = rule.value["posts"], rule.value["per"], len(lines)
        more = every[caller, per, begin] - number
        why = f"{number} {'post' if number == 1 else 'posts'} put up that {per}, at most {most} allowed"
        if number > most:
            verdict = Verdict.BROKEN
        elif number + more > most:
            verdict, why = Verdict.UNKNOWN, f"{why}; {more} more when this limit did not hold"
        elif begin + _PERIODS[per] > last:
            verdict, why = Verdict.UNKNOWN, f"{why}; the export ends before the {per} does"
        else:
            verdict = Verdict.KEPT
        yield lines[0], rule.line, RuleType.QUOTA, caller, None, None, verdict, list(dict.fromkeys(lines)), why


def _begin(day: dt.date, per: str) -> dt.date:
    """The first day of the period: weeks are those of the calendar and begin on Monday."""
    return day if per == "day" else day - dt.timedelta(days=day.weekday())


def _window(calls: Sequence[Any], chat: Chat, standing: Standing, lexicon: Lexicon) -> Iterator[_Row]:
    """Per message with calls: within the days and hours of the rule, where its words say them plainly."""
    windows = {r.line: window.read(r.value, lexicon, chat.at_home) for r in standing.versions[RuleType.WINDOW]}
    for line, (time, caller) in {c.line: (c.time, c.caller) for c in calls}.items():
        rule = standing.at(RuleType.WINDOW, line)
        if rule is None:
            continue
        held = windows[rule.line]
        within = held.holds(time) if held else None
        put_up = f"put up on {_DAYS[time.weekday()]} at {time:%H:%M}"
        if within is None:
            verdict, why = Verdict.UNKNOWN, "the words of the rule could not be read as days and hours with certainty"
            if held:
                why = f"{put_up}; the hours of the rule may be in the morning or in the evening"
        elif within:
            verdict, why = Verdict.KEPT, f"{put_up}, within the rule's days and hours"
        else:
            verdict, why = Verdict.BROKEN, f"{put_up}, outside the rule's days and hours"
        yield line, rule.line, RuleType.WINDOW, caller, None, None, verdict, [line], why


# --------------------------------------------------------------------------------------------------- talk and absences


def _no_chat(chat: Chat, about_pod: set[int], standing: Standing, lexicon: Lexicon) -> Iterator[_Row]:
    """Per member and day: has the member written anything that is no call, reply, rule or pressure, and is it talk?"""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    versions = standing.versions[RuleType.NO_CHAT]
    first = bisect_left(chat.lines, versions[0].line + 1)
    if first == len(chat):
        return
    lines, which = np.array(chat.lines[first:], np.int64), chat.which[first:]
    number = np.searchsorted([row.line for row in versions], lines)
    other = ~np.isin(lines, np.fromiter(about_pod, np.int64, len(about_pod)))
    long = pc.greater_equal(pc.count_substring_regex(chat.column, r"\S+"), _PLAIN)
    about = pc.match_substring_regex(chat.column, _about(chat, lexicon))
    newcomers = dict(zip(reversed(chat.members), reversed(chat.lines), strict=True))  # they introduce themselves
    new = np.isin(lines, list(newcomers.values()))
    plain = other & ~new & pc.and_(long, pc.invert(about)).to_numpy(zero_copy_only=False)[which]
    member = pa.array(chat.members[first:]).dictionary_encode().indices.to_numpy(zero_copy_only=False)
    day = np.fromiter((time.toordinal() for time in chat.times[first:]), np.int64)
    until = np.array([np.iinfo(np.int64).max if row.lifted is None else row.lifted for row in versions])
    order = np.lexsort((lines, number, day, member))
    order = order[(lines <= until[number - 1])[order]]
    if not len(order):
        return
    key = np.stack((member, day, number))[:, order]
    starts = np.flatnonzero(np.r_[True, (key[:, 1:] != key[:, :-1]).any(axis=0)])
    for at in np.split(order, starts[1:]):
        rule = versions[number[at[0]] - 1]
        talk, rest = lines[at[plain[at]]].tolist(), lines[at[other[at]]].tolist()
        if talk:
            cited, verdict = talk, Verdict.BROKEN
            why = f"{_messages(talk)} of {_PLAIN} words or more that day, none of them about posts or taking part"
        elif rest:
            cited, verdict = rest, Verdict.UNKNOWN
            why = f"{_messages(rest)} that day that may be talk or not: short, a picture, or about posts"
        else:
            cited, verdict = lines[at].tolist(), Verdict.KEPT
            why = f"{_messages(cited)} that day: calls, replies, rules or pressure only"
        yield cited[0], rule.line, RuleType.NO_CHAT, chat.members[first + int(at[0])], None, None, verdict, cited, why


def _messages(lines: Sequence[int]) -> str:
    return f"{len(lines)} {'message' if len(lines) == 1 else 'messages'}"


def _about(chat: Chat, lexicon: Lexicon) -> str:
    """A pattern of the words about posts and taking part, of members' names, and of links: what is no plain talk."""
    words = {
        fold(phrase)
        for entry in lexicon.entries
        if entry.concept in _ABOUT.get(entry.topic, ())
        for phrase in entry.words
        if " " not in phrase and not set(phrase) & set("()[]<>|#^$")
    }
    names = {part for name in chat.present for part in fold(name).split() if len(part) > 2 and part.isalpha()}
    ours = sorted(word for word in words if len(word.strip("*")) > 2 and word.strip("*").isalpha())
    spelt = [*("\\w*".join(word.split("*")) for word in ours), *sorted(names)]
    return rf"\b(?:{'|'.join(spelt)})\b|[@{LINK_SIGN}]"


def _report_absence(
    calls: Sequence[Any], replies: pd.DataFrame, absences: pd.DataFrame, standing: Standing
) -> Iterator[_Row]:
    """Per message that signs off or excuses: in time for the calls that it speaks of?"""
    due = {c.line: c.due for c in calls}
    spoken: dict[tuple[int, str], list[Any]] = {
        key: [] for key in zip(absences["line"], absences["member"], strict=True)
    }
    for reply in rows(replies[replies["status"] == ReplyStatus.EXCUSE]):
        spoken.setdefault((reply.line, reply.member), []).append(reply)
    for (line, member), excused in spoken.items():
        if rule := standing.at(RuleType.REPORT_ABSENCE, line):
            verdict, why = Verdict.KEPT, "wrote that it was not possible" if excused else "signed off from then on"
            if any(reply.time > by for reply in excused if (by := due[reply.call_line])):
                verdict, why = Verdict.UNKNOWN, "wrote that it was not possible, after the time was over"
            cited = sorted({line, *(reply.call_line for reply in excused)})
            yield line, rule.line, RuleType.REPORT_ABSENCE, member, None, None, verdict, cited, why
