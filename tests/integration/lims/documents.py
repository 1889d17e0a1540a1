"""The laboratory's documents that the tests use, as a user would write them."""

# ruff: noqa: E501  (documents are kept as they are written)

SEC_METHOD = """
kind: method
code: SEC-HPLC-01
title: Purity and protein content by size-exclusion chromatography
technique: chromatography
competency: sec-hplc
instrument: {capability: sec}
hold_time_h: 72
redetermination:
  preparations: 1
  text: After an invalidation with an assignable cause, one new preparation from the retained sample.
worksheet:
  - {name: dilution_factor, title: Dilution factor, unit: "1", low: 1, high: 100}
chromatography:
  integration: {begin: 6.2, end: 11.6, least_height: 0.1, noise_factor: 5}
  peaks:
    - {name: hmw, from: 6.8, to: 8.2}
    - {name: monomer, from: 8.2, to: 9.6}
    - {name: lmw, from: 9.6, to: 11.0}
  main: monomer
  concentration_unit: mg/mL
  claim_area_percent: 5
  least_standards: 3
suitability:
  - {name: Resolution of dimer and monomer, statistic: resolution, injections: suitability, peaks: [hmw, monomer], low: 1.5}
  - {name: Tailing of the monomer, statistic: tailing, injections: suitability, peaks: [monomer], low: 0.8, high: 1.8}
  - {name: Plates of the monomer, statistic: plates, injections: suitability, peaks: [monomer], low: 2000}
  - {name: Repeatability, statistic: rsd_area, injections: suitability, peaks: [monomer], high: 2.0}
  - {name: Linearity, statistic: r_squared, injections: standard, peaks: [monomer], low: 0.995}
  - {name: Blank, statistic: peak_area, injections: blank, peaks: [monomer], high: 0.2}
reportables:
  - analysis: purity_main
    title: Purity (main peak)
    unit: "%"
    formula: mean(main / all)
    inputs:
      main: {source: peak.monomer.area, unit: mAU.min, many: true}
      all: {source: peaks.area, unit: mAU.min, many: true}
    cases:
      - {inputs: {main: ["98", "49"], all: ["100", "50"]}, result: "98.00"}
  - analysis: protein_content
    title: Protein content
    unit: g/L
    formula: |
      response = slope_through_origin(standard_conc, standard_area)
      injected = mean(area) / response
      injected * dilution
    inputs:
      standard_conc: {source: standards.concentration, unit: mg/mL, many: true}
      standard_area: {source: standards.monomer.area, unit: mAU.min, many: true}
      area: {source: peak.monomer.area, unit: mAU.min, many: true}
      dilution: {source: worksheet.dilution_factor, unit: "1"}
    cases:
      - inputs: {standard_conc: ["0.1", "0.2", "0.4"], standard_area: ["20", "40", "80"], area: ["42.1"], dilution: "20"}
        result: "4.21"
"""

ANALYSER_METHOD = """
kind: method
code: IPC-MA-01
title: Metabolites by the analyser
technique: analyser
verification: automatic
hold_time_h: 4
instrument: {capability: metabolites}
panel:
  instrument: MA-01
  connection: MA-01
  target: MetaboliteAnalysis/MeasureSample
  parameter: SampleId
  measured_at: MeasuredAt
  counter: MeasurementNumber
  ignored: {Viability: not part of this panel}
  responses:
    Glucose: {analysis: glucose, unit: g/L}
    Lactate: {analysis: lactate, unit: g/L}
reportables:
  - {analysis: glucose, title: Glucose, unit: g/L}
  - {analysis: lactate, title: Lactate, unit: g/L}
"""

CONTRACT_METHOD = """
kind: method
code: EXT-SAFETY
title: Safety tests by the contract laboratory
technique: contract
reportables:
  - {analysis: bioburden, title: Bioburden, unit: "[CFU]/10mL"}
  - {analysis: virus, title: Adventitious virus, unit: null}
"""

ENTRY_METHOD = """
kind: method
code: OSMO-01
title: Osmolality by freezing point
technique: entry
competency: osmometer
redetermination: {preparations: 1, text: One new reading.}
reportables:
  - {analysis: osmolality, title: Osmolality, unit: mosm/kg}
"""

RELEASE_SPECIFICATION = """
kind: specification
code: SPEC-MAB7-HARVEST
title: mAb-7 harvest, release
material: MAB7-HARVEST
rounding: usp-7.20
criteria:
  - {analysis: purity_main, title: Purity (main peak), kind: release, method: SEC-HPLC-01, unit: "%", low: "95.0"}
  - {analysis: protein_content, title: Protein content, kind: release, method: SEC-HPLC-01, unit: g/L, low: "3.0", high: "6.0"}
  - {analysis: bioburden, title: Bioburden, kind: release, method: EXT-SAFETY, unit: "[CFU]/10mL", high: "10", beyond_detection: compare_limit}
  - {analysis: virus, title: Adventitious virus, kind: release, method: EXT-SAFETY, accepted: [not detected], refused: [detected]}
"""

IPC_SPECIFICATION = """
kind: specification
code: SPEC-MAB7-IPC
title: mAb-7 fed-batch, action limits
material: MAB7-CULTURE
rounding: usp-7.20
criteria:
  - {analysis: glucose, title: Glucose, kind: action, unit: g/L, low: "1.0", high: "12.0"}
  - {analysis: lactate, title: Lactate, kind: action, unit: g/L, high: "4.0"}
"""

RELEASE_PLAN = """
kind: sampling_plan
code: PLAN-HARVEST
title: Harvest, release
point: harvest
specification: SPEC-MAB7-HARVEST
analyses: [purity_main, protein_content, bioburden, virus]
"""

IPC_PLAN = """
kind: sampling_plan
code: PLAN-IPC
title: Daily in-process sample
point: bioreactor
specification: SPEC-MAB7-IPC
analyses: [glucose, lactate]
"""

SUBMISSION_METHOD = """
kind: method
code: TITRE-EXT
title: Titre by the affinity station
technique: submission
verification: automatic
hold_time_h: "24"
instrument: {capability: titre}
reportables:
  - {analysis: titre, title: Titre, unit: g/L}
  - {analysis: aspect, title: Aspect, unit: null}
"""

SUBMISSION_SPECIFICATION = """
kind: specification
code: SPEC-TITRE
title: Titre, action limits
material: MAB7-CULTURE
rounding: usp-7.20
criteria:
  - {analysis: titre, title: Titre, kind: action, method: TITRE-EXT, unit: g/L, low: "0.5", high: "9.0"}
  - {analysis: aspect, title: Aspect, kind: action, method: TITRE-EXT, accepted: [clear], refused: [turbid]}
"""

SUBMISSION_PLAN = """
kind: sampling_plan
code: PLAN-TITRE
title: Titre of the culture
point: bioreactor
specification: SPEC-TITRE
analyses: [titre, aspect]
"""

SUBMITTED = (
    ("method", SUBMISSION_METHOD),
    ("specification", SUBMISSION_SPECIFICATION),
    ("sampling_plan", SUBMISSION_PLAN),
)
"""What another system measures and submits."""

ALL = (
    ("method", SEC_METHOD),
    ("method", ANALYSER_METHOD),
    ("method", CONTRACT_METHOD),
    ("method", ENTRY_METHOD),
    ("specification", RELEASE_SPECIFICATION),
    ("specification", IPC_SPECIFICATION),
    ("sampling_plan", RELEASE_PLAN),
    ("sampling_plan", IPC_PLAN),
)
