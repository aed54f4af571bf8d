import { randomBytes } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import { withCanonicalBytes } from '../../shared/canonical-json.js';
import { Clock } from '../../shared/clock.js';
import { Database, type Executor, type Tx } from '../database/index.js';
import { Secrets } from '../secrets/secrets.js';
import { seal, unseal } from './seal.js';
import {
  deleteKeys,
  holdErasures,
  holdKeys,
  insertKeys,
  selectKeys,
  type WrappedKey,
} from './vault.repository.js';

const CACHED_KEYS = 50_000;
/** How long another process may go on reading an erased person: after this its cached key is gone too. */
const CACHE_MS = 60_000;

/** The key of an erased person was asked for: what it protected can no longer be read by anybody. */
export class ErasedError extends Error {
  override readonly name = 'ErasedError';
}

/** For `.catch`: null in the place of what was erased. @throws every other error */
export function erasedIsNull(error: unknown): null {
  if (error instanceof ErasedError) return null;
  throw error;
}

interface CachedKey {
  readonly key: Buffer;
  /** As it lies in the table: tells this key from one that was made for the same id after an erasure. */
  readonly wrapped: Buffer;
  readonly until: number;
  /** Erasures there had been when it was in force, as counted while none could happen; null when nobody held them off. */
  readonly erasures: number | null;
}

/** What is known of a transaction under way. */
interface OpenTransaction {
  /** Erasures there were before it; while it lasts no other happens. Null when it could not keep them waiting, or erases itself; undefined before it tried. */
  erasures: number | null | undefined;
  /** Keys that come to exist with its commit. They are not remembered beyond it: it may roll back. */
  readonly made: Map<string, Buffer>;
  /** Keys whose rows it holds until its end: nobody can erase them meanwhile, so they need not be asked for again. */
  readonly held: Map<string, Buffer | Error>;
}

/** What became of opening something sealed. */
export type Opened =
  | { readonly kind: 'opened'; readonly text: string }
  | { readonly kind: 'erased' }
  | { readonly kind: 'unreadable'; readonly error: string };

/**
 * Personal data at rest. Each person (and each identity seen before a person was known) has a key of their own; the keys lie wrapped under
 * the deployment's secret. Sealed values carry no key id: the row they lie in says whose they are.
 *
 * Whoever writes holds the keys until the transaction ends: an erasure comes wholly before or wholly after it. A single key is held by its
 * row. Many are held by one lock that keeps every erasure waiting; under it a remembered key is as good as the table's when nobody was erased
 * since it was read. While an erasure is under way everybody falls back on the rows, so that it stops nobody but those it is about.
 */
@Injectable()
export class Vault {
  private readonly cache = new Map<string, CachedKey>();
  /** Counts evictions: what was read before one must not be cached after it. */
  private evictions = 0;
  private readonly open = new WeakMap<Executor, OpenTransaction>();

  constructor(
    private readonly secrets: Secrets,
    private readonly clock: Clock,
    /** Needed by whoever erases. */
    @Optional() private readonly database?: Database,
  ) {}

  private remember({ id, wrapped }: WrappedKey, key: Buffer, erasures: number | null): void {
    this.cache.delete(id);
    if (this.cache.size >= CACHED_KEYS) {
      const oldest = this.cache.keys().next().value;
      if (oldest !== undefined) this.cache.delete(oldest);
    }
    this.cache.set(id, { key, wrapped, until: performance.now() + CACHE_MS, erasures });
  }

  private remembered(id: string): CachedKey | undefined {
    const entry = this.cache.get(id);
    if (entry === undefined) return undefined;
    if (entry.until >= performance.now()) return entry;
    this.cache.delete(id);
    return undefined;
  }

  private evict(ids: readonly string[]): void {
    this.evictions++;
    for (const id of ids) this.cache.delete(id);
  }

  private unwrap(wrapped: Uint8Array): Buffer {
    for (const secret of this.secrets.all('person-keys')) {
      try {
        return unseal(secret, wrapped);
      } catch {
        continue; // Wrapped under an older secret: try the next one; none fitting is an error below.
      }
    }
    throw new Error('a person key cannot be unwrapped: SECRET_KEYS lacks the key it was wrapped under');
  }

  /** The key in a row as it lies in the table, unwrapped anew only when it is not the one that was unwrapped last. */
  private tryKeyIn({ id, wrapped }: WrappedKey): Buffer | Error {
    const known = this.remembered(id);
    if (known?.wrapped.equals(wrapped) === true) return known.key;
    try {
      return this.unwrap(wrapped);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** To be called before rows are read together with their keys; what it answers then gives the key in such a row, to read by. */
  readingKeys(): (row: WrappedKey) => Buffer {
    const before = this.evictions;
    return (row) => {
      const known = this.remembered(row.id);
      if (known?.wrapped.equals(row.wrapped) === true) return known.key;
      const key = this.unwrap(row.wrapped);
      if (before === this.evictions) this.remember(row, key, null);
      return key;
    };
  }

  /**
   * A key with its row as it was last read, to write by in a statement that itself makes sure the row is still the same and holds it. Null
   * for an erased or unknown id.
   */
  async keyWithRow(db: Executor, id: string): Promise<{ key: Buffer; wrapped: Buffer } | null> {
    const known = this.remembered(id);
    if (known !== undefined) return known;
    const keyOf = this.readingKeys();
    const [row] = await selectKeys(db, [id]);
    return row === undefined ? null : { key: keyOf(row), wrapped: row.wrapped };
  }

  /** Notes that a statement of this transaction found a key in force and holds its row: the transaction may write by it from here on. */
  holds(db: Executor, id: string, key: Buffer): void {
    if (db.isTransaction) this.opened(db).held.set(id, key);
  }

  /** Forgets a key that turned out not to be in force any more. */
  forget(id: string): void {
    this.evict([id]);
  }

  /** The keys of existing ids, to read by; erased or unknown ids are missing from the answer. */
  async keys(db: Executor, ids: readonly string[]): Promise<Map<string, Buffer>> {
    const found = new Map<string, Buffer>();
    const missing: string[] = [];
    for (const id of new Set(ids)) {
      const entry = this.remembered(id);
      if (entry === undefined) missing.push(id);
      else found.set(id, entry.key);
    }
    if (missing.length > 0) {
      const before = this.evictions;
      for (const row of await selectKeys(db, missing)) {
        const key = this.unwrap(row.wrapped);
        if (before === this.evictions) this.remember(row, key, null);
        found.set(row.id, key);
      }
    }
    return found;
  }

  /** The keys of existing ids, to write by: an erasure of them waits until the transaction ends. Erased or unknown ids are missing. */
  async heldKeys(tx: Tx, ids: readonly string[]): Promise<Map<string, Buffer>> {
    const keys = new Map<string, Buffer>();
    for (const [id, held] of await this.hold(tx, ids)) keys.set(id, usable(held));
    return keys;
  }

  /**
   * Keys to write by without a transaction, when all of them are remembered from one count of erasures. They are in force only for a statement
   * that itself finds `hold_key_erasures()` to be that count. Null when some are not: then `ensureKeys`.
   */
  rememberedKeys(
    ids: readonly string[],
  ): { readonly keys: Map<string, Buffer>; readonly erasures: number } | null {
    const keys = new Map<string, Buffer>();
    let erasures: number | null = null;
    for (const id of ids) {
      if (keys.has(id)) continue;
      const entry = this.remembered(id);
      if (entry === undefined || entry.erasures === null) return null;
      if (entry.erasures !== (erasures ??= entry.erasures)) return null;
      keys.set(id, entry.key);
    }
    return erasures === null ? null : { keys, erasures };
  }

  /** What each id's key is, or why it cannot be unwrapped; held until the transaction ends. Erased or unknown ids are missing. */
  private async hold(db: Executor, ids: readonly string[]): Promise<Map<string, Buffer | Error>> {
    const found = new Map<string, Buffer | Error>();
    const asked = new Set(ids);
    const { made, held, erasures: known } = this.opened(db);
    // Outside a transaction nothing lasts, and a single key is held more cheaply by its row.
    const erasures =
      db.isTransaction && asked.size > 1 ? await this.keepErasuresWaiting(db as Tx) : (known ?? null);
    const missing: string[] = [];
    for (const id of asked) {
      const key = made.get(id) ?? held.get(id) ?? this.inForce(id, erasures);
      if (key === undefined) missing.push(id);
      else found.set(id, key);
    }
    if (missing.length === 0) return found;
    const before = this.evictions;
    for (const row of await (erasures === null ? holdKeys(db, missing) : selectKeys(db, missing))) {
      const key = this.tryKeyIn(row);
      if (key instanceof Buffer && before === this.evictions) this.remember(row, key, erasures);
      held.set(row.id, key);
      found.set(row.id, key);
    }
    return found;
  }

  private opened(db: Executor): OpenTransaction {
    const known = this.open.get(db) ?? {
      erasures: undefined,
      made: new Map<string, Buffer>(),
      held: new Map<string, Buffer | Error>(),
    };
    if (db.isTransaction) this.open.set(db, known);
    return known;
  }

  /** @returns how many erasures there were before; null when one is under way. */
  private async keepErasuresWaiting(tx: Tx): Promise<number | null> {
    const transaction = this.opened(tx);
    if (transaction.erasures === undefined) transaction.erasures = await holdErasures(tx);
    return transaction.erasures;
  }

  private inForce(id: string, erasures: number | null): Buffer | undefined {
    const entry = this.remembered(id);
    return erasures !== null && entry?.erasures === erasures ? entry.key : undefined;
  }

  /**
   * The keys of all ids, to write by and held like those of `heldKeys`; made where there is none yet. Only what takes in signals may make
   * keys: everybody else would make one for a person who was erased.
   */
  async ensureKeys(tx: Tx, ids: readonly string[]): Promise<Map<string, Buffer>> {
    await this.keepErasuresWaiting(tx);
    const found = await this.heldKeys(tx, ids);
    const missing = [...new Set(ids)].filter((id) => !found.has(id));
    if (missing.length > 0) {
      const secret = this.secrets.current('person-keys');
      const fresh = missing.map((id) => ({ id, wrapped: seal(secret, randomBytes(32)) }));
      const { made } = this.opened(tx);
      for (const row of await insertKeys(tx, fresh, this.clock.now())) {
        const key = this.unwrap(row.wrapped);
        made.set(row.id, key);
        found.set(row.id, key);
      }
    }
    return found;
  }

  /**
   * Opens each by itself, by keys held like those of `heldKeys`: one that cannot be read says so and keeps nobody from the others.
   */
  async openEach(
    tx: Tx,
    items: readonly { readonly keyId: string; readonly sealed: Uint8Array }[],
  ): Promise<Opened[]> {
    const keys = await this.hold(
      tx,
      items.map(({ keyId }) => keyId),
    );
    return items.map(({ keyId, sealed }) => {
      const key = keys.get(keyId);
      return key === undefined ? { kind: 'erased' } : this.tryOpen(key, sealed);
    });
  }

  private tryOpen(held: Buffer | Error, sealed: Uint8Array): Opened {
    try {
      return { kind: 'opened', text: this.unsealText(usable(held), sealed) };
    } catch (error) {
      return { kind: 'unreadable', error: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Seals a value as canonical JSON under a key already at hand. */
  seal(key: Uint8Array, value: unknown): Buffer {
    return withCanonicalBytes(value, (written) => seal(key, written));
  }

  /** Seals a text (or its UTF-8 bytes) as it is, where nobody will ever compare the bytes of two. */
  sealText(key: Uint8Array, text: string | Uint8Array): Buffer {
    return seal(key, text);
  }

  /** The exact text that was sealed. */
  unsealText(key: Uint8Array, sealed: Uint8Array): string {
    return unseal(key, sealed).toString('utf8');
  }

  /** The exact bytes that were sealed. */
  unsealBytes(key: Uint8Array, sealed: Uint8Array): Buffer {
    return unseal(key, sealed);
  }

  /** Seals a value under the key of `id`, which must exist and is held until the transaction ends. @throws ErasedError */
  async sealFor(db: Executor, id: string, value: unknown): Promise<Buffer> {
    const held = (await this.hold(db, [id])).get(id);
    if (held === undefined) throw new ErasedError(`the key of ${id} was erased`);
    return this.seal(usable(held), value);
  }

  /** Opens what was sealed under the key of `id`. @throws ErasedError, or Error when it cannot be read. */
  async openFor(db: Executor, id: string, sealed: Uint8Array): Promise<string> {
    const cached = this.remembered(id);
    if (cached !== undefined) {
      try {
        return this.unsealText(cached.key, sealed);
      } catch {
        // An identity that was erased in another process and came back has another key by now.
        this.evict([id]);
      }
    }
    const key = (await this.keys(db, [id])).get(id);
    if (key === undefined) throw new ErasedError(`the key of ${id} was erased`);
    return this.unsealText(key, sealed);
  }

  /**
   * Erases keys: whatever they protect is unreadable from the commit on (other processes forget within a minute). Waits for whoever is writing
   * by them; those who come later make new ones.
   */
  async erase(tx: Tx, ids: readonly string[]): Promise<void> {
    await deleteKeys(tx, ids);
    // What this transaction counts from here on is true for the others only after its commit.
    this.open.set(tx, { erasures: null, made: new Map(), held: new Map() });
    this.evict(ids);
    // Again when it counts: until the commit others still find the old keys in the table.
    this.database?.afterCommit(() => {
      this.evict(ids);
    });
  }
}

function usable(held: Buffer | Error): Buffer {
  if (held instanceof Error) throw held;
  return held;
}
