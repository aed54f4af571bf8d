-- What a request under an Idempotency-Key made, written in the transaction that made it: when its process dies before the answer is kept, the
-- next attempt finds it here and makes no second one.
alter table idempotency_keys add column made text;
