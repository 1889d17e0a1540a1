"""Process models: equations, parameter table with sources, intended use, and the digest over all of it."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import json
from dataclasses import dataclass
from decimal import Decimal
from types import ModuleType
from typing import Any

from titer.base.canonical import canonical
from titer.base.errors import NotFound, Refused


class ModelChanged(Refused):
    """The process model of this program is not the one that was commissioned; nothing is computed with it."""


CATALOGUE = {"cho-fedbatch": "titer.science.kinetics.cho_fedbatch"}
NUMERICS = (
    "titer.science.integrators.rodas4",
    "titer.science.integrators.ensemble",
    "titer.science.filters.unscented",
    "titer.science.filters.replay",
)
INTENDED_USE = (
    "Follow a running fed-batch, show states that are not measured with their uncertainty, and compare futures "
    "inside the validity domain. It advises; it neither releases a batch nor writes to equipment."
)


def number(value: float) -> str:
    """A float as the shortest decimal text that reads back to the same float."""
    return format(Decimal(repr(float(value))), "f")


@dataclass(frozen=True)
class ProcessModel:
    """A kinetic model as the twin uses it.

    Attributes:
        code: name in the catalogue.
        release: version of the kinetics.
        module: its module, with SPEC, rhs and outputs.
        document: everything that is hashed: source text of equations and numerics, and the spec.
        digest: SHA-256 over the document; a change of one character or parameter is another model.
    """

    code: str
    release: str
    module: ModuleType
    document: dict[str, Any]
    digest: str

    @property
    def name(self) -> str:
        """`code release`, as actors and pages name it."""
        return f"{self.code} {self.release}"


def describe(spec: Any) -> dict[str, Any]:
    """A `KineticSpec` as canonical data: names, units, bounds, parameters with value, prior and source."""

    def variables(rows: Any) -> list[dict[str, str]]:
        return [
            {
                "name": v.name, "unit": v.unit, "low": number(v.low), "high": number(v.high),
                "scale": number(v.scale), "title": v.title,
            }
            for v in rows
        ]  # fmt: skip

    return {
        "id": spec.id,
        "version": spec.version,
        "title": spec.title,
        "states": variables(spec.states),
        "inputs": variables(spec.inputs),
        "outputs": variables(spec.outputs),
        "parameters": [
            {
                "name": q.name,
                "value": number(q.value),
                "unit": q.unit,
                "prior_sd": number(q.spread),
                "source": q.source,
            }
            for q in spec.parameters
        ],
        "validity": spec.validity,
        "intended_use": INTENDED_USE,
    }


def load(code: str) -> ProcessModel:
    """The model of the catalogue as this program has it now.

    Raises:
        NotFound: there is none of that name.
    """
    try:
        module = importlib.import_module(CATALOGUE[code])
    except KeyError:
        raise NotFound(f"There is no process model {code!r}.", do=f"Known: {sorted(CATALOGUE)}.") from None
    sources = {
        name: hashlib.sha256(inspect.getsource(importlib.import_module(name)).encode()).hexdigest()
        for name in (CATALOGUE[code], *NUMERICS)
    }
    spec = describe(module.SPEC)
    document = {"spec": spec, "sources": sources, "equations": inspect.getsource(module)}
    return ProcessModel(
        code, module.SPEC.version, module, document, hashlib.sha256(canonical(document)).hexdigest()
    )


def load_release(code: str, digest: str) -> ProcessModel:
    """The model, if it is still the one of that digest.

    Raises:
        ModelChanged: code or parameters changed since; a batch is not followed by a model nobody commissioned.
    """
    model = load(code)
    if model.digest != digest:
        raise ModelChanged(
            f"The process model {code} of this program is not the one that was commissioned.",
            why=f"Commissioned {digest[:12]}, present {model.digest[:12]}.",
            do="Define and commission a twin with the present model.",
        )
    return model


def artefact(model: ProcessModel) -> bytes:
    """The bytes that the content store keeps."""
    return json.dumps(model.document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
