"""From the audit to the view: the sections in their order, then the messages that they cite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podaudit.model import DecisionNeeded, Kind
from podaudit.report.archive import archive
from podaudit.report.asked import asked
from podaudit.report.circle import circle
from podaudit.report.corrected import corrections
from podaudit.report.cost import cost
from podaudit.report.given import given
from podaudit.report.gone import gone
from podaudit.report.head import head, run
from podaudit.report.language import Language, visible
from podaudit.report.messages import full_log, messages
from podaudit.report.own import own
from podaudit.report.pressed import left_out, pressed
from podaudit.report.reading import reading
from podaudit.report.record import record, status_heads
from podaudit.report.ruled import ruled
from podaudit.report.sayings import retell_all
from podaudit.report.share import share_note
from podaudit.report.spoken import spoken
from podaudit.report.summary import limits, summary
from podaudit.report.tally import rows, tally
from podaudit.report.view import Gap, View

if TYPE_CHECKING:
    from podaudit.audit import Audit
    from podaudit.model import Options

_GAPS = 100


def build(
    audit: Audit, *, lang: str, me: str | None, version: str, options: Options | None = None, whole_log: bool = False
) -> View:
    """Everything the page shows; ``options`` and ``whole_log`` as for ``render``.

    Raises ``DecisionNeeded`` when ``me`` is no member's name.
    """
    t = tally(audit, Language(lang, days=audit.source.pseudonyms is not None))
    if me is not None and me not in t.number:
        raise DecisionNeeded(
            "--me: no member of this chat has that name; give it as the members table of the report shows it."
        )
    corrected, from_linkedin = corrections(t), archive(t)  # they cite messages too
    gaps = audit.messages[audit.messages["kind"] == Kind.GAP.value]
    held = rows(gaps.iloc[:_GAPS], ("line", "line_end", "why"))
    return View(
        lang=lang, version=version, head=head(t), is_pod=bool(t.calls), summary=summary(t),
        people=tuple(visible(name) for name in t.names), statuses=status_heads(t),
        own=own(t, me) if me is not None else None,
        asked=asked(t), ruled=ruled(t), cost=cost(t), reading=reading(t), record=record(t), pressed=pressed(t),
        spoken=spoken(t), given=given(t), circle=circle(t), gone=gone(t),
        policy=any(c["platform"] == "linkedin" for c in t.calls), limits=limits(t),
        messages=messages(t),  # after all that cites them
        gaps=tuple(Gap(g["line"], g["line_end"], retell_all(t.lang, g["why"])) for g in held),
        gaps_left_out=left_out(t, len(gaps) - len(held)), run=run(t, options), full_log=full_log(t) if whole_log else "",
        archive=from_linkedin, corrections=corrected, share=share_note(t), quoted=tuple(sorted(t.quoted)),
    )  # fmt: skip
