"""The commands of docs/explanation/signatures.md, typed as they stand there."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from titer.app import Config, create_installation, open_platform
from titer.app.document import Document, render
from titer.record import Actor

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "signatures.md"
PASSWORD = "correct horse battery"


@pytest.mark.skipif(
    not all(map(shutil.which, ("pdfsig", "certutil"))),
    reason="pdfsig (poppler-utils) or certutil (libnss3-tools) is not installed",
)
def test_a_reader_of_their_own_validates_the_document_and_the_site_gives_its_certificate(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "titer"
    create_installation(folder, Config(name="Plant"))
    platform = open_platform(folder, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with platform.record.action(Actor.timer("test"), "record.person.create") as unit:
        platform.identity.create_person(
            unit, username="admin", full_name="Admin", password=PASSWORD, roles=("administrator",)
        )
    now = platform.record.clock.now()
    (tmp_path / "record.pdf").write_bytes(
        platform.documents.put(render(Document("Batch record", "Plant", "", now, now, (), ())), at=now)
    )
    platform.close()
    _site_certificate(tmp_path)

    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "TITER_USER": "admin", "TITER_PASSWORD": PASSWORD}
    said = {}
    for block in re.findall(r"```console\n(.*?)```", PAGE.read_text(), flags=re.S):
        for command in re.findall(r"^\$ (.*)$", block, flags=re.M):
            done = subprocess.run(  # noqa: S602  as a person types it
                command,
                shell=True,
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
            said[command] = done.stdout
    reader = said["pdfsig -nssdir trust record.pdf"]
    for words in ("Signature is Valid", "Certificate is Trusted", "Total document signed"):
        assert words in reader
        assert f"*{words}*" in PAGE.read_text()
    given = next(text for command, text in said.items() if "--give" in command)
    assert "CN=Site documents" in given


def _site_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Site documents")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    (folder / "site.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "site.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
