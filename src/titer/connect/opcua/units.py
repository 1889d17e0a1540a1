"""Engineering units of OPC UA (Part 8, EUInformation) in the house's spelling."""

from __future__ import annotations

from typing import Any

from titer.base.units import UNITS
from titer.connect.core.spellings import house

UNECE = "http://www.opcfoundation.org/UA/units/un/cefact"
# UNECE Recommendation 20 common codes -> the house's codes. UnitId holds a code's characters as one number.
_COMMON = {
    "C62": "1",
    "P1": "%",
    "KEL": "K",
    "CEL": "degC",
    "SEC": "s",
    "MIN": "min",
    "HUR": "h",
    "DAY": "d",
    "RPM": "1/min",
    "LTR": "L",
    "MLT": "mL",
    "4G": "uL",
    "MTQ": "m3",
    "KGM": "kg",
    "GRM": "g",
    "MGM": "mg",
    "MC": "ug",
    "L2": "L/min",
    "E32": "L/h",
    "41": "mL/min",
    "E93": "kg/h",
    "GL": "g/L",
    "M1": "mg/L",
    "PAL": "Pa",
    "KPA": "kPa",
    "MBR": "mbar",
    "BAR": "bar",
    "MMT": "mm",
    "CMT": "cm",
    "C45": "nm",
}
_COMMON |= {"C94": "1/min", "M33": "mmol/L", "C38": "mol/L"}
_CODES = {unit: code for code, unit in _COMMON.items()}


def unece(unit: str) -> str:
    """The common code of a unit of this house (UNECE Recommendation 20); "" where it has none.

    Example:
        >>> unece("degC"), unece("1/min"), unece("1e6/mL")
        ('CEL', 'C94', '')
    """
    return _CODES.get(unit, "")


def of_information(content: Any) -> tuple[str, str]:
    """An EUInformation as (house's code or "" where the house has none, its own display name)."""
    shown = str(content.DisplayName.Text or "") if content.DisplayName is not None else ""
    number = int(content.UnitId or 0)
    if str(content.NamespaceUri or "") == UNECE and 0 < number < 1 << 24:
        letters = number.to_bytes(3, "big").lstrip(b"\0").decode("latin-1")
        code = _COMMON.get(letters, "")
        if code in UNITS:
            return code, shown
    code = house(shown) if shown else ""
    return (code if code in UNITS else ""), shown
