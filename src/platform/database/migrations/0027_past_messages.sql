-- What people approved of a model's drafts, for later drafts of the same action to be written like it. One row a message; `space` names
-- the model that made the embedding, since those of two models have nothing to do with each other.
create table past_messages (
  message_id text primary key references messages (id),
  action text not null,
  locale text not null,
  stage text not null, -- of the relationship, as it was then
  space text not null,
  approved_at timestamptz not null,
  key_id text not null,
  words bytea not null, -- sealed under the recipient's key, with what is theirs masked all the same
  embedding vector not null
);
-- Read in hundreds at a time: kept in the row instead of beside the table.
alter table past_messages alter column embedding set storage plain;
create index past_messages_latest on past_messages (action, locale, space, approved_at desc);
