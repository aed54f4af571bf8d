import { isPlain, withCompactClasses } from './compact-pattern.js';

const PLAIN = Array.from({ length: 0x11_0000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
  .filter(isPlain);

describe('a pattern with compact classes', () => {
  it.each(['L', 'N', 'Lu', 'Ll'])('matches what \\p{%s} matches, of every plain character', (name) => {
    for (const flags of ['u', 'iu'])
      for (const source of [
        `^\\p{${name}}$`,
        `^\\P{${name}}$`,
        `^[\\p{${name}}'-]$`,
        `^[^\\p{${name}}\\n]$`,
        `(?<!\\p{${name}})$`,
      ]) {
        const pattern = new RegExp(source, flags);
        const twin = withCompactClasses(pattern);
        const differing = PLAIN.filter((character) => pattern.test(character) !== twin.test(character));
        expect([source, flags, differing]).toEqual([source, flags, []]);
      }
  });

  it('is shorter where classes are', () => {
    expect(withCompactClasses(/(?<!\p{L})free(?!\p{L})/giu).source).not.toContain('\\p');
    expect(withCompactClasses(/(?<!\p{L})free(?!\p{L})/giu).flags).toBe('giu');
    const none = /free/giu;
    expect(withCompactClasses(none)).toBe(none);
  });

  it('leaves alone what only looks like a class', () => {
    expect(withCompactClasses(/\\p{2}[\]\\p{L}]\[\p{L}/gu).source).toBe(
      String.raw`\\p{2}[\]\\p{L}]\[[A-Za-z\xaa\xb5\xba\xc0-\xd6\xd8-\xf6\xf8-\xff]`,
    );
  });

  it('is for texts in Western letters alone', () => {
    expect(['Größe “M”, 5 €', 'ÿ', '€ – 😀'].map(isPlain)).toEqual([true, true, true]);
    expect(['Łódź', 'Ω', '①', 'e\u0301', '你'].map(isPlain)).toEqual([false, false, false, false, false]);
  });
});
