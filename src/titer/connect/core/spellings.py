"""How devices spell units, in the house's spelling."""

from __future__ import annotations

# UNECE symbols and the habits of makers (EUInformation.DisplayName, SiLA's unit labels) -> the house's codes.
_SPELLINGS = {
    "°c": "degC",
    "℃": "degC",
    "c": "degC",
    "celsius": "degC",
    "k": "K",
    "rpm": "1/min",
    "r/min": "1/min",
    "1/min": "1/min",
    "min-1": "1/min",
    "min⁻¹": "1/min",
    "l": "L",
    "ml": "mL",
    "µl": "uL",
    "l/min": "L/min",
    "l/h": "L/h",
    "ml/min": "mL/min",
    "percent": "%",
    "% (v/v)": "%",
    "": "1",
    "-": "1",
    "ph": "1",
    "one": "1",
    "10^6/ml": "1e6/mL",
    "pf/cm": "pF/cm",
}


def house(text: str) -> str:
    """A unit as it is displayed, in the house's spelling where it is known; else as it is."""
    return _SPELLINGS.get(text.strip().lower(), text.strip())
