-- What each fact is of, as its latest version names it, so that two facts of one thing find each other. The service fills it for facts that
-- were put before, and for those that the release before puts.
create table fact_things (
  fact_id text primary key,
  version integer not null, -- of the fact, whose things these are
  things text[] not null
);
create index fact_things_things on fact_things using gin (things);
