"""A time-stamp authority vouches for a checkpoint, and a token that does not fit is refused for the right reason."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from argon2 import PasswordHasher
from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from tests.integration.record.authority import (
    OPENSSL,
    OTHER_POLICY,
    POLICY,
    issue,
    reply,
    serving,
    write_authority,
)
from tests.integration.record.test_bundle import verifier  # noqa: F401  the fixture

from titer.app import Config, create_installation, open_platform
from titer.base.clock import ManualClock, SystemClock
from titer.base.errors import Refused, Unavailable
from titer.record import Actor, Training, checkpoint
from titer.record.bundle import export, write_zip
from titer.record.verify import verify_store
from titer.record.witnesses import authority
from titer.record.witnesses.authority import TimestampAuthority

pytestmark = pytest.mark.skipif(OPENSSL is None, reason="the authority of the tests is `openssl ts`")
HEAD = checkpoint.Head("titer/test", 3, bytes(range(32)), ())
NOTE = HEAD.text() + "\n— titer/test AAAA\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tsa")
    write_authority(made)
    return made


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    with serving(folder) as found:
        yield found


def trusted(folder: Path, file: str = "root.pem") -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / file).read_bytes())


def stamped(folder: Path, nonce: int = 7, policy: str | None = None) -> bytes:
    return authority.granted(reply(folder, authority.query(HEAD.text().encode(), nonce, policy)))


def test_a_token_that_carries_its_chain_is_taken_and_holds_afterwards(folder: Path, address: str) -> None:
    one = TimestampAuthority("tsa", address, folder / "root.pem", SystemClock())
    token = one.ask(NOTE, 0, lambda _: [])
    assert one.holds(NOTE, token, [])
    assert one.holds(NOTE, token, one.verifiers)
    assert not one.holds(NOTE, token, ["tsa+sha256+00"])
    carried = cms.ContentInfo.load(base64.b64decode(token))["content"]["certificates"]
    assert len(carried) == 3
    other = checkpoint.Head("titer/test", 4, bytes(32), ()).text() + "\n— titer/test AAAA\n"
    assert not one.holds(other, token, [])


@pytest.mark.parametrize("file", ["root.pem", "tsa.pem"])
def test_the_root_or_the_authority_itself_may_be_pinned(folder: Path, file: str) -> None:
    found = authority.check(stamped(folder), HEAD.text().encode(), trusted(folder, file), nonce=7)
    assert found.policy == POLICY
    assert abs(found.at - datetime.now(UTC)) < timedelta(minutes=1)
    assert found.authority == "CN=Test authority"


def test_an_elliptic_key_stamps_too(tmp_path: Path) -> None:
    write_authority(tmp_path, elliptic=True)
    assert authority.check(stamped(tmp_path), HEAD.text().encode(), trusted(tmp_path), nonce=7)


def test_the_policy_that_was_asked_for_is_the_one_that_is_given(folder: Path) -> None:
    token, text, root = stamped(folder, policy=OTHER_POLICY), HEAD.text().encode(), trusted(folder)
    assert authority.check(token, text, root, policy=OTHER_POLICY).policy == OTHER_POLICY
    with pytest.raises(Refused, match="under the policy"):
        authority.check(token, text, root, policy=POLICY)


def test_another_nonce_or_another_head_is_refused(folder: Path) -> None:
    token, root = stamped(folder, nonce=7), trusted(folder)
    with pytest.raises(Refused, match="another nonce"):
        authority.check(token, HEAD.text().encode(), root, nonce=8)
    with pytest.raises(Refused, match="another head"):
        authority.check(token, b"another", root, nonce=7)


def test_a_chain_that_leads_elsewhere_is_refused(folder: Path, tmp_path: Path) -> None:
    write_authority(tmp_path)
    with pytest.raises(Refused, match="do not lead to the one that is pinned"):
        authority.check(stamped(folder), HEAD.text().encode(), trusted(tmp_path), nonce=7)


@pytest.mark.parametrize(
    ("purpose", "critical"),
    [
        (ExtendedKeyUsageOID.CODE_SIGNING, True),
        (ExtendedKeyUsageOID.TIME_STAMPING, False),
        (None, True),
    ],
)
def test_a_certificate_that_is_not_for_time_stamping_alone_is_refused(
    purpose: x509.ObjectIdentifier | None, critical: bool
) -> None:
    own = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(Refused, match="not for time-stamping"):
        authority.require_purpose(issue("x", own, "x", own, purpose=purpose, critical=critical))


def test_every_byte_of_what_was_signed_counts(folder: Path) -> None:
    """The time, the serial number, the signature: whatever is altered in a token is found."""
    token, text, root = stamped(folder), HEAD.text().encode(), trusted(folder)
    parsed = cms.ContentInfo.load(token)
    raw = bytes(parsed["content"]["encap_content_info"]["content"])
    signature = parsed["content"]["signer_infos"][0]["signature"].native
    attributes = parsed["content"]["signer_infos"][0]["signed_attrs"].dump()
    for part in (raw, signature, attributes):
        begin = token.index(part)
        for at in range(begin, begin + len(part), 5):
            altered = token[:at] + bytes([token[at] ^ 1]) + token[at + 1 :]
            with pytest.raises(Refused):
                authority.check(altered, text, root, nonce=7)
    assert tsp.TSTInfo.load(raw)["gen_time"].native


def test_a_token_whose_time_is_not_this_servers_is_refused(folder: Path, address: str) -> None:
    late = ManualClock(datetime.now(UTC) + timedelta(hours=1))
    with pytest.raises(Refused, match="bears the time"):
        TimestampAuthority("tsa", address, folder / "root.pem", late).ask(NOTE, 0, lambda _: [])


def test_an_authority_that_grants_nothing_or_is_gone_is_not_available(folder: Path, tmp_path: Path) -> None:
    refusing = bytes.fromhex("30053003020102")  # a TimeStampResp of status 2, rejection, without a token
    with serving(folder, lambda *_: refusing) as address, pytest.raises(Unavailable, match="rejection"):
        TimestampAuthority("tsa", address, folder / "root.pem", SystemClock()).ask(NOTE, 0, lambda _: [])
    with (
        serving(folder, lambda *_: b"no answer") as address,
        pytest.raises(Unavailable, match="cannot be read"),
    ):
        TimestampAuthority("tsa", address, folder / "root.pem", SystemClock()).ask(NOTE, 0, lambda _: [])
    with pytest.raises(Unavailable, match="does not answer"):
        TimestampAuthority("tsa", address, folder / "root.pem", SystemClock()).ask(NOTE, 0, lambda _: [])
    with pytest.raises(Unavailable, match="certificate of the authority"):
        assert TimestampAuthority("tsa", address, tmp_path / "none.pem", SystemClock()).verifiers


# --- through an installation, a bundle and the one-file verifier --------------------------------------------------


@pytest.fixture
def bundles(folder: Path, address: str, tmp_path: Path) -> list[bytes]:
    """Two bundles of an installation that an authority stamps, each with its own head."""
    lab = tmp_path / "lab"
    root = str(folder / "root.pem")
    tsa = {"name": "tsa", "kind": "timestamp", "address": address, "certificate": root, "every_s": 0}
    create_installation(lab, Config(witnesses=(tsa,)))
    platform = open_platform(lab, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    timer = Actor.timer("test")
    made = []
    for number in range(2):
        with platform.record.action(timer, "record.training.enter") as unit:
            row = unit.add(
                Training(person_id="p", competency="SEC", document=f"SOP-{number}", trained_at=unit.now)
            ).id
        made.append(
            export(
                platform.record, platform.sealer, actor=timer, reason="inspection",
                subject=("record_training", row, "Training"), records=[], files={},
            )
        )  # fmt: skip
    verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
    assert verdict.holds, verdict.sentence
    platform.close()
    return made


TOKEN = "ledger/timestamp.tsa.tst"


def test_a_bundle_carries_the_token_over_its_head_and_the_one_file_verifier_says_when(
    bundles: list[bytes],
    verifier: ModuleType,  # noqa: F811
) -> None:
    for data in bundles:
        stated = datetime.strptime(verifier.verify(data)["stamped"]["tsa"], "%Y%m%d%H%M%SZ").replace(
            tzinfo=UTC
        )
        assert abs(datetime.now(UTC) - stated) < timedelta(minutes=5)


def test_the_one_file_verifier_finds_a_token_that_was_exchanged_or_cut_or_altered(
    bundles: list[bytes],
    verifier: ModuleType,  # noqa: F811
) -> None:
    """A token of another head of the same ledger, a piece of one, and each byte of what it states and signs over."""
    (own, _), (other, _) = (verifier.read_archive(data) for data in bundles)
    token = own[TOKEN]
    content = cms.ContentInfo.load(token)["content"]
    raw = bytes(content["encap_content_info"]["content"])
    digest = next(
        one["values"][0].native
        for one in content["signer_infos"][0]["signed_attrs"]
        if one["type"].native == "message_digest"
    )
    forged = [other[TOKEN], token[:-1], token + b"\0", b""]
    for part in (raw, digest):
        begin = token.index(part)
        forged += [
            token[:at] + bytes([token[at] ^ 1]) + token[at + 1 :] for at in range(begin, begin + len(part), 3)
        ]
    for one in forged:
        with pytest.raises(verifier.Fault, match=re.escape(TOKEN)):
            verifier.verify(write_zip({**own, TOKEN: one}))
