"""Certificates that are pinned: what is trusted is the one file that somebody was given, and nothing else."""

from __future__ import annotations

import ssl
from pathlib import Path

from titer.base.errors import Unavailable


def pinned(certificate: Path | None, *, any_name: bool = False) -> ssl.SSLContext:
    """A client's context that trusts one certificate, be it an authority or the server's own.

    Args:
        certificate: PEM file; the system's authorities if left out.
        any_name: whether the server may be reached under a name that the certificate does not bear; for a hub on
            this machine, whose own certificate it is.

    Raises:
        Unavailable: if the file cannot be read.
    """
    if certificate is None:
        return ssl.create_default_context()
    try:
        context = ssl.create_default_context(cafile=str(certificate))
    except (OSError, ssl.SSLError) as error:
        raise Unavailable(f"The certificate {certificate} cannot be read.", why=str(error)) from error
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.check_hostname = not any_name
    return context
