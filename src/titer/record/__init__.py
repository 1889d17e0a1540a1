"""The one record: actions, ledger, checkpoints, signatures, identity, outbox and content store."""

from titer.record.actions import (
    ROLES,
    ActionSpec,
    Actor,
    SignatureMeaning,
    Subscription,
    Worker,
)
from titer.record.content import ContentFiles
from titer.record.identity import Identity, LoggedIn, Machine, Occasion, Proof, require_person
from titer.record.ledger_model import (
    ClockStep,
    LedgerCosignature,
    LedgerKey,
    LedgerNode,
    WatchedLedger,
    WitnessPolicy,
)
from titer.record.model import (
    AccessEvent,
    Base,
    ContentObject,
    DocumentCertificate,
    Installation,
    LedgerCheckpoint,
    LedgerEntry,
    LedgerLeaf,
    LoginSession,
    OutboxEvent,
    Person,
    Regulated,
    RoleAssignment,
    Signature,
    Training,
)
from titer.record.outbox import Outbox
from titer.record.retention import LegalHold, Retention, RetentionClass
from titer.record.sealer import Sealer
from titer.record.service import Record, open_record
from titer.record.signing import Preview, Signing
from titer.record.unit import Unit

__all__ = [
    "ROLES",
    "AccessEvent",
    "ActionSpec",
    "Actor",
    "Base",
    "ClockStep",
    "ContentFiles",
    "ContentObject",
    "DocumentCertificate",
    "Identity",
    "Installation",
    "LedgerCheckpoint",
    "LedgerCosignature",
    "LedgerEntry",
    "LedgerKey",
    "LedgerLeaf",
    "LedgerNode",
    "LegalHold",
    "LoggedIn",
    "LoginSession",
    "Machine",
    "Occasion",
    "Outbox",
    "OutboxEvent",
    "Person",
    "Preview",
    "Proof",
    "Record",
    "Regulated",
    "Retention",
    "RetentionClass",
    "RoleAssignment",
    "Sealer",
    "Signature",
    "SignatureMeaning",
    "Signing",
    "Subscription",
    "Training",
    "Unit",
    "WatchedLedger",
    "WitnessPolicy",
    "Worker",
    "open_record",
    "require_person",
]
