import fc from 'fast-check';
import { Room } from './room.js';

const CALLERS = ['shop', 'site', 'app'];
/** Callers come, and go again, as time passes. */
const events = fc.array(
  fc.record({
    caller: fc.constantFrom(...CALLERS),
    comes: fc.boolean(),
    ms: fc.double({ min: 0, max: 400, noNaN: true }),
  }),
  { maxLength: 300 },
);

/** Everybody who may enter; @returns how many of each have. */
function crowd(room: Room, callers: readonly string[], each = 1_000): number[] {
  const entered = callers.map(() => 0);
  for (let i = 0; i < each; i++)
    callers.forEach((caller, n) => {
      if (room.enter(caller, 0) === 0) entered[n] = (entered[n] ?? 0) + 1;
    });
  return entered;
}

describe('the room for decisions', () => {
  it('gives one alone half of it, two a third each, and the next one still finds a place', () => {
    for (const [callers, share] of [
      [['shop'], 2],
      [['shop', 'site'], 3],
      [CALLERS, 4],
    ] as const) {
      const room = new Room();
      for (const entered of crowd(room, callers))
        expect(Math.abs(entered - room.most / share)).toBeLessThanOrEqual(1);
      expect(room.enter('next', 0)).toBe(0);
    }
  });

  it('never lets in more than it has, and always as many as show how fast it goes', () => {
    fc.assert(
      fc.property(events, (all) => {
        const room = new Room();
        const inside = new Map<string, number>();
        let now = 0;
        for (const { caller, comes, ms } of all) {
          now += ms;
          const own = inside.get(caller) ?? 0;
          const total = [...inside.values()].reduce((sum, each) => sum + each, 0);
          if (!comes && own > 0) {
            room.leave(caller, now);
            inside.set(caller, own - 1);
          }
          if (!comes) continue;
          const { most } = room;
          const afterSeconds = room.enter(caller, now);
          expect(afterSeconds === 0).toBe(own + total + 1 <= most);
          expect(most).toBeGreaterThanOrEqual(64);
          expect([Number.isInteger(afterSeconds), afterSeconds <= 10]).toEqual([true, true]);
          if (afterSeconds === 0) inside.set(caller, own + 1);
        }
      }),
    );
  });

  /** Keeps as many under way as may be, and ends one every `ms`. */
  const busy = (room: Room, ms: number, seconds: number, from = 0): void => {
    while (room.enter('shop', from) === 0);
    for (let now = from; now < from + seconds * 1_000; now += ms) {
      room.leave('shop', now);
      while (room.enter('shop', now) === 0);
    }
  };

  it('is as large as what is decided in half a second', () => {
    const room = new Room();
    busy(room, 2, 10);
    expect(room.most).toBeGreaterThan(240);
    expect(room.most).toBeLessThanOrEqual(250);
  });

  it('shrinks when deciding takes longer, and grows again afterwards', () => {
    const room = new Room();
    busy(room, 2, 10);
    busy(room, 5, 10, 10_000);
    expect(room.most).toBeLessThan(110);
    busy(room, 2, 10, 20_000);
    expect(room.most).toBeGreaterThan(200);
  });

  it('is none the smaller because little is asked', () => {
    const room = new Room();
    const before = room.most;
    for (let now = 0; now < 600_000; now += 1_000) {
      expect(room.enter('shop', now)).toBe(0);
      room.leave('shop', now + 900);
    }
    expect(room.most).toBe(before);
  });
});
