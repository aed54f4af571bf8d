import {
  applyDecorators,
  Controller,
  HttpCode,
  type OnModuleInit,
  Options,
  Post,
  Req,
  Res,
} from '@nestjs/common';
import { ApiBasicAuth, ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AccessService, Public } from '../access/index.js';
import {
  BODY_LIMIT as WIRE_LIMIT,
  Gates,
  Problem,
  RawBodyRoute,
  readRawBody,
  tooLarge,
} from '../platform/http/index.js';
import { Log, Metrics } from '../platform/telemetry/index.js';
import { Clock } from '../shared/clock.js';
import { Ids } from '../shared/ids.js';
import { BacklogService } from './backlog.service.js';
import { BODY_LIMIT, BodyRefused, type Parsed, parseBatch, type ParseOptions, parseSingle } from './parse.js';
import { type SignalType } from './signal.js';
import { Overloaded, SignalsService } from './signals.service.js';

/** What a client gets for what was kept; `rejected` spells out the first hundred. */
const ingestAnswer = z
  .strictObject({
    success: z.literal(true),
    rejectedCount: z.int().optional(),
    rejected: z.array(z.strictObject({ index: z.int(), path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'SignalsTaken' });
type IngestAnswer = z.output<typeof ingestAnswer>;

const CORS: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'POST',
  // RudderStack's browser client sends AnonymousId; a star does not cover Authorization, and older browsers do not know it.
  'access-control-allow-headers': 'authorization, content-type, content-encoding, anonymousid, *',
  'access-control-expose-headers': 'retry-after',
  'access-control-max-age': '86400',
  'cross-origin-resource-policy': 'cross-origin',
};

/** What each of its routes answers. */
const Answers = (): MethodDecorator =>
  applyDecorators(
    ApiResponse({
      status: 200,
      standardSchema: ingestAnswer,
      description: 'Kept, but for those of a batch that are rejected: the first hundred are spelled out',
    }),
    ApiResponse({
      status: 413,
      description: 'More than 500 KB, 2,500 signals, or 32 KB in one signal; nothing was kept',
    }),
    ApiResponse({ status: 429, description: 'Overload; nothing was kept. See Retry-After' }),
  );

/** The gate that its routes share: see `admit`. */
const GATE = 'signals';
/** What a signal comes to, as far as a body's length can tell. */
const TYPICAL_BYTES = 600;
/** Processing catches up in minutes rather than seconds. */
const INBOX_FULL_S = 30;

/** The Segment-shaped API. Bodies are parsed by hand: this is the hot path, and clients mislabel what they send. */
@Controller('v1')
@Public()
@ApiTags('Signals')
@ApiBasicAuth('writeKey')
export class IngestController implements OnModuleInit {
  private readonly log = new Log('signals');
  /** The write key's id of each request that passed the gate. */
  private readonly sources = new WeakMap<FastifyRequest, string>();

  constructor(
    private readonly signals: SignalsService,
    private readonly backlog: BacklogService,
    private readonly access: AccessService,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly metrics: Metrics,
    private readonly gates: Gates,
  ) {}

  onModuleInit(): void {
    this.gates.set(GATE, (request, reply) => this.admit(request, reply));
  }

  @Post('batch')
  @HttpCode(200)
  @RawBodyRoute(GATE)
  @Answers()
  @ApiOperation({
    summary: 'Keeps a batch of signals; bad ones are named in the answer and the good ones kept',
  })
  @ApiBody({
    schema: {
      type: 'object',
      required: ['batch'],
      properties: { batch: { type: 'array', items: { type: 'object' } } },
    },
  })
  async batch(@Req() request: FastifyRequest): Promise<IngestAnswer> {
    const source = this.sourceOf(request);
    const parsed = await this.parse(source, request.body, parseBatch);
    const first = parsed.rejected[0];
    // A body has no room for more large signals than are spelled out.
    if (first !== undefined && parsed.signals.length === 0 && parsed.rejected.every((each) => each.tooLarge))
      throw new Problem(413, 'too-large', `Every signal of the batch ${first.message}.`);
    await this.keep(source, parsed);
    if (parsed.rejected.length === 0) return { success: true };
    return {
      success: true,
      rejectedCount: parsed.rejectedCount,
      rejected: parsed.rejected.map(({ index, path, message }) => ({ index, path, message })),
    };
  }

  @Post('track')
  @HttpCode(200)
  @RawBodyRoute(GATE)
  @Answers()
  @ApiOperation({ summary: 'Keeps one event' })
  track(@Req() request: FastifyRequest): Promise<IngestAnswer> {
    return this.single('track', request);
  }

  @Post('identify')
  @HttpCode(200)
  @RawBodyRoute(GATE)
  @Answers()
  @ApiOperation({ summary: 'Says who somebody is, and their traits' })
  identify(@Req() request: FastifyRequest): Promise<IngestAnswer> {
    return this.single('identify', request);
  }

  @Post('page')
  @HttpCode(200)
  @RawBodyRoute(GATE)
  @Answers()
  @ApiOperation({ summary: 'Keeps the view of a page' })
  page(@Req() request: FastifyRequest): Promise<IngestAnswer> {
    return this.single('page', request);
  }

  @Post('screen')
  @HttpCode(200)
  @RawBodyRoute(GATE)
  @Answers()
  @ApiOperation({ summary: 'Keeps the view of a screen' })
  screen(@Req() request: FastifyRequest): Promise<IngestAnswer> {
    return this.single('screen', request);
  }

  @Post('group')
  @HttpCode(200)
  @RawBodyRoute(GATE)
  @Answers()
  @ApiOperation({ summary: 'Puts somebody into a group' })
  group(@Req() request: FastifyRequest): Promise<IngestAnswer> {
    return this.single('group', request);
  }

  @Post('alias')
  @HttpCode(200)
  @RawBodyRoute(GATE)
  @Answers()
  @ApiOperation({ summary: 'Says that two ids are one person' })
  alias(@Req() request: FastifyRequest): Promise<IngestAnswer> {
    return this.single('alias', request);
  }

  /** Browsers ask before they send with a write key. */
  @Options(['batch', 'track', 'identify', 'page', 'screen', 'group', 'alias'])
  @HttpCode(204)
  @ApiOperation({ summary: 'CORS' })
  preflight(@Res({ passthrough: true }) reply: FastifyReply): void {
    void reply.headers(CORS);
  }

  private async single(type: SignalType, request: FastifyRequest): Promise<IngestAnswer> {
    const source = this.sourceOf(request);
    const parsed = await this.parse(source, request.body, (text, options) =>
      parseSingle(type, text, options),
    );
    const refused = parsed.rejected[0];
    if (refused !== undefined) {
      this.metrics.count('countersign_ingest_signals_total', { outcome: 'rejected' });
      await this.record(source, parsed.rejected);
      if (refused.tooLarge) throw new Problem(413, 'too-large', `The signal ${refused.message}.`);
      const place = refused.path === '' ? 'The signal' : refused.path;
      throw new Problem(400, 'invalid-signal', `${place} ${refused.message}.`, [
        { path: refused.path, message: refused.message },
      ]);
    }
    await this.keep(source, parsed);
    return { success: true };
  }

  /** Before a body is read: under overload refusing is most of the work. @throws Problem 401, 429 */
  private async admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    void reply.headers(CORS);
    const source = await this.authenticate(request.headers.authorization);
    const bytes = Number(request.headers['content-length'] ?? 0);
    // Too large is never told to come back, nor is the rest of it waited for.
    if (bytes > WIRE_LIMIT) {
      void reply.header('connection', 'close');
      throw tooLarge(WIRE_LIMIT);
    }
    if (await this.backlog.isFullFor(source)) throw this.overloaded('inbox', INBOX_FULL_S);
    this.requireRoom(source, bytes);
    this.sources.set(request, source);
  }

  private sourceOf(request: FastifyRequest): string {
    const source = this.sources.get(request);
    if (source === undefined) throw new Error('a request for signals passed by its gate');
    return source;
  }

  private async authenticate(authorization: string | undefined): Promise<string> {
    const key = writeKeyOf(authorization);
    const found = key === null ? null : await this.access.writeKey(key);
    if (found === null) {
      throw new Problem(
        401,
        'unknown-write-key',
        'Send a valid write key as the user of Basic authentication.',
        undefined,
        { 'www-authenticate': 'Basic realm="write key", charset="UTF-8"' },
      );
    }
    return found.id;
  }

  private async parse(
    source: string,
    body: unknown,
    read: (text: string, options: ParseOptions) => Parsed,
  ): Promise<Parsed> {
    // Once more: whoever came while the body was read may have taken the room.
    this.requireRoom(source, Buffer.isBuffer(body) ? body.length : 0);
    const bytes = await readRawBody(body, BODY_LIMIT);
    try {
      return read(textOf(bytes), {
        receivedAt: this.clock.now(),
        unique: () => this.ids.make('sig'),
      });
    } catch (error) {
      if (!(error instanceof BodyRefused)) throw error;
      const { path, reason, tooLarge } = error;
      await this.record(source, [{ index: 0, path, message: reason, tooLarge, excerpt: '' }]);
      if (tooLarge)
        throw new Problem(413, 'too-large', `The body: ${path} ${reason}.`, [{ path, message: reason }]);
      throw new Problem(400, 'malformed-body', `The body${path === '' ? '' : `: ${path}`} ${reason}.`, [
        { path, message: reason },
      ]);
    }
  }

  /** @param bytes of the body, before it is unzipped. @throws Problem 429 */
  private requireRoom(source: string, bytes: number): void {
    try {
      this.signals.requireRoom(source, { signals: Math.max(1, Math.ceil(bytes / TYPICAL_BYTES)), bytes });
    } catch (error) {
      throw this.refused(error);
    }
  }

  private async keep(source: string, parsed: Parsed): Promise<void> {
    try {
      await this.signals.append(source, parsed.signals, parsed.bytes);
    } catch (error) {
      throw this.refused(error);
    }
    this.metrics.count('countersign_ingest_signals_total', { outcome: 'accepted' }, parsed.signals.length);
    this.metrics.count('countersign_ingest_signals_total', { outcome: 'rejected' }, parsed.rejectedCount);
    await this.record(source, [...parsed.rejected, ...parsed.notices]);
  }

  private refused(error: unknown): unknown {
    return error instanceof Overloaded ? this.overloaded('queue', error.retryAfterSeconds) : error;
  }

  private overloaded(where: 'queue' | 'inbox', retryAfterSeconds: number): Problem {
    this.metrics.count('countersign_ingest_refused_total', { where });
    return new Problem(429, 'overloaded', 'Too many signals are waiting; nothing was kept.', undefined, {
      'retry-after': String(retryAfterSeconds),
    });
  }

  /** A rejection that cannot be noted must not turn into an error for signals that are safely kept. */
  private async record(source: string, rejections: Parsed['rejected']): Promise<void> {
    try {
      await this.signals.recordRejections(source, rejections);
    } catch (error) {
      this.log.warn('ingest.rejections_lost', { error });
    }
  }
}

/** Some clients open with a byte order mark, which is no part of JSON. */
function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** The user of Basic authentication; whatever the password is. */
function writeKeyOf(authorization: string | undefined): string | null {
  const match = /^Basic\s+([A-Za-z0-9+/=_-]+)\s*$/i.exec(authorization ?? '');
  if (match?.[1] === undefined) return null;
  const key = Buffer.from(match[1], 'base64').toString('utf8').split(':')[0] ?? '';
  return key === '' ? null : key;
}
