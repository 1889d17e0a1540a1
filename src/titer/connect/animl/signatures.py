"""XML signatures inside AnIML (W3C XML-Signature 1.1): verified, and made.

A seal *holds* when every reference's digest fits what is there and the signature value fits the key in it. It covers
what its references name: the whole document (enveloped), or the elements of given ids. What else stands in the file
is covered by nobody, and `covers` says so. A key that lies in the file proves that nothing was changed since it was
used, not who used it: compare the signer with one that is known.

Taken: RSA (PKCS#1 v1.5, PSS) and ECDSA with SHA-256, 384 or 512; canonical XML 1.0 and exclusive, with and without
comments; the enveloped transform. Everything else, XSLT and XPath above all, is *unknown*, never executed and never
taken for valid; so are SHA-1 and MD5, which no longer prove anything.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING, Any

from lxml import etree as _etree

from titer.base.errors import Invalid
from titer.connect.animl.document import Seal

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.x509 import Certificate

etree: Any = _etree

CORE = "urn:org:astm:animl:schema:core:draft:0.90"
DS = "http://www.w3.org/2000/09/xmldsig#"
DS11 = "http://www.w3.org/2009/xmldsig11#"
_ENVELOPED = f"{DS}enveloped-signature"
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_CANONICAL = {  # algorithm -> (exclusive, with comments)
    _INCLUSIVE: (False, False),
    f"{_INCLUSIVE}#WithComments": (False, True),
    _EXCLUSIVE: (True, False),
    f"{_EXCLUSIVE}WithComments": (True, True),
}
_DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_MOST_REFERENCES = 1000


class _Unknown(Exception):
    """The signature is made in a way that is not verified here; the text says which."""


class _Void(Exception):
    """Something does not fit; the text says what."""


def seals(root: Any) -> tuple[Seal, ...]:
    """What became of each signature of a document.

    Args:
        root: its root element; it is not changed.
    """
    found = root.findall(f"{{{CORE}}}SignatureSet/*")
    return tuple(_seal(root, one, place) for place, one in enumerate(found) if isinstance(one.tag, str))


def _seal(root: Any, signature: Any, place: int) -> Seal:
    covers: list[str] = []
    signer = ""
    try:
        info = signature.find(f"{{{DS}}}SignedInfo")
        if info is None:
            raise _Void("it has no SignedInfo")
        references = info.findall(f"{{{DS}}}Reference")
        if not 0 < len(references) <= _MOST_REFERENCES:
            raise _Void(f"it has {len(references)} references")
        covers = [str(one.get("URI") or "").removeprefix("#") or "document" for one in references]
        key, signer = _key(signature)
        changed = [covers[at] for at, one in enumerate(references) if not _fits(root, one, place)]
        if changed:
            raise _Void(f"{', '.join(changed[:5])} was changed after it was signed")
        _check_value(signature, info, key)
    except _Void as error:
        return Seal("void", tuple(covers), str(error), signer)
    except _Unknown as error:
        return Seal("unknown", tuple(covers), str(error), signer)
    except (ValueError, binascii.Error, etree.XMLSyntaxError) as error:
        return Seal("void", tuple(covers), f"it cannot be read: {error}", signer)
    return Seal("holds", tuple(covers), "", signer)


def _fits(root: Any, reference: Any, place: int) -> bool:
    """Whether a reference's digest is that of what it names."""
    uri = str(reference.get("URI") or "")
    if uri and not uri.startswith("#"):
        raise _Unknown(f"it signs {uri!r}, which lies outside the file")
    algorithm = _attribute(reference, "DigestMethod")
    if algorithm not in _DIGESTS:
        raise _Unknown(f"its digest {algorithm.rpartition('#')[2] or algorithm!r} is not taken")
    exclusive, enveloped, prefixes = False, False, None
    for transform in reference.findall(f"{{{DS}}}Transforms/{{{DS}}}Transform"):
        name = str(transform.get("Algorithm") or "")
        if name == _ENVELOPED:
            enveloped = True
        elif name in _CANONICAL:
            exclusive = _CANONICAL[name][0]
            prefixes = _prefixes(transform)
        else:
            raise _Unknown(f"its transform {name!r} is not carried out")
    copied = etree.fromstring(etree.tostring(root), _parser())
    signature = copied.findall(f"{{{CORE}}}SignatureSet/*")[place]
    target = copied
    if uri:
        named = [
            one for one in copied.iter(etree.Element) if one.get("id") == uri[1:] or one.get("Id") == uri[1:]
        ]
        if len(named) != 1:
            raise _Void(f"it signs {uri[1:]!r}, which is in the document {len(named)} times")
        target = named[0]
        target.tail = None
    if enveloped and (target is copied or signature in target.iter()):
        _remove(signature)
    # A reference within the document leaves comments out (XML-Signature 1.1, 4.4.3.3).
    data = etree.tostring(
        target, method="c14n", exclusive=exclusive, with_comments=False, inclusive_ns_prefixes=prefixes
    )
    wanted = base64.b64decode(
        "".join((reference.findtext(f"{{{DS}}}DigestValue") or "").split()), validate=True
    )
    return hashlib.new(_DIGESTS[algorithm], data).digest() == wanted


def _remove(element: Any) -> None:
    """Take an element out and leave the white space after it, as the enveloped transform does."""
    parent, tail = element.getparent(), element.tail
    if tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + tail
        else:
            parent.text = (parent.text or "") + tail
    parent.remove(element)


def _prefixes(transform: Any) -> list[str] | None:
    found = transform.find(f"{{{_EXCLUSIVE}}}InclusiveNamespaces")
    return str(found.get("PrefixList") or "").split() if found is not None else None


def _attribute(parent: Any, name: str) -> str:
    found = parent.find(f"{{{DS}}}{name}")
    return str(found.get("Algorithm") or "") if found is not None else ""


def _parser() -> Any:
    return etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True)


def _key(signature: Any) -> tuple[Any, str]:
    """The public key in a signature, and whose it is."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    info = signature.find(f"{{{DS}}}KeyInfo")
    if info is None:
        raise _Unknown("it names no key")

    def number(path: str) -> int:
        text = "".join((info.findtext(path) or "").split())
        return int.from_bytes(base64.b64decode(text, validate=True), "big")

    text = info.findtext(f"{{{DS}}}X509Data/{{{DS}}}X509Certificate")
    if text:
        certificate = x509.load_der_x509_certificate(base64.b64decode("".join(text.split()), validate=True))
        return certificate.public_key(), certificate.subject.rfc4514_string()
    value = f"{{{DS}}}KeyValue/"
    if info.find(f"{value}{{{DS}}}RSAKeyValue") is not None:
        path = f"{value}{{{DS}}}RSAKeyValue/{{{DS}}}"
        modulus = number(f"{path}Modulus")
        if not 2047 < modulus.bit_length() < 16_385:
            raise _Unknown(f"its RSA key has {modulus.bit_length()} bits")
        key: Any = rsa.RSAPublicNumbers(number(f"{path}Exponent"), modulus).public_key()
    elif info.find(f"{value}{{{DS11}}}ECKeyValue") is not None:
        path = f"{value}{{{DS11}}}ECKeyValue/"
        named = info.find(f"{path}{{{DS11}}}NamedCurve")
        curves = {
            "urn:oid:1.2.840.10045.3.1.7": ec.SECP256R1(),
            "urn:oid:1.3.132.0.34": ec.SECP384R1(),
            "urn:oid:1.3.132.0.35": ec.SECP521R1(),
        }
        curve = curves.get(str(named.get("URI")) if named is not None else "")
        if curve is None:
            raise _Unknown("its curve is not known")
        point = base64.b64decode("".join((info.findtext(f"{path}{{{DS11}}}PublicKey") or "").split()))
        key = ec.EllipticCurvePublicKey.from_encoded_point(curve, point)
    else:
        raise _Unknown("its key is given in a way that is not read")
    encoded = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return key, f"key {hashlib.sha256(encoded).hexdigest()}"


def _check_value(signature: Any, info: Any, key: Any) -> None:
    """Raise unless the signature value is that of SignedInfo by the key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

    method = _attribute(info, "CanonicalizationMethod")
    if method not in _CANONICAL:
        raise _Unknown(f"its canonical form {method!r} is not known")
    exclusive, comments = _CANONICAL[method]
    prefixes = _prefixes(info.find(f"{{{DS}}}CanonicalizationMethod"))
    data = etree.tostring(
        info, method="c14n", exclusive=exclusive, with_comments=comments, inclusive_ns_prefixes=prefixes
    )
    value = base64.b64decode(
        "".join((signature.findtext(f"{{{DS}}}SignatureValue") or "").split()), validate=True
    )
    algorithm = _attribute(info, "SignatureMethod")
    kinds = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
    kind, _, digest = algorithm.removeprefix(_MORE).rpartition("-")
    if not algorithm.startswith((_MORE, "http://www.w3.org/2007/05/xmldsig-more#")) or digest not in kinds:
        pss = algorithm.removeprefix("http://www.w3.org/2007/05/xmldsig-more#").removesuffix("-rsa-MGF1")
        if pss not in kinds:
            raise _Unknown(f"its method {algorithm.rpartition('#')[2] or algorithm!r} is not taken")
        kind, digest = "pss", pss
    try:
        if kind == "rsa" and isinstance(key, rsa.RSAPublicKey):
            key.verify(value, data, padding.PKCS1v15(), kinds[digest])
        elif kind == "pss" and isinstance(key, rsa.RSAPublicKey):
            scheme = padding.PSS(padding.MGF1(kinds[digest]), padding.PSS.DIGEST_LENGTH)
            key.verify(value, data, scheme, kinds[digest])
        elif kind == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
            half = len(value) // 2
            pair = (int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big"))
            key.verify(utils.encode_dss_signature(*pair), data, ec.ECDSA(kinds[digest]))
        else:
            raise _Unknown("its method and its key do not belong together")
    except InvalidSignature:
        raise _Void("its value does not fit its key: what it says was signed was changed") from None


def sign(
    data: bytes,
    key: RSAPrivateKey | EllipticCurvePrivateKey,
    *,
    items: tuple[str, ...] = (),
    certificate: Certificate | None = None,
) -> bytes:
    """The document with a signature of ours added behind those that it has.

    Args:
        data: an AnIML document; nothing else in it is changed.
        key: RSA (PKCS#1 v1.5) or an elliptic curve's (P-256, 384, 521), with SHA-256.
        items: ids of the elements to sign; () signs the whole document.
        certificate: goes along, and names the signer.

    Raises:
        Invalid: if the document cannot be read, or an item is not in it once.
    """
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, padding, utils

    from titer.connect.animl.reader import parse

    _, root = parse(data)
    if not items and root.find(f"{{{CORE}}}SignatureSet/*") is not None:
        raise Invalid(
            "The document is signed as it is.",
            why="A signature of the whole document would cover the signatures in it, and one more would void theirs.",
            do="Sign the items that you answer for, by their ids.",
        )
    holder = root.find(f"{{{CORE}}}SignatureSet")
    if holder is None:
        holder = etree.SubElement(root, f"{{{CORE}}}SignatureSet")
    signature = etree.SubElement(holder, f"{{{CORE}}}Signature", nsmap={"ds": DS})

    def ds(parent: Any, name: str, text: str | None = None, space: str = DS, **attributes: str) -> Any:
        element = etree.SubElement(parent, f"{{{space}}}{name}", **attributes)
        element.text = text
        return element

    elliptic = isinstance(key, ec.EllipticCurvePrivateKey)
    info = ds(signature, "SignedInfo")
    ds(info, "CanonicalizationMethod", Algorithm=_EXCLUSIVE)
    ds(info, "SignatureMethod", Algorithm=f"{_MORE}{'ecdsa' if elliptic else 'rsa'}-sha256")
    for item in items or ("",):
        reference = ds(info, "Reference", URI=f"#{item}" if item else "")
        transforms = ds(reference, "Transforms")
        if not item:
            ds(transforms, "Transform", Algorithm=_ENVELOPED)
        ds(transforms, "Transform", Algorithm=_EXCLUSIVE)
        ds(reference, "DigestMethod", Algorithm="http://www.w3.org/2001/04/xmlenc#sha256")
        ds(reference, "DigestValue", _digest(root, signature, item))
    signed = etree.tostring(info, method="c14n", exclusive=True)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        size = (key.curve.key_size + 7) // 8
        pair = utils.decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
        value = b"".join(one.to_bytes(size, "big") for one in pair)
    else:
        value = key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
    ds(signature, "SignatureValue", base64.b64encode(value).decode())
    holder_of_key = ds(signature, "KeyInfo")
    if certificate is not None:
        encoded = certificate.public_bytes(serialization.Encoding.DER)
        ds(ds(holder_of_key, "X509Data"), "X509Certificate", base64.b64encode(encoded).decode())
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        _write_point(ds, ds(holder_of_key, "KeyValue"), key)
    else:
        numbers = key.public_key().public_numbers()
        pair_of = ds(ds(holder_of_key, "KeyValue"), "RSAKeyValue")
        for name, number in (("Modulus", numbers.n), ("Exponent", numbers.e)):
            raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
            ds(pair_of, name, base64.b64encode(raw).decode())
    written: bytes = etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")
    return written


def _write_point(ds: Any, parent: Any, key: EllipticCurvePrivateKey) -> None:
    from cryptography.hazmat.primitives import serialization

    names = {"secp256r1": "1.2.840.10045.3.1.7", "secp384r1": "1.3.132.0.34", "secp521r1": "1.3.132.0.35"}
    value = ds(parent, "ECKeyValue", space=DS11)
    ds(value, "NamedCurve", space=DS11, URI=f"urn:oid:{names[key.curve.name]}")
    point = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    ds(value, "PublicKey", base64.b64encode(point).decode(), DS11)


def _digest(root: Any, signature: Any, item: str) -> str:
    """The digest of an element, or of the document without the signature that is being made."""
    copied = etree.fromstring(etree.tostring(root), _parser())
    target = copied
    if item:
        named = [one for one in copied.iter(etree.Element) if one.get("id") == item]
        if len(named) != 1:
            raise Invalid(f"{item!r} is in the document {len(named)} times, so it cannot be signed.")
        target = named[0]
        target.tail = None
    else:
        _remove(copied.findall(f"{{{CORE}}}SignatureSet/*")[-1])
    data = etree.tostring(target, method="c14n", exclusive=True)
    return base64.b64encode(hashlib.sha256(data).digest()).decode()
