"""From the instrument to the hub: connectors, their journals and the process that hosts them.

The public face is light; a connector's library (asyncua, sila, lxml) is imported by the module that needs it.
"""

from titer.connect.core.frame import EVENT_KINDS, Frame, Origin, Quality, header_of, split

__all__ = ["EVENT_KINDS", "Frame", "Origin", "Quality", "header_of", "split"]
