import fc from 'fast-check';
import {
  ALWAYS,
  dayOfDate,
  minutesOf,
  OFFSETS_WORLDWIDE,
  type SendingHours,
  type WeeklyHours,
} from './local-time.js';
import { isAllowed, nextAllowed, overlap } from './open-hours.js';

const everyDay = [1, 2, 3, 4, 5, 6, 7];
const window = (from: string, to: string, days: readonly number[] = everyDay): WeeklyHours => ({
  from: minutesOf(from),
  to: minutesOf(to),
  days,
});
const closedOn = (...dates: string[]): SendingHours['closed'] => new Set(dates.map(dayOfDate));
const hours = (from: string, to: string, days?: readonly number[]): SendingHours => ({
  windows: [window(from, to, days)],
  closed: new Set(),
});
const ms = (text: string) => Date.parse(text);
const DAY = 86_400_000;

function earliest(
  from: string,
  zones: readonly (string | number)[],
  ...rules: SendingHours[]
): string | null {
  const at = nextAllowed(ms(from), ms(from) + 8 * DAY, zones, rules);
  return at === null ? null : new Date(at).toISOString();
}

describe('the next allowed moment', () => {
  it('is now when now is allowed, to the millisecond', () => {
    expect(earliest('2026-07-01T10:00:00.123Z', ['Europe/Berlin'], hours('08:00', '20:00'))).toBe(
      '2026-07-01T10:00:00.123Z',
    );
  });

  it('is half-open: the closing minute is not allowed any more', () => {
    expect(earliest('2026-07-01T18:00:00Z', ['Europe/Berlin'], hours('08:00', '20:00'))).toBe(
      '2026-07-02T06:00:00.000Z',
    );
    expect(earliest('2026-07-01T17:59:59.999Z', ['Europe/Berlin'], hours('08:00', '20:00'))).toBe(
      '2026-07-01T17:59:59.999Z',
    );
  });

  it('follows the clock change in spring: 08:00 comes an hour earlier in UTC', () => {
    expect(earliest('2026-03-28T20:00:00Z', ['Europe/Berlin'], hours('08:00', '20:00'))).toBe(
      '2026-03-29T06:00:00.000Z',
    );
  });

  it('opens at the jump when the window opens within the hour that does not exist', () => {
    expect(earliest('2026-03-28T23:00:00Z', ['Europe/Berlin'], hours('02:30', '04:00'))).toBe(
      '2026-03-29T01:00:00.000Z',
    );
  });

  it('closes again when the clock is put back over the opening', () => {
    // 01:30 to 01:45 local happens twice in New York on 1 November 2026.
    const rule = hours('01:30', '01:45');
    expect(earliest('2026-11-01T05:00:00Z', ['America/New_York'], rule)).toBe('2026-11-01T05:30:00.000Z');
    expect(earliest('2026-11-01T05:50:00Z', ['America/New_York'], rule)).toBe('2026-11-01T06:30:00.000Z');
  });

  it('knows zones of a half and of a quarter hour', () => {
    expect(earliest('2026-07-01T00:00:00Z', ['Asia/Kolkata'], hours('09:00', '20:00'))).toBe(
      '2026-07-01T03:30:00.000Z',
    );
    expect(earliest('2026-07-01T00:00:00Z', ['Asia/Kathmandu'], hours('09:00', '20:00'))).toBe(
      '2026-07-01T03:15:00.000Z',
    );
  });

  it('waits for all candidate zones', () => {
    expect(
      earliest('2026-07-01T12:00:00Z', ['America/New_York', 'America/Los_Angeles'], hours('09:00', '20:00')),
    ).toBe('2026-07-01T16:00:00.000Z');
  });

  it('keeps weekdays in local time', () => {
    // Friday 22:00 in UTC is Saturday in Auckland.
    expect(
      earliest('2026-07-03T22:00:00Z', ['Pacific/Auckland'], hours('08:00', '20:00', [1, 2, 3, 4, 5])),
    ).toBe('2026-07-05T20:00:00.000Z');
  });

  it('runs past midnight when the window ends before it starts', () => {
    expect(earliest('2026-07-04T01:00:00Z', ['UTC'], hours('22:00', '02:00', [5]))).toBe(
      '2026-07-04T01:00:00.000Z',
    );
    expect(earliest('2026-07-05T01:00:00Z', ['UTC'], hours('22:00', '02:00', [5]))).toBe(
      '2026-07-10T22:00:00.000Z',
    );
  });

  it('lies in any of several windows', () => {
    // Rhode Island: 09–18 on weekdays, 10–17 on Saturday, nothing on Sunday.
    const rhodeIsland: SendingHours = {
      windows: [window('09:00', '18:00', [1, 2, 3, 4, 5]), window('10:00', '17:00', [6])],
      closed: new Set(),
    };
    const zone = ['America/New_York'];
    expect(earliest('2026-07-03T23:00:00Z', zone, rhodeIsland)).toBe('2026-07-04T14:00:00.000Z');
    expect(earliest('2026-07-04T20:59:00Z', zone, rhodeIsland)).toBe('2026-07-04T20:59:00.000Z');
    expect(earliest('2026-07-04T21:00:00Z', zone, rhodeIsland)).toBe('2026-07-06T13:00:00.000Z');
  });

  it('is not on a closed day, from its midnight to the next in local time', () => {
    const christmas: SendingHours = { windows: [ALWAYS], closed: closedOn('2026-12-25', '2026-12-26') };
    expect(earliest('2026-12-24T22:59:59Z', ['Europe/Berlin'], christmas)).toBe('2026-12-24T22:59:59.000Z');
    expect(earliest('2026-12-24T23:00:00Z', ['Europe/Berlin'], christmas)).toBe('2026-12-26T23:00:00.000Z');
    const nights: SendingHours = { windows: [window('22:00', '06:00')], closed: closedOn('2026-12-25') };
    expect(earliest('2026-12-25T01:00:00Z', ['UTC'], nights)).toBe('2026-12-26T00:00:00.000Z');
  });

  it('is none when two rules leave nothing, and when no zone is known and the hours are those of a day', () => {
    expect(
      earliest('2026-07-01T00:00:00Z', ['UTC'], hours('08:00', '10:00'), hours('10:00', '12:00')),
    ).toBeNull();
    expect(earliest('2026-07-01T00:00:00Z', OFFSETS_WORLDWIDE, hours('08:00', '20:00'))).toBeNull();
    expect(earliest('2026-07-01T00:00:00Z', OFFSETS_WORLDWIDE, hours('00:00', '24:00'))).toBe(
      '2026-07-01T00:00:00.000Z',
    );
  });

  const zone = fc.constantFrom(
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe', // changes by half an hour
    'Asia/Kolkata',
    'Asia/Kathmandu',
    'Africa/Casablanca', // changes around Ramadan
    'America/St_Johns',
    'Pacific/Apia',
  );
  const anyWindow = fc.record({
    from: fc.integer({ min: 0, max: 1_439 }),
    to: fc.integer({ min: 1, max: 1_440 }),
    days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
  });
  const rule: fc.Arbitrary<SendingHours> = fc.record({
    windows: fc.array(anyWindow, { minLength: 1, maxLength: 3 }),
    closed: fc
      .array(fc.constantFrom('2026-03-29', '2026-10-25', '2026-11-01', '2026-07-15', '2026-07-16'), {
        maxLength: 2,
      })
      .map((dates) => closedOn(...dates)),
  });
  // Around the clock changes of 2026 in both hemispheres.
  const around = fc
    .tuple(
      fc.constantFrom(
        '2026-03-08',
        '2026-03-29',
        '2026-04-05',
        '2026-10-04',
        '2026-10-25',
        '2026-11-01',
        '2026-07-15',
      ),
      fc.integer({ min: -2 * DAY, max: 2 * DAY }),
    )
    .map(([day, shift]) => ms(`${day}T00:00:00Z`) + shift);

  it('is allowed everywhere, and nothing before it is', () => {
    fc.assert(
      fc.property(
        around,
        fc.uniqueArray(zone, { minLength: 1, maxLength: 3 }),
        fc.array(rule, { minLength: 1, maxLength: 3 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (from, zones, rules, share) => {
          const before = from + 3 * DAY;
          const found = nextAllowed(from, before, zones, rules);
          const fits = (at: number) =>
            zones.every((each) => rules.every((hour) => isAllowed(at, each, hour)));
          if (found !== null && (!fits(found) || found < from || found >= before)) return false;
          const earlier = Math.floor(from + share * ((found ?? before) - from));
          return earlier >= (found ?? before) || !fits(earlier);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('hours in several zones', () => {
  it('open when the clock on every wall says so, minute by minute', () => {
    const place = fc.constantFrom<string | number>(
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
      -570,
      345,
    );
    const anyWindow = fc.record({
      from: fc.integer({ min: 0, max: 1_440 }),
      to: fc.integer({ min: 0, max: 1_440 }),
      days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
    });
    const someHours: fc.Arbitrary<SendingHours> = fc.record({
      windows: fc.array(anyWindow, { minLength: 1, maxLength: 3 }),
      closed: fc
        .array(fc.constantFrom('2026-03-29', '2026-10-25', '2026-11-02'), { maxLength: 1 })
        .map((dates) => closedOn(...dates)),
    });
    const day = fc.constantFrom('2026-03-29', '2026-04-05', '2026-10-25', '2026-11-01', '1969-12-31');
    fc.assert(
      fc.property(
        day,
        fc.uniqueArray(place, { minLength: 1, maxLength: 3 }),
        fc.array(someHours, { minLength: 1, maxLength: 2 }),
        (start, zones, rules) => {
          const from = ms(`${start}T00:00:00Z`) - DAY;
          const fits = (at: number) =>
            zones.every((zone) => rules.every((rule) => isAllowed(at, zone, rule)));
          let next: number | null = null;
          for (let at = from + 3 * DAY - 60_000; at >= from; at -= 60_000) {
            if (fits(at)) next = at;
            if (nextAllowed(at, from + 3 * DAY, zones, rules) !== next) return false;
          }
          return true;
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('hours', () => {
  it('overlap or not over the week', () => {
    expect(overlap([hours('08:00', '12:00', [1]), hours('11:00', '13:00', [1])])).toBe(true);
    expect(overlap([hours('08:00', '12:00', [1]), hours('11:00', '13:00', [2])])).toBe(false);
    expect(overlap([])).toBe(true);
  });
});
