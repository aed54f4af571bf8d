-- outside a transaction
-- Lists go by the hour first: see 0013.
drop index concurrently if exists profiles_seen_hour;
create index concurrently profiles_seen_hour on profiles (seen_hour desc nulls last);
drop index concurrently if exists profiles_last_seen;

-- What counts against the caps of a day, without the many that came to nothing.
drop index concurrently if exists firings_counted_address;
create index concurrently firings_counted_address on firings (address_hash, fired_at)
  where address_hash is not null and not capped;
drop index concurrently if exists firings_counted_person;
create index concurrently firings_counted_person on firings (profile_id, fired_at) where not capped;
drop index concurrently if exists firings_address;
