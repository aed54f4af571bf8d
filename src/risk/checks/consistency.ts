import { type MessageContent } from '../../messages/content.js';
import { type Fact } from '../../policies/fact.js';
import { type Contribution, type Span } from '../assessment.js';
import { type Check, type CheckContext, needsPerson, type ToldMessage } from '../check.js';
import { type DraftText, readDraft } from '../draft-text.js';
import { withoutNames } from '../grounded-claims.js';
import { ProductNames } from '../product-names.js';
import { extractFigures, type Meaning } from '../statements.js';

const CODES = {
  price: 'consistency.price',
  percentage: 'consistency.percentage',
  deadline: 'consistency.deadline',
  code: 'consistency.code',
} as const;
type What = keyof typeof CODES;

/** What a text says of a thing: `of` names the thing and the kind of figure, `value` one way to read the figure. */
interface Told {
  readonly of: string;
  readonly what: What;
  readonly values: readonly string[];
  readonly said: string;
  readonly span: Span;
}

function figures(meaning: Meaning): { readonly what: What; readonly values: string[] } | null {
  switch (meaning.kind) {
    case 'percentage':
      return { what: 'percentage', values: meaning.values.map(String) };
    case 'date':
      // Days named from today on ("tomorrow") move with the day they are read on.
      return meaning.deadline && meaning.days.length > 0
        ? { what: 'deadline', values: meaning.days.map(({ month, day }) => `${month}-${day}`) }
        : null;
    case 'offer':
      return meaning.code === null ? null : { what: 'code', values: [meaning.code] };
    default:
      return null;
  }
}

/** Percentages, deadlines and codes of the offer, and prices of the products named. */
function toldIn(
  text: DraftText,
  { facts, offer, signed }: { facts: readonly Fact[]; offer: string | null; signed: boolean },
): Told[] {
  const products = new ProductNames(facts, text, signed);
  return text.flatMap((part) => {
    const statements = extractFigures(part.text);
    const ends = statements.filter(({ meaning }) => meaning.kind === 'price').map(({ end }) => end);
    return statements.flatMap(({ meaning, start, end, text: said }): Told[] => {
      const span = part.span(start, end);
      if (meaning.kind === 'price') {
        const beside = products.beside(part, start, ends);
        const [product] = beside ?? [];
        if (product === undefined || beside?.size !== 1) return [];
        const values = meaning.minor.flatMap((minor) =>
          meaning.currencies.map((currency) => `${minor} ${currency}`),
        );
        return [{ of: product, what: 'price', values, said, span }];
      }
      const figure = figures(meaning);
      return figure === null || offer === null ? [] : [{ of: offer, ...figure, said, span }];
    });
  });
}

function contradictions(now: readonly Told[], then: readonly Told[], told: ToldMessage): Contribution[] {
  return now.flatMap(({ of, what, values, said, span }) => {
    const before = then.filter((each) => each.of === of && each.what === what);
    const [first] = before;
    if (first === undefined || before.some((each) => each.values.some((value) => values.includes(value))))
      return [];
    return [
      {
        code: CODES[what],
        weight: 0,
        text: `“${said.trim()}” for ${of}: on ${told.at.slice(0, 10)} the same person was told “${first.said.trim()}” (${told.messageId}).`,
        spans: [span],
      },
    ];
  });
}

/** The same words in text and html, or against several messages, are one thing to look at. */
function merged(found: readonly Contribution[], weight: number): Contribution[] {
  const byText = new Map<string, Contribution>();
  for (const each of found) {
    const known = byText.get(each.text);
    byText.set(
      each.text,
      known === undefined ? { ...each, weight } : { ...known, spans: [...known.spans, ...each.spans] },
    );
  }
  return [...byText.values()];
}

/** Another price, percentage, deadline or code for the same thing than the same person was told lately. */
export const consistency: Check = {
  name: 'consistency',
  run: (context: CheckContext) => {
    if (context.told.length === 0) return [];
    const { facts, content, template } = context;
    const now = toldIn(unlinked(context, content), {
      facts,
      offer: content.offer,
      signed: template !== null,
    });
    if (now.length === 0) return [];
    const found = context.told.flatMap((told) =>
      contradictions(
        now,
        toldIn(unlinked(context, told.content), {
          facts,
          offer: told.content.offer,
          signed: told.content.versions.template !== null,
        }),
        told,
      ),
    );
    return merged(found, needsPerson(context.engine));
  },
};

/** Names stay, since prices stand beside them; codes and dates inside links do not count. */
function unlinked(context: CheckContext, content: MessageContent): DraftText {
  // Html says what the text says.
  const named = readDraft({ ...content, html: null });
  const nameless = withoutNames({ ...context, draft: named, facts: [] });
  return named.map((part, i) => ({ ...part, text: nameless[i]?.text ?? part.text }));
}
