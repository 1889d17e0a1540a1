"""What a technique's blueprint allows a parameter or a series to hold: type, unit, values, range."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from lxml import etree

from titer.base.errors import Invalid
from titer.connect.animl.document import UnitEntry
from titer.connect.animl.units import converted, scale_of
from titer.connect.animl.values import VALUE_TAGS, raw_text, text_of

_KINDS = {
    "Int": ("Int32", "Int64"),
    "Float": ("Float32", "Float64"),
    "Numeric": ("Int32", "Int64", "Float32", "Float64"),
}


def kind_fault(wanted: str, found: str) -> str:
    """What is wrong with a type, "" if nothing.

    Example:
        >>> kind_fault("Int", "Float64")
        'must be of type Int32 or Int64 by the technique, and is of type Float64'
    """
    allowed = _KINDS.get(wanted, (wanted,))
    if found in allowed:
        return ""
    return f"must be of type {' or '.join(allowed)} by the technique, and is of type {found or 'none'}"


def value_faults(blueprint: Any, values: Sequence[str], unit: UnitEntry | None) -> Iterator[tuple[str, str]]:
    """(severity, words) of what is wrong with values and their unit."""
    quantities = _named(blueprint, "Quantity")
    if quantities:
        yield from _unit_faults(quantities, values, unit)
    allowed = {_value(one) for one in _named(blueprint, "AllowedValue")}
    if allowed:
        strange = sorted({one for one in values if _plain(one) not in allowed})
        if strange:
            yield "error", f"may not be {', '.join(map(repr, strange[:3]))} by the technique"


def _unit_faults(
    quantities: Sequence[Any], values: Sequence[str], unit: UnitEntry | None
) -> Iterator[tuple[str, str]]:
    names = ", ".join(str(one.get("name")) for one in quantities)
    units = [(quantity, _unit(one)) for quantity in quantities for one in _named(quantity, "Unit")]
    if unit is None:
        if units:
            yield "note", f"bears no unit, and is a {names} by the technique"
        return
    labelled = [(quantity, one) for quantity, one in units if one.label == unit.label]
    if labelled:
        quantity, known = labelled[0]
        if unit.si and known.si and not _same(unit, known):
            yield "error", f"calls its unit {unit.label!r}, and reckons with another one than the technique"
            return
        yield from _range_faults(quantity, values, unit, [one for _, one in units])
        return
    if not units:
        return
    fitting = [quantity for quantity, one in units if _dimension(unit) == _dimension(one) is not None]
    if fitting:
        yield "note", f"is in {unit.label!r}, which the technique does not list for {names}"
        yield from _range_faults(fitting[0], values, unit, [one for _, one in units])
    elif _dimension(unit) is None:
        yield "note", f"is in {unit.label!r}, which the technique does not list, and which gives no SI units"
    else:
        yield "error", f"is in {unit.label!r}, which does not measure {names}"


def _range_faults(
    quantity: Any, values: Sequence[str], unit: UnitEntry, units: Sequence[UnitEntry]
) -> Iterator[tuple[str, str]]:
    for allowed in _named(quantity, "AllowedRange"):
        label = allowed.get("unit")
        wanted = next((one for one in units if one.label == label), None)
        for name in ("Min", "Max"):
            for bound in _named(allowed, name):
                limit = Decimal(str(_value(bound)))
                included = str(bound.get("included") or "true") in ("true", "1")
                for text in values:
                    number = _in(text, unit, wanted)
                    beyond = number is not None and (
                        (number < limit if name == "Min" else number > limit)
                        or (number == limit and not included)
                    )
                    if beyond:
                        yield (
                            "error",
                            f"is {text} {unit.label}, beyond the {name.lower()}imum of {limit} {label or ''}",
                        )
                        break


def _in(text: str, unit: UnitEntry, wanted: UnitEntry | None) -> Decimal | None:
    try:
        if wanted is None or wanted.label == unit.label:
            found = _plain(text)
            return found if isinstance(found, Decimal) else None
        return converted(text, unit, wanted)
    except Invalid:
        return None


def _same(one: UnitEntry, other: UnitEntry) -> bool:
    try:
        return scale_of(one) == scale_of(other)
    except Invalid:
        return False


def _dimension(unit: UnitEntry) -> Any:
    try:
        return scale_of(unit).dimension
    except Invalid:
        return None


def _unit(element: Any) -> UnitEntry:
    return UnitEntry(
        label=str(element.get("label") or ""),
        si=tuple(
            (text_of(one), *(str(one.get(name) or "") for name in ("factor", "exponent", "offset")))
            for one in _named(element, "SIUnit")
        ),
    )


def _named(element: Any, name: str) -> list[Any]:
    return [one for one in element if isinstance(one.tag, str) and etree.QName(one).localname == name]


def _value(element: Any) -> Decimal | str:
    for one in element:
        if isinstance(one.tag, str) and etree.QName(one).localname in VALUE_TAGS:
            return _plain(raw_text(one))
    return ""


def _plain(text: str) -> Decimal | str:
    """A number where it is one (1 and 1.0 are the same allowed value), else the text."""
    try:
        found = Decimal(text.strip())
        return found if found.is_finite() else text.strip()
    except ArithmeticError:
        return text.strip()
