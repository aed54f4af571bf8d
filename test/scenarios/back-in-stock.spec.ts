import { fillCatalogue, identify, MINUTE } from '../harness/customers.js';
import { Story } from '../harness/service.js';
import { codesOf, endSound, lastDecision, mailsTo, messagesTo, only } from '../harness/shown.js';

const about = (userId: string, event: string, product: string): Record<string, unknown> => ({
  type: 'track',
  userId,
  event,
  properties: { product_id: product },
});
const asks = (userId: string, product: string) => about(userId, 'Back In Stock Requested', product);
const isBack = (userId: string, product: string) => about(userId, 'Product Restocked', product);

describe('something that is back in stock', () => {
  let story: Story;
  beforeAll(async () => {
    // Late in the evening: who asked to be told is told.
    story = await Story.begin({ now: '2026-11-19T02:30:00.000Z' });
    await fillCatalogue(story);
    await story.happens(identify('ada', { email_consent: undefined }), asks('ada', 'tea-first-snow'));
    await story.passes(MINUTE);
  });
  afterAll(() => endSound(story));

  it('is told to whoever asked, at once and without a word of consent to marketing', async () => {
    await story.happens(isBack('ada', 'tea-first-snow'));
    expect(only(await messagesTo(story, 'ada'))).toMatchObject({
      action: 'restock-notice',
      class: 'transactional',
      state: 'sent',
      approval: { kind: 'template' },
    });
    const mail = only(await mailsTo(story, 'ada@example.com'));
    expect(mail.email.subject).toBe('First Snow jasmine, 60 g is back');
    expect(mail.email.text).toContain('€16.50');
    expect(mail.header('list-unsubscribe')).toBeUndefined();
  });

  it('is told once, as the mail promises: another delivery is another request', async () => {
    await story.passes(MINUTE);
    await story.happens(isBack('ada', 'tea-first-snow'));
    expect(codesOf((await lastDecision(story, 'ada')).reasons)).toEqual(['guardrail:told-once']);
    await story.passes(MINUTE);
    await story.happens(asks('ada', 'pot-heron'), isBack('ada', 'pot-heron'));
    expect((await mailsTo(story, 'ada@example.com')).map(({ email }) => email.subject)).toEqual([
      'First Snow jasmine, 60 g is back',
      'Heron teapot, 700 ml is back',
    ]);
  });

  it('is not told to somebody who never asked', async () => {
    await story.happens(identify('bo'), isBack('bo', 'tea-first-snow'));
    expect(codesOf((await lastDecision(story, 'bo')).reasons)).toEqual(['not_eligible']);
    expect(await messagesTo(story, 'bo')).toEqual([]);
  });

  it('is not told of a product that the catalogue does not know, or that is not named', async () => {
    await story.happens(identify('cy'), asks('cy', 'tea-unheard-of'), isBack('cy', 'tea-unheard-of'));
    expect(codesOf((await lastDecision(story, 'cy')).reasons)).toContain('missing_fact');
    await story.passes(MINUTE);
    await story.happens({ type: 'track', userId: 'cy', event: 'Product Restocked' });
    expect(codesOf((await lastDecision(story, 'cy')).reasons)).toContain('missing_fact');
    expect(await messagesTo(story, 'cy')).toEqual([]);
  });

  it('leaves no mail to nobody: without an address there is nothing to send', async () => {
    await story.happens(
      identify('dee', { email: undefined }),
      asks('dee', 'pot-heron'),
      isBack('dee', 'pot-heron'),
    );
    expect(codesOf((await lastDecision(story, 'dee')).reasons)).toEqual(['no_address']);
  });
});
