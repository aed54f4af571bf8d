import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { Clock } from '../../shared/clock.js';
import { contentHash } from '../../shared/hash.js';
import { Database } from '../database/index.js';
import {
  claimKey,
  deleteExpiredKeys,
  type IdempotencyRow,
  releaseKey,
  saveAnswer,
} from './idempotency.repository.js';
import { Problem } from './problem.js';

const KEPT_MS = 24 * 3_600_000;
/** A first request that was not answered after this long died with its process. */
const ABANDONED_MS = 30_000;
const WAIT_MS = 3_000;
const LOOK_EVERY_MS = 50;
const PURGE_EVERY_MS = 10 * 60_000;

interface Request extends FastifyRequest {
  caller?: { actor: { kind: 'person'; personId: string } | { kind: 'service'; tokenId: string } };
}

/** See `@Idempotent()`. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  private purgedAt = 0;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Request>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const key = request.headers['idempotency-key'];
    if (key === undefined) return next.handle();
    if (typeof key !== 'string' || key.length === 0 || key.length > 255) {
      const message = 'should be 1 to 255 characters';
      throw new Problem(400, 'bad-idempotency-key', `Idempotency-Key ${message}.`, [
        { path: 'Idempotency-Key', message },
      ]);
    }
    return from(this.once(request, reply, key, () => lastValueFrom(next.handle())));
  }

  private async once(
    request: Request,
    reply: FastifyReply,
    key: string,
    handle: () => Promise<unknown>,
  ): Promise<unknown> {
    const scope = `${callerOf(request)} ${request.method} ${request.url}`;
    const bodyHash = contentHash(request.body ?? null);
    const earlier = await this.claim(scope, key, bodyHash);
    if (earlier !== null) {
      reply.code(earlier.status);
      reply.header('idempotent-replayed', 'true');
      return JSON.parse(earlier.response) as unknown;
    }
    let answer: unknown;
    try {
      answer = await handle();
    } catch (error) {
      await releaseKey(this.database.db, scope, key);
      throw error;
    }
    await saveAnswer(this.database.db, {
      scope,
      key,
      status: reply.statusCode,
      response: JSON.stringify(answer ?? null),
    });
    return answer;
  }

  /** Null when this request is the first; else the first one's answer, waited for when it is under way. */
  private async claim(
    scope: string,
    key: string,
    bodyHash: string,
  ): Promise<{ status: number; response: string } | null> {
    const now = this.clock.now();
    await this.purge(now);
    for (let waited = 0; ; waited += LOOK_EVERY_MS) {
      const earlier: IdempotencyRow | null = await claimKey(this.database.db, {
        scope,
        key,
        bodyHash,
        now,
        abandonedBefore: new Date(now.getTime() - ABANDONED_MS),
        expiredBefore: new Date(now.getTime() - KEPT_MS),
      });
      if (earlier === null) return null;
      if (earlier.body_hash !== bodyHash) {
        throw new Problem(422, 'idempotency-key-reused', 'This Idempotency-Key was used with another body.');
      }
      if (earlier.status !== null) return { status: earlier.status, response: earlier.response ?? 'null' };
      if (waited >= WAIT_MS) {
        throw new Problem(
          409,
          'idempotency-key-in-use',
          'The first request with this Idempotency-Key is still under way.',
          undefined,
          { 'retry-after': '1' },
        );
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  private async purge(now: Date): Promise<void> {
    if (now.getTime() - this.purgedAt < PURGE_EVERY_MS) return;
    this.purgedAt = now.getTime();
    await deleteExpiredKeys(this.database.db, new Date(now.getTime() - KEPT_MS));
  }
}

function callerOf(request: Request): string {
  const actor = request.caller?.actor;
  if (actor === undefined) return 'nobody';
  return actor.kind === 'person' ? actor.personId : `token:${actor.tokenId}`;
}
