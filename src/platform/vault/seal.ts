import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const IV = 12;
const TAG = 16;

/** Asked of the system for a thousand nonces at once: a call for each is a large part of what sealing costs. */
let nonces = Buffer.alloc(0);

function nonce(): Buffer {
  if (nonces.length < IV) nonces = randomBytes(1_000 * IV);
  const iv = nonces.subarray(0, IV);
  nonces = nonces.subarray(IV);
  return iv;
}

/** AES-256-GCM: 12 bytes of nonce, the ciphertext, 16 bytes of tag. */
export function seal(key: Uint8Array, plain: Uint8Array | string): Buffer {
  const iv = nonce();
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const sealed = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain);
  // A counter mode holds nothing back: what is left at the end is empty.
  cipher.final();
  return Buffer.concat([iv, sealed, cipher.getAuthTag()]);
}

/** @throws Error when the key is another one or a byte was changed. */
export function unseal(key: Uint8Array, sealed: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
  const plain = decipher.update(sealed.subarray(IV, sealed.length - TAG));
  // Throws where the tag is another one; nothing is left to give.
  decipher.final();
  return plain;
}
