import { type Db, type Executor, type Tx } from '../platform/database/index.js';
import { type Secrets } from '../platform/secrets/secrets.js';
import { type Vault } from '../platform/vault/index.js';
import { type Trace } from '../platform/telemetry/index.js';
import { type Clock } from '../shared/clock.js';
import { identityHash } from '../shared/identity.js';
import { type Ids } from '../shared/ids.js';
import { type NewSignal, type Signal } from './signal.js';
import { insertSignals, type SignalRow } from './signals.repository.js';

/** Partitions of the inbox; the identity hash says which. */
const INBOX_PARTITIONS = 16;
/** A message id is taken once within this time. */
export const DEDUP_MS = 30 * 86_400_000;
const REMEMBERED_HASHES = 20_000;

/** A signal and who sent it. */
export interface Entry {
  readonly source: string;
  readonly signal: NewSignal;
  /** Of the request it came with; null when nobody follows it. */
  readonly trace: Trace | null;
}

interface HashedEntry extends Entry {
  /** Of the identity it was sent under. */
  readonly hash: string;
}

/** Writes signals: each once by message id, sealed under the identity it was sent under, with its place in the inbox. */
export class SignalsWriter {
  private readonly identitySecret: Buffer;
  private readonly hashes = new Map<string, string>();

  constructor(
    private readonly vault: Vault,
    private readonly clock: Clock,
    private readonly ids: Ids,
    secrets: Secrets,
  ) {
    this.identitySecret = secrets.lookup('identity');
  }

  /**
   * Writes what was not seen before in a single statement, a transaction by itself, when the keys of everybody in it are at hand.
   * @returns whether it could; otherwise nothing was written.
   */
  async writeAtOnce(db: Db, entries: readonly Entry[]): Promise<boolean> {
    const hashed = this.hashed(entries);
    const known = this.vault.rememberedKeys(hashed.map(({ hash }) => hash));
    return known !== null && (await this.insert(db, hashed, known.keys, known.erasures));
  }

  /** Writes what was not seen before, with keys for those who have none yet. */
  async write(tx: Tx, entries: readonly Entry[]): Promise<void> {
    const hashed = this.hashed(entries);
    const keys = await this.vault.ensureKeys(
      tx,
      hashed.map(({ hash }) => hash),
    );
    await this.insert(tx, hashed, keys, null);
  }

  /** Writes signals that whoever has them written applies in the same transaction: they wait for nobody. @returns them as they are kept. */
  async writeApplied(tx: Tx, entries: readonly Entry[]): Promise<Signal[]> {
    const hashed = this.hashed(entries);
    const keys = await this.vault.ensureKeys(
      tx,
      hashed.map(({ hash }) => hash),
    );
    const receivedAt = this.clock.now();
    const made = hashed.map((entry) => {
      const row = this.toRow(entry, keyOf(keys, entry.hash), receivedAt);
      const { signal, source } = entry;
      return {
        row: { ...row, partition: null },
        signal: { ...signal, id: row.id, source, receivedAt: receivedAt.toISOString() },
      };
    });
    const forgetBefore = new Date(receivedAt.getTime() - DEDUP_MS);
    const rows = made.map(({ row }) => row);
    await insertSignals(tx, rows, receivedAt, forgetBefore, null);
    return made.map(({ signal }) => signal);
  }

  private insert(
    db: Executor,
    hashed: readonly HashedEntry[],
    keys: ReadonlyMap<string, Buffer>,
    erasures: number | null,
  ): Promise<boolean> {
    const receivedAt = this.clock.now();
    const rows = hashed.map((entry) => this.toRow(entry, keyOf(keys, entry.hash), receivedAt));
    const forgetBefore = new Date(receivedAt.getTime() - DEDUP_MS);
    return insertSignals(db, rows, receivedAt, forgetBefore, erasures);
  }

  /** Each message id once: one statement cannot meet the same dedup row twice. */
  private hashed(entries: readonly Entry[]): HashedEntry[] {
    const unique = new Map<string, HashedEntry>();
    for (const { source, signal, trace } of entries) {
      const name = `${source} ${signal.messageId}`;
      if (!unique.has(name)) unique.set(name, { source, signal, trace, hash: this.hashOf(signal) });
    }
    return [...unique.values()];
  }

  private toRow({ source, signal, trace, hash }: HashedEntry, key: Buffer, receivedAt: Date): SignalRow {
    const { messageId, type, event, userId, anonymousId, occurredAt } = signal;
    const belongsToNobody = userId === null && anonymousId === null;
    const id = this.ids.make('sig');
    const text = recordText(signal, { id, source, receivedAt: receivedAt.toISOString() });
    return {
      id,
      source,
      message_id: messageId,
      type,
      event,
      identity_hash: hash,
      occurred_at: occurredAt,
      body: this.vault.sealText(key, text),
      ...(trace === null ? {} : { trace }),
      partition: belongsToNobody ? null : partitionOf(hash),
    };
  }

  /** Under which identity it was sent; a signal of nobody stands under its own message id. */
  private hashOf(signal: NewSignal): string {
    if (signal.userId !== null) return this.rememberedHash('user', signal.userId);
    if (signal.anonymousId !== null) return this.rememberedHash('anonymous', signal.anonymousId);
    return identityHash(this.identitySecret, 'anonymous', `message ${signal.messageId}`);
  }

  /** People send many signals in a row, and a keyed hash costs as much as reading one. */
  /** Where in the inbox the signals of an identity wait. */
  partitionOf(kind: 'user' | 'anonymous', value: string): number {
    return partitionOf(this.rememberedHash(kind, value));
  }

  private rememberedHash(kind: 'user' | 'anonymous', value: string): string {
    const name = `${kind} ${value}`;
    const known = this.hashes.get(name);
    if (known !== undefined) return known;
    const hash = identityHash(this.identitySecret, kind, value);
    if (this.hashes.size >= REMEMBERED_HASHES) this.hashes.clear();
    this.hashes.set(name, hash);
    return hash;
  }
}

function partitionOf(hash: string): number {
  return parseInt(hash.slice(0, 8), 16) % INBOX_PARTITIONS;
}

function keyOf(keys: ReadonlyMap<string, Buffer>, hash: string): Buffer {
  const key = keys.get(hash);
  if (key === undefined) throw new Error(`no key for identity ${hash}`);
  return key;
}

/** The signal as JSON. Joined as text: an object with all its members would be made only to be written out. */
function recordText(signal: NewSignal, rest: Omit<Signal, keyof NewSignal>): string {
  return `${JSON.stringify(signal).slice(0, -1)},${JSON.stringify(rest).slice(1)}`;
}
