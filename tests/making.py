"""Small chats for tests: one line a message, ``HH:MM Name: text`` on a day, or a notice without a name."""

from __future__ import annotations

import datetime as dt
from typing import Any

from podaudit import audit as _audit
from podaudit import dynamics
from podaudit.detect.chat import Chat, view
from podaudit.export import read
from podaudit.links import find
from podaudit.model import Export, Options, Source


def export_text(script: str, start: str = "2024-03-04") -> str:
    """An Android export in Dutch layout. A line ``+N`` moves N days on; other lines are ``HH:MM rest``."""
    day = dt.date.fromisoformat(start)
    lines = []
    for raw in script.strip().splitlines():
        line = raw.strip()
        if line.startswith("+") and line[1:].isdigit():
            day += dt.timedelta(days=int(line[1:]))
        elif line[:2].isdigit() and line[2:3] == ":":
            lines.append(f"{day:%d-%m-%Y} {line[:5]} - {line[6:]}")
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def export_of(script: str, *, start: str = "2024-03-04", me: str | None = None) -> Export:
    return read(
        None, data=export_text(script, start).encode(), name="chat.txt", options=Options(date_order="dmy", me=me)
    )


def chat_of(script: str, *, start: str = "2024-03-04") -> Chat:
    e = export_of(script, start=start)
    return view(
        e.messages, e.members, e.membership, find(e.messages["line"].to_numpy(), e.messages["text"], e.source.last)
    )


def audit_of(script: str, *, start: str = "2024-03-04", me: str | None = None) -> _audit.Audit:
    return _audit.audit(export_of(script, start=start, me=me), Options())


def post(n: int, vanity: str = "") -> str:
    """A link to an invented post; ``n`` numbers it."""
    number = 7170000000000000000 + n * 4194304 * 1000
    return (
        f"https://www.linkedin.com/posts/{vanity}_x-activity-{number}-aBcD"
        if vanity
        else f"https://www.linkedin.com/feed/update/urn:li:activity:{number}/"
    )


def whole(source: Source, **tables: Any) -> _audit.Audit:
    """An audit of tables made by hand, its figures worked out from them."""
    t = tables
    return _audit.Audit(
        source=source,
        **tables,
        dynamics=dynamics.dynamics(
            t["calls"], t["rules"], t["replies"], t["ledger"], t["pressure"], t["members"], t["membership"], source.first,
            source.last,
        ),
        network=dynamics.network(t["calls"], t["ledger"], t["replies"], t["rules"], t["members"]),
        load=dynamics.load(t["calls"], t["ledger"], t["replies"], t["members"], source.first, source.last, 3.0),
    )  # fmt: skip
