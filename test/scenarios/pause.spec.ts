import { type FakeSmtpServer, startSmtpServer } from '../fakes/smtp-server.js';
import {
  checkout,
  fillCatalogue,
  HOUR,
  identify,
  MAIL_FROM,
  MINUTE,
  oldOrder,
  order,
} from '../harness/customers.js';
import { Story } from '../harness/service.js';

/** Eight in New York: the day is long enough for all that happens. */
const MORNING = '2026-11-18T13:00:00.000Z';

describe('a pause', () => {
  let story: Story;
  let smtp: FakeSmtpServer;
  beforeAll(async () => {
    smtp = await startSmtpServer();
    story = await Story.begin({ now: MORNING, environment: { SMTP_URL: smtp.url, MAIL_FROM } });
    await fillCatalogue(story);
  });
  afterAll(async () => {
    await story.end();
    await smtp.close();
  });

  const mailsTo = (userId: string): number =>
    smtp.mails.filter((mail) => mail.to.includes(`${userId}@example.com`)).length;
  async function pause(scope: unknown): Promise<string> {
    const answer = await story.post('/v1/pauses', { scope, reason: 'the prices are wrong' });
    expect(answer.status).toBe(201);
    return String(answer.body['id']);
  }
  async function resume(id: string): Promise<void> {
    expect((await story.request('DELETE', `/v1/pauses/${id}`)).status).toBe(200);
    await story.settle();
  }
  /** A reminder becomes due for somebody. */
  async function abandons(userId: string): Promise<void> {
    await story.happens(identify(userId), oldOrder(story, userId));
    await story.happens(checkout(userId));
    await story.passes(HOUR);
  }
  const stateOf = async (userId: string): Promise<string> =>
    String((await story.messages(userId))[0]?.['state']);

  it('of everything keeps every message back, until it ends', async () => {
    const id = await pause('everything');
    expect((await story.get('/v1/pauses'))['data']).toMatchObject([
      { id, scope: 'everything', reason: 'the prices are wrong', endedAt: null },
    ]);
    await abandons('ada');
    await story.happens(identify('olga'), order('olga'));
    await story.passes(10 * MINUTE);
    expect(smtp.mails).toHaveLength(0);
    for (const userId of ['ada', 'olga']) {
      const [message] = await story.messages(userId);
      expect(message?.['state']).toBe('scheduled');
      expect(message?.['steps']?.at(-1)?.['reason']).toEqual({
        code: 'paused',
        text: 'Paused: the prices are wrong',
      });
    }
    await resume(id);
    expect([await stateOf('ada'), await stateOf('olga')]).toEqual(['sent', 'sent']);
    expect([mailsTo('ada'), mailsTo('olga')]).toEqual([1, 1]);
  });

  it('is in force for a message whose time comes a moment after it was made', async () => {
    await story.happens(identify('bea'), oldOrder(story, 'bea'));
    await story.happens(checkout('bea'));
    story.clock.advance(HOUR);
    const id = await pause('everything');
    await story.settle();
    expect(mailsTo('bea')).toBe((await stateOf('bea')) === 'sent' ? 1 : 0);
    const before = smtp.mails.length;
    await story.happens(identify('bill'), order('bill'));
    await story.passes(5 * MINUTE);
    expect(smtp.mails).toHaveLength(before);
    await resume(id);
    expect([mailsTo('bea'), mailsTo('bill')]).toEqual([1, 1]);
  });

  it('of marketing lets an order confirmation through', async () => {
    const id = await pause('marketing');
    await abandons('carl');
    await story.happens(identify('cora'), order('cora'));
    expect([mailsTo('carl'), mailsTo('cora')]).toEqual([0, 1]);
    await resume(id);
    expect(mailsTo('carl')).toBe(1);
  });

  it('of an action, and of a channel, stops what it names', async () => {
    const action = await pause({ action: 'confirm-order' });
    await story.happens(identify('dora'), order('dora'));
    await abandons('dirk');
    expect([mailsTo('dora'), mailsTo('dirk')]).toEqual([0, 1]);
    const channel = await pause({ channel: 'email' });
    await abandons('dana');
    await resume(action);
    // The pause of the channel still stands.
    expect([mailsTo('dora'), mailsTo('dana')]).toEqual([0, 0]);
    await resume(channel);
    expect([mailsTo('dora'), mailsTo('dana')]).toEqual([1, 1]);
  });

  it('ends with a second look: what became wrong meanwhile does not leave', async () => {
    const id = await pause('marketing');
    await abandons('erik');
    await abandons('emma');
    await abandons('ella');
    await story.happens(order('erik', {}, {}));
    const consent = await story.request('PUT', '/v1/profiles/emma/consent', {
      body: { channel: 'email', state: 'denied', source: 'phone call', at: story.clock.now().toISOString() },
    });
    expect(consent.status).toBe(200);
    await resume(id);
    expect([mailsTo('emma'), mailsTo('ella')]).toEqual([0, 1]);
    expect(
      smtp.mails.filter(
        (mail) => mail.raw.includes('Your basket is still here') && mail.to.includes('erik@example.com'),
      ),
    ).toEqual([]);
    const states = await Promise.all(
      ['erik', 'emma'].map(async (userId) =>
        (await story.messages(userId)).map(
          (message) => `${String(message['action'])} ${String(message['state'])}`,
        ),
      ),
    );
    expect(states[0]).toEqual(
      expect.arrayContaining([expect.stringMatching(/^recover-cart (suppressed|expired)$/)]),
    );
    expect(states[1]).toEqual(['recover-cart suppressed']);
    expect((await story.get('/v1/pauses'))['data']).toEqual([]);
    expect((await story.get('/v1/pauses?state=ended'))['data']?.length).toBe(6);
  });

  it('needs a scope and a reason that make sense', async () => {
    const wrong = await story.post('/v1/pauses', { scope: { action: 'x', channel: 'y' }, reason: '' });
    expect(wrong.status).toBe(400);
    expect(wrong.body['errors']?.map((error) => String(error['path']))).toEqual(
      expect.arrayContaining(['scope', 'reason']),
    );
    expect((await story.request('DELETE', '/v1/pauses/pau_nobody')).status).toBe(404);
    for (const [scope, path] of [
      [{ action: 'confirm-ordr' }, 'scope.action'],
      [{ channel: 'e-mail' }, 'scope.channel'],
    ] as const) {
      const slip = await story.post('/v1/pauses', { scope, reason: 'a slip of the pen' });
      expect([slip.status, String(slip.body['errors']?.[0]?.['path'])]).toEqual([400, path]);
    }
    expect((await story.get('/v1/pauses'))['data']).toEqual([]);
  });
});
