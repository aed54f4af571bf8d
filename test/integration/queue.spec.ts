import { ConsoleLogger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import Bull from 'bull';
import { sql } from 'kysely';
import { DatabaseModule } from '../../src/platform/database/index.js';
import { Redis } from '../../src/platform/redis/index.js';
import { RuntimeModule } from '../../src/platform/runtime.module.js';
import { Metrics } from '../../src/platform/telemetry/index.js';
import { DONE, WorkModule, WorkRelay, WorkService } from '../../src/platform/work/index.js';
import { openTestDatabase, type TestDatabase } from '../harness/database.js';
import { redisInstalled, RedisServer } from '../harness/redis-server.js';
import { TestClock, testRuntime } from '../harness/runtime.js';

const KIND = 'letter.written';

/** A process that shares the database and the queue with the others of its test. */
interface Process {
  readonly name: string;
  readonly module: TestingModule;
  readonly work: WorkService;
  readonly relay: WorkRelay;
}

(redisInstalled ? describe : describe.skip)('work that is handed around over Redis', () => {
  let opened: TestDatabase;
  let redis: RedisServer;
  let clock: TestClock;
  const processes: Process[] = [];
  /** What a letter takes besides its writing; tests make it slow. */
  let call: ((by: string, key: string) => Promise<void>) | undefined;

  beforeAll(async () => {
    opened = await openTestDatabase();
    redis = await RedisServer.start();
    await sql`create table letters (key text not null, written_by text not null)`.execute(opened.database.db);
  });
  afterAll(async () => {
    await redis.kill();
    await opened.close();
  });
  beforeEach(async () => {
    await sql`truncate work, letters`.execute(opened.database.db);
    clock = new TestClock('2026-11-21T12:00:00.000Z');
    call = undefined;
  });
  afterEach(async () => {
    redis.thaw();
    await Promise.all(
      processes.splice(0).map(async ({ module, relay }) => {
        if (relay.running) await relay.stop();
        await module.close();
      }),
    );
  });

  async function begin(name: string, role: 'api' | 'worker' = 'worker'): Promise<Process> {
    const runtime = testRuntime(clock, {
      REDIS_URL: redis.url,
      SECRET_KEYS: 'the-same-for-every-process-of-a-test',
    });
    const module = await Test.createTestingModule({
      imports: [DatabaseModule.of(opened.database), RuntimeModule.of(runtime), WorkModule],
    })
      .setLogger(new ConsoleLogger({ logLevels: [] }))
      .compile();
    const begun = { name, module, work: module.get(WorkService), relay: module.get(WorkRelay) };
    begun.work.register({
      kind: KIND,
      call: (_prepared, job) => call?.(name, job.key) ?? Promise.resolve(),
      commit: async (tx, job) => {
        await sql`insert into letters (key, written_by) values (${job.key}, ${name})`.execute(tx);
        return DONE;
      },
    });
    processes.push(begun);
    if (role === 'worker') await begun.relay.start();
    return begun;
  }
  const enqueue = ({ work }: Process, count: number, prefix = 'letter'): Promise<void> =>
    opened.database.transaction((tx) =>
      work.enqueue(
        tx,
        ...Array.from({ length: count }, (_, i) => ({
          kind: KIND,
          key: `${prefix}-${i}`,
          dueAt: clock.now(),
        })),
      ),
    );
  const letters = async (): Promise<{ key: string; written_by: string }[]> =>
    (
      await sql<{
        key: string;
        written_by: string;
      }>`select key, written_by from letters order by key`.execute(opened.database.db)
    ).rows;
  const until = async (what: string, isSo: () => boolean | Promise<boolean>): Promise<void> => {
    for (const deadline = performance.now() + 120_000; !(await isSo());) {
      if (performance.now() > deadline) throw new Error(`${what}: not within 120 s`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const written = (count: number): Promise<void> =>
    until(`${count} letters are written`, async () => (await letters()).length >= count);
  /** Every letter was written, none twice, and no row is left. */
  const eachOnce = async (count: number): Promise<void> => {
    await written(count);
    const left = async (): Promise<number> =>
      (await sql<{ n: number }>`select count(*) as n from work`.execute(opened.database.db)).rows[0]?.n ?? -1;
    await until('no row is left', async () => (await left()) === 0);
    const keys = (await letters()).map(({ key }) => key);
    expect([keys.length, new Set(keys).size]).toEqual([count, count]);
  };
  const taken = async ({ module }: Process, by: 'queue' | 'here'): Promise<number> => {
    const { body } = await module.get(Metrics).text();
    return Number(new RegExp(`countersign_work_taken_total\\{by="${by}"\\} (\\d+)`).exec(body)?.[1] ?? 0);
  };
  const takenInAll = async (process: Process): Promise<number> =>
    (await taken(process, 'queue')) + (await taken(process, 'here'));
  const jobs = (): Promise<string[]> =>
    redis.ask(async (connection) =>
      (await connection.keys('*')).filter((key) => /:(\d+-\d+|wait|active|completed|failed)$/.test(key)),
    );

  it('is done once by one of several workers, whoever asked for it', async () => {
    // Each has its hands full until the other has begun too.
    const begun = new Set<string>();
    let go: () => void = () => undefined;
    const both = new Promise<void>((resolve) => {
      go = resolve;
    });
    call = (by) => {
      if (begun.add(by).size === 2) go();
      return both;
    };
    const api = await begin('api', 'api');
    const workers = [await begin('a'), await begin('b')];
    await enqueue(api, 300);
    await eachOnce(300);
    expect(new Set((await letters()).map(({ written_by }) => written_by))).toEqual(new Set(['a', 'b']));
    const carried = await Promise.all(workers.map((worker) => taken(worker, 'queue')));
    expect(Math.min(...carried)).toBeGreaterThan(0);
    // Nothing that ended stays behind.
    await until('Redis is empty', async () => (await jobs()).length === 0);
  });

  it('is not lost when Redis is emptied in the middle of it', async () => {
    const worker = await begin('a');
    await begin('b');
    await enqueue(worker, 500);
    for (const part of [50, 150, 250]) {
      await written(part);
      await redis.ask((connection) => connection.flushall());
    }
    await eachOnce(500);
    expect(await taken(worker, 'queue')).toBeGreaterThan(0);
  });

  it('goes on while Redis is gone, and over it again when it is back', async () => {
    const worker = await begin('a');
    await enqueue(worker, 20, 'before');
    await eachOnce(20);
    await redis.kill();
    await enqueue(worker, 20, 'meanwhile');
    await eachOnce(40);
    const carried = await taken(worker, 'queue');
    await redis.start();
    for (let i = 0; (await taken(worker, 'queue')) === carried; i++) {
      await enqueue(worker, 5, `after-${i}`);
      await written(40 + 5 * (i + 1));
    }
  });

  it('begins without Redis', async () => {
    await redis.kill();
    const worker = await begin('a');
    await enqueue(worker, 20);
    await eachOnce(20);
    await redis.start();
  });

  it('goes on while Redis is there and says nothing', async () => {
    const worker = await begin('a');
    await enqueue(worker, 20, 'before');
    await eachOnce(20);
    redis.freeze();
    await enqueue(worker, 20, 'meanwhile');
    await eachOnce(40);
    redis.thaw();
    // What was said to it meanwhile comes now, late.
    await enqueue(worker, 20, 'after');
    await eachOnce(60);
  });

  it('is taken over from a worker that died, and left alone by one that comes back', async () => {
    let wake: () => void = () => undefined;
    call = (by) =>
      by === 'paused'
        ? new Promise((resolve) => {
            wake = resolve;
          })
        : Promise.resolve();
    const paused = await begin('paused');
    await enqueue(paused, 1);
    await until('it is at work', async () => (await takenInAll(paused)) > 0);
    const stopped = paused.relay.stop(); // Not one more; the one it is at goes on.
    await begin('heir');
    await sql`update work set leased_until = now() - interval '1 second'`.execute(opened.database.db);
    await written(1);
    wake();
    await stopped;
    expect(await letters()).toEqual([{ key: 'letter-0', written_by: 'heir' }]);
    await eachOnce(1);
  });

  it('leaves what lies in the queue to the others when a worker stops', async () => {
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    call = (by) => (by === 'first' ? gate : Promise.resolve());
    const first = await begin('first');
    await enqueue(first, 60);
    await until('it has all hands full', async () => (await takenInAll(first)) >= 6);
    const stopped = first.relay.stop();
    await begin('second');
    await written(54);
    go();
    await stopped;
    await eachOnce(60);
  });

  it('does nothing for jobs that come twice, come late, or make no sense', async () => {
    const worker = await begin('a');
    await worker.relay.stop();
    await enqueue(worker, 1);
    const { rows } = await sql<{ id: number; epoch: number }>`select id, epoch from work`.execute(
      opened.database.db,
    );
    const row = rows[0];
    if (row === undefined) throw new Error('no row');
    const prefix = await worker.module.get(Redis).prefix();
    const queue = new Bull(KIND, redis.url, {
      prefix,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    await queue.addBulk([
      { data: { id: row.id, epoch: row.epoch } },
      { data: { id: row.id, epoch: row.epoch } },
      { data: { id: row.id, epoch: row.epoch + 1 } },
      { data: { id: row.id + 1_000, epoch: 0 } },
      { data: { id: 'x' } },
      { data: null },
    ]);
    await queue.close();
    await worker.relay.start();
    await eachOnce(1);
    await until('the queue is empty', async () => (await jobs()).length === 0);
    expect(await worker.work.deadLetters()).toEqual([]);
  });
});
