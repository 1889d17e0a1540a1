// A bench reactor as a node-opcua server with a namespace of its own: `node reactor.js PORT ACCOUNT HERTZ`.
//
// Nobody of this project wrote node-opcua. Each value is written into ACCOUNT (a JSON line: name, microseconds, value)
// before the server shows it, so that a test knows what it made. The stirrer follows its set-point, the temperature
// follows the stirrer a little, the pH drifts.
"use strict";
const fs = require("fs");
const path = require("path");
const {
  OPCUAServer, DataType, StatusCodes, OPCUACertificateManager,
} = require(path.join(process.env.TITER_NODE_OPCUA, "node_modules", "node-opcua"));

const [port, account, hertz] = process.argv.slice(2);

async function main() {
  const pki = new OPCUACertificateManager({
    rootFolder: path.join(path.dirname(account), "pki"), automaticallyAcceptUnknownCertificate: true,
  });
  await pki.initialize();
  const server = new OPCUAServer({
    port: Number(port), hostname: "127.0.0.1", resourcePath: "/", serverCertificateManager: pki,
    buildInfo: { productName: "Bench reactor 7", buildNumber: "12", buildDate: new Date(0) },
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  const own = space.registerNamespace("urn:pilot-works:reactor-7");
  const vessel = own.addObject({ organizedBy: space.rootFolder.objects, browseName: "Vessel" });
  const truth = fs.openSync(account, "a");
  const nodes = {};
  let last = 0;

  function now() {
    last = Math.max(Date.now(), last + 1);
    return last;
  }

  function show(name, value, at) {
    fs.writeSync(truth, JSON.stringify([name, at * 1000, value]) + "\n");
    nodes[name].setValueFromSource({ dataType: DataType.Double, value }, StatusCodes.Good, new Date(at));
  }

  for (const name of ["Temperature", "pH", "Stirrer"]) {
    nodes[name] = own.addVariable({
      componentOf: vessel, browseName: name, nodeId: `s=Vessel.${name}`, dataType: DataType.Double,
      minimumSamplingInterval: 0,
    });
    space.installHistoricalDataNode(nodes[name], { maxOnlineValues: 100000 });
  }
  nodes.StirrerSetpoint = own.addVariable({
    componentOf: vessel, browseName: "StirrerSetpoint", nodeId: "s=Vessel.StirrerSetpoint",
    dataType: DataType.Double, value: { dataType: DataType.Double, value: 20.0 },
    accessLevel: "CurrentRead | CurrentWrite", userAccessLevel: "CurrentRead | CurrentWrite",
  });
  const state = { Temperature: 21.0, pH: 7.0, Stirrer: 20.0 };
  for (const name of Object.keys(state)) show(name, state[name], now());
  await server.start();
  setInterval(() => {
    const wanted = nodes.StirrerSetpoint.readValue().value.value;
    state.Stirrer += 0.2 * (wanted - state.Stirrer);
    state.Temperature += 0.00005 * (state.Stirrer - 20) + 0.0001;
    state.pH -= 0.00002;
    const at = now();
    for (const name of Object.keys(state)) show(name, state[name], at);
  }, 1000 / Number(hertz));
}
main().catch((error) => { console.error(error); process.exit(1); });
