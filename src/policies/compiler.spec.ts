import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CompileResult } from './bundle.js';
import { compilePlaybook } from './compiler.js';

/** The shipped playbook, which the specs here break in one place each. */
const shipped: Record<string, string> = Object.fromEntries(
  readdirSync('policies', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => [path, readFileSync(join('policies', path), 'utf8')]),
);

function errorsOf(result: CompileResult): string[] {
  return result.ok ? [] : result.errors.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`); // prettier-ignore
}

/** Mistakes of the shipped playbook with one more file. */
const withFile = (path: string, text: string): string[] =>
  errorsOf(compilePlaybook({ ...shipped, [path]: text }));

/** The place of a text's last occurrence, as errors write it. */
function placeOf(text: string, part: string): string {
  const before = text.slice(0, text.lastIndexOf(part)).split('\n');
  return `${before.length}:${(before.at(-1) ?? '').length + 1}`;
}

const guardrail = (when: string): string => `id: tried
title: Tried
reason: Because
effect: suppress
when: ${when}
owner: nobody
`;

describe('the shipped playbook', () => {
  it('compiles', () => {
    const result = compilePlaybook(shipped);
    expect(errorsOf(result)).toEqual([]);
  });

  it('is named by its content: line ends and byte order marks say nothing, words do', () => {
    const hash = (files: Record<string, string>): string => {
      const result = compilePlaybook(files);
      if (!result.ok) throw new Error(errorsOf(result).join('\n'));
      return result.bundle.hash;
    };
    const brand = shipped['brand.yaml'] ?? '';
    const once = hash(shipped);
    expect(hash({ ...shipped, 'brand.yaml': `\uFEFF${brand.replaceAll('\n', '\r\n')}` })).toBe(once);
    expect(hash({ ...shipped, 'brand.yaml': brand.replace('Warm', 'Cool') })).not.toBe(once);
  });

  it('finds triggers by their event, and those that look at every signal', () => {
    const result = compilePlaybook(shipped);
    if (!result.ok) throw new Error('broken');
    const { bundle } = result;
    expect(bundle.triggersByEvent.get('Checkout Started')?.map(({ spec }) => spec.id)).toEqual([
      'checkout-abandoned',
    ]);
    expect(bundle.triggersForAnySignal.map(({ spec }) => spec.id).sort()).toEqual([
      'became-regular',
      'silent-30',
      'silent-60',
      'silent-90',
    ]);
  });
});

describe('an expression in YAML', () => {
  it.each([
    ['plain', guardrail('profile.traits.frist_name == "x"')],
    ['single quotes', guardrail(`'profile.stage == ''lead'' && profile.traits.frist_name == "x"'`)],
    ['double quotes', guardrail(`"profile.stage == \\"lead\\" && \\x70rofile.traits.frist_name == \\"x\\""`)],
    [
      'a literal block',
      guardrail('|-\n  profile.stage == "lead"\n    &&\n  profile.traits.frist_name == "x"'),
    ],
    ['a folded block', guardrail('>-\n  profile.stage == "lead"\n  && profile.traits.frist_name == "x"\n')],
    [
      'a folded block with a comment',
      guardrail('>- # why\n\n    profile.stage == "lead" &&\n\n    profile.traits.frist_name == "x"'),
    ],
    ['several plain lines', guardrail('profile.stage == "lead"\n  && profile.traits.frist_name == "x"')],
  ])('written as %s has its mistakes at their own line and column', (_style, text) => {
    expect(withFile('guardrails/tried.yaml', text)).toEqual([
      `guardrails/tried.yaml:${placeOf(text, 'frist_name')} trait "frist_name" is not declared; did you mean "first_name"?`,
    ]);
  });

  it('is checked in every place that holds one', () => {
    const actions = (shipped['actions/service.yaml'] ?? '').replace(
      '["Back In Stock Requested"]',
      '["Back In Stock"]',
    );
    const triggers = (shipped['triggers/behaviour.yaml'] ?? '').replace('count90d', 'count91d');
    const templates = (shipped['templates/service.yaml'] ?? '').replace(
      'signal.properties.ticket_id',
      'signal.properties.order_id',
    );
    expect(
      errorsOf(
        compilePlaybook({
          ...shipped,
          'actions/service.yaml': actions,
          'triggers/behaviour.yaml': triggers,
          'templates/service.yaml': templates,
        }),
      ),
    ).toEqual([
      `actions/service.yaml:${placeOf(actions, '"Back In Stock"')} event "Back In Stock" is not declared`,
      // A ticket's signal carries no order.
      `templates/service.yaml:${placeOf(templates, 'order_id')} property "order_id" is not declared; there is "ticket_id", "topic", "text", "channel"`,
      `triggers/behaviour.yaml:${placeOf(triggers, 'count91d')} "profile.events["Order Completed"]" has no field "count91d"; did you mean "count1d"?`,
    ]);
  });
});

describe('a mistake in a file', () => {
  it('is reported together with every other one', () => {
    const text = `- id: Not An Id
  title: ''
  kind: event
  event: Signed Up
  actions: []
- id: fine
  title: Fine
  kind: sometimes
  actions: [welcome]
  owner: me
- title: No id
  kind: count
  event: Signed Up
  atLeast: many
  within: a while
  actions: [welcom]
  owner: me
  colour: red
`;
    expect(withFile('triggers/tried.yaml', text)).toEqual([
      'triggers/tried.yaml:1:3 "owner" is missing',
      'triggers/tried.yaml:1:7 write lower-case words joined by hyphens, such as "welcome-email"',
      expect.stringMatching(/^triggers\/tried\.yaml:2:10 /),
      expect.stringMatching(/^triggers\/tried\.yaml:5:12 /),
      'triggers/tried.yaml:8:9 should be "event" or "count" or "threshold" or "inaction" or "inactivity"',
      'triggers/tried.yaml:11:3 "id" is missing',
      'triggers/tried.yaml:14:12 should be a number',
      'triggers/tried.yaml:15:11 write a number and s, m, h, d or w, such as "30d"',
      'triggers/tried.yaml:18:3 "colour" is not a member here',
    ]);
  });

  it('of reference names what was probably meant', () => {
    const text = `id: tried
title: Tried
kind: inaction
event: Checkout Startet
unless: [Order Complete]
within: 1h
actions: [welcom]
owner: me
`;
    expect(withFile('triggers/tried.yaml', text)).toEqual([
      'triggers/tried.yaml:4:8 the event "Checkout Startet" is not declared in vocabulary.yaml; did you mean "Checkout Started"?',
      'triggers/tried.yaml:5:10 the event "Order Complete" is not declared in vocabulary.yaml; did you mean "Order Completed"?',
      'triggers/tried.yaml:7:11 there is no action "welcom"; did you mean "welcome"?',
    ]);
  });

  it('is an id used twice, in one file or two', () => {
    const text = guardrail('"true"').replace('id: tried', 'id: quiet-hours').replace('"true"', "'true'");
    expect(withFile('guardrails/zz.yaml', text)).toEqual([
      expect.stringMatching(
        /^guardrails\/zz\.yaml:1:5 the id "quiet-hours" is taken already: guardrails\/law\.yaml, line \d+$/,
      ),
    ]);
  });

  it('is an action that could never be written', () => {
    const action = (rest: string): string =>
      `id: tried\ntitle: T\ngoal: G\nclass: marketing\nchannels: [email]\nvalue: 1\npropensity: 0.1\nowner: me\n${rest}`;
    expect(withFile('actions/tried.yaml', action('draft: { mode: model, fallback: hold }\n'))).toEqual([
      'actions/tried.yaml:9:16 a draft by the model needs a "prompt"',
    ]);
    expect(
      withFile(
        'actions/tried.yaml',
        action('draft: { mode: model, prompts: { onsite: card }, fallback: hold }\n'),
      ),
    ).toEqual(['actions/tried.yaml:5:12 has no template on "email" to fall back on when the model is gone']);
    expect(
      withFile(
        'actions/tried.yaml',
        action(
          'draft: { mode: model, prompt: mail, fallback: hold, automatic: { wrong: 0.01, thresholds: [0.3, 0.2] } }\n',
        ),
      ),
    ).toEqual(['actions/tried.yaml:9:91 should ascend']);
    const several = 'variants: [{ id: one, brief: A. }, { id: one, brief: B. }]';
    expect(
      withFile(
        'actions/tried.yaml',
        action(`draft: { mode: model, prompt: mail, fallback: hold, ${several} }\n`),
      ),
    ).toEqual(['actions/tried.yaml:9:94 the variant "one" is there already']);
    expect(withFile('actions/tried.yaml', action('draft: { mode: template, variants: 2 }\n'))).toContain(
      'actions/tried.yaml:9:36 only the model writes variants; a template has its own',
    );
    expect(withFile('actions/tried.yaml', action('draft: { mode: template }\n'))).toEqual([
      'actions/tried.yaml:5:12 has no template on "email" to be drafted from',
    ]);
    expect(
      withFile(
        'actions/tried.yaml',
        action(
          'draft:\n  mode: model\n  prompt: p\n  fallback: hold\n  allowedFields: [profile.traits.birth_year, profile.traits.name]\n',
        ),
      ),
    ).toEqual([
      'actions/tried.yaml:13:19 "profile.traits.birth_year" is sensitive: the model never sees it',
      expect.stringMatching(/^actions\/tried\.yaml:13:46 there is no field "profile.traits.name"/),
    ]);
  });

  it('is a trigger that asks for advice it could not use', () => {
    const asks = (action: string, advice: string): string[] =>
      withFile(
        'triggers/tried.yaml',
        `id: tried\ntitle: T\nkind: event\nevent: Order Completed\nactions: [${action}]\nowner: me\nadvice: ${advice}\n`,
      );
    expect(asks('care-guide', '{ weight: 0.3 }')).toEqual([]);
    expect(asks('care-guide', '{ weight: 0.9 }')).toEqual([
      expect.stringMatching(/^triggers\/tried\.yaml:7:19 .*<=0\.5/),
    ]);
    expect(asks('care-guide', '{ weight: 0.3, longestWait: evening }')).toEqual([
      expect.stringMatching(/^triggers\/tried\.yaml:7:37 .*write a number and s, m, h, d or w/),
    ]);
    expect(
      asks(
        'care-guide',
        '{ weight: 0.3, prompt: p, allowedFields: [profile.traits.birth_year, profile.age], activity: [Looked] }',
      ),
    ).toEqual([
      'triggers/tried.yaml:7:51 "profile.traits.birth_year" is sensitive: the model never sees it',
      expect.stringMatching(/^triggers\/tried\.yaml:7:78 there is no field "profile.age"/),
      expect.stringMatching(/^triggers\/tried\.yaml:7:103 the event "Looked" is not declared/),
    ]);
    expect(asks('care-guide', '{ weight: 0.3, allowedFields: [profile.stage] }')).toEqual([
      'triggers/tried.yaml:7:39 are for the model, which is asked with a "prompt" only',
    ]);
    expect(asks('confirm-order', '{ weight: 0.3 }')).toEqual([
      expect.stringMatching(
        /^triggers\/tried\.yaml:7:9 has nothing to say: all its actions are transactional/,
      ),
    ]);
  });

  it('is a template whose text reads what no slot gives', () => {
    const templates = (shipped['templates/service.yaml'] ?? '').replace(
      'Your message has arrived under the number {{ ticket }}',
      'Hello {{ tickt }}',
    );
    expect(errorsOf(compilePlaybook({ ...shipped, 'templates/service.yaml': templates }))[0]).toMatch(
      /"tickt" is not declared/,
    );
  });

  it('is a file that does not belong, one that is missing, or one that is empty', () => {
    expect(withFile('guardrail/tried.yaml', '')).toEqual([
      expect.stringMatching(/^guardrail\/tried\.yaml:1:1 is not part of a playbook/),
    ]);
    expect(withFile('../brand.yaml', 'a: 1')).toEqual([
      expect.stringMatching(/^\.\.\/brand\.yaml:1:1 is not part/),
    ]);
    expect(withFile('actions/none.yaml', '')).toEqual([
      'actions/none.yaml:1:1 is empty: write one item or a list',
    ]);
    expect(errorsOf(compilePlaybook({}))).toEqual([
      'brand.yaml:1:1 is missing',
      'channels.yaml:1:1 is missing',
      'engine.yaml:1:1 is missing',
      'vocabulary.yaml:1:1 is missing',
    ]);
  });

  it('is a property that means two things', () => {
    const vocabulary = (shipped['vocabulary.yaml'] ?? '').replace(
      'ticket_id: { type: string, absent: unknown }\n      topic',
      'total: { type: string, absent: unknown }\n      ticket_id: { type: string, absent: unknown }\n      topic',
    );
    expect(errorsOf(compilePlaybook({ ...shipped, 'vocabulary.yaml': vocabulary }))).toEqual([
      expect.stringMatching(
        /^vocabulary\.yaml:\d+:\d+ "total" is number in "Checkout Started": a property means the same everywhere$/,
      ),
    ]);
  });
});

describe('hostile YAML', () => {
  it.each([
    ['aliases', 'a: &x [1]\nb: *x\n', /anchors are not allowed/],
    [
      'a billion laughs',
      `a: &a [x]\n${Array.from({ length: 20 }, (_, i) => `b${i}: [*a, *a]`).join('\n')}\n`,
      /not allowed/,
    ],
    ['tabs', 'id: x\n\ttitle: y\n', /[Tt]ab/],
    ['duplicate keys', 'id: x\nid: y\n', /[Mm]ap keys must be unique/],
    ['custom tags', 'id: !!js/function x\n', /tag/],
    ['two documents', 'id: x\n---\nid: y\n', /document/],
    ['deep flow', `x: ${'['.repeat(200_000)}`, /nested too deeply/],
    ['deep mappings', `x: ${'{a: '.repeat(50_000)}`, /nested too deeply/],
    ['deep lists', '- '.repeat(100_000), /nested too deeply/],
    [
      'deep indentation',
      Array.from({ length: 400 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      /nested too deeply/,
    ],
    ['a large file', `# ${'x'.repeat(300_000)}`, /larger than 256 KB/],
    ['null characters', 'id: "a\0b"', /is no text/],
    ['prototype keys', '__proto__: { id: x }\nconstructor: 1\n', /is not a member|is missing/],
    ['no mapping at all', 'just words', /should be a mapping/],
  ])('%s: is refused with its place', (_what, text, message) => {
    const errors = withFile('guardrails/hostile.yaml', text);
    expect(errors.join('\n')).toMatch(message);
    expect(errors.every((error) => /^guardrails\/hostile\.yaml:\d+:\d+ /.test(error))).toBe(true);
  });
});

describe('a test of the playbook', () => {
  const test = (...lines: string[]): string =>
    ['test: Tried', 'given:', '  now: 2026-11-18T10:00:00Z', ...lines, ''].join('\n');
  const expects = ['expect:', '  outcome: hold'];

  it.each([
    [
      'an unknown trait',
      test('  person: { key_acount: true }', ...expects),
      'tests/tried.yaml:4:13 there is no trait "key_acount"; did you mean "key_account"?',
    ],
    [
      'a property that its event does not carry',
      test('  signal: { event: Order Completed, properties: { totl: 700 } }', ...expects),
      'tests/tried.yaml:4:51 there is no property "totl"; did you mean "total"?',
    ],
    [
      'a member of a listed product that nothing reads',
      test('  signal: { event: Order Completed, properties: { products: [{ nam: Cup }] } }', ...expects),
      'tests/tried.yaml:4:64 there is no property "nam"; did you mean "name"?',
    ],
    [
      'a context member that is not declared',
      test('  context: { pgae: home }', ...expects),
      'tests/tried.yaml:4:14 there is no context member "pgae"; there is "page"',
    ],
    [
      "a member of a fact's data that nothing reads",
      test('  facts: [{ id: sku-1, data: { prize: 900 } }]', ...expects),
      `tests/tried.yaml:4:32 there is no member of a fact's data "prize"; did you mean "price"?`,
    ],
    [
      'an unknown event',
      test('  events: { Order Complete: 3d ago }', ...expects),
      'tests/tried.yaml:4:29 the event "Order Complete" is not declared in vocabulary.yaml; did you mean "Order Completed"?',
    ],
    [
      'an unknown guardrail',
      test('expect:', '  matches: [minor]'),
      'tests/tried.yaml:5:13 there is no guardrail "minor"; did you mean "minors"?',
    ],
    [
      'an unknown candidate',
      test('expect:', '  candidates: { welcome by mail: { eligible: true } }'),
      'tests/tried.yaml:5:34 there is no channel "mail"; did you mean "email"?',
    ],
    ['no moment', test('  events: { Order Completed: yesterday }', ...expects), /^tests\/tried\.yaml:4:30 /],
    [
      'an unknown zone',
      test(...expects).replace('2026-11-18T10:00:00Z', '2026-11-18 10:00 Europe/Berln'),
      'tests/tried.yaml:3:8 "Europe/Berln" is not a time zone; did you mean "Europe/Berlin"?',
    ],
    ['nothing expected', test('expect: {}'), /^tests\/tried\.yaml:4:9 expects nothing/],
    [
      'both actions and a trigger',
      test('actions: [welcome]', 'trigger: signed-up', ...expects),
      'tests/tried.yaml:5:10 name either actions or a trigger',
    ],
  ])('with %s is a mistake at its place', (_what, text, mistake) => {
    expect(withFile('tests/tried.yaml', text)).toEqual([
      typeof mistake === 'string' ? mistake : expect.stringMatching(mistake),
    ]);
  });

  it('has a name of its own', () => {
    expect(
      withFile(
        'tests/tried.yaml',
        `- ${test(...expects).replaceAll('\n', '\n  ')}\n- ${test(...expects).replaceAll('\n', '\n  ')}`,
      ),
    ).toEqual(['tests/tried.yaml:7:9 the test "Tried" is taken already: tests/tried.yaml, line 1']);
  });

  it('counts in the hash of the playbook', () => {
    const [plain, more] = [shipped, { ...shipped, 'tests/tried.yaml': test(...expects) }].map(
      compilePlaybook,
    );
    expect(plain?.ok === true && more?.ok === true && plain.bundle.hash !== more.bundle.hash).toBe(true);
  });
});
