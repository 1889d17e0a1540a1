"""Where the server's files lie, below the folder of the installation."""

FOLDER = "opcua"
OWN_CERTIFICATE = "own.der"
OWN_KEY = "own.key"
TOKEN = "opcua.token"  # noqa: S105 - its file, not the token
"""In `keys/`: the token with which the server asks the hub."""
