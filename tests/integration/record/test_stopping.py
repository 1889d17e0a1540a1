"""What becomes of the record when its storage fails: nothing more is written, and everybody is told."""

from __future__ import annotations

import errno
import os

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError

from titer.base.errors import Stopped, TiterError, Unavailable
from titer.record import Actor, ContentObject, Record
from titer.record.errors import translate

TIMER = Actor.timer("test")


def put(record: Record, data: bytes) -> str:
    with record.action(TIMER, "record.training.enter") as unit:
        return unit.content.put(data, media_type="text/plain", origin="test")


def kept(record: Record) -> set[str]:
    with record.reading() as session:
        return set(session.scalars(select(ContentObject.digest)))


def test_a_content_file_that_is_not_confirmed_stops_the_record(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = put(record, b"good")

    def broken(_descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(Stopped, match="Input/output error"):
        put(record, b"bad")
    monkeypatch.undo()
    with pytest.raises(Stopped, match="has stopped writing") as told:
        put(record, b"later")
    assert isinstance(told.value, Unavailable), "503 over HTTP"
    assert "Input/output error" in told.value.why
    assert record.halted is not None
    with pytest.raises(Stopped), record.operational():
        pass
    assert kept(record) == {before}, "reading goes on"


@pytest.mark.parametrize("code", ["58030", "53100", "XX001"])
def test_what_the_server_says_of_its_disk_stops_the_record(
    record: Record, owner: Engine, database: str, code: str
) -> None:
    """io_error, disk_full and data_corrupted (PostgreSQL, appendix A), raised at the commit, as the server would."""
    if database != "postgresql":
        pytest.skip("a code of PostgreSQL's")
    before = put(record, b"good")
    with owner.begin() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$BEGIN RAISE EXCEPTION 'could not write' USING ERRCODE = '{code}'; END$$"
        )
        connection.exec_driver_sql(
            "CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON record_content DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION fail()"
        )
    with pytest.raises(Stopped, match="could not write"):
        put(record, b"bad")
    with owner.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER fail ON record_content")
        connection.exec_driver_sql("DROP FUNCTION fail()")
    with pytest.raises(Stopped, match="has stopped writing"):
        put(record, b"later")
    assert kept(record) == {before}


def test_if_the_ledger_cannot_be_written_nothing_is(record: Record, owner: Engine, database: str) -> None:
    """No entry, no row: both are in one transaction, and there is no switch (21 CFR 11.10(e))."""
    before = put(record, b"good")
    with owner.begin() as connection:
        if database == "postgresql":
            connection.exec_driver_sql(
                "CREATE FUNCTION full_up() RETURNS trigger LANGUAGE plpgsql AS "
                "$$BEGIN RAISE EXCEPTION 'the ledger takes nothing'; END$$"
            )
            connection.exec_driver_sql(
                "CREATE TRIGGER full_up BEFORE INSERT ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION full_up()"
            )
        else:
            connection.exec_driver_sql(
                "CREATE TRIGGER full_up BEFORE INSERT ON ledger_entry "
                "BEGIN SELECT RAISE(ABORT, 'the ledger takes nothing'); END"
            )
    with pytest.raises((TiterError, DBAPIError), match="the ledger takes nothing"):
        put(record, b"bad")
    assert kept(record) == {before}


def test_the_first_reason_is_kept(record: Record) -> None:
    record.halt("the disk failed")
    record.halt("and then something else")
    assert record.halted == "the disk failed"


def test_other_errors_stop_nothing(record: Record) -> None:
    with pytest.raises(ZeroDivisionError), record.action(TIMER, "record.training.enter"):
        raise ZeroDivisionError
    assert record.halted is None
    assert translate(ZeroDivisionError()) is None
    put(record, b"good")
