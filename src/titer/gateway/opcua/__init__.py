"""An OPC UA server that offers the state of units, batches, samples and twins, to be read.

What it does beyond the library that it stands on, and why: docs/decisions/0029-an-opc-ua-server-that-only-reads.md.
"""
