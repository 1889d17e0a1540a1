"""The formula grammar: text to tree. Nothing of it is ever handed to Python's own evaluator.

    formula    := step (newline | ";") ... ; the last step is the result
    step       := name "=" sum | sum
    sum        := product (("+" | "-") product)*
    product    := power (("*" | "/") power)*
    power      := factor ("^" integer)?
    factor     := "-" factor | number [unit] | name | function "(" sum ("," sum)* ")" | "(" sum ")"

A number literal goes from its source text into `Decimal`; there is no float on the way, so `1.2e-7` stays
1.2e-7. A literal's unit is one code of `titer.base.units`. `#` begins a comment that ends with the line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from titer.base.errors import Invalid
from titer.base.units import UNITS

FUNCTIONS: dict[str, tuple[int, int]] = {
    "sum": (1, 1),
    "mean": (1, 1),
    "count": (1, 1),
    "min": (1, 8),
    "max": (1, 8),
    "sd": (1, 1),
    "rsd": (1, 1),
    "abs": (1, 1),
    "sqrt": (1, 1),
    "ln": (1, 1),
    "log10": (1, 1),
    "exp": (1, 1),
    "slope": (2, 2),
    "intercept": (2, 2),
    "slope_through_origin": (2, 2),
    "r_squared": (2, 2),
}
"""Function -> (fewest, most) arguments; a closed list."""

_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_UNITS_BY_LENGTH = sorted((code for code in UNITS if code != "1"), key=len, reverse=True)
_LONGEST = 2000
_DEEPEST = 40


@dataclass(frozen=True)
class Literal:
    """A number with its unit, as it was written."""

    number: Decimal
    unit: str
    where: str


@dataclass(frozen=True)
class Name:
    """An input or an earlier step."""

    name: str
    where: str


@dataclass(frozen=True)
class Call:
    """A function of the closed list."""

    function: str
    arguments: tuple[Tree, ...]
    where: str


@dataclass(frozen=True)
class Negative:
    """`-x`."""

    operand: Tree
    where: str


@dataclass(frozen=True)
class Binary:
    """`+ - * /`, and `^` with a whole number on its right."""

    operator: str
    left: Tree
    right: Tree
    where: str


Tree = Literal | Name | Call | Negative | Binary


@dataclass(frozen=True)
class Step:
    """One line of a formula; `name` is "result" for the last one when it bears none."""

    name: str
    tree: Tree
    text: str


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    where: str
    unit: str = "1"


def parse(text: str) -> tuple[Step, ...]:
    """Read a formula.

    Example:
        >>> [step.name for step in parse("total = a + b\\n total / 2")]
        ['total', 'result']

    Raises:
        Invalid: with line and column where reading failed.
    """
    if len(text) > _LONGEST:
        raise Invalid(f"A formula has at most {_LONGEST} characters.", do="Split it into several formulas.")
    steps: list[Step] = []
    names: set[str] = set()
    for number, line in _lines(text):
        step = _Parser(line, number).step()
        if step.name in names:
            raise Invalid(f"The step {step.name!r} is defined twice.", where=f"line {number}")
        if step.name in FUNCTIONS:
            raise Invalid(f"{step.name!r} is a function's name.", where=f"line {number}")
        names.add(step.name)
        steps.append(step)
    if not steps:
        raise Invalid("The formula is empty.")
    return tuple(steps)


def names(tree: Tree) -> set[str]:
    """All names that an expression uses."""
    if isinstance(tree, Name):
        return {tree.name}
    if isinstance(tree, Negative):
        return names(tree.operand)
    if isinstance(tree, Binary):
        return names(tree.left) | names(tree.right)
    if isinstance(tree, Call):
        return set().union(*(names(argument) for argument in tree.arguments))
    return set()


def _lines(text: str) -> list[tuple[int, str]]:
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        for part in line.split("#", 1)[0].split(";"):
            if part.strip():
                found.append((number, part))
    return found


def _tokens(text: str, line: int) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        where = f"line {line}, column {at + 1}"
        if match := _NUMBER.match(text, at):
            unit, at = _unit_after(text, match.end())
            found.append(_Token("number", match.group(), where, unit))
        elif match := _NAME.match(text, at):
            found.append(_Token("name", match.group(), where))
            at = match.end()
        elif text[at] in "+-*/^(),=":
            found.append(_Token(text[at], text[at], where))
            at += 1
        else:
            raise Invalid(f"The character {text[at]!r} has no meaning in a formula.", where=where)
    found.append(_Token("end", "", f"line {line}, column {len(text) + 1}"))
    return found


def _unit_after(text: str, at: int) -> tuple[str, int]:
    start = at
    while start < len(text) and text[start] == " ":
        start += 1
    for code in _UNITS_BY_LENGTH:
        end = start + len(code)
        if text.startswith(code, start):
            after = text[end] if end < len(text) else " "
            if not (code[-1].isalnum() and (after.isalnum() or after in "_(")):
                return code, end
    return "1", at


class _Parser:
    def __init__(self, text: str, line: int) -> None:
        self._text = text.strip()
        self._all = _tokens(text, line)
        self._at = 0
        self._depth = 0

    def step(self) -> Step:
        name = "result"
        if self._all[0].kind == "name" and self._all[1].kind == "=":
            name = self._all[0].text
            self._at = 2
        tree = self._sum()
        rest = self._all[self._at]
        if rest.kind != "end":
            raise Invalid(f"{rest.text!r} is not expected; an operator is missing.", where=rest.where)
        return Step(name, tree, self._text)

    def _take(self) -> _Token:
        token = self._all[self._at]
        self._at += 1
        return token

    def _sum(self) -> Tree:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Invalid("The formula is nested too deeply.", where=self._all[self._at].where)
        tree = self._product()
        while self._all[self._at].kind in "+-":
            token = self._take()
            tree = Binary(token.kind, tree, self._product(), token.where)
        self._depth -= 1
        return tree

    def _product(self) -> Tree:
        tree = self._power()
        while self._all[self._at].kind in "*/":
            token = self._take()
            tree = Binary(token.kind, tree, self._power(), token.where)
        return tree

    def _power(self) -> Tree:
        tree = self._factor()
        if self._all[self._at].kind == "^":
            token = self._take()
            exponent = self._take()
            if exponent.kind != "number" or not exponent.text.isdigit() or int(exponent.text) > 9:
                raise Invalid("A power is a whole number from 0 to 9.", where=exponent.where)
            return Binary("^", tree, Literal(Decimal(exponent.text), "1", exponent.where), token.where)
        return tree

    def _factor(self) -> Tree:
        token = self._take()
        if token.kind == "-":
            self._depth += 1
            if self._depth > _DEEPEST:
                raise Invalid("The formula is nested too deeply.", where=token.where)
            operand = self._factor()
            self._depth -= 1
            return Negative(operand, token.where)
        if token.kind == "(":
            tree = self._sum()
            self._expect(")")
            return tree
        if token.kind == "number":
            return Literal(Decimal(token.text), token.unit, token.where)
        if token.kind == "name":
            return self._call(token) if self._all[self._at].kind == "(" else Name(token.text, token.where)
        what = "ends too early" if token.kind == "end" else f"cannot have {token.text!r} here"
        raise Invalid(f"The formula {what}; a value was expected.", where=token.where)

    def _call(self, token: _Token) -> Tree:
        if token.text not in FUNCTIONS:
            raise Invalid(
                f"There is no function {token.text!r}.",
                where=token.where,
                do=f"There are {', '.join(sorted(FUNCTIONS))}.",
            )
        self._expect("(")
        arguments = [self._sum()]
        while self._all[self._at].kind == ",":
            self._take()
            arguments.append(self._sum())
        self._expect(")")
        fewest, most = FUNCTIONS[token.text]
        if not fewest <= len(arguments) <= most:
            raise Invalid(
                f"{token.text}() takes {fewest} to {most} arguments, not {len(arguments)}.", where=token.where
            )
        return Call(token.text, tuple(arguments), token.where)

    def _expect(self, kind: str) -> None:
        token = self._take()
        if token.kind != kind:
            raise Invalid(f"{kind!r} is missing here.", where=token.where)
