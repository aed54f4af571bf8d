import fc from 'fast-check';
import { canonicalBytes, canonicalJson, keepText, withCanonicalBytes } from './canonical-json.js';
import { contentHash, sha256Hex } from './hash.js';

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

  it('writes every text as JSON does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(canonicalJson(text)).toBe(JSON.stringify(text.toWellFormed()));
      }),
    );
  });

  it('orders names by code unit, few or many', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer(), { maxKeys: 40 }), (object) => {
        const members = Object.keys(object)
          .sort()
          .map((name) => `${JSON.stringify(name.toWellFormed())}:${object[name] ?? ''}`);
        expect(canonicalJson(object)).toBe(`{${members.join(',')}}`);
      }),
    );
  });

  it('is the same text in bytes, with what was kept and without', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.string()), (value, texts) => {
        const kept = keepText([...texts, '“ü”']);
        const whole = { texts: [kept, value, kept], value };
        const anew = { texts: [[...kept], value, [...kept]], value };
        expect(canonicalBytes(whole).toString()).toBe(canonicalJson(anew));
        expect(canonicalJson(whole)).toBe(canonicalJson(anew));
      }),
    );
    expect(() => canonicalBytes([keepText({ at: new Date(0) })])).toThrow('$[0].at');
  });

  it('gives bytes of their own, however much is written and whatever failed before', () => {
    const kept = keepText(['“ü”'.repeat(3_000)]);
    const values = [1, 2, 40, 1].map((times) => ({ list: Array.from({ length: times }, () => kept), times }));
    const written = values.map((value) => {
      expect(() => canonicalBytes([kept, { at: new Date(0) }])).toThrow('$[1].at');
      return canonicalBytes(value);
    });
    expect(written.map((bytes) => bytes.toString())).toEqual(values.map((value) => JSON.stringify(value)));
    const inside = withCanonicalBytes([kept, 1], (outer) => {
      const before = Buffer.from(outer as Uint8Array);
      canonicalBytes([kept, 2]);
      return [before, Buffer.from(outer as Uint8Array)];
    });
    expect(inside[1]).toEqual(inside[0]);
    expect(contentHash([kept, 1])).toBe(sha256Hex(JSON.stringify([kept, 1])));
    expect(contentHash({ a: 1 })).toBe(sha256Hex('{"a":1}'));
  });
});
