import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { fillCatalogue, identify, order, timeline } from '../harness/customers.js';
import { type Answer, Story, WRITE_KEY } from '../harness/service.js';

const AUTHORIZATION = `Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}`;

describe('signals as they should not be', () => {
  let story: Story;
  beforeAll(async () => {
    // One source may fill half of the inbox, and ten thousand signals come here before the first is applied.
    story = await Story.begin({ environment: { INBOX_LIMIT: '50000' } });
    await fillCatalogue(story);
  });
  afterAll(() => story.end());

  /** Sends bytes as they are. */
  async function raw(
    path: string,
    body: string | Buffer,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${story.service.url}${path}`, {
      method: 'POST',
      headers: { authorization: AUTHORIZATION, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: JSON.parse(text) as Answer['body'],
    };
  }
  /** Sends a batch as clients do: what was told to come back comes back. A slow machine does not take ten thousand signals at once. */
  async function untilTaken(batch: string): Promise<Answer> {
    for (;;) {
      const answer = await raw('/v1/batch', batch);
      if (answer.status !== 429) return answer;
      await delay(Number(answer.headers.get('retry-after')) * 1_000);
    }
  }
  const track = (userId: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
    type: 'track',
    userId,
    event: 'Product Viewed',
    messageId: `m-${userId}-${Math.random()}`,
    ...more,
  });
  async function viewed(userId: string): Promise<number> {
    const answer = await story.request('GET', `/v1/profiles/${userId}`);
    return Number(answer.body['events']?.['Product Viewed']?.['total'] ?? 0);
  }
  const alive = async (): Promise<void> => {
    await story.happens(track('witness'));
    expect((await story.request('GET', '/health/ready')).status).toBe(200);
  };

  it.each([
    ['no JSON', '{"batch":[{"type":"track"', '/v1/batch'],
    ['not even text', Buffer.from([0xff, 0xfe, 0x00, 0x80]), '/v1/batch'],
    ['a list', '[]', '/v1/batch'],
    ['a batch that is none', '{"batch":{"0":{}}}', '/v1/batch'],
    ['no event', '{"userId":"u"}', '/v1/track'],
    ['an event that is no name', '{"userId":"u","event":{"a":1}}', '/v1/track'],
    [
      'nested a thousand deep',
      `{"userId":"u","event":"E","properties":${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}}`,
      '/v1/track',
    ],
    [
      'nested a hundred thousand deep',
      `{"userId":"u","event":"E","properties":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
      '/v1/track',
    ],
    ['a prototype', '{"userId":"u","event":"E","properties":{"__proto__":{"admin":true}}}', '/v1/track'],
    ['a time that is none', '{"userId":"u","event":"E","timestamp":"yesterday"}', '/v1/track'],
    ['a time before 1970', '{"userId":"u","event":"E","timestamp":"1969-12-31T23:59:59.000Z"}', '/v1/track'],
    ['an id that is an object', '{"userId":{"$ne":null},"event":"E"}', '/v1/track'],
    ['a null character in an id', '{"userId":"u\\u0000","event":"E"}', '/v1/track'],
    ['half a surrogate in an id', '{"userId":"u\\ud800","event":"E"}', '/v1/track'],
    ['gzip that is broken', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]), '/v1/batch'],
  ])('%s: 400 that says what is wrong, and nothing happened', async (_what, body, path) => {
    const answer = await raw(path, body);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      400,
      expect.stringContaining('application/problem+json'),
    ]);
    expect(String(answer.body['detail']).length).toBeGreaterThan(5);
    expect(answer.text).not.toMatch(/\bat .*\.[jt]s:\d+/);
    expect((await story.request('GET', '/v1/profiles/u')).status).toBe(404);
  });

  it.each([
    [
      '10 MB of it',
      () =>
        Buffer.from(JSON.stringify({ batch: [track('big', { properties: { x: 'x'.repeat(10_000_000) } })] })),
    ],
    [
      '10 MB that look small',
      () =>
        gzipSync(JSON.stringify({ batch: [track('big', { properties: { x: 'x'.repeat(10_000_000) } })] })),
    ],
    [
      'one signal of 40 KB',
      () => Buffer.from(JSON.stringify({ batch: [track('big', { properties: { x: 'x'.repeat(40_000) } })] })),
    ],
  ])('%s: 413', async (_what, body) => {
    expect((await raw('/v1/batch', body())).status).toBe(413);
    expect((await story.request('GET', '/v1/profiles/big')).status).toBe(404);
    await alive();
  });

  it('keeps the good ones of a batch and names the bad ones by their place', async () => {
    const answer = await raw(
      '/v1/batch',
      JSON.stringify({
        batch: [
          track('good-1'),
          { type: 'track', userId: 'bad' },
          7,
          track('good-2'),
          { ...track('bad'), timestamp: 'soon' },
          { ...track('bad'), properties: [1, 2] },
          track('good-3'),
          { ...track('bad'), properties: { x: 'x'.repeat(40_000) } },
        ],
      }),
    );
    expect([answer.status, answer.body['success']]).toEqual([200, true]);
    expect(answer.body['rejected']?.map((each) => [Number(each['index']), String(each['path'])])).toEqual([
      [1, 'event'],
      [2, ''],
      [4, 'timestamp'],
      [5, 'properties'],
      [7, ''],
    ]);
    await story.settle();
    for (const userId of ['good-1', 'good-2', 'good-3']) expect(await viewed(userId)).toBe(1);
    expect((await story.request('GET', '/v1/profiles/bad')).status).toBe(404);
    // Clients ignore bodies, so a person finds them in the console.
    const page = (await story.request('GET', '/operations')).text;
    expect(page).toContain('timestamp');
    expect(page).toContain('should be a time such as');
  });

  it('repairs what text cannot hold, and keeps unknown fields', async () => {
    await story.happens({
      ...identify('odd', { nick: 'zero\0byte', half: 'a\ud800b', constructor: 'C', shoe_size: 43 }),
      somethingNew: { a: 1 },
    });
    const traits = (await story.get('/v1/profiles/odd'))['traits'];
    expect([String(traits?.['nick']), String(traits?.['half'])]).toEqual(['zero�byte', 'a�b']);
    expect(Number(traits?.['shoe_size'])).toBe(43);
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  it('takes times that cannot be now as history, or as now', async () => {
    await story.happens(order('old', {}, { timestamp: '1970-01-01T00:00:01.000Z' }));
    await story.happens(order('future', {}, { timestamp: '2999-01-01T00:00:00.000Z' }));
    await story.happens(order('seconds', {}, { timestamp: story.clock.now().getTime() / 1_000 }));
    expect((await story.get('/v1/profiles/old'))['events']?.['Order Completed']).toMatchObject({
      total: 1,
      count90d: 0,
    });
    // What is old is history: nothing is fired for it.
    expect(await story.decisions('old')).toEqual([]);
    const future = (await story.get('/v1/profiles/future'))['events']?.['Order Completed'];
    expect(future).toMatchObject({ total: 1, count1d: 1, lastAt: story.clock.now().toISOString() });
    expect((await story.get('/v1/profiles/seconds'))['events']?.['Order Completed']).toMatchObject({
      count1d: 1,
    });
  });

  it('knows no time zone where somebody claims an impossible one', async () => {
    await story.happens(identify('zone', { timezone: 'Mars/Olympus_Mons', country: 'XX', phone: '+999' }));
    const profile = await story.get('/v1/profiles/zone');
    expect([...(profile['zones'] ?? [])].map(String)).not.toContain('Mars/Olympus_Mons');
    expect(profile['zoneSource']).not.toBe('trait');
    await story.happens(order('zone'));
    expect((await story.decisions('zone')).length).toBe(1);
  });

  it('counts a batch once, however often it is sent again, at once or later', async () => {
    const body = JSON.stringify({
      batch: Array.from({ length: 50 }, (_, i) => track('retry', { messageId: `retry-${i}` })),
    });
    const answers = await Promise.all(Array.from({ length: 6 }, () => raw('/v1/batch', body)));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200, 200]);
    await story.settle();
    await raw('/v1/batch', gzipSync(body), { 'content-type': 'application/x-www-form-urlencoded' });
    await story.settle();
    expect(await viewed('retry')).toBe(50);
    expect(
      (await timeline(story, 'retry')).filter((entry) => String(entry['kind']) === 'signal'),
    ).toHaveLength(50);
  });

  it('takes ten thousand signals of one person, each once', async () => {
    const sent: Promise<Answer>[] = [];
    for (let i = 0; i < 20; i++) {
      const batch = Array.from({ length: 500 }, (_, n) => ({
        type: 'track',
        userId: 'busy',
        event: n % 2 === 0 ? 'Stock Looked Up' : 'Product Added',
        messageId: `busy-${i}-${n}`,
      }));
      sent.push(untilTaken(JSON.stringify({ batch })));
    }
    for (const answer of await Promise.all(sent))
      expect([answer.status, answer.text]).toEqual([200, '{"success":true}']);
    await story.settle();
    const events = (await story.get('/v1/profiles/busy'))['events'];
    expect(events?.['Stock Looked Up']).toMatchObject({ total: 5_000 });
    expect(events?.['Product Added']).toMatchObject({ total: 5_000 });
  });

  it('asks for a write key, and takes no other key for one', async () => {
    const body = JSON.stringify({ batch: [track('stranger')] });
    expect((await raw('/v1/batch', body, { authorization: '' })).status).toBe(401);
    expect(
      (await raw('/v1/batch', body, { authorization: `Basic ${Buffer.from('guess:').toString('base64')}` }))
        .status,
    ).toBe(401);
    await story.settle();
    expect((await story.request('GET', '/v1/profiles/stranger')).status).toBe(404);
    await alive();
  });
});
