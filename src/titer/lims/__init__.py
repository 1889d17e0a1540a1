"""The laboratory: samples, methods, specifications, runs, results, investigations, certificates."""

from titer.lims.errors import SubmissionRefused
from titer.lims.model import (
    Certificate,
    ContractCertificate,
    Design,
    Evaluation,
    Handover,
    Investigation,
    Measurement,
    PanelRequest,
    RawFile,
    ReportableResult,
    Run,
    Sample,
    Submission,
    TestRequest,
)
from titer.lims.queries import Link, origin, results_of_batch, samples, work
from titer.lims.rules import TABLES
from titer.lims.service import Lims

__all__ = [
    "TABLES",
    "Certificate",
    "ContractCertificate",
    "Design",
    "Evaluation",
    "Handover",
    "Investigation",
    "Lims",
    "Link",
    "Measurement",
    "PanelRequest",
    "RawFile",
    "ReportableResult",
    "Run",
    "Sample",
    "Submission",
    "SubmissionRefused",
    "TestRequest",
    "origin",
    "results_of_batch",
    "samples",
    "work",
]
