-- Files of contacts, consent or suppressions, taken in step by step. What is personal lies in the sealed chunks until the import ends.
create table imports (
  id text primary key,
  kind text not null check (kind in ('contacts', 'consent', 'suppressions')),
  dry_run boolean not null,
  state text not null check (state in ('queued', 'running', 'done', 'failed')),
  bytes bigint not null,
  delimiter text not null,
  columns text not null, -- canonical JSON: what each column of the file is
  position bigint not null, -- bytes that were read
  line bigint not null, -- the line the next step begins in
  counts text not null, -- canonical JSON
  wrong bigint not null, -- what is wrong with bad lines, spelled out or not
  warnings text not null, -- canonical JSON
  error text,
  asked_by text not null,
  created_at timestamptz not null,
  finished_at timestamptz
);
create index imports_created on imports (created_at desc, id desc);

-- The file in pieces, sealed under a key of the import's own; gone when it ends.
create table import_chunks (
  import_id text not null references imports (id),
  number integer not null,
  key_id text not null,
  bytes bytea not null,
  primary key (import_id, number)
);

-- What is wrong, and where; never what stood there.
create table import_bad_lines (
  import_id text not null references imports (id),
  seq bigint generated always as identity,
  line bigint not null,
  path text not null,
  message text not null,
  primary key (import_id, seq)
);

-- Who and what a file spoke of so far, by keyed hash: lines about the same are told apart from what was known before. Gone when it ends.
create table import_mentions (
  import_id text not null references imports (id),
  key text not null,
  line bigint not null,
  said text not null, -- canonical JSON: the statement that stands so far
  primary key (import_id, key)
);

-- Identities of people who were erased a while ago: what was on its way then must not bring them back.
create table erased_identities (
  hash text primary key,
  erased_at timestamptz not null
);
create index erased_identities_at on erased_identities (erased_at);

-- When the person or another system said so; `at` is when it was recorded here, and binding from then on.
alter table suppressions add column said_at timestamptz;
