import fc from 'fast-check';
import { NOW, past, situation } from '../../test/fixtures/playbook.js';
import { type Bundle } from '../policies/bundle.js';
import { compilePlaybook } from '../policies/compiler.js';
import { expressionInputs } from './expression-source.js';
import { answersFor, judgeAll } from './guardrails.js';
import { guardrailsFor } from './scope.js';
import { type Situation } from './situation.js';

/** A playbook of one action with these guardrails and segments. */
function playbook(guardrails: readonly Record<string, unknown>[], segments: readonly string[]): Bundle {
  const result = compilePlaybook(
    Object.fromEntries(
      Object.entries({
        'brand.yaml': {
          name: 'Shop',
          sender: { name: 'Shop', email: 'shop@example.com' },
          postalAddress: '1 Example Street',
          website: 'https://example.com',
          linkHosts: ['example.com'],
          voice: 'plain',
          currency: 'EUR',
        },
        'engine.yaml': { handoffOwner: 'support' },
        'vocabulary.yaml': {
          traits: {
            plan: { type: 'string', absent: 'unknown' },
            branch: { type: 'number', absent: 'unknown' },
            vip: { type: 'boolean', absent: 'unknown' },
          },
          events: { Ordered: { properties: {} }, Viewed: { properties: {} } },
        },
        'channels.yaml': [{ id: 'onsite', kind: 'onsite', contactCost: 1 }],
        'segments.yaml': segments.map((when, i) => ({
          id: `seg-${i}`,
          title: 'A group',
          owner: 'legal',
          when,
        })),
        'actions/all.yaml': [
          {
            id: 'welcome',
            title: 'Welcome',
            goal: 'a goal',
            class: 'marketing',
            channels: ['onsite'],
            topic: 'general',
            value: 100,
            propensity: 0.1,
            draft: { mode: 'template' },
            owner: 'marketing',
          },
        ],
        'templates/all.yaml': [
          {
            id: 'welcome',
            action: 'welcome',
            channel: 'onsite',
            content: { kind: 'onsite', title: 'Hello', body: 'Good to see you.' },
            maxAudience: 10,
            expires: '2030-01-01',
            owner: 'marketing',
          },
        ],
        'guardrails/all.yaml': guardrails.map((spec, i) => ({
          id: `rule-${String(i).padStart(4, '0')}`,
          title: 'A rule',
          reason: `Because of ${i}.`,
          effect: 'suppress',
          owner: 'legal',
          ...spec,
        })),
      }).map(([path, data]) => [path, JSON.stringify(data)]),
    ),
  );
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.bundle;
}

const country = (who: Situation) => who.profile.country;
function target(bundle: Bundle, who: Situation) {
  const action = bundle.actions.get('welcome');
  if (action === undefined) throw new Error('no action');
  return { action: action.spec, channel: 'onsite', country: country(who) };
}

function judged(bundle: Bundle, who: Situation) {
  const input = expressionInputs(bundle, who)();
  const verdicts = judgeAll(bundle.guardrails, target(bundle, who), answersFor(input)(input), who.now);
  return verdicts.map(({ guardrail, matched, reason }) => ({ id: guardrail.id, matched, reason }));
}

/** What each rule in scope says, asked by itself. */
function oneByOne(bundle: Bundle, who: Situation) {
  return guardrailsFor(bundle.guardrails, target(bundle, who)).map(({ spec, when }) => {
    const { id, expires } = spec;
    if (expires !== undefined && who.now.slice(0, 10) > expires)
      return { id, matched: false, reason: `It expired on ${expires}.` };
    const answer = when.evaluate(expressionInputs(bundle, who)());
    if (!answer.known)
      return {
        id,
        matched: true,
        reason: `${spec.reason} (${answer.reads} is not known, so the rule applies.)`,
      };
    if (!answer.value) return { id, matched: false, reason: 'Its condition does not hold.' };
    const unsure = spec.scope.countries.length > 0 && country(who) === null;
    return {
      id,
      matched: true,
      reason: unsure ? `${spec.reason} (The country is not known, so the rule applies.)` : spec.reason,
    };
  });
}

const texts = fc.constantFrom(
  'profile.traits.plan',
  'lower(profile.traits.plan)',
  'profile.country',
  'signal.event',
);
const numbers = fc.constantFrom(
  'profile.traits.branch',
  'openTasks',
  'history.count(7)',
  '10.0 / profile.traits.branch',
);
const truths = fc.constantFrom(
  'profile.hasEmail',
  'profile.traits.vip',
  'profile.events.Ordered.within(30)',
  // Neither of the two can always be evaluated.
  'double(profile.traits.plan) > 1',
  'timestamp(profile.traits.plan) < now',
);
const text = fc.constantFrom('"a"', '"A"', '"DE"', '"Viewed"', '""', '"7"');
const number = fc.constantFrom('0', '1', '-0.0', '2.5', '9007199254740993');
const part = fc.oneof(
  fc.tuple(texts, text).map(([of, is]) => `${of} == ${is}`),
  fc.tuple(texts, text).map(([of, is]) => `${is} == ${of}`),
  fc.tuple(texts, text, text).map(([of, a, b]) => `${of} in [${a}, ${b}]`),
  fc.tuple(texts, texts, text, text).map(([x, y, a, b]) => `(${x} == ${a} || ${y} == ${b})`),
  fc.tuple(texts, text, text).map(([of, a, b]) => `(${of} == ${a} || ${of} in [${b}])`),
  fc.tuple(texts, text).map(([of, is]) => `${of} != ${is}`),
  fc.tuple(numbers, number).map(([of, is]) => `${of} == ${is}`),
  fc.tuple(numbers, fc.constantFrom('1', '3')).map(([of, is]) => `${of} in [0, ${is}]`),
  truths,
  truths.map((of) => `!(${of})`),
);
/** What somebody belongs to has nothing to do with the signal. */
const belonging = part.filter((source) => !source.includes('signal'));
const condition = fc.oneof(
  { weight: 1, arbitrary: fc.constant('true') },
  { weight: 4, arbitrary: part },
  { weight: 4, arbitrary: fc.tuple(part, part).map(([a, b]) => `${a} && ${b}`) },
  { weight: 2, arbitrary: fc.tuple(part, part, part).map(([a, b, c]) => `(${a} || ${b}) && ${c}`) },
  { weight: 1, arbitrary: fc.tuple(part, part).map(([a, b]) => `${a} ? ${b} : ${a}`) },
);
const rule = fc.record(
  {
    when: condition,
    scope: fc.record(
      {
        segments: fc.subarray(['seg-0', 'seg-1', 'seg-2'], { minLength: 1 }),
        countries: fc.constantFrom(['DE'], ['FR', 'DE']),
      },
      { requiredKeys: [] },
    ),
    expires: fc.constantFrom('2026-06-29', '2026-07-01', '2026-07-02'),
  },
  { requiredKeys: ['when', 'scope'] },
);
const people = fc
  .record({
    traits: fc.record(
      {
        plan: fc.constantFrom('a', 'A', 'DE', '7', '', 'other', 7),
        branch: fc.constantFrom(0, 1, 2.5, -0, 4, 'x', 9007199254740992),
        vip: fc.constantFrom(true, false, 'perhaps'),
      },
      { requiredKeys: [] },
    ),
    country: fc.constantFrom('DE', 'FR', null),
    event: fc.constantFrom('Viewed', 'Ordered', null),
    email: fc.constantFrom('a@example.com', null),
    now: fc.constantFrom(
      NOW,
      '2026-06-29T23:59:59.999Z',
      '2026-07-02T00:00:00.000Z',
      '2026-07-03T00:00:00.000Z',
    ),
    sent: fc.boolean(),
  })
  .map(({ traits, country: where, event, email, now, sent }) =>
    situation({
      now,
      profile: { traits, country: where, addresses: { email, phone: null } },
      signal: event === null ? null : { type: 'track', event, properties: {}, messageId: 'm', at: NOW },
      history: sent ? [past({ at: '2026-06-29T08:00:00.000Z' })] : [],
    }),
  );

describe('rules that are filed by what their conditions require', () => {
  it('say what each of them says when it is asked by itself', () => {
    let filed = 0;
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 2, maxLength: 14 }),
        fc.tuple(belonging, belonging, belonging),
        fc.array(people, { minLength: 6, maxLength: 6 }),
        (rules, segments, everybody) => {
          const bundle = playbook(rules, segments);
          filed += bundle.guardrails.filter(({ requires }) => requires !== null).length;
          // Twice, since what was said once is remembered.
          for (const who of [...everybody, ...everybody])
            expect(judged(bundle, who)).toEqual(oneByOne(bundle, who));
        },
      ),
      { numRuns: 60 },
    );
    // The law is worth something only where rules are filed at all.
    expect(filed).toBeGreaterThan(100);
  });

  const MANY = 100;
  const inMany = (more: (i: number) => Record<string, unknown>) =>
    Array.from({ length: MANY }, (_, i) => more(i));
  it.each([
    ['a segment', inMany(() => ({ scope: { segments: ['seg-0'] } })), ['profile.country == "FR"']],
    [
      'segments of their own',
      inMany((i) => ({ scope: { segments: [`seg-${i}`] } })),
      Array.from({ length: MANY }, (_, i) => `lower(profile.traits.plan) in ["s${i}", "state ${i}"]`),
    ],
    [
      'two segments',
      inMany(() => ({ scope: { segments: ['seg-0', 'seg-1'] } })),
      ['!profile.hasEmail', 'openTasks > 3'],
    ],
    ['the signal', inMany((i) => ({ when: `signal.event == "Event ${i}" && profile.hasEmail` })), ['true']],
    ['a number', inMany((i) => ({ when: `profile.hasEmail && profile.traits.branch == ${i}` })), ['true']],
    ['the end of their time', inMany(() => ({ expires: '2026-06-30' })), ['true']],
  ])('are not asked one by one where %s rules them out', (_by, rules, segments) => {
    const bundle = playbook([...rules, { when: 'profile.hasEmail' }], segments);
    const asked: string[] = [];
    const input = expressionInputs(
      bundle,
      situation({
        profile: { traits: { plan: 'none', branch: -1 } },
        signal: { type: 'track', event: 'Viewed', properties: {}, messageId: 'm', at: NOW },
      }),
    )();
    const answers = answersFor(input)(input);
    const verdicts = judgeAll(
      bundle.guardrails,
      target(bundle, situation()),
      (expression) => {
        asked.push(expression.source);
        return answers(expression);
      },
      NOW,
    );
    expect(verdicts.filter(({ matched }) => matched).map(({ guardrail }) => guardrail.id)).toEqual([
      `rule-0${MANY}`,
    ]);
    expect(verdicts).toHaveLength(MANY + 1);
    expect(asked.length).toBeLessThanOrEqual(4);
  });
});
