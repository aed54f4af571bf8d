import { sql } from 'kysely';
import {
  checkout,
  DAY,
  fillCatalogue,
  HOUR,
  identify,
  MINUTE,
  oldOrder,
  order,
  timeline,
} from '../harness/customers.js';
import { type Answer, type Body, Story } from '../harness/service.js';
import { machine } from '../harness/shown.js';

describe('a developer who asks for decisions', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin();
    await fillCatalogue(story);
  });
  afterAll(() => story.end());

  const ask = (body: Record<string, unknown>, headers: Record<string, string> = {}): Promise<Answer> =>
    story.request('POST', '/v1/decisions', { body, headers });
  const because = (candidate: Body | undefined): string[] =>
    (candidate?.['blockedBy'] ?? []).map((reason) => String(reason['code']));

  it('gets an answer that explains itself and changes nothing', async () => {
    await story.happens(identify('ada', { email_consent: false }), oldOrder(story, 'ada'));
    const before = await timeline(story, 'ada');
    const answer = await ask({ userId: 'ada', actions: ['thank-regular'] });
    expect(answer.status).toBe(200);
    const decision = answer.body;
    expect(decision).toMatchObject({
      userId: 'ada',
      outcome: 'hold',
      action: 'hold',
      channel: null,
      messageId: null,
      trigger: null,
      probability: 1,
    });
    expect(decision['reasons']?.length).toBeGreaterThan(0);
    const mail = decision['candidates']?.find(
      (each) => String(each['action']) === 'thank-regular' && String(each['channel']) === 'email',
    );
    expect(mail).toMatchObject({ eligible: false, score: { cost: 12 } });
    expect(because(mail)).toEqual(['consent_denied']);
    expect(mail?.['guardrails']?.length).toBeGreaterThan(5);
    expect(decision['candidates']?.some((each) => String(each['action']) === 'hold')).toBe(true);
    // A rule whose scope leaves this action out is not asked, and that is shown.
    expect(decision['exemptions']).toContainEqual({
      action: 'thank-regular',
      channel: 'email',
      guardrail: 'just-bought',
      because: 'exceptTags: relationship',
    });
    expect((await story.request('GET', `/decisions/${String(decision['id'])}`)).text).toContain('Exempted');
    for (const field of ['bundle', 'engine', 'seed', 'createdAt', 'models'])
      expect(decision[field]).toBeDefined();

    await story.settle();
    expect(await story.messages('ada')).toEqual([]);
    const after = (await timeline(story, 'ada')).filter((entry) => String(entry['kind']) !== 'decision');
    expect(after).toEqual(before.filter((entry) => String(entry['kind']) !== 'decision'));
    expect((await story.get(`/v1/decisions/${String(decision['id'])}`))['reasons']).toEqual(
      decision['reasons'],
    );
    expect((await story.decisions('ada')).map((each) => each['id'])).toEqual([decision['id']]);
  });

  it('reads what would flip it, does that, and it flips', async () => {
    await story.passes(MINUTE);
    const { body } = await ask({ userId: 'ada', actions: ['thank-regular'] });
    const flip = body['flip']?.find((each) =>
      String(each['change']).includes('consent for news on email were granted'),
    );
    expect(String(flip?.['becomes'])).toContain('thank-regular');
    const consent = await story.request('PUT', '/v1/profiles/ada/consent', {
      body: {
        channel: 'email',
        topic: 'news',
        state: 'granted',
        source: 'preference centre',
        at: story.clock.now().toISOString(),
      },
    });
    expect(consent.status).toBe(200);
    const now = (await ask({ userId: 'ada', actions: ['thank-regular'] })).body;
    expect(now).toMatchObject({ outcome: 'act', action: 'thank-regular', channel: 'email' });
    await story.passes(MINUTE);
    // And back again: what would stop it now.
    const back = now['flip']?.find((each) => String(each['change']).includes('denied'));
    expect(String(back?.['becomes'])).toContain('hold');
    await story.request('PUT', '/v1/profiles/ada/consent', {
      body: {
        channel: 'email',
        topic: '*',
        state: 'denied',
        source: 'preference centre',
        at: story.clock.now().toISOString(),
      },
    });
    expect((await ask({ userId: 'ada', actions: ['thank-regular'] })).body['outcome']).toBe('hold');
  });

  it('is told when it would leave at another time, and may not execute in the future', async () => {
    await story.happens(identify('tim'), oldOrder(story, 'tim'));
    const night = '2026-11-20T04:00:00.000Z'; // 23:00 in New York
    const later = await ask({ userId: 'tim', actions: ['thank-regular'], at: night });
    expect(later.body).toMatchObject({ outcome: 'act', sendAt: '2026-11-20T13:00:00.000Z' });
    const executed = await ask({ userId: 'tim', actions: ['thank-regular'], at: night, mode: 'execute' });
    expect([executed.status, executed.body['errors']?.[0]?.['path']]).toEqual([400, 'at']);
    expect(await story.messages('tim')).toEqual([]);
  });

  it('has one message made for one Idempotency-Key, however often it asks', async () => {
    await story.happens(identify('bea'), oldOrder(story, 'bea'));
    const body = { userId: 'bea', actions: ['thank-regular'], mode: 'execute' };
    const key = { 'idempotency-key': 'bea-1' };
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(body, key)));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    await story.settle();
    const messages = await story.messages('bea');
    expect(messages.map((message) => [message['id'], message['state']])).toEqual([
      [answers[0]?.body['messageId'], 'sent'],
    ]);
    const other = await ask({ ...body, actions: ['welcome'] }, key);
    expect([other.status, other.headers.get('content-type')]).toEqual([
      422,
      expect.stringContaining('problem+json'),
    ]);
    // Without a key it is another request: the cap gives it the first moment that is allowed.
    const { sendAt, messageId } = (await ask(body)).body;
    expect(Date.parse(String(sendAt)) - story.clock.now().getTime()).toBeGreaterThanOrEqual(DAY);
    await story.settle();
    const made = (await story.messages('bea')).map((message) => [message['id'], message['state']]);
    expect(made).toHaveLength(2);
    expect(made).toContainEqual([messageId, 'scheduled']);
  });

  it('renders signed content on its site, for somebody it knows only by a cookie', async () => {
    const anonymousId = 'cookie-1';
    const views = Array.from({ length: 3 }, () => ({
      type: 'track',
      anonymousId,
      event: 'Product Viewed',
      properties: {
        product_id: 'cup-tide',
        price: 24,
        currency: 'EUR',
        name: 'Tide cup, 180 ml',
        category: 'ceramics',
      },
    }));
    await story.happens(
      {
        type: 'identify',
        anonymousId,
        traits: { country: 'US', timezone: 'America/New_York', consent: { onsite: true } },
      },
      ...views,
    );
    const lastMonth = new Date(story.clock.now().getTime() - 30 * DAY).toISOString();
    await story.happens({ type: 'track', anonymousId, event: 'Order Completed', timestamp: lastMonth });
    const held = await ask({
      anonymousId,
      actions: ['suggest-product'],
      context: { page: '/products/cup-tide' },
    });
    expect(held.status).toBe(200);
    expect(held.body['content']).toBeUndefined();
    await story.happens(...views.slice(0, 1));
    const [decision] = (await story.get('/v1/decisions?action=suggest-product'))['data'] ?? [];
    expect(decision).toMatchObject({ outcome: 'act', channel: 'onsite', userId: null });
    const shown = await story.get(`/v1/decisions/${String(decision?.['id'])}`);
    expect(JSON.stringify(shown['content'])).toContain('Tide cup, 180 ml');
  });

  it('is told exactly what is wrong with a question', async () => {
    const wrong: [Record<string, unknown>, number, string][] = [
      [{ userId: 'ada', colour: 'red' }, 400, 'colour'],
      [{}, 400, 'userId'],
      [{ userId: 'ada', anonymousId: 'x' }, 400, 'userId'],
      [{ userId: 'ada', mode: 'maybe' }, 400, 'mode'],
      [{ userId: 'ada', actions: [] }, 400, 'actions'],
      [{ userId: 'ada', actions: ['welcome', 'no-such'] }, 400, 'actions.1'],
      [{ userId: 'ada', at: 'tomorrow' }, 400, 'at'],
      [{ userId: 7 }, 400, 'userId'],
      [{ userId: 'nobody-knows' }, 404, 'userId'],
    ];
    for (const [body, status, path] of wrong) {
      const answer = await ask(body);
      expect([body, answer.status, answer.headers.get('content-type')]).toEqual([
        body,
        status,
        expect.stringContaining('application/problem+json'),
      ]);
      expect(answer.body['errors']?.map((error) => String(error['path']))).toContain(path);
    }
    expect(
      (await story.request('POST', '/v1/decisions', { body: { userId: 'ada' }, token: null })).status,
    ).toBe(401);
  });

  it('is told to come back when too much is asked at once, and keeps nobody else from asking', async () => {
    const other = await machine(story, 'developer');
    const decide = (token?: string): Promise<Answer> =>
      story.request('POST', '/v1/decisions', {
        body: { userId: 'ada' },
        ...(token === undefined ? {} : { token }),
      });
    const kept = async (): Promise<number> =>
      (
        await sql<{ count: number }>`select count(*)::integer as count from decisions`.execute(
          story.database.db,
        )
      ).rows[0]?.count ?? 0;
    let before = 0;
    // Nothing can be decided while this is held, so nobody who is not known could become so.
    const held = (): Promise<{
      refused: Answer;
      ours: Promise<Answer>[];
      theirs: Promise<Answer>[];
    } | null> =>
      story.database.transaction(async (tx) => {
        await sql`lock table profiles in access exclusive mode`.execute(tx);
        if (performance.now() - known > 2_500) return null;
        const asked = Array.from({ length: 120 }, () => decide());
        const first = await Promise.race(asked);
        return { refused: first, ours: asked, theirs: Array.from({ length: 5 }, () => decide(other)) };
      });
    let known = 0;
    let burst = null;
    while (burst === null) {
      for (const token of [undefined, other]) expect((await decide(token)).status).toBe(200);
      known = performance.now();
      before = await kept();
      burst = await held();
    }
    const { refused, theirs, ours } = burst;
    expect(refused).toMatchObject({
      status: 429,
      body: { title: expect.any(String) as string, status: 429 },
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    const statuses = (await Promise.all(ours)).map(({ status }) => status);
    const taken = statuses.filter((status) => status === 200).length;
    // Half of what may always be under way, and those who came after it had begun to move.
    expect(taken).toBeGreaterThanOrEqual(32);
    expect(statuses.filter((status) => status === 429)).toHaveLength(120 - taken);
    expect((await Promise.all(theirs)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(await kept()).toBe(before + taken + 5);
    const { text } = await story.request('GET', '/metrics', { token: null });
    expect(text).toContain(`countersign_decisions_refused_total ${120 - taken}\n`);
    expect((await decide()).status).toBe(200);
  }, 60_000);

  it('sees the same limits as a trigger does: one week, one reminder', async () => {
    await story.happens(identify('cap'), oldOrder(story, 'cap'));
    await story.happens(checkout('cap'));
    await story.passes(HOUR);
    expect((await story.messages('cap'))[0]?.['state']).toBe('sent');
    await story.passes(2 * DAY);
    const { body } = await ask({ userId: 'cap', actions: ['recover-cart'] });
    expect(body['outcome']).toBe('hold');
    const mail = body['candidates']?.find((each) => String(each['channel']) === 'email');
    const matched = (mail?.['guardrails'] ?? [])
      .filter((rule) => String(rule['matched']) === 'true')
      .map((rule) => String(rule['id']));
    expect(matched).toContain('cart-once-a-week');
    await story.happens(order('cap'));
    expect((await story.messages('cap'))[0]).toMatchObject({ action: 'confirm-order', state: 'sent' });
  });
});
