import { join } from 'node:path';
import { sampleFacts } from '../../src/demo/catalogue.js';
import { FakeCollector, type TakenSpan } from '../fakes/otlp-server.js';
import { FakeOpenAi } from '../fakes/openai-server.js';
import { type FakeSmtpServer, startSmtpServer } from '../fakes/smtp-server.js';
import { checkout, HOUR, identify, MAIL_FROM, order } from '../harness/customers.js';
import { createTestLocation, type TestLocation } from '../harness/database.js';
import { makeDeployment, ServiceProcess } from '../harness/process.js';
import { redisInstalled, RedisServer } from '../harness/redis-server.js';
import { ADMIN, type Body, WRITE_KEY } from '../harness/service.js';

/** A Wednesday noon in New York; ten minutes of the shop's take a second. */
const BEGAN = '2026-11-18T17:00:00.000Z';
const SPEED = 600;
const SHOPPER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const WHO = 'zephyrine';
const REVIEWER = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const parentOf = ({ traceId, spanId }: typeof SHOPPER, flags = '01'): Record<string, string> => ({
  traceparent: `00-${traceId}-${spanId}-${flags}`,
});

/** Each span of the way and the one it belongs under, as their names tell. */
const WAY: readonly (readonly [name: string, under: string])[] = [
  ['flush signals', 'POST /v1/batch'],
  ['process signals', 'POST /v1/batch'],
  ['process signal', 'POST /v1/batch'],
  ['fire trigger', 'process signal'],
  ['process trigger.fired', 'fire trigger'],
  ['decide', 'process trigger.fired'],
  ['process message.opened', 'process trigger.fired'],
  ['draft message', 'process message.opened'],
  ['chat test-model', 'draft message'],
  ['process draft.written', 'process message.opened'],
  ['assess draft', 'process draft.written'],
  ['process draft.assessed', 'process draft.written'],
  ['route draft', 'process draft.assessed'],
  ['review', 'process trigger.fired'],
  ['process message.approved', 'review'],
  ['recheck message', 'process message.approved'],
  ['send message', 'process message.approved'],
];

describe('the way of one signal to its message, as spans tell it', () => {
  let collector: FakeCollector;
  let model: FakeOpenAi;
  let smtp: FakeSmtpServer;
  let place: TestLocation | undefined;
  let redis: RedisServer | undefined;
  let deployment: Awaited<ReturnType<typeof makeDeployment>>;
  const processes: ServiceProcess[] = [];

  beforeEach(async () => {
    collector = await FakeCollector.start();
    model = await FakeOpenAi.start();
    smtp = await startSmtpServer();
    deployment = await makeDeployment();
  });
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((each) => each.stop()));
    await Promise.all([collector.close(), model.close(), smtp.close(), deployment.remove()]);
    await redis?.kill();
    await place?.drop();
    redis = place = undefined;
  });

  async function start(role: string, more: Record<string, string> = {}): Promise<ServiceProcess> {
    const environment = {
      ...deployment.environment,
      ...collector.environment,
      ...model.environment,
      ...more,
      ROLE: role,
      CLOCK: `${BEGAN}@${SPEED}x`,
      SMTP_URL: smtp.url,
      MAIL_FROM,
    };
    const started = await ServiceProcess.start(environment, join(deployment.directory, `${role}.log`));
    processes.push(started);
    return started;
  }

  async function ask(
    { url }: ServiceProcess,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Body> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN.token}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as Body;
  }

  const send = (api: ServiceProcess, trace: Record<string, string>, ...batch: object[]): Promise<Body> =>
    ask(api, 'POST', '/v1/batch', { batch }, { authorization: `Basic ${btoa(`${WRITE_KEY}:`)}`, ...trace });

  async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
    for (const deadline = performance.now() + 240_000; ;) {
      const found = await look();
      if (found !== undefined) return found;
      if (performance.now() > deadline) throw new Error(`${what}: not in time; ${names().join(', ')}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  const names = (): string[] => collector.spans.map(({ name }) => name);

  /** Somebody leaves a checkout, a person approves what the model writes about it, and it leaves. */
  async function story(api: ServiceProcess): Promise<void> {
    await ask(api, 'POST', '/v1/facts/batch', {
      facts: sampleFacts(new Date(BEGAN), 'https://marrow-and-pine.example.com'),
    });
    const lastMonth = new Date(Date.parse(BEGAN) - 30 * 24 * HOUR).toISOString();
    await send(
      api,
      parentOf({ traceId: 'f'.repeat(32), spanId: 'f'.repeat(16) }, '00'),
      { ...identify(WHO, { first_name: 'Quillon' }), messageId: 'm1' },
      { ...order(WHO), messageId: 'm2', timestamp: lastMonth },
    );
    await send(api, parentOf(SHOPPER), { ...checkout(WHO), messageId: 'm3' });
    const review = await until('a review', async () => {
      const { data } = (await ask(api, 'GET', '/v1/reviews?state=pending')) as unknown as { data: Body[] };
      return data[0];
    });
    const detail = await ask(api, 'GET', `/v1/reviews/${String(review['id'])}`);
    const verdict = { verdict: 'approve', contentHash: detail['contentHash'] };
    await ask(api, 'POST', `/v1/reviews/${String(review['id'])}/verdict`, verdict, parentOf(REVIEWER));
    await until('a mail', () => smtp.mails[0]);
    await until('the last span', () =>
      collector.spans.find(({ name }) => name === 'process message.approved'),
    );
    for (const each of processes) await each.stop();
  }

  function checkWay(): Map<string, TakenSpan> {
    const ours = collector.spans.filter(({ traceId }) => traceId === SHOPPER.traceId);
    const byId = new Map(ours.map((span) => [span.spanId, span]));
    const first = new Map<string, TakenSpan>();
    for (const span of ours) if (!first.has(span.name)) first.set(span.name, span);
    expect(first.get('POST /v1/batch')?.parentSpanId).toBe(SHOPPER.spanId);
    const found = WAY.map(([name]) => {
      const span = first.get(name);
      return [name, byId.get(span?.parentSpanId ?? '')?.name ?? 'nothing'];
    });
    expect(found).toEqual(WAY);
    // Every span hangs on another of the same trace, back to the caller's.
    for (const { parentSpanId } of ours)
      expect(parentSpanId === SHOPPER.spanId || byId.has(parentSpanId)).toBe(true);
    expect(first.get('review')?.links.map(({ traceId }) => traceId)).toEqual([REVIEWER.traceId]);
    expect(first.get('process signal')?.links.map(({ spanId }) => spanId)).toEqual([
      first.get('process signals')?.spanId,
    ]);
    // What the caller did not want followed is followed nowhere.
    expect(collector.spans.filter(({ traceId }) => traceId === 'f'.repeat(32))).toEqual([]);
    for (const personal of [WHO, 'Quillon', 'example.com', 'cup-tide', WRITE_KEY, ADMIN.token])
      expect(collector.bodies.filter((body) => body.includes(personal))).toEqual([]);
    return first;
  }

  const onPostgres = (process.env['DATABASE_URL'] ?? '') === '' ? it.skip : it;

  onPostgres(
    'goes through the process that took it in and, over Redis where there is one, the one that does the work',
    async () => {
      place = await createTestLocation();
      if (place.location.engine !== 'postgres') throw new Error('PostgreSQL was asked for');
      const DATABASE_URL = place.location.url;
      redis = redisInstalled ? await RedisServer.start() : undefined;
      const shared = { DATABASE_URL, ...(redis === undefined ? {} : { REDIS_URL: redis.url }) };
      const api = await start('api', shared);
      await start('worker', shared);
      await story(api);
      // Work went through Bull, which carries its id and no trace: that stands with the row.
      const queued = await redis?.ask(async (server) => (await server.keys('*:id')).length);
      if (redis !== undefined) expect(queued).toBeGreaterThan(5);
      const way = checkWay();
      const rolesOf = (role: string): string[] =>
        [...way.values()].filter((span) => span.role === role).map(({ name }) => name);
      expect(rolesOf('api')).toEqual(expect.arrayContaining(['POST /v1/batch', 'flush signals', 'review']));
      expect(rolesOf('worker')).toEqual(
        expect.arrayContaining(['process signal', 'decide', 'chat test-model', 'send message']),
      );
    },
  );

  it('is the same in one process on the embedded database', async () => {
    await story(await start('all'));
    checkWay();
  });
});
