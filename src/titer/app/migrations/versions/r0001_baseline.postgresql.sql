CREATE TABLE titer_action_key (inner_pad BYTEA NOT NULL, outer_pad BYTEA NOT NULL)

CREATE UNIQUE INDEX titer_action_key_is_one ON titer_action_key ((true))

CREATE FUNCTION titer_refuse() RETURNS trigger LANGUAGE plpgsql AS $titer$
BEGIN
  RAISE EXCEPTION USING MESSAGE = 'titer: ' || TG_TABLE_NAME || ' ' || TG_ARGV[0];
END $titer$

CREATE TABLE equipment_calibration (
	node_id VARCHAR COLLATE "C" NOT NULL,
	performed_at BIGINT NOT NULL,
	performed_by VARCHAR COLLATE "C" NOT NULL,
	due_at BIGINT NOT NULL,
	standard VARCHAR COLLATE "C" NOT NULL,
	as_found VARCHAR COLLATE "C" NOT NULL,
	as_left VARCHAR COLLATE "C" NOT NULL,
	result VARCHAR COLLATE "C" NOT NULL,
	certificate_digest VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_equipment_calibration PRIMARY KEY (id)
)

CREATE INDEX ix_equipment_calibration_node_id ON equipment_calibration (node_id)

CREATE TABLE equipment_channel (
	tag VARCHAR COLLATE "C" NOT NULL,
	connection_id VARCHAR COLLATE "C" NOT NULL,
	node_code VARCHAR COLLATE "C",
	address VARCHAR COLLATE "C" NOT NULL,
	unit VARCHAR COLLATE "C" NOT NULL,
	description VARCHAR COLLATE "C" NOT NULL,
	low NUMERIC,
	high NUMERIC,
	alarm_low NUMERIC,
	alarm_high NUMERIC,
	resolution NUMERIC,
	writable BOOLEAN NOT NULL,
	active BOOLEAN NOT NULL,
	settings VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_equipment_channel PRIMARY KEY (id),
	CONSTRAINT uq_equipment_channel_tag UNIQUE (tag)
)

CREATE INDEX ix_equipment_channel_connection_id ON equipment_channel (connection_id)

CREATE INDEX ix_equipment_channel_node_code ON equipment_channel (node_code)

CREATE TABLE equipment_clock_reading (
	number BIGSERIAL NOT NULL,
	connection VARCHAR COLLATE "C" NOT NULL,
	taken_at BIGINT NOT NULL,
	offset_us BIGINT NOT NULL,
	uncertainty_us BIGINT NOT NULL,
	CONSTRAINT pk_equipment_clock_reading PRIMARY KEY (number)
)

CREATE INDEX ix_equipment_clock_reading_connection ON equipment_clock_reading (connection)

CREATE TABLE equipment_command (
	key VARCHAR COLLATE "C" NOT NULL,
	connection VARCHAR COLLATE "C" NOT NULL,
	kind VARCHAR COLLATE "C" NOT NULL,
	target VARCHAR COLLATE "C" NOT NULL,
	value VARCHAR COLLATE "C",
	unit VARCHAR COLLATE "C" NOT NULL,
	parameters VARCHAR COLLATE "C" NOT NULL,
	cause VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	requested_at BIGINT NOT NULL,
	deadline BIGINT,
	completed_at BIGINT,
	readback VARCHAR COLLATE "C",
	responses VARCHAR COLLATE "C",
	source_time BIGINT,
	message VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_equipment_command PRIMARY KEY (id),
	CONSTRAINT uq_equipment_command_key UNIQUE (key)
)

CREATE INDEX ix_equipment_command_connection ON equipment_command (connection)

CREATE INDEX ix_equipment_command_state ON equipment_command (state)

CREATE TABLE equipment_connection (
	name VARCHAR COLLATE "C" NOT NULL,
	type VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	revision BIGINT NOT NULL,
	settings VARCHAR COLLATE "C" NOT NULL,
	host VARCHAR COLLATE "C" NOT NULL,
	owner VARCHAR COLLATE "C" NOT NULL,
	changed_by VARCHAR COLLATE "C" NOT NULL,
	node_code VARCHAR COLLATE "C",
	fingerprint VARCHAR COLLATE "C",
	seen_fingerprint VARCHAR COLLATE "C",
	seen_identity VARCHAR COLLATE "C",
	recording_since BIGINT,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_equipment_connection PRIMARY KEY (id),
	CONSTRAINT uq_equipment_connection_name UNIQUE (name)
)

CREATE INDEX ix_equipment_connection_host ON equipment_connection (host)

CREATE TABLE equipment_connection_status (
	name VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	since BIGINT,
	message VARCHAR COLLATE "C" NOT NULL,
	backlog BIGINT NOT NULL,
	heard_at BIGINT NOT NULL,
	epoch BIGINT NOT NULL,
	clock_offset_us BIGINT,
	clock_uncertainty_us BIGINT,
	CONSTRAINT pk_equipment_connection_status PRIMARY KEY (name)
)

CREATE TABLE equipment_context (
	subject VARCHAR COLLATE "C" NOT NULL,
	valid_from BIGINT NOT NULL,
	content VARCHAR COLLATE "C" NOT NULL,
	key VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_equipment_context PRIMARY KEY (id),
	CONSTRAINT uq_equipment_context_key UNIQUE (key)
)

CREATE INDEX ix_equipment_context_subject ON equipment_context (subject)

CREATE TABLE equipment_dispatch (
	key VARCHAR COLLATE "C" NOT NULL,
	handed_at BIGINT NOT NULL,
	CONSTRAINT pk_equipment_dispatch PRIMARY KEY (key)
)

CREATE TABLE equipment_document (
	key VARCHAR COLLATE "C" NOT NULL,
	connection VARCHAR COLLATE "C" NOT NULL,
	digest VARCHAR COLLATE "C" NOT NULL,
	file_name VARCHAR COLLATE "C" NOT NULL,
	seen_at BIGINT NOT NULL,
	media_type VARCHAR COLLATE "C" NOT NULL,
	kind VARCHAR COLLATE "C" NOT NULL,
	identity VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	disposition_reason VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_equipment_document PRIMARY KEY (id),
	CONSTRAINT uq_equipment_document_key UNIQUE (key)
)

CREATE INDEX ix_equipment_document_connection ON equipment_document (connection)

CREATE INDEX ix_equipment_document_digest ON equipment_document (digest)

CREATE TABLE equipment_gap (
	key VARCHAR COLLATE "C" NOT NULL,
	connection VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	from_us BIGINT NOT NULL,
	to_us BIGINT NOT NULL,
	windows VARCHAR COLLATE "C" NOT NULL,
	reason VARCHAR COLLATE "C" NOT NULL,
	outcome VARCHAR COLLATE "C" NOT NULL,
	filled_rows BIGINT NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_equipment_gap PRIMARY KEY (id),
	CONSTRAINT uq_equipment_gap_key UNIQUE (key)
)

CREATE INDEX ix_equipment_gap_connection ON equipment_gap (connection)

CREATE INDEX ix_equipment_gap_from_us ON equipment_gap (from_us)

CREATE TABLE equipment_logbook (
	node_id VARCHAR COLLATE "C" NOT NULL,
	kind VARCHAR COLLATE "C" NOT NULL,
	text VARCHAR COLLATE "C" NOT NULL,
	by VARCHAR COLLATE "C" NOT NULL,
	batch_id VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_equipment_logbook PRIMARY KEY (id)
)

CREATE INDEX ix_equipment_logbook_batch_id ON equipment_logbook (batch_id)

CREATE INDEX ix_equipment_logbook_node_id ON equipment_logbook (node_id)

CREATE TABLE equipment_node (
	code VARCHAR COLLATE "C" NOT NULL,
	name VARCHAR COLLATE "C" NOT NULL,
	level VARCHAR COLLATE "C" NOT NULL,
	parent_id VARCHAR COLLATE "C",
	class_name VARCHAR COLLATE "C" NOT NULL,
	capabilities VARCHAR COLLATE "C" NOT NULL,
	location VARCHAR COLLATE "C" NOT NULL,
	maker VARCHAR COLLATE "C" NOT NULL,
	model VARCHAR COLLATE "C" NOT NULL,
	serial VARCHAR COLLATE "C" NOT NULL,
	qualification VARCHAR COLLATE "C" NOT NULL,
	calibration_due BIGINT,
	cleanliness VARCHAR COLLATE "C",
	clean_until BIGINT,
	clean_hold_h NUMERIC,
	used_for VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_equipment_node PRIMARY KEY (id),
	CONSTRAINT uq_equipment_node_code UNIQUE (code)
)

CREATE INDEX ix_equipment_node_parent_id ON equipment_node (parent_id)

CREATE TABLE equipment_stream_event (
	key VARCHAR COLLATE "C" NOT NULL,
	connection VARCHAR COLLATE "C" NOT NULL,
	kind VARCHAR COLLATE "C" NOT NULL,
	at BIGINT NOT NULL,
	reason VARCHAR COLLATE "C" NOT NULL,
	details VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_equipment_stream_event PRIMARY KEY (id),
	CONSTRAINT uq_equipment_stream_event_key UNIQUE (key)
)

CREATE INDEX ix_equipment_stream_event_connection ON equipment_stream_event (connection)

CREATE TABLE historian_last (
	tag VARCHAR COLLATE "C" NOT NULL,
	source_us BIGINT NOT NULL,
	received_us BIGINT NOT NULL,
	value DOUBLE PRECISION,
	text VARCHAR COLLATE "C",
	status BIGINT NOT NULL,
	quality BIGINT NOT NULL,
	origin BIGINT NOT NULL,
	CONSTRAINT pk_historian_last PRIMARY KEY (tag)
)

CREATE TABLE historian_seal (
	number BIGINT NOT NULL,
	log_files VARCHAR COLLATE "C" NOT NULL,
	marks VARCHAR COLLATE "C" NOT NULL,
	row_count BIGINT NOT NULL,
	segment_count BIGINT NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_historian_seal PRIMARY KEY (id),
	CONSTRAINT uq_historian_seal_number UNIQUE (number)
)

CREATE TABLE historian_segment (
	seal_number BIGINT NOT NULL,
	digest VARCHAR COLLATE "C" NOT NULL,
	path VARCHAR COLLATE "C" NOT NULL,
	day VARCHAR COLLATE "C" NOT NULL,
	start_us BIGINT NOT NULL,
	end_us BIGINT NOT NULL,
	received_us BIGINT NOT NULL,
	row_count BIGINT NOT NULL,
	size BIGINT NOT NULL,
	tags_digest VARCHAR COLLATE "C" NOT NULL,
	tag_count BIGINT NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_historian_segment PRIMARY KEY (id),
	CONSTRAINT uq_historian_segment_digest UNIQUE (digest)
)

CREATE INDEX ix_historian_segment_seal_number ON historian_segment (seal_number)

CREATE INDEX ix_historian_segment_start_us ON historian_segment (start_us)

CREATE TABLE insight_alert (
	number VARCHAR COLLATE "C" NOT NULL,
	watch_id VARCHAR COLLATE "C" NOT NULL,
	model_id VARCHAR COLLATE "C" NOT NULL,
	batch_id VARCHAR COLLATE "C" NOT NULL,
	batch_number VARCHAR COLLATE "C" NOT NULL,
	equipment VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	title VARCHAR COLLATE "C" NOT NULL,
	statistic VARCHAR COLLATE "C" NOT NULL,
	ratio NUMERIC NOT NULL,
	first_at BIGINT NOT NULL,
	raised_at BIGINT NOT NULL,
	cleared_at BIGINT,
	occurrences BIGINT NOT NULL,
	last_raised_at BIGINT NOT NULL,
	batch_hour NUMERIC NOT NULL,
	contributions VARCHAR COLLATE "C" NOT NULL,
	lead VARCHAR COLLATE "C" NOT NULL,
	block_digest VARCHAR COLLATE "C" NOT NULL,
	escalates_at BIGINT NOT NULL,
	acknowledged_by VARCHAR COLLATE "C",
	acknowledged_at BIGINT,
	disposition VARCHAR COLLATE "C",
	comment VARCHAR COLLATE "C",
	signature_id VARCHAR COLLATE "C",
	exception_id VARCHAR COLLATE "C",
	deviation_id VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_insight_alert PRIMARY KEY (id),
	CONSTRAINT uq_insight_alert_watch_id UNIQUE (watch_id, raised_at),
	CONSTRAINT uq_insight_alert_number UNIQUE (number)
)

CREATE INDEX ix_insight_alert_batch_id ON insight_alert (batch_id)

CREATE INDEX ix_insight_alert_state ON insight_alert (state)

CREATE INDEX ix_insight_alert_watch_id ON insight_alert (watch_id)

CREATE TABLE insight_block (
	watch_id VARCHAR COLLATE "C" NOT NULL,
	sequence BIGINT NOT NULL,
	first_at BIGINT NOT NULL,
	last_at BIGINT NOT NULL,
	rows BIGINT NOT NULL,
	digest VARCHAR COLLATE "C" NOT NULL,
	previous VARCHAR COLLATE "C",
	verdicts VARCHAR COLLATE "C" NOT NULL,
	alarming BIGINT NOT NULL,
	largest_ratio NUMERIC NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_insight_block PRIMARY KEY (id),
	CONSTRAINT uq_insight_block_watch_id UNIQUE (watch_id, sequence)
)

CREATE INDEX ix_insight_block_watch_id ON insight_block (watch_id)

CREATE TABLE insight_dataset (
	number VARCHAR COLLATE "C" NOT NULL,
	title VARCHAR COLLATE "C" NOT NULL,
	source VARCHAR COLLATE "C" NOT NULL,
	step_minutes BIGINT NOT NULL,
	channels VARCHAR COLLATE "C" NOT NULL,
	batches VARCHAR COLLATE "C" NOT NULL,
	manifest_digest VARCHAR COLLATE "C" NOT NULL,
	created_by VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_insight_dataset PRIMARY KEY (id),
	CONSTRAINT uq_insight_dataset_number UNIQUE (number)
)

CREATE TABLE insight_deployment (
	number VARCHAR COLLATE "C" NOT NULL,
	model_id VARCHAR COLLATE "C" NOT NULL,
	artefact_digest VARCHAR COLLATE "C" NOT NULL,
	equipment VARCHAR COLLATE "C" NOT NULL,
	rename VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	block_minutes BIGINT NOT NULL,
	patience_s BIGINT NOT NULL,
	golden_check VARCHAR COLLATE "C" NOT NULL,
	fallback VARCHAR COLLATE "C" NOT NULL,
	ends_with_phase VARCHAR COLLATE "C",
	state_reason VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_insight_deployment PRIMARY KEY (id),
	CONSTRAINT uq_insight_deployment_number UNIQUE (number)
)

CREATE INDEX ix_insight_deployment_equipment ON insight_deployment (equipment)

CREATE INDEX ix_insight_deployment_model_id ON insight_deployment (model_id)

CREATE TABLE insight_model (
	name VARCHAR COLLATE "C" NOT NULL,
	revision BIGINT NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	dataset_id VARCHAR COLLATE "C" NOT NULL,
	spec VARCHAR COLLATE "C" NOT NULL,
	acceptance VARCHAR COLLATE "C" NOT NULL,
	artefact_digest VARCHAR COLLATE "C" NOT NULL,
	calibration VARCHAR COLLATE "C" NOT NULL,
	code_version VARCHAR COLLATE "C" NOT NULL,
	author_id VARCHAR COLLATE "C" NOT NULL,
	criteria_signature_id VARCHAR COLLATE "C",
	test_opened_by VARCHAR COLLATE "C",
	test_opened_at BIGINT,
	validation VARCHAR COLLATE "C",
	owner_signature_id VARCHAR COLLATE "C",
	quality_signature_id VARCHAR COLLATE "C",
	state_reason VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_insight_model PRIMARY KEY (id),
	CONSTRAINT uq_insight_model_name UNIQUE (name, revision)
)

CREATE INDEX ix_insight_model_artefact_digest ON insight_model (artefact_digest)

CREATE INDEX ix_insight_model_name ON insight_model (name)

CREATE TABLE insight_watch (
	deployment_id VARCHAR COLLATE "C" NOT NULL,
	model_id VARCHAR COLLATE "C" NOT NULL,
	artefact_digest VARCHAR COLLATE "C" NOT NULL,
	batch_id VARCHAR COLLATE "C" NOT NULL,
	batch_number VARCHAR COLLATE "C" NOT NULL,
	equipment VARCHAR COLLATE "C" NOT NULL,
	started_at BIGINT NOT NULL,
	ended_at BIGINT,
	state VARCHAR COLLATE "C" NOT NULL,
	state_reason VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_insight_watch PRIMARY KEY (id),
	CONSTRAINT uq_insight_watch_deployment_id UNIQUE (deployment_id, batch_id)
)

CREATE INDEX ix_insight_watch_batch_id ON insight_watch (batch_id)

CREATE INDEX ix_insight_watch_state ON insight_watch (state)

CREATE TABLE ledger_checkpoint (
	tree_size BIGINT NOT NULL,
	note VARCHAR COLLATE "C" NOT NULL,
	sealed_at BIGINT NOT NULL,
	witnessed BOOLEAN NOT NULL,
	CONSTRAINT pk_ledger_checkpoint PRIMARY KEY (tree_size)
)

CREATE TABLE ledger_entry (
	seq BIGSERIAL NOT NULL,
	body VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C"  NOT NULL,
	action VARCHAR COLLATE "C"  NOT NULL,
	record_type VARCHAR COLLATE "C"  NOT NULL,
	record_id VARCHAR COLLATE "C"  NOT NULL,
	record_version BIGINT  NOT NULL,
	CONSTRAINT pk_ledger_entry PRIMARY KEY (seq),
	CONSTRAINT uq_ledger_entry_id UNIQUE (id)
)

CREATE INDEX ix_ledger_entry_record_id ON ledger_entry (record_id)

CREATE INDEX ix_ledger_entry_record_type ON ledger_entry (record_type, seq)

CREATE TABLE ledger_leaf (
	leaf_index BIGINT NOT NULL,
	entry_seq BIGINT NOT NULL,
	leaf_hash BYTEA NOT NULL,
	CONSTRAINT pk_ledger_leaf PRIMARY KEY (leaf_index),
	CONSTRAINT uq_ledger_leaf_entry_seq UNIQUE (entry_seq)
)

CREATE TABLE lims_attachment (
	subject_type VARCHAR COLLATE "C" NOT NULL,
	subject_id VARCHAR COLLATE "C" NOT NULL,
	title VARCHAR COLLATE "C" NOT NULL,
	file_name VARCHAR COLLATE "C" NOT NULL,
	media_type VARCHAR COLLATE "C" NOT NULL,
	digest VARCHAR COLLATE "C" NOT NULL,
	attached_by VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_lims_attachment PRIMARY KEY (id)
)

CREATE INDEX ix_lims_attachment_subject_id ON lims_attachment (subject_id)

CREATE TABLE lims_certificate (
	number VARCHAR COLLATE "C" NOT NULL,
	batch_id VARCHAR COLLATE "C",
	lot_id VARCHAR COLLATE "C",
	specification_id VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	content VARCHAR COLLATE "C" NOT NULL,
	digest VARCHAR COLLATE "C" NOT NULL,
	issued_by VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_lims_certificate PRIMARY KEY (id),
	CONSTRAINT uq_lims_certificate_number UNIQUE (number)
)

CREATE INDEX ix_lims_certificate_batch_id ON lims_certificate (batch_id)

CREATE INDEX ix_lims_certificate_lot_id ON lims_certificate (lot_id)

CREATE TABLE lims_contract_certificate (
	number VARCHAR COLLATE "C" NOT NULL,
	laboratory VARCHAR COLLATE "C" NOT NULL,
	reference VARCHAR COLLATE "C" NOT NULL,
	sample_id VARCHAR COLLATE "C" NOT NULL,
	batch_id VARCHAR COLLATE "C",
	digest VARCHAR COLLATE "C" NOT NULL,
	file_name VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	transcription VARCHAR COLLATE "C" NOT NULL,
	transcribed_by VARCHAR COLLATE "C",
	checked_by VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_lims_contract_certificate PRIMARY KEY (id),
	CONSTRAINT uq_lims_contract_certificate_number UNIQUE (number)
)

CREATE INDEX ix_lims_contract_certificate_batch_id ON lims_contract_certificate (batch_id)

CREATE INDEX ix_lims_contract_certificate_sample_id ON lims_contract_certificate (sample_id)

CREATE TABLE lims_design (
	kind VARCHAR COLLATE "C" NOT NULL,
	code VARCHAR COLLATE "C" NOT NULL,
	revision BIGINT NOT NULL,
	title VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	document VARCHAR COLLATE "C" NOT NULL,
	source VARCHAR COLLATE "C" NOT NULL,
	digest VARCHAR COLLATE "C" NOT NULL,
	author_id VARCHAR COLLATE "C" NOT NULL,
	change_reason VARCHAR COLLATE "C" NOT NULL,
	effective_at BIGINT,
	ended_at BIGINT,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_lims_design PRIMARY KEY (id),
	CONSTRAINT uq_lims_design_kind UNIQUE (kind, code, revision)
)

CREATE INDEX ix_lims_design_code ON lims_design (code)

CREATE TABLE lims_evaluation (
	result_id VARCHAR COLLATE "C" NOT NULL,
	kind VARCHAR COLLATE "C" NOT NULL,
	outcome VARCHAR COLLATE "C" NOT NULL,
	rounded VARCHAR COLLATE "C",
	limit_text VARCHAR COLLATE "C" NOT NULL,
	rounding VARCHAR COLLATE "C" NOT NULL,
	specification_id VARCHAR COLLATE "C",
	specification_digest VARCHAR COLLATE "C",
	trace VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_lims_evaluation PRIMARY KEY (id)
)

CREATE INDEX ix_lims_evaluation_result_id ON lims_evaluation (result_id)

CREATE TABLE lims_investigation (
	number VARCHAR COLLATE "C" NOT NULL,
	test_id VARCHAR COLLATE "C" NOT NULL,
	result_id VARCHAR COLLATE "C" NOT NULL,
	batch_id VARCHAR COLLATE "C",
	exception_id VARCHAR COLLATE "C",
	state VARCHAR COLLATE "C" NOT NULL,
	title VARCHAR COLLATE "C" NOT NULL,
	investigator_id VARCHAR COLLATE "C",
	hypothesis VARCHAR COLLATE "C",
	evidence VARCHAR COLLATE "C" NOT NULL,
	assignable_cause VARCHAR COLLATE "C",
	cause_kind VARCHAR COLLATE "C",
	reviewer_id VARCHAR COLLATE "C",
	approver_id VARCHAR COLLATE "C",
	redetermination_id VARCHAR COLLATE "C",
	conclusion VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_lims_investigation PRIMARY KEY (id),
	CONSTRAINT uq_lims_investigation_number UNIQUE (number)
)

CREATE INDEX ix_lims_investigation_batch_id ON lims_investigation (batch_id)

CREATE INDEX ix_lims_investigation_test_id ON lims_investigation (test_id)

CREATE TABLE lims_measurement (
	sample_id VARCHAR COLLATE "C",
	test_id VARCHAR COLLATE "C",
	run_id VARCHAR COLLATE "C",
	name VARCHAR COLLATE "C" NOT NULL,
	replicate BIGINT NOT NULL,
	raw VARCHAR COLLATE "C" NOT NULL,
	value NUMERIC,
	unit VARCHAR COLLATE "C",
	source VARCHAR COLLATE "C" NOT NULL,
	supersedes_id VARCHAR COLLATE "C",
	reason VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_lims_measurement PRIMARY KEY (id),
	CONSTRAINT uq_lims_measurement_supersedes_id UNIQUE (supersedes_id)
)

CREATE INDEX ix_lims_measurement_run_id ON lims_measurement (run_id)

CREATE INDEX ix_lims_measurement_sample_id ON lims_measurement (sample_id)

CREATE INDEX ix_lims_measurement_test_id ON lims_measurement (test_id)

CREATE TABLE lims_panel_request (
	command_key VARCHAR COLLATE "C" NOT NULL,
	sample_id VARCHAR COLLATE "C" NOT NULL,
	method_id VARCHAR COLLATE "C" NOT NULL,
	instrument VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	message VARCHAR COLLATE "C",
	asked_at BIGINT NOT NULL,
	counter BIGINT,
	measured_at VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_lims_panel_request PRIMARY KEY (id),
	CONSTRAINT uq_lims_panel_request_command_key UNIQUE (command_key)
)

CREATE INDEX ix_lims_panel_request_instrument ON lims_panel_request (instrument)

CREATE INDEX ix_lims_panel_request_sample_id ON lims_panel_request (sample_id)

CREATE TABLE lims_raw_file (
	document_id VARCHAR COLLATE "C" NOT NULL,
	digest VARCHAR COLLATE "C" NOT NULL,
	file_name VARCHAR COLLATE "C" NOT NULL,
	connection VARCHAR COLLATE "C" NOT NULL,
	disposition VARCHAR COLLATE "C" NOT NULL,
	reason VARCHAR COLLATE "C",
	run_id VARCHAR COLLATE "C",
	batch_ids VARCHAR COLLATE "C" NOT NULL,
	found VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_lims_raw_file PRIMARY KEY (id),
	CONSTRAINT uq_lims_raw_file_document_id UNIQUE (document_id)
)

CREATE INDEX ix_lims_raw_file_digest ON lims_raw_file (digest)

CREATE TABLE lims_result (
	test_id VARCHAR COLLATE "C" NOT NULL,
	sample_id VARCHAR COLLATE "C" NOT NULL,
	batch_id VARCHAR COLLATE "C",
	analysis VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	value NUMERIC,
	text VARCHAR COLLATE "C" NOT NULL,
	unit VARCHAR COLLATE "C",
	trace VARCHAR COLLATE "C" NOT NULL,
	inputs VARCHAR COLLATE "C" NOT NULL,
	pinned VARCHAR COLLATE "C" NOT NULL,
	sampled_at BIGINT,
	entered_by VARCHAR COLLATE "C" NOT NULL,
	reviewed_by VARCHAR COLLATE "C",
	approved_by VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_lims_result PRIMARY KEY (id),
	CONSTRAINT uq_lims_result_test_id UNIQUE (test_id)
)

CREATE INDEX ix_lims_result_batch_id ON lims_result (batch_id)

CREATE INDEX ix_lims_result_sample_id ON lims_result (sample_id)

CREATE TABLE lims_run (
	number VARCHAR COLLATE "C" NOT NULL,
	method_id VARCHAR COLLATE "C" NOT NULL,
	instrument VARCHAR COLLATE "C" NOT NULL,
	analyst_id VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	test_ids VARCHAR COLLATE "C" NOT NULL,
	materials VARCHAR COLLATE "C" NOT NULL,
	pinned VARCHAR COLLATE "C" NOT NULL,
	document_digest VARCHAR COLLATE "C",
	raw_file_id VARCHAR COLLATE "C",
	injections VARCHAR COLLATE "C" NOT NULL,
	suitability VARCHAR COLLATE "C" NOT NULL,
	findings VARCHAR COLLATE "C" NOT NULL,
	instrument_trail VARCHAR COLLATE "C" NOT NULL,
	started_at BIGINT,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_lims_run PRIMARY KEY (id),
	CONSTRAINT uq_lims_run_number UNIQUE (number)
)

CREATE TABLE lims_sample (
	number VARCHAR COLLATE "C" NOT NULL,
	kind VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	parent_id VARCHAR COLLATE "C",
	batch_id VARCHAR COLLATE "C",
	lot_id VARCHAR COLLATE "C",
	point VARCHAR COLLATE "C" NOT NULL,
	location VARCHAR COLLATE "C" NOT NULL,
	planned_at BIGINT,
	sampled_at BIGINT,
	sampled_by VARCHAR COLLATE "C",
	received_at BIGINT,
	plan_id VARCHAR COLLATE "C",
	specification_id VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_lims_sample PRIMARY KEY (id),
	CONSTRAINT uq_lims_sample_number UNIQUE (number)
)

CREATE INDEX ix_lims_sample_batch_id ON lims_sample (batch_id)

CREATE INDEX ix_lims_sample_lot_id ON lims_sample (lot_id)

CREATE INDEX ix_lims_sample_parent_id ON lims_sample (parent_id)

CREATE TABLE lims_test (
	number VARCHAR COLLATE "C" NOT NULL,
	sample_id VARCHAR COLLATE "C" NOT NULL,
	batch_id VARCHAR COLLATE "C",
	analysis VARCHAR COLLATE "C" NOT NULL,
	method_id VARCHAR COLLATE "C" NOT NULL,
	specification_id VARCHAR COLLATE "C",
	kind VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	run_id VARCHAR COLLATE "C",
	redetermines_id VARCHAR COLLATE "C",
	investigation_id VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_lims_test PRIMARY KEY (id),
	CONSTRAINT uq_lims_test_number UNIQUE (number)
)

CREATE INDEX ix_lims_test_batch_id ON lims_test (batch_id)

CREATE INDEX ix_lims_test_redetermines_id ON lims_test (redetermines_id)

CREATE INDEX ix_lims_test_run_id ON lims_test (run_id)

CREATE INDEX ix_lims_test_sample_id ON lims_test (sample_id)

CREATE TABLE material_container (
	code VARCHAR COLLATE "C" NOT NULL,
	lot_id VARCHAR COLLATE "C" NOT NULL,
	quantity NUMERIC NOT NULL,
	location VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_material_container PRIMARY KEY (id),
	CONSTRAINT uq_material_container_code UNIQUE (code)
)

CREATE INDEX ix_material_container_lot_id ON material_container (lot_id)

CREATE TABLE material_definition (
	code VARCHAR COLLATE "C" NOT NULL,
	title VARCHAR COLLATE "C" NOT NULL,
	kind VARCHAR COLLATE "C" NOT NULL,
	unit VARCHAR COLLATE "C" NOT NULL,
	needs VARCHAR COLLATE "C" NOT NULL,
	disposed_by VARCHAR COLLATE "C" NOT NULL,
	specification VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_material_definition PRIMARY KEY (id),
	CONSTRAINT uq_material_definition_code UNIQUE (code)
)

CREATE TABLE material_genealogy (
	key VARCHAR COLLATE "C" NOT NULL,
	kind VARCHAR COLLATE "C" NOT NULL,
	source_type VARCHAR COLLATE "C" NOT NULL,
	source_id VARCHAR COLLATE "C" NOT NULL,
	target_type VARCHAR COLLATE "C" NOT NULL,
	target_id VARCHAR COLLATE "C" NOT NULL,
	quantity NUMERIC,
	unit VARCHAR COLLATE "C",
	happened_at BIGINT NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_material_genealogy PRIMARY KEY (id),
	CONSTRAINT uq_material_genealogy_key UNIQUE (key)
)

CREATE INDEX ix_material_genealogy_source_id ON material_genealogy (source_id)

CREATE INDEX ix_material_genealogy_target_id ON material_genealogy (target_id)

CREATE TABLE material_lot (
	number VARCHAR COLLATE "C" NOT NULL,
	definition_id VARCHAR COLLATE "C" NOT NULL,
	supplier VARCHAR COLLATE "C" NOT NULL,
	supplier_lot VARCHAR COLLATE "C" NOT NULL,
	quantity NUMERIC NOT NULL,
	remaining NUMERIC NOT NULL,
	unit VARCHAR COLLATE "C" NOT NULL,
	expires_on VARCHAR COLLATE "C",
	received_at BIGINT,
	usage VARCHAR COLLATE "C" NOT NULL,
	disposition VARCHAR COLLATE "C" NOT NULL,
	disposition_reason VARCHAR COLLATE "C",
	disposition_signature VARCHAR COLLATE "C",
	certificate_digest VARCHAR COLLATE "C",
	certificate_name VARCHAR COLLATE "C",
	batch_id VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_material_lot PRIMARY KEY (id),
	CONSTRAINT uq_material_lot_number UNIQUE (number)
)

CREATE INDEX ix_material_lot_batch_id ON material_lot (batch_id)

CREATE INDEX ix_material_lot_definition_id ON material_lot (definition_id)

CREATE TABLE mes_adjustment (
	proposal_id VARCHAR COLLATE "C" NOT NULL,
	batch_id VARCHAR COLLATE "C" NOT NULL,
	signature_id VARCHAR COLLATE "C" NOT NULL,
	tag VARCHAR COLLATE "C" NOT NULL,
	channel VARCHAR COLLATE "C" NOT NULL,
	value NUMERIC,
	unit VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	reason VARCHAR COLLATE "C",
	command_key VARCHAR COLLATE "C",
	readback VARCHAR COLLATE "C",
	applied_at BIGINT,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_mes_adjustment PRIMARY KEY (id),
	CONSTRAINT uq_mes_adjustment_proposal_id UNIQUE (proposal_id, tag)
)

CREATE INDEX ix_mes_adjustment_batch_id ON mes_adjustment (batch_id)

CREATE INDEX ix_mes_adjustment_proposal_id ON mes_adjustment (proposal_id)

CREATE TABLE mes_heartbeat (
	name VARCHAR COLLATE "C" NOT NULL,
	server_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_mes_heartbeat PRIMARY KEY (name)
)

CREATE TABLE mes_order (
	number VARCHAR COLLATE "C" NOT NULL,
	recipe_code VARCHAR COLLATE "C" NOT NULL,
	product VARCHAR COLLATE "C" NOT NULL,
	quantity NUMERIC,
	unit VARCHAR COLLATE "C",
	priority BIGINT NOT NULL,
	planned_start BIGINT,
	state VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_mes_order PRIMARY KEY (id),
	CONSTRAINT uq_mes_order_number UNIQUE (number)
)

CREATE TABLE mes_recipe (
	code VARCHAR COLLATE "C" NOT NULL,
	number BIGINT NOT NULL,
	title VARCHAR COLLATE "C" NOT NULL,
	product VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	content VARCHAR COLLATE "C" NOT NULL,
	content_digest VARCHAR COLLATE "C" NOT NULL,
	source_digest VARCHAR COLLATE "C" NOT NULL,
	warnings VARCHAR COLLATE "C" NOT NULL,
	submitted_by VARCHAR COLLATE "C" NOT NULL,
	author_id VARCHAR COLLATE "C",
	checker_id VARCHAR COLLATE "C",
	approver_id VARCHAR COLLATE "C",
	effective_at BIGINT,
	state_reason VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_mes_recipe PRIMARY KEY (id),
	CONSTRAINT uq_mes_recipe_code UNIQUE (code, number)
)

CREATE INDEX ix_mes_recipe_code ON mes_recipe (code)

CREATE TABLE quality_audit_trail_review (
	batch_id VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	seed BIGINT NOT NULL,
	sampled VARCHAR COLLATE "C" NOT NULL,
	flagged VARCHAR COLLATE "C" NOT NULL,
	outcome VARCHAR COLLATE "C",
	comment VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_quality_audit_trail_review PRIMARY KEY (id),
	CONSTRAINT uq_quality_audit_trail_review_batch_id UNIQUE (batch_id)
)

CREATE TABLE quality_deviation (
	number VARCHAR COLLATE "C" NOT NULL,
	key VARCHAR COLLATE "C" NOT NULL,
	title VARCHAR COLLATE "C" NOT NULL,
	description VARCHAR COLLATE "C" NOT NULL,
	batch_id VARCHAR COLLATE "C",
	exception_ids VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	classification VARCHAR COLLATE "C",
	root_cause VARCHAR COLLATE "C",
	product_impact VARCHAR COLLATE "C",
	corrective_action VARCHAR COLLATE "C",
	investigator_id VARCHAR COLLATE "C",
	closed_at BIGINT,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_quality_deviation PRIMARY KEY (id),
	CONSTRAINT uq_quality_deviation_number UNIQUE (number),
	CONSTRAINT uq_quality_deviation_key UNIQUE (key)
)

CREATE INDEX ix_quality_deviation_batch_id ON quality_deviation (batch_id)

CREATE TABLE quality_disposition (
	batch_id VARCHAR COLLATE "C" NOT NULL,
	batch_number VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	coverage VARCHAR COLLATE "C" NOT NULL,
	decided_at BIGINT,
	signature_id VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_quality_disposition PRIMARY KEY (id),
	CONSTRAINT uq_quality_disposition_batch_id UNIQUE (batch_id)
)

CREATE TABLE quality_exception (
	number VARCHAR COLLATE "C" NOT NULL,
	key VARCHAR COLLATE "C" NOT NULL,
	kind VARCHAR COLLATE "C" NOT NULL,
	severity VARCHAR COLLATE "C" NOT NULL,
	title VARCHAR COLLATE "C" NOT NULL,
	detail VARCHAR COLLATE "C" NOT NULL,
	batch_id VARCHAR COLLATE "C",
	subject_type VARCHAR COLLATE "C" NOT NULL,
	subject_id VARCHAR COLLATE "C" NOT NULL,
	evidence VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	disposition VARCHAR COLLATE "C",
	comment VARCHAR COLLATE "C",
	deviation_id VARCHAR COLLATE "C",
	signature_id VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_quality_exception PRIMARY KEY (id),
	CONSTRAINT uq_quality_exception_number UNIQUE (number),
	CONSTRAINT uq_quality_exception_key UNIQUE (key)
)

CREATE INDEX ix_quality_exception_batch_id ON quality_exception (batch_id)

CREATE INDEX ix_quality_exception_subject_id ON quality_exception (subject_id)

CREATE TABLE record_access_event (
	kind VARCHAR COLLATE "C" NOT NULL,
	username VARCHAR COLLATE "C" NOT NULL,
	person_id VARCHAR COLLATE "C",
	remote VARCHAR COLLATE "C" NOT NULL,
	detail VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_access_event PRIMARY KEY (id)
)

CREATE TABLE record_access_review (
	number VARCHAR COLLATE "C" NOT NULL,
	person_id VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	title VARCHAR COLLATE "C" NOT NULL,
	roles VARCHAR COLLATE "C" NOT NULL,
	opened_at BIGINT NOT NULL,
	due_at BIGINT NOT NULL,
	overdue_at BIGINT,
	decisions VARCHAR COLLATE "C",
	decided_at BIGINT,
	decided_by VARCHAR COLLATE "C",
	signature_id VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_access_review PRIMARY KEY (id),
	CONSTRAINT uq_record_access_review_number UNIQUE (number)
)

CREATE INDEX ix_record_access_review_person_id ON record_access_review (person_id)

CREATE INDEX ix_record_access_review_state ON record_access_review (state)

CREATE TABLE record_content (
	digest VARCHAR COLLATE "C" NOT NULL,
	size BIGINT NOT NULL,
	media_type VARCHAR COLLATE "C" NOT NULL,
	origin VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_content PRIMARY KEY (id),
	CONSTRAINT uq_record_content_digest UNIQUE (digest)
)

CREATE TABLE record_counter (
	series VARCHAR COLLATE "C" NOT NULL,
	last BIGINT NOT NULL,
	CONSTRAINT pk_record_counter PRIMARY KEY (series)
)

CREATE TABLE record_credential (
	owner_id VARCHAR COLLATE "C" NOT NULL,
	owner_type VARCHAR COLLATE "C" NOT NULL,
	secret VARCHAR COLLATE "C" NOT NULL,
	CONSTRAINT pk_record_credential PRIMARY KEY (owner_id),
	CONSTRAINT uq_record_credential_secret UNIQUE (secret)
)

CREATE TABLE record_delegation (
	from_id VARCHAR COLLATE "C" NOT NULL,
	to_id VARCHAR COLLATE "C" NOT NULL,
	role VARCHAR COLLATE "C",
	verbs VARCHAR COLLATE "C" NOT NULL,
	begins_at BIGINT NOT NULL,
	ends_at BIGINT NOT NULL,
	reason VARCHAR COLLATE "C" NOT NULL,
	given_by VARCHAR COLLATE "C" NOT NULL,
	revoked_at BIGINT,
	revoked_by VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_delegation PRIMARY KEY (id)
)

CREATE INDEX ix_record_delegation_from_id ON record_delegation (from_id)

CREATE INDEX ix_record_delegation_to_id ON record_delegation (to_id)

CREATE TABLE record_duty_conflict (
	key VARCHAR COLLATE "C" NOT NULL,
	kind VARCHAR COLLATE "C" NOT NULL,
	person_id VARCHAR COLLATE "C" NOT NULL,
	record_type VARCHAR COLLATE "C" NOT NULL,
	record_id VARCHAR COLLATE "C" NOT NULL,
	detail VARCHAR COLLATE "C" NOT NULL,
	found_at BIGINT NOT NULL,
	gone_at BIGINT,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_duty_conflict PRIMARY KEY (id),
	CONSTRAINT uq_record_duty_conflict_key UNIQUE (key)
)

CREATE INDEX ix_record_duty_conflict_person_id ON record_duty_conflict (person_id)

CREATE TABLE record_export (
	subject_type VARCHAR COLLATE "C" NOT NULL,
	subject_id VARCHAR COLLATE "C" NOT NULL,
	title VARCHAR COLLATE "C" NOT NULL,
	records VARCHAR COLLATE "C" NOT NULL,
	files VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_export PRIMARY KEY (id)
)

CREATE INDEX ix_record_export_subject_id ON record_export (subject_id)

CREATE TABLE record_installation (
	name VARCHAR COLLATE "C" NOT NULL,
	site VARCHAR COLLATE "C" NOT NULL,
	simulated BOOLEAN NOT NULL,
	demo BOOLEAN NOT NULL,
	process_origin BIGINT,
	process_rate VARCHAR COLLATE "C",
	created_at BIGINT NOT NULL,
	time_zone VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_installation PRIMARY KEY (id)
)

CREATE TABLE record_machine_token (
	name VARCHAR COLLATE "C" NOT NULL,
	scopes VARCHAR COLLATE "C" NOT NULL,
	issued_at BIGINT NOT NULL,
	issued_by VARCHAR COLLATE "C" NOT NULL,
	issue_count BIGINT NOT NULL,
	credential_mac VARCHAR COLLATE "C" NOT NULL,
	revoked_at BIGINT,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_machine_token PRIMARY KEY (id),
	CONSTRAINT uq_record_machine_token_name UNIQUE (name)
)

CREATE TABLE record_outbox (
	position BIGSERIAL NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	topic VARCHAR COLLATE "C" NOT NULL,
	record_type VARCHAR COLLATE "C" NOT NULL,
	record_id VARCHAR COLLATE "C" NOT NULL,
	payload VARCHAR COLLATE "C" NOT NULL,
	entry_seq BIGINT NOT NULL,
	signed BOOLEAN NOT NULL,
	occurred_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_outbox PRIMARY KEY (position),
	CONSTRAINT uq_record_outbox_id UNIQUE (id)
)

CREATE INDEX ix_record_outbox_topic ON record_outbox (topic)

CREATE TABLE record_outbox_cursor (
	subscriber VARCHAR COLLATE "C" NOT NULL,
	position BIGINT NOT NULL,
	CONSTRAINT pk_record_outbox_cursor PRIMARY KEY (subscriber)
)

CREATE TABLE record_person (
	username VARCHAR COLLATE "C" NOT NULL,
	full_name VARCHAR COLLATE "C" NOT NULL,
	active BOOLEAN NOT NULL,
	password_set_at BIGINT NOT NULL,
	password_set_by VARCHAR COLLATE "C" NOT NULL,
	password_count BIGINT NOT NULL,
	credential_mac VARCHAR COLLATE "C" NOT NULL,
	failed_attempts BIGINT NOT NULL,
	locked_at BIGINT,
	robot_for VARCHAR COLLATE "C",
	policy_acknowledged_at BIGINT,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_person PRIMARY KEY (id),
	CONSTRAINT uq_record_person_username UNIQUE (username)
)

CREATE TABLE record_rights_search (
	rules_digest VARCHAR COLLATE "C" NOT NULL,
	rules_count BIGINT NOT NULL,
	people BIGINT NOT NULL,
	found BIGINT NOT NULL,
	gone BIGINT NOT NULL,
	standing BIGINT NOT NULL,
	searched_at BIGINT NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_rights_search PRIMARY KEY (id)
)

CREATE INDEX ix_record_rights_search_searched_at ON record_rights_search (searched_at)

CREATE TABLE record_role_assignment (
	person_id VARCHAR COLLATE "C" NOT NULL,
	role VARCHAR COLLATE "C" NOT NULL,
	active BOOLEAN NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_role_assignment PRIMARY KEY (id),
	CONSTRAINT uq_record_role_assignment_person_id UNIQUE (person_id, role)
)

CREATE INDEX ix_record_role_assignment_person_id ON record_role_assignment (person_id)

CREATE TABLE record_schema (
	revision VARCHAR COLLATE "C" NOT NULL,
	fingerprint VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_schema PRIMARY KEY (id)
)

CREATE TABLE record_session (
	person_id VARCHAR COLLATE "C" NOT NULL,
	credential_mac VARCHAR COLLATE "C" NOT NULL,
	remote VARCHAR COLLATE "C" NOT NULL,
	started_at BIGINT NOT NULL,
	ends_at BIGINT NOT NULL,
	ended_at BIGINT,
	ended_because VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_session PRIMARY KEY (id)
)

CREATE INDEX ix_record_session_person_id ON record_session (person_id)

CREATE TABLE record_signature (
	record_type VARCHAR COLLATE "C" NOT NULL,
	record_id VARCHAR COLLATE "C" NOT NULL,
	record_version BIGINT NOT NULL,
	meaning VARCHAR COLLATE "C" NOT NULL,
	title VARCHAR COLLATE "C" NOT NULL,
	content VARCHAR COLLATE "C" NOT NULL,
	digest VARCHAR COLLATE "C" NOT NULL,
	reason VARCHAR COLLATE "C" NOT NULL,
	person_id VARCHAR COLLATE "C" NOT NULL,
	printed_name VARCHAR COLLATE "C" NOT NULL,
	robot BOOLEAN NOT NULL,
	session_id VARCHAR COLLATE "C",
	signed_at BIGINT NOT NULL,
	time_zone VARCHAR COLLATE "C" NOT NULL,
	binding VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_signature PRIMARY KEY (id)
)

CREATE INDEX ix_record_signature_person_id ON record_signature (person_id)

CREATE INDEX ix_record_signature_record_id ON record_signature (record_id)

CREATE TABLE record_training (
	person_id VARCHAR COLLATE "C" NOT NULL,
	competency VARCHAR COLLATE "C" NOT NULL,
	document VARCHAR COLLATE "C" NOT NULL,
	trained_at BIGINT NOT NULL,
	expires_at BIGINT,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_training PRIMARY KEY (id)
)

CREATE INDEX ix_record_training_person_id ON record_training (person_id)

CREATE TABLE twin_model (
	code VARCHAR COLLATE "C" NOT NULL,
	release VARCHAR COLLATE "C" NOT NULL,
	title VARCHAR COLLATE "C" NOT NULL,
	digest VARCHAR COLLATE "C" NOT NULL,
	content_digest VARCHAR COLLATE "C" NOT NULL,
	validity VARCHAR COLLATE "C" NOT NULL,
	intended_use VARCHAR COLLATE "C" NOT NULL,
	spec VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_twin_model PRIMARY KEY (id),
	CONSTRAINT uq_twin_model_code UNIQUE (code, digest)
)

CREATE INDEX ix_twin_model_code ON twin_model (code)

CREATE TABLE mes_control_recipe (
	recipe_id VARCHAR COLLATE "C" NOT NULL,
	content VARCHAR COLLATE "C" NOT NULL,
	content_digest VARCHAR COLLATE "C" NOT NULL,
	bindings VARCHAR COLLATE "C" NOT NULL,
	formula VARCHAR COLLATE "C" NOT NULL,
	snapshot_digest VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_mes_control_recipe PRIMARY KEY (id),
	CONSTRAINT fk_mes_control_recipe_recipe_id FOREIGN KEY(recipe_id) REFERENCES mes_recipe (id)
)

CREATE TABLE twin_definition (
	number VARCHAR COLLATE "C" NOT NULL,
	equipment VARCHAR COLLATE "C" NOT NULL,
	model_id VARCHAR COLLATE "C" NOT NULL,
	title VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	settings VARCHAR COLLATE "C" NOT NULL,
	settings_digest VARCHAR COLLATE "C" NOT NULL,
	defined_by VARCHAR COLLATE "C" NOT NULL,
	commissioned_signature_id VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_twin_definition PRIMARY KEY (id),
	CONSTRAINT uq_twin_definition_number UNIQUE (number),
	CONSTRAINT fk_twin_definition_model_id FOREIGN KEY(model_id) REFERENCES twin_model (id)
)

CREATE INDEX ix_twin_definition_equipment ON twin_definition (equipment)

CREATE INDEX ix_twin_definition_state ON twin_definition (state)

CREATE TABLE mes_batch (
	number VARCHAR COLLATE "C" NOT NULL,
	order_id VARCHAR COLLATE "C" NOT NULL,
	recipe_id VARCHAR COLLATE "C" NOT NULL,
	control_recipe_id VARCHAR COLLATE "C" NOT NULL,
	product VARCHAR COLLATE "C" NOT NULL,
	equipment VARCHAR COLLATE "C" NOT NULL,
	execution VARCHAR COLLATE "C" NOT NULL,
	semantics BIGINT NOT NULL,
	simulated BOOLEAN NOT NULL,
	started_at BIGINT,
	ended_at BIGINT,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_mes_batch PRIMARY KEY (id),
	CONSTRAINT uq_mes_batch_number UNIQUE (number),
	CONSTRAINT fk_mes_batch_order_id FOREIGN KEY(order_id) REFERENCES mes_order (id),
	CONSTRAINT fk_mes_batch_recipe_id FOREIGN KEY(recipe_id) REFERENCES mes_recipe (id),
	CONSTRAINT fk_mes_batch_control_recipe_id FOREIGN KEY(control_recipe_id) REFERENCES mes_control_recipe (id)
)

CREATE INDEX ix_mes_batch_execution ON mes_batch (execution)

CREATE TABLE twin_instance (
	number VARCHAR COLLATE "C" NOT NULL,
	definition_id VARCHAR COLLATE "C" NOT NULL,
	model_id VARCHAR COLLATE "C" NOT NULL,
	batch_id VARCHAR COLLATE "C" NOT NULL,
	batch_number VARCHAR COLLATE "C" NOT NULL,
	equipment VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	reasons VARCHAR COLLATE "C" NOT NULL,
	started_at BIGINT,
	start_volume NUMERIC,
	frozen_at BIGINT,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_twin_instance PRIMARY KEY (id),
	CONSTRAINT uq_twin_instance_definition_id UNIQUE (definition_id, batch_id),
	CONSTRAINT uq_twin_instance_number UNIQUE (number),
	CONSTRAINT fk_twin_instance_definition_id FOREIGN KEY(definition_id) REFERENCES twin_definition (id),
	CONSTRAINT fk_twin_instance_model_id FOREIGN KEY(model_id) REFERENCES twin_model (id)
)

CREATE INDEX ix_twin_instance_batch_id ON twin_instance (batch_id)

CREATE INDEX ix_twin_instance_state ON twin_instance (state)

CREATE TABLE mes_allocation (
	key VARCHAR COLLATE "C" NOT NULL,
	batch_id VARCHAR COLLATE "C" NOT NULL,
	path VARCHAR COLLATE "C" NOT NULL,
	symbol VARCHAR COLLATE "C" NOT NULL,
	equipment VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	priority BIGINT NOT NULL,
	requested_at BIGINT NOT NULL,
	granted_at BIGINT,
	released_at BIGINT,
	reasons VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_mes_allocation PRIMARY KEY (id),
	CONSTRAINT uq_mes_allocation_key UNIQUE (key),
	CONSTRAINT fk_mes_allocation_batch_id FOREIGN KEY(batch_id) REFERENCES mes_batch (id)
)

CREATE INDEX ix_mes_allocation_batch_id ON mes_allocation (batch_id)

CREATE INDEX ix_mes_allocation_equipment ON mes_allocation (equipment)

CREATE TABLE mes_journal (
	batch_id VARCHAR COLLATE "C" NOT NULL,
	sequence BIGINT NOT NULL,
	type VARCHAR COLLATE "C" NOT NULL,
	path VARCHAR COLLATE "C",
	event VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_mes_journal PRIMARY KEY (id),
	CONSTRAINT uq_mes_journal_batch_id UNIQUE (batch_id, sequence),
	CONSTRAINT fk_mes_journal_batch_id FOREIGN KEY(batch_id) REFERENCES mes_batch (id)
)

CREATE TABLE mes_sample (
	key VARCHAR COLLATE "C" NOT NULL,
	batch_id VARCHAR COLLATE "C" NOT NULL,
	path VARCHAR COLLATE "C" NOT NULL,
	sample_id VARCHAR COLLATE "C" NOT NULL,
	number VARCHAR COLLATE "C" NOT NULL,
	plan VARCHAR COLLATE "C" NOT NULL,
	label VARCHAR COLLATE "C" NOT NULL,
	drawn_at BIGINT,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_mes_sample PRIMARY KEY (id),
	CONSTRAINT uq_mes_sample_key UNIQUE (key),
	CONSTRAINT fk_mes_sample_batch_id FOREIGN KEY(batch_id) REFERENCES mes_batch (id)
)

CREATE INDEX ix_mes_sample_batch_id ON mes_sample (batch_id)

CREATE TABLE mes_task (
	key VARCHAR COLLATE "C" NOT NULL,
	batch_id VARCHAR COLLATE "C" NOT NULL,
	path VARCHAR COLLATE "C" NOT NULL,
	unit_code VARCHAR COLLATE "C" NOT NULL,
	title VARCHAR COLLATE "C" NOT NULL,
	role VARCHAR COLLATE "C" NOT NULL,
	form VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	offered_at BIGINT NOT NULL,
	entered_by VARCHAR COLLATE "C",
	entered_at BIGINT,
	comment VARCHAR COLLATE "C",
	lot_number VARCHAR COLLATE "C",
	witness_signature_id VARCHAR COLLATE "C",
	accepted_at BIGINT,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_mes_task PRIMARY KEY (id),
	CONSTRAINT uq_mes_task_key UNIQUE (key),
	CONSTRAINT fk_mes_task_batch_id FOREIGN KEY(batch_id) REFERENCES mes_batch (id)
)

CREATE INDEX ix_mes_task_batch_id ON mes_task (batch_id)

CREATE INDEX ix_mes_task_state ON mes_task (state)

CREATE TABLE twin_hour (
	instance_id VARCHAR COLLATE "C" NOT NULL,
	hour BIGINT NOT NULL,
	revision BIGINT NOT NULL,
	taken_at BIGINT NOT NULL,
	arrived_at BIGINT NOT NULL,
	inputs VARCHAR COLLATE "C" NOT NULL,
	measured VARCHAR COLLATE "C" NOT NULL,
	quality VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_twin_hour PRIMARY KEY (id),
	CONSTRAINT uq_twin_hour_instance_id UNIQUE (instance_id, hour, revision),
	CONSTRAINT fk_twin_hour_instance_id FOREIGN KEY(instance_id) REFERENCES twin_instance (id)
)

CREATE INDEX ix_twin_hour_instance_id ON twin_hour (instance_id)

CREATE TABLE twin_measurement (
	instance_id VARCHAR COLLATE "C" NOT NULL,
	key VARCHAR COLLATE "C" NOT NULL,
	revision BIGINT NOT NULL,
	output VARCHAR COLLATE "C" NOT NULL,
	value NUMERIC,
	unit VARCHAR COLLATE "C" NOT NULL,
	sd NUMERIC NOT NULL,
	status VARCHAR COLLATE "C" NOT NULL,
	sampled_at BIGINT NOT NULL,
	arrived_at BIGINT NOT NULL,
	source_type VARCHAR COLLATE "C" NOT NULL,
	source_id VARCHAR COLLATE "C" NOT NULL,
	sample_number VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_twin_measurement PRIMARY KEY (id),
	CONSTRAINT uq_twin_measurement_instance_id UNIQUE (instance_id, key, revision),
	CONSTRAINT fk_twin_measurement_instance_id FOREIGN KEY(instance_id) REFERENCES twin_instance (id)
)

CREATE INDEX ix_twin_measurement_instance_id ON twin_measurement (instance_id)

CREATE TABLE twin_outlook (
	number VARCHAR COLLATE "C" NOT NULL,
	instance_id VARCHAR COLLATE "C" NOT NULL,
	batch_id VARCHAR COLLATE "C" NOT NULL,
	batch_number VARCHAR COLLATE "C" NOT NULL,
	alert_id VARCHAR COLLATE "C" NOT NULL,
	alert_number VARCHAR COLLATE "C" NOT NULL,
	alert_title VARCHAR COLLATE "C" NOT NULL,
	raised_at BIGINT NOT NULL,
	hour BIGINT NOT NULL,
	horizon_h BIGINT NOT NULL,
	twin_state VARCHAR COLLATE "C" NOT NULL,
	twin_reasons VARCHAR COLLATE "C" NOT NULL,
	delivered VARCHAR COLLATE "C" NOT NULL,
	figures VARCHAR COLLATE "C" NOT NULL,
	sentence VARCHAR COLLATE "C" NOT NULL,
	refused_because VARCHAR COLLATE "C",
	scenarios VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_twin_outlook PRIMARY KEY (id),
	CONSTRAINT uq_twin_outlook_number UNIQUE (number),
	CONSTRAINT fk_twin_outlook_instance_id FOREIGN KEY(instance_id) REFERENCES twin_instance (id),
	CONSTRAINT uq_twin_outlook_alert_id UNIQUE (alert_id)
)

CREATE INDEX ix_twin_outlook_batch_id ON twin_outlook (batch_id)

CREATE INDEX ix_twin_outlook_instance_id ON twin_outlook (instance_id)

CREATE TABLE twin_proposal (
	number VARCHAR COLLATE "C" NOT NULL,
	instance_id VARCHAR COLLATE "C" NOT NULL,
	batch_id VARCHAR COLLATE "C" NOT NULL,
	batch_number VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	title VARCHAR COLLATE "C" NOT NULL,
	rationale VARCHAR COLLATE "C" NOT NULL,
	author_id VARCHAR COLLATE "C" NOT NULL,
	author_kind VARCHAR COLLATE "C" NOT NULL,
	changes VARCHAR COLLATE "C" NOT NULL,
	predicted VARCHAR COLLATE "C" NOT NULL,
	do_nothing VARCHAR COLLATE "C" NOT NULL,
	fault_cost VARCHAR COLLATE "C" NOT NULL,
	checks VARCHAR COLLATE "C" NOT NULL,
	scenarios VARCHAR COLLATE "C" NOT NULL,
	digest VARCHAR COLLATE "C" NOT NULL,
	compare_hour BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	submitted_by VARCHAR COLLATE "C",
	submitted_signature_id VARCHAR COLLATE "C",
	decided_by VARCHAR COLLATE "C",
	decided_signature_id VARCHAR COLLATE "C",
	decided_at BIGINT,
	state_reason VARCHAR COLLATE "C",
	applied VARCHAR COLLATE "C" NOT NULL,
	outcome VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_twin_proposal PRIMARY KEY (id),
	CONSTRAINT uq_twin_proposal_number UNIQUE (number),
	CONSTRAINT fk_twin_proposal_instance_id FOREIGN KEY(instance_id) REFERENCES twin_instance (id)
)

CREATE INDEX ix_twin_proposal_batch_id ON twin_proposal (batch_id)

CREATE INDEX ix_twin_proposal_instance_id ON twin_proposal (instance_id)

CREATE INDEX ix_twin_proposal_state ON twin_proposal (state)

CREATE TABLE twin_replay (
	instance_id VARCHAR COLLATE "C" NOT NULL,
	cause VARCHAR COLLATE "C" NOT NULL,
	from_hour BIGINT NOT NULL,
	to_hour BIGINT NOT NULL,
	before VARCHAR COLLATE "C" NOT NULL,
	after VARCHAR COLLATE "C" NOT NULL,
	belief_digest VARCHAR COLLATE "C" NOT NULL,
	known_through VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_twin_replay PRIMARY KEY (id),
	CONSTRAINT fk_twin_replay_instance_id FOREIGN KEY(instance_id) REFERENCES twin_instance (id)
)

CREATE INDEX ix_twin_replay_instance_id ON twin_replay (instance_id)

CREATE TABLE twin_scenario (
	number VARCHAR COLLATE "C" NOT NULL,
	instance_id VARCHAR COLLATE "C" NOT NULL,
	title VARCHAR COLLATE "C" NOT NULL,
	kind VARCHAR COLLATE "C" NOT NULL,
	"order" VARCHAR COLLATE "C" NOT NULL,
	order_digest VARCHAR COLLATE "C" NOT NULL,
	hour BIGINT NOT NULL,
	known_through VARCHAR COLLATE "C" NOT NULL,
	model_digest VARCHAR COLLATE "C" NOT NULL,
	result VARCHAR COLLATE "C" NOT NULL,
	result_digest VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_twin_scenario PRIMARY KEY (id),
	CONSTRAINT uq_twin_scenario_number UNIQUE (number),
	CONSTRAINT fk_twin_scenario_instance_id FOREIGN KEY(instance_id) REFERENCES twin_instance (id)
)

CREATE INDEX ix_twin_scenario_instance_id ON twin_scenario (instance_id)

CREATE TABLE twin_snapshot (
	instance_id VARCHAR COLLATE "C" NOT NULL,
	hour BIGINT NOT NULL,
	known_at BIGINT NOT NULL,
	known_through VARCHAR COLLATE "C" NOT NULL,
	knowledge_digest VARCHAR COLLATE "C" NOT NULL,
	belief_digest VARCHAR COLLATE "C" NOT NULL,
	states VARCHAR COLLATE "C" NOT NULL,
	outputs VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_twin_snapshot PRIMARY KEY (id),
	CONSTRAINT fk_twin_snapshot_instance_id FOREIGN KEY(instance_id) REFERENCES twin_instance (id)
)

CREATE INDEX ix_twin_snapshot_instance_id ON twin_snapshot (instance_id)

CREATE TABLE mes_charge (
	batch_id VARCHAR COLLATE "C" NOT NULL,
	task_id VARCHAR COLLATE "C" NOT NULL,
	direction VARCHAR COLLATE "C" NOT NULL,
	material VARCHAR COLLATE "C" NOT NULL,
	lot_id VARCHAR COLLATE "C" NOT NULL,
	lot_number VARCHAR COLLATE "C" NOT NULL,
	quantity NUMERIC,
	unit VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_mes_charge PRIMARY KEY (id),
	CONSTRAINT fk_mes_charge_batch_id FOREIGN KEY(batch_id) REFERENCES mes_batch (id),
	CONSTRAINT fk_mes_charge_task_id FOREIGN KEY(task_id) REFERENCES mes_task (id)
)

CREATE INDEX ix_mes_charge_batch_id ON mes_charge (batch_id)

CREATE TABLE mes_task_entry (
	task_id VARCHAR COLLATE "C" NOT NULL,
	name VARCHAR COLLATE "C" NOT NULL,
	revision BIGINT NOT NULL,
	text VARCHAR COLLATE "C" NOT NULL,
	value NUMERIC,
	unit VARCHAR COLLATE "C",
	low NUMERIC,
	high NUMERIC,
	inside BOOLEAN,
	entered_by VARCHAR COLLATE "C" NOT NULL,
	reason VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_mes_task_entry PRIMARY KEY (id),
	CONSTRAINT uq_mes_task_entry_task_id UNIQUE (task_id, name, revision),
	CONSTRAINT fk_mes_task_entry_task_id FOREIGN KEY(task_id) REFERENCES mes_task (id)
)

CREATE OR REPLACE FUNCTION titer_equipment_calibration_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('equipment_calibration', NEW.id, NEW.version, NULL, '{' || '"as_found":' || coalesce(to_json(NEW."as_found")::text, 'null') || ',' || '"as_left":' || coalesce(to_json(NEW."as_left")::text, 'null') || ',' || '"certificate_digest":' || coalesce(to_json(NEW."certificate_digest")::text, 'null') || ',' || '"due_at":' || coalesce(NEW."due_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"node_id":' || coalesce(to_json(NEW."node_id")::text, 'null') || ',' || '"performed_at":' || coalesce(NEW."performed_at"::text, 'null') || ',' || '"performed_by":' || coalesce(to_json(NEW."performed_by")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"result":' || coalesce(to_json(NEW."result")::text, 'null') || ',' || '"standard":' || coalesce(to_json(NEW."standard")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_calibration.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('equipment_calibration', NEW.id, NEW.version, '{' || '"as_found":' || coalesce(to_json(OLD."as_found")::text, 'null') || ',' || '"as_left":' || coalesce(to_json(OLD."as_left")::text, 'null') || ',' || '"certificate_digest":' || coalesce(to_json(OLD."certificate_digest")::text, 'null') || ',' || '"due_at":' || coalesce(OLD."due_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"node_id":' || coalesce(to_json(OLD."node_id")::text, 'null') || ',' || '"performed_at":' || coalesce(OLD."performed_at"::text, 'null') || ',' || '"performed_by":' || coalesce(to_json(OLD."performed_by")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"result":' || coalesce(to_json(OLD."result")::text, 'null') || ',' || '"standard":' || coalesce(to_json(OLD."standard")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"as_found":' || coalesce(to_json(NEW."as_found")::text, 'null') || ',' || '"as_left":' || coalesce(to_json(NEW."as_left")::text, 'null') || ',' || '"certificate_digest":' || coalesce(to_json(NEW."certificate_digest")::text, 'null') || ',' || '"due_at":' || coalesce(NEW."due_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"node_id":' || coalesce(to_json(NEW."node_id")::text, 'null') || ',' || '"performed_at":' || coalesce(NEW."performed_at"::text, 'null') || ',' || '"performed_by":' || coalesce(to_json(NEW."performed_by")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"result":' || coalesce(to_json(NEW."result")::text, 'null') || ',' || '"standard":' || coalesce(to_json(NEW."standard")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('equipment_calibration', OLD.id, OLD.version + 1, '{' || '"as_found":' || coalesce(to_json(OLD."as_found")::text, 'null') || ',' || '"as_left":' || coalesce(to_json(OLD."as_left")::text, 'null') || ',' || '"certificate_digest":' || coalesce(to_json(OLD."certificate_digest")::text, 'null') || ',' || '"due_at":' || coalesce(OLD."due_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"node_id":' || coalesce(to_json(OLD."node_id")::text, 'null') || ',' || '"performed_at":' || coalesce(OLD."performed_at"::text, 'null') || ',' || '"performed_by":' || coalesce(to_json(OLD."performed_by")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"result":' || coalesce(to_json(OLD."result")::text, 'null') || ',' || '"standard":' || coalesce(to_json(OLD."standard")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_equipment_calibration_entry() FROM PUBLIC

CREATE TRIGGER titer_equipment_calibration_insert AFTER INSERT ON equipment_calibration FOR EACH ROW EXECUTE FUNCTION titer_equipment_calibration_entry()

ALTER TABLE equipment_calibration ENABLE ALWAYS TRIGGER titer_equipment_calibration_insert

CREATE TRIGGER titer_equipment_calibration_no_update BEFORE UPDATE ON equipment_calibration FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE equipment_calibration ENABLE ALWAYS TRIGGER titer_equipment_calibration_no_update

CREATE TRIGGER titer_equipment_calibration_no_delete BEFORE DELETE ON equipment_calibration FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE equipment_calibration ENABLE ALWAYS TRIGGER titer_equipment_calibration_no_delete

CREATE TRIGGER titer_equipment_calibration_no_truncate BEFORE TRUNCATE ON equipment_calibration FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE equipment_calibration ENABLE ALWAYS TRIGGER titer_equipment_calibration_no_truncate

CREATE OR REPLACE FUNCTION titer_equipment_channel_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('equipment_channel', NEW.id, NEW.version, NULL, '{' || '"active":' || coalesce(NEW."active"::text, 'null') || ',' || '"address":' || coalesce(to_json(NEW."address")::text, 'null') || ',' || '"alarm_high":' || coalesce('"' || NEW."alarm_high"::text || '"', 'null') || ',' || '"alarm_low":' || coalesce('"' || NEW."alarm_low"::text || '"', 'null') || ',' || '"connection_id":' || coalesce(to_json(NEW."connection_id")::text, 'null') || ',' || '"description":' || coalesce(to_json(NEW."description")::text, 'null') || ',' || '"high":' || coalesce('"' || NEW."high"::text || '"', 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"low":' || coalesce('"' || NEW."low"::text || '"', 'null') || ',' || '"node_code":' || coalesce(to_json(NEW."node_code")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"resolution":' || coalesce('"' || NEW."resolution"::text || '"', 'null') || ',' || '"settings":' || coalesce(to_json(NEW."settings")::text, 'null') || ',' || '"tag":' || coalesce(to_json(NEW."tag")::text, 'null') || ',' || '"unit":' || coalesce(to_json(NEW."unit")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || ',' || '"writable":' || coalesce(NEW."writable"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_channel.id keeps its first value'; END IF;
  IF NEW."tag" IS DISTINCT FROM OLD."tag" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_channel.tag keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('equipment_channel', NEW.id, NEW.version, '{' || '"active":' || coalesce(OLD."active"::text, 'null') || ',' || '"address":' || coalesce(to_json(OLD."address")::text, 'null') || ',' || '"alarm_high":' || coalesce('"' || OLD."alarm_high"::text || '"', 'null') || ',' || '"alarm_low":' || coalesce('"' || OLD."alarm_low"::text || '"', 'null') || ',' || '"connection_id":' || coalesce(to_json(OLD."connection_id")::text, 'null') || ',' || '"description":' || coalesce(to_json(OLD."description")::text, 'null') || ',' || '"high":' || coalesce('"' || OLD."high"::text || '"', 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"low":' || coalesce('"' || OLD."low"::text || '"', 'null') || ',' || '"node_code":' || coalesce(to_json(OLD."node_code")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"resolution":' || coalesce('"' || OLD."resolution"::text || '"', 'null') || ',' || '"settings":' || coalesce(to_json(OLD."settings")::text, 'null') || ',' || '"tag":' || coalesce(to_json(OLD."tag")::text, 'null') || ',' || '"unit":' || coalesce(to_json(OLD."unit")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || ',' || '"writable":' || coalesce(OLD."writable"::text, 'null') || '}', '{' || '"active":' || coalesce(NEW."active"::text, 'null') || ',' || '"address":' || coalesce(to_json(NEW."address")::text, 'null') || ',' || '"alarm_high":' || coalesce('"' || NEW."alarm_high"::text || '"', 'null') || ',' || '"alarm_low":' || coalesce('"' || NEW."alarm_low"::text || '"', 'null') || ',' || '"connection_id":' || coalesce(to_json(NEW."connection_id")::text, 'null') || ',' || '"description":' || coalesce(to_json(NEW."description")::text, 'null') || ',' || '"high":' || coalesce('"' || NEW."high"::text || '"', 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"low":' || coalesce('"' || NEW."low"::text || '"', 'null') || ',' || '"node_code":' || coalesce(to_json(NEW."node_code")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"resolution":' || coalesce('"' || NEW."resolution"::text || '"', 'null') || ',' || '"settings":' || coalesce(to_json(NEW."settings")::text, 'null') || ',' || '"tag":' || coalesce(to_json(NEW."tag")::text, 'null') || ',' || '"unit":' || coalesce(to_json(NEW."unit")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || ',' || '"writable":' || coalesce(NEW."writable"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('equipment_channel', OLD.id, OLD.version + 1, '{' || '"active":' || coalesce(OLD."active"::text, 'null') || ',' || '"address":' || coalesce(to_json(OLD."address")::text, 'null') || ',' || '"alarm_high":' || coalesce('"' || OLD."alarm_high"::text || '"', 'null') || ',' || '"alarm_low":' || coalesce('"' || OLD."alarm_low"::text || '"', 'null') || ',' || '"connection_id":' || coalesce(to_json(OLD."connection_id")::text, 'null') || ',' || '"description":' || coalesce(to_json(OLD."description")::text, 'null') || ',' || '"high":' || coalesce('"' || OLD."high"::text || '"', 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"low":' || coalesce('"' || OLD."low"::text || '"', 'null') || ',' || '"node_code":' || coalesce(to_json(OLD."node_code")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"resolution":' || coalesce('"' || OLD."resolution"::text || '"', 'null') || ',' || '"settings":' || coalesce(to_json(OLD."settings")::text, 'null') || ',' || '"tag":' || coalesce(to_json(OLD."tag")::text, 'null') || ',' || '"unit":' || coalesce(to_json(OLD."unit")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || ',' || '"writable":' || coalesce(OLD."writable"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_equipment_channel_entry() FROM PUBLIC

CREATE TRIGGER titer_equipment_channel_insert AFTER INSERT ON equipment_channel FOR EACH ROW EXECUTE FUNCTION titer_equipment_channel_entry()

ALTER TABLE equipment_channel ENABLE ALWAYS TRIGGER titer_equipment_channel_insert

CREATE TRIGGER titer_equipment_channel_update AFTER UPDATE ON equipment_channel FOR EACH ROW EXECUTE FUNCTION titer_equipment_channel_entry()

ALTER TABLE equipment_channel ENABLE ALWAYS TRIGGER titer_equipment_channel_update

CREATE TRIGGER titer_equipment_channel_delete AFTER DELETE ON equipment_channel FOR EACH ROW EXECUTE FUNCTION titer_equipment_channel_entry()

ALTER TABLE equipment_channel ENABLE ALWAYS TRIGGER titer_equipment_channel_delete

CREATE TRIGGER titer_equipment_channel_no_truncate BEFORE TRUNCATE ON equipment_channel FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE equipment_channel ENABLE ALWAYS TRIGGER titer_equipment_channel_no_truncate

CREATE OR REPLACE FUNCTION titer_equipment_command_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('equipment_command', NEW.id, NEW.version, NULL, '{' || '"cause":' || coalesce(to_json(NEW."cause")::text, 'null') || ',' || '"completed_at":' || coalesce(NEW."completed_at"::text, 'null') || ',' || '"connection":' || coalesce(to_json(NEW."connection")::text, 'null') || ',' || '"deadline":' || coalesce(NEW."deadline"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"message":' || coalesce(to_json(NEW."message")::text, 'null') || ',' || '"parameters":' || coalesce(to_json(NEW."parameters")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"readback":' || coalesce(to_json(NEW."readback")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"requested_at":' || coalesce(NEW."requested_at"::text, 'null') || ',' || '"responses":' || coalesce(to_json(NEW."responses")::text, 'null') || ',' || '"source_time":' || coalesce(NEW."source_time"::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"target":' || coalesce(to_json(NEW."target")::text, 'null') || ',' || '"unit":' || coalesce(to_json(NEW."unit")::text, 'null') || ',' || '"value":' || coalesce(to_json(NEW."value")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_command.id keeps its first value'; END IF;
  IF NEW."key" IS DISTINCT FROM OLD."key" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_command.key keeps its first value'; END IF;
  IF NEW."connection" IS DISTINCT FROM OLD."connection" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_command.connection keeps its first value'; END IF;
  IF NEW."kind" IS DISTINCT FROM OLD."kind" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_command.kind keeps its first value'; END IF;
  IF NEW."target" IS DISTINCT FROM OLD."target" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_command.target keeps its first value'; END IF;
  IF NEW."value" IS DISTINCT FROM OLD."value" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_command.value keeps its first value'; END IF;
  IF NEW."unit" IS DISTINCT FROM OLD."unit" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_command.unit keeps its first value'; END IF;
  IF NEW."parameters" IS DISTINCT FROM OLD."parameters" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_command.parameters keeps its first value'; END IF;
  IF NEW."cause" IS DISTINCT FROM OLD."cause" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_command.cause keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('equipment_command', NEW.id, NEW.version, '{' || '"cause":' || coalesce(to_json(OLD."cause")::text, 'null') || ',' || '"completed_at":' || coalesce(OLD."completed_at"::text, 'null') || ',' || '"connection":' || coalesce(to_json(OLD."connection")::text, 'null') || ',' || '"deadline":' || coalesce(OLD."deadline"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"message":' || coalesce(to_json(OLD."message")::text, 'null') || ',' || '"parameters":' || coalesce(to_json(OLD."parameters")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"readback":' || coalesce(to_json(OLD."readback")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"requested_at":' || coalesce(OLD."requested_at"::text, 'null') || ',' || '"responses":' || coalesce(to_json(OLD."responses")::text, 'null') || ',' || '"source_time":' || coalesce(OLD."source_time"::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"target":' || coalesce(to_json(OLD."target")::text, 'null') || ',' || '"unit":' || coalesce(to_json(OLD."unit")::text, 'null') || ',' || '"value":' || coalesce(to_json(OLD."value")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"cause":' || coalesce(to_json(NEW."cause")::text, 'null') || ',' || '"completed_at":' || coalesce(NEW."completed_at"::text, 'null') || ',' || '"connection":' || coalesce(to_json(NEW."connection")::text, 'null') || ',' || '"deadline":' || coalesce(NEW."deadline"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"message":' || coalesce(to_json(NEW."message")::text, 'null') || ',' || '"parameters":' || coalesce(to_json(NEW."parameters")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"readback":' || coalesce(to_json(NEW."readback")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"requested_at":' || coalesce(NEW."requested_at"::text, 'null') || ',' || '"responses":' || coalesce(to_json(NEW."responses")::text, 'null') || ',' || '"source_time":' || coalesce(NEW."source_time"::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"target":' || coalesce(to_json(NEW."target")::text, 'null') || ',' || '"unit":' || coalesce(to_json(NEW."unit")::text, 'null') || ',' || '"value":' || coalesce(to_json(NEW."value")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('equipment_command', OLD.id, OLD.version + 1, '{' || '"cause":' || coalesce(to_json(OLD."cause")::text, 'null') || ',' || '"completed_at":' || coalesce(OLD."completed_at"::text, 'null') || ',' || '"connection":' || coalesce(to_json(OLD."connection")::text, 'null') || ',' || '"deadline":' || coalesce(OLD."deadline"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"message":' || coalesce(to_json(OLD."message")::text, 'null') || ',' || '"parameters":' || coalesce(to_json(OLD."parameters")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"readback":' || coalesce(to_json(OLD."readback")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"requested_at":' || coalesce(OLD."requested_at"::text, 'null') || ',' || '"responses":' || coalesce(to_json(OLD."responses")::text, 'null') || ',' || '"source_time":' || coalesce(OLD."source_time"::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"target":' || coalesce(to_json(OLD."target")::text, 'null') || ',' || '"unit":' || coalesce(to_json(OLD."unit")::text, 'null') || ',' || '"value":' || coalesce(to_json(OLD."value")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_equipment_command_entry() FROM PUBLIC

CREATE TRIGGER titer_equipment_command_insert AFTER INSERT ON equipment_command FOR EACH ROW EXECUTE FUNCTION titer_equipment_command_entry()

ALTER TABLE equipment_command ENABLE ALWAYS TRIGGER titer_equipment_command_insert

CREATE TRIGGER titer_equipment_command_update AFTER UPDATE ON equipment_command FOR EACH ROW EXECUTE FUNCTION titer_equipment_command_entry()

ALTER TABLE equipment_command ENABLE ALWAYS TRIGGER titer_equipment_command_update

CREATE TRIGGER titer_equipment_command_delete AFTER DELETE ON equipment_command FOR EACH ROW EXECUTE FUNCTION titer_equipment_command_entry()

ALTER TABLE equipment_command ENABLE ALWAYS TRIGGER titer_equipment_command_delete

CREATE TRIGGER titer_equipment_command_no_truncate BEFORE TRUNCATE ON equipment_command FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE equipment_command ENABLE ALWAYS TRIGGER titer_equipment_command_no_truncate

CREATE OR REPLACE FUNCTION titer_equipment_connection_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('equipment_connection', NEW.id, NEW.version, NULL, '{' || '"changed_by":' || coalesce(to_json(NEW."changed_by")::text, 'null') || ',' || '"fingerprint":' || coalesce(to_json(NEW."fingerprint")::text, 'null') || ',' || '"host":' || coalesce(to_json(NEW."host")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(NEW."name")::text, 'null') || ',' || '"node_code":' || coalesce(to_json(NEW."node_code")::text, 'null') || ',' || '"owner":' || coalesce(to_json(NEW."owner")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"recording_since":' || coalesce(NEW."recording_since"::text, 'null') || ',' || '"revision":' || coalesce(NEW."revision"::text, 'null') || ',' || '"seen_fingerprint":' || coalesce(to_json(NEW."seen_fingerprint")::text, 'null') || ',' || '"seen_identity":' || coalesce(to_json(NEW."seen_identity")::text, 'null') || ',' || '"settings":' || coalesce(to_json(NEW."settings")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"type":' || coalesce(to_json(NEW."type")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_connection.id keeps its first value'; END IF;
  IF NEW."name" IS DISTINCT FROM OLD."name" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_connection.name keeps its first value'; END IF;
  IF NEW."type" IS DISTINCT FROM OLD."type" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_connection.type keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('equipment_connection', NEW.id, NEW.version, '{' || '"changed_by":' || coalesce(to_json(OLD."changed_by")::text, 'null') || ',' || '"fingerprint":' || coalesce(to_json(OLD."fingerprint")::text, 'null') || ',' || '"host":' || coalesce(to_json(OLD."host")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(OLD."name")::text, 'null') || ',' || '"node_code":' || coalesce(to_json(OLD."node_code")::text, 'null') || ',' || '"owner":' || coalesce(to_json(OLD."owner")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"recording_since":' || coalesce(OLD."recording_since"::text, 'null') || ',' || '"revision":' || coalesce(OLD."revision"::text, 'null') || ',' || '"seen_fingerprint":' || coalesce(to_json(OLD."seen_fingerprint")::text, 'null') || ',' || '"seen_identity":' || coalesce(to_json(OLD."seen_identity")::text, 'null') || ',' || '"settings":' || coalesce(to_json(OLD."settings")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"type":' || coalesce(to_json(OLD."type")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"changed_by":' || coalesce(to_json(NEW."changed_by")::text, 'null') || ',' || '"fingerprint":' || coalesce(to_json(NEW."fingerprint")::text, 'null') || ',' || '"host":' || coalesce(to_json(NEW."host")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(NEW."name")::text, 'null') || ',' || '"node_code":' || coalesce(to_json(NEW."node_code")::text, 'null') || ',' || '"owner":' || coalesce(to_json(NEW."owner")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"recording_since":' || coalesce(NEW."recording_since"::text, 'null') || ',' || '"revision":' || coalesce(NEW."revision"::text, 'null') || ',' || '"seen_fingerprint":' || coalesce(to_json(NEW."seen_fingerprint")::text, 'null') || ',' || '"seen_identity":' || coalesce(to_json(NEW."seen_identity")::text, 'null') || ',' || '"settings":' || coalesce(to_json(NEW."settings")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"type":' || coalesce(to_json(NEW."type")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('equipment_connection', OLD.id, OLD.version + 1, '{' || '"changed_by":' || coalesce(to_json(OLD."changed_by")::text, 'null') || ',' || '"fingerprint":' || coalesce(to_json(OLD."fingerprint")::text, 'null') || ',' || '"host":' || coalesce(to_json(OLD."host")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(OLD."name")::text, 'null') || ',' || '"node_code":' || coalesce(to_json(OLD."node_code")::text, 'null') || ',' || '"owner":' || coalesce(to_json(OLD."owner")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"recording_since":' || coalesce(OLD."recording_since"::text, 'null') || ',' || '"revision":' || coalesce(OLD."revision"::text, 'null') || ',' || '"seen_fingerprint":' || coalesce(to_json(OLD."seen_fingerprint")::text, 'null') || ',' || '"seen_identity":' || coalesce(to_json(OLD."seen_identity")::text, 'null') || ',' || '"settings":' || coalesce(to_json(OLD."settings")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"type":' || coalesce(to_json(OLD."type")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_equipment_connection_entry() FROM PUBLIC

CREATE TRIGGER titer_equipment_connection_insert AFTER INSERT ON equipment_connection FOR EACH ROW EXECUTE FUNCTION titer_equipment_connection_entry()

ALTER TABLE equipment_connection ENABLE ALWAYS TRIGGER titer_equipment_connection_insert

CREATE TRIGGER titer_equipment_connection_update AFTER UPDATE ON equipment_connection FOR EACH ROW EXECUTE FUNCTION titer_equipment_connection_entry()

ALTER TABLE equipment_connection ENABLE ALWAYS TRIGGER titer_equipment_connection_update

CREATE TRIGGER titer_equipment_connection_delete AFTER DELETE ON equipment_connection FOR EACH ROW EXECUTE FUNCTION titer_equipment_connection_entry()

ALTER TABLE equipment_connection ENABLE ALWAYS TRIGGER titer_equipment_connection_delete

CREATE TRIGGER titer_equipment_connection_no_truncate BEFORE TRUNCATE ON equipment_connection FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE equipment_connection ENABLE ALWAYS TRIGGER titer_equipment_connection_no_truncate

CREATE OR REPLACE FUNCTION titer_equipment_context_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('equipment_context', NEW.id, NEW.version, NULL, '{' || '"content":' || coalesce(to_json(NEW."content")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"subject":' || coalesce(to_json(NEW."subject")::text, 'null') || ',' || '"valid_from":' || coalesce(NEW."valid_from"::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_context.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('equipment_context', NEW.id, NEW.version, '{' || '"content":' || coalesce(to_json(OLD."content")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"subject":' || coalesce(to_json(OLD."subject")::text, 'null') || ',' || '"valid_from":' || coalesce(OLD."valid_from"::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"content":' || coalesce(to_json(NEW."content")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"subject":' || coalesce(to_json(NEW."subject")::text, 'null') || ',' || '"valid_from":' || coalesce(NEW."valid_from"::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('equipment_context', OLD.id, OLD.version + 1, '{' || '"content":' || coalesce(to_json(OLD."content")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"subject":' || coalesce(to_json(OLD."subject")::text, 'null') || ',' || '"valid_from":' || coalesce(OLD."valid_from"::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_equipment_context_entry() FROM PUBLIC

CREATE TRIGGER titer_equipment_context_insert AFTER INSERT ON equipment_context FOR EACH ROW EXECUTE FUNCTION titer_equipment_context_entry()

ALTER TABLE equipment_context ENABLE ALWAYS TRIGGER titer_equipment_context_insert

CREATE TRIGGER titer_equipment_context_no_update BEFORE UPDATE ON equipment_context FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE equipment_context ENABLE ALWAYS TRIGGER titer_equipment_context_no_update

CREATE TRIGGER titer_equipment_context_no_delete BEFORE DELETE ON equipment_context FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE equipment_context ENABLE ALWAYS TRIGGER titer_equipment_context_no_delete

CREATE TRIGGER titer_equipment_context_no_truncate BEFORE TRUNCATE ON equipment_context FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE equipment_context ENABLE ALWAYS TRIGGER titer_equipment_context_no_truncate

CREATE OR REPLACE FUNCTION titer_equipment_document_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('equipment_document', NEW.id, NEW.version, NULL, '{' || '"connection":' || coalesce(to_json(NEW."connection")::text, 'null') || ',' || '"digest":' || coalesce(to_json(NEW."digest")::text, 'null') || ',' || '"disposition_reason":' || coalesce(to_json(NEW."disposition_reason")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(NEW."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"identity":' || coalesce(to_json(NEW."identity")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"media_type":' || coalesce(to_json(NEW."media_type")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"seen_at":' || coalesce(NEW."seen_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_document.id keeps its first value'; END IF;
  IF NEW."key" IS DISTINCT FROM OLD."key" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_document.key keeps its first value'; END IF;
  IF NEW."connection" IS DISTINCT FROM OLD."connection" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_document.connection keeps its first value'; END IF;
  IF NEW."digest" IS DISTINCT FROM OLD."digest" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_document.digest keeps its first value'; END IF;
  IF NEW."file_name" IS DISTINCT FROM OLD."file_name" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_document.file_name keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('equipment_document', NEW.id, NEW.version, '{' || '"connection":' || coalesce(to_json(OLD."connection")::text, 'null') || ',' || '"digest":' || coalesce(to_json(OLD."digest")::text, 'null') || ',' || '"disposition_reason":' || coalesce(to_json(OLD."disposition_reason")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(OLD."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"identity":' || coalesce(to_json(OLD."identity")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"media_type":' || coalesce(to_json(OLD."media_type")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"seen_at":' || coalesce(OLD."seen_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"connection":' || coalesce(to_json(NEW."connection")::text, 'null') || ',' || '"digest":' || coalesce(to_json(NEW."digest")::text, 'null') || ',' || '"disposition_reason":' || coalesce(to_json(NEW."disposition_reason")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(NEW."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"identity":' || coalesce(to_json(NEW."identity")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"media_type":' || coalesce(to_json(NEW."media_type")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"seen_at":' || coalesce(NEW."seen_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('equipment_document', OLD.id, OLD.version + 1, '{' || '"connection":' || coalesce(to_json(OLD."connection")::text, 'null') || ',' || '"digest":' || coalesce(to_json(OLD."digest")::text, 'null') || ',' || '"disposition_reason":' || coalesce(to_json(OLD."disposition_reason")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(OLD."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"identity":' || coalesce(to_json(OLD."identity")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"media_type":' || coalesce(to_json(OLD."media_type")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"seen_at":' || coalesce(OLD."seen_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_equipment_document_entry() FROM PUBLIC

CREATE TRIGGER titer_equipment_document_insert AFTER INSERT ON equipment_document FOR EACH ROW EXECUTE FUNCTION titer_equipment_document_entry()

ALTER TABLE equipment_document ENABLE ALWAYS TRIGGER titer_equipment_document_insert

CREATE TRIGGER titer_equipment_document_update AFTER UPDATE ON equipment_document FOR EACH ROW EXECUTE FUNCTION titer_equipment_document_entry()

ALTER TABLE equipment_document ENABLE ALWAYS TRIGGER titer_equipment_document_update

CREATE TRIGGER titer_equipment_document_delete AFTER DELETE ON equipment_document FOR EACH ROW EXECUTE FUNCTION titer_equipment_document_entry()

ALTER TABLE equipment_document ENABLE ALWAYS TRIGGER titer_equipment_document_delete

CREATE TRIGGER titer_equipment_document_no_truncate BEFORE TRUNCATE ON equipment_document FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE equipment_document ENABLE ALWAYS TRIGGER titer_equipment_document_no_truncate

CREATE OR REPLACE FUNCTION titer_equipment_gap_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('equipment_gap', NEW.id, NEW.version, NULL, '{' || '"connection":' || coalesce(to_json(NEW."connection")::text, 'null') || ',' || '"filled_rows":' || coalesce(NEW."filled_rows"::text, 'null') || ',' || '"from_us":' || coalesce(NEW."from_us"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(NEW."outcome")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(NEW."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"to_us":' || coalesce(NEW."to_us"::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || ',' || '"windows":' || coalesce(to_json(NEW."windows")::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_gap.id keeps its first value'; END IF;
  IF NEW."key" IS DISTINCT FROM OLD."key" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_gap.key keeps its first value'; END IF;
  IF NEW."connection" IS DISTINCT FROM OLD."connection" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_gap.connection keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('equipment_gap', NEW.id, NEW.version, '{' || '"connection":' || coalesce(to_json(OLD."connection")::text, 'null') || ',' || '"filled_rows":' || coalesce(OLD."filled_rows"::text, 'null') || ',' || '"from_us":' || coalesce(OLD."from_us"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(OLD."outcome")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(OLD."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"to_us":' || coalesce(OLD."to_us"::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || ',' || '"windows":' || coalesce(to_json(OLD."windows")::text, 'null') || '}', '{' || '"connection":' || coalesce(to_json(NEW."connection")::text, 'null') || ',' || '"filled_rows":' || coalesce(NEW."filled_rows"::text, 'null') || ',' || '"from_us":' || coalesce(NEW."from_us"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(NEW."outcome")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(NEW."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"to_us":' || coalesce(NEW."to_us"::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || ',' || '"windows":' || coalesce(to_json(NEW."windows")::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('equipment_gap', OLD.id, OLD.version + 1, '{' || '"connection":' || coalesce(to_json(OLD."connection")::text, 'null') || ',' || '"filled_rows":' || coalesce(OLD."filled_rows"::text, 'null') || ',' || '"from_us":' || coalesce(OLD."from_us"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(OLD."outcome")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(OLD."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"to_us":' || coalesce(OLD."to_us"::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || ',' || '"windows":' || coalesce(to_json(OLD."windows")::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_equipment_gap_entry() FROM PUBLIC

CREATE TRIGGER titer_equipment_gap_insert AFTER INSERT ON equipment_gap FOR EACH ROW EXECUTE FUNCTION titer_equipment_gap_entry()

ALTER TABLE equipment_gap ENABLE ALWAYS TRIGGER titer_equipment_gap_insert

CREATE TRIGGER titer_equipment_gap_update AFTER UPDATE ON equipment_gap FOR EACH ROW EXECUTE FUNCTION titer_equipment_gap_entry()

ALTER TABLE equipment_gap ENABLE ALWAYS TRIGGER titer_equipment_gap_update

CREATE TRIGGER titer_equipment_gap_delete AFTER DELETE ON equipment_gap FOR EACH ROW EXECUTE FUNCTION titer_equipment_gap_entry()

ALTER TABLE equipment_gap ENABLE ALWAYS TRIGGER titer_equipment_gap_delete

CREATE TRIGGER titer_equipment_gap_no_truncate BEFORE TRUNCATE ON equipment_gap FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE equipment_gap ENABLE ALWAYS TRIGGER titer_equipment_gap_no_truncate

CREATE OR REPLACE FUNCTION titer_equipment_logbook_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('equipment_logbook', NEW.id, NEW.version, NULL, '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"by":' || coalesce(to_json(NEW."by")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"node_id":' || coalesce(to_json(NEW."node_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"text":' || coalesce(to_json(NEW."text")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_logbook.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('equipment_logbook', NEW.id, NEW.version, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"by":' || coalesce(to_json(OLD."by")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"node_id":' || coalesce(to_json(OLD."node_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"text":' || coalesce(to_json(OLD."text")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"by":' || coalesce(to_json(NEW."by")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"node_id":' || coalesce(to_json(NEW."node_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"text":' || coalesce(to_json(NEW."text")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('equipment_logbook', OLD.id, OLD.version + 1, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"by":' || coalesce(to_json(OLD."by")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"node_id":' || coalesce(to_json(OLD."node_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"text":' || coalesce(to_json(OLD."text")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_equipment_logbook_entry() FROM PUBLIC

CREATE TRIGGER titer_equipment_logbook_insert AFTER INSERT ON equipment_logbook FOR EACH ROW EXECUTE FUNCTION titer_equipment_logbook_entry()

ALTER TABLE equipment_logbook ENABLE ALWAYS TRIGGER titer_equipment_logbook_insert

CREATE TRIGGER titer_equipment_logbook_no_update BEFORE UPDATE ON equipment_logbook FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE equipment_logbook ENABLE ALWAYS TRIGGER titer_equipment_logbook_no_update

CREATE TRIGGER titer_equipment_logbook_no_delete BEFORE DELETE ON equipment_logbook FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE equipment_logbook ENABLE ALWAYS TRIGGER titer_equipment_logbook_no_delete

CREATE TRIGGER titer_equipment_logbook_no_truncate BEFORE TRUNCATE ON equipment_logbook FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE equipment_logbook ENABLE ALWAYS TRIGGER titer_equipment_logbook_no_truncate

CREATE OR REPLACE FUNCTION titer_equipment_node_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('equipment_node', NEW.id, NEW.version, NULL, '{' || '"calibration_due":' || coalesce(NEW."calibration_due"::text, 'null') || ',' || '"capabilities":' || coalesce(to_json(NEW."capabilities")::text, 'null') || ',' || '"class_name":' || coalesce(to_json(NEW."class_name")::text, 'null') || ',' || '"clean_hold_h":' || coalesce('"' || NEW."clean_hold_h"::text || '"', 'null') || ',' || '"clean_until":' || coalesce(NEW."clean_until"::text, 'null') || ',' || '"cleanliness":' || coalesce(to_json(NEW."cleanliness")::text, 'null') || ',' || '"code":' || coalesce(to_json(NEW."code")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"level":' || coalesce(to_json(NEW."level")::text, 'null') || ',' || '"location":' || coalesce(to_json(NEW."location")::text, 'null') || ',' || '"maker":' || coalesce(to_json(NEW."maker")::text, 'null') || ',' || '"model":' || coalesce(to_json(NEW."model")::text, 'null') || ',' || '"name":' || coalesce(to_json(NEW."name")::text, 'null') || ',' || '"parent_id":' || coalesce(to_json(NEW."parent_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"qualification":' || coalesce(to_json(NEW."qualification")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"serial":' || coalesce(to_json(NEW."serial")::text, 'null') || ',' || '"used_for":' || coalesce(to_json(NEW."used_for")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_node.id keeps its first value'; END IF;
  IF NEW."code" IS DISTINCT FROM OLD."code" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_node.code keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('equipment_node', NEW.id, NEW.version, '{' || '"calibration_due":' || coalesce(OLD."calibration_due"::text, 'null') || ',' || '"capabilities":' || coalesce(to_json(OLD."capabilities")::text, 'null') || ',' || '"class_name":' || coalesce(to_json(OLD."class_name")::text, 'null') || ',' || '"clean_hold_h":' || coalesce('"' || OLD."clean_hold_h"::text || '"', 'null') || ',' || '"clean_until":' || coalesce(OLD."clean_until"::text, 'null') || ',' || '"cleanliness":' || coalesce(to_json(OLD."cleanliness")::text, 'null') || ',' || '"code":' || coalesce(to_json(OLD."code")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"level":' || coalesce(to_json(OLD."level")::text, 'null') || ',' || '"location":' || coalesce(to_json(OLD."location")::text, 'null') || ',' || '"maker":' || coalesce(to_json(OLD."maker")::text, 'null') || ',' || '"model":' || coalesce(to_json(OLD."model")::text, 'null') || ',' || '"name":' || coalesce(to_json(OLD."name")::text, 'null') || ',' || '"parent_id":' || coalesce(to_json(OLD."parent_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"qualification":' || coalesce(to_json(OLD."qualification")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"serial":' || coalesce(to_json(OLD."serial")::text, 'null') || ',' || '"used_for":' || coalesce(to_json(OLD."used_for")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"calibration_due":' || coalesce(NEW."calibration_due"::text, 'null') || ',' || '"capabilities":' || coalesce(to_json(NEW."capabilities")::text, 'null') || ',' || '"class_name":' || coalesce(to_json(NEW."class_name")::text, 'null') || ',' || '"clean_hold_h":' || coalesce('"' || NEW."clean_hold_h"::text || '"', 'null') || ',' || '"clean_until":' || coalesce(NEW."clean_until"::text, 'null') || ',' || '"cleanliness":' || coalesce(to_json(NEW."cleanliness")::text, 'null') || ',' || '"code":' || coalesce(to_json(NEW."code")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"level":' || coalesce(to_json(NEW."level")::text, 'null') || ',' || '"location":' || coalesce(to_json(NEW."location")::text, 'null') || ',' || '"maker":' || coalesce(to_json(NEW."maker")::text, 'null') || ',' || '"model":' || coalesce(to_json(NEW."model")::text, 'null') || ',' || '"name":' || coalesce(to_json(NEW."name")::text, 'null') || ',' || '"parent_id":' || coalesce(to_json(NEW."parent_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"qualification":' || coalesce(to_json(NEW."qualification")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"serial":' || coalesce(to_json(NEW."serial")::text, 'null') || ',' || '"used_for":' || coalesce(to_json(NEW."used_for")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('equipment_node', OLD.id, OLD.version + 1, '{' || '"calibration_due":' || coalesce(OLD."calibration_due"::text, 'null') || ',' || '"capabilities":' || coalesce(to_json(OLD."capabilities")::text, 'null') || ',' || '"class_name":' || coalesce(to_json(OLD."class_name")::text, 'null') || ',' || '"clean_hold_h":' || coalesce('"' || OLD."clean_hold_h"::text || '"', 'null') || ',' || '"clean_until":' || coalesce(OLD."clean_until"::text, 'null') || ',' || '"cleanliness":' || coalesce(to_json(OLD."cleanliness")::text, 'null') || ',' || '"code":' || coalesce(to_json(OLD."code")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"level":' || coalesce(to_json(OLD."level")::text, 'null') || ',' || '"location":' || coalesce(to_json(OLD."location")::text, 'null') || ',' || '"maker":' || coalesce(to_json(OLD."maker")::text, 'null') || ',' || '"model":' || coalesce(to_json(OLD."model")::text, 'null') || ',' || '"name":' || coalesce(to_json(OLD."name")::text, 'null') || ',' || '"parent_id":' || coalesce(to_json(OLD."parent_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"qualification":' || coalesce(to_json(OLD."qualification")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"serial":' || coalesce(to_json(OLD."serial")::text, 'null') || ',' || '"used_for":' || coalesce(to_json(OLD."used_for")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_equipment_node_entry() FROM PUBLIC

CREATE TRIGGER titer_equipment_node_insert AFTER INSERT ON equipment_node FOR EACH ROW EXECUTE FUNCTION titer_equipment_node_entry()

ALTER TABLE equipment_node ENABLE ALWAYS TRIGGER titer_equipment_node_insert

CREATE TRIGGER titer_equipment_node_update AFTER UPDATE ON equipment_node FOR EACH ROW EXECUTE FUNCTION titer_equipment_node_entry()

ALTER TABLE equipment_node ENABLE ALWAYS TRIGGER titer_equipment_node_update

CREATE TRIGGER titer_equipment_node_delete AFTER DELETE ON equipment_node FOR EACH ROW EXECUTE FUNCTION titer_equipment_node_entry()

ALTER TABLE equipment_node ENABLE ALWAYS TRIGGER titer_equipment_node_delete

CREATE TRIGGER titer_equipment_node_no_truncate BEFORE TRUNCATE ON equipment_node FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE equipment_node ENABLE ALWAYS TRIGGER titer_equipment_node_no_truncate

CREATE OR REPLACE FUNCTION titer_equipment_stream_event_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('equipment_stream_event', NEW.id, NEW.version, NULL, '{' || '"at":' || coalesce(NEW."at"::text, 'null') || ',' || '"connection":' || coalesce(to_json(NEW."connection")::text, 'null') || ',' || '"details":' || coalesce(to_json(NEW."details")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(NEW."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: equipment_stream_event.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('equipment_stream_event', NEW.id, NEW.version, '{' || '"at":' || coalesce(OLD."at"::text, 'null') || ',' || '"connection":' || coalesce(to_json(OLD."connection")::text, 'null') || ',' || '"details":' || coalesce(to_json(OLD."details")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(OLD."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"at":' || coalesce(NEW."at"::text, 'null') || ',' || '"connection":' || coalesce(to_json(NEW."connection")::text, 'null') || ',' || '"details":' || coalesce(to_json(NEW."details")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(NEW."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('equipment_stream_event', OLD.id, OLD.version + 1, '{' || '"at":' || coalesce(OLD."at"::text, 'null') || ',' || '"connection":' || coalesce(to_json(OLD."connection")::text, 'null') || ',' || '"details":' || coalesce(to_json(OLD."details")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(OLD."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_equipment_stream_event_entry() FROM PUBLIC

CREATE TRIGGER titer_equipment_stream_event_insert AFTER INSERT ON equipment_stream_event FOR EACH ROW EXECUTE FUNCTION titer_equipment_stream_event_entry()

ALTER TABLE equipment_stream_event ENABLE ALWAYS TRIGGER titer_equipment_stream_event_insert

CREATE TRIGGER titer_equipment_stream_event_no_update BEFORE UPDATE ON equipment_stream_event FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE equipment_stream_event ENABLE ALWAYS TRIGGER titer_equipment_stream_event_no_update

CREATE TRIGGER titer_equipment_stream_event_no_delete BEFORE DELETE ON equipment_stream_event FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE equipment_stream_event ENABLE ALWAYS TRIGGER titer_equipment_stream_event_no_delete

CREATE TRIGGER titer_equipment_stream_event_no_truncate BEFORE TRUNCATE ON equipment_stream_event FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE equipment_stream_event ENABLE ALWAYS TRIGGER titer_equipment_stream_event_no_truncate

CREATE OR REPLACE FUNCTION titer_historian_seal_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('historian_seal', NEW.id, NEW.version, NULL, '{' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"log_files":' || coalesce(to_json(NEW."log_files")::text, 'null') || ',' || '"marks":' || coalesce(to_json(NEW."marks")::text, 'null') || ',' || '"number":' || coalesce(NEW."number"::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"row_count":' || coalesce(NEW."row_count"::text, 'null') || ',' || '"segment_count":' || coalesce(NEW."segment_count"::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: historian_seal.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('historian_seal', NEW.id, NEW.version, '{' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"log_files":' || coalesce(to_json(OLD."log_files")::text, 'null') || ',' || '"marks":' || coalesce(to_json(OLD."marks")::text, 'null') || ',' || '"number":' || coalesce(OLD."number"::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"row_count":' || coalesce(OLD."row_count"::text, 'null') || ',' || '"segment_count":' || coalesce(OLD."segment_count"::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"log_files":' || coalesce(to_json(NEW."log_files")::text, 'null') || ',' || '"marks":' || coalesce(to_json(NEW."marks")::text, 'null') || ',' || '"number":' || coalesce(NEW."number"::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"row_count":' || coalesce(NEW."row_count"::text, 'null') || ',' || '"segment_count":' || coalesce(NEW."segment_count"::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('historian_seal', OLD.id, OLD.version + 1, '{' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"log_files":' || coalesce(to_json(OLD."log_files")::text, 'null') || ',' || '"marks":' || coalesce(to_json(OLD."marks")::text, 'null') || ',' || '"number":' || coalesce(OLD."number"::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"row_count":' || coalesce(OLD."row_count"::text, 'null') || ',' || '"segment_count":' || coalesce(OLD."segment_count"::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_historian_seal_entry() FROM PUBLIC

CREATE TRIGGER titer_historian_seal_insert AFTER INSERT ON historian_seal FOR EACH ROW EXECUTE FUNCTION titer_historian_seal_entry()

ALTER TABLE historian_seal ENABLE ALWAYS TRIGGER titer_historian_seal_insert

CREATE TRIGGER titer_historian_seal_no_update BEFORE UPDATE ON historian_seal FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE historian_seal ENABLE ALWAYS TRIGGER titer_historian_seal_no_update

CREATE TRIGGER titer_historian_seal_no_delete BEFORE DELETE ON historian_seal FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE historian_seal ENABLE ALWAYS TRIGGER titer_historian_seal_no_delete

CREATE TRIGGER titer_historian_seal_no_truncate BEFORE TRUNCATE ON historian_seal FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE historian_seal ENABLE ALWAYS TRIGGER titer_historian_seal_no_truncate

CREATE OR REPLACE FUNCTION titer_historian_segment_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('historian_segment', NEW.id, NEW.version, NULL, '{' || '"day":' || coalesce(to_json(NEW."day")::text, 'null') || ',' || '"digest":' || coalesce(to_json(NEW."digest")::text, 'null') || ',' || '"end_us":' || coalesce(NEW."end_us"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"path":' || coalesce(to_json(NEW."path")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"received_us":' || coalesce(NEW."received_us"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"row_count":' || coalesce(NEW."row_count"::text, 'null') || ',' || '"seal_number":' || coalesce(NEW."seal_number"::text, 'null') || ',' || '"size":' || coalesce(NEW."size"::text, 'null') || ',' || '"start_us":' || coalesce(NEW."start_us"::text, 'null') || ',' || '"tag_count":' || coalesce(NEW."tag_count"::text, 'null') || ',' || '"tags_digest":' || coalesce(to_json(NEW."tags_digest")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: historian_segment.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('historian_segment', NEW.id, NEW.version, '{' || '"day":' || coalesce(to_json(OLD."day")::text, 'null') || ',' || '"digest":' || coalesce(to_json(OLD."digest")::text, 'null') || ',' || '"end_us":' || coalesce(OLD."end_us"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"path":' || coalesce(to_json(OLD."path")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"received_us":' || coalesce(OLD."received_us"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"row_count":' || coalesce(OLD."row_count"::text, 'null') || ',' || '"seal_number":' || coalesce(OLD."seal_number"::text, 'null') || ',' || '"size":' || coalesce(OLD."size"::text, 'null') || ',' || '"start_us":' || coalesce(OLD."start_us"::text, 'null') || ',' || '"tag_count":' || coalesce(OLD."tag_count"::text, 'null') || ',' || '"tags_digest":' || coalesce(to_json(OLD."tags_digest")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"day":' || coalesce(to_json(NEW."day")::text, 'null') || ',' || '"digest":' || coalesce(to_json(NEW."digest")::text, 'null') || ',' || '"end_us":' || coalesce(NEW."end_us"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"path":' || coalesce(to_json(NEW."path")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"received_us":' || coalesce(NEW."received_us"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"row_count":' || coalesce(NEW."row_count"::text, 'null') || ',' || '"seal_number":' || coalesce(NEW."seal_number"::text, 'null') || ',' || '"size":' || coalesce(NEW."size"::text, 'null') || ',' || '"start_us":' || coalesce(NEW."start_us"::text, 'null') || ',' || '"tag_count":' || coalesce(NEW."tag_count"::text, 'null') || ',' || '"tags_digest":' || coalesce(to_json(NEW."tags_digest")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('historian_segment', OLD.id, OLD.version + 1, '{' || '"day":' || coalesce(to_json(OLD."day")::text, 'null') || ',' || '"digest":' || coalesce(to_json(OLD."digest")::text, 'null') || ',' || '"end_us":' || coalesce(OLD."end_us"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"path":' || coalesce(to_json(OLD."path")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"received_us":' || coalesce(OLD."received_us"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"row_count":' || coalesce(OLD."row_count"::text, 'null') || ',' || '"seal_number":' || coalesce(OLD."seal_number"::text, 'null') || ',' || '"size":' || coalesce(OLD."size"::text, 'null') || ',' || '"start_us":' || coalesce(OLD."start_us"::text, 'null') || ',' || '"tag_count":' || coalesce(OLD."tag_count"::text, 'null') || ',' || '"tags_digest":' || coalesce(to_json(OLD."tags_digest")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_historian_segment_entry() FROM PUBLIC

CREATE TRIGGER titer_historian_segment_insert AFTER INSERT ON historian_segment FOR EACH ROW EXECUTE FUNCTION titer_historian_segment_entry()

ALTER TABLE historian_segment ENABLE ALWAYS TRIGGER titer_historian_segment_insert

CREATE TRIGGER titer_historian_segment_no_update BEFORE UPDATE ON historian_segment FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE historian_segment ENABLE ALWAYS TRIGGER titer_historian_segment_no_update

CREATE TRIGGER titer_historian_segment_no_delete BEFORE DELETE ON historian_segment FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE historian_segment ENABLE ALWAYS TRIGGER titer_historian_segment_no_delete

CREATE TRIGGER titer_historian_segment_no_truncate BEFORE TRUNCATE ON historian_segment FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE historian_segment ENABLE ALWAYS TRIGGER titer_historian_segment_no_truncate

CREATE OR REPLACE FUNCTION titer_insight_alert_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('insight_alert', NEW.id, NEW.version, NULL, '{' || '"acknowledged_at":' || coalesce(NEW."acknowledged_at"::text, 'null') || ',' || '"acknowledged_by":' || coalesce(to_json(NEW."acknowledged_by")::text, 'null') || ',' || '"batch_hour":' || coalesce('"' || NEW."batch_hour"::text || '"', 'null') || ',' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(NEW."batch_number")::text, 'null') || ',' || '"block_digest":' || coalesce(to_json(NEW."block_digest")::text, 'null') || ',' || '"cleared_at":' || coalesce(NEW."cleared_at"::text, 'null') || ',' || '"comment":' || coalesce(to_json(NEW."comment")::text, 'null') || ',' || '"contributions":' || coalesce(to_json(NEW."contributions")::text, 'null') || ',' || '"deviation_id":' || coalesce(to_json(NEW."deviation_id")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(NEW."disposition")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(NEW."equipment")::text, 'null') || ',' || '"escalates_at":' || coalesce(NEW."escalates_at"::text, 'null') || ',' || '"exception_id":' || coalesce(to_json(NEW."exception_id")::text, 'null') || ',' || '"first_at":' || coalesce(NEW."first_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"last_raised_at":' || coalesce(NEW."last_raised_at"::text, 'null') || ',' || '"lead":' || coalesce(to_json(NEW."lead")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(NEW."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"occurrences":' || coalesce(NEW."occurrences"::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"raised_at":' || coalesce(NEW."raised_at"::text, 'null') || ',' || '"ratio":' || coalesce('"' || NEW."ratio"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(NEW."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"statistic":' || coalesce(to_json(NEW."statistic")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || ',' || '"watch_id":' || coalesce(to_json(NEW."watch_id")::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: insight_alert.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('insight_alert', NEW.id, NEW.version, '{' || '"acknowledged_at":' || coalesce(OLD."acknowledged_at"::text, 'null') || ',' || '"acknowledged_by":' || coalesce(to_json(OLD."acknowledged_by")::text, 'null') || ',' || '"batch_hour":' || coalesce('"' || OLD."batch_hour"::text || '"', 'null') || ',' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(OLD."batch_number")::text, 'null') || ',' || '"block_digest":' || coalesce(to_json(OLD."block_digest")::text, 'null') || ',' || '"cleared_at":' || coalesce(OLD."cleared_at"::text, 'null') || ',' || '"comment":' || coalesce(to_json(OLD."comment")::text, 'null') || ',' || '"contributions":' || coalesce(to_json(OLD."contributions")::text, 'null') || ',' || '"deviation_id":' || coalesce(to_json(OLD."deviation_id")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(OLD."disposition")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(OLD."equipment")::text, 'null') || ',' || '"escalates_at":' || coalesce(OLD."escalates_at"::text, 'null') || ',' || '"exception_id":' || coalesce(to_json(OLD."exception_id")::text, 'null') || ',' || '"first_at":' || coalesce(OLD."first_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"last_raised_at":' || coalesce(OLD."last_raised_at"::text, 'null') || ',' || '"lead":' || coalesce(to_json(OLD."lead")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(OLD."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"occurrences":' || coalesce(OLD."occurrences"::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"raised_at":' || coalesce(OLD."raised_at"::text, 'null') || ',' || '"ratio":' || coalesce('"' || OLD."ratio"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(OLD."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"statistic":' || coalesce(to_json(OLD."statistic")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || ',' || '"watch_id":' || coalesce(to_json(OLD."watch_id")::text, 'null') || '}', '{' || '"acknowledged_at":' || coalesce(NEW."acknowledged_at"::text, 'null') || ',' || '"acknowledged_by":' || coalesce(to_json(NEW."acknowledged_by")::text, 'null') || ',' || '"batch_hour":' || coalesce('"' || NEW."batch_hour"::text || '"', 'null') || ',' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(NEW."batch_number")::text, 'null') || ',' || '"block_digest":' || coalesce(to_json(NEW."block_digest")::text, 'null') || ',' || '"cleared_at":' || coalesce(NEW."cleared_at"::text, 'null') || ',' || '"comment":' || coalesce(to_json(NEW."comment")::text, 'null') || ',' || '"contributions":' || coalesce(to_json(NEW."contributions")::text, 'null') || ',' || '"deviation_id":' || coalesce(to_json(NEW."deviation_id")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(NEW."disposition")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(NEW."equipment")::text, 'null') || ',' || '"escalates_at":' || coalesce(NEW."escalates_at"::text, 'null') || ',' || '"exception_id":' || coalesce(to_json(NEW."exception_id")::text, 'null') || ',' || '"first_at":' || coalesce(NEW."first_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"last_raised_at":' || coalesce(NEW."last_raised_at"::text, 'null') || ',' || '"lead":' || coalesce(to_json(NEW."lead")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(NEW."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"occurrences":' || coalesce(NEW."occurrences"::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"raised_at":' || coalesce(NEW."raised_at"::text, 'null') || ',' || '"ratio":' || coalesce('"' || NEW."ratio"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(NEW."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"statistic":' || coalesce(to_json(NEW."statistic")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || ',' || '"watch_id":' || coalesce(to_json(NEW."watch_id")::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('insight_alert', OLD.id, OLD.version + 1, '{' || '"acknowledged_at":' || coalesce(OLD."acknowledged_at"::text, 'null') || ',' || '"acknowledged_by":' || coalesce(to_json(OLD."acknowledged_by")::text, 'null') || ',' || '"batch_hour":' || coalesce('"' || OLD."batch_hour"::text || '"', 'null') || ',' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(OLD."batch_number")::text, 'null') || ',' || '"block_digest":' || coalesce(to_json(OLD."block_digest")::text, 'null') || ',' || '"cleared_at":' || coalesce(OLD."cleared_at"::text, 'null') || ',' || '"comment":' || coalesce(to_json(OLD."comment")::text, 'null') || ',' || '"contributions":' || coalesce(to_json(OLD."contributions")::text, 'null') || ',' || '"deviation_id":' || coalesce(to_json(OLD."deviation_id")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(OLD."disposition")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(OLD."equipment")::text, 'null') || ',' || '"escalates_at":' || coalesce(OLD."escalates_at"::text, 'null') || ',' || '"exception_id":' || coalesce(to_json(OLD."exception_id")::text, 'null') || ',' || '"first_at":' || coalesce(OLD."first_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"last_raised_at":' || coalesce(OLD."last_raised_at"::text, 'null') || ',' || '"lead":' || coalesce(to_json(OLD."lead")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(OLD."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"occurrences":' || coalesce(OLD."occurrences"::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"raised_at":' || coalesce(OLD."raised_at"::text, 'null') || ',' || '"ratio":' || coalesce('"' || OLD."ratio"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(OLD."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"statistic":' || coalesce(to_json(OLD."statistic")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || ',' || '"watch_id":' || coalesce(to_json(OLD."watch_id")::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_insight_alert_entry() FROM PUBLIC

CREATE TRIGGER titer_insight_alert_insert AFTER INSERT ON insight_alert FOR EACH ROW EXECUTE FUNCTION titer_insight_alert_entry()

ALTER TABLE insight_alert ENABLE ALWAYS TRIGGER titer_insight_alert_insert

CREATE TRIGGER titer_insight_alert_update AFTER UPDATE ON insight_alert FOR EACH ROW EXECUTE FUNCTION titer_insight_alert_entry()

ALTER TABLE insight_alert ENABLE ALWAYS TRIGGER titer_insight_alert_update

CREATE TRIGGER titer_insight_alert_delete AFTER DELETE ON insight_alert FOR EACH ROW EXECUTE FUNCTION titer_insight_alert_entry()

ALTER TABLE insight_alert ENABLE ALWAYS TRIGGER titer_insight_alert_delete

CREATE TRIGGER titer_insight_alert_no_truncate BEFORE TRUNCATE ON insight_alert FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE insight_alert ENABLE ALWAYS TRIGGER titer_insight_alert_no_truncate

CREATE OR REPLACE FUNCTION titer_insight_block_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('insight_block', NEW.id, NEW.version, NULL, '{' || '"alarming":' || coalesce(NEW."alarming"::text, 'null') || ',' || '"digest":' || coalesce(to_json(NEW."digest")::text, 'null') || ',' || '"first_at":' || coalesce(NEW."first_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"largest_ratio":' || coalesce('"' || NEW."largest_ratio"::text || '"', 'null') || ',' || '"last_at":' || coalesce(NEW."last_at"::text, 'null') || ',' || '"previous":' || coalesce(to_json(NEW."previous")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"rows":' || coalesce(NEW."rows"::text, 'null') || ',' || '"sequence":' || coalesce(NEW."sequence"::text, 'null') || ',' || '"verdicts":' || coalesce(to_json(NEW."verdicts")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || ',' || '"watch_id":' || coalesce(to_json(NEW."watch_id")::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: insight_block.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('insight_block', NEW.id, NEW.version, '{' || '"alarming":' || coalesce(OLD."alarming"::text, 'null') || ',' || '"digest":' || coalesce(to_json(OLD."digest")::text, 'null') || ',' || '"first_at":' || coalesce(OLD."first_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"largest_ratio":' || coalesce('"' || OLD."largest_ratio"::text || '"', 'null') || ',' || '"last_at":' || coalesce(OLD."last_at"::text, 'null') || ',' || '"previous":' || coalesce(to_json(OLD."previous")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"rows":' || coalesce(OLD."rows"::text, 'null') || ',' || '"sequence":' || coalesce(OLD."sequence"::text, 'null') || ',' || '"verdicts":' || coalesce(to_json(OLD."verdicts")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || ',' || '"watch_id":' || coalesce(to_json(OLD."watch_id")::text, 'null') || '}', '{' || '"alarming":' || coalesce(NEW."alarming"::text, 'null') || ',' || '"digest":' || coalesce(to_json(NEW."digest")::text, 'null') || ',' || '"first_at":' || coalesce(NEW."first_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"largest_ratio":' || coalesce('"' || NEW."largest_ratio"::text || '"', 'null') || ',' || '"last_at":' || coalesce(NEW."last_at"::text, 'null') || ',' || '"previous":' || coalesce(to_json(NEW."previous")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"rows":' || coalesce(NEW."rows"::text, 'null') || ',' || '"sequence":' || coalesce(NEW."sequence"::text, 'null') || ',' || '"verdicts":' || coalesce(to_json(NEW."verdicts")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || ',' || '"watch_id":' || coalesce(to_json(NEW."watch_id")::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('insight_block', OLD.id, OLD.version + 1, '{' || '"alarming":' || coalesce(OLD."alarming"::text, 'null') || ',' || '"digest":' || coalesce(to_json(OLD."digest")::text, 'null') || ',' || '"first_at":' || coalesce(OLD."first_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"largest_ratio":' || coalesce('"' || OLD."largest_ratio"::text || '"', 'null') || ',' || '"last_at":' || coalesce(OLD."last_at"::text, 'null') || ',' || '"previous":' || coalesce(to_json(OLD."previous")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"rows":' || coalesce(OLD."rows"::text, 'null') || ',' || '"sequence":' || coalesce(OLD."sequence"::text, 'null') || ',' || '"verdicts":' || coalesce(to_json(OLD."verdicts")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || ',' || '"watch_id":' || coalesce(to_json(OLD."watch_id")::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_insight_block_entry() FROM PUBLIC

CREATE TRIGGER titer_insight_block_insert AFTER INSERT ON insight_block FOR EACH ROW EXECUTE FUNCTION titer_insight_block_entry()

ALTER TABLE insight_block ENABLE ALWAYS TRIGGER titer_insight_block_insert

CREATE TRIGGER titer_insight_block_no_update BEFORE UPDATE ON insight_block FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE insight_block ENABLE ALWAYS TRIGGER titer_insight_block_no_update

CREATE TRIGGER titer_insight_block_no_delete BEFORE DELETE ON insight_block FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE insight_block ENABLE ALWAYS TRIGGER titer_insight_block_no_delete

CREATE TRIGGER titer_insight_block_no_truncate BEFORE TRUNCATE ON insight_block FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE insight_block ENABLE ALWAYS TRIGGER titer_insight_block_no_truncate

CREATE OR REPLACE FUNCTION titer_insight_dataset_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('insight_dataset', NEW.id, NEW.version, NULL, '{' || '"batches":' || coalesce(to_json(NEW."batches")::text, 'null') || ',' || '"channels":' || coalesce(to_json(NEW."channels")::text, 'null') || ',' || '"created_by":' || coalesce(to_json(NEW."created_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"manifest_digest":' || coalesce(to_json(NEW."manifest_digest")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"source":' || coalesce(to_json(NEW."source")::text, 'null') || ',' || '"step_minutes":' || coalesce(NEW."step_minutes"::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: insight_dataset.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('insight_dataset', NEW.id, NEW.version, '{' || '"batches":' || coalesce(to_json(OLD."batches")::text, 'null') || ',' || '"channels":' || coalesce(to_json(OLD."channels")::text, 'null') || ',' || '"created_by":' || coalesce(to_json(OLD."created_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"manifest_digest":' || coalesce(to_json(OLD."manifest_digest")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"source":' || coalesce(to_json(OLD."source")::text, 'null') || ',' || '"step_minutes":' || coalesce(OLD."step_minutes"::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"batches":' || coalesce(to_json(NEW."batches")::text, 'null') || ',' || '"channels":' || coalesce(to_json(NEW."channels")::text, 'null') || ',' || '"created_by":' || coalesce(to_json(NEW."created_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"manifest_digest":' || coalesce(to_json(NEW."manifest_digest")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"source":' || coalesce(to_json(NEW."source")::text, 'null') || ',' || '"step_minutes":' || coalesce(NEW."step_minutes"::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('insight_dataset', OLD.id, OLD.version + 1, '{' || '"batches":' || coalesce(to_json(OLD."batches")::text, 'null') || ',' || '"channels":' || coalesce(to_json(OLD."channels")::text, 'null') || ',' || '"created_by":' || coalesce(to_json(OLD."created_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"manifest_digest":' || coalesce(to_json(OLD."manifest_digest")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"source":' || coalesce(to_json(OLD."source")::text, 'null') || ',' || '"step_minutes":' || coalesce(OLD."step_minutes"::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_insight_dataset_entry() FROM PUBLIC

CREATE TRIGGER titer_insight_dataset_insert AFTER INSERT ON insight_dataset FOR EACH ROW EXECUTE FUNCTION titer_insight_dataset_entry()

ALTER TABLE insight_dataset ENABLE ALWAYS TRIGGER titer_insight_dataset_insert

CREATE TRIGGER titer_insight_dataset_no_update BEFORE UPDATE ON insight_dataset FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE insight_dataset ENABLE ALWAYS TRIGGER titer_insight_dataset_no_update

CREATE TRIGGER titer_insight_dataset_no_delete BEFORE DELETE ON insight_dataset FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE insight_dataset ENABLE ALWAYS TRIGGER titer_insight_dataset_no_delete

CREATE TRIGGER titer_insight_dataset_no_truncate BEFORE TRUNCATE ON insight_dataset FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE insight_dataset ENABLE ALWAYS TRIGGER titer_insight_dataset_no_truncate

CREATE OR REPLACE FUNCTION titer_insight_deployment_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('insight_deployment', NEW.id, NEW.version, NULL, '{' || '"artefact_digest":' || coalesce(to_json(NEW."artefact_digest")::text, 'null') || ',' || '"block_minutes":' || coalesce(NEW."block_minutes"::text, 'null') || ',' || '"ends_with_phase":' || coalesce(to_json(NEW."ends_with_phase")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(NEW."equipment")::text, 'null') || ',' || '"fallback":' || coalesce(to_json(NEW."fallback")::text, 'null') || ',' || '"golden_check":' || coalesce(to_json(NEW."golden_check")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(NEW."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"patience_s":' || coalesce(NEW."patience_s"::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"rename":' || coalesce(to_json(NEW."rename")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(NEW."state_reason")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: insight_deployment.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('insight_deployment', NEW.id, NEW.version, '{' || '"artefact_digest":' || coalesce(to_json(OLD."artefact_digest")::text, 'null') || ',' || '"block_minutes":' || coalesce(OLD."block_minutes"::text, 'null') || ',' || '"ends_with_phase":' || coalesce(to_json(OLD."ends_with_phase")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(OLD."equipment")::text, 'null') || ',' || '"fallback":' || coalesce(to_json(OLD."fallback")::text, 'null') || ',' || '"golden_check":' || coalesce(to_json(OLD."golden_check")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(OLD."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"patience_s":' || coalesce(OLD."patience_s"::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"rename":' || coalesce(to_json(OLD."rename")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(OLD."state_reason")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"artefact_digest":' || coalesce(to_json(NEW."artefact_digest")::text, 'null') || ',' || '"block_minutes":' || coalesce(NEW."block_minutes"::text, 'null') || ',' || '"ends_with_phase":' || coalesce(to_json(NEW."ends_with_phase")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(NEW."equipment")::text, 'null') || ',' || '"fallback":' || coalesce(to_json(NEW."fallback")::text, 'null') || ',' || '"golden_check":' || coalesce(to_json(NEW."golden_check")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(NEW."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"patience_s":' || coalesce(NEW."patience_s"::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"rename":' || coalesce(to_json(NEW."rename")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(NEW."state_reason")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('insight_deployment', OLD.id, OLD.version + 1, '{' || '"artefact_digest":' || coalesce(to_json(OLD."artefact_digest")::text, 'null') || ',' || '"block_minutes":' || coalesce(OLD."block_minutes"::text, 'null') || ',' || '"ends_with_phase":' || coalesce(to_json(OLD."ends_with_phase")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(OLD."equipment")::text, 'null') || ',' || '"fallback":' || coalesce(to_json(OLD."fallback")::text, 'null') || ',' || '"golden_check":' || coalesce(to_json(OLD."golden_check")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(OLD."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"patience_s":' || coalesce(OLD."patience_s"::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"rename":' || coalesce(to_json(OLD."rename")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(OLD."state_reason")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_insight_deployment_entry() FROM PUBLIC

CREATE TRIGGER titer_insight_deployment_insert AFTER INSERT ON insight_deployment FOR EACH ROW EXECUTE FUNCTION titer_insight_deployment_entry()

ALTER TABLE insight_deployment ENABLE ALWAYS TRIGGER titer_insight_deployment_insert

CREATE TRIGGER titer_insight_deployment_update AFTER UPDATE ON insight_deployment FOR EACH ROW EXECUTE FUNCTION titer_insight_deployment_entry()

ALTER TABLE insight_deployment ENABLE ALWAYS TRIGGER titer_insight_deployment_update

CREATE TRIGGER titer_insight_deployment_delete AFTER DELETE ON insight_deployment FOR EACH ROW EXECUTE FUNCTION titer_insight_deployment_entry()

ALTER TABLE insight_deployment ENABLE ALWAYS TRIGGER titer_insight_deployment_delete

CREATE TRIGGER titer_insight_deployment_no_truncate BEFORE TRUNCATE ON insight_deployment FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE insight_deployment ENABLE ALWAYS TRIGGER titer_insight_deployment_no_truncate

CREATE OR REPLACE FUNCTION titer_insight_model_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('insight_model', NEW.id, NEW.version, NULL, '{' || '"acceptance":' || coalesce(to_json(NEW."acceptance")::text, 'null') || ',' || '"artefact_digest":' || coalesce(to_json(NEW."artefact_digest")::text, 'null') || ',' || '"author_id":' || coalesce(to_json(NEW."author_id")::text, 'null') || ',' || '"calibration":' || coalesce(to_json(NEW."calibration")::text, 'null') || ',' || '"code_version":' || coalesce(to_json(NEW."code_version")::text, 'null') || ',' || '"criteria_signature_id":' || coalesce(to_json(NEW."criteria_signature_id")::text, 'null') || ',' || '"dataset_id":' || coalesce(to_json(NEW."dataset_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(NEW."name")::text, 'null') || ',' || '"owner_signature_id":' || coalesce(to_json(NEW."owner_signature_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"quality_signature_id":' || coalesce(to_json(NEW."quality_signature_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(NEW."revision"::text, 'null') || ',' || '"spec":' || coalesce(to_json(NEW."spec")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(NEW."state_reason")::text, 'null') || ',' || '"test_opened_at":' || coalesce(NEW."test_opened_at"::text, 'null') || ',' || '"test_opened_by":' || coalesce(to_json(NEW."test_opened_by")::text, 'null') || ',' || '"validation":' || coalesce(to_json(NEW."validation")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: insight_model.id keeps its first value'; END IF;
  IF NEW."name" IS DISTINCT FROM OLD."name" THEN RAISE EXCEPTION USING MESSAGE = 'titer: insight_model.name keeps its first value'; END IF;
  IF NEW."revision" IS DISTINCT FROM OLD."revision" THEN RAISE EXCEPTION USING MESSAGE = 'titer: insight_model.revision keeps its first value'; END IF;
  IF NEW."dataset_id" IS DISTINCT FROM OLD."dataset_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: insight_model.dataset_id keeps its first value'; END IF;
  IF NEW."spec" IS DISTINCT FROM OLD."spec" THEN RAISE EXCEPTION USING MESSAGE = 'titer: insight_model.spec keeps its first value'; END IF;
  IF NEW."acceptance" IS DISTINCT FROM OLD."acceptance" THEN RAISE EXCEPTION USING MESSAGE = 'titer: insight_model.acceptance keeps its first value'; END IF;
  IF NEW."artefact_digest" IS DISTINCT FROM OLD."artefact_digest" THEN RAISE EXCEPTION USING MESSAGE = 'titer: insight_model.artefact_digest keeps its first value'; END IF;
  IF NEW."author_id" IS DISTINCT FROM OLD."author_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: insight_model.author_id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('insight_model', NEW.id, NEW.version, '{' || '"acceptance":' || coalesce(to_json(OLD."acceptance")::text, 'null') || ',' || '"artefact_digest":' || coalesce(to_json(OLD."artefact_digest")::text, 'null') || ',' || '"author_id":' || coalesce(to_json(OLD."author_id")::text, 'null') || ',' || '"calibration":' || coalesce(to_json(OLD."calibration")::text, 'null') || ',' || '"code_version":' || coalesce(to_json(OLD."code_version")::text, 'null') || ',' || '"criteria_signature_id":' || coalesce(to_json(OLD."criteria_signature_id")::text, 'null') || ',' || '"dataset_id":' || coalesce(to_json(OLD."dataset_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(OLD."name")::text, 'null') || ',' || '"owner_signature_id":' || coalesce(to_json(OLD."owner_signature_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"quality_signature_id":' || coalesce(to_json(OLD."quality_signature_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(OLD."revision"::text, 'null') || ',' || '"spec":' || coalesce(to_json(OLD."spec")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(OLD."state_reason")::text, 'null') || ',' || '"test_opened_at":' || coalesce(OLD."test_opened_at"::text, 'null') || ',' || '"test_opened_by":' || coalesce(to_json(OLD."test_opened_by")::text, 'null') || ',' || '"validation":' || coalesce(to_json(OLD."validation")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"acceptance":' || coalesce(to_json(NEW."acceptance")::text, 'null') || ',' || '"artefact_digest":' || coalesce(to_json(NEW."artefact_digest")::text, 'null') || ',' || '"author_id":' || coalesce(to_json(NEW."author_id")::text, 'null') || ',' || '"calibration":' || coalesce(to_json(NEW."calibration")::text, 'null') || ',' || '"code_version":' || coalesce(to_json(NEW."code_version")::text, 'null') || ',' || '"criteria_signature_id":' || coalesce(to_json(NEW."criteria_signature_id")::text, 'null') || ',' || '"dataset_id":' || coalesce(to_json(NEW."dataset_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(NEW."name")::text, 'null') || ',' || '"owner_signature_id":' || coalesce(to_json(NEW."owner_signature_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"quality_signature_id":' || coalesce(to_json(NEW."quality_signature_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(NEW."revision"::text, 'null') || ',' || '"spec":' || coalesce(to_json(NEW."spec")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(NEW."state_reason")::text, 'null') || ',' || '"test_opened_at":' || coalesce(NEW."test_opened_at"::text, 'null') || ',' || '"test_opened_by":' || coalesce(to_json(NEW."test_opened_by")::text, 'null') || ',' || '"validation":' || coalesce(to_json(NEW."validation")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('insight_model', OLD.id, OLD.version + 1, '{' || '"acceptance":' || coalesce(to_json(OLD."acceptance")::text, 'null') || ',' || '"artefact_digest":' || coalesce(to_json(OLD."artefact_digest")::text, 'null') || ',' || '"author_id":' || coalesce(to_json(OLD."author_id")::text, 'null') || ',' || '"calibration":' || coalesce(to_json(OLD."calibration")::text, 'null') || ',' || '"code_version":' || coalesce(to_json(OLD."code_version")::text, 'null') || ',' || '"criteria_signature_id":' || coalesce(to_json(OLD."criteria_signature_id")::text, 'null') || ',' || '"dataset_id":' || coalesce(to_json(OLD."dataset_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(OLD."name")::text, 'null') || ',' || '"owner_signature_id":' || coalesce(to_json(OLD."owner_signature_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"quality_signature_id":' || coalesce(to_json(OLD."quality_signature_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(OLD."revision"::text, 'null') || ',' || '"spec":' || coalesce(to_json(OLD."spec")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(OLD."state_reason")::text, 'null') || ',' || '"test_opened_at":' || coalesce(OLD."test_opened_at"::text, 'null') || ',' || '"test_opened_by":' || coalesce(to_json(OLD."test_opened_by")::text, 'null') || ',' || '"validation":' || coalesce(to_json(OLD."validation")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_insight_model_entry() FROM PUBLIC

CREATE TRIGGER titer_insight_model_insert AFTER INSERT ON insight_model FOR EACH ROW EXECUTE FUNCTION titer_insight_model_entry()

ALTER TABLE insight_model ENABLE ALWAYS TRIGGER titer_insight_model_insert

CREATE TRIGGER titer_insight_model_update AFTER UPDATE ON insight_model FOR EACH ROW EXECUTE FUNCTION titer_insight_model_entry()

ALTER TABLE insight_model ENABLE ALWAYS TRIGGER titer_insight_model_update

CREATE TRIGGER titer_insight_model_delete AFTER DELETE ON insight_model FOR EACH ROW EXECUTE FUNCTION titer_insight_model_entry()

ALTER TABLE insight_model ENABLE ALWAYS TRIGGER titer_insight_model_delete

CREATE TRIGGER titer_insight_model_no_truncate BEFORE TRUNCATE ON insight_model FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE insight_model ENABLE ALWAYS TRIGGER titer_insight_model_no_truncate

CREATE OR REPLACE FUNCTION titer_insight_watch_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('insight_watch', NEW.id, NEW.version, NULL, '{' || '"artefact_digest":' || coalesce(to_json(NEW."artefact_digest")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(NEW."batch_number")::text, 'null') || ',' || '"deployment_id":' || coalesce(to_json(NEW."deployment_id")::text, 'null') || ',' || '"ended_at":' || coalesce(NEW."ended_at"::text, 'null') || ',' || '"equipment":' || coalesce(to_json(NEW."equipment")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(NEW."model_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"started_at":' || coalesce(NEW."started_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(NEW."state_reason")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: insight_watch.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('insight_watch', NEW.id, NEW.version, '{' || '"artefact_digest":' || coalesce(to_json(OLD."artefact_digest")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(OLD."batch_number")::text, 'null') || ',' || '"deployment_id":' || coalesce(to_json(OLD."deployment_id")::text, 'null') || ',' || '"ended_at":' || coalesce(OLD."ended_at"::text, 'null') || ',' || '"equipment":' || coalesce(to_json(OLD."equipment")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(OLD."model_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"started_at":' || coalesce(OLD."started_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(OLD."state_reason")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"artefact_digest":' || coalesce(to_json(NEW."artefact_digest")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(NEW."batch_number")::text, 'null') || ',' || '"deployment_id":' || coalesce(to_json(NEW."deployment_id")::text, 'null') || ',' || '"ended_at":' || coalesce(NEW."ended_at"::text, 'null') || ',' || '"equipment":' || coalesce(to_json(NEW."equipment")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(NEW."model_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"started_at":' || coalesce(NEW."started_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(NEW."state_reason")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('insight_watch', OLD.id, OLD.version + 1, '{' || '"artefact_digest":' || coalesce(to_json(OLD."artefact_digest")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(OLD."batch_number")::text, 'null') || ',' || '"deployment_id":' || coalesce(to_json(OLD."deployment_id")::text, 'null') || ',' || '"ended_at":' || coalesce(OLD."ended_at"::text, 'null') || ',' || '"equipment":' || coalesce(to_json(OLD."equipment")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(OLD."model_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"started_at":' || coalesce(OLD."started_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(OLD."state_reason")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_insight_watch_entry() FROM PUBLIC

CREATE TRIGGER titer_insight_watch_insert AFTER INSERT ON insight_watch FOR EACH ROW EXECUTE FUNCTION titer_insight_watch_entry()

ALTER TABLE insight_watch ENABLE ALWAYS TRIGGER titer_insight_watch_insert

CREATE TRIGGER titer_insight_watch_update AFTER UPDATE ON insight_watch FOR EACH ROW EXECUTE FUNCTION titer_insight_watch_entry()

ALTER TABLE insight_watch ENABLE ALWAYS TRIGGER titer_insight_watch_update

CREATE TRIGGER titer_insight_watch_delete AFTER DELETE ON insight_watch FOR EACH ROW EXECUTE FUNCTION titer_insight_watch_entry()

ALTER TABLE insight_watch ENABLE ALWAYS TRIGGER titer_insight_watch_delete

CREATE TRIGGER titer_insight_watch_no_truncate BEFORE TRUNCATE ON insight_watch FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE insight_watch ENABLE ALWAYS TRIGGER titer_insight_watch_no_truncate

CREATE TRIGGER titer_ledger_checkpoint_no_update BEFORE UPDATE ON ledger_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE ledger_checkpoint ENABLE ALWAYS TRIGGER titer_ledger_checkpoint_no_update

CREATE TRIGGER titer_ledger_checkpoint_no_delete BEFORE DELETE ON ledger_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE ledger_checkpoint ENABLE ALWAYS TRIGGER titer_ledger_checkpoint_no_delete

CREATE TRIGGER titer_ledger_checkpoint_no_truncate BEFORE TRUNCATE ON ledger_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE ledger_checkpoint ENABLE ALWAYS TRIGGER titer_ledger_checkpoint_no_truncate

CREATE TRIGGER titer_ledger_entry_no_update BEFORE UPDATE ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER titer_ledger_entry_no_update

CREATE TRIGGER titer_ledger_entry_no_delete BEFORE DELETE ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER titer_ledger_entry_no_delete

CREATE TRIGGER titer_ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER titer_ledger_entry_no_truncate

CREATE TRIGGER titer_ledger_leaf_no_update BEFORE UPDATE ON ledger_leaf FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE ledger_leaf ENABLE ALWAYS TRIGGER titer_ledger_leaf_no_update

CREATE TRIGGER titer_ledger_leaf_no_delete BEFORE DELETE ON ledger_leaf FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE ledger_leaf ENABLE ALWAYS TRIGGER titer_ledger_leaf_no_delete

CREATE TRIGGER titer_ledger_leaf_no_truncate BEFORE TRUNCATE ON ledger_leaf FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE ledger_leaf ENABLE ALWAYS TRIGGER titer_ledger_leaf_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_attachment_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('lims_attachment', NEW.id, NEW.version, NULL, '{' || '"attached_by":' || coalesce(to_json(NEW."attached_by")::text, 'null') || ',' || '"digest":' || coalesce(to_json(NEW."digest")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(NEW."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"media_type":' || coalesce(to_json(NEW."media_type")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(NEW."subject_id")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(NEW."subject_type")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_attachment.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('lims_attachment', NEW.id, NEW.version, '{' || '"attached_by":' || coalesce(to_json(OLD."attached_by")::text, 'null') || ',' || '"digest":' || coalesce(to_json(OLD."digest")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(OLD."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"media_type":' || coalesce(to_json(OLD."media_type")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(OLD."subject_id")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(OLD."subject_type")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"attached_by":' || coalesce(to_json(NEW."attached_by")::text, 'null') || ',' || '"digest":' || coalesce(to_json(NEW."digest")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(NEW."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"media_type":' || coalesce(to_json(NEW."media_type")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(NEW."subject_id")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(NEW."subject_type")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('lims_attachment', OLD.id, OLD.version + 1, '{' || '"attached_by":' || coalesce(to_json(OLD."attached_by")::text, 'null') || ',' || '"digest":' || coalesce(to_json(OLD."digest")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(OLD."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"media_type":' || coalesce(to_json(OLD."media_type")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(OLD."subject_id")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(OLD."subject_type")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_attachment_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_attachment_insert AFTER INSERT ON lims_attachment FOR EACH ROW EXECUTE FUNCTION titer_lims_attachment_entry()

ALTER TABLE lims_attachment ENABLE ALWAYS TRIGGER titer_lims_attachment_insert

CREATE TRIGGER titer_lims_attachment_no_update BEFORE UPDATE ON lims_attachment FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE lims_attachment ENABLE ALWAYS TRIGGER titer_lims_attachment_no_update

CREATE TRIGGER titer_lims_attachment_no_delete BEFORE DELETE ON lims_attachment FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE lims_attachment ENABLE ALWAYS TRIGGER titer_lims_attachment_no_delete

CREATE TRIGGER titer_lims_attachment_no_truncate BEFORE TRUNCATE ON lims_attachment FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE lims_attachment ENABLE ALWAYS TRIGGER titer_lims_attachment_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_certificate_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('lims_certificate', NEW.id, NEW.version, NULL, '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"content":' || coalesce(to_json(NEW."content")::text, 'null') || ',' || '"digest":' || coalesce(to_json(NEW."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"issued_by":' || coalesce(to_json(NEW."issued_by")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(NEW."lot_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(NEW."specification_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_certificate.id keeps its first value'; END IF;
  IF NEW."number" IS DISTINCT FROM OLD."number" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_certificate.number keeps its first value'; END IF;
  IF NEW."batch_id" IS DISTINCT FROM OLD."batch_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_certificate.batch_id keeps its first value'; END IF;
  IF NEW."lot_id" IS DISTINCT FROM OLD."lot_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_certificate.lot_id keeps its first value'; END IF;
  IF NEW."content" IS DISTINCT FROM OLD."content" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_certificate.content keeps its first value'; END IF;
  IF NEW."digest" IS DISTINCT FROM OLD."digest" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_certificate.digest keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('lims_certificate', NEW.id, NEW.version, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"content":' || coalesce(to_json(OLD."content")::text, 'null') || ',' || '"digest":' || coalesce(to_json(OLD."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"issued_by":' || coalesce(to_json(OLD."issued_by")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(OLD."lot_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(OLD."specification_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"content":' || coalesce(to_json(NEW."content")::text, 'null') || ',' || '"digest":' || coalesce(to_json(NEW."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"issued_by":' || coalesce(to_json(NEW."issued_by")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(NEW."lot_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(NEW."specification_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('lims_certificate', OLD.id, OLD.version + 1, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"content":' || coalesce(to_json(OLD."content")::text, 'null') || ',' || '"digest":' || coalesce(to_json(OLD."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"issued_by":' || coalesce(to_json(OLD."issued_by")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(OLD."lot_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(OLD."specification_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_certificate_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_certificate_insert AFTER INSERT ON lims_certificate FOR EACH ROW EXECUTE FUNCTION titer_lims_certificate_entry()

ALTER TABLE lims_certificate ENABLE ALWAYS TRIGGER titer_lims_certificate_insert

CREATE TRIGGER titer_lims_certificate_update AFTER UPDATE ON lims_certificate FOR EACH ROW EXECUTE FUNCTION titer_lims_certificate_entry()

ALTER TABLE lims_certificate ENABLE ALWAYS TRIGGER titer_lims_certificate_update

CREATE TRIGGER titer_lims_certificate_delete AFTER DELETE ON lims_certificate FOR EACH ROW EXECUTE FUNCTION titer_lims_certificate_entry()

ALTER TABLE lims_certificate ENABLE ALWAYS TRIGGER titer_lims_certificate_delete

CREATE TRIGGER titer_lims_certificate_no_truncate BEFORE TRUNCATE ON lims_certificate FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE lims_certificate ENABLE ALWAYS TRIGGER titer_lims_certificate_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_contract_certificate_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('lims_contract_certificate', NEW.id, NEW.version, NULL, '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"checked_by":' || coalesce(to_json(NEW."checked_by")::text, 'null') || ',' || '"digest":' || coalesce(to_json(NEW."digest")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(NEW."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"laboratory":' || coalesce(to_json(NEW."laboratory")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"reference":' || coalesce(to_json(NEW."reference")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(NEW."sample_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"transcribed_by":' || coalesce(to_json(NEW."transcribed_by")::text, 'null') || ',' || '"transcription":' || coalesce(to_json(NEW."transcription")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_contract_certificate.id keeps its first value'; END IF;
  IF NEW."number" IS DISTINCT FROM OLD."number" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_contract_certificate.number keeps its first value'; END IF;
  IF NEW."laboratory" IS DISTINCT FROM OLD."laboratory" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_contract_certificate.laboratory keeps its first value'; END IF;
  IF NEW."reference" IS DISTINCT FROM OLD."reference" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_contract_certificate.reference keeps its first value'; END IF;
  IF NEW."digest" IS DISTINCT FROM OLD."digest" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_contract_certificate.digest keeps its first value'; END IF;
  IF NEW."sample_id" IS DISTINCT FROM OLD."sample_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_contract_certificate.sample_id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('lims_contract_certificate', NEW.id, NEW.version, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"checked_by":' || coalesce(to_json(OLD."checked_by")::text, 'null') || ',' || '"digest":' || coalesce(to_json(OLD."digest")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(OLD."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"laboratory":' || coalesce(to_json(OLD."laboratory")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"reference":' || coalesce(to_json(OLD."reference")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(OLD."sample_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"transcribed_by":' || coalesce(to_json(OLD."transcribed_by")::text, 'null') || ',' || '"transcription":' || coalesce(to_json(OLD."transcription")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"checked_by":' || coalesce(to_json(NEW."checked_by")::text, 'null') || ',' || '"digest":' || coalesce(to_json(NEW."digest")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(NEW."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"laboratory":' || coalesce(to_json(NEW."laboratory")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"reference":' || coalesce(to_json(NEW."reference")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(NEW."sample_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"transcribed_by":' || coalesce(to_json(NEW."transcribed_by")::text, 'null') || ',' || '"transcription":' || coalesce(to_json(NEW."transcription")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('lims_contract_certificate', OLD.id, OLD.version + 1, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"checked_by":' || coalesce(to_json(OLD."checked_by")::text, 'null') || ',' || '"digest":' || coalesce(to_json(OLD."digest")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(OLD."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"laboratory":' || coalesce(to_json(OLD."laboratory")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"reference":' || coalesce(to_json(OLD."reference")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(OLD."sample_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"transcribed_by":' || coalesce(to_json(OLD."transcribed_by")::text, 'null') || ',' || '"transcription":' || coalesce(to_json(OLD."transcription")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_contract_certificate_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_contract_certificate_insert AFTER INSERT ON lims_contract_certificate FOR EACH ROW EXECUTE FUNCTION titer_lims_contract_certificate_entry()

ALTER TABLE lims_contract_certificate ENABLE ALWAYS TRIGGER titer_lims_contract_certificate_insert

CREATE TRIGGER titer_lims_contract_certificate_update AFTER UPDATE ON lims_contract_certificate FOR EACH ROW EXECUTE FUNCTION titer_lims_contract_certificate_entry()

ALTER TABLE lims_contract_certificate ENABLE ALWAYS TRIGGER titer_lims_contract_certificate_update

CREATE TRIGGER titer_lims_contract_certificate_delete AFTER DELETE ON lims_contract_certificate FOR EACH ROW EXECUTE FUNCTION titer_lims_contract_certificate_entry()

ALTER TABLE lims_contract_certificate ENABLE ALWAYS TRIGGER titer_lims_contract_certificate_delete

CREATE TRIGGER titer_lims_contract_certificate_no_truncate BEFORE TRUNCATE ON lims_contract_certificate FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE lims_contract_certificate ENABLE ALWAYS TRIGGER titer_lims_contract_certificate_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_design_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('lims_design', NEW.id, NEW.version, NULL, '{' || '"author_id":' || coalesce(to_json(NEW."author_id")::text, 'null') || ',' || '"change_reason":' || coalesce(to_json(NEW."change_reason")::text, 'null') || ',' || '"code":' || coalesce(to_json(NEW."code")::text, 'null') || ',' || '"digest":' || coalesce(to_json(NEW."digest")::text, 'null') || ',' || '"document":' || coalesce(to_json(NEW."document")::text, 'null') || ',' || '"effective_at":' || coalesce(NEW."effective_at"::text, 'null') || ',' || '"ended_at":' || coalesce(NEW."ended_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(NEW."revision"::text, 'null') || ',' || '"source":' || coalesce(to_json(NEW."source")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_design.id keeps its first value'; END IF;
  IF NEW."kind" IS DISTINCT FROM OLD."kind" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_design.kind keeps its first value'; END IF;
  IF NEW."code" IS DISTINCT FROM OLD."code" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_design.code keeps its first value'; END IF;
  IF NEW."revision" IS DISTINCT FROM OLD."revision" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_design.revision keeps its first value'; END IF;
  IF NEW."document" IS DISTINCT FROM OLD."document" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_design.document keeps its first value'; END IF;
  IF NEW."source" IS DISTINCT FROM OLD."source" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_design.source keeps its first value'; END IF;
  IF NEW."digest" IS DISTINCT FROM OLD."digest" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_design.digest keeps its first value'; END IF;
  IF NEW."author_id" IS DISTINCT FROM OLD."author_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_design.author_id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('lims_design', NEW.id, NEW.version, '{' || '"author_id":' || coalesce(to_json(OLD."author_id")::text, 'null') || ',' || '"change_reason":' || coalesce(to_json(OLD."change_reason")::text, 'null') || ',' || '"code":' || coalesce(to_json(OLD."code")::text, 'null') || ',' || '"digest":' || coalesce(to_json(OLD."digest")::text, 'null') || ',' || '"document":' || coalesce(to_json(OLD."document")::text, 'null') || ',' || '"effective_at":' || coalesce(OLD."effective_at"::text, 'null') || ',' || '"ended_at":' || coalesce(OLD."ended_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(OLD."revision"::text, 'null') || ',' || '"source":' || coalesce(to_json(OLD."source")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"author_id":' || coalesce(to_json(NEW."author_id")::text, 'null') || ',' || '"change_reason":' || coalesce(to_json(NEW."change_reason")::text, 'null') || ',' || '"code":' || coalesce(to_json(NEW."code")::text, 'null') || ',' || '"digest":' || coalesce(to_json(NEW."digest")::text, 'null') || ',' || '"document":' || coalesce(to_json(NEW."document")::text, 'null') || ',' || '"effective_at":' || coalesce(NEW."effective_at"::text, 'null') || ',' || '"ended_at":' || coalesce(NEW."ended_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(NEW."revision"::text, 'null') || ',' || '"source":' || coalesce(to_json(NEW."source")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('lims_design', OLD.id, OLD.version + 1, '{' || '"author_id":' || coalesce(to_json(OLD."author_id")::text, 'null') || ',' || '"change_reason":' || coalesce(to_json(OLD."change_reason")::text, 'null') || ',' || '"code":' || coalesce(to_json(OLD."code")::text, 'null') || ',' || '"digest":' || coalesce(to_json(OLD."digest")::text, 'null') || ',' || '"document":' || coalesce(to_json(OLD."document")::text, 'null') || ',' || '"effective_at":' || coalesce(OLD."effective_at"::text, 'null') || ',' || '"ended_at":' || coalesce(OLD."ended_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(OLD."revision"::text, 'null') || ',' || '"source":' || coalesce(to_json(OLD."source")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_design_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_design_insert AFTER INSERT ON lims_design FOR EACH ROW EXECUTE FUNCTION titer_lims_design_entry()

ALTER TABLE lims_design ENABLE ALWAYS TRIGGER titer_lims_design_insert

CREATE TRIGGER titer_lims_design_update AFTER UPDATE ON lims_design FOR EACH ROW EXECUTE FUNCTION titer_lims_design_entry()

ALTER TABLE lims_design ENABLE ALWAYS TRIGGER titer_lims_design_update

CREATE TRIGGER titer_lims_design_delete AFTER DELETE ON lims_design FOR EACH ROW EXECUTE FUNCTION titer_lims_design_entry()

ALTER TABLE lims_design ENABLE ALWAYS TRIGGER titer_lims_design_delete

CREATE TRIGGER titer_lims_design_no_truncate BEFORE TRUNCATE ON lims_design FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE lims_design ENABLE ALWAYS TRIGGER titer_lims_design_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_evaluation_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('lims_evaluation', NEW.id, NEW.version, NULL, '{' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"limit_text":' || coalesce(to_json(NEW."limit_text")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(NEW."outcome")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"result_id":' || coalesce(to_json(NEW."result_id")::text, 'null') || ',' || '"rounded":' || coalesce(to_json(NEW."rounded")::text, 'null') || ',' || '"rounding":' || coalesce(to_json(NEW."rounding")::text, 'null') || ',' || '"specification_digest":' || coalesce(to_json(NEW."specification_digest")::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(NEW."specification_id")::text, 'null') || ',' || '"trace":' || coalesce(to_json(NEW."trace")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_evaluation.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('lims_evaluation', NEW.id, NEW.version, '{' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"limit_text":' || coalesce(to_json(OLD."limit_text")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(OLD."outcome")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"result_id":' || coalesce(to_json(OLD."result_id")::text, 'null') || ',' || '"rounded":' || coalesce(to_json(OLD."rounded")::text, 'null') || ',' || '"rounding":' || coalesce(to_json(OLD."rounding")::text, 'null') || ',' || '"specification_digest":' || coalesce(to_json(OLD."specification_digest")::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(OLD."specification_id")::text, 'null') || ',' || '"trace":' || coalesce(to_json(OLD."trace")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"limit_text":' || coalesce(to_json(NEW."limit_text")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(NEW."outcome")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"result_id":' || coalesce(to_json(NEW."result_id")::text, 'null') || ',' || '"rounded":' || coalesce(to_json(NEW."rounded")::text, 'null') || ',' || '"rounding":' || coalesce(to_json(NEW."rounding")::text, 'null') || ',' || '"specification_digest":' || coalesce(to_json(NEW."specification_digest")::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(NEW."specification_id")::text, 'null') || ',' || '"trace":' || coalesce(to_json(NEW."trace")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('lims_evaluation', OLD.id, OLD.version + 1, '{' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"limit_text":' || coalesce(to_json(OLD."limit_text")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(OLD."outcome")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"result_id":' || coalesce(to_json(OLD."result_id")::text, 'null') || ',' || '"rounded":' || coalesce(to_json(OLD."rounded")::text, 'null') || ',' || '"rounding":' || coalesce(to_json(OLD."rounding")::text, 'null') || ',' || '"specification_digest":' || coalesce(to_json(OLD."specification_digest")::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(OLD."specification_id")::text, 'null') || ',' || '"trace":' || coalesce(to_json(OLD."trace")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_evaluation_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_evaluation_insert AFTER INSERT ON lims_evaluation FOR EACH ROW EXECUTE FUNCTION titer_lims_evaluation_entry()

ALTER TABLE lims_evaluation ENABLE ALWAYS TRIGGER titer_lims_evaluation_insert

CREATE TRIGGER titer_lims_evaluation_no_update BEFORE UPDATE ON lims_evaluation FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE lims_evaluation ENABLE ALWAYS TRIGGER titer_lims_evaluation_no_update

CREATE TRIGGER titer_lims_evaluation_no_delete BEFORE DELETE ON lims_evaluation FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE lims_evaluation ENABLE ALWAYS TRIGGER titer_lims_evaluation_no_delete

CREATE TRIGGER titer_lims_evaluation_no_truncate BEFORE TRUNCATE ON lims_evaluation FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE lims_evaluation ENABLE ALWAYS TRIGGER titer_lims_evaluation_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_investigation_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('lims_investigation', NEW.id, NEW.version, NULL, '{' || '"approver_id":' || coalesce(to_json(NEW."approver_id")::text, 'null') || ',' || '"assignable_cause":' || coalesce(to_json(NEW."assignable_cause")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"cause_kind":' || coalesce(to_json(NEW."cause_kind")::text, 'null') || ',' || '"conclusion":' || coalesce(to_json(NEW."conclusion")::text, 'null') || ',' || '"evidence":' || coalesce(to_json(NEW."evidence")::text, 'null') || ',' || '"exception_id":' || coalesce(to_json(NEW."exception_id")::text, 'null') || ',' || '"hypothesis":' || coalesce(to_json(NEW."hypothesis")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"investigator_id":' || coalesce(to_json(NEW."investigator_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"redetermination_id":' || coalesce(to_json(NEW."redetermination_id")::text, 'null') || ',' || '"result_id":' || coalesce(to_json(NEW."result_id")::text, 'null') || ',' || '"reviewer_id":' || coalesce(to_json(NEW."reviewer_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"test_id":' || coalesce(to_json(NEW."test_id")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_investigation.id keeps its first value'; END IF;
  IF NEW."number" IS DISTINCT FROM OLD."number" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_investigation.number keeps its first value'; END IF;
  IF NEW."test_id" IS DISTINCT FROM OLD."test_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_investigation.test_id keeps its first value'; END IF;
  IF NEW."result_id" IS DISTINCT FROM OLD."result_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_investigation.result_id keeps its first value'; END IF;
  IF NEW."batch_id" IS DISTINCT FROM OLD."batch_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_investigation.batch_id keeps its first value'; END IF;
  IF NEW."exception_id" IS DISTINCT FROM OLD."exception_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_investigation.exception_id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('lims_investigation', NEW.id, NEW.version, '{' || '"approver_id":' || coalesce(to_json(OLD."approver_id")::text, 'null') || ',' || '"assignable_cause":' || coalesce(to_json(OLD."assignable_cause")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"cause_kind":' || coalesce(to_json(OLD."cause_kind")::text, 'null') || ',' || '"conclusion":' || coalesce(to_json(OLD."conclusion")::text, 'null') || ',' || '"evidence":' || coalesce(to_json(OLD."evidence")::text, 'null') || ',' || '"exception_id":' || coalesce(to_json(OLD."exception_id")::text, 'null') || ',' || '"hypothesis":' || coalesce(to_json(OLD."hypothesis")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"investigator_id":' || coalesce(to_json(OLD."investigator_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"redetermination_id":' || coalesce(to_json(OLD."redetermination_id")::text, 'null') || ',' || '"result_id":' || coalesce(to_json(OLD."result_id")::text, 'null') || ',' || '"reviewer_id":' || coalesce(to_json(OLD."reviewer_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"test_id":' || coalesce(to_json(OLD."test_id")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"approver_id":' || coalesce(to_json(NEW."approver_id")::text, 'null') || ',' || '"assignable_cause":' || coalesce(to_json(NEW."assignable_cause")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"cause_kind":' || coalesce(to_json(NEW."cause_kind")::text, 'null') || ',' || '"conclusion":' || coalesce(to_json(NEW."conclusion")::text, 'null') || ',' || '"evidence":' || coalesce(to_json(NEW."evidence")::text, 'null') || ',' || '"exception_id":' || coalesce(to_json(NEW."exception_id")::text, 'null') || ',' || '"hypothesis":' || coalesce(to_json(NEW."hypothesis")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"investigator_id":' || coalesce(to_json(NEW."investigator_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"redetermination_id":' || coalesce(to_json(NEW."redetermination_id")::text, 'null') || ',' || '"result_id":' || coalesce(to_json(NEW."result_id")::text, 'null') || ',' || '"reviewer_id":' || coalesce(to_json(NEW."reviewer_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"test_id":' || coalesce(to_json(NEW."test_id")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('lims_investigation', OLD.id, OLD.version + 1, '{' || '"approver_id":' || coalesce(to_json(OLD."approver_id")::text, 'null') || ',' || '"assignable_cause":' || coalesce(to_json(OLD."assignable_cause")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"cause_kind":' || coalesce(to_json(OLD."cause_kind")::text, 'null') || ',' || '"conclusion":' || coalesce(to_json(OLD."conclusion")::text, 'null') || ',' || '"evidence":' || coalesce(to_json(OLD."evidence")::text, 'null') || ',' || '"exception_id":' || coalesce(to_json(OLD."exception_id")::text, 'null') || ',' || '"hypothesis":' || coalesce(to_json(OLD."hypothesis")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"investigator_id":' || coalesce(to_json(OLD."investigator_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"redetermination_id":' || coalesce(to_json(OLD."redetermination_id")::text, 'null') || ',' || '"result_id":' || coalesce(to_json(OLD."result_id")::text, 'null') || ',' || '"reviewer_id":' || coalesce(to_json(OLD."reviewer_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"test_id":' || coalesce(to_json(OLD."test_id")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_investigation_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_investigation_insert AFTER INSERT ON lims_investigation FOR EACH ROW EXECUTE FUNCTION titer_lims_investigation_entry()

ALTER TABLE lims_investigation ENABLE ALWAYS TRIGGER titer_lims_investigation_insert

CREATE TRIGGER titer_lims_investigation_update AFTER UPDATE ON lims_investigation FOR EACH ROW EXECUTE FUNCTION titer_lims_investigation_entry()

ALTER TABLE lims_investigation ENABLE ALWAYS TRIGGER titer_lims_investigation_update

CREATE TRIGGER titer_lims_investigation_delete AFTER DELETE ON lims_investigation FOR EACH ROW EXECUTE FUNCTION titer_lims_investigation_entry()

ALTER TABLE lims_investigation ENABLE ALWAYS TRIGGER titer_lims_investigation_delete

CREATE TRIGGER titer_lims_investigation_no_truncate BEFORE TRUNCATE ON lims_investigation FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE lims_investigation ENABLE ALWAYS TRIGGER titer_lims_investigation_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_measurement_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('lims_measurement', NEW.id, NEW.version, NULL, '{' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(NEW."name")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"raw":' || coalesce(to_json(NEW."raw")::text, 'null') || ',' || '"reason":' || coalesce(to_json(NEW."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"replicate":' || coalesce(NEW."replicate"::text, 'null') || ',' || '"run_id":' || coalesce(to_json(NEW."run_id")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(NEW."sample_id")::text, 'null') || ',' || '"source":' || coalesce(to_json(NEW."source")::text, 'null') || ',' || '"supersedes_id":' || coalesce(to_json(NEW."supersedes_id")::text, 'null') || ',' || '"test_id":' || coalesce(to_json(NEW."test_id")::text, 'null') || ',' || '"unit":' || coalesce(to_json(NEW."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || NEW."value"::text || '"', 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_measurement.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('lims_measurement', NEW.id, NEW.version, '{' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(OLD."name")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"raw":' || coalesce(to_json(OLD."raw")::text, 'null') || ',' || '"reason":' || coalesce(to_json(OLD."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"replicate":' || coalesce(OLD."replicate"::text, 'null') || ',' || '"run_id":' || coalesce(to_json(OLD."run_id")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(OLD."sample_id")::text, 'null') || ',' || '"source":' || coalesce(to_json(OLD."source")::text, 'null') || ',' || '"supersedes_id":' || coalesce(to_json(OLD."supersedes_id")::text, 'null') || ',' || '"test_id":' || coalesce(to_json(OLD."test_id")::text, 'null') || ',' || '"unit":' || coalesce(to_json(OLD."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || OLD."value"::text || '"', 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(NEW."name")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"raw":' || coalesce(to_json(NEW."raw")::text, 'null') || ',' || '"reason":' || coalesce(to_json(NEW."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"replicate":' || coalesce(NEW."replicate"::text, 'null') || ',' || '"run_id":' || coalesce(to_json(NEW."run_id")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(NEW."sample_id")::text, 'null') || ',' || '"source":' || coalesce(to_json(NEW."source")::text, 'null') || ',' || '"supersedes_id":' || coalesce(to_json(NEW."supersedes_id")::text, 'null') || ',' || '"test_id":' || coalesce(to_json(NEW."test_id")::text, 'null') || ',' || '"unit":' || coalesce(to_json(NEW."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || NEW."value"::text || '"', 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('lims_measurement', OLD.id, OLD.version + 1, '{' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(OLD."name")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"raw":' || coalesce(to_json(OLD."raw")::text, 'null') || ',' || '"reason":' || coalesce(to_json(OLD."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"replicate":' || coalesce(OLD."replicate"::text, 'null') || ',' || '"run_id":' || coalesce(to_json(OLD."run_id")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(OLD."sample_id")::text, 'null') || ',' || '"source":' || coalesce(to_json(OLD."source")::text, 'null') || ',' || '"supersedes_id":' || coalesce(to_json(OLD."supersedes_id")::text, 'null') || ',' || '"test_id":' || coalesce(to_json(OLD."test_id")::text, 'null') || ',' || '"unit":' || coalesce(to_json(OLD."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || OLD."value"::text || '"', 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_measurement_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_measurement_insert AFTER INSERT ON lims_measurement FOR EACH ROW EXECUTE FUNCTION titer_lims_measurement_entry()

ALTER TABLE lims_measurement ENABLE ALWAYS TRIGGER titer_lims_measurement_insert

CREATE TRIGGER titer_lims_measurement_no_update BEFORE UPDATE ON lims_measurement FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE lims_measurement ENABLE ALWAYS TRIGGER titer_lims_measurement_no_update

CREATE TRIGGER titer_lims_measurement_no_delete BEFORE DELETE ON lims_measurement FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE lims_measurement ENABLE ALWAYS TRIGGER titer_lims_measurement_no_delete

CREATE TRIGGER titer_lims_measurement_no_truncate BEFORE TRUNCATE ON lims_measurement FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE lims_measurement ENABLE ALWAYS TRIGGER titer_lims_measurement_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_panel_request_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('lims_panel_request', NEW.id, NEW.version, NULL, '{' || '"asked_at":' || coalesce(NEW."asked_at"::text, 'null') || ',' || '"command_key":' || coalesce(to_json(NEW."command_key")::text, 'null') || ',' || '"counter":' || coalesce(NEW."counter"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"instrument":' || coalesce(to_json(NEW."instrument")::text, 'null') || ',' || '"measured_at":' || coalesce(to_json(NEW."measured_at")::text, 'null') || ',' || '"message":' || coalesce(to_json(NEW."message")::text, 'null') || ',' || '"method_id":' || coalesce(to_json(NEW."method_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(NEW."sample_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_panel_request.id keeps its first value'; END IF;
  IF NEW."command_key" IS DISTINCT FROM OLD."command_key" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_panel_request.command_key keeps its first value'; END IF;
  IF NEW."sample_id" IS DISTINCT FROM OLD."sample_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_panel_request.sample_id keeps its first value'; END IF;
  IF NEW."method_id" IS DISTINCT FROM OLD."method_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_panel_request.method_id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('lims_panel_request', NEW.id, NEW.version, '{' || '"asked_at":' || coalesce(OLD."asked_at"::text, 'null') || ',' || '"command_key":' || coalesce(to_json(OLD."command_key")::text, 'null') || ',' || '"counter":' || coalesce(OLD."counter"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"instrument":' || coalesce(to_json(OLD."instrument")::text, 'null') || ',' || '"measured_at":' || coalesce(to_json(OLD."measured_at")::text, 'null') || ',' || '"message":' || coalesce(to_json(OLD."message")::text, 'null') || ',' || '"method_id":' || coalesce(to_json(OLD."method_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(OLD."sample_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"asked_at":' || coalesce(NEW."asked_at"::text, 'null') || ',' || '"command_key":' || coalesce(to_json(NEW."command_key")::text, 'null') || ',' || '"counter":' || coalesce(NEW."counter"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"instrument":' || coalesce(to_json(NEW."instrument")::text, 'null') || ',' || '"measured_at":' || coalesce(to_json(NEW."measured_at")::text, 'null') || ',' || '"message":' || coalesce(to_json(NEW."message")::text, 'null') || ',' || '"method_id":' || coalesce(to_json(NEW."method_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(NEW."sample_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('lims_panel_request', OLD.id, OLD.version + 1, '{' || '"asked_at":' || coalesce(OLD."asked_at"::text, 'null') || ',' || '"command_key":' || coalesce(to_json(OLD."command_key")::text, 'null') || ',' || '"counter":' || coalesce(OLD."counter"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"instrument":' || coalesce(to_json(OLD."instrument")::text, 'null') || ',' || '"measured_at":' || coalesce(to_json(OLD."measured_at")::text, 'null') || ',' || '"message":' || coalesce(to_json(OLD."message")::text, 'null') || ',' || '"method_id":' || coalesce(to_json(OLD."method_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(OLD."sample_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_panel_request_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_panel_request_insert AFTER INSERT ON lims_panel_request FOR EACH ROW EXECUTE FUNCTION titer_lims_panel_request_entry()

ALTER TABLE lims_panel_request ENABLE ALWAYS TRIGGER titer_lims_panel_request_insert

CREATE TRIGGER titer_lims_panel_request_update AFTER UPDATE ON lims_panel_request FOR EACH ROW EXECUTE FUNCTION titer_lims_panel_request_entry()

ALTER TABLE lims_panel_request ENABLE ALWAYS TRIGGER titer_lims_panel_request_update

CREATE TRIGGER titer_lims_panel_request_delete AFTER DELETE ON lims_panel_request FOR EACH ROW EXECUTE FUNCTION titer_lims_panel_request_entry()

ALTER TABLE lims_panel_request ENABLE ALWAYS TRIGGER titer_lims_panel_request_delete

CREATE TRIGGER titer_lims_panel_request_no_truncate BEFORE TRUNCATE ON lims_panel_request FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE lims_panel_request ENABLE ALWAYS TRIGGER titer_lims_panel_request_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_raw_file_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('lims_raw_file', NEW.id, NEW.version, NULL, '{' || '"batch_ids":' || coalesce(to_json(NEW."batch_ids")::text, 'null') || ',' || '"connection":' || coalesce(to_json(NEW."connection")::text, 'null') || ',' || '"digest":' || coalesce(to_json(NEW."digest")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(NEW."disposition")::text, 'null') || ',' || '"document_id":' || coalesce(to_json(NEW."document_id")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(NEW."file_name")::text, 'null') || ',' || '"found":' || coalesce(to_json(NEW."found")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(NEW."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"run_id":' || coalesce(to_json(NEW."run_id")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_raw_file.id keeps its first value'; END IF;
  IF NEW."document_id" IS DISTINCT FROM OLD."document_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_raw_file.document_id keeps its first value'; END IF;
  IF NEW."digest" IS DISTINCT FROM OLD."digest" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_raw_file.digest keeps its first value'; END IF;
  IF NEW."file_name" IS DISTINCT FROM OLD."file_name" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_raw_file.file_name keeps its first value'; END IF;
  IF NEW."connection" IS DISTINCT FROM OLD."connection" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_raw_file.connection keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('lims_raw_file', NEW.id, NEW.version, '{' || '"batch_ids":' || coalesce(to_json(OLD."batch_ids")::text, 'null') || ',' || '"connection":' || coalesce(to_json(OLD."connection")::text, 'null') || ',' || '"digest":' || coalesce(to_json(OLD."digest")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(OLD."disposition")::text, 'null') || ',' || '"document_id":' || coalesce(to_json(OLD."document_id")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(OLD."file_name")::text, 'null') || ',' || '"found":' || coalesce(to_json(OLD."found")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(OLD."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"run_id":' || coalesce(to_json(OLD."run_id")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"batch_ids":' || coalesce(to_json(NEW."batch_ids")::text, 'null') || ',' || '"connection":' || coalesce(to_json(NEW."connection")::text, 'null') || ',' || '"digest":' || coalesce(to_json(NEW."digest")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(NEW."disposition")::text, 'null') || ',' || '"document_id":' || coalesce(to_json(NEW."document_id")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(NEW."file_name")::text, 'null') || ',' || '"found":' || coalesce(to_json(NEW."found")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(NEW."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"run_id":' || coalesce(to_json(NEW."run_id")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('lims_raw_file', OLD.id, OLD.version + 1, '{' || '"batch_ids":' || coalesce(to_json(OLD."batch_ids")::text, 'null') || ',' || '"connection":' || coalesce(to_json(OLD."connection")::text, 'null') || ',' || '"digest":' || coalesce(to_json(OLD."digest")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(OLD."disposition")::text, 'null') || ',' || '"document_id":' || coalesce(to_json(OLD."document_id")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(OLD."file_name")::text, 'null') || ',' || '"found":' || coalesce(to_json(OLD."found")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(OLD."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"run_id":' || coalesce(to_json(OLD."run_id")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_raw_file_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_raw_file_insert AFTER INSERT ON lims_raw_file FOR EACH ROW EXECUTE FUNCTION titer_lims_raw_file_entry()

ALTER TABLE lims_raw_file ENABLE ALWAYS TRIGGER titer_lims_raw_file_insert

CREATE TRIGGER titer_lims_raw_file_update AFTER UPDATE ON lims_raw_file FOR EACH ROW EXECUTE FUNCTION titer_lims_raw_file_entry()

ALTER TABLE lims_raw_file ENABLE ALWAYS TRIGGER titer_lims_raw_file_update

CREATE TRIGGER titer_lims_raw_file_delete AFTER DELETE ON lims_raw_file FOR EACH ROW EXECUTE FUNCTION titer_lims_raw_file_entry()

ALTER TABLE lims_raw_file ENABLE ALWAYS TRIGGER titer_lims_raw_file_delete

CREATE TRIGGER titer_lims_raw_file_no_truncate BEFORE TRUNCATE ON lims_raw_file FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE lims_raw_file ENABLE ALWAYS TRIGGER titer_lims_raw_file_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_result_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('lims_result', NEW.id, NEW.version, NULL, '{' || '"analysis":' || coalesce(to_json(NEW."analysis")::text, 'null') || ',' || '"approved_by":' || coalesce(to_json(NEW."approved_by")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"entered_by":' || coalesce(to_json(NEW."entered_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"inputs":' || coalesce(to_json(NEW."inputs")::text, 'null') || ',' || '"pinned":' || coalesce(to_json(NEW."pinned")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"reviewed_by":' || coalesce(to_json(NEW."reviewed_by")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(NEW."sample_id")::text, 'null') || ',' || '"sampled_at":' || coalesce(NEW."sampled_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"test_id":' || coalesce(to_json(NEW."test_id")::text, 'null') || ',' || '"text":' || coalesce(to_json(NEW."text")::text, 'null') || ',' || '"trace":' || coalesce(to_json(NEW."trace")::text, 'null') || ',' || '"unit":' || coalesce(to_json(NEW."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || NEW."value"::text || '"', 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_result.id keeps its first value'; END IF;
  IF NEW."test_id" IS DISTINCT FROM OLD."test_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_result.test_id keeps its first value'; END IF;
  IF NEW."value" IS DISTINCT FROM OLD."value" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_result.value keeps its first value'; END IF;
  IF NEW."text" IS DISTINCT FROM OLD."text" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_result.text keeps its first value'; END IF;
  IF NEW."unit" IS DISTINCT FROM OLD."unit" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_result.unit keeps its first value'; END IF;
  IF NEW."trace" IS DISTINCT FROM OLD."trace" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_result.trace keeps its first value'; END IF;
  IF NEW."inputs" IS DISTINCT FROM OLD."inputs" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_result.inputs keeps its first value'; END IF;
  IF NEW."pinned" IS DISTINCT FROM OLD."pinned" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_result.pinned keeps its first value'; END IF;
  IF NEW."sampled_at" IS DISTINCT FROM OLD."sampled_at" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_result.sampled_at keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('lims_result', NEW.id, NEW.version, '{' || '"analysis":' || coalesce(to_json(OLD."analysis")::text, 'null') || ',' || '"approved_by":' || coalesce(to_json(OLD."approved_by")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"entered_by":' || coalesce(to_json(OLD."entered_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"inputs":' || coalesce(to_json(OLD."inputs")::text, 'null') || ',' || '"pinned":' || coalesce(to_json(OLD."pinned")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"reviewed_by":' || coalesce(to_json(OLD."reviewed_by")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(OLD."sample_id")::text, 'null') || ',' || '"sampled_at":' || coalesce(OLD."sampled_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"test_id":' || coalesce(to_json(OLD."test_id")::text, 'null') || ',' || '"text":' || coalesce(to_json(OLD."text")::text, 'null') || ',' || '"trace":' || coalesce(to_json(OLD."trace")::text, 'null') || ',' || '"unit":' || coalesce(to_json(OLD."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || OLD."value"::text || '"', 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"analysis":' || coalesce(to_json(NEW."analysis")::text, 'null') || ',' || '"approved_by":' || coalesce(to_json(NEW."approved_by")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"entered_by":' || coalesce(to_json(NEW."entered_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"inputs":' || coalesce(to_json(NEW."inputs")::text, 'null') || ',' || '"pinned":' || coalesce(to_json(NEW."pinned")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"reviewed_by":' || coalesce(to_json(NEW."reviewed_by")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(NEW."sample_id")::text, 'null') || ',' || '"sampled_at":' || coalesce(NEW."sampled_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"test_id":' || coalesce(to_json(NEW."test_id")::text, 'null') || ',' || '"text":' || coalesce(to_json(NEW."text")::text, 'null') || ',' || '"trace":' || coalesce(to_json(NEW."trace")::text, 'null') || ',' || '"unit":' || coalesce(to_json(NEW."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || NEW."value"::text || '"', 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('lims_result', OLD.id, OLD.version + 1, '{' || '"analysis":' || coalesce(to_json(OLD."analysis")::text, 'null') || ',' || '"approved_by":' || coalesce(to_json(OLD."approved_by")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"entered_by":' || coalesce(to_json(OLD."entered_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"inputs":' || coalesce(to_json(OLD."inputs")::text, 'null') || ',' || '"pinned":' || coalesce(to_json(OLD."pinned")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"reviewed_by":' || coalesce(to_json(OLD."reviewed_by")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(OLD."sample_id")::text, 'null') || ',' || '"sampled_at":' || coalesce(OLD."sampled_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"test_id":' || coalesce(to_json(OLD."test_id")::text, 'null') || ',' || '"text":' || coalesce(to_json(OLD."text")::text, 'null') || ',' || '"trace":' || coalesce(to_json(OLD."trace")::text, 'null') || ',' || '"unit":' || coalesce(to_json(OLD."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || OLD."value"::text || '"', 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_result_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_result_insert AFTER INSERT ON lims_result FOR EACH ROW EXECUTE FUNCTION titer_lims_result_entry()

ALTER TABLE lims_result ENABLE ALWAYS TRIGGER titer_lims_result_insert

CREATE TRIGGER titer_lims_result_update AFTER UPDATE ON lims_result FOR EACH ROW EXECUTE FUNCTION titer_lims_result_entry()

ALTER TABLE lims_result ENABLE ALWAYS TRIGGER titer_lims_result_update

CREATE TRIGGER titer_lims_result_delete AFTER DELETE ON lims_result FOR EACH ROW EXECUTE FUNCTION titer_lims_result_entry()

ALTER TABLE lims_result ENABLE ALWAYS TRIGGER titer_lims_result_delete

CREATE TRIGGER titer_lims_result_no_truncate BEFORE TRUNCATE ON lims_result FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE lims_result ENABLE ALWAYS TRIGGER titer_lims_result_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_run_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('lims_run', NEW.id, NEW.version, NULL, '{' || '"analyst_id":' || coalesce(to_json(NEW."analyst_id")::text, 'null') || ',' || '"document_digest":' || coalesce(to_json(NEW."document_digest")::text, 'null') || ',' || '"findings":' || coalesce(to_json(NEW."findings")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"injections":' || coalesce(to_json(NEW."injections")::text, 'null') || ',' || '"instrument":' || coalesce(to_json(NEW."instrument")::text, 'null') || ',' || '"instrument_trail":' || coalesce(to_json(NEW."instrument_trail")::text, 'null') || ',' || '"materials":' || coalesce(to_json(NEW."materials")::text, 'null') || ',' || '"method_id":' || coalesce(to_json(NEW."method_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"pinned":' || coalesce(to_json(NEW."pinned")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"raw_file_id":' || coalesce(to_json(NEW."raw_file_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"started_at":' || coalesce(NEW."started_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"suitability":' || coalesce(to_json(NEW."suitability")::text, 'null') || ',' || '"test_ids":' || coalesce(to_json(NEW."test_ids")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_run.id keeps its first value'; END IF;
  IF NEW."number" IS DISTINCT FROM OLD."number" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_run.number keeps its first value'; END IF;
  IF NEW."method_id" IS DISTINCT FROM OLD."method_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_run.method_id keeps its first value'; END IF;
  IF NEW."instrument" IS DISTINCT FROM OLD."instrument" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_run.instrument keeps its first value'; END IF;
  IF NEW."analyst_id" IS DISTINCT FROM OLD."analyst_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_run.analyst_id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('lims_run', NEW.id, NEW.version, '{' || '"analyst_id":' || coalesce(to_json(OLD."analyst_id")::text, 'null') || ',' || '"document_digest":' || coalesce(to_json(OLD."document_digest")::text, 'null') || ',' || '"findings":' || coalesce(to_json(OLD."findings")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"injections":' || coalesce(to_json(OLD."injections")::text, 'null') || ',' || '"instrument":' || coalesce(to_json(OLD."instrument")::text, 'null') || ',' || '"instrument_trail":' || coalesce(to_json(OLD."instrument_trail")::text, 'null') || ',' || '"materials":' || coalesce(to_json(OLD."materials")::text, 'null') || ',' || '"method_id":' || coalesce(to_json(OLD."method_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"pinned":' || coalesce(to_json(OLD."pinned")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"raw_file_id":' || coalesce(to_json(OLD."raw_file_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"started_at":' || coalesce(OLD."started_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"suitability":' || coalesce(to_json(OLD."suitability")::text, 'null') || ',' || '"test_ids":' || coalesce(to_json(OLD."test_ids")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"analyst_id":' || coalesce(to_json(NEW."analyst_id")::text, 'null') || ',' || '"document_digest":' || coalesce(to_json(NEW."document_digest")::text, 'null') || ',' || '"findings":' || coalesce(to_json(NEW."findings")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"injections":' || coalesce(to_json(NEW."injections")::text, 'null') || ',' || '"instrument":' || coalesce(to_json(NEW."instrument")::text, 'null') || ',' || '"instrument_trail":' || coalesce(to_json(NEW."instrument_trail")::text, 'null') || ',' || '"materials":' || coalesce(to_json(NEW."materials")::text, 'null') || ',' || '"method_id":' || coalesce(to_json(NEW."method_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"pinned":' || coalesce(to_json(NEW."pinned")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"raw_file_id":' || coalesce(to_json(NEW."raw_file_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"started_at":' || coalesce(NEW."started_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"suitability":' || coalesce(to_json(NEW."suitability")::text, 'null') || ',' || '"test_ids":' || coalesce(to_json(NEW."test_ids")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('lims_run', OLD.id, OLD.version + 1, '{' || '"analyst_id":' || coalesce(to_json(OLD."analyst_id")::text, 'null') || ',' || '"document_digest":' || coalesce(to_json(OLD."document_digest")::text, 'null') || ',' || '"findings":' || coalesce(to_json(OLD."findings")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"injections":' || coalesce(to_json(OLD."injections")::text, 'null') || ',' || '"instrument":' || coalesce(to_json(OLD."instrument")::text, 'null') || ',' || '"instrument_trail":' || coalesce(to_json(OLD."instrument_trail")::text, 'null') || ',' || '"materials":' || coalesce(to_json(OLD."materials")::text, 'null') || ',' || '"method_id":' || coalesce(to_json(OLD."method_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"pinned":' || coalesce(to_json(OLD."pinned")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"raw_file_id":' || coalesce(to_json(OLD."raw_file_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"started_at":' || coalesce(OLD."started_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"suitability":' || coalesce(to_json(OLD."suitability")::text, 'null') || ',' || '"test_ids":' || coalesce(to_json(OLD."test_ids")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_run_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_run_insert AFTER INSERT ON lims_run FOR EACH ROW EXECUTE FUNCTION titer_lims_run_entry()

ALTER TABLE lims_run ENABLE ALWAYS TRIGGER titer_lims_run_insert

CREATE TRIGGER titer_lims_run_update AFTER UPDATE ON lims_run FOR EACH ROW EXECUTE FUNCTION titer_lims_run_entry()

ALTER TABLE lims_run ENABLE ALWAYS TRIGGER titer_lims_run_update

CREATE TRIGGER titer_lims_run_delete AFTER DELETE ON lims_run FOR EACH ROW EXECUTE FUNCTION titer_lims_run_entry()

ALTER TABLE lims_run ENABLE ALWAYS TRIGGER titer_lims_run_delete

CREATE TRIGGER titer_lims_run_no_truncate BEFORE TRUNCATE ON lims_run FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE lims_run ENABLE ALWAYS TRIGGER titer_lims_run_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_sample_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('lims_sample', NEW.id, NEW.version, NULL, '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"location":' || coalesce(to_json(NEW."location")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(NEW."lot_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"parent_id":' || coalesce(to_json(NEW."parent_id")::text, 'null') || ',' || '"plan_id":' || coalesce(to_json(NEW."plan_id")::text, 'null') || ',' || '"planned_at":' || coalesce(NEW."planned_at"::text, 'null') || ',' || '"point":' || coalesce(to_json(NEW."point")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"received_at":' || coalesce(NEW."received_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"sampled_at":' || coalesce(NEW."sampled_at"::text, 'null') || ',' || '"sampled_by":' || coalesce(to_json(NEW."sampled_by")::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(NEW."specification_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_sample.id keeps its first value'; END IF;
  IF NEW."number" IS DISTINCT FROM OLD."number" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_sample.number keeps its first value'; END IF;
  IF NEW."batch_id" IS DISTINCT FROM OLD."batch_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_sample.batch_id keeps its first value'; END IF;
  IF NEW."lot_id" IS DISTINCT FROM OLD."lot_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_sample.lot_id keeps its first value'; END IF;
  IF NEW."parent_id" IS DISTINCT FROM OLD."parent_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_sample.parent_id keeps its first value'; END IF;
  IF NEW."kind" IS DISTINCT FROM OLD."kind" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_sample.kind keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('lims_sample', NEW.id, NEW.version, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"location":' || coalesce(to_json(OLD."location")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(OLD."lot_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"parent_id":' || coalesce(to_json(OLD."parent_id")::text, 'null') || ',' || '"plan_id":' || coalesce(to_json(OLD."plan_id")::text, 'null') || ',' || '"planned_at":' || coalesce(OLD."planned_at"::text, 'null') || ',' || '"point":' || coalesce(to_json(OLD."point")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"received_at":' || coalesce(OLD."received_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"sampled_at":' || coalesce(OLD."sampled_at"::text, 'null') || ',' || '"sampled_by":' || coalesce(to_json(OLD."sampled_by")::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(OLD."specification_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"location":' || coalesce(to_json(NEW."location")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(NEW."lot_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"parent_id":' || coalesce(to_json(NEW."parent_id")::text, 'null') || ',' || '"plan_id":' || coalesce(to_json(NEW."plan_id")::text, 'null') || ',' || '"planned_at":' || coalesce(NEW."planned_at"::text, 'null') || ',' || '"point":' || coalesce(to_json(NEW."point")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"received_at":' || coalesce(NEW."received_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"sampled_at":' || coalesce(NEW."sampled_at"::text, 'null') || ',' || '"sampled_by":' || coalesce(to_json(NEW."sampled_by")::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(NEW."specification_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('lims_sample', OLD.id, OLD.version + 1, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"location":' || coalesce(to_json(OLD."location")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(OLD."lot_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"parent_id":' || coalesce(to_json(OLD."parent_id")::text, 'null') || ',' || '"plan_id":' || coalesce(to_json(OLD."plan_id")::text, 'null') || ',' || '"planned_at":' || coalesce(OLD."planned_at"::text, 'null') || ',' || '"point":' || coalesce(to_json(OLD."point")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"received_at":' || coalesce(OLD."received_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"sampled_at":' || coalesce(OLD."sampled_at"::text, 'null') || ',' || '"sampled_by":' || coalesce(to_json(OLD."sampled_by")::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(OLD."specification_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_sample_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_sample_insert AFTER INSERT ON lims_sample FOR EACH ROW EXECUTE FUNCTION titer_lims_sample_entry()

ALTER TABLE lims_sample ENABLE ALWAYS TRIGGER titer_lims_sample_insert

CREATE TRIGGER titer_lims_sample_update AFTER UPDATE ON lims_sample FOR EACH ROW EXECUTE FUNCTION titer_lims_sample_entry()

ALTER TABLE lims_sample ENABLE ALWAYS TRIGGER titer_lims_sample_update

CREATE TRIGGER titer_lims_sample_delete AFTER DELETE ON lims_sample FOR EACH ROW EXECUTE FUNCTION titer_lims_sample_entry()

ALTER TABLE lims_sample ENABLE ALWAYS TRIGGER titer_lims_sample_delete

CREATE TRIGGER titer_lims_sample_no_truncate BEFORE TRUNCATE ON lims_sample FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE lims_sample ENABLE ALWAYS TRIGGER titer_lims_sample_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_test_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('lims_test', NEW.id, NEW.version, NULL, '{' || '"analysis":' || coalesce(to_json(NEW."analysis")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"investigation_id":' || coalesce(to_json(NEW."investigation_id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"method_id":' || coalesce(to_json(NEW."method_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"redetermines_id":' || coalesce(to_json(NEW."redetermines_id")::text, 'null') || ',' || '"run_id":' || coalesce(to_json(NEW."run_id")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(NEW."sample_id")::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(NEW."specification_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_test.id keeps its first value'; END IF;
  IF NEW."number" IS DISTINCT FROM OLD."number" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_test.number keeps its first value'; END IF;
  IF NEW."sample_id" IS DISTINCT FROM OLD."sample_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_test.sample_id keeps its first value'; END IF;
  IF NEW."analysis" IS DISTINCT FROM OLD."analysis" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_test.analysis keeps its first value'; END IF;
  IF NEW."method_id" IS DISTINCT FROM OLD."method_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_test.method_id keeps its first value'; END IF;
  IF NEW."specification_id" IS DISTINCT FROM OLD."specification_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_test.specification_id keeps its first value'; END IF;
  IF NEW."redetermines_id" IS DISTINCT FROM OLD."redetermines_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: lims_test.redetermines_id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('lims_test', NEW.id, NEW.version, '{' || '"analysis":' || coalesce(to_json(OLD."analysis")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"investigation_id":' || coalesce(to_json(OLD."investigation_id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"method_id":' || coalesce(to_json(OLD."method_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"redetermines_id":' || coalesce(to_json(OLD."redetermines_id")::text, 'null') || ',' || '"run_id":' || coalesce(to_json(OLD."run_id")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(OLD."sample_id")::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(OLD."specification_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"analysis":' || coalesce(to_json(NEW."analysis")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"investigation_id":' || coalesce(to_json(NEW."investigation_id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"method_id":' || coalesce(to_json(NEW."method_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"redetermines_id":' || coalesce(to_json(NEW."redetermines_id")::text, 'null') || ',' || '"run_id":' || coalesce(to_json(NEW."run_id")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(NEW."sample_id")::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(NEW."specification_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('lims_test', OLD.id, OLD.version + 1, '{' || '"analysis":' || coalesce(to_json(OLD."analysis")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"investigation_id":' || coalesce(to_json(OLD."investigation_id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"method_id":' || coalesce(to_json(OLD."method_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"redetermines_id":' || coalesce(to_json(OLD."redetermines_id")::text, 'null') || ',' || '"run_id":' || coalesce(to_json(OLD."run_id")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(OLD."sample_id")::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(OLD."specification_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_test_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_test_insert AFTER INSERT ON lims_test FOR EACH ROW EXECUTE FUNCTION titer_lims_test_entry()

ALTER TABLE lims_test ENABLE ALWAYS TRIGGER titer_lims_test_insert

CREATE TRIGGER titer_lims_test_update AFTER UPDATE ON lims_test FOR EACH ROW EXECUTE FUNCTION titer_lims_test_entry()

ALTER TABLE lims_test ENABLE ALWAYS TRIGGER titer_lims_test_update

CREATE TRIGGER titer_lims_test_delete AFTER DELETE ON lims_test FOR EACH ROW EXECUTE FUNCTION titer_lims_test_entry()

ALTER TABLE lims_test ENABLE ALWAYS TRIGGER titer_lims_test_delete

CREATE TRIGGER titer_lims_test_no_truncate BEFORE TRUNCATE ON lims_test FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE lims_test ENABLE ALWAYS TRIGGER titer_lims_test_no_truncate

CREATE OR REPLACE FUNCTION titer_material_container_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('material_container', NEW.id, NEW.version, NULL, '{' || '"code":' || coalesce(to_json(NEW."code")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"location":' || coalesce(to_json(NEW."location")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(NEW."lot_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || NEW."quantity"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: material_container.id keeps its first value'; END IF;
  IF NEW."code" IS DISTINCT FROM OLD."code" THEN RAISE EXCEPTION USING MESSAGE = 'titer: material_container.code keeps its first value'; END IF;
  IF NEW."lot_id" IS DISTINCT FROM OLD."lot_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: material_container.lot_id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('material_container', NEW.id, NEW.version, '{' || '"code":' || coalesce(to_json(OLD."code")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"location":' || coalesce(to_json(OLD."location")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(OLD."lot_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || OLD."quantity"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"code":' || coalesce(to_json(NEW."code")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"location":' || coalesce(to_json(NEW."location")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(NEW."lot_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || NEW."quantity"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('material_container', OLD.id, OLD.version + 1, '{' || '"code":' || coalesce(to_json(OLD."code")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"location":' || coalesce(to_json(OLD."location")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(OLD."lot_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || OLD."quantity"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_material_container_entry() FROM PUBLIC

CREATE TRIGGER titer_material_container_insert AFTER INSERT ON material_container FOR EACH ROW EXECUTE FUNCTION titer_material_container_entry()

ALTER TABLE material_container ENABLE ALWAYS TRIGGER titer_material_container_insert

CREATE TRIGGER titer_material_container_update AFTER UPDATE ON material_container FOR EACH ROW EXECUTE FUNCTION titer_material_container_entry()

ALTER TABLE material_container ENABLE ALWAYS TRIGGER titer_material_container_update

CREATE TRIGGER titer_material_container_delete AFTER DELETE ON material_container FOR EACH ROW EXECUTE FUNCTION titer_material_container_entry()

ALTER TABLE material_container ENABLE ALWAYS TRIGGER titer_material_container_delete

CREATE TRIGGER titer_material_container_no_truncate BEFORE TRUNCATE ON material_container FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE material_container ENABLE ALWAYS TRIGGER titer_material_container_no_truncate

CREATE OR REPLACE FUNCTION titer_material_definition_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('material_definition', NEW.id, NEW.version, NULL, '{' || '"code":' || coalesce(to_json(NEW."code")::text, 'null') || ',' || '"disposed_by":' || coalesce(to_json(NEW."disposed_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"needs":' || coalesce(to_json(NEW."needs")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"specification":' || coalesce(to_json(NEW."specification")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"unit":' || coalesce(to_json(NEW."unit")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: material_definition.id keeps its first value'; END IF;
  IF NEW."code" IS DISTINCT FROM OLD."code" THEN RAISE EXCEPTION USING MESSAGE = 'titer: material_definition.code keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('material_definition', NEW.id, NEW.version, '{' || '"code":' || coalesce(to_json(OLD."code")::text, 'null') || ',' || '"disposed_by":' || coalesce(to_json(OLD."disposed_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"needs":' || coalesce(to_json(OLD."needs")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"specification":' || coalesce(to_json(OLD."specification")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"unit":' || coalesce(to_json(OLD."unit")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"code":' || coalesce(to_json(NEW."code")::text, 'null') || ',' || '"disposed_by":' || coalesce(to_json(NEW."disposed_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"needs":' || coalesce(to_json(NEW."needs")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"specification":' || coalesce(to_json(NEW."specification")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"unit":' || coalesce(to_json(NEW."unit")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('material_definition', OLD.id, OLD.version + 1, '{' || '"code":' || coalesce(to_json(OLD."code")::text, 'null') || ',' || '"disposed_by":' || coalesce(to_json(OLD."disposed_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"needs":' || coalesce(to_json(OLD."needs")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"specification":' || coalesce(to_json(OLD."specification")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"unit":' || coalesce(to_json(OLD."unit")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_material_definition_entry() FROM PUBLIC

CREATE TRIGGER titer_material_definition_insert AFTER INSERT ON material_definition FOR EACH ROW EXECUTE FUNCTION titer_material_definition_entry()

ALTER TABLE material_definition ENABLE ALWAYS TRIGGER titer_material_definition_insert

CREATE TRIGGER titer_material_definition_update AFTER UPDATE ON material_definition FOR EACH ROW EXECUTE FUNCTION titer_material_definition_entry()

ALTER TABLE material_definition ENABLE ALWAYS TRIGGER titer_material_definition_update

CREATE TRIGGER titer_material_definition_delete AFTER DELETE ON material_definition FOR EACH ROW EXECUTE FUNCTION titer_material_definition_entry()

ALTER TABLE material_definition ENABLE ALWAYS TRIGGER titer_material_definition_delete

CREATE TRIGGER titer_material_definition_no_truncate BEFORE TRUNCATE ON material_definition FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE material_definition ENABLE ALWAYS TRIGGER titer_material_definition_no_truncate

CREATE OR REPLACE FUNCTION titer_material_genealogy_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('material_genealogy', NEW.id, NEW.version, NULL, '{' || '"happened_at":' || coalesce(NEW."happened_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || NEW."quantity"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"source_id":' || coalesce(to_json(NEW."source_id")::text, 'null') || ',' || '"source_type":' || coalesce(to_json(NEW."source_type")::text, 'null') || ',' || '"target_id":' || coalesce(to_json(NEW."target_id")::text, 'null') || ',' || '"target_type":' || coalesce(to_json(NEW."target_type")::text, 'null') || ',' || '"unit":' || coalesce(to_json(NEW."unit")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: material_genealogy.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('material_genealogy', NEW.id, NEW.version, '{' || '"happened_at":' || coalesce(OLD."happened_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || OLD."quantity"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"source_id":' || coalesce(to_json(OLD."source_id")::text, 'null') || ',' || '"source_type":' || coalesce(to_json(OLD."source_type")::text, 'null') || ',' || '"target_id":' || coalesce(to_json(OLD."target_id")::text, 'null') || ',' || '"target_type":' || coalesce(to_json(OLD."target_type")::text, 'null') || ',' || '"unit":' || coalesce(to_json(OLD."unit")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"happened_at":' || coalesce(NEW."happened_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || NEW."quantity"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"source_id":' || coalesce(to_json(NEW."source_id")::text, 'null') || ',' || '"source_type":' || coalesce(to_json(NEW."source_type")::text, 'null') || ',' || '"target_id":' || coalesce(to_json(NEW."target_id")::text, 'null') || ',' || '"target_type":' || coalesce(to_json(NEW."target_type")::text, 'null') || ',' || '"unit":' || coalesce(to_json(NEW."unit")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('material_genealogy', OLD.id, OLD.version + 1, '{' || '"happened_at":' || coalesce(OLD."happened_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || OLD."quantity"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"source_id":' || coalesce(to_json(OLD."source_id")::text, 'null') || ',' || '"source_type":' || coalesce(to_json(OLD."source_type")::text, 'null') || ',' || '"target_id":' || coalesce(to_json(OLD."target_id")::text, 'null') || ',' || '"target_type":' || coalesce(to_json(OLD."target_type")::text, 'null') || ',' || '"unit":' || coalesce(to_json(OLD."unit")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_material_genealogy_entry() FROM PUBLIC

CREATE TRIGGER titer_material_genealogy_insert AFTER INSERT ON material_genealogy FOR EACH ROW EXECUTE FUNCTION titer_material_genealogy_entry()

ALTER TABLE material_genealogy ENABLE ALWAYS TRIGGER titer_material_genealogy_insert

CREATE TRIGGER titer_material_genealogy_no_update BEFORE UPDATE ON material_genealogy FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE material_genealogy ENABLE ALWAYS TRIGGER titer_material_genealogy_no_update

CREATE TRIGGER titer_material_genealogy_no_delete BEFORE DELETE ON material_genealogy FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE material_genealogy ENABLE ALWAYS TRIGGER titer_material_genealogy_no_delete

CREATE TRIGGER titer_material_genealogy_no_truncate BEFORE TRUNCATE ON material_genealogy FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE material_genealogy ENABLE ALWAYS TRIGGER titer_material_genealogy_no_truncate

CREATE OR REPLACE FUNCTION titer_material_lot_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('material_lot', NEW.id, NEW.version, NULL, '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"certificate_digest":' || coalesce(to_json(NEW."certificate_digest")::text, 'null') || ',' || '"certificate_name":' || coalesce(to_json(NEW."certificate_name")::text, 'null') || ',' || '"definition_id":' || coalesce(to_json(NEW."definition_id")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(NEW."disposition")::text, 'null') || ',' || '"disposition_reason":' || coalesce(to_json(NEW."disposition_reason")::text, 'null') || ',' || '"disposition_signature":' || coalesce(to_json(NEW."disposition_signature")::text, 'null') || ',' || '"expires_on":' || coalesce(to_json(NEW."expires_on")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || NEW."quantity"::text || '"', 'null') || ',' || '"received_at":' || coalesce(NEW."received_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"remaining":' || coalesce('"' || NEW."remaining"::text || '"', 'null') || ',' || '"supplier":' || coalesce(to_json(NEW."supplier")::text, 'null') || ',' || '"supplier_lot":' || coalesce(to_json(NEW."supplier_lot")::text, 'null') || ',' || '"unit":' || coalesce(to_json(NEW."unit")::text, 'null') || ',' || '"usage":' || coalesce(to_json(NEW."usage")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: material_lot.id keeps its first value'; END IF;
  IF NEW."number" IS DISTINCT FROM OLD."number" THEN RAISE EXCEPTION USING MESSAGE = 'titer: material_lot.number keeps its first value'; END IF;
  IF NEW."definition_id" IS DISTINCT FROM OLD."definition_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: material_lot.definition_id keeps its first value'; END IF;
  IF NEW."quantity" IS DISTINCT FROM OLD."quantity" THEN RAISE EXCEPTION USING MESSAGE = 'titer: material_lot.quantity keeps its first value'; END IF;
  IF NEW."unit" IS DISTINCT FROM OLD."unit" THEN RAISE EXCEPTION USING MESSAGE = 'titer: material_lot.unit keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('material_lot', NEW.id, NEW.version, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"certificate_digest":' || coalesce(to_json(OLD."certificate_digest")::text, 'null') || ',' || '"certificate_name":' || coalesce(to_json(OLD."certificate_name")::text, 'null') || ',' || '"definition_id":' || coalesce(to_json(OLD."definition_id")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(OLD."disposition")::text, 'null') || ',' || '"disposition_reason":' || coalesce(to_json(OLD."disposition_reason")::text, 'null') || ',' || '"disposition_signature":' || coalesce(to_json(OLD."disposition_signature")::text, 'null') || ',' || '"expires_on":' || coalesce(to_json(OLD."expires_on")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || OLD."quantity"::text || '"', 'null') || ',' || '"received_at":' || coalesce(OLD."received_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"remaining":' || coalesce('"' || OLD."remaining"::text || '"', 'null') || ',' || '"supplier":' || coalesce(to_json(OLD."supplier")::text, 'null') || ',' || '"supplier_lot":' || coalesce(to_json(OLD."supplier_lot")::text, 'null') || ',' || '"unit":' || coalesce(to_json(OLD."unit")::text, 'null') || ',' || '"usage":' || coalesce(to_json(OLD."usage")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"certificate_digest":' || coalesce(to_json(NEW."certificate_digest")::text, 'null') || ',' || '"certificate_name":' || coalesce(to_json(NEW."certificate_name")::text, 'null') || ',' || '"definition_id":' || coalesce(to_json(NEW."definition_id")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(NEW."disposition")::text, 'null') || ',' || '"disposition_reason":' || coalesce(to_json(NEW."disposition_reason")::text, 'null') || ',' || '"disposition_signature":' || coalesce(to_json(NEW."disposition_signature")::text, 'null') || ',' || '"expires_on":' || coalesce(to_json(NEW."expires_on")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || NEW."quantity"::text || '"', 'null') || ',' || '"received_at":' || coalesce(NEW."received_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"remaining":' || coalesce('"' || NEW."remaining"::text || '"', 'null') || ',' || '"supplier":' || coalesce(to_json(NEW."supplier")::text, 'null') || ',' || '"supplier_lot":' || coalesce(to_json(NEW."supplier_lot")::text, 'null') || ',' || '"unit":' || coalesce(to_json(NEW."unit")::text, 'null') || ',' || '"usage":' || coalesce(to_json(NEW."usage")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('material_lot', OLD.id, OLD.version + 1, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"certificate_digest":' || coalesce(to_json(OLD."certificate_digest")::text, 'null') || ',' || '"certificate_name":' || coalesce(to_json(OLD."certificate_name")::text, 'null') || ',' || '"definition_id":' || coalesce(to_json(OLD."definition_id")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(OLD."disposition")::text, 'null') || ',' || '"disposition_reason":' || coalesce(to_json(OLD."disposition_reason")::text, 'null') || ',' || '"disposition_signature":' || coalesce(to_json(OLD."disposition_signature")::text, 'null') || ',' || '"expires_on":' || coalesce(to_json(OLD."expires_on")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || OLD."quantity"::text || '"', 'null') || ',' || '"received_at":' || coalesce(OLD."received_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"remaining":' || coalesce('"' || OLD."remaining"::text || '"', 'null') || ',' || '"supplier":' || coalesce(to_json(OLD."supplier")::text, 'null') || ',' || '"supplier_lot":' || coalesce(to_json(OLD."supplier_lot")::text, 'null') || ',' || '"unit":' || coalesce(to_json(OLD."unit")::text, 'null') || ',' || '"usage":' || coalesce(to_json(OLD."usage")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_material_lot_entry() FROM PUBLIC

CREATE TRIGGER titer_material_lot_insert AFTER INSERT ON material_lot FOR EACH ROW EXECUTE FUNCTION titer_material_lot_entry()

ALTER TABLE material_lot ENABLE ALWAYS TRIGGER titer_material_lot_insert

CREATE TRIGGER titer_material_lot_update AFTER UPDATE ON material_lot FOR EACH ROW EXECUTE FUNCTION titer_material_lot_entry()

ALTER TABLE material_lot ENABLE ALWAYS TRIGGER titer_material_lot_update

CREATE TRIGGER titer_material_lot_delete AFTER DELETE ON material_lot FOR EACH ROW EXECUTE FUNCTION titer_material_lot_entry()

ALTER TABLE material_lot ENABLE ALWAYS TRIGGER titer_material_lot_delete

CREATE TRIGGER titer_material_lot_no_truncate BEFORE TRUNCATE ON material_lot FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE material_lot ENABLE ALWAYS TRIGGER titer_material_lot_no_truncate

CREATE OR REPLACE FUNCTION titer_mes_adjustment_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('mes_adjustment', NEW.id, NEW.version, NULL, '{' || '"applied_at":' || coalesce(NEW."applied_at"::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"channel":' || coalesce(to_json(NEW."channel")::text, 'null') || ',' || '"command_key":' || coalesce(to_json(NEW."command_key")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"proposal_id":' || coalesce(to_json(NEW."proposal_id")::text, 'null') || ',' || '"readback":' || coalesce(to_json(NEW."readback")::text, 'null') || ',' || '"reason":' || coalesce(to_json(NEW."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(NEW."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"tag":' || coalesce(to_json(NEW."tag")::text, 'null') || ',' || '"unit":' || coalesce(to_json(NEW."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || NEW."value"::text || '"', 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: mes_adjustment.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('mes_adjustment', NEW.id, NEW.version, '{' || '"applied_at":' || coalesce(OLD."applied_at"::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"channel":' || coalesce(to_json(OLD."channel")::text, 'null') || ',' || '"command_key":' || coalesce(to_json(OLD."command_key")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"proposal_id":' || coalesce(to_json(OLD."proposal_id")::text, 'null') || ',' || '"readback":' || coalesce(to_json(OLD."readback")::text, 'null') || ',' || '"reason":' || coalesce(to_json(OLD."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(OLD."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"tag":' || coalesce(to_json(OLD."tag")::text, 'null') || ',' || '"unit":' || coalesce(to_json(OLD."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || OLD."value"::text || '"', 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"applied_at":' || coalesce(NEW."applied_at"::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"channel":' || coalesce(to_json(NEW."channel")::text, 'null') || ',' || '"command_key":' || coalesce(to_json(NEW."command_key")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"proposal_id":' || coalesce(to_json(NEW."proposal_id")::text, 'null') || ',' || '"readback":' || coalesce(to_json(NEW."readback")::text, 'null') || ',' || '"reason":' || coalesce(to_json(NEW."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(NEW."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"tag":' || coalesce(to_json(NEW."tag")::text, 'null') || ',' || '"unit":' || coalesce(to_json(NEW."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || NEW."value"::text || '"', 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('mes_adjustment', OLD.id, OLD.version + 1, '{' || '"applied_at":' || coalesce(OLD."applied_at"::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"channel":' || coalesce(to_json(OLD."channel")::text, 'null') || ',' || '"command_key":' || coalesce(to_json(OLD."command_key")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"proposal_id":' || coalesce(to_json(OLD."proposal_id")::text, 'null') || ',' || '"readback":' || coalesce(to_json(OLD."readback")::text, 'null') || ',' || '"reason":' || coalesce(to_json(OLD."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(OLD."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"tag":' || coalesce(to_json(OLD."tag")::text, 'null') || ',' || '"unit":' || coalesce(to_json(OLD."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || OLD."value"::text || '"', 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_mes_adjustment_entry() FROM PUBLIC

CREATE TRIGGER titer_mes_adjustment_insert AFTER INSERT ON mes_adjustment FOR EACH ROW EXECUTE FUNCTION titer_mes_adjustment_entry()

ALTER TABLE mes_adjustment ENABLE ALWAYS TRIGGER titer_mes_adjustment_insert

CREATE TRIGGER titer_mes_adjustment_update AFTER UPDATE ON mes_adjustment FOR EACH ROW EXECUTE FUNCTION titer_mes_adjustment_entry()

ALTER TABLE mes_adjustment ENABLE ALWAYS TRIGGER titer_mes_adjustment_update

CREATE TRIGGER titer_mes_adjustment_delete AFTER DELETE ON mes_adjustment FOR EACH ROW EXECUTE FUNCTION titer_mes_adjustment_entry()

ALTER TABLE mes_adjustment ENABLE ALWAYS TRIGGER titer_mes_adjustment_delete

CREATE TRIGGER titer_mes_adjustment_no_truncate BEFORE TRUNCATE ON mes_adjustment FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE mes_adjustment ENABLE ALWAYS TRIGGER titer_mes_adjustment_no_truncate

CREATE OR REPLACE FUNCTION titer_mes_allocation_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('mes_allocation', NEW.id, NEW.version, NULL, '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(NEW."equipment")::text, 'null') || ',' || '"granted_at":' || coalesce(NEW."granted_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"path":' || coalesce(to_json(NEW."path")::text, 'null') || ',' || '"priority":' || coalesce(NEW."priority"::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"reasons":' || coalesce(to_json(NEW."reasons")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"released_at":' || coalesce(NEW."released_at"::text, 'null') || ',' || '"requested_at":' || coalesce(NEW."requested_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"symbol":' || coalesce(to_json(NEW."symbol")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: mes_allocation.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('mes_allocation', NEW.id, NEW.version, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(OLD."equipment")::text, 'null') || ',' || '"granted_at":' || coalesce(OLD."granted_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"path":' || coalesce(to_json(OLD."path")::text, 'null') || ',' || '"priority":' || coalesce(OLD."priority"::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"reasons":' || coalesce(to_json(OLD."reasons")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"released_at":' || coalesce(OLD."released_at"::text, 'null') || ',' || '"requested_at":' || coalesce(OLD."requested_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"symbol":' || coalesce(to_json(OLD."symbol")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(NEW."equipment")::text, 'null') || ',' || '"granted_at":' || coalesce(NEW."granted_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"path":' || coalesce(to_json(NEW."path")::text, 'null') || ',' || '"priority":' || coalesce(NEW."priority"::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"reasons":' || coalesce(to_json(NEW."reasons")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"released_at":' || coalesce(NEW."released_at"::text, 'null') || ',' || '"requested_at":' || coalesce(NEW."requested_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"symbol":' || coalesce(to_json(NEW."symbol")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('mes_allocation', OLD.id, OLD.version + 1, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(OLD."equipment")::text, 'null') || ',' || '"granted_at":' || coalesce(OLD."granted_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"path":' || coalesce(to_json(OLD."path")::text, 'null') || ',' || '"priority":' || coalesce(OLD."priority"::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"reasons":' || coalesce(to_json(OLD."reasons")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"released_at":' || coalesce(OLD."released_at"::text, 'null') || ',' || '"requested_at":' || coalesce(OLD."requested_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"symbol":' || coalesce(to_json(OLD."symbol")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_mes_allocation_entry() FROM PUBLIC

CREATE TRIGGER titer_mes_allocation_insert AFTER INSERT ON mes_allocation FOR EACH ROW EXECUTE FUNCTION titer_mes_allocation_entry()

ALTER TABLE mes_allocation ENABLE ALWAYS TRIGGER titer_mes_allocation_insert

CREATE TRIGGER titer_mes_allocation_update AFTER UPDATE ON mes_allocation FOR EACH ROW EXECUTE FUNCTION titer_mes_allocation_entry()

ALTER TABLE mes_allocation ENABLE ALWAYS TRIGGER titer_mes_allocation_update

CREATE TRIGGER titer_mes_allocation_delete AFTER DELETE ON mes_allocation FOR EACH ROW EXECUTE FUNCTION titer_mes_allocation_entry()

ALTER TABLE mes_allocation ENABLE ALWAYS TRIGGER titer_mes_allocation_delete

CREATE TRIGGER titer_mes_allocation_no_truncate BEFORE TRUNCATE ON mes_allocation FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE mes_allocation ENABLE ALWAYS TRIGGER titer_mes_allocation_no_truncate

CREATE OR REPLACE FUNCTION titer_mes_batch_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('mes_batch', NEW.id, NEW.version, NULL, '{' || '"control_recipe_id":' || coalesce(to_json(NEW."control_recipe_id")::text, 'null') || ',' || '"ended_at":' || coalesce(NEW."ended_at"::text, 'null') || ',' || '"equipment":' || coalesce(to_json(NEW."equipment")::text, 'null') || ',' || '"execution":' || coalesce(to_json(NEW."execution")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"order_id":' || coalesce(to_json(NEW."order_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"product":' || coalesce(to_json(NEW."product")::text, 'null') || ',' || '"recipe_id":' || coalesce(to_json(NEW."recipe_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"semantics":' || coalesce(NEW."semantics"::text, 'null') || ',' || '"simulated":' || coalesce(NEW."simulated"::text, 'null') || ',' || '"started_at":' || coalesce(NEW."started_at"::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: mes_batch.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('mes_batch', NEW.id, NEW.version, '{' || '"control_recipe_id":' || coalesce(to_json(OLD."control_recipe_id")::text, 'null') || ',' || '"ended_at":' || coalesce(OLD."ended_at"::text, 'null') || ',' || '"equipment":' || coalesce(to_json(OLD."equipment")::text, 'null') || ',' || '"execution":' || coalesce(to_json(OLD."execution")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"order_id":' || coalesce(to_json(OLD."order_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"product":' || coalesce(to_json(OLD."product")::text, 'null') || ',' || '"recipe_id":' || coalesce(to_json(OLD."recipe_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"semantics":' || coalesce(OLD."semantics"::text, 'null') || ',' || '"simulated":' || coalesce(OLD."simulated"::text, 'null') || ',' || '"started_at":' || coalesce(OLD."started_at"::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"control_recipe_id":' || coalesce(to_json(NEW."control_recipe_id")::text, 'null') || ',' || '"ended_at":' || coalesce(NEW."ended_at"::text, 'null') || ',' || '"equipment":' || coalesce(to_json(NEW."equipment")::text, 'null') || ',' || '"execution":' || coalesce(to_json(NEW."execution")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"order_id":' || coalesce(to_json(NEW."order_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"product":' || coalesce(to_json(NEW."product")::text, 'null') || ',' || '"recipe_id":' || coalesce(to_json(NEW."recipe_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"semantics":' || coalesce(NEW."semantics"::text, 'null') || ',' || '"simulated":' || coalesce(NEW."simulated"::text, 'null') || ',' || '"started_at":' || coalesce(NEW."started_at"::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('mes_batch', OLD.id, OLD.version + 1, '{' || '"control_recipe_id":' || coalesce(to_json(OLD."control_recipe_id")::text, 'null') || ',' || '"ended_at":' || coalesce(OLD."ended_at"::text, 'null') || ',' || '"equipment":' || coalesce(to_json(OLD."equipment")::text, 'null') || ',' || '"execution":' || coalesce(to_json(OLD."execution")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"order_id":' || coalesce(to_json(OLD."order_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"product":' || coalesce(to_json(OLD."product")::text, 'null') || ',' || '"recipe_id":' || coalesce(to_json(OLD."recipe_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"semantics":' || coalesce(OLD."semantics"::text, 'null') || ',' || '"simulated":' || coalesce(OLD."simulated"::text, 'null') || ',' || '"started_at":' || coalesce(OLD."started_at"::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_mes_batch_entry() FROM PUBLIC

CREATE TRIGGER titer_mes_batch_insert AFTER INSERT ON mes_batch FOR EACH ROW EXECUTE FUNCTION titer_mes_batch_entry()

ALTER TABLE mes_batch ENABLE ALWAYS TRIGGER titer_mes_batch_insert

CREATE TRIGGER titer_mes_batch_update AFTER UPDATE ON mes_batch FOR EACH ROW EXECUTE FUNCTION titer_mes_batch_entry()

ALTER TABLE mes_batch ENABLE ALWAYS TRIGGER titer_mes_batch_update

CREATE TRIGGER titer_mes_batch_delete AFTER DELETE ON mes_batch FOR EACH ROW EXECUTE FUNCTION titer_mes_batch_entry()

ALTER TABLE mes_batch ENABLE ALWAYS TRIGGER titer_mes_batch_delete

CREATE TRIGGER titer_mes_batch_no_truncate BEFORE TRUNCATE ON mes_batch FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE mes_batch ENABLE ALWAYS TRIGGER titer_mes_batch_no_truncate

CREATE OR REPLACE FUNCTION titer_mes_charge_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('mes_charge', NEW.id, NEW.version, NULL, '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"direction":' || coalesce(to_json(NEW."direction")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(NEW."lot_id")::text, 'null') || ',' || '"lot_number":' || coalesce(to_json(NEW."lot_number")::text, 'null') || ',' || '"material":' || coalesce(to_json(NEW."material")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || NEW."quantity"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"task_id":' || coalesce(to_json(NEW."task_id")::text, 'null') || ',' || '"unit":' || coalesce(to_json(NEW."unit")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: mes_charge.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('mes_charge', NEW.id, NEW.version, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"direction":' || coalesce(to_json(OLD."direction")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(OLD."lot_id")::text, 'null') || ',' || '"lot_number":' || coalesce(to_json(OLD."lot_number")::text, 'null') || ',' || '"material":' || coalesce(to_json(OLD."material")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || OLD."quantity"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"task_id":' || coalesce(to_json(OLD."task_id")::text, 'null') || ',' || '"unit":' || coalesce(to_json(OLD."unit")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"direction":' || coalesce(to_json(NEW."direction")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(NEW."lot_id")::text, 'null') || ',' || '"lot_number":' || coalesce(to_json(NEW."lot_number")::text, 'null') || ',' || '"material":' || coalesce(to_json(NEW."material")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || NEW."quantity"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"task_id":' || coalesce(to_json(NEW."task_id")::text, 'null') || ',' || '"unit":' || coalesce(to_json(NEW."unit")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('mes_charge', OLD.id, OLD.version + 1, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"direction":' || coalesce(to_json(OLD."direction")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(OLD."lot_id")::text, 'null') || ',' || '"lot_number":' || coalesce(to_json(OLD."lot_number")::text, 'null') || ',' || '"material":' || coalesce(to_json(OLD."material")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || OLD."quantity"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"task_id":' || coalesce(to_json(OLD."task_id")::text, 'null') || ',' || '"unit":' || coalesce(to_json(OLD."unit")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_mes_charge_entry() FROM PUBLIC

CREATE TRIGGER titer_mes_charge_insert AFTER INSERT ON mes_charge FOR EACH ROW EXECUTE FUNCTION titer_mes_charge_entry()

ALTER TABLE mes_charge ENABLE ALWAYS TRIGGER titer_mes_charge_insert

CREATE TRIGGER titer_mes_charge_no_update BEFORE UPDATE ON mes_charge FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE mes_charge ENABLE ALWAYS TRIGGER titer_mes_charge_no_update

CREATE TRIGGER titer_mes_charge_no_delete BEFORE DELETE ON mes_charge FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE mes_charge ENABLE ALWAYS TRIGGER titer_mes_charge_no_delete

CREATE TRIGGER titer_mes_charge_no_truncate BEFORE TRUNCATE ON mes_charge FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE mes_charge ENABLE ALWAYS TRIGGER titer_mes_charge_no_truncate

CREATE OR REPLACE FUNCTION titer_mes_control_recipe_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('mes_control_recipe', NEW.id, NEW.version, NULL, '{' || '"bindings":' || coalesce(to_json(NEW."bindings")::text, 'null') || ',' || '"content":' || coalesce(to_json(NEW."content")::text, 'null') || ',' || '"content_digest":' || coalesce(to_json(NEW."content_digest")::text, 'null') || ',' || '"formula":' || coalesce(to_json(NEW."formula")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recipe_id":' || coalesce(to_json(NEW."recipe_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"snapshot_digest":' || coalesce(to_json(NEW."snapshot_digest")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: mes_control_recipe.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('mes_control_recipe', NEW.id, NEW.version, '{' || '"bindings":' || coalesce(to_json(OLD."bindings")::text, 'null') || ',' || '"content":' || coalesce(to_json(OLD."content")::text, 'null') || ',' || '"content_digest":' || coalesce(to_json(OLD."content_digest")::text, 'null') || ',' || '"formula":' || coalesce(to_json(OLD."formula")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recipe_id":' || coalesce(to_json(OLD."recipe_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"snapshot_digest":' || coalesce(to_json(OLD."snapshot_digest")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"bindings":' || coalesce(to_json(NEW."bindings")::text, 'null') || ',' || '"content":' || coalesce(to_json(NEW."content")::text, 'null') || ',' || '"content_digest":' || coalesce(to_json(NEW."content_digest")::text, 'null') || ',' || '"formula":' || coalesce(to_json(NEW."formula")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recipe_id":' || coalesce(to_json(NEW."recipe_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"snapshot_digest":' || coalesce(to_json(NEW."snapshot_digest")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('mes_control_recipe', OLD.id, OLD.version + 1, '{' || '"bindings":' || coalesce(to_json(OLD."bindings")::text, 'null') || ',' || '"content":' || coalesce(to_json(OLD."content")::text, 'null') || ',' || '"content_digest":' || coalesce(to_json(OLD."content_digest")::text, 'null') || ',' || '"formula":' || coalesce(to_json(OLD."formula")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recipe_id":' || coalesce(to_json(OLD."recipe_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"snapshot_digest":' || coalesce(to_json(OLD."snapshot_digest")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_mes_control_recipe_entry() FROM PUBLIC

CREATE TRIGGER titer_mes_control_recipe_insert AFTER INSERT ON mes_control_recipe FOR EACH ROW EXECUTE FUNCTION titer_mes_control_recipe_entry()

ALTER TABLE mes_control_recipe ENABLE ALWAYS TRIGGER titer_mes_control_recipe_insert

CREATE TRIGGER titer_mes_control_recipe_no_update BEFORE UPDATE ON mes_control_recipe FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE mes_control_recipe ENABLE ALWAYS TRIGGER titer_mes_control_recipe_no_update

CREATE TRIGGER titer_mes_control_recipe_no_delete BEFORE DELETE ON mes_control_recipe FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE mes_control_recipe ENABLE ALWAYS TRIGGER titer_mes_control_recipe_no_delete

CREATE TRIGGER titer_mes_control_recipe_no_truncate BEFORE TRUNCATE ON mes_control_recipe FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE mes_control_recipe ENABLE ALWAYS TRIGGER titer_mes_control_recipe_no_truncate

CREATE OR REPLACE FUNCTION titer_mes_journal_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('mes_journal', NEW.id, NEW.version, NULL, '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"event":' || coalesce(to_json(NEW."event")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"path":' || coalesce(to_json(NEW."path")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"sequence":' || coalesce(NEW."sequence"::text, 'null') || ',' || '"type":' || coalesce(to_json(NEW."type")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: mes_journal.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('mes_journal', NEW.id, NEW.version, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"event":' || coalesce(to_json(OLD."event")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"path":' || coalesce(to_json(OLD."path")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"sequence":' || coalesce(OLD."sequence"::text, 'null') || ',' || '"type":' || coalesce(to_json(OLD."type")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"event":' || coalesce(to_json(NEW."event")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"path":' || coalesce(to_json(NEW."path")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"sequence":' || coalesce(NEW."sequence"::text, 'null') || ',' || '"type":' || coalesce(to_json(NEW."type")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('mes_journal', OLD.id, OLD.version + 1, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"event":' || coalesce(to_json(OLD."event")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"path":' || coalesce(to_json(OLD."path")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"sequence":' || coalesce(OLD."sequence"::text, 'null') || ',' || '"type":' || coalesce(to_json(OLD."type")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_mes_journal_entry() FROM PUBLIC

CREATE TRIGGER titer_mes_journal_insert AFTER INSERT ON mes_journal FOR EACH ROW EXECUTE FUNCTION titer_mes_journal_entry()

ALTER TABLE mes_journal ENABLE ALWAYS TRIGGER titer_mes_journal_insert

CREATE TRIGGER titer_mes_journal_no_update BEFORE UPDATE ON mes_journal FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE mes_journal ENABLE ALWAYS TRIGGER titer_mes_journal_no_update

CREATE TRIGGER titer_mes_journal_no_delete BEFORE DELETE ON mes_journal FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE mes_journal ENABLE ALWAYS TRIGGER titer_mes_journal_no_delete

CREATE TRIGGER titer_mes_journal_no_truncate BEFORE TRUNCATE ON mes_journal FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE mes_journal ENABLE ALWAYS TRIGGER titer_mes_journal_no_truncate

CREATE OR REPLACE FUNCTION titer_mes_order_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('mes_order', NEW.id, NEW.version, NULL, '{' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"planned_start":' || coalesce(NEW."planned_start"::text, 'null') || ',' || '"priority":' || coalesce(NEW."priority"::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"product":' || coalesce(to_json(NEW."product")::text, 'null') || ',' || '"quantity":' || coalesce('"' || NEW."quantity"::text || '"', 'null') || ',' || '"recipe_code":' || coalesce(to_json(NEW."recipe_code")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"unit":' || coalesce(to_json(NEW."unit")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: mes_order.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('mes_order', NEW.id, NEW.version, '{' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"planned_start":' || coalesce(OLD."planned_start"::text, 'null') || ',' || '"priority":' || coalesce(OLD."priority"::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"product":' || coalesce(to_json(OLD."product")::text, 'null') || ',' || '"quantity":' || coalesce('"' || OLD."quantity"::text || '"', 'null') || ',' || '"recipe_code":' || coalesce(to_json(OLD."recipe_code")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"unit":' || coalesce(to_json(OLD."unit")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"planned_start":' || coalesce(NEW."planned_start"::text, 'null') || ',' || '"priority":' || coalesce(NEW."priority"::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"product":' || coalesce(to_json(NEW."product")::text, 'null') || ',' || '"quantity":' || coalesce('"' || NEW."quantity"::text || '"', 'null') || ',' || '"recipe_code":' || coalesce(to_json(NEW."recipe_code")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"unit":' || coalesce(to_json(NEW."unit")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('mes_order', OLD.id, OLD.version + 1, '{' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"planned_start":' || coalesce(OLD."planned_start"::text, 'null') || ',' || '"priority":' || coalesce(OLD."priority"::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"product":' || coalesce(to_json(OLD."product")::text, 'null') || ',' || '"quantity":' || coalesce('"' || OLD."quantity"::text || '"', 'null') || ',' || '"recipe_code":' || coalesce(to_json(OLD."recipe_code")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"unit":' || coalesce(to_json(OLD."unit")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_mes_order_entry() FROM PUBLIC

CREATE TRIGGER titer_mes_order_insert AFTER INSERT ON mes_order FOR EACH ROW EXECUTE FUNCTION titer_mes_order_entry()

ALTER TABLE mes_order ENABLE ALWAYS TRIGGER titer_mes_order_insert

CREATE TRIGGER titer_mes_order_update AFTER UPDATE ON mes_order FOR EACH ROW EXECUTE FUNCTION titer_mes_order_entry()

ALTER TABLE mes_order ENABLE ALWAYS TRIGGER titer_mes_order_update

CREATE TRIGGER titer_mes_order_delete AFTER DELETE ON mes_order FOR EACH ROW EXECUTE FUNCTION titer_mes_order_entry()

ALTER TABLE mes_order ENABLE ALWAYS TRIGGER titer_mes_order_delete

CREATE TRIGGER titer_mes_order_no_truncate BEFORE TRUNCATE ON mes_order FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE mes_order ENABLE ALWAYS TRIGGER titer_mes_order_no_truncate

CREATE OR REPLACE FUNCTION titer_mes_recipe_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('mes_recipe', NEW.id, NEW.version, NULL, '{' || '"approver_id":' || coalesce(to_json(NEW."approver_id")::text, 'null') || ',' || '"author_id":' || coalesce(to_json(NEW."author_id")::text, 'null') || ',' || '"checker_id":' || coalesce(to_json(NEW."checker_id")::text, 'null') || ',' || '"code":' || coalesce(to_json(NEW."code")::text, 'null') || ',' || '"content":' || coalesce(to_json(NEW."content")::text, 'null') || ',' || '"content_digest":' || coalesce(to_json(NEW."content_digest")::text, 'null') || ',' || '"effective_at":' || coalesce(NEW."effective_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"number":' || coalesce(NEW."number"::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"product":' || coalesce(to_json(NEW."product")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"source_digest":' || coalesce(to_json(NEW."source_digest")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(NEW."state_reason")::text, 'null') || ',' || '"submitted_by":' || coalesce(to_json(NEW."submitted_by")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || ',' || '"warnings":' || coalesce(to_json(NEW."warnings")::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: mes_recipe.id keeps its first value'; END IF;
  IF NEW."code" IS DISTINCT FROM OLD."code" THEN RAISE EXCEPTION USING MESSAGE = 'titer: mes_recipe.code keeps its first value'; END IF;
  IF NEW."number" IS DISTINCT FROM OLD."number" THEN RAISE EXCEPTION USING MESSAGE = 'titer: mes_recipe.number keeps its first value'; END IF;
  IF NEW."content" IS DISTINCT FROM OLD."content" THEN RAISE EXCEPTION USING MESSAGE = 'titer: mes_recipe.content keeps its first value'; END IF;
  IF NEW."content_digest" IS DISTINCT FROM OLD."content_digest" THEN RAISE EXCEPTION USING MESSAGE = 'titer: mes_recipe.content_digest keeps its first value'; END IF;
  IF NEW."source_digest" IS DISTINCT FROM OLD."source_digest" THEN RAISE EXCEPTION USING MESSAGE = 'titer: mes_recipe.source_digest keeps its first value'; END IF;
  IF NEW."submitted_by" IS DISTINCT FROM OLD."submitted_by" THEN RAISE EXCEPTION USING MESSAGE = 'titer: mes_recipe.submitted_by keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('mes_recipe', NEW.id, NEW.version, '{' || '"approver_id":' || coalesce(to_json(OLD."approver_id")::text, 'null') || ',' || '"author_id":' || coalesce(to_json(OLD."author_id")::text, 'null') || ',' || '"checker_id":' || coalesce(to_json(OLD."checker_id")::text, 'null') || ',' || '"code":' || coalesce(to_json(OLD."code")::text, 'null') || ',' || '"content":' || coalesce(to_json(OLD."content")::text, 'null') || ',' || '"content_digest":' || coalesce(to_json(OLD."content_digest")::text, 'null') || ',' || '"effective_at":' || coalesce(OLD."effective_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"number":' || coalesce(OLD."number"::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"product":' || coalesce(to_json(OLD."product")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"source_digest":' || coalesce(to_json(OLD."source_digest")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(OLD."state_reason")::text, 'null') || ',' || '"submitted_by":' || coalesce(to_json(OLD."submitted_by")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || ',' || '"warnings":' || coalesce(to_json(OLD."warnings")::text, 'null') || '}', '{' || '"approver_id":' || coalesce(to_json(NEW."approver_id")::text, 'null') || ',' || '"author_id":' || coalesce(to_json(NEW."author_id")::text, 'null') || ',' || '"checker_id":' || coalesce(to_json(NEW."checker_id")::text, 'null') || ',' || '"code":' || coalesce(to_json(NEW."code")::text, 'null') || ',' || '"content":' || coalesce(to_json(NEW."content")::text, 'null') || ',' || '"content_digest":' || coalesce(to_json(NEW."content_digest")::text, 'null') || ',' || '"effective_at":' || coalesce(NEW."effective_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"number":' || coalesce(NEW."number"::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"product":' || coalesce(to_json(NEW."product")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"source_digest":' || coalesce(to_json(NEW."source_digest")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(NEW."state_reason")::text, 'null') || ',' || '"submitted_by":' || coalesce(to_json(NEW."submitted_by")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || ',' || '"warnings":' || coalesce(to_json(NEW."warnings")::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('mes_recipe', OLD.id, OLD.version + 1, '{' || '"approver_id":' || coalesce(to_json(OLD."approver_id")::text, 'null') || ',' || '"author_id":' || coalesce(to_json(OLD."author_id")::text, 'null') || ',' || '"checker_id":' || coalesce(to_json(OLD."checker_id")::text, 'null') || ',' || '"code":' || coalesce(to_json(OLD."code")::text, 'null') || ',' || '"content":' || coalesce(to_json(OLD."content")::text, 'null') || ',' || '"content_digest":' || coalesce(to_json(OLD."content_digest")::text, 'null') || ',' || '"effective_at":' || coalesce(OLD."effective_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"number":' || coalesce(OLD."number"::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"product":' || coalesce(to_json(OLD."product")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"source_digest":' || coalesce(to_json(OLD."source_digest")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(OLD."state_reason")::text, 'null') || ',' || '"submitted_by":' || coalesce(to_json(OLD."submitted_by")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || ',' || '"warnings":' || coalesce(to_json(OLD."warnings")::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_mes_recipe_entry() FROM PUBLIC

CREATE TRIGGER titer_mes_recipe_insert AFTER INSERT ON mes_recipe FOR EACH ROW EXECUTE FUNCTION titer_mes_recipe_entry()

ALTER TABLE mes_recipe ENABLE ALWAYS TRIGGER titer_mes_recipe_insert

CREATE TRIGGER titer_mes_recipe_update AFTER UPDATE ON mes_recipe FOR EACH ROW EXECUTE FUNCTION titer_mes_recipe_entry()

ALTER TABLE mes_recipe ENABLE ALWAYS TRIGGER titer_mes_recipe_update

CREATE TRIGGER titer_mes_recipe_delete AFTER DELETE ON mes_recipe FOR EACH ROW EXECUTE FUNCTION titer_mes_recipe_entry()

ALTER TABLE mes_recipe ENABLE ALWAYS TRIGGER titer_mes_recipe_delete

CREATE TRIGGER titer_mes_recipe_no_truncate BEFORE TRUNCATE ON mes_recipe FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE mes_recipe ENABLE ALWAYS TRIGGER titer_mes_recipe_no_truncate

CREATE OR REPLACE FUNCTION titer_mes_sample_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('mes_sample', NEW.id, NEW.version, NULL, '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"drawn_at":' || coalesce(NEW."drawn_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"label":' || coalesce(to_json(NEW."label")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"path":' || coalesce(to_json(NEW."path")::text, 'null') || ',' || '"plan":' || coalesce(to_json(NEW."plan")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(NEW."sample_id")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: mes_sample.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('mes_sample', NEW.id, NEW.version, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"drawn_at":' || coalesce(OLD."drawn_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"label":' || coalesce(to_json(OLD."label")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"path":' || coalesce(to_json(OLD."path")::text, 'null') || ',' || '"plan":' || coalesce(to_json(OLD."plan")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(OLD."sample_id")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"drawn_at":' || coalesce(NEW."drawn_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"label":' || coalesce(to_json(NEW."label")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"path":' || coalesce(to_json(NEW."path")::text, 'null') || ',' || '"plan":' || coalesce(to_json(NEW."plan")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(NEW."sample_id")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('mes_sample', OLD.id, OLD.version + 1, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"drawn_at":' || coalesce(OLD."drawn_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"label":' || coalesce(to_json(OLD."label")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"path":' || coalesce(to_json(OLD."path")::text, 'null') || ',' || '"plan":' || coalesce(to_json(OLD."plan")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(OLD."sample_id")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_mes_sample_entry() FROM PUBLIC

CREATE TRIGGER titer_mes_sample_insert AFTER INSERT ON mes_sample FOR EACH ROW EXECUTE FUNCTION titer_mes_sample_entry()

ALTER TABLE mes_sample ENABLE ALWAYS TRIGGER titer_mes_sample_insert

CREATE TRIGGER titer_mes_sample_update AFTER UPDATE ON mes_sample FOR EACH ROW EXECUTE FUNCTION titer_mes_sample_entry()

ALTER TABLE mes_sample ENABLE ALWAYS TRIGGER titer_mes_sample_update

CREATE TRIGGER titer_mes_sample_delete AFTER DELETE ON mes_sample FOR EACH ROW EXECUTE FUNCTION titer_mes_sample_entry()

ALTER TABLE mes_sample ENABLE ALWAYS TRIGGER titer_mes_sample_delete

CREATE TRIGGER titer_mes_sample_no_truncate BEFORE TRUNCATE ON mes_sample FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE mes_sample ENABLE ALWAYS TRIGGER titer_mes_sample_no_truncate

CREATE OR REPLACE FUNCTION titer_mes_task_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('mes_task', NEW.id, NEW.version, NULL, '{' || '"accepted_at":' || coalesce(NEW."accepted_at"::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"comment":' || coalesce(to_json(NEW."comment")::text, 'null') || ',' || '"entered_at":' || coalesce(NEW."entered_at"::text, 'null') || ',' || '"entered_by":' || coalesce(to_json(NEW."entered_by")::text, 'null') || ',' || '"form":' || coalesce(to_json(NEW."form")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"lot_number":' || coalesce(to_json(NEW."lot_number")::text, 'null') || ',' || '"offered_at":' || coalesce(NEW."offered_at"::text, 'null') || ',' || '"path":' || coalesce(to_json(NEW."path")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"role":' || coalesce(to_json(NEW."role")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"unit_code":' || coalesce(to_json(NEW."unit_code")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || ',' || '"witness_signature_id":' || coalesce(to_json(NEW."witness_signature_id")::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: mes_task.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('mes_task', NEW.id, NEW.version, '{' || '"accepted_at":' || coalesce(OLD."accepted_at"::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"comment":' || coalesce(to_json(OLD."comment")::text, 'null') || ',' || '"entered_at":' || coalesce(OLD."entered_at"::text, 'null') || ',' || '"entered_by":' || coalesce(to_json(OLD."entered_by")::text, 'null') || ',' || '"form":' || coalesce(to_json(OLD."form")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"lot_number":' || coalesce(to_json(OLD."lot_number")::text, 'null') || ',' || '"offered_at":' || coalesce(OLD."offered_at"::text, 'null') || ',' || '"path":' || coalesce(to_json(OLD."path")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"role":' || coalesce(to_json(OLD."role")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"unit_code":' || coalesce(to_json(OLD."unit_code")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || ',' || '"witness_signature_id":' || coalesce(to_json(OLD."witness_signature_id")::text, 'null') || '}', '{' || '"accepted_at":' || coalesce(NEW."accepted_at"::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"comment":' || coalesce(to_json(NEW."comment")::text, 'null') || ',' || '"entered_at":' || coalesce(NEW."entered_at"::text, 'null') || ',' || '"entered_by":' || coalesce(to_json(NEW."entered_by")::text, 'null') || ',' || '"form":' || coalesce(to_json(NEW."form")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"lot_number":' || coalesce(to_json(NEW."lot_number")::text, 'null') || ',' || '"offered_at":' || coalesce(NEW."offered_at"::text, 'null') || ',' || '"path":' || coalesce(to_json(NEW."path")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"role":' || coalesce(to_json(NEW."role")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"unit_code":' || coalesce(to_json(NEW."unit_code")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || ',' || '"witness_signature_id":' || coalesce(to_json(NEW."witness_signature_id")::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('mes_task', OLD.id, OLD.version + 1, '{' || '"accepted_at":' || coalesce(OLD."accepted_at"::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"comment":' || coalesce(to_json(OLD."comment")::text, 'null') || ',' || '"entered_at":' || coalesce(OLD."entered_at"::text, 'null') || ',' || '"entered_by":' || coalesce(to_json(OLD."entered_by")::text, 'null') || ',' || '"form":' || coalesce(to_json(OLD."form")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"lot_number":' || coalesce(to_json(OLD."lot_number")::text, 'null') || ',' || '"offered_at":' || coalesce(OLD."offered_at"::text, 'null') || ',' || '"path":' || coalesce(to_json(OLD."path")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"role":' || coalesce(to_json(OLD."role")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"unit_code":' || coalesce(to_json(OLD."unit_code")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || ',' || '"witness_signature_id":' || coalesce(to_json(OLD."witness_signature_id")::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_mes_task_entry() FROM PUBLIC

CREATE TRIGGER titer_mes_task_insert AFTER INSERT ON mes_task FOR EACH ROW EXECUTE FUNCTION titer_mes_task_entry()

ALTER TABLE mes_task ENABLE ALWAYS TRIGGER titer_mes_task_insert

CREATE TRIGGER titer_mes_task_update AFTER UPDATE ON mes_task FOR EACH ROW EXECUTE FUNCTION titer_mes_task_entry()

ALTER TABLE mes_task ENABLE ALWAYS TRIGGER titer_mes_task_update

CREATE TRIGGER titer_mes_task_delete AFTER DELETE ON mes_task FOR EACH ROW EXECUTE FUNCTION titer_mes_task_entry()

ALTER TABLE mes_task ENABLE ALWAYS TRIGGER titer_mes_task_delete

CREATE TRIGGER titer_mes_task_no_truncate BEFORE TRUNCATE ON mes_task FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE mes_task ENABLE ALWAYS TRIGGER titer_mes_task_no_truncate

CREATE OR REPLACE FUNCTION titer_mes_task_entry_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('mes_task_entry', NEW.id, NEW.version, NULL, '{' || '"entered_by":' || coalesce(to_json(NEW."entered_by")::text, 'null') || ',' || '"high":' || coalesce('"' || NEW."high"::text || '"', 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"inside":' || coalesce(NEW."inside"::text, 'null') || ',' || '"low":' || coalesce('"' || NEW."low"::text || '"', 'null') || ',' || '"name":' || coalesce(to_json(NEW."name")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(NEW."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(NEW."revision"::text, 'null') || ',' || '"task_id":' || coalesce(to_json(NEW."task_id")::text, 'null') || ',' || '"text":' || coalesce(to_json(NEW."text")::text, 'null') || ',' || '"unit":' || coalesce(to_json(NEW."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || NEW."value"::text || '"', 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: mes_task_entry.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('mes_task_entry', NEW.id, NEW.version, '{' || '"entered_by":' || coalesce(to_json(OLD."entered_by")::text, 'null') || ',' || '"high":' || coalesce('"' || OLD."high"::text || '"', 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"inside":' || coalesce(OLD."inside"::text, 'null') || ',' || '"low":' || coalesce('"' || OLD."low"::text || '"', 'null') || ',' || '"name":' || coalesce(to_json(OLD."name")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(OLD."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(OLD."revision"::text, 'null') || ',' || '"task_id":' || coalesce(to_json(OLD."task_id")::text, 'null') || ',' || '"text":' || coalesce(to_json(OLD."text")::text, 'null') || ',' || '"unit":' || coalesce(to_json(OLD."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || OLD."value"::text || '"', 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"entered_by":' || coalesce(to_json(NEW."entered_by")::text, 'null') || ',' || '"high":' || coalesce('"' || NEW."high"::text || '"', 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"inside":' || coalesce(NEW."inside"::text, 'null') || ',' || '"low":' || coalesce('"' || NEW."low"::text || '"', 'null') || ',' || '"name":' || coalesce(to_json(NEW."name")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(NEW."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(NEW."revision"::text, 'null') || ',' || '"task_id":' || coalesce(to_json(NEW."task_id")::text, 'null') || ',' || '"text":' || coalesce(to_json(NEW."text")::text, 'null') || ',' || '"unit":' || coalesce(to_json(NEW."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || NEW."value"::text || '"', 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('mes_task_entry', OLD.id, OLD.version + 1, '{' || '"entered_by":' || coalesce(to_json(OLD."entered_by")::text, 'null') || ',' || '"high":' || coalesce('"' || OLD."high"::text || '"', 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"inside":' || coalesce(OLD."inside"::text, 'null') || ',' || '"low":' || coalesce('"' || OLD."low"::text || '"', 'null') || ',' || '"name":' || coalesce(to_json(OLD."name")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(OLD."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(OLD."revision"::text, 'null') || ',' || '"task_id":' || coalesce(to_json(OLD."task_id")::text, 'null') || ',' || '"text":' || coalesce(to_json(OLD."text")::text, 'null') || ',' || '"unit":' || coalesce(to_json(OLD."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || OLD."value"::text || '"', 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_mes_task_entry_entry() FROM PUBLIC

CREATE TRIGGER titer_mes_task_entry_insert AFTER INSERT ON mes_task_entry FOR EACH ROW EXECUTE FUNCTION titer_mes_task_entry_entry()

ALTER TABLE mes_task_entry ENABLE ALWAYS TRIGGER titer_mes_task_entry_insert

CREATE TRIGGER titer_mes_task_entry_no_update BEFORE UPDATE ON mes_task_entry FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE mes_task_entry ENABLE ALWAYS TRIGGER titer_mes_task_entry_no_update

CREATE TRIGGER titer_mes_task_entry_no_delete BEFORE DELETE ON mes_task_entry FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE mes_task_entry ENABLE ALWAYS TRIGGER titer_mes_task_entry_no_delete

CREATE TRIGGER titer_mes_task_entry_no_truncate BEFORE TRUNCATE ON mes_task_entry FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE mes_task_entry ENABLE ALWAYS TRIGGER titer_mes_task_entry_no_truncate

CREATE OR REPLACE FUNCTION titer_quality_audit_trail_review_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('quality_audit_trail_review', NEW.id, NEW.version, NULL, '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"comment":' || coalesce(to_json(NEW."comment")::text, 'null') || ',' || '"flagged":' || coalesce(to_json(NEW."flagged")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(NEW."outcome")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"sampled":' || coalesce(to_json(NEW."sampled")::text, 'null') || ',' || '"seed":' || coalesce(NEW."seed"::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: quality_audit_trail_review.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('quality_audit_trail_review', NEW.id, NEW.version, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"comment":' || coalesce(to_json(OLD."comment")::text, 'null') || ',' || '"flagged":' || coalesce(to_json(OLD."flagged")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(OLD."outcome")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"sampled":' || coalesce(to_json(OLD."sampled")::text, 'null') || ',' || '"seed":' || coalesce(OLD."seed"::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"comment":' || coalesce(to_json(NEW."comment")::text, 'null') || ',' || '"flagged":' || coalesce(to_json(NEW."flagged")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(NEW."outcome")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"sampled":' || coalesce(to_json(NEW."sampled")::text, 'null') || ',' || '"seed":' || coalesce(NEW."seed"::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('quality_audit_trail_review', OLD.id, OLD.version + 1, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"comment":' || coalesce(to_json(OLD."comment")::text, 'null') || ',' || '"flagged":' || coalesce(to_json(OLD."flagged")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(OLD."outcome")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"sampled":' || coalesce(to_json(OLD."sampled")::text, 'null') || ',' || '"seed":' || coalesce(OLD."seed"::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_quality_audit_trail_review_entry() FROM PUBLIC

CREATE TRIGGER titer_quality_audit_trail_review_insert AFTER INSERT ON quality_audit_trail_review FOR EACH ROW EXECUTE FUNCTION titer_quality_audit_trail_review_entry()

ALTER TABLE quality_audit_trail_review ENABLE ALWAYS TRIGGER titer_quality_audit_trail_review_insert

CREATE TRIGGER titer_quality_audit_trail_review_update AFTER UPDATE ON quality_audit_trail_review FOR EACH ROW EXECUTE FUNCTION titer_quality_audit_trail_review_entry()

ALTER TABLE quality_audit_trail_review ENABLE ALWAYS TRIGGER titer_quality_audit_trail_review_update

CREATE TRIGGER titer_quality_audit_trail_review_delete AFTER DELETE ON quality_audit_trail_review FOR EACH ROW EXECUTE FUNCTION titer_quality_audit_trail_review_entry()

ALTER TABLE quality_audit_trail_review ENABLE ALWAYS TRIGGER titer_quality_audit_trail_review_delete

CREATE TRIGGER titer_quality_audit_trail_review_no_truncate BEFORE TRUNCATE ON quality_audit_trail_review FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE quality_audit_trail_review ENABLE ALWAYS TRIGGER titer_quality_audit_trail_review_no_truncate

CREATE OR REPLACE FUNCTION titer_quality_deviation_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('quality_deviation', NEW.id, NEW.version, NULL, '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"classification":' || coalesce(to_json(NEW."classification")::text, 'null') || ',' || '"closed_at":' || coalesce(NEW."closed_at"::text, 'null') || ',' || '"corrective_action":' || coalesce(to_json(NEW."corrective_action")::text, 'null') || ',' || '"description":' || coalesce(to_json(NEW."description")::text, 'null') || ',' || '"exception_ids":' || coalesce(to_json(NEW."exception_ids")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"investigator_id":' || coalesce(to_json(NEW."investigator_id")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"product_impact":' || coalesce(to_json(NEW."product_impact")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"root_cause":' || coalesce(to_json(NEW."root_cause")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: quality_deviation.id keeps its first value'; END IF;
  IF NEW."number" IS DISTINCT FROM OLD."number" THEN RAISE EXCEPTION USING MESSAGE = 'titer: quality_deviation.number keeps its first value'; END IF;
  IF NEW."key" IS DISTINCT FROM OLD."key" THEN RAISE EXCEPTION USING MESSAGE = 'titer: quality_deviation.key keeps its first value'; END IF;
  IF NEW."batch_id" IS DISTINCT FROM OLD."batch_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: quality_deviation.batch_id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('quality_deviation', NEW.id, NEW.version, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"classification":' || coalesce(to_json(OLD."classification")::text, 'null') || ',' || '"closed_at":' || coalesce(OLD."closed_at"::text, 'null') || ',' || '"corrective_action":' || coalesce(to_json(OLD."corrective_action")::text, 'null') || ',' || '"description":' || coalesce(to_json(OLD."description")::text, 'null') || ',' || '"exception_ids":' || coalesce(to_json(OLD."exception_ids")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"investigator_id":' || coalesce(to_json(OLD."investigator_id")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"product_impact":' || coalesce(to_json(OLD."product_impact")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"root_cause":' || coalesce(to_json(OLD."root_cause")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"classification":' || coalesce(to_json(NEW."classification")::text, 'null') || ',' || '"closed_at":' || coalesce(NEW."closed_at"::text, 'null') || ',' || '"corrective_action":' || coalesce(to_json(NEW."corrective_action")::text, 'null') || ',' || '"description":' || coalesce(to_json(NEW."description")::text, 'null') || ',' || '"exception_ids":' || coalesce(to_json(NEW."exception_ids")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"investigator_id":' || coalesce(to_json(NEW."investigator_id")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"product_impact":' || coalesce(to_json(NEW."product_impact")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"root_cause":' || coalesce(to_json(NEW."root_cause")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('quality_deviation', OLD.id, OLD.version + 1, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"classification":' || coalesce(to_json(OLD."classification")::text, 'null') || ',' || '"closed_at":' || coalesce(OLD."closed_at"::text, 'null') || ',' || '"corrective_action":' || coalesce(to_json(OLD."corrective_action")::text, 'null') || ',' || '"description":' || coalesce(to_json(OLD."description")::text, 'null') || ',' || '"exception_ids":' || coalesce(to_json(OLD."exception_ids")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"investigator_id":' || coalesce(to_json(OLD."investigator_id")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"product_impact":' || coalesce(to_json(OLD."product_impact")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"root_cause":' || coalesce(to_json(OLD."root_cause")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_quality_deviation_entry() FROM PUBLIC

CREATE TRIGGER titer_quality_deviation_insert AFTER INSERT ON quality_deviation FOR EACH ROW EXECUTE FUNCTION titer_quality_deviation_entry()

ALTER TABLE quality_deviation ENABLE ALWAYS TRIGGER titer_quality_deviation_insert

CREATE TRIGGER titer_quality_deviation_update AFTER UPDATE ON quality_deviation FOR EACH ROW EXECUTE FUNCTION titer_quality_deviation_entry()

ALTER TABLE quality_deviation ENABLE ALWAYS TRIGGER titer_quality_deviation_update

CREATE TRIGGER titer_quality_deviation_delete AFTER DELETE ON quality_deviation FOR EACH ROW EXECUTE FUNCTION titer_quality_deviation_entry()

ALTER TABLE quality_deviation ENABLE ALWAYS TRIGGER titer_quality_deviation_delete

CREATE TRIGGER titer_quality_deviation_no_truncate BEFORE TRUNCATE ON quality_deviation FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE quality_deviation ENABLE ALWAYS TRIGGER titer_quality_deviation_no_truncate

CREATE OR REPLACE FUNCTION titer_quality_disposition_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('quality_disposition', NEW.id, NEW.version, NULL, '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(NEW."batch_number")::text, 'null') || ',' || '"coverage":' || coalesce(to_json(NEW."coverage")::text, 'null') || ',' || '"decided_at":' || coalesce(NEW."decided_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(NEW."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: quality_disposition.id keeps its first value'; END IF;
  IF NEW."batch_id" IS DISTINCT FROM OLD."batch_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: quality_disposition.batch_id keeps its first value'; END IF;
  IF NEW."batch_number" IS DISTINCT FROM OLD."batch_number" THEN RAISE EXCEPTION USING MESSAGE = 'titer: quality_disposition.batch_number keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('quality_disposition', NEW.id, NEW.version, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(OLD."batch_number")::text, 'null') || ',' || '"coverage":' || coalesce(to_json(OLD."coverage")::text, 'null') || ',' || '"decided_at":' || coalesce(OLD."decided_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(OLD."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(NEW."batch_number")::text, 'null') || ',' || '"coverage":' || coalesce(to_json(NEW."coverage")::text, 'null') || ',' || '"decided_at":' || coalesce(NEW."decided_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(NEW."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('quality_disposition', OLD.id, OLD.version + 1, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(OLD."batch_number")::text, 'null') || ',' || '"coverage":' || coalesce(to_json(OLD."coverage")::text, 'null') || ',' || '"decided_at":' || coalesce(OLD."decided_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(OLD."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_quality_disposition_entry() FROM PUBLIC

CREATE TRIGGER titer_quality_disposition_insert AFTER INSERT ON quality_disposition FOR EACH ROW EXECUTE FUNCTION titer_quality_disposition_entry()

ALTER TABLE quality_disposition ENABLE ALWAYS TRIGGER titer_quality_disposition_insert

CREATE TRIGGER titer_quality_disposition_update AFTER UPDATE ON quality_disposition FOR EACH ROW EXECUTE FUNCTION titer_quality_disposition_entry()

ALTER TABLE quality_disposition ENABLE ALWAYS TRIGGER titer_quality_disposition_update

CREATE TRIGGER titer_quality_disposition_delete AFTER DELETE ON quality_disposition FOR EACH ROW EXECUTE FUNCTION titer_quality_disposition_entry()

ALTER TABLE quality_disposition ENABLE ALWAYS TRIGGER titer_quality_disposition_delete

CREATE TRIGGER titer_quality_disposition_no_truncate BEFORE TRUNCATE ON quality_disposition FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE quality_disposition ENABLE ALWAYS TRIGGER titer_quality_disposition_no_truncate

CREATE OR REPLACE FUNCTION titer_quality_exception_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('quality_exception', NEW.id, NEW.version, NULL, '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"comment":' || coalesce(to_json(NEW."comment")::text, 'null') || ',' || '"detail":' || coalesce(to_json(NEW."detail")::text, 'null') || ',' || '"deviation_id":' || coalesce(to_json(NEW."deviation_id")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(NEW."disposition")::text, 'null') || ',' || '"evidence":' || coalesce(to_json(NEW."evidence")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"severity":' || coalesce(to_json(NEW."severity")::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(NEW."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(NEW."subject_id")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(NEW."subject_type")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: quality_exception.id keeps its first value'; END IF;
  IF NEW."number" IS DISTINCT FROM OLD."number" THEN RAISE EXCEPTION USING MESSAGE = 'titer: quality_exception.number keeps its first value'; END IF;
  IF NEW."key" IS DISTINCT FROM OLD."key" THEN RAISE EXCEPTION USING MESSAGE = 'titer: quality_exception.key keeps its first value'; END IF;
  IF NEW."kind" IS DISTINCT FROM OLD."kind" THEN RAISE EXCEPTION USING MESSAGE = 'titer: quality_exception.kind keeps its first value'; END IF;
  IF NEW."title" IS DISTINCT FROM OLD."title" THEN RAISE EXCEPTION USING MESSAGE = 'titer: quality_exception.title keeps its first value'; END IF;
  IF NEW."detail" IS DISTINCT FROM OLD."detail" THEN RAISE EXCEPTION USING MESSAGE = 'titer: quality_exception.detail keeps its first value'; END IF;
  IF NEW."batch_id" IS DISTINCT FROM OLD."batch_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: quality_exception.batch_id keeps its first value'; END IF;
  IF NEW."subject_type" IS DISTINCT FROM OLD."subject_type" THEN RAISE EXCEPTION USING MESSAGE = 'titer: quality_exception.subject_type keeps its first value'; END IF;
  IF NEW."subject_id" IS DISTINCT FROM OLD."subject_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: quality_exception.subject_id keeps its first value'; END IF;
  IF NEW."evidence" IS DISTINCT FROM OLD."evidence" THEN RAISE EXCEPTION USING MESSAGE = 'titer: quality_exception.evidence keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('quality_exception', NEW.id, NEW.version, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"comment":' || coalesce(to_json(OLD."comment")::text, 'null') || ',' || '"detail":' || coalesce(to_json(OLD."detail")::text, 'null') || ',' || '"deviation_id":' || coalesce(to_json(OLD."deviation_id")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(OLD."disposition")::text, 'null') || ',' || '"evidence":' || coalesce(to_json(OLD."evidence")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"severity":' || coalesce(to_json(OLD."severity")::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(OLD."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(OLD."subject_id")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(OLD."subject_type")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"comment":' || coalesce(to_json(NEW."comment")::text, 'null') || ',' || '"detail":' || coalesce(to_json(NEW."detail")::text, 'null') || ',' || '"deviation_id":' || coalesce(to_json(NEW."deviation_id")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(NEW."disposition")::text, 'null') || ',' || '"evidence":' || coalesce(to_json(NEW."evidence")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"severity":' || coalesce(to_json(NEW."severity")::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(NEW."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(NEW."subject_id")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(NEW."subject_type")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('quality_exception', OLD.id, OLD.version + 1, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"comment":' || coalesce(to_json(OLD."comment")::text, 'null') || ',' || '"detail":' || coalesce(to_json(OLD."detail")::text, 'null') || ',' || '"deviation_id":' || coalesce(to_json(OLD."deviation_id")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(OLD."disposition")::text, 'null') || ',' || '"evidence":' || coalesce(to_json(OLD."evidence")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"severity":' || coalesce(to_json(OLD."severity")::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(OLD."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(OLD."subject_id")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(OLD."subject_type")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_quality_exception_entry() FROM PUBLIC

CREATE TRIGGER titer_quality_exception_insert AFTER INSERT ON quality_exception FOR EACH ROW EXECUTE FUNCTION titer_quality_exception_entry()

ALTER TABLE quality_exception ENABLE ALWAYS TRIGGER titer_quality_exception_insert

CREATE TRIGGER titer_quality_exception_update AFTER UPDATE ON quality_exception FOR EACH ROW EXECUTE FUNCTION titer_quality_exception_entry()

ALTER TABLE quality_exception ENABLE ALWAYS TRIGGER titer_quality_exception_update

CREATE TRIGGER titer_quality_exception_delete AFTER DELETE ON quality_exception FOR EACH ROW EXECUTE FUNCTION titer_quality_exception_entry()

ALTER TABLE quality_exception ENABLE ALWAYS TRIGGER titer_quality_exception_delete

CREATE TRIGGER titer_quality_exception_no_truncate BEFORE TRUNCATE ON quality_exception FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE quality_exception ENABLE ALWAYS TRIGGER titer_quality_exception_no_truncate

CREATE OR REPLACE FUNCTION titer_record_access_event_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('record_access_event', NEW.id, NEW.version, NULL, '{' || '"detail":' || coalesce(to_json(NEW."detail")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(NEW."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"remote":' || coalesce(to_json(NEW."remote")::text, 'null') || ',' || '"username":' || coalesce(to_json(NEW."username")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_access_event.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('record_access_event', NEW.id, NEW.version, '{' || '"detail":' || coalesce(to_json(OLD."detail")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(OLD."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"remote":' || coalesce(to_json(OLD."remote")::text, 'null') || ',' || '"username":' || coalesce(to_json(OLD."username")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"detail":' || coalesce(to_json(NEW."detail")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(NEW."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"remote":' || coalesce(to_json(NEW."remote")::text, 'null') || ',' || '"username":' || coalesce(to_json(NEW."username")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('record_access_event', OLD.id, OLD.version + 1, '{' || '"detail":' || coalesce(to_json(OLD."detail")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(OLD."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"remote":' || coalesce(to_json(OLD."remote")::text, 'null') || ',' || '"username":' || coalesce(to_json(OLD."username")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_access_event_entry() FROM PUBLIC

CREATE TRIGGER titer_record_access_event_insert AFTER INSERT ON record_access_event FOR EACH ROW EXECUTE FUNCTION titer_record_access_event_entry()

ALTER TABLE record_access_event ENABLE ALWAYS TRIGGER titer_record_access_event_insert

CREATE TRIGGER titer_record_access_event_no_update BEFORE UPDATE ON record_access_event FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_access_event ENABLE ALWAYS TRIGGER titer_record_access_event_no_update

CREATE TRIGGER titer_record_access_event_no_delete BEFORE DELETE ON record_access_event FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_access_event ENABLE ALWAYS TRIGGER titer_record_access_event_no_delete

CREATE TRIGGER titer_record_access_event_no_truncate BEFORE TRUNCATE ON record_access_event FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_access_event ENABLE ALWAYS TRIGGER titer_record_access_event_no_truncate

CREATE OR REPLACE FUNCTION titer_record_access_review_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('record_access_review', NEW.id, NEW.version, NULL, '{' || '"decided_at":' || coalesce(NEW."decided_at"::text, 'null') || ',' || '"decided_by":' || coalesce(to_json(NEW."decided_by")::text, 'null') || ',' || '"decisions":' || coalesce(to_json(NEW."decisions")::text, 'null') || ',' || '"due_at":' || coalesce(NEW."due_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"opened_at":' || coalesce(NEW."opened_at"::text, 'null') || ',' || '"overdue_at":' || coalesce(NEW."overdue_at"::text, 'null') || ',' || '"person_id":' || coalesce(to_json(NEW."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"roles":' || coalesce(to_json(NEW."roles")::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(NEW."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_access_review.id keeps its first value'; END IF;
  IF NEW."number" IS DISTINCT FROM OLD."number" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_access_review.number keeps its first value'; END IF;
  IF NEW."person_id" IS DISTINCT FROM OLD."person_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_access_review.person_id keeps its first value'; END IF;
  IF NEW."opened_at" IS DISTINCT FROM OLD."opened_at" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_access_review.opened_at keeps its first value'; END IF;
  IF NEW."due_at" IS DISTINCT FROM OLD."due_at" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_access_review.due_at keeps its first value'; END IF;
  IF NEW."roles" IS DISTINCT FROM OLD."roles" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_access_review.roles keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('record_access_review', NEW.id, NEW.version, '{' || '"decided_at":' || coalesce(OLD."decided_at"::text, 'null') || ',' || '"decided_by":' || coalesce(to_json(OLD."decided_by")::text, 'null') || ',' || '"decisions":' || coalesce(to_json(OLD."decisions")::text, 'null') || ',' || '"due_at":' || coalesce(OLD."due_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"opened_at":' || coalesce(OLD."opened_at"::text, 'null') || ',' || '"overdue_at":' || coalesce(OLD."overdue_at"::text, 'null') || ',' || '"person_id":' || coalesce(to_json(OLD."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"roles":' || coalesce(to_json(OLD."roles")::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(OLD."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"decided_at":' || coalesce(NEW."decided_at"::text, 'null') || ',' || '"decided_by":' || coalesce(to_json(NEW."decided_by")::text, 'null') || ',' || '"decisions":' || coalesce(to_json(NEW."decisions")::text, 'null') || ',' || '"due_at":' || coalesce(NEW."due_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"opened_at":' || coalesce(NEW."opened_at"::text, 'null') || ',' || '"overdue_at":' || coalesce(NEW."overdue_at"::text, 'null') || ',' || '"person_id":' || coalesce(to_json(NEW."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"roles":' || coalesce(to_json(NEW."roles")::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(NEW."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('record_access_review', OLD.id, OLD.version + 1, '{' || '"decided_at":' || coalesce(OLD."decided_at"::text, 'null') || ',' || '"decided_by":' || coalesce(to_json(OLD."decided_by")::text, 'null') || ',' || '"decisions":' || coalesce(to_json(OLD."decisions")::text, 'null') || ',' || '"due_at":' || coalesce(OLD."due_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"opened_at":' || coalesce(OLD."opened_at"::text, 'null') || ',' || '"overdue_at":' || coalesce(OLD."overdue_at"::text, 'null') || ',' || '"person_id":' || coalesce(to_json(OLD."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"roles":' || coalesce(to_json(OLD."roles")::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(OLD."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_access_review_entry() FROM PUBLIC

CREATE TRIGGER titer_record_access_review_insert AFTER INSERT ON record_access_review FOR EACH ROW EXECUTE FUNCTION titer_record_access_review_entry()

ALTER TABLE record_access_review ENABLE ALWAYS TRIGGER titer_record_access_review_insert

CREATE TRIGGER titer_record_access_review_update AFTER UPDATE ON record_access_review FOR EACH ROW EXECUTE FUNCTION titer_record_access_review_entry()

ALTER TABLE record_access_review ENABLE ALWAYS TRIGGER titer_record_access_review_update

CREATE TRIGGER titer_record_access_review_delete AFTER DELETE ON record_access_review FOR EACH ROW EXECUTE FUNCTION titer_record_access_review_entry()

ALTER TABLE record_access_review ENABLE ALWAYS TRIGGER titer_record_access_review_delete

CREATE TRIGGER titer_record_access_review_no_truncate BEFORE TRUNCATE ON record_access_review FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_access_review ENABLE ALWAYS TRIGGER titer_record_access_review_no_truncate

CREATE OR REPLACE FUNCTION titer_record_content_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('record_content', NEW.id, NEW.version, NULL, '{' || '"digest":' || coalesce(to_json(NEW."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"media_type":' || coalesce(to_json(NEW."media_type")::text, 'null') || ',' || '"origin":' || coalesce(to_json(NEW."origin")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"size":' || coalesce(NEW."size"::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_content.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('record_content', NEW.id, NEW.version, '{' || '"digest":' || coalesce(to_json(OLD."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"media_type":' || coalesce(to_json(OLD."media_type")::text, 'null') || ',' || '"origin":' || coalesce(to_json(OLD."origin")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"size":' || coalesce(OLD."size"::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"digest":' || coalesce(to_json(NEW."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"media_type":' || coalesce(to_json(NEW."media_type")::text, 'null') || ',' || '"origin":' || coalesce(to_json(NEW."origin")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"size":' || coalesce(NEW."size"::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('record_content', OLD.id, OLD.version + 1, '{' || '"digest":' || coalesce(to_json(OLD."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"media_type":' || coalesce(to_json(OLD."media_type")::text, 'null') || ',' || '"origin":' || coalesce(to_json(OLD."origin")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"size":' || coalesce(OLD."size"::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_content_entry() FROM PUBLIC

CREATE TRIGGER titer_record_content_insert AFTER INSERT ON record_content FOR EACH ROW EXECUTE FUNCTION titer_record_content_entry()

ALTER TABLE record_content ENABLE ALWAYS TRIGGER titer_record_content_insert

CREATE TRIGGER titer_record_content_no_update BEFORE UPDATE ON record_content FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_content ENABLE ALWAYS TRIGGER titer_record_content_no_update

CREATE TRIGGER titer_record_content_no_delete BEFORE DELETE ON record_content FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_content ENABLE ALWAYS TRIGGER titer_record_content_no_delete

CREATE TRIGGER titer_record_content_no_truncate BEFORE TRUNCATE ON record_content FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_content ENABLE ALWAYS TRIGGER titer_record_content_no_truncate

CREATE OR REPLACE FUNCTION titer_record_delegation_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('record_delegation', NEW.id, NEW.version, NULL, '{' || '"begins_at":' || coalesce(NEW."begins_at"::text, 'null') || ',' || '"ends_at":' || coalesce(NEW."ends_at"::text, 'null') || ',' || '"from_id":' || coalesce(to_json(NEW."from_id")::text, 'null') || ',' || '"given_by":' || coalesce(to_json(NEW."given_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(NEW."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"revoked_at":' || coalesce(NEW."revoked_at"::text, 'null') || ',' || '"revoked_by":' || coalesce(to_json(NEW."revoked_by")::text, 'null') || ',' || '"role":' || coalesce(to_json(NEW."role")::text, 'null') || ',' || '"to_id":' || coalesce(to_json(NEW."to_id")::text, 'null') || ',' || '"verbs":' || coalesce(to_json(NEW."verbs")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_delegation.id keeps its first value'; END IF;
  IF NEW."from_id" IS DISTINCT FROM OLD."from_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_delegation.from_id keeps its first value'; END IF;
  IF NEW."to_id" IS DISTINCT FROM OLD."to_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_delegation.to_id keeps its first value'; END IF;
  IF NEW."role" IS DISTINCT FROM OLD."role" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_delegation.role keeps its first value'; END IF;
  IF NEW."verbs" IS DISTINCT FROM OLD."verbs" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_delegation.verbs keeps its first value'; END IF;
  IF NEW."begins_at" IS DISTINCT FROM OLD."begins_at" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_delegation.begins_at keeps its first value'; END IF;
  IF NEW."ends_at" IS DISTINCT FROM OLD."ends_at" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_delegation.ends_at keeps its first value'; END IF;
  IF NEW."reason" IS DISTINCT FROM OLD."reason" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_delegation.reason keeps its first value'; END IF;
  IF NEW."given_by" IS DISTINCT FROM OLD."given_by" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_delegation.given_by keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('record_delegation', NEW.id, NEW.version, '{' || '"begins_at":' || coalesce(OLD."begins_at"::text, 'null') || ',' || '"ends_at":' || coalesce(OLD."ends_at"::text, 'null') || ',' || '"from_id":' || coalesce(to_json(OLD."from_id")::text, 'null') || ',' || '"given_by":' || coalesce(to_json(OLD."given_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(OLD."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"revoked_at":' || coalesce(OLD."revoked_at"::text, 'null') || ',' || '"revoked_by":' || coalesce(to_json(OLD."revoked_by")::text, 'null') || ',' || '"role":' || coalesce(to_json(OLD."role")::text, 'null') || ',' || '"to_id":' || coalesce(to_json(OLD."to_id")::text, 'null') || ',' || '"verbs":' || coalesce(to_json(OLD."verbs")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"begins_at":' || coalesce(NEW."begins_at"::text, 'null') || ',' || '"ends_at":' || coalesce(NEW."ends_at"::text, 'null') || ',' || '"from_id":' || coalesce(to_json(NEW."from_id")::text, 'null') || ',' || '"given_by":' || coalesce(to_json(NEW."given_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(NEW."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"revoked_at":' || coalesce(NEW."revoked_at"::text, 'null') || ',' || '"revoked_by":' || coalesce(to_json(NEW."revoked_by")::text, 'null') || ',' || '"role":' || coalesce(to_json(NEW."role")::text, 'null') || ',' || '"to_id":' || coalesce(to_json(NEW."to_id")::text, 'null') || ',' || '"verbs":' || coalesce(to_json(NEW."verbs")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('record_delegation', OLD.id, OLD.version + 1, '{' || '"begins_at":' || coalesce(OLD."begins_at"::text, 'null') || ',' || '"ends_at":' || coalesce(OLD."ends_at"::text, 'null') || ',' || '"from_id":' || coalesce(to_json(OLD."from_id")::text, 'null') || ',' || '"given_by":' || coalesce(to_json(OLD."given_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(OLD."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"revoked_at":' || coalesce(OLD."revoked_at"::text, 'null') || ',' || '"revoked_by":' || coalesce(to_json(OLD."revoked_by")::text, 'null') || ',' || '"role":' || coalesce(to_json(OLD."role")::text, 'null') || ',' || '"to_id":' || coalesce(to_json(OLD."to_id")::text, 'null') || ',' || '"verbs":' || coalesce(to_json(OLD."verbs")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_delegation_entry() FROM PUBLIC

CREATE TRIGGER titer_record_delegation_insert AFTER INSERT ON record_delegation FOR EACH ROW EXECUTE FUNCTION titer_record_delegation_entry()

ALTER TABLE record_delegation ENABLE ALWAYS TRIGGER titer_record_delegation_insert

CREATE TRIGGER titer_record_delegation_update AFTER UPDATE ON record_delegation FOR EACH ROW EXECUTE FUNCTION titer_record_delegation_entry()

ALTER TABLE record_delegation ENABLE ALWAYS TRIGGER titer_record_delegation_update

CREATE TRIGGER titer_record_delegation_delete AFTER DELETE ON record_delegation FOR EACH ROW EXECUTE FUNCTION titer_record_delegation_entry()

ALTER TABLE record_delegation ENABLE ALWAYS TRIGGER titer_record_delegation_delete

CREATE TRIGGER titer_record_delegation_no_truncate BEFORE TRUNCATE ON record_delegation FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_delegation ENABLE ALWAYS TRIGGER titer_record_delegation_no_truncate

CREATE OR REPLACE FUNCTION titer_record_duty_conflict_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('record_duty_conflict', NEW.id, NEW.version, NULL, '{' || '"detail":' || coalesce(to_json(NEW."detail")::text, 'null') || ',' || '"found_at":' || coalesce(NEW."found_at"::text, 'null') || ',' || '"gone_at":' || coalesce(NEW."gone_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(NEW."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"record_id":' || coalesce(to_json(NEW."record_id")::text, 'null') || ',' || '"record_type":' || coalesce(to_json(NEW."record_type")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_duty_conflict.id keeps its first value'; END IF;
  IF NEW."key" IS DISTINCT FROM OLD."key" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_duty_conflict.key keeps its first value'; END IF;
  IF NEW."kind" IS DISTINCT FROM OLD."kind" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_duty_conflict.kind keeps its first value'; END IF;
  IF NEW."person_id" IS DISTINCT FROM OLD."person_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_duty_conflict.person_id keeps its first value'; END IF;
  IF NEW."record_type" IS DISTINCT FROM OLD."record_type" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_duty_conflict.record_type keeps its first value'; END IF;
  IF NEW."record_id" IS DISTINCT FROM OLD."record_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_duty_conflict.record_id keeps its first value'; END IF;
  IF NEW."detail" IS DISTINCT FROM OLD."detail" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_duty_conflict.detail keeps its first value'; END IF;
  IF NEW."found_at" IS DISTINCT FROM OLD."found_at" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_duty_conflict.found_at keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('record_duty_conflict', NEW.id, NEW.version, '{' || '"detail":' || coalesce(to_json(OLD."detail")::text, 'null') || ',' || '"found_at":' || coalesce(OLD."found_at"::text, 'null') || ',' || '"gone_at":' || coalesce(OLD."gone_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(OLD."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"record_id":' || coalesce(to_json(OLD."record_id")::text, 'null') || ',' || '"record_type":' || coalesce(to_json(OLD."record_type")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"detail":' || coalesce(to_json(NEW."detail")::text, 'null') || ',' || '"found_at":' || coalesce(NEW."found_at"::text, 'null') || ',' || '"gone_at":' || coalesce(NEW."gone_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(NEW."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"record_id":' || coalesce(to_json(NEW."record_id")::text, 'null') || ',' || '"record_type":' || coalesce(to_json(NEW."record_type")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('record_duty_conflict', OLD.id, OLD.version + 1, '{' || '"detail":' || coalesce(to_json(OLD."detail")::text, 'null') || ',' || '"found_at":' || coalesce(OLD."found_at"::text, 'null') || ',' || '"gone_at":' || coalesce(OLD."gone_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(OLD."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"record_id":' || coalesce(to_json(OLD."record_id")::text, 'null') || ',' || '"record_type":' || coalesce(to_json(OLD."record_type")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_duty_conflict_entry() FROM PUBLIC

CREATE TRIGGER titer_record_duty_conflict_insert AFTER INSERT ON record_duty_conflict FOR EACH ROW EXECUTE FUNCTION titer_record_duty_conflict_entry()

ALTER TABLE record_duty_conflict ENABLE ALWAYS TRIGGER titer_record_duty_conflict_insert

CREATE TRIGGER titer_record_duty_conflict_update AFTER UPDATE ON record_duty_conflict FOR EACH ROW EXECUTE FUNCTION titer_record_duty_conflict_entry()

ALTER TABLE record_duty_conflict ENABLE ALWAYS TRIGGER titer_record_duty_conflict_update

CREATE TRIGGER titer_record_duty_conflict_delete AFTER DELETE ON record_duty_conflict FOR EACH ROW EXECUTE FUNCTION titer_record_duty_conflict_entry()

ALTER TABLE record_duty_conflict ENABLE ALWAYS TRIGGER titer_record_duty_conflict_delete

CREATE TRIGGER titer_record_duty_conflict_no_truncate BEFORE TRUNCATE ON record_duty_conflict FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_duty_conflict ENABLE ALWAYS TRIGGER titer_record_duty_conflict_no_truncate

CREATE OR REPLACE FUNCTION titer_record_export_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('record_export', NEW.id, NEW.version, NULL, '{' || '"files":' || coalesce(to_json(NEW."files")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"records":' || coalesce(to_json(NEW."records")::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(NEW."subject_id")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(NEW."subject_type")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_export.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('record_export', NEW.id, NEW.version, '{' || '"files":' || coalesce(to_json(OLD."files")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"records":' || coalesce(to_json(OLD."records")::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(OLD."subject_id")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(OLD."subject_type")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"files":' || coalesce(to_json(NEW."files")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"records":' || coalesce(to_json(NEW."records")::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(NEW."subject_id")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(NEW."subject_type")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('record_export', OLD.id, OLD.version + 1, '{' || '"files":' || coalesce(to_json(OLD."files")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"records":' || coalesce(to_json(OLD."records")::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(OLD."subject_id")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(OLD."subject_type")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_export_entry() FROM PUBLIC

CREATE TRIGGER titer_record_export_insert AFTER INSERT ON record_export FOR EACH ROW EXECUTE FUNCTION titer_record_export_entry()

ALTER TABLE record_export ENABLE ALWAYS TRIGGER titer_record_export_insert

CREATE TRIGGER titer_record_export_no_update BEFORE UPDATE ON record_export FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_export ENABLE ALWAYS TRIGGER titer_record_export_no_update

CREATE TRIGGER titer_record_export_no_delete BEFORE DELETE ON record_export FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_export ENABLE ALWAYS TRIGGER titer_record_export_no_delete

CREATE TRIGGER titer_record_export_no_truncate BEFORE TRUNCATE ON record_export FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_export ENABLE ALWAYS TRIGGER titer_record_export_no_truncate

CREATE OR REPLACE FUNCTION titer_record_installation_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('record_installation', NEW.id, NEW.version, NULL, '{' || '"created_at":' || coalesce(NEW."created_at"::text, 'null') || ',' || '"demo":' || coalesce(NEW."demo"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(NEW."name")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"process_origin":' || coalesce(NEW."process_origin"::text, 'null') || ',' || '"process_rate":' || coalesce(to_json(NEW."process_rate")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"simulated":' || coalesce(NEW."simulated"::text, 'null') || ',' || '"site":' || coalesce(to_json(NEW."site")::text, 'null') || ',' || '"time_zone":' || coalesce(to_json(NEW."time_zone")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_installation.id keeps its first value'; END IF;
  IF NEW."simulated" IS DISTINCT FROM OLD."simulated" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_installation.simulated keeps its first value'; END IF;
  IF NEW."demo" IS DISTINCT FROM OLD."demo" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_installation.demo keeps its first value'; END IF;
  IF NEW."created_at" IS DISTINCT FROM OLD."created_at" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_installation.created_at keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('record_installation', NEW.id, NEW.version, '{' || '"created_at":' || coalesce(OLD."created_at"::text, 'null') || ',' || '"demo":' || coalesce(OLD."demo"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(OLD."name")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"process_origin":' || coalesce(OLD."process_origin"::text, 'null') || ',' || '"process_rate":' || coalesce(to_json(OLD."process_rate")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"simulated":' || coalesce(OLD."simulated"::text, 'null') || ',' || '"site":' || coalesce(to_json(OLD."site")::text, 'null') || ',' || '"time_zone":' || coalesce(to_json(OLD."time_zone")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"created_at":' || coalesce(NEW."created_at"::text, 'null') || ',' || '"demo":' || coalesce(NEW."demo"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(NEW."name")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"process_origin":' || coalesce(NEW."process_origin"::text, 'null') || ',' || '"process_rate":' || coalesce(to_json(NEW."process_rate")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"simulated":' || coalesce(NEW."simulated"::text, 'null') || ',' || '"site":' || coalesce(to_json(NEW."site")::text, 'null') || ',' || '"time_zone":' || coalesce(to_json(NEW."time_zone")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('record_installation', OLD.id, OLD.version + 1, '{' || '"created_at":' || coalesce(OLD."created_at"::text, 'null') || ',' || '"demo":' || coalesce(OLD."demo"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(OLD."name")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"process_origin":' || coalesce(OLD."process_origin"::text, 'null') || ',' || '"process_rate":' || coalesce(to_json(OLD."process_rate")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"simulated":' || coalesce(OLD."simulated"::text, 'null') || ',' || '"site":' || coalesce(to_json(OLD."site")::text, 'null') || ',' || '"time_zone":' || coalesce(to_json(OLD."time_zone")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_installation_entry() FROM PUBLIC

CREATE TRIGGER titer_record_installation_insert AFTER INSERT ON record_installation FOR EACH ROW EXECUTE FUNCTION titer_record_installation_entry()

ALTER TABLE record_installation ENABLE ALWAYS TRIGGER titer_record_installation_insert

CREATE TRIGGER titer_record_installation_update AFTER UPDATE ON record_installation FOR EACH ROW EXECUTE FUNCTION titer_record_installation_entry()

ALTER TABLE record_installation ENABLE ALWAYS TRIGGER titer_record_installation_update

CREATE TRIGGER titer_record_installation_delete AFTER DELETE ON record_installation FOR EACH ROW EXECUTE FUNCTION titer_record_installation_entry()

ALTER TABLE record_installation ENABLE ALWAYS TRIGGER titer_record_installation_delete

CREATE TRIGGER titer_record_installation_no_truncate BEFORE TRUNCATE ON record_installation FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_installation ENABLE ALWAYS TRIGGER titer_record_installation_no_truncate

CREATE OR REPLACE FUNCTION titer_record_machine_token_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('record_machine_token', NEW.id, NEW.version, NULL, '{' || '"credential_mac":' || coalesce(to_json(NEW."credential_mac")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"issue_count":' || coalesce(NEW."issue_count"::text, 'null') || ',' || '"issued_at":' || coalesce(NEW."issued_at"::text, 'null') || ',' || '"issued_by":' || coalesce(to_json(NEW."issued_by")::text, 'null') || ',' || '"name":' || coalesce(to_json(NEW."name")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"revoked_at":' || coalesce(NEW."revoked_at"::text, 'null') || ',' || '"scopes":' || coalesce(to_json(NEW."scopes")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_machine_token.id keeps its first value'; END IF;
  IF NEW."name" IS DISTINCT FROM OLD."name" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_machine_token.name keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('record_machine_token', NEW.id, NEW.version, '{' || '"credential_mac":' || coalesce(to_json(OLD."credential_mac")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"issue_count":' || coalesce(OLD."issue_count"::text, 'null') || ',' || '"issued_at":' || coalesce(OLD."issued_at"::text, 'null') || ',' || '"issued_by":' || coalesce(to_json(OLD."issued_by")::text, 'null') || ',' || '"name":' || coalesce(to_json(OLD."name")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"revoked_at":' || coalesce(OLD."revoked_at"::text, 'null') || ',' || '"scopes":' || coalesce(to_json(OLD."scopes")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"credential_mac":' || coalesce(to_json(NEW."credential_mac")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"issue_count":' || coalesce(NEW."issue_count"::text, 'null') || ',' || '"issued_at":' || coalesce(NEW."issued_at"::text, 'null') || ',' || '"issued_by":' || coalesce(to_json(NEW."issued_by")::text, 'null') || ',' || '"name":' || coalesce(to_json(NEW."name")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"revoked_at":' || coalesce(NEW."revoked_at"::text, 'null') || ',' || '"scopes":' || coalesce(to_json(NEW."scopes")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('record_machine_token', OLD.id, OLD.version + 1, '{' || '"credential_mac":' || coalesce(to_json(OLD."credential_mac")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"issue_count":' || coalesce(OLD."issue_count"::text, 'null') || ',' || '"issued_at":' || coalesce(OLD."issued_at"::text, 'null') || ',' || '"issued_by":' || coalesce(to_json(OLD."issued_by")::text, 'null') || ',' || '"name":' || coalesce(to_json(OLD."name")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"revoked_at":' || coalesce(OLD."revoked_at"::text, 'null') || ',' || '"scopes":' || coalesce(to_json(OLD."scopes")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_machine_token_entry() FROM PUBLIC

CREATE TRIGGER titer_record_machine_token_insert AFTER INSERT ON record_machine_token FOR EACH ROW EXECUTE FUNCTION titer_record_machine_token_entry()

ALTER TABLE record_machine_token ENABLE ALWAYS TRIGGER titer_record_machine_token_insert

CREATE TRIGGER titer_record_machine_token_update AFTER UPDATE ON record_machine_token FOR EACH ROW EXECUTE FUNCTION titer_record_machine_token_entry()

ALTER TABLE record_machine_token ENABLE ALWAYS TRIGGER titer_record_machine_token_update

CREATE TRIGGER titer_record_machine_token_delete AFTER DELETE ON record_machine_token FOR EACH ROW EXECUTE FUNCTION titer_record_machine_token_entry()

ALTER TABLE record_machine_token ENABLE ALWAYS TRIGGER titer_record_machine_token_delete

CREATE TRIGGER titer_record_machine_token_no_truncate BEFORE TRUNCATE ON record_machine_token FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_machine_token ENABLE ALWAYS TRIGGER titer_record_machine_token_no_truncate

CREATE OR REPLACE FUNCTION titer_record_person_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('record_person', NEW.id, NEW.version, NULL, '{' || '"active":' || coalesce(NEW."active"::text, 'null') || ',' || '"credential_mac":' || coalesce(to_json(NEW."credential_mac")::text, 'null') || ',' || '"failed_attempts":' || coalesce(NEW."failed_attempts"::text, 'null') || ',' || '"full_name":' || coalesce(to_json(NEW."full_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"locked_at":' || coalesce(NEW."locked_at"::text, 'null') || ',' || '"password_count":' || coalesce(NEW."password_count"::text, 'null') || ',' || '"password_set_at":' || coalesce(NEW."password_set_at"::text, 'null') || ',' || '"password_set_by":' || coalesce(to_json(NEW."password_set_by")::text, 'null') || ',' || '"policy_acknowledged_at":' || coalesce(NEW."policy_acknowledged_at"::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"robot_for":' || coalesce(to_json(NEW."robot_for")::text, 'null') || ',' || '"username":' || coalesce(to_json(NEW."username")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_person.id keeps its first value'; END IF;
  IF NEW."username" IS DISTINCT FROM OLD."username" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_person.username keeps its first value'; END IF;
  IF NEW."robot_for" IS DISTINCT FROM OLD."robot_for" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_person.robot_for keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('record_person', NEW.id, NEW.version, '{' || '"active":' || coalesce(OLD."active"::text, 'null') || ',' || '"credential_mac":' || coalesce(to_json(OLD."credential_mac")::text, 'null') || ',' || '"failed_attempts":' || coalesce(OLD."failed_attempts"::text, 'null') || ',' || '"full_name":' || coalesce(to_json(OLD."full_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"locked_at":' || coalesce(OLD."locked_at"::text, 'null') || ',' || '"password_count":' || coalesce(OLD."password_count"::text, 'null') || ',' || '"password_set_at":' || coalesce(OLD."password_set_at"::text, 'null') || ',' || '"password_set_by":' || coalesce(to_json(OLD."password_set_by")::text, 'null') || ',' || '"policy_acknowledged_at":' || coalesce(OLD."policy_acknowledged_at"::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"robot_for":' || coalesce(to_json(OLD."robot_for")::text, 'null') || ',' || '"username":' || coalesce(to_json(OLD."username")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"active":' || coalesce(NEW."active"::text, 'null') || ',' || '"credential_mac":' || coalesce(to_json(NEW."credential_mac")::text, 'null') || ',' || '"failed_attempts":' || coalesce(NEW."failed_attempts"::text, 'null') || ',' || '"full_name":' || coalesce(to_json(NEW."full_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"locked_at":' || coalesce(NEW."locked_at"::text, 'null') || ',' || '"password_count":' || coalesce(NEW."password_count"::text, 'null') || ',' || '"password_set_at":' || coalesce(NEW."password_set_at"::text, 'null') || ',' || '"password_set_by":' || coalesce(to_json(NEW."password_set_by")::text, 'null') || ',' || '"policy_acknowledged_at":' || coalesce(NEW."policy_acknowledged_at"::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"robot_for":' || coalesce(to_json(NEW."robot_for")::text, 'null') || ',' || '"username":' || coalesce(to_json(NEW."username")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('record_person', OLD.id, OLD.version + 1, '{' || '"active":' || coalesce(OLD."active"::text, 'null') || ',' || '"credential_mac":' || coalesce(to_json(OLD."credential_mac")::text, 'null') || ',' || '"failed_attempts":' || coalesce(OLD."failed_attempts"::text, 'null') || ',' || '"full_name":' || coalesce(to_json(OLD."full_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"locked_at":' || coalesce(OLD."locked_at"::text, 'null') || ',' || '"password_count":' || coalesce(OLD."password_count"::text, 'null') || ',' || '"password_set_at":' || coalesce(OLD."password_set_at"::text, 'null') || ',' || '"password_set_by":' || coalesce(to_json(OLD."password_set_by")::text, 'null') || ',' || '"policy_acknowledged_at":' || coalesce(OLD."policy_acknowledged_at"::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"robot_for":' || coalesce(to_json(OLD."robot_for")::text, 'null') || ',' || '"username":' || coalesce(to_json(OLD."username")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_person_entry() FROM PUBLIC

CREATE TRIGGER titer_record_person_insert AFTER INSERT ON record_person FOR EACH ROW EXECUTE FUNCTION titer_record_person_entry()

ALTER TABLE record_person ENABLE ALWAYS TRIGGER titer_record_person_insert

CREATE TRIGGER titer_record_person_update AFTER UPDATE ON record_person FOR EACH ROW EXECUTE FUNCTION titer_record_person_entry()

ALTER TABLE record_person ENABLE ALWAYS TRIGGER titer_record_person_update

CREATE TRIGGER titer_record_person_delete AFTER DELETE ON record_person FOR EACH ROW EXECUTE FUNCTION titer_record_person_entry()

ALTER TABLE record_person ENABLE ALWAYS TRIGGER titer_record_person_delete

CREATE TRIGGER titer_record_person_no_truncate BEFORE TRUNCATE ON record_person FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_person ENABLE ALWAYS TRIGGER titer_record_person_no_truncate

CREATE OR REPLACE FUNCTION titer_record_rights_search_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('record_rights_search', NEW.id, NEW.version, NULL, '{' || '"found":' || coalesce(NEW."found"::text, 'null') || ',' || '"gone":' || coalesce(NEW."gone"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"people":' || coalesce(NEW."people"::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"rules_count":' || coalesce(NEW."rules_count"::text, 'null') || ',' || '"rules_digest":' || coalesce(to_json(NEW."rules_digest")::text, 'null') || ',' || '"searched_at":' || coalesce(NEW."searched_at"::text, 'null') || ',' || '"standing":' || coalesce(NEW."standing"::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_rights_search.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('record_rights_search', NEW.id, NEW.version, '{' || '"found":' || coalesce(OLD."found"::text, 'null') || ',' || '"gone":' || coalesce(OLD."gone"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"people":' || coalesce(OLD."people"::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"rules_count":' || coalesce(OLD."rules_count"::text, 'null') || ',' || '"rules_digest":' || coalesce(to_json(OLD."rules_digest")::text, 'null') || ',' || '"searched_at":' || coalesce(OLD."searched_at"::text, 'null') || ',' || '"standing":' || coalesce(OLD."standing"::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"found":' || coalesce(NEW."found"::text, 'null') || ',' || '"gone":' || coalesce(NEW."gone"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"people":' || coalesce(NEW."people"::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"rules_count":' || coalesce(NEW."rules_count"::text, 'null') || ',' || '"rules_digest":' || coalesce(to_json(NEW."rules_digest")::text, 'null') || ',' || '"searched_at":' || coalesce(NEW."searched_at"::text, 'null') || ',' || '"standing":' || coalesce(NEW."standing"::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('record_rights_search', OLD.id, OLD.version + 1, '{' || '"found":' || coalesce(OLD."found"::text, 'null') || ',' || '"gone":' || coalesce(OLD."gone"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"people":' || coalesce(OLD."people"::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"rules_count":' || coalesce(OLD."rules_count"::text, 'null') || ',' || '"rules_digest":' || coalesce(to_json(OLD."rules_digest")::text, 'null') || ',' || '"searched_at":' || coalesce(OLD."searched_at"::text, 'null') || ',' || '"standing":' || coalesce(OLD."standing"::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_rights_search_entry() FROM PUBLIC

CREATE TRIGGER titer_record_rights_search_insert AFTER INSERT ON record_rights_search FOR EACH ROW EXECUTE FUNCTION titer_record_rights_search_entry()

ALTER TABLE record_rights_search ENABLE ALWAYS TRIGGER titer_record_rights_search_insert

CREATE TRIGGER titer_record_rights_search_no_update BEFORE UPDATE ON record_rights_search FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_rights_search ENABLE ALWAYS TRIGGER titer_record_rights_search_no_update

CREATE TRIGGER titer_record_rights_search_no_delete BEFORE DELETE ON record_rights_search FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_rights_search ENABLE ALWAYS TRIGGER titer_record_rights_search_no_delete

CREATE TRIGGER titer_record_rights_search_no_truncate BEFORE TRUNCATE ON record_rights_search FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_rights_search ENABLE ALWAYS TRIGGER titer_record_rights_search_no_truncate

CREATE OR REPLACE FUNCTION titer_record_role_assignment_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('record_role_assignment', NEW.id, NEW.version, NULL, '{' || '"active":' || coalesce(NEW."active"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(NEW."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"role":' || coalesce(to_json(NEW."role")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_role_assignment.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('record_role_assignment', NEW.id, NEW.version, '{' || '"active":' || coalesce(OLD."active"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(OLD."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"role":' || coalesce(to_json(OLD."role")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"active":' || coalesce(NEW."active"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(NEW."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"role":' || coalesce(to_json(NEW."role")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('record_role_assignment', OLD.id, OLD.version + 1, '{' || '"active":' || coalesce(OLD."active"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(OLD."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"role":' || coalesce(to_json(OLD."role")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_role_assignment_entry() FROM PUBLIC

CREATE TRIGGER titer_record_role_assignment_insert AFTER INSERT ON record_role_assignment FOR EACH ROW EXECUTE FUNCTION titer_record_role_assignment_entry()

ALTER TABLE record_role_assignment ENABLE ALWAYS TRIGGER titer_record_role_assignment_insert

CREATE TRIGGER titer_record_role_assignment_update AFTER UPDATE ON record_role_assignment FOR EACH ROW EXECUTE FUNCTION titer_record_role_assignment_entry()

ALTER TABLE record_role_assignment ENABLE ALWAYS TRIGGER titer_record_role_assignment_update

CREATE TRIGGER titer_record_role_assignment_delete AFTER DELETE ON record_role_assignment FOR EACH ROW EXECUTE FUNCTION titer_record_role_assignment_entry()

ALTER TABLE record_role_assignment ENABLE ALWAYS TRIGGER titer_record_role_assignment_delete

CREATE TRIGGER titer_record_role_assignment_no_truncate BEFORE TRUNCATE ON record_role_assignment FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_role_assignment ENABLE ALWAYS TRIGGER titer_record_role_assignment_no_truncate

CREATE OR REPLACE FUNCTION titer_record_schema_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('record_schema', NEW.id, NEW.version, NULL, '{' || '"fingerprint":' || coalesce(to_json(NEW."fingerprint")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(to_json(NEW."revision")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_schema.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('record_schema', NEW.id, NEW.version, '{' || '"fingerprint":' || coalesce(to_json(OLD."fingerprint")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(to_json(OLD."revision")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"fingerprint":' || coalesce(to_json(NEW."fingerprint")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(to_json(NEW."revision")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('record_schema', OLD.id, OLD.version + 1, '{' || '"fingerprint":' || coalesce(to_json(OLD."fingerprint")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(to_json(OLD."revision")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_schema_entry() FROM PUBLIC

CREATE TRIGGER titer_record_schema_insert AFTER INSERT ON record_schema FOR EACH ROW EXECUTE FUNCTION titer_record_schema_entry()

ALTER TABLE record_schema ENABLE ALWAYS TRIGGER titer_record_schema_insert

CREATE TRIGGER titer_record_schema_no_update BEFORE UPDATE ON record_schema FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_schema ENABLE ALWAYS TRIGGER titer_record_schema_no_update

CREATE TRIGGER titer_record_schema_no_delete BEFORE DELETE ON record_schema FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_schema ENABLE ALWAYS TRIGGER titer_record_schema_no_delete

CREATE TRIGGER titer_record_schema_no_truncate BEFORE TRUNCATE ON record_schema FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_schema ENABLE ALWAYS TRIGGER titer_record_schema_no_truncate

CREATE OR REPLACE FUNCTION titer_record_session_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('record_session', NEW.id, NEW.version, NULL, '{' || '"credential_mac":' || coalesce(to_json(NEW."credential_mac")::text, 'null') || ',' || '"ended_at":' || coalesce(NEW."ended_at"::text, 'null') || ',' || '"ended_because":' || coalesce(to_json(NEW."ended_because")::text, 'null') || ',' || '"ends_at":' || coalesce(NEW."ends_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(NEW."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"remote":' || coalesce(to_json(NEW."remote")::text, 'null') || ',' || '"started_at":' || coalesce(NEW."started_at"::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_session.id keeps its first value'; END IF;
  IF NEW."person_id" IS DISTINCT FROM OLD."person_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_session.person_id keeps its first value'; END IF;
  IF NEW."started_at" IS DISTINCT FROM OLD."started_at" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_session.started_at keeps its first value'; END IF;
  IF NEW."ends_at" IS DISTINCT FROM OLD."ends_at" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_session.ends_at keeps its first value'; END IF;
  IF NEW."credential_mac" IS DISTINCT FROM OLD."credential_mac" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_session.credential_mac keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('record_session', NEW.id, NEW.version, '{' || '"credential_mac":' || coalesce(to_json(OLD."credential_mac")::text, 'null') || ',' || '"ended_at":' || coalesce(OLD."ended_at"::text, 'null') || ',' || '"ended_because":' || coalesce(to_json(OLD."ended_because")::text, 'null') || ',' || '"ends_at":' || coalesce(OLD."ends_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(OLD."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"remote":' || coalesce(to_json(OLD."remote")::text, 'null') || ',' || '"started_at":' || coalesce(OLD."started_at"::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"credential_mac":' || coalesce(to_json(NEW."credential_mac")::text, 'null') || ',' || '"ended_at":' || coalesce(NEW."ended_at"::text, 'null') || ',' || '"ended_because":' || coalesce(to_json(NEW."ended_because")::text, 'null') || ',' || '"ends_at":' || coalesce(NEW."ends_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(NEW."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"remote":' || coalesce(to_json(NEW."remote")::text, 'null') || ',' || '"started_at":' || coalesce(NEW."started_at"::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('record_session', OLD.id, OLD.version + 1, '{' || '"credential_mac":' || coalesce(to_json(OLD."credential_mac")::text, 'null') || ',' || '"ended_at":' || coalesce(OLD."ended_at"::text, 'null') || ',' || '"ended_because":' || coalesce(to_json(OLD."ended_because")::text, 'null') || ',' || '"ends_at":' || coalesce(OLD."ends_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(OLD."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"remote":' || coalesce(to_json(OLD."remote")::text, 'null') || ',' || '"started_at":' || coalesce(OLD."started_at"::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_session_entry() FROM PUBLIC

CREATE TRIGGER titer_record_session_insert AFTER INSERT ON record_session FOR EACH ROW EXECUTE FUNCTION titer_record_session_entry()

ALTER TABLE record_session ENABLE ALWAYS TRIGGER titer_record_session_insert

CREATE TRIGGER titer_record_session_update AFTER UPDATE ON record_session FOR EACH ROW EXECUTE FUNCTION titer_record_session_entry()

ALTER TABLE record_session ENABLE ALWAYS TRIGGER titer_record_session_update

CREATE TRIGGER titer_record_session_delete AFTER DELETE ON record_session FOR EACH ROW EXECUTE FUNCTION titer_record_session_entry()

ALTER TABLE record_session ENABLE ALWAYS TRIGGER titer_record_session_delete

CREATE TRIGGER titer_record_session_no_truncate BEFORE TRUNCATE ON record_session FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_session ENABLE ALWAYS TRIGGER titer_record_session_no_truncate

CREATE OR REPLACE FUNCTION titer_record_signature_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('record_signature', NEW.id, NEW.version, NULL, '{' || '"binding":' || coalesce(to_json(NEW."binding")::text, 'null') || ',' || '"content":' || coalesce(to_json(NEW."content")::text, 'null') || ',' || '"digest":' || coalesce(to_json(NEW."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"meaning":' || coalesce(to_json(NEW."meaning")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(NEW."person_id")::text, 'null') || ',' || '"printed_name":' || coalesce(to_json(NEW."printed_name")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(NEW."reason")::text, 'null') || ',' || '"record_id":' || coalesce(to_json(NEW."record_id")::text, 'null') || ',' || '"record_type":' || coalesce(to_json(NEW."record_type")::text, 'null') || ',' || '"record_version":' || coalesce(NEW."record_version"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"robot":' || coalesce(NEW."robot"::text, 'null') || ',' || '"session_id":' || coalesce(to_json(NEW."session_id")::text, 'null') || ',' || '"signed_at":' || coalesce(NEW."signed_at"::text, 'null') || ',' || '"time_zone":' || coalesce(to_json(NEW."time_zone")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_signature.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('record_signature', NEW.id, NEW.version, '{' || '"binding":' || coalesce(to_json(OLD."binding")::text, 'null') || ',' || '"content":' || coalesce(to_json(OLD."content")::text, 'null') || ',' || '"digest":' || coalesce(to_json(OLD."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"meaning":' || coalesce(to_json(OLD."meaning")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(OLD."person_id")::text, 'null') || ',' || '"printed_name":' || coalesce(to_json(OLD."printed_name")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(OLD."reason")::text, 'null') || ',' || '"record_id":' || coalesce(to_json(OLD."record_id")::text, 'null') || ',' || '"record_type":' || coalesce(to_json(OLD."record_type")::text, 'null') || ',' || '"record_version":' || coalesce(OLD."record_version"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"robot":' || coalesce(OLD."robot"::text, 'null') || ',' || '"session_id":' || coalesce(to_json(OLD."session_id")::text, 'null') || ',' || '"signed_at":' || coalesce(OLD."signed_at"::text, 'null') || ',' || '"time_zone":' || coalesce(to_json(OLD."time_zone")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"binding":' || coalesce(to_json(NEW."binding")::text, 'null') || ',' || '"content":' || coalesce(to_json(NEW."content")::text, 'null') || ',' || '"digest":' || coalesce(to_json(NEW."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"meaning":' || coalesce(to_json(NEW."meaning")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(NEW."person_id")::text, 'null') || ',' || '"printed_name":' || coalesce(to_json(NEW."printed_name")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(NEW."reason")::text, 'null') || ',' || '"record_id":' || coalesce(to_json(NEW."record_id")::text, 'null') || ',' || '"record_type":' || coalesce(to_json(NEW."record_type")::text, 'null') || ',' || '"record_version":' || coalesce(NEW."record_version"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"robot":' || coalesce(NEW."robot"::text, 'null') || ',' || '"session_id":' || coalesce(to_json(NEW."session_id")::text, 'null') || ',' || '"signed_at":' || coalesce(NEW."signed_at"::text, 'null') || ',' || '"time_zone":' || coalesce(to_json(NEW."time_zone")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('record_signature', OLD.id, OLD.version + 1, '{' || '"binding":' || coalesce(to_json(OLD."binding")::text, 'null') || ',' || '"content":' || coalesce(to_json(OLD."content")::text, 'null') || ',' || '"digest":' || coalesce(to_json(OLD."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"meaning":' || coalesce(to_json(OLD."meaning")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(OLD."person_id")::text, 'null') || ',' || '"printed_name":' || coalesce(to_json(OLD."printed_name")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(OLD."reason")::text, 'null') || ',' || '"record_id":' || coalesce(to_json(OLD."record_id")::text, 'null') || ',' || '"record_type":' || coalesce(to_json(OLD."record_type")::text, 'null') || ',' || '"record_version":' || coalesce(OLD."record_version"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"robot":' || coalesce(OLD."robot"::text, 'null') || ',' || '"session_id":' || coalesce(to_json(OLD."session_id")::text, 'null') || ',' || '"signed_at":' || coalesce(OLD."signed_at"::text, 'null') || ',' || '"time_zone":' || coalesce(to_json(OLD."time_zone")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_signature_entry() FROM PUBLIC

CREATE TRIGGER titer_record_signature_insert AFTER INSERT ON record_signature FOR EACH ROW EXECUTE FUNCTION titer_record_signature_entry()

ALTER TABLE record_signature ENABLE ALWAYS TRIGGER titer_record_signature_insert

CREATE TRIGGER titer_record_signature_no_update BEFORE UPDATE ON record_signature FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_signature ENABLE ALWAYS TRIGGER titer_record_signature_no_update

CREATE TRIGGER titer_record_signature_no_delete BEFORE DELETE ON record_signature FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_signature ENABLE ALWAYS TRIGGER titer_record_signature_no_delete

CREATE TRIGGER titer_record_signature_no_truncate BEFORE TRUNCATE ON record_signature FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_signature ENABLE ALWAYS TRIGGER titer_record_signature_no_truncate

CREATE OR REPLACE FUNCTION titer_record_training_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('record_training', NEW.id, NEW.version, NULL, '{' || '"competency":' || coalesce(to_json(NEW."competency")::text, 'null') || ',' || '"document":' || coalesce(to_json(NEW."document")::text, 'null') || ',' || '"expires_at":' || coalesce(NEW."expires_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(NEW."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"trained_at":' || coalesce(NEW."trained_at"::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: record_training.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('record_training', NEW.id, NEW.version, '{' || '"competency":' || coalesce(to_json(OLD."competency")::text, 'null') || ',' || '"document":' || coalesce(to_json(OLD."document")::text, 'null') || ',' || '"expires_at":' || coalesce(OLD."expires_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(OLD."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"trained_at":' || coalesce(OLD."trained_at"::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"competency":' || coalesce(to_json(NEW."competency")::text, 'null') || ',' || '"document":' || coalesce(to_json(NEW."document")::text, 'null') || ',' || '"expires_at":' || coalesce(NEW."expires_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(NEW."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"trained_at":' || coalesce(NEW."trained_at"::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('record_training', OLD.id, OLD.version + 1, '{' || '"competency":' || coalesce(to_json(OLD."competency")::text, 'null') || ',' || '"document":' || coalesce(to_json(OLD."document")::text, 'null') || ',' || '"expires_at":' || coalesce(OLD."expires_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(OLD."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"trained_at":' || coalesce(OLD."trained_at"::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_training_entry() FROM PUBLIC

CREATE TRIGGER titer_record_training_insert AFTER INSERT ON record_training FOR EACH ROW EXECUTE FUNCTION titer_record_training_entry()

ALTER TABLE record_training ENABLE ALWAYS TRIGGER titer_record_training_insert

CREATE TRIGGER titer_record_training_update AFTER UPDATE ON record_training FOR EACH ROW EXECUTE FUNCTION titer_record_training_entry()

ALTER TABLE record_training ENABLE ALWAYS TRIGGER titer_record_training_update

CREATE TRIGGER titer_record_training_delete AFTER DELETE ON record_training FOR EACH ROW EXECUTE FUNCTION titer_record_training_entry()

ALTER TABLE record_training ENABLE ALWAYS TRIGGER titer_record_training_delete

CREATE TRIGGER titer_record_training_no_truncate BEFORE TRUNCATE ON record_training FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_training ENABLE ALWAYS TRIGGER titer_record_training_no_truncate

CREATE OR REPLACE FUNCTION titer_twin_definition_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('twin_definition', NEW.id, NEW.version, NULL, '{' || '"commissioned_signature_id":' || coalesce(to_json(NEW."commissioned_signature_id")::text, 'null') || ',' || '"defined_by":' || coalesce(to_json(NEW."defined_by")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(NEW."equipment")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(NEW."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"settings":' || coalesce(to_json(NEW."settings")::text, 'null') || ',' || '"settings_digest":' || coalesce(to_json(NEW."settings_digest")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: twin_definition.id keeps its first value'; END IF;
  IF NEW."equipment" IS DISTINCT FROM OLD."equipment" THEN RAISE EXCEPTION USING MESSAGE = 'titer: twin_definition.equipment keeps its first value'; END IF;
  IF NEW."model_id" IS DISTINCT FROM OLD."model_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: twin_definition.model_id keeps its first value'; END IF;
  IF NEW."settings" IS DISTINCT FROM OLD."settings" THEN RAISE EXCEPTION USING MESSAGE = 'titer: twin_definition.settings keeps its first value'; END IF;
  IF NEW."settings_digest" IS DISTINCT FROM OLD."settings_digest" THEN RAISE EXCEPTION USING MESSAGE = 'titer: twin_definition.settings_digest keeps its first value'; END IF;
  IF NEW."defined_by" IS DISTINCT FROM OLD."defined_by" THEN RAISE EXCEPTION USING MESSAGE = 'titer: twin_definition.defined_by keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('twin_definition', NEW.id, NEW.version, '{' || '"commissioned_signature_id":' || coalesce(to_json(OLD."commissioned_signature_id")::text, 'null') || ',' || '"defined_by":' || coalesce(to_json(OLD."defined_by")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(OLD."equipment")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(OLD."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"settings":' || coalesce(to_json(OLD."settings")::text, 'null') || ',' || '"settings_digest":' || coalesce(to_json(OLD."settings_digest")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"commissioned_signature_id":' || coalesce(to_json(NEW."commissioned_signature_id")::text, 'null') || ',' || '"defined_by":' || coalesce(to_json(NEW."defined_by")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(NEW."equipment")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(NEW."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"settings":' || coalesce(to_json(NEW."settings")::text, 'null') || ',' || '"settings_digest":' || coalesce(to_json(NEW."settings_digest")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('twin_definition', OLD.id, OLD.version + 1, '{' || '"commissioned_signature_id":' || coalesce(to_json(OLD."commissioned_signature_id")::text, 'null') || ',' || '"defined_by":' || coalesce(to_json(OLD."defined_by")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(OLD."equipment")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(OLD."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"settings":' || coalesce(to_json(OLD."settings")::text, 'null') || ',' || '"settings_digest":' || coalesce(to_json(OLD."settings_digest")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_twin_definition_entry() FROM PUBLIC

CREATE TRIGGER titer_twin_definition_insert AFTER INSERT ON twin_definition FOR EACH ROW EXECUTE FUNCTION titer_twin_definition_entry()

ALTER TABLE twin_definition ENABLE ALWAYS TRIGGER titer_twin_definition_insert

CREATE TRIGGER titer_twin_definition_update AFTER UPDATE ON twin_definition FOR EACH ROW EXECUTE FUNCTION titer_twin_definition_entry()

ALTER TABLE twin_definition ENABLE ALWAYS TRIGGER titer_twin_definition_update

CREATE TRIGGER titer_twin_definition_delete AFTER DELETE ON twin_definition FOR EACH ROW EXECUTE FUNCTION titer_twin_definition_entry()

ALTER TABLE twin_definition ENABLE ALWAYS TRIGGER titer_twin_definition_delete

CREATE TRIGGER titer_twin_definition_no_truncate BEFORE TRUNCATE ON twin_definition FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE twin_definition ENABLE ALWAYS TRIGGER titer_twin_definition_no_truncate

CREATE OR REPLACE FUNCTION titer_twin_hour_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('twin_hour', NEW.id, NEW.version, NULL, '{' || '"arrived_at":' || coalesce(NEW."arrived_at"::text, 'null') || ',' || '"hour":' || coalesce(NEW."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"inputs":' || coalesce(to_json(NEW."inputs")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(NEW."instance_id")::text, 'null') || ',' || '"measured":' || coalesce(to_json(NEW."measured")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"quality":' || coalesce(to_json(NEW."quality")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(NEW."revision"::text, 'null') || ',' || '"taken_at":' || coalesce(NEW."taken_at"::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: twin_hour.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('twin_hour', NEW.id, NEW.version, '{' || '"arrived_at":' || coalesce(OLD."arrived_at"::text, 'null') || ',' || '"hour":' || coalesce(OLD."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"inputs":' || coalesce(to_json(OLD."inputs")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(OLD."instance_id")::text, 'null') || ',' || '"measured":' || coalesce(to_json(OLD."measured")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"quality":' || coalesce(to_json(OLD."quality")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(OLD."revision"::text, 'null') || ',' || '"taken_at":' || coalesce(OLD."taken_at"::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"arrived_at":' || coalesce(NEW."arrived_at"::text, 'null') || ',' || '"hour":' || coalesce(NEW."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"inputs":' || coalesce(to_json(NEW."inputs")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(NEW."instance_id")::text, 'null') || ',' || '"measured":' || coalesce(to_json(NEW."measured")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"quality":' || coalesce(to_json(NEW."quality")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(NEW."revision"::text, 'null') || ',' || '"taken_at":' || coalesce(NEW."taken_at"::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('twin_hour', OLD.id, OLD.version + 1, '{' || '"arrived_at":' || coalesce(OLD."arrived_at"::text, 'null') || ',' || '"hour":' || coalesce(OLD."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"inputs":' || coalesce(to_json(OLD."inputs")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(OLD."instance_id")::text, 'null') || ',' || '"measured":' || coalesce(to_json(OLD."measured")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"quality":' || coalesce(to_json(OLD."quality")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(OLD."revision"::text, 'null') || ',' || '"taken_at":' || coalesce(OLD."taken_at"::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_twin_hour_entry() FROM PUBLIC

CREATE TRIGGER titer_twin_hour_insert AFTER INSERT ON twin_hour FOR EACH ROW EXECUTE FUNCTION titer_twin_hour_entry()

ALTER TABLE twin_hour ENABLE ALWAYS TRIGGER titer_twin_hour_insert

CREATE TRIGGER titer_twin_hour_no_update BEFORE UPDATE ON twin_hour FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_hour ENABLE ALWAYS TRIGGER titer_twin_hour_no_update

CREATE TRIGGER titer_twin_hour_no_delete BEFORE DELETE ON twin_hour FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_hour ENABLE ALWAYS TRIGGER titer_twin_hour_no_delete

CREATE TRIGGER titer_twin_hour_no_truncate BEFORE TRUNCATE ON twin_hour FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_hour ENABLE ALWAYS TRIGGER titer_twin_hour_no_truncate

CREATE OR REPLACE FUNCTION titer_twin_instance_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('twin_instance', NEW.id, NEW.version, NULL, '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(NEW."batch_number")::text, 'null') || ',' || '"definition_id":' || coalesce(to_json(NEW."definition_id")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(NEW."equipment")::text, 'null') || ',' || '"frozen_at":' || coalesce(NEW."frozen_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(NEW."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"reasons":' || coalesce(to_json(NEW."reasons")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"start_volume":' || coalesce('"' || NEW."start_volume"::text || '"', 'null') || ',' || '"started_at":' || coalesce(NEW."started_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: twin_instance.id keeps its first value'; END IF;
  IF NEW."definition_id" IS DISTINCT FROM OLD."definition_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: twin_instance.definition_id keeps its first value'; END IF;
  IF NEW."model_id" IS DISTINCT FROM OLD."model_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: twin_instance.model_id keeps its first value'; END IF;
  IF NEW."batch_id" IS DISTINCT FROM OLD."batch_id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: twin_instance.batch_id keeps its first value'; END IF;
  IF NEW."equipment" IS DISTINCT FROM OLD."equipment" THEN RAISE EXCEPTION USING MESSAGE = 'titer: twin_instance.equipment keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('twin_instance', NEW.id, NEW.version, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(OLD."batch_number")::text, 'null') || ',' || '"definition_id":' || coalesce(to_json(OLD."definition_id")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(OLD."equipment")::text, 'null') || ',' || '"frozen_at":' || coalesce(OLD."frozen_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(OLD."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"reasons":' || coalesce(to_json(OLD."reasons")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"start_volume":' || coalesce('"' || OLD."start_volume"::text || '"', 'null') || ',' || '"started_at":' || coalesce(OLD."started_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(NEW."batch_number")::text, 'null') || ',' || '"definition_id":' || coalesce(to_json(NEW."definition_id")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(NEW."equipment")::text, 'null') || ',' || '"frozen_at":' || coalesce(NEW."frozen_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(NEW."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"reasons":' || coalesce(to_json(NEW."reasons")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"start_volume":' || coalesce('"' || NEW."start_volume"::text || '"', 'null') || ',' || '"started_at":' || coalesce(NEW."started_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('twin_instance', OLD.id, OLD.version + 1, '{' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(OLD."batch_number")::text, 'null') || ',' || '"definition_id":' || coalesce(to_json(OLD."definition_id")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(OLD."equipment")::text, 'null') || ',' || '"frozen_at":' || coalesce(OLD."frozen_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(OLD."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"reasons":' || coalesce(to_json(OLD."reasons")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"start_volume":' || coalesce('"' || OLD."start_volume"::text || '"', 'null') || ',' || '"started_at":' || coalesce(OLD."started_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_twin_instance_entry() FROM PUBLIC

CREATE TRIGGER titer_twin_instance_insert AFTER INSERT ON twin_instance FOR EACH ROW EXECUTE FUNCTION titer_twin_instance_entry()

ALTER TABLE twin_instance ENABLE ALWAYS TRIGGER titer_twin_instance_insert

CREATE TRIGGER titer_twin_instance_update AFTER UPDATE ON twin_instance FOR EACH ROW EXECUTE FUNCTION titer_twin_instance_entry()

ALTER TABLE twin_instance ENABLE ALWAYS TRIGGER titer_twin_instance_update

CREATE TRIGGER titer_twin_instance_delete AFTER DELETE ON twin_instance FOR EACH ROW EXECUTE FUNCTION titer_twin_instance_entry()

ALTER TABLE twin_instance ENABLE ALWAYS TRIGGER titer_twin_instance_delete

CREATE TRIGGER titer_twin_instance_no_truncate BEFORE TRUNCATE ON twin_instance FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE twin_instance ENABLE ALWAYS TRIGGER titer_twin_instance_no_truncate

CREATE OR REPLACE FUNCTION titer_twin_measurement_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('twin_measurement', NEW.id, NEW.version, NULL, '{' || '"arrived_at":' || coalesce(NEW."arrived_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(NEW."instance_id")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"output":' || coalesce(to_json(NEW."output")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(NEW."revision"::text, 'null') || ',' || '"sample_number":' || coalesce(to_json(NEW."sample_number")::text, 'null') || ',' || '"sampled_at":' || coalesce(NEW."sampled_at"::text, 'null') || ',' || '"sd":' || coalesce('"' || NEW."sd"::text || '"', 'null') || ',' || '"source_id":' || coalesce(to_json(NEW."source_id")::text, 'null') || ',' || '"source_type":' || coalesce(to_json(NEW."source_type")::text, 'null') || ',' || '"status":' || coalesce(to_json(NEW."status")::text, 'null') || ',' || '"unit":' || coalesce(to_json(NEW."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || NEW."value"::text || '"', 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: twin_measurement.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('twin_measurement', NEW.id, NEW.version, '{' || '"arrived_at":' || coalesce(OLD."arrived_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(OLD."instance_id")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"output":' || coalesce(to_json(OLD."output")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(OLD."revision"::text, 'null') || ',' || '"sample_number":' || coalesce(to_json(OLD."sample_number")::text, 'null') || ',' || '"sampled_at":' || coalesce(OLD."sampled_at"::text, 'null') || ',' || '"sd":' || coalesce('"' || OLD."sd"::text || '"', 'null') || ',' || '"source_id":' || coalesce(to_json(OLD."source_id")::text, 'null') || ',' || '"source_type":' || coalesce(to_json(OLD."source_type")::text, 'null') || ',' || '"status":' || coalesce(to_json(OLD."status")::text, 'null') || ',' || '"unit":' || coalesce(to_json(OLD."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || OLD."value"::text || '"', 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"arrived_at":' || coalesce(NEW."arrived_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(NEW."instance_id")::text, 'null') || ',' || '"key":' || coalesce(to_json(NEW."key")::text, 'null') || ',' || '"output":' || coalesce(to_json(NEW."output")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(NEW."revision"::text, 'null') || ',' || '"sample_number":' || coalesce(to_json(NEW."sample_number")::text, 'null') || ',' || '"sampled_at":' || coalesce(NEW."sampled_at"::text, 'null') || ',' || '"sd":' || coalesce('"' || NEW."sd"::text || '"', 'null') || ',' || '"source_id":' || coalesce(to_json(NEW."source_id")::text, 'null') || ',' || '"source_type":' || coalesce(to_json(NEW."source_type")::text, 'null') || ',' || '"status":' || coalesce(to_json(NEW."status")::text, 'null') || ',' || '"unit":' || coalesce(to_json(NEW."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || NEW."value"::text || '"', 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('twin_measurement', OLD.id, OLD.version + 1, '{' || '"arrived_at":' || coalesce(OLD."arrived_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(OLD."instance_id")::text, 'null') || ',' || '"key":' || coalesce(to_json(OLD."key")::text, 'null') || ',' || '"output":' || coalesce(to_json(OLD."output")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(OLD."revision"::text, 'null') || ',' || '"sample_number":' || coalesce(to_json(OLD."sample_number")::text, 'null') || ',' || '"sampled_at":' || coalesce(OLD."sampled_at"::text, 'null') || ',' || '"sd":' || coalesce('"' || OLD."sd"::text || '"', 'null') || ',' || '"source_id":' || coalesce(to_json(OLD."source_id")::text, 'null') || ',' || '"source_type":' || coalesce(to_json(OLD."source_type")::text, 'null') || ',' || '"status":' || coalesce(to_json(OLD."status")::text, 'null') || ',' || '"unit":' || coalesce(to_json(OLD."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || OLD."value"::text || '"', 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_twin_measurement_entry() FROM PUBLIC

CREATE TRIGGER titer_twin_measurement_insert AFTER INSERT ON twin_measurement FOR EACH ROW EXECUTE FUNCTION titer_twin_measurement_entry()

ALTER TABLE twin_measurement ENABLE ALWAYS TRIGGER titer_twin_measurement_insert

CREATE TRIGGER titer_twin_measurement_no_update BEFORE UPDATE ON twin_measurement FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_measurement ENABLE ALWAYS TRIGGER titer_twin_measurement_no_update

CREATE TRIGGER titer_twin_measurement_no_delete BEFORE DELETE ON twin_measurement FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_measurement ENABLE ALWAYS TRIGGER titer_twin_measurement_no_delete

CREATE TRIGGER titer_twin_measurement_no_truncate BEFORE TRUNCATE ON twin_measurement FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_measurement ENABLE ALWAYS TRIGGER titer_twin_measurement_no_truncate

CREATE OR REPLACE FUNCTION titer_twin_model_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('twin_model', NEW.id, NEW.version, NULL, '{' || '"code":' || coalesce(to_json(NEW."code")::text, 'null') || ',' || '"content_digest":' || coalesce(to_json(NEW."content_digest")::text, 'null') || ',' || '"digest":' || coalesce(to_json(NEW."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"intended_use":' || coalesce(to_json(NEW."intended_use")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"release":' || coalesce(to_json(NEW."release")::text, 'null') || ',' || '"spec":' || coalesce(to_json(NEW."spec")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"validity":' || coalesce(to_json(NEW."validity")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: twin_model.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('twin_model', NEW.id, NEW.version, '{' || '"code":' || coalesce(to_json(OLD."code")::text, 'null') || ',' || '"content_digest":' || coalesce(to_json(OLD."content_digest")::text, 'null') || ',' || '"digest":' || coalesce(to_json(OLD."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"intended_use":' || coalesce(to_json(OLD."intended_use")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"release":' || coalesce(to_json(OLD."release")::text, 'null') || ',' || '"spec":' || coalesce(to_json(OLD."spec")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"validity":' || coalesce(to_json(OLD."validity")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"code":' || coalesce(to_json(NEW."code")::text, 'null') || ',' || '"content_digest":' || coalesce(to_json(NEW."content_digest")::text, 'null') || ',' || '"digest":' || coalesce(to_json(NEW."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"intended_use":' || coalesce(to_json(NEW."intended_use")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"release":' || coalesce(to_json(NEW."release")::text, 'null') || ',' || '"spec":' || coalesce(to_json(NEW."spec")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"validity":' || coalesce(to_json(NEW."validity")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('twin_model', OLD.id, OLD.version + 1, '{' || '"code":' || coalesce(to_json(OLD."code")::text, 'null') || ',' || '"content_digest":' || coalesce(to_json(OLD."content_digest")::text, 'null') || ',' || '"digest":' || coalesce(to_json(OLD."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"intended_use":' || coalesce(to_json(OLD."intended_use")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"release":' || coalesce(to_json(OLD."release")::text, 'null') || ',' || '"spec":' || coalesce(to_json(OLD."spec")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"validity":' || coalesce(to_json(OLD."validity")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_twin_model_entry() FROM PUBLIC

CREATE TRIGGER titer_twin_model_insert AFTER INSERT ON twin_model FOR EACH ROW EXECUTE FUNCTION titer_twin_model_entry()

ALTER TABLE twin_model ENABLE ALWAYS TRIGGER titer_twin_model_insert

CREATE TRIGGER titer_twin_model_no_update BEFORE UPDATE ON twin_model FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_model ENABLE ALWAYS TRIGGER titer_twin_model_no_update

CREATE TRIGGER titer_twin_model_no_delete BEFORE DELETE ON twin_model FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_model ENABLE ALWAYS TRIGGER titer_twin_model_no_delete

CREATE TRIGGER titer_twin_model_no_truncate BEFORE TRUNCATE ON twin_model FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_model ENABLE ALWAYS TRIGGER titer_twin_model_no_truncate

CREATE OR REPLACE FUNCTION titer_twin_outlook_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('twin_outlook', NEW.id, NEW.version, NULL, '{' || '"alert_id":' || coalesce(to_json(NEW."alert_id")::text, 'null') || ',' || '"alert_number":' || coalesce(to_json(NEW."alert_number")::text, 'null') || ',' || '"alert_title":' || coalesce(to_json(NEW."alert_title")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(NEW."batch_number")::text, 'null') || ',' || '"delivered":' || coalesce(to_json(NEW."delivered")::text, 'null') || ',' || '"figures":' || coalesce(to_json(NEW."figures")::text, 'null') || ',' || '"horizon_h":' || coalesce(NEW."horizon_h"::text, 'null') || ',' || '"hour":' || coalesce(NEW."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(NEW."instance_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"raised_at":' || coalesce(NEW."raised_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"refused_because":' || coalesce(to_json(NEW."refused_because")::text, 'null') || ',' || '"scenarios":' || coalesce(to_json(NEW."scenarios")::text, 'null') || ',' || '"sentence":' || coalesce(to_json(NEW."sentence")::text, 'null') || ',' || '"twin_reasons":' || coalesce(to_json(NEW."twin_reasons")::text, 'null') || ',' || '"twin_state":' || coalesce(to_json(NEW."twin_state")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: twin_outlook.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('twin_outlook', NEW.id, NEW.version, '{' || '"alert_id":' || coalesce(to_json(OLD."alert_id")::text, 'null') || ',' || '"alert_number":' || coalesce(to_json(OLD."alert_number")::text, 'null') || ',' || '"alert_title":' || coalesce(to_json(OLD."alert_title")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(OLD."batch_number")::text, 'null') || ',' || '"delivered":' || coalesce(to_json(OLD."delivered")::text, 'null') || ',' || '"figures":' || coalesce(to_json(OLD."figures")::text, 'null') || ',' || '"horizon_h":' || coalesce(OLD."horizon_h"::text, 'null') || ',' || '"hour":' || coalesce(OLD."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(OLD."instance_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"raised_at":' || coalesce(OLD."raised_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"refused_because":' || coalesce(to_json(OLD."refused_because")::text, 'null') || ',' || '"scenarios":' || coalesce(to_json(OLD."scenarios")::text, 'null') || ',' || '"sentence":' || coalesce(to_json(OLD."sentence")::text, 'null') || ',' || '"twin_reasons":' || coalesce(to_json(OLD."twin_reasons")::text, 'null') || ',' || '"twin_state":' || coalesce(to_json(OLD."twin_state")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"alert_id":' || coalesce(to_json(NEW."alert_id")::text, 'null') || ',' || '"alert_number":' || coalesce(to_json(NEW."alert_number")::text, 'null') || ',' || '"alert_title":' || coalesce(to_json(NEW."alert_title")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(NEW."batch_number")::text, 'null') || ',' || '"delivered":' || coalesce(to_json(NEW."delivered")::text, 'null') || ',' || '"figures":' || coalesce(to_json(NEW."figures")::text, 'null') || ',' || '"horizon_h":' || coalesce(NEW."horizon_h"::text, 'null') || ',' || '"hour":' || coalesce(NEW."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(NEW."instance_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"raised_at":' || coalesce(NEW."raised_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"refused_because":' || coalesce(to_json(NEW."refused_because")::text, 'null') || ',' || '"scenarios":' || coalesce(to_json(NEW."scenarios")::text, 'null') || ',' || '"sentence":' || coalesce(to_json(NEW."sentence")::text, 'null') || ',' || '"twin_reasons":' || coalesce(to_json(NEW."twin_reasons")::text, 'null') || ',' || '"twin_state":' || coalesce(to_json(NEW."twin_state")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('twin_outlook', OLD.id, OLD.version + 1, '{' || '"alert_id":' || coalesce(to_json(OLD."alert_id")::text, 'null') || ',' || '"alert_number":' || coalesce(to_json(OLD."alert_number")::text, 'null') || ',' || '"alert_title":' || coalesce(to_json(OLD."alert_title")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(OLD."batch_number")::text, 'null') || ',' || '"delivered":' || coalesce(to_json(OLD."delivered")::text, 'null') || ',' || '"figures":' || coalesce(to_json(OLD."figures")::text, 'null') || ',' || '"horizon_h":' || coalesce(OLD."horizon_h"::text, 'null') || ',' || '"hour":' || coalesce(OLD."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(OLD."instance_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"raised_at":' || coalesce(OLD."raised_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"refused_because":' || coalesce(to_json(OLD."refused_because")::text, 'null') || ',' || '"scenarios":' || coalesce(to_json(OLD."scenarios")::text, 'null') || ',' || '"sentence":' || coalesce(to_json(OLD."sentence")::text, 'null') || ',' || '"twin_reasons":' || coalesce(to_json(OLD."twin_reasons")::text, 'null') || ',' || '"twin_state":' || coalesce(to_json(OLD."twin_state")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_twin_outlook_entry() FROM PUBLIC

CREATE TRIGGER titer_twin_outlook_insert AFTER INSERT ON twin_outlook FOR EACH ROW EXECUTE FUNCTION titer_twin_outlook_entry()

ALTER TABLE twin_outlook ENABLE ALWAYS TRIGGER titer_twin_outlook_insert

CREATE TRIGGER titer_twin_outlook_no_update BEFORE UPDATE ON twin_outlook FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_outlook ENABLE ALWAYS TRIGGER titer_twin_outlook_no_update

CREATE TRIGGER titer_twin_outlook_no_delete BEFORE DELETE ON twin_outlook FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_outlook ENABLE ALWAYS TRIGGER titer_twin_outlook_no_delete

CREATE TRIGGER titer_twin_outlook_no_truncate BEFORE TRUNCATE ON twin_outlook FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_outlook ENABLE ALWAYS TRIGGER titer_twin_outlook_no_truncate

CREATE OR REPLACE FUNCTION titer_twin_proposal_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('twin_proposal', NEW.id, NEW.version, NULL, '{' || '"applied":' || coalesce(to_json(NEW."applied")::text, 'null') || ',' || '"author_id":' || coalesce(to_json(NEW."author_id")::text, 'null') || ',' || '"author_kind":' || coalesce(to_json(NEW."author_kind")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(NEW."batch_number")::text, 'null') || ',' || '"changes":' || coalesce(to_json(NEW."changes")::text, 'null') || ',' || '"checks":' || coalesce(to_json(NEW."checks")::text, 'null') || ',' || '"compare_hour":' || coalesce(NEW."compare_hour"::text, 'null') || ',' || '"decided_at":' || coalesce(NEW."decided_at"::text, 'null') || ',' || '"decided_by":' || coalesce(to_json(NEW."decided_by")::text, 'null') || ',' || '"decided_signature_id":' || coalesce(to_json(NEW."decided_signature_id")::text, 'null') || ',' || '"digest":' || coalesce(to_json(NEW."digest")::text, 'null') || ',' || '"do_nothing":' || coalesce(to_json(NEW."do_nothing")::text, 'null') || ',' || '"expires_at":' || coalesce(NEW."expires_at"::text, 'null') || ',' || '"fault_cost":' || coalesce(to_json(NEW."fault_cost")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(NEW."instance_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(NEW."outcome")::text, 'null') || ',' || '"predicted":' || coalesce(to_json(NEW."predicted")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"rationale":' || coalesce(to_json(NEW."rationale")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"scenarios":' || coalesce(to_json(NEW."scenarios")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(NEW."state_reason")::text, 'null') || ',' || '"submitted_by":' || coalesce(to_json(NEW."submitted_by")::text, 'null') || ',' || '"submitted_signature_id":' || coalesce(to_json(NEW."submitted_signature_id")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: twin_proposal.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('twin_proposal', NEW.id, NEW.version, '{' || '"applied":' || coalesce(to_json(OLD."applied")::text, 'null') || ',' || '"author_id":' || coalesce(to_json(OLD."author_id")::text, 'null') || ',' || '"author_kind":' || coalesce(to_json(OLD."author_kind")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(OLD."batch_number")::text, 'null') || ',' || '"changes":' || coalesce(to_json(OLD."changes")::text, 'null') || ',' || '"checks":' || coalesce(to_json(OLD."checks")::text, 'null') || ',' || '"compare_hour":' || coalesce(OLD."compare_hour"::text, 'null') || ',' || '"decided_at":' || coalesce(OLD."decided_at"::text, 'null') || ',' || '"decided_by":' || coalesce(to_json(OLD."decided_by")::text, 'null') || ',' || '"decided_signature_id":' || coalesce(to_json(OLD."decided_signature_id")::text, 'null') || ',' || '"digest":' || coalesce(to_json(OLD."digest")::text, 'null') || ',' || '"do_nothing":' || coalesce(to_json(OLD."do_nothing")::text, 'null') || ',' || '"expires_at":' || coalesce(OLD."expires_at"::text, 'null') || ',' || '"fault_cost":' || coalesce(to_json(OLD."fault_cost")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(OLD."instance_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(OLD."outcome")::text, 'null') || ',' || '"predicted":' || coalesce(to_json(OLD."predicted")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"rationale":' || coalesce(to_json(OLD."rationale")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"scenarios":' || coalesce(to_json(OLD."scenarios")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(OLD."state_reason")::text, 'null') || ',' || '"submitted_by":' || coalesce(to_json(OLD."submitted_by")::text, 'null') || ',' || '"submitted_signature_id":' || coalesce(to_json(OLD."submitted_signature_id")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"applied":' || coalesce(to_json(NEW."applied")::text, 'null') || ',' || '"author_id":' || coalesce(to_json(NEW."author_id")::text, 'null') || ',' || '"author_kind":' || coalesce(to_json(NEW."author_kind")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(NEW."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(NEW."batch_number")::text, 'null') || ',' || '"changes":' || coalesce(to_json(NEW."changes")::text, 'null') || ',' || '"checks":' || coalesce(to_json(NEW."checks")::text, 'null') || ',' || '"compare_hour":' || coalesce(NEW."compare_hour"::text, 'null') || ',' || '"decided_at":' || coalesce(NEW."decided_at"::text, 'null') || ',' || '"decided_by":' || coalesce(to_json(NEW."decided_by")::text, 'null') || ',' || '"decided_signature_id":' || coalesce(to_json(NEW."decided_signature_id")::text, 'null') || ',' || '"digest":' || coalesce(to_json(NEW."digest")::text, 'null') || ',' || '"do_nothing":' || coalesce(to_json(NEW."do_nothing")::text, 'null') || ',' || '"expires_at":' || coalesce(NEW."expires_at"::text, 'null') || ',' || '"fault_cost":' || coalesce(to_json(NEW."fault_cost")::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(NEW."instance_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(NEW."outcome")::text, 'null') || ',' || '"predicted":' || coalesce(to_json(NEW."predicted")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"rationale":' || coalesce(to_json(NEW."rationale")::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"scenarios":' || coalesce(to_json(NEW."scenarios")::text, 'null') || ',' || '"state":' || coalesce(to_json(NEW."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(NEW."state_reason")::text, 'null') || ',' || '"submitted_by":' || coalesce(to_json(NEW."submitted_by")::text, 'null') || ',' || '"submitted_signature_id":' || coalesce(to_json(NEW."submitted_signature_id")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('twin_proposal', OLD.id, OLD.version + 1, '{' || '"applied":' || coalesce(to_json(OLD."applied")::text, 'null') || ',' || '"author_id":' || coalesce(to_json(OLD."author_id")::text, 'null') || ',' || '"author_kind":' || coalesce(to_json(OLD."author_kind")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(OLD."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(OLD."batch_number")::text, 'null') || ',' || '"changes":' || coalesce(to_json(OLD."changes")::text, 'null') || ',' || '"checks":' || coalesce(to_json(OLD."checks")::text, 'null') || ',' || '"compare_hour":' || coalesce(OLD."compare_hour"::text, 'null') || ',' || '"decided_at":' || coalesce(OLD."decided_at"::text, 'null') || ',' || '"decided_by":' || coalesce(to_json(OLD."decided_by")::text, 'null') || ',' || '"decided_signature_id":' || coalesce(to_json(OLD."decided_signature_id")::text, 'null') || ',' || '"digest":' || coalesce(to_json(OLD."digest")::text, 'null') || ',' || '"do_nothing":' || coalesce(to_json(OLD."do_nothing")::text, 'null') || ',' || '"expires_at":' || coalesce(OLD."expires_at"::text, 'null') || ',' || '"fault_cost":' || coalesce(to_json(OLD."fault_cost")::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(OLD."instance_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(OLD."outcome")::text, 'null') || ',' || '"predicted":' || coalesce(to_json(OLD."predicted")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"rationale":' || coalesce(to_json(OLD."rationale")::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"scenarios":' || coalesce(to_json(OLD."scenarios")::text, 'null') || ',' || '"state":' || coalesce(to_json(OLD."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(OLD."state_reason")::text, 'null') || ',' || '"submitted_by":' || coalesce(to_json(OLD."submitted_by")::text, 'null') || ',' || '"submitted_signature_id":' || coalesce(to_json(OLD."submitted_signature_id")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_twin_proposal_entry() FROM PUBLIC

CREATE TRIGGER titer_twin_proposal_insert AFTER INSERT ON twin_proposal FOR EACH ROW EXECUTE FUNCTION titer_twin_proposal_entry()

ALTER TABLE twin_proposal ENABLE ALWAYS TRIGGER titer_twin_proposal_insert

CREATE TRIGGER titer_twin_proposal_update AFTER UPDATE ON twin_proposal FOR EACH ROW EXECUTE FUNCTION titer_twin_proposal_entry()

ALTER TABLE twin_proposal ENABLE ALWAYS TRIGGER titer_twin_proposal_update

CREATE TRIGGER titer_twin_proposal_delete AFTER DELETE ON twin_proposal FOR EACH ROW EXECUTE FUNCTION titer_twin_proposal_entry()

ALTER TABLE twin_proposal ENABLE ALWAYS TRIGGER titer_twin_proposal_delete

CREATE TRIGGER titer_twin_proposal_no_truncate BEFORE TRUNCATE ON twin_proposal FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE twin_proposal ENABLE ALWAYS TRIGGER titer_twin_proposal_no_truncate

CREATE OR REPLACE FUNCTION titer_twin_replay_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('twin_replay', NEW.id, NEW.version, NULL, '{' || '"after":' || coalesce(to_json(NEW."after")::text, 'null') || ',' || '"before":' || coalesce(to_json(NEW."before")::text, 'null') || ',' || '"belief_digest":' || coalesce(to_json(NEW."belief_digest")::text, 'null') || ',' || '"cause":' || coalesce(to_json(NEW."cause")::text, 'null') || ',' || '"from_hour":' || coalesce(NEW."from_hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(NEW."instance_id")::text, 'null') || ',' || '"known_through":' || coalesce(to_json(NEW."known_through")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"to_hour":' || coalesce(NEW."to_hour"::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: twin_replay.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('twin_replay', NEW.id, NEW.version, '{' || '"after":' || coalesce(to_json(OLD."after")::text, 'null') || ',' || '"before":' || coalesce(to_json(OLD."before")::text, 'null') || ',' || '"belief_digest":' || coalesce(to_json(OLD."belief_digest")::text, 'null') || ',' || '"cause":' || coalesce(to_json(OLD."cause")::text, 'null') || ',' || '"from_hour":' || coalesce(OLD."from_hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(OLD."instance_id")::text, 'null') || ',' || '"known_through":' || coalesce(to_json(OLD."known_through")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"to_hour":' || coalesce(OLD."to_hour"::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"after":' || coalesce(to_json(NEW."after")::text, 'null') || ',' || '"before":' || coalesce(to_json(NEW."before")::text, 'null') || ',' || '"belief_digest":' || coalesce(to_json(NEW."belief_digest")::text, 'null') || ',' || '"cause":' || coalesce(to_json(NEW."cause")::text, 'null') || ',' || '"from_hour":' || coalesce(NEW."from_hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(NEW."instance_id")::text, 'null') || ',' || '"known_through":' || coalesce(to_json(NEW."known_through")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"to_hour":' || coalesce(NEW."to_hour"::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('twin_replay', OLD.id, OLD.version + 1, '{' || '"after":' || coalesce(to_json(OLD."after")::text, 'null') || ',' || '"before":' || coalesce(to_json(OLD."before")::text, 'null') || ',' || '"belief_digest":' || coalesce(to_json(OLD."belief_digest")::text, 'null') || ',' || '"cause":' || coalesce(to_json(OLD."cause")::text, 'null') || ',' || '"from_hour":' || coalesce(OLD."from_hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(OLD."instance_id")::text, 'null') || ',' || '"known_through":' || coalesce(to_json(OLD."known_through")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"to_hour":' || coalesce(OLD."to_hour"::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_twin_replay_entry() FROM PUBLIC

CREATE TRIGGER titer_twin_replay_insert AFTER INSERT ON twin_replay FOR EACH ROW EXECUTE FUNCTION titer_twin_replay_entry()

ALTER TABLE twin_replay ENABLE ALWAYS TRIGGER titer_twin_replay_insert

CREATE TRIGGER titer_twin_replay_no_update BEFORE UPDATE ON twin_replay FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_replay ENABLE ALWAYS TRIGGER titer_twin_replay_no_update

CREATE TRIGGER titer_twin_replay_no_delete BEFORE DELETE ON twin_replay FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_replay ENABLE ALWAYS TRIGGER titer_twin_replay_no_delete

CREATE TRIGGER titer_twin_replay_no_truncate BEFORE TRUNCATE ON twin_replay FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_replay ENABLE ALWAYS TRIGGER titer_twin_replay_no_truncate

CREATE OR REPLACE FUNCTION titer_twin_scenario_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('twin_scenario', NEW.id, NEW.version, NULL, '{' || '"hour":' || coalesce(NEW."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(NEW."instance_id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"known_through":' || coalesce(to_json(NEW."known_through")::text, 'null') || ',' || '"model_digest":' || coalesce(to_json(NEW."model_digest")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"order":' || coalesce(to_json(NEW."order")::text, 'null') || ',' || '"order_digest":' || coalesce(to_json(NEW."order_digest")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"result":' || coalesce(to_json(NEW."result")::text, 'null') || ',' || '"result_digest":' || coalesce(to_json(NEW."result_digest")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: twin_scenario.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('twin_scenario', NEW.id, NEW.version, '{' || '"hour":' || coalesce(OLD."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(OLD."instance_id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"known_through":' || coalesce(to_json(OLD."known_through")::text, 'null') || ',' || '"model_digest":' || coalesce(to_json(OLD."model_digest")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"order":' || coalesce(to_json(OLD."order")::text, 'null') || ',' || '"order_digest":' || coalesce(to_json(OLD."order_digest")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"result":' || coalesce(to_json(OLD."result")::text, 'null') || ',' || '"result_digest":' || coalesce(to_json(OLD."result_digest")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"hour":' || coalesce(NEW."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(NEW."instance_id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(NEW."kind")::text, 'null') || ',' || '"known_through":' || coalesce(to_json(NEW."known_through")::text, 'null') || ',' || '"model_digest":' || coalesce(to_json(NEW."model_digest")::text, 'null') || ',' || '"number":' || coalesce(to_json(NEW."number")::text, 'null') || ',' || '"order":' || coalesce(to_json(NEW."order")::text, 'null') || ',' || '"order_digest":' || coalesce(to_json(NEW."order_digest")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"result":' || coalesce(to_json(NEW."result")::text, 'null') || ',' || '"result_digest":' || coalesce(to_json(NEW."result_digest")::text, 'null') || ',' || '"title":' || coalesce(to_json(NEW."title")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('twin_scenario', OLD.id, OLD.version + 1, '{' || '"hour":' || coalesce(OLD."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(OLD."instance_id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(OLD."kind")::text, 'null') || ',' || '"known_through":' || coalesce(to_json(OLD."known_through")::text, 'null') || ',' || '"model_digest":' || coalesce(to_json(OLD."model_digest")::text, 'null') || ',' || '"number":' || coalesce(to_json(OLD."number")::text, 'null') || ',' || '"order":' || coalesce(to_json(OLD."order")::text, 'null') || ',' || '"order_digest":' || coalesce(to_json(OLD."order_digest")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"result":' || coalesce(to_json(OLD."result")::text, 'null') || ',' || '"result_digest":' || coalesce(to_json(OLD."result_digest")::text, 'null') || ',' || '"title":' || coalesce(to_json(OLD."title")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_twin_scenario_entry() FROM PUBLIC

CREATE TRIGGER titer_twin_scenario_insert AFTER INSERT ON twin_scenario FOR EACH ROW EXECUTE FUNCTION titer_twin_scenario_entry()

ALTER TABLE twin_scenario ENABLE ALWAYS TRIGGER titer_twin_scenario_insert

CREATE TRIGGER titer_twin_scenario_no_update BEFORE UPDATE ON twin_scenario FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_scenario ENABLE ALWAYS TRIGGER titer_twin_scenario_no_update

CREATE TRIGGER titer_twin_scenario_no_delete BEFORE DELETE ON twin_scenario FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_scenario ENABLE ALWAYS TRIGGER titer_twin_scenario_no_delete

CREATE TRIGGER titer_twin_scenario_no_truncate BEFORE TRUNCATE ON twin_scenario FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_scenario ENABLE ALWAYS TRIGGER titer_twin_scenario_no_truncate

CREATE OR REPLACE FUNCTION titer_twin_snapshot_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  IF coalesce(current_setting('titer.action', true), '') = '' THEN RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written'; END IF;
  IF TG_OP = 'INSERT' THEN
  IF NEW.version <> 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  PERFORM titer_entry('twin_snapshot', NEW.id, NEW.version, NULL, '{' || '"belief_digest":' || coalesce(to_json(NEW."belief_digest")::text, 'null') || ',' || '"hour":' || coalesce(NEW."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(NEW."instance_id")::text, 'null') || ',' || '"knowledge_digest":' || coalesce(to_json(NEW."knowledge_digest")::text, 'null') || ',' || '"known_at":' || coalesce(NEW."known_at"::text, 'null') || ',' || '"known_through":' || coalesce(to_json(NEW."known_through")::text, 'null') || ',' || '"outputs":' || coalesce(to_json(NEW."outputs")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"states":' || coalesce(to_json(NEW."states")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSIF TG_OP = 'UPDATE' THEN
  IF NEW."id" IS DISTINCT FROM OLD."id" THEN RAISE EXCEPTION USING MESSAGE = 'titer: twin_snapshot.id keeps its first value'; END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  PERFORM titer_entry('twin_snapshot', NEW.id, NEW.version, '{' || '"belief_digest":' || coalesce(to_json(OLD."belief_digest")::text, 'null') || ',' || '"hour":' || coalesce(OLD."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(OLD."instance_id")::text, 'null') || ',' || '"knowledge_digest":' || coalesce(to_json(OLD."knowledge_digest")::text, 'null') || ',' || '"known_at":' || coalesce(OLD."known_at"::text, 'null') || ',' || '"known_through":' || coalesce(to_json(OLD."known_through")::text, 'null') || ',' || '"outputs":' || coalesce(to_json(OLD."outputs")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"states":' || coalesce(to_json(OLD."states")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', '{' || '"belief_digest":' || coalesce(to_json(NEW."belief_digest")::text, 'null') || ',' || '"hour":' || coalesce(NEW."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(NEW."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(NEW."instance_id")::text, 'null') || ',' || '"knowledge_digest":' || coalesce(to_json(NEW."knowledge_digest")::text, 'null') || ',' || '"known_at":' || coalesce(NEW."known_at"::text, 'null') || ',' || '"known_through":' || coalesce(to_json(NEW."known_through")::text, 'null') || ',' || '"outputs":' || coalesce(to_json(NEW."outputs")::text, 'null') || ',' || '"process_at":' || coalesce(NEW."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(NEW."recorded_at"::text, 'null') || ',' || '"states":' || coalesce(to_json(NEW."states")::text, 'null') || ',' || '"version":' || coalesce(NEW."version"::text, 'null') || '}');
  ELSE
  PERFORM titer_entry('twin_snapshot', OLD.id, OLD.version + 1, '{' || '"belief_digest":' || coalesce(to_json(OLD."belief_digest")::text, 'null') || ',' || '"hour":' || coalesce(OLD."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(OLD."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(OLD."instance_id")::text, 'null') || ',' || '"knowledge_digest":' || coalesce(to_json(OLD."knowledge_digest")::text, 'null') || ',' || '"known_at":' || coalesce(OLD."known_at"::text, 'null') || ',' || '"known_through":' || coalesce(to_json(OLD."known_through")::text, 'null') || ',' || '"outputs":' || coalesce(to_json(OLD."outputs")::text, 'null') || ',' || '"process_at":' || coalesce(OLD."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(OLD."recorded_at"::text, 'null') || ',' || '"states":' || coalesce(to_json(OLD."states")::text, 'null') || ',' || '"version":' || coalesce(OLD."version"::text, 'null') || '}', NULL);
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_twin_snapshot_entry() FROM PUBLIC

CREATE TRIGGER titer_twin_snapshot_insert AFTER INSERT ON twin_snapshot FOR EACH ROW EXECUTE FUNCTION titer_twin_snapshot_entry()

ALTER TABLE twin_snapshot ENABLE ALWAYS TRIGGER titer_twin_snapshot_insert

CREATE TRIGGER titer_twin_snapshot_no_update BEFORE UPDATE ON twin_snapshot FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_snapshot ENABLE ALWAYS TRIGGER titer_twin_snapshot_no_update

CREATE TRIGGER titer_twin_snapshot_no_delete BEFORE DELETE ON twin_snapshot FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_snapshot ENABLE ALWAYS TRIGGER titer_twin_snapshot_no_delete

CREATE TRIGGER titer_twin_snapshot_no_truncate BEFORE TRUNCATE ON twin_snapshot FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_snapshot ENABLE ALWAYS TRIGGER titer_twin_snapshot_no_truncate

CREATE FUNCTION titer_entry(kind text, record_id text, version bigint, before text, after text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
DECLARE
  stated text := coalesce(current_setting('titer.action', true), '');
  xact text := pg_current_xact_id()::text;
  proof text;
  part text[];
  mix text;
BEGIN
  SELECT encode(sha256(outer_pad || sha256(inner_pad || convert_to(xact || substr(stated, 65), 'UTF8'))), 'hex')
    INTO proof FROM titer_action_key;
  IF proof IS NULL OR proof <> substr(stated, 1, 64) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the open action was not opened by this installation';
  END IF;
  part := string_to_array(substr(stated, 66), chr(31));
  mix := encode(sha256(convert_to(part[1] || chr(31) || kind || chr(31) || record_id || chr(31) || version, 'UTF8')),
    'hex');
  INSERT INTO ledger_entry(body) VALUES (
    part[2] || coalesce(after, 'null') || ',"before":' || coalesce(before, 'null') || part[3]
    || substr(part[1], 1, 14) || '7' || substr(mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(mix, 4, 1)) & 3), 1) || substr(mix, 5, 3)
    || '-' || substr(mix, 8, 12)
    || part[4] || to_json(record_id) || ',"record_type":"' || kind || '"' || part[5] || version || '}');
END $titer$

CREATE FUNCTION titer_entry_columns() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
DECLARE
  said jsonb := NEW.body::jsonb;
BEGIN
  NEW.id := said ->> 'id';
  NEW.action := said ->> 'action';
  NEW.record_type := said ->> 'record_type';
  NEW.record_id := said ->> 'record_id';
  NEW.record_version := (said ->> 'version')::bigint;
  RETURN NEW;
END $titer$

CREATE TRIGGER ledger_entry_columns BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION titer_entry_columns()

ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_columns

CREATE FUNCTION titer_next_message() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  NEW.position := coalesce((SELECT max(position) FROM record_outbox), 0) + 1;
  RETURN NEW;
END $titer$

CREATE TRIGGER titer_record_outbox_number BEFORE INSERT ON record_outbox FOR EACH ROW EXECUTE FUNCTION titer_next_message()

ALTER TABLE record_outbox ENABLE ALWAYS TRIGGER titer_record_outbox_number

REVOKE ALL ON FUNCTION titer_refuse(), titer_next_message(), titer_entry_columns(), titer_entry(text, text, bigint, text, text) FROM PUBLIC

REVOKE ALL ON TABLE titer_action_key FROM PUBLIC
