"""Chats of invented people whose identifiers are planted in every spelling, and a search that shares no code with ours."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_FIRST = (
    "Aafke Bouwe Carlijn Dorus Eefje Foppe Griet Hylke Ieme Jorrit Kaatje Lutske Machteld Nynke Oebele Pleun Quinten Renske "
    "Sietske Teake Ubbo Veerle Wytske Ysbrand Zwaantje Anne-Fleur Zoé Renée Björn Søren Łucja Chloé Ömer Jörgen Agnès"
).split()
_LAST = (
    "Bloemstra", "van der Kroft", "de Wittert", "ten Holtkamp", "Íslandi", "Quaedvlieg", "van 't Zandven", "Ångstrand",
    "el Mansouli", "Drosterink", "Peerdeman-Vos", "Wijngaarts",
)  # fmt: skip
_ZERO = "\u200b"


@dataclass(frozen=True, slots=True)
class Person:
    """An invented member."""

    first: str
    last: str
    number: str  # national, without the 0: nine digits from a range that is given to nobody
    shown_as_number: bool

    @property
    def full(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def shown(self) -> str:
        return f"+31 6 {self.number[1:]}" if self.shown_as_number else self.full

    @property
    def slug(self) -> str:
        return "-".join(re.findall("[a-z]+", plain(self.full)))

    @property
    def mail(self) -> str:
        return f"{self.slug.replace('-', '.')}@voorbeeld.example"

    def secrets(self) -> list[str]:
        """What must not show: the words of the name and the number, as ``squeezed`` has them."""
        words = [w for part in self.full.split() for w in re.findall("[a-z]+", plain(part)) if len(w) > 3]
        return [*words, self.number]


def people(count: int) -> list[Person]:
    """So many, no two of one name; every fifth is shown as a number."""
    names = [(first, last) for last in _LAST for first in _FIRST]
    return [
        Person(first, last, f"600{i:06d}", i % 5 == 4) for i, (first, last) in enumerate((names * 2)[:count], start=100)
    ]


def names(person: Person) -> Iterator[tuple[str, str]]:
    """A full name in its spellings: (form, text)."""
    full, camel = person.full, "".join(w[0].upper() + w[1:] for w in re.findall(r"[^\W_]+", person.full))
    yield "as shown", full
    yield "capitals", full.upper()
    yield "small letters", full.lower()
    yield "without accents", plain(full)
    yield "decomposed", unicodedata.normalize("NFD", full)
    yield "zero width inside", full[:2] + _ZERO + full[2:-2] + _ZERO + full[-2:]
    yield "mention", f"@\u2068{full}\u2069"
    yield "hash tag", f"#{camel}"
    yield "handle", f"@{plain(camel)}_85"
    yield "slug", f"{person.slug}-8a7b6c5"
    yield "initial and surname", f"{person.first[0]}. {person.last}"
    yield "surname first", f"{person.last}, {person.first}"
    yield "full width", "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalpha() else c for c in full)
    yield "letters apart", "  ".join(" ".join(word) for word in full.split())


def firsts(person: Person) -> Iterator[tuple[str, str]]:
    """A first name in its spellings."""
    first = person.first
    yield "first name", first
    yield "first name, small", first.lower()
    yield "first name, capitals", first.upper()
    yield "possessive", f"{first}'s"
    yield "possessive, glued", f"{first}s"
    yield "small form", f"{first}tje"
    yield "glued to emoji", f"🔥{first}🔥"
    yield "letters apart", ".".join(first)
    yield "with an initial", f"{first} {re.findall('[^ ]+', person.last)[-1][0].upper()}."


def numbers(person: Person) -> Iterator[tuple[str, str]]:
    """A number in twelve notations."""
    n = person.number
    rest = n[1:]
    yield "+31 6 12345678", f"+31 6 {rest}"
    yield "+31612345678", f"+31{n}"
    yield "0031612345678", f"0031{n}"
    yield "06-12345678", f"06-{rest}"
    yield "06 12 34 56 78", f"06 {rest[:2]} {rest[2:4]} {rest[4:6]} {rest[6:]}"
    yield "06.12.34.56.78", f"06.{rest[:2]}.{rest[2:4]}.{rest[4:6]}.{rest[6:]}"
    yield "(06) 1234 5678", f"(06) {rest[:4]} {rest[4:]}"
    yield "+31 (0)6 – 1234 5678", f"+31 (0)6 – {rest[:4]} {rest[4:]}"
    yield "@31612345678", f"@31{n}"
    yield "wa.me/31612345678", f"wa.me/31{n}"
    yield "full width", "".join(chr(ord(c) + 0xFEE0) for c in f"0{n}")
    yield "keycaps", "".join(f"{c}\ufe0f\u20e3" for c in f"0{n}")


def addresses(person: Person) -> Iterator[tuple[str, str, str]]:
    """Mail addresses and links: (class, form, text)."""
    slug = person.slug
    yield "mails", "mail", person.mail
    yield "mails", "mail in capitals", person.mail.upper()
    yield "mails", "mail, at spelt out", person.mail.replace("@", " [at] ")
    yield "links", "profile", f"https://www.linkedin.com/in/{slug}-8a7b6c5/"
    yield "links", "profile without scheme", f"linkedin.com/in/{slug}"
    yield "links", "post", f"https://www.linkedin.com/posts/{slug}_x-activity-71700000000{person.number[1:]}-aBcD"
    yield "links", "invitation", f"https://chat.whatsapp.com/Inv{person.number}AbCdEf"
    yield "links", "own site", f"www.{slug}.example/over-mij"
    yield "accounts", "account number", f"NL00 VERZ 0{person.number[:3]} {person.number[3:7]} {person.number[7:]}"
    yield "files", "name of a file", f"{slug}_cv.pdf"


def script(members: list[Person]) -> tuple[str, list[tuple[str, str, Person]]]:
    """An Android export in Dutch, and what is planted in its messages, in their order: (class, form, whose)."""
    lines, planted = [], list[tuple[str, str, Person]]()
    founder = members[0]

    def put(text: str) -> None:
        at = len(lines) // 600
        lines.append(
            f"{1 + at % 28:02d}-{3 + at // 28:02d}-2024 {8 + len(lines) // 60 % 10:02d}:{len(lines) % 60:02d} - {text}"
        )

    put(f'{founder.shown} heeft de groep "Kring van het Verzonnen Dorp" gemaakt')
    for person in members[1:]:
        put(f"{founder.shown} heeft {person.shown} toegevoegd")
    put(
        f"{founder.shown}: De regels: iedereen liket elke post, reageer met minstens 5 woorden, binnen 2 uur, zet een ✅ als het klaar is"
    )
    for person in members:
        if person.shown_as_number:
            put(f"{person.shown}: Hoi allemaal, ik ben {person.first}")
    for i, person in enumerate(members[:8]):
        number = 7170000000000000000 + i * 4194304 * 1000
        put(
            f"{person.shown}: nieuwe post, graag liken https://www.linkedin.com/posts/{person.slug}_x-activity-{number}-aBcD"
        )
        put(f"{members[(i + 1) % len(members)].shown}: ✅")
    before, after = "Gisteren schreef", "daar nog iets over"
    for i, person in enumerate(members):
        writer = members[(i + 1) % len(members)].shown
        for kind, forms in (
            ("full names", names(person)),
            ("first names", firsts(person)),
            ("numbers", numbers(person)),
        ):
            if person.shown_as_number and kind == "full names":
                continue  # nothing in the chat tells the surname of who is shown as a number
            for form, text in forms:
                if person.shown_as_number and kind == "first names" and form != "first name":
                    continue
                put(f"{writer}: {before} {text} {after}")
                planted.append((kind, form, person))
        for kind, form, text in addresses(person):
            put(f"{writer}: {before} {text} {after}")
            planted.append((kind, form, person))
    return "\n".join(lines) + "\n", planted


def plain(text: str) -> str:
    """Small letters without accents."""
    text = text.replace("Ł", "L").replace("ł", "l").replace("ø", "o").replace("Ø", "O")
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).lower()


def squeezed(text: str) -> str:
    """Letters and digits alone, small, plain: no spelling hides in it."""
    return "".join(c for c in plain(text) if c.isalnum())
