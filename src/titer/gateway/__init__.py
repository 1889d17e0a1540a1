"""What other systems may read and send, over their own protocols.

A gateway is a process of its own. It knows the hub by HTTP alone, with a machine's token that reads the state and
nothing else, or with the token of whoever calls it; it holds no database, no record, and no credential that could
change anything.
"""
