-- outside a transaction
-- What questions for advice took by day, whatever else the model was asked.
drop index concurrently if exists model_answers_advice;
create index concurrently model_answers_advice on model_answers (answered_at) where purpose like 'advice %';
