"""The certificates of instruments that people trusted, as the hub hands them down: files below the host's folder.

A connector reads them where it opens a channel, and looks at them again while one is open. They lie on the disk, so
that a host that comes up while the hub is away believes whom it believed before.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from titer.base.errors import Invalid
from titer.base.files import make_folder, write_durably

FOLDER = ".trusted"
"""Below a connector host's folder; no connection can have this name."""
DISTRUSTED = "distrusted"


def keep(host: Path, trust: Mapping[str, Any]) -> bool:
    """Bring the files to what the hub says; returns whether something changed.

    Args:
        host: the connector host's folder.
        trust: `certificates` (DER in Base64), `distrusted` (fingerprints, SHA-256), and `lists` (revocation lists of
            trusted authorities, DER in Base64; a hub of an earlier version hands down none).

    Raises:
        Invalid: if it cannot be read; the files stay as they are then.
    """
    try:
        wanted = _named(trust["certificates"], ".der") | _named(trust.get("lists") or [], ".crl")
        marks = sorted(str(one) for one in trust["distrusted"])
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise Invalid("The trusted certificates from the hub cannot be read.", why=repr(error)) from error
    folder = host / FOLDER
    make_folder(folder)
    listed = "".join(f"{one}\n" for one in marks).encode()
    changed = False
    # What is believed no longer goes first: a host that is killed in between believes too few, never too many.
    if not (folder / DISTRUSTED).exists() or (folder / DISTRUSTED).read_bytes() != listed:
        write_durably(folder / DISTRUSTED, listed)
        changed = True
    # A list that came goes before those that it replaces, and those go before a certificate that comes.
    for name, data in sorted(wanted.items()):
        if name.endswith(".crl") and not (folder / name).exists():
            write_durably(folder / name, data)
            changed = True
    for path in (*folder.glob("*.der"), *folder.glob("*.crl")):
        if path.name not in wanted:
            path.unlink()
            changed = True
    for name, data in wanted.items():
        if not (folder / name).exists():
            write_durably(folder / name, data)
            changed = True
    return changed


def _named(given: list[str], ending: str) -> dict[str, bytes]:
    """Bytes by the name of the file that they lie in."""
    read = [base64.b64decode(one, validate=True) for one in given]
    return {f"{hashlib.sha256(one).hexdigest()}{ending}": one for one in read}
