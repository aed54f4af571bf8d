import fc from 'fast-check';
import { canonicalJson, keepText } from './canonical-json.js';

describe('canonical JSON', () => {
  it('does not depend on the order in which members were written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const reversed = Object.fromEntries(Object.entries(object).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(object));
      }),
    );
  });

  it('reads back as the value that was written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('writes lone surrogates as replacement characters, so that the bytes are valid UTF-8', () => {
    expect(canonicalJson({ a: 'x\ud800' })).toBe('{"a":"x\ufffd"}');
  });

  it.each([
    [{ a: [1, Number.NaN] }, '$.a[1]'],
    [{ at: new Date(0) }, '$.at'],
    [{ big: 1n }, '$.big'],
  ])('refuses what JSON cannot hold and names the place: %#', (value, path) => {
    expect(() => canonicalJson(value)).toThrow(path);
  });

  it('writes what was kept as it would write it anew, wherever it stands', () => {
    const entry = () => ({ b: [1, { a: 'ü"' }], a: undefined, c: null });
    const kept = keepText(entry());
    for (let i = 0; i < 2; i++) {
      expect(canonicalJson({ list: [kept, kept], kept })).toBe(
        canonicalJson({ list: [entry(), entry()], kept: entry() }),
      );
      expect(canonicalJson(keepText([kept]))).toBe(canonicalJson([entry()]));
    }
    expect(() => Object.assign(kept, { c: 1 })).toThrow(TypeError);
    expect(() => canonicalJson([keepText({ at: new Date(0) })])).toThrow('$[0].at');
  });
});
