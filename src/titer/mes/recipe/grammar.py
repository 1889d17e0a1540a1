"""The expression grammar of recipes: text to tree. Nothing of it is ever handed to Python's own evaluator.

    expression := disjunction
    disjunction := conjunction ("or" conjunction)*
    conjunction := negation ("and" negation)*
    negation := "not" negation | comparison
    comparison := sum (("<" | "<=" | ">" | ">=" | "==" | "!=") sum)?
    sum := product (("+" | "-") product)*
    product := factor (("*" | "/") factor)*
    factor := "-" factor | number [unit] | name | function "(" expression ("," expression)* ")" | "(" expression ")"

A name with dots (`BR.VCD.PV`) is a channel of a unit that the recipe binds; a name without is a formula
parameter or a counter. A number may be followed by a unit of `titer.base.units`: `12 1e6/mL`, `36.8 degC`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from titer.base.units import UNITS

FUNCTIONS = {"abs": (1, 1), "min": (2, 8), "max": (2, 8), "age": (0, 1), "good": (1, 1)}
"""Function -> (fewest, most) arguments."""

_KEYWORDS = frozenset({"and", "or", "not", "true", "false", "for"})
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
_OPERATOR = re.compile(r"<=|>=|==|!=|[<>+\-*/(),]")
_UNITS_BY_LENGTH = sorted(UNITS, key=len, reverse=True)


class ExpressionError(Exception):
    """An expression that cannot be read or has no meaning.

    Args:
        message: what is wrong, in words.
        column: where in the expression, counted from 0.
    """

    def __init__(self, message: str, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.column = column


@dataclass(frozen=True)
class Literal:
    """A number with its unit; `unit` is "1" where none was written, and `bare` says so."""

    number: Decimal
    unit: str
    bare: bool
    column: int


@dataclass(frozen=True)
class Truth:
    """`true` or `false`."""

    value: bool
    column: int


@dataclass(frozen=True)
class Name:
    """A formula parameter or counter (`vcd_target`), or a channel (`BR.VCD.PV`)."""

    name: str
    column: int

    @property
    def is_channel(self) -> bool:
        """Whether it names a channel of a unit."""
        return "." in self.name


@dataclass(frozen=True)
class Call:
    """A function of the closed list `FUNCTIONS`."""

    function: str
    arguments: tuple[Tree, ...]
    column: int


@dataclass(frozen=True)
class Unary:
    """`-x` or `not x`."""

    operator: str
    operand: Tree
    column: int


@dataclass(frozen=True)
class Binary:
    """Arithmetic, comparison, `and`, `or`."""

    operator: str
    left: Tree
    right: Tree
    column: int


Tree = Literal | Truth | Name | Call | Unary | Binary


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    column: int
    unit: str = ""


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        if match := _NUMBER.match(text, at):
            number, start = match.group(), at
            at = match.end()
            unit, at = _unit_after(text, at)
            found.append(_Token("number", number, start, unit))
        elif match := _NAME.match(text, at):
            word = match.group()
            found.append(_Token("keyword" if word in _KEYWORDS else "name", word, at))
            at = match.end()
        elif match := _OPERATOR.match(text, at):
            found.append(_Token("operator", match.group(), at))
            at = match.end()
        else:
            raise ExpressionError(f"The character {text[at]!r} has no meaning here.", at)
    found.append(_Token("end", "", len(text)))
    return found


def _unit_after(text: str, at: int) -> tuple[str, int]:
    start = at
    while start < len(text) and text[start].isspace():
        start += 1
    for code in _UNITS_BY_LENGTH:
        if code == "1" or not text.startswith(code, start):
            continue
        end = start + len(code)
        after = text[end] if end < len(text) else " "
        word_goes_on = code[-1].isalnum() and (after.isalnum() or after in "_.[")
        if not word_goes_on:
            return code, end
    return "", at


class _Parser:
    def __init__(self, text: str) -> None:
        self._all = _tokens(text)
        self._at = 0

    def whole(self) -> Tree:
        tree = self._disjunction()
        rest = self._all[self._at]
        if rest.kind != "end":
            raise ExpressionError(
                f"{rest.text!r} is not expected here; an operator is missing before it.", rest.column
            )
        return tree

    def _peek(self, *texts: str) -> bool:
        token = self._all[self._at]
        return token.kind in ("operator", "keyword") and token.text in texts

    def _take(self) -> _Token:
        token = self._all[self._at]
        self._at += 1
        return token

    def _disjunction(self) -> Tree:
        tree = self._conjunction()
        while self._peek("or"):
            token = self._take()
            tree = Binary("or", tree, self._conjunction(), token.column)
        return tree

    def _conjunction(self) -> Tree:
        tree = self._negation()
        while self._peek("and"):
            token = self._take()
            tree = Binary("and", tree, self._negation(), token.column)
        return tree

    def _negation(self) -> Tree:
        if self._peek("not"):
            token = self._take()
            return Unary("not", self._negation(), token.column)
        return self._comparison()

    def _comparison(self) -> Tree:
        tree = self._sum()
        if self._peek("<", "<=", ">", ">=", "==", "!="):
            token = self._take()
            tree = Binary(token.text, tree, self._sum(), token.column)
            if self._peek("<", "<=", ">", ">=", "==", "!="):
                raise ExpressionError(
                    "Comparisons do not chain; write `a < b and b < c`.", self._all[self._at].column
                )
        return tree

    def _sum(self) -> Tree:
        tree = self._product()
        while self._peek("+", "-"):
            token = self._take()
            tree = Binary(token.text, tree, self._product(), token.column)
        return tree

    def _product(self) -> Tree:
        tree = self._factor()
        while self._peek("*", "/"):
            token = self._take()
            tree = Binary(token.text, tree, self._factor(), token.column)
        return tree

    def _factor(self) -> Tree:
        token = self._take()
        if token.kind == "operator" and token.text == "-":
            return Unary("-", self._factor(), token.column)
        if token.kind == "operator" and token.text == "(":
            tree = self._disjunction()
            self._expect(")")
            return tree
        if token.kind == "number":
            return Literal(Decimal(token.text), token.unit or "1", not token.unit, token.column)
        if token.kind == "keyword" and token.text in ("true", "false"):
            return Truth(token.text == "true", token.column)
        if token.kind == "name":
            return self._name(token)
        what = "ends too early" if token.kind == "end" else f"cannot have {token.text!r} here"
        raise ExpressionError(f"The expression {what}; a value was expected.", token.column)

    def _name(self, token: _Token) -> Tree:
        if not self._peek("("):
            return Name(token.text, token.column)
        if token.text not in FUNCTIONS:
            raise ExpressionError(
                f"There is no function {token.text!r}; there are {', '.join(sorted(FUNCTIONS))}.",
                token.column,
            )
        self._take()
        arguments: list[Tree] = []
        if not self._peek(")"):
            arguments.append(self._disjunction())
            while self._peek(","):
                self._take()
                arguments.append(self._disjunction())
        self._expect(")")
        fewest, most = FUNCTIONS[token.text]
        if not fewest <= len(arguments) <= most:
            raise ExpressionError(
                f"{token.text}() takes {fewest} to {most} arguments, not {len(arguments)}.", token.column
            )
        return Call(token.text, tuple(arguments), token.column)

    def _expect(self, text: str) -> None:
        token = self._take()
        if token.text != text:
            raise ExpressionError(f"{text!r} is missing here.", token.column)


def parse(text: str) -> Tree:
    """Read an expression.

    Example:
        >>> parse("BR.VCD.PV >= 12 1e6/mL").operator
        '>='

    Raises:
        ExpressionError: with the column where reading failed.
    """
    if len(text) > 500:
        raise ExpressionError("An expression has at most 500 characters; split it into steps.")
    return _Parser(text).whole()


def names(tree: Tree) -> list[Name]:
    """All names of an expression, in reading order; the argument of `age()` is a mark and not among them."""
    if isinstance(tree, Name):
        return [tree]
    if isinstance(tree, Unary):
        return names(tree.operand)
    if isinstance(tree, Binary):
        return names(tree.left) + names(tree.right)
    if isinstance(tree, Call) and tree.function != "age":
        return [name for argument in tree.arguments for name in names(argument)]
    return []


def marks(tree: Tree) -> list[Name]:
    """The marks that `age(mark)` refers to."""
    if isinstance(tree, Unary):
        return marks(tree.operand)
    if isinstance(tree, Binary):
        return marks(tree.left) + marks(tree.right)
    if isinstance(tree, Call):
        if tree.function == "age":
            return [argument for argument in tree.arguments if isinstance(argument, Name)]
        return [name for argument in tree.arguments for name in marks(argument)]
    return []
