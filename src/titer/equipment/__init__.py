"""What stands in the plant, hub side: hierarchy, instruments, connections, channels, gaps, commands, files."""

from titer.equipment.doubts import Doubts
from titer.equipment.model import Calibration, Channel, Connection, DeviceCommand, Document, Gap, Node
from titer.equipment.rules import DayCompleteness, union, without_floats
from titer.equipment.service import Equipment
from titer.equipment.service.streams import ToldEvent, status_row, take_status, told

__all__ = [
    "Calibration",
    "Channel",
    "Connection",
    "DayCompleteness",
    "DeviceCommand",
    "Document",
    "Doubts",
    "Equipment",
    "Gap",
    "Node",
    "ToldEvent",
    "status_row",
    "take_status",
    "told",
    "union",
    "without_floats",
]
