/** Why something is so, for machines (`code`) and in plain words. */
export interface Reason {
  readonly code: string;
  readonly text: string;
}

/** Tells reasons apart. */
export function keyOf({ code, text }: Reason): string {
  return `${code}\n${text}`;
}

/** The same reasons, each once, in order. */
export function distinct(reasons: readonly Reason[]): Reason[] {
  if (reasons.length < 2) return [...reasons];
  const seen = new Map(reasons.map((reason) => [keyOf(reason), reason]));
  return [...seen.values()];
}

/** `a`, `a and b`, `a, b and c`. */
export function list(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
