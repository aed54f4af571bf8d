import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readEnvironment } from '../../src/config/environment.js';
import { startService } from '../../src/service.js';
import { FakeOpenAi, goodDraft } from '../fakes/openai-server.js';
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
import { Story, WRITE_KEY } from '../harness/service.js';

/** Eight in New York: the day is long enough for all that happens. */
const MORNING = '2026-11-18T13:00:00.000Z';

describe('a service that is stopped', () => {
  let story: Story;
  let smtp: FakeSmtpServer;
  let model: FakeOpenAi;
  beforeAll(async () => {
    smtp = await startSmtpServer();
    model = await FakeOpenAi.start();
    story = await Story.begin({
      now: MORNING,
      environment: { ...model.environment, SMTP_URL: smtp.url, MAIL_FROM },
    });
    await fillCatalogue(story);
  });
  afterAll(async () => {
    await story.end();
    await Promise.all([smtp.close(), model.close()]);
  });

  const mailsTo = (userId: string): number =>
    smtp.mails.filter((mail) => mail.to.includes(`${userId}@example.com`)).length;

  it('goes on with what was waiting: signals, timers, reviews, approved messages', async () => {
    model.behave({ kind: 'answer', content: goodDraft() });
    await story.happens(identify('timer'), oldOrder(story, 'timer'));
    await story.happens(checkout('timer'));
    await story.passes(30 * MINUTE);
    await story.happens(identify('signed'), oldOrder(story, 'signed'));
    const pause = await story.post('/v1/pauses', { scope: 'everything', reason: 'deploying' });
    await story.happens(order('signed'));
    expect((await story.messages('signed'))[0]?.['state']).toBe('scheduled');
    // Acknowledged, and the process ends before anybody looks at it.
    const taken = await story.send(identify('inbox'), order('inbox'));
    expect(taken.status).toBe(200);

    await story.restart(() => {
      story.clock.advance(30 * MINUTE);
    });
    await story.settle();
    expect((await story.get('/v1/profiles/inbox'))['events']?.['Order Completed']).toMatchObject({
      total: 1,
    });
    expect((await story.messages('timer'))[0]?.['state']).toBe('in_review');
    expect(smtp.mails).toHaveLength(0);
    const [review] = await story.reviews();
    await story.restart();
    const verdict = await story.post(`/v1/reviews/${String(review?.['id'])}/verdict`, {
      verdict: 'approve',
      contentHash: review?.['contentHash'],
    });
    expect(verdict.status).toBe(200);
    expect((await story.request('DELETE', `/v1/pauses/${String(pause.body['id'])}`)).status).toBe(200);
    await story.settle();
    expect([mailsTo('timer'), mailsTo('signed'), mailsTo('inbox')]).toEqual([1, 1, 1]);
    await story.restart();
    await story.passes(HOUR);
    expect(smtp.mails).toHaveLength(3);
  });

  it('ends what it is about: a mail under way is sent once', async () => {
    for (let i = 0; i < 5; i++) await story.happens(identify(`wave-${i}`));
    const pause = await story.post('/v1/pauses', { scope: 'everything', reason: 'to have them all at once' });
    for (let i = 0; i < 5; i++) await story.happens(order(`wave-${i}`));
    const before = smtp.mails.length;
    expect((await story.request('DELETE', `/v1/pauses/${String(pause.body['id'])}`)).status).toBe(200);
    // The first mail is on the wire: the process is asked to stop now.
    await story.until('the first mail leaves', () => smtp.mails.length > before);
    await story.restart();
    await story.settle();
    await story.passes(10 * MINUTE);
    for (let i = 0; i < 5; i++) {
      expect([i, mailsTo(`wave-${i}`)]).toEqual([i, 1]);
      expect((await story.messages(`wave-${i}`))[0]?.['state']).toBe('sent');
    }
  });

  it('may stand beside another one on the same database: each mail leaves once', async () => {
    const other = await story.startAnother();
    try {
      const people = Array.from({ length: 8 }, (_, i) => `pair-${i}`);
      const authorization = `Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}`;
      await Promise.all(
        people.map(async (userId, i) => {
          const timestamp = story.clock.now().toISOString();
          const signals = [identify(userId), order(userId)];
          const batch = signals.map((signal, n) => ({ ...signal, timestamp, messageId: `${userId}-${n}` }));
          // A client that got no answer sends the same again, to whichever process it reaches.
          for (const url of i % 2 === 0 ? [story.service.url, other.url] : [other.url, story.service.url]) {
            const response = await fetch(`${url}/v1/batch`, {
              method: 'POST',
              headers: { authorization, 'content-type': 'application/json' },
              body: JSON.stringify({ batch }),
            });
            expect(response.status).toBe(200);
          }
        }),
      );
      await story.settle();
      for (const userId of people) {
        expect([userId, mailsTo(userId)]).toEqual([userId, 1]);
        expect((await story.get(`/v1/profiles/${userId}`))['events']?.['Order Completed']).toMatchObject({
          total: 1,
        });
      }
    } finally {
      await other.stop();
    }
  });

  it('loses nothing when it dies in the middle of asking the model', async () => {
    await story.happens(identify('mid'), oldOrder(story, 'mid'));
    await story.happens(checkout('mid'));
    model.behave({ kind: 'slow', ms: 1_000, then: { kind: 'answer', content: goodDraft() } });
    story.clock.advance(HOUR);
    await story.until('the model is asked', () => model.requests.length === 1);
    await story.restart();
    await story.settle();
    expect((await story.messages('mid')).map((message) => String(message['state']))).toEqual(['in_review']);
    expect(await story.reviews()).toHaveLength(1);
  });
});

describe('a data directory', () => {
  it('is open in one process at a time, and the second is told whose it is', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'countersign-twice-'));
    const environment = readEnvironment({ PORT: '0', LOG_LEVEL: 'silent', DATA_DIR: directory });
    const first = await startService(environment);
    try {
      await expect(startService(environment)).rejects.toThrow(`is open in process ${process.pid}`);
      // The first one is none the worse for it.
      expect((await fetch(`${first.url}/health/ready`)).status).toBe(200);
    } finally {
      await first.stop();
    }
    await sleep(0);
    const next = await startService(environment);
    await next.stop();
    await rm(directory, { recursive: true });
  });
});
