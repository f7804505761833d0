"""An ``Audit`` from a coded chat, made without any detector: what the report must show is then known."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from podaudit import model
from podaudit.audit import Audit
from tests.making import whole

_HEADERS = {
    "android-nl": (r"(\d\d-\d\d-\d{4} \d\d:\d\d) - ", "%d-%m-%Y %H:%M"),
    "android-en-gb": (r"(\d\d/\d\d/\d{4}, \d\d:\d\d) - ", "%d/%m/%Y, %H:%M"),
    "ios-en-us": (r"\u200e?\[(\d+/\d+/\d\d, \d+:\d\d:\d\d\s[AP]M)\] ", "%m/%d/%y, %I:%M:%S %p"),
    "ios-nl": (r"\u200e?\[(\d\d-\d\d-\d{4} \d\d:\d\d:\d\d)\] ", "%d-%m-%Y %H:%M:%S"),
}


def coded_demo(root: Path) -> Audit:
    """The bundled chat as it was coded by hand."""
    folder = root / "fixtures" / "demo"
    with zipfile.ZipFile(next(folder.glob("*.zip"))) as archive:
        name = archive.namelist()[0]
        raw = archive.read(name)
    return coded_audit(name, raw, json.loads(next(folder.glob("*.truth.json")).read_text(encoding="utf-8")))


def coded_audit(name: str, raw: bytes, coded: dict[str, Any]) -> Audit:
    """The audit that the coding describes, with the messages of ``raw``. Changes ``coded``."""
    notices = {row["line"] for row in coded["membership"]}
    messages = _messages(raw.decode("utf-8"), coded, notices)
    times = {row["line"]: row["time"] for row in messages}
    canonical = {name: m["name"] for m in coded["members"].values() for name in (m["name"], *m["also"])}
    _rename(coded, canonical)
    posts = {call["post_key"]: call for call in coded["calls"]}
    membership = [{**row, "time": times[row["line"]]} for row in coded["membership"]]

    def post(row: dict[str, Any]) -> dict[str, Any]:
        call = posts[row["post_key"]]
        return {**row, "post_id": call["post_id"], "url": call["url"], "key": row["post_key"]}

    calls = [{**c, "post_kind": "activity", "why": "link and ask", "key": c["post_key"]} for c in coded["calls"]]
    pressure = [
        {
            **row,
            "why": {label: "coded by hand" for label in row["labels"]},
            "phrases": {label: () for label in row["labels"]},
        }
        for row in coded["pressure"]
    ]
    rules = [{**row, "why": "coded by hand", "phrase": ""} for row in coded["rules"]]
    return whole(
        source=model.Source(
            name=name, sha256=hashlib.sha256(raw).hexdigest(), lines=raw.count(b"\n"), messages=len(messages),
            system_messages=sum(row["kind"] == "notice" for row in messages), gaps=0,
            platform=coded["format"].split("-")[0], date_order="mdy" if coded["format"].endswith("us") else "dmy",
            clock="24h", encoding="utf-8", first=messages[0]["time"], last=messages[-1]["time"], group=coded["group"],
            languages={coded["language"]: 1.0},
        ),
        messages=model.MESSAGES.frame(messages),
        origins=model.ORIGINS.frame(),
        members=model.MEMBERS.frame(_members(coded, messages, membership)),
        membership=model.MEMBERSHIP.frame(membership),
        links=model.LINKS.frame(),
        calls=model.CALLS.frame(_timed(calls, "time", "deadline", "due", "posted_at")),
        repeats=model.REPEATS.frame([{**r, "key": ""} for r in coded["repeats"]]),
        rules=model.RULES.frame(_timed(rules, "time")),
        replies=model.REPLIES.frame([post({**r, "why": "coded by hand"}) for r in _timed(coded["replies"], "time")]),
        absences=model.ABSENCES.frame(_timed(coded.get("absences", []), "from", "until")),
        ledger=model.LEDGER.frame([post(row) for row in coded["ledger"]]),
        checks=model.CHECKS.frame(),
        pressure=model.PRESSURE.frame(_timed(pressure, "time")),
        episodes=model.EPISODES.frame(coded["episodes"]),
    )  # fmt: skip


def _messages(text: str, coded: dict[str, Any], notices: set[int]) -> list[dict[str, Any]]:
    pattern, form = _HEADERS[coded["format"]]
    current = {name: m["name"] for m in coded["members"].values() for name in (m["name"], *m["also"])}
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        match = re.match(pattern, line)
        if not match:
            if rows and line:
                rows[-1]["text"] += "\n" + line
                rows[-1]["line_end"] = number
            continue
        rest = line[match.end() :]
        sender, colon, body = rest.partition(": ")
        notice = number in notices or not colon or sender not in current
        time = dt.datetime.strptime(match[1].replace("\u202f", " "), form).replace(second=0)
        rows.append({
            "line": number, "line_end": number, "time": time, "sender": "" if notice else sender,
            "kind": "notice" if notice else "text", "text": rest if notice else body, "doubts": "", "why": "",
            "member": "" if notice else current[sender], "start": 0, "stop": 0,
        })  # fmt: skip
    return rows


def _members(
    coded: dict[str, Any], messages: list[dict[str, Any]], membership: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    sent: dict[str, list[dt.datetime]] = defaultdict(list)
    for row in messages:
        sent[row["member"]].append(row["time"])
    names = {name: m["name"] for m in coded["members"].values() for name in (m["name"], *m["also"])}
    periods: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in membership:
        name = names.get(row["member"], row["member"])
        if row["event"] in ("created", "added", "joined"):
            periods[name].append({"from": row["time"], "until": None})
        elif row["event"] in ("left", "removed"):
            if not periods[name]:
                periods[name].append({"from": None, "until": None})
            periods[name][-1]["until"] = row["time"]
    return [
        {
            "name": m["name"], "also": m["also"], "messages": len(sent[m["name"]]),
            "first": sent[m["name"]][0] if sent[m["name"]] else None,
            "last": sent[m["name"]][-1] if sent[m["name"]] else None,
            "periods": periods[m["name"]] or [{"from": None, "until": None}], "owner": m["name"] == coded["owner"],
        }
        for m in coded["members"].values()
    ]  # fmt: skip


def _rename(coded: dict[str, Any], canonical: dict[str, str]) -> None:
    """The coding names members as they were shown at that moment; the audit by their last name."""
    for table in ("calls", "rules", "replies", "absences", "ledger", "pressure", "membership", "episodes"):
        for row in coded.get(table, []):
            for field in ("caller", "beneficiary", "by", "member", "actor"):
                if isinstance(row.get(field), str):
                    row[field] = canonical.get(row[field], row[field])
            if "targets" in row:
                row["targets"] = sorted(canonical.get(name, name) for name in row["targets"])


def _timed(rows: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
    return [{**row, **{n: dt.datetime.fromisoformat(row[n]) if row.get(n) else None for n in names}} for row in rows]
