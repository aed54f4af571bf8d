import { type Claim } from '../messages/content.js';
import { type Span } from './assessment.js';
import { type CheckContext } from './check.js';
import { type FieldText, literalPattern, normalised } from './draft-text.js';
import { gatherGrounds, type Support, supportOf } from './grounds.js';
import { extractStatements, type Statement } from './statements.js';

/** A statement of the draft with what it rests on, at every place where it is made. */
export interface GroundedStatement {
  readonly statement: Statement;
  readonly support: Support;
  readonly spans: readonly Span[];
}

const ADDRESSES =
  /(?:https?:\/\/|www\.)[^\s<>"')]+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}/giu;

/** Words that are names, not statements: links, addresses, the brand, and titles of the things the draft is about. */
function namesPattern(context: CheckContext): RegExp | null {
  const { brand, decision } = context;
  const titles = context.facts.flatMap((fact) =>
    [fact.data['name'], fact.data['title'], fact.data['code']].filter(
      (title): title is string => typeof title === 'string' && title.trim().length >= 3,
    ),
  );
  const names = [brand.name, brand.postalAddress, ...decision.textLimits.required, ...titles].filter(
    (name) => name.trim() !== '',
  );
  if (names.length === 0) return null;
  return new RegExp(
    names
      .sort((a, b) => b.length - a.length)
      .map(literalPattern)
      .join('|'),
    'giu',
  );
}

/** The text with names blanked out at the same length, so that offsets stay. */
function withoutNames(part: FieldText, names: RegExp | null): string {
  const blank = (found: string) => ' '.repeat(found.length);
  const text = part.text.replace(ADDRESSES, blank);
  return names === null ? text : text.replace(names, blank);
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

function findStatements(context: CheckContext): GroundedStatement[] {
  const grounds = gatherGrounds(context);
  const names = namesPattern(context);
  const found = new Map<string, { statement: Statement; support: Support; spans: Span[] }>();
  for (const part of context.draft) {
    for (const statement of extractStatements(withoutNames(part, names))) {
      const key = `${statement.meaning.kind} ${normalised(statement.text)}`;
      const span = part.span(statement.start, statement.end);
      const known = found.get(key);
      if (known === undefined)
        found.set(key, { statement, support: supportOf(grounds, statement), spans: [span] });
      else known.spans.push(span);
    }
  }
  return [...found.values()];
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
