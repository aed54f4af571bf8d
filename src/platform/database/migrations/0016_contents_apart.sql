-- What ages out, apart from the rows that stay: situations of decisions and contents of drafts, in partitions by month that are dropped whole
-- when their time is over.
create table situations (
  decision_id text not null,
  created_at timestamptz not null, -- the decision's
  situation bytea not null, -- canonical JSON, sealed
  primary key (created_at, decision_id)
) partition by range (created_at);
create table situations_rest partition of situations default;

create table draft_contents (
  draft_id text not null,
  written_at timestamptz not null, -- the draft's
  content bytea not null, -- canonical JSON of the draft, sealed
  sent_to_model bytea, -- what the model saw, masked as it was sent, sealed
  primary key (written_at, draft_id)
) partition by range (written_at);
create table draft_contents_rest partition of draft_contents default;

-- From when on they are written here, by the database's own clock; until then they go on into decisions and drafts, where the release before,
-- which may run beside this one for a day, looks for them. Both places are read. An empty value there means: here, or aged out.
insert into settings (name, value)
select 'contents_apart_since', to_jsonb(case when exists (select from decisions) then now() + interval '1 day' else now() end);
