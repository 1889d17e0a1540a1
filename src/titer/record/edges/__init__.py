"""Edges: connector hosts beside the instruments, each known by a certificate (docs/decisions/0030)."""

from titer.record.edge_model import Edge, EdgeCertificate
from titer.record.edges.authority import Authority
from titer.record.edges.service import Edges
from titer.record.edges.settings import EdgeSettings

__all__ = ["Authority", "Edge", "EdgeCertificate", "EdgeSettings", "Edges"]
