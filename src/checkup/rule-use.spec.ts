import { type Candidate, type DecisionResult } from '../decisions/decision.js';
import { usesOf } from './rule-use.js';

type Verdicts = Readonly<Record<string, Candidate['guardrails'][number]['effect']>>;

function candidate(
  action: string,
  total: number,
  given: {
    readonly matched?: Verdicts;
    readonly blockedBy?: readonly (readonly [code: string, text?: string])[];
  } = {},
): Candidate {
  const blockedBy = (given.blockedBy ?? []).map(([code, text = '']) => ({ code, text }));
  return {
    action,
    channel: 'email',
    eligible: blockedBy.length === 0,
    blockedBy,
    score: { propensity: 0, value: 0, cost: 0, total },
    guardrails: Object.entries(given.matched ?? {}).map(([id, effect]) => ({ id, effect, matched: true, reason: '' })), // prettier-ignore
    sendAt: null,
    probability: 0,
  };
}

function result(
  outcome: DecisionResult['outcome'],
  candidates: Candidate[],
  more: Partial<DecisionResult> = {},
): DecisionResult {
  // prettier-ignore
  return {
    outcome,
    action: outcome === 'act' ? (candidates[0]?.action ?? '') : outcome,
    channel: outcome === 'act' ? 'email' : null,
    sendAt: null,
    expiresAt: null,
    reasons: [],
    candidates: [...candidates, { ...candidate('hold', 0), channel: null }],
    probability: 1,
    handoff: null,
    review: null,
    textLimits: { required: [], forbidden: [], maxDiscountPercent: null },
    facts: {},
    offer: null,
    ...more,
  };
}

const uses = (decided: DecisionResult, owed: readonly string[] = []) =>
  Object.fromEntries(
    usesOf(decided, (action) => owed.includes(action)).map(({ rule, stood, alone, costMicros }) => [
      rule,
      [stood, alone, costMicros],
    ]),
  );

describe('what a rule did in a decision', () => {
  it('cost what the best that it alone held back was worth, less what was done', () => {
    const decided = result('act', [
      candidate('care', 20),
      candidate('offer', 90.5, { matched: { a: 'suppress' }, blockedBy: [['guardrail:a']] }),
      candidate('upsell', 60, { matched: { a: 'suppress' }, blockedBy: [['guardrail:a']] }),
      candidate('gift', 900, { matched: { a: 'suppress', b: 'suppress' }, blockedBy: [['guardrail:a'], ['guardrail:b']] }), // prettier-ignore
    ]);
    expect(uses(decided)).toEqual({ a: [true, true, 70_500_000], b: [true, false, 0] });
  });

  it('costs nothing where consent was missing too, or it was not worth it', () => {
    const decided = result('hold', [
      candidate('offer', 90, { matched: { a: 'suppress' }, blockedBy: [['guardrail:a'], ['consent_denied']] }), // prettier-ignore
      candidate('late', -5, { matched: { b: 'suppress' }, blockedBy: [['guardrail:b']] }),
    ]);
    expect(uses(decided)).toEqual({ a: [true, false, 0], b: [true, false, 0] });
    expect(uses(decided, ['late'])).toMatchObject({ b: [true, true, 0] });
  });

  it('of a limit is read from what it names', () => {
    const decided = result('hold', [
      candidate('offer', 90, {
        matched: { pressure: 'limit', hours: 'limit' },
        blockedBy: [
          ['cap', 'Rule pressure allows 1 message in any 24h; there is no room before it expires.'],
        ],
      }),
      candidate('gift', 40, {
        matched: { 'only-mail': 'limit', 'only-site': 'limit' },
        blockedBy: [['limits_conflict', 'The rules only-mail and only-site together leave no channel.']],
      }),
    ]);
    expect(uses(decided)).toEqual({
      pressure: [true, true, 90_000_000],
      hours: [false, false, 0],
      'only-mail': [true, false, 0],
      'only-site': [true, false, 0],
    });
  });

  it('of a hand-off holds back everything, unless another hands over too', () => {
    const candidates = [
      candidate('offer', 90, { matched: { complaint: 'handoff' }, blockedBy: [['guardrail:complaint']] }),
      candidate('care', 30, { matched: { no: 'suppress' }, blockedBy: [['guardrail:no']] }),
      candidate('note', 95),
    ];
    const because = (...rules: string[]) => ({ reasons: rules.map((id) => ({ code: `guardrail:${id}`, text: '' })) }); // prettier-ignore
    expect(uses(result('handoff', candidates, because('complaint')))).toEqual({
      complaint: [true, true, 95_000_000],
      no: [true, false, 0],
    });
    expect(uses(result('handoff', candidates, because('complaint', 'key-account')))).toMatchObject({
      complaint: [true, false, 0],
    });
  });

  it('of a review asks for a person and holds nothing back', () => {
    const matched: Verdicts = { dear: 'review', long: 'review' };
    const decided = result('act', [candidate('offer', 90, { matched })]);
    const asked = (...ids: string[]) => ({ ...decided, review: { tier: 1 as const, why: ids.map((code) => ({ code, text: '' })) } }); // prettier-ignore
    expect(uses(asked('dear'))).toEqual({ dear: [true, true, 0], long: [false, false, 0] });
    expect(uses(asked('dear', 'long'))).toMatchObject({ dear: [true, false, 0] });
  });
});
