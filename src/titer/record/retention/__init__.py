"""How long records are kept, and what must be kept whatever its age: retention classes and legal holds."""

from titer.record.due import due_on
from titer.record.retention.model import LegalHold, RetentionClass
from titer.record.retention.rules import SUBJECTS
from titer.record.retention.service import ACTIONS, Due, Retention

__all__ = ["ACTIONS", "SUBJECTS", "Due", "LegalHold", "Retention", "RetentionClass", "due_on"]
