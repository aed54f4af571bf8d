import { sql } from 'kysely';
import { openTestDatabase, type TestDatabase } from '../../../test/harness/database.js';
import { takePlace } from './model-places.repository.js';
import { Places } from './places.js';

describe('the places of a model', () => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await openTestDatabase();
  });
  afterAll(() => opened.close());

  const SIGNAL = new AbortController().signal;
  const soon = (): number => performance.now() + 60_000;
  const OTHER = '00000000-0000-4000-8000-000000000000';
  /** What another process would get. */
  const found = (model: string, count: number): Promise<number | null> =>
    takePlace(opened.database.db, model, count, OTHER, 60_000);

  it('are as many as the limit says, over all processes, and come back', async () => {
    const [here, there] = [new Places(opened.database, 'many'), new Places(opened.database, 'many')];
    const taken = [
      await here.take(SIGNAL, 3, soon()),
      await there.take(SIGNAL, 3, soon()),
      await here.take(SIGNAL, 3, soon()),
    ];
    expect(await found('many', 3)).toBeNull();
    await taken[1]?.();
    expect(await found('many', 3)).toBe(1);
    // A lower limit holds for whoever comes from now on, a higher one too.
    await taken[2]?.();
    expect(await found('many', 2)).toBeNull();
    await here.take(SIGNAL, 5, soon());
    expect(await found('many', 5)).toBe(3);
    // Of another model nothing is taken.
    await new Places(opened.database, 'other').take(SIGNAL, 1, soon());
  });

  it('are free again once the lease of a process that died is over, and then are not the dead one’s to give back', async () => {
    const { db } = opened.database;
    const places = new Places(opened.database, 'dead');
    const giveBack = await places.take(SIGNAL, 1, soon());
    expect(await found('dead', 1)).toBeNull();
    const { rows } = await sql<{ lasts: number }>`
      select extract(epoch from until - clock_timestamp())::float8 as lasts from model_places where model = 'dead'`.execute(
      db,
    );
    // Until after the request's end.
    expect(rows[0]?.lasts).toBeGreaterThan(60);
    await sql`update model_places set until = clock_timestamp() where model = 'dead'`.execute(db);
    expect(await found('dead', 1)).toBe(0);
    await giveBack();
    expect(await found('dead', 1)).toBeNull();
  });

  it('are waited for in the order of coming, as long as each may wait', async () => {
    const places = new Places(opened.database, 'line');
    const giveBack = await places.take(SIGNAL, 1, soon());
    const gaveUp = new AbortController();
    const got: string[] = [];
    const ask = async (name: string, signal: AbortSignal): Promise<void> => {
      const back = await places.take(signal, 1, soon());
      got.push(name);
      await back();
    };
    const [first, second, third] = [ask('first', SIGNAL), ask('second', gaveUp.signal), ask('third', SIGNAL)];
    gaveUp.abort(new Error('no time left'));
    await expect(second).rejects.toThrow('no time left');
    await expect(places.take(gaveUp.signal, 1, soon())).rejects.toThrow('no time left');
    // Who runs out of time while the database is asked waits no longer either.
    const late = new AbortController();
    const looking = new Places(opened.database, 'line').take(late.signal, 1, soon());
    late.abort(new Error('no time left'));
    await expect(looking).rejects.toThrow('no time left');
    await giveBack();
    await Promise.all([first, third]);
    expect(got).toEqual(['first', 'third']);
  });
});
