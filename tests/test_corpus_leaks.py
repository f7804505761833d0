"""What a corpus shows of the people in it: identifiers planted in every spelling, looked for in all that is written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from podaudit.corpus.engines import in_turn
from podaudit.corpus.group import Plan
from podaudit.corpus.places import Place, exports
from podaudit.corpus.run import run
from podaudit.corpus.sharing import Sharing
from podaudit.model import Options
from tests.planted import Person, people, plain, script, squeezed
from tests.test_privacy import independent, secrets_of

KEY = bytes(range(3, 131, 4))
MEMBERS = people(7)
GROUP = "Kring van het Verzonnen Dorp"
TOKEN = re.compile(r"\b(?:Member|Outsider|Group|Export|Key|post)-[2-9b-z]{10}\b|\b[0-9a-f]{64}\b")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The planted chat, and what fails: one that says nothing but a name, one that leaves its dates open."""
    made = tmp_path_factory.mktemp("exports")
    first = MEMBERS[0]
    (made / f"WhatsApp-chat met {GROUP}.txt").write_text(script(MEMBERS)[0], encoding="utf-8")
    (made / f"{first.full}.txt").write_text(f"{first.full} was hier\n", encoding="utf-8")
    day = f"03/04/2024, 10:0{{}} - {first.full}: bel {first.shown} op 0{first.number}\n"
    (made / "open.txt").write_text("".join(map(day.format, range(5))), encoding="utf-8")
    return made


def written(folder: Path, out: Path, key: bytes, text: str = "none") -> dict[str, str]:
    """All that a corpus of these exports holds: its files by name, Parquet with its values, types and metadata as text."""
    sharing = Sharing(key, text)  # type: ignore[arg-type]
    result = run(exports([str(folder)]), Plan(Place(str(out)), Options(), sharing), in_turn, lambda *_: None)
    assert (len(result.done), len(result.failed)) == (1, 2)
    files = {}
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        held = path.read_bytes().decode("utf-8", "replace")
        if path.suffix == ".parquet":
            about = pq.read_metadata(path)
            held += f"\n{about.schema}\n{about.metadata}\n{about.to_dict()}\n"
            held += json.dumps(pq.read_table(path).to_pylist(), default=str, ensure_ascii=False)
        files[path.relative_to(out).as_posix()] = held
    return files


@pytest.fixture(scope="module")
def bare(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return written(folder, tmp_path_factory.mktemp("bare"), KEY)


@pytest.fixture(scope="module")
def redacted(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return written(folder, tmp_path_factory.mktemp("redacted"), KEY, "redacted")


def secrets() -> Iterator[str]:
    """Names, numbers and slugs, and words by which the group, its posts and invitations are known."""
    yield from secrets_of(MEMBERS)
    yield from ("verzonnen", squeezed(GROUP))


def test_the_search_finds_what_is_planted() -> None:
    text = script(MEMBERS)[0]
    assert independent(set(secrets()), text.encode()) >= {p.number for p in MEMBERS} | {squeezed(MEMBERS[1].first)}


def test_nothing_planted_is_in_any_file_or_name_of_a_corpus(bare: dict[str, str]) -> None:
    assert len(bare) > 35
    assert {name: found for name, held in bare.items() if (found := independent(set(secrets()), held.encode()))} == {}
    assert independent(set(secrets()), "\n".join(bare).encode()) == set()
    everything = "\n".join(bare.values())
    assert "voorbeeld.example" not in everything
    assert not re.search(r"71[67]\d{16}|linkedin\.com/\w|chat\.whatsapp|wa\.me|Inv6\d+", everything)
    assert GROUP not in everything and "Gisteren schreef" not in everything


def test_redacted_texts_of_a_corpus_show_nobody_either(redacted: dict[str, str]) -> None:
    found = {name: independent(set(secrets()), held.encode()) for name, held in redacted.items()}
    assert {name: what for name, what in found.items() if what} == {}
    (messages,) = (held for name, held in redacted.items() if name.startswith("messages/"))
    assert messages.count("Gisteren schreef") >= len(script(MEMBERS)[1])
    for sign in ("[number]", "[mail]", "[link]", "[account]", "[file]", "Member-"):
        assert sign in messages


def test_recall_by_form_in_the_texts_of_a_corpus(redacted: dict[str, str]) -> None:
    """The least that is promised, by class, over the planted messages in their order."""
    (messages,) = (held for name, held in redacted.items() if name.startswith("messages/"))
    texts = [row["text"] for row in json.loads(messages[messages.rindex("\n[{") + 1 :])]
    planted = script(MEMBERS)[1]
    hits: dict[str, list[bool]] = {}
    for (kind, _, person), text in zip(planted, texts[-len(planted) :], strict=True):
        hits.setdefault(kind, []).append(not shows(person, text))
    least = {"full names": 0.99, "first names": 0.95, "numbers": 1, "mails": 1, "links": 1, "accounts": 1, "files": 1}
    assert {kind: sum(held) / len(held) >= least[kind] for kind, held in hits.items()} == dict.fromkeys(least, True)


def shows(person: Person, text: str) -> bool:
    return any(secret in squeezed(text) for secret in person.secrets())


@pytest.mark.parametrize("other", [KEY[::-1], bytes([KEY[0] ^ 1, *KEY[1:]])], ids=["another", "one bit"])
def test_two_keys_share_no_token(bare: dict[str, str], folder: Path, tmp_path: Path, other: bytes) -> None:
    ours, theirs = (
        {token for name, held in files.items() for token in TOKEN.findall(f"{name}\n{held}")} - shas(files)
        for files in (bare, written(folder, tmp_path / "other", other))
    )
    assert len(ours) > 20
    assert ours.isdisjoint(theirs)


def shas(files: dict[str, str]) -> set[str]:
    """Checksums of what is written, which are the same where a table holds no token, as where it is empty."""
    return set(re.findall(r'"sha256": "([0-9a-f]{64})"', files["manifest.json"]))


def test_the_report_over_a_corpus_shows_nobody(bare: dict[str, str], folder: Path, tmp_path: Path) -> None:
    from podaudit.corpus.command import page

    written(folder, tmp_path / "out", KEY)
    html = page(str(tmp_path / "out"), "nl")
    assert independent(set(secrets()), html.encode()) == set()
    assert plain(GROUP) not in plain(html)
