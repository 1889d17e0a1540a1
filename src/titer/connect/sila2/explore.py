"""What a person asks who sets up a SiLA 2 connection: who is on the network, and what there is to record."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from sila import client as sila

from titer.base.errors import Invalid, Unavailable
from titer.base.units import UNITS
from titer.connect.core.spellings import house
from titer.connect.sila2.discovery import find
from titer.connect.sila2.reaching import client_of
from titer.connect.sila2.settings import SilaSettings

LISTEN_S = 4.0
"""How long the network is listened to; announcements are answered at once or not at all."""
MOST = 2000
_RECORDABLE = {"Real", "Integer", "Boolean", "String"}
_RANGE = {"MinimalInclusive": "low", "MaximalInclusive": "high"}


async def explore(kind: str, about: Mapping[str, Any], settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Answer one question.

    Args:
        kind: `discover` (multicast DNS; about.interface: the address of a network interface, "" = the system's
            choice) or `properties` (all properties of all features, as what a person ticks).
        about: see `kind`.
        settings: of the connection, for a look that ends with the answer.

    Raises:
        Invalid, Refused: for another kind, or settings that make no sense.
        Unavailable: if the server cannot be reached.
    """
    if kind == "discover":
        heard = await find(LISTEN_S, interface=str(about.get("interface") or "") or None)
        return {"servers": [asdict(one) for one in heard]}
    if kind != "properties":
        raise Invalid(f"A SiLA 2 server cannot be asked {kind!r}.")
    chosen = SilaSettings.of(settings)
    client = client_of(chosen)
    try:
        async with asyncio.timeout(6 * chosen.timeout_s):
            skipped = await client.open(timeout=chosen.timeout_ms)
            name = await client.get_server_name(timeout=chosen.timeout_ms)
            uuid = await client.get_server_uuid(timeout=chosen.timeout_ms)
    except (sila.SiLAError, OSError, TimeoutError) as error:
        raise Unavailable(
            f"No SiLA 2 server answers at {chosen.address}: {error or type(error).__name__}.",
            do="Look whether it runs, and whether host, port and TLS are right.",
        ) from error
    finally:
        with contextlib.suppress(sila.SiLAError, OSError):
            await client.close()
    found = list(_properties(client))
    return {
        "name": name,
        "uuid": uuid,
        "nodes": found[:MOST],
        "more": len(found) > MOST,
        "unreadable": sorted(str(one.feature_identifier) for one in skipped),
    }


def _properties(client: sila.Client) -> Iterator[dict[str, Any]]:
    """Properties as rows: `node` as the connector takes it, a tag, what it holds, and what its constraints say."""
    for identifier, feature in sorted(client.features.items(), key=lambda one: str(one[0])):
        for name, prop in sorted(feature.properties.items()):
            kind, told = _held(prop.data_type)
            label = told.get("unit", "")
            unit = house(label) if label else ""
            yield {
                "node": f"{identifier}/Property/{name}",
                "path": [feature.identifier],
                "name": name,
                "tag": f"{feature.identifier}.{name}",
                "holds": kind,
                "observable": isinstance(prop, sila.ObservableProperty),
                "recordable": kind in _RECORDABLE,
                "description": str(prop.description or "").strip()[:500],
                "unit": unit if unit in UNITS else "",
                "unit_text": label,
                "low": told.get("low", ""),
                "high": told.get("high", ""),
                "writable": False,
                "states": {},
            }


def _held(data_type: Any) -> tuple[str, dict[str, str]]:
    """The name of the basic type under the constraints, and what they say of unit and range."""
    told: dict[str, str] = {}
    while _is(data_type, sila.Constrained):
        for one in data_type.constraints:
            if isinstance(one, sila.Unit):
                told.setdefault("unit", str(one.label))
            elif type(one).__name__ in _RANGE:
                told.setdefault(_RANGE[type(one).__name__], str(getattr(one.value, "value", one.value)))
        data_type = data_type.data_type
    for basic in (sila.Boolean, sila.Integer, sila.Real, sila.String):
        if _is(data_type, basic):
            return basic.__name__, told
    return getattr(data_type, "__name__", "other"), told


def _is(data_type: Any, kind: type) -> bool:
    return isinstance(data_type, type) and issubclass(data_type, kind)
