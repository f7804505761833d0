"""The target of pseudonyms: whatever a chat holds, who is in it and what they wrote stays out of what is shared."""

from __future__ import annotations

from podaudit.audit import audit
from podaudit.model import Options
from podaudit.privacy import pseudonymise
from podaudit.report import render
from podaudit.tables import document, dumps
from tests.fuzz import targets

_PLANTED = ("zwartkoper", "vlinderdas")  # in every name and in every text
_KEY = bytes(range(32))


def pseudonymising(data: bytes) -> None:
    """Neither a planted part of names nor a planted word of texts stands in the document or on the page."""
    pieces = [piece.replace("\n", " ") for piece in data.decode("utf-8", "replace").split("\x00")] or [""]
    name = f"Zwartkoper{pieces[0]}".replace(": ", "")
    said = [f"{name}: vlinderdas {piece} {targets.URL.format(i)}" for i, piece in enumerate(pieces[:8])]
    lines = [f'{name} heeft de groep "Vlinderdas {pieces[-1]}" gemaakt', "Anna: x", *said, f"Anna: @{name} vlinderdas"]
    text = "".join(f"{targets.HEAD.format(13 + i, i)}{line}\n" for i, line in enumerate(lines))
    export = targets.read_whole(text.encode("utf-8", "replace"), "Zwartkoper.txt")
    if export is None:
        return
    made = pseudonymise(audit(export, Options()), _KEY)
    shown = (dumps(document(made, "0")) + render(made, lang="nl", version="0")).casefold()
    assert not [word for word in _PLANTED if word in shown]
