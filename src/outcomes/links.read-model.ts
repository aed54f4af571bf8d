import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';
import { type LinkKind } from '../shared/links.js';

/** The message behind a link. */
export interface FollowedLink {
  readonly kind: LinkKind;
  readonly messageId: string;
  /** Position among the links of the signed content; null unless it is a click. */
  readonly link: number | null;
  readonly channel: string;
  /** When it was delivered or, when that is not known, sent. */
  readonly arrivedAt: Date | null;
}

export async function selectLink(db: Executor, tokenHash: string): Promise<FollowedLink | null> {
  const { rows } = await sql<{
    kind: LinkKind;
    message_id: string;
    link: number | null;
    channel: string;
    arrived_at: Date | null;
  }>`
    select l.kind, l.message_id, l.link, m.channel, coalesce(m.delivered_at, m.sent_at) as arrived_at
    from link_tokens l join messages m on m.id = l.message_id where l.token_hash = ${tokenHash}`.execute(db);
  const row = rows[0];
  if (row === undefined) return null;
  return {
    kind: row.kind,
    messageId: row.message_id,
    link: row.link,
    channel: row.channel,
    arrivedAt: row.arrived_at,
  };
}
