"""Values, units, parameters and series of an AnIML document: raw text kept, contradictions said."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
from lxml import etree

from titer.base.errors import Invalid
from titer.connect.animl import lexical
from titer.connect.animl.document import Parameter, Series, SeriesSet, UnitEntry, ValueSet
from titer.connect.core.judged import Problem

VALUE_TAGS = {
    "I": "Int32",
    "L": "Int64",
    "F": "Float32",
    "D": "Float64",
    "S": "String",
    "Boolean": "Boolean",
    "DateTime": "DateTime",
    "PNG": "PNG",
    "EmbeddedXML": "EmbeddedXML",
    "SVG": "SVG",
}
ENCODED = {"Int32": "<i4", "Int64": "<i8", "Float32": "<f4", "Float64": "<f8"}
MAXIMAL_VALUES = 5_000_000
_INDEX = re.compile(r"[0-9]{1,9}")


class Values:
    """Reads the value-bearing elements of one document and collects its problems."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.unread: dict[str, str] = {}
        self._values = 0

    def error(self, element: Any, message: str) -> None:
        self.problems.append(Problem("structure", "error", _where(element), message))

    def note(self, element: Any, message: str) -> None:
        self.problems.append(Problem("structure", "note", _where(element), message))

    def children(self, element: Any, known: Iterable[str]) -> dict[str, list[Any]]:
        """The children by name; one that the core schema does not know here is an error, never skipped."""
        found: dict[str, list[Any]] = {name: [] for name in known}
        for child in element:
            if not isinstance(child.tag, str):
                continue
            name = etree.QName(child).localname
            if name in found:
                found[name].append(child)
            else:
                self.error(child, f"{name} is not known inside {etree.QName(element).localname}")
        return found

    def parameter(self, element: Any) -> Parameter:
        kind = str(element.get("parameterType") or "")
        found, value = self.value(element)
        if found and found != kind:
            says = f"says {kind}" if kind else "says no type"
            self.error(element, f"the parameter {element.get('name')!r} {says} and holds {found}")
        self.check_value(element, found, value)
        units = [one for one in element if isinstance(one.tag, str) and etree.QName(one).localname == "Unit"]
        return Parameter(
            name=str(element.get("name") or ""),
            type=kind,
            value=value,
            unit=self.unit(units[0]) if units else None,
            id=str(element.get("id") or ""),
        )

    def value(self, element: Any) -> tuple[str, str]:
        """The one value inside an element: its type and its raw text."""
        found = [
            one
            for one in element
            if isinstance(one.tag, str) and etree.QName(one).localname not in {"Unit", "SIUnit"}
        ]
        if len(found) != 1 or etree.QName(found[0]).localname not in VALUE_TAGS:
            self.error(element, f"{etree.QName(element).localname} must hold one value")
            return "", ""
        name = etree.QName(found[0]).localname
        return VALUE_TAGS[name], self.text(found[0], VALUE_TAGS[name])

    def text(self, element: Any, kind: str) -> str:
        """The raw text of a value; the standard has white space kept in strings alone."""
        if kind in {"EmbeddedXML", "SVG"} and len(element):
            self.error(element, f"a value of type {kind} holds its XML unescaped")
            return "".join(etree.tostring(one, encoding="unicode") for one in element)
        if kind in {"String", "EmbeddedXML", "SVG"}:
            return raw_text(element)
        return "".join(raw_text(element).split()) if kind == "PNG" else text_of(element)

    def check_value(self, element: Any, kind: str, value: str) -> None:
        fault = lexical.fault(kind, value)
        if fault:
            self.error(element, fault)

    def unit(self, element: Any) -> UnitEntry:
        parts = self.children(element, ("SIUnit",))["SIUnit"]
        return UnitEntry(
            label=str(element.get("label") or ""),
            quantity=str(element.get("quantity") or ""),
            si=tuple(
                (text_of(one), *(str(one.get(name) or "") for name in ("factor", "exponent", "offset")))
                for one in parts
            ),
        )

    def series_set(self, element: Any) -> SeriesSet:
        text = str(element.get("length") or "")
        length = int(text) if _INDEX.fullmatch(text) else -1
        if length < 0:
            self.error(element, f"its length is {text!r}, which is no number of values")
        series = tuple(
            self.series(one, max(length, 0)) for one in self.children(element, ("Series",))["Series"]
        )
        for one in series:
            if length >= 0 and one.start + len(one.values) > length:
                self.error(
                    element, f"the series {one.name!r} has {len(one.values)} values, more than {length}"
                )
            elif length >= 0 and len(one.values) < length:
                self.error(
                    element, f"the series {one.name!r} has {len(one.values)} of the {length} values promised"
                )
        ids = [one.id for one in series]
        for name in {name for name in ids if ids.count(name) > 1}:
            self.note(element, f"the seriesID {name!r} is used {ids.count(name)} times")
        return SeriesSet(
            str(element.get("name") or ""), max(length, 0), series, id=str(element.get("id") or "")
        )

    def series(self, element: Any, length: int | None) -> Series:
        parts = self.children(
            element, ("IndividualValueSet", "EncodedValueSet", "AutoIncrementedValueSet", "Unit")
        )
        kind = str(element.get("seriesType") or "")
        readers: tuple[tuple[str, str, Callable[..., tuple[list[str], tuple[str, ...]]]], ...] = (
            ("IndividualValueSet", "individual", self.individual),
            ("EncodedValueSet", "encoded", self.encoded),
            ("AutoIncrementedValueSet", "incremented", self.incremented),
        )
        pieces: list[tuple[int, ValueSet, list[str]]] = []
        for name, words, read in readers:
            for one in parts[name]:
                texts = [str(one.get(key) or "") for key in ("startIndex", "endIndex")]
                start, end = (int(text) if _INDEX.fullmatch(text) else None for text in texts)
                values, held = read(one, kind, length)
                if end is not None and end - (start or 0) + 1 != len(values):
                    self.error(one, f"it promises the values {start or 0} to {end} and holds {len(values)}")
                held_as = ValueSet(words, len(values), texts[0], texts[1], held)
                pieces.append((start or 0, held_as, values))
        pieces.sort(key=lambda piece: piece[0])
        joined: list[str] = []
        first = pieces[0][0] if pieces else 0
        for start_index, _, values in pieces:
            if start_index != first + len(joined):
                self.error(element, f"its sets of values leave out or overlap at index {start_index}")
            joined += values
        if not pieces:
            self.error(element, f"the series {element.get('name')!r} holds no values")
        sets = tuple(one for _, one, _ in pieces)
        if len({one.kind for one in sets}) > 1:
            self.error(element, "it holds its values in more than one way")
        return Series(
            name=str(element.get("name") or ""),
            id=str(element.get("seriesID") or ""),
            type=kind,
            dependency=str(element.get("dependency") or ""),
            kind="+".join(dict.fromkeys(one.kind for one in sets)),
            values=tuple(joined),
            unit=self.unit(parts["Unit"][0]) if parts["Unit"] else None,
            plot_scale=str(element.get("plotScale") or ""),
            start=first,
            sets=sets,
            visible=str(element.get("visible") or ""),
            item=str(element.get("id") or ""),
        )

    def counted(self, count: int) -> None:
        """Keep account of how many values the document has.

        Raises:
            Invalid: if there are too many, before they are made.
        """
        self._values += count
        if self._values > MAXIMAL_VALUES:
            raise Invalid(f"The file holds more than {MAXIMAL_VALUES} values.")

    def individual(self, element: Any, kind: str, length: int | None) -> tuple[list[str], tuple[str, ...]]:
        values: list[str] = []
        self.counted(len(element))
        for one in element:
            if not isinstance(one.tag, str):
                continue
            found = VALUE_TAGS.get(etree.QName(one).localname)
            if found is None:
                self.error(one, f"{etree.QName(one).localname} is no value")
                continue
            if kind and found != kind:
                self.error(one, f"a value of type {found} stands in a series of type {kind}")
            text = self.text(one, found)
            self.check_value(one, found, text)
            values.append(text)
        return values, ()

    def encoded(self, element: Any, kind: str, length: int | None) -> tuple[list[str], tuple[str, ...]]:
        text = "".join(raw_text(element).split())
        layout = ENCODED.get(kind)
        if layout is None:
            self.error(element, f"values of type {kind!r} cannot be encoded")
            return [], (text,)
        try:
            raw = base64.b64decode(text, validate=True)
            numbers = np.frombuffer(raw, dtype=np.dtype(layout))
        except (binascii.Error, ValueError) as error:
            self.error(element, f"its values cannot be decoded: {error}")
            return [], (text,)
        self.counted(len(numbers))
        values = [lexical.shortest(number) for number in numbers]
        # Binary not-a-numbers differ in bits that no text shows; base64 may be padded in more ways than one.
        return values, () if encode(values, kind) == text else (text,)

    def incremented(self, element: Any, kind: str, length: int | None) -> tuple[list[str], tuple[str, ...]]:
        parts = self.children(element, ("StartValue", "Increment"))
        if len(parts["StartValue"]) != 1 or len(parts["Increment"]) != 1:
            self.error(element, "it needs one StartValue and one Increment")
            return [], ()
        held: list[str] = []
        for name in ("StartValue", "Increment"):
            found, text = self.value(parts[name][0])
            if kind and found and found != kind:
                self.error(element, f"its {name} is of type {found} in a series of type {kind}")
            held += [found, text]
        try:
            start, step = Decimal(held[1]), Decimal(held[3])
            if not (start.is_finite() and step.is_finite() and max(map(_reach, (start, step))) < 400):
                raise InvalidOperation
        except InvalidOperation:
            self.error(element, f"{held[1]!r} or {held[3]!r} is no number to count with")
            return [], ()
        first, last = (str(element.get(name) or "") for name in ("startIndex", "endIndex"))
        begin = int(first) if _INDEX.fullmatch(first) else 0
        beyond = int(last) + 1 if _INDEX.fullmatch(last) else begin + 1 if length is None else length
        count = beyond - begin
        if count < 0:
            self.error(element, f"it stands for {count} values")
            return [], ()
        self.counted(count)
        values = [str(start + step * number) for number in range(count)]
        for value in values[-1:]:
            self.check_value(element, kind, value)
        return values, tuple(held)


def encode(values: Iterable[str], kind: str) -> str:
    """Numbers as AnIML's base64, little-endian.

    Raises:
        ValueError, OverflowError: if a value is no number of the kind.
    """
    layout = np.dtype(ENCODED[kind])
    numbers = [int(one) if layout.kind == "i" else lexical.number(one) for one in values]
    return base64.b64encode(np.array(numbers, dtype=layout).tobytes()).decode()


def attributes(element: Any) -> dict[str, str]:
    return {etree.QName(name).localname: str(value) for name, value in element.attrib.items()}


def raw_text(element: Any) -> str:
    """The text of an element with its white space."""
    return "".join(element.itertext())


def text_of(element: Any) -> str:
    """The text of an element without white space around it."""
    return raw_text(element).strip()


def _where(element: Any) -> str:
    return f"line {element.sourceline}"


def _reach(number: Decimal) -> int:
    """How far a number's digits lie from the point, either way."""
    exponent = number.as_tuple().exponent
    return max(abs(number.adjusted()), abs(exponent)) if isinstance(exponent, int) else 10**9
