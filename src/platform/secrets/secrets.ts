import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto';

const ED25519_PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** What a derived key is for. A key serves one purpose only. */
export type KeyPurpose = 'identity' | 'person-keys' | 'tokens' | 'links' | 'webhooks' | 'address';

/**
 * The deployment's secrets: everything is derived from SECRET_KEYS. The newest key signs and encrypts, the older ones still verify and
 * decrypt. Hashes that are looked up (identities, addresses) use the oldest, so that rotation does not lose anybody.
 */
export class Secrets {
  private readonly derived = new Map<string, Buffer>();

  /** @param keys at least one, newest first. */
  constructor(private readonly keys: readonly string[]) {
    if (keys.length === 0) throw new Error('at least one secret key is needed');
  }

  /** Derived once: keys of single people are unwrapped by the hundred. */
  private derive(key: string, purpose: string): Buffer {
    const name = `${purpose} ${key}`;
    const held = this.derived.get(name) ?? Buffer.from(hkdfSync('sha256', key, 'countersign', purpose, 32));
    this.derived.set(name, held);
    return held;
  }

  /** The key that encrypts or authenticates new data. 32 bytes. */
  current(purpose: KeyPurpose): Buffer {
    return this.derive(this.keys[0] ?? '', purpose);
  }

  /** Every key that may have encrypted or authenticated existing data, newest first. */
  all(purpose: KeyPurpose): Buffer[] {
    return this.keys.map((key) => this.derive(key, purpose));
  }

  /** The key for hashes that are looked up; it never rotates while the oldest key is kept. */
  lookup(purpose: 'identity' | 'address' | 'tokens'): Buffer {
    return this.derive(this.keys.at(-1) ?? '', purpose);
  }

  /** The Ed25519 key that signs approvals. Only `review` may ask for it; an import rule and the module graph keep it there. */
  approvalSigningKey(): KeyObject {
    return this.ed25519(this.keys[0] ?? '');
  }

  /** The public halves that verify approvals, newest first. */
  approvalVerifyingKeys(): KeyObject[] {
    return this.keys.map((key) => createPublicKey(this.ed25519(key)));
  }

  private ed25519(key: string): KeyObject {
    const seed = this.derive(key, 'approvals');
    return createPrivateKey({
      key: Buffer.concat([ED25519_PKCS8_PREFIX, seed]),
      format: 'der',
      type: 'pkcs8',
    });
  }
}
