"""JCAMP-DX 4.24 to 6.00: abscissae and ordinates counted and checked against what the file itself states.

The usual library prints a warning where a check fails, and hands the numbers on. Here a file whose NPOINTS, FIRSTX,
LASTX, FIRSTY, MINX, MAXX, MINY or MAXY are not those of its data, or whose x-check or y-check fails, has an *error*,
and goes to quarantine with the sentence that says which.

How exactly a stated number must be met follows from how it is written: one unit of its last digit (some round, some
cut), or of the factor that the data are multiplied by, or a thousandth of the step between two points (of an
ordinate, a ten-thousandth of the spread), whichever is the most.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from titer.base.errors import Invalid
from titer.connect.core.judged import Problem
from titer.connect.curves import asdf
from titer.connect.curves.document import Column, Curve, CurveFile
from titer.connect.curves.records import Block, Record, blocks_of, label_of

MAXIMAL_BYTES = 128 * 1024 * 1024
MAXIMAL_POINTS = 5_000_000
_PAIRS = re.compile(r"\(\s*XY\s*\.\.\s*XY\s*\)", re.IGNORECASE)
_RUNS = re.compile(r"\(\s*([A-Z])\s*\+\+\s*\(\s*([A-Z])\s*\.\.\s*\2\s*\)\s*\)?", re.IGNORECASE)
_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?"
_PAIR = re.compile(rf"\s*({_NUMBER})\s*[,\s]\s*({_NUMBER}|\?)\s*(?:;|,|\s|$)")
_INSTRUMENT = ("SPECTROMETERDATASYSTEM", "INSTRUMENT", "INSTRUMENTNAME", "SPECTROMETER")
_TABLES = ("XYDATA", "XYPOINTS", "PEAKTABLE", "RADATA")
_UNREAD = {
    "PEAKASSIGNMENTS": "peak assignments are text",
    "ASSIGNMENTS": "assignments are text",
    "AUDITTRAIL": "the instrument's own audit trail stays in the raw file",
    "XYMATRIX": "matrices are not read",
    "CONNECTIONTABLE": "chemical structures are not read",
    "MOLBLOCK": "chemical structures are not read",
}
Numbers = list[Decimal | None]


def parse(data: bytes, encoding: str = "") -> CurveFile:
    """Read a file in this very process; `curves.read` is what others call.

    Args:
        data: the file's bytes.
        encoding: of its text; "" takes UTF-8, else Latin-1. Numbers are ASCII in any case.

    Raises:
        Invalid: if it is no JCAMP-DX, or beyond a limit.
    """
    if len(data) > MAXIMAL_BYTES:
        raise Invalid(f"The file has {len(data)} bytes; more than {MAXIMAL_BYTES} are not read.")
    outer = blocks_of(_text(data, encoding))
    reader = _Reader()
    for block in outer.all():
        reader.block(block)
    blocks = list(outer.all())
    if not reader.curves and not reader.problems:
        reader.error("the file", "it holds no data that are read")
    stated = outer.first("BLOCKS")
    if stated.isdecimal() and len(stated) < 6 and int(stated) not in (len(blocks) - 1, len(blocks)):
        # The block that holds the others is counted by some and not by others.
        reader.error("BLOCKS", f"it promises {stated} blocks and holds {len(blocks) - 1}")

    def first(*labels: str) -> str:
        return next((text for one in blocks if (text := one.first(*labels))), "")

    names = [one.first("SAMPLEDESCRIPTION", "NAMES") or one.first("TITLE") for one in blocks]
    return CurveFile(
        digest=hashlib.sha256(data).hexdigest(),
        format="jcamp",
        title=_line(outer.first("TITLE")),
        instrument=_line(first(*_INSTRUMENT)),
        samples=tuple(dict.fromkeys(_line(one) for one in names if one)),
        measured_at=_line(first("LONGDATE") or f"{first('DATE')} {first('TIME')}"),
        curves=tuple(reader.curves),
        facts={
            name: _line(text)
            for name, label in (
                ("version", "JCAMPDX"),
                ("data type", "DATATYPE"),
                ("origin", "ORIGIN"),
                ("owner", "OWNER"),
            )
            if (text := first(label))
        },
        problems=tuple(reader.problems),
        unread=reader.unread,
    )


def _text(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding or "utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except LookupError as error:
        raise Invalid(f"There is no encoding {encoding!r}.") from error
    except UnicodeDecodeError as error:
        if encoding:
            raise Invalid(f"The file is no text in {encoding}.", why=str(error)) from error
        return data.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")


def _line(text: str) -> str:
    return " ".join(text.split())[:500]


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.curves: list[Curve] = []
        self.unread: dict[str, str] = {}
        self._points = 0

    def error(self, where: str, message: str) -> None:
        self.problems.append(Problem("structure", "error", where, message))

    def note(self, where: str, message: str) -> None:
        self.problems.append(Problem("structure", "note", where, message))

    def counted(self, count: int) -> None:
        self._points += count
        if self._points > MAXIMAL_POINTS:
            raise Invalid(f"The file holds more than {MAXIMAL_POINTS} points.")

    def block(self, block: Block) -> None:
        if not block.ended:
            self.error(
                f"line {block.line}", "the block that begins there has no ##END=: the file is cut short"
            )
        variables = _Variables.of(block) if block.record("NTUPLES") else None
        page = ""
        for record in block.records:
            if record.label == "PAGE":
                page = _line(record.value)
            elif record.label in _UNREAD:
                self.unread[record.label] = _UNREAD[record.label]
            elif record.label == "DATATABLE" or (variables is not None and record.label in _TABLES):
                self.tuples(block, record, variables, page)
            elif record.label in _TABLES:
                self.table(block, record)

    def table(self, block: Block, record: Record) -> None:
        """XYDATA, XYPOINTS, PEAK TABLE or RADATA of a block with its own FIRSTX, NPOINTS and so on."""
        axis = "R" if record.label == "RADATA" else "X"
        other = "A" if record.label == "RADATA" else "Y"
        facts = {label: block.first(label) for label in ("NPOINTS", f"FIRST{axis}", f"LAST{axis}")}
        facts |= {label: block.first(label) for label in (f"FIRST{other}", f"DELTA{axis}")}
        facts |= {
            f"{bound}{one}": block.first(f"{bound}{one}") for bound in ("MIN", "MAX") for one in (axis, other)
        }
        stated = _Stated(
            npoints=facts["NPOINTS"],
            first=(facts[f"FIRST{axis}"], facts[f"FIRST{other}"]),
            last=(facts[f"LAST{axis}"], ""),
            least=(facts[f"MIN{axis}"], facts[f"MIN{other}"]),
            most=(facts[f"MAX{axis}"], facts[f"MAX{other}"]),
            factors=(block.first(f"{axis}FACTOR"), block.first(f"{other}FACTOR")),
            delta=facts[f"DELTA{axis}"],
        )
        units = (block.first(f"{axis}UNITS"), block.first(f"{other}UNITS"))
        kind = "peaks" if record.label == "PEAKTABLE" else "spectrum"
        self.curve(block, record, stated, (("x", units[0]), ("y", units[1])), kind, "")

    def tuples(self, block: Block, record: Record, variables: _Variables | None, page: str) -> None:
        """One page of NTUPLES: the variables' own table says what is stated of each."""
        if variables is None:
            self.error(f"line {record.line}", "a DATA TABLE stands outside NTUPLES")
            return
        runs = _RUNS.search(record.value.partition("\n")[0])
        symbols = (runs[1].upper(), runs[2].upper()) if runs else ("X", "Y")
        indices = [variables.at(one) for one in symbols]
        if None in indices:
            self.error(
                f"line {record.line}", f"the variables {', '.join(symbols)} are not those of its NTUPLES"
            )
            return
        x, y = (int(one) for one in indices if one is not None)
        own = block.records[block.records.index(record) - 3 : block.records.index(record)]
        npoints = next((one.value for one in reversed(own) if one.label == "NPOINTS"), "")
        several = sum(one.label == "PAGE" for one in block.records) > 1
        both = [symbols[1]] if runs else []

        def pick(name: str, at: int) -> str:
            return variables.value(name, at)

        # FIRST, MIN and MAX of a variable that changes from page to page are those of the first page, or of all.
        shared = several and not both
        stated = _Stated(
            npoints=npoints or ("" if shared else pick("VARDIM", y)),
            first=(pick("FIRST", x), "" if several else pick("FIRST", y)) if runs else ("", ""),
            last=(pick("LAST", x), "") if runs else ("", ""),
            least=("", ""),
            most=("", ""),
            factors=(pick("FACTOR", x), pick("FACTOR", y)),
            delta="",
        )
        names = ((pick("VARNAME", x), pick("UNITS", x)), (pick("VARNAME", y), pick("UNITS", y)))
        self.curve(block, record, stated, names, "spectrum", page)

    def curve(
        self,
        block: Block,
        record: Record,
        stated: _Stated,
        names: tuple[tuple[str, str], tuple[str, str]],
        kind: str,
        page: str,
    ) -> None:
        head, _, body = record.value.partition("\n")
        where = f"line {record.line}" + (f", page {page}" if page else "")
        try:
            factors = tuple(
                asdf.number(text.strip()) if text.strip() else Decimal(1) for text in stated.factors
            )
            if _RUNS.search(head):
                xs, ys = self.runs(body, stated, factors, where, record.line)
            elif _PAIRS.search(head):
                xs, ys = self.pairs(body, factors, where)
            else:
                self.unread[record.label] = f"data of the form {_line(head)[:40]} are not read"
                self.error(where, f"data of the form {_line(head)[:40]!r} are not read")
                return
        except asdf.Faulty as error:
            self.error(where, str(error))
            return
        self.check(xs, ys, stated, factors, where)
        missing = sum(one is None for one in ys)
        if missing:
            self.note(where, f"{missing} ordinates are missing ('?')")
        columns = tuple(
            Column(name, _line(unit), tuple("NaN" if one is None else _plain(one) for one in values))
            for (name, unit), values in zip(names, (xs, ys), strict=True)
        )
        facts = {"data type": _line(block.first("DATATYPE") or block.first("DATACLASS"))}
        if page:
            facts["page"] = page
        title = _line(block.first("TITLE"))
        self.curves.append(Curve(where, f"{title} {page}".strip(), kind, columns, facts))

    def runs(
        self, body: str, stated: _Stated, factors: Sequence[Decimal], where: str, line: int
    ) -> tuple[Numbers, Numbers]:
        """`(X++(Y..Y))`: the ordinates, their abscissae, and the two checks of each line."""
        count = stated.count()
        if count is None:
            raise asdf.Faulty(f"its number of points is {stated.npoints[:40]!r}")
        self.counted(count)
        ordinates: Numbers = []
        starts: list[tuple[int, int, Decimal]] = []
        differs = False
        for at, text in enumerate(body.split("\n"), 1):
            if not text.strip():
                continue
            try:
                read = asdf.read_line(text, after_difference=differs, room=count - len(ordinates))
            except asdf.Faulty as error:
                raise asdf.Faulty(f"line {line + at}: {error}") from error
            if differs and ordinates and read.check != ordinates[-1]:
                raise asdf.Faulty(
                    f"line {line + at}: the y-check fails: it repeats {read.check}, and the line before "
                    f"ended with {ordinates[-1]}"
                )
            starts.append((line + at, len(ordinates) - (1 if differs else 0), read.x))
            ordinates += read.y
            differs = read.differs and bool(read.y)
            if len(ordinates) > count:
                break
        # A last line that holds nothing but the y-check adds no ordinate.
        first, last = (_stated(text) for text in (stated.first[0], stated.last[0]))
        if first is None and starts:
            first = starts[0][2] * factors[0]
        if first is None or (last is None and not _stated(stated.delta)):
            raise asdf.Faulty("it does not say where its abscissae begin and end")
        if last is None:
            last = first + (_stated(stated.delta) or Decimal(0)) * (count - 1)
        step = (last - first) / (count - 1) if count > 1 else Decimal(0)
        if len(ordinates) == count:
            self.x_check(starts, first, step, factors[0], where)
        abscissae: Numbers = [first + step * place for place in range(len(ordinates))]
        return abscissae, [None if one is None else one * factors[1] for one in ordinates]

    def x_check(
        self,
        starts: list[tuple[int, int, Decimal]],
        first: Decimal,
        step: Decimal,
        factor: Decimal,
        where: str,
    ) -> None:
        """Every line begins at the abscissa of its first ordinate, to within a step."""
        for line, place, x in starts:
            wanted = first + step * place
            reach = abs(step) + _half(x) * abs(factor)
            if abs(x * factor - wanted) > reach:
                self.error(
                    where,
                    f"line {line}: the x-check fails: the line begins at {_plain(x * factor)}, "
                    f"and its first point is at {_plain(wanted)}",
                )
                return

    def pairs(self, body: str, factors: Sequence[Decimal], where: str) -> tuple[Numbers, Numbers]:
        """`(XY..XY)`: pairs, separated by commas within and semicolons or white space between."""
        xs: Numbers = []
        ys: Numbers = []
        text, place = body.strip(), 0
        while place < len(text):
            found = _PAIR.match(text, place)
            if found is None:
                raise asdf.Faulty(f"{text[place : place + 20]!r} is no pair of numbers")
            place = found.end()
            xs.append(asdf.number(found[1]) * factors[0])
            ys.append(None if found[2] == "?" else asdf.number(found[2]) * factors[1])
            while place < len(text) and text[place] in ";, \t\n":
                place += 1
        self.counted(len(xs))
        return xs, ys

    def check(
        self, xs: Numbers, ys: Numbers, stated: _Stated, factors: Sequence[Decimal], where: str
    ) -> None:
        """What the file states of its data against the data."""
        count = stated.count()
        if stated.npoints.strip() and count is None:
            self.error(where, f"its number of points is {stated.npoints[:40]!r}")
        elif count is not None and count != len(ys):
            self.error(where, f"NPOINTS promises {count} points and there are {len(ys)}")
            return
        if not ys:
            if count is None:
                self.error(where, "it holds no points")
            return
        ends = [one for one in (xs[0], xs[-1]) if one is not None]
        step = abs(ends[-1] - ends[0]) / (len(xs) - 1) if len(xs) > 1 else Decimal(0)
        for axis, values in enumerate((xs, ys)):
            known = [one for one in values if one is not None]
            if not known:
                continue
            name = "XY"[axis]
            spread = max(known) - min(known)
            found = (
                ("FIRST", stated.first[axis], values[0]),
                ("LAST", stated.last[axis], values[-1]),
                ("MIN", stated.least[axis], min(known)),
                ("MAX", stated.most[axis], max(known)),
            )
            for what, text, value in found:
                wanted = _stated(text)
                if wanted is None or value is None:
                    continue
                reach = max(
                    2 * _half(wanted), abs(factors[axis]), step / 1000 if axis == 0 else spread / 10_000
                )
                if abs(value - wanted) > reach:
                    self.error(where, f"{what}{name} is said to be {text.strip()}, and is {_plain(value)}")


class _Stated:
    """What a block states of its data, each as text; pairs are abscissa and ordinate."""

    def __init__(
        self,
        *,
        npoints: str,
        first: tuple[str, str],
        last: tuple[str, str],
        least: tuple[str, str],
        most: tuple[str, str],
        factors: tuple[str, str],
        delta: str,
    ) -> None:
        self.npoints, self.first, self.last = npoints, first, last
        self.least, self.most, self.factors, self.delta = least, most, factors, delta

    def count(self) -> int | None:
        """The number of points, or None where it is none."""
        found = _stated(self.npoints)
        if found is None or found != int(found) or not 0 <= found <= MAXIMAL_POINTS:
            return None
        return int(found)


class _Variables:
    """The table of NTUPLES: a list for each of SYMBOL, VAR_NAME, UNITS, FIRST, LAST, FACTOR, VAR_DIM."""

    def __init__(self, lists: dict[str, list[str]]) -> None:
        self.lists = lists

    @classmethod
    def of(cls, block: Block) -> _Variables:
        names = ("SYMBOL", "VARNAME", "UNITS", "FIRST", "LAST", "FACTOR", "VARDIM", "MIN", "MAX")
        return cls({name: [one.strip() for one in block.first(name).split(",")] for name in names})

    def at(self, symbol: str) -> int | None:
        symbols = [one.upper() for one in self.lists["SYMBOL"]]
        return symbols.index(symbol) if symbol in symbols else None

    def value(self, name: str, at: int) -> str:
        found = self.lists[name]
        return found[at] if at < len(found) else ""


def _stated(text: str) -> Decimal | None:
    """A number that is stated, or None where there is none."""
    try:
        return asdf.number(text.strip().split()[0]) if text.strip() else None
    except asdf.Faulty:
        return None


def _half(value: Decimal) -> Decimal:
    """Half a unit of a number's last digit."""
    exponent: Any = value.as_tuple().exponent
    return Decimal((0, (5,), exponent - 1))


def _plain(value: Decimal) -> str:
    return f"{value:f}" if -12 < (value.adjusted() if value else 0) < 18 else str(value)


__all__ = ["label_of", "parse"]
