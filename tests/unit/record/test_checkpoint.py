"""Checkpoints are notes as others write them: published keys, notes and checkpoints hold, and manglings do not."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from titer.base.errors import IntegrityFault
from titer.record import checkpoint

# golang.org/x/mod/sumdb/note, note_test.go: the example of C2SP signed-note.
VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
# C2SP tlog-checkpoint and tlog-cosignature give this example, without the keys.
SOFA = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)


def peter() -> checkpoint.Signer:
    raw = base64.b64decode(SECRET.split("+", 4)[4])
    return checkpoint.Signer("PeterNeumann", Ed25519PrivateKey.from_private_bytes(raw[1:]))


def test_the_published_note_holds_and_is_written_byte_for_byte() -> None:
    assert checkpoint.verify(f"{TEXT}\n{LINE}", VERIFIER)
    assert peter().verifier == VERIFIER
    assert peter().line(TEXT) == LINE


@pytest.mark.parametrize(
    "note",
    [
        f"{TEXT}\n{LINE}".replace("cryptography", "cryptographY"),
        f"{TEXT}\n{LINE}".replace("— PeterNeumann", "- PeterNeumann"),
        f"{TEXT}\n{LINE}".replace("— PeterNeumann", "— PeterNeuman"),
        f"{TEXT}\n{LINE}".replace("x08go", "x08gp"),
        f"{TEXT}\n{LINE}".replace("AM=", "AN="),
        f"{TEXT}\n{LINE}".replace("ZJkuBS", "ZJkuBT"),
    ],
)
def test_a_mangled_note_does_not_hold(note: str) -> None:
    assert not checkpoint.verify(note, VERIFIER)


def test_a_note_without_its_empty_line_is_refused() -> None:
    with pytest.raises(IntegrityFault):
        checkpoint.verify(f"{TEXT}{LINE}", VERIFIER)


def test_no_mangling_of_the_published_key_is_taken_for_a_key() -> None:
    """The last two are those of note_test.go: a longer key and an unknown algorithm, with hashes that fit."""
    bad = [VERIFIER[i:j] for i in range(len(VERIFIER)) for j in range(i + 1, len(VERIFIER) + 1)]
    bad.remove(VERIFIER)
    bad += [VERIFIER[:at] + chr(ord(VERIFIER[at]) + 1) + VERIFIER[at + 1 :] for at in range(len(VERIFIER))]
    bad.append("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==")
    bad.append("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    for key in bad:
        with pytest.raises(IntegrityFault):
            checkpoint.parse_key(key)
    assert checkpoint.parse_key(VERIFIER)[0] == "PeterNeumann"


def test_the_published_checkpoint_is_read() -> None:
    head = checkpoint.parse(SOFA)
    assert (head.origin, head.size, head.extensions) == ("example.com/behind-the-sofa", 20_852_163, ())
    assert SOFA.startswith(head.text() + "\n")


@pytest.mark.parametrize("size", ["020852163", "-1", "+20852163", "20852163 ", "2_0852163", ""])
def test_a_size_that_is_no_plain_decimal_is_refused(size: str) -> None:
    with pytest.raises(IntegrityFault, match="malformed"):
        checkpoint.parse(SOFA.replace("20852163", size))


def test_a_cosignature_states_its_time_and_is_no_signature_of_a_ledger() -> None:
    """C2SP tlog-cosignature: 76 bytes, of which four name the key and eight are the time; the key's id differs."""
    note = peter().sign(checkpoint.Head("o", 1, bytes(32), ()))
    cosigned = note + peter().cosign(note, 1_679_315_147)
    assert checkpoint.verify(cosigned, peter().cosigner)
    assert not checkpoint.verify(note, peter().cosigner)
    assert checkpoint.cosigned_at(cosigned, peter().cosigner) == 1_679_315_147
    blob = base64.b64decode(cosigned.splitlines()[-1].split(" ")[2])
    assert len(blob) == 76
    assert int.from_bytes(blob[4:12], "big") == 1_679_315_147
    assert peter().cosigner.split("+")[1] != peter().verifier.split("+")[1]
