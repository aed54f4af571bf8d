import { createHash, timingSafeEqual } from 'node:crypto';
import { canonicalJson } from '../shared/canonical-json.js';
import { keyedHash } from '../shared/hash.js';

/** What the first seal follows. */
export const CHAIN_START = '0'.repeat(64);

/** An audit entry as the seal sees it: the personal part only as ciphertext, so that erasing its key leaves the seal whole. */
export interface SealedEntry {
  readonly seq: number;
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: string;
  /** Ciphertext in hex. */
  readonly personal: string | null;
  readonly keyId: string | null;
}

/** SHA-256 over the entries of one batch, one canonical line each, ascending by seq. */
export function entriesHash(entries: readonly SealedEntry[]): string {
  const hash = createHash('sha256');
  for (const entry of entries) hash.update(`${canonicalJson(entry)}\n`);
  return hash.digest('hex');
}

/** One link of the chain; `hash` covers everything else in it and, through `previousHash`, everything before. */
export interface Seal {
  readonly number: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly entries: number;
  readonly entriesHash: string;
  readonly previousHash: string;
  readonly sealedAt: string;
}

/** @param key of this deployment alone: whoever can only write the database cannot make the chain anew. */
export function sealHash(seal: Seal, key: Buffer): string {
  return keyedHash(key, canonicalJson(seal));
}

/** @param keys every key that may have sealed it. */
export function isSealedAs(hash: string, seal: Seal, keys: readonly Buffer[]): boolean {
  const given = Buffer.from(hash);
  return keys.some((key) => {
    const expected = Buffer.from(sealHash(seal, key));
    return expected.length === given.length && timingSafeEqual(expected, given);
  });
}
