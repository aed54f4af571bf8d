import fc from 'fast-check';
import { expressionSource } from '../../test/fixtures/expression-source.js';
import { type ExpressionInput } from './bundle.js';
import { Condition } from './condition.js';
import { ExpressionCompiler } from './expressions.js';
import { type VocabularySpec, vocabularySchema } from './playbook.js';
import { toExpressionInput } from './vocabulary.js';

const is = (source: string): string =>
  new Condition(source).isImpossible ? 'impossible' : new Condition(source).isCertain ? 'certain' : 'open';

describe('a condition', () => {
  it.each([
    ['profile.traits.age < 18 && profile.traits.age > 65', 'impossible'],
    ['profile.traits.age < 18 && 18 <= profile.traits.age', 'impossible'],
    ['profile.traits.age <= 18 && profile.traits.age >= 18', 'open'],
    ['profile.traits.age == 18 && profile.traits.age != 18', 'impossible'],
    ['profile.traits.age < 18 || profile.traits.age >= 18', 'certain'],
    ['profile.stage == "lead" && profile.stage == "active"', 'impossible'],
    ['profile.stage in ["lead", "active"] && profile.stage == "lapsed"', 'impossible'],
    ['profile.stage in ["lead", "active"] && !(profile.stage == "lead")', 'open'],
    ['profile.events["Order Completed"].total < 0', 'impossible'],
    ['profile.events["Order Completed"].total >= 0', 'certain'],
    ['history.count(7) < 0', 'impossible'],
    ['history.count(7) < 2 && history.count(30) > 2', 'open'],
    ['profile.hasEmail && !profile.hasEmail', 'impossible'],
    ['profile.hasEmail == true || profile.hasEmail == false', 'certain'],
    ['profile.hasEmail ? profile.traits.age > 3 : profile.traits.age < 2', 'open'],
    ['profile.hasEmail && (profile.hasEmail ? false : true)', 'impossible'],
    ['false', 'impossible'],
    ['profile.traits.age > 18 && lower(profile.traits.name) == "x"', 'open'],
    ['!(profile.events["A"].within(2) && !profile.events["A"].within(2))', 'certain'],
  ])('%s is %s', (source, expected) => {
    expect(is(source)).toBe(expected);
  });

  it.each([
    ['profile.traits.age > 20', 'profile.traits.age > 18', true],
    ['profile.traits.age > 18', 'profile.traits.age > 20', false],
    ['profile.stage == "lead" && profile.hasEmail', 'profile.stage in ["lead", "active"]', true],
    ['profile.hasEmail', 'profile.hasEmail || profile.hasPhone', true],
    ['profile.hasEmail || profile.hasPhone', 'profile.hasEmail', false],
    ['history.countTag("a", 7) > 1', 'history.countTag("b", 7) > 1', false],
  ])('%s → %s: %s', (a, b, expected) => {
    expect(new Condition(a).implies(new Condition(b))).toBe(expected);
  });

  it('gives up on too many alternatives instead of taking for ever', () => {
    const wide = Array.from(
      { length: 40 },
      (_, i) => `(profile.traits.a${i} > 1 || profile.traits.b${i} > 1)`,
    );
    expect(is(wide.join(' && '))).toBe('open');
  });
});

describe('what is said of conditions', () => {
  const vocabulary = vocabularySchema.parse({
    traits: {
      points: { type: 'number', absent: { default: 0 } },
      plan: { type: 'string', absent: { default: 'free' } },
      vip: { type: 'boolean', absent: { default: false } },
    },
  });
  const names = {
    actions: new Set<string>(),
    channels: new Set<string>(),
    tags: new Set<string>(),
    topics: new Set<string>(),
  };
  const scope = { place: 'a test', variables: [], events: null, slots: [], sensitive: true } as const;
  /** The same fields, with nothing that stands for them where they are absent. */
  const unsure = vocabularySchema.parse({
    traits: {
      points: { type: 'number', absent: 'unknown' },
      plan: { type: 'string', absent: 'unknown' },
      vip: { type: 'boolean', absent: 'unknown' },
    },
  });
  const points = fc.constantFrom(-1, 0, 1, 2);
  const plans = fc.constantFrom('free', 'team', 'big');
  const atom = fc.oneof(
    fc
      .tuple(fc.constantFrom('<', '<=', '>', '>=', '==', '!='), points)
      .map(([op, value]) => `profile.traits.points ${op} ${value}`),
    fc.tuple(fc.constantFrom('==', '!='), plans).map(([op, plan]) => `profile.traits.plan ${op} "${plan}"`),
    fc
      .array(plans, { minLength: 1, maxLength: 2 })
      .map((some) => `profile.traits.plan in ${JSON.stringify(some)}`),
    fc.constantFrom('profile.traits.vip', 'true', 'false'),
  );
  const { condition } = fc.letrec<{ condition: string }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      atom,
      fc
        .tuple(tie('condition'), fc.constantFrom('&&', '||'), tie('condition'))
        .map(([a, op, b]) => `(${a} ${op} ${b})`),
      tie('condition').map((inner) => `!(${inner})`),
      fc
        .tuple(tie('condition'), tie('condition'), tie('condition'))
        .map(([test, then, otherwise]) => `(${test} ? ${then} : ${otherwise})`),
    ),
  }));
  const people = [-2, -1, 0, 0.5, 1, 2, 3].flatMap((point) =>
    ['free', 'team', 'big', 'other'].flatMap((plan) =>
      [true, false].map((vip) => ({ points: point, plan, vip })),
    ),
  );
  type Traits = Record<string, number | string | boolean>;
  const inputFor = (spec: VocabularySpec, traits: Traits): ExpressionInput =>
    toExpressionInput(
      spec,
      expressionSource(
        { now: '2026-07-01T08:00:00.000Z' },
        { traits, lastSeenAt: '2026-01-01T00:00:00.000Z' },
      ),
    );
  const compiler = new ExpressionCompiler(vocabulary, names);
  const holdsFor = (source: string, traits: Traits): boolean => {
    const compiled = compiler.compile<boolean>(source, scope, 'boolean');
    if (!compiled.ok) throw new Error(compiled.mistakes[0]?.message);
    const answer = compiled.expression.evaluate(inputFor(vocabulary, traits));
    if (!answer.known) throw new Error(`unknown: ${answer.reads}`);
    return answer.value;
  };

  it('is true of everybody', () => {
    fc.assert(
      fc.property(condition, condition, (a, b) => {
        const [one, other] = [new Condition(a), new Condition(b)];
        const holds = people.map((person) => [holdsFor(a, person), holdsFor(b, person)] as const);
        if (one.isImpossible) expect(holds.some(([first]) => first)).toBe(false);
        if (one.isCertain) expect(holds.every(([first]) => first)).toBe(true);
        if (one.implies(other)) expect(holds.every(([first, second]) => !first || second)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('is true of everybody, whatever is not known of them', () => {
    const partly: Traits[] = [[-2], [-1], [0], [0.5], [1], [2], [3], []].flatMap((point) =>
      [['free'], ['team'], ['big'], ['other'], []].flatMap((plan) =>
        [[true], [false], []].map((vip) => ({
          ...Object.fromEntries(point.map((value) => ['points', value])),
          ...Object.fromEntries(plan.map((value) => ['plan', value])),
          ...Object.fromEntries(vip.map((value) => ['vip', value])),
        })),
      ),
    );
    const matches = (source: string): boolean[] => {
      const compiled = new ExpressionCompiler(unsure, names).compile<boolean>(source, scope, 'boolean');
      if (!compiled.ok) throw new Error(compiled.mistakes[0]?.message);
      return partly.map((traits) => {
        const answer = compiled.expression.evaluate(inputFor(unsure, traits));
        return !answer.known || answer.value;
      });
    };
    const few = fc.array(fc.oneof(atom, condition), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(' && ')); // prettier-ignore
    let told = 0;
    fc.assert(
      fc.property(few, condition, (a, b) => {
        if (!new Condition(a).impliesWithUnknowns(new Condition(b))) return;
        told++;
        const [one, other] = [matches(a), matches(b)];
        expect([a, b, one.every((first, i) => !first || other[i] === true)]).toEqual([a, b, true]);
      }),
      { numRuns: 2_000 },
    );
    expect(told).toBeGreaterThan(50);
  });
});
