"""A run over many exports: what is done stays done, and what stands at the end depends on exports and options alone.

The folder of a corpus holds a folder a table with a Parquet file a group, the groups' records, ``groups.parquet``,
``failures.parquet`` and, last, ``manifest.json``. While the manifest is missing, the corpus is not complete.
"""

from __future__ import annotations

import hashlib
import json
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from podaudit import __version__
from podaudit.corpus.engines import Engine
from podaudit.corpus.group import RECORDS, Plan, record_of, schemas
from podaudit.corpus.outcome import Done, Failure, Outcome
from podaudit.corpus.places import Place, is_left_over
from podaudit.corpus.schemas import FAILURES, GROUPS
from podaudit.model import Unwritable
from podaudit.tables import MANIFEST, NOTES, SCHEMA_VERSION, dumps
from podaudit.verify import seal_manifest

GROUPS_FILE, FAILURES_FILE = "groups.parquet", "failures.parquet"
_OURS = re.compile(r"([0-9a-f]{64})\.(?:parquet|json)")
Tell = Callable[[str, Outcome], None]


@dataclass(slots=True)
class Result:
    """What a run came to. Exports are numbered from 1 on, in the order of their addresses."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    removed: int = 0  # groups of earlier runs that are not among the exports any longer

    @property
    def done(self) -> dict[str, Done]:
        """The groups, by name; exports with the same bytes are one group."""
        done = [o for o in self.outcomes.values() if isinstance(o, Done)]
        return {o.group: o for o in sorted(done, key=lambda o: o.group)}

    @property
    def failed(self) -> dict[int, Failure]:
        """The failures by number; of exports with the same bytes, the first."""
        failed = {n: o for n, o in sorted(self.outcomes.items()) if isinstance(o, Failure)}
        first = {o.group: n for n, o in sorted(failed.items(), reverse=True) if o.group is not None}
        return {n: o for n, o in failed.items() if o.group is None or first[o.group] == n}

    @property
    def copies(self) -> int:
        """Exports whose bytes are those of another."""
        return len(self.outcomes) - len(self.done) - len(self.failed)


def run(addresses: Sequence[str], plan: Plan, engine: Engine, tell: Tell) -> Result:
    """Audit the exports at ``addresses`` into ``plan.out``; ``tell`` hears of each, its address and what came of it.

    Raises ``Unwritable`` where the results cannot be written; what was done until then is found by the next run.
    """
    numbers = list(range(1, len(addresses) + 1))
    work = engine(plan, addresses)  # a cluster that does not answer leaves everything as it was
    plan.out.prepare()
    plan.out.remove(MANIFEST)
    for name in (RECORDS, *(schema.name for schema in schemas())):
        plan.out.folder(name)
    result = Result()
    for _ in range(2):  # what went missing since its group was done is made once more
        for at, outcome in work:
            result.outcomes[numbers[at]] = outcome
            tell(addresses[numbers[at] - 1], outcome)
        sizes = plan.out.sizes()
        broken = {group for group, done in result.done.items() if not _whole(done.record, sizes)}
        if not broken:
            _sweep(result, plan, sizes)
            _assemble(result, plan)
            return result
        for group in broken:
            plan.out.remove(record_of(group))
        numbers = [n for n, o in sorted(result.outcomes.items()) if isinstance(o, Done) and o.group in broken]
        work = engine(plan, [addresses[n - 1] for n in numbers])
    raise Unwritable(
        f"Files in {plan.out.address} change while they are written; let one run at a time use that folder."
    )


def stated_before(out: Place) -> dict[str, Any] | None:
    """The options with which the groups in a folder were made, by the first record that can be read; None where there is none."""
    for name in sorted(out.sizes(RECORDS)):
        try:
            held = json.loads(out.read(name) or b"")["options"]
        except (ValueError, KeyError, TypeError):  # damaged; it will be made anew
            continue
        if isinstance(held, dict):
            return held
    return None


def _whole(record: Mapping[str, Any], sizes: Mapping[str, int]) -> bool:
    """Whether all files of a group are there."""
    return all(sizes.get(output["file"]) == output["bytes"] for output in record["outputs"])


def _sweep(result: Result, plan: Plan, sizes: Mapping[str, int]) -> None:
    """Remove, of what podaudit wrote, what is no part of this corpus: other groups, and files an interruption left behind."""
    kept = result.done
    gone = set()
    for name in sizes:
        found = _OURS.fullmatch(name.rpartition("/")[2])
        if is_left_over(name):
            plan.out.remove(name)
        elif found and "/" in name and found[1] not in kept:
            gone.add(found[1])
            plan.out.remove(name)
    result.removed = len(gone - {o.group for o in result.failed.values()})


def _assemble(result: Result, plan: Plan) -> None:
    """Write what is of all groups together, the manifest last."""
    from podaudit.corpus.parquet import to_parquet

    done, failed = result.done, result.failed
    counts: Counter[str] = Counter()
    outputs, rows = [], []
    for record in (o.record for o in done.values()):
        rows.append(record["group"])
        for output in record["outputs"]:
            counts[output["file"].partition("/")[0]] += output["rows"]
            outputs.append({name: output[name] for name in ("file", "bytes", "sha256")})
    for group, held in done.items():
        outputs.append(_listed(record_of(group), held.written))
    tables = {
        GROUPS_FILE: to_parquet(GROUPS.frame(rows), GROUPS),
        FAILURES_FILE: to_parquet(
            FAILURES.frame([(o.group, n, o.kind, o.reason) for n, o in failed.items()]), FAILURES
        ),
    }
    tables[NOTES] = _notes().encode()
    for name, data in tables.items():
        plan.out.write(name, data)
        outputs.append(_listed(name, data))
    inputs = sorted({o.group for o in result.outcomes.values() if o.group is not None})
    manifest = {
        "sha256": "",
        "schema": SCHEMA_VERSION,
        "generator": f"podaudit {__version__}",
        "inputs": [{"group": group} for group in inputs],
        "options": json.loads(json.dumps(plan.stated())),
        "counts": {
            "exports": len(result.outcomes), "groups": len(done), "failures": len(failed), "copies": result.copies,
            "tables": {schema.name: counts[schema.name] for schema in schemas()},
        },
        "outputs": outputs,
    }  # fmt: skip
    plan.out.write(MANIFEST, seal_manifest(dumps(manifest).encode("utf-8", "replace")))


def _listed(name: str, data: bytes) -> dict[str, Any]:
    return {"file": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


_ABOUT = (
    "Tables written by podaudit corpus: Parquet, a row a group in groups.parquet, a row an export that failed in failures.parquet, "
    "and of every other table a file a group in the folder of its name. What the words mean: podaudit explain NAME.",
    "Lines are lines of the exported text, counted from 1. Times are local, as the export shows them, without a zone; posted_at is "
    "UTC. Null means no value, or a count from 1 to 4 that was held back with --suppress, or a share or mean beside such a count. A chat "
    "shows what people said, not what they did.",
    "manifest.json says how names and texts were treated, lists every file with its SHA-256 and carries its own; it is written "
    "last, so without it the corpus is not complete. Pseudonymised data are still personal data: whoever was in a group may recognise it.",
)  # fmt: skip


def _notes() -> str:
    """What stands beside the tables: what each column holds."""
    lines = "\n\n".join(textwrap.fill(paragraph, 100, break_on_hyphens=False) for paragraph in _ABOUT).split("\n")
    for schema, place in ((GROUPS, GROUPS_FILE), (FAILURES, FAILURES_FILE), *((s, f"{s.name}/") for s in schemas())):
        lines += ["", place, *(f"  {column.name}: {column.about}" for column in schema.columns if column.public)]
    return "\n".join(lines) + "\n"
