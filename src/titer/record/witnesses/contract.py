"""What a witness over a network must be able to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

Prove = Callable[[int], list[bytes]]
"""Gives the consistency proof from a smaller tree to the head at hand."""


class RemoteWitness(Protocol):
    """A witness that is asked over a network, beside the sealing.

    Attributes:
        name: of the witness.
        kind: `titer` or `timestamp`.
        required: whether a head counts as witnessed only with its answer.
        every_s: the least time between two questions, seconds.
    """

    name: str
    kind: str
    required: bool
    every_s: float

    @property
    def verifiers(self) -> list[str]:
        """What is pinned of it, as it is entered among the ledger's keys."""
        ...

    def ask(self, note: str, seen: int, prove: Prove, verifiers: Sequence[str] = ()) -> str:
        """Ask it to vouch for a head.

        Args:
            note: the checkpoint.
            seen: size of the last head that it is known to have seen; it may know better.
            prove: consistency proofs.
            verifiers: the keys that the ledger knows of it; the pinned one if left out.

        Returns:
            What is kept: cosignature lines, or a token in Base64. It was verified.

        Raises:
            Unavailable: if it does not answer, or not in time.
            Refused: if it says that the head does not extend what it saw.
        """
        ...

    def holds(self, note: str, answer: str, verifiers: Sequence[str]) -> bool:
        """Whether a kept answer vouches for the head, under the keys that the ledger knows of it."""
        ...

    def close(self) -> None:
        """Let go of the network."""
