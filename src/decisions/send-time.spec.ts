import fc from 'fast-check';
import { past } from '../../test/fixtures/playbook.js';
import { capSchema } from '../policies/playbook.js';
import { durationMs } from '../shared/clock.js';
import { ALWAYS, dayOfDate, OFFSETS_WORLDWIDE, type SendingHours } from '../shared/local-time.js';
import { isAllowed } from '../shared/open-hours.js';
import { type Limits } from './limits.js';
import { candidateZones, counts, earliestSendTime, type SendTime } from './send-time.js';
import { type PastMessage } from './situation.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.parse('2026-07-01T08:00:00.000Z');
const none: Limits = { caps: [], hours: [], channels: [], required: [], forbidden: [], discounts: [] };
const cap = (spec: Record<string, unknown>, rule = 'cap') => ({ rule, limit: capSchema.parse(spec) });
const subject = { channel: 'email', class: 'marketing' as const, tags: ['news'] };
const at = (ms: number) => new Date(ms).toISOString();

function earliest(given: {
  limits?: Partial<Limits>;
  history?: readonly PastMessage[];
  from?: number;
  before?: number;
  zones?: readonly string[];
  country?: string | null;
  now?: number;
}): SendTime {
  const from = given.from ?? NOW;
  return earliestSendTime({
    from,
    before: given.before ?? from + 3 * DAY,
    profile: {
      zones: given.zones ?? ['Europe/Berlin'],
      country: given.country === undefined ? 'DE' : given.country,
    },
    limits: { ...none, ...given.limits },
    subject,
    history: given.history ?? [],
    now: given.now ?? from,
  });
}
const timeOf = (result: SendTime) => (result.ok ? at(result.at) : result.blocks.map(({ code }) => code));

describe('rolling caps', () => {
  it('leave room exactly when a message leaves the window', () => {
    const history = [past({ at: at(NOW - DAY + 1_000) })];
    expect(timeOf(earliest({ limits: { caps: [cap({ max: 1, per: '1d' })] }, history }))).toBe(
      at(NOW + 1_000),
    );
    const gone = [past({ at: at(NOW - DAY) })];
    expect(timeOf(earliest({ limits: { caps: [cap({ max: 1, per: '1d' })] }, history: gone }))).toBe(at(NOW));
  });

  it('count what is open where it is to be sent, at the earliest now', () => {
    const caps = [cap({ max: 1, per: '1d' })];
    const overdue = [past({ at: at(NOW - 2 * DAY), open: true })];
    expect(timeOf(earliest({ limits: { caps }, history: overdue }))).toBe(at(NOW + DAY));
    const later = [past({ at: at(NOW + 5 * HOUR), open: true })];
    expect(timeOf(earliest({ limits: { caps }, history: later }))).toBe(at(NOW + 5 * HOUR + DAY));
  });

  it('go before a waiting message when it is more than a window away', () => {
    const later = [past({ at: at(NOW + 2 * DAY), open: true })];
    expect(timeOf(earliest({ limits: { caps: [cap({ max: 1, per: '1d' })] }, history: later }))).toBe(
      at(NOW),
    );
  });

  it('do not add up messages that no window holds together', () => {
    // One message 20 hours ago and one waiting in 20 hours: with this one, no day holds three.
    const history = [past({ at: at(NOW - 20 * HOUR) }), past({ at: at(NOW + 20 * HOUR), open: true })];
    expect(timeOf(earliest({ limits: { caps: [cap({ max: 2, per: '1d' })] }, history }))).toBe(at(NOW));
    expect(timeOf(earliest({ limits: { caps: [cap({ max: 1, per: '1d' })] }, history }))).toBe(
      at(NOW + 44 * HOUR),
    );
  });

  it('hold across the hour that a clock change adds or takes', () => {
    const start = Date.parse('2026-10-24T20:00:00.000Z');
    const history = [past({ at: at(start) })];
    const result = earliest({ limits: { caps: [cap({ max: 1, per: '1d' })] }, history, from: start + HOUR });
    expect(timeOf(result)).toBe('2026-10-25T20:00:00.000Z');
  });

  it('of 0 mean never, and say so', () => {
    const result = earliest({ limits: { caps: [cap({ max: 0, per: '1d' }, 'silence')] } });
    expect(result).toEqual({
      ok: false,
      blocks: [
        {
          code: 'cap',
          text: 'Rule silence allows no such message at all: its cap is 0, which means never.',
        },
      ],
    });
  });

  it('that are full until it expires block, and name the rule', () => {
    const history = [past({ at: at(NOW - HOUR) })];
    const result = earliest({ limits: { caps: [cap({ max: 1, per: '1w' }, 'weekly')] }, history });
    expect(result).toEqual({
      ok: false,
      blocks: [
        {
          code: 'cap',
          text: 'Rule weekly allows 1 message in any 1w; there is no room before it expires.',
        },
      ],
    });
  });

  it('count only what they are about, and restrict only what they count', () => {
    const history = [
      past({ at: at(NOW - HOUR), channel: 'onsite', tags: ['other'], class: 'transactional' }),
    ];
    const free = (spec: Record<string, unknown>) =>
      timeOf(earliest({ limits: { caps: [cap({ max: 1, per: '1d', ...spec })] }, history }));
    expect(free({ channels: ['email'] })).toBe(at(NOW));
    expect(free({ tags: ['news'] })).toBe(at(NOW));
    expect(free({ classes: ['marketing'] })).toBe(at(NOW));
    expect(free({ channels: ['onsite'] })).toBe(at(NOW));
    expect(free({})).toBe(at(NOW + 23 * HOUR));
  });

  it('and hours are solved together', () => {
    // Room comes at 21:00 in Berlin, which is too late in the evening: the next morning it is.
    const history = [past({ at: '2026-06-30T19:00:00.000Z' })];
    const hours = {
      rule: 'quiet',
      limit: { windows: [{ ...ALWAYS, from: 8 * 60, to: 20 * 60 }], closed: new Set<number>() },
    };
    const result = earliest({ limits: { caps: [cap({ max: 1, per: '1d' })], hours: [hours] }, history });
    expect(timeOf(result)).toBe('2026-07-02T06:00:00.000Z');
  });
});

describe('rules that leave no moment together', () => {
  const open = (rule: string, from: number, to: number, days = ALWAYS.days) => ({
    rule,
    limit: { windows: [{ from: from * 60, to: to * 60, days }], closed: new Set<number>() },
  });
  const blocks = (result: SendTime) => (result.ok ? [] : result.blocks);

  it('are named, a cap and hours alike, and no other rule', () => {
    // In Berlin it is ten in the morning; the day has room again at eight in the evening, when the quiet hours begin.
    const history = [past({ at: at(NOW - 14 * HOUR) })];
    const limits = {
      caps: [cap({ max: 1, per: '1d' }, 'daily'), cap({ max: 1, per: '1h' }, 'hourly')],
      hours: [open('early', 6, 22), open('quiet', 8, 20)],
    };
    expect(blocks(earliest({ limits, history, before: NOW + 12 * HOUR }))).toEqual([
      {
        code: 'limits_conflict',
        text: 'The rules quiet and daily together leave no moment in Europe/Berlin before it expires: daily allows 1 message in any 1d.',
      },
    ]);
    // Wherever they are it is night for some of the zones, whatever the cap.
    const unknown = earliest({ limits, history, before: NOW + 12 * HOUR, zones: [], country: null });
    expect(blocks(unknown).map(({ code, text }) => [code, / rule (\S+) leaves/.exec(text)?.[1]])).toEqual([
      ['zone_unknown', 'early'],
      ['zone_unknown', 'quiet'],
    ]);
  });

  it('are two of three hours, and one where one suffices', () => {
    // Wednesday: until six in the evening only the rest of the day is left.
    const hours = [open('any', 0, 24), open('mornings', 6, 12), open('weekdays', 11, 20)];
    expect(blocks(earliest({ limits: { hours }, from: NOW + 3 * HOUR, before: NOW + 8 * HOUR }))).toEqual([
      { code: 'hours', text: 'Rule mornings leaves no allowed hour in Europe/Berlin before it expires.' },
    ]);
    const apart = [
      open('any', 0, 24),
      open('evenings', 17, 20),
      open('wednesdays', 8, 15),
      open('long', 8, 20),
    ];
    expect(blocks(earliest({ limits: { hours: apart } }))).toEqual([
      {
        code: 'limits_conflict',
        text: 'The rules evenings and wednesdays together leave no hour of the week.',
      },
    ]);
    const tomorrow = [
      open('afternoons', 13, 18),
      open('from-thursday', 0, 24, [4]),
      open('until-noon', 0, 15),
    ];
    expect(blocks(earliest({ limits: { hours: tomorrow }, before: NOW + 27 * HOUR }))).toEqual([
      {
        code: 'limits_conflict',
        text: 'The rules afternoons and from-thursday together leave no moment in Europe/Berlin before it expires.',
      },
    ]);
  });

  it('may be one rule with a cap and hours of its own', () => {
    const history = [past({ at: at(NOW - 14 * HOUR) })];
    const limits = { caps: [cap({ max: 1, per: '1d' }, 'calls')], hours: [open('calls', 8, 20)] };
    expect(blocks(earliest({ limits, history, before: NOW + 12 * HOUR }))).toEqual([
      {
        code: 'cap',
        text: 'Rule calls allows 1 message in any 1d and only some hours; together that leaves no room before it expires.',
      },
    ]);
  });

  it('leave none as they are named, leave some with any of them gone, and are two where two suffice', () => {
    const drawn = fc.record({
      hours: fc.array(fc.constantFrom([8, 20], [18, 22], [6, 12], [11, 14], [0, 24]), { maxLength: 4 }),
      caps: fc.array(fc.record({ max: fc.constantFrom(1, 2), per: fc.constantFrom('6h', '1d', '2d') }), {
        maxLength: 3,
      }),
      sent: fc.array(fc.integer({ min: -40, max: 10 }), { maxLength: 4 }),
      lasts: fc.integer({ min: 1, max: 40 }),
      zone: fc.constantFrom(['Europe/Berlin'], ['Asia/Kolkata', 'America/New_York'], []),
    });
    const seen = new Map<number, number>();
    fc.assert(
      fc.property(drawn, ({ hours, caps, sent, lasts, zone }) => {
        const rules = [
          ...hours.map(([from = 0, to = 0], i) => ({ hours: [open(`hours-${i}`, from, to)], caps: [] })),
          ...caps.map((each, i) => ({ hours: [], caps: [cap(each, `cap-${i}`)] })),
        ];
        const name = (rule: (typeof rules)[number]) =>
          [...rule.hours, ...rule.caps].map((each) => each.rule).join('');
        const history = sent.map((hour) => past({ at: at(NOW + hour * HOUR), open: hour > 0 }));
        const given = { history, before: NOW + lasts * HOUR, zones: zone, country: null };
        const found = (some: typeof rules) =>
          earliest({
            ...given,
            limits: { hours: some.flatMap((rule) => rule.hours), caps: some.flatMap((rule) => rule.caps) },
          });
        const result = found(rules);
        if (result.ok) return;
        expect(result.blocks.length).toBeGreaterThan(0);
        // Hours that no week has are said to be so whatever else is too short.
        if (result.blocks.some(({ text }) => text.endsWith('no hour of the week.'))) return;
        for (const { text } of result.blocks) {
          const met = rules.filter((rule) => new RegExp(`\\b${name(rule)}\\b`).test(text));
          expect(met.length).toBeGreaterThan(0);
          expect(found(met).ok).toBe(false);
          if (met.length > 1)
            for (const one of met) expect(found(met.filter((each) => each !== one)).ok).toBe(true);
          if (met.length > 2)
            for (const [i, one] of rules.entries())
              for (const other of rules.slice(i + 1)) expect(found([one, other]).ok).toBe(true);
          seen.set(met.length, (seen.get(met.length) ?? 0) + 1);
        }
      }),
      { numRuns: 3_000 },
    );
    expect(seen.get(1) ?? 0).toBeGreaterThan(20);
    expect(seen.get(2) ?? 0).toBeGreaterThan(20);
  });
});

describe('time zones', () => {
  it('are the person’s, else the country’s, else all there are', () => {
    expect(candidateZones({ zones: ['Asia/Kolkata', 'not/a/zone'], country: 'DE' })).toEqual([
      'Asia/Kolkata',
    ]);
    expect(candidateZones({ zones: ['not/a/zone'], country: 'DE' })).toContain('Europe/Berlin');
    expect(candidateZones({ zones: [], country: null }).length).toBeGreaterThan(100);
    expect(candidateZones({ zones: [], country: 'XX' }).length).toBeGreaterThan(100);
  });

  it('do not matter while no hours are limited', () => {
    expect(timeOf(earliest({ zones: [], country: null }))).toBe(at(NOW));
  });
});

/** Messages that a cap counts, in any window of its length. */
function mostInAnyWindow(times: readonly number[], window: number): number {
  return Math.max(
    0,
    ...times.map((start) => times.filter((time) => time >= start && time < start + window).length),
  );
}

describe('over random histories', () => {
  const zone = fc.constantFrom(
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
  );
  const rules = fc.array(
    fc.record({
      rule: fc.constantFrom('a', 'b', 'c'),
      limit: fc.record({
        windows: fc.array(
          fc.record({
            from: fc.integer({ min: 0, max: 1_380 }),
            to: fc.integer({ min: 60, max: 1_440 }),
            days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 3 }),
          }),
          { minLength: 1, maxLength: 2 },
        ),
        closed: fc
          .array(fc.constantFrom('2026-03-29', '2026-07-02', '2026-10-25'), { maxLength: 2 })
          .map((dates): SendingHours['closed'] => new Set(dates.map(dayOfDate))),
      }),
    }),
    { maxLength: 2 },
  );
  const caps = fc.array(
    fc
      .record({
        max: fc.integer({ min: 0, max: 3 }),
        per: fc.constantFrom('90s', '1h', '5h', '1d', '36h', '1w'),
        channels: fc.constantFrom([], ['email'], ['onsite']),
        tags: fc.constantFrom([], ['news']),
      })
      .map((spec) => cap(spec)),
    { maxLength: 3 },
  );
  const start = fc.constantFrom(
    Date.parse('2026-03-28T12:00:00Z'),
    Date.parse('2026-10-24T12:00:00Z'),
    Date.parse('2026-11-01T02:00:00Z'),
    NOW,
  );

  it('caps are never overshot and hours always kept, however many messages are decided one after another', () => {
    fc.assert(
      fc.property(
        start,
        fc.uniqueArray(zone, { minLength: 1, maxLength: 2 }),
        rules,
        caps,
        fc.array(fc.integer({ min: 0, max: 3 * DAY }), { minLength: 1, maxLength: 12 }),
        (from, zones, hours, rolling, delays) => {
          const history: PastMessage[] = [];
          let now = from;
          for (const delay of delays) {
            now += Math.floor(delay / 6);
            const result = earliest({ from: now, zones, limits: { caps: rolling, hours }, history, now });
            if (!result.ok) continue;
            if (result.at < now || result.at >= now + 3 * DAY) return false;
            const fits = zones.every((each) =>
              hours.every(({ limit }: { limit: SendingHours }) => isAllowed(result.at, each, limit)),
            );
            if (!fits) return false;
            // What lies behind was sent when it was planned; the rest is still open.
            history.push(past({ at: at(result.at), tags: ['news'], open: result.at > now }));
          }
          return rolling.every(({ limit }) => {
            if (!counts(limit, subject)) return true;
            const times = history.map((message) => Date.parse(message.at));
            return mostInAnyWindow(times, durationMs(limit.per)) <= limit.max;
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('nothing earlier would have been allowed', () => {
    fc.assert(
      fc.property(
        start,
        zone,
        rules,
        caps,
        fc.array(fc.integer({ min: -4 * DAY, max: 2 * DAY }), { maxLength: 8 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (from, name, hours, rolling, offsets, share) => {
          const history = offsets.map((offset) =>
            past({ at: at(from + offset), tags: ['news'], open: offset > 0 }),
          );
          const question = { from, zones: [name], limits: { caps: rolling, hours }, history, now: from };
          const found = earliest(question);
          const end = found.ok ? found.at : from + 3 * DAY;
          const tried = from + Math.floor(share * (end - from));
          if (tried >= end) return true;
          const again = earliest({ ...question, from: tried, before: end, now: from });
          return !again.ok;
        },
      ),
      { numRuns: 300 },
    );
  });

  const MINUTE = 60_000;
  /** Minute by minute: allowed in every zone the person may be in, and no window that would hold it too full. */
  function bruteForce(given: {
    from: number;
    before: number;
    profile: { zones: readonly string[]; country: string | null };
    hours: readonly SendingHours[];
    caps: readonly (typeof none.caps)[number][];
    history: readonly PastMessage[];
  }): number | null {
    const zones = given.hours.length === 0 ? [] : candidateZones(given.profile);
    const full = (time: number) =>
      given.caps.some(({ limit }) => {
        if (!counts(limit, subject)) return false;
        const window = durationMs(limit.per);
        const times = given.history
          .filter((message) => counts(limit, message))
          .map((message) => Math.max(Date.parse(message.at), message.open ? given.from : 0));
        return [...times, time].some(
          (first) =>
            first <= time &&
            time < first + window &&
            [...times, time].filter((each) => each >= first && each < first + window).length > limit.max,
        );
      });
    for (let time = given.from; time < given.before; time += MINUTE) {
      const open = zones.every((each) => given.hours.every((hour) => isAllowed(time, each, hour)));
      if (open && !full(time)) return time;
    }
    return null;
  }

  it('equals brute force: both clock changes, half hours, several zones, none known', () => {
    const whereabouts = fc.oneof(
      fc.uniqueArray(zone, { minLength: 1, maxLength: 3 }).map((zones) => ({ zones, country: 'DE' })),
      fc.constantFrom({ zones: [], country: 'AU' }, { zones: [], country: 'IN' }),
      fc.constant({ zones: [], country: null }),
    );
    const anyHours = rules.map((drawn) => drawn.map(({ limit }) => limit));
    // Whole days: hours of a day leave no moment that all time zones share.
    const wholeDays = fc
      .uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 3 })
      .map((days) => [{ windows: [{ ...ALWAYS, days }], closed: new Set([dayOfDate('2026-10-26')]) }]);
    fc.assert(
      fc.property(
        start,
        whereabouts,
        fc.oneof(anyHours, wholeDays),
        caps,
        fc.array(fc.integer({ min: -4 * 1_440, max: 2 * 1_440 }), { maxLength: 5 }),
        (from, profile, hours, rolling, minutes) => {
          const history = minutes.map((offset) =>
            past({ at: at(from + offset * MINUTE), tags: ['news'], open: offset > 0 }),
          );
          const before = from + 3 * DAY;
          const found = earliest({
            from,
            before,
            ...profile,
            limits: { caps: rolling, hours: hours.map((limit) => ({ rule: 'a', limit })) },
            history,
          });
          const brute = bruteForce({ from, before, profile, hours, caps: rolling, history });
          // A window of seconds may open between two minutes: then brute force finds the next whole one.
          const inSeconds = rolling.some(({ limit }) => durationMs(limit.per) % MINUTE !== 0);
          if (!found.ok) return brute === null;
          return inSeconds
            ? found.at === brute || found.at % MINUTE !== 0
            : brute !== null && found.at === brute;
        },
      ),
      { numRuns: 60 },
    );
  });

  it('somebody of whom no zone is known gets only moments that every offset in use allows', () => {
    const limit = { windows: [{ ...ALWAYS, days: [1, 2, 3, 4, 5] }], closed: new Set<number>() };
    const result = earliest({
      zones: [],
      country: null,
      from: Date.parse('2026-10-24T12:00:00Z'),
      limits: { hours: [{ rule: 'workdays', limit }] },
    });
    // Monday has to have come at the offset furthest behind, -12:00.
    expect(timeOf(result)).toBe('2026-10-26T12:00:00.000Z');
    if (result.ok)
      expect(OFFSETS_WORLDWIDE.every((offset) => isAllowed(result.at, offset, limit))).toBe(true);
  });
});
