WITH continues AS (SELECT 1 AS yes
WHERE NOT (EXISTS (SELECT ledger.events.seq
FROM ledger.events
WHERE ledger.events.case_id = %(case_id)s::VARCHAR
AND ledger.events.seq > %(after)s::INTEGER))
AND (%(after)s::INTEGER = 0
AND %(head)s::VARCHAR = '0000000000000000000000000000000000000000000000000000000000000000'
OR (EXISTS (SELECT ledger.events.seq
FROM ledger.events
WHERE ledger.events.case_id = %(case_id)s::VARCHAR
AND ledger.events.seq = %(after)s::INTEGER
AND ledger.events.hash = %(head)s::VARCHAR)))), cases AS (INSERT INTO ledger.cases (case_id, seq, head,
status, outcome, opening, due_at, at_risk_at, opened_at, closed_at, in_time, traceparent, district,
tracking_numbers, appeals_size, open_tasks, suggestions, unsent)
SELECT cases_rows.case_id AS case_id, cases_rows.seq AS seq, cases_rows.head AS head, cases_rows.status AS
status, cases_rows.outcome AS outcome, cases_rows.opening AS opening, cases_rows.due_at AS due_at,
cases_rows.at_risk_at AS at_risk_at, cases_rows.opened_at AS opened_at, cases_rows.closed_at AS closed_at,
cases_rows.in_time AS in_time, cases_rows.traceparent AS traceparent, cases_rows.district AS district,
cases_rows.tracking_numbers AS tracking_numbers, cases_rows.appeals_size AS appeals_size,
cases_rows.open_tasks AS open_tasks, cases_rows.suggestions AS suggestions, cases_rows.unsent AS unsent
FROM unnest(%(cases_case_id)s::TEXT[], %(cases_seq)s::INTEGER[], %(cases_head)s::TEXT[],
%(cases_status)s::TEXT[], %(cases_outcome)s::TEXT[], %(cases_opening)s::INTEGER[],
%(cases_due_at)s::TIMESTAMP WITH TIME ZONE[], %(cases_at_risk_at)s::TIMESTAMP WITH TIME ZONE[],
%(cases_opened_at)s::TIMESTAMP WITH TIME ZONE[], %(cases_closed_at)s::TIMESTAMP WITH TIME ZONE[],
%(cases_in_time)s::BOOLEAN[], %(cases_traceparent)s::TEXT[], %(cases_district)s::TEXT[],
%(cases_tracking_numbers)s::JSONB[], %(cases_appeals_size)s::INTEGER[], %(cases_open_tasks)s::JSONB[],
%(cases_suggestions)s::JSONB[], %(cases_unsent)s::BOOLEAN[]) WITH ORDINALITY AS cases_rows(case_id, seq,
head, status, outcome, opening, due_at, at_risk_at, opened_at, closed_at, in_time, traceparent, district,
tracking_numbers, appeals_size, open_tasks, suggestions, unsent, place)
WHERE EXISTS (SELECT continues.yes
FROM continues)
ORDER BY cases_rows.place
ON CONFLICT (case_id) DO UPDATE SET seq = excluded.seq, head = excluded.head, status = excluded.status,
outcome = excluded.outcome, opening = excluded.opening, due_at = excluded.due_at, at_risk_at =
excluded.at_risk_at, opened_at = excluded.opened_at, closed_at = excluded.closed_at, in_time =
excluded.in_time, traceparent = excluded.traceparent, district = excluded.district, tracking_numbers =
excluded.tracking_numbers, appeals_size = excluded.appeals_size, open_tasks = excluded.open_tasks,
suggestions = excluded.suggestions, unsent = excluded.unsent), tracks AS (INSERT INTO ledger.tracks
(case_id, track, service, lead_agency, outcome, opening)
SELECT tracks_rows.case_id AS case_id, tracks_rows.track AS track, tracks_rows.service AS service,
tracks_rows.lead_agency AS lead_agency, tracks_rows.outcome AS outcome, tracks_rows.opening AS opening
FROM unnest(%(tracks_case_id)s::TEXT[], %(tracks_track)s::TEXT[], %(tracks_service)s::TEXT[],
%(tracks_lead_agency)s::TEXT[], %(tracks_outcome)s::TEXT[], %(tracks_opening)s::INTEGER[]) WITH ORDINALITY
AS tracks_rows(case_id, track, service, lead_agency, outcome, opening, place)
WHERE EXISTS (SELECT continues.yes
FROM continues)
ORDER BY tracks_rows.place
ON CONFLICT (case_id, track) DO UPDATE SET service = excluded.service, lead_agency = excluded.lead_agency,
outcome = excluded.outcome, opening = excluded.opening), steps AS (INSERT INTO ledger.steps (case_id, step,
agency_id, status, attempt, reference, dispatched_at, due_at, acknowledge_by, ended_at)
SELECT steps_rows.case_id AS case_id, steps_rows.step AS step, steps_rows.agency_id AS agency_id,
steps_rows.status AS status, steps_rows.attempt AS attempt, steps_rows.reference AS reference,
steps_rows.dispatched_at AS dispatched_at, steps_rows.due_at AS due_at, steps_rows.acknowledge_by AS
acknowledge_by, steps_rows.ended_at AS ended_at
FROM unnest(%(steps_case_id)s::TEXT[], %(steps_step)s::TEXT[], %(steps_agency_id)s::TEXT[],
%(steps_status)s::TEXT[], %(steps_attempt)s::INTEGER[], %(steps_reference)s::TEXT[],
%(steps_dispatched_at)s::TIMESTAMP WITH TIME ZONE[], %(steps_due_at)s::TIMESTAMP WITH TIME ZONE[],
%(steps_acknowledge_by)s::TIMESTAMP WITH TIME ZONE[], %(steps_ended_at)s::TIMESTAMP WITH TIME ZONE[]) WITH
ORDINALITY AS steps_rows(case_id, step, agency_id, status, attempt, reference, dispatched_at, due_at,
acknowledge_by, ended_at, place)
WHERE EXISTS (SELECT continues.yes
FROM continues)
ORDER BY steps_rows.place
ON CONFLICT (case_id, step) DO UPDATE SET agency_id = excluded.agency_id, status = excluded.status, attempt
= excluded.attempt, reference = excluded.reference, dispatched_at = excluded.dispatched_at, due_at =
excluded.due_at, acknowledge_by = excluded.acknowledge_by, ended_at = excluded.ended_at), outbox AS (INSERT
INTO ledger.outbox (shard, topic, key, value, headers)
SELECT outbox_rows.shard AS shard, outbox_rows.topic AS topic, outbox_rows.key AS key, outbox_rows.value AS
value, outbox_rows.headers AS headers
FROM unnest(%(outbox_shard)s::SMALLINT[], %(outbox_topic)s::TEXT[], %(outbox_key)s::TEXT[],
%(outbox_value)s::BYTEA[], %(outbox_headers)s::JSONB[]) WITH ORDINALITY AS outbox_rows(shard, topic, key,
value, headers, place)
WHERE EXISTS (SELECT continues.yes
FROM continues)
ORDER BY outbox_rows.place), gone_steps AS (DELETE
FROM ledger.steps
WHERE ledger.steps.case_id = %(case_id)s::VARCHAR
AND ledger.steps.step = ANY (%(gone)s::TEXT[])
AND (EXISTS (SELECT continues.yes
FROM continues))), written AS (INSERT INTO ledger.events (case_id, seq, type, recorded_at, cause, entry,
prev_hash, hash)
SELECT events_rows.case_id AS case_id, events_rows.seq AS seq, events_rows.type AS type,
events_rows.recorded_at AS recorded_at, events_rows.cause AS cause, events_rows.entry AS entry,
events_rows.prev_hash AS prev_hash, events_rows.hash AS hash
FROM unnest(%(events_case_id)s::TEXT[], %(events_seq)s::INTEGER[], %(events_type)s::TEXT[],
%(events_recorded_at)s::TIMESTAMP WITH TIME ZONE[], %(events_cause)s::TEXT[], %(events_entry)s::TEXT[],
%(events_prev_hash)s::TEXT[], %(events_hash)s::TEXT[]) WITH ORDINALITY AS events_rows(case_id, seq, type,
recorded_at, cause, entry, prev_hash, hash, place)
WHERE EXISTS (SELECT continues.yes
FROM continues)
ORDER BY events_rows.place
RETURNING ledger.events.seq)
SELECT count(*) AS count_1
FROM written
