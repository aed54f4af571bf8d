import { PoliciesService } from '../../src/policies/index.js';
import { identify, order } from '../harness/customers.js';
import { ADMIN, type Answer, Story } from '../harness/service.js';
import { colleague } from '../harness/shown.js';

interface Note {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

const rule = (more: string): string => `- id: tried
  title: Tried
  reason: Somebody tries it
  owner: me
${more}`;

describe('what the editor of the playbook asks for', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin();
    await story.happens(identify('ada'), order('ada'));
  });
  afterAll(() => story.end());

  const check = (text: string, path = 'guardrails/tried.yaml'): Promise<Answer> =>
    story.post('/playbook/edit/check', { path, text });
  const found = async (text: string, path?: string): Promise<{ errors: string[]; warnings: string[] }> => {
    const answer = await check(text, path);
    expect(answer.status).toBe(200);
    const { errors, warnings } = answer.body as unknown as { errors: Note[]; warnings: Note[] };
    const words = ({ file, line, column, message }: Note): string => `${file}:${line}:${column} ${message}`;
    return { errors: errors.map(words), warnings: warnings.map(words) };
  };

  it('finds nothing in what is in force already', async () => {
    const policies = story.service.app.get(PoliciesService).active();
    expect(await found(policies.files['guardrails/law.yaml'] ?? '', 'guardrails/law.yaml')).toMatchObject({
      errors: [],
    });
  });

  it.each([
    ['a tab', rule('\teffect: review\n'), /^guardrails\/tried\.yaml:5:1 a tab cannot indent: write spaces$/],
    [
      'an id that is taken',
      rule('  effect: review\n').replace('tried', 'minors'),
      /tried\.yaml:1:7 .*"minors".*guardrails\//,
    ],
    [
      'a bomb of aliases',
      `a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n`,
      /^guardrails\/tried\.yaml:1:\d+ (anchors|aliases) are not allowed/,
    ],
    [
      'walks within walks',
      rule(
        '  effect: review\n  when: history.messages.exists(a, history.messages.exists(b, history.messages.exists(c, c.open)))\n',
      ),
      /^guardrails\/tried\.yaml:6:\d+ exists\(\) inside 2 others could take very long/,
    ],
    ['a file that is too long', '#'.repeat(300_000), /^guardrails\/tried\.yaml:1:1 is larger than 256 KB$/],
    ['brackets within brackets', '['.repeat(100_000), /^guardrails\/tried\.yaml:1:\d+ is nested too deeply/],
    [
      'a misspelt field',
      rule('  effect: review\n  when: profile.traits.vipp\n'),
      /^guardrails\/tried\.yaml:6:24 trait "vipp" is not declared/,
    ],
  ])('tells %s at its place', async (_what, text, expected) => {
    expect((await found(text)).errors).toContainEqual(expect.stringMatching(expected));
  });

  it.each([
    [
      'a cap of 0',
      rule('  effect: limit\n  caps: [{ max: 0, per: 1d }]\n'),
      /^guardrails\/tried\.yaml:1:7 .*a cap of 0 per 1d: that means never/,
    ],
    [
      'a time zone that is none',
      rule('  effect: review\n  when: \'"Europe/Berlinn" in profile.zones\'\n'),
      /^guardrails\/tried\.yaml:1:7 .*Europe\/Berlinn, which is no time zone/,
    ],
    [
      'a field that no signal carried',
      rule('  effect: review\n  when: profile.traits.state == "NY"\n'),
      /^guardrails\/tried\.yaml:6:24 profile\.traits\.state was never carried by a signal/,
    ],
  ])('warns of %s', async (_what, text, expected) => {
    const { errors, warnings } = await found(text);
    expect(errors).toEqual([]);
    expect(warnings).toContainEqual(expect.stringMatching(expected));
  });

  it('says what comes of other files', async () => {
    const { errors } = await found('', 'actions/lifecycle.yaml');
    expect(errors.some((each) => each.startsWith('triggers/'))).toBe(true);
    expect((await found('a: 1', 'elsewhere.yaml')).errors).toEqual([
      expect.stringMatching(/^elsewhere\.yaml:1:1 is not part of a playbook/),
    ]);
  });

  it('refuses what is too large to be read at all', async () => {
    expect((await check('#'.repeat(5_000_000))).status).toBe(413);
  });

  it('knows the records, the names and the fields, with what was seen', async () => {
    const known = (await story.get('/playbook/edit/completions')) as unknown as {
      records: Record<string, unknown>;
      names: Record<string, { name: string; detail: string }[]>;
    };
    expect(Object.keys(known.records)).toEqual(expect.arrayContaining(['guardrails', 'actions', 'tests']));
    expect(known.names['events']).toContainEqual({ name: 'Order Completed', detail: 'seen' });
    expect(known.names['zones']?.length).toBeGreaterThan(300);
  });

  it('is nobody’s who may not write the playbook', async () => {
    const viewer = await colleague(story, 'Vic', 'viewer');
    const answer = await story.post('/playbook/edit/check', { path: 'a.yaml', text: '' }, viewer);
    expect(answer.status).toBe(403);
    expect((await story.request('GET', '/playbook/edit/completions', { token: viewer })).status).toBe(403);
  });

  it('is answered on the page for those without scripts', async () => {
    const form = new URLSearchParams({
      base: String((await story.get('/v1/policies'))['hash']),
      path: 'guardrails/tried.yaml',
      text: rule('  effect: review\r\n  when: profile.traits.vipp\r\n'),
      title: '',
      reason: '',
    });
    const answer = await fetch(`${story.service.url}/playbook/edit`, {
      method: 'POST',
      body: form,
      headers: { authorization: `Bearer ${ADMIN.token}` },
    });
    const page = await answer.text();
    expect(answer.status).toBe(200);
    expect(page).toContain('1 mistake');
    expect(page).toContain('guardrails/tried.yaml:6:24');
    expect(page).toContain('when: profile.traits.vipp\n</textarea>');
  });

  it('shows the vocabulary with what signals carried', async () => {
    const { text } = await story.request('GET', '/playbook/vocabulary');
    expect(text).toContain('profile.traits.first_name');
    expect(text).toContain('Carried and not declared');
  });
});
