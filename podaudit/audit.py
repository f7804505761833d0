"""The audit: all tables of one chat, and the one function that knows the order of the stages."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from podaudit import ledger, lexicon, links
from podaudit.checks import checks
from podaudit.detect.calls import calls
from podaudit.detect.chat import READ, Chat, view
from podaudit.detect.pressure import pressure
from podaudit.detect.replies import claims
from podaudit.detect.rules import rules
from podaudit.dynamics import Dynamics, Load, Network, dynamics, episodes, load, network

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

    The last three hold tables and figures of their own: how pressure is spread and what came after, who gives and who takes,
    what it cost.
    """

    checks: pd.DataFrame
    pressure: pd.DataFrame
    episodes: pd.DataFrame
    dynamics: Dynamics
    network: Network
    load: Load


def audit(export: Export, options: Options) -> Audit:
    """Run all stages over an export, in their order. Pure: the same export and options give the same audit."""
    made, chat = asked_and_answered(export)
    books, source = lexicon.load(), made.source
    calls_, rules_, replies, ledger_ = made.calls, made.rules, made.replies, made.ledger
    pressed = pressure(chat, calls_, made.repeats, rules_, replies, ledger_, books)
    return Audit(
        **{f.name: getattr(made, f.name) for f in dataclasses.fields(made)},
        checks=checks(chat, calls_, made.repeats, rules_, replies, made.absences, ledger_, pressed, books),
        pressure=pressed,
        episodes=episodes(pressed, replies, made.membership),
        dynamics=dynamics(
            calls_, rules_, replies, ledger_, pressed, made.members, made.membership, source.first, source.last
        ),
        network=network(calls_, ledger_, replies, rules_, made.members),
        load=load(calls_, ledger_, replies, made.members, source.first, source.last, options.minutes),
    )


def asked_and_answered(export: Export) -> tuple[Asked, Chat]:
    """The audit up to the ledger, and the chat as the detectors see it."""
    books = lexicon.load()
    messages, members, membership = export.messages, export.members, export.membership
    found = links.find(messages["line"].to_numpy(), messages["text"], export.source.last)
    chat = view(messages, members, membership, found)
    ruled = rules(chat, books)
    called, repeated = calls(chat, found, ruled, books)
    if not len(
        called
    ):  # a group without calls is no pod: nothing was asked, so there are no rules, replies or pressure
        ruled = ruled.iloc[:0]
    called = ledger.with_due(called, ruled)
    replies, absences = ledger.tie(called, claims(chat, found, called, ruled, books), chat)
    warnings = export.source.warnings
    if long := int((messages["text"].str.len() > READ).sum()):
        warnings += (f"Messages of more than {READ} characters: {long}; only that much of each was searched.",)
    made = Asked(
        source=dataclasses.replace(export.source, languages=chat.languages, warnings=warnings),
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
