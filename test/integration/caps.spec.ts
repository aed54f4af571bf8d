import { reckon } from '../harness/caps-oracle.js';
import { CapsWorld } from '../harness/caps-world.js';
import { openTestDatabase } from '../harness/database.js';

describe('caps per person, written to by many at once', () => {
  it('are never overshot by one, and are used to the last place', async () => {
    const opened = await openTestDatabase();
    const world = await CapsWorld.open(opened.database);
    try {
      // The embedded engine has one connection: its writers take turns anyway.
      const decisions = opened.url === null ? 600 : 2_000;
      const result = await world.run({
        writers: 16,
        decisions,
        people: 18,
        seed: 'caps',
        perRound: 100,
      });
      expect(result.decisions).toBe(decisions);
      expect(result.over).toEqual([]);
      expect(result.full).toBeGreaterThan(100);
      expect(result.cancelled).toBeGreaterThan(10);
      // Both channels were used, and what waits for a reviewer was planned with that in mind.
      expect(result.cards).toBeGreaterThan(10);
      expect(result.reviewed).toBeGreaterThan(10);
      expect(result.tooSoon).toBe(0);
    } finally {
      await world.close();
      await opened.close();
    }
  });
});

describe('the oracle', () => {
  const cap = { name: 'mails', actions: ['news'], channels: ['email'], max: 2, window: 3_600_000 };
  const at = (...seconds: number[]) =>
    seconds.map((second) => ({ holder: 'ada', action: 'news', channel: 'email', at: second * 1_000 }));

  it('sees one too many to the second, and none where a window has just passed', () => {
    expect(reckon(at(0, 10, 3_600), [cap])).toEqual({ over: [], full: 2 });
    expect(reckon(at(0, 10, 3_599), [cap]).over).toEqual([
      'ada: more than 2 of mails within 3600 s of 1970-01-01T00:00:00.000Z',
    ]);
  });

  it('counts each holder, kind and channel by itself', () => {
    const others = [
      { holder: 'bea', action: 'news', channel: 'email', at: 1 },
      { holder: 'ada', action: 'care', channel: 'email', at: 2 },
      { holder: 'ada', action: 'news', channel: 'onsite', at: 3 },
    ];
    expect(reckon([...at(0, 10), ...others], [cap]).over).toEqual([]);
  });
});
