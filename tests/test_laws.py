"""Laws 3, 4, 5 and 8 on the whole audit of the bundled chat (laws 1, 2 and 6 stand with the export, law 7 with the report)."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
import regex
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from podaudit.audit import audit
from podaudit.export import read
from podaudit.model import Options
from podaudit.resources import demo_chat
from podaudit.tables import document

NAMES = (
    "Petra",
    "Rogier",
    "Mirthe",
    "Daan",
    "Femke",
    "Yvonne",
    "Khalid",
    "Jolanda",
    "Bas",
    "Noor",
    "Ilse",
    "Lotte",
    "Stijn",
)
OTHERS = (
    "Wilma",
    "Hidde",
    "Sjoerd",
    "Aaltje",
    "Quirine",
    "Tjerk",
    "Zeynep",
    "Bauke",
    "Ids",
    "Fedde",
    "Gerlof",
    "Marijke",
    "Oene",
)


def _text() -> str:
    return read(demo_chat(), name="demo.zip", options=Options()).raw.decode()


def _document(text: str) -> dict[str, Any]:
    options = Options(date_order="dmy")
    return document(audit(read(None, data=text.encode(), name="chat.txt", options=options), options))


def _unordered(value: Any) -> Any:
    """Lists of names sorted by themselves, so that an order by name does not count as a difference."""
    if isinstance(value, dict):
        return {k: _unordered(v) for k, v in value.items() if k not in ("sha256", "why")}
    if isinstance(value, list):
        return sorted((_unordered(v) for v in value), key=lambda v: json.dumps(v, sort_keys=True))
    return value


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    return _document(_text())


def test_law_3_the_ledger_balances(plain: dict[str, Any]) -> None:
    asked = Counter((r["call_line"], r["post_id"], r["url"]) for r in plain["ledger"])
    calls = {(c["line"], c["post_id"], c["url"]): c for c in plain["calls"]}
    assert asked.keys() <= calls.keys()
    for key, call in calls.items():
        present = {
            m["name"]
            for m in plain["members"]
            for p in m["periods"]
            if (p["from"] is None or p["from"] <= call["time"]) and (p["until"] is None or call["time"] < p["until"])
        }
        assert asked[key] == len(present - {call["caller"], call["beneficiary"]})


@settings(max_examples=4, deadline=None, derandomize=True, phases=[Phase.generate])  # shrinking a chat takes minutes
@given(st.permutations(OTHERS))
def test_law_4_names_carry_nothing(others: list[str]) -> None:
    to = dict(zip(NAMES, others, strict=True)) | {a.lower(): b.lower() for a, b in zip(NAMES, others, strict=True)}
    pattern = regex.compile(r"(?<![^\W_])\L<names>(?![^\W_])", names=list(to))
    rename = lambda text: pattern.sub(lambda m: to[m[0]], text)  # noqa: E731
    text = _text()
    renamed = json.loads(rename(json.dumps(_document(text), ensure_ascii=False)))
    assert _unordered(_document(rename(text))) == _unordered(renamed)


@pytest.mark.parametrize("weeks", [-260, 1, 53])
def test_law_5_time_carries_nothing_absolute(plain: dict[str, Any], weeks: int) -> None:
    """Shifting the chat by whole weeks shifts times and dues; the times in post ids are the posts' own and stay."""
    by = dt.timedelta(weeks=weeks)
    text = regex.sub(
        r"(?m)^(\d\d)-(\d\d)-(\d{4}) (\d\d:\d\d - )",
        lambda m: f"{dt.date(int(m[3]), int(m[2]), int(m[1])) + by:%d-%m-%Y} {m[4]}",
        _text(),
    )
    stamp, day = regex.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$"), regex.compile(r"^\d{4}-\d\d-\d\d$")
    left_out = ("sha256", "posted_at", "warnings", "months")  # months are the calendar's own

    def shifted(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: v if k == "posted_at" else shifted(v) for k, v in value.items() if k not in left_out}
        if isinstance(value, list):
            return [shifted(v) for v in value]
        if isinstance(value, str) and day.match(value):
            return (dt.date.fromisoformat(value) + by).isoformat()
        return (
            (dt.datetime.fromisoformat(value) + by).isoformat()
            if isinstance(value, str) and stamp.match(value)
            else value
        )

    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: bare(v) for k, v in value.items() if k not in left_out}
        return [bare(v) for v in value] if isinstance(value, list) else value

    assert bare(_document(text)) == shifted(plain)


NEUTRAL = (  # no questions: who answers one of those with "gehad" speaks of no call
    "Wat is het koud zeg, de ruiten waren bevroren",
    "Ik ben net terug van de markt, heerlijke kaas",
    "The trains are a mess again, total chaos at the station",
)
BYSTANDERS = ("Khalid", "Mirthe", "Femke 🌸", "Rogier Groei")  # members from the first day on, shown by one name
HEADER = regex.compile(r"\d\d-\d\d-\d{4} \d\d:\d\d - ")


def _ledger(made: dict[str, Any], stood: dict[int, int]) -> dict[tuple[int, str, str], tuple[str, int | None]]:
    """The ledger with each line led back to where it stood; 0 for a message that was put in."""
    return {
        (stood[r["call_line"]], r["url"], r["member"]): (r["status"], r["line"] and stood.get(r["line"], 0))
        for r in made["ledger"]
    }


@settings(max_examples=12, deadline=None, derandomize=True, phases=[Phase.generate])
@given(st.sampled_from(BYSTANDERS), st.sampled_from(NEUTRAL), st.integers(0, 9999))
def test_a_bystanders_neutral_message_changes_no_row_of_the_ledger(who: str, words: str, place: int) -> None:
    """A member says something of the weather, anywhere in the chat, at the time of the message before."""
    lines = _text().split("\n")
    heads = [n for n, text in enumerate(lines) if n > 2 and HEADER.match(text)]
    at = heads[place % len(heads)]
    stamp = next(m[0] for m in map(HEADER.match, reversed(lines[:at])) if m)
    stood = {n + 1 + (n >= at): n + 1 for n in range(len(lines))}
    made = _document("\n".join([*lines[:at], f"{stamp}{who}: {words}", *lines[at:]]))
    assert _ledger(made, stood) == _ledger(_document(_text()), {n: n for n in stood.values()})


def test_splitting_an_ask_from_its_link_changes_no_call(plain: dict[str, Any]) -> None:
    """Ask and link in two messages in a row are the call that they were in one."""
    lines = _text().split("\n")
    message = regex.compile(rf"({HEADER.pattern}[^:]+: )(.*\w.*?)\s*(https?://\S+)$")
    calls = {c["line"]: c for c in plain["calls"]}
    split = {n: m for n in calls if (m := message.match(lines[n - 1]))}
    assert len(split) > 5
    for n, m in split.items():
        made = _document("\n".join([*lines[: n - 1], m[1] + m[2], m[1] + m[3], *lines[n:]]))
        found = [{**c, "line": c["line"] - (c["line"] > n), "why": ""} for c in made["calls"]]
        assert found == [{**c, "why": ""} for c in plain["calls"]], n


def test_law_8_same_bytes_same_report() -> None:
    made = set()
    for seed in ("0", "1", "4242"):
        env = os.environ | {"PYTHONHASHSEED": seed}
        code = (
            "import sys; from podaudit.audit import audit; from podaudit.export import read; from podaudit.model import Options\n"
            "from podaudit.resources import demo_chat; from podaudit.tables import document, dumps; from podaudit.report import render\n"
            "a = audit(read(demo_chat(), name='demo.zip', options=Options()), Options())\n"
            "out = dumps(document(a)); sys.stdout.buffer.write(out if isinstance(out, bytes) else out.encode())\n"
            "sys.stdout.buffer.write(render(a, lang='nl', me=None, version='0').encode())\n"
        )
        run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True)
        made.add(run.stdout)
    assert len(made) == 1
