"""Hostile keys, names and texts on a version to share, and hostile files of corrections."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.hostile.making import CANARY, POD, Case, Content, Outcome, Read, Refused, android, file, pod

_CHAT = pod().encode()
_DIGITS = "8f3a61c27be90d54a1f7203c9e68b5d4470e12fb6c8d39a5e0b1742f5dc98a63"  # invented
_KEY = f"podaudit key 1\nabout\n{_DIGITS}\n"


def _private(here: Path, text: str | bytes = _KEY, name: str = "podaudit.key", mode: int = 0o600) -> Path:
    path = here / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def _shared(chat: str | bytes, *options: str) -> Callable[[Path], list[str]]:
    def make(here: Path) -> list[str]:
        data = chat if isinstance(chat, bytes) else chat.encode("utf-8", "replace")
        return [*file(data)(here), "--share", "--key", str(_private(here)), *options]

    return make


def _keys() -> list[Case]:
    def case(name: str, outcome: Outcome, build: Callable[[Path], object]) -> Case:
        def make(here: Path) -> Sequence[str]:
            build(here)
            return [*file(_CHAT)(here), "--share", "--key", str(here / "podaudit.key")]

        return Case(f"key-{name}", "pseudonyms", outcome, make)

    def holding(text: str | bytes) -> Callable[[Path], object]:
        return lambda here: _private(here, text)

    def twice(here: Path) -> None:
        os.link(_private(here, name="a.key"), here / "podaudit.key")

    def folder_gone(here: Path) -> list[str]:
        return [*file(_CHAT)(here), "--share", "--key", str(here / "none" / "podaudit.key")]

    no_key, head = Refused(1, "no key of podaudit"), "podaudit key 1\nabout\n"
    return [
        case("good", Read(POD), _private),
        case("crlf", Read(POD), holding(_KEY.replace("\n", "\r\n"))),
        case("link-to-a-key", Read(POD), lambda here: (here / "podaudit.key").symlink_to(_private(here, name="a.key").name)),
        case("empty", no_key, holding("")),
        case("nul-only", no_key, holding(bytes(4096))),
        case("header-only", Refused(1, "has 0 bytes"), holding("podaudit key 1\n")),
        case("of-a-million-bytes", Refused(1, "larger than a key can be"), holding(head + "ab" * 500_000)),
        case("15-bytes", Refused(1, "has 15 bytes"), holding(head + _DIGITS[:30])),
        case("half-a-digit", Refused(1, "not in hexadecimal digits"), holding(_KEY.rstrip()[:-1])),
        case("other-digits", Refused(1, "not in hexadecimal digits"), holding(head + "\u0661\u0662" * 32)),
        case("a-sentence", Refused(1, "not in hexadecimal digits"), holding(head + "correct horse battery staple")),
        case("a-sentence-in-digits", Refused(1, "not drawn at random"), holding(head + b"correct horse battery staple".hex())),
        case("zeros", Refused(1, "not drawn at random"), holding(head + "00" * 32)),
        case("utf-16", no_key, holding(_KEY.encode("utf-16"))),
        case("codes", no_key, holding(b"\x1b[2J\x9b31m" * 40)),
        case("is-a-chat", no_key, holding(_CHAT)),
        case("folder", Refused(1, "is no file"), lambda here: (here / "podaudit.key").mkdir()),
        case("pipe", Refused(1, "is no file"), lambda here: os.mkfifo(here / "podaudit.key")),
        case("loop", Refused(1, "Cannot read the key"), lambda here: (here / "podaudit.key").symlink_to("podaudit.key")),
        case("link-to-nothing", Refused(1, "no key"), lambda here: (here / "podaudit.key").symlink_to("gone")),
        case("link-to-a-device", Refused(1, "is no file"), lambda here: (here / "podaudit.key").symlink_to("/dev/zero")),
        case("open-to-all", Refused(1, "can be read by others"), lambda here: _private(here, mode=0o644)),
        case("open-to-the-group", Refused(1, "can be read by others"), lambda here: _private(here, mode=0o620)),
        case("second-name", Refused(1, "second name"), twice),
        Case("key-in-no-folder", "pseudonyms", Refused(1, "does not exist"), folder_gone),
        Case("key-is-the-chat", "pseudonyms", Refused(1, "key"),
             lambda here: [*file(_CHAT)(here), "--share", "--key", str(here / "chat.txt")]),
    ]  # fmt: skip


_SURE = "Zwartkoper", "Vlinderdas"
_FORMS = (
    "Quirina Zwartkoper", "quirina zwartkoper", "QUIRINA ZWARTKOPER", "Zwartkoper, Quirina", "Q. Zwartkoper", "quirinazwartkoper",
    "Quirina Zwartkoper's", "Quir\u00edna Zwartk\u00f6per", "Qui\u200brina Zwart\u00adkoper", "\uff31\uff55\uff49\uff52\uff49\uff4e\uff41",
    "#QuirinaZwartkoper", "@Quirina Zwartkoper", "@\u2068Quirina Zwartkoper\u2069", "Qui\u0301rina Zwartko\u0308per",
)  # fmt: skip


def _names() -> list[Case]:
    """``hidden`` are parts of names that no word of the page's own holds."""
    made = {
        "plain": ("Quirina Zwartkoper", "", ("quirina", "zwartkoper")),
        "twelve-forms": ("Quirina Zwartkoper", " / ".join(_FORMS), ("quirina", "zwartkoper")),
        "markup": (f"<b onclick={CANARY}>Zwartkoper</b>", "Zwartkoper", ("zwartkoper", "onclick=doc")),
        "pattern": ("(Zwartkoper|.*)+$", "Zwartkoper (Zwartkoper|.*)+$", ("zwartkoper",)),
        "codes": ("\x1b]0;Zwartkoper\x07", "Zwartkoper", ("zwartkoper",)),
        "override": ("\u202eZwartkoper", "Zwartkoper", ("zwartkoper",)),
        "full-width": ("\uff3a\uff57\uff41\uff52\uff54\uff4b\uff4f\uff50\uff45\uff52", "zwartkoper", ("zwartkoper", "\uff3a\uff57\uff41")),
        "like-a-pseudonym": ("Member-zzzzzzzzzz", "Member-zzzzzzzzzz", ("zzzzzzzzzz",)),
        "mail": ("zwartkoper@vlinderdas.example", "mail zwartkoper@vlinderdas.example", ("zwartkoper", "vlinderdas")),
        "link": ("https://zwartkoper.example/vlinderdas", "zie https://zwartkoper.example/vlinderdas", ("zwartkoper", "vlinderdas")),
        "number": ("+31 6 00000017", "bel 06-00000017, 0031600000017 of +31 (0)6 00 00 00 17", ("00000017", "00 00 00 17")),
        "slug": (
            "Quirina Zwartkoper", "https://www.linkedin.com/in/quirina-zwartkoper-1a2b/ quirina%2Dzwartkoper",
            ("quirina", "zwartkoper"),
        ),
        "of-1000-letters": ("Zwartkoper" * 100, "Zwartkoper" * 100, ("zwartkoperzwartkoper",)),
        "word-of-the-page": ("Member", "Member Messages Calls", ()),
        "words-of-the-page": ("Nothing on record", "", ()),
        "common-word": ("De", "de post van De", ()),
        "status": ("Gedaan", "gedaan", ()),
        "month": ("Mei", "in mei", ()),
        "letter": ("X", "x X", ()),
        "digits": ("12345", "12345", ()),
        "emoji": ("\U0001f41d\U0001f41d", "\U0001f41d\U0001f41d", ("\U0001f41d\U0001f41d",)),
        "invisible": ("\u2060\u200b\u2060", "", ()),
        "stroke": ("|", "| |", ()),
        "quotes": ("\"'`", "\"'`", ()),
        "like-the-key": (_DIGITS, "", (_DIGITS,)),
    }  # fmt: skip
    cases = [
        Case(f"hidden-name-{name}", "pseudonyms", Read(POD, gaps=None), _shared(pod(called, text, "Vlinderdas"), "--quotes"),
             hidden=(*hidden, "vlinderdas"))
        for name, (called, text, hidden) in made.items()
    ]  # fmt: skip
    alike = android(
        "Zwartkoper: x",
        "ZWARTKOPER: y",
        "Zw\u0430rtkoper: z",
        "Zwart\u200bkoper: @Zwartkoper gedaan",
        "Zwartkop\u0435r: a",
    )
    within = android(
        "An: x", "Anna: @An y", "Annabel: @Anna @An z", "Annabella: gedaan Annabel", "Zwartkoper: An, Anna, Annabella"
    )
    attached = android(
        "Anna: Zwartkoper.vcf (bestand bijgevoegd)", "Anna: IMG-Zwartkoper-001.jpg (bestand bijgevoegd)", "Bob: zie C:\\Zwartkoper\\a.pdf",
        "Anna heeft Zwartkoper toegevoegd", 'Anna heeft het onderwerp gewijzigd van "Zwartkoper" in "Vlinderdas"', "Zwartkoper: hoi",
    )  # fmt: skip
    return [
        *cases,
        Case("hidden-names-alike", "pseudonyms", Read(5), _shared(alike), hidden=_SURE),
        Case("hidden-names-in-each-other", "pseudonyms", Read(5), _shared(within, "--quotes"), hidden=("annabel", *_SURE)),
        Case("hidden-names-of-files", "pseudonyms", Read(6), _shared(attached, "--quotes"), hidden=_SURE),
        Case("hidden-without-quotes", "pseudonyms", Read(POD), _shared(pod("Quirina Zwartkoper", "Vlinderdas zei Iets")),
             hidden=("quirina", "zei iets", *_SURE)),
        Case("hidden-file-name-tells", "pseudonyms", Refused(1, "name another file"), _telling),
    ]  # fmt: skip


def _telling(here: Path) -> list[str]:
    arguments = _shared(pod("Quirina Zwartkoper"))(here)
    (here / "out").mkdir()
    return [*arguments, "-o", str(here / "out" / "zwartkoper.html")]


def _corrections() -> list[Case]:
    def case(name: str, content: Content, said: str, status: int = 1) -> Case:
        def make(here: Path) -> Sequence[str]:
            (given,) = file(content, "c.toml")(here)
            return [*file(_CHAT)(here), "--corrections", given]

        return Case(f"corrections-{name}", "corrections", Refused(status, said), make, hidden=("zwartkoper",))

    def at(place: str, build: Callable[[Path], object], said: str) -> Case:
        def make(here: Path) -> Sequence[str]:
            build(here)
            return [*file(_CHAT)(here), "--corrections", str(here / "c.toml")]

        return Case(f"corrections-{place}", "corrections", Refused(1, said), make)

    def good(reason: str) -> Callable[[Path], list[str]]:
        toml = f'[[no_call]]\nline = 4\nreason = """{reason}"""\n'
        return lambda here: [*file(_CHAT)(here), "--corrections", *file(toml.encode(), "c.toml")(here)]

    label = '[[label]]\nline = 5\nlabel = "shaming"\n'
    return [
        *(Case(f"corrections-reason-{name}", "corrections", Read(POD, calls=2), good(reason)) for name, reason in {
            "markup": f"<script>{CANARY}</script><img src=x onerror={CANARY}>", "jinja": "{{7919*7927}} {% raw %}", "bidi": "\u202egpj.exe",
            "formula": "=1+1", "controls": "\\u001b]0;owned\\u0007\\u0000",
        }.items()),
        case("empty", b"", "corrects nothing"),
        case("no-toml", b"Zwartkoper is no call\n", "is no TOML"),
        case("nul", b"\x00Zwartkoper" * 99, "is no TOML"),
        case("noise", b"\xff\xfe\x80zwartkoper" * 99, "is not UTF-8"),
        case("utf-16", '[[no_call]]\nline = 4\nreason = "Zwartkoper"\n'.encode("utf-16"), "is not UTF-8"),
        case("nested-deeply", b"no_call = " + b"[" * 19_000, "is no TOML"),
        case("tables-nested-deeply", b"[" + b"a." * 9000 + b"a]\n", "not known"),
        case("line-of-a-million-characters", b"[" + b"a." * 500_000 + b"a]\n", "holds a line of more than"),
        case("line-of-5000-digits", b"[[no_call]]\nline = " + b"9" * 5000, "is no TOML"),
        case("line-of-4000-digits", b"[[no_call]]\nline = " + b"9" * 4000, "line must be"),
        case("line-of-words", b'[[no_call]]\nline = "Zwartkoper"\n', "line must be"),
        case("line-true", b"[[no_call]]\nline = true\n", "line must be"),
        case("line-below-one", b"[[no_call]]\nline = -4\n", "line must be"),
        case("line-not-a-number", b"[[no_call]]\nline = nan\n", "line must be"),
        case("line-is-a-day", b"[[no_call]]\nline = 2023-09-13\n", "line must be"),
        case("key-of-codes", b'["\\u001b[2JZwartkoper"]\nx = 1\n', "a key is not known"),
        case("key-of-a-class", b"[[__class__]]\nline = 4\n", "not known"),
        case("table-for-a-list", b"[no_call]\nline = 4\n", "must be a list of tables"),
        case("name-too-long", f'[[same_member]]\nname = "{"Zwartkoper" * 999}"\nalso = "Bob"\n'.encode(), "name must be"),
        case("name-is-nobody", b'[[same_member]]\nname = "Zwartkoper"\nalso = "Bob"\n', "nobody in this chat", 3),
        case("one-with-oneself", b'[[same_member]]\nname = "Bob"\nalso = "BOB"\n', "one member already", 3),
        case("round-in-a-ring", b"".join(b'[[same_member]]\nname = "%s"\nalso = "%s"\n' % pair for pair in
             ((b"Anna", b"Bob"), (b"Bob", b"Chris"), (b"Chris", b"Anna"))), "one member already", 3),
        case("same-call-twice", b"[[no_call]]\nline = 4\n" * 2, "no such call", 3),
        case("targets-nobody", f'{label}targets = ["Zwartkoper"]\n'.encode(), "target 1 is nobody", 3),
        case("rule-of-infinity", b'[[rule]]\nline = 3\ntype = "deadline"\nvalue = inf\n', "the value of a rule"),
        case("for-another-export", f'sha256 = "{"0" * 64}"\n[[no_call]]\nline = 4\n'.encode(), "another export", 3),
        case("checksum-of-words", b'sha256 = "Zwartkoper"\n[[no_call]]\nline = 4\n', "sha256 must be"),
        case("last-of-10000", b"".join(b"[[no_call]]\nline = %d\n" % n for n in range(100, 10_100)), "number 1,", 3),
        case("too-large", lambda: b"# zwartkoper\n" * (1 << 20), "larger than"),
        at("folder", lambda here: (here / "c.toml").mkdir(), "c.toml"),
        at("pipe", lambda here: os.mkfifo(here / "c.toml"), "not a regular file"),
        at("device", lambda here: (here / "c.toml").symlink_to("/dev/zero"), "not a regular file"),
        at("loop", lambda here: (here / "c.toml").symlink_to("c.toml"), "c.toml"),
        at("gone", lambda here: None, "does not exist"),
    ]  # fmt: skip


CASES = [*_keys(), *_names(), *_corrections()]
