-- One per profile, trigger and occasion; the unique key is what makes a trigger fire once.
create table firings (
  id text primary key,
  profile_id text not null references profiles (id),
  trigger_id text not null,
  occasion text not null,
  bundle_hash text not null,
  signal_id text,
  fired_at timestamptz not null,
  evidence text not null, -- canonical JSON: what was counted or compared, without personal data
  address_hash text, -- the e-mail address this may lead to, so that a public write key cannot make it reach one without end
  capped boolean not null default false, -- one too many for its address within a day: recorded, and nothing came of it
  unique (profile_id, trigger_id, occasion)
);
create index firings_address on firings (address_hash, fired_at) where address_hash is not null;
create index firings_profile on firings (profile_id, fired_at desc);

create table timers (
  profile_id text not null references profiles (id),
  trigger_id text not null,
  occasion text not null,
  since timestamptz not null, -- when what is waited for began
  due_at timestamptz not null,
  signal_id text,
  created_at timestamptz not null,
  primary key (profile_id, trigger_id, occasion)
);
create index timers_due on timers (due_at);

-- Signals that count towards a count trigger and were not used up by a firing yet.
create table trigger_hits (
  profile_id text not null references profiles (id),
  trigger_id text not null,
  signal_id text not null,
  at timestamptz not null,
  primary key (profile_id, trigger_id, signal_id)
);
