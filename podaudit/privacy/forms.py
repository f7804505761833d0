"""What gives somebody away by its form alone: links, mail addresses, telephone and account numbers, files, handles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from podaudit.links import scan
from podaudit.privacy.letters import folded

# All patterns work on the folded copy: small letters, plain digits, nothing invisible.
_MAIL = re.compile(
    r"[\w.+'-]{1,64}+(?:@|\s?[\[({]\s?(?:at|apenstaartje|arroba|chiocciola)\s?[\])}]\s?)"
    r"[a-z0-9-]{1,63}(?:(?:\.|\s?[\[({]\s?(?:dot|punt|punkt|point|punto|ponto)\s?[\])}]\s?)[a-z0-9-]{2,63}){1,4}"
)
_LINK = re.compile(
    r"(?:[a-z]{2,12}:/{1,3}|\bwww\.|\bmailto:)[^\s<>\"]+|(?<![\w@.])(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,10}/[^\s<>\"]*"
)
_DOMAIN = re.compile(
    r"(?<![\w@.-])(?:[a-z0-9-]{2,63}\.){1,4}(?:com|net|org|edu|info|biz|io|co|me|app|dev|ai|nl|be|de|fr|es|pt|it|eu|uk|at|ch"
    r"|br|mx|ar|us|ca|au|in|link|page|site|online|shop|blog|example)(?![\w-])"
)
_IBAN = re.compile(
    r"(?<![a-z0-9])[a-z]{2}[ .-]?\d{2}[ .-]?[a-z0-9]{4}(?:[ .-]?(?=[a-z]{0,3}\d)[a-z0-9]{4}){1,6}(?:[ .-]?\d{1,3})?(?![a-z0-9])"
)
_NUMBER = re.compile(r"(?:\+|\b00)?(?<!\d)[(]?\d(?:[^\S\n]?[().\-/·+\u2022]?[^\S\n]?[().\-/]?[^\S\n]?\d){6,}(?!\d)")
_FILE = re.compile(
    r"(?<![\w()+.-])[\w()+-]{1,200}(?:\.[\w()+-]{1,200}){0,9}\.(?:jpe?g|png|gif|webp|heic|pdf|docx?|xlsx?|pptx?|odt|csv|txt|zip|vcf|ics|mp[34]|m4a|mov|opus|ogg|aac)\b"
)
_HANDLE = re.compile(r"(?<![\w@])@[a-z0-9_][\w.]{0,29}")
_ISOLATED = re.compile(
    "@[\u2066-\u2069\u202a-\u202e\u200e\u200f]+([^\u2066-\u2069\u202a-\u202e\n]{1,100})[\u2066-\u2069\u202a-\u202e]"
)
ESCAPE = re.compile(r"%[2-7][0-9a-f]")  # a sign written by its number, as in anna%2Dde%20vries, parts words
_TOKEN = re.compile(rf"{ESCAPE.pattern}|([^\W\d_]+)")
READ = 65_536  # characters of a message that are searched: WhatsApp sends no longer one
_LEAST_DIGITS = 7
_TAIL = 9  # last digits by which a number is the same in every notation
_CODE = re.compile(r"[a-z0-9_-]{6,}")
_SHORTENERS = frozenset({"lnkd.in", "bit.ly", "tinyurl.com", "chat.whatsapp.com", "t.co", "wa.link"})
_LONG_NUMBER = re.compile(r"\d{10,}")
_DATE = re.compile(r"(?:19|20)\d\d[01]\d[0-3]\d|[0-3]\d[01]\d(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Form:
    """Something found by its form: where in the raw text, what, and its value (folded; of numbers the digits alone)."""

    start: int
    stop: int
    kind: str  # link, mail, account, number, file, handle
    value: str


def find(text: str) -> list[Form]:
    """All of them in ``text``, in order, never overlapping: a mail address in a link is part of the link."""
    copy, origin = folded(text)
    taken: list[Form] = []
    covered = bytearray(len(text))

    def take(start: int, stop: int, kind: str, value: str) -> None:
        if stop > start and not any(covered[start:stop]):
            covered[start:stop] = b"\1" * (stop - start)
            taken.append(Form(start, stop, kind, value))

    if "/" in copy or "www." in copy:
        for start, stop in scan(text):
            take(start, stop, "link", folded(text[start:stop])[0])
    for kind, pattern in _KINDS:
        if kind == "handle":  # of a mention, the app shows where a name of several words ends
            for m in _ISOLATED.finditer(text):
                take(m.start(), m.end(), kind, folded(m[1])[0])
        for m in pattern.finditer(copy):
            start, stop = origin[m.start()], origin[m.end() - 1] + 1
            value = m[0]
            if kind == "account" and not value[2].isdigit() and not _checks_out(value):  # "on 06 1234 5678"
                continue
            if kind == "number":
                value = "".join(c for c in value if c.isdigit())
                if start and text[start - 1] == "@":
                    start -= 1
            take(start, stop, kind, value.removeprefix("@"))
    return sorted(taken, key=lambda form: form.start)


_KINDS = (
    ("link", _LINK), ("mail", _MAIL), ("account", _IBAN), ("file", _FILE), ("link", _DOMAIN), ("number", _NUMBER),
    ("handle", _HANDLE),
)  # fmt: skip


def _checks_out(account: str) -> bool:
    """Whether the check digits of an account number (ISO 13616) are right."""
    held = squeezed(account)
    return int("".join(str(int(c, 36)) for c in held[4:] + held[:4])) % 97 == 1


def tokens(copy: str) -> Iterator[tuple[int, int, str]]:
    """The words of letters in a folded copy: (start, stop, word)."""
    for m in _TOKEN.finditer(copy):
        if m[1]:
            yield m.start(), m.end(), m[1]


def squeezed(text: str) -> str:
    """Letters and digits alone."""
    return "".join(c for c in text if c.isalnum())


def number(name: str) -> str:
    """The last nine digits of a name that is a telephone number; else empty."""
    digits = "".join(c for c in folded(name)[0] if c.isdigit())
    return digits[-_TAIL:] if len(digits) >= _LEAST_DIGITS and not any(c.isalpha() for c in name) else ""


def is_telephone(digits: str) -> bool:
    """Whether a run of digits may be a telephone number: longer than a date, and not too long."""
    return _TAIL <= len(digits) <= 15


def codes(link: str) -> list[str]:
    """What in a link leads to the post: long numbers, and the code that a link ends in."""
    host, _, path = (link.split("?", maxsplit=1)[0].partition("://")[2] or link.split("?", maxsplit=1)[0]).partition(
        "/"
    )
    last = path.rstrip("/").rpartition("/")[2]
    coded = host in _SHORTENERS or any(c.isdigit() for c in last)
    tail = [last] if coded and _CODE.fullmatch(last) and not _DATE.fullmatch(squeezed(last)) else []
    return [*_LONG_NUMBER.findall(link), *tail]
