import { checkout, fillCatalogue, HOUR, identify, order } from '../harness/customers.js';
import { Story } from '../harness/service.js';
import {
  codesOf,
  endSound,
  lastDecision,
  mailsTo,
  messagesTo,
  only,
  unsubscribePath,
} from '../harness/shown.js';

const products = [
  { product_id: 'cup-tide', name: 'Tide cup, 180 ml', price: 24, quantity: 1 },
  { product_id: 'tea-copper-roof', name: 'Copper Roof oolong, 80 g', price: 18.5, quantity: 1 },
];

describe('an order confirmation', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin({ now: '2026-11-18T17:00:00.000Z' });
    await fillCatalogue(story);
    await story.happens(identify('nia', { first_name: 'Nia' }));
    await story.happens({ type: 'track', userId: 'nia', event: 'Signed Up' });
    await story.passes(HOUR);
    const welcome = only(await mailsTo(story, 'nia@example.com'));
    expect((await story.request('POST', unsubscribePath(welcome), { token: null })).status).toBe(200);
    await story.settle();
    // Half past ten at night in New York.
    await story.passes(Date.parse('2026-11-19T03:30:00Z') - story.clock.now().getTime());
  });
  afterAll(() => endSound(story));

  it('goes out at night, at once, to somebody who unsubscribed from marketing', async () => {
    await story.happens(order('nia', { order_id: 'MP-1001', total: 42.5, products }));
    const confirmation = (await messagesTo(story, 'nia')).at(-1);
    expect(confirmation).toMatchObject({
      action: 'confirm-order',
      class: 'transactional',
      state: 'sent',
      sentAt: '2026-11-19T03:30:00.000Z',
      approval: { kind: 'template' },
    });
    const mail = (await mailsTo(story, 'nia@example.com')).at(-1);
    expect(mail?.email.subject).toBe('Your order MP-1001');
    expect(mail?.email.text).toContain('€42.50');
    expect(mail?.email.text).toContain('Copper Roof oolong, 80 g');
    expect(mail?.header('list-unsubscribe')).toBeUndefined();
    // That the quiet hours and the caps on marketing do not hold for it is said.
    const decision = await lastDecision(story, 'nia');
    expect(decision.exemptions).toEqual(
      ['marketing-pressure', 'quiet-hours'].map((guardrail) => ({
        action: 'confirm-order',
        channel: 'email',
        guardrail,
        because: 'classes: marketing only',
      })),
    );
    const page = (await story.request('GET', `/decisions/${decision.id}`)).text;
    expect(page).toContain('Exempted');
    expect(page).toContain('(classes: marketing only)');
  });

  it('goes to somebody who never said anything about consent', async () => {
    await story.happens(identify('zoe', { email_consent: undefined }));
    await story.happens(order('zoe', { order_id: 'MP-1002' }));
    expect(only(await messagesTo(story, 'zoe'))).toMatchObject({ action: 'confirm-order', state: 'sent' });
    expect((await lastDecision(story, 'zoe')).reasons).toMatchObject([{ code: 'owed' }]);
  });

  it('is sent once, however often the shop repeats itself', async () => {
    await story.happens(identify('kim'));
    const signal = { ...order('kim', { order_id: 'MP-1003' }), messageId: 'order-MP-1003' };
    await story.happens(signal);
    await story.happens(signal);
    expect(await mailsTo(story, 'kim@example.com')).toHaveLength(1);
  });

  it('does not open the door to marketing', async () => {
    await story.happens(checkout('nia'));
    await story.passes(72 * HOUR);
    await story.happens(checkout('nia'));
    await story.passes(HOUR);
    const decision = await lastDecision(story, 'nia');
    expect(decision).toMatchObject({ outcome: 'hold', trigger: 'checkout-abandoned' });
    expect(codesOf(decision.candidates.find(({ channel }) => channel === 'email')?.blockedBy ?? [])).toEqual(
      expect.arrayContaining(['suppressed', 'consent_denied']),
    );
    expect(await mailsTo(story, 'nia@example.com')).toHaveLength(2);
  });
});
