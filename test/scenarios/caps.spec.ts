import { checkout, DAY, fillCatalogue, HOUR, identify, MINUTE, oldOrder } from '../harness/customers.js';
import { Story } from '../harness/service.js';
import {
  codesOf,
  decisionsAbout,
  endSound,
  lastDecision,
  messagesTo,
  only,
  reviewsAbout,
  verdict,
} from '../harness/shown.js';

/** Four looks at one product: enough to be asked whether they have a question. */
const looks = (userId: string): Record<string, unknown>[] =>
  [1, 2, 3, 4].map(() => ({
    type: 'track',
    userId,
    event: 'Product Viewed',
    properties: { product_id: 'cup-tide', name: 'Tide cup, 180 ml' },
  }));

/** The most that lie in any window of this length. */
function most(times: readonly number[], windowMs: number): number {
  return Math.max(
    0,
    ...times.map((start) => times.filter((at) => at >= start && at < start + windowMs).length),
  );
}

describe('somebody who gives many occasions to write', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin({ now: '2026-11-17T12:50:00.000Z' });
    await fillCatalogue(story);
  });
  afterAll(() => endSound(story));

  it('never gets more than the caps allow in any rolling window, across midnight', async () => {
    await story.happens(identify('ada'), oldOrder(story, 'ada'));
    // An occasion every four hours, five days long; it is ten to eight in New York, so the first letter leaves with the second.
    await story.happens(...looks('ada'));
    await story.passes(10 * MINUTE);
    for (let round = 0; round < 30; round++) {
      await story.happens(...looks('ada'));
      await story.passes(4 * HOUR);
    }
    const occasions = await decisionsAbout(story, 'ada');
    expect(occasions).toHaveLength(31);
    const messages = await messagesTo(story, 'ada');
    const times = messages.flatMap(({ sentAt }) => (sentAt === null ? [] : [Date.parse(sentAt)]));
    expect(most(times, DAY)).toBe(1);
    // Nor does a letter wait any longer than it has to.
    expect(times.map((at) => (at - (times[0] ?? 0)) / HOUR)).toEqual([0, 24, 48]);
    expect(most(times, 7 * DAY)).toBe(3);
    expect(new Set(messages.map(({ state }) => state))).toEqual(new Set(['sent']));
    expect(occasions.flatMap(({ reasons }) => codesOf(reasons))).toEqual(
      expect.arrayContaining(['waits_for_cap', 'cap']),
    );
  });

  it('gets back the place of a letter that a reviewer rejected', async () => {
    await story.passes(Date.parse('2026-11-24T15:00:00Z') - story.clock.now().getTime());
    await story.happens(identify('rita'));
    await story.happens(checkout('rita'));
    await story.passes(HOUR);
    const item = only(await reviewsAbout(story, 'rita'));
    // While a person looks, its place is taken.
    await story.passes(MINUTE);
    await story.happens(...looks('rita'));
    expect(await lastDecision(story, 'rita')).toMatchObject({ outcome: 'hold', trigger: 'keeps-looking' });
    const { candidates } = await lastDecision(story, 'rita');
    const byMail = candidates.find(({ channel }) => channel === 'email');
    expect(codesOf(byMail?.blockedBy ?? [])).toEqual(['cap']);

    await story.passes(MINUTE);
    const rejection = {
      verdict: 'reject',
      reasons: ['wrong-moment'],
      note: 'She has only just looked around.',
    };
    expect((await verdict(story, item, rejection)).status).toBe(200);
    expect(only(await messagesTo(story, 'rita'))).toMatchObject({ state: 'rejected', approval: null });
    await story.happens(...looks('rita'));
    expect((await messagesTo(story, 'rita')).map(({ action, state }) => [action, state])).toEqual([
      ['recover-cart', 'rejected'],
      ['suggest-product', 'in_review'],
    ]);
  });
});
