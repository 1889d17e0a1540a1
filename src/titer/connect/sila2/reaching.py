"""A client as the settings of a connection say."""

from __future__ import annotations

from sila import client as sila

from titer.connect.sila2.settings import SilaSettings


def client_of(settings: SilaSettings) -> sila.Client:
    """The client of a connection, not opened yet."""
    return sila.Client(
        sila.ClientConfig(
            hostname=settings.host,
            port=settings.port,
            tls=settings.tls,
            root_certificates=settings.root_certificate,
            certificate_chain=settings.certificate,
            private_key=settings.private_key,
            default_timeout=settings.timeout_ms,
        )
    )
