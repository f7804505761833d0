"""What the page calls the codebook's terms, each with its explanation; they are translated where they are used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from podaudit.dynamics.pressing import PRESSING as PRESSING_LABELS
from podaudit.dynamics.pressing import presses
from podaudit.model import Ask, EpisodeKind, Event, Label, ReplyStatus, RuleType, Status
from podaudit.report.language import N_, Language, Piece, Text, visible

STATUSES: Mapping[Status, tuple[str, str]] = {
    Status.CONFIRMED: (N_("confirmed"), N_("the member wrote that it was done, in time or where no time was set")),
    Status.LATE: (N_("confirmed late"), N_("the member wrote that it was done, after the time that was set")),
    Status.EXCUSED: (N_("excused"), N_("the member had signed off or said that it was not possible")),
    Status.REFUSED: (N_("declined"), N_("the member wrote not to take part in this one")),
    Status.PROMISED: (N_("promised"), N_("the member wrote to do it later; nothing after that is on record")),
    Status.SILENT: (N_("nothing on record"), N_("no message about it by the member was found in the chat")),
}

REPLIES: Mapping[ReplyStatus, str] = {
    ReplyStatus.DONE: N_("says that it is done"),
    ReplyStatus.PROMISE: N_("promises it"),
    ReplyStatus.EXCUSE: N_("says that it is not possible"),
    ReplyStatus.REFUSE: N_("declines"),
}

CAME = (Event.CREATED, Event.ADDED, Event.JOINED)
WENT = (Event.LEFT, Event.REMOVED)

ASKS: Mapping[Ask, str] = {
    Ask.REACT: N_("like"),
    Ask.COMMENT: N_("comment"),
    Ask.SHARE: N_("share"),
    Ask.FOLLOW: N_("follow"),
    Ask.SAVE: N_("save"),
    Ask.READ: N_("read"),
    Ask.VOTE: N_("vote"),
}

LABELS: Mapping[Label, tuple[str, str]] = {
    Label.REMINDER: (N_("reminder"), N_("a neutral nudge to do what is still open, or a call put again")),
    Label.DEMAND: (N_("demand"), N_("a command, or words that make it a duty")),
    Label.GUILT: (N_("appeal to guilt"), N_("an appeal to loyalty, fairness or one's own sacrifice")),
    Label.SHAMING: (N_("shaming"), N_("singles out before the group who did not take part")),
    Label.THREAT: (N_("threat"), N_("says or implies a penalty to come, with or without a condition")),
    Label.SANCTION: (N_("sanction"), N_("reports a penalty carried out, such as likes withdrawn or a member removed")),
    Label.RETALIATION_CALL: (N_("call to retaliate"), N_("asks others to penalise somebody")),
    Label.INSULT: (N_("insult"), N_("belittles or abuses a member")),
    Label.APOLOGY: (N_("apology"), N_("says sorry for not having taken part, or for being late")),
    Label.DISTRESS: (N_("distress"), N_("says that taking part weighs: stress, no time, a duty, fake")),
    Label.DISSENT: (N_("dissent"), N_("objects to the rules or to how members are treated, or will not go along")),
    Label.LEAVING: (N_("leaving"), N_("announces leaving the group")),
    Label.SECRECY: (N_("call for secrecy"), N_("asks to keep the group, its members or its ways hidden")),
    Label.PRAISE: (N_("praise"), N_("publicly rewards or praises those who took part")),
    Label.PAYMENT: (N_("money"), N_("asks for or mentions money for taking part")),
    Label.AUTOMATION: (N_("automation"), N_("bots, browser plug-ins, shared log-ins or bought engagement")),
    Label.REACH_CLAIM: (
        N_("claim of reach"),
        N_("says what the group does or did for reach, numbers or the algorithm"),
    ),
}

# How the page groups the labels. A message counts in the first group that one of its labels belongs to.
PRESSING, ANSWERING, SURROUNDING = "pressing", "answering", "surrounding"
GROUPS: Mapping[str, tuple[Label, ...]] = {
    PRESSING: PRESSING_LABELS,
    ANSWERING: (Label.APOLOGY, Label.DISTRESS, Label.DISSENT, Label.LEAVING),
    SURROUNDING: (Label.SECRECY, Label.PRAISE, Label.PAYMENT, Label.AUTOMATION, Label.REACH_CLAIM),
}  # fmt: skip
GROUP_NAMES: Mapping[str, str] = {
    PRESSING: N_("presses"),
    ANSWERING: N_("speaks back or apologises"),
    SURROUNDING: N_("what surrounds it"),
}

EPISODES: Mapping[EpisodeKind, tuple[str, str]] = {
    EpisodeKind.SILENCED: (
        N_("spoke up, then was dealt with"),
        N_(
            "a member objects; within 7 days he or she is removed, or a threat, sanction, insult or call to "
            "retaliate follows"
        ),
    ),
    EpisodeKind.ENFORCED: (
        N_("was pressed, then complied"),
        N_("a member is threatened or singled out; within 48 hours he or she says that it is done, or apologises"),
    ),
    EpisodeKind.PUNISHED: (
        N_("was warned, then penalised"),
        N_("a member is threatened or singled out; within 14 days a sanction follows or he or she is removed"),
    ),
    EpisodeKind.DRIVEN_OUT: (
        N_("struggled or objected, then left"),
        N_("a member says that it weighs, or objects; within 14 days he or she leaves"),
    ),
    EpisodeKind.AFTER_EXIT: (
        N_("was gone, and was still targeted"),
        N_("a member leaves or is removed; within 14 days a sanction, call to retaliate, shaming or insult follows"),
    ),
}

_PLAIN_RULES: Mapping[RuleType, str] = {
    RuleType.REACT: N_("like or react to each post"),
    RuleType.COMMENT: N_("comment on each post"),
    RuleType.COMMENT_MIN_WORDS: N_("write comments of a minimum length"),
    RuleType.COMMENT_QUESTION: N_("put a question in the comment"),
    RuleType.COMMENT_NO_EMOJI_ONLY: N_("not comment with emoji alone"),
    RuleType.COMMENT_NO_GENERIC: N_("not comment with stock phrases"),
    RuleType.COMMENT_MENTION: N_("tag the author in the comment"),
    RuleType.SHARE: N_("share each post"),
    RuleType.FOLLOW: N_("follow or connect with all members"),
    RuleType.SAVE: N_("save the post"),
    RuleType.READ: N_("open and read the post first"),
    RuleType.DEADLINE: N_("do it within a set time"),
    RuleType.CONFIRM: N_("say in the group that it is done"),
    RuleType.GIVE_FIRST: N_("do earlier posts before putting up one's own"),
    RuleType.QUOTA: N_("put up no more than a set number of posts"),
    RuleType.WINDOW: N_("keep to set hours or days"),
    RuleType.ANSWER_COMMENTS: N_("as the author, answer every comment"),
    RuleType.NO_CHAT: N_("keep other talk out of the group"),
    RuleType.SECRECY: N_("not speak of the group outside it"),
    RuleType.REPORT_ABSENCE: N_("sign off when unable to take part"),
    RuleType.NO_RETRACT: N_("not withdraw likes or comments"),
    RuleType.STRIKES: N_("be warned a set number of times before a penalty"),
    RuleType.PENALTY: N_("face a penalty when not complying"),
    RuleType.PAYMENT: N_("pay to take part"),
}

_PENALTIES: Mapping[str, str] = {
    "removal": N_("removal from the group for whoever does not comply"),
    "no_support": N_("no support for the posts of whoever does not comply"),
    "retract": N_("likes or comments are withdrawn from whoever does not comply"),
    "fee": N_("a fee for whoever does not comply"),
    "other": N_("another penalty for whoever does not comply"),
}

_CLOCK = re.compile(r"\d{1,2}:\d{2}")


def rule_text(lang: Language, kind: str, value: Any) -> Text:
    """What the rule asks, with its value where it has one."""
    rule = RuleType(kind)
    special = None if value is None else _with_value(lang, rule, value)
    return special if special is not None else lang.say(_PLAIN_RULES[rule])


def _with_value(lang: Language, rule: RuleType, value: Any) -> Text | None:
    if rule is RuleType.DEADLINE and isinstance(value, str) and _CLOCK.fullmatch(value):
        return lang.say(N_("do it by %(clock)s the same day"), clock=value)
    if rule is RuleType.PENALTY:
        return lang.say(_PENALTIES[value]) if value in _PENALTIES else None
    if rule is RuleType.QUOTA and isinstance(value, Mapping):
        return _quota(lang, value)
    if isinstance(value, int | float):
        return _with_number(lang, rule, int(value))
    if not isinstance(value, str):
        return None
    words = Piece(visible(value), name=True)
    if rule is RuleType.CONFIRM:
        return lang.say("say in the group that it is done, with “%(sign)s”", sign=words)
    if rule is RuleType.WINDOW:
        return lang.say("keep to these hours or days: “%(hours)s”", hours=words)
    if rule is RuleType.PAYMENT:
        return lang.say("pay to take part: “%(amount)s”", amount=words)
    return (*lang.say(_PLAIN_RULES[rule]), Piece(lang.gettext(": ")), words)


def _quota(lang: Language, value: Mapping[str, Any]) -> Text | None:
    count, per = value.get("posts"), value.get("per")
    if not isinstance(count, int | float):
        return None
    n = lang.number(int(count))
    if per == "day":
        return lang.say_n("put up at most %(n)s post a day", "put up at most %(n)s posts a day", int(count), n=n)
    return lang.say_n("put up at most %(n)s post a week", "put up at most %(n)s posts a week", int(count), n=n)


def _with_number(lang: Language, rule: RuleType, count: int) -> Text | None:
    n = lang.number(count)
    if rule is RuleType.DEADLINE:
        return lang.say("do it within %(time)s", time=lang.duration(count))
    if rule is RuleType.COMMENT_MIN_WORDS:
        return lang.say_n(
            "write at least %(n)s word in a comment", "write at least %(n)s words in a comment", count, n=n
        )
    if rule is RuleType.READ:
        return lang.say_n(
            "read the post first, for at least %(n)s second",
            "read the post first, for at least %(n)s seconds",
            count,
            n=n,
        )
    if rule is RuleType.GIVE_FIRST:
        return lang.say_n(
            "do %(n)s earlier post before putting up one's own", "do %(n)s earlier posts before putting up one's own",
            count, n=n,
        )  # fmt: skip
    if rule is RuleType.STRIKES:
        return lang.say_n("a penalty after %(n)s time", "a penalty after %(n)s times", count, n=n)
    return None


def primary_group(row: Mapping[str, Any]) -> str:
    """The group a labelled message is counted in. Who tells what was done to him or her speaks back, and presses nobody."""
    labels = {Label(label) for label in row["labels"]}
    for group, members in GROUPS.items():
        if not labels.isdisjoint(members) and (
            group != PRESSING or presses(row["labels"], row["actor"], row["targets"])
        ):
            return group
    return SURROUNDING
