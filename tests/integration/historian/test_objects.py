"""Sealed segments on S3-compatible storage: stored once, read back, verified before use, gone from here in time.

The storage is moto's server, on loopback.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyarrow import fs
from sqlalchemy import select
from tests.integration.historian.reactor import ANN, CHANNELS, PV, S, frame

from titer.app import Config, create_installation, load, open_platform
from titer.base import vault
from titer.base.clock import ManualClock
from titer.base.errors import IntegrityFault, Invalid, Refused
from titer.historian import Historian, SegmentDamaged
from titer.historian.keeping import Keeping
from titer.historian.model import HistorianObject
from titer.historian.objects import Objects, ObjectSettings, Storing
from titer.historian.rollups import DAY_US
from titer.record import Record

SERVER = """
import logging, sys
from moto.moto_server.threaded_moto_server import ThreadedMotoServer
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print("%s:%d" % server.get_host_and_port(), flush=True)
sys.stdin.read()
server.stop()
"""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Host and port of a storage in an environment of its own; it ends when its standard input is closed."""
    python = Path(sys.prefix) / "storage" / "bin" / "python"
    if not python.exists():
        pytest.skip("the storage's environment is missing; `make test` sets it up")
    with subprocess.Popen(
        [python, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        yield child.stdout.readline().strip()
        child.communicate()


@pytest.fixture
def settings(endpoint: str, request: pytest.FixtureRequest) -> ObjectSettings:
    return ObjectSettings.read(
        {
            "bucket": f"plant-{abs(hash(request.node.name)) % 10**9}",
            "prefix": "hub-a",
            "endpoint": endpoint,
            "scheme": "http",
            "access_key": "titer",
            "secret_file": "keys/objects.secret",
            "local_days": 30,
        }
    )


@pytest.fixture
def bucket(settings: ObjectSettings) -> fs.S3FileSystem:
    made = fs.S3FileSystem(
        access_key="titer",
        secret_key="secret",
        region="us-east-1",
        scheme="http",
        endpoint_override=settings.endpoint,
        allow_bucket_creation=True,
    )
    made.create_dir(settings.bucket)
    return made


@pytest.fixture
def storing(historian: Historian, settings: ObjectSettings, bucket: fs.S3FileSystem) -> Storing:
    return historian.store_in(Objects.open(settings, "secret"), settings.local_days)


@pytest.fixture
def filled(historian: Historian, t0: int) -> Historian:
    """Three days, a segment each."""
    for day in range(3):
        historian.append([frame(t0 + day * DAY_US, 1 + 100 * day, [float(n) for n in range(100)])])
    historian.seal()
    return historian


def settle(storing: Storing) -> None:
    while storing.step() < 1:
        pass


def keys(bucket: fs.S3FileSystem, settings: ObjectSettings) -> dict[str, int]:
    found = bucket.get_file_info(fs.FileSelector(settings.bucket, recursive=True))
    return {info.path: info.size for info in found if info.type == fs.FileType.File}


def local(historian: Historian) -> list[Path]:
    return sorted((historian.folder / "segments").rglob("*.parquet"))


def test_segments_are_stored_once_go_after_their_time_and_come_back_verified(
    filled: Historian,
    storing: Storing,
    settings: ObjectSettings,
    bucket: fs.S3FileSystem,
    clock: ManualClock,
    t0: int,
) -> None:
    settle(storing)
    refs = filled.store.view().segments
    assert keys(bucket, settings) == {f"{settings.bucket}/hub-a/{ref.path}": ref.size for ref in refs}
    assert set(storing.stored()) == {ref.digest for ref in refs}
    assert not storing.objects.store(refs[0], filled.folder / refs[0].path)  # there already: not sent again
    assert len(local(filled)) == 3
    clock.advance(timedelta(days=31))
    settle(storing)
    assert local(filled) == []
    assert filled.verify() == []  # where they are
    assert local(filled) == []
    assert filled.read([PV], t0 + DAY_US, t0 + 2 * DAY_US).num_rows == 100
    (one,) = local(filled)
    assert one.name == f"{refs[1].digest}.parquet"
    assert filled.read([PV], t0, t0 + 3 * DAY_US).num_rows == 300
    with filled.record.reading() as session:
        assert len(filled.sealed_files(session.connection())) == 3


def test_a_backup_finds_every_segment_though_none_is_here(
    filled: Historian, storing: Storing, clock: ManualClock
) -> None:
    settle(storing)
    clock.advance(timedelta(days=31))
    settle(storing)
    with filled.record.reading() as session:
        found = filled.sealed_files(session.connection())
    assert [path.exists() for path, _ in found] == [True] * 3


def test_other_bytes_under_a_segments_name_are_never_read(
    filled: Historian,
    storing: Storing,
    settings: ObjectSettings,
    bucket: fs.S3FileSystem,
    clock: ManualClock,
    t0: int,
) -> None:
    settle(storing)
    clock.advance(timedelta(days=31))
    settle(storing)
    ref = filled.store.view().segments[0]
    key = storing.objects.key(ref)
    data = bytearray(bucket.open_input_file(key).read())
    data[len(data) // 2] ^= 4
    with bucket.open_output_stream(key) as target:
        target.write(bytes(data))
    with pytest.raises(SegmentDamaged, match="Stored away"):
        filled.read([PV], t0, t0 + DAY_US)
    assert local(filled) == []
    (fault,) = filled.verify()
    assert ref.digest in fault
    bucket.delete_file(key)
    with pytest.raises(SegmentDamaged, match="cannot be fetched"):
        filled.read([PV], t0, t0 + DAY_US)
    assert len(filled.verify()) == 1
    assert filled.read([PV], t0 + DAY_US, t0 + 3 * DAY_US).num_rows == 200  # the others are well


def test_what_was_sent_half_is_not_stored_and_is_sent_again(
    filled: Historian, storing: Storing, bucket: fs.S3FileSystem
) -> None:
    ref = filled.store.view().segments[0]
    path = filled.folder / ref.path
    with bucket.open_output_stream(storing.objects.key(ref)) as target:
        target.write(path.read_bytes()[:100])
    settle(storing)
    assert bucket.open_input_file(storing.objects.key(ref)).read() == path.read_bytes()
    assert ref.digest in storing.stored()


def test_a_storage_that_is_away_is_said_once_and_nothing_goes(
    filled: Historian,
    settings: ObjectSettings,
    clock: ManualClock,
    caplog: pytest.LogCaptureFixture,
    bucket: fs.S3FileSystem,
) -> None:
    class Away:
        def __init__(self) -> None:
            self.away = True
            self.real = Objects.open(settings, "secret")

        def __getattr__(self, name: str) -> Any:
            if self.away:
                raise OSError("nobody answers")
            return getattr(self.real, name)

    objects = Away()
    storing = filled.store_in(objects, 30)  # type: ignore[arg-type]
    clock.advance(timedelta(days=60))
    for _ in range(3):
        assert storing.step() == 60
    assert len(local(filled)) == 3
    objects.away = False
    settle(storing)
    said = [record.message for record in caplog.records if "stored away" in record.message]
    assert said == ["segments cannot be stored away: nobody answers", "segments are stored away again"]
    assert len(local(filled)) == 3  # stored just now


def test_a_retired_segment_goes_there_too(
    filled: Historian,
    storing: Storing,
    settings: ObjectSettings,
    bucket: fs.S3FileSystem,
    record: Record,
    clock: ManualClock,
    t0: int,
) -> None:
    settle(storing)
    keeping = Keeping(filled, lambda *_: [])
    with record.action(ANN, "historian.retention.set", reason="ours") as unit:
        keeping.set_class(unit, name="raw", years=1, basis="procedure 7")
        keeping.assign(unit, "raw", [PV])
    clock.advance(timedelta(days=800))
    settle(storing)
    assert local(filled) == []
    ref = filled.store.view().segments[0]
    with record.action(ANN, "historian.segment.retire", reason="over") as unit:
        keeping.retire(unit, [ref.digest])
    filled.forget([ref.digest])
    assert len(keys(bucket, settings)) == 3
    settle(storing)
    assert len(keys(bucket, settings)) == 2
    with record.reading() as session:
        assert ref.digest not in session.scalars(select(HistorianObject.digest)).all()
    assert filled.verify() == []
    with pytest.raises(Refused, match="were retired"):
        filled.read([PV], t0, t0 + S)


def test_settings_that_would_give_the_secret_away_are_refused() -> None:
    told = {"bucket": "b", "access_key": "a", "secret_file": "keys/s"}
    with pytest.raises(Invalid, match="encrypted only"):
        ObjectSettings.read({**told, "scheme": "http", "endpoint": "s3.plant.example:9000"})
    with pytest.raises(Invalid, match="Unknown settings: secret_key"):
        ObjectSettings.read({**told, "secret_key": "open"})
    with pytest.raises(Invalid, match="Missing settings: secret_file"):
        ObjectSettings.read({"bucket": "b", "access_key": "a"})


def test_what_stands_in_titer_yaml_leads_to_a_stored_segment_that_is_read_from_there_alone(
    settings: ObjectSettings, bucket: fs.S3FileSystem, tmp_path: Path, clock: ManualClock, t0: int
) -> None:
    """The wiring: configuration, sealed secret, sealer and storing worker, restart."""
    folder = tmp_path / "lab"
    create_installation(folder, Config(name="lab", port=0), simulated=True, demo=False, clock=clock)
    (folder / "keys" / "objects.secret").write_text("secret\n")
    with_objects = yaml.safe_load((folder / "titer.yaml").read_text()) | {"objects": dict(vars(settings))}
    (folder / "titer.yaml").write_text(yaml.safe_dump(with_objects))
    with pytest.raises(IntegrityFault, match="is not sealed"):  # a secret in plain bytes is not taken
        open_platform(folder, clock=clock)
    key = folder / str(load(folder).key_file)
    (folder / "keys" / "objects.secret").unlink()
    vault.find(key).write(folder / "keys" / "objects.secret", b"secret\n", vault.OWN_FILE)

    platform = open_platform(folder, clock=clock)
    try:
        with platform.record.action(ANN, "equipment.intake") as unit:
            platform.equipment.import_connection(unit, "br201", "opcua", {}, CHANNELS)
        platform.historian.append([frame(t0, 1, [float(n) for n in range(100)])])
        platform.historian.seal()
        workers = {one.name: one for one in platform.workers}
        while workers["historian.objects"].step() < 1:
            pass
        (ref,) = platform.historian.store.view().segments
        assert keys(bucket, settings) == {f"{settings.bucket}/hub-a/{ref.path}": ref.size}
        clock.advance(timedelta(days=31))
        while workers["historian.objects"].step() < 1:
            pass
        assert local(platform.historian) == []
    finally:
        platform.close()

    again = open_platform(folder, clock=clock)
    try:
        assert again.historian.read([PV], t0, t0 + DAY_US).num_rows == 100
        assert [path.name for path in local(again.historian)] == [f"{ref.digest}.parquet"]
    finally:
        again.close()
