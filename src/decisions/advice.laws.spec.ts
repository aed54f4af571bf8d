import fc from 'fast-check';
import {
  action,
  bundle,
  gives,
  guardrail,
  NOW,
  past,
  reads,
  situation,
} from '../../test/fixtures/playbook.js';
import { type CompiledGuardrail } from '../policies/bundle.js';
import { adviceSchema, triggerSchema } from '../policies/playbook.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { durationMs } from '../shared/clock.js';
import { decide } from './decide.js';
import { type Candidate, type DecisionResult, HOLD, PRIOR_MODELS } from './decision.js';
import { examine, permittedFrom } from './candidates.js';
import { type Advice, type Situation } from './situation.js';

const actions = [
  action({ id: 'welcome', channels: ['email', 'onsite'], tags: ['news'] }),
  action({ id: 'offer', value: 2_000, tags: ['offer'], holdout: 0.2 }),
  action({ id: 'poor', value: 20 }),
  action({ id: 'receipt', class: 'transactional' }),
];
const UP = actions.map(({ spec }) => spec.id);
const LONGEST = '2d';

const when = fc.constantFrom(gives(true), gives(false), reads('profile.traits.age'));
const effect = fc.oneof(
  fc.record({ effect: fc.constant('suppress') }),
  fc.record({ effect: fc.constant('handoff') }),
  fc.record({ effect: fc.constant('review') }),
  fc.record({
    effect: fc.constant('limit'),
    channels: fc.constantFrom(undefined, ['email'], ['onsite']),
    hours: fc.constantFrom(
      undefined,
      { from: '08:00', to: '20:00' },
      { from: '18:00', to: '22:00', days: [6, 7] },
    ),
    caps: fc.constantFrom([], [{ max: 1, per: '1d' }], [{ max: 0, per: '1h' }], [{ max: 2, per: '1w' }]),
    forbiddenText: fc.constantFrom([], ['free']),
  }),
);
const scope = fc.record({
  actions: fc.constantFrom([], ['welcome'], ['offer']),
  channels: fc.constantFrom([], ['email'], ['onsite']),
});
const rules = fc
  .array(fc.tuple(effect, scope, when), { maxLength: 4 })
  .map((drawn) =>
    drawn.map(([spec, where, condition], i) =>
      guardrail({ id: `rule-${i}`, ...spec, scope: where }, condition),
    ),
  );
const suggested = fc.constantFrom(
  { action: 'welcome', channel: 'email' },
  { action: 'welcome', channel: 'onsite' },
  { action: 'offer', channel: 'email' },
  { action: 'poor', channel: 'email' },
  { action: 'receipt', channel: 'email' },
  { action: 'no-such-action', channel: 'email' },
  { action: HOLD, channel: null },
);
const moment = fc
  .integer({ min: -5 * 1_440, max: 8 * 1_440 })
  .map((minutes) => new Date(Date.parse(NOW) + minutes * 60_000).toISOString());
/** Whatever anybody may suggest, also what only a broken store could hold. */
const anyAdvice: fc.Arbitrary<Advice> = fc.record({
  from: fc.constantFrom('model', 'history'),
  at: fc.constant(NOW),
  ranking: fc.array(suggested, { maxLength: 8 }),
  sendAt: fc.option(moment),
  reasons: fc.array(fc.string(), { maxLength: 2 }),
  dropped: fc.array(fc.string(), { maxLength: 2 }),
  instead: fc.option(fc.record({ code: fc.string(), text: fc.string() })),
  asked: fc.constant(null),
  shown: fc.constant(null),
});
const about: fc.Arbitrary<Situation> = fc
  .record({
    zones: fc.constantFrom(['Europe/Berlin'], ['America/New_York', 'America/Los_Angeles'], []),
    id: fc.integer({ min: 0, max: 30 }).map((n) => `prf_${n}`),
    sent: fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 3 }),
    up: fc.constantFrom(UP, ['welcome', 'offer'], ['poor'], ['receipt', 'welcome']),
  })
  .map(({ sent, up, ...profile }) =>
    situation({
      profile,
      actions: up,
      trigger: { id: 'fired', firingId: 'fir_1', evidence: {}, firedAt: NOW },
      history: sent.map((hours) =>
        past({ messageId: `msg_${hours}`, at: new Date(Date.parse(NOW) - hours * 3_600_000).toISOString() }),
      ),
    }),
  );

function playbook(guardrails: readonly CompiledGuardrail[], weight: number, exploration = 0) {
  const spec = triggerSchema.parse({
    id: 'fired',
    title: 'Something happened',
    kind: 'event',
    event: 'Something',
    actions: UP,
    owner: 'marketing',
    advice: adviceSchema.parse({ weight, longestWait: LONGEST }),
  });
  return {
    ...bundle({ actions, guardrails, engine: { exploration } }),
    triggers: new Map([['fired', { spec, when: gives(true), value: null }]]),
  };
}

const weight = fc.constantFrom(0.05, 0.3, 0.5);
const nameOf = ({ action: id, channel }: Pick<Candidate, 'action' | 'channel'>) => `${id} ${channel ?? ''}`;
const eligible = (result: DecisionResult) => result.candidates.filter((each) => each.eligible).map(nameOf);

describe('laws of advice', () => {
  it('whatever is suggested, the same candidates are permitted, and for the same reasons others are not', () => {
    fc.assert(
      fc.property(rules, about, anyAdvice, weight, fc.string(), (given, who, advice, w, seed) => {
        const plain = decide(playbook(given, w), who, PRIOR_MODELS, seed);
        const advised = decide(playbook(given, w), { ...who, advice }, PRIOR_MODELS, seed);
        expect(eligible(advised)).toEqual(eligible(plain));
        const rest = (each: Candidate) => ({ ...each, advised: null, sendAt: null, probability: 0 });
        expect(advised.candidates.map(rest)).toEqual(plain.candidates.map(rest));
        // Nothing comes out where nothing came out before, and nobody is kept from taking over.
        if (plain.outcome !== 'act') expect(advised.outcome).toBe(plain.outcome);
        if (advised.outcome === 'act') expect(eligible(plain)).toContain(nameOf(advised));
        expect(advised.handoff).toEqual(plain.handoff);
      }),
      { numRuns: 1_000 },
    );
  });

  it('whatever time is suggested, it leaves at a permitted moment, never sooner, and later by no more than may be', () => {
    fc.assert(
      fc.property(rules, about, anyAdvice, weight, (given, who, advice, w) => {
        const plain = examine(playbook(given, w), who, PRIOR_MODELS);
        const advised = examine(playbook(given, w), { ...who, advice }, PRIOR_MODELS);
        for (const [i, each] of advised.examined.entries()) {
          const usual = plain.examined[i]?.time;
          expect(each.time.ok).toBe(usual?.ok);
          expect(each.expiresAt).toBe(plain.examined[i]?.expiresAt);
          if (!each.time.ok || usual?.ok !== true) continue;
          expect(each.time.at).toBeGreaterThanOrEqual(usual.at);
          expect(each.time.at).toBeLessThan(each.expiresAt);
          expect(each.time.at - usual.at).toBeLessThanOrEqual(durationMs(LONGEST));
          const again = permittedFrom(plain, i, each.time.at);
          expect(again.ok && again.at).toBe(each.time.at);
          if (each.action?.class === 'transactional') expect(each.time.at).toBe(usual.at);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('moves what a candidate is worth by no more than its weight', () => {
    fc.assert(
      fc.property(rules, about, anyAdvice, weight, fc.string(), (given, who, advice, w, seed) => {
        const { candidates } = decide(playbook(given, w), { ...who, advice }, PRIOR_MODELS, seed);
        for (const { action: id, score, advised } of candidates) {
          if (advised === undefined) continue;
          expect(id).not.toBe('receipt');
          expect(Math.abs(advised - score.total)).toBeLessThanOrEqual(
            score.propensity * score.value * w + 1e-6,
          );
        }
      }),
    );
  });

  it('is data: the same bytes from the stored situation, and none of it without a trigger that asks for it', () => {
    fc.assert(
      fc.property(rules, about, anyAdvice, weight, fc.string(), (given, who, advice, w, seed) => {
        const advised = { ...who, advice };
        const bytes = canonicalJson(decide(playbook(given, w, 0.3), advised, PRIOR_MODELS, seed));
        const stored = JSON.parse(canonicalJson(advised)) as Situation;
        expect(canonicalJson(decide(playbook(given, w, 0.3), stored, PRIOR_MODELS, seed))).toBe(bytes);
        const unasked = bundle({ actions, guardrails: given });
        expect(decide(unasked, advised, PRIOR_MODELS, seed)).toEqual(
          decide(unasked, who, PRIOR_MODELS, seed),
        );
      }),
    );
  });
});
