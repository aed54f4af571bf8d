import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { openTestDatabase, type TestDatabase } from '../../test/harness/database.js';
import { TestClock, testRuntime } from '../../test/harness/runtime.js';
import { AccessModule, AccessService, type PersonActor, TokensService } from '../access/index.js';
import { AuditModule } from '../audit/index.js';
import { DatabaseModule, type Tx } from '../platform/database/index.js';
import { configureHttp, httpAdapter, HttpModule } from '../platform/http/index.js';
import { RuntimeModule } from '../platform/runtime.module.js';
import { TesterModule } from '../rehearsal/index.js';
import { type Bundle } from './bundle.js';
import { PoliciesModule, PoliciesService, TemplateSigner } from './index.js';

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown> & { errors?: { path: string; message: string }[] };
}

const shipped: Record<string, string> = Object.fromEntries(
  readdirSync('policies', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => [path, readFileSync(join('policies', path), 'utf8')]),
);
const ADMIN_TOKEN = 'admin-token-0123456789';

let opened: TestDatabase;
let app: NestFastifyApplication;
let service: string;
let viewer: string;
const signedBy: string[] = [];

class SignerInMemory extends TemplateSigner {
  override sign(_tx: Tx, _bundle: Bundle, by: { name: string }): Promise<void> {
    signedBy.push(by.name);
    return Promise.resolve();
  }
}

async function send(
  method: 'GET' | 'POST' | 'PUT',
  url: string,
  body?: unknown,
  token = ADMIN_TOKEN,
): Promise<Answer> {
  const response = await app.inject({
    method,
    url,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  return { status: response.statusCode, body: response.json<Answer['body']>() };
}

describe('over HTTP', () => {
  beforeAll(async () => {
    Logger.overrideLogger(false);
    opened = await openTestDatabase();
    const runtime = testRuntime(new TestClock('2026-11-20T12:00:00Z'), { BOOTSTRAP_API_KEY: ADMIN_TOKEN });
    const module = await Test.createTestingModule({
      imports: [
        DatabaseModule.of(opened.database),
        RuntimeModule.of(runtime),
        HttpModule,
        AuditModule,
        AccessModule,
        PoliciesModule,
        TesterModule,
      ],
      providers: [{ provide: TemplateSigner, useClass: SignerInMemory }],
    }).compile();
    app = module.createNestApplication<NestFastifyApplication>(httpAdapter());
    configureHttp(app);
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    const { administrator } = await app.get(AccessService).bootstrap(runtime.environment);
    await app.get(PoliciesService).loadFolderAtStart(administrator);
    const by: PersonActor = { kind: 'person', ...administrator, role: 'administrator', via: 'token' };
    service = (await app.get(TokensService).createService('shop', 'developer', by)).token;
    viewer = (await app.get(TokensService).createService('board', 'viewer', by)).token;
  });

  afterAll(async () => {
    await app.close();
    await opened.close();
  });

  describe('policies', () => {
    it('takes a playbook of any size it may have, and names the limit to a larger one', async () => {
      const padded = (files: number) => ({
        ...shipped,
        ...Object.fromEntries(
          Array.from({ length: files }, (_, i) => [
            `segments/large-${i}.yaml`,
            `# ${'x'.repeat(250 * 1024)}\n${JSON.stringify([{ id: `large-${i}`, title: 'T', when: 'true' }])}\n`,
          ]),
        ),
      });
      const large = await send('POST', '/v1/policies/check', { files: padded(12) }, viewer);
      expect(large.status).toBe(200);
      expect(JSON.stringify(large.body.errors)).not.toContain('a playbook has at most');
      const tooLarge = await send('POST', '/v1/policies/check', { files: padded(20) }, viewer);
      expect(tooLarge).toMatchObject({ status: 200, body: { ok: false } });
      expect(tooLarge.body.errors?.[0]?.message).toContain('files of 4096 KB together');
      const huge = await send('POST', '/v1/policies/check', { files: padded(70) }, viewer);
      expect(huge).toMatchObject({
        status: 413,
        body: { detail: expect.stringContaining('4096 KB') as string },
      });
      const unknown = await send('POST', '/v1/policies/check', { files: padded(12) }, 'nobody-nobody-nobody');
      expect(unknown.status).toBe(401);
      const elsewhere = await send('PUT', '/v1/facts/large', {
        kind: 'claim',
        data: { text: 'x'.repeat(3e6) },
      });
      expect(elsewhere.status).toBe(413);
    });

    it('names the part of the address that is malformed', async () => {
      const malformed = await send('POST', '/v1/policies/bundles/latest/activate', {});
      expect(malformed).toMatchObject({ status: 400, body: { errors: [{ path: 'hash' }] } });
    });

    it('runs the tests among files, and says which rules they never showed', async () => {
      const right = await send('POST', '/v1/policies/test', { files: shipped }, viewer);
      expect(right).toMatchObject({
        status: 200,
        body: { ok: true, errors: [], tests: { failed: 0, failures: [], coverage: { neverMatched: [] } } },
      });
      const files = {
        ...shipped,
        'tests/people.yaml': [
          '- test: Minors are written to',
          '  given: { now: 2026-11-18 10:00 Europe/Berlin, person: { birth_year: 2015 } }',
          '  actions: [win-back-30]',
          '  expect: { outcome: act, matchesNot: [minors] }',
          '',
        ].join('\n'),
      };
      const wrong = await send('POST', '/v1/policies/test', { files }, viewer);
      expect(wrong).toMatchObject({
        status: 200,
        body: {
          ok: false,
          tests: {
            failed: 1,
            failures: [
              {
                test: 'Minors are written to',
                file: 'tests/people.yaml',
                line: 1,
                column: 9,
                mismatches: [
                  {
                    member: 'expect.outcome',
                    expected: 'act',
                    got: expect.stringContaining('guardrail:minors') as string,
                  },
                  { member: 'expect.matchesNot', expected: 'no match of minors' },
                ],
              },
            ],
            coverage: { neverMatched: expect.arrayContaining(['grief', 'complaint']) as string[] },
          },
        },
      });
      const broken = await send('POST', '/v1/policies/test', { files: {} }, viewer);
      expect(broken.body).toMatchObject({ ok: false, tests: null, hash: null });
      expect(broken.body.errors).not.toEqual([]);
    });

    it('shows the active bundle and the kept ones', async () => {
      const { status, body } = await send('GET', '/v1/policies');
      expect(status).toBe(200);
      expect(body).toMatchObject({
        hash: app.get(PoliciesService).active().hash,
        activatedAt: '2026-11-20T12:00:00.000Z',
        activatedBy: { name: 'Administrator' },
        counts: { channels: 5 },
        problems: [],
      });
      const { body: kept } = await send('GET', '/v1/policies/bundles?limit=1', undefined, viewer);
      expect(kept).toMatchObject({ data: [{ hash: body['hash'], active: true }], nextCursor: null });
    });

    it('checks files and answers every mistake with its place', async () => {
      expect(await send('POST', '/v1/policies/check', { files: shipped })).toEqual({
        status: 200,
        body: { ok: true, errors: [], warnings: [], hash: app.get(PoliciesService).active().hash },
      });
      const files = {
        ...shipped,
        'guardrails/new.yaml':
          'id: new\ntitle: New\nreason: R\neffect: suppress\nowner: me\nwhen: has(profile.traits.vipp)\n',
      };
      expect((await send('POST', '/v1/policies/check', { files })).body).toEqual({
        ok: false,
        errors: [
          {
            file: 'guardrails/new.yaml',
            line: 6,
            column: 26,
            message: expect.stringMatching(/^trait "vipp" is not declared/) as unknown,
          },
        ],
        warnings: [],
        hash: null,
      });
      expect((await send('POST', '/v1/policies/check', { files: { 'a.yaml': 3 } })).status).toBe(400);
      const idle = files['guardrails/new.yaml'].replace(
        'has(profile.traits.vipp)',
        'profile.hasEmail && !profile.hasEmail',
      );
      const told = await send('POST', '/v1/policies/check', {
        files: { ...files, 'guardrails/new.yaml': idle },
      });
      expect(told.body).toMatchObject({
        ok: true,
        warnings: [
          { file: 'guardrails/new.yaml', code: 'never-matches', subject: 'guardrails/new', owner: 'me' },
        ],
      });
    });

    it('activates a kept bundle for a person, never for a machine', async () => {
      const { hash } = app.get(PoliciesService).active();
      signedBy.length = 0;
      expect((await send('POST', `/v1/policies/bundles/${hash}/activate`, undefined, service)).status).toBe(
        403,
      );
      expect((await send('POST', `/v1/policies/bundles/${hash}/activate`, undefined, viewer)).status).toBe(
        403,
      );
      expect(signedBy).toEqual([]);
      expect(await send('POST', `/v1/policies/bundles/${hash}/activate`)).toMatchObject({
        status: 200,
        body: { hash },
      });
      expect(signedBy).toEqual(['Administrator']);
      expect((await send('POST', `/v1/policies/bundles/${'0'.repeat(64)}/activate`)).status).toBe(404);
      expect((await send('POST', '/v1/policies/bundles/nonsense/activate')).status).toBe(400);
    });
  });

  describe('facts', () => {
    const cup = {
      kind: 'product',
      data: { name: 'Tide cup', price: 2_400, currency: 'EUR', glaze: 'blue' },
      source: 'shop',
    };

    it('are put, versioned and listed', async () => {
      const first = await send('PUT', '/v1/facts/cup', cup, service);
      expect(first).toMatchObject({
        status: 200,
        body: { id: 'cup', version: 1, data: { glaze: 'blue' }, validFrom: null },
      });
      expect(await send('PUT', '/v1/facts/cup', cup, service)).toEqual(first);
      const dearer = { ...cup, data: { ...cup.data, price: 2_600 } };
      expect((await send('PUT', '/v1/facts/cup', dearer, service)).body).toMatchObject({ version: 2 });
      const batch = {
        facts: [
          { id: 'pot', ...cup },
          { id: 'bowl', ...cup },
        ],
      };
      expect(await send('POST', '/v1/facts/batch', batch, service)).toMatchObject({
        status: 200,
        body: { data: [{ id: 'pot' }, { id: 'bowl' }] },
      });
      const page = await send('GET', '/v1/facts?kind=product&limit=2', undefined, viewer);
      expect(page.body).toMatchObject({ data: [{ id: 'bowl' }, { id: 'cup', version: 2 }] });
      const rest = await send(
        'GET',
        `/v1/facts?limit=2&cursor=${String(page.body['nextCursor'])}`,
        undefined,
        viewer,
      );
      expect(rest.body).toMatchObject({ data: [{ id: 'pot' }], nextCursor: null });
      expect((await send('GET', '/v1/facts?kind=claim')).body).toEqual({ data: [], nextCursor: null });
    });

    it('are refused with the path of each mistake', async () => {
      const wrong = await send('PUT', '/v1/facts/cup', {
        ...cup,
        data: { name: '', price: 24.5, currency: 'euro' },
      });
      expect(wrong.status).toBe(400);
      expect(wrong.body.errors?.map(({ path }) => path)).toEqual([
        'data.name',
        'data.price',
        'data.currency',
      ]);
      const batch = await send('POST', '/v1/facts/batch', {
        facts: [
          { id: 'ok', ...cup },
          { id: 'bad', ...cup, kind: 'offer', data: { percent: 200 } },
          { id: 'ok', ...cup },
        ],
      });
      expect(batch.status).toBe(400);
      expect(batch.body.errors?.map(({ path }) => path)).toEqual(['facts.1.data.percent', 'facts.2.id']);
      expect((await send('PUT', '/v1/facts/a%0Ab', cup)).status).toBe(400);
      expect((await send('PUT', '/v1/facts/cup', { ...cup, data: undefined, kind: 'claim' })).status).toBe(
        400,
      );
      expect(
        (await send('PUT', '/v1/facts/cup', { kind: 'claim', data: { text: 'x' }, source: 'x' })).status,
      ).toBe(409);
      expect((await send('PUT', '/v1/facts/cup', cup, viewer)).status).toBe(403);
    });

    it('keep null characters and broken surrogates from doing harm', async () => {
      const odd = { ...cup, data: { ...cup.data, note: 'a\u0000b\ud800c' } };
      const { status, body } = await send('PUT', '/v1/facts/odd', odd);
      expect([200, 400]).toContain(status);
      if (status === 200) expect(JSON.stringify(body)).not.toContain('\\ud800');
    });
  });
});
