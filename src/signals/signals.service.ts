import { Injectable } from '@nestjs/common';
import { crashPoint } from '../platform/crash-point.js';
import { Database, type Executor, type Tx } from '../platform/database/index.js';
import { Secrets } from '../platform/secrets/secrets.js';
import { erasedIsNull, Vault } from '../platform/vault/index.js';
import { continuedTogether, currentTrace, Metrics, type Trace } from '../platform/telemetry/index.js';
import { Clock } from '../shared/clock.js';
import { Ids } from '../shared/ids.js';
import {
  comeBack,
  isAdmitted,
  learnedRate,
  NOTHING_PROMISED,
  type Promised,
  SUPPOSED_PER_MS,
} from './admission.js';
import { oldestWaiting } from './backlog.repository.js';
import { FairQueue, type Load, type Queued, unitsOf } from './fair-queue.js';
import { type Rejection } from './parse.js';
import { type NewSignal, OWN_SOURCE, type Signal } from './signal.js';
import {
  createPartition,
  deleteOld,
  deleteSignals,
  insertRejections,
  partitionExists,
  selectSignal,
} from './signals.repository.js';
import { DEDUP_MS, type Entry, SignalsWriter } from './signals.writer.js';

const MONTHS_AHEAD = 2;
const KEPT_REJECTIONS = 10_000;
/** What may wait to be written, however fast that goes: a bound for the memory. */
const BOUND: Load = { signals: 20_000, bytes: 48_000_000 };
/** What one flush writes: large enough to spread the commit, small enough to keep the others waiting for a moment only. */
const FLUSH: Load = { signals: 1_000, bytes: 4_000_000 };
/** Flushes under way at once: while one is at the database's, the next is sealed. The embedded engine has one connection. */
const FLUSHES = { embedded: 1, postgres: 2 } as const;
/** What a signal comes to when nobody says. */
const TYPICAL_BYTES = 1_000;
const TELL_AFTER_MS = 10;

/** More signals are waiting to be written than may: nothing of the call was kept. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
  constructor(readonly retryAfterSeconds: number) {
    super(`too many signals are waiting; try again in ${retryAfterSeconds} s`);
  }
}

interface Call extends Queued {
  /** When it came, on the process's steady clock. */
  readonly at: number;
  readonly entries: readonly Entry[];
  readonly trace: Trace | null;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Keeps signals, and hands out what was kept. */
@Injectable()
export class SignalsService {
  private readonly writer: SignalsWriter;
  /** Over connections of its own: what is acknowledged must not wait behind what is processed. */
  private readonly door: Database;
  private readonly queue = new FairQueue<Call>(BOUND);
  private flushes = 0;
  /** Units written a millisecond, as far as was seen. */
  private perMs = SUPPOSED_PER_MS;
  private flushedAt = 0;
  private promised: Promised = NOTHING_PROMISED;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly clock: Clock,
    ids: Ids,
    secrets: Secrets,
    private readonly metrics: Metrics,
  ) {
    this.door = database.apart(FLUSHES.postgres);
    this.writer = new SignalsWriter(vault, clock, ids, secrets);
  }

  /**
   * Keeps signals; when it resolves they are durable. Calls that come while a flush is under way share the next one, and sources take turns.
   * @param source the write key's id.
   * @param bytes roughly what the signals come to as JSON.
   * @throws Overloaded when it would wait too long, by what is ahead of it: nothing of this call was kept.
   */
  async append(
    source: string,
    signals: readonly NewSignal[],
    bytes = signals.length * TYPICAL_BYTES,
  ): Promise<void> {
    if (signals.length === 0) return;
    this.requireRoom(source, { signals: signals.length, bytes });
    await new Promise<void>((resolve, reject) => {
      const trace = currentTrace();
      const entries = signals.map((signal) => ({ source, signal, trace }));
      const at = performance.now();
      this.queue.offer({ source, signals: signals.length, bytes, entries, at, trace, resolve, reject });
      // The next flush starts when the last one returns, never by a timer: a timer would cap the throughput of whoever waits.
      if (this.flushes < FLUSHES[this.database.engine]) void this.flushAll();
    });
  }

  /**
   * Looks ahead before a call is read, so that refusing costs next to nothing.
   * @param call what it comes to, as far as is known.
   * @throws Overloaded when `append` would refuse it.
   */
  requireRoom(source: string, call: Load): void {
    const ahead = this.queue.ahead(source);
    if (isAdmitted(ahead, this.perMs) && this.queue.hasRoom(source, call)) return;
    const refused = { units: unitsOf(call), ahead, perMs: this.perMs, now: performance.now() };
    const { afterSeconds, promised } = comeBack(this.promised, refused);
    this.promised = promised;
    throw new Overloaded(afterSeconds);
  }

  /** How long whoever waits longest to be written has waited, in milliseconds. */
  oldestMs(): number {
    const now = performance.now();
    return this.queue.heads.reduce((oldest, { at }) => Math.max(oldest, now - at), 0);
  }

  /**
   * Since when signals wait to be applied where those of a person would stand: theirs, or others' in the same part of the inbox.
   * @returns null when none does.
   */
  waitingSince(
    db: Executor,
    { userId, anonymousIds }: { readonly userId: string | null; readonly anonymousIds: readonly string[] },
  ): Promise<Date | null> {
    const partitions = new Set(anonymousIds.map((id) => this.writer.partitionOf('anonymous', id)));
    if (userId !== null) partitions.add(this.writer.partitionOf('user', userId));
    return oldestWaiting(db, [...partitions]);
  }

  /** Keeps Countersign's own signals in the transaction of what they tell of. */
  async appendIn(tx: Tx, signals: readonly NewSignal[]): Promise<void> {
    if (signals.length === 0) return;
    await this.writer.write(
      tx,
      signals.map((signal) => ({ source: OWN_SOURCE, signal, trace: currentTrace() })),
    );
    // The rows are visible only after the transaction has committed.
    setTimeout(() => {
      this.tell();
    }, TELL_AFTER_MS).unref();
  }

  /** Keeps signals that the caller applies in the same transaction, instead of letting them wait for the intake. */
  keepApplied(tx: Tx, source: string, signals: readonly NewSignal[]): Promise<Signal[]> {
    return this.writer.writeApplied(
      tx,
      signals.map((signal) => ({ source, signal, trace: null })),
    );
  }

  /** Called after something was appended. */
  onAppended(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Keeps why signals were refused, for the console: clients do not read answers. */
  async recordRejections(source: string, rejections: readonly Rejection[]): Promise<void> {
    if (rejections.length === 0) return;
    await insertRejections(this.database.db, source, rejections.slice(0, 100), this.clock.now());
  }

  /** A kept signal; null when there is none such, or when its person was erased. */
  async read(db: Executor, id: string): Promise<Signal | null> {
    const row = await selectSignal(db, id);
    if (row === null) return null;
    const text = await this.vault.openFor(db, row.key_id, row.body).catch(erasedIsNull);
    return text === null ? null : (JSON.parse(text) as Signal);
  }

  /** Deletes what arrived under these identities: part of an erasure. */
  async erase(tx: Tx, identityHashes: readonly string[]): Promise<void> {
    // The keys first: that waits for whoever is appending by them, so that what they append is there to be deleted.
    await this.vault.erase(tx, identityHashes);
    await deleteSignals(tx, identityHashes);
  }

  /** Makes the coming months' partitions and forgets message ids that are old enough to come again. */
  async tidy(): Promise<void> {
    const now = this.clock.now();
    for (let ahead = 0; ahead <= MONTHS_AHEAD; ahead++) await this.ensureMonth(now, ahead);
    await deleteOld(this.database.db, new Date(now.getTime() - DEDUP_MS), KEPT_REJECTIONS);
  }

  private async ensureMonth(now: Date, ahead: number): Promise<void> {
    const from = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1));
    const to = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead + 1, 1));
    const name = `signals_${from.toISOString().slice(0, 7).replace('-', '_')}`;
    if (await partitionExists(this.database.db, name)) return;
    try {
      await createPartition(this.database.db, name, from, to);
    } catch (error) {
      // Another process was faster, or the month has begun and its first signals lie in the default partition, where they are well kept.
      const code = error instanceof Error && 'code' in error ? error.code : '';
      if (code !== '42P07' && code !== '23514' && code !== '23505') throw error;
    }
  }

  private async flushAll(): Promise<void> {
    if (this.flushes === 0) this.flushedAt = performance.now();
    this.flushes++;
    try {
      while (!this.queue.isEmpty) await this.flush(this.queue.take(FLUSH));
    } finally {
      this.flushes--;
    }
  }

  private async flush(calls: readonly Call[]): Promise<void> {
    const started = performance.now();
    const full = !this.queue.isEmpty;
    try {
      const entries = calls.flatMap((call) => call.entries);
      await this.write(calls, entries);
      crashPoint('signals.kept');
      this.metrics.took('countersign_ingest_flush_seconds', {}, started);
      this.metrics.observe('countersign_ingest_flush_signals', {}, entries.length);
      this.learn(calls, full);
      for (const { resolve } of calls) resolve();
      this.tell();
    } catch (error) {
      for (const { reject } of calls) reject(error);
    } finally {
      this.queue.release(calls);
    }
  }

  private write(calls: readonly Call[], entries: readonly Entry[]): Promise<void> {
    const traces = calls.map(({ trace }) => trace);
    return continuedTogether(
      traces,
      'flush signals',
      { 'messaging.batch.message_count': entries.length },
      async () => {
        if (!(await this.writer.writeAtOnce(this.door.db, entries)))
          await this.door.transaction((tx) => this.writer.write(tx, entries));
      },
    );
  }

  /** @param full whether more was waiting than the flush could take. */
  private learn(calls: readonly Call[], full: boolean): void {
    const now = performance.now();
    const units = calls.reduce((sum, call) => sum + unitsOf(call), 0);
    this.perMs = learnedRate(this.perMs, { units, ms: now - this.flushedAt, full });
    this.flushedAt = now;
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
