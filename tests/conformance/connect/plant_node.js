// A node-opcua server with a namespace of its own: `node plant_node.js PORT ACCOUNT HISTORY CHANNELS HERTZ`.
// Arguments and account file are those of plant.py; it is here because nobody of this project
// wrote it. Once a file `halt` lies beside ACCOUNT it makes no further value, and says so with a file `halted`.
"use strict";
const fs = require("fs");
const path = require("path");
const cache = process.env.TITER_NODE_OPCUA;
const {
  OPCUAServer, DataType, StatusCodes, OPCUACertificateManager,
} = require(path.join(cache, "node_modules", "node-opcua"));

const [port, account, history, channels, hertz] = process.argv.slice(2);

async function main() {
  const pki = new OPCUACertificateManager({
    rootFolder: path.join(path.dirname(account), "pki"), automaticallyAcceptUnknownCertificate: true,
  });
  await pki.initialize();
  const server = new OPCUAServer({
    port: Number(port), hostname: "127.0.0.1", resourcePath: "/plant", serverCertificateManager: pki,
    buildInfo: { productName: "node-opcua test plant", buildNumber: "1", buildDate: new Date(0) },
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  const own = space.registerNamespace("urn:titer:test:node");
  const folder = own.addFolder(space.rootFolder.objects, { browseName: "Plant" });
  const nodes = [];
  for (let i = 0; i < Number(channels); i++) {
    const node = own.addVariable({
      componentOf: folder, browseName: `C${i}`, nodeId: `s=C${i}`, dataType: DataType.Double,
      minimumSamplingInterval: 0,
    });
    node.setValueFromSource({ dataType: DataType.Double, value: 0.0 });
    if (history !== "none") space.installHistoricalDataNode(node, { maxOnlineValues: 100000 });
    nodes.push(node);
  }
  for (const [name, dataType, value] of [
    ["SP", DataType.Double, 1.0], ["Text", DataType.String, "idle"],
    ["Whole", DataType.Int32, 3], ["Flag", DataType.Boolean, false],
  ]) {
    own.addVariable({ componentOf: folder, browseName: name, nodeId: `s=${name}`, dataType,
      value: { dataType, value }, accessLevel: "CurrentRead | CurrentWrite", userAccessLevel: "CurrentRead | CurrentWrite" });
  }
  await server.start();
  const truth = fs.openSync(account, "a");
  let value = Date.now() / 1000, last = 0;
  const halt = path.join(path.dirname(account), "halt");
  const made = setInterval(() => {
    if (fs.existsSync(halt)) {
      clearInterval(made);
      fs.writeFileSync(path.join(path.dirname(account), "halted"), "");
      return;
    }
    const at = Math.max(Date.now(), last + 1);
    last = at;
    value += 0.5;
    nodes.forEach((node, i) => {
      fs.writeSync(truth, JSON.stringify([`C${i}`, at * 1000, value + i]) + "\n");
      node.setValueFromSource({ dataType: DataType.Double, value: value + i }, StatusCodes.Good, new Date(at));
    });
  }, 1000 / Number(hertz));
}
main().catch((error) => { console.error(error); process.exit(1); });
