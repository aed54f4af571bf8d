import fc from 'fast-check';
import {
  action,
  bundle,
  fact,
  gives,
  guardrail,
  NOW,
  past,
  reads,
  situation,
} from '../../test/fixtures/playbook.js';
import { type CompiledExpression, type CompiledGuardrail } from '../policies/bundle.js';
import { capSchema } from '../policies/playbook.js';
import { type ConsentState } from '../profiles/profile.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { examine, reexamine } from './candidates.js';
import { applyChange, type Case, type Change } from './change.js';
import { counterOf } from './counter.js';
import { choose, decide } from './decide.js';
import { type Candidate, type DecisionResult, PRIOR_MODELS } from './decision.js';
import { type FullCap, type HourCounts } from './situation.js';

const actions = [
  action({ id: 'welcome', channels: ['email', 'onsite'], tags: ['news'] }),
  action({ id: 'offer', value: 2_000, tags: ['offer'], holdout: 0.2 }),
  action({ id: 'receipt', class: 'transactional' }),
];
/** The same, and the moment is chosen: by the hours at which people answer, and by when a person will have signed. */
const timed = [
  action({ id: 'welcome', channels: ['email', 'onsite'], tags: ['news'], bestHours: true }),
  action({ id: 'offer', value: 2_000, tags: ['offer'], holdout: 0.2, bestHours: true, reviewTime: '3h' }),
  action({ id: 'receipt', class: 'transactional', reviewTime: '1h' }),
];

const scope = fc.record({
  actions: fc.constantFrom([], ['welcome'], ['offer']),
  channels: fc.constantFrom([], ['email'], ['onsite']),
  tags: fc.constantFrom([], ['news']),
  countries: fc.constantFrom([], ['DE'], ['FR']),
  classes: fc.constantFrom([], ['marketing'], ['transactional']),
  reaches: fc.constantFrom([], ['mailbox'], ['site']),
  exceptActions: fc.constantFrom([], [], ['welcome']),
  exceptTags: fc.constantFrom([], [], ['offer']),
});
const OVER_EVERYBODY = { max: 5, per: '1h', over: 'everybody' };
const when = fc.constantFrom(gives(true), gives(true), gives(false), reads('profile.traits.age'));
const effect = fc.oneof(
  fc.record({ effect: fc.constant('suppress') }),
  fc.record({ effect: fc.constant('handoff') }),
  fc.record({ effect: fc.constant('review'), tier: fc.constantFrom(1, 2) }),
  fc.record({
    effect: fc.constant('limit'),
    channels: fc.constantFrom(undefined, ['email'], ['onsite']),
    hours: fc.constantFrom(
      undefined,
      { from: '08:00', to: '20:00' },
      { from: '18:00', to: '22:00', days: [6, 7] },
    ),
    caps: fc.constantFrom(
      [],
      [{ max: 1, per: '1d' }],
      [{ max: 0, per: '1h' }],
      [{ max: 2, per: '1w', tags: ['news'] }],
      [{ max: 15, per: '2d', of: 'cost', classes: ['marketing'], reaches: ['mailbox'] }],
      [OVER_EVERYBODY],
    ),
    notOn: fc.constantFrom([], ['2026-07-01'], ['2026-07-02', '2026-07-03']),
    maxDiscountPercent: fc.constantFrom(undefined, 0, 30),
    requiredText: fc.constantFrom([], ['Free shipping']),
    forbiddenText: fc.constantFrom([], ['free']),
  }),
);
const rules = fc
  .array(fc.tuple(effect, scope, when), { maxLength: 6 })
  .map((drawn) =>
    drawn.map(([spec, where, condition], i) =>
      guardrail({ id: `rule-${i}`, ...spec, scope: where }, condition),
    ),
  );
/** Everybody answers twice as often at one hour. */
function answeredAt(hour: number): HourCounts {
  const counts = Array.from({ length: 48 }, (_, slot): [number, number, number] => [
    slot,
    5_000,
    slot % 24 === hour ? 1_000 : 500,
  ]);
  return { everyone: counts, segment: [], own: [] };
}

/** The cap over everybody of the first rule, if it has one, is full for so many hours. */
function fullFor(hours: number): FullCap {
  const until = new Date(Date.parse(NOW) + hours * 3_600_000).toISOString();
  const limit = capSchema.parse(OVER_EVERYBODY);
  return { rule: 'rule-0', counter: counterOf({ rule: 'rule-0', limit }), max: 5, from: NOW, until };
}

const clock = (hour = 0): string => `${String(hour).padStart(2, '0')}:00`;

const about = fc
  .record({
    country: fc.constantFrom('DE', 'FR', null),
    zones: fc.constantFrom(['Europe/Berlin'], ['America/New_York', 'America/Los_Angeles'], []),
    id: fc.integer({ min: 0, max: 50 }).map((n) => `prf_${n}`),
    sent: fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 4 }),
    actions: fc.constantFrom(null, ['welcome'], ['offer', 'receipt'], ['receipt', 'welcome']),
    best: fc.constantFrom(null, 9, 18, 21),
    full: fc.constantFrom(null, 2, 30),
  })
  .map(({ sent, actions: up, best, full, ...profile }) =>
    situation({
      profile,
      actions: up,
      ...(best === null ? {} : { answerHours: { email: answeredAt(best), onsite: answeredAt(best) } }),
      ...(full === null ? {} : { full: [fullFor(full)] }),
      history: sent.map((hours) =>
        past({ messageId: `msg_${hours}`, at: new Date(Date.parse(NOW) - hours * 3_600_000).toISOString() }),
      ),
    }),
  );
const playbook = (guardrails: readonly CompiledGuardrail[], up = actions) =>
  bundle({ actions: up, guardrails, engine: { exploration: 0.3 } });
const name = (candidate: Candidate) => `${candidate.action} ${candidate.channel ?? ''}`;
const eligible = (result: DecisionResult) =>
  result.candidates.filter((candidate) => candidate.eligible && candidate.action !== 'hold');

describe('laws of deciding', () => {
  it('adding a guardrail never lets more out, nor anything out sooner', () => {
    fc.assert(
      fc.property(
        rules,
        fc.tuple(effect, scope, when),
        about,
        fc.string(),
        (given, [spec, where, condition], who, seed) => {
          const before = decide(playbook(given), who, PRIOR_MODELS, seed);
          const added = guardrail({ id: 'one-more', ...spec, scope: where }, condition);
          const after = decide(playbook([...given, added]), who, PRIOR_MODELS, seed);
          const earlier = new Map(eligible(before).map((each) => [name(each), each.sendAt ?? '']));
          for (const each of eligible(after)) {
            const time = earlier.get(name(each));
            expect(time).toBeDefined();
            expect((each.sendAt ?? '') >= (time ?? '')).toBe(true);
          }
          // Where nothing was sent before, nothing is sent now; where a person took over, a person still does.
          if (before.outcome !== 'act') expect(after.outcome).not.toBe('act');
          if (before.outcome === 'handoff') expect(after.outcome).toBe('handoff');
        },
      ),
    );
  });

  it('with best hours and reviews, every moment after adding a guardrail is one that was permitted before', () => {
    fc.assert(
      fc.property(
        rules,
        fc.tuple(effect, scope, when),
        about,
        fc.string(),
        (given, [spec, where, condition], who, seed) => {
          const before = decide(playbook(given, timed), who, PRIOR_MODELS, seed);
          const added = guardrail({ id: 'one-more', ...spec, scope: where }, condition);
          const after = decide(playbook([...given, added], timed), who, PRIOR_MODELS, seed);
          const possible = new Set(eligible(before).map(name));
          for (const each of eligible(after)) {
            expect(possible).toContain(name(each));
            // Decided at that very moment, by the rules of before and with nothing to wait for, it leaves at once.
            const then = { ...who, now: each.sendAt ?? '' };
            const there = decide(playbook(given), then, PRIOR_MODELS, seed).candidates;
            expect(there.find((other) => name(other) === name(each))?.sendAt).toBe(each.sendAt);
          }
          if (before.outcome !== 'act') expect(after.outcome).not.toBe('act');
        },
      ),
      { numRuns: 200 },
    );
  });

  it('the order of guardrails means nothing, and the same input gives the same bytes', () => {
    fc.assert(
      fc.property(rules, about, fc.string(), fc.infiniteStream(fc.nat()), (given, who, seed, order) => {
        const shuffled = given
          .map((each) => ({ each, at: order.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ each }) => each);
        const bytes = canonicalJson(decide(playbook(given), who, PRIOR_MODELS, seed));
        expect(canonicalJson(decide(playbook(shuffled), who, PRIOR_MODELS, seed))).toBe(bytes);
        const stored = JSON.parse(canonicalJson(who)) as typeof who;
        expect(canonicalJson(decide(playbook(given), stored, PRIOR_MODELS, seed))).toBe(bytes);
      }),
    );
  });

  it('delay, review, quiet hours, days off, caps of both kinds, the beginning and the end of an offer together give the first moment that a search finds', () => {
    const QUARTER = 15 * 60_000;
    const HOURS = 4 * QUARTER;
    const now = Date.parse(NOW);
    const inHours = (hours: number) => new Date(now + hours * HOURS).toISOString();
    const zones = fc.constantFrom('Europe/Berlin', 'Asia/Kolkata', 'America/New_York');
    const drawn = fc.record({
      zone: zones,
      delay: fc.constantFrom(0, 2, 9),
      review: fc.constantFrom(null, 1, 5, 30),
      window: fc.constantFrom([8, 20], [0, 24], [18, 21]),
      dayOff: fc.constantFrom(null, '2026-07-01', '2026-07-02'),
      perDay: fc.constantFrom(null, 1, 2),
      sent: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 3 }),
      full: fc.constantFrom(null, [0, 3], [1, 26]),
      offerEnds: fc.constantFrom(null, 6, 40),
      offerBegins: fc.constantFrom(null, -3, 4, 13, 90),
    });
    let found = 0;
    fc.assert(
      fc.property(
        drawn,
        ({ zone, delay, review, window, dayOff, perDay, sent, full, offerEnds, offerBegins }) => {
          const offer = action(
            { id: 'offer', delay: `${delay}h`, validFor: '3d', offer: 'deal', reviewTime: `${review ?? 1}h` },
            { about: { deal: gives('deal-1') } },
          );
          const [opens, closes] = window;
          const limits = {
            hours: { from: clock(opens), to: clock(closes) },
            notOn: dayOff === null ? [] : [dayOff],
            caps: [...(perDay === null ? [] : [{ max: perDay, per: '1d' }]), OVER_EVERYBODY],
          };
          const who = situation({
            profile: { zones: [zone] },
            history: sent.map((hours) => past({ at: inHours(-hours) })),
            facts: [
              fact({
                id: 'deal-1',
                kind: 'offer',
                validFrom: offerBegins === null ? null : inHours(offerBegins),
                validUntil: offerEnds === null ? null : inHours(offerEnds),
              }),
            ],
            ...(full === null ? {} : { full: [{ ...fullFor(full[1]), from: inHours(full[0]) }] }),
          });
          const given = [
            guardrail({ id: 'rule-0', effect: 'limit', ...limits }),
            ...(review === null ? [] : [guardrail({ id: 'look', effect: 'review' })]),
          ];
          const result = decide(bundle({ actions: [offer], guardrails: given }), who, PRIOR_MODELS, 'seed');

          const local = new Intl.DateTimeFormat('sv-SE', {
            timeZone: zone,
            hourCycle: 'h23',
            year: 'numeric',
            month: '2-digit',
            day: '2-digit',
            hour: '2-digit',
          });
          const permitted = (at: number): boolean => {
            const [date = '', hour = ''] = local.format(at).split(' ');
            if (Number(hour) < opens || Number(hour) >= closes || date === dayOff) return false;
            if (full !== null && at >= now + full[0] * HOURS && at < now + full[1] * HOURS) return false;
            const counted = sent.filter((hours) => now - hours * HOURS > at - 24 * HOURS).length;
            return perDay === null || counted < perDay;
          };
          const first = now + Math.max(delay, review ?? 0, offerBegins ?? 0) * HOURS;
          const end = now + Math.min(delay + 72, offerEnds ?? Infinity) * HOURS;
          let expected: number | null = null;
          for (let at = first; at < end && expected === null; at += QUARTER) if (permitted(at)) expected = at;
          const moment = result.candidates.find((each) => each.action === 'offer')?.sendAt ?? null;
          expect(moment).toBe(expected === null ? null : new Date(expected).toISOString());
          if (expected !== null) found++;
        },
      ),
      { numRuns: 400 },
    );
    expect(found).toBeGreaterThan(50);
  });

  it('probabilities sum to 1 over what could be chosen, and only what is eligible is', () => {
    fc.assert(
      fc.property(rules, about, fc.string(), (given, who, seed) => {
        const result = decide(playbook(given), who, PRIOR_MODELS, seed);
        const sum = result.candidates.reduce((total, each) => total + each.probability, 0);
        expect(sum).toBeCloseTo(result.outcome === 'handoff' ? 0 : 1, 9);
        for (const each of result.candidates) if (!each.eligible) expect(each.probability).toBe(0);
        if (result.outcome !== 'act') return;
        const chosen = eligible(result).find(
          (each) => each.action === result.action && each.channel === result.channel,
        );
        expect(chosen?.probability).toBe(result.probability);
        expect(chosen?.sendAt).toBe(result.sendAt);
      }),
    );
  });

  it('looking again at what a change touches gives what deciding the changed case gives', () => {
    const name = fc.constantFrom('welcome', 'offer', 'receipt');
    const channel = fc.constantFrom('email', 'onsite');
    const change: fc.Arbitrary<Change> = fc.oneof(
      fc
        .integer({ min: 0, max: 5 })
        .map((n): Change => ({ kind: 'guardrail_removed', guardrail: `rule-${n}` })),
      fc
        .tuple(channel, fc.constantFrom('general', '*'), fc.constantFrom<ConsentState[]>('granted', 'denied'))
        .map(([on, topic, state]): Change => ({ kind: 'consent', channel: on, topic, state })),
      channel.map((on): Change => ({ kind: 'suppression_lifted', channel: on })),
      name.map((id): Change => ({ kind: 'not_held_out', action: id })),
      fc.constantFrom<Change[]>({ kind: 'tasks_closed' }, { kind: 'task_opened' }),
      fc
        .tuple(name, fc.constantFrom(0, 50, 5_000))
        .map(([id, value]): Change => ({ kind: 'value', action: id, value })),
    );
    // Conditions that read what changes change.
    const agreed: CompiledExpression<boolean> = {
      source: 'profile.consents.email == "granted"',
      evaluate: (input) => {
        const consents = (input['profile'] as ReadonlyMap<string, ReadonlyMap<string, unknown>>).get(
          'consents',
        );
        return { known: true, value: consents?.get('email') === 'granted' };
      },
    };
    const watched: CompiledExpression<boolean> = {
      source: 'openTasks > 0',
      evaluate: (input) => ({ known: true, value: Number(input['openTasks']) > 0 }),
    };
    const conditions = fc.array(fc.tuple(effect, scope, fc.constantFrom(agreed, watched)), { maxLength: 2 });
    const circumstances = fc.record({
      suppressed: fc.boolean(),
      task: fc.boolean(),
      consents: fc.boolean(),
    });
    fc.assert(
      fc.property(
        rules,
        conditions,
        about,
        circumstances,
        fc.array(change, { minLength: 1, maxLength: 3 }),
        fc.string(),
        (given, more, who, { suppressed, task, consents }, changes, seed) => {
          const own = more.map(([spec, where, condition], i) =>
            guardrail({ id: `own-${i}`, ...spec, scope: where }, condition),
          );
          const before: Case = {
            bundle: playbook([...given, ...own]),
            situation: {
              ...who,
              profile: consents ? who.profile : { ...who.profile, consents: [] },
              suppressions: suppressed ? [{ channel: 'email', reason: 'manual', at: NOW }] : [],
              openTasks: task ? [{ id: 'tsk_1', code: 'rule-1', reason: 'a complaint' }] : [],
            },
          };
          const after = changes.reduce(applyChange, before);
          const examined = examine(before.bundle, before.situation, PRIOR_MODELS);
          const { outcome, action, channel: on } = decide(after.bundle, after.situation, PRIOR_MODELS, seed);
          expect(choose(reexamine(examined, changes), seed)).toEqual({ outcome, action, channel: on });
        },
      ),
      { numRuns: 500 },
    );
  });
});
