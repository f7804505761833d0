"""Printing the view: the template environment, and the policy that lets the page run nothing but its own script."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from podaudit.report.groups.view import Compared
from podaudit.report.language import Language
from podaudit.report.view import View
from podaudit.resources import templates_dir


@cache
def environment(code: str) -> Environment:
    """The environment for a language: everything is escaped, and a name that is not there is an error."""
    made = Environment(
        loader=FileSystemLoader(templates_dir()), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    lang = Language(code)
    made.install_gettext_translations(lang.translations, newstyle=True)  # type: ignore[attr-defined]
    made.filters["number"] = lang.number
    made.filters["decimal"] = lang.decimal
    made.filters["css"] = css
    return made


def css(text: str) -> str:
    """Words for a string of a style sheet: whatever is no letter, digit or space is written as its code point."""
    return "".join(c if c.isalnum() or c == " " else f"\\{ord(c):x} " for c in text)


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def policy(view: View) -> str:
    """The content security policy: by hash the page's own style and script, and nothing else."""
    made = environment(view.lang)
    style, script = (made.get_template(name).render(view=view) for name in ("report.css", "report.js"))
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; img-src data:; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def still_policy(view: Compared) -> str:
    """The content security policy of the page over groups, which has no script."""
    style = environment(view.lang).get_template("compare.css").render(view=view)
    return f"default-src 'none'; style-src '{_hash(style)}'; img-src data:; base-uri 'none'; form-action 'none'"


def print_page(view: View) -> str:
    """The page."""
    template = environment(view.lang).get_template("report.html")
    return template.render(view=view, policy=policy(view)).lstrip() + "\n"
