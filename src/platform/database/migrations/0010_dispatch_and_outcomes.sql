-- The local outbox: where messages go while no mail server is set.
create table outbox (
  message_id text primary key references messages (id),
  at timestamptz not null,
  key_id text not null,
  wire bytea not null -- the whole mail or payload as it left, sealed
);

create table pauses (
  id text primary key,
  scope text not null check (scope in ('everything', 'marketing', 'action', 'channel')),
  target text, -- the action or channel
  reason text not null,
  created_at timestamptz not null,
  created_by text not null,
  ended_at timestamptz,
  ended_by text
);
create index pauses_active on pauses (created_at) where ended_at is null;

-- Tracked links and unsubscribe addresses, by the hash of the token in the URL. Where a click leads is in the signed content and nowhere
-- else, so that it can be nothing else and is erased with the person.
create table link_tokens (
  token_hash text primary key,
  kind text not null check (kind in ('click', 'open', 'unsubscribe')),
  message_id text not null references messages (id),
  profile_id text not null references profiles (id),
  link integer, -- position among the signed content's links; null unless it is a click
  created_at timestamptz not null
);

create table outcomes (
  id text primary key,
  message_id text not null references messages (id),
  profile_id text not null references profiles (id),
  token_hash text, -- the link that was followed or loaded
  kind text not null check (kind in ('delivered', 'bounced', 'opened', 'clicked', 'converted', 'unsubscribed', 'complained')),
  at timestamptz not null,
  counted boolean not null, -- false for opens by mail proxies and clicks by scanners
  why_not_counted text, -- 'undecided' until it is known whether a click was a scanner's
  detail text not null, -- canonical JSON without personal data
  unique_key text not null unique
);
create index outcomes_message on outcomes (message_id, at);
create index outcomes_profile on outcomes (profile_id, at desc);
