import { pauseOf, type Pause, type PauseScope, stops } from './pause.js';

const message = { class: 'marketing', action: 'welcome', channel: 'email' } as const;

describe('a pause', () => {
  it.each<[PauseScope, boolean]>([
    ['everything', true],
    ['marketing', true],
    [{ action: 'welcome' }, true],
    [{ action: 'win-back' }, false],
    [{ channel: 'email' }, true],
    [{ channel: 'webhook' }, false],
  ])('of %j stops a welcome by e-mail: %s', (scope, stopped) => {
    expect(stops(scope, message)).toBe(stopped);
  });

  it('of marketing lets order confirmations through', () => {
    expect(stops('marketing', { ...message, class: 'transactional' })).toBe(false);
  });

  it('stops nothing once it has ended', () => {
    const pause: Pause = {
      id: 'pau_1',
      scope: 'everything',
      reason: 'wrong prices',
      createdAt: '2026-03-01T00:00:00.000Z',
      createdBy: 'per_1',
      endedAt: null,
      endedBy: null,
    };
    expect(pauseOf([pause], message)).toBe(pause);
    expect(pauseOf([{ ...pause, endedAt: '2026-03-01T01:00:00.000Z' }], message)).toBeUndefined();
  });
});
