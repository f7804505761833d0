"""Whether a page is inert: parsed as browsers do, it holds what the templates print and nothing that came from a chat."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from html.parser import HTMLParser

import html5lib

from podaudit.report import LANGUAGES, page
from podaudit.resources import templates_dir

_SPOKEN = {"title", "content", "aria-label"}  # attributes that may hold a chat's words, as text
_NAMES = re.compile(r"#?[A-Za-z0-9_ -]*")  # anchors, classes, keys: made by podaudit, never of a name
_DRAWN = re.compile(r"[-0-9., MHVZLACQmhvzlacq]*")  # coordinates and paths
_DRAWING = {"d", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "viewBox", "viewbox", "transform", "stroke-width"}
_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}", re.S)
_PRINTED = re.compile(r"\{\{.*?\}\}", re.S)
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
        text = _JINJA.sub(" ", path.read_text(encoding="utf-8"))
        parser.feed(_PRINTED.sub(_MARK, text))
        parser.close()
        parser.reset()
    return parser.held


@cache
def _own() -> dict[str, frozenset[str]]:
    """The texts of style and script elements that are podaudit's own."""
    names = {"style": "report.css", "script": "report.js"}
    made = [page.environment(code) for code in LANGUAGES]
    return {tag: frozenset(m.get_template(name).render() for m in made) for tag, name in names.items()}


def check_inert(html: str) -> None:
    """Raise ``AssertionError`` where the page holds an element, attribute, handler, style or script not of the templates."""
    document = html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False)
    known = printed()
    for element in document.iter():
        if not isinstance(element.tag, str):
            raise AssertionError("the page holds a comment or a processing instruction")
        tag = element.tag.rsplit("}", 1)[-1]
        assert tag in known or tag in _MADE, f"<{tag}> is printed by no template"
        if tag in ("style", "script"):
            assert element.text in _own()[tag], f"a <{tag}> that is not podaudit's own"
        for name, value in element.attrib.items():
            _check_attribute(tag, name.rsplit("}", 1)[-1], value, known[tag])


def _check_attribute(tag: str, name: str, value: str, printed: dict[str, set[str]]) -> None:
    where = f"<{tag} {name}>"
    assert name.lower() in printed, f"{where} is printed by no template"
    assert name != "style" and not name.startswith("on"), f"{where} could run or restyle"
    if value in printed[name.lower()] or name in _SPOKEN:
        return
    assert any(_MARK in form for form in printed[name.lower()]), f"{where} has a value of no template"
    allowed = _DRAWN if name in _DRAWING else _NAMES
    assert allowed.fullmatch(value), f"{where} has a value that podaudit does not make"
    assert name != "href" or value.startswith("#"), f"{where} leads out of the page"
