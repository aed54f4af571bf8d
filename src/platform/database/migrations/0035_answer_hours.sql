-- When messages left and whether they were answered, by local hour. Counts only: nothing here tells of a person.
create table answer_hours (
  channel text not null,
  segment text not null, -- country and stage; empty for everyone
  month date not null, -- the first day of the UTC month in which they left
  slot smallint not null check (slot between 0 and 47), -- hour of the local day; 24 more on a Saturday or Sunday
  sent bigint not null,
  answered bigint not null,
  primary key (channel, segment, month, slot)
);

-- How far something that is learned has been read.
create table learning_cursors (
  name text primary key,
  at timestamptz not null,
  id text not null default ''
);
