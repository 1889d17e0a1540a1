"""An installation's configuration: one YAML file in its folder, read strictly."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

from titer.base.errors import Invalid, NotFound
from titer.base.files import LARGEST_HISTORY

FILE = "titer.yaml"
LAYERS = ("lims", "mes", "insight", "twin")
LOCAL_HOST = "local"
"""The connector host that `titer serve` starts beside the hub."""


@dataclass(frozen=True)
class Config:
    """What an installation is told from outside the record.

    Args:
        name: shown on every page.
        site: the ISA-95 site.
        host: address to listen on; loopback unless told otherwise.
        port: of the hub.
        address: of the pages as browsers write it, e.g. `https://titer.example`, where a proxy stands before the hub;
            passkeys belong to it. Empty: what the browser asked for.
        time_zone: the plant's, IANA name.
        layers: those that are switched on.
        witness: folder of the witness, best on another volume.
        witnesses: further ones; see `titer.app.witnessing`.
        witness_quorum: how many must have vouched for a head before it counts as witnessed.
        certificate: file of the certificate (PEM, with its chain) with which the hub serves HTTPS; HTTP without.
        private_key: file of its private key.
        database: `postgresql://role@host:port/database`, the role being the one that Titer runs as, without its
            password; None for the embedded SQLite file in the folder.
        key_file: holds the key that opens the installation's secrets; None where it comes from the environment.
        document_tsa: URL of a time-stamp authority (RFC 3161) whose stamp goes into each sealed document; None for
            none.
        oidc: the identity provider for single sign-on (`titer.record.sso.settings`); None where there is none.
        objects: S3-compatible storage for sealed segments (`titer.historian.objects`); None where there is none.
        largest_history: bytes that files of history may have together until they are imported.
        revocation_notice_days: how many days before a revocation list of an OPC UA authority ends people are told.
        opcua: the OPC UA server that offers the state to others (`titer.gateway.opcua.settings`); None where there is
            none.
        edge: the door for edges (`titer.record.edges.settings`); None where there is none.
        sila: the SiLA 2 server that offers open work and takes results (`titer.gateway.sila2.settings`); None where
            there is none.
        plant_clock: URL of the simulation's time service; only a simulated installation has one.
        rate: how many times faster than the wall the simulated plant may run.
    """

    name: str = "titer"
    site: str = "Site"
    host: str = "127.0.0.1"
    port: int = 8400
    address: str = ""
    time_zone: str = "UTC"
    layers: tuple[str, ...] = LAYERS
    witness: str = "witness"
    witnesses: tuple[dict[str, Any], ...] = ()
    witness_quorum: int = 1
    certificate: str | None = None
    private_key: str | None = None
    database: str | None = None
    key_file: str | None = None
    document_tsa: str | None = None
    oidc: dict[str, Any] | None = None
    objects: dict[str, Any] | None = None
    largest_history: int = LARGEST_HISTORY
    revocation_notice_days: int = 7
    opcua: dict[str, Any] | None = None
    edge: dict[str, Any] | None = None
    sila: dict[str, Any] | None = None
    plant_clock: str | None = None
    rate: float = 1.0
    extra: dict[str, str] = field(default_factory=dict)


def load(folder: Path) -> Config:
    """Read the configuration of the installation in a folder.

    Raises:
        NotFound: if there is no installation.
        Invalid: with line and column where the file is no YAML, or the name of an unknown setting.
    """
    path = folder / FILE
    if not path.exists():
        raise NotFound(f"There is no Titer installation in {folder}.", do=f"Make one: titer init {folder}")
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{FILE} line {mark.line + 1}, column {mark.column + 1}" if mark else FILE
        raise Invalid(f"The configuration is no YAML: {error.problem}.", where=where) from error
    if not isinstance(data, dict):
        raise Invalid("The configuration is a list of settings and values.", where=FILE)
    known = {item.name for item in fields(Config)}
    unknown = sorted(set(data) - known)
    if unknown:
        raise Invalid(f"Unknown settings: {', '.join(unknown)}.", where=FILE, do=f"Known: {sorted(known)}.")
    if "layers" in data:
        data["layers"] = tuple(data["layers"])
        strange = set(data["layers"]) - set(LAYERS)
        if strange:
            raise Invalid(f"Unknown layers: {sorted(strange)}.", where=FILE, do=f"Known: {LAYERS}.")
    if "witnesses" in data:
        if not isinstance(data["witnesses"], list):
            raise Invalid("`witnesses` is a list.", where=FILE)
        data["witnesses"] = tuple(data["witnesses"])
    most = data.get("largest_history", 1)
    if not isinstance(most, int) or isinstance(most, bool) or most < 1:
        raise Invalid("`largest_history` is a number of bytes, one at the least.", where=FILE)
    days = data.get("revocation_notice_days", 1)
    if not isinstance(days, int) or isinstance(days, bool) or days < 1:
        raise Invalid("`revocation_notice_days` is a number of days, one at the least.", where=FILE)
    return Config(**data)


def write(folder: Path, config: Config) -> None:
    """Write the configuration of an installation: the whole of it or, whatever happens, what was there before."""
    data = asdict(config)
    data["layers"], data["witnesses"] = list(config.layers), list(config.witnesses)
    temporary = folder / f"{FILE}.new"
    with temporary.open("w", encoding="utf-8") as file:
        file.write(yaml.safe_dump(data, sort_keys=False))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / FILE)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
