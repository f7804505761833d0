"""The detectors: each a pure function from the chat (and what earlier stages found) to a table."""
