import { sql } from 'kysely';
import { field, trigger, triggersOnly } from '../../test/fixtures/triggers.js';
import { openTestDatabase, type TestDatabase } from '../../test/harness/database.js';
import { TestClock, testRuntime } from '../../test/harness/runtime.js';
import { newSignal } from '../../test/fixtures/signals.js';
import { type FirstStages, firstStages } from '../../test/harness/stages.js';
import { IMPORT_SOURCE, type NewSignal, OWN_SOURCE } from '../signals/signal.js';
import { type Bundle } from '../policies/bundle.js';

const START = '2026-11-18T12:00:00.000Z';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('the intake', () => {
  let opened: TestDatabase;
  let clock: TestClock;
  let stages: FirstStages;
  let bundle: Bundle;

  beforeEach(async () => {
    opened = await openTestDatabase();
    clock = new TestClock(START);
    bundle = triggersOnly();
    stages = firstStages(opened.database, testRuntime(clock), () => bundle);
    stages.intake.start();
  });
  afterEach(async () => {
    await stages.intake.stop();
    await opened.close();
  });

  const query = async <T>(text: string): Promise<T[]> =>
    (await sql.raw<T>(text).execute(opened.database.db)).rows;

  const applied = async (): Promise<void> => {
    for (let i = 0; i < 20_000; i++) {
      const [left] = await query<{ n: number }>('select count(*) as n from signal_inbox');
      if (left?.n === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error('the inbox is not empty');
  };
  const happens = async (...signals: Partial<NewSignal>[]): Promise<void> => {
    await stages.signals.append(
      'key_test',
      signals.map((signal) => newSignal({ occurredAt: clock.now().toISOString(), ...signal })),
    );
    await applied();
  };
  const firings = (): Promise<
    { trigger_id: string; occasion: string; profile_id: string; capped: boolean }[]
  > => query('select trigger_id, occasion, profile_id, capped from firings order by fired_at, id');
  const passes = async (ms: number): Promise<void> => {
    clock.advance(ms);
    while ((await stages.triggers.runDueTimers(100)) > 0);
  };

  /** Goes through everybody as the timers do. @returns the steps it made itself. */
  const sweep = async (activation: number, pass: 1 | 2 = 1): Promise<number> => {
    for (let steps = 0; ;) {
      const { went, done } = await stages.triggers.watchSilence({ activation, bundle }, pass);
      if (done) return steps;
      if (went) steps++;
    }
  };

  it('applies a signal and empties its inbox in one transaction', async () => {
    await happens({ userId: 'u1', event: 'Order Completed' });
    expect((await stages.profileOf('u1'))?.events['Order Completed']?.total).toBe(1);
    expect(stages.seen).toHaveLength(1);
  });

  it('applies a message id once, however often it is delivered', async () => {
    const signal = newSignal({ userId: 'u1', event: 'Order Completed', occurredAt: START });
    await stages.signals.append('key_test', [signal, signal]);
    await Promise.all([
      stages.signals.append('key_test', [signal]),
      stages.signals.append('key_test', [signal]),
    ]);
    await applied();
    expect((await stages.profileOf('u1'))?.events['Order Completed']?.total).toBe(1);
  });

  it('takes a message id again after 30 days, and from another source at once', async () => {
    const signal = newSignal({ userId: 'u1', event: 'A', occurredAt: START });
    await stages.signals.append('key_test', [signal]);
    await stages.signals.append('key_other', [signal]);
    clock.advance(31 * DAY);
    await stages.signals.append('key_test', [signal]);
    await applied();
    expect((await stages.profileOf('u1'))?.events['A']?.total).toBe(3);
  });

  it('joins the visitor to the person on identify, with history and consent, and says why', async () => {
    await happens({ anonymousId: 'a1', event: 'Product Viewed' });
    await happens({
      anonymousId: 'a1',
      event: 'Unsubscribed',
      properties: { channel: 'email' },
    });
    await happens({ userId: 'u1', type: 'identify', event: null, traits: { email_consent: true } });
    const visitor = await stages.profiles.findByAnonymousId(opened.database.db, 'a1');
    await happens({
      userId: 'u1',
      anonymousId: 'a1',
      type: 'identify',
      event: null,
      traits: { email: 'Ada@Example.com' },
    });
    const profile = await stages.profileOf('u1');
    expect(profile?.events['Product Viewed']?.total).toBe(1);
    expect(profile?.anonymousIds).toEqual(['a1']);
    expect(profile?.addresses.email).toBe('ada@example.com');
    expect(profile?.consents).toMatchObject([{ channel: 'email', topic: '*', state: 'denied' }]);
    const id = profile?.id ?? '';
    expect(await stages.profiles.findByAnonymousId(opened.database.db, 'a1')).toBe(id);
    expect(await stages.profiles.mergesOf(opened.database.db, id)).toMatchObject([
      { from: visitor, reason: 'identify' },
    ]);
    expect((await stages.profiles.profileIdsOf(opened.database.db, id)).sort()).toEqual(
      [id, visitor ?? ''].sort(),
    );
  });

  it('keeps two people apart who share a device, and joins them by alias alone', async () => {
    await happens({ userId: 'u1', anonymousId: 'tablet' }, { userId: 'u2', anonymousId: 'tablet' });
    const [one, two] = [await stages.profileOf('u1'), await stages.profileOf('u2')];
    expect(one?.id).not.toBe(two?.id);
    await happens({ type: 'alias', event: null, previousId: 'u1', userId: 'u2' });
    expect((await stages.profileOf('u1'))?.id).toBe((await stages.profileOf('u2'))?.id);
    expect((await stages.profileOf('u1'))?.userId).toBe('u2');
  });

  it('takes ten thousand signals of one person', async () => {
    for (let i = 0; i < 10; i++) {
      await stages.signals.append(
        'key_test',
        Array.from({ length: 1_000 }, (_, n) =>
          newSignal({
            userId: 'busy',
            event: n % 10 === 0 ? `E${n % 300}` : 'Clicked',
            occurredAt: new Date(clock.now().getTime() - n * 1_000).toISOString(),
          }),
        ),
      );
    }
    await applied();
    const events = Object.values((await stages.profileOf('busy'))?.events ?? {});
    expect(events.reduce((sum, event) => sum + event.total, 0)).toBe(10_000);
  });

  it('puts a signal that cannot be applied aside and goes on with the others', async () => {
    stages.failOn = ({ signal }) => {
      if (signal.event === 'Poison') throw new Error('no way');
    };
    await happens(
      { userId: 'u1', event: 'Before' },
      { userId: 'u1', event: 'Poison' },
      { userId: 'u1', event: 'After' },
    );
    const [failure] = await query<{ signal_id: string; error: string }>('select * from signal_failures');
    expect(failure?.error).toContain('no way');
    expect(Object.keys((await stages.profileOf('u1'))?.events ?? {}).sort()).toEqual(['After', 'Before']);
    stages.failOn = () => undefined;
    await opened.database.transaction((tx) => stages.inbox.tryAgain(tx, failure?.signal_id ?? ''));
    await stages.intake.stop();
    stages.intake.start();
    await applied();
    expect((await stages.profileOf('u1'))?.events['Poison']?.total).toBe(1);
  });

  it('sets what cannot be read aside at once, drops what was erased, and goes on with the others', async () => {
    await stages.intake.stop();
    await stages.signals.append(
      'key_test',
      ['Unreadable', 'Badly kept', 'Erased'].map((event, i) =>
        newSignal({ userId: `u${i}`, event, occurredAt: START }),
      ),
    );
    await query(`update signals set body = decode(repeat('00', 64), 'hex') where event = 'Unreadable'`);
    await query(
      `update person_keys set wrapped = decode(repeat('00', 60), 'hex') where id = (select key_id from signals where event = 'Badly kept')`,
    );
    await query(`delete from person_keys where id = (select key_id from signals where event = 'Erased')`);
    await stages.signals.append(
      'key_test',
      Array.from({ length: 40 }, (_, i) => newSignal({ userId: `other${i}`, event: 'A', occurredAt: START })),
    );
    stages.intake.start();
    await applied();
    expect(stages.seen).toHaveLength(40);
    const failures = await query<{ event: string; error: string }>(
      'select s.event, f.error from signal_failures f join signals s on s.id = f.signal_id order by s.event',
    );
    expect(failures.map(({ event }) => event)).toEqual(['Badly kept', 'Unreadable']);
    for (const { error } of failures) expect(error).toMatch(/^unreadable: /);
    const { body } = await stages.metrics.text();
    expect(body).toContain('countersign_signals_left_out_total{reason="unreadable"} 2');
    expect(body).toContain('countersign_signals_left_out_total{reason="erased"} 1');
  });

  it('takes Countersign’s own signals when their transaction commits', async () => {
    await happens({ userId: 'u1' });
    const before = (await stages.profileOf('u1'))?.lastSeenAt;
    clock.advance(HOUR);
    await opened.database.transaction((tx) =>
      stages.signals.appendIn(tx, [
        newSignal({ userId: 'u1', event: 'Message Delivered', occurredAt: clock.now().toISOString() }),
      ]),
    );
    await applied();
    const profile = await stages.profileOf('u1');
    expect(profile?.events['Message Delivered']?.total).toBe(1);
    // What happened to a mail is no sign of life.
    expect(profile?.lastSeenAt).toBe(before);
    expect(stages.seen.at(-1)?.signal.source).toBe(OWN_SOURCE);
  });

  it('keeps a signal of nobody and applies it to nobody', async () => {
    await happens({ event: 'Lost' });
    expect(await query('select event from signals')).toEqual([{ event: 'Lost' }]);
    expect(stages.seen).toEqual([]);
  });

  it('does not reach an address that a thousand profiles claim, beyond the first few', async () => {
    for (let i = 0; i < 5; i++) {
      await happens(
        ...Array.from({ length: 200 }, (_, n) => ({
          userId: `claimer-${i}-${n}`,
          type: 'identify' as const,
          event: null,
          traits: { email: 'victim@example.com' },
        })),
      );
    }
    const reached = stages.seen.filter(({ after }) => after.addresses.email !== null);
    expect(reached).toHaveLength(20);
    const last = await stages.profileOf('claimer-4-199');
    expect(last?.traits['email']).toBe('victim@example.com');
    expect(last?.addresses.email).toBeNull();
  });

  it('hands one firing per occasion to the next stage, at most 25 a day for one address', async () => {
    bundle = triggersOnly(
      trigger(
        { id: 'confirm', kind: 'event', event: 'Order Completed' },
        { when: field<boolean>('signal.properties.paid') },
      ),
    );
    await happens({ userId: 'u1', type: 'identify', event: null, traits: { email: 'a@example.com' } });
    await happens({ userId: 'u1', event: 'Order Completed', properties: { paid: false } });
    await happens({ userId: 'u1', event: 'Order Completed' });
    expect(await firings()).toEqual([]);
    await happens(
      ...Array.from({ length: 40 }, () => ({
        userId: 'u1',
        event: 'Order Completed',
        properties: { paid: true },
      })),
    );
    expect((await firings()).filter(({ capped }) => !capped)).toHaveLength(25);
    expect((await firings()).filter(({ capped }) => capped)).toHaveLength(15);
    const work = await query<{ kind: string }>('select kind from work');
    expect(work).toHaveLength(25);
    expect(new Set(work.map(({ kind }) => kind))).toEqual(new Set(['trigger.fired']));
  });

  it('lets no person lead to more than 25 firings a day, address or not, and says so', async () => {
    bundle = triggersOnly(trigger({ id: 'confirm', kind: 'event', event: 'Order Completed' }));
    await happens(...Array.from({ length: 30 }, () => ({ anonymousId: 'a1', event: 'Order Completed' })));
    await happens(
      { anonymousId: 'a1', event: 'Order Completed' },
      { anonymousId: 'a2', event: 'Order Completed' },
    );
    const rows = await query<{ capped: boolean; evidence: string }>('select capped, evidence from firings');
    expect(rows.filter(({ capped }) => !capped)).toHaveLength(26);
    const capped = rows.filter((row) => row.capped);
    expect(capped).toHaveLength(6);
    for (const { evidence } of capped) expect(JSON.parse(evidence)).toMatchObject({ cappedForPerson: 25 });
    clock.advance(DAY);
    await happens({ anonymousId: 'a1', event: 'Order Completed' });
    expect((await firings()).filter((row) => row.capped)).toHaveLength(6);
  });

  it('fires on inaction in time, and not when the person acted', async () => {
    bundle = triggersOnly(
      trigger({
        id: 'cart',
        kind: 'inaction',
        event: 'Checkout Started',
        unless: ['Order Completed'],
        within: '1h',
      }),
    );
    await happens({ userId: 'u1', event: 'Checkout Started' }, { userId: 'u2', event: 'Checkout Started' });
    await passes(HOUR / 2);
    await happens({ userId: 'u2', event: 'Order Completed' }, { userId: 'u1', event: 'Checkout Started' });
    await passes(HOUR / 2 - 1);
    expect(await firings()).toEqual([]);
    await passes(1);
    const [one, ...more] = await firings();
    expect(one?.profile_id).toBe((await stages.profileOf('u1'))?.id);
    expect(more).toEqual([]);
    // The second checkout belonged to the same abandonment.
    await passes(DAY);
    expect(await firings()).toHaveLength(1);
    expect(await query('select * from timers')).toEqual([]);
  });

  it('looks at the timers of many at once, whoever else looks, and one in trouble stops nobody', async () => {
    bundle = triggersOnly(
      trigger({
        id: 'cart',
        kind: 'inaction',
        event: 'Checkout Started',
        unless: ['Order Completed'],
        within: '1h',
      }),
    );
    const people = Array.from({ length: 40 }, (_, i) => `u${i}`);
    await happens(...people.map((userId) => ({ userId, event: 'Checkout Started' })));
    await happens({ userId: 'u1', event: 'Order Completed' });
    await opened.database.transaction((tx) => stages.profiles.erase(tx, 'u2', 'per_admin'));
    const damaged = (await stages.profileOf('u3'))?.id ?? '';
    await query(`update profiles set state = decode(repeat('00', 64), 'hex') where id = '${damaged}'`);
    clock.advance(HOUR);
    await Promise.all([1, 2, 3].map(() => stages.triggers.runDueTimers(10)));
    await passes(0);
    expect(await firings()).toHaveLength(people.length - 3);
    // Looked at again later.
    expect(await query('select profile_id from timers')).toEqual([{ profile_id: damaged }]);
  });

  it('waits on for a visitor who becomes somebody, and hears what they did as that', async () => {
    bundle = triggersOnly(
      trigger({
        id: 'cart',
        kind: 'inaction',
        event: 'Checkout Started',
        unless: ['Order Completed'],
        within: '1h',
      }),
    );
    await happens({ anonymousId: 'a1', event: 'Checkout Started' });
    await happens({ anonymousId: 'a2', event: 'Checkout Started' });
    await happens({ userId: 'u1' }, { userId: 'u2' });
    await happens(
      { userId: 'u1', anonymousId: 'a1', type: 'identify', event: null },
      { userId: 'u2', anonymousId: 'a2', type: 'identify', event: null },
      { userId: 'u2', event: 'Order Completed' },
    );
    await passes(HOUR);
    expect((await firings()).map(({ profile_id }) => profile_id)).toEqual([
      (await stages.profileOf('u1'))?.id,
    ]);
  });

  it('waits for silence by one timer that signals do not touch', async () => {
    bundle = triggersOnly(trigger({ id: 'winback', kind: 'inactivity', for: '30d' }));
    await happens({ userId: 'u1' });
    const due = await query('select due_at from timers');
    await passes(20 * DAY);
    await happens({ userId: 'u1' });
    expect(await query('select due_at from timers')).toEqual(due);
    await passes(10 * DAY);
    expect(await firings()).toEqual([]);
    await passes(20 * DAY);
    expect(await firings()).toHaveLength(1);
    await passes(60 * DAY);
    expect(await firings()).toHaveLength(1);
    await happens({ userId: 'u1' });
    await passes(30 * DAY);
    expect(await firings()).toHaveLength(2);
  });

  it('begins to wait for those who were silent before the trigger came', async () => {
    await happens({ userId: 'u1' });
    clock.advance(20 * DAY);
    bundle = triggersOnly(trigger({ id: 'winback', kind: 'inactivity', for: '30d' }));
    await sweep(1);
    await passes(10 * DAY);
    expect(await firings()).toHaveLength(1);
  });

  it('waits for nobody who only stood in a file, until they are heard', async () => {
    for (const userId of ['u1', 'u2'])
      await stages.signals.append(IMPORT_SOURCE, [
        newSignal({ userId, type: 'identify', event: null, occurredAt: clock.now().toISOString() }),
      ]);
    await applied();
    bundle = triggersOnly(trigger({ id: 'winback', kind: 'inactivity', for: '30d' }));
    await sweep(1);
    expect(await query('select profile_id from timers')).toEqual([]);
    await happens({ userId: 'u2' });
    await query('delete from timers');
    await sweep(2);
    const heard = await stages.profileOf('u2');
    expect(await query('select profile_id from timers')).toEqual([{ profile_id: heard?.id }]);
  });

  it('goes through everybody once for an activation, whoever asks and however many at once', async () => {
    const people = Array.from({ length: 1_203 }, (_, i) => ({ userId: `u${i}` }));
    await happens(...people);
    clock.advance(20 * DAY);
    bundle = triggersOnly(trigger({ id: 'winback', kind: 'inactivity', for: '30d' }));
    const steps = await Promise.all([sweep(1), sweep(1), sweep(1)]);
    expect(steps.reduce((sum, n) => sum + n)).toBe(3);
    expect(await query('select count(*) as n from timers')).toEqual([{ n: people.length }]);
    await query('delete from timers');
    expect(await sweep(1)).toBe(0);
    expect(await query('select count(*) as n from timers')).toEqual([{ n: 0 }]);
    expect(await sweep(1, 2)).toBe(3);
    expect(await query('select count(*) as n from timers')).toEqual([{ n: people.length }]);
    expect(await sweep(2)).toBe(3);
    expect(await query('select distinct activation from silence_sweeps')).toEqual([{ activation: 2 }]);
  });

  it('waits less long for those who are silent already when the playbook does', async () => {
    bundle = triggersOnly(trigger({ id: 'winback', kind: 'inactivity', for: '30d' }));
    await happens({ userId: 'u1' });
    await passes(5 * DAY);
    bundle = triggersOnly(trigger({ id: 'winback', kind: 'inactivity', for: '7d' }));
    await sweep(2);
    await passes(1 * DAY);
    expect(await firings()).toEqual([]);
    await passes(1 * DAY);
    expect(await firings()).toHaveLength(1);
  });

  it('fires nothing for old signals, and arms nothing that is long past', async () => {
    bundle = triggersOnly(
      trigger({ id: 'welcome', kind: 'event', event: 'Signed Up' }),
      trigger({ id: 'views', kind: 'count', event: 'Product Viewed', atLeast: 1, within: '30d' }),
      trigger({
        id: 'cart',
        kind: 'inaction',
        event: 'Checkout Started',
        unless: ['Order Completed'],
        within: '1h',
      }),
      trigger({ id: 'winback', kind: 'inactivity', for: '30d' }),
    );
    const occurredAt = '2026-09-01T00:00:00.000Z';
    await happens(
      { userId: 'u1', event: 'Signed Up', occurredAt },
      { userId: 'u1', event: 'Product Viewed', occurredAt },
      { userId: 'u1', event: 'Checkout Started', occurredAt },
    );
    await passes(60 * DAY);
    expect(await firings()).toEqual([]);
    expect((await stages.profileOf('u1'))?.events['Signed Up']?.total).toBe(1);
  });

  it('erases a person: nothing of theirs can be read, and they may come back as a stranger', async () => {
    await happens({ anonymousId: 'a1', event: 'Product Viewed' });
    await happens({
      userId: 'u1',
      anonymousId: 'a1',
      type: 'identify',
      event: null,
      traits: { email: 'gone@example.com' },
    });
    const profile = await stages.profileOf('u1');
    if (profile === null) throw new Error('no profile');
    await opened.database.transaction(async (tx) => {
      await stages.profiles.suppress(tx, {
        space: 'email',
        address: 'Gone@example.com',
        reason: 'manual',
        source: 'test',
      });
    });
    expect(await opened.database.transaction((tx) => stages.profiles.erase(tx, 'u1', 'per_admin'))).toBe(
      true,
    );
    expect(await stages.profileOf('u1')).toBeNull();
    await expect(stages.profiles.load(opened.database.db, profile.id)).rejects.toThrow('erased');
    expect(await query('select * from signals')).toEqual([]);
    expect(await query('select action from audit_entries')).toEqual([{ action: 'profile.erased' }]);
    await happens({ userId: 'u1', type: 'identify', event: null, traits: { email: 'gone@example.com' } });
    const returned = await stages.profileOf('u1');
    expect(returned?.id).not.toBe(profile.id);
    expect(returned?.events).toEqual({});
    expect(returned && (await stages.profiles.suppressionsOf(opened.database.db, returned))).toMatchObject([
      { channel: 'email', reason: 'manual' },
    ]);
  });
});
