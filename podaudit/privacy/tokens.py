"""Pseudonyms: a keyed hash (HMAC-SHA256) of who or what is meant, as a short word that says nothing."""

from __future__ import annotations

import hmac
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from podaudit.export.members import number_key
from podaudit.privacy.letters import folded

# No vowels, so that a pseudonym spells no name; no 0, 1 or l, so that it can be read out.
_SIGNS = "23456789bcdfghjkmnpqrstvwxz"
_PIECE = re.compile(r"[^\W_]+")
_LENGTH = 10  # 47 bits: among 100,000 people, two share a pseudonym with a chance of 1 in 40,000

MEMBER, OUTSIDER, GROUP, FILE, POST = "Member", "Outsider", "Group", "Export", "post"
# A pseudonym wherever it stands, in small letters too; what it was drawn from it does not tell, whatever its signs spell.
PSEUDONYM = re.compile(
    rf"((?:{'|'.join((MEMBER, OUTSIDER, GROUP, FILE, POST))})-)[{_SIGNS}]{{{_LENGTH}}}", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The pseudonyms under one key. Equal things bear equal ones in every chat; without the key nothing links them."""

    key: bytes

    def digest(self, kind: str, identity: str) -> bytes:
        """32 bytes that only the key tells from random ones."""
        return hmac.digest(self.key, f"podaudit {kind}\0{identity}".encode("utf-8", "replace"), "sha256")

    def token(self, kind: str, identity: str) -> str:
        """As in ``Member-7k3fx2m9qb``."""
        number = int.from_bytes(self.digest(kind, identity), "big")
        signs = []
        for _ in range(_LENGTH):
            number, at = divmod(number, len(_SIGNS))
            signs.append(_SIGNS[at])
        return f"{kind}-{''.join(signs)}"

    def members(self, names: Mapping[str, Iterable[str]]) -> dict[str, str]:
        """Canonical name -> pseudonym, for members and the other names each is shown by."""
        identity = {name: identity_of(name, also) for name, also in names.items()}
        often = Counter(identity.values())
        # Two members who look like one, such as a saved and an unsaved Anna, stay two.
        return {
            name: self.token(MEMBER, found if often[found] == 1 else f"exactly:{name}")
            for name, found in identity.items()
        }

    def group(self, subject: str) -> str:
        return self.token(GROUP, _squeezed(subject))

    def outsider(self, name: str) -> str:
        return self.token(OUTSIDER, _squeezed(name))


def identity_of(name: str, also: Iterable[str] = ()) -> str:
    """What a person is known by in every chat: the first number shown, else the name less case, accents and marks."""
    for shown in (*also, name):
        if number := number_key(shown):
            return f"number:{number}"
    return f"name:{_squeezed(name)}"


def _squeezed(text: str) -> str:
    return " ".join(_PIECE.findall(folded(text, seams=True)[0])) or text
