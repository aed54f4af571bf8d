/** Why something is so, for machines (`code`) and in plain words. */
export interface Reason {
  readonly code: string;
  readonly text: string;
}

/** Tells reasons apart. */
export function keyOf({ code, text }: Reason): string {
  return `${code}\n${text}`;
}

/** So few are compared with each other faster than they are filed. */
const FEW = 12;

/** The same reasons, each once, in order. */
export function distinct(reasons: readonly Reason[]): Reason[] {
  if (reasons.length > FEW) return [...new Map(reasons.map((reason) => [keyOf(reason), reason])).values()];
  return reasons.filter(
    ({ code, text }, i) =>
      !reasons.some((earlier, j) => j < i && earlier.code === code && earlier.text === text),
  );
}

/** `a`, `a and b`, `a, b and c`. */
export function list(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
