create table profiles (
  id text primary key,
  user_id_hash text, -- keyed hash of the canonical userId, null while anonymous
  merged_into text references profiles (id),
  stage text not null,
  country text,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  version bigint not null default 0,
  erased_at timestamptz,
  state bytea not null -- the projected profile as JSON, sealed under the profile's key; empty once erased
);
-- Partial, because an update of a column under a full unique index locks out everybody who writes a row that points here.
create unique index profiles_user on profiles (user_id_hash) where user_id_hash is not null and merged_into is null;
create index profiles_merged on profiles (merged_into) where merged_into is not null;
create index profiles_last_seen on profiles (last_seen_at desc, id);

-- Every identity that was ever seen, and the profile it belongs to as first bound; follow merged_into to the canonical one.
create table identities (
  hash text primary key,
  kind text not null check (kind in ('user', 'anonymous', 'email', 'phone')),
  profile_id text not null references profiles (id),
  signal_id text not null, -- the signal that bound it
  first_seen_at timestamptz not null
);
create index identities_profile on identities (profile_id);

create table profile_merges (
  id text primary key,
  from_profile_id text not null references profiles (id),
  into_profile_id text not null references profiles (id),
  signal_id text not null,
  reason text not null,
  merged_at timestamptz not null
);
create index profile_merges_into on profile_merges (into_profile_id);

-- Every statement of consent as it arrived; the current one per channel and topic is in the profile's state.
create table consents (
  id text primary key,
  profile_id text not null references profiles (id),
  channel text not null,
  topic text not null, -- '*' for every topic
  state text not null check (state in ('granted', 'denied', 'unknown')),
  source text not null,
  at timestamptz not null,
  recorded_at timestamptz not null
);
create index consents_profile on consents (profile_id, channel, at desc);

-- Addresses that must not be written to, as keyed hashes: this outlives the erasure of the person.
create table suppressions (
  channel text not null,
  address_hash text not null,
  reason text not null check (reason in ('hard_bounce', 'complaint', 'unsubscribe', 'import', 'manual')),
  source text not null,
  at timestamptz not null,
  primary key (channel, address_hash)
);

-- Which profiles claim an address, and since when: a write key is public, so how many may be attached to one address in a day is capped.
create table claimed_addresses (
  address_hash text primary key -- locked while claims on it are counted
);
create table address_claims (
  seq bigint generated always as identity, -- who came first
  address_hash text not null references claimed_addresses (address_hash),
  profile_id text not null references profiles (id),
  claimed_at timestamptz not null,
  primary key (address_hash, profile_id)
);
create index address_claims_order on address_claims (address_hash, seq);
create index address_claims_profile on address_claims (profile_id);
