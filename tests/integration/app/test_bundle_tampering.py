"""A whole batch's bundle: whatever is changed in it is found, and what was touched first is named."""

from __future__ import annotations

import random
from pathlib import Path
from types import ModuleType

import pytest
from tests.integration.app.harm import Bytes, Harm, full_bundle, members_of, structural

ROUNDS = 200


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return full_bundle(tmp_path_factory.mktemp("bundle") / "lab")


def missed(verifier: ModuleType, harm: Harm) -> str | None:
    """What is wrong with the verifier's answer, if anything."""
    try:
        verifier.verify(harm.data)
    except verifier.Fault as fault:
        if any(word in str(fault) for word in harm.words):
            return None
        return f"{harm.what}: expected one of {harm.words}, it says: {fault}"
    return f"{harm.what}: it holds"


def test_the_bundle_has_all_that_a_bundle_can_have(whole: bytes, verifier: ModuleType) -> None:
    found = verifier.verify(whole)
    assert found["segments"] >= 1
    assert found["signatures"] >= 3
    files = members_of(whole)
    contents = [data for name, data in files.items() if name.startswith("files/content/")]
    assert any(data.startswith(b"<?xml") for data in contents)
    assert any(data.startswith(b"%PDF") for data in contents)
    assert files["files/record.pdf"].startswith(b"%PDF")
    assert any(name.startswith("files/derived/") for name in files)


def test_two_hundred_changed_bytes_are_found_two_hundred_times_and_named(
    whole: bytes, verifier: ModuleType
) -> None:
    flips, rng = Bytes(whole), random.Random(2026)
    answers = [missed(verifier, flips.flip(rng)) for _ in range(ROUNDS)]
    assert len(answers) == ROUNDS
    assert [answer for answer in answers if answer] == []


def test_every_byte_of_the_archives_own_structure_counts(whole: bytes, verifier: ModuleType) -> None:
    """The parts that unpacking programs skip: the first header, one entry of the directory, the last record."""
    flips = Bytes(whole)
    first = flips.spans[0]
    entry = next(span for span in flips.spans if span[2] == "directory")
    last = flips.spans[-1]
    answers = [
        missed(verifier, flips.at(position, 0x10))
        for begin, end, _, _ in (first, entry, last)
        for position in range(begin, end)
    ]
    assert len(answers) > 100
    assert [answer for answer in answers if answer] == []


def test_what_is_put_together_anew_with_right_checksums_is_found_and_named(
    whole: bytes, verifier: ModuleType
) -> None:
    answers = [missed(verifier, harm) for harm in structural(whole, random.Random(5))]
    assert len(answers) > 100
    assert [answer for answer in answers if answer] == []


def test_a_file_that_is_no_bundle_is_refused_in_a_sentence(tmp_path: Path, verifier: ModuleType) -> None:
    for data in (b"", b"PK", b"hello" * 100, bytes(10_000)):
        with pytest.raises(verifier.Fault, match="no bundle"):
            verifier.verify(data)
    assert verifier.main([str(tmp_path / "absent.zip")]) == 2
