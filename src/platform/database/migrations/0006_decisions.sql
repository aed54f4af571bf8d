create table decisions (
  id text primary key,
  profile_id text not null references profiles (id),
  created_at timestamptz not null,
  outcome text not null check (outcome in ('act', 'hold', 'handoff')),
  mode text not null check (mode in ('decide', 'execute')),
  action text not null, -- 'hold' when nothing was done
  channel text,
  trigger_id text,
  firing_id text,
  bundle_hash text not null,
  engine text not null,
  models text not null, -- canonical JSON: model versions by name
  seed text not null,
  key_id text not null,
  situation bytea not null, -- canonical JSON, sealed
  result bytea not null, -- canonical JSON, sealed
  situation_hash text not null,
  result_hash text not null,
  message_id text
);
create index decisions_profile on decisions (profile_id, created_at desc);
create index decisions_created on decisions (created_at desc, id desc);
create unique index decisions_firing on decisions (firing_id) where firing_id is not null;

create table tasks (
  id text primary key,
  profile_id text not null references profiles (id),
  state text not null check (state in ('open', 'closed')),
  owner text not null,
  reason_code text not null,
  reason text not null,
  decision_id text references decisions (id),
  message_id text,
  due_at timestamptz,
  created_at timestamptz not null,
  closed_at timestamptz,
  closed_by text,
  outcome text,
  key_id text,
  note bytea -- what whoever closed it wrote, sealed: it may name the person
);
create index tasks_open on tasks (profile_id) where state = 'open';
create index tasks_state on tasks (state, created_at desc, id desc);
