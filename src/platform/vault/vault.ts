import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { canonicalJson } from '../../shared/canonical-json.js';
import { Clock } from '../../shared/clock.js';
import { type Executor, type Tx } from '../database/index.js';
import { Secrets } from '../secrets/secrets.js';
import { seal, unseal } from './seal.js';
import { deleteKeys, insertKeys, selectKeys } from './vault.repository.js';

const CACHED_KEYS = 20_000;
/** How long another process may go on reading an erased person: after this its cached key is gone too. */
const CACHE_MS = 60_000;

/** The key of an erased person was asked for: what it protected can no longer be read by anybody. */
export class ErasedError extends Error {
  override readonly name = 'ErasedError';
}

/**
 * Personal data at rest. Each person (and each identity seen before a person was known) has a key of their own; the keys lie wrapped under
 * the deployment's secret. Sealed values carry no key id: the row they lie in says whose they are.
 */
@Injectable()
export class Vault {
  private readonly cache = new Map<string, { key: Buffer; until: number }>();

  constructor(
    private readonly secrets: Secrets,
    private readonly clock: Clock,
  ) {}

  private remember(id: string, key: Buffer): void {
    if (this.cache.size >= CACHED_KEYS) {
      const oldest = this.cache.keys().next().value;
      if (oldest !== undefined) this.cache.delete(oldest);
    }
    this.cache.set(id, { key, until: performance.now() + CACHE_MS });
  }

  private remembered(id: string): Buffer | undefined {
    const entry = this.cache.get(id);
    if (entry === undefined) return undefined;
    if (entry.until >= performance.now()) return entry.key;
    this.cache.delete(id);
    return undefined;
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

  /** The keys of existing ids; erased or unknown ids are missing from the answer. */
  async keys(db: Executor, ids: readonly string[]): Promise<Map<string, Buffer>> {
    const found = new Map<string, Buffer>();
    const missing: string[] = [];
    for (const id of new Set(ids)) {
      const key = this.remembered(id);
      if (key === undefined) missing.push(id);
      else found.set(id, key);
    }
    if (missing.length > 0) {
      for (const row of await selectKeys(db, missing)) {
        const key = this.unwrap(row.wrapped);
        this.remember(row.id, key);
        found.set(row.id, key);
      }
    }
    return found;
  }

  /**
   * The keys of all ids, made where there is none yet. Newly made keys are not cached before their transaction has committed: call
   * `keys` later for that.
   */
  async ensureKeys(tx: Tx, ids: readonly string[]): Promise<Map<string, Buffer>> {
    const found = await this.keys(tx, ids);
    const missing = [...new Set(ids)].filter((id) => !found.has(id));
    if (missing.length > 0) {
      const secret = this.secrets.current('person-keys');
      const fresh = missing.map((id) => ({ id, wrapped: seal(secret, randomBytes(32)) }));
      for (const row of await insertKeys(tx, fresh, this.clock.now()))
        found.set(row.id, this.unwrap(row.wrapped));
    }
    return found;
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

  /** Seals a value under the key of `id`, which must exist. @throws ErasedError */
  async sealFor(db: Executor, id: string, value: unknown): Promise<Buffer> {
    return this.seal(await this.key(db, id), value);
  }

  /** Opens what was sealed under the key of `id`. @throws ErasedError */
  async openFor(db: Executor, id: string, sealed: Uint8Array): Promise<string> {
    return this.unsealText(await this.key(db, id), sealed);
  }

  private async key(db: Executor, id: string): Promise<Buffer> {
    const key = (await this.keys(db, [id])).get(id);
    if (key === undefined) throw new ErasedError(`the key of ${id} was erased`);
    return key;
  }

  /** Erases keys: whatever they protect is unreadable from the commit on (other processes forget within a minute). */
  async erase(tx: Tx, ids: readonly string[]): Promise<void> {
    await deleteKeys(tx, ids);
    for (const id of ids) this.cache.delete(id);
  }
}
