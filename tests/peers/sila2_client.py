"""sila2's SilaClient at a SiLA server, in an environment of its own: a line of JSON asks, a line of JSON answers.

Arguments: host, port, PEM of the server's certificate, access token. A line is {"feature", "command", "parameters"};
`__binary__` in a parameter is so many bytes.
"""

import datetime
import json
import pathlib
import sys

import grpc
from sila2.client import SilaClient
from sila2.framework import SilaConnectionError, SilaError


def native(value):
    """What JSON cannot say: instants, bytes, structures by position."""
    if isinstance(value, dict) and set(value) == {"__binary__"}:
        return bytes(value["__binary__"])
    if isinstance(value, dict) and set(value) == {"__instant__"}:
        return datetime.datetime.fromisoformat(value["__instant__"])
    if isinstance(value, dict):
        return tuple(native(one) for one in value.values())
    if isinstance(value, list):
        return [native(one) for one in value]
    return value


def told(value):
    """A response as JSON."""
    if hasattr(value, "_asdict"):
        return {name: told(one) for name, one in value._asdict().items()}
    if isinstance(value, list | tuple):
        return [told(one) for one in value]
    return value


def say(answer):
    """A line of JSON."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main():
    """Connect, say what was found, then answer."""
    host, port, certificate, token = sys.argv[1:]
    client = SilaClient(host, int(port), root_certs=pathlib.Path(certificate).read_bytes())
    features = dict(client._features)
    say({"features": sorted(features), "uuid": client.SiLAService.ServerUUID.get()})
    access = client.AuthorizationService.AccessToken(token)
    for line in sys.stdin:
        asked = json.loads(line)
        command = getattr(features[asked["feature"]], asked["command"])
        parameters = {name: native(one) for name, one in asked["parameters"].items()}
        try:
            answer = {"answer": told(command(**parameters, metadata=[access]))}
        except (SilaError, SilaConnectionError, grpc.RpcError) as error:
            name = getattr(error, "fully_qualified_identifier", type(error).__name__)
            answer = {"error": str(name), "message": str(error)}
        say(answer)


if __name__ == "__main__":
    main()
