-- Caps over everybody. A counter's row is locked when a block of tokens is leased, and by nothing else: messages take their places from leases.
create table cap_counters (
  id text primary key
);

-- While it is not settled a lease counts with all its tokens, used or not; once settled, with those that messages hold.
create table cap_leases (
  id text primary key,
  counter text not null references cap_counters (id),
  slice bigint not null, -- which piece of time, counted from 1970
  tokens bigint not null check (tokens >= 0),
  expires_at timestamptz not null, -- by the database's clock: from then on anybody may settle it
  settled boolean not null default false
);
create index cap_leases_counter on cap_leases (counter, slice);
create index cap_leases_open on cap_leases (counter, expires_at) where not settled;

create table cap_places (
  message_id text not null,
  counter text not null,
  lease_id text not null references cap_leases (id) on delete cascade,
  tokens bigint not null check (tokens > 0),
  primary key (message_id, counter)
);
create index cap_places_lease on cap_places (lease_id);
