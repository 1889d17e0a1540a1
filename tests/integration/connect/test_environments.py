"""An environment that a type of connection has for its own: what is refused, and how it is held to what it was."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import pytest

from titer.base.clock import ManualClock
from titer.base.errors import IntegrityFault, Invalid, Refused, Unavailable
from titer.cli import doctor
from titer.connect import TYPES
from titer.connect.core import environment
from titer.connect.core.environment import ABOUT, Needs


def enrolled(name: str, version: str) -> environment.Environment:
    """An environment that was made without pip: one package of a name, and nothing else."""
    folder = environment.place(name)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=600)
    (site,) = folder.glob("lib/*/site-packages")
    about = site / f"{name}-{version}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (folder.parent / "lock.txt").write_text(f"{name}=={version}\n")
    clock = ManualClock(datetime(2026, 3, 2, tzinfo=UTC))
    needs = Needs(folder.parent / "lock.txt", runs=name == "numpy")
    return environment.enrol(name, needs, who="ann on lab-3", clock=clock)


def test_what_was_installed_by_hand_since_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(environment.PLACES, str(tmp_path))
    made = enrolled("drivers", "1.2")
    assert (made.packages, made.enrolled_by) == ({"drivers": "1.2"}, "ann on lab-3")
    assert made.enrolled_at.startswith("2026-03-02T00:00:00")
    assert environment.checked("drivers") == made
    (about,) = made.python.parent.parent.glob("lib/*/site-packages/*.dist-info/METADATA")
    about.write_text(about.read_text().replace("1.2", "1.3"))
    with pytest.raises(IntegrityFault, match="is not what ann on lab-3 enrolled at 2026-03-02") as raised:
        environment.checked("drivers")
    assert raised.value.why == "drivers is 1.3 and was 1.2."
    (made.python.parent.parent / ABOUT).write_text("{}")
    with pytest.raises(Unavailable, match="cannot be read"):
        environment.installed("drivers")


def test_doctor_says_of_an_environment_that_it_is_not_what_was_enrolled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(environment.PLACES, str(tmp_path))
    monkeypatch.setattr(doctor, "_query", lambda *_: [])
    made = enrolled("astm", "1.2")

    def said() -> doctor.Finding:
        (found,) = [one for one in doctor._environments(tmp_path) if "astm" in one.what]
        return found

    assert said().ok
    assert f"1 packages, SHA-256 {made.digest[:16]}, enrolled by ann on lab-3 at 2026-03-02" in said().what
    (made.python.parent.parent / "pyvenv.cfg").write_text("home = /elsewhere\n")
    assert not said().ok
    assert "is not what ann on lab-3 enrolled" in said().what
    assert "titer connector install astm" in said().do


def test_an_environment_in_which_titer_itself_would_be_another_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(environment.PLACES, str(tmp_path))
    with pytest.raises(Refused, match="environment of numpy cannot run connections") as raised:
        enrolled("numpy", "1.0")
    assert f"numpy 1.0 instead of {metadata.version('numpy')}" in raised.value.why
    assert environment.missing("numpy")


def test_a_type_without_an_environment_runs_with_titers_interpreter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(environment.PLACES, str(tmp_path))
    for name in ("opcua", "allotropy", "no such type"):
        assert environment.interpreter(name, TYPES) == Path(sys.executable)
    with pytest.raises(Invalid, match="cannot name an environment"):
        environment.place("../elsewhere")
