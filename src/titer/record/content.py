"""The content store: bytes kept by their SHA-256, written once, checked whenever they are read."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from titer.base.errors import IntegrityFault, Invalid, NotFound
from titer.base.files import make_folder, sync_folder

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_MEDIA_TYPE = re.compile(
    rf"(?:{_WORD}/{_WORD}(?:[ \t]*;[ \t]*{_WORD}=(?:{_WORD}|\"[ !#-\[\]-~]*\"))*)?", re.ASCII
)
_LONGEST = 255


def is_media_type(text: str) -> bool:
    """Whether a text is a media type (RFC 9110, section 8.3.1), or empty where nobody named one.

    It is told in a header: a line break in it would begin a header of somebody else's.

    >>> is_media_type("text/csv; charset=utf-8"), is_media_type("text/csv\\r\\nSet-Cookie: x=1")
    (True, False)
    """
    return len(text) <= _LONGEST and _MEDIA_TYPE.fullmatch(text) is not None


def check_media_type(text: str) -> None:
    """Refuse what is no media type.

    Raises:
        Invalid: if it is none.
    """
    if not is_media_type(text):
        raise Invalid(
            f"{text[:80]!r} is no media type.",
            do="Give one as a file is sent with it: application/pdf, text/csv; charset=utf-8.",
            where="media_type",
        )


class ContentFiles:
    """Files named by their digest, below one folder.

    Args:
        folder: made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        make_folder(folder)

    def path(self, digest: str) -> Path:
        """Where the bytes of a digest lie."""
        if len(digest) != 64 or not all(letter in "0123456789abcdef" for letter in digest):
            raise NotFound(f"{digest[:80]!r} is no SHA-256 digest.")
        return self.folder / digest[:2] / digest

    def write(self, data: bytes) -> str:
        """Keep the bytes durably (file and folders are synced) and return their digest.

        A file that is there already is written again unless the ledger knows it, which is the caller's to find out:
        a process that was killed may have left it unconfirmed.

        Raises:
            OSError: if the disk does not take or does not confirm them; nothing must be acknowledged then.
        """
        digest = hashlib.sha256(data).hexdigest()
        target = self.path(digest)
        make_folder(target.parent)
        temporary = target.with_name(f"{digest}.{os.getpid()}.{id(data):x}.new")
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o440)
        temporary.replace(target)
        sync_folder(target.parent)
        return digest

    def adopt(self, file: Path) -> str:
        """Keep a file that lies on the same volume, durably, without reading it into memory; it is moved away.

        Returns:
            Its digest.

        Raises:
            OSError: if the disk does not take or does not confirm it; nothing must be acknowledged then.
        """
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
            os.fsync(opened.fileno())
        target = self.path(digest)
        make_folder(target.parent)
        file.chmod(0o440)
        file.replace(target)
        sync_folder(target.parent)
        return digest

    def read(self, digest: str) -> bytes:
        """The bytes, after their digest was checked.

        Raises:
            NotFound: if nothing is kept under the digest.
            IntegrityFault: if the bytes are not those that were kept.
        """
        target = self.path(digest)
        if not target.exists():
            raise NotFound(f"No content with digest {digest[:12]} is kept here.")
        data = target.read_bytes()
        if hashlib.sha256(data).hexdigest() != digest:
            raise IntegrityFault(
                f"The content {digest[:12]} was changed after it was kept.",
                do="Restore it from a backup and have the change investigated.",
            )
        return data
