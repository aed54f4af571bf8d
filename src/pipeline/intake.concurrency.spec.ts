import { sql } from 'kysely';
import { newSignal } from '../../test/fixtures/signals.js';
import { trigger, triggersOnly } from '../../test/fixtures/triggers.js';
import { openTestDatabase } from '../../test/harness/database.js';
import { TestClock, testRuntime } from '../../test/harness/runtime.js';
import { firstStages } from '../../test/harness/stages.js';
import { type Database } from '../platform/database/index.js';
import { type NewSignal } from '../signals/signal.js';

const NOW = '2026-11-18T12:00:00.000Z';
const PEOPLE = 30;
const DEVICES = 3;
const EACH = 4;

/** The same shuffle every time. */
function shuffled<T>(items: readonly T[]): T[] {
  let seed = 42;
  const next = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648);
  return items
    .map((item) => ({ item, key: next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

async function countOf(database: Database, table: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(
    database.db,
  );
  return rows[0]?.n ?? -1;
}

async function drained(database: Database): Promise<void> {
  const deadline = performance.now() + 120_000;
  while ((await countOf(database, 'signal_inbox')) > 0) {
    if (performance.now() > deadline) throw new Error('the inbox does not empty');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('several workers that meet the same people', () => {
  it('lose nothing, count everything once and agree on who is who', async () => {
    const opened = await openTestDatabase();
    const runtime = testRuntime(new TestClock(NOW));
    const bundle = triggersOnly(trigger({ id: 'joined', kind: 'event', event: 'Joined' }));
    const workers = [1, 2].map(() => firstStages(opened.database, runtime, () => bundle));
    const [one, two] = workers;
    if (one === undefined || two === undefined) throw new Error('two workers were asked for');
    try {
      const signals: NewSignal[] = [];
      for (let person = 0; person < PEOPLE; person++) {
        const userId = `u${person}`;
        for (let device = 0; device < DEVICES; device++) {
          const anonymousId = `a${person}-${device}`;
          for (let i = 0; i < EACH; i++)
            signals.push(newSignal({ anonymousId, event: 'Viewed', occurredAt: NOW }));
          signals.push(newSignal({ userId, anonymousId, type: 'identify', event: null, occurredAt: NOW }));
        }
        for (let i = 0; i < EACH; i++) signals.push(newSignal({ userId, event: 'Viewed', occurredAt: NOW }));
        signals.push(newSignal({ userId, event: 'Joined', occurredAt: NOW }));
        // An older id of every second person, which is known by itself too.
        if (person % 2 === 0) {
          signals.push(newSignal({ userId: `old${person}`, event: 'Viewed', occurredAt: NOW }));
          signals.push(
            newSignal({ userId, previousId: `old${person}`, type: 'alias', event: null, occurredAt: NOW }),
          );
        }
      }
      for (const worker of workers) worker.intake.start();
      const all = shuffled(signals);
      const calls: Promise<void>[] = [];
      for (let i = 0; i < all.length; i += 7)
        calls.push((i % 2 === 0 ? one : two).signals.append('key_1', all.slice(i, i + 7)));
      await Promise.all(calls);
      const count = (table: string): Promise<number> => countOf(opened.database, table);
      await drained(opened.database);
      expect(await count('signal_failures')).toBe(0);
      expect(await count('firings')).toBe(PEOPLE);
      for (let person = 0; person < PEOPLE; person++) {
        const profile = await one.profileOf(`u${person}`);
        const aliased = person % 2 === 0 ? 1 : 0;
        expect(profile?.userId).toBe(`u${person}`);
        expect(profile?.events['Viewed']?.total).toBe(DEVICES * EACH + EACH + aliased);
        expect(profile?.anonymousIds).toHaveLength(DEVICES);
        if (aliased === 1) expect((await one.profileOf(`old${person}`))?.id).toBe(profile?.id);
      }
    } finally {
      await Promise.all(workers.map((worker) => worker.intake.stop()));
      await opened.close();
    }
  });

  it('keep nothing of what was taken in before an erasure, however it meets their work', async () => {
    const opened = await openTestDatabase();
    const runtime = testRuntime(new TestClock(NOW));
    const workers = [1, 2].map(() => firstStages(opened.database, runtime, () => triggersOnly()));
    const [one, two] = workers;
    if (one === undefined || two === undefined) throw new Error('two workers were asked for');
    const rounds = 5;
    const remembered = async (userId: string): Promise<string[]> =>
      Object.keys((await one.profileOf(userId))?.events ?? {});
    try {
      for (const worker of workers) worker.intake.start();
      for (let round = 0; round < rounds; round++) {
        const seen = (event: string): NewSignal[] =>
          ['user', 'device', 'both'].flatMap((carried) =>
            Array.from({ length: 10 }, () =>
              newSignal({
                ...(carried === 'device' ? {} : { userId: 'u1' }),
                ...(carried === 'user' ? {} : { anonymousId: 'a1' }),
                event,
                occurredAt: NOW,
              }),
            ),
          );
        await one.signals.append('key_1', seen(`Before ${round}`));
        // While they are being applied, and while further ones come in.
        await new Promise((resolve) => setTimeout(resolve, round * 5));
        await Promise.all([
          opened.database.transaction((tx) => two.profiles.erase(tx, 'u1', 'per_admin')),
          two.signals.append('key_1', seen(`Meanwhile ${round}`)),
        ]);
        await drained(opened.database);
        const events = await remembered('u1');
        for (let before = 0; before < round; before++)
          expect(events).not.toEqual(
            expect.arrayContaining([expect.stringMatching(new RegExp(`^(Before|Meanwhile) ${before}$`))]),
          );
        await one.signals.append('key_1', [newSignal({ userId: 'u1', anonymousId: 'a1', occurredAt: NOW })]);
        await drained(opened.database);
      }
      expect(await opened.database.transaction((tx) => one.profiles.erase(tx, 'u1', 'per_admin'))).toBe(true);
      expect(await one.profileOf('u1')).toBeNull();
    } finally {
      await Promise.all(workers.map((worker) => worker.intake.stop()));
      await opened.close();
    }
  });

  it('keep an erasure waiting between the reading of a signal and the end of its application', async () => {
    const opened = await openTestDatabase();
    const { database } = opened;
    const stages = firstStages(database, testRuntime(new TestClock(NOW)), () => triggersOnly());
    try {
      await stages.signals.append('key_1', [newSignal({ userId: 'u1', event: 'First', occurredAt: NOW })]);
      stages.intake.start();
      await drained(database);
      await stages.intake.stop();
      await stages.signals.append('key_1', [newSignal({ userId: 'u1', event: 'Second', occurredAt: NOW })]);
      const leases = await stages.inbox.claim(16);
      let erased = false;
      let erasure: Promise<void> | undefined;
      // Outside the transaction's context, as another request would ask for it.
      const ask = new Promise<() => void>((resolve) => {
        void new Promise<void>((begin) => {
          resolve(begin);
        }).then(() => {
          erasure = database
            .transaction((tx) => stages.profiles.erase(tx, 'u1', 'per_admin'))
            .then((found) => {
              erased = found;
            });
        });
      });
      const begin = await ask;
      await database.transaction(async (tx) => {
        const taken = await stages.inbox.take(tx, leases, 10);
        begin();
        await new Promise((resolve) => setTimeout(resolve, 500));
        expect(erased).toBe(false);
        await stages.profiles.apply(
          tx,
          taken.flatMap((one) => (one.kind === 'signal' ? [one.signal] : [])),
        );
      });
      await erasure;
      expect(erased).toBe(true);
      expect(await stages.profileOf('u1')).toBeNull();
      expect(await countOf(database, 'identities')).toBe(0);
    } finally {
      await opened.close();
    }
  });
});
