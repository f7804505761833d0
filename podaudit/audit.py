"""The audit: all tables of one chat, and the one function that knows the order of the stages."""

from __future__ import annotations

import dataclasses
import sys
import types
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from podaudit import correcting, evidence, ledger, lexicon, links
from podaudit.checks import checks
from podaudit.corrections import NONE, Corrections
from podaudit.detect.calls import calls
from podaudit.detect.chat import READ, Chat, view
from podaudit.detect.pressure import pressure
from podaudit.detect.replies import claims
from podaudit.detect.rules import rules
from podaudit.dynamics import Dynamics, Load, Network, dynamics, episodes, load, network
from podaudit.evidence import Evidence, Given
from podaudit.model import CORRECTIONS

if TYPE_CHECKING:
    import pandas as pd

    from podaudit.model import Export, Options, Source


@dataclass(frozen=True, slots=True)
class Asked:
    """The audit up to the ledger: what was asked, of whom, and what is on record. Tables as in ``Audit``."""

    source: Source
    messages: pd.DataFrame
    origins: pd.DataFrame
    members: pd.DataFrame
    membership: pd.DataFrame
    links: pd.DataFrame
    calls: pd.DataFrame
    repeats: pd.DataFrame
    rules: pd.DataFrame
    replies: pd.DataFrame
    absences: pd.DataFrame
    ledger: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Audit(Asked):
    """The result. Every table has the schema of the same name in ``podaudit.model``, ordered by line.

    Three hold tables and figures of their own: how pressure is spread and what came after, who gives and who takes, what it
    cost.
    """

    checks: pd.DataFrame
    pressure: pd.DataFrame
    episodes: pd.DataFrame
    dynamics: Dynamics
    network: Network
    load: Load
    corrections: pd.DataFrame = field(default_factory=CORRECTIONS.frame)
    evidence: Evidence | None = None  # from the owner's LinkedIn exports, where any were given


def audit(export: Export, options: Options, corrections: Corrections = NONE, given: Given | None = None) -> Audit:
    """Run all stages over an export, in their order. Pure: the same export, options and corrections give the same audit.

    Corrections stand over what the detectors found; what is worked out from it is worked out from what is corrected. Raises
    ``DecisionNeeded`` where one of them does not fit the chat. ``given``: the owner's own LinkedIn exports, as
    ``podaudit.evidence`` read them.
    """
    made, chat = asked_and_answered(export, corrections)
    books = lexicon.load()
    calls_, rules_, replies, ledger_ = made.calls, made.rules, made.replies, made.ledger
    pressed = pressure(chat, calls_, made.repeats, rules_, replies, ledger_, books)
    pressed = correcting.corrected_labels(pressed, calls_, chat, made.members, corrections)
    return Audit(
        **{f.name: getattr(made, f.name) for f in dataclasses.fields(made)},
        corrections=correcting.account(corrections, made.members),
        checks=checks(chat, calls_, made.repeats, rules_, replies, made.absences, ledger_, pressed, books),
        pressure=pressed,
        episodes=episodes(pressed, replies, made.membership),
        evidence=evidence.lay(given, made.source, made.members, calls_, rules_, ledger_, options.me) if given else None,
        **figures(made, pressed, options.minutes),
    )


def figures(made: Asked, pressed: pd.DataFrame, minutes: float) -> dict[str, Any]:
    """The sections of figures, by the audit's names for them: all that is counted from the other tables."""
    source = made.source
    return {
        "dynamics": dynamics(
            made.calls, made.rules, made.replies, made.ledger, pressed, made.members, made.membership, source.first,
            source.last,
        ),
        "network": network(made.calls, made.ledger, made.replies, made.rules, made.members),
        "load": load(made.calls, made.ledger, made.replies, made.members, source.first, source.last, minutes),
    }  # fmt: skip


def asked_and_answered(export: Export, corrections: Corrections = NONE) -> tuple[Asked, Chat]:
    """The audit up to the ledger, and the chat as the detectors see it."""
    books, export = lexicon.load(), correcting.one_member(export, corrections)
    messages, members, membership = export.messages, export.members, export.membership
    found = links.find(messages["line"].to_numpy(), messages["text"], export.source.last)
    chat = view(messages, members, membership, found)
    ruled = rules(chat, books)
    called, repeated = calls(chat, found, ruled, books)
    called, repeated = correcting.corrected_calls(called, repeated, chat, found, members, corrections, books)
    ruled = correcting.corrected_rules(ruled, called, chat, corrections)
    if not len(called):  # no pod: nothing was asked, so there are no rules, replies or pressure
        ruled = ruled.iloc[:0]
    called = ledger.with_due(called, ruled)
    claimed = correcting.corrected_claims(claims(chat, found, called, ruled, books), called, chat, corrections)
    replies, absences = ledger.tie(called, claimed, chat)
    correcting.check_replies(replies, corrections)
    warnings = export.source.warnings
    if long := int((messages["text"].str.len() > READ).sum()):
        warnings += (f"Messages of more than {READ} characters: {long}; only that much of each was searched.",)
    source = dataclasses.replace(export.source, languages=chat.languages, warnings=warnings)
    made = Asked(
        source=correcting.noted(source, corrections),
        messages=messages,
        origins=export.origins,
        members=members,
        membership=membership,
        links=found,
        calls=called,
        repeats=repeated,
        rules=ruled,
        replies=replies,
        absences=absences,
        ledger=ledger.settle(called, replies, absences, chat),
    )
    return made, chat


class _Callable(types.ModuleType):
    """``podaudit.audit`` names this module, and for programs the function that audits a path: so the module can be called."""

    def __call__(self, *args: Any, **kwargs: Any) -> Audit:
        from podaudit import api

        return api.audit(*args, **kwargs)


sys.modules[__name__].__class__ = _Callable
