import { FakeOpenAi } from '../fakes/openai-server.js';
import { checkout, fillCatalogue, HOUR, identify, oldOrder } from '../harness/customers.js';
import { ADMIN, type Body, Story } from '../harness/service.js';
import { colleague, endSound, mailsTo } from '../harness/shown.js';

const GOOD = {
  subject: 'Your {{ product }} is still in the basket',
  preheader: 'We kept it as you left it.',
  blocks: [
    { type: 'heading', text: 'Hello{% if first_name %} {{ first_name }}{% endif %}' },
    {
      type: 'text',
      text: 'You began to check out and something came between. Your basket is kept, with {{ product }} at {{ product_price }}.',
    },
    { type: 'button', text: 'Back to the basket', url: '{{ product_link }}' },
  ],
};

describe('a template that the model writes', () => {
  let story: Story;
  let model: FakeOpenAi;
  let bea: string;
  let cyd: string;
  beforeAll(async () => {
    model = await FakeOpenAi.start();
    story = await Story.begin({ environment: model.environment });
    await fillCatalogue(story);
    bea = await colleague(story, 'Bea', 'strategist');
    cyd = await colleague(story, 'Cyd', 'strategist');
  });
  afterAll(async () => {
    await endSound(story);
    await model.close();
  });

  const wish = { action: 'recover-cart', locale: 'en', wish: '', maxAudience: '500', instead: 'yes' };
  const proposals = async (): Promise<readonly Body[]> =>
    (await story.get('/v1/policies/proposals'))['data'] ?? [];

  it('is not proposed where it holds figures or links of its own, or presses', async () => {
    const bad = { ...GOOD, blocks: [{ type: 'text', text: 'The {{ product }} is yours for €19.00.' }] };
    model.behave({ kind: 'answer', content: bad });
    const refused = await story.post('/playbook/write-template', wish, bea);
    expect([refused.status, refused.text]).toEqual([
      503,
      expect.stringContaining('a figure, price or date of its own'),
    ]);
    expect(model.requests).toHaveLength(2);
    const pressing = {
      ...GOOD,
      subject: 'Last chance for {{ product }}!',
      blocks: [
        { type: 'text', text: 'Hurry, only a few are left of {{ product }}. Act now before it is too late!' },
      ],
    };
    model.behave({ kind: 'answer', content: pressing });
    const risky = await story.post('/playbook/write-template', wish, bea);
    expect([risky.status, risky.text]).toEqual([
      422,
      expect.stringContaining('A person would have to look at each'),
    ]);
    expect(await proposals()).toEqual([]);
  });

  it('is proposed with its risk, and nobody’s data went to the model for it', async () => {
    model.behave({ kind: 'answer', content: GOOD });
    const made = await story.post('/playbook/write-template', wish, bea);
    expect([made.status, made.status === 303 ? '' : made.text]).toEqual([303, '']);
    const seen = JSON.stringify(model.requests[0]?.body.messages);
    expect(seen).toContain('product_price');
    expect(seen).not.toContain('cup-tide');
    const [proposal] = await proposals();
    expect(String(proposal?.['reason'])).toMatch(/Tried \d+ times.*risk 0\.\d\d at most/);
    expect(proposal?.['changes']?.map((change) => String(change['item']))).toEqual(
      expect.arrayContaining(['actions/recover-cart', 'templates/recover-cart-en-written']),
    );
  });

  it('goes to everybody of its action without the model, once others have agreed and somebody has signed it', async () => {
    const [proposal] = await proposals();
    const id = String(proposal?.['id']);
    const bundle = String(proposal?.['bundle']);
    expect((await story.post(`/v1/policies/bundles/${bundle}/activate`, {}, bea)).status).toBe(409);
    for (const token of [cyd, ADMIN.token])
      await story.post(`/v1/policies/proposals/${id}/verdict`, { verdict: 'approve' }, token);
    expect((await story.post(`/v1/policies/bundles/${bundle}/activate`, {}, cyd)).status).toBe(200);
    const asked = model.requests.length;
    for (const name of ['ada', 'ben']) await story.happens(identify(name), oldOrder(story, name));
    await story.happens(checkout('ada'), checkout('ben'));
    await story.passes(HOUR);
    for (const name of ['ada', 'ben']) {
      const [message] = await story.messages(name);
      expect([message?.['state'], message?.['templateId']]).toEqual(['sent', 'recover-cart-en-written']);
      expect(message?.['approval']).toMatchObject({
        kind: 'template',
        by: [{ name: 'Cyd' }],
      });
    }
    const { email } = (await mailsTo(story, 'ada@example.com')).at(-1) ?? {};
    expect(email?.subject).toBe('Your Tide cup, 180 ml is still in the basket');
    expect(email?.text).toContain('€24.00');
    expect(model.requests).toHaveLength(asked);
  });
});
