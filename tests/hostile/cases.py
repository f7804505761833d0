"""All hostile and broken files, each with its outcome."""

from __future__ import annotations

from tests.hostile import chats, containers, linkedin, sharing, texts

CASES = (*texts.CASES, *containers.CASES, *chats.CASES, *linkedin.CASES, *sharing.CASES)
