import { sql } from 'kysely';
import { openTestDatabase, type TestDatabase } from '../../test/harness/database.js';
import { TestClock, testRuntime } from '../../test/harness/runtime.js';
import { BacklogService } from './backlog.service.js';

const BOUND = 1_000;
const AT = '2026-11-18T12:00:00.000Z';

describe('the bound of what waits to be applied', () => {
  let opened: TestDatabase;
  let backlog: BacklogService;
  beforeAll(async () => {
    opened = await openTestDatabase();
    const { environment } = testRuntime(new TestClock(AT), { INBOX_LIMIT: String(BOUND) });
    backlog = new BacklogService(opened.database, environment);
  });
  afterAll(() => opened.close());
  beforeEach(async () => {
    await sql`delete from signal_inbox`.execute(opened.database.db);
    await sql`delete from signals`.execute(opened.database.db);
  });

  /** Lets signals of a source wait. @param partitions over how many of them, from the first on. */
  async function wait(source: string, signals: number, partitions = 16): Promise<void> {
    const { db } = opened.database;
    await sql`
      insert into signals (id, received_at, source, message_id, type, identity_hash, occurred_at, key_id, body)
      select ${source}::text || n, ${AT}, ${source}::text, 'm' || n, 'page', 'h', ${AT}, 'k', '' from generate_series(1, ${signals}::integer) n`.execute(
      db,
    );
    await sql`
      insert into signal_inbox (partition, signal_id, received_at)
      select n % ${partitions}::integer, ${source}::text || n, ${AT} from generate_series(1, ${signals}::integer) n`.execute(
      db,
    );
  }
  const fullFor = async (...sources: string[]): Promise<boolean[]> => {
    await backlog.look();
    return Promise.all(sources.map((source) => backlog.isFullFor(source)));
  };

  it('is not reached while nothing or less waits', async () => {
    expect(await fullFor('web')).toEqual([false]);
    await wait('web', BOUND / 2 - 1);
    expect(await fullFor('web')).toEqual([false]);
  });

  it('leaves half of it to others, and is no more reached when one was applied', async () => {
    await wait('web', BOUND / 2);
    expect(await fullFor('web', 'app')).toEqual([true, false]);
    await sql`delete from signal_inbox where signal_id = 'web7'`.execute(opened.database.db);
    expect(await fullFor('web', 'app')).toEqual([false, false]);
  });

  it('gives two a third each, and the rest to whoever comes next', async () => {
    await wait('web', 500);
    await wait('app', 249);
    expect(await fullFor('web', 'app', 'shop')).toEqual([true, false, false]);
    await wait('shop', 100);
    expect(await fullFor('web', 'app', 'shop')).toEqual([true, true, false]);
  });

  it('is reached for everybody when all of it is taken', async () => {
    await wait('web', BOUND);
    expect(await fullFor('web', 'app')).toEqual([true, true]);
  });

  it('is not reached by numbers that were given out and are done', async () => {
    await wait('web', 5_000, 1);
    await sql`delete from signal_inbox where signal_id <> 'web1' and signal_id <> 'web5000'`.execute(
      opened.database.db,
    );
    expect(await fullFor('web')).toEqual([false]);
  });

  it('counts what waits of signals that are gone, for nobody', async () => {
    await wait('web', 600);
    await sql`delete from signals where id <> 'web1'`.execute(opened.database.db);
    expect(await fullFor('web', 'app')).toEqual([false, false]);
    await wait('app', 200);
    expect(await fullFor('web', 'app')).toEqual([false, true]);
  });

  it('is told from a sample when much waits', async () => {
    const { environment } = testRuntime(new TestClock(AT), { INBOX_LIMIT: '100000' });
    const large = new BacklogService(opened.database, environment);
    await wait('web', 60_000);
    await wait('app', 10_000);
    await large.look();
    // 30,000 are free.
    expect([await large.isFullFor('web'), await large.isFullFor('app')]).toEqual([true, false]);
  });
});
