"""The audit: all tables of one chat, and the one function that knows the order of the stages."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from podaudit import dynamics, ledger, lexicon, links
from podaudit.checks import checks
from podaudit.detect.calls import calls
from podaudit.detect.chat import Chat, view
from podaudit.detect.pressure import pressure
from podaudit.detect.replies import claims
from podaudit.detect.rules import rules
from podaudit.model import CHECKS, EPISODES, PRESSURE

if TYPE_CHECKING:
    import pandas as pd

    from podaudit.model import Export, Options, Source


@dataclass(frozen=True, slots=True)
class Audit:
    """The result. Every table has the schema of the same name in ``podaudit.model``, ordered by line."""

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
    checks: pd.DataFrame
    pressure: pd.DataFrame
    episodes: pd.DataFrame


def audit(export: Export, options: Options) -> Audit:
    """Run all stages over an export, in their order. Pure: the same export and options give the same audit."""
    del options  # what the user decides today is decided in reading
    found, chat = asked_and_answered(export)
    books = lexicon.load()
    pressed = pressure(chat, found.calls, found.repeats, found.rules, found.replies, found.ledger, books)
    episodes = dynamics.episodes(pressed, found.replies, found.membership)
    checked = checks(
        chat, found.calls, found.repeats, found.rules, found.replies, found.absences, found.ledger, pressed, books
    )
    return dataclasses.replace(found, checks=checked, pressure=pressed, episodes=episodes)


def asked_and_answered(export: Export) -> tuple[Audit, Chat]:
    """The audit up to the ledger, with no pressure and no checks yet, and the chat as the detectors see it."""
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
    made = Audit(
        source=dataclasses.replace(export.source, languages=chat.languages),
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
        checks=CHECKS.frame(),
        pressure=PRESSURE.frame(),
        episodes=EPISODES.frame(),
    )
    return made, chat
