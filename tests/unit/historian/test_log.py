"""The log keeps what it acknowledged, and tells an interrupted write from damage."""

from __future__ import annotations

import errno
import os
import zlib
from itertools import count
from pathlib import Path

import pytest

from titer.historian.errors import LogDamaged, LogForged, StoreStopped
from titer.historian.log import HEADER_BYTES, Log, encode, scan

KEY = bytes(range(32))
NUMBERS = count(1)


def a_log(folder: Path, key: bytes = KEY) -> Log:
    return Log(folder, key, lambda: f"{next(NUMBERS):032x}")


def opened(folder: Path, key: bytes = KEY) -> tuple[Log, list[bytes]]:
    log = a_log(folder, key)
    found = [payload for _, payload in log.open()]
    return log, found


def fill(folder: Path, *payloads: bytes, each_durable: bool = True) -> Path:
    log, _ = opened(folder)
    for payload in payloads:
        ticket = log.write([payload])
        if each_durable:
            log.sync(ticket)
    path = folder / f"{log.file:010d}.ttrlog"
    log.close()
    return path


def test_what_was_written_is_read_again_in_order(tmp_path: Path) -> None:
    fill(tmp_path, b"one", b"", b"three" * 1000)
    log, found = opened(tmp_path)
    assert found == [b"one", b"", b"three" * 1000]
    assert log.file == 2
    log.close()


def test_a_torn_tail_is_cut_off_and_counted(tmp_path: Path) -> None:
    path = fill(tmp_path, b"one", b"two")
    path.write_bytes(path.read_bytes()[:-1])
    log, found = opened(tmp_path)
    assert found == [b"one"]
    assert log.torn_bytes == HEADER_BYTES + 2
    log.close()
    again, found = opened(tmp_path)
    assert (found, again.torn_bytes) == ([b"one"], 0)
    again.close()


def test_damage_in_front_of_a_durable_byte_is_an_alarm(tmp_path: Path) -> None:
    path = fill(tmp_path, b"first" * 100, b"second", b"third")
    data = bytearray(path.read_bytes())
    data[HEADER_BYTES + 10] ^= 1
    path.write_bytes(data)
    with pytest.raises(LogDamaged) as caught:
        opened(tmp_path)
    assert caught.value.offset == 0
    assert caught.value.readable == 2
    assert "restore it from the backup" in str(caught.value)


def test_pages_lost_behind_the_last_confirmed_byte_are_no_alarm(tmp_path: Path) -> None:
    """Two writes that nobody had confirmed: the disk may have kept the second and not the first."""
    path = fill(tmp_path, b"first" * 100, b"second", each_durable=False)
    data = bytearray(path.read_bytes())
    data[HEADER_BYTES : HEADER_BYTES + 200] = bytes(200)
    path.write_bytes(data)
    log, found = opened(tmp_path)
    assert found == []
    assert log.torn_bytes == len(data)
    log.close()


def test_a_complete_file_may_have_no_torn_tail(tmp_path: Path) -> None:
    log, _ = opened(tmp_path)
    log.write([b"one"])
    done = log.rotate()
    log.write([b"two"])
    log.close()
    path = tmp_path / f"{done:010d}.ttrlog"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(LogDamaged):
        opened(tmp_path)


def test_a_record_that_was_cut_out_is_noticed(tmp_path: Path) -> None:
    path = fill(tmp_path, b"aaa", b"bbb", b"ccc")
    data = path.read_bytes()
    size = HEADER_BYTES + 3
    path.write_bytes(data[:size] + data[2 * size :])
    with pytest.raises(LogDamaged):
        opened(tmp_path)


def test_a_record_of_another_file_is_noticed(tmp_path: Path) -> None:
    path = fill(tmp_path / "a", b"aaa")
    assert scan(path.read_bytes(), KEY, 1, newest=True).spans
    assert scan(path.read_bytes(), KEY, 2, newest=True).torn == len(path.read_bytes())


def forged(record: bytes, payload: bytes, *, key: bytes | None = None) -> bytes:
    """The record with another payload, all its checksums right; vouched for under a key if there is one."""
    file, number, durable = (int.from_bytes(record[a:b], "little") for a, b in ((8, 12), (12, 20), (20, 28)))
    salt, tag = record[36:52], record[52:68]
    header = encode(key or KEY, salt, file, number, durable, payload)
    vouched = header[:-4] if key else header[:52] + tag
    return vouched + zlib.crc32(vouched).to_bytes(4, "little") + payload


def test_a_record_that_was_rewritten_with_right_checksums_is_an_alarm_wherever_it_stands(
    tmp_path: Path,
) -> None:
    path = fill(tmp_path, b"aaa", b"bbb", b"ccc")
    data, size = path.read_bytes(), HEADER_BYTES + 3
    for place in range(3):
        at = place * size
        for key in (None, bytes(32)):
            path.write_bytes(data[:at] + forged(data[at : at + size], b"xxx", key=key) + data[at + size :])
            with pytest.raises(LogForged, match=f"byte {at} ") as told:
                opened(tmp_path)
            assert told.value.offset == at
    assert path.read_bytes() != data, "what was found is left as evidence"
    path.write_bytes(data)
    assert opened(tmp_path)[1] == [b"aaa", b"bbb", b"ccc"]


def test_a_genuine_record_of_another_file_of_the_same_number_does_not_pass(tmp_path: Path) -> None:
    one, other = fill(tmp_path / "a", b"aaa", b"bbb"), fill(tmp_path / "b", b"xxx", b"yyy")
    size = HEADER_BYTES + 3
    one.write_bytes(one.read_bytes()[:size] + other.read_bytes()[size:])
    with pytest.raises(LogForged):
        opened(tmp_path / "a")


def test_the_log_of_another_installation_is_not_taken_in(tmp_path: Path) -> None:
    fill(tmp_path, b"aaa")
    with pytest.raises(LogForged, match="did not write"):
        opened(tmp_path, bytes(32))


def test_a_file_that_was_taken_away_before_it_was_sealed_is_noticed(tmp_path: Path) -> None:
    log, _ = opened(tmp_path)
    log.sync(log.write([b"one"]))
    done = log.rotate()
    log.sync(log.write([b"two"]))
    log.close()
    (tmp_path / f"{done:010d}.ttrlog").unlink()
    with pytest.raises(LogDamaged, match=r"0000000001\.ttrlog") as told:
        opened(tmp_path)
    assert "not there" in told.value.why


def test_a_full_disk_takes_nothing_and_the_log_stops_until_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, _ = opened(tmp_path)
    log.sync(log.write([b"one"]))
    real = os.write

    def half(fd: int, data: bytes) -> int:
        if len(data) > 20:
            return real(fd, bytes(data[:20]))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(StoreStopped, match="No space left"):
        log.write([b"two"])
    monkeypatch.undo()
    with pytest.raises(StoreStopped, match="No space left"):
        log.write([b"three"])
    log.close()
    again, found = opened(tmp_path)
    assert found == [b"one"]
    again.sync(again.write([b"two"]))
    again.close()
    assert opened(tmp_path)[1] == [b"one", b"two"]


def test_what_a_killed_process_left_unconfirmed_is_written_anew_before_it_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = fill(tmp_path, b"one", b"two")
    confirmed: list[str] = []
    real = os.fsync

    def fsync(fd: int) -> None:
        real(fd)
        confirmed.append(str(Path(f"/proc/self/fd/{fd}").readlink()))

    before = path.stat().st_ino
    monkeypatch.setattr(os, "fsync", fsync)
    log, found = opened(tmp_path)
    assert found == [b"one", b"two"]
    assert path.stat().st_ino != before, "pages that a failed fsync lost are written as pages of a new file"
    written = confirmed.index(str(path.with_suffix(".new")))
    assert str(tmp_path) in confirmed[written:], "the folder, too, before it counts as stored"
    log.close()


def test_after_a_failed_sync_nothing_more_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, _ = opened(tmp_path)
    ticket = log.write([b"one"])

    def broken(_fd: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", broken)
    with pytest.raises(StoreStopped):
        log.sync(ticket)
    monkeypatch.undo()
    with pytest.raises(StoreStopped):
        log.sync(ticket)
    with pytest.raises(StoreStopped, match="did not confirm"):
        log.write([b"two"])
    log.close()


def test_numbers_of_files_are_never_used_again(tmp_path: Path) -> None:
    log = a_log(tmp_path)
    list(log.open(at_least=41))
    assert log.file == 42
    log.close()
