import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { sql } from 'kysely';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import OpenAI from 'openai';
import { pino } from 'pino';
import { z } from 'zod';
import { sampleFacts } from '../../src/demo/catalogue.js';
import { EVENTS } from '../../src/platform/telemetry/events.js';
import { Log } from '../../src/platform/telemetry/index.js';
import { ServiceLogger } from '../../src/platform/telemetry/logger.js';
import { FakeOpenAi } from '../fakes/openai-server.js';
import { startSmtpServer } from '../fakes/smtp-server.js';
import { checkout, HOUR, identify, MAIL_FROM, order } from '../harness/customers.js';
import { openTestDatabase } from '../harness/database.js';
import { makeDeployment, ServiceProcess } from '../harness/process.js';
import { ADMIN, WRITE_KEY } from '../harness/service.js';

/** What must not be in any line, wherever it was put. */
const PLANTED = {
  email: 'zephyrine.quill@personal.example.com',
  mailbox: 'zephyrine.quill',
  name: 'Zephyrine',
  phone: '+4915199887766',
  userId: 'user-quagmire-77',
  property: 'the-note-in-the-basket',
  writeKey: WRITE_KEY,
  token: ADMIN.token,
  password: ADMIN.password,
  admin: ADMIN.email,
  wrongPassword: 'guessed-hunter-42',
  basic: btoa(`${WRITE_KEY}:`),
} as const;

const found = (text: string): string[] =>
  Object.entries(PLANTED)
    .filter(([, value]) => text.toLowerCase().includes(value.toLowerCase()))
    .map(([name]) => name);

describe('the log', () => {
  it('holds none of the words that real errors quote', async () => {
    const opened = await openTestDatabase();
    const smtp = await startSmtpServer();
    const model = await FakeOpenAi.start();
    const lines: string[] = [];
    Logger.overrideLogger(
      new ServiceLogger(pino({ level: 'trace' }, { write: (line) => void lines.push(line) })),
    );
    const log = new Log('test');
    const caught = async (what: () => unknown): Promise<string> => {
      try {
        await what();
      } catch (error) {
        log.error('http.defect', { error });
        log.warn('work.failed', { error: new Error(`wrapped: ${String(error)}`, { cause: error }) });
        return error instanceof Error
          ? `${error.message} ${JSON.stringify(Object.entries(error))}`
          : String(error);
      }
      throw new Error('nothing was thrown');
    };
    const { db } = opened.database;
    const insert = (): Promise<unknown> =>
      sql`insert into settings (name, value) values (${PLANTED.email}, '{}')`.execute(db);
    await insert();
    const quoted = [
      // A unique violation tells the row, a cast tells the value.
      await caught(insert),
      await caught(() => sql`select ${PLANTED.name}::timestamptz`.execute(db)),
      await caught(() => JSON.parse(`{"name": ${PLANTED.name}}`) as unknown),
      await caught(() => z.enum(['a']).parse(PLANTED.name, { reportInput: true })),
      await caught(() => fetch(`http://127.0.0.1:1/${PLANTED.userId}`)),
      await caught(() => fetch(`nonsense://${PLANTED.userId}`)),
    ];
    expect(quoted.filter((text) => found(text).length > 0).length).toBeGreaterThanOrEqual(3);

    smtp.next({ does: 'refuse', at: 'RCPT TO', reply: `550 5.1.1 <${PLANTED.email}> is nobody` });
    const { hostname, port } = new URL(smtp.url);
    const connection = new SMTPConnection({ host: hostname, port: Number(port), ignoreTLS: true });
    const refused = await caught(
      () =>
        new Promise((resolve, reject) => {
          connection.connect(() => {
            connection.send({ from: 'a@example.com', to: [PLANTED.email] }, 'Hello', (error) => {
              if (error) reject(error);
              else resolve(undefined);
            });
          });
        }),
    );
    expect(found(refused)).toContain('email');
    connection.close();

    model.behave({ kind: 'status', status: 400, code: `the prompt was: ${PLANTED.name}` });
    const client = new OpenAI({ apiKey: 'sk-test', baseURL: model.baseUrl, maxRetries: 0 });
    const answered = await caught(() =>
      client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: PLANTED.name }] }),
    );
    expect(found(answered)).toContain('name');

    await Promise.all([opened.close(), smtp.close(), model.close()]);
    expect(lines).toHaveLength(16);
    expect(found(lines.join('\n'))).toEqual([]);
    // What is left says where to look.
    expect(lines.join('\n')).toMatch(/"code":"23505".*"constraint":"settings_pkey"/);
    expect(lines.join('\n')).toMatch(/"status":550.*"command":"RCPT TO"/);
    for (const line of lines) expect(line).toContain('"type":"');
  });

  it('holds nothing personal of a whole story, at its most talkative', async () => {
    const deployment = await makeDeployment();
    const smtp = await startSmtpServer();
    const model = await FakeOpenAi.start();
    const began = '2026-11-18T17:00:00.000Z';
    const log = join(deployment.directory, 'service.log');
    const service = await ServiceProcess.start(
      {
        ...deployment.environment,
        ...model.environment,
        CLOCK: `${began}@600x`,
        LOG_LEVEL: 'trace',
        SMTP_URL: smtp.url,
        MAIL_FROM,
      },
      log,
    );
    const ask = async (method: string, path: string, body?: unknown, headers = {}): Promise<string> => {
      const response = await fetch(`${service.url}${path}`, {
        method,
        redirect: 'manual',
        headers: { authorization: `Bearer ${ADMIN.token}`, 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return response.text();
    };
    const key = { authorization: `Basic ${PLANTED.basic}` };
    const traits = { email: PLANTED.email, first_name: PLANTED.name, phone: PLANTED.phone };
    const { userId } = PLANTED;
    const lastMonth = new Date(Date.parse(began) - 30 * 24 * HOUR).toISOString();
    try {
      await ask('POST', '/v1/facts/batch', {
        facts: sampleFacts(new Date(began), 'https://marrow-and-pine.example.com'),
      });
      // A model that quotes what it was asked, and a mail server that quotes whom it was to write to.
      model.behave(
        { kind: 'status', status: 400, code: `the prompt was about ${PLANTED.name}` },
        { kind: 'body', body: `<p>${PLANTED.name}, ${PLANTED.email}` },
      );
      smtp.next(
        { does: 'refuse', at: 'RCPT TO', reply: `450 4.2.0 <${PLANTED.email}> is busy` },
        { does: 'drop', at: 'DATA' },
      );
      const batch = [
        { ...identify(userId, traits), messageId: 'm1' },
        { ...order(userId), messageId: 'm2', timestamp: lastMonth },
        { ...checkout(userId, { note: PLANTED.property }), messageId: 'm3' },
        {
          type: 'track',
          userId,
          event: 'Signed Up',
          messageId: 'm4',
          properties: { note: PLANTED.property },
        },
        { type: 'track', userId, event: '', messageId: 'm5', properties: { note: PLANTED.property } },
      ];
      await ask('POST', '/v1/batch', { batch }, key);
      await ask('POST', '/v1/batch', `{"batch": [${PLANTED.name}]}`, key);
      await ask('POST', '/v1/track', { userId, event: 7, properties: traits }, key);
      await ask('GET', `/v1/profiles/${userId}`);
      await ask('GET', `/v1/messages?userId=${userId}`);
      await ask('GET', `/nobody/${PLANTED.email}?token=${ADMIN.token}`);
      await ask('GET', `/v1/profiles/${userId}%00`);
      await ask('POST', '/v1/decisions', { userId, context: { note: PLANTED.property } });
      await ask('POST', '/v1/decisions', { userId, actions: [PLANTED.name] });
      await ask('POST', '/v1/reviews/none/verdict', { verdict: PLANTED.name });
      await ask('POST', '/sign-in', `email=${PLANTED.email}&password=${PLANTED.wrongPassword}`, {
        'content-type': 'application/x-www-form-urlencoded',
      });
      for (const until = performance.now() + 120_000; performance.now() < until && smtp.mails.length === 0;)
        await wait(200);
      await wait(3_000);
      await ask('DELETE', `/v1/profiles/${userId}`);
      await ask('GET', `/v1/profiles/${userId}/timeline`);
    } finally {
      await service.stop();
      await Promise.all([smtp.close(), model.close()]);
    }
    const output = await service.output();
    await deployment.remove();
    expect(smtp.mails.length).toBeGreaterThan(0);
    expect(model.requests.length).toBeGreaterThan(0);
    expect(output.split('\n').filter((line) => found(line).length > 0)).toEqual([]);

    const lines = output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.length).toBeGreaterThan(20);
    for (const line of lines) expect(Object.keys(EVENTS)).toContain(line['event']);
    expect(lines).toContainEqual(
      expect.objectContaining({
        event: 'http.request',
        method: 'GET',
        route: '/v1/profiles/:userId',
        status: 200,
        request: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
        ms: expect.any(Number) as unknown,
      }),
    );
    expect(lines).toContainEqual(expect.objectContaining({ event: 'model.failed' }));
  });
});
