import { sql } from 'kysely';
import { newSignal } from '../fixtures/signals.js';
import { trigger, triggersOnly } from '../fixtures/triggers.js';
import { openTestDatabase, type TestDatabase } from '../harness/database.js';
import { TestClock, testRuntime } from '../harness/runtime.js';
import { type FirstStages, firstStages } from '../harness/stages.js';
import { readUsualHours } from '../../src/decisions/usual-hours.read-model.js';
import { UsualHoursService } from '../../src/learning/usual-hours.service.js';
import { Pace } from '../../src/platform/pace/index.js';
import { type Bundle } from '../../src/policies/bundle.js';
import { type PoliciesService } from '../../src/policies/index.js';
import { declaredEvents } from '../../src/profiles/declared.js';

const HOUR = 3_600_000;

const asking = triggersOnly(
  trigger({
    id: 'looked',
    kind: 'event',
    event: 'Product Viewed',
    advice: { weight: 0.3, activity: ['Product Viewed'] },
  }),
);

describe('counting when people are about', () => {
  let opened: TestDatabase;
  let clock: TestClock;
  let stages: FirstStages;
  let active: Bundle;
  let service: UsualHoursService;
  beforeAll(async () => {
    opened = await openTestDatabase();
    clock = new TestClock('2026-07-15T12:00:00.000Z');
    stages = firstStages(opened.database, testRuntime(clock), () => asking);
    active = asking;
    const policies = { active: () => active } as unknown as PoliciesService;
    service = new UsualHoursService(opened.database, clock, policies, stages.profiles, new Pace());
  });
  afterAll(() => opened.close());

  /** Somebody looks at things at these UTC hours of the days before. */
  const looks = async (userId: string, zone: string, hours: readonly number[]): Promise<void> => {
    const at = (daysAgo: number, hour: number): string =>
      new Date(Date.UTC(2026, 6, 14 - daysAgo, hour, 20)).toISOString();
    const said = { userId, source: 'key_1', receivedAt: clock.now().toISOString(), id: '' };
    const signals = [
      {
        ...newSignal({ type: 'identify', event: null, occurredAt: at(30, 0) }),
        ...said,
        traits: { timezone: zone },
      },
      ...hours.map((hour, i) => ({
        ...newSignal({ event: 'Product Viewed', occurredAt: at(i, hour) }),
        ...said,
      })),
    ].map((signal, i) => ({ ...signal, id: `sig_${userId}_${i}`, messageId: `m_${userId}_${i}` }));
    await opened.database.transaction((tx) => stages.profiles.apply(tx, signals, declaredEvents(asking)));
  };

  it('counts each person as one, by the clock on their wall, and nothing of a few', async () => {
    for (let i = 0; i < 15; i++) await looks(`berlin-${i}`, 'Europe/Berlin', [16, 16, 16, 7]);
    expect(await service.countIfDue()).toBe(15);
    expect(await readUsualHours(opened.database.db)).toBeNull();

    // Ten in the morning in New York, however often.
    for (let i = 0; i < 5; i++) await looks(`york-${i}`, 'America/New_York', Array.from({ length: 20 }, () => 14)); // prettier-ignore
    await looks('nowhere', 'not/a/zone', [3, 3, 3]);
    clock.advance(23 * HOUR);
    expect(await service.countIfDue()).toBeNull();
    clock.advance(HOUR);
    expect(await service.countIfDue()).toBe(20);
    const hours = (await readUsualHours(opened.database.db)) ?? [];
    expect(hours).toHaveLength(24);
    expect([hours[18], hours[9], hours[10]]).toEqual([15 * 0.75, 15 * 0.25, 5]);
    expect(hours.reduce((sum, each) => sum + each, 0)).toBeCloseTo(20, 9);
  });

  it('counts nothing where no trigger asks for advice', async () => {
    active = triggersOnly(trigger({ id: 'looked', kind: 'event', event: 'Product Viewed' }));
    clock.advance(48 * HOUR);
    expect(await service.countIfDue()).toBeNull();
    const { rows } = await sql<{ n: number }>`select count(*) as n from usual_hours`.execute(
      opened.database.db,
    );
    expect(rows[0]?.n).toBe(24);
  });
});
