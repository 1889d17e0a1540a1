"""Secrets at rest: files that are encrypted under one key, which lies somewhere else.

An envelope is one line of text: `titer-secret/1 KEY-ID BASE64(nonce, ciphertext, tag)`. The cipher is AES-256-GCM
(NIST SP 800-38D) with a random 96-bit nonce; format, key id and the secret's purpose are authenticated with it, so
that one secret cannot be put in another's place. What this protects from, and what not:
docs/explanation/secrets.md.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from titer.base.errors import IntegrityFault, Invalid, NotFound, Unavailable
from titer.base.files import sync_folder

FORMAT = "titer-secret/1"
ENVIRONMENT = "TITER_KEY"
FILE_ENVIRONMENT = "TITER_KEY_FILE"
CREDENTIAL = "titer.key"
"""The name of a systemd credential (`LoadCredential=titer.key:...`) that is looked for."""
OWN_FILE = "file"
"""The purpose of a file that people seal themselves: a token, a password, a private key."""
_KEY_LENGTH = 32
_NONCE_LENGTH = 12
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Vault:
    """Seals and opens secrets under one key.

    Args:
        key: 32 random bytes.
        origin: where the key came from, for messages.
    """

    def __init__(self, key: bytes, origin: str = "the given key") -> None:
        if len(key) != _KEY_LENGTH:
            raise ValueError(f"a key has {_KEY_LENGTH} bytes")
        self._key = key
        self.origin = origin
        self.key_id = hashlib.sha256(b"titer key id\n" + key).hexdigest()[:8]

    def seal(self, purpose: str, secret: bytes) -> bytes:
        """The envelope of a secret."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(_NONCE_LENGTH)
        data = nonce + AESGCM(self._key).encrypt(nonce, secret, _bound(self.key_id, purpose))
        return f"{FORMAT} {self.key_id} {base64.b64encode(data).decode()}\n".encode()

    def open(self, purpose: str, envelope: bytes, name: str = "The secret") -> bytes:
        """The secret in an envelope.

        Args:
            purpose: it was sealed for.
            envelope: as `seal` made it.
            name: of the file, for messages.

        Raises:
            IntegrityFault: if it is no envelope, was sealed under another key or for another purpose, or was
                changed.
        """
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            form, key_id, encoded = envelope.decode("ascii").split(" ")
            data = base64.b64decode(encoded.strip(), validate=True)
        except (ValueError, binascii.Error):
            form, key_id, data = "", "", b""
        if form != FORMAT or len(data) <= _NONCE_LENGTH:
            raise IntegrityFault(
                f"{name} is not sealed, or it is damaged.",
                why=f"A sealed secret begins with {FORMAT}.",
                do="Restore it from a backup.",
            )
        if key_id != self.key_id:
            raise IntegrityFault(
                f"{name} was sealed under the key {key_id}, and the key at hand is {self.key_id}.",
                why=f"It came from {self.origin}.",
                do=f"Give the right key: {ENVIRONMENT}, {FILE_ENVIRONMENT}, or key_file in titer.yaml.",
            )
        try:
            return AESGCM(self._key).decrypt(
                data[:_NONCE_LENGTH], data[_NONCE_LENGTH:], _bound(key_id, purpose)
            )
        except InvalidTag:
            raise IntegrityFault(
                f"{name} was changed since it was sealed, or is another secret than its name says.",
                do="Restore it from a backup, and have the change investigated.",
            ) from None

    def write(self, path: Path, secret: bytes, purpose: str | None = None) -> None:
        """Seal a secret into a file, whole or not at all; the file's name is its purpose unless one is given."""
        temporary = path.with_name(path.name + ".new")
        temporary.unlink(missing_ok=True)
        write_private(temporary, self.seal(purpose or path.name, secret))
        temporary.replace(path)
        sync_folder(path.parent)

    def read(self, path: Path, purpose: str | None = None) -> bytes:
        """The secret in a file.

        Raises:
            NotFound: if there is no file.
            IntegrityFault: see `open`.
        """
        if not path.exists():
            raise NotFound(f"The secret {path} is missing.", do="Restore it from a backup.")
        return self.open(purpose or path.name, path.read_bytes(), str(path))


def _bound(key_id: str, purpose: str) -> bytes:
    return f"{FORMAT}\n{key_id}\n{purpose}".encode()


def is_sealed(data: bytes) -> bool:
    """Whether the bytes are an envelope."""
    return data.startswith(FORMAT.encode() + b" ")


def write_private(path: Path, data: bytes) -> None:
    """Write a new file that only its owner can read, durably."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def make_key(path: Path) -> None:
    """Make a key file that only its owner can read.

    Raises:
        Unavailable: if it cannot be written, or is there already.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, base64.b64encode(secrets.token_bytes(_KEY_LENGTH)) + b"\n")
    except OSError as error:
        raise Unavailable(
            f"The key file {path} cannot be made.",
            why=error.strerror or str(error),
            do="Name another place with --key-file; best outside the folder that you back up.",
        ) from error


def find(key_file: Path | None = None, environment: Mapping[str, str] | None = None) -> Vault:
    """The vault under the key that this process was given.

    Looked for in this order: the key itself in TITER_KEY; a file named by TITER_KEY_FILE; systemd's credential
    `titer.key`; the configured file.

    Args:
        key_file: from the configuration.
        environment: the process' own if left out.

    Raises:
        Unavailable: if there is none, or others can read the file.
        Invalid: if what was found is no key.
    """
    given = os.environ if environment is None else environment
    if given.get(ENVIRONMENT):
        return Vault(_decode(given[ENVIRONMENT], ENVIRONMENT), f"the variable {ENVIRONMENT}")
    places: list[Path] = []
    if given.get(FILE_ENVIRONMENT):
        places = [Path(given[FILE_ENVIRONMENT])]
    else:
        if given.get("CREDENTIALS_DIRECTORY"):
            places.append(Path(given["CREDENTIALS_DIRECTORY"]) / CREDENTIAL)
        if key_file is not None:
            places.append(key_file)
    for place in places:
        if place.exists():
            return _from_file(place)
    looked = f"Looked in: {', '.join(map(str, places))}." if places else "No place is configured."
    raise Unavailable(
        "The key that opens this installation's secrets is not there, so nothing is opened.",
        why=looked,
        do=f"Put the key file back, or set {ENVIRONMENT}, {FILE_ENVIRONMENT} or key_file in titer.yaml.",
    )


def has_key(environment: Mapping[str, str] | None = None) -> bool:
    """Whether the process was given a key from outside, so that no key file need be made."""
    given = os.environ if environment is None else environment
    if given.get(ENVIRONMENT) or given.get(FILE_ENVIRONMENT):
        return True
    folder = given.get("CREDENTIALS_DIRECTORY")
    return bool(folder) and (Path(str(folder)) / CREDENTIAL).exists()


def read_file(path: Path, key_file: Path | None = None) -> bytes:
    """A file that people keep themselves: opened if it is sealed, else as it is.

    Raises:
        OSError: if it cannot be read.
        Unavailable, IntegrityFault: if it is sealed and the key is missing or wrong.
    """
    data = path.read_bytes()
    return find(key_file).open(OWN_FILE, data, str(path)) if is_sealed(data) else data


def _from_file(path: Path) -> Vault:
    try:
        mode, text = path.stat().st_mode, path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(f"The key file {path} cannot be read.", why=str(error)) from error
    if mode & _OTHERS:
        raise Unavailable(f"Others than its owner can read the key file {path}.", do=f"chmod 600 {path}")
    return Vault(_decode(text, str(path)), str(path))


def _decode(text: str, where: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != _KEY_LENGTH:
        raise Invalid(
            f"That is no key: a key is {_KEY_LENGTH} bytes in Base64 (44 characters).",
            where=where,
            do="Give the key that was made with the installation.",
        )
    return key
