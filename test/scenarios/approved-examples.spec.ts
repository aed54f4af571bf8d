import { NOT_KEPT } from '../../src/drafting/examples.js';
import { DraftingService, WritersService } from '../../src/drafting/index.js';
import { FakeOpenAi, goodDraft } from '../fakes/openai-server.js';
import { checkout, fillCatalogue, HOUR, identify, oldOrder } from '../harness/customers.js';
import { type Body, Story } from '../harness/service.js';
import { endSound, only, reviewsAbout } from '../harness/shown.js';

const draft = goodDraft({
  subject: 'Ada, the Tide cup is still here',
  blocks: [{ type: 'text', text: 'Dear Ada, the kettle can wait and so can the cup.' }],
});

describe('what people approved', () => {
  let story: Story;
  let model: FakeOpenAi;
  beforeAll(async () => {
    model = await FakeOpenAi.start();
    story = await Story.begin({ environment: model.environment });
    await fillCatalogue(story);
    model.behave({ kind: 'answer', content: draft });
  });
  afterAll(async () => {
    await endSound(story);
    await model.close();
  });

  async function abandons(name: string): Promise<void> {
    await story.happens(identify(name), oldOrder(story, name));
    await story.happens(checkout(name));
    await story.passes(HOUR);
  }

  it('is shown to the model at the next draft of the action, without whom it was written to', async () => {
    await abandons('ada');
    expect(JSON.stringify(model.requests[0]?.body)).not.toContain('the kettle can wait');
    const [review] = await story.reviews();
    const answer = await story.post(`/v1/reviews/${String(review?.['id'])}/verdict`, {
      verdict: 'approve',
      contentHash: review?.['contentHash'],
    });
    expect(answer.status).toBe(200);
    await story.settle();

    model.behave({ kind: 'answer', content: goodDraft() });
    await abandons('ben');
    const seen = JSON.stringify(model.requests.at(-1)?.body);
    expect(model.requests).toHaveLength(1);
    expect(seen).toContain('[first_name], the kettle can wait and so can the cup.');
    expect(seen).not.toContain('ada@example.com');
  });

  /** How the words of the open review of somebody came about. */
  async function makingOf(userId: string): Promise<Body> {
    const review = only(await reviewsAbout(story, userId));
    return (await story.get(`/v1/reviews/${review.id}`))['making'] as Body;
  }

  it('is shown to whoever reviews that draft, as the model saw it, and kept with it by reference alone', async () => {
    expect((await makingOf('ben'))['sent']).toEqual(model.requests.at(-1)?.body.messages);
    const message = only(await story.messages('ben'));
    const drafting = story.service.app.get(DraftingService);
    const kept = JSON.stringify(await drafting.versions(story.database.db, String(message['id'])));
    expect(kept).toMatch(/‹text of msg_[0-9a-z]+›/);
    expect(kept).not.toContain('and so can the cup');
  });

  it('is among what a gate is certified for, where the prompt reads it', () => {
    const writers = story.service.app.get(WritersService, { strict: false });
    expect(writers.of('recover-cart').examplesBy).toBe('offline-en-0.2.0');
    expect(writers.of('onsite-card').examplesBy).toBeNull();
    expect(writers.of('recover-cart').code).toMatch(/^drafting-[0-9a-f]{12}$/);
  });

  it('is forgotten with its recipient', async () => {
    expect((await story.request('DELETE', '/v1/profiles/ada')).status).toBeLessThan(300);
    await story.settle();
    const told = JSON.stringify(await makingOf('ben'));
    expect(told).toContain(NOT_KEPT);
    expect(told).not.toContain('the kettle can wait');
    const file = await story.request('GET', '/v1/profiles/ben/export');
    expect(file.status).toBe(200);
    expect(file.text).not.toContain('the kettle can wait');
    await abandons('cleo');
    expect(JSON.stringify(model.requests.at(-1)?.body)).not.toContain('the kettle can wait');
  });

  it('is not shown where a person said no', async () => {
    model.behave({
      kind: 'answer',
      content: goodDraft({ blocks: [{ type: 'text', text: 'A sentence nobody liked.' }] }),
    });
    await abandons('dora');
    for (const review of await story.reviews())
      await story.post(`/v1/reviews/${String(review['id'])}/verdict`, {
        verdict: 'reject',
        contentHash: review['contentHash'],
        reasons: ['tone'],
      });
    await story.settle();
    await abandons('emil');
    expect(JSON.stringify(model.requests.at(-1)?.body)).not.toContain('A sentence nobody liked');
  });
});
