import fc from 'fast-check';
import { seededRandom } from '../shared/random.js';
import { chanceOfRise, hasRisen, isAlarming, silenceOf } from './chance.js';

/** n over k, exactly. */
function choose(n: number, k: number): bigint {
  let result = 1n;
  for (let i = 0; i < k; i++) result = (result * BigInt(n - i)) / BigInt(i + 1);
  return result;
}

/** The same test with whole numbers, by its definition. */
function exactly(recent: { hits: number; of: number }, past: { hits: number; of: number }): number {
  const hits = recent.hits + past.hits;
  let sum = 0n;
  for (let k = recent.hits; k <= Math.min(recent.of, hits); k++)
    if (hits - k <= past.of) sum += choose(recent.of, k) * choose(past.of, hits - k);
  return Number((sum * 10n ** 18n) / choose(recent.of + past.of, hits)) / 1e18;
}

const share = fc.integer({ min: 1, max: 120 }).chain((of) => fc.record({ hits: fc.integer({ min: 0, max: of }), of: fc.constant(of) })); // prettier-ignore

describe('the chance of a rise', () => {
  it('is Fisher’s, as whole numbers have it', () => {
    fc.assert(
      fc.property(share, share, (recent, past) => {
        expect(chanceOfRise(recent, past)).toBeCloseTo(exactly(recent, past), 9);
      }),
    );
  });

  it('is that of the tea-tasting lady', () => {
    // Fisher 1935: eight cups, four of each; all four right happens once in 70 times, three or more 17 times.
    expect(chanceOfRise({ hits: 4, of: 4 }, { hits: 0, of: 4 })).toBeCloseTo(1 / 70, 12);
    expect(chanceOfRise({ hits: 3, of: 4 }, { hits: 1, of: 4 })).toBeCloseTo(17 / 70, 12);
  });

  it('falls with each more', () => {
    fc.assert(
      fc.property(share, share, (recent, past) => {
        fc.pre(recent.hits < recent.of);
        const more = { ...recent, hits: recent.hits + 1 };
        expect(chanceOfRise(more, past)).toBeLessThanOrEqual(chanceOfRise(recent, past) + 1e-12);
      }),
    );
  });

  it('holds for a million messages', () => {
    const chance = chanceOfRise({ hits: 2_600, of: 1_000_000 }, { hits: 8_000, of: 4_000_000 });
    expect(chance).toBeGreaterThan(0);
    expect(chance).toBeLessThan(1e-20);
  });

  it('says nothing where there is nothing to compare', () => {
    expect(chanceOfRise({ hits: 0, of: 0 }, { hits: 3, of: 9 })).toBe(1);
    expect(chanceOfRise({ hits: 3, of: 9 }, { hits: 0, of: 0 })).toBe(1);
  });

  it('alarms about as seldom as it says, when nothing changed', () => {
    // Each hit falls on one of five weeks alike: the exact test is wrong at most once in ten thousand times.
    const floor = { share: 0, hits: 1, of: 1, factor: 1 };
    let wrong = 0;
    for (let hits = 0; hits <= 60; hits++) {
      let chance = 0;
      for (let recent = 0; recent <= hits; recent++)
        if (hasRisen({ hits: recent, of: 200 }, { hits: hits - recent, of: 800 }, floor))
          chance += Number((choose(200, recent) * choose(800, hits - recent) * 10n ** 15n) / choose(1_000, hits)) / 1e15; // prettier-ignore
      wrong = Math.max(wrong, chance);
    }
    expect(wrong).toBeGreaterThan(0);
    expect(wrong).toBeLessThan(0.0001);
  });
});

describe('a rise', () => {
  const floor = { share: 0.002, hits: 5, of: 100, factor: 1.5 };
  it.each([
    ['seven of a thousand after eight of four thousand', [7, 1_000], [8, 4_000], false],
    ['fourteen of a thousand after eight of four thousand', [14, 1_000], [8, 4_000], true],
    ['four of ten, too few messages', [4, 10], [0, 4_000], false],
    ['four where there were none, too few people', [4, 1_000], [0, 4_000], false],
    ['below the share anybody minds, however sure', [150, 100_000], [160, 400_000], false],
    ['sure, and no more than a fifth higher', [6_000, 1_000_000], [20_000, 4_000_000], false],
  ] as const)('%s: %s', (_, [hits, of], [hitsBefore, before], risen) => {
    expect(hasRisen({ hits, of }, { hits: hitsBefore, of: before }, floor)).toBe(risen);
  });
});

describe('a silence', () => {
  const alarms = (counts: readonly number[]): boolean => {
    const silence = silenceOf(counts);
    return silence !== null && isAlarming(silence);
  };
  const days = (...runs: readonly (readonly [number, number])[]): number[] =>
    runs.flatMap(([count, times]) => new Array<number>(times).fill(count));

  it('of a trigger that fired thrice a day is told on the fourth day', () => {
    expect(alarms(days([3, 28]))).toBe(false);
    expect(alarms(days([3, 28], [0, 1]))).toBe(false);
    // exp(−9) is a chance of one in eight thousand.
    expect(silenceOf(days([3, 28], [0, 3]))).toMatchObject({ days: 3, expected: 9, before: 84 });
    expect(alarms(days([3, 28], [0, 3]))).toBe(false);
    expect(alarms(days([3, 28], [0, 4]))).toBe(true);
  });

  it('alarms about triggers that never stopped less than once in twenty years of a trigger', () => {
    const poisson = (mean: number, random: () => number): number => {
      const u = random();
      let [k, term] = [0, Math.exp(-mean)];
      for (let sum = term; u > sum && k < 500; sum += term) term *= mean / ++k;
      return k;
    };
    let [alarmed, years] = [0, 0];
    for (const rate of [0.5, 1, 2, 8])
      for (let year = 0; year < 25; year++, years++) {
        const random = seededRandom(`quiet ${rate} ${year}`);
        const counts: number[] = [];
        let was = false;
        for (let day = 0; day < 56 + 365; day++) {
          // Every other trigger all but rests at weekends.
          counts.push(poisson(year % 2 === 0 && day % 7 >= 5 ? rate / 10 : rate, random));
          const now = day >= 56 && alarms(counts.slice(-180));
          if (now && !was) alarmed++;
          was = now;
        }
      }
    expect(years).toBe(100);
    expect(alarmed).toBeLessThanOrEqual(5);
  });

  it('of a weekend alarms nobody, a third quiet day does', () => {
    const week = [40, 40, 40, 40, 40, 0, 0];
    const month = [...week, ...week, ...week, ...week];
    expect(alarms(month)).toBe(false);
    expect(alarms([...month, 0])).toBe(true);
  });

  it('of one that fires in bursts takes longer', () => {
    const bursts = days([30, 1], [0, 4], [30, 1], [0, 4], [30, 1], [0, 4], [30, 1]);
    expect(alarms([...bursts, ...days([0, 5])])).toBe(false);
    // Variance is 28 times the mean, so that 7.5 a day say no more than a quarter of a firing would.
    expect(alarms([...bursts, ...days([0, 60])])).toBe(true);
  });

  it('of a rare one is none, nor of one that never fired, nor while it fires', () => {
    expect(silenceOf(days([1, 9], [0, 90]))).toBeNull();
    expect(silenceOf(days([20, 2], [0, 90]))).toBeNull();
    expect(silenceOf(days([0, 60]))).toBeNull();
    expect(silenceOf([])).toBeNull();
    expect(silenceOf(days([5, 60]))).toBeNull();
  });

  it('only grows more alarming with each day, and never shorter than one there was before', () => {
    const past = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 5, maxLength: 80 });
    fc.assert(
      fc.property(past, fc.integer({ min: 1, max: 20 }), (before, quiet) => {
        const one = silenceOf([...before, 1, ...days([0, quiet])]);
        const more = silenceOf([...before, 1, ...days([0, quiet + 1])]);
        if (one === null || more === null) {
          expect(one).toBe(more);
          return;
        }
        expect(more.chance).toBeLessThan(one.chance);
        if (isAlarming(one)) {
          expect(isAlarming(more)).toBe(true);
          expect(one.days).toBeGreaterThan(one.longestBefore);
        }
      }),
    );
  });
});
