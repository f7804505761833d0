"""podaudit: what a WhatsApp engagement pod asked, of whom, and what is on record.

The package reads an exported group chat and lays out calls, rules, replies, the ledger of obligations and the pressure
around it. It runs on the user's own machine and never touches the network.

``podaudit.audit(path, options)`` gives an ``Audit``, ``podaudit.frames(audit)`` its tables as DataFrames.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from podaudit.api import audit as audit
    from podaudit.api import frames as frames
    from podaudit.audit import Audit as Audit
    from podaudit.corrections import Corrections as Corrections
    from podaudit.model import Options as Options
    from podaudit.model import PodauditError as PodauditError

__version__ = "0.1.0"
__all__ = ["Audit", "Corrections", "Options", "PodauditError", "__version__", "audit", "frames"]

_HOMES = {"Audit": "audit", "Corrections": "corrections", "Options": "model", "PodauditError": "model", "frames": "api"}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: pandas alone takes half a second."""
    from importlib import import_module

    if name == "audit":  # the module, which can be called
        return import_module("podaudit.audit")
    if name in _HOMES:
        return getattr(import_module(f"podaudit.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'podaudit' has no attribute {name!r}")
