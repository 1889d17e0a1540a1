"""The manifests of the connectors of folders; light, see `titer.connect.types`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from titer.base.clock import Clock
from titer.base.errors import Invalid
from titer.connect.core.environment import Needs
from titer.connect.types import FLAG, FOLDER, HOST, INTEGER, NUMBER, OBJECT, TEXT, ConnectionType, Setting

if TYPE_CHECKING:
    from titer.connect.core.contract import ConnectionConfig, Connector

SETTINGS = (
    Setting("time_zone", TEXT, "IANA name of the zone of times without one"),
    Setting("encoding", TEXT, "of text in the files, e.g. utf-8 or cp1252"),
    Setting("pattern", TEXT, "which files are taken (*.animl, *.mzML, *.jdx, *.zip for unicorn, else *)"),
    Setting("recursive", FLAG, "folders below as well (false)"),
    Setting("scan_s", NUMBER, "seconds between two looks (0.3)"),
    Setting("stable_scans", INTEGER, "looks without a change before a file is taken (2)"),
    Setting("patience_s", NUMBER, "how long an incomplete file may rest before it is taken as it is (30)"),
    Setting(
        "max_bytes", INTEGER, "largest file that is taken (72 MiB, which is the most that the hub takes)"
    ),
    *HOST,
)
_FOLDER = (Setting("folder", FOLDER, "on the connector host", required=True),)


def _address(address: str) -> dict[str, Any]:
    return {"folder": str(Path(address).resolve())}


def _check(settings: Mapping[str, Any]) -> None:
    from titer.connect.files.settings import FolderSettings

    FolderSettings.of(str(settings.get("folder")), settings)


def _make(config: ConnectionConfig, clock: Clock, folder: Path) -> Connector:
    from titer.connect.files.connector import FolderConnector

    return FolderConnector(config, clock, folder)


ANIML = ConnectionType(
    "animl",
    "folder into which an instrument drops AnIML files",
    "FOLDER",
    channels=False,
    encrypted=False,
    settings=(
        *SETTINGS,
        Setting("schemas", FOLDER, "AnIML's core schema, for the host's own check"),
        Setting("techniques", FOLDER, "technique definitions, for the host's own check"),
    ),
    of_address=_address,
    make=_make,
    check=_check,
    addressing=_FOLDER,
    strict=False,
    met="files of published examples",
)
FILES = ConnectionType(
    "files",
    "folder of files of any kind",
    "FOLDER",
    channels=False,
    encrypted=False,
    settings=SETTINGS,
    of_address=_address,
    make=_make,
    check=_check,
    addressing=_FOLDER,
    strict=False,
    met="files of published examples",
)


def _curves(name: str, title: str, met: str) -> ConnectionType:
    return ConnectionType(
        name,
        title,
        "FOLDER",
        channels=False,
        encrypted=False,
        settings=SETTINGS,
        of_address=_address,
        make=_make,
        check=_check,
        addressing=_FOLDER,
        strict=False,
        met=met,
    )


MZML = _curves("mzml", "folder of mass spectra and chromatograms in mzML", "files of published examples")
JCAMP = _curves("jcamp", "folder of spectra in JCAMP-DX", "files of published examples")
UNICORN = _curves("unicorn", "folder of exported UNICORN results", "two published examples of UNICORN 7")


def _check_reader(settings: Mapping[str, Any]) -> None:
    """Refuse a reader that there is not; where none are installed, another machine is the one that reads."""
    from titer.connect import vendors

    _check(settings)
    if not settings.get("reader"):
        raise Invalid(
            "A folder of vendors' files needs the name of its reader.",
            where="settings.reader",
            do="`titer connector readers` lists them.",
        )
    if not vendors.missing():
        vendors.installed().reader(str(settings["reader"]))


async def _readers(
    kind: str, about: dict[str, Any], settings: dict[str, Any], clock: Clock, folder: Path
) -> Mapping[str, Any]:
    """Which readers the host has: the one question that it can be asked."""
    from titer.connect import vendors

    if kind != "readers":
        raise Invalid(f"A folder of vendors' files cannot be asked {kind!r}.")
    found = vendors.installed()
    return {"version": found.version, "readers": [one.told() for one in found.readers.values()]}


_VENDORS = Path(__file__).parent.parent / "vendors"
ALLOTROPY = ConnectionType(
    "allotropy",
    "folder into which an instrument drops files of its maker's, read by allotropy",
    "FOLDER",
    channels=False,
    encrypted=False,
    settings=(
        *SETTINGS,
        Setting("reader", TEXT, "which of allotropy's readers, see `titer connector readers`", required=True),
        Setting("unended", FLAG, "the instrument writes no line end after its last line (false)"),
    ),
    of_address=_address,
    make=_make,
    check=_check_reader,
    addressing=_FOLDER,
    strict=False,
    explore=_readers,
    environment=Needs(_VENDORS / "allotropy.txt", runs=False, asks=_VENDORS / "process.py"),
    met="published files of seven instruments; allotropy's own tests met more",
)


def _check_table(settings: Mapping[str, Any]) -> None:
    from titer.connect.tables import TableMapping

    _check(settings)
    TableMapping.of(settings.get("mapping") or {})


TABLE = ConnectionType(
    "table",
    "folder of tables (CSV, Excel), read by a mapping that is made against a sample file",
    "FOLDER",
    channels=True,
    encrypted=False,
    settings=(
        *SETTINGS,
        Setting(
            "mapping",
            OBJECT,
            "which columns are the time, the sample, channels, or ignored for a reason",
            required=True,
        ),
        Setting("unended", FLAG, "the instrument writes no line end after its last line (false)"),
    ),
    of_address=_address,
    make=_make,
    check=_check_table,
    addressing=_FOLDER,
    strict=False,
    met="tables of its own tests, as spreadsheets and data loggers write them",
)
OWN = (ANIML, FILES, MZML, JCAMP, UNICORN, ALLOTROPY, TABLE)
