// A Local Discovery Server of node-opcua, or a server that registers itself there (OPC 10000-12):
// `node discovery.js lds PORT FOLDER` and `node discovery.js server PORT FOLDER ADDRESS-OF-THE-FIRST`.
//
// Says `ready` when it listens, and `registered` when the other one has taken its registration.
"use strict";
const path = require("path");
const {
  OPCUADiscoveryServer, OPCUAServer, OPCUACertificateManager, RegisterServerMethod,
} = require(path.join(process.env.TITER_NODE_OPCUA, "node_modules", "node-opcua"));

const [kind, port, folder, discovery] = process.argv.slice(2);

async function main() {
  const serverCertificateManager = new OPCUACertificateManager({
    rootFolder: path.join(folder, `pki-${kind}`), automaticallyAcceptUnknownCertificate: true,
  });
  await serverCertificateManager.initialize();
  const common = { port: Number(port), hostname: "127.0.0.1", serverCertificateManager };
  const server = kind === "lds" ? new OPCUADiscoveryServer(common) : new OPCUAServer({
    ...common, resourcePath: "/reactor",
    registerServerMethod: RegisterServerMethod.LDS, discoveryServerEndpointUrl: discovery,
    serverInfo: {
      applicationUri: "urn:titer:test:node-registered", productUri: "urn:titer:test",
      applicationName: { text: "Registered reactor" },
    },
  });
  server.on("serverRegistered", () => console.log("registered"));
  await server.start();
  console.log("ready");
}

main().catch((error) => { console.error(error); process.exit(1); });
