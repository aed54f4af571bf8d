create table messages (
  id text primary key,
  profile_id text not null references profiles (id),
  decision_id text not null references decisions (id),
  action text not null,
  channel text not null,
  class text not null check (class in ('marketing', 'transactional')),
  tags text[] not null default '{}',
  topic text not null,
  offer text,
  state text not null check (state in ('drafting', 'assessed', 'in_review', 'approved', 'scheduled', 'sending', 'sent', 'delivered',
    'suppressed', 'rejected', 'expired', 'failed', 'cancelled', 'unknown')),
  send_at timestamptz not null,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  sent_at timestamptz,
  delivered_at timestamptz,
  address_hash text, -- keyed hash of the recipient's address on this channel
  template_id text,
  content_hash text,
  key_id text not null,
  content bytea, -- canonical JSON of what is (to be) signed, sealed
  approval bytea, -- canonical JSON of the approval, sealed; written by review alone
  approval_kind text check (approval_kind in ('person', 'template', 'threshold')),
  approved_by text,
  provider text,
  provider_id text,
  wire_hash text -- SHA-256 of the content as it left, tokens substituted
);
create index messages_profile on messages (profile_id, created_at desc);
create index messages_sent on messages (profile_id, sent_at) where sent_at is not null;
create index messages_address on messages (address_hash, created_at) where address_hash is not null;
create index messages_state on messages (state, send_at);
create index messages_created on messages (created_at desc, id desc);
create index messages_template on messages (template_id, created_at) where template_id is not null;

create table message_steps (
  message_id text not null references messages (id),
  seq integer not null,
  at timestamptz not null,
  from_state text,
  to_state text not null,
  actor text not null,
  reason_code text not null,
  reason text not null,
  primary key (message_id, seq)
);
