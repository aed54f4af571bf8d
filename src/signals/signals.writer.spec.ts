import { sql } from 'kysely';
import { newSignal } from '../../test/fixtures/signals.js';
import { openTestDatabase, type TestDatabase } from '../../test/harness/database.js';
import { TestClock, testRuntime } from '../../test/harness/runtime.js';
import { Vault } from '../platform/vault/index.js';
import { type Entry, SignalsWriter } from './signals.writer.js';

describe('writing signals', () => {
  const AT = '2026-11-18T12:00:00.000Z';
  const clock = new TestClock(AT);
  const runtime = testRuntime(clock);
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await openTestDatabase();
  });
  afterAll(() => opened.close());
  beforeEach(async () => {
    for (const table of ['signals', 'signal_dedup', 'signal_inbox', 'person_keys'])
      await sql`delete from ${sql.table(table)}`.execute(opened.database.db);
  });

  const newVault = (): Vault => new Vault(runtime.secrets, clock, opened.database);
  const newWriter = (vault = newVault()): SignalsWriter =>
    new SignalsWriter(vault, clock, runtime.ids, runtime.secrets);
  const from = (userId: string | null, messageId: string, source = 'key_1'): Entry => ({
    source,
    signal: newSignal({ userId, messageId, occurredAt: AT }),
    trace: null,
  });
  const write = (writer: SignalsWriter, ...entries: Entry[]): Promise<void> =>
    opened.database.transaction((tx) => writer.write(tx, entries));
  const atOnce = (writer: SignalsWriter, ...entries: Entry[]): Promise<boolean> =>
    writer.writeAtOnce(opened.database.db, entries);
  /** What anybody can read who has only the database. */
  const readable = async (): Promise<string[]> => {
    const { rows } = await sql<{ id: string; key_id: string; body: Buffer; seen: string; waits: string }>`
      select s.id, s.key_id, s.body, d.signal_id as seen, i.signal_id as waits
      from signals s left join signal_dedup d on d.source = s.source and d.message_id = s.message_id
      left join signal_inbox i on i.signal_id = s.id order by s.id`.execute(opened.database.db);
    const vault = newVault();
    const texts = await Promise.all(
      rows.map(async ({ id, key_id, body, seen, waits }) => {
        expect([seen, waits]).toEqual([id, id]);
        return JSON.parse(await vault.openFor(opened.database.db, key_id, body)) as Record<string, unknown>;
      }),
    );
    return texts.map(({ messageId }) => String(messageId)).sort();
  };
  const erase = (id: string): Promise<void> =>
    opened.database.transaction((tx) => newVault().erase(tx, [id]));
  const keyIds = async (): Promise<string[]> => {
    const { rows } = await sql<{ id: string }>`select id from person_keys`.execute(opened.database.db);
    return rows.map(({ id }) => id);
  };

  it('keeps each once by source and message id', async () => {
    const writer = newWriter();
    await write(writer, from('u1', 'a'), from('u1', 'a'), from('u2', 'a'), from('u1', 'a', 'key_2'));
    await write(writer, from('u1', 'a'), from('u1', 'b'));
    expect(await readable()).toEqual(['a', 'a', 'b']);
  });

  it('writes in one statement whom it knows, and leaves newcomers to a transaction', async () => {
    const writer = newWriter();
    expect(await atOnce(writer, from('u1', 'a'))).toBe(false);
    await write(writer, from('u1', 'a'), from('u2', 'b'));
    // Made by a transaction that might have rolled back: known from the next one on.
    expect(await atOnce(writer, from('u1', 'c'))).toBe(false);
    await write(writer, from('u1', 'c'), from('u2', 'd'));
    expect(await atOnce(writer, from('u1', 'e'), from('u2', 'f'), from('u1', 'a'))).toBe(true);
    expect(await atOnce(writer, from('u1', 'g'), from('u3', 'h'))).toBe(false);
    expect(await readable()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('writes nothing by a key that was erased elsewhere, and what it writes then can be read', async () => {
    const writer = newWriter();
    await write(writer, from('u1', 'a'));
    await write(writer, from('u1', 'b'));
    expect(await atOnce(writer, from('u1', 'c'))).toBe(true);
    const [id = ''] = await keyIds();
    await erase(id);
    await sql`delete from signals`.execute(opened.database.db);
    await sql`delete from signal_inbox`.execute(opened.database.db);
    expect(await atOnce(writer, from('u1', 'd'))).toBe(false);
    expect(await readable()).toEqual([]);
    await write(writer, from('u1', 'd'));
    expect(await readable()).toEqual(['d']);
  });

  it('writes all of it beside erasures, and everything that is left can be read', async () => {
    const writers = [newWriter(), newWriter()];
    const people = ['u1', 'u2', 'u3', 'u4'];
    for (const writer of writers)
      await write(writer, ...people.map((userId, n) => from(userId, `first-${n}`)));
    let ways = { atOnce: 0, transactions: 0 };
    const send = async (writer: SignalsWriter, name: string): Promise<void> => {
      for (let n = 0; n < 40; n++) {
        const entries = people.map((userId) => from(userId, `${name}-${n}-${userId}`));
        if (await atOnce(writer, ...entries)) ways = { ...ways, atOnce: ways.atOnce + 1 };
        else {
          await write(writer, ...entries);
          ways = { ...ways, transactions: ways.transactions + 1 };
        }
      }
    };
    const eraser = async (): Promise<void> => {
      for (let n = 0; n < 6; n++) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        const [id = ''] = await keyIds();
        await opened.database.transaction(async (tx) => {
          await newVault().erase(tx, [id]);
          await sql`delete from signal_inbox i using signals s where s.id = i.signal_id and s.key_id = ${id}`.execute(
            tx,
          );
          await sql`delete from signals where key_id = ${id}`.execute(tx);
        });
      }
    };
    await Promise.all([...writers.map((writer, n) => send(writer, `w${n}`)), eraser()]);
    const { rows } = await sql<{ seen: number; kept: number }>`
      select (select count(*) from signal_dedup) as seen, (select count(*) from signals) as kept`.execute(
      opened.database.db,
    );
    expect(rows[0]?.seen).toBe(4 + 2 * 40 * 4);
    expect(rows[0]?.kept).toBe((await readable()).length);
    expect(ways.atOnce).toBeGreaterThan(0);
    expect(ways.transactions).toBeGreaterThan(0);
  });
});
