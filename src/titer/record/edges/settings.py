"""What the door of the edges is told in titer.yaml, under `edge`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from titer.base.errors import Invalid

_WHERE = "titer.yaml edge"


@dataclass(frozen=True)
class EdgeSettings:
    """What the door is told.

    Args:
        host: address to listen on; loopback unless told otherwise.
        port: to listen on.
        address: `name:port` by which edges reach it, where that is another (a forwarded port).
    """

    host: str = "127.0.0.1"
    port: int = 8443
    address: str = ""

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> EdgeSettings:
        """Read the settings, strictly.

        Raises:
            Invalid: for an unknown setting, or one of another kind.
        """
        known = {one.name for one in fields(cls)}
        if unknown := sorted(set(data) - known):
            raise Invalid(
                f"Unknown settings: {', '.join(unknown)}.", where=_WHERE, do=f"Known: {sorted(known)}."
            )
        made = cls(**data)
        if not isinstance(made.host, str) or not made.host or not isinstance(made.address, str):
            raise Invalid("`host` and `address` are text.", where=_WHERE)
        if not isinstance(made.port, int) or isinstance(made.port, bool) or not 0 < made.port < 65_536:
            raise Invalid(f"`port` cannot be {made.port!r}.", where=_WHERE, do="Give one of 1 to 65535.")
        return made

    @property
    def reached_at(self) -> str:
        """`name:port` by which edges reach the door."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.address or f"{host}:{self.port}"
