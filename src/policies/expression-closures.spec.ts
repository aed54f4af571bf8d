import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { compilePlaybook } from './compiler.js';
import { type Expected, type ExpressionScope } from './expression-scope.js';
import { ExpressionCompiler, Program } from './expressions.js';
import { type VocabularySpec, vocabularySchema } from './playbook.js';
import { type ExpressionSource, toExpressionInput, withFacts } from './vocabulary.js';

const vocabulary: VocabularySpec = vocabularySchema.parse({
  traits: {
    name: { type: 'string', absent: 'unknown' },
    plan: { type: 'string', absent: { default: 'free' } },
    age: { type: 'number', absent: 'unknown' },
    visits: { type: 'number', absent: { default: 0 } },
    vip: { type: 'boolean', absent: { default: false } },
    member: { type: 'boolean', absent: 'unknown' },
    renewal: { type: 'timestamp', absent: 'unknown' },
    interests: { type: 'list<string>', absent: { default: [] } },
    allergies: { type: 'list<string>', absent: 'unknown' },
  },
  events: {
    Ordered: {
      properties: {
        total: { type: 'number', absent: 'unknown' },
        note: { type: 'string', absent: { default: '' } },
        products: {
          type: 'list<object>',
          absent: 'unknown',
          items: {
            name: { type: 'string', absent: 'unknown' },
            quantity: { type: 'number', absent: { default: 1 } },
          },
        },
      },
    },
  },
});
const guardrail: ExpressionScope = {
  place: 'a guardrail',
  variables: ['signal', 'context', 'history', 'openTasks', 'facts'],
  events: null,
  slots: ['product'],
  sensitive: true,
};
const compiler = new ExpressionCompiler(vocabulary, {
  actions: new Set(['welcome', 'recover']),
  channels: new Set(['email']),
  tags: new Set(['promo']),
  topics: new Set(['general']),
});

/** Null when the playbook's own check refuses it: a constant that cannot be evaluated, say. */
function compileIfRight(text: string, expected: Expected): Program | null {
  const result = compiler.compile(text, guardrail, expected);
  return result.ok && result.expression instanceof Program ? result.expression : null;
}

function compile(text: string): Program {
  const program = compileIfRight(text, 'boolean');
  if (program === null) throw new Error(`${text} does not compile`);
  return program;
}

const NOW = '2026-11-20T12:00:00.000Z';
const sometime = fc
  .integer({ min: -100 * 24, max: 24 })
  .map((hours) => new Date(Date.parse(NOW) + hours * 3_600_000).toISOString());

/** Situations with every field sometimes absent, sometimes unfit. */
const sources = fc
  .record({
    now: fc.constant(NOW),
    signal: fc.option(
      fc.record({
        type: fc.constant('track'),
        event: fc.constant('Ordered'),
        at: sometime,
        properties: fc.record(
          {
            total: fc.oneof(fc.double({ noNaN: true }), fc.constant('12.5'), fc.constant('much')),
            note: fc.string(),
            products: fc.array(
              fc.record(
                { name: fc.string({ maxLength: 3 }), quantity: fc.integer({ min: 0, max: 3 }) },
                { requiredKeys: [] },
              ),
              { maxLength: 3 },
            ),
          },
          { requiredKeys: [] },
        ),
      }),
    ),
    context: fc.constant({}),
    profile: fc.record({
      userId: fc.constant(null),
      stage: fc.constantFrom('lead', 'active'),
      country: fc.constantFrom(null, 'DE'),
      locale: fc.constant(null),
      zones: fc.constantFrom([], ['UTC'], ['Europe/Berlin', 'UTC']),
      traits: fc.record(
        {
          name: fc.oneof(fc.string({ maxLength: 4 }), fc.constant('  ')),
          plan: fc.constantFrom('free', 'pro', 7),
          age: fc.constantFrom(0, 1, -1, 17.5, '42', 'old', 1e300),
          visits: fc.constantFrom(0, 3, 'many'),
          vip: fc.constantFrom(true, false, 'perhaps'),
          member: fc.constantFrom(true, false, 'true'),
          renewal: fc.oneof(sometime, fc.constant('soon')),
          interests: fc.array(fc.constantFrom('tea', 'cups', 'a'), { maxLength: 3 }),
          allergies: fc.oneof(fc.constant('nuts'), fc.constant(['nuts'])),
        },
        { requiredKeys: [] },
      ),
      hasEmail: fc.boolean(),
      hasPhone: fc.boolean(),
      firstSeenAt: sometime,
      lastSeenAt: sometime,
      events: fc.record(
        {
          Ordered: fc.record({
            total: fc.integer({ min: 1, max: 9 }),
            count1d: fc.integer({ min: 0, max: 2 }),
            count7d: fc.integer({ min: 0, max: 2 }),
            count30d: fc.integer({ min: 0, max: 2 }),
            count90d: fc.integer({ min: 0, max: 2 }),
            lastAt: sometime,
          }),
        },
        { requiredKeys: [] },
      ),
      consents: fc.record({ email: fc.constantFrom('granted', 'denied', 'unknown') }, { requiredKeys: [] }),
    }),
    history: fc.record({
      messages: fc.array(
        fc.record({
          action: fc.constantFrom('welcome', 'recover'),
          channel: fc.constant('email'),
          class: fc.constant('marketing' as const),
          tags: fc.constantFrom([], ['promo']),
          topic: fc.constant('general'),
          offer: fc.constantFrom(null, 'o-1'),
          open: fc.boolean(),
          at: sometime,
        }),
        { maxLength: 3 },
      ),
    }),
    openTasks: fc.integer({ min: 0, max: 2 }),
    facts: fc.record(
      {
        product: fc.record({
          id: fc.constant('sku-1'),
          version: fc.integer({ min: 1, max: 3 }),
          kind: fc.constant('product' as const),
          data: fc.record(
            {
              price: fc.constantFrom(100, 'dear'),
              available: fc.boolean(),
              name: fc.string({ maxLength: 3 }),
            },
            { requiredKeys: [] },
          ),
          validFrom: fc.constant(null),
          validUntil: fc.option(sometime),
          source: fc.constant('catalogue'),
        }),
      },
      { requiredKeys: [] },
    ),
  })
  .map((drawn) => JSON.parse(JSON.stringify(drawn)) as ExpressionSource);

type Kind = 'bool' | 'number' | 'whole' | 'text' | 'time' | 'span' | 'texts';
/** `(a op b)` with one operator of these. */
const infix = (operators: readonly string[], a: fc.Arbitrary<string>, b: fc.Arbitrary<string>) =>
  fc.tuple(a, fc.constantFrom(...operators), b).map(([x, op, y]) => `(${x} ${op} ${y})`);
const write = (parts: readonly fc.Arbitrary<string>[], make: (...texts: string[]) => string) =>
  fc.tuple(...parts).map((texts) => make(...texts));
const deep = { maxDepth: 4, depthIdentifier: 'expression' } as const;
const literal = fc.constantFrom('"a"', '"tea"', '""', '"free"', '"ä😀"', '"DE"');
const ordering = ['<', '<=', '>', '>='];
const equality = ['==', '!='];

/** Well-typed expressions of every construct that is compiled, over the vocabulary above. */
const grammar = fc.letrec<Record<Kind, string>>((tie) => {
  const [bool, number, whole, text, time, span, texts] = (
    ['bool', 'number', 'whole', 'text', 'time', 'span', 'texts'] as const
  ).map((kind) => tie(kind)) as [fc.Arbitrary<string>, fc.Arbitrary<string>, fc.Arbitrary<string>, fc.Arbitrary<string>, fc.Arbitrary<string>, fc.Arbitrary<string>, fc.Arbitrary<string>]; // prettier-ignore
  const either = fc.oneof(deep, number, whole);
  /** A list of objects, a name for one of them, and what may be asked about it. */
  const walk = fc.constantFrom(
    {
      list: 'history.messages',
      ask: ['m.open', 'm.action == "welcome"', 'daysSince(m.at) < 7', 'm.offer == ""'],
    },
    { list: 'signal.properties.products', ask: ['m.name == "a"', 'm.quantity > 1', 'has(m.name)'] },
    {
      list: 'profile.traits.interests',
      ask: ['m == "tea"', 'm.size() > 3', 'm in profile.traits.interests'],
    },
    { list: '["a", "tea"]', ask: ['m == profile.traits.name', 'm.startsWith(profile.traits.plan)'] },
  );
  const condition = (ask: readonly string[]) => fc.oneof(fc.constantFrom(...ask), infix(['&&', '||'], bool, fc.constantFrom(...ask))); // prettier-ignore
  return {
    bool: fc.oneof(
      deep,
      fc.constantFrom('true', 'false', 'profile.traits.vip', 'profile.traits.member', 'profile.hasEmail', 'facts.product.data.available', 'facts.product.valid', '(profile.stage == "lead")', '(profile.consents["email"] == "granted")'), // prettier-ignore
      fc.constantFrom('profile.traits.age', 'profile.events.Ordered.lastAt', 'facts.product.data.price', 'signal.properties.total', 'profile.country').map((field) => `has(${field})`), // prettier-ignore
      infix(['&&', '||'], bool, bool),
      infix(['&&', '||'], bool, bool),
      bool.map((x) => `!${x}`),
      infix([...ordering, ...equality], either, either),
      infix([...ordering, ...equality], text, text),
      infix([...ordering, ...equality], time, time),
      infix([...ordering, ...equality], span, span),
      infix(equality, bool, bool),
      infix(equality, texts, texts),
      write([bool, bool, bool], (c, x, y) => `(${c} ? ${x} : ${y})`),
      infix(['in'], text, texts),
      write([number], (x) => `(${x} in [1, 2, 40])`),
      write([whole], (x) => `(${x} in [0, 1, 2])`),
      write([number], (x) => `(${x} in [0.0, 17.5])`),
      fc
        .tuple(text, fc.constantFrom('contains', 'startsWith', 'endsWith'), text)
        .map(([x, name, y]) => `${x}.${name}(${y})`),
      write([text, texts], (x, list) => `${x}.containsAny(${list})`),
      write([text], (x) => `(${x}).matches("^[a-f]+|tea$")`),
      write(
        [fc.constantFrom('within', 'withinHours'), either],
        (name, n) => `profile.events.Ordered.${name}(${n})`,
      ),
      fc
        .tuple(fc.constantFrom('exists', 'all', 'exists_one'), walk)
        .chain(([macro, { list, ask }]) => condition(ask).map((asked) => `${list}.${macro}(m, ${asked})`)),
      fc
        .tuple(fc.constantFrom('exists', 'all'), fc.constantFrom('exists', 'all'), walk)
        .chain(([outer, inner, { list, ask }]) =>
          condition(ask).map(
            (asked) => `history.messages.${outer}(n, ${list}.${inner}(m, ${asked} || n.open))`,
          ),
        ),
    ),
    number: fc.oneof(
      deep,
      fc.constantFrom('1.5', '0.0', '2.0', 'profile.traits.age', 'profile.traits.visits', 'openTasks', 'signal.properties.total', 'facts.product.data.price', 'profile.events.Ordered.count7d'), // prettier-ignore
      infix(['+', '-', '*', '/', '%'], number, either),
      infix(['+', '-', '*', '/', '%'], whole, number),
      number.map((x) => `-${x}`),
      fc.tuple(fc.constantFrom('round', 'minorUnits', 'double'), either).map(([name, x]) => `${name}(${x})`),
      fc.tuple(fc.constantFrom('daysSince', 'hoursSince'), time).map(([name, x]) => `${name}(${x})`),
      either.map((days) => `history.count(${days})`),
      either.map((days) => `history.countAction("welcome", ${days})`),
      either.map((days) => `history.countTag("promo", ${days})`),
      fc.constantFrom('double("7.5")', 'double(profile.traits.name)', 'double(profile.traits.plan)'),
      write([bool, number, number], (c, x, y) => `(${c} ? ${x} : ${y})`),
    ),
    whole: fc.oneof(
      deep,
      fc.constantFrom('0', '1', '3', '40', '9007199254740993', '9223372036854775807'),
      text.map((x) => `size(${x})`),
      text.map((x) => `${x}.size()`),
      texts.map((x) => `size(${x})`),
      time.map((x) => `${x}.getFullYear()`),
      time.map((x) => `${x}.getHours()`),
      time.map((x) => `${x}.getDayOfWeek()`),
      fc
        .tuple(
          time,
          fc.constantFrom('getHours', 'getDayOfYear', 'getDate', 'getDayOfMonth', 'getMinutes'),
          fc.constantFrom('"Europe/Berlin"', '"Asia/Kathmandu"', 'profile.zones[0]', 'profile.traits.plan'),
        )
        .map(([x, method, zone]) => `${x}.${method}(${zone})`),
      time.map((x) => `${x}.getDayOfYear()`),
      write([text, text, whole], (x, y, from) => `${x}.indexOf(${y}, ${from})`),
      write([text, text, whole], (x, y, from) => `${x}.lastIndexOf(${y}, ${from})`),
      span.map((x) => `${x}.getHours()`),
      whole.map((x) => `-${x}`),
      infix(['+', '-', '*', '/', '%'], whole, whole),
      number.map((x) => `int(${x})`),
      fc.constantFrom('int(profile.traits.name)', 'int("12")', 'size(signal.properties.products)'),
    ),
    text: fc.oneof(
      deep,
      literal,
      fc.constantFrom('profile.traits.name', 'profile.traits.plan', 'profile.country', 'profile.stage', 'signal.properties.note', 'facts.product.data.name', 'profile.consents["email"]', 'signal.properties.products[1].name', 'profile.zones[0]'), // prettier-ignore
      infix(['+'], text, text),
      text.map((x) => `lower(${x})`),
      text.map((x) => `${x}.trim()`),
      bool.map((x) => `string(${x})`),
      number.map((x) => `string(${x})`),
      text.map((x) => `string(size(${x}))`),
      texts.map((x) => `${x}.join(",")`),
      write([text, whole], (x, from) => `${x}.substring(${from})`),
      text.map((x) => `${x}.substring(1, 2)`),
      texts.map((x) => `${x}[1]`),
      write([bool, text, text], (c, x, y) => `(${c} ? ${x} : ${y})`),
    ),
    time: fc.oneof(
      deep,
      fc.constantFrom('now', 'profile.lastSeenAt', 'profile.traits.renewal', 'profile.events.Ordered.lastAt', 'facts.product.validUntil', 'timestamp("2026-11-01T00:00:00Z")', 'timestamp(profile.traits.name)'), // prettier-ignore
      infix(['+', '-'], time, span),
    ),
    span: fc.oneof(
      deep,
      fc.constantFrom('duration("36h")', 'duration("-90s")', 'duration("1.5s")'),
      infix(['-'], time, time),
      infix(['+', '-'], span, span),
    ),
    texts: fc.oneof(
      deep,
      fc.constantFrom(
        'profile.traits.interests',
        'profile.traits.allergies',
        'profile.zones',
        '["tea", "a"]',
      ),
      write([text, text], (x, y) => `[${x}, ${y}]`),
      infix(['+'], texts, texts),
      text.map((x) => `${x}.split("e")`),
      write([text, whole], (x, most) => `${x}.split("", ${most})`),
      texts.map((x) => `${x}.filter(t, t != "a")`),
      text.map((x) => `profile.traits.interests.map(t, t + ${x})`),
      fc.constant('signal.properties.products.map(p, p.quantity > 1, p.name)'),
      fc.constant('signal.properties.products.map(p, p.name)'),
    ),
  };
});

const [somebody] = fc.sample(sources, { numRuns: 1, seed: 1 });

describe('an expression as closures', () => {
  it.each<[Kind, Expected]>([
    ['bool', 'boolean'],
    ['number', 'number'],
    ['whole', 'number'],
    ['text', 'string'],
    ['time', 'time'],
    ['texts', 'list'],
  ])('of kind %s gives what the interpreter gives: values, errors and what was missing', (kind, expected) => {
    const seen = { refused: 0, known: 0, unknown: 0 };
    fc.assert(
      fc.property(grammar[kind], fc.array(sources, { minLength: 3, maxLength: 3 }), (text, about) => {
        const program = compileIfRight(text, expected);
        if (program === null) {
          seen.refused++;
          return;
        }
        expect([text, program.isInterpreted]).toEqual([text, false]);
        for (const source of about) {
          const input = toExpressionInput(vocabulary, source);
          const wanted = program.interpret(toExpressionInput(vocabulary, source));
          expect(program.evaluate(input)).toEqual(wanted);
          // Once more on values that were read already.
          expect(program.evaluate(input)).toEqual(wanted);
          seen[wanted.known ? 'known' : 'unknown']++;
        }
      }),
      { numRuns: 600 },
    );
    // The generator is worth something: most of it compiles, and both ends are met.
    expect(seen.refused).toBeLessThan(300);
    expect(Math.min(seen.known, seen.unknown)).toBeGreaterThan(50);
  });

  it.each([
    'facts.product.data.price > 10',
    'facts.product.version >= 2 && profile.traits.vip',
    'has(facts.product.data.price) || profile.traits.age > 30',
  ])('reads the facts it is asked about and none that were read before: %s', (text) => {
    const program = compile(text);
    fc.assert(
      fc.property(sources, sources, (one, other) => {
        const input = toExpressionInput(vocabulary, one);
        program.evaluate(input);
        const about = { ...one, facts: other.facts };
        expect(program.evaluate(withFacts(vocabulary, input, about))).toEqual(
          program.interpret(toExpressionInput(vocabulary, about)),
        );
      }),
    );
  });

  it('names the same absent field as the interpreter where several are', () => {
    const nobody = toExpressionInput(vocabulary, somebody as ExpressionSource);
    for (const text of [
      'profile.traits.renewal > profile.events.Ordered.lastAt',
      'facts.product.data.name.contains(signal.properties.products[2].name)',
      '[facts.product.data.name, signal.properties.products[2].name].join(",") == ""',
      'facts.product.data.available || signal.properties.products.exists(m, m.name == "zz")',
    ]) {
      const program = compile(text);
      expect(program.evaluate(nobody)).toEqual(program.interpret(nobody));
    }
  });

  it('is left to the interpreter where it holds what is not compiled, and says so', () => {
    const input = toExpressionInput(vocabulary, somebody as ExpressionSource);
    for (const text of ['{"a": 1}.a == 1', '[[1]] == [[1]]']) {
      const program = compile(text);
      expect(program.isInterpreted).toBe(true);
      expect(program.evaluate(input)).toEqual({ known: true, value: true });
    }
  });

  it('tells the time of a zone as its clocks do, whatever zone the machine is in', () => {
    const parts = {
      getFullYear: (at: DateTime) => at.year,
      getMonth: (at: DateTime) => at.month - 1,
      getDate: (at: DateTime) => at.day,
      getDayOfMonth: (at: DateTime) => at.day - 1,
      getDayOfWeek: (at: DateTime) => at.weekday % 7,
      getDayOfYear: (at: DateTime) => at.ordinal - 1,
      getHours: (at: DateTime) => at.hour,
      getMinutes: (at: DateTime) => at.minute,
      getSeconds: (at: DateTime) => at.second,
      getMilliseconds: (at: DateTime) => at.millisecond,
    };
    const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'];
    const programs = Object.entries(parts).flatMap(([method, part]) =>
      zones.map((zone) => {
        const program = compileIfRight(`now.${method}("${zone}")`, 'number');
        expect([method, program?.isInterpreted]).toEqual([method, false]);
        return { program, zone, part };
      }),
    );
    const year = fc.date({ min: new Date('1950-01-01'), max: new Date('2037-12-31'), noInvalidDate: true });
    // The clocks of a machine in Berlin, or in New York, skip an hour here.
    const changes = fc
      .tuple(
        fc.constantFrom('2026-03-29T00:00:00Z', '2026-03-08T06:00:00Z', '2026-10-25T00:00:00Z'),
        fc.nat(10_800_000),
      ) // prettier-ignore
      .map(([from, after]) => new Date(Date.parse(from) + after));
    fc.assert(
      fc.property(fc.oneof(year, changes), (at) => {
        for (const { program, zone, part } of programs) {
          const value = part(DateTime.fromJSDate(at, { zone }));
          expect(program?.evaluate({ now: at })).toEqual({ known: true, value });
          expect(program?.interpret({ now: at })).toEqual({ known: true, value });
        }
      }),
    );
  });

  it('does not know the time of a zone that does not exist, nor beyond what dates can be', () => {
    const input = toExpressionInput(vocabulary, {
      ...(somebody as ExpressionSource),
      profile: { ...(somebody as ExpressionSource).profile, traits: { plan: 'Mars/Olympus' } },
    });
    expect(compile('now.getHours(profile.traits.plan) > 3').evaluate(input)).toEqual({
      known: false,
      reads: 'no clock of "Mars/Olympus" tells this time',
    });
    const late = compile('(now + duration("9999999999h")).getHours("Asia/Tokyo") > 3');
    expect(late.evaluate(input)).toMatchObject({ known: false });
  });

  describe('that walks over lists', () => {
    /** What an expression says of an order with a note of so many times `x`. */
    const saidOf = (text: string, length: number): unknown => {
      const products = [{ name: 'cup' }];
      return compile(text).evaluate(
        toExpressionInput(vocabulary, {
          ...(somebody as ExpressionSource),
          signal: { type: 'track', event: 'Ordered', at: NOW, properties: { note: 'x'.repeat(length), products } },
        }),
      );
    }; // prettier-ignore
    const note = 'signal.properties.note';
    const letters = `${note}.split("")`;
    const tooLong = { known: false, reads: 'the end of a walk of more than 2,000,000 steps' };
    const manyParts = Array.from({ length: 20 }, (_, i) => `a + b == "x${i}"`).join(' || ');

    it.each([
      ['over one list inside another', true, `${letters}.all(a, ${letters}.all(b, a == b))`],
      ['beside local time', true, `now.getHours("Asia/Tokyo") >= 0 && ${letters}.all(a, ${letters}.all(b, a == b))`],
      ['and match a long text for each item', false, `${letters}.exists(c, ${note}.matches("(a|b)*z"))`],
      ['and search one', false, `${letters}.exists(c, ${note}.contains(${note} + c + "y"))`],
      ['and measure one', true, `${letters}.all(c, size(${note}) > 0)`],
      ['and compare two', true, `${letters}.all(c, ${note} + c == c + ${note})`],
      ['and look for an item in a list', true, `${letters}.all(c, c in ${letters})`],
      ['and ask many things about each item', false, `${letters}.exists(a, ${letters}.exists(b, ${manyParts}))`],
      ['by join', true, `${letters}.join(${note}) != ""`],
      ['by containsAny', false, `${note}.containsAny(${letters}.map(c, ${note} + "y" + c))`],
    ])('%s goes only so far, and is unknown from there on', (_what, value, text) => {
      expect(saidOf(text, 40)).toEqual({ known: true, value });
      expect(saidOf(text, 30_000)).toEqual(tooLong);
    }); // prettier-ignore

    it('so far is further than two of the longest lists inside each other', () => {
      const twice = `${letters}.all(a, ${letters}.all(b, a == b || a.startsWith("y") || b in ["y"]))`;
      expect(saidOf(twice, 1_000)).toEqual({ known: true, value: true });
    });

    it('to find something that has() asks for is no absence where it does not get there', () => {
      const first = `signal.properties.products.filter(p, ${letters}.all(c, size(${note}) > 0))[0].name`;
      expect(saidOf(`has(${first})`, 40)).toEqual({ known: true, value: true });
      expect(saidOf(`has(${first})`, 30_000)).toEqual(tooLong);
    });

    it('and goes wrong after a long way does not begin again to say how', () => {
      const text = `${letters}.all(c, 1 / (size(c) - 1) == 0)`;
      expect(saidOf(text, 10)).toEqual({ known: false, reads: 'division by zero' });
      expect(saidOf(text, 30_000)).toEqual({ known: false, reads: 'an error in a long walk' });
    });

    it.each([
      [`{"a": 1}.a == 1 && ${letters}.all(a, a == "x")`, 'all() could take very long beside {"a": 1}.a'],
      [`[[${letters}.join("y")]] == [["x"]]`, 'join() could take very long beside [[signal'],
    ])('stands beside nothing that is not compiled: %s', (text, message) => {
      const result = compiler.compile(text, guardrail, 'boolean');
      expect(result).toMatchObject({ ok: false, mistakes: [{ message: expect.stringContaining(message) as string }] });
      expect(compileIfRight(text.replace(`${letters}.all(a, a == "x")`, 'true').replace(`${letters}.join("y")`, '["a", "b"].join("y")'), 'boolean')?.isInterpreted).toBe(true);
    }); // prettier-ignore
  });

  it('is what every expression of the shipped playbook runs as', () => {
    const folder = join(process.cwd(), 'policies');
    const files = Object.fromEntries(
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.yaml'))
        .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
    );
    const result = compilePlaybook(files);
    if (!result.ok) throw new Error('the shipped playbook has mistakes');
    const { guardrails, actions, triggers, templates } = result.bundle;
    const expressions = [
      ...guardrails.map(({ when }) => when),
      ...[...actions.values()].flatMap(({ eligible, facts }) => [eligible, ...facts.values()]),
      ...[...triggers.values()].flatMap(({ when, value }) => (value === null ? [when] : [when, value])),
      ...[...templates.values()].flatMap(({ when, slots }) => [when, ...slots.values()]),
    ];
    expect(expressions.length).toBeGreaterThan(50);
    const interpreted = expressions.filter((each) => !(each instanceof Program) || each.isInterpreted);
    expect(interpreted.map(({ source }) => source)).toEqual([]);
  });
});
