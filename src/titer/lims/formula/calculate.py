"""Calculating a formula: units first, then values, each step written into a trace.

Arithmetic is decimal with 34 significant digits (IEEE 754 decimal128's precision), ties to even, and nothing
is rounded to a reported precision here: that happens once, against the criterion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, DecimalException, localcontext

from titer.base.errors import Invalid, TiterError
from titer.lims.formula.grammar import Binary, Call, Literal, Name, Negative, Step, Tree, names, parse
from titer.lims.formula.quantity import (
    Dimension,
    Quantity,
    formula_unit,
    quantity,
    times,
    to_power,
    words,
)
from titer.science.rounding import decimal_places, read_number, to_places

PRECISION = 34
_LISTS_TO_ONE = frozenset({"sum", "mean", "min", "max", "sd"})
_OF_PAIRS = frozenset({"slope", "intercept", "slope_through_origin", "r_squared"})
_OF_NUMBERS = frozenset({"ln", "log10", "exp"})


class NotCalculable(TiterError):
    """The formula is sound, but with these values it has no result: it cannot be evaluated."""

    title = "Not calculable"


@dataclass(frozen=True)
class InputSpec:
    """What a formula takes.

    Args:
        unit: a formula unit.
        many: whether it is a list of values (standards, replicates, peaks).
    """

    unit: str
    many: bool = False


@dataclass(frozen=True)
class TraceStep:
    """One step as it was calculated; all text, so that it goes into a record as it is."""

    name: str
    expression: str
    value: str
    dimension: str


@dataclass(frozen=True)
class Calculated:
    """A result and how it came about.

    Args:
        value: unrounded (34 digits at the most), in `unit`.
        unit: the formula's declared unit.
        trace: the inputs as they were given, then each step.
    """

    value: Decimal
    unit: str
    trace: tuple[TraceStep, ...]


Value = Quantity | tuple[Quantity, ...]


class Formula:
    """A formula with its declared inputs and unit, checked when it is made.

    Args:
        text: the formula's source.
        inputs: name -> what it takes.
        unit: the unit of the result.

    Example:
        >>> half = Formula("(a + b) / 2", {"a": InputSpec("g"), "b": InputSpec("kg")}, "g")
        >>> half.calculate({"a": "1.0", "b": "0.001"}).value
        Decimal('1.0')

    Raises:
        Invalid: unreadable text, an unknown name, an input that is never used, or units that do not fit.
    """

    def __init__(self, text: str, inputs: Mapping[str, InputSpec], unit: str) -> None:
        self.text = text
        self.inputs = dict(inputs)
        self.unit = formula_unit(unit)
        self.steps: tuple[Step, ...] = parse(text)
        self._check()

    def calculate(self, values: Mapping[str, str | Decimal | Sequence[str | Decimal]]) -> Calculated:
        """Calculate, each input in its declared unit.

        Args:
            values: text or decimals; a float is refused, since it has lost its digits already.

        Raises:
            Invalid: if an input is missing, unknown or a float.
            NotCalculable: text where a number belongs, division by zero, too few values.
        """
        if set(values) != set(self.inputs):
            odd = sorted(set(values) ^ set(self.inputs))
            raise Invalid(f"The inputs do not fit the formula: {', '.join(odd)} missing or unknown.")
        trace: list[TraceStep] = []
        known: dict[str, Value] = {}
        with localcontext(Context(prec=PRECISION, rounding=ROUND_HALF_EVEN)):
            try:
                for name in sorted(self.inputs):
                    known[name], step = self._input(name, values[name])
                    trace.append(step)
                for step_ in self.steps:
                    known[step_.name] = found = _value(step_.tree, known)
                    trace.append(_told(step_, found))
                last = known[self.steps[-1].name]
                if not isinstance(last, Quantity):
                    raise NotCalculable("The formula's result is a list.")
                value = last.base / self.unit.factor
            except DecimalException as error:
                raise NotCalculable(
                    "The formula has no result with these values.", why=f"{type(error).__name__}."
                ) from error
        trace.append(TraceStep("in unit", self.unit.text, f"{value:f}", words(self.unit.dimension)))
        return Calculated(value, self.unit.text, tuple(trace))

    def _input(self, name: str, given: object) -> tuple[Value, TraceStep]:
        spec = self.inputs[name]
        listed = list(given) if isinstance(given, list | tuple) else [given]
        if spec.many != isinstance(given, list | tuple):
            raise Invalid(f"The input {name!r} takes {'a list' if spec.many else 'one value'}.")
        numbers = [_number(name, item) for item in listed]
        found = tuple(quantity(number, spec.unit) for number in numbers)
        shown = ", ".join(f"{number:f}" for number in numbers)
        step = TraceStep(name, "input", f"[{shown}]" if spec.many else shown, spec.unit)
        return (found if spec.many else found[0]), step

    def _check(self) -> None:
        known: dict[str, tuple[Dimension, bool]] = {
            name: (formula_unit(spec.unit).dimension, spec.many) for name, spec in self.inputs.items()
        }
        used: set[str] = set()
        for step in self.steps:
            if step.name in known:
                raise Invalid(f"{step.name!r} is an input and cannot be defined again.")
            used |= names(step.tree)
            known[step.name] = _dimension(step.tree, known)
        idle = sorted(set(self.inputs) - used)
        if idle:
            raise Invalid(f"The formula never uses its inputs {', '.join(idle)}.")
        found, many = known[self.steps[-1].name]
        if many or found != self.unit.dimension:
            raise Invalid(
                f"The formula gives {'a list of ' if many else ''}{words(found)}, but its unit is "
                f"{self.unit.text} ({words(self.unit.dimension)})."
            )


def check_case(formula: Formula, inputs: Mapping[str, str | list[str]], expected: str) -> str | None:
    """Run one of a formula's own test cases.

    Args:
        formula: the formula.
        inputs: as `Formula.calculate` takes them.
        expected: the result's text; the calculated one, rounded half up to as many decimal places, must be it.

    Returns:
        None if it holds, else what came out.
    """
    try:
        value = formula.calculate(inputs).value
    except TiterError as error:
        return str(error)
    rounded = to_places(value, decimal_places(expected), ties=ROUND_HALF_UP)
    return None if rounded == read_number(expected) else f"gives {rounded:f}, not {expected}"


def _number(name: str, item: object) -> Decimal:
    if isinstance(item, Decimal):
        if not item.is_finite():
            raise NotCalculable(f"The input {name!r} is {item}.")
        return item
    if not isinstance(item, str):
        raise Invalid(f"The input {name!r} is a {type(item).__name__}; give text or a decimal.")
    try:
        return read_number(item)
    except ValueError as error:
        raise NotCalculable(f"The input {name!r} is {item!r}, which is no number.") from error


def _told(step: Step, found: Value) -> TraceStep:
    if isinstance(found, Quantity):
        return TraceStep(step.name, step.text, f"{found.base:f}", words(found.dimension))
    shown = ", ".join(f"{item.base:f}" for item in found)
    return TraceStep(step.name, step.text, f"[{shown}]", words(found[0].dimension) if found else "")


# --- what it measures ------------------------------------------------------------------------------------


def _dimension(tree: Tree, known: Mapping[str, tuple[Dimension, bool]]) -> tuple[Dimension, bool]:
    if isinstance(tree, Literal):
        return formula_unit(tree.unit).dimension, False
    if isinstance(tree, Name):
        if tree.name not in known:
            raise Invalid(
                f"{tree.name!r} is neither an input nor an earlier step.",
                where=tree.where,
                do=f"There are {', '.join(sorted(known)) or 'none'}.",
            )
        return known[tree.name]
    if isinstance(tree, Negative):
        return _dimension(tree.operand, known)
    if isinstance(tree, Binary):
        return _dimension_of_pair(tree, known)
    return _dimension_of_call(tree, known)


def _dimension_of_pair(tree: Binary, known: Mapping[str, tuple[Dimension, bool]]) -> tuple[Dimension, bool]:
    left, left_many = _dimension(tree.left, known)
    right, right_many = _dimension(tree.right, known)
    many = left_many or right_many
    if tree.operator in "+-":
        if left != right:
            raise Invalid(
                f"Units do not fit: {words(left)} {tree.operator} {words(right)}.", where=tree.where
            )
        return left, many
    if tree.operator == "^":
        exponent = tree.right.number if isinstance(tree.right, Literal) else Decimal(1)
        return to_power(left, int(exponent)), many
    return times(left, right, 1 if tree.operator == "*" else -1), many


def _dimension_of_call(tree: Call, known: Mapping[str, tuple[Dimension, bool]]) -> tuple[Dimension, bool]:
    inner = [_dimension(argument, known) for argument in tree.arguments]
    first, many = inner[0]
    if tree.function in _OF_PAIRS:
        second, second_many = inner[1]
        if not (many and second_many):
            raise Invalid(f"{tree.function}() takes two lists, x and y.", where=tree.where)
        if tree.function == "r_squared":
            return (), False
        return (second if tree.function == "intercept" else times(second, first, -1)), False
    if tree.function in ("min", "max") and len(inner) > 1:
        if any(other != (first, False) for other in inner):
            raise Invalid(f"{tree.function}() takes single values of one kind.", where=tree.where)
        return first, False
    if tree.function in _LISTS_TO_ONE or tree.function in ("rsd", "count"):
        if not many:
            raise Invalid(f"{tree.function}() takes a list.", where=tree.where)
        return (first if tree.function in _LISTS_TO_ONE else ()), False
    if many:
        raise Invalid(f"{tree.function}() takes one value.", where=tree.where)
    if tree.function == "abs":
        return first, False
    if tree.function == "sqrt":
        if any(power % 2 for _, power in first):
            raise Invalid(f"The root of {words(first)} has no unit.", where=tree.where)
        return tuple((name, power // 2) for name, power in first), False
    if first:
        raise Invalid(f"{tree.function}() takes a pure number, not {words(first)}.", where=tree.where)
    return (), False


# --- what it is -------------------------------------------------------------------------------------------


def _value(tree: Tree, known: Mapping[str, Value]) -> Value:
    if isinstance(tree, Literal):
        return quantity(tree.number, tree.unit)
    if isinstance(tree, Name):
        return known[tree.name]
    if isinstance(tree, Negative):
        return _each(_value(tree.operand, known), lambda one: Quantity(-one.base, one.dimension))
    if isinstance(tree, Binary):
        return _pair(tree, _value(tree.left, known), _value(tree.right, known))
    return _call(tree, [_value(argument, known) for argument in tree.arguments])


def _each(value: Value, change: Callable[[Quantity], Quantity]) -> Value:
    return change(value) if isinstance(value, Quantity) else tuple(change(one) for one in value)


def _pair(tree: Binary, left: Value, right: Value) -> Value:
    if isinstance(left, tuple) and isinstance(right, tuple):
        if len(left) != len(right):
            raise NotCalculable(
                f"Two lists of {len(left)} and {len(right)} values do not pair ({tree.where})."
            )
        return tuple(_two(tree.operator, a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, tuple):
        return tuple(_two(tree.operator, one, _one(right)) for one in left)
    if isinstance(right, tuple):
        return tuple(_two(tree.operator, left, one) for one in right)
    return _two(tree.operator, left, right)


def _two(operator: str, left: Quantity, right: Quantity) -> Quantity:
    if operator == "+":
        return Quantity(left.base + right.base, left.dimension)
    if operator == "-":
        return Quantity(left.base - right.base, left.dimension)
    if operator == "*":
        return Quantity(left.base * right.base, times(left.dimension, right.dimension))
    if operator == "/":
        return Quantity(left.base / right.base, times(left.dimension, right.dimension, -1))
    exponent = int(right.base)
    return Quantity(left.base**exponent, to_power(left.dimension, exponent))


def _one(value: Value) -> Quantity:
    if isinstance(value, tuple):
        raise NotCalculable("One value was expected, and a list was found.")
    return value


def _call(tree: Call, arguments: list[Value]) -> Quantity:
    name, first = tree.function, arguments[0]
    if name in _OF_PAIRS:
        xs, ys = (argument if isinstance(argument, tuple) else () for argument in arguments[:2])
        return _regression(name, xs, ys)
    if isinstance(first, tuple):
        return _of_list(name, first)
    if name in ("min", "max"):
        pick = min if name == "min" else max
        return Quantity(pick(_one(argument).base for argument in arguments), first.dimension)
    if name == "abs":
        return Quantity(abs(first.base), first.dimension)
    if name == "sqrt":
        return Quantity(first.base.sqrt(), tuple((base, power // 2) for base, power in first.dimension))
    made = {"ln": first.base.ln, "log10": first.base.log10, "exp": first.base.exp}[name]
    return Quantity(made(), ())


def _of_list(name: str, values: tuple[Quantity, ...]) -> Quantity:
    numbers = [value.base for value in values]
    if name == "count":
        return Quantity(Decimal(len(numbers)), ())
    if not numbers:
        raise NotCalculable(f"{name}() of an empty list has no value.")
    dimension = values[0].dimension
    if name in ("min", "max"):
        return Quantity(min(numbers) if name == "min" else max(numbers), dimension)
    total = sum(numbers, Decimal(0))
    if name == "sum":
        return Quantity(total, dimension)
    mean = total / len(numbers)
    if name == "mean":
        return Quantity(mean, dimension)
    if len(numbers) < 2:
        raise NotCalculable(f"{name}() needs two values or more.")
    spread = (sum(((number - mean) ** 2 for number in numbers), Decimal(0)) / (len(numbers) - 1)).sqrt()
    return Quantity(spread, dimension) if name == "sd" else Quantity(spread / mean, ())


def _regression(name: str, xs: tuple[Quantity, ...], ys: tuple[Quantity, ...]) -> Quantity:
    if len(xs) != len(ys) or len(xs) < (1 if name == "slope_through_origin" else 2):
        raise NotCalculable(f"{name}() needs pairs: {len(xs)} x and {len(ys)} y were given.")
    x, y = [one.base for one in xs], [one.base for one in ys]
    ratio = times(ys[0].dimension, xs[0].dimension, -1)
    if name == "slope_through_origin":
        above = sum((a * b for a, b in zip(x, y, strict=True)), Decimal(0))
        return Quantity(above / sum((a * a for a in x), Decimal(0)), ratio)
    mean_x, mean_y = sum(x, Decimal(0)) / len(x), sum(y, Decimal(0)) / len(y)
    sxx = sum(((a - mean_x) ** 2 for a in x), Decimal(0))
    sxy = sum(((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)), Decimal(0))
    if name == "r_squared":
        syy = sum(((b - mean_y) ** 2 for b in y), Decimal(0))
        return Quantity(sxy * sxy / (sxx * syy), ())
    slope = sxy / sxx
    return Quantity(slope, ratio) if name == "slope" else Quantity(mean_y - slope * mean_x, ys[0].dimension)
