import { keyedHash } from './hash.js';

/** What an identity is: who the customer's system says it is, the visitor's device, or an address. */
export type IdentityKind = 'user' | 'anonymous' | 'email' | 'phone';

/** The name under which an identity is looked up; it cannot be guessed back. @param secret `secrets.lookup('identity')` */
export function identityHash(secret: Uint8Array, kind: IdentityKind, value: string): string {
  return keyedHash(secret, `${kind}:${value}`);
}

/** An address as it is compared: e-mail trimmed and in lower case, everything else trimmed. */
export function normaliseAddress(address: string): string {
  const trimmed = address.trim();
  return trimmed.includes('@') ? trimmed.toLowerCase() : trimmed;
}

/** The name under which an address on a channel is looked up. @param secret `secrets.lookup('address')` */
export function addressHash(secret: Uint8Array, channel: string, address: string): string {
  return keyedHash(secret, `${channel}:${normaliseAddress(address)}`);
}
