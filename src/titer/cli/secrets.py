"""`titer secret`: sealing files that a connector host reads (tokens, passwords, private keys)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from titer.base import vault
from titer.base.errors import Invalid, Unavailable
from titer.cli.options import Folder, Json, say

secret = typer.Typer(help="Secrets at rest.", no_args_is_help=True)


@secret.command("seal")
def secret_seal(
    file: Annotated[Path, typer.Argument(help="A token, password or private key in plain bytes.")],
    key_file: Annotated[
        Path | None, typer.Option("--key-file", help="Key to use; the installation's if left out.")
    ] = None,
    folder: Folder = Path("titer"),
    json: Json = False,
) -> None:
    """Encrypt a file in place, so that a copy of it is of no use without the key."""
    from titer.app import load

    try:
        data = file.read_bytes()
    except OSError as error:
        raise Unavailable(f"{file} cannot be read.", why=error.strerror or str(error)) from error
    if vault.is_sealed(data):
        raise Invalid(f"{file} is sealed already.")
    if key_file is None and not vault.has_key():
        named = load(folder).key_file
        key_file = folder / named if named else None
    opened = vault.find(key_file)
    opened.write(file, data, vault.OWN_FILE)
    say(
        f"Sealed {file} under the key {opened.key_id} ({opened.origin}).",
        {"file": str(file), "key_id": opened.key_id},
        json,
    )
