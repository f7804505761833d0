"""Many chats: what is done stays done, nothing is lost or doubled, a bad export stops nobody, and names stay out."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from conftest import Call, Run

from podaudit import model
from podaudit.audit import Audit
from podaudit.corpus import engines, sharing
from podaudit.corpus.consent import only_consenting
from podaudit.corpus.engines import in_turn, processes
from podaudit.corpus.group import Plan, record_of, schemas, work
from podaudit.corpus.outcome import Done, Failed, Failure, Outcome
from podaudit.corpus.parquet import from_parquet, to_parquet
from podaudit.corpus.places import Place, exports
from podaudit.corpus.progress import line
from podaudit.corpus.run import Result, run
from podaudit.corpus.schemas import GROUPS
from podaudit.corpus.sharing import Sharing
from podaudit.corpus.summary import summary
from podaudit.model import Options, Unreadable, Unwritable
from podaudit.report.sayings import kind_of
from podaudit.tables import SECTIONS
from podaudit.typed import arrow_schema
from podaudit.verify import State, verify
from tests.making import audit_of, export_text, post

KEY = bytes(range(7, 39))
SCRIPT = f"""
09:00 Ilse Bedacht heeft de groep "Zonneklaar" gemaakt
09:00 Ilse Bedacht heeft Joris Verzonnen toegevoegd
09:00 Ilse Bedacht heeft Karel Nietecht toegevoegd
09:01 Ilse Bedacht: De afspraken: 1) iedereen liket elke post 2) reageer binnen 2 uur 3) zet een ✅ als het gedaan is
09:10 Ilse Bedacht: Nieuwe post, graag liken en reageren {post(1)}
09:20 Joris Verzonnen: gedaan ✅
10:00 Karel Nietecht: Ik doe hier niet meer aan mee, deze regels slaan nergens op
10:05 Ilse Bedacht heeft Karel Nietecht verwijderd
11:00 Joris Verzonnen: Ook een nieuwe, graag liken {post(2)}
12:00 Ilse Bedacht: done ✅
"""
NAMES = ("Ilse", "Joris", "Karel", "Bedacht", "Verzonnen", "Nietecht", "Zonneklaar", "geheimenaam")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four exports of four groups and a copy, in folders, one of them zipped; no file is named like another."""
    made = tmp_path / "exports"
    (made / "deep").mkdir(parents=True)
    for n, start in enumerate(("2024-03-04", "2024-04-08", "2024-05-13")):
        (made / f"geheimenaam {n}.txt").write_text(export_text(SCRIPT, start), encoding="utf-8")
    with zipfile.ZipFile(made / "deep" / "WhatsApp-chat met Zonneklaar.zip", "w") as archive:
        archive.writestr("WhatsApp-chat met Zonneklaar.txt", export_text(SCRIPT, "2024-06-17"))
    (made / "deep" / "kopie.txt").write_bytes((made / "geheimenaam 1.txt").read_bytes())
    return made


def plan_of(out: Path | str, **how: object) -> Plan:
    return Plan(Place(str(out)), Options(), Sharing(KEY, **how))  # type: ignore[arg-type]


def quiet(address: str, outcome: Outcome) -> None:
    pass


def tree(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def all_of(folder: Path, out: Path, engine: engines.Engine = in_turn, plan: Plan | None = None) -> Result:
    return run(exports([str(folder)]), plan or plan_of(out), engine, quiet)


# ---------------------------------------------------------------------------------------------------------- which exports


def test_what_is_no_export_is_left_out(tmp_path: Path) -> None:
    for name in ("a.txt", "b.ZIP", "note.md", ".hidden.txt", "sub/.git/c.txt", "sub/d.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    below = [Path(found).relative_to(tmp_path).as_posix() for found in exports([str(tmp_path)])]
    assert below == ["a.txt", "b.ZIP", "sub/d.txt"]
    assert exports([str(tmp_path / "*.txt"), str(tmp_path / "a.txt")]) == [str(tmp_path / "a.txt")]
    with pytest.raises(Unreadable, match="does not exist"):
        exports([str(tmp_path / "missing")])
    with pytest.raises(Unreadable, match=r"\*\.md matches no exports"):
        exports([str(tmp_path / "*.md")])
    (tmp_path / "empty").mkdir()
    with pytest.raises(Unreadable, match="holds no exports"):
        exports([str(tmp_path / "empty")])


def test_a_folder_that_cannot_be_looked_into_is_said(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def denied(path: str) -> object:
        if Path(path).name == "deep":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)
    with pytest.raises(Unreadable, match=r"exports/deep cannot be read \(permission denied\); check its permissions"):
        exports([str(folder)])
    (folder / "deep").rename(folder / ".deep")
    assert len(exports([str(folder)])) == 3


def test_a_list_names_exports_seen_from_its_own_folder_and_a_chat_is_no_list(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    listed = tmp_path / "sub" / "list.txt"
    listed.write_text("# donated in May\na.txt\n\nmemory://elsewhere/b.zip\n", encoding="utf-8")
    assert exports([str(listed)]) == [str(tmp_path / "sub" / "a.txt"), "memory://elsewhere/b.zip"]
    chat = tmp_path / "chat.txt"
    chat.write_text(export_text(SCRIPT), encoding="utf-8")
    assert exports([str(chat)]) == [str(chat)]


# ------------------------------------------------------------------------------------------------------------- one run


def test_nothing_of_the_people_stands_in_what_is_written(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (folder / "Ilse.txt").write_text("Ilse was here", encoding="utf-8")
    result = all_of(folder, out)
    assert (len(result.done), result.copies) == (4, 1)
    assert [failure.kind for failure in result.failed.values()] == [Failed.UNREADABLE]
    held = b""
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        held += path.name.encode() + path.read_bytes()
        if path.suffix == ".parquet":
            held += json.dumps(pa.parquet.read_table(path).to_pylist(), default=str).encode()
            assert pa.parquet.read_schema(path).metadata is None
    for name in NAMES:
        assert name.encode() not in held
        assert name.lower().encode() not in held.lower()


def test_the_folder_holds_a_folder_a_table_and_a_file_a_group(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = all_of(folder, out)
    groups = sorted(result.done)
    for schema in schemas():
        assert sorted(path.stem for path in (out / schema.name).iterdir()) == groups
    calls = ds.dataset(out / "calls", format="parquet").to_table()
    assert calls.num_rows == 8
    rows = from_parquet((out / "groups.parquet").read_bytes())
    assert [row["group"] for row in rows] == groups
    assert {row["calls"] for row in rows} == {2}
    assert all(path.stat().st_mode & 0o077 == 0 for path in out.rglob("*"))
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["counts"] | {"tables": 0} == {"exports": 5, "groups": 4, "failures": 0, "copies": 1, "tables": 0}
    assert manifest["counts"]["tables"]["calls"] == 8
    assert [row["group"] for row in manifest["inputs"]] == groups
    listed = {row["file"]: row["sha256"] for row in manifest["outputs"]}
    assert "  compliance: done / obligations" in (out / "TABLES.txt").read_text(encoding="utf-8")
    assert listed == {name: sha for name, sha in tree(out).items() if name != "manifest.json"}


def test_a_corpus_is_verified_by_its_manifest(folder: Path, tmp_path: Path, call: Call) -> None:
    out = tmp_path / "out"
    all_of(folder, out)
    found = verify(out, [folder / "geheimenaam 0.txt"])
    assert found.good and found.inputs == 4 and found.unlisted == ()
    assert len(found.findings) == 1 + 1 + 3 + 4 * (1 + len(schemas()))
    assert [f.name for f in found.findings if f.state is not State.SAME] == [
        "geheimenaam 0.txt"
    ]  # known by a keyed hash
    status, shown, _ = call("verify", out, "--export", folder / "geheimenaam 0.txt", "-q")
    assert status == 0
    assert "geheimenaam 0.txt: cannot be compared" in shown.decode()
    assert shown.decode().endswith("of 4 exports, named by keyed hashes, which no export can be compared with.\n")
    manifest = out / "manifest.json"
    told = manifest.read_bytes()
    manifest.write_bytes(told.replace(b'"groups": 4', b'"groups": 5', 1))
    assert [f.name for f in verify(out, []).findings if f.state is not State.SAME] == ["manifest.json"]
    manifest.write_bytes(told)
    changed, gone = sorted((out / "calls").iterdir())[:2]
    changed.write_bytes(changed.read_bytes()[:-1])
    gone.unlink()
    assert {f.name: f.state for f in verify(out, []).findings if f.state is not State.SAME} == {
        f"calls/{changed.name}": State.CHANGED, f"calls/{gone.name}": State.MISSING,
    }  # fmt: skip
    (out / "ledger" / "extra.parquet").write_bytes((out / "ledger" / changed.name).read_bytes())
    (record,) = (out / "done").glob(f"{changed.stem}.json")
    record.write_bytes(record.read_bytes().replace(b'"calls": 2', b'"calls": 9', 1))
    states = {f.name: f.state for f in verify(out, []).findings}
    assert states["ledger/extra.parquet"] is State.ADDED and states[f"done/{record.name}"] is State.CHANGED
    status, shown, _ = call("verify", out, "-q")
    assert status == 1 and "ledger/extra.parquet: ADDED since" in shown.decode()
    all_of(folder, out)  # what was changed is made anew, the record too
    assert {row["calls"] for row in from_parquet((out / "groups.parquet").read_bytes())} == {2}
    all_of(folder, tmp_path / "open", plan=replace(plan_of(tmp_path / "open"), sharing=Sharing(None)))
    (tmp_path / "other.txt").write_text("x", encoding="utf-8")
    kept = verify(tmp_path / "open", [folder / "geheimenaam 0.txt", tmp_path / "other.txt"])
    assert [f.state for f in kept.findings if f.what == "export"] == [State.SAME, State.CHANGED]


def test_names_are_kept_and_the_group_is_the_hash_of_its_export_only_when_asked(folder: Path, tmp_path: Path) -> None:
    result = all_of(folder, tmp_path / "out", plan=replace(plan_of(tmp_path / "out"), sharing=Sharing(None)))
    assert hashlib.sha256((folder / "geheimenaam 0.txt").read_bytes()).hexdigest() in result.done
    calls = ds.dataset(tmp_path / "out" / "calls", format="parquet").to_table()
    assert set(calls["caller"].to_pylist()) == {"Ilse Bedacht", "Joris Verzonnen"}


def test_a_member_has_one_pseudonym_in_all_groups_of_a_key_and_none_in_common_with_another(
    folder: Path, tmp_path: Path
) -> None:
    all_of(folder, tmp_path / "one")
    other = replace(plan_of(tmp_path / "two"), sharing=Sharing(KEY[::-1]))
    all_of(folder, tmp_path / "two", plan=other)
    one, two = (
        set(ds.dataset(tmp_path / name / "members", format="parquet").to_table()["name"].to_pylist())
        for name in ("one", "two")
    )
    assert len(one) == len(two) == 3
    assert not one & two
    assert not {p.name for p in (tmp_path / "one" / "done").iterdir()} & {
        p.name for p in (tmp_path / "two" / "done").iterdir()
    }


# --------------------------------------------------------------------------------------------------- bad exports, failures


def test_a_bad_export_stops_nobody_and_its_failure_quotes_nothing(folder: Path, tmp_path: Path) -> None:
    day = "03/04/24, 10:0{} Karelsmiddag - Karel: hoi\n"
    (folder / "bad meridiem.txt").write_text("".join(day.format(n) for n in range(9)), encoding="utf-8")
    (folder / "empty.txt").write_text("", encoding="utf-8")
    (folder / "broken.zip").write_bytes(b"PK\x03\x04 broken")
    (folder / "open order.txt").write_text(
        "03/04/2024, 10:00 - Karel: hoi\n03/04/2024, 10:01 - Ilse: hoi\n", encoding="utf-8"
    )
    result = all_of(folder, tmp_path / "out")
    assert len(result.done) == 4
    rows = from_parquet((tmp_path / "out" / "failures.parquet").read_bytes())
    kinds = {exports([str(folder)])[row["number"] - 1].rpartition("/")[2]: row["kind"] for row in rows}
    assert kinds == {
        "bad meridiem.txt": "unreadable", "empty.txt": "unreadable", "broken.zip": "unreadable", "open order.txt": "undecided",
    }  # fmt: skip
    for row in rows:
        assert row["reason"]
        assert not [name for name in (*NAMES, "Karelsmiddag", "open order", "meridiem") if name in row["reason"]]


def test_an_order_of_dates_decides_only_where_the_dates_do_not(folder: Path, tmp_path: Path) -> None:
    (folder / "open order.txt").write_text(
        "03/04/2024, 10:00 - Karel: hoi\n03/04/2024, 10:01 - Ilse: hoi\n", encoding="utf-8"
    )
    plan = replace(plan_of(tmp_path / "out"), options=Options(date_order="mdy"))
    result = all_of(folder, tmp_path / "out", plan=plan)
    assert not result.failed
    assert sorted(done.record["group"]["date_order"] for done in result.done.values()) == ["dmy"] * 4 + ["mdy"]


@pytest.mark.parametrize(
    ("words", "kind"), [("put up by Ilse Bedacht", "full name"), ("in geheimenaam zuidwijk.txt", "file name")]
)
def test_what_would_leak_is_a_failure_and_nothing_of_it_is_written(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, kind: str
) -> None:
    shareable = sharing.shareable

    def careless(audit: Audit, how: Sharing) -> Audit:
        made = shareable(audit, how)
        return replace(made, calls=made.calls.assign(why=words))

    monkeypatch.setattr(sharing, "shareable", careless)
    export = (folder / "geheimenaam 0.txt").rename(folder / "geheimenaam zuidwijk.txt")
    outcome = work(plan_of(tmp_path / "out"), str(export))
    assert isinstance(outcome, Failure)
    assert outcome.kind == Failed.LEAK
    assert f"would still show who was in the chat: calls ({kind}); nothing of the group was written." in outcome.reason
    assert not (tmp_path / "out").exists()


def test_our_own_bug_is_a_failure_of_that_group_without_the_chats_text(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(audit: Audit, how: Sharing) -> Audit:
        raise ValueError("Karel")

    monkeypatch.setattr(sharing, "shareable", broken)
    outcome = work(plan_of(tmp_path / "out"), str(folder / "geheimenaam 0.txt"))
    assert isinstance(outcome, Failure)
    assert outcome.kind == Failed.BUG
    assert "ValueError in group.py" in outcome.reason
    assert "Karel" not in outcome.reason


# ------------------------------------------------------------------------------------------------------------ resuming


def test_what_is_done_is_not_done_again_and_an_interrupted_run_ends_in_the_same_bytes(
    folder: Path, tmp_path: Path
) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    all_of(folder, whole)

    def interrupted(plan: Plan, addresses: Sequence[str]) -> Iterator[tuple[int, Outcome]]:
        for n, address in enumerate(addresses[:2]):
            yield n, work(plan, address)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        all_of(folder, broken, interrupted)
    assert not (broken / "manifest.json").exists()
    (broken / "calls" / f".podaudit-{'0' * 16}.part").write_bytes(b"half")
    half = next((broken / "done").iterdir()).read_bytes()[:40]
    (broken / "done" / f"{'0' * 64}.json").write_bytes(half)
    result = all_of(folder, broken)
    fresh = [outcome.fresh for outcome in result.outcomes.values() if isinstance(outcome, Done)]
    assert sorted(fresh) == [False, False, False, True, True]
    assert tree(broken) == tree(whole)
    again = all_of(folder, broken)
    assert not any(outcome.fresh for outcome in again.outcomes.values() if isinstance(outcome, Done))
    assert tree(broken) == tree(whole)


def test_other_options_and_missing_files_are_done_anew_and_withdrawn_exports_go(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = all_of(folder, out)
    group = next(iter(first.done))
    (out / "ledger" / f"{group}.parquet").unlink()
    assert sum(o.fresh for o in all_of(folder, out).outcomes.values() if isinstance(o, Done)) == 1
    assert (out / "ledger" / f"{group}.parquet").exists()
    coarse = all_of(folder, out, plan=plan_of(out, coarse="day"))
    assert sum(o.fresh for o in coarse.outcomes.values() if isinstance(o, Done)) == 4
    (folder / "geheimenaam 2.txt").unlink()
    less = all_of(folder, out, plan=plan_of(out, coarse="day"))
    assert (less.removed, len(less.done)) == (1, 3)
    assert all(len(list((out / schema.name).iterdir())) == 3 for schema in schemas())


def test_order_engine_and_place_decide_nothing(folder: Path, tmp_path: Path) -> None:
    import fsspec

    def backwards(plan: Plan, addresses: Sequence[str]) -> Iterator[tuple[int, Outcome]]:
        for n in reversed(range(len(addresses))):
            yield n, work(plan, addresses[n])

    all_of(folder, tmp_path / "one")
    all_of(folder, tmp_path / "two", backwards)
    assert tree(tmp_path / "two") == tree(tmp_path / "one")
    fs = fsspec.filesystem("memory")
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        fs.pipe_file(f"/in/{path.relative_to(folder).as_posix()}", path.read_bytes())
    addresses = exports(["memory://in"])
    assert len(addresses) == 5
    assert len(exports(["memory://in/*.txt"])) == 3
    run(addresses, plan_of("memory://results/corpus"), in_turn, quiet)
    fs.get("/results/corpus", str(tmp_path / "three"), recursive=True)
    assert tree(tmp_path / "three") == tree(tmp_path / "one")
    again = run(addresses, plan_of("memory://results/corpus"), in_turn, quiet)
    assert not any(o.fresh for o in again.outcomes.values() if isinstance(o, Done))


def test_a_url_without_its_package_or_access_is_a_sentence() -> None:
    with pytest.raises(Unreadable, match="cannot be opened"):
        exports(["nosuchscheme://bucket/exports"])
    with pytest.raises(Unreadable, match="does not exist"):
        exports(["memory://nothing/here"])


# ------------------------------------------------------------------------------------------------- workers that are lost


def deadly(plan: Plan, address: str) -> Outcome:
    """Stands in for an export that brings its worker down, in a process of the pool."""
    if "geheimenaam 1" in address:
        os.kill(os.getpid(), signal.SIGKILL)
    return work(plan, address)


def test_an_export_that_kills_its_worker_fails_alone_after_a_second_try(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "deep" / "kopie.txt").unlink()
    monkeypatch.setattr(engines, "work", deadly)
    result = all_of(folder, tmp_path / "out", processes(2))
    assert len(result.done) == 3
    assert [(n, failure.kind, failure.group) for n, failure in result.failed.items()] == [(3, Failed.DIED, None)]
    monkeypatch.undo()
    assert len(all_of(folder, tmp_path / "out").done) == 4
    all_of(folder, tmp_path / "whole")
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


def test_a_killed_run_takes_its_workers_along_and_resumes_to_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    import psutil

    out, key = tmp_path / "out", tmp_path / "key"
    command = [
        sys.executable,
        "-m",
        "podaudit",
        "corpus",
        str(folder),
        "-o",
        str(out),
        "--pseudonyms",
        str(key),
        "--jobs",
        "2",
        "-q",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    records = out / "done"
    while process.poll() is None and not (records.exists() and any(records.glob("*.json"))):
        time.sleep(0.02)
    workers = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.kill()
    process.wait()
    assert psutil.wait_procs(workers, timeout=30)[1] == []
    assert not (out / "manifest.json").exists()
    assert subprocess.run(command, check=True, capture_output=True, timeout=120).stdout.decode().strip() == str(out)
    whole = tmp_path / "whole"
    again = [str(whole) if word == str(out) else "1" if word == "2" else word for word in command]
    subprocess.run(again, check=True, capture_output=True, timeout=120)
    assert tree(out) == tree(whole)


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts a scheduler or a worker as the README does; ends all of them."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*words: str, **env: str) -> subprocess.Popen[bytes]:
        path = os.pathsep.join(filter(None, (str(Path(__file__).parent), os.environ.get("PYTHONPATH"))))
        with (tmp_path / "dask.log").open("ab") as log:
            started.append(subprocess.Popen(
                [sys.executable, "-m", "dask", *words], stdout=log, stderr=log, cwd=tmp_path, start_new_session=True,
                env={**os.environ, "PYTHONPATH": path, **env},
            ))  # fmt: skip
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def scheduler(dask: Callable[..., subprocess.Popen[bytes]]) -> str:
    """The address of a scheduler that takes an export from a cluster that lost one worker over it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    dask(
        "scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard",
        DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0",
    )  # fmt: skip
    return f"tcp://127.0.0.1:{port}"


def test_a_cluster_that_loses_a_worker_leaves_the_same_bytes(
    folder: Path, tmp_path: Path, scheduler: str, dask: Callable[..., subprocess.Popen[bytes]]
) -> None:
    workers = [dask("worker", scheduler, "--nthreads", "1", "--no-dashboard") for _ in range(2)]
    lost = iter(workers)

    def lose(where: str, outcome: Outcome) -> None:
        if (worker := next(lost, None)) is workers[0]:
            os.killpg(worker.pid, signal.SIGKILL)

    result = run(exports([str(folder)]), plan_of(tmp_path / "out"), engines.cluster(scheduler), lose)
    assert (len(result.done), result.copies, len(result.failed)) == (4, 1, 0)
    all_of(folder, tmp_path / "whole")
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


def deadly_there(version: str, plan: Plan, address: str) -> Outcome:
    """The same on a worker of a cluster."""
    return deadly(plan, address)


def test_an_export_that_kills_workers_of_a_cluster_fails_alone(
    folder: Path, tmp_path: Path, scheduler: str, dask: Callable[..., subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    (folder / "deep" / "kopie.txt").unlink()
    monkeypatch.setattr(engines, "_checked", deadly_there)
    dask("worker", scheduler, "--nthreads", "1", "--no-dashboard")  # on which the others stand beside it
    result = all_of(folder, tmp_path / "out", engines.cluster(scheduler))
    assert [(n, failure.kind, failure.group) for n, failure in result.failed.items()] == [(3, Failed.DIED, None)]
    assert len(result.done) == 3
    rows = from_parquet((tmp_path / "out" / "failures.parquet").read_bytes())
    assert [(row["number"], row["kind"]) for row in rows] == [(3, "died")]


def test_a_cluster_without_workers_is_a_sentence(
    folder: Path, tmp_path: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "PATIENCE", 0.5)
    with pytest.raises(model.PodauditError, match="has no workers; start some"):
        all_of(folder, tmp_path / "out", engines.cluster(scheduler))


def test_no_scheduler_is_a_sentence(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(model.PodauditError, match="no Dask scheduler"):
        all_of(folder, tmp_path / "out", engines.cluster("nonsense://"))


# -------------------------------------------------------------------------------------------------------- the row of a group


def test_the_row_of_a_group_holds_the_figures_of_its_audit() -> None:
    audit = audit_of(SCRIPT)
    row = from_parquet(to_parquet(GROUPS.frame([summary("g", audit, None)]), GROUPS))[0]
    assert {name: row[name] for name in ("members", "calls", "callers", "entered", "removed", "obligations", "done")} == {
        "members": 3, "calls": 2, "callers": 2, "entered": 3, "removed": 1, "obligations": 3, "done": 2,
    }  # fmt: skip
    assert row["compliance"] == 0.6667
    assert (row["compliance_low"], row["compliance_high"]) == (0.2077, 0.9385)  # Wilson, worked out by hand
    assert row["statuses"]["confirmed"] == 2
    assert (row["dissenters"], row["dissenters_removed"], row["dissenters_left"]) == (1, 1, 0)
    assert row["labels"]["dissent"] == 1
    assert row["per_100"]["dissent"] == round(100 / 6, 4)
    assert row["rule_types"]["deadline"] == 1
    assert not any(name in str(row) for name in NAMES)


def test_small_counts_are_held_back_with_all_that_tells_them() -> None:
    audit = audit_of(SCRIPT)
    row = summary("g", audit, None)
    held = sharing.shareable_row(row, audit, Sharing(KEY, suppress=True))
    for name in (
        "calls",
        "members",
        "removed",
        "obligations",
        "done",
        "dissenters",
        "compliance",
        "compliance_low",
        "gini",
    ):
        assert held[name] is None, name
    assert held["dissenters_left"] == 0
    assert held["labels"]["dissent"] is None
    assert held["per_100"]["dissent"] is None
    assert held["lines"] == row["lines"]


def test_only_who_consented_is_kept_and_what_that_drops_is_counted() -> None:
    audit = audit_of(
        SCRIPT
        + "13:00 Ilse Bedacht: Ik doe mee  aan het ONDERZOEK\n13:01 Joris Verzonnen: niet ik doe mee aan het onderzoek\n"
    )
    kept, consent = only_consenting(audit, "ik doe mee aan het onderzoek", 3.0)
    assert consent.members == 3
    assert kept.members["name"].tolist() == ["Ilse Bedacht"]
    assert kept.calls["caller"].tolist() == ["Ilse Bedacht"]
    assert kept.ledger.empty  # those asked did not consent
    assert kept.replies.empty  # what Ilse answered is a call of somebody else's
    assert set(kept.messages["member"]) <= {"Ilse Bedacht", ""}
    assert set(kept.membership["member"]) == {"Ilse Bedacht"}
    tables = (
        "messages",
        "members",
        "membership",
        "calls",
        "repeats",
        "rules",
        "replies",
        "absences",
        "ledger",
        "checks",
        "pressure",
    )
    assert consent.rows_left_out == sum(len(getattr(audit, t)) - len(getattr(kept, t)) for t in tables) > 10
    everything = str(
        [getattr(kept, schema.name).to_dict("list") for schema in model.TABLES if schema.name != "pressure"]
    )
    assert "Joris" not in everything.replace("Joris Verzonnen toegevoegd", "")
    nobody, none = only_consenting(audit, "ik doe mee", 3.0)
    assert nobody.members.empty and nobody.calls.empty
    assert summary("g", nobody, none)["consenting"] == 0


@pytest.mark.parametrize(
    "said",
    [
        "Joris zei: ik doe mee aan het onderzoek", "> ik doe mee aan het onderzoek", "ik doe mee aan het onderzoek?",
        "ik doe n\u00edet mee", "kijk:\n04-03-2024 08:59 - Joris Verzonnen: ik doe mee aan het onderzoek",
        "ik doe mee\u2028aan het onderzoek niet",
    ],
)  # fmt: skip
def test_nobody_can_consent_for_somebody_else(said: str) -> None:
    audit = audit_of(SCRIPT + f"13:00 Ilse Bedacht: {said}\n13:05 Joris Verzonnen: hallo\n")
    kept, _ = only_consenting(audit, "ik doe mee aan het onderzoek", 3.0)
    assert kept.members.empty


# ------------------------------------------------------------------------------------------------------------ the tables


def test_every_table_becomes_parquet_and_back(small_audit: Audit) -> None:
    frames = {schema.name: (schema, getattr(small_audit, schema.name)) for schema in model.TABLES}
    for section, held in SECTIONS.items():
        frames |= {schema.name: (schema, getattr(getattr(small_audit, section), name)) for name, schema in held.items()}
    assert set(frames) == {schema.name for schema in schemas()}
    for schema, frame in frames.values():
        data = to_parquet(frame, schema)
        assert data == to_parquet(frame, schema)
        rows = from_parquet(data)
        assert len(rows) == len(frame)
        full, empty = (pa.parquet.read_schema(pa.BufferReader(d)) for d in (data, to_parquet(schema.frame(), schema)))
        assert full == empty
        assert full.names == [column.name for column in schema.columns if column.public]
    rules = from_parquet(to_parquet(small_audit.rules, model.RULES))
    assert [json.loads(r["value"]) if r["value"] else None for r in rules] == [
        5,
        {"posts": 1, "per": "day"},
        "✅",
        None,
    ]
    members = from_parquet(to_parquet(small_audit.members, model.MEMBERS))
    assert members[1]["periods"][0]["until"].isoformat() == "2023-03-02T00:00:00"


def test_lists_and_maps_have_the_type_of_what_they_hold() -> None:
    held = {
        f"{schema.name}.{field.name}": field.type for schema in (*schemas(), GROUPS) for field in arrow_schema(schema)
    }
    assert held["network_ties.lines"] == held["load_members.hours"] == pa.list_(pa.int64())
    assert held["calls.asks"] == held["dynamics_gap.named"] == pa.list_(pa.string())
    assert held["groups.asks"] == held["dynamics_pairs.labels"] == pa.map_(pa.string(), pa.int64())
    assert held["groups.per_100"] == pa.map_(pa.string(), pa.float64())
    assert held["pressure.why"] == pa.map_(pa.string(), pa.string())
    assert held["rules.value"] == pa.string()


# ---------------------------------------------------------------------------------------------------------- the commands


def test_the_command_makes_a_key_beside_the_results_and_uses_it_again(folder: Path, run: Run, tmp_path: Path) -> None:
    (folder / "bad.txt").write_text("no chat", encoding="utf-8")
    done = run("corpus", folder, "-o", "groups", "--jobs", "1")
    assert (done.returncode, done.stdout) == (4, b"groups\n")
    said = done.stderr.decode()
    assert "key of this project: groups.key, made now" in said
    assert "bad.txt: the export holds no chat" in said
    assert "4 groups of 6 exports, 4 audited now, 1 export with the bytes of another" in said
    assert "podaudit: 1 of 6 exports failed" in said
    assert (tmp_path / "groups.key").stat().st_mode & 0o077 == 0
    again = run("corpus", folder, "-o", "groups", "--jobs", "1", "-q")
    assert (again.returncode, again.stderr.decode().count("\n")) == (4, 1)


def test_a_key_is_left_only_where_it_named_a_group(folder: Path, call: Call, tmp_path: Path) -> None:
    """Nothing to audit, no cluster, nothing that could be read: no key stays behind; one that was there does."""
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "bad.txt").write_text("no chat", encoding="utf-8")
    for words, expected in (
        (("missing",), 1), (("bad/*.zip",), 1), ((folder, "--scheduler", "nonsense://"), 1), (("bad", "--jobs", "1"), 4),
    ):  # fmt: skip
        status, _, said = call("corpus", *words, "-o", "out")
        assert (status, "key" in said) == (expected, False), said
        assert not list(tmp_path.glob("*.key")), words
    assert call("corpus", folder, "-o", "out", "--jobs", "1", "-q")[0] == 0
    key = (tmp_path / "out.key").read_bytes()
    assert call("corpus", "bad", "-o", "out", "--jobs", "1", "-q")[0] == 4
    assert (tmp_path / "out.key").read_bytes() == key


def test_results_are_no_exports(folder: Path, call: Call, tmp_path: Path) -> None:
    """The same command does the same again where its results lie below the exports; tables elsewhere there are passed over too."""
    for _ in range(2):
        assert call("corpus", folder, "-o", folder / "groups", "--pseudonyms", "p.key", "--jobs", "1", "-q")[0] == 0
    before = tree(folder / "groups")
    assert call("tables", folder / "geheimenaam 0.txt", "-o", folder / "tables", "-q")[0] == 0
    (folder / "manifest.json").write_text('{"generator": "a donation platform"}', encoding="utf-8")
    assert call("corpus", folder, "-o", folder / "groups", "--pseudonyms", "p.key", "--jobs", "1", "-q")[0] == 0
    assert tree(folder / "groups") == before
    assert call("corpus", folder, "-o", tmp_path / "other", "--pseudonyms", "p.key", "--jobs", "1", "-q")[0] == 0
    assert tree(tmp_path / "other") == before
    for given, said in ((folder, "would lie among the exports"), (folder / "groups", "would lie among")):
        status, _, told = call("corpus", given, "-o", given, "--pseudonyms", "p.key")
        assert status == 1 and said in told
    status, _, told = call("corpus", folder / "groups" / "messages", "-o", folder / "groups", "--pseudonyms", "p.key")
    assert status == 1 and "holds no exports" in told


def test_groups_are_not_lost_to_another_key(folder: Path, call: Call, tmp_path: Path) -> None:
    assert call("corpus", folder, "-o", "out", "--jobs", "1", "-q")[0] == 0
    before, key = tree(tmp_path / "out"), (tmp_path / "out.key").read_bytes()
    (tmp_path / "out.key").unlink()
    for words in ((), ("--pseudonyms", "mistyped.key"), ("--keep-names",)):
        status, _, said = call("corpus", folder, "-o", "out", "--jobs", "1", *words)
        assert status == 3 and "holds groups under the key Key-" in said and "give the key they were made with" in said
        assert not list(tmp_path.glob("*.key"))
        assert tree(tmp_path / "out") == before
    (tmp_path / "out.key").write_bytes(key)
    (tmp_path / "out.key").chmod(0o600)
    assert call("corpus", folder, "-o", "out", "--jobs", "1", "-q")[0] == 0
    assert tree(tmp_path / "out") == before


def test_a_cluster_that_does_not_answer_leaves_a_corpus_as_it_was(folder: Path, tmp_path: Path) -> None:
    all_of(folder, tmp_path / "out")
    before = tree(tmp_path / "out")
    with pytest.raises(model.PodauditError, match="no Dask scheduler"):
        all_of(folder, tmp_path / "out", engines.cluster("nonsense://"))
    assert tree(tmp_path / "out") == before


def test_a_group_bears_the_notes_that_its_audit_alone_makes(folder: Path, call: Call, tmp_path: Path) -> None:
    odd = folder / "geheimenaam 0.txt"
    text = odd.read_text(encoding="utf-8").replace("\n", "\nlosse regel\n", 1)
    odd.write_text("Karel zei het al\n" + text + "04-03-2024 08:00 - Ilse Bedacht: te laat\n", encoding="utf-8")
    said = call("audit", odd, "-v")[2]
    notes = [line.removeprefix("note: ") for line in said.splitlines() if line.startswith("note: ")]
    assert len(notes) >= 4
    assert any(note.startswith("Time does not run on") for note in notes)
    (done,) = all_of(odd, tmp_path / "out").done.values()
    warnings = done.record["group"]["warnings"]
    assert warnings == [kind_of(note) for note in notes]
    assert "another note" not in warnings
    assert not [name for name in NAMES if name in str(warnings)]


def test_what_is_asked_for_in_two_ways_is_refused(folder: Path, call: Call, tmp_path: Path) -> None:
    for words, said in (
        (("--keep-names", "--suppress"), "--keep-names hides nothing"),
        (("--consent", " \u200e."), "an empty message is no consent"),
        (("--jobs", "2", "--scheduler", "tcp://127.0.0.1:1"), "leave one of them out"),
    ):
        status, _, told = call("corpus", folder, "-o", "out", *words)
        assert (status, said in told) == (2, True), told
    (tmp_path / "out").mkdir()
    status, _, told = call("corpus", folder, "-o", "out", "--pseudonyms", "out/key")
    assert (status, "must not lie among the results" in told) == (1, True)
    status, _, told = call("corpus", folder, "-o", "memory://out")
    assert (status, "say with --pseudonyms where to keep it" in told) == (1, True)
    assert not any((tmp_path / "out").iterdir())


def test_results_that_cannot_be_written_end_the_run(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(Unwritable):
        all_of(folder, tmp_path / "file")


def test_progress_says_how_far_it_is_and_how_long_the_rest_may_take() -> None:
    assert line(3, 0, 10, None) == "3 of 10 exports"
    assert line(300, 2, 1000, 2.0) == "300 of 1,000 exports, 2 failed; 2.0 a second, about 6 min left"
    assert line(9, 0, 10, 0.5) == "9 of 10 exports; 0.5 a second, about 2 s left"
    assert line(10, 1, 10, 0.5) == "10 of 10 exports, 1 failed"
    assert "about 2.8 h left" in line(0, 0, 10_000, 1.0)


def test_a_record_of_another_run_does_not_count(folder: Path, tmp_path: Path) -> None:
    plan = plan_of(tmp_path / "out")
    all_of(folder, tmp_path / "out")
    outcome = work(plan, str(folder / "geheimenaam 0.txt"))
    assert isinstance(outcome, Done) and not outcome.fresh
    record = tmp_path / "out" / record_of(outcome.group)
    record.write_text(record.read_text(encoding="utf-8").replace("podaudit 0", "podaudit 9"), encoding="utf-8")
    again = work(plan, str(folder / "geheimenaam 0.txt"))
    assert isinstance(again, Done) and again.fresh
