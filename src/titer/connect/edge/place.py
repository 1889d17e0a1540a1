"""The folder of an edge: who it is, its certificate and key, its journals, and what it last knew of itself."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from titer.base import vault
from titer.base.errors import Conflict, IntegrityFault, NotFound, Unavailable
from titer.base.files import make_folder, write_durably
from titer.base.tls import pinned

ABOUT, AUTHORITY, OWN, PENDING = "edge.json", "authority.pem", "edge.pem", "enrolling.pem"
PHRASE, STATE, LOCK, CONNECTIONS = "edge.phrase", "state.json", "edge.lock", "connections"


@dataclass(frozen=True)
class Enrolled:
    """Who an edge is.

    Args:
        name: of the edge.
        hub: address at which it was enrolled.
        address: `name:port` of the hub's door for edges.
        key_file: holds the key that opens the edge's secrets; None where it comes from the environment.
    """

    name: str
    hub: str
    address: str
    key_file: str | None


class Place:
    """The folder of one edge.

    Args:
        folder: where it is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.connections = folder / CONNECTIONS

    @property
    def is_enrolled(self) -> bool:
        """Whether an edge was enrolled here."""
        return (self.folder / ABOUT).exists()

    def about(self) -> Enrolled:
        """Who the edge is.

        Raises:
            NotFound: if none was enrolled here.
            IntegrityFault: if its file cannot be read.
        """
        if not self.is_enrolled:
            raise NotFound(
                f"No edge was enrolled in {self.folder}.",
                do=f"Enrol it: titer edge enrol HUB_URL --dir {self.folder}",
            )
        try:
            said = json.loads((self.folder / ABOUT).read_text("utf-8"))
            return Enrolled(**{name: said[name] for name in Enrolled.__dataclass_fields__})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise IntegrityFault(
                f"{self.folder / ABOUT} cannot be read.",
                why=str(error),
                do="Enrol the edge anew; what its journals hold stays.",
            ) from error

    # --- secrets ------------------------------------------------------------------------------------------------

    def prepare(self) -> str | None:
        """Make the folder and, where no key was given from outside, a key file beside it; returns the key file."""
        try:
            make_folder(self.folder)
            self.folder.chmod(0o700)
        except OSError as error:
            raise Unavailable(
                f"The folder {self.folder} cannot be written.",
                why=str(error),
                do="Choose a folder that is yours.",
            ) from error
        if vault.has_key():
            return None
        path = self.folder.absolute().with_name(f"{self.folder.absolute().name}.key")
        if not path.exists():
            vault.make_key(path)
        return str(path)

    def passphrase(self, key_file: str | None) -> bytes:
        """What the private key is encrypted under: made once, and sealed under the key that lies elsewhere."""
        opened = vault.find(Path(key_file) if key_file else None)
        path = self.folder / PHRASE
        if not path.exists():
            opened.write(path, secrets.token_urlsafe(32).encode())
        return opened.read(path)

    def tls(self) -> ssl.SSLContext:
        """What the edge speaks TLS with: its own certificate, and trust in its hub's authority alone.

        Raises:
            IntegrityFault, Unavailable: if the certificate, the key or what opens it is missing or another.
        """
        context = pinned(self.folder / AUTHORITY, any_name=True)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.load(context)
        return context

    def load(self, context: ssl.SSLContext) -> None:
        """Let a context bear the certificate that lies in the folder now."""
        phrase = self.passphrase(self.about().key_file)
        try:
            context.load_cert_chain(self.folder / OWN, password=phrase)
        except (OSError, ssl.SSLError) as error:
            raise IntegrityFault(
                f"The certificate {self.folder / OWN} and its key cannot be used.",
                why=str(error),
                do="Ask for a code (titer edge invite NAME on the hub), and enrol the edge anew.",
            ) from error

    def expiry(self) -> tuple[datetime, datetime]:
        """When the edge's certificate was issued, and when it ends."""
        from cryptography import x509

        try:
            own = x509.load_pem_x509_certificate((self.folder / OWN).read_bytes())
        except (OSError, ValueError) as error:
            raise IntegrityFault(
                f"The certificate {self.folder / OWN} cannot be read.",
                why=str(error),
                do="Enrol the edge anew.",
            ) from error
        return own.not_valid_before_utc, own.not_valid_after_utc

    def keep(self, key: bytes, certificate: str) -> None:
        """Keep a certificate with its encrypted key in one file, so that neither is there without the other."""
        write_durably(self.folder / OWN, certificate.encode() + key)
        (self.folder / OWN).chmod(0o600)

    def enrolled(self, who: Enrolled, authority: str) -> None:
        """Note who the edge is; from now on it can run."""
        write_durably(self.folder / AUTHORITY, authority.encode())
        write_durably(self.folder / ABOUT, json.dumps(asdict(who), indent=1).encode())

    # --- running ------------------------------------------------------------------------------------------------

    @contextmanager
    def held(self) -> Iterator[None]:
        """The folder is this process's alone.

        Raises:
            Conflict: if an edge runs from it already.
        """
        descriptor = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Conflict(
                    f"An edge runs from {self.folder} already.", do="Look at it with `titer edge status`."
                ) from None
            yield
        finally:
            os.close(descriptor)

    @property
    def runs(self) -> bool:
        """Whether an edge runs from the folder."""
        try:
            with self.held():
                return False
        except Conflict:
            return True

    def note(self, state: Mapping[str, Any]) -> None:
        """Keep what the running edge knows of itself, for whoever asks."""
        write_durably(self.folder / STATE, json.dumps(state).encode())

    def noted(self) -> dict[str, Any]:
        """What the edge last knew of itself; empty if it never ran."""
        try:
            said = json.loads((self.folder / STATE).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return said if isinstance(said, dict) else {}
