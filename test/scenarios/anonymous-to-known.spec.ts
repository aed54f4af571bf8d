import { fillCatalogue, identify, MINUTE, timeline } from '../harness/customers.js';
import { type Body, Story } from '../harness/service.js';
import { codesOf, endSound, lastDecision, mailsTo, only } from '../harness/shown.js';

const look = (who: Record<string, unknown>): Record<string, unknown> => ({
  type: 'track',
  event: 'Product Viewed',
  properties: { product_id: 'cup-tide' },
  ...who,
});
const signUp = (userId: string) => ({ type: 'track', userId, event: 'Signed Up' });
const refusal = { context: { consent: { email: false } } };

describe('a visitor who turns out to be somebody', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin();
    await fillCatalogue(story);
  });
  afterAll(() => endSound(story));

  const profile = (userId: string): Promise<Body> => story.get(`/v1/profiles/${userId}`);
  const viewsOf = async (userId: string): Promise<unknown> =>
    (await profile(userId))['events']?.['Product Viewed']?.['total'];

  it('brings what they did along when they say who they are', async () => {
    for (let i = 0; i < 3; i++) await story.happens(look({ anonymousId: 'device-1' }));
    await story.passes(MINUTE);
    await story.happens(identify('ada'));
    await story.passes(MINUTE);
    await story.happens({ type: 'identify', userId: 'ada', anonymousId: 'device-1' });
    expect(await viewsOf('ada')).toBe(3);
    expect((await profile('ada'))['anonymousIds']).toEqual(['device-1']);
    // Three looks without a name and one with it are the four that call for a word.
    await story.passes(MINUTE);
    await story.happens(look({ userId: 'ada' }));
    expect(await lastDecision(story, 'ada')).toMatchObject({ trigger: 'keeps-looking', outcome: 'act' });
  });

  it('finds the merge explained in the timeline, beside what the visitor did', async () => {
    const entries = await timeline(story, 'ada');
    const merge = only(entries.filter((entry) => String(entry['kind']) === 'merge'));
    expect(merge).toMatchObject({ reason: 'identify', intoProfileId: (await profile('ada'))['id'] });
    expect((await profile('ada'))['merges']).toMatchObject([{ from: merge['fromProfileId'] }]);
    expect(entries.filter((entry) => String(entry['event']) === 'Product Viewed')).toHaveLength(4);
  });

  it('is one person by alias too', async () => {
    for (let i = 0; i < 2; i++) await story.happens(look({ anonymousId: 'device-2' }));
    await story.happens(identify('ben'));
    await story.passes(MINUTE);
    await story.happens({ type: 'alias', userId: 'ben', previousId: 'device-2' });
    expect(await viewsOf('ben')).toBe(2);
    const merges = (await timeline(story, 'ben')).filter((entry) => String(entry['kind']) === 'merge');
    expect(only(merges)['reason']).toBe('alias');
  });

  it.each([
    ['identify', { type: 'identify', userId: 'cleo', anonymousId: 'device-cleo' }],
    ['alias', { type: 'alias', userId: 'dora', previousId: 'device-dora' }],
  ])('keeps the stricter of two consents when they meet by %s', async (_by, meeting) => {
    const { userId } = meeting;
    // The visitor refused first, the customer agreed later: still, one of the two said no.
    await story.happens(look({ anonymousId: `device-${userId}`, ...refusal }));
    await story.passes(MINUTE);
    await story.happens(identify(userId));
    await story.passes(MINUTE);
    await story.happens(meeting);
    expect((await profile(userId))['consents']).toMatchObject([{ channel: 'email', state: 'denied' }]);
    await story.happens(signUp(userId));
    expect(codesOf((await lastDecision(story, userId)).reasons)).toEqual(['consent_denied']);

    // What they say from now on, knowing who they are, counts again.
    await story.passes(MINUTE);
    await story.happens({ type: 'track', userId, event: 'Subscribed' });
    await story.passes(MINUTE);
    await story.happens(signUp(userId));
    expect(await mailsTo(story, `${userId}@example.com`)).toHaveLength(1);
  });

  it('is not somebody else who used the same device', async () => {
    await story.happens(identify('eve'), { type: 'identify', userId: 'eve', anonymousId: 'device-1' });
    expect((await profile('eve'))['merges']).toEqual([]);
    expect(await viewsOf('eve')).toBeUndefined();
    expect(await viewsOf('ada')).toBe(4);
  });
});
