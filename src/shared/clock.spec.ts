import { durationMs } from './clock.js';

describe('durations', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['1h', 3_600_000],
    ['30d', 2_592_000_000],
    ['2w', 1_209_600_000],
  ])('reads %s', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  it.each(['', '1', 'h', '-1h', '1.5h', '1 h', '1y', '9999999d'])('refuses %p in words', (text) => {
    expect(() => durationMs(text)).toThrow('is not a duration');
  });
});
