import { z } from 'zod';
import { Database } from '../../src/platform/database/index.js';
import { LlmGateway } from '../../src/platform/llm/index.js';
import { Proxy } from '../crash/proxy.js';
import { FakeOpenAi } from '../fakes/openai-server.js';
import { startSmtpServer } from '../fakes/smtp-server.js';
import { openTestDatabase } from '../harness/database.js';
import { redisInstalled, RedisServer } from '../harness/redis-server.js';
import { type Body, Story } from '../harness/service.js';

const SECRET_KEY = 'the-same-for-every-process-of-a-test';

interface Ready {
  readonly code: number;
  readonly status: string;
  readonly checks: Body;
}

describe('what the service stands on', () => {
  let story: Story;
  afterEach(() => story.end());

  async function ready(): Promise<Ready> {
    const answer = await story.request('GET', '/health/ready', { token: null });
    return {
      code: answer.status,
      status: String(answer.body['status']),
      checks: answer.body['checks'] as Body,
    };
  }

  async function becomes(check: string, status: string): Promise<Ready> {
    let last: Ready = await ready();
    await story.until(`${check} is ${status}`, async () => {
      last = await ready();
      return String(last.checks[check]?.['status']) === status;
    });
    return last;
  }

  it('is well while everything is there', async () => {
    story = await Story.begin();
    const { code, status, checks } = await becomes('work', 'ok');
    expect([code, status]).toEqual([200, 'ok']);
    expect(Object.keys(checks['mail'] ?? {})).toEqual(['status', 'detail', 'since']);
  });

  it('is degraded without its mail server, and says no more of it than that', async () => {
    const mail = await startSmtpServer();
    story = await Story.begin({
      environment: { SMTP_URL: mail.url.replace('//', '//user:hunter2@'), MAIL_FROM: 'hello@example.com' },
    });
    await becomes('mail', 'ok');
    await mail.close();
    const { code, status, checks } = await becomes('mail', 'degraded');
    expect([code, status]).toEqual([200, 'degraded']);
    expect(String(checks['mail']?.['detail'])).toMatch(
      /^the mail server does not answer \([A-Z]+\): messages wait$/,
    );
    const port = Number(new URL(mail.url).port);
    const again = await startSmtpServer(port);
    await becomes('mail', 'ok');
    await again.close();
  });

  it('is degraded without its model, and knows it from the last answer alone', async () => {
    const model = await FakeOpenAi.start();
    story = await Story.begin({ environment: model.environment });
    await becomes('model', 'ok');
    const ask = (purpose: string): Promise<unknown> =>
      story.service.app.get(LlmGateway).generate({
        prompt: { system: 'Answer.', user: 'Now.' },
        input: {},
        schemaName: 'answer',
        schema: z.strictObject({ subject: z.string() }),
        settings: { temperature: null, maxOutputTokens: 100, deadlineMs: 60_000 },
        prices: {},
        concurrency: 1,
        tokensPerDay: null,
        purpose,
      });
    model.behave({ kind: 'status', status: 400 });
    await ask('one');
    const seen = model.requests.length;
    const { code, status, checks } = await becomes('model', 'degraded');
    expect([code, status]).toEqual([200, 'degraded']);
    expect(String(checks['model']?.['detail'])).toContain('gave no answer');
    expect(model.requests).toHaveLength(seen);
    model.behave({ kind: 'answer', content: { subject: 'Yes' } });
    await ask('two');
    await becomes('model', 'ok');
    await model.close();
  });

  (redisInstalled ? it : it.skip)('goes on without Redis, and says so', async () => {
    const redis = await RedisServer.start();
    story = await Story.begin({ environment: { REDIS_URL: redis.url, SECRET_KEYS: SECRET_KEY } });
    await becomes('redis', 'ok');
    await redis.kill();
    const { code, status } = await becomes('redis', 'degraded');
    expect([code, status]).toEqual([200, 'degraded']);
    await story.happens({ type: 'track', event: 'Looked', userId: 'u1' });
    await redis.start();
    await becomes('redis', 'ok');
    await redis.kill();
  });

  const onPostgres = (process.env['DATABASE_URL'] ?? '') === '' ? it.skip : it;

  onPostgres('is unavailable without its database, and answers all the same', async () => {
    const opened = await openTestDatabase();
    const direct = new URL(opened.url ?? '');
    const port = Number(direct.port || 5432);
    const proxy = await Proxy.to(() => port);
    direct.host = `127.0.0.1:${proxy.port}`;
    const database = await Database.open({ engine: 'postgres', url: direct.href });
    const close = async (): Promise<void> => {
      await database.close();
      await opened.close();
      await proxy.close();
    };
    story = await Story.begin({ from: { opened: { database, close }, secretKey: SECRET_KEY } });
    await becomes('database', 'ok');

    proxy.refuse();
    const gone = await becomes('database', 'unavailable');
    expect([gone.code, gone.status]).toEqual([503, 'unavailable']);
    const refused = await story.send({ type: 'track', event: 'Looked', userId: 'u1' });
    expect(refused.status).toBe(503);
    expect((await story.request('GET', '/health/live', { token: null })).body).toEqual({ status: 'live' });
    expect((await story.request('GET', '/metrics', { token: null })).status).toBe(200);
    proxy.pass();
    expect((await becomes('database', 'ok')).code).toBe(200);

    // Nothing is refused and nothing comes back: found by how long it takes.
    proxy.stall();
    expect((await becomes('database', 'unavailable')).code).toBe(503);
    expect((await story.request('GET', '/metrics', { token: null })).status).toBe(200);
    proxy.pass();
    await becomes('database', 'ok');
  });
});
