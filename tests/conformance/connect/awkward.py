"""A connector whose dependency does not go with one of Titer's: laid out as it would be installed, with its wheels.

`pyotp` is what Titer needs in another version than the instrument's library does, which is made up, and so is its
`pyotp` 1.0. Nothing comes from a package index.
"""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

MANIFEST = """
from pathlib import Path

from titer.connect.core.environment import Needs
from titer.connect.types import HOST, ConnectionType


def make(config, clock, folder):
    from awkward_device.instrument import Awkward

    return Awkward(clock)


TYPE = ConnectionType(
    "awkward", "an instrument whose library is awkward", "nothing", channels=True, encrypted=False,
    settings=HOST, of_address=lambda address: {}, make=make,
    environment=Needs(Path(__file__).with_name("awkward.txt"), imports=("awkward_device.instrument",)),
)
"""
INSTRUMENT = """
import asyncio
import sys

import awkward_library
import pyotp
from titer.base.clock import us
from titer.connect.core.columns import Columns
from titer.connect.core.contract import Batch, Capability, DeviceIdentity


class Awkward:
    capabilities = frozenset({Capability.STREAM})

    def __init__(self, clock):
        self._clock = clock

    async def open(self, resume):
        pass

    async def describe(self):
        return DeviceIdentity(maker=awkward_library.MAKER, model=pyotp.MODEL, endpoint=sys.prefix)

    async def stream(self):
        while True:
            yield Batch(Columns.of([0], [us(self._clock.now())], [1.0], [0]))
            await asyncio.sleep(0.05)

    async def ack(self, cursor):
        pass

    async def clock(self):
        return None

    async def close(self):
        pass
"""


def wheel(folder: Path, name: str, version: str, body: str, needs: str = "") -> str:
    """A wheel of one module; returns the line of requirements that pins it."""
    file = folder / f"{name}-{version}-py3-none-any.whl"
    about = f"{name}-{version}.dist-info"
    told = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    held = {
        f"{name}.py": body,
        f"{about}/METADATA": told + (f"Requires-Dist: {needs}\n" if needs else ""),
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    held[f"{about}/RECORD"] = "".join(f"{path},,\n" for path in [*held, f"{about}/RECORD"])
    with zipfile.ZipFile(file, "w") as archive:
        for path, text in held.items():
            archive.writestr(path, text)
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}\n"


def installed(packages: Path, wheels: Path) -> None:
    """Lay the connector out as a package that is installed in a folder, and its dependencies as wheels in another."""
    library = wheel(wheels, "awkward_library", "3.1", "MAKER = 'awkward works'\n", needs="pyotp <2")
    pinned = library + wheel(wheels, "pyotp", "1.0", "MODEL = 'of pyotp 1.0'\n")
    package, about = packages / "awkward_device", packages / "awkward_device-1.dist-info"
    package.mkdir()
    about.mkdir()
    for name, text in {
        "__init__.py": "",
        "manifest.py": MANIFEST,
        "instrument.py": INSTRUMENT,
        "awkward.txt": pinned,
    }.items():
        (package / name).write_text(text, encoding="utf-8")
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: awkward-device\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[titer.connectors]\nawkward = awkward_device.manifest:TYPE\n")
