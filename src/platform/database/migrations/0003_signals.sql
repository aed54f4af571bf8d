-- Append only; partitions by month of arrival can be dropped when they age out.
create table signals (
  id text not null,
  received_at timestamptz not null,
  source text not null, -- write key id, or 'countersign' for outcomes
  message_id text not null,
  type text not null,
  event text, -- null for identify, page and so on
  identity_hash text not null, -- keyed hash of the identity as sent
  occurred_at timestamptz not null,
  key_id text not null,
  body bytea not null, -- the signal as JSON, sealed under key_id
  primary key (received_at, id)
) partition by range (received_at);
create table signals_rest partition of signals default;
create index signals_identity on signals (identity_hash, received_at desc);
create index signals_id on signals (id);

-- Unique by source and message id within 30 days. A table of its own, because one partitioned by time cannot hold that constraint.
create table signal_dedup (
  source text not null,
  message_id text not null,
  signal_id text not null,
  seen_at timestamptz not null,
  primary key (source, message_id)
) partition by hash (source, message_id);
create table signal_dedup_0 partition of signal_dedup for values with (modulus 4, remainder 0);
create table signal_dedup_1 partition of signal_dedup for values with (modulus 4, remainder 1);
create table signal_dedup_2 partition of signal_dedup for values with (modulus 4, remainder 2);
create table signal_dedup_3 partition of signal_dedup for values with (modulus 4, remainder 3);
create index signal_dedup_seen on signal_dedup (seen_at);

-- A thin row per signal that waits to be applied, by partition of the identity it was sent under; deleted by the transaction that applies it.
create table signal_inbox (
  partition smallint not null,
  seq bigint generated always as identity,
  signal_id text not null,
  received_at timestamptz not null,
  attempts integer not null default 0,
  primary key (partition, seq)
);

create table inbox_partitions (
  partition smallint primary key,
  epoch bigint not null default 0,
  leased_by text,
  leased_until timestamptz
);
insert into inbox_partitions (partition) select generate_series(0, 15);

-- A signal that cannot be applied stands aside here, so that it holds up nobody else; a person can have it tried again.
create table signal_failures (
  signal_id text primary key,
  received_at timestamptz not null,
  partition smallint not null,
  error text not null,
  failed_at timestamptz not null
);

create table signal_rejections (
  seq bigint generated always as identity primary key,
  source text not null,
  at timestamptz not null,
  path text not null,
  message text not null,
  excerpt text not null -- at most 200 characters, so that a developer recognises the call
);
