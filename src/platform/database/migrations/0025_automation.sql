-- Every draft that a model wrote, as it stood when it was routed: what the gate of its action is certified on. Numbers and codes only, no
-- words and no names, so it outlives the erasure of the person.
create table judged_drafts (
  message_id text primary key references messages (id),
  action text not null,
  fingerprint text not null, -- of all that writes and checks drafts of this action
  score double precision not null,
  share double precision not null check (share > 0 and share <= 1), -- the chance that a person looks; 1 while everything is reviewed
  picked boolean not null, -- whether a person is to look
  candidate boolean not null, -- nothing but its origin sent it to a person
  signs text not null, -- canonical JSON: [{ code, weight }], weights as set by hand
  words_hash text not null, -- of its words without their looks
  routed_at timestamptz not null,
  verdict text check (verdict in ('right', 'changed', 'rejected', 'handed_off')),
  judged_at timestamptz
);
create index judged_drafts_action on judged_drafts (action, fingerprint, routed_at);
create index judged_drafts_judged on judged_drafts (judged_at) where verdict is not null;

-- A look is made once. Its outcome stays, whatever comes later.
create table gate_looks (
  action text not null,
  fingerprint text not null,
  look integer not null,
  threshold double precision, -- null: nothing was shown
  result text not null, -- canonical JSON: { audits, misses, pValue, wrong, confidence }
  made_at timestamptz not null,
  primary key (action, fingerprint, look)
);

-- What a person opened on the ground of a look. Drafts below the threshold go without a person while it is open.
create table gates (
  id text primary key,
  action text not null,
  fingerprint text not null,
  look integer not null,
  threshold double precision not null,
  audit_share double precision not null,
  wrong double precision not null, -- the tolerated share
  opened_by text not null references people (id),
  opened_at timestamptz not null,
  closed_by text, -- a person's id, or system
  closed_at timestamptz,
  closed_code text,
  closed_text text,
  foreign key (action, fingerprint, look) references gate_looks (action, fingerprint, look)
);
create unique index gates_open on gates (action) where closed_at is null;

-- What verdicts taught about the checks' signs, each version adopted by a person.
create table risk_models (
  version text primary key,
  model text not null, -- canonical JSON: { version, base, strengths }
  verdicts integer not null,
  brier double precision not null, -- on verdicts it had not seen
  brier_before double precision not null, -- of the model it took the place of, on the same
  adopted_by text not null references people (id),
  adopted_at timestamptz not null
);
