"""The witnesses of an installation, out of its configuration.

    witness: /mnt/other-volume/witness       # always there: a file, best on another volume
    witness_quorum: 2                        # how many must have vouched in all; 1 if left out
    witnesses:
      - {name: vault, kind: file, folder: /mnt/vault/titer}
      - {name: sister, kind: titer, address: "https://titer.site-b:8400", certificate: keys/site-b.pem,
         token_file: keys/site-b.token, key: "titer/.../witness+...", required: true}
      - {name: tsa, kind: timestamp, address: "https://tsa.example.org", certificate: keys/tsa.pem, every_s: 60}

Files are required unless it says otherwise, the others are not: a network that is down must not hold up a plant
unless somebody decided so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from titer.app import store
from titer.app.config import FILE, Config
from titer.base import vault
from titer.base.clock import Clock
from titer.base.errors import Invalid
from titer.base.vault import Vault
from titer.record import Sealer, Worker
from titer.record.checkpoint import FileWitness
from titer.record.witnesses.authority import TimestampAuthority
from titer.record.witnesses.contract import RemoteWitness
from titer.record.witnesses.titer import TiterWitness

FIRST = "file-witness"
"""The name of the witness in the folder that `witness:` names."""
_KNOWN = {
    "file": {"name", "kind", "folder", "required"},
    "titer": {
        "name", "kind", "address", "certificate", "token_file", "key", "required", "every_s", "timeout_s"
    },
    "timestamp": {
        "name", "kind", "address", "certificate", "policy", "required", "every_s", "timeout_s"
    },
}  # fmt: skip
_WANTED = {
    "file": {"folder"},
    "titer": {"address", "token_file", "key"},
    "timestamp": {"address", "certificate"},
}
_PAUSE_S = 0.25


def check(config: Config) -> None:
    """Look at the settings of the witnesses.

    Raises:
        Invalid: naming the first that does not fit.
    """
    names = {FIRST}
    for number, one in enumerate(config.witnesses, start=1):
        where = f"{FILE}: witnesses, number {number}"
        if not isinstance(one, Mapping):
            raise Invalid("A witness is a list of settings and values.", where=where)
        kind, name = one.get("kind"), one.get("name")
        if kind not in _KNOWN:
            raise Invalid(f"A witness is of the kind {', '.join(_KNOWN)}; this is {kind!r}.", where=where)
        if not isinstance(name, str) or not name or set(name) & set(" +\n\u2014") or name in names:
            raise Invalid("Each witness has a name of its own, without spaces and plus signs.", where=where)
        names.add(name)
        unknown = sorted(set(one) - _KNOWN[kind])
        missing = sorted(_WANTED[kind] - set(one))
        if unknown or missing:
            raise Invalid(
                f"Unknown: {', '.join(unknown)}." if unknown else f"Missing: {', '.join(missing)}.",
                where=where,
                do=f"Known: {sorted(_KNOWN[kind])}.",
            )
        if not isinstance(one.get("required", True), bool):
            raise Invalid("`required` is true or false.", where=where)
        for word in ("every_s", "timeout_s"):
            value = one.get(word, 1)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
                raise Invalid(f"`{word}` is a number of seconds.", where=where)
    quorum = config.witness_quorum
    if isinstance(quorum, bool) or not isinstance(quorum, int) or not 1 <= quorum <= len(names):
        raise Invalid(f"`witness_quorum` is between 1 and the number of witnesses, {len(names)}.", where=FILE)


def in_files(
    folder: Path, config: Config, clock: Clock, opened: Vault, known: set[str], *, mends: bool
) -> list[FileWitness]:
    """The witnesses in files; the first is the folder that `witness:` names.

    Args:
        folder: of the installation.
        config: its configuration.
        clock: the server clock.
        opened: opens the witnesses' keys.
        known: names of those whose keys the ledger knows already: they are not made anew where they are missing.
        mends: whether the installation's lock is held; see `FileWitness`.
    """
    places: list[tuple[str, Path, bool]] = [(FIRST, store.witness_folder(folder, config), True)]
    places += [
        (one["name"], folder / one["folder"], one.get("required", True))
        for one in config.witnesses
        if one["kind"] == "file"
    ]
    return [
        FileWitness(name, place, clock, opened, create=name not in known, required=required, mends=mends)
        for name, place, required in places
    ]


def remote(folder: Path, config: Config, clock: Clock) -> list[RemoteWitness]:
    """The witnesses that are asked over a network."""
    found: list[RemoteWitness] = []
    for one in config.witnesses:
        shared: dict[str, Any] = {
            word: one[word] for word in ("required", "every_s", "timeout_s") if word in one
        }
        if one["kind"] == "titer":
            token = vault.read_file(
                folder / one["token_file"], folder / config.key_file if config.key_file else None
            )
            certificate = folder / one["certificate"] if "certificate" in one else None
            found.append(
                TiterWitness(
                    one["name"],
                    one["address"],
                    one["key"],
                    token.decode().strip(),
                    certificate=certificate,
                    **shared,
                )
            )
        elif one["kind"] == "timestamp":
            found.append(
                TimestampAuthority(
                    one["name"],
                    one["address"],
                    folder / one["certificate"],
                    clock,
                    policy=one.get("policy"),
                    **shared,
                )
            )
    return found


def workers(sealer: Sealer) -> list[Worker]:
    """One worker for each remote witness, so that one that is slow keeps nobody else waiting."""

    def step(witness: RemoteWitness) -> Callable[[], float]:
        def attend() -> float:
            sealer.attend(witness)
            return _PAUSE_S

        return attend

    return [Worker(f"witness {one.name}", step(one)) for one in sealer.remote]
