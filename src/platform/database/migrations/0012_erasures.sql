-- Erasures of person keys, counted, so that whoever writes under many keys need not lock each of them: it holds one shared lock that keeps
-- erasures waiting, and trusts the keys it has known since the last one. The trigger makes every deletion do its part, whoever deletes.
create table key_erasures (
  count bigint not null
);
insert into key_erasures values (0);

-- Keeps erasures waiting until the transaction ends. Returns how many there were; null when one is under way or already waits, so that
-- writers never wait here and an erasure waits only for those who came before it. The number is the lock's name in this database.
create function hold_key_erasures() returns bigint language plpgsql volatile as $$
begin
  if not pg_try_advisory_xact_lock_shared(70120001) then
    return null;
  end if;
  return (select count from key_erasures); -- A snapshot of its own, taken under the lock.
end
$$;

create function count_key_erasure() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(70120001);
  update key_erasures set count = count + 1;
  return null;
end
$$;

create trigger key_erasure before delete or update of wrapped on person_keys
  for each statement execute function count_key_erasure();
