import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { Clock } from '../../shared/clock.js';
import { crashPoint } from '../crash-point.js';
import { Database, type Tx } from '../database/index.js';
import { Pace } from '../pace/index.js';
import { continued, Log, Metrics } from '../telemetry/index.js';
import { backoffMs } from './backoff.js';
import {
  type Job,
  type JobEnd,
  type NewWork,
  type Offer,
  RetryLater,
  Stopping,
  Unrecoverable,
  type WorkHandler,
} from './work.js';
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
  selectDue,
  takeWork,
} from './work.repository.js';

const DEFAULT_CALL_LEASE_MS = 60_000;
const DEFAULT_COMMIT_LEASE_MS = 10_000;
const DEFAULT_ATTEMPTS = 8;
const DEFAULT_CALLS_AT_ONCE = 6;
const DEFAULT_COMMITS_AT_ONCE = 8;

type AnyHandler = WorkHandler<unknown, unknown>;
/** What became of one attempt. */
type Outcome = JobEnd['kind'] | 'failed' | 'given_up' | 'kept' | 'lease_moved' | 'unrecorded';

/** The lease moved on while this worker was busy: whatever it was about to write is rolled back. */
class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

function leaseMs(handler: AnyHandler): number {
  return handler.leaseMs ?? (handler.call === undefined ? DEFAULT_COMMIT_LEASE_MS : DEFAULT_CALL_LEASE_MS);
}

/** What a line of the log calls a job by. Keys are our own ids and the playbook's names. */
function naming(job: Job): { kind: string; key: string; work: number; attempt: number } {
  return { kind: job.kind, key: job.key, work: job.id, attempt: job.attempt };
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
  private readonly log = new Log('work');
  private readonly handlers = new Map<string, AnyHandler>();
  private readonly listeners = new Set<() => void>();
  readonly worker = randomUUID();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    private readonly pace: Pace,
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

  /** How many rows of a kind one process does at once. */
  atOnce(kind: string): number {
    const handler = this.handlers.get(kind);
    return handler?.atOnce ?? (handler?.call === undefined ? DEFAULT_COMMITS_AT_ONCE : DEFAULT_CALLS_AT_ONCE);
  }

  /** Claims due rows under a lease, the longest due first. @param room how many of a kind at most. */
  async claim(room: number | ((kind: string) => number)): Promise<Job[]> {
    const kinds = [...this.handlers.values()]
      .map((handler) => ({
        kind: handler.kind,
        leaseMs: leaseMs(handler),
        room: typeof room === 'number' ? room : room(handler.kind),
      }))
      .filter((each) => each.room > 0);
    if (kinds.length === 0) return [];
    return claimWork(this.database.db, { now: this.clock.now(), kinds, worker: this.worker });
  }

  /** The rows of each kind that are due longest and taken by nobody. @param window how many of a kind at most. */
  due(window: number): Promise<Offer[]> {
    return selectDue(this.database.db, { now: this.clock.now(), kinds: this.kinds(), window });
  }

  /** Takes offered rows under a lease. What somebody took before, or is not due any more, is missing from the answer. */
  async take(offers: readonly Offer[]): Promise<Job[]> {
    const known = offers.flatMap((offer) => {
      const handler = this.handlers.get(offer.kind);
      return handler === undefined ? [] : [{ ...offer, leaseMs: leaseMs(handler) }];
    });
    if (known.length === 0) return [];
    return takeWork(this.database.db, { now: this.clock.now(), offers: known, worker: this.worker });
  }

  /**
   * Does one claimed row, through to its end, its next attempt or its death. Never throws for a handler's failure.
   * @param stop aborts with `Stopping` when the process is about to end.
   */
  async run(job: Job, stop?: AbortSignal): Promise<void> {
    const handler = this.handlers.get(job.kind);
    if (handler === undefined) throw new Error(`no handler for work of kind ${job.kind}`);
    const started = performance.now();
    const outcome = await this.followed(handler, job, stop);
    this.metrics.took('countersign_work_seconds', { kind: job.kind, outcome }, started);
  }

  private followed(handler: AnyHandler, job: Job, stop?: AbortSignal): Promise<Outcome> {
    const attributes = {
      'messaging.system': 'countersign',
      'messaging.operation.type': 'process',
      'messaging.destination.name': job.kind,
      'messaging.message.id': String(job.id),
      'countersign.work.key': job.key,
      'countersign.work.attempt': job.attempt,
    };
    return continued(
      job.trace,
      `process ${job.kind}`,
      attributes,
      async (span) => {
        const outcome = await this.attempt(handler, job, stop);
        span.setAttribute('countersign.work.outcome', outcome);
        if (outcome === 'failed' || outcome === 'given_up') span.setStatus({ code: SpanStatusCode.ERROR });
        return outcome;
      },
      { kind: SpanKind.CONSUMER },
    );
  }

  private async attempt(handler: AnyHandler, job: Job, stop?: AbortSignal): Promise<Outcome> {
    try {
      return await this.through(handler, job, stop);
    } catch (error) {
      if (error instanceof LeaseLost) {
        this.log.warn('work.lease_moved', naming(job));
        return 'lease_moved';
      }
      return this.fail(handler, job, error instanceof Error ? error : new Error(String(error)));
    }
  }

  private async through(handler: AnyHandler, job: Job, stop?: AbortSignal): Promise<JobEnd['kind']> {
    stop?.throwIfAborted();
    crashPoint(`work.claimed.${job.kind}`);
    let prepared: unknown;
    if (handler.prepare) {
      const outcome = await this.fenced(job, async (tx) => {
        const result = await handler.prepare?.(tx, job);
        if (isJobEnd(result)) await this.end(tx, job, result);
        return result;
      });
      if (isJobEnd(outcome)) return outcome.kind;
      prepared = outcome;
    }
    let answer: unknown;
    if (handler.call) {
      crashPoint(`work.prepared.${job.kind}`);
      const lease = AbortSignal.timeout(leaseMs(handler));
      answer = await handler.call(prepared, job, stop === undefined ? lease : AbortSignal.any([lease, stop]));
      crashPoint(`work.called.${job.kind}`);
    }
    const end = await this.fenced(job, async (tx) => {
      const result = await handler.commit(tx, job, prepared, answer);
      await this.end(tx, job, result);
      return result;
    });
    crashPoint(`work.ended.${job.kind}`);
    return end.kind;
  }

  private fenced<T>(job: Job, work: (tx: Tx, askedAgain: boolean) => Promise<T>): Promise<T> {
    return this.pace.piece(
      () =>
        this.database.transaction(async (tx) => {
          const lease = await lockLease(tx, job);
          if (lease === null) throw new LeaseLost(`lease ${job.epoch} of work ${job.id} has moved on`);
          return work(tx, lease.askedAgain);
        }),
      this.handlers.get(job.kind)?.urgent,
    );
  }

  private async end(tx: Tx, job: Job, end: JobEnd): Promise<void> {
    if (end.kind === 'done') await deleteWork(tx, job);
    else await postponeWork(tx, job, { at: end.at, now: this.clock.now(), attempts: 0, error: null });
  }

  private async fail(handler: AnyHandler, job: Job, error: Error): Promise<Outcome> {
    const last = error instanceof Unrecoverable || job.attempt >= (handler.maxAttempts ?? DEFAULT_ATTEMPTS);
    const line = `${error.name}: ${error.message}`.slice(0, 2_000);
    try {
      const given = await this.fenced(
        job,
        async (tx, askedAgain): Promise<'kept' | 'given_up' | 'failed'> => {
          const now = this.clock.now();
          if (error instanceof Stopping) {
            await postponeWork(tx, job, { at: now, now, attempts: job.attempt - 1, error: null });
            return 'kept';
          }
          if (last && !askedAgain) {
            await handler.died?.(tx, job, error);
            await buryWork(tx, job, line);
            return 'given_up';
          }
          const wait = error instanceof RetryLater ? error.afterMs : backoffMs(job.attempt, Math.random());
          // What was asked for again has all its attempts before it.
          const attempts = last ? 0 : job.attempt;
          await postponeWork(tx, job, { at: new Date(now.getTime() + wait), now, attempts, error: line });
          return 'failed';
        },
      );
      this.log[given === 'given_up' ? 'error' : 'warn'](`work.${given}`, { ...naming(job), error });
      return given;
    } catch (failure) {
      // The database is unreachable or the lease has moved: the lease runs out and the row is taken again.
      this.log.error('work.unrecorded', { ...naming(job), error: failure });
      return 'unrecorded';
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
