import { parseMoment } from './moment.js';

const NOW = Date.parse('2026-11-18T12:00:00Z');
const iso = (text: string): string | null => {
  const at = parseMoment(text, NOW);
  return at === null ? null : new Date(at).toISOString();
};

describe('a moment as people write it', () => {
  it.each([
    ['2026-11-18T09:00:00Z', '2026-11-18T09:00:00.000Z'],
    ['2026-11-18T09:00+01:00', '2026-11-18T08:00:00.000Z'],
    ['2026-11-18 09:00 Europe/Berlin', '2026-11-18T08:00:00.000Z'],
    ['2026-07-18T09:00 America/Indiana/Knox', '2026-07-18T14:00:00.000Z'],
    ['2026-11-18 09:00 UTC', '2026-11-18T09:00:00.000Z'],
    ['now', '2026-11-18T12:00:00.000Z'],
    ['3d ago', '2026-11-15T12:00:00.000Z'],
    ['in 90m', '2026-11-18T13:30:00.000Z'],
  ])('%s', (text, expected) => {
    expect(iso(text)).toBe(expected);
  });

  it.each([
    ['a zone that does not exist', '2026-11-18 09:00 Europe/Berln'],
    ['an hour that the clocks skip', '2026-03-29 02:30 Europe/Berlin'],
    ['a day that does not exist', '2026-02-30 09:00 Europe/Berlin'],
    ['no zone', '2026-11-18 09:00'],
    ['no unit', '3 ago'],
    ['words', 'yesterday'],
  ])('not %s', (_what, text) => {
    expect(parseMoment(text, NOW)).toBeNull();
  });

  it('is nothing relative without a now', () => {
    expect(parseMoment('3d ago', null)).toBeNull();
    expect(parseMoment('now', null)).toBeNull();
  });
});
