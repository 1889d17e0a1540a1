"""Recipes, the engine, batches, manual tasks, and the batch record's content."""

from titer.mes.engine import COMMANDS, TABLE
from titer.mes.gate import MesGate
from titer.mes.model import (
    Adjustment,
    Allocation,
    Batch,
    BatchSample,
    Charge,
    ControlRecipe,
    JournalEvent,
    ManualTask,
    Order,
    Recipe,
    TaskEntry,
)
from titer.mes.rules import TABLES
from titer.mes.running import Horizon
from titer.mes.service import Mes

__all__ = [
    "COMMANDS",
    "TABLE",
    "TABLES",
    "Adjustment",
    "Allocation",
    "Batch",
    "BatchSample",
    "Charge",
    "ControlRecipe",
    "Horizon",
    "JournalEvent",
    "ManualTask",
    "Mes",
    "MesGate",
    "Order",
    "Recipe",
    "TaskEntry",
]
