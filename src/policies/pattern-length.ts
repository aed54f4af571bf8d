import { matchesOf } from '../shared/matches.js';

/** What a pattern in RE2's syntax is made of: flags, groups' beginnings and ends, counted and other repetitions, quoted text, and single characters. */
const PARTS =
  /(?<flags>\(\?[imsU-]+\))|(?<open>\((?:\?(?:P?<\w+>|[imsU-]*:))?)|(?<close>\))|\{(?<least>\d+)(?:,(?<most>\d*))?\}|(?<other>[*+?|])|\\Q(?<quoted>[^]*?)(?:\\E|$)|\\(?:[pPx]\{[^}]*\}|[^])|\[\^?\]?(?:\[:\w+:\]|\\[^]|[^\]\\])*\]|[^]/gu;

/**
 * How many characters, and classes of such, a pattern would have with its counted repetitions written out: `(ab{3}){2,5}` has 20. That is what
 * matching it may take at each character of a text.
 */
export function writtenOutLength(pattern: string): number {
  const before: number[] = [];
  let [length, last] = [0, 0];
  for (const { groups = {} } of matchesOf(pattern, PARTS)) {
    const { flags, open, close, least, most, other, quoted } = groups;
    if (flags !== undefined || other !== undefined) continue;
    if (open !== undefined) {
      before.push(length);
      length = 0;
    } else if (close !== undefined) {
      last = length;
      length += before.pop() ?? 0;
    } else if (least !== undefined) {
      const times = Math.max(1, Number(least), Number(most ?? 0));
      length += last * (times - 1);
      last *= times;
    } else {
      last = quoted === undefined ? 1 : quoted.length;
      length += last;
    }
  }
  return length;
}
