"""From the instrument to the hub: connectors, their journals and the process that hosts them.

The public face is light; a connector's library (asyncua, sila, lxml) is imported by the module that needs it.
"""

from titer.connect.core.frame import EVENT_KINDS, Frame, Origin, Quality, header_of, split
from titer.connect.core.values import STAMPED_ON_RECEIPT, quality_reason
from titer.connect.registry import TYPES, is_from_folder, is_insecure
from titer.connect.types import ConnectionType, Setting

__all__ = [
    "EVENT_KINDS",
    "STAMPED_ON_RECEIPT",
    "TYPES",
    "ConnectionType",
    "Frame",
    "Origin",
    "Quality",
    "Setting",
    "header_of",
    "is_from_folder",
    "is_insecure",
    "quality_reason",
    "split",
]
