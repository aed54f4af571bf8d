import fc from 'fast-check';
import { DateTime } from 'luxon';
import { past } from '../../test/fixtures/playbook.js';
import { capSchema } from '../policies/playbook.js';
import { durationMs } from '../shared/clock.js';
import { ALWAYS, dayOfDate, type SendingHours, type Zone } from '../shared/local-time.js';
import { isAllowed } from '../shared/open-hours.js';
import {
  countHours,
  evidenceOf,
  type HourChoice,
  hourRates,
  type HourRates,
  slotAt,
  SLOTS,
} from './best-hours.js';
import { type Limits } from './limits.js';
import { candidateZones, counts, sendTime, type SendTimeQuestion } from './send-time.js';
import { type HourCount, type HourCounts, type PastMessage } from './situation.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A Wednesday, 08:00 in Berlin. */
const NOW = Date.parse('2026-07-01T06:00:00.000Z');
const none: Limits = { caps: [], hours: [], channels: [], required: [], forbidden: [], discounts: [] };
const subject = { channel: 'email', class: 'marketing' as const, tags: ['news'] };
const nothing: HourCounts = { everyone: [], segment: [], own: [] };
const everyHour = (left: number, answered: (slot: number) => number): HourCount[] =>
  Array.from({ length: SLOTS }, (_, slot) => [slot, left, answered(slot)] as const);
const at = (rates: HourRates, slot: number) => rates[slot]?.multiplier ?? Number.NaN;
const sure = (rates: HourRates, slot: number) => rates[slot]?.variance ?? Number.NaN;

function question(given: Partial<SendTimeQuestion>): SendTimeQuestion {
  const from = given.from ?? NOW;
  return {
    from,
    before: from + 3 * DAY,
    profile: { zones: ['Europe/Berlin'], country: 'DE' },
    limits: none,
    subject,
    history: [],
    now: from,
    ...given,
  };
}

describe('what hours are worth', () => {
  it('is the same for all while nothing was counted', () => {
    expect(hourRates(nothing).every(({ multiplier }) => multiplier === 1)).toBe(true);
  });

  it('follows everyone’s counts, then the segment’s, then the person’s own', () => {
    // Everybody answers at 18:00 twice as often; this segment does at 9:00; this person at 21:00.
    const everyone = everyHour(5_000, (slot) => (slot === 18 ? 1_000 : 500));
    const segment = everyHour(2_000, (slot) => (slot === 9 ? 400 : 200));
    const own: HourCount[] = [
      [9, 100, 15],
      [21, 100, 60],
    ];
    const wide = hourRates({ ...nothing, everyone });
    expect(at(wide, 18)).toBeGreaterThan(1.8);
    expect(at(wide, 18)).toBeLessThan(2);
    const likeThem = hourRates({ ...nothing, everyone, segment });
    expect(at(likeThem, 9)).toBeGreaterThan(1.5);
    expect(at(likeThem, 18)).toBeLessThan(1.3);
    const theirs = hourRates({ everyone, segment, own });
    expect(at(theirs, 21)).toBeGreaterThan(1.4);
    expect(at(theirs, 21)).toBeGreaterThan(at(theirs, 9));
  });

  it('is little moved by little, and the more that was counted the surer it is', () => {
    const everyone = everyHour(1_000, () => 100);
    const once = hourRates({ ...nothing, everyone, own: [[18, 1, 1]] });
    expect(at(once, 18)).toBeGreaterThan(1);
    expect(at(once, 18)).toBeLessThan(1.3);
    const few = hourRates({ ...nothing, everyone: everyHour(10, () => 1) });
    const many = hourRates({ ...nothing, everyone: everyHour(10_000, () => 1_000) });
    expect(sure(many, 12)).toBeLessThan(sure(few, 12) / 10);
  });

  it('does not take an eager reader’s usual hour for a better one', () => {
    const everyone = everyHour(1_000, () => 100);
    const eager = hourRates({ ...nothing, everyone, own: [[18, 60, 40]] });
    // They answer two of three, at the one hour they are written to: their other hours are taken to be about as good.
    expect(at(eager, 18)).toBeLessThan(1.15);
  });

  it('leaves somebody who nearly always answers nothing to gain in hours they were never written to', () => {
    const everyone = everyHour(5_000, (slot) => (slot === 18 ? 1_000 : 500));
    const always = hourRates({ ...nothing, everyone, own: [[9, 200, 190]] });
    expect(at(hourRates({ ...nothing, everyone }), 18)).toBeGreaterThan(1.8);
    expect(at(always, 18)).toBeLessThan(1.1);
  });

  it('is a finite figure and no less than nothing, whatever was counted', () => {
    const counted = fc
      .array(
        fc.tuple(
          fc.integer({ min: 0, max: SLOTS - 1 }),
          fc.integer({ min: 1, max: 400 }),
          fc.double({ min: 0, max: 1, noNaN: true }),
        ),
        { maxLength: 20 },
      )
      .map((drawn) => {
        const bySlot = new Map(
          drawn.map(([slot, left, share]) => [slot, [slot, left, Math.floor(left * share)] as const]),
        );
        return [...bySlot.values()].toSorted(([a], [b]) => a - b);
      });
    fc.assert(
      fc.property(counted, counted, counted, (everyone, segment, own) => {
        const rates = hourRates({ everyone, segment, own });
        return (
          rates.length === SLOTS &&
          rates.every(
            ({ multiplier, variance }) =>
              Number.isFinite(multiplier) && multiplier >= 0 && Number.isFinite(variance) && variance >= 0,
          )
        );
      }),
      { numRuns: 200 },
    );
  });

  it('is never less for one answer more in that hour', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: SLOTS - 1 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 59 }),
        (slot, left, got) => {
          const everyone = everyHour(500, (each) => 20 + each);
          const with_ = (answered: number) => {
            const own: HourCount[] = [[slot, left, Math.min(answered, left)]];
            const rates = hourRates({ ...nothing, everyone, own });
            return at(rates, slot) / at(rates, (slot + 1) % SLOTS);
          };
          return with_(got + 1) >= with_(got) - 1e-4;
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('one person’s counts', () => {
  it('are of the hours in which messages left', () => {
    const left = [
      { at: Date.parse('2026-07-01T06:59:59Z'), answered: true },
      { at: Date.parse('2026-07-02T06:00:00Z'), answered: false },
      { at: Date.parse('2026-07-04T06:00:00Z'), answered: true },
    ];
    expect(countHours(left, ['Europe/Berlin'])).toEqual([
      [8, 2, 1],
      [32, 1, 1],
    ]);
    expect(countHours(left, ['Europe/Berlin', 'Europe/London'])).toEqual([]);
    expect(countHours(left, ['not/a/zone'])).toEqual([]);
  });
});

describe('the hour of a moment', () => {
  it('is that of the clock on the wall, on both days that clocks change', () => {
    expect(slotAt(Date.parse('2026-03-29T00:59:00Z'), 'Europe/Berlin')).toBe(24 + 1);
    expect(slotAt(Date.parse('2026-03-29T01:00:00Z'), 'Europe/Berlin')).toBe(24 + 3);
    expect(slotAt(Date.parse('2026-10-25T00:30:00Z'), 'Europe/Berlin')).toBe(24 + 2);
    expect(slotAt(Date.parse('2026-10-25T01:30:00Z'), 'Europe/Berlin')).toBe(24 + 2);
    expect(slotAt(Date.parse('2026-07-03T18:29:00Z'), 'Asia/Kolkata')).toBe(23);
    expect(slotAt(Date.parse('2026-07-03T18:30:00Z'), 'Asia/Kolkata')).toBe(24);
  });
});

const eveningCounts = {
  ...nothing,
  everyone: everyHour(5_000, (slot) => (slot % 24 === 18 ? 1_000 : 400)),
};
const evenings = hourRates(eveningCounts);
const evidence = evidenceOf(eveningCounts);

describe('send time by the hours of a person', () => {
  it('waits for the better hour, and says so', () => {
    const found = sendTime(question({ hours: { rates: evenings, evidence, lossPerDay: 0.1 } }));
    expect(found.ok && new Date(found.at).toISOString()).toBe('2026-07-01T16:00:00.000Z');
    expect(found.ok && found.waits.map(({ code }) => code)).toEqual(['waits_for_best_hour']);
    expect(found.ok && found.waits[0]?.text).toContain('Wed 1 Jul 2026, 18:00 Europe/Berlin');
  });

  it('says how likely it is that the hour is better, and what that rests on', () => {
    const counts = {
      everyone: [],
      segment: [],
      own: [
        [8, 10, 1],
        [18, 10, 6],
      ] as HourCount[],
    };
    const text = (hours: HourChoice) => {
      const found = sendTime(question({ hours }));
      return found.ok ? (found.waits[0]?.text ?? '') : '';
    };
    const unsure = { rates: hourRates(counts), evidence: evidenceOf(counts), lossPerDay: 0.1 };
    const [sooner, later] = [8, 18].map((slot) => unsure.rates[slot]);
    const gain = (later?.multiplier ?? 0) - (sooner?.multiplier ?? 0) - 1 / 24;
    // Between the hundredths of a table of the normal distribution.
    const deviations = gain / Math.sqrt((later?.variance ?? 0) + (sooner?.variance ?? 0));
    expect(deviations).toBeGreaterThan(1.64);
    expect(deviations).toBeLessThan(1.7);
    expect(text(unsure)).toContain('is 95 % likely, as far as 20 messages to them tell.');
    expect(text({ rates: evenings, evidence, lossPerDay: 0.1 })).toContain(
      'is more than 99 % likely, as far as 240000 messages to everyone tell.',
    );
  });

  it('leaves at once when nothing is known, when waiting costs more, and when the gain may be chance', () => {
    const leaves = (given: Partial<SendTimeQuestion>) => {
      const found = sendTime(question(given));
      return found.ok ? found.at : null;
    };
    expect(leaves({ hours: { rates: hourRates(nothing), evidence, lossPerDay: 0 } })).toBe(NOW);
    expect(leaves({ hours: { rates: evenings, evidence, lossPerDay: 5 } })).toBe(NOW);
    const own: HourCount[] = [
      [8, 3, 0],
      [18, 3, 1],
    ];
    expect(leaves({ hours: { rates: hourRates({ ...nothing, own }), evidence, lossPerDay: 0 } })).toBe(NOW);
  });

  it('lets nothing transactional wait', () => {
    const found = sendTime(
      question({
        subject: { ...subject, class: 'transactional' },
        hours: { rates: evenings, evidence, lossPerDay: 0 },
      }),
    );
    expect(found.ok && found.at).toBe(NOW);
  });

  it('takes the best of the hours that are left: quiet hours, caps and expiry come first', () => {
    const given = { hours: { rates: evenings, evidence, lossPerDay: 0.1 } };
    const day = {
      rule: 'day',
      limit: { windows: [{ ...ALWAYS, from: 9 * 60, to: 17 * 60 }], closed: new Set<number>() },
    };
    const inOfficeHours = sendTime(question({ ...given, limits: { ...none, hours: [day] } }));
    expect(inOfficeHours.ok && new Date(inOfficeHours.at).toISOString()).toBe('2026-07-01T07:00:00.000Z');
    expect(sendTime(question({ ...given, before: NOW + 10 * HOUR }))).toMatchObject({ at: NOW });
    // Another one leaves at 18:30 today and a cap allows one in three hours: the next evening.
    const limits = { ...none, caps: [{ rule: 'cap', limit: capSchema.parse({ max: 1, per: '3h' }) }] };
    const history = [past({ at: '2026-07-01T16:30:00.000Z', open: true, tags: ['news'] })];
    const found = sendTime(question({ ...given, limits, history }));
    expect(found.ok && new Date(found.at).toISOString()).toBe('2026-07-02T16:00:00.000Z');
  });

  it('waits where the zone is not known only for what is better in all that are possible', () => {
    const hours = { rates: evenings, evidence, lossPerDay: 0.1 };
    const two = sendTime(
      question({ hours, profile: { zones: ['Europe/Berlin', 'Europe/London'], country: null } }),
    );
    expect(two.ok && two.at).toBe(NOW);
    const halfAnHour = sendTime(
      question({ hours, profile: { zones: ['Asia/Kolkata', 'Asia/Karachi'], country: null } }),
    );
    // 18:00 in Karachi is 18:30 in Kolkata: half an hour that is good in both.
    expect(halfAnHour.ok && new Date(halfAnHour.at).toISOString()).toBe('2026-07-01T13:00:00.000Z');
    const nowhere = sendTime(question({ hours, profile: { zones: [], country: null } }));
    expect(nowhere.ok && nowhere.at).toBe(NOW);
  });
});

describe('over random hours, limits and zones', () => {
  const zone = fc.constantFrom(
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
  );
  const start = fc.constantFrom(
    Date.parse('2026-03-28T12:00:00Z'),
    Date.parse('2026-10-24T12:07:00Z'),
    Date.parse('2026-11-01T02:00:00Z'),
    Date.parse('2026-04-04T10:00:00Z'),
    NOW,
  );
  const rules = fc.array(
    fc.record({
      windows: fc.array(
        fc.record({
          from: fc.integer({ min: 0, max: 1_380 }),
          to: fc.integer({ min: 60, max: 1_440 }),
          days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 3 }),
        }),
        { minLength: 1, maxLength: 2 },
      ),
      closed: fc
        .array(fc.constantFrom('2026-03-29', '2026-07-02', '2026-10-25'), { maxLength: 1 })
        .map((dates): SendingHours['closed'] => new Set(dates.map(dayOfDate))),
    }),
    { maxLength: 2 },
  );
  const caps = fc.array(
    fc
      .record({ max: fc.integer({ min: 1, max: 3 }), per: fc.constantFrom('7m', '1h', '5h', '1d') })
      .map((spec) => ({ rule: 'cap', limit: capSchema.parse(spec) })),
    { maxLength: 2 },
  );
  const rates = fc.array(
    fc.record({
      multiplier: fc.constantFrom(0.4, 0.8, 1, 1.05, 1.3, 2),
      variance: fc.constantFrom(0, 0.001, 0.02, 0.3),
    }),
    { minLength: SLOTS, maxLength: SLOTS },
  );

  /** Minute by minute; the first of equals. */
  function bruteForce(asked: SendTimeQuestion, zones: readonly Zone[]): number | null {
    const { from, before, limits, history, now, hours } = asked;
    const full = (time: number) =>
      limits.caps.some(({ limit }) => {
        if (!counts(limit, subject)) return false;
        const window = durationMs(limit.per);
        const times = [...history.map((each) => Math.max(Date.parse(each.at), each.open ? now : 0)), time];
        return times.some(
          (first) =>
            first <= time &&
            time < first + window &&
            times.filter((each) => each >= first && each < first + window).length > limit.max,
        );
      });
    const worth = (time: number, name: Zone) => {
      const { weekday, hour } = DateTime.fromMillis(time, { zone: String(name) });
      return hours?.rates[weekday >= 6 ? 24 + hour : hour] ?? { multiplier: 1, variance: 0 };
    };
    let earliest: number | null = null;
    let best: { at: number; net: number } | null = null;
    for (let time = from; time < before; time += MINUTE) {
      const open = zones.every((each) => limits.hours.every(({ limit }) => isAllowed(time, each, limit)));
      if (!open || full(time)) continue;
      earliest ??= time;
      best ??= { at: time, net: 0 };
      if (hours === undefined) return earliest;
      const cost = (hours.lossPerDay * (time - earliest)) / DAY;
      const gains = zones.map((each) => {
        const [then, first] = [worth(time, each), worth(earliest ?? time, each)];
        const gain = Math.round((then.multiplier - first.multiplier - cost) * 1e6) / 1e6;
        // 0.8416 standard deviations above nothing: four chances in five.
        return { gain, likely: gain > 0 && gain > 0.8416 * Math.sqrt(then.variance + first.variance) };
      });
      const net = Math.min(...gains.map(({ gain }) => gain));
      if (gains.every(({ likely }) => likely) && net > best.net) best = { at: time, net };
    }
    return best?.at ?? null;
  }

  it('equals brute force', () => {
    let waited = 0;
    fc.assert(
      fc.property(
        start,
        fc.uniqueArray(zone, { minLength: 1, maxLength: 2 }),
        rules,
        caps,
        fc.array(fc.integer({ min: -1_440, max: 2 * 1_440 }), { maxLength: 4 }),
        rates,
        fc.constantFrom(0, 0.05, 0.3, 2),
        fc.integer({ min: 1, max: 2 * 1_440 }),
        (from, zones, hours, rolling, minutes, values, lossPerDay, length) => {
          const history: PastMessage[] = minutes.map((offset) =>
            past({ at: new Date(from + offset * MINUTE).toISOString(), tags: ['news'], open: offset > 0 }),
          );
          const asked = question({
            from,
            before: from + length * MINUTE,
            profile: { zones, country: null },
            limits: { ...none, caps: rolling, hours: hours.map((limit) => ({ rule: 'a', limit })) },
            history,
            hours: { rates: values, evidence, lossPerDay },
          });
          const found = sendTime(asked);
          if (found.ok && found.waits.some(({ code }) => code === 'waits_for_best_hour')) waited += 1;
          expect(found.ok ? found.at : null).toBe(bruteForce(asked, candidateZones(asked.profile)));
        },
      ),
      { numRuns: 120 },
    );
    // Or nothing was shown.
    expect(waited).toBeGreaterThan(20);
  });

  it('without counts everything is as it was, to the byte', () => {
    fc.assert(
      fc.property(
        start,
        zone,
        rules,
        caps,
        fc.constantFrom(0, 0.1),
        (from, name, hours, rolling, lossPerDay) => {
          const asked = question({
            from,
            profile: { zones: [name], country: null },
            limits: { ...none, caps: rolling, hours: hours.map((limit) => ({ rule: 'a', limit })) },
          });
          const neutral = sendTime({ ...asked, hours: { rates: hourRates(nothing), evidence, lossPerDay } });
          expect(neutral).toEqual(sendTime(asked));
        },
      ),
      { numRuns: 100 },
    );
  });
});
