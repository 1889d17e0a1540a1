"""Published files of seven instruments, read by allotropy in its own environment and process, whole and cut short.

The known answers are those that allotropy's authors publish beside the files (MIT; the data folder), and the files'
own text. `make vendors` installs the readers and runs this; without them, or without the data, it is skipped.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from titer.base.errors import Invalid
from titer.connect.vendors import VendorFile, environment, installed, missing, read
from titer.connect.vendors.rules import reconcile
from titer.connect.vendors.source import encoding_of, look

DATA = Path(__file__).parents[3] / "shared" / "data" / "connect" / "vendor_files"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(not DATA.is_dir(), reason="the folder of published files is not there"),
    pytest.mark.skipif(bool(missing()), reason=missing()),
]
SOUND = sorted(
    path
    for path in DATA.rglob("*")
    if path.is_file() and path.suffix != ".json" and path.parent.name not in ("errors", "exclude")
)
BROKEN = sorted(
    path for path in DATA.rglob("*") if path.is_file() and path.parent.name in ("errors", "exclude")
)
UNENDED = {"roche_cedex_bioht_example04.txt"}
CUTS = 20
CUT = {
    "appbio_quantstudio_example01.txt",
    "Beckman_Vi-Cell-BLU_example01.csv",
    "unicorn_single_uv.zip",
    "MD_SMP_absorbance_endpoint_example05.txt",
    "SampleResultsDEVICE1232021-02-18_104838.csv",
    "roche_cedex_bioht_v5_example01.txt",
    "luciferase_assay_example.xlsx",
}
ROWS = {
    "Beckman_Vi-Cell-BLU_example01.csv",
    "SampleResultsDEVICE1232021-02-18_104838.csv",
    "roche_cedex_bioht_v5_example01.txt",
}
"""Rows and nothing else: cut after a whole one they are a shorter file, which nobody can tell from a cut one."""
FIRST = {
    # file: a value as the file's own text has it
    "SampleResults2022-06-28_142558.csv": ("pH", "1", "SMPL_1234", "7.400"),
    "SampleResultsDEVICE1232021-02-18_104838.csv": ("glucose mass concentration", "g/L", None, None),
    "Beckman_Vi-Cell-BLU_example01.csv": ("viable cell density (cell counter)", "1e6/mL", "CLB002", "2.63"),
    "roche_cedex_bioht_example01.txt": ("glutamine molar concentration", "mmol/L", "SMPL1", "2.45"),
}


def reader_of(path: Path) -> str:
    """The reader of a published file: the name of the folder below the data folder."""
    return path.relative_to(DATA).parts[0]


def read_one(path: Path) -> VendorFile:
    """A published file through the sandbox."""
    return read(
        path.read_bytes(),
        path.name,
        reader=reader_of(path),
        time_zone="UTC",
        encoding="utf-8",
        unended=path.name in UNENDED,
    )


def values(file: VendorFile) -> set[tuple[str, str, str, tuple[float, ...]]]:
    """What a file gives as data, by the number and not by its spelling: 6 and 6.00 in a file are the same."""
    return {(one.name, one.unit, one.sample, tuple(map(float, one.values))) for one in file.of("mapped")}


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.name)
def test_a_published_file_goes_through_the_sandbox_to_its_published_values(path: Path) -> None:
    file = read_one(path)
    assert file.verdict == "accepted", file.reason
    assert file.counts()["mapped"] > 0 and file.counts()["quarantined"] == 0
    assert all(one.reason for one in file.of("ignored"))
    wanted = FIRST.get(path.name)
    if wanted:
        found = {(one.name, one.unit, one.sample, one.values[0]) for one in file.of("mapped")}
        name, unit, sample, value = wanted
        assert any(
            one[:2] == (name, unit) and sample in (None, one[2]) and value in (None, one[3]) for one in found
        ), sorted(found)[:20]
    answer = path.with_suffix(".json")
    if answer.exists():
        published = reconcile(
            json.loads(answer.read_text("utf-8")),
            look(path.read_bytes(), "utf-8"),
            digest=file.digest,
            reader=file.reader,
            version=file.version,
            unended=path.name in UNENDED,
        )
        assert file.measurements == published.measurements
        assert values(published) - values(file) == set()


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.name)
def test_a_file_that_must_be_refused_is_refused_in_words(path: Path) -> None:
    try:
        file = read_one(path)
    except Invalid as error:
        assert str(error)
    else:
        assert file.verdict == "quarantined" and file.reason


@pytest.mark.parametrize("path", [one for one in SOUND if one.name in CUT], ids=lambda path: path.name)
def test_a_file_cut_at_twenty_places_gives_no_value_that_the_whole_one_has_not(
    path: Path, tmp_path: Path
) -> None:
    data = path.read_bytes()
    cuts = places(data)
    whole = values(
        outcome(data, path, many({f"0@{path.name}": data}, path, tmp_path / "whole")[f"0@{path.name}"])
    )
    pieces = {f"{at:09}@{path.name}": data[:at] for at in cuts}
    accepted = quarantined = refused = 0
    for name, answer in many(pieces, path, tmp_path / "cut").items():
        try:
            file = outcome(pieces[name], path, answer)
        except Invalid as error:
            assert str(error)
            refused += 1
            continue
        if file.verdict == "quarantined":
            assert file.reason
            quarantined += 1
            continue
        accepted += 1
        assert values(file) - whole == set()
    told = f"{path.name}: {accepted} accepted, {quarantined} quarantined, {refused} refused"
    assert accepted + quarantined + refused == len(cuts) == CUTS, told
    assert quarantined + refused >= CUTS // 2, told
    assert accepted > 0 or path.name not in ROWS, told


def test_every_reader_that_allotropy_has_is_offered_and_refuses_garbage_in_words(tmp_path: Path) -> None:
    home = installed()
    assert {reader_of(path) for path in SOUND} <= set(home.readers)
    assert len(home.readers) > 50
    for reader in home.readers.values():
        garbage = f"{reader.name};1;2\n\x01\x02;;;\n".encode()
        folder = tmp_path / reader.name
        folder.mkdir()
        name = f"0@garbage.{reader.extensions[0]}"
        (folder / name).write_bytes(garbage)
    told = subprocess.run(
        [
            str(home.python),
            "-I",
            str(Path(__file__).with_name("all_readers.py")),
            str(environment.PROCESS),
            str(tmp_path),
            json.dumps({one.name: [one.module, one.kind] for one in home.readers.values()}),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    answers = json.loads(told.stdout)
    assert set(answers) == set(home.readers)
    for name, answer in answers.items():
        if "invalid" in answer:
            assert answer["invalid"][2], name
            continue
        (held,) = (tmp_path / name).iterdir()
        file = reconcile(
            answer["model"], look(held.read_bytes(), "utf-8"), digest="d" * 64, reader=name, version="1"
        )
        assert file.verdict == "quarantined", (name, file.of("mapped"))


def places(data: bytes) -> list[int]:
    """Where a file is cut: half of the places anywhere, of a text the other half behind the end of a line."""
    anywhere = [len(data) * at // (CUTS + 1) for at in range(1, CUTS + 1)]
    if data.startswith(b"PK"):
        return anywhere
    cuts: set[int] = set()
    for at, place in enumerate(anywhere):
        end = data.find(b"\n", place) + 1 if at % 2 else place
        while end in cuts or not 0 < end < len(data):
            end = (end + 1) % len(data)
        cuts.add(end)
    return sorted(cuts)


def many(pieces: dict[str, bytes], path: Path, folder: Path) -> dict[str, Any]:
    """The readers' answers to many files, out of one process."""
    home = installed()
    reader = home.reader(reader_of(path))
    folder.mkdir()
    for name, data in pieces.items():
        (folder / name).write_bytes(data)
    encoding = encoding_of(path.read_bytes(), "utf-8")
    driver = str(Path(__file__).with_name("driver.py"))
    done = subprocess.run(
        [
            str(home.python),
            "-I",
            driver,
            str(environment.PROCESS),
            reader.module,
            reader.kind,
            "UTC",
            encoding,
            str(folder),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout))


def outcome(data: bytes, path: Path, answer: dict[str, Any]) -> VendorFile:
    """What the reading makes of a reader's answer; the file's own text is looked at first, as there."""
    source = look(data, "utf-8")
    if "invalid" in answer:
        raise Invalid(answer["invalid"][0], why=answer["invalid"][2])
    return reconcile(
        answer["model"],
        source,
        digest=hashlib.sha256(data).hexdigest(),
        reader=reader_of(path),
        version=installed().version,
        unended=path.name in UNENDED,
    )
