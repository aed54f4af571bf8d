import { createHmac } from 'node:crypto';
import { sha256Hex } from './hash.js';

/** What a link that dispatch puts into a message is for. */
export type LinkKind = 'click' | 'open' | 'unsubscribe';

/**
 * The token of a link: an HMAC over whose and which link it is, 43 characters of base64url. The same message always gets the same
 * tokens, so that what left can be recomputed; nobody without the key can guess one.
 * @param secret 32 bytes.
 * @param index position among the content's links for a click; 0 otherwise.
 */
export function linkToken(secret: Uint8Array, messageId: string, kind: LinkKind, index: number): string {
  return createHmac('sha256', secret).update(`${messageId}:${kind}:${index}`).digest('base64url');
}

/** How a token is stored and looked up: whoever reads the table cannot use its links. */
export function linkTokenHash(token: string): string {
  return sha256Hex(token);
}
