import { ConsoleLogger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { sql } from 'kysely';
import { Database, DatabaseModule } from '../../src/platform/database/index.js';
import { RuntimeModule } from '../../src/platform/runtime.module.js';
import {
  again,
  DONE,
  type Job,
  type JobEnd,
  RetryLater,
  Stopping,
  Unrecoverable,
  WorkModule,
  WorkRelay,
  WorkService,
} from '../../src/platform/work/index.js';
import { openTestDatabase, type TestDatabase } from '../harness/database.js';
import { TestClock, testRuntime } from '../harness/runtime.js';

const START = '2026-11-21T12:00:00.000Z';

describe('durable work', () => {
  let opened: TestDatabase;
  let module: TestingModule;
  let clock: TestClock;
  let work: WorkService;
  let database: Database;

  beforeAll(async () => {
    opened = await openTestDatabase();
  });
  afterAll(() => opened.close());
  beforeEach(async () => {
    await sql`truncate work, settings`.execute(opened.database.db);
    clock = new TestClock(START);
    module = await Test.createTestingModule({
      imports: [DatabaseModule.of(opened.database), RuntimeModule.of(testRuntime(clock)), WorkModule],
    })
      .setLogger(new ConsoleLogger({ logLevels: [] }))
      .compile();
    work = module.get(WorkService);
    database = module.get(Database);
  });
  afterEach(() => module.close());

  const enqueue = (key: string, dueAt = clock.now()): Promise<void> =>
    database.transaction((tx) =>
      work.enqueue(tx, { kind: 'letter.written', key, dueAt, payload: { page: 1 } }),
    );
  const claimOne = async (): Promise<Job> => {
    const [job] = await work.claim(1);
    if (job === undefined) throw new Error('nothing to claim');
    return job;
  };
  const rows = async (): Promise<
    { state: string; attempts: number; due_at: Date; last_error: string | null }[]
  > =>
    (
      await sql<{
        state: string;
        attempts: number;
        due_at: Date;
        last_error: string | null;
      }>`select * from work`.execute(database.db)
    ).rows;
  /** Lets the lease of whoever holds the row run out. */
  const expireLeases = () =>
    sql`update work set leased_until = now() - interval '1 second'`.execute(database.db);

  it('prepares, calls outside any transaction, commits and removes the row', async () => {
    const seen: string[] = [];
    work.register<number, string>({
      kind: 'letter.written',
      prepare: () => Promise.resolve(41),
      call: async (prepared) => {
        // Outside a transaction the outer handle is free: on the embedded engine this would otherwise wait for ever.
        const { rows } = await sql<{ n: number }>`select ${prepared}::int + 1 as n`.execute(database.db);
        return `answer ${String(rows[0]?.n)}`;
      },
      commit: (_tx, job, prepared, answer) => {
        seen.push(`${job.key} ${String(job.payload['page'])} ${prepared} ${answer}`);
        return Promise.resolve(DONE);
      },
    });
    await enqueue('a');
    await work.run(await claimOne());
    expect(seen).toEqual(['a 1 41 answer 42']);
    expect(await rows()).toEqual([]);
  });

  it('claims nothing before it is due, and one row once', async () => {
    work.register({ kind: 'letter.written', commit: () => Promise.resolve(DONE) });
    await enqueue('later', new Date(clock.now().getTime() + 1_000));
    expect(await work.claim(10)).toEqual([]);
    clock.advance(1_000);
    expect(await work.claim(10)).toHaveLength(1);
    expect(await work.claim(10)).toEqual([]);
  });

  it('rolls back what a worker writes that woke up after its lease had moved on', async () => {
    work.register({
      kind: 'letter.written',
      commit: async (tx, job) => {
        await sql`insert into settings (name, value) values (${`epoch-${job.epoch}`}, '1')`.execute(tx);
        return DONE;
      },
    });
    await enqueue('a');
    const late = await claimOne();
    await expireLeases();
    const second = await claimOne();
    expect(second.epoch).toBe(late.epoch + 1);
    await work.run(late);
    expect(await rows()).toHaveLength(1);
    await work.run(second);
    const { rows: settings } = await sql<{ name: string }>`select name from settings`.execute(database.db);
    expect(settings).toEqual([{ name: `epoch-${second.epoch}` }]);
  });

  it('waits longer after each failure, then buries the row and lets its owner say so', async () => {
    let died = '';
    work.register({
      kind: 'letter.written',
      maxAttempts: 2,
      commit: () => Promise.reject(new Error('no ink')),
      died: (_tx, job, error) => {
        died = `${job.key}: ${error.message}`;
        return Promise.resolve();
      },
    });
    await enqueue('a');
    await work.run(await claimOne());
    const [afterFirst] = await rows();
    expect(afterFirst).toMatchObject({ state: 'ready', attempts: 1, last_error: 'Error: no ink' });
    expect(afterFirst?.due_at.getTime()).toBeGreaterThanOrEqual(clock.now().getTime() + 500);
    clock.advance(2_000);
    await work.run(await claimOne());
    expect(await work.deadLetters()).toMatchObject([
      { kind: 'letter.written', key: 'a', last_error: 'Error: no ink' },
    ]);
    expect(died).toBe('a: no ink');
  });

  it('takes a dead row up again when a person asks for it', async () => {
    let fails = true;
    work.register({
      kind: 'letter.written',
      commit: () => (fails ? Promise.reject(new Unrecoverable('torn')) : Promise.resolve(DONE)),
    });
    await enqueue('a');
    await work.run(await claimOne());
    const [dead] = await work.deadLetters();
    fails = false;
    expect(await database.transaction((tx) => work.retry(tx, dead?.id ?? -1))).toBe(true);
    await work.run(await claimOne());
    expect(await rows()).toEqual([]);
  });

  it('comes back when it was told to, as with Retry-After', async () => {
    work.register({ kind: 'letter.written', commit: () => Promise.reject(new RetryLater('busy', 30_000)) });
    await enqueue('a');
    await work.run(await claimOne());
    expect((await rows())[0]?.due_at).toEqual(new Date(clock.now().getTime() + 30_000));
  });

  it('keeps a row that wants another time, and forgets its earlier failures', async () => {
    work.register({
      kind: 'letter.written',
      commit: () => Promise.resolve(again(new Date('2026-11-22T08:00:00Z'))),
    });
    await enqueue('a');
    await work.run(await claimOne());
    expect(await rows()).toMatchObject([{ attempts: 0, due_at: new Date('2026-11-22T08:00:00Z') }]);
  });

  it('runs once more when it was asked for again while somebody was at it', async () => {
    let runs = 0;
    work.register({
      kind: 'letter.written',
      call: async () => {
        if (runs === 0) await enqueue('a');
      },
      commit: () => {
        runs++;
        return Promise.resolve(DONE);
      },
    });
    await enqueue('a');
    await work.run(await claimOne());
    expect(await rows()).toHaveLength(1);
    await work.run(await claimOne());
    expect(runs).toBe(2);
    expect(await rows()).toEqual([]);
  });

  describe('asked for again while somebody was at it', () => {
    const ask = { kind: 'letter.written', key: 'a', dueAt: new Date(START) };
    const askedAgain = async (commit: () => Promise<JobEnd>, maxAttempts = 8): Promise<string[]> => {
      const died: string[] = [];
      work.register({
        kind: 'letter.written',
        maxAttempts,
        call: () => enqueue('a'),
        commit,
        died: (_tx, job) => {
          died.push(job.key);
          return Promise.resolve();
        },
      });
      await enqueue('a');
      await work.run(await claimOne());
      return died;
    };
    const dueNow = { state: 'ready', due_at: new Date(START), asked_again: false };

    it('does not wait for the time it had wanted', async () => {
      await askedAgain(() => Promise.resolve(again(new Date('2026-11-22T08:00:00Z'))));
      expect(await rows()).toMatchObject([dueNow]);
    });

    it('does not wait longer after a failure', async () => {
      await askedAgain(() => Promise.reject(new RetryLater('busy', 30_000)));
      expect(await rows()).toMatchObject([{ ...dueNow, attempts: 1, last_error: 'RetryLater: busy' }]);
    });

    it('does not die of its last failure', async () => {
      expect(await askedAgain(() => Promise.reject(new Error('no ink')), 1)).toEqual([]);
      expect(await rows()).toMatchObject([{ ...dueNow, attempts: 0 }]);
    });

    it('runs once more also when the lease had run out and nobody had taken over', async () => {
      work.register({
        kind: 'letter.written',
        call: async () => {
          await expireLeases();
          await database.transaction((tx) => work.enqueue(tx, ask));
        },
        commit: () => Promise.resolve(DONE),
      });
      await enqueue('a');
      await work.run(await claimOne());
      expect(await rows()).toMatchObject([dueNow]);
    });
  });

  describe('in this process', () => {
    const finished: string[] = [];
    const waiting: AbortSignal[] = [];
    let relay: WorkRelay;
    beforeEach(() => {
      finished.length = 0;
      waiting.length = 0;
      relay = module.get(WorkRelay);
      // A receiver that never says a word: only the signal ends the call.
      work.register<undefined, undefined>({
        kind: 'letter.sent',
        call: (_prepared, _job, signal) =>
          new Promise((_resolve, reject) => {
            waiting.push(signal);
            signal.addEventListener('abort', () => {
              reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
            });
          }),
        commit: () => Promise.resolve(DONE),
      });
      work.register({
        kind: 'letter.written',
        commit: (_tx, job) => {
          finished.push(job.key);
          return Promise.resolve(DONE);
        },
      });
    });
    const send = (count: number): Promise<void> =>
      database.transaction((tx) =>
        work.enqueue(
          tx,
          ...Array.from({ length: count }, (_, i) => ({
            kind: 'letter.sent',
            key: `${i}`,
            dueAt: clock.now(),
          })),
        ),
      );
    const until = async (condition: () => boolean): Promise<void> => {
      while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
    };

    it('receivers that never answer keep nobody else waiting, and a stop ends the wait and keeps the rows', async () => {
      await send(40);
      await relay.start();
      await until(() => waiting.length > 0);
      await enqueue('a');
      await until(() => finished.length > 0);
      expect(finished).toEqual(['a']);
      expect(waiting).toHaveLength(6);

      await relay.stop();
      expect(waiting.every((signal) => signal.reason instanceof Stopping)).toBe(true);
      const kept = await rows();
      expect(kept).toHaveLength(40);
      for (const row of kept) expect(row).toMatchObject({ state: 'ready', attempts: 0, leased_by: null });

      waiting.length = 0;
      await relay.start();
      await until(() => waiting.length === 6);
      await relay.stop();
    });

    it('leases each kind for as long as its handler may take', async () => {
      work.register({ kind: 'letter.read', leaseMs: 600_000, commit: () => Promise.resolve(DONE) });
      await enqueue('a');
      await database.transaction((tx) =>
        work.enqueue(tx, { kind: 'letter.read', key: 'b', dueAt: clock.now() }),
      );
      await work.claim(5);
      // Both were leased in the same moment, and the shorter lease is the usual one.
      const { rows: leases } = await sql<{ kind: string; longer: number; within: boolean }>`
        select kind, extract(epoch from leased_until - min(leased_until) over ())::float8 as longer,
          leased_until <= now() + interval '600 seconds' as within
        from work order by kind`.execute(database.db);
      expect(leases).toEqual([
        { kind: 'letter.read', longer: 590, within: true },
        { kind: 'letter.written', longer: 0, within: true },
      ]);
    });
  });

  it('is invisible until the transaction that asked for it has committed', async () => {
    work.register({ kind: 'letter.written', commit: () => Promise.resolve(DONE) });
    const failing = database.transaction(async (tx) => {
      await work.enqueue(tx, { kind: 'letter.written', key: 'a', dueAt: clock.now() });
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await rows()).toEqual([]);
  });

  it('is carried by the relay soon after it was asked for', async () => {
    const done = new Promise<string>((resolve) => {
      work.register({
        kind: 'letter.written',
        commit: (_tx, job) => {
          resolve(job.key);
          return Promise.resolve(DONE);
        },
      });
    });
    const relay = module.get(WorkRelay);
    await relay.start();
    await enqueue('a');
    expect(await done).toBe('a');
    await relay.stop();
    expect(await rows()).toEqual([]);
  });
});
