/** What an id names; the prefix makes a stray id in a log readable. */
export type IdPrefix =
  | 'per' // person who signs in
  | 'ses' // session
  | 'tok' // API token
  | 'key' // write key
  | 'sig' // signal
  | 'prf' // profile
  | 'mrg' // merge
  | 'fir' // trigger firing
  | 'dec' // decision
  | 'tsk' // task
  | 'msg' // message
  | 'drf' // draft
  | 'asm' // assessment
  | 'rev' // review
  | 'out' // outcome
  | 'gat' // gate
  | 'rpl' // replay
  | 'sim' // simulation
  | 'prp' // proposal
  | 'pau' // pause
  | 'aud' // audit entry
  | 'con' // consent entry
  | 'sup' // suppression that was lifted
  | 'hlf' // finding about the playbook
  | 'imp' // import
  | 'lse'; // lease of tokens of a cap

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** The lowest `length * 5` bits of a big-endian number, five to a letter. */
function base32(bytes: Uint8Array, length: number): string {
  let text = '';
  let held = 0;
  let bits = 0;
  let at = bytes.length;
  while (text.length < length) {
    if (bits < 5 && at > 0) {
      held |= (bytes[--at] ?? 0) << bits;
      bits += 8;
    }
    text = ALPHABET.charAt(held & 31) + text;
    held >>>= 5;
    bits -= 5;
  }
  return text;
}

/**
 * An opaque id, ordered by time: prefix, 10 characters of milliseconds, 16 of randomness (80 bits).
 * @param random at least 10 bytes of randomness.
 */
export function makeId(prefix: IdPrefix, at: Date, random: Uint8Array): string {
  const ms = Buffer.alloc(8);
  ms.writeBigUInt64BE(BigInt(Math.max(0, at.getTime())));
  return `${prefix}_${base32(ms, 10)}${base32(random.subarray(0, 10), 16)}`;
}

/** Makes ids; the shell behind it supplies time and randomness. */
export abstract class Ids {
  abstract make(prefix: IdPrefix): string;
}

/** When an id was made, to the millisecond. @throws RangeError when it is not one of ours. */
export function timeOf(id: string): Date {
  const digits = Array.from(id.slice(id.indexOf('_') + 1).slice(0, 10), (letter) => ALPHABET.indexOf(letter));
  if (digits.length < 10 || digits.includes(-1)) throw new RangeError(`"${id}" is not an id`);
  return new Date(digits.reduce((ms, digit) => ms * 32 + digit, 0));
}
