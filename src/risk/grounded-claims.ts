import { type Claim } from '../messages/content.js';
import { type Span } from './assessment.js';
import { isOver, isValidAt } from '../policies/fact.js';
import { type CheckContext } from './check.js';
import { byParagraph, type DraftText, type FieldText, findPhrases, normalised } from './draft-text.js';
import { chargesNamed } from './charges.js';
import {
  type Beside,
  gatherGrounds,
  type Grounds,
  readWithin,
  type Support,
  supportOf,
  todayWithin,
  wordingOf,
} from './grounds.js';
import { blanked, placesOf, placesOfName } from './phrases.js';
import { ProductNames } from './product-names.js';
import { extractStatements, type Statement } from './statements.js';

/** A statement of the draft with what it rests on, at every place where it is made. */
export interface GroundedStatement {
  readonly statement: Statement;
  readonly support: Support;
  readonly spans: readonly Span[];
}

const ADDRESSES =
  /(?:https?:\/\/|www\.)[^\s<>"')]+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}/giu;

/** Without one of these there is no address; looking for them costs next to nothing. */
const MAY_BE_ADDRESS = /@|:\/\/|www\./i;

/** Words that are names, not statements: the brand, and titles of the things the draft is about; longest first. */
function namesIn(context: CheckContext): string[] {
  const { brand, decision } = context;
  const titles = context.facts.flatMap((fact) =>
    // The code of an offer that is over is a statement: that it can be used.
    [
      fact.data['name'],
      fact.data['title'],
      isValidAt(fact, context.leavesAt) ? fact.data['code'] : null,
    ].filter((title): title is string => typeof title === 'string' && title.trim().length >= 3),
  );
  const names = [
    brand.name,
    brand.postalAddress,
    ...(brand.requiredWords ?? []),
    ...decision.textLimits.required,
    ...titles,
  ];
  return [...new Set(names.filter((name) => name.trim() !== ''))].sort((a, b) => b.length - a.length);
}

/** Found once for each draft: several checks ask. */
const nameless = new WeakMap<CheckContext, DraftText>();

/** The draft with names blanked out at the same length, so that offsets stay: "three of the Pot No. 3 left" is not "3 left". */
export function withoutNames(context: CheckContext): DraftText {
  const known = nameless.get(context);
  if (known !== undefined) return known;
  const blanked = blankNames(context);
  nameless.set(context, blanked);
  return blanked;
}

function blankNames(context: CheckContext): DraftText {
  const names = namesIn(context);
  return context.draft.map((part) => {
    const text = MAY_BE_ADDRESS.test(part.text)
      ? part.text.replace(ADDRESSES, (found) => ' '.repeat(found.length))
      : part.text;
    // A name within a longer one is gone with that.
    return {
      ...part,
      text: names.reduce((left, name) => blanked(left, placesOfName(left, name)), text),
    };
  });
}

/** Found once for each draft: the check and the reviewer's list of claims both ask. */
const grounded = new WeakMap<CheckContext, readonly GroundedStatement[]>();

/** Every statement of the draft that has to be true, with what it rests on; the same statement in several parts once. */
export function groundStatements(context: CheckContext): readonly GroundedStatement[] {
  const known = grounded.get(context);
  if (known !== undefined) return known;
  const found = findStatements(context);
  grounded.set(context, found);
  return found;
}

/** A price that belongs to what is named beside it; a sum, and the ends of a range, belong to several. */
function besideOne({ meaning }: Statement): boolean {
  return meaning.kind === 'price' && meaning.role !== 'range' && meaning.role !== 'sum';
}

const NO_CHARGES: Beside['charges'] = new Set();

/** @param nameless the part's text with names blanked out. @param prices where the prices of the part end. */
function besideOf(
  products: ProductNames,
  part: FieldText,
  nameless: string,
  statement: Statement,
  prices: readonly number[],
  { hasObserved }: Grounds,
): Beside | null {
  const { start, end } = statement;
  const beside = besideOne(statement) ? products.beside(part, start, prices) : null;
  if (beside === null) return null;
  // What a sentence says that an amount is matters for amounts that were observed alone.
  if (!hasObserved) return { products: beside, charges: NO_CHARGES };
  const { from, to, named } = products.sentence(part, start);
  return {
    products: beside,
    charges: chargesNamed(nameless.slice(from, start), nameless.slice(end, to), named),
  };
}

/** Codes of offers that are over: whoever gives one says that it can be used. */
function codesOver({ facts, leavesAt }: CheckContext): string[] {
  return facts.flatMap((fact) => {
    const { code } = fact.data;
    return typeof code === 'string' && code.trim().length >= 3 && isOver(fact, leavesAt) ? [code] : [];
  });
}

function withCodes(
  text: string,
  statements: readonly Statement[],
  codes: readonly string[],
): readonly Statement[] {
  const added = codes.flatMap((code) =>
    placesOf(text, code)
      .filter(
        ({ start, end }) =>
          text.slice(start, end) === code && !statements.some((each) => start < each.end && end > each.start),
      )
      .map(({ start, end }): Statement => {
        const meaning = { kind: 'offer', code: code.toUpperCase() } as const;
        return { text: text.slice(start, end), start, end, meaning };
      }),
  );
  return added.length === 0 ? statements : [...statements, ...added].sort((a, b) => a.start - b.start);
}

/** Times and days of the week are a matter of which ones the shop has: without any in approved words there is nothing to compare. */
function isUntold({ said }: Grounds, { keys }: Statement): boolean {
  const [kind = '', value] = keys?.[0]?.split(' ') ?? [];
  if (value === undefined || !TOLD_BY_SHOP.has(kind)) return false;
  return !said.has(kind === 'clock' ? 'any clock' : 'any day');
}
const TOLD_BY_SHOP: ReadonlySet<string> = new Set(['clock', 'weekday', 'weekly', 'weekend']);

/** Longer ones are no names. */
const LONGEST_NAME = 200;

/** What the products that an event lists are called. Most of them are none of the facts. */
function namesInBasket({ situation: { signal } }: CheckContext): string[] {
  const products = signal?.properties['products'];
  const names = (Array.isArray(products) ? products : []).flatMap((product) => {
    if (typeof product !== 'object' || product === null || Array.isArray(product)) return [];
    const { name } = product;
    return typeof name === 'string' && name.length <= LONGEST_NAME ? [name.trim()] : [];
  });
  return [...new Set(names)];
}

/** How much or how many is in something. How long, how many people and how well it was rated belongs into no name. */
const IN_NAMES = /^(?:measure|item|figure|capacity|times|thing .*)$/;

/** "Gooseneck kettle, 0.9 l": a size within what a product in the basket is called states nothing but its name. @param text with no name blanked out. */
function withoutSizesInNames(
  text: string,
  statements: readonly Statement[],
  names: readonly string[],
): readonly Statement[] {
  const isSize = ({ meaning }: Statement) => meaning.kind === 'quantity' && IN_NAMES.test(meaning.unit);
  if (names.length === 0 || !statements.some(isSize)) return statements;
  const places = names.flatMap((name) => placesOf(text, name));
  return statements.filter(
    (each) =>
      !isSize(each) ||
      !places.some(({ start, end }) => {
        if (each.start < start || each.end > end) return false;
        // A name is more than its size.
        return /\p{L}{3}/u.test(text.slice(start, each.start) + text.slice(each.end, end));
      }),
  );
}

/** What stands this near a price is counted to be paid for. */
const WITHIN_REACH = 80;

/** How many of something are bought says the price beside it; whether that is right is asked of the price. */
function bought(statements: readonly Statement[]): readonly Statement[] {
  const several = statements.filter(({ meaning }) => meaning.kind === 'price' && meaning.times !== undefined);
  if (several.length === 0) return statements;
  return statements.filter(({ start, meaning }) => {
    if (
      meaning.kind !== 'quantity' ||
      !(meaning.unit.startsWith('thing ') || /^(?:item|figure)$/.test(meaning.unit))
    )
      return true;
    const [values = []] = meaning.values;
    return !several.some(
      (price) =>
        Math.abs(price.start - start) < WITHIN_REACH &&
        price.meaning.kind === 'price' &&
        price.meaning.times?.some((count) => values.includes(count)) === true,
    );
  });
}

/** What a statement says beyond its words, by those around it. */
function besidesText({ meaning, keys }: Statement): readonly (string | number)[] {
  if (meaning.kind !== 'price') return keys ?? [];
  return [...(meaning.times ?? []), meaning.below === true ? 'below' : ''];
}

const supportKey = (support: Support): string =>
  support.holds ? `+${support.source}` : `${support.stale ? '-' : '?'}${support.source ?? ''}`;

function findStatements(context: CheckContext): GroundedStatement[] {
  const grounds = gatherGrounds(context);
  const products = new ProductNames(context.facts, context.draft, context.template !== null);
  const found = new Map<string, { statement: Statement; support: Support; spans: Span[] }>();
  const supports = new Map<string, Support>();
  const readable = withoutNames(context);
  const extract = byParagraph((text) => extractStatements(text, grounds.things));
  const over = codesOver(context);
  const basket = namesInBasket(context);
  const made = readable.map((part, i) =>
    withoutSizesInNames(
      context.draft[i]?.text ?? '',
      withCodes(part.text, bought(extract(part.text)), over).filter((each) => !isUntold(grounds, each)),
      basket,
    ),
  );
  const wording = wordingOf(
    made.flat(),
    context.draft.map(({ text }) => text),
  );
  for (const [i, part] of context.draft.entries()) {
    const statements = made[i] ?? [];
    const ends = statements.filter(({ meaning }) => meaning.kind === 'price').map(({ end }) => end);
    for (const statement of statements) {
      const beside = besideOf(products, part, readable[i]?.text ?? '', statement, ends, grounds);
      const said = [statement.meaning.kind, normalised(statement.text), ...(beside?.products ?? [])].join(
        ' ',
      );
      const named = products.namedAround(part, statement.start);
      const asked = [said, ...(beside?.charges ?? []), '|', ...named, '|', ...besidesText(statement)].join(
        ' ',
      );
      let support = supports.get(asked);
      if (support === undefined)
        supports.set(asked, (support = supportOf(grounds, statement, beside, wording, named)));
      // One sentence may stand alone in one part and beside another in the next: what rests on the same is said once.
      const key = `${said} ${supportKey(support)}`;
      const span = part.span(statement.start, statement.end);
      const known = found.get(key);
      if (known === undefined) found.set(key, { statement, support, spans: [span] });
      else known.spans.push(span);
    }
  }
  return [...found.values()];
}

/**
 * Words that are about the day on which they are read, whatever they say of it. "Order today" is right on any day; capitals tell the German
 * morning from tomorrow.
 */
const DAY_WORDS = [
  /(?<!\p{L})(?:tomorrow|yesterday|tonight|last\s+night|this\s+(?:morning|afternoon|evening)|(?:vor)?gestern|übermorgen|today\s+only|only\s+today|(?:bis|nur)\s+(?:noch\s+)?heute|heute\s+(?:abend|nacht|früh|morgen|vormittag|nachmittag)|(?:ends?|expires?|closes?|endet|verfällt|schließt)\s+(?:today|heute)|(?:last|final)\s+day(?!\s+of)|letzter\s+tag)(?!\p{L})/giu,
  /(?<!\p{L}|(?:guten|jeden|heute)\s)morgen(?!\p{L})|(?<=(?:^|[.!?:])\s*)Morgen\s+(?:ist|sind|endet|enden|läuft|wird|kommt|gibt)(?!\p{L})/gu,
];

/** Words that a person signed as a template were signed for every day on which it may leave. */
function namesToday(context: CheckContext): boolean {
  const { signed } = gatherGrounds(context);
  return findPhrases(withoutNames(context), DAY_WORDS)
    .list()
    .some(({ text }) => signed?.text.includes(normalised(text)) !== true);
}

/** When the draft may leave so that each day and span that it names from when it is read says what was judged here; null where it names none. */
export function readsWithin(
  context: CheckContext,
): { readonly from: string; readonly before: string } | null {
  const grounds = gatherGrounds(context);
  const spans = groundStatements(context).flatMap(
    ({ statement, support }) => readWithin(grounds, statement.meaning, support) ?? [],
  );
  if (namesToday(context)) spans.push(todayWithin(grounds));
  if (spans.length === 0) return null;
  return {
    from: new Date(Math.max(...spans.map(({ from }) => from))).toISOString(),
    before: new Date(Math.min(...spans.map(({ before }) => before))).toISOString(),
  };
}

/** The draft's claims as the reviewer sees them. */
export function claimsOf(context: CheckContext): Claim[] {
  return groundStatements(context).map(({ statement, support }) => ({
    text: statement.text.trim(),
    kind: statement.meaning.kind,
    source: support.source,
    ok: support.holds,
  }));
}
