"""What follows what, who gives and who takes, what it costs: figures over calls, ledger and pressure, each with its lines."""

from podaudit.dynamics.episodes import episodes
from podaudit.dynamics.load import Load, load
from podaudit.dynamics.network import Network, network
from podaudit.dynamics.pressing import Dynamics, dynamics

__all__ = ["Dynamics", "Load", "Network", "dynamics", "episodes", "load", "network"]
