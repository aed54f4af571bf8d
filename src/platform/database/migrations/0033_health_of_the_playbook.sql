-- What is known of the playbook for as long as it runs. Days are UTC. Nothing here names a person.

-- How far something has been read, or when it is due next.
create table health_cursors (
  name text primary key,
  at timestamptz not null,
  id text not null default ''
);

-- What each guardrail did in the executed decisions of a day.
create table rule_days (
  rule text not null,
  day date not null,
  matched bigint not null,
  stood bigint not null, -- in the way of a candidate, or asked for a person
  alone bigint not null, -- and nothing else did
  cost_micros bigint not null, -- millionths of a minor unit of the brand's currency
  primary key (rule, day)
);

-- The executed decisions of a day, by what led to them.
create table decision_days (
  day date not null,
  trigger_id text not null, -- empty when somebody asked
  outcome text not null,
  decisions bigint not null,
  primary key (day, trigger_id, outcome)
);

-- Messages by the day they were to leave, and what came of them within three days.
create table message_days (
  day date not null,
  action text not null,
  channel text not null,
  sent bigint not null,
  unsubscribed bigint not null,
  complained bigint not null,
  bounced bigint not null,
  primary key (day, action, channel)
);

-- Since when an item of the playbook reads as it does.
create table playbook_items (
  subject text not null,
  content_hash text not null,
  since timestamptz not null,
  primary key (subject, content_hash)
);

create table link_checks (
  url text primary key,
  named_by text not null,
  state text not null check (state in ('ok', 'broken', 'unknown')),
  detail text not null,
  failures integer not null default 0, -- looks in a row that found it broken
  checked_at timestamptz not null
);
create index link_checks_due on link_checks (checked_at);

create table health_findings (
  id text primary key,
  key text not null,
  code text not null,
  subject text not null,
  severity text not null check (severity in ('low', 'medium', 'high')),
  owner text, -- null: nobody owns it
  message text not null,
  advice text not null,
  href text not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  resolved_at timestamptz
);
create unique index health_findings_open on health_findings (key) where resolved_at is null;
create index health_findings_seen on health_findings (first_seen_at desc, id desc);
