-- Executed decisions that a replay found would have been others for their people. Ids and codes only: whose they are is looked up when they are listed.
create table replay_affected (
  replay_id text not null references replays (id) on delete cascade,
  decided_at timestamptz not null,
  decision_id text not null,
  change text not null check (change in ('lost', 'gained', 'other', 'retimed', 'taskGained', 'taskLost')),
  causes text[] not null, -- codes of what did it
  done text not null, -- canonical JSON: what was done, and what would be
  primary key (replay_id, decided_at, decision_id)
);
create index replay_affected_change on replay_affected (replay_id, change, decided_at, decision_id);

-- People who would get other messages in a simulation than under the playbook in force.
create table simulation_affected (
  simulation_id text not null references simulations (id) on delete cascade,
  profile_id text not null,
  change text not null check (change in ('fewer', 'more', 'others')),
  causes text[] not null, -- codes of what held a message back on one side and not on the other
  messages text not null, -- canonical JSON: what left on either side
  primary key (simulation_id, profile_id)
);
create index simulation_affected_change on simulation_affected (simulation_id, change, profile_id);
