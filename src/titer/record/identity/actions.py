"""What people and machines may do about identity: rows of the matrix of rights."""

from __future__ import annotations

from titer.record.actions import ROLES, ActionSpec

ACTIONS = (
    ActionSpec("record.install", "Set up the installation"),
    ActionSpec("record.migrate", "Bring the database to another schema"),
    ActionSpec("record.move", "Move the installation to another database"),
    ActionSpec("record.clock.step", "Enter that the server's clock went back"),
    ActionSpec("record.person.create", "Register a person", ("administrator",)),
    ActionSpec("record.person.change", "Change a person's account", ("administrator",)),
    ActionSpec(
        "record.credential.give", "Give or take what somebody else proves identity with", ("administrator",)
    ),
    ActionSpec("record.person.rescue", "Let somebody in on the machine itself, with the installation's key"),
    ActionSpec("record.role.assign", "Give or take a role", ("administrator",)),
    ActionSpec("record.training.enter", "Enter a training", ("reviewer", "quality", "process_owner")),
    ActionSpec("record.session", "Log in and out"),
    ActionSpec("record.policy.acknowledge", "Acknowledge the signature policy", tuple(ROLES)),
    ActionSpec("record.password.change", "Change one's own password", tuple(ROLES)),
    ActionSpec("record.account.change", "Change what one proves one's identity with", tuple(ROLES)),
    ActionSpec("record.access_policy.change", "Change the access policy", ("administrator",)),
    ActionSpec("record.terminal.change", "Register or revoke a terminal", ("administrator",)),
    ActionSpec("record.token.issue", "Issue a machine token", ("administrator", "automation")),
    ActionSpec("record.edge.invite", "Let an edge enrol", ("administrator", "automation")),
    ActionSpec("record.edge.enrol", "Issue a certificate to an edge that has the code, or renews"),
    ActionSpec("record.edge.revoke", "Revoke an edge", ("administrator", "automation", "quality")),
    ActionSpec("record.document.certificate", "Change the certificate of the documents", ("administrator",)),
    ActionSpec("record.token.revoke", "End a machine token", ("administrator", "automation", "quality")),
    ActionSpec("record.ledger.verify", "Verify the ledger", tuple(ROLES)),
    ActionSpec("record.export", "Export records", ("reviewer", "quality", "process_owner", "inspector")),
)
