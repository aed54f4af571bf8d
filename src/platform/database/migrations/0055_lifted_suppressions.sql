-- Nothing but what people themselves withdrew stands behind it: their own later consent lifts it. The version before leaves it false, which is for good.
alter table suppressions add column by_person boolean not null default false;

-- Who withdrew what behind such a suppression; gone once they agreed again, or were erased.
create table withdrawals (
  channel text not null, -- with address_hash: the suppression
  address_hash text not null,
  profile_id text not null,
  said_on text not null, -- the channel they withdrew on
  said_at timestamptz not null,
  primary key (channel, address_hash, profile_id, said_on)
);
create index withdrawals_profile on withdrawals (profile_id);

-- Suppressions that are no more: what bound when can still be told.
create table lifted_suppressions (
  id text primary key,
  channel text not null,
  address_hash text not null,
  reason text not null check (reason = 'unsubscribe'),
  source text not null,
  at timestamptz not null, -- as of the suppression
  said_at timestamptz,
  profile_id text, -- who agreed again; null once they were erased
  granted_at timestamptz not null,
  lifted_at timestamptz not null
);
create index lifted_suppressions_address on lifted_suppressions (address_hash);
create index lifted_suppressions_profile on lifted_suppressions (profile_id, lifted_at) where profile_id is not null;
