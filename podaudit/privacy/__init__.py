"""Pseudonyms, redaction, and the leak check: what makes an audit safe to hand on.

``pseudonymise`` turns an audit into one without the people in it; ``leaks`` says what of the chat still shows in bytes that
are to be written. Neither makes anything anonymous: whoever was in the group may still recognise what happened there.
"""

from __future__ import annotations

from podaudit.privacy.keys import BadKey, kept_key, new_key, read_key
from podaudit.privacy.leaks import Leak, leaks
from podaudit.privacy.pseudonyms import pseudonymise

__all__ = ["BadKey", "Leak", "kept_key", "leaks", "new_key", "pseudonymise", "read_key"]
