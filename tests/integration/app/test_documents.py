"""A batch record as a document: PDF/A-3b with its data, under a seal that two independent readers check."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from tests.integration.app.conftest import START, TIMER, Client, furnished, logged_in, run_batch

from titer.app import Platform
from titer.app.document import Document, Section, render
from titer.app.document_seal import AUTHORITY, VERB
from titer.base.clock import ManualClock
from titer.base.errors import Invalid, NotFound, Refused, Unavailable
from titer.mes.model import Recipe

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
NEEDS_POPPLER = pytest.mark.skipif(
    not all(map(shutil.which, ("pdfsig", "certutil"))),
    reason="pdfsig (poppler-utils) or certutil (libnss3-tools) is not installed",
)


@dataclass(frozen=True)
class Read:
    """A batch record that is read and not changed, and where it comes from."""

    platform: Platform
    people: dict[str, Client]
    pdf: bytes


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    """One for all tests that only read it. Its recipe was checked by a robot."""
    clock = ManualClock(START)
    platform = furnished(tmp_path_factory.mktemp("read") / "lab", clock, robots={"ben": "second reviewer"})
    people = logged_in(platform)
    yield Read(platform, people, record_of(people, run_batch(platform, people, clock)))
    platform.close()


def record_of(people: dict[str, Client], batch: dict[str, Any]) -> bytes:
    answer = people["quentin"].client.get(f"/api/mes/batches/{batch['id']}/record.pdf")
    assert answer.status_code == 200, answer.text
    return answer.content


def trusted(platform: Platform) -> str:
    """What a reader has to trust: the last certificate of the chain."""
    with platform.record.reading() as session:
        chain = platform.documents.current(session).chain
    return chain[chain.rindex("-----BEGIN") :]


# --- the two readers ----------------------------------------------------------------------------------


def read_by_pyhanko(data: bytes, *roots: str) -> Any:
    """What pyHanko's own validator says; it shares no code with the writer but its parser."""
    from asn1crypto import pem
    from asn1crypto import x509 as asn1
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    trust = [asn1.Certificate.load(pem.unarmor(root.encode())[2]) for root in roots]
    (signature,) = PdfFileReader(io.BytesIO(data), strict=False).embedded_signatures
    context = ValidationContext(trust_roots=trust, allow_fetching=False, moment=START + dt.timedelta(days=1))
    return validate_pdf_signature(signature, context, ts_validation_context=context)


def read_by_pdfsig(data: bytes, root: str, folder: Path) -> str:
    """What Poppler's pdfsig says, with the root in an NSS database of its own."""
    store = folder / "nss"
    if not store.exists():
        store.mkdir()
        (folder / "root.pem").write_text(root)
        run = ["certutil", "-d", f"sql:{store}"]
        subprocess.run([*run, "-N", "--empty-password"], check=True)
        subprocess.run([*run, "-A", "-n", "titer", "-t", "C,C,C", "-i", str(folder / "root.pem")], check=True)
    (folder / "read.pdf").write_bytes(data)
    said = subprocess.run(
        ["pdfsig", "-nssdir", str(store), str(folder / "read.pdf")],
        capture_output=True,
        text=True,
        check=False,
    )
    return said.stdout + said.stderr


def changed_bytes(data: bytes) -> dict[str, bytes]:
    """The document with one byte changed, at one place after the other.

    In the signature it is one of the signature's value: padding behind it and copies of the authority's certificate
    in it are covered by nothing, and say nothing (ISO 32000-1, 12.8.1).
    """
    places = {
        "a page": data.index(b"stream") + 20,
        "the metadata": data.index(b"pdfaid:part"),
        "the seal's reason": data.rindex(b"/Reason (Sealed") + 12,
        "the first byte behind the header": 12,
    }
    hole = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)", data)
    assert hole is not None
    value = data[int(hole[2]) : int(hole[3])].rstrip(b">").rstrip(b"0")
    places["the signature"] = int(hole[2]) + len(value) - 12
    found = {}
    for name, at in places.items():
        changed = bytearray(data)
        changed[at] = ord("1") if changed[at] != ord("1") else ord("2")
        found[name] = bytes(changed)
    return found


def test_pyhanko_finds_the_seal_valid_trusted_and_over_the_whole_file(read: Read) -> None:
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    pdf = read.pdf
    status = read_by_pyhanko(pdf, trusted(read.platform))
    assert status.bottom_line, status.pretty_print_details()
    assert status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert b"/SubFilter /ETSI.CAdES.detached" in pdf
    assert not read_by_pyhanko(pdf).trusted, "without the root nobody vouches for the certificate"


def test_a_changed_byte_makes_pyhanko_refuse(read: Read) -> None:
    for name, data in changed_bytes(read.pdf).items():
        try:
            held = read_by_pyhanko(data, trusted(read.platform)).bottom_line
        except Exception:  # noqa: BLE001  a damaged file may not even be read
            held = False
        assert not held, name


@NEEDS_POPPLER
def test_pdfsig_finds_the_seal_valid_and_trusted_and_refuses_a_changed_byte(
    read: Read, tmp_path: Path
) -> None:
    pdf, root = read.pdf, trusted(read.platform)
    said = read_by_pdfsig(pdf, root, tmp_path)
    assert "Signature is Valid." in said
    assert "Certificate is Trusted." in said
    assert "Total document signed" in said
    for name, data in changed_bytes(pdf).items():
        said = read_by_pdfsig(data, root, tmp_path)
        assert "Signature is Valid." not in said, f"{name}: {said}"
    assert "Not total document signed" in read_by_pdfsig(pdf + b"\n% more\n", root, tmp_path)


# --- PDF/A-3b ------------------------------------------------------------------


def test_what_is_sealed_is_still_the_pdfa3_that_was_written(read: Read) -> None:
    """What can be looked at without veraPDF: identification, output intent, attachment, fonts, no encryption."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    what = Document(
        "Batch record B-1", "lab", "DEMO", START, START, (("Product", "WATER"),),
        (Section("Steps", ("Path",), (("1",),)),), {"batch": "B-1"},
    )  # fmt: skip
    plain = render(what)
    sealed = read.platform.documents.put(plain, at=START)
    assert sealed.startswith(plain), "the seal is an incremental update behind the document"
    reader = PdfFileReader(io.BytesIO(sealed))
    root = reader.root
    xmp = root["/Metadata"].data
    assert re.search(rb"pdfaid:part(>|=.)3", xmp) and re.search(rb"pdfaid:conformance(>|=.)B", xmp)
    assert xmp == PdfFileReader(io.BytesIO(plain)).root["/Metadata"].data
    (intent,) = [one.get_object() for one in root["/OutputIntents"]]
    assert str(intent["/S"]) == "/GTS_PDFA1" and "/DestOutputProfile" in intent
    assert "/Encrypt" not in reader.trailer
    (attached,) = [one.get_object() for one in root["/AF"]]
    assert str(attached["/AFRelationship"]) == "/Data"
    data = json.loads(attached["/EF"]["/F"].data)
    assert data["data"] == {"batch": "B-1"}
    assert _fonts_are_embedded(reader)
    assert "/NeedAppearances" not in root["/AcroForm"]
    (field,) = [one.get_object() for one in root["/AcroForm"]["/Fields"]]
    assert [float(one) for one in field["/Rect"]] == [0, 0, 0, 0], (
        "no appearance is asked of an empty rectangle"
    )
    assert int(field["/F"]) & 0b100, "printed"
    assert not int(field["/F"]) & 0b100011, "neither hidden, nor invisible, nor without view"
    assert "/OpenAction" not in root and "/AA" not in root and "/JavaScript" not in root.get("/Names", {})


def _fonts_are_embedded(reader: Any) -> bool:
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.misc import PdfReadError

    fonts = []
    for number in range(1, int(reader.trailer["/Size"])):
        found: Any = None
        with contextlib.suppress(PdfReadError):  # a free number
            found = reader.get_object(generic.Reference(number, 0, reader))
        if isinstance(found, generic.DictionaryObject) and found.get("/Type") == "/FontDescriptor":
            fonts.append(any(f"/FontFile{kind}" in found for kind in ("", "2", "3")))
    return bool(fonts) and all(fonts)


# --- the manifest ----------------------------------------------------------------------------------


def text_of(data: bytes) -> str:
    """Cell by cell: what stands in one cell stands together."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    said = subprocess.run(["pdftotext", "-raw", "-", "-"], input=data, capture_output=True, check=True)
    return re.sub(r"\s+", " ", said.stdout.decode())


def test_the_manifest_prints_name_time_with_zone_meaning_reason_version_digest_and_standing(
    read: Read,
) -> None:
    """A robot's name is whose robot it is: nobody takes its signature for a person's (21 CFR 11.50(a)(1))."""
    ada = read.people["ada"].client
    (recipe,) = ada.get("/api/mes/recipes").json()
    query = {"record_type": "mes_recipe", "record_id": recipe["id"]}
    given = ada.get("/api/signatures", params=query).json()
    said = text_of(read.pdf)
    assert [one["meaning"] for one in given] == ["authored", "checked", "approved"]
    for one, name in zip(given, ("Ada", "demo robot for second reviewer", "Quentin"), strict=True):
        short = " ".join(one["digest"][at : at + 4] for at in (0, 4, 8))
        assert re.search(
            rf"{name} {one['meaning']}: {re.escape(one['title'])} - look, version {one['record_version']} "
            rf"2026-03-02 08:00:0\d UTC as shown {short} in force",
            said,
        ), said[said.index("Printed name") :]
    assert [one["robot"] for one in given] == [False, True, False]
    assert "DEMO" in said and "Ben checked" not in said
    assert "in force (what was signed is unchanged in version 5); witnessed" in said


def test_a_void_signature_stands_in_the_manifest_and_says_so_at_every_place(
    platform: Platform, people: dict[str, Client], batch: dict[str, Any], verifier: ModuleType
) -> None:
    (recipe,) = people["ada"].client.get("/api/mes/recipes").json()
    with platform.record.action(TIMER, "mes.recipe.author", reason="changed behind the signatures") as unit:
        unit.get(Recipe, recipe["id"]).title = "Another title"
    query = {"record_type": "mes_recipe", "record_id": recipe["id"]}
    given = people["ada"].client.get("/api/signatures", params=query).json()
    assert {(one["validity"], one["version_now"]) for one in given} == {("void", 6)}
    assert "VOID: Signed for version 1; void for version 6, in which title is no longer" in text_of(
        record_of(people, batch)
    )


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
def test_a_row_stands_on_one_page_and_one_too_long_for_a_page_is_whole_over_several() -> None:
    """Half a signature at the foot of a page is a signature misread."""
    now = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    rows = [(f"{n:03} begins", f"{'word ' * (n % 7 + 9) * 20}{n:03} ends") for n in range(80)]
    long = ("long", "word " * 3000 + "is whole")
    section = Section("Table", ("Name", "Value"), (*rows, long), widths=(1, 2))
    pdf = render(Document("Record", "lab", "", now, now, (), (section,), {}))
    raw = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    pages = [re.sub(r"\s+", " ", page) for page in raw.split("\f")]
    for n in range(80):
        assert any(f"{n:03} begins" in page and f"{n:03} ends" in page for page in pages), n
    assert sum(page.count("word") for page in pages) == 3000 + sum((n % 7 + 9) * 20 for n in range(80))
    assert "is whole" in pages[-2]


# --- certificates ----------------------------------------------------------------------------------


def _self_signed(now: dt.datetime, *, days: int = 30, bits: int = 2048, tsa: bool = False) -> tuple[str, str]:
    key = rsa.generate_private_key(65537, bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Site documents")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=days))
    )
    if tsa:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    certificate = made.sign(key, hashes.SHA256())
    return (
        certificate.public_bytes(serialization.Encoding.PEM).decode(),
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
    )


def test_a_renewed_certificate_hangs_on_the_same_authority_and_an_earlier_document_still_holds(
    platform: Platform, people: dict[str, Client], batch: dict[str, Any]
) -> None:
    root, pdf = trusted(platform), record_of(people, batch)
    with platform.record.action(TIMER, VERB, reason="ten years are over") as unit:
        made = platform.documents.renew(unit)
    assert trusted(platform) == root
    again = record_of(people, batch)
    assert read_by_pyhanko(again, root).bottom_line and read_by_pyhanko(pdf, root).bottom_line
    assert bytes.fromhex(made.fingerprint)
    assert (platform.folder / "keys" / AUTHORITY).read_bytes().startswith(b"titer-secret/1 ")


def test_the_site_gives_a_certificate_of_its_own_and_its_key_lies_sealed(
    platform: Platform, people: dict[str, Client], batch: dict[str, Any], clock: ManualClock
) -> None:
    chain, key = _self_signed(clock.now())
    with platform.record.action(TIMER, VERB, reason="the site's own") as unit:
        made = platform.documents.give(unit, chain, key)
    status = read_by_pyhanko(record_of(people, batch), chain)
    assert status.bottom_line
    (kept,) = platform.folder.glob(f"keys/document-{made.fingerprint[:16]}.key")
    assert kept.read_bytes().startswith(b"titer-secret/1 ")
    with platform.record.reading() as session:
        assert platform.documents.current(session).origin == "site"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("another key", "not that of the certificate"),
        ("expired", "not now"),
        ("no certificate", "cannot be read"),
        ("short key", "2048 bits"),
    ],
)
def test_a_certificate_that_cannot_seal_is_refused(fault: str, words: str, read: Read) -> None:
    platform, now = read.platform, read.platform.record.clock.now()
    chain, key = _self_signed(now - dt.timedelta(days=60)) if fault == "expired" else _self_signed(now)
    if fault == "another key":
        key = _self_signed(now)[1]
    if fault == "short key":
        chain, key = _self_signed(now, bits=1024)
    if fault == "no certificate":
        chain = "no certificate"
    with (
        pytest.raises(Invalid, match=words),
        platform.record.action(TIMER, VERB, reason="the site's own") as unit,
    ):
        platform.documents.give(unit, chain, key)


def test_only_an_administrator_changes_the_certificate_and_everybody_reads_it(read: Read) -> None:
    quentin = read.people["quentin"]
    answer = quentin.client.post(
        "/api/documents/certificate", json={"reason": "because"}, headers=quentin.headers
    )
    assert answer.status_code == 403
    found = quentin.client.get("/api/documents/certificate").json()
    assert found["chain"].endswith(trusted(read.platform)) and "PRIVATE" not in found["chain"]


def test_nothing_is_sealed_with_an_expired_certificate_or_without_its_key(
    platform: Platform, clock: ManualClock
) -> None:
    with pytest.raises(Refused, match="not now"):
        platform.documents.put(b"%PDF-1.7", at=clock.now() + dt.timedelta(days=11 * 365))
    with platform.record.reading() as session:
        fingerprint = platform.documents.current(session).fingerprint
    (platform.folder / "keys" / f"document-{fingerprint[:16]}.key").unlink()
    with pytest.raises(NotFound, match="missing"):
        platform.documents.put(b"%PDF-1.7", at=clock.now())


# --- time stamps ----------------------------------------------------------------------------------


@pytest.fixture
def authority(clock: ManualClock) -> Iterator[tuple[str, str]]:
    """A time-stamp authority of the test's own: its address, and its certificate."""
    from asn1crypto import keys, pem, tsp
    from asn1crypto import x509 as asn1
    from pyhanko.sign.timestamps import DummyTimeStamper

    chain, key = _self_signed(clock.now(), tsa=True)
    stamper = DummyTimeStamper(
        asn1.Certificate.load(pem.unarmor(chain.encode())[2]),
        keys.PrivateKeyInfo.load(pem.unarmor(key.encode())[2]),
        fixed_dt=START + dt.timedelta(hours=2, seconds=3),
    )

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            body = stamper.request_tsa_response(asked).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", chain
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_time_stamp_authority_makes_it_a_level_bt_seal(
    platform: Platform, people: dict[str, Client], batch: dict[str, Any], authority: tuple[str, str]
) -> None:
    address, chain = authority
    platform.documents.time_stamps = address
    status = read_by_pyhanko(record_of(people, batch), trusted(platform), chain)
    assert status.bottom_line
    assert status.timestamp_validity.valid and status.timestamp_validity.trusted
    assert status.timestamp_validity.timestamp == START + dt.timedelta(hours=2, seconds=3)


def test_an_authority_that_does_not_answer_leaves_the_document_unsealed_and_says_so(
    platform: Platform, people: dict[str, Client], batch: dict[str, Any]
) -> None:
    platform.documents.time_stamps = "http://127.0.0.1:9"
    with pytest.raises(Unavailable, match="does not answer"):
        platform.documents.put(render(_small()), at=START)
    answer = people["quentin"].client.get(f"/api/mes/batches/{batch['id']}/record.pdf")
    assert answer.status_code == 503


def _small() -> Document:
    return Document("T", "lab", "", START, START, (), ())
