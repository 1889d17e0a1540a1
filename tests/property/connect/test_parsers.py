"""A short run of the coverage-guided fuzzing of the parsers of our own; `make fuzz` takes minutes for each."""

from __future__ import annotations

import importlib.util
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

HARNESS = Path(__file__).parents[2] / "fuzz" / "parsers.py"
_SPEC = importlib.util.spec_from_file_location("fuzzed_parsers", HARNESS)
assert _SPEC is not None
assert _SPEC.loader is not None
_PARSERS = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_PARSERS)


@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris is for Linux on x86-64 up to Python 3.13"
)
@pytest.mark.parametrize("target", _PARSERS.TARGETS)
def test_no_input_found_by_coverage_ends_a_parser_in_an_error_of_ours(target: str) -> None:
    done = subprocess.run(
        [sys.executable, str(HARNESS), target, "--runs", "1500"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{target}: 1500 inputs" in done.stdout or f"{target}: 1501 inputs" in done.stdout, done.stdout


@pytest.mark.parametrize("target", _PARSERS.TARGETS)
@given(st.integers(0, 2**32), st.integers(1, 4))
def test_a_file_changed_along_its_structure_is_refused_in_words_or_read(
    target: str, seed: int, times: int
) -> None:
    test, seeds = _PARSERS.TARGETS[target]
    source = random.Random(seed)
    data = source.choice(seeds)
    for _ in range(times):
        data = _PARSERS.mutated(data, source)
    test(data)


@pytest.mark.parametrize("target", _PARSERS.TARGETS)
def test_the_seeds_themselves_are_sound(target: str) -> None:
    """What is changed begins as a file that is taken, so that the parsers' depth is reached."""
    from titer.connect.animl.reading import read_here as read_animl
    from titer.connect.curves.reading import read_here as read_curves

    if target == "unicorn":
        return  # its seed is not an archive, but what one is made of
    if target in _PARSERS.MESSAGES:
        read, seed = _PARSERS.MESSAGES[target]
        assert read(seed)
        return
    for data in _PARSERS.TARGETS[target][1]:
        found = read_animl(data, None, None) if target == "animl" else read_curves(data, target)
        errors = [one.message for one in found.problems if one.severity == "error"]
        assert errors == [], errors
