"""Units of measurement: a closed table, exact factors, and no guessing.

Codes follow UCUM where UCUM has one that a plant floor would read; arbitrary units (activity, colony forming
units) belong to a dimension of their own and never convert. Factors are decimals, so that a conversion is
exact wherever the definition is.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from titer.base.errors import Invalid


@dataclass(frozen=True)
class UnitOfMeasure:
    """One unit: value in base units = value * factor + offset.

    Args:
        code: as it is written in recipes, methods and channels.
        dimension: units of one dimension convert into one another.
        factor: to the dimension's base unit.
        offset: to the dimension's base unit; for temperatures.
    """

    code: str
    dimension: str
    factor: Decimal = Decimal(1)
    offset: Decimal = Decimal(0)


def _table(*rows: tuple[str, str, str] | tuple[str, str, str, str]) -> dict[str, UnitOfMeasure]:
    return {
        row[0]: UnitOfMeasure(row[0], row[1], Decimal(row[2]), Decimal(row[3] if len(row) == 4 else "0"))
        for row in rows
    }


UNITS: dict[str, UnitOfMeasure] = _table(
    ("1", "number", "1"),
    ("%", "number", "0.01"),
    ("K", "temperature", "1"),
    ("degC", "temperature", "1", "273.15"),
    ("s", "time", "1"),
    ("min", "time", "60"),
    ("h", "time", "3600"),
    ("d", "time", "86400"),
    ("1/min", "frequency", "1"),
    ("1/h", "rate", "1"),
    ("1/d", "rate", "0.0416666666666666666666666667"),
    ("L", "volume", "1"),
    ("mL", "volume", "0.001"),
    ("uL", "volume", "0.000001"),
    ("m3", "volume", "1000"),
    ("mm3", "volume", "0.000001"),
    ("kg", "mass", "1"),
    ("g", "mass", "0.001"),
    ("mg", "mass", "0.000001"),
    ("ug", "mass", "0.000000001"),
    ("L/h", "volume flow", "1"),
    ("L/min", "volume flow", "60"),
    ("mL/min", "volume flow", "0.06"),
    ("mL/h", "volume flow", "0.001"),
    ("kg/h", "mass flow", "1"),
    ("g/L", "mass concentration", "1"),
    ("mg/mL", "mass concentration", "1"),
    ("mg/L", "mass concentration", "0.001"),
    ("ug/mL", "mass concentration", "0.001"),
    ("mmol/L", "amount concentration", "1"),
    ("mol/L", "amount concentration", "1000"),
    ("mmol/(L.h)", "amount rate", "1"),
    ("mosm/kg", "osmolality", "1"),
    ("1e6/mL", "cell concentration", "1"),
    ("1/mL", "cell concentration", "0.000001"),
    ("Pa", "pressure", "1"),
    ("kPa", "pressure", "1000"),
    ("mbar", "pressure", "100"),
    ("bar", "pressure", "100000"),
    ("MPa", "pressure", "1000000"),
    ("mmHg", "pressure", "133.322387415"),
    ("pF/cm", "permittivity", "1"),
    ("NTU", "turbidity", "1"),
    ("mAU", "absorbance", "0.001"),
    ("AU", "absorbance", "1"),
    ("mAU.min", "absorbance area", "1"),
    ("mAU.mL", "absorbance volume", "1"),
    ("mAU.s", "absorbance area", "0.0166666666666666666666666667"),
    ("S/m", "conductivity", "1"),
    ("mS/cm", "conductivity", "0.1"),
    ("um", "length", "0.000001"),
    ("mm", "length", "0.001"),
    ("cm", "length", "0.01"),
    ("nm", "length", "0.000000001"),
    ("mL/min/cm2", "flux", "1"),
    ("cm/s", "velocity", "1"),
    ("CV/h", "column volumes per time", "1"),
    ("RLU", "arbitrary: relative light unit", "1"),
    ("RFU", "arbitrary: relative fluorescence unit", "1"),
    ("[iU]", "arbitrary: international unit", "1"),
    ("[EU]", "arbitrary: endotoxin unit", "1"),
    ("[EU]/mL", "arbitrary: endotoxin unit per volume", "1"),
    ("[CFU]", "arbitrary: colony forming unit", "1"),
    ("[CFU]/10mL", "arbitrary: colony forming unit per 10 mL", "1"),
    ("[CFU]/mL", "arbitrary: colony forming unit per mL", "1"),
)


def unit(code: str) -> UnitOfMeasure:
    """Look a unit up.

    Raises:
        Invalid: if the table has no such code.
    """
    try:
        return UNITS[code]
    except KeyError:
        raise Invalid(
            f"The unit {code!r} is not known.",
            do=f"Use one of: {', '.join(sorted(UNITS))}.",
        ) from None


def same_dimension(one: str, other: str) -> bool:
    """Whether two units measure the same kind of quantity."""
    return unit(one).dimension == unit(other).dimension


def convert(value: Decimal, from_: str, to: str) -> Decimal:
    """Express a value in another unit of the same dimension.

    Example:
        >>> convert(Decimal("250"), "mL", "L")
        Decimal('0.250')

    Raises:
        Invalid: if a unit is unknown, the dimensions differ, or the unit is arbitrary (an international unit
            of one substance is no colony forming unit, and none of another substance either).
    """
    if from_ == to:
        return value
    source, target = unit(from_), unit(to)
    if source.dimension != target.dimension or source.dimension.startswith("arbitrary"):
        raise Invalid(f"{from_} ({source.dimension}) cannot be expressed in {to} ({target.dimension}).")
    return (value * source.factor + source.offset - target.offset) / target.factor
