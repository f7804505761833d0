"""podaudit: what a WhatsApp engagement pod asked, of whom, and what is on record.

The package reads an exported group chat and lays out calls, rules, replies, the ledger of obligations and the pressure
around it. It runs on the user's own machine and never touches the network.
"""

__version__ = "0.1.0"
