import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { versionOfSources } from '../platform/source-version.js';
import { CHECKS } from './checks-version.provider.js';

const PACKAGES = { 'linkify-it': '6.1.0', luxon: '3.7.2' };

describe('the version of the checks', () => {
  let sources: string;
  let before: string;
  beforeAll(async () => {
    sources = await mkdtemp(join(tmpdir(), 'countersign-checks-'));
    for (const folder of ['risk', 'shared', 'messages', 'policies', 'profiles'])
      await cp(join('src', folder), join(sources, folder), { recursive: true });
    before = versionOfSources(CHECKS, 'src', PACKAGES);
  });
  afterAll(() => rm(sources, { recursive: true }));

  /** The version with one source changed. */
  async function changed(file: string, change: (text: string) => string): Promise<string> {
    const path = join(sources, file);
    const text = await readFile(path, 'utf8');
    await writeFile(path, change(text));
    const version = versionOfSources(CHECKS, sources, PACKAGES);
    await writeFile(path, text);
    return version;
  }

  it('is the same wherever the sources lie', () => {
    expect(versionOfSources(CHECKS, sources, PACKAGES)).toBe(before);
    expect(before).toMatch(/^risk-[0-9a-f]{12}$/);
  });

  it('changes with every check, and with what checks share', async () => {
    const checks = (await readdir('src/risk/checks')).filter((file) => !file.includes('.spec.'));
    expect(checks.length).toBeGreaterThan(15);
    for (const file of [
      ...checks.map((each) => `risk/checks/${each}`),
      'risk/assess.ts',
      'risk/calibration.ts',
      'risk/grounds.ts',
      'risk/phrases.ts',
      'risk/promises.ts',
      'risk/statements.ts',
      'risk/risk.service.ts',
      'profiles/sensitive-moments.ts',
    ])
      expect([file, await changed(file, (text) => `${text}export const more = 1;\n`)]).not.toEqual([
        file,
        before,
      ]);
  });

  it('changes with one weight, one phrase and the version of a package', async () => {
    const heavier = await changed('risk/checks/hidden-text.ts', (text) =>
      text.replace(/weight: 0\.\d+/, 'weight: 0.123'),
    );
    expect(heavier).not.toBe(before);
    expect(versionOfSources(CHECKS, 'src', { ...PACKAGES, luxon: '3.7.3' })).not.toBe(before);
  });

  it('stays with comments, indentation, types and what judges nothing', async () => {
    const commented = (text: string) => `// One more remark.\n/**\n * And another.\n */\n  ${text}\n\n`;
    expect(await changed('risk/checks/manners.ts', commented)).toBe(before);
    expect(await changed('policies/bundle.ts', (text) => `${text}export const more = 1;\n`)).toBe(before);
    expect(await changed('risk/audience.read-model.ts', (text) => `${text}export const more = 1;\n`)).toBe(
      before,
    );
  });
});
