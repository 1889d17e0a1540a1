"""A model as bytes: one canonical `model.json`, and its arrays as little-endian numbers. No pickle, ever.

Load order: size cap -> hash -> schema -> shapes -> finite. What may be loaded is decided here and in the
specification's closed sets, never by the artefact (see mlflow issue 25686 for what happens otherwise).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.base import media
from titer.base.canonical import canonical
from titer.base.errors import IntegrityFault, Invalid
from titer.insight.bands import Bands
from titer.insight.fitted import Fitted, Golden
from titer.insight.spec import parse_spec
from titer.science.monitoring import Drift, Subspace, Tunnel

FORMAT = "titer.model/1"
LARGEST_DOCUMENT = 4 * 1024 * 1024
LARGEST_ARRAY = 64 * 1024 * 1024
_KINDS: dict[str, np.dtype[Any]] = {"f8": np.dtype("<f8"), "i8": np.dtype("<i8"), "u1": np.dtype("u1")}
_ARRAYS = {
    "tunnel.mean": "f8",
    "tunnel.scale": "f8",
    "tunnel.support": "i8",
    "channels.mean": "f8",
    "channels.scale": "f8",
    "channels.support": "i8",
    "subspace.loadings": "f8",
    "subspace.variances": "f8",
    "subspace.residual_variances": "f8",
    "drift.scale": "f8",
    "limits": "f8",
    "golden.features": "f8",
    "golden.mask": "u1",
    "golden.bins": "i8",
    "golden.t2": "f8",
    "golden.spe": "f8",
}

_BANDS = {"bands.low": "f8", "bands.high": "f8", "bands.two_valued": "u1"}
"""Of models that were fitted since there are bands: all of them or none."""
_KNOWN = {**_ARRAYS, **_BANDS}


@dataclass(frozen=True)
class Artefact:
    """The document's bytes, and the arrays' bytes and media types by their SHA-256."""

    document: bytes
    arrays: dict[str, bytes]
    media_types: dict[str, str]

    @property
    def digest(self) -> str:
        """SHA-256 of the document, which names each array's: one number for the whole model."""
        return hashlib.sha256(self.document).hexdigest()


def encode(fitted: Fitted, *, training: dict[str, Any], code_version: str) -> Artefact:
    """The artefact of a fitted model.

    Args:
        fitted: the model.
        training: canonical facts about its origin (data set, digests, roles).
        code_version: version of the code that fitted it.

    Returns:
        Artefact; the same model and facts give the same bytes.
    """
    arrays: dict[str, bytes] = {}
    media_types: dict[str, str] = {}
    listed: dict[str, Any] = {}
    for name, values in _arrays_of(fitted).items():
        kind = _KNOWN[name]
        data = np.ascontiguousarray(values, dtype=_KINDS[kind]).tobytes()
        key = hashlib.sha256(data).hexdigest()
        arrays[key] = data
        media_types[key] = media.numbers(kind, values.shape[-1] if values.ndim > 1 else 1)
        listed[name] = {"type": kind, "shape": list(values.shape), "sha256": key}
    document = canonical(
        {
            "format": FORMAT,
            "spec": fitted.spec.to_document(),
            "arrays": listed,
            "drift_weight": repr(fitted.drift.weight),
            "training": training,
            "code_version": code_version,
        }
    )
    return Artefact(document, arrays, media_types)


def decode(digest: str, document: bytes, fetch: Callable[[str], bytes]) -> Fitted:
    """Read an artefact, trusting nothing in it.

    Args:
        digest: the SHA-256 that was approved.
        document: bytes of `model.json`.
        fetch: gives an array's bytes by SHA-256.

    Raises:
        IntegrityFault: if bytes are not those of their hash.
        Invalid: for an unknown format, operation, array or shape, or a number that is not finite.
    """
    if len(document) > LARGEST_DOCUMENT:
        raise Invalid(f"A model document of {len(document)} bytes is larger than any model of ours.")
    if hashlib.sha256(document).hexdigest() != digest:
        raise IntegrityFault(
            "The model's document is not the one that was approved.", do="Suspend the model."
        )
    content = _read(document)
    arrays = {name: _array(name, listed, fetch) for name, listed in content["arrays"].items()}
    spec = parse_spec(content["spec"])
    fitted = Fitted(
        spec,
        Tunnel(arrays["tunnel.mean"], arrays["tunnel.scale"], arrays["tunnel.support"]),
        Tunnel(arrays["channels.mean"], arrays["channels.scale"], arrays["channels.support"]),
        Subspace(
            arrays["subspace.loadings"], arrays["subspace.variances"], arrays["subspace.residual_variances"]
        ),
        Drift(spec.fit.drift_weight, arrays["drift.scale"]),
        arrays["limits"],
        Golden(*(arrays[f"golden.{part}"] for part in ("features", "mask", "bins", "t2", "spe"))),
        Bands(*(arrays[name] for name in _BANDS)) if _BANDS.keys() <= arrays.keys() else None,
    )
    _check_shapes(fitted)
    return fitted


def _read(document: bytes) -> dict[str, Any]:
    try:
        content = json.loads(document)
    except ValueError as error:
        raise Invalid("A model document is canonical JSON; this is not.") from error
    wanted = {"format", "spec", "arrays", "drift_weight", "training", "code_version"}
    if not isinstance(content, dict) or content.get("format") != FORMAT or set(content) != wanted:
        raise Invalid(f"This is no document of the format {FORMAT}.", do="Train the model with this version.")
    arrays = content["arrays"]
    if not isinstance(arrays, dict) or set(arrays) not in (set(_ARRAYS), set(_KNOWN)):
        raise Invalid("The model lists other arrays than its algorithm has.")
    return content


def _array(name: str, listed: Any, fetch: Callable[[str], bytes]) -> NDArray[Any]:
    if (
        not isinstance(listed, dict)
        or set(listed) != {"type", "shape", "sha256"}
        or listed["type"] != _KNOWN[name]
    ):
        raise Invalid(f"The array {name} is not described as it must be.")
    shape, kind = listed["shape"], _KINDS[_KNOWN[name]]
    if (
        not isinstance(shape, list)
        or len(shape) > 2
        or not all(isinstance(n, int) and 0 < n < 10**7 for n in shape)
    ):
        raise Invalid(f"The array {name} has an impossible shape.")
    size = int(np.prod(shape)) * kind.itemsize
    if size > LARGEST_ARRAY:
        raise Invalid(f"The array {name} of {size} bytes is larger than any of ours.")
    data = fetch(str(listed["sha256"]))
    if hashlib.sha256(data).hexdigest() != listed["sha256"]:
        raise IntegrityFault(f"The array {name} is not the one that was approved.", do="Suspend the model.")
    if len(data) != size:
        raise Invalid(f"The array {name} has {len(data)} bytes where its shape asks for {size}.")
    values: NDArray[Any] = np.frombuffer(data, dtype=kind).reshape(shape)
    if kind.kind == "f" and not np.isfinite(values).all():
        raise Invalid(f"The array {name} holds a number that is not finite.")
    return values


def _check_shapes(fitted: Fitted) -> None:
    features, bins = len(fitted.spec.features), fitted.spec.axis.bins
    components = fitted.subspace.components
    golden = fitted.golden
    rows = golden.t2.shape[0]
    wanted: list[tuple[str, NDArray[Any], tuple[int, ...]]] = [
        ("tunnel.mean", fitted.tunnel.mean, (bins, features)),
        ("tunnel.scale", fitted.tunnel.scale, (bins, features)),
        ("tunnel.support", fitted.tunnel.support, (bins, features)),
        ("channels.mean", fitted.channels.mean, (bins, len(fitted.spec.channels))),
        ("channels.scale", fitted.channels.scale, (bins, len(fitted.spec.channels))),
        ("channels.support", fitted.channels.support, (bins, len(fitted.spec.channels))),
        ("subspace.loadings", fitted.subspace.loadings, (features, components)),
        ("subspace.variances", fitted.subspace.variances, (components,)),
        ("subspace.residual_variances", fitted.subspace.residual_variances, (features,)),
        ("drift.scale", fitted.drift.scale, (features,)),
        ("limits", fitted.limits, (3,)),
        ("golden.features", golden.features, (rows, features)),
        ("golden.mask", golden.mask, (rows, features)),
        ("golden.bins", golden.bins, (rows,)),
        ("golden.spe", golden.spe, (rows,)),
    ]
    if fitted.bands is not None:
        channels = len(fitted.spec.channels)
        wanted += [
            ("bands.low", fitted.bands.low, (bins, channels)),
            ("bands.high", fitted.bands.high, (bins, channels)),
            ("bands.two_valued", fitted.bands.two_valued, (channels,)),
        ]
    for name, values, shape in wanted:
        if values.shape != shape:
            raise Invalid(f"The array {name} has the shape {values.shape}, its model needs {shape}.")
    for name, values in (
        ("tunnel.scale", fitted.tunnel.scale),
        ("subspace.variances", fitted.subspace.variances),
        ("drift.scale", fitted.drift.scale),
        ("limits", fitted.limits),
    ):
        if not (values > 0).all():
            raise Invalid(f"The array {name} must hold positive numbers only.")


def _arrays_of(fitted: Fitted) -> dict[str, NDArray[Any]]:
    bands = fitted.bands
    shown: dict[str, NDArray[Any]] = (
        {"bands.low": bands.low, "bands.high": bands.high, "bands.two_valued": bands.two_valued}
        if bands is not None
        else {}
    )
    return {
        **shown,
        "tunnel.mean": fitted.tunnel.mean,
        "tunnel.scale": fitted.tunnel.scale,
        "tunnel.support": fitted.tunnel.support,
        "channels.mean": fitted.channels.mean,
        "channels.scale": fitted.channels.scale,
        "channels.support": fitted.channels.support,
        "subspace.loadings": fitted.subspace.loadings,
        "subspace.variances": fitted.subspace.variances,
        "subspace.residual_variances": fitted.subspace.residual_variances,
        "drift.scale": fitted.drift.scale,
        "limits": fitted.limits,
        "golden.features": fitted.golden.features,
        "golden.mask": fitted.golden.mask,
        "golden.bins": fitted.golden.bins,
        "golden.t2": fitted.golden.t2,
        "golden.spe": fitted.golden.spe,
    }
