import { sql } from 'kysely';
import { newSignal } from '../../test/fixtures/signals.js';
import { trigger, triggersOnly } from '../../test/fixtures/triggers.js';
import { openTestDatabase } from '../../test/harness/database.js';
import { TestClock, testRuntime } from '../../test/harness/runtime.js';
import { firstStages } from '../../test/harness/stages.js';
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
      const count = async (table: string): Promise<number> => {
        const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(
          opened.database.db,
        );
        return rows[0]?.n ?? -1;
      };
      const deadline = performance.now() + 50_000;
      while ((await count('signal_inbox')) > 0) {
        if (performance.now() > deadline) throw new Error('the inbox does not empty');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
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
});
