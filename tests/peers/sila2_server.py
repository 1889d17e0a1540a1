"""sila2's SilaServer as an instrument, in an environment of its own: it measures, echoes, washes and cancels.

Arguments: port, PEM of certificate and of key. It says `ready` and serves until its input closes.
"""

import datetime
import pathlib
import queue
import sys
import threading
import time
import uuid

from sila2.framework import Feature
from sila2.server import FeatureImplementationBase, SilaServer

DEFINITION = """<?xml version="1.0" encoding="utf-8" ?>
<Feature SiLA2Version="1.1" FeatureVersion="1.0" MaturityLevel="Draft" Originator="org.example" Category="bench"
         xmlns="http://www.sila-standard.org">
  <Identifier>Bench</Identifier><DisplayName>Bench</DisplayName><Description>A bench.</Description>
  <Command>
    <Identifier>Measure</Identifier><DisplayName>Measure</DisplayName><Description>Measures.</Description>
    <Observable>No</Observable>
    <Parameter><Identifier>SampleId</Identifier><DisplayName>Sample Id</DisplayName><Description>Which.</Description>
      <DataType><Basic>String</Basic></DataType></Parameter>
    <Response><Identifier>Glucose</Identifier><DisplayName>Glucose</DisplayName><Description>g/L.</Description>
      <DataType><Basic>Real</Basic></DataType></Response>
  </Command>
  <Command>
    <Identifier>Echo</Identifier><DisplayName>Echo</DisplayName><Description>Gives back.</Description>
    <Observable>No</Observable>
    <Parameter><Identifier>Data</Identifier><DisplayName>Data</DisplayName><Description>Bytes.</Description>
      <DataType><Basic>Binary</Basic></DataType></Parameter>
    <Response><Identifier>Data</Identifier><DisplayName>Data</DisplayName><Description>The same.</Description>
      <DataType><Basic>Binary</Basic></DataType></Response>
  </Command>
  <Command>
    <Identifier>Wash</Identifier><DisplayName>Wash</DisplayName><Description>Washes.</Description>
    <Observable>Yes</Observable>
    <Parameter><Identifier>Cycles</Identifier><DisplayName>Cycles</DisplayName><Description>How often.</Description>
      <DataType><Basic>Integer</Basic></DataType></Parameter>
    <Response><Identifier>Done</Identifier><DisplayName>Done</DisplayName><Description>How often.</Description>
      <DataType><Basic>Integer</Basic></DataType></Response>
    <IntermediateResponse><Identifier>Cycle</Identifier><DisplayName>Cycle</DisplayName>
      <Description>Which one.</Description><DataType><Basic>Integer</Basic></DataType></IntermediateResponse>
  </Command>
  <Command>
    <Identifier>Rinse</Identifier><DisplayName>Rinse</DisplayName><Description>Washes at once.</Description>
    <Observable>Yes</Observable>
    <Parameter><Identifier>Cycles</Identifier><DisplayName>Cycles</DisplayName><Description>How often.</Description>
      <DataType><Basic>Integer</Basic></DataType></Parameter>
    <Response><Identifier>Done</Identifier><DisplayName>Done</DisplayName><Description>How often.</Description>
      <DataType><Basic>Integer</Basic></DataType></Response>
    <IntermediateResponse><Identifier>Cycle</Identifier><DisplayName>Cycle</DisplayName>
      <Description>Which one.</Description><DataType><Basic>Integer</Basic></DataType></IntermediateResponse>
  </Command>
  <Command>
    <Identifier>Go</Identifier><DisplayName>Go</DisplayName><Description>Lets a rinse go on.</Description>
    <Observable>No</Observable>
  </Command>
  <Property>
    <Identifier>State</Identifier><DisplayName>State</DisplayName><Description>Idle.</Description>
    <Observable>No</Observable><DataType><Basic>String</Basic></DataType>
  </Property>
  <Property>
    <Identifier>Temperature</Identifier><DisplayName>Temperature</DisplayName><Description>degC.</Description>
    <Observable>Yes</Observable><DataType><Basic>Real</Basic></DataType>
  </Property>
</Feature>
"""


CANCELLING = """<?xml version="1.0" encoding="utf-8" ?>
<Feature SiLA2Version="1.0" FeatureVersion="1.0" MaturityLevel="Verified" Originator="org.silastandard"
         Category="core.commands" xmlns="http://www.sila-standard.org">
  <Identifier>CancelController</Identifier><DisplayName>Cancel Controller</DisplayName>
  <Description>The core feature of this name, as far as the bench has it.</Description>
  <Command>
    <Identifier>CancelCommand</Identifier><DisplayName>Cancel Command</DisplayName><Description>Cancels.</Description>
    <Observable>No</Observable>
    <Parameter><Identifier>CommandExecutionUUID</Identifier><DisplayName>Command Execution UUID</DisplayName>
      <Description>Which.</Description><DataType><DataTypeIdentifier>UUID</DataTypeIdentifier></DataType></Parameter>
    <DefinedExecutionErrors><Identifier>InvalidCommandExecutionUUID</Identifier>
      <Identifier>OperationNotSupported</Identifier></DefinedExecutionErrors>
  </Command>
  <Command>
    <Identifier>CancelAll</Identifier><DisplayName>Cancel All</DisplayName><Description>Cancels all.</Description>
    <Observable>No</Observable>
  </Command>
  <DataTypeDefinition>
    <Identifier>UUID</Identifier><DisplayName>UUID</DisplayName><Description>Of an execution.</Description>
    <DataType><Constrained><DataType><Basic>String</Basic></DataType><Constraints><Length>36</Length></Constraints>
      </Constrained></DataType>
  </DataTypeDefinition>
  <DefinedExecutionError><Identifier>InvalidCommandExecutionUUID</Identifier>
    <DisplayName>Invalid Command Execution UUID</DisplayName><Description>None runs.</Description>
  </DefinedExecutionError>
  <DefinedExecutionError><Identifier>OperationNotSupported</Identifier>
    <DisplayName>Operation Not Supported</DisplayName><Description>Not this one.</Description>
  </DefinedExecutionError>
</Feature>
"""
CANCEL = Feature(CANCELLING)


class Cancelling(FeatureImplementationBase):
    """Ends a wash after the cycle that runs; a rinse cannot be ended."""

    def __init__(self, parent_server, bench):
        super().__init__(parent_server)
        self.bench = bench

    def CancelCommand(self, CommandExecutionUUID, *, metadata):
        """Only what washes."""
        if CommandExecutionUUID not in self.bench.washing:
            raise CANCEL.defined_execution_errors["InvalidCommandExecutionUUID"](
                "Nothing washes under this one."
            )
        self.bench.washing[CommandExecutionUUID].set()

    def CancelAll(self, *, metadata):
        """Everything."""
        for one in self.bench.washing.values():
            one.set()


class Bench(FeatureImplementationBase):
    """What it does."""

    def __init__(self, parent_server):
        super().__init__(parent_server)
        self.washing = {}
        self.gone = threading.Event()
        self._Temperature_producer_queue = queue.Queue()
        threading.Thread(target=self.warm, daemon=True).start()

    def warm(self):
        """A new temperature each tenth of a second."""
        degrees = 20.0
        while True:
            self._Temperature_producer_queue.put(degrees)
            degrees += 0.5
            time.sleep(0.1)

    def Temperature_on_subscription(self, *, metadata):
        """Nothing of its own for anybody."""

    def get_State(self, *, metadata):
        """Always idle."""
        return "Idle"

    def Measure(self, SampleId, *, metadata):
        """The same of every sample."""
        return 4.35

    def Echo(self, Data, *, metadata):
        """What came."""
        return Data

    def Wash(self, Cycles, *, metadata, instance):
        """A cycle each fifth of a second, each told; it can be cancelled."""
        ending = self.washing[str(instance.execution_uuid)] = threading.Event()
        try:
            instance.begin_execution()
            for cycle in range(Cycles):
                instance.send_intermediate_response(cycle + 1)
                if ending.wait(0.2):
                    raise RuntimeError("The wash was cancelled.")
                instance.progress = (cycle + 1) / Cycles
                instance.estimated_remaining_time = datetime.timedelta(seconds=0.2 * (Cycles - cycle - 1))
        finally:
            del self.washing[str(instance.execution_uuid)]
        return Cycles

    def Go(self, *, metadata):
        """Let the rinse go on."""
        self.gone.set()

    def Rinse(self, Cycles, *, metadata, instance):
        """Cycle 0 until `Go` is called, so that whoever asks has subscribed; then all the others without a pause."""
        instance.begin_execution()
        while not self.gone.wait(0.05):
            instance.send_intermediate_response(0)
        for cycle in range(Cycles):
            instance.send_intermediate_response(cycle + 1)
        return Cycles


def main():
    """Serve."""
    port, certificate, key = sys.argv[1:]
    server = SilaServer(
        server_name="bench",
        server_type="Bench",
        server_version="1.2",
        server_description="A bench.",
        server_vendor_url="https://example.org",
        server_uuid=uuid.UUID("2f0d7c8e-51a4-4f0e-9a52-6d612d303101"),
    )
    bench = Bench(server)
    server.set_feature_implementation(Feature(DEFINITION), bench)
    server.set_feature_implementation(CANCEL, Cancelling(server, bench))
    read = pathlib.Path.read_bytes
    server.start(
        "127.0.0.1",
        int(port),
        private_key=read(pathlib.Path(key)),
        cert_chain=read(pathlib.Path(certificate)),
        enable_discovery=False,
    )
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
