"""What an installation is told about its identity provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from titer.base.errors import Invalid

_WHERE = "titer.yaml: oidc"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class ProviderSettings:
    """An OpenID Connect provider.

    Args:
        issuer: its address, exactly as its tokens name it.
        client_id: Titer's name there.
        secret_file: sealed file with the client's secret, below the installation's folder.
        redirect_uri: the address of Titer that the provider sends browsers back to.
        name: what people call the provider, for the button.
        scopes: asked for besides `openid`.
        first_claim: claim that names a person at their first log-in; None where an administrator links people.
        first_suffix: what follows the user name in that claim, e.g. `@plant.example`.
        second_factor_amr: values of the token's `amr` (RFC 8176) that the site counts as a second factor, e.g.
            `mfa`; none where it does not rely on the provider for that.
    """

    issuer: str
    client_id: str
    secret_file: str
    redirect_uri: str
    name: str = "single sign-on"
    scopes: tuple[str, ...] = ("email",)
    first_claim: str | None = None
    first_suffix: str = ""
    second_factor_amr: tuple[str, ...] = ()


def read(data: Mapping[str, Any]) -> ProviderSettings:
    """Read the settings, strictly.

    Raises:
        Invalid: for an unknown or missing setting, or an address that is not https and not on this machine.
    """
    known = {item.name: item for item in fields(ProviderSettings)}
    unknown = sorted(set(data) - set(known))
    if unknown:
        raise Invalid(f"Unknown settings: {', '.join(unknown)}.", where=_WHERE, do=f"Known: {sorted(known)}.")
    missing = [name for name in ("issuer", "client_id", "secret_file", "redirect_uri") if not data.get(name)]
    if missing:
        raise Invalid(f"Missing settings: {', '.join(missing)}.", where=_WHERE)
    values = dict(data)
    for name in ("scopes", "second_factor_amr"):
        if name in values:
            values[name] = tuple(values[name])
    settings = ProviderSettings(**values)
    for address in (settings.issuer, settings.redirect_uri):
        require_safe(address)
    if settings.first_claim == "email" and not settings.first_suffix.startswith("@"):
        raise Invalid(
            "A person is known by an address only below one domain.",
            where=_WHERE,
            do="Set first_suffix to the site's domain, e.g. @plant.example.",
        )
    return settings


def require_safe(address: str) -> None:
    """Refuse an address over which a secret would travel in the clear.

    Raises:
        Invalid: for anything but https, or http on this machine.
    """
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return
    raise Invalid(f"{address} is not an https address.", where=_WHERE)
