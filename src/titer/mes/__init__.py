"""Recipes, the engine, batches, manual tasks, and the batch record."""
