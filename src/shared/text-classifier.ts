/** What a classifier learned: plain data, written by `test/corpus/learn-texts.ts`. */
export interface LearnedClassifier {
  /** What a text may be; the last one is nothing of interest. */
  readonly kinds: readonly string[];
  /** Of each kind, what speaks for it before a word was read. */
  readonly biases: readonly number[];
  /** What one step of a weight is worth. */
  readonly step: number;
  /** Base64: of each feature, in the order of their numbers, how far it is from the one before (7 bits a byte, lowest first), then a signed byte for each kind. */
  readonly features: string;
}

/** What a text was taken for. */
export interface Classified {
  /** The likeliest kind of interest. */
  readonly kind: string;
  /** That it is of any kind of interest, 0 to 1. */
  readonly probability: number;
}

/** Features are numbered below this; two that share a number are one. */
export const FEATURES = 2 ** 18;

const WHOLE_WORD = 1;
const NEIGHBOURS = 0.8;
const NEXT_BUT_ONE = 0.4;
const PIECE = 0.3;
/** Letters in a piece of a word, its ends counted: what compounds and slips of the pen leave of a word. */
const PIECES = [4, 5];
/** Of longer words that nobody writes no pieces are taken. */
const LONGEST_WORD = 40;

const LETTER = /^\p{L}/u;
const TOKENS = /\p{L}+(?:'\p{L}+)*|\d+|[!?]+/gu;
const UMLAUTS: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' };

/** Words as they are compared: in small letters, umlauts written out as by those who have none on their keyboard, every number the same. */
function tokensOf(text: string): string[] {
  const folded = text
    // An acute accent on its own would become a space.
    .replace(/[’‘`´]/g, "'")
    .replace(/\p{Cf}/gu, '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[äöüß]/g, (letter) => UMLAUTS[letter] ?? letter);
  return (folded.match(TOKENS) ?? []).map((token) => {
    if (/^\d/.test(token)) return '0';
    return /^[!?]/.test(token) ? token.slice(0, 2) : token;
  });
}

const PRIME = 0x01000193;
/** Sorts of features: what is a word is something else as a piece of one. */
const [WORD, PAIR, APART, PIECE_OF_WORD] = [0x811c9dc5, 0x2c1b3c6d, 0x297a2d39, 0x1b873593];

/** FNV-1a over a part of a text. */
function hashOf(text: string, from: number, to: number, sort: number): number {
  let hash = sort;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ text.charCodeAt(at), PRIME);
  return hash;
}

/** Stirred, so that its low bits differ too. */
function numberOf(hash: number): number {
  const stirred = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((stirred ^ (stirred >>> 12)) >>> 0) % FEATURES;
}

/** What of a text is looked at: its words, neighbouring words, words with one between, and pieces of words; number → weight. */
export function featuresOf(text: string): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  const add = (hash: number, weight: number): void => {
    const feature = numberOf(hash);
    if ((found.get(feature) ?? 0) < weight) found.set(feature, weight);
  };
  const tokens = ['<', ...tokensOf(text), '>'];
  const hashes = tokens.map((token) => hashOf(token, 0, token.length, WORD));
  const together = (sort: number, one: number, other: number): number =>
    Math.imul(Math.imul(sort ^ (hashes[one] ?? 0), PRIME) ^ (hashes[other] ?? 0), PRIME);
  for (const [i, token] of tokens.entries()) {
    if (i + 1 < tokens.length) add(together(PAIR, i, i + 1), NEIGHBOURS);
    if (i + 2 < tokens.length) add(together(APART, i, i + 2), NEXT_BUT_ONE);
    if (i === 0 || i + 1 === tokens.length) continue;
    add(hashes[i] ?? 0, WHOLE_WORD);
    if (!LETTER.test(token) || token.length > LONGEST_WORD) continue;
    const ended = `<${token}>`;
    for (const length of PIECES)
      for (let at = 0; at + length <= ended.length; at++)
        add(hashOf(ended, at, at + length, PIECE_OF_WORD), PIECE);
  }
  return found;
}

/** How long a text is by its features. What was never met counts too: of a text that is mostly strange little is known. */
export function lengthOf(features: ReadonlyMap<number, number>): number {
  let squares = 0;
  for (const value of features.values()) squares += value * value;
  return Math.sqrt(squares) || 1;
}

/** Of each kind how likely it is. @param sums what speaks for each, on a logarithmic scale. */
export function likelihoods(sums: Float64Array): Float64Array {
  const most = sums.reduce((a, b) => Math.max(a, b), -Infinity);
  const raised = sums.map((sum) => Math.exp(sum - most));
  const whole = raised.reduce((a, b) => a + b, 0);
  return raised.map((part) => part / whole);
}

/** Tells texts apart by the words in them: a linear classifier (multinomial logistic regression). The same text gives the same answer everywhere. */
export class TextClassifier {
  private readonly kinds: readonly string[];
  private readonly biases: readonly number[];
  private readonly step: number;
  /** Where a feature's weights begin, plus one; 0 for one that was not met often enough. */
  private readonly places = new Int32Array(FEATURES);
  private readonly weights: Int8Array;

  constructor({ kinds, biases, step, features }: LearnedClassifier) {
    [this.kinds, this.biases, this.step] = [kinds, biases, step];
    const bytes = Buffer.from(features, 'base64');
    const weights: number[] = [];
    let feature = 0;
    for (let at = 0; at < bytes.length; at += kinds.length) {
      for (let shift = 0, more = true; more; shift += 7) {
        const byte = bytes.readUInt8(at++);
        feature += (byte & 0x7f) << shift;
        more = byte > 0x7f;
      }
      this.places[feature] = weights.length + 1;
      for (let kind = 0; kind < kinds.length; kind++) weights.push(bytes.readInt8(at + kind));
    }
    this.weights = Int8Array.from(weights);
  }

  classify(text: string): Classified {
    const likely = likelihoods(this.sums(text));
    const none = likely.length - 1;
    let best = 0;
    for (let kind = 1; kind < none; kind++) if ((likely[kind] ?? 0) > (likely[best] ?? 0)) best = kind;
    return { kind: this.kinds[best] ?? '', probability: 1 - (likely[none] ?? 1) };
  }

  /** Of each kind, what speaks for it. */
  private sums(text: string): Float64Array {
    const features = featuresOf(text);
    const weighed = new Float64Array(this.kinds.length);
    for (const [feature, value] of features) {
      const place = (this.places[feature] ?? 0) - 1;
      if (place < 0) continue;
      for (let kind = 0; kind < weighed.length; kind++)
        weighed[kind] = (weighed[kind] ?? 0) + value * (this.weights[place + kind] ?? 0);
    }
    // A long text says no more than a short one.
    const length = lengthOf(features);
    return weighed.map((sum, kind) => (this.biases[kind] ?? 0) + (sum * this.step) / length);
  }
}
