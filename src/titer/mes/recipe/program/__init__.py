"""A recipe as the engine runs it: a tree of nodes with parsed expressions, built from canonical content.

Paths name nodes for life: `P` is the procedure, `P.2` its second step, `P.2.4` the fourth step of that. While
a batch runs, the third round of a repeat adds `#3`: `P.2.4#3.1` is the first step of that round.
"""

from titer.mes.recipe.grammar import Literal
from titer.mes.recipe.program.building import absolute, build, constant, resolve
from titer.mes.recipe.program.nodes import (
    ROOT,
    SEQUENCES,
    Adjustable,
    Channel,
    Feed,
    Guard,
    Manual,
    Node,
    Phase,
    Program,
    Repeat,
    SampleDraw,
    SetPoint,
    Spec,
    Timeout,
    Until,
    Wait,
    definition,
)

__all__ = [
    "ROOT",
    "SEQUENCES",
    "Adjustable",
    "Channel",
    "Feed",
    "Guard",
    "Literal",
    "Manual",
    "Node",
    "Phase",
    "Program",
    "Repeat",
    "SampleDraw",
    "SetPoint",
    "Spec",
    "Timeout",
    "Until",
    "Wait",
    "absolute",
    "build",
    "constant",
    "definition",
    "resolve",
]
