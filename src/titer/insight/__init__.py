"""Models that a plant may rely on: data sets, monitoring models, scoring of running batches, alerts."""
