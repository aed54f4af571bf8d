-- Tokens of a day, over all processes. What is asked for is reserved before the request goes out, so that the limit holds however many ask
-- at once; what a process that died had reserved stays reserved until the day is over.
create table model_budget (
  day date primary key,
  used bigint not null default 0,
  reserved bigint not null default 0
);
