import { Injectable } from '@nestjs/common';
import { crashPoint } from '../platform/crash-point.js';
import { Database, type Executor, type Tx } from '../platform/database/index.js';
import { Secrets } from '../platform/secrets/secrets.js';
import { ErasedError, Vault } from '../platform/vault/index.js';
import { Clock } from '../shared/clock.js';
import { identityHash } from '../shared/identity.js';
import { Ids } from '../shared/ids.js';
import { type Rejection } from './parse.js';
import { type NewSignal, OWN_SOURCE, type Signal } from './signal.js';
import {
  createPartition,
  deleteOld,
  deleteSignals,
  insertRejections,
  insertSignals,
  partitionExists,
  selectSignal,
  type SignalRow,
} from './signals.repository.js';

/** Partitions of the inbox; the identity hash says which. */
const INBOX_PARTITIONS = 16;
/** A message id is taken once within this time. */
const DEDUP_MS = 30 * 86_400_000;
const MONTHS_AHEAD = 2;
const KEPT_REJECTIONS = 10_000;
/** Signals that may wait for the flush under way; beyond it callers are told to come back. */
const MOST_WAITING = 20_000;
/** Signals written by one flush: large enough to spread the commit, small enough to keep the others waiting for a moment only. */
const FLUSH_SIZE = 1_000;
const TELL_AFTER_MS = 10;

/** More signals are waiting to be written than this process may hold: nothing of the call was kept. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
  constructor(readonly retryAfterSeconds: number) {
    super(`too many signals are waiting; try again in ${retryAfterSeconds} s`);
  }
}

interface Waiting {
  readonly source: string;
  readonly signals: readonly NewSignal[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Keeps signals: appended once by message id, sealed under the identity they were sent under, queued for the intake. */
@Injectable()
export class SignalsService {
  private readonly identitySecret: Buffer;
  private readonly queue: Waiting[] = [];
  private waiting = 0;
  private flushing = false;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly clock: Clock,
    private readonly ids: Ids,
    secrets: Secrets,
  ) {
    this.identitySecret = secrets.lookup('identity');
  }

  /**
   * Keeps signals; when it resolves they are durable. Calls that come while a flush is under way share the next one.
   * @param source the write key's id.
   * @throws Overloaded when too much is waiting: nothing of this call was kept.
   */
  append(source: string, signals: readonly NewSignal[]): Promise<void> {
    if (signals.length === 0) return Promise.resolve();
    if (this.waiting + signals.length > MOST_WAITING) return Promise.reject(new Overloaded(1));
    this.waiting += signals.length;
    return new Promise((resolve, reject) => {
      this.queue.push({ source, signals, resolve, reject });
      // The next flush starts when the last one returns, never by a timer: a timer would cap the throughput of whoever waits.
      if (!this.flushing) void this.flushAll();
    });
  }

  /** Keeps Countersign's own signals in the transaction of what they tell of. */
  async appendIn(tx: Tx, signals: readonly NewSignal[]): Promise<void> {
    await this.write(
      tx,
      signals.map((signal) => ({ source: OWN_SOURCE, signal })),
    );
    // The rows are visible only after the transaction has committed.
    setTimeout(() => {
      this.tell();
    }, TELL_AFTER_MS).unref();
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
    try {
      return JSON.parse(await this.vault.openFor(db, row.key_id, row.body)) as Signal;
    } catch (error) {
      if (error instanceof ErasedError) return null;
      throw error;
    }
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
    this.flushing = true;
    try {
      while (this.queue.length > 0) await this.flush(this.nextGroup());
    } finally {
      this.flushing = false;
    }
  }

  private nextGroup(): Waiting[] {
    let size = 0;
    let count = 0;
    for (const { signals } of this.queue) {
      if (count > 0 && size + signals.length > FLUSH_SIZE) break;
      size += signals.length;
      count++;
    }
    return this.queue.splice(0, count);
  }

  private async flush(group: readonly Waiting[]): Promise<void> {
    const entries = group.flatMap(({ source, signals }) => signals.map((signal) => ({ source, signal })));
    try {
      await this.database.transaction((tx) => this.write(tx, entries));
      crashPoint('signals.kept');
      for (const { resolve } of group) resolve();
      this.tell();
    } catch (error) {
      for (const { reject } of group) reject(error);
    } finally {
      this.waiting -= entries.length;
    }
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }

  private async write(
    tx: Tx,
    entries: readonly { readonly source: string; readonly signal: NewSignal }[],
  ): Promise<void> {
    const receivedAt = this.clock.now();
    const unique = new Map<string, { readonly record: Signal; readonly hash: string }>();
    for (const { source, signal } of entries) {
      // One statement cannot meet the same dedup row twice.
      const key = `${source} ${signal.messageId}`;
      if (unique.has(key)) continue;
      const record: Signal = {
        ...signal,
        id: this.ids.make('sig'),
        source,
        receivedAt: receivedAt.toISOString(),
      };
      unique.set(key, { record, hash: this.hashOf(signal) });
    }
    const fresh = [...unique.values()];
    if (fresh.length === 0) return;
    const keys = await this.vault.ensureKeys(
      tx,
      fresh.map(({ hash }) => hash),
    );
    const rows = fresh.map(({ record, hash }) => this.toRow(record, hash, keys.get(hash)));
    await insertSignals(tx, rows, receivedAt, new Date(receivedAt.getTime() - DEDUP_MS));
  }

  private toRow(record: Signal, hash: string, key: Buffer | undefined): SignalRow {
    if (key === undefined) throw new Error(`no key for identity ${hash}`);
    const belongsToNobody = record.userId === null && record.anonymousId === null;
    return {
      id: record.id,
      source: record.source,
      message_id: record.messageId,
      type: record.type,
      event: record.event,
      identity_hash: hash,
      occurred_at: record.occurredAt,
      body: this.vault.sealText(key, JSON.stringify(record)).toString('base64'),
      partition: belongsToNobody ? null : parseInt(hash.slice(0, 8), 16) % INBOX_PARTITIONS,
    };
  }

  /** Under which identity it was sent; a signal of nobody stands under its own message id. */
  private hashOf(signal: NewSignal): string {
    if (signal.userId !== null) return identityHash(this.identitySecret, 'user', signal.userId);
    return identityHash(
      this.identitySecret,
      'anonymous',
      signal.anonymousId ?? `message ${signal.messageId}`,
    );
  }
}
