import { DAY, fillCatalogue, identify, oldOrder } from '../harness/customers.js';
import { Story } from '../harness/service.js';
import {
  codesOf,
  decisionsAbout,
  endSound,
  mailsTo,
  messagesTo,
  only,
  reviewsAbout,
  verdict,
} from '../harness/shown.js';

const visit = (userId: string) => ({ type: 'page', userId, name: 'Home' });

describe('somebody who stays away', () => {
  let story: Story;
  const letters = async (userId: string): Promise<string[]> =>
    (await messagesTo(story, userId)).map(({ action, state }) => `${action} ${state}`);

  beforeAll(async () => {
    story = await Story.begin();
    await fillCatalogue(story);
    const offer = await story.request('PUT', '/v1/facts/offer-comeback-15', {
      body: {
        kind: 'offer',
        data: {
          title: '15% off for coming back',
          percent: 15,
          code: 'AGAIN15',
          url: 'https://marrow-and-pine.example.com/again',
        },
        validFrom: '2026-11-01T00:00:00Z',
        validUntil: '2027-04-01T00:00:00Z',
        source: 'offers of the winter',
      },
    });
    expect(offer.status).toBe(200);
    await story.happens(identify('ada'), oldOrder(story, 'ada'), identify('vera'), oldOrder(story, 'vera'), {
      type: 'page',
      anonymousId: 'nobody',
      name: 'Home',
    });
  });
  afterAll(() => endSound(story));

  it('is written to after 30 days to the second, and somebody who came by in between is not', async () => {
    await story.passes(20 * DAY);
    await story.happens(visit('vera'));
    await story.passes(10 * DAY - 1_000);
    expect(await letters('ada')).toEqual([]);
    await story.passes(1_000);
    expect(await letters('ada')).toEqual(['win-back-30 sent']);
    expect(await letters('vera')).toEqual([]);
    expect(await decisionsAbout(story, 'vera')).toEqual([]);
  });

  it('is written to 30 days after the last visit, for whoever came by', async () => {
    await story.passes(20 * DAY);
    expect(await letters('vera')).toEqual(['win-back-30 sent']);
    expect(await letters('ada')).toEqual(['win-back-30 sent']);
  });

  it('gets an offer after 60 days, under the signed template where no model is', async () => {
    await story.passes(10 * DAY);
    expect(await letters('ada')).toEqual(['win-back-30 sent', 'win-back-60 sent']);
    const { email } = (await mailsTo(story, 'ada@example.com')).at(-1) ?? {};
    expect(email?.subject).toBe('For when you come by again: 15% off for coming back');
    expect(email?.text).toContain('AGAIN15');
  });

  it('gets a last letter after 90 days, which a person reads first', async () => {
    await story.passes(30 * DAY);
    expect((await letters('ada')).at(-1)).toBe('win-back-90 in_review');
    const item = only(await reviewsAbout(story, 'ada'));
    expect(codesOf(item.why)).toEqual(['last-letter']);
    expect((await verdict(story, item, { verdict: 'approve' })).status).toBe(200);
    expect((await letters('ada')).at(-1)).toBe('win-back-90 sent');
  });

  it('hears nothing more after that, until they come back and leave once more', async () => {
    await story.passes(10 * DAY);
    expect(await letters('ada')).toHaveLength(3);
    expect((await decisionsAbout(story, 'ada')).map(({ trigger }) => trigger)).toEqual([
      'silent-30',
      'silent-60',
      'silent-90',
    ]);
    await story.happens(visit('ada'));
    await story.passes(30 * DAY);
    expect((await letters('ada')).at(-1)).toBe('win-back-30 sent');
    expect(await letters('ada')).toHaveLength(4);
  });

  it('is nobody when they never said who they are', async () => {
    const page = await story.get('/v1/decisions?limit=100');
    expect(page['data']?.map((decision) => decision['userId'])).not.toContain(null);
  });
});
