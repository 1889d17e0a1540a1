// A client that reads: node reader.js ENDPOINT CERTIFICATE KEY USER TOKEN FOLDER PATH...
// One line of JSON for each thing that it is told; it leaves when its input ends.
"use strict";
const path = require("path");
const opcua = require(path.join(process.env.TITER_NODE_OPCUA, "node_modules", "node-opcua"));

const [endpoint, certificateFile, privateKeyFile, userName, password, folder, ...watched] = process.argv.slice(2);
const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");
const told = (data) => ({
  value: data.value.value,
  status: data.statusCode.name,
  source: data.sourceTimestamp ? data.sourceTimestamp.toISOString() : null,
});

async function main() {
  const certificates = new opcua.OPCUACertificateManager({
    rootFolder: folder,
    automaticallyAcceptUnknownCertificate: true,
  });
  await certificates.initialize();
  const client = opcua.OPCUAClient.create({
    applicationName: "reader",
    applicationUri: "urn:test:client",
    certificateFile,
    privateKeyFile,
    clientCertificateManager: certificates,
    securityMode: opcua.MessageSecurityMode.SignAndEncrypt,
    securityPolicy: opcua.SecurityPolicy.Basic256Sha256,
    endpointMustExist: true,
    connectionStrategy: { maxRetry: 2, initialDelay: 200, maxDelay: 1000 },
  });
  await client.connect(endpoint);
  const session = await client.createSession({ type: opcua.UserTokenType.UserName, userName, password });
  const spaces = await session.readNamespaceArray();
  const index = spaces.indexOf("urn:titer:opcua:1");
  const node = (name) => `ns=${index};s=${name}`;
  const found = await session.browse(node("Titer"));
  say({ browsed: found.references.map((one) => one.browseName.name) });
  const sessions = await session.read({ nodeId: node("Titer/Name"), attributeId: opcua.AttributeIds.Value });
  say({ read: told(sessions) });
  const refused = await session.write({
    nodeId: node(watched[0]),
    attributeId: opcua.AttributeIds.Value,
    value: { value: { dataType: opcua.DataType.String, value: "Aborted" } },
  });
  say({ wrote: refused.name });
  const subscription = await session.createSubscription2({
    requestedPublishingInterval: 100,
    requestedLifetimeCount: 1000,
    requestedMaxKeepAliveCount: 5,
    publishingEnabled: true,
  });
  for (const name of watched) {
    const item = await subscription.monitor(
      { nodeId: node(name), attributeId: opcua.AttributeIds.Value },
      { samplingInterval: 100, queueSize: 50, discardOldest: true },
      opcua.TimestampsToReturn.Both,
    );
    item.on("changed", (data) => say({ changed: name, ...told(data) }));
  }
  say({ ready: true });
  process.stdin.resume();
  await new Promise((left) => process.stdin.on("end", left));
  await session.close();
  await client.disconnect();
}

main().then(() => process.exit(0), (error) => {
  say({ failed: String(error.message || error) });
  process.exit(1);
});
