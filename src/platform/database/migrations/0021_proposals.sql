-- Changes of the playbook that wait for somebody else than their author to agree.
create table proposals (
  id text primary key,
  title text not null,
  reason text not null,
  state text not null check (state in ('open', 'approved', 'rejected', 'withdrawn', 'activated')),
  base_hash text not null references bundles (hash), -- the playbook in force when it was made
  bundle_hash text not null references bundles (hash),
  changes text not null, -- canonical JSON: what is otherwise, item by item
  severity text not null check (severity in ('low', 'medium', 'high', 'critical')),
  needed integer not null, -- how many other people have to agree: the base says so, not the proposal
  tests text not null, -- canonical JSON: { passed, failures, coverage }
  replay_id text references replays (id),
  author text not null references people (id),
  created_at timestamptz not null,
  ended_at timestamptz
);
create index proposals_created on proposals (created_at desc, id desc);
create index proposals_waiting on proposals (created_at) where state in ('open', 'approved');

create table proposal_verdicts (
  proposal_id text not null references proposals (id),
  person_id text not null references people (id),
  verdict text not null check (verdict in ('approve', 'reject')),
  note text,
  at timestamptz not null,
  primary key (proposal_id, person_id)
);
