create table bundles (
  hash text primary key,
  files jsonb not null, -- path -> text, whole: any bundle can be compiled again
  counts jsonb not null,
  created_at timestamptz not null
);

create table bundle_activations (
  seq bigint generated always as identity primary key,
  bundle_hash text not null references bundles (hash),
  activated_at timestamptz not null,
  activated_by text not null references people (id),
  origin text not null check (origin in ('folder', 'person')) -- loaded from POLICIES_DIR, or chosen by somebody
);

create table facts (
  id text not null,
  version integer not null,
  kind text not null check (kind in ('product', 'offer', 'claim')),
  data text not null, -- canonical JSON
  valid_from timestamptz,
  valid_until timestamptz,
  source text not null,
  content_hash text not null,
  created_at timestamptz not null,
  created_by text not null,
  primary key (id, version)
);
create index facts_kind on facts (kind, id, version desc);
