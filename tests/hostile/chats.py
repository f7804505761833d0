"""Hostile chats: times that cannot be, headers that lie, sizes, and texts made to slow patterns down."""

from __future__ import annotations

from collections.abc import Callable

from tests.hostile.making import POD, POST, Case, Read, Refused, android, file, pod


def _times() -> list[Case]:
    def lines(*heads: str, body: str = "{i}") -> bytes:
        names = ("Anna", "Bob")
        return "".join(f"{head}{names[i % 2]}: {body.format(i=i)}\n" for i, head in enumerate(heads)).encode()

    read: dict[str, tuple[bytes, int]] = {
        "clock-back": (lines(*(f"13-09-2023 {h:02}:00 - " for h in (10, 11, 9, 10, 12))), 5),
        "years-back": (lines("13-09-2023 10:00 - ", "14-09-2013 10:00 - ", "15-09-2023 10:00 - "), 3),
        "clock-change-gap": (lines(*(f"26-03-2023 {t} - " for t in ("01:59", "02:30", "03:00"))), 3),
        "clock-change-fold": (lines(*(f"29-10-2023 {t} - " for t in ("02:30", "02:59", "02:00", "02:30"))), 4),
        "year-9999": (lines("30-12-9999 10:00 - ", "31-12-9999 23:59 - "), 2),
        "year-one": (lines("13-09-0001 10:00 - ", "14-09-0001 10:00 - "), 2),
        "years-of-two-digits": (lines("13-09-70 10:00 - ", "14-09-69 10:00 - ", "15-09-99 10:00 - "), 3),
        "leap-day": (lines("29-02-2024 10:00 - ", "01-03-2024 10:00 - "), 2),
        "twelve-hours-with-dots": (lines("13-09-2023 9:00 p.m. - ", "14-09-2023 9:00 a.m. - "), 2),
        "narrow-blank": (lines("13-09-2023 9:00\u202fPM - ", "14-09-2023 9:00\u202fAM - "), 2),
        "arabic-digits": (lines("\u0661\u0663/\u0660\u0669/\u0662\u0660\u0662\u0663\u060c \u0661\u0660:\u0660\u0660 - ",
                                "\u0661\u0664/\u0660\u0669/\u0662\u0660\u0662\u0663\u060c \u0661\u0660:\u0660\u0660 - "), 2),
        "all-at-once": (lines(*["13-09-2023 10:00 - "] * 50), 50),
        "deadline-in-the-year-9999": (pod(text="uiterlijk 31-12-9999 om 23:59 en 00-00-0000").encode(), POD),
        "deadline-of-many-digits": (pod(text="binnen 99999999999999999999999999 uur, over 1e400 dagen").encode(), POD),
        "number-of-5000-digits": (pod(text=f"minstens {'9' * 5000} woorden, max {'8' * 5000} posts per dag").encode(), POD),
        "number-of-other-digits": (pod(text="minstens \u0665 woorden, binnen \u00b2 uur, \u2460 \u2167 \u00bd \u0be7").encode(), POD),
    }  # fmt: skip
    made = [Case(f"time-{name}", "times", Read(n), file(data)) for name, (data, n) in read.items()]
    open_order = lines(*(f"0{d}/0{m}/2023, 10:00 - " for d, m in ((4, 5), (5, 6), (6, 7))))
    made += [
        Case("time-impossible-days", "times", Read(2, gaps=2),
             file(lines("13-09-2023 10:00 - ", "31-02-2023 10:00 - ", "30-09-2023 10:00 - ", "32-13-2023 10:00 - "))),
        Case("time-impossible-hours", "times", Read(1, gaps=3),
             file(lines("13-09-2023 10:00 - ", "14-09-2023 24:00 - ", "15-09-2023 25:61 - ", "16-09-2023 99:99 - "))),
        Case("time-leap-second", "times", Read(2, gaps=1),
             file(b"[13-09-2023 10:00:00] Anna: a\n[31-12-2023 23:59:60] Bob: b\n[01-01-2024 00:00:00] Anna: c\n")),
        Case("time-order-open", "times", Refused(3, "--date-order"), file(open_order)),
        Case("time-order-given", "times", Read(3), file(open_order, "chat.txt", "--date-order", "mdy")),
        Case("time-order-contradicted", "times", Read(2, gaps=None),
             file(lines("13-09-2023 10:00 - ", "09-14-2023 10:00 - ", "15-09-2023 10:00 - "))),
        Case("time-unknown-word-for-the-hour", "times", Refused(1, "chat.txt"),
             file(lines(*(f"{d}-09-2023 9:00 blarg - " for d in range(13, 19))))),
        Case("time-two-forms", "times", Read(2, said="the header of another message"),
             file(lines("13-09-2023 10:00 - ", "14-09-2023 10:00 - ", "9/15/23, 10:00 AM - ", "9/16/23, 10:00 AM - "))),
        Case("time-strict-about-gaps", "times", Refused(3, "--strict"),
             file(b"what is this\n" + pod().encode(), "chat.txt", "--strict")),
    ]  # fmt: skip
    return made


def _headers() -> list[Case]:
    """Lines that look like headers and are none, or hardly."""
    read: dict[str, tuple[str, int]] = {
        "only-headers": ("13-09-2023 10:00 - Anna:\n14-09-2023 10:00 - Bob: \n15-09-2023 10:00 - Anna:", 3),
        "one-line": ("13-09-2023 10:00 - Anna: x", 1),
        "one-header-repeated-in-a-line": ("13-09-2023 10:00 - Anna: " * 2000 + "\n14-09-2023 10:00 - Bob: y\n", 2),
        "brackets": (pod(text="[[[[" * 500 + "]" * 500), POD),
        "colons": (pod(text=": " * 3000), POD),
        "dashes": (pod(text=" - " * 3000), POD),
        "words-of-the-app-typed": (
            android("Anna: Bob heeft de groep verlaten", "Bob: Anna heeft Bob verwijderd", "Anna: Anna left", "Bob: \u200eAnna left"), 4),
        "notices-only": (android("Anna heeft Bob toegevoegd", "Bob heeft de groep verlaten", "Anna heeft Bob toegevoegd"), 3),
        "notices-that-contradict": (
            android("Anna: x", "Bob heeft de groep verlaten", "Bob heeft de groep verlaten", "Anna heeft Bob verwijderd", "Bob: hallo",
                    "Bob heeft Bob verwijderd", "Anna heeft Anna toegevoegd"), 7),
        "everybody-removed": (android("Anna: x", "Bob: y", "Anna heeft Bob verwijderd", "Anna heeft de groep verlaten", "Bob: z"), 5),
        "subjects": (android("Anna: x", *(f'Anna heeft het onderwerp gewijzigd van "{i}" naar "{i}\u201d{i + 1}"' for i in range(9))), 10),
    }  # fmt: skip
    made = [
        Case(f"header-{name}", "headers", Read(n, gaps=None), file(text.encode())) for name, (text, n) in read.items()
    ]
    before = "no header\nstands before this\n" * 20 + pod()
    made.append(Case("header-lines-before-the-first", "headers", Read(POD, gaps=1), file(before.encode())))
    return made


def _repeated(n: int, line: str, head: str = "{d:02}-09-2023 {h:02}:{m:02} - ") -> Callable[[], bytes]:
    def make() -> bytes:
        return "".join(
            head.format(d=13 + i * 10 // n, h=8 + i * 100 // n % 10, m=i * 6000 // n % 60) + line.format(i=i) + "\n"
            for i in range(n)
        ).encode()

    return make


def _sizes() -> list[Case]:
    tail = android(*["Bob: gedaan"] * 3, form="{day:02}-10-2023 {hour:02}:00 - ")

    def grown(line: Callable[[], str]) -> Callable[[], bytes]:
        def make() -> bytes:
            return (pod() + android(f"Anna: {line()}", form="30-09-2023 10:00 - ") + tail).encode()

        return make

    bodies: dict[str, Callable[[], str]] = {
        "line-of-10-MB": lambda: "woord " * 1_700_000,
        "word-of-10-MB": lambda: "x" * 10_000_000,
        "message-of-200000-lines": lambda: "\n".join(["regel"] * 200_000),
        "million-blank-lines": lambda: "\n" * 1_000_000,
        "link-of-2-MB": lambda: f"{POST}09?{'a' * 2_000_000}",
        "message-of-20000-links": lambda: " ".join(f"{POST[:-6]}{i:06}" for i in range(20_000)),
        "message-of-100000-mentions": lambda: "@Bob " * 100_000,
        "marks-of-accents": lambda: "a" + "\u0315\u0300\u05ae\u0300\u0062" * 60_000,
        "letters-that-grow": lambda: "\ufdfa" * 100_000,
        "emoji-joined": lambda: "\U0001f469\u200d" * 200_000,
        "million-ticks": lambda: "\u2705" * 1_000_000,
        "times-on-a-line": lambda: "binnen 1 uur om 12:00 " * 20_000,
        "header-like-lines": lambda: "\n".join(["99-99-2023 10:00 - Eva: x"] * 100_000),
    }
    made = [
        Case(f"size-{name}", "sizes", Read(POD + 4, gaps=None), file(grown(line)), heavy=True)
        for name, line in bodies.items()
    ]
    names = {
        "name-of-1-MB": (lambda: bytes(android(f"{'N' * 1_000_000}: x") + pod(), "utf-8"), Read(POD + 1, gaps=None)),
        "100000-messages": (_repeated(100_000, "Bob: bericht {i}"), Read(100_000)),
        "10000-senders": (_repeated(10_000, "Lid {i}: gedaan"), Read(10_000, members=10_000)),
        "5000-calls": (_repeated(5000, f"Bob: graag reageren {POST[:-7]}{{i:07}}"), Read(5000)),
        "20000-labelled": (_repeated(20_000, "Bob: @Anna schandalig, weer niets gedaan {i}"), Read(20_000)),
        "more-than-the-cap": (lambda: pod().encode() + b"x\n" * (2 << 20), Refused(1, "--max-size")),
    }
    made += [
        Case(
            f"size-{name}",
            "sizes",
            outcome,
            file(data, "chat.txt", *(["--max-size", "1"] if "cap" in name else [])),
            heavy=True,
        )
        for name, (data, outcome) in names.items()
    ]
    return made


def _patterns() -> list[Case]:
    """Texts that make patterns with nested or adjoining repeats run for ever."""
    pumps = {
        "mail": "a" * 30_000 + "@", "mail-dots": "a.a-a+" * 10_000 + "@", "number": "+31 6 " + "0 " * 30_000 + "x",
        "number-dashes": "0-" * 30_000 + ")", "blanks": " " * 60_000 + "x", "commas": "Anna, " * 20_000 + "!",
        "names": "Anna en Bob en " * 8000, "slashes": "https://" + "/" * 60_000 + "x", "dots": "www." + "a." * 30_000,
        "percent": "https://evil.example/" + "%25" * 20_000, "quotes": "\u201ca" * 20_000, "brackets": "<a" * 30_000,
        "hours": "12:" * 20_000, "figures": "1," * 30_000 + "x", "slugs": f"{POST[:25]}posts/" + "activity-" * 8000,
        "laughter": "ha" * 30_000 + "x", "question": ("a, " * 20_000) + "?", "words": "reageer niet " * 8000,
        "hash": "#a" * 30_000, "letters-and-digits": "a1" * 30_000, "excuse": "ik ben er van maandag tot " * 4000,
    }  # fmt: skip
    return [
        Case(f"pattern-{name}", "patterns", Read(POD), file(pod(text=text).encode()), heavy=True)
        for name, text in pumps.items()
    ]


CASES = [*_times(), *_headers(), *_sizes(), *_patterns()]
