"""What an expression means: its dimension before the batch runs, its value while it runs.

A value that is missing, bad, uncertain or older than its channel allows is *unknown*. Logic is Kleene's: what
is unknown makes a condition neither true nor false unless the other operand decides alone, so bad quality
never drives a transition by itself.

A difference of two temperatures is a dimension of its own; a literal in K is one, a literal in degC is a
temperature. Percent and bare numbers are kept apart, so that `DO >= 40` cannot mean 4,000 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext

from titer.base.units import UNITS
from titer.mes.recipe.grammar import Binary, Call, ExpressionError, Literal, Name, Tree, Truth, Unary

TRUTH = "truth"
NUMBER = "number"
PERCENT = "percent"
TEMPERATURE = "temperature"
DIFFERENCE = "temperature difference"

# Products and quotients that a recipe needs: (left, right) -> (result, factor on base units).
# The base of a volume flow is L/h and of a time s, hence 3600 (titer.base.units).
_PRODUCTS: dict[tuple[str, str], tuple[str, Decimal]] = {
    ("volume flow", "time"): ("volume", Decimal(1) / Decimal(3600)),
    ("mass flow", "time"): ("mass", Decimal(1) / Decimal(3600)),
    ("mass concentration", "volume"): ("mass", Decimal("0.001")),
}
_QUOTIENTS: dict[tuple[str, str], tuple[str, Decimal]] = {
    ("volume", "time"): ("volume flow", Decimal(3600)),
    ("mass", "time"): ("mass flow", Decimal(3600)),
    ("volume", "volume flow"): ("time", Decimal(3600)),
    ("mass", "mass concentration"): ("volume", Decimal(1000)),
}


def dimension_of(unit: str) -> str:
    """The dimension of a unit as expressions see it."""
    if unit == "%":
        return PERCENT
    if unit == "K":
        return DIFFERENCE
    return UNITS[unit].dimension


@dataclass(frozen=True)
class Quantity:
    """A number in the base unit of its dimension."""

    base: Decimal
    dimension: str

    def in_unit(self, unit: str) -> Decimal:
        """The number in a unit of the same dimension.

        Raises:
            ExpressionError: if the unit measures something else.
        """
        known = UNITS[unit]
        if dimension_of(unit) != self.dimension:
            raise ExpressionError(f"{self.dimension} cannot be expressed in {unit}.")
        if self.dimension == PERCENT:
            return self.base
        with localcontext() as context:
            context.prec = 34
            value = (self.base - known.offset) / known.factor
            rounded = round(value, 12)
        return _tidy(rounded)


def _tidy(value: Decimal) -> Decimal:
    value = value.normalize()
    return value.quantize(Decimal(1)) if value == value.to_integral_value() and abs(value) < 10**15 else value


def quantity(number: Decimal, unit: str) -> Quantity:
    """A number with a unit, in base units.

    Raises:
        ExpressionError: if the unit is not known.
    """
    if unit not in UNITS:
        raise ExpressionError(f"The unit {unit!r} is not known.")
    if unit == "%":
        return Quantity(number, PERCENT)
    known = UNITS[unit]
    return Quantity(number * known.factor + known.offset, dimension_of(unit))


@dataclass(frozen=True)
class Scope:
    """What names an expression may use, with the unit of each.

    Args:
        names: formula parameters and channels -> unit; counters have "1".
        marks: marks that `age(mark)` may name.
    """

    names: Mapping[str, str]
    marks: frozenset[str] = frozenset()


def dimension(tree: Tree, scope: Scope) -> str:
    """Check an expression and return its dimension (`TRUTH` for a condition).

    Raises:
        ExpressionError: an unknown name, or operands whose units do not fit, with the column.
    """
    if isinstance(tree, Literal):
        return dimension_of(tree.unit)
    if isinstance(tree, Truth):
        return TRUTH
    if isinstance(tree, Name):
        if tree.name not in scope.names:
            raise ExpressionError(_unknown(tree.name, scope), tree.column)
        return dimension_of(scope.names[tree.name])
    if isinstance(tree, Unary):
        inner = dimension(tree.operand, scope)
        if (tree.operator == "not") != (inner == TRUTH):
            raise ExpressionError(f"{tree.operator!r} cannot be applied to a {inner}.", tree.column)
        if tree.operator == "-" and inner == TEMPERATURE:
            raise ExpressionError("A temperature has no negative; write differences in K.", tree.column)
        return inner
    if isinstance(tree, Call):
        return _dimension_of_call(tree, scope)
    return _dimension_of_pair(tree, dimension(tree.left, scope), dimension(tree.right, scope))


def _unknown(name: str, scope: Scope) -> str:
    kind = "channel" if "." in name else "formula parameter"
    alike = sorted(known for known in scope.names if ("." in known) == ("." in name))
    return f"The {kind} {name!r} is not declared. Declared: {', '.join(alike) or 'none'}."


def _dimension_of_call(tree: Call, scope: Scope) -> str:
    if tree.function == "age":
        for argument in tree.arguments:
            if not isinstance(argument, Name) or argument.name not in scope.marks:
                raise ExpressionError(
                    f"age() takes a mark of an earlier step; marks: {', '.join(sorted(scope.marks)) or 'none'}.",
                    argument.column,
                )
        return "time"
    inner = [dimension(argument, scope) for argument in tree.arguments]
    if tree.function == "good":
        if not (isinstance(tree.arguments[0], Name) and tree.arguments[0].is_channel):
            raise ExpressionError("good() takes a channel.", tree.column)
        return TRUTH
    for argument, found in zip(tree.arguments, inner, strict=True):
        if found == TRUTH or found != inner[0]:
            raise ExpressionError(
                f"{tree.function}() needs values of one kind; this is a {found}, the first a {inner[0]}.",
                argument.column,
            )
    return inner[0]


def _dimension_of_pair(tree: Binary, left: str, right: str) -> str:
    op, column = tree.operator, tree.column
    if op in ("and", "or"):
        if left != TRUTH or right != TRUTH:
            raise ExpressionError(f"Both sides of {op!r} must be conditions.", column)
        return TRUTH
    if TRUTH in (left, right):
        raise ExpressionError(f"{op!r} cannot be applied to a condition.", column)
    if op in ("*", "/"):
        table = _PRODUCTS if op == "*" else _QUOTIENTS
        if (left, right) in table:
            return table[left, right][0]
        if op == "*" and (right, left) in table:
            return table[right, left][0]
        if right in (NUMBER, PERCENT) and left != TEMPERATURE:
            return left
        if op == "*" and left in (NUMBER, PERCENT) and right != TEMPERATURE:
            return right
        if op == "/" and left == right and left != TEMPERATURE:
            return NUMBER
        raise ExpressionError(f"{left} {op} {right} has no meaning in a recipe.", column)
    if op in ("+", "-") and left == TEMPERATURE:
        if right == DIFFERENCE:
            return TEMPERATURE
        if op == "-" and right == TEMPERATURE:
            return DIFFERENCE
    if left != right:
        hint = " Write temperature differences in K." if DIFFERENCE in (left, right) else ""
        hint = hint or (" Write the unit, e.g. `40 %`." if NUMBER in (left, right) else "")
        raise ExpressionError(f"Units do not fit: a {left} {op} a {right}.{hint}", column)
    if op in ("+", "-"):
        if left == TEMPERATURE:
            raise ExpressionError("Two temperatures cannot be added.", column)
        return left
    return TRUTH


@dataclass(frozen=True)
class Surroundings:
    """What an expression is evaluated in.

    Args:
        values: name -> quantity; a name that is absent or None is unknown.
        ages: mark -> time since then, s; "" is the batch's own age.
    """

    values: Mapping[str, Quantity | None]
    ages: Mapping[str, Decimal]


def evaluate(tree: Tree, env: Surroundings) -> Quantity | bool | None:
    """The value of a checked expression; None where it cannot be known.

    Raises:
        ExpressionError: never for a checked expression, save a division by zero being *unknown* instead.
    """
    if isinstance(tree, Literal):
        return quantity(tree.number, tree.unit)
    if isinstance(tree, Truth):
        return tree.value
    if isinstance(tree, Name):
        return env.values.get(tree.name)
    if isinstance(tree, Unary):
        return _unary(tree, evaluate(tree.operand, env))
    if isinstance(tree, Call):
        return _call(tree, env)
    return _pair(tree, evaluate(tree.left, env), evaluate(tree.right, env))


def _unary(tree: Unary, inner: Quantity | bool | None) -> Quantity | bool | None:
    if inner is None:
        return None
    if isinstance(inner, bool):
        return not inner
    return Quantity(-inner.base, inner.dimension)


def _call(tree: Call, env: Surroundings) -> Quantity | bool | None:
    if tree.function == "age":
        mark = tree.arguments[0].name if tree.arguments and isinstance(tree.arguments[0], Name) else ""
        seconds = env.ages.get(mark)
        return None if seconds is None else Quantity(seconds, "time")
    found = [evaluate(argument, env) for argument in tree.arguments]
    if tree.function == "good":
        return found[0] is not None
    known = [value for value in found if isinstance(value, Quantity)]
    if len(known) != len(found):
        return None
    if tree.function == "abs":
        return Quantity(abs(known[0].base), known[0].dimension)
    pick = min if tree.function == "min" else max
    return Quantity(pick(value.base for value in known), known[0].dimension)


def _pair(
    tree: Binary, left: Quantity | bool | None, right: Quantity | bool | None
) -> Quantity | bool | None:
    op = tree.operator
    if op == "and":
        if left is False or right is False:
            return False
        return None if left is None or right is None else True
    if op == "or":
        if left is True or right is True:
            return True
        return None if left is None or right is None else False
    if not isinstance(left, Quantity) or not isinstance(right, Quantity):
        return None
    if op in ("*", "/"):
        return _product(op, left, right)
    if op == "+":
        return Quantity(left.base + right.base, left.dimension)
    if op == "-":
        both = left.dimension == right.dimension == TEMPERATURE
        return Quantity(left.base - right.base, DIFFERENCE if both else left.dimension)
    return {
        "<": left.base < right.base,
        "<=": left.base <= right.base,
        ">": left.base > right.base,
        ">=": left.base >= right.base,
        "==": left.base == right.base,
        "!=": left.base != right.base,
    }[op]


def _product(op: str, left: Quantity, right: Quantity) -> Quantity | None:
    table = _PRODUCTS if op == "*" else _QUOTIENTS
    if op == "/" and right.base == 0:
        return None
    if op == "*" and (right.dimension, left.dimension) in table:
        left, right = right, left
    with localcontext() as context:
        context.prec = 34
        plain = left.base * right.base if op == "*" else left.base / right.base
        if (left.dimension, right.dimension) in table:
            result, factor = table[left.dimension, right.dimension]
            return Quantity(plain * factor, result)
        if op == "/" and left.dimension == right.dimension:
            return Quantity(plain, NUMBER)
        if right.dimension in (NUMBER, PERCENT):
            scale = Decimal("0.01") if right.dimension == PERCENT else Decimal(1)
            result_base = plain * scale if op == "*" else plain / scale
            return Quantity(result_base, left.dimension)
        scale = Decimal("0.01") if left.dimension == PERCENT else Decimal(1)
        return Quantity(plain * scale, right.dimension)
