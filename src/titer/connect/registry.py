"""The types of connection that there are: Titer's own, and those that installed packages bring.

A package brings one by an entry point of the group `titer.connectors` whose object is a `ConnectionType`. One that
cannot be loaded, or that takes a name that is given away, is left out and said: it never takes the others with it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from importlib import metadata
from typing import TYPE_CHECKING, Any

from titer.base.errors import Invalid
from titer.connect.astm.manifest import TYPE as ASTM
from titer.connect.files.manifest import OWN as FOLDERS
from titer.connect.hl7.manifest import TYPE as HL7
from titer.connect.modbus.manifest import TYPE as MODBUS
from titer.connect.mqtt.manifest import TYPE as SPARKPLUG
from titer.connect.mtsics.manifest import TYPE as MTSICS
from titer.connect.opcua.manifest import TYPE as OPCUA
from titer.connect.push.manifest import TYPE as PUSH
from titer.connect.sila2.manifest import TYPE as SILA2
from titer.connect.types import ConnectionType, parsed

if TYPE_CHECKING:
    from titer.connect.core.places import ConnectorFactory

GROUP = "titer.connectors"
OWN = (OPCUA, SILA2, *FOLDERS, MODBUS, MTSICS, ASTM, SPARKPLUG, HL7, PUSH)
"""Listed in code, so that an installation whose metadata is old lacks none of them."""


class Types(Mapping[str, ConnectionType]):
    """Every type of connection by its name; packages are looked through when a type is first asked for.

    Args:
        own: the types that come with Titer.
        group: the entry points that bring others.
    """

    def __init__(self, own: tuple[ConnectionType, ...] = OWN, group: str = GROUP) -> None:
        self._own = {one.name: one for one in own}
        self._group = group
        self._found: dict[str, ConnectionType] | None = None
        self._faults: dict[str, str] = {}
        self._lock = threading.Lock()

    def __getitem__(self, name: str) -> ConnectionType:
        own = self._own.get(name)
        return own if own is not None else self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    @property
    def faults(self) -> Mapping[str, str]:
        """Entry points that brought nothing, each with the reason."""
        self._all()
        return self._faults

    def look_again(self) -> None:
        """Packages were installed, or taken away, since the last look."""
        with self._lock:
            self._found, self._faults = None, {}

    def _all(self) -> dict[str, ConnectionType]:
        with self._lock:
            if self._found is None:
                self._found = dict(self._own)
                for point in sorted(metadata.entry_points(group=self._group), key=lambda one: one.value):
                    try:
                        made = point.load()
                        if not isinstance(made, ConnectionType):
                            raise Invalid(f"{point.value} is no ConnectionType.")
                        if made.name in self._found:
                            raise Invalid(f"The name {made.name!r} is given away.")
                    except Exception as error:  # noqa: BLE001 - whatever a package does when it is imported
                        self._faults[point.value] = str(error) or type(error).__name__
                        continue
                    self._found[made.name] = made
            return self._found


class Factories(Mapping[str, "ConnectorFactory"]):
    """How the connector of each type is made; a type's library is imported when its first connection starts."""

    def __init__(self, types: Types) -> None:
        self._types = types

    def __getitem__(self, name: str) -> ConnectorFactory:
        return self._types[name].make

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)


TYPES = Types()
"""Every type of connection, by its name."""
CONNECTORS = Factories(TYPES)
"""Every type's connector."""


def is_from_folder(type_: str) -> bool:
    """Whether a connection reads files out of a folder: then there is no transport of its own to encrypt."""
    known = TYPES.get(type_)
    return known is not None and not known.encrypted


def is_insecure(type_: str, settings: str | Mapping[str, Any]) -> bool:
    """Whether a connection speaks without encryption; it is shown as a risk everywhere.

    Args:
        type_: of the connection; of one that is not installed here nothing good is known.
        settings: as a mapping, or as JSON text.
    """
    known = TYPES.get(type_)
    return True if known is None else known.insecure(parsed(settings))
