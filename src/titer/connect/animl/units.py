"""Units as AnIML spells them: SI units with a factor, an exponent and an offset each.

A value in the unit stands for the product over the parts of (factor x SI unit) to the power of the exponent, plus the
offset, which only a unit of one part may have (degree Celsius: factor 1, offset 273.15, K). The schema names the
three attributes and their defaults (core 0.90, SIUnitType) and leaves the reckoning to the reader; the definitions
of the techniques use it in this way.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from titer.base.errors import Invalid
from titer.connect.animl.document import UnitEntry
from titer.connect.animl.lexical import number

SI_UNITS = ("1", "m", "kg", "s", "A", "K", "mol", "cd")


@dataclass(frozen=True, slots=True)
class Scale:
    """What one of a unit is in SI units.

    Attributes:
        factor, offset: value in SI = value x factor + offset.
        dimension: (SI unit, exponent) of each part but the pure number, by name.
    """

    factor: Decimal
    offset: Decimal
    dimension: tuple[tuple[str, Decimal], ...]


def scale_of(unit: UnitEntry) -> Scale:
    """What a unit is in SI units.

    Raises:
        Invalid: if it gives no SI units, one that is none, or numbers that cannot be meant.

    Example:
        >>> scale_of(UnitEntry("mL/min", si=(("m", "0.01", "3", ""), ("s", "60", "-1", "")))).dimension
        (('m', Decimal('3')), ('s', Decimal('-1')))
    """
    if not unit.si:
        raise Invalid(f"The unit {unit.label!r} says nothing about SI units.")
    factor, offset = Decimal(1), Decimal(0)
    exponents: dict[str, Decimal] = {}
    for name, *written in unit.si:
        if name not in SI_UNITS:
            raise Invalid(f"{name!r} in the unit {unit.label!r} is no SI unit.")
        part, exponent, shift = (
            _decimal(text or default, unit) for text, default in zip(written, ("1", "1", "0"), strict=True)
        )
        if part <= 0 or abs(exponent) > 12 or abs(part.adjusted()) > 60:
            raise Invalid(f"The unit {unit.label!r} has a factor or an exponent that cannot be meant.")
        if shift and (len(unit.si) > 1 or exponent != 1):
            raise Invalid(f"The unit {unit.label!r} has an offset and more than one part.")
        factor *= part**exponent
        offset += shift
        if name != "1":
            exponents[name] = exponents.get(name, Decimal(0)) + exponent
    return Scale(factor, offset, tuple(sorted((name, power) for name, power in exponents.items() if power)))


def same_quantity(one: UnitEntry, other: UnitEntry) -> bool:
    """Whether values in one unit can be had in the other.

    Raises:
        Invalid: as `scale_of`.
    """
    return scale_of(one).dimension == scale_of(other).dimension


def converted(value: str, unit: UnitEntry, wanted: UnitEntry) -> Decimal:
    """A value in another unit.

    Args:
        value: as text, in `unit`.
        unit, wanted: of the same dimension.

    Raises:
        Invalid: if it is no finite number, or the units measure different things.

    Example:
        >>> minute, second = UnitEntry("min", si=(("s", "60", "", ""),)), UnitEntry("s", si=(("s", "", "", ""),))
        >>> converted("1.5", minute, second)
        Decimal('90.0')
    """
    source, target = scale_of(unit), scale_of(wanted)
    if source.dimension != target.dimension:
        raise Invalid(
            f"A value in {unit.label} cannot be had in {wanted.label}: they measure different things."
        )
    return (_decimal(value, unit) * source.factor + source.offset - target.offset) / target.factor


def _decimal(text: str, unit: UnitEntry) -> Decimal:
    try:
        number(text)
        found = Decimal(text)
    except (ValueError, InvalidOperation):
        found = Decimal("NaN")
    if not found.is_finite() or abs(found.adjusted()) > 400:
        raise Invalid(f"{text[:40]!r} with the unit {unit.label!r} is no number that can be reckoned with.")
    return found
