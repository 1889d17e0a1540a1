"""One Titer witnesses another over HTTPS, with a pinned certificate and a token: a real hub process on loopback."""

from __future__ import annotations

import ipaddress
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2 as httpx
import pytest
import yaml
from argon2 import PasswordHasher
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from tests.integration.record.authority import OPENSSL, serving, write_authority
from tests.trespass import Copies

from titer.app import Config, Platform, backup, create_installation, open_platform
from titer.base import vault
from titer.base.errors import Invalid, Refused, Unavailable
from titer.base.tls import pinned
from titer.cli.processes import start_hub
from titer.record import Actor, Proof, Training, checkpoint
from titer.record.bundle import export
from titer.record.sealer import Sealer
from titer.record.verify import verify_store
from titer.record.witnesses.rules import AWAY, REFUSED
from titer.record.witnesses.titer import PATH, TiterWitness, request_body
from titer.record.witnesses.watching import Watching, parse_request
from titer.server.supervisor import Supervisor

HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
TIMER = Actor.timer("test")
PASSWORD = "correct horse battery"
VERIFIER = Path(__file__).parents[3] / "verify" / "titer-verify.py"


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate of the test's own for 127.0.0.1, and its private key."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / f"{name}.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / f"{name}.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return folder / f"{name}.pem", folder / f"{name}.key"


@dataclass
class Sister:
    """The other Titer: a hub that serves HTTPS, and knows the ledger at hand."""

    folder: Path
    supervisor: Supervisor
    certificate: Path
    token: str
    weak_token: str
    port: int = 0
    cosigner: str = ""

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def start(self) -> None:
        start_hub(self.supervisor, self.folder, port=self.port)
        self.port = int(self.supervisor.children["hub"].announced.split()[1])

    def stop(self) -> None:
        self.supervisor.end("hub")

    def watch(self, verifier: str) -> str:
        """Register a ledger, as its administrator does."""
        self.stop()
        platform = open_platform(self.folder, hasher=HASHER)
        with platform.record.action(TIMER, "record.watch", reason="as agreed") as unit:
            cosigner = platform.watching.register(unit, verifier)
        platform.close()
        self.start()
        return cosigner


@pytest.fixture(scope="module")
def sister(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sister]:
    root = tmp_path_factory.mktemp("sister")
    pem, key = certificate(root, "sister")
    create_installation(root / "b", Config(certificate=str(pem), private_key=str(key)))
    platform = open_platform(root / "b", hasher=HASHER)
    with platform.record.action(TIMER, "record.token.issue") as unit:
        token = platform.identity.issue_token(unit, "site-a", ("witness",))
        weak = platform.identity.issue_token(unit, "host", ("connect",))
    platform.close()
    made = Sister(root / "b", Supervisor(root / "logs"), pem, token, weak)
    made.start()
    yield made
    made.supervisor.end_all()


@dataclass
class Ours:
    """The installation whose ledger the sister witnesses."""

    folder: Path
    open: Callable[[], Platform]


@pytest.fixture
def ours(tmp_path: Path, sister: Sister) -> Ours:
    folder = tmp_path / "a"
    create_installation(folder, Config())
    own = (folder / "keys" / "ledger.pub").read_text().strip()
    cosigner = sister.watch(own)
    opened = vault.find(tmp_path / "a.key")
    opened.write(folder / "keys" / "sister.token", sister.token.encode(), vault.OWN_FILE)
    shutil.copy(sister.certificate, folder / "keys" / "sister.pem")
    settings = yaml.safe_load((folder / "titer.yaml").read_text())
    settings["witnesses"] = [
        {
            "name": "sister",
            "kind": "titer",
            "address": sister.address,
            "certificate": "keys/sister.pem",
            "token_file": "keys/sister.token",
            "key": cosigner,
            "required": True,
        }
    ]
    (folder / "titer.yaml").write_text(yaml.safe_dump(settings))
    sister.cosigner = cosigner
    return Ours(folder, lambda: open_platform(folder, hasher=HASHER))


def enter(platform: Platform) -> str:
    with platform.record.action(TIMER, "record.training.enter") as unit:
        row = unit.add(Training(person_id="p", competency="SEC", document="d", trained_at=unit.now))
    return row.id


@pytest.fixture
def others(ours: Ours, tmp_path: Path) -> Iterator[int]:
    """Beside folder and sister, a folder on another path and a time-stamp authority; all must vouch. How many."""
    settings = yaml.safe_load((ours.folder / "titer.yaml").read_text())
    settings["witnesses"].append({"name": "vault", "kind": "file", "folder": str(tmp_path / "vault")})
    with ExitStack() as running:
        if OPENSSL is not None:
            root = write_authority(tmp_path / "tsa", elliptic=True)
            address = running.enter_context(serving(tmp_path / "tsa"))
            tsa = {"name": "tsa", "kind": "timestamp", "address": address, "certificate": str(root)}
            settings["witnesses"].append({**tsa, "every_s": 0, "required": True})
        settings["witness_quorum"] = 1 + len(settings["witnesses"])
        (ours.folder / "titer.yaml").write_text(yaml.safe_dump(settings))
        yield settings["witness_quorum"]


def test_a_head_is_vouched_for_by_two_folders_a_sister_over_https_and_an_authority_and_everybody_checks_it(
    ours: Ours, sister: Sister, others: int, tmp_path: Path
) -> None:
    platform = ours.open()
    row = enter(platform)
    platform.settle()
    enter(platform)
    platform.sealer.seal()
    assert platform.sealer.covered_size < platform.sealer.size, (
        "the sister is required, and was not asked yet"
    )
    platform.settle()
    size = platform.sealer.size
    assert platform.sealer.covered_size == size
    assert [one.size for one in platform.sealer.standing.values()] == [size] * others
    verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
    assert verdict.holds, verdict.sentence
    assert verdict.checked["later answers of witnesses"] >= 2 * (others - 2)
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(
        export(
            platform.record, platform.sealer, actor=TIMER, reason="inspection",
            subject=("record_training", row, "Training"), records=[], files={},
        )
    )  # fmt: skip
    pins = ["--key", platform.sealer.signer.verifier, "--witness", sister.cosigner]
    platform.close()
    command = [sys.executable, "-I", "-S", str(VERIFIER), str(bundle), *pins]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout
    assert "as you pinned them" in answer.stdout
    assert OPENSSL is None or "stamped by tsa" in answer.stdout


def test_a_sister_that_is_gone_holds_nothing_up_but_what_waits_for_her_and_catches_up(
    ours: Ours, sister: Sister
) -> None:
    platform = ours.open()
    platform.settle()
    covered = platform.sealer.covered_size
    sister.stop()
    enter(platform)
    platform.settle()
    standing = platform.sealer.standing["sister"]
    assert standing.state(platform.sealer.size) == AWAY
    assert "does not answer" in standing.message
    assert (platform.sealer.size, platform.sealer.covered_size) == (covered + 1, covered)
    sister.start()
    standing.next_try = None
    platform.settle()
    assert platform.sealer.covered_size == platform.sealer.size
    platform.close()


def test_a_ledger_that_was_rolled_back_with_its_file_witness_is_refused_by_the_sister(
    ours: Ours, sister: Sister, copied: Copies, tmp_path: Path
) -> None:
    platform = ours.open()
    platform.settle()
    platform.close()
    copied(ours.folder, tmp_path / "backup")
    platform = ours.open()
    for _ in range(3):
        enter(platform)
        platform.settle()
    platform.close()
    shutil.rmtree(ours.folder)
    copied(tmp_path / "backup", ours.folder)
    platform = ours.open()
    verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
    assert not verdict.holds
    assert "The witness sister saw a ledger of" in (verdict.first_fault or "")
    for _ in range(5):
        enter(platform)
        platform.settle()
    standing = platform.sealer.standing["sister"]
    standing.next_try = None
    platform.settle()
    assert standing.state(platform.sealer.size) == REFUSED
    assert platform.sealer.covered_size < platform.sealer.size
    verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
    assert "The witness sister saw another ledger" in (verdict.first_fault or "")
    platform.close()


def test_a_backup_beside_a_sister_comes_back_holds_and_is_refused_by_her(
    ours: Ours, sister: Sister, tmp_path: Path
) -> None:
    """It asks her nothing while it is restored. The ledger that she saw is longer; no statement of ours moves her."""
    platform = ours.open()
    with platform.record.action(TIMER, "record.person.create") as unit:
        root = platform.identity.create_person(
            unit, username="root", full_name="Root", password=PASSWORD, roles=("administrator",)
        )
    platform.settle()
    actor = Actor.person(root.id, None, "Root")
    taken = backup.take(platform, tmp_path / "b", actor=actor, with_keys=True)
    for _ in range(2):
        enter(platform)
    platform.settle()
    ahead = platform.sealer.size
    assert platform.sealer.standing["sister"].size == ahead
    platform.close()

    new = tmp_path / "new"
    found = backup.restore(taken.path, new, key_file=tmp_path / "a.key", witness=ours.folder / "witness")
    assert found.verdict.holds, found.verdict.sentence
    assert found.ahead == ahead - taken.manifest.tree_size
    backup.accept(new, username="root", proof=Proof(PASSWORD), reason="the disk died", hasher=HASHER)
    platform = open_platform(new, hasher=HASHER)
    verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
    assert "The witness sister saw a" in (verdict.first_fault or ""), verdict.sentence
    covered = platform.sealer.covered_size
    while platform.sealer.size <= ahead:
        enter(platform)
        platform.sealer.seal()
    standing = platform.sealer.standing["sister"]
    standing.next_try = None
    platform.settle()
    assert standing.state(platform.sealer.size) == REFUSED
    assert platform.sealer.covered_size == covered, "she is required, so what a signature sets off waits"
    platform.close()


def test_another_certificate_a_weak_token_or_another_key_gets_no_cosignature(
    ours: Ours, sister: Sister, tmp_path: Path
) -> None:
    platform = ours.open()
    platform.sealer.seal()
    newest = platform.sealer._newest()
    assert newest is not None
    platform.close()
    other, _ = certificate(tmp_path, "other")
    thief = checkpoint.Signer.open("titer/x", tmp_path / "x.key", vault.find(tmp_path / "a.key"), create=True)

    def ask(token: str, pem: Path, key: str) -> str:
        witness = TiterWitness("sister", sister.address, key, token, certificate=pem)
        try:
            return witness.ask(newest.note, 0, lambda _: [])
        finally:
            witness.close()

    assert ask(sister.token, sister.certificate, sister.cosigner).startswith("\u2014 ")
    with pytest.raises(Unavailable, match="does not answer"):
        ask(sister.token, other, sister.cosigner)
    with pytest.raises(Unavailable, match=r"answered 40[13]"):
        ask(sister.weak_token, sister.certificate, sister.cosigner)
    with pytest.raises(Refused, match="no valid cosignature"):
        ask(sister.token, sister.certificate, thief.cosigner)
    with pytest.raises(Invalid, match="no HTTPS address"):
        TiterWitness("sister", sister.address.replace("https", "http"), sister.cosigner, sister.token)
    with httpx.Client(verify=pinned(sister.certificate), trust_env=False) as client:
        assert client.post(sister.address + PATH, content=b"old 0\n\n").status_code == 401
        assert client.get(f"{sister.address}/api/health").json()["state"] == "ok"


# --- the protocol, answer by answer (C2SP tlog-witness) -------------------------------------------------------------


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[tuple[Platform, Watching, Sealer]]:
    create_installation(tmp_path / "w", Config())
    platform = open_platform(tmp_path / "w", hasher=HASHER)
    with platform.record.action(TIMER, "record.watch", reason="itself, for the test") as unit:
        platform.watching.register(unit, platform.sealer.signer.verifier)
    platform.sealer.seal()
    yield platform, platform.watching, platform.sealer
    platform.close()


def test_each_answer_of_add_checkpoint_is_the_one_that_the_specification_asks_for(
    watching: tuple[Platform, Watching, Sealer],
) -> None:
    platform, watch, sealer = watching
    first = sealer._newest()
    for _ in range(3):
        enter(platform)
        sealer.seal()
    second = sealer._newest()
    assert first is not None
    assert second is not None
    proof = sealer.consistency(first.tree_size, second.tree_size)

    def post(old: int, steps: list[bytes], note: str) -> tuple[int, str]:
        with platform.record.reading() as session:
            answer = watch.add_checkpoint(session, request_body(old, steps, note))
        return answer.status, answer.text

    stranger = second.note.replace(sealer.origin, "titer/stranger", 1)
    unsigned = second.note.replace("\ntime 2", "\ntime 3", 1)
    assert post(0, [], stranger)[0] == 404
    assert post(0, [], unsigned)[0] == 403
    assert post(second.tree_size + 1, [], second.note)[0] == 400
    assert post(first.tree_size, proof, second.note) == (409, "0\n")
    assert post(0, proof, first.note)[0] == 422, "from nothing there is nothing to prove"
    status, line = post(0, [], first.note)
    assert status == 200
    assert checkpoint.verify(first.note + line, watch._witness(sealer.origin).signer.cosigner)
    assert post(0, [], second.note) == (409, f"{first.tree_size}\n")
    forged = [bytes([proof[0][0] ^ 1]) + proof[0][1:], *proof[1:]]
    assert post(first.tree_size, forged, second.note)[0] == 422
    assert watch.seen(sealer.origin) == first.tree_size
    assert post(first.tree_size, proof, second.note)[0] == 200
    assert post(second.tree_size, [], second.note)[0] == 200, "the same head may be cosigned again"
    assert post(first.tree_size, proof, second.note) == (409, f"{second.tree_size}\n")


@pytest.mark.parametrize(
    "text",
    ["", "old\n\nx", "new 1\n\nx", "old 01\n\nx", "old -1\n\nx", "old 1\nnot Base64\n\nx", "old 1\nAAAA\n\nx",
     "old 1\n" + "\n".join(["A" * 43 + "="] * 64) + "\n\nx"],
)  # fmt: skip
def test_a_malformed_request_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_request(text)


@pytest.mark.parametrize(
    "key", ["", "a", "a+b+c", "a b+00000000+AAAA", "Ā+0+", "titer/x+12345678+" + "A" * 44]
)
def test_what_is_no_key_is_not_watched(watching: tuple[Platform, Watching, Sealer], key: str) -> None:
    platform, watch, _ = watching
    with pytest.raises(Invalid), platform.record.action(TIMER, "record.watch", reason="a bad key") as unit:
        watch.register(unit, key)
