"""The report over groups: one page like that of a single chat, out of the rows of a corpus's table ``groups``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["render"]


def render(
    groups: Sequence[Mapping[str, Any]], failures: Sequence[Mapping[str, Any]], manifest: Mapping[str, Any], *, lang: str,
    version: str,
) -> str:  # fmt: skip
    """The whole page, as text to be written in UTF-8, of the rows of GROUPS and FAILURES and the corpus's manifest.

    ``lang`` is one of ``podaudit.report.LANGUAGES``. The same corpus gives the same text.
    """
    from podaudit.report.groups.build import build
    from podaudit.report.page import environment, still_policy

    view = build(groups, failures, manifest, lang=lang, version=version)
    return environment(lang).get_template("compare.html").render(view=view, policy=still_policy(view)) + "\n"
