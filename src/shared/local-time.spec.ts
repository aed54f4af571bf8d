import { DateTime } from 'luxon';
import { isZone, localTimeText, zonesOfCountry } from './local-time.js';
import { isAllowed } from './open-hours.js';

const ms = (text: string) => Date.parse(text);

describe('zones', () => {
  it('are found by country', () => {
    expect(zonesOfCountry('DE')).toContain('Europe/Berlin');
    expect(zonesOfCountry('US').length).toBeGreaterThan(5);
    expect(zonesOfCountry('XX')).toEqual([]);
    expect(zonesOfCountry('not a country')).toEqual([]);
  });

  it('tell the time as people read it', () => {
    expect(localTimeText(ms('2026-03-29T06:05:00Z'), 'Europe/Berlin')).toBe(
      'Sun 29 Mar 2026, 08:05 Europe/Berlin',
    );
    expect(localTimeText(ms('2026-12-31T20:00:00Z'), 'Asia/Kathmandu')).toBe(
      'Fri 1 Jan 2027, 01:45 Asia/Kathmandu',
    );
  });

  it('keep the offset the zone data gives, at every minute around a change', () => {
    for (const [zone, day] of [
      ['Australia/Lord_Howe', '2026-04-04'],
      ['America/St_Johns', '2026-03-08'],
      ['Africa/Casablanca', '2026-02-15'],
      ['Pacific/Apia', '2011-12-30'],
      ['Europe/Berlin', '2026-10-25'],
    ] as const) {
      for (let minute = -1_440; minute < 2_880; minute += 1) {
        const at = ms(`${day}T00:00:00Z`) + minute * 60_000;
        const local = DateTime.fromMillis(at, { zone });
        const from = local.hour * 60 + local.minute;
        expect(
          isAllowed(at, zone, {
            windows: [{ from, to: from + 1, days: [local.weekday] }],
            closed: new Set(),
          }),
        ).toBe(true);
      }
    }
  });

  it('are told from nonsense', () => {
    expect(isZone('Europe/Berlin')).toBe(true);
    expect(isZone('Mars/Olympus')).toBe(false);
    expect(isZone('')).toBe(false);
  });
});
