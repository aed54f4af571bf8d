-- Attempts at passwords, counted over all processes. Rows whose window is over are taken away by later attempts.
create table throttles (
  name text primary key, -- keyed hash of what is counted and of whom: an address is personal data
  attempts integer not null,
  since timestamptz not null,
  until timestamptz not null
);
create index throttles_until on throttles (until);
