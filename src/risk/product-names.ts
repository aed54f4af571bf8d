import { type Fact } from '../policies/fact.js';
import { type DraftText, type FieldText, normalised } from './draft-text.js';
import { matchesOf } from '../shared/matches.js';
import { placesOf } from './phrases.js';

interface Mention {
  readonly id: string;
  readonly start: number;
  readonly end: number;
}

interface Named {
  readonly id: string;
  readonly name: string;
  /** Words of the name that are long enough to stand for it, as "kettle" does for the Alder Kettle. */
  readonly words: readonly string[];
}

/** The end of a sentence or a line. */
const SENTENCE_END = /[.!?](?=\s)(?<!(?:Nr|No|inkl|ca|z\.B)\.)|\n/g;

function namedProducts(facts: readonly Fact[]): Named[] {
  return facts.flatMap(({ id, kind, data }) => {
    const name = data['name'] ?? data['title'];
    if (kind !== 'product' || typeof name !== 'string' || name.trim().length < 3) return [];
    const words = normalised(name).match(/\p{L}{3,}/gu) ?? [];
    return [{ id, name, words }];
  });
}

/** Which products a draft names, and where: a price belongs to the product beside it. */
export class ProductNames {
  private readonly named: readonly Named[];
  /** Products the draft names somewhere, at least by one word. */
  private readonly hinted: ReadonlySet<string>;
  private readonly mentions = new Map<FieldText, readonly Mention[]>();
  private readonly sentenceEnds = new Map<FieldText, readonly number[]>();

  /** @param signed whether the draft comes from a signed template: where its prices stand was seen, with or without a name. */
  constructor(
    facts: readonly Fact[],
    draft: DraftText,
    private readonly signed: boolean,
  ) {
    this.named = namedProducts(facts);
    const whole = normalised(draft.map((part) => part.text).join('\n'));
    this.hinted = new Set(
      this.named
        .filter(({ words }) => words.length === 0 || words.some((word) => whole.includes(word)))
        .map(({ id }) => id),
    );
  }

  /**
   * The products whose price can stand at a place: those named since the price before it, else those named next, in the same sentence;
   * where a sentence names none, whatever the draft speaks of. Null when no product has a name.
   * @param prices where the prices of this part end, in order.
   */
  beside(part: FieldText, at: number, prices: readonly number[]): ReadonlySet<string> | null {
    if (this.named.length === 0) return null;
    const [from, to] = this.sentenceAround(part, at);
    const here = this.mentionsIn(part).filter(({ start, end }) => start >= from && end <= to);
    if (here.length === 0) return this.signed ? null : this.hinted;
    const others = prices.filter((end) => end > from && end <= to);
    const ids = (chosen: readonly Mention[]) => new Set(chosen.map(({ id }) => id));
    const before = here.filter(({ end }) => end <= at);
    const after = here.filter(({ start }) => start >= at);
    // "€59 for the kettle, €29 for the pot": a sentence that opens with a price gives each the name behind it.
    const first = here[0];
    if (
      after.length > 0 &&
      (before.length === 0 || others.some((end) => first !== undefined && end <= first.start))
    ) {
      const next = others.filter((end) => end > at)[1] ?? to;
      const run = after.filter(({ start }) => start < next);
      return ids(run.length > 0 ? run : after.slice(0, 1));
    }
    const last = Math.max(from, ...others.filter((end) => end <= at));
    const since = before.filter(({ start }) => start >= last);
    return ids(since.length > 0 ? since : before);
  }

  /** The sentence around a place, with the line before it where nothing stands before the place; and whether it names a product. */
  sentence(
    part: FieldText,
    at: number,
  ): { readonly from: number; readonly to: number; readonly named: boolean } {
    const [start, to] = this.sentenceAround(part, at);
    const last = part.text.slice(0, at).trimEnd().length;
    const from = last > start ? start : this.sentenceAround(part, Math.max(0, last - 1))[0];
    const named = this.mentionsIn(part).some((mention) => mention.start >= from && mention.end <= to);
    return { from, to, named };
  }

  /** Ids of the products that the sentence around a place names. */
  namedAround(part: FieldText, at: number): ReadonlySet<string> {
    if (this.hinted.size === 0) return this.hinted;
    const [from, to] = this.sentenceAround(part, at);
    const ids = new Set<string>();
    for (const { id, start, end } of this.mentionsIn(part)) if (start >= from && end <= to) ids.add(id);
    return ids;
  }

  private mentionsIn(part: FieldText): readonly Mention[] {
    const known = this.mentions.get(part);
    if (known !== undefined) return known;
    const found = this.named
      .flatMap(({ id, name }) => placesOf(part.text, name).map((place) => ({ id, ...place })))
      .sort((a, b) => a.start - b.start);
    this.mentions.set(part, found);
    return found;
  }

  private sentenceAround(part: FieldText, at: number): [number, number] {
    const ends = this.sentenceEnds.get(part) ?? matchesOf(part.text, SENTENCE_END).map(({ index }) => index);
    this.sentenceEnds.set(part, ends);
    const found = ends.findIndex((index) => index >= at);
    const next = found === -1 ? ends.length : found;
    const before = ends[next - 1];
    return [before === undefined ? 0 : before + 1, ends[next] ?? part.text.length];
  }
}
