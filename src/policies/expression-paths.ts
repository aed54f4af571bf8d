/**
 * Where an input keeps what was read of it, by the number of the path: rules of one playbook read the same few fields again and again. Apart
 * for facts, which differ between the actions of one situation. No variable can be called so.
 */
export const READ = '#read';
export const FACTS_READ = '#factsRead';

const numbers = new Map<string, number>();
/** Paths beyond this are walked each time: what is kept of an input is a short array. */
const MOST_PATHS = 1_000;

/** The number of a path with the types along it, the same in every playbook of this process; null when there are too many. */
export function numberOf(path: string): number | null {
  const known = numbers.get(path);
  if (known !== undefined) return known;
  if (numbers.size >= MOST_PATHS) return null;
  numbers.set(path, numbers.size);
  return numbers.size - 1;
}
