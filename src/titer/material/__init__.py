"""Materials, lots, containers and genealogy; shared by laboratory and plant."""

from titer.material.model import Container, Definition, GenealogyEdge, Lot
from titer.material.queries import (
    consumed_by,
    definition_by_code,
    genealogy,
    lot_by_code,
    lots,
    lots_of_batch,
)
from titer.material.rules import DISPOSITION, USAGE
from titer.material.service import Material

__all__ = [
    "DISPOSITION",
    "USAGE",
    "Container",
    "Definition",
    "GenealogyEdge",
    "Lot",
    "Material",
    "consumed_by",
    "definition_by_code",
    "genealogy",
    "lot_by_code",
    "lots",
    "lots_of_batch",
]
