"""The version to share: a page with pseudonyms, without clock times, links, ids and words, checked before it is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from podaudit.model import Kind
from podaudit.report.language import Text

if TYPE_CHECKING:
    from podaudit.audit import Audit
    from podaudit.report.tally import Tally

_FEW = 5  # members, below which everybody can be guessed


@dataclass(frozen=True, slots=True)
class Shareable:
    """A page to share, and the quotes on it for its maker to read first: line, as written, as quoted."""

    html: bytes
    quotes: tuple[tuple[int, str, str], ...]


def share_note(t: Tally) -> tuple[Text, ...]:
    """What the version to share says of itself at the top; nothing in a private one."""
    how = t.audit.source.pseudonyms
    if how is None:
        return ()
    lang, count = t.lang, len(t.names)
    said = [
        lang.say(
            "People, the group and posts bear pseudonyms; only the holder of the key, a file kept apart, can tell who "
            "is who. Times of day, links and the exported file's name are left out."
        ),
        lang.say("Nothing that members wrote is quoted.")
        if how["text"] == "none"
        else lang.say(
            "Quotes are redacted: what was recognised as a name, number, address, link, handle or file is replaced. "
            "What else they tell of people still stands."
        ),
        lang.say(
            "It is not anonymous: whoever was in the group may recognise people by what happened. These remain "
            "personal data."
        ),
    ]
    if count < _FEW:
        said.append(
            lang.say_n(
                "The group had %(n)s member: anybody who knows of it can tell who is meant.",
                "The group had only %(n)s members: anybody who knows of it can tell who is who.", count,
                n=lang.number(count),
            )
        )  # fmt: skip
    return tuple(said)


def shareable(audit: Audit, key: bytes, *, name: str, lang: str, quotes: bool, version: str) -> Shareable:
    """The page to share of an audit that still bears its names, to be written under the file name ``name``.

    ``quotes`` has messages quoted, redacted. Raises ``Leaking`` where the page, or its name, would still show who was in
    the chat. The same audit and key give the same bytes.
    """
    from podaudit.privacy import leaks, pseudonymise
    from podaudit.privacy.leaks import refuse
    from podaudit.report.build import build
    from podaudit.report.page import print_page

    shared = pseudonymise(audit, key, text="redacted" if quotes else "none", coarse="day")
    # A notice with "you" in it tells whose phone the export is from; the page says what notices tell in its own words.
    notices = shared.messages["kind"] == Kind.NOTICE.value
    shared = replace(shared, messages=shared.messages.assign(text=shared.messages["text"].mask(notices, "")))
    view = build(shared, lang=lang, me=None, version=version)
    html = print_page(view).encode("utf-8", "replace")
    refuse(leaks(audit, {name: html}))
    written = dict(zip(audit.messages["line"].tolist(), audit.messages["text"].tolist(), strict=True))
    quoted = dict(zip(shared.messages["line"].tolist(), shared.messages["text"].tolist(), strict=True))
    return Shareable(html, tuple((line, written[line], quoted[line]) for line in view.quoted))


def share_name(audit: Audit, key: bytes) -> str:
    """A name for the file that tells nothing: the pseudonym of the group, else of the export."""
    from podaudit.privacy.tokens import FILE, Tokens

    tokens, source = Tokens(key), audit.source
    token = tokens.group(source.group) if source.group else tokens.token(FILE, source.sha256)
    return f"{token.lower()}.share.html"
