"""Pseudonyms, redaction and the leak check. People, numbers and posts in here are invented."""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft202012Validator

from podaudit import privacy, tables
from podaudit.audit import Audit

KEY = bytes(range(3, 131, 4))


def test_a_pseudonymised_audit_is_a_valid_document(small_audit: Audit, root: Path) -> None:
    schema = Draft202012Validator(json.loads((root / "podaudit/audit.schema.json").read_text(encoding="utf-8")))
    made = tables.document(privacy.pseudonymise(small_audit, KEY, coarse="day"))
    assert [error.message for error in schema.iter_errors(json.loads(tables.dumps(made)))] == []
    assert privacy.leaks(small_audit, {"audit.json": tables.dumps(made).encode()}) == []
    assert privacy.leaks(small_audit, {"audit.json": tables.dumps(tables.document(small_audit)).encode()}) != []
