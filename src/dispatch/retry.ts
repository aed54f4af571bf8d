import { unitHash } from '../shared/hash.js';

const BASE_MS = 5_000;
const CAP_MS = 15 * 60_000;

/**
 * Milliseconds until a message that was not taken is tried again: exponential, spread by the message's id so that what failed together does
 * not come back together. It is tried until it expires.
 * @param attempts how often it was tried, 1 after the first.
 */
export function retryWaitMs(attempts: number, messageId: string): number {
  const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempts - 1, 20));
  return Math.round(ceiling / 2 + (unitHash(`${messageId}:${attempts}`) * ceiling) / 2);
}
