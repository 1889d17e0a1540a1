/**
 * A MOCK of the server, for looking at the pages without one. Every number here is invented; it proves nothing
 * about Titer. `npm run build && npm run look`, then open http://127.0.0.1:4173 and log in with anything.
 * Query `?empty` on /mock/mode makes every list empty, `?broken` makes every read fail, `?slow` delays by 2 s.
 */
import { createHash } from "node:crypto";
import { readFileSync, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const pages = join(fileURLToPath(new URL(".", import.meta.url)), "../../../src/titer/server/pages");
const port = Number(process.env.PORT ?? 4173);
let mode = "full";

const H = 3600e6;
const START = Date.parse("2026-03-02T08:00:00Z") * 1000;
const NOW = START + 150 * H;
const iso = (us) => new Date(us / 1000).toISOString();
const sha = (text) => createHash("sha256").update(text).digest("hex");
const row = (id, at = NOW, version = 1) => ({ id, version, recorded_at: "2026-11-23T10:02:11.120Z", process_at: iso(at) });
const noise = (seed) => {
  let s = seed;
  return () => ((s = (s * 16807) % 2147483647) / 2147483647 - 0.5);
};

const node = (code, name, class_name, used_for, not_ready) => ({ ...row(code), code, name, level: "unit", class_name, capabilities: [], location: "Suite 2", maker: "", model: "", serial: "", qualification: "qualified", calibration_due: iso(NOW + 900 * H), cleanliness: used_for ? "in_use" : null, clean_until: null, used_for, not_ready });

const CH = [
  ["Temperature", "degC", 20, 45, 0.1, 36.8, 36.8, 36, 37.5], ["pH", "1", 6, 8, 0.01, 7.05, 7.05, 6.8, 7.3], ["DO", "%", 0, 100, 1, 41, 40, 25, 70],
  ["VCD", "1e6/mL", 0, 30, 0.1, 11.2, null, null, null], ["Agitation", "1/min", 0, 200, 1, 92, 92, null, null], ["Weight", "kg", 0, 2200, 0.5, 1512, null, null, 2000],
  ["Volume", "L", 0, 2000, 0.5, 1498, null, null, 1950], ["Pressure", "kPa", 0, 40, 0.1, 12.1, null, null, 30], ["AirFlow", "L/min", 0, 200, 0.1, 60, null, null, null],
  ["FeedF2", "L/h", 0, 20, 0.01, 3.2, 3.2, 0, 12], ["Capacitance", "pF/cm", 0, 120, 0.1, 44, null, null, null], ["OUR", "mmol/(L.h)", 0, 20, 0.01, 4.2, null, null, null],
];
const channels = CH.flatMap(([n, unit, low, high, resolution, , sp, al, ah]) => [
  { ...row(n), tag: `BR-201.${n}.PV`, unit, description: n, node: n, equipment: "BR-201", low: String(low), high: String(high), resolution: String(resolution), alarm_low: al === null ? null : String(al), alarm_high: ah === null ? null : String(ah), writable: false, connection: "BR-201", quality_floor: 0 },
  ...(sp === null ? [] : [{ ...row(`${n}sp`), tag: `BR-201.${n}.SP`, unit, description: `${n} set-point`, node: n, equipment: "BR-201", low: String(low), high: String(high), resolution: String(resolution), alarm_low: null, alarm_high: null, writable: true, connection: "BR-201", quality_floor: 0 }]),
]);
const valueOf = (tag, us, r) => {
  const [, n, kind] = tag.split(".");
  const c = CH.find((x) => x[0] === n) ?? ["", "", 0, 1, 0.1, 10, 10];
  const h = (us - START) / H;
  if (kind === "SP") return n === "FeedF2" ? (h < 48 ? 0 : 1.2 + Math.floor((h - 48) / 24) * 0.6) : c[6];
  if (n === "VCD") return 15 / (1 + Math.exp(-(h - 90) / 18)) + r() * 0.4 + 0.4;
  if (n === "Capacitance") return 60 / (1 + Math.exp(-(h - 90) / 18)) + r() * 1.5 + 2;
  if (n === "OUR") return 6 / (1 + Math.exp(-(h - 85) / 18)) + r() * 0.2;
  if (n === "FeedF2") return (h < 48 ? 0 : (1.2 + Math.floor((h - 48) / 24) * 0.6) * (h > 100 ? 0.92 : 1)) + (h < 48 ? 0 : r() * 0.04);
  if (n === "Weight" || n === "Volume") return 1400 + Math.max(0, h - 48) * 1.6 + r();
  if (n === "DO") return 40 + r() * 5 + 4 * Math.sin(h / 7);
  return (c[5] ?? 1) * (1 + r() * 0.006);
};
const GAP = [START + 61 * H, START + 66 * H];
const LOST = [START + 120 * H, START + 123 * H];
const trend = (tag, a, b) => {
  const r = noise(tag.length * 7919 + 13);
  const points = [];
  const n = 500;
  for (let i = 0; i <= n; i += 1) {
    const us = Math.round(a + ((b - a) * i) / n);
    if (us > NOW || us < START || (us > LOST[0] && us < LOST[1])) continue;
    const h = (us - START) / H;
    points.push([us, Number(valueOf(tag, us, r).toFixed(4)), tag.includes("DO") && h > 30 && h < 34 ? 2 : tag.includes("pH") && h > 70 && h < 74 ? 1 : 0]);
  }
  return { tag, unit: (CH.find((x) => x[0] === tag.split(".")[1]) ?? ["", ""])[1], description: tag, low: null, high: null, times_us: points.map((p) => p[0]), values: points.map((p) => p[1]), quality: points.map((p) => p[2]), from_count: Math.round(((Math.min(b, NOW) - Math.max(a, START)) / 1e6) * 0.5), decimated: true, gaps: [LOST] };
};

const batch = { ...row("b1", START), number: "B-2026-0001", order_id: "o", recipe_id: "r", control_recipe_id: "c", product: "mAb-7", equipment: "BR-201", execution: "Running", simulated: true, started_at: iso(START), ended_at: null };
const step = (path, title, kind, a, b, state = "Complete", children = []) => ({ path, title, kind, unit: "BR", state, stage: "", outcome: state === "Complete" ? "done" : "", detail: "", started_at: a === null ? null : iso(START + a * H), ended_at: b === null ? null : iso(START + b * H), next_deadline: path === "P.4.1" ? iso(NOW + 20 * H) : null, planned_us: 24 * H, children });
const procedure = step("P", "mAb-7 fed-batch", "unit", 0, null, "Running", [
  step("P.0", "Prepare", "operation", 0, 6, "Complete", [step("P.0.0", "Inflate", "phase", 0, 1), step("P.0.1", "Fill medium", "phase", 1, 5), step("P.0.2", "Check medium lot", "manual", 5, 6)]),
  step("P.1", "Inoculate", "operation", 6, 9, "Complete", [step("P.1.0", "Connect inoculum", "manual", 6, 7), step("P.1.1", "Transfer inoculum", "phase", 7, 9)]),
  step("P.2", "Batch growth", "operation", 9, 48, "Complete", [step("P.2.0", "Control temperature", "phase", 9, 48)]),
  step("P.3", "Fed-batch growth", "operation", 48, null, "Running", [step("P.3.0", "Feed F2", "feed", 48, null, "Running"), step("P.3.1", "Daily sample", "sample", 52, 53)]),
  step("P.4", "Harvest", "operation", null, null, "Idle", [step("P.4.1", "Harvest", "phase", null, null, "Idle")]),
]);
const steps = [];
const detail = { recipe: "mab7-fedbatch 3", bindings: { BR: "BR-201" }, formula: { vcd_target: { value: "12", unit: "1e6/mL" } }, marks: {}, setpoints: {}, commands: ["Hold", "Stop", "Abort"], journal_length: 1204, next_deadline: iso(NOW + 20 * H), procedure, adjustable: [] };
const task = { ...row("t1"), key: "k", batch_id: "b1", batch_number: "B-2026-0001", path: "0.3.2#4", unit_code: "BR-201", title: "Take sample S-2026-0014", role: "operator", form: { instruction: "Draw the sample, label the bottle S-2026-0014 and hand it over.", witness: true, scan: "lot(bottle)", entries: [{ name: "volume", prompt: "Volume drawn", unit: "mL", low: "20", high: "40" }, { name: "ph", prompt: "pH, off line", unit: "1", low: "6.80", high: "7.30" }, { name: "clean", prompt: "Sampling port flushed and clean", type: "yes" }] }, state: "offered", offered_at: iso(NOW - 0.2 * H), entered_by: null, entered_at: null, comment: null, lot_number: null, witness_signature_id: null, accepted_at: null, entries: [] };
const task2 = { ...task, id: "t2", title: "Check exhaust filter F-12", state: "entered", entered_by: "p1", entered_at: iso(NOW), form: { instruction: "Look for condensate; note the differential pressure.", witness: true, entries: [{ name: "dp", prompt: "Differential pressure", unit: "kPa", low: "0", high: "5" }] }, entries: [{ name: "dp", revision: 1, text: "2.1", unit: "kPa", inside: true, entered_by: "p1", reason: null, process_at: iso(NOW) }] };
const sample = (i) => ({ ...row(`s${i}`, START + (12 + 24 * i) * H), number: `S-2026-${String(i).padStart(4, "0")}`, kind: i === 6 ? "release" : "in process", state: i === 6 ? "in_test" : "depleted", parent_id: null, batch_id: "b1", lot_id: null, point: i === 6 ? "harvest" : `day ${i}`, location: "Lab 2", planned_at: null, sampled_at: iso(START + (12 + 24 * i) * H), sampled_by: "p1", received_at: iso(START + (12.5 + 24 * i) * H), plan_id: null, specification_id: null });
const samples = [1, 2, 3, 4, 5, 6].map(sample).reverse();
const test = (i, analysis, state) => ({ ...row(`q${i}${analysis}`), number: `T-2026-0${i}${analysis.length}`, sample_id: `s${i}`, batch_id: "b1", analysis, method_id: "m", kind: "routine", state, run_id: i === 6 ? "r1" : null, redetermines_id: null, investigation_id: i === 6 ? "i1" : null, specification_id: null });
const result = (i, analysis, text, unit, state) => ({ ...row(`x${i}${analysis}`), test_id: "t", sample_id: `s${i}`, batch_id: "b1", analysis, state, value: `${text}41`, text, unit, trace: [{ step: "mean of 2 replicates", in: ["96.52", "96.61"], out: "96.565" }, { step: "corrected for dilution", factor: "10", out: `${text}41` }], inputs: {}, pinned: { method: { code: "SEC-01", revision: 2, digest: sha("m") }, instrument: { code: "HPLC-02", ready_at: iso(NOW) }, analyst: { name: "L. Chen", competency: "SEC, trained 2026-01-12" } }, sampled_at: iso(NOW), entered_by: "p2", reviewed_by: null, approved_by: null });
const evaluation = (i, outcome, limit) => ({ ...row(`e${i}`), result_id: "x", kind: "specification", outcome, rounded: "96.6", limit_text: limit, rounding: "USP 7.20", specification_id: "sp", specification_digest: sha("sp"), trace: [`Reported 96.6 % from 96.5641 %, to the limit's decimal places, half up.`, `96.6 % against ${limit}: ${outcome}.`] });
const work = (i, analysis, text, unit, state, outcome, limit) => ({ test: test(i, analysis, state), sample: sample(i), method_code: i === 6 ? "SEC-01" : "MA-PANEL", method_revision: 2, technique: "x", result: text ? result(i, analysis, text, unit, state) : null, evaluation: outcome ? evaluation(i, outcome, limit) : null });
const worklist = [work(6, "Purity by SEC", "96.6", "%", "under_investigation", "fail", "≥ 98.0 %"), work(6, "Bioburden", null, null, "planned"), work(5, "Glucose", "18.4", "mmol/L", "entered", "pass", "10 to 30"), work(5, "Lactate", "9.1", "mmol/L", "approved", "pass", "≤ 20"), work(5, "Viability", "96.2", "%", "approved", "cannot_evaluate", "≥ 90"), work(4, "Glucose", "22.0", "mmol/L", "approved", "pass", "10 to 30")];
const gauss = (x, m, s) => Math.exp(-((x - m) ** 2) / (2 * s * s));
const chrom = () => { const time = [], signal = []; const r = noise(5); for (let i = 0; i < 1800; i += 1) { const x = i / 100; time.push(x); signal.push(320 * gauss(x, 9.4, 0.22) + 8 * gauss(x, 7.9, 0.2) + 4 * gauss(x, 11.3, 0.25) + r() * 0.6); } return { injection: "S-2026-0006 / 1", time, signal, from_count: 21600, decimated: true }; };
const run = { ...row("r1"), number: "R-2026-0003", method_id: "m", instrument: "HPLC-02", analyst_id: "p2", state: "entered", test_ids: ["q6"], materials: [], pinned: {}, document_digest: sha("doc"), raw_file_id: "f1", injections: [1, 2, 3, 4].map((p) => ({ position: p, name: p < 3 ? `System suitability ${p}` : `S-2026-0006 / ${p - 2}`, injected_at: iso(NOW), peaks: [{ name: "Aggregate", apex: "7.90", area: "4.01", area_percent: "1.9" }, { name: "Monomer", apex: "9.40", area: "176.4", area_percent: "96.6", tailing: "1.08", plates: "11240" }, { name: "Fragment", apex: "11.30", area: "2.5", area_percent: "1.5" }] })), suitability: [{ name: "Resolution aggregate/monomer", value: "2.1", low: "1.5", passed: true, detail: "" }, { name: "RSD of monomer area", value: "0.4", high: "2.0", passed: true, detail: "5 injections" }], findings: [], instrument_trail: [{ at: iso(NOW), who: "HPLC-02", what: "Sequence started" }], started_at: iso(NOW - 3 * H) };
const link = (kind, title, detail, record_type, record_id, data = {}) => ({ kind, title, detail, record_type, record_id, at: iso(NOW), data });
const origin = [link("certificate", "Certificate of analysis C-2026-0001", "draft", "lims_certificate", "c1"), link("result", "Purity by SEC: 96.6 %", "under investigation; fail", "lims_result", "x6Purity by SEC"), link("calculation", "Calculated by SEC-01 revision 2", "3 steps", "lims_result", "x", { steps: [1, 2] }), link("peak", "Injection 3: S-2026-0006 / 1", "Monomer 9.40 min, 176.4 mAU.min", "lims_run", "r1"), link("file", "R-2026-0003.animl", `SHA-256 ${sha("doc")}`, "record_content", "k", { digest: sha("doc"), size: 184223 }), link("instrument", "Instrument HPLC-02", "qualified, calibrated and ready when the work began", "equipment", "HPLC-02"), link("person", "Entered by Lin Chen", "SEC, trained 2026-01-12", "record_person", "p2"), link("signature", "reviewed by Ana Ruiz", "Raw data and integration read", "record_signature", "g"), link("entry", "Ledger entry 18,402", "lims_result version 2", "lims_result", "x", { entry_id: "le3", seq: 18402 })];
const exceptions = [
  ["critical", "oos", "Purity by SEC out of specification: 96.6 % against ≥ 98.0 %", "open"], ["major", "alert_confirmed", "Feed F2 delivered 8 % less than asked for", "open"], ["minor", "gap", "BR-201: gap of 5 h, filled from the device's history", "open"], ["minor", "entry_outside", "Volume drawn 18 mL, limits 20 to 40 mL", "disposed"],
].map(([severity, kind, title, state], i) => ({ ...row(`ex${i}`), number: `E-2026-000${i + 1}`, kind, severity, title, detail: `${title}. The rule ran on every value of the batch and found this one; what it used stands below as evidence.`, batch_id: "b1", subject_type: kind === "oos" ? "lims_result" : "equipment_connection", subject_id: "BR-201", evidence: { value: "96.6", unit: "%", limit: "≥ 98.0", rule: "specification/2", at: iso(NOW) }, state, disposition: state === "open" ? null : "justified", comment: state === "open" ? null : "The bottle was refilled to the mark.", deviation_id: null }));
const deviations = [{ ...row("d1"), number: "D-2026-0001", title: "Feed F2 delivered 8 % less than asked for", description: "The monitoring model raised A-2026-0001; the feed vessel's balance confirms that 8 % less left the vessel than the pump's totaliser says.", batch_id: "b1", exception_ids: ["ex1"], state: "investigating", classification: "major", root_cause: null, product_impact: null, corrective_action: null, investigator_id: "p3", closed_at: null }];
const disposition = { ...row("dp1"), batch_id: "b1", batch_number: "B-2026-0001", state: "under_review", coverage: {}, decided_at: null };
const checks = [["mes", "ended", "The procedure ran to its end", "not_run", "Running"], ["lims", "purity", "Purity by SEC is in specification", "exception", "96.6 % against ≥ 98.0 %"], ["mes", "recipe", "The recipe was effective when the batch began", "passed", "mab7-fedbatch v3"], ["equipment", "cal", "Instruments were calibrated", "passed", "4 of 4"]].map(([gate, id, title, outcome, detail]) => ({ gate, id, title, outcome, detail, record_type: "mes_batch", record_id: "b1", blocks: outcome !== "passed", exceptions: outcome === "exception" ? ["E-2026-0001"] : [] }));
const review = { disposition, sentence: "128 of 214 checks ran, 3 exceptions", blockers: ["Exception E-2026-0001 is open.", "Exception E-2026-0002 is open.", "Deviation D-2026-0001 is not closed.", "The audit trail has not been reviewed.", "The contract laboratory's certificate for bioburden is missing."], checks, exceptions, deviations, audit_trail_review: { ...row("a1"), batch_id: "b1", state: "open", seed: 4711, sampled: [{ entry_id: "le1", seq: 12, what: "M. Okafor changed set-point DO 40 to 45" }, { entry_id: "le2", seq: 80, what: "System sealed segment 14" }], flagged: [{ entry_id: "le3", seq: 18402, what: "An entry was corrected after it was witnessed", rule: "correction-after-witness/1" }], outcome: null, comment: null } };
const part = (feature, share, deviation, value, normal, tags) => ({ feature, statistic: "SPE", share, deviation, value, normal, tags });
const alertRow = { ...row("al1", START + 112 * H), number: "A-2026-0001", watch_id: "w", model_id: "mo1", batch_id: "b1", batch_number: "B-2026-0001", equipment: "BR-201", state: "open", title: "Feed F2 delivered to asked below normal in B-2026-0001", statistic: "SPE", ratio: "2.41", first_at: iso(START + 108 * H), raised_at: iso(START + 112 * H), cleared_at: null, batch_hour: "112.3", contributions: [part("Feed F2 delivered to asked", "0.6120", "-6.31", "0.921", "0.999", ["BR-201.FeedF2.PV", "BR-201.FeedF2.SP"]), part("OUR per cell", "0.1810", "-2.20", "0.31", "0.34", ["BR-201.OUR.PV"]), part("Capacitance growth", "0.0912", "-1.10", "0.41", "0.55", ["BR-201.Capacitance.PV"])], last_raised_at: iso(START + 112 * H), occurrences: 1, lead: "At this rate the titre would leave its range in about 30 h.", block_digest: sha("b"), acknowledged_by: null, acknowledged_at: null, disposition: null, comment: null, signature_id: null, exception_id: null, deviation_id: null, overdue: false };
const chart = () => { const times_us = [], t2 = [], spe = [], drift = [], verdict = [], alarming = [], hours = []; const r = noise(99); for (let h = 10; h < 150; h += 0.5) { times_us.push(START + h * H); hours.push(h - 10); const f = h > 104 ? 1 + (h - 104) / 30 : 1; t2.push(8 + r() * 5 + (f - 1) * 6); spe.push((3 + r() * 2) * f * f); drift.push(2 + (h > 104 ? (h - 104) / 6 : 0) + r() * 0.4); verdict.push(h > 30 && h < 34 ? "bad input" : h < 12 ? "undecided" : "ok"); alarming.push(h > 112); } return { watch: { ...row("w"), deployment_id: "de", model_id: "mo1", batch_id: "b1", batch_number: "B-2026-0001", equipment: "BR-201", started_at: iso(START), ended_at: null, state: "following", state_reason: null }, limits: { t2: 18, spe: 7, drift: 6 }, times_us, hours, t2, spe, drift, verdict, alarming, provisional_from_us: NOW, rows_by_verdict: { ok: 268, "bad input": 8, undecided: 4 }, blocks: 23 }; };
const model = { ...row("mo1"), name: "Fed-batch monitoring BR-201", revision: 1, state: "deployed", state_reason: null, dataset_id: "ds", spec: { algorithm: "pca-tunnel/1", context_of_use: "Early warning of abnormal operation during growth and production. An alert asks a person to look; it changes no set-point and decides on no lot.", step_minutes: "10" }, acceptance: { max_false_events_per_batch: "0.1", min_decided_share: "0.9" }, artefact_digest: sha("art"), calibration: { batches: "12", joint_false_alarm_rate: "0.0098" }, validation: { batches: "8", false_events: "0", decided_share: "0.984", passed: true }, code_version: "0.1.0", author_id: "p3", criteria_signature_id: "g1", test_opened_by: "p4", test_opened_at: iso(START - 40 * H), owner_signature_id: "g2", quality_signature_id: "g3" };
const course = (title, unit, f) => { const mean = [], low = [], high = []; for (let h = 0; h <= 200; h += 2) { const v = f(h + 9); const w = 0.06 * v + 0.1 + Math.max(0, h - 140) * 0.004 * v; mean.push(v.toFixed(4)); low.push((v - w).toFixed(4)); high.push((v + w).toFixed(4)); } return { title, unit, mean, low, high }; };
const OUT = { vcd: ["Viable cells", "1e6/mL", (h) => 15 / (1 + Math.exp(-(h - 90) / 18)) + 0.3], glucose: ["Glucose", "mmol/L", (h) => 30 - 10 * (1 - Math.exp(-h / 90)) + 3 * Math.sin(h / 12)], titre: ["Titre", "g/L", (h) => Math.max(0.01, 0.00016 * h * h)] };
const twinState = () => ({ instance: twin, known: null, hours: Array.from({ length: 101 }, (_, i) => i * 2), series: Object.fromEntries(Object.entries(OUT).map(([k, [t, u, f]]) => [k, course(t, u, f)])), parameters: {}, delivery: { FeedF2: "0.921" }, unused: [], belief_digest: sha("bd"), knowledge_digest: sha("kd") });
const measurements = Object.entries(OUT).flatMap(([output, [, unit, f]]) => [24, 48, 72, 96, 120, 144].map((h, i) => ({ ...row(`${output}${h}`), key: `${output}${h}`, revision: 1, output, value: (f(h) * (1 + (i % 3 - 1) * 0.04)).toFixed(3), unit, sd: "0.1", status: "used", sampled_at: iso(START + h * H), arrived_at: iso(START + (h + 5) * H), source_type: "lims_result", source_id: "x", sample_number: `S-2026-000${i + 1}` })));
const twin = { ...row("tw1"), number: "TW-2026-0001", definition_id: "td", model_id: "tm", batch_id: "b1", batch_number: "B-2026-0001", equipment: "BR-201", state: "LIVE", reasons: [], started_at: iso(START + 9 * H), frozen_at: null, start_volume: "1400" };
const proposal = { ...row("pr1"), number: "P-2026-0001", instance_id: "tw1", batch_id: "b1", batch_number: "B-2026-0001", state: "SUBMITTED", title: "Raise feed F2 by 9 %", rationale: "The feed pump under-delivers by 8 %; raising its set-point restores the nutrients that the cells get.", author_id: "p3", changes: [{ tag: "BR-201.FeedF2.SP", present: "3.20", value: "3.49", unit: "L/h", low: "0", high: "6" }], predicted: { harvest: { titre: { unit: "g/L", median: "4.6123", low: "4.32", high: "4.88" }, viability: { unit: "%", median: "84.1", low: "79", high: "88" }, product: { unit: "g", median: "7012.4", low: "6600", high: "7420" } }, probability: "0.981", difference: { titre: { unit: "g/L", median: "0.43", low: "0.21", high: "0.66" } } }, do_nothing: { harvest: { titre: { unit: "g/L", median: "4.18", low: "3.90", high: "4.45" }, viability: { unit: "%", median: "81", low: "75", high: "86" }, product: { unit: "g", median: "6370", low: "5990", high: "6740" } }, probability: "0.902" }, fault_cost: { titre: { unit: "g/L", median: "0.43", low: "0.21", high: "0.66" } }, checks: [{ name: "Inside the proven acceptable range", outcome: "passed", detail: "3.49 L/h, proven 0 to 6 L/h" }, { name: "Probability that all attributes are in specification", outcome: "passed", detail: "0.98, at least 0.95" }, { name: "The twin is healthy", outcome: "passed", detail: "innovations inside their 99 % band" }], scenarios: { predicted: "SC-2026-0004", do_nothing: "SC-2026-0005" }, digest: sha("pr"), compare_hour: 220, expires_at: iso(NOW + 12 * H), submitted_by: "p3", decided_by: null, decided_at: null, state_reason: null, applied: [], outcome: null };
const connections = [["BR-201", "opcua", "connected"], ["WB-01", "opcua", "connected"], ["MA-01", "sila2", "disconnected"], ["HPLC-02", "animl", "connected"]].map(([name, type, live_state], i) => ({ ...row(`c${i}`), name, type, state: i === 3 ? "draft" : "approved", revision: 1, host: "local", owner: "T. Brandt", channels: 20, qualified: i !== 3, insecure: i < 2, seen_identity: { maker: "Titer", model: "Simulated bioreactor", firmware: "0.1.0", endpoint: sha(name) }, recording_since: iso(START), live_state, live_since: "2026-11-23T10:00:00Z", live_message: live_state === "disconnected" ? "The server does not answer; next attempt in 8 s." : "", heard_at: new Date().toISOString(), backlog: i * 12, epoch: 2, clock_offset_us: type === "animl" ? null : 1200 * (i + 1) - 2000, clock_uncertainty_us: type === "animl" ? null : 400, open_gaps: i === 2 ? 1 : 0, lost_gaps: i === 0 ? 1 : 0, completeness: Array.from({ length: 7 }, (_, d) => ({ day: iso(START + d * 24 * H), expected_minutes: d === 6 && i === 3 ? 0 : 1440, missing_minutes: d === 5 && i === 0 ? "180.00" : "0.00", filled_minutes: d === 2 && i === 0 ? "300.00" : "0.00", percent: d === 5 && i === 0 ? "87.5" : "100" })) }));
const gap = (id, [a, b], state, reason, outcome, filled_rows) => ({ ...row(id, a), key: id, connection: "BR-201", state, from_at: iso(a), to_at: iso(b), windows: [{ tag: "", from_at: iso(a), to_at: iso(b), state }], reason, outcome, filled_rows });
const gaps = [gap("g2", LOST, "unrecoverable", "the server was restarted", "the device kept no history", 0), gap("g1", GAP, "filled", "the link was cut", "read from the device's history", 284310)];
const people = [["p1", "amara", "Amara Diallo"], ["p2", "lin", "Lin Chen"], ["p3", "rui", "Rui Silva"], ["p4", "maria", "Maria Okafor"]].map(([id, username, full_name]) => ({ ...row(id), username, full_name, active: true, locked: false, robot_for: null, policy_acknowledged: true, roles: ["quality"] }));
const leafText = (n) => JSON.stringify({ id: `le${n}`, n });
const leaf = (n) => createHash("sha256").update(Buffer.concat([Buffer.from([0]), Buffer.from(leafText(n))])).digest();
const sibling = createHash("sha256").update("x").digest();
const root = (n) => createHash("sha256").update(Buffer.concat([Buffer.from([1]), leaf(n), sibling])).digest();
const note = (n) => `mock.invalid/titer\n2\n${root(n).toString("base64")}\n\n— mock.invalid/titer AAAA\n— mock.invalid/witness BBBB\n`;
const entries = Array.from({ length: 40 }, (_, i) => { const n = 40 - i; const k = n % 4; const person = { id: "p", kind: "person", name: people[n % 4].full_name }; return { seq: 18400 + n, id: `le${n}`, leaf_index: n === 40 ? null : 18399 + n, record_type: ["mes_task", "lims_sample", "equipment_setpoint", "lims_result"][k], record_id: `rec-${n}`, record_version: k === 1 ? 1 : 2, verb: "x.y.z", actor: k === 2 ? { id: "t", kind: "timer", name: "mes.engine" } : person, time: "2026-11-23T10:02:11.120Z", process_time: iso(NOW - i * 0.7 * H), reason: k === 2 ? "proposal P-2026-0001, signed R. Silva" : k === 3 ? "Dilution factor was entered as 10 instead of 100" : null, before: k === 1 ? null : { state: "offered", value: "40", number: `N-${n}` }, after: k === 1 ? { number: `S-2026-00${n}`, state: "collected", point: "day 4" } : { state: "entered", value: "45", number: `N-${n}` }, body: leafText(n) }; });
const signatures = [["Amara Diallo", "witnessed", false], ["Rui Silva", "authored", false], ["demo robot for quality", "approved", true]].map(([printed_name, meaning, robot], i) => ({ id: `g${i}`, record_type: "mes_recipe", record_id: "r", record_version: 1, meaning, title: "Master recipe mab7-fedbatch v3", printed_name, person: "p1", robot, signed_at: "2026-11-23T10:01:00Z", time_zone: "Europe/Zurich", digest: sha(`${i}`), reason: "Read and found correct" }));
const record = { format: "x", simulated: true, demo: true, batch, order: { number: "O-2026-0001", quantity: "1500", unit: "L" }, recipe: { code: "mab7-fedbatch", version: 3, title: "mAb-7 fed-batch", content_digest: sha("c"), snapshot_digest: sha("s"), bindings: { BR: "BR-201" }, formula_at_start: { vcd_target: { value: "12", unit: "1e6/mL" } }, formula_at_end: { vcd_target: { value: "12", unit: "1e6/mL" } } }, steps, setpoints: [{ path: "0.2.0", tag: "BR-201.Temperature.SP", set: "36.8", unit: "degC", at: iso(START + 9 * H), actual: "36.8", outcome: "done", read_back_at: iso(START + 9 * H) }], feeds: [], values_used: [], tasks: [{ id: "t0", title: "Connect inoculum", state: "accepted", entries: [{ name: "volume", value: "120", unit: "L" }] }], materials: [], samples: [], equipment: [], adjustments: [], commands: [], exceptions: [], outages: [], notes: [], signatures, journal: { events: 1204, digest: sha("j"), state_digest: sha("st") }, persons: { p1: "Amara Diallo", p2: "Lin Chen" }, digest: sha("rec") };
const session = (username) => ({ session_id: "s", csrf: "mock", ends_at: "2027-01-01T00:00:00Z", person: { ...row("p4"), username, full_name: { operator: "Amara Diallo", analyst: "Lin Chen", scientist: "Rui Silva", automation: "Tom Brandt" }[username] ?? "Maria Okafor", active: true, locked: false, robot_for: null, policy_acknowledged: username !== "new", roles: [["operator", "analyst", "scientist", "automation", "inspector"].includes(username) ? username : "quality"] } });
const lots = [{ ...row("l1"), number: "L-2026-0001", definition_id: "md1", supplier: "Cellmedia", supplier_lot: "CM-88121", quantity: "1600", remaining: "100", unit: "L", expires_on: "2027-01-31", received_at: iso(START), usage: "available", disposition: "released", disposition_reason: null, batch_id: null, not_ready: [] }];

let user = null;
const clocks = () => ({ server: new Date().toISOString(), process: iso(NOW), process_us: NOW, rate: 5000, simulated: true });

const GET = [
  [/^\/api\/session$/, () => (user ? session(user) : { status: 401, body: { title: "Log in first", detail: "You are not logged in." } })],
  [/^\/api\/installation$/, () => ({ name: "MOCK", site: "Nowhere", simulated: true, demo: true, time_zone: "Europe/Zurich", layers: ["lims", "mes", "insight", "twin"], version: "0.1.0", clock: clocks() })],
  [/^\/api\/waiting$/, () => []],
  [/^\/api\/search$/, () => []],
  [/^\/api\/equipment\/units$/, () => [node("BR-201", "2,000 L single-use bioreactor", "Bioreactor", "b1", []), node("HPLC-02", "Chromatograph", "Chromatograph", null, ["Calibration is due since 2026-03-01."])]],
  [/^\/api\/equipment\/units\/([^/]+)$/, (m) => ({ unit: node(m[1], "2,000 L single-use bioreactor", "Bioreactor", "b1", []), channels, calibrations: [], logbook: [{ ...row("lg1", NOW - 9 * H), kind: "sample", text: "Sample S-2026-0005 drawn", by: "p1", batch_id: "b1" }] })],
  [/^\/api\/equipment\/commands$/, () => [{ ...row("cm1"), key: "k", connection: "BR-201", kind: "write", target: "BR-201.DO.SP", value: "45", unit: "%", parameters: {}, cause: { proposal: "P-2026-0001" }, state: "done", requested_at: iso(NOW - 0.3 * H), completed_at: iso(NOW), readback: "45", responses: null, source_time: null, message: "" }]],
  [/^\/api\/equipment\/connections$/, () => connections],
  [/^\/api\/equipment\/channels$/, () => channels], [/^\/api\/equipment\/gaps$/, (_m, q) => gaps.filter((g) => !q.get("connection") || g.connection === q.get("connection"))],
  [/^\/api\/historian\/trend$/, (_m, q) => ({ start_us: 0, end_us: 0, series: q.getAll("tags").map((tag) => trend(tag, Date.parse(q.get("start")) * 1000, Date.parse(q.get("end")) * 1000)) })],
  [/^\/api\/historian\/last$/, () => []],
  [/^\/api\/mes\/batches$/, () => [batch, { ...batch, id: "b0", number: "B-2026-0000", execution: "Complete", ended_at: iso(START - 48 * H), started_at: iso(START - 400 * H) }]],
  [/^\/api\/mes\/batches\/[^/]+\/record$/, () => record], [/^\/api\/mes\/batches\/[^/]+$/, () => ({ ...batch, ...detail })],
  [/^\/api\/mes\/tasks$/, () => [task, task2]], [/^\/api\/mes\/tasks\/t2$/, () => task2], [/^\/api\/mes\/tasks\/.+$/, () => task],
  [/^\/api\/material\/lots$/, () => lots], [/^\/api\/material\/definitions$/, () => [{ ...row("md1"), code: "MED-1", title: "Production medium", kind: "raw material", unit: "L" }]],
  [/^\/api\/material\/batches\/.+\/consumed$/, () => [{ ...row("ed1"), key: "k", kind: "consumed", source_type: "material_lot", source_id: "l1", target_type: "mes_batch", target_id: "b1", quantity: "1400", unit: "L", happened_at: iso(START + 3 * H) }]],
  [/^\/api\/lims\/worklist$/, () => worklist], [/^\/api\/lims\/samples$/, () => samples], [/^\/api\/lims\/samples\/.+$/, () => ({ sample: samples[0], tests: worklist.slice(0, 3), measurements: [{ ...row("me1"), sample_id: "s6", test_id: null, run_id: null, name: "Glucose", replicate: 1, raw: "18.4", value: "18.4", unit: "mmol/L", source: { instrument: "MA-01", command: "sila2/measure" }, supersedes_id: null, reason: null }], attachments: [], aliquots: [] })],
  [/^\/api\/lims\/results$/, () => worklist.map((w) => w.result).filter(Boolean)], [/^\/api\/lims\/results\/[^/]+\/origin$/, () => origin], [/^\/api\/lims\/results\/[^/]+\/evaluations$/, () => [evaluation(6, "fail", "≥ 98.0 %")]], [/^\/api\/lims\/results\/[^/]+$/, () => worklist[0].result],
  [/^\/api\/lims\/runs$/, () => [run]], [/^\/api\/lims\/runs\/[^/]+\/injections/, chrom], [/^\/api\/lims\/runs\/.+$/, () => ({ run, tests: worklist.slice(0, 1), measurements: [], attachments: [], not_ready: [] })],
  [/^\/api\/lims\/investigations$/, () => [{ ...row("i1"), number: "I-2026-0001", test_id: "q", result_id: worklist[0].result.id, batch_id: "b1", exception_id: "ex0", state: "phase_1", title: "Purity by SEC 96.6 % against ≥ 98.0 %", investigator_id: "p2", hypothesis: "The dilution was noted as 1:10 and made as 1:100.", evidence: [{ statement: "The worksheet says 1:10; the pipette log says 1:100." }], assignable_cause: null, cause_kind: null, redetermination_id: null, conclusion: null }]],
  [/^\/api\/lims\/contract-certificates$/, () => [{ ...row("cc1"), number: "K-2026-0001", laboratory: "BioTest AG", reference: "BT/26/1182", sample_id: "s6", batch_id: "b1", digest: sha("k"), file_name: "BT-26-1182.pdf", state: "transcribed", transcription: [] }]], [/^\/api\/lims\/certificates$/, () => [{ ...row("c1"), number: "C-2026-0001", batch_id: "b1", lot_id: null, state: "draft", content: { results: [1, 2, 3] }, digest: sha("coa"), issued_by: null }]],
  [/^\/api\/lims\/files$/, () => [{ ...row("f1"), document_id: "d", digest: sha("doc"), file_name: "R-2026-0003.animl", connection: "HPLC-02", disposition: "used", reason: null, run_id: "r1", batch_ids: ["b1"], found: {} }, { ...row("f2"), document_id: "d2", digest: sha("doc2"), file_name: "trial-7.animl", connection: "HPLC-02", disposition: "quarantined", reason: "No worksheet names this sequence.", run_id: null, batch_ids: [], found: {} }]],
  [/^\/api\/quality\/exceptions$/, () => exceptions], [/^\/api\/quality\/deviations$/, () => deviations], [/^\/api\/quality\/batches$/, () => [disposition]], [/^\/api\/quality\/batches\/.+$/, () => review],
  [/^\/api\/insight\/alerts$/, () => [alertRow]], [/^\/api\/insight\/alerts\/.+$/, () => ({ alert: alertRow, trends: alertRow.contributions.map((c) => ({ feature: c.feature, tags: c.tags, from_us: START + 84 * H, to_us: START + 130 * H })), similar: [] })],
  [/^\/api\/insight\/models$/, () => [model, { ...model, id: "mo0", revision: 0, state: "retired" }]], [/^\/api\/insight\/deployments$/, () => [{ ...row("de"), number: "DP-2026-0001", model_id: "mo1", artefact_digest: sha("art"), equipment: "BR-201", rename: {}, state: "deployed", state_reason: null, block_minutes: 60, patience_s: 30, golden_check: "64 rows, the same bits", fallback: "Alarms and rounds as without the model" }]],
  [/^\/api\/insight\/batches\/[^/]+\/chart$/, chart], [/^\/api\/insight\/batches\/[^/]+\/tunnel$/, (_m, q) => { const us = [], mean = [], lower = [], upper = [], hours = []; for (let h = 60; h < 150; h += 2) { const v = valueOf(q.get("name").replace(".PV", q.get("name").includes("FeedF2") ? ".SP" : ".PV"), START + h * H, () => 0); us.push(START + h * H); hours.push(h); mean.push(v); lower.push(v * 0.95); upper.push(v * 1.05); } return { name: q.get("name"), unit: "", hours, mean, lower, upper, batches: [], times_us: us }; }],
  [/^\/api\/twin\/twins$/, () => [twin]], [/^\/api\/twin\/twins\/[^/]+\/scenarios$/, () => [["SC-2026-0004", 1.1], ["SC-2026-0005", 1]].map(([number, k]) => ({ ...row(number), number, title: number, kind: "what-if", order: {}, hour: 150, model_digest: "", result_digest: "", result: { times: Array.from({ length: 50 }, (_, i) => String(141 + i * 3)), outputs: Object.fromEntries(Object.entries(OUT).map(([n, [, unit, f]]) => { const m = Array.from({ length: 50 }, (_, i) => f(150 + i * 3) * (1 + (k - 1) * (i / 50))); return [n, { unit, median: m.map((v) => v.toFixed(4)), low: m.map((v, i) => (v * (1 - i / 700)).toFixed(4)), high: m.map((v, i) => (v * (1 + i / 700)).toFixed(4)) }]; })) } }))], [/^\/api\/twin\/twins\/[^/]+\/state$/, twinState], [/^\/api\/twin\/twins\/[^/]+\/measurements$/, () => measurements], [/^\/api\/twin\/proposals$/, () => [proposal]], [/^\/api\/twin\/proposals\/.+$/, () => proposal],
  [/^\/api\/ledger$/, (_m, q) => { const before = Number(q.get("before") ?? 1e9); const limit = Number(q.get("limit") ?? 100); return { entries: entries.filter((e) => e.seq < before).slice(0, limit), tree_size: 18439, checkpoint: note(1).replace("\n2\n", "\n18439\n"), next_before: null }; }],
  [/^\/api\/ledger\/le(\d+)\/proof$/, (m) => ({ leaf_index: 0, tree_size: 2, leaf_hash: leaf(Number(m[1])).toString("hex"), path: [sibling.toString("hex")], checkpoint: note(Number(m[1])) })],
  [/^\/api\/people$/, () => people], [/^\/api\/signatures/, () => []],
];
const POST = [
  [/^\/api\/session$/, (_m, body) => { if (body.password === "wrong") return { status: 401, body: { title: "Log in first", detail: "User name or password is wrong.", do: "Try again; after five failures the account is locked." } }; user = body.username; return session(user); }],
  [/^\/api\/signatures\/preview$/, (_m, body) => ({ title: body.meaning === "released" ? "Disposition: released for further processing" : `${body.record_type}: ${body.meaning}`, content: { batch: "B-2026-0001", state: "under_review", ...body.data, exceptions: [{ number: "E-2026-0001", state: "disposed" }, { number: "E-2026-0002", state: "disposed" }] }, digest: sha("content"), version: 418, blockers: body.meaning === "rejected" ? ["Maria Okafor entered a result of this batch; reviewer and analyst are two people."] : [] })],
  [/^\/api\/signatures$/, (_m, body) => (body.password === "wrong" ? { status: 401, body: { title: "Log in first", detail: "The password is wrong; the attempt was recorded.", do: "Enter your own password." } } : { id: "sig", ...row("sig"), record_type: body.record_type, record_id: body.record_id, record_version: body.version, meaning: body.meaning, title: "x", digest: body.digest, reason: body.reason, person_id: "p4", printed_name: "Maria Okafor", robot: false, signed_at: new Date().toISOString(), time_zone: "Europe/Zurich", witnessed: false })],
  [/^\/api\/ledger\/verify$/, () => (mode === "tampered" ? { holds: false, sentence: "The record does not hold: entry 18,412 (lims_result x6) says 96.6, the table says 98.6.", entries: 18439, root: sha("root"), first_fault: "lims_result/x6, version 2, column text: entry \"96.6\", table \"98.6\"", checked: { entries: 18439, heads: 412 }, seconds: "2.31" } : { holds: true, sentence: "The record holds: 18,439 entries, 412 heads, 61 tables; root 5f2c.", entries: 18439, root: sha("root"), first_fault: null, checked: { entries: 18439, heads: 412, rows: 9120, contents: 88 }, seconds: "2.31" })],
  [/./, () => ({})],
];

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const streams = new Set();
setInterval(() => {
  const r = noise(Date.now() % 1e6 + 1);
  const values = Object.fromEntries(channels.map((c) => [c.tag, [NOW, Number(valueOf(c.tag, NOW, r).toFixed(3)), c.tag.includes("Pressure") ? 2 : c.tag.includes("Agitation.PV") ? 1 : 0]]));
  values["BR-201.Weight.PV"] = [NOW, 2050, 0];
  for (const s of streams) s.write(`event: clock\ndata: ${JSON.stringify(clocks())}\n\nevent: values\ndata: ${JSON.stringify(values)}\n\n`);
}, 500);

createServer((request, response) => {
  const url = new URL(request.url, "http://x");
  const send = (status, body) => {
    response.writeHead(status, { "content-type": status >= 400 ? "application/problem+json" : "application/json" });
    response.end(body === null ? "" : JSON.stringify(body));
  };
  if (url.pathname === "/mock/mode") {
    mode = url.search.slice(1) || "full";
    return send(200, { mode });
  }
  if (url.pathname === "/api/events") {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("retry: 1000\n\n");
    streams.add(response);
    return request.on("close", () => streams.delete(response));
  }
  if (url.pathname.startsWith("/api/")) {
    if (request.method === "DELETE") { user = null; return send(204, null); }
    let text = "";
    request.on("data", (d) => (text += d));
    return request.on("end", () => setTimeout(() => {
      const reads = request.method === "GET" && !/session|installation/.test(url.pathname);
      if (mode === "broken" && reads) return send(503, { title: "Not available now", detail: "The layer is switched off in this installation.", do: "Ask the administrator to switch it on." });
      for (const [path, answer] of request.method === "GET" ? GET : POST) {
        const m = url.pathname.match(path);
        if (!m) continue;
        const found = answer(m, request.method === "GET" ? url.searchParams : JSON.parse(text || "{}"));
        if (found.status && found.body) return send(found.status, found.body);
        return send(200, mode === "empty" && reads && Array.isArray(found) ? [] : found);
      }
      send(404, { title: "Not found", detail: `There is no ${url.pathname}.` });
    }, mode === "slow" ? 2000 : 0));
  }
  const file = normalize(join(pages, url.pathname));
  const found = file.startsWith(pages) && url.pathname !== "/" && existsSync(file) ? file : join(pages, "index.html");
  response.writeHead(200, { "content-type": TYPES[extname(found)] ?? "application/octet-stream" });
  response.end(readFileSync(found));
}).listen(port, "127.0.0.1", () => console.log(`MOCK server, invented data: http://127.0.0.1:${port}`));
