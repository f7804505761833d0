"""All hostile and broken files, each with its outcome."""

from __future__ import annotations

from tests.hostile import chats, containers, texts

CASES = (*texts.CASES, *containers.CASES, *chats.CASES)
