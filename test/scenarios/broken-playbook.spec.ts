import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fillCatalogue, identify, order } from '../harness/customers.js';
import { ADMIN, type Body, Story } from '../harness/service.js';

describe('a playbook with a mistake', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin();
    await fillCatalogue(story);
  });
  afterAll(() => story.end());

  const path = (file: string): string => join(story.policiesDirectory, file);
  const change = async (file: string, from: string, to: string): Promise<void> => {
    const text = await readFile(path(file), 'utf8');
    expect(text).toContain(from);
    await writeFile(path(file), text.replace(from, to));
  };
  const policies = (): Promise<Body> => story.get('/v1/policies');
  async function problems(): Promise<string[]> {
    return ((await policies())['problems'] ?? []).map(
      (each) => `${String(each['file'])}:${String(each['line'])}:${String(each['column'])}`,
    );
  }
  async function allFiles(): Promise<Record<string, string>> {
    const names = await readdir(story.policiesDirectory, { recursive: true, withFileTypes: true });
    const files = names.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
    return Object.fromEntries(
      await Promise.all(
        files.map(
          async (file) => [relative(story.policiesDirectory, file), await readFile(file, 'utf8')] as const,
        ),
      ),
    );
  }

  it('does not take the place of the one that works, and its place is named', async () => {
    const before = String((await policies())['hash']);
    await change(
      'guardrails/restraint.yaml',
      'profile.events["Order Completed"].within(2)',
      'profile.events["Order Complete"].within(2)',
    );
    await story.until('the mistake is noticed', async () => (await problems()).length > 0);
    const [problem] = (await policies())['problems'] ?? [];
    expect(String(problem?.['file'])).toMatch(/guardrails\/restraint\.yaml$/);
    const line = (await readFile(path('guardrails/restraint.yaml'), 'utf8')).split('\n')[
      Number(problem?.['line']) - 1
    ];
    expect(line).toContain('"Order Complete"');
    expect(line?.slice(Number(problem?.['column']) - 1)).toMatch(/^\S/);
    expect(String(problem?.['message'])).toContain('Order Complete');
    expect((await policies())['hash']).toBe(before);

    const page = (await story.request('GET', '/playbook')).text;
    expect(page).toContain(`restraint.yaml:${String(problem?.['line'])}:${String(problem?.['column'])}`);

    // And the old one goes on working.
    await story.happens(identify('ada'), order('ada'));
    expect((await story.messages('ada'))[0]?.['state']).toBe('sent');
    expect((await story.decisions('ada'))[0]?.['bundle']).toBe(before);
  });

  it('comes into force once it is mended, with its templates signed in the administrator’s name', async () => {
    const before = String((await policies())['hash']);
    await change('guardrails/restraint.yaml', '"Order Complete"].within(2)', '"Order Completed"].within(3)');
    await story.until(
      'the mended playbook is in force',
      async () => String((await policies())['hash']) !== before,
    );
    const active = await policies();
    expect(active['problems']).toEqual([]);
    expect(active['activatedBy']).toMatchObject({ name: 'Administrator' });
    await story.happens(identify('bob'), order('bob'));
    const [message] = await story.messages('bob');
    expect(message?.['state']).toBe('sent');
    expect(message?.['approval']).toMatchObject({ kind: 'template', by: [{ name: 'Administrator' }] });
    expect((await story.decisions('bob'))[0]?.['bundle']).toBe(active['hash']);
  });

  it('survives a save that is not even YAML, and a file that goes away', async () => {
    const before = (await policies())['hash'];
    const text = await readFile(path('brand.yaml'), 'utf8');
    await writeFile(path('brand.yaml'), 'name: [unclosed\n  : :\n');
    await story.until('the mistake is noticed', async () =>
      (await problems()).some((place) => place.includes('brand.yaml:')),
    );
    expect((await policies())['hash']).toEqual(before);
    await writeFile(path('brand.yaml'), text);
    await story.until('it is mended', async () => (await problems()).length === 0);
    expect((await policies())['hash']).toEqual(before);
  });

  it('is checked on request, all of its mistakes at once, and nothing is changed', async () => {
    const before = await policies();
    const files = await allFiles();
    const right = await story.post('/v1/policies/check', { files });
    expect([right.status, right.body]).toMatchObject([200, { ok: true, errors: [], hash: before['hash'] }]);
    const wrong = await story.post('/v1/policies/check', {
      files: {
        ...files,
        'guardrails/new.yaml': [
          '- id: typo',
          '  title: A typo',
          '  reason: None.',
          '  effect: suppress',
          '  when: has(profile.traits.frist_name)',
          '  severity: low',
          '  owner: me',
          '',
        ].join('\n'),
        'triggers/new.yaml':
          '- id: t\n  title: T\n  kind: event\n  event: Signed Up\n  actions: [no-such-action]\n  owner: me\n',
      },
    });
    expect([wrong.status, wrong.body['ok'], wrong.body['hash']]).toEqual([200, false, null]);
    const places = (wrong.body['errors'] ?? []).map(
      (each) => `${String(each['file'])}:${String(each['line'])} ${String(each['message'])}`,
    );
    expect(places).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/guardrails\/new\.yaml:5 .*frist_name/s),
        expect.stringMatching(/triggers\/new\.yaml:5 .*no-such-action/s),
      ]),
    );
    expect(await policies()).toEqual(before);
    expect((await story.post('/v1/policies/check', { files: { 'a.yaml': 7 } })).status).toBe(400);
  });

  it('is put in force by hand by a named person, never by a machine', async () => {
    const bundles = (await story.get('/v1/policies/bundles'))['data'];
    const inactive = bundles?.find((bundle) => String(bundle['active']) === 'false');
    const activated = await story.post(`/v1/policies/bundles/${String(inactive?.['hash'])}/activate`);
    expect([activated.status, activated.body['hash']]).toEqual([200, inactive?.['hash']]);
    await story.happens(identify('cat'), order('cat'));
    expect((await story.messages('cat'))[0]?.['state']).toBe('sent');
    const nobody = await story.request(
      'POST',
      `/v1/policies/bundles/${String(inactive?.['hash'])}/activate`,
      {
        token: `${ADMIN.token}x`,
      },
    );
    expect(nobody.status).toBe(401);
  });
});
