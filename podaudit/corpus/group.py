"""One export of a corpus, from its bytes to the group's files: what a worker does. It stands alone and may be done twice.

The files of a group are named by a hash of its export (``Sharing.group``). They count once the group's record stands beside
them, which is written last and says what was made of it, by which version, with which options; whoever finds a record that
says the same has nothing to do.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from podaudit import __version__
from podaudit.corpus import sharing
from podaudit.corpus.consent import only_consenting
from podaudit.corpus.outcome import Done, Failed, Failure, Outcome
from podaudit.corpus.places import Given, Place, file_name, take
from podaudit.corpus.sharing import Sharing
from podaudit.model import TABLES, DecisionNeeded, Options, PodauditError, Unreadable, Unwritable
from podaudit.tables import SECTIONS, frames, rows

if TYPE_CHECKING:
    from podaudit.model import Schema

RECORDS = "done"
NAME = "the export"  # what it is called when it is read: its own name may be the group's, or a member's
_QUOTED = re.compile(r"(['\"]).*?\1")


@dataclass(frozen=True, slots=True)
class Plan:
    """How every group is audited and what is kept of it; the same for all workers."""

    out: Place
    options: Options
    sharing: Sharing
    consent: str | None = None

    def stated(self) -> dict[str, Any]:
        """The options that decide what is written, as the records and the manifest state them."""
        kept = {name: value for name, value in asdict(self.options).items() if name not in ("me", "strict")}
        return {**kept, **self.sharing.stated(), "consent": self.consent}


def record_of(group: str) -> str:
    return f"{RECORDS}/{group}.json"


def schemas() -> list[Schema]:
    """The tables of an audit, each a folder of a corpus."""
    return [*TABLES, *(schema for held in SECTIONS.values() for schema in held.values())]


def work(plan: Plan, address: str) -> Outcome:
    """Audit one export and write its group, unless that was done before.

    Whatever is wrong with the export comes back as a ``Failure``. Raises ``Unwritable`` where the results cannot be written.
    """
    group = None
    try:
        given = take(address, plan.options.max_bytes)
        group = plan.sharing.group(given.sha256)
        if (found := _found(plan, group)) is not None:
            return Done(group, found, fresh=False)
        return Done(group, _write(plan, given, group, file_name(address)), fresh=True)
    except Unwritable:
        raise
    except _Leak as leak:
        return Failure(group, Failed.LEAK, str(leak))
    except DecisionNeeded as error:
        return Failure(group, Failed.UNDECIDED, _without_words(error))
    except PodauditError as error:
        return Failure(group, Failed.UNREADABLE, _without_words(error))
    except Exception as error:  # our own bug must not end a run over a thousand groups; its text may be the chat's
        from podaudit.cli import place_of

        return Failure(
            group, Failed.BUG, f"internal error ({place_of(error)}); this is a bug in podaudit, please report it."
        )


class _Leak(Exception):
    """Something of the chat would have stood in what is written."""


def _without_words(error: PodauditError) -> str:
    """An error's sentence, less the words of the chat that it may quote."""
    return _QUOTED.sub("…", str(error))


def _found(plan: Plan, group: str) -> bytes | None:
    """The record of a group that was done before in the same way."""
    try:
        data = plan.out.read(record_of(group))
    except Unreadable as error:  # no fault of the export's
        raise Unwritable(str(error)) from error
    try:
        found = json.loads(data) if data is not None else None
    except ValueError:
        return None
    if not isinstance(found, dict) or found.pop("sha256", None) != _checksum(found):
        return None
    same = (found.get("generator"), found.get("options")) == (_generator(), plan.stated())
    return data if same else None


def _generator() -> str:
    return f"podaudit {__version__}"


def _checksum(record: dict[str, Any]) -> str:
    """Of a record as JSON: one that was changed since is not taken for the group's."""
    return hashlib.sha256(json.dumps(record).encode()).hexdigest()


def _write(plan: Plan, given: Given, group: str, name: str) -> bytes:
    """Audit, write every table, then the record."""
    from podaudit.api import read_open
    from podaudit.audit import audit
    from podaudit.corpus.parquet import to_parquet
    from podaudit.corpus.schemas import GROUPS
    from podaudit.corpus.summary import summary

    made = audit(read_open(given.source, plan.options, NAME), plan.options)
    consent = None
    kept = made
    if plan.consent is not None:
        kept, consent = only_consenting(made, plan.consent, plan.options.minutes)
    shared = sharing.shareable(kept, plan.sharing)
    row = sharing.shareable_row(summary(group, kept, consent), shared, plan.sharing)
    files, outputs = {}, []
    for schema, frame in frames(shared):
        file, data = f"{schema.name}/{group}.parquet", to_parquet(frame, schema)
        files[file] = data
        outputs.append(
            {"file": file, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "rows": len(frame)}
        )
    record = {
        "generator": _generator(), "options": plan.stated(), "group": rows(GROUPS.frame([row]), GROUPS)[0],
        "outputs": outputs,
    }  # fmt: skip
    text = json.dumps({"sha256": _checksum(record), **record}, ensure_ascii=False, indent=1).encode()
    if leaked := sharing.leaked(made, name, {**files, record_of(group): text}, plan.sharing):
        where = ", ".join(leaked)
        raise _Leak(f"the tables would still show who was in the chat: {where}; nothing of the group was written.")
    for file, data in files.items():
        plan.out.write(file, data)
    plan.out.write(record_of(group), text)
    return text


def warm() -> None:
    """Load what every audit needs, once in a worker's life."""
    from podaudit import audit, lexicon  # noqa: F401
    from podaudit.corpus import parquet, summary  # noqa: F401

    lexicon.load()
