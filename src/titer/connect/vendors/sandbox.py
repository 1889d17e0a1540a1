"""Reading a vendor's file in a process and an environment of its own, and accounting for what came out."""

from __future__ import annotations

import hashlib
from pathlib import PurePath

from titer.base.clock import zone_of
from titer.base.errors import Invalid
from titer.connect.core.sandbox import run
from titer.connect.vendors import environment
from titer.connect.vendors.document import VendorFile
from titer.connect.vendors.rules import reconcile
from titer.connect.vendors.source import encoding_of, look

TIME_LIMIT_S = 300.0
"""Loading a reader's libraries takes seconds of a fast machine's time, and a minute of a busy one's."""


def read(
    data: bytes,
    file_name: str,
    *,
    reader: str,
    time_zone: str,
    encoding: str,
    unended: bool = False,
    time_limit_s: float = TIME_LIMIT_S,
) -> VendorFile:
    """Read a vendor's file.

    Args:
        data: its bytes.
        file_name: as the instrument named it; some readers take the time out of it.
        reader: see `titer.connect.vendors.environment.Environment.readers`.
        time_zone: IANA name, of times that say none.
        encoding: of text without a byte order mark.
        unended: the instrument writes no line end after its last line.
        time_limit_s: beyond this the reading is ended.

    Returns:
        The file, all of it accounted for; look at `verdict` before using it.

    Raises:
        Invalid: if nothing can be read from it.
        Unavailable: if the readers are not installed.
    """
    home = environment.installed()
    chosen = home.reader(reader)
    zone_of(time_zone, "settings.time_zone")
    name = PurePath(file_name).name
    suffix = PurePath(name).suffix[1:].lower()
    if suffix not in chosen.extensions:
        raise Invalid(
            f"The reader of {chosen.title} takes no file that is called .{suffix or '(nothing)'}.",
            do=f"It takes .{', .'.join(chosen.extensions)}.",
        )
    source = look(data, encoding)
    try:
        answer = run(
            str(environment.PROCESS),
            [chosen.module, chosen.kind, name, time_zone, encoding_of(data, encoding)],
            data,
            time_limit_s=time_limit_s,
            python=home.python,
        )
    except Invalid as error:
        raise Invalid(
            f"Allotropy's reader of {chosen.title} could not read the file.", why=error.why or error.what
        ) from error
    return reconcile(
        answer["model"],
        source,
        digest=hashlib.sha256(data).hexdigest(),
        reader=reader,
        version=home.version,
        unended=unended,
    )
