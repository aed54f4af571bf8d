-- Dumped from the migrated database; UPDATE_SCHEMA=1 npm run jest -- test/integration/schema.spec.ts writes it anew.

table address_claims
  seq bigint not null identity
  address_hash text not null
  profile_id text not null
  claimed_at timestamp with time zone not null
  constraint address_claims_address_hash_fkey FOREIGN KEY (address_hash) REFERENCES claimed_addresses(address_hash)
  constraint address_claims_pkey PRIMARY KEY (address_hash, profile_id)
  constraint address_claims_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id)
  CREATE INDEX address_claims_order ON public.address_claims USING btree (address_hash, seq)
  CREATE INDEX address_claims_profile ON public.address_claims USING btree (profile_id)

table answer_hours
  channel text not null
  segment text not null
  month date not null
  slot smallint not null
  sent bigint not null
  answered bigint not null
  constraint answer_hours_pkey PRIMARY KEY (channel, segment, month, slot)
  constraint answer_hours_slot_check CHECK (((slot >= 0) AND (slot <= 47)))

table api_tokens
  id text not null
  name text not null
  token_hash text not null
  person_id text
  role text not null
  created_at timestamp with time zone not null
  revoked_at timestamp with time zone
  constraint api_tokens_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id)
  constraint api_tokens_pkey PRIMARY KEY (id)
  constraint api_tokens_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'marketer'::text, 'strategist'::text, 'developer'::text, 'administrator'::text])))
  constraint api_tokens_token_hash_key UNIQUE (token_hash)

table assessments
  id text not null
  seq bigint not null identity
  message_id text not null
  draft_id text not null
  content_hash text not null
  score double precision not null
  tier integer not null
  engine text not null
  assessed_at timestamp with time zone not null
  key_id text not null
  contributions bytea not null
  leaves_from timestamp with time zone
  leaves_before timestamp with time zone
  constraint assessments_draft_id_fkey FOREIGN KEY (draft_id) REFERENCES drafts(id)
  constraint assessments_message_id_fkey FOREIGN KEY (message_id) REFERENCES messages(id)
  constraint assessments_pkey PRIMARY KEY (id)
  constraint assessments_tier_check CHECK ((tier = ANY (ARRAY[1, 2])))
  CREATE INDEX assessments_draft ON public.assessments USING btree (draft_id, seq DESC)
  CREATE INDEX assessments_message ON public.assessments USING btree (message_id, seq DESC)

table audit_entries
  seq bigint not null identity
  id text not null
  at timestamp with time zone not null
  actor text not null
  action text not null
  subject text not null
  detail text not null
  personal bytea
  key_id text
  sealed_in bigint
  constraint audit_entries_id_key UNIQUE (id)
  constraint audit_entries_pkey PRIMARY KEY (seq)
  constraint audit_entries_sealed_in_fkey FOREIGN KEY (sealed_in) REFERENCES audit_seals(number)
  CREATE INDEX audit_subject ON public.audit_entries USING btree (subject, seq)
  CREATE INDEX audit_unsealed ON public.audit_entries USING btree (seq) WHERE (sealed_in IS NULL)

table audit_seals
  number bigint not null
  first_seq bigint not null
  last_seq bigint not null
  entries integer not null
  entries_hash text not null
  previous_hash text not null
  hash text not null
  sealed_at timestamp with time zone not null
  constraint audit_seals_pkey PRIMARY KEY (number)

table bundle_activations
  seq bigint not null identity
  bundle_hash text not null
  activated_at timestamp with time zone not null
  activated_by text not null
  origin text not null
  constraint bundle_activations_activated_by_fkey FOREIGN KEY (activated_by) REFERENCES people(id)
  constraint bundle_activations_bundle_hash_fkey FOREIGN KEY (bundle_hash) REFERENCES bundles(hash)
  constraint bundle_activations_origin_check CHECK ((origin = ANY (ARRAY['folder'::text, 'person'::text])))
  constraint bundle_activations_pkey PRIMARY KEY (seq)

table bundles
  hash text not null
  files jsonb not null
  counts jsonb not null
  created_at timestamp with time zone not null
  constraint bundles_pkey PRIMARY KEY (hash)

table cap_counters
  id text not null
  constraint cap_counters_pkey PRIMARY KEY (id)

table cap_leases
  id text not null
  counter text not null
  slice bigint not null
  tokens bigint not null
  expires_at timestamp with time zone not null
  settled boolean not null default false
  constraint cap_leases_counter_fkey FOREIGN KEY (counter) REFERENCES cap_counters(id)
  constraint cap_leases_pkey PRIMARY KEY (id)
  constraint cap_leases_tokens_check CHECK ((tokens >= 0))
  CREATE INDEX cap_leases_counter ON public.cap_leases USING btree (counter, slice)
  CREATE INDEX cap_leases_open ON public.cap_leases USING btree (counter, expires_at) WHERE (NOT settled)

table cap_places
  message_id text not null
  counter text not null
  lease_id text not null
  tokens bigint not null
  constraint cap_places_lease_id_fkey FOREIGN KEY (lease_id) REFERENCES cap_leases(id) ON DELETE CASCADE
  constraint cap_places_pkey PRIMARY KEY (message_id, counter)
  constraint cap_places_tokens_check CHECK ((tokens > 0))
  CREATE INDEX cap_places_lease ON public.cap_places USING btree (lease_id)

table carried_names
  source text not null
  kind text not null
  event text not null
  name text not null
  first_at timestamp with time zone not null
  constraint carried_names_kind_check CHECK ((kind = ANY (ARRAY['event'::text, 'property'::text, 'trait'::text])))
  constraint carried_names_pkey PRIMARY KEY (source, kind, event, name)

table claimed_addresses
  address_hash text not null
  constraint claimed_addresses_pkey PRIMARY KEY (address_hash)

table consents
  id text not null
  profile_id text not null
  channel text not null
  topic text not null
  state text not null
  source text not null
  at timestamp with time zone not null
  recorded_at timestamp with time zone not null
  constraint consents_pkey PRIMARY KEY (id)
  constraint consents_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id)
  constraint consents_state_check CHECK ((state = ANY (ARRAY['granted'::text, 'denied'::text, 'unknown'::text])))
  CREATE INDEX consents_profile ON public.consents USING btree (profile_id, channel, at DESC)

table decision_days
  day date not null
  trigger_id text not null
  outcome text not null
  decisions bigint not null
  constraint decision_days_pkey PRIMARY KEY (day, trigger_id, outcome)

table decisions
  id text not null
  profile_id text not null
  created_at timestamp with time zone not null
  outcome text not null
  mode text not null
  action text not null
  channel text
  trigger_id text
  firing_id text
  bundle_hash text not null
  engine text not null
  models text not null
  seed text not null
  key_id text not null
  situation bytea not null
  result bytea not null
  situation_hash text not null
  result_hash text not null
  message_id text
  reason_code text
  forbidden boolean
  constraint decisions_mode_check CHECK ((mode = ANY (ARRAY['decide'::text, 'execute'::text])))
  constraint decisions_outcome_check CHECK ((outcome = ANY (ARRAY['act'::text, 'hold'::text, 'handoff'::text])))
  constraint decisions_pkey PRIMARY KEY (id)
  constraint decisions_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id)
  CREATE INDEX decisions_created ON public.decisions USING btree (created_at DESC, id DESC)
  CREATE UNIQUE INDEX decisions_firing ON public.decisions USING btree (firing_id) WHERE (firing_id IS NOT NULL)
  CREATE INDEX decisions_profile ON public.decisions USING btree (profile_id, created_at DESC)

table draft_contents partition by RANGE (written_at)
  draft_id text not null
  written_at timestamp with time zone not null
  content bytea not null
  sent_to_model bytea
  message_content bytea
  constraint draft_contents_pkey PRIMARY KEY (written_at, draft_id)

table draft_contents_rest partition of draft_contents DEFAULT

table drafts
  id text not null
  message_id text not null
  number integer not null
  written_at timestamp with time zone not null
  origin text not null
  author text not null
  template_id text
  prompt_id text
  prompt_version text
  model text
  tokens_in integer
  tokens_out integer
  cost_micros bigint
  latency_ms integer
  fallback_reason text
  content_hash text not null
  key_id text not null
  content bytea not null
  sent_to_model bytea
  variant text
  variants text
  constraint drafts_message_id_fkey FOREIGN KEY (message_id) REFERENCES messages(id)
  constraint drafts_message_id_number_key UNIQUE (message_id, number)
  constraint drafts_origin_check CHECK ((origin = ANY (ARRAY['template'::text, 'model'::text, 'person'::text])))
  constraint drafts_pkey PRIMARY KEY (id)

table erased_identities
  hash text not null
  erased_at timestamp with time zone not null
  constraint erased_identities_pkey PRIMARY KEY (hash)
  CREATE INDEX erased_identities_at ON public.erased_identities USING btree (erased_at)

table fact_things
  fact_id text not null
  version integer not null
  things text[] not null
  constraint fact_things_pkey PRIMARY KEY (fact_id)
  CREATE INDEX fact_things_things ON public.fact_things USING gin (things)

table facts
  id text not null
  version integer not null
  kind text not null
  data text not null
  valid_from timestamp with time zone
  valid_until timestamp with time zone
  source text not null
  content_hash text not null
  created_at timestamp with time zone not null
  created_by text not null
  constraint facts_kind_check CHECK ((kind = ANY (ARRAY['product'::text, 'offer'::text, 'claim'::text])))
  constraint facts_pkey PRIMARY KEY (id, version)
  CREATE INDEX facts_kind ON public.facts USING btree (kind, id, version DESC)

table firings
  id text not null
  profile_id text not null
  trigger_id text not null
  occasion text not null
  bundle_hash text not null
  signal_id text
  fired_at timestamp with time zone not null
  evidence text not null
  address_hash text
  capped boolean not null default false
  constraint firings_pkey PRIMARY KEY (id)
  constraint firings_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id)
  constraint firings_profile_id_trigger_id_occasion_key UNIQUE (profile_id, trigger_id, occasion)
  CREATE INDEX firings_counted_address ON public.firings USING btree (address_hash, fired_at) WHERE ((address_hash IS NOT NULL) AND (NOT capped))
  CREATE INDEX firings_counted_person ON public.firings USING btree (profile_id, fired_at) WHERE (NOT capped)
  CREATE INDEX firings_profile ON public.firings USING btree (profile_id, fired_at DESC)

table gate_looks
  action text not null
  fingerprint text not null
  look integer not null
  threshold double precision
  result text not null
  made_at timestamp with time zone not null
  constraint gate_looks_pkey PRIMARY KEY (action, fingerprint, look)

table gates
  id text not null
  action text not null
  fingerprint text not null
  look integer not null
  threshold double precision not null
  audit_share double precision not null
  wrong double precision not null
  opened_by text not null
  opened_at timestamp with time zone not null
  closed_by text
  closed_at timestamp with time zone
  closed_code text
  closed_text text
  constraint gates_action_fingerprint_look_fkey FOREIGN KEY (action, fingerprint, look) REFERENCES gate_looks(action, fingerprint, look)
  constraint gates_opened_by_fkey FOREIGN KEY (opened_by) REFERENCES people(id)
  constraint gates_pkey PRIMARY KEY (id)
  CREATE UNIQUE INDEX gates_open ON public.gates USING btree (action) WHERE (closed_at IS NULL)

table health_cursors
  name text not null
  at timestamp with time zone not null
  id text not null default ''::text
  constraint health_cursors_pkey PRIMARY KEY (name)

table health_findings
  id text not null
  key text not null
  code text not null
  subject text not null
  severity text not null
  owner text
  message text not null
  advice text not null
  href text not null
  first_seen_at timestamp with time zone not null
  last_seen_at timestamp with time zone not null
  resolved_at timestamp with time zone
  constraint health_findings_pkey PRIMARY KEY (id)
  constraint health_findings_severity_check CHECK ((severity = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text])))
  CREATE UNIQUE INDEX health_findings_open ON public.health_findings USING btree (key) WHERE (resolved_at IS NULL)
  CREATE INDEX health_findings_seen ON public.health_findings USING btree (first_seen_at DESC, id DESC)

table idempotency_keys
  scope text not null
  key text not null
  body_hash text not null
  status integer
  response text
  sealed bytea
  key_id text
  created_at timestamp with time zone not null
  made text
  constraint idempotency_keys_pkey PRIMARY KEY (scope, key)

table identities
  hash text not null
  kind text not null
  profile_id text not null
  signal_id text not null
  first_seen_at timestamp with time zone not null
  constraint identities_kind_check CHECK ((kind = ANY (ARRAY['user'::text, 'anonymous'::text, 'email'::text, 'phone'::text])))
  constraint identities_pkey PRIMARY KEY (hash)
  constraint identities_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id)
  CREATE INDEX identities_profile ON public.identities USING btree (profile_id)

table import_bad_lines
  import_id text not null
  seq bigint not null identity
  line bigint not null
  path text not null
  message text not null
  constraint import_bad_lines_import_id_fkey FOREIGN KEY (import_id) REFERENCES imports(id)
  constraint import_bad_lines_pkey PRIMARY KEY (import_id, seq)

table import_chunks
  import_id text not null
  number integer not null
  key_id text not null
  bytes bytea not null
  constraint import_chunks_import_id_fkey FOREIGN KEY (import_id) REFERENCES imports(id)
  constraint import_chunks_pkey PRIMARY KEY (import_id, number)

table import_mentions
  import_id text not null
  key text not null
  line bigint not null
  said text not null
  constraint import_mentions_import_id_fkey FOREIGN KEY (import_id) REFERENCES imports(id)
  constraint import_mentions_pkey PRIMARY KEY (import_id, key)

table imports
  id text not null
  kind text not null
  dry_run boolean not null
  state text not null
  bytes bigint not null
  delimiter text not null
  columns text not null
  position bigint not null
  line bigint not null
  counts text not null
  wrong bigint not null
  warnings text not null
  error text
  asked_by text not null
  created_at timestamp with time zone not null
  finished_at timestamp with time zone
  constraint imports_kind_check CHECK ((kind = ANY (ARRAY['contacts'::text, 'consent'::text, 'suppressions'::text])))
  constraint imports_pkey PRIMARY KEY (id)
  constraint imports_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'failed'::text])))
  CREATE INDEX imports_created ON public.imports USING btree (created_at DESC, id DESC)

table inbox_partitions
  partition smallint not null
  epoch bigint not null default 0
  leased_by text
  leased_until timestamp with time zone
  constraint inbox_partitions_pkey PRIMARY KEY (partition)

table judged_drafts
  message_id text not null
  action text not null
  fingerprint text not null
  score double precision not null
  share double precision not null
  picked boolean not null
  candidate boolean not null
  signs text not null
  words_hash text not null
  routed_at timestamp with time zone not null
  verdict text
  judged_at timestamp with time zone
  variant text
  passed_over boolean not null default false
  channel text
  locale text
  stage text
  constraint judged_drafts_message_id_fkey FOREIGN KEY (message_id) REFERENCES messages(id)
  constraint judged_drafts_pkey PRIMARY KEY (message_id)
  constraint judged_drafts_share_check CHECK (((share > (0)::double precision) AND (share <= (1)::double precision)))
  constraint judged_drafts_verdict_check CHECK ((verdict = ANY (ARRAY['right'::text, 'changed'::text, 'rejected'::text, 'handed_off'::text])))
  CREATE INDEX judged_drafts_action ON public.judged_drafts USING btree (action, fingerprint, routed_at)
  CREATE INDEX judged_drafts_judged ON public.judged_drafts USING btree (judged_at) WHERE (verdict IS NOT NULL)

table key_erasures
  count bigint not null

table learning_cursors
  name text not null
  at timestamp with time zone not null
  id text not null default ''::text
  constraint learning_cursors_pkey PRIMARY KEY (name)

table lifted_suppressions
  id text not null
  channel text not null
  address_hash text not null
  reason text not null
  source text not null
  at timestamp with time zone not null
  said_at timestamp with time zone
  profile_id text
  granted_at timestamp with time zone not null
  lifted_at timestamp with time zone not null
  constraint lifted_suppressions_pkey PRIMARY KEY (id)
  constraint lifted_suppressions_reason_check CHECK ((reason = 'unsubscribe'::text))
  CREATE INDEX lifted_suppressions_address ON public.lifted_suppressions USING btree (address_hash)
  CREATE INDEX lifted_suppressions_profile ON public.lifted_suppressions USING btree (profile_id, lifted_at) WHERE (profile_id IS NOT NULL)

table link_checks
  url text not null
  named_by text not null
  state text not null
  detail text not null
  failures integer not null default 0
  checked_at timestamp with time zone not null
  constraint link_checks_pkey PRIMARY KEY (url)
  constraint link_checks_state_check CHECK ((state = ANY (ARRAY['ok'::text, 'broken'::text, 'unknown'::text])))
  CREATE INDEX link_checks_due ON public.link_checks USING btree (checked_at)

table link_tokens
  token_hash text not null
  kind text not null
  message_id text not null
  profile_id text not null
  link integer
  created_at timestamp with time zone not null
  constraint link_tokens_kind_check CHECK ((kind = ANY (ARRAY['click'::text, 'open'::text, 'unsubscribe'::text])))
  constraint link_tokens_message_id_fkey FOREIGN KEY (message_id) REFERENCES messages(id)
  constraint link_tokens_pkey PRIMARY KEY (token_hash)
  constraint link_tokens_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id)

table message_days
  day date not null
  action text not null
  channel text not null
  sent bigint not null
  unsubscribed bigint not null
  complained bigint not null
  bounced bigint not null
  constraint message_days_pkey PRIMARY KEY (day, action, channel)

table message_steps
  message_id text not null
  seq integer not null
  at timestamp with time zone not null
  from_state text
  to_state text not null
  actor text not null
  reason_code text not null
  reason text not null
  constraint message_steps_message_id_fkey FOREIGN KEY (message_id) REFERENCES messages(id)
  constraint message_steps_pkey PRIMARY KEY (message_id, seq)

table messages
  id text not null
  profile_id text not null
  decision_id text not null
  action text not null
  channel text not null
  class text not null
  tags text[] not null default '{}'::text[]
  topic text not null
  offer text
  state text not null
  send_at timestamp with time zone not null
  expires_at timestamp with time zone not null
  created_at timestamp with time zone not null
  updated_at timestamp with time zone not null
  sent_at timestamp with time zone
  delivered_at timestamp with time zone
  address_hash text
  template_id text
  content_hash text
  key_id text not null
  content bytea
  approval bytea
  approval_kind text
  approved_by text
  provider text
  provider_id text
  wire_hash text
  trace text
  variant text
  constraint messages_approval_kind_check CHECK ((approval_kind = ANY (ARRAY['person'::text, 'template'::text, 'threshold'::text])))
  constraint messages_class_check CHECK ((class = ANY (ARRAY['marketing'::text, 'transactional'::text])))
  constraint messages_decision_id_fkey FOREIGN KEY (decision_id) REFERENCES decisions(id)
  constraint messages_pkey PRIMARY KEY (id)
  constraint messages_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id)
  constraint messages_state_check CHECK ((state = ANY (ARRAY['drafting'::text, 'assessed'::text, 'in_review'::text, 'approved'::text, 'scheduled'::text, 'sending'::text, 'sent'::text, 'delivered'::text, 'suppressed'::text, 'rejected'::text, 'expired'::text, 'failed'::text, 'cancelled'::text, 'unknown'::text])))
  CREATE INDEX messages_address ON public.messages USING btree (address_hash, created_at) WHERE (address_hash IS NOT NULL)
  CREATE INDEX messages_created ON public.messages USING btree (created_at DESC, id DESC)
  CREATE INDEX messages_profile ON public.messages USING btree (profile_id, created_at DESC)
  CREATE INDEX messages_sent ON public.messages USING btree (profile_id, sent_at) WHERE (sent_at IS NOT NULL)
  CREATE INDEX messages_state ON public.messages USING btree (state, send_at)
  CREATE INDEX messages_template ON public.messages USING btree (template_id, created_at) WHERE (template_id IS NOT NULL)

table model_answers
  purpose text not null
  answered_at timestamp with time zone not null
  model text not null
  outcome text not null
  calls integer not null
  tokens_in integer not null
  tokens_out integer not null
  cost_micros bigint not null
  latency_ms integer not null
  CREATE INDEX model_answers_advice ON public.model_answers USING btree (answered_at) WHERE (purpose ~~ 'advice %'::text)
  CREATE INDEX model_answers_purpose ON public.model_answers USING btree (purpose, answered_at)

table model_budget
  day date not null
  used bigint not null default 0
  reserved bigint not null default 0
  constraint model_budget_pkey PRIMARY KEY (day)

table model_places
  model text not null
  place integer not null
  holder uuid
  until timestamp with time zone not null default '-infinity'::timestamp with time zone
  constraint model_places_pkey PRIMARY KEY (model, place)

table model_usage
  day date not null
  model text not null
  calls integer not null default 0
  failures integer not null default 0
  tokens_in bigint not null default 0
  tokens_out bigint not null default 0
  cost_micros bigint not null default 0
  constraint model_usage_pkey PRIMARY KEY (day, model)

table outbox
  message_id text not null
  at timestamp with time zone not null
  key_id text not null
  wire bytea not null
  constraint outbox_message_id_fkey FOREIGN KEY (message_id) REFERENCES messages(id)
  constraint outbox_pkey PRIMARY KEY (message_id)

table outcomes
  id text not null
  message_id text not null
  profile_id text not null
  token_hash text
  kind text not null
  at timestamp with time zone not null
  counted boolean not null
  why_not_counted text
  detail text not null
  unique_key text not null
  constraint outcomes_kind_check CHECK ((kind = ANY (ARRAY['delivered'::text, 'bounced'::text, 'opened'::text, 'clicked'::text, 'converted'::text, 'unsubscribed'::text, 'complained'::text])))
  constraint outcomes_message_id_fkey FOREIGN KEY (message_id) REFERENCES messages(id)
  constraint outcomes_pkey PRIMARY KEY (id)
  constraint outcomes_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id)
  constraint outcomes_unique_key_key UNIQUE (unique_key)
  CREATE INDEX outcomes_message ON public.outcomes USING btree (message_id, at)
  CREATE INDEX outcomes_profile ON public.outcomes USING btree (profile_id, at DESC)

table past_messages
  message_id text not null
  action text not null
  locale text not null
  stage text not null
  space text not null
  approved_at timestamp with time zone not null
  key_id text not null
  words bytea not null
  embedding vector not null
  constraint past_messages_message_id_fkey FOREIGN KEY (message_id) REFERENCES messages(id)
  constraint past_messages_pkey PRIMARY KEY (message_id)
  CREATE INDEX past_messages_keys ON public.past_messages USING btree (key_id)
  CREATE INDEX past_messages_latest ON public.past_messages USING btree (action, locale, space, approved_at DESC)
  CREATE INDEX past_messages_tone ON public.past_messages USING btree (action, locale, space, stage, approved_at DESC)

table pauses
  id text not null
  scope text not null
  target text
  reason text not null
  created_at timestamp with time zone not null
  created_by text not null
  ended_at timestamp with time zone
  ended_by text
  constraint pauses_pkey PRIMARY KEY (id)
  constraint pauses_scope_check CHECK ((scope = ANY (ARRAY['everything'::text, 'marketing'::text, 'action'::text, 'channel'::text])))
  CREATE INDEX pauses_active ON public.pauses USING btree (created_at) WHERE (ended_at IS NULL)

table people
  id text not null
  email text not null
  name text not null
  role text not null
  password_hash text
  disabled_at timestamp with time zone
  created_at timestamp with time zone not null
  constraint people_email_key UNIQUE (email)
  constraint people_pkey PRIMARY KEY (id)
  constraint people_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'marketer'::text, 'strategist'::text, 'developer'::text, 'administrator'::text])))

table person_keys
  id text not null
  wrapped bytea not null
  created_at timestamp with time zone not null
  constraint person_keys_pkey PRIMARY KEY (id)

table playbook_items
  subject text not null
  content_hash text not null
  since timestamp with time zone not null
  constraint playbook_items_pkey PRIMARY KEY (subject, content_hash)

table profile_merges
  id text not null
  from_profile_id text not null
  into_profile_id text not null
  signal_id text not null
  reason text not null
  merged_at timestamp with time zone not null
  constraint profile_merges_from_profile_id_fkey FOREIGN KEY (from_profile_id) REFERENCES profiles(id)
  constraint profile_merges_into_profile_id_fkey FOREIGN KEY (into_profile_id) REFERENCES profiles(id)
  constraint profile_merges_pkey PRIMARY KEY (id)
  CREATE INDEX profile_merges_into ON public.profile_merges USING btree (into_profile_id)

table profiles
  id text not null
  user_id_hash text
  merged_into text
  stage text not null
  country text
  first_seen_at timestamp with time zone not null
  last_seen_at timestamp with time zone not null
  version bigint not null default 0
  erased_at timestamp with time zone
  state bytea not null
  seen_hour timestamp with time zone
  unheard boolean not null default false
  constraint profiles_merged_into_fkey FOREIGN KEY (merged_into) REFERENCES profiles(id)
  constraint profiles_pkey PRIMARY KEY (id)
  CREATE INDEX profiles_merged ON public.profiles USING btree (merged_into) WHERE (merged_into IS NOT NULL)
  CREATE INDEX profiles_seen_hour ON public.profiles USING btree (seen_hour DESC NULLS LAST)
  CREATE UNIQUE INDEX profiles_user ON public.profiles USING btree (user_id_hash) WHERE ((user_id_hash IS NOT NULL) AND (merged_into IS NULL))

table proposal_verdicts
  proposal_id text not null
  person_id text not null
  verdict text not null
  note text
  at timestamp with time zone not null
  constraint proposal_verdicts_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id)
  constraint proposal_verdicts_pkey PRIMARY KEY (proposal_id, person_id)
  constraint proposal_verdicts_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES proposals(id)
  constraint proposal_verdicts_verdict_check CHECK ((verdict = ANY (ARRAY['approve'::text, 'reject'::text])))

table proposals
  id text not null
  title text not null
  reason text not null
  state text not null
  base_hash text not null
  bundle_hash text not null
  changes text not null
  severity text not null
  needed integer not null
  tests text not null
  replay_id text
  author text not null
  created_at timestamp with time zone not null
  ended_at timestamp with time zone
  origin text not null default 'person'::text
  writers text
  constraint proposals_author_fkey FOREIGN KEY (author) REFERENCES people(id)
  constraint proposals_base_hash_fkey FOREIGN KEY (base_hash) REFERENCES bundles(hash)
  constraint proposals_bundle_hash_fkey FOREIGN KEY (bundle_hash) REFERENCES bundles(hash)
  constraint proposals_origin CHECK ((origin = ANY (ARRAY['person'::text, 'folder'::text])))
  constraint proposals_pkey PRIMARY KEY (id)
  constraint proposals_replay_id_fkey FOREIGN KEY (replay_id) REFERENCES replays(id)
  constraint proposals_severity_check CHECK ((severity = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text, 'critical'::text])))
  constraint proposals_state_check CHECK ((state = ANY (ARRAY['open'::text, 'approved'::text, 'rejected'::text, 'withdrawn'::text, 'activated'::text])))
  CREATE INDEX proposals_created ON public.proposals USING btree (created_at DESC, id DESC)
  CREATE INDEX proposals_waiting ON public.proposals USING btree (created_at) WHERE (state = ANY (ARRAY['open'::text, 'approved'::text]))

table replay_affected
  replay_id text not null
  decided_at timestamp with time zone not null
  decision_id text not null
  change text not null
  causes text[] not null
  done text not null
  constraint replay_affected_change_check CHECK ((change = ANY (ARRAY['lost'::text, 'gained'::text, 'other'::text, 'retimed'::text, 'taskGained'::text, 'taskLost'::text])))
  constraint replay_affected_pkey PRIMARY KEY (replay_id, decided_at, decision_id)
  constraint replay_affected_replay_id_fkey FOREIGN KEY (replay_id) REFERENCES replays(id) ON DELETE CASCADE
  CREATE INDEX replay_affected_change ON public.replay_affected USING btree (replay_id, change, decided_at, decision_id)
  CREATE INDEX replay_affected_decision ON public.replay_affected USING btree (decision_id)

table replays
  id text not null
  bundle_hash text not null
  engine text not null
  state text not null
  since timestamp with time zone
  until timestamp with time zone not null
  total bigint not null
  after_at timestamp with time zone
  after_id text
  tally text not null
  error text
  asked_by text not null
  created_at timestamp with time zone not null
  finished_at timestamp with time zone
  constraint replays_bundle_hash_fkey FOREIGN KEY (bundle_hash) REFERENCES bundles(hash)
  constraint replays_pkey PRIMARY KEY (id)
  constraint replays_state_check CHECK ((state = ANY (ARRAY['running'::text, 'done'::text, 'failed'::text])))
  CREATE INDEX replays_created ON public.replays USING btree (created_at DESC, id DESC)

table reviews
  id text not null
  message_id text not null
  profile_id text not null
  state text not null
  tier integer not null
  minimum_tier integer not null default 1
  why text not null
  draft_id text not null
  bundle_hash text not null
  content_hash text not null
  risk double precision not null
  priority double precision not null
  claimed_by text
  claimed_at timestamp with time zone
  claim_expires_at timestamp with time zone
  expires_at timestamp with time zone not null
  created_at timestamp with time zone not null
  closed_at timestamp with time zone
  constraint reviews_claimed_by_fkey FOREIGN KEY (claimed_by) REFERENCES people(id)
  constraint reviews_draft_id_fkey FOREIGN KEY (draft_id) REFERENCES drafts(id)
  constraint reviews_message_id_fkey FOREIGN KEY (message_id) REFERENCES messages(id)
  constraint reviews_minimum_tier_check CHECK ((minimum_tier = ANY (ARRAY[1, 2])))
  constraint reviews_pkey PRIMARY KEY (id)
  constraint reviews_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id)
  constraint reviews_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'claimed'::text, 'awaiting_second'::text, 'approved'::text, 'rejected'::text, 'handed_off'::text, 'expired'::text])))
  constraint reviews_tier_check CHECK ((tier = ANY (ARRAY[1, 2])))
  CREATE INDEX reviews_message ON public.reviews USING btree (message_id, created_at DESC)
  CREATE UNIQUE INDEX reviews_open ON public.reviews USING btree (message_id) WHERE (state = ANY (ARRAY['pending'::text, 'claimed'::text, 'awaiting_second'::text]))
  CREATE INDEX reviews_open_queue ON public.reviews USING btree (priority DESC, expires_at, id) WHERE (state = ANY (ARRAY['pending'::text, 'claimed'::text, 'awaiting_second'::text]))
  CREATE INDEX reviews_queue ON public.reviews USING btree (priority DESC, expires_at, id)

table risk_models
  version text not null
  model text not null
  verdicts integer not null
  brier double precision not null
  brier_before double precision not null
  adopted_by text not null
  adopted_at timestamp with time zone not null
  constraint risk_models_adopted_by_fkey FOREIGN KEY (adopted_by) REFERENCES people(id)
  constraint risk_models_pkey PRIMARY KEY (version)

table rule_days
  rule text not null
  day date not null
  matched bigint not null
  stood bigint not null
  alone bigint not null
  cost_micros bigint not null
  constraint rule_days_pkey PRIMARY KEY (rule, day)

table schema_migrations
  name text not null
  hash text
  minimum_reader text
  applied_at timestamp with time zone not null default now()
  constraint schema_migrations_pkey PRIMARY KEY (name)

table sessions
  token_hash text not null
  person_id text not null
  csrf_token text not null
  signs boolean not null
  created_at timestamp with time zone not null
  expires_at timestamp with time zone not null
  constraint sessions_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id)
  constraint sessions_pkey PRIMARY KEY (token_hash)

table settings
  name text not null
  value jsonb not null
  constraint settings_pkey PRIMARY KEY (name)

table sign_in_links
  token_hash text not null
  person_id text not null
  signs boolean not null
  expires_at timestamp with time zone not null
  constraint sign_in_links_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id)
  constraint sign_in_links_pkey PRIMARY KEY (token_hash)

table signal_dedup partition by HASH (source, message_id)
  source text not null
  message_id text not null
  signal_id text not null
  seen_at timestamp with time zone not null
  constraint signal_dedup_pkey PRIMARY KEY (source, message_id)
  CREATE INDEX signal_dedup_seen ON ONLY public.signal_dedup USING btree (seen_at)

table signal_dedup_0 partition of signal_dedup FOR VALUES WITH (modulus 4, remainder 0)

table signal_dedup_1 partition of signal_dedup FOR VALUES WITH (modulus 4, remainder 1)

table signal_dedup_2 partition of signal_dedup FOR VALUES WITH (modulus 4, remainder 2)

table signal_dedup_3 partition of signal_dedup FOR VALUES WITH (modulus 4, remainder 3)

table signal_failures
  signal_id text not null
  received_at timestamp with time zone not null
  partition smallint not null
  error text not null
  failed_at timestamp with time zone not null
  constraint signal_failures_pkey PRIMARY KEY (signal_id)

table signal_inbox
  partition smallint not null
  seq bigint not null identity
  signal_id text not null
  received_at timestamp with time zone not null
  attempts integer not null default 0
  trace text
  constraint signal_inbox_pkey PRIMARY KEY (partition, seq)

table signal_rejections
  seq bigint not null identity
  source text not null
  at timestamp with time zone not null
  path text not null
  message text not null
  excerpt text not null
  constraint signal_rejections_pkey PRIMARY KEY (seq)

table signals partition by RANGE (received_at)
  id text not null
  received_at timestamp with time zone not null
  source text not null
  message_id text not null
  type text not null
  event text
  identity_hash text not null
  occurred_at timestamp with time zone not null
  key_id text not null
  body bytea not null
  constraint signals_pkey PRIMARY KEY (received_at, id)
  CREATE INDEX signals_id ON ONLY public.signals USING btree (id)
  CREATE INDEX signals_identity ON ONLY public.signals USING btree (identity_hash, received_at DESC)

table signals_rest partition of signals DEFAULT

table silence_sweeps
  activation bigint not null
  trigger_id text not null
  pass smallint not null
  after_id text not null default ''::text
  finished_at timestamp with time zone
  constraint silence_sweeps_pass_check CHECK ((pass = ANY (ARRAY[1, 2])))
  constraint silence_sweeps_pkey PRIMARY KEY (activation, trigger_id, pass)

table simulation_affected
  simulation_id text not null
  profile_id text not null
  change text not null
  causes text[] not null
  messages text not null
  constraint simulation_affected_change_check CHECK ((change = ANY (ARRAY['fewer'::text, 'more'::text, 'others'::text])))
  constraint simulation_affected_pkey PRIMARY KEY (simulation_id, profile_id)
  constraint simulation_affected_simulation_id_fkey FOREIGN KEY (simulation_id) REFERENCES simulations(id) ON DELETE CASCADE
  CREATE INDEX simulation_affected_change ON public.simulation_affected USING btree (simulation_id, change, profile_id)
  CREATE INDEX simulation_affected_profile ON public.simulation_affected USING btree (profile_id)

table simulations
  id text not null
  bundle_hash text not null
  active_hash text not null
  engine text not null
  state text not null
  request text not null
  total bigint not null
  erased bigint not null
  after_id text
  tally text not null
  error text
  asked_by text not null
  created_at timestamp with time zone not null
  finished_at timestamp with time zone
  constraint simulations_active_hash_fkey FOREIGN KEY (active_hash) REFERENCES bundles(hash)
  constraint simulations_bundle_hash_fkey FOREIGN KEY (bundle_hash) REFERENCES bundles(hash)
  constraint simulations_pkey PRIMARY KEY (id)
  constraint simulations_state_check CHECK ((state = ANY (ARRAY['running'::text, 'done'::text, 'failed'::text])))
  CREATE INDEX simulations_created ON public.simulations USING btree (created_at DESC, id DESC)

table situations partition by RANGE (created_at)
  decision_id text not null
  created_at timestamp with time zone not null
  situation bytea not null
  constraint situations_pkey PRIMARY KEY (created_at, decision_id)

table situations_rest partition of situations DEFAULT

table suppressions
  channel text not null
  address_hash text not null
  reason text not null
  source text not null
  at timestamp with time zone not null
  said_at timestamp with time zone
  by_person boolean not null default false
  constraint suppressions_pkey PRIMARY KEY (channel, address_hash)
  constraint suppressions_reason_check CHECK ((reason = ANY (ARRAY['hard_bounce'::text, 'complaint'::text, 'unsubscribe'::text, 'import'::text, 'manual'::text])))

table task_signals
  signal_id text not null
  task_id text not null
  constraint task_signals_pkey PRIMARY KEY (signal_id)

table tasks
  id text not null
  profile_id text not null
  state text not null
  owner text not null
  reason_code text not null
  reason text not null
  decision_id text
  message_id text
  due_at timestamp with time zone
  created_at timestamp with time zone not null
  closed_at timestamp with time zone
  closed_by text
  outcome text
  key_id text
  note bytea
  constraint tasks_decision_id_fkey FOREIGN KEY (decision_id) REFERENCES decisions(id)
  constraint tasks_pkey PRIMARY KEY (id)
  constraint tasks_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id)
  constraint tasks_state_check CHECK ((state = ANY (ARRAY['open'::text, 'closed'::text])))
  CREATE INDEX tasks_open ON public.tasks USING btree (profile_id) WHERE (state = 'open'::text)
  CREATE INDEX tasks_state ON public.tasks USING btree (state, created_at DESC, id DESC)

table template_recipients
  bundle_hash text not null
  template_id text not null
  profile_id text not null
  constraint template_recipients_bundle_hash_template_id_fkey FOREIGN KEY (bundle_hash, template_id) REFERENCES template_signatures(bundle_hash, template_id)
  constraint template_recipients_pkey PRIMARY KEY (bundle_hash, template_id, profile_id)
  constraint template_recipients_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id)

table template_signatures
  bundle_hash text not null
  template_id text not null
  content_hash text not null
  payload text not null
  signature text not null
  max_audience integer not null
  recipients integer not null default 0
  signed_by text not null
  signed_at timestamp with time zone not null
  constraint template_signatures_bundle_hash_fkey FOREIGN KEY (bundle_hash) REFERENCES bundles(hash)
  constraint template_signatures_pkey PRIMARY KEY (bundle_hash, template_id)
  constraint template_signatures_signed_by_fkey FOREIGN KEY (signed_by) REFERENCES people(id)

table throttles
  name text not null
  attempts integer not null
  since timestamp with time zone not null
  until timestamp with time zone not null
  constraint throttles_pkey PRIMARY KEY (name)
  CREATE INDEX throttles_until ON public.throttles USING btree (until)

table timers
  profile_id text not null
  trigger_id text not null
  occasion text not null
  since timestamp with time zone not null
  due_at timestamp with time zone not null
  signal_id text
  created_at timestamp with time zone not null
  trace text
  constraint timers_pkey PRIMARY KEY (profile_id, trigger_id, occasion)
  constraint timers_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id)
  CREATE INDEX timers_due ON public.timers USING btree (due_at)

table trigger_hits
  profile_id text not null
  trigger_id text not null
  signal_id text not null
  at timestamp with time zone not null
  constraint trigger_hits_pkey PRIMARY KEY (profile_id, trigger_id, signal_id)
  constraint trigger_hits_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id)

table usual_hours
  hour smallint not null
  weight double precision not null
  constraint usual_hours_hour_check CHECK (((hour >= 0) AND (hour <= 23)))
  constraint usual_hours_pkey PRIMARY KEY (hour)

table verdicts
  review_id text not null
  seq integer not null
  verdict text not null
  person_id text not null
  at timestamp with time zone not null
  content_hash text not null
  reasons text[] not null default '{}'::text[]
  note bytea
  seconds_looked double precision
  also_fine text[] not null default '{}'::text[]
  constraint verdicts_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id)
  constraint verdicts_pkey PRIMARY KEY (review_id, seq)
  constraint verdicts_review_id_fkey FOREIGN KEY (review_id) REFERENCES reviews(id)
  constraint verdicts_verdict_check CHECK ((verdict = ANY (ARRAY['edit'::text, 'approve'::text, 'reject'::text, 'handoff'::text, 'skip'::text])))

table withdrawals
  channel text not null
  address_hash text not null
  profile_id text not null
  said_on text not null
  said_at timestamp with time zone not null
  constraint withdrawals_pkey PRIMARY KEY (channel, address_hash, profile_id, said_on)
  CREATE INDEX withdrawals_profile ON public.withdrawals USING btree (profile_id)

table work
  id bigint not null identity
  kind text not null
  key text not null
  payload jsonb not null default '{}'::jsonb
  state text not null default 'ready'::text
  due_at timestamp with time zone not null
  attempts integer not null default 0
  epoch bigint not null default 0
  leased_by text
  leased_until timestamp with time zone
  last_error text
  asked_again boolean not null default false
  created_at timestamp with time zone not null
  trace text
  constraint work_kind_key_key UNIQUE (kind, key)
  constraint work_pkey PRIMARY KEY (id)
  constraint work_state_check CHECK ((state = ANY (ARRAY['ready'::text, 'dead'::text])))
  CREATE INDEX work_dead ON public.work USING btree (created_at) WHERE (state = 'dead'::text)
  CREATE INDEX work_due ON public.work USING btree (kind, due_at) WHERE (state = 'ready'::text)

table write_keys
  id text not null
  name text not null
  key_hash text not null
  created_at timestamp with time zone not null
  revoked_at timestamp with time zone
  constraint write_keys_key_hash_key UNIQUE (key_hash)
  constraint write_keys_pkey PRIMARY KEY (id)

CREATE OR REPLACE FUNCTION public.count_key_erasure()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_advisory_xact_lock(70120001);
  update key_erasures set count = count + 1;
  return null;
end
$function$

CREATE OR REPLACE FUNCTION public.hold_key_erasures()
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
begin
  if not pg_try_advisory_xact_lock_shared(70120001) then
    return null;
  end if;
  return (select count from key_erasures); -- A snapshot of its own, taken under the lock.
end
$function$

CREATE TRIGGER key_erasure BEFORE DELETE OR UPDATE OF wrapped ON public.person_keys FOR EACH STATEMENT EXECUTE FUNCTION count_key_erasure()
