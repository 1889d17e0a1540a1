"""Rows of the role x action matrix that belong to equipment."""

from __future__ import annotations

from titer.record import ActionSpec

ACTIONS = (
    ActionSpec("equipment.node.register", "Register equipment", ("automation", "process_owner")),
    ActionSpec("equipment.node.qualify", "State that equipment is qualified", ("quality",)),
    ActionSpec(
        "equipment.node.withdraw", "Take equipment out of service", ("operator", "automation", "quality")
    ),
    ActionSpec("equipment.node.use", "Begin or end the use of equipment", ("operator", "analyst")),
    ActionSpec("equipment.node.clean", "Clean equipment", ("operator", "analyst")),
    ActionSpec("equipment.calibration.record", "Record a calibration", ("automation", "analyst")),
    ActionSpec(
        "equipment.log.write", "Write into a logbook", ("operator", "analyst", "automation", "quality")
    ),
    ActionSpec("equipment.connection.change", "Draft or change a connection", ("automation",)),
    ActionSpec("equipment.connection.explore", "Look through what a host can reach", ("automation",)),
    ActionSpec("equipment.connection.approve", "Approve a connection", ("quality", "process_owner")),
    ActionSpec("equipment.connection.suspend", "Suspend or resume a connection", ("automation", "quality")),
    ActionSpec(
        "equipment.certificate.add", "Bring the certificate of an instrument or authority", ("automation",)
    ),
    ActionSpec(
        "equipment.certificate.revocations", "Bring an authority's revocation list", ("automation", "quality")
    ),
    ActionSpec(
        "equipment.certificate.trust", "Trust the certificate of an instrument", ("quality", "process_owner")
    ),
    ActionSpec(
        "equipment.certificate.distrust",
        "Distrust the certificate of an instrument",
        ("automation", "quality", "process_owner"),
    ),
    ActionSpec("equipment.context.record", "Record the context of a measurement", ("operator", "analyst")),
    ActionSpec("equipment.command.request", "Command a device"),
    ActionSpec(
        "equipment.command.cancel",
        "Cancel a command that a device carries out",
        ("operator", "analyst", "automation"),
    ),
    ActionSpec(
        "equipment.alarm.answer", "Acknowledge or confirm an alarm", ("operator", "analyst", "automation")
    ),
    ActionSpec("equipment.document.dispose", "Dispose of a received file", ("analyst", "reviewer")),
    ActionSpec(
        "equipment.document.import",
        "Import an instrument's file by hand",
        ("analyst", "scientist", "automation"),
    ),
    ActionSpec("equipment.intake", "Take what a connector sends"),
    ActionSpec("equipment.clock.watch", "Note what has lapsed by the clock"),
)
