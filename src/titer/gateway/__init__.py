"""What other systems may read of this one, over their own protocols.

A gateway is a process of its own. It knows the hub by HTTP alone, with a machine's token that reads the state and
nothing else; it holds no database, no record, no credential that could change anything.
"""
