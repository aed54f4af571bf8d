import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePrompt } from './prompt.js';

const FOLDER = 'prompts';
const GOOD = readFileSync(join(FOLDER, 'recover-cart.md'), 'utf8');

const problems = (text: string, file = 'prompts/recover-cart.md'): string[] => {
  const result = parsePrompt(file, text);
  return result.ok
    ? []
    : result.errors.map((error) => `${error.file}:${error.line}:${error.column} ${error.message}`);
};

describe('parsePrompt', () => {
  it.each(readdirSync(FOLDER).filter((name) => name.endsWith('.md')))(
    'reads the shipped prompt %s',
    (name) => {
      expect(problems(readFileSync(join(FOLDER, name), 'utf8'), join(FOLDER, name))).toEqual([]);
    },
  );

  it('names a version by its number and what it says', () => {
    const first = parsePrompt('prompts/recover-cart.md', GOOD);
    const edited = parsePrompt('prompts/recover-cart.md', `${GOOD}One more sentence.\n`);
    expect(first.ok && first.prompt.version).toMatch(/^4-[0-9a-f]{8}$/);
    expect(edited.ok && edited.prompt.version).not.toBe(first.ok && first.prompt.version);
    expect(first.ok && first.prompt.settings).toEqual({
      temperature: 0.5,
      maxOutputTokens: 1_500,
      deadlineMs: 30_000,
    });
  });

  it('says at which line a prompt lacks its schema', () => {
    const without = GOOD.replace(/\noutput:\n[\s\S]*?\n---\n/, '\n---\n');
    expect(problems(without)).toEqual([
      'prompts/recover-cart.md:2:1 output: a prompt needs its output schema',
    ]);
  });

  it('says what is wrong with front matter, at its place', () => {
    expect(problems('You are a helpful assistant.')).toEqual([
      expect.stringContaining('prompts/recover-cart.md:1:1 a prompt begins with front matter'),
    ]);
    expect(problems(GOOD.replace('deadlineMs: 30000', 'deadlineMs: 5'))).toEqual([
      expect.stringMatching(/^prompts\/recover-cart\.md:7:3 model\.deadlineMs: Too small/),
    ]);
    expect(problems(GOOD.replace('version: 4', 'version: [2'))[0]).toMatch(
      /^prompts\/recover-cart\.md:[34]:\d+ /,
    );
    expect(problems(GOOD.replace('  locale: language', '  password: language'))).toEqual([
      expect.stringMatching(/:8:1 input/),
    ]);
    expect(problems(GOOD, 'prompts/other.md')).toEqual([
      'prompts/other.md:2:1 id: the file of prompt "recover-cart" is called recover-cart.md',
    ]);
  });

  it('wants the members of a draft among the required ones', () => {
    const without = GOOD.replace(
      /required:\s*\[?[^\]\n]*\]?\n(\s+- \w+\n)*(?=\s+properties:\n\s+subject)/,
      'required: [subject, preheader, blocks]\n',
    );
    expect(problems(without)).toEqual([expect.stringContaining('output: an e-mail draft needs "claims"')]);
  });

  it('knows an undeclared variable and a broken tag by section and line', () => {
    const lines = GOOD.split('\n');
    const at = lines.findIndex((line) => line.startsWith('Voice:'));
    lines[at] = 'Voice: {{ brand.voice }} for {{ secret }}';
    expect(problems(lines.join('\n'))).toEqual([
      expect.stringMatching(/^prompts\/recover-cart\.md:\d+:1 section "# system": "secret" is not declared/),
    ]);
    lines[at] = 'Voice: {% include "/etc/passwd" %}';
    expect(problems(lines.join('\n'))).toEqual([
      expect.stringContaining(
        `prompts/recover-cart.md:${at + 1}:1 section "# system": tag "include" not found`,
      ),
    ]);
  });

  it('misses a section that is not there', () => {
    expect(problems(GOOD.replace('# user', '# usr'))).toEqual([
      expect.stringContaining('the section "# user" is missing or empty'),
    ]);
  });
});
