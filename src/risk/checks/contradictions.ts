import { type Contradiction, contradictionsAmong } from '../../policies/contradiction.js';
import { type Fact } from '../../policies/fact.js';
import { type Contribution, type Span } from '../assessment.js';
import { chargesNamed } from '../charges.js';
import { type Check, type CheckContext, needsPerson } from '../check.js';
import { type GroundedStatement, groundStatements } from '../grounded-claims.js';
import { gatherGrounds } from '../grounds.js';
import { placesOf } from '../phrases.js';
import { extractStatements, type StatementKind } from '../statements.js';

/** Kinds of statement that a fact's contradicted members bear out; of a claim every word is in doubt. */
const IN_DOUBT: Readonly<Record<Fact['kind'], ReadonlySet<StatementKind> | null>> = {
  product: new Set(['price', 'percentage']),
  offer: new Set(['price', 'percentage', 'date', 'offer', 'quantity']),
  claim: null,
};

/** What the facts of a draft contradict: other facts of the same things, and approved claims that give a product another price. */
function contradictionsOf(context: CheckContext): Contradiction[] {
  const { facts, rivals, leavesAt } = context;
  return [...contradictionsAmong([...facts, ...rivals], leavesAt), ...claimedOtherwise(context)];
}

/** A claim that names a product beside a price that is none of its prices. */
function claimedOtherwise({ facts }: CheckContext): Contradiction[] {
  const products = facts.filter(({ kind }) => kind === 'product');
  const claims = facts.filter(({ kind }) => kind === 'claim');
  return claims.flatMap((claim) =>
    products.flatMap((product) => {
      const otherwise = otherPrice(claim, product);
      return otherwise === null ? [] : [{ facts: [claim.id, product.id] as const, ...otherwise }];
    }),
  );
}

function otherPrice(claim: Fact, product: Fact): Omit<Contradiction, 'facts'> | null {
  const { text } = claim.data;
  const { name, currency, price } = product.data;
  if (typeof text !== 'string' || typeof name !== 'string' || typeof currency !== 'string') return null;
  if (typeof price !== 'number' || !text.toLowerCase().includes(name.toLowerCase())) return null;
  const known = new Set(Object.values(product.data).filter((value) => typeof value === 'number'));
  const other = extractStatements(text).find(
    ({ start, end, meaning }) =>
      meaning.kind === 'price' &&
      meaning.role === undefined &&
      chargesNamed(text.slice(0, start), text.slice(end), true).size === 0 &&
      meaning.currencies.includes(currency) &&
      !meaning.minor.some((minor) => known.has(minor)),
  );
  if (other === undefined) return null;
  return { about: ['price'], text: `“${other.text}” against price ${price}` };
}

/** What the draft says that rests on a fact, as far as the contradiction can be about it. */
function restingOn(
  id: string,
  fact: Fact | undefined,
  { about }: Contradiction,
  context: CheckContext,
): { readonly said: string; readonly spans: readonly Span[] }[] {
  if (fact === undefined) return [];
  const doubted = IN_DOUBT[fact.kind];
  const rests = ({ statement, support }: GroundedStatement): boolean =>
    support.holds &&
    support.source.split(' + ').includes(id) &&
    (doubted === null || doubted.has(statement.meaning.kind));
  const figures = about.some((name) => name !== 'available')
    ? groundStatements(context)
        .filter(rests)
        .map(({ statement, spans }) => ({ said: statement.text.trim(), spans }))
    : [];
  return [...figures, ...namedIn(fact, about, context)];
}

/** Whether something can be had is said by naming it, and what a code brings by giving the code. */
function namedIn(
  fact: Fact,
  about: readonly string[],
  { draft }: CheckContext,
): { said: string; spans: Span[] }[] {
  const name =
    fact.kind === 'offer' ? fact.data['code'] : about.includes('available') ? fact.data['name'] : null;
  if (typeof name !== 'string' || name.trim().length < 3) return [];
  const spans = draft.flatMap((part) =>
    placesOf(part.text, name).map(({ start, end }) => part.span(start, end)),
  );
  return spans.length === 0 ? [] : [{ said: name, spans }];
}

/** Two facts in force at once that cannot both be true: neither is chosen, whatever rests on one of them is for a person. */
export const contradictions: Check = {
  name: 'contradictions',
  run: (context) => {
    const given = new Set(gatherGrounds(context).leaves.map(({ source }) => source));
    const byId = new Map(context.facts.map((fact) => [fact.id, fact]));
    return contradictionsOf(context).flatMap((contradiction) =>
      contradiction.facts.flatMap((id, i): Contribution[] => {
        if (!given.has(id)) return [];
        const resting = restingOn(id, byId.get(id), contradiction, context);
        if (resting.length === 0) return [];
        const said = [...new Set(resting.map((each) => `“${each.said}”`))].join(', ');
        return [
          {
            code: 'claims.contradicted',
            weight: needsPerson(context.engine),
            text: `${said} rests on ${id}, and ${contradiction.facts[1 - i] ?? ''} says otherwise: ${contradiction.text}.`,
            spans: resting.flatMap(({ spans }) => [...spans]),
          },
        ];
      }),
    );
  },
};
