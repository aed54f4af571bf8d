-- What a playbook would have done in stored situations. Figures and ids only: nothing here tells of a person.
create table replays (
  id text primary key,
  bundle_hash text not null references bundles (hash),
  engine text not null,
  state text not null check (state in ('running', 'done', 'failed')),
  since timestamptz, -- decisions made from here; null for all there are
  until timestamptz not null, -- and up to here
  total bigint not null, -- how many that were when it was asked for
  after_at timestamptz, -- the last decision that was looked at
  after_id text,
  tally text not null, -- canonical JSON, of a bounded size however many decisions there are
  error text,
  asked_by text not null,
  created_at timestamptz not null,
  finished_at timestamptz
);
create index replays_created on replays (created_at desc, id desc);
