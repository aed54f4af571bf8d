import { checkout, DAY, fillCatalogue, HOUR, identify, MINUTE, oldOrder } from '../harness/customers.js';
import { Story } from '../harness/service.js';
import {
  endSound,
  mailsTo,
  message,
  messagesTo,
  only,
  reviewsAbout,
  unsubscribePath,
  verdict,
} from '../harness/shown.js';

describe('somebody who unsubscribes while a letter is on its way', () => {
  let story: Story;
  beforeAll(async () => {
    // Half past seven in the evening in New York: what falls due in an hour waits for the morning.
    story = await Story.begin({ now: '2026-11-17T17:00:00.000Z' });
    await fillCatalogue(story);
    await story.happens(identify('ada'), { type: 'track', userId: 'ada', event: 'Signed Up' });
    await story.passes(DAY + 7.5 * HOUR);
  });
  afterAll(() => endSound(story));

  it('does not get what was approved and scheduled', async () => {
    await story.happens(oldOrder(story, 'ada'), checkout('ada', { total: 240 }));
    await story.passes(HOUR);
    const item = only(await reviewsAbout(story, 'ada'));
    expect((await verdict(story, item, { verdict: 'approve' })).status).toBe(200);
    const reminder = await message(story, item.messageId);
    expect(reminder).toMatchObject({
      state: 'scheduled',
      sendAt: '2026-11-19T13:00:00.000Z',
      approval: { kind: 'person' },
    });

    await story.passes(MINUTE);
    const path = unsubscribePath(only(await mailsTo(story, 'ada@example.com')));
    expect((await story.request('POST', path, { token: null })).status).toBe(200);
    // At once, not when it falls due.
    expect(await message(story, reminder.id)).toMatchObject({ state: 'suppressed', sentAt: null });
    expect((await message(story, reminder.id)).steps.at(-1)).toMatchObject({
      to: 'suppressed',
      reason: { code: 'unsubscribed', text: 'The person unsubscribed.' },
    });

    await story.passes(2 * DAY);
    expect(await mailsTo(story, 'ada@example.com')).toHaveLength(1);
    expect((await messagesTo(story, 'ada')).map(({ state }) => state)).toEqual(['sent', 'suppressed']);
  });

  it('does not keep anybody busy: what waits for a reviewer is withdrawn too', async () => {
    await story.passes(Date.parse('2026-11-24T17:00:00Z') - story.clock.now().getTime());
    await story.happens(identify('ben'), { type: 'track', userId: 'ben', event: 'Signed Up' });
    await story.passes(DAY);
    await story.happens(checkout('ben', { total: 240 }));
    await story.passes(HOUR);
    const item = only(await reviewsAbout(story, 'ben'));
    const path = unsubscribePath(only(await mailsTo(story, 'ben@example.com')));
    expect((await story.request('POST', path, { token: null })).status).toBe(200);
    await story.settle();
    expect(await reviewsAbout(story, 'ben')).toEqual([]);
    expect((await verdict(story, item, { verdict: 'approve' })).status).toBeGreaterThanOrEqual(409);
    await story.passes(DAY);
    expect(await mailsTo(story, 'ben@example.com')).toHaveLength(1);
  });
});
