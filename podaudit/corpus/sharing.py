"""What of an audit may stand in a corpus: pseudonyms for names and no text, unless the researcher decides otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from podaudit.audit import Audit
    from podaudit.privacy.tokens import Tokens

# Figures that a count held back could be worked out from.
_WORKED_OUT = {
    "calls_per_week": ("calls",), "top_three": ("calls", "callers"), "gini": ("calls", "callers"),
    "compliance": ("done", "obligations"), "compliance_low": ("done", "obligations"),
    "compliance_high": ("done", "obligations"), "pressing_per_100": ("pressing",), "hours_asked": ("obligations",),
    "hours_done": ("done",), "reciprocity": ("done",), "weighted_reciprocity": ("done",), "density": ("done",),
    **{f"latency_{name}": ("latency_n",) for name in ("median", "p90", "within_2", "within_15", "within_60")},
    "median_per_week": ("obligations",),
}  # fmt: skip
# Shares, by the count that each is a part of.
_PART_OF = {
    "compliance": "obligations", "top_three": "calls",
    **{f"latency_within_{minutes}": "latency_n" for minutes in (2, 15, 60)},
}  # fmt: skip
_NO_COUNTS = frozenset({"days", "lines", "highest_per_week"})
_RATES = {"per_100": "labels"}
_SHARES = frozenset({"languages"})


@dataclass(frozen=True, slots=True)
class Sharing:
    """How names, text, times and small counts are treated; as in ``podaudit.privacy.pseudonymise``."""

    key: bytes | None  # None keeps names and text as exported
    text: Literal["none", "redacted"] = "none"
    coarse: Literal["hour", "day", "week"] | None = None
    suppress: bool = False

    def stated(self) -> dict[str, Any]:
        """As records and manifest state it; the key by a fingerprint, so that another key is another corpus."""
        if self.key is None:
            return {"names": "kept", "text": "kept", "coarse": None, "suppress": False, "key": None}
        return {"names": "pseudonyms", "text": self.text, "coarse": self.coarse, "suppress": self.suppress,
                "key": self._tokens().token("Key", "")}  # fmt: skip

    def _tokens(self) -> Tokens:
        from podaudit.privacy.tokens import Tokens

        assert self.key is not None
        return Tokens(self.key)

    def group(self, sha256: str) -> str:
        """What a group is called, out of the SHA-256 of its export: that itself, or under a key the keyed hash of it.

        The hash itself would tell whoever holds the export that it is in the corpus, and in which others.
        """
        return sha256 if self.key is None else self._tokens().digest("sha256", sha256).hex()


def shareable(audit: Audit, sharing: Sharing) -> Audit:
    """The audit as it may be written."""
    if sharing.key is None:
        return audit
    from podaudit.privacy import pseudonymise

    return pseudonymise(audit, sharing.key, text=sharing.text, coarse=sharing.coarse, suppress=sharing.suppress)


def shareable_row(row: dict[str, Any], shared: Audit, sharing: Sharing) -> dict[str, Any]:
    """A row of GROUPS as it may be written beside the tables of ``shared``.

    Where small counts are held back, those from 1 to 4 are null, in mappings too, and so is what could tell them.
    """
    made = {**row, "first": shared.source.first, "last": shared.source.last}
    if not sharing.suppress:
        return made
    from podaudit.privacy.coarse import few, few_of

    small = {name for name, value in row.items() if name not in _NO_COUNTS and few(value)}
    for name, value in row.items():
        told = name in _PART_OF and few_of(value, row[_PART_OF[name]])
        if told or name in small or small & set(_WORKED_OUT.get(name, ())):
            made[name] = None
        elif name in _RATES:
            made[name] = {key: None if few(row[_RATES[name]][key]) else rate for key, rate in value.items()}
        elif isinstance(value, Mapping) and name not in _SHARES:
            made[name] = {key: None if few(count) else count for key, count in value.items()}
    return made


def leaked(audit: Audit, name: str, files: Mapping[str, bytes], sharing: Sharing) -> list[str]:
    """The files that hold something of the people in ``audit``, by their folders, or ``name``, that of the export's file.

    None are looked at where names are kept.
    """
    if sharing.key is None:
        return []
    from podaudit.privacy import leaks

    named = replace(audit.source, name=name, files=tuple(replace(file, name=name) for file in audit.source.files))
    found = leaks(replace(audit, source=named), files)
    return sorted({f"{leak.output.partition('/')[0]} ({leak.kind})" for leak in found})
