"""The sealer: appends committed entries to the tree by their numbers, and signs heads that witnesses cosign."""

from titer.record.sealer.sealing import Sealer

__all__ = ["Sealer"]
