import fc from 'fast-check';
import { sql } from 'kysely';
import { newSignal } from '../../test/fixtures/signals.js';
import { field, trigger, triggersOnly } from '../../test/fixtures/triggers.js';
import { openTestDatabase, type TestDatabase } from '../../test/harness/database.js';
import { TestClock, testRuntime } from '../../test/harness/runtime.js';
import { type FirstStages, firstStages } from '../../test/harness/stages.js';
import { declaredEvents } from '../profiles/declared.js';
import { type Signal } from '../signals/signal.js';

const NOW = Date.UTC(2026, 10, 18, 12);
const MINUTE = 60_000;
const DAY = 24 * 60;
const PEOPLE = ['u0', 'u1', 'u2'];
const DEVICES = ['a0', 'a1', 'a2', 'a3'];

const bundle = triggersOnly(
  trigger({ id: 'joined', kind: 'event', event: 'Signed Up' }),
  trigger({ id: 'views', kind: 'count', event: 'Product Viewed', atLeast: 3, within: '2d' }),
  trigger(
    { id: 'points', kind: 'threshold', reaches: 100 },
    { value: field<number>('profile.traits.points') },
  ),
  trigger({
    id: 'cart',
    kind: 'inaction',
    event: 'Checkout Started',
    unless: ['Order Completed'],
    within: '1h',
  }),
  trigger({ id: 'silence', kind: 'inactivity', for: '30d' }),
);

/** What somebody does. */
interface Done {
  readonly user: string | null;
  readonly device: string | null;
  readonly previous: string | null;
  readonly what: string;
  readonly email: string | null;
  readonly points: number;
  readonly minutesAgo: number;
}

const anythingDone: fc.Arbitrary<Done> = fc.record({
  user: fc.option(fc.constantFrom(...PEOPLE)),
  device: fc.option(fc.constantFrom(...DEVICES)),
  previous: fc.option(fc.constantFrom(...PEOPLE, ...DEVICES), { freq: 8 }),
  what: fc.constantFrom(
    'Product Viewed',
    'Signed Up',
    'Checkout Started',
    'Order Completed',
    'Unsubscribed',
    'identify',
  ),
  email: fc.constantFrom('one@example.com', 'two@example.com', null),
  points: fc.integer({ min: 0, max: 150 }),
  // Most of it now, some of it late, some of it very old.
  minutesAgo: fc.oneof(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 40 * DAY })),
});

/** @param run whose people these are: each run has its own. */
function toSignal(done: Done, index: number, run: string): Signal {
  const named = (id: string | null): string | null => (id === null ? null : `${run}-${id}`);
  const alias = done.previous !== null && done.user !== null && done.previous !== done.user;
  const identify = done.what === 'identify';
  return {
    ...newSignal({ occurredAt: new Date(NOW - done.minutesAgo * MINUTE).toISOString() }),
    id: `${run}-s${String(index).padStart(3, '0')}`,
    source: 'key_1',
    messageId: `${run}-m${index}`,
    receivedAt: new Date(NOW).toISOString(),
    type: alias ? 'alias' : identify ? 'identify' : 'track',
    event: alias || identify ? null : done.what,
    userId: named(done.user),
    anonymousId: named(done.device ?? (done.user === null ? 'a0' : null)),
    previousId: alias ? named(done.previous) : null,
    traits:
      identify && !alias
        ? { email: done.email === null ? null : `${run}-${done.email}`, points: done.points }
        : {},
  };
}

/** Timers for a silence that would come after its time. */
async function silencesTooLate({ database }: TestDatabase): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from timers t join profiles p on p.id = t.profile_id
    where t.trigger_id = 'silence' and t.due_at > p.last_seen_at + interval '30 days'`.execute(database.db);
  return rows[0]?.n ?? -1;
}

describe('signals that are applied', () => {
  let opened: TestDatabase;
  let stages: FirstStages;
  let runs = 0;
  beforeAll(async () => {
    opened = await openTestDatabase();
    stages = firstStages(
      opened.database,
      testRuntime(new TestClock(new Date(NOW).toISOString())),
      () => bundle,
    );
  });
  afterAll(() => opened.close());

  const applyInBatches = async (
    run: string,
    done: readonly Done[],
    sizes: readonly number[],
  ): Promise<void> => {
    const signals = done.map((one, i) => toSignal(one, i, run));
    for (let from = 0, cut = 0; from < signals.length; cut++) {
      const size = sizes[cut % sizes.length] ?? 1;
      const batch = signals.slice(from, from + size);
      from += size;
      await opened.database.transaction(async (tx) => {
        const applied = await stages.profiles.apply(tx, batch, declaredEvents(bundle));
        await stages.triggers.observe(tx, bundle, applied, new Date(NOW));
      });
    }
  };

  /** Everything that is kept about the people of a run, under names that every run shares. */
  const keptOf = async (run: string): Promise<unknown> => {
    const { db } = opened.database;
    const names = new Map<string, string>();
    const people: unknown[] = [];
    for (const id of [...PEOPLE, ...DEVICES]) {
      const find = id.startsWith('u') ? 'findByUserId' : 'findByAnonymousId';
      const found = await stages.profiles[find](db, `${run}-${id}`);
      if (found === null) continue;
      const name = names.get(found) ?? `person ${names.size}`;
      people.push([id, name]);
      if (names.has(found)) continue;
      names.set(found, name);
      people.push(await stages.profiles.load(db, found));
    }
    // The one timer for a silence may stand at any sign of life: it looks at the last one when it is due.
    const { rows: waiting } = await sql<{ id: string }>`
      select 'timer' as what, t.profile_id as id, t.trigger_id, t.occasion,
        case when t.trigger_id <> 'silence' then t.since end as since, case when t.trigger_id <> 'silence' then t.due_at end as at
      from timers t
      where t.profile_id = any(${[...names.keys()]})
      union all
      select 'hit', h.profile_id, h.trigger_id, h.signal_id, h.at, h.at from trigger_hits h
      where h.profile_id = any(${[...names.keys()]})`.execute(db);
    const { rows: fired } = await sql`
      select f.trigger_id, f.occasion, f.evidence, f.capped from firings f
      where f.occasion like ${`${run}-%`} order by f.trigger_id, f.occasion, f.evidence`.execute(db);
    const written = JSON.stringify({
      people,
      waiting: waiting.map((row) => JSON.stringify({ ...row, id: names.get(row.id) })).sort(),
      fired,
    }).replaceAll(`${run}-`, '');
    return JSON.parse([...names].reduce((text, [id, name]) => text.replaceAll(id, name), written));
  };

  it('come to the same in batches of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anythingDone, { minLength: 2, maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
        async (done, sizes) => {
          runs++;
          await applyInBatches(`r${runs}one`, done, [1]);
          await applyInBatches(`r${runs}cut`, done, sizes);
          expect(await keptOf(`r${runs}cut`)).toEqual(await keptOf(`r${runs}one`));
          expect(await silencesTooLate(opened)).toBe(0);
        },
      ),
      { numRuns: 15 },
    );
  });
});
