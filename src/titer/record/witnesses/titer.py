"""Another Titer as a witness, over HTTPS: the client of C2SP tlog-witness.

The other hub cosigns a head only if it extends the last one that it saw; so whoever holds this machine and its keys
still cannot rewrite what the other has seen. Its answer is checked against the key that was pinned.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from titer.base.errors import Invalid, Refused, Unavailable
from titer.base.tls import pinned
from titer.record import checkpoint as heads
from titer.record.witnesses.contract import Prove

log = logging.getLogger(__name__)

SIZE_TYPE = "text/x.tlog.size"
PATH = "/api/witness/add-checkpoint"


def request_body(old: int, proof: Sequence[bytes], note: str) -> str:
    """The body of `add-checkpoint`: old size, consistency proof, empty line, checkpoint."""
    lines = [f"old {old}", *(base64.b64encode(step).decode() for step in proof), "", note]
    return "\n".join(lines)


class TiterWitness:
    """A hub elsewhere that cosigns.

    Args:
        name: as it stands in this installation's configuration.
        address: of the other hub, `https://...`.
        verifier: its cosigning key, in the form that people pin.
        token: of a machine, with the scope `witness` on the other hub.
        certificate: the one certificate, or authority, that it is trusted by; the system's authorities if left out.
        required: whether a head counts as witnessed only with its cosignature.
        every_s: least time between two questions, seconds.
        timeout_s: how long it may take to answer, seconds.
    """

    kind = "titer"

    def __init__(
        self,
        name: str,
        address: str,
        verifier: str,
        token: str,
        *,
        certificate: Path | None = None,
        required: bool = False,
        every_s: float = 0.0,
        timeout_s: float = 5.0,
    ) -> None:
        if not address.startswith("https://"):
            raise Invalid(
                f"The witness {name} is at {address}, which is no HTTPS address.",
                where="titer.yaml: witnesses",
            )
        heads.parse_key(verifier)
        self.name = name
        self._pinned = verifier
        self.required = required
        self.every_s = every_s
        self._address = address.rstrip("/")
        self._token = token
        self._certificate = certificate
        self._timeout_s = timeout_s
        self._client: Any = None

    @property
    def verifiers(self) -> list[str]:
        """The pinned key."""
        return [self._pinned]

    def ask(self, note: str, seen: int, prove: Prove, verifiers: Sequence[str] = ()) -> str:
        """Have the head cosigned; see `RemoteWitness`."""
        head, known = heads.parse(note), list(verifiers) or self.verifiers
        old = min(seen, head.size)
        for _ in range(3):
            answer = self._post(request_body(old, prove(old), note))
            if answer.status_code == 200:
                return self._lines(note, answer.text, known)
            if answer.status_code == 409 and answer.headers.get("content-type", "").startswith(SIZE_TYPE):
                told = _size(answer.text)
                if told > head.size:
                    raise Refused(
                        f"The witness {self.name} saw a ledger of {told:,} entries, and this one has "
                        f"{head.size:,}: entries were cut off.",
                        why="The database was rolled back to an older state.",
                        do="Stop, keep both copies, and compare them with `titer verify`.",
                    )
                if told != old:
                    old = told
                    continue
            if answer.status_code in (409, 422):
                raise Refused(
                    f"The witness {self.name} saw another ledger than this one of {head.size:,} entries.",
                    why=f"It answered {answer.status_code}: the history was rewritten since {old:,} entries.",
                    do="Stop, keep both copies, and compare them with `titer verify`.",
                )
            raise Unavailable(
                f"The witness {self.name} answered {answer.status_code}.", why=_words(answer), do=_DO
            )
        raise Unavailable(f"The witness {self.name} changes its mind about how much it has seen.", do=_DO)

    def holds(self, note: str, answer: str, verifiers: Sequence[str]) -> bool:
        """Whether the cosignature is one of the logged keys'."""
        return any(heads.verify(note + answer, one) for one in verifiers or self.verifiers)

    def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _lines(self, note: str, text: str, known: Sequence[str]) -> str:
        """The lines of the answer that are valid and of a known key; others are left out, as C2SP asks."""
        lines = [line + "\n" for line in text.split("\n") if line.startswith("\u2014 ")]
        good = [line for line in lines if any(heads.verify(note + line, one) for one in known)]
        if not good:
            raise Refused(
                f"What the witness {self.name} answered bears no valid cosignature of the key that is pinned.",
                do="Compare `key:` in titer.yaml with what `titer ledger watch` said on the other hub.",
            )
        return "".join(good)

    def _post(self, body: str) -> Any:
        import httpx2 as httpx

        if self._client is None:
            self._client = httpx.Client(
                verify=pinned(self._certificate), timeout=self._timeout_s, trust_env=False
            )
        try:
            return self._client.post(
                self._address + PATH,
                content=body.encode(),
                headers={
                    "Authorization": f"Bearer {self._token}",
                    "Content-Type": "text/plain; charset=utf-8",
                },
            )
        except httpx.HTTPError as error:
            raise Unavailable(
                f"The witness {self.name} at {self._address} does not answer.",
                why=str(error) or type(error).__name__,
                do="Nothing is lost: it gets the newest head when it is back.",
            ) from error


_DO = "Look at its token, its scope `witness`, and whether it watches this ledger (titer ledger watch)."


def _size(text: str) -> int:
    try:
        return int(text.strip())
    except ValueError:
        raise Unavailable("The witness answered with no size.", why=text[:80]) from None


def _words(answer: Any) -> str:
    try:
        return str(answer.json().get("detail", ""))
    except ValueError:
        return str(answer.text)[:200]
