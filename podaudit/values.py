"""What the value of a rule of each type can be (codebook section 2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from podaudit.model import RuleType

PENALTIES = ("removal", "no_support", "retract", "fee", "other")


class _Value(NamedTuple):
    about: str
    fits: Callable[[Any], bool]
    needed: bool = True


def _count(value: Any, least: int = 1) -> bool:
    return type(value) is int and value >= least


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _time(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value) is not None


def _penalty(value: Any) -> bool:
    return isinstance(value, str) and value.replace(" ", "_") in PENALTIES  # coders write them both ways


def _quota(value: Any) -> bool:
    return (
        isinstance(value, dict) and value.keys() == {"posts", "per"} and _count(value["posts"], 0)
        and value["per"] in ("day", "week")
    )  # fmt: skip


_VALUES = {
    RuleType.COMMENT_MIN_WORDS: _Value("a number of words", _count),
    RuleType.READ: _Value("a number of seconds, or nothing", _count, False),
    RuleType.DEADLINE: _Value("a number of minutes or a time such as 18:00", lambda v: _count(v) or _time(v)),
    RuleType.CONFIRM: _Value("the word or sign for done, or nothing", _text, False),
    RuleType.GIVE_FIRST: _Value("a number of posts, or nothing", _count, False),
    RuleType.QUOTA: _Value('a mapping such as {"posts": 1, "per": "day"}, per day or week', _quota),
    RuleType.WINDOW: _Value("text", _text),
    RuleType.STRIKES: _Value("a number of warnings", lambda v: _count(v, 0)),
    RuleType.PENALTY: _Value(f"one of {', '.join(PENALTIES)}", _penalty),
    RuleType.PAYMENT: _Value("text", _text),
}


def wrong_value(type: str, value: Any) -> str | None:
    """What is wrong with ``value`` for a rule of this type, as in "must be text"; None where it is right.

    A value that the codebook asks for may be missing (None) where it is not known.
    """
    wanted = _VALUES.get(RuleType(type))
    if value is None or (wanted is not None and wanted.fits(value)):
        return None
    return f"must be {wanted.about}" if wanted else "must be left out: such a rule has none"
