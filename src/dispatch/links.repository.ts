import { sql } from 'kysely';
import { type Tx } from '../platform/database/index.js';
import { type LinkKind } from '../shared/links.js';

export interface NewLink {
  readonly token_hash: string;
  readonly kind: LinkKind;
  /** Position among the links of the signed content; null unless it is a click. */
  readonly link: number | null;
}

/** Keeps a message's links. Those of an earlier attempt are the same, because tokens derive from the message. */
export async function insertLinks(
  tx: Tx,
  message: { id: string; profileId: string },
  links: readonly NewLink[],
  now: Date,
): Promise<void> {
  await sql`
    insert into link_tokens (token_hash, kind, message_id, profile_id, link, created_at)
    select l.token_hash, l.kind, ${message.id}, ${message.profileId}, l.link, ${now}
    from jsonb_to_recordset(${JSON.stringify(links)}::jsonb) as l(token_hash text, kind text, link integer)
    on conflict (token_hash) do nothing`.execute(tx);
}
