"""What is wrong with an installation, in sentences, each with what to do. Looks only; changes nothing."""

from __future__ import annotations

import ctypes
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from titer.app import Config, load, open_platform, store
from titer.app.history import History
from titer.base import vault
from titer.base.clock import Clock, SystemClock, from_iso, from_us, iso, us
from titer.base.errors import TiterError
from titer.base.tls import pinned
from titer.cli.api import hub_is_running
from titer.equipment.rules import list_stage
from titer.record import checkpoint as heads
from titer.server.app import PAGES

_MINIMUM_FREE = 1 * 1024**3
_HOST_AWAY = timedelta(seconds=60)
_CLOCK_BACK = timedelta(seconds=5)
_EXPIRES_SOON = timedelta(days=30)
_UNSYNCHRONISED = 0x40
_UNREADABLE = (OSError, sqlite3.Error, DBAPIError, TiterError)
"""What reading the database raises; on a server also that the key is gone which opens what it is reached with."""
"""STA_UNSYNC of adjtimex(2)."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Args:
        what: how it is, in a sentence.
        ok: whether that is as it should be.
        do: what to do where it is not.
    """

    what: str
    ok: bool = True
    do: str = ""


def examine(folder: Path, *, port: int | None = None, clock: Clock | None = None) -> list[dict[str, Any]]:
    """Look at everything that commonly goes wrong.

    Args:
        folder: of the installation.
        port: of the hub, where it is not the configured one.
        clock: the server's; the system's if left out.

    Returns:
        Findings, each with `what`, `ok` and `do`.
    """
    try:
        config = load(folder)
    except TiterError as error:
        return [asdict(Finding(str(error), False, error.do))]
    return [
        asdict(finding) for finding in _findings(folder, config, port or config.port, clock or SystemClock())
    ]


def _findings(folder: Path, config: Config, port: int, clock: Clock) -> Iterator[Finding]:
    yield Finding(f"The configuration in {folder} can be read.")
    yield from _disk(folder)
    yield from _keys(folder, config)
    yield Finding(
        "The pages are built." if _built() else "The pages are not built.",
        _built(),
        "Run `make pages` in the checkout, or install a released wheel.",
    )
    yield from _database(folder, config)
    yield from _environments(folder)
    yield from _ledger(folder, config, clock)
    yield from _certificates(folder, config, clock)
    running = hub_is_running(config.host, port)
    if running:
        scheme = "https" if config.certificate else "http"
        yield from _hub(folder, f"{scheme}://{config.host}:{port}", config.certificate)
        yield from _connections(folder, clock)
        return
    yield Finding(f"No hub runs at {config.host}:{port} (that is no fault by itself).")
    yield from _opens(folder)


def _built() -> bool:
    return (PAGES / "index.html").exists()


def _disk(folder: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(folder).free
    yield Finding(
        f"{free / 1024**3:.1f} GiB are free on the disk of {folder}.",
        free > _MINIMUM_FREE,
        "Free some space: when the disk is full nothing more is written, and the connectors keep their values.",
    )
    closed = [
        str(place)
        for place in (folder, folder / "content", folder / "historian", folder / "connect", folder / "logs")
        if place.exists() and not _writable(place)
    ]
    yield Finding(
        f"Cannot be written: {', '.join(closed)}." if closed else "The folder can be written.",
        not closed,
        "Look at owner and rights, and whether the volume is mounted read-only; start Titer as the owner.",
    )


def _writable(place: Path) -> bool:
    """Whether this process may write there; rights alone do not show a read-only volume to root."""
    return os.access(place, os.W_OK | os.X_OK) and not os.statvfs(place).f_flag & os.ST_RDONLY


def _secrets(folder: Path) -> list[Path]:
    """The files that hold the installation's own secrets."""
    files = [*(folder / "keys").glob("*.key"), *(folder / "keys").glob("*.token")]
    return sorted(
        [*files, *folder.glob("witness/*.key"), *folder.glob("opcua/*.key"), *folder.glob("sila/*.key")]
    )


def _keys(folder: Path, config: Config) -> Iterator[Finding]:
    missing = [name for name in ("ledger.key", "ledger.pub") if not (folder / "keys" / name).exists()]
    if missing:
        yield Finding(
            f"Missing in {folder / 'keys'}: {', '.join(missing)}.", False, "Restore it from the backup."
        )
    plain = [str(path) for path in _secrets(folder) if not vault.is_sealed(path.read_bytes())]
    yield Finding(
        f"In plain text: {', '.join(plain)}." if plain else "Keys and tokens in the folder are sealed.",
        not plain,
        "Restore it from a backup; a token or password of your own: titer secret seal FILE.",
    )
    key = Path(config.key_file) if config.key_file else None
    inside = key is not None and key.absolute().is_relative_to(folder.absolute())
    yield Finding(
        "The key of the secrets lies in the folder that it protects."
        if inside
        else "The key of the secrets lies outside the folder.",
        not inside,
        "Move it elsewhere, and say so with key_file in titer.yaml.",
    )


def _database(folder: Path, config: Config) -> Iterator[Finding]:
    try:
        if config.database is None:
            History().require_head(folder / "titer.db")
        else:
            with _server(folder, config) as engine:
                store.require_head(engine)
                for what, do in store.faults(engine):
                    yield Finding(what, False, do)
    except TiterError as error:
        yield Finding(f"{error.what} {error.why}".strip(), False, error.do)
        return
    yield Finding("The database has the revision that this Titer needs.")


def _ledger(folder: Path, config: Config, clock: Clock) -> Iterator[Finding]:
    """The last checkpoint: its signatures, what the witness remembers, and its time against the clock."""
    witness = Path(config.witness) if Path(config.witness).is_absolute() else folder / config.witness
    apart = witness.exists() and witness.stat().st_dev != folder.stat().st_dev
    yield Finding(
        "The witness lies on another volume."
        if apart
        else "The witness lies on the same volume as the database: whoever can change one can change both."
    )
    do = "Run `titer verify`; it names what was touched first. Restore a backup if you cannot explain it."
    try:
        last = _query(folder, "SELECT tree_size, note FROM ledger_checkpoint ORDER BY tree_size DESC LIMIT 1")
        keys = [
            (folder / "keys" / "ledger.pub").read_text().strip(),
            (witness / "witness.pub").read_text().strip(),
        ]
    except _UNREADABLE as error:
        yield Finding(f"The last checkpoint cannot be read: {error}.", False, do)
        return
    if not last:
        yield Finding("The ledger has no checkpoint.", False, do)
        return
    size, note = last[0]
    try:
        good = all(heads.verify(note, key) for key in keys) and heads.parse(note).size == size
        told = heads.parse(note)
    except (TiterError, ValueError, TypeError, AttributeError):
        yield Finding(f"The last checkpoint, over {size:,} entries, cannot be read.", False, do)
        return
    yield Finding(
        f"The last checkpoint, over {size:,} entries, is signed by ledger and witness."
        if good
        else f"The last checkpoint, over {size:,} entries, bears no valid signature of ledger and witness.",
        good,
        do,
    )
    yield from _clock(next((line[5:] for line in told.extensions if line.startswith("time ")), ""), clock)


def _certificates(folder: Path, config: Config, clock: Clock) -> Iterator[Finding]:
    """What expires: the certificate of the documents, and those of the time-stamp authorities."""
    try:
        rows = _query(folder, "SELECT not_after FROM record_document_cert ORDER BY id DESC LIMIT 1")
    except _UNREADABLE:
        rows = []  # that the database cannot be read was said above
    for (until,) in rows:
        yield _expiry(
            "The certificate that documents are sealed with",
            _when(until),
            clock,
            "Make the next one, titer pdf certificate --renew, or give one of the site's; without it no document "
            "is made.",
        )
    yield from _revocations(folder, config, clock)
    for one in config.witnesses:
        if one.get("kind") == "timestamp":
            yield from _authority(folder / str(one.get("certificate")), str(one.get("name")), clock)
    if config.opcua is not None:
        yield from _applications(folder, clock)
    if config.sila is not None and not config.sila.get("unencrypted"):
        yield from _sila(folder, clock)


def _revocations(folder: Path, config: Config, clock: Clock) -> Iterator[Finding]:
    """The revocation lists of the authorities that are trusted here."""
    try:
        rows = _query(
            folder,
            "SELECT issuer, issued_at, until FROM equipment_revocation_list WHERE authority IN "
            "(SELECT fingerprint FROM equipment_certificate WHERE state = 'trusted') ORDER BY issuer",
        )
    except _UNREADABLE:
        rows = []  # that the database cannot be read was said above
    for issuer, issued_at, until in rows:
        begin, end = (None if one is None else _when(one) for one in (issued_at, until))
        stage = list_stage(begin or clock.now(), end, clock.now(), config.revocation_notice_days)
        held = "a time that it does not state" if end is None else f"{end:%Y-%m-%d %H:%M} UTC"
        yield Finding(
            f"The revocation list of {issuer} {'held' if stage == 'ended' else 'holds'} until {held}.",
            not stage,
            "Bring that authority's next one, titer connection revocations FILE; without a list that holds, what it "
            "alone vouches for is refused to new sessions.",
        )


def _when(stored: Any) -> datetime:
    """An instant as either database gives it."""
    return stored if isinstance(stored, datetime) else from_us(stored)


def _sila(folder: Path, clock: Clock) -> Iterator[Finding]:
    """The certificate of the SiLA 2 server."""
    from cryptography.x509 import load_pem_x509_certificate

    from titer.gateway.sila2 import files

    path = folder / files.FOLDER / files.OWN_CERTIFICATE
    try:
        until = load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as error:
        yield Finding(f"The certificate {path} cannot be read: {error}.", False, "Run: titer sila setup")
        return
    renew = "Make the next one, titer sila setup --renew, and have the clients trust it."
    yield _expiry("The certificate of the SiLA server", until, clock, renew)


def _applications(folder: Path, clock: Clock) -> Iterator[Finding]:
    """The certificates of the OPC UA server and of the applications that it trusts."""
    from titer.connect.opcua.trust import read
    from titer.gateway.opcua import certificates, files

    place = folder / files.FOLDER
    try:
        own = read((place / files.OWN_CERTIFICATE).read_bytes(), files.OWN_CERTIFICATE)
        trusted = [one for one in certificates.TrustList(place).known() if one.trusted]
    except (OSError, TiterError) as error:
        yield Finding(
            f"The certificates in {place} cannot be read: {error}.", False, "Run: titer opcua setup"
        )
        return
    renew = "Make the next one, titer opcua setup --renew, and have the clients trust it."
    yield _expiry("The certificate of the OPC UA server", own.not_valid_after_utc, clock, renew)
    for one in trusted:
        told = f"Ask its owner for the next one, then: titer opcua trust FILE, titer opcua distrust {one.mark[:16]}"
        yield _expiry(f"The OPC UA application {one.subject}", one.until, clock, told)


def _authority(path: Path, name: str, clock: Clock) -> Iterator[Finding]:
    from cryptography.x509 import load_pem_x509_certificate

    what = f"The certificate of the time-stamp authority {name}"
    try:
        until = load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as error:
        yield Finding(f"{what} cannot be read: {error}.", False, f"Put it at {path}, as PEM.")
        return
    do = f"Ask the authority for its next one, and put it at {path}; until then its time-stamps are refused."
    yield _expiry(what, until, clock, do)


def _expiry(what: str, until: datetime, clock: Clock, do: str) -> Finding:
    """Whether something holds for long enough; warned of thirty days before."""
    now = clock.now()
    if until <= now:
        return Finding(f"{what} has expired on {until:%Y-%m-%d}.", False, do)
    if until - now <= _EXPIRES_SOON:
        return Finding(f"{what} expires on {until:%Y-%m-%d}, in {(until - now).days} days.", False, do)
    return Finding(f"{what} holds until {until:%Y-%m-%d}.")


def _clock(sealed_at: str, clock: Clock) -> Iterator[Finding]:
    now = clock.now()
    sealed = _instant(sealed_at)
    if sealed is not None and now < sealed - _CLOCK_BACK:
        yield Finding(
            f"The clock of this machine says {iso(now)}, which is before the last checkpoint ({sealed_at}).",
            False,
            "Set the clock by NTP before anything is written; entries would bear a time before earlier ones.",
        )
        return
    kept = _synchronised()
    yield Finding(
        "The clock goes on from the last checkpoint, and the system keeps it synchronised."
        if kept
        else "The clock goes on from the last checkpoint; whether it is synchronised this system does not say."
        if kept is None
        else "The clock goes on from the last checkpoint; the system says that it is not synchronised (use NTP)."
    )


def _instant(text: str) -> datetime | None:
    try:
        return from_iso(text)
    except ValueError:
        return None


def _synchronised() -> bool | None:
    """What the kernel says of its clock (adjtimex); None where it cannot be asked."""
    if not sys.platform.startswith("linux"):
        return None
    state = (ctypes.c_int * 64)()
    try:
        answer = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(state))
    except (OSError, AttributeError):
        return None
    # struct timex begins with an unsigned int and three longs; the fifth field is the status.
    status = ctypes.c_int.from_buffer(state, 4 * ctypes.sizeof(ctypes.c_long) + ctypes.sizeof(ctypes.c_long))
    return None if answer < 0 else not status.value & _UNSYNCHRONISED


def _hub(folder: Path, address: str, certificate: str | None = None) -> Iterator[Finding]:
    """Who listens at the hub's address, and what is wrong with it."""
    import httpx2 as httpx

    try:
        verify = pinned(folder / certificate, any_name=True) if certificate else True
        told = httpx.get(f"{address}/api/health", trust_env=False, timeout=5, verify=verify).json()
        ledger = told["ledger"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        yield Finding(
            f"Another program than Titer listens at {address}.",
            False,
            "Stop it, or choose another port in titer.yaml (or with --port).",
        )
        return
    if ledger != (folder / "keys" / "ledger.pub").read_text().partition("+")[0]:
        yield Finding(
            f"The hub of another installation listens at {address}.",
            False,
            "Choose another port in titer.yaml (or with --port).",
        )
        return
    yield Finding(f"The hub answers at {address}.")
    for fault in told.get("faults", []):
        yield Finding(f"{fault['what']} {fault['why']}".strip(), False, fault["do"])


def _environments(folder: Path) -> Iterator[Finding]:
    """Whether the environments of types of connection are there, are what was enrolled, and who wants them."""
    from titer.connect import TYPES
    from titer.connect.core import environment

    try:
        rows = _query(folder, "SELECT name, type FROM equipment_connection ORDER BY name")
    except _UNREADABLE:
        rows = []  # the database's own finding says so
    for name, known in TYPES.items():
        why = environment.missing(name)
        if not why:
            try:
                yield Finding(
                    f"The environment of {name} is as it was enrolled: {environment.checked(name)}."
                )
            except TiterError as error:
                yield Finding(f"{error.what} {error.why}".strip(), False, error.do)
        elif known.environment is not None:
            names = ", ".join(str(one) for one, type_ in rows if type_ == name)
            needed = f"It is needed by {names}." if names else "No connection needs it."
            yield Finding(f"{why} {needed}", not names, environment.how(name))


def _connections(folder: Path, clock: Clock) -> Iterator[Finding]:
    """What the connector hosts last said, where a hub runs to be told."""
    try:
        rows = _query(
            folder, "SELECT name, state, message, heard_at FROM equipment_connection_status ORDER BY name"
        )
    except _UNREADABLE as error:
        yield Finding(f"The state of the connections cannot be read: {error}.", False, "Run `titer verify`.")
        return
    for name, state, message, heard_at in rows:
        away = us(clock.now()) - heard_at > _HOST_AWAY // timedelta(microseconds=1)
        if away:
            yield Finding(
                f"Connection {name}: its connector host was last heard of at {iso(from_us(heard_at))}.",
                False,
                "Start the host (`titer serve` runs the local one), and look at logs/connect.log; it keeps the "
                "values until then.",
            )
        else:
            good = state not in ("failed", "refused", "stopped", "disconnected")
            yield Finding(
                f"Connection {name} is {state}" + (f": {message}" if message else "."),
                good,
                "Look at the device and the cable; `titer connection list` says more.",
            )


def _opens(folder: Path) -> Iterator[Finding]:
    """Whether the whole platform opens; only where no hub holds it."""
    try:
        platform = open_platform(folder)
    except TiterError as error:
        yield Finding(f"{error.what} {error.why}".strip(), False, error.do)
        return
    try:
        with platform.record.reading() as session:
            row = platform.record.installation(session)
        yield Finding("The database opens, and its tables and triggers are those that Titer made.")
        yield Finding("It is a simulated installation." if row.simulated else "It is a real installation.")
        unlisted = platform.historian.health()["unlisted"]
        yield Finding(
            f"The historian set {len(unlisted)} files aside that no entry knows."
            if unlisted
            else "The historian knows all its segments.",
            not unlisted,
            f"Look into {folder / 'historian' / 'unlisted'}: after a restored backup they hold the only copy.",
        )
    finally:
        platform.close()


@contextmanager
def _server(folder: Path, config: Config) -> Iterator[Engine]:
    engine = store.engine(folder, config, vault.find((folder / config.key_file) if config.key_file else None))
    try:
        yield engine
    finally:
        engine.dispose()


def _query(folder: Path, statement: str) -> list[Any]:
    """Read the database without touching it, whoever has it open."""
    config = load(folder)
    if config.database is not None:
        with _server(folder, config) as engine:
            return store.query(engine, statement)
    with closing(sqlite3.connect(f"file:{folder / 'titer.db'}?mode=ro", uri=True)) as base:
        return base.execute(statement).fetchall()
