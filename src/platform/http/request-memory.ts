import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { type Tx } from '../database/index.js';
import { noteMade } from './idempotency.repository.js';
import { Problem } from './problem.js';

/** A request under an Idempotency-Key. */
interface KeyedRequest {
  readonly scope: string;
  readonly key: string;
  /** What an earlier attempt made before it died without an answer; null at the first. */
  readonly made: string | null;
}

/** What the open request has made already, for handlers whose effect must not come twice. Empty for requests without Idempotency-Key. */
@Injectable()
export class RequestMemory {
  private readonly open = new AsyncLocalStorage<KeyedRequest>();

  /** Runs a request under its key. */
  during<T>(request: KeyedRequest, handle: () => Promise<T>): Promise<T> {
    return this.open.run(request, handle);
  }

  /** The id of what an earlier attempt made; null when there was none, or it made nothing. */
  made(): string | null {
    return this.open.getStore()?.made ?? null;
  }

  /**
   * Notes what the request makes, in the transaction that makes it.
   * @throws Problem 409 when another attempt, which took this one for dead, has made it meanwhile: the transaction must not commit.
   */
  async keep(tx: Tx, id: string): Promise<void> {
    const request = this.open.getStore();
    if (request === undefined || (await noteMade(tx, request, id))) return;
    throw new Problem(
      409,
      'idempotency-key-in-use',
      'Another request with this Idempotency-Key was faster.',
      undefined,
      { 'retry-after': '1' },
    );
  }
}
