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

/** What an address on a channel is an address of: every channel of kind `email` writes to the same mailboxes, however it is called. */
export function addressSpace(channel: { readonly id: string; readonly kind: string }): string {
  return channel.kind === 'email' ? 'email' : channel.id;
}

/** The name under which an address is looked up. @param secret `secrets.lookup('address')` @param space see `addressSpace`. */
export function addressHash(secret: Uint8Array, space: string, address: string): string {
  return keyedHash(secret, `${space}:${normaliseAddress(address)}`);
}
