"""The exception rules of audit-trail review, and its policy, as data.

Which rules there are is code; how they are set (sizes of samples, days until a review is due, how late is late) is a
site's own matter, and a record with versions: `settings` are laid over the rules, and the digest is over the whole.

PIC/S PI 041 and MHRA's guidance of 2018 ask for a review of audit trails that goes by risk and by exception. What
counts as an exception is written down here, with a version; each review keeps the version and the digest of the
rules that it went by. Both guides are known here by their public text; no inspector has looked at this list.

`when` names one of the tests of `titer.quality.trail.rules`, and what it looks at. `scopes` says in which reviews
a rule applies. A rule that is `around` looks at records that belong to no batch (limits, clocks, methods) too,
and counts where they changed while the batch was made.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from titer.base.errors import Invalid

EVERY = ["batch", "lot", "system"]
MADE = ["batch", "lot"]
STANDING = [
    "state", "signature_id", "reviewed_by", "approved_by", "reviewer_id", "approver_id", "issued_by", "checked_by",
    "witnessed_by", "effective_at", "ended_at", "closed_at", "disposition", "disposition_reason",
    "disposition_signature", "usage", "remaining",
]  # fmt: skip
"""Columns that say how far a record has come; moving on overwrites no data."""

RULESET: dict[str, Any] = {
    "version": 1,
    "rules": [
        {
            "id": "deleted",
            "title": "A record was deleted",
            "scopes": EVERY,
            "when": {"test": "deleted"},
        },
        {
            "id": "changed_after_review",
            "title": "Changed after it was reviewed or approved",
            "scopes": MADE,
            "when": {
                "test": "changed_after_signature",
                "meanings": ["reviewed", "approved", "witnessed", "checked", "issued", "closed"],
                "except": STANDING,
                "not_types": ["quality_", "twin_", "insight_", "mes_batch"],
            },
        },
        {
            "id": "corrected",
            "title": "A value was corrected, or an action overrode another",
            "scopes": MADE,
            "when": {"test": "verb_has", "words": ["correct", "invalidate", "override", "void", "force", "hold"]},
        },
        {
            "id": "superseded",
            "title": "A measurement supersedes another",
            "scopes": MADE,
            "when": {"test": "given", "type": "lims_measurement", "field": "supersedes_id"},
        },
        {
            "id": "retest",
            "title": "A test was done again",
            "scopes": MADE,
            "when": {"test": "given", "type": "lims_test", "field": "redetermines_id"},
        },
        {
            "id": "investigated",
            "title": "A suspect result was investigated",
            "scopes": MADE,
            "when": {"test": "entered", "types": ["lims_investigation"]},
        },
        {
            "id": "manual_integration",
            "title": "A peak was integrated by hand",
            "scopes": MADE,
            "when": {"test": "holds", "type": "lims_run", "fields": ["findings", "injections"],
                     "words": ["manual_integration", '"manual":true']},
        },
        {
            "id": "excluded",
            "title": "Data were excluded, and stay visible",
            "scopes": MADE,
            "when": {"test": "became", "types": ["lims_"], "field": "state",
                     "values": ["invalid", "invalidated", "cancelled", "excluded"]},
        },
        {
            "id": "late",
            "title": "Entered later than the policy allows after it happened",
            "scopes": EVERY,
            "when": {
                "test": "late",
                "minutes": 60,
                "fields": {
                    "lims_sample": ["sampled_at", "received_at"],
                    "equipment_calibration": ["performed_at"],
                    "material_lot": ["received_at"],
                    "material_genealogy": ["happened_at"],
                    "record_training": ["trained_at"],
                    "lims_run": ["started_at"],
                },
            },
        },
        {
            "id": "back_dated",
            "title": "Its process time lies before that of an entry made earlier",
            "scopes": EVERY,
            "when": {"test": "process_time_back", "seconds": 60},
        },
        {
            "id": "clock_back",
            "title": "The server's clock stood earlier than at the entry before",
            "scopes": EVERY,
            "when": {"test": "server_time_back", "seconds": 1},
        },
        {
            "id": "own_review",
            "title": "Reviewed or approved by somebody who entered or changed it",
            "scopes": EVERY,
            "when": {"test": "own_review",
                     "meanings": ["reviewed", "approved", "witnessed", "checked", "transcription_checked"]},
        },
        {
            "id": "unexplained",
            "title": "A person overwrote a value and gave no reason",
            "scopes": MADE,
            "when": {"test": "unexplained", "except": STANDING, "not_types": ["quality_"]},
        },
        {
            "id": "on_behalf",
            "title": "Done on behalf of somebody else",
            "scopes": EVERY,
            "when": {"test": "on_behalf"},
        },
        {
            "id": "migrated",
            "title": "Changed by a migration of the database",
            "scopes": EVERY,
            "when": {"test": "verb_has", "words": ["migrate"]},
        },
        {
            "id": "limits",
            "title": "A limit or range was changed",
            "scopes": EVERY,
            "around": True,
            "when": {
                "test": "fields_changed",
                "fields": {
                    "equipment_channel": ["low", "high", "alarm_low", "alarm_high"],
                    "insight_deployment": ["limits"],
                    "twin_definition": ["envelope"],
                },
            },
        },
        {
            "id": "methods",
            "title": "A method, specification or recipe changed its standing",
            "scopes": EVERY,
            "around": True,
            "when": {"test": "fields_changed", "fields": {"lims_design": ["state"], "mes_recipe": ["state"]}},
        },
        {
            "id": "clock_step",
            "title": "A device's clock stepped, or a stream's settings changed",
            "scopes": EVERY,
            "around": True,
            "when": {"test": "is", "type": "equipment_stream_event", "field": "kind",
                     "values": ["clock_step", "config_changed"]},
        },
        {
            "id": "server_clock_step",
            "title": "The server's clock went back",
            "scopes": EVERY,
            "around": True,
            "when": {"test": "entered", "types": ["record_clock_step"]},
        },
        {
            "id": "connection",
            "title": "A connection was changed",
            "scopes": EVERY,
            "around": True,
            "when": {"test": "fields_changed", "fields": {"equipment_connection": ["settings", "revision", "owner"]}},
        },
        {
            "id": "access",
            "title": "A failed log-in, a lock-out, an overlap of sessions or a refused signature",
            "scopes": ["system"],
            "when": {"test": "entered", "types": ["record_access_event"]},
        },
        {
            "id": "rights",
            "title": "A right, a password or a token was given, changed or taken",
            "scopes": ["system"],
            "when": {
                "test": "touched",
                "types": [
                    "record_role_assignment",
                    "record_machine_token",
                    "record_edge",
                    "record_edge_certificate",
                    "record_delegation",
                ],
            },
        },
        {
            "id": "installed",
            "title": "The installation or its schema changed",
            "scopes": ["system"],
            "when": {"test": "touched", "types": ["record_schema", "record_installation"]},
        },
    ],
    "policy": {
        "batch": {"sample": 25, "due_days": 10},
        "lot": {"sample": 10, "due_days": 10},
        "system": {
            "sample": 50,
            "due_days": 10,
            "every_days": 30,
            "types": ["record_", "equipment_connection", "equipment_channel", "lims_design", "mes_recipe",
                      "insight_model", "insight_deployment", "twin_definition", "material_definition"],
            "not_types": ["record_session", "record_content", "record_signature", "record_export"],
        },
    },
}  # fmt: skip
"""The rules as they are delivered; a site that set nothing goes by them."""


@dataclass(frozen=True)
class Setting:
    """A number that a site sets.

    Args:
        words: what it is, with its unit.
        least: the smallest that is taken.
        most: the largest.
        place: where it stands in the rules: the policy of a kind of review, or what a rule looks for.
    """

    words: str
    least: int
    most: int
    place: tuple[str, str]


SETTINGS: dict[str, Setting] = {
    "batch_sample": Setting("Entries drawn for the review of a batch", 1, 1000, ("batch", "sample")),
    "batch_due_days": Setting("Days until the review of a batch is overdue", 1, 365, ("batch", "due_days")),
    "lot_sample": Setting("Entries drawn for the review of a lot", 1, 1000, ("lot", "sample")),
    "lot_due_days": Setting("Days until the review of a lot is overdue", 1, 365, ("lot", "due_days")),
    "system_sample": Setting("Entries drawn for the review of the system", 1, 1000, ("system", "sample")),
    "system_due_days": Setting(
        "Days until the review of the system is overdue", 1, 365, ("system", "due_days")
    ),
    "system_every_days": Setting("Days between two reviews of the system", 1, 366, ("system", "every_days")),
    "late_minutes": Setting("Minutes after which an entry is called late", 1, 43_200, ("late", "minutes")),
    "back_dated_seconds": Setting(
        "Seconds that process time may go back between entries", 0, 3600, ("back_dated", "seconds")
    ),
    "clock_back_seconds": Setting(
        "Seconds that the server's clock may go back between entries", 0, 3600, ("clock_back", "seconds")
    ),
}
"""What a site may set, by name."""


def defaults() -> dict[str, int]:
    """The settings as they are delivered.

    >>> defaults()["late_minutes"]
    60
    """
    return {name: _holder(RULESET, one)[one.place[1]] for name, one in SETTINGS.items()}


def check_settings(settings: Mapping[str, int]) -> None:
    """Look at settings that somebody gives: all are there, and each lies within its bounds.

    Raises:
        Invalid: naming the first that does not fit.
    """
    strange = sorted(set(settings) ^ set(SETTINGS))
    if strange:
        raise Invalid(f"{strange[0]} is missing, or is no setting of the review.", where=strange[0])
    for name, one in SETTINGS.items():
        if not one.least <= settings[name] <= one.most:
            raise Invalid(f"{one.words}: from {one.least:,} to {one.most:,}.", where=name)


def ruleset(version: int, settings: Mapping[str, int]) -> dict[str, Any]:
    """The rules with a site's settings laid over them.

    Args:
        version: of the settings; those that are delivered are version 1.
        settings: all of them, by name.
    """
    return _ruleset(version, tuple(sorted(settings.items())))


@lru_cache(maxsize=64)
def _ruleset(version: int, settings: tuple[tuple[str, int], ...]) -> dict[str, Any]:
    made = deepcopy(RULESET)
    made["version"] = version
    for name, value in settings:
        one = SETTINGS[name]
        _holder(made, one)[one.place[1]] = value
    return made


def _holder(rules: Mapping[str, Any], setting: Setting) -> dict[str, Any]:
    place, _ = setting.place
    found: dict[str, Any]
    if place in rules["policy"]:
        found = rules["policy"][place]
    else:
        found = next(rule["when"] for rule in rules["rules"] if rule["id"] == place)
    return found


def titles() -> dict[str, str]:
    """What each rule says, by its id."""
    return {rule["id"]: rule["title"] for rule in RULESET["rules"]}
