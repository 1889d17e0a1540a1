"""`titer record show` says what a record looked like, at an instant that a person types."""

from __future__ import annotations

from typing import Any

import pytest

from titer.base.clock import iso
from titer.base.errors import Invalid
from titer.cli.history import instant


def test_a_record_is_shown_as_it_is_and_as_it_was(lab: Any) -> None:
    now = lab.as_("ben", "record", "show", "record_person", "ada")
    assert "was at version 1 of 1" in now.out
    assert "full_name = Ada" in now.out
    assert "The table holds what the newest entry says." in now.out
    before = lab.as_("ben", "record", "show", "record_person", "ada", "--at", "2020-03-03 10:00")
    assert "there was no record_person Ada; it was entered later" in before.out
    told = lab.as_("ben", "record", "history", "record_person", "ada", "--json").json
    assert [step["verb"] for step in told["steps"]] == ["record.person.create"]
    wrong = lab.run("record", "show", "record_person", "nobody", "--dir", str(lab.folder), "--as", "ben")
    assert (wrong.code, "knows no record_person nobody" in wrong.err) == (1, True)


def test_an_instant_is_of_the_plants_zone_unless_it_bears_one() -> None:
    assert iso(instant("2026-03-03 10:00", "Europe/Zurich")) == "2026-03-03T09:00:00.000000Z"
    assert iso(instant("2026-07-03T10:00:00Z", "Europe/Zurich")) == "2026-07-03T10:00:00.000000Z"
    with pytest.raises(Invalid, match="no instant"):
        instant("yesterday", "UTC")
