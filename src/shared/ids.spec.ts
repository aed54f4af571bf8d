import fc from 'fast-check';
import { makeId, timeOf } from './ids.js';

describe('ids', () => {
  it('sort by time', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true }),
        fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true }),
        fc.uint8Array({ minLength: 10, maxLength: 10 }),
        fc.uint8Array({ minLength: 10, maxLength: 10 }),
        (a, b, randomA, randomB) => {
          fc.pre(a.getTime() < b.getTime());
          expect(makeId('msg', a, randomA) < makeId('msg', b, randomB)).toBe(true);
        },
      ),
    );
  });

  it('keep all of their randomness', () => {
    const at = new Date('2026-11-21T00:00:00Z');
    const ids = new Set(Array.from({ length: 256 }, (_, i) => makeId('dec', at, new Uint8Array(10).fill(i))));
    expect(ids.size).toBe(256);
    expect([...ids].every((id) => /^dec_[0-9a-z]{26}$/.test(id))).toBe(true);
  });

  it('tell when they were made', () => {
    const at = new Date('2026-11-21T12:34:56.789Z');
    expect(timeOf(makeId('sig', at, new Uint8Array(10).fill(7)))).toEqual(at);
    expect(() => timeOf('sig_!')).toThrow('is not an id');
  });
});
