"""The features of our own, as data: what can be asked and answered, and which errors may come (SiLA 2 part A)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sila import server as sila

from titer.gateway.sila2 import limits

ORIGINATOR, CATEGORY = "org.titer", "lims"
WORKLIST = f"{ORIGINATOR}/{CATEGORY}/WorklistService/v1"
SUBMISSION = f"{ORIGINATOR}/{CATEGORY}/ResultSubmission/v1"
AUTHORIZATION = "org.silastandard/core/AuthorizationService/v1"

Function = Callable[..., Any]

REASONS = {
    # the hub's word: (identifier, display name, description)
    "unknown_instrument": (
        "UnknownInstrument",
        "Unknown Instrument",
        "No instrument with this code is registered.",
    ),
    "unknown_sample": ("UnknownSample", "Unknown Sample", "There is no sample with this number."),
    "unknown_test": ("UnknownTest", "Unknown Test", "There is no such test that another system may do."),
    "wrong_unit": (
        "WrongUnit",
        "Wrong Unit",
        "The method takes the value in another unit; nothing is converted.",
    ),
    "not_a_number": ("NotANumber", "Not A Number", "The method reports a number, and a text came."),
    "test_closed": ("TestClosed", "Test Closed", "The test has its result already, or was cancelled."),
    "taken_by_another": ("TakenByAnother", "Taken By Another", "Another system has taken the test."),
    "key_reused": ("KeyReused", "Key Reused", "Something else was submitted under this key."),
    "not_ready": (
        "NotReady",
        "Not Ready",
        "The sample, its age, or the instrument stands against the test; the message says which.",
    ),
    "implausible_time": (
        "ImplausibleTime",
        "Implausible Time",
        "The time of measurement lies in the future, or before the sample was drawn.",
    ),
    "file_missing": ("FileMissing", "File Missing", "A raw file was not stored before."),
    "invalid": (
        "InvalidContent",
        "Invalid Content",
        "What was sent is not as it should be; see the message.",
    ),
    "silent": (
        "LaboratorySilent",
        "Laboratory Silent",
        "The laboratory did not answer: nobody knows whether it was taken. Send the same again, under the same key.",
    ),
}
TAKING = (
    "unknown_instrument",
    "unknown_test",
    "test_closed",
    "taken_by_another",
    "not_ready",
    "invalid",
    "silent",
)
SUBMITTING = tuple(REASONS)

InvalidAccessToken: Any = sila.DefinedExecutionError.create(
    identifier="InvalidAccessToken",
    display_name="Invalid Access Token",
    description="The sent access token is not valid.",
)


def errors_of(reasons: tuple[str, ...]) -> dict[str, Any]:
    """Defined execution errors by the hub's word; each feature has classes of its own."""
    return {reason: sila.DefinedExecutionError.create(*REASONS[reason]) for reason in reasons}


def element(identifier: str, title: str, description: str, kind: Any) -> Any:
    """A parameter, a response or a part of a structure."""
    return sila.Element(identifier=identifier, display_name=title, description=description, data_type=kind)


def text(most: int = limits.LONGEST_TEXT) -> Any:
    """A text of bounded length."""
    return sila.Constrained.create(sila.String, [sila.MaximalLength(most)])


def structure(*elements: Any) -> Any:
    """A structure of elements."""
    return sila.Structure.create({one.identifier: one for one in elements})


def listed(kind: Any, most: int) -> Any:
    """A list of bounded length; of structures none is made, since sila2 (0.14) reads no such definition."""
    return sila.Constrained.create(sila.List.create(kind), [sila.MaximalElementCount(most)])


def _named(*elements: Any) -> dict[str, Any]:
    return {one.identifier: one for one in elements}


_TESTS = element("Tests", "Tests", "Numbers of tests.", listed(text(100), limits.MOST_ENTRIES))
_INSTRUMENT = element("Instrument", "Instrument", "Code of the instrument, or empty.", text(100))
_METHOD = element("Method", "Method", "Code of the method, or empty.", text(100))
_ENTRY = structure(
    element("Test", "Test", "Number of the test.", sila.String),
    element("Sample", "Sample", "Number of the sample.", sila.String),
    element("Container", "Container", "Label on the sample's vessel.", sila.String),
    element("Place", "Place", "Where the vessel stands.", sila.String),
    element("SamplePoint", "Sample Point", "Where the sample was drawn.", sila.String),
    element("Method", "Method", "Code of the method.", sila.String),
    element("MethodRevision", "Method Revision", "Revision of the method.", sila.Integer),
    element("Analysis", "Analysis", "What is to be reported.", sila.String),
    element("Title", "Title", "The analysis in words.", sila.String),
    element("Unit", "Unit", "Unit in which the value is taken; empty for words.", sila.String),
    element("Capability", "Capability", "What the instrument must be able to do.", sila.String),
    element("SampledAt", "Sampled At", "ISO 8601 with an offset, or empty.", sila.String),
    element("Due", "Due", "When the sample will be too old, ISO 8601, or empty.", sila.String),
    element("Taken", "Taken", "Whether the caller has taken it.", sila.Boolean),
)
_VALUE = structure(
    element("Analysis", "Analysis", "As the work list names it.", text(100)),
    element("Value", "Value", "The decimal with every digit that was measured, or words.", text()),
    element("Unit", "Unit", "As the work list names it; empty for words.", text(40)),
)
_FILE = structure(
    element("Name", "Name", "Its name.", text(300)),
    element("Digest", "Digest", "What StoreRawFile answered.", text(64)),
)
_REPORTED = structure(
    element("Test", "Test", "Number of the test.", sila.String),
    element("Analysis", "Analysis", "What was reported.", sila.String),
    element("State", "State", "State of the result.", sila.String),
)


def authorization(check: Function) -> Any:
    """The core feature AuthorizationService: the metadata `AccessToken`, which both features of ours ask for."""
    feature = sila.Feature(
        identifier="AuthorizationService",
        display_name="Authorization Service",
        description="This Feature provides access control for the implementing server. It specifies the SiLA Client "
        "Metadata for the access token. Here it is the token that Titer has issued to the calling machine.",
        originator="org.silastandard",
        category="core",
        version="1.0",
        maturity_level="Verified",
        errors={"InvalidAccessToken": InvalidAccessToken},
    )
    sila.Metadata.create(
        identifier="AccessToken",
        display_name="Access Token",
        description="Token to be sent with every call in order to get access to the SiLA Server functionality.",
        data_type=sila.String,
        errors={"InvalidAccessToken": InvalidAccessToken},
        affects=[WORKLIST, SUBMISSION],
        feature=feature,
        function=staticmethod(check),
    )
    return feature


def _feature(identifier: str, title: str, description: str, errors: Mapping[str, Any]) -> Any:
    return sila.Feature(
        identifier=identifier,
        display_name=title,
        description=description,
        originator=ORIGINATOR,
        category=CATEGORY,
        version="1.0",
        maturity_level="Verified",
        errors={one.identifier: one for one in errors.values()},
    )


def _command(
    feature: Any,
    identifier: str,
    title: str,
    description: str,
    *,
    function: Function,
    parameters: dict[str, Any],
    responses: dict[str, Any],
    errors: Mapping[str, Any],
) -> None:
    sila.UnobservableCommand(
        identifier=identifier,
        display_name=title,
        description=description,
        function=function,
        parameters=parameters,
        responses=responses,
        errors={one.identifier: one for one in errors.values()},
    ).add_to_feature(feature)


def worklist(errors: Mapping[str, Any], *, list_work: Function, take: Function, give_back: Function) -> Any:
    """`org.titer/lims/WorklistService/v1`."""
    feature = _feature(
        "WorklistService",
        "Worklist Service",
        "The laboratory's open tests that other systems may do: listed, taken and given back.",
        errors,
    )
    _command(
        feature,
        "ListWork",
        "List Work",
        f"Lists open tests, the oldest first, {limits.MOST_ENTRIES} at the most; those that another system has taken "
        "are left out. An empty instrument or method stands for all.",
        function=list_work,
        parameters=_named(_INSTRUMENT, _METHOD),
        responses=_named(element("Work", "Work", "The open tests.", sila.List.create(_ENTRY))),
        errors=errors,
    )
    _command(
        feature,
        "TakeWork",
        "Take Work",
        "Takes tests, all or none: nobody else gets them. Taking again what one has taken changes nothing.",
        function=take,
        parameters=_named(_TESTS, _INSTRUMENT),
        responses=_named(_TESTS),
        errors=errors,
    )
    _command(
        feature,
        "GiveBackWork",
        "Give Back Work",
        "Gives tests back that were taken and will not be done.",
        function=give_back,
        parameters=_named(_TESTS, element("Reason", "Reason", "Why.", text())),
        responses=_named(_TESTS),
        errors=errors,
    )
    return feature


def submission(errors: Mapping[str, Any], *, store: Function, submit: Function) -> Any:
    """`org.titer/lims/ResultSubmission/v1`."""
    feature = _feature(
        "ResultSubmission",
        "Result Submission",
        "Takes results of the laboratory's open tests from other systems: whole or not at all, and each key once. "
        "What is answered is on disk. Who hears no answer sends the same again under the same key.",
        errors,
    )
    _command(
        feature,
        "StoreRawFile",
        "Store Raw File",
        "Keeps what an instrument wrote, before a submission refers to it. The same bytes are kept once.",
        function=store,
        parameters=_named(element("RawFile", "Raw File", "Its bytes.", sila.Binary)),
        responses=_named(element("Digest", "Digest", "SHA-256 of the bytes, hexadecimal.", sila.String)),
        errors={reason: errors[reason] for reason in ("invalid", "silent")},
    )
    _command(
        feature,
        "SubmitResult",
        "Submit Result",
        "Submits what was measured of a sample by a method, and names the raw files that were stored for it.",
        function=submit,
        parameters=_named(
            element("Key", "Key", "The caller's own for this submission; it counts once.", text(200)),
            element("Sample", "Sample", "Number of the sample.", text(100)),
            element("Method", "Method", "Code of the method.", text(100)),
            element("Instrument", "Instrument", "Code of the instrument that measured, or empty.", text(100)),
            element("MeasuredAt", "Measured At", "When it was measured.", sila.Timestamp),
            element(
                "Values",
                "Values",
                f"One for each analysis, {limits.MOST_VALUES} at the most.",
                sila.List.create(_VALUE),
            ),
            element(
                "RawFiles",
                "Raw Files",
                f"Those that were stored for it, {limits.MOST_FILES} at the most.",
                sila.List.create(_FILE),
            ),
        ),
        responses=_named(
            element("SubmissionId", "Submission Id", "Under which it is kept.", sila.String),
            element("Digest", "Digest", "SHA-256 of what was taken, as canonical JSON.", sila.String),
            element("Repeated", "Repeated", "Whether it was there already.", sila.Boolean),
            element("Tests", "Tests", "What became of each value.", sila.List.create(_REPORTED)),
        ),
        errors=errors,
    )
    return feature
