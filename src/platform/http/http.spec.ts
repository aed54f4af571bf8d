import { Body, Controller, Get, Header, HttpCode, Param, Post, Query } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { openTestDatabase, type TestDatabase } from '../../../test/harness/database.js';
import { TestClock, testRuntime } from '../../../test/harness/runtime.js';
import { Database, DatabaseModule } from '../database/index.js';
import { RuntimeModule } from '../runtime.module.js';
import {
  configureHttp,
  decodeCursor,
  httpAdapter,
  HttpModule,
  Idempotent,
  page,
  type Page,
  pageQuery,
  type PageQuery,
  Problem,
  RawBodyRoute,
  readRawBody,
  RequestMemory,
} from './index.js';

const thing = z.strictObject({ name: z.string().min(1), size: z.int() });
let made = 0;
let slowly: Promise<void> = Promise.resolve();

@Controller('v1/things')
class ThingsController {
  constructor(
    private readonly database: Database,
    private readonly requests: RequestMemory,
  ) {}

  @Post('kept')
  @Idempotent()
  async keep(): Promise<{ id: string }> {
    const earlier = this.requests.made();
    if (earlier !== null) return { id: earlier };
    const id = `thing-${(made += 1)}`;
    await slowly;
    await this.database.transaction((tx) => this.requests.keep(tx, id));
    return { id };
  }

  @Post()
  @Idempotent()
  async make(
    @Body({ schema: thing }) body: z.output<typeof thing>,
  ): Promise<{ number: number; name: string }> {
    made += 1;
    await slowly;
    if (body.name === 'refused') throw new Problem(409, 'refused', 'Not this one.');
    return { number: made, name: body.name };
  }

  @Get()
  list(@Query({ schema: pageQuery }) query: PageQuery): Page<number> {
    const after = decodeCursor(query.cursor, z.tuple([z.int()]))?.[0] ?? 0;
    const rows = [1, 2, 3, 4, 5].filter((n) => n > after).slice(0, query.limit + 1);
    return page(rows, query.limit, (n) => [n]);
  }

  @Post('raw')
  @HttpCode(200)
  @RawBodyRoute()
  async raw(@Body() body: unknown): Promise<{ bytes: number }> {
    return { bytes: (await readRawBody(body, 1_000)).length };
  }

  @Get('framed')
  @Header('content-security-policy', "frame-ancestors 'self'")
  framed(): string {
    return 'own header';
  }

  @Get('broken')
  broken(): never {
    throw new Error('the secret word is aardvark');
  }

  @Get(':id')
  get(@Param('id') id: string): { id: string } {
    return { id };
  }
}

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: Record<string, unknown> & { errors?: { path: string; message: string }[] };
}

describe('HTTP', () => {
  let opened: TestDatabase;
  let app: NestFastifyApplication;
  const clock = new TestClock('2026-11-02T09:00:00Z');

  beforeAll(async () => {
    opened = await openTestDatabase();
    const module = await Test.createTestingModule({
      imports: [DatabaseModule.of(opened.database), RuntimeModule.of(testRuntime(clock)), HttpModule],
      controllers: [ThingsController],
    }).compile();
    app = module.createNestApplication<NestFastifyApplication>(httpAdapter());
    app.useLogger(false);
    configureHttp(app);
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  });
  afterAll(async () => {
    await app.close();
    await opened.close();
  });

  async function send(
    method: 'GET' | 'POST' | 'PUT',
    url: string,
    payload?: string | Buffer,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await app.inject({
      method,
      url,
      headers: { ...(payload === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(payload === undefined ? {} : { payload }),
    });
    const isJson = String(response.headers['content-type']).includes('json');
    return {
      status: response.statusCode,
      headers: response.headers,
      body: isJson ? response.json<Answer['body']>() : { text: response.body },
    };
  }
  const post = (payload: string | Buffer, headers: Record<string, string> = {}): Promise<Answer> =>
    send('POST', '/v1/things', payload, headers);

  it('names each mistake in bad input by its path', async () => {
    const answer = await post('{"name":"","size":1.5,"colour":"red"}');
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ title: 'Bad Request', status: 400 });
    expect(answer.body['type']).toBe('urn:countersign:problem:invalid-input');
    const paths = answer.body.errors?.map((error) => error.path);
    expect(paths).toEqual(['name', 'size', 'colour']);
    expect(answer.body.errors?.[2]?.message).toBe('is not a known member');
  });

  it.each([
    ['broken JSON', '{"name":', 400, 'malformed-json'],
    ['no body', '', 400, 'invalid-input'],
    ['a null character', '{"name":"a\\u0000b","size":1}', 400, 'malformed-json'],
    ['half a surrogate pair', '{"name":"\\ud83d","size":1}', 400, 'malformed-json'],
    ['a prototype key', '{"__proto__":{"admin":true},"name":"a","size":1}', 400, 'malformed-json'],
    ['a prototype key in disguise', '{"\\u005f_proto__":{},"name":"a","size":1}', 400, 'malformed-json'],
    ['a way to the prototype', '{"constructor":{"prototype":{}},"name":"a","size":1}', 400, 'malformed-json'],
    ['nesting without end', '['.repeat(100_000), 400, 'malformed-json'],
    ['deep nesting', `${'['.repeat(5_000)}${']'.repeat(5_000)}`, 400, 'malformed-json'],
    ['10 MB', `"${'a'.repeat(10_000_000)}"`, 413, 'too-large'],
  ])('refuses %s', async (_what, payload, status, code) => {
    const answer = await post(payload);
    expect([answer.status, answer.body['type']]).toEqual([status, `urn:countersign:problem:${code}`]);
  });

  it('refuses bytes that are not UTF-8, and types it cannot read', async () => {
    expect((await post(Buffer.from([0x22, 0xff, 0x22]))).status).toBe(400);
    const xml = await post('<a/>', { 'content-type': 'application/xml' });
    expect([xml.status, xml.body['type']]).toEqual([415, 'urn:countersign:problem:unsupported-media-type']);
  });

  it('takes a whole pair of surrogates and words that only look suspicious', async () => {
    const answer = await post('{"name":"\\ud83d\\ude00 constructor","size":1}');
    expect(answer.body).toMatchObject({ name: '😀 constructor' });
  });

  it('says 404 for an address it does not know and 405 for a method it does not', async () => {
    expect((await send('GET', '/nowhere')).body).toMatchObject({ status: 404, title: 'Not Found' });
    for (const type of ['text/plain', 'no type at all', 'application/json'])
      expect((await send('POST', '/v1/nowhere', '{', { 'content-type': type })).status).toBe(404);
    const answer = await send('PUT', '/v1/things/7', '{}');
    expect(answer.status).toBe(405);
    expect(answer.headers['allow']).toBe('GET, HEAD');
  });

  it('answers malformed addresses as problems too', async () => {
    for (const url of ['/v1/things/%zz', '/v1/things/a%00b', `/v1/things/${'a'.repeat(2_000)}`]) {
      const answer = await send('GET', url);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(answer.body['status']).toBe(answer.status);
    }
  });

  it('keeps the reason of a defect to itself and names the request', async () => {
    const answer = await send('GET', '/v1/things/broken');
    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer.body)).not.toContain('aardvark');
    expect(answer.body['requestId']).toBe(answer.headers['x-request-id']);
  });

  it('shows a page to a browser and sends who is not signed in to the form', async () => {
    const answer = await send('GET', '/nowhere', undefined, { accept: 'text/html' });
    expect(answer.body['text']).toContain('<h1>Not Found</h1>');
  });

  it('sets security headers everywhere and lets a route say otherwise', async () => {
    for (const url of ['/v1/things/1', '/nowhere']) {
      const { headers } = await send('GET', url);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    }
    const framed = await send('GET', '/v1/things/framed');
    expect(framed.headers['content-security-policy']).toBe("frame-ancestors 'self'");
  });

  describe('lists', () => {
    it('go on exactly behind the last one', async () => {
      const first = await send('GET', '/v1/things?limit=2');
      expect(first.body['data']).toEqual([1, 2]);
      const second = await send('GET', `/v1/things?limit=2&cursor=${String(first.body['nextCursor'])}`);
      expect(second.body['data']).toEqual([3, 4]);
      const third = await send('GET', `/v1/things?limit=2&cursor=${String(second.body['nextCursor'])}`);
      expect(third.body).toEqual({ data: [5], nextCursor: null });
    });

    it.each(['limit=0', 'limit=201', 'limit=x', 'cursor=rubbish', 'cursor=WyJ4Il0', 'other=1'])(
      'refuse %s',
      async (query) => {
        const answer = await send('GET', `/v1/things?${query}`);
        expect(answer.status).toBe(400);
        expect(answer.body.errors).toHaveLength(1);
      },
    );
  });

  describe('raw bodies', () => {
    it('are unzipped whatever they are called', async () => {
      const zipped = gzipSync('x'.repeat(900));
      const answer = await send('POST', '/v1/things/raw', zipped, {
        'content-type': 'application/x-www-form-urlencoded',
      });
      expect(answer.body).toEqual({ bytes: 900 });
    });

    it('are refused beyond their limit, zipped or not, and when the zip is broken', async () => {
      expect((await send('POST', '/v1/things/raw', gzipSync('x'.repeat(5_000_000)))).status).toBe(413);
      expect((await send('POST', '/v1/things/raw', 'x'.repeat(1_001))).status).toBe(413);
      expect((await send('POST', '/v1/things/raw', Buffer.from([0x1f, 0x8b, 1, 2]))).status).toBe(400);
    });
  });

  describe('an idempotency key', () => {
    const key = (name: string): Record<string, string> => ({ 'idempotency-key': name });

    it('answers the same request with the same answer', async () => {
      const first = await post('{"name":"a","size":1}', key('one'));
      const again = await post('{"size":1, "name":"a"}', key('one'));
      expect(again.status).toBe(201);
      expect(again.body).toEqual(first.body);
      expect(again.headers['idempotent-replayed']).toBe('true');
    });

    it('is refused with another body', async () => {
      await post('{"name":"a","size":1}', key('two'));
      expect((await post('{"name":"b","size":1}', key('two'))).status).toBe(422);
    });

    it('makes one thing when two requests come at once', async () => {
      const before = made;
      let go = (): void => undefined;
      slowly = new Promise((resolve) => (go = resolve));
      const both = Promise.all([
        post('{"name":"c","size":1}', key('three')),
        post('{"name":"c","size":1}', key('three')),
      ]);
      setTimeout(go, 100);
      const [one, other] = await both;
      slowly = Promise.resolve();
      expect(made).toBe(before + 1);
      expect(one.body).toEqual(other.body);
    });

    it('lets one of two attempts make something, also when the first was taken for dead and was not', async () => {
      const keep = (): Promise<Answer> => send('POST', '/v1/things/kept', '{}', key('five'));
      let wake = (): void => undefined;
      slowly = new Promise((resolve) => (wake = resolve));
      const before = made;
      const asleep = keep();
      while (made === before) await new Promise((resolve) => setTimeout(resolve, 5));
      slowly = Promise.resolve();
      clock.advance(31_000);
      const second = await keep();
      expect(second.status).toBe(201);
      wake();
      expect((await asleep).status).toBe(409);
      expect((await keep()).body).toEqual(second.body);
    });

    it('can be used again after a refusal', async () => {
      expect((await post('{"name":"refused","size":1}', key('four'))).status).toBe(409);
      expect((await post('{"name":"better","size":1}', key('four'))).status).toBe(201);
    });
  });
});
