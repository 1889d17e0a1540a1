"""Records of ASTM E1394 (LIS2-A2): H, P, O, R, C, Q and L, read into results. Pure.

The header says how a message is divided: field, repeat, component and escape delimiters, `|\\^&` as a rule (6.4.2).
Each record stands below the nearest one above it of a higher level: results below an order, orders below a patient.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from titer.base.clock import require_utc
from titer.base.errors import Invalid
from titer.connect.core.results import number_of

MOST_RECORDS = 20_000
KNOWN = "HPORCQLMS"
_TIME = re.compile(r"\d{8}(\d{2}|\d{4}|\d{6})?")
_ESCAPES = {"F": 0, "S": 2, "R": 1, "E": 3}
"""Field, component, repeat, escape (6.6), by their places among the delimiters."""


@dataclass(frozen=True, slots=True)
class Result:
    """One result record, with what stands above it.

    Attributes:
        test: the universal test identifier's local code (4th component), else its first one that is not empty.
        value: as it stands in the record, unescaped.
        unit: as the analyser writes it.
        flags: abnormal flags, e.g. `H`, `>`; "" for none.
        status: of the result: F final, P preliminary, C correction, X cannot be done, ... ; "" if not told.
        completed: when the test was done, "" if not told; `YYYYMMDDHHMMSS` in the analyser's zone.
        specimen: the order's specimen identifier, "" if there is no order above.
        patient: the practice's or laboratory's identifier of the patient or batch.
        instrument: who measured, as the record says.
        operator: who ran it.
        comments: of the result.
    """

    test: str
    value: str
    unit: str
    flags: str
    status: str
    completed: str
    specimen: str
    patient: str
    instrument: str
    operator: str
    comments: tuple[str, ...] = ()

    def number(self) -> Decimal | None:
        """The value as a number; None for a text or one that is only a bound, such as `>500`."""
        return number_of(self.value)


@dataclass(frozen=True, slots=True)
class Query:
    """An analyser asks what to do with a specimen (Q record).

    Attributes:
        specimen: its identifier; "ALL" asks for every order that waits.
        tests: which tests it asks about; none = all.
    """

    specimen: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it was read.

    Attributes:
        sender: name of the analyser, its model and software, as the header says.
        version: of the standard that it claims.
        results: in their order.
        queries: what it asks.
        foreign: records that were not read into anything (manufacturer's, scientific), with their types.
        complete: it ended with an L record that says normal termination.
    """

    sender: tuple[str, ...]
    version: str
    results: tuple[Result, ...]
    queries: tuple[Query, ...]
    foreign: tuple[str, ...]
    complete: bool


@dataclass(slots=True)
class _Above:
    patient: str = ""
    specimen: str = ""
    results: list[Result] = field(default_factory=list)


class _Delimiters:
    def __init__(self, header: str) -> None:
        marks = header[1:5]
        if len(marks) < 4 or len(set(marks)) != 4 or any(mark.isalnum() or mark in "\r\n" for mark in marks):
            raise Invalid(f"The header's delimiters {marks!r} cannot be meant.")
        self.field, self.repeat, self.component, self.escape = list(marks)

    def fields(self, record: str) -> list[str]:
        return record.split(self.field)

    def text(self, raw: str) -> str:
        """A field without its escape sequences (6.6)."""
        marks = (self.field, self.repeat, self.component, self.escape)
        found = re.escape(self.escape)
        return re.sub(f"{found}([FSRE]){found}", lambda one: marks[_ESCAPES[one[1]]], raw)

    def components(self, raw: str) -> list[str]:
        return [self.text(one) for one in raw.split(self.component)]


def read_message(raw: bytes, encoding: str) -> Message:
    """Read a message.

    Args:
        raw: its records, each ended by CR.
        encoding: of the text.

    Raises:
        Invalid: if it has no header, a record of no known type, or more records than can be meant.
    """
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise Invalid(f"The message is no {encoding} text: {error.reason} at byte {error.start}.") from error
    records = [one.strip("\n") for one in text.split("\r")]
    records = [one for one in records if one]
    if not records or records[0][:1] != "H":
        raise Invalid("The message does not begin with a header record.")
    if len(records) > MOST_RECORDS:
        raise Invalid(f"The message has {len(records)} records; at most {MOST_RECORDS} are taken.")
    marks = _Delimiters(records[0])
    header = marks.fields(records[0][5:])  # what follows the delimiters; [0] is empty
    above, queries, foreign, complete = _Above(), [], [], False
    for place, record in enumerate(records[1:], 2):
        kind, told = record[0].upper(), marks.fields(record)
        if complete:
            raise Invalid(f"Record {place} follows the one that ends the message.")
        if kind not in KNOWN or kind == "H" or (len(record) > 1 and record[1] != marks.field):
            raise Invalid(f"Record {place} is of no known type: {record[:20]!r}.")
        if kind == "P":
            above.patient = _first(marks, told, 2, 3, 4)
            above.specimen = ""
        elif kind == "O":
            above.specimen = _first(marks, told, 2, 3)
        elif kind == "R":
            above.results.append(_result(marks, told, above))
        elif kind == "C" and above.results:
            last = above.results[-1]
            words = " ".join(one for one in marks.components(_at(told, 3)) if one)
            above.results[-1] = _with_comment(last, words)
        elif kind == "Q":
            queries.append(_query(marks, told))
        elif kind == "L":
            complete = _at(told, 2) in ("", "N", "F")
            if not complete:
                foreign.append(f"L {_at(told, 2)}")
        else:
            foreign.append(kind)
    sender = tuple(one for one in marks.components(_at(header, 3)) if one)
    return Message(sender, _at(header, 11), tuple(above.results), tuple(queries), tuple(foreign), complete)


def _at(told: Sequence[str], place: int) -> str:
    return told[place] if place < len(told) else ""


def _first(marks: _Delimiters, told: Sequence[str], *places: int) -> str:
    """The first component that is not empty of the first of some fields that has one."""
    for place in places:
        for one in marks.components(_at(told, place).split(marks.repeat)[0]):
            if one.strip():
                return one.strip()
    return ""


def _test(marks: _Delimiters, raw: str) -> str:
    parts = [one.strip() for one in marks.components(raw)]
    return (parts[3] if len(parts) > 3 else "") or next((one for one in parts if one), "")


def _result(marks: _Delimiters, told: list[str], above: _Above) -> Result:
    return Result(
        test=_test(marks, _at(told, 2)),
        value=marks.text(_at(told, 3)).strip(),
        unit=marks.text(_at(told, 4)).strip(),
        flags=marks.text(_at(told, 6)).strip(),
        status=_at(told, 8).strip(),
        completed=(_at(told, 12) or _at(told, 11)).strip(),
        specimen=above.specimen,
        patient=above.patient,
        instrument=" ".join(one for one in marks.components(_at(told, 13)) if one),
        operator=" ".join(one for one in marks.components(_at(told, 10)) if one),
    )


def _with_comment(result: Result, words: str) -> Result:
    return replace(result, comments=(*result.comments, words)) if words else result


def _query(marks: _Delimiters, told: list[str]) -> Query:
    parts = [one.strip() for one in marks.components(_at(told, 2)) if one.strip()]
    tests = (_test(marks, one) for one in _at(told, 4).split(marks.repeat))
    return Query(parts[-1] if parts else "", tuple(one for one in tests if one and one.upper() != "ALL"))


def instant(text: str, zone: ZoneInfo) -> datetime | None:
    """A time of a record as an instant; None where there is none.

    Args:
        text: `YYYYMMDD`, with hours, minutes and seconds or without.
        zone: of the analyser's clock.

    Raises:
        Invalid: if it is no time.
    """
    if not text:
        return None
    if not _TIME.fullmatch(text):
        raise Invalid(f"{text[:40]!r} is no time of a record.")
    try:
        return require_utc(datetime.strptime(text.ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=zone))
    except ValueError as error:
        raise Invalid(f"{text!r} is no time of a record.") from error


def worklist(orders: Sequence[tuple[str, Sequence[str]]], sent: datetime, sender: str) -> bytes:
    """A message that answers a query: what is to be done with which specimen.

    Args:
        orders: specimen and its tests; none = there is nothing to do, which is said as such.
        sent: when, in the analyser's zone.
        sender: the name of this host.
    """
    lines = [f"H|\\^&|||{_escaped(sender)}|||||||P|LIS2-A2|{sent:%Y%m%d%H%M%S}"]
    for number, (specimen, tests) in enumerate(orders, 1):
        asked = "\\".join(f"^^^{_escaped(test)}" for test in tests)
        lines += [f"P|{number}", f"O|1|{_escaped(specimen)}||{asked}|R||||||N||||||||||||||Q"]
    lines.append(f"L|1|{'N' if orders else 'I'}")
    return "".join(f"{line}\r" for line in lines).encode("ascii", "replace")


def _escaped(text: str) -> str:
    names = {"|": "&F&", "\\": "&R&", "^": "&S&", "&": "&E&"}
    return "".join(names.get(one, one) for one in text if one >= " ")
