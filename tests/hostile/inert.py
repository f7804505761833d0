"""Whether a page is inert: parsed as browsers do, it holds what the templates print and nothing that came from a chat."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import defaultdict
from functools import cache
from html.parser import HTMLParser
from xml.etree.ElementTree import Element

import html5lib

from podaudit.resources import templates_dir

_SPOKEN = {"title", "content", "aria-label"}  # attributes that may hold a chat's words, as text
_NAMES = re.compile(r"#?[A-Za-z0-9_ ,.:+-]*")  # anchors, classes, keys, figures: made by podaudit, never of a name
_PACKED = re.compile(r"[A-Za-z0-9+/=\s]*")  # base64, in a script element that is data and is not run
_DRAWN = re.compile(r"[-0-9., %MHVZLACQSTmhvzlacqst]*|none")  # coordinates and paths
_DRAWING = {"d", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "viewBox", "viewbox", "transform", "stroke-width"}
_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}", re.S)
_PRINTED = re.compile(r"\{\{.*?\}\}", re.S)
_CHOSEN = re.compile('="[^"]*\x01[^"]*"')  # a value that a condition is part of
_MARK = "jinja"
_MADE = {"html", "head", "body", "tbody", "tr", "colgroup"}  # elements that a browser puts in where they are left out


class _Templates(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.held: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kept = self.held[tag]
        for name, value in attrs:
            kept[name.lower()].add(value or "")


@cache
def printed() -> dict[str, dict[str, set[str]]]:
    """The elements that the templates print -> their attributes -> the values, a mark in place of what is computed."""
    parser = _Templates()
    for path in sorted(templates_dir().rglob("*.html")):
        text = _PRINTED.sub(_MARK, _JINJA.sub("\x01", path.read_text(encoding="utf-8")))
        parser.feed(_CHOSEN.sub(f'="{_MARK}"', text).replace("\x01", " "))
        parser.close()
        parser.reset()
    return parser.held


def _allowed(document: Element) -> set[str]:
    """The SHA-256s of the texts that the page's policy, which is the first thing in its head but for the encoding, lets run."""
    metas = [element.attrib for element in document.iter("meta")]
    policies = [m.get("content", "") for m in metas if m.get("http-equiv", "").lower() == "content-security-policy"]
    assert len(policies) <= 1 and (not policies or ("content" in metas[1] and metas[1]["content"] == policies[0]))
    assert not any("http-equiv" in m for m in metas[2:]), "a second policy, or a refresh"
    return set(re.findall(r"'sha256-([^']+)'", policies[0])) if policies else set()


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def check_inert(html: str) -> None:
    """Raise ``AssertionError`` where the page holds an element, attribute, handler, style or script not of the templates."""
    document = html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False)
    known, allowed = printed(), _allowed(document)
    for element in document.iter():
        if not isinstance(element.tag, str):
            raise AssertionError("the page holds a comment or a processing instruction")
        tag = element.tag.rsplit("}", 1)[-1]
        assert tag in known or tag in _MADE, f"<{tag}> is printed by no template"
        if tag == "script" and element.get("type") == "text/plain":
            assert _PACKED.fullmatch(element.text or ""), "data that is not packed"
        elif tag in ("style", "script"):
            assert _digest(element.text or "") in allowed, f"a <{tag}> that is not podaudit's own"
        for name, value in element.attrib.items():
            _check_attribute(tag, name.rsplit("}", 1)[-1], value, known[tag])


def _check_attribute(tag: str, name: str, value: str, printed: dict[str, set[str]]) -> None:
    where = f"<{tag} {name}>"
    assert name.lower() in printed, f"{where} is printed by no template"
    assert name != "style" and not name.startswith("on"), f"{where} could run or restyle"
    if value in printed[name.lower()] or name in _SPOKEN:
        return
    assert any(_MARK in form for form in printed[name.lower()]), f"{where} has a value of no template: {value[:60]!a}"
    allowed = _DRAWN if name in _DRAWING else _NAMES
    assert allowed.fullmatch(value), f"{where} has a value that podaudit does not make: {value[:60]!a}"
    assert name != "href" or value.startswith("#"), f"{where} leads out of the page"
