import { checkout, fillCatalogue, HOUR, identify, MINUTE, oldOrder } from '../harness/customers.js';
import { Story } from '../harness/service.js';
import {
  codesOf,
  colleague,
  endSound,
  machine,
  mailsTo,
  message,
  only,
  review,
  reviewsAbout,
  type ShownReview,
  verdict,
} from '../harness/shown.js';

describe('a very large basket', () => {
  let story: Story;
  let mara: string;
  let noor: string;
  beforeAll(async () => {
    story = await Story.begin();
    await fillCatalogue(story);
    mara = await colleague(story, 'Mara', 'marketer');
    noor = await colleague(story, 'Noor', 'marketer');
  });
  afterAll(() => endSound(story));

  async function largeBasketOf(userId: string): Promise<ShownReview> {
    await story.happens(identify(userId), oldOrder(story, userId), checkout(userId, { total: 900 }));
    await story.passes(HOUR);
    return only(await reviewsAbout(story, userId));
  }

  it('needs two different people, and names both', async () => {
    const item = await largeBasketOf('ada');
    expect(item).toMatchObject({ tier: 2, state: 'pending' });
    expect(codesOf(item.why)).toEqual(['very-valuable-basket', 'valuable-basket']);

    expect((await verdict(story, item, { verdict: 'approve' }, mara)).body).toMatchObject({
      state: 'awaiting_second',
    });
    expect(await message(story, item.messageId)).toMatchObject({ state: 'in_review', approval: null });
    await story.passes(MINUTE);

    const again = await verdict(story, item, { verdict: 'approve' }, mara);
    expect([again.status, again.body['type']]).toEqual([409, expect.stringContaining('same-person')]);
    expect(await mailsTo(story, 'ada@example.com')).toEqual([]);

    expect((await verdict(story, item, { verdict: 'approve' }, noor)).body).toMatchObject({
      state: 'approved',
    });
    const sent = await message(story, item.messageId);
    expect(sent.state).toBe('sent');
    expect(sent.approval?.kind).toBe('person');
    expect(sent.approval?.by.map(({ name }) => name)).toEqual(['Mara', 'Noor']);
    expect(await mailsTo(story, 'ada@example.com')).toHaveLength(1);
  });

  it('is not signed by a machine, whatever its role', async () => {
    const item = await largeBasketOf('ben');
    for (const role of ['marketer', 'developer'] as const) {
      const token = await machine(story, role);
      for (const body of [
        { verdict: 'approve' },
        { verdict: 'reject' },
        { verdict: 'edit', content: { text: 'Hi' } },
      ])
        expect((await verdict(story, item, body, token)).status).toBe(403);
      expect((await story.post(`/v1/reviews/${item.id}/claim`, {}, token)).status).toBe(403);
    }
    expect((await review(story, item.id)).state).toBe('pending');
  });

  it('is not signed by somebody who may only look, nor by nobody', async () => {
    const item = only(await reviewsAbout(story, 'ben'));
    const viewer = await colleague(story, 'Vic', 'viewer');
    expect((await verdict(story, item, { verdict: 'approve' }, viewer)).status).toBe(403);
    expect((await verdict(story, item, { verdict: 'approve' }, 'made-up-token')).status).toBe(401);
  });

  it('starts over when the second person changes the words', async () => {
    const item = only(await reviewsAbout(story, 'ben'));
    await verdict(story, item, { verdict: 'approve' }, mara);
    await story.passes(MINUTE);
    const edit = { verdict: 'edit', content: { subject: 'Your basket, kept for you' } };
    expect((await verdict(story, item, edit, noor)).status).toBe(200);
    const edited = await review(story, item.id);
    expect(edited.contentHash).not.toBe(item.contentHash);
    // Mara signed other words; her signature does not count for these.
    expect((await verdict(story, edited, { verdict: 'approve' }, noor)).body).toMatchObject({
      state: 'awaiting_second',
    });
    expect(await mailsTo(story, 'ben@example.com')).toEqual([]);
    await story.passes(MINUTE);
    expect((await verdict(story, edited, { verdict: 'approve' }, mara)).body).toMatchObject({
      state: 'approved',
    });
    expect(only(await mailsTo(story, 'ben@example.com')).email.subject).toBe('Your basket, kept for you');
  });

  it('is held by whoever took it first, until the lease runs out', async () => {
    const item = await largeBasketOf('cy');
    expect((await story.post(`/v1/reviews/${item.id}/claim`, {}, mara)).status).toBe(200);
    expect((await verdict(story, item, { verdict: 'reject' }, noor)).status).toBe(409);
    await story.passes(11 * MINUTE);
    expect((await verdict(story, item, { verdict: 'reject', reasons: ['tone'] }, noor)).status).toBe(200);
    expect(await message(story, item.messageId)).toMatchObject({ state: 'rejected' });
  });
});
