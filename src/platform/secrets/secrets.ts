import { createPublicKey, type KeyObject } from 'node:crypto';
import { deriveKey, keepMaterial, materialOf, signingKeyFrom } from './material.js';

/** What a derived key is for. A key serves one purpose only. */
export type KeyPurpose = 'identity' | 'person-keys' | 'tokens' | 'links' | 'webhooks' | 'address' | 'audit';

/**
 * The deployment's secrets: everything is derived from SECRET_KEYS. The newest key signs and encrypts, the older ones still verify and
 * decrypt. Hashes that are looked up (identities, addresses) use the oldest, so that rotation does not lose anybody.
 */
export class Secrets {
  private readonly derived = new Map<string, Buffer>();

  /** @param keys at least one, newest first. */
  constructor(keys: readonly string[]) {
    if (keys.length === 0) throw new Error('at least one secret key is needed');
    keepMaterial(this, keys);
  }

  /** Derived once: keys of single people are unwrapped by the hundred. */
  private derive(key: string, purpose: string): Buffer {
    const name = `${purpose} ${key}`;
    const held = this.derived.get(name) ?? deriveKey(key, purpose);
    this.derived.set(name, held);
    return held;
  }

  /** The key that encrypts or authenticates new data. 32 bytes. */
  current(purpose: KeyPurpose): Buffer {
    return this.derive(materialOf(this)[0] ?? '', purpose);
  }

  /** Every key that may have encrypted or authenticated existing data, newest first. */
  all(purpose: KeyPurpose): Buffer[] {
    return materialOf(this).map((key) => this.derive(key, purpose));
  }

  /** The key for hashes that are looked up; it never rotates while the oldest key is kept. */
  lookup(purpose: 'identity' | 'address' | 'tokens'): Buffer {
    return this.derive(materialOf(this).at(-1) ?? '', purpose);
  }

  /** What each key can be told by without being known, newest first. */
  fingerprints(): string[] {
    return materialOf(this).map((key) => this.derive(key, 'fingerprint').toString('hex').slice(0, 32));
  }

  /** The public halves that verify approvals, newest first. The other half is in signing-key.ts, which only review may import. */
  approvalVerifyingKeys(): KeyObject[] {
    return materialOf(this).map((key) => createPublicKey(signingKeyFrom(key)));
  }
}
