import { Analytics } from '@segment/analytics-node';
import RudderAnalytics from '@rudderstack/rudder-sdk-node';
import { Story, WRITE_KEY } from '../harness/service.js';

describe('real client libraries', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin({ now: new Date().toISOString() });
  });
  afterAll(() => story.end());

  const viewsOf = async (userId: string): Promise<unknown> => {
    const profile = await story.get(`/v1/profiles/${userId}`);
    return profile['events']?.['Product Viewed']?.['total'];
  };

  it("takes what Segment's client sends", async () => {
    const failures: unknown[] = [];
    const analytics = new Analytics({ writeKey: WRITE_KEY, host: story.service.url, flushAt: 10 });
    analytics.on('error', (error) => failures.push(error));
    analytics.identify({
      userId: 'segment-user',
      traits: { email: 'segment@example.com', first_name: 'Sig' },
    });
    for (let i = 0; i < 25; i++) {
      analytics.track({
        userId: 'segment-user',
        event: 'Product Viewed',
        properties: { product_id: `p-${i}` },
      });
    }
    await analytics.closeAndFlush();
    await story.settle();
    expect(failures).toEqual([]);
    const profile = await story.get('/v1/profiles/segment-user');
    expect(JSON.stringify(profile)).toContain('segment@example.com');
    expect(await viewsOf('segment-user')).toBe(25);
  });

  it("takes RudderStack's gzipped JSON that calls itself a form", async () => {
    const rudder = new RudderAnalytics(WRITE_KEY, {
      dataPlaneUrl: story.service.url,
      flushAt: 5,
      gzip: true,
    });
    rudder.identify({ userId: 'rudder-user', traits: { email: 'rudder@example.com' } });
    for (let i = 0; i < 9; i++)
      rudder.track({ userId: 'rudder-user', event: 'Product Viewed', properties: { product_id: `p-${i}` } });
    await rudder.flush();
    await story.settle();
    const profile = await story.get('/v1/profiles/rudder-user');
    expect(JSON.stringify(profile)).toContain('rudder@example.com');
    expect(await viewsOf('rudder-user')).toBe(9);
  });
});
