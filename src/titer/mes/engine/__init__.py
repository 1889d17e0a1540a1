"""The engine's functional core: states as data, the fold, and the decision. See `decide`."""

from titer.mes.engine.commands import GIVEN, SKIP
from titer.mes.engine.decide import Decision, decide
from titer.mes.engine.state import EVENT_TYPES, SEMANTICS, BatchState, Element, Event, Reading, evolve, fold
from titer.mes.engine.states import COMMANDS, FINAL, TABLE, after
from titer.mes.engine.turn import Input

__all__ = [
    "COMMANDS",
    "EVENT_TYPES",
    "FINAL",
    "GIVEN",
    "SEMANTICS",
    "SKIP",
    "TABLE",
    "BatchState",
    "Decision",
    "Element",
    "Event",
    "Input",
    "Reading",
    "after",
    "decide",
    "evolve",
    "fold",
]
