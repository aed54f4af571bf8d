import { sql } from 'kysely';
import { newSignal } from '../../test/fixtures/signals.js';
import { openTestDatabase } from '../../test/harness/database.js';
import { TestClock, testRuntime } from '../../test/harness/runtime.js';
import { type Database } from '../platform/database/index.js';
import { type Runtime } from '../platform/runtime.js';
import { Vault } from '../platform/vault/index.js';
import { Overloaded, SignalsService } from './signals.service.js';

const service = (database: Database, { clock, ids, secrets }: Runtime): SignalsService =>
  new SignalsService(database, new Vault(secrets, clock, database), clock, ids, secrets);

describe('appending', () => {
  it('refuses more than it may hold, keeps what it took, and all of a call or nothing', async () => {
    const opened = await openTestDatabase();
    try {
      const runtime = testRuntime(new TestClock('2026-11-18T12:00:00.000Z'));
      const signals = service(opened.database, runtime);
      const call = (): Promise<boolean> =>
        signals
          .append(
            'key_1',
            Array.from({ length: 1_500 }, () =>
              newSignal({ userId: 'u1', occurredAt: '2026-11-18T12:00:00.000Z' }),
            ),
          )
          .then(
            () => true,
            (error: unknown) => {
              expect(error).toBeInstanceOf(Overloaded);
              return false;
            },
          );
      const taken = (await Promise.all(Array.from({ length: 20 }, call))).filter(Boolean).length;
      expect(taken).toBe(13);
      const { rows } = await sql<{ n: number }>`select count(*) as n from signals`.execute(
        opened.database.db,
      );
      expect(rows[0]?.n).toBe(13 * 1_500);
      expect(await call()).toBe(true);
    } finally {
      await opened.close();
    }
  });

  it('makes the coming months’ partitions, once', async () => {
    const opened = await openTestDatabase();
    try {
      const clock = new TestClock('2026-11-30T23:59:59.000Z');
      const signals = service(opened.database, testRuntime(clock));
      await signals.tidy();
      await signals.tidy();
      for (let i = 0; i < 3; i++) {
        await signals.append('key_1', [newSignal({ userId: 'u1', occurredAt: clock.now().toISOString() })]);
        clock.advance(31 * 86_400_000);
      }
      const { rows } = await sql<{ partition: string }>`
        select tableoid::regclass::text as partition from signals order by received_at`.execute(
        opened.database.db,
      );
      expect(rows.map(({ partition }) => partition)).toEqual([
        'signals_2026_11',
        'signals_2026_12',
        'signals_2027_01',
      ]);
      // A month nobody prepared is caught by the default partition and does not break the next round.
      clock.set('2028-01-15T00:00:00.000Z');
      await signals.append('key_1', [newSignal({ userId: 'u1', occurredAt: clock.now().toISOString() })]);
      await signals.tidy();
    } finally {
      await opened.close();
    }
  });
});
