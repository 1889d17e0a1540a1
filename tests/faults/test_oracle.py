"""The oracle's verdict: what is missing, doubled, unasked for, or without its cause is told."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def oracle() -> ModuleType:
    """The module by itself: its neighbour brings tables that no installation has."""
    path = Path(__file__).parents[1] / "torture" / "oracle.py"
    spec = importlib.util.spec_from_file_location("torture_oracle", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_each_way_of_being_wrong_is_told() -> None:
    module = oracle()
    said = module.Said()
    for line in (
        "asked order 1", "acknowledged order 1", "asked order 2", "acknowledged order 2", "asked order 3",
        "asked approval 1", "acknowledged approval 1", "asked effect 1", "asked effect 2",
    ):  # fmt: skip
        said.note(line)
    good = {"order": {"1": 1, "2": 1}, "approval": {"1": 1, "2": 1}, "effect": {"1": 1}}
    said.note("asked approval 2")
    assert module.judge(said, good) == []
    assert said.open("order") == ["3"]
    assert module.judge(said, good, settled=True) == [
        "effect 2 was acknowledged and is missing", "order 3 was acknowledged and is missing"
    ]  # fmt: skip
    assert module.judge(said, {**good, "order": {"1": 1}}) == ["order 2 was acknowledged and is missing"]
    assert module.judge(said, {**good, "order": {"1": 1, "2": 2}}) == ["order 2 is there 2 times"]
    assert module.judge(said, {**good, "order": {"1": 1, "2": 1, "9": 1}}) == [
        "order 9 is there, and nobody asked for it"
    ]
    assert module.judge(said, {**good, "approval": {"1": 1}}) == ["effect 2 has no signature any more"]


def test_the_oracle_is_another_process_that_keeps_a_file(tmp_path: Path) -> None:
    module = oracle()
    made = module.Oracle(tmp_path / "oracle.log")
    made.tell("asked", "order", "1")
    made.tell("acknowledged", "order", "1")
    said = made.said()
    assert (said.asked, said.acknowledged) == ({"order": {"1"}}, {"order": {"1"}})
    assert (tmp_path / "oracle.log").read_text() == "asked order 1\nacknowledged order 1\n"
    made.forget()
    assert made.said().asked == {}
    made.close()
