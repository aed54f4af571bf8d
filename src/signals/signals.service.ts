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
/** Flushes under way at once: while one is at the database's, the next is sealed. The embedded engine has one connection. */
const FLUSHES = { embedded: 1, postgres: 2 } as const;
const TELL_AFTER_MS = 10;
const MOST_HASHES = 20_000;

/** More signals are waiting to be written than this process may hold: nothing of the call was kept. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
  constructor(readonly retryAfterSeconds: number) {
    super(`too many signals are waiting; try again in ${retryAfterSeconds} s`);
  }
}

interface Entry {
  readonly source: string;
  readonly signal: NewSignal;
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
  private flushes = 0;
  private readonly hashes = new Map<string, string>();
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
      if (this.flushes < FLUSHES[this.database.engine]) void this.flushAll();
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
    this.flushes++;
    try {
      while (this.queue.length > 0) await this.flush(this.nextGroup());
    } finally {
      this.flushes--;
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

  private async write(tx: Tx, entries: readonly Entry[]): Promise<void> {
    const receivedAt = this.clock.now();
    const unique = new Map<string, Entry>();
    for (const entry of entries) {
      // One statement cannot meet the same dedup row twice.
      const key = `${entry.source} ${entry.signal.messageId}`;
      if (!unique.has(key)) unique.set(key, entry);
    }
    if (unique.size === 0) return;
    const fresh = [...unique.values()].map((entry) => ({ ...entry, hash: this.hashOf(entry.signal) }));
    const keys = await this.vault.ensureKeys(
      tx,
      fresh.map(({ hash }) => hash),
    );
    const rows = fresh.map(({ source, signal, hash }) => {
      const key = keys.get(hash);
      if (key === undefined) throw new Error(`no key for identity ${hash}`);
      return this.toRow(source, signal, hash, key, receivedAt);
    });
    await insertSignals(tx, rows, receivedAt, new Date(receivedAt.getTime() - DEDUP_MS));
  }

  private toRow(source: string, signal: NewSignal, hash: string, key: Buffer, receivedAt: Date): SignalRow {
    const { messageId, type, event, userId, anonymousId, occurredAt } = signal;
    const id = this.ids.make('sig');
    return {
      id,
      source,
      message_id: messageId,
      type,
      event,
      identity_hash: hash,
      occurred_at: occurredAt,
      body: this.vault.sealText(
        key,
        recordText(signal, { id, source, receivedAt: receivedAt.toISOString() }),
      ),
      partition:
        userId === null && anonymousId === null ? null : parseInt(hash.slice(0, 8), 16) % INBOX_PARTITIONS,
    };
  }

  /** Under which identity it was sent; a signal of nobody stands under its own message id. */
  private hashOf(signal: NewSignal): string {
    if (signal.userId !== null) return this.remembered('user', signal.userId);
    if (signal.anonymousId !== null) return this.remembered('anonymous', signal.anonymousId);
    return identityHash(this.identitySecret, 'anonymous', `message ${signal.messageId}`);
  }

  /** People send many signals in a row, and a keyed hash costs as much as reading one. */
  private remembered(kind: 'user' | 'anonymous', value: string): string {
    const known = this.hashes.get(`${kind} ${value}`);
    if (known !== undefined) return known;
    const hash = identityHash(this.identitySecret, kind, value);
    if (this.hashes.size >= MOST_HASHES) this.hashes.clear();
    this.hashes.set(`${kind} ${value}`, hash);
    return hash;
  }
}

/** The signal as JSON. Joined as text: an object with all its members would be made only to be written out. */
function recordText(signal: NewSignal, rest: Omit<Signal, keyof NewSignal>): string {
  return `${JSON.stringify(signal).slice(0, -1)},${JSON.stringify(rest).slice(1)}`;
}
