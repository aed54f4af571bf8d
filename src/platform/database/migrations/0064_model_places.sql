-- Requests to a model that may be open at once, over all processes: each holds a place while it is under way. A row to a place, so that
-- nobody waits for another's row. The release before takes none: beside it a process holds to the limit by itself.
create table model_places (
  model text not null,
  place integer not null,
  holder uuid, -- of the one that has it, or had it last
  until timestamptz not null default '-infinity', -- by the database's clock: from then on anybody may take it
  primary key (model, place)
);
