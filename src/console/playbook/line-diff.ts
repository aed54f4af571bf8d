/** A line of two texts laid beside each other: in both, in the first alone, or in the second alone. */
export interface DiffLine {
  readonly kind: 'same' | 'gone' | 'new';
  readonly text: string;
}

/** Pairs of lines beyond which nothing is searched: all of the one then stands before all of the other. */
const MOST_PAIRS = 4_000_000;

/** What was taken out of a text and what came in, by whole lines; as few of them as can be. */
export function lineDiff(before: string | null, after: string | null): DiffLine[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < shorter - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  return [
    ...a.slice(0, head).map(same),
    ...between(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...a.slice(a.length - tail).map(same),
  ];
}

/** Runs of lines worth reading: what is otherwise, with so many lines around it. */
export function hunks(lines: readonly DiffLine[], around: number): DiffLine[][] {
  const found: DiffLine[][] = [];
  let until = -1;
  lines.forEach((line, at) => {
    if (line.kind === 'same') return;
    const from = Math.max(at - around, until);
    if (from > until || found.length === 0) found.push([]);
    const end = Math.min(at + around + 1, lines.length);
    found.at(-1)?.push(...lines.slice(Math.max(from, until, 0), end));
    until = end;
  });
  return found;
}

function linesOf(text: string | null): string[] {
  return text === null || text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

const same = (text: string): DiffLine => ({ kind: 'same', text });

/** By the longest run of lines that both have in the same order. */
function between(a: readonly string[], b: readonly string[]): DiffLine[] {
  const gone = a.map((text): DiffLine => ({ kind: 'gone', text }));
  const came = b.map((text): DiffLine => ({ kind: 'new', text }));
  if (a.length * b.length > MOST_PAIRS) return [...gone, ...came];
  const width = b.length + 1;
  // longest[i * width + j]: how many lines the rests of both from i and from j have in common.
  const longest = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => longest[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      lines.push(same(a[i] ?? ''));
      i++;
      j++;
    } else if (at(i + 1, j) >= at(i, j + 1)) lines.push(...gone.slice(i, ++i));
    else lines.push(...came.slice(j, ++j));
  }
  return [...lines, ...gone.slice(i), ...came.slice(j)];
}
