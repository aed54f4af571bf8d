import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../shared/clock.js';
import { Database, type Tx } from '../database/index.js';
import { backoffMs } from './backoff.js';
import { type Job, type JobEnd, type NewWork, RetryLater, Unrecoverable, type WorkHandler } from './work.js';
import {
  buryWork,
  claimWork,
  countWork,
  type DeadWork,
  deleteWork,
  insertWork,
  listDeadWork,
  lockLease,
  postponeWork,
  reviveWork,
} from './work.repository.js';

const DEFAULT_LEASE_MS = 60_000;
const DEFAULT_ATTEMPTS = 8;

type AnyHandler = WorkHandler<unknown, unknown>;

/** The lease moved on while this worker was busy: whatever it was about to write is rolled back. */
class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

function isJobEnd(value: unknown): value is JobEnd {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    (value.kind === 'done' || value.kind === 'again')
  );
}

/** Durable work: Postgres is the one place that knows what is due. */
@Injectable()
export class WorkService {
  private readonly logger = new Logger('work');
  private readonly handlers = new Map<string, AnyHandler>();
  private readonly listeners = new Set<() => void>();
  readonly worker = randomUUID();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Registers who does a kind of work. Only `pipeline` calls this. */
  register<P, A>(handler: WorkHandler<P, A>): void {
    if (this.handlers.has(handler.kind))
      throw new Error(`work of kind ${handler.kind} has a handler already`);
    this.handlers.set(handler.kind, handler);
  }

  kinds(): string[] {
    return [...this.handlers.keys()];
  }

  /** Asks for work in the open transaction; it becomes visible with its commit. */
  async enqueue(tx: Tx, ...rows: readonly NewWork[]): Promise<void> {
    await insertWork(tx, rows, this.clock.now());
    this.announce();
  }

  private announce(): void {
    this.database.afterCommit(() => {
      for (const listener of this.listeners) listener();
    });
  }

  /** Called whenever work was asked for and its transaction has committed: the relay looks instead of at its next round. */
  onEnqueue(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Claims due rows under a lease. */
  async claim(limit: number): Promise<Job[]> {
    const longest = Math.max(
      DEFAULT_LEASE_MS,
      ...[...this.handlers.values()].map((handler) => handler.leaseMs ?? DEFAULT_LEASE_MS),
    );
    return claimWork(this.database.db, {
      now: this.clock.now(),
      kinds: this.kinds(),
      limit,
      leaseMs: longest,
      worker: this.worker,
    });
  }

  /** Does one claimed row, through to its end, its next attempt or its death. Never throws for a handler's failure. */
  async run(job: Job): Promise<void> {
    const handler = this.handlers.get(job.kind);
    if (handler === undefined) throw new Error(`no handler for work of kind ${job.kind}`);
    try {
      let prepared: unknown;
      if (handler.prepare) {
        const outcome = await this.fenced(job, async (tx) => {
          const result = await handler.prepare?.(tx, job);
          if (isJobEnd(result)) await this.end(tx, job, result);
          return result;
        });
        if (isJobEnd(outcome)) return;
        prepared = outcome;
      }
      let answer: unknown;
      if (handler.call) {
        answer = await handler.call(prepared, job, AbortSignal.timeout(handler.leaseMs ?? DEFAULT_LEASE_MS));
      }
      await this.fenced(job, async (tx) => {
        await this.end(tx, job, await handler.commit(tx, job, prepared, answer));
      });
    } catch (error) {
      if (error instanceof LeaseLost) {
        this.logger.warn(`${job.kind} ${job.key}: the lease moved on, nothing was changed`);
        return;
      }
      await this.fail(handler, job, error instanceof Error ? error : new Error(String(error)));
    }
  }

  private fenced<T>(job: Job, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction(async (tx) => {
      if (!(await lockLease(tx, job)))
        throw new LeaseLost(`lease ${job.epoch} of work ${job.id} has moved on`);
      return work(tx);
    });
  }

  private async end(tx: Tx, job: Job, end: JobEnd): Promise<void> {
    if (end.kind === 'done') await deleteWork(tx, job);
    else await postponeWork(tx, job, end.at, null, false);
  }

  private async fail(handler: AnyHandler, job: Job, error: Error): Promise<void> {
    const last = error instanceof Unrecoverable || job.attempt >= (handler.maxAttempts ?? DEFAULT_ATTEMPTS);
    const line = `${error.name}: ${error.message}`.slice(0, 2_000);
    try {
      await this.fenced(job, async (tx) => {
        if (last) {
          await handler.died?.(tx, job, error);
          await buryWork(tx, job, line);
        } else {
          const wait = error instanceof RetryLater ? error.afterMs : backoffMs(job.attempt, Math.random());
          await postponeWork(tx, job, new Date(this.clock.now().getTime() + wait), line, true);
        }
      });
      this.logger[last ? 'error' : 'warn'](
        `${job.kind} ${job.key} attempt ${job.attempt}${last ? ', given up' : ''}: ${line}`,
      );
    } catch (failure) {
      // The database is unreachable or the lease has moved: the lease runs out and the row is taken again.
      this.logger.error(`${job.kind} ${job.key}: ${line}; recording that failed too: ${String(failure)}`);
    }
  }

  /** Rows that failed for good, newest first. */
  deadLetters(limit = 100): Promise<DeadWork[]> {
    return listDeadWork(this.database.db, limit);
  }

  /** Tries a dead row again from its first attempt. @returns false when it is not dead. */
  async retry(tx: Tx, id: number): Promise<boolean> {
    const revived = await reviveWork(tx, id, this.clock.now());
    this.announce();
    return revived;
  }

  /** Rows by kind and state, for metrics and the console. */
  counts(): Promise<{ state: string; kind: string; count: number }[]> {
    return countWork(this.database.db);
  }
}
