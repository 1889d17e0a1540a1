"""Files of a chromatograph for tests of every kind: blank, suitability, standards, a sample injected twice."""

from __future__ import annotations

import numpy as np
from cryptography.hazmat.primitives.asymmetric import rsa

from titer.sim.animl import WrittenInjection, WrittenSequence, write_animl
from titer.sim.chromatograph import Injection, chromatogram, composition, integrate

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
BROTH = {"titre": 4.21, "hmw": 1.9, "lmw": 0.7}
LEVELS = (("STD-1", "0.1"), ("STD-2", "0.2"), ("STD-3", "0.4"))


def lines(sample: str, dilution: float) -> list[Injection]:
    found = [Injection(type="blank", name="Blank")]
    found += [Injection(type="suitability", name="SST", concentration=1.0) for _ in range(5)]
    found += [
        Injection(type="standard", level=level, concentration=float(amount)) for level, amount in LEVELS
    ]
    return found + [Injection(type="sample", sample=sample, dilution=dilution) for _ in range(2)]


def document(
    run: str, sample: str, *, dilution: float = 20.0, seed: int = 1, manual: str | None = None
) -> bytes:
    """A whole sequence as the simulated chromatograph writes it, signed.

    Args:
        run: its number.
        sample: its number; injected twice.
        dilution: that was prepared.
        seed: of the noise.
        manual: name of a peak of the first injection of the sample that somebody integrated by hand.
    """
    written = []
    for position, line in enumerate(lines(sample, dilution), 1):
        rng = np.random.default_rng([seed, position])
        broth = BROTH if line.type == "sample" else None
        times, signal = chromatogram(composition(line, broth), rng=rng, age=412 + position)
        by_hand = manual if manual and line.type == "sample" and position == 10 else None
        written.append(
            WrittenInjection(
                position=position,
                counter=412 + position,
                type=line.type,
                name=line.name or line.sample or line.level or "",
                sample=line.sample,
                level=line.level,
                concentration=line.concentration,
                injected_at="2026-03-16T10:00:00Z",
                times=times,
                signal=signal,
                peaks=integrate(times, signal, late_start=by_hand, manual=True),
                automatic=integrate(times, signal, late_start=by_hand) if by_hand else None,
                reason="The start was too late." if by_hand else None,
                changed_by="analyst" if by_hand else None,
                changed_at="2026-03-16T12:00:00Z" if by_hand else None,
            )
        )
    sequence = WrittenSequence(
        sequence_id=run,
        method="SEC-HPLC",
        operator="analyst",
        instrument="HPLC-02",
        serial="1187",
        column="SEC-3000-7782",
        finished_at="2026-03-16T13:00:00Z",
        injections=written,
    )
    return write_animl(sequence, KEY)
