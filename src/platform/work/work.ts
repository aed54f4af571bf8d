import { type Tx } from '../database/index.js';
import { type Trace } from '../telemetry/index.js';

/** What a stage asks to be done later, written in the transaction of the state it follows from. */
export interface NewWork {
  /** What happened or is due, in the upstream's words: `message.opened`, never the name of who handles it. */
  readonly kind: string;
  /** At most one open row per kind and key: writing it again while one is open moves its due time to the earlier of both. */
  readonly key: string;
  readonly dueAt: Date;
  readonly payload?: Readonly<Record<string, string | number | boolean | null>>;
  /** What it follows from, for whoever watches; left out, that is where it is asked for. */
  readonly trace?: Trace | null;
}

/** A claimed row. */
export interface Job {
  readonly id: number;
  readonly kind: string;
  readonly key: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** 1 at the first attempt. */
  readonly attempt: number;
  readonly epoch: number;
  readonly dueAt: Date;
  readonly createdAt: Date;
  readonly trace: Trace | null;
}

/** `done` removes the row; `again` keeps it for another time (not counted as a failure). */
export type JobEnd = { readonly kind: 'done' } | { readonly kind: 'again'; readonly at: Date };
export const DONE: JobEnd = { kind: 'done' };
export const again = (at: Date): JobEnd => ({ kind: 'again', at });

/**
 * How one kind of work is done: `prepare` reads (and may write) in a transaction, `call` talks to the network outside any transaction,
 * `commit` writes the result in a second transaction that also ends the row. Both transactions roll back when the lease has moved on.
 * A handler without `call` does everything in `commit`, in one transaction.
 */
export interface WorkHandler<Prepared = undefined, Answer = undefined> {
  readonly kind: string;
  /** Attempts before the row is dead; backoff with jitter lies between them. Default 8. */
  readonly maxAttempts?: number;
  /** How long one attempt may take before another worker may take over. Default 60,000 ms with `call`, else 10,000: an open transaction holds its row anyway. */
  readonly leaseMs?: number;
  /** How many rows of this kind one process does at once. Default 6 with `call`, else 8: who waits for a slow network keeps nobody else waiting. */
  readonly atOnce?: number;
  /** Comes before other kinds where the process has more to do than it can. */
  readonly urgent?: boolean;
  prepare?(tx: Tx, job: Job): Promise<Prepared | JobEnd>;
  /** @param signal aborts when the lease is over, and with `Stopping` when the process is about to end. */
  call?(prepared: Prepared, job: Job, signal: AbortSignal): Promise<Answer>;
  commit(tx: Tx, job: Job, prepared: Prepared, answer: Answer): Promise<JobEnd>;
  /** Runs in the transaction that makes the row dead, so that the state it belonged to says so too. */
  died?(tx: Tx, job: Job, error: Error): Promise<void>;
}

/** Thrown by a handler to be tried again at a stated time, for instance after a Retry-After. Counts as an attempt. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  constructor(
    message: string,
    readonly afterMs: number,
  ) {
    super(message);
  }
}

/** Thrown by a handler when another attempt cannot help: the row is dead at once. */
export class Unrecoverable extends Error {
  override readonly name = 'Unrecoverable';
}

/** Why a call was cut short: the process ends. Thrown on by a handler, it leaves the row as it was, for the next start. */
export class Stopping extends Error {
  override readonly name = 'Stopping';
  constructor() {
    super('the service is stopping');
  }
}

/** A due row that nobody has taken: its name, for handing around. Whoever takes it moves the epoch on, so that it can be taken once. */
export interface Offer {
  readonly id: number;
  readonly kind: string;
  readonly epoch: number;
}

/** The seam between what is due and who does it: in this process, or any process that listens to the same queue. */
export abstract class WorkRunner {
  abstract start(): Promise<void>;
  /** Looks once for what is due, and sees to it that it is done. */
  abstract look(): Promise<void>;
  /** @param listener called whenever another look may find more. */
  abstract onFree(listener: () => void): void;
  /** Waits until what was taken has ended; what waits for the network too long is cut short. */
  abstract stop(): Promise<void>;
}
