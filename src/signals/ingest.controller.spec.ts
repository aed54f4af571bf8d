import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { sql } from 'kysely';
import { openTestDatabase, type TestDatabase } from '../../test/harness/database.js';
import { TestClock, testRuntime } from '../../test/harness/runtime.js';
import { AccessModule, AccessService, TokensService } from '../access/index.js';
import { AuditModule } from '../audit/index.js';
import { DatabaseModule } from '../platform/database/index.js';
import { configureHttp, httpAdapter, HttpModule } from '../platform/http/index.js';
import { RuntimeModule } from '../platform/runtime.module.js';
import { BacklogService } from './backlog.service.js';
import { SignalsModule } from './index.js';
import { SignalsWriter } from './signals.writer.js';

const WRITE_KEY = 'test-write-key';
const BASIC = `Basic ${Buffer.from(`${WRITE_KEY}:anything`).toString('base64')}`;

describe('the signals API', () => {
  let opened: TestDatabase;
  let app: NestFastifyApplication;
  let url: string;

  beforeAll(async () => {
    opened = await openTestDatabase();
    const runtime = testRuntime(new TestClock('2026-11-18T12:00:00.000Z'), {
      BOOTSTRAP_WRITE_KEY: WRITE_KEY,
      INBOX_LIMIT: '100000',
    });
    const module = await Test.createTestingModule({
      imports: [
        DatabaseModule.of(opened.database),
        RuntimeModule.of(runtime),
        HttpModule,
        AuditModule,
        AccessModule,
        SignalsModule,
      ],
    }).compile();
    app = module.createNestApplication<NestFastifyApplication>(httpAdapter());
    app.useLogger(false);
    configureHttp(app);
    await app.get(AccessService).bootstrap(runtime.environment);
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(async () => {
    await app.close();
    await opened.close();
  });
  beforeEach(async () => {
    await sql`delete from signals`.execute(opened.database.db);
    await sql`delete from signal_rejections`.execute(opened.database.db);
    await sql`delete from signal_inbox`.execute(opened.database.db);
    await app.get(BacklogService).look();
  });

  const send = async (
    path: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> => {
    const response = await fetch(`${url}/v1/${path}`, {
      method: 'POST',
      headers: { authorization: BASIC, 'content-type': 'application/json', ...headers },
      body,
    });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Record<string, unknown>,
    };
  };
  const kept = async (): Promise<string[]> => {
    const { rows } = await sql<{ type: string }>`select type from signals order by type`.execute(
      opened.database.db,
    );
    return rows.map(({ type }) => type);
  };
  const noted = async (): Promise<{ path: string; message: string; excerpt: string }[]> => {
    const { rows } = await sql<{ path: string; message: string; excerpt: string }>`
      select path, message, excerpt from signal_rejections order by seq`.execute(opened.database.db);
    return rows;
  };
  const batchOf = (...batch: unknown[]): string => JSON.stringify({ batch });

  it.each([
    ['track', { userId: 'u1', event: 'A' }],
    ['identify', { userId: 'u1', traits: { email: 'a@example.com' } }],
    ['page', { anonymousId: 'a1', name: 'Home' }],
    ['screen', { anonymousId: 'a1', name: 'Home' }],
    ['group', { userId: 'u1', groupId: 'g1' }],
    ['alias', { userId: 'u1', previousId: 'a1' }],
  ])('keeps a %s', async (type, body) => {
    expect(await send(type, JSON.stringify(body))).toMatchObject({ status: 200, body: { success: true } });
    expect(await kept()).toEqual([type]);
  });

  it('answers success without a list when the whole batch is good', async () => {
    const answer = await send('batch', batchOf({ type: 'track', userId: 'u1', event: 'A' }));
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ success: true });
  });

  it('keeps the good and names the bad, to the client and to the console', async () => {
    const answer = await send(
      'batch',
      batchOf({ type: 'track', userId: 'u1', event: 'A' }, { type: 'track', userId: 'u1' }),
    );
    expect(answer).toMatchObject({
      status: 200,
      body: {
        success: true,
        rejectedCount: 1,
        rejected: [{ index: 1, path: 'event', message: 'is missing' }],
      },
    });
    expect(await kept()).toEqual(['track']);
    expect(await noted()).toEqual([
      { path: 'event', message: 'is missing', excerpt: 'track {type, userId}' },
    ]);
  });

  it('answers 400 and keeps nothing of a single bad signal', async () => {
    const answer = await send('track', JSON.stringify({ userId: 'u1' }));
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body['errors']).toEqual([{ path: 'event', message: 'is missing' }]);
    expect(await kept()).toEqual([]);
    expect(await noted()).toHaveLength(1);
  });

  it.each([
    ['malformed JSON', '{"batch": [', ''],
    ['a list', '[]', ''],
    ['nothing', '', ''],
    ['a batch that is no list', '{"batch": 1}', 'batch'],
  ])('answers 400 for %s', async (_what, body, path) => {
    const answer = await send('batch', body);
    expect(answer.status).toBe(400);
    expect(answer.body['errors']).toMatchObject([{ path }]);
  });

  it.each([
    ['as it should be labelled', { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
    [
      'as RudderStack labels it',
      { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' },
    ],
    ['without a label', { 'content-type': 'text/plain' }],
    ['under a name that is no content type', { 'content-type': 'whatever', 'content-encoding': 'gzip' }],
    ['under an empty one', { 'content-type': '' }],
  ])('takes gzip %s', async (_what, headers) => {
    const body = new Uint8Array(gzipSync(batchOf({ type: 'track', userId: 'u1', event: 'A' })));
    expect((await send('batch', body, headers)).status).toBe(200);
    expect(await kept()).toEqual(['track']);
  });

  it('takes JSON under any content type', async () => {
    const body = batchOf({ type: 'track', userId: 'u1', event: 'A' });
    expect((await send('batch', body, { 'content-type': 'text/plain' })).status).toBe(200);
    expect((await send('batch', body, { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(
      200,
    );
    expect((await send('batch', body, { 'content-type': 'whatever' })).status).toBe(200);
  });

  it('takes JSON that opens with a byte order mark', async () => {
    expect(
      (await send('batch', `\uFEFF${batchOf({ type: 'track', userId: 'u1', event: 'A' })}`)).status,
    ).toBe(200);
    expect(await kept()).toEqual(['track']);
  });

  it('answers 400 for broken gzip', async () => {
    const broken = new Uint8Array(gzipSync(batchOf()));
    broken[15] = 0;
    expect((await send('batch', broken)).status).toBe(400);
  });

  describe('too much', () => {
    const track = (size: number): object => ({
      type: 'track',
      userId: 'u1',
      event: 'A',
      properties: { a: 'x'.repeat(size) },
    });

    it('refuses 10 MB', async () => {
      const answer = await send('batch', batchOf(track(10_000_000))).catch(() => null);
      // The answer may be cut off together with the upload.
      expect(answer?.status ?? 413).toBe(413);
    });

    it('never tells what is too large to come back', async () => {
      const path = `${url}/v1/batch`;
      const status = await new Promise((resolve, reject) => {
        const headers = { authorization: BASIC, 'content-length': 20_000_000 };
        request(path, { method: 'POST', headers }, ({ statusCode }) => {
          resolve(statusCode);
        })
          .on('error', reject)
          .flushHeaders();
      });
      expect(status).toBe(413);
    });

    it('refuses more than 500 KB after unzipping, without unzipping it all', async () => {
      const bomb = new Uint8Array(gzipSync(batchOf(track(100_000_000))));
      expect(bomb.length).toBeLessThan(200_000);
      expect((await send('batch', bomb)).status).toBe(413);
    });

    it('takes a batch of just under 500 KB', async () => {
      expect(await send('batch', batchOf(...Array.from({ length: 16 }, () => track(30_000))))).toMatchObject({
        status: 200,
        body: { success: true },
      });
    });

    it('refuses a batch of a quarter of a million pieces of garbage at once, and answers a small one shortly', async () => {
      expect((await send('batch', `{"batch":[${'1,'.repeat(249_000)}1]}`)).status).toBe(413);
      const answer = await send('batch', `{"batch":[${'1,'.repeat(2_000)}1]}`);
      expect(answer.body['rejected']).toHaveLength(100);
      expect(answer.body['rejectedCount']).toBe(2_001);
    });

    it('refuses one signal above 32 KB, and only that one out of a batch', async () => {
      expect((await send('track', JSON.stringify(track(33_000)))).status).toBe(413);
      expect((await send('batch', batchOf(track(33_000)))).status).toBe(413);
      const mixed = await send('batch', batchOf(track(33_000), track(10)));
      expect(mixed).toMatchObject({ status: 200, body: { rejected: [{ index: 0 }] } });
      expect(await kept()).toEqual(['track']);
    });

    const fillInbox = (): Promise<unknown> =>
      sql`
        insert into signal_inbox (partition, signal_id, received_at)
        select n % 16, 'sig_' || n, '2026-11-18' from generate_series(1, 100000) n`.execute(
        opened.database.db,
      );

    /** The status of the next answer. */
    const statusOn = async (socket: Socket): Promise<number> => {
      const [part] = (await once(socket, 'data')) as [Buffer];
      return Number(/^HTTP\/1\.1 (\d+)/.exec(part.toString('latin1'))?.[1]);
    };

    /** Keeps every flush waiting until told to go on, and the database free: write keys are looked up in it again every few seconds. */
    const stopWriting = (): (() => void) => {
      let goOn = (): void => undefined;
      const told = new Promise<void>((resolve) => (goOn = resolve));
      const writeAtOnce = Reflect.get<SignalsWriter, 'writeAtOnce'>(SignalsWriter.prototype, 'writeAtOnce');
      SignalsWriter.prototype.writeAtOnce = async function (...given) {
        await told;
        return writeAtOnce.apply(this, given);
      };
      return () => {
        SignalsWriter.prototype.writeAtOnce = writeAtOnce;
        goOn();
      };
    };

    it('answers 429 with Retry-After when too much waits to be written, and keeps nothing', async () => {
      const batchOfThousand = (n: number): string =>
        batchOf(...Array.from({ length: 1_000 }, (_, i) => ({ ...track(1), messageId: `flood-${n}-${i}` })));
      const goOn = stopWriting();
      const calls = Array.from({ length: 30 }, (_, n) => send('batch', batchOfThousand(n)));
      try {
        // What is taken is answered once it is written; twenty of thirty are refused meanwhile.
        let refused = 0;
        await new Promise<void>((resolve, reject) => {
          for (const call of calls)
            call.then(({ status }) => {
              if (status === 429 && ++refused === 20) resolve();
            }, reject);
        });
      } finally {
        goOn();
      }
      const answers = await Promise.all(calls);
      for (const { headers, body } of answers.filter(({ status }) => status === 429)) {
        expect(headers.get('content-type')).toContain('application/problem+json');
        expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
        expect(body['detail']).toContain('nothing was kept');
      }
      const taken = answers.filter(({ status }) => status === 200).length;
      expect(taken).toBeGreaterThan(0);
      expect(taken).toBeLessThanOrEqual(10);
      expect(await kept()).toHaveLength(taken * 1_000);
      expect((await send('track', JSON.stringify({ userId: 'u1', event: 'A' }))).status).toBe(200);
    });

    it('refuses without waiting for the body, and goes on with the same connection', async () => {
      const backlog = app.get(BacklogService);
      await fillInbox();
      await backlog.look();
      const { hostname, port } = new URL(url);
      const socket = connect({ host: hostname, port: Number(port) });
      try {
        const body = JSON.stringify({ userId: 'u1', event: 'A' });
        const head = `POST /v1/track HTTP/1.1\r\nhost: test\r\nauthorization: ${BASIC}\r\ncontent-length: ${body.length}\r\n\r\n`;
        socket.write(head);
        expect(await statusOn(socket)).toBe(429);
        await sql`delete from signal_inbox`.execute(opened.database.db);
        await backlog.look();
        socket.write(body + head + body);
        expect(await statusOn(socket)).toBe(200);
        expect(await kept()).toEqual(['track']);
      } finally {
        socket.destroy();
      }
    });

    it('goes on taking in from a source while another one floods', async () => {
      const backlog = app.get(BacklogService);
      const flooding = (await app.get(AccessService).writeKey(WRITE_KEY))?.id ?? '';
      const quietKey = 'a-quiet-write-key';
      await opened.database.transaction((tx) => app.get(TokensService).insertWriteKey(tx, 'quiet', quietKey));
      const quiet = { authorization: `Basic ${btoa(`${quietKey}:`)}` };
      const batch = (from: string): string =>
        batchOf(...Array.from({ length: 1_000 }, (_, i) => ({ type: 'page', anonymousId: `${from}${i}` })));
      // All but a thousand of the half that one alone may fill.
      await sql`
        with flood as (
          insert into signals (id, received_at, source, message_id, type, identity_hash, occurred_at, key_id, body)
          select 'flood' || n, '2026-11-18', ${flooding}::text, 'm' || n, 'page', 'h', '2026-11-18', 'k', ''
          from generate_series(1, 49000) n returning id, received_at
        )
        insert into signal_inbox (partition, signal_id, received_at)
        select 0, id, received_at from flood`.execute(opened.database.db);
      await backlog.look();
      expect((await send('batch', batch('a'))).status).toBe(200);
      await backlog.look();
      const refused = await send('batch', batch('b'));
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30']);
      expect(refused.body['detail']).toContain('nothing was kept');
      for (const from of ['c', 'd', 'e']) {
        expect((await send('batch', batch(from), quiet)).status).toBe(200);
        await backlog.look();
        expect((await send('batch', batch('b'))).status).toBe(429);
      }
      const { rows } = await sql<{ count: number }>`
        select count(*)::integer as count from signals where source <> ${flooding}`.execute(
        opened.database.db,
      );
      expect(rows).toEqual([{ count: 3_000 }]);
    });

    it('answers 429 when as many signals wait to be applied as may, and keeps nothing', async () => {
      const backlog = app.get(BacklogService);
      await fillInbox();
      await backlog.look();
      const answer = await send('track', JSON.stringify({ userId: 'u1', event: 'A' }));
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '30']);
      expect(await kept()).toEqual([]);
      await sql`delete from signal_inbox`.execute(opened.database.db);
      await backlog.look();
      expect((await send('track', JSON.stringify({ userId: 'u1', event: 'A' }))).status).toBe(200);
    });
  });

  it.each([
    ['no key', ''],
    ['a wrong key', `Basic ${Buffer.from('wrong:').toString('base64')}`],
    ['an empty key', `Basic ${Buffer.from(':').toString('base64')}`],
    ['a bearer token', `Bearer ${WRITE_KEY}`],
    ['rubbish', 'Basic ***'],
  ])('answers 401 for %s', async (_what, authorization) => {
    const answer = await send('batch', batchOf(), { authorization });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('Basic');
  });

  it('lets browsers ask first', async () => {
    const answer = await fetch(`${url}/v1/track`, { method: 'OPTIONS' });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    const allowed = String(answer.headers.get('access-control-allow-headers')).split(', ');
    expect(allowed).toEqual(expect.arrayContaining(['authorization', 'content-type', 'anonymousid']));
    expect(answer.headers.get('access-control-expose-headers')).toBe('retry-after');
  });
});
