"""Who may do what: insight's rows of the matrix of rights."""

from __future__ import annotations

from titer.record import ActionSpec

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "insight.file.add", "Add a file of historic batches", ("scientist", "process_owner", "steward")
    ),
    ActionSpec(
        "insight.dataset.create", "Take a data set snapshot", ("scientist", "process_owner", "steward")
    ),
    ActionSpec("insight.model.train", "Train a model version", ("scientist",)),
    ActionSpec("insight.model.freeze", "Sign a model's acceptance criteria", ("process_owner", "quality")),
    ActionSpec(
        "insight.model.validate",
        "Open the sealed test set and validate",
        ("process_owner", "quality", "reviewer"),
    ),
    ActionSpec("insight.model.approve_owner", "Approve a model as its owner", ("process_owner",)),
    ActionSpec("insight.model.approve_quality", "Approve a model as quality unit", ("quality",)),
    ActionSpec("insight.model.deploy", "Deploy a model on equipment", ("process_owner", "automation")),
    ActionSpec(
        "insight.model.suspend",
        "Suspend a model",
        ("operator", "analyst", "reviewer", "quality", "scientist", "process_owner", "automation"),
    ),
    ActionSpec("insight.model.resume", "Resume a suspended model", ("process_owner", "quality")),
    ActionSpec("insight.model.retire", "Retire a model", ("process_owner", "quality")),
    ActionSpec("insight.watch", "Follow a batch (by the platform itself)"),
    ActionSpec("insight.score", "Log scores and raise alerts (by a model)"),
    ActionSpec(
        "insight.alert.acknowledge",
        "Acknowledge an alert",
        ("operator", "scientist", "process_owner", "quality", "reviewer"),
    ),
    ActionSpec("insight.alert.dispose", "Dispose of an alert", ("scientist", "process_owner", "quality")),
)
