create table reviews (
  id text primary key,
  message_id text not null unique references messages (id),
  profile_id text not null references profiles (id),
  state text not null check (state in ('pending', 'claimed', 'awaiting_second', 'approved', 'rejected', 'handed_off', 'expired')),
  tier integer not null check (tier in (1, 2)),
  why text not null, -- canonical JSON: [{ code, text }], why a person must see it
  draft_id text not null references drafts (id),
  content_hash text not null,
  risk double precision not null,
  priority double precision not null,
  claimed_by text references people (id),
  claim_expires_at timestamptz,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  closed_at timestamptz
);
create index reviews_queue on reviews (state, priority desc, expires_at);

create table verdicts (
  review_id text not null references reviews (id),
  seq integer not null,
  verdict text not null check (verdict in ('edit', 'approve', 'reject', 'handoff', 'skip')),
  person_id text not null references people (id),
  at timestamptz not null,
  content_hash text not null,
  reasons text[] not null default '{}',
  note text,
  seconds_looked double precision,
  primary key (review_id, seq)
);
