-- How far somebody has gone through everybody for the silences that an activation brought: one process at a time, and once for all.
create table silence_sweeps (
  activation bigint not null, -- `seq` of bundle_activations
  trigger_id text not null,
  pass smallint not null check (pass in (1, 2)), -- the second finds what processes under the playbook before did meanwhile
  after_id text not null default '', -- the last person looked at
  finished_at timestamptz,
  primary key (activation, trigger_id, pass)
);
