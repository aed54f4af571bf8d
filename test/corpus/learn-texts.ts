import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../../src/shared/random.js';
import {
  FEATURES,
  featuresOf,
  type LearnedClassifier,
  lengthOf,
  likelihoods,
} from '../../src/shared/text-classifier.js';

/** A text and what it is. */
export interface Example {
  readonly kind: string;
  readonly language: string;
  readonly text: string;
}

export const NONE = 'none';

const TEXTS = new URL('texts/', import.meta.url);

/** The texts of a folder, one a line beneath a heading that names their kind; the language is how the file's name begins. */
export function examplesIn(folder: string): Example[] {
  const directory = fileURLToPath(new URL(`${folder}/`, TEXTS));
  const files = readdirSync(directory).filter((name) => name.endsWith('.txt'));
  return files.toSorted().flatMap((name) => {
    let kind = NONE;
    return readFileSync(`${directory}${name}`, 'utf8')
      .split('\n')
      .flatMap((line): Example[] => {
        const text = line.trim();
        if (text.startsWith('# ')) kind = text.slice(2);
        return text === '' || text.startsWith('# ') ? [] : [{ kind, language: name.slice(0, 2), text }];
      });
  });
}

interface Row {
  readonly kind: number;
  readonly features: Int32Array;
  readonly values: Float32Array;
}

/** Features of fewer texts tell nothing about others. */
const LEAST_TEXTS = 2;
const ROUNDS = 16;
const RATE = 0.3;
const BIAS_RATE = 0.1;
/** How strongly weights are drawn towards nothing. */
const DECAY = 1e-4;
const LARGEST_WEIGHT = 127;
/** Asked for once: where tests run, whatever is global takes its time. */
const { sqrt } = Math;

/**
 * Learns to tell kinds of texts apart: multinomial logistic regression by Adagrad. The same examples give the same bytes, on every machine.
 * @param most features that are kept: those that tell most.
 */
export function learnTexts(examples: readonly Example[], most: number): LearnedClassifier {
  const kinds = [...new Set(examples.map(({ kind }) => kind))].filter((kind) => kind !== NONE).toSorted();
  kinds.push(NONE);
  const read = examples.map(({ kind, text }) => ({ kind: kinds.indexOf(kind), found: featuresOf(text) }));
  const counts = new Int32Array(FEATURES);
  for (const { found } of read)
    for (const feature of found.keys()) counts[feature] = (counts[feature] ?? 0) + 1;
  const rowsOf = (isKept: (feature: number) => boolean): Row[] =>
    read.map(({ kind, found }) => {
      const kept = [...found].filter(([feature]) => isKept(feature));
      const length = lengthOf(found);
      return {
        kind,
        features: Int32Array.from(kept, ([feature]) => feature),
        values: Float32Array.from(kept, ([, value]) => value / length),
      };
    });

  const met = [...counts.keys()].filter((feature) => (counts[feature] ?? 0) >= LEAST_TEXTS);
  const fit = (features: readonly number[]): Fit => {
    const isKept = new Set(features);
    return fitted(
      rowsOf((feature) => isKept.has(feature)),
      kinds.length,
    );
  };
  const { weights: first } = fit(met);
  const telling = met
    .map((feature) => {
      const weights = first.subarray(feature * kinds.length, (feature + 1) * kinds.length);
      const mean = weights.reduce((sum, weight) => sum + weight, 0) / kinds.length;
      const spread = weights.reduce((sum, weight) => sum + (weight - mean) ** 2, 0);
      return { feature, tells: spread * (counts[feature] ?? 0) };
    })
    .toSorted((a, b) => b.tells - a.tells)
    .slice(0, most)
    .map(({ feature }) => feature)
    .toSorted((a, b) => a - b);
  return written(kinds, telling, fit(telling));
}

interface Fit {
  /** One for each kind of each feature. */
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

function fitted(rows: readonly Row[], kinds: number): Fit {
  const [weights, biases] = [new Float32Array(FEATURES * kinds), new Float32Array(kinds)];
  const [seen, biasSeen] = [
    new Float32Array(FEATURES * kinds).fill(1e-8),
    new Float32Array(kinds).fill(1e-8),
  ];
  const random = seededRandom('texts');
  const order = [...rows.keys()];
  const likely = new Float64Array(kinds);
  for (let round = 0; round < ROUNDS; round++) {
    shuffle(order, random);
    for (const at of order) {
      const row = rows[at];
      if (row === undefined) continue;
      const { features, values } = row;
      likely.set(biases);
      for (let q = 0; q < features.length; q++) {
        const [place, value] = [(features[q] ?? 0) * kinds, values[q] ?? 0];
        for (let kind = 0; kind < kinds; kind++)
          likely[kind] = (likely[kind] ?? 0) + (weights[place + kind] ?? 0) * value;
      }
      const off = likelihoods(likely);
      off[row.kind] = (off[row.kind] ?? 0) - 1;
      for (let kind = 0; kind < kinds; kind++) {
        const error = off[kind] ?? 0;
        biasSeen[kind] = (biasSeen[kind] ?? 0) + error * error;
        biases[kind] = (biases[kind] ?? 0) - (BIAS_RATE * error) / sqrt(biasSeen[kind] ?? 1);
      }
      for (let q = 0; q < features.length; q++) {
        const [place, value] = [(features[q] ?? 0) * kinds, values[q] ?? 0];
        for (let kind = 0; kind < kinds; kind++) {
          const weight = weights[place + kind] ?? 0;
          const slope = (off[kind] ?? 0) * value + DECAY * weight;
          const sum = (seen[place + kind] ?? 0) + slope * slope;
          seen[place + kind] = sum;
          weights[place + kind] = weight - (RATE * slope) / sqrt(sum);
        }
      }
    }
  }
  return { weights, biases };
}

function shuffle(order: number[], random: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
  }
}

/** As it is stored. */
function written(
  kinds: readonly string[],
  features: readonly number[],
  { weights, biases }: Fit,
): LearnedClassifier {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  const step = Number((largest / LARGEST_WEIGHT).toPrecision(6));
  const bytes: number[] = [];
  let last = 0;
  for (const feature of features) {
    let gap = feature - last;
    last = feature;
    for (; gap > 0x7f; gap >>>= 7) bytes.push((gap & 0x7f) | 0x80);
    bytes.push(gap);
    for (let kind = 0; kind < kinds.length; kind++)
      bytes.push(Math.round((weights[feature * kinds.length + kind] ?? 0) / step) & 0xff);
  }
  return {
    kinds,
    biases: [...biases].map((bias) => Number(bias.toPrecision(6))),
    step,
    features: Buffer.from(bytes).toString('base64'),
  };
}
