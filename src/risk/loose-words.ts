import { matchesOf } from '../shared/matches.js';

/**
 * Something that would be a claim in any sentence, though nothing says which: a figure nobody sorted, a time, a day of the week, a word that
 * claims by itself. What is unknown is for a person, so it needs a fact that says the same: one of its keys.
 */
export interface LooseClaim {
  readonly start: number;
  readonly end: number;
  readonly kind: 'quantity' | 'percentage' | 'date' | 'offer' | 'superlative' | 'other';
  /** The ways approved words may say the same. */
  readonly keys: readonly string[];
  /** A figure's values, or the share of a whole in per cent. */
  readonly values: readonly number[];
}

export interface Token {
  /** Lower case. */
  readonly word: string;
  readonly isName: boolean;
  readonly start: number;
  readonly end: number;
  readonly sentence: number;
}

const TOKEN = /\d+(?:[.,:]\d+)*|[\p{L}\p{M}][\p{L}\p{M}\d]*(?:['’-][\p{L}\p{M}\d]+)*/gu;
/** What ends a sentence between two tokens; a comma or a colon does not. */
const ENDS = /[.!?](?=\s|$)|\n\s*\n/u;

function tokensOf(text: string): Token[] {
  let sentence = 0;
  let done = 0;
  return matchesOf(text, TOKEN).map(({ index, 0: raw }) => {
    if (index - done > 1 && ENDS.test(text.slice(done, index))) sentence++;
    done = index + raw.length;
    const word = raw.toLowerCase().replace('’', "'");
    return { word, isName: raw.charAt(0) !== word.charAt(0), start: index, end: done, sentence };
  });
}

export const set = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/));

/** The words around a place, in the same sentence. */
export class Words {
  readonly tokens: readonly Token[];
  /** @param isApproved whether these are approved words: what they mention they state. */
  constructor(
    readonly text: string,
    readonly isApproved: boolean,
  ) {
    this.tokens = tokensOf(text);
  }

  at(i: number, from: number): string {
    const token = this.tokens[i];
    return token === undefined || token.sentence !== this.tokens[from]?.sentence ? '' : token.word;
  }

  /** Whether one of the words stands among so many before a place. */
  before(i: number, count: number, words: ReadonlySet<string>): boolean {
    for (let back = 1; back <= count; back++) if (words.has(this.at(i - back, i))) return true;
    return false;
  }
}

/** Finds what may start at a token; what it returns may reach over the tokens behind it. */
export type Finder = (words: Words, i: number, token: Token) => LooseClaim | null;

export function claim(
  words: Words,
  from: number,
  to: number,
  kind: LooseClaim['kind'],
  keys: readonly string[],
  values: readonly number[] = [],
): LooseClaim {
  const [first, last] = [words.tokens[from], words.tokens[to]];
  return { start: first?.start ?? 0, end: last?.end ?? 0, kind, keys, values };
}

/** Which words a rule may start at, whatever stands around them, and what it finds there. */
export type Rule = readonly [mayStart: (word: string) => boolean, find: Finder];
