-- Names that signals carried, so that a rule on a field that none ever carried can be told. Names alone: no value, nothing of a person; at most
-- some thousands a source, and a row is written once.
create table carried_names (
  source text not null,
  kind text not null check (kind in ('event', 'property', 'trait')),
  event text not null, -- empty for a trait
  name text not null, -- empty for an event
  first_at timestamptz not null,
  primary key (source, kind, event, name)
);
