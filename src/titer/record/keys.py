"""Which keys must have signed a head: told by the entries that the tree holds, and by nothing else.

A key's first entry makes it count, the entry that retires it ends that; both from the first head that covers them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from titer.record.ledger_model import LedgerKey

LEDGER, WITNESS = "ledger", "witness"
MARK = f'"record_type":"{LedgerKey.__tablename__}"'
"""Stands in the body of each entry about a key, and hardly in another's; found quickly."""


@dataclass(frozen=True)
class LoggedKey:
    """One key as the ledger knows it."""

    id: str
    role: str
    name: str
    kind: str
    verifier: str


@dataclass
class Keys:
    """The keys that count at one size of the tree, folded from its entries.

    Args:
        genesis: the ledger's key where no entry names one: what the verifier was given.
    """

    genesis: str | None = None
    active: dict[str, LoggedKey] = field(default_factory=dict)
    retired: dict[str, LoggedKey] = field(default_factory=dict)

    def fold(self, entry: dict[str, Any]) -> bool:
        """Take one entry into account.

        Returns:
            Whether it was about a key.
        """
        if entry["record_type"] != LedgerKey.__tablename__:
            return False
        image = entry["after"] or entry["before"]
        key = LoggedKey(image["id"], image["role"], image["name"], image["kind"], image["verifier"])
        if entry["after"] is None or image["until_size"] is not None:
            self.active.pop(key.id, None)
            self.retired[key.id] = key
        else:
            self.active[key.id] = key
        return True

    def copy(self) -> Keys:
        """An independent copy."""
        return Keys(self.genesis, dict(self.active), dict(self.retired))

    @property
    def logged(self) -> bool:
        """Whether the tree names any key at all."""
        return bool(self.active or self.retired)

    def ledger(self) -> list[str]:
        """The keys with which a head of this size must be signed, oldest first."""
        found = [key.verifier for key in self.active.values() if key.role == LEDGER]
        if not self.logged and self.genesis is not None:
            return [self.genesis]
        return found

    def ever_of_ledger(self) -> list[str]:
        """The keys with which any head up to this size may be signed: those that count, and those that once did."""
        every = (*self.retired.values(), *self.active.values())
        logged = [key.verifier for key in every if key.role == LEDGER]
        return logged if self.genesis is None else [*logged, self.genesis]

    def of_witness(self, name: str) -> list[str]:
        """The keys of one witness, oldest first."""
        return [key.verifier for key in self.active.values() if key.role == WITNESS and key.name == name]

    def witnesses(self, kinds: Iterable[str]) -> dict[str, list[str]]:
        """The keys of the witnesses of some kinds, by their name."""
        wanted, found = set(kinds), dict[str, list[str]]()
        for key in self.active.values():
            if key.role == WITNESS and key.kind in wanted:
                found.setdefault(key.name, []).append(key.verifier)
        return found
