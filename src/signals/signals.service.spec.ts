import { sql } from 'kysely';
import { newSignal } from '../../test/fixtures/signals.js';
import { openTestDatabase, type TestDatabase } from '../../test/harness/database.js';
import { TestClock, testRuntime } from '../../test/harness/runtime.js';
import { type Database } from '../platform/database/index.js';
import { type Runtime } from '../platform/runtime.js';
import { Vault } from '../platform/vault/index.js';
import { Metrics } from '../platform/telemetry/index.js';
import { Overloaded, SignalsService } from './signals.service.js';

const service = (database: Database, { clock, ids, secrets }: Runtime): SignalsService =>
  new SignalsService(database, new Vault(secrets, clock, database), clock, ids, secrets, new Metrics());

describe('appending', () => {
  describe('more than it may hold', () => {
    const call = (signals: SignalsService, source: string, size = 1_500): Promise<'kept' | Overloaded> =>
      signals
        .append(
          source,
          Array.from({ length: size }, () =>
            newSignal({ userId: 'u1', occurredAt: '2026-11-18T12:00:00.000Z' }),
          ),
        )
        .then(
          () => 'kept' as const,
          (error: unknown) => {
            if (error instanceof Overloaded) return error;
            throw error;
          },
        );
    const world = async (): Promise<{ opened: TestDatabase; signals: SignalsService }> => {
      const opened = await openTestDatabase();
      return {
        opened,
        signals: service(opened.database, testRuntime(new TestClock('2026-11-18T12:00:00.000Z'))),
      };
    };

    it('is refused, and what was taken in is kept: all of a call or nothing', async () => {
      const { opened, signals } = await world();
      try {
        const answers = await Promise.all(Array.from({ length: 20 }, () => call(signals, 'key_1')));
        // 3,000 units each, and what would take longer than half a second is refused: see admission.ts.
        expect(answers.filter((answer) => answer === 'kept')).toHaveLength(4);
        const { rows } = await sql<{ n: number }>`select count(*) as n from signals`.execute(
          opened.database.db,
        );
        expect(rows[0]?.n).toBe(4 * 1_500);
        expect(await call(signals, 'key_1')).toBe('kept');
      } finally {
        await opened.close();
      }
    });

    it('tells those it refuses to come back one after another', async () => {
      const { opened, signals } = await world();
      try {
        const answers = await Promise.all(Array.from({ length: 24 }, () => call(signals, 'key_1')));
        const times = answers.flatMap((answer) => (answer === 'kept' ? [] : [answer.retryAfterSeconds]));
        expect(times).toEqual([...times].sort((a, b) => a - b));
        expect([times[0], times.at(-1)]).toEqual([1, 4]);
      } finally {
        await opened.close();
      }
    });

    it('of one source leaves the others their room and their turn', async () => {
      const { opened, signals } = await world();
      try {
        const ended: string[] = [];
        const flood = Array.from({ length: 200 }, (_, n) =>
          call(signals, 'flood', 100).then((answer) => {
            if (answer === 'kept') ended.push(`flood ${n}`);
            return answer;
          }),
        );
        expect(() => {
          signals.requireRoom('flood', { signals: 1, bytes: 1_000 });
        }).toThrow(Overloaded);
        signals.requireRoom('quiet', { signals: 1, bytes: 1_000 });
        const quiet = call(signals, 'quiet', 10).then((answer) => {
          ended.push('quiet');
          return answer;
        });
        const answers = await Promise.all(flood);
        expect(await quiet).toBe('kept');
        expect(answers.filter((answer) => answer === 'kept')).toHaveLength(51);
        // Two flushes of a thousand had been filled before it came; it went with the next.
        expect(ended.indexOf('quiet')).toBeLessThan(40);
      } finally {
        await opened.close();
      }
    });
  });

  // The embedded engine has one connection for everybody.
  (process.env['DATABASE_URL'] ? it : it.skip)(
    'does not wait for a connection while what is processed takes them all',
    async () => {
      const opened = await openTestDatabase();
      try {
        const signals = service(opened.database, testRuntime(new TestClock('2026-11-18T12:00:00.000Z')));
        let letGo = (): void => undefined;
        const told = new Promise<void>((resolve) => (letGo = resolve));
        const busy = Array.from({ length: 20 }, () => opened.database.transaction(() => told));
        await signals.append('key_1', [newSignal({ userId: 'u1', occurredAt: '2026-11-18T12:00:00.000Z' })]);
        letGo();
        await Promise.all(busy);
      } finally {
        await opened.close();
      }
    },
  );

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
