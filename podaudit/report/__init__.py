"""The report: one self-contained HTML file that needs nothing and asks for nothing.

``view`` says what the page holds, ``build`` and the modules of its sections compute it from the audit, ``pictures`` the
drawings' geometry; the templates in ``templates/`` print it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podaudit.report.language import LANGUAGES

if TYPE_CHECKING:
    from podaudit.audit import Audit
    from podaudit.model import Options

__all__ = ["LANGUAGES", "render"]


def render(
    audit: Audit,
    *,
    lang: str,
    me: str | None = None,
    version: str,
    options: Options | None = None,
    full_log: bool = False,
) -> str:
    """The whole page, as text to be written in UTF-8.

    ``lang`` is one of ``LANGUAGES``; ``me`` a member's canonical name, for a part of her or his own; ``version`` that
    of podaudit; ``options`` those of the run, to be told among its facts; ``full_log`` adds every message, compressed.
    Raises ``DecisionNeeded`` when ``me`` is no member. The same audit gives the same text.
    """
    from podaudit.report.build import build
    from podaudit.report.page import print_page

    return print_page(build(audit, lang=lang, me=me, version=version, options=options, whole_log=full_log))
