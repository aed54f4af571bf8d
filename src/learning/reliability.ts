/** One part of the reliability curve: drafts of similar predicted risk, and how many of them were wrong. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Shares of the drafts that these stand for. */
  readonly predicted: number;
  readonly observed: number;
  /** 95 % interval of the observed share (Wilson). */
  readonly low: number;
  readonly high: number;
}

/** A draft that was picked to be read, with what was foretold of it and what its reader said. */
export interface Foretold {
  readonly predicted: number;
  readonly wrong: boolean;
  /** How many drafts it stands for, see `standsFor`. */
  readonly weight: number;
}

/**
 * How many drafts each of some stands for: where only a share is picked, one that was picked stands for those that were not. Rescaled so that
 * they are as many as there are.
 */
export function standsFor(picked: readonly { readonly share: number }[]): number[] {
  const total = picked.reduce((sum, { share }) => sum + 1 / share, 0);
  return picked.map(({ share }) => picked.length / share / total);
}

/** The mean squared distance of predictions from what came of it: 0 is perfect, 0.25 is a coin. */
export function brier(drafts: readonly Foretold[]): number {
  if (drafts.length === 0) return 0;
  return meanOf(drafts, ({ predicted, wrong }) => (predicted - (wrong ? 1 : 0)) ** 2);
}

function meanOf(drafts: readonly Foretold[], of: (draft: Foretold) => number): number {
  const total = drafts.reduce((sum, { weight }) => sum + weight, 0);
  return drafts.reduce((sum, draft) => sum + draft.weight * of(draft), 0) / total;
}

/** So many alike in weight say as much as these (Kish). */
function effectiveCount(drafts: readonly Foretold[]): number {
  const total = drafts.reduce((sum, { weight }) => sum + weight, 0);
  return total ** 2 / drafts.reduce((sum, { weight }) => sum + weight ** 2, 0);
}

const Z = 1.959_964;

function wilson(share: number, n: number): [number, number] {
  const centre = share + (Z * Z) / (2 * n);
  const half = Z * Math.sqrt((share * (1 - share)) / n + (Z * Z) / (4 * n * n));
  const scale = 1 + (Z * Z) / n;
  return [Math.max(0, (centre - half) / scale), Math.min(1, (centre + half) / scale)];
}

/** Predicted against observed, in parts of nearly equal count: drafts of the same prediction stay together. */
export function reliability(drafts: readonly Foretold[], parts = 10): ReliabilityBin[] {
  const order = drafts.toSorted((a, b) => a.predicted - b.predicted);
  const bins: ReliabilityBin[] = [];
  const size = Math.max(1, Math.ceil(order.length / parts));
  for (let start = 0, end = 0; start < order.length; start = end) {
    end = Math.min(order.length, start + size);
    while (end < order.length && order[end]?.predicted === order[end - 1]?.predicted) end++;
    const part = order.slice(start, end);
    const observed = meanOf(part, ({ wrong }) => (wrong ? 1 : 0));
    const [low, high] = wilson(observed, effectiveCount(part));
    bins.push({
      from: part[0]?.predicted ?? 0,
      to: part.at(-1)?.predicted ?? 0,
      count: part.length,
      predicted: meanOf(part, ({ predicted }) => predicted),
      observed,
      low,
      high,
    });
  }
  return bins;
}
