-- What every stage stands on: keys, people, durable work, the audit log.
create extension if not exists vector;

-- Personal data is encrypted under a key of its own per person; erasing the row erases the data wherever it lies, backups of other
-- tables included. `id` is a profile id, or the keyed hash of an identity for signals that came before any profile.
create table person_keys (
  id text primary key,
  wrapped bytea not null,
  created_at timestamptz not null
);

create table settings (
  name text primary key,
  value jsonb not null
);

create table work (
  id bigint generated always as identity primary key,
  kind text not null,
  key text not null,
  payload jsonb not null default '{}',
  state text not null default 'ready' check (state in ('ready', 'dead')),
  due_at timestamptz not null,
  attempts integer not null default 0,
  epoch bigint not null default 0,
  leased_by text,
  leased_until timestamptz, -- by the database's own clock: the one thing it serves
  last_error text,
  asked_again boolean not null default false, -- asked for once more while somebody was at it: runs again instead of ending
  created_at timestamptz not null,
  unique (kind, key)
);
create index work_due on work (kind, due_at) where state = 'ready';
create index work_dead on work (created_at) where state = 'dead';

create table people (
  id text primary key,
  email text not null unique,
  name text not null,
  role text not null check (role in ('viewer', 'marketer', 'strategist', 'developer', 'administrator')),
  password_hash text,
  disabled_at timestamptz,
  created_at timestamptz not null
);

create table sessions (
  token_hash text primary key,
  person_id text not null references people (id),
  csrf_token text not null,
  signs boolean not null, -- false when it was begun by a link that somebody else made: whoever made it may be sitting there
  created_at timestamptz not null,
  expires_at timestamptz not null
);

create table sign_in_links (
  token_hash text primary key,
  person_id text not null references people (id),
  signs boolean not null, -- whether the session it begins may sign
  expires_at timestamptz not null
);

-- person_id null: a service key, which acts for nobody and may not sign.
create table api_tokens (
  id text primary key,
  name text not null,
  token_hash text not null unique,
  person_id text references people (id),
  role text not null check (role in ('viewer', 'marketer', 'strategist', 'developer', 'administrator')),
  created_at timestamptz not null,
  revoked_at timestamptz
);

create table write_keys (
  id text primary key,
  name text not null,
  key_hash text not null unique,
  created_at timestamptz not null,
  revoked_at timestamptz
);

create table idempotency_keys (
  scope text not null, -- who and which route
  key text not null,
  body_hash text not null,
  status integer,
  response text,
  sealed bytea, -- instead of response when the answer is about a person
  key_id text,
  created_at timestamptz not null,
  primary key (scope, key)
);

-- Plain inserts; the sealer chains them a moment later.
create table audit_entries (
  seq bigint generated always as identity primary key,
  id text not null unique,
  at timestamptz not null,
  actor text not null, -- person id, 'token:<id>' or 'system'
  action text not null,
  subject text not null,
  detail text not null, -- canonical JSON without personal data
  personal bytea, -- sealed under key_id
  key_id text
);
create table audit_seals (
  number bigint primary key,
  first_seq bigint not null,
  last_seq bigint not null,
  entries integer not null,
  entries_hash text not null,
  previous_hash text not null,
  hash text not null,
  sealed_at timestamptz not null
);
alter table audit_entries add column sealed_in bigint references audit_seals (number);
create index audit_unsealed on audit_entries (seq) where sealed_in is null;
create index audit_subject on audit_entries (subject, seq);
