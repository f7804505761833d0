"""Files that ship with the package but do not lie in it while it is being developed.

In a wheel they are inside the package; in an editable install they stand beside it, in the checkout.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent
_DEMO = "WhatsApp-chat met Zichtbaar Samen.zip"


def templates_dir() -> Path:
    """The folder with the report's templates."""
    inside = _PACKAGE / "templates"
    return inside if inside.is_dir() else _CHECKOUT / "templates"


def demo_chat() -> Path:
    """The bundled invented chat, packed as an Android phone shares it."""
    inside = _PACKAGE / "demo" / _DEMO
    return inside if inside.is_file() else _CHECKOUT / "fixtures" / "demo" / _DEMO
