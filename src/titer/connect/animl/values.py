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
from titer.connect.animl.document import Parameter, Problem, Series, SeriesSet, UnitEntry

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
_ENCODED = {"Int32": "<i4", "Int64": "<i8", "Float32": "<f4", "Float64": "<f8"}
_NUMBERS = {"Int32", "Int64", "Float32", "Float64"}
_INTEGER = re.compile(r"[+-]?\d+")
MAXIMAL_VALUES = 20_000_000


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
        if found and kind and found != kind:
            self.error(element, f"the parameter {element.get('name')!r} says {kind} and holds {found}")
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
        if name in {"EmbeddedXML", "SVG"} and len(found[0]):
            return VALUE_TAGS[name], "".join(etree.tostring(one, encoding="unicode") for one in found[0])
        return VALUE_TAGS[name], text_of(found[0])

    def check_value(self, element: Any, kind: str, value: str) -> None:
        if kind in {"Int32", "Int64"} and not _INTEGER.fullmatch(value):
            self.error(element, f"{value!r} is no {kind}")
        if kind in {"Float32", "Float64"} and not _is_float(value):
            self.error(element, f"{value!r} is no {kind}")

    def unit(self, element: Any) -> UnitEntry:
        parts = self.children(element, ("SIUnit",))["SIUnit"]
        return UnitEntry(
            label=str(element.get("label") or ""),
            quantity=str(element.get("quantity") or ""),
            si=tuple(
                (
                    text_of(one),
                    str(one.get("factor") or "1"),
                    str(one.get("exponent") or "1"),
                    str(one.get("offset") or "0"),
                )
                for one in parts
            ),
        )

    def series_set(self, element: Any) -> SeriesSet:
        text = str(element.get("length") or "")
        length = int(text) if text.isdigit() else -1
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
        readers: tuple[tuple[str, str, Callable[..., list[str]]], ...] = (
            ("IndividualValueSet", "individual", self.individual),
            ("EncodedValueSet", "encoded", self.encoded),
            ("AutoIncrementedValueSet", "incremented", self.incremented),
        )
        pieces: list[tuple[int, str, list[str]]] = []
        for name, words, read in readers:
            for one in parts[name]:
                values = read(one, kind, length)
                start = int(one.get("startIndex") or 0) if str(one.get("startIndex") or "0").isdigit() else 0
                end = str(one.get("endIndex") or "")
                if end.isdigit() and int(end) - start + 1 != len(values):
                    self.error(one, f"it promises the values {start} to {end} and holds {len(values)}")
                pieces.append((start, words, values))
        pieces.sort(key=lambda piece: piece[0])
        joined: list[str] = []
        first = pieces[0][0] if pieces else 0
        for start, _, values in pieces:
            if start != first + len(joined):
                self.error(element, f"its sets of values leave out or overlap at index {start}")
            joined += values
        self._values += len(joined)
        if self._values > MAXIMAL_VALUES:
            raise Invalid(f"The file holds more than {MAXIMAL_VALUES} values.")
        if not pieces:
            self.error(element, f"the series {element.get('name')!r} holds no values")
        return Series(
            name=str(element.get("name") or ""),
            id=str(element.get("seriesID") or ""),
            type=kind,
            dependency=str(element.get("dependency") or ""),
            kind="+".join(dict.fromkeys(words for _, words, _ in pieces)),
            values=tuple(joined),
            unit=self.unit(parts["Unit"][0]) if parts["Unit"] else None,
            plot_scale=str(element.get("plotScale") or ""),
            start=first,
        )

    def individual(self, element: Any, kind: str, length: int | None) -> list[str]:
        values: list[str] = []
        for one in element:
            if not isinstance(one.tag, str):
                continue
            found = VALUE_TAGS.get(etree.QName(one).localname)
            if found is None:
                self.error(one, f"{etree.QName(one).localname} is no value")
                continue
            if kind and found != kind:
                self.error(one, f"a value of type {found} stands in a series of type {kind}")
            text = text_of(one)
            self.check_value(one, found, text)
            values.append(text)
        return values

    def encoded(self, element: Any, kind: str, length: int | None) -> list[str]:
        layout = _ENCODED.get(kind)
        if layout is None:
            self.error(element, f"values of type {kind!r} cannot be encoded")
            return []
        try:
            raw = base64.b64decode("".join((element.text or "").split()), validate=True)
            numbers = np.frombuffer(raw, dtype=np.dtype(layout))
        except (binascii.Error, ValueError) as error:
            self.error(element, f"its values cannot be decoded: {error}")
            return []
        return [str(number) for number in numbers]

    def incremented(self, element: Any, kind: str, length: int | None) -> list[str]:
        parts = self.children(element, ("StartValue", "Increment"))
        if len(parts["StartValue"]) != 1 or len(parts["Increment"]) != 1:
            self.error(element, "it needs one StartValue and one Increment")
            return []
        texts = [self.value(parts[name][0])[1] for name in ("StartValue", "Increment")]
        try:
            start, step = (Decimal(text) for text in texts)
        except InvalidOperation:
            self.error(element, f"{' or '.join(texts)} is no number")
            return []
        first, last = str(element.get("startIndex") or "0"), str(element.get("endIndex") or "")
        if last.isdigit() and first.isdigit():
            count = int(last) - int(first) + 1
        elif length is not None:
            count = length - (int(first) if first.isdigit() else 0)
        else:
            count = 1
        if not 0 <= count <= MAXIMAL_VALUES:
            self.error(element, f"it stands for {count} values")
            return []
        return [str(start + step * number) for number in range(count)]


def attributes(element: Any) -> dict[str, str]:
    return {etree.QName(name).localname: str(value) for name, value in element.attrib.items()}


def text_of(element: Any) -> str:
    return "".join(element.itertext()).strip()


def _where(element: Any) -> str:
    return f"line {element.sourceline}"


def _is_float(text: str) -> bool:
    if text in {"INF", "-INF", "+INF", "NaN"}:
        return True
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
