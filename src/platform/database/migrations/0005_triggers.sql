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
  unique (profile_id, trigger_id, occasion)
);
create index firings_profile on firings (profile_id, fired_at desc);

create table timers (
  profile_id text not null references profiles (id),
  trigger_id text not null,
  occasion text not null,
  due_at timestamptz not null,
  signal_id text,
  created_at timestamptz not null,
  primary key (profile_id, trigger_id, occasion)
);
create index timers_due on timers (due_at);
