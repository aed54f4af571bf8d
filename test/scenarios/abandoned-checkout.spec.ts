import { checkout, fillCatalogue, HOUR, identify, MINUTE, oldOrder, order } from '../harness/customers.js';
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

describe('an abandoned checkout', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin();
    await fillCatalogue(story);
  });
  afterAll(() => endSound(story));

  it('reminds a known customer after an hour and not sooner, under the signed template', async () => {
    await story.happens(identify('ada'), oldOrder(story, 'ada'));
    await story.happens(checkout('ada'));
    await story.passes(HOUR - 1);
    expect(await messagesTo(story, 'ada')).toEqual([]);
    await story.passes(1);

    const reminder = only(await messagesTo(story, 'ada'));
    expect(reminder).toMatchObject({
      action: 'recover-cart',
      channel: 'email',
      state: 'sent',
      templateId: 'recover-cart-mail',
      sentAt: story.clock.now().toISOString(),
      approval: { kind: 'template', by: [{ personId: story.service.administrator.personId }] },
    });
    const { email } = only(await mailsTo(story, 'ada@example.com'));
    expect(email.subject).toBe('Your basket is still here');
    expect(email.text).toContain('Hello Ada');
    expect(email.text).toContain('Tide cup, 180 ml');
    expect(email.html).toContain('€24.00');
    expect(email.html).not.toContain('countersign.invalid');
  });

  it('says nothing to somebody who ordered in between', async () => {
    await story.happens(identify('ben'), oldOrder(story, 'ben'));
    await story.happens(checkout('ben'));
    await story.passes(40 * MINUTE);
    await story.happens(order('ben', { order_id: 'o-ben-2' }));
    await story.passes(2 * HOUR);
    expect((await messagesTo(story, 'ben')).map(({ action }) => action)).toEqual(['confirm-order']);
    expect((await decisionsAbout(story, 'ben')).map(({ trigger }) => trigger)).toEqual(['order-completed']);
  });

  it('shows the words to somebody we hardly know to a person first', async () => {
    await story.happens(identify('cleo', { first_name: 'Cleo' }));
    await story.happens(checkout('cleo'));
    await story.passes(HOUR);

    expect(only(await messagesTo(story, 'cleo'))).toMatchObject({ state: 'in_review', approval: null });
    expect(await mailsTo(story, 'cleo@example.com')).toEqual([]);
    const item = only(await reviewsAbout(story, 'cleo'));
    expect(item).toMatchObject({ tier: 1, recipient: 'cleo@example.com', action: 'recover-cart' });
    expect(codesOf(item.why)).toEqual(['little-known']);
    expect(item.draft.claims).toContainEqual({
      text: '€24.00',
      kind: 'price',
      source: 'cup-tide',
      ok: true,
    });

    expect((await verdict(story, item, { verdict: 'approve' })).status).toBe(200);
    expect(only(await messagesTo(story, 'cleo'))).toMatchObject({
      state: 'sent',
      approval: { kind: 'person', by: [{ personId: story.service.administrator.personId }] },
    });
    const mail = only(await mailsTo(story, 'cleo@example.com'));
    expect(mail.email.subject).toBe(item.draft.subject);
    expect((await verdict(story, item, { verdict: 'approve' })).status).toBe(409);
    expect(await mailsTo(story, 'cleo@example.com')).toHaveLength(1);
  });
});
