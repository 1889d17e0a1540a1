"""Rows of the matrix of rights that belong to the plant floor."""

from __future__ import annotations

from titer.record import ActionSpec

_PLANNERS = ("process_owner", "operator")

ACTIONS = (
    ActionSpec("mes.recipe.submit", "Submit a master recipe", ("scientist", "process_owner")),
    ActionSpec("mes.recipe.author", "Sign a master recipe as its author", ("scientist", "process_owner")),
    ActionSpec(
        "mes.recipe.check", "Sign the independent second check", ("scientist", "process_owner", "reviewer")
    ),
    ActionSpec("mes.recipe.approve", "Approve a master recipe for the quality unit", ("quality",)),
    ActionSpec(
        "mes.recipe.return", "Return a recipe to its author", ("process_owner", "quality", "reviewer")
    ),
    ActionSpec(
        "mes.recipe.make_effective", "Make an approved recipe effective", ("process_owner", "quality")
    ),
    ActionSpec("mes.recipe.retire", "Retire a master recipe", ("process_owner", "quality")),
    ActionSpec("mes.order.create", "Create an order", _PLANNERS),
    ActionSpec("mes.batch.create", "Create a batch from an order", _PLANNERS),
    ActionSpec("mes.batch.start", "Start a batch", ("operator", "process_owner")),
    ActionSpec("mes.batch.hold", "Hold or pause a batch", ("operator", "process_owner", "quality")),
    ActionSpec("mes.batch.restart", "Restart or resume a batch", ("operator", "process_owner")),
    ActionSpec("mes.batch.stop", "Stop or abort a batch", ("operator", "process_owner")),
    ActionSpec("mes.batch.skip", "Skip a step, with a reason", ("process_owner",)),
    ActionSpec("mes.task.enter", "Do a manual task", ("operator", "analyst", "scientist", "process_owner")),
    ActionSpec("mes.task.correct", "Correct an entry", ("operator", "analyst", "scientist", "process_owner")),
    ActionSpec("mes.task.witness", "Witness a manual task", ("operator", "reviewer", "process_owner")),
    ActionSpec("mes.engine.turn", "Let the engine go on"),
    ActionSpec("mes.setpoint.adjust", "Carry out an approved proposal"),
)

COMMAND_VERBS = {
    "Hold": "mes.batch.hold",
    "Pause": "mes.batch.hold",
    "Restart": "mes.batch.restart",
    "Resume": "mes.batch.restart",
    "Stop": "mes.batch.stop",
    "Abort": "mes.batch.stop",
    "Skip": "mes.batch.skip",
}
