"""Reads a chat with chat-miner: ``read_chat_miner.py chat.txt``."""

from __future__ import annotations

import sys
import time

from chatminer.chatparsers import WhatsAppParser
from tell import tell


def main() -> None:
    started = time.perf_counter()
    parser = WhatsAppParser(sys.argv[1])
    parser.parse_file()
    seconds = time.perf_counter() - started
    times = parser.parsed_messages.get_df()["timestamp"]  # a table is made here only, uncounted
    tell(seconds, len(times), times.min(), times.max(), "chat-miner", "python-dateutil", "polars")


if __name__ == "__main__":
    main()
