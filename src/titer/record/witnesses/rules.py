"""Which heads count as witnessed, and in which state a witness is: pure decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

FRESH, BEHIND, AWAY, REFUSED = "up to date", "behind", "away", "refused"
_FIRST, _LONGEST = timedelta(seconds=0.5), timedelta(seconds=60)


@dataclass(frozen=True)
class Policy:
    """How many must have cosigned before a head counts as witnessed.

    Args:
        required: the witnesses that must all have; by default those in files, others where a setting says so.
        quorum: how many must have in all; at least one always.
    """

    required: frozenset[str]
    quorum: int = 1

    def and_also(self, other: Policy) -> Policy:
        """The policy that asks for what either does."""
        return Policy(self.required | other.required, max(self.quorum, other.quorum))

    def lacks(self, other: Policy) -> str:
        """What another policy asks for and this one does not, in words; empty if nothing.

        Example:
            >>> Policy(frozenset({"file"})).lacks(Policy(frozenset({"file", "vault"}), 2))
            'the witness vault is not required, and 1 in all are enough instead of 2'
        """
        said = [f"the witness {name} is not required" for name in sorted(other.required - self.required)]
        if self.quorum < other.quorum:
            said.append(f"{self.quorum} in all are enough instead of {other.quorum}")
        return ", and ".join(said)

    def covered(self, sizes: Mapping[str, int]) -> int:
        """The largest size of the tree that counts as witnessed.

        Args:
            sizes: by witness, the largest head that it cosigned; each vouches for all smaller ones too.

        Example:
            >>> Policy(frozenset({"file"}), 2).covered({"file": 90, "sister": 70, "tsa": 50})
            70
        """
        wanted = max(self.quorum, 1)
        ordered = sorted(sizes.values(), reverse=True)
        if len(ordered) < wanted:
            return 0
        return min([ordered[wanted - 1], *(sizes.get(name, 0) for name in self.required)])


@dataclass
class Standing:
    """How one witness stands.

    Attributes:
        size: the largest head that it cosigned.
        at: when it last answered.
        since: since when it is away or refuses.
        message: what it said, or what kept it from answering.
        tries: how often it was tried in vain since.
        next_try: not before.
    """

    size: int = 0
    at: datetime | None = None
    since: datetime | None = None
    message: str = ""
    refused: bool = False
    tries: int = 0
    next_try: datetime | None = None

    def answered(self, size: int, now: datetime | None) -> None:
        """It cosigned a head; None where nobody knows when."""
        self.size, self.at = max(self.size, size), now
        self.since, self.message, self.refused, self.tries, self.next_try = None, "", False, 0, None

    def failed(self, message: str, now: datetime, *, refused: bool = False) -> bool:
        """It did not answer, or refused.

        Returns:
            Whether that is news; a fault is logged once.
        """
        news = self.since is None or refused != self.refused
        self.since = now if news else self.since
        self.message, self.refused = message, refused
        self.next_try = now + min(_FIRST * 2**self.tries, _LONGEST)
        self.tries = min(self.tries + 1, 10)
        return news

    def state(self, tree_size: int) -> str:
        """In one word, at a size of the tree."""
        if self.refused:
            return REFUSED
        if self.since is not None:
            return AWAY
        return FRESH if self.size >= tree_size else BEHIND
