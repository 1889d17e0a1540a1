"""Digital twins: process models bound to equipment and batch, state estimation, scenarios, signed proposals.

The twin reads (historian, events, MES queries) and writes proposals. It holds no credential, imports neither
`connect` nor the MES, and nothing it writes moves a valve before two people signed and the MES agreed. How it maps
to ISO 23247: `titer.twin.iso23247`.
"""

from titer.twin.iso23247 import MAPPING as ISO_23247
from titer.twin.service import Twin
from titer.twin.settings import fed_batch

__all__ = ["ISO_23247", "Twin", "fed_batch"]
