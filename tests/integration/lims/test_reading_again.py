"""A file that was quarantined is read again when there is something to read it with: by itself, or by a person."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from titer.base.errors import Invalid, Refused, Unavailable
from titer.lims import RawFile
from titer.lims.chromatography import RunDocument, Series

MISSING = "The readers of vendors' files (allotropy) are not installed."


class Readers:
    """Readers of vendors' files: absent, there, or there and refusing."""

    def __init__(self) -> None:
        self.state = "absent"

    def read(self, data: bytes, digest: str, told: object = None) -> RunDocument:
        if self.state == "absent":
            raise Unavailable(MISSING)
        if self.state == "refusing":
            raise Invalid("The file is not taken as data.", why="line 7 is cut")
        series = (Series("$.values[0]", "step", "Glucose", "g/L", None, ("4.1",)),)
        return RunDocument(digest, None, "MA-01", (), series=series)


@pytest.fixture
def readers(empty_lab: Any) -> Readers:
    """None are installed."""
    made = Readers()
    empty_lab.lims.files.read = made.read
    return made


def held(lab: Any) -> RawFile:
    with lab.record.reading() as session:
        return session.scalars(select(RawFile)).one()


def test_a_file_that_waited_for_its_readers_is_read_by_itself_once_they_are_there(
    empty_lab: Any, readers: Readers
) -> None:
    lab = empty_lab
    lab.drop(b"of a vendor's", "flex2.csv")
    assert (held(lab).disposition, held(lab).reason) == ("quarantined", MISSING)
    version = held(lab).version
    assert lab.lims.read_what_waited() > 0
    assert held(lab).version == version, "nothing is written while there is nothing to read it with"
    readers.state = "there"
    lab.lims.read_what_waited()
    file = held(lab)
    assert (file.disposition, file.reason, file.found["series"]) == ("pending", None, ["Glucose"])
    assert [event for event, _ in lab.equipment.documents] == ["quarantine", "release"]
    version = file.version
    lab.lims.read_what_waited()
    assert held(lab).version == version


def test_a_file_that_the_readers_refuse_stays_in_quarantine_with_their_reason_and_is_not_tried_for_ever(
    empty_lab: Any, readers: Readers
) -> None:
    lab = empty_lab
    lab.drop(b"of a vendor's", "flex2.csv")
    readers.state = "refusing"
    lab.lims.read_what_waited()
    assert (held(lab).disposition, "line 7 is cut" in str(held(lab).reason)) == ("quarantined", True)
    version = held(lab).version
    lab.lims.read_what_waited()
    assert held(lab).version == version


def test_a_person_has_a_quarantined_file_read_again_and_only_such_a_one(
    empty_lab: Any, readers: Readers
) -> None:
    lab = empty_lab
    readers.state = "refusing"
    lab.drop(b"of a vendor's", "flex2.csv")
    file = held(lab)
    readers.state = "absent"
    assert isinstance(lab.lims.files.read_ahead(file.digest, afresh=True), Unavailable)
    with pytest.raises(Unavailable), lab.act("analyst", "lims.file.read") as unit:
        lab.lims.read_again(unit, file.id)
    assert held(lab).version == file.version
    readers.state = "there"
    assert lab.lims.files.read_ahead(file.digest, afresh=True) is None
    with lab.act("analyst", "lims.file.read", "a newer reader") as unit:
        lab.lims.read_again(unit, file.id, file.version)
    assert held(lab).disposition == "pending"
    with pytest.raises(Refused, match="in no quarantine"), lab.act("analyst", "lims.file.read") as unit:
        lab.lims.read_again(unit, file.id)
