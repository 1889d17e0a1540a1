"""Keys of the ledger and of its witnesses: entered when they begin to count, rotated with an overlap, retired.

The new key is entered under the old one. From the checkpoint that covers its entry on, both sign; the old one is
retired by an entry of its own, and from the checkpoint that covers that one on, the new key signs alone. So whoever
knows any one of the keys can follow to the others, and a key that was not entered counts for nobody.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from titer.base.errors import Invalid, NotFound, Refused
from titer.base.vault import Vault
from titer.record import checkpoint as heads
from titer.record.actions import ActionSpec, Actor
from titer.record.keys import LEDGER, WITNESS
from titer.record.ledger_model import LedgerKey, WitnessPolicy
from titer.record.model import LedgerEntry, LedgerLeaf
from titer.record.sealer import Sealer
from titer.record.sealer.past import entered_policy
from titer.record.service import Record
from titer.record.unit import Unit
from titer.record.witnesses.contract import RemoteWitness
from titer.record.witnesses.rules import Policy

ENTERED_BY = Actor.timer("titer.witnesses")
ACTIONS = (
    ActionSpec("record.key.enter", "Enter a key of the ledger or of a witness that is configured"),
    ActionSpec(
        "record.key.rotate",
        "Begin or end the rotation of a key",
        ("administrator",),
    ),
    ActionSpec(
        "record.witness.retire",
        "Retire witnesses that are configured no longer, or ask for fewer",
        ("administrator",),
    ),
)


class Rotation:
    """Enters, rotates and retires keys.

    Args:
        record: whose ledger.
        sealer: signs with them.
        folder: the ledger's key files.
        vault: opens and seals them.
    """

    def __init__(self, record: Record, sealer: Sealer, folder: Path, vault: Vault) -> None:
        self.record = record
        self.sealer = sealer
        self._folder = folder
        self._vault = vault

    def enter_configured(self) -> int:
        """Enter what the configuration has more than the ledger: keys that it does not know, a stricter policy.

        Done at opening. A witness in a file that is away keeps the keys that it has. What the configuration has less
        is left as it is: see `retire_absent`.

        Returns:
            How many entries that took.
        """
        wanted: dict[tuple[str, str], tuple[str, list[str]]] = {
            (LEDGER, self.sealer.origin): ("ledger", [self.sealer.signer.verifier])
        }
        for one in self.sealer.every_witness:
            wanted[WITNESS, one.name] = (one.kind, list(one.verifiers))
        with self.record.reading() as session:
            known = {key.verifier: (key.id, key.until_size) for key in session.scalars(select(LedgerKey))}
            held = {(key.role, key.name) for key in session.scalars(_active_keys())}
            entered = entered_policy(session)
        missing = {which: found for which, found in wanted.items() if which not in held and found[1]}
        policy = self.sealer.configured.and_also(entered.policy or self.sealer.configured)
        self.sealer.policy = policy
        if not missing and policy == entered.policy:
            return 0
        size = self.sealer.size
        with self.record.action(ENTERED_BY, "record.key.enter", reason="as configured") as unit:
            for (role, name), (kind, verifiers) in missing.items():
                again = [known[one][0] for one in verifiers if one in known]
                if again:  # It was retired once, and is configured anew.
                    unit.get(LedgerKey, again[-1]).until_size = None
                else:
                    unit.add(
                        LedgerKey(role=role, name=name, kind=kind, verifier=verifiers[0], from_size=size)
                    )
            if policy != entered.policy:
                self._enter_policy(unit, entered.id, policy)
        return len(missing) + (policy != entered.policy)

    def retire_absent(self, actor: Actor, *, reason: str) -> list[str]:
        """Retire the witnesses that are configured no longer, and ask for no more than the configuration does.

        From the next checkpoint on nobody is asked any more what they saw; so a person says that, and why.

        Returns:
            What it came to, a sentence each.

        Raises:
            Refused: if the configuration asks for no less than the ledger.
        """
        with self.record.reading() as session:
            gone = absent(session, self.sealer)
            entered = entered_policy(session)
            less = self.sealer.configured.lacks(entered.policy or self.sealer.configured)
        if not gone and not less:
            raise Refused(
                "The configuration has every witness that the ledger knows, and asks for no fewer.",
                do="Take it out of titer.yaml first, and start the hub again.",
            )
        size = self.sealer.size
        with self.record.action(actor, "record.witness.retire", reason=reason) as unit:
            for key in gone:
                unit.get(LedgerKey, key.id, key.version).until_size = size
            if less:
                self._enter_policy(unit, entered.id, self.sealer.configured)
        self.sealer.policy = self.sealer.configured
        names = dict.fromkeys(key.name for key in gone)
        return [
            *(f"The witness {name} is retired." for name in names),
            *([f"From now on {less}."] if less else []),
        ]

    @staticmethod
    def _enter_policy(unit: Unit, policy_id: str | None, policy: Policy) -> None:
        required = sorted(policy.required)
        if policy_id is None:
            unit.add(WitnessPolicy(required=required, quorum=policy.quorum))
            return
        row = unit.get(WitnessPolicy, policy_id)
        row.required, row.quorum = required, policy.quorum

    def begin(
        self, actor: Actor, *, reason: str, witness: str | None = None, verifier: str | None = None
    ) -> str:
        """Begin a rotation: make or take the new key and enter it; from the next checkpoint on both count.

        Args:
            actor: who.
            reason: why.
            witness: whose key; the ledger's if left out.
            verifier: the new key of a witness that is not in a file, as its own people gave it.

        Returns:
            The new key in the form that people pin.

        Raises:
            NotFound: if there is no such witness.
            Refused: if a rotation of this key is going on.
            Invalid: if the new key has another name than the old, or is none.
        """
        role, name = (WITNESS, witness) if witness else (LEDGER, self.sealer.origin)
        remote = self._remote(name) if role == WITNESS else None
        with self.record.reading() as session:
            active = self._active(session, role, name)
            kind = active[0].kind if active else "file"
        if len(active) > 1:
            raise Refused(
                f"A rotation of the key of {name} is going on.",
                do="End it first: titer ledger rotate --finish.",
            )
        old = active[0].verifier if active else ""
        made = self._make(role, name) if remote is None else _given(verifier, old)
        size = self.sealer.size
        with self.record.action(actor, "record.key.rotate", reason=reason) as unit:
            unit.add(LedgerKey(role=role, name=name, kind=kind, verifier=made, from_size=size))
        return made

    def finish(self, actor: Actor, *, reason: str, witness: str | None = None) -> str:
        """End a rotation: retire the old key; from the next checkpoint on the new one counts alone.

        Returns:
            The key that was retired.

        Raises:
            Refused: if no rotation is going on, or no witnessed checkpoint bears both keys yet.
        """
        role, name = (WITNESS, witness) if witness else (LEDGER, self.sealer.origin)
        with self.record.reading() as session:
            active = self._active(session, role, name)
            if len(active) < 2:
                raise Refused(
                    f"No rotation of the key of {name} is going on.", do="Begin one: titer ledger rotate."
                )
            leaf = session.scalar(
                select(LedgerLeaf.leaf_index)
                .join(LedgerEntry, LedgerEntry.seq == LedgerLeaf.entry_seq)
                .where(LedgerEntry.record_id == active[1].id, LedgerEntry.record_version == 1)
            )
            old, old_id, version = active[0].verifier, active[0].id, active[0].version
        if leaf is None or leaf >= self.sealer.covered_size:
            raise Refused(
                "No witnessed checkpoint bears both keys yet, so nobody could follow from the old to the new one.",
                do="Wait until the witnesses are up to date, then try again.",
            )
        size = self.sealer.size
        with self.record.action(actor, "record.key.rotate", reason=reason) as unit:
            unit.get(LedgerKey, old_id, version).until_size = size
        return old

    def _make(self, role: str, name: str) -> str:
        if role == LEDGER:
            signer = heads.Signer.make(name, self._folder, "ledger", self._vault)
            self.sealer.add_signer(signer)
            return signer.verifier
        found = next((one for one in self.sealer.witnesses if one.name == name), None)
        if found is None:
            raise NotFound(f"There is no witness {name}.")
        return found.new_key()

    def _remote(self, name: str) -> RemoteWitness | None:
        found = next((one for one in self.sealer.remote if one.name == name), None)
        if found is None and all(one.name != name for one in self.sealer.witnesses):
            raise NotFound(f"There is no witness {name}.")
        return found

    @staticmethod
    def _active(session: Session, role: str, name: str) -> list[LedgerKey]:
        query = select(LedgerKey).where(
            LedgerKey.role == role, LedgerKey.name == name, LedgerKey.until_size.is_(None)
        )
        return list(session.scalars(query.order_by(LedgerKey.id)))


def _active_keys() -> Select[LedgerKey]:
    return select(LedgerKey).where(LedgerKey.until_size.is_(None)).order_by(LedgerKey.id)


def absent(session: Session, sealer: Sealer) -> list[LedgerKey]:
    """The keys of witnesses that nobody has retired, and that are configured no longer."""
    every = session.scalars(_active_keys())
    return [key for key in every if key.role == WITNESS and key.name not in sealer.standing]


def _given(verifier: str | None, old: str) -> str:
    if not verifier:
        raise Invalid(
            "The key of this witness is made by its own people.", where="key", do="Give it with --key."
        )
    if verifier.partition("+")[0] != old.partition("+")[0]:
        raise Invalid("The new key bears another name than the old one.", where="key")
    return verifier


def open_signers(origin: str, folder: Path, vault: Vault) -> list[heads.Signer]:
    """The keys of the ledger that were made after the first."""
    return [heads.Signer.open(origin, path, vault) for path in sorted(folder.glob("ledger-*.key"))]
