"""The parts of the platform that the routes of the record use."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from titer.record.edges import Edges
from titer.record.http import platform_part
from titer.record.identity import Identity
from titer.record.rights.service import Rights
from titer.record.rotation import Rotation
from titer.record.sealer import Sealer
from titer.record.service import Record
from titer.record.signing import Signing
from titer.record.witnesses.watching import Watching

RecordPart = Annotated[Record, Depends(platform_part("record"))]
IdentityPart = Annotated[Identity, Depends(platform_part("identity"))]
SigningPart = Annotated[Signing, Depends(platform_part("signing"))]
RotationPart = Annotated[Rotation, Depends(platform_part("rotation"))]
WatchingPart = Annotated[Watching, Depends(platform_part("watching"))]
SealerPart = Annotated[Sealer, Depends(platform_part("sealer"))]
RightsPart = Annotated[Rights, Depends(platform_part("rights"))]
EdgesPart = Annotated[Edges, Depends(platform_part("edges"))]
