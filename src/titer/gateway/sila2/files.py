"""Where the server's files lie, below the folder of the installation."""

FOLDER = "sila"
OWN_CERTIFICATE = "own.pem"
OWN_KEY = "own.key"
