import { randomBytes } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import { canonicalJson } from '../../shared/canonical-json.js';
import { Clock } from '../../shared/clock.js';
import { Database, type Executor, type Tx } from '../database/index.js';
import { Secrets } from '../secrets/secrets.js';
import { seal, unseal } from './seal.js';
import { deleteKeys, holdKeys, insertKeys, selectKeys, type WrappedKey } from './vault.repository.js';

const CACHED_KEYS = 20_000;
/** How long another process may go on reading an erased person: after this its cached key is gone too. Nobody writes by a cached key. */
const CACHE_MS = 60_000;

/** The key of an erased person was asked for: what it protected can no longer be read by anybody. */
export class ErasedError extends Error {
  override readonly name = 'ErasedError';
}

interface CachedKey {
  readonly key: Buffer;
  /** As it lies in the table: tells this key from one that was made for the same id after an erasure. */
  readonly wrapped: Buffer;
  readonly until: number;
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
 * Whoever writes takes the key from the table and holds it until the transaction ends: an erasure comes wholly before or wholly after it.
 */
@Injectable()
export class Vault {
  private readonly cache = new Map<string, CachedKey>();
  /** Counts evictions: what was read before one must not be cached after it. */
  private evictions = 0;

  constructor(
    private readonly secrets: Secrets,
    private readonly clock: Clock,
    /** Needed by whoever erases. */
    @Optional() private readonly database?: Database,
  ) {}

  private remember(id: string, key: Buffer, wrapped: Buffer): void {
    this.cache.delete(id);
    if (this.cache.size >= CACHED_KEYS) {
      const oldest = this.cache.keys().next().value;
      if (oldest !== undefined) this.cache.delete(oldest);
    }
    this.cache.set(id, { key, wrapped, until: performance.now() + CACHE_MS });
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
  private keyIn({ id, wrapped }: WrappedKey): Buffer {
    const known = this.remembered(id);
    return known !== undefined && known.wrapped.equals(wrapped) ? known.key : this.unwrap(wrapped);
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
        if (before === this.evictions) this.remember(row.id, key, row.wrapped);
        found.set(row.id, key);
      }
    }
    return found;
  }

  /** The keys of existing ids, to write by: an erasure of them waits until the transaction ends. Erased or unknown ids are missing. */
  async heldKeys(tx: Tx, ids: readonly string[]): Promise<Map<string, Buffer>> {
    return this.held(tx, [...new Set(ids)]);
  }

  private async held(db: Executor, ids: readonly string[]): Promise<Map<string, Buffer>> {
    if (ids.length === 0) return new Map();
    const before = this.evictions;
    const found = new Map<string, Buffer>();
    for (const row of await holdKeys(db, ids)) {
      const key = this.keyIn(row);
      if (before === this.evictions) this.remember(row.id, key, row.wrapped);
      found.set(row.id, key);
    }
    return found;
  }

  /**
   * The keys of all ids, to write by and held like those of `heldKeys`; made where there is none yet. Only what takes in signals may make
   * keys: everybody else would make one for a person who was erased. Newly made keys are cached when they are next asked for.
   */
  async ensureKeys(tx: Tx, ids: readonly string[]): Promise<Map<string, Buffer>> {
    const found = await this.heldKeys(tx, ids);
    const missing = [...new Set(ids)].filter((id) => !found.has(id));
    if (missing.length > 0) {
      const secret = this.secrets.current('person-keys');
      const fresh = missing.map((id) => ({ id, wrapped: seal(secret, randomBytes(32)) }));
      for (const row of await insertKeys(tx, fresh, this.clock.now()))
        found.set(row.id, this.unwrap(row.wrapped));
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
    const ids = [...new Set(items.map(({ keyId }) => keyId))];
    const rows = new Map(ids.length === 0 ? [] : (await holdKeys(tx, ids)).map((row) => [row.id, row]));
    return items.map(({ keyId, sealed }) => {
      const row = rows.get(keyId);
      return row === undefined ? { kind: 'erased' } : this.tryOpen(row, sealed);
    });
  }

  private tryOpen(row: WrappedKey, sealed: Uint8Array): Opened {
    try {
      const key = this.keyIn(row);
      this.remember(row.id, key, row.wrapped);
      return { kind: 'opened', text: this.unsealText(key, sealed) };
    } catch (error) {
      return { kind: 'unreadable', error: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Seals a value as canonical JSON under a key already at hand. */
  seal(key: Uint8Array, value: unknown): Buffer {
    return seal(key, canonicalJson(value));
  }

  /** Seals a text as it is, where nobody will ever compare the bytes of two. */
  sealText(key: Uint8Array, text: string): Buffer {
    return seal(key, text);
  }

  /** The exact text that was sealed. */
  unsealText(key: Uint8Array, sealed: Uint8Array): string {
    return unseal(key, sealed).toString('utf8');
  }

  /** Seals a value under the key of `id`, which must exist and is held until the transaction ends. @throws ErasedError */
  async sealFor(db: Executor, id: string, value: unknown): Promise<Buffer> {
    const key = (await this.held(db, [id])).get(id);
    if (key === undefined) throw new ErasedError(`the key of ${id} was erased`);
    return this.seal(key, value);
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
    this.evict(ids);
    // Again when it counts: until the commit others still find the old keys in the table.
    this.database?.afterCommit(() => {
      this.evict(ids);
    });
  }
}
