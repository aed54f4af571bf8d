import { hash } from 'node:crypto';

/**
 * Numbers in [0, 1), fixed by the seed: the same seed gives the same numbers in the same order, on every machine. For seeded choices and
 * generated data, never for secrets.
 */
export function seededRandom(seed: string): () => number {
  let block = 0;
  let digest = Buffer.alloc(0);
  let used = 0;
  return () => {
    if (used + 6 > digest.length) {
      digest = hash('sha256', `${seed}#${block++}`, 'buffer');
      used = 0;
    }
    const value = digest.readUIntBE(used, 6);
    used += 6;
    return value / 2 ** 48;
  };
}
