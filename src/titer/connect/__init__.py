"""From the instrument to the hub: connectors, journals, supervision, delivery. Knows no database but its own journal."""
