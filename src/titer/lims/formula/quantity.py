"""Quantities of a formula: a decimal and what it measures.

A dimension is a product of powers of base dimensions, so that `mAU.min per g/L` times `g/L` is `mAU.min`
again. A unit of a formula is one code of `titer.base.units`, or two with `per` between them. Concentrations
are taken apart into mass, amount or number and volume; percent is a number (1 % = 0.01), and the result's
declared unit says how it is written. Units that lie on an offset scale (degC) and arbitrary units have a
dimension of their own, and do not convert.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from titer.base.errors import Invalid
from titer.base.units import unit as look_up

Dimension = tuple[tuple[str, int], ...]
"""Base dimension and power, sorted, without zero powers; () is a pure number."""

# How the base unit of a derived dimension is expressed: powers, and the factor (g/L = 0.001 kg/L).
_DERIVED: dict[str, tuple[dict[str, int], Decimal]] = {
    "number": ({}, Decimal(1)),
    "mass concentration": ({"mass": 1, "volume": -1}, Decimal("0.001")),
    "amount concentration": ({"amount": 1, "volume": -1}, Decimal(1)),
    "cell concentration": ({"volume": -1}, Decimal("1E9")),
}


@dataclass(frozen=True)
class Quantity:
    """A value in base units."""

    base: Decimal
    dimension: Dimension


@dataclass(frozen=True)
class FormulaUnit:
    """A unit as a formula declares it: value in base units = value * factor."""

    text: str
    factor: Decimal
    dimension: Dimension


def formula_unit(text: str) -> FormulaUnit:
    """Read a unit: `g/L`, `%`, `mAU.min per g/L`.

    Raises:
        Invalid: if a code is unknown.
    """
    parts = [part.strip() for part in text.split(" per ")]
    if len(parts) > 2 or not all(parts):
        raise Invalid(f"{text!r} is no unit.", do="Write one code, or two with `per` between them.")
    factor, powers = _decompose(parts[0])
    if len(parts) == 2:
        below, divisor = _decompose(parts[1])
        factor /= below
        for name, power in divisor.items():
            powers[name] = powers.get(name, 0) - power
    return FormulaUnit(text, factor, _sorted(powers))


def _decompose(code: str) -> tuple[Decimal, dict[str, int]]:
    known = look_up(code)
    if known.offset or known.dimension.startswith("arbitrary"):
        return Decimal(1), {code: 1}
    if known.dimension in _DERIVED:
        powers, factor = _DERIVED[known.dimension]
        return known.factor * factor, dict(powers)
    return known.factor, {known.dimension: 1}


def _sorted(powers: dict[str, int]) -> Dimension:
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def times(one: Dimension, other: Dimension, sign: int = 1) -> Dimension:
    """The dimension of a product (`sign` 1) or a quotient (-1)."""
    powers = dict(one)
    for name, power in other:
        powers[name] = powers.get(name, 0) + sign * power
    return _sorted(powers)


def to_power(dimension: Dimension, exponent: int) -> Dimension:
    """The dimension of a power."""
    return _sorted({name: power * exponent for name, power in dimension})


def words(dimension: Dimension) -> str:
    """A dimension as people read it."""
    if not dimension:
        return "number"
    return " ".join(name if power == 1 else f"{name}^{power}" for name, power in dimension)


def quantity(value: Decimal, unit: str) -> Quantity:
    """A value with a unit, in base units."""
    known = formula_unit(unit)
    return Quantity(value * known.factor, known.dimension)
