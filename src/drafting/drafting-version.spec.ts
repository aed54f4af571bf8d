import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { versionOfSources } from '../platform/source-version.js';
import { DRAFTING } from './drafting-version.provider.js';

const PACKAGES = { mjml: '5.0.0', liquidjs: '10.0.0' };

describe('the version of what writes drafts', () => {
  let sources: string;
  let before: string;
  beforeAll(async () => {
    sources = await mkdtemp(join(tmpdir(), 'countersign-drafting-'));
    for (const folder of ['drafting', 'decisions', 'messages', 'policies', 'platform/llm', 'shared'])
      await cp(join('src', folder), join(sources, folder), { recursive: true });
    before = versionOfSources(DRAFTING, 'src', PACKAGES);
  });
  afterAll(() => rm(sources, { recursive: true }));

  /** The version with one source changed. */
  async function changed(file: string, from: string | RegExp, to: string): Promise<string> {
    const path = join(sources, file);
    const text = await readFile(path, 'utf8');
    expect(text).toMatch(from);
    await writeFile(path, text.replace(from, to));
    const version = versionOfSources(DRAFTING, sources, PACKAGES);
    await writeFile(path, text);
    return version;
  }

  it('is the same wherever the sources lie', () => {
    expect(versionOfSources(DRAFTING, sources, PACKAGES)).toBe(before);
    expect(before).toMatch(/^drafting-[0-9a-f]{12}$/);
  });

  it.each([
    ['what is masked', 'drafting/model-input.ts', /LONGEST_TEXT = 300/, 'LONGEST_TEXT = 200'],
    ['how many examples are shown', 'drafting/past-messages.service.ts', 'SHOWN = 3', 'SHOWN = 4'],
    ['which examples are near', 'drafting/past-messages.repository.ts', /order by/, 'order by 1,'],
    ['how an answer is read', 'drafting/model-draft.ts', /$/, 'export const more = 1;\n'],
    ['what content is made of it', 'drafting/content.ts', /$/, 'export const more = 1;\n'],
    ['how mails look', 'drafting/render-email.ts', /$/, 'export const more = 1;\n'],
    ['how data stands in a prompt', 'shared/liquid.ts', /$/, 'export const more = 1;\n'],
    ['how the model is asked', 'platform/llm/chain.ts', /$/, 'export const more = 1;\n'],
  ])('changes with %s', async (_what, file, from, to) => {
    expect(await changed(file, from, to)).not.toBe(before);
  });

  it('changes with the version of a package that it loads, at once or later', () => {
    for (const name of ['mjml', 'liquidjs'])
      expect(versionOfSources(DRAFTING, 'src', { ...PACKAGES, [name]: '99.0.0' })).not.toBe(before);
  });

  it('stays with comments, and with what writes no draft', async () => {
    expect(await changed('drafting/content.ts', /^/, '// One more remark.\n')).toBe(before);
    expect(await changed('drafting/making.ts', /$/, 'export const more = 1;\n')).toBe(before);
    expect(await changed('policies/bundle.ts', /$/, 'export const more = 1;\n')).toBe(before);
  });
});
