"""Where a figure comes from: said in the chat, in the reader's own archive, or inferred; and tables that say it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from podaudit.report.language import N_, Language, Piece, Text
from podaudit.report.view import Column, Row, Sort, Table

CHAT, ARCHIVE, INFERRED = "chat", "archive", "inferred"
TIERS = {
    CHAT: (N_("said in chat"), N_("what somebody wrote in the group")),
    ARCHIVE: (N_("in my archive"), N_("what LinkedIn's own export of you holds")),
    INFERRED: (
        N_("inferred"),
        N_("worked out: two ids of one post by their time, the time zone, or how much the group can account for"),
    ),
}


def table(
    key: str, caption: str, columns: Sequence[Column], cells: Iterable[Sequence[Text | str]], note: Text = ()
) -> Table | None:
    """A table of text and pieces; None where it has no rows."""
    made = tuple(Row(tuple((Piece(cell),) if isinstance(cell, str) else cell for cell in row)) for row in cells)
    return Table(key, caption, tuple(columns), made, note=note) if made else None


def with_tier(lang: Language, name: str, tier: str = ARCHIVE) -> str:
    return f"{name} ({lang.gettext(TIERS[tier][0])})"


def of_tier(lang: Language, name: str, tier: str, sort: Sort = Sort.TEXT) -> Column:
    """A column whose heading says the tier."""
    return Column(with_tier(lang, name, tier), sort)


def left_out(lang: Language, count: int) -> Text:
    if count <= 0:
        return ()
    return lang.say_n(
        "%(n)s more stands in the tables that podaudit can write.", "%(n)s more stand in the tables that podaudit can write.",
        count, n=lang.number(count),
    )  # fmt: skip
