"""What follows what, who gives and who takes, what it costs: figures over calls, ledger and pressure, each with its lines."""

from podaudit.dynamics.episodes import episodes

__all__ = ["episodes"]
