"""What the OPC UA server is told in titer.yaml, under `opcua`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from titer.base.errors import Invalid

_WHERE = "titer.yaml opcua"
_BOUNDS: dict[str, tuple[float, float]] = {
    "port": (0, 65_535),
    "sessions": (1, 50),
    "subscriptions_per_session": (1, 20),
    "items_per_session": (1, 20_000),
    "refresh_s": (0.2, 60),
    "bad_after_s": (1, 3600),
}


@dataclass(frozen=True)
class ServerSettings:
    """What the server is told.

    Args:
        host: address to listen on; loopback unless told otherwise.
        port: to listen on; OPC UA's own is 4840.
        names: further host names or addresses under which clients reach it; they stand in its certificate and
            endpoints.
        anonymous: whether an application that is trusted may come without a user. Somebody has to decide that:
            without it each client bears a machine's token of its own.
        sessions: at the most, of all clients together.
        subscriptions_per_session: at the most.
        items_per_session: monitored items at the most.
        refresh_s: how often the state is asked of the hub, seconds.
        bad_after_s: how long the last state stands as uncertain while the hub is silent, seconds; then it is bad.
    """

    host: str = "127.0.0.1"
    port: int = 4840
    names: tuple[str, ...] = ()
    anonymous: bool = False
    sessions: int = 20
    subscriptions_per_session: int = 10
    items_per_session: int = 5_000
    refresh_s: float = 1.0
    bad_after_s: float = 30.0

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> ServerSettings:
        """Read the settings, strictly.

        Raises:
            Invalid: for an unknown setting, or one that is out of bounds or of another kind.
        """
        known = {one.name: one for one in fields(cls)}
        if unknown := sorted(set(data) - set(known)):
            raise Invalid(
                f"Unknown settings: {', '.join(unknown)}.", where=_WHERE, do=f"Known: {sorted(known)}."
            )
        for name, value in data.items():
            _check(name, value, getattr(cls, name))
        given = dict(data)
        if "names" in given:
            given["names"] = tuple(given["names"])
        return cls(**given)


def _check(name: str, value: Any, default: Any) -> None:
    """Refuse a value that is of another kind than the default, or out of bounds."""
    if isinstance(default, tuple):
        fits = isinstance(value, list | tuple) and all(isinstance(one, str) and one for one in value)
    elif isinstance(default, float):
        fits = isinstance(value, int | float) and not isinstance(value, bool)
    else:
        fits = type(value) is type(default)
    if not fits:
        raise Invalid(f"`{name}` cannot be {value!r}.", where=_WHERE, do=f"Give it as in: {default!r}.")
    if name in _BOUNDS and not _BOUNDS[name][0] <= value <= _BOUNDS[name][1]:
        low, high = _BOUNDS[name]
        raise Invalid(f"`{name}` is {value}, and lies between {low:g} and {high:g}.", where=_WHERE)
