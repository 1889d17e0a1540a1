"""Formulas: a small grammar of our own, decimal and with units, and never an `eval`."""

from titer.lims.formula.calculate import (
    Calculated,
    Formula,
    InputSpec,
    NotCalculable,
    TraceStep,
    check_case,
)
from titer.lims.formula.quantity import formula_unit

__all__ = ["Calculated", "Formula", "InputSpec", "NotCalculable", "TraceStep", "check_case", "formula_unit"]
