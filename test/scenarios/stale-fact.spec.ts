import { checkout, DAY, fillCatalogue, HOUR, identify, MINUTE, oldOrder } from '../harness/customers.js';
import { Story } from '../harness/service.js';
import {
  codesOf,
  endSound,
  mailsTo,
  message,
  messagesTo,
  only,
  review,
  reviewsAbout,
  verdict,
} from '../harness/shown.js';

const shop = 'https://marrow-and-pine.example.com';

describe('what is true when it is approved and not when it is to leave', () => {
  let story: Story;
  beforeAll(async () => {
    // Half past eight in the evening in New York: a reminder an hour later waits for eight in the morning.
    story = await Story.begin({ now: '2026-11-18T01:30:00.000Z' });
    await fillCatalogue(story);
  });
  afterAll(() => endSound(story));

  async function cupCosts(price: number, available = true): Promise<void> {
    const data = { name: 'Tide cup, 180 ml', price, currency: 'EUR', category: 'ceramics', available, url: `${shop}/products/cup-tide` }; // prettier-ignore
    const answer = await story.request('PUT', '/v1/facts/cup-tide', {
      body: { kind: 'product', data, source: 'catalogue' },
    });
    expect(answer.status).toBe(200);
  }

  async function offerEnds(validUntil: string, validFrom: string | null = null): Promise<void> {
    const data = { title: '10% off your first order', percent: 10, code: 'HELLO10', url: `${shop}/welcome` };
    const answer = await story.request('PUT', '/v1/facts/offer-welcome-10', {
      body: { kind: 'offer', data, validFrom, validUntil, source: 'offers' },
    });
    expect(answer.status).toBe(200);
  }

  it('comes back to a person with the difference when the price changed', async () => {
    await story.happens(identify('ada'), oldOrder(story, 'ada'), checkout('ada', { total: 48 }));
    await story.passes(HOUR);
    const reminder = only(await messagesTo(story, 'ada'));
    expect(reminder).toMatchObject({ state: 'scheduled', approval: { kind: 'template' } });
    await story.passes(HOUR);
    await cupCosts(2_900);
    await story.passes(Date.parse('2026-11-18T13:00:00Z') - story.clock.now().getTime());

    expect(await mailsTo(story, 'ada@example.com')).toEqual([]);
    expect(await message(story, reminder.id)).toMatchObject({ state: 'in_review', sentAt: null });
    const item = only(await reviewsAbout(story, 'ada'));
    expect(item.why).toMatchObject([{ code: 'changed_fact' }]);
    expect(only(item.why).text).toContain('price 2400 → 2900');
    expect(item.draft.claims).toContainEqual(
      expect.objectContaining({ text: '€24.00', kind: 'price', ok: false }),
    );

    // The person puts it right, and that is what leaves.
    await story.passes(MINUTE);
    const text = item.draft.text.replace('€24.00', '€29.00');
    const edited = await verdict(story, item, { verdict: 'edit', content: { text } });
    expect(edited.status).toBe(200);
    const now = only(await reviewsAbout(story, 'ada', 'claimed'));
    expect(now.draft.claims).toContainEqual(
      expect.objectContaining({ text: '€29.00', kind: 'price', ok: true, source: 'cup-tide' }),
    );
    expect((await verdict(story, now, { verdict: 'approve' })).status).toBe(200);
    const { email } = only(await mailsTo(story, 'ada@example.com'));
    expect(email.text).toContain('€29.00');
    expect(`${email.text} ${email.html}`).not.toContain('24.00');
  });

  it('does not ask the same person about the same change for ever', async () => {
    await story.passes(Date.parse('2026-11-20T01:30:00Z') - story.clock.now().getTime());
    await cupCosts(2_400);
    await story.happens(identify('bea'), oldOrder(story, 'bea'), checkout('bea'));
    await story.passes(HOUR);
    await cupCosts(2_300);
    await story.passes(Date.parse('2026-11-20T13:00:00Z') - story.clock.now().getTime());
    const item = only(await reviewsAbout(story, 'bea'));
    await story.passes(MINUTE);
    expect((await verdict(story, item, { verdict: 'approve' })).status).toBe(200);
    expect(await message(story, item.messageId)).toMatchObject({
      state: 'sent',
      approval: { kind: 'person' },
    });
  });

  it('is suppressed when the product was sold out overnight', async () => {
    await story.passes(Date.parse('2026-11-22T01:30:00Z') - story.clock.now().getTime());
    await story.happens(identify('cleo'), oldOrder(story, 'cleo'), checkout('cleo'));
    await story.passes(HOUR);
    expect(only(await messagesTo(story, 'cleo')).state).toBe('scheduled');
    await cupCosts(2_300, false);
    await story.passes(Date.parse('2026-11-22T13:00:00Z') - story.clock.now().getTime());
    const reminder = only(await messagesTo(story, 'cleo'));
    expect(reminder.state).toBe('suppressed');
    expect(reminder.steps.at(-1)?.reason.code).toBe('guardrail:sold-out');
  });

  it('expires when the offer in it was withdrawn overnight', async () => {
    await story.passes(Date.parse('2026-11-23T01:30:00Z') - story.clock.now().getTime());
    await story.happens(identify('dora'), { type: 'track', userId: 'dora', event: 'Signed Up' });
    const welcome = only(await messagesTo(story, 'dora'));
    expect(welcome).toMatchObject({ state: 'scheduled', offer: 'offer-welcome-10' });
    await offerEnds(new Date(story.clock.now().getTime() + HOUR).toISOString());
    await story.passes(DAY);
    expect(await message(story, welcome.id)).toMatchObject({ state: 'expired', sentAt: null });
    expect(codesOf((await message(story, welcome.id)).steps.map(({ reason }) => reason))).toContain(
      'stale_fact',
    );
    expect(await mailsTo(story, 'dora@example.com')).toEqual([]);
  });

  it('is not even begun once the offer has ended', async () => {
    await story.happens(identify('eli'), { type: 'track', userId: 'eli', event: 'Signed Up' });
    expect(await messagesTo(story, 'eli')).toEqual([]);
  });

  it('cannot be approved once the offer in it has ended, and says so before anybody tries', async () => {
    await story.passes(Date.parse('2026-11-26T01:30:00Z') - story.clock.now().getTime());
    const after = (ms: number): string => new Date(story.clock.now().getTime() + ms).toISOString();
    await offerEnds(after(5 * DAY));
    await story.happens(identify('gus'), { type: 'track', userId: 'gus', event: 'Signed Up' });
    expect(only(await messagesTo(story, 'gus'))).toMatchObject({ action: 'welcome', state: 'scheduled' });
    await offerEnds(after(13 * HOUR));
    await story.passes(12 * HOUR);
    const item = only(await reviewsAbout(story, 'gus'));
    expect(codesOf(item.why)).toEqual(['changed_fact']);
    await story.passes(2 * HOUR);
    const late = only(await reviewsAbout(story, 'gus'));
    expect(codesOf(late.why)).toEqual(['changed_fact', 'stale_fact']);
    const refused = await verdict(story, item, { verdict: 'approve' });
    expect(refused.status).toBe(409);
    expect(JSON.stringify(refused.body)).toContain(
      'The fact offer-welcome-10 is not valid any more, since 2026-11-26T14:30',
    );
    expect(await message(story, item.messageId)).toMatchObject({ state: 'in_review', sentAt: null });
    expect((await verdict(story, item, { verdict: 'reject', reasons: ['wrong-offer'] })).status).toBe(200);
    expect(await mailsTo(story, 'gus@example.com')).toEqual([]);
  });

  it('waits for the beginning of an offer, and leaves with it', async () => {
    await story.passes(Date.parse('2026-11-27T15:00:00Z') - story.clock.now().getTime());
    await offerEnds('2026-12-05T00:00:00.000Z', '2026-11-27T18:30:00.000Z');
    await story.happens(identify('ivy'), { type: 'track', userId: 'ivy', event: 'Signed Up' });
    const welcome = only(await messagesTo(story, 'ivy'));
    expect(welcome).toMatchObject({ state: 'scheduled', offer: 'offer-welcome-10' });
    expect(welcome.sendAt).toBe('2026-11-27T18:30:00.000Z');
    await story.passes(3 * HOUR);
    expect(await mailsTo(story, 'ivy@example.com')).toEqual([]);
    await story.passes(HOUR);
    expect(await message(story, welcome.id)).toMatchObject({ state: 'sent' });
    expect(only(await mailsTo(story, 'ivy@example.com')).email.text).toContain('HELLO10');
  });

  it('comes back to a person when another fact contradicts it overnight, once', async () => {
    await story.passes(Date.parse('2026-11-28T01:30:00Z') - story.clock.now().getTime());
    await cupCosts(2_400);
    await story.happens(identify('hope'), oldOrder(story, 'hope'), checkout('hope'));
    await story.passes(HOUR);
    expect(only(await messagesTo(story, 'hope')).state).toBe('scheduled');
    const outlet = {
      name: 'Tide cup, 180 ml',
      price: 1_900,
      currency: 'EUR',
      url: `${shop}/products/cup-tide`,
    };
    const body = { kind: 'product', data: outlet, source: 'outlet', validUntil: '2026-11-29T00:00:00Z' };
    expect((await story.request('PUT', '/v1/facts/outlet-cup', { body })).status).toBe(200);
    await story.passes(Date.parse('2026-11-28T13:00:00Z') - story.clock.now().getTime());
    expect(await mailsTo(story, 'hope@example.com')).toEqual([]);
    const item = only(await reviewsAbout(story, 'hope'));
    expect(item.why).toMatchObject([{ code: 'contradicted_fact' }]);
    expect(only(item.why).text).toContain('cup-tide and outlet-cup say different things');
    await story.passes(MINUTE);
    expect((await verdict(story, item, { verdict: 'approve' })).status).toBe(200);
    expect(await message(story, item.messageId)).toMatchObject({ state: 'sent' });
  });

  describe('with words that rest on an approved claim', () => {
    const SAID = 'Free returns within 90 days.';
    const claim = async (text: string, validUntil: string | null = null, id = 'claim-returns') => {
      const body = { kind: 'claim', data: { text }, validUntil, source: 'terms' };
      expect((await story.request('PUT', `/v1/facts/${id}`, { body })).status).toBe(200);
    };
    /** Somebody adds the claim's words to a reminder that leaves at eight in the morning. */
    async function edited(who: string): Promise<Awaited<ReturnType<typeof review>>> {
      const item = only(await reviewsAbout(story, who));
      await story.passes(MINUTE);
      const text = item.draft.text.replace('If a question', `${SAID} If a question`);
      expect((await verdict(story, item, { verdict: 'edit', content: { text } })).status).toBe(200);
      const now = only(await reviewsAbout(story, who, 'claimed'));
      expect(now.draft.claims.filter(({ source }) => source === 'claim-returns')).not.toEqual([]);
      return now;
    }

    it('expires, and cannot be signed, once that has ended', async () => {
      await story.passes(Date.parse('2026-12-01T01:30:00Z') - story.clock.now().getTime());
      await cupCosts(2_400);
      await claim(SAID);
      await story.happens(identify('jo'), checkout('jo'), identify('kim'), checkout('kim'));
      await story.passes(HOUR);
      const [jo, kim] = [await edited('jo'), await edited('kim')];
      expect((await verdict(story, jo, { verdict: 'approve' })).status).toBe(200);
      await claim(SAID, '2026-12-01T12:00:00.000Z');
      const refused = await verdict(story, kim, { verdict: 'approve' });
      expect(refused.status).toBe(409);
      expect(JSON.stringify(refused.body)).toContain('The fact claim-returns is not valid any more');
      await story.passes(Date.parse('2026-12-01T13:00:00Z') - story.clock.now().getTime());
      const late = await message(story, jo.messageId);
      expect(late).toMatchObject({ state: 'expired', sentAt: null });
      expect(late.steps.at(-1)?.reason).toMatchObject({ code: 'stale_fact' });
    });

    it('comes back when that has changed, and when another claim says otherwise', async () => {
      await story.passes(Date.parse('2026-12-03T01:30:00Z') - story.clock.now().getTime());
      await claim(SAID);
      await story.happens(identify('lou'), checkout('lou'));
      await story.passes(HOUR);
      const lou = await edited('lou');
      expect((await verdict(story, lou, { verdict: 'approve' })).status).toBe(200);
      await story.passes(MINUTE);
      await claim('Free returns within 30 days.');
      await claim('Free returns within 60 days.', '2026-12-04T00:00:00.000Z', 'claim-leaflet');
      await story.passes(Date.parse('2026-12-03T13:00:00Z') - story.clock.now().getTime());
      const { why, draft } = only(await reviewsAbout(story, 'lou'));
      expect(codesOf(why)).toEqual(expect.arrayContaining(['changed_fact', 'contradicted_fact']));
      expect(why.map(({ text }) => text).join()).toContain('The fact claim-returns is at version');
      expect(draft.claims).toContainEqual(expect.objectContaining({ text: '90 days', ok: false }));
    });
  });

  it('tells whoever is to sign it what would stop it now', async () => {
    await cupCosts(2_400);
    await story.happens(identify('finn'), checkout('finn'));
    await story.passes(HOUR);
    const { id, why } = only(await reviewsAbout(story, 'finn'));
    expect(why.map(({ stops }) => stops)).toEqual(why.map(() => undefined));

    await cupCosts(2_900);
    const dearer = (await review(story, id)).why.filter(({ stops }) => stops !== undefined);
    expect(dearer).toMatchObject([{ code: 'changed_fact', stops: 'review' }]);
    expect(dearer[0]?.text).toContain('price 2400 → 2900');
    // Who puts the new price in its place has answered that; what is said otherwise after that is told as well.
    const item = await review(story, id);
    const content = { text: item.draft.text.replace('€24.00', '€29.00') };
    expect((await verdict(story, item, { verdict: 'edit', content })).status).toBe(200);
    expect((await review(story, id)).why.filter(({ stops }) => stops !== undefined)).toEqual([]);
    await story.passes(MINUTE);
    const data = {
      name: 'Tide cup, 180 ml',
      price: 1_900,
      currency: 'EUR',
      url: `${shop}/products/cup-tide`,
    };
    const body = { kind: 'product', data, source: 'outlet' };
    expect((await story.request('PUT', '/v1/facts/outlet-cup', { body })).status).toBe(200);
    const otherwise = (await review(story, id)).why.filter(({ stops }) => stops !== undefined);
    expect(otherwise).toMatchObject([{ code: 'contradicted_fact', stops: 'review' }]);
    expect(otherwise[0]?.text).toContain('cup-tide and outlet-cup say different things');
    const last = await review(story, id);
    expect((await verdict(story, last, { verdict: 'skip' })).status).toBe(200);

    await story.happens({
      type: 'track',
      userId: 'finn',
      event: 'Support Ticket Opened',
      properties: {
        ticket_id: 't-finn',
        topic: 'order',
        text: 'My mother has passed away, so no cup any more.',
      },
    });
    const mourning = (await review(story, id)).why.filter(({ stops }) => stops === 'suppress');
    expect(codesOf(mourning)).toContain('open_task');
    const page = (await story.request('GET', `/reviews/${id}`)).text;
    expect(page).toContain('As it stands it would not leave: A person is taking care of this customer');
  });

  it('expires when nobody looks at it in time', async () => {
    const item = only(await reviewsAbout(story, 'finn'));
    await story.passes(DAY);
    expect(await message(story, item.messageId)).toMatchObject({ state: 'expired', sentAt: null });
    expect(await reviewsAbout(story, 'finn')).toEqual([]);
    expect((await verdict(story, item, { verdict: 'approve' })).status).toBe(410);
    expect(await mailsTo(story, 'finn@example.com')).toEqual([]);
  });

  it('is read again when it leaves on another day than its words were judged for', async () => {
    await story.passes(Date.parse('2026-12-08T16:00:00Z') - story.clock.now().getTime());
    const body = { kind: 'claim', data: { text: 'Free returns within 90 days.' }, source: 'terms' };
    const ends = { ...body, validUntil: '2026-12-10T00:00:00.000Z' };
    expect((await story.request('PUT', '/v1/facts/claim-returns', { body: ends })).status).toBe(200);
    const cup = { name: 'Tide cup, 180 ml', price: 2_900, currency: 'EUR', url: `${shop}/products/cup-tide` };
    const gone = { kind: 'product', data: cup, source: 'outlet', validUntil: '2026-12-08T16:00:00.000Z' };
    expect((await story.request('PUT', '/v1/facts/outlet-cup', { body: gone })).status).toBe(200);
    await story.happens(identify('nia'), checkout('nia'), identify('ole'), checkout('ole'));
    await story.passes(HOUR);
    const saying = async (who: string, state: string, before: string, words: string) => {
      const item = only(await reviewsAbout(story, who, state));
      const content = { text: item.draft.text.replace(before, words) };
      expect((await verdict(story, item, { verdict: 'edit', content })).status).toBe(200);
      return only(await reviewsAbout(story, who, 'claimed'));
    };
    const said = 'Free returns until tomorrow.';
    const [nia, ole] = [
      await saying('nia', 'pending', 'If a question', `${said} If a question`),
      await saying('ole', 'pending', 'If a question', `${said} If a question`),
    ];
    expect(nia.draft.claims).toContainEqual(expect.objectContaining({ text: 'until tomorrow', ok: true }));
    expect(nia.why.filter(({ stops }) => stops !== undefined)).toEqual([]);

    // One is signed at once and kept back until the next day, the other is signed on that day.
    const pause = await story.post('/v1/pauses', { scope: 'marketing', reason: 'the shop is being moved' });
    expect((await verdict(story, ole, { verdict: 'approve' })).status).toBe(200);
    await story.passes(Date.parse('2026-12-09T02:00:00Z') - story.clock.now().getTime());
    const evening = (await review(story, nia.id)).why.filter(({ stops }) => stops !== undefined);
    expect(evening).toMatchObject([{ code: 'other_day', stops: 'review' }]);
    await story.passes(Date.parse('2026-12-09T14:00:00Z') - story.clock.now().getTime());
    const refused = await verdict(story, nia, { verdict: 'approve' });
    expect([refused.status, refused.body['type']]).toEqual([409, 'urn:countersign:problem:other-day']);
    expect((await story.request('DELETE', `/v1/pauses/${String(pause.body['id'])}`)).status).toBe(200);
    await story.passes(HOUR);
    expect(await message(story, ole.messageId)).toMatchObject({ state: 'in_review', sentAt: null });
    const back = only(await reviewsAbout(story, 'ole'));
    expect(codesOf(back.why)).toEqual(['other_day']);
    expect(back.draft.claims).toContainEqual(expect.objectContaining({ text: 'until tomorrow', ok: false }));

    // Judged for the day on which it leaves it goes.
    const right = await saying('nia', 'pending', 'until tomorrow', 'until today');
    expect(right.draft.claims).toContainEqual(expect.objectContaining({ text: 'until today', ok: true }));
    expect((await verdict(story, right, { verdict: 'approve' })).status).toBe(200);
    expect(only(await mailsTo(story, 'nia@example.com')).email.text).toContain('Free returns until today.');
  });
});
