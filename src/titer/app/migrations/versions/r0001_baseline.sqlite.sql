CREATE TABLE equipment_alarm (
	"key" TEXT NOT NULL, 
	connection TEXT NOT NULL, 
	condition TEXT NOT NULL, 
	branch TEXT NOT NULL, 
	name TEXT NOT NULL, 
	source TEXT NOT NULL, 
	node_code TEXT, 
	tag TEXT, 
	event_type TEXT NOT NULL, 
	state TEXT NOT NULL, 
	active BOOLEAN, 
	acked BOOLEAN, 
	confirmed BOOLEAN, 
	enabled BOOLEAN, 
	retain BOOLEAN, 
	shelving TEXT NOT NULL, 
	severity INTEGER NOT NULL, 
	message TEXT NOT NULL, 
	quality BIGINT NOT NULL, 
	comment TEXT NOT NULL, 
	client_user TEXT NOT NULL, 
	event_id TEXT NOT NULL, 
	answerable BOOLEAN NOT NULL, 
	source_us BIGINT NOT NULL, 
	received_at BIGINT NOT NULL, 
	active_us BIGINT, 
	cleared_us BIGINT, 
	acked_at BIGINT, 
	acked_by TEXT NOT NULL, 
	confirmed_by TEXT NOT NULL, 
	raised INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_equipment_alarm PRIMARY KEY (id), 
	CONSTRAINT uq_equipment_alarm_key UNIQUE ("key")
)

CREATE TABLE equipment_alarm_event (
	"key" TEXT NOT NULL, 
	identity TEXT NOT NULL, 
	connection TEXT NOT NULL, 
	alarm_id TEXT NOT NULL, 
	event_id TEXT NOT NULL, 
	state TEXT NOT NULL, 
	active BOOLEAN, 
	severity INTEGER NOT NULL, 
	message TEXT NOT NULL, 
	source_us BIGINT NOT NULL, 
	received_at BIGINT NOT NULL, 
	refreshed BOOLEAN NOT NULL, 
	"by" TEXT NOT NULL, 
	comment TEXT NOT NULL, 
	content TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_equipment_alarm_event PRIMARY KEY (id), 
	CONSTRAINT uq_equipment_alarm_event_key UNIQUE ("key"), 
	CONSTRAINT uq_equipment_alarm_event_identity UNIQUE (identity)
)

CREATE TABLE equipment_calibration (
	node_id TEXT NOT NULL, 
	performed_at BIGINT NOT NULL, 
	performed_by TEXT NOT NULL, 
	due_at BIGINT NOT NULL, 
	standard TEXT NOT NULL, 
	as_found TEXT NOT NULL, 
	as_left TEXT NOT NULL, 
	result TEXT NOT NULL, 
	certificate_digest TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_equipment_calibration PRIMARY KEY (id)
)

CREATE TABLE equipment_certificate (
	fingerprint TEXT NOT NULL, 
	thumbprint TEXT NOT NULL, 
	der TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	issuer TEXT NOT NULL, 
	serial TEXT NOT NULL, 
	valid_from BIGINT NOT NULL, 
	valid_until BIGINT NOT NULL, 
	application_uri TEXT NOT NULL, 
	names TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	authority BOOLEAN NOT NULL, 
	host TEXT NOT NULL, 
	connection TEXT NOT NULL, 
	address TEXT NOT NULL, 
	calls_itself TEXT NOT NULL, 
	state TEXT NOT NULL, 
	decided_by TEXT NOT NULL, 
	decided_at BIGINT, 
	reason TEXT NOT NULL, 
	expiry_told TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_equipment_certificate PRIMARY KEY (id), 
	CONSTRAINT uq_equipment_certificate_fingerprint UNIQUE (fingerprint)
)

CREATE TABLE equipment_channel (
	tag TEXT NOT NULL, 
	connection_id TEXT NOT NULL, 
	node_code TEXT, 
	address TEXT NOT NULL, 
	unit TEXT NOT NULL, 
	description TEXT NOT NULL, 
	low TEXT, 
	high TEXT, 
	alarm_low TEXT, 
	alarm_high TEXT, 
	resolution TEXT, 
	writable BOOLEAN NOT NULL, 
	active BOOLEAN NOT NULL, 
	settings TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_equipment_channel PRIMARY KEY (id), 
	CONSTRAINT uq_equipment_channel_tag UNIQUE (tag)
)

CREATE TABLE equipment_clock_reading (
	number INTEGER NOT NULL, 
	connection TEXT NOT NULL, 
	taken_at BIGINT NOT NULL, 
	offset_us BIGINT NOT NULL, 
	uncertainty_us BIGINT NOT NULL, 
	CONSTRAINT pk_equipment_clock_reading PRIMARY KEY (number)
)

CREATE TABLE equipment_command (
	"key" TEXT NOT NULL, 
	connection TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	target TEXT NOT NULL, 
	value TEXT, 
	unit TEXT NOT NULL, 
	parameters TEXT NOT NULL, 
	cause TEXT NOT NULL, 
	state TEXT NOT NULL, 
	requested_at BIGINT NOT NULL, 
	deadline BIGINT, 
	completed_at BIGINT, 
	readback TEXT, 
	responses TEXT, 
	source_time BIGINT, 
	message TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_equipment_command PRIMARY KEY (id), 
	CONSTRAINT uq_equipment_command_key UNIQUE ("key")
)

CREATE TABLE equipment_connection (
	name TEXT NOT NULL, 
	type TEXT NOT NULL, 
	state TEXT NOT NULL, 
	revision INTEGER NOT NULL, 
	settings TEXT NOT NULL, 
	host TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	changed_by TEXT NOT NULL, 
	node_code TEXT, 
	fingerprint TEXT, 
	seen_fingerprint TEXT, 
	seen_identity TEXT, 
	recording_since BIGINT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_equipment_connection PRIMARY KEY (id), 
	CONSTRAINT uq_equipment_connection_name UNIQUE (name)
)

CREATE TABLE equipment_connection_status (
	name TEXT NOT NULL, 
	state TEXT NOT NULL, 
	since BIGINT, 
	message TEXT NOT NULL, 
	backlog BIGINT NOT NULL, 
	backlog_bytes BIGINT NOT NULL, 
	oldest_at BIGINT, 
	disk_free BIGINT, 
	heard_at BIGINT NOT NULL, 
	epoch BIGINT NOT NULL, 
	clock_offset_us BIGINT, 
	clock_uncertainty_us BIGINT, 
	certificate TEXT NOT NULL, 
	ended_at BIGINT, 
	ended_because TEXT NOT NULL, 
	ended_count BIGINT NOT NULL, 
	alive_at BIGINT, 
	CONSTRAINT pk_equipment_connection_status PRIMARY KEY (name)
)

CREATE TABLE equipment_context (
	subject TEXT NOT NULL, 
	valid_from BIGINT NOT NULL, 
	content TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_equipment_context PRIMARY KEY (id), 
	CONSTRAINT uq_equipment_context_key UNIQUE ("key")
)

CREATE TABLE equipment_dispatch (
	"key" TEXT NOT NULL, 
	handed_at BIGINT NOT NULL, 
	CONSTRAINT pk_equipment_dispatch PRIMARY KEY ("key")
)

CREATE TABLE equipment_document (
	"key" TEXT NOT NULL, 
	connection TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	file_name TEXT NOT NULL, 
	seen_at BIGINT NOT NULL, 
	media_type TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	identity TEXT NOT NULL, 
	state TEXT NOT NULL, 
	disposition_reason TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_equipment_document PRIMARY KEY (id), 
	CONSTRAINT uq_equipment_document_key UNIQUE ("key")
)

CREATE TABLE equipment_gap (
	"key" TEXT NOT NULL, 
	connection TEXT NOT NULL, 
	state TEXT NOT NULL, 
	from_us BIGINT NOT NULL, 
	to_us BIGINT NOT NULL, 
	windows TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	filled_rows BIGINT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_equipment_gap PRIMARY KEY (id), 
	CONSTRAINT uq_equipment_gap_key UNIQUE ("key")
)

CREATE TABLE equipment_logbook (
	node_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	text TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	batch_id TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_equipment_logbook PRIMARY KEY (id)
)

CREATE TABLE equipment_node (
	code TEXT NOT NULL, 
	name TEXT NOT NULL, 
	level TEXT NOT NULL, 
	parent_id TEXT, 
	class_name TEXT NOT NULL, 
	capabilities TEXT NOT NULL, 
	location TEXT NOT NULL, 
	maker TEXT NOT NULL, 
	model TEXT NOT NULL, 
	serial TEXT NOT NULL, 
	qualification TEXT NOT NULL, 
	calibration_due BIGINT, 
	cleanliness TEXT, 
	clean_until BIGINT, 
	clean_hold_h TEXT, 
	used_for TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_equipment_node PRIMARY KEY (id), 
	CONSTRAINT uq_equipment_node_code UNIQUE (code)
)

CREATE TABLE equipment_question (
	id TEXT NOT NULL, 
	host TEXT NOT NULL, 
	type TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	about TEXT NOT NULL, 
	settings TEXT NOT NULL, 
	asked_by TEXT NOT NULL, 
	asked_at BIGINT NOT NULL, 
	asked_mac BLOB NOT NULL, 
	handed_at BIGINT, 
	answered_at BIGINT, 
	answer TEXT, 
	problem TEXT, 
	answered_mac BLOB, 
	CONSTRAINT pk_equipment_question PRIMARY KEY (id)
)

CREATE TABLE equipment_revocation_list (
	authority TEXT NOT NULL, 
	issuer TEXT NOT NULL, 
	der TEXT NOT NULL, 
	number TEXT NOT NULL, 
	issued_at BIGINT NOT NULL, 
	until BIGINT, 
	revoked INTEGER NOT NULL, 
	expiry_told TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_equipment_revocation_list PRIMARY KEY (id), 
	CONSTRAINT uq_equipment_revocation_list_authority UNIQUE (authority)
)

CREATE TABLE equipment_standing (
	subject_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	state TEXT NOT NULL, 
	fingerprint TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_equipment_standing PRIMARY KEY (id)
)

CREATE TABLE equipment_stream_event (
	"key" TEXT NOT NULL, 
	connection TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	reason TEXT NOT NULL, 
	details TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_equipment_stream_event PRIMARY KEY (id), 
	CONSTRAINT uq_equipment_stream_event_key UNIQUE ("key")
)

CREATE TABLE govern_alcoa_run (
	ran_at BIGINT NOT NULL, 
	sentence TEXT NOT NULL, 
	principles TEXT NOT NULL, 
	kept_by TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_govern_alcoa_run PRIMARY KEY (id)
)

CREATE TABLE historian_import (
	digest TEXT NOT NULL, 
	file_name TEXT NOT NULL, 
	size BIGINT NOT NULL, 
	layout TEXT NOT NULL, 
	state TEXT NOT NULL, 
	tags TEXT NOT NULL, 
	start_us BIGINT, 
	end_us BIGINT, 
	row_count BIGINT NOT NULL, 
	found_count BIGINT, 
	conflict_count BIGINT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_historian_import PRIMARY KEY (id), 
	CONSTRAINT uq_historian_import_digest UNIQUE (digest)
)

CREATE TABLE historian_kept (
	tag TEXT NOT NULL, 
	retention TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_historian_kept PRIMARY KEY (id), 
	CONSTRAINT uq_historian_kept_tag UNIQUE (tag)
)

CREATE TABLE historian_last (
	tag TEXT NOT NULL, 
	source_us BIGINT NOT NULL, 
	received_us BIGINT NOT NULL, 
	value DOUBLE, 
	text TEXT, 
	status BIGINT NOT NULL, 
	quality INTEGER NOT NULL, 
	origin INTEGER NOT NULL, 
	CONSTRAINT pk_historian_last PRIMARY KEY (tag)
)

CREATE TABLE historian_object (
	digest TEXT NOT NULL, 
	stored_us BIGINT NOT NULL, 
	CONSTRAINT pk_historian_object PRIMARY KEY (digest)
)

CREATE TABLE historian_retention (
	name TEXT NOT NULL, 
	years INTEGER NOT NULL, 
	basis TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_historian_retention PRIMARY KEY (id), 
	CONSTRAINT uq_historian_retention_name UNIQUE (name)
)

CREATE TABLE historian_retired (
	digest TEXT NOT NULL, 
	retention TEXT NOT NULL, 
	years INTEGER NOT NULL, 
	basis TEXT NOT NULL, 
	due BIGINT NOT NULL, 
	rollups TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_historian_retired PRIMARY KEY (id), 
	CONSTRAINT uq_historian_retired_digest UNIQUE (digest)
)

CREATE TABLE historian_seal (
	number INTEGER NOT NULL, 
	log_files TEXT NOT NULL, 
	marks TEXT NOT NULL, 
	row_count BIGINT NOT NULL, 
	segment_count INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_historian_seal PRIMARY KEY (id), 
	CONSTRAINT uq_historian_seal_number UNIQUE (number)
)

CREATE TABLE historian_segment (
	seal_number INTEGER NOT NULL, 
	digest TEXT NOT NULL, 
	path TEXT NOT NULL, 
	day TEXT NOT NULL, 
	start_us BIGINT NOT NULL, 
	end_us BIGINT NOT NULL, 
	received_us BIGINT NOT NULL, 
	row_count BIGINT NOT NULL, 
	size BIGINT NOT NULL, 
	tags_digest TEXT NOT NULL, 
	tag_count INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_historian_segment PRIMARY KEY (id), 
	CONSTRAINT uq_historian_segment_digest UNIQUE (digest)
)

CREATE TABLE insight_alert (
	number TEXT NOT NULL, 
	watch_id TEXT NOT NULL, 
	model_id TEXT NOT NULL, 
	batch_id TEXT NOT NULL, 
	batch_number TEXT NOT NULL, 
	equipment TEXT NOT NULL, 
	state TEXT NOT NULL, 
	title TEXT NOT NULL, 
	statistic TEXT NOT NULL, 
	ratio TEXT NOT NULL, 
	first_at BIGINT NOT NULL, 
	raised_at BIGINT NOT NULL, 
	cleared_at BIGINT, 
	occurrences INTEGER NOT NULL, 
	last_raised_at BIGINT NOT NULL, 
	batch_hour TEXT NOT NULL, 
	contributions TEXT NOT NULL, 
	lead TEXT NOT NULL, 
	block_digest TEXT NOT NULL, 
	escalates_at BIGINT NOT NULL, 
	acknowledged_by TEXT, 
	acknowledged_at BIGINT, 
	disposition TEXT, 
	comment TEXT, 
	signature_id TEXT, 
	exception_id TEXT, 
	deviation_id TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_insight_alert PRIMARY KEY (id), 
	CONSTRAINT uq_insight_alert_watch_id UNIQUE (watch_id, raised_at), 
	CONSTRAINT uq_insight_alert_number UNIQUE (number)
)

CREATE TABLE insight_block (
	watch_id TEXT NOT NULL, 
	sequence INTEGER NOT NULL, 
	first_at BIGINT NOT NULL, 
	last_at BIGINT NOT NULL, 
	rows INTEGER NOT NULL, 
	digest TEXT NOT NULL, 
	previous TEXT, 
	verdicts TEXT NOT NULL, 
	alarming INTEGER NOT NULL, 
	largest_ratio TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_insight_block PRIMARY KEY (id), 
	CONSTRAINT uq_insight_block_watch_id UNIQUE (watch_id, sequence)
)

CREATE TABLE insight_dataset (
	number TEXT NOT NULL, 
	title TEXT NOT NULL, 
	source TEXT NOT NULL, 
	step_minutes INTEGER NOT NULL, 
	channels TEXT NOT NULL, 
	batches TEXT NOT NULL, 
	manifest_digest TEXT NOT NULL, 
	created_by TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_insight_dataset PRIMARY KEY (id), 
	CONSTRAINT uq_insight_dataset_number UNIQUE (number)
)

CREATE TABLE insight_deployment (
	number TEXT NOT NULL, 
	model_id TEXT NOT NULL, 
	artefact_digest TEXT NOT NULL, 
	equipment TEXT NOT NULL, 
	"rename" TEXT NOT NULL, 
	state TEXT NOT NULL, 
	block_minutes INTEGER NOT NULL, 
	patience_s INTEGER NOT NULL, 
	golden_check TEXT NOT NULL, 
	fallback TEXT NOT NULL, 
	ends_with_phase TEXT, 
	state_reason TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_insight_deployment PRIMARY KEY (id), 
	CONSTRAINT uq_insight_deployment_number UNIQUE (number)
)

CREATE TABLE insight_model (
	name TEXT NOT NULL, 
	revision INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	dataset_id TEXT NOT NULL, 
	spec TEXT NOT NULL, 
	acceptance TEXT NOT NULL, 
	artefact_digest TEXT NOT NULL, 
	calibration TEXT NOT NULL, 
	code_version TEXT NOT NULL, 
	author_id TEXT NOT NULL, 
	criteria_signature_id TEXT, 
	test_opened_by TEXT, 
	test_opened_at BIGINT, 
	validation TEXT, 
	owner_signature_id TEXT, 
	quality_signature_id TEXT, 
	state_reason TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_insight_model PRIMARY KEY (id), 
	CONSTRAINT uq_insight_model_name UNIQUE (name, revision)
)

CREATE TABLE insight_watch (
	deployment_id TEXT NOT NULL, 
	model_id TEXT NOT NULL, 
	artefact_digest TEXT NOT NULL, 
	batch_id TEXT NOT NULL, 
	batch_number TEXT NOT NULL, 
	equipment TEXT NOT NULL, 
	started_at BIGINT NOT NULL, 
	ended_at BIGINT, 
	state TEXT NOT NULL, 
	state_reason TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_insight_watch PRIMARY KEY (id), 
	CONSTRAINT uq_insight_watch_deployment_id UNIQUE (deployment_id, batch_id)
)

CREATE TABLE ledger_checkpoint (
	tree_size INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	note TEXT NOT NULL, 
	sealed_at BIGINT NOT NULL, 
	witnessed BOOLEAN NOT NULL, 
	CONSTRAINT pk_ledger_checkpoint PRIMARY KEY (tree_size), 
	CONSTRAINT uq_ledger_checkpoint_number UNIQUE (number)
)

CREATE TABLE ledger_cosignature (
	witness TEXT NOT NULL, 
	tree_size INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	answer TEXT NOT NULL, 
	received_at BIGINT NOT NULL, 
	CONSTRAINT pk_ledger_cosignature PRIMARY KEY (witness, tree_size)
)

CREATE TABLE ledger_entry (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	body TEXT NOT NULL, 
	id TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.id')), 
	action TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.action')), 
	record_type TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.record_type')), 
	record_id TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.record_id')), 
	record_version INTEGER NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.version')), 
	CONSTRAINT uq_ledger_entry_id UNIQUE (id)
)

CREATE TABLE ledger_leaf (
	leaf_index INTEGER NOT NULL, 
	entry_seq INTEGER NOT NULL, 
	leaf_hash BLOB NOT NULL, 
	CONSTRAINT pk_ledger_leaf PRIMARY KEY (leaf_index), 
	CONSTRAINT uq_ledger_leaf_entry_seq UNIQUE (entry_seq)
)

CREATE TABLE ledger_node (
	level INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	hash BLOB NOT NULL, 
	CONSTRAINT pk_ledger_node PRIMARY KEY (level, position)
)

CREATE TABLE ledger_tally (
	last_seq INTEGER NOT NULL, 
	first_seq INTEGER NOT NULL, 
	entries INTEGER NOT NULL, 
	messages INTEGER NOT NULL, 
	entries_mac BLOB NOT NULL, 
	messages_mac BLOB, 
	CONSTRAINT pk_ledger_tally PRIMARY KEY (last_seq)
)

CREATE TABLE lims_attachment (
	subject_type TEXT NOT NULL, 
	subject_id TEXT NOT NULL, 
	title TEXT NOT NULL, 
	file_name TEXT NOT NULL, 
	media_type TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	attached_by TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_lims_attachment PRIMARY KEY (id)
)

CREATE TABLE lims_certificate (
	number TEXT NOT NULL, 
	batch_id TEXT, 
	lot_id TEXT, 
	specification_id TEXT NOT NULL, 
	state TEXT NOT NULL, 
	content TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	issued_by TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_lims_certificate PRIMARY KEY (id), 
	CONSTRAINT uq_lims_certificate_number UNIQUE (number)
)

CREATE TABLE lims_contract_certificate (
	number TEXT NOT NULL, 
	laboratory TEXT NOT NULL, 
	reference TEXT NOT NULL, 
	sample_id TEXT NOT NULL, 
	batch_id TEXT, 
	digest TEXT NOT NULL, 
	file_name TEXT NOT NULL, 
	state TEXT NOT NULL, 
	transcription TEXT NOT NULL, 
	transcribed_by TEXT, 
	checked_by TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_lims_contract_certificate PRIMARY KEY (id), 
	CONSTRAINT uq_lims_contract_certificate_number UNIQUE (number)
)

CREATE TABLE lims_design (
	kind TEXT NOT NULL, 
	code TEXT NOT NULL, 
	revision INTEGER NOT NULL, 
	title TEXT NOT NULL, 
	state TEXT NOT NULL, 
	document TEXT NOT NULL, 
	source TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	author_id TEXT NOT NULL, 
	change_reason TEXT NOT NULL, 
	effective_at BIGINT, 
	ended_at BIGINT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_lims_design PRIMARY KEY (id), 
	CONSTRAINT uq_lims_design_kind UNIQUE (kind, code, revision)
)

CREATE TABLE lims_evaluation (
	result_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	rounded TEXT, 
	limit_text TEXT NOT NULL, 
	rounding TEXT NOT NULL, 
	specification_id TEXT, 
	specification_digest TEXT, 
	trace TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_lims_evaluation PRIMARY KEY (id)
)

CREATE TABLE lims_handover (
	test_id TEXT NOT NULL, 
	machine TEXT NOT NULL, 
	instrument TEXT NOT NULL, 
	state TEXT NOT NULL, 
	pinned TEXT NOT NULL, 
	taken_at BIGINT NOT NULL, 
	ended_at BIGINT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_lims_handover PRIMARY KEY (id)
)

CREATE TABLE lims_investigation (
	number TEXT NOT NULL, 
	test_id TEXT NOT NULL, 
	result_id TEXT NOT NULL, 
	batch_id TEXT, 
	exception_id TEXT, 
	state TEXT NOT NULL, 
	title TEXT NOT NULL, 
	investigator_id TEXT, 
	hypothesis TEXT, 
	evidence TEXT NOT NULL, 
	assignable_cause TEXT, 
	cause_kind TEXT, 
	reviewer_id TEXT, 
	approver_id TEXT, 
	redetermination_id TEXT, 
	conclusion TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_lims_investigation PRIMARY KEY (id), 
	CONSTRAINT uq_lims_investigation_number UNIQUE (number)
)

CREATE TABLE lims_measurement (
	sample_id TEXT, 
	test_id TEXT, 
	run_id TEXT, 
	name TEXT NOT NULL, 
	replicate INTEGER NOT NULL, 
	raw TEXT NOT NULL, 
	value TEXT, 
	unit TEXT, 
	source TEXT NOT NULL, 
	supersedes_id TEXT, 
	reason TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_lims_measurement PRIMARY KEY (id), 
	CONSTRAINT uq_lims_measurement_supersedes_id UNIQUE (supersedes_id)
)

CREATE TABLE lims_panel_request (
	command_key TEXT NOT NULL, 
	sample_id TEXT NOT NULL, 
	method_id TEXT NOT NULL, 
	instrument TEXT NOT NULL, 
	state TEXT NOT NULL, 
	message TEXT, 
	asked_at BIGINT NOT NULL, 
	counter INTEGER, 
	measured_at TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_lims_panel_request PRIMARY KEY (id), 
	CONSTRAINT uq_lims_panel_request_command_key UNIQUE (command_key)
)

CREATE TABLE lims_raw_file (
	document_id TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	file_name TEXT NOT NULL, 
	connection TEXT NOT NULL, 
	disposition TEXT NOT NULL, 
	reason TEXT, 
	run_id TEXT, 
	batch_ids TEXT NOT NULL, 
	found TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_lims_raw_file PRIMARY KEY (id), 
	CONSTRAINT uq_lims_raw_file_document_id UNIQUE (document_id)
)

CREATE TABLE lims_result (
	test_id TEXT NOT NULL, 
	sample_id TEXT NOT NULL, 
	batch_id TEXT, 
	analysis TEXT NOT NULL, 
	state TEXT NOT NULL, 
	value TEXT, 
	text TEXT NOT NULL, 
	unit TEXT, 
	trace TEXT NOT NULL, 
	inputs TEXT NOT NULL, 
	pinned TEXT NOT NULL, 
	sampled_at BIGINT, 
	entered_by TEXT NOT NULL, 
	reviewed_by TEXT, 
	approved_by TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_lims_result PRIMARY KEY (id), 
	CONSTRAINT uq_lims_result_test_id UNIQUE (test_id)
)

CREATE TABLE lims_run (
	number TEXT NOT NULL, 
	method_id TEXT NOT NULL, 
	instrument TEXT NOT NULL, 
	analyst_id TEXT NOT NULL, 
	state TEXT NOT NULL, 
	test_ids TEXT NOT NULL, 
	materials TEXT NOT NULL, 
	pinned TEXT NOT NULL, 
	document_digest TEXT, 
	raw_file_id TEXT, 
	injections TEXT NOT NULL, 
	suitability TEXT NOT NULL, 
	findings TEXT NOT NULL, 
	instrument_trail TEXT NOT NULL, 
	started_at BIGINT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_lims_run PRIMARY KEY (id), 
	CONSTRAINT uq_lims_run_number UNIQUE (number)
)

CREATE TABLE lims_sample (
	number TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	state TEXT NOT NULL, 
	parent_id TEXT, 
	batch_id TEXT, 
	lot_id TEXT, 
	point TEXT NOT NULL, 
	location TEXT NOT NULL, 
	planned_at BIGINT, 
	sampled_at BIGINT, 
	sampled_by TEXT, 
	received_at BIGINT, 
	plan_id TEXT, 
	specification_id TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_lims_sample PRIMARY KEY (id), 
	CONSTRAINT uq_lims_sample_number UNIQUE (number)
)

CREATE TABLE lims_submission (
	machine TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	content TEXT NOT NULL, 
	sample_id TEXT NOT NULL, 
	measured_at BIGINT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_lims_submission PRIMARY KEY (id), 
	CONSTRAINT uq_lims_submission_machine UNIQUE (machine, "key")
)

CREATE TABLE lims_test (
	number TEXT NOT NULL, 
	sample_id TEXT NOT NULL, 
	batch_id TEXT, 
	analysis TEXT NOT NULL, 
	method_id TEXT NOT NULL, 
	specification_id TEXT, 
	kind TEXT NOT NULL, 
	state TEXT NOT NULL, 
	run_id TEXT, 
	redetermines_id TEXT, 
	investigation_id TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_lims_test PRIMARY KEY (id), 
	CONSTRAINT uq_lims_test_number UNIQUE (number)
)

CREATE TABLE material_container (
	code TEXT NOT NULL, 
	lot_id TEXT NOT NULL, 
	quantity TEXT NOT NULL, 
	location TEXT NOT NULL, 
	state TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_material_container PRIMARY KEY (id), 
	CONSTRAINT uq_material_container_code UNIQUE (code)
)

CREATE TABLE material_definition (
	code TEXT NOT NULL, 
	title TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	unit TEXT NOT NULL, 
	needs TEXT NOT NULL, 
	disposed_by TEXT NOT NULL, 
	specification TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_material_definition PRIMARY KEY (id), 
	CONSTRAINT uq_material_definition_code UNIQUE (code)
)

CREATE TABLE material_genealogy (
	"key" TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	source_type TEXT NOT NULL, 
	source_id TEXT NOT NULL, 
	target_type TEXT NOT NULL, 
	target_id TEXT NOT NULL, 
	quantity TEXT, 
	unit TEXT, 
	happened_at BIGINT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_material_genealogy PRIMARY KEY (id), 
	CONSTRAINT uq_material_genealogy_key UNIQUE ("key")
)

CREATE TABLE material_lot (
	number TEXT NOT NULL, 
	definition_id TEXT NOT NULL, 
	supplier TEXT NOT NULL, 
	supplier_lot TEXT NOT NULL, 
	quantity TEXT NOT NULL, 
	remaining TEXT NOT NULL, 
	unit TEXT NOT NULL, 
	expires_on TEXT, 
	received_at BIGINT, 
	usage TEXT NOT NULL, 
	disposition TEXT NOT NULL, 
	disposition_reason TEXT, 
	disposition_signature TEXT, 
	certificate_digest TEXT, 
	certificate_name TEXT, 
	batch_id TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_material_lot PRIMARY KEY (id), 
	CONSTRAINT uq_material_lot_number UNIQUE (number)
)

CREATE TABLE mes_adjustment (
	proposal_id TEXT NOT NULL, 
	batch_id TEXT NOT NULL, 
	signature_id TEXT NOT NULL, 
	tag TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	value TEXT, 
	unit TEXT NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT, 
	command_key TEXT, 
	readback TEXT, 
	applied_at BIGINT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_mes_adjustment PRIMARY KEY (id), 
	CONSTRAINT uq_mes_adjustment_proposal_id UNIQUE (proposal_id, tag)
)

CREATE TABLE mes_allocation (
	"key" TEXT NOT NULL, 
	batch_id TEXT NOT NULL, 
	path TEXT NOT NULL, 
	symbol TEXT NOT NULL, 
	equipment TEXT NOT NULL, 
	state TEXT NOT NULL, 
	priority INTEGER NOT NULL, 
	requested_at BIGINT NOT NULL, 
	granted_at BIGINT, 
	released_at BIGINT, 
	reasons TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_mes_allocation PRIMARY KEY (id), 
	CONSTRAINT uq_mes_allocation_key UNIQUE ("key"), 
	CONSTRAINT fk_mes_allocation_batch_id FOREIGN KEY(batch_id) REFERENCES mes_batch (id)
)

CREATE TABLE mes_batch (
	number TEXT NOT NULL, 
	order_id TEXT NOT NULL, 
	recipe_id TEXT NOT NULL, 
	control_recipe_id TEXT NOT NULL, 
	product TEXT NOT NULL, 
	equipment TEXT NOT NULL, 
	execution TEXT NOT NULL, 
	semantics INTEGER NOT NULL, 
	simulated BOOLEAN NOT NULL, 
	started_at BIGINT, 
	ended_at BIGINT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_mes_batch PRIMARY KEY (id), 
	CONSTRAINT uq_mes_batch_number UNIQUE (number), 
	CONSTRAINT fk_mes_batch_order_id FOREIGN KEY(order_id) REFERENCES mes_order (id), 
	CONSTRAINT fk_mes_batch_recipe_id FOREIGN KEY(recipe_id) REFERENCES mes_recipe (id), 
	CONSTRAINT fk_mes_batch_control_recipe_id FOREIGN KEY(control_recipe_id) REFERENCES mes_control_recipe (id)
)

CREATE TABLE mes_charge (
	batch_id TEXT NOT NULL, 
	task_id TEXT NOT NULL, 
	direction TEXT NOT NULL, 
	material TEXT NOT NULL, 
	lot_id TEXT NOT NULL, 
	lot_number TEXT NOT NULL, 
	quantity TEXT, 
	unit TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_mes_charge PRIMARY KEY (id), 
	CONSTRAINT fk_mes_charge_batch_id FOREIGN KEY(batch_id) REFERENCES mes_batch (id), 
	CONSTRAINT fk_mes_charge_task_id FOREIGN KEY(task_id) REFERENCES mes_task (id)
)

CREATE TABLE mes_control_recipe (
	recipe_id TEXT NOT NULL, 
	content TEXT NOT NULL, 
	content_digest TEXT NOT NULL, 
	bindings TEXT NOT NULL, 
	formula TEXT NOT NULL, 
	snapshot_digest TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_mes_control_recipe PRIMARY KEY (id), 
	CONSTRAINT fk_mes_control_recipe_recipe_id FOREIGN KEY(recipe_id) REFERENCES mes_recipe (id)
)

CREATE TABLE mes_heartbeat (
	name TEXT NOT NULL, 
	server_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_mes_heartbeat PRIMARY KEY (name)
)

CREATE TABLE mes_journal (
	batch_id TEXT NOT NULL, 
	sequence INTEGER NOT NULL, 
	type TEXT NOT NULL, 
	path TEXT, 
	event TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_mes_journal PRIMARY KEY (id), 
	CONSTRAINT uq_mes_journal_batch_id UNIQUE (batch_id, sequence), 
	CONSTRAINT fk_mes_journal_batch_id FOREIGN KEY(batch_id) REFERENCES mes_batch (id)
)

CREATE TABLE mes_order (
	number TEXT NOT NULL, 
	recipe_code TEXT NOT NULL, 
	product TEXT NOT NULL, 
	quantity TEXT, 
	unit TEXT, 
	priority INTEGER NOT NULL, 
	planned_start BIGINT, 
	state TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_mes_order PRIMARY KEY (id), 
	CONSTRAINT uq_mes_order_number UNIQUE (number)
)

CREATE TABLE mes_recipe (
	code TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	title TEXT NOT NULL, 
	product TEXT NOT NULL, 
	state TEXT NOT NULL, 
	content TEXT NOT NULL, 
	content_digest TEXT NOT NULL, 
	source_digest TEXT NOT NULL, 
	warnings TEXT NOT NULL, 
	submitted_by TEXT NOT NULL, 
	author_id TEXT, 
	checker_id TEXT, 
	approver_id TEXT, 
	effective_at BIGINT, 
	state_reason TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_mes_recipe PRIMARY KEY (id), 
	CONSTRAINT uq_mes_recipe_code UNIQUE (code, number)
)

CREATE TABLE mes_sample (
	"key" TEXT NOT NULL, 
	batch_id TEXT NOT NULL, 
	path TEXT NOT NULL, 
	sample_id TEXT NOT NULL, 
	number TEXT NOT NULL, 
	"plan" TEXT NOT NULL, 
	label TEXT NOT NULL, 
	drawn_at BIGINT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_mes_sample PRIMARY KEY (id), 
	CONSTRAINT uq_mes_sample_key UNIQUE ("key"), 
	CONSTRAINT fk_mes_sample_batch_id FOREIGN KEY(batch_id) REFERENCES mes_batch (id)
)

CREATE TABLE mes_task (
	"key" TEXT NOT NULL, 
	batch_id TEXT NOT NULL, 
	path TEXT NOT NULL, 
	unit_code TEXT NOT NULL, 
	title TEXT NOT NULL, 
	role TEXT NOT NULL, 
	form TEXT NOT NULL, 
	state TEXT NOT NULL, 
	offered_at BIGINT NOT NULL, 
	entered_by TEXT, 
	entered_at BIGINT, 
	comment TEXT, 
	lot_number TEXT, 
	witness_signature_id TEXT, 
	accepted_at BIGINT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_mes_task PRIMARY KEY (id), 
	CONSTRAINT uq_mes_task_key UNIQUE ("key"), 
	CONSTRAINT fk_mes_task_batch_id FOREIGN KEY(batch_id) REFERENCES mes_batch (id)
)

CREATE TABLE mes_task_entry (
	task_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	revision INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	value TEXT, 
	unit TEXT, 
	low TEXT, 
	high TEXT, 
	inside BOOLEAN, 
	entered_by TEXT NOT NULL, 
	reason TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_mes_task_entry PRIMARY KEY (id), 
	CONSTRAINT uq_mes_task_entry_task_id UNIQUE (task_id, name, revision), 
	CONSTRAINT fk_mes_task_entry_task_id FOREIGN KEY(task_id) REFERENCES mes_task (id)
)

CREATE TABLE quality_audit_trail_review (
	number TEXT NOT NULL, 
	subject_type TEXT NOT NULL, 
	subject_id TEXT NOT NULL, 
	subject_name TEXT NOT NULL, 
	batch_id TEXT, 
	period_from BIGINT, 
	period_to BIGINT, 
	from_seq BIGINT NOT NULL, 
	upto_seq BIGINT NOT NULL, 
	entries INTEGER NOT NULL, 
	population TEXT NOT NULL, 
	ruleset_version INTEGER NOT NULL, 
	ruleset_digest TEXT NOT NULL, 
	seed BIGINT NOT NULL, 
	sampled TEXT NOT NULL, 
	flagged TEXT NOT NULL, 
	opened_at BIGINT NOT NULL, 
	due_at BIGINT NOT NULL, 
	state TEXT NOT NULL, 
	outcome TEXT, 
	comment TEXT, 
	reviewer_id TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_quality_audit_trail_review PRIMARY KEY (id), 
	CONSTRAINT uq_quality_audit_trail_review_number UNIQUE (number)
)

CREATE TABLE quality_deviation (
	number TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	title TEXT NOT NULL, 
	description TEXT NOT NULL, 
	batch_id TEXT, 
	exception_ids TEXT NOT NULL, 
	state TEXT NOT NULL, 
	classification TEXT, 
	root_cause TEXT, 
	product_impact TEXT, 
	corrective_action TEXT, 
	investigator_id TEXT, 
	closed_at BIGINT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_quality_deviation PRIMARY KEY (id), 
	CONSTRAINT uq_quality_deviation_number UNIQUE (number), 
	CONSTRAINT uq_quality_deviation_key UNIQUE ("key")
)

CREATE TABLE quality_disposition (
	batch_id TEXT NOT NULL, 
	batch_number TEXT NOT NULL, 
	state TEXT NOT NULL, 
	coverage TEXT NOT NULL, 
	decided_at BIGINT, 
	signature_id TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_quality_disposition PRIMARY KEY (id), 
	CONSTRAINT uq_quality_disposition_batch_id UNIQUE (batch_id)
)

CREATE TABLE quality_exception (
	number TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	severity TEXT NOT NULL, 
	title TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	batch_id TEXT, 
	subject_type TEXT NOT NULL, 
	subject_id TEXT NOT NULL, 
	evidence TEXT NOT NULL, 
	state TEXT NOT NULL, 
	disposition TEXT, 
	comment TEXT, 
	deviation_id TEXT, 
	signature_id TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_quality_exception PRIMARY KEY (id), 
	CONSTRAINT uq_quality_exception_number UNIQUE (number), 
	CONSTRAINT uq_quality_exception_key UNIQUE ("key")
)

CREATE TABLE quality_trail_look (
	review_id TEXT NOT NULL, 
	entry_id TEXT NOT NULL, 
	verdict TEXT NOT NULL, 
	note TEXT NOT NULL, 
	person_id TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_quality_trail_look PRIMARY KEY (id)
)

CREATE TABLE quality_trail_settings (
	number INTEGER NOT NULL, 
	settings TEXT NOT NULL, 
	set_by TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_quality_trail_settings PRIMARY KEY (id), 
	CONSTRAINT uq_quality_trail_settings_number UNIQUE (number)
)

CREATE TABLE record_access_event (
	kind TEXT NOT NULL, 
	username TEXT NOT NULL, 
	person_id TEXT, 
	remote TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_access_event PRIMARY KEY (id)
)

CREATE TABLE record_access_policy (
	minimum_length INTEGER NOT NULL, 
	max_age_days INTEGER NOT NULL, 
	history INTEGER NOT NULL, 
	temporary_passwords BOOLEAN NOT NULL, 
	max_failures INTEGER NOT NULL, 
	idle_minutes INTEGER NOT NULL, 
	session_minutes INTEGER NOT NULL, 
	max_sessions INTEGER NOT NULL, 
	factor_roles TEXT NOT NULL, 
	factor_meanings TEXT NOT NULL, 
	factor_robots BOOLEAN NOT NULL, 
	proof_minutes INTEGER NOT NULL, 
	recertify_days INTEGER NOT NULL, 
	delegation_days INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_access_policy PRIMARY KEY (id)
)

CREATE TABLE record_access_review (
	number TEXT NOT NULL, 
	person_id TEXT NOT NULL, 
	state TEXT NOT NULL, 
	title TEXT NOT NULL, 
	roles TEXT NOT NULL, 
	opened_at BIGINT NOT NULL, 
	due_at BIGINT NOT NULL, 
	overdue_at BIGINT, 
	decisions TEXT, 
	decided_at BIGINT, 
	decided_by TEXT, 
	signature_id TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_access_review PRIMARY KEY (id), 
	CONSTRAINT uq_record_access_review_number UNIQUE (number)
)

CREATE TABLE record_backup (
	file_name TEXT NOT NULL, 
	place TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	size BIGINT NOT NULL, 
	tree_size BIGINT NOT NULL, 
	root TEXT NOT NULL, 
	encrypted TEXT NOT NULL, 
	keys TEXT NOT NULL, 
	taken_at BIGINT NOT NULL, 
	seconds TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_backup PRIMARY KEY (id), 
	CONSTRAINT uq_record_backup_digest UNIQUE (digest)
)

CREATE TABLE record_challenge (
	digest TEXT NOT NULL, 
	purpose TEXT NOT NULL, 
	bound_to TEXT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_challenge PRIMARY KEY (digest)
)

CREATE TABLE record_clock_step (
	stood_at BIGINT NOT NULL, 
	went_to BIGINT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_clock_step PRIMARY KEY (id)
)

CREATE TABLE record_competency_needed (
	verb TEXT NOT NULL, 
	competency TEXT NOT NULL, 
	active BOOLEAN NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_competency_needed PRIMARY KEY (id), 
	CONSTRAINT uq_record_competency_needed_verb UNIQUE (verb, competency)
)

CREATE TABLE record_content (
	digest TEXT NOT NULL, 
	size BIGINT NOT NULL, 
	media_type TEXT NOT NULL, 
	origin TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_content PRIMARY KEY (id), 
	CONSTRAINT uq_record_content_digest UNIQUE (digest)
)

CREATE TABLE record_counter (
	series TEXT NOT NULL, 
	last INTEGER NOT NULL, 
	CONSTRAINT pk_record_counter PRIMARY KEY (series)
)

CREATE TABLE record_credential (
	owner_id TEXT NOT NULL, 
	owner_type TEXT NOT NULL, 
	secret TEXT NOT NULL, 
	CONSTRAINT pk_record_credential PRIMARY KEY (owner_id), 
	CONSTRAINT uq_record_credential_secret UNIQUE (secret)
)

CREATE TABLE record_delegation (
	from_id TEXT NOT NULL, 
	to_id TEXT NOT NULL, 
	role TEXT, 
	verbs TEXT NOT NULL, 
	begins_at BIGINT NOT NULL, 
	ends_at BIGINT NOT NULL, 
	reason TEXT NOT NULL, 
	given_by TEXT NOT NULL, 
	revoked_at BIGINT, 
	revoked_by TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_delegation PRIMARY KEY (id)
)

CREATE TABLE record_document_cert (
	fingerprint TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	issuer TEXT NOT NULL, 
	not_before BIGINT NOT NULL, 
	not_after BIGINT NOT NULL, 
	origin TEXT NOT NULL, 
	chain TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_document_cert PRIMARY KEY (id), 
	CONSTRAINT uq_record_document_cert_fingerprint UNIQUE (fingerprint)
)

CREATE TABLE record_drill (
	backup_digest TEXT NOT NULL, 
	file_name TEXT NOT NULL, 
	performed_by TEXT NOT NULL, 
	started_at BIGINT NOT NULL, 
	seconds TEXT NOT NULL, 
	holds BOOLEAN NOT NULL, 
	verdict TEXT NOT NULL, 
	tree_size BIGINT NOT NULL, 
	files INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_drill PRIMARY KEY (id)
)

CREATE TABLE record_duty_conflict (
	"key" TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	person_id TEXT NOT NULL, 
	record_type TEXT NOT NULL, 
	record_id TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	found_at BIGINT NOT NULL, 
	gone_at BIGINT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_duty_conflict PRIMARY KEY (id), 
	CONSTRAINT uq_record_duty_conflict_key UNIQUE ("key")
)

CREATE TABLE record_earlier_password (
	person_id TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	secret TEXT NOT NULL, 
	mac TEXT NOT NULL, 
	CONSTRAINT pk_record_earlier_password PRIMARY KEY (person_id, number)
)

CREATE TABLE record_edge (
	name TEXT NOT NULL, 
	scopes TEXT NOT NULL, 
	certificate_days INTEGER NOT NULL, 
	invited_at BIGINT NOT NULL, 
	invited_by TEXT NOT NULL, 
	invite_count INTEGER NOT NULL, 
	code_ends_at BIGINT NOT NULL, 
	key_digest TEXT, 
	enrolled_at BIGINT, 
	revoked_at BIGINT, 
	credential_mac TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_edge PRIMARY KEY (id), 
	CONSTRAINT uq_record_edge_name UNIQUE (name)
)

CREATE TABLE record_edge_certificate (
	edge_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	scopes TEXT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	serial TEXT NOT NULL, 
	key_digest TEXT NOT NULL, 
	issued_at BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	revoked_at BIGINT, 
	credential_mac TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_edge_certificate PRIMARY KEY (id), 
	CONSTRAINT uq_record_edge_certificate_fingerprint UNIQUE (fingerprint)
)

CREATE TABLE record_export (
	subject_type TEXT NOT NULL, 
	subject_id TEXT NOT NULL, 
	title TEXT NOT NULL, 
	records TEXT NOT NULL, 
	files TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_export PRIMARY KEY (id)
)

CREATE TABLE record_factor (
	person_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	handle TEXT, 
	realm TEXT, 
	added_at BIGINT NOT NULL, 
	confirmed_at BIGINT, 
	used_at BIGINT, 
	counter INTEGER NOT NULL, 
	removed_at BIGINT, 
	removed_because TEXT, 
	credential_mac TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_factor PRIMARY KEY (id), 
	CONSTRAINT uq_record_factor_handle UNIQUE (handle)
)

CREATE TABLE record_hold (
	subject_type TEXT NOT NULL, 
	subject_id TEXT NOT NULL, 
	subject_name TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	placed_at BIGINT NOT NULL, 
	placed_by TEXT NOT NULL, 
	lifted_at BIGINT, 
	lifted_by TEXT, 
	lifted_because TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_hold PRIMARY KEY (id)
)

CREATE TABLE record_installation (
	name TEXT NOT NULL, 
	site TEXT NOT NULL, 
	simulated BOOLEAN NOT NULL, 
	demo BOOLEAN NOT NULL, 
	process_origin BIGINT, 
	process_rate TEXT, 
	created_at BIGINT NOT NULL, 
	time_zone TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_installation PRIMARY KEY (id)
)

CREATE TABLE record_ledger_key (
	role TEXT NOT NULL, 
	name TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	verifier TEXT NOT NULL, 
	from_size INTEGER NOT NULL, 
	until_size INTEGER, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_ledger_key PRIMARY KEY (id), 
	CONSTRAINT uq_record_ledger_key_verifier UNIQUE (verifier)
)

CREATE TABLE record_machine_token (
	name TEXT NOT NULL, 
	scopes TEXT NOT NULL, 
	host TEXT, 
	issued_at BIGINT NOT NULL, 
	issued_by TEXT NOT NULL, 
	expires_at BIGINT, 
	issue_count INTEGER NOT NULL, 
	credential_mac TEXT NOT NULL, 
	revoked_at BIGINT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_machine_token PRIMARY KEY (id), 
	CONSTRAINT uq_record_machine_token_name UNIQUE (name)
)

CREATE TABLE record_outbox (
	position INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	id TEXT NOT NULL, 
	topic TEXT NOT NULL, 
	record_type TEXT NOT NULL, 
	record_id TEXT NOT NULL, 
	payload TEXT NOT NULL, 
	entry_seq INTEGER NOT NULL, 
	signed BOOLEAN NOT NULL, 
	occurred_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT uq_record_outbox_id UNIQUE (id)
)

CREATE TABLE record_outbox_cursor (
	subscriber TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_record_outbox_cursor PRIMARY KEY (subscriber)
)

CREATE TABLE record_person (
	username TEXT NOT NULL, 
	full_name TEXT NOT NULL, 
	active BOOLEAN NOT NULL, 
	password_set_at BIGINT NOT NULL, 
	password_set_by TEXT NOT NULL, 
	password_count INTEGER NOT NULL, 
	credential_mac TEXT NOT NULL, 
	failed_attempts INTEGER NOT NULL, 
	locked_at BIGINT, 
	robot_for TEXT, 
	policy_acknowledged_at BIGINT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_person PRIMARY KEY (id), 
	CONSTRAINT uq_record_person_username UNIQUE (username)
)

CREATE TABLE record_policy_ack (
	person_id TEXT NOT NULL, 
	policy_id TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_policy_ack PRIMARY KEY (id), 
	CONSTRAINT uq_record_policy_ack_person_id UNIQUE (person_id, policy_id)
)

CREATE TABLE record_policy_text (
	number INTEGER NOT NULL, 
	title TEXT NOT NULL, 
	text TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	effective_from BIGINT NOT NULL, 
	issued_by TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_policy_text PRIMARY KEY (id), 
	CONSTRAINT uq_record_policy_text_number UNIQUE (number)
)

CREATE TABLE record_provider_link (
	issuer TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	person_id TEXT NOT NULL, 
	linked_because TEXT NOT NULL, 
	active BOOLEAN NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_provider_link PRIMARY KEY (id), 
	CONSTRAINT uq_record_provider_link_issuer UNIQUE (issuer, subject, person_id)
)

CREATE TABLE record_provider_log_in (
	state_hash TEXT NOT NULL, 
	browser_hash TEXT NOT NULL, 
	nonce TEXT NOT NULL, 
	verifier TEXT NOT NULL, 
	begun_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_provider_log_in PRIMARY KEY (state_hash)
)

CREATE TABLE record_restore (
	backup_digest TEXT NOT NULL, 
	file_name TEXT NOT NULL, 
	tree_size BIGINT NOT NULL, 
	root TEXT NOT NULL, 
	witnessed_size BIGINT, 
	witnessed_root TEXT, 
	lost BIGINT, 
	statement TEXT NOT NULL, 
	accepted_by TEXT NOT NULL, 
	restored_at BIGINT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_restore PRIMARY KEY (id)
)

CREATE TABLE record_retention (
	record_type TEXT NOT NULL, 
	years INTEGER NOT NULL, 
	start TEXT NOT NULL, 
	basis TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_retention PRIMARY KEY (id), 
	CONSTRAINT uq_record_retention_record_type UNIQUE (record_type)
)

CREATE TABLE record_rights_search (
	rules_digest TEXT NOT NULL, 
	rules_count INTEGER NOT NULL, 
	people INTEGER NOT NULL, 
	found INTEGER NOT NULL, 
	gone INTEGER NOT NULL, 
	standing INTEGER NOT NULL, 
	searched_at BIGINT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_rights_search PRIMARY KEY (id)
)

CREATE TABLE record_role_assignment (
	person_id TEXT NOT NULL, 
	role TEXT NOT NULL, 
	active BOOLEAN NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_role_assignment PRIMARY KEY (id), 
	CONSTRAINT uq_record_role_assignment_person_id UNIQUE (person_id, role)
)

CREATE TABLE record_schema (
	revision TEXT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_schema PRIMARY KEY (id)
)

CREATE TABLE record_session (
	person_id TEXT NOT NULL, 
	credential_mac TEXT NOT NULL, 
	remote TEXT NOT NULL, 
	factors TEXT NOT NULL, 
	terminal_id TEXT, 
	limited_to TEXT, 
	started_at BIGINT NOT NULL, 
	ends_at BIGINT NOT NULL, 
	idle_minutes INTEGER NOT NULL, 
	ended_at BIGINT, 
	ended_because TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_session PRIMARY KEY (id)
)

CREATE TABLE record_session_seen (
	session_id TEXT NOT NULL, 
	seen_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_session_seen PRIMARY KEY (session_id)
)

CREATE TABLE record_signature (
	record_type TEXT NOT NULL, 
	record_id TEXT NOT NULL, 
	record_version INTEGER NOT NULL, 
	meaning TEXT NOT NULL, 
	title TEXT NOT NULL, 
	content TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	person_id TEXT NOT NULL, 
	printed_name TEXT NOT NULL, 
	robot BOOLEAN NOT NULL, 
	session_id TEXT, 
	signed_at BIGINT NOT NULL, 
	time_zone TEXT NOT NULL, 
	binding TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_signature PRIMARY KEY (id)
)

CREATE TABLE record_terminal (
	name TEXT NOT NULL, 
	place TEXT NOT NULL, 
	registered_at BIGINT NOT NULL, 
	registered_by TEXT NOT NULL, 
	revoked_at BIGINT, 
	credential_mac TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_terminal PRIMARY KEY (id), 
	CONSTRAINT uq_record_terminal_name UNIQUE (name)
)

CREATE TABLE record_token_use (
	token_id TEXT NOT NULL, 
	used_at BIGINT NOT NULL, 
	remote TEXT NOT NULL, 
	CONSTRAINT pk_record_token_use PRIMARY KEY (token_id)
)

CREATE TABLE record_training (
	person_id TEXT NOT NULL, 
	competency TEXT NOT NULL, 
	document TEXT NOT NULL, 
	trained_at BIGINT NOT NULL, 
	expires_at BIGINT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_training PRIMARY KEY (id)
)

CREATE TABLE record_watched_ledger (
	origin TEXT NOT NULL, 
	verifiers TEXT NOT NULL, 
	active BOOLEAN NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_watched_ledger PRIMARY KEY (id), 
	CONSTRAINT uq_record_watched_ledger_origin UNIQUE (origin)
)

CREATE TABLE record_witness_policy (
	required TEXT NOT NULL, 
	quorum INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_record_witness_policy PRIMARY KEY (id)
)

CREATE TABLE systems_copy (
	source_id TEXT NOT NULL, 
	import_id TEXT NOT NULL, 
	system TEXT NOT NULL, 
	record_type TEXT NOT NULL, 
	source_key TEXT NOT NULL, 
	revision INTEGER NOT NULL, 
	source_version TEXT, 
	source_time BIGINT, 
	"row" TEXT NOT NULL, 
	row_digest TEXT NOT NULL, 
	fields TEXT NOT NULL, 
	raw_digest TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_systems_copy PRIMARY KEY (id), 
	CONSTRAINT uq_systems_copy_source_id UNIQUE (source_id, source_key, revision)
)

CREATE TABLE systems_declaration (
	number TEXT NOT NULL, 
	record_type TEXT NOT NULL, 
	system TEXT NOT NULL, 
	site TEXT NOT NULL, 
	materials TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	reason TEXT NOT NULL, 
	author_id TEXT NOT NULL, 
	state TEXT NOT NULL, 
	approved_at BIGINT, 
	signature_id TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_systems_declaration PRIMARY KEY (id), 
	CONSTRAINT uq_systems_declaration_number UNIQUE (number)
)

CREATE TABLE systems_import (
	number TEXT NOT NULL, 
	source_id TEXT NOT NULL, 
	revision INTEGER NOT NULL, 
	legacy BOOLEAN NOT NULL, 
	read_at BIGINT NOT NULL, 
	parts TEXT NOT NULL, 
	counts TEXT NOT NULL, 
	ignored TEXT NOT NULL, 
	taken_by TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_systems_import PRIMARY KEY (id), 
	CONSTRAINT uq_systems_import_number UNIQUE (number)
)

CREATE TABLE systems_quarantine (
	source_id TEXT NOT NULL, 
	import_id TEXT NOT NULL, 
	source_key TEXT, 
	"row" TEXT NOT NULL, 
	row_digest TEXT NOT NULL, 
	raw_digest TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	why TEXT NOT NULL, 
	state TEXT NOT NULL, 
	comment TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_systems_quarantine PRIMARY KEY (id)
)

CREATE TABLE systems_reconciliation (
	number TEXT NOT NULL, 
	source_id TEXT NOT NULL, 
	ran_at BIGINT NOT NULL, 
	outcome TEXT NOT NULL, 
	why TEXT NOT NULL, 
	periods TEXT NOT NULL, 
	difference_count INTEGER NOT NULL, 
	differences TEXT NOT NULL, 
	ran_by TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_systems_reconciliation PRIMARY KEY (id), 
	CONSTRAINT uq_systems_reconciliation_number UNIQUE (number)
)

CREATE TABLE systems_source (
	name TEXT NOT NULL, 
	system TEXT NOT NULL, 
	record_type TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	settings TEXT NOT NULL, 
	mapping TEXT NOT NULL, 
	secret TEXT, 
	legacy BOOLEAN NOT NULL, 
	revision INTEGER NOT NULL, 
	author_id TEXT NOT NULL, 
	state TEXT NOT NULL, 
	signature_id TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_systems_source PRIMARY KEY (id), 
	CONSTRAINT uq_systems_source_name UNIQUE (name)
)

CREATE TABLE systems_verification (
	number TEXT NOT NULL, 
	source_id TEXT NOT NULL, 
	import_id TEXT NOT NULL, 
	made_at BIGINT NOT NULL, 
	made_by TEXT NOT NULL, 
	seed BIGINT NOT NULL, 
	report TEXT NOT NULL, 
	state TEXT NOT NULL, 
	signature_id TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_systems_verification PRIMARY KEY (id), 
	CONSTRAINT uq_systems_verification_number UNIQUE (number)
)

CREATE TABLE twin_definition (
	number TEXT NOT NULL, 
	equipment TEXT NOT NULL, 
	model_id TEXT NOT NULL, 
	title TEXT NOT NULL, 
	state TEXT NOT NULL, 
	settings TEXT NOT NULL, 
	settings_digest TEXT NOT NULL, 
	defined_by TEXT NOT NULL, 
	commissioned_signature_id TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_twin_definition PRIMARY KEY (id), 
	CONSTRAINT uq_twin_definition_number UNIQUE (number), 
	CONSTRAINT fk_twin_definition_model_id FOREIGN KEY(model_id) REFERENCES twin_model (id)
)

CREATE TABLE twin_hour (
	instance_id TEXT NOT NULL, 
	hour INTEGER NOT NULL, 
	revision INTEGER NOT NULL, 
	taken_at BIGINT NOT NULL, 
	arrived_at BIGINT NOT NULL, 
	inputs TEXT NOT NULL, 
	measured TEXT NOT NULL, 
	quality TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_twin_hour PRIMARY KEY (id), 
	CONSTRAINT uq_twin_hour_instance_id UNIQUE (instance_id, hour, revision), 
	CONSTRAINT fk_twin_hour_instance_id FOREIGN KEY(instance_id) REFERENCES twin_instance (id)
)

CREATE TABLE twin_instance (
	number TEXT NOT NULL, 
	definition_id TEXT NOT NULL, 
	model_id TEXT NOT NULL, 
	batch_id TEXT NOT NULL, 
	batch_number TEXT NOT NULL, 
	equipment TEXT NOT NULL, 
	state TEXT NOT NULL, 
	reasons TEXT NOT NULL, 
	started_at BIGINT, 
	start_volume TEXT, 
	frozen_at BIGINT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_twin_instance PRIMARY KEY (id), 
	CONSTRAINT uq_twin_instance_definition_id UNIQUE (definition_id, batch_id), 
	CONSTRAINT uq_twin_instance_number UNIQUE (number), 
	CONSTRAINT fk_twin_instance_definition_id FOREIGN KEY(definition_id) REFERENCES twin_definition (id), 
	CONSTRAINT fk_twin_instance_model_id FOREIGN KEY(model_id) REFERENCES twin_model (id)
)

CREATE TABLE twin_measurement (
	instance_id TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	revision INTEGER NOT NULL, 
	output TEXT NOT NULL, 
	value TEXT, 
	unit TEXT NOT NULL, 
	sd TEXT NOT NULL, 
	status TEXT NOT NULL, 
	sampled_at BIGINT NOT NULL, 
	arrived_at BIGINT NOT NULL, 
	source_type TEXT NOT NULL, 
	source_id TEXT NOT NULL, 
	sample_number TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_twin_measurement PRIMARY KEY (id), 
	CONSTRAINT uq_twin_measurement_instance_id UNIQUE (instance_id, "key", revision), 
	CONSTRAINT fk_twin_measurement_instance_id FOREIGN KEY(instance_id) REFERENCES twin_instance (id)
)

CREATE TABLE twin_model (
	code TEXT NOT NULL, 
	release TEXT NOT NULL, 
	title TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	content_digest TEXT NOT NULL, 
	validity TEXT NOT NULL, 
	intended_use TEXT NOT NULL, 
	spec TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_twin_model PRIMARY KEY (id), 
	CONSTRAINT uq_twin_model_code UNIQUE (code, digest)
)

CREATE TABLE twin_outlook (
	number TEXT NOT NULL, 
	instance_id TEXT NOT NULL, 
	batch_id TEXT NOT NULL, 
	batch_number TEXT NOT NULL, 
	alert_id TEXT NOT NULL, 
	alert_number TEXT NOT NULL, 
	alert_title TEXT NOT NULL, 
	raised_at BIGINT NOT NULL, 
	hour INTEGER NOT NULL, 
	horizon_h INTEGER NOT NULL, 
	twin_state TEXT NOT NULL, 
	twin_reasons TEXT NOT NULL, 
	delivered TEXT NOT NULL, 
	figures TEXT NOT NULL, 
	sentence TEXT NOT NULL, 
	refused_because TEXT, 
	scenarios TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_twin_outlook PRIMARY KEY (id), 
	CONSTRAINT uq_twin_outlook_number UNIQUE (number), 
	CONSTRAINT fk_twin_outlook_instance_id FOREIGN KEY(instance_id) REFERENCES twin_instance (id), 
	CONSTRAINT uq_twin_outlook_alert_id UNIQUE (alert_id)
)

CREATE TABLE twin_proposal (
	number TEXT NOT NULL, 
	instance_id TEXT NOT NULL, 
	batch_id TEXT NOT NULL, 
	batch_number TEXT NOT NULL, 
	state TEXT NOT NULL, 
	title TEXT NOT NULL, 
	rationale TEXT NOT NULL, 
	author_id TEXT NOT NULL, 
	author_kind TEXT NOT NULL, 
	changes TEXT NOT NULL, 
	predicted TEXT NOT NULL, 
	do_nothing TEXT NOT NULL, 
	fault_cost TEXT NOT NULL, 
	checks TEXT NOT NULL, 
	scenarios TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	compare_hour INTEGER NOT NULL, 
	expires_at BIGINT NOT NULL, 
	submitted_by TEXT, 
	submitted_signature_id TEXT, 
	decided_by TEXT, 
	decided_signature_id TEXT, 
	decided_at BIGINT, 
	state_reason TEXT, 
	applied TEXT NOT NULL, 
	outcome TEXT, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_twin_proposal PRIMARY KEY (id), 
	CONSTRAINT uq_twin_proposal_number UNIQUE (number), 
	CONSTRAINT fk_twin_proposal_instance_id FOREIGN KEY(instance_id) REFERENCES twin_instance (id)
)

CREATE TABLE twin_replay (
	instance_id TEXT NOT NULL, 
	cause TEXT NOT NULL, 
	from_hour INTEGER NOT NULL, 
	to_hour INTEGER NOT NULL, 
	"before" TEXT NOT NULL, 
	"after" TEXT NOT NULL, 
	belief_digest TEXT NOT NULL, 
	known_through TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_twin_replay PRIMARY KEY (id), 
	CONSTRAINT fk_twin_replay_instance_id FOREIGN KEY(instance_id) REFERENCES twin_instance (id)
)

CREATE TABLE twin_scenario (
	number TEXT NOT NULL, 
	instance_id TEXT NOT NULL, 
	title TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	"order" TEXT NOT NULL, 
	order_digest TEXT NOT NULL, 
	hour INTEGER NOT NULL, 
	known_through TEXT NOT NULL, 
	model_digest TEXT NOT NULL, 
	result TEXT NOT NULL, 
	result_digest TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_twin_scenario PRIMARY KEY (id), 
	CONSTRAINT uq_twin_scenario_number UNIQUE (number), 
	CONSTRAINT fk_twin_scenario_instance_id FOREIGN KEY(instance_id) REFERENCES twin_instance (id)
)

CREATE TABLE twin_snapshot (
	instance_id TEXT NOT NULL, 
	hour INTEGER NOT NULL, 
	known_at BIGINT NOT NULL, 
	known_through TEXT NOT NULL, 
	knowledge_digest TEXT NOT NULL, 
	belief_digest TEXT NOT NULL, 
	states TEXT NOT NULL, 
	outputs TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	process_at BIGINT NOT NULL, 
	CONSTRAINT pk_twin_snapshot PRIMARY KEY (id), 
	CONSTRAINT fk_twin_snapshot_instance_id FOREIGN KEY(instance_id) REFERENCES twin_instance (id)
)

CREATE INDEX ix_equipment_alarm_connection ON equipment_alarm (connection)

CREATE INDEX ix_equipment_alarm_event_alarm_id ON equipment_alarm_event (alarm_id)

CREATE INDEX ix_equipment_alarm_event_connection ON equipment_alarm_event (connection)

CREATE INDEX ix_equipment_alarm_event_event_id ON equipment_alarm_event (event_id)

CREATE INDEX ix_equipment_alarm_node_code ON equipment_alarm (node_code)

CREATE INDEX ix_equipment_alarm_source_us ON equipment_alarm (source_us)

CREATE INDEX ix_equipment_alarm_state ON equipment_alarm (state)

CREATE INDEX ix_equipment_calibration_node_id ON equipment_calibration (node_id)

CREATE INDEX ix_equipment_certificate_state ON equipment_certificate (state)

CREATE INDEX ix_equipment_channel_connection_id ON equipment_channel (connection_id)

CREATE INDEX ix_equipment_channel_node_code ON equipment_channel (node_code)

CREATE INDEX ix_equipment_clock_reading_when ON equipment_clock_reading (connection, taken_at)

CREATE INDEX ix_equipment_command_connection ON equipment_command (connection)

CREATE INDEX ix_equipment_command_state ON equipment_command (state)

CREATE INDEX ix_equipment_connection_host ON equipment_connection (host)

CREATE INDEX ix_equipment_context_subject ON equipment_context (subject)

CREATE INDEX ix_equipment_document_connection ON equipment_document (connection)

CREATE INDEX ix_equipment_document_digest ON equipment_document (digest)

CREATE INDEX ix_equipment_gap_connection ON equipment_gap (connection)

CREATE INDEX ix_equipment_gap_from_us ON equipment_gap (from_us)

CREATE INDEX ix_equipment_logbook_batch_id ON equipment_logbook (batch_id)

CREATE INDEX ix_equipment_logbook_node_id ON equipment_logbook (node_id)

CREATE INDEX ix_equipment_node_parent_id ON equipment_node (parent_id)

CREATE INDEX ix_equipment_question_host ON equipment_question (host)

CREATE INDEX ix_equipment_standing_subject_id ON equipment_standing (subject_id)

CREATE INDEX ix_equipment_stream_event_connection ON equipment_stream_event (connection)

CREATE INDEX ix_govern_alcoa_run_ran_at ON govern_alcoa_run (ran_at)

CREATE INDEX ix_historian_kept_retention ON historian_kept (retention)

CREATE INDEX ix_historian_segment_seal_number ON historian_segment (seal_number)

CREATE INDEX ix_historian_segment_start_us ON historian_segment (start_us)

CREATE INDEX ix_insight_alert_batch_id ON insight_alert (batch_id)

CREATE INDEX ix_insight_alert_state ON insight_alert (state)

CREATE INDEX ix_insight_alert_watch_id ON insight_alert (watch_id)

CREATE INDEX ix_insight_block_watch_id ON insight_block (watch_id)

CREATE INDEX ix_insight_deployment_equipment ON insight_deployment (equipment)

CREATE INDEX ix_insight_deployment_model_id ON insight_deployment (model_id)

CREATE INDEX ix_insight_model_artefact_digest ON insight_model (artefact_digest)

CREATE INDEX ix_insight_model_name ON insight_model (name)

CREATE INDEX ix_insight_watch_batch_id ON insight_watch (batch_id)

CREATE INDEX ix_insight_watch_state ON insight_watch (state)

CREATE INDEX ix_ledger_entry_record_id ON ledger_entry (record_id)

CREATE INDEX ix_ledger_entry_record_type ON ledger_entry (record_type, seq)

CREATE INDEX ix_lims_attachment_subject_id ON lims_attachment (subject_id)

CREATE INDEX ix_lims_certificate_batch_id ON lims_certificate (batch_id)

CREATE INDEX ix_lims_certificate_lot_id ON lims_certificate (lot_id)

CREATE INDEX ix_lims_contract_certificate_batch_id ON lims_contract_certificate (batch_id)

CREATE INDEX ix_lims_contract_certificate_sample_id ON lims_contract_certificate (sample_id)

CREATE INDEX ix_lims_design_code ON lims_design (code)

CREATE INDEX ix_lims_evaluation_result_id ON lims_evaluation (result_id)

CREATE INDEX ix_lims_handover_test_id ON lims_handover (test_id)

CREATE INDEX ix_lims_investigation_batch_id ON lims_investigation (batch_id)

CREATE INDEX ix_lims_investigation_test_id ON lims_investigation (test_id)

CREATE INDEX ix_lims_measurement_run_id ON lims_measurement (run_id)

CREATE INDEX ix_lims_measurement_sample_id ON lims_measurement (sample_id)

CREATE INDEX ix_lims_measurement_test_id ON lims_measurement (test_id)

CREATE INDEX ix_lims_panel_request_instrument ON lims_panel_request (instrument)

CREATE INDEX ix_lims_panel_request_sample_id ON lims_panel_request (sample_id)

CREATE INDEX ix_lims_raw_file_digest ON lims_raw_file (digest)

CREATE INDEX ix_lims_result_batch_id ON lims_result (batch_id)

CREATE INDEX ix_lims_result_sample_id ON lims_result (sample_id)

CREATE INDEX ix_lims_sample_batch_id ON lims_sample (batch_id)

CREATE INDEX ix_lims_sample_lot_id ON lims_sample (lot_id)

CREATE INDEX ix_lims_sample_parent_id ON lims_sample (parent_id)

CREATE INDEX ix_lims_submission_sample_id ON lims_submission (sample_id)

CREATE INDEX ix_lims_test_batch_id ON lims_test (batch_id)

CREATE INDEX ix_lims_test_redetermines_id ON lims_test (redetermines_id)

CREATE INDEX ix_lims_test_run_id ON lims_test (run_id)

CREATE INDEX ix_lims_test_sample_id ON lims_test (sample_id)

CREATE INDEX ix_material_container_lot_id ON material_container (lot_id)

CREATE INDEX ix_material_genealogy_source_id ON material_genealogy (source_id)

CREATE INDEX ix_material_genealogy_target_id ON material_genealogy (target_id)

CREATE INDEX ix_material_lot_batch_id ON material_lot (batch_id)

CREATE INDEX ix_material_lot_definition_id ON material_lot (definition_id)

CREATE INDEX ix_mes_adjustment_batch_id ON mes_adjustment (batch_id)

CREATE INDEX ix_mes_adjustment_proposal_id ON mes_adjustment (proposal_id)

CREATE INDEX ix_mes_allocation_batch_id ON mes_allocation (batch_id)

CREATE INDEX ix_mes_allocation_equipment ON mes_allocation (equipment)

CREATE INDEX ix_mes_batch_execution ON mes_batch (execution)

CREATE INDEX ix_mes_charge_batch_id ON mes_charge (batch_id)

CREATE INDEX ix_mes_recipe_code ON mes_recipe (code)

CREATE INDEX ix_mes_sample_batch_id ON mes_sample (batch_id)

CREATE INDEX ix_mes_task_batch_id ON mes_task (batch_id)

CREATE INDEX ix_mes_task_state ON mes_task (state)

CREATE INDEX ix_quality_audit_trail_review_batch_id ON quality_audit_trail_review (batch_id)

CREATE INDEX ix_quality_audit_trail_review_subject_id ON quality_audit_trail_review (subject_id)

CREATE INDEX ix_quality_deviation_batch_id ON quality_deviation (batch_id)

CREATE INDEX ix_quality_exception_batch_id ON quality_exception (batch_id)

CREATE INDEX ix_quality_exception_subject_id ON quality_exception (subject_id)

CREATE INDEX ix_quality_trail_look_review_id ON quality_trail_look (review_id)

CREATE INDEX ix_record_access_review_person_id ON record_access_review (person_id)

CREATE INDEX ix_record_access_review_state ON record_access_review (state)

CREATE INDEX ix_record_delegation_from_id ON record_delegation (from_id)

CREATE INDEX ix_record_delegation_to_id ON record_delegation (to_id)

CREATE INDEX ix_record_duty_conflict_person_id ON record_duty_conflict (person_id)

CREATE INDEX ix_record_edge_certificate_edge_id ON record_edge_certificate (edge_id)

CREATE INDEX ix_record_export_subject_id ON record_export (subject_id)

CREATE INDEX ix_record_factor_person_id ON record_factor (person_id)

CREATE INDEX ix_record_hold_subject_id ON record_hold (subject_id)

CREATE INDEX ix_record_outbox_entry_seq ON record_outbox (entry_seq)

CREATE INDEX ix_record_outbox_topic ON record_outbox (topic)

CREATE INDEX ix_record_policy_ack_person_id ON record_policy_ack (person_id)

CREATE INDEX ix_record_provider_link_person_id ON record_provider_link (person_id)

CREATE INDEX ix_record_provider_log_in_begun_at ON record_provider_log_in (begun_at)

CREATE INDEX ix_record_rights_search_searched_at ON record_rights_search (searched_at)

CREATE INDEX ix_record_role_assignment_person_id ON record_role_assignment (person_id)

CREATE INDEX ix_record_session_person_id ON record_session (person_id)

CREATE INDEX ix_record_signature_person_id ON record_signature (person_id)

CREATE INDEX ix_record_signature_record_id ON record_signature (record_id)

CREATE INDEX ix_record_training_person_id ON record_training (person_id)

CREATE INDEX ix_systems_copy_import_id ON systems_copy (import_id)

CREATE INDEX ix_systems_copy_source_id ON systems_copy (source_id)

CREATE INDEX ix_systems_declaration_record_type ON systems_declaration (record_type)

CREATE INDEX ix_systems_import_source_id ON systems_import (source_id)

CREATE INDEX ix_systems_quarantine_import_id ON systems_quarantine (import_id)

CREATE INDEX ix_systems_quarantine_source_id ON systems_quarantine (source_id)

CREATE INDEX ix_systems_reconciliation_ran_at ON systems_reconciliation (ran_at)

CREATE INDEX ix_systems_reconciliation_source_id ON systems_reconciliation (source_id)

CREATE INDEX ix_systems_verification_import_id ON systems_verification (import_id)

CREATE INDEX ix_systems_verification_source_id ON systems_verification (source_id)

CREATE INDEX ix_twin_definition_equipment ON twin_definition (equipment)

CREATE INDEX ix_twin_definition_state ON twin_definition (state)

CREATE INDEX ix_twin_hour_instance_id ON twin_hour (instance_id)

CREATE INDEX ix_twin_instance_batch_id ON twin_instance (batch_id)

CREATE INDEX ix_twin_instance_state ON twin_instance (state)

CREATE INDEX ix_twin_measurement_instance_id ON twin_measurement (instance_id)

CREATE INDEX ix_twin_model_code ON twin_model (code)

CREATE INDEX ix_twin_outlook_batch_id ON twin_outlook (batch_id)

CREATE INDEX ix_twin_outlook_instance_id ON twin_outlook (instance_id)

CREATE INDEX ix_twin_proposal_batch_id ON twin_proposal (batch_id)

CREATE INDEX ix_twin_proposal_instance_id ON twin_proposal (instance_id)

CREATE INDEX ix_twin_proposal_state ON twin_proposal (state)

CREATE INDEX ix_twin_replay_instance_id ON twin_replay (instance_id)

CREATE INDEX ix_twin_scenario_instance_id ON twin_scenario (instance_id)

CREATE INDEX ix_twin_snapshot_instance_id ON twin_snapshot (instance_id)

CREATE TRIGGER titer_equipment_alarm_delete AFTER DELETE ON equipment_alarm BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: equipment_alarm has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'equipment_alarm'); SELECT RAISE(ABORT, 'titer: equipment_alarm is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'equipment_alarm' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'acked_at' THEN OLD."acked_at" WHEN 'received_at' THEN OLD."received_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('equipment_alarm', OLD.id, OLD.version + 1, json_object('acked',json(CASE OLD."acked" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."acked") END),'acked_at',OLD."acked_at",'acked_by',OLD."acked_by",'active',json(CASE OLD."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."active") END),'active_us',OLD."active_us",'answerable',json(CASE OLD."answerable" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."answerable") END),'branch',OLD."branch",'cleared_us',OLD."cleared_us",'client_user',OLD."client_user",'comment',OLD."comment",'condition',OLD."condition",'confirmed',json(CASE OLD."confirmed" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."confirmed") END),'confirmed_by',OLD."confirmed_by",'connection',OLD."connection",'enabled',json(CASE OLD."enabled" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."enabled") END),'event_id',OLD."event_id",'event_type',OLD."event_type",'id',OLD."id",'key',OLD."key",'message',OLD."message",'name',OLD."name",'node_code',OLD."node_code",'process_at',OLD."process_at",'quality',OLD."quality",'raised',OLD."raised",'received_at',OLD."received_at",'recorded_at',OLD."recorded_at",'retain',json(CASE OLD."retain" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."retain") END),'severity',OLD."severity",'shelving',OLD."shelving",'source',OLD."source",'source_us',OLD."source_us",'state',OLD."state",'tag',OLD."tag",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_equipment_alarm_event_insert AFTER INSERT ON equipment_alarm_event BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('equipment_alarm_event', NEW.id, NEW.version, NULL, json_object('active',json(CASE NEW."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."active") END),'alarm_id',NEW."alarm_id",'by',NEW."by",'comment',NEW."comment",'connection',NEW."connection",'content',NEW."content",'event_id',NEW."event_id",'id',NEW."id",'identity',NEW."identity",'key',NEW."key",'message',NEW."message",'process_at',NEW."process_at",'received_at',NEW."received_at",'recorded_at',NEW."recorded_at",'refreshed',json(CASE NEW."refreshed" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."refreshed") END),'severity',NEW."severity",'source_us',NEW."source_us",'state',NEW."state",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_equipment_alarm_event_no_delete BEFORE DELETE ON equipment_alarm_event BEGIN SELECT RAISE(ABORT, 'titer: equipment_alarm_event is append-only'); END

CREATE TRIGGER titer_equipment_alarm_event_no_update BEFORE UPDATE ON equipment_alarm_event BEGIN SELECT RAISE(ABORT, 'titer: equipment_alarm_event is append-only'); END

CREATE TRIGGER titer_equipment_alarm_insert AFTER INSERT ON equipment_alarm BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('equipment_alarm', NEW.id, NEW.version, NULL, json_object('acked',json(CASE NEW."acked" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."acked") END),'acked_at',NEW."acked_at",'acked_by',NEW."acked_by",'active',json(CASE NEW."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."active") END),'active_us',NEW."active_us",'answerable',json(CASE NEW."answerable" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."answerable") END),'branch',NEW."branch",'cleared_us',NEW."cleared_us",'client_user',NEW."client_user",'comment',NEW."comment",'condition',NEW."condition",'confirmed',json(CASE NEW."confirmed" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."confirmed") END),'confirmed_by',NEW."confirmed_by",'connection',NEW."connection",'enabled',json(CASE NEW."enabled" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."enabled") END),'event_id',NEW."event_id",'event_type',NEW."event_type",'id',NEW."id",'key',NEW."key",'message',NEW."message",'name',NEW."name",'node_code',NEW."node_code",'process_at',NEW."process_at",'quality',NEW."quality",'raised',NEW."raised",'received_at',NEW."received_at",'recorded_at',NEW."recorded_at",'retain',json(CASE NEW."retain" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."retain") END),'severity',NEW."severity",'shelving',NEW."shelving",'source',NEW."source",'source_us',NEW."source_us",'state',NEW."state",'tag',NEW."tag",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_equipment_alarm_update AFTER UPDATE ON equipment_alarm BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: equipment_alarm.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: equipment_alarm.key keeps its first value') WHERE NEW."key" IS NOT OLD."key"; SELECT RAISE(ABORT, 'titer: equipment_alarm.connection keeps its first value') WHERE NEW."connection" IS NOT OLD."connection"; SELECT RAISE(ABORT, 'titer: equipment_alarm.condition keeps its first value') WHERE NEW."condition" IS NOT OLD."condition"; SELECT RAISE(ABORT, 'titer: equipment_alarm.branch keeps its first value') WHERE NEW."branch" IS NOT OLD."branch"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('equipment_alarm', NEW.id, NEW.version, json_object('acked',json(CASE OLD."acked" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."acked") END),'acked_at',OLD."acked_at",'acked_by',OLD."acked_by",'active',json(CASE OLD."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."active") END),'active_us',OLD."active_us",'answerable',json(CASE OLD."answerable" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."answerable") END),'branch',OLD."branch",'cleared_us',OLD."cleared_us",'client_user',OLD."client_user",'comment',OLD."comment",'condition',OLD."condition",'confirmed',json(CASE OLD."confirmed" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."confirmed") END),'confirmed_by',OLD."confirmed_by",'connection',OLD."connection",'enabled',json(CASE OLD."enabled" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."enabled") END),'event_id',OLD."event_id",'event_type',OLD."event_type",'id',OLD."id",'key',OLD."key",'message',OLD."message",'name',OLD."name",'node_code',OLD."node_code",'process_at',OLD."process_at",'quality',OLD."quality",'raised',OLD."raised",'received_at',OLD."received_at",'recorded_at',OLD."recorded_at",'retain',json(CASE OLD."retain" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."retain") END),'severity',OLD."severity",'shelving',OLD."shelving",'source',OLD."source",'source_us',OLD."source_us",'state',OLD."state",'tag',OLD."tag",'version',OLD."version"), json_object('acked',json(CASE NEW."acked" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."acked") END),'acked_at',NEW."acked_at",'acked_by',NEW."acked_by",'active',json(CASE NEW."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."active") END),'active_us',NEW."active_us",'answerable',json(CASE NEW."answerable" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."answerable") END),'branch',NEW."branch",'cleared_us',NEW."cleared_us",'client_user',NEW."client_user",'comment',NEW."comment",'condition',NEW."condition",'confirmed',json(CASE NEW."confirmed" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."confirmed") END),'confirmed_by',NEW."confirmed_by",'connection',NEW."connection",'enabled',json(CASE NEW."enabled" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."enabled") END),'event_id',NEW."event_id",'event_type',NEW."event_type",'id',NEW."id",'key',NEW."key",'message',NEW."message",'name',NEW."name",'node_code',NEW."node_code",'process_at',NEW."process_at",'quality',NEW."quality",'raised',NEW."raised",'received_at',NEW."received_at",'recorded_at',NEW."recorded_at",'retain',json(CASE NEW."retain" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."retain") END),'severity',NEW."severity",'shelving',NEW."shelving",'source',NEW."source",'source_us',NEW."source_us",'state',NEW."state",'tag',NEW."tag",'version',NEW."version"))); END

CREATE TRIGGER titer_equipment_calibration_insert AFTER INSERT ON equipment_calibration BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('equipment_calibration', NEW.id, NEW.version, NULL, json_object('as_found',NEW."as_found",'as_left',NEW."as_left",'certificate_digest',NEW."certificate_digest",'due_at',NEW."due_at",'id',NEW."id",'node_id',NEW."node_id",'performed_at',NEW."performed_at",'performed_by',NEW."performed_by",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'result',NEW."result",'standard',NEW."standard",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_equipment_calibration_no_delete BEFORE DELETE ON equipment_calibration BEGIN SELECT RAISE(ABORT, 'titer: equipment_calibration is append-only'); END

CREATE TRIGGER titer_equipment_calibration_no_update BEFORE UPDATE ON equipment_calibration BEGIN SELECT RAISE(ABORT, 'titer: equipment_calibration is append-only'); END

CREATE TRIGGER titer_equipment_certificate_delete AFTER DELETE ON equipment_certificate BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: equipment_certificate has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'equipment_certificate'); SELECT RAISE(ABORT, 'titer: equipment_certificate is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'equipment_certificate' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'decided_at' THEN OLD."decided_at" WHEN 'valid_from' THEN OLD."valid_from" WHEN 'valid_until' THEN OLD."valid_until" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('equipment_certificate', OLD.id, OLD.version + 1, json_object('address',OLD."address",'application_uri',OLD."application_uri",'authority',json(CASE OLD."authority" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."authority") END),'calls_itself',OLD."calls_itself",'connection',OLD."connection",'decided_at',OLD."decided_at",'decided_by',OLD."decided_by",'der',OLD."der",'expiry_told',OLD."expiry_told",'fingerprint',OLD."fingerprint",'host',OLD."host",'id',OLD."id",'issuer',OLD."issuer",'key',OLD."key",'names',OLD."names",'process_at',OLD."process_at",'reason',OLD."reason",'recorded_at',OLD."recorded_at",'serial',OLD."serial",'state',OLD."state",'subject',OLD."subject",'thumbprint',OLD."thumbprint",'valid_from',OLD."valid_from",'valid_until',OLD."valid_until",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_equipment_certificate_insert AFTER INSERT ON equipment_certificate BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('equipment_certificate', NEW.id, NEW.version, NULL, json_object('address',NEW."address",'application_uri',NEW."application_uri",'authority',json(CASE NEW."authority" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."authority") END),'calls_itself',NEW."calls_itself",'connection',NEW."connection",'decided_at',NEW."decided_at",'decided_by',NEW."decided_by",'der',NEW."der",'expiry_told',NEW."expiry_told",'fingerprint',NEW."fingerprint",'host',NEW."host",'id',NEW."id",'issuer',NEW."issuer",'key',NEW."key",'names',NEW."names",'process_at',NEW."process_at",'reason',NEW."reason",'recorded_at',NEW."recorded_at",'serial',NEW."serial",'state',NEW."state",'subject',NEW."subject",'thumbprint',NEW."thumbprint",'valid_from',NEW."valid_from",'valid_until',NEW."valid_until",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_equipment_certificate_update AFTER UPDATE ON equipment_certificate BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: equipment_certificate.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: equipment_certificate.fingerprint keeps its first value') WHERE NEW."fingerprint" IS NOT OLD."fingerprint"; SELECT RAISE(ABORT, 'titer: equipment_certificate.der keeps its first value') WHERE NEW."der" IS NOT OLD."der"; SELECT RAISE(ABORT, 'titer: equipment_certificate.host keeps its first value') WHERE NEW."host" IS NOT OLD."host"; SELECT RAISE(ABORT, 'titer: equipment_certificate.valid_until keeps its first value') WHERE NEW."valid_until" IS NOT OLD."valid_until"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('equipment_certificate', NEW.id, NEW.version, json_object('address',OLD."address",'application_uri',OLD."application_uri",'authority',json(CASE OLD."authority" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."authority") END),'calls_itself',OLD."calls_itself",'connection',OLD."connection",'decided_at',OLD."decided_at",'decided_by',OLD."decided_by",'der',OLD."der",'expiry_told',OLD."expiry_told",'fingerprint',OLD."fingerprint",'host',OLD."host",'id',OLD."id",'issuer',OLD."issuer",'key',OLD."key",'names',OLD."names",'process_at',OLD."process_at",'reason',OLD."reason",'recorded_at',OLD."recorded_at",'serial',OLD."serial",'state',OLD."state",'subject',OLD."subject",'thumbprint',OLD."thumbprint",'valid_from',OLD."valid_from",'valid_until',OLD."valid_until",'version',OLD."version"), json_object('address',NEW."address",'application_uri',NEW."application_uri",'authority',json(CASE NEW."authority" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."authority") END),'calls_itself',NEW."calls_itself",'connection',NEW."connection",'decided_at',NEW."decided_at",'decided_by',NEW."decided_by",'der',NEW."der",'expiry_told',NEW."expiry_told",'fingerprint',NEW."fingerprint",'host',NEW."host",'id',NEW."id",'issuer',NEW."issuer",'key',NEW."key",'names',NEW."names",'process_at',NEW."process_at",'reason',NEW."reason",'recorded_at',NEW."recorded_at",'serial',NEW."serial",'state',NEW."state",'subject',NEW."subject",'thumbprint',NEW."thumbprint",'valid_from',NEW."valid_from",'valid_until',NEW."valid_until",'version',NEW."version"))); END

CREATE TRIGGER titer_equipment_channel_delete AFTER DELETE ON equipment_channel BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: equipment_channel has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'equipment_channel'); SELECT RAISE(ABORT, 'titer: equipment_channel is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'equipment_channel' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('equipment_channel', OLD.id, OLD.version + 1, json_object('active',json(CASE OLD."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."active") END),'address',OLD."address",'alarm_high',OLD."alarm_high",'alarm_low',OLD."alarm_low",'connection_id',OLD."connection_id",'description',OLD."description",'high',OLD."high",'id',OLD."id",'low',OLD."low",'node_code',OLD."node_code",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'resolution',OLD."resolution",'settings',OLD."settings",'tag',OLD."tag",'unit',OLD."unit",'version',OLD."version",'writable',json(CASE OLD."writable" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."writable") END)), NULL)); END

CREATE TRIGGER titer_equipment_channel_insert AFTER INSERT ON equipment_channel BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('equipment_channel', NEW.id, NEW.version, NULL, json_object('active',json(CASE NEW."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."active") END),'address',NEW."address",'alarm_high',NEW."alarm_high",'alarm_low',NEW."alarm_low",'connection_id',NEW."connection_id",'description',NEW."description",'high',NEW."high",'id',NEW."id",'low',NEW."low",'node_code',NEW."node_code",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'resolution',NEW."resolution",'settings',NEW."settings",'tag',NEW."tag",'unit',NEW."unit",'version',NEW."version",'writable',json(CASE NEW."writable" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."writable") END))), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_equipment_channel_update AFTER UPDATE ON equipment_channel BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: equipment_channel.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: equipment_channel.tag keeps its first value') WHERE NEW."tag" IS NOT OLD."tag"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('equipment_channel', NEW.id, NEW.version, json_object('active',json(CASE OLD."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."active") END),'address',OLD."address",'alarm_high',OLD."alarm_high",'alarm_low',OLD."alarm_low",'connection_id',OLD."connection_id",'description',OLD."description",'high',OLD."high",'id',OLD."id",'low',OLD."low",'node_code',OLD."node_code",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'resolution',OLD."resolution",'settings',OLD."settings",'tag',OLD."tag",'unit',OLD."unit",'version',OLD."version",'writable',json(CASE OLD."writable" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."writable") END)), json_object('active',json(CASE NEW."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."active") END),'address',NEW."address",'alarm_high',NEW."alarm_high",'alarm_low',NEW."alarm_low",'connection_id',NEW."connection_id",'description',NEW."description",'high',NEW."high",'id',NEW."id",'low',NEW."low",'node_code',NEW."node_code",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'resolution',NEW."resolution",'settings',NEW."settings",'tag',NEW."tag",'unit',NEW."unit",'version',NEW."version",'writable',json(CASE NEW."writable" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."writable") END)))); END

CREATE TRIGGER titer_equipment_command_delete AFTER DELETE ON equipment_command BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: equipment_command has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'equipment_command'); SELECT RAISE(ABORT, 'titer: equipment_command is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'equipment_command' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'completed_at' THEN OLD."completed_at" WHEN 'deadline' THEN OLD."deadline" WHEN 'requested_at' THEN OLD."requested_at" WHEN 'source_time' THEN OLD."source_time" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('equipment_command', OLD.id, OLD.version + 1, json_object('cause',OLD."cause",'completed_at',OLD."completed_at",'connection',OLD."connection",'deadline',OLD."deadline",'id',OLD."id",'key',OLD."key",'kind',OLD."kind",'message',OLD."message",'parameters',OLD."parameters",'process_at',OLD."process_at",'readback',OLD."readback",'recorded_at',OLD."recorded_at",'requested_at',OLD."requested_at",'responses',OLD."responses",'source_time',OLD."source_time",'state',OLD."state",'target',OLD."target",'unit',OLD."unit",'value',OLD."value",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_equipment_command_insert AFTER INSERT ON equipment_command BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('equipment_command', NEW.id, NEW.version, NULL, json_object('cause',NEW."cause",'completed_at',NEW."completed_at",'connection',NEW."connection",'deadline',NEW."deadline",'id',NEW."id",'key',NEW."key",'kind',NEW."kind",'message',NEW."message",'parameters',NEW."parameters",'process_at',NEW."process_at",'readback',NEW."readback",'recorded_at',NEW."recorded_at",'requested_at',NEW."requested_at",'responses',NEW."responses",'source_time',NEW."source_time",'state',NEW."state",'target',NEW."target",'unit',NEW."unit",'value',NEW."value",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_equipment_command_update AFTER UPDATE ON equipment_command BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: equipment_command.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: equipment_command.key keeps its first value') WHERE NEW."key" IS NOT OLD."key"; SELECT RAISE(ABORT, 'titer: equipment_command.connection keeps its first value') WHERE NEW."connection" IS NOT OLD."connection"; SELECT RAISE(ABORT, 'titer: equipment_command.kind keeps its first value') WHERE NEW."kind" IS NOT OLD."kind"; SELECT RAISE(ABORT, 'titer: equipment_command.target keeps its first value') WHERE NEW."target" IS NOT OLD."target"; SELECT RAISE(ABORT, 'titer: equipment_command.value keeps its first value') WHERE NEW."value" IS NOT OLD."value"; SELECT RAISE(ABORT, 'titer: equipment_command.unit keeps its first value') WHERE NEW."unit" IS NOT OLD."unit"; SELECT RAISE(ABORT, 'titer: equipment_command.parameters keeps its first value') WHERE NEW."parameters" IS NOT OLD."parameters"; SELECT RAISE(ABORT, 'titer: equipment_command.cause keeps its first value') WHERE NEW."cause" IS NOT OLD."cause"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('equipment_command', NEW.id, NEW.version, json_object('cause',OLD."cause",'completed_at',OLD."completed_at",'connection',OLD."connection",'deadline',OLD."deadline",'id',OLD."id",'key',OLD."key",'kind',OLD."kind",'message',OLD."message",'parameters',OLD."parameters",'process_at',OLD."process_at",'readback',OLD."readback",'recorded_at',OLD."recorded_at",'requested_at',OLD."requested_at",'responses',OLD."responses",'source_time',OLD."source_time",'state',OLD."state",'target',OLD."target",'unit',OLD."unit",'value',OLD."value",'version',OLD."version"), json_object('cause',NEW."cause",'completed_at',NEW."completed_at",'connection',NEW."connection",'deadline',NEW."deadline",'id',NEW."id",'key',NEW."key",'kind',NEW."kind",'message',NEW."message",'parameters',NEW."parameters",'process_at',NEW."process_at",'readback',NEW."readback",'recorded_at',NEW."recorded_at",'requested_at',NEW."requested_at",'responses',NEW."responses",'source_time',NEW."source_time",'state',NEW."state",'target',NEW."target",'unit',NEW."unit",'value',NEW."value",'version',NEW."version"))); END

CREATE TRIGGER titer_equipment_connection_delete AFTER DELETE ON equipment_connection BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: equipment_connection has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'equipment_connection'); SELECT RAISE(ABORT, 'titer: equipment_connection is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'equipment_connection' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'recording_since' THEN OLD."recording_since" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('equipment_connection', OLD.id, OLD.version + 1, json_object('changed_by',OLD."changed_by",'fingerprint',OLD."fingerprint",'host',OLD."host",'id',OLD."id",'name',OLD."name",'node_code',OLD."node_code",'owner',OLD."owner",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'recording_since',OLD."recording_since",'revision',OLD."revision",'seen_fingerprint',OLD."seen_fingerprint",'seen_identity',OLD."seen_identity",'settings',OLD."settings",'state',OLD."state",'type',OLD."type",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_equipment_connection_insert AFTER INSERT ON equipment_connection BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('equipment_connection', NEW.id, NEW.version, NULL, json_object('changed_by',NEW."changed_by",'fingerprint',NEW."fingerprint",'host',NEW."host",'id',NEW."id",'name',NEW."name",'node_code',NEW."node_code",'owner',NEW."owner",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'recording_since',NEW."recording_since",'revision',NEW."revision",'seen_fingerprint',NEW."seen_fingerprint",'seen_identity',NEW."seen_identity",'settings',NEW."settings",'state',NEW."state",'type',NEW."type",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_equipment_connection_update AFTER UPDATE ON equipment_connection BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: equipment_connection.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: equipment_connection.name keeps its first value') WHERE NEW."name" IS NOT OLD."name"; SELECT RAISE(ABORT, 'titer: equipment_connection.type keeps its first value') WHERE NEW."type" IS NOT OLD."type"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('equipment_connection', NEW.id, NEW.version, json_object('changed_by',OLD."changed_by",'fingerprint',OLD."fingerprint",'host',OLD."host",'id',OLD."id",'name',OLD."name",'node_code',OLD."node_code",'owner',OLD."owner",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'recording_since',OLD."recording_since",'revision',OLD."revision",'seen_fingerprint',OLD."seen_fingerprint",'seen_identity',OLD."seen_identity",'settings',OLD."settings",'state',OLD."state",'type',OLD."type",'version',OLD."version"), json_object('changed_by',NEW."changed_by",'fingerprint',NEW."fingerprint",'host',NEW."host",'id',NEW."id",'name',NEW."name",'node_code',NEW."node_code",'owner',NEW."owner",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'recording_since',NEW."recording_since",'revision',NEW."revision",'seen_fingerprint',NEW."seen_fingerprint",'seen_identity',NEW."seen_identity",'settings',NEW."settings",'state',NEW."state",'type',NEW."type",'version',NEW."version"))); END

CREATE TRIGGER titer_equipment_context_insert AFTER INSERT ON equipment_context BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('equipment_context', NEW.id, NEW.version, NULL, json_object('content',NEW."content",'id',NEW."id",'key',NEW."key",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'subject',NEW."subject",'valid_from',NEW."valid_from",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_equipment_context_no_delete BEFORE DELETE ON equipment_context BEGIN SELECT RAISE(ABORT, 'titer: equipment_context is append-only'); END

CREATE TRIGGER titer_equipment_context_no_update BEFORE UPDATE ON equipment_context BEGIN SELECT RAISE(ABORT, 'titer: equipment_context is append-only'); END

CREATE TRIGGER titer_equipment_document_delete AFTER DELETE ON equipment_document BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: equipment_document has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'equipment_document'); SELECT RAISE(ABORT, 'titer: equipment_document is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'equipment_document' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'seen_at' THEN OLD."seen_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('equipment_document', OLD.id, OLD.version + 1, json_object('connection',OLD."connection",'digest',OLD."digest",'disposition_reason',OLD."disposition_reason",'file_name',OLD."file_name",'id',OLD."id",'identity',OLD."identity",'key',OLD."key",'kind',OLD."kind",'media_type',OLD."media_type",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'seen_at',OLD."seen_at",'state',OLD."state",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_equipment_document_insert AFTER INSERT ON equipment_document BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('equipment_document', NEW.id, NEW.version, NULL, json_object('connection',NEW."connection",'digest',NEW."digest",'disposition_reason',NEW."disposition_reason",'file_name',NEW."file_name",'id',NEW."id",'identity',NEW."identity",'key',NEW."key",'kind',NEW."kind",'media_type',NEW."media_type",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'seen_at',NEW."seen_at",'state',NEW."state",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_equipment_document_update AFTER UPDATE ON equipment_document BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: equipment_document.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: equipment_document.key keeps its first value') WHERE NEW."key" IS NOT OLD."key"; SELECT RAISE(ABORT, 'titer: equipment_document.connection keeps its first value') WHERE NEW."connection" IS NOT OLD."connection"; SELECT RAISE(ABORT, 'titer: equipment_document.digest keeps its first value') WHERE NEW."digest" IS NOT OLD."digest"; SELECT RAISE(ABORT, 'titer: equipment_document.file_name keeps its first value') WHERE NEW."file_name" IS NOT OLD."file_name"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('equipment_document', NEW.id, NEW.version, json_object('connection',OLD."connection",'digest',OLD."digest",'disposition_reason',OLD."disposition_reason",'file_name',OLD."file_name",'id',OLD."id",'identity',OLD."identity",'key',OLD."key",'kind',OLD."kind",'media_type',OLD."media_type",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'seen_at',OLD."seen_at",'state',OLD."state",'version',OLD."version"), json_object('connection',NEW."connection",'digest',NEW."digest",'disposition_reason',NEW."disposition_reason",'file_name',NEW."file_name",'id',NEW."id",'identity',NEW."identity",'key',NEW."key",'kind',NEW."kind",'media_type',NEW."media_type",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'seen_at',NEW."seen_at",'state',NEW."state",'version',NEW."version"))); END

CREATE TRIGGER titer_equipment_gap_delete AFTER DELETE ON equipment_gap BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: equipment_gap has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'equipment_gap'); SELECT RAISE(ABORT, 'titer: equipment_gap is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'equipment_gap' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('equipment_gap', OLD.id, OLD.version + 1, json_object('connection',OLD."connection",'filled_rows',OLD."filled_rows",'from_us',OLD."from_us",'id',OLD."id",'key',OLD."key",'outcome',OLD."outcome",'process_at',OLD."process_at",'reason',OLD."reason",'recorded_at',OLD."recorded_at",'state',OLD."state",'to_us',OLD."to_us",'version',OLD."version",'windows',OLD."windows"), NULL)); END

CREATE TRIGGER titer_equipment_gap_insert AFTER INSERT ON equipment_gap BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('equipment_gap', NEW.id, NEW.version, NULL, json_object('connection',NEW."connection",'filled_rows',NEW."filled_rows",'from_us',NEW."from_us",'id',NEW."id",'key',NEW."key",'outcome',NEW."outcome",'process_at',NEW."process_at",'reason',NEW."reason",'recorded_at',NEW."recorded_at",'state',NEW."state",'to_us',NEW."to_us",'version',NEW."version",'windows',NEW."windows")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_equipment_gap_update AFTER UPDATE ON equipment_gap BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: equipment_gap.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: equipment_gap.key keeps its first value') WHERE NEW."key" IS NOT OLD."key"; SELECT RAISE(ABORT, 'titer: equipment_gap.connection keeps its first value') WHERE NEW."connection" IS NOT OLD."connection"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('equipment_gap', NEW.id, NEW.version, json_object('connection',OLD."connection",'filled_rows',OLD."filled_rows",'from_us',OLD."from_us",'id',OLD."id",'key',OLD."key",'outcome',OLD."outcome",'process_at',OLD."process_at",'reason',OLD."reason",'recorded_at',OLD."recorded_at",'state',OLD."state",'to_us',OLD."to_us",'version',OLD."version",'windows',OLD."windows"), json_object('connection',NEW."connection",'filled_rows',NEW."filled_rows",'from_us',NEW."from_us",'id',NEW."id",'key',NEW."key",'outcome',NEW."outcome",'process_at',NEW."process_at",'reason',NEW."reason",'recorded_at',NEW."recorded_at",'state',NEW."state",'to_us',NEW."to_us",'version',NEW."version",'windows',NEW."windows"))); END

CREATE TRIGGER titer_equipment_logbook_insert AFTER INSERT ON equipment_logbook BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('equipment_logbook', NEW.id, NEW.version, NULL, json_object('batch_id',NEW."batch_id",'by',NEW."by",'id',NEW."id",'kind',NEW."kind",'node_id',NEW."node_id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'text',NEW."text",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_equipment_logbook_no_delete BEFORE DELETE ON equipment_logbook BEGIN SELECT RAISE(ABORT, 'titer: equipment_logbook is append-only'); END

CREATE TRIGGER titer_equipment_logbook_no_update BEFORE UPDATE ON equipment_logbook BEGIN SELECT RAISE(ABORT, 'titer: equipment_logbook is append-only'); END

CREATE TRIGGER titer_equipment_node_delete AFTER DELETE ON equipment_node BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: equipment_node has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'equipment_node'); SELECT RAISE(ABORT, 'titer: equipment_node is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'equipment_node' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'calibration_due' THEN OLD."calibration_due" WHEN 'clean_until' THEN OLD."clean_until" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('equipment_node', OLD.id, OLD.version + 1, json_object('calibration_due',OLD."calibration_due",'capabilities',OLD."capabilities",'class_name',OLD."class_name",'clean_hold_h',OLD."clean_hold_h",'clean_until',OLD."clean_until",'cleanliness',OLD."cleanliness",'code',OLD."code",'id',OLD."id",'level',OLD."level",'location',OLD."location",'maker',OLD."maker",'model',OLD."model",'name',OLD."name",'parent_id',OLD."parent_id",'process_at',OLD."process_at",'qualification',OLD."qualification",'recorded_at',OLD."recorded_at",'serial',OLD."serial",'used_for',OLD."used_for",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_equipment_node_insert AFTER INSERT ON equipment_node BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('equipment_node', NEW.id, NEW.version, NULL, json_object('calibration_due',NEW."calibration_due",'capabilities',NEW."capabilities",'class_name',NEW."class_name",'clean_hold_h',NEW."clean_hold_h",'clean_until',NEW."clean_until",'cleanliness',NEW."cleanliness",'code',NEW."code",'id',NEW."id",'level',NEW."level",'location',NEW."location",'maker',NEW."maker",'model',NEW."model",'name',NEW."name",'parent_id',NEW."parent_id",'process_at',NEW."process_at",'qualification',NEW."qualification",'recorded_at',NEW."recorded_at",'serial',NEW."serial",'used_for',NEW."used_for",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_equipment_node_update AFTER UPDATE ON equipment_node BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: equipment_node.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: equipment_node.code keeps its first value') WHERE NEW."code" IS NOT OLD."code"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('equipment_node', NEW.id, NEW.version, json_object('calibration_due',OLD."calibration_due",'capabilities',OLD."capabilities",'class_name',OLD."class_name",'clean_hold_h',OLD."clean_hold_h",'clean_until',OLD."clean_until",'cleanliness',OLD."cleanliness",'code',OLD."code",'id',OLD."id",'level',OLD."level",'location',OLD."location",'maker',OLD."maker",'model',OLD."model",'name',OLD."name",'parent_id',OLD."parent_id",'process_at',OLD."process_at",'qualification',OLD."qualification",'recorded_at',OLD."recorded_at",'serial',OLD."serial",'used_for',OLD."used_for",'version',OLD."version"), json_object('calibration_due',NEW."calibration_due",'capabilities',NEW."capabilities",'class_name',NEW."class_name",'clean_hold_h',NEW."clean_hold_h",'clean_until',NEW."clean_until",'cleanliness',NEW."cleanliness",'code',NEW."code",'id',NEW."id",'level',NEW."level",'location',NEW."location",'maker',NEW."maker",'model',NEW."model",'name',NEW."name",'parent_id',NEW."parent_id",'process_at',NEW."process_at",'qualification',NEW."qualification",'recorded_at',NEW."recorded_at",'serial',NEW."serial",'used_for',NEW."used_for",'version',NEW."version"))); END

CREATE TRIGGER titer_equipment_revocation_list_delete AFTER DELETE ON equipment_revocation_list BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: equipment_revocation_list has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'equipment_revocation_list'); SELECT RAISE(ABORT, 'titer: equipment_revocation_list is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'equipment_revocation_list' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'issued_at' THEN OLD."issued_at" WHEN 'until' THEN OLD."until" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('equipment_revocation_list', OLD.id, OLD.version + 1, json_object('authority',OLD."authority",'der',OLD."der",'expiry_told',OLD."expiry_told",'id',OLD."id",'issued_at',OLD."issued_at",'issuer',OLD."issuer",'number',OLD."number",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'revoked',OLD."revoked",'until',OLD."until",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_equipment_revocation_list_insert AFTER INSERT ON equipment_revocation_list BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('equipment_revocation_list', NEW.id, NEW.version, NULL, json_object('authority',NEW."authority",'der',NEW."der",'expiry_told',NEW."expiry_told",'id',NEW."id",'issued_at',NEW."issued_at",'issuer',NEW."issuer",'number',NEW."number",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'revoked',NEW."revoked",'until',NEW."until",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_equipment_revocation_list_update AFTER UPDATE ON equipment_revocation_list BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: equipment_revocation_list.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: equipment_revocation_list.authority keeps its first value') WHERE NEW."authority" IS NOT OLD."authority"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('equipment_revocation_list', NEW.id, NEW.version, json_object('authority',OLD."authority",'der',OLD."der",'expiry_told',OLD."expiry_told",'id',OLD."id",'issued_at',OLD."issued_at",'issuer',OLD."issuer",'number',OLD."number",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'revoked',OLD."revoked",'until',OLD."until",'version',OLD."version"), json_object('authority',NEW."authority",'der',NEW."der",'expiry_told',NEW."expiry_told",'id',NEW."id",'issued_at',NEW."issued_at",'issuer',NEW."issuer",'number',NEW."number",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'revoked',NEW."revoked",'until',NEW."until",'version',NEW."version"))); END

CREATE TRIGGER titer_equipment_standing_insert AFTER INSERT ON equipment_standing BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('equipment_standing', NEW.id, NEW.version, NULL, json_object('fingerprint',NEW."fingerprint",'id',NEW."id",'kind',NEW."kind",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'since',NEW."since",'state',NEW."state",'subject_id',NEW."subject_id",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_equipment_standing_no_delete BEFORE DELETE ON equipment_standing BEGIN SELECT RAISE(ABORT, 'titer: equipment_standing is append-only'); END

CREATE TRIGGER titer_equipment_standing_no_update BEFORE UPDATE ON equipment_standing BEGIN SELECT RAISE(ABORT, 'titer: equipment_standing is append-only'); END

CREATE TRIGGER titer_equipment_stream_event_insert AFTER INSERT ON equipment_stream_event BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('equipment_stream_event', NEW.id, NEW.version, NULL, json_object('at',NEW."at",'connection',NEW."connection",'details',NEW."details",'id',NEW."id",'key',NEW."key",'kind',NEW."kind",'process_at',NEW."process_at",'reason',NEW."reason",'recorded_at',NEW."recorded_at",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_equipment_stream_event_no_delete BEFORE DELETE ON equipment_stream_event BEGIN SELECT RAISE(ABORT, 'titer: equipment_stream_event is append-only'); END

CREATE TRIGGER titer_equipment_stream_event_no_update BEFORE UPDATE ON equipment_stream_event BEGIN SELECT RAISE(ABORT, 'titer: equipment_stream_event is append-only'); END

CREATE TRIGGER titer_govern_alcoa_run_insert AFTER INSERT ON govern_alcoa_run BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('govern_alcoa_run', NEW.id, NEW.version, NULL, json_object('id',NEW."id",'kept_by',NEW."kept_by",'principles',NEW."principles",'process_at',NEW."process_at",'ran_at',NEW."ran_at",'recorded_at',NEW."recorded_at",'sentence',NEW."sentence",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_govern_alcoa_run_no_delete BEFORE DELETE ON govern_alcoa_run BEGIN SELECT RAISE(ABORT, 'titer: govern_alcoa_run is append-only'); END

CREATE TRIGGER titer_govern_alcoa_run_no_update BEFORE UPDATE ON govern_alcoa_run BEGIN SELECT RAISE(ABORT, 'titer: govern_alcoa_run is append-only'); END

CREATE TRIGGER titer_historian_import_delete AFTER DELETE ON historian_import BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: historian_import has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'historian_import'); SELECT RAISE(ABORT, 'titer: historian_import is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'historian_import' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('historian_import', OLD.id, OLD.version + 1, json_object('conflict_count',OLD."conflict_count",'digest',OLD."digest",'end_us',OLD."end_us",'file_name',OLD."file_name",'found_count',OLD."found_count",'id',OLD."id",'layout',OLD."layout",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'row_count',OLD."row_count",'size',OLD."size",'start_us',OLD."start_us",'state',OLD."state",'tags',OLD."tags",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_historian_import_insert AFTER INSERT ON historian_import BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('historian_import', NEW.id, NEW.version, NULL, json_object('conflict_count',NEW."conflict_count",'digest',NEW."digest",'end_us',NEW."end_us",'file_name',NEW."file_name",'found_count',NEW."found_count",'id',NEW."id",'layout',NEW."layout",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'row_count',NEW."row_count",'size',NEW."size",'start_us',NEW."start_us",'state',NEW."state",'tags',NEW."tags",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_historian_import_update AFTER UPDATE ON historian_import BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: historian_import.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('historian_import', NEW.id, NEW.version, json_object('conflict_count',OLD."conflict_count",'digest',OLD."digest",'end_us',OLD."end_us",'file_name',OLD."file_name",'found_count',OLD."found_count",'id',OLD."id",'layout',OLD."layout",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'row_count',OLD."row_count",'size',OLD."size",'start_us',OLD."start_us",'state',OLD."state",'tags',OLD."tags",'version',OLD."version"), json_object('conflict_count',NEW."conflict_count",'digest',NEW."digest",'end_us',NEW."end_us",'file_name',NEW."file_name",'found_count',NEW."found_count",'id',NEW."id",'layout',NEW."layout",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'row_count',NEW."row_count",'size',NEW."size",'start_us',NEW."start_us",'state',NEW."state",'tags',NEW."tags",'version',NEW."version"))); END

CREATE TRIGGER titer_historian_kept_delete AFTER DELETE ON historian_kept BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: historian_kept has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'historian_kept'); SELECT RAISE(ABORT, 'titer: historian_kept is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'historian_kept' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('historian_kept', OLD.id, OLD.version + 1, json_object('id',OLD."id",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'retention',OLD."retention",'tag',OLD."tag",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_historian_kept_insert AFTER INSERT ON historian_kept BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('historian_kept', NEW.id, NEW.version, NULL, json_object('id',NEW."id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'retention',NEW."retention",'tag',NEW."tag",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_historian_kept_update AFTER UPDATE ON historian_kept BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: historian_kept.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: historian_kept.tag keeps its first value') WHERE NEW."tag" IS NOT OLD."tag"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('historian_kept', NEW.id, NEW.version, json_object('id',OLD."id",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'retention',OLD."retention",'tag',OLD."tag",'version',OLD."version"), json_object('id',NEW."id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'retention',NEW."retention",'tag',NEW."tag",'version',NEW."version"))); END

CREATE TRIGGER titer_historian_retention_delete AFTER DELETE ON historian_retention BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: historian_retention has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'historian_retention'); SELECT RAISE(ABORT, 'titer: historian_retention is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'historian_retention' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('historian_retention', OLD.id, OLD.version + 1, json_object('basis',OLD."basis",'id',OLD."id",'name',OLD."name",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'version',OLD."version",'years',OLD."years"), NULL)); END

CREATE TRIGGER titer_historian_retention_insert AFTER INSERT ON historian_retention BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('historian_retention', NEW.id, NEW.version, NULL, json_object('basis',NEW."basis",'id',NEW."id",'name',NEW."name",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'version',NEW."version",'years',NEW."years")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_historian_retention_update AFTER UPDATE ON historian_retention BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: historian_retention.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: historian_retention.name keeps its first value') WHERE NEW."name" IS NOT OLD."name"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('historian_retention', NEW.id, NEW.version, json_object('basis',OLD."basis",'id',OLD."id",'name',OLD."name",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'version',OLD."version",'years',OLD."years"), json_object('basis',NEW."basis",'id',NEW."id",'name',NEW."name",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'version',NEW."version",'years',NEW."years"))); END

CREATE TRIGGER titer_historian_retired_insert AFTER INSERT ON historian_retired BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('historian_retired', NEW.id, NEW.version, NULL, json_object('basis',NEW."basis",'digest',NEW."digest",'due',NEW."due",'id',NEW."id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'retention',NEW."retention",'rollups',NEW."rollups",'version',NEW."version",'years',NEW."years")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_historian_retired_no_delete BEFORE DELETE ON historian_retired BEGIN SELECT RAISE(ABORT, 'titer: historian_retired is append-only'); END

CREATE TRIGGER titer_historian_retired_no_update BEFORE UPDATE ON historian_retired BEGIN SELECT RAISE(ABORT, 'titer: historian_retired is append-only'); END

CREATE TRIGGER titer_historian_seal_insert AFTER INSERT ON historian_seal BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('historian_seal', NEW.id, NEW.version, NULL, json_object('id',NEW."id",'log_files',NEW."log_files",'marks',NEW."marks",'number',NEW."number",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'row_count',NEW."row_count",'segment_count',NEW."segment_count",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_historian_seal_no_delete BEFORE DELETE ON historian_seal BEGIN SELECT RAISE(ABORT, 'titer: historian_seal is append-only'); END

CREATE TRIGGER titer_historian_seal_no_update BEFORE UPDATE ON historian_seal BEGIN SELECT RAISE(ABORT, 'titer: historian_seal is append-only'); END

CREATE TRIGGER titer_historian_segment_insert AFTER INSERT ON historian_segment BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('historian_segment', NEW.id, NEW.version, NULL, json_object('day',NEW."day",'digest',NEW."digest",'end_us',NEW."end_us",'id',NEW."id",'kind',NEW."kind",'path',NEW."path",'process_at',NEW."process_at",'received_us',NEW."received_us",'recorded_at',NEW."recorded_at",'row_count',NEW."row_count",'seal_number',NEW."seal_number",'size',NEW."size",'start_us',NEW."start_us",'tag_count',NEW."tag_count",'tags_digest',NEW."tags_digest",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_historian_segment_no_delete BEFORE DELETE ON historian_segment BEGIN SELECT RAISE(ABORT, 'titer: historian_segment is append-only'); END

CREATE TRIGGER titer_historian_segment_no_update BEFORE UPDATE ON historian_segment BEGIN SELECT RAISE(ABORT, 'titer: historian_segment is append-only'); END

CREATE TRIGGER titer_insight_alert_delete AFTER DELETE ON insight_alert BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."batch_id")); SELECT RAISE(ABORT, 'titer: insight_alert has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'insight_alert'); SELECT RAISE(ABORT, 'titer: insight_alert is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'insight_alert' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'acknowledged_at' THEN OLD."acknowledged_at" WHEN 'cleared_at' THEN OLD."cleared_at" WHEN 'escalates_at' THEN OLD."escalates_at" WHEN 'first_at' THEN OLD."first_at" WHEN 'last_raised_at' THEN OLD."last_raised_at" WHEN 'raised_at' THEN OLD."raised_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('insight_alert', OLD.id, OLD.version + 1, json_object('acknowledged_at',OLD."acknowledged_at",'acknowledged_by',OLD."acknowledged_by",'batch_hour',OLD."batch_hour",'batch_id',OLD."batch_id",'batch_number',OLD."batch_number",'block_digest',OLD."block_digest",'cleared_at',OLD."cleared_at",'comment',OLD."comment",'contributions',OLD."contributions",'deviation_id',OLD."deviation_id",'disposition',OLD."disposition",'equipment',OLD."equipment",'escalates_at',OLD."escalates_at",'exception_id',OLD."exception_id",'first_at',OLD."first_at",'id',OLD."id",'last_raised_at',OLD."last_raised_at",'lead',OLD."lead",'model_id',OLD."model_id",'number',OLD."number",'occurrences',OLD."occurrences",'process_at',OLD."process_at",'raised_at',OLD."raised_at",'ratio',OLD."ratio",'recorded_at',OLD."recorded_at",'signature_id',OLD."signature_id",'state',OLD."state",'statistic',OLD."statistic",'title',OLD."title",'version',OLD."version",'watch_id',OLD."watch_id"), NULL)); END

CREATE TRIGGER titer_insight_alert_insert AFTER INSERT ON insight_alert BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('insight_alert', NEW.id, NEW.version, NULL, json_object('acknowledged_at',NEW."acknowledged_at",'acknowledged_by',NEW."acknowledged_by",'batch_hour',NEW."batch_hour",'batch_id',NEW."batch_id",'batch_number',NEW."batch_number",'block_digest',NEW."block_digest",'cleared_at',NEW."cleared_at",'comment',NEW."comment",'contributions',NEW."contributions",'deviation_id',NEW."deviation_id",'disposition',NEW."disposition",'equipment',NEW."equipment",'escalates_at',NEW."escalates_at",'exception_id',NEW."exception_id",'first_at',NEW."first_at",'id',NEW."id",'last_raised_at',NEW."last_raised_at",'lead',NEW."lead",'model_id',NEW."model_id",'number',NEW."number",'occurrences',NEW."occurrences",'process_at',NEW."process_at",'raised_at',NEW."raised_at",'ratio',NEW."ratio",'recorded_at',NEW."recorded_at",'signature_id',NEW."signature_id",'state',NEW."state",'statistic',NEW."statistic",'title',NEW."title",'version',NEW."version",'watch_id',NEW."watch_id")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_insight_alert_update AFTER UPDATE ON insight_alert BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: insight_alert.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('insight_alert', NEW.id, NEW.version, json_object('acknowledged_at',OLD."acknowledged_at",'acknowledged_by',OLD."acknowledged_by",'batch_hour',OLD."batch_hour",'batch_id',OLD."batch_id",'batch_number',OLD."batch_number",'block_digest',OLD."block_digest",'cleared_at',OLD."cleared_at",'comment',OLD."comment",'contributions',OLD."contributions",'deviation_id',OLD."deviation_id",'disposition',OLD."disposition",'equipment',OLD."equipment",'escalates_at',OLD."escalates_at",'exception_id',OLD."exception_id",'first_at',OLD."first_at",'id',OLD."id",'last_raised_at',OLD."last_raised_at",'lead',OLD."lead",'model_id',OLD."model_id",'number',OLD."number",'occurrences',OLD."occurrences",'process_at',OLD."process_at",'raised_at',OLD."raised_at",'ratio',OLD."ratio",'recorded_at',OLD."recorded_at",'signature_id',OLD."signature_id",'state',OLD."state",'statistic',OLD."statistic",'title',OLD."title",'version',OLD."version",'watch_id',OLD."watch_id"), json_object('acknowledged_at',NEW."acknowledged_at",'acknowledged_by',NEW."acknowledged_by",'batch_hour',NEW."batch_hour",'batch_id',NEW."batch_id",'batch_number',NEW."batch_number",'block_digest',NEW."block_digest",'cleared_at',NEW."cleared_at",'comment',NEW."comment",'contributions',NEW."contributions",'deviation_id',NEW."deviation_id",'disposition',NEW."disposition",'equipment',NEW."equipment",'escalates_at',NEW."escalates_at",'exception_id',NEW."exception_id",'first_at',NEW."first_at",'id',NEW."id",'last_raised_at',NEW."last_raised_at",'lead',NEW."lead",'model_id',NEW."model_id",'number',NEW."number",'occurrences',NEW."occurrences",'process_at',NEW."process_at",'raised_at',NEW."raised_at",'ratio',NEW."ratio",'recorded_at',NEW."recorded_at",'signature_id',NEW."signature_id",'state',NEW."state",'statistic',NEW."statistic",'title',NEW."title",'version',NEW."version",'watch_id',NEW."watch_id"))); END

CREATE TRIGGER titer_insight_block_insert AFTER INSERT ON insight_block BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('insight_block', NEW.id, NEW.version, NULL, json_object('alarming',NEW."alarming",'digest',NEW."digest",'first_at',NEW."first_at",'id',NEW."id",'largest_ratio',NEW."largest_ratio",'last_at',NEW."last_at",'previous',NEW."previous",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'rows',NEW."rows",'sequence',NEW."sequence",'verdicts',NEW."verdicts",'version',NEW."version",'watch_id',NEW."watch_id")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_insight_block_no_delete BEFORE DELETE ON insight_block BEGIN SELECT RAISE(ABORT, 'titer: insight_block is append-only'); END

CREATE TRIGGER titer_insight_block_no_update BEFORE UPDATE ON insight_block BEGIN SELECT RAISE(ABORT, 'titer: insight_block is append-only'); END

CREATE TRIGGER titer_insight_dataset_insert AFTER INSERT ON insight_dataset BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('insight_dataset', NEW.id, NEW.version, NULL, json_object('batches',NEW."batches",'channels',NEW."channels",'created_by',NEW."created_by",'id',NEW."id",'manifest_digest',NEW."manifest_digest",'number',NEW."number",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'source',NEW."source",'step_minutes',NEW."step_minutes",'title',NEW."title",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_insight_dataset_no_delete BEFORE DELETE ON insight_dataset BEGIN SELECT RAISE(ABORT, 'titer: insight_dataset is append-only'); END

CREATE TRIGGER titer_insight_dataset_no_update BEFORE UPDATE ON insight_dataset BEGIN SELECT RAISE(ABORT, 'titer: insight_dataset is append-only'); END

CREATE TRIGGER titer_insight_deployment_delete AFTER DELETE ON insight_deployment BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: insight_deployment has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'insight_deployment'); SELECT RAISE(ABORT, 'titer: insight_deployment is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'insight_deployment' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('insight_deployment', OLD.id, OLD.version + 1, json_object('artefact_digest',OLD."artefact_digest",'block_minutes',OLD."block_minutes",'ends_with_phase',OLD."ends_with_phase",'equipment',OLD."equipment",'fallback',OLD."fallback",'golden_check',OLD."golden_check",'id',OLD."id",'model_id',OLD."model_id",'number',OLD."number",'patience_s',OLD."patience_s",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'rename',OLD."rename",'state',OLD."state",'state_reason',OLD."state_reason",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_insight_deployment_insert AFTER INSERT ON insight_deployment BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('insight_deployment', NEW.id, NEW.version, NULL, json_object('artefact_digest',NEW."artefact_digest",'block_minutes',NEW."block_minutes",'ends_with_phase',NEW."ends_with_phase",'equipment',NEW."equipment",'fallback',NEW."fallback",'golden_check',NEW."golden_check",'id',NEW."id",'model_id',NEW."model_id",'number',NEW."number",'patience_s',NEW."patience_s",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'rename',NEW."rename",'state',NEW."state",'state_reason',NEW."state_reason",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_insight_deployment_update AFTER UPDATE ON insight_deployment BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: insight_deployment.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('insight_deployment', NEW.id, NEW.version, json_object('artefact_digest',OLD."artefact_digest",'block_minutes',OLD."block_minutes",'ends_with_phase',OLD."ends_with_phase",'equipment',OLD."equipment",'fallback',OLD."fallback",'golden_check',OLD."golden_check",'id',OLD."id",'model_id',OLD."model_id",'number',OLD."number",'patience_s',OLD."patience_s",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'rename',OLD."rename",'state',OLD."state",'state_reason',OLD."state_reason",'version',OLD."version"), json_object('artefact_digest',NEW."artefact_digest",'block_minutes',NEW."block_minutes",'ends_with_phase',NEW."ends_with_phase",'equipment',NEW."equipment",'fallback',NEW."fallback",'golden_check',NEW."golden_check",'id',NEW."id",'model_id',NEW."model_id",'number',NEW."number",'patience_s',NEW."patience_s",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'rename',NEW."rename",'state',NEW."state",'state_reason',NEW."state_reason",'version',NEW."version"))); END

CREATE TRIGGER titer_insight_model_delete AFTER DELETE ON insight_model BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: insight_model has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'insight_model'); SELECT RAISE(ABORT, 'titer: insight_model is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'insight_model' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'test_opened_at' THEN OLD."test_opened_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('insight_model', OLD.id, OLD.version + 1, json_object('acceptance',OLD."acceptance",'artefact_digest',OLD."artefact_digest",'author_id',OLD."author_id",'calibration',OLD."calibration",'code_version',OLD."code_version",'criteria_signature_id',OLD."criteria_signature_id",'dataset_id',OLD."dataset_id",'id',OLD."id",'name',OLD."name",'owner_signature_id',OLD."owner_signature_id",'process_at',OLD."process_at",'quality_signature_id',OLD."quality_signature_id",'recorded_at',OLD."recorded_at",'revision',OLD."revision",'spec',OLD."spec",'state',OLD."state",'state_reason',OLD."state_reason",'test_opened_at',OLD."test_opened_at",'test_opened_by',OLD."test_opened_by",'validation',OLD."validation",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_insight_model_insert AFTER INSERT ON insight_model BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('insight_model', NEW.id, NEW.version, NULL, json_object('acceptance',NEW."acceptance",'artefact_digest',NEW."artefact_digest",'author_id',NEW."author_id",'calibration',NEW."calibration",'code_version',NEW."code_version",'criteria_signature_id',NEW."criteria_signature_id",'dataset_id',NEW."dataset_id",'id',NEW."id",'name',NEW."name",'owner_signature_id',NEW."owner_signature_id",'process_at',NEW."process_at",'quality_signature_id',NEW."quality_signature_id",'recorded_at',NEW."recorded_at",'revision',NEW."revision",'spec',NEW."spec",'state',NEW."state",'state_reason',NEW."state_reason",'test_opened_at',NEW."test_opened_at",'test_opened_by',NEW."test_opened_by",'validation',NEW."validation",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_insight_model_update AFTER UPDATE ON insight_model BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: insight_model.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: insight_model.name keeps its first value') WHERE NEW."name" IS NOT OLD."name"; SELECT RAISE(ABORT, 'titer: insight_model.revision keeps its first value') WHERE NEW."revision" IS NOT OLD."revision"; SELECT RAISE(ABORT, 'titer: insight_model.dataset_id keeps its first value') WHERE NEW."dataset_id" IS NOT OLD."dataset_id"; SELECT RAISE(ABORT, 'titer: insight_model.spec keeps its first value') WHERE NEW."spec" IS NOT OLD."spec"; SELECT RAISE(ABORT, 'titer: insight_model.acceptance keeps its first value') WHERE NEW."acceptance" IS NOT OLD."acceptance"; SELECT RAISE(ABORT, 'titer: insight_model.artefact_digest keeps its first value') WHERE NEW."artefact_digest" IS NOT OLD."artefact_digest"; SELECT RAISE(ABORT, 'titer: insight_model.author_id keeps its first value') WHERE NEW."author_id" IS NOT OLD."author_id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('insight_model', NEW.id, NEW.version, json_object('acceptance',OLD."acceptance",'artefact_digest',OLD."artefact_digest",'author_id',OLD."author_id",'calibration',OLD."calibration",'code_version',OLD."code_version",'criteria_signature_id',OLD."criteria_signature_id",'dataset_id',OLD."dataset_id",'id',OLD."id",'name',OLD."name",'owner_signature_id',OLD."owner_signature_id",'process_at',OLD."process_at",'quality_signature_id',OLD."quality_signature_id",'recorded_at',OLD."recorded_at",'revision',OLD."revision",'spec',OLD."spec",'state',OLD."state",'state_reason',OLD."state_reason",'test_opened_at',OLD."test_opened_at",'test_opened_by',OLD."test_opened_by",'validation',OLD."validation",'version',OLD."version"), json_object('acceptance',NEW."acceptance",'artefact_digest',NEW."artefact_digest",'author_id',NEW."author_id",'calibration',NEW."calibration",'code_version',NEW."code_version",'criteria_signature_id',NEW."criteria_signature_id",'dataset_id',NEW."dataset_id",'id',NEW."id",'name',NEW."name",'owner_signature_id',NEW."owner_signature_id",'process_at',NEW."process_at",'quality_signature_id',NEW."quality_signature_id",'recorded_at',NEW."recorded_at",'revision',NEW."revision",'spec',NEW."spec",'state',NEW."state",'state_reason',NEW."state_reason",'test_opened_at',NEW."test_opened_at",'test_opened_by',NEW."test_opened_by",'validation',NEW."validation",'version',NEW."version"))); END

CREATE TRIGGER titer_insight_watch_delete AFTER DELETE ON insight_watch BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."batch_id")); SELECT RAISE(ABORT, 'titer: insight_watch has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'insight_watch'); SELECT RAISE(ABORT, 'titer: insight_watch is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'insight_watch' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'ended_at' THEN OLD."ended_at" WHEN 'started_at' THEN OLD."started_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('insight_watch', OLD.id, OLD.version + 1, json_object('artefact_digest',OLD."artefact_digest",'batch_id',OLD."batch_id",'batch_number',OLD."batch_number",'deployment_id',OLD."deployment_id",'ended_at',OLD."ended_at",'equipment',OLD."equipment",'id',OLD."id",'model_id',OLD."model_id",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'started_at',OLD."started_at",'state',OLD."state",'state_reason',OLD."state_reason",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_insight_watch_insert AFTER INSERT ON insight_watch BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('insight_watch', NEW.id, NEW.version, NULL, json_object('artefact_digest',NEW."artefact_digest",'batch_id',NEW."batch_id",'batch_number',NEW."batch_number",'deployment_id',NEW."deployment_id",'ended_at',NEW."ended_at",'equipment',NEW."equipment",'id',NEW."id",'model_id',NEW."model_id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'started_at',NEW."started_at",'state',NEW."state",'state_reason',NEW."state_reason",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_insight_watch_update AFTER UPDATE ON insight_watch BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: insight_watch.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('insight_watch', NEW.id, NEW.version, json_object('artefact_digest',OLD."artefact_digest",'batch_id',OLD."batch_id",'batch_number',OLD."batch_number",'deployment_id',OLD."deployment_id",'ended_at',OLD."ended_at",'equipment',OLD."equipment",'id',OLD."id",'model_id',OLD."model_id",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'started_at',OLD."started_at",'state',OLD."state",'state_reason',OLD."state_reason",'version',OLD."version"), json_object('artefact_digest',NEW."artefact_digest",'batch_id',NEW."batch_id",'batch_number',NEW."batch_number",'deployment_id',NEW."deployment_id",'ended_at',NEW."ended_at",'equipment',NEW."equipment",'id',NEW."id",'model_id',NEW."model_id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'started_at',NEW."started_at",'state',NEW."state",'state_reason',NEW."state_reason",'version',NEW."version"))); END

CREATE TRIGGER titer_ledger_checkpoint_no_delete BEFORE DELETE ON ledger_checkpoint BEGIN SELECT RAISE(ABORT, 'titer: ledger_checkpoint is append-only'); END

CREATE TRIGGER titer_ledger_checkpoint_no_update BEFORE UPDATE ON ledger_checkpoint BEGIN SELECT RAISE(ABORT, 'titer: ledger_checkpoint is append-only'); END

CREATE TRIGGER titer_ledger_cosignature_no_delete BEFORE DELETE ON ledger_cosignature BEGIN SELECT RAISE(ABORT, 'titer: ledger_cosignature is append-only'); END

CREATE TRIGGER titer_ledger_cosignature_no_update BEFORE UPDATE ON ledger_cosignature BEGIN SELECT RAISE(ABORT, 'titer: ledger_cosignature is append-only'); END

CREATE TRIGGER titer_ledger_entry_no_delete BEFORE DELETE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'titer: ledger_entry is append-only'); END

CREATE TRIGGER titer_ledger_entry_no_update BEFORE UPDATE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'titer: ledger_entry is append-only'); END

CREATE TRIGGER titer_ledger_leaf_no_delete BEFORE DELETE ON ledger_leaf BEGIN SELECT RAISE(ABORT, 'titer: ledger_leaf is append-only'); END

CREATE TRIGGER titer_ledger_leaf_no_update BEFORE UPDATE ON ledger_leaf BEGIN SELECT RAISE(ABORT, 'titer: ledger_leaf is append-only'); END

CREATE TRIGGER titer_ledger_node_no_delete BEFORE DELETE ON ledger_node BEGIN SELECT RAISE(ABORT, 'titer: ledger_node is append-only'); END

CREATE TRIGGER titer_ledger_node_no_update BEFORE UPDATE ON ledger_node BEGIN SELECT RAISE(ABORT, 'titer: ledger_node is append-only'); END

CREATE TRIGGER titer_ledger_tally_no_delete BEFORE DELETE ON ledger_tally BEGIN SELECT RAISE(ABORT, 'titer: ledger_tally is append-only'); END

CREATE TRIGGER titer_ledger_tally_no_update BEFORE UPDATE ON ledger_tally BEGIN SELECT RAISE(ABORT, 'titer: ledger_tally is append-only'); END

CREATE TRIGGER titer_lims_attachment_insert AFTER INSERT ON lims_attachment BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('lims_attachment', NEW.id, NEW.version, NULL, json_object('attached_by',NEW."attached_by",'digest',NEW."digest",'file_name',NEW."file_name",'id',NEW."id",'media_type',NEW."media_type",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'subject_id',NEW."subject_id",'subject_type',NEW."subject_type",'title',NEW."title",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_lims_attachment_no_delete BEFORE DELETE ON lims_attachment BEGIN SELECT RAISE(ABORT, 'titer: lims_attachment is append-only'); END

CREATE TRIGGER titer_lims_attachment_no_update BEFORE UPDATE ON lims_attachment BEGIN SELECT RAISE(ABORT, 'titer: lims_attachment is append-only'); END

CREATE TRIGGER titer_lims_certificate_delete AFTER DELETE ON lims_certificate BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."batch_id" OR h.subject_id = OLD."lot_id")); SELECT RAISE(ABORT, 'titer: lims_certificate has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'lims_certificate'); SELECT RAISE(ABORT, 'titer: lims_certificate is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'lims_certificate' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('lims_certificate', OLD.id, OLD.version + 1, json_object('batch_id',OLD."batch_id",'content',OLD."content",'digest',OLD."digest",'id',OLD."id",'issued_by',OLD."issued_by",'lot_id',OLD."lot_id",'number',OLD."number",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'specification_id',OLD."specification_id",'state',OLD."state",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_lims_certificate_insert AFTER INSERT ON lims_certificate BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('lims_certificate', NEW.id, NEW.version, NULL, json_object('batch_id',NEW."batch_id",'content',NEW."content",'digest',NEW."digest",'id',NEW."id",'issued_by',NEW."issued_by",'lot_id',NEW."lot_id",'number',NEW."number",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'specification_id',NEW."specification_id",'state',NEW."state",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_lims_certificate_update AFTER UPDATE ON lims_certificate BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: lims_certificate.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: lims_certificate.number keeps its first value') WHERE NEW."number" IS NOT OLD."number"; SELECT RAISE(ABORT, 'titer: lims_certificate.batch_id keeps its first value') WHERE NEW."batch_id" IS NOT OLD."batch_id"; SELECT RAISE(ABORT, 'titer: lims_certificate.lot_id keeps its first value') WHERE NEW."lot_id" IS NOT OLD."lot_id"; SELECT RAISE(ABORT, 'titer: lims_certificate.content keeps its first value') WHERE NEW."content" IS NOT OLD."content"; SELECT RAISE(ABORT, 'titer: lims_certificate.digest keeps its first value') WHERE NEW."digest" IS NOT OLD."digest"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('lims_certificate', NEW.id, NEW.version, json_object('batch_id',OLD."batch_id",'content',OLD."content",'digest',OLD."digest",'id',OLD."id",'issued_by',OLD."issued_by",'lot_id',OLD."lot_id",'number',OLD."number",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'specification_id',OLD."specification_id",'state',OLD."state",'version',OLD."version"), json_object('batch_id',NEW."batch_id",'content',NEW."content",'digest',NEW."digest",'id',NEW."id",'issued_by',NEW."issued_by",'lot_id',NEW."lot_id",'number',NEW."number",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'specification_id',NEW."specification_id",'state',NEW."state",'version',NEW."version"))); END

CREATE TRIGGER titer_lims_contract_certificate_delete AFTER DELETE ON lims_contract_certificate BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."batch_id")); SELECT RAISE(ABORT, 'titer: lims_contract_certificate has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'lims_contract_certificate'); SELECT RAISE(ABORT, 'titer: lims_contract_certificate is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'lims_contract_certificate' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('lims_contract_certificate', OLD.id, OLD.version + 1, json_object('batch_id',OLD."batch_id",'checked_by',OLD."checked_by",'digest',OLD."digest",'file_name',OLD."file_name",'id',OLD."id",'laboratory',OLD."laboratory",'number',OLD."number",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'reference',OLD."reference",'sample_id',OLD."sample_id",'state',OLD."state",'transcribed_by',OLD."transcribed_by",'transcription',OLD."transcription",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_lims_contract_certificate_insert AFTER INSERT ON lims_contract_certificate BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('lims_contract_certificate', NEW.id, NEW.version, NULL, json_object('batch_id',NEW."batch_id",'checked_by',NEW."checked_by",'digest',NEW."digest",'file_name',NEW."file_name",'id',NEW."id",'laboratory',NEW."laboratory",'number',NEW."number",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'reference',NEW."reference",'sample_id',NEW."sample_id",'state',NEW."state",'transcribed_by',NEW."transcribed_by",'transcription',NEW."transcription",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_lims_contract_certificate_update AFTER UPDATE ON lims_contract_certificate BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: lims_contract_certificate.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: lims_contract_certificate.number keeps its first value') WHERE NEW."number" IS NOT OLD."number"; SELECT RAISE(ABORT, 'titer: lims_contract_certificate.laboratory keeps its first value') WHERE NEW."laboratory" IS NOT OLD."laboratory"; SELECT RAISE(ABORT, 'titer: lims_contract_certificate.reference keeps its first value') WHERE NEW."reference" IS NOT OLD."reference"; SELECT RAISE(ABORT, 'titer: lims_contract_certificate.digest keeps its first value') WHERE NEW."digest" IS NOT OLD."digest"; SELECT RAISE(ABORT, 'titer: lims_contract_certificate.sample_id keeps its first value') WHERE NEW."sample_id" IS NOT OLD."sample_id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('lims_contract_certificate', NEW.id, NEW.version, json_object('batch_id',OLD."batch_id",'checked_by',OLD."checked_by",'digest',OLD."digest",'file_name',OLD."file_name",'id',OLD."id",'laboratory',OLD."laboratory",'number',OLD."number",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'reference',OLD."reference",'sample_id',OLD."sample_id",'state',OLD."state",'transcribed_by',OLD."transcribed_by",'transcription',OLD."transcription",'version',OLD."version"), json_object('batch_id',NEW."batch_id",'checked_by',NEW."checked_by",'digest',NEW."digest",'file_name',NEW."file_name",'id',NEW."id",'laboratory',NEW."laboratory",'number',NEW."number",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'reference',NEW."reference",'sample_id',NEW."sample_id",'state',NEW."state",'transcribed_by',NEW."transcribed_by",'transcription',NEW."transcription",'version',NEW."version"))); END

CREATE TRIGGER titer_lims_design_delete AFTER DELETE ON lims_design BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: lims_design has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'lims_design'); SELECT RAISE(ABORT, 'titer: lims_design is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'lims_design' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'effective_at' THEN OLD."effective_at" WHEN 'ended_at' THEN OLD."ended_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('lims_design', OLD.id, OLD.version + 1, json_object('author_id',OLD."author_id",'change_reason',OLD."change_reason",'code',OLD."code",'digest',OLD."digest",'document',OLD."document",'effective_at',OLD."effective_at",'ended_at',OLD."ended_at",'id',OLD."id",'kind',OLD."kind",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'revision',OLD."revision",'source',OLD."source",'state',OLD."state",'title',OLD."title",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_lims_design_insert AFTER INSERT ON lims_design BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('lims_design', NEW.id, NEW.version, NULL, json_object('author_id',NEW."author_id",'change_reason',NEW."change_reason",'code',NEW."code",'digest',NEW."digest",'document',NEW."document",'effective_at',NEW."effective_at",'ended_at',NEW."ended_at",'id',NEW."id",'kind',NEW."kind",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'revision',NEW."revision",'source',NEW."source",'state',NEW."state",'title',NEW."title",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_lims_design_update AFTER UPDATE ON lims_design BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: lims_design.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: lims_design.kind keeps its first value') WHERE NEW."kind" IS NOT OLD."kind"; SELECT RAISE(ABORT, 'titer: lims_design.code keeps its first value') WHERE NEW."code" IS NOT OLD."code"; SELECT RAISE(ABORT, 'titer: lims_design.revision keeps its first value') WHERE NEW."revision" IS NOT OLD."revision"; SELECT RAISE(ABORT, 'titer: lims_design.document keeps its first value') WHERE NEW."document" IS NOT OLD."document"; SELECT RAISE(ABORT, 'titer: lims_design.source keeps its first value') WHERE NEW."source" IS NOT OLD."source"; SELECT RAISE(ABORT, 'titer: lims_design.digest keeps its first value') WHERE NEW."digest" IS NOT OLD."digest"; SELECT RAISE(ABORT, 'titer: lims_design.author_id keeps its first value') WHERE NEW."author_id" IS NOT OLD."author_id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('lims_design', NEW.id, NEW.version, json_object('author_id',OLD."author_id",'change_reason',OLD."change_reason",'code',OLD."code",'digest',OLD."digest",'document',OLD."document",'effective_at',OLD."effective_at",'ended_at',OLD."ended_at",'id',OLD."id",'kind',OLD."kind",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'revision',OLD."revision",'source',OLD."source",'state',OLD."state",'title',OLD."title",'version',OLD."version"), json_object('author_id',NEW."author_id",'change_reason',NEW."change_reason",'code',NEW."code",'digest',NEW."digest",'document',NEW."document",'effective_at',NEW."effective_at",'ended_at',NEW."ended_at",'id',NEW."id",'kind',NEW."kind",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'revision',NEW."revision",'source',NEW."source",'state',NEW."state",'title',NEW."title",'version',NEW."version"))); END

CREATE TRIGGER titer_lims_evaluation_insert AFTER INSERT ON lims_evaluation BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('lims_evaluation', NEW.id, NEW.version, NULL, json_object('id',NEW."id",'kind',NEW."kind",'limit_text',NEW."limit_text",'outcome',NEW."outcome",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'result_id',NEW."result_id",'rounded',NEW."rounded",'rounding',NEW."rounding",'specification_digest',NEW."specification_digest",'specification_id',NEW."specification_id",'trace',NEW."trace",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_lims_evaluation_no_delete BEFORE DELETE ON lims_evaluation BEGIN SELECT RAISE(ABORT, 'titer: lims_evaluation is append-only'); END

CREATE TRIGGER titer_lims_evaluation_no_update BEFORE UPDATE ON lims_evaluation BEGIN SELECT RAISE(ABORT, 'titer: lims_evaluation is append-only'); END

CREATE TRIGGER titer_lims_handover_delete AFTER DELETE ON lims_handover BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: lims_handover has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'lims_handover'); SELECT RAISE(ABORT, 'titer: lims_handover is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'lims_handover' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'ended_at' THEN OLD."ended_at" WHEN 'taken_at' THEN OLD."taken_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('lims_handover', OLD.id, OLD.version + 1, json_object('ended_at',OLD."ended_at",'id',OLD."id",'instrument',OLD."instrument",'machine',OLD."machine",'pinned',OLD."pinned",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'state',OLD."state",'taken_at',OLD."taken_at",'test_id',OLD."test_id",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_lims_handover_insert AFTER INSERT ON lims_handover BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('lims_handover', NEW.id, NEW.version, NULL, json_object('ended_at',NEW."ended_at",'id',NEW."id",'instrument',NEW."instrument",'machine',NEW."machine",'pinned',NEW."pinned",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'state',NEW."state",'taken_at',NEW."taken_at",'test_id',NEW."test_id",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_lims_handover_update AFTER UPDATE ON lims_handover BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: lims_handover.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: lims_handover.test_id keeps its first value') WHERE NEW."test_id" IS NOT OLD."test_id"; SELECT RAISE(ABORT, 'titer: lims_handover.machine keeps its first value') WHERE NEW."machine" IS NOT OLD."machine"; SELECT RAISE(ABORT, 'titer: lims_handover.instrument keeps its first value') WHERE NEW."instrument" IS NOT OLD."instrument"; SELECT RAISE(ABORT, 'titer: lims_handover.pinned keeps its first value') WHERE NEW."pinned" IS NOT OLD."pinned"; SELECT RAISE(ABORT, 'titer: lims_handover.taken_at keeps its first value') WHERE NEW."taken_at" IS NOT OLD."taken_at"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('lims_handover', NEW.id, NEW.version, json_object('ended_at',OLD."ended_at",'id',OLD."id",'instrument',OLD."instrument",'machine',OLD."machine",'pinned',OLD."pinned",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'state',OLD."state",'taken_at',OLD."taken_at",'test_id',OLD."test_id",'version',OLD."version"), json_object('ended_at',NEW."ended_at",'id',NEW."id",'instrument',NEW."instrument",'machine',NEW."machine",'pinned',NEW."pinned",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'state',NEW."state",'taken_at',NEW."taken_at",'test_id',NEW."test_id",'version',NEW."version"))); END

CREATE TRIGGER titer_lims_investigation_delete AFTER DELETE ON lims_investigation BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."batch_id")); SELECT RAISE(ABORT, 'titer: lims_investigation has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'lims_investigation'); SELECT RAISE(ABORT, 'titer: lims_investigation is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'lims_investigation' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('lims_investigation', OLD.id, OLD.version + 1, json_object('approver_id',OLD."approver_id",'assignable_cause',OLD."assignable_cause",'batch_id',OLD."batch_id",'cause_kind',OLD."cause_kind",'conclusion',OLD."conclusion",'evidence',OLD."evidence",'exception_id',OLD."exception_id",'hypothesis',OLD."hypothesis",'id',OLD."id",'investigator_id',OLD."investigator_id",'number',OLD."number",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'redetermination_id',OLD."redetermination_id",'result_id',OLD."result_id",'reviewer_id',OLD."reviewer_id",'state',OLD."state",'test_id',OLD."test_id",'title',OLD."title",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_lims_investigation_insert AFTER INSERT ON lims_investigation BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('lims_investigation', NEW.id, NEW.version, NULL, json_object('approver_id',NEW."approver_id",'assignable_cause',NEW."assignable_cause",'batch_id',NEW."batch_id",'cause_kind',NEW."cause_kind",'conclusion',NEW."conclusion",'evidence',NEW."evidence",'exception_id',NEW."exception_id",'hypothesis',NEW."hypothesis",'id',NEW."id",'investigator_id',NEW."investigator_id",'number',NEW."number",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'redetermination_id',NEW."redetermination_id",'result_id',NEW."result_id",'reviewer_id',NEW."reviewer_id",'state',NEW."state",'test_id',NEW."test_id",'title',NEW."title",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_lims_investigation_update AFTER UPDATE ON lims_investigation BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: lims_investigation.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: lims_investigation.number keeps its first value') WHERE NEW."number" IS NOT OLD."number"; SELECT RAISE(ABORT, 'titer: lims_investigation.test_id keeps its first value') WHERE NEW."test_id" IS NOT OLD."test_id"; SELECT RAISE(ABORT, 'titer: lims_investigation.result_id keeps its first value') WHERE NEW."result_id" IS NOT OLD."result_id"; SELECT RAISE(ABORT, 'titer: lims_investigation.batch_id keeps its first value') WHERE NEW."batch_id" IS NOT OLD."batch_id"; SELECT RAISE(ABORT, 'titer: lims_investigation.exception_id keeps its first value') WHERE NEW."exception_id" IS NOT OLD."exception_id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('lims_investigation', NEW.id, NEW.version, json_object('approver_id',OLD."approver_id",'assignable_cause',OLD."assignable_cause",'batch_id',OLD."batch_id",'cause_kind',OLD."cause_kind",'conclusion',OLD."conclusion",'evidence',OLD."evidence",'exception_id',OLD."exception_id",'hypothesis',OLD."hypothesis",'id',OLD."id",'investigator_id',OLD."investigator_id",'number',OLD."number",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'redetermination_id',OLD."redetermination_id",'result_id',OLD."result_id",'reviewer_id',OLD."reviewer_id",'state',OLD."state",'test_id',OLD."test_id",'title',OLD."title",'version',OLD."version"), json_object('approver_id',NEW."approver_id",'assignable_cause',NEW."assignable_cause",'batch_id',NEW."batch_id",'cause_kind',NEW."cause_kind",'conclusion',NEW."conclusion",'evidence',NEW."evidence",'exception_id',NEW."exception_id",'hypothesis',NEW."hypothesis",'id',NEW."id",'investigator_id',NEW."investigator_id",'number',NEW."number",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'redetermination_id',NEW."redetermination_id",'result_id',NEW."result_id",'reviewer_id',NEW."reviewer_id",'state',NEW."state",'test_id',NEW."test_id",'title',NEW."title",'version',NEW."version"))); END

CREATE TRIGGER titer_lims_measurement_insert AFTER INSERT ON lims_measurement BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('lims_measurement', NEW.id, NEW.version, NULL, json_object('id',NEW."id",'name',NEW."name",'process_at',NEW."process_at",'raw',NEW."raw",'reason',NEW."reason",'recorded_at',NEW."recorded_at",'replicate',NEW."replicate",'run_id',NEW."run_id",'sample_id',NEW."sample_id",'source',NEW."source",'supersedes_id',NEW."supersedes_id",'test_id',NEW."test_id",'unit',NEW."unit",'value',NEW."value",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_lims_measurement_no_delete BEFORE DELETE ON lims_measurement BEGIN SELECT RAISE(ABORT, 'titer: lims_measurement is append-only'); END

CREATE TRIGGER titer_lims_measurement_no_update BEFORE UPDATE ON lims_measurement BEGIN SELECT RAISE(ABORT, 'titer: lims_measurement is append-only'); END

CREATE TRIGGER titer_lims_panel_request_delete AFTER DELETE ON lims_panel_request BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: lims_panel_request has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'lims_panel_request'); SELECT RAISE(ABORT, 'titer: lims_panel_request is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'lims_panel_request' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'asked_at' THEN OLD."asked_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('lims_panel_request', OLD.id, OLD.version + 1, json_object('asked_at',OLD."asked_at",'command_key',OLD."command_key",'counter',OLD."counter",'id',OLD."id",'instrument',OLD."instrument",'measured_at',OLD."measured_at",'message',OLD."message",'method_id',OLD."method_id",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'sample_id',OLD."sample_id",'state',OLD."state",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_lims_panel_request_insert AFTER INSERT ON lims_panel_request BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('lims_panel_request', NEW.id, NEW.version, NULL, json_object('asked_at',NEW."asked_at",'command_key',NEW."command_key",'counter',NEW."counter",'id',NEW."id",'instrument',NEW."instrument",'measured_at',NEW."measured_at",'message',NEW."message",'method_id',NEW."method_id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'sample_id',NEW."sample_id",'state',NEW."state",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_lims_panel_request_update AFTER UPDATE ON lims_panel_request BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: lims_panel_request.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: lims_panel_request.command_key keeps its first value') WHERE NEW."command_key" IS NOT OLD."command_key"; SELECT RAISE(ABORT, 'titer: lims_panel_request.sample_id keeps its first value') WHERE NEW."sample_id" IS NOT OLD."sample_id"; SELECT RAISE(ABORT, 'titer: lims_panel_request.method_id keeps its first value') WHERE NEW."method_id" IS NOT OLD."method_id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('lims_panel_request', NEW.id, NEW.version, json_object('asked_at',OLD."asked_at",'command_key',OLD."command_key",'counter',OLD."counter",'id',OLD."id",'instrument',OLD."instrument",'measured_at',OLD."measured_at",'message',OLD."message",'method_id',OLD."method_id",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'sample_id',OLD."sample_id",'state',OLD."state",'version',OLD."version"), json_object('asked_at',NEW."asked_at",'command_key',NEW."command_key",'counter',NEW."counter",'id',NEW."id",'instrument',NEW."instrument",'measured_at',NEW."measured_at",'message',NEW."message",'method_id',NEW."method_id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'sample_id',NEW."sample_id",'state',NEW."state",'version',NEW."version"))); END

CREATE TRIGGER titer_lims_raw_file_delete AFTER DELETE ON lims_raw_file BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: lims_raw_file has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'lims_raw_file'); SELECT RAISE(ABORT, 'titer: lims_raw_file is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'lims_raw_file' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('lims_raw_file', OLD.id, OLD.version + 1, json_object('batch_ids',OLD."batch_ids",'connection',OLD."connection",'digest',OLD."digest",'disposition',OLD."disposition",'document_id',OLD."document_id",'file_name',OLD."file_name",'found',OLD."found",'id',OLD."id",'process_at',OLD."process_at",'reason',OLD."reason",'recorded_at',OLD."recorded_at",'run_id',OLD."run_id",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_lims_raw_file_insert AFTER INSERT ON lims_raw_file BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('lims_raw_file', NEW.id, NEW.version, NULL, json_object('batch_ids',NEW."batch_ids",'connection',NEW."connection",'digest',NEW."digest",'disposition',NEW."disposition",'document_id',NEW."document_id",'file_name',NEW."file_name",'found',NEW."found",'id',NEW."id",'process_at',NEW."process_at",'reason',NEW."reason",'recorded_at',NEW."recorded_at",'run_id',NEW."run_id",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_lims_raw_file_update AFTER UPDATE ON lims_raw_file BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: lims_raw_file.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: lims_raw_file.document_id keeps its first value') WHERE NEW."document_id" IS NOT OLD."document_id"; SELECT RAISE(ABORT, 'titer: lims_raw_file.digest keeps its first value') WHERE NEW."digest" IS NOT OLD."digest"; SELECT RAISE(ABORT, 'titer: lims_raw_file.file_name keeps its first value') WHERE NEW."file_name" IS NOT OLD."file_name"; SELECT RAISE(ABORT, 'titer: lims_raw_file.connection keeps its first value') WHERE NEW."connection" IS NOT OLD."connection"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('lims_raw_file', NEW.id, NEW.version, json_object('batch_ids',OLD."batch_ids",'connection',OLD."connection",'digest',OLD."digest",'disposition',OLD."disposition",'document_id',OLD."document_id",'file_name',OLD."file_name",'found',OLD."found",'id',OLD."id",'process_at',OLD."process_at",'reason',OLD."reason",'recorded_at',OLD."recorded_at",'run_id',OLD."run_id",'version',OLD."version"), json_object('batch_ids',NEW."batch_ids",'connection',NEW."connection",'digest',NEW."digest",'disposition',NEW."disposition",'document_id',NEW."document_id",'file_name',NEW."file_name",'found',NEW."found",'id',NEW."id",'process_at',NEW."process_at",'reason',NEW."reason",'recorded_at',NEW."recorded_at",'run_id',NEW."run_id",'version',NEW."version"))); END

CREATE TRIGGER titer_lims_result_delete AFTER DELETE ON lims_result BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."batch_id")); SELECT RAISE(ABORT, 'titer: lims_result has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'lims_result'); SELECT RAISE(ABORT, 'titer: lims_result is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'lims_result' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'sampled_at' THEN OLD."sampled_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('lims_result', OLD.id, OLD.version + 1, json_object('analysis',OLD."analysis",'approved_by',OLD."approved_by",'batch_id',OLD."batch_id",'entered_by',OLD."entered_by",'id',OLD."id",'inputs',OLD."inputs",'pinned',OLD."pinned",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'reviewed_by',OLD."reviewed_by",'sample_id',OLD."sample_id",'sampled_at',OLD."sampled_at",'state',OLD."state",'test_id',OLD."test_id",'text',OLD."text",'trace',OLD."trace",'unit',OLD."unit",'value',OLD."value",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_lims_result_insert AFTER INSERT ON lims_result BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('lims_result', NEW.id, NEW.version, NULL, json_object('analysis',NEW."analysis",'approved_by',NEW."approved_by",'batch_id',NEW."batch_id",'entered_by',NEW."entered_by",'id',NEW."id",'inputs',NEW."inputs",'pinned',NEW."pinned",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'reviewed_by',NEW."reviewed_by",'sample_id',NEW."sample_id",'sampled_at',NEW."sampled_at",'state',NEW."state",'test_id',NEW."test_id",'text',NEW."text",'trace',NEW."trace",'unit',NEW."unit",'value',NEW."value",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_lims_result_update AFTER UPDATE ON lims_result BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: lims_result.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: lims_result.test_id keeps its first value') WHERE NEW."test_id" IS NOT OLD."test_id"; SELECT RAISE(ABORT, 'titer: lims_result.value keeps its first value') WHERE NEW."value" IS NOT OLD."value"; SELECT RAISE(ABORT, 'titer: lims_result.text keeps its first value') WHERE NEW."text" IS NOT OLD."text"; SELECT RAISE(ABORT, 'titer: lims_result.unit keeps its first value') WHERE NEW."unit" IS NOT OLD."unit"; SELECT RAISE(ABORT, 'titer: lims_result.trace keeps its first value') WHERE NEW."trace" IS NOT OLD."trace"; SELECT RAISE(ABORT, 'titer: lims_result.inputs keeps its first value') WHERE NEW."inputs" IS NOT OLD."inputs"; SELECT RAISE(ABORT, 'titer: lims_result.pinned keeps its first value') WHERE NEW."pinned" IS NOT OLD."pinned"; SELECT RAISE(ABORT, 'titer: lims_result.sampled_at keeps its first value') WHERE NEW."sampled_at" IS NOT OLD."sampled_at"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('lims_result', NEW.id, NEW.version, json_object('analysis',OLD."analysis",'approved_by',OLD."approved_by",'batch_id',OLD."batch_id",'entered_by',OLD."entered_by",'id',OLD."id",'inputs',OLD."inputs",'pinned',OLD."pinned",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'reviewed_by',OLD."reviewed_by",'sample_id',OLD."sample_id",'sampled_at',OLD."sampled_at",'state',OLD."state",'test_id',OLD."test_id",'text',OLD."text",'trace',OLD."trace",'unit',OLD."unit",'value',OLD."value",'version',OLD."version"), json_object('analysis',NEW."analysis",'approved_by',NEW."approved_by",'batch_id',NEW."batch_id",'entered_by',NEW."entered_by",'id',NEW."id",'inputs',NEW."inputs",'pinned',NEW."pinned",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'reviewed_by',NEW."reviewed_by",'sample_id',NEW."sample_id",'sampled_at',NEW."sampled_at",'state',NEW."state",'test_id',NEW."test_id",'text',NEW."text",'trace',NEW."trace",'unit',NEW."unit",'value',NEW."value",'version',NEW."version"))); END

CREATE TRIGGER titer_lims_run_delete AFTER DELETE ON lims_run BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: lims_run has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'lims_run'); SELECT RAISE(ABORT, 'titer: lims_run is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'lims_run' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'started_at' THEN OLD."started_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('lims_run', OLD.id, OLD.version + 1, json_object('analyst_id',OLD."analyst_id",'document_digest',OLD."document_digest",'findings',OLD."findings",'id',OLD."id",'injections',OLD."injections",'instrument',OLD."instrument",'instrument_trail',OLD."instrument_trail",'materials',OLD."materials",'method_id',OLD."method_id",'number',OLD."number",'pinned',OLD."pinned",'process_at',OLD."process_at",'raw_file_id',OLD."raw_file_id",'recorded_at',OLD."recorded_at",'started_at',OLD."started_at",'state',OLD."state",'suitability',OLD."suitability",'test_ids',OLD."test_ids",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_lims_run_insert AFTER INSERT ON lims_run BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('lims_run', NEW.id, NEW.version, NULL, json_object('analyst_id',NEW."analyst_id",'document_digest',NEW."document_digest",'findings',NEW."findings",'id',NEW."id",'injections',NEW."injections",'instrument',NEW."instrument",'instrument_trail',NEW."instrument_trail",'materials',NEW."materials",'method_id',NEW."method_id",'number',NEW."number",'pinned',NEW."pinned",'process_at',NEW."process_at",'raw_file_id',NEW."raw_file_id",'recorded_at',NEW."recorded_at",'started_at',NEW."started_at",'state',NEW."state",'suitability',NEW."suitability",'test_ids',NEW."test_ids",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_lims_run_update AFTER UPDATE ON lims_run BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: lims_run.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: lims_run.number keeps its first value') WHERE NEW."number" IS NOT OLD."number"; SELECT RAISE(ABORT, 'titer: lims_run.method_id keeps its first value') WHERE NEW."method_id" IS NOT OLD."method_id"; SELECT RAISE(ABORT, 'titer: lims_run.instrument keeps its first value') WHERE NEW."instrument" IS NOT OLD."instrument"; SELECT RAISE(ABORT, 'titer: lims_run.analyst_id keeps its first value') WHERE NEW."analyst_id" IS NOT OLD."analyst_id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('lims_run', NEW.id, NEW.version, json_object('analyst_id',OLD."analyst_id",'document_digest',OLD."document_digest",'findings',OLD."findings",'id',OLD."id",'injections',OLD."injections",'instrument',OLD."instrument",'instrument_trail',OLD."instrument_trail",'materials',OLD."materials",'method_id',OLD."method_id",'number',OLD."number",'pinned',OLD."pinned",'process_at',OLD."process_at",'raw_file_id',OLD."raw_file_id",'recorded_at',OLD."recorded_at",'started_at',OLD."started_at",'state',OLD."state",'suitability',OLD."suitability",'test_ids',OLD."test_ids",'version',OLD."version"), json_object('analyst_id',NEW."analyst_id",'document_digest',NEW."document_digest",'findings',NEW."findings",'id',NEW."id",'injections',NEW."injections",'instrument',NEW."instrument",'instrument_trail',NEW."instrument_trail",'materials',NEW."materials",'method_id',NEW."method_id",'number',NEW."number",'pinned',NEW."pinned",'process_at',NEW."process_at",'raw_file_id',NEW."raw_file_id",'recorded_at',NEW."recorded_at",'started_at',NEW."started_at",'state',NEW."state",'suitability',NEW."suitability",'test_ids',NEW."test_ids",'version',NEW."version"))); END

CREATE TRIGGER titer_lims_sample_delete AFTER DELETE ON lims_sample BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."batch_id" OR h.subject_id = OLD."lot_id")); SELECT RAISE(ABORT, 'titer: lims_sample has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'lims_sample'); SELECT RAISE(ABORT, 'titer: lims_sample is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'lims_sample' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'planned_at' THEN OLD."planned_at" WHEN 'received_at' THEN OLD."received_at" WHEN 'sampled_at' THEN OLD."sampled_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('lims_sample', OLD.id, OLD.version + 1, json_object('batch_id',OLD."batch_id",'id',OLD."id",'kind',OLD."kind",'location',OLD."location",'lot_id',OLD."lot_id",'number',OLD."number",'parent_id',OLD."parent_id",'plan_id',OLD."plan_id",'planned_at',OLD."planned_at",'point',OLD."point",'process_at',OLD."process_at",'received_at',OLD."received_at",'recorded_at',OLD."recorded_at",'sampled_at',OLD."sampled_at",'sampled_by',OLD."sampled_by",'specification_id',OLD."specification_id",'state',OLD."state",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_lims_sample_insert AFTER INSERT ON lims_sample BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('lims_sample', NEW.id, NEW.version, NULL, json_object('batch_id',NEW."batch_id",'id',NEW."id",'kind',NEW."kind",'location',NEW."location",'lot_id',NEW."lot_id",'number',NEW."number",'parent_id',NEW."parent_id",'plan_id',NEW."plan_id",'planned_at',NEW."planned_at",'point',NEW."point",'process_at',NEW."process_at",'received_at',NEW."received_at",'recorded_at',NEW."recorded_at",'sampled_at',NEW."sampled_at",'sampled_by',NEW."sampled_by",'specification_id',NEW."specification_id",'state',NEW."state",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_lims_sample_update AFTER UPDATE ON lims_sample BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: lims_sample.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: lims_sample.number keeps its first value') WHERE NEW."number" IS NOT OLD."number"; SELECT RAISE(ABORT, 'titer: lims_sample.batch_id keeps its first value') WHERE NEW."batch_id" IS NOT OLD."batch_id"; SELECT RAISE(ABORT, 'titer: lims_sample.lot_id keeps its first value') WHERE NEW."lot_id" IS NOT OLD."lot_id"; SELECT RAISE(ABORT, 'titer: lims_sample.parent_id keeps its first value') WHERE NEW."parent_id" IS NOT OLD."parent_id"; SELECT RAISE(ABORT, 'titer: lims_sample.kind keeps its first value') WHERE NEW."kind" IS NOT OLD."kind"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('lims_sample', NEW.id, NEW.version, json_object('batch_id',OLD."batch_id",'id',OLD."id",'kind',OLD."kind",'location',OLD."location",'lot_id',OLD."lot_id",'number',OLD."number",'parent_id',OLD."parent_id",'plan_id',OLD."plan_id",'planned_at',OLD."planned_at",'point',OLD."point",'process_at',OLD."process_at",'received_at',OLD."received_at",'recorded_at',OLD."recorded_at",'sampled_at',OLD."sampled_at",'sampled_by',OLD."sampled_by",'specification_id',OLD."specification_id",'state',OLD."state",'version',OLD."version"), json_object('batch_id',NEW."batch_id",'id',NEW."id",'kind',NEW."kind",'location',NEW."location",'lot_id',NEW."lot_id",'number',NEW."number",'parent_id',NEW."parent_id",'plan_id',NEW."plan_id",'planned_at',NEW."planned_at",'point',NEW."point",'process_at',NEW."process_at",'received_at',NEW."received_at",'recorded_at',NEW."recorded_at",'sampled_at',NEW."sampled_at",'sampled_by',NEW."sampled_by",'specification_id',NEW."specification_id",'state',NEW."state",'version',NEW."version"))); END

CREATE TRIGGER titer_lims_submission_insert AFTER INSERT ON lims_submission BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('lims_submission', NEW.id, NEW.version, NULL, json_object('content',NEW."content",'digest',NEW."digest",'id',NEW."id",'key',NEW."key",'machine',NEW."machine",'measured_at',NEW."measured_at",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'sample_id',NEW."sample_id",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_lims_submission_no_delete BEFORE DELETE ON lims_submission BEGIN SELECT RAISE(ABORT, 'titer: lims_submission is append-only'); END

CREATE TRIGGER titer_lims_submission_no_update BEFORE UPDATE ON lims_submission BEGIN SELECT RAISE(ABORT, 'titer: lims_submission is append-only'); END

CREATE TRIGGER titer_lims_test_delete AFTER DELETE ON lims_test BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."batch_id")); SELECT RAISE(ABORT, 'titer: lims_test has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'lims_test'); SELECT RAISE(ABORT, 'titer: lims_test is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'lims_test' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('lims_test', OLD.id, OLD.version + 1, json_object('analysis',OLD."analysis",'batch_id',OLD."batch_id",'id',OLD."id",'investigation_id',OLD."investigation_id",'kind',OLD."kind",'method_id',OLD."method_id",'number',OLD."number",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'redetermines_id',OLD."redetermines_id",'run_id',OLD."run_id",'sample_id',OLD."sample_id",'specification_id',OLD."specification_id",'state',OLD."state",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_lims_test_insert AFTER INSERT ON lims_test BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('lims_test', NEW.id, NEW.version, NULL, json_object('analysis',NEW."analysis",'batch_id',NEW."batch_id",'id',NEW."id",'investigation_id',NEW."investigation_id",'kind',NEW."kind",'method_id',NEW."method_id",'number',NEW."number",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'redetermines_id',NEW."redetermines_id",'run_id',NEW."run_id",'sample_id',NEW."sample_id",'specification_id',NEW."specification_id",'state',NEW."state",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_lims_test_update AFTER UPDATE ON lims_test BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: lims_test.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: lims_test.number keeps its first value') WHERE NEW."number" IS NOT OLD."number"; SELECT RAISE(ABORT, 'titer: lims_test.sample_id keeps its first value') WHERE NEW."sample_id" IS NOT OLD."sample_id"; SELECT RAISE(ABORT, 'titer: lims_test.analysis keeps its first value') WHERE NEW."analysis" IS NOT OLD."analysis"; SELECT RAISE(ABORT, 'titer: lims_test.method_id keeps its first value') WHERE NEW."method_id" IS NOT OLD."method_id"; SELECT RAISE(ABORT, 'titer: lims_test.specification_id keeps its first value') WHERE NEW."specification_id" IS NOT OLD."specification_id"; SELECT RAISE(ABORT, 'titer: lims_test.redetermines_id keeps its first value') WHERE NEW."redetermines_id" IS NOT OLD."redetermines_id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('lims_test', NEW.id, NEW.version, json_object('analysis',OLD."analysis",'batch_id',OLD."batch_id",'id',OLD."id",'investigation_id',OLD."investigation_id",'kind',OLD."kind",'method_id',OLD."method_id",'number',OLD."number",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'redetermines_id',OLD."redetermines_id",'run_id',OLD."run_id",'sample_id',OLD."sample_id",'specification_id',OLD."specification_id",'state',OLD."state",'version',OLD."version"), json_object('analysis',NEW."analysis",'batch_id',NEW."batch_id",'id',NEW."id",'investigation_id',NEW."investigation_id",'kind',NEW."kind",'method_id',NEW."method_id",'number',NEW."number",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'redetermines_id',NEW."redetermines_id",'run_id',NEW."run_id",'sample_id',NEW."sample_id",'specification_id',NEW."specification_id",'state',NEW."state",'version',NEW."version"))); END

CREATE TRIGGER titer_material_container_delete AFTER DELETE ON material_container BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."lot_id")); SELECT RAISE(ABORT, 'titer: material_container has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'material_container'); SELECT RAISE(ABORT, 'titer: material_container is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'material_container' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('material_container', OLD.id, OLD.version + 1, json_object('code',OLD."code",'id',OLD."id",'location',OLD."location",'lot_id',OLD."lot_id",'process_at',OLD."process_at",'quantity',OLD."quantity",'recorded_at',OLD."recorded_at",'state',OLD."state",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_material_container_insert AFTER INSERT ON material_container BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('material_container', NEW.id, NEW.version, NULL, json_object('code',NEW."code",'id',NEW."id",'location',NEW."location",'lot_id',NEW."lot_id",'process_at',NEW."process_at",'quantity',NEW."quantity",'recorded_at',NEW."recorded_at",'state',NEW."state",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_material_container_update AFTER UPDATE ON material_container BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: material_container.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: material_container.code keeps its first value') WHERE NEW."code" IS NOT OLD."code"; SELECT RAISE(ABORT, 'titer: material_container.lot_id keeps its first value') WHERE NEW."lot_id" IS NOT OLD."lot_id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('material_container', NEW.id, NEW.version, json_object('code',OLD."code",'id',OLD."id",'location',OLD."location",'lot_id',OLD."lot_id",'process_at',OLD."process_at",'quantity',OLD."quantity",'recorded_at',OLD."recorded_at",'state',OLD."state",'version',OLD."version"), json_object('code',NEW."code",'id',NEW."id",'location',NEW."location",'lot_id',NEW."lot_id",'process_at',NEW."process_at",'quantity',NEW."quantity",'recorded_at',NEW."recorded_at",'state',NEW."state",'version',NEW."version"))); END

CREATE TRIGGER titer_material_definition_delete AFTER DELETE ON material_definition BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: material_definition has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'material_definition'); SELECT RAISE(ABORT, 'titer: material_definition is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'material_definition' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('material_definition', OLD.id, OLD.version + 1, json_object('code',OLD."code",'disposed_by',OLD."disposed_by",'id',OLD."id",'kind',OLD."kind",'needs',OLD."needs",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'specification',OLD."specification",'title',OLD."title",'unit',OLD."unit",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_material_definition_insert AFTER INSERT ON material_definition BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('material_definition', NEW.id, NEW.version, NULL, json_object('code',NEW."code",'disposed_by',NEW."disposed_by",'id',NEW."id",'kind',NEW."kind",'needs',NEW."needs",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'specification',NEW."specification",'title',NEW."title",'unit',NEW."unit",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_material_definition_update AFTER UPDATE ON material_definition BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: material_definition.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: material_definition.code keeps its first value') WHERE NEW."code" IS NOT OLD."code"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('material_definition', NEW.id, NEW.version, json_object('code',OLD."code",'disposed_by',OLD."disposed_by",'id',OLD."id",'kind',OLD."kind",'needs',OLD."needs",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'specification',OLD."specification",'title',OLD."title",'unit',OLD."unit",'version',OLD."version"), json_object('code',NEW."code",'disposed_by',NEW."disposed_by",'id',NEW."id",'kind',NEW."kind",'needs',NEW."needs",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'specification',NEW."specification",'title',NEW."title",'unit',NEW."unit",'version',NEW."version"))); END

CREATE TRIGGER titer_material_genealogy_insert AFTER INSERT ON material_genealogy BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('material_genealogy', NEW.id, NEW.version, NULL, json_object('happened_at',NEW."happened_at",'id',NEW."id",'key',NEW."key",'kind',NEW."kind",'process_at',NEW."process_at",'quantity',NEW."quantity",'recorded_at',NEW."recorded_at",'source_id',NEW."source_id",'source_type',NEW."source_type",'target_id',NEW."target_id",'target_type',NEW."target_type",'unit',NEW."unit",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_material_genealogy_no_delete BEFORE DELETE ON material_genealogy BEGIN SELECT RAISE(ABORT, 'titer: material_genealogy is append-only'); END

CREATE TRIGGER titer_material_genealogy_no_update BEFORE UPDATE ON material_genealogy BEGIN SELECT RAISE(ABORT, 'titer: material_genealogy is append-only'); END

CREATE TRIGGER titer_material_lot_delete AFTER DELETE ON material_lot BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."batch_id")); SELECT RAISE(ABORT, 'titer: material_lot has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'material_lot'); SELECT RAISE(ABORT, 'titer: material_lot is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'material_lot' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'received_at' THEN OLD."received_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('material_lot', OLD.id, OLD.version + 1, json_object('batch_id',OLD."batch_id",'certificate_digest',OLD."certificate_digest",'certificate_name',OLD."certificate_name",'definition_id',OLD."definition_id",'disposition',OLD."disposition",'disposition_reason',OLD."disposition_reason",'disposition_signature',OLD."disposition_signature",'expires_on',OLD."expires_on",'id',OLD."id",'number',OLD."number",'process_at',OLD."process_at",'quantity',OLD."quantity",'received_at',OLD."received_at",'recorded_at',OLD."recorded_at",'remaining',OLD."remaining",'supplier',OLD."supplier",'supplier_lot',OLD."supplier_lot",'unit',OLD."unit",'usage',OLD."usage",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_material_lot_insert AFTER INSERT ON material_lot BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('material_lot', NEW.id, NEW.version, NULL, json_object('batch_id',NEW."batch_id",'certificate_digest',NEW."certificate_digest",'certificate_name',NEW."certificate_name",'definition_id',NEW."definition_id",'disposition',NEW."disposition",'disposition_reason',NEW."disposition_reason",'disposition_signature',NEW."disposition_signature",'expires_on',NEW."expires_on",'id',NEW."id",'number',NEW."number",'process_at',NEW."process_at",'quantity',NEW."quantity",'received_at',NEW."received_at",'recorded_at',NEW."recorded_at",'remaining',NEW."remaining",'supplier',NEW."supplier",'supplier_lot',NEW."supplier_lot",'unit',NEW."unit",'usage',NEW."usage",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_material_lot_update AFTER UPDATE ON material_lot BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: material_lot.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: material_lot.number keeps its first value') WHERE NEW."number" IS NOT OLD."number"; SELECT RAISE(ABORT, 'titer: material_lot.definition_id keeps its first value') WHERE NEW."definition_id" IS NOT OLD."definition_id"; SELECT RAISE(ABORT, 'titer: material_lot.quantity keeps its first value') WHERE NEW."quantity" IS NOT OLD."quantity"; SELECT RAISE(ABORT, 'titer: material_lot.unit keeps its first value') WHERE NEW."unit" IS NOT OLD."unit"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('material_lot', NEW.id, NEW.version, json_object('batch_id',OLD."batch_id",'certificate_digest',OLD."certificate_digest",'certificate_name',OLD."certificate_name",'definition_id',OLD."definition_id",'disposition',OLD."disposition",'disposition_reason',OLD."disposition_reason",'disposition_signature',OLD."disposition_signature",'expires_on',OLD."expires_on",'id',OLD."id",'number',OLD."number",'process_at',OLD."process_at",'quantity',OLD."quantity",'received_at',OLD."received_at",'recorded_at',OLD."recorded_at",'remaining',OLD."remaining",'supplier',OLD."supplier",'supplier_lot',OLD."supplier_lot",'unit',OLD."unit",'usage',OLD."usage",'version',OLD."version"), json_object('batch_id',NEW."batch_id",'certificate_digest',NEW."certificate_digest",'certificate_name',NEW."certificate_name",'definition_id',NEW."definition_id",'disposition',NEW."disposition",'disposition_reason',NEW."disposition_reason",'disposition_signature',NEW."disposition_signature",'expires_on',NEW."expires_on",'id',NEW."id",'number',NEW."number",'process_at',NEW."process_at",'quantity',NEW."quantity",'received_at',NEW."received_at",'recorded_at',NEW."recorded_at",'remaining',NEW."remaining",'supplier',NEW."supplier",'supplier_lot',NEW."supplier_lot",'unit',NEW."unit",'usage',NEW."usage",'version',NEW."version"))); END

CREATE TRIGGER titer_mes_adjustment_delete AFTER DELETE ON mes_adjustment BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."batch_id")); SELECT RAISE(ABORT, 'titer: mes_adjustment has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'mes_adjustment'); SELECT RAISE(ABORT, 'titer: mes_adjustment is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'mes_adjustment' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'applied_at' THEN OLD."applied_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('mes_adjustment', OLD.id, OLD.version + 1, json_object('applied_at',OLD."applied_at",'batch_id',OLD."batch_id",'channel',OLD."channel",'command_key',OLD."command_key",'id',OLD."id",'process_at',OLD."process_at",'proposal_id',OLD."proposal_id",'readback',OLD."readback",'reason',OLD."reason",'recorded_at',OLD."recorded_at",'signature_id',OLD."signature_id",'state',OLD."state",'tag',OLD."tag",'unit',OLD."unit",'value',OLD."value",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_mes_adjustment_insert AFTER INSERT ON mes_adjustment BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('mes_adjustment', NEW.id, NEW.version, NULL, json_object('applied_at',NEW."applied_at",'batch_id',NEW."batch_id",'channel',NEW."channel",'command_key',NEW."command_key",'id',NEW."id",'process_at',NEW."process_at",'proposal_id',NEW."proposal_id",'readback',NEW."readback",'reason',NEW."reason",'recorded_at',NEW."recorded_at",'signature_id',NEW."signature_id",'state',NEW."state",'tag',NEW."tag",'unit',NEW."unit",'value',NEW."value",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_mes_adjustment_update AFTER UPDATE ON mes_adjustment BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: mes_adjustment.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('mes_adjustment', NEW.id, NEW.version, json_object('applied_at',OLD."applied_at",'batch_id',OLD."batch_id",'channel',OLD."channel",'command_key',OLD."command_key",'id',OLD."id",'process_at',OLD."process_at",'proposal_id',OLD."proposal_id",'readback',OLD."readback",'reason',OLD."reason",'recorded_at',OLD."recorded_at",'signature_id',OLD."signature_id",'state',OLD."state",'tag',OLD."tag",'unit',OLD."unit",'value',OLD."value",'version',OLD."version"), json_object('applied_at',NEW."applied_at",'batch_id',NEW."batch_id",'channel',NEW."channel",'command_key',NEW."command_key",'id',NEW."id",'process_at',NEW."process_at",'proposal_id',NEW."proposal_id",'readback',NEW."readback",'reason',NEW."reason",'recorded_at',NEW."recorded_at",'signature_id',NEW."signature_id",'state',NEW."state",'tag',NEW."tag",'unit',NEW."unit",'value',NEW."value",'version',NEW."version"))); END

CREATE TRIGGER titer_mes_allocation_delete AFTER DELETE ON mes_allocation BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."batch_id")); SELECT RAISE(ABORT, 'titer: mes_allocation has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'mes_allocation'); SELECT RAISE(ABORT, 'titer: mes_allocation is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'mes_allocation' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'granted_at' THEN OLD."granted_at" WHEN 'released_at' THEN OLD."released_at" WHEN 'requested_at' THEN OLD."requested_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('mes_allocation', OLD.id, OLD.version + 1, json_object('batch_id',OLD."batch_id",'equipment',OLD."equipment",'granted_at',OLD."granted_at",'id',OLD."id",'key',OLD."key",'path',OLD."path",'priority',OLD."priority",'process_at',OLD."process_at",'reasons',OLD."reasons",'recorded_at',OLD."recorded_at",'released_at',OLD."released_at",'requested_at',OLD."requested_at",'state',OLD."state",'symbol',OLD."symbol",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_mes_allocation_insert AFTER INSERT ON mes_allocation BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('mes_allocation', NEW.id, NEW.version, NULL, json_object('batch_id',NEW."batch_id",'equipment',NEW."equipment",'granted_at',NEW."granted_at",'id',NEW."id",'key',NEW."key",'path',NEW."path",'priority',NEW."priority",'process_at',NEW."process_at",'reasons',NEW."reasons",'recorded_at',NEW."recorded_at",'released_at',NEW."released_at",'requested_at',NEW."requested_at",'state',NEW."state",'symbol',NEW."symbol",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_mes_allocation_update AFTER UPDATE ON mes_allocation BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: mes_allocation.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('mes_allocation', NEW.id, NEW.version, json_object('batch_id',OLD."batch_id",'equipment',OLD."equipment",'granted_at',OLD."granted_at",'id',OLD."id",'key',OLD."key",'path',OLD."path",'priority',OLD."priority",'process_at',OLD."process_at",'reasons',OLD."reasons",'recorded_at',OLD."recorded_at",'released_at',OLD."released_at",'requested_at',OLD."requested_at",'state',OLD."state",'symbol',OLD."symbol",'version',OLD."version"), json_object('batch_id',NEW."batch_id",'equipment',NEW."equipment",'granted_at',NEW."granted_at",'id',NEW."id",'key',NEW."key",'path',NEW."path",'priority',NEW."priority",'process_at',NEW."process_at",'reasons',NEW."reasons",'recorded_at',NEW."recorded_at",'released_at',NEW."released_at",'requested_at',NEW."requested_at",'state',NEW."state",'symbol',NEW."symbol",'version',NEW."version"))); END

CREATE TRIGGER titer_mes_batch_delete AFTER DELETE ON mes_batch BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: mes_batch has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'mes_batch'); SELECT RAISE(ABORT, 'titer: mes_batch is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'mes_batch' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'ended_at' THEN OLD."ended_at" WHEN 'started_at' THEN OLD."started_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('mes_batch', OLD.id, OLD.version + 1, json_object('control_recipe_id',OLD."control_recipe_id",'ended_at',OLD."ended_at",'equipment',OLD."equipment",'execution',OLD."execution",'id',OLD."id",'number',OLD."number",'order_id',OLD."order_id",'process_at',OLD."process_at",'product',OLD."product",'recipe_id',OLD."recipe_id",'recorded_at',OLD."recorded_at",'semantics',OLD."semantics",'simulated',json(CASE OLD."simulated" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."simulated") END),'started_at',OLD."started_at",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_mes_batch_insert AFTER INSERT ON mes_batch BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('mes_batch', NEW.id, NEW.version, NULL, json_object('control_recipe_id',NEW."control_recipe_id",'ended_at',NEW."ended_at",'equipment',NEW."equipment",'execution',NEW."execution",'id',NEW."id",'number',NEW."number",'order_id',NEW."order_id",'process_at',NEW."process_at",'product',NEW."product",'recipe_id',NEW."recipe_id",'recorded_at',NEW."recorded_at",'semantics',NEW."semantics",'simulated',json(CASE NEW."simulated" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."simulated") END),'started_at',NEW."started_at",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_mes_batch_update AFTER UPDATE ON mes_batch BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: mes_batch.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('mes_batch', NEW.id, NEW.version, json_object('control_recipe_id',OLD."control_recipe_id",'ended_at',OLD."ended_at",'equipment',OLD."equipment",'execution',OLD."execution",'id',OLD."id",'number',OLD."number",'order_id',OLD."order_id",'process_at',OLD."process_at",'product',OLD."product",'recipe_id',OLD."recipe_id",'recorded_at',OLD."recorded_at",'semantics',OLD."semantics",'simulated',json(CASE OLD."simulated" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."simulated") END),'started_at',OLD."started_at",'version',OLD."version"), json_object('control_recipe_id',NEW."control_recipe_id",'ended_at',NEW."ended_at",'equipment',NEW."equipment",'execution',NEW."execution",'id',NEW."id",'number',NEW."number",'order_id',NEW."order_id",'process_at',NEW."process_at",'product',NEW."product",'recipe_id',NEW."recipe_id",'recorded_at',NEW."recorded_at",'semantics',NEW."semantics",'simulated',json(CASE NEW."simulated" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."simulated") END),'started_at',NEW."started_at",'version',NEW."version"))); END

CREATE TRIGGER titer_mes_charge_insert AFTER INSERT ON mes_charge BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('mes_charge', NEW.id, NEW.version, NULL, json_object('batch_id',NEW."batch_id",'direction',NEW."direction",'id',NEW."id",'lot_id',NEW."lot_id",'lot_number',NEW."lot_number",'material',NEW."material",'process_at',NEW."process_at",'quantity',NEW."quantity",'recorded_at',NEW."recorded_at",'task_id',NEW."task_id",'unit',NEW."unit",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_mes_charge_no_delete BEFORE DELETE ON mes_charge BEGIN SELECT RAISE(ABORT, 'titer: mes_charge is append-only'); END

CREATE TRIGGER titer_mes_charge_no_update BEFORE UPDATE ON mes_charge BEGIN SELECT RAISE(ABORT, 'titer: mes_charge is append-only'); END

CREATE TRIGGER titer_mes_control_recipe_insert AFTER INSERT ON mes_control_recipe BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('mes_control_recipe', NEW.id, NEW.version, NULL, json_object('bindings',NEW."bindings",'content',NEW."content",'content_digest',NEW."content_digest",'formula',NEW."formula",'id',NEW."id",'process_at',NEW."process_at",'recipe_id',NEW."recipe_id",'recorded_at',NEW."recorded_at",'snapshot_digest',NEW."snapshot_digest",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_mes_control_recipe_no_delete BEFORE DELETE ON mes_control_recipe BEGIN SELECT RAISE(ABORT, 'titer: mes_control_recipe is append-only'); END

CREATE TRIGGER titer_mes_control_recipe_no_update BEFORE UPDATE ON mes_control_recipe BEGIN SELECT RAISE(ABORT, 'titer: mes_control_recipe is append-only'); END

CREATE TRIGGER titer_mes_journal_insert AFTER INSERT ON mes_journal BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('mes_journal', NEW.id, NEW.version, NULL, json_object('batch_id',NEW."batch_id",'event',NEW."event",'id',NEW."id",'path',NEW."path",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'sequence',NEW."sequence",'type',NEW."type",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_mes_journal_no_delete BEFORE DELETE ON mes_journal BEGIN SELECT RAISE(ABORT, 'titer: mes_journal is append-only'); END

CREATE TRIGGER titer_mes_journal_no_update BEFORE UPDATE ON mes_journal BEGIN SELECT RAISE(ABORT, 'titer: mes_journal is append-only'); END

CREATE TRIGGER titer_mes_order_delete AFTER DELETE ON mes_order BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: mes_order has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'mes_order'); SELECT RAISE(ABORT, 'titer: mes_order is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'mes_order' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'planned_start' THEN OLD."planned_start" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('mes_order', OLD.id, OLD.version + 1, json_object('id',OLD."id",'number',OLD."number",'planned_start',OLD."planned_start",'priority',OLD."priority",'process_at',OLD."process_at",'product',OLD."product",'quantity',OLD."quantity",'recipe_code',OLD."recipe_code",'recorded_at',OLD."recorded_at",'state',OLD."state",'unit',OLD."unit",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_mes_order_insert AFTER INSERT ON mes_order BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('mes_order', NEW.id, NEW.version, NULL, json_object('id',NEW."id",'number',NEW."number",'planned_start',NEW."planned_start",'priority',NEW."priority",'process_at',NEW."process_at",'product',NEW."product",'quantity',NEW."quantity",'recipe_code',NEW."recipe_code",'recorded_at',NEW."recorded_at",'state',NEW."state",'unit',NEW."unit",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_mes_order_update AFTER UPDATE ON mes_order BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: mes_order.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('mes_order', NEW.id, NEW.version, json_object('id',OLD."id",'number',OLD."number",'planned_start',OLD."planned_start",'priority',OLD."priority",'process_at',OLD."process_at",'product',OLD."product",'quantity',OLD."quantity",'recipe_code',OLD."recipe_code",'recorded_at',OLD."recorded_at",'state',OLD."state",'unit',OLD."unit",'version',OLD."version"), json_object('id',NEW."id",'number',NEW."number",'planned_start',NEW."planned_start",'priority',NEW."priority",'process_at',NEW."process_at",'product',NEW."product",'quantity',NEW."quantity",'recipe_code',NEW."recipe_code",'recorded_at',NEW."recorded_at",'state',NEW."state",'unit',NEW."unit",'version',NEW."version"))); END

CREATE TRIGGER titer_mes_recipe_delete AFTER DELETE ON mes_recipe BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: mes_recipe has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'mes_recipe'); SELECT RAISE(ABORT, 'titer: mes_recipe is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'mes_recipe' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'effective_at' THEN OLD."effective_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('mes_recipe', OLD.id, OLD.version + 1, json_object('approver_id',OLD."approver_id",'author_id',OLD."author_id",'checker_id',OLD."checker_id",'code',OLD."code",'content',OLD."content",'content_digest',OLD."content_digest",'effective_at',OLD."effective_at",'id',OLD."id",'number',OLD."number",'process_at',OLD."process_at",'product',OLD."product",'recorded_at',OLD."recorded_at",'source_digest',OLD."source_digest",'state',OLD."state",'state_reason',OLD."state_reason",'submitted_by',OLD."submitted_by",'title',OLD."title",'version',OLD."version",'warnings',OLD."warnings"), NULL)); END

CREATE TRIGGER titer_mes_recipe_insert AFTER INSERT ON mes_recipe BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('mes_recipe', NEW.id, NEW.version, NULL, json_object('approver_id',NEW."approver_id",'author_id',NEW."author_id",'checker_id',NEW."checker_id",'code',NEW."code",'content',NEW."content",'content_digest',NEW."content_digest",'effective_at',NEW."effective_at",'id',NEW."id",'number',NEW."number",'process_at',NEW."process_at",'product',NEW."product",'recorded_at',NEW."recorded_at",'source_digest',NEW."source_digest",'state',NEW."state",'state_reason',NEW."state_reason",'submitted_by',NEW."submitted_by",'title',NEW."title",'version',NEW."version",'warnings',NEW."warnings")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_mes_recipe_update AFTER UPDATE ON mes_recipe BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: mes_recipe.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: mes_recipe.code keeps its first value') WHERE NEW."code" IS NOT OLD."code"; SELECT RAISE(ABORT, 'titer: mes_recipe.number keeps its first value') WHERE NEW."number" IS NOT OLD."number"; SELECT RAISE(ABORT, 'titer: mes_recipe.content keeps its first value') WHERE NEW."content" IS NOT OLD."content"; SELECT RAISE(ABORT, 'titer: mes_recipe.content_digest keeps its first value') WHERE NEW."content_digest" IS NOT OLD."content_digest"; SELECT RAISE(ABORT, 'titer: mes_recipe.source_digest keeps its first value') WHERE NEW."source_digest" IS NOT OLD."source_digest"; SELECT RAISE(ABORT, 'titer: mes_recipe.submitted_by keeps its first value') WHERE NEW."submitted_by" IS NOT OLD."submitted_by"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('mes_recipe', NEW.id, NEW.version, json_object('approver_id',OLD."approver_id",'author_id',OLD."author_id",'checker_id',OLD."checker_id",'code',OLD."code",'content',OLD."content",'content_digest',OLD."content_digest",'effective_at',OLD."effective_at",'id',OLD."id",'number',OLD."number",'process_at',OLD."process_at",'product',OLD."product",'recorded_at',OLD."recorded_at",'source_digest',OLD."source_digest",'state',OLD."state",'state_reason',OLD."state_reason",'submitted_by',OLD."submitted_by",'title',OLD."title",'version',OLD."version",'warnings',OLD."warnings"), json_object('approver_id',NEW."approver_id",'author_id',NEW."author_id",'checker_id',NEW."checker_id",'code',NEW."code",'content',NEW."content",'content_digest',NEW."content_digest",'effective_at',NEW."effective_at",'id',NEW."id",'number',NEW."number",'process_at',NEW."process_at",'product',NEW."product",'recorded_at',NEW."recorded_at",'source_digest',NEW."source_digest",'state',NEW."state",'state_reason',NEW."state_reason",'submitted_by',NEW."submitted_by",'title',NEW."title",'version',NEW."version",'warnings',NEW."warnings"))); END

CREATE TRIGGER titer_mes_sample_delete AFTER DELETE ON mes_sample BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."batch_id")); SELECT RAISE(ABORT, 'titer: mes_sample has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'mes_sample'); SELECT RAISE(ABORT, 'titer: mes_sample is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'mes_sample' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'drawn_at' THEN OLD."drawn_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('mes_sample', OLD.id, OLD.version + 1, json_object('batch_id',OLD."batch_id",'drawn_at',OLD."drawn_at",'id',OLD."id",'key',OLD."key",'label',OLD."label",'number',OLD."number",'path',OLD."path",'plan',OLD."plan",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'sample_id',OLD."sample_id",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_mes_sample_insert AFTER INSERT ON mes_sample BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('mes_sample', NEW.id, NEW.version, NULL, json_object('batch_id',NEW."batch_id",'drawn_at',NEW."drawn_at",'id',NEW."id",'key',NEW."key",'label',NEW."label",'number',NEW."number",'path',NEW."path",'plan',NEW."plan",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'sample_id',NEW."sample_id",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_mes_sample_update AFTER UPDATE ON mes_sample BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: mes_sample.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('mes_sample', NEW.id, NEW.version, json_object('batch_id',OLD."batch_id",'drawn_at',OLD."drawn_at",'id',OLD."id",'key',OLD."key",'label',OLD."label",'number',OLD."number",'path',OLD."path",'plan',OLD."plan",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'sample_id',OLD."sample_id",'version',OLD."version"), json_object('batch_id',NEW."batch_id",'drawn_at',NEW."drawn_at",'id',NEW."id",'key',NEW."key",'label',NEW."label",'number',NEW."number",'path',NEW."path",'plan',NEW."plan",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'sample_id',NEW."sample_id",'version',NEW."version"))); END

CREATE TRIGGER titer_mes_task_delete AFTER DELETE ON mes_task BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."batch_id")); SELECT RAISE(ABORT, 'titer: mes_task has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'mes_task'); SELECT RAISE(ABORT, 'titer: mes_task is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'mes_task' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'accepted_at' THEN OLD."accepted_at" WHEN 'entered_at' THEN OLD."entered_at" WHEN 'offered_at' THEN OLD."offered_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('mes_task', OLD.id, OLD.version + 1, json_object('accepted_at',OLD."accepted_at",'batch_id',OLD."batch_id",'comment',OLD."comment",'entered_at',OLD."entered_at",'entered_by',OLD."entered_by",'form',OLD."form",'id',OLD."id",'key',OLD."key",'lot_number',OLD."lot_number",'offered_at',OLD."offered_at",'path',OLD."path",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'role',OLD."role",'state',OLD."state",'title',OLD."title",'unit_code',OLD."unit_code",'version',OLD."version",'witness_signature_id',OLD."witness_signature_id"), NULL)); END

CREATE TRIGGER titer_mes_task_entry_insert AFTER INSERT ON mes_task_entry BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('mes_task_entry', NEW.id, NEW.version, NULL, json_object('entered_by',NEW."entered_by",'high',NEW."high",'id',NEW."id",'inside',json(CASE NEW."inside" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."inside") END),'low',NEW."low",'name',NEW."name",'process_at',NEW."process_at",'reason',NEW."reason",'recorded_at',NEW."recorded_at",'revision',NEW."revision",'task_id',NEW."task_id",'text',NEW."text",'unit',NEW."unit",'value',NEW."value",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_mes_task_entry_no_delete BEFORE DELETE ON mes_task_entry BEGIN SELECT RAISE(ABORT, 'titer: mes_task_entry is append-only'); END

CREATE TRIGGER titer_mes_task_entry_no_update BEFORE UPDATE ON mes_task_entry BEGIN SELECT RAISE(ABORT, 'titer: mes_task_entry is append-only'); END

CREATE TRIGGER titer_mes_task_insert AFTER INSERT ON mes_task BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('mes_task', NEW.id, NEW.version, NULL, json_object('accepted_at',NEW."accepted_at",'batch_id',NEW."batch_id",'comment',NEW."comment",'entered_at',NEW."entered_at",'entered_by',NEW."entered_by",'form',NEW."form",'id',NEW."id",'key',NEW."key",'lot_number',NEW."lot_number",'offered_at',NEW."offered_at",'path',NEW."path",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'role',NEW."role",'state',NEW."state",'title',NEW."title",'unit_code',NEW."unit_code",'version',NEW."version",'witness_signature_id',NEW."witness_signature_id")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_mes_task_update AFTER UPDATE ON mes_task BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: mes_task.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('mes_task', NEW.id, NEW.version, json_object('accepted_at',OLD."accepted_at",'batch_id',OLD."batch_id",'comment',OLD."comment",'entered_at',OLD."entered_at",'entered_by',OLD."entered_by",'form',OLD."form",'id',OLD."id",'key',OLD."key",'lot_number',OLD."lot_number",'offered_at',OLD."offered_at",'path',OLD."path",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'role',OLD."role",'state',OLD."state",'title',OLD."title",'unit_code',OLD."unit_code",'version',OLD."version",'witness_signature_id',OLD."witness_signature_id"), json_object('accepted_at',NEW."accepted_at",'batch_id',NEW."batch_id",'comment',NEW."comment",'entered_at',NEW."entered_at",'entered_by',NEW."entered_by",'form',NEW."form",'id',NEW."id",'key',NEW."key",'lot_number',NEW."lot_number",'offered_at',NEW."offered_at",'path',NEW."path",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'role',NEW."role",'state',NEW."state",'title',NEW."title",'unit_code',NEW."unit_code",'version',NEW."version",'witness_signature_id',NEW."witness_signature_id"))); END

CREATE TRIGGER titer_quality_audit_trail_review_delete AFTER DELETE ON quality_audit_trail_review BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."batch_id")); SELECT RAISE(ABORT, 'titer: quality_audit_trail_review has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'quality_audit_trail_review'); SELECT RAISE(ABORT, 'titer: quality_audit_trail_review is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'quality_audit_trail_review' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'due_at' THEN OLD."due_at" WHEN 'opened_at' THEN OLD."opened_at" WHEN 'period_from' THEN OLD."period_from" WHEN 'period_to' THEN OLD."period_to" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('quality_audit_trail_review', OLD.id, OLD.version + 1, json_object('batch_id',OLD."batch_id",'comment',OLD."comment",'due_at',OLD."due_at",'entries',OLD."entries",'flagged',OLD."flagged",'from_seq',OLD."from_seq",'id',OLD."id",'number',OLD."number",'opened_at',OLD."opened_at",'outcome',OLD."outcome",'period_from',OLD."period_from",'period_to',OLD."period_to",'population',OLD."population",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'reviewer_id',OLD."reviewer_id",'ruleset_digest',OLD."ruleset_digest",'ruleset_version',OLD."ruleset_version",'sampled',OLD."sampled",'seed',OLD."seed",'state',OLD."state",'subject_id',OLD."subject_id",'subject_name',OLD."subject_name",'subject_type',OLD."subject_type",'upto_seq',OLD."upto_seq",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_quality_audit_trail_review_insert AFTER INSERT ON quality_audit_trail_review BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('quality_audit_trail_review', NEW.id, NEW.version, NULL, json_object('batch_id',NEW."batch_id",'comment',NEW."comment",'due_at',NEW."due_at",'entries',NEW."entries",'flagged',NEW."flagged",'from_seq',NEW."from_seq",'id',NEW."id",'number',NEW."number",'opened_at',NEW."opened_at",'outcome',NEW."outcome",'period_from',NEW."period_from",'period_to',NEW."period_to",'population',NEW."population",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'reviewer_id',NEW."reviewer_id",'ruleset_digest',NEW."ruleset_digest",'ruleset_version',NEW."ruleset_version",'sampled',NEW."sampled",'seed',NEW."seed",'state',NEW."state",'subject_id',NEW."subject_id",'subject_name',NEW."subject_name",'subject_type',NEW."subject_type",'upto_seq',NEW."upto_seq",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_quality_audit_trail_review_update AFTER UPDATE ON quality_audit_trail_review BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: quality_audit_trail_review.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: quality_audit_trail_review.number keeps its first value') WHERE NEW."number" IS NOT OLD."number"; SELECT RAISE(ABORT, 'titer: quality_audit_trail_review.subject_type keeps its first value') WHERE NEW."subject_type" IS NOT OLD."subject_type"; SELECT RAISE(ABORT, 'titer: quality_audit_trail_review.subject_id keeps its first value') WHERE NEW."subject_id" IS NOT OLD."subject_id"; SELECT RAISE(ABORT, 'titer: quality_audit_trail_review.subject_name keeps its first value') WHERE NEW."subject_name" IS NOT OLD."subject_name"; SELECT RAISE(ABORT, 'titer: quality_audit_trail_review.batch_id keeps its first value') WHERE NEW."batch_id" IS NOT OLD."batch_id"; SELECT RAISE(ABORT, 'titer: quality_audit_trail_review.period_from keeps its first value') WHERE NEW."period_from" IS NOT OLD."period_from"; SELECT RAISE(ABORT, 'titer: quality_audit_trail_review.period_to keeps its first value') WHERE NEW."period_to" IS NOT OLD."period_to"; SELECT RAISE(ABORT, 'titer: quality_audit_trail_review.from_seq keeps its first value') WHERE NEW."from_seq" IS NOT OLD."from_seq"; SELECT RAISE(ABORT, 'titer: quality_audit_trail_review.upto_seq keeps its first value') WHERE NEW."upto_seq" IS NOT OLD."upto_seq"; SELECT RAISE(ABORT, 'titer: quality_audit_trail_review.entries keeps its first value') WHERE NEW."entries" IS NOT OLD."entries"; SELECT RAISE(ABORT, 'titer: quality_audit_trail_review.population keeps its first value') WHERE NEW."population" IS NOT OLD."population"; SELECT RAISE(ABORT, 'titer: quality_audit_trail_review.ruleset_version keeps its first value') WHERE NEW."ruleset_version" IS NOT OLD."ruleset_version"; SELECT RAISE(ABORT, 'titer: quality_audit_trail_review.ruleset_digest keeps its first value') WHERE NEW."ruleset_digest" IS NOT OLD."ruleset_digest"; SELECT RAISE(ABORT, 'titer: quality_audit_trail_review.seed keeps its first value') WHERE NEW."seed" IS NOT OLD."seed"; SELECT RAISE(ABORT, 'titer: quality_audit_trail_review.sampled keeps its first value') WHERE NEW."sampled" IS NOT OLD."sampled"; SELECT RAISE(ABORT, 'titer: quality_audit_trail_review.flagged keeps its first value') WHERE NEW."flagged" IS NOT OLD."flagged"; SELECT RAISE(ABORT, 'titer: quality_audit_trail_review.opened_at keeps its first value') WHERE NEW."opened_at" IS NOT OLD."opened_at"; SELECT RAISE(ABORT, 'titer: quality_audit_trail_review.due_at keeps its first value') WHERE NEW."due_at" IS NOT OLD."due_at"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('quality_audit_trail_review', NEW.id, NEW.version, json_object('batch_id',OLD."batch_id",'comment',OLD."comment",'due_at',OLD."due_at",'entries',OLD."entries",'flagged',OLD."flagged",'from_seq',OLD."from_seq",'id',OLD."id",'number',OLD."number",'opened_at',OLD."opened_at",'outcome',OLD."outcome",'period_from',OLD."period_from",'period_to',OLD."period_to",'population',OLD."population",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'reviewer_id',OLD."reviewer_id",'ruleset_digest',OLD."ruleset_digest",'ruleset_version',OLD."ruleset_version",'sampled',OLD."sampled",'seed',OLD."seed",'state',OLD."state",'subject_id',OLD."subject_id",'subject_name',OLD."subject_name",'subject_type',OLD."subject_type",'upto_seq',OLD."upto_seq",'version',OLD."version"), json_object('batch_id',NEW."batch_id",'comment',NEW."comment",'due_at',NEW."due_at",'entries',NEW."entries",'flagged',NEW."flagged",'from_seq',NEW."from_seq",'id',NEW."id",'number',NEW."number",'opened_at',NEW."opened_at",'outcome',NEW."outcome",'period_from',NEW."period_from",'period_to',NEW."period_to",'population',NEW."population",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'reviewer_id',NEW."reviewer_id",'ruleset_digest',NEW."ruleset_digest",'ruleset_version',NEW."ruleset_version",'sampled',NEW."sampled",'seed',NEW."seed",'state',NEW."state",'subject_id',NEW."subject_id",'subject_name',NEW."subject_name",'subject_type',NEW."subject_type",'upto_seq',NEW."upto_seq",'version',NEW."version"))); END

CREATE TRIGGER titer_quality_deviation_delete AFTER DELETE ON quality_deviation BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."batch_id")); SELECT RAISE(ABORT, 'titer: quality_deviation has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'quality_deviation'); SELECT RAISE(ABORT, 'titer: quality_deviation is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'quality_deviation' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'closed_at' THEN OLD."closed_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('quality_deviation', OLD.id, OLD.version + 1, json_object('batch_id',OLD."batch_id",'classification',OLD."classification",'closed_at',OLD."closed_at",'corrective_action',OLD."corrective_action",'description',OLD."description",'exception_ids',OLD."exception_ids",'id',OLD."id",'investigator_id',OLD."investigator_id",'key',OLD."key",'number',OLD."number",'process_at',OLD."process_at",'product_impact',OLD."product_impact",'recorded_at',OLD."recorded_at",'root_cause',OLD."root_cause",'state',OLD."state",'title',OLD."title",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_quality_deviation_insert AFTER INSERT ON quality_deviation BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('quality_deviation', NEW.id, NEW.version, NULL, json_object('batch_id',NEW."batch_id",'classification',NEW."classification",'closed_at',NEW."closed_at",'corrective_action',NEW."corrective_action",'description',NEW."description",'exception_ids',NEW."exception_ids",'id',NEW."id",'investigator_id',NEW."investigator_id",'key',NEW."key",'number',NEW."number",'process_at',NEW."process_at",'product_impact',NEW."product_impact",'recorded_at',NEW."recorded_at",'root_cause',NEW."root_cause",'state',NEW."state",'title',NEW."title",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_quality_deviation_update AFTER UPDATE ON quality_deviation BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: quality_deviation.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: quality_deviation.number keeps its first value') WHERE NEW."number" IS NOT OLD."number"; SELECT RAISE(ABORT, 'titer: quality_deviation.key keeps its first value') WHERE NEW."key" IS NOT OLD."key"; SELECT RAISE(ABORT, 'titer: quality_deviation.batch_id keeps its first value') WHERE NEW."batch_id" IS NOT OLD."batch_id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('quality_deviation', NEW.id, NEW.version, json_object('batch_id',OLD."batch_id",'classification',OLD."classification",'closed_at',OLD."closed_at",'corrective_action',OLD."corrective_action",'description',OLD."description",'exception_ids',OLD."exception_ids",'id',OLD."id",'investigator_id',OLD."investigator_id",'key',OLD."key",'number',OLD."number",'process_at',OLD."process_at",'product_impact',OLD."product_impact",'recorded_at',OLD."recorded_at",'root_cause',OLD."root_cause",'state',OLD."state",'title',OLD."title",'version',OLD."version"), json_object('batch_id',NEW."batch_id",'classification',NEW."classification",'closed_at',NEW."closed_at",'corrective_action',NEW."corrective_action",'description',NEW."description",'exception_ids',NEW."exception_ids",'id',NEW."id",'investigator_id',NEW."investigator_id",'key',NEW."key",'number',NEW."number",'process_at',NEW."process_at",'product_impact',NEW."product_impact",'recorded_at',NEW."recorded_at",'root_cause',NEW."root_cause",'state',NEW."state",'title',NEW."title",'version',NEW."version"))); END

CREATE TRIGGER titer_quality_disposition_delete AFTER DELETE ON quality_disposition BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."batch_id")); SELECT RAISE(ABORT, 'titer: quality_disposition has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'quality_disposition'); SELECT RAISE(ABORT, 'titer: quality_disposition is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'quality_disposition' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'decided_at' THEN OLD."decided_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('quality_disposition', OLD.id, OLD.version + 1, json_object('batch_id',OLD."batch_id",'batch_number',OLD."batch_number",'coverage',OLD."coverage",'decided_at',OLD."decided_at",'id',OLD."id",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'signature_id',OLD."signature_id",'state',OLD."state",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_quality_disposition_insert AFTER INSERT ON quality_disposition BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('quality_disposition', NEW.id, NEW.version, NULL, json_object('batch_id',NEW."batch_id",'batch_number',NEW."batch_number",'coverage',NEW."coverage",'decided_at',NEW."decided_at",'id',NEW."id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'signature_id',NEW."signature_id",'state',NEW."state",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_quality_disposition_update AFTER UPDATE ON quality_disposition BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: quality_disposition.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: quality_disposition.batch_id keeps its first value') WHERE NEW."batch_id" IS NOT OLD."batch_id"; SELECT RAISE(ABORT, 'titer: quality_disposition.batch_number keeps its first value') WHERE NEW."batch_number" IS NOT OLD."batch_number"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('quality_disposition', NEW.id, NEW.version, json_object('batch_id',OLD."batch_id",'batch_number',OLD."batch_number",'coverage',OLD."coverage",'decided_at',OLD."decided_at",'id',OLD."id",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'signature_id',OLD."signature_id",'state',OLD."state",'version',OLD."version"), json_object('batch_id',NEW."batch_id",'batch_number',NEW."batch_number",'coverage',NEW."coverage",'decided_at',NEW."decided_at",'id',NEW."id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'signature_id',NEW."signature_id",'state',NEW."state",'version',NEW."version"))); END

CREATE TRIGGER titer_quality_exception_delete AFTER DELETE ON quality_exception BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."batch_id")); SELECT RAISE(ABORT, 'titer: quality_exception has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'quality_exception'); SELECT RAISE(ABORT, 'titer: quality_exception is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'quality_exception' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('quality_exception', OLD.id, OLD.version + 1, json_object('batch_id',OLD."batch_id",'comment',OLD."comment",'detail',OLD."detail",'deviation_id',OLD."deviation_id",'disposition',OLD."disposition",'evidence',OLD."evidence",'id',OLD."id",'key',OLD."key",'kind',OLD."kind",'number',OLD."number",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'severity',OLD."severity",'signature_id',OLD."signature_id",'state',OLD."state",'subject_id',OLD."subject_id",'subject_type',OLD."subject_type",'title',OLD."title",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_quality_exception_insert AFTER INSERT ON quality_exception BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('quality_exception', NEW.id, NEW.version, NULL, json_object('batch_id',NEW."batch_id",'comment',NEW."comment",'detail',NEW."detail",'deviation_id',NEW."deviation_id",'disposition',NEW."disposition",'evidence',NEW."evidence",'id',NEW."id",'key',NEW."key",'kind',NEW."kind",'number',NEW."number",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'severity',NEW."severity",'signature_id',NEW."signature_id",'state',NEW."state",'subject_id',NEW."subject_id",'subject_type',NEW."subject_type",'title',NEW."title",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_quality_exception_update AFTER UPDATE ON quality_exception BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: quality_exception.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: quality_exception.number keeps its first value') WHERE NEW."number" IS NOT OLD."number"; SELECT RAISE(ABORT, 'titer: quality_exception.key keeps its first value') WHERE NEW."key" IS NOT OLD."key"; SELECT RAISE(ABORT, 'titer: quality_exception.kind keeps its first value') WHERE NEW."kind" IS NOT OLD."kind"; SELECT RAISE(ABORT, 'titer: quality_exception.title keeps its first value') WHERE NEW."title" IS NOT OLD."title"; SELECT RAISE(ABORT, 'titer: quality_exception.detail keeps its first value') WHERE NEW."detail" IS NOT OLD."detail"; SELECT RAISE(ABORT, 'titer: quality_exception.batch_id keeps its first value') WHERE NEW."batch_id" IS NOT OLD."batch_id"; SELECT RAISE(ABORT, 'titer: quality_exception.subject_type keeps its first value') WHERE NEW."subject_type" IS NOT OLD."subject_type"; SELECT RAISE(ABORT, 'titer: quality_exception.subject_id keeps its first value') WHERE NEW."subject_id" IS NOT OLD."subject_id"; SELECT RAISE(ABORT, 'titer: quality_exception.evidence keeps its first value') WHERE NEW."evidence" IS NOT OLD."evidence"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('quality_exception', NEW.id, NEW.version, json_object('batch_id',OLD."batch_id",'comment',OLD."comment",'detail',OLD."detail",'deviation_id',OLD."deviation_id",'disposition',OLD."disposition",'evidence',OLD."evidence",'id',OLD."id",'key',OLD."key",'kind',OLD."kind",'number',OLD."number",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'severity',OLD."severity",'signature_id',OLD."signature_id",'state',OLD."state",'subject_id',OLD."subject_id",'subject_type',OLD."subject_type",'title',OLD."title",'version',OLD."version"), json_object('batch_id',NEW."batch_id",'comment',NEW."comment",'detail',NEW."detail",'deviation_id',NEW."deviation_id",'disposition',NEW."disposition",'evidence',NEW."evidence",'id',NEW."id",'key',NEW."key",'kind',NEW."kind",'number',NEW."number",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'severity',NEW."severity",'signature_id',NEW."signature_id",'state',NEW."state",'subject_id',NEW."subject_id",'subject_type',NEW."subject_type",'title',NEW."title",'version',NEW."version"))); END

CREATE TRIGGER titer_quality_trail_look_insert AFTER INSERT ON quality_trail_look BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('quality_trail_look', NEW.id, NEW.version, NULL, json_object('entry_id',NEW."entry_id",'id',NEW."id",'note',NEW."note",'person_id',NEW."person_id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'review_id',NEW."review_id",'verdict',NEW."verdict",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_quality_trail_look_no_delete BEFORE DELETE ON quality_trail_look BEGIN SELECT RAISE(ABORT, 'titer: quality_trail_look is append-only'); END

CREATE TRIGGER titer_quality_trail_look_no_update BEFORE UPDATE ON quality_trail_look BEGIN SELECT RAISE(ABORT, 'titer: quality_trail_look is append-only'); END

CREATE TRIGGER titer_quality_trail_settings_insert AFTER INSERT ON quality_trail_settings BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('quality_trail_settings', NEW.id, NEW.version, NULL, json_object('id',NEW."id",'number',NEW."number",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'set_by',NEW."set_by",'settings',NEW."settings",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_quality_trail_settings_no_delete BEFORE DELETE ON quality_trail_settings BEGIN SELECT RAISE(ABORT, 'titer: quality_trail_settings is append-only'); END

CREATE TRIGGER titer_quality_trail_settings_no_update BEFORE UPDATE ON quality_trail_settings BEGIN SELECT RAISE(ABORT, 'titer: quality_trail_settings is append-only'); END

CREATE TRIGGER titer_record_access_event_insert AFTER INSERT ON record_access_event BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_access_event', NEW.id, NEW.version, NULL, json_object('detail',NEW."detail",'id',NEW."id",'kind',NEW."kind",'person_id',NEW."person_id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'remote',NEW."remote",'username',NEW."username",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_access_event_no_delete BEFORE DELETE ON record_access_event BEGIN SELECT RAISE(ABORT, 'titer: record_access_event is append-only'); END

CREATE TRIGGER titer_record_access_event_no_update BEFORE UPDATE ON record_access_event BEGIN SELECT RAISE(ABORT, 'titer: record_access_event is append-only'); END

CREATE TRIGGER titer_record_access_policy_delete AFTER DELETE ON record_access_policy BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: record_access_policy has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_access_policy'); SELECT RAISE(ABORT, 'titer: record_access_policy is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_access_policy' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('record_access_policy', OLD.id, OLD.version + 1, json_object('delegation_days',OLD."delegation_days",'factor_meanings',OLD."factor_meanings",'factor_robots',json(CASE OLD."factor_robots" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."factor_robots") END),'factor_roles',OLD."factor_roles",'history',OLD."history",'id',OLD."id",'idle_minutes',OLD."idle_minutes",'max_age_days',OLD."max_age_days",'max_failures',OLD."max_failures",'max_sessions',OLD."max_sessions",'minimum_length',OLD."minimum_length",'process_at',OLD."process_at",'proof_minutes',OLD."proof_minutes",'recertify_days',OLD."recertify_days",'recorded_at',OLD."recorded_at",'session_minutes',OLD."session_minutes",'temporary_passwords',json(CASE OLD."temporary_passwords" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."temporary_passwords") END),'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_record_access_policy_insert AFTER INSERT ON record_access_policy BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_access_policy', NEW.id, NEW.version, NULL, json_object('delegation_days',NEW."delegation_days",'factor_meanings',NEW."factor_meanings",'factor_robots',json(CASE NEW."factor_robots" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."factor_robots") END),'factor_roles',NEW."factor_roles",'history',NEW."history",'id',NEW."id",'idle_minutes',NEW."idle_minutes",'max_age_days',NEW."max_age_days",'max_failures',NEW."max_failures",'max_sessions',NEW."max_sessions",'minimum_length',NEW."minimum_length",'process_at',NEW."process_at",'proof_minutes',NEW."proof_minutes",'recertify_days',NEW."recertify_days",'recorded_at',NEW."recorded_at",'session_minutes',NEW."session_minutes",'temporary_passwords',json(CASE NEW."temporary_passwords" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."temporary_passwords") END),'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_access_policy_update AFTER UPDATE ON record_access_policy BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: record_access_policy.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('record_access_policy', NEW.id, NEW.version, json_object('delegation_days',OLD."delegation_days",'factor_meanings',OLD."factor_meanings",'factor_robots',json(CASE OLD."factor_robots" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."factor_robots") END),'factor_roles',OLD."factor_roles",'history',OLD."history",'id',OLD."id",'idle_minutes',OLD."idle_minutes",'max_age_days',OLD."max_age_days",'max_failures',OLD."max_failures",'max_sessions',OLD."max_sessions",'minimum_length',OLD."minimum_length",'process_at',OLD."process_at",'proof_minutes',OLD."proof_minutes",'recertify_days',OLD."recertify_days",'recorded_at',OLD."recorded_at",'session_minutes',OLD."session_minutes",'temporary_passwords',json(CASE OLD."temporary_passwords" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."temporary_passwords") END),'version',OLD."version"), json_object('delegation_days',NEW."delegation_days",'factor_meanings',NEW."factor_meanings",'factor_robots',json(CASE NEW."factor_robots" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."factor_robots") END),'factor_roles',NEW."factor_roles",'history',NEW."history",'id',NEW."id",'idle_minutes',NEW."idle_minutes",'max_age_days',NEW."max_age_days",'max_failures',NEW."max_failures",'max_sessions',NEW."max_sessions",'minimum_length',NEW."minimum_length",'process_at',NEW."process_at",'proof_minutes',NEW."proof_minutes",'recertify_days',NEW."recertify_days",'recorded_at',NEW."recorded_at",'session_minutes',NEW."session_minutes",'temporary_passwords',json(CASE NEW."temporary_passwords" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."temporary_passwords") END),'version',NEW."version"))); END

CREATE TRIGGER titer_record_access_review_delete AFTER DELETE ON record_access_review BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."person_id")); SELECT RAISE(ABORT, 'titer: record_access_review has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_access_review'); SELECT RAISE(ABORT, 'titer: record_access_review is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_access_review' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'decided_at' THEN OLD."decided_at" WHEN 'due_at' THEN OLD."due_at" WHEN 'opened_at' THEN OLD."opened_at" WHEN 'overdue_at' THEN OLD."overdue_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('record_access_review', OLD.id, OLD.version + 1, json_object('decided_at',OLD."decided_at",'decided_by',OLD."decided_by",'decisions',OLD."decisions",'due_at',OLD."due_at",'id',OLD."id",'number',OLD."number",'opened_at',OLD."opened_at",'overdue_at',OLD."overdue_at",'person_id',OLD."person_id",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'roles',OLD."roles",'signature_id',OLD."signature_id",'state',OLD."state",'title',OLD."title",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_record_access_review_insert AFTER INSERT ON record_access_review BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_access_review', NEW.id, NEW.version, NULL, json_object('decided_at',NEW."decided_at",'decided_by',NEW."decided_by",'decisions',NEW."decisions",'due_at',NEW."due_at",'id',NEW."id",'number',NEW."number",'opened_at',NEW."opened_at",'overdue_at',NEW."overdue_at",'person_id',NEW."person_id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'roles',NEW."roles",'signature_id',NEW."signature_id",'state',NEW."state",'title',NEW."title",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_access_review_update AFTER UPDATE ON record_access_review BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: record_access_review.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: record_access_review.number keeps its first value') WHERE NEW."number" IS NOT OLD."number"; SELECT RAISE(ABORT, 'titer: record_access_review.person_id keeps its first value') WHERE NEW."person_id" IS NOT OLD."person_id"; SELECT RAISE(ABORT, 'titer: record_access_review.opened_at keeps its first value') WHERE NEW."opened_at" IS NOT OLD."opened_at"; SELECT RAISE(ABORT, 'titer: record_access_review.due_at keeps its first value') WHERE NEW."due_at" IS NOT OLD."due_at"; SELECT RAISE(ABORT, 'titer: record_access_review.roles keeps its first value') WHERE NEW."roles" IS NOT OLD."roles"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('record_access_review', NEW.id, NEW.version, json_object('decided_at',OLD."decided_at",'decided_by',OLD."decided_by",'decisions',OLD."decisions",'due_at',OLD."due_at",'id',OLD."id",'number',OLD."number",'opened_at',OLD."opened_at",'overdue_at',OLD."overdue_at",'person_id',OLD."person_id",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'roles',OLD."roles",'signature_id',OLD."signature_id",'state',OLD."state",'title',OLD."title",'version',OLD."version"), json_object('decided_at',NEW."decided_at",'decided_by',NEW."decided_by",'decisions',NEW."decisions",'due_at',NEW."due_at",'id',NEW."id",'number',NEW."number",'opened_at',NEW."opened_at",'overdue_at',NEW."overdue_at",'person_id',NEW."person_id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'roles',NEW."roles",'signature_id',NEW."signature_id",'state',NEW."state",'title',NEW."title",'version',NEW."version"))); END

CREATE TRIGGER titer_record_backup_insert AFTER INSERT ON record_backup BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_backup', NEW.id, NEW.version, NULL, json_object('digest',NEW."digest",'encrypted',NEW."encrypted",'file_name',NEW."file_name",'id',NEW."id",'keys',NEW."keys",'place',NEW."place",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'root',NEW."root",'seconds',NEW."seconds",'size',NEW."size",'taken_at',NEW."taken_at",'tree_size',NEW."tree_size",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_backup_no_delete BEFORE DELETE ON record_backup BEGIN SELECT RAISE(ABORT, 'titer: record_backup is append-only'); END

CREATE TRIGGER titer_record_backup_no_update BEFORE UPDATE ON record_backup BEGIN SELECT RAISE(ABORT, 'titer: record_backup is append-only'); END

CREATE TRIGGER titer_record_clock_step_insert AFTER INSERT ON record_clock_step BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_clock_step', NEW.id, NEW.version, NULL, json_object('id',NEW."id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'stood_at',NEW."stood_at",'version',NEW."version",'went_to',NEW."went_to")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_clock_step_no_delete BEFORE DELETE ON record_clock_step BEGIN SELECT RAISE(ABORT, 'titer: record_clock_step is append-only'); END

CREATE TRIGGER titer_record_clock_step_no_update BEFORE UPDATE ON record_clock_step BEGIN SELECT RAISE(ABORT, 'titer: record_clock_step is append-only'); END

CREATE TRIGGER titer_record_competency_needed_delete AFTER DELETE ON record_competency_needed BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: record_competency_needed has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_competency_needed'); SELECT RAISE(ABORT, 'titer: record_competency_needed is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_competency_needed' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('record_competency_needed', OLD.id, OLD.version + 1, json_object('active',json(CASE OLD."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."active") END),'competency',OLD."competency",'id',OLD."id",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'verb',OLD."verb",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_record_competency_needed_insert AFTER INSERT ON record_competency_needed BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_competency_needed', NEW.id, NEW.version, NULL, json_object('active',json(CASE NEW."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."active") END),'competency',NEW."competency",'id',NEW."id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'verb',NEW."verb",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_competency_needed_update AFTER UPDATE ON record_competency_needed BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: record_competency_needed.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: record_competency_needed.verb keeps its first value') WHERE NEW."verb" IS NOT OLD."verb"; SELECT RAISE(ABORT, 'titer: record_competency_needed.competency keeps its first value') WHERE NEW."competency" IS NOT OLD."competency"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('record_competency_needed', NEW.id, NEW.version, json_object('active',json(CASE OLD."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."active") END),'competency',OLD."competency",'id',OLD."id",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'verb',OLD."verb",'version',OLD."version"), json_object('active',json(CASE NEW."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."active") END),'competency',NEW."competency",'id',NEW."id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'verb',NEW."verb",'version',NEW."version"))); END

CREATE TRIGGER titer_record_content_insert AFTER INSERT ON record_content BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_content', NEW.id, NEW.version, NULL, json_object('digest',NEW."digest",'id',NEW."id",'media_type',NEW."media_type",'origin',NEW."origin",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'size',NEW."size",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_content_no_delete BEFORE DELETE ON record_content BEGIN SELECT RAISE(ABORT, 'titer: record_content is append-only'); END

CREATE TRIGGER titer_record_content_no_update BEFORE UPDATE ON record_content BEGIN SELECT RAISE(ABORT, 'titer: record_content is append-only'); END

CREATE TRIGGER titer_record_delegation_delete AFTER DELETE ON record_delegation BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: record_delegation has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_delegation'); SELECT RAISE(ABORT, 'titer: record_delegation is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_delegation' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'begins_at' THEN OLD."begins_at" WHEN 'ends_at' THEN OLD."ends_at" WHEN 'revoked_at' THEN OLD."revoked_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('record_delegation', OLD.id, OLD.version + 1, json_object('begins_at',OLD."begins_at",'ends_at',OLD."ends_at",'from_id',OLD."from_id",'given_by',OLD."given_by",'id',OLD."id",'process_at',OLD."process_at",'reason',OLD."reason",'recorded_at',OLD."recorded_at",'revoked_at',OLD."revoked_at",'revoked_by',OLD."revoked_by",'role',OLD."role",'to_id',OLD."to_id",'verbs',OLD."verbs",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_record_delegation_insert AFTER INSERT ON record_delegation BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_delegation', NEW.id, NEW.version, NULL, json_object('begins_at',NEW."begins_at",'ends_at',NEW."ends_at",'from_id',NEW."from_id",'given_by',NEW."given_by",'id',NEW."id",'process_at',NEW."process_at",'reason',NEW."reason",'recorded_at',NEW."recorded_at",'revoked_at',NEW."revoked_at",'revoked_by',NEW."revoked_by",'role',NEW."role",'to_id',NEW."to_id",'verbs',NEW."verbs",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_delegation_update AFTER UPDATE ON record_delegation BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: record_delegation.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: record_delegation.from_id keeps its first value') WHERE NEW."from_id" IS NOT OLD."from_id"; SELECT RAISE(ABORT, 'titer: record_delegation.to_id keeps its first value') WHERE NEW."to_id" IS NOT OLD."to_id"; SELECT RAISE(ABORT, 'titer: record_delegation.role keeps its first value') WHERE NEW."role" IS NOT OLD."role"; SELECT RAISE(ABORT, 'titer: record_delegation.verbs keeps its first value') WHERE NEW."verbs" IS NOT OLD."verbs"; SELECT RAISE(ABORT, 'titer: record_delegation.begins_at keeps its first value') WHERE NEW."begins_at" IS NOT OLD."begins_at"; SELECT RAISE(ABORT, 'titer: record_delegation.ends_at keeps its first value') WHERE NEW."ends_at" IS NOT OLD."ends_at"; SELECT RAISE(ABORT, 'titer: record_delegation.reason keeps its first value') WHERE NEW."reason" IS NOT OLD."reason"; SELECT RAISE(ABORT, 'titer: record_delegation.given_by keeps its first value') WHERE NEW."given_by" IS NOT OLD."given_by"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('record_delegation', NEW.id, NEW.version, json_object('begins_at',OLD."begins_at",'ends_at',OLD."ends_at",'from_id',OLD."from_id",'given_by',OLD."given_by",'id',OLD."id",'process_at',OLD."process_at",'reason',OLD."reason",'recorded_at',OLD."recorded_at",'revoked_at',OLD."revoked_at",'revoked_by',OLD."revoked_by",'role',OLD."role",'to_id',OLD."to_id",'verbs',OLD."verbs",'version',OLD."version"), json_object('begins_at',NEW."begins_at",'ends_at',NEW."ends_at",'from_id',NEW."from_id",'given_by',NEW."given_by",'id',NEW."id",'process_at',NEW."process_at",'reason',NEW."reason",'recorded_at',NEW."recorded_at",'revoked_at',NEW."revoked_at",'revoked_by',NEW."revoked_by",'role',NEW."role",'to_id',NEW."to_id",'verbs',NEW."verbs",'version',NEW."version"))); END

CREATE TRIGGER titer_record_document_cert_insert AFTER INSERT ON record_document_cert BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_document_cert', NEW.id, NEW.version, NULL, json_object('chain',NEW."chain",'fingerprint',NEW."fingerprint",'id',NEW."id",'issuer',NEW."issuer",'not_after',NEW."not_after",'not_before',NEW."not_before",'origin',NEW."origin",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'subject',NEW."subject",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_document_cert_no_delete BEFORE DELETE ON record_document_cert BEGIN SELECT RAISE(ABORT, 'titer: record_document_cert is append-only'); END

CREATE TRIGGER titer_record_document_cert_no_update BEFORE UPDATE ON record_document_cert BEGIN SELECT RAISE(ABORT, 'titer: record_document_cert is append-only'); END

CREATE TRIGGER titer_record_drill_insert AFTER INSERT ON record_drill BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_drill', NEW.id, NEW.version, NULL, json_object('backup_digest',NEW."backup_digest",'file_name',NEW."file_name",'files',NEW."files",'holds',json(CASE NEW."holds" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."holds") END),'id',NEW."id",'performed_by',NEW."performed_by",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'seconds',NEW."seconds",'started_at',NEW."started_at",'tree_size',NEW."tree_size",'verdict',NEW."verdict",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_drill_no_delete BEFORE DELETE ON record_drill BEGIN SELECT RAISE(ABORT, 'titer: record_drill is append-only'); END

CREATE TRIGGER titer_record_drill_no_update BEFORE UPDATE ON record_drill BEGIN SELECT RAISE(ABORT, 'titer: record_drill is append-only'); END

CREATE TRIGGER titer_record_duty_conflict_delete AFTER DELETE ON record_duty_conflict BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."person_id")); SELECT RAISE(ABORT, 'titer: record_duty_conflict has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_duty_conflict'); SELECT RAISE(ABORT, 'titer: record_duty_conflict is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_duty_conflict' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'found_at' THEN OLD."found_at" WHEN 'gone_at' THEN OLD."gone_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('record_duty_conflict', OLD.id, OLD.version + 1, json_object('detail',OLD."detail",'found_at',OLD."found_at",'gone_at',OLD."gone_at",'id',OLD."id",'key',OLD."key",'kind',OLD."kind",'person_id',OLD."person_id",'process_at',OLD."process_at",'record_id',OLD."record_id",'record_type',OLD."record_type",'recorded_at',OLD."recorded_at",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_record_duty_conflict_insert AFTER INSERT ON record_duty_conflict BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_duty_conflict', NEW.id, NEW.version, NULL, json_object('detail',NEW."detail",'found_at',NEW."found_at",'gone_at',NEW."gone_at",'id',NEW."id",'key',NEW."key",'kind',NEW."kind",'person_id',NEW."person_id",'process_at',NEW."process_at",'record_id',NEW."record_id",'record_type',NEW."record_type",'recorded_at',NEW."recorded_at",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_duty_conflict_update AFTER UPDATE ON record_duty_conflict BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: record_duty_conflict.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: record_duty_conflict.key keeps its first value') WHERE NEW."key" IS NOT OLD."key"; SELECT RAISE(ABORT, 'titer: record_duty_conflict.kind keeps its first value') WHERE NEW."kind" IS NOT OLD."kind"; SELECT RAISE(ABORT, 'titer: record_duty_conflict.person_id keeps its first value') WHERE NEW."person_id" IS NOT OLD."person_id"; SELECT RAISE(ABORT, 'titer: record_duty_conflict.record_type keeps its first value') WHERE NEW."record_type" IS NOT OLD."record_type"; SELECT RAISE(ABORT, 'titer: record_duty_conflict.record_id keeps its first value') WHERE NEW."record_id" IS NOT OLD."record_id"; SELECT RAISE(ABORT, 'titer: record_duty_conflict.detail keeps its first value') WHERE NEW."detail" IS NOT OLD."detail"; SELECT RAISE(ABORT, 'titer: record_duty_conflict.found_at keeps its first value') WHERE NEW."found_at" IS NOT OLD."found_at"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('record_duty_conflict', NEW.id, NEW.version, json_object('detail',OLD."detail",'found_at',OLD."found_at",'gone_at',OLD."gone_at",'id',OLD."id",'key',OLD."key",'kind',OLD."kind",'person_id',OLD."person_id",'process_at',OLD."process_at",'record_id',OLD."record_id",'record_type',OLD."record_type",'recorded_at',OLD."recorded_at",'version',OLD."version"), json_object('detail',NEW."detail",'found_at',NEW."found_at",'gone_at',NEW."gone_at",'id',NEW."id",'key',NEW."key",'kind',NEW."kind",'person_id',NEW."person_id",'process_at',NEW."process_at",'record_id',NEW."record_id",'record_type',NEW."record_type",'recorded_at',NEW."recorded_at",'version',NEW."version"))); END

CREATE TRIGGER titer_record_edge_certificate_delete AFTER DELETE ON record_edge_certificate BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: record_edge_certificate has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_edge_certificate'); SELECT RAISE(ABORT, 'titer: record_edge_certificate is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_edge_certificate' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'expires_at' THEN OLD."expires_at" WHEN 'issued_at' THEN OLD."issued_at" WHEN 'revoked_at' THEN OLD."revoked_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('record_edge_certificate', OLD.id, OLD.version + 1, json_object('credential_mac',OLD."credential_mac",'edge_id',OLD."edge_id",'expires_at',OLD."expires_at",'fingerprint',OLD."fingerprint",'id',OLD."id",'issued_at',OLD."issued_at",'key_digest',OLD."key_digest",'name',OLD."name",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'revoked_at',OLD."revoked_at",'scopes',OLD."scopes",'serial',OLD."serial",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_record_edge_certificate_insert AFTER INSERT ON record_edge_certificate BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_edge_certificate', NEW.id, NEW.version, NULL, json_object('credential_mac',NEW."credential_mac",'edge_id',NEW."edge_id",'expires_at',NEW."expires_at",'fingerprint',NEW."fingerprint",'id',NEW."id",'issued_at',NEW."issued_at",'key_digest',NEW."key_digest",'name',NEW."name",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'revoked_at',NEW."revoked_at",'scopes',NEW."scopes",'serial',NEW."serial",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_edge_certificate_update AFTER UPDATE ON record_edge_certificate BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: record_edge_certificate.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: record_edge_certificate.edge_id keeps its first value') WHERE NEW."edge_id" IS NOT OLD."edge_id"; SELECT RAISE(ABORT, 'titer: record_edge_certificate.name keeps its first value') WHERE NEW."name" IS NOT OLD."name"; SELECT RAISE(ABORT, 'titer: record_edge_certificate.fingerprint keeps its first value') WHERE NEW."fingerprint" IS NOT OLD."fingerprint"; SELECT RAISE(ABORT, 'titer: record_edge_certificate.serial keeps its first value') WHERE NEW."serial" IS NOT OLD."serial"; SELECT RAISE(ABORT, 'titer: record_edge_certificate.key_digest keeps its first value') WHERE NEW."key_digest" IS NOT OLD."key_digest"; SELECT RAISE(ABORT, 'titer: record_edge_certificate.expires_at keeps its first value') WHERE NEW."expires_at" IS NOT OLD."expires_at"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('record_edge_certificate', NEW.id, NEW.version, json_object('credential_mac',OLD."credential_mac",'edge_id',OLD."edge_id",'expires_at',OLD."expires_at",'fingerprint',OLD."fingerprint",'id',OLD."id",'issued_at',OLD."issued_at",'key_digest',OLD."key_digest",'name',OLD."name",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'revoked_at',OLD."revoked_at",'scopes',OLD."scopes",'serial',OLD."serial",'version',OLD."version"), json_object('credential_mac',NEW."credential_mac",'edge_id',NEW."edge_id",'expires_at',NEW."expires_at",'fingerprint',NEW."fingerprint",'id',NEW."id",'issued_at',NEW."issued_at",'key_digest',NEW."key_digest",'name',NEW."name",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'revoked_at',NEW."revoked_at",'scopes',NEW."scopes",'serial',NEW."serial",'version',NEW."version"))); END

CREATE TRIGGER titer_record_edge_insert AFTER INSERT ON record_edge BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_edge', NEW.id, NEW.version, NULL, json_object('certificate_days',NEW."certificate_days",'code_ends_at',NEW."code_ends_at",'credential_mac',NEW."credential_mac",'enrolled_at',NEW."enrolled_at",'id',NEW."id",'invite_count',NEW."invite_count",'invited_at',NEW."invited_at",'invited_by',NEW."invited_by",'key_digest',NEW."key_digest",'name',NEW."name",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'revoked_at',NEW."revoked_at",'scopes',NEW."scopes",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_edge_no_delete BEFORE DELETE ON record_edge BEGIN SELECT RAISE(ABORT, 'titer: record_edge keeps every row: the name of an edge stands in entries as their actor'); END

CREATE TRIGGER titer_record_edge_update AFTER UPDATE ON record_edge BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: record_edge.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: record_edge.name keeps its first value') WHERE NEW."name" IS NOT OLD."name"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('record_edge', NEW.id, NEW.version, json_object('certificate_days',OLD."certificate_days",'code_ends_at',OLD."code_ends_at",'credential_mac',OLD."credential_mac",'enrolled_at',OLD."enrolled_at",'id',OLD."id",'invite_count',OLD."invite_count",'invited_at',OLD."invited_at",'invited_by',OLD."invited_by",'key_digest',OLD."key_digest",'name',OLD."name",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'revoked_at',OLD."revoked_at",'scopes',OLD."scopes",'version',OLD."version"), json_object('certificate_days',NEW."certificate_days",'code_ends_at',NEW."code_ends_at",'credential_mac',NEW."credential_mac",'enrolled_at',NEW."enrolled_at",'id',NEW."id",'invite_count',NEW."invite_count",'invited_at',NEW."invited_at",'invited_by',NEW."invited_by",'key_digest',NEW."key_digest",'name',NEW."name",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'revoked_at',NEW."revoked_at",'scopes',NEW."scopes",'version',NEW."version"))); END

CREATE TRIGGER titer_record_export_insert AFTER INSERT ON record_export BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_export', NEW.id, NEW.version, NULL, json_object('files',NEW."files",'id',NEW."id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'records',NEW."records",'subject_id',NEW."subject_id",'subject_type',NEW."subject_type",'title',NEW."title",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_export_no_delete BEFORE DELETE ON record_export BEGIN SELECT RAISE(ABORT, 'titer: record_export is append-only'); END

CREATE TRIGGER titer_record_export_no_update BEFORE UPDATE ON record_export BEGIN SELECT RAISE(ABORT, 'titer: record_export is append-only'); END

CREATE TRIGGER titer_record_factor_delete AFTER DELETE ON record_factor BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."person_id")); SELECT RAISE(ABORT, 'titer: record_factor has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_factor'); SELECT RAISE(ABORT, 'titer: record_factor is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_factor' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'added_at' THEN OLD."added_at" WHEN 'confirmed_at' THEN OLD."confirmed_at" WHEN 'removed_at' THEN OLD."removed_at" WHEN 'used_at' THEN OLD."used_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('record_factor', OLD.id, OLD.version + 1, json_object('added_at',OLD."added_at",'confirmed_at',OLD."confirmed_at",'counter',OLD."counter",'credential_mac',OLD."credential_mac",'handle',OLD."handle",'id',OLD."id",'kind',OLD."kind",'name',OLD."name",'person_id',OLD."person_id",'process_at',OLD."process_at",'realm',OLD."realm",'recorded_at',OLD."recorded_at",'removed_at',OLD."removed_at",'removed_because',OLD."removed_because",'used_at',OLD."used_at",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_record_factor_insert AFTER INSERT ON record_factor BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_factor', NEW.id, NEW.version, NULL, json_object('added_at',NEW."added_at",'confirmed_at',NEW."confirmed_at",'counter',NEW."counter",'credential_mac',NEW."credential_mac",'handle',NEW."handle",'id',NEW."id",'kind',NEW."kind",'name',NEW."name",'person_id',NEW."person_id",'process_at',NEW."process_at",'realm',NEW."realm",'recorded_at',NEW."recorded_at",'removed_at',NEW."removed_at",'removed_because',NEW."removed_because",'used_at',NEW."used_at",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_factor_update AFTER UPDATE ON record_factor BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: record_factor.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: record_factor.person_id keeps its first value') WHERE NEW."person_id" IS NOT OLD."person_id"; SELECT RAISE(ABORT, 'titer: record_factor.kind keeps its first value') WHERE NEW."kind" IS NOT OLD."kind"; SELECT RAISE(ABORT, 'titer: record_factor.handle keeps its first value') WHERE NEW."handle" IS NOT OLD."handle"; SELECT RAISE(ABORT, 'titer: record_factor.realm keeps its first value') WHERE NEW."realm" IS NOT OLD."realm"; SELECT RAISE(ABORT, 'titer: record_factor.added_at keeps its first value') WHERE NEW."added_at" IS NOT OLD."added_at"; SELECT RAISE(ABORT, 'titer: record_factor.credential_mac keeps its first value') WHERE NEW."credential_mac" IS NOT OLD."credential_mac"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('record_factor', NEW.id, NEW.version, json_object('added_at',OLD."added_at",'confirmed_at',OLD."confirmed_at",'counter',OLD."counter",'credential_mac',OLD."credential_mac",'handle',OLD."handle",'id',OLD."id",'kind',OLD."kind",'name',OLD."name",'person_id',OLD."person_id",'process_at',OLD."process_at",'realm',OLD."realm",'recorded_at',OLD."recorded_at",'removed_at',OLD."removed_at",'removed_because',OLD."removed_because",'used_at',OLD."used_at",'version',OLD."version"), json_object('added_at',NEW."added_at",'confirmed_at',NEW."confirmed_at",'counter',NEW."counter",'credential_mac',NEW."credential_mac",'handle',NEW."handle",'id',NEW."id",'kind',NEW."kind",'name',NEW."name",'person_id',NEW."person_id",'process_at',NEW."process_at",'realm',NEW."realm",'recorded_at',NEW."recorded_at",'removed_at',NEW."removed_at",'removed_because',NEW."removed_because",'used_at',NEW."used_at",'version',NEW."version"))); END

CREATE TRIGGER titer_record_hold_delete AFTER DELETE ON record_hold BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: record_hold has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_hold'); SELECT RAISE(ABORT, 'titer: record_hold is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_hold' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'lifted_at' THEN OLD."lifted_at" WHEN 'placed_at' THEN OLD."placed_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('record_hold', OLD.id, OLD.version + 1, json_object('id',OLD."id",'lifted_at',OLD."lifted_at",'lifted_because',OLD."lifted_because",'lifted_by',OLD."lifted_by",'placed_at',OLD."placed_at",'placed_by',OLD."placed_by",'process_at',OLD."process_at",'reason',OLD."reason",'recorded_at',OLD."recorded_at",'subject_id',OLD."subject_id",'subject_name',OLD."subject_name",'subject_type',OLD."subject_type",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_record_hold_insert AFTER INSERT ON record_hold BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_hold', NEW.id, NEW.version, NULL, json_object('id',NEW."id",'lifted_at',NEW."lifted_at",'lifted_because',NEW."lifted_because",'lifted_by',NEW."lifted_by",'placed_at',NEW."placed_at",'placed_by',NEW."placed_by",'process_at',NEW."process_at",'reason',NEW."reason",'recorded_at',NEW."recorded_at",'subject_id',NEW."subject_id",'subject_name',NEW."subject_name",'subject_type',NEW."subject_type",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_hold_update AFTER UPDATE ON record_hold BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: record_hold.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: record_hold.subject_type keeps its first value') WHERE NEW."subject_type" IS NOT OLD."subject_type"; SELECT RAISE(ABORT, 'titer: record_hold.subject_id keeps its first value') WHERE NEW."subject_id" IS NOT OLD."subject_id"; SELECT RAISE(ABORT, 'titer: record_hold.reason keeps its first value') WHERE NEW."reason" IS NOT OLD."reason"; SELECT RAISE(ABORT, 'titer: record_hold.placed_at keeps its first value') WHERE NEW."placed_at" IS NOT OLD."placed_at"; SELECT RAISE(ABORT, 'titer: record_hold.placed_by keeps its first value') WHERE NEW."placed_by" IS NOT OLD."placed_by"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('record_hold', NEW.id, NEW.version, json_object('id',OLD."id",'lifted_at',OLD."lifted_at",'lifted_because',OLD."lifted_because",'lifted_by',OLD."lifted_by",'placed_at',OLD."placed_at",'placed_by',OLD."placed_by",'process_at',OLD."process_at",'reason',OLD."reason",'recorded_at',OLD."recorded_at",'subject_id',OLD."subject_id",'subject_name',OLD."subject_name",'subject_type',OLD."subject_type",'version',OLD."version"), json_object('id',NEW."id",'lifted_at',NEW."lifted_at",'lifted_because',NEW."lifted_because",'lifted_by',NEW."lifted_by",'placed_at',NEW."placed_at",'placed_by',NEW."placed_by",'process_at',NEW."process_at",'reason',NEW."reason",'recorded_at',NEW."recorded_at",'subject_id',NEW."subject_id",'subject_name',NEW."subject_name",'subject_type',NEW."subject_type",'version',NEW."version"))); END

CREATE TRIGGER titer_record_installation_insert AFTER INSERT ON record_installation BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_installation', NEW.id, NEW.version, NULL, json_object('created_at',NEW."created_at",'demo',json(CASE NEW."demo" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."demo") END),'id',NEW."id",'name',NEW."name",'process_at',NEW."process_at",'process_origin',NEW."process_origin",'process_rate',NEW."process_rate",'recorded_at',NEW."recorded_at",'simulated',json(CASE NEW."simulated" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."simulated") END),'site',NEW."site",'time_zone',NEW."time_zone",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_installation_no_delete BEFORE DELETE ON record_installation BEGIN SELECT RAISE(ABORT, 'titer: record_installation keeps every row: a simulated installation could become a real one'); END

CREATE TRIGGER titer_record_installation_update AFTER UPDATE ON record_installation BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: record_installation.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: record_installation.simulated keeps its first value') WHERE NEW."simulated" IS NOT OLD."simulated"; SELECT RAISE(ABORT, 'titer: record_installation.demo keeps its first value') WHERE NEW."demo" IS NOT OLD."demo"; SELECT RAISE(ABORT, 'titer: record_installation.created_at keeps its first value') WHERE NEW."created_at" IS NOT OLD."created_at"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('record_installation', NEW.id, NEW.version, json_object('created_at',OLD."created_at",'demo',json(CASE OLD."demo" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."demo") END),'id',OLD."id",'name',OLD."name",'process_at',OLD."process_at",'process_origin',OLD."process_origin",'process_rate',OLD."process_rate",'recorded_at',OLD."recorded_at",'simulated',json(CASE OLD."simulated" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."simulated") END),'site',OLD."site",'time_zone',OLD."time_zone",'version',OLD."version"), json_object('created_at',NEW."created_at",'demo',json(CASE NEW."demo" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."demo") END),'id',NEW."id",'name',NEW."name",'process_at',NEW."process_at",'process_origin',NEW."process_origin",'process_rate',NEW."process_rate",'recorded_at',NEW."recorded_at",'simulated',json(CASE NEW."simulated" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."simulated") END),'site',NEW."site",'time_zone',NEW."time_zone",'version',NEW."version"))); END

CREATE TRIGGER titer_record_ledger_key_delete AFTER DELETE ON record_ledger_key BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: record_ledger_key has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_ledger_key'); SELECT RAISE(ABORT, 'titer: record_ledger_key is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_ledger_key' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('record_ledger_key', OLD.id, OLD.version + 1, json_object('from_size',OLD."from_size",'id',OLD."id",'kind',OLD."kind",'name',OLD."name",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'role',OLD."role",'until_size',OLD."until_size",'verifier',OLD."verifier",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_record_ledger_key_insert AFTER INSERT ON record_ledger_key BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_ledger_key', NEW.id, NEW.version, NULL, json_object('from_size',NEW."from_size",'id',NEW."id",'kind',NEW."kind",'name',NEW."name",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'role',NEW."role",'until_size',NEW."until_size",'verifier',NEW."verifier",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_ledger_key_update AFTER UPDATE ON record_ledger_key BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: record_ledger_key.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: record_ledger_key.role keeps its first value') WHERE NEW."role" IS NOT OLD."role"; SELECT RAISE(ABORT, 'titer: record_ledger_key.name keeps its first value') WHERE NEW."name" IS NOT OLD."name"; SELECT RAISE(ABORT, 'titer: record_ledger_key.kind keeps its first value') WHERE NEW."kind" IS NOT OLD."kind"; SELECT RAISE(ABORT, 'titer: record_ledger_key.verifier keeps its first value') WHERE NEW."verifier" IS NOT OLD."verifier"; SELECT RAISE(ABORT, 'titer: record_ledger_key.from_size keeps its first value') WHERE NEW."from_size" IS NOT OLD."from_size"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('record_ledger_key', NEW.id, NEW.version, json_object('from_size',OLD."from_size",'id',OLD."id",'kind',OLD."kind",'name',OLD."name",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'role',OLD."role",'until_size',OLD."until_size",'verifier',OLD."verifier",'version',OLD."version"), json_object('from_size',NEW."from_size",'id',NEW."id",'kind',NEW."kind",'name',NEW."name",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'role',NEW."role",'until_size',NEW."until_size",'verifier',NEW."verifier",'version',NEW."version"))); END

CREATE TRIGGER titer_record_machine_token_insert AFTER INSERT ON record_machine_token BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_machine_token', NEW.id, NEW.version, NULL, json_object('credential_mac',NEW."credential_mac",'expires_at',NEW."expires_at",'host',NEW."host",'id',NEW."id",'issue_count',NEW."issue_count",'issued_at',NEW."issued_at",'issued_by',NEW."issued_by",'name',NEW."name",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'revoked_at',NEW."revoked_at",'scopes',NEW."scopes",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_machine_token_no_delete BEFORE DELETE ON record_machine_token BEGIN SELECT RAISE(ABORT, 'titer: record_machine_token keeps every row: the name of a machine stands in entries as their actor'); END

CREATE TRIGGER titer_record_machine_token_update AFTER UPDATE ON record_machine_token BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: record_machine_token.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: record_machine_token.name keeps its first value') WHERE NEW."name" IS NOT OLD."name"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('record_machine_token', NEW.id, NEW.version, json_object('credential_mac',OLD."credential_mac",'expires_at',OLD."expires_at",'host',OLD."host",'id',OLD."id",'issue_count',OLD."issue_count",'issued_at',OLD."issued_at",'issued_by',OLD."issued_by",'name',OLD."name",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'revoked_at',OLD."revoked_at",'scopes',OLD."scopes",'version',OLD."version"), json_object('credential_mac',NEW."credential_mac",'expires_at',NEW."expires_at",'host',NEW."host",'id',NEW."id",'issue_count',NEW."issue_count",'issued_at',NEW."issued_at",'issued_by',NEW."issued_by",'name',NEW."name",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'revoked_at',NEW."revoked_at",'scopes',NEW."scopes",'version',NEW."version"))); END

CREATE TRIGGER titer_record_person_insert AFTER INSERT ON record_person BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_person', NEW.id, NEW.version, NULL, json_object('active',json(CASE NEW."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."active") END),'credential_mac',NEW."credential_mac",'failed_attempts',NEW."failed_attempts",'full_name',NEW."full_name",'id',NEW."id",'locked_at',NEW."locked_at",'password_count',NEW."password_count",'password_set_at',NEW."password_set_at",'password_set_by',NEW."password_set_by",'policy_acknowledged_at',NEW."policy_acknowledged_at",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'robot_for',NEW."robot_for",'username',NEW."username",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_person_no_delete BEFORE DELETE ON record_person BEGIN SELECT RAISE(ABORT, 'titer: record_person keeps every row: a user name is one person''s for ever'); END

CREATE TRIGGER titer_record_person_update AFTER UPDATE ON record_person BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: record_person.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: record_person.username keeps its first value') WHERE NEW."username" IS NOT OLD."username"; SELECT RAISE(ABORT, 'titer: record_person.robot_for keeps its first value') WHERE NEW."robot_for" IS NOT OLD."robot_for"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('record_person', NEW.id, NEW.version, json_object('active',json(CASE OLD."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."active") END),'credential_mac',OLD."credential_mac",'failed_attempts',OLD."failed_attempts",'full_name',OLD."full_name",'id',OLD."id",'locked_at',OLD."locked_at",'password_count',OLD."password_count",'password_set_at',OLD."password_set_at",'password_set_by',OLD."password_set_by",'policy_acknowledged_at',OLD."policy_acknowledged_at",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'robot_for',OLD."robot_for",'username',OLD."username",'version',OLD."version"), json_object('active',json(CASE NEW."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."active") END),'credential_mac',NEW."credential_mac",'failed_attempts',NEW."failed_attempts",'full_name',NEW."full_name",'id',NEW."id",'locked_at',NEW."locked_at",'password_count',NEW."password_count",'password_set_at',NEW."password_set_at",'password_set_by',NEW."password_set_by",'policy_acknowledged_at',NEW."policy_acknowledged_at",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'robot_for',NEW."robot_for",'username',NEW."username",'version',NEW."version"))); END

CREATE TRIGGER titer_record_policy_ack_insert AFTER INSERT ON record_policy_ack BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_policy_ack', NEW.id, NEW.version, NULL, json_object('digest',NEW."digest",'id',NEW."id",'person_id',NEW."person_id",'policy_id',NEW."policy_id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_policy_ack_no_delete BEFORE DELETE ON record_policy_ack BEGIN SELECT RAISE(ABORT, 'titer: record_policy_ack is append-only'); END

CREATE TRIGGER titer_record_policy_ack_no_update BEFORE UPDATE ON record_policy_ack BEGIN SELECT RAISE(ABORT, 'titer: record_policy_ack is append-only'); END

CREATE TRIGGER titer_record_policy_text_insert AFTER INSERT ON record_policy_text BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_policy_text', NEW.id, NEW.version, NULL, json_object('digest',NEW."digest",'effective_from',NEW."effective_from",'id',NEW."id",'issued_by',NEW."issued_by",'number',NEW."number",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'text',NEW."text",'title',NEW."title",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_policy_text_no_delete BEFORE DELETE ON record_policy_text BEGIN SELECT RAISE(ABORT, 'titer: record_policy_text is append-only'); END

CREATE TRIGGER titer_record_policy_text_no_update BEFORE UPDATE ON record_policy_text BEGIN SELECT RAISE(ABORT, 'titer: record_policy_text is append-only'); END

CREATE TRIGGER titer_record_provider_link_delete AFTER DELETE ON record_provider_link BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."person_id")); SELECT RAISE(ABORT, 'titer: record_provider_link has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_provider_link'); SELECT RAISE(ABORT, 'titer: record_provider_link is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_provider_link' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('record_provider_link', OLD.id, OLD.version + 1, json_object('active',json(CASE OLD."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."active") END),'id',OLD."id",'issuer',OLD."issuer",'linked_because',OLD."linked_because",'person_id',OLD."person_id",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'subject',OLD."subject",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_record_provider_link_insert AFTER INSERT ON record_provider_link BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_provider_link', NEW.id, NEW.version, NULL, json_object('active',json(CASE NEW."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."active") END),'id',NEW."id",'issuer',NEW."issuer",'linked_because',NEW."linked_because",'person_id',NEW."person_id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'subject',NEW."subject",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_provider_link_update AFTER UPDATE ON record_provider_link BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: record_provider_link.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: record_provider_link.issuer keeps its first value') WHERE NEW."issuer" IS NOT OLD."issuer"; SELECT RAISE(ABORT, 'titer: record_provider_link.subject keeps its first value') WHERE NEW."subject" IS NOT OLD."subject"; SELECT RAISE(ABORT, 'titer: record_provider_link.person_id keeps its first value') WHERE NEW."person_id" IS NOT OLD."person_id"; SELECT RAISE(ABORT, 'titer: record_provider_link.linked_because keeps its first value') WHERE NEW."linked_because" IS NOT OLD."linked_because"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('record_provider_link', NEW.id, NEW.version, json_object('active',json(CASE OLD."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."active") END),'id',OLD."id",'issuer',OLD."issuer",'linked_because',OLD."linked_because",'person_id',OLD."person_id",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'subject',OLD."subject",'version',OLD."version"), json_object('active',json(CASE NEW."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."active") END),'id',NEW."id",'issuer',NEW."issuer",'linked_because',NEW."linked_because",'person_id',NEW."person_id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'subject',NEW."subject",'version',NEW."version"))); END

CREATE TRIGGER titer_record_restore_insert AFTER INSERT ON record_restore BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_restore', NEW.id, NEW.version, NULL, json_object('accepted_by',NEW."accepted_by",'backup_digest',NEW."backup_digest",'file_name',NEW."file_name",'id',NEW."id",'lost',NEW."lost",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'restored_at',NEW."restored_at",'root',NEW."root",'statement',NEW."statement",'tree_size',NEW."tree_size",'version',NEW."version",'witnessed_root',NEW."witnessed_root",'witnessed_size',NEW."witnessed_size")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_restore_no_delete BEFORE DELETE ON record_restore BEGIN SELECT RAISE(ABORT, 'titer: record_restore is append-only'); END

CREATE TRIGGER titer_record_restore_no_update BEFORE UPDATE ON record_restore BEGIN SELECT RAISE(ABORT, 'titer: record_restore is append-only'); END

CREATE TRIGGER titer_record_retention_delete AFTER DELETE ON record_retention BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: record_retention has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_retention'); SELECT RAISE(ABORT, 'titer: record_retention is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_retention' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('record_retention', OLD.id, OLD.version + 1, json_object('basis',OLD."basis",'id',OLD."id",'process_at',OLD."process_at",'record_type',OLD."record_type",'recorded_at',OLD."recorded_at",'start',OLD."start",'version',OLD."version",'years',OLD."years"), NULL)); END

CREATE TRIGGER titer_record_retention_insert AFTER INSERT ON record_retention BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_retention', NEW.id, NEW.version, NULL, json_object('basis',NEW."basis",'id',NEW."id",'process_at',NEW."process_at",'record_type',NEW."record_type",'recorded_at',NEW."recorded_at",'start',NEW."start",'version',NEW."version",'years',NEW."years")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_retention_update AFTER UPDATE ON record_retention BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: record_retention.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: record_retention.record_type keeps its first value') WHERE NEW."record_type" IS NOT OLD."record_type"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('record_retention', NEW.id, NEW.version, json_object('basis',OLD."basis",'id',OLD."id",'process_at',OLD."process_at",'record_type',OLD."record_type",'recorded_at',OLD."recorded_at",'start',OLD."start",'version',OLD."version",'years',OLD."years"), json_object('basis',NEW."basis",'id',NEW."id",'process_at',NEW."process_at",'record_type',NEW."record_type",'recorded_at',NEW."recorded_at",'start',NEW."start",'version',NEW."version",'years',NEW."years"))); END

CREATE TRIGGER titer_record_rights_search_insert AFTER INSERT ON record_rights_search BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_rights_search', NEW.id, NEW.version, NULL, json_object('found',NEW."found",'gone',NEW."gone",'id',NEW."id",'people',NEW."people",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'rules_count',NEW."rules_count",'rules_digest',NEW."rules_digest",'searched_at',NEW."searched_at",'standing',NEW."standing",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_rights_search_no_delete BEFORE DELETE ON record_rights_search BEGIN SELECT RAISE(ABORT, 'titer: record_rights_search is append-only'); END

CREATE TRIGGER titer_record_rights_search_no_update BEFORE UPDATE ON record_rights_search BEGIN SELECT RAISE(ABORT, 'titer: record_rights_search is append-only'); END

CREATE TRIGGER titer_record_role_assignment_delete AFTER DELETE ON record_role_assignment BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."person_id")); SELECT RAISE(ABORT, 'titer: record_role_assignment has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_role_assignment'); SELECT RAISE(ABORT, 'titer: record_role_assignment is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_role_assignment' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('record_role_assignment', OLD.id, OLD.version + 1, json_object('active',json(CASE OLD."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."active") END),'id',OLD."id",'person_id',OLD."person_id",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'role',OLD."role",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_record_role_assignment_insert AFTER INSERT ON record_role_assignment BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_role_assignment', NEW.id, NEW.version, NULL, json_object('active',json(CASE NEW."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."active") END),'id',NEW."id",'person_id',NEW."person_id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'role',NEW."role",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_role_assignment_update AFTER UPDATE ON record_role_assignment BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: record_role_assignment.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('record_role_assignment', NEW.id, NEW.version, json_object('active',json(CASE OLD."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."active") END),'id',OLD."id",'person_id',OLD."person_id",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'role',OLD."role",'version',OLD."version"), json_object('active',json(CASE NEW."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."active") END),'id',NEW."id",'person_id',NEW."person_id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'role',NEW."role",'version',NEW."version"))); END

CREATE TRIGGER titer_record_schema_insert AFTER INSERT ON record_schema BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_schema', NEW.id, NEW.version, NULL, json_object('fingerprint',NEW."fingerprint",'id',NEW."id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'revision',NEW."revision",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_schema_no_delete BEFORE DELETE ON record_schema BEGIN SELECT RAISE(ABORT, 'titer: record_schema is append-only'); END

CREATE TRIGGER titer_record_schema_no_update BEFORE UPDATE ON record_schema BEGIN SELECT RAISE(ABORT, 'titer: record_schema is append-only'); END

CREATE TRIGGER titer_record_session_delete AFTER DELETE ON record_session BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."person_id")); SELECT RAISE(ABORT, 'titer: record_session has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_session'); SELECT RAISE(ABORT, 'titer: record_session is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_session' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'ended_at' THEN OLD."ended_at" WHEN 'ends_at' THEN OLD."ends_at" WHEN 'started_at' THEN OLD."started_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('record_session', OLD.id, OLD.version + 1, json_object('credential_mac',OLD."credential_mac",'ended_at',OLD."ended_at",'ended_because',OLD."ended_because",'ends_at',OLD."ends_at",'factors',OLD."factors",'id',OLD."id",'idle_minutes',OLD."idle_minutes",'limited_to',OLD."limited_to",'person_id',OLD."person_id",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'remote',OLD."remote",'started_at',OLD."started_at",'terminal_id',OLD."terminal_id",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_record_session_insert AFTER INSERT ON record_session BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_session', NEW.id, NEW.version, NULL, json_object('credential_mac',NEW."credential_mac",'ended_at',NEW."ended_at",'ended_because',NEW."ended_because",'ends_at',NEW."ends_at",'factors',NEW."factors",'id',NEW."id",'idle_minutes',NEW."idle_minutes",'limited_to',NEW."limited_to",'person_id',NEW."person_id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'remote',NEW."remote",'started_at',NEW."started_at",'terminal_id',NEW."terminal_id",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_session_update AFTER UPDATE ON record_session BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: record_session.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: record_session.person_id keeps its first value') WHERE NEW."person_id" IS NOT OLD."person_id"; SELECT RAISE(ABORT, 'titer: record_session.started_at keeps its first value') WHERE NEW."started_at" IS NOT OLD."started_at"; SELECT RAISE(ABORT, 'titer: record_session.ends_at keeps its first value') WHERE NEW."ends_at" IS NOT OLD."ends_at"; SELECT RAISE(ABORT, 'titer: record_session.idle_minutes keeps its first value') WHERE NEW."idle_minutes" IS NOT OLD."idle_minutes"; SELECT RAISE(ABORT, 'titer: record_session.factors keeps its first value') WHERE NEW."factors" IS NOT OLD."factors"; SELECT RAISE(ABORT, 'titer: record_session.terminal_id keeps its first value') WHERE NEW."terminal_id" IS NOT OLD."terminal_id"; SELECT RAISE(ABORT, 'titer: record_session.limited_to keeps its first value') WHERE NEW."limited_to" IS NOT OLD."limited_to"; SELECT RAISE(ABORT, 'titer: record_session.credential_mac keeps its first value') WHERE NEW."credential_mac" IS NOT OLD."credential_mac"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('record_session', NEW.id, NEW.version, json_object('credential_mac',OLD."credential_mac",'ended_at',OLD."ended_at",'ended_because',OLD."ended_because",'ends_at',OLD."ends_at",'factors',OLD."factors",'id',OLD."id",'idle_minutes',OLD."idle_minutes",'limited_to',OLD."limited_to",'person_id',OLD."person_id",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'remote',OLD."remote",'started_at',OLD."started_at",'terminal_id',OLD."terminal_id",'version',OLD."version"), json_object('credential_mac',NEW."credential_mac",'ended_at',NEW."ended_at",'ended_because',NEW."ended_because",'ends_at',NEW."ends_at",'factors',NEW."factors",'id',NEW."id",'idle_minutes',NEW."idle_minutes",'limited_to',NEW."limited_to",'person_id',NEW."person_id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'remote',NEW."remote",'started_at',NEW."started_at",'terminal_id',NEW."terminal_id",'version',NEW."version"))); END

CREATE TRIGGER titer_record_signature_insert AFTER INSERT ON record_signature BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_signature', NEW.id, NEW.version, NULL, json_object('binding',NEW."binding",'content',NEW."content",'digest',NEW."digest",'id',NEW."id",'meaning',NEW."meaning",'person_id',NEW."person_id",'printed_name',NEW."printed_name",'process_at',NEW."process_at",'reason',NEW."reason",'record_id',NEW."record_id",'record_type',NEW."record_type",'record_version',NEW."record_version",'recorded_at',NEW."recorded_at",'robot',json(CASE NEW."robot" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."robot") END),'session_id',NEW."session_id",'signed_at',NEW."signed_at",'time_zone',NEW."time_zone",'title',NEW."title",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_signature_no_delete BEFORE DELETE ON record_signature BEGIN SELECT RAISE(ABORT, 'titer: record_signature is append-only'); END

CREATE TRIGGER titer_record_signature_no_update BEFORE UPDATE ON record_signature BEGIN SELECT RAISE(ABORT, 'titer: record_signature is append-only'); END

CREATE TRIGGER titer_record_terminal_insert AFTER INSERT ON record_terminal BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_terminal', NEW.id, NEW.version, NULL, json_object('credential_mac',NEW."credential_mac",'id',NEW."id",'name',NEW."name",'place',NEW."place",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'registered_at',NEW."registered_at",'registered_by',NEW."registered_by",'revoked_at',NEW."revoked_at",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_terminal_no_delete BEFORE DELETE ON record_terminal BEGIN SELECT RAISE(ABORT, 'titer: record_terminal keeps every row: the name of a terminal is given once'); END

CREATE TRIGGER titer_record_terminal_update AFTER UPDATE ON record_terminal BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: record_terminal.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: record_terminal.name keeps its first value') WHERE NEW."name" IS NOT OLD."name"; SELECT RAISE(ABORT, 'titer: record_terminal.registered_at keeps its first value') WHERE NEW."registered_at" IS NOT OLD."registered_at"; SELECT RAISE(ABORT, 'titer: record_terminal.registered_by keeps its first value') WHERE NEW."registered_by" IS NOT OLD."registered_by"; SELECT RAISE(ABORT, 'titer: record_terminal.credential_mac keeps its first value') WHERE NEW."credential_mac" IS NOT OLD."credential_mac"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('record_terminal', NEW.id, NEW.version, json_object('credential_mac',OLD."credential_mac",'id',OLD."id",'name',OLD."name",'place',OLD."place",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'registered_at',OLD."registered_at",'registered_by',OLD."registered_by",'revoked_at',OLD."revoked_at",'version',OLD."version"), json_object('credential_mac',NEW."credential_mac",'id',NEW."id",'name',NEW."name",'place',NEW."place",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'registered_at',NEW."registered_at",'registered_by',NEW."registered_by",'revoked_at',NEW."revoked_at",'version',NEW."version"))); END

CREATE TRIGGER titer_record_training_delete AFTER DELETE ON record_training BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."person_id")); SELECT RAISE(ABORT, 'titer: record_training has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_training'); SELECT RAISE(ABORT, 'titer: record_training is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_training' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'expires_at' THEN OLD."expires_at" WHEN 'trained_at' THEN OLD."trained_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('record_training', OLD.id, OLD.version + 1, json_object('competency',OLD."competency",'document',OLD."document",'expires_at',OLD."expires_at",'id',OLD."id",'person_id',OLD."person_id",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'trained_at',OLD."trained_at",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_record_training_insert AFTER INSERT ON record_training BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_training', NEW.id, NEW.version, NULL, json_object('competency',NEW."competency",'document',NEW."document",'expires_at',NEW."expires_at",'id',NEW."id",'person_id',NEW."person_id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'trained_at',NEW."trained_at",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_training_update AFTER UPDATE ON record_training BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: record_training.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('record_training', NEW.id, NEW.version, json_object('competency',OLD."competency",'document',OLD."document",'expires_at',OLD."expires_at",'id',OLD."id",'person_id',OLD."person_id",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'trained_at',OLD."trained_at",'version',OLD."version"), json_object('competency',NEW."competency",'document',NEW."document",'expires_at',NEW."expires_at",'id',NEW."id",'person_id',NEW."person_id",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'trained_at',NEW."trained_at",'version',NEW."version"))); END

CREATE TRIGGER titer_record_watched_ledger_delete AFTER DELETE ON record_watched_ledger BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: record_watched_ledger has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_watched_ledger'); SELECT RAISE(ABORT, 'titer: record_watched_ledger is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_watched_ledger' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('record_watched_ledger', OLD.id, OLD.version + 1, json_object('active',json(CASE OLD."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."active") END),'id',OLD."id",'origin',OLD."origin",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'verifiers',OLD."verifiers",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_record_watched_ledger_insert AFTER INSERT ON record_watched_ledger BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_watched_ledger', NEW.id, NEW.version, NULL, json_object('active',json(CASE NEW."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."active") END),'id',NEW."id",'origin',NEW."origin",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'verifiers',NEW."verifiers",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_watched_ledger_update AFTER UPDATE ON record_watched_ledger BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: record_watched_ledger.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: record_watched_ledger.origin keeps its first value') WHERE NEW."origin" IS NOT OLD."origin"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('record_watched_ledger', NEW.id, NEW.version, json_object('active',json(CASE OLD."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."active") END),'id',OLD."id",'origin',OLD."origin",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'verifiers',OLD."verifiers",'version',OLD."version"), json_object('active',json(CASE NEW."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."active") END),'id',NEW."id",'origin',NEW."origin",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'verifiers',NEW."verifiers",'version',NEW."version"))); END

CREATE TRIGGER titer_record_witness_policy_delete AFTER DELETE ON record_witness_policy BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: record_witness_policy has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_witness_policy'); SELECT RAISE(ABORT, 'titer: record_witness_policy is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'record_witness_policy' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('record_witness_policy', OLD.id, OLD.version + 1, json_object('id',OLD."id",'process_at',OLD."process_at",'quorum',OLD."quorum",'recorded_at',OLD."recorded_at",'required',OLD."required",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_record_witness_policy_insert AFTER INSERT ON record_witness_policy BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('record_witness_policy', NEW.id, NEW.version, NULL, json_object('id',NEW."id",'process_at',NEW."process_at",'quorum',NEW."quorum",'recorded_at',NEW."recorded_at",'required',NEW."required",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_record_witness_policy_update AFTER UPDATE ON record_witness_policy BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: record_witness_policy.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('record_witness_policy', NEW.id, NEW.version, json_object('id',OLD."id",'process_at',OLD."process_at",'quorum',OLD."quorum",'recorded_at',OLD."recorded_at",'required',OLD."required",'version',OLD."version"), json_object('id',NEW."id",'process_at',NEW."process_at",'quorum',NEW."quorum",'recorded_at',NEW."recorded_at",'required',NEW."required",'version',NEW."version"))); END

CREATE TRIGGER titer_systems_copy_insert AFTER INSERT ON systems_copy BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('systems_copy', NEW.id, NEW.version, NULL, json_object('fields',NEW."fields",'id',NEW."id",'import_id',NEW."import_id",'position',NEW."position",'process_at',NEW."process_at",'raw_digest',NEW."raw_digest",'record_type',NEW."record_type",'recorded_at',NEW."recorded_at",'revision',NEW."revision",'row',NEW."row",'row_digest',NEW."row_digest",'source_id',NEW."source_id",'source_key',NEW."source_key",'source_time',NEW."source_time",'source_version',NEW."source_version",'system',NEW."system",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_systems_copy_no_delete BEFORE DELETE ON systems_copy BEGIN SELECT RAISE(ABORT, 'titer: systems_copy is append-only'); END

CREATE TRIGGER titer_systems_copy_no_update BEFORE UPDATE ON systems_copy BEGIN SELECT RAISE(ABORT, 'titer: systems_copy is append-only'); END

CREATE TRIGGER titer_systems_declaration_delete AFTER DELETE ON systems_declaration BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: systems_declaration has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'systems_declaration'); SELECT RAISE(ABORT, 'titer: systems_declaration is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'systems_declaration' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'approved_at' THEN OLD."approved_at" WHEN 'since' THEN OLD."since" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('systems_declaration', OLD.id, OLD.version + 1, json_object('approved_at',OLD."approved_at",'author_id',OLD."author_id",'id',OLD."id",'materials',OLD."materials",'number',OLD."number",'process_at',OLD."process_at",'reason',OLD."reason",'record_type',OLD."record_type",'recorded_at',OLD."recorded_at",'signature_id',OLD."signature_id",'since',OLD."since",'site',OLD."site",'state',OLD."state",'system',OLD."system",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_systems_declaration_insert AFTER INSERT ON systems_declaration BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('systems_declaration', NEW.id, NEW.version, NULL, json_object('approved_at',NEW."approved_at",'author_id',NEW."author_id",'id',NEW."id",'materials',NEW."materials",'number',NEW."number",'process_at',NEW."process_at",'reason',NEW."reason",'record_type',NEW."record_type",'recorded_at',NEW."recorded_at",'signature_id',NEW."signature_id",'since',NEW."since",'site',NEW."site",'state',NEW."state",'system',NEW."system",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_systems_declaration_update AFTER UPDATE ON systems_declaration BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: systems_declaration.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: systems_declaration.number keeps its first value') WHERE NEW."number" IS NOT OLD."number"; SELECT RAISE(ABORT, 'titer: systems_declaration.record_type keeps its first value') WHERE NEW."record_type" IS NOT OLD."record_type"; SELECT RAISE(ABORT, 'titer: systems_declaration.system keeps its first value') WHERE NEW."system" IS NOT OLD."system"; SELECT RAISE(ABORT, 'titer: systems_declaration.site keeps its first value') WHERE NEW."site" IS NOT OLD."site"; SELECT RAISE(ABORT, 'titer: systems_declaration.materials keeps its first value') WHERE NEW."materials" IS NOT OLD."materials"; SELECT RAISE(ABORT, 'titer: systems_declaration.since keeps its first value') WHERE NEW."since" IS NOT OLD."since"; SELECT RAISE(ABORT, 'titer: systems_declaration.reason keeps its first value') WHERE NEW."reason" IS NOT OLD."reason"; SELECT RAISE(ABORT, 'titer: systems_declaration.author_id keeps its first value') WHERE NEW."author_id" IS NOT OLD."author_id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('systems_declaration', NEW.id, NEW.version, json_object('approved_at',OLD."approved_at",'author_id',OLD."author_id",'id',OLD."id",'materials',OLD."materials",'number',OLD."number",'process_at',OLD."process_at",'reason',OLD."reason",'record_type',OLD."record_type",'recorded_at',OLD."recorded_at",'signature_id',OLD."signature_id",'since',OLD."since",'site',OLD."site",'state',OLD."state",'system',OLD."system",'version',OLD."version"), json_object('approved_at',NEW."approved_at",'author_id',NEW."author_id",'id',NEW."id",'materials',NEW."materials",'number',NEW."number",'process_at',NEW."process_at",'reason',NEW."reason",'record_type',NEW."record_type",'recorded_at',NEW."recorded_at",'signature_id',NEW."signature_id",'since',NEW."since",'site',NEW."site",'state',NEW."state",'system',NEW."system",'version',NEW."version"))); END

CREATE TRIGGER titer_systems_import_insert AFTER INSERT ON systems_import BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('systems_import', NEW.id, NEW.version, NULL, json_object('counts',NEW."counts",'id',NEW."id",'ignored',NEW."ignored",'legacy',json(CASE NEW."legacy" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."legacy") END),'number',NEW."number",'parts',NEW."parts",'process_at',NEW."process_at",'read_at',NEW."read_at",'recorded_at',NEW."recorded_at",'revision',NEW."revision",'source_id',NEW."source_id",'taken_by',NEW."taken_by",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_systems_import_no_delete BEFORE DELETE ON systems_import BEGIN SELECT RAISE(ABORT, 'titer: systems_import is append-only'); END

CREATE TRIGGER titer_systems_import_no_update BEFORE UPDATE ON systems_import BEGIN SELECT RAISE(ABORT, 'titer: systems_import is append-only'); END

CREATE TRIGGER titer_systems_quarantine_delete AFTER DELETE ON systems_quarantine BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: systems_quarantine has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'systems_quarantine'); SELECT RAISE(ABORT, 'titer: systems_quarantine is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'systems_quarantine' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('systems_quarantine', OLD.id, OLD.version + 1, json_object('comment',OLD."comment",'id',OLD."id",'import_id',OLD."import_id",'position',OLD."position",'process_at',OLD."process_at",'raw_digest',OLD."raw_digest",'recorded_at',OLD."recorded_at",'row',OLD."row",'row_digest',OLD."row_digest",'source_id',OLD."source_id",'source_key',OLD."source_key",'state',OLD."state",'version',OLD."version",'why',OLD."why"), NULL)); END

CREATE TRIGGER titer_systems_quarantine_insert AFTER INSERT ON systems_quarantine BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('systems_quarantine', NEW.id, NEW.version, NULL, json_object('comment',NEW."comment",'id',NEW."id",'import_id',NEW."import_id",'position',NEW."position",'process_at',NEW."process_at",'raw_digest',NEW."raw_digest",'recorded_at',NEW."recorded_at",'row',NEW."row",'row_digest',NEW."row_digest",'source_id',NEW."source_id",'source_key',NEW."source_key",'state',NEW."state",'version',NEW."version",'why',NEW."why")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_systems_quarantine_update AFTER UPDATE ON systems_quarantine BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: systems_quarantine.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: systems_quarantine.source_id keeps its first value') WHERE NEW."source_id" IS NOT OLD."source_id"; SELECT RAISE(ABORT, 'titer: systems_quarantine.import_id keeps its first value') WHERE NEW."import_id" IS NOT OLD."import_id"; SELECT RAISE(ABORT, 'titer: systems_quarantine.source_key keeps its first value') WHERE NEW."source_key" IS NOT OLD."source_key"; SELECT RAISE(ABORT, 'titer: systems_quarantine.row keeps its first value') WHERE NEW."row" IS NOT OLD."row"; SELECT RAISE(ABORT, 'titer: systems_quarantine.row_digest keeps its first value') WHERE NEW."row_digest" IS NOT OLD."row_digest"; SELECT RAISE(ABORT, 'titer: systems_quarantine.raw_digest keeps its first value') WHERE NEW."raw_digest" IS NOT OLD."raw_digest"; SELECT RAISE(ABORT, 'titer: systems_quarantine.position keeps its first value') WHERE NEW."position" IS NOT OLD."position"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('systems_quarantine', NEW.id, NEW.version, json_object('comment',OLD."comment",'id',OLD."id",'import_id',OLD."import_id",'position',OLD."position",'process_at',OLD."process_at",'raw_digest',OLD."raw_digest",'recorded_at',OLD."recorded_at",'row',OLD."row",'row_digest',OLD."row_digest",'source_id',OLD."source_id",'source_key',OLD."source_key",'state',OLD."state",'version',OLD."version",'why',OLD."why"), json_object('comment',NEW."comment",'id',NEW."id",'import_id',NEW."import_id",'position',NEW."position",'process_at',NEW."process_at",'raw_digest',NEW."raw_digest",'recorded_at',NEW."recorded_at",'row',NEW."row",'row_digest',NEW."row_digest",'source_id',NEW."source_id",'source_key',NEW."source_key",'state',NEW."state",'version',NEW."version",'why',NEW."why"))); END

CREATE TRIGGER titer_systems_reconciliation_insert AFTER INSERT ON systems_reconciliation BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('systems_reconciliation', NEW.id, NEW.version, NULL, json_object('difference_count',NEW."difference_count",'differences',NEW."differences",'id',NEW."id",'number',NEW."number",'outcome',NEW."outcome",'periods',NEW."periods",'process_at',NEW."process_at",'ran_at',NEW."ran_at",'ran_by',NEW."ran_by",'recorded_at',NEW."recorded_at",'source_id',NEW."source_id",'version',NEW."version",'why',NEW."why")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_systems_reconciliation_no_delete BEFORE DELETE ON systems_reconciliation BEGIN SELECT RAISE(ABORT, 'titer: systems_reconciliation is append-only'); END

CREATE TRIGGER titer_systems_reconciliation_no_update BEFORE UPDATE ON systems_reconciliation BEGIN SELECT RAISE(ABORT, 'titer: systems_reconciliation is append-only'); END

CREATE TRIGGER titer_systems_source_insert AFTER INSERT ON systems_source BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('systems_source', NEW.id, NEW.version, NULL, json_object('author_id',NEW."author_id",'id',NEW."id",'kind',NEW."kind",'legacy',json(CASE NEW."legacy" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."legacy") END),'mapping',NEW."mapping",'name',NEW."name",'process_at',NEW."process_at",'record_type',NEW."record_type",'recorded_at',NEW."recorded_at",'revision',NEW."revision",'secret',NEW."secret",'settings',NEW."settings",'signature_id',NEW."signature_id",'state',NEW."state",'system',NEW."system",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_systems_source_no_delete BEFORE DELETE ON systems_source BEGIN SELECT RAISE(ABORT, 'titer: systems_source keeps every row: the name of a source stands in the origin of what was read from it'); END

CREATE TRIGGER titer_systems_source_update AFTER UPDATE ON systems_source BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: systems_source.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: systems_source.name keeps its first value') WHERE NEW."name" IS NOT OLD."name"; SELECT RAISE(ABORT, 'titer: systems_source.system keeps its first value') WHERE NEW."system" IS NOT OLD."system"; SELECT RAISE(ABORT, 'titer: systems_source.record_type keeps its first value') WHERE NEW."record_type" IS NOT OLD."record_type"; SELECT RAISE(ABORT, 'titer: systems_source.kind keeps its first value') WHERE NEW."kind" IS NOT OLD."kind"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('systems_source', NEW.id, NEW.version, json_object('author_id',OLD."author_id",'id',OLD."id",'kind',OLD."kind",'legacy',json(CASE OLD."legacy" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(OLD."legacy") END),'mapping',OLD."mapping",'name',OLD."name",'process_at',OLD."process_at",'record_type',OLD."record_type",'recorded_at',OLD."recorded_at",'revision',OLD."revision",'secret',OLD."secret",'settings',OLD."settings",'signature_id',OLD."signature_id",'state',OLD."state",'system',OLD."system",'version',OLD."version"), json_object('author_id',NEW."author_id",'id',NEW."id",'kind',NEW."kind",'legacy',json(CASE NEW."legacy" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote(NEW."legacy") END),'mapping',NEW."mapping",'name',NEW."name",'process_at',NEW."process_at",'record_type',NEW."record_type",'recorded_at',NEW."recorded_at",'revision',NEW."revision",'secret',NEW."secret",'settings',NEW."settings",'signature_id',NEW."signature_id",'state',NEW."state",'system',NEW."system",'version',NEW."version"))); END

CREATE TRIGGER titer_systems_verification_delete AFTER DELETE ON systems_verification BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: systems_verification has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'systems_verification'); SELECT RAISE(ABORT, 'titer: systems_verification is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'systems_verification' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'made_at' THEN OLD."made_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('systems_verification', OLD.id, OLD.version + 1, json_object('id',OLD."id",'import_id',OLD."import_id",'made_at',OLD."made_at",'made_by',OLD."made_by",'number',OLD."number",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'report',OLD."report",'seed',OLD."seed",'signature_id',OLD."signature_id",'source_id',OLD."source_id",'state',OLD."state",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_systems_verification_insert AFTER INSERT ON systems_verification BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('systems_verification', NEW.id, NEW.version, NULL, json_object('id',NEW."id",'import_id',NEW."import_id",'made_at',NEW."made_at",'made_by',NEW."made_by",'number',NEW."number",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'report',NEW."report",'seed',NEW."seed",'signature_id',NEW."signature_id",'source_id',NEW."source_id",'state',NEW."state",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_systems_verification_update AFTER UPDATE ON systems_verification BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: systems_verification.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: systems_verification.number keeps its first value') WHERE NEW."number" IS NOT OLD."number"; SELECT RAISE(ABORT, 'titer: systems_verification.source_id keeps its first value') WHERE NEW."source_id" IS NOT OLD."source_id"; SELECT RAISE(ABORT, 'titer: systems_verification.import_id keeps its first value') WHERE NEW."import_id" IS NOT OLD."import_id"; SELECT RAISE(ABORT, 'titer: systems_verification.made_at keeps its first value') WHERE NEW."made_at" IS NOT OLD."made_at"; SELECT RAISE(ABORT, 'titer: systems_verification.made_by keeps its first value') WHERE NEW."made_by" IS NOT OLD."made_by"; SELECT RAISE(ABORT, 'titer: systems_verification.seed keeps its first value') WHERE NEW."seed" IS NOT OLD."seed"; SELECT RAISE(ABORT, 'titer: systems_verification.report keeps its first value') WHERE NEW."report" IS NOT OLD."report"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('systems_verification', NEW.id, NEW.version, json_object('id',OLD."id",'import_id',OLD."import_id",'made_at',OLD."made_at",'made_by',OLD."made_by",'number',OLD."number",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'report',OLD."report",'seed',OLD."seed",'signature_id',OLD."signature_id",'source_id',OLD."source_id",'state',OLD."state",'version',OLD."version"), json_object('id',NEW."id",'import_id',NEW."import_id",'made_at',NEW."made_at",'made_by',NEW."made_by",'number',NEW."number",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'report',NEW."report",'seed',NEW."seed",'signature_id',NEW."signature_id",'source_id',NEW."source_id",'state',NEW."state",'version',NEW."version"))); END

CREATE TRIGGER titer_twin_definition_delete AFTER DELETE ON twin_definition BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id")); SELECT RAISE(ABORT, 'titer: twin_definition has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'twin_definition'); SELECT RAISE(ABORT, 'titer: twin_definition is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'twin_definition' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('twin_definition', OLD.id, OLD.version + 1, json_object('commissioned_signature_id',OLD."commissioned_signature_id",'defined_by',OLD."defined_by",'equipment',OLD."equipment",'id',OLD."id",'model_id',OLD."model_id",'number',OLD."number",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'settings',OLD."settings",'settings_digest',OLD."settings_digest",'state',OLD."state",'title',OLD."title",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_twin_definition_insert AFTER INSERT ON twin_definition BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('twin_definition', NEW.id, NEW.version, NULL, json_object('commissioned_signature_id',NEW."commissioned_signature_id",'defined_by',NEW."defined_by",'equipment',NEW."equipment",'id',NEW."id",'model_id',NEW."model_id",'number',NEW."number",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'settings',NEW."settings",'settings_digest',NEW."settings_digest",'state',NEW."state",'title',NEW."title",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_twin_definition_update AFTER UPDATE ON twin_definition BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: twin_definition.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: twin_definition.equipment keeps its first value') WHERE NEW."equipment" IS NOT OLD."equipment"; SELECT RAISE(ABORT, 'titer: twin_definition.model_id keeps its first value') WHERE NEW."model_id" IS NOT OLD."model_id"; SELECT RAISE(ABORT, 'titer: twin_definition.settings keeps its first value') WHERE NEW."settings" IS NOT OLD."settings"; SELECT RAISE(ABORT, 'titer: twin_definition.settings_digest keeps its first value') WHERE NEW."settings_digest" IS NOT OLD."settings_digest"; SELECT RAISE(ABORT, 'titer: twin_definition.defined_by keeps its first value') WHERE NEW."defined_by" IS NOT OLD."defined_by"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('twin_definition', NEW.id, NEW.version, json_object('commissioned_signature_id',OLD."commissioned_signature_id",'defined_by',OLD."defined_by",'equipment',OLD."equipment",'id',OLD."id",'model_id',OLD."model_id",'number',OLD."number",'process_at',OLD."process_at",'recorded_at',OLD."recorded_at",'settings',OLD."settings",'settings_digest',OLD."settings_digest",'state',OLD."state",'title',OLD."title",'version',OLD."version"), json_object('commissioned_signature_id',NEW."commissioned_signature_id",'defined_by',NEW."defined_by",'equipment',NEW."equipment",'id',NEW."id",'model_id',NEW."model_id",'number',NEW."number",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'settings',NEW."settings",'settings_digest',NEW."settings_digest",'state',NEW."state",'title',NEW."title",'version',NEW."version"))); END

CREATE TRIGGER titer_twin_hour_insert AFTER INSERT ON twin_hour BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('twin_hour', NEW.id, NEW.version, NULL, json_object('arrived_at',NEW."arrived_at",'hour',NEW."hour",'id',NEW."id",'inputs',NEW."inputs",'instance_id',NEW."instance_id",'measured',NEW."measured",'process_at',NEW."process_at",'quality',NEW."quality",'recorded_at',NEW."recorded_at",'revision',NEW."revision",'taken_at',NEW."taken_at",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_twin_hour_no_delete BEFORE DELETE ON twin_hour BEGIN SELECT RAISE(ABORT, 'titer: twin_hour is append-only'); END

CREATE TRIGGER titer_twin_hour_no_update BEFORE UPDATE ON twin_hour BEGIN SELECT RAISE(ABORT, 'titer: twin_hour is append-only'); END

CREATE TRIGGER titer_twin_instance_delete AFTER DELETE ON twin_instance BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."batch_id")); SELECT RAISE(ABORT, 'titer: twin_instance has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'twin_instance'); SELECT RAISE(ABORT, 'titer: twin_instance is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'twin_instance' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'frozen_at' THEN OLD."frozen_at" WHEN 'started_at' THEN OLD."started_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('twin_instance', OLD.id, OLD.version + 1, json_object('batch_id',OLD."batch_id",'batch_number',OLD."batch_number",'definition_id',OLD."definition_id",'equipment',OLD."equipment",'frozen_at',OLD."frozen_at",'id',OLD."id",'model_id',OLD."model_id",'number',OLD."number",'process_at',OLD."process_at",'reasons',OLD."reasons",'recorded_at',OLD."recorded_at",'start_volume',OLD."start_volume",'started_at',OLD."started_at",'state',OLD."state",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_twin_instance_insert AFTER INSERT ON twin_instance BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('twin_instance', NEW.id, NEW.version, NULL, json_object('batch_id',NEW."batch_id",'batch_number',NEW."batch_number",'definition_id',NEW."definition_id",'equipment',NEW."equipment",'frozen_at',NEW."frozen_at",'id',NEW."id",'model_id',NEW."model_id",'number',NEW."number",'process_at',NEW."process_at",'reasons',NEW."reasons",'recorded_at',NEW."recorded_at",'start_volume',NEW."start_volume",'started_at',NEW."started_at",'state',NEW."state",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_twin_instance_update AFTER UPDATE ON twin_instance BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: twin_instance.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: twin_instance.definition_id keeps its first value') WHERE NEW."definition_id" IS NOT OLD."definition_id"; SELECT RAISE(ABORT, 'titer: twin_instance.model_id keeps its first value') WHERE NEW."model_id" IS NOT OLD."model_id"; SELECT RAISE(ABORT, 'titer: twin_instance.batch_id keeps its first value') WHERE NEW."batch_id" IS NOT OLD."batch_id"; SELECT RAISE(ABORT, 'titer: twin_instance.equipment keeps its first value') WHERE NEW."equipment" IS NOT OLD."equipment"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('twin_instance', NEW.id, NEW.version, json_object('batch_id',OLD."batch_id",'batch_number',OLD."batch_number",'definition_id',OLD."definition_id",'equipment',OLD."equipment",'frozen_at',OLD."frozen_at",'id',OLD."id",'model_id',OLD."model_id",'number',OLD."number",'process_at',OLD."process_at",'reasons',OLD."reasons",'recorded_at',OLD."recorded_at",'start_volume',OLD."start_volume",'started_at',OLD."started_at",'state',OLD."state",'version',OLD."version"), json_object('batch_id',NEW."batch_id",'batch_number',NEW."batch_number",'definition_id',NEW."definition_id",'equipment',NEW."equipment",'frozen_at',NEW."frozen_at",'id',NEW."id",'model_id',NEW."model_id",'number',NEW."number",'process_at',NEW."process_at",'reasons',NEW."reasons",'recorded_at',NEW."recorded_at",'start_volume',NEW."start_volume",'started_at',NEW."started_at",'state',NEW."state",'version',NEW."version"))); END

CREATE TRIGGER titer_twin_measurement_insert AFTER INSERT ON twin_measurement BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('twin_measurement', NEW.id, NEW.version, NULL, json_object('arrived_at',NEW."arrived_at",'id',NEW."id",'instance_id',NEW."instance_id",'key',NEW."key",'output',NEW."output",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'revision',NEW."revision",'sample_number',NEW."sample_number",'sampled_at',NEW."sampled_at",'sd',NEW."sd",'source_id',NEW."source_id",'source_type',NEW."source_type",'status',NEW."status",'unit',NEW."unit",'value',NEW."value",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_twin_measurement_no_delete BEFORE DELETE ON twin_measurement BEGIN SELECT RAISE(ABORT, 'titer: twin_measurement is append-only'); END

CREATE TRIGGER titer_twin_measurement_no_update BEFORE UPDATE ON twin_measurement BEGIN SELECT RAISE(ABORT, 'titer: twin_measurement is append-only'); END

CREATE TRIGGER titer_twin_model_insert AFTER INSERT ON twin_model BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('twin_model', NEW.id, NEW.version, NULL, json_object('code',NEW."code",'content_digest',NEW."content_digest",'digest',NEW."digest",'id',NEW."id",'intended_use',NEW."intended_use",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'release',NEW."release",'spec',NEW."spec",'title',NEW."title",'validity',NEW."validity",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_twin_model_no_delete BEFORE DELETE ON twin_model BEGIN SELECT RAISE(ABORT, 'titer: twin_model is append-only'); END

CREATE TRIGGER titer_twin_model_no_update BEFORE UPDATE ON twin_model BEGIN SELECT RAISE(ABORT, 'titer: twin_model is append-only'); END

CREATE TRIGGER titer_twin_outlook_insert AFTER INSERT ON twin_outlook BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('twin_outlook', NEW.id, NEW.version, NULL, json_object('alert_id',NEW."alert_id",'alert_number',NEW."alert_number",'alert_title',NEW."alert_title",'batch_id',NEW."batch_id",'batch_number',NEW."batch_number",'delivered',NEW."delivered",'figures',NEW."figures",'horizon_h',NEW."horizon_h",'hour',NEW."hour",'id',NEW."id",'instance_id',NEW."instance_id",'number',NEW."number",'process_at',NEW."process_at",'raised_at',NEW."raised_at",'recorded_at',NEW."recorded_at",'refused_because',NEW."refused_because",'scenarios',NEW."scenarios",'sentence',NEW."sentence",'twin_reasons',NEW."twin_reasons",'twin_state',NEW."twin_state",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_twin_outlook_no_delete BEFORE DELETE ON twin_outlook BEGIN SELECT RAISE(ABORT, 'titer: twin_outlook is append-only'); END

CREATE TRIGGER titer_twin_outlook_no_update BEFORE UPDATE ON twin_outlook BEGIN SELECT RAISE(ABORT, 'titer: twin_outlook is append-only'); END

CREATE TRIGGER titer_twin_proposal_delete AFTER DELETE ON twin_proposal BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: a legal hold forbids to destroy it') WHERE EXISTS (SELECT 1 FROM record_hold h WHERE h.lifted_at IS NULL AND (h.subject_type = 'system' OR h.subject_id = OLD."id" OR h.subject_id = OLD."batch_id")); SELECT RAISE(ABORT, 'titer: twin_proposal has no retention class, so it is kept for ever') WHERE NOT EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'twin_proposal'); SELECT RAISE(ABORT, 'titer: twin_proposal is kept until its time is over') WHERE EXISTS (SELECT 1 FROM record_retention r WHERE r.record_type = 'twin_proposal' AND titer_over(CASE r.start WHEN 'created' THEN OLD.id WHEN 'decided_at' THEN OLD."decided_at" WHEN 'expires_at' THEN OLD."expires_at" END, r.years) = 0); INSERT INTO ledger_entry(body) VALUES (titer_entry('twin_proposal', OLD.id, OLD.version + 1, json_object('applied',OLD."applied",'author_id',OLD."author_id",'author_kind',OLD."author_kind",'batch_id',OLD."batch_id",'batch_number',OLD."batch_number",'changes',OLD."changes",'checks',OLD."checks",'compare_hour',OLD."compare_hour",'decided_at',OLD."decided_at",'decided_by',OLD."decided_by",'decided_signature_id',OLD."decided_signature_id",'digest',OLD."digest",'do_nothing',OLD."do_nothing",'expires_at',OLD."expires_at",'fault_cost',OLD."fault_cost",'id',OLD."id",'instance_id',OLD."instance_id",'number',OLD."number",'outcome',OLD."outcome",'predicted',OLD."predicted",'process_at',OLD."process_at",'rationale',OLD."rationale",'recorded_at',OLD."recorded_at",'scenarios',OLD."scenarios",'state',OLD."state",'state_reason',OLD."state_reason",'submitted_by',OLD."submitted_by",'submitted_signature_id',OLD."submitted_signature_id",'title',OLD."title",'version',OLD."version"), NULL)); END

CREATE TRIGGER titer_twin_proposal_insert AFTER INSERT ON twin_proposal BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('twin_proposal', NEW.id, NEW.version, NULL, json_object('applied',NEW."applied",'author_id',NEW."author_id",'author_kind',NEW."author_kind",'batch_id',NEW."batch_id",'batch_number',NEW."batch_number",'changes',NEW."changes",'checks',NEW."checks",'compare_hour',NEW."compare_hour",'decided_at',NEW."decided_at",'decided_by',NEW."decided_by",'decided_signature_id',NEW."decided_signature_id",'digest',NEW."digest",'do_nothing',NEW."do_nothing",'expires_at',NEW."expires_at",'fault_cost',NEW."fault_cost",'id',NEW."id",'instance_id',NEW."instance_id",'number',NEW."number",'outcome',NEW."outcome",'predicted',NEW."predicted",'process_at',NEW."process_at",'rationale',NEW."rationale",'recorded_at',NEW."recorded_at",'scenarios',NEW."scenarios",'state',NEW."state",'state_reason',NEW."state_reason",'submitted_by',NEW."submitted_by",'submitted_signature_id',NEW."submitted_signature_id",'title',NEW."title",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_twin_proposal_update AFTER UPDATE ON twin_proposal BEGIN SELECT RAISE(ABORT, 'titer: no action is open, so nothing may be written') WHERE titer_open() = 0; SELECT RAISE(ABORT, 'titer: twin_proposal.id keeps its first value') WHERE NEW."id" IS NOT OLD."id"; SELECT RAISE(ABORT, 'titer: a change raises the version by one') WHERE NEW.version <> OLD.version + 1; INSERT INTO ledger_entry(body) VALUES (titer_entry('twin_proposal', NEW.id, NEW.version, json_object('applied',OLD."applied",'author_id',OLD."author_id",'author_kind',OLD."author_kind",'batch_id',OLD."batch_id",'batch_number',OLD."batch_number",'changes',OLD."changes",'checks',OLD."checks",'compare_hour',OLD."compare_hour",'decided_at',OLD."decided_at",'decided_by',OLD."decided_by",'decided_signature_id',OLD."decided_signature_id",'digest',OLD."digest",'do_nothing',OLD."do_nothing",'expires_at',OLD."expires_at",'fault_cost',OLD."fault_cost",'id',OLD."id",'instance_id',OLD."instance_id",'number',OLD."number",'outcome',OLD."outcome",'predicted',OLD."predicted",'process_at',OLD."process_at",'rationale',OLD."rationale",'recorded_at',OLD."recorded_at",'scenarios',OLD."scenarios",'state',OLD."state",'state_reason',OLD."state_reason",'submitted_by',OLD."submitted_by",'submitted_signature_id',OLD."submitted_signature_id",'title',OLD."title",'version',OLD."version"), json_object('applied',NEW."applied",'author_id',NEW."author_id",'author_kind',NEW."author_kind",'batch_id',NEW."batch_id",'batch_number',NEW."batch_number",'changes',NEW."changes",'checks',NEW."checks",'compare_hour',NEW."compare_hour",'decided_at',NEW."decided_at",'decided_by',NEW."decided_by",'decided_signature_id',NEW."decided_signature_id",'digest',NEW."digest",'do_nothing',NEW."do_nothing",'expires_at',NEW."expires_at",'fault_cost',NEW."fault_cost",'id',NEW."id",'instance_id',NEW."instance_id",'number',NEW."number",'outcome',NEW."outcome",'predicted',NEW."predicted",'process_at',NEW."process_at",'rationale',NEW."rationale",'recorded_at',NEW."recorded_at",'scenarios',NEW."scenarios",'state',NEW."state",'state_reason',NEW."state_reason",'submitted_by',NEW."submitted_by",'submitted_signature_id',NEW."submitted_signature_id",'title',NEW."title",'version',NEW."version"))); END

CREATE TRIGGER titer_twin_replay_insert AFTER INSERT ON twin_replay BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('twin_replay', NEW.id, NEW.version, NULL, json_object('after',NEW."after",'before',NEW."before",'belief_digest',NEW."belief_digest",'cause',NEW."cause",'from_hour',NEW."from_hour",'id',NEW."id",'instance_id',NEW."instance_id",'known_through',NEW."known_through",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'to_hour',NEW."to_hour",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_twin_replay_no_delete BEFORE DELETE ON twin_replay BEGIN SELECT RAISE(ABORT, 'titer: twin_replay is append-only'); END

CREATE TRIGGER titer_twin_replay_no_update BEFORE UPDATE ON twin_replay BEGIN SELECT RAISE(ABORT, 'titer: twin_replay is append-only'); END

CREATE TRIGGER titer_twin_scenario_insert AFTER INSERT ON twin_scenario BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('twin_scenario', NEW.id, NEW.version, NULL, json_object('hour',NEW."hour",'id',NEW."id",'instance_id',NEW."instance_id",'kind',NEW."kind",'known_through',NEW."known_through",'model_digest',NEW."model_digest",'number',NEW."number",'order',NEW."order",'order_digest',NEW."order_digest",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'result',NEW."result",'result_digest',NEW."result_digest",'title',NEW."title",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_twin_scenario_no_delete BEFORE DELETE ON twin_scenario BEGIN SELECT RAISE(ABORT, 'titer: twin_scenario is append-only'); END

CREATE TRIGGER titer_twin_scenario_no_update BEFORE UPDATE ON twin_scenario BEGIN SELECT RAISE(ABORT, 'titer: twin_scenario is append-only'); END

CREATE TRIGGER titer_twin_snapshot_insert AFTER INSERT ON twin_snapshot BEGIN SELECT RAISE(ABORT, 'titer: the first version of a record is 1') WHERE NEW.version <> 1; INSERT INTO ledger_entry(body) VALUES (coalesce(titer_entry('twin_snapshot', NEW.id, NEW.version, NULL, json_object('belief_digest',NEW."belief_digest",'hour',NEW."hour",'id',NEW."id",'instance_id',NEW."instance_id",'knowledge_digest',NEW."knowledge_digest",'known_at',NEW."known_at",'known_through',NEW."known_through",'outputs',NEW."outputs",'process_at',NEW."process_at",'recorded_at',NEW."recorded_at",'states',NEW."states",'version',NEW."version")), RAISE(ABORT, 'titer: no action is open, so nothing may be written'))); END

CREATE TRIGGER titer_twin_snapshot_no_delete BEFORE DELETE ON twin_snapshot BEGIN SELECT RAISE(ABORT, 'titer: twin_snapshot is append-only'); END

CREATE TRIGGER titer_twin_snapshot_no_update BEFORE UPDATE ON twin_snapshot BEGIN SELECT RAISE(ABORT, 'titer: twin_snapshot is append-only'); END
