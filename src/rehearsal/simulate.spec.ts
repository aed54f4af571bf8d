import fc from 'fast-check';
import { action, bundle, gives, guardrail } from '../../test/fixtures/playbook.js';
import {
  anna,
  at,
  DAY,
  heard,
  HOUR,
  person,
  steps,
  withTriggers,
  world,
} from '../../test/fixtures/simulation.js';
import { trigger } from '../../test/fixtures/triggers.js';
import { type Bundle, type CompiledGuardrail } from '../policies/bundle.js';
import { vocabularySchema } from '../policies/playbook.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { durationMs } from '../shared/clock.js';
import { type Signal } from '../signals/signal.js';
import { type SimulatedEvent, simulatePerson, type World } from './simulate.js';
import { type EarlierMessage, type StoredPerson } from './stored-person.js';

const looked = trigger({ id: 'looked', kind: 'event', event: 'Looked', actions: ['news', 'offer'] });
const noticed = trigger({ id: 'noticed', kind: 'event', event: 'Restocked', actions: ['notice'] });
const actions = [
  action({ id: 'news', value: 2_000, validFor: '3d', tags: ['news'] }),
  action({ id: 'offer', value: 4_000, validFor: '1d', delay: '2h', tags: ['offer'], auditShare: 0.3 }),
  action({ id: 'notice', class: 'transactional', validFor: '2d' }),
];
const playbook = (guardrails: readonly CompiledGuardrail[] = []): Bundle =>
  withTriggers(bundle({ actions, guardrails, channels: [{ id: 'email', kind: 'email', contactCost: 10 }] }), looked, noticed); // prettier-ignore

function run(given: World, stored: StoredPerson): readonly SimulatedEvent[] {
  return simulatePerson(given, stored, steps(stored)).events;
}

const sent = (events: readonly SimulatedEvent[]): number[] =>
  events.flatMap((event) => (event.kind === 'sent' ? [Date.parse(event.at)] : []));

function earlier(ms: number): EarlierMessage {
  return {
    profileId: 'prf_anna',
    past: {
      messageId: `msg_earlier${ms}`,
      action: 'news',
      channel: 'email',
      class: 'marketing',
      tags: ['news'],
      topic: 'general',
      offer: null,
    },
    sendAt: at(ms),
    sentAt: at(ms),
    endedAt: null,
  };
}

const minutes = fc.integer({ min: 0, max: 30 * 24 * 60 - 1 });
const happenings = fc
  .array(fc.tuple(minutes, fc.constantFrom('Looked', 'Looked', 'Restocked')), { minLength: 1, maxLength: 40 })
  .map((drawn) =>
    drawn.toSorted(([a], [b]) => a - b).map(([minute, event]) => heard(minute * 60_000, { event })),
  );
const someone = fc
  .record({ signals: happenings, earlier: fc.array(fc.integer({ min: 1, max: 20 * 24 }), { maxLength: 4 }) })
  .map(({ signals, earlier: hours }) =>
    person([anna(), ...signals], { messages: [...new Set(hours)].map((hour) => earlier(-hour * HOUR)) }),
  );
const cap = fc.record({ max: fc.integer({ min: 0, max: 3 }), per: fc.constantFrom('6h', '1d', '7d', '10d') });
const rule = fc.oneof(
  fc.record({ effect: fc.constant('suppress'), scope: fc.constantFrom({}, { tags: ['offer'] }) }),
  fc.record({
    effect: fc.constant('handoff'),
    scope: fc.constantFrom({ tags: ['offer'] }, { actions: ['notice'] }),
  }),
  fc.record({ effect: fc.constant('review'), scope: fc.constantFrom({}, { tags: ['news'] }) }),
  fc.record({ effect: fc.constant('limit'), caps: fc.array(cap, { minLength: 1, maxLength: 2 }) }),
  fc.record({ effect: fc.constant('limit'), hours: fc.constant([{ from: '09:00', to: '18:00', days: [1, 2, 3, 4, 5] }]) }), // prettier-ignore
);
const rules = fc
  .array(rule, { maxLength: 4 })
  .map((drawn) => drawn.map((spec, i) => guardrail({ id: `rule-${i}`, ...spec })));
const assumptions = fc.record({
  reviewMs: fc.integer({ min: 0, max: 4 * 24 }).map((hours) => hours * HOUR),
  taskMs: fc.integer({ min: 0, max: 96 }).map((hours) => hours * HOUR),
});

const inTime = assumptions.map(({ reviewMs, taskMs }) => ({ reviewMs: reviewMs % (20 * HOUR), taskMs }));

describe('laws of simulating', () => {
  it('never has more messages than a cap allows in any of its windows', () => {
    fc.assert(
      fc.property(someone, cap, rules, assumptions, (stored, { max, per }, more, taken) => {
        const capped = guardrail({ id: 'the-cap', effect: 'limit', caps: [{ max, per }] });
        const simulated = sent(run(world(playbook([capped, ...more]), { assumptions: taken }), stored));
        const window = durationMs(per);
        const all = [...stored.messages.map(({ sentAt }) => Date.parse(sentAt ?? '')), ...simulated];
        for (const own of simulated)
          for (const start of all)
            if (start <= own && own < start + window)
              expect(all.filter((time) => time >= start && time < start + window).length).toBeLessThanOrEqual(max); // prettier-ignore
      }),
    );
  });

  it('has no more messages with guardrails than without any', () => {
    fc.assert(
      // Whoever looks comes before anything expires: without rules nothing is held then.
      fc.property(someone, rules, inTime, (stored, guardrails, taken) => {
        const free = simulatePerson(world(playbook(), { assumptions: taken }), stored, steps(stored));
        const without = sent(free.events).length + free.waiting;
        const within = sent(run(world(playbook(guardrails), { assumptions: taken }), stored)).length;
        expect(within).toBeLessThanOrEqual(without);
      }),
    );
  });

  it('gives the same bytes for the same person, world and seed, and changes neither', () => {
    fc.assert(
      fc.property(someone, rules, (stored, guardrails) => {
        const given = world(playbook(guardrails));
        const before = canonicalJson(stored);
        const once = canonicalJson(run(given, stored));
        expect(canonicalJson(run(given, structuredClone(stored)))).toBe(once);
        expect(canonicalJson(stored)).toBe(before);
      }),
    );
  });

  it('says what became of every message: it left, it was stopped, or it still waits', () => {
    fc.assert(
      fc.property(someone, rules, assumptions, (stored, guardrails, taken) => {
        const simulation = simulatePerson(
          world(playbook(guardrails), { assumptions: taken }),
          stored,
          steps(stored),
        );
        const { events } = simulation;
        const acts = events.filter((event) => event.kind === 'decision' && event.result.outcome === 'act');
        const ends = events.filter(({ kind }) => kind === 'sent' || kind === 'stopped');
        expect(ends.length + simulation.waiting).toBe(acts.length);
        expect(events.map((event) => event.at)).toEqual(events.map((event) => event.at).toSorted());
      }),
    );
  });
});

describe('a simulated person', () => {
  const one = (signals: readonly Signal[], given: World, more: Partial<StoredPerson> = {}) =>
    run(given, person([anna(), ...signals], more));
  const kinds = (events: readonly SimulatedEvent[]): string[] =>
    events.map((event) => `${event.at.slice(5, 16)} ${event.kind}`);

  it('is written to because they were not written to before', () => {
    const once = guardrail({ id: 'once', effect: 'limit', caps: [{ max: 1, per: '2d' }] });
    const soon = action({ id: 'news', value: 2_000, validFor: '1d' });
    const given = world(withTriggers(bundle({ actions: [soon], guardrails: [once] }), { ...looked, spec: { ...looked.spec, actions: ['news'] } })); // prettier-ignore
    const signals = [heard(0, { event: 'Looked' }), heard(12 * HOUR, { event: 'Looked' }), heard(49 * HOUR, { event: 'Looked' })]; // prettier-ignore
    expect(sent(one(signals, given)).map((time) => new Date(time).toISOString())).toEqual([
      at(0),
      at(49 * HOUR),
    ]);
    // A mail of before the span takes the first one's place, and so the second one's reason to wait.
    const after = one(signals, given, { messages: [earlier(-47 * HOUR)] });
    expect(sent(after).map((time) => new Date(time).toISOString())).toEqual([at(HOUR), at(49 * HOUR)]);
  });

  it('is heard in order, by timers that fall due to the minute, and only in the span', () => {
    const left = trigger({ id: 'left', kind: 'inaction', event: 'Checkout', unless: ['Ordered'], within: '1h', actions: ['notice'] }); // prettier-ignore
    const often = trigger({
      id: 'often',
      kind: 'count',
      event: 'Looked',
      atLeast: 3,
      within: '1d',
      actions: ['notice'],
    });
    const silent = trigger({ id: 'silent', kind: 'inactivity', for: '10d', actions: ['notice'] });
    const given = world(withTriggers(bundle({ actions }), left, often, silent));
    const events = one(
      [
        // Falls due before the span begins.
        heard(-2 * HOUR, { event: 'Checkout' }),
        // Begins to be waited for before the span, and falls due in it.
        heard(-10 * 60_000, { event: 'Checkout' }),
        heard(2 * HOUR, { event: 'Looked' }),
        heard(3 * HOUR, { event: 'Looked' }),
        heard(4 * HOUR, { event: 'Looked' }),
        heard(5 * HOUR, { event: 'Looked' }),
        heard(6 * HOUR, { event: 'Checkout' }),
        heard(6.5 * HOUR, { event: 'Ordered' }),
      ],
      given,
    );
    const fired = events.flatMap((event) =>
      event.kind === 'decision' ? [`${event.at} ${event.trigger}`] : [],
    );
    expect(fired).toEqual([
      `${at(50 * 60_000)} left`,
      `${at(4 * HOUR)} often`,
      `${at(6.5 * HOUR + 10 * DAY)} silent`,
    ]);
  });

  it('fires nothing for what arrived late, unless it is heard when it happened', () => {
    const late = heard(HOUR, { event: 'Restocked' }, 5 * HOUR);
    const given = world(playbook());
    expect(one([late], given)).toEqual([]);
    const stored = person([anna(), late]);
    const atOnce = {
      ...stored,
      signals: stored.signals.map((each) => ({ ...each, at: each.signal.occurredAt })),
    };
    expect(kinds(run(given, atOnce))).toEqual(['07-01T09:00 decision', '07-01T09:00 sent']);
  });

  it('is left alone while a person takes care of them, for as long as is assumed', () => {
    const care = guardrail({ id: 'care', effect: 'handoff', scope: { tags: ['offer', 'news'] } });
    const notices = [1, 30].map((hour) => heard(hour * HOUR, { event: 'Restocked' }));
    const events = one([heard(0, { event: 'Looked' }), ...notices], world(playbook([care])));
    expect(kinds(events)).toEqual([
      '07-01T08:00 decision',
      '07-01T08:00 task',
      '07-01T09:00 decision',
      '07-02T14:00 decision',
      '07-02T14:00 sent',
    ]);
  });

  it('is handed over for what they wrote, once, as it would have been', () => {
    const given = world(playbook());
    const vocabulary = vocabularySchema.parse({
      events: {
        Reviewed: { properties: { text: { type: 'string', absent: 'unknown', written: true } } },
        Looked: { properties: { text: { type: 'string', absent: 'unknown', written: true } } },
      },
    });
    const words = { text: 'This was for my mother, who passed away.' };
    const signals = [
      heard(0, { event: 'Reviewed', properties: words }),
      heard(HOUR, { event: 'Reviewed', properties: words }),
      heard(2 * HOUR, { event: 'Looked' }),
      heard(30 * HOUR, { event: 'Looked', properties: words }),
    ];
    const events = one(signals, { ...given, bundle: { ...given.bundle, vocabulary } });
    expect(kinds(events).filter((each) => /decision|task|sent/.test(each))).toEqual([
      '07-01T08:00 task',
      '07-01T10:00 decision',
      '07-02T14:00 decision',
      '07-02T14:00 task',
    ]);
  });

  it('waits for a person, and hears nothing when the person comes too late', () => {
    const looks = guardrail({ id: 'looks', effect: 'review' });
    const signals = [heard(0, { event: 'Restocked' })];
    const within = (hours: number) => world(playbook([looks]), { assumptions: { reviewMs: hours * HOUR } });
    expect(kinds(one(signals, within(5)))).toEqual(['07-01T08:00 decision', '07-01T08:00 review', '07-01T13:00 sent']); // prettier-ignore
    const tooLate = one(signals, within(72));
    expect(kinds(tooLate)).toEqual(['07-01T08:00 decision', '07-01T08:00 review', '07-03T08:00 stopped']);
    expect(tooLate.at(-1)).toMatchObject({ verdict: 'expire', why: ['expired'] });
  });

  it('is not written to once they refused, by a signal or otherwise, or their address is suppressed', () => {
    const news = [heard(0, { event: 'Looked' }), heard(5 * DAY, { event: 'Looked' })];
    const given = world(playbook());
    const refused = { channel: 'email', topic: '*', state: 'denied' as const, source: 'form', at: at(DAY) };
    const consents = [{ at: at(DAY), profileId: 'prf_anna', consent: refused }];
    expect(sent(one(news, given))).toHaveLength(2);
    expect(sent(one(news, given, { consents }))).toHaveLength(1);
    const stored = person([anna(), ...news]);
    const bounced = { address: 'anna@example.com', channel: 'email', reason: 'hard_bounce', at: at(2 * DAY), until: null }; // prettier-ignore
    expect(sent(simulatePerson(given, stored, steps(stored), [bounced]).events)).toHaveLength(1);
    const lifted = { ...bounced, reason: 'unsubscribe', until: at(4 * DAY) };
    expect(sent(simulatePerson(given, stored, steps(stored), [lifted]).events)).toHaveLength(2);
  });

  it('asks for facts by name before anything is made of them, and takes the version of the time', () => {
    const about = { about: { product: gives('cup') as never } };
    const given = (facts: World['facts']): World =>
      world(withTriggers(bundle({ actions: [action({ id: 'notice', class: 'transactional' }, about)] }), noticed), { facts }); // prettier-ignore
    const stored = person([anna(), heard(0, { event: 'Restocked' }), heard(2 * DAY, { event: 'Restocked' })]);
    const unknown = simulatePerson(given(new Map()), stored, steps(stored));
    expect([...unknown.unknownFacts]).toEqual(['cup']);
    const cup = { id: 'cup', version: 1, kind: 'product' as const, data: {}, validFrom: null, validUntil: null, source: 'shop' }; // prettier-ignore
    const known = simulatePerson(
      given(new Map([['cup', [{ since: at(DAY), fact: cup }]]])),
      stored,
      steps(stored),
    );
    expect(known.unknownFacts.size).toBe(0);
    expect(kinds(known.events)).toEqual(['07-01T08:00 decision', '07-03T08:00 decision', '07-03T08:00 sent']);
  });
});

describe('the hours at which people answer, in a simulation', () => {
  const waiting = (spec: Record<string, unknown> = {}): Bundle =>
    withTriggers(
      bundle({ actions: [action({ id: 'news', value: 2_000, validFor: '3d', bestHours: true, ...spec })] }),
      trigger({ id: 'looked', kind: 'event', event: 'Looked', actions: ['news'] }),
    );
  const evening = (month: string, segment = ''): NonNullable<World['hours']> =>
    new Map([
      [
        segment,
        [
          { channel: 'email', month, slot: 11, sent: 4_000, answered: 200 },
          { channel: 'email', month, slot: 18, sent: 4_000, answered: 900 },
          { channel: 'sms', month, slot: 12, sent: 4_000, answered: 4_000 },
        ],
      ],
    ]);
  // Thursday, 11:00 in Berlin; six in the evening is seven hours later.
  const looks = DAY + HOUR;
  const leaves = (given: World, stored: StoredPerson): number[] =>
    sent(run(given, stored)).map((ms) => (ms - Date.parse(at(looks))) / HOUR);
  const someone = person([anna(), heard(looks, { event: 'Looked' })]);

  it('are those of everyone and of people like them, of the months that would have counted', () => {
    expect(leaves(world(waiting()), someone)).toEqual([0]);
    expect(leaves(world(waiting(), { hours: evening('2026-07-01') }), someone)).toEqual([7]);
    expect(leaves(world(waiting(), { hours: evening('2026-01-01') }), someone)).toEqual([7]);
    expect(leaves(world(waiting(), { hours: evening('2025-12-01') }), someone)).toEqual([0]);
    expect(leaves(world(waiting(), { hours: evening('2026-08-01') }), someone)).toEqual([0]);
    expect(leaves(world(waiting(), { hours: evening('2026-07-01', 'DE lead') }), someone)).toEqual([7]);
    expect(leaves(world(waiting(), { hours: evening('2026-07-01', 'FR lead') }), someone)).toEqual([0]);
    expect(leaves(world(waiting({ bestHours: false }), { hours: evening('2026-07-01') }), someone)).toEqual([
      0,
    ]);
  });

  it('are their own of before the span, once nothing can change them any more', () => {
    const answers = [-20, -19, -16, -15, -14, -13, -12, -9].flatMap((day) =>
      [0, 1, 2].flatMap((minute) => [
        {
          profileId: 'prf_anna',
          channel: 'email',
          at: Date.parse(at(day * DAY + HOUR + minute)),
          answered: false,
        },
        {
          profileId: 'prf_anna',
          channel: 'email',
          at: Date.parse(at(day * DAY + 8 * HOUR + minute)),
          answered: true,
        },
      ]),
    );
    const told = { ...someone, answers };
    expect(leaves(world(waiting()), told)).toEqual([7]);
    // Told as of a time at which they were still to come.
    const early = answers.map((answer) => ({ ...answer, at: answer.at + 60 * DAY }));
    expect(leaves(world(waiting()), { ...someone, answers: early })).toEqual([0]);
  });

  it('are waited for from the time on at which a signature can be there', () => {
    const looked = guardrail({ id: 'look', effect: 'review' });
    const reviewed = { ...waiting({ reviewTime: '1h' }), guardrails: [looked] };
    const signedIn = (hours: number) =>
      leaves(
        world(reviewed, { hours: evening('2026-07-01'), assumptions: { reviewMs: hours * HOUR } }),
        someone,
      );
    expect(signedIn(2)).toEqual([7]);
    // That evening's hour is over by then, so it is the next day's.
    expect(signedIn(8)).toEqual([31]);
  });
});
