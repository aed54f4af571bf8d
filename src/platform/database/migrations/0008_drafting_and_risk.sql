create table drafts (
  id text primary key,
  message_id text not null references messages (id),
  number integer not null, -- 1 for the first, one more for every edit
  written_at timestamptz not null,
  origin text not null check (origin in ('template', 'model', 'person')),
  author text not null, -- template id, model name or person id
  template_id text,
  prompt_id text,
  prompt_version text,
  model text,
  tokens_in integer,
  tokens_out integer,
  cost_micros bigint, -- millionths of a minor unit of the brand's currency
  latency_ms integer,
  fallback_reason text,
  content_hash text not null,
  key_id text not null,
  content bytea not null, -- canonical JSON of the draft, sealed
  sent_to_model bytea, -- what the model saw, masked as it was sent, sealed
  unique (message_id, number)
);

create table assessments (
  id text primary key,
  seq bigint generated always as identity, -- which is the later of two made in the same millisecond
  message_id text not null references messages (id),
  draft_id text not null references drafts (id),
  content_hash text not null,
  score double precision not null,
  tier integer not null check (tier in (1, 2)),
  engine text not null,
  assessed_at timestamptz not null,
  key_id text not null,
  contributions bytea not null -- canonical JSON, sealed: spans quote the draft
);
create index assessments_message on assessments (message_id, seq desc);
create index assessments_draft on assessments (draft_id, seq desc);

create table model_usage (
  day date not null,
  model text not null,
  calls integer not null default 0,
  failures integer not null default 0,
  tokens_in bigint not null default 0,
  tokens_out bigint not null default 0,
  cost_micros bigint not null default 0, -- as in drafts
  primary key (day, model)
);
