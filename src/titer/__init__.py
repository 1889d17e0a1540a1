"""Titer: the connected lab on one tamper-evident record.

Importing this package loads nothing heavy; each layer imports what it needs when it is used.
"""

__version__ = "0.1.0"
