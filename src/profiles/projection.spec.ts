import fc from 'fast-check';
import { newSignal } from '../../test/fixtures/signals.js';
import { type NewSignal, type Signal } from '../signals/signal.js';
import { toFeatures } from './features.js';
import { type Profile } from './profile.js';
import { mergeStates, newState, type ProfileState, project } from './projection.js';

const START = Date.UTC(2026, 10, 18, 12);
const at = (minutes: number): string => new Date(START + minutes * 60_000).toISOString();

let count = 0;
const received = (signal: Partial<NewSignal>, minutes = 0): Signal => ({
  ...newSignal({ occurredAt: at(minutes), userId: 'u1', ...signal }),
  messageId: `m${++count}`,
  id: `sig_${count}`,
  source: 'key_1',
  receivedAt: at(100_000),
});
const identify = (traits: NewSignal['traits'], minutes = 0): Signal =>
  received({ type: 'identify', event: null, traits }, minutes);
const apply = (
  signals: readonly Signal[],
  state = newState('prf_1', signals[0]?.occurredAt ?? at(0)),
): ProfileState => signals.reduce((held, signal) => project(held, signal, signal.userId), state);

/** As they are answered. */
const countsOf = (profile: Profile, now: string): unknown =>
  JSON.parse(JSON.stringify(toFeatures(profile, now).events));

const anySignal = fc
  .record({
    minutes: fc.integer({ min: 0, max: 300_000 }),
    kind: fc.constantFrom('track', 'page', 'identify', 'consent'),
    event: fc.constantFrom('A', 'B', 'Order Completed'),
    trait: fc.constantFrom('plan', 'email', 'country'),
    value: fc.constantFrom('x', 'a@example.com', 'US', null),
  })
  .map(({ minutes, kind, event, trait, value }) => {
    if (kind === 'identify') return identify({ [trait]: value }, minutes);
    if (kind === 'page') return received({ type: 'page', event: null }, minutes);
    if (kind === 'consent') return received({ event: 'Unsubscribed' }, minutes);
    return received({ event }, minutes);
  });

describe('the projection', () => {
  it('counts events, reads addresses, and knows the stage', () => {
    const { profile } = apply([
      identify({ email: ' Ada@Example.COM ', phone: '+1 212 555 0123', plan: 'pro' }),
      received({ event: 'Order Completed' }, 5),
      received({ type: 'page', event: 'Home' }, 6),
    ]);
    expect(profile).toMatchObject({
      userId: 'u1',
      addresses: { email: 'ada@example.com', phone: '+12125550123' },
      zones: ['America/New_York'],
      zoneSource: 'phone',
      stage: 'new_customer',
      firstSeenAt: at(0),
      lastSeenAt: at(6),
    });
    expect(Object.keys(profile.events).sort()).toEqual(['Order Completed', 'Page Viewed']);
  });

  it('never lets a late signal overwrite a newer trait, and unsets a trait by null', () => {
    const held = apply([identify({ plan: 'pro' }, 10), identify({ plan: 'free', name: 'Ada' }, 5)]);
    expect(held.profile.traits).toEqual({ plan: 'pro', name: 'Ada' });
    expect(
      apply([identify({ plan: null }, 11), identify({ plan: 'late' }, 10)], held).profile.traits,
    ).toEqual({
      name: 'Ada',
    });
  });

  it.each<[string, NewSignal['traits'], string[] | number, string]>([
    ['a trait', { timezone: 'Asia/Tokyo', country: 'US' }, ['Asia/Tokyo'], 'trait'],
    [
      'a country, when the zone is impossible',
      { timezone: 'Mars/Olympus', country: 'GB' },
      ['Europe/London'],
      'country',
    ],
    ['a phone before a country', { phone: '+442079460123', country: 'JP' }, ['Europe/London'], 'phone'],
    ['a country with several zones', { country: 'US' }, 29, 'country'],
    ['nothing', { country: 'Atlantis' }, [], 'none'],
  ])('finds the time zone by %s', (_what, traits, zones, source) => {
    const { profile } = apply([identify(traits)]);
    expect(profile.zoneSource).toBe(source);
    if (typeof zones === 'number') expect(profile.zones.length).toBeGreaterThan(5);
    else expect(profile.zones).toEqual(zones);
  });

  it.each([
    'not an address',
    'a@b',
    'a@b..com',
    'x'.repeat(300) + '@example.com',
    'a@example.com\nBcc: b@example.com',
    '',
  ])('has no address to write to in %j, and keeps the trait', (email) => {
    const { profile } = apply([identify({ email })]);
    expect(profile.addresses.email).toBeNull();
    expect(profile.traits['email']).toBe(email);
  });

  it('remembers two hundred event names, and those the playbook knows longest', () => {
    const signals = [
      ...Array.from({ length: 5 }, (_, i) => received({ event: 'Order Completed' }, i)),
      ...Array.from({ length: 400 }, (_, i) => received({ event: `Junk ${i}` }, 10 + i)),
    ];
    const declared = new Set(['Order Completed']);
    const { events } = signals.reduce(
      (held, signal) => project(held, signal, null, declared),
      newState('prf_1', at(0)),
    ).profile;
    expect(Object.keys(events)).toHaveLength(200);
    expect(events['Order Completed']?.total).toBe(5);
  });

  it('bounds what traits may take', () => {
    const { profile } = apply(
      Array.from({ length: 10 }, (_, i) => identify({ [`t${i}`]: 'x'.repeat(20_000) }, i)),
    );
    expect(Object.keys(profile.traits)).toHaveLength(3);
  });

  it('survives names that every object inherits', () => {
    const { profile } = apply([
      identify({ constructor: 'x', toString: 'y' }),
      received({ event: 'valueOf' }),
    ]);
    expect(Object.keys(profile.traits)).toEqual(['constructor', 'toString']);
    expect(profile).toHaveProperty(['events', 'valueOf', 'total'], 1);
  });

  it('does not depend on how the stream is cut into batches', () => {
    fc.assert(
      fc.property(fc.array(anySignal, { maxLength: 40 }), fc.nat(40), (signals, cut) => {
        const whole = apply(signals);
        const first = signals.slice(0, cut);
        // Between batches the state lies in the database as JSON.
        const stored = JSON.parse(
          JSON.stringify(
            first.length === 0 ? newState('prf_1', signals[0]?.occurredAt ?? at(0)) : apply(first),
          ),
        ) as ProfileState;
        expect(apply(signals.slice(cut), stored)).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });

  it('counts the same in whatever order signals arrive', () => {
    fc.assert(
      fc.property(fc.array(anySignal, { minLength: 1, maxLength: 30 }), (signals) => {
        const start = newState('prf_1', at(0));
        const forwards = apply(signals, start).profile;
        const backwards = apply([...signals].reverse(), start).profile;
        const now = at(300_001);
        expect(countsOf(backwards, now)).toEqual(countsOf(forwards, now));
        expect(backwards.lastSeenAt).toBe(forwards.lastSeenAt);
        expect(backwards.consents).toEqual(forwards.consents);
      }),
      { numRuns: 50 },
    );
  });

  it('merges into the same person whichever pair comes first', () => {
    const state = fc.array(anySignal, { minLength: 1, maxLength: 12 }).map((signals) => apply(signals));
    fc.assert(
      fc.property(state, state, state, (a, b, c) => {
        expect(mergeStates(mergeStates(a, b), c)).toEqual(mergeStates(a, mergeStates(b, c)));
        expect(mergeStates(a, b).profile.traits).toEqual(mergeStates(b, a).profile.traits);
        expect(mergeStates(a, b).profile.events).toEqual(mergeStates(b, a).profile.events);
      }),
      { numRuns: 50 },
    );
  });

  it('counts rolling windows exactly, up to and including now', () => {
    const { profile } = apply(
      [0, 60, 24 * 60, 8 * 24 * 60].map((minutes) => received({ event: 'A' }, minutes)),
    );
    expect(toFeatures(profile, at(8 * 24 * 60)).events['A']).toMatchObject({
      total: 4,
      count1d: 1,
      // The occurrence exactly seven days back lies just outside.
      count7d: 1,
      count30d: 4,
    });
  });

  it('has counts of its own, as whoever asks by name or writes them down needs', () => {
    const { profile } = apply([received({ event: 'A' })]);
    expect(countsOf(profile, at(60))).toEqual({
      A: { total: 1, count1d: 1, count7d: 1, count30d: 1, count90d: 1, lastAt: at(0) },
    });
  });

  it('counts beyond the last hundred occurrences by days', () => {
    const { profile } = apply(Array.from({ length: 500 }, (_, i) => received({ event: 'A' }, i * 60)));
    const events = toFeatures(profile, at(499 * 60)).events['A'];
    expect(events?.count1d).toBe(24);
    expect(events?.count90d).toBe(500);
  });
});
