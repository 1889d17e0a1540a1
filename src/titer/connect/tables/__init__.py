"""Tables (CSV, Excel) of instruments that nobody knows: read by a mapping made against a sample file."""

from titer.connect.tables.mapping import TableMapping
from titer.connect.tables.rules import Value
from titer.connect.tables.sandbox import Looked, look

__all__ = ["Looked", "TableMapping", "Value", "look"]
