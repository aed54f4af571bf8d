import { createHmac, hash } from 'node:crypto';
import { withCanonicalBytes } from './canonical-json.js';

/** SHA-256 of a text or of its UTF-8 bytes, in lower-case hex. */
export function sha256Hex(text: string | Uint8Array): string {
  return hash('sha256', text);
}

/** The name of a value by its content: SHA-256 of its canonical JSON, in hex. */
export function contentHash(value: unknown): string {
  return withCanonicalBytes(value, sha256Hex);
}

/** HMAC-SHA-256 of a text under a secret, in hex: a name that cannot be guessed back into what it names. */
export function keyedHash(secret: Uint8Array, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}

/** A number in [0, 1) fixed by the text alone: for holdouts and seeded choices. 48 bits of SHA-256. */
export function unitHash(text: string): number {
  // Twelve of the digits: half as dear as a buffer.
  return Number.parseInt(hash('sha256', text).slice(0, 12), 16) / 2 ** 48;
}
