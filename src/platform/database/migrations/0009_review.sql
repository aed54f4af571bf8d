-- A template is signed once, by the person who activates the bundle that holds it. `recipients` counts the people who were sent something
-- under this signature; the row's lock is what keeps it from ever passing `max_audience`.
create table template_signatures (
  bundle_hash text not null references bundles (hash),
  template_id text not null,
  content_hash text not null,
  payload text not null, -- canonical JSON that was signed
  signature text not null,
  max_audience integer not null,
  recipients integer not null default 0,
  signed_by text not null references people (id),
  signed_at timestamptz not null,
  primary key (bundle_hash, template_id)
);

-- Who already holds a place in a signature's audience: a second message under it takes no second place.
create table template_recipients (
  bundle_hash text not null,
  template_id text not null,
  profile_id text not null references profiles (id),
  primary key (bundle_hash, template_id, profile_id),
  foreign key (bundle_hash, template_id) references template_signatures (bundle_hash, template_id)
);

create table reviews (
  id text primary key,
  message_id text not null references messages (id),
  profile_id text not null references profiles (id),
  state text not null check (state in ('pending', 'claimed', 'awaiting_second', 'approved', 'rejected', 'handed_off', 'expired')),
  tier integer not null check (tier in (1, 2)),
  minimum_tier integer not null default 1 check (minimum_tier in (1, 2)), -- asked for whatever the words say
  why text not null, -- canonical JSON: [{ code, text }], why a person must see it
  draft_id text not null references drafts (id),
  bundle_hash text not null, -- the playbook the draft was written under
  content_hash text not null,
  risk double precision not null,
  priority double precision not null,
  claimed_by text references people (id), -- also set while awaiting_second, by the second person
  claimed_at timestamptz,
  claim_expires_at timestamptz,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  closed_at timestamptz
);
create index reviews_queue on reviews (priority desc, expires_at, id);
create index reviews_open_queue on reviews (priority desc, expires_at, id) where state in ('pending', 'claimed', 'awaiting_second');
-- A message comes back when its recheck asks for another look; closed items stay as they were.
create unique index reviews_open on reviews (message_id) where state in ('pending', 'claimed', 'awaiting_second');
create index reviews_message on reviews (message_id, created_at desc);

create table verdicts (
  review_id text not null references reviews (id),
  seq integer not null,
  verdict text not null check (verdict in ('edit', 'approve', 'reject', 'handoff', 'skip')),
  person_id text not null references people (id),
  at timestamptz not null,
  content_hash text not null,
  reasons text[] not null default '{}',
  note bytea, -- sealed under the key of the review's profile
  seconds_looked double precision,
  primary key (review_id, seq)
);
