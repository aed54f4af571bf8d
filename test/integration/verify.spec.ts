import { Secrets } from '../../src/platform/secrets/secrets.js';
import { verifyDatabase } from '../../src/verification/index.js';
import { sampleFacts } from '../../src/demo/catalogue.js';
import { AuditService } from '../../src/audit/index.js';
import { Story } from '../harness/service.js';

const HOUR = 3_600_000;

describe('verify, on what the whole service did', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin();
    const facts = sampleFacts(story.clock.now(), 'https://marrow-and-pine.example.com');
    expect((await story.post('/v1/facts/batch', { facts })).status).toBeLessThan(300);
  });
  afterAll(() => story.end());

  async function broken(): Promise<string[]> {
    await story.service.app.get(AuditService).seal();
    const findings = await verifyDatabase(story.database.db, story.service.app.get(Secrets), story.clock);
    expect(findings[0]?.looked).toBeGreaterThan(0);
    return findings.flatMap((finding) => finding.problems.map((problem) => `${finding.name}: ${problem}`));
  }

  it('holds after people came, agreed, refused, bought, complained and were erased', async () => {
    for (let i = 0; i < 8; i++) {
      const userId = `u${i}`;
      await story.happens({ type: 'page', anonymousId: `a${i}`, name: 'Home' });
      await story.happens({
        type: 'identify',
        userId,
        anonymousId: `a${i}`,
        traits: {
          email: `${userId}@example.com`,
          first_name: `Person ${i}`,
          country: 'DE',
          ...(i % 4 === 3 ? {} : { timezone: 'Europe/Berlin' }),
          email_consent: i % 3 !== 2,
        },
      });
      await story.happens({ type: 'track', event: 'Signed Up', userId });
      await story.happens({
        type: 'track',
        event: 'Checkout Started',
        userId,
        properties: {
          cart_id: `c${i}`,
          value: 80,
          currency: 'EUR',
          products: [{ product_id: 'pot-heron', quantity: 1 }],
        },
      });
      await story.passes(HOUR / 2);
      if (i % 2 === 0) {
        await story.happens({
          type: 'track',
          event: 'Order Completed',
          userId,
          properties: { order_id: `o${i}`, total: 80, currency: 'EUR' },
        });
      }
      if (i === 4) await story.happens({ type: 'track', event: 'Complaint Opened', userId });
      if (i === 1) await story.happens({ type: 'track', event: 'Consent Withdrawn', userId });
    }
    for (let i = 0; i < 30; i++) await story.passes(2 * HOUR);
    for (const review of await story.reviews()) {
      const id = String(review['id']);
      await story.post(`/v1/reviews/${id}/verdict`, {
        verdict: 'approve',
        contentHash: String(review['contentHash']),
      });
    }
    for (let i = 0; i < 30; i++) await story.passes(2 * HOUR);
    expect((await story.get('/v1/messages?state=sent'))['data']?.length).toBeGreaterThan(4);
    expect(await broken()).toEqual([]);

    await story.request('DELETE', '/v1/profiles/u0');
    await story.settle();
    expect(await broken()).toEqual([]);
  });
});
