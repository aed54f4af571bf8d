import fc from 'fast-check';
import { action, bundle, gives, guardrail, reads, situation } from '../../test/fixtures/playbook.js';
import { type CompiledGuardrail } from '../policies/bundle.js';
import { decide } from './decide.js';
import { type Candidate, type DecisionResult, PRIOR_MODELS } from './decision.js';
import { recheck } from './recheck.js';
import { type Situation } from './situation.js';

/** One action on two channels and nothing left to chance: whatever differs is the rules' doing. */
const letter = action({ id: 'letter', channels: ['email', 'onsite'], tags: ['news'] });
const decided = (rules: readonly CompiledGuardrail[], who: Situation): DecisionResult =>
  decide(bundle({ actions: [letter], guardrails: rules }), who, PRIOR_MODELS, 'seed');
const candidateOn = (result: DecisionResult, channel: string): Candidate | undefined =>
  result.candidates.find((each) => each.channel === channel);
const codes = (candidate: Candidate | undefined): string[] =>
  candidate?.blockedBy.map(({ code }) => code) ?? [];

const matching = fc.constantFrom(gives(true), reads('profile.traits.age'));
const hours = fc
  .tuple(fc.integer({ min: 0, max: 22 }), fc.integer({ min: 1, max: 24 }))
  .map(([from, length]) => ({
    from: `${String(from).padStart(2, '0')}:00`,
    to: `${String(Math.min(24, from + length)).padStart(2, '0')}:00`,
  }));
const limit = fc.record(
  {
    channels: fc.constantFrom(['email'], ['onsite'], ['email', 'onsite']),
    hours: fc.oneof(hours, fc.array(hours, { minLength: 2, maxLength: 2 })),
    notOn: fc.constantFrom(['2026-07-01'], ['2026-07-02', '2026-07-03']),
    caps: fc.constantFrom([{ max: 1, per: '1d' }], [{ max: 2, per: '2d', channels: ['email'] }], [{ max: 0, per: '1h' }]),
    requiredText: fc.constantFrom(['Imprint'], ['Terms apply', 'Imprint']),
    forbiddenText: fc.constantFrom(['hurry'], ['imprint']),
    maxDiscountPercent: fc.integer({ min: 0, max: 60 }),
  },
  { requiredKeys: [] },
); // prettier-ignore
const rule = (id: string, spec: Record<string, unknown>, when = gives(true)): CompiledGuardrail =>
  guardrail({ id, effect: 'limit', ...spec }, when);
const who = fc.record({
  zones: fc.constantFrom(['Europe/Berlin'], ['America/New_York', 'America/Los_Angeles'], ['Asia/Kolkata']),
  now: fc.constantFrom('2026-07-01T08:00:00.000Z', '2026-03-28T22:30:00.000Z', '2026-06-30T21:59:59.999Z'),
});
const person = ({ zones, now }: { readonly zones: readonly string[]; readonly now: string }): Situation =>
  situation({ now, profile: { zones }, actions: ['letter'] });

describe('suppression and hand-off', () => {
  it('the suppression holds the message, and the hand-off’s task is made all the same', () => {
    fc.assert(
      fc.property(matching, matching, fc.boolean(), who, (a, b, first, where) => {
        const rules = [
          guardrail({ id: 'silent', effect: 'suppress' }, a),
          guardrail({ id: 'human', effect: 'handoff', handTo: 'care' }, b),
        ];
        const ordered = first ? rules : rules.toReversed();
        const result = decided(ordered, person(where));
        expect(result.outcome).toBe('handoff');
        expect(result.handoff).toMatchObject({ owner: 'care', reasonCode: 'human' });
        for (const channel of ['email', 'onsite']) {
          expect(candidateOn(result, channel)?.eligible).toBe(false);
          expect(codes(candidateOn(result, channel))).toEqual(
            expect.arrayContaining(['guardrail:human', 'guardrail:silent']),
          );
        }
        const again = recheck(bundle({ actions: [letter], guardrails: ordered }), person(where), {
          id: 'msg_1',
          action: 'letter',
          channel: 'email',
          sendAt: where.now,
          expiresAt: '2026-07-09T00:00:00.000Z',
          createdAt: where.now,
          facts: [],
        });
        expect(again).toMatchObject({ verdict: 'suppress', handoff: { owner: 'care' } });
      }),
    );
  });
});

describe('limits', () => {
  it('of two rules hold together: what both allow is exactly what is allowed', () => {
    fc.assert(
      fc.property(limit, limit, who, (a, b, where) => {
        const [one, other] = [rule('one', a), rule('other', b)];
        const [alone, alsoAlone, both] = [[one], [other], [one, other]].map((rules) =>
          decided(rules, person(where)),
        );
        for (const channel of ['email', 'onsite']) {
          const [x, y, together] = [alone, alsoAlone, both].map(
            (result) => result && candidateOn(result, channel),
          );
          // Neither lets out what the other holds back …
          if (x?.eligible !== true || y?.eligible !== true) expect(together?.eligible).toBe(false);
          // … and nothing leaves before both allow it.
          const latest = [x?.sendAt ?? '', y?.sendAt ?? ''].sort().at(-1) ?? '';
          if (together?.sendAt != null) expect(together.sendAt >= latest).toBe(true);
          // What both allow at the same time is allowed, unless their words contradict each other.
          if (x?.eligible === true && y?.eligible === true && x.sendAt === y.sendAt && !contradict(a, b))
            expect([together?.eligible, together?.sendAt]).toEqual([true, x.sendAt]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('on words and discounts add up, whichever rule they come from', () => {
    fc.assert(
      fc.property(limit, limit, who, (a, b, where) => {
        const result = decided([rule('one', a), rule('other', b)], person(where));
        if (result.outcome !== 'act') return;
        const { required, forbidden, maxDiscountPercent } = result.textLimits;
        expect(new Set(required)).toEqual(new Set([...(a.requiredText ?? []), ...(b.requiredText ?? [])]));
        expect(new Set(forbidden)).toEqual(new Set([...(a.forbiddenText ?? []), ...(b.forbiddenText ?? [])]));
        const discounts = [a.maxDiscountPercent, b.maxDiscountPercent].filter((each) => each !== undefined);
        expect(maxDiscountPercent).toBe(discounts.length === 0 ? null : Math.min(...discounts));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['channels', { channels: ['email'] }, { channels: ['onsite'] }],
    ['hours', { hours: { from: '08:00', to: '10:00' } }, { hours: { from: '10:00', to: '12:00' } }],
    [
      'days',
      { hours: { from: '08:00', to: '20:00', days: [1, 2] } },
      { hours: [{ from: '08:00', to: '20:00', days: [3] }, { from: '08:00', to: '20:00', days: [4] }] }, // prettier-ignore
    ],
    ['words', { requiredText: ['Only today'] }, { forbiddenText: ['only today'] }],
  ])('on %s that leave nothing together hold, and name the two rules that met', (_what, a, b) => {
    for (const order of [1, -1]) {
      const rules = [
        rule('first-rule', a),
        rule('second-rule', b),
        rule('bystander', { maxDiscountPercent: 10 }),
      ];
      const result = decided(order === 1 ? rules : rules.toReversed(), person({ zones: ['Europe/Berlin'], now: '2026-07-01T08:00:00.000Z' })); // prettier-ignore
      expect(result.outcome).toBe('hold');
      const [reason] = result.reasons;
      expect(reason?.code).toBe('limits_conflict');
      expect(reason?.text).toContain('first-rule');
      expect(reason?.text).toContain('second-rule');
      expect(reason?.text).not.toContain('bystander');
    }
  });
});

describe('one more rule', () => {
  const any = fc.oneof(
    limit.map((spec) => ({ effect: 'limit', ...spec })),
    fc.record({ effect: fc.constant('review'), tier: fc.constantFrom(1, 2) }),
    fc.constant({ effect: 'suppress' }),
    fc.constant({ effect: 'handoff', handTo: 'care' }),
  );

  it('never asks for fewer reviewers, fewer words or less restraint than without it', () => {
    fc.assert(
      fc.property(fc.array(any, { maxLength: 3 }), any, matching, who, (given, added, when, where) => {
        const rules = given.map((spec, i) => guardrail({ id: `rule-${i}`, ...spec }));
        const before = decided(rules, person(where));
        const after = decided([...rules, guardrail({ id: 'one-more', ...added }, when)], person(where));
        if (before.outcome !== 'act' || after.outcome !== 'act') return;
        // Another channel has its own limits; what is compared is the same message.
        if (before.channel !== after.channel) return;
        expect(after.review?.tier ?? 0).toBeGreaterThanOrEqual(before.review?.tier ?? 0);
        expect(after.textLimits.required).toEqual(expect.arrayContaining(before.textLimits.required));
        expect(after.textLimits.forbidden).toEqual(expect.arrayContaining(before.textLimits.forbidden));
        expect(after.textLimits.maxDiscountPercent ?? 100).toBeLessThanOrEqual(
          before.textLimits.maxDiscountPercent ?? 100,
        );
        expect((after.sendAt ?? '') >= (before.sendAt ?? '')).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a message that is due', () => {
  const any = fc.oneof(
    limit.map((spec) => ({ effect: 'limit', ...spec })),
    fc.record({ effect: fc.constant('review'), tier: fc.constantFrom(1, 2) }),
    fc.constant({ effect: 'suppress' }),
    fc.record({ effect: fc.constant('handoff'), severity: fc.constantFrom('low', 'critical') }),
  );
  const asked = fc.oneof(matching, fc.constant(gives(false)));
  const due = fc.record({
    text: fc.constantFrom('Hello', 'Terms apply. Imprint.', 'Hurry, Imprint'),
    sendAt: fc.constantFrom('2026-06-30T12:00:00.000Z', '2026-07-01T18:00:00.000Z'),
    expiresAt: fc.constantFrom('2026-07-02T06:00:00.000Z', '2026-07-09T00:00:00.000Z'),
    people: fc.constantFrom(0, 1, 2),
  });

  it('leaves no sooner and by no fewer hands for one more rule, loses no task to it, and does not care for the order', () => {
    let leaves = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(any, asked), { maxLength: 3 }),
        any,
        asked,
        who,
        due,
        fc.constantFrom(false, false, false, true),
        (drawn, added, when, where, { people, ...message }, isOpen) => {
          const given = drawn.map(([spec, own], i) => guardrail({ id: `rule-${i}`, ...spec }, own));
          const about = {
            ...person(where),
            openTasks: isOpen ? [{ id: 'tsk_1', code: 'one-more', reason: 'It is with somebody.' }] : [],
          };
          const looked = (rules: readonly CompiledGuardrail[]) =>
            recheck(bundle({ actions: [letter], guardrails: rules }), about, {
              id: 'msg_1',
              action: 'letter',
              channel: 'email',
              createdAt: '2026-06-01T00:00:00.000Z',
              facts: [],
              ...(people === 0 ? {} : { signed: { people, shown: given.map(({ spec }) => spec.id) } }),
              ...message,
            });
          const [before, after] = [
            looked(given),
            looked([...given, guardrail({ id: 'one-more', ...added }, when)]),
          ];
          if (after.verdict === 'send' || after.verdict === 'postpone') leaves++;
          if (after.verdict === 'send') expect(before.verdict).toBe('send');
          if (after.verdict === 'postpone') {
            expect(['send', 'postpone']).toContain(before.verdict);
            expect((after.at ?? '') >= (before.at ?? '')).toBe(true);
          }
          if (before.verdict === 'review' && after.verdict === 'review')
            expect(after.tier).toBeGreaterThanOrEqual(before.tier);
          if (before.handoff !== null) expect(after.handoff).not.toBeNull();
          expect(looked(given.toReversed())).toEqual(before);
        },
      ),
      { numRuns: 400 },
    );
    // The law is worth something only where something leaves.
    expect(leaves).toBeGreaterThan(5);
  });
});

interface Words {
  readonly requiredText?: readonly string[] | undefined;
  readonly forbiddenText?: readonly string[] | undefined;
}

function contradict(a: Words, b: Words): boolean {
  const required = [...(a.requiredText ?? []), ...(b.requiredText ?? [])].map((text) => text.toLowerCase());
  const forbidden = [...(a.forbiddenText ?? []), ...(b.forbiddenText ?? [])].map((text) =>
    text.toLowerCase(),
  );
  return required.some((text) => forbidden.some((word) => text.includes(word)));
}
