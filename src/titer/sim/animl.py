"""AnIML files as the simulated chromatograph writes them: core 0.90, one file a sequence.

Each injection is an `ExperimentStep` with its trace, built as the technique definitions *chromatography* and
*chromatography peak table* ask (AnIML/techniques; the trace stands on the master timeline of "Separation
Monitoring"), and a second step holds the instrument's peak table, where it found peaks, and refers to it. Manual
integrations stand in the audit trail with the old row, and the instrument signs the file with its own key (XML
signature, enveloped, RSA with SHA-256).
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lxml import etree as _etree

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from titer.science.kinetics.spec import Array
    from titer.sim.chromatograph import IntegratedPeak

etree: Any = _etree  # its stubs know neither keyword attributes nor a default namespace

CORE = "urn:org:astm:animl:schema:core:draft:0.90"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
_EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
_TECHNIQUES = "https://github.com/AnIML/techniques/blob/master"


@dataclass(frozen=True)
class WrittenInjection:
    """One injection as it stands in the file."""

    position: int
    counter: int
    type: str
    name: str
    sample: str | None
    level: str | None
    concentration: float | None
    injected_at: str
    times: Array
    signal: Array
    peaks: list[IntegratedPeak]
    automatic: list[IntegratedPeak] | None
    reason: str | None = None
    changed_by: str | None = None
    changed_at: str | None = None


@dataclass(frozen=True)
class WrittenSequence:
    """One sequence as it stands in the file."""

    sequence_id: str
    method: str
    operator: str
    instrument: str
    serial: str
    column: str
    finished_at: str
    injections: list[WrittenInjection]


def write_animl(sequence: WrittenSequence, key: RSAPrivateKey) -> bytes:
    """The file's bytes, signed."""
    root = etree.Element(f"{{{CORE}}}AnIML", nsmap={None: CORE}, version="0.90")
    _samples(root, sequence)
    steps = _sub(root, "ExperimentStepSet")
    for injection in sequence.injections:
        _chromatogram(steps, sequence, injection)
        if injection.peaks:
            _peak_table(steps, sequence, injection)
    trail = _sub(root, "AuditTrailEntrySet")
    _entry(
        trail, sequence.injections[0].injected_at, sequence.operator, "human", "created", "Sequence started."
    )
    for injection in sequence.injections:
        if injection.automatic is not None:
            _reintegration(trail, sequence, injection)
    _entry(trail, sequence.finished_at, sequence.instrument, "device", "signed", "Sequence complete.")
    _sign(root, key)
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return data


def signature_holds(data: bytes) -> bool:
    """Whether the instrument's own signature fits the file (the key is the one in the file).

    Example:
        >>> signature_holds(b"<AnIML/>")
        False
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    signature = root.find(f".//{{{CORE}}}Signature")
    if signature is None:
        return False

    def number(name: str) -> int:
        return int.from_bytes(base64.b64decode(signature.findtext(f".//{{{DSIG}}}{name}") or ""), "big")

    info = signature.find(f"{{{DSIG}}}SignedInfo")
    public = RSAPublicNumbers(number("Exponent"), number("Modulus")).public_key()
    value = base64.b64decode(signature.findtext(f"{{{DSIG}}}SignatureValue") or "")
    canonical = etree.tostring(info, method="c14n", exclusive=True)
    digest = signature.findtext(f".//{{{DSIG}}}DigestValue")
    signature.getparent().remove(signature)
    try:
        public.verify(value, canonical, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return bool(digest == _digest(root))


def _sub(parent: Any, name: str, text: str | None = None, /, **attributes: str) -> Any:
    element = etree.SubElement(parent, f"{{{CORE}}}{name}", **attributes)
    element.text = text
    return element


def _samples(root: Any, sequence: WrittenSequence) -> None:
    samples = _sub(root, "SampleSet")
    seen: dict[str, None] = {}
    for one in sequence.injections:
        seen.setdefault(_vial(one), None)
    for number, name in enumerate(seen, 1):
        sample = _sub(samples, "Sample", name=name, sampleID=f"vial-{number:03d}", id=f"sample-{number:03d}")
        _category(sample, "Description", Descriptive_Name=name)


def _vial(injection: WrittenInjection) -> str:
    return injection.sample or injection.level or injection.type


def _category(parent: Any, name: str, **values: str | int | float | None) -> Any:
    category = _sub(parent, "Category", name=name)
    for key, value in values.items():
        if value is None:
            continue
        kind, tag = (
            ("Int32", "I")
            if isinstance(value, int)
            else ("Float64", "D")
            if isinstance(value, float)
            else ("String", "S")
        )
        parameter = _sub(category, "Parameter", name=key.replace("_", " "), parameterType=kind)
        _sub(parameter, tag, str(value))
    return category


def _unit(parent: Any, label: str, quantity: str, factor: str = "", si: str = "") -> None:
    unit = _sub(parent, "Unit", label=label, quantity=quantity)
    if si:
        _sub(unit, "SIUnit", si, factor=factor)


def _author(parent: Any, name: str, kind: str) -> None:
    author = _sub(parent, "Author", userType=kind)
    _sub(author, "Name", name)


def _step(steps: Any, name: str, key: str, technique: str, uri: str) -> Any:
    step = _sub(steps, "ExperimentStep", name=name, experimentStepID=key, id=key)
    _sub(step, "Technique", name=technique, uri=f"{_TECHNIQUES}/{uri}")
    return step


def _chromatogram(steps: Any, sequence: WrittenSequence, injection: WrittenInjection) -> None:
    key = f"injection-{injection.position:03d}"
    step = _step(steps, injection.name, key, "Chromatography", "chromatography.atdd")
    infrastructure = _sub(step, "Infrastructure")
    references = _sub(infrastructure, "SampleReferenceSet")
    index = list(dict.fromkeys(_vial(one) for one in sequence.injections)).index(_vial(injection)) + 1
    _sub(
        references,
        "SampleReference",
        sampleID=f"vial-{index:03d}",
        role="Test Sample",
        samplePurpose="consumed",
    )
    _sub(infrastructure, "Timestamp", injection.injected_at)
    method = _sub(step, "Method", name=sequence.method)
    _author(method, sequence.operator, "human")
    device = _sub(method, "Device")
    _sub(device, "DeviceIdentifier", sequence.instrument)
    _sub(device, "Manufacturer", "Titer simulated plant")
    _sub(device, "Name", "Size-exclusion chromatograph")
    _sub(device, "FirmwareVersion", "2.4.0")
    _sub(device, "SerialNumber", sequence.serial)
    software = _sub(method, "Software")
    _sub(software, "Name", "Chromatography data station")
    _sub(software, "Version", "2.4.0")
    _category(
        method,
        "Injection",
        Position=injection.position,
        Counter=injection.counter,
        Type=injection.type,
        Level=injection.level,
        Run=sequence.sequence_id,
        Injection_Volume_uL=20.0,
        Standard_Concentration_mg_per_mL=injection.concentration,
    )
    _category(method, "Column", Serial_Number=sequence.column, Injections=injection.counter)
    _category(method, "Detector", Wavelength_nm=280.0, Flow_mL_per_min=0.5)
    result = _sub(step, "Result", name="Separation Monitoring")
    series = _sub(
        result, "SeriesSet", name="Separation Monitoring", length=str(len(injection.times)), id=f"{key}-trace"
    )
    time = _sub(
        series,
        "Series",
        name="Time",
        seriesID="time",
        dependency="independent",
        seriesType="Float64",
        plotScale="linear",
    )
    auto = _sub(time, "AutoIncrementedValueSet")
    _sub(_sub(auto, "StartValue"), "D", f"{float(injection.times[0]):g}")
    _sub(_sub(auto, "Increment"), "D", f"{float(injection.times[1] - injection.times[0]):.6g}")
    _unit(time, "min", "Time", "60", "s")
    signal = _sub(
        series,
        "Series",
        name="Absorbance",
        seriesID="signal",
        dependency="dependent",
        seriesType="Float64",
        plotScale="linear",
    )
    values = _sub(signal, "IndividualValueSet")
    for value in injection.signal.tolist():
        _sub(values, "D", f"{value:.4f}")
    _unit(signal, "mAU", "Absorbance", "0.001", "1")


_COLUMNS: tuple[tuple[str, str, tuple[str, ...] | None], ...] = (
    ("Number", "Int32", None),
    ("Name", "String", None),
    ("Retention Time", "Float64", ("min", "Time", "60", "s")),
    ("Start Time", "Float64", ("min", "Time", "60", "s")),
    ("End Time", "Float64", ("min", "Time", "60", "s")),
    ("Value", "Float64", ("mAU", "Absorbance", "0.001", "1")),
    ("Area", "Float64", ("mAU.min", "Area")),  # the definition takes areas as arbitrary: no SI units
    ("Area Percent", "Float64", ("percent", "Area", "0.01", "1")),
    ("Integration", "String", None),
)
_TAGS = {"Int32": "I", "Float64": "D", "String": "S"}


def _row(number: int, peak: IntegratedPeak) -> tuple[str, ...]:
    return (
        str(number),
        peak.name,
        f"{peak.retention:.3f}",
        f"{peak.begin:.3f}",
        f"{peak.end:.3f}",
        f"{peak.height:.4f}",
        f"{peak.area:.4f}",
        f"{peak.percent:.4f}",
        "manual" if peak.manual else "automatic",
    )


def _peak_table(steps: Any, sequence: WrittenSequence, injection: WrittenInjection) -> None:
    source = f"injection-{injection.position:03d}"
    step = _step(
        steps,
        f"{injection.name} peaks",
        f"{source}-peaks",
        "Chromatography Peak Table",
        "chromatography-peak-table.atdd",
    )
    infrastructure = _sub(step, "Infrastructure")
    references = _sub(infrastructure, "ExperimentDataReferenceSet")
    _sub(
        references,
        "ExperimentDataReference",
        role="Data Source",
        dataPurpose="consumed",
        experimentStepID=source,
    )
    method = _sub(step, "Method", name=sequence.method)
    _author(method, "Chromatography data station", "software")
    detection = _category(method, "Peak Integration")
    _category(detection, "Integration Algorithm", Algorithm_Name="perpendicular drop, straight baseline")
    rows = [_row(number, peak) for number, peak in enumerate(injection.peaks, 1)]
    result = _sub(step, "Result", name="Peak Table")
    table = _sub(result, "SeriesSet", name="Peak Table", length=str(len(rows)), id=f"{source}-table")
    for place, (name, kind, unit) in enumerate(_COLUMNS):
        series = _sub(
            table,
            "Series",
            name=name,
            seriesID=name.lower().replace(" ", "-"),
            dependency="independent" if name == "Number" else "dependent",
            seriesType=kind,
            plotScale="none",
        )
        values = _sub(series, "IndividualValueSet")
        for row in rows:
            _sub(values, _TAGS[kind], row[place])
        if unit:
            _unit(series, *unit)


def _entry(trail: Any, at: str, who: str, kind: str, action: str, comment: str) -> Any:
    entry = _sub(trail, "AuditTrailEntry")
    _sub(entry, "Timestamp", at)
    _author(entry, who, kind)
    _sub(entry, "Action", action)
    _sub(entry, "Comment", comment)
    return entry


def _reintegration(trail: Any, sequence: WrittenSequence, injection: WrittenInjection) -> None:
    old = {peak.name: _row(n, peak) for n, peak in enumerate(injection.automatic or [], 1)}
    new = {peak.name: _row(n, peak) for n, peak in enumerate(injection.peaks, 1)}
    heads = [name for name, _, _ in _COLUMNS]

    def text(row: tuple[str, ...] | None) -> str:
        if row is None:
            return "no peak"
        return "; ".join(f"{head}={value}" for head, value in zip(heads, row, strict=True))

    entry = _sub(trail, "AuditTrailEntry")
    _sub(entry, "Timestamp", injection.changed_at or sequence.finished_at)
    _author(entry, injection.changed_by or sequence.operator, "human")
    _sub(entry, "Action", "modified")
    _sub(entry, "Reason", injection.reason or "")
    _sub(entry, "Comment", f"Manual integration of {injection.name}.")
    source = f"injection-{injection.position:03d}"
    for name, row in new.items():
        if row != old.get(name):
            diff = _sub(entry, "Diff", scope="element", changedItem=f"{source}-table")
            _sub(diff, "OldValue", text(old.get(name)))
            _sub(diff, "NewValue", text(row))
    _sub(entry, "Reference", source)


def _digest(root: Any) -> str:
    return base64.b64encode(
        hashlib.sha256(etree.tostring(root, method="c14n", exclusive=True)).digest()
    ).decode()


def _sign(root: Any, key: RSAPrivateKey) -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    holder = etree.Element(f"{{{CORE}}}SignatureSet")
    root.append(holder)
    digest = _digest(root)

    def ds(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
        element = etree.SubElement(parent, f"{{{DSIG}}}{name}", **attributes)
        element.text = text
        return element

    # AnIML declares a Signature element of its own with the type of XML-DSIG's
    signature = etree.SubElement(holder, f"{{{CORE}}}Signature", nsmap={"ds": DSIG})
    info = ds(signature, "SignedInfo")
    ds(info, "CanonicalizationMethod", Algorithm=_EXC_C14N)
    ds(info, "SignatureMethod", Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256")
    reference = ds(info, "Reference", URI="")
    transforms = ds(reference, "Transforms")
    ds(transforms, "Transform", Algorithm=f"{DSIG}enveloped-signature")
    ds(transforms, "Transform", Algorithm=_EXC_C14N)
    ds(reference, "DigestMethod", Algorithm="http://www.w3.org/2001/04/xmlenc#sha256")
    ds(reference, "DigestValue", digest)
    canonical = etree.tostring(info, method="c14n", exclusive=True)
    value = key.sign(canonical, padding.PKCS1v15(), hashes.SHA256())
    ds(signature, "SignatureValue", base64.b64encode(value).decode())
    numbers = key.public_key().public_numbers()
    pair = ds(ds(ds(signature, "KeyInfo"), "KeyValue"), "RSAKeyValue")
    for name, number in (("Modulus", numbers.n), ("Exponent", numbers.e)):
        ds(pair, name, base64.b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).decode())
