import { Webhook } from 'standardwebhooks';
import { type FakeSmtpServer, startSmtpServer } from '../fakes/smtp-server.js';
import {
  checkout,
  DAY,
  fillCatalogue,
  HOUR,
  identify,
  MAIL_FROM,
  MINUTE,
  oldOrder,
  order,
  timeline,
} from '../harness/customers.js';
import { type Answer, Story } from '../harness/service.js';

/** Eight in New York: the day is long enough for all that happens. */
const MORNING = '2026-11-18T13:00:00.000Z';

describe('what providers report', () => {
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
  /** A reminder arrives. @returns its id. */
  async function mailTo(userId: string): Promise<string> {
    await story.happens(identify(userId), oldOrder(story, userId));
    await story.happens(checkout(userId));
    await story.passes(HOUR);
    expect(mailsTo(userId)).toBe(1);
    return String((await story.messages(userId))[0]?.['id']);
  }
  async function secretOf(provider: string): Promise<string> {
    return String((await story.get(`/v1/webhooks/${provider}/secret`))['secret']);
  }
  const report = (provider: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
    story.request('POST', `/v1/webhooks/${provider}`, { token: null, body, headers });
  async function asProvider(provider: string, body: unknown): Promise<Answer> {
    const basic = Buffer.from(`countersign:${await secretOf(provider)}`).toString('base64');
    const answer = await report(provider, body, { authorization: `Basic ${basic}` });
    await story.settle();
    return answer;
  }
  const suppressionsOf = async (userId: string): Promise<string[]> =>
    ((await story.get(`/v1/profiles/${userId}`))['suppressions'] ?? []).map((each) => String(each['reason']));

  it('are believed only when they prove who they are', async () => {
    const messageId = await mailTo('ada');
    const body = { type: 'complained', messageId };
    expect((await report('relay', body)).status).toBe(401);
    expect((await report('relay', body, { authorization: 'Bearer whsec_guess' })).status).toBe(401);
    const other = await secretOf('postmark');
    expect((await report('relay', body, { authorization: `Bearer ${other}` })).status).toBe(401);
    const text = JSON.stringify(body);
    const forged = new Webhook(Buffer.from('another secret, of the right kind').toString('base64'));
    const sign = (webhook: Webhook, signed: string): Record<string, string> => ({
      'webhook-id': 'evt_1',
      'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
      'webhook-signature': webhook.sign('evt_1', new Date(), signed),
    });
    expect((await report('relay', body, sign(forged, text))).status).toBe(401);
    const genuine = new Webhook(await secretOf('relay'));
    // The signature is of other words.
    expect((await report('relay', body, sign(genuine, text.replace('complained', 'delivered')))).status).toBe(
      401,
    );
    await story.settle();
    expect(await suppressionsOf('ada')).toEqual([]);

    const taken = await report('relay', body, sign(genuine, text));
    expect([taken.status, taken.body]).toEqual([200, { success: true, recorded: 1, ignored: [] }]);
    await story.settle();
    expect(await suppressionsOf('ada')).toEqual(['complaint']);
  });

  it('a hard bounce: the address is not written to again, an order confirmation included', async () => {
    const messageId = await mailTo('bob');
    const soft = await asProvider('postmark', {
      RecordType: 'Bounce',
      Type: 'SoftBounce',
      MessageID: messageId,
      ID: 1,
    });
    expect(soft.body['recorded']).toBe(1);
    expect(await suppressionsOf('bob')).toEqual([]);
    const bounce = {
      RecordType: 'Bounce',
      Type: 'HardBounce',
      MessageID: `<${messageId}@marrow-and-pine.example.com>`,
      ID: 2,
    };
    expect((await asProvider('postmark', bounce)).body['recorded']).toBe(1);
    expect((await asProvider('postmark', bounce)).body['recorded']).toBe(0);
    expect(await suppressionsOf('bob')).toEqual(['hard_bounce']);
    expect((await story.messages('bob'))[0]?.['state']).toBe('failed');

    await story.happens(order('bob'));
    // Of the same moment as the one before it, so that neither comes first.
    const decisions = await story.decisions('bob');
    expect(decisions.map((each) => [each['trigger'], each['outcome']])).toEqual(
      expect.arrayContaining([['order-completed', 'hold']]),
    );
    expect(mailsTo('bob')).toBe(1);
    const told = (await timeline(story, 'bob')).filter(
      (entry) => String(entry['event']) === 'Message Bounced',
    );
    expect(told).toHaveLength(2);
  });

  it('a complaint stops marketing at once, what is waiting already too, and says so', async () => {
    const messageId = await mailTo('cat');
    await story.passes(8 * DAY);
    const pause = await story.post('/v1/pauses', { scope: 'everything', reason: 'stock-taking' });
    await story.happens(checkout('cat'));
    await story.passes(HOUR);
    expect((await story.messages('cat'))[0]?.['state']).toBe('scheduled');
    const answer = await asProvider('sendgrid', [
      {
        event: 'spamreport',
        message_id: messageId,
        timestamp: Math.floor(story.clock.now().getTime() / 1_000),
        sg_event_id: 'sg1',
      },
      { event: 'processed', message_id: messageId },
    ]);
    expect(answer.body).toMatchObject({ recorded: 1, ignored: [{ index: 1 }] });
    const [waiting] = await story.messages('cat');
    expect([waiting?.['state'], waiting?.['steps']?.at(-1)?.['reason']?.['code']]).toEqual([
      'suppressed',
      'complained',
    ]);
    await story.request('DELETE', `/v1/pauses/${String(pause.body['id'])}`);
    await story.settle();
    expect(mailsTo('cat')).toBe(1);
    const profile = await story.get('/v1/profiles/cat');
    expect(profile['consents']).toContainEqual(
      expect.objectContaining({ channel: 'email', topic: '*', state: 'denied', source: 'complaint' }),
    );
  });

  it('a delivery is noted on the message', async () => {
    const messageId = await mailTo('dan');
    const header = [{ name: 'Message-ID', value: `<${messageId}@marrow-and-pine.example.com>` }];
    const notification = { notificationType: 'Delivery', mail: { headers: header }, delivery: {} };
    await asProvider('ses', { Type: 'Notification', Message: JSON.stringify(notification) });
    expect((await story.messages('dan'))[0]?.['state']).toBe('delivered');
  });

  it('what cannot be read is answered, and changes nothing', async () => {
    const answer = await asProvider('relay', {
      events: [{ type: 'complained', messageId: 'msg_of_somebody_else' }, 7],
    });
    expect([answer.status, answer.body['recorded'], answer.body['ignored']?.length]).toEqual([200, 0, 2]);
    const secret = await secretOf('relay');
    const broken = await fetch(`${story.service.url}/v1/webhooks/relay`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: '{"type":',
    });
    expect(broken.status).toBe(400);
    await story.passes(MINUTE);
  });
});
