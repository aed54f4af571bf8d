import { Injectable } from '@nestjs/common';
import { MomentsService } from '../decisions/index.js';
import { OutcomesService } from '../outcomes/index.js';
import { Database, type Tx } from '../platform/database/index.js';
import { Pace } from '../platform/pace/index.js';
import { continuedTogether, Log, Metrics, Spans, type Trace } from '../platform/telemetry/index.js';
import { type Bundle } from '../policies/bundle.js';
import { PoliciesService } from '../policies/index.js';
import { declaredEvents } from '../profiles/declared.js';
import { CarriedNamesService, ProfilesService } from '../profiles/index.js';
import { Clock } from '../shared/clock.js';
import { InboxLost, InboxService, SignalsService, type Taken } from '../signals/index.js';
import { TriggersService } from '../triggers/index.js';

type Leases = Awaited<ReturnType<InboxService['claim']>>;

/** Signals applied in one transaction: as many as take about this long, so that a long line is emptied in large batches and nobody waits for one. */
const BATCH_MS = 400;
const SMALLEST_BATCH = 50;
const LARGEST_BATCH = 500;
/** While somebody waits for an answer: each step of a batch keeps them waiting. */
const PRESSED_BATCH = 100;
const FIRST_BATCH = 200;
/** A signal that fails so often by itself stands aside. */
const ATTEMPTS = 3;
const RETRY_MS = 100;
/**
 * What other processes appended is found this late; what this one appended is told. One worker looks, the soonest where something was found a
 * moment ago, and tells the others.
 */
const POLL_MS = { embedded: 2_000, postgres: 250 } as const;
const SOON_MS = 25;
const A_MOMENT_MS = 3_000;
const OTHERS_MS = 5_000;
/** The embedded engine has one connection: several workers would only wait for each other. */
const WORKERS = { embedded: 1, postgres: 3 } as const;
const PARTITIONS_AT_ONCE = { embedded: 16, postgres: 4 } as const;

/**
 * Takes appended signals through profiles, triggers and outcomes: a batch's projection, what it fires and the work it hands over commit together
 * with the end of its waiting.
 */
@Injectable()
export class IntakeService {
  private readonly log = new Log('intake');
  private readonly workers: Promise<void>[] = [];
  private readonly wakers = new Set<() => void>();
  private unsubscribe: (() => void) | undefined;
  private running = false;
  /** Counts what was told, so that a worker does not fall asleep over news that came while it was busy. */
  private news = 0;
  /** Signals in the next batch. */
  private size = FIRST_BATCH;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly policies: PoliciesService,
    private readonly signals: SignalsService,
    private readonly inbox: InboxService,
    private readonly profiles: ProfilesService,
    private readonly carriedNames: CarriedNamesService,
    private readonly triggers: TriggersService,
    private readonly moments: MomentsService,
    private readonly outcomes: OutcomesService,
    private readonly metrics: Metrics,
    private readonly pace: Pace,
  ) {}

  start(): void {
    if (this.running) return;
    this.running = true;
    this.unsubscribe = this.signals.onAppended(() => {
      this.wake();
    });
    for (let i = 0; i < WORKERS[this.database.engine]; i++) this.workers.push(this.work(i));
  }

  /** Stops taking batches and waits for those under way. */
  async stop(): Promise<void> {
    this.running = false;
    this.unsubscribe?.();
    this.wake();
    await Promise.all(this.workers.splice(0));
  }

  /** Looks now for what was appended. */
  wake(): void {
    this.news++;
    for (const waken of this.wakers) waken();
  }

  /** @param number the first worker looks for what other processes appended. */
  private async work(number: number): Promise<void> {
    const looks = number === 0;
    const loop = `intake-${number + 1}`;
    let foundAt = -Infinity;
    let told = true;
    while (this.running) {
      const heard = this.news;
      this.metrics.turned(loop);
      const found = await this.round(loop).catch((error: unknown) => {
        this.log.error('intake.failed', { error });
        return false;
      });
      if (found) {
        foundAt = performance.now();
        if (!told) this.wake();
        told = true;
      } else if (heard === this.news) {
        await this.sleep(looks ? this.untilNextLook(foundAt) : OTHERS_MS);
        told = heard !== this.news;
      }
    }
  }

  private untilNextLook(foundAt: number): number {
    const { engine } = this.database;
    // There is no other process beside the embedded engine.
    if (engine === 'embedded') return POLL_MS.embedded;
    return performance.now() - foundAt < A_MOMENT_MS ? SOON_MS : POLL_MS.postgres;
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const waken = (): void => {
        clearTimeout(timer);
        this.wakers.delete(waken);
        resolve();
      };
      const timer = setTimeout(waken, ms);
      this.wakers.add(waken);
      if (!this.running) waken();
    });
  }

  /** Leases some partitions and empties them. @returns whether there was anything. */
  private async round(loop: string): Promise<boolean> {
    // Without a playbook nothing is taken: signals would pass by their triggers.
    this.policies.active();
    const leases = await this.inbox.claim(PARTITIONS_AT_ONCE[this.database.engine]);
    if (leases.length === 0) return false;
    try {
      while (this.running && (await this.batch(leases, loop)));
    } catch (error) {
      if (!(error instanceof InboxLost)) throw error;
      this.log.warn('intake.lease_moved');
    } finally {
      await this.inbox.release(leases);
    }
    return true;
  }

  /** @returns whether more may be waiting. */
  private async batch(leases: Leases, loop: string): Promise<boolean> {
    const bundle = this.policies.active();
    const size = this.pace.pressed ? Math.min(PRESSED_BATCH, this.size) : this.size;
    this.metrics.turned(loop);
    try {
      // What somebody waits for begins here.
      const { count, ms } = await this.pace.piece(() => this.taken(leases, bundle, size), true);
      if (count > 0) {
        this.metrics.observe('countersign_intake_batch_seconds', {}, ms / 1_000);
        this.metrics.observe('countersign_intake_batch_signals', {}, count);
      }
      if (count === size) this.size = nextSize(size, ms);
      return count === size;
    } catch (error) {
      if (error instanceof InboxLost) throw error;
      this.log.warn('intake.batch_failed', { error });
      return this.oneByOne(leases, bundle);
    }
  }

  private async taken(
    leases: Leases,
    bundle: Bundle,
    size: number,
  ): Promise<{ readonly count: number; readonly ms: number }> {
    const started = performance.now();
    const count = await this.database.transaction(async (tx) => {
      const next = await this.inbox.take(tx, leases, size);
      await this.apply(tx, bundle, next);
      this.database.afterCommit(() => {
        this.note(next);
      });
      return next.length;
    });
    return { count, ms: performance.now() - started };
  }

  private async apply(tx: Tx, bundle: Bundle, taken: readonly Taken[]): Promise<void> {
    if (taken.length === 0) return;
    const count = { 'messaging.batch.message_count': taken.length };
    const traces = taken.map(({ row }) => row.trace);
    await continuedTogether(traces, 'process signals', count, () => this.applyFollowed(tx, bundle, taken));
  }

  /** A span for each signal that is followed, beside that of the batch: what a signal leads to belongs to it alone. */
  private async applyFollowed(tx: Tx, bundle: Bundle, taken: readonly Taken[]): Promise<void> {
    const from = new Map(
      taken.flatMap(({ row }) => (row.trace === null ? [] : [[row.signal_id, row.trace] as const])),
    );
    const spans = new Spans('process signal', from, (id) => ({ 'messaging.message.id': id }));
    try {
      await this.applyTaken(tx, bundle, taken, spans.traces());
      spans.end();
    } catch (error) {
      spans.end(error);
      throw error;
    }
  }

  private async applyTaken(
    tx: Tx,
    bundle: Bundle,
    taken: readonly Taken[],
    traces: ReadonlyMap<string, Trace>,
  ): Promise<void> {
    const signals = taken.flatMap((one) => (one.kind === 'signal' ? [one.signal] : []));
    const applied = await this.profiles.apply(tx, signals, declaredEvents(bundle));
    const fired = await this.triggers.observe(tx, bundle, applied, this.clock.now(), traces);
    await this.moments.observe(tx, bundle, applied, fired);
    await this.outcomes.observe(tx, applied);
    await this.inbox.done(tx, taken);
    // Last: workers that meet the same new name wait for each other, and nothing they could wait for in turn comes after it.
    await this.carriedNames.note(tx, signals);
  }

  /** Counts what was not applied, by why; what stands aside is worth a line each. */
  private note(taken: readonly Taken[]): void {
    for (const one of taken) {
      if (one.kind === 'signal') continue;
      this.metrics.count('countersign_signals_left_out_total', { reason: one.kind });
      if (one.kind === 'unreadable')
        this.log.error('intake.signal_unreadable', { signal: one.row.signal_id });
    }
  }

  /** @returns whether more may be waiting. */
  private async oneByOne(leases: Leases, bundle: Bundle): Promise<boolean> {
    for (let count = 0; count < FIRST_BATCH; count++) {
      if (!this.running || !(await this.one(leases, bundle))) return false;
    }
    return true;
  }

  /** Deals with the first waiting signal. @returns whether there was one. */
  private async one(leases: Leases, bundle: Bundle): Promise<boolean> {
    let first: Taken | undefined;
    try {
      await this.database.transaction(async (tx) => {
        [first] = await this.inbox.take(tx, leases, 1);
        if (first === undefined) return;
        const taken = [first];
        await this.apply(tx, bundle, taken);
        this.database.afterCommit(() => {
          this.note(taken);
        });
      });
    } catch (error) {
      if (error instanceof InboxLost || first === undefined) throw error;
      await this.failed(leases, first, error);
    }
    return first !== undefined;
  }

  private async failed(leases: Leases, { row }: Taken, error: unknown): Promise<void> {
    const line = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const last = row.attempts + 1 >= ATTEMPTS;
    await this.database.transaction(async (tx) => {
      // Under the lease: whoever took over counts its own attempts.
      await this.inbox.take(tx, leases, 0);
      if (last) await this.inbox.setAside(tx, row, line);
      else await this.inbox.failed(tx, row);
    });
    if (last) this.metrics.count('countersign_signals_left_out_total', { reason: 'failed' });
    this.log.error(last ? 'intake.signal_set_aside' : 'intake.signal_failed', {
      signal: row.signal_id,
      attempt: row.attempts + 1,
      error,
    });
    if (!last) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** So many as would have taken the time a batch may take; no more than twice as many as the last one. @param ms how long a full batch took. */
function nextSize(size: number, ms: number): number {
  const fitting = Math.round(size * Math.min(2, BATCH_MS / ms));
  return Math.max(SMALLEST_BATCH, Math.min(LARGEST_BATCH, fitting));
}
