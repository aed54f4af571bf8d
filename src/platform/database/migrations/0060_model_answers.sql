-- What each question to the model took, whatever became of the answer. `purpose` is what it was asked for: a message's id, or `advice` and a
-- firing's. Figures and the names of models only, so it outlives the erasure of the person.
create table model_answers (
  purpose text not null,
  answered_at timestamptz not null,
  model text not null, -- that answered, as its endpoint names it
  outcome text not null, -- ok, or why it gave none that could be used
  calls integer not null,
  tokens_in integer not null,
  tokens_out integer not null,
  cost_micros bigint not null, -- millionths of a minor unit of the currency the prices were in
  latency_ms integer not null
);
create index model_answers_purpose on model_answers (purpose, answered_at);
