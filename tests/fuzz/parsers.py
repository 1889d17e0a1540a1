"""Coverage-guided fuzzing of the parsers of our own (atheris, which is libFuzzer for Python).

    python tests/fuzz/parsers.py [--seconds 60 | --runs 20000] [--seed 1] [TARGET ...]

Each target runs in a process of its own. Whatever the bytes, a parser gives a document or an `Invalid` with words;
what it accepts is consistent in itself (an AnIML document written again reads back equal; the columns of a curve are
equally long). Anything else is a finding: its bytes are kept under build/fuzz, and the command fails.

libFuzzer's own mutations rarely leave a document well formed, so half of them are made along its structure: values,
attributes and elements are exchanged, repeated and taken out.
"""

from __future__ import annotations

import argparse
import base64
import io
import random
import re
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SMALL = 4096
INTERESTING = (
    b"", b"0", b"-1", b"1", b"2", b"3", b"-0.0", b"1e400", b"1e-400", b"INF", b"NaN", b"2147483648", b"4294967296",
    b"99999999999999999999", b"1_0", b" 1 ", "²".encode(), "٣".encode(), b"true", b"AAA=", b"AAAA", b"A" * 300,
    b"2026-02-30T08:00:00Z", b"0000-00-00T00:00:00", b"s1", b"e1", b"#x", b"\x00", b"&#0;", b"<!-- -->", b"&lt;",
    b"Int32", b"Float32", b"Float64", b"String", b"PNG", b"DateTime", b"EmbeddedXML", b"independent", b"K", b"-300",
)  # fmt: skip
ANIML = b"""<AnIML xmlns="urn:org:astm:animl:schema:core:draft:0.90" version="0.90"><SampleSet id="ss"><Sample id="si"
 sampleID="s1" name="S"><TagSet><Tag name="t" value="v"/></TagSet><Category name="c"><Parameter id="p" name="p"
 parameterType="Float64"><D>1.5</D><Unit label="mL" quantity="Volume"><SIUnit factor="0.01" exponent="3">m</SIUnit></Unit>
</Parameter></Category></Sample></SampleSet><ExperimentStepSet><Template name="t" templateID="t1"><Technique name="T" uri=""/></Template><ExperimentStep name="e"
 experimentStepID="e1" id="ei"><Technique name="Indexing" uri="u"><Extension name="x" uri="y"/></Technique><Infrastructure>
<SampleReferenceSet><SampleReference sampleID="s1" role="Test Sample" samplePurpose="consumed"/></SampleReferenceSet>
<Timestamp>2026-03-02T08:00:00Z</Timestamp></Infrastructure><Method name="m"><Author userType="human"><Name>N</Name></Author>
</Method><Result name="Index"><SeriesSet name="Index" length="3" id="set"><Series name="T" seriesID="time"
 dependency="independent" seriesType="Float64"><AutoIncrementedValueSet startIndex="0" endIndex="2"><StartValue><D>0.1</D>
</StartValue><Increment><D>0.1</D></Increment></AutoIncrementedValueSet></Series><Series name="I" seriesID="i"
 dependency="dependent" seriesType="Int32"><IndividualValueSet startIndex="0" endIndex="1"><I>1</I><I>2</I>
</IndividualValueSet><IndividualValueSet startIndex="2"><I>3</I></IndividualValueSet></Series><Series name="F" seriesID="f"
 dependency="dependent" seriesType="Float32"><EncodedValueSet>AACAPwAAAEAAAEBA</EncodedValueSet></Series></SeriesSet>
<ExperimentStepSet><ExperimentStep name="n" experimentStepID="e2"><Technique name="UV" uri=""/><Infrastructure>
<SampleReferenceSet><SampleInheritance role="Test Sample" samplePurpose="consumed"/></SampleReferenceSet>
<ParentDataPointReferenceSet><ParentDataPointReference seriesID="time"><StartValue><D>0.1</D></StartValue><EndValue><D>0.2</D>
</EndValue></ParentDataPointReference></ParentDataPointReferenceSet><ExperimentDataReferenceSet><ExperimentDataReference
 role="r" dataPurpose="consumed" experimentStepID="e1"/></ExperimentDataReferenceSet></Infrastructure></ExperimentStep>
</ExperimentStepSet></Result></ExperimentStep></ExperimentStepSet><AuditTrailEntrySet><AuditTrailEntry><Timestamp>2026-03-02T08:00:00Z
</Timestamp><Author userType="human"><Name>N</Name></Author><Action>modified</Action><Reason>r</Reason><Diff scope="element"
 changedItem="p"><OldValue>1</OldValue><NewValue>1.5</NewValue></Diff><Reference>ei</Reference></AuditTrailEntry></AuditTrailEntrySet>
</AnIML>"""
JCAMP = b"""##TITLE=a\n##JCAMP-DX=4.24\n##XUNITS=1/CM\n##YUNITS=A\n##XFACTOR=1\n##YFACTOR=0.01\n##FIRSTX=400\n##LASTX=405
##NPOINTS=6\n##FIRSTY=1.0\n##MINY=0.5\n##MAXY=2.5\n##XYDATA=(X++(Y..Y))\n400A00N0T\n402B00N0k00J0\n405F0\n##END=\n"""
PAGES = b"""##TITLE=n\n##NTUPLES=NMR\n##VAR_NAME=F,R,I,P\n##SYMBOL=X,R,I,N\n##VAR_DIM=3,3,3,2\n##UNITS=HZ,A,A,\n##FIRST=10,1,4,1
##LAST=12,3,6,2\n##FACTOR=1,1,2,1\n##PAGE=N=1\n##DATA TABLE=(X++(R..R)), XYDATA\n10 1 2 3\n##PAGE=N=2
##DATA TABLE=(X++(I..I)), XYDATA\n10 2 3 4\n##END NTUPLES=\n##END=\n"""
PEAKS = b"##TITLE=p\n##DATA TYPE=LINK\n##BLOCKS=1\n##TITLE=q\n##NPOINTS=2\n##PEAK TABLE=(XY..XY)\n1,5 2,?\n##END=\n##END=\n"
CHROM = b"""<Chromatogram><Created>2026</Created><Curves><Curve CurveDataType="UV"><Name>UV</Name><VolumeUnit>ml</VolumeUnit>
<CurvePoints><CurvePoint><BinaryCurvePointsFileName>Chrom.1_1_True</BinaryCurvePointsFileName></CurvePoint></CurvePoints></Curve>
</Curves><EventCurves><EventCurve><Name>Fractions</Name><Events><Event><EventVolume>1</EventVolume><EventText>A1</EventText>
</Event></Events></EventCurve></EventCurves></Chromatogram>"""
RECORD = struct.pack("<BiiiiBiiB", 0, 1, -1, 1, 0, 15, 1, 2, 11) + struct.pack("<2f", 1.0, 2.0) + b"\x0b"


def _mzml() -> bytes:
    arrays = []
    for accession in ("MS:1000514", "MS:1000515"):
        text = base64.b64encode(zlib.compress(struct.pack("<3d", 1.0, 2.0, 3.0))).decode()
        terms = "".join(
            f'<cvParam accession="{one}" name="n" value=""/>'
            for one in (accession, "MS:1000523", "MS:1000574")
        )
        arrays.append(
            f'<binaryDataArray encodedLength="{len(text)}">{terms}<binary>{text}</binary></binaryDataArray>'
        )
    return (
        '<indexedmzML xmlns="http://psi.hupo.org/ms/mzml"><mzML version="1.1.0"><referenceableParamGroupList count="1">'
        '<referenceableParamGroup id="g"><cvParam accession="MS:1000511" name="ms level" value="1"/>'
        '</referenceableParamGroup></referenceableParamGroupList><run id="r"><spectrumList count="1"><spectrum index="0" '
        'id="scan=1" defaultArrayLength="3"><referenceableParamGroupRef ref="g"/><cvParam accession="MS:1000505" '
        f'name="base peak intensity" value="3"/><binaryDataArrayList count="2">{"".join(arrays)}</binaryDataArrayList>'
        '</spectrum></spectrumList></run></mzML><indexList count="1"><index name="spectrum"><offset idRef="scan=1">9'
        "</offset></index></indexList></indexedmzML>"
    ).encode()


def animl(data: bytes) -> None:
    """A document, or words; what is accepted says the same when it is written again."""
    from titer.base.errors import Invalid
    from titer.connect.animl.document import AnimlDocument
    from titer.connect.animl.reading import read_here
    from titer.connect.animl.writer import write

    try:
        found = read_here(data, None, None)
    except Invalid as error:
        assert error.what
        return
    assert AnimlDocument.from_dict(found.as_dict()) == found
    if found.verdict == "accepted":
        again = read_here(write(found), None, None)
        assert replace(again, digest="", problems=()) == replace(found, digest="", problems=())


def _curves(data: bytes, name: str) -> None:
    from titer.base.errors import Invalid
    from titer.connect.curves.document import CurveFile
    from titer.connect.curves.reading import read_here

    try:
        found = read_here(data, name)
    except Invalid as error:
        assert error.what
        return
    assert CurveFile.from_dict(found.as_dict()) == found
    assert found.verdict == "accepted" or found.reason
    if found.verdict == "accepted":
        for curve in found.curves:
            assert len({len(column.values) for column in curve.columns}) <= 1


def mzml(data: bytes) -> None:
    """As `animl`, for mzML."""
    _curves(data, "mzml")


def jcamp(data: bytes) -> None:
    """As `animl`, for JCAMP-DX."""
    _curves(data, "jcamp")


def unicorn(data: bytes) -> None:
    """An archive as it is, and one that is made of what the bytes hold, since no mutation gets past its checksums."""
    _curves(data, "unicorn")
    text, _, record = data.partition(b"\xff\x00\xff")
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("CoordinateData.Volumes", record)
        archive.writestr("CoordinateData.Amplitudes", record)
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("Chrom.1.Xml", text)
        archive.writestr("Chrom.1_1_True", inner.getvalue())
    _curves(outer.getvalue(), "unicorn")


def _message(read: Callable[[bytes], object]) -> Callable[[bytes], None]:
    """A message is read, or refused in words."""

    def target(data: bytes) -> None:
        from titer.base.errors import TiterError

        try:
            read(data)
        except TiterError as error:
            assert error.what

    return target


def read_push(data: bytes) -> object:
    """Values that were sent by HTTP."""
    from titer.connect.push.message import read_message

    return read_message(data)


def read_hl7(data: bytes) -> object:
    """HL7 version 2."""
    from titer.connect.hl7.messages import read_message

    return read_message(data, "utf-8")


def read_astm(data: bytes) -> object:
    """ASTM E1394."""
    from titer.connect.astm.records import read_message

    return read_message(data, "latin-1")


def read_sparkplug(data: bytes) -> object:
    """A payload of Sparkplug B; what is read says the same when it is written again."""
    from titer.connect.mqtt.sparkplug import decode

    return decode(data)


def read_opcua(data: bytes) -> object:
    """The parameters of an OPC UA PublishResponse."""
    from titer.connect.opcua.decode import publish

    return publish(data)


def read_republished(data: bytes) -> object:
    """The NotificationMessage of an OPC UA RepublishResponse."""
    from titer.connect.opcua.decode import notification_message

    return notification_message(data)


def read_wires(data: bytes) -> object:
    """What comes over a wire, by the first byte: M of a Modbus device, S of a balance (MT-SICS), F frames of ASTM E1381."""
    from titer.connect.astm import frames
    from titer.connect.modbus import wire
    from titer.connect.mtsics import answers

    kind, said = data[:1], data[1:]
    if kind == b"M":
        found = wire.read_header(said[:6].ljust(6, b"\0"))
        answer = said[6 : 6 + found.length].ljust(3, b"\0")
        told = wire.body(answer[0], answer[1] & 0x7F, answer)
        return wire.identification(told) if answer[1] == 0x2B else wire.registers(told, len(told) // 2)
    if kind == b"S":
        line = said.decode("latin-1")
        return answers.said(line, "I4") if line.startswith("I4") else answers.weight(line)
    assembly = frames.Assembly()
    for one in said.split(frames.STX)[1:]:
        assembly.take(frames.read_frame(frames.STX + one))
    return assembly.message


def _opcua() -> bytes:
    """A subscription's message with a number, a text and a bad value."""
    item = struct.Struct("<IBB")
    numbers = b"".join(
        item.pack(handle, 0x05, 11) + struct.pack("<dq", 36.5 + handle, 134_000_000_000_000_000)
        for handle in range(5)
    )
    words = item.pack(7, 0x01, 12) + struct.pack("<i", 4) + b"Idle" + struct.pack("<IBI", 9, 0x02, 0x80000000)
    items = struct.pack("<i", 7) + numbers + words + struct.pack("<i", -1)
    change = b"\x01\x00" + struct.pack("<HBi", 811, 1, len(items)) + items
    return (
        struct.pack("<Ii?Iqi", 3, -1, False, 7, 134_000_000_000_000_000, 1)
        + change
        + struct.pack("<ii", -1, -1)
    )


MESSAGES: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "push": (
        read_push,
        b'{"values": [{"name": "x", "value": 1.5, "unit": "g", "time": "2026-11-28T09:30:00Z", "quality": "good"},'
        b'{"name": "r", "spectrum": {"values": [1, null], "axis": {"name": "a", "unit": "nm", "values": [1, 2]}}}]}',
    ),
    "hl7": (
        read_hl7,
        b"MSH|^~\\&|XN|LAB|||20261128093000+0100||ORU^R01|1|P|2.5.1\rPID|1\rOBR|1|S-1||GLU^^L\r"
        b"OBX|1|NM|GLU^^L||4.25|g/L|||||F|||20261128\rOBX|2|ST|X||a\\T\\b||||||F\r",
    ),
    "astm": (
        read_astm,
        b"H|\\^&|||FLEX2|||||||P|1|20261128093000\rP|1\rO|1|S-1||^^^Glu|R\rR|1|^^^Glu|4.25|g/L||N||F||||20261128\r"
        b"C|1|I|note\rL|1|N\r",
    ),
    "sparkplug": (
        read_sparkplug,
        bytes.fromhex(
            "08c0ebf58ba23412460a0b54656d7065726174757265100718c0ebf58ba234200a4a230a07656e67556e69740a075175616c6974791208080c4204646567431205080318c001690000000000404240120b0a05626453657120045809120b0a0173200c7a0449646c651803"
        ),
    ),
    "opcua": (read_opcua, _opcua()),
    "republished": (read_republished, _opcua()[9:]),
    "wires": (read_wires, b"F\x021H|\\^&|||FLEX2\r\x03BA\r\n"),
}
"""What instruments send, and a message of each that is read."""
MORE: dict[str, tuple[bytes, ...]] = {
    "wires": (
        b"M\0\x01\0\0\0\x07\x01\x03\x04\0\x2a\x01\0",
        b"M\0\x01\0\0\0\x0e\x01\x2b\x0e\x01\x01\0\0\x01\0\x04ACME",
        b"SS S     100.00 g",
        b'SI4 A "B021002593"',
    )
}
"""Other messages to begin with."""
TARGETS: dict[str, tuple[Callable[[bytes], None], tuple[bytes, ...]]] = {
    "animl": (animl, (ANIML,)),
    "mzml": (mzml, (_mzml(),)),
    "jcamp": (jcamp, (JCAMP, PAGES, PEAKS)),
    "unicorn": (unicorn, (CHROM + b"\xff\x00\xff" + RECORD,)),
    **{name: (_message(read), (seed, *MORE.get(name, ()))) for name, (read, seed) in MESSAGES.items()},
}
_SPANS = re.compile(rb'"[^"<>]{0,400}"|>[^<>]{1,2000}<|=[^\n=#]{1,400}\n|[0-9]+')
_ELEMENTS = re.compile(rb"<(\w+)[^<>]*(/>|>[^<>]*</\1>)|##[^#]+")


def mutated(data: bytes, source: random.Random) -> bytes:
    """The bytes with one thing in their structure changed."""
    if source.random() < 0.6:
        spans = list(_SPANS.finditer(data))
        if spans:
            one = source.choice(spans)
            edge = 0 if one[0][:1].isdigit() else 1
            new = source.choice(INTERESTING)
            return data[: one.start() + edge] + new + data[one.end() - edge :]
    elements = list(_ELEMENTS.finditer(data))
    if not elements:
        return data
    one, other = source.choice(elements), source.choice(elements)
    kind = source.random()
    if kind < 0.35:
        return data[: one.start()] + data[one.end() :]
    if kind < 0.7:
        return data[: one.start()] + other[0] + data[one.start() :]
    return data[: one.start()] + other[0] + data[one.end() :]


def serve(target: str, seconds: int, runs: int, seed: int) -> None:
    """One target in this process, which libFuzzer ends."""
    import atheris

    with atheris.instrument_imports(
        include=[
            *(
                "titer.connect.animl",
                "titer.connect.curves",
                "titer.connect.core.xml",
                "titer.base.strict_json",
            ),
            *("titer.connect.push", "titer.connect.hl7", "titer.connect.astm", "titer.connect.mqtt"),
            *("titer.connect.opcua.decode", "titer.connect.modbus", "titer.connect.mtsics"),
        ]
    ):
        import titer.connect.animl.reading
        import titer.connect.animl.writer
        import titer.connect.astm.frames
        import titer.connect.astm.records
        import titer.connect.curves.jcamp
        import titer.connect.curves.mzml
        import titer.connect.curves.reading
        import titer.connect.curves.unicorn
        import titer.connect.hl7.messages
        import titer.connect.modbus.wire
        import titer.connect.mqtt.sparkplug
        import titer.connect.mtsics.answers
        import titer.connect.opcua.decode
        import titer.connect.push.message  # noqa: F401 - instrumented as they are imported
    test, seeds = TARGETS[target]
    folder = ROOT / "build" / "fuzz" / target
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for place, data in enumerate(seeds):
        (corpus / f"seed-{place}").write_bytes(data)

    def mutate(data: bytes, limit: int, number: int) -> bytes:
        source = random.Random(number)
        if len(data) < 8 or source.random() < 0.5:
            return bytes(atheris.Mutate(data, limit))
        for _ in range(source.randint(1, 3)):
            data = mutated(data, source)
        return data[:limit]

    arguments = [
        sys.argv[0],
        str(corpus),
        f"-seed={seed}",
        f"-max_len={SMALL * 2}",
        "-timeout=20",
        "-rss_limit_mb=2048",
    ]
    arguments += [f"-artifact_prefix={folder}/", "-print_final_stats=1", "-verbosity=0"]
    arguments += [f"-max_total_time={seconds}"] if seconds else [f"-runs={runs}"]
    atheris.Setup(arguments, test, custom_mutator=mutate)
    atheris.Fuzz()


def main() -> int:
    """Run the targets one after another; 1 if one found something."""
    read = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    read.add_argument(
        "targets", nargs="*", choices=[*TARGETS, []], metavar="TARGET", help=f"{', '.join(TARGETS)}; all"
    )
    read.add_argument("--seconds", type=int, default=0)
    read.add_argument("--runs", type=int, default=20_000)
    read.add_argument("--seed", type=int, default=1)
    read.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = read.parse_args()
    if given.serve:
        serve(given.targets[0], given.seconds, given.runs, given.seed)
        return 0
    failed = []
    for target in given.targets or TARGETS:
        command = [
            sys.executable,
            __file__,
            "--serve",
            target,
            "--seed",
            str(given.seed),
            "--runs",
            str(given.runs),
        ]
        done = subprocess.run(
            [*command, "--seconds", str(given.seconds)], capture_output=True, text=True, check=False, cwd=ROOT
        )
        tries = re.search(r"number_of_executed_units:\s*([0-9]+)", done.stderr)
        print(
            f"{target}: {tries[1] if tries else 'no'} inputs, {'a finding' if done.returncode else 'nothing found'}"
        )
        if done.returncode:
            failed.append(target)
            print("\n".join((done.stdout + done.stderr).splitlines()[-60:]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
