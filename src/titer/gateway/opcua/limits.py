"""What one client, and all clients together, may ask of the server. Numbers, with what each keeps from happening."""

from __future__ import annotations

LARGEST_CHUNK = 65_535
"""Bytes of a chunk (OPC 10000-6, 7.1.2.3); a longer one is refused by its header, before it is there."""
LARGEST_REQUEST = 512 * 1024
"""Bytes of a request. One that reads a thousand nodes has a tenth of it."""
MOST_CHUNKS = 16
MOST_CONNECTIONS = 50
MOST_PENDING = 32
"""Requests of one connection that wait for their turn."""
LARGEST_BACKLOG = 8 * 1024 * 1024
"""Bytes of answers that a client has not taken: one that does not read is let go of."""
ACTIVATE_WITHIN_S = 15.0
MOST_OPERATIONS = 1_000
"""Nodes of one Read, Browse or TranslateBrowsePaths, items of one CreateMonitoredItems (OPC 10000-5, 6.3.11)."""
MOST_REFERENCES = 1_000
"""References in one answer of Browse; the rest by BrowseNext."""
MOST_CONTINUATIONS = 10
LARGEST_QUEUE = 100
"""Values that a monitored item keeps for a slow client."""
SHORTEST_PUBLISHING_MS = 100.0
LONGEST_PUBLISHING_MS = 3_600_000.0
LONGEST_CHANNEL_MS = 3_600_000
SHORTEST_CHANNEL_MS = 10_000
LONGEST_SESSION_MS = 600_000.0
MOST_UNACKNOWLEDGED = 100
REPROVE_S = 60.0
"""How often it is asked whether the tokens and certificates of those who are in are still good."""
