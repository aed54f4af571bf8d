-- What a playbook would make of the signals of a span, its own messages entering the history. Figures and ids only: nothing here tells of a person.
create table simulations (
  id text primary key,
  bundle_hash text not null references bundles (hash),
  active_hash text not null references bundles (hash), -- what it is compared with: in force when it was asked for
  engine text not null,
  state text not null check (state in ('running', 'done', 'failed')),
  request text not null, -- canonical JSON: span, seed, share of people and what is taken for granted
  total bigint not null, -- people who come into question
  erased bigint not null, -- people who were erased before it was asked for
  after_id text, -- the last profile that was looked at
  tally text not null, -- canonical JSON, of a bounded size however many signals there are
  error text,
  asked_by text not null,
  created_at timestamptz not null,
  finished_at timestamptz
);
create index simulations_created on simulations (created_at desc, id desc);
