/** Why something is so, for machines (`code`) and in plain words. */
export interface Reason {
  readonly code: string;
  readonly text: string;
}

/** Tells reasons apart. */
function keyOf({ code, text }: Reason): string {
  return `${code}\n${text}`;
}

/** So few are compared with each other faster than they are filed. */
const FEW = 12;

/** The same reasons, each once, in order. */
export function distinct(reasons: readonly Reason[]): Reason[] {
  if (reasons.length > FEW) return [...new Map(reasons.map((reason) => [keyOf(reason), reason])).values()];
  return reasons.filter((reason, i) => !reasons.some((earlier, j) => j < i && isSame(earlier, reason)));
}

/** Whether one of these is the same reason. */
export function isAmong(reasons: readonly Reason[], reason: Reason): boolean {
  return reasons.some((each) => isSame(each, reason));
}

function isSame(a: Reason, b: Reason): boolean {
  return a.code === b.code && a.text === b.text;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
