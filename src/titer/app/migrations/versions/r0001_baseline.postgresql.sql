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

CREATE TABLE equipment_certificate (
	fingerprint VARCHAR COLLATE "C" NOT NULL,
	thumbprint VARCHAR COLLATE "C" NOT NULL,
	der VARCHAR COLLATE "C" NOT NULL,
	subject VARCHAR COLLATE "C" NOT NULL,
	issuer VARCHAR COLLATE "C" NOT NULL,
	serial VARCHAR COLLATE "C" NOT NULL,
	valid_from BIGINT NOT NULL,
	valid_until BIGINT NOT NULL,
	application_uri VARCHAR COLLATE "C" NOT NULL,
	names VARCHAR COLLATE "C" NOT NULL,
	key VARCHAR COLLATE "C" NOT NULL,
	authority BOOLEAN NOT NULL,
	host VARCHAR COLLATE "C" NOT NULL,
	connection VARCHAR COLLATE "C" NOT NULL,
	address VARCHAR COLLATE "C" NOT NULL,
	calls_itself VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	decided_by VARCHAR COLLATE "C" NOT NULL,
	decided_at BIGINT,
	reason VARCHAR COLLATE "C" NOT NULL,
	expiry_told VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_equipment_certificate PRIMARY KEY (id),
	CONSTRAINT uq_equipment_certificate_fingerprint UNIQUE (fingerprint)
)

CREATE INDEX ix_equipment_certificate_state ON equipment_certificate (state)

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
	certificate VARCHAR COLLATE "C" NOT NULL,
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

CREATE TABLE equipment_question (
	id VARCHAR COLLATE "C" NOT NULL,
	host VARCHAR COLLATE "C" NOT NULL,
	type VARCHAR COLLATE "C" NOT NULL,
	kind VARCHAR COLLATE "C" NOT NULL,
	about VARCHAR COLLATE "C" NOT NULL,
	settings VARCHAR COLLATE "C" NOT NULL,
	asked_by VARCHAR COLLATE "C" NOT NULL,
	asked_at BIGINT NOT NULL,
	asked_mac BYTEA NOT NULL,
	handed_at BIGINT,
	answered_at BIGINT,
	answer VARCHAR COLLATE "C",
	problem VARCHAR COLLATE "C",
	answered_mac BYTEA,
	CONSTRAINT pk_equipment_question PRIMARY KEY (id)
)

CREATE INDEX ix_equipment_question_host ON equipment_question (host)

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

CREATE TABLE govern_alcoa_run (
	ran_at BIGINT NOT NULL,
	sentence VARCHAR COLLATE "C" NOT NULL,
	principles VARCHAR COLLATE "C" NOT NULL,
	kept_by VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_govern_alcoa_run PRIMARY KEY (id)
)

CREATE INDEX ix_govern_alcoa_run_ran_at ON govern_alcoa_run (ran_at)

CREATE TABLE historian_import (
	digest VARCHAR COLLATE "C" NOT NULL,
	file_name VARCHAR COLLATE "C" NOT NULL,
	size BIGINT NOT NULL,
	layout VARCHAR COLLATE "C" NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	tags VARCHAR COLLATE "C" NOT NULL,
	start_us BIGINT,
	end_us BIGINT,
	row_count BIGINT NOT NULL,
	found_count BIGINT,
	conflict_count BIGINT,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_historian_import PRIMARY KEY (id),
	CONSTRAINT uq_historian_import_digest UNIQUE (digest)
)

CREATE TABLE historian_kept (
	tag VARCHAR COLLATE "C" NOT NULL,
	retention VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_historian_kept PRIMARY KEY (id),
	CONSTRAINT uq_historian_kept_tag UNIQUE (tag)
)

CREATE INDEX ix_historian_kept_retention ON historian_kept (retention)

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

CREATE TABLE historian_object (
	digest VARCHAR COLLATE "C" NOT NULL,
	stored_us BIGINT NOT NULL,
	CONSTRAINT pk_historian_object PRIMARY KEY (digest)
)

CREATE TABLE historian_retention (
	name VARCHAR COLLATE "C" NOT NULL,
	years BIGINT NOT NULL,
	basis VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_historian_retention PRIMARY KEY (id),
	CONSTRAINT uq_historian_retention_name UNIQUE (name)
)

CREATE TABLE historian_retired (
	digest VARCHAR COLLATE "C" NOT NULL,
	retention VARCHAR COLLATE "C" NOT NULL,
	years BIGINT NOT NULL,
	basis VARCHAR COLLATE "C" NOT NULL,
	due BIGINT NOT NULL,
	rollups VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_historian_retired PRIMARY KEY (id),
	CONSTRAINT uq_historian_retired_digest UNIQUE (digest)
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
	kind VARCHAR COLLATE "C" NOT NULL,
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
	number BIGINT NOT NULL,
	note VARCHAR COLLATE "C" NOT NULL,
	sealed_at BIGINT NOT NULL,
	witnessed BOOLEAN NOT NULL,
	CONSTRAINT pk_ledger_checkpoint PRIMARY KEY (tree_size),
	CONSTRAINT uq_ledger_checkpoint_number UNIQUE (number)
)

CREATE TABLE ledger_cosignature (
	witness VARCHAR COLLATE "C" NOT NULL,
	tree_size BIGINT NOT NULL,
	kind VARCHAR COLLATE "C" NOT NULL,
	answer VARCHAR COLLATE "C" NOT NULL,
	received_at BIGINT NOT NULL,
	CONSTRAINT pk_ledger_cosignature PRIMARY KEY (witness, tree_size)
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

CREATE TABLE ledger_node (
	level BIGINT NOT NULL,
	position BIGINT NOT NULL,
	hash BYTEA NOT NULL,
	CONSTRAINT pk_ledger_node PRIMARY KEY (level, position)
)

CREATE TABLE ledger_tally (
	last_seq BIGINT NOT NULL,
	first_seq BIGINT NOT NULL,
	entries BIGINT NOT NULL,
	messages BIGINT NOT NULL,
	entries_mac BYTEA NOT NULL,
	messages_mac BYTEA,
	CONSTRAINT pk_ledger_tally PRIMARY KEY (last_seq)
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
	number VARCHAR COLLATE "C" NOT NULL,
	subject_type VARCHAR COLLATE "C" NOT NULL,
	subject_id VARCHAR COLLATE "C" NOT NULL,
	subject_name VARCHAR COLLATE "C" NOT NULL,
	batch_id VARCHAR COLLATE "C",
	period_from BIGINT,
	period_to BIGINT,
	from_seq BIGINT NOT NULL,
	upto_seq BIGINT NOT NULL,
	entries BIGINT NOT NULL,
	population VARCHAR COLLATE "C" NOT NULL,
	ruleset_version BIGINT NOT NULL,
	ruleset_digest VARCHAR COLLATE "C" NOT NULL,
	seed BIGINT NOT NULL,
	sampled VARCHAR COLLATE "C" NOT NULL,
	flagged VARCHAR COLLATE "C" NOT NULL,
	opened_at BIGINT NOT NULL,
	due_at BIGINT NOT NULL,
	state VARCHAR COLLATE "C" NOT NULL,
	outcome VARCHAR COLLATE "C",
	comment VARCHAR COLLATE "C",
	reviewer_id VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_quality_audit_trail_review PRIMARY KEY (id),
	CONSTRAINT uq_quality_audit_trail_review_number UNIQUE (number)
)

CREATE INDEX ix_quality_audit_trail_review_batch_id ON quality_audit_trail_review (batch_id)

CREATE INDEX ix_quality_audit_trail_review_subject_id ON quality_audit_trail_review (subject_id)

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

CREATE TABLE quality_trail_look (
	review_id VARCHAR COLLATE "C" NOT NULL,
	entry_id VARCHAR COLLATE "C" NOT NULL,
	verdict VARCHAR COLLATE "C" NOT NULL,
	note VARCHAR COLLATE "C" NOT NULL,
	person_id VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_quality_trail_look PRIMARY KEY (id)
)

CREATE INDEX ix_quality_trail_look_review_id ON quality_trail_look (review_id)

CREATE TABLE quality_trail_settings (
	number BIGINT NOT NULL,
	settings VARCHAR COLLATE "C" NOT NULL,
	set_by VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_quality_trail_settings PRIMARY KEY (id),
	CONSTRAINT uq_quality_trail_settings_number UNIQUE (number)
)

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

CREATE TABLE record_access_policy (
	minimum_length BIGINT NOT NULL,
	max_age_days BIGINT NOT NULL,
	history BIGINT NOT NULL,
	temporary_passwords BOOLEAN NOT NULL,
	max_failures BIGINT NOT NULL,
	idle_minutes BIGINT NOT NULL,
	session_minutes BIGINT NOT NULL,
	max_sessions BIGINT NOT NULL,
	factor_roles VARCHAR COLLATE "C" NOT NULL,
	factor_meanings VARCHAR COLLATE "C" NOT NULL,
	factor_robots BOOLEAN NOT NULL,
	proof_minutes BIGINT NOT NULL,
	recertify_days BIGINT NOT NULL,
	delegation_days BIGINT NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_access_policy PRIMARY KEY (id)
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

CREATE TABLE record_backup (
	file_name VARCHAR COLLATE "C" NOT NULL,
	place VARCHAR COLLATE "C" NOT NULL,
	digest VARCHAR COLLATE "C" NOT NULL,
	size BIGINT NOT NULL,
	tree_size BIGINT NOT NULL,
	root VARCHAR COLLATE "C" NOT NULL,
	encrypted VARCHAR COLLATE "C" NOT NULL,
	keys VARCHAR COLLATE "C" NOT NULL,
	taken_at BIGINT NOT NULL,
	seconds NUMERIC NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_backup PRIMARY KEY (id),
	CONSTRAINT uq_record_backup_digest UNIQUE (digest)
)

CREATE TABLE record_challenge (
	digest VARCHAR COLLATE "C" NOT NULL,
	purpose VARCHAR COLLATE "C" NOT NULL,
	bound_to VARCHAR COLLATE "C" NOT NULL,
	expires_at BIGINT NOT NULL,
	CONSTRAINT pk_record_challenge PRIMARY KEY (digest)
)

CREATE TABLE record_clock_step (
	stood_at BIGINT NOT NULL,
	went_to BIGINT NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_clock_step PRIMARY KEY (id)
)

CREATE TABLE record_competency_needed (
	verb VARCHAR COLLATE "C" NOT NULL,
	competency VARCHAR COLLATE "C" NOT NULL,
	active BOOLEAN NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_competency_needed PRIMARY KEY (id),
	CONSTRAINT uq_record_competency_needed_verb UNIQUE (verb, competency)
)

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

CREATE TABLE record_document_cert (
	fingerprint VARCHAR COLLATE "C" NOT NULL,
	subject VARCHAR COLLATE "C" NOT NULL,
	issuer VARCHAR COLLATE "C" NOT NULL,
	not_before BIGINT NOT NULL,
	not_after BIGINT NOT NULL,
	origin VARCHAR COLLATE "C" NOT NULL,
	chain VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_document_cert PRIMARY KEY (id),
	CONSTRAINT uq_record_document_cert_fingerprint UNIQUE (fingerprint)
)

CREATE TABLE record_drill (
	backup_digest VARCHAR COLLATE "C" NOT NULL,
	file_name VARCHAR COLLATE "C" NOT NULL,
	performed_by VARCHAR COLLATE "C" NOT NULL,
	started_at BIGINT NOT NULL,
	seconds NUMERIC NOT NULL,
	holds BOOLEAN NOT NULL,
	verdict VARCHAR COLLATE "C" NOT NULL,
	tree_size BIGINT NOT NULL,
	files BIGINT NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_drill PRIMARY KEY (id)
)

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

CREATE TABLE record_earlier_password (
	person_id VARCHAR COLLATE "C" NOT NULL,
	number BIGINT NOT NULL,
	secret VARCHAR COLLATE "C" NOT NULL,
	mac VARCHAR COLLATE "C" NOT NULL,
	CONSTRAINT pk_record_earlier_password PRIMARY KEY (person_id, number)
)

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

CREATE TABLE record_factor (
	person_id VARCHAR COLLATE "C" NOT NULL,
	kind VARCHAR COLLATE "C" NOT NULL,
	name VARCHAR COLLATE "C" NOT NULL,
	handle VARCHAR COLLATE "C",
	realm VARCHAR COLLATE "C",
	added_at BIGINT NOT NULL,
	confirmed_at BIGINT,
	used_at BIGINT,
	counter BIGINT NOT NULL,
	removed_at BIGINT,
	removed_because VARCHAR COLLATE "C",
	credential_mac VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_factor PRIMARY KEY (id),
	CONSTRAINT uq_record_factor_handle UNIQUE (handle)
)

CREATE INDEX ix_record_factor_person_id ON record_factor (person_id)

CREATE TABLE record_hold (
	subject_type VARCHAR COLLATE "C" NOT NULL,
	subject_id VARCHAR COLLATE "C" NOT NULL,
	subject_name VARCHAR COLLATE "C" NOT NULL,
	reason VARCHAR COLLATE "C" NOT NULL,
	placed_at BIGINT NOT NULL,
	placed_by VARCHAR COLLATE "C" NOT NULL,
	lifted_at BIGINT,
	lifted_by VARCHAR COLLATE "C",
	lifted_because VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_hold PRIMARY KEY (id)
)

CREATE INDEX ix_record_hold_subject_id ON record_hold (subject_id)

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

CREATE TABLE record_ledger_key (
	role VARCHAR COLLATE "C" NOT NULL,
	name VARCHAR COLLATE "C" NOT NULL,
	kind VARCHAR COLLATE "C" NOT NULL,
	verifier VARCHAR COLLATE "C" NOT NULL,
	from_size BIGINT NOT NULL,
	until_size BIGINT,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_ledger_key PRIMARY KEY (id),
	CONSTRAINT uq_record_ledger_key_verifier UNIQUE (verifier)
)

CREATE TABLE record_machine_token (
	name VARCHAR COLLATE "C" NOT NULL,
	scopes VARCHAR COLLATE "C" NOT NULL,
	host VARCHAR COLLATE "C",
	issued_at BIGINT NOT NULL,
	issued_by VARCHAR COLLATE "C" NOT NULL,
	expires_at BIGINT,
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

CREATE INDEX ix_record_outbox_entry_seq ON record_outbox (entry_seq)

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

CREATE TABLE record_policy_ack (
	person_id VARCHAR COLLATE "C" NOT NULL,
	policy_id VARCHAR COLLATE "C" NOT NULL,
	digest VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_policy_ack PRIMARY KEY (id),
	CONSTRAINT uq_record_policy_ack_person_id UNIQUE (person_id, policy_id)
)

CREATE INDEX ix_record_policy_ack_person_id ON record_policy_ack (person_id)

CREATE TABLE record_policy_text (
	number BIGINT NOT NULL,
	title VARCHAR COLLATE "C" NOT NULL,
	text VARCHAR COLLATE "C" NOT NULL,
	digest VARCHAR COLLATE "C" NOT NULL,
	effective_from BIGINT NOT NULL,
	issued_by VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_policy_text PRIMARY KEY (id),
	CONSTRAINT uq_record_policy_text_number UNIQUE (number)
)

CREATE TABLE record_provider_link (
	issuer VARCHAR COLLATE "C" NOT NULL,
	subject VARCHAR COLLATE "C" NOT NULL,
	person_id VARCHAR COLLATE "C" NOT NULL,
	linked_because VARCHAR COLLATE "C" NOT NULL,
	active BOOLEAN NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_provider_link PRIMARY KEY (id),
	CONSTRAINT uq_record_provider_link_issuer UNIQUE (issuer, subject, person_id)
)

CREATE INDEX ix_record_provider_link_person_id ON record_provider_link (person_id)

CREATE TABLE record_provider_log_in (
	state_hash VARCHAR COLLATE "C" NOT NULL,
	browser_hash VARCHAR COLLATE "C" NOT NULL,
	nonce VARCHAR COLLATE "C" NOT NULL,
	verifier VARCHAR COLLATE "C" NOT NULL,
	begun_at BIGINT NOT NULL,
	CONSTRAINT pk_record_provider_log_in PRIMARY KEY (state_hash)
)

CREATE INDEX ix_record_provider_log_in_begun_at ON record_provider_log_in (begun_at)

CREATE TABLE record_restore (
	backup_digest VARCHAR COLLATE "C" NOT NULL,
	file_name VARCHAR COLLATE "C" NOT NULL,
	tree_size BIGINT NOT NULL,
	root VARCHAR COLLATE "C" NOT NULL,
	witnessed_size BIGINT,
	witnessed_root VARCHAR COLLATE "C",
	lost BIGINT,
	statement VARCHAR COLLATE "C" NOT NULL,
	accepted_by VARCHAR COLLATE "C" NOT NULL,
	restored_at BIGINT NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_restore PRIMARY KEY (id)
)

CREATE TABLE record_retention (
	record_type VARCHAR COLLATE "C" NOT NULL,
	years BIGINT NOT NULL,
	start VARCHAR COLLATE "C" NOT NULL,
	basis VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_retention PRIMARY KEY (id),
	CONSTRAINT uq_record_retention_record_type UNIQUE (record_type)
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
	factors VARCHAR COLLATE "C" NOT NULL,
	terminal_id VARCHAR COLLATE "C",
	limited_to VARCHAR COLLATE "C",
	started_at BIGINT NOT NULL,
	ends_at BIGINT NOT NULL,
	idle_minutes BIGINT NOT NULL,
	ended_at BIGINT,
	ended_because VARCHAR COLLATE "C",
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_session PRIMARY KEY (id)
)

CREATE INDEX ix_record_session_person_id ON record_session (person_id)

CREATE TABLE record_session_seen (
	session_id VARCHAR COLLATE "C" NOT NULL,
	seen_at BIGINT NOT NULL,
	CONSTRAINT pk_record_session_seen PRIMARY KEY (session_id)
)

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

CREATE TABLE record_terminal (
	name VARCHAR COLLATE "C" NOT NULL,
	place VARCHAR COLLATE "C" NOT NULL,
	registered_at BIGINT NOT NULL,
	registered_by VARCHAR COLLATE "C" NOT NULL,
	revoked_at BIGINT,
	credential_mac VARCHAR COLLATE "C" NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_terminal PRIMARY KEY (id),
	CONSTRAINT uq_record_terminal_name UNIQUE (name)
)

CREATE TABLE record_token_use (
	token_id VARCHAR COLLATE "C" NOT NULL,
	used_at BIGINT NOT NULL,
	remote VARCHAR COLLATE "C" NOT NULL,
	CONSTRAINT pk_record_token_use PRIMARY KEY (token_id)
)

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

CREATE TABLE record_watched_ledger (
	origin VARCHAR COLLATE "C" NOT NULL,
	verifiers VARCHAR COLLATE "C" NOT NULL,
	active BOOLEAN NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_watched_ledger PRIMARY KEY (id),
	CONSTRAINT uq_record_watched_ledger_origin UNIQUE (origin)
)

CREATE TABLE record_witness_policy (
	required VARCHAR COLLATE "C" NOT NULL,
	quorum BIGINT NOT NULL,
	id VARCHAR COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	process_at BIGINT NOT NULL,
	CONSTRAINT pk_record_witness_policy PRIMARY KEY (id)
)

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

CREATE OR REPLACE FUNCTION titer_equipment_calibration_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_calibration', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_calibration"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_calibration' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"as_found":' || coalesce(to_json(n."as_found")::text, 'null') || ',' || '"as_left":' || coalesce(to_json(n."as_left")::text, 'null') || ',' || '"certificate_digest":' || coalesce(to_json(n."certificate_digest")::text, 'null') || ',' || '"due_at":' || coalesce(n."due_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"node_id":' || coalesce(to_json(n."node_id")::text, 'null') || ',' || '"performed_at":' || coalesce(n."performed_at"::text, 'null') || ',' || '"performed_by":' || coalesce(to_json(n."performed_by")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"result":' || coalesce(to_json(n."result")::text, 'null') || ',' || '"standard":' || coalesce(to_json(n."standard")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: equipment_calibration.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_calibration', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_calibration"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_calibration' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"as_found":' || coalesce(to_json(o."as_found")::text, 'null') || ',' || '"as_left":' || coalesce(to_json(o."as_left")::text, 'null') || ',' || '"certificate_digest":' || coalesce(to_json(o."certificate_digest")::text, 'null') || ',' || '"due_at":' || coalesce(o."due_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"node_id":' || coalesce(to_json(o."node_id")::text, 'null') || ',' || '"performed_at":' || coalesce(o."performed_at"::text, 'null') || ',' || '"performed_by":' || coalesce(to_json(o."performed_by")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"result":' || coalesce(to_json(o."result")::text, 'null') || ',' || '"standard":' || coalesce(to_json(o."standard")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"as_found":' || coalesce(to_json(n."as_found")::text, 'null') || ',' || '"as_left":' || coalesce(to_json(n."as_left")::text, 'null') || ',' || '"certificate_digest":' || coalesce(to_json(n."certificate_digest")::text, 'null') || ',' || '"due_at":' || coalesce(n."due_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"node_id":' || coalesce(to_json(n."node_id")::text, 'null') || ',' || '"performed_at":' || coalesce(n."performed_at"::text, 'null') || ',' || '"performed_by":' || coalesce(to_json(n."performed_by")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"result":' || coalesce(to_json(n."result")::text, 'null') || ',' || '"standard":' || coalesce(to_json(n."standard")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_calibration', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_calibration"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_calibration' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"as_found":' || coalesce(to_json(o."as_found")::text, 'null') || ',' || '"as_left":' || coalesce(to_json(o."as_left")::text, 'null') || ',' || '"certificate_digest":' || coalesce(to_json(o."certificate_digest")::text, 'null') || ',' || '"due_at":' || coalesce(o."due_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"node_id":' || coalesce(to_json(o."node_id")::text, 'null') || ',' || '"performed_at":' || coalesce(o."performed_at"::text, 'null') || ',' || '"performed_by":' || coalesce(to_json(o."performed_by")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"result":' || coalesce(to_json(o."result")::text, 'null') || ',' || '"standard":' || coalesce(to_json(o."standard")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_equipment_calibration_entry() FROM PUBLIC

CREATE TRIGGER titer_equipment_calibration_insert AFTER INSERT ON equipment_calibration REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_calibration_entry()

ALTER TABLE equipment_calibration ENABLE ALWAYS TRIGGER titer_equipment_calibration_insert

CREATE TRIGGER titer_equipment_calibration_no_update BEFORE UPDATE ON equipment_calibration FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE equipment_calibration ENABLE ALWAYS TRIGGER titer_equipment_calibration_no_update

CREATE TRIGGER titer_equipment_calibration_no_delete BEFORE DELETE ON equipment_calibration FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE equipment_calibration ENABLE ALWAYS TRIGGER titer_equipment_calibration_no_delete

CREATE TRIGGER titer_equipment_calibration_no_truncate BEFORE TRUNCATE ON equipment_calibration FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE equipment_calibration ENABLE ALWAYS TRIGGER titer_equipment_calibration_no_truncate

CREATE OR REPLACE FUNCTION titer_equipment_certificate_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_certificate', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_certificate"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_certificate' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"address":' || coalesce(to_json(n."address")::text, 'null') || ',' || '"application_uri":' || coalesce(to_json(n."application_uri")::text, 'null') || ',' || '"authority":' || coalesce(n."authority"::text, 'null') || ',' || '"calls_itself":' || coalesce(to_json(n."calls_itself")::text, 'null') || ',' || '"connection":' || coalesce(to_json(n."connection")::text, 'null') || ',' || '"decided_at":' || coalesce(n."decided_at"::text, 'null') || ',' || '"decided_by":' || coalesce(to_json(n."decided_by")::text, 'null') || ',' || '"der":' || coalesce(to_json(n."der")::text, 'null') || ',' || '"expiry_told":' || coalesce(to_json(n."expiry_told")::text, 'null') || ',' || '"fingerprint":' || coalesce(to_json(n."fingerprint")::text, 'null') || ',' || '"host":' || coalesce(to_json(n."host")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"issuer":' || coalesce(to_json(n."issuer")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"names":' || coalesce(to_json(n."names")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(n."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"serial":' || coalesce(to_json(n."serial")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"subject":' || coalesce(to_json(n."subject")::text, 'null') || ',' || '"thumbprint":' || coalesce(to_json(n."thumbprint")::text, 'null') || ',' || '"valid_from":' || coalesce(n."valid_from"::text, 'null') || ',' || '"valid_until":' || coalesce(n."valid_until"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."fingerprint" IS DISTINCT FROM o."fingerprint" THEN 'fingerprint'
    WHEN n."der" IS DISTINCT FROM o."der" THEN 'der'
    WHEN n."host" IS DISTINCT FROM o."host" THEN 'host'
    WHEN n."valid_until" IS DISTINCT FROM o."valid_until" THEN 'valid_until' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: equipment_certificate.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_certificate', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_certificate"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_certificate' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"address":' || coalesce(to_json(o."address")::text, 'null') || ',' || '"application_uri":' || coalesce(to_json(o."application_uri")::text, 'null') || ',' || '"authority":' || coalesce(o."authority"::text, 'null') || ',' || '"calls_itself":' || coalesce(to_json(o."calls_itself")::text, 'null') || ',' || '"connection":' || coalesce(to_json(o."connection")::text, 'null') || ',' || '"decided_at":' || coalesce(o."decided_at"::text, 'null') || ',' || '"decided_by":' || coalesce(to_json(o."decided_by")::text, 'null') || ',' || '"der":' || coalesce(to_json(o."der")::text, 'null') || ',' || '"expiry_told":' || coalesce(to_json(o."expiry_told")::text, 'null') || ',' || '"fingerprint":' || coalesce(to_json(o."fingerprint")::text, 'null') || ',' || '"host":' || coalesce(to_json(o."host")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"issuer":' || coalesce(to_json(o."issuer")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"names":' || coalesce(to_json(o."names")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(o."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"serial":' || coalesce(to_json(o."serial")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"subject":' || coalesce(to_json(o."subject")::text, 'null') || ',' || '"thumbprint":' || coalesce(to_json(o."thumbprint")::text, 'null') || ',' || '"valid_from":' || coalesce(o."valid_from"::text, 'null') || ',' || '"valid_until":' || coalesce(o."valid_until"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"address":' || coalesce(to_json(n."address")::text, 'null') || ',' || '"application_uri":' || coalesce(to_json(n."application_uri")::text, 'null') || ',' || '"authority":' || coalesce(n."authority"::text, 'null') || ',' || '"calls_itself":' || coalesce(to_json(n."calls_itself")::text, 'null') || ',' || '"connection":' || coalesce(to_json(n."connection")::text, 'null') || ',' || '"decided_at":' || coalesce(n."decided_at"::text, 'null') || ',' || '"decided_by":' || coalesce(to_json(n."decided_by")::text, 'null') || ',' || '"der":' || coalesce(to_json(n."der")::text, 'null') || ',' || '"expiry_told":' || coalesce(to_json(n."expiry_told")::text, 'null') || ',' || '"fingerprint":' || coalesce(to_json(n."fingerprint")::text, 'null') || ',' || '"host":' || coalesce(to_json(n."host")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"issuer":' || coalesce(to_json(n."issuer")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"names":' || coalesce(to_json(n."names")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(n."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"serial":' || coalesce(to_json(n."serial")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"subject":' || coalesce(to_json(n."subject")::text, 'null') || ',' || '"thumbprint":' || coalesce(to_json(n."thumbprint")::text, 'null') || ',' || '"valid_from":' || coalesce(n."valid_from"::text, 'null') || ',' || '"valid_until":' || coalesce(n."valid_until"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_certificate', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_certificate"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_certificate' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"address":' || coalesce(to_json(o."address")::text, 'null') || ',' || '"application_uri":' || coalesce(to_json(o."application_uri")::text, 'null') || ',' || '"authority":' || coalesce(o."authority"::text, 'null') || ',' || '"calls_itself":' || coalesce(to_json(o."calls_itself")::text, 'null') || ',' || '"connection":' || coalesce(to_json(o."connection")::text, 'null') || ',' || '"decided_at":' || coalesce(o."decided_at"::text, 'null') || ',' || '"decided_by":' || coalesce(to_json(o."decided_by")::text, 'null') || ',' || '"der":' || coalesce(to_json(o."der")::text, 'null') || ',' || '"expiry_told":' || coalesce(to_json(o."expiry_told")::text, 'null') || ',' || '"fingerprint":' || coalesce(to_json(o."fingerprint")::text, 'null') || ',' || '"host":' || coalesce(to_json(o."host")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"issuer":' || coalesce(to_json(o."issuer")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"names":' || coalesce(to_json(o."names")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(o."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"serial":' || coalesce(to_json(o."serial")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"subject":' || coalesce(to_json(o."subject")::text, 'null') || ',' || '"thumbprint":' || coalesce(to_json(o."thumbprint")::text, 'null') || ',' || '"valid_from":' || coalesce(o."valid_from"::text, 'null') || ',' || '"valid_until":' || coalesce(o."valid_until"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_equipment_certificate_entry() FROM PUBLIC

CREATE TRIGGER titer_equipment_certificate_insert AFTER INSERT ON equipment_certificate REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_certificate_entry()

ALTER TABLE equipment_certificate ENABLE ALWAYS TRIGGER titer_equipment_certificate_insert

CREATE TRIGGER titer_equipment_certificate_update AFTER UPDATE ON equipment_certificate REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_certificate_entry()

ALTER TABLE equipment_certificate ENABLE ALWAYS TRIGGER titer_equipment_certificate_update

CREATE TRIGGER titer_equipment_certificate_delete AFTER DELETE ON equipment_certificate REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_certificate_entry()

ALTER TABLE equipment_certificate ENABLE ALWAYS TRIGGER titer_equipment_certificate_delete

CREATE TRIGGER titer_equipment_certificate_no_truncate BEFORE TRUNCATE ON equipment_certificate FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE equipment_certificate ENABLE ALWAYS TRIGGER titer_equipment_certificate_no_truncate

CREATE OR REPLACE FUNCTION titer_equipment_channel_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_channel', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_channel"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_channel' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"active":' || coalesce(n."active"::text, 'null') || ',' || '"address":' || coalesce(to_json(n."address")::text, 'null') || ',' || '"alarm_high":' || coalesce('"' || n."alarm_high"::text || '"', 'null') || ',' || '"alarm_low":' || coalesce('"' || n."alarm_low"::text || '"', 'null') || ',' || '"connection_id":' || coalesce(to_json(n."connection_id")::text, 'null') || ',' || '"description":' || coalesce(to_json(n."description")::text, 'null') || ',' || '"high":' || coalesce('"' || n."high"::text || '"', 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"low":' || coalesce('"' || n."low"::text || '"', 'null') || ',' || '"node_code":' || coalesce(to_json(n."node_code")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"resolution":' || coalesce('"' || n."resolution"::text || '"', 'null') || ',' || '"settings":' || coalesce(to_json(n."settings")::text, 'null') || ',' || '"tag":' || coalesce(to_json(n."tag")::text, 'null') || ',' || '"unit":' || coalesce(to_json(n."unit")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || ',' || '"writable":' || coalesce(n."writable"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."tag" IS DISTINCT FROM o."tag" THEN 'tag' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: equipment_channel.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_channel', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_channel"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_channel' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"active":' || coalesce(o."active"::text, 'null') || ',' || '"address":' || coalesce(to_json(o."address")::text, 'null') || ',' || '"alarm_high":' || coalesce('"' || o."alarm_high"::text || '"', 'null') || ',' || '"alarm_low":' || coalesce('"' || o."alarm_low"::text || '"', 'null') || ',' || '"connection_id":' || coalesce(to_json(o."connection_id")::text, 'null') || ',' || '"description":' || coalesce(to_json(o."description")::text, 'null') || ',' || '"high":' || coalesce('"' || o."high"::text || '"', 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"low":' || coalesce('"' || o."low"::text || '"', 'null') || ',' || '"node_code":' || coalesce(to_json(o."node_code")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"resolution":' || coalesce('"' || o."resolution"::text || '"', 'null') || ',' || '"settings":' || coalesce(to_json(o."settings")::text, 'null') || ',' || '"tag":' || coalesce(to_json(o."tag")::text, 'null') || ',' || '"unit":' || coalesce(to_json(o."unit")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || ',' || '"writable":' || coalesce(o."writable"::text, 'null') || '}' AS before, '{' || '"active":' || coalesce(n."active"::text, 'null') || ',' || '"address":' || coalesce(to_json(n."address")::text, 'null') || ',' || '"alarm_high":' || coalesce('"' || n."alarm_high"::text || '"', 'null') || ',' || '"alarm_low":' || coalesce('"' || n."alarm_low"::text || '"', 'null') || ',' || '"connection_id":' || coalesce(to_json(n."connection_id")::text, 'null') || ',' || '"description":' || coalesce(to_json(n."description")::text, 'null') || ',' || '"high":' || coalesce('"' || n."high"::text || '"', 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"low":' || coalesce('"' || n."low"::text || '"', 'null') || ',' || '"node_code":' || coalesce(to_json(n."node_code")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"resolution":' || coalesce('"' || n."resolution"::text || '"', 'null') || ',' || '"settings":' || coalesce(to_json(n."settings")::text, 'null') || ',' || '"tag":' || coalesce(to_json(n."tag")::text, 'null') || ',' || '"unit":' || coalesce(to_json(n."unit")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || ',' || '"writable":' || coalesce(n."writable"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_channel', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_channel"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_channel' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"active":' || coalesce(o."active"::text, 'null') || ',' || '"address":' || coalesce(to_json(o."address")::text, 'null') || ',' || '"alarm_high":' || coalesce('"' || o."alarm_high"::text || '"', 'null') || ',' || '"alarm_low":' || coalesce('"' || o."alarm_low"::text || '"', 'null') || ',' || '"connection_id":' || coalesce(to_json(o."connection_id")::text, 'null') || ',' || '"description":' || coalesce(to_json(o."description")::text, 'null') || ',' || '"high":' || coalesce('"' || o."high"::text || '"', 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"low":' || coalesce('"' || o."low"::text || '"', 'null') || ',' || '"node_code":' || coalesce(to_json(o."node_code")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"resolution":' || coalesce('"' || o."resolution"::text || '"', 'null') || ',' || '"settings":' || coalesce(to_json(o."settings")::text, 'null') || ',' || '"tag":' || coalesce(to_json(o."tag")::text, 'null') || ',' || '"unit":' || coalesce(to_json(o."unit")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || ',' || '"writable":' || coalesce(o."writable"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_equipment_channel_entry() FROM PUBLIC

CREATE TRIGGER titer_equipment_channel_insert AFTER INSERT ON equipment_channel REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_channel_entry()

ALTER TABLE equipment_channel ENABLE ALWAYS TRIGGER titer_equipment_channel_insert

CREATE TRIGGER titer_equipment_channel_update AFTER UPDATE ON equipment_channel REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_channel_entry()

ALTER TABLE equipment_channel ENABLE ALWAYS TRIGGER titer_equipment_channel_update

CREATE TRIGGER titer_equipment_channel_delete AFTER DELETE ON equipment_channel REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_channel_entry()

ALTER TABLE equipment_channel ENABLE ALWAYS TRIGGER titer_equipment_channel_delete

CREATE TRIGGER titer_equipment_channel_no_truncate BEFORE TRUNCATE ON equipment_channel FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE equipment_channel ENABLE ALWAYS TRIGGER titer_equipment_channel_no_truncate

CREATE OR REPLACE FUNCTION titer_equipment_command_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_command', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_command"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_command' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"cause":' || coalesce(to_json(n."cause")::text, 'null') || ',' || '"completed_at":' || coalesce(n."completed_at"::text, 'null') || ',' || '"connection":' || coalesce(to_json(n."connection")::text, 'null') || ',' || '"deadline":' || coalesce(n."deadline"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"message":' || coalesce(to_json(n."message")::text, 'null') || ',' || '"parameters":' || coalesce(to_json(n."parameters")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"readback":' || coalesce(to_json(n."readback")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"requested_at":' || coalesce(n."requested_at"::text, 'null') || ',' || '"responses":' || coalesce(to_json(n."responses")::text, 'null') || ',' || '"source_time":' || coalesce(n."source_time"::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"target":' || coalesce(to_json(n."target")::text, 'null') || ',' || '"unit":' || coalesce(to_json(n."unit")::text, 'null') || ',' || '"value":' || coalesce(to_json(n."value")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."key" IS DISTINCT FROM o."key" THEN 'key'
    WHEN n."connection" IS DISTINCT FROM o."connection" THEN 'connection'
    WHEN n."kind" IS DISTINCT FROM o."kind" THEN 'kind'
    WHEN n."target" IS DISTINCT FROM o."target" THEN 'target'
    WHEN n."value" IS DISTINCT FROM o."value" THEN 'value'
    WHEN n."unit" IS DISTINCT FROM o."unit" THEN 'unit'
    WHEN n."parameters" IS DISTINCT FROM o."parameters" THEN 'parameters'
    WHEN n."cause" IS DISTINCT FROM o."cause" THEN 'cause' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: equipment_command.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_command', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_command"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_command' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"cause":' || coalesce(to_json(o."cause")::text, 'null') || ',' || '"completed_at":' || coalesce(o."completed_at"::text, 'null') || ',' || '"connection":' || coalesce(to_json(o."connection")::text, 'null') || ',' || '"deadline":' || coalesce(o."deadline"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"message":' || coalesce(to_json(o."message")::text, 'null') || ',' || '"parameters":' || coalesce(to_json(o."parameters")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"readback":' || coalesce(to_json(o."readback")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"requested_at":' || coalesce(o."requested_at"::text, 'null') || ',' || '"responses":' || coalesce(to_json(o."responses")::text, 'null') || ',' || '"source_time":' || coalesce(o."source_time"::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"target":' || coalesce(to_json(o."target")::text, 'null') || ',' || '"unit":' || coalesce(to_json(o."unit")::text, 'null') || ',' || '"value":' || coalesce(to_json(o."value")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"cause":' || coalesce(to_json(n."cause")::text, 'null') || ',' || '"completed_at":' || coalesce(n."completed_at"::text, 'null') || ',' || '"connection":' || coalesce(to_json(n."connection")::text, 'null') || ',' || '"deadline":' || coalesce(n."deadline"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"message":' || coalesce(to_json(n."message")::text, 'null') || ',' || '"parameters":' || coalesce(to_json(n."parameters")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"readback":' || coalesce(to_json(n."readback")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"requested_at":' || coalesce(n."requested_at"::text, 'null') || ',' || '"responses":' || coalesce(to_json(n."responses")::text, 'null') || ',' || '"source_time":' || coalesce(n."source_time"::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"target":' || coalesce(to_json(n."target")::text, 'null') || ',' || '"unit":' || coalesce(to_json(n."unit")::text, 'null') || ',' || '"value":' || coalesce(to_json(n."value")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_command', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_command"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_command' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"cause":' || coalesce(to_json(o."cause")::text, 'null') || ',' || '"completed_at":' || coalesce(o."completed_at"::text, 'null') || ',' || '"connection":' || coalesce(to_json(o."connection")::text, 'null') || ',' || '"deadline":' || coalesce(o."deadline"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"message":' || coalesce(to_json(o."message")::text, 'null') || ',' || '"parameters":' || coalesce(to_json(o."parameters")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"readback":' || coalesce(to_json(o."readback")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"requested_at":' || coalesce(o."requested_at"::text, 'null') || ',' || '"responses":' || coalesce(to_json(o."responses")::text, 'null') || ',' || '"source_time":' || coalesce(o."source_time"::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"target":' || coalesce(to_json(o."target")::text, 'null') || ',' || '"unit":' || coalesce(to_json(o."unit")::text, 'null') || ',' || '"value":' || coalesce(to_json(o."value")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_equipment_command_entry() FROM PUBLIC

CREATE TRIGGER titer_equipment_command_insert AFTER INSERT ON equipment_command REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_command_entry()

ALTER TABLE equipment_command ENABLE ALWAYS TRIGGER titer_equipment_command_insert

CREATE TRIGGER titer_equipment_command_update AFTER UPDATE ON equipment_command REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_command_entry()

ALTER TABLE equipment_command ENABLE ALWAYS TRIGGER titer_equipment_command_update

CREATE TRIGGER titer_equipment_command_delete AFTER DELETE ON equipment_command REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_command_entry()

ALTER TABLE equipment_command ENABLE ALWAYS TRIGGER titer_equipment_command_delete

CREATE TRIGGER titer_equipment_command_no_truncate BEFORE TRUNCATE ON equipment_command FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE equipment_command ENABLE ALWAYS TRIGGER titer_equipment_command_no_truncate

CREATE OR REPLACE FUNCTION titer_equipment_connection_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_connection', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_connection"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_connection' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"changed_by":' || coalesce(to_json(n."changed_by")::text, 'null') || ',' || '"fingerprint":' || coalesce(to_json(n."fingerprint")::text, 'null') || ',' || '"host":' || coalesce(to_json(n."host")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(n."name")::text, 'null') || ',' || '"node_code":' || coalesce(to_json(n."node_code")::text, 'null') || ',' || '"owner":' || coalesce(to_json(n."owner")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"recording_since":' || coalesce(n."recording_since"::text, 'null') || ',' || '"revision":' || coalesce(n."revision"::text, 'null') || ',' || '"seen_fingerprint":' || coalesce(to_json(n."seen_fingerprint")::text, 'null') || ',' || '"seen_identity":' || coalesce(to_json(n."seen_identity")::text, 'null') || ',' || '"settings":' || coalesce(to_json(n."settings")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"type":' || coalesce(to_json(n."type")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."name" IS DISTINCT FROM o."name" THEN 'name'
    WHEN n."type" IS DISTINCT FROM o."type" THEN 'type' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: equipment_connection.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_connection', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_connection"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_connection' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"changed_by":' || coalesce(to_json(o."changed_by")::text, 'null') || ',' || '"fingerprint":' || coalesce(to_json(o."fingerprint")::text, 'null') || ',' || '"host":' || coalesce(to_json(o."host")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(o."name")::text, 'null') || ',' || '"node_code":' || coalesce(to_json(o."node_code")::text, 'null') || ',' || '"owner":' || coalesce(to_json(o."owner")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"recording_since":' || coalesce(o."recording_since"::text, 'null') || ',' || '"revision":' || coalesce(o."revision"::text, 'null') || ',' || '"seen_fingerprint":' || coalesce(to_json(o."seen_fingerprint")::text, 'null') || ',' || '"seen_identity":' || coalesce(to_json(o."seen_identity")::text, 'null') || ',' || '"settings":' || coalesce(to_json(o."settings")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"type":' || coalesce(to_json(o."type")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"changed_by":' || coalesce(to_json(n."changed_by")::text, 'null') || ',' || '"fingerprint":' || coalesce(to_json(n."fingerprint")::text, 'null') || ',' || '"host":' || coalesce(to_json(n."host")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(n."name")::text, 'null') || ',' || '"node_code":' || coalesce(to_json(n."node_code")::text, 'null') || ',' || '"owner":' || coalesce(to_json(n."owner")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"recording_since":' || coalesce(n."recording_since"::text, 'null') || ',' || '"revision":' || coalesce(n."revision"::text, 'null') || ',' || '"seen_fingerprint":' || coalesce(to_json(n."seen_fingerprint")::text, 'null') || ',' || '"seen_identity":' || coalesce(to_json(n."seen_identity")::text, 'null') || ',' || '"settings":' || coalesce(to_json(n."settings")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"type":' || coalesce(to_json(n."type")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_connection', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_connection"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_connection' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"changed_by":' || coalesce(to_json(o."changed_by")::text, 'null') || ',' || '"fingerprint":' || coalesce(to_json(o."fingerprint")::text, 'null') || ',' || '"host":' || coalesce(to_json(o."host")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(o."name")::text, 'null') || ',' || '"node_code":' || coalesce(to_json(o."node_code")::text, 'null') || ',' || '"owner":' || coalesce(to_json(o."owner")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"recording_since":' || coalesce(o."recording_since"::text, 'null') || ',' || '"revision":' || coalesce(o."revision"::text, 'null') || ',' || '"seen_fingerprint":' || coalesce(to_json(o."seen_fingerprint")::text, 'null') || ',' || '"seen_identity":' || coalesce(to_json(o."seen_identity")::text, 'null') || ',' || '"settings":' || coalesce(to_json(o."settings")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"type":' || coalesce(to_json(o."type")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_equipment_connection_entry() FROM PUBLIC

CREATE TRIGGER titer_equipment_connection_insert AFTER INSERT ON equipment_connection REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_connection_entry()

ALTER TABLE equipment_connection ENABLE ALWAYS TRIGGER titer_equipment_connection_insert

CREATE TRIGGER titer_equipment_connection_update AFTER UPDATE ON equipment_connection REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_connection_entry()

ALTER TABLE equipment_connection ENABLE ALWAYS TRIGGER titer_equipment_connection_update

CREATE TRIGGER titer_equipment_connection_delete AFTER DELETE ON equipment_connection REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_connection_entry()

ALTER TABLE equipment_connection ENABLE ALWAYS TRIGGER titer_equipment_connection_delete

CREATE TRIGGER titer_equipment_connection_no_truncate BEFORE TRUNCATE ON equipment_connection FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE equipment_connection ENABLE ALWAYS TRIGGER titer_equipment_connection_no_truncate

CREATE OR REPLACE FUNCTION titer_equipment_context_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_context', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_context"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_context' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"content":' || coalesce(to_json(n."content")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"subject":' || coalesce(to_json(n."subject")::text, 'null') || ',' || '"valid_from":' || coalesce(n."valid_from"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: equipment_context.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_context', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_context"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_context' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"content":' || coalesce(to_json(o."content")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"subject":' || coalesce(to_json(o."subject")::text, 'null') || ',' || '"valid_from":' || coalesce(o."valid_from"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"content":' || coalesce(to_json(n."content")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"subject":' || coalesce(to_json(n."subject")::text, 'null') || ',' || '"valid_from":' || coalesce(n."valid_from"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_context', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_context"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_context' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"content":' || coalesce(to_json(o."content")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"subject":' || coalesce(to_json(o."subject")::text, 'null') || ',' || '"valid_from":' || coalesce(o."valid_from"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_equipment_context_entry() FROM PUBLIC

CREATE TRIGGER titer_equipment_context_insert AFTER INSERT ON equipment_context REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_context_entry()

ALTER TABLE equipment_context ENABLE ALWAYS TRIGGER titer_equipment_context_insert

CREATE TRIGGER titer_equipment_context_no_update BEFORE UPDATE ON equipment_context FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE equipment_context ENABLE ALWAYS TRIGGER titer_equipment_context_no_update

CREATE TRIGGER titer_equipment_context_no_delete BEFORE DELETE ON equipment_context FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE equipment_context ENABLE ALWAYS TRIGGER titer_equipment_context_no_delete

CREATE TRIGGER titer_equipment_context_no_truncate BEFORE TRUNCATE ON equipment_context FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE equipment_context ENABLE ALWAYS TRIGGER titer_equipment_context_no_truncate

CREATE OR REPLACE FUNCTION titer_equipment_document_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_document', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_document"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_document' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"connection":' || coalesce(to_json(n."connection")::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"disposition_reason":' || coalesce(to_json(n."disposition_reason")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(n."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"identity":' || coalesce(to_json(n."identity")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"media_type":' || coalesce(to_json(n."media_type")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"seen_at":' || coalesce(n."seen_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."key" IS DISTINCT FROM o."key" THEN 'key'
    WHEN n."connection" IS DISTINCT FROM o."connection" THEN 'connection'
    WHEN n."digest" IS DISTINCT FROM o."digest" THEN 'digest'
    WHEN n."file_name" IS DISTINCT FROM o."file_name" THEN 'file_name' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: equipment_document.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_document', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_document"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_document' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"connection":' || coalesce(to_json(o."connection")::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"disposition_reason":' || coalesce(to_json(o."disposition_reason")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(o."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"identity":' || coalesce(to_json(o."identity")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"media_type":' || coalesce(to_json(o."media_type")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"seen_at":' || coalesce(o."seen_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"connection":' || coalesce(to_json(n."connection")::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"disposition_reason":' || coalesce(to_json(n."disposition_reason")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(n."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"identity":' || coalesce(to_json(n."identity")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"media_type":' || coalesce(to_json(n."media_type")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"seen_at":' || coalesce(n."seen_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_document', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_document"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_document' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"connection":' || coalesce(to_json(o."connection")::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"disposition_reason":' || coalesce(to_json(o."disposition_reason")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(o."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"identity":' || coalesce(to_json(o."identity")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"media_type":' || coalesce(to_json(o."media_type")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"seen_at":' || coalesce(o."seen_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_equipment_document_entry() FROM PUBLIC

CREATE TRIGGER titer_equipment_document_insert AFTER INSERT ON equipment_document REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_document_entry()

ALTER TABLE equipment_document ENABLE ALWAYS TRIGGER titer_equipment_document_insert

CREATE TRIGGER titer_equipment_document_update AFTER UPDATE ON equipment_document REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_document_entry()

ALTER TABLE equipment_document ENABLE ALWAYS TRIGGER titer_equipment_document_update

CREATE TRIGGER titer_equipment_document_delete AFTER DELETE ON equipment_document REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_document_entry()

ALTER TABLE equipment_document ENABLE ALWAYS TRIGGER titer_equipment_document_delete

CREATE TRIGGER titer_equipment_document_no_truncate BEFORE TRUNCATE ON equipment_document FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE equipment_document ENABLE ALWAYS TRIGGER titer_equipment_document_no_truncate

CREATE OR REPLACE FUNCTION titer_equipment_gap_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_gap', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_gap"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_gap' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"connection":' || coalesce(to_json(n."connection")::text, 'null') || ',' || '"filled_rows":' || coalesce(n."filled_rows"::text, 'null') || ',' || '"from_us":' || coalesce(n."from_us"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(n."outcome")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(n."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"to_us":' || coalesce(n."to_us"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || ',' || '"windows":' || coalesce(to_json(n."windows")::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."key" IS DISTINCT FROM o."key" THEN 'key'
    WHEN n."connection" IS DISTINCT FROM o."connection" THEN 'connection' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: equipment_gap.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_gap', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_gap"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_gap' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"connection":' || coalesce(to_json(o."connection")::text, 'null') || ',' || '"filled_rows":' || coalesce(o."filled_rows"::text, 'null') || ',' || '"from_us":' || coalesce(o."from_us"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(o."outcome")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(o."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"to_us":' || coalesce(o."to_us"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || ',' || '"windows":' || coalesce(to_json(o."windows")::text, 'null') || '}' AS before, '{' || '"connection":' || coalesce(to_json(n."connection")::text, 'null') || ',' || '"filled_rows":' || coalesce(n."filled_rows"::text, 'null') || ',' || '"from_us":' || coalesce(n."from_us"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(n."outcome")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(n."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"to_us":' || coalesce(n."to_us"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || ',' || '"windows":' || coalesce(to_json(n."windows")::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_gap', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_gap"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_gap' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"connection":' || coalesce(to_json(o."connection")::text, 'null') || ',' || '"filled_rows":' || coalesce(o."filled_rows"::text, 'null') || ',' || '"from_us":' || coalesce(o."from_us"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(o."outcome")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(o."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"to_us":' || coalesce(o."to_us"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || ',' || '"windows":' || coalesce(to_json(o."windows")::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_equipment_gap_entry() FROM PUBLIC

CREATE TRIGGER titer_equipment_gap_insert AFTER INSERT ON equipment_gap REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_gap_entry()

ALTER TABLE equipment_gap ENABLE ALWAYS TRIGGER titer_equipment_gap_insert

CREATE TRIGGER titer_equipment_gap_update AFTER UPDATE ON equipment_gap REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_gap_entry()

ALTER TABLE equipment_gap ENABLE ALWAYS TRIGGER titer_equipment_gap_update

CREATE TRIGGER titer_equipment_gap_delete AFTER DELETE ON equipment_gap REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_gap_entry()

ALTER TABLE equipment_gap ENABLE ALWAYS TRIGGER titer_equipment_gap_delete

CREATE TRIGGER titer_equipment_gap_no_truncate BEFORE TRUNCATE ON equipment_gap FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE equipment_gap ENABLE ALWAYS TRIGGER titer_equipment_gap_no_truncate

CREATE OR REPLACE FUNCTION titer_equipment_logbook_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_logbook', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_logbook"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_logbook' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"by":' || coalesce(to_json(n."by")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"node_id":' || coalesce(to_json(n."node_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"text":' || coalesce(to_json(n."text")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: equipment_logbook.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_logbook', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_logbook"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_logbook' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"by":' || coalesce(to_json(o."by")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"node_id":' || coalesce(to_json(o."node_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"text":' || coalesce(to_json(o."text")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"by":' || coalesce(to_json(n."by")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"node_id":' || coalesce(to_json(n."node_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"text":' || coalesce(to_json(n."text")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."batch_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_logbook', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_logbook"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_logbook' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"by":' || coalesce(to_json(o."by")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"node_id":' || coalesce(to_json(o."node_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"text":' || coalesce(to_json(o."text")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_equipment_logbook_entry() FROM PUBLIC

CREATE TRIGGER titer_equipment_logbook_insert AFTER INSERT ON equipment_logbook REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_logbook_entry()

ALTER TABLE equipment_logbook ENABLE ALWAYS TRIGGER titer_equipment_logbook_insert

CREATE TRIGGER titer_equipment_logbook_no_update BEFORE UPDATE ON equipment_logbook FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE equipment_logbook ENABLE ALWAYS TRIGGER titer_equipment_logbook_no_update

CREATE TRIGGER titer_equipment_logbook_no_delete BEFORE DELETE ON equipment_logbook FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE equipment_logbook ENABLE ALWAYS TRIGGER titer_equipment_logbook_no_delete

CREATE TRIGGER titer_equipment_logbook_no_truncate BEFORE TRUNCATE ON equipment_logbook FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE equipment_logbook ENABLE ALWAYS TRIGGER titer_equipment_logbook_no_truncate

CREATE OR REPLACE FUNCTION titer_equipment_node_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_node', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_node"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_node' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"calibration_due":' || coalesce(n."calibration_due"::text, 'null') || ',' || '"capabilities":' || coalesce(to_json(n."capabilities")::text, 'null') || ',' || '"class_name":' || coalesce(to_json(n."class_name")::text, 'null') || ',' || '"clean_hold_h":' || coalesce('"' || n."clean_hold_h"::text || '"', 'null') || ',' || '"clean_until":' || coalesce(n."clean_until"::text, 'null') || ',' || '"cleanliness":' || coalesce(to_json(n."cleanliness")::text, 'null') || ',' || '"code":' || coalesce(to_json(n."code")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"level":' || coalesce(to_json(n."level")::text, 'null') || ',' || '"location":' || coalesce(to_json(n."location")::text, 'null') || ',' || '"maker":' || coalesce(to_json(n."maker")::text, 'null') || ',' || '"model":' || coalesce(to_json(n."model")::text, 'null') || ',' || '"name":' || coalesce(to_json(n."name")::text, 'null') || ',' || '"parent_id":' || coalesce(to_json(n."parent_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"qualification":' || coalesce(to_json(n."qualification")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"serial":' || coalesce(to_json(n."serial")::text, 'null') || ',' || '"used_for":' || coalesce(to_json(n."used_for")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."code" IS DISTINCT FROM o."code" THEN 'code' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: equipment_node.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_node', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_node"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_node' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"calibration_due":' || coalesce(o."calibration_due"::text, 'null') || ',' || '"capabilities":' || coalesce(to_json(o."capabilities")::text, 'null') || ',' || '"class_name":' || coalesce(to_json(o."class_name")::text, 'null') || ',' || '"clean_hold_h":' || coalesce('"' || o."clean_hold_h"::text || '"', 'null') || ',' || '"clean_until":' || coalesce(o."clean_until"::text, 'null') || ',' || '"cleanliness":' || coalesce(to_json(o."cleanliness")::text, 'null') || ',' || '"code":' || coalesce(to_json(o."code")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"level":' || coalesce(to_json(o."level")::text, 'null') || ',' || '"location":' || coalesce(to_json(o."location")::text, 'null') || ',' || '"maker":' || coalesce(to_json(o."maker")::text, 'null') || ',' || '"model":' || coalesce(to_json(o."model")::text, 'null') || ',' || '"name":' || coalesce(to_json(o."name")::text, 'null') || ',' || '"parent_id":' || coalesce(to_json(o."parent_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"qualification":' || coalesce(to_json(o."qualification")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"serial":' || coalesce(to_json(o."serial")::text, 'null') || ',' || '"used_for":' || coalesce(to_json(o."used_for")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"calibration_due":' || coalesce(n."calibration_due"::text, 'null') || ',' || '"capabilities":' || coalesce(to_json(n."capabilities")::text, 'null') || ',' || '"class_name":' || coalesce(to_json(n."class_name")::text, 'null') || ',' || '"clean_hold_h":' || coalesce('"' || n."clean_hold_h"::text || '"', 'null') || ',' || '"clean_until":' || coalesce(n."clean_until"::text, 'null') || ',' || '"cleanliness":' || coalesce(to_json(n."cleanliness")::text, 'null') || ',' || '"code":' || coalesce(to_json(n."code")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"level":' || coalesce(to_json(n."level")::text, 'null') || ',' || '"location":' || coalesce(to_json(n."location")::text, 'null') || ',' || '"maker":' || coalesce(to_json(n."maker")::text, 'null') || ',' || '"model":' || coalesce(to_json(n."model")::text, 'null') || ',' || '"name":' || coalesce(to_json(n."name")::text, 'null') || ',' || '"parent_id":' || coalesce(to_json(n."parent_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"qualification":' || coalesce(to_json(n."qualification")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"serial":' || coalesce(to_json(n."serial")::text, 'null') || ',' || '"used_for":' || coalesce(to_json(n."used_for")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_node', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_node"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_node' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"calibration_due":' || coalesce(o."calibration_due"::text, 'null') || ',' || '"capabilities":' || coalesce(to_json(o."capabilities")::text, 'null') || ',' || '"class_name":' || coalesce(to_json(o."class_name")::text, 'null') || ',' || '"clean_hold_h":' || coalesce('"' || o."clean_hold_h"::text || '"', 'null') || ',' || '"clean_until":' || coalesce(o."clean_until"::text, 'null') || ',' || '"cleanliness":' || coalesce(to_json(o."cleanliness")::text, 'null') || ',' || '"code":' || coalesce(to_json(o."code")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"level":' || coalesce(to_json(o."level")::text, 'null') || ',' || '"location":' || coalesce(to_json(o."location")::text, 'null') || ',' || '"maker":' || coalesce(to_json(o."maker")::text, 'null') || ',' || '"model":' || coalesce(to_json(o."model")::text, 'null') || ',' || '"name":' || coalesce(to_json(o."name")::text, 'null') || ',' || '"parent_id":' || coalesce(to_json(o."parent_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"qualification":' || coalesce(to_json(o."qualification")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"serial":' || coalesce(to_json(o."serial")::text, 'null') || ',' || '"used_for":' || coalesce(to_json(o."used_for")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_equipment_node_entry() FROM PUBLIC

CREATE TRIGGER titer_equipment_node_insert AFTER INSERT ON equipment_node REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_node_entry()

ALTER TABLE equipment_node ENABLE ALWAYS TRIGGER titer_equipment_node_insert

CREATE TRIGGER titer_equipment_node_update AFTER UPDATE ON equipment_node REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_node_entry()

ALTER TABLE equipment_node ENABLE ALWAYS TRIGGER titer_equipment_node_update

CREATE TRIGGER titer_equipment_node_delete AFTER DELETE ON equipment_node REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_node_entry()

ALTER TABLE equipment_node ENABLE ALWAYS TRIGGER titer_equipment_node_delete

CREATE TRIGGER titer_equipment_node_no_truncate BEFORE TRUNCATE ON equipment_node FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE equipment_node ENABLE ALWAYS TRIGGER titer_equipment_node_no_truncate

CREATE OR REPLACE FUNCTION titer_equipment_stream_event_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_stream_event', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_stream_event"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_stream_event' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"at":' || coalesce(n."at"::text, 'null') || ',' || '"connection":' || coalesce(to_json(n."connection")::text, 'null') || ',' || '"details":' || coalesce(to_json(n."details")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(n."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: equipment_stream_event.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_stream_event', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_stream_event"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_stream_event' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"at":' || coalesce(o."at"::text, 'null') || ',' || '"connection":' || coalesce(to_json(o."connection")::text, 'null') || ',' || '"details":' || coalesce(to_json(o."details")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(o."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"at":' || coalesce(n."at"::text, 'null') || ',' || '"connection":' || coalesce(to_json(n."connection")::text, 'null') || ',' || '"details":' || coalesce(to_json(n."details")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(n."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'equipment_stream_event', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"equipment_stream_event"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'equipment_stream_event' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"at":' || coalesce(o."at"::text, 'null') || ',' || '"connection":' || coalesce(to_json(o."connection")::text, 'null') || ',' || '"details":' || coalesce(to_json(o."details")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(o."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_equipment_stream_event_entry() FROM PUBLIC

CREATE TRIGGER titer_equipment_stream_event_insert AFTER INSERT ON equipment_stream_event REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_equipment_stream_event_entry()

ALTER TABLE equipment_stream_event ENABLE ALWAYS TRIGGER titer_equipment_stream_event_insert

CREATE TRIGGER titer_equipment_stream_event_no_update BEFORE UPDATE ON equipment_stream_event FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE equipment_stream_event ENABLE ALWAYS TRIGGER titer_equipment_stream_event_no_update

CREATE TRIGGER titer_equipment_stream_event_no_delete BEFORE DELETE ON equipment_stream_event FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE equipment_stream_event ENABLE ALWAYS TRIGGER titer_equipment_stream_event_no_delete

CREATE TRIGGER titer_equipment_stream_event_no_truncate BEFORE TRUNCATE ON equipment_stream_event FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE equipment_stream_event ENABLE ALWAYS TRIGGER titer_equipment_stream_event_no_truncate

CREATE OR REPLACE FUNCTION titer_govern_alcoa_run_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'govern_alcoa_run', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"govern_alcoa_run"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'govern_alcoa_run' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"kept_by":' || coalesce(to_json(n."kept_by")::text, 'null') || ',' || '"principles":' || coalesce(to_json(n."principles")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"ran_at":' || coalesce(n."ran_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"sentence":' || coalesce(to_json(n."sentence")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: govern_alcoa_run.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'govern_alcoa_run', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"govern_alcoa_run"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'govern_alcoa_run' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"kept_by":' || coalesce(to_json(o."kept_by")::text, 'null') || ',' || '"principles":' || coalesce(to_json(o."principles")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"ran_at":' || coalesce(o."ran_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"sentence":' || coalesce(to_json(o."sentence")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"kept_by":' || coalesce(to_json(n."kept_by")::text, 'null') || ',' || '"principles":' || coalesce(to_json(n."principles")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"ran_at":' || coalesce(n."ran_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"sentence":' || coalesce(to_json(n."sentence")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'govern_alcoa_run', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"govern_alcoa_run"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'govern_alcoa_run' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"kept_by":' || coalesce(to_json(o."kept_by")::text, 'null') || ',' || '"principles":' || coalesce(to_json(o."principles")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"ran_at":' || coalesce(o."ran_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"sentence":' || coalesce(to_json(o."sentence")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_govern_alcoa_run_entry() FROM PUBLIC

CREATE TRIGGER titer_govern_alcoa_run_insert AFTER INSERT ON govern_alcoa_run REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_govern_alcoa_run_entry()

ALTER TABLE govern_alcoa_run ENABLE ALWAYS TRIGGER titer_govern_alcoa_run_insert

CREATE TRIGGER titer_govern_alcoa_run_no_update BEFORE UPDATE ON govern_alcoa_run FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE govern_alcoa_run ENABLE ALWAYS TRIGGER titer_govern_alcoa_run_no_update

CREATE TRIGGER titer_govern_alcoa_run_no_delete BEFORE DELETE ON govern_alcoa_run FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE govern_alcoa_run ENABLE ALWAYS TRIGGER titer_govern_alcoa_run_no_delete

CREATE TRIGGER titer_govern_alcoa_run_no_truncate BEFORE TRUNCATE ON govern_alcoa_run FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE govern_alcoa_run ENABLE ALWAYS TRIGGER titer_govern_alcoa_run_no_truncate

CREATE OR REPLACE FUNCTION titer_historian_import_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'historian_import', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"historian_import"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'historian_import' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"conflict_count":' || coalesce(n."conflict_count"::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"end_us":' || coalesce(n."end_us"::text, 'null') || ',' || '"file_name":' || coalesce(to_json(n."file_name")::text, 'null') || ',' || '"found_count":' || coalesce(n."found_count"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"layout":' || coalesce(to_json(n."layout")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"row_count":' || coalesce(n."row_count"::text, 'null') || ',' || '"size":' || coalesce(n."size"::text, 'null') || ',' || '"start_us":' || coalesce(n."start_us"::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"tags":' || coalesce(to_json(n."tags")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: historian_import.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'historian_import', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"historian_import"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'historian_import' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"conflict_count":' || coalesce(o."conflict_count"::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"end_us":' || coalesce(o."end_us"::text, 'null') || ',' || '"file_name":' || coalesce(to_json(o."file_name")::text, 'null') || ',' || '"found_count":' || coalesce(o."found_count"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"layout":' || coalesce(to_json(o."layout")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"row_count":' || coalesce(o."row_count"::text, 'null') || ',' || '"size":' || coalesce(o."size"::text, 'null') || ',' || '"start_us":' || coalesce(o."start_us"::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"tags":' || coalesce(to_json(o."tags")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"conflict_count":' || coalesce(n."conflict_count"::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"end_us":' || coalesce(n."end_us"::text, 'null') || ',' || '"file_name":' || coalesce(to_json(n."file_name")::text, 'null') || ',' || '"found_count":' || coalesce(n."found_count"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"layout":' || coalesce(to_json(n."layout")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"row_count":' || coalesce(n."row_count"::text, 'null') || ',' || '"size":' || coalesce(n."size"::text, 'null') || ',' || '"start_us":' || coalesce(n."start_us"::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"tags":' || coalesce(to_json(n."tags")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'historian_import', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"historian_import"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'historian_import' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"conflict_count":' || coalesce(o."conflict_count"::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"end_us":' || coalesce(o."end_us"::text, 'null') || ',' || '"file_name":' || coalesce(to_json(o."file_name")::text, 'null') || ',' || '"found_count":' || coalesce(o."found_count"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"layout":' || coalesce(to_json(o."layout")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"row_count":' || coalesce(o."row_count"::text, 'null') || ',' || '"size":' || coalesce(o."size"::text, 'null') || ',' || '"start_us":' || coalesce(o."start_us"::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"tags":' || coalesce(to_json(o."tags")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_historian_import_entry() FROM PUBLIC

CREATE TRIGGER titer_historian_import_insert AFTER INSERT ON historian_import REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_historian_import_entry()

ALTER TABLE historian_import ENABLE ALWAYS TRIGGER titer_historian_import_insert

CREATE TRIGGER titer_historian_import_update AFTER UPDATE ON historian_import REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_historian_import_entry()

ALTER TABLE historian_import ENABLE ALWAYS TRIGGER titer_historian_import_update

CREATE TRIGGER titer_historian_import_delete AFTER DELETE ON historian_import REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_historian_import_entry()

ALTER TABLE historian_import ENABLE ALWAYS TRIGGER titer_historian_import_delete

CREATE TRIGGER titer_historian_import_no_truncate BEFORE TRUNCATE ON historian_import FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE historian_import ENABLE ALWAYS TRIGGER titer_historian_import_no_truncate

CREATE OR REPLACE FUNCTION titer_historian_kept_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'historian_kept', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"historian_kept"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'historian_kept' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"retention":' || coalesce(to_json(n."retention")::text, 'null') || ',' || '"tag":' || coalesce(to_json(n."tag")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."tag" IS DISTINCT FROM o."tag" THEN 'tag' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: historian_kept.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'historian_kept', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"historian_kept"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'historian_kept' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"retention":' || coalesce(to_json(o."retention")::text, 'null') || ',' || '"tag":' || coalesce(to_json(o."tag")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"retention":' || coalesce(to_json(n."retention")::text, 'null') || ',' || '"tag":' || coalesce(to_json(n."tag")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'historian_kept', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"historian_kept"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'historian_kept' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"retention":' || coalesce(to_json(o."retention")::text, 'null') || ',' || '"tag":' || coalesce(to_json(o."tag")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_historian_kept_entry() FROM PUBLIC

CREATE TRIGGER titer_historian_kept_insert AFTER INSERT ON historian_kept REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_historian_kept_entry()

ALTER TABLE historian_kept ENABLE ALWAYS TRIGGER titer_historian_kept_insert

CREATE TRIGGER titer_historian_kept_update AFTER UPDATE ON historian_kept REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_historian_kept_entry()

ALTER TABLE historian_kept ENABLE ALWAYS TRIGGER titer_historian_kept_update

CREATE TRIGGER titer_historian_kept_delete AFTER DELETE ON historian_kept REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_historian_kept_entry()

ALTER TABLE historian_kept ENABLE ALWAYS TRIGGER titer_historian_kept_delete

CREATE TRIGGER titer_historian_kept_no_truncate BEFORE TRUNCATE ON historian_kept FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE historian_kept ENABLE ALWAYS TRIGGER titer_historian_kept_no_truncate

CREATE OR REPLACE FUNCTION titer_historian_retention_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'historian_retention', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"historian_retention"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'historian_retention' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"basis":' || coalesce(to_json(n."basis")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(n."name")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || ',' || '"years":' || coalesce(n."years"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."name" IS DISTINCT FROM o."name" THEN 'name' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: historian_retention.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'historian_retention', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"historian_retention"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'historian_retention' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"basis":' || coalesce(to_json(o."basis")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(o."name")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || ',' || '"years":' || coalesce(o."years"::text, 'null') || '}' AS before, '{' || '"basis":' || coalesce(to_json(n."basis")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(n."name")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || ',' || '"years":' || coalesce(n."years"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'historian_retention', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"historian_retention"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'historian_retention' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"basis":' || coalesce(to_json(o."basis")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(o."name")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || ',' || '"years":' || coalesce(o."years"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_historian_retention_entry() FROM PUBLIC

CREATE TRIGGER titer_historian_retention_insert AFTER INSERT ON historian_retention REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_historian_retention_entry()

ALTER TABLE historian_retention ENABLE ALWAYS TRIGGER titer_historian_retention_insert

CREATE TRIGGER titer_historian_retention_update AFTER UPDATE ON historian_retention REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_historian_retention_entry()

ALTER TABLE historian_retention ENABLE ALWAYS TRIGGER titer_historian_retention_update

CREATE TRIGGER titer_historian_retention_delete AFTER DELETE ON historian_retention REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_historian_retention_entry()

ALTER TABLE historian_retention ENABLE ALWAYS TRIGGER titer_historian_retention_delete

CREATE TRIGGER titer_historian_retention_no_truncate BEFORE TRUNCATE ON historian_retention FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE historian_retention ENABLE ALWAYS TRIGGER titer_historian_retention_no_truncate

CREATE OR REPLACE FUNCTION titer_historian_retired_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'historian_retired', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"historian_retired"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'historian_retired' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"basis":' || coalesce(to_json(n."basis")::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"due":' || coalesce(n."due"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"retention":' || coalesce(to_json(n."retention")::text, 'null') || ',' || '"rollups":' || coalesce(to_json(n."rollups")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || ',' || '"years":' || coalesce(n."years"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: historian_retired.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'historian_retired', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"historian_retired"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'historian_retired' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"basis":' || coalesce(to_json(o."basis")::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"due":' || coalesce(o."due"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"retention":' || coalesce(to_json(o."retention")::text, 'null') || ',' || '"rollups":' || coalesce(to_json(o."rollups")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || ',' || '"years":' || coalesce(o."years"::text, 'null') || '}' AS before, '{' || '"basis":' || coalesce(to_json(n."basis")::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"due":' || coalesce(n."due"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"retention":' || coalesce(to_json(n."retention")::text, 'null') || ',' || '"rollups":' || coalesce(to_json(n."rollups")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || ',' || '"years":' || coalesce(n."years"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'historian_retired', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"historian_retired"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'historian_retired' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"basis":' || coalesce(to_json(o."basis")::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"due":' || coalesce(o."due"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"retention":' || coalesce(to_json(o."retention")::text, 'null') || ',' || '"rollups":' || coalesce(to_json(o."rollups")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || ',' || '"years":' || coalesce(o."years"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_historian_retired_entry() FROM PUBLIC

CREATE TRIGGER titer_historian_retired_insert AFTER INSERT ON historian_retired REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_historian_retired_entry()

ALTER TABLE historian_retired ENABLE ALWAYS TRIGGER titer_historian_retired_insert

CREATE TRIGGER titer_historian_retired_no_update BEFORE UPDATE ON historian_retired FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE historian_retired ENABLE ALWAYS TRIGGER titer_historian_retired_no_update

CREATE TRIGGER titer_historian_retired_no_delete BEFORE DELETE ON historian_retired FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE historian_retired ENABLE ALWAYS TRIGGER titer_historian_retired_no_delete

CREATE TRIGGER titer_historian_retired_no_truncate BEFORE TRUNCATE ON historian_retired FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE historian_retired ENABLE ALWAYS TRIGGER titer_historian_retired_no_truncate

CREATE OR REPLACE FUNCTION titer_historian_seal_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'historian_seal', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"historian_seal"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'historian_seal' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"log_files":' || coalesce(to_json(n."log_files")::text, 'null') || ',' || '"marks":' || coalesce(to_json(n."marks")::text, 'null') || ',' || '"number":' || coalesce(n."number"::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"row_count":' || coalesce(n."row_count"::text, 'null') || ',' || '"segment_count":' || coalesce(n."segment_count"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: historian_seal.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'historian_seal', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"historian_seal"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'historian_seal' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"log_files":' || coalesce(to_json(o."log_files")::text, 'null') || ',' || '"marks":' || coalesce(to_json(o."marks")::text, 'null') || ',' || '"number":' || coalesce(o."number"::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"row_count":' || coalesce(o."row_count"::text, 'null') || ',' || '"segment_count":' || coalesce(o."segment_count"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"log_files":' || coalesce(to_json(n."log_files")::text, 'null') || ',' || '"marks":' || coalesce(to_json(n."marks")::text, 'null') || ',' || '"number":' || coalesce(n."number"::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"row_count":' || coalesce(n."row_count"::text, 'null') || ',' || '"segment_count":' || coalesce(n."segment_count"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'historian_seal', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"historian_seal"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'historian_seal' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"log_files":' || coalesce(to_json(o."log_files")::text, 'null') || ',' || '"marks":' || coalesce(to_json(o."marks")::text, 'null') || ',' || '"number":' || coalesce(o."number"::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"row_count":' || coalesce(o."row_count"::text, 'null') || ',' || '"segment_count":' || coalesce(o."segment_count"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_historian_seal_entry() FROM PUBLIC

CREATE TRIGGER titer_historian_seal_insert AFTER INSERT ON historian_seal REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_historian_seal_entry()

ALTER TABLE historian_seal ENABLE ALWAYS TRIGGER titer_historian_seal_insert

CREATE TRIGGER titer_historian_seal_no_update BEFORE UPDATE ON historian_seal FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE historian_seal ENABLE ALWAYS TRIGGER titer_historian_seal_no_update

CREATE TRIGGER titer_historian_seal_no_delete BEFORE DELETE ON historian_seal FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE historian_seal ENABLE ALWAYS TRIGGER titer_historian_seal_no_delete

CREATE TRIGGER titer_historian_seal_no_truncate BEFORE TRUNCATE ON historian_seal FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE historian_seal ENABLE ALWAYS TRIGGER titer_historian_seal_no_truncate

CREATE OR REPLACE FUNCTION titer_historian_segment_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'historian_segment', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"historian_segment"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'historian_segment' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"day":' || coalesce(to_json(n."day")::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"end_us":' || coalesce(n."end_us"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"path":' || coalesce(to_json(n."path")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"received_us":' || coalesce(n."received_us"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"row_count":' || coalesce(n."row_count"::text, 'null') || ',' || '"seal_number":' || coalesce(n."seal_number"::text, 'null') || ',' || '"size":' || coalesce(n."size"::text, 'null') || ',' || '"start_us":' || coalesce(n."start_us"::text, 'null') || ',' || '"tag_count":' || coalesce(n."tag_count"::text, 'null') || ',' || '"tags_digest":' || coalesce(to_json(n."tags_digest")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: historian_segment.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'historian_segment', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"historian_segment"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'historian_segment' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"day":' || coalesce(to_json(o."day")::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"end_us":' || coalesce(o."end_us"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"path":' || coalesce(to_json(o."path")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"received_us":' || coalesce(o."received_us"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"row_count":' || coalesce(o."row_count"::text, 'null') || ',' || '"seal_number":' || coalesce(o."seal_number"::text, 'null') || ',' || '"size":' || coalesce(o."size"::text, 'null') || ',' || '"start_us":' || coalesce(o."start_us"::text, 'null') || ',' || '"tag_count":' || coalesce(o."tag_count"::text, 'null') || ',' || '"tags_digest":' || coalesce(to_json(o."tags_digest")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"day":' || coalesce(to_json(n."day")::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"end_us":' || coalesce(n."end_us"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"path":' || coalesce(to_json(n."path")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"received_us":' || coalesce(n."received_us"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"row_count":' || coalesce(n."row_count"::text, 'null') || ',' || '"seal_number":' || coalesce(n."seal_number"::text, 'null') || ',' || '"size":' || coalesce(n."size"::text, 'null') || ',' || '"start_us":' || coalesce(n."start_us"::text, 'null') || ',' || '"tag_count":' || coalesce(n."tag_count"::text, 'null') || ',' || '"tags_digest":' || coalesce(to_json(n."tags_digest")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'historian_segment', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"historian_segment"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'historian_segment' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"day":' || coalesce(to_json(o."day")::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"end_us":' || coalesce(o."end_us"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"path":' || coalesce(to_json(o."path")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"received_us":' || coalesce(o."received_us"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"row_count":' || coalesce(o."row_count"::text, 'null') || ',' || '"seal_number":' || coalesce(o."seal_number"::text, 'null') || ',' || '"size":' || coalesce(o."size"::text, 'null') || ',' || '"start_us":' || coalesce(o."start_us"::text, 'null') || ',' || '"tag_count":' || coalesce(o."tag_count"::text, 'null') || ',' || '"tags_digest":' || coalesce(to_json(o."tags_digest")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_historian_segment_entry() FROM PUBLIC

CREATE TRIGGER titer_historian_segment_insert AFTER INSERT ON historian_segment REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_historian_segment_entry()

ALTER TABLE historian_segment ENABLE ALWAYS TRIGGER titer_historian_segment_insert

CREATE TRIGGER titer_historian_segment_no_update BEFORE UPDATE ON historian_segment FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE historian_segment ENABLE ALWAYS TRIGGER titer_historian_segment_no_update

CREATE TRIGGER titer_historian_segment_no_delete BEFORE DELETE ON historian_segment FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE historian_segment ENABLE ALWAYS TRIGGER titer_historian_segment_no_delete

CREATE TRIGGER titer_historian_segment_no_truncate BEFORE TRUNCATE ON historian_segment FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE historian_segment ENABLE ALWAYS TRIGGER titer_historian_segment_no_truncate

CREATE OR REPLACE FUNCTION titer_insight_alert_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'insight_alert', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"insight_alert"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'insight_alert' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"acknowledged_at":' || coalesce(n."acknowledged_at"::text, 'null') || ',' || '"acknowledged_by":' || coalesce(to_json(n."acknowledged_by")::text, 'null') || ',' || '"batch_hour":' || coalesce('"' || n."batch_hour"::text || '"', 'null') || ',' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(n."batch_number")::text, 'null') || ',' || '"block_digest":' || coalesce(to_json(n."block_digest")::text, 'null') || ',' || '"cleared_at":' || coalesce(n."cleared_at"::text, 'null') || ',' || '"comment":' || coalesce(to_json(n."comment")::text, 'null') || ',' || '"contributions":' || coalesce(to_json(n."contributions")::text, 'null') || ',' || '"deviation_id":' || coalesce(to_json(n."deviation_id")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(n."disposition")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(n."equipment")::text, 'null') || ',' || '"escalates_at":' || coalesce(n."escalates_at"::text, 'null') || ',' || '"exception_id":' || coalesce(to_json(n."exception_id")::text, 'null') || ',' || '"first_at":' || coalesce(n."first_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"last_raised_at":' || coalesce(n."last_raised_at"::text, 'null') || ',' || '"lead":' || coalesce(to_json(n."lead")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(n."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"occurrences":' || coalesce(n."occurrences"::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"raised_at":' || coalesce(n."raised_at"::text, 'null') || ',' || '"ratio":' || coalesce('"' || n."ratio"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(n."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"statistic":' || coalesce(to_json(n."statistic")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || ',' || '"watch_id":' || coalesce(to_json(n."watch_id")::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: insight_alert.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'insight_alert', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"insight_alert"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'insight_alert' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"acknowledged_at":' || coalesce(o."acknowledged_at"::text, 'null') || ',' || '"acknowledged_by":' || coalesce(to_json(o."acknowledged_by")::text, 'null') || ',' || '"batch_hour":' || coalesce('"' || o."batch_hour"::text || '"', 'null') || ',' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(o."batch_number")::text, 'null') || ',' || '"block_digest":' || coalesce(to_json(o."block_digest")::text, 'null') || ',' || '"cleared_at":' || coalesce(o."cleared_at"::text, 'null') || ',' || '"comment":' || coalesce(to_json(o."comment")::text, 'null') || ',' || '"contributions":' || coalesce(to_json(o."contributions")::text, 'null') || ',' || '"deviation_id":' || coalesce(to_json(o."deviation_id")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(o."disposition")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(o."equipment")::text, 'null') || ',' || '"escalates_at":' || coalesce(o."escalates_at"::text, 'null') || ',' || '"exception_id":' || coalesce(to_json(o."exception_id")::text, 'null') || ',' || '"first_at":' || coalesce(o."first_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"last_raised_at":' || coalesce(o."last_raised_at"::text, 'null') || ',' || '"lead":' || coalesce(to_json(o."lead")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(o."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"occurrences":' || coalesce(o."occurrences"::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"raised_at":' || coalesce(o."raised_at"::text, 'null') || ',' || '"ratio":' || coalesce('"' || o."ratio"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(o."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"statistic":' || coalesce(to_json(o."statistic")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || ',' || '"watch_id":' || coalesce(to_json(o."watch_id")::text, 'null') || '}' AS before, '{' || '"acknowledged_at":' || coalesce(n."acknowledged_at"::text, 'null') || ',' || '"acknowledged_by":' || coalesce(to_json(n."acknowledged_by")::text, 'null') || ',' || '"batch_hour":' || coalesce('"' || n."batch_hour"::text || '"', 'null') || ',' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(n."batch_number")::text, 'null') || ',' || '"block_digest":' || coalesce(to_json(n."block_digest")::text, 'null') || ',' || '"cleared_at":' || coalesce(n."cleared_at"::text, 'null') || ',' || '"comment":' || coalesce(to_json(n."comment")::text, 'null') || ',' || '"contributions":' || coalesce(to_json(n."contributions")::text, 'null') || ',' || '"deviation_id":' || coalesce(to_json(n."deviation_id")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(n."disposition")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(n."equipment")::text, 'null') || ',' || '"escalates_at":' || coalesce(n."escalates_at"::text, 'null') || ',' || '"exception_id":' || coalesce(to_json(n."exception_id")::text, 'null') || ',' || '"first_at":' || coalesce(n."first_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"last_raised_at":' || coalesce(n."last_raised_at"::text, 'null') || ',' || '"lead":' || coalesce(to_json(n."lead")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(n."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"occurrences":' || coalesce(n."occurrences"::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"raised_at":' || coalesce(n."raised_at"::text, 'null') || ',' || '"ratio":' || coalesce('"' || n."ratio"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(n."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"statistic":' || coalesce(to_json(n."statistic")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || ',' || '"watch_id":' || coalesce(to_json(n."watch_id")::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."batch_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'insight_alert', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"insight_alert"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'insight_alert' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"acknowledged_at":' || coalesce(o."acknowledged_at"::text, 'null') || ',' || '"acknowledged_by":' || coalesce(to_json(o."acknowledged_by")::text, 'null') || ',' || '"batch_hour":' || coalesce('"' || o."batch_hour"::text || '"', 'null') || ',' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(o."batch_number")::text, 'null') || ',' || '"block_digest":' || coalesce(to_json(o."block_digest")::text, 'null') || ',' || '"cleared_at":' || coalesce(o."cleared_at"::text, 'null') || ',' || '"comment":' || coalesce(to_json(o."comment")::text, 'null') || ',' || '"contributions":' || coalesce(to_json(o."contributions")::text, 'null') || ',' || '"deviation_id":' || coalesce(to_json(o."deviation_id")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(o."disposition")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(o."equipment")::text, 'null') || ',' || '"escalates_at":' || coalesce(o."escalates_at"::text, 'null') || ',' || '"exception_id":' || coalesce(to_json(o."exception_id")::text, 'null') || ',' || '"first_at":' || coalesce(o."first_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"last_raised_at":' || coalesce(o."last_raised_at"::text, 'null') || ',' || '"lead":' || coalesce(to_json(o."lead")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(o."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"occurrences":' || coalesce(o."occurrences"::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"raised_at":' || coalesce(o."raised_at"::text, 'null') || ',' || '"ratio":' || coalesce('"' || o."ratio"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(o."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"statistic":' || coalesce(to_json(o."statistic")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || ',' || '"watch_id":' || coalesce(to_json(o."watch_id")::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_insight_alert_entry() FROM PUBLIC

CREATE TRIGGER titer_insight_alert_insert AFTER INSERT ON insight_alert REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_insight_alert_entry()

ALTER TABLE insight_alert ENABLE ALWAYS TRIGGER titer_insight_alert_insert

CREATE TRIGGER titer_insight_alert_update AFTER UPDATE ON insight_alert REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_insight_alert_entry()

ALTER TABLE insight_alert ENABLE ALWAYS TRIGGER titer_insight_alert_update

CREATE TRIGGER titer_insight_alert_delete AFTER DELETE ON insight_alert REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_insight_alert_entry()

ALTER TABLE insight_alert ENABLE ALWAYS TRIGGER titer_insight_alert_delete

CREATE TRIGGER titer_insight_alert_no_truncate BEFORE TRUNCATE ON insight_alert FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE insight_alert ENABLE ALWAYS TRIGGER titer_insight_alert_no_truncate

CREATE OR REPLACE FUNCTION titer_insight_block_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'insight_block', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"insight_block"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'insight_block' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"alarming":' || coalesce(n."alarming"::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"first_at":' || coalesce(n."first_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"largest_ratio":' || coalesce('"' || n."largest_ratio"::text || '"', 'null') || ',' || '"last_at":' || coalesce(n."last_at"::text, 'null') || ',' || '"previous":' || coalesce(to_json(n."previous")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"rows":' || coalesce(n."rows"::text, 'null') || ',' || '"sequence":' || coalesce(n."sequence"::text, 'null') || ',' || '"verdicts":' || coalesce(to_json(n."verdicts")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || ',' || '"watch_id":' || coalesce(to_json(n."watch_id")::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: insight_block.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'insight_block', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"insight_block"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'insight_block' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"alarming":' || coalesce(o."alarming"::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"first_at":' || coalesce(o."first_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"largest_ratio":' || coalesce('"' || o."largest_ratio"::text || '"', 'null') || ',' || '"last_at":' || coalesce(o."last_at"::text, 'null') || ',' || '"previous":' || coalesce(to_json(o."previous")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"rows":' || coalesce(o."rows"::text, 'null') || ',' || '"sequence":' || coalesce(o."sequence"::text, 'null') || ',' || '"verdicts":' || coalesce(to_json(o."verdicts")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || ',' || '"watch_id":' || coalesce(to_json(o."watch_id")::text, 'null') || '}' AS before, '{' || '"alarming":' || coalesce(n."alarming"::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"first_at":' || coalesce(n."first_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"largest_ratio":' || coalesce('"' || n."largest_ratio"::text || '"', 'null') || ',' || '"last_at":' || coalesce(n."last_at"::text, 'null') || ',' || '"previous":' || coalesce(to_json(n."previous")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"rows":' || coalesce(n."rows"::text, 'null') || ',' || '"sequence":' || coalesce(n."sequence"::text, 'null') || ',' || '"verdicts":' || coalesce(to_json(n."verdicts")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || ',' || '"watch_id":' || coalesce(to_json(n."watch_id")::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'insight_block', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"insight_block"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'insight_block' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"alarming":' || coalesce(o."alarming"::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"first_at":' || coalesce(o."first_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"largest_ratio":' || coalesce('"' || o."largest_ratio"::text || '"', 'null') || ',' || '"last_at":' || coalesce(o."last_at"::text, 'null') || ',' || '"previous":' || coalesce(to_json(o."previous")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"rows":' || coalesce(o."rows"::text, 'null') || ',' || '"sequence":' || coalesce(o."sequence"::text, 'null') || ',' || '"verdicts":' || coalesce(to_json(o."verdicts")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || ',' || '"watch_id":' || coalesce(to_json(o."watch_id")::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_insight_block_entry() FROM PUBLIC

CREATE TRIGGER titer_insight_block_insert AFTER INSERT ON insight_block REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_insight_block_entry()

ALTER TABLE insight_block ENABLE ALWAYS TRIGGER titer_insight_block_insert

CREATE TRIGGER titer_insight_block_no_update BEFORE UPDATE ON insight_block FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE insight_block ENABLE ALWAYS TRIGGER titer_insight_block_no_update

CREATE TRIGGER titer_insight_block_no_delete BEFORE DELETE ON insight_block FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE insight_block ENABLE ALWAYS TRIGGER titer_insight_block_no_delete

CREATE TRIGGER titer_insight_block_no_truncate BEFORE TRUNCATE ON insight_block FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE insight_block ENABLE ALWAYS TRIGGER titer_insight_block_no_truncate

CREATE OR REPLACE FUNCTION titer_insight_dataset_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'insight_dataset', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"insight_dataset"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'insight_dataset' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"batches":' || coalesce(to_json(n."batches")::text, 'null') || ',' || '"channels":' || coalesce(to_json(n."channels")::text, 'null') || ',' || '"created_by":' || coalesce(to_json(n."created_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"manifest_digest":' || coalesce(to_json(n."manifest_digest")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"source":' || coalesce(to_json(n."source")::text, 'null') || ',' || '"step_minutes":' || coalesce(n."step_minutes"::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: insight_dataset.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'insight_dataset', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"insight_dataset"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'insight_dataset' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"batches":' || coalesce(to_json(o."batches")::text, 'null') || ',' || '"channels":' || coalesce(to_json(o."channels")::text, 'null') || ',' || '"created_by":' || coalesce(to_json(o."created_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"manifest_digest":' || coalesce(to_json(o."manifest_digest")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"source":' || coalesce(to_json(o."source")::text, 'null') || ',' || '"step_minutes":' || coalesce(o."step_minutes"::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"batches":' || coalesce(to_json(n."batches")::text, 'null') || ',' || '"channels":' || coalesce(to_json(n."channels")::text, 'null') || ',' || '"created_by":' || coalesce(to_json(n."created_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"manifest_digest":' || coalesce(to_json(n."manifest_digest")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"source":' || coalesce(to_json(n."source")::text, 'null') || ',' || '"step_minutes":' || coalesce(n."step_minutes"::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'insight_dataset', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"insight_dataset"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'insight_dataset' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"batches":' || coalesce(to_json(o."batches")::text, 'null') || ',' || '"channels":' || coalesce(to_json(o."channels")::text, 'null') || ',' || '"created_by":' || coalesce(to_json(o."created_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"manifest_digest":' || coalesce(to_json(o."manifest_digest")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"source":' || coalesce(to_json(o."source")::text, 'null') || ',' || '"step_minutes":' || coalesce(o."step_minutes"::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_insight_dataset_entry() FROM PUBLIC

CREATE TRIGGER titer_insight_dataset_insert AFTER INSERT ON insight_dataset REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_insight_dataset_entry()

ALTER TABLE insight_dataset ENABLE ALWAYS TRIGGER titer_insight_dataset_insert

CREATE TRIGGER titer_insight_dataset_no_update BEFORE UPDATE ON insight_dataset FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE insight_dataset ENABLE ALWAYS TRIGGER titer_insight_dataset_no_update

CREATE TRIGGER titer_insight_dataset_no_delete BEFORE DELETE ON insight_dataset FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE insight_dataset ENABLE ALWAYS TRIGGER titer_insight_dataset_no_delete

CREATE TRIGGER titer_insight_dataset_no_truncate BEFORE TRUNCATE ON insight_dataset FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE insight_dataset ENABLE ALWAYS TRIGGER titer_insight_dataset_no_truncate

CREATE OR REPLACE FUNCTION titer_insight_deployment_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'insight_deployment', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"insight_deployment"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'insight_deployment' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"artefact_digest":' || coalesce(to_json(n."artefact_digest")::text, 'null') || ',' || '"block_minutes":' || coalesce(n."block_minutes"::text, 'null') || ',' || '"ends_with_phase":' || coalesce(to_json(n."ends_with_phase")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(n."equipment")::text, 'null') || ',' || '"fallback":' || coalesce(to_json(n."fallback")::text, 'null') || ',' || '"golden_check":' || coalesce(to_json(n."golden_check")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(n."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"patience_s":' || coalesce(n."patience_s"::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"rename":' || coalesce(to_json(n."rename")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(n."state_reason")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: insight_deployment.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'insight_deployment', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"insight_deployment"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'insight_deployment' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"artefact_digest":' || coalesce(to_json(o."artefact_digest")::text, 'null') || ',' || '"block_minutes":' || coalesce(o."block_minutes"::text, 'null') || ',' || '"ends_with_phase":' || coalesce(to_json(o."ends_with_phase")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(o."equipment")::text, 'null') || ',' || '"fallback":' || coalesce(to_json(o."fallback")::text, 'null') || ',' || '"golden_check":' || coalesce(to_json(o."golden_check")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(o."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"patience_s":' || coalesce(o."patience_s"::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"rename":' || coalesce(to_json(o."rename")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(o."state_reason")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"artefact_digest":' || coalesce(to_json(n."artefact_digest")::text, 'null') || ',' || '"block_minutes":' || coalesce(n."block_minutes"::text, 'null') || ',' || '"ends_with_phase":' || coalesce(to_json(n."ends_with_phase")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(n."equipment")::text, 'null') || ',' || '"fallback":' || coalesce(to_json(n."fallback")::text, 'null') || ',' || '"golden_check":' || coalesce(to_json(n."golden_check")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(n."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"patience_s":' || coalesce(n."patience_s"::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"rename":' || coalesce(to_json(n."rename")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(n."state_reason")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'insight_deployment', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"insight_deployment"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'insight_deployment' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"artefact_digest":' || coalesce(to_json(o."artefact_digest")::text, 'null') || ',' || '"block_minutes":' || coalesce(o."block_minutes"::text, 'null') || ',' || '"ends_with_phase":' || coalesce(to_json(o."ends_with_phase")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(o."equipment")::text, 'null') || ',' || '"fallback":' || coalesce(to_json(o."fallback")::text, 'null') || ',' || '"golden_check":' || coalesce(to_json(o."golden_check")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(o."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"patience_s":' || coalesce(o."patience_s"::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"rename":' || coalesce(to_json(o."rename")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(o."state_reason")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_insight_deployment_entry() FROM PUBLIC

CREATE TRIGGER titer_insight_deployment_insert AFTER INSERT ON insight_deployment REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_insight_deployment_entry()

ALTER TABLE insight_deployment ENABLE ALWAYS TRIGGER titer_insight_deployment_insert

CREATE TRIGGER titer_insight_deployment_update AFTER UPDATE ON insight_deployment REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_insight_deployment_entry()

ALTER TABLE insight_deployment ENABLE ALWAYS TRIGGER titer_insight_deployment_update

CREATE TRIGGER titer_insight_deployment_delete AFTER DELETE ON insight_deployment REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_insight_deployment_entry()

ALTER TABLE insight_deployment ENABLE ALWAYS TRIGGER titer_insight_deployment_delete

CREATE TRIGGER titer_insight_deployment_no_truncate BEFORE TRUNCATE ON insight_deployment FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE insight_deployment ENABLE ALWAYS TRIGGER titer_insight_deployment_no_truncate

CREATE OR REPLACE FUNCTION titer_insight_model_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'insight_model', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"insight_model"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'insight_model' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"acceptance":' || coalesce(to_json(n."acceptance")::text, 'null') || ',' || '"artefact_digest":' || coalesce(to_json(n."artefact_digest")::text, 'null') || ',' || '"author_id":' || coalesce(to_json(n."author_id")::text, 'null') || ',' || '"calibration":' || coalesce(to_json(n."calibration")::text, 'null') || ',' || '"code_version":' || coalesce(to_json(n."code_version")::text, 'null') || ',' || '"criteria_signature_id":' || coalesce(to_json(n."criteria_signature_id")::text, 'null') || ',' || '"dataset_id":' || coalesce(to_json(n."dataset_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(n."name")::text, 'null') || ',' || '"owner_signature_id":' || coalesce(to_json(n."owner_signature_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"quality_signature_id":' || coalesce(to_json(n."quality_signature_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(n."revision"::text, 'null') || ',' || '"spec":' || coalesce(to_json(n."spec")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(n."state_reason")::text, 'null') || ',' || '"test_opened_at":' || coalesce(n."test_opened_at"::text, 'null') || ',' || '"test_opened_by":' || coalesce(to_json(n."test_opened_by")::text, 'null') || ',' || '"validation":' || coalesce(to_json(n."validation")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."name" IS DISTINCT FROM o."name" THEN 'name'
    WHEN n."revision" IS DISTINCT FROM o."revision" THEN 'revision'
    WHEN n."dataset_id" IS DISTINCT FROM o."dataset_id" THEN 'dataset_id'
    WHEN n."spec" IS DISTINCT FROM o."spec" THEN 'spec'
    WHEN n."acceptance" IS DISTINCT FROM o."acceptance" THEN 'acceptance'
    WHEN n."artefact_digest" IS DISTINCT FROM o."artefact_digest" THEN 'artefact_digest'
    WHEN n."author_id" IS DISTINCT FROM o."author_id" THEN 'author_id' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: insight_model.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'insight_model', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"insight_model"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'insight_model' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"acceptance":' || coalesce(to_json(o."acceptance")::text, 'null') || ',' || '"artefact_digest":' || coalesce(to_json(o."artefact_digest")::text, 'null') || ',' || '"author_id":' || coalesce(to_json(o."author_id")::text, 'null') || ',' || '"calibration":' || coalesce(to_json(o."calibration")::text, 'null') || ',' || '"code_version":' || coalesce(to_json(o."code_version")::text, 'null') || ',' || '"criteria_signature_id":' || coalesce(to_json(o."criteria_signature_id")::text, 'null') || ',' || '"dataset_id":' || coalesce(to_json(o."dataset_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(o."name")::text, 'null') || ',' || '"owner_signature_id":' || coalesce(to_json(o."owner_signature_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"quality_signature_id":' || coalesce(to_json(o."quality_signature_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(o."revision"::text, 'null') || ',' || '"spec":' || coalesce(to_json(o."spec")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(o."state_reason")::text, 'null') || ',' || '"test_opened_at":' || coalesce(o."test_opened_at"::text, 'null') || ',' || '"test_opened_by":' || coalesce(to_json(o."test_opened_by")::text, 'null') || ',' || '"validation":' || coalesce(to_json(o."validation")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"acceptance":' || coalesce(to_json(n."acceptance")::text, 'null') || ',' || '"artefact_digest":' || coalesce(to_json(n."artefact_digest")::text, 'null') || ',' || '"author_id":' || coalesce(to_json(n."author_id")::text, 'null') || ',' || '"calibration":' || coalesce(to_json(n."calibration")::text, 'null') || ',' || '"code_version":' || coalesce(to_json(n."code_version")::text, 'null') || ',' || '"criteria_signature_id":' || coalesce(to_json(n."criteria_signature_id")::text, 'null') || ',' || '"dataset_id":' || coalesce(to_json(n."dataset_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(n."name")::text, 'null') || ',' || '"owner_signature_id":' || coalesce(to_json(n."owner_signature_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"quality_signature_id":' || coalesce(to_json(n."quality_signature_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(n."revision"::text, 'null') || ',' || '"spec":' || coalesce(to_json(n."spec")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(n."state_reason")::text, 'null') || ',' || '"test_opened_at":' || coalesce(n."test_opened_at"::text, 'null') || ',' || '"test_opened_by":' || coalesce(to_json(n."test_opened_by")::text, 'null') || ',' || '"validation":' || coalesce(to_json(n."validation")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'insight_model', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"insight_model"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'insight_model' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"acceptance":' || coalesce(to_json(o."acceptance")::text, 'null') || ',' || '"artefact_digest":' || coalesce(to_json(o."artefact_digest")::text, 'null') || ',' || '"author_id":' || coalesce(to_json(o."author_id")::text, 'null') || ',' || '"calibration":' || coalesce(to_json(o."calibration")::text, 'null') || ',' || '"code_version":' || coalesce(to_json(o."code_version")::text, 'null') || ',' || '"criteria_signature_id":' || coalesce(to_json(o."criteria_signature_id")::text, 'null') || ',' || '"dataset_id":' || coalesce(to_json(o."dataset_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(o."name")::text, 'null') || ',' || '"owner_signature_id":' || coalesce(to_json(o."owner_signature_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"quality_signature_id":' || coalesce(to_json(o."quality_signature_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(o."revision"::text, 'null') || ',' || '"spec":' || coalesce(to_json(o."spec")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(o."state_reason")::text, 'null') || ',' || '"test_opened_at":' || coalesce(o."test_opened_at"::text, 'null') || ',' || '"test_opened_by":' || coalesce(to_json(o."test_opened_by")::text, 'null') || ',' || '"validation":' || coalesce(to_json(o."validation")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_insight_model_entry() FROM PUBLIC

CREATE TRIGGER titer_insight_model_insert AFTER INSERT ON insight_model REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_insight_model_entry()

ALTER TABLE insight_model ENABLE ALWAYS TRIGGER titer_insight_model_insert

CREATE TRIGGER titer_insight_model_update AFTER UPDATE ON insight_model REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_insight_model_entry()

ALTER TABLE insight_model ENABLE ALWAYS TRIGGER titer_insight_model_update

CREATE TRIGGER titer_insight_model_delete AFTER DELETE ON insight_model REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_insight_model_entry()

ALTER TABLE insight_model ENABLE ALWAYS TRIGGER titer_insight_model_delete

CREATE TRIGGER titer_insight_model_no_truncate BEFORE TRUNCATE ON insight_model FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE insight_model ENABLE ALWAYS TRIGGER titer_insight_model_no_truncate

CREATE OR REPLACE FUNCTION titer_insight_watch_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'insight_watch', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"insight_watch"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'insight_watch' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"artefact_digest":' || coalesce(to_json(n."artefact_digest")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(n."batch_number")::text, 'null') || ',' || '"deployment_id":' || coalesce(to_json(n."deployment_id")::text, 'null') || ',' || '"ended_at":' || coalesce(n."ended_at"::text, 'null') || ',' || '"equipment":' || coalesce(to_json(n."equipment")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(n."model_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"started_at":' || coalesce(n."started_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(n."state_reason")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: insight_watch.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'insight_watch', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"insight_watch"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'insight_watch' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"artefact_digest":' || coalesce(to_json(o."artefact_digest")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(o."batch_number")::text, 'null') || ',' || '"deployment_id":' || coalesce(to_json(o."deployment_id")::text, 'null') || ',' || '"ended_at":' || coalesce(o."ended_at"::text, 'null') || ',' || '"equipment":' || coalesce(to_json(o."equipment")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(o."model_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"started_at":' || coalesce(o."started_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(o."state_reason")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"artefact_digest":' || coalesce(to_json(n."artefact_digest")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(n."batch_number")::text, 'null') || ',' || '"deployment_id":' || coalesce(to_json(n."deployment_id")::text, 'null') || ',' || '"ended_at":' || coalesce(n."ended_at"::text, 'null') || ',' || '"equipment":' || coalesce(to_json(n."equipment")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(n."model_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"started_at":' || coalesce(n."started_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(n."state_reason")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."batch_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'insight_watch', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"insight_watch"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'insight_watch' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"artefact_digest":' || coalesce(to_json(o."artefact_digest")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(o."batch_number")::text, 'null') || ',' || '"deployment_id":' || coalesce(to_json(o."deployment_id")::text, 'null') || ',' || '"ended_at":' || coalesce(o."ended_at"::text, 'null') || ',' || '"equipment":' || coalesce(to_json(o."equipment")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(o."model_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"started_at":' || coalesce(o."started_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(o."state_reason")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_insight_watch_entry() FROM PUBLIC

CREATE TRIGGER titer_insight_watch_insert AFTER INSERT ON insight_watch REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_insight_watch_entry()

ALTER TABLE insight_watch ENABLE ALWAYS TRIGGER titer_insight_watch_insert

CREATE TRIGGER titer_insight_watch_update AFTER UPDATE ON insight_watch REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_insight_watch_entry()

ALTER TABLE insight_watch ENABLE ALWAYS TRIGGER titer_insight_watch_update

CREATE TRIGGER titer_insight_watch_delete AFTER DELETE ON insight_watch REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_insight_watch_entry()

ALTER TABLE insight_watch ENABLE ALWAYS TRIGGER titer_insight_watch_delete

CREATE TRIGGER titer_insight_watch_no_truncate BEFORE TRUNCATE ON insight_watch FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE insight_watch ENABLE ALWAYS TRIGGER titer_insight_watch_no_truncate

CREATE TRIGGER titer_ledger_checkpoint_no_update BEFORE UPDATE ON ledger_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE ledger_checkpoint ENABLE ALWAYS TRIGGER titer_ledger_checkpoint_no_update

CREATE TRIGGER titer_ledger_checkpoint_no_delete BEFORE DELETE ON ledger_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE ledger_checkpoint ENABLE ALWAYS TRIGGER titer_ledger_checkpoint_no_delete

CREATE TRIGGER titer_ledger_checkpoint_no_truncate BEFORE TRUNCATE ON ledger_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE ledger_checkpoint ENABLE ALWAYS TRIGGER titer_ledger_checkpoint_no_truncate

CREATE TRIGGER titer_ledger_cosignature_no_update BEFORE UPDATE ON ledger_cosignature FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE ledger_cosignature ENABLE ALWAYS TRIGGER titer_ledger_cosignature_no_update

CREATE TRIGGER titer_ledger_cosignature_no_delete BEFORE DELETE ON ledger_cosignature FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE ledger_cosignature ENABLE ALWAYS TRIGGER titer_ledger_cosignature_no_delete

CREATE TRIGGER titer_ledger_cosignature_no_truncate BEFORE TRUNCATE ON ledger_cosignature FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE ledger_cosignature ENABLE ALWAYS TRIGGER titer_ledger_cosignature_no_truncate

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

CREATE TRIGGER titer_ledger_node_no_update BEFORE UPDATE ON ledger_node FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE ledger_node ENABLE ALWAYS TRIGGER titer_ledger_node_no_update

CREATE TRIGGER titer_ledger_node_no_delete BEFORE DELETE ON ledger_node FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE ledger_node ENABLE ALWAYS TRIGGER titer_ledger_node_no_delete

CREATE TRIGGER titer_ledger_node_no_truncate BEFORE TRUNCATE ON ledger_node FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE ledger_node ENABLE ALWAYS TRIGGER titer_ledger_node_no_truncate

CREATE TRIGGER titer_ledger_tally_no_update BEFORE UPDATE ON ledger_tally FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE ledger_tally ENABLE ALWAYS TRIGGER titer_ledger_tally_no_update

CREATE TRIGGER titer_ledger_tally_no_delete BEFORE DELETE ON ledger_tally FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE ledger_tally ENABLE ALWAYS TRIGGER titer_ledger_tally_no_delete

CREATE TRIGGER titer_ledger_tally_no_truncate BEFORE TRUNCATE ON ledger_tally FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE ledger_tally ENABLE ALWAYS TRIGGER titer_ledger_tally_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_attachment_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_attachment', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_attachment"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_attachment' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"attached_by":' || coalesce(to_json(n."attached_by")::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(n."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"media_type":' || coalesce(to_json(n."media_type")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(n."subject_id")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(n."subject_type")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: lims_attachment.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_attachment', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_attachment"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_attachment' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"attached_by":' || coalesce(to_json(o."attached_by")::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(o."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"media_type":' || coalesce(to_json(o."media_type")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(o."subject_id")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(o."subject_type")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"attached_by":' || coalesce(to_json(n."attached_by")::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(n."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"media_type":' || coalesce(to_json(n."media_type")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(n."subject_id")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(n."subject_type")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_attachment', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_attachment"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_attachment' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"attached_by":' || coalesce(to_json(o."attached_by")::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(o."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"media_type":' || coalesce(to_json(o."media_type")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(o."subject_id")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(o."subject_type")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_attachment_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_attachment_insert AFTER INSERT ON lims_attachment REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_attachment_entry()

ALTER TABLE lims_attachment ENABLE ALWAYS TRIGGER titer_lims_attachment_insert

CREATE TRIGGER titer_lims_attachment_no_update BEFORE UPDATE ON lims_attachment FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE lims_attachment ENABLE ALWAYS TRIGGER titer_lims_attachment_no_update

CREATE TRIGGER titer_lims_attachment_no_delete BEFORE DELETE ON lims_attachment FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE lims_attachment ENABLE ALWAYS TRIGGER titer_lims_attachment_no_delete

CREATE TRIGGER titer_lims_attachment_no_truncate BEFORE TRUNCATE ON lims_attachment FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE lims_attachment ENABLE ALWAYS TRIGGER titer_lims_attachment_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_certificate_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_certificate', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_certificate"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_certificate' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"content":' || coalesce(to_json(n."content")::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"issued_by":' || coalesce(to_json(n."issued_by")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(n."lot_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(n."specification_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."number" IS DISTINCT FROM o."number" THEN 'number'
    WHEN n."batch_id" IS DISTINCT FROM o."batch_id" THEN 'batch_id'
    WHEN n."lot_id" IS DISTINCT FROM o."lot_id" THEN 'lot_id'
    WHEN n."content" IS DISTINCT FROM o."content" THEN 'content'
    WHEN n."digest" IS DISTINCT FROM o."digest" THEN 'digest' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: lims_certificate.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_certificate', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_certificate"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_certificate' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"content":' || coalesce(to_json(o."content")::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"issued_by":' || coalesce(to_json(o."issued_by")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(o."lot_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(o."specification_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"content":' || coalesce(to_json(n."content")::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"issued_by":' || coalesce(to_json(n."issued_by")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(n."lot_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(n."specification_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."batch_id" OR h.subject_id = o."lot_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_certificate', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_certificate"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_certificate' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"content":' || coalesce(to_json(o."content")::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"issued_by":' || coalesce(to_json(o."issued_by")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(o."lot_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(o."specification_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_certificate_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_certificate_insert AFTER INSERT ON lims_certificate REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_certificate_entry()

ALTER TABLE lims_certificate ENABLE ALWAYS TRIGGER titer_lims_certificate_insert

CREATE TRIGGER titer_lims_certificate_update AFTER UPDATE ON lims_certificate REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_certificate_entry()

ALTER TABLE lims_certificate ENABLE ALWAYS TRIGGER titer_lims_certificate_update

CREATE TRIGGER titer_lims_certificate_delete AFTER DELETE ON lims_certificate REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_certificate_entry()

ALTER TABLE lims_certificate ENABLE ALWAYS TRIGGER titer_lims_certificate_delete

CREATE TRIGGER titer_lims_certificate_no_truncate BEFORE TRUNCATE ON lims_certificate FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE lims_certificate ENABLE ALWAYS TRIGGER titer_lims_certificate_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_contract_certificate_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_contract_certificate', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_contract_certificate"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_contract_certificate' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"checked_by":' || coalesce(to_json(n."checked_by")::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(n."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"laboratory":' || coalesce(to_json(n."laboratory")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"reference":' || coalesce(to_json(n."reference")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(n."sample_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"transcribed_by":' || coalesce(to_json(n."transcribed_by")::text, 'null') || ',' || '"transcription":' || coalesce(to_json(n."transcription")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."number" IS DISTINCT FROM o."number" THEN 'number'
    WHEN n."laboratory" IS DISTINCT FROM o."laboratory" THEN 'laboratory'
    WHEN n."reference" IS DISTINCT FROM o."reference" THEN 'reference'
    WHEN n."digest" IS DISTINCT FROM o."digest" THEN 'digest'
    WHEN n."sample_id" IS DISTINCT FROM o."sample_id" THEN 'sample_id' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: lims_contract_certificate.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_contract_certificate', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_contract_certificate"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_contract_certificate' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"checked_by":' || coalesce(to_json(o."checked_by")::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(o."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"laboratory":' || coalesce(to_json(o."laboratory")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"reference":' || coalesce(to_json(o."reference")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(o."sample_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"transcribed_by":' || coalesce(to_json(o."transcribed_by")::text, 'null') || ',' || '"transcription":' || coalesce(to_json(o."transcription")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"checked_by":' || coalesce(to_json(n."checked_by")::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(n."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"laboratory":' || coalesce(to_json(n."laboratory")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"reference":' || coalesce(to_json(n."reference")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(n."sample_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"transcribed_by":' || coalesce(to_json(n."transcribed_by")::text, 'null') || ',' || '"transcription":' || coalesce(to_json(n."transcription")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."batch_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_contract_certificate', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_contract_certificate"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_contract_certificate' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"checked_by":' || coalesce(to_json(o."checked_by")::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(o."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"laboratory":' || coalesce(to_json(o."laboratory")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"reference":' || coalesce(to_json(o."reference")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(o."sample_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"transcribed_by":' || coalesce(to_json(o."transcribed_by")::text, 'null') || ',' || '"transcription":' || coalesce(to_json(o."transcription")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_contract_certificate_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_contract_certificate_insert AFTER INSERT ON lims_contract_certificate REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_contract_certificate_entry()

ALTER TABLE lims_contract_certificate ENABLE ALWAYS TRIGGER titer_lims_contract_certificate_insert

CREATE TRIGGER titer_lims_contract_certificate_update AFTER UPDATE ON lims_contract_certificate REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_contract_certificate_entry()

ALTER TABLE lims_contract_certificate ENABLE ALWAYS TRIGGER titer_lims_contract_certificate_update

CREATE TRIGGER titer_lims_contract_certificate_delete AFTER DELETE ON lims_contract_certificate REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_contract_certificate_entry()

ALTER TABLE lims_contract_certificate ENABLE ALWAYS TRIGGER titer_lims_contract_certificate_delete

CREATE TRIGGER titer_lims_contract_certificate_no_truncate BEFORE TRUNCATE ON lims_contract_certificate FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE lims_contract_certificate ENABLE ALWAYS TRIGGER titer_lims_contract_certificate_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_design_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_design', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_design"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_design' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"author_id":' || coalesce(to_json(n."author_id")::text, 'null') || ',' || '"change_reason":' || coalesce(to_json(n."change_reason")::text, 'null') || ',' || '"code":' || coalesce(to_json(n."code")::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"document":' || coalesce(to_json(n."document")::text, 'null') || ',' || '"effective_at":' || coalesce(n."effective_at"::text, 'null') || ',' || '"ended_at":' || coalesce(n."ended_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(n."revision"::text, 'null') || ',' || '"source":' || coalesce(to_json(n."source")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."kind" IS DISTINCT FROM o."kind" THEN 'kind'
    WHEN n."code" IS DISTINCT FROM o."code" THEN 'code'
    WHEN n."revision" IS DISTINCT FROM o."revision" THEN 'revision'
    WHEN n."document" IS DISTINCT FROM o."document" THEN 'document'
    WHEN n."source" IS DISTINCT FROM o."source" THEN 'source'
    WHEN n."digest" IS DISTINCT FROM o."digest" THEN 'digest'
    WHEN n."author_id" IS DISTINCT FROM o."author_id" THEN 'author_id' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: lims_design.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_design', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_design"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_design' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"author_id":' || coalesce(to_json(o."author_id")::text, 'null') || ',' || '"change_reason":' || coalesce(to_json(o."change_reason")::text, 'null') || ',' || '"code":' || coalesce(to_json(o."code")::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"document":' || coalesce(to_json(o."document")::text, 'null') || ',' || '"effective_at":' || coalesce(o."effective_at"::text, 'null') || ',' || '"ended_at":' || coalesce(o."ended_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(o."revision"::text, 'null') || ',' || '"source":' || coalesce(to_json(o."source")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"author_id":' || coalesce(to_json(n."author_id")::text, 'null') || ',' || '"change_reason":' || coalesce(to_json(n."change_reason")::text, 'null') || ',' || '"code":' || coalesce(to_json(n."code")::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"document":' || coalesce(to_json(n."document")::text, 'null') || ',' || '"effective_at":' || coalesce(n."effective_at"::text, 'null') || ',' || '"ended_at":' || coalesce(n."ended_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(n."revision"::text, 'null') || ',' || '"source":' || coalesce(to_json(n."source")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_design', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_design"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_design' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"author_id":' || coalesce(to_json(o."author_id")::text, 'null') || ',' || '"change_reason":' || coalesce(to_json(o."change_reason")::text, 'null') || ',' || '"code":' || coalesce(to_json(o."code")::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"document":' || coalesce(to_json(o."document")::text, 'null') || ',' || '"effective_at":' || coalesce(o."effective_at"::text, 'null') || ',' || '"ended_at":' || coalesce(o."ended_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(o."revision"::text, 'null') || ',' || '"source":' || coalesce(to_json(o."source")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_design_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_design_insert AFTER INSERT ON lims_design REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_design_entry()

ALTER TABLE lims_design ENABLE ALWAYS TRIGGER titer_lims_design_insert

CREATE TRIGGER titer_lims_design_update AFTER UPDATE ON lims_design REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_design_entry()

ALTER TABLE lims_design ENABLE ALWAYS TRIGGER titer_lims_design_update

CREATE TRIGGER titer_lims_design_delete AFTER DELETE ON lims_design REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_design_entry()

ALTER TABLE lims_design ENABLE ALWAYS TRIGGER titer_lims_design_delete

CREATE TRIGGER titer_lims_design_no_truncate BEFORE TRUNCATE ON lims_design FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE lims_design ENABLE ALWAYS TRIGGER titer_lims_design_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_evaluation_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_evaluation', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_evaluation"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_evaluation' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"limit_text":' || coalesce(to_json(n."limit_text")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(n."outcome")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"result_id":' || coalesce(to_json(n."result_id")::text, 'null') || ',' || '"rounded":' || coalesce(to_json(n."rounded")::text, 'null') || ',' || '"rounding":' || coalesce(to_json(n."rounding")::text, 'null') || ',' || '"specification_digest":' || coalesce(to_json(n."specification_digest")::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(n."specification_id")::text, 'null') || ',' || '"trace":' || coalesce(to_json(n."trace")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: lims_evaluation.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_evaluation', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_evaluation"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_evaluation' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"limit_text":' || coalesce(to_json(o."limit_text")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(o."outcome")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"result_id":' || coalesce(to_json(o."result_id")::text, 'null') || ',' || '"rounded":' || coalesce(to_json(o."rounded")::text, 'null') || ',' || '"rounding":' || coalesce(to_json(o."rounding")::text, 'null') || ',' || '"specification_digest":' || coalesce(to_json(o."specification_digest")::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(o."specification_id")::text, 'null') || ',' || '"trace":' || coalesce(to_json(o."trace")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"limit_text":' || coalesce(to_json(n."limit_text")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(n."outcome")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"result_id":' || coalesce(to_json(n."result_id")::text, 'null') || ',' || '"rounded":' || coalesce(to_json(n."rounded")::text, 'null') || ',' || '"rounding":' || coalesce(to_json(n."rounding")::text, 'null') || ',' || '"specification_digest":' || coalesce(to_json(n."specification_digest")::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(n."specification_id")::text, 'null') || ',' || '"trace":' || coalesce(to_json(n."trace")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_evaluation', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_evaluation"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_evaluation' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"limit_text":' || coalesce(to_json(o."limit_text")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(o."outcome")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"result_id":' || coalesce(to_json(o."result_id")::text, 'null') || ',' || '"rounded":' || coalesce(to_json(o."rounded")::text, 'null') || ',' || '"rounding":' || coalesce(to_json(o."rounding")::text, 'null') || ',' || '"specification_digest":' || coalesce(to_json(o."specification_digest")::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(o."specification_id")::text, 'null') || ',' || '"trace":' || coalesce(to_json(o."trace")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_evaluation_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_evaluation_insert AFTER INSERT ON lims_evaluation REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_evaluation_entry()

ALTER TABLE lims_evaluation ENABLE ALWAYS TRIGGER titer_lims_evaluation_insert

CREATE TRIGGER titer_lims_evaluation_no_update BEFORE UPDATE ON lims_evaluation FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE lims_evaluation ENABLE ALWAYS TRIGGER titer_lims_evaluation_no_update

CREATE TRIGGER titer_lims_evaluation_no_delete BEFORE DELETE ON lims_evaluation FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE lims_evaluation ENABLE ALWAYS TRIGGER titer_lims_evaluation_no_delete

CREATE TRIGGER titer_lims_evaluation_no_truncate BEFORE TRUNCATE ON lims_evaluation FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE lims_evaluation ENABLE ALWAYS TRIGGER titer_lims_evaluation_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_investigation_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_investigation', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_investigation"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_investigation' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"approver_id":' || coalesce(to_json(n."approver_id")::text, 'null') || ',' || '"assignable_cause":' || coalesce(to_json(n."assignable_cause")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"cause_kind":' || coalesce(to_json(n."cause_kind")::text, 'null') || ',' || '"conclusion":' || coalesce(to_json(n."conclusion")::text, 'null') || ',' || '"evidence":' || coalesce(to_json(n."evidence")::text, 'null') || ',' || '"exception_id":' || coalesce(to_json(n."exception_id")::text, 'null') || ',' || '"hypothesis":' || coalesce(to_json(n."hypothesis")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"investigator_id":' || coalesce(to_json(n."investigator_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"redetermination_id":' || coalesce(to_json(n."redetermination_id")::text, 'null') || ',' || '"result_id":' || coalesce(to_json(n."result_id")::text, 'null') || ',' || '"reviewer_id":' || coalesce(to_json(n."reviewer_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"test_id":' || coalesce(to_json(n."test_id")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."number" IS DISTINCT FROM o."number" THEN 'number'
    WHEN n."test_id" IS DISTINCT FROM o."test_id" THEN 'test_id'
    WHEN n."result_id" IS DISTINCT FROM o."result_id" THEN 'result_id'
    WHEN n."batch_id" IS DISTINCT FROM o."batch_id" THEN 'batch_id'
    WHEN n."exception_id" IS DISTINCT FROM o."exception_id" THEN 'exception_id' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: lims_investigation.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_investigation', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_investigation"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_investigation' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"approver_id":' || coalesce(to_json(o."approver_id")::text, 'null') || ',' || '"assignable_cause":' || coalesce(to_json(o."assignable_cause")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"cause_kind":' || coalesce(to_json(o."cause_kind")::text, 'null') || ',' || '"conclusion":' || coalesce(to_json(o."conclusion")::text, 'null') || ',' || '"evidence":' || coalesce(to_json(o."evidence")::text, 'null') || ',' || '"exception_id":' || coalesce(to_json(o."exception_id")::text, 'null') || ',' || '"hypothesis":' || coalesce(to_json(o."hypothesis")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"investigator_id":' || coalesce(to_json(o."investigator_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"redetermination_id":' || coalesce(to_json(o."redetermination_id")::text, 'null') || ',' || '"result_id":' || coalesce(to_json(o."result_id")::text, 'null') || ',' || '"reviewer_id":' || coalesce(to_json(o."reviewer_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"test_id":' || coalesce(to_json(o."test_id")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"approver_id":' || coalesce(to_json(n."approver_id")::text, 'null') || ',' || '"assignable_cause":' || coalesce(to_json(n."assignable_cause")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"cause_kind":' || coalesce(to_json(n."cause_kind")::text, 'null') || ',' || '"conclusion":' || coalesce(to_json(n."conclusion")::text, 'null') || ',' || '"evidence":' || coalesce(to_json(n."evidence")::text, 'null') || ',' || '"exception_id":' || coalesce(to_json(n."exception_id")::text, 'null') || ',' || '"hypothesis":' || coalesce(to_json(n."hypothesis")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"investigator_id":' || coalesce(to_json(n."investigator_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"redetermination_id":' || coalesce(to_json(n."redetermination_id")::text, 'null') || ',' || '"result_id":' || coalesce(to_json(n."result_id")::text, 'null') || ',' || '"reviewer_id":' || coalesce(to_json(n."reviewer_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"test_id":' || coalesce(to_json(n."test_id")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."batch_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_investigation', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_investigation"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_investigation' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"approver_id":' || coalesce(to_json(o."approver_id")::text, 'null') || ',' || '"assignable_cause":' || coalesce(to_json(o."assignable_cause")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"cause_kind":' || coalesce(to_json(o."cause_kind")::text, 'null') || ',' || '"conclusion":' || coalesce(to_json(o."conclusion")::text, 'null') || ',' || '"evidence":' || coalesce(to_json(o."evidence")::text, 'null') || ',' || '"exception_id":' || coalesce(to_json(o."exception_id")::text, 'null') || ',' || '"hypothesis":' || coalesce(to_json(o."hypothesis")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"investigator_id":' || coalesce(to_json(o."investigator_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"redetermination_id":' || coalesce(to_json(o."redetermination_id")::text, 'null') || ',' || '"result_id":' || coalesce(to_json(o."result_id")::text, 'null') || ',' || '"reviewer_id":' || coalesce(to_json(o."reviewer_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"test_id":' || coalesce(to_json(o."test_id")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_investigation_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_investigation_insert AFTER INSERT ON lims_investigation REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_investigation_entry()

ALTER TABLE lims_investigation ENABLE ALWAYS TRIGGER titer_lims_investigation_insert

CREATE TRIGGER titer_lims_investigation_update AFTER UPDATE ON lims_investigation REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_investigation_entry()

ALTER TABLE lims_investigation ENABLE ALWAYS TRIGGER titer_lims_investigation_update

CREATE TRIGGER titer_lims_investigation_delete AFTER DELETE ON lims_investigation REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_investigation_entry()

ALTER TABLE lims_investigation ENABLE ALWAYS TRIGGER titer_lims_investigation_delete

CREATE TRIGGER titer_lims_investigation_no_truncate BEFORE TRUNCATE ON lims_investigation FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE lims_investigation ENABLE ALWAYS TRIGGER titer_lims_investigation_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_measurement_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_measurement', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_measurement"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_measurement' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(n."name")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"raw":' || coalesce(to_json(n."raw")::text, 'null') || ',' || '"reason":' || coalesce(to_json(n."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"replicate":' || coalesce(n."replicate"::text, 'null') || ',' || '"run_id":' || coalesce(to_json(n."run_id")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(n."sample_id")::text, 'null') || ',' || '"source":' || coalesce(to_json(n."source")::text, 'null') || ',' || '"supersedes_id":' || coalesce(to_json(n."supersedes_id")::text, 'null') || ',' || '"test_id":' || coalesce(to_json(n."test_id")::text, 'null') || ',' || '"unit":' || coalesce(to_json(n."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || n."value"::text || '"', 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: lims_measurement.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_measurement', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_measurement"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_measurement' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(o."name")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"raw":' || coalesce(to_json(o."raw")::text, 'null') || ',' || '"reason":' || coalesce(to_json(o."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"replicate":' || coalesce(o."replicate"::text, 'null') || ',' || '"run_id":' || coalesce(to_json(o."run_id")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(o."sample_id")::text, 'null') || ',' || '"source":' || coalesce(to_json(o."source")::text, 'null') || ',' || '"supersedes_id":' || coalesce(to_json(o."supersedes_id")::text, 'null') || ',' || '"test_id":' || coalesce(to_json(o."test_id")::text, 'null') || ',' || '"unit":' || coalesce(to_json(o."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || o."value"::text || '"', 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(n."name")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"raw":' || coalesce(to_json(n."raw")::text, 'null') || ',' || '"reason":' || coalesce(to_json(n."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"replicate":' || coalesce(n."replicate"::text, 'null') || ',' || '"run_id":' || coalesce(to_json(n."run_id")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(n."sample_id")::text, 'null') || ',' || '"source":' || coalesce(to_json(n."source")::text, 'null') || ',' || '"supersedes_id":' || coalesce(to_json(n."supersedes_id")::text, 'null') || ',' || '"test_id":' || coalesce(to_json(n."test_id")::text, 'null') || ',' || '"unit":' || coalesce(to_json(n."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || n."value"::text || '"', 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_measurement', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_measurement"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_measurement' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(o."name")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"raw":' || coalesce(to_json(o."raw")::text, 'null') || ',' || '"reason":' || coalesce(to_json(o."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"replicate":' || coalesce(o."replicate"::text, 'null') || ',' || '"run_id":' || coalesce(to_json(o."run_id")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(o."sample_id")::text, 'null') || ',' || '"source":' || coalesce(to_json(o."source")::text, 'null') || ',' || '"supersedes_id":' || coalesce(to_json(o."supersedes_id")::text, 'null') || ',' || '"test_id":' || coalesce(to_json(o."test_id")::text, 'null') || ',' || '"unit":' || coalesce(to_json(o."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || o."value"::text || '"', 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_measurement_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_measurement_insert AFTER INSERT ON lims_measurement REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_measurement_entry()

ALTER TABLE lims_measurement ENABLE ALWAYS TRIGGER titer_lims_measurement_insert

CREATE TRIGGER titer_lims_measurement_no_update BEFORE UPDATE ON lims_measurement FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE lims_measurement ENABLE ALWAYS TRIGGER titer_lims_measurement_no_update

CREATE TRIGGER titer_lims_measurement_no_delete BEFORE DELETE ON lims_measurement FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE lims_measurement ENABLE ALWAYS TRIGGER titer_lims_measurement_no_delete

CREATE TRIGGER titer_lims_measurement_no_truncate BEFORE TRUNCATE ON lims_measurement FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE lims_measurement ENABLE ALWAYS TRIGGER titer_lims_measurement_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_panel_request_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_panel_request', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_panel_request"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_panel_request' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"asked_at":' || coalesce(n."asked_at"::text, 'null') || ',' || '"command_key":' || coalesce(to_json(n."command_key")::text, 'null') || ',' || '"counter":' || coalesce(n."counter"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"instrument":' || coalesce(to_json(n."instrument")::text, 'null') || ',' || '"measured_at":' || coalesce(to_json(n."measured_at")::text, 'null') || ',' || '"message":' || coalesce(to_json(n."message")::text, 'null') || ',' || '"method_id":' || coalesce(to_json(n."method_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(n."sample_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."command_key" IS DISTINCT FROM o."command_key" THEN 'command_key'
    WHEN n."sample_id" IS DISTINCT FROM o."sample_id" THEN 'sample_id'
    WHEN n."method_id" IS DISTINCT FROM o."method_id" THEN 'method_id' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: lims_panel_request.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_panel_request', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_panel_request"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_panel_request' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"asked_at":' || coalesce(o."asked_at"::text, 'null') || ',' || '"command_key":' || coalesce(to_json(o."command_key")::text, 'null') || ',' || '"counter":' || coalesce(o."counter"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"instrument":' || coalesce(to_json(o."instrument")::text, 'null') || ',' || '"measured_at":' || coalesce(to_json(o."measured_at")::text, 'null') || ',' || '"message":' || coalesce(to_json(o."message")::text, 'null') || ',' || '"method_id":' || coalesce(to_json(o."method_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(o."sample_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"asked_at":' || coalesce(n."asked_at"::text, 'null') || ',' || '"command_key":' || coalesce(to_json(n."command_key")::text, 'null') || ',' || '"counter":' || coalesce(n."counter"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"instrument":' || coalesce(to_json(n."instrument")::text, 'null') || ',' || '"measured_at":' || coalesce(to_json(n."measured_at")::text, 'null') || ',' || '"message":' || coalesce(to_json(n."message")::text, 'null') || ',' || '"method_id":' || coalesce(to_json(n."method_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(n."sample_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_panel_request', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_panel_request"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_panel_request' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"asked_at":' || coalesce(o."asked_at"::text, 'null') || ',' || '"command_key":' || coalesce(to_json(o."command_key")::text, 'null') || ',' || '"counter":' || coalesce(o."counter"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"instrument":' || coalesce(to_json(o."instrument")::text, 'null') || ',' || '"measured_at":' || coalesce(to_json(o."measured_at")::text, 'null') || ',' || '"message":' || coalesce(to_json(o."message")::text, 'null') || ',' || '"method_id":' || coalesce(to_json(o."method_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(o."sample_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_panel_request_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_panel_request_insert AFTER INSERT ON lims_panel_request REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_panel_request_entry()

ALTER TABLE lims_panel_request ENABLE ALWAYS TRIGGER titer_lims_panel_request_insert

CREATE TRIGGER titer_lims_panel_request_update AFTER UPDATE ON lims_panel_request REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_panel_request_entry()

ALTER TABLE lims_panel_request ENABLE ALWAYS TRIGGER titer_lims_panel_request_update

CREATE TRIGGER titer_lims_panel_request_delete AFTER DELETE ON lims_panel_request REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_panel_request_entry()

ALTER TABLE lims_panel_request ENABLE ALWAYS TRIGGER titer_lims_panel_request_delete

CREATE TRIGGER titer_lims_panel_request_no_truncate BEFORE TRUNCATE ON lims_panel_request FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE lims_panel_request ENABLE ALWAYS TRIGGER titer_lims_panel_request_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_raw_file_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_raw_file', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_raw_file"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_raw_file' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"batch_ids":' || coalesce(to_json(n."batch_ids")::text, 'null') || ',' || '"connection":' || coalesce(to_json(n."connection")::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(n."disposition")::text, 'null') || ',' || '"document_id":' || coalesce(to_json(n."document_id")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(n."file_name")::text, 'null') || ',' || '"found":' || coalesce(to_json(n."found")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(n."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"run_id":' || coalesce(to_json(n."run_id")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."document_id" IS DISTINCT FROM o."document_id" THEN 'document_id'
    WHEN n."digest" IS DISTINCT FROM o."digest" THEN 'digest'
    WHEN n."file_name" IS DISTINCT FROM o."file_name" THEN 'file_name'
    WHEN n."connection" IS DISTINCT FROM o."connection" THEN 'connection' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: lims_raw_file.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_raw_file', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_raw_file"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_raw_file' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"batch_ids":' || coalesce(to_json(o."batch_ids")::text, 'null') || ',' || '"connection":' || coalesce(to_json(o."connection")::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(o."disposition")::text, 'null') || ',' || '"document_id":' || coalesce(to_json(o."document_id")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(o."file_name")::text, 'null') || ',' || '"found":' || coalesce(to_json(o."found")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(o."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"run_id":' || coalesce(to_json(o."run_id")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"batch_ids":' || coalesce(to_json(n."batch_ids")::text, 'null') || ',' || '"connection":' || coalesce(to_json(n."connection")::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(n."disposition")::text, 'null') || ',' || '"document_id":' || coalesce(to_json(n."document_id")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(n."file_name")::text, 'null') || ',' || '"found":' || coalesce(to_json(n."found")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(n."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"run_id":' || coalesce(to_json(n."run_id")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_raw_file', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_raw_file"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_raw_file' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"batch_ids":' || coalesce(to_json(o."batch_ids")::text, 'null') || ',' || '"connection":' || coalesce(to_json(o."connection")::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(o."disposition")::text, 'null') || ',' || '"document_id":' || coalesce(to_json(o."document_id")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(o."file_name")::text, 'null') || ',' || '"found":' || coalesce(to_json(o."found")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(o."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"run_id":' || coalesce(to_json(o."run_id")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_raw_file_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_raw_file_insert AFTER INSERT ON lims_raw_file REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_raw_file_entry()

ALTER TABLE lims_raw_file ENABLE ALWAYS TRIGGER titer_lims_raw_file_insert

CREATE TRIGGER titer_lims_raw_file_update AFTER UPDATE ON lims_raw_file REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_raw_file_entry()

ALTER TABLE lims_raw_file ENABLE ALWAYS TRIGGER titer_lims_raw_file_update

CREATE TRIGGER titer_lims_raw_file_delete AFTER DELETE ON lims_raw_file REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_raw_file_entry()

ALTER TABLE lims_raw_file ENABLE ALWAYS TRIGGER titer_lims_raw_file_delete

CREATE TRIGGER titer_lims_raw_file_no_truncate BEFORE TRUNCATE ON lims_raw_file FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE lims_raw_file ENABLE ALWAYS TRIGGER titer_lims_raw_file_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_result_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_result', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_result"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_result' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"analysis":' || coalesce(to_json(n."analysis")::text, 'null') || ',' || '"approved_by":' || coalesce(to_json(n."approved_by")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"entered_by":' || coalesce(to_json(n."entered_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"inputs":' || coalesce(to_json(n."inputs")::text, 'null') || ',' || '"pinned":' || coalesce(to_json(n."pinned")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"reviewed_by":' || coalesce(to_json(n."reviewed_by")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(n."sample_id")::text, 'null') || ',' || '"sampled_at":' || coalesce(n."sampled_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"test_id":' || coalesce(to_json(n."test_id")::text, 'null') || ',' || '"text":' || coalesce(to_json(n."text")::text, 'null') || ',' || '"trace":' || coalesce(to_json(n."trace")::text, 'null') || ',' || '"unit":' || coalesce(to_json(n."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || n."value"::text || '"', 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."test_id" IS DISTINCT FROM o."test_id" THEN 'test_id'
    WHEN n."value" IS DISTINCT FROM o."value" THEN 'value'
    WHEN n."text" IS DISTINCT FROM o."text" THEN 'text'
    WHEN n."unit" IS DISTINCT FROM o."unit" THEN 'unit'
    WHEN n."trace" IS DISTINCT FROM o."trace" THEN 'trace'
    WHEN n."inputs" IS DISTINCT FROM o."inputs" THEN 'inputs'
    WHEN n."pinned" IS DISTINCT FROM o."pinned" THEN 'pinned'
    WHEN n."sampled_at" IS DISTINCT FROM o."sampled_at" THEN 'sampled_at' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: lims_result.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_result', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_result"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_result' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"analysis":' || coalesce(to_json(o."analysis")::text, 'null') || ',' || '"approved_by":' || coalesce(to_json(o."approved_by")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"entered_by":' || coalesce(to_json(o."entered_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"inputs":' || coalesce(to_json(o."inputs")::text, 'null') || ',' || '"pinned":' || coalesce(to_json(o."pinned")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"reviewed_by":' || coalesce(to_json(o."reviewed_by")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(o."sample_id")::text, 'null') || ',' || '"sampled_at":' || coalesce(o."sampled_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"test_id":' || coalesce(to_json(o."test_id")::text, 'null') || ',' || '"text":' || coalesce(to_json(o."text")::text, 'null') || ',' || '"trace":' || coalesce(to_json(o."trace")::text, 'null') || ',' || '"unit":' || coalesce(to_json(o."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || o."value"::text || '"', 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"analysis":' || coalesce(to_json(n."analysis")::text, 'null') || ',' || '"approved_by":' || coalesce(to_json(n."approved_by")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"entered_by":' || coalesce(to_json(n."entered_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"inputs":' || coalesce(to_json(n."inputs")::text, 'null') || ',' || '"pinned":' || coalesce(to_json(n."pinned")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"reviewed_by":' || coalesce(to_json(n."reviewed_by")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(n."sample_id")::text, 'null') || ',' || '"sampled_at":' || coalesce(n."sampled_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"test_id":' || coalesce(to_json(n."test_id")::text, 'null') || ',' || '"text":' || coalesce(to_json(n."text")::text, 'null') || ',' || '"trace":' || coalesce(to_json(n."trace")::text, 'null') || ',' || '"unit":' || coalesce(to_json(n."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || n."value"::text || '"', 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."batch_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_result', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_result"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_result' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"analysis":' || coalesce(to_json(o."analysis")::text, 'null') || ',' || '"approved_by":' || coalesce(to_json(o."approved_by")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"entered_by":' || coalesce(to_json(o."entered_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"inputs":' || coalesce(to_json(o."inputs")::text, 'null') || ',' || '"pinned":' || coalesce(to_json(o."pinned")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"reviewed_by":' || coalesce(to_json(o."reviewed_by")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(o."sample_id")::text, 'null') || ',' || '"sampled_at":' || coalesce(o."sampled_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"test_id":' || coalesce(to_json(o."test_id")::text, 'null') || ',' || '"text":' || coalesce(to_json(o."text")::text, 'null') || ',' || '"trace":' || coalesce(to_json(o."trace")::text, 'null') || ',' || '"unit":' || coalesce(to_json(o."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || o."value"::text || '"', 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_result_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_result_insert AFTER INSERT ON lims_result REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_result_entry()

ALTER TABLE lims_result ENABLE ALWAYS TRIGGER titer_lims_result_insert

CREATE TRIGGER titer_lims_result_update AFTER UPDATE ON lims_result REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_result_entry()

ALTER TABLE lims_result ENABLE ALWAYS TRIGGER titer_lims_result_update

CREATE TRIGGER titer_lims_result_delete AFTER DELETE ON lims_result REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_result_entry()

ALTER TABLE lims_result ENABLE ALWAYS TRIGGER titer_lims_result_delete

CREATE TRIGGER titer_lims_result_no_truncate BEFORE TRUNCATE ON lims_result FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE lims_result ENABLE ALWAYS TRIGGER titer_lims_result_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_run_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_run', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_run"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_run' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"analyst_id":' || coalesce(to_json(n."analyst_id")::text, 'null') || ',' || '"document_digest":' || coalesce(to_json(n."document_digest")::text, 'null') || ',' || '"findings":' || coalesce(to_json(n."findings")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"injections":' || coalesce(to_json(n."injections")::text, 'null') || ',' || '"instrument":' || coalesce(to_json(n."instrument")::text, 'null') || ',' || '"instrument_trail":' || coalesce(to_json(n."instrument_trail")::text, 'null') || ',' || '"materials":' || coalesce(to_json(n."materials")::text, 'null') || ',' || '"method_id":' || coalesce(to_json(n."method_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"pinned":' || coalesce(to_json(n."pinned")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"raw_file_id":' || coalesce(to_json(n."raw_file_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"started_at":' || coalesce(n."started_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"suitability":' || coalesce(to_json(n."suitability")::text, 'null') || ',' || '"test_ids":' || coalesce(to_json(n."test_ids")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."number" IS DISTINCT FROM o."number" THEN 'number'
    WHEN n."method_id" IS DISTINCT FROM o."method_id" THEN 'method_id'
    WHEN n."instrument" IS DISTINCT FROM o."instrument" THEN 'instrument'
    WHEN n."analyst_id" IS DISTINCT FROM o."analyst_id" THEN 'analyst_id' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: lims_run.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_run', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_run"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_run' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"analyst_id":' || coalesce(to_json(o."analyst_id")::text, 'null') || ',' || '"document_digest":' || coalesce(to_json(o."document_digest")::text, 'null') || ',' || '"findings":' || coalesce(to_json(o."findings")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"injections":' || coalesce(to_json(o."injections")::text, 'null') || ',' || '"instrument":' || coalesce(to_json(o."instrument")::text, 'null') || ',' || '"instrument_trail":' || coalesce(to_json(o."instrument_trail")::text, 'null') || ',' || '"materials":' || coalesce(to_json(o."materials")::text, 'null') || ',' || '"method_id":' || coalesce(to_json(o."method_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"pinned":' || coalesce(to_json(o."pinned")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"raw_file_id":' || coalesce(to_json(o."raw_file_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"started_at":' || coalesce(o."started_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"suitability":' || coalesce(to_json(o."suitability")::text, 'null') || ',' || '"test_ids":' || coalesce(to_json(o."test_ids")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"analyst_id":' || coalesce(to_json(n."analyst_id")::text, 'null') || ',' || '"document_digest":' || coalesce(to_json(n."document_digest")::text, 'null') || ',' || '"findings":' || coalesce(to_json(n."findings")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"injections":' || coalesce(to_json(n."injections")::text, 'null') || ',' || '"instrument":' || coalesce(to_json(n."instrument")::text, 'null') || ',' || '"instrument_trail":' || coalesce(to_json(n."instrument_trail")::text, 'null') || ',' || '"materials":' || coalesce(to_json(n."materials")::text, 'null') || ',' || '"method_id":' || coalesce(to_json(n."method_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"pinned":' || coalesce(to_json(n."pinned")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"raw_file_id":' || coalesce(to_json(n."raw_file_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"started_at":' || coalesce(n."started_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"suitability":' || coalesce(to_json(n."suitability")::text, 'null') || ',' || '"test_ids":' || coalesce(to_json(n."test_ids")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_run', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_run"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_run' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"analyst_id":' || coalesce(to_json(o."analyst_id")::text, 'null') || ',' || '"document_digest":' || coalesce(to_json(o."document_digest")::text, 'null') || ',' || '"findings":' || coalesce(to_json(o."findings")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"injections":' || coalesce(to_json(o."injections")::text, 'null') || ',' || '"instrument":' || coalesce(to_json(o."instrument")::text, 'null') || ',' || '"instrument_trail":' || coalesce(to_json(o."instrument_trail")::text, 'null') || ',' || '"materials":' || coalesce(to_json(o."materials")::text, 'null') || ',' || '"method_id":' || coalesce(to_json(o."method_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"pinned":' || coalesce(to_json(o."pinned")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"raw_file_id":' || coalesce(to_json(o."raw_file_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"started_at":' || coalesce(o."started_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"suitability":' || coalesce(to_json(o."suitability")::text, 'null') || ',' || '"test_ids":' || coalesce(to_json(o."test_ids")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_run_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_run_insert AFTER INSERT ON lims_run REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_run_entry()

ALTER TABLE lims_run ENABLE ALWAYS TRIGGER titer_lims_run_insert

CREATE TRIGGER titer_lims_run_update AFTER UPDATE ON lims_run REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_run_entry()

ALTER TABLE lims_run ENABLE ALWAYS TRIGGER titer_lims_run_update

CREATE TRIGGER titer_lims_run_delete AFTER DELETE ON lims_run REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_run_entry()

ALTER TABLE lims_run ENABLE ALWAYS TRIGGER titer_lims_run_delete

CREATE TRIGGER titer_lims_run_no_truncate BEFORE TRUNCATE ON lims_run FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE lims_run ENABLE ALWAYS TRIGGER titer_lims_run_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_sample_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_sample', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_sample"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_sample' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"location":' || coalesce(to_json(n."location")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(n."lot_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"parent_id":' || coalesce(to_json(n."parent_id")::text, 'null') || ',' || '"plan_id":' || coalesce(to_json(n."plan_id")::text, 'null') || ',' || '"planned_at":' || coalesce(n."planned_at"::text, 'null') || ',' || '"point":' || coalesce(to_json(n."point")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"received_at":' || coalesce(n."received_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"sampled_at":' || coalesce(n."sampled_at"::text, 'null') || ',' || '"sampled_by":' || coalesce(to_json(n."sampled_by")::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(n."specification_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."number" IS DISTINCT FROM o."number" THEN 'number'
    WHEN n."batch_id" IS DISTINCT FROM o."batch_id" THEN 'batch_id'
    WHEN n."lot_id" IS DISTINCT FROM o."lot_id" THEN 'lot_id'
    WHEN n."parent_id" IS DISTINCT FROM o."parent_id" THEN 'parent_id'
    WHEN n."kind" IS DISTINCT FROM o."kind" THEN 'kind' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: lims_sample.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_sample', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_sample"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_sample' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"location":' || coalesce(to_json(o."location")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(o."lot_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"parent_id":' || coalesce(to_json(o."parent_id")::text, 'null') || ',' || '"plan_id":' || coalesce(to_json(o."plan_id")::text, 'null') || ',' || '"planned_at":' || coalesce(o."planned_at"::text, 'null') || ',' || '"point":' || coalesce(to_json(o."point")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"received_at":' || coalesce(o."received_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"sampled_at":' || coalesce(o."sampled_at"::text, 'null') || ',' || '"sampled_by":' || coalesce(to_json(o."sampled_by")::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(o."specification_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"location":' || coalesce(to_json(n."location")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(n."lot_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"parent_id":' || coalesce(to_json(n."parent_id")::text, 'null') || ',' || '"plan_id":' || coalesce(to_json(n."plan_id")::text, 'null') || ',' || '"planned_at":' || coalesce(n."planned_at"::text, 'null') || ',' || '"point":' || coalesce(to_json(n."point")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"received_at":' || coalesce(n."received_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"sampled_at":' || coalesce(n."sampled_at"::text, 'null') || ',' || '"sampled_by":' || coalesce(to_json(n."sampled_by")::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(n."specification_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."batch_id" OR h.subject_id = o."lot_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_sample', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_sample"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_sample' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"location":' || coalesce(to_json(o."location")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(o."lot_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"parent_id":' || coalesce(to_json(o."parent_id")::text, 'null') || ',' || '"plan_id":' || coalesce(to_json(o."plan_id")::text, 'null') || ',' || '"planned_at":' || coalesce(o."planned_at"::text, 'null') || ',' || '"point":' || coalesce(to_json(o."point")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"received_at":' || coalesce(o."received_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"sampled_at":' || coalesce(o."sampled_at"::text, 'null') || ',' || '"sampled_by":' || coalesce(to_json(o."sampled_by")::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(o."specification_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_sample_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_sample_insert AFTER INSERT ON lims_sample REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_sample_entry()

ALTER TABLE lims_sample ENABLE ALWAYS TRIGGER titer_lims_sample_insert

CREATE TRIGGER titer_lims_sample_update AFTER UPDATE ON lims_sample REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_sample_entry()

ALTER TABLE lims_sample ENABLE ALWAYS TRIGGER titer_lims_sample_update

CREATE TRIGGER titer_lims_sample_delete AFTER DELETE ON lims_sample REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_sample_entry()

ALTER TABLE lims_sample ENABLE ALWAYS TRIGGER titer_lims_sample_delete

CREATE TRIGGER titer_lims_sample_no_truncate BEFORE TRUNCATE ON lims_sample FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE lims_sample ENABLE ALWAYS TRIGGER titer_lims_sample_no_truncate

CREATE OR REPLACE FUNCTION titer_lims_test_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_test', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_test"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_test' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"analysis":' || coalesce(to_json(n."analysis")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"investigation_id":' || coalesce(to_json(n."investigation_id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"method_id":' || coalesce(to_json(n."method_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"redetermines_id":' || coalesce(to_json(n."redetermines_id")::text, 'null') || ',' || '"run_id":' || coalesce(to_json(n."run_id")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(n."sample_id")::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(n."specification_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."number" IS DISTINCT FROM o."number" THEN 'number'
    WHEN n."sample_id" IS DISTINCT FROM o."sample_id" THEN 'sample_id'
    WHEN n."analysis" IS DISTINCT FROM o."analysis" THEN 'analysis'
    WHEN n."method_id" IS DISTINCT FROM o."method_id" THEN 'method_id'
    WHEN n."specification_id" IS DISTINCT FROM o."specification_id" THEN 'specification_id'
    WHEN n."redetermines_id" IS DISTINCT FROM o."redetermines_id" THEN 'redetermines_id' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: lims_test.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_test', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_test"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_test' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"analysis":' || coalesce(to_json(o."analysis")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"investigation_id":' || coalesce(to_json(o."investigation_id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"method_id":' || coalesce(to_json(o."method_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"redetermines_id":' || coalesce(to_json(o."redetermines_id")::text, 'null') || ',' || '"run_id":' || coalesce(to_json(o."run_id")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(o."sample_id")::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(o."specification_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"analysis":' || coalesce(to_json(n."analysis")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"investigation_id":' || coalesce(to_json(n."investigation_id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"method_id":' || coalesce(to_json(n."method_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"redetermines_id":' || coalesce(to_json(n."redetermines_id")::text, 'null') || ',' || '"run_id":' || coalesce(to_json(n."run_id")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(n."sample_id")::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(n."specification_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."batch_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'lims_test', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"lims_test"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'lims_test' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"analysis":' || coalesce(to_json(o."analysis")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"investigation_id":' || coalesce(to_json(o."investigation_id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"method_id":' || coalesce(to_json(o."method_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"redetermines_id":' || coalesce(to_json(o."redetermines_id")::text, 'null') || ',' || '"run_id":' || coalesce(to_json(o."run_id")::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(o."sample_id")::text, 'null') || ',' || '"specification_id":' || coalesce(to_json(o."specification_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_lims_test_entry() FROM PUBLIC

CREATE TRIGGER titer_lims_test_insert AFTER INSERT ON lims_test REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_test_entry()

ALTER TABLE lims_test ENABLE ALWAYS TRIGGER titer_lims_test_insert

CREATE TRIGGER titer_lims_test_update AFTER UPDATE ON lims_test REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_test_entry()

ALTER TABLE lims_test ENABLE ALWAYS TRIGGER titer_lims_test_update

CREATE TRIGGER titer_lims_test_delete AFTER DELETE ON lims_test REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_lims_test_entry()

ALTER TABLE lims_test ENABLE ALWAYS TRIGGER titer_lims_test_delete

CREATE TRIGGER titer_lims_test_no_truncate BEFORE TRUNCATE ON lims_test FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE lims_test ENABLE ALWAYS TRIGGER titer_lims_test_no_truncate

CREATE OR REPLACE FUNCTION titer_material_container_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'material_container', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"material_container"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'material_container' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"code":' || coalesce(to_json(n."code")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"location":' || coalesce(to_json(n."location")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(n."lot_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || n."quantity"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."code" IS DISTINCT FROM o."code" THEN 'code'
    WHEN n."lot_id" IS DISTINCT FROM o."lot_id" THEN 'lot_id' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: material_container.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'material_container', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"material_container"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'material_container' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"code":' || coalesce(to_json(o."code")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"location":' || coalesce(to_json(o."location")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(o."lot_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || o."quantity"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"code":' || coalesce(to_json(n."code")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"location":' || coalesce(to_json(n."location")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(n."lot_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || n."quantity"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."lot_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'material_container', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"material_container"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'material_container' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"code":' || coalesce(to_json(o."code")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"location":' || coalesce(to_json(o."location")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(o."lot_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || o."quantity"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_material_container_entry() FROM PUBLIC

CREATE TRIGGER titer_material_container_insert AFTER INSERT ON material_container REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_material_container_entry()

ALTER TABLE material_container ENABLE ALWAYS TRIGGER titer_material_container_insert

CREATE TRIGGER titer_material_container_update AFTER UPDATE ON material_container REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_material_container_entry()

ALTER TABLE material_container ENABLE ALWAYS TRIGGER titer_material_container_update

CREATE TRIGGER titer_material_container_delete AFTER DELETE ON material_container REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_material_container_entry()

ALTER TABLE material_container ENABLE ALWAYS TRIGGER titer_material_container_delete

CREATE TRIGGER titer_material_container_no_truncate BEFORE TRUNCATE ON material_container FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE material_container ENABLE ALWAYS TRIGGER titer_material_container_no_truncate

CREATE OR REPLACE FUNCTION titer_material_definition_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'material_definition', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"material_definition"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'material_definition' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"code":' || coalesce(to_json(n."code")::text, 'null') || ',' || '"disposed_by":' || coalesce(to_json(n."disposed_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"needs":' || coalesce(to_json(n."needs")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"specification":' || coalesce(to_json(n."specification")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"unit":' || coalesce(to_json(n."unit")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."code" IS DISTINCT FROM o."code" THEN 'code' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: material_definition.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'material_definition', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"material_definition"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'material_definition' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"code":' || coalesce(to_json(o."code")::text, 'null') || ',' || '"disposed_by":' || coalesce(to_json(o."disposed_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"needs":' || coalesce(to_json(o."needs")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"specification":' || coalesce(to_json(o."specification")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"unit":' || coalesce(to_json(o."unit")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"code":' || coalesce(to_json(n."code")::text, 'null') || ',' || '"disposed_by":' || coalesce(to_json(n."disposed_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"needs":' || coalesce(to_json(n."needs")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"specification":' || coalesce(to_json(n."specification")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"unit":' || coalesce(to_json(n."unit")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'material_definition', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"material_definition"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'material_definition' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"code":' || coalesce(to_json(o."code")::text, 'null') || ',' || '"disposed_by":' || coalesce(to_json(o."disposed_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"needs":' || coalesce(to_json(o."needs")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"specification":' || coalesce(to_json(o."specification")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"unit":' || coalesce(to_json(o."unit")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_material_definition_entry() FROM PUBLIC

CREATE TRIGGER titer_material_definition_insert AFTER INSERT ON material_definition REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_material_definition_entry()

ALTER TABLE material_definition ENABLE ALWAYS TRIGGER titer_material_definition_insert

CREATE TRIGGER titer_material_definition_update AFTER UPDATE ON material_definition REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_material_definition_entry()

ALTER TABLE material_definition ENABLE ALWAYS TRIGGER titer_material_definition_update

CREATE TRIGGER titer_material_definition_delete AFTER DELETE ON material_definition REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_material_definition_entry()

ALTER TABLE material_definition ENABLE ALWAYS TRIGGER titer_material_definition_delete

CREATE TRIGGER titer_material_definition_no_truncate BEFORE TRUNCATE ON material_definition FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE material_definition ENABLE ALWAYS TRIGGER titer_material_definition_no_truncate

CREATE OR REPLACE FUNCTION titer_material_genealogy_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'material_genealogy', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"material_genealogy"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'material_genealogy' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"happened_at":' || coalesce(n."happened_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || n."quantity"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"source_id":' || coalesce(to_json(n."source_id")::text, 'null') || ',' || '"source_type":' || coalesce(to_json(n."source_type")::text, 'null') || ',' || '"target_id":' || coalesce(to_json(n."target_id")::text, 'null') || ',' || '"target_type":' || coalesce(to_json(n."target_type")::text, 'null') || ',' || '"unit":' || coalesce(to_json(n."unit")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: material_genealogy.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'material_genealogy', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"material_genealogy"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'material_genealogy' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"happened_at":' || coalesce(o."happened_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || o."quantity"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"source_id":' || coalesce(to_json(o."source_id")::text, 'null') || ',' || '"source_type":' || coalesce(to_json(o."source_type")::text, 'null') || ',' || '"target_id":' || coalesce(to_json(o."target_id")::text, 'null') || ',' || '"target_type":' || coalesce(to_json(o."target_type")::text, 'null') || ',' || '"unit":' || coalesce(to_json(o."unit")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"happened_at":' || coalesce(n."happened_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || n."quantity"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"source_id":' || coalesce(to_json(n."source_id")::text, 'null') || ',' || '"source_type":' || coalesce(to_json(n."source_type")::text, 'null') || ',' || '"target_id":' || coalesce(to_json(n."target_id")::text, 'null') || ',' || '"target_type":' || coalesce(to_json(n."target_type")::text, 'null') || ',' || '"unit":' || coalesce(to_json(n."unit")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'material_genealogy', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"material_genealogy"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'material_genealogy' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"happened_at":' || coalesce(o."happened_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || o."quantity"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"source_id":' || coalesce(to_json(o."source_id")::text, 'null') || ',' || '"source_type":' || coalesce(to_json(o."source_type")::text, 'null') || ',' || '"target_id":' || coalesce(to_json(o."target_id")::text, 'null') || ',' || '"target_type":' || coalesce(to_json(o."target_type")::text, 'null') || ',' || '"unit":' || coalesce(to_json(o."unit")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_material_genealogy_entry() FROM PUBLIC

CREATE TRIGGER titer_material_genealogy_insert AFTER INSERT ON material_genealogy REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_material_genealogy_entry()

ALTER TABLE material_genealogy ENABLE ALWAYS TRIGGER titer_material_genealogy_insert

CREATE TRIGGER titer_material_genealogy_no_update BEFORE UPDATE ON material_genealogy FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE material_genealogy ENABLE ALWAYS TRIGGER titer_material_genealogy_no_update

CREATE TRIGGER titer_material_genealogy_no_delete BEFORE DELETE ON material_genealogy FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE material_genealogy ENABLE ALWAYS TRIGGER titer_material_genealogy_no_delete

CREATE TRIGGER titer_material_genealogy_no_truncate BEFORE TRUNCATE ON material_genealogy FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE material_genealogy ENABLE ALWAYS TRIGGER titer_material_genealogy_no_truncate

CREATE OR REPLACE FUNCTION titer_material_lot_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'material_lot', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"material_lot"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'material_lot' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"certificate_digest":' || coalesce(to_json(n."certificate_digest")::text, 'null') || ',' || '"certificate_name":' || coalesce(to_json(n."certificate_name")::text, 'null') || ',' || '"definition_id":' || coalesce(to_json(n."definition_id")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(n."disposition")::text, 'null') || ',' || '"disposition_reason":' || coalesce(to_json(n."disposition_reason")::text, 'null') || ',' || '"disposition_signature":' || coalesce(to_json(n."disposition_signature")::text, 'null') || ',' || '"expires_on":' || coalesce(to_json(n."expires_on")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || n."quantity"::text || '"', 'null') || ',' || '"received_at":' || coalesce(n."received_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"remaining":' || coalesce('"' || n."remaining"::text || '"', 'null') || ',' || '"supplier":' || coalesce(to_json(n."supplier")::text, 'null') || ',' || '"supplier_lot":' || coalesce(to_json(n."supplier_lot")::text, 'null') || ',' || '"unit":' || coalesce(to_json(n."unit")::text, 'null') || ',' || '"usage":' || coalesce(to_json(n."usage")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."number" IS DISTINCT FROM o."number" THEN 'number'
    WHEN n."definition_id" IS DISTINCT FROM o."definition_id" THEN 'definition_id'
    WHEN n."quantity" IS DISTINCT FROM o."quantity" THEN 'quantity'
    WHEN n."unit" IS DISTINCT FROM o."unit" THEN 'unit' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: material_lot.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'material_lot', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"material_lot"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'material_lot' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"certificate_digest":' || coalesce(to_json(o."certificate_digest")::text, 'null') || ',' || '"certificate_name":' || coalesce(to_json(o."certificate_name")::text, 'null') || ',' || '"definition_id":' || coalesce(to_json(o."definition_id")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(o."disposition")::text, 'null') || ',' || '"disposition_reason":' || coalesce(to_json(o."disposition_reason")::text, 'null') || ',' || '"disposition_signature":' || coalesce(to_json(o."disposition_signature")::text, 'null') || ',' || '"expires_on":' || coalesce(to_json(o."expires_on")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || o."quantity"::text || '"', 'null') || ',' || '"received_at":' || coalesce(o."received_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"remaining":' || coalesce('"' || o."remaining"::text || '"', 'null') || ',' || '"supplier":' || coalesce(to_json(o."supplier")::text, 'null') || ',' || '"supplier_lot":' || coalesce(to_json(o."supplier_lot")::text, 'null') || ',' || '"unit":' || coalesce(to_json(o."unit")::text, 'null') || ',' || '"usage":' || coalesce(to_json(o."usage")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"certificate_digest":' || coalesce(to_json(n."certificate_digest")::text, 'null') || ',' || '"certificate_name":' || coalesce(to_json(n."certificate_name")::text, 'null') || ',' || '"definition_id":' || coalesce(to_json(n."definition_id")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(n."disposition")::text, 'null') || ',' || '"disposition_reason":' || coalesce(to_json(n."disposition_reason")::text, 'null') || ',' || '"disposition_signature":' || coalesce(to_json(n."disposition_signature")::text, 'null') || ',' || '"expires_on":' || coalesce(to_json(n."expires_on")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || n."quantity"::text || '"', 'null') || ',' || '"received_at":' || coalesce(n."received_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"remaining":' || coalesce('"' || n."remaining"::text || '"', 'null') || ',' || '"supplier":' || coalesce(to_json(n."supplier")::text, 'null') || ',' || '"supplier_lot":' || coalesce(to_json(n."supplier_lot")::text, 'null') || ',' || '"unit":' || coalesce(to_json(n."unit")::text, 'null') || ',' || '"usage":' || coalesce(to_json(n."usage")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."batch_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'material_lot', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"material_lot"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'material_lot' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"certificate_digest":' || coalesce(to_json(o."certificate_digest")::text, 'null') || ',' || '"certificate_name":' || coalesce(to_json(o."certificate_name")::text, 'null') || ',' || '"definition_id":' || coalesce(to_json(o."definition_id")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(o."disposition")::text, 'null') || ',' || '"disposition_reason":' || coalesce(to_json(o."disposition_reason")::text, 'null') || ',' || '"disposition_signature":' || coalesce(to_json(o."disposition_signature")::text, 'null') || ',' || '"expires_on":' || coalesce(to_json(o."expires_on")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || o."quantity"::text || '"', 'null') || ',' || '"received_at":' || coalesce(o."received_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"remaining":' || coalesce('"' || o."remaining"::text || '"', 'null') || ',' || '"supplier":' || coalesce(to_json(o."supplier")::text, 'null') || ',' || '"supplier_lot":' || coalesce(to_json(o."supplier_lot")::text, 'null') || ',' || '"unit":' || coalesce(to_json(o."unit")::text, 'null') || ',' || '"usage":' || coalesce(to_json(o."usage")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_material_lot_entry() FROM PUBLIC

CREATE TRIGGER titer_material_lot_insert AFTER INSERT ON material_lot REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_material_lot_entry()

ALTER TABLE material_lot ENABLE ALWAYS TRIGGER titer_material_lot_insert

CREATE TRIGGER titer_material_lot_update AFTER UPDATE ON material_lot REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_material_lot_entry()

ALTER TABLE material_lot ENABLE ALWAYS TRIGGER titer_material_lot_update

CREATE TRIGGER titer_material_lot_delete AFTER DELETE ON material_lot REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_material_lot_entry()

ALTER TABLE material_lot ENABLE ALWAYS TRIGGER titer_material_lot_delete

CREATE TRIGGER titer_material_lot_no_truncate BEFORE TRUNCATE ON material_lot FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE material_lot ENABLE ALWAYS TRIGGER titer_material_lot_no_truncate

CREATE OR REPLACE FUNCTION titer_mes_adjustment_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_adjustment', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_adjustment"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_adjustment' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"applied_at":' || coalesce(n."applied_at"::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"channel":' || coalesce(to_json(n."channel")::text, 'null') || ',' || '"command_key":' || coalesce(to_json(n."command_key")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"proposal_id":' || coalesce(to_json(n."proposal_id")::text, 'null') || ',' || '"readback":' || coalesce(to_json(n."readback")::text, 'null') || ',' || '"reason":' || coalesce(to_json(n."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(n."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"tag":' || coalesce(to_json(n."tag")::text, 'null') || ',' || '"unit":' || coalesce(to_json(n."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || n."value"::text || '"', 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: mes_adjustment.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_adjustment', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_adjustment"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_adjustment' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"applied_at":' || coalesce(o."applied_at"::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"channel":' || coalesce(to_json(o."channel")::text, 'null') || ',' || '"command_key":' || coalesce(to_json(o."command_key")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"proposal_id":' || coalesce(to_json(o."proposal_id")::text, 'null') || ',' || '"readback":' || coalesce(to_json(o."readback")::text, 'null') || ',' || '"reason":' || coalesce(to_json(o."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(o."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"tag":' || coalesce(to_json(o."tag")::text, 'null') || ',' || '"unit":' || coalesce(to_json(o."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || o."value"::text || '"', 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"applied_at":' || coalesce(n."applied_at"::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"channel":' || coalesce(to_json(n."channel")::text, 'null') || ',' || '"command_key":' || coalesce(to_json(n."command_key")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"proposal_id":' || coalesce(to_json(n."proposal_id")::text, 'null') || ',' || '"readback":' || coalesce(to_json(n."readback")::text, 'null') || ',' || '"reason":' || coalesce(to_json(n."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(n."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"tag":' || coalesce(to_json(n."tag")::text, 'null') || ',' || '"unit":' || coalesce(to_json(n."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || n."value"::text || '"', 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."batch_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_adjustment', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_adjustment"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_adjustment' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"applied_at":' || coalesce(o."applied_at"::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"channel":' || coalesce(to_json(o."channel")::text, 'null') || ',' || '"command_key":' || coalesce(to_json(o."command_key")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"proposal_id":' || coalesce(to_json(o."proposal_id")::text, 'null') || ',' || '"readback":' || coalesce(to_json(o."readback")::text, 'null') || ',' || '"reason":' || coalesce(to_json(o."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(o."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"tag":' || coalesce(to_json(o."tag")::text, 'null') || ',' || '"unit":' || coalesce(to_json(o."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || o."value"::text || '"', 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_mes_adjustment_entry() FROM PUBLIC

CREATE TRIGGER titer_mes_adjustment_insert AFTER INSERT ON mes_adjustment REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_adjustment_entry()

ALTER TABLE mes_adjustment ENABLE ALWAYS TRIGGER titer_mes_adjustment_insert

CREATE TRIGGER titer_mes_adjustment_update AFTER UPDATE ON mes_adjustment REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_adjustment_entry()

ALTER TABLE mes_adjustment ENABLE ALWAYS TRIGGER titer_mes_adjustment_update

CREATE TRIGGER titer_mes_adjustment_delete AFTER DELETE ON mes_adjustment REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_adjustment_entry()

ALTER TABLE mes_adjustment ENABLE ALWAYS TRIGGER titer_mes_adjustment_delete

CREATE TRIGGER titer_mes_adjustment_no_truncate BEFORE TRUNCATE ON mes_adjustment FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE mes_adjustment ENABLE ALWAYS TRIGGER titer_mes_adjustment_no_truncate

CREATE OR REPLACE FUNCTION titer_mes_allocation_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_allocation', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_allocation"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_allocation' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(n."equipment")::text, 'null') || ',' || '"granted_at":' || coalesce(n."granted_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"path":' || coalesce(to_json(n."path")::text, 'null') || ',' || '"priority":' || coalesce(n."priority"::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"reasons":' || coalesce(to_json(n."reasons")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"released_at":' || coalesce(n."released_at"::text, 'null') || ',' || '"requested_at":' || coalesce(n."requested_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"symbol":' || coalesce(to_json(n."symbol")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: mes_allocation.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_allocation', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_allocation"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_allocation' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(o."equipment")::text, 'null') || ',' || '"granted_at":' || coalesce(o."granted_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"path":' || coalesce(to_json(o."path")::text, 'null') || ',' || '"priority":' || coalesce(o."priority"::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"reasons":' || coalesce(to_json(o."reasons")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"released_at":' || coalesce(o."released_at"::text, 'null') || ',' || '"requested_at":' || coalesce(o."requested_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"symbol":' || coalesce(to_json(o."symbol")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(n."equipment")::text, 'null') || ',' || '"granted_at":' || coalesce(n."granted_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"path":' || coalesce(to_json(n."path")::text, 'null') || ',' || '"priority":' || coalesce(n."priority"::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"reasons":' || coalesce(to_json(n."reasons")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"released_at":' || coalesce(n."released_at"::text, 'null') || ',' || '"requested_at":' || coalesce(n."requested_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"symbol":' || coalesce(to_json(n."symbol")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."batch_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_allocation', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_allocation"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_allocation' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(o."equipment")::text, 'null') || ',' || '"granted_at":' || coalesce(o."granted_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"path":' || coalesce(to_json(o."path")::text, 'null') || ',' || '"priority":' || coalesce(o."priority"::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"reasons":' || coalesce(to_json(o."reasons")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"released_at":' || coalesce(o."released_at"::text, 'null') || ',' || '"requested_at":' || coalesce(o."requested_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"symbol":' || coalesce(to_json(o."symbol")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_mes_allocation_entry() FROM PUBLIC

CREATE TRIGGER titer_mes_allocation_insert AFTER INSERT ON mes_allocation REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_allocation_entry()

ALTER TABLE mes_allocation ENABLE ALWAYS TRIGGER titer_mes_allocation_insert

CREATE TRIGGER titer_mes_allocation_update AFTER UPDATE ON mes_allocation REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_allocation_entry()

ALTER TABLE mes_allocation ENABLE ALWAYS TRIGGER titer_mes_allocation_update

CREATE TRIGGER titer_mes_allocation_delete AFTER DELETE ON mes_allocation REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_allocation_entry()

ALTER TABLE mes_allocation ENABLE ALWAYS TRIGGER titer_mes_allocation_delete

CREATE TRIGGER titer_mes_allocation_no_truncate BEFORE TRUNCATE ON mes_allocation FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE mes_allocation ENABLE ALWAYS TRIGGER titer_mes_allocation_no_truncate

CREATE OR REPLACE FUNCTION titer_mes_batch_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_batch', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_batch"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_batch' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"control_recipe_id":' || coalesce(to_json(n."control_recipe_id")::text, 'null') || ',' || '"ended_at":' || coalesce(n."ended_at"::text, 'null') || ',' || '"equipment":' || coalesce(to_json(n."equipment")::text, 'null') || ',' || '"execution":' || coalesce(to_json(n."execution")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"order_id":' || coalesce(to_json(n."order_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"product":' || coalesce(to_json(n."product")::text, 'null') || ',' || '"recipe_id":' || coalesce(to_json(n."recipe_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"semantics":' || coalesce(n."semantics"::text, 'null') || ',' || '"simulated":' || coalesce(n."simulated"::text, 'null') || ',' || '"started_at":' || coalesce(n."started_at"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: mes_batch.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_batch', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_batch"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_batch' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"control_recipe_id":' || coalesce(to_json(o."control_recipe_id")::text, 'null') || ',' || '"ended_at":' || coalesce(o."ended_at"::text, 'null') || ',' || '"equipment":' || coalesce(to_json(o."equipment")::text, 'null') || ',' || '"execution":' || coalesce(to_json(o."execution")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"order_id":' || coalesce(to_json(o."order_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"product":' || coalesce(to_json(o."product")::text, 'null') || ',' || '"recipe_id":' || coalesce(to_json(o."recipe_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"semantics":' || coalesce(o."semantics"::text, 'null') || ',' || '"simulated":' || coalesce(o."simulated"::text, 'null') || ',' || '"started_at":' || coalesce(o."started_at"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"control_recipe_id":' || coalesce(to_json(n."control_recipe_id")::text, 'null') || ',' || '"ended_at":' || coalesce(n."ended_at"::text, 'null') || ',' || '"equipment":' || coalesce(to_json(n."equipment")::text, 'null') || ',' || '"execution":' || coalesce(to_json(n."execution")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"order_id":' || coalesce(to_json(n."order_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"product":' || coalesce(to_json(n."product")::text, 'null') || ',' || '"recipe_id":' || coalesce(to_json(n."recipe_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"semantics":' || coalesce(n."semantics"::text, 'null') || ',' || '"simulated":' || coalesce(n."simulated"::text, 'null') || ',' || '"started_at":' || coalesce(n."started_at"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_batch', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_batch"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_batch' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"control_recipe_id":' || coalesce(to_json(o."control_recipe_id")::text, 'null') || ',' || '"ended_at":' || coalesce(o."ended_at"::text, 'null') || ',' || '"equipment":' || coalesce(to_json(o."equipment")::text, 'null') || ',' || '"execution":' || coalesce(to_json(o."execution")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"order_id":' || coalesce(to_json(o."order_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"product":' || coalesce(to_json(o."product")::text, 'null') || ',' || '"recipe_id":' || coalesce(to_json(o."recipe_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"semantics":' || coalesce(o."semantics"::text, 'null') || ',' || '"simulated":' || coalesce(o."simulated"::text, 'null') || ',' || '"started_at":' || coalesce(o."started_at"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_mes_batch_entry() FROM PUBLIC

CREATE TRIGGER titer_mes_batch_insert AFTER INSERT ON mes_batch REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_batch_entry()

ALTER TABLE mes_batch ENABLE ALWAYS TRIGGER titer_mes_batch_insert

CREATE TRIGGER titer_mes_batch_update AFTER UPDATE ON mes_batch REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_batch_entry()

ALTER TABLE mes_batch ENABLE ALWAYS TRIGGER titer_mes_batch_update

CREATE TRIGGER titer_mes_batch_delete AFTER DELETE ON mes_batch REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_batch_entry()

ALTER TABLE mes_batch ENABLE ALWAYS TRIGGER titer_mes_batch_delete

CREATE TRIGGER titer_mes_batch_no_truncate BEFORE TRUNCATE ON mes_batch FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE mes_batch ENABLE ALWAYS TRIGGER titer_mes_batch_no_truncate

CREATE OR REPLACE FUNCTION titer_mes_charge_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_charge', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_charge"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_charge' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"direction":' || coalesce(to_json(n."direction")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(n."lot_id")::text, 'null') || ',' || '"lot_number":' || coalesce(to_json(n."lot_number")::text, 'null') || ',' || '"material":' || coalesce(to_json(n."material")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || n."quantity"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"task_id":' || coalesce(to_json(n."task_id")::text, 'null') || ',' || '"unit":' || coalesce(to_json(n."unit")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: mes_charge.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_charge', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_charge"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_charge' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"direction":' || coalesce(to_json(o."direction")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(o."lot_id")::text, 'null') || ',' || '"lot_number":' || coalesce(to_json(o."lot_number")::text, 'null') || ',' || '"material":' || coalesce(to_json(o."material")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || o."quantity"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"task_id":' || coalesce(to_json(o."task_id")::text, 'null') || ',' || '"unit":' || coalesce(to_json(o."unit")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"direction":' || coalesce(to_json(n."direction")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(n."lot_id")::text, 'null') || ',' || '"lot_number":' || coalesce(to_json(n."lot_number")::text, 'null') || ',' || '"material":' || coalesce(to_json(n."material")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || n."quantity"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"task_id":' || coalesce(to_json(n."task_id")::text, 'null') || ',' || '"unit":' || coalesce(to_json(n."unit")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."batch_id" OR h.subject_id = o."lot_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_charge', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_charge"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_charge' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"direction":' || coalesce(to_json(o."direction")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"lot_id":' || coalesce(to_json(o."lot_id")::text, 'null') || ',' || '"lot_number":' || coalesce(to_json(o."lot_number")::text, 'null') || ',' || '"material":' || coalesce(to_json(o."material")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"quantity":' || coalesce('"' || o."quantity"::text || '"', 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"task_id":' || coalesce(to_json(o."task_id")::text, 'null') || ',' || '"unit":' || coalesce(to_json(o."unit")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_mes_charge_entry() FROM PUBLIC

CREATE TRIGGER titer_mes_charge_insert AFTER INSERT ON mes_charge REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_charge_entry()

ALTER TABLE mes_charge ENABLE ALWAYS TRIGGER titer_mes_charge_insert

CREATE TRIGGER titer_mes_charge_no_update BEFORE UPDATE ON mes_charge FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE mes_charge ENABLE ALWAYS TRIGGER titer_mes_charge_no_update

CREATE TRIGGER titer_mes_charge_no_delete BEFORE DELETE ON mes_charge FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE mes_charge ENABLE ALWAYS TRIGGER titer_mes_charge_no_delete

CREATE TRIGGER titer_mes_charge_no_truncate BEFORE TRUNCATE ON mes_charge FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE mes_charge ENABLE ALWAYS TRIGGER titer_mes_charge_no_truncate

CREATE OR REPLACE FUNCTION titer_mes_control_recipe_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_control_recipe', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_control_recipe"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_control_recipe' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"bindings":' || coalesce(to_json(n."bindings")::text, 'null') || ',' || '"content":' || coalesce(to_json(n."content")::text, 'null') || ',' || '"content_digest":' || coalesce(to_json(n."content_digest")::text, 'null') || ',' || '"formula":' || coalesce(to_json(n."formula")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recipe_id":' || coalesce(to_json(n."recipe_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"snapshot_digest":' || coalesce(to_json(n."snapshot_digest")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: mes_control_recipe.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_control_recipe', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_control_recipe"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_control_recipe' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"bindings":' || coalesce(to_json(o."bindings")::text, 'null') || ',' || '"content":' || coalesce(to_json(o."content")::text, 'null') || ',' || '"content_digest":' || coalesce(to_json(o."content_digest")::text, 'null') || ',' || '"formula":' || coalesce(to_json(o."formula")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recipe_id":' || coalesce(to_json(o."recipe_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"snapshot_digest":' || coalesce(to_json(o."snapshot_digest")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"bindings":' || coalesce(to_json(n."bindings")::text, 'null') || ',' || '"content":' || coalesce(to_json(n."content")::text, 'null') || ',' || '"content_digest":' || coalesce(to_json(n."content_digest")::text, 'null') || ',' || '"formula":' || coalesce(to_json(n."formula")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recipe_id":' || coalesce(to_json(n."recipe_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"snapshot_digest":' || coalesce(to_json(n."snapshot_digest")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_control_recipe', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_control_recipe"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_control_recipe' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"bindings":' || coalesce(to_json(o."bindings")::text, 'null') || ',' || '"content":' || coalesce(to_json(o."content")::text, 'null') || ',' || '"content_digest":' || coalesce(to_json(o."content_digest")::text, 'null') || ',' || '"formula":' || coalesce(to_json(o."formula")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recipe_id":' || coalesce(to_json(o."recipe_id")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"snapshot_digest":' || coalesce(to_json(o."snapshot_digest")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_mes_control_recipe_entry() FROM PUBLIC

CREATE TRIGGER titer_mes_control_recipe_insert AFTER INSERT ON mes_control_recipe REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_control_recipe_entry()

ALTER TABLE mes_control_recipe ENABLE ALWAYS TRIGGER titer_mes_control_recipe_insert

CREATE TRIGGER titer_mes_control_recipe_no_update BEFORE UPDATE ON mes_control_recipe FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE mes_control_recipe ENABLE ALWAYS TRIGGER titer_mes_control_recipe_no_update

CREATE TRIGGER titer_mes_control_recipe_no_delete BEFORE DELETE ON mes_control_recipe FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE mes_control_recipe ENABLE ALWAYS TRIGGER titer_mes_control_recipe_no_delete

CREATE TRIGGER titer_mes_control_recipe_no_truncate BEFORE TRUNCATE ON mes_control_recipe FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE mes_control_recipe ENABLE ALWAYS TRIGGER titer_mes_control_recipe_no_truncate

CREATE OR REPLACE FUNCTION titer_mes_journal_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_journal', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_journal"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_journal' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"event":' || coalesce(to_json(n."event")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"path":' || coalesce(to_json(n."path")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"sequence":' || coalesce(n."sequence"::text, 'null') || ',' || '"type":' || coalesce(to_json(n."type")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: mes_journal.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_journal', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_journal"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_journal' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"event":' || coalesce(to_json(o."event")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"path":' || coalesce(to_json(o."path")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"sequence":' || coalesce(o."sequence"::text, 'null') || ',' || '"type":' || coalesce(to_json(o."type")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"event":' || coalesce(to_json(n."event")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"path":' || coalesce(to_json(n."path")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"sequence":' || coalesce(n."sequence"::text, 'null') || ',' || '"type":' || coalesce(to_json(n."type")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."batch_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_journal', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_journal"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_journal' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"event":' || coalesce(to_json(o."event")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"path":' || coalesce(to_json(o."path")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"sequence":' || coalesce(o."sequence"::text, 'null') || ',' || '"type":' || coalesce(to_json(o."type")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_mes_journal_entry() FROM PUBLIC

CREATE TRIGGER titer_mes_journal_insert AFTER INSERT ON mes_journal REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_journal_entry()

ALTER TABLE mes_journal ENABLE ALWAYS TRIGGER titer_mes_journal_insert

CREATE TRIGGER titer_mes_journal_no_update BEFORE UPDATE ON mes_journal FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE mes_journal ENABLE ALWAYS TRIGGER titer_mes_journal_no_update

CREATE TRIGGER titer_mes_journal_no_delete BEFORE DELETE ON mes_journal FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE mes_journal ENABLE ALWAYS TRIGGER titer_mes_journal_no_delete

CREATE TRIGGER titer_mes_journal_no_truncate BEFORE TRUNCATE ON mes_journal FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE mes_journal ENABLE ALWAYS TRIGGER titer_mes_journal_no_truncate

CREATE OR REPLACE FUNCTION titer_mes_order_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_order', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_order"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_order' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"planned_start":' || coalesce(n."planned_start"::text, 'null') || ',' || '"priority":' || coalesce(n."priority"::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"product":' || coalesce(to_json(n."product")::text, 'null') || ',' || '"quantity":' || coalesce('"' || n."quantity"::text || '"', 'null') || ',' || '"recipe_code":' || coalesce(to_json(n."recipe_code")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"unit":' || coalesce(to_json(n."unit")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: mes_order.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_order', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_order"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_order' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"planned_start":' || coalesce(o."planned_start"::text, 'null') || ',' || '"priority":' || coalesce(o."priority"::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"product":' || coalesce(to_json(o."product")::text, 'null') || ',' || '"quantity":' || coalesce('"' || o."quantity"::text || '"', 'null') || ',' || '"recipe_code":' || coalesce(to_json(o."recipe_code")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"unit":' || coalesce(to_json(o."unit")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"planned_start":' || coalesce(n."planned_start"::text, 'null') || ',' || '"priority":' || coalesce(n."priority"::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"product":' || coalesce(to_json(n."product")::text, 'null') || ',' || '"quantity":' || coalesce('"' || n."quantity"::text || '"', 'null') || ',' || '"recipe_code":' || coalesce(to_json(n."recipe_code")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"unit":' || coalesce(to_json(n."unit")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_order', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_order"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_order' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"planned_start":' || coalesce(o."planned_start"::text, 'null') || ',' || '"priority":' || coalesce(o."priority"::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"product":' || coalesce(to_json(o."product")::text, 'null') || ',' || '"quantity":' || coalesce('"' || o."quantity"::text || '"', 'null') || ',' || '"recipe_code":' || coalesce(to_json(o."recipe_code")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"unit":' || coalesce(to_json(o."unit")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_mes_order_entry() FROM PUBLIC

CREATE TRIGGER titer_mes_order_insert AFTER INSERT ON mes_order REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_order_entry()

ALTER TABLE mes_order ENABLE ALWAYS TRIGGER titer_mes_order_insert

CREATE TRIGGER titer_mes_order_update AFTER UPDATE ON mes_order REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_order_entry()

ALTER TABLE mes_order ENABLE ALWAYS TRIGGER titer_mes_order_update

CREATE TRIGGER titer_mes_order_delete AFTER DELETE ON mes_order REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_order_entry()

ALTER TABLE mes_order ENABLE ALWAYS TRIGGER titer_mes_order_delete

CREATE TRIGGER titer_mes_order_no_truncate BEFORE TRUNCATE ON mes_order FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE mes_order ENABLE ALWAYS TRIGGER titer_mes_order_no_truncate

CREATE OR REPLACE FUNCTION titer_mes_recipe_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_recipe', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_recipe"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_recipe' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"approver_id":' || coalesce(to_json(n."approver_id")::text, 'null') || ',' || '"author_id":' || coalesce(to_json(n."author_id")::text, 'null') || ',' || '"checker_id":' || coalesce(to_json(n."checker_id")::text, 'null') || ',' || '"code":' || coalesce(to_json(n."code")::text, 'null') || ',' || '"content":' || coalesce(to_json(n."content")::text, 'null') || ',' || '"content_digest":' || coalesce(to_json(n."content_digest")::text, 'null') || ',' || '"effective_at":' || coalesce(n."effective_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"number":' || coalesce(n."number"::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"product":' || coalesce(to_json(n."product")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"source_digest":' || coalesce(to_json(n."source_digest")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(n."state_reason")::text, 'null') || ',' || '"submitted_by":' || coalesce(to_json(n."submitted_by")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || ',' || '"warnings":' || coalesce(to_json(n."warnings")::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."code" IS DISTINCT FROM o."code" THEN 'code'
    WHEN n."number" IS DISTINCT FROM o."number" THEN 'number'
    WHEN n."content" IS DISTINCT FROM o."content" THEN 'content'
    WHEN n."content_digest" IS DISTINCT FROM o."content_digest" THEN 'content_digest'
    WHEN n."source_digest" IS DISTINCT FROM o."source_digest" THEN 'source_digest'
    WHEN n."submitted_by" IS DISTINCT FROM o."submitted_by" THEN 'submitted_by' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: mes_recipe.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_recipe', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_recipe"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_recipe' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"approver_id":' || coalesce(to_json(o."approver_id")::text, 'null') || ',' || '"author_id":' || coalesce(to_json(o."author_id")::text, 'null') || ',' || '"checker_id":' || coalesce(to_json(o."checker_id")::text, 'null') || ',' || '"code":' || coalesce(to_json(o."code")::text, 'null') || ',' || '"content":' || coalesce(to_json(o."content")::text, 'null') || ',' || '"content_digest":' || coalesce(to_json(o."content_digest")::text, 'null') || ',' || '"effective_at":' || coalesce(o."effective_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"number":' || coalesce(o."number"::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"product":' || coalesce(to_json(o."product")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"source_digest":' || coalesce(to_json(o."source_digest")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(o."state_reason")::text, 'null') || ',' || '"submitted_by":' || coalesce(to_json(o."submitted_by")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || ',' || '"warnings":' || coalesce(to_json(o."warnings")::text, 'null') || '}' AS before, '{' || '"approver_id":' || coalesce(to_json(n."approver_id")::text, 'null') || ',' || '"author_id":' || coalesce(to_json(n."author_id")::text, 'null') || ',' || '"checker_id":' || coalesce(to_json(n."checker_id")::text, 'null') || ',' || '"code":' || coalesce(to_json(n."code")::text, 'null') || ',' || '"content":' || coalesce(to_json(n."content")::text, 'null') || ',' || '"content_digest":' || coalesce(to_json(n."content_digest")::text, 'null') || ',' || '"effective_at":' || coalesce(n."effective_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"number":' || coalesce(n."number"::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"product":' || coalesce(to_json(n."product")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"source_digest":' || coalesce(to_json(n."source_digest")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(n."state_reason")::text, 'null') || ',' || '"submitted_by":' || coalesce(to_json(n."submitted_by")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || ',' || '"warnings":' || coalesce(to_json(n."warnings")::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_recipe', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_recipe"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_recipe' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"approver_id":' || coalesce(to_json(o."approver_id")::text, 'null') || ',' || '"author_id":' || coalesce(to_json(o."author_id")::text, 'null') || ',' || '"checker_id":' || coalesce(to_json(o."checker_id")::text, 'null') || ',' || '"code":' || coalesce(to_json(o."code")::text, 'null') || ',' || '"content":' || coalesce(to_json(o."content")::text, 'null') || ',' || '"content_digest":' || coalesce(to_json(o."content_digest")::text, 'null') || ',' || '"effective_at":' || coalesce(o."effective_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"number":' || coalesce(o."number"::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"product":' || coalesce(to_json(o."product")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"source_digest":' || coalesce(to_json(o."source_digest")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(o."state_reason")::text, 'null') || ',' || '"submitted_by":' || coalesce(to_json(o."submitted_by")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || ',' || '"warnings":' || coalesce(to_json(o."warnings")::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_mes_recipe_entry() FROM PUBLIC

CREATE TRIGGER titer_mes_recipe_insert AFTER INSERT ON mes_recipe REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_recipe_entry()

ALTER TABLE mes_recipe ENABLE ALWAYS TRIGGER titer_mes_recipe_insert

CREATE TRIGGER titer_mes_recipe_update AFTER UPDATE ON mes_recipe REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_recipe_entry()

ALTER TABLE mes_recipe ENABLE ALWAYS TRIGGER titer_mes_recipe_update

CREATE TRIGGER titer_mes_recipe_delete AFTER DELETE ON mes_recipe REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_recipe_entry()

ALTER TABLE mes_recipe ENABLE ALWAYS TRIGGER titer_mes_recipe_delete

CREATE TRIGGER titer_mes_recipe_no_truncate BEFORE TRUNCATE ON mes_recipe FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE mes_recipe ENABLE ALWAYS TRIGGER titer_mes_recipe_no_truncate

CREATE OR REPLACE FUNCTION titer_mes_sample_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_sample', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_sample"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_sample' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"drawn_at":' || coalesce(n."drawn_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"label":' || coalesce(to_json(n."label")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"path":' || coalesce(to_json(n."path")::text, 'null') || ',' || '"plan":' || coalesce(to_json(n."plan")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(n."sample_id")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: mes_sample.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_sample', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_sample"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_sample' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"drawn_at":' || coalesce(o."drawn_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"label":' || coalesce(to_json(o."label")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"path":' || coalesce(to_json(o."path")::text, 'null') || ',' || '"plan":' || coalesce(to_json(o."plan")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(o."sample_id")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"drawn_at":' || coalesce(n."drawn_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"label":' || coalesce(to_json(n."label")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"path":' || coalesce(to_json(n."path")::text, 'null') || ',' || '"plan":' || coalesce(to_json(n."plan")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(n."sample_id")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."batch_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_sample', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_sample"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_sample' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"drawn_at":' || coalesce(o."drawn_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"label":' || coalesce(to_json(o."label")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"path":' || coalesce(to_json(o."path")::text, 'null') || ',' || '"plan":' || coalesce(to_json(o."plan")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"sample_id":' || coalesce(to_json(o."sample_id")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_mes_sample_entry() FROM PUBLIC

CREATE TRIGGER titer_mes_sample_insert AFTER INSERT ON mes_sample REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_sample_entry()

ALTER TABLE mes_sample ENABLE ALWAYS TRIGGER titer_mes_sample_insert

CREATE TRIGGER titer_mes_sample_update AFTER UPDATE ON mes_sample REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_sample_entry()

ALTER TABLE mes_sample ENABLE ALWAYS TRIGGER titer_mes_sample_update

CREATE TRIGGER titer_mes_sample_delete AFTER DELETE ON mes_sample REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_sample_entry()

ALTER TABLE mes_sample ENABLE ALWAYS TRIGGER titer_mes_sample_delete

CREATE TRIGGER titer_mes_sample_no_truncate BEFORE TRUNCATE ON mes_sample FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE mes_sample ENABLE ALWAYS TRIGGER titer_mes_sample_no_truncate

CREATE OR REPLACE FUNCTION titer_mes_task_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_task', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_task"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_task' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"accepted_at":' || coalesce(n."accepted_at"::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"comment":' || coalesce(to_json(n."comment")::text, 'null') || ',' || '"entered_at":' || coalesce(n."entered_at"::text, 'null') || ',' || '"entered_by":' || coalesce(to_json(n."entered_by")::text, 'null') || ',' || '"form":' || coalesce(to_json(n."form")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"lot_number":' || coalesce(to_json(n."lot_number")::text, 'null') || ',' || '"offered_at":' || coalesce(n."offered_at"::text, 'null') || ',' || '"path":' || coalesce(to_json(n."path")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"role":' || coalesce(to_json(n."role")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"unit_code":' || coalesce(to_json(n."unit_code")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || ',' || '"witness_signature_id":' || coalesce(to_json(n."witness_signature_id")::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: mes_task.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_task', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_task"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_task' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"accepted_at":' || coalesce(o."accepted_at"::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"comment":' || coalesce(to_json(o."comment")::text, 'null') || ',' || '"entered_at":' || coalesce(o."entered_at"::text, 'null') || ',' || '"entered_by":' || coalesce(to_json(o."entered_by")::text, 'null') || ',' || '"form":' || coalesce(to_json(o."form")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"lot_number":' || coalesce(to_json(o."lot_number")::text, 'null') || ',' || '"offered_at":' || coalesce(o."offered_at"::text, 'null') || ',' || '"path":' || coalesce(to_json(o."path")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"role":' || coalesce(to_json(o."role")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"unit_code":' || coalesce(to_json(o."unit_code")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || ',' || '"witness_signature_id":' || coalesce(to_json(o."witness_signature_id")::text, 'null') || '}' AS before, '{' || '"accepted_at":' || coalesce(n."accepted_at"::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"comment":' || coalesce(to_json(n."comment")::text, 'null') || ',' || '"entered_at":' || coalesce(n."entered_at"::text, 'null') || ',' || '"entered_by":' || coalesce(to_json(n."entered_by")::text, 'null') || ',' || '"form":' || coalesce(to_json(n."form")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"lot_number":' || coalesce(to_json(n."lot_number")::text, 'null') || ',' || '"offered_at":' || coalesce(n."offered_at"::text, 'null') || ',' || '"path":' || coalesce(to_json(n."path")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"role":' || coalesce(to_json(n."role")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"unit_code":' || coalesce(to_json(n."unit_code")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || ',' || '"witness_signature_id":' || coalesce(to_json(n."witness_signature_id")::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."batch_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_task', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_task"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_task' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"accepted_at":' || coalesce(o."accepted_at"::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"comment":' || coalesce(to_json(o."comment")::text, 'null') || ',' || '"entered_at":' || coalesce(o."entered_at"::text, 'null') || ',' || '"entered_by":' || coalesce(to_json(o."entered_by")::text, 'null') || ',' || '"form":' || coalesce(to_json(o."form")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"lot_number":' || coalesce(to_json(o."lot_number")::text, 'null') || ',' || '"offered_at":' || coalesce(o."offered_at"::text, 'null') || ',' || '"path":' || coalesce(to_json(o."path")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"role":' || coalesce(to_json(o."role")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"unit_code":' || coalesce(to_json(o."unit_code")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || ',' || '"witness_signature_id":' || coalesce(to_json(o."witness_signature_id")::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_mes_task_entry() FROM PUBLIC

CREATE TRIGGER titer_mes_task_insert AFTER INSERT ON mes_task REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_task_entry()

ALTER TABLE mes_task ENABLE ALWAYS TRIGGER titer_mes_task_insert

CREATE TRIGGER titer_mes_task_update AFTER UPDATE ON mes_task REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_task_entry()

ALTER TABLE mes_task ENABLE ALWAYS TRIGGER titer_mes_task_update

CREATE TRIGGER titer_mes_task_delete AFTER DELETE ON mes_task REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_task_entry()

ALTER TABLE mes_task ENABLE ALWAYS TRIGGER titer_mes_task_delete

CREATE TRIGGER titer_mes_task_no_truncate BEFORE TRUNCATE ON mes_task FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE mes_task ENABLE ALWAYS TRIGGER titer_mes_task_no_truncate

CREATE OR REPLACE FUNCTION titer_mes_task_entry_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_task_entry', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_task_entry"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_task_entry' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"entered_by":' || coalesce(to_json(n."entered_by")::text, 'null') || ',' || '"high":' || coalesce('"' || n."high"::text || '"', 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"inside":' || coalesce(n."inside"::text, 'null') || ',' || '"low":' || coalesce('"' || n."low"::text || '"', 'null') || ',' || '"name":' || coalesce(to_json(n."name")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(n."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(n."revision"::text, 'null') || ',' || '"task_id":' || coalesce(to_json(n."task_id")::text, 'null') || ',' || '"text":' || coalesce(to_json(n."text")::text, 'null') || ',' || '"unit":' || coalesce(to_json(n."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || n."value"::text || '"', 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: mes_task_entry.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_task_entry', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_task_entry"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_task_entry' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"entered_by":' || coalesce(to_json(o."entered_by")::text, 'null') || ',' || '"high":' || coalesce('"' || o."high"::text || '"', 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"inside":' || coalesce(o."inside"::text, 'null') || ',' || '"low":' || coalesce('"' || o."low"::text || '"', 'null') || ',' || '"name":' || coalesce(to_json(o."name")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(o."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(o."revision"::text, 'null') || ',' || '"task_id":' || coalesce(to_json(o."task_id")::text, 'null') || ',' || '"text":' || coalesce(to_json(o."text")::text, 'null') || ',' || '"unit":' || coalesce(to_json(o."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || o."value"::text || '"', 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"entered_by":' || coalesce(to_json(n."entered_by")::text, 'null') || ',' || '"high":' || coalesce('"' || n."high"::text || '"', 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"inside":' || coalesce(n."inside"::text, 'null') || ',' || '"low":' || coalesce('"' || n."low"::text || '"', 'null') || ',' || '"name":' || coalesce(to_json(n."name")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(n."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(n."revision"::text, 'null') || ',' || '"task_id":' || coalesce(to_json(n."task_id")::text, 'null') || ',' || '"text":' || coalesce(to_json(n."text")::text, 'null') || ',' || '"unit":' || coalesce(to_json(n."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || n."value"::text || '"', 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'mes_task_entry', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"mes_task_entry"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'mes_task_entry' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"entered_by":' || coalesce(to_json(o."entered_by")::text, 'null') || ',' || '"high":' || coalesce('"' || o."high"::text || '"', 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"inside":' || coalesce(o."inside"::text, 'null') || ',' || '"low":' || coalesce('"' || o."low"::text || '"', 'null') || ',' || '"name":' || coalesce(to_json(o."name")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(o."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(o."revision"::text, 'null') || ',' || '"task_id":' || coalesce(to_json(o."task_id")::text, 'null') || ',' || '"text":' || coalesce(to_json(o."text")::text, 'null') || ',' || '"unit":' || coalesce(to_json(o."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || o."value"::text || '"', 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_mes_task_entry_entry() FROM PUBLIC

CREATE TRIGGER titer_mes_task_entry_insert AFTER INSERT ON mes_task_entry REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_mes_task_entry_entry()

ALTER TABLE mes_task_entry ENABLE ALWAYS TRIGGER titer_mes_task_entry_insert

CREATE TRIGGER titer_mes_task_entry_no_update BEFORE UPDATE ON mes_task_entry FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE mes_task_entry ENABLE ALWAYS TRIGGER titer_mes_task_entry_no_update

CREATE TRIGGER titer_mes_task_entry_no_delete BEFORE DELETE ON mes_task_entry FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE mes_task_entry ENABLE ALWAYS TRIGGER titer_mes_task_entry_no_delete

CREATE TRIGGER titer_mes_task_entry_no_truncate BEFORE TRUNCATE ON mes_task_entry FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE mes_task_entry ENABLE ALWAYS TRIGGER titer_mes_task_entry_no_truncate

CREATE OR REPLACE FUNCTION titer_quality_audit_trail_review_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'quality_audit_trail_review', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"quality_audit_trail_review"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'quality_audit_trail_review' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"comment":' || coalesce(to_json(n."comment")::text, 'null') || ',' || '"due_at":' || coalesce(n."due_at"::text, 'null') || ',' || '"entries":' || coalesce(n."entries"::text, 'null') || ',' || '"flagged":' || coalesce(to_json(n."flagged")::text, 'null') || ',' || '"from_seq":' || coalesce(n."from_seq"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"opened_at":' || coalesce(n."opened_at"::text, 'null') || ',' || '"outcome":' || coalesce(to_json(n."outcome")::text, 'null') || ',' || '"period_from":' || coalesce(n."period_from"::text, 'null') || ',' || '"period_to":' || coalesce(n."period_to"::text, 'null') || ',' || '"population":' || coalesce(to_json(n."population")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"reviewer_id":' || coalesce(to_json(n."reviewer_id")::text, 'null') || ',' || '"ruleset_digest":' || coalesce(to_json(n."ruleset_digest")::text, 'null') || ',' || '"ruleset_version":' || coalesce(n."ruleset_version"::text, 'null') || ',' || '"sampled":' || coalesce(to_json(n."sampled")::text, 'null') || ',' || '"seed":' || coalesce(n."seed"::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(n."subject_id")::text, 'null') || ',' || '"subject_name":' || coalesce(to_json(n."subject_name")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(n."subject_type")::text, 'null') || ',' || '"upto_seq":' || coalesce(n."upto_seq"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."number" IS DISTINCT FROM o."number" THEN 'number'
    WHEN n."subject_type" IS DISTINCT FROM o."subject_type" THEN 'subject_type'
    WHEN n."subject_id" IS DISTINCT FROM o."subject_id" THEN 'subject_id'
    WHEN n."subject_name" IS DISTINCT FROM o."subject_name" THEN 'subject_name'
    WHEN n."batch_id" IS DISTINCT FROM o."batch_id" THEN 'batch_id'
    WHEN n."period_from" IS DISTINCT FROM o."period_from" THEN 'period_from'
    WHEN n."period_to" IS DISTINCT FROM o."period_to" THEN 'period_to'
    WHEN n."from_seq" IS DISTINCT FROM o."from_seq" THEN 'from_seq'
    WHEN n."upto_seq" IS DISTINCT FROM o."upto_seq" THEN 'upto_seq'
    WHEN n."entries" IS DISTINCT FROM o."entries" THEN 'entries'
    WHEN n."population" IS DISTINCT FROM o."population" THEN 'population'
    WHEN n."ruleset_version" IS DISTINCT FROM o."ruleset_version" THEN 'ruleset_version'
    WHEN n."ruleset_digest" IS DISTINCT FROM o."ruleset_digest" THEN 'ruleset_digest'
    WHEN n."seed" IS DISTINCT FROM o."seed" THEN 'seed'
    WHEN n."sampled" IS DISTINCT FROM o."sampled" THEN 'sampled'
    WHEN n."flagged" IS DISTINCT FROM o."flagged" THEN 'flagged'
    WHEN n."opened_at" IS DISTINCT FROM o."opened_at" THEN 'opened_at'
    WHEN n."due_at" IS DISTINCT FROM o."due_at" THEN 'due_at' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: quality_audit_trail_review.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'quality_audit_trail_review', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"quality_audit_trail_review"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'quality_audit_trail_review' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"comment":' || coalesce(to_json(o."comment")::text, 'null') || ',' || '"due_at":' || coalesce(o."due_at"::text, 'null') || ',' || '"entries":' || coalesce(o."entries"::text, 'null') || ',' || '"flagged":' || coalesce(to_json(o."flagged")::text, 'null') || ',' || '"from_seq":' || coalesce(o."from_seq"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"opened_at":' || coalesce(o."opened_at"::text, 'null') || ',' || '"outcome":' || coalesce(to_json(o."outcome")::text, 'null') || ',' || '"period_from":' || coalesce(o."period_from"::text, 'null') || ',' || '"period_to":' || coalesce(o."period_to"::text, 'null') || ',' || '"population":' || coalesce(to_json(o."population")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"reviewer_id":' || coalesce(to_json(o."reviewer_id")::text, 'null') || ',' || '"ruleset_digest":' || coalesce(to_json(o."ruleset_digest")::text, 'null') || ',' || '"ruleset_version":' || coalesce(o."ruleset_version"::text, 'null') || ',' || '"sampled":' || coalesce(to_json(o."sampled")::text, 'null') || ',' || '"seed":' || coalesce(o."seed"::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(o."subject_id")::text, 'null') || ',' || '"subject_name":' || coalesce(to_json(o."subject_name")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(o."subject_type")::text, 'null') || ',' || '"upto_seq":' || coalesce(o."upto_seq"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"comment":' || coalesce(to_json(n."comment")::text, 'null') || ',' || '"due_at":' || coalesce(n."due_at"::text, 'null') || ',' || '"entries":' || coalesce(n."entries"::text, 'null') || ',' || '"flagged":' || coalesce(to_json(n."flagged")::text, 'null') || ',' || '"from_seq":' || coalesce(n."from_seq"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"opened_at":' || coalesce(n."opened_at"::text, 'null') || ',' || '"outcome":' || coalesce(to_json(n."outcome")::text, 'null') || ',' || '"period_from":' || coalesce(n."period_from"::text, 'null') || ',' || '"period_to":' || coalesce(n."period_to"::text, 'null') || ',' || '"population":' || coalesce(to_json(n."population")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"reviewer_id":' || coalesce(to_json(n."reviewer_id")::text, 'null') || ',' || '"ruleset_digest":' || coalesce(to_json(n."ruleset_digest")::text, 'null') || ',' || '"ruleset_version":' || coalesce(n."ruleset_version"::text, 'null') || ',' || '"sampled":' || coalesce(to_json(n."sampled")::text, 'null') || ',' || '"seed":' || coalesce(n."seed"::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(n."subject_id")::text, 'null') || ',' || '"subject_name":' || coalesce(to_json(n."subject_name")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(n."subject_type")::text, 'null') || ',' || '"upto_seq":' || coalesce(n."upto_seq"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."batch_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'quality_audit_trail_review', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"quality_audit_trail_review"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'quality_audit_trail_review' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"comment":' || coalesce(to_json(o."comment")::text, 'null') || ',' || '"due_at":' || coalesce(o."due_at"::text, 'null') || ',' || '"entries":' || coalesce(o."entries"::text, 'null') || ',' || '"flagged":' || coalesce(to_json(o."flagged")::text, 'null') || ',' || '"from_seq":' || coalesce(o."from_seq"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"opened_at":' || coalesce(o."opened_at"::text, 'null') || ',' || '"outcome":' || coalesce(to_json(o."outcome")::text, 'null') || ',' || '"period_from":' || coalesce(o."period_from"::text, 'null') || ',' || '"period_to":' || coalesce(o."period_to"::text, 'null') || ',' || '"population":' || coalesce(to_json(o."population")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"reviewer_id":' || coalesce(to_json(o."reviewer_id")::text, 'null') || ',' || '"ruleset_digest":' || coalesce(to_json(o."ruleset_digest")::text, 'null') || ',' || '"ruleset_version":' || coalesce(o."ruleset_version"::text, 'null') || ',' || '"sampled":' || coalesce(to_json(o."sampled")::text, 'null') || ',' || '"seed":' || coalesce(o."seed"::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(o."subject_id")::text, 'null') || ',' || '"subject_name":' || coalesce(to_json(o."subject_name")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(o."subject_type")::text, 'null') || ',' || '"upto_seq":' || coalesce(o."upto_seq"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_quality_audit_trail_review_entry() FROM PUBLIC

CREATE TRIGGER titer_quality_audit_trail_review_insert AFTER INSERT ON quality_audit_trail_review REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_quality_audit_trail_review_entry()

ALTER TABLE quality_audit_trail_review ENABLE ALWAYS TRIGGER titer_quality_audit_trail_review_insert

CREATE TRIGGER titer_quality_audit_trail_review_update AFTER UPDATE ON quality_audit_trail_review REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_quality_audit_trail_review_entry()

ALTER TABLE quality_audit_trail_review ENABLE ALWAYS TRIGGER titer_quality_audit_trail_review_update

CREATE TRIGGER titer_quality_audit_trail_review_delete AFTER DELETE ON quality_audit_trail_review REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_quality_audit_trail_review_entry()

ALTER TABLE quality_audit_trail_review ENABLE ALWAYS TRIGGER titer_quality_audit_trail_review_delete

CREATE TRIGGER titer_quality_audit_trail_review_no_truncate BEFORE TRUNCATE ON quality_audit_trail_review FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE quality_audit_trail_review ENABLE ALWAYS TRIGGER titer_quality_audit_trail_review_no_truncate

CREATE OR REPLACE FUNCTION titer_quality_deviation_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'quality_deviation', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"quality_deviation"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'quality_deviation' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"classification":' || coalesce(to_json(n."classification")::text, 'null') || ',' || '"closed_at":' || coalesce(n."closed_at"::text, 'null') || ',' || '"corrective_action":' || coalesce(to_json(n."corrective_action")::text, 'null') || ',' || '"description":' || coalesce(to_json(n."description")::text, 'null') || ',' || '"exception_ids":' || coalesce(to_json(n."exception_ids")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"investigator_id":' || coalesce(to_json(n."investigator_id")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"product_impact":' || coalesce(to_json(n."product_impact")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"root_cause":' || coalesce(to_json(n."root_cause")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."number" IS DISTINCT FROM o."number" THEN 'number'
    WHEN n."key" IS DISTINCT FROM o."key" THEN 'key'
    WHEN n."batch_id" IS DISTINCT FROM o."batch_id" THEN 'batch_id' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: quality_deviation.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'quality_deviation', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"quality_deviation"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'quality_deviation' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"classification":' || coalesce(to_json(o."classification")::text, 'null') || ',' || '"closed_at":' || coalesce(o."closed_at"::text, 'null') || ',' || '"corrective_action":' || coalesce(to_json(o."corrective_action")::text, 'null') || ',' || '"description":' || coalesce(to_json(o."description")::text, 'null') || ',' || '"exception_ids":' || coalesce(to_json(o."exception_ids")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"investigator_id":' || coalesce(to_json(o."investigator_id")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"product_impact":' || coalesce(to_json(o."product_impact")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"root_cause":' || coalesce(to_json(o."root_cause")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"classification":' || coalesce(to_json(n."classification")::text, 'null') || ',' || '"closed_at":' || coalesce(n."closed_at"::text, 'null') || ',' || '"corrective_action":' || coalesce(to_json(n."corrective_action")::text, 'null') || ',' || '"description":' || coalesce(to_json(n."description")::text, 'null') || ',' || '"exception_ids":' || coalesce(to_json(n."exception_ids")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"investigator_id":' || coalesce(to_json(n."investigator_id")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"product_impact":' || coalesce(to_json(n."product_impact")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"root_cause":' || coalesce(to_json(n."root_cause")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."batch_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'quality_deviation', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"quality_deviation"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'quality_deviation' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"classification":' || coalesce(to_json(o."classification")::text, 'null') || ',' || '"closed_at":' || coalesce(o."closed_at"::text, 'null') || ',' || '"corrective_action":' || coalesce(to_json(o."corrective_action")::text, 'null') || ',' || '"description":' || coalesce(to_json(o."description")::text, 'null') || ',' || '"exception_ids":' || coalesce(to_json(o."exception_ids")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"investigator_id":' || coalesce(to_json(o."investigator_id")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"product_impact":' || coalesce(to_json(o."product_impact")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"root_cause":' || coalesce(to_json(o."root_cause")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_quality_deviation_entry() FROM PUBLIC

CREATE TRIGGER titer_quality_deviation_insert AFTER INSERT ON quality_deviation REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_quality_deviation_entry()

ALTER TABLE quality_deviation ENABLE ALWAYS TRIGGER titer_quality_deviation_insert

CREATE TRIGGER titer_quality_deviation_update AFTER UPDATE ON quality_deviation REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_quality_deviation_entry()

ALTER TABLE quality_deviation ENABLE ALWAYS TRIGGER titer_quality_deviation_update

CREATE TRIGGER titer_quality_deviation_delete AFTER DELETE ON quality_deviation REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_quality_deviation_entry()

ALTER TABLE quality_deviation ENABLE ALWAYS TRIGGER titer_quality_deviation_delete

CREATE TRIGGER titer_quality_deviation_no_truncate BEFORE TRUNCATE ON quality_deviation FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE quality_deviation ENABLE ALWAYS TRIGGER titer_quality_deviation_no_truncate

CREATE OR REPLACE FUNCTION titer_quality_disposition_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'quality_disposition', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"quality_disposition"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'quality_disposition' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(n."batch_number")::text, 'null') || ',' || '"coverage":' || coalesce(to_json(n."coverage")::text, 'null') || ',' || '"decided_at":' || coalesce(n."decided_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(n."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."batch_id" IS DISTINCT FROM o."batch_id" THEN 'batch_id'
    WHEN n."batch_number" IS DISTINCT FROM o."batch_number" THEN 'batch_number' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: quality_disposition.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'quality_disposition', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"quality_disposition"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'quality_disposition' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(o."batch_number")::text, 'null') || ',' || '"coverage":' || coalesce(to_json(o."coverage")::text, 'null') || ',' || '"decided_at":' || coalesce(o."decided_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(o."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(n."batch_number")::text, 'null') || ',' || '"coverage":' || coalesce(to_json(n."coverage")::text, 'null') || ',' || '"decided_at":' || coalesce(n."decided_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(n."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."batch_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'quality_disposition', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"quality_disposition"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'quality_disposition' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(o."batch_number")::text, 'null') || ',' || '"coverage":' || coalesce(to_json(o."coverage")::text, 'null') || ',' || '"decided_at":' || coalesce(o."decided_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(o."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_quality_disposition_entry() FROM PUBLIC

CREATE TRIGGER titer_quality_disposition_insert AFTER INSERT ON quality_disposition REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_quality_disposition_entry()

ALTER TABLE quality_disposition ENABLE ALWAYS TRIGGER titer_quality_disposition_insert

CREATE TRIGGER titer_quality_disposition_update AFTER UPDATE ON quality_disposition REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_quality_disposition_entry()

ALTER TABLE quality_disposition ENABLE ALWAYS TRIGGER titer_quality_disposition_update

CREATE TRIGGER titer_quality_disposition_delete AFTER DELETE ON quality_disposition REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_quality_disposition_entry()

ALTER TABLE quality_disposition ENABLE ALWAYS TRIGGER titer_quality_disposition_delete

CREATE TRIGGER titer_quality_disposition_no_truncate BEFORE TRUNCATE ON quality_disposition FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE quality_disposition ENABLE ALWAYS TRIGGER titer_quality_disposition_no_truncate

CREATE OR REPLACE FUNCTION titer_quality_exception_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'quality_exception', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"quality_exception"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'quality_exception' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"comment":' || coalesce(to_json(n."comment")::text, 'null') || ',' || '"detail":' || coalesce(to_json(n."detail")::text, 'null') || ',' || '"deviation_id":' || coalesce(to_json(n."deviation_id")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(n."disposition")::text, 'null') || ',' || '"evidence":' || coalesce(to_json(n."evidence")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"severity":' || coalesce(to_json(n."severity")::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(n."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(n."subject_id")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(n."subject_type")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."number" IS DISTINCT FROM o."number" THEN 'number'
    WHEN n."key" IS DISTINCT FROM o."key" THEN 'key'
    WHEN n."kind" IS DISTINCT FROM o."kind" THEN 'kind'
    WHEN n."title" IS DISTINCT FROM o."title" THEN 'title'
    WHEN n."detail" IS DISTINCT FROM o."detail" THEN 'detail'
    WHEN n."batch_id" IS DISTINCT FROM o."batch_id" THEN 'batch_id'
    WHEN n."subject_type" IS DISTINCT FROM o."subject_type" THEN 'subject_type'
    WHEN n."subject_id" IS DISTINCT FROM o."subject_id" THEN 'subject_id'
    WHEN n."evidence" IS DISTINCT FROM o."evidence" THEN 'evidence' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: quality_exception.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'quality_exception', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"quality_exception"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'quality_exception' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"comment":' || coalesce(to_json(o."comment")::text, 'null') || ',' || '"detail":' || coalesce(to_json(o."detail")::text, 'null') || ',' || '"deviation_id":' || coalesce(to_json(o."deviation_id")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(o."disposition")::text, 'null') || ',' || '"evidence":' || coalesce(to_json(o."evidence")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"severity":' || coalesce(to_json(o."severity")::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(o."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(o."subject_id")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(o."subject_type")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"comment":' || coalesce(to_json(n."comment")::text, 'null') || ',' || '"detail":' || coalesce(to_json(n."detail")::text, 'null') || ',' || '"deviation_id":' || coalesce(to_json(n."deviation_id")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(n."disposition")::text, 'null') || ',' || '"evidence":' || coalesce(to_json(n."evidence")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"severity":' || coalesce(to_json(n."severity")::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(n."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(n."subject_id")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(n."subject_type")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."batch_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'quality_exception', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"quality_exception"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'quality_exception' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"comment":' || coalesce(to_json(o."comment")::text, 'null') || ',' || '"detail":' || coalesce(to_json(o."detail")::text, 'null') || ',' || '"deviation_id":' || coalesce(to_json(o."deviation_id")::text, 'null') || ',' || '"disposition":' || coalesce(to_json(o."disposition")::text, 'null') || ',' || '"evidence":' || coalesce(to_json(o."evidence")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"severity":' || coalesce(to_json(o."severity")::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(o."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(o."subject_id")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(o."subject_type")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_quality_exception_entry() FROM PUBLIC

CREATE TRIGGER titer_quality_exception_insert AFTER INSERT ON quality_exception REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_quality_exception_entry()

ALTER TABLE quality_exception ENABLE ALWAYS TRIGGER titer_quality_exception_insert

CREATE TRIGGER titer_quality_exception_update AFTER UPDATE ON quality_exception REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_quality_exception_entry()

ALTER TABLE quality_exception ENABLE ALWAYS TRIGGER titer_quality_exception_update

CREATE TRIGGER titer_quality_exception_delete AFTER DELETE ON quality_exception REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_quality_exception_entry()

ALTER TABLE quality_exception ENABLE ALWAYS TRIGGER titer_quality_exception_delete

CREATE TRIGGER titer_quality_exception_no_truncate BEFORE TRUNCATE ON quality_exception FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE quality_exception ENABLE ALWAYS TRIGGER titer_quality_exception_no_truncate

CREATE OR REPLACE FUNCTION titer_quality_trail_look_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'quality_trail_look', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"quality_trail_look"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'quality_trail_look' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"entry_id":' || coalesce(to_json(n."entry_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"note":' || coalesce(to_json(n."note")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(n."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"review_id":' || coalesce(to_json(n."review_id")::text, 'null') || ',' || '"verdict":' || coalesce(to_json(n."verdict")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: quality_trail_look.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'quality_trail_look', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"quality_trail_look"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'quality_trail_look' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"entry_id":' || coalesce(to_json(o."entry_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"note":' || coalesce(to_json(o."note")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(o."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"review_id":' || coalesce(to_json(o."review_id")::text, 'null') || ',' || '"verdict":' || coalesce(to_json(o."verdict")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"entry_id":' || coalesce(to_json(n."entry_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"note":' || coalesce(to_json(n."note")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(n."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"review_id":' || coalesce(to_json(n."review_id")::text, 'null') || ',' || '"verdict":' || coalesce(to_json(n."verdict")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."person_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'quality_trail_look', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"quality_trail_look"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'quality_trail_look' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"entry_id":' || coalesce(to_json(o."entry_id")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"note":' || coalesce(to_json(o."note")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(o."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"review_id":' || coalesce(to_json(o."review_id")::text, 'null') || ',' || '"verdict":' || coalesce(to_json(o."verdict")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_quality_trail_look_entry() FROM PUBLIC

CREATE TRIGGER titer_quality_trail_look_insert AFTER INSERT ON quality_trail_look REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_quality_trail_look_entry()

ALTER TABLE quality_trail_look ENABLE ALWAYS TRIGGER titer_quality_trail_look_insert

CREATE TRIGGER titer_quality_trail_look_no_update BEFORE UPDATE ON quality_trail_look FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE quality_trail_look ENABLE ALWAYS TRIGGER titer_quality_trail_look_no_update

CREATE TRIGGER titer_quality_trail_look_no_delete BEFORE DELETE ON quality_trail_look FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE quality_trail_look ENABLE ALWAYS TRIGGER titer_quality_trail_look_no_delete

CREATE TRIGGER titer_quality_trail_look_no_truncate BEFORE TRUNCATE ON quality_trail_look FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE quality_trail_look ENABLE ALWAYS TRIGGER titer_quality_trail_look_no_truncate

CREATE OR REPLACE FUNCTION titer_quality_trail_settings_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'quality_trail_settings', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"quality_trail_settings"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'quality_trail_settings' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"number":' || coalesce(n."number"::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"set_by":' || coalesce(to_json(n."set_by")::text, 'null') || ',' || '"settings":' || coalesce(to_json(n."settings")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: quality_trail_settings.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'quality_trail_settings', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"quality_trail_settings"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'quality_trail_settings' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"number":' || coalesce(o."number"::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"set_by":' || coalesce(to_json(o."set_by")::text, 'null') || ',' || '"settings":' || coalesce(to_json(o."settings")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"number":' || coalesce(n."number"::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"set_by":' || coalesce(to_json(n."set_by")::text, 'null') || ',' || '"settings":' || coalesce(to_json(n."settings")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'quality_trail_settings', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"quality_trail_settings"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'quality_trail_settings' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"number":' || coalesce(o."number"::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"set_by":' || coalesce(to_json(o."set_by")::text, 'null') || ',' || '"settings":' || coalesce(to_json(o."settings")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_quality_trail_settings_entry() FROM PUBLIC

CREATE TRIGGER titer_quality_trail_settings_insert AFTER INSERT ON quality_trail_settings REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_quality_trail_settings_entry()

ALTER TABLE quality_trail_settings ENABLE ALWAYS TRIGGER titer_quality_trail_settings_insert

CREATE TRIGGER titer_quality_trail_settings_no_update BEFORE UPDATE ON quality_trail_settings FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE quality_trail_settings ENABLE ALWAYS TRIGGER titer_quality_trail_settings_no_update

CREATE TRIGGER titer_quality_trail_settings_no_delete BEFORE DELETE ON quality_trail_settings FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE quality_trail_settings ENABLE ALWAYS TRIGGER titer_quality_trail_settings_no_delete

CREATE TRIGGER titer_quality_trail_settings_no_truncate BEFORE TRUNCATE ON quality_trail_settings FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE quality_trail_settings ENABLE ALWAYS TRIGGER titer_quality_trail_settings_no_truncate

CREATE OR REPLACE FUNCTION titer_record_access_event_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_access_event', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_access_event"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_access_event' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"detail":' || coalesce(to_json(n."detail")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(n."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"remote":' || coalesce(to_json(n."remote")::text, 'null') || ',' || '"username":' || coalesce(to_json(n."username")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_access_event.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_access_event', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_access_event"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_access_event' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"detail":' || coalesce(to_json(o."detail")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(o."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"remote":' || coalesce(to_json(o."remote")::text, 'null') || ',' || '"username":' || coalesce(to_json(o."username")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"detail":' || coalesce(to_json(n."detail")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(n."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"remote":' || coalesce(to_json(n."remote")::text, 'null') || ',' || '"username":' || coalesce(to_json(n."username")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."person_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_access_event', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_access_event"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_access_event' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"detail":' || coalesce(to_json(o."detail")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(o."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"remote":' || coalesce(to_json(o."remote")::text, 'null') || ',' || '"username":' || coalesce(to_json(o."username")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_access_event_entry() FROM PUBLIC

CREATE TRIGGER titer_record_access_event_insert AFTER INSERT ON record_access_event REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_access_event_entry()

ALTER TABLE record_access_event ENABLE ALWAYS TRIGGER titer_record_access_event_insert

CREATE TRIGGER titer_record_access_event_no_update BEFORE UPDATE ON record_access_event FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_access_event ENABLE ALWAYS TRIGGER titer_record_access_event_no_update

CREATE TRIGGER titer_record_access_event_no_delete BEFORE DELETE ON record_access_event FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_access_event ENABLE ALWAYS TRIGGER titer_record_access_event_no_delete

CREATE TRIGGER titer_record_access_event_no_truncate BEFORE TRUNCATE ON record_access_event FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_access_event ENABLE ALWAYS TRIGGER titer_record_access_event_no_truncate

CREATE OR REPLACE FUNCTION titer_record_access_policy_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_access_policy', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_access_policy"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_access_policy' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"delegation_days":' || coalesce(n."delegation_days"::text, 'null') || ',' || '"factor_meanings":' || coalesce(to_json(n."factor_meanings")::text, 'null') || ',' || '"factor_robots":' || coalesce(n."factor_robots"::text, 'null') || ',' || '"factor_roles":' || coalesce(to_json(n."factor_roles")::text, 'null') || ',' || '"history":' || coalesce(n."history"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"idle_minutes":' || coalesce(n."idle_minutes"::text, 'null') || ',' || '"max_age_days":' || coalesce(n."max_age_days"::text, 'null') || ',' || '"max_failures":' || coalesce(n."max_failures"::text, 'null') || ',' || '"max_sessions":' || coalesce(n."max_sessions"::text, 'null') || ',' || '"minimum_length":' || coalesce(n."minimum_length"::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"proof_minutes":' || coalesce(n."proof_minutes"::text, 'null') || ',' || '"recertify_days":' || coalesce(n."recertify_days"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"session_minutes":' || coalesce(n."session_minutes"::text, 'null') || ',' || '"temporary_passwords":' || coalesce(n."temporary_passwords"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_access_policy.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_access_policy', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_access_policy"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_access_policy' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"delegation_days":' || coalesce(o."delegation_days"::text, 'null') || ',' || '"factor_meanings":' || coalesce(to_json(o."factor_meanings")::text, 'null') || ',' || '"factor_robots":' || coalesce(o."factor_robots"::text, 'null') || ',' || '"factor_roles":' || coalesce(to_json(o."factor_roles")::text, 'null') || ',' || '"history":' || coalesce(o."history"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"idle_minutes":' || coalesce(o."idle_minutes"::text, 'null') || ',' || '"max_age_days":' || coalesce(o."max_age_days"::text, 'null') || ',' || '"max_failures":' || coalesce(o."max_failures"::text, 'null') || ',' || '"max_sessions":' || coalesce(o."max_sessions"::text, 'null') || ',' || '"minimum_length":' || coalesce(o."minimum_length"::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"proof_minutes":' || coalesce(o."proof_minutes"::text, 'null') || ',' || '"recertify_days":' || coalesce(o."recertify_days"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"session_minutes":' || coalesce(o."session_minutes"::text, 'null') || ',' || '"temporary_passwords":' || coalesce(o."temporary_passwords"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"delegation_days":' || coalesce(n."delegation_days"::text, 'null') || ',' || '"factor_meanings":' || coalesce(to_json(n."factor_meanings")::text, 'null') || ',' || '"factor_robots":' || coalesce(n."factor_robots"::text, 'null') || ',' || '"factor_roles":' || coalesce(to_json(n."factor_roles")::text, 'null') || ',' || '"history":' || coalesce(n."history"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"idle_minutes":' || coalesce(n."idle_minutes"::text, 'null') || ',' || '"max_age_days":' || coalesce(n."max_age_days"::text, 'null') || ',' || '"max_failures":' || coalesce(n."max_failures"::text, 'null') || ',' || '"max_sessions":' || coalesce(n."max_sessions"::text, 'null') || ',' || '"minimum_length":' || coalesce(n."minimum_length"::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"proof_minutes":' || coalesce(n."proof_minutes"::text, 'null') || ',' || '"recertify_days":' || coalesce(n."recertify_days"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"session_minutes":' || coalesce(n."session_minutes"::text, 'null') || ',' || '"temporary_passwords":' || coalesce(n."temporary_passwords"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_access_policy', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_access_policy"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_access_policy' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"delegation_days":' || coalesce(o."delegation_days"::text, 'null') || ',' || '"factor_meanings":' || coalesce(to_json(o."factor_meanings")::text, 'null') || ',' || '"factor_robots":' || coalesce(o."factor_robots"::text, 'null') || ',' || '"factor_roles":' || coalesce(to_json(o."factor_roles")::text, 'null') || ',' || '"history":' || coalesce(o."history"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"idle_minutes":' || coalesce(o."idle_minutes"::text, 'null') || ',' || '"max_age_days":' || coalesce(o."max_age_days"::text, 'null') || ',' || '"max_failures":' || coalesce(o."max_failures"::text, 'null') || ',' || '"max_sessions":' || coalesce(o."max_sessions"::text, 'null') || ',' || '"minimum_length":' || coalesce(o."minimum_length"::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"proof_minutes":' || coalesce(o."proof_minutes"::text, 'null') || ',' || '"recertify_days":' || coalesce(o."recertify_days"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"session_minutes":' || coalesce(o."session_minutes"::text, 'null') || ',' || '"temporary_passwords":' || coalesce(o."temporary_passwords"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_access_policy_entry() FROM PUBLIC

CREATE TRIGGER titer_record_access_policy_insert AFTER INSERT ON record_access_policy REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_access_policy_entry()

ALTER TABLE record_access_policy ENABLE ALWAYS TRIGGER titer_record_access_policy_insert

CREATE TRIGGER titer_record_access_policy_update AFTER UPDATE ON record_access_policy REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_access_policy_entry()

ALTER TABLE record_access_policy ENABLE ALWAYS TRIGGER titer_record_access_policy_update

CREATE TRIGGER titer_record_access_policy_delete AFTER DELETE ON record_access_policy REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_record_access_policy_entry()

ALTER TABLE record_access_policy ENABLE ALWAYS TRIGGER titer_record_access_policy_delete

CREATE TRIGGER titer_record_access_policy_no_truncate BEFORE TRUNCATE ON record_access_policy FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_access_policy ENABLE ALWAYS TRIGGER titer_record_access_policy_no_truncate

CREATE OR REPLACE FUNCTION titer_record_access_review_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_access_review', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_access_review"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_access_review' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"decided_at":' || coalesce(n."decided_at"::text, 'null') || ',' || '"decided_by":' || coalesce(to_json(n."decided_by")::text, 'null') || ',' || '"decisions":' || coalesce(to_json(n."decisions")::text, 'null') || ',' || '"due_at":' || coalesce(n."due_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"opened_at":' || coalesce(n."opened_at"::text, 'null') || ',' || '"overdue_at":' || coalesce(n."overdue_at"::text, 'null') || ',' || '"person_id":' || coalesce(to_json(n."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"roles":' || coalesce(to_json(n."roles")::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(n."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."number" IS DISTINCT FROM o."number" THEN 'number'
    WHEN n."person_id" IS DISTINCT FROM o."person_id" THEN 'person_id'
    WHEN n."opened_at" IS DISTINCT FROM o."opened_at" THEN 'opened_at'
    WHEN n."due_at" IS DISTINCT FROM o."due_at" THEN 'due_at'
    WHEN n."roles" IS DISTINCT FROM o."roles" THEN 'roles' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_access_review.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_access_review', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_access_review"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_access_review' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"decided_at":' || coalesce(o."decided_at"::text, 'null') || ',' || '"decided_by":' || coalesce(to_json(o."decided_by")::text, 'null') || ',' || '"decisions":' || coalesce(to_json(o."decisions")::text, 'null') || ',' || '"due_at":' || coalesce(o."due_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"opened_at":' || coalesce(o."opened_at"::text, 'null') || ',' || '"overdue_at":' || coalesce(o."overdue_at"::text, 'null') || ',' || '"person_id":' || coalesce(to_json(o."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"roles":' || coalesce(to_json(o."roles")::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(o."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"decided_at":' || coalesce(n."decided_at"::text, 'null') || ',' || '"decided_by":' || coalesce(to_json(n."decided_by")::text, 'null') || ',' || '"decisions":' || coalesce(to_json(n."decisions")::text, 'null') || ',' || '"due_at":' || coalesce(n."due_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"opened_at":' || coalesce(n."opened_at"::text, 'null') || ',' || '"overdue_at":' || coalesce(n."overdue_at"::text, 'null') || ',' || '"person_id":' || coalesce(to_json(n."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"roles":' || coalesce(to_json(n."roles")::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(n."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."person_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_access_review', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_access_review"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_access_review' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"decided_at":' || coalesce(o."decided_at"::text, 'null') || ',' || '"decided_by":' || coalesce(to_json(o."decided_by")::text, 'null') || ',' || '"decisions":' || coalesce(to_json(o."decisions")::text, 'null') || ',' || '"due_at":' || coalesce(o."due_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"opened_at":' || coalesce(o."opened_at"::text, 'null') || ',' || '"overdue_at":' || coalesce(o."overdue_at"::text, 'null') || ',' || '"person_id":' || coalesce(to_json(o."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"roles":' || coalesce(to_json(o."roles")::text, 'null') || ',' || '"signature_id":' || coalesce(to_json(o."signature_id")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_access_review_entry() FROM PUBLIC

CREATE TRIGGER titer_record_access_review_insert AFTER INSERT ON record_access_review REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_access_review_entry()

ALTER TABLE record_access_review ENABLE ALWAYS TRIGGER titer_record_access_review_insert

CREATE TRIGGER titer_record_access_review_update AFTER UPDATE ON record_access_review REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_access_review_entry()

ALTER TABLE record_access_review ENABLE ALWAYS TRIGGER titer_record_access_review_update

CREATE TRIGGER titer_record_access_review_delete AFTER DELETE ON record_access_review REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_record_access_review_entry()

ALTER TABLE record_access_review ENABLE ALWAYS TRIGGER titer_record_access_review_delete

CREATE TRIGGER titer_record_access_review_no_truncate BEFORE TRUNCATE ON record_access_review FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_access_review ENABLE ALWAYS TRIGGER titer_record_access_review_no_truncate

CREATE OR REPLACE FUNCTION titer_record_backup_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_backup', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_backup"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_backup' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"encrypted":' || coalesce(to_json(n."encrypted")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(n."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"keys":' || coalesce(to_json(n."keys")::text, 'null') || ',' || '"place":' || coalesce(to_json(n."place")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"root":' || coalesce(to_json(n."root")::text, 'null') || ',' || '"seconds":' || coalesce('"' || n."seconds"::text || '"', 'null') || ',' || '"size":' || coalesce(n."size"::text, 'null') || ',' || '"taken_at":' || coalesce(n."taken_at"::text, 'null') || ',' || '"tree_size":' || coalesce(n."tree_size"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_backup.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_backup', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_backup"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_backup' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"encrypted":' || coalesce(to_json(o."encrypted")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(o."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"keys":' || coalesce(to_json(o."keys")::text, 'null') || ',' || '"place":' || coalesce(to_json(o."place")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"root":' || coalesce(to_json(o."root")::text, 'null') || ',' || '"seconds":' || coalesce('"' || o."seconds"::text || '"', 'null') || ',' || '"size":' || coalesce(o."size"::text, 'null') || ',' || '"taken_at":' || coalesce(o."taken_at"::text, 'null') || ',' || '"tree_size":' || coalesce(o."tree_size"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"encrypted":' || coalesce(to_json(n."encrypted")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(n."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"keys":' || coalesce(to_json(n."keys")::text, 'null') || ',' || '"place":' || coalesce(to_json(n."place")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"root":' || coalesce(to_json(n."root")::text, 'null') || ',' || '"seconds":' || coalesce('"' || n."seconds"::text || '"', 'null') || ',' || '"size":' || coalesce(n."size"::text, 'null') || ',' || '"taken_at":' || coalesce(n."taken_at"::text, 'null') || ',' || '"tree_size":' || coalesce(n."tree_size"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_backup', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_backup"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_backup' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"encrypted":' || coalesce(to_json(o."encrypted")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(o."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"keys":' || coalesce(to_json(o."keys")::text, 'null') || ',' || '"place":' || coalesce(to_json(o."place")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"root":' || coalesce(to_json(o."root")::text, 'null') || ',' || '"seconds":' || coalesce('"' || o."seconds"::text || '"', 'null') || ',' || '"size":' || coalesce(o."size"::text, 'null') || ',' || '"taken_at":' || coalesce(o."taken_at"::text, 'null') || ',' || '"tree_size":' || coalesce(o."tree_size"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_backup_entry() FROM PUBLIC

CREATE TRIGGER titer_record_backup_insert AFTER INSERT ON record_backup REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_backup_entry()

ALTER TABLE record_backup ENABLE ALWAYS TRIGGER titer_record_backup_insert

CREATE TRIGGER titer_record_backup_no_update BEFORE UPDATE ON record_backup FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_backup ENABLE ALWAYS TRIGGER titer_record_backup_no_update

CREATE TRIGGER titer_record_backup_no_delete BEFORE DELETE ON record_backup FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_backup ENABLE ALWAYS TRIGGER titer_record_backup_no_delete

CREATE TRIGGER titer_record_backup_no_truncate BEFORE TRUNCATE ON record_backup FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_backup ENABLE ALWAYS TRIGGER titer_record_backup_no_truncate

CREATE OR REPLACE FUNCTION titer_record_clock_step_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_clock_step', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_clock_step"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_clock_step' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"stood_at":' || coalesce(n."stood_at"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || ',' || '"went_to":' || coalesce(n."went_to"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_clock_step.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_clock_step', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_clock_step"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_clock_step' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"stood_at":' || coalesce(o."stood_at"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || ',' || '"went_to":' || coalesce(o."went_to"::text, 'null') || '}' AS before, '{' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"stood_at":' || coalesce(n."stood_at"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || ',' || '"went_to":' || coalesce(n."went_to"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_clock_step', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_clock_step"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_clock_step' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"stood_at":' || coalesce(o."stood_at"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || ',' || '"went_to":' || coalesce(o."went_to"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_clock_step_entry() FROM PUBLIC

CREATE TRIGGER titer_record_clock_step_insert AFTER INSERT ON record_clock_step REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_clock_step_entry()

ALTER TABLE record_clock_step ENABLE ALWAYS TRIGGER titer_record_clock_step_insert

CREATE TRIGGER titer_record_clock_step_no_update BEFORE UPDATE ON record_clock_step FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_clock_step ENABLE ALWAYS TRIGGER titer_record_clock_step_no_update

CREATE TRIGGER titer_record_clock_step_no_delete BEFORE DELETE ON record_clock_step FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_clock_step ENABLE ALWAYS TRIGGER titer_record_clock_step_no_delete

CREATE TRIGGER titer_record_clock_step_no_truncate BEFORE TRUNCATE ON record_clock_step FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_clock_step ENABLE ALWAYS TRIGGER titer_record_clock_step_no_truncate

CREATE OR REPLACE FUNCTION titer_record_competency_needed_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_competency_needed', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_competency_needed"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_competency_needed' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"active":' || coalesce(n."active"::text, 'null') || ',' || '"competency":' || coalesce(to_json(n."competency")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"verb":' || coalesce(to_json(n."verb")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."verb" IS DISTINCT FROM o."verb" THEN 'verb'
    WHEN n."competency" IS DISTINCT FROM o."competency" THEN 'competency' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_competency_needed.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_competency_needed', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_competency_needed"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_competency_needed' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"active":' || coalesce(o."active"::text, 'null') || ',' || '"competency":' || coalesce(to_json(o."competency")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"verb":' || coalesce(to_json(o."verb")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"active":' || coalesce(n."active"::text, 'null') || ',' || '"competency":' || coalesce(to_json(n."competency")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"verb":' || coalesce(to_json(n."verb")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_competency_needed', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_competency_needed"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_competency_needed' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"active":' || coalesce(o."active"::text, 'null') || ',' || '"competency":' || coalesce(to_json(o."competency")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"verb":' || coalesce(to_json(o."verb")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_competency_needed_entry() FROM PUBLIC

CREATE TRIGGER titer_record_competency_needed_insert AFTER INSERT ON record_competency_needed REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_competency_needed_entry()

ALTER TABLE record_competency_needed ENABLE ALWAYS TRIGGER titer_record_competency_needed_insert

CREATE TRIGGER titer_record_competency_needed_update AFTER UPDATE ON record_competency_needed REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_competency_needed_entry()

ALTER TABLE record_competency_needed ENABLE ALWAYS TRIGGER titer_record_competency_needed_update

CREATE TRIGGER titer_record_competency_needed_delete AFTER DELETE ON record_competency_needed REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_record_competency_needed_entry()

ALTER TABLE record_competency_needed ENABLE ALWAYS TRIGGER titer_record_competency_needed_delete

CREATE TRIGGER titer_record_competency_needed_no_truncate BEFORE TRUNCATE ON record_competency_needed FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_competency_needed ENABLE ALWAYS TRIGGER titer_record_competency_needed_no_truncate

CREATE OR REPLACE FUNCTION titer_record_content_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_content', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_content"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_content' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"media_type":' || coalesce(to_json(n."media_type")::text, 'null') || ',' || '"origin":' || coalesce(to_json(n."origin")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"size":' || coalesce(n."size"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_content.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_content', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_content"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_content' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"media_type":' || coalesce(to_json(o."media_type")::text, 'null') || ',' || '"origin":' || coalesce(to_json(o."origin")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"size":' || coalesce(o."size"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"media_type":' || coalesce(to_json(n."media_type")::text, 'null') || ',' || '"origin":' || coalesce(to_json(n."origin")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"size":' || coalesce(n."size"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_content', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_content"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_content' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"media_type":' || coalesce(to_json(o."media_type")::text, 'null') || ',' || '"origin":' || coalesce(to_json(o."origin")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"size":' || coalesce(o."size"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_content_entry() FROM PUBLIC

CREATE TRIGGER titer_record_content_insert AFTER INSERT ON record_content REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_content_entry()

ALTER TABLE record_content ENABLE ALWAYS TRIGGER titer_record_content_insert

CREATE TRIGGER titer_record_content_no_update BEFORE UPDATE ON record_content FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_content ENABLE ALWAYS TRIGGER titer_record_content_no_update

CREATE TRIGGER titer_record_content_no_delete BEFORE DELETE ON record_content FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_content ENABLE ALWAYS TRIGGER titer_record_content_no_delete

CREATE TRIGGER titer_record_content_no_truncate BEFORE TRUNCATE ON record_content FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_content ENABLE ALWAYS TRIGGER titer_record_content_no_truncate

CREATE OR REPLACE FUNCTION titer_record_delegation_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_delegation', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_delegation"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_delegation' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"begins_at":' || coalesce(n."begins_at"::text, 'null') || ',' || '"ends_at":' || coalesce(n."ends_at"::text, 'null') || ',' || '"from_id":' || coalesce(to_json(n."from_id")::text, 'null') || ',' || '"given_by":' || coalesce(to_json(n."given_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(n."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"revoked_at":' || coalesce(n."revoked_at"::text, 'null') || ',' || '"revoked_by":' || coalesce(to_json(n."revoked_by")::text, 'null') || ',' || '"role":' || coalesce(to_json(n."role")::text, 'null') || ',' || '"to_id":' || coalesce(to_json(n."to_id")::text, 'null') || ',' || '"verbs":' || coalesce(to_json(n."verbs")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."from_id" IS DISTINCT FROM o."from_id" THEN 'from_id'
    WHEN n."to_id" IS DISTINCT FROM o."to_id" THEN 'to_id'
    WHEN n."role" IS DISTINCT FROM o."role" THEN 'role'
    WHEN n."verbs" IS DISTINCT FROM o."verbs" THEN 'verbs'
    WHEN n."begins_at" IS DISTINCT FROM o."begins_at" THEN 'begins_at'
    WHEN n."ends_at" IS DISTINCT FROM o."ends_at" THEN 'ends_at'
    WHEN n."reason" IS DISTINCT FROM o."reason" THEN 'reason'
    WHEN n."given_by" IS DISTINCT FROM o."given_by" THEN 'given_by' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_delegation.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_delegation', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_delegation"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_delegation' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"begins_at":' || coalesce(o."begins_at"::text, 'null') || ',' || '"ends_at":' || coalesce(o."ends_at"::text, 'null') || ',' || '"from_id":' || coalesce(to_json(o."from_id")::text, 'null') || ',' || '"given_by":' || coalesce(to_json(o."given_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(o."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"revoked_at":' || coalesce(o."revoked_at"::text, 'null') || ',' || '"revoked_by":' || coalesce(to_json(o."revoked_by")::text, 'null') || ',' || '"role":' || coalesce(to_json(o."role")::text, 'null') || ',' || '"to_id":' || coalesce(to_json(o."to_id")::text, 'null') || ',' || '"verbs":' || coalesce(to_json(o."verbs")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"begins_at":' || coalesce(n."begins_at"::text, 'null') || ',' || '"ends_at":' || coalesce(n."ends_at"::text, 'null') || ',' || '"from_id":' || coalesce(to_json(n."from_id")::text, 'null') || ',' || '"given_by":' || coalesce(to_json(n."given_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(n."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"revoked_at":' || coalesce(n."revoked_at"::text, 'null') || ',' || '"revoked_by":' || coalesce(to_json(n."revoked_by")::text, 'null') || ',' || '"role":' || coalesce(to_json(n."role")::text, 'null') || ',' || '"to_id":' || coalesce(to_json(n."to_id")::text, 'null') || ',' || '"verbs":' || coalesce(to_json(n."verbs")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_delegation', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_delegation"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_delegation' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"begins_at":' || coalesce(o."begins_at"::text, 'null') || ',' || '"ends_at":' || coalesce(o."ends_at"::text, 'null') || ',' || '"from_id":' || coalesce(to_json(o."from_id")::text, 'null') || ',' || '"given_by":' || coalesce(to_json(o."given_by")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(o."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"revoked_at":' || coalesce(o."revoked_at"::text, 'null') || ',' || '"revoked_by":' || coalesce(to_json(o."revoked_by")::text, 'null') || ',' || '"role":' || coalesce(to_json(o."role")::text, 'null') || ',' || '"to_id":' || coalesce(to_json(o."to_id")::text, 'null') || ',' || '"verbs":' || coalesce(to_json(o."verbs")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_delegation_entry() FROM PUBLIC

CREATE TRIGGER titer_record_delegation_insert AFTER INSERT ON record_delegation REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_delegation_entry()

ALTER TABLE record_delegation ENABLE ALWAYS TRIGGER titer_record_delegation_insert

CREATE TRIGGER titer_record_delegation_update AFTER UPDATE ON record_delegation REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_delegation_entry()

ALTER TABLE record_delegation ENABLE ALWAYS TRIGGER titer_record_delegation_update

CREATE TRIGGER titer_record_delegation_delete AFTER DELETE ON record_delegation REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_record_delegation_entry()

ALTER TABLE record_delegation ENABLE ALWAYS TRIGGER titer_record_delegation_delete

CREATE TRIGGER titer_record_delegation_no_truncate BEFORE TRUNCATE ON record_delegation FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_delegation ENABLE ALWAYS TRIGGER titer_record_delegation_no_truncate

CREATE OR REPLACE FUNCTION titer_record_document_cert_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_document_cert', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_document_cert"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_document_cert' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"chain":' || coalesce(to_json(n."chain")::text, 'null') || ',' || '"fingerprint":' || coalesce(to_json(n."fingerprint")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"issuer":' || coalesce(to_json(n."issuer")::text, 'null') || ',' || '"not_after":' || coalesce(n."not_after"::text, 'null') || ',' || '"not_before":' || coalesce(n."not_before"::text, 'null') || ',' || '"origin":' || coalesce(to_json(n."origin")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"subject":' || coalesce(to_json(n."subject")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_document_cert.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_document_cert', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_document_cert"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_document_cert' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"chain":' || coalesce(to_json(o."chain")::text, 'null') || ',' || '"fingerprint":' || coalesce(to_json(o."fingerprint")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"issuer":' || coalesce(to_json(o."issuer")::text, 'null') || ',' || '"not_after":' || coalesce(o."not_after"::text, 'null') || ',' || '"not_before":' || coalesce(o."not_before"::text, 'null') || ',' || '"origin":' || coalesce(to_json(o."origin")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"subject":' || coalesce(to_json(o."subject")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"chain":' || coalesce(to_json(n."chain")::text, 'null') || ',' || '"fingerprint":' || coalesce(to_json(n."fingerprint")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"issuer":' || coalesce(to_json(n."issuer")::text, 'null') || ',' || '"not_after":' || coalesce(n."not_after"::text, 'null') || ',' || '"not_before":' || coalesce(n."not_before"::text, 'null') || ',' || '"origin":' || coalesce(to_json(n."origin")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"subject":' || coalesce(to_json(n."subject")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_document_cert', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_document_cert"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_document_cert' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"chain":' || coalesce(to_json(o."chain")::text, 'null') || ',' || '"fingerprint":' || coalesce(to_json(o."fingerprint")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"issuer":' || coalesce(to_json(o."issuer")::text, 'null') || ',' || '"not_after":' || coalesce(o."not_after"::text, 'null') || ',' || '"not_before":' || coalesce(o."not_before"::text, 'null') || ',' || '"origin":' || coalesce(to_json(o."origin")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"subject":' || coalesce(to_json(o."subject")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_document_cert_entry() FROM PUBLIC

CREATE TRIGGER titer_record_document_cert_insert AFTER INSERT ON record_document_cert REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_document_cert_entry()

ALTER TABLE record_document_cert ENABLE ALWAYS TRIGGER titer_record_document_cert_insert

CREATE TRIGGER titer_record_document_cert_no_update BEFORE UPDATE ON record_document_cert FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_document_cert ENABLE ALWAYS TRIGGER titer_record_document_cert_no_update

CREATE TRIGGER titer_record_document_cert_no_delete BEFORE DELETE ON record_document_cert FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_document_cert ENABLE ALWAYS TRIGGER titer_record_document_cert_no_delete

CREATE TRIGGER titer_record_document_cert_no_truncate BEFORE TRUNCATE ON record_document_cert FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_document_cert ENABLE ALWAYS TRIGGER titer_record_document_cert_no_truncate

CREATE OR REPLACE FUNCTION titer_record_drill_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_drill', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_drill"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_drill' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"backup_digest":' || coalesce(to_json(n."backup_digest")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(n."file_name")::text, 'null') || ',' || '"files":' || coalesce(n."files"::text, 'null') || ',' || '"holds":' || coalesce(n."holds"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"performed_by":' || coalesce(to_json(n."performed_by")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"seconds":' || coalesce('"' || n."seconds"::text || '"', 'null') || ',' || '"started_at":' || coalesce(n."started_at"::text, 'null') || ',' || '"tree_size":' || coalesce(n."tree_size"::text, 'null') || ',' || '"verdict":' || coalesce(to_json(n."verdict")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_drill.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_drill', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_drill"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_drill' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"backup_digest":' || coalesce(to_json(o."backup_digest")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(o."file_name")::text, 'null') || ',' || '"files":' || coalesce(o."files"::text, 'null') || ',' || '"holds":' || coalesce(o."holds"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"performed_by":' || coalesce(to_json(o."performed_by")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"seconds":' || coalesce('"' || o."seconds"::text || '"', 'null') || ',' || '"started_at":' || coalesce(o."started_at"::text, 'null') || ',' || '"tree_size":' || coalesce(o."tree_size"::text, 'null') || ',' || '"verdict":' || coalesce(to_json(o."verdict")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"backup_digest":' || coalesce(to_json(n."backup_digest")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(n."file_name")::text, 'null') || ',' || '"files":' || coalesce(n."files"::text, 'null') || ',' || '"holds":' || coalesce(n."holds"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"performed_by":' || coalesce(to_json(n."performed_by")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"seconds":' || coalesce('"' || n."seconds"::text || '"', 'null') || ',' || '"started_at":' || coalesce(n."started_at"::text, 'null') || ',' || '"tree_size":' || coalesce(n."tree_size"::text, 'null') || ',' || '"verdict":' || coalesce(to_json(n."verdict")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_drill', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_drill"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_drill' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"backup_digest":' || coalesce(to_json(o."backup_digest")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(o."file_name")::text, 'null') || ',' || '"files":' || coalesce(o."files"::text, 'null') || ',' || '"holds":' || coalesce(o."holds"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"performed_by":' || coalesce(to_json(o."performed_by")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"seconds":' || coalesce('"' || o."seconds"::text || '"', 'null') || ',' || '"started_at":' || coalesce(o."started_at"::text, 'null') || ',' || '"tree_size":' || coalesce(o."tree_size"::text, 'null') || ',' || '"verdict":' || coalesce(to_json(o."verdict")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_drill_entry() FROM PUBLIC

CREATE TRIGGER titer_record_drill_insert AFTER INSERT ON record_drill REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_drill_entry()

ALTER TABLE record_drill ENABLE ALWAYS TRIGGER titer_record_drill_insert

CREATE TRIGGER titer_record_drill_no_update BEFORE UPDATE ON record_drill FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_drill ENABLE ALWAYS TRIGGER titer_record_drill_no_update

CREATE TRIGGER titer_record_drill_no_delete BEFORE DELETE ON record_drill FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_drill ENABLE ALWAYS TRIGGER titer_record_drill_no_delete

CREATE TRIGGER titer_record_drill_no_truncate BEFORE TRUNCATE ON record_drill FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_drill ENABLE ALWAYS TRIGGER titer_record_drill_no_truncate

CREATE OR REPLACE FUNCTION titer_record_duty_conflict_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_duty_conflict', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_duty_conflict"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_duty_conflict' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"detail":' || coalesce(to_json(n."detail")::text, 'null') || ',' || '"found_at":' || coalesce(n."found_at"::text, 'null') || ',' || '"gone_at":' || coalesce(n."gone_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(n."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"record_id":' || coalesce(to_json(n."record_id")::text, 'null') || ',' || '"record_type":' || coalesce(to_json(n."record_type")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."key" IS DISTINCT FROM o."key" THEN 'key'
    WHEN n."kind" IS DISTINCT FROM o."kind" THEN 'kind'
    WHEN n."person_id" IS DISTINCT FROM o."person_id" THEN 'person_id'
    WHEN n."record_type" IS DISTINCT FROM o."record_type" THEN 'record_type'
    WHEN n."record_id" IS DISTINCT FROM o."record_id" THEN 'record_id'
    WHEN n."detail" IS DISTINCT FROM o."detail" THEN 'detail'
    WHEN n."found_at" IS DISTINCT FROM o."found_at" THEN 'found_at' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_duty_conflict.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_duty_conflict', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_duty_conflict"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_duty_conflict' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"detail":' || coalesce(to_json(o."detail")::text, 'null') || ',' || '"found_at":' || coalesce(o."found_at"::text, 'null') || ',' || '"gone_at":' || coalesce(o."gone_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(o."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"record_id":' || coalesce(to_json(o."record_id")::text, 'null') || ',' || '"record_type":' || coalesce(to_json(o."record_type")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"detail":' || coalesce(to_json(n."detail")::text, 'null') || ',' || '"found_at":' || coalesce(n."found_at"::text, 'null') || ',' || '"gone_at":' || coalesce(n."gone_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(n."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"record_id":' || coalesce(to_json(n."record_id")::text, 'null') || ',' || '"record_type":' || coalesce(to_json(n."record_type")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."person_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_duty_conflict', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_duty_conflict"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_duty_conflict' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"detail":' || coalesce(to_json(o."detail")::text, 'null') || ',' || '"found_at":' || coalesce(o."found_at"::text, 'null') || ',' || '"gone_at":' || coalesce(o."gone_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(o."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"record_id":' || coalesce(to_json(o."record_id")::text, 'null') || ',' || '"record_type":' || coalesce(to_json(o."record_type")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_duty_conflict_entry() FROM PUBLIC

CREATE TRIGGER titer_record_duty_conflict_insert AFTER INSERT ON record_duty_conflict REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_duty_conflict_entry()

ALTER TABLE record_duty_conflict ENABLE ALWAYS TRIGGER titer_record_duty_conflict_insert

CREATE TRIGGER titer_record_duty_conflict_update AFTER UPDATE ON record_duty_conflict REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_duty_conflict_entry()

ALTER TABLE record_duty_conflict ENABLE ALWAYS TRIGGER titer_record_duty_conflict_update

CREATE TRIGGER titer_record_duty_conflict_delete AFTER DELETE ON record_duty_conflict REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_record_duty_conflict_entry()

ALTER TABLE record_duty_conflict ENABLE ALWAYS TRIGGER titer_record_duty_conflict_delete

CREATE TRIGGER titer_record_duty_conflict_no_truncate BEFORE TRUNCATE ON record_duty_conflict FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_duty_conflict ENABLE ALWAYS TRIGGER titer_record_duty_conflict_no_truncate

CREATE OR REPLACE FUNCTION titer_record_export_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_export', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_export"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_export' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"files":' || coalesce(to_json(n."files")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"records":' || coalesce(to_json(n."records")::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(n."subject_id")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(n."subject_type")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_export.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_export', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_export"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_export' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"files":' || coalesce(to_json(o."files")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"records":' || coalesce(to_json(o."records")::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(o."subject_id")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(o."subject_type")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"files":' || coalesce(to_json(n."files")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"records":' || coalesce(to_json(n."records")::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(n."subject_id")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(n."subject_type")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_export', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_export"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_export' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"files":' || coalesce(to_json(o."files")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"records":' || coalesce(to_json(o."records")::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(o."subject_id")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(o."subject_type")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_export_entry() FROM PUBLIC

CREATE TRIGGER titer_record_export_insert AFTER INSERT ON record_export REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_export_entry()

ALTER TABLE record_export ENABLE ALWAYS TRIGGER titer_record_export_insert

CREATE TRIGGER titer_record_export_no_update BEFORE UPDATE ON record_export FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_export ENABLE ALWAYS TRIGGER titer_record_export_no_update

CREATE TRIGGER titer_record_export_no_delete BEFORE DELETE ON record_export FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_export ENABLE ALWAYS TRIGGER titer_record_export_no_delete

CREATE TRIGGER titer_record_export_no_truncate BEFORE TRUNCATE ON record_export FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_export ENABLE ALWAYS TRIGGER titer_record_export_no_truncate

CREATE OR REPLACE FUNCTION titer_record_factor_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_factor', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_factor"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_factor' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"added_at":' || coalesce(n."added_at"::text, 'null') || ',' || '"confirmed_at":' || coalesce(n."confirmed_at"::text, 'null') || ',' || '"counter":' || coalesce(n."counter"::text, 'null') || ',' || '"credential_mac":' || coalesce(to_json(n."credential_mac")::text, 'null') || ',' || '"handle":' || coalesce(to_json(n."handle")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"name":' || coalesce(to_json(n."name")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(n."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"realm":' || coalesce(to_json(n."realm")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"removed_at":' || coalesce(n."removed_at"::text, 'null') || ',' || '"removed_because":' || coalesce(to_json(n."removed_because")::text, 'null') || ',' || '"used_at":' || coalesce(n."used_at"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."person_id" IS DISTINCT FROM o."person_id" THEN 'person_id'
    WHEN n."kind" IS DISTINCT FROM o."kind" THEN 'kind'
    WHEN n."handle" IS DISTINCT FROM o."handle" THEN 'handle'
    WHEN n."realm" IS DISTINCT FROM o."realm" THEN 'realm'
    WHEN n."added_at" IS DISTINCT FROM o."added_at" THEN 'added_at'
    WHEN n."credential_mac" IS DISTINCT FROM o."credential_mac" THEN 'credential_mac' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_factor.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_factor', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_factor"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_factor' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"added_at":' || coalesce(o."added_at"::text, 'null') || ',' || '"confirmed_at":' || coalesce(o."confirmed_at"::text, 'null') || ',' || '"counter":' || coalesce(o."counter"::text, 'null') || ',' || '"credential_mac":' || coalesce(to_json(o."credential_mac")::text, 'null') || ',' || '"handle":' || coalesce(to_json(o."handle")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"name":' || coalesce(to_json(o."name")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(o."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"realm":' || coalesce(to_json(o."realm")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"removed_at":' || coalesce(o."removed_at"::text, 'null') || ',' || '"removed_because":' || coalesce(to_json(o."removed_because")::text, 'null') || ',' || '"used_at":' || coalesce(o."used_at"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"added_at":' || coalesce(n."added_at"::text, 'null') || ',' || '"confirmed_at":' || coalesce(n."confirmed_at"::text, 'null') || ',' || '"counter":' || coalesce(n."counter"::text, 'null') || ',' || '"credential_mac":' || coalesce(to_json(n."credential_mac")::text, 'null') || ',' || '"handle":' || coalesce(to_json(n."handle")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"name":' || coalesce(to_json(n."name")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(n."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"realm":' || coalesce(to_json(n."realm")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"removed_at":' || coalesce(n."removed_at"::text, 'null') || ',' || '"removed_because":' || coalesce(to_json(n."removed_because")::text, 'null') || ',' || '"used_at":' || coalesce(n."used_at"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."person_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_factor', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_factor"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_factor' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"added_at":' || coalesce(o."added_at"::text, 'null') || ',' || '"confirmed_at":' || coalesce(o."confirmed_at"::text, 'null') || ',' || '"counter":' || coalesce(o."counter"::text, 'null') || ',' || '"credential_mac":' || coalesce(to_json(o."credential_mac")::text, 'null') || ',' || '"handle":' || coalesce(to_json(o."handle")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"name":' || coalesce(to_json(o."name")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(o."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"realm":' || coalesce(to_json(o."realm")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"removed_at":' || coalesce(o."removed_at"::text, 'null') || ',' || '"removed_because":' || coalesce(to_json(o."removed_because")::text, 'null') || ',' || '"used_at":' || coalesce(o."used_at"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_factor_entry() FROM PUBLIC

CREATE TRIGGER titer_record_factor_insert AFTER INSERT ON record_factor REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_factor_entry()

ALTER TABLE record_factor ENABLE ALWAYS TRIGGER titer_record_factor_insert

CREATE TRIGGER titer_record_factor_update AFTER UPDATE ON record_factor REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_factor_entry()

ALTER TABLE record_factor ENABLE ALWAYS TRIGGER titer_record_factor_update

CREATE TRIGGER titer_record_factor_delete AFTER DELETE ON record_factor REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_record_factor_entry()

ALTER TABLE record_factor ENABLE ALWAYS TRIGGER titer_record_factor_delete

CREATE TRIGGER titer_record_factor_no_truncate BEFORE TRUNCATE ON record_factor FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_factor ENABLE ALWAYS TRIGGER titer_record_factor_no_truncate

CREATE OR REPLACE FUNCTION titer_record_hold_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_hold', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_hold"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_hold' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"lifted_at":' || coalesce(n."lifted_at"::text, 'null') || ',' || '"lifted_because":' || coalesce(to_json(n."lifted_because")::text, 'null') || ',' || '"lifted_by":' || coalesce(to_json(n."lifted_by")::text, 'null') || ',' || '"placed_at":' || coalesce(n."placed_at"::text, 'null') || ',' || '"placed_by":' || coalesce(to_json(n."placed_by")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(n."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(n."subject_id")::text, 'null') || ',' || '"subject_name":' || coalesce(to_json(n."subject_name")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(n."subject_type")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."subject_type" IS DISTINCT FROM o."subject_type" THEN 'subject_type'
    WHEN n."subject_id" IS DISTINCT FROM o."subject_id" THEN 'subject_id'
    WHEN n."reason" IS DISTINCT FROM o."reason" THEN 'reason'
    WHEN n."placed_at" IS DISTINCT FROM o."placed_at" THEN 'placed_at'
    WHEN n."placed_by" IS DISTINCT FROM o."placed_by" THEN 'placed_by' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_hold.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_hold', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_hold"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_hold' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"lifted_at":' || coalesce(o."lifted_at"::text, 'null') || ',' || '"lifted_because":' || coalesce(to_json(o."lifted_because")::text, 'null') || ',' || '"lifted_by":' || coalesce(to_json(o."lifted_by")::text, 'null') || ',' || '"placed_at":' || coalesce(o."placed_at"::text, 'null') || ',' || '"placed_by":' || coalesce(to_json(o."placed_by")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(o."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(o."subject_id")::text, 'null') || ',' || '"subject_name":' || coalesce(to_json(o."subject_name")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(o."subject_type")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"lifted_at":' || coalesce(n."lifted_at"::text, 'null') || ',' || '"lifted_because":' || coalesce(to_json(n."lifted_because")::text, 'null') || ',' || '"lifted_by":' || coalesce(to_json(n."lifted_by")::text, 'null') || ',' || '"placed_at":' || coalesce(n."placed_at"::text, 'null') || ',' || '"placed_by":' || coalesce(to_json(n."placed_by")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(n."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(n."subject_id")::text, 'null') || ',' || '"subject_name":' || coalesce(to_json(n."subject_name")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(n."subject_type")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_hold', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_hold"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_hold' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"lifted_at":' || coalesce(o."lifted_at"::text, 'null') || ',' || '"lifted_because":' || coalesce(to_json(o."lifted_because")::text, 'null') || ',' || '"lifted_by":' || coalesce(to_json(o."lifted_by")::text, 'null') || ',' || '"placed_at":' || coalesce(o."placed_at"::text, 'null') || ',' || '"placed_by":' || coalesce(to_json(o."placed_by")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(o."reason")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"subject_id":' || coalesce(to_json(o."subject_id")::text, 'null') || ',' || '"subject_name":' || coalesce(to_json(o."subject_name")::text, 'null') || ',' || '"subject_type":' || coalesce(to_json(o."subject_type")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_hold_entry() FROM PUBLIC

CREATE TRIGGER titer_record_hold_insert AFTER INSERT ON record_hold REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_hold_entry()

ALTER TABLE record_hold ENABLE ALWAYS TRIGGER titer_record_hold_insert

CREATE TRIGGER titer_record_hold_update AFTER UPDATE ON record_hold REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_hold_entry()

ALTER TABLE record_hold ENABLE ALWAYS TRIGGER titer_record_hold_update

CREATE TRIGGER titer_record_hold_delete AFTER DELETE ON record_hold REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_record_hold_entry()

ALTER TABLE record_hold ENABLE ALWAYS TRIGGER titer_record_hold_delete

CREATE TRIGGER titer_record_hold_no_truncate BEFORE TRUNCATE ON record_hold FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_hold ENABLE ALWAYS TRIGGER titer_record_hold_no_truncate

CREATE OR REPLACE FUNCTION titer_record_installation_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_installation', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_installation"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_installation' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"created_at":' || coalesce(n."created_at"::text, 'null') || ',' || '"demo":' || coalesce(n."demo"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(n."name")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"process_origin":' || coalesce(n."process_origin"::text, 'null') || ',' || '"process_rate":' || coalesce(to_json(n."process_rate")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"simulated":' || coalesce(n."simulated"::text, 'null') || ',' || '"site":' || coalesce(to_json(n."site")::text, 'null') || ',' || '"time_zone":' || coalesce(to_json(n."time_zone")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."simulated" IS DISTINCT FROM o."simulated" THEN 'simulated'
    WHEN n."demo" IS DISTINCT FROM o."demo" THEN 'demo'
    WHEN n."created_at" IS DISTINCT FROM o."created_at" THEN 'created_at' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_installation.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_installation', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_installation"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_installation' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"created_at":' || coalesce(o."created_at"::text, 'null') || ',' || '"demo":' || coalesce(o."demo"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(o."name")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"process_origin":' || coalesce(o."process_origin"::text, 'null') || ',' || '"process_rate":' || coalesce(to_json(o."process_rate")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"simulated":' || coalesce(o."simulated"::text, 'null') || ',' || '"site":' || coalesce(to_json(o."site")::text, 'null') || ',' || '"time_zone":' || coalesce(to_json(o."time_zone")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"created_at":' || coalesce(n."created_at"::text, 'null') || ',' || '"demo":' || coalesce(n."demo"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(n."name")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"process_origin":' || coalesce(n."process_origin"::text, 'null') || ',' || '"process_rate":' || coalesce(to_json(n."process_rate")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"simulated":' || coalesce(n."simulated"::text, 'null') || ',' || '"site":' || coalesce(to_json(n."site")::text, 'null') || ',' || '"time_zone":' || coalesce(to_json(n."time_zone")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_installation', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_installation"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_installation' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"created_at":' || coalesce(o."created_at"::text, 'null') || ',' || '"demo":' || coalesce(o."demo"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(o."name")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"process_origin":' || coalesce(o."process_origin"::text, 'null') || ',' || '"process_rate":' || coalesce(to_json(o."process_rate")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"simulated":' || coalesce(o."simulated"::text, 'null') || ',' || '"site":' || coalesce(to_json(o."site")::text, 'null') || ',' || '"time_zone":' || coalesce(to_json(o."time_zone")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_installation_entry() FROM PUBLIC

CREATE TRIGGER titer_record_installation_insert AFTER INSERT ON record_installation REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_installation_entry()

ALTER TABLE record_installation ENABLE ALWAYS TRIGGER titer_record_installation_insert

CREATE TRIGGER titer_record_installation_update AFTER UPDATE ON record_installation REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_installation_entry()

ALTER TABLE record_installation ENABLE ALWAYS TRIGGER titer_record_installation_update

CREATE TRIGGER titer_record_installation_delete AFTER DELETE ON record_installation REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_record_installation_entry()

ALTER TABLE record_installation ENABLE ALWAYS TRIGGER titer_record_installation_delete

CREATE TRIGGER titer_record_installation_no_truncate BEFORE TRUNCATE ON record_installation FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_installation ENABLE ALWAYS TRIGGER titer_record_installation_no_truncate

CREATE OR REPLACE FUNCTION titer_record_ledger_key_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_ledger_key', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_ledger_key"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_ledger_key' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"from_size":' || coalesce(n."from_size"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"name":' || coalesce(to_json(n."name")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"role":' || coalesce(to_json(n."role")::text, 'null') || ',' || '"until_size":' || coalesce(n."until_size"::text, 'null') || ',' || '"verifier":' || coalesce(to_json(n."verifier")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."role" IS DISTINCT FROM o."role" THEN 'role'
    WHEN n."name" IS DISTINCT FROM o."name" THEN 'name'
    WHEN n."kind" IS DISTINCT FROM o."kind" THEN 'kind'
    WHEN n."verifier" IS DISTINCT FROM o."verifier" THEN 'verifier'
    WHEN n."from_size" IS DISTINCT FROM o."from_size" THEN 'from_size' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_ledger_key.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_ledger_key', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_ledger_key"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_ledger_key' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"from_size":' || coalesce(o."from_size"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"name":' || coalesce(to_json(o."name")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"role":' || coalesce(to_json(o."role")::text, 'null') || ',' || '"until_size":' || coalesce(o."until_size"::text, 'null') || ',' || '"verifier":' || coalesce(to_json(o."verifier")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"from_size":' || coalesce(n."from_size"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"name":' || coalesce(to_json(n."name")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"role":' || coalesce(to_json(n."role")::text, 'null') || ',' || '"until_size":' || coalesce(n."until_size"::text, 'null') || ',' || '"verifier":' || coalesce(to_json(n."verifier")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_ledger_key', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_ledger_key"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_ledger_key' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"from_size":' || coalesce(o."from_size"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"name":' || coalesce(to_json(o."name")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"role":' || coalesce(to_json(o."role")::text, 'null') || ',' || '"until_size":' || coalesce(o."until_size"::text, 'null') || ',' || '"verifier":' || coalesce(to_json(o."verifier")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_ledger_key_entry() FROM PUBLIC

CREATE TRIGGER titer_record_ledger_key_insert AFTER INSERT ON record_ledger_key REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_ledger_key_entry()

ALTER TABLE record_ledger_key ENABLE ALWAYS TRIGGER titer_record_ledger_key_insert

CREATE TRIGGER titer_record_ledger_key_update AFTER UPDATE ON record_ledger_key REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_ledger_key_entry()

ALTER TABLE record_ledger_key ENABLE ALWAYS TRIGGER titer_record_ledger_key_update

CREATE TRIGGER titer_record_ledger_key_delete AFTER DELETE ON record_ledger_key REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_record_ledger_key_entry()

ALTER TABLE record_ledger_key ENABLE ALWAYS TRIGGER titer_record_ledger_key_delete

CREATE TRIGGER titer_record_ledger_key_no_truncate BEFORE TRUNCATE ON record_ledger_key FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_ledger_key ENABLE ALWAYS TRIGGER titer_record_ledger_key_no_truncate

CREATE OR REPLACE FUNCTION titer_record_machine_token_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_machine_token', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_machine_token"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_machine_token' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"credential_mac":' || coalesce(to_json(n."credential_mac")::text, 'null') || ',' || '"expires_at":' || coalesce(n."expires_at"::text, 'null') || ',' || '"host":' || coalesce(to_json(n."host")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"issue_count":' || coalesce(n."issue_count"::text, 'null') || ',' || '"issued_at":' || coalesce(n."issued_at"::text, 'null') || ',' || '"issued_by":' || coalesce(to_json(n."issued_by")::text, 'null') || ',' || '"name":' || coalesce(to_json(n."name")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"revoked_at":' || coalesce(n."revoked_at"::text, 'null') || ',' || '"scopes":' || coalesce(to_json(n."scopes")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."name" IS DISTINCT FROM o."name" THEN 'name' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_machine_token.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_machine_token', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_machine_token"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_machine_token' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"credential_mac":' || coalesce(to_json(o."credential_mac")::text, 'null') || ',' || '"expires_at":' || coalesce(o."expires_at"::text, 'null') || ',' || '"host":' || coalesce(to_json(o."host")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"issue_count":' || coalesce(o."issue_count"::text, 'null') || ',' || '"issued_at":' || coalesce(o."issued_at"::text, 'null') || ',' || '"issued_by":' || coalesce(to_json(o."issued_by")::text, 'null') || ',' || '"name":' || coalesce(to_json(o."name")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"revoked_at":' || coalesce(o."revoked_at"::text, 'null') || ',' || '"scopes":' || coalesce(to_json(o."scopes")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"credential_mac":' || coalesce(to_json(n."credential_mac")::text, 'null') || ',' || '"expires_at":' || coalesce(n."expires_at"::text, 'null') || ',' || '"host":' || coalesce(to_json(n."host")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"issue_count":' || coalesce(n."issue_count"::text, 'null') || ',' || '"issued_at":' || coalesce(n."issued_at"::text, 'null') || ',' || '"issued_by":' || coalesce(to_json(n."issued_by")::text, 'null') || ',' || '"name":' || coalesce(to_json(n."name")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"revoked_at":' || coalesce(n."revoked_at"::text, 'null') || ',' || '"scopes":' || coalesce(to_json(n."scopes")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_machine_token', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_machine_token"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_machine_token' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"credential_mac":' || coalesce(to_json(o."credential_mac")::text, 'null') || ',' || '"expires_at":' || coalesce(o."expires_at"::text, 'null') || ',' || '"host":' || coalesce(to_json(o."host")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"issue_count":' || coalesce(o."issue_count"::text, 'null') || ',' || '"issued_at":' || coalesce(o."issued_at"::text, 'null') || ',' || '"issued_by":' || coalesce(to_json(o."issued_by")::text, 'null') || ',' || '"name":' || coalesce(to_json(o."name")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"revoked_at":' || coalesce(o."revoked_at"::text, 'null') || ',' || '"scopes":' || coalesce(to_json(o."scopes")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_machine_token_entry() FROM PUBLIC

CREATE TRIGGER titer_record_machine_token_insert AFTER INSERT ON record_machine_token REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_machine_token_entry()

ALTER TABLE record_machine_token ENABLE ALWAYS TRIGGER titer_record_machine_token_insert

CREATE TRIGGER titer_record_machine_token_update AFTER UPDATE ON record_machine_token REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_machine_token_entry()

ALTER TABLE record_machine_token ENABLE ALWAYS TRIGGER titer_record_machine_token_update

CREATE TRIGGER titer_record_machine_token_delete AFTER DELETE ON record_machine_token REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_record_machine_token_entry()

ALTER TABLE record_machine_token ENABLE ALWAYS TRIGGER titer_record_machine_token_delete

CREATE TRIGGER titer_record_machine_token_no_truncate BEFORE TRUNCATE ON record_machine_token FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_machine_token ENABLE ALWAYS TRIGGER titer_record_machine_token_no_truncate

CREATE OR REPLACE FUNCTION titer_record_person_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_person', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_person"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_person' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"active":' || coalesce(n."active"::text, 'null') || ',' || '"credential_mac":' || coalesce(to_json(n."credential_mac")::text, 'null') || ',' || '"failed_attempts":' || coalesce(n."failed_attempts"::text, 'null') || ',' || '"full_name":' || coalesce(to_json(n."full_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"locked_at":' || coalesce(n."locked_at"::text, 'null') || ',' || '"password_count":' || coalesce(n."password_count"::text, 'null') || ',' || '"password_set_at":' || coalesce(n."password_set_at"::text, 'null') || ',' || '"password_set_by":' || coalesce(to_json(n."password_set_by")::text, 'null') || ',' || '"policy_acknowledged_at":' || coalesce(n."policy_acknowledged_at"::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"robot_for":' || coalesce(to_json(n."robot_for")::text, 'null') || ',' || '"username":' || coalesce(to_json(n."username")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."username" IS DISTINCT FROM o."username" THEN 'username'
    WHEN n."robot_for" IS DISTINCT FROM o."robot_for" THEN 'robot_for' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_person.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_person', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_person"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_person' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"active":' || coalesce(o."active"::text, 'null') || ',' || '"credential_mac":' || coalesce(to_json(o."credential_mac")::text, 'null') || ',' || '"failed_attempts":' || coalesce(o."failed_attempts"::text, 'null') || ',' || '"full_name":' || coalesce(to_json(o."full_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"locked_at":' || coalesce(o."locked_at"::text, 'null') || ',' || '"password_count":' || coalesce(o."password_count"::text, 'null') || ',' || '"password_set_at":' || coalesce(o."password_set_at"::text, 'null') || ',' || '"password_set_by":' || coalesce(to_json(o."password_set_by")::text, 'null') || ',' || '"policy_acknowledged_at":' || coalesce(o."policy_acknowledged_at"::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"robot_for":' || coalesce(to_json(o."robot_for")::text, 'null') || ',' || '"username":' || coalesce(to_json(o."username")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"active":' || coalesce(n."active"::text, 'null') || ',' || '"credential_mac":' || coalesce(to_json(n."credential_mac")::text, 'null') || ',' || '"failed_attempts":' || coalesce(n."failed_attempts"::text, 'null') || ',' || '"full_name":' || coalesce(to_json(n."full_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"locked_at":' || coalesce(n."locked_at"::text, 'null') || ',' || '"password_count":' || coalesce(n."password_count"::text, 'null') || ',' || '"password_set_at":' || coalesce(n."password_set_at"::text, 'null') || ',' || '"password_set_by":' || coalesce(to_json(n."password_set_by")::text, 'null') || ',' || '"policy_acknowledged_at":' || coalesce(n."policy_acknowledged_at"::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"robot_for":' || coalesce(to_json(n."robot_for")::text, 'null') || ',' || '"username":' || coalesce(to_json(n."username")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_person', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_person"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_person' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"active":' || coalesce(o."active"::text, 'null') || ',' || '"credential_mac":' || coalesce(to_json(o."credential_mac")::text, 'null') || ',' || '"failed_attempts":' || coalesce(o."failed_attempts"::text, 'null') || ',' || '"full_name":' || coalesce(to_json(o."full_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"locked_at":' || coalesce(o."locked_at"::text, 'null') || ',' || '"password_count":' || coalesce(o."password_count"::text, 'null') || ',' || '"password_set_at":' || coalesce(o."password_set_at"::text, 'null') || ',' || '"password_set_by":' || coalesce(to_json(o."password_set_by")::text, 'null') || ',' || '"policy_acknowledged_at":' || coalesce(o."policy_acknowledged_at"::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"robot_for":' || coalesce(to_json(o."robot_for")::text, 'null') || ',' || '"username":' || coalesce(to_json(o."username")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_person_entry() FROM PUBLIC

CREATE TRIGGER titer_record_person_insert AFTER INSERT ON record_person REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_person_entry()

ALTER TABLE record_person ENABLE ALWAYS TRIGGER titer_record_person_insert

CREATE TRIGGER titer_record_person_update AFTER UPDATE ON record_person REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_person_entry()

ALTER TABLE record_person ENABLE ALWAYS TRIGGER titer_record_person_update

CREATE TRIGGER titer_record_person_delete AFTER DELETE ON record_person REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_record_person_entry()

ALTER TABLE record_person ENABLE ALWAYS TRIGGER titer_record_person_delete

CREATE TRIGGER titer_record_person_no_truncate BEFORE TRUNCATE ON record_person FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_person ENABLE ALWAYS TRIGGER titer_record_person_no_truncate

CREATE OR REPLACE FUNCTION titer_record_policy_ack_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_policy_ack', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_policy_ack"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_policy_ack' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(n."person_id")::text, 'null') || ',' || '"policy_id":' || coalesce(to_json(n."policy_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_policy_ack.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_policy_ack', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_policy_ack"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_policy_ack' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(o."person_id")::text, 'null') || ',' || '"policy_id":' || coalesce(to_json(o."policy_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(n."person_id")::text, 'null') || ',' || '"policy_id":' || coalesce(to_json(n."policy_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."person_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_policy_ack', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_policy_ack"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_policy_ack' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(o."person_id")::text, 'null') || ',' || '"policy_id":' || coalesce(to_json(o."policy_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_policy_ack_entry() FROM PUBLIC

CREATE TRIGGER titer_record_policy_ack_insert AFTER INSERT ON record_policy_ack REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_policy_ack_entry()

ALTER TABLE record_policy_ack ENABLE ALWAYS TRIGGER titer_record_policy_ack_insert

CREATE TRIGGER titer_record_policy_ack_no_update BEFORE UPDATE ON record_policy_ack FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_policy_ack ENABLE ALWAYS TRIGGER titer_record_policy_ack_no_update

CREATE TRIGGER titer_record_policy_ack_no_delete BEFORE DELETE ON record_policy_ack FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_policy_ack ENABLE ALWAYS TRIGGER titer_record_policy_ack_no_delete

CREATE TRIGGER titer_record_policy_ack_no_truncate BEFORE TRUNCATE ON record_policy_ack FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_policy_ack ENABLE ALWAYS TRIGGER titer_record_policy_ack_no_truncate

CREATE OR REPLACE FUNCTION titer_record_policy_text_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_policy_text', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_policy_text"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_policy_text' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"effective_from":' || coalesce(n."effective_from"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"issued_by":' || coalesce(to_json(n."issued_by")::text, 'null') || ',' || '"number":' || coalesce(n."number"::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"text":' || coalesce(to_json(n."text")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_policy_text.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_policy_text', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_policy_text"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_policy_text' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"effective_from":' || coalesce(o."effective_from"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"issued_by":' || coalesce(to_json(o."issued_by")::text, 'null') || ',' || '"number":' || coalesce(o."number"::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"text":' || coalesce(to_json(o."text")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"effective_from":' || coalesce(n."effective_from"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"issued_by":' || coalesce(to_json(n."issued_by")::text, 'null') || ',' || '"number":' || coalesce(n."number"::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"text":' || coalesce(to_json(n."text")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_policy_text', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_policy_text"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_policy_text' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"effective_from":' || coalesce(o."effective_from"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"issued_by":' || coalesce(to_json(o."issued_by")::text, 'null') || ',' || '"number":' || coalesce(o."number"::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"text":' || coalesce(to_json(o."text")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_policy_text_entry() FROM PUBLIC

CREATE TRIGGER titer_record_policy_text_insert AFTER INSERT ON record_policy_text REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_policy_text_entry()

ALTER TABLE record_policy_text ENABLE ALWAYS TRIGGER titer_record_policy_text_insert

CREATE TRIGGER titer_record_policy_text_no_update BEFORE UPDATE ON record_policy_text FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_policy_text ENABLE ALWAYS TRIGGER titer_record_policy_text_no_update

CREATE TRIGGER titer_record_policy_text_no_delete BEFORE DELETE ON record_policy_text FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_policy_text ENABLE ALWAYS TRIGGER titer_record_policy_text_no_delete

CREATE TRIGGER titer_record_policy_text_no_truncate BEFORE TRUNCATE ON record_policy_text FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_policy_text ENABLE ALWAYS TRIGGER titer_record_policy_text_no_truncate

CREATE OR REPLACE FUNCTION titer_record_provider_link_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_provider_link', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_provider_link"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_provider_link' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"active":' || coalesce(n."active"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"issuer":' || coalesce(to_json(n."issuer")::text, 'null') || ',' || '"linked_because":' || coalesce(to_json(n."linked_because")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(n."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"subject":' || coalesce(to_json(n."subject")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."issuer" IS DISTINCT FROM o."issuer" THEN 'issuer'
    WHEN n."subject" IS DISTINCT FROM o."subject" THEN 'subject'
    WHEN n."person_id" IS DISTINCT FROM o."person_id" THEN 'person_id'
    WHEN n."linked_because" IS DISTINCT FROM o."linked_because" THEN 'linked_because' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_provider_link.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_provider_link', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_provider_link"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_provider_link' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"active":' || coalesce(o."active"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"issuer":' || coalesce(to_json(o."issuer")::text, 'null') || ',' || '"linked_because":' || coalesce(to_json(o."linked_because")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(o."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"subject":' || coalesce(to_json(o."subject")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"active":' || coalesce(n."active"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"issuer":' || coalesce(to_json(n."issuer")::text, 'null') || ',' || '"linked_because":' || coalesce(to_json(n."linked_because")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(n."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"subject":' || coalesce(to_json(n."subject")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."person_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_provider_link', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_provider_link"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_provider_link' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"active":' || coalesce(o."active"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"issuer":' || coalesce(to_json(o."issuer")::text, 'null') || ',' || '"linked_because":' || coalesce(to_json(o."linked_because")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(o."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"subject":' || coalesce(to_json(o."subject")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_provider_link_entry() FROM PUBLIC

CREATE TRIGGER titer_record_provider_link_insert AFTER INSERT ON record_provider_link REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_provider_link_entry()

ALTER TABLE record_provider_link ENABLE ALWAYS TRIGGER titer_record_provider_link_insert

CREATE TRIGGER titer_record_provider_link_update AFTER UPDATE ON record_provider_link REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_provider_link_entry()

ALTER TABLE record_provider_link ENABLE ALWAYS TRIGGER titer_record_provider_link_update

CREATE TRIGGER titer_record_provider_link_delete AFTER DELETE ON record_provider_link REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_record_provider_link_entry()

ALTER TABLE record_provider_link ENABLE ALWAYS TRIGGER titer_record_provider_link_delete

CREATE TRIGGER titer_record_provider_link_no_truncate BEFORE TRUNCATE ON record_provider_link FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_provider_link ENABLE ALWAYS TRIGGER titer_record_provider_link_no_truncate

CREATE OR REPLACE FUNCTION titer_record_restore_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_restore', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_restore"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_restore' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"accepted_by":' || coalesce(to_json(n."accepted_by")::text, 'null') || ',' || '"backup_digest":' || coalesce(to_json(n."backup_digest")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(n."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"lost":' || coalesce(n."lost"::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"restored_at":' || coalesce(n."restored_at"::text, 'null') || ',' || '"root":' || coalesce(to_json(n."root")::text, 'null') || ',' || '"statement":' || coalesce(to_json(n."statement")::text, 'null') || ',' || '"tree_size":' || coalesce(n."tree_size"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || ',' || '"witnessed_root":' || coalesce(to_json(n."witnessed_root")::text, 'null') || ',' || '"witnessed_size":' || coalesce(n."witnessed_size"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_restore.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_restore', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_restore"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_restore' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"accepted_by":' || coalesce(to_json(o."accepted_by")::text, 'null') || ',' || '"backup_digest":' || coalesce(to_json(o."backup_digest")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(o."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"lost":' || coalesce(o."lost"::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"restored_at":' || coalesce(o."restored_at"::text, 'null') || ',' || '"root":' || coalesce(to_json(o."root")::text, 'null') || ',' || '"statement":' || coalesce(to_json(o."statement")::text, 'null') || ',' || '"tree_size":' || coalesce(o."tree_size"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || ',' || '"witnessed_root":' || coalesce(to_json(o."witnessed_root")::text, 'null') || ',' || '"witnessed_size":' || coalesce(o."witnessed_size"::text, 'null') || '}' AS before, '{' || '"accepted_by":' || coalesce(to_json(n."accepted_by")::text, 'null') || ',' || '"backup_digest":' || coalesce(to_json(n."backup_digest")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(n."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"lost":' || coalesce(n."lost"::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"restored_at":' || coalesce(n."restored_at"::text, 'null') || ',' || '"root":' || coalesce(to_json(n."root")::text, 'null') || ',' || '"statement":' || coalesce(to_json(n."statement")::text, 'null') || ',' || '"tree_size":' || coalesce(n."tree_size"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || ',' || '"witnessed_root":' || coalesce(to_json(n."witnessed_root")::text, 'null') || ',' || '"witnessed_size":' || coalesce(n."witnessed_size"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_restore', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_restore"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_restore' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"accepted_by":' || coalesce(to_json(o."accepted_by")::text, 'null') || ',' || '"backup_digest":' || coalesce(to_json(o."backup_digest")::text, 'null') || ',' || '"file_name":' || coalesce(to_json(o."file_name")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"lost":' || coalesce(o."lost"::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"restored_at":' || coalesce(o."restored_at"::text, 'null') || ',' || '"root":' || coalesce(to_json(o."root")::text, 'null') || ',' || '"statement":' || coalesce(to_json(o."statement")::text, 'null') || ',' || '"tree_size":' || coalesce(o."tree_size"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || ',' || '"witnessed_root":' || coalesce(to_json(o."witnessed_root")::text, 'null') || ',' || '"witnessed_size":' || coalesce(o."witnessed_size"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_restore_entry() FROM PUBLIC

CREATE TRIGGER titer_record_restore_insert AFTER INSERT ON record_restore REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_restore_entry()

ALTER TABLE record_restore ENABLE ALWAYS TRIGGER titer_record_restore_insert

CREATE TRIGGER titer_record_restore_no_update BEFORE UPDATE ON record_restore FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_restore ENABLE ALWAYS TRIGGER titer_record_restore_no_update

CREATE TRIGGER titer_record_restore_no_delete BEFORE DELETE ON record_restore FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_restore ENABLE ALWAYS TRIGGER titer_record_restore_no_delete

CREATE TRIGGER titer_record_restore_no_truncate BEFORE TRUNCATE ON record_restore FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_restore ENABLE ALWAYS TRIGGER titer_record_restore_no_truncate

CREATE OR REPLACE FUNCTION titer_record_retention_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_retention', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_retention"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_retention' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"basis":' || coalesce(to_json(n."basis")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"record_type":' || coalesce(to_json(n."record_type")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"start":' || coalesce(to_json(n."start")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || ',' || '"years":' || coalesce(n."years"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."record_type" IS DISTINCT FROM o."record_type" THEN 'record_type' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_retention.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_retention', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_retention"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_retention' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"basis":' || coalesce(to_json(o."basis")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"record_type":' || coalesce(to_json(o."record_type")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"start":' || coalesce(to_json(o."start")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || ',' || '"years":' || coalesce(o."years"::text, 'null') || '}' AS before, '{' || '"basis":' || coalesce(to_json(n."basis")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"record_type":' || coalesce(to_json(n."record_type")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"start":' || coalesce(to_json(n."start")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || ',' || '"years":' || coalesce(n."years"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_retention', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_retention"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_retention' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"basis":' || coalesce(to_json(o."basis")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"record_type":' || coalesce(to_json(o."record_type")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"start":' || coalesce(to_json(o."start")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || ',' || '"years":' || coalesce(o."years"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_retention_entry() FROM PUBLIC

CREATE TRIGGER titer_record_retention_insert AFTER INSERT ON record_retention REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_retention_entry()

ALTER TABLE record_retention ENABLE ALWAYS TRIGGER titer_record_retention_insert

CREATE TRIGGER titer_record_retention_update AFTER UPDATE ON record_retention REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_retention_entry()

ALTER TABLE record_retention ENABLE ALWAYS TRIGGER titer_record_retention_update

CREATE TRIGGER titer_record_retention_delete AFTER DELETE ON record_retention REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_record_retention_entry()

ALTER TABLE record_retention ENABLE ALWAYS TRIGGER titer_record_retention_delete

CREATE TRIGGER titer_record_retention_no_truncate BEFORE TRUNCATE ON record_retention FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_retention ENABLE ALWAYS TRIGGER titer_record_retention_no_truncate

CREATE OR REPLACE FUNCTION titer_record_rights_search_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_rights_search', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_rights_search"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_rights_search' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"found":' || coalesce(n."found"::text, 'null') || ',' || '"gone":' || coalesce(n."gone"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"people":' || coalesce(n."people"::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"rules_count":' || coalesce(n."rules_count"::text, 'null') || ',' || '"rules_digest":' || coalesce(to_json(n."rules_digest")::text, 'null') || ',' || '"searched_at":' || coalesce(n."searched_at"::text, 'null') || ',' || '"standing":' || coalesce(n."standing"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_rights_search.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_rights_search', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_rights_search"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_rights_search' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"found":' || coalesce(o."found"::text, 'null') || ',' || '"gone":' || coalesce(o."gone"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"people":' || coalesce(o."people"::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"rules_count":' || coalesce(o."rules_count"::text, 'null') || ',' || '"rules_digest":' || coalesce(to_json(o."rules_digest")::text, 'null') || ',' || '"searched_at":' || coalesce(o."searched_at"::text, 'null') || ',' || '"standing":' || coalesce(o."standing"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"found":' || coalesce(n."found"::text, 'null') || ',' || '"gone":' || coalesce(n."gone"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"people":' || coalesce(n."people"::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"rules_count":' || coalesce(n."rules_count"::text, 'null') || ',' || '"rules_digest":' || coalesce(to_json(n."rules_digest")::text, 'null') || ',' || '"searched_at":' || coalesce(n."searched_at"::text, 'null') || ',' || '"standing":' || coalesce(n."standing"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_rights_search', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_rights_search"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_rights_search' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"found":' || coalesce(o."found"::text, 'null') || ',' || '"gone":' || coalesce(o."gone"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"people":' || coalesce(o."people"::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"rules_count":' || coalesce(o."rules_count"::text, 'null') || ',' || '"rules_digest":' || coalesce(to_json(o."rules_digest")::text, 'null') || ',' || '"searched_at":' || coalesce(o."searched_at"::text, 'null') || ',' || '"standing":' || coalesce(o."standing"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_rights_search_entry() FROM PUBLIC

CREATE TRIGGER titer_record_rights_search_insert AFTER INSERT ON record_rights_search REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_rights_search_entry()

ALTER TABLE record_rights_search ENABLE ALWAYS TRIGGER titer_record_rights_search_insert

CREATE TRIGGER titer_record_rights_search_no_update BEFORE UPDATE ON record_rights_search FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_rights_search ENABLE ALWAYS TRIGGER titer_record_rights_search_no_update

CREATE TRIGGER titer_record_rights_search_no_delete BEFORE DELETE ON record_rights_search FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_rights_search ENABLE ALWAYS TRIGGER titer_record_rights_search_no_delete

CREATE TRIGGER titer_record_rights_search_no_truncate BEFORE TRUNCATE ON record_rights_search FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_rights_search ENABLE ALWAYS TRIGGER titer_record_rights_search_no_truncate

CREATE OR REPLACE FUNCTION titer_record_role_assignment_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_role_assignment', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_role_assignment"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_role_assignment' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"active":' || coalesce(n."active"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(n."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"role":' || coalesce(to_json(n."role")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_role_assignment.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_role_assignment', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_role_assignment"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_role_assignment' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"active":' || coalesce(o."active"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(o."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"role":' || coalesce(to_json(o."role")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"active":' || coalesce(n."active"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(n."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"role":' || coalesce(to_json(n."role")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."person_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_role_assignment', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_role_assignment"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_role_assignment' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"active":' || coalesce(o."active"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(o."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"role":' || coalesce(to_json(o."role")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_role_assignment_entry() FROM PUBLIC

CREATE TRIGGER titer_record_role_assignment_insert AFTER INSERT ON record_role_assignment REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_role_assignment_entry()

ALTER TABLE record_role_assignment ENABLE ALWAYS TRIGGER titer_record_role_assignment_insert

CREATE TRIGGER titer_record_role_assignment_update AFTER UPDATE ON record_role_assignment REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_role_assignment_entry()

ALTER TABLE record_role_assignment ENABLE ALWAYS TRIGGER titer_record_role_assignment_update

CREATE TRIGGER titer_record_role_assignment_delete AFTER DELETE ON record_role_assignment REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_record_role_assignment_entry()

ALTER TABLE record_role_assignment ENABLE ALWAYS TRIGGER titer_record_role_assignment_delete

CREATE TRIGGER titer_record_role_assignment_no_truncate BEFORE TRUNCATE ON record_role_assignment FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_role_assignment ENABLE ALWAYS TRIGGER titer_record_role_assignment_no_truncate

CREATE OR REPLACE FUNCTION titer_record_schema_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_schema', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_schema"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_schema' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"fingerprint":' || coalesce(to_json(n."fingerprint")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(to_json(n."revision")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_schema.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_schema', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_schema"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_schema' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"fingerprint":' || coalesce(to_json(o."fingerprint")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(to_json(o."revision")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"fingerprint":' || coalesce(to_json(n."fingerprint")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(to_json(n."revision")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_schema', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_schema"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_schema' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"fingerprint":' || coalesce(to_json(o."fingerprint")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(to_json(o."revision")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_schema_entry() FROM PUBLIC

CREATE TRIGGER titer_record_schema_insert AFTER INSERT ON record_schema REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_schema_entry()

ALTER TABLE record_schema ENABLE ALWAYS TRIGGER titer_record_schema_insert

CREATE TRIGGER titer_record_schema_no_update BEFORE UPDATE ON record_schema FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_schema ENABLE ALWAYS TRIGGER titer_record_schema_no_update

CREATE TRIGGER titer_record_schema_no_delete BEFORE DELETE ON record_schema FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_schema ENABLE ALWAYS TRIGGER titer_record_schema_no_delete

CREATE TRIGGER titer_record_schema_no_truncate BEFORE TRUNCATE ON record_schema FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_schema ENABLE ALWAYS TRIGGER titer_record_schema_no_truncate

CREATE OR REPLACE FUNCTION titer_record_session_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_session', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_session"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_session' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"credential_mac":' || coalesce(to_json(n."credential_mac")::text, 'null') || ',' || '"ended_at":' || coalesce(n."ended_at"::text, 'null') || ',' || '"ended_because":' || coalesce(to_json(n."ended_because")::text, 'null') || ',' || '"ends_at":' || coalesce(n."ends_at"::text, 'null') || ',' || '"factors":' || coalesce(to_json(n."factors")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"idle_minutes":' || coalesce(n."idle_minutes"::text, 'null') || ',' || '"limited_to":' || coalesce(to_json(n."limited_to")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(n."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"remote":' || coalesce(to_json(n."remote")::text, 'null') || ',' || '"started_at":' || coalesce(n."started_at"::text, 'null') || ',' || '"terminal_id":' || coalesce(to_json(n."terminal_id")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."person_id" IS DISTINCT FROM o."person_id" THEN 'person_id'
    WHEN n."started_at" IS DISTINCT FROM o."started_at" THEN 'started_at'
    WHEN n."ends_at" IS DISTINCT FROM o."ends_at" THEN 'ends_at'
    WHEN n."idle_minutes" IS DISTINCT FROM o."idle_minutes" THEN 'idle_minutes'
    WHEN n."factors" IS DISTINCT FROM o."factors" THEN 'factors'
    WHEN n."terminal_id" IS DISTINCT FROM o."terminal_id" THEN 'terminal_id'
    WHEN n."limited_to" IS DISTINCT FROM o."limited_to" THEN 'limited_to'
    WHEN n."credential_mac" IS DISTINCT FROM o."credential_mac" THEN 'credential_mac' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_session.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_session', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_session"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_session' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"credential_mac":' || coalesce(to_json(o."credential_mac")::text, 'null') || ',' || '"ended_at":' || coalesce(o."ended_at"::text, 'null') || ',' || '"ended_because":' || coalesce(to_json(o."ended_because")::text, 'null') || ',' || '"ends_at":' || coalesce(o."ends_at"::text, 'null') || ',' || '"factors":' || coalesce(to_json(o."factors")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"idle_minutes":' || coalesce(o."idle_minutes"::text, 'null') || ',' || '"limited_to":' || coalesce(to_json(o."limited_to")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(o."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"remote":' || coalesce(to_json(o."remote")::text, 'null') || ',' || '"started_at":' || coalesce(o."started_at"::text, 'null') || ',' || '"terminal_id":' || coalesce(to_json(o."terminal_id")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"credential_mac":' || coalesce(to_json(n."credential_mac")::text, 'null') || ',' || '"ended_at":' || coalesce(n."ended_at"::text, 'null') || ',' || '"ended_because":' || coalesce(to_json(n."ended_because")::text, 'null') || ',' || '"ends_at":' || coalesce(n."ends_at"::text, 'null') || ',' || '"factors":' || coalesce(to_json(n."factors")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"idle_minutes":' || coalesce(n."idle_minutes"::text, 'null') || ',' || '"limited_to":' || coalesce(to_json(n."limited_to")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(n."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"remote":' || coalesce(to_json(n."remote")::text, 'null') || ',' || '"started_at":' || coalesce(n."started_at"::text, 'null') || ',' || '"terminal_id":' || coalesce(to_json(n."terminal_id")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."person_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_session', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_session"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_session' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"credential_mac":' || coalesce(to_json(o."credential_mac")::text, 'null') || ',' || '"ended_at":' || coalesce(o."ended_at"::text, 'null') || ',' || '"ended_because":' || coalesce(to_json(o."ended_because")::text, 'null') || ',' || '"ends_at":' || coalesce(o."ends_at"::text, 'null') || ',' || '"factors":' || coalesce(to_json(o."factors")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"idle_minutes":' || coalesce(o."idle_minutes"::text, 'null') || ',' || '"limited_to":' || coalesce(to_json(o."limited_to")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(o."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"remote":' || coalesce(to_json(o."remote")::text, 'null') || ',' || '"started_at":' || coalesce(o."started_at"::text, 'null') || ',' || '"terminal_id":' || coalesce(to_json(o."terminal_id")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_session_entry() FROM PUBLIC

CREATE TRIGGER titer_record_session_insert AFTER INSERT ON record_session REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_session_entry()

ALTER TABLE record_session ENABLE ALWAYS TRIGGER titer_record_session_insert

CREATE TRIGGER titer_record_session_update AFTER UPDATE ON record_session REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_session_entry()

ALTER TABLE record_session ENABLE ALWAYS TRIGGER titer_record_session_update

CREATE TRIGGER titer_record_session_delete AFTER DELETE ON record_session REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_record_session_entry()

ALTER TABLE record_session ENABLE ALWAYS TRIGGER titer_record_session_delete

CREATE TRIGGER titer_record_session_no_truncate BEFORE TRUNCATE ON record_session FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_session ENABLE ALWAYS TRIGGER titer_record_session_no_truncate

CREATE OR REPLACE FUNCTION titer_record_signature_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_signature', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_signature"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_signature' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"binding":' || coalesce(to_json(n."binding")::text, 'null') || ',' || '"content":' || coalesce(to_json(n."content")::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"meaning":' || coalesce(to_json(n."meaning")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(n."person_id")::text, 'null') || ',' || '"printed_name":' || coalesce(to_json(n."printed_name")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(n."reason")::text, 'null') || ',' || '"record_id":' || coalesce(to_json(n."record_id")::text, 'null') || ',' || '"record_type":' || coalesce(to_json(n."record_type")::text, 'null') || ',' || '"record_version":' || coalesce(n."record_version"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"robot":' || coalesce(n."robot"::text, 'null') || ',' || '"session_id":' || coalesce(to_json(n."session_id")::text, 'null') || ',' || '"signed_at":' || coalesce(n."signed_at"::text, 'null') || ',' || '"time_zone":' || coalesce(to_json(n."time_zone")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_signature.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_signature', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_signature"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_signature' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"binding":' || coalesce(to_json(o."binding")::text, 'null') || ',' || '"content":' || coalesce(to_json(o."content")::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"meaning":' || coalesce(to_json(o."meaning")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(o."person_id")::text, 'null') || ',' || '"printed_name":' || coalesce(to_json(o."printed_name")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(o."reason")::text, 'null') || ',' || '"record_id":' || coalesce(to_json(o."record_id")::text, 'null') || ',' || '"record_type":' || coalesce(to_json(o."record_type")::text, 'null') || ',' || '"record_version":' || coalesce(o."record_version"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"robot":' || coalesce(o."robot"::text, 'null') || ',' || '"session_id":' || coalesce(to_json(o."session_id")::text, 'null') || ',' || '"signed_at":' || coalesce(o."signed_at"::text, 'null') || ',' || '"time_zone":' || coalesce(to_json(o."time_zone")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"binding":' || coalesce(to_json(n."binding")::text, 'null') || ',' || '"content":' || coalesce(to_json(n."content")::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"meaning":' || coalesce(to_json(n."meaning")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(n."person_id")::text, 'null') || ',' || '"printed_name":' || coalesce(to_json(n."printed_name")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(n."reason")::text, 'null') || ',' || '"record_id":' || coalesce(to_json(n."record_id")::text, 'null') || ',' || '"record_type":' || coalesce(to_json(n."record_type")::text, 'null') || ',' || '"record_version":' || coalesce(n."record_version"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"robot":' || coalesce(n."robot"::text, 'null') || ',' || '"session_id":' || coalesce(to_json(n."session_id")::text, 'null') || ',' || '"signed_at":' || coalesce(n."signed_at"::text, 'null') || ',' || '"time_zone":' || coalesce(to_json(n."time_zone")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."person_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_signature', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_signature"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_signature' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"binding":' || coalesce(to_json(o."binding")::text, 'null') || ',' || '"content":' || coalesce(to_json(o."content")::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"meaning":' || coalesce(to_json(o."meaning")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(o."person_id")::text, 'null') || ',' || '"printed_name":' || coalesce(to_json(o."printed_name")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"reason":' || coalesce(to_json(o."reason")::text, 'null') || ',' || '"record_id":' || coalesce(to_json(o."record_id")::text, 'null') || ',' || '"record_type":' || coalesce(to_json(o."record_type")::text, 'null') || ',' || '"record_version":' || coalesce(o."record_version"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"robot":' || coalesce(o."robot"::text, 'null') || ',' || '"session_id":' || coalesce(to_json(o."session_id")::text, 'null') || ',' || '"signed_at":' || coalesce(o."signed_at"::text, 'null') || ',' || '"time_zone":' || coalesce(to_json(o."time_zone")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_signature_entry() FROM PUBLIC

CREATE TRIGGER titer_record_signature_insert AFTER INSERT ON record_signature REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_signature_entry()

ALTER TABLE record_signature ENABLE ALWAYS TRIGGER titer_record_signature_insert

CREATE TRIGGER titer_record_signature_no_update BEFORE UPDATE ON record_signature FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_signature ENABLE ALWAYS TRIGGER titer_record_signature_no_update

CREATE TRIGGER titer_record_signature_no_delete BEFORE DELETE ON record_signature FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_signature ENABLE ALWAYS TRIGGER titer_record_signature_no_delete

CREATE TRIGGER titer_record_signature_no_truncate BEFORE TRUNCATE ON record_signature FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE record_signature ENABLE ALWAYS TRIGGER titer_record_signature_no_truncate

CREATE OR REPLACE FUNCTION titer_record_terminal_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_terminal', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_terminal"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_terminal' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"credential_mac":' || coalesce(to_json(n."credential_mac")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(n."name")::text, 'null') || ',' || '"place":' || coalesce(to_json(n."place")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"registered_at":' || coalesce(n."registered_at"::text, 'null') || ',' || '"registered_by":' || coalesce(to_json(n."registered_by")::text, 'null') || ',' || '"revoked_at":' || coalesce(n."revoked_at"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."name" IS DISTINCT FROM o."name" THEN 'name'
    WHEN n."registered_at" IS DISTINCT FROM o."registered_at" THEN 'registered_at'
    WHEN n."registered_by" IS DISTINCT FROM o."registered_by" THEN 'registered_by'
    WHEN n."credential_mac" IS DISTINCT FROM o."credential_mac" THEN 'credential_mac' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_terminal.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_terminal', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_terminal"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_terminal' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"credential_mac":' || coalesce(to_json(o."credential_mac")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(o."name")::text, 'null') || ',' || '"place":' || coalesce(to_json(o."place")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"registered_at":' || coalesce(o."registered_at"::text, 'null') || ',' || '"registered_by":' || coalesce(to_json(o."registered_by")::text, 'null') || ',' || '"revoked_at":' || coalesce(o."revoked_at"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"credential_mac":' || coalesce(to_json(n."credential_mac")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(n."name")::text, 'null') || ',' || '"place":' || coalesce(to_json(n."place")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"registered_at":' || coalesce(n."registered_at"::text, 'null') || ',' || '"registered_by":' || coalesce(to_json(n."registered_by")::text, 'null') || ',' || '"revoked_at":' || coalesce(n."revoked_at"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_terminal', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_terminal"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_terminal' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"credential_mac":' || coalesce(to_json(o."credential_mac")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"name":' || coalesce(to_json(o."name")::text, 'null') || ',' || '"place":' || coalesce(to_json(o."place")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"registered_at":' || coalesce(o."registered_at"::text, 'null') || ',' || '"registered_by":' || coalesce(to_json(o."registered_by")::text, 'null') || ',' || '"revoked_at":' || coalesce(o."revoked_at"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_terminal_entry() FROM PUBLIC

CREATE TRIGGER titer_record_terminal_insert AFTER INSERT ON record_terminal REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_terminal_entry()

ALTER TABLE record_terminal ENABLE ALWAYS TRIGGER titer_record_terminal_insert

CREATE TRIGGER titer_record_terminal_update AFTER UPDATE ON record_terminal REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_terminal_entry()

ALTER TABLE record_terminal ENABLE ALWAYS TRIGGER titer_record_terminal_update

CREATE TRIGGER titer_record_terminal_delete AFTER DELETE ON record_terminal REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_record_terminal_entry()

ALTER TABLE record_terminal ENABLE ALWAYS TRIGGER titer_record_terminal_delete

CREATE TRIGGER titer_record_terminal_no_truncate BEFORE TRUNCATE ON record_terminal FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_terminal ENABLE ALWAYS TRIGGER titer_record_terminal_no_truncate

CREATE OR REPLACE FUNCTION titer_record_training_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_training', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_training"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_training' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"competency":' || coalesce(to_json(n."competency")::text, 'null') || ',' || '"document":' || coalesce(to_json(n."document")::text, 'null') || ',' || '"expires_at":' || coalesce(n."expires_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(n."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"trained_at":' || coalesce(n."trained_at"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_training.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_training', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_training"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_training' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"competency":' || coalesce(to_json(o."competency")::text, 'null') || ',' || '"document":' || coalesce(to_json(o."document")::text, 'null') || ',' || '"expires_at":' || coalesce(o."expires_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(o."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"trained_at":' || coalesce(o."trained_at"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"competency":' || coalesce(to_json(n."competency")::text, 'null') || ',' || '"document":' || coalesce(to_json(n."document")::text, 'null') || ',' || '"expires_at":' || coalesce(n."expires_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(n."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"trained_at":' || coalesce(n."trained_at"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."person_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_training', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_training"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_training' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"competency":' || coalesce(to_json(o."competency")::text, 'null') || ',' || '"document":' || coalesce(to_json(o."document")::text, 'null') || ',' || '"expires_at":' || coalesce(o."expires_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"person_id":' || coalesce(to_json(o."person_id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"trained_at":' || coalesce(o."trained_at"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_training_entry() FROM PUBLIC

CREATE TRIGGER titer_record_training_insert AFTER INSERT ON record_training REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_training_entry()

ALTER TABLE record_training ENABLE ALWAYS TRIGGER titer_record_training_insert

CREATE TRIGGER titer_record_training_update AFTER UPDATE ON record_training REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_training_entry()

ALTER TABLE record_training ENABLE ALWAYS TRIGGER titer_record_training_update

CREATE TRIGGER titer_record_training_delete AFTER DELETE ON record_training REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_record_training_entry()

ALTER TABLE record_training ENABLE ALWAYS TRIGGER titer_record_training_delete

CREATE TRIGGER titer_record_training_no_truncate BEFORE TRUNCATE ON record_training FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_training ENABLE ALWAYS TRIGGER titer_record_training_no_truncate

CREATE OR REPLACE FUNCTION titer_record_watched_ledger_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_watched_ledger', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_watched_ledger"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_watched_ledger' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"active":' || coalesce(n."active"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"origin":' || coalesce(to_json(n."origin")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"verifiers":' || coalesce(to_json(n."verifiers")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."origin" IS DISTINCT FROM o."origin" THEN 'origin' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_watched_ledger.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_watched_ledger', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_watched_ledger"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_watched_ledger' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"active":' || coalesce(o."active"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"origin":' || coalesce(to_json(o."origin")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"verifiers":' || coalesce(to_json(o."verifiers")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"active":' || coalesce(n."active"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"origin":' || coalesce(to_json(n."origin")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"verifiers":' || coalesce(to_json(n."verifiers")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_watched_ledger', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_watched_ledger"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_watched_ledger' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"active":' || coalesce(o."active"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"origin":' || coalesce(to_json(o."origin")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"verifiers":' || coalesce(to_json(o."verifiers")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_watched_ledger_entry() FROM PUBLIC

CREATE TRIGGER titer_record_watched_ledger_insert AFTER INSERT ON record_watched_ledger REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_watched_ledger_entry()

ALTER TABLE record_watched_ledger ENABLE ALWAYS TRIGGER titer_record_watched_ledger_insert

CREATE TRIGGER titer_record_watched_ledger_update AFTER UPDATE ON record_watched_ledger REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_watched_ledger_entry()

ALTER TABLE record_watched_ledger ENABLE ALWAYS TRIGGER titer_record_watched_ledger_update

CREATE TRIGGER titer_record_watched_ledger_delete AFTER DELETE ON record_watched_ledger REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_record_watched_ledger_entry()

ALTER TABLE record_watched_ledger ENABLE ALWAYS TRIGGER titer_record_watched_ledger_delete

CREATE TRIGGER titer_record_watched_ledger_no_truncate BEFORE TRUNCATE ON record_watched_ledger FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_watched_ledger ENABLE ALWAYS TRIGGER titer_record_watched_ledger_no_truncate

CREATE OR REPLACE FUNCTION titer_record_witness_policy_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_witness_policy', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_witness_policy"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_witness_policy' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"quorum":' || coalesce(n."quorum"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"required":' || coalesce(to_json(n."required")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: record_witness_policy.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_witness_policy', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_witness_policy"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_witness_policy' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"quorum":' || coalesce(o."quorum"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"required":' || coalesce(to_json(o."required")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"quorum":' || coalesce(n."quorum"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"required":' || coalesce(to_json(n."required")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'record_witness_policy', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"record_witness_policy"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'record_witness_policy' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"quorum":' || coalesce(o."quorum"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"required":' || coalesce(to_json(o."required")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_record_witness_policy_entry() FROM PUBLIC

CREATE TRIGGER titer_record_witness_policy_insert AFTER INSERT ON record_witness_policy REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_witness_policy_entry()

ALTER TABLE record_witness_policy ENABLE ALWAYS TRIGGER titer_record_witness_policy_insert

CREATE TRIGGER titer_record_witness_policy_update AFTER UPDATE ON record_witness_policy REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_record_witness_policy_entry()

ALTER TABLE record_witness_policy ENABLE ALWAYS TRIGGER titer_record_witness_policy_update

CREATE TRIGGER titer_record_witness_policy_delete AFTER DELETE ON record_witness_policy REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_record_witness_policy_entry()

ALTER TABLE record_witness_policy ENABLE ALWAYS TRIGGER titer_record_witness_policy_delete

CREATE TRIGGER titer_record_witness_policy_no_truncate BEFORE TRUNCATE ON record_witness_policy FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE record_witness_policy ENABLE ALWAYS TRIGGER titer_record_witness_policy_no_truncate

CREATE OR REPLACE FUNCTION titer_twin_definition_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_definition', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_definition"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_definition' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"commissioned_signature_id":' || coalesce(to_json(n."commissioned_signature_id")::text, 'null') || ',' || '"defined_by":' || coalesce(to_json(n."defined_by")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(n."equipment")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(n."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"settings":' || coalesce(to_json(n."settings")::text, 'null') || ',' || '"settings_digest":' || coalesce(to_json(n."settings_digest")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."equipment" IS DISTINCT FROM o."equipment" THEN 'equipment'
    WHEN n."model_id" IS DISTINCT FROM o."model_id" THEN 'model_id'
    WHEN n."settings" IS DISTINCT FROM o."settings" THEN 'settings'
    WHEN n."settings_digest" IS DISTINCT FROM o."settings_digest" THEN 'settings_digest'
    WHEN n."defined_by" IS DISTINCT FROM o."defined_by" THEN 'defined_by' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: twin_definition.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_definition', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_definition"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_definition' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"commissioned_signature_id":' || coalesce(to_json(o."commissioned_signature_id")::text, 'null') || ',' || '"defined_by":' || coalesce(to_json(o."defined_by")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(o."equipment")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(o."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"settings":' || coalesce(to_json(o."settings")::text, 'null') || ',' || '"settings_digest":' || coalesce(to_json(o."settings_digest")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"commissioned_signature_id":' || coalesce(to_json(n."commissioned_signature_id")::text, 'null') || ',' || '"defined_by":' || coalesce(to_json(n."defined_by")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(n."equipment")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(n."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"settings":' || coalesce(to_json(n."settings")::text, 'null') || ',' || '"settings_digest":' || coalesce(to_json(n."settings_digest")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_definition', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_definition"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_definition' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"commissioned_signature_id":' || coalesce(to_json(o."commissioned_signature_id")::text, 'null') || ',' || '"defined_by":' || coalesce(to_json(o."defined_by")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(o."equipment")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(o."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"settings":' || coalesce(to_json(o."settings")::text, 'null') || ',' || '"settings_digest":' || coalesce(to_json(o."settings_digest")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_twin_definition_entry() FROM PUBLIC

CREATE TRIGGER titer_twin_definition_insert AFTER INSERT ON twin_definition REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_twin_definition_entry()

ALTER TABLE twin_definition ENABLE ALWAYS TRIGGER titer_twin_definition_insert

CREATE TRIGGER titer_twin_definition_update AFTER UPDATE ON twin_definition REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_twin_definition_entry()

ALTER TABLE twin_definition ENABLE ALWAYS TRIGGER titer_twin_definition_update

CREATE TRIGGER titer_twin_definition_delete AFTER DELETE ON twin_definition REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_twin_definition_entry()

ALTER TABLE twin_definition ENABLE ALWAYS TRIGGER titer_twin_definition_delete

CREATE TRIGGER titer_twin_definition_no_truncate BEFORE TRUNCATE ON twin_definition FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE twin_definition ENABLE ALWAYS TRIGGER titer_twin_definition_no_truncate

CREATE OR REPLACE FUNCTION titer_twin_hour_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_hour', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_hour"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_hour' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"arrived_at":' || coalesce(n."arrived_at"::text, 'null') || ',' || '"hour":' || coalesce(n."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"inputs":' || coalesce(to_json(n."inputs")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(n."instance_id")::text, 'null') || ',' || '"measured":' || coalesce(to_json(n."measured")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"quality":' || coalesce(to_json(n."quality")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(n."revision"::text, 'null') || ',' || '"taken_at":' || coalesce(n."taken_at"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: twin_hour.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_hour', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_hour"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_hour' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"arrived_at":' || coalesce(o."arrived_at"::text, 'null') || ',' || '"hour":' || coalesce(o."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"inputs":' || coalesce(to_json(o."inputs")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(o."instance_id")::text, 'null') || ',' || '"measured":' || coalesce(to_json(o."measured")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"quality":' || coalesce(to_json(o."quality")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(o."revision"::text, 'null') || ',' || '"taken_at":' || coalesce(o."taken_at"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"arrived_at":' || coalesce(n."arrived_at"::text, 'null') || ',' || '"hour":' || coalesce(n."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"inputs":' || coalesce(to_json(n."inputs")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(n."instance_id")::text, 'null') || ',' || '"measured":' || coalesce(to_json(n."measured")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"quality":' || coalesce(to_json(n."quality")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(n."revision"::text, 'null') || ',' || '"taken_at":' || coalesce(n."taken_at"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_hour', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_hour"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_hour' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"arrived_at":' || coalesce(o."arrived_at"::text, 'null') || ',' || '"hour":' || coalesce(o."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"inputs":' || coalesce(to_json(o."inputs")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(o."instance_id")::text, 'null') || ',' || '"measured":' || coalesce(to_json(o."measured")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"quality":' || coalesce(to_json(o."quality")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(o."revision"::text, 'null') || ',' || '"taken_at":' || coalesce(o."taken_at"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_twin_hour_entry() FROM PUBLIC

CREATE TRIGGER titer_twin_hour_insert AFTER INSERT ON twin_hour REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_twin_hour_entry()

ALTER TABLE twin_hour ENABLE ALWAYS TRIGGER titer_twin_hour_insert

CREATE TRIGGER titer_twin_hour_no_update BEFORE UPDATE ON twin_hour FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_hour ENABLE ALWAYS TRIGGER titer_twin_hour_no_update

CREATE TRIGGER titer_twin_hour_no_delete BEFORE DELETE ON twin_hour FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_hour ENABLE ALWAYS TRIGGER titer_twin_hour_no_delete

CREATE TRIGGER titer_twin_hour_no_truncate BEFORE TRUNCATE ON twin_hour FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_hour ENABLE ALWAYS TRIGGER titer_twin_hour_no_truncate

CREATE OR REPLACE FUNCTION titer_twin_instance_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_instance', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_instance"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_instance' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(n."batch_number")::text, 'null') || ',' || '"definition_id":' || coalesce(to_json(n."definition_id")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(n."equipment")::text, 'null') || ',' || '"frozen_at":' || coalesce(n."frozen_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(n."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"reasons":' || coalesce(to_json(n."reasons")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"start_volume":' || coalesce('"' || n."start_volume"::text || '"', 'null') || ',' || '"started_at":' || coalesce(n."started_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
    WHEN n."definition_id" IS DISTINCT FROM o."definition_id" THEN 'definition_id'
    WHEN n."model_id" IS DISTINCT FROM o."model_id" THEN 'model_id'
    WHEN n."batch_id" IS DISTINCT FROM o."batch_id" THEN 'batch_id'
    WHEN n."equipment" IS DISTINCT FROM o."equipment" THEN 'equipment' END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: twin_instance.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_instance', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_instance"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_instance' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(o."batch_number")::text, 'null') || ',' || '"definition_id":' || coalesce(to_json(o."definition_id")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(o."equipment")::text, 'null') || ',' || '"frozen_at":' || coalesce(o."frozen_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(o."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"reasons":' || coalesce(to_json(o."reasons")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"start_volume":' || coalesce('"' || o."start_volume"::text || '"', 'null') || ',' || '"started_at":' || coalesce(o."started_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(n."batch_number")::text, 'null') || ',' || '"definition_id":' || coalesce(to_json(n."definition_id")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(n."equipment")::text, 'null') || ',' || '"frozen_at":' || coalesce(n."frozen_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(n."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"reasons":' || coalesce(to_json(n."reasons")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"start_volume":' || coalesce('"' || n."start_volume"::text || '"', 'null') || ',' || '"started_at":' || coalesce(n."started_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."batch_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_instance', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_instance"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_instance' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(o."batch_number")::text, 'null') || ',' || '"definition_id":' || coalesce(to_json(o."definition_id")::text, 'null') || ',' || '"equipment":' || coalesce(to_json(o."equipment")::text, 'null') || ',' || '"frozen_at":' || coalesce(o."frozen_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"model_id":' || coalesce(to_json(o."model_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"reasons":' || coalesce(to_json(o."reasons")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"start_volume":' || coalesce('"' || o."start_volume"::text || '"', 'null') || ',' || '"started_at":' || coalesce(o."started_at"::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_twin_instance_entry() FROM PUBLIC

CREATE TRIGGER titer_twin_instance_insert AFTER INSERT ON twin_instance REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_twin_instance_entry()

ALTER TABLE twin_instance ENABLE ALWAYS TRIGGER titer_twin_instance_insert

CREATE TRIGGER titer_twin_instance_update AFTER UPDATE ON twin_instance REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_twin_instance_entry()

ALTER TABLE twin_instance ENABLE ALWAYS TRIGGER titer_twin_instance_update

CREATE TRIGGER titer_twin_instance_delete AFTER DELETE ON twin_instance REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_twin_instance_entry()

ALTER TABLE twin_instance ENABLE ALWAYS TRIGGER titer_twin_instance_delete

CREATE TRIGGER titer_twin_instance_no_truncate BEFORE TRUNCATE ON twin_instance FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE twin_instance ENABLE ALWAYS TRIGGER titer_twin_instance_no_truncate

CREATE OR REPLACE FUNCTION titer_twin_measurement_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_measurement', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_measurement"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_measurement' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"arrived_at":' || coalesce(n."arrived_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(n."instance_id")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"output":' || coalesce(to_json(n."output")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(n."revision"::text, 'null') || ',' || '"sample_number":' || coalesce(to_json(n."sample_number")::text, 'null') || ',' || '"sampled_at":' || coalesce(n."sampled_at"::text, 'null') || ',' || '"sd":' || coalesce('"' || n."sd"::text || '"', 'null') || ',' || '"source_id":' || coalesce(to_json(n."source_id")::text, 'null') || ',' || '"source_type":' || coalesce(to_json(n."source_type")::text, 'null') || ',' || '"status":' || coalesce(to_json(n."status")::text, 'null') || ',' || '"unit":' || coalesce(to_json(n."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || n."value"::text || '"', 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: twin_measurement.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_measurement', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_measurement"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_measurement' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"arrived_at":' || coalesce(o."arrived_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(o."instance_id")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"output":' || coalesce(to_json(o."output")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(o."revision"::text, 'null') || ',' || '"sample_number":' || coalesce(to_json(o."sample_number")::text, 'null') || ',' || '"sampled_at":' || coalesce(o."sampled_at"::text, 'null') || ',' || '"sd":' || coalesce('"' || o."sd"::text || '"', 'null') || ',' || '"source_id":' || coalesce(to_json(o."source_id")::text, 'null') || ',' || '"source_type":' || coalesce(to_json(o."source_type")::text, 'null') || ',' || '"status":' || coalesce(to_json(o."status")::text, 'null') || ',' || '"unit":' || coalesce(to_json(o."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || o."value"::text || '"', 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"arrived_at":' || coalesce(n."arrived_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(n."instance_id")::text, 'null') || ',' || '"key":' || coalesce(to_json(n."key")::text, 'null') || ',' || '"output":' || coalesce(to_json(n."output")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(n."revision"::text, 'null') || ',' || '"sample_number":' || coalesce(to_json(n."sample_number")::text, 'null') || ',' || '"sampled_at":' || coalesce(n."sampled_at"::text, 'null') || ',' || '"sd":' || coalesce('"' || n."sd"::text || '"', 'null') || ',' || '"source_id":' || coalesce(to_json(n."source_id")::text, 'null') || ',' || '"source_type":' || coalesce(to_json(n."source_type")::text, 'null') || ',' || '"status":' || coalesce(to_json(n."status")::text, 'null') || ',' || '"unit":' || coalesce(to_json(n."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || n."value"::text || '"', 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_measurement', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_measurement"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_measurement' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"arrived_at":' || coalesce(o."arrived_at"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(o."instance_id")::text, 'null') || ',' || '"key":' || coalesce(to_json(o."key")::text, 'null') || ',' || '"output":' || coalesce(to_json(o."output")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"revision":' || coalesce(o."revision"::text, 'null') || ',' || '"sample_number":' || coalesce(to_json(o."sample_number")::text, 'null') || ',' || '"sampled_at":' || coalesce(o."sampled_at"::text, 'null') || ',' || '"sd":' || coalesce('"' || o."sd"::text || '"', 'null') || ',' || '"source_id":' || coalesce(to_json(o."source_id")::text, 'null') || ',' || '"source_type":' || coalesce(to_json(o."source_type")::text, 'null') || ',' || '"status":' || coalesce(to_json(o."status")::text, 'null') || ',' || '"unit":' || coalesce(to_json(o."unit")::text, 'null') || ',' || '"value":' || coalesce('"' || o."value"::text || '"', 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_twin_measurement_entry() FROM PUBLIC

CREATE TRIGGER titer_twin_measurement_insert AFTER INSERT ON twin_measurement REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_twin_measurement_entry()

ALTER TABLE twin_measurement ENABLE ALWAYS TRIGGER titer_twin_measurement_insert

CREATE TRIGGER titer_twin_measurement_no_update BEFORE UPDATE ON twin_measurement FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_measurement ENABLE ALWAYS TRIGGER titer_twin_measurement_no_update

CREATE TRIGGER titer_twin_measurement_no_delete BEFORE DELETE ON twin_measurement FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_measurement ENABLE ALWAYS TRIGGER titer_twin_measurement_no_delete

CREATE TRIGGER titer_twin_measurement_no_truncate BEFORE TRUNCATE ON twin_measurement FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_measurement ENABLE ALWAYS TRIGGER titer_twin_measurement_no_truncate

CREATE OR REPLACE FUNCTION titer_twin_model_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_model', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_model"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_model' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"code":' || coalesce(to_json(n."code")::text, 'null') || ',' || '"content_digest":' || coalesce(to_json(n."content_digest")::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"intended_use":' || coalesce(to_json(n."intended_use")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"release":' || coalesce(to_json(n."release")::text, 'null') || ',' || '"spec":' || coalesce(to_json(n."spec")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"validity":' || coalesce(to_json(n."validity")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: twin_model.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_model', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_model"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_model' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"code":' || coalesce(to_json(o."code")::text, 'null') || ',' || '"content_digest":' || coalesce(to_json(o."content_digest")::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"intended_use":' || coalesce(to_json(o."intended_use")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"release":' || coalesce(to_json(o."release")::text, 'null') || ',' || '"spec":' || coalesce(to_json(o."spec")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"validity":' || coalesce(to_json(o."validity")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"code":' || coalesce(to_json(n."code")::text, 'null') || ',' || '"content_digest":' || coalesce(to_json(n."content_digest")::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"intended_use":' || coalesce(to_json(n."intended_use")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"release":' || coalesce(to_json(n."release")::text, 'null') || ',' || '"spec":' || coalesce(to_json(n."spec")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"validity":' || coalesce(to_json(n."validity")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_model', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_model"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_model' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"code":' || coalesce(to_json(o."code")::text, 'null') || ',' || '"content_digest":' || coalesce(to_json(o."content_digest")::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"intended_use":' || coalesce(to_json(o."intended_use")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"release":' || coalesce(to_json(o."release")::text, 'null') || ',' || '"spec":' || coalesce(to_json(o."spec")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"validity":' || coalesce(to_json(o."validity")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_twin_model_entry() FROM PUBLIC

CREATE TRIGGER titer_twin_model_insert AFTER INSERT ON twin_model REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_twin_model_entry()

ALTER TABLE twin_model ENABLE ALWAYS TRIGGER titer_twin_model_insert

CREATE TRIGGER titer_twin_model_no_update BEFORE UPDATE ON twin_model FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_model ENABLE ALWAYS TRIGGER titer_twin_model_no_update

CREATE TRIGGER titer_twin_model_no_delete BEFORE DELETE ON twin_model FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_model ENABLE ALWAYS TRIGGER titer_twin_model_no_delete

CREATE TRIGGER titer_twin_model_no_truncate BEFORE TRUNCATE ON twin_model FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_model ENABLE ALWAYS TRIGGER titer_twin_model_no_truncate

CREATE OR REPLACE FUNCTION titer_twin_outlook_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_outlook', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_outlook"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_outlook' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"alert_id":' || coalesce(to_json(n."alert_id")::text, 'null') || ',' || '"alert_number":' || coalesce(to_json(n."alert_number")::text, 'null') || ',' || '"alert_title":' || coalesce(to_json(n."alert_title")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(n."batch_number")::text, 'null') || ',' || '"delivered":' || coalesce(to_json(n."delivered")::text, 'null') || ',' || '"figures":' || coalesce(to_json(n."figures")::text, 'null') || ',' || '"horizon_h":' || coalesce(n."horizon_h"::text, 'null') || ',' || '"hour":' || coalesce(n."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(n."instance_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"raised_at":' || coalesce(n."raised_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"refused_because":' || coalesce(to_json(n."refused_because")::text, 'null') || ',' || '"scenarios":' || coalesce(to_json(n."scenarios")::text, 'null') || ',' || '"sentence":' || coalesce(to_json(n."sentence")::text, 'null') || ',' || '"twin_reasons":' || coalesce(to_json(n."twin_reasons")::text, 'null') || ',' || '"twin_state":' || coalesce(to_json(n."twin_state")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: twin_outlook.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_outlook', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_outlook"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_outlook' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"alert_id":' || coalesce(to_json(o."alert_id")::text, 'null') || ',' || '"alert_number":' || coalesce(to_json(o."alert_number")::text, 'null') || ',' || '"alert_title":' || coalesce(to_json(o."alert_title")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(o."batch_number")::text, 'null') || ',' || '"delivered":' || coalesce(to_json(o."delivered")::text, 'null') || ',' || '"figures":' || coalesce(to_json(o."figures")::text, 'null') || ',' || '"horizon_h":' || coalesce(o."horizon_h"::text, 'null') || ',' || '"hour":' || coalesce(o."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(o."instance_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"raised_at":' || coalesce(o."raised_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"refused_because":' || coalesce(to_json(o."refused_because")::text, 'null') || ',' || '"scenarios":' || coalesce(to_json(o."scenarios")::text, 'null') || ',' || '"sentence":' || coalesce(to_json(o."sentence")::text, 'null') || ',' || '"twin_reasons":' || coalesce(to_json(o."twin_reasons")::text, 'null') || ',' || '"twin_state":' || coalesce(to_json(o."twin_state")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"alert_id":' || coalesce(to_json(n."alert_id")::text, 'null') || ',' || '"alert_number":' || coalesce(to_json(n."alert_number")::text, 'null') || ',' || '"alert_title":' || coalesce(to_json(n."alert_title")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(n."batch_number")::text, 'null') || ',' || '"delivered":' || coalesce(to_json(n."delivered")::text, 'null') || ',' || '"figures":' || coalesce(to_json(n."figures")::text, 'null') || ',' || '"horizon_h":' || coalesce(n."horizon_h"::text, 'null') || ',' || '"hour":' || coalesce(n."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(n."instance_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"raised_at":' || coalesce(n."raised_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"refused_because":' || coalesce(to_json(n."refused_because")::text, 'null') || ',' || '"scenarios":' || coalesce(to_json(n."scenarios")::text, 'null') || ',' || '"sentence":' || coalesce(to_json(n."sentence")::text, 'null') || ',' || '"twin_reasons":' || coalesce(to_json(n."twin_reasons")::text, 'null') || ',' || '"twin_state":' || coalesce(to_json(n."twin_state")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."batch_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_outlook', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_outlook"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_outlook' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"alert_id":' || coalesce(to_json(o."alert_id")::text, 'null') || ',' || '"alert_number":' || coalesce(to_json(o."alert_number")::text, 'null') || ',' || '"alert_title":' || coalesce(to_json(o."alert_title")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(o."batch_number")::text, 'null') || ',' || '"delivered":' || coalesce(to_json(o."delivered")::text, 'null') || ',' || '"figures":' || coalesce(to_json(o."figures")::text, 'null') || ',' || '"horizon_h":' || coalesce(o."horizon_h"::text, 'null') || ',' || '"hour":' || coalesce(o."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(o."instance_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"raised_at":' || coalesce(o."raised_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"refused_because":' || coalesce(to_json(o."refused_because")::text, 'null') || ',' || '"scenarios":' || coalesce(to_json(o."scenarios")::text, 'null') || ',' || '"sentence":' || coalesce(to_json(o."sentence")::text, 'null') || ',' || '"twin_reasons":' || coalesce(to_json(o."twin_reasons")::text, 'null') || ',' || '"twin_state":' || coalesce(to_json(o."twin_state")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_twin_outlook_entry() FROM PUBLIC

CREATE TRIGGER titer_twin_outlook_insert AFTER INSERT ON twin_outlook REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_twin_outlook_entry()

ALTER TABLE twin_outlook ENABLE ALWAYS TRIGGER titer_twin_outlook_insert

CREATE TRIGGER titer_twin_outlook_no_update BEFORE UPDATE ON twin_outlook FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_outlook ENABLE ALWAYS TRIGGER titer_twin_outlook_no_update

CREATE TRIGGER titer_twin_outlook_no_delete BEFORE DELETE ON twin_outlook FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_outlook ENABLE ALWAYS TRIGGER titer_twin_outlook_no_delete

CREATE TRIGGER titer_twin_outlook_no_truncate BEFORE TRUNCATE ON twin_outlook FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_outlook ENABLE ALWAYS TRIGGER titer_twin_outlook_no_truncate

CREATE OR REPLACE FUNCTION titer_twin_proposal_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_proposal', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_proposal"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_proposal' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"applied":' || coalesce(to_json(n."applied")::text, 'null') || ',' || '"author_id":' || coalesce(to_json(n."author_id")::text, 'null') || ',' || '"author_kind":' || coalesce(to_json(n."author_kind")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(n."batch_number")::text, 'null') || ',' || '"changes":' || coalesce(to_json(n."changes")::text, 'null') || ',' || '"checks":' || coalesce(to_json(n."checks")::text, 'null') || ',' || '"compare_hour":' || coalesce(n."compare_hour"::text, 'null') || ',' || '"decided_at":' || coalesce(n."decided_at"::text, 'null') || ',' || '"decided_by":' || coalesce(to_json(n."decided_by")::text, 'null') || ',' || '"decided_signature_id":' || coalesce(to_json(n."decided_signature_id")::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"do_nothing":' || coalesce(to_json(n."do_nothing")::text, 'null') || ',' || '"expires_at":' || coalesce(n."expires_at"::text, 'null') || ',' || '"fault_cost":' || coalesce(to_json(n."fault_cost")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(n."instance_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(n."outcome")::text, 'null') || ',' || '"predicted":' || coalesce(to_json(n."predicted")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"rationale":' || coalesce(to_json(n."rationale")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"scenarios":' || coalesce(to_json(n."scenarios")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(n."state_reason")::text, 'null') || ',' || '"submitted_by":' || coalesce(to_json(n."submitted_by")::text, 'null') || ',' || '"submitted_signature_id":' || coalesce(to_json(n."submitted_signature_id")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: twin_proposal.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_proposal', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_proposal"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_proposal' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"applied":' || coalesce(to_json(o."applied")::text, 'null') || ',' || '"author_id":' || coalesce(to_json(o."author_id")::text, 'null') || ',' || '"author_kind":' || coalesce(to_json(o."author_kind")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(o."batch_number")::text, 'null') || ',' || '"changes":' || coalesce(to_json(o."changes")::text, 'null') || ',' || '"checks":' || coalesce(to_json(o."checks")::text, 'null') || ',' || '"compare_hour":' || coalesce(o."compare_hour"::text, 'null') || ',' || '"decided_at":' || coalesce(o."decided_at"::text, 'null') || ',' || '"decided_by":' || coalesce(to_json(o."decided_by")::text, 'null') || ',' || '"decided_signature_id":' || coalesce(to_json(o."decided_signature_id")::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"do_nothing":' || coalesce(to_json(o."do_nothing")::text, 'null') || ',' || '"expires_at":' || coalesce(o."expires_at"::text, 'null') || ',' || '"fault_cost":' || coalesce(to_json(o."fault_cost")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(o."instance_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(o."outcome")::text, 'null') || ',' || '"predicted":' || coalesce(to_json(o."predicted")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"rationale":' || coalesce(to_json(o."rationale")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"scenarios":' || coalesce(to_json(o."scenarios")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(o."state_reason")::text, 'null') || ',' || '"submitted_by":' || coalesce(to_json(o."submitted_by")::text, 'null') || ',' || '"submitted_signature_id":' || coalesce(to_json(o."submitted_signature_id")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"applied":' || coalesce(to_json(n."applied")::text, 'null') || ',' || '"author_id":' || coalesce(to_json(n."author_id")::text, 'null') || ',' || '"author_kind":' || coalesce(to_json(n."author_kind")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(n."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(n."batch_number")::text, 'null') || ',' || '"changes":' || coalesce(to_json(n."changes")::text, 'null') || ',' || '"checks":' || coalesce(to_json(n."checks")::text, 'null') || ',' || '"compare_hour":' || coalesce(n."compare_hour"::text, 'null') || ',' || '"decided_at":' || coalesce(n."decided_at"::text, 'null') || ',' || '"decided_by":' || coalesce(to_json(n."decided_by")::text, 'null') || ',' || '"decided_signature_id":' || coalesce(to_json(n."decided_signature_id")::text, 'null') || ',' || '"digest":' || coalesce(to_json(n."digest")::text, 'null') || ',' || '"do_nothing":' || coalesce(to_json(n."do_nothing")::text, 'null') || ',' || '"expires_at":' || coalesce(n."expires_at"::text, 'null') || ',' || '"fault_cost":' || coalesce(to_json(n."fault_cost")::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(n."instance_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(n."outcome")::text, 'null') || ',' || '"predicted":' || coalesce(to_json(n."predicted")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"rationale":' || coalesce(to_json(n."rationale")::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"scenarios":' || coalesce(to_json(n."scenarios")::text, 'null') || ',' || '"state":' || coalesce(to_json(n."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(n."state_reason")::text, 'null') || ',' || '"submitted_by":' || coalesce(to_json(n."submitted_by")::text, 'null') || ',' || '"submitted_signature_id":' || coalesce(to_json(n."submitted_signature_id")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id" OR h.subject_id = o."batch_id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_proposal', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_proposal"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_proposal' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"applied":' || coalesce(to_json(o."applied")::text, 'null') || ',' || '"author_id":' || coalesce(to_json(o."author_id")::text, 'null') || ',' || '"author_kind":' || coalesce(to_json(o."author_kind")::text, 'null') || ',' || '"batch_id":' || coalesce(to_json(o."batch_id")::text, 'null') || ',' || '"batch_number":' || coalesce(to_json(o."batch_number")::text, 'null') || ',' || '"changes":' || coalesce(to_json(o."changes")::text, 'null') || ',' || '"checks":' || coalesce(to_json(o."checks")::text, 'null') || ',' || '"compare_hour":' || coalesce(o."compare_hour"::text, 'null') || ',' || '"decided_at":' || coalesce(o."decided_at"::text, 'null') || ',' || '"decided_by":' || coalesce(to_json(o."decided_by")::text, 'null') || ',' || '"decided_signature_id":' || coalesce(to_json(o."decided_signature_id")::text, 'null') || ',' || '"digest":' || coalesce(to_json(o."digest")::text, 'null') || ',' || '"do_nothing":' || coalesce(to_json(o."do_nothing")::text, 'null') || ',' || '"expires_at":' || coalesce(o."expires_at"::text, 'null') || ',' || '"fault_cost":' || coalesce(to_json(o."fault_cost")::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(o."instance_id")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"outcome":' || coalesce(to_json(o."outcome")::text, 'null') || ',' || '"predicted":' || coalesce(to_json(o."predicted")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"rationale":' || coalesce(to_json(o."rationale")::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"scenarios":' || coalesce(to_json(o."scenarios")::text, 'null') || ',' || '"state":' || coalesce(to_json(o."state")::text, 'null') || ',' || '"state_reason":' || coalesce(to_json(o."state_reason")::text, 'null') || ',' || '"submitted_by":' || coalesce(to_json(o."submitted_by")::text, 'null') || ',' || '"submitted_signature_id":' || coalesce(to_json(o."submitted_signature_id")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_twin_proposal_entry() FROM PUBLIC

CREATE TRIGGER titer_twin_proposal_insert AFTER INSERT ON twin_proposal REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_twin_proposal_entry()

ALTER TABLE twin_proposal ENABLE ALWAYS TRIGGER titer_twin_proposal_insert

CREATE TRIGGER titer_twin_proposal_update AFTER UPDATE ON twin_proposal REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_twin_proposal_entry()

ALTER TABLE twin_proposal ENABLE ALWAYS TRIGGER titer_twin_proposal_update

CREATE TRIGGER titer_twin_proposal_delete AFTER DELETE ON twin_proposal REFERENCING OLD TABLE AS titer_old FOR EACH STATEMENT EXECUTE FUNCTION titer_twin_proposal_entry()

ALTER TABLE twin_proposal ENABLE ALWAYS TRIGGER titer_twin_proposal_delete

CREATE TRIGGER titer_twin_proposal_no_truncate BEFORE TRUNCATE ON twin_proposal FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is never emptied')

ALTER TABLE twin_proposal ENABLE ALWAYS TRIGGER titer_twin_proposal_no_truncate

CREATE OR REPLACE FUNCTION titer_twin_replay_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_replay', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_replay"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_replay' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"after":' || coalesce(to_json(n."after")::text, 'null') || ',' || '"before":' || coalesce(to_json(n."before")::text, 'null') || ',' || '"belief_digest":' || coalesce(to_json(n."belief_digest")::text, 'null') || ',' || '"cause":' || coalesce(to_json(n."cause")::text, 'null') || ',' || '"from_hour":' || coalesce(n."from_hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(n."instance_id")::text, 'null') || ',' || '"known_through":' || coalesce(to_json(n."known_through")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"to_hour":' || coalesce(n."to_hour"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: twin_replay.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_replay', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_replay"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_replay' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"after":' || coalesce(to_json(o."after")::text, 'null') || ',' || '"before":' || coalesce(to_json(o."before")::text, 'null') || ',' || '"belief_digest":' || coalesce(to_json(o."belief_digest")::text, 'null') || ',' || '"cause":' || coalesce(to_json(o."cause")::text, 'null') || ',' || '"from_hour":' || coalesce(o."from_hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(o."instance_id")::text, 'null') || ',' || '"known_through":' || coalesce(to_json(o."known_through")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"to_hour":' || coalesce(o."to_hour"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"after":' || coalesce(to_json(n."after")::text, 'null') || ',' || '"before":' || coalesce(to_json(n."before")::text, 'null') || ',' || '"belief_digest":' || coalesce(to_json(n."belief_digest")::text, 'null') || ',' || '"cause":' || coalesce(to_json(n."cause")::text, 'null') || ',' || '"from_hour":' || coalesce(n."from_hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(n."instance_id")::text, 'null') || ',' || '"known_through":' || coalesce(to_json(n."known_through")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"to_hour":' || coalesce(n."to_hour"::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_replay', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_replay"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_replay' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"after":' || coalesce(to_json(o."after")::text, 'null') || ',' || '"before":' || coalesce(to_json(o."before")::text, 'null') || ',' || '"belief_digest":' || coalesce(to_json(o."belief_digest")::text, 'null') || ',' || '"cause":' || coalesce(to_json(o."cause")::text, 'null') || ',' || '"from_hour":' || coalesce(o."from_hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(o."instance_id")::text, 'null') || ',' || '"known_through":' || coalesce(to_json(o."known_through")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"to_hour":' || coalesce(o."to_hour"::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_twin_replay_entry() FROM PUBLIC

CREATE TRIGGER titer_twin_replay_insert AFTER INSERT ON twin_replay REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_twin_replay_entry()

ALTER TABLE twin_replay ENABLE ALWAYS TRIGGER titer_twin_replay_insert

CREATE TRIGGER titer_twin_replay_no_update BEFORE UPDATE ON twin_replay FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_replay ENABLE ALWAYS TRIGGER titer_twin_replay_no_update

CREATE TRIGGER titer_twin_replay_no_delete BEFORE DELETE ON twin_replay FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_replay ENABLE ALWAYS TRIGGER titer_twin_replay_no_delete

CREATE TRIGGER titer_twin_replay_no_truncate BEFORE TRUNCATE ON twin_replay FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_replay ENABLE ALWAYS TRIGGER titer_twin_replay_no_truncate

CREATE OR REPLACE FUNCTION titer_twin_scenario_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_scenario', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_scenario"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_scenario' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"hour":' || coalesce(n."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(n."instance_id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"known_through":' || coalesce(to_json(n."known_through")::text, 'null') || ',' || '"model_digest":' || coalesce(to_json(n."model_digest")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"order":' || coalesce(to_json(n."order")::text, 'null') || ',' || '"order_digest":' || coalesce(to_json(n."order_digest")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"result":' || coalesce(to_json(n."result")::text, 'null') || ',' || '"result_digest":' || coalesce(to_json(n."result_digest")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: twin_scenario.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_scenario', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_scenario"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_scenario' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"hour":' || coalesce(o."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(o."instance_id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"known_through":' || coalesce(to_json(o."known_through")::text, 'null') || ',' || '"model_digest":' || coalesce(to_json(o."model_digest")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"order":' || coalesce(to_json(o."order")::text, 'null') || ',' || '"order_digest":' || coalesce(to_json(o."order_digest")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"result":' || coalesce(to_json(o."result")::text, 'null') || ',' || '"result_digest":' || coalesce(to_json(o."result_digest")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"hour":' || coalesce(n."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(n."instance_id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(n."kind")::text, 'null') || ',' || '"known_through":' || coalesce(to_json(n."known_through")::text, 'null') || ',' || '"model_digest":' || coalesce(to_json(n."model_digest")::text, 'null') || ',' || '"number":' || coalesce(to_json(n."number")::text, 'null') || ',' || '"order":' || coalesce(to_json(n."order")::text, 'null') || ',' || '"order_digest":' || coalesce(to_json(n."order_digest")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"result":' || coalesce(to_json(n."result")::text, 'null') || ',' || '"result_digest":' || coalesce(to_json(n."result_digest")::text, 'null') || ',' || '"title":' || coalesce(to_json(n."title")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_scenario', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_scenario"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_scenario' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"hour":' || coalesce(o."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(o."instance_id")::text, 'null') || ',' || '"kind":' || coalesce(to_json(o."kind")::text, 'null') || ',' || '"known_through":' || coalesce(to_json(o."known_through")::text, 'null') || ',' || '"model_digest":' || coalesce(to_json(o."model_digest")::text, 'null') || ',' || '"number":' || coalesce(to_json(o."number")::text, 'null') || ',' || '"order":' || coalesce(to_json(o."order")::text, 'null') || ',' || '"order_digest":' || coalesce(to_json(o."order_digest")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"result":' || coalesce(to_json(o."result")::text, 'null') || ',' || '"result_digest":' || coalesce(to_json(o."result_digest")::text, 'null') || ',' || '"title":' || coalesce(to_json(o."title")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_twin_scenario_entry() FROM PUBLIC

CREATE TRIGGER titer_twin_scenario_insert AFTER INSERT ON twin_scenario REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_twin_scenario_entry()

ALTER TABLE twin_scenario ENABLE ALWAYS TRIGGER titer_twin_scenario_insert

CREATE TRIGGER titer_twin_scenario_no_update BEFORE UPDATE ON twin_scenario FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_scenario ENABLE ALWAYS TRIGGER titer_twin_scenario_no_update

CREATE TRIGGER titer_twin_scenario_no_delete BEFORE DELETE ON twin_scenario FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_scenario ENABLE ALWAYS TRIGGER titer_twin_scenario_no_delete

CREATE TRIGGER titer_twin_scenario_no_truncate BEFORE TRUNCATE ON twin_scenario FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_scenario ENABLE ALWAYS TRIGGER titer_twin_scenario_no_truncate

CREATE OR REPLACE FUNCTION titer_twin_snapshot_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_snapshot', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_snapshot"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_snapshot' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, NULL AS before, '{' || '"belief_digest":' || coalesce(to_json(n."belief_digest")::text, 'null') || ',' || '"hour":' || coalesce(n."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(n."instance_id")::text, 'null') || ',' || '"knowledge_digest":' || coalesce(to_json(n."knowledge_digest")::text, 'null') || ',' || '"known_at":' || coalesce(n."known_at"::text, 'null') || ',' || '"known_through":' || coalesce(to_json(n."known_through")::text, 'null') || ',' || '"outputs":' || coalesce(to_json(n."outputs")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"states":' || coalesce(to_json(n."states")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after FROM titer_new n) q OFFSET 0) r OFFSET 0) m;
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
 END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: twin_snapshot.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_snapshot', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_snapshot"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_snapshot' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT n.id, n.version, '{' || '"belief_digest":' || coalesce(to_json(o."belief_digest")::text, 'null') || ',' || '"hour":' || coalesce(o."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(o."instance_id")::text, 'null') || ',' || '"knowledge_digest":' || coalesce(to_json(o."knowledge_digest")::text, 'null') || ',' || '"known_at":' || coalesce(o."known_at"::text, 'null') || ',' || '"known_through":' || coalesce(to_json(o."known_through")::text, 'null') || ',' || '"outputs":' || coalesce(to_json(o."outputs")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"states":' || coalesce(to_json(o."states")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, '{' || '"belief_digest":' || coalesce(to_json(n."belief_digest")::text, 'null') || ',' || '"hour":' || coalesce(n."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(n."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(n."instance_id")::text, 'null') || ',' || '"knowledge_digest":' || coalesce(to_json(n."knowledge_digest")::text, 'null') || ',' || '"known_at":' || coalesce(n."known_at"::text, 'null') || ',' || '"known_through":' || coalesce(to_json(n."known_through")::text, 'null') || ',' || '"outputs":' || coalesce(to_json(n."outputs")::text, 'null') || ',' || '"process_at":' || coalesce(n."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(n."recorded_at"::text, 'null') || ',' || '"states":' || coalesce(to_json(n."states")::text, 'null') || ',' || '"version":' || coalesce(n."version"::text, 'null') || '}' AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place) q OFFSET 0) r OFFSET 0) m;
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = o."id"))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], 'twin_snapshot', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"twin_snapshot"' || part[5] || m.version || '}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || 'twin_snapshot' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM (SELECT o.id, o.version + 1 AS version, '{' || '"belief_digest":' || coalesce(to_json(o."belief_digest")::text, 'null') || ',' || '"hour":' || coalesce(o."hour"::text, 'null') || ',' || '"id":' || coalesce(to_json(o."id")::text, 'null') || ',' || '"instance_id":' || coalesce(to_json(o."instance_id")::text, 'null') || ',' || '"knowledge_digest":' || coalesce(to_json(o."knowledge_digest")::text, 'null') || ',' || '"known_at":' || coalesce(o."known_at"::text, 'null') || ',' || '"known_through":' || coalesce(to_json(o."known_through")::text, 'null') || ',' || '"outputs":' || coalesce(to_json(o."outputs")::text, 'null') || ',' || '"process_at":' || coalesce(o."process_at"::text, 'null') || ',' || '"recorded_at":' || coalesce(o."recorded_at"::text, 'null') || ',' || '"states":' || coalesce(to_json(o."states")::text, 'null') || ',' || '"version":' || coalesce(o."version"::text, 'null') || '}' AS before, NULL AS after FROM titer_old o) q OFFSET 0) r OFFSET 0) m;
  END IF;
  RETURN NULL;
END $titer$

REVOKE ALL ON FUNCTION titer_twin_snapshot_entry() FROM PUBLIC

CREATE TRIGGER titer_twin_snapshot_insert AFTER INSERT ON twin_snapshot REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_twin_snapshot_entry()

ALTER TABLE twin_snapshot ENABLE ALWAYS TRIGGER titer_twin_snapshot_insert

CREATE TRIGGER titer_twin_snapshot_no_update BEFORE UPDATE ON twin_snapshot FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_snapshot ENABLE ALWAYS TRIGGER titer_twin_snapshot_no_update

CREATE TRIGGER titer_twin_snapshot_no_delete BEFORE DELETE ON twin_snapshot FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_snapshot ENABLE ALWAYS TRIGGER titer_twin_snapshot_no_delete

CREATE TRIGGER titer_twin_snapshot_no_truncate BEFORE TRUNCATE ON twin_snapshot FOR EACH STATEMENT EXECUTE FUNCTION titer_refuse('is append-only')

ALTER TABLE twin_snapshot ENABLE ALWAYS TRIGGER titer_twin_snapshot_no_truncate

CREATE FUNCTION titer_action() RETURNS text[] LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
DECLARE
  stated text := coalesce(current_setting('titer.action', true), '');
  xact text := pg_current_xact_id()::text;
  proof text;
BEGIN
  IF stated = '' THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written';
  END IF;
  SELECT encode(sha256(outer_pad || sha256(inner_pad || convert_to(xact || substr(stated, 65), 'UTF8'))), 'hex')
    INTO proof FROM titer_action_key;
  IF proof IS NULL OR proof <> substr(stated, 1, 64) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the open action was not opened by this installation';
  END IF;
  RETURN string_to_array(substr(stated, 66), chr(31));
END $titer$

CREATE FUNCTION titer_next_message() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
BEGIN
  NEW.position := coalesce((SELECT max(position) FROM record_outbox), 0) + 1;
  RETURN NEW;
END $titer$

CREATE FUNCTION titer_tell() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $titer$
DECLARE
  told text[] := string_to_array(coalesce(current_setting('titer.entered', true), ''), ' ');
  first bigint := coalesce(told[1], '0')::bigint;
  last bigint := coalesce(told[2], '0')::bigint;
  made bigint := coalesce(told[3], '0')::bigint;
  chain bytea := decode(coalesce(told[4], ''), 'hex');
  entry record;
BEGIN
  FOR entry IN SELECT n.seq, sha256(decode('00', 'hex') || convert_to(n.body, 'UTF8')) AS leaf
      FROM titer_new n ORDER BY n.seq LOOP
    IF made = 0 THEN
      first := entry.seq;
      chain := entry.leaf;
    ELSE
      chain := sha256(chain || entry.leaf);
    END IF;
    last := entry.seq;
    made := made + 1;
  END LOOP;
  PERFORM set_config('titer.entered', first || ' ' || last || ' ' || made || ' ' || encode(chain, 'hex'), true);
  RETURN NULL;
END $titer$

CREATE TRIGGER titer_ledger_entry_told AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS titer_new FOR EACH STATEMENT EXECUTE FUNCTION titer_tell()

ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER titer_ledger_entry_told

CREATE TRIGGER titer_record_outbox_number BEFORE INSERT ON record_outbox FOR EACH ROW EXECUTE FUNCTION titer_next_message()

ALTER TABLE record_outbox ENABLE ALWAYS TRIGGER titer_record_outbox_number

REVOKE ALL ON FUNCTION titer_refuse(), titer_next_message(), titer_action(), titer_tell() FROM PUBLIC

REVOKE ALL ON TABLE titer_action_key FROM PUBLIC
