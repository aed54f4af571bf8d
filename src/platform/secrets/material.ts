import { createPrivateKey, hkdfSync, type KeyObject } from 'node:crypto';

const ED25519_PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Beside the objects and not in them: no member of `Secrets`, whatever it is called, leads to what everything is derived from. */
const kept = new WeakMap<object, readonly string[]>();

export function keepMaterial(owner: object, keys: readonly string[]): void {
  kept.set(owner, keys);
}

/** The secret keys, newest first. */
export function materialOf(owner: object): readonly string[] {
  return kept.get(owner) ?? [];
}

export function deriveKey(key: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, 'countersign', purpose, 32));
}

/** The Ed25519 key of approvals and template signatures. */
export function signingKeyFrom(key: string): KeyObject {
  return createPrivateKey({
    key: Buffer.concat([ED25519_PKCS8_PREFIX, deriveKey(key, 'approvals')]),
    format: 'der',
    type: 'pkcs8',
  });
}
