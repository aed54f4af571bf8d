-- outside a transaction
-- The newest of one tone are compared first, however rare it is.
drop index concurrently if exists past_messages_tone;
create index concurrently past_messages_tone on past_messages (action, locale, space, stage, approved_at desc);

-- Whose was erased is let go of.
drop index concurrently if exists past_messages_keys;
create index concurrently past_messages_keys on past_messages (key_id);
