"""The connector for MT-SICS balances against a device that answers as the command set's manual says."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from titer.base.errors import Invalid
from titer.connect import Quality
from titer.connect.core.values import OUT_OF_RANGE, UNSTABLE, WRONG_UNIT
from titer.connect.mtsics.answers import Weighing, said, weight
from titer.testing.bench import Bench, until
from titer.testing.conformance import ConnectorKit
from titer.testing.peers import LinePeer


class Scale(LinePeer):
    type = "mtsics"
    exempt: ClassVar[Mapping[str, str]] = {
        "overflow": "a balance shows one weight, which is read or not",
        "secret": "the command set has no password",
        "life": "after a broken connection a balance does not tell whether it was off; one that was says so unasked",
    }

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.shown: list[tuple[str, float | str]] = []
        self.orders = 0
        self.state, self.unit, self.first = "S", "g", ""

    def settings(self, port: int) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": port, "allow_unencrypted": True, "poll_s": 0.05, "timeout_s": 1}

    def channels(self) -> list[dict[str, Any]]:
        return [{"tag": "BAL-1.Weight", "node": "weight", "unit": "g"}]

    def made(self) -> list[tuple[str, float | str]]:
        return self.shown

    def answer(self, line: str) -> str:
        fixed = {
            "I2": 'I2 A "WXS205SDU WXA-Bridge"',
            "I3": 'I3 A "2.10 10.28.0.493.142"',
            "I4": 'I4 A "B021002593"',
        }
        if line in fixed:
            return fixed[line]
        if line == "T":
            self.orders += 1
            return "T S      20.00 g"
        if line != "SI":
            return "ES"
        if self.state in "+-I":
            return f"S {self.state}"
        value = Decimal(len(self.shown)) / 100
        if self.unit == "g":
            self.shown.append(("BAL-1.Weight", float(value)))
        first, self.first = self.first, ""
        return f"{first}S {self.state} {value:>10.2f} {self.unit}"

    async def fault(self) -> None:
        self.state = "+"

    async def mend(self) -> None:
        self.state = "S"

    def command(self) -> dict[str, Any]:
        return {"kind": "call", "target": "tare"}

    def carried_out(self) -> int:
        return self.orders


class TestMtSics(ConnectorKit):
    peer = Scale


def test_stability_overload_a_foreign_unit_and_a_restart_are_told_apart(tmp_path: Path) -> None:
    async def check() -> None:
        scale = Scale(tmp_path)
        async with Bench(scale, tmp_path) as bench:
            told = bench.status()["identity"]
            assert (told["serial"], told["model"]) == ("B021002593", "WXS205SDU WXA-Bridge")

            def seen(status: int) -> bool:
                return any(np.any(frame.status == status) for frame in bench.frames())

            for state, unit, status in (
                ("D", "g", UNSTABLE),
                ("-", "g", OUT_OF_RANGE),
                ("S", "oz", WRONG_UNIT),
            ):
                scale.state, scale.unit = state, unit
                await until(lambda status=status: seen(status), f"status {status:x}")  # type: ignore[misc]
            scale.state, scale.unit = "S", "g"
            await bench.flowing()
            wrong = [f for f in bench.frames() if np.any(f.status == WRONG_UNIT)]
            assert all(np.all(np.isnan(f.value[f.quality == Quality.BAD])) for f in wrong)
            scale.first = 'I4 A "B021002593"\r\n'
            await until(lambda: {f.epoch for f in bench.frames()} == {1, 2}, "another epoch")
            assert "switched off" in bench.events("gap_unrecoverable")[0]["reason"]

    asyncio.run(check())


@pytest.mark.parametrize(
    ("line", "state", "value", "unit"),
    [
        ("S S     100.00 g", Weighing.STABLE, "100.00", "g"),
        ("S D      -0.020 mg", Weighing.DYNAMIC, "-0.020", "mg"),
        ("S +", Weighing.OVERLOAD, None, ""),
        ("S -", Weighing.UNDERLOAD, None, ""),
        ("S I", Weighing.BUSY, None, ""),
        ("T S      20.00 g", Weighing.STABLE, "20.00", "g"),
        ("Z A", Weighing.DONE, None, ""),
        ("S L", Weighing.REFUSED, None, ""),
    ],
)
def test_answers_of_the_manual_are_read_with_all_their_digits(
    line: str, state: Weighing, value: str | None, unit: str
) -> None:
    found = weight(line)
    assert (found.state, found.unit) == (state, unit)
    assert (None if found.value is None else str(found.value)) == value


def test_what_is_no_answer_is_refused_with_its_words() -> None:
    assert said('I4 A "a \\"b\\" c"', "I4") == 'a "b" c'
    assert said("I4 I", "I4") == ""
    for line, words in (
        ("ES", "does not know"),
        ("S S 1.2.3 g", "no weight"),
        ("S X", "no weight"),
        ("", "no weight"),
    ):
        with pytest.raises(Invalid, match=words):
            weight(line)
    with pytest.raises(Invalid, match="to I4"):
        said('I2 A "x"', "I4")
