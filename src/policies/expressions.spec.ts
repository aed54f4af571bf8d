import fc from 'fast-check';
import { expressionSource } from '../../test/fixtures/expression-source.js';
import { type ExpressionInput } from './bundle.js';
import { type Expected, type ExpressionScope } from './expression-scope.js';
import { ExpressionCompiler } from './expressions.js';
import { type VocabularySpec, vocabularySchema } from './playbook.js';
import { type ExpressionSource, toExpressionInput } from './vocabulary.js';

const vocabulary: VocabularySpec = vocabularySchema.parse({
  traits: {
    first_name: { type: 'string', absent: 'unknown' },
    age: { type: 'number', absent: 'unknown' },
    vip: { type: 'boolean', absent: { default: false } },
    interests: { type: 'list<string>', absent: { default: [] } },
    renewal: { type: 'timestamp', absent: 'unknown' },
    'shoe size': { type: 'number', absent: { default: 40 } },
    illness: { type: 'string', absent: 'unknown', sensitive: true },
  },
  events: {
    'Order Completed': {
      properties: {
        total: { type: 'number', absent: 'unknown' },
        coupon: { type: 'string', absent: { default: '' } },
        products: {
          type: 'list<object>',
          absent: { default: [] },
          items: {
            name: { type: 'string', absent: 'unknown' },
            quantity: { type: 'number', absent: { default: 1 } },
          },
        },
      },
    },
    'Ticket Opened': { properties: { text: { type: 'string', absent: { default: '' } } } },
  },
  context: { page: { type: 'string', absent: 'unknown' } },
});

const names = {
  actions: new Set(['welcome', 'recover-cart']),
  channels: new Set(['email', 'sms']),
  tags: new Set(['promo']),
  topics: new Set(['general']),
};
const guardrail: ExpressionScope = {
  place: 'a guardrail',
  variables: ['signal', 'context', 'history', 'openTasks', 'facts'],
  events: null,
  slots: ['product'],
  sensitive: true,
};

const NOW = '2026-11-20T12:00:00.000Z';
const source = expressionSource(
  { now: NOW },
  { firstSeenAt: '2026-11-01T12:00:00.000Z', lastSeenAt: '2026-11-19T12:00:00.000Z' },
);
const withTraits = (traits: ExpressionSource['profile']['traits']): ExpressionSource => ({
  ...source,
  profile: { ...source.profile, traits },
});
const ordered = (properties: Record<string, number | string | object | null>): ExpressionSource => ({
  ...source,
  signal: { type: 'track', event: 'Order Completed', at: NOW, properties: properties as never },
});

const compiler = new ExpressionCompiler(vocabulary, names);

function compile(text: string, expected: Expected = 'boolean', scope = guardrail) {
  const result = compiler.compile<unknown>(text, scope, expected);
  if (!result.ok) throw new Error(result.mistakes.map(({ message }) => message).join('; '));
  return result.expression;
}
function mistakes(text: string, expected: Expected = 'boolean', scope = guardrail): string[] {
  const result = compiler.compile(text, scope, expected);
  return result.ok ? [] : result.mistakes.map(({ offset, message }) => `${offset}: ${message}`);
}
function evaluate(text: string, from: ExpressionSource = source, expected: Expected = 'boolean'): unknown {
  const input: ExpressionInput = toExpressionInput(vocabulary, from);
  const evaluation = compile(text, expected).evaluate(input);
  return evaluation.known ? evaluation.value : `unknown: ${evaluation.reads}`;
}

describe('a field that is absent', () => {
  it('makes the evaluation unknown and says which field', () => {
    expect(evaluate('profile.traits.age > 17')).toBe('unknown: profile.traits.age');
    expect(evaluate('profile.country == "DE"')).toBe('unknown: profile.country');
    expect(evaluate('profile.zones.exists(zone, zone == "UTC")')).toBe('unknown: profile.zones');
    expect(evaluate('profile.consents["email"] == "granted"')).toBe('unknown: profile.consents["email"]');
    expect(evaluate('signal.properties.total > 5.0')).toBe('unknown: signal.properties');
    expect(evaluate('facts.product.valid')).toBe('unknown: facts.product');
    expect(evaluate('daysSince(profile.events["Order Completed"].lastAt) > 3')).toBe(
      'unknown: profile.events["Order Completed"].lastAt',
    );
  });

  it('is absorbed where the other side of && or || settles it', () => {
    expect(evaluate('profile.traits.age > 17 && openTasks > 0')).toBe(false);
    expect(evaluate('openTasks > 0 && profile.traits.age > 17')).toBe(false);
    expect(evaluate('profile.traits.age > 17 || openTasks == 0')).toBe(true);
    expect(evaluate('profile.traits.age > 17 || openTasks > 0')).toBe('unknown: profile.traits.age');
    expect(evaluate('!(profile.traits.age > 17)')).toBe('unknown: profile.traits.age');
    expect(evaluate('openTasks == 0 ? true : profile.traits.age > 17')).toBe(true);
  });

  it('takes its declared default', () => {
    expect(evaluate('profile.traits.vip')).toBe(false);
    expect(evaluate('size(profile.traits.interests) == 0')).toBe(true);
    expect(evaluate('profile.traits["shoe size"] == 40')).toBe(true);
    expect(evaluate('signal.properties.coupon == ""', ordered({}))).toBe(true);
    expect(evaluate('profile.events["Order Completed"].count30d == 0')).toBe(true);
  });

  it('is what has() asks for, anywhere on the way', () => {
    expect(evaluate('has(profile.traits.age)')).toBe(false);
    expect(evaluate('has(profile.traits.age)', withTraits({ age: 3 }))).toBe(true);
    expect(evaluate('has(signal.properties.total)')).toBe(false);
    expect(evaluate('has(facts.product.data.price)')).toBe(false);
    expect(evaluate('has(profile.events["Order Completed"].lastAt)')).toBe(false);
  });

  it('obeys three-valued logic for any mixture of true, false and unknown', () => {
    const atoms = { true: 'openTasks == 0', false: 'openTasks > 0', unknown: 'profile.traits.age > 1' };
    type Value = keyof typeof atoms;
    interface Formula {
      readonly text: string;
      readonly value: Value;
    }
    const rank = { false: 0, unknown: 1, true: 2 } as const;
    const byRank = ['false', 'unknown', 'true'] as const;
    const { formula } = fc.letrec<{ formula: Formula }>((tie) => ({
      formula: fc.oneof(
        { maxDepth: 4 },
        fc
          .constantFrom<Value[]>('true', 'false', 'unknown')
          .map((value) => ({ text: `(${atoms[value]})`, value })),
        fc.tuple(tie('formula'), tie('formula')).map(([a, b]) => ({
          text: `(${a.text} && ${b.text})`,
          value: byRank[Math.min(rank[a.value], rank[b.value])] ?? 'unknown',
        })),
        fc.tuple(tie('formula'), tie('formula')).map(([a, b]) => ({
          text: `(${a.text} || ${b.text})`,
          value: byRank[Math.max(rank[a.value], rank[b.value])] ?? 'unknown',
        })),
        tie('formula').map((a) => ({ text: `!${a.text}`, value: byRank[2 - rank[a.value]] ?? 'unknown' })),
      ),
    }));
    fc.assert(
      fc.property(formula, ({ text, value }) => {
        const got = evaluate(text);
        expect(typeof got === 'boolean' ? String(got) : 'unknown').toBe(value);
      }),
      { numRuns: 200 },
    );
  });
});

describe('what clients really send', () => {
  it('is read when that needs no guessing', () => {
    expect(evaluate('profile.traits.age == 42', withTraits({ age: '42' }))).toBe(true);
    expect(evaluate('profile.traits.first_name == "7"', withTraits({ first_name: 7 }))).toBe(true);
    expect(evaluate('profile.traits.vip', withTraits({ vip: 'true' }))).toBe(true);
    expect(evaluate('daysSince(profile.traits.renewal) == 1.5', withTraits({ renewal: '2026-11-19' }))).toBe(
      true,
    );
  });

  it('is unknown when it does not fit its type, default or not', () => {
    expect(evaluate('profile.traits.age == 42', withTraits({ age: 'unknown' }))).toBe(
      'unknown: profile.traits.age',
    );
    expect(evaluate('profile.traits.vip', withTraits({ vip: 'perhaps' }))).toBe(
      'unknown: profile.traits.vip',
    );
    expect(evaluate('size(profile.traits.interests) > 0', withTraits({ interests: 'tea' }))).toBe(
      'unknown: profile.traits.interests',
    );
    expect(evaluate('profile.traits.vip', withTraits({ vip: { nested: true } }))).toBe(
      'unknown: profile.traits.vip',
    );
  });

  it('counts as absent when it is blank', () => {
    expect(evaluate('has(profile.traits.first_name)', withTraits({ first_name: '  ' }))).toBe(false);
    expect(evaluate('profile.traits.vip', withTraits({ vip: '' }))).toBe(false);
  });

  it('cannot reach what every object inherits', () => {
    const hostile = withTraits(JSON.parse('{"constructor":"x","__proto__":{"vip":true}}') as never);
    expect(evaluate('profile.traits.vip', hostile)).toBe(false);
    expect(evaluate('has(profile.traits.age)', hostile)).toBe(false);
  });

  it('never makes an evaluation throw', () => {
    const expression = compile(
      'profile.traits.age / 2 > 3 && profile.traits.first_name.startsWith("a") && size(profile.traits.interests) < 9 || profile.traits.vip',
    );
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('age', 'first_name', 'interests', 'vip'), fc.jsonValue()),
        (traits) => {
          expect(
            expression.evaluate(toExpressionInput(vocabulary, withTraits(traits as never))),
          ).toHaveProperty('known');
        },
      ),
    );
  });
});

describe('numbers, lists and time', () => {
  it('mixes whole numbers and fractions', () => {
    const aged = withTraits({ age: 40 });
    expect(evaluate('profile.traits.age == 40 && profile.traits.age + 1 > 40.5', aged)).toBe(true);
    expect(evaluate('2 * profile.traits.age', aged, 'number')).toBe(80);
    expect(evaluate('profile.traits.age in [39, 40]', aged)).toBe(true);
    expect(evaluate('now.getFullYear() - profile.traits.age', aged, 'number')).toBe(1986);
    expect(evaluate('minorUnits(signal.properties.total)', ordered({ total: 27.505 }), 'number')).toBe(2751);
  });

  it('gives an unknown for a division by zero instead of infinity', () => {
    expect(evaluate('1.0 / openTasks', source, 'number')).toMatch(/^unknown: 1.0 \/ openTasks/);
  });

  it('walks over lists of objects', () => {
    const cart = ordered({ products: [{ name: 'Tide cup', quantity: '2' }, { name: 'Kettle' }] });
    expect(evaluate('signal.properties.products.map(p, p.name)', cart, 'list')).toEqual([
      'Tide cup',
      'Kettle',
    ]);
    expect(evaluate('signal.properties.products[1].quantity == 1', cart)).toBe(true);
    expect(evaluate('signal.properties.products.all(p, p.quantity < 3)', cart)).toBe(true);
    expect(evaluate('signal.properties.products[2].name == "x"', cart)).toBe(
      'unknown: signal.properties.products[2]',
    );
  });

  it('counts events and messages in rolling windows', () => {
    const busy: ExpressionSource = {
      ...source,
      profile: {
        ...source.profile,
        events: {
          'Order Completed': {
            total: 4,
            count1d: 0,
            count7d: 1,
            count30d: 2,
            count90d: 4,
            lastAt: '2026-11-18T12:00:00.001Z',
          },
        },
      },
      history: {
        messages: [
          {
            action: 'welcome',
            channel: 'email',
            class: 'marketing',
            tags: ['promo'],
            topic: 'general',
            offer: null,
            open: false,
            at: '2026-11-13T12:00:00.001Z',
          },
          {
            action: 'recover-cart',
            channel: 'email',
            class: 'marketing',
            tags: [],
            topic: 'general',
            offer: null,
            open: true,
            at: '2026-11-25T12:00:00.000Z',
          },
        ],
      },
    };
    expect(evaluate('profile.events["Order Completed"].within(2)', busy)).toBe(true);
    expect(evaluate('profile.events["Order Completed"].withinHours(47)', busy)).toBe(false);
    expect(evaluate('profile.events["Ticket Opened"].within(2)', busy)).toBe(false);
    expect(evaluate('history.count(7)', busy, 'number')).toBe(2);
    expect(evaluate('history.count(6)', busy, 'number')).toBe(1);
    expect(evaluate('history.countTag("promo", 7)', busy, 'number')).toBe(1);
    expect(evaluate('history.countChannel("email", 6.5)', busy, 'number')).toBe(1);
    expect(evaluate('history.messages.exists(m, m.open && m.action == "recover-cart")', busy)).toBe(true);
  });

  it('matches in linear time, in the syntax of RE2', () => {
    const long = {
      ...source,
      signal: {
        type: 'track',
        event: 'Ticket Opened',
        at: NOW,
        properties: { text: `${'a'.repeat(5_000)}!` },
      },
    };
    // An engine that tries again and again would not come back from this.
    expect(evaluate('signal.properties.text.matches("^(a+)+$")', long)).toBe(false);
    expect(evaluate('(signal.properties.text).matches("a{3}!$")', long)).toBe(true);
  });
});

describe('a mistake', () => {
  it('in a name is found where it stands, with what was probably meant', () => {
    expect(mistakes('profile.traits.frist_name == "x"')).toEqual([
      '15: trait "frist_name" is not declared; did you mean "first_name"?',
    ]);
    expect(mistakes('profil.stage == "lead"')).toEqual(['0: "profil" is not known; did you mean "profile"?']);
    expect(mistakes('signal.properties.totl > 3')).toEqual([
      '18: property "totl" is not declared; did you mean "total"?',
    ]);
    expect(mistakes('profile.hasMail')[0]).toMatch(
      /^8: "profile" has no field "hasMail"; did you mean "hasEmail"/,
    );
    expect(mistakes('facts.produkt.valid')).toEqual([
      '6: fact slot "produkt" is not declared; did you mean "product"?',
    ]);
  });

  it('is found inside has(), in literal keys and inside macros', () => {
    expect(mistakes('has(profile.traits.agee)')).toEqual([
      '19: trait "agee" is not declared; did you mean "age"?',
    ]);
    expect(mistakes('profile.events["Order Complete"].total > 1')).toEqual([
      '15: event "Order Complete" is not declared; did you mean "Order Completed"?',
    ]);
    expect(mistakes('has(profile.events["Ordr Completed"].lastAt)')[0]).toMatch(
      /^19: event "Ordr Completed"/,
    );
    expect(mistakes('history.messages.exists(m, m.actoin == "welcome")')).toEqual([
      '29: "m" has no field "actoin"; did you mean "action"?',
    ]);
    expect(mistakes('history.messages.exists(m, has(m.ofer))')[0]).toMatch(/^33: "m" has no field "ofer"/);
    expect(mistakes('profile.consents["emial"] == "granted"')[0]).toMatch(/^17: channel "emial"/);
  });

  it('is found in words that stand for something', () => {
    expect(mistakes('history.countAction("wellcome", 3) > 0')).toEqual([
      '20: there is no "wellcome"; did you mean "welcome"?',
    ]);
    expect(mistakes('profile.stage == "activ"')).toEqual(['17: there is no "activ"; did you mean "active"?']);
    expect(mistakes('profile.stage in ["lead", "activ"]')[0]).toMatch(/^26: /);
    expect(mistakes('history.messages.exists(m, m.channel == "mail")')[0]).toMatch(/^40: there is no "mail"/);
  });

  it('does not hide the next one', () => {
    expect(
      mistakes('profile.traits.a1 == 1 || (profile.traits.vip && has(profile.traits.b2)) || !profile.c3'),
    ).toHaveLength(3);
  });

  it('of type is put in words', () => {
    expect(mistakes('profile.traits.first_name > 3')).toEqual([
      '0: ">" does not work between string and whole number',
    ]);
    expect(mistakes('profile.traits.age')).toEqual(['0: should give true or false, not number']);
    expect(mistakes('daysSince(profile.stage) > 1')[0]).toMatch(
      /^18: daysSince\(\) takes a timestamp, not string/,
    );
    expect(mistakes('profile.stage.lowr() == "x"')[0]).toMatch(
      /^14: there is no function lowr\(\); did you mean "lower"\?/,
    );
    expect(mistakes('profile.stage ==')[0]).toMatch(/^16: /);
    expect(mistakes('profile.traits == profile.traits')).toHaveLength(3);
  });

  it('in a literal is found by trying it', () => {
    expect(mistakes('now - profile.lastSeenAt > duration("30d")')).toEqual([
      '27: Invalid duration string: 30d',
    ]);
    expect(mistakes('profile.lastSeenAt > timestamp("yesterday")')[0]).toMatch(/^21: timestamp\(\)/);
    expect(mistakes('1 / 0 == openTasks')).toEqual(['0: division by zero']);
    expect(mistakes('profile.stage.matches("(")')[0]).toMatch(/^22: /);
    expect(mistakes('profile.stage.matches(profile.stage)')[0]).toMatch(
      /^14: matches\(\) takes its pattern as a literal/,
    );
  });

  it('in the name of a time zone is found wherever it stands', () => {
    expect(mistakes('signal.event == "Ticket Opened" && now.getHours("CETT") > 8')).toEqual([
      expect.stringMatching(/^48: "CETT" is not a time zone/),
    ]);
    expect(mistakes('now.getDate(profile.hasEmail ? "Europe/Berlin" : "Europe/Berln") > 8')).toEqual([
      '49: "Europe/Berln" is not a time zone; did you mean "Europe/Berlin"?',
    ]);
    expect(mistakes('now.getHours("CET") > 8 && now.getHours(profile.zones[0]) > 8')).toEqual([]);
    expect(mistakes('now.getHours(3) > 8')[0]).toMatch(/^4: /);
    expect(mistakes('now.getHours(3) > 8')[0]).not.toContain('__');
  });

  it('is an expression that could run for ever or step around the types', () => {
    const nested =
      'history.messages.all(a, history.messages.all(b, history.messages.all(c, a.open || b.open || c.open)))';
    expect(mistakes(nested)[0]).toMatch(/^65: all\(\) inside 2 others/);
    expect(mistakes('dyn(profile).anything == 1')[0]).toMatch(/^0: dyn\(\) is not available/);
    expect(mistakes('cel.bind(x, profile, x.stage == "lead")').join()).toMatch(/bind\(\) is not available/);
    expect(mistakes('__h(profile.stage)')).not.toEqual([]);
    expect(mistakes(`${'!'.repeat(2_000)}true`)).not.toEqual([]);
    expect(mistakes('true && '.repeat(1_000) + 'true')).not.toEqual([]);
    expect(mistakes('profile["tra" + "its"].illness == "x"')[0]).toMatch(
      /^8: write the name or the number as a literal/,
    );
    expect(mistakes('profile.stage. // a comment\n matches("(a+)+$")')).not.toEqual([]);
    expect(mistakes('profile.events[profile.stage].total > 1')[0]).toMatch(
      /^15: write the name or the number as a literal/,
    );
  });

  it('is to read what the place does not have, or must not', () => {
    const trigger: ExpressionScope = {
      place: 'a trigger',
      variables: ['signal'],
      events: ['Ticket Opened'],
      slots: [],
      sensitive: false,
    };
    expect(mistakes('openTasks > 0', 'boolean', trigger)).toEqual([
      '0: "openTasks" cannot be read in a trigger',
    ]);
    expect(mistakes('signal.properties.total > 0', 'boolean', trigger)[0]).toMatch(
      /^18: property "total" is not declared/,
    );
    expect(mistakes('profile.traits.illness == "x"', 'boolean', trigger)[0]).toMatch(
      /is sensitive: only guardrails/,
    );
    expect(mistakes('[profile.traits].exists(t, t.illness == "x")', 'boolean', trigger)[0]).toMatch(
      /is not a value/,
    );
    expect(mistakes('profile.traits.illness == "x"')).toEqual([]);
  });

  it('is to ask whether something is there that always is', () => {
    expect(mistakes('has(profile.stage)')[0]).toMatch(/always true here: it is always there/);
    expect(mistakes('has(profile.traits.vip)')[0]).toMatch(/always true here: its absence means false/);
  });
});
