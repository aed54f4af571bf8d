import { sql } from 'kysely';
import { openTestDatabase, type TestDatabase } from '../../test/harness/database.js';
import { TestClock, testRuntime } from '../../test/harness/runtime.js';
import { BacklogService } from './backlog.service.js';

describe('the bound of what waits to be applied', () => {
  let opened: TestDatabase;
  let backlog: BacklogService;
  beforeAll(async () => {
    opened = await openTestDatabase();
    const { environment } = testRuntime(new TestClock('2026-11-18T12:00:00.000Z'), { INBOX_LIMIT: '1000' });
    backlog = new BacklogService(opened.database, environment);
  });
  afterAll(() => opened.close());

  /** Puts signals into the inbox and looks. @param partitions over how many of them, from the first on. */
  const full = async (signals: number, partitions = 16): Promise<boolean> => {
    const { db } = opened.database;
    await sql`
      insert into signal_inbox (partition, signal_id, received_at)
      select n % ${partitions}::integer, 'sig_' || n, '2026-11-18' from generate_series(1, ${signals}::integer) n`.execute(
      db,
    );
    await backlog.look();
    return backlog.isFull();
  };

  it('is not reached while nothing or less waits', async () => {
    expect(await full(0)).toBe(false);
    expect(await full(999)).toBe(false);
  });

  it('is reached by the last one, and no more when one was applied', async () => {
    expect(await full(1)).toBe(true);
    await sql`delete from signal_inbox where signal_id = 'sig_7'`.execute(opened.database.db);
    expect(await full(0)).toBe(false);
  });

  it('is not reached by numbers that were given out and are done', async () => {
    await sql`delete from signal_inbox where signal_id <> 'sig_1'`.execute(opened.database.db);
    await full(5_000, 1);
    await sql`delete from signal_inbox where signal_id <> 'sig_1' and signal_id <> 'sig_5000'`.execute(
      opened.database.db,
    );
    expect(await full(0)).toBe(false);
  });
});
