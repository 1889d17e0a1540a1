// A tank with a level alarm as a node-opcua server: `node alarmed_tank.js PORT FOLDER`.
//
// Nobody of this project wrote node-opcua's alarms. The level is what stands in FOLDER/level, looked at ten times a
// second; above 80 % the alarm is active. What the server holds of the condition is written into FOLDER/condition.
"use strict";
const fs = require("fs");
const path = require("path");
const {
  OPCUAServer, DataType, StatusCodes, OPCUACertificateManager,
} = require(path.join(process.env.TITER_NODE_OPCUA, "node_modules", "node-opcua"));

const [port, folder] = process.argv.slice(2);

async function main() {
  const pki = new OPCUACertificateManager({
    rootFolder: path.join(folder, "pki"), automaticallyAcceptUnknownCertificate: true,
  });
  await pki.initialize();
  const server = new OPCUAServer({
    port: Number(port), hostname: "127.0.0.1", resourcePath: "/tank", serverCertificateManager: pki,
    buildInfo: { productName: "Tank 4", buildNumber: "3", buildDate: new Date(0) },
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  space.installAlarmsAndConditionsService();
  const own = space.registerNamespace("urn:pilot-works:tank-4");
  const tank = own.addObject({
    organizedBy: space.rootFolder.objects, browseName: "Tank", nodeId: "s=Tank",
    notifierOf: space.rootFolder.objects.server, eventNotifier: 1,
  });
  const level = own.addVariable({
    componentOf: tank, browseName: "Level", nodeId: "s=Tank.Level", dataType: DataType.Double,
    eventSourceOf: tank, minimumSamplingInterval: 0,
  });
  level.setValueFromSource({ dataType: DataType.Double, value: 50.0 });
  const alarm = own.instantiateExclusiveLimitAlarm("ExclusiveLimitAlarmType", {
    browseName: "LevelHigh", nodeId: "s=Tank.LevelHigh", conditionSource: level, conditionOf: tank, inputNode: level,
    conditionName: "Level high", highLimit: 80.0, highHighLimit: 95.0, lowLimit: 5.0, lowLowLimit: 1.0,
    optionals: ["ConfirmedState", "Confirm", "ShelvingState"],
  });
  await server.start();
  setInterval(() => {
    const wanted = parseFloat(fs.readFileSync(path.join(folder, "level"), "utf8"));
    if (Number.isFinite(wanted) && wanted !== level.readValue().value.value) {
      level.setValueFromSource({ dataType: DataType.Double, value: wanted }, StatusCodes.Good, new Date());
    }
    const held = {
      active: alarm.activeState.id.readValue().value.value, acked: alarm.ackedState.id.readValue().value.value,
      confirmed: alarm.confirmedState.id.readValue().value.value, comment: alarm.comment.readValue().value.value.text,
    };
    fs.writeFileSync(path.join(folder, "condition.new"), JSON.stringify(held));
    fs.renameSync(path.join(folder, "condition.new"), path.join(folder, "condition"));
  }, 100);
}
main().catch((error) => { console.error(error); process.exit(1); });
