import { readdir, readFile } from 'node:fs/promises';
import { signWords } from './sign-words.js';

describe('words for signs', () => {
  it('has some for every code that a check can give', async () => {
    const names = (await readdir('src/risk/checks')).filter(
      (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts') && name !== 'index.ts',
    );
    const codes = new Set<string>();
    for (const name of names) {
      const text = await readFile(`src/risk/checks/${name}`, 'utf8');
      for (const [, code = ''] of text.matchAll(/'((?:[a-z]+-)*[a-z]+\.[a-z]+(?:-[a-z]+)*)'/g))
        if (!/^(?:profile|signal|context)\./.test(code)) codes.add(code);
    }
    expect(codes.size).toBeGreaterThan(30);
    for (const code of codes) expect({ code, words: signWords(code) }).not.toEqual({ code, words: code });
    expect(signWords('claims.crashed')).toBe('a check that could not be made');
    expect(signWords('never.heard')).toBe('never.heard');
  });
});
