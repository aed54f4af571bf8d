import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { newSignal } from '../../test/fixtures/signals.js';
import { openTestDatabase, type TestDatabase } from '../../test/harness/database.js';
import { TestClock, testRuntime } from '../../test/harness/runtime.js';
import { AccessModule, AccessService } from '../access/index.js';
import { AuditModule } from '../audit/index.js';
import { DatabaseModule } from '../platform/database/index.js';
import { configureHttp, httpAdapter, HttpModule } from '../platform/http/index.js';
import { RuntimeModule } from '../platform/runtime.module.js';
import { WorkModule } from '../platform/work/index.js';
import { ProfilesModule, ProfilesService } from './index.js';

const TOKEN = 'test-administrator-token';
const NOW = '2026-11-18T12:00:00.000Z';

describe('the profiles API', () => {
  let opened: TestDatabase;
  let app: NestFastifyApplication;
  let url: string;

  beforeAll(async () => {
    opened = await openTestDatabase();
    const runtime = testRuntime(new TestClock(NOW), { BOOTSTRAP_API_KEY: TOKEN });
    const module = await Test.createTestingModule({
      imports: [
        DatabaseModule.of(opened.database),
        RuntimeModule.of(runtime),
        HttpModule,
        AuditModule,
        AccessModule,
        ProfilesModule,
        WorkModule,
      ],
    }).compile();
    app = module.createNestApplication<NestFastifyApplication>(httpAdapter());
    app.useLogger(false);
    configureHttp(app);
    await app.get(AccessService).bootstrap(runtime.environment);
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    await opened.database.transaction((tx) =>
      app.get(ProfilesService).apply(tx, [
        {
          ...newSignal({
            userId: 'ada/1',
            anonymousId: 'a1',
            type: 'identify',
            event: null,
            traits: { email: 'ada@example.com', country: 'GB', email_consent: true },
            occurredAt: '2026-11-01T00:00:00.000Z',
          }),
          id: 'sig_1',
          source: 'key_1',
          receivedAt: NOW,
        },
      ]),
    );
  });
  afterAll(async () => {
    await app.close();
    await opened.close();
  });

  const request = async (
    method: string,
    userId: string,
    body?: unknown,
    token = TOKEN,
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const path = `${encodeURIComponent(userId)}${method === 'PUT' ? '/consent' : ''}`;
    const response = await fetch(`${url}/v1/profiles/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    };
  };
  const denial = {
    channel: 'email',
    topic: 'news',
    state: 'denied',
    source: 'call centre',
    at: '2026-11-17T00:00:00Z',
  };

  it('shows what is known', async () => {
    expect(await request('GET', 'ada/1')).toMatchObject({
      status: 200,
      body: {
        userId: 'ada/1',
        anonymousIds: ['a1'],
        addresses: { email: 'ada@example.com', phone: null },
        consents: [{ channel: 'email', topic: '*', state: 'granted' }],
        zones: ['Europe/London'],
        stage: 'lead',
        merges: [],
        suppressions: [],
      },
    });
  });

  it('knows nobody by another id, and tells nobody without a token', async () => {
    expect((await request('GET', 'nobody')).status).toBe(404);
    expect((await request('PUT', 'nobody', denial)).status).toBe(404);
    expect((await request('DELETE', 'nobody')).status).toBe(404);
    expect((await request('GET', 'ada/1', undefined, 'wrong')).status).toBe(401);
  });

  it('records consent, and an older statement changes nothing', async () => {
    const { body } = await request('PUT', 'ada/1', denial);
    expect(body['consents']).toMatchObject([
      { topic: '*', state: 'granted' },
      { topic: 'news', state: 'denied', source: 'call centre', at: '2026-11-17T00:00:00.000Z' },
    ]);
    const older = await request('PUT', 'ada/1', { ...denial, state: 'granted', at: '2026-11-16T00:00:00Z' });
    expect(older.body['consents']).toEqual(body['consents']);
  });

  it.each([
    ['state', { ...denial, state: 'maybe' }],
    ['at', { ...denial, at: 'yesterday' }],
    ['at', { ...denial, at: '2027-01-01T00:00:00Z' }],
    ['channel', { ...denial, channel: '<b>' }],
    ['colour', { ...denial, colour: 'blue' }],
  ])('names %s when it is wrong', async (path, body) => {
    const answer = await request('PUT', 'ada/1', body);
    expect(answer.status).toBe(400);
    expect(answer.body['errors']).toMatchObject([{ path }]);
  });

  it('erases', async () => {
    expect((await request('DELETE', 'ada/1')).status).toBe(204);
    expect((await request('GET', 'ada/1')).status).toBe(404);
  });
});
