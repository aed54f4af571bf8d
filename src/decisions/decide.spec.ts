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
import { type Bundle } from '../policies/bundle.js';
import { unitHash } from '../shared/hash.js';
import { decide } from './decide.js';
import { type DecisionResult, PRIOR_MODELS } from './decision.js';
import { hourChannels } from './needs.js';
import { type ExpectedReview, type Situation } from './situation.js';

const decided = (playbook: Bundle, about: Situation, seed = 'seed'): DecisionResult =>
  decide(playbook, about, PRIOR_MODELS, seed);
const codes = (result: DecisionResult) => result.reasons.map(({ code }) => code);
const candidate = (result: DecisionResult, name: string, channel: string | null = 'email') =>
  result.candidates.find((each) => each.action === name && each.channel === channel);

describe('deciding', () => {
  it('acts when it is worth it, and says what it is worth', () => {
    const result = decided(bundle({}), situation());
    expect(result).toMatchObject({
      outcome: 'act',
      action: 'welcome',
      channel: 'email',
      sendAt: NOW,
      expiresAt: '2026-07-04T08:00:00.000Z',
      probability: 1,
      review: null,
    });
    expect(candidate(result, 'welcome')?.score).toEqual({
      propensity: 0.1,
      value: 1000,
      cost: 10,
      total: 90,
    });
    expect(candidate(result, 'hold', null)).toMatchObject({ eligible: true, probability: 0 });
  });

  it('holds when a contact costs more than it is worth', () => {
    const result = decided(bundle({ actions: [action({ id: 'welcome', value: 50 })] }), situation());
    expect(result).toMatchObject({
      outcome: 'hold',
      action: 'hold',
      channel: null,
      sendAt: null,
      probability: 1,
    });
    expect(codes(result)).toEqual(['not_worth_it']);
    expect(candidate(result, 'hold', null)?.probability).toBe(1);
  });

  it('holds when a trigger fired longer ago than a signal may be late', () => {
    const firedAt = (ms: number) => ({
      id: 'signed-up',
      firingId: 'fir_1',
      evidence: {},
      firedAt: new Date(Date.parse(NOW) - ms).toISOString(),
    });
    expect(decided(bundle({}), situation({ trigger: firedAt(3_600_000) })).outcome).toBe('act');
    const late = decided(bundle({}), situation({ trigger: firedAt(3_600_001) }));
    expect(late.outcome).toBe('hold');
    expect(candidate(late, 'welcome')?.blockedBy.map(({ code }) => code)).toEqual(['trigger_late']);
  });

  it('charges more for each message of the last week', () => {
    const history = [1, 2, 3, 4].map((day) => past({ at: `2026-06-2${day + 4}T08:00:00.000Z` }));
    expect(candidate(decided(bundle({}), situation({ history })), 'welcome')?.score.cost).toBe(30);
  });

  it('puts up every marketing action when none was asked for, on each of its enabled channels', () => {
    const playbook = bundle({
      actions: [
        action({ id: 'welcome', channels: ['email', 'onsite', 'pigeon'] }),
        action({ id: 'receipt', class: 'transactional' }),
      ],
    });
    expect(decided(playbook, situation()).candidates.map((each) => [each.action, each.channel])).toEqual([
      ['welcome', 'email'],
      ['welcome', 'onsite'],
      ['hold', null],
    ]);
  });

  it('names an action the playbook does not have, and one without a channel', () => {
    const playbook = bundle({ actions: [action({ id: 'welcome', channels: ['pigeon'] })] });
    const result = decided(playbook, situation({ actions: ['welcome', 'gone'] }));
    expect(result.outcome).toBe('hold');
    expect(codes(result)).toEqual(['no_channel', 'unknown_action']);
    expect(codes(decided(playbook, situation({ actions: [] })))).toEqual(['no_candidates']);
  });
});

describe('the built-in checks', () => {
  it.each<[string, string, Parameters<typeof situation>[0]]>([
    ['no_address', 'without an address', { profile: { addresses: { email: null, phone: null } } }],
    [
      'suppressed',
      'with a suppressed address',
      { suppressions: [{ channel: 'email', reason: 'unsubscribe', at: NOW }] },
    ],
    ['consent_unknown', 'when nothing was said about consent', { profile: { consents: [] } }],
    [
      'consent_denied',
      'when the topic was refused although all topics were granted before',
      {
        profile: {
          consents: [
            { channel: 'email', topic: '*', state: 'granted', source: 'form', at: NOW },
            { channel: 'email', topic: 'general', state: 'denied', source: 'form', at: NOW },
          ],
        },
      },
    ],
    [
      'open_task',
      'while a person takes care',
      { openTasks: [{ id: 'tsk_1', code: 'complaint', reason: 'a complaint' }] },
    ],
  ])('hold with %s %s', (code, _when, about) => {
    const result = decided(bundle({}), situation(about));
    expect(result.outcome).toBe('hold');
    expect(codes(result)).toEqual([code]);
  });

  it('let the topic that was granted through although all were refused before', () => {
    const consents = [
      {
        channel: 'email',
        topic: '*',
        state: 'denied' as const,
        source: 'form',
        at: '2026-01-01T00:00:00.000Z',
      },
      { channel: 'email', topic: 'general', state: 'granted' as const, source: 'form', at: NOW },
    ];
    expect(decided(bundle({}), situation({ profile: { consents } })).outcome).toBe('act');
  });

  it('let a transactional message go without consent and after an unsubscription, not after a hard bounce', () => {
    const playbook = bundle({ actions: [action({ id: 'receipt', class: 'transactional', value: 0 })] });
    const suppressed = (reason: string) =>
      decided(
        playbook,
        situation({
          actions: ['receipt'],
          profile: { consents: [] },
          suppressions: [{ channel: 'email', reason, at: NOW }],
        }),
      );
    expect(suppressed('unsubscribe').outcome).toBe('act');
    expect(suppressed('complaint').outcome).toBe('act');
    expect(codes(suppressed('hard_bounce'))).toEqual(['suppressed']);
    expect(codes(suppressed('manual'))).toEqual(['suppressed']);
  });

  it('hold back whoever the action is not for, and whoever nobody knows it to be for', () => {
    const held = (is: ReturnType<typeof gives<boolean>>) =>
      codes(decided(bundle({ actions: [action({ id: 'welcome' }, { is })] }), situation()));
    expect(held(gives(false))).toEqual(['not_eligible']);
    expect(held(reads('profile.traits.age'))).toEqual(['eligibility_unknown']);
  });

  it('hold out a share of people by hash, always the same', () => {
    const playbook = bundle({ actions: [action({ id: 'welcome', holdout: 0.3 })] });
    const people = Array.from({ length: 2_000 }, (_, i) => `prf_${i}`);
    const out = people.filter((id) =>
      codes(decided(playbook, situation({ profile: { id } }))).includes('held_out'),
    );
    expect(out.length / people.length).toBeCloseTo(0.3, 1);
    expect(out).toEqual(people.filter((id) => unitHash(`holdout:welcome:${id}`) < 0.3));
  });

  it('hold without a fact, with one that is not valid any more, and expire with the one that ends first', () => {
    const playbook = bundle({
      actions: [action({ id: 'back', offer: 'product' }, { about: { product: gives('sku-1') } })],
    });
    const with_ = (...facts: ReturnType<typeof fact>[]) => decided(playbook, situation({ facts }));
    expect(codes(with_())).toEqual(['missing_fact']);
    expect(codes(with_(fact({ id: 'sku-1', validUntil: NOW })))).toContain('stale_fact');
    expect(with_(fact({ id: 'sku-1', validUntil: '2026-07-02T08:00:00.000Z' }))).toMatchObject({
      outcome: 'act',
      expiresAt: '2026-07-02T08:00:00.000Z',
      facts: { product: 'sku-1' },
      offer: 'sku-1',
    });
    const begins = (validFrom: string) => with_(fact({ id: 'sku-1', validFrom }));
    expect(begins('2026-07-02T08:00:00.000Z')).toMatchObject({
      outcome: 'act',
      sendAt: '2026-07-02T08:00:00.000Z',
      reasons: [
        { code: 'best_value' },
        {
          code: 'waits_for_fact',
          text: 'It waits until Thu 2 Jul 2026, 10:00 Europe/Berlin: the fact sku-1 for “product” is valid from Thu 2 Jul 2026, 10:00 Europe/Berlin.',
        },
      ],
    });
    expect(begins('2027-07-02T08:00:00.000Z').reasons).toEqual([
      {
        code: 'stale_fact',
        text: 'The fact sku-1 for “product” is valid only from 2027-07-02T08:00:00.000Z, when it would have expired.',
      },
    ]);
    const unknown = bundle({
      actions: [action({ id: 'back' }, { about: { product: reads('signal.properties.sku') } })],
    });
    const result = decided(unknown, situation());
    expect(result.reasons).toEqual([
      {
        code: 'missing_fact',
        text: 'Which fact “product” is about is not known: signal.properties.sku is missing.',
      },
    ]);
  });
});

describe('guardrails', () => {
  it('are all evaluated and recorded, also after the first "no"', () => {
    const playbook = bundle({
      guardrails: [
        guardrail({ id: 'one', effect: 'suppress' }),
        guardrail({ id: 'two', effect: 'suppress' }, gives(false)),
        guardrail({ id: 'three', effect: 'review' }, reads('profile.traits.age')),
        guardrail({ id: 'elsewhere', effect: 'suppress', scope: { channels: ['onsite'] } }),
      ],
    });
    const result = decided(playbook, situation({ profile: { consents: [] } }));
    expect(candidate(result, 'welcome')?.guardrails).toEqual([
      { id: 'one', effect: 'suppress', matched: true, reason: 'Because of one.' },
      {
        id: 'three',
        effect: 'review',
        matched: true,
        reason: 'Because of three. (profile.traits.age is not known, so the rule applies.)',
      },
      { id: 'two', effect: 'suppress', matched: false, reason: 'Its condition does not hold.' },
    ]);
    expect(codes(result)).toEqual(['consent_unknown', 'guardrail:one']);
  });

  it('no longer apply after the day they expire on, and say so', () => {
    const rule = (expires: string) =>
      bundle({ guardrails: [guardrail({ id: 'season', effect: 'suppress', expires })] });
    expect(decided(rule('2026-07-01'), situation()).outcome).toBe('hold');
    const after = decided(rule('2026-06-30'), situation());
    expect(after.outcome).toBe('act');
    expect(candidate(after, 'welcome')?.guardrails).toEqual([
      { id: 'season', effect: 'suppress', matched: false, reason: 'It expired on 2026-06-30.' },
    ]);
  });

  it('for a country apply to whoever is there and to whoever may be', () => {
    const playbook = bundle({
      guardrails: [guardrail({ id: 'de', effect: 'suppress', scope: { countries: ['DE'] } })],
    });
    const from = (country: string | null) => decided(playbook, situation({ profile: { country } })).outcome;
    expect([from('DE'), from('FR'), from(null)]).toEqual(['hold', 'act', 'hold']);
  });

  it('follow their scope by class, tag and exception', () => {
    const out = (scope: Record<string, unknown>) =>
      decided(
        bundle({
          actions: [action({ id: 'welcome', tags: ['lifecycle'] })],
          guardrails: [guardrail({ id: 'rule', effect: 'suppress', scope })],
        }),
        situation(),
      ).outcome;
    expect(out({ classes: ['marketing'] })).toBe('hold');
    expect(out({ classes: ['transactional'] })).toBe('act');
    expect(out({ tags: ['lifecycle', 'other'] })).toBe('hold');
    expect(out({ tags: ['other'] })).toBe('act');
    expect(out({ actions: ['welcome'] })).toBe('hold');
    expect(out({ exceptActions: ['welcome'] })).toBe('act');
    expect(out({ exceptTags: ['lifecycle'] })).toBe('act');
  });

  it('ask for review of the chosen draft, by two people where one rule says so', () => {
    const playbook = bundle({
      guardrails: [
        guardrail({ id: 'key-account', effect: 'review', severity: 'high' }),
        guardrail({ id: 'big-offer', effect: 'review', tier: 2 }),
      ],
    });
    expect(decided(playbook, situation()).review).toEqual({
      tier: 2,
      why: [
        { code: 'key-account', text: 'Because of key-account.' },
        { code: 'big-offer', text: 'Because of big-offer.' },
      ],
    });
  });

  it('limit the words of the draft, the strictest counting', () => {
    const playbook = bundle({
      guardrails: [
        guardrail({ id: 'a', effect: 'limit', requiredText: ['Widerruf'], maxDiscountPercent: 30 }),
        guardrail({ id: 'b', effect: 'limit', forbiddenText: ['gratis'], maxDiscountPercent: 10 }),
      ],
    });
    expect(decided(playbook, situation()).textLimits).toEqual({
      required: ['Widerruf'],
      forbidden: ['gratis'],
      maxDiscountPercent: 10,
    });
  });
});

describe('a hand-off', () => {
  const complaint = guardrail({ id: 'complaint', effect: 'handoff', handTo: 'care', severity: 'high' });

  it('makes a task for its owner and sends nothing', () => {
    const playbook = bundle({
      actions: [action({ id: 'welcome' }), action({ id: 'other' })],
      guardrails: [
        {
          ...complaint,
          spec: { ...complaint.spec, scope: { ...complaint.spec.scope, actions: ['welcome'] } },
        },
      ],
    });
    expect(decided(playbook, situation())).toMatchObject({
      outcome: 'handoff',
      action: 'handoff',
      channel: null,
      handoff: { owner: 'care', reasonCode: 'complaint', reason: 'Because of complaint.' },
      reasons: [{ code: 'guardrail:complaint' }],
    });
  });

  it('is made although another rule suppresses the candidate', () => {
    const playbook = bundle({ guardrails: [complaint, guardrail({ id: 'quiet', effect: 'suppress' })] });
    const result = decided(playbook, situation());
    expect(result.outcome).toBe('handoff');
    expect(candidate(result, 'welcome')?.blockedBy.map(({ code }) => code)).toEqual([
      'guardrail:quiet',
      'guardrail:complaint',
    ]);
  });

  it('is not made for an action that does not concern the person', () => {
    const actions = [action({ id: 'welcome' }, { is: gives(false) })];
    expect(decided(bundle({ actions, guardrails: [complaint] }), situation()).outcome).toBe('hold');
  });

  it('is made once while its task is open', () => {
    const openTasks = [{ id: 'tsk_1', code: 'complaint', reason: 'a complaint' }];
    expect(decided(bundle({ guardrails: [complaint] }), situation({ openTasks })).outcome).toBe('hold');
  });
});

describe('limits', () => {
  it('on channels compose by intersection and name the two rules that leave none', () => {
    const playbook = bundle({
      actions: [action({ id: 'welcome', channels: ['email', 'onsite'] })],
      guardrails: [
        guardrail({ id: 'mail-only', effect: 'limit', channels: ['email'] }),
        guardrail({ id: 'site-only', effect: 'limit', channels: ['onsite'] }),
      ],
    });
    const result = decided(playbook, situation());
    expect(result.outcome).toBe('hold');
    expect(result.reasons).toContainEqual({
      code: 'limits_conflict',
      text: 'The rules mail-only and site-only together leave no channel.',
    });
  });

  it('on hours that leave nothing hold and name the two rules', () => {
    const playbook = bundle({
      guardrails: [
        guardrail({ id: 'mornings', effect: 'limit', hours: { from: '08:00', to: '12:00' } }),
        guardrail({ id: 'evenings', effect: 'limit', hours: { from: '18:00', to: '20:00' } }),
      ],
    });
    const result = decided(playbook, situation());
    expect(result.outcome).toBe('hold');
    expect(result.reasons).toEqual([
      {
        code: 'limits_conflict',
        text: 'The rules evenings and mornings together leave no hour of the week.',
      },
    ]);
  });

  it('on words that contradict each other hold and name the two rules', () => {
    const playbook = bundle({
      guardrails: [
        guardrail({ id: 'law', effect: 'limit', requiredText: ['Free of charge'] }),
        guardrail({ id: 'tone', effect: 'limit', forbiddenText: ['free'] }),
      ],
    });
    expect(codes(decided(playbook, situation()))).toEqual(['limits_conflict']);
  });

  it('wait for the next allowed hour and say which rule', () => {
    const playbook = bundle({
      guardrails: [guardrail({ id: 'quiet-hours', effect: 'limit', hours: { from: '08:00', to: '20:00' } })],
    });
    const result = decided(playbook, situation({ now: '2026-03-28T21:00:00.000Z' }));
    expect(result.sendAt).toBe('2026-03-29T06:00:00.000Z');
    expect(result.reasons).toContainEqual({
      code: 'waits_for_hours',
      text: 'It waits until Sun 29 Mar 2026, 08:00 Europe/Berlin: rule quiet-hours allows no earlier hour.',
    });
  });

  it('hold when no zone is known and the hours cannot be kept in all of them', () => {
    const playbook = bundle({
      guardrails: [guardrail({ id: 'quiet-hours', effect: 'limit', hours: { from: '08:00', to: '20:00' } })],
    });
    const nowhere = { zones: [], country: null, zoneSource: 'none' as const };
    expect(codes(decided(playbook, situation({ profile: nowhere })))).toEqual(['zone_unknown']);
    expect(decided(playbook, situation({ profile: { ...nowhere, country: 'US' } })).sendAt).toBe(
      // 08:00 in Honolulu; New York has 14:00 then.
      '2026-07-01T18:00:00.000Z',
    );
  });
});

describe('the hours at which people answer', () => {
  // Everybody answers twice as often at 18:00.
  const everyone = Array.from({ length: 48 }, (_, slot): [number, number, number] => [
    slot,
    5_000,
    slot % 24 === 18 ? 1_000 : 500,
  ]);
  const counted = situation({ answerHours: { email: { everyone, segment: [], own: [] } } });
  const evening = '2026-07-01T16:00:00.000Z';
  const sendAt = (spec: Record<string, unknown>, about = counted) =>
    decided(bundle({ actions: [action({ id: 'welcome', ...spec })] }), about).sendAt;

  it('are waited for where the action says so', () => {
    expect(sendAt({ bestHours: true })).toBe(evening);
    expect(sendAt({})).toBe(NOW);
    expect(sendAt({ bestHours: false })).toBe(NOW);
    const result = decided(bundle({ actions: [action({ id: 'welcome', bestHours: true })] }), counted);
    expect(codes(result)).toEqual(['best_value', 'waits_for_best_hour']);
  });

  it('are not waited for where that costs more, where nothing was counted, and by nothing transactional', () => {
    expect(sendAt({ bestHours: true, waitingCost: 4 })).toBe(NOW);
    const dear = bundle({
      actions: [action({ id: 'welcome', bestHours: true })],
      engine: { waitingCost: 4 },
    });
    expect(decided(dear, counted).sendAt).toBe(NOW);
    expect(sendAt({ bestHours: true }, situation())).toBe(NOW);
    expect(sendAt({ bestHours: true, validFor: '2h' })).toBe(NOW);
    const owed = { ...counted, actions: ['welcome'] };
    expect(sendAt({ bestHours: true, class: 'transactional' }, owed)).toBe(NOW);
  });

  it('are asked for on the channels of actions that wait', () => {
    const playbook = bundle({
      actions: [
        action({ id: 'a', bestHours: true }),
        action({ id: 'b', channels: ['onsite'] }),
        action({ id: 'c', class: 'transactional', bestHours: true, channels: ['onsite'] }),
      ],
    });
    expect(hourChannels(playbook, situation())).toEqual(['email']);
    expect(hourChannels(playbook, situation({ actions: ['b', 'c'] }))).toEqual([]);
  });
});

describe('the time that a signature takes', () => {
  const looked = guardrail({ id: 'look', effect: 'review' });
  const playbook = (spec: Record<string, unknown> = {}, engine: Record<string, unknown> = {}) =>
    bundle({ actions: [action({ id: 'welcome', ...spec })], guardrails: [looked], engine });
  const inHours = (hours: number) => new Date(Date.parse(NOW) + hours * 3_600_000).toISOString();
  const reviews = (of: Partial<ExpectedReview>) =>
    situation({ reviews: { welcome: { always: false, medianMs: null, measured: 0, ...of } } });

  it('is left where the playbook says so and a signature is needed', () => {
    expect(decided(playbook(), situation()).sendAt).toBe(NOW);
    const planned = decided(playbook({}, { reviewTime: '2h' }), situation());
    expect(planned).toMatchObject({ sendAt: inHours(2), onceSigned: NOW });
    expect(codes(planned)).toEqual(['best_value', 'waits_for_review']);
    expect(decided(playbook({ reviewTime: '30m' }, { reviewTime: '2h' }), situation()).sendAt).toBe(
      inHours(0.5),
    );
    const freely = bundle({ actions: [action({ id: 'welcome', reviewTime: '2h' })] });
    expect(decided(freely, situation()).sendAt).toBe(NOW);
    expect(decided(freely, situation()).onceSigned).toBeUndefined();
    expect(decided(freely, reviews({ always: true })).sendAt).toBe(inHours(2));
    expect(decided(playbook({ reviewTime: '2h', delay: '3h' }), situation())).toMatchObject({
      sendAt: inHours(3),
    });
  });

  it('is what was measured, once it was', () => {
    const measured = reviews({ medianMs: 3_600_000, measured: 12 });
    expect(decided(playbook({ reviewTime: '2h' }), measured).sendAt).toBe(inHours(1));
    expect(decided(playbook(), measured).sendAt).toBe(NOW);
  });

  it('rules out what would have expired by then, unless it is owed', () => {
    const late = decided(playbook({ reviewTime: '2h', validFor: '2h' }), situation());
    expect(late.outcome).toBe('hold');
    expect(codes(late)).toEqual(['no_time_for_review']);
    const owed = { ...situation(), actions: ['welcome'] };
    const tried = decided(playbook({ reviewTime: '2h', validFor: '2h', class: 'transactional' }), owed);
    expect(tried).toMatchObject({ outcome: 'act', sendAt: NOW });
  });

  it('is weighed with the hours: the best one after it, and then not sooner', () => {
    const everyone = Array.from({ length: 48 }, (_, slot): [number, number, number] => [
      slot,
      5_000,
      [13, 18].includes(slot % 24) ? 1_000 : 500,
    ]);
    const about = situation({ answerHours: { email: { everyone, segment: [], own: [] } } });
    // 10:00 in Berlin: without a signature at one o’clock, with it at six.
    expect(decided(playbook({ bestHours: true }), about).sendAt).toBe(inHours(3));
    const waits = decided(playbook({ bestHours: true, reviewTime: '4h' }), about);
    expect(waits.sendAt).toBe(inHours(8));
    expect(waits.onceSigned).toBeUndefined();
    expect(codes(waits)).toEqual(['best_value', 'waits_for_review', 'waits_for_best_hour']);
  });
});

describe('the choice', () => {
  const actions = ['a', 'b', 'c', 'd'].map((id, i) => action({ id, value: 1_000 + i }));

  it('explores a share of decisions evenly, with probabilities that sum to 1', () => {
    const playbook = bundle({ actions, engine: { exploration: 0.2 } });
    const results = Array.from({ length: 3_000 }, (_, i) => decided(playbook, situation(), `seed-${i}`));
    const [first] = results;
    expect(first?.candidates.map(({ action: name, probability }) => [name, probability])).toEqual([
      ['a', 0.05],
      ['b', 0.05],
      ['c', 0.05],
      ['d', 0.85],
      ['hold', 0],
    ]);
    const share = results.filter((result) => result.action === 'd').length / results.length;
    expect(share).toBeCloseTo(0.85, 1);
    expect(results.every((result) => result.probability === (result.action === 'd' ? 0.85 : 0.05))).toBe(
      true,
    );
    expect(results.some((result) => codes(result).includes('explored'))).toBe(true);
  });

  it('never explores what a guardrail forbids, nor what costs more than it is worth', () => {
    const playbook = bundle({
      actions: [...actions, action({ id: 'dear', value: 0 })],
      guardrails: [guardrail({ id: 'no-a', effect: 'suppress', scope: { actions: ['a'] } })],
      engine: { exploration: 0.5 },
    });
    const chosen = new Set(
      Array.from({ length: 500 }, (_, i) => decided(playbook, situation(), `seed-${i}`).action),
    );
    expect([...chosen].sort()).toEqual(['b', 'c', 'd']);
  });

  it('leaves what is owed neither to chance nor to its cost', () => {
    const playbook = bundle({
      actions: [...actions, action({ id: 'receipt', class: 'transactional', value: 0 })],
      engine: { exploration: 0.5 },
    });
    for (let i = 0; i < 50; i++) {
      const result = decided(playbook, situation({ actions: ['a', 'receipt'] }), `seed-${i}`);
      expect(result).toMatchObject({ action: 'receipt', probability: 1 });
    }
  });

  it('uses what was learned where something was', () => {
    const models = { versions: { propensity: '7' }, propensity: { a: 0.9 } };
    expect(decide(bundle({ actions }), situation(), models, 's').action).toBe('a');
  });
});
