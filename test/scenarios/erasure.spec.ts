import { AuditService } from '../../src/audit/index.js';
import { Secrets } from '../../src/platform/secrets/secrets.js';
import { verifyDatabase } from '../../src/verification/index.js';
import { type FakeSmtpServer, startSmtpServer } from '../fakes/smtp-server.js';
import {
  checkout,
  DAY,
  fillCatalogue,
  HOUR,
  identify,
  MAIL_FROM,
  oldOrder,
  order,
} from '../harness/customers.js';
import { Story } from '../harness/service.js';
import { readableTraces } from '../harness/traces.js';

/** Eight in New York: the day is long enough for all that happens. */
const MORNING = '2026-11-18T13:00:00.000Z';
/** Words that stand for a person. None may be found anywhere afterwards. */
const TRACES = ['zelda', 'quillfeather', '2125550188', 'blue parrot', 'walnut'];

describe('a person who is erased', () => {
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

  const readable = (): Promise<string[]> => readableTraces(story.database.db, TRACES);
  const mails = (): number => smtp.mails.filter((mail) => mail.to.some((to) => to.includes('zelda'))).length;
  async function problems(): Promise<string[]> {
    await story.service.app.get(AuditService).seal();
    const findings = await verifyDatabase(story.database.db, story.service.app.get(Secrets), story.clock);
    expect(findings[0]?.looked).toBeGreaterThan(0);
    return findings.flatMap((finding) => finding.problems.map((problem) => `${finding.name}: ${problem}`));
  }

  it('leaves behind nothing that can be read, wherever it came from', async () => {
    const traits = {
      email: 'zelda.quillfeather@example.com',
      first_name: 'Zelda',
      last_name: 'Quillfeather',
      phone: '+12125550188',
      nickname: 'blue parrot',
      allergies: ['walnut'],
    };
    await story.happens({
      type: 'page',
      anonymousId: 'zelda-laptop',
      name: 'Home',
      properties: { search: 'blue parrot' },
    });
    await story.happens(
      { ...identify('zelda', traits), anonymousId: 'zelda-laptop' },
      oldOrder(story, 'zelda'),
    );
    await story.happens(order('zelda'));
    expect(mails()).toBe(1);
    await story.passes(3 * DAY);
    // A mail server that repeats the address in what it says.
    smtp.next({
      does: 'refuse',
      at: 'RCPT TO',
      reply: '450 4.2.1 <zelda.quillfeather@example.com>: greylisted',
    });
    await story.happens(checkout('zelda', { note: 'blue parrot' }));
    await story.passes(HOUR);
    await story.passes(HOUR);
    expect(mails()).toBe(2);
    await story.happens({
      type: 'track',
      userId: 'zelda',
      event: 'Support Ticket Opened',
      properties: {
        ticket_id: 't1',
        topic: 'complaint',
        text: 'My blue parrot ate the walnut. Refund, says Zelda Quillfeather.',
      },
    });
    const task = (await story.get('/v1/tasks?state=open'))['data']?.[0];
    expect(task?.['userId']).toBe('zelda');
    await story.post(`/v1/tasks/${String(task?.['id'])}/close`, {
      outcome: 'refunded',
      note: 'Called Zelda Quillfeather.',
    });
    await story.request('PUT', '/v1/profiles/zelda/consent', {
      body: {
        channel: 'email',
        topic: 'news',
        state: 'granted',
        source: 'call with Zelda Quillfeather',
        at: story.clock.now().toISOString(),
      },
    });
    const decided = await story.request('POST', '/v1/decisions', {
      body: {
        userId: 'zelda',
        actions: ['thank-regular'],
        mode: 'execute',
        context: { page: '/blue parrot' },
      },
      headers: { 'idempotency-key': 'order-of-the-day' },
    });
    expect(decided.status).toBe(200);
    await story.settle();
    // A message that a person is to look at, and one that waits for its time.
    await story.happens(identify('hold', { email: 'zelda.second@example.com', first_name: 'Zelda' }));
    await story.happens(checkout('hold', { total: 250 }));
    await story.passes(HOUR);
    const [review] = await story.reviews();
    expect(review?.['userId']).toBe('hold');
    await story.post(`/v1/reviews/${String(review?.['id'])}/verdict`, {
      verdict: 'edit',
      contentHash: review?.['contentHash'],
      content: { subject: 'Zelda, your basket' },
      note: 'Quillfeather again.',
    });
    const pause = await story.post('/v1/pauses', { scope: 'everything', reason: 'none of their business' });
    await story.happens(order('hold'));
    const open = (await story.messages('hold')).map((message) => String(message['state'])).sort();
    expect(open).toEqual(['in_review', 'scheduled']);
    expect(mails()).toBeGreaterThanOrEqual(2);
    const before = mails();

    expect((await story.request('DELETE', '/v1/profiles/zelda')).status).toBe(204);
    expect((await story.request('DELETE', '/v1/profiles/hold')).status).toBe(204);
    expect((await story.request('DELETE', '/v1/profiles/zelda')).status).toBe(404);
    await story.settle();
    expect(await readable()).toEqual([]);

    await story.request('DELETE', `/v1/pauses/${String(pause.body['id'])}`);
    await story.passes(DAY);
    await story.passes(3 * DAY);
    expect(mails()).toBe(before);
    expect(await readable()).toEqual([]);
  });

  it('is known to no route any more', async () => {
    for (const path of ['', '/timeline'])
      expect((await story.request('GET', `/v1/profiles/zelda${path}`)).status).toBe(404);
    expect(await story.messages('zelda')).toEqual([]);
    expect(await story.decisions('zelda')).toEqual([]);
    for (const path of [
      '/v1/messages',
      '/v1/decisions',
      '/v1/reviews',
      '/v1/tasks',
      '/reviews',
      '/people',
      '/messages',
      '/outbox',
      '/audit',
      '/tasks',
      '/',
    ]) {
      const answer = await story.request('GET', path);
      expect([path, answer.status]).toEqual([path, 200]);
      for (const trace of TRACES)
        expect([path, answer.text.toLowerCase().includes(trace)]).toEqual([path, false]);
    }
    const again = await story.request('POST', '/v1/decisions', {
      body: {
        userId: 'zelda',
        actions: ['thank-regular'],
        mode: 'execute',
        context: { page: '/blue parrot' },
      },
      headers: { 'idempotency-key': 'order-of-the-day' },
    });
    expect(again.text.toLowerCase()).not.toContain('zelda.quillfeather');
    expect(again.status).toBeGreaterThanOrEqual(400);
  });

  it('does not break the seal, nor anything else that can be verified', async () => {
    expect(await problems()).toEqual([]);
  });

  it('stays unwanted: a suppression outlives the person', async () => {
    smtp.next({ does: 'refuse', at: 'RCPT TO', reply: '550 5.1.1 no such user' });
    await story.happens(identify('gone'), order('gone'));
    expect((await story.messages('gone'))[0]?.['state']).toBe('failed');
    expect((await story.request('DELETE', '/v1/profiles/gone')).status).toBe(204);
    const sent = smtp.mails.length;
    await story.happens(identify('newcomer', { email: 'Gone@example.com' }), order('newcomer'));
    expect((await story.get('/v1/profiles/newcomer'))['suppressions']).toMatchObject([
      { channel: 'email', reason: 'hard_bounce' },
    ]);
    expect((await story.decisions('newcomer'))[0]?.['outcome']).toBe('hold');
    expect(smtp.mails).toHaveLength(sent);
  });
});
