import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { Clock } from '../../shared/clock.js';
import { contentHash, sha256Hex } from '../../shared/hash.js';
import { Database } from '../database/index.js';
import { Vault } from '../vault/index.js';
import { ownerOf } from './answer-owner.js';
import {
  claimKey,
  deleteExpiredKeys,
  type IdempotencyRow,
  releaseKey,
  saveAnswer,
} from './idempotency.repository.js';
import { Problem } from './problem.js';
import { RequestMemory } from './request-memory.js';

const KEPT_MS = 24 * 3_600_000;
/** A first request that was not answered after this long died with its process. */
const ABANDONED_MS = 30_000;
const WAIT_MS = 3_000;
const LOOK_EVERY_MS = 50;
const PURGE_EVERY_MS = 10 * 60_000;

interface Request extends FastifyRequest {
  caller?: { actor: { kind: 'person'; personId: string } | { kind: 'service'; tokenId: string } };
}

type Answered = IdempotencyRow & { readonly status: number };

/** See `@Idempotent()`. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  private purgedAt = 0;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly memory: RequestMemory,
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
    const bodyHash = Buffer.isBuffer(request.body)
      ? sha256Hex(request.body)
      : contentHash(request.body ?? null);
    const claim = await this.claim(scope, key, bodyHash);
    if ('answered' in claim) {
      const text = await this.open(claim.answered);
      reply.code(claim.answered.status);
      reply.header('idempotent-replayed', 'true');
      return JSON.parse(text) as unknown;
    }
    let answer: unknown;
    try {
      answer = await this.memory.during({ scope, key, made: claim.made }, handle);
    } catch (error) {
      await releaseKey(this.database.db, scope, key);
      throw error;
    }
    await this.keep(scope, key, reply.statusCode, answer);
    return answer;
  }

  /** Keeps an answer to give it again; one about a person so that it can be read no longer than they are known. */
  private async keep(scope: string, key: string, status: number, answer: unknown): Promise<void> {
    const { db } = this.database;
    const text = JSON.stringify(answer ?? null);
    const owner = ownerOf(answer);
    if (owner === null) {
      await saveAnswer(db, { scope, key, status, response: text, sealed: null, keyId: null });
      return;
    }
    const personKey = (await this.vault.keys(db, [owner])).get(owner);
    // Erased a moment ago: kept is only that it was answered.
    const sealed = personKey === undefined ? null : this.vault.sealText(personKey, text);
    await saveAnswer(db, { scope, key, status, response: null, sealed, keyId: owner });
  }

  /** @throws Problem 410 when it was about a person who was erased. */
  private async open(earlier: Answered): Promise<string> {
    if (earlier.key_id === null) return earlier.response ?? 'null';
    const personKey = (await this.vault.keys(this.database.db, [earlier.key_id])).get(earlier.key_id);
    if (personKey === undefined || earlier.sealed === null)
      throw new Problem(410, 'erased', 'The first answer was about a person who has been erased.');
    return this.vault.unsealText(personKey, earlier.sealed);
  }

  /** What an earlier attempt made when the key is this request's; else the first one's answer, waited for when it is under way. */
  private async claim(
    scope: string,
    key: string,
    bodyHash: string,
  ): Promise<{ readonly made: string | null } | { readonly answered: Answered }> {
    const now = this.clock.now();
    await this.purge(now);
    for (let waited = 0; ; waited += LOOK_EVERY_MS) {
      const claim = await claimKey(this.database.db, {
        scope,
        key,
        bodyHash,
        now,
        abandonedBefore: new Date(now.getTime() - ABANDONED_MS),
        expiredBefore: new Date(now.getTime() - KEPT_MS),
      });
      if ('claimed' in claim) return claim.claimed;
      const { earlier } = claim;
      if (earlier !== undefined && earlier.body_hash !== bodyHash) {
        throw new Problem(422, 'idempotency-key-reused', 'This Idempotency-Key was used with another body.');
      }
      if (earlier !== undefined && isAnswered(earlier)) return { answered: earlier };
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

function isAnswered(row: IdempotencyRow): row is Answered {
  return row.status !== null;
}

function callerOf(request: Request): string {
  const actor = request.caller?.actor;
  if (actor === undefined) return 'nobody';
  return actor.kind === 'person' ? actor.personId : `token:${actor.tokenId}`;
}
