import { sql } from 'kysely';
import { type OutboxWire } from '../../dispatch/outbox.js';
import { type Executor } from '../../platform/database/index.js';
import { type SealedReader } from '../sealed-reader.service.js';

/** What left into the local outbox; `wire` is null when the person was erased. */
export interface OutboxItem {
  readonly messageId: string;
  readonly at: Date;
  readonly action: string;
  readonly channel: string;
  readonly profileId: string;
  readonly name: string | null;
  readonly wire: OutboxWire | null;
}

interface OutboxRow {
  message_id: string;
  at: Date;
  key_id: string;
  wire: Uint8Array;
  action: string;
  channel: string;
  profile_id: string;
  profile_state: Uint8Array;
}

/** The outbox, newest first; or the one message of it that is asked for. */
export async function readOutbox(
  db: Executor,
  reader: SealedReader,
  request: { messageId: string | null; after: readonly [at: string, id: string] | null; limit: number },
): Promise<OutboxItem[]> {
  const [at, id] = request.after ?? [null, null];
  const { rows } = await sql<OutboxRow>`
    select o.message_id, o.at, o.key_id, o.wire, m.action, m.channel, m.profile_id, p.state as profile_state
    from outbox o join messages m on m.id = o.message_id join profiles p on p.id = m.profile_id
    where (${request.messageId}::text is null or o.message_id = ${request.messageId}::text)
      and (${at}::timestamptz is null or (o.at, o.message_id) < (${at}::timestamptz, ${id}::text))
    order by o.at desc, o.message_id desc limit ${request.limit}`.execute(db);
  const names = await reader.names(
    db,
    rows.map((row) => ({ id: row.profile_id, state: row.profile_state })),
  );
  const wires = await reader.open<OutboxWire>(
    db,
    rows.map((row) => ({ keyId: row.key_id, sealed: row.wire })),
  );
  return rows.map((row, index) => ({
    messageId: row.message_id,
    at: row.at,
    action: row.action,
    channel: row.channel,
    profileId: row.profile_id,
    name: names.get(row.profile_id) ?? null,
    wire: wires[index] ?? null,
  }));
}
