"""The process of HPLC-02: takes sequences out of its queue folder, runs them, drops one AnIML file each.

People put a sequence into the queue through the bench; nothing else reaches the instrument. State (injection
counter, column, signing key) survives a restart.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from titer.base.clock import from_us, iso
from titer.base.leaving import Stop
from titer.sim.animl import WrittenInjection, WrittenSequence, write_animl
from titer.sim.bottles import open_bottle
from titer.sim.chromatograph import Injection, Sequence, chromatogram, composition, integrate
from titer.sim.instruments import take_time
from titer.sim.plant_clock import PlantClock
from titer.sim.process import Place, child_main, write_json

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

NAME = "HPLC-02"
SERIAL = "HPLC-02-2023-1187"
COLUMN = "SEC-3000-7782"
INJECTION_MIN = 15.0
_POLL_S = 0.05


class ChromatographProcess:
    """HPLC-02.

    Args:
        place: folder, seed, patience.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self.clock = PlantClock(place.clock_file)
        self.folder = place.chromatograph
        self.queue = self.folder / "queue"
        self.out = self.folder / "out"
        for folder in (self.queue, self.out):
            folder.mkdir(parents=True, exist_ok=True)
        self.state_file = self.folder / "state.json"
        self.key = _key(self.folder / "signing-key.pem")

    def state(self) -> dict[str, Any]:
        """Counter of injections and what was done."""
        try:
            state: dict[str, Any] = json.loads(self.state_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            state = {"injections": 412, "running": None, "done": []}
        return state

    async def run(self, stop: Stop, ready: Callable[[int], None]) -> None:
        """Work until asked to leave."""
        write_json(self.state_file, self.state() | {"running": None})
        ready(0)
        try:
            while not await stop.wait(_POLL_S):
                waiting = sorted(self.queue.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
                if waiting:
                    work = asyncio.create_task(self._sequence(waiting[0]))
                    leave = asyncio.create_task(stop.wait())
                    await asyncio.wait((work, leave), return_when=asyncio.FIRST_COMPLETED)
                    leave.cancel()
                    if not work.done():
                        work.cancel()
                        await asyncio.gather(work, return_exceptions=True)
                        return
                    work.result()
        finally:
            self.clock.close()

    async def _sequence(self, path: Path) -> None:
        sequence = Sequence.model_validate_json(path.read_text(encoding="utf-8"))
        state = self.state() | {"running": sequence.sequence_id}
        write_json(self.state_file, state)
        manual = sequence.manual_integration
        by_hand = None
        if manual:
            by_hand = manual.injection or next(
                (i for i, one in enumerate(sequence.injections, 1) if one.type == "sample"), None
            )
        written = []
        for position, line in enumerate(sequence.injections, 1):
            at = iso(from_us(self.clock.now_us()))
            finished = await take_time(self.clock, INJECTION_MIN, self.place.patience_s)
            state["injections"] += 1
            written.append(
                self._injection(
                    sequence, line, position, int(state["injections"]), at, position == by_hand, finished
                )
            )
            write_json(self.state_file, state)
        document = write_animl(
            WrittenSequence(
                sequence_id=sequence.sequence_id,
                method=sequence.method,
                operator=sequence.operator,
                instrument=NAME,
                serial=SERIAL,
                column=COLUMN,
                finished_at=iso(from_us(self.clock.now_us())),
                injections=written,
            ),
            self.key,
        )
        target = self.out / f"{sequence.sequence_id}.animl"
        part = self.folder / f"{sequence.sequence_id}.part"
        part.write_bytes(document)
        part.replace(target)
        state["running"] = None
        state["done"].append(
            {
                "sequence_id": sequence.sequence_id,
                "file": target.name,
                "sha256": hashlib.sha256(document).hexdigest(),
            }
        )
        write_json(self.state_file, state)
        path.unlink()

    def _injection(
        self,
        sequence: Sequence,
        line: Injection,
        position: int,
        counter: int,
        at: str,
        by_hand: bool,
        finished_us: int,
    ) -> WrittenInjection:
        broth = (
            open_bottle(self.place.bottles, line.sample).broth
            if line.type == "sample" and line.sample
            else None
        )
        rng = np.random.default_rng([self.place.seed, zlib.crc32(sequence.sequence_id.encode()), position])
        times, signal = chromatogram(composition(line, broth), rng=rng, age=counter)
        manual = sequence.manual_integration if by_hand else None
        peaks = integrate(times, signal, late_start=manual.peak if manual else None, manual=True)
        automatic = integrate(times, signal, late_start=manual.peak) if manual else None
        if automatic is not None and not any(peak.manual for peak in peaks):
            automatic = None  # there was no such peak to integrate by hand
        return WrittenInjection(
            position=position,
            counter=counter,
            type=line.type,
            name=line.name or line.sample or line.level or f"{line.type} {position}",
            sample=line.sample,
            level=line.level,
            concentration=line.concentration,
            injected_at=at,
            times=times,
            signal=signal,
            peaks=peaks,
            automatic=automatic,
            reason=manual.reason if manual else None,
            changed_by=(manual.by or sequence.operator) if manual else None,
            changed_at=iso(from_us(finished_us)) if manual else None,
        )


def _key(path: Path) -> RSAPrivateKey:
    """The instrument's signing key, made once."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    if path.is_file():
        loaded = serialization.load_pem_private_key(path.read_bytes(), None)
        if isinstance(loaded, rsa.RSAPrivateKey):
            return loaded
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return key


async def _run(place: Place, stop: Stop, ready: Callable[[int], None]) -> None:
    await ChromatographProcess(place).run(stop, ready)


if __name__ == "__main__":
    child_main(NAME, _run)
