-- The signals for which somebody was asked to look: what a person wrote makes one task, however many stages read it and however late. The release
-- before writes none; what it hands over may then be handed over once more.
create table task_signals (
  signal_id text primary key,
  task_id text not null
);
