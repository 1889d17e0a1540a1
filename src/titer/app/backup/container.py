"""The file around a backup: a plain tar archive, or the same one encrypted in chunks.

An encrypted backup is a line of magic, a line of JSON that says how the key is found, and chunks of 64 KiB, each
under AES-256-GCM (NIST SP 800-38D). A chunk's nonce is its number and a mark of the last one (the STREAM
construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015), so that chunks that were exchanged, dropped, repeated
or cut off are noticed. Each file has a key of its own: derived from a passphrase by scrypt (RFC 7914) with the file's
salt, or random and sealed under the installation's key. The header is authenticated with every chunk.
"""

from __future__ import annotations

import hashlib
import io
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from titer.base.canonical import canonical
from titer.base.errors import IntegrityFault, Invalid, Refused
from titer.base.vault import Vault

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"titer-backup-encrypted/1\n"
CHUNK = 64 * 1024
_TAG = 16
_PURPOSE = "backup"
_LONGEST_HEADER = 4096
_SHORTEST_PASSPHRASE = 12
_SCRYPT = {"n": 2**17, "r": 8, "p": 1}
"""128 MiB and some tenths of a second for each try; above RFC 7914's and OWASP's advice for interactive use."""
_MOST_MEMORY = 2**20
"""The largest n that a file may ask for: 1 GiB."""


@dataclass(frozen=True)
class Protection:
    """How a backup is encrypted: under a passphrase, or under the installation's own key.

    Args:
        passphrase: at least 12 characters.
        vault: of the installation.
    """

    passphrase: str | None = None
    vault: Vault | None = None

    @property
    def kind(self) -> str:
        """As it stands in the record: `passphrase` or `key`."""
        return "passphrase" if self.passphrase is not None else "key"


class Sealing(io.RawIOBase):
    """Encrypts what is written to it.

    Args:
        out: where the encrypted file goes.
        protection: under what.
    """

    def __init__(self, out: IO[bytes], protection: Protection) -> None:
        super().__init__()
        self._out = out
        key, header = _new_key(protection)
        self._header = MAGIC + canonical(header) + b"\n"
        self._cipher = _cipher(key)
        self._waiting = bytearray()
        self._number = 0
        out.write(self._header)

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Take bytes; whole chunks go out at once, one is always kept back, since it may be the last."""
        self._waiting += data
        while len(self._waiting) > CHUNK:
            self._chunk(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(data)

    def finish(self) -> None:
        """Write the last chunk; without it the file is taken for one that was cut off."""
        self._chunk(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _chunk(self, data: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number, last=last), data, self._header))
        self._number += 1


class Opening(io.RawIOBase):
    """Decrypts what is read from it; nothing is given out that was not authenticated first.

    Args:
        source: the encrypted file, at its beginning.
        protection: what it was encrypted under.

    Raises:
        Refused: if the passphrase or the key is another one.
        IntegrityFault: if the file was changed or cut off.
    """

    def __init__(self, source: IO[bytes], protection: Protection) -> None:
        super().__init__()
        self._source = source
        self._header, told = _header(source)
        self._cipher = _cipher(_known_key(told, protection))
        self._wrong = (
            "The passphrase is another one" if protection.kind == "passphrase" else "The key is another one"
        )
        self._number = 0
        self._next = source.read(CHUNK + _TAG)
        self._plain = b""

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to so many bytes; fewer at the end only."""
        parts = [self._plain]
        held = len(self._plain)
        while (size < 0 or held < size) and self._next:
            plain = self._chunk()
            parts.append(plain)
            held += len(plain)
        whole = b"".join(parts)
        if size < 0:
            self._plain = b""
            return whole
        self._plain = whole[size:]
        return whole[:size]

    def _chunk(self) -> bytes:
        from cryptography.exceptions import InvalidTag

        data, self._next = self._next, self._source.read(CHUNK + _TAG)
        try:
            plain = self._cipher.decrypt(_nonce(self._number, last=not self._next), data, self._header)
        except InvalidTag:
            if self._number == 0:
                raise Refused(
                    f"{self._wrong}, or the backup was changed.", do="Try the right one, or another copy."
                ) from None
            raise IntegrityFault(
                f"The backup is damaged or was cut off in its chunk {self._number + 1:,}.",
                do="Use another copy of it, or another backup.",
            ) from None
        self._number += 1
        return plain


def encrypted(path: Path) -> str | None:
    """Under what a file is encrypted (`passphrase`, `key`); None if it is a plain archive.

    Raises:
        IntegrityFault: if its header is none.
    """
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            return None
        file.seek(0)
        return str(_header(file)[1]["kind"])


def _header(source: IO[bytes]) -> tuple[bytes, dict[str, Any]]:
    magic, line = source.read(len(MAGIC)), source.readline(_LONGEST_HEADER)
    try:
        told = json.loads(line)
        if magic != MAGIC or told["kind"] not in ("passphrase", "key"):
            raise ValueError("no header of a backup")
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityFault("The backup's header cannot be read.", why=str(error)) from error
    return magic + line, told


def _new_key(protection: Protection) -> tuple[bytes, dict[str, Any]]:
    if protection.passphrase is not None:
        if len(protection.passphrase) < _SHORTEST_PASSPHRASE:
            raise Invalid(
                f"A passphrase has at least {_SHORTEST_PASSPHRASE} characters.",
                where="passphrase",
                do="Several words that only you would put together.",
            )
        salt = secrets.token_bytes(16)
        return _scrypt(protection.passphrase, salt, **_SCRYPT), {
            "kind": "passphrase", "salt": salt.hex(), **_SCRYPT,
        }  # fmt: skip
    if protection.vault is None:
        raise Invalid("A backup is encrypted under a passphrase or under the installation's key.")
    key = secrets.token_bytes(32)
    envelope = protection.vault.seal(_PURPOSE, key).decode().strip()
    return key, {"kind": "key", "key_id": protection.vault.key_id, "envelope": envelope}


def _known_key(told: dict[str, Any], protection: Protection) -> bytes:
    if told["kind"] == "passphrase":
        if protection.passphrase is None:
            raise Refused("The backup is encrypted under a passphrase.", do="Give it.")
        try:
            salt, n, r, p = bytes.fromhex(told["salt"]), int(told["n"]), int(told["r"]), int(told["p"])
        except (KeyError, ValueError, TypeError) as error:
            raise IntegrityFault("The backup's header cannot be read.", why=str(error)) from error
        if not (2 <= n <= _MOST_MEMORY and n & (n - 1) == 0 and r == _SCRYPT["r"] and p == _SCRYPT["p"]):
            raise IntegrityFault("The backup's header asks for another scrypt than Titer uses.")
        return _scrypt(protection.passphrase, salt, n, r, p)
    if protection.vault is None:
        raise Refused(
            "The backup is encrypted under the installation's key.",
            do="Give the key: --key-file, TITER_KEY or TITER_KEY_FILE.",
        )
    return protection.vault.open(_PURPOSE, str(told["envelope"]).encode() + b"\n", "The backup's key")


def _scrypt(passphrase: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=n, r=r, p=p, maxmem=132 * n * r + 2**20, dklen=32)


def _cipher(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
