/** One part of the reliability curve: drafts of similar predicted risk, and how many of them were wrong. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly predicted: number;
  readonly observed: number;
  /** 95 % interval of the observed share (Wilson). */
  readonly low: number;
  readonly high: number;
}

/** The mean squared distance of predictions from what came of it: 0 is perfect, 0.25 is a coin. */
export function brier(predicted: readonly number[], wrong: readonly boolean[]): number {
  if (predicted.length === 0) return 0;
  const sum = predicted.reduce((total, p, i) => total + (p - (wrong[i] === true ? 1 : 0)) ** 2, 0);
  return sum / predicted.length;
}

const Z = 1.959_964;

function wilson(hits: number, n: number): [number, number] {
  const share = hits / n;
  const centre = share + (Z * Z) / (2 * n);
  const half = Z * Math.sqrt((share * (1 - share)) / n + (Z * Z) / (4 * n * n));
  const scale = 1 + (Z * Z) / n;
  return [Math.max(0, (centre - half) / scale), Math.min(1, (centre + half) / scale)];
}

/** Predicted against observed, in parts of nearly equal count: drafts of the same prediction stay together. */
export function reliability(
  predicted: readonly number[],
  wrong: readonly boolean[],
  parts = 10,
): ReliabilityBin[] {
  const order = predicted.map((p, i) => ({ p, wrong: wrong[i] === true })).sort((a, b) => a.p - b.p);
  const bins: ReliabilityBin[] = [];
  const size = Math.max(1, Math.ceil(order.length / parts));
  for (let start = 0, end = 0; start < order.length; start = end) {
    end = Math.min(order.length, start + size);
    while (end < order.length && order[end]?.p === order[end - 1]?.p) end++;
    const part = order.slice(start, end);
    const hits = part.filter((each) => each.wrong).length;
    const [low, high] = wilson(hits, part.length);
    bins.push({
      from: part[0]?.p ?? 0,
      to: part.at(-1)?.p ?? 0,
      count: part.length,
      predicted: part.reduce((sum, { p }) => sum + p, 0) / part.length,
      observed: hits / part.length,
      low,
      high,
    });
  }
  return bins;
}
