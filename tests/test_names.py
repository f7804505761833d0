"""Who is meant by a name: what must not be taken for one, what must, and names learnt from the chat."""

from __future__ import annotations

import pytest

from podaudit.lexicon.fold import fold
from tests.making import chat_of, post

SCRIPT = f"""
08:00 Anna de Wit heeft de groep "Pod" gemaakt
08:01 Anna de Wit heeft Bob Bakker, Jan-Willem, Coach Tobias en ~ finnn toegevoegd
08:02 +31 6 12345678 is deelnemer geworden via de uitnodigingslink van deze groep
08:03 +31 6 87654321 is deelnemer geworden via de uitnodigingslink van deze groep
08:04 +31 6 12345678: Hoi allemaal, ik ben Saskia uit Zwolle
08:05 Anna de Wit: Welkom Saskia en allemaal
08:06 +31 6 87654321: Sorry, was onderweg. Leuk hier
08:07 Bob Bakker: dag
08:08 Jan-Willem: dag
08:09 Coach Tobias: dag
08:10 ~ finnn: dag
09:00 +31 6 87654321: {post(1, "oleg-infra")}
09:05 Bob Bakker: die van Oleg is klaar
09:06 +31 6 87654321: {post(2, "oleg-infra")}
"""


@pytest.mark.parametrize(
    "text",
    [
        "een annaal stuk",
        "bobslee",
        "de wit is een kleur",
        "hoi allemaal",
        "sorry hoor",
        "coach gezocht",
        "janwillemstraat",
        "om 12:34",
        "12345",
    ],
)
def test_nobody(text: str) -> None:
    found = chat_of(SCRIPT).names.members_in(fold(text))
    assert found == []


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("Anna gedaan", ["Anna de Wit"]),
        ("anna's post", ["Anna de Wit"]),
        ("Annas Beitrag", ["Anna de Wit"]),
        ("@Bob en @Anna", ["Bob Bakker", "Anna de Wit"]),
        ("@\u2068+31 6 12345678\u2069 kom op", ["+31 6 12345678"]),
        ("@31612345678 kom op", ["+31 6 12345678"]),
        ("@\u2068+31 6 12345678\u2069 0, @Anna 2", ["+31 6 12345678", "Anna de Wit"]),  # a count after it
        ("Saskia ✅", ["+31 6 12345678"]),  # learnt: she said so
        ("oleg done", ["+31 6 87654321"]),  # learnt: the author's name in the links
        ("jan-willem en Jan Willem", ["Jan-Willem"]),
        ("Tobias is klaar", ["Coach Tobias"]),
        ("finn is klaar", ["finnn"]),
        ("ANNA!", ["Anna de Wit"]),
    ],
)
def test_somebody(text: str, members: list[str]) -> None:
    assert chat_of(SCRIPT).names.members_in(fold(text)) == members


def test_two_of_one_name_are_not_told_apart() -> None:
    chat = chat_of("08:00 Anna de Wit: hoi\n08:01 Anna Bos: hoi\n08:02 Bob: hoi")
    (mention,) = chat.names.found("anna gedaan")
    assert mention.members == ("Anna Bos", "Anna de Wit")
    assert mention.member is None
    assert chat.names.members_in("anna bos gedaan") == ["Anna Bos"]


@pytest.mark.parametrize("first", ["Done, and gladly", "Gekwaakt! Mooi stuk", "Klaar. Bon, tot morgen"])
def test_what_opens_a_members_first_messages_is_not_his_name(first: str) -> None:
    """Though others open with the same word, as a group does with its sign."""
    word = fold(first.replace("!", ",").partition(",")[0].partition(".")[0])
    script = f"09:10 Bob Bakker: {first}\n09:11 Jan-Willem: {first}\n09:12 Coach Tobias: {word}, Anna\n"
    assert chat_of(SCRIPT + script).names.members_in(f"{word} oleg") == ["+31 6 87654321"]


@pytest.mark.parametrize("text", ["deshawn klaar", "DeShawn!", "@deshawn"])
def test_a_name_with_a_capital_inside_is_one_word(text: str) -> None:
    chat = chat_of("08:00 DeShawn P.: hoi\n08:01 Bob: hoi")
    assert chat.names.members_in(fold(text)) == ["DeShawn P."]


def test_of_a_name_as_long_as_a_book_the_beginning_is_looked_for() -> None:
    chat = chat_of(f"08:00 Vera {'lang ' * 2000}: hoi\n08:01 Bob: hoi")
    assert max(len(alias) for alias, _ in chat.names.aliases) <= 200
    assert chat.names.members_in("vera klaar") == [chat.members[0]]
