const BASE_MS = 1_000;
const CAP_MS = 15 * 60_000;

/**
 * Milliseconds to wait after a failed attempt: exponential with full jitter, so that what failed together does not come back together.
 * @param attempt 1 after the first failure.
 * @param random in [0, 1).
 */
export function backoffMs(attempt: number, random: number): number {
  const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** (attempt - 1));
  return Math.round(ceiling / 2 + (random * ceiling) / 2);
}
