"""Pages are inert by construction: nothing in the templates or in our code can let a chat's text through unescaped."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import podaudit
from podaudit.report.page import environment
from podaudit.resources import demo_chat, templates_dir
from tests.conftest import Call
from tests.hostile.inert import check_inert, printed

PACKAGE = Path(podaudit.__file__).parent
TEMPLATES = sorted(path for path in templates_dir().rglob("*") if path.is_file())
MODULES = sorted(PACKAGE.rglob("*.py"))
_OPEN = re.compile(
    r"\|\s*(safe|forceescape|urlize|xmlattr)|Markup\s*\(|autoescape\s+(false|off)|from_string|\{%-?\s*filter"
)
_ESCAPE_OFF = {"Markup", "from_string", "urlize", "format_map"}
_OF_WORDS = {"when/points.py", "when/stretches.py"}  # patterns, made of the words in our own books


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(templates_dir()).as_posix())
def test_no_template_lets_text_through(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not _OPEN.search(text), _OPEN.search(text)
    for tag in re.findall(
        r"<[a-zA-Z][^<>]*>", re.sub(r"\{\{.*?\}\}", "JINJA", re.sub(r"\{%.*?%\}|\{#.*?#\}", "", text, flags=re.S))
    ):
        bare = re.sub(r'"[^"]*"', "", tag)
        assert "JINJA" not in bare, f"{tag}: an attribute without quotes, or a tag or attribute of a computed name"
    if path.suffix in (".css", ".js"):
        values = [v.strip() for v in re.findall(r"\{\{(.*?)\}\}", text, re.S)]
        ours = ("t.key", "loop.index", "h")  # constants of ours and numbers
        assert all(v.startswith("_(") or v.endswith("| css") or v in ours for v in values), (
            "words of ours, or escaped for a style"
        )


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_no_module_lets_text_through(path: Path) -> None:
    """No switch for escaping, no text of a chat as a template or as a format."""
    where = path.relative_to(PACKAGE).as_posix()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            assert name not in _ESCAPE_OFF, f"line {node.lineno}"
            if name == "format" and isinstance(node.func, ast.Attribute) and where not in _OF_WORDS:
                assert _ours(node.func.value), f"line {node.lineno}: only a constant of ours is a format"
        if (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Mod)
            and isinstance(node.right, ast.Tuple | ast.Dict)
        ):
            assert _ours(node.left), f"line {node.lineno}: only a constant of ours is a format"


def _ours(node: ast.expr) -> bool:
    """A text written in the source: a literal, or a name in capitals that stands for one or for several."""
    node = node.value if isinstance(node, ast.Subscript) else node
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return isinstance(node, ast.Constant) or name.lstrip("_").isupper()


def test_escaping_is_on_for_every_name() -> None:
    made = environment("en")
    assert made.autoescape is True
    assert made.undefined.__name__ == "StrictUndefined"


BAD = [
    "<script>1</script>", "<b onclick=x>", "<x-y></x-y>", "<img src=x>", "<!-- x -->", '<a href="javascript:1">x</a>',
    '<a href="https://evil.example">x</a>', "<svg><style>a</style></svg>", '<p style="x">', '<p class="a;b">',
    '<iframe srcdoc="x"></iframe>',
    "<base href=/x>", '<a id="x y\u00e9">x</a>', "<form action=x></form>", '<svg><path d="M0 0url(x)"/></svg>',
]  # fmt: skip


def test_the_check_itself_sees_what_is_not_of_the_templates(call: Call, tmp_path: Path) -> None:
    assert call("report", demo_chat(), "-o", tmp_path / "page.html", "-q", "--lang", "en")[0] == 0
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    check_inert(html)
    assert len(printed()) > 30
    check_inert('<!doctype html><html lang="en"><body><main id="main"><p>x</p></main></body></html>')
    for bad in BAD:
        with pytest.raises(AssertionError):
            check_inert(f'<!doctype html><html lang="en"><body><main id="main">{bad}</main></body></html>')
