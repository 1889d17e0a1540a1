"""The one-file verifier takes an entry by the shape of one before it, and only if the entry is canonical."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from titer.base.canonical import canonical

_PATH = Path(__file__).parents[3] / "verify" / "titer-verify.py"


def _loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("titer_verify", _PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


verify = _loaded()
values = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8)


def _entry(after: dict[str, Any] | None, number: int = 1, text: str = "x") -> dict[str, Any]:
    return {
        "action": text, "actor": {"id": text, "kind": "person", "name": text}, "after": after, "before": None,
        "cause": None, "id": "i", "on_behalf_of": None, "process_time": "t", "reason": text,
        "record_id": f"r{number}", "record_type": "twin_model", "session": None, "time": "t", "verb": "v",
        "version": number,
    }  # fmt: skip


def _parsed(bodies: list[bytes]) -> Any:
    return verify.parse_entries(b"".join(body + b"\n" for body in bodies), bodies)


@given(st.lists(st.tuples(values, values, values), min_size=1, max_size=6))
def test_what_is_taken_of_an_entry_is_what_it_says(rows: list[tuple[Any, Any, Any]]) -> None:
    """Columns called `after` and `before`, and any text, do not lead astray."""
    told = [
        _entry({"after": one, "before": two, "level": three}, number, str(one))
        for number, (one, two, three) in enumerate(rows, start=1)
    ]
    for known, entry in zip(told, _parsed([canonical(one) for one in told]), strict=True):
        assert (entry.kind, entry.name, entry.version, entry.time) == (
            "twin_model",
            known["record_id"],
            known["version"],
            "t",
        )
        assert (json.loads(entry.after), json.loads(entry.before)) == (known["after"], None)
        assert entry["actor"] == known["actor"]


SPOILT = {
    "a blank": lambda body: body.replace(b'"level":5', b'"level": 5'),
    "a leading nought": lambda body: body.replace(b'"level":5', b'"level":05'),
    "minus nought": lambda body: body.replace(b'"level":5', b'"level":-0'),
    "a fraction": lambda body: body.replace(b'"level":5', b'"level":5.0'),
    "an exponent": lambda body: body.replace(b'"level":5', b'"level":5e0'),
    "no number": lambda body: body.replace(b'"level":5', b'"level":'),
    "an escape that need not be": lambda body: body.replace(b'"note":"n"', b'"note":"\\u006e"'),
    "a slash escaped": lambda body: body.replace(b'"note":"n"', b'"note":"\\/"'),
    "a capital escape": lambda body: body.replace(b'"note":"n"', b'"note":"\\u001F"'),
    "a raw control character": lambda body: body.replace(b'"note":"n"', b'"note":"\x01"'),
    "a quotation mark": lambda body: body.replace(b'"note":"n"', b'"note":"""'),
    "another key": lambda body: body.replace(b'"level"', b'"lever"').replace(b'"note"', b'"aote"'),
    "keys out of order": lambda body: body.replace(b'"level":5,"note":"n"', b'"note":"n","level":5'),
    "a key twice": lambda body: body.replace(b'"note":"n"', b'"level":6'),
    "bytes behind it": lambda body: body + b" ",
    "no text": lambda body: body.replace(b'"note":"n"', b'"note":"\xff"'),
}


@pytest.mark.parametrize("how", SPOILT)
@pytest.mark.parametrize("quoted", [False, True])
def test_a_spelling_that_is_not_the_canonical_one_is_refused_though_its_shape_is_known(
    how: str, quoted: bool
) -> None:
    good = [
        canonical(_entry({"level": level, "note": "n"}, level, 'a "b"' if quoted else "a"))
        for level in (3, 4, 5)
    ]
    spoilt = SPOILT[how](good[-1])
    assert spoilt != good[-1]
    assert [entry.version for entry in _parsed(good)] == [3, 4, 5]
    with pytest.raises(verify.Fault, match="line 3: the entry was altered"):
        _parsed([*good[:-1], spoilt])


def test_a_known_shape_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    reading = verify.read_json
    monkeypatch.setattr(verify, "read_json", lambda body, name: read.append(body) or reading(body, name))
    assert (
        len(_parsed([canonical(_entry({"level": level, "note": "n"}, level)) for level in range(1, 100)]))
        == 99
    )
    assert len(read) == 1
