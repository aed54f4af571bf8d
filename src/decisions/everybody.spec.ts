import fc from 'fast-check';
import { firstRoom, roomIn, sliceAt, slicingOf } from './everybody.js';

describe('pieces of time', () => {
  it('are a sixtieth of the window, a second at least', () => {
    expect(slicingOf({ per: '1h' })).toEqual({ widthMs: 60_000, span: 61 });
    expect(slicingOf({ per: '10s' })).toEqual({ widthMs: 1_000, span: 11 });
    expect(slicingOf({ per: '1d' })).toEqual({ widthMs: 1_440_000, span: 61 });
  });
});

describe('room under a cap over everybody', () => {
  const slots = fc.array(fc.record({ at: fc.nat(400), tokens: fc.integer({ min: 1, max: 3 }) }), {
    maxLength: 60,
  });

  it('is never so much that some window of time would hold more, whatever the order', () => {
    const { widthMs, span } = slicingOf({ per: '30s' });
    fc.assert(
      fc.property(slots, fc.integer({ min: 3, max: 12 }), (asked, max) => {
        const taken = new Map<number, number>();
        const held: { at: number; tokens: number }[] = [];
        for (const { at, tokens } of asked) {
          const slice = sliceAt({ widthMs, span }, at * 250);
          if (roomIn(taken, max, span, slice) < tokens) continue;
          taken.set(slice, (taken.get(slice) ?? 0) + tokens);
          held.push({ at: at * 250, tokens });
        }
        // Any window of 30 seconds, begun at any message: plain arithmetic.
        for (const { at: start } of held) {
          const inside = held.filter(({ at }) => at >= start && at < start + 30_000);
          expect(inside.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThanOrEqual(max);
        }
      }),
    );
  });

  it('is what brute force over all windows leaves, and the first slice with room is the first', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(30), fc.integer({ min: 1, max: 4 })), { maxLength: 25 }),
        fc.integer({ min: 1, max: 8 }),
        fc.nat(30),
        (entries, span, slice) => {
          const taken = new Map(entries);
          const max = 5;
          const left = (at: number): number =>
            Math.min(
              ...Array.from({ length: span }, (_, back) =>
                Array.from({ length: span }, (_, i) => taken.get(at - back + i) ?? 0).reduce(
                  (a, b) => a - b,
                  max,
                ),
              ),
            );
          expect(roomIn(taken, max, span, slice)).toBe(left(slice));
          const first = firstRoom(taken, { max, span, tokens: 2 }, slice);
          expect(left(first)).toBeGreaterThanOrEqual(2);
          for (let at = slice; at < first; at++) expect(left(at)).toBeLessThan(2);
        },
      ),
    );
  });
});
