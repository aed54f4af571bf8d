import { createHash } from 'node:crypto';
import { canonicalJson } from '../shared/canonical-json.js';
import { sha256Hex } from '../shared/hash.js';

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

export function sealHash(seal: Seal): string {
  return sha256Hex(canonicalJson(seal));
}
