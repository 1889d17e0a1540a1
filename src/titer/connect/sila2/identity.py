"""Who a SiLA 2 server says it is, and a fingerprint over what it can do."""

from __future__ import annotations

import hashlib
from typing import Any

from sila import client as sila

from titer.base.errors import Unavailable
from titer.connect.core.contract import DeviceIdentity
from titer.connect.sila2.settings import SilaSettings

SERIAL_PROPERTY = "SerialNumber"


async def identify(client: sila.Client, settings: SilaSettings, skipped: list[str]) -> DeviceIdentity:
    """Ask the server for name, type, version and UUID, its serial number, and every feature's definition.

    Args:
        skipped: features whose definition the library could not read.

    Raises:
        Unavailable: if the server does not answer.
    """
    patience = settings.timeout_ms
    try:
        features = {
            name: hashlib.sha256(
                (await client.get_feature_definition(name, timeout=patience)).encode("utf-8")
            ).hexdigest()
            for name in sorted(map(str, await client.get_implemented_features(timeout=patience)))
        }
        return DeviceIdentity(
            maker=await client.get_server_vendor_url(timeout=patience),
            model=await client.get_server_type(timeout=patience),
            serial=await _serial(client, patience),
            firmware=await client.get_server_version(timeout=patience),
            endpoint=f"{settings.address} ({'TLS' if settings.tls else 'unencrypted'})",
            details={
                "server_name": await client.get_server_name(timeout=patience),
                "server_uuid": await client.get_server_uuid(timeout=patience),
                "features": features,
                "unreadable_features": skipped,
                "timestamps": "stamped on receipt",
            },
        )
    except (sila.SiLAError, OSError, TimeoutError) as error:
        raise Unavailable(
            f"The SiLA server {settings.address} did not say who it is: {error or type(error).__name__}."
        ) from error


async def _serial(client: sila.Client, patience: float) -> str:
    """The serial number where a feature has one; "" where none has, or the device refuses to tell it."""
    for _, feature in sorted(client.features.items(), key=lambda item: str(item[0])):
        prop: Any = feature.properties.get(SERIAL_PROPERTY)
        if isinstance(prop, sila.UnobservableProperty):
            try:
                return str(await prop.read(timeout=patience))
            except (sila.DefinedExecutionError, sila.UndefinedExecutionError, sila.FrameworkError):
                return ""
    return ""
