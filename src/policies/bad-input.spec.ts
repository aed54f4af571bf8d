import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expressionSource } from '../../test/fixtures/expression-source.js';
import { type CompileResult } from './bundle.js';
import { compilePlaybook } from './compiler.js';
import { toExpressionInput } from './vocabulary.js';

const shipped: Record<string, string> = Object.fromEntries(
  readdirSync('policies', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => [path, readFileSync(join('policies', path), 'utf8')]),
);
const compiled = (path: string, text: string): CompileResult => compilePlaybook({ ...shipped, [path]: text });
function mistakes(path: string, text: string): string[] {
  const result = compiled(path, text);
  return result.ok
    ? []
    : result.errors.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`);
}
const rule = (more: string): string =>
  `id: tried\ntitle: Tried\nreason: Because\neffect: suppress\nowner: nobody\nscope: { actions: [welcome] }\n${more}\n`;

const ticket = {
  type: 'track',
  event: 'Support Ticket Opened',
  properties: {},
  at: '2026-11-20T12:00:00.000Z',
};
const somebody = expressionSource(
  { now: '2026-11-20T12:00:00.000Z', signal: ticket },
  { firstSeenAt: '2026-11-01T12:00:00.000Z' },
);

describe('a playbook that means harm', () => {
  it('does not expand a YAML bomb', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (const [name, before] of [
      ['b', 'a'],
      ['c', 'b'],
      ['d', 'c'],
      ['e', 'd'],
      ['f', 'e'],
      ['g', 'f'],
      ['h', 'g'],
    ] as const)
      bomb.push(`${name}: &${name} [${`*${before}, `.repeat(9)}]`);
    const found = mistakes('guardrails/bomb.yaml', bomb.join('\n'));
    expect(found.length).toBeGreaterThan(0);
    expect(found.every((each) => /anchors|aliases/.test(each))).toBe(true);
  });

  it('of 5 MB is refused whole, without being parsed', () => {
    const files = Object.fromEntries(
      Array.from({ length: 25 }, (_, i) => [
        `guardrails/big-${i}.yaml`,
        `# ${'x'.repeat(200 * 1024)}\n${rule('')}`,
      ]),
    );
    const result = compilePlaybook({ ...shipped, ...files });
    expect(result.ok).toBe(false);
    if (result.ok) return;
    expect(result.errors.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('a playbook has at most 2000 files of 4096 KB together'),
    );
    const [one] = mistakes('guardrails/big.yaml', `# ${'x'.repeat(5 * 1024 * 1024)}`);
    expect(one).toMatch(
      /^guardrails\/big\.yaml:1:1 a playbook has at most .* this is the largest, with 5121 KB$/,
    );
    expect(mistakes('guardrails/big.yaml', `# ${'x'.repeat(300 * 1024)}\n${rule('')}`)[0]).toContain(
      'guardrails/big.yaml:1:1 is larger than 256 KB',
    );
  });

  it('of nothing but quotes is told some of its mistakes', () => {
    const found = mistakes('guardrails/quotes.yaml', '"'.repeat(250_000));
    expect(found).toHaveLength(200);
    // On lines of their own they are no dearer.
    expect(mistakes('guardrails/quotes.yaml', '- "" ""\n'.repeat(30_000))).toHaveLength(200);
  });

  it('of many files of nothing but quotes is read no further than anybody reads', () => {
    const quotes = Object.fromEntries(
      Array.from({ length: 15 }, (_, i) => [`guardrails/quotes-${i}.yaml`, '"'.repeat(250_000)]),
    );
    const result = compilePlaybook({ ...shipped, ...quotes });
    expect(result.ok).toBe(false);
    if (result.ok) return;
    const files = new Set(result.errors.map(({ file }) => file).filter((file) => file.includes('quotes-')));
    expect(files.size).toBe(5);
  });

  it('of two documents in one file is told so', () => {
    expect(mistakes('guardrails/two.yaml', `${rule('')}---\n${rule('')}`)[0]).toContain(
      'guardrails/two.yaml:',
    );
  });

  it('with tabs for indentation is told where', () => {
    const [first] = mistakes('guardrails/tabs.yaml', '- id: tried\n\ttitle: Tried\n');
    expect(first).toBe('guardrails/tabs.yaml:2:1 a tab cannot indent: write spaces');
  });

  it('with characters that turn the direction of text is told where', () => {
    const text = rule('').replace('Because', 'Because \u202Eyad a liam eno\u202C');
    expect(mistakes('guardrails/turned.yaml', text)).toEqual([
      'guardrails/turned.yaml:3:17 a character that turns the direction of text hides what stands here: write it without',
    ]);
    // Marks and isolates are what right-to-left languages need.
    expect(
      mistakes('guardrails/marked.yaml', rule('').replace('Because', '\u200Fلأن\u2066 7\u2069')),
    ).toEqual([]);
  });

  it('with a second document in a file is told so', () => {
    expect(mistakes('guardrails/two.yaml', `${rule('')}---\n${rule('')}`)).toEqual([
      expect.stringMatching(/^guardrails\/two\.yaml:\d+:1 holds a second document/),
    ]);
  });

  it('with brackets where a key belongs is told so in words', () => {
    const [first] = mistakes('guardrails/braces.yaml', '{{{');
    expect(first).toBe('guardrails/braces.yaml:1:2 a key should be a plain text, such as `title`');
  });

  it('with an id twice names both places', () => {
    const [first] = mistakes('guardrails/twice.yaml', rule('').replace('id: tried', 'id: minors'));
    expect(first).toMatch(
      /^guardrails\/twice\.yaml:1:5 the id "minors" is taken already: guardrails\/law\.yaml, line \d+$/,
    );
  });

  it('with an id that every object has is refused, as a field of that name is', () => {
    expect(mistakes('guardrails/odd.yaml', rule('').replace('id: tried', 'id: constructor'))).toEqual([
      'guardrails/odd.yaml:1:5 "constructor" cannot be used as a name',
    ]);
  });

  it('with the same key twice says so', () => {
    expect(mistakes('guardrails/keys.yaml', `${rule('')}owner: somebody\n`)).toEqual([
      expect.stringMatching(/^guardrails\/keys\.yaml:\d+:1 /),
    ]);
  });

  it.each([
    ['three walks over lists inside each other', 'history.messages.exists(a, history.messages.exists(b, history.messages.exists(c, a.at == c.at)))'],
    ['a walk of its own making', '[1, 2, 3].map(a, [1, 2, 3].map(b, [1, 2, 3].map(c, a + b + c))).size() > 1'],
    ['very many parts', `${'profile.hasEmail && '.repeat(600)}true`],
    ['very deep parentheses', `${'('.repeat(500)}true${')'.repeat(500)}`],
    ['more than 4,000 characters', `profile.stage == "${'x'.repeat(5_000)}"`],
    ['a pattern that is built while it runs', 'lower(signal.properties.text).matches(profile.traits.first_name)'],
  ])('with an expression of %s is refused when it is loaded', (_what, when) => {
    expect(mistakes('guardrails/slow.yaml', rule(`when: ${JSON.stringify(when)}`)).length).toBeGreaterThan(0);
  }); // prettier-ignore

  it('with a pattern that counts far is refused where the pattern stands', () => {
    const matching = (pattern: string): string[] =>
      mistakes('guardrails/slow.yaml', rule(`when: 'signal.properties.text.matches("${pattern}")'`));
    const refused = (by: number): string[] => [
      `guardrails/slow.yaml:7:39 counted repetitions, written out, make the pattern ${by} characters longer, which could take very long; 500 are the limit`,
    ];
    expect(matching('x{1000}')).toEqual(refused(993));
    expect(matching('(a{1,30}){1,30}')).toEqual(refused(885));
    expect(matching('^[a-z0-9._%+-]{1,64}@[a-z0-9.-]{1,255}[.][a-z]{2,24}$')).toEqual([]);
    // However many words it has.
    expect(matching(Array.from({ length: 300 }, (_, i) => `word${i}`).join('|'))).toEqual([]);
  });

  it('with a pattern that backtracks elsewhere takes a time that is linear in the text', () => {
    const result = compiled(
      'guardrails/slow.yaml',
      rule(`when: '"${'a'.repeat(3_000)}!".matches("^(a+)+$")'`),
    );
    expect(result.ok).toBe(true);
    if (!result.ok) return;
    const tried = result.bundle.guardrails.find(({ spec }) => spec.id === 'tried');
    // Exponential here would not end within the life of the machine.
    expect(tried?.when.evaluate({})).toEqual({ known: true, value: false });
  });

  it('with a walk that takes long at some texts only goes so far, and is unknown from there on', () => {
    const letters = 'signal.properties.text.split("")';
    const result = compiled(
      'guardrails/slow.yaml',
      rule(`when: '${letters}.all(a, ${letters}.all(b, a == b))'`),
    );
    if (!result.ok) throw new Error(JSON.stringify(result.errors));
    const { bundle } = result;
    const tried = bundle.guardrails.find(({ spec }) => spec.id === 'tried');
    const said = (length: number) =>
      tried?.when.evaluate(
        toExpressionInput(bundle.vocabulary, {
          ...somebody,
          signal: { ...ticket, properties: { text: 'x'.repeat(length) } },
        }),
      );
    expect(said(1_000)).toEqual({ known: true, value: true });
    expect(said(2_000)).toEqual({
      known: false,
      reads: 'the end of a walk of more than 2,000,000 steps',
    });
  });

  it('with a walk beside something that runs without a limit is refused where the walk is', () => {
    const walk = 'signal.properties.text.split("").all(a, a == "x")';
    expect(mistakes('guardrails/slow.yaml', rule(`when: '{"a": 1}.a == 1 && ${walk}'`))).toEqual([
      'guardrails/slow.yaml:7:60 all() could take very long beside {"a": 1}.a: what is written so runs without a limit',
    ]);
  });

  it('with a cap of 0 is allowed, means never, and says so', () => {
    const text = rule('caps: [{ max: 0, per: 1d }]').replace('effect: suppress', 'effect: limit');
    const result = compiled('guardrails/never.yaml', text);
    expect(result.ok && result.warnings.map(({ message }) => message)).toEqual([
      'the rule tried has a cap of 0 per 1d: that means never',
    ]);
  });

  it('with a time of more than a hundred years is refused: no date so far away can be kept', () => {
    const capped = (per: string): string[] =>
      mistakes('guardrails/long.yaml', rule(`caps: [{ max: 1, per: ${per} }]`).replace('effect: suppress', 'effect: limit')); // prettier-ignore
    expect(capped('999999w')).toEqual([
      'guardrails/long.yaml:7:23 should be a hundred years, 36500d, at most',
    ]);
    expect(capped('36500d')).toEqual([]);
  });

  it('with a number that nothing can hold is refused where it stands', () => {
    const first = (path: string, from: RegExp, to: string): string =>
      mistakes(path, (shipped[path] ?? '').replace(from, to))[0]?.replace(/:\d+:\d+ /, ' ') ?? '';
    expect(first('templates/lifecycle.yaml', /maxAudience: \d+/, 'maxAudience: 9999999999')).toBe(
      'templates/lifecycle.yaml should be 1000000000 at most',
    );
    expect(first('actions/lifecycle.yaml', /value: \d+/, 'value: 1.0e+305')).toBe(
      'actions/lifecycle.yaml should be 1000000000000000 at most',
    );
    expect(first('channels.yaml', /contactCost: \d+/, 'contactCost: 1.0e+305')).toBe(
      'channels.yaml should be 1000000000000000 at most',
    );
  });

  it('with a cap over no time, or hours on no day, is refused: neither would do what it says', () => {
    const limited = (limit: string): string[] =>
      mistakes('guardrails/odd.yaml', rule(limit).replace('effect: suppress', 'effect: limit'));
    expect(limited('caps: [{ max: 1, per: 0s }]')).toEqual([
      expect.stringMatching(/^guardrails\/odd\.yaml:\d+:\d+ should be longer than nothing/),
    ]);
    expect(limited("hours: { from: '08:00', to: '20:00', days: [] }").length).toBeGreaterThan(0);
  });

  it('with a budget of one person is refused: budgets are over everybody', () => {
    const capped = (cap: string): string[] =>
      mistakes('guardrails/budget.yaml', rule(`caps: [${cap}]`).replace('effect: suppress', 'effect: limit'));
    expect(capped('{ max: 5000, per: 1d, of: cost }')).toEqual([
      expect.stringMatching(/^guardrails\/budget\.yaml:\d+:\d+ a budget is over everybody/),
    ]);
    expect(capped('{ max: 5000, per: 1d, of: cost, over: somebody }').length).toBeGreaterThan(0);
  });

  it('with words of the person where nobody writes any is refused', () => {
    const vocabulary = shipped['vocabulary.yaml'] ?? '';
    const written = (field: string, more = ''): string[] =>
      mistakes('vocabulary.yaml', vocabulary.replace(field, `${field.slice(0, -2)}, written: true }${more}`));
    expect(written('  first_name: { type: string, absent: unknown }')).toEqual([
      expect.stringContaining('only what an event carries is looked through when it comes'),
    ]);
    expect(written('      rating: { type: number, absent: unknown }')).toEqual([
      expect.stringContaining('should stand at a text: nobody writes a number'),
    ]);
    expect(written('      method: { type: string, absent: unknown }')).toEqual([]);
  });

  it('with names that objects inherit finds nothing behind them', () => {
    for (const name of ['__proto__', 'constructor', 'toString'])
      expect(
        mistakes('guardrails/odd.yaml', rule(`when: profile.traits.${name} == "x"`)).length,
      ).toBeGreaterThan(0);
    expect(mistakes('__proto__', 'x: 1').length).toBeGreaterThan(0);
  });
});
