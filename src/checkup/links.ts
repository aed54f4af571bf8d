import { type Bundle } from '../policies/bundle.js';
import { type Fact } from '../policies/fact.js';
import { matchesOf } from '../shared/matches.js';

/** A link, and where it stands. */
export interface NamedLink {
  readonly url: string;
  /** `templates/welcome-email`, `facts/cup-tide`. */
  readonly namedBy: string;
}

/** Where it ends in prose: at blanks, quotes, brackets and Liquid; the full stop after it belongs to the sentence. */
const LINK = /https?:\/\/[^\s"'<>(){}[\]|\\]+/g;
const AFTER_IT = /[.,;:!?]+$/;

/** Links that stand whole in templates; what is filled in from facts is looked for in those. Each once. */
export function linksOf(bundle: Bundle): NamedLink[] {
  const links = new Map<string, NamedLink>();
  for (const { spec } of bundle.templates.values())
    for (const text of textsIn(spec.content))
      for (const match of matchesOf(text, LINK)) {
        const rest = text.slice(match.index + match[0].length);
        if (rest.startsWith('{{') || rest.startsWith('{%')) continue; // Where it leads depends on the person.
        const url = match[0].replace(AFTER_IT, '');
        if (!links.has(url)) links.set(url, { url, namedBy: `templates/${spec.id}` });
      }
  return [...links.values()];
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

/** Where a fact leads. */
export function linksOfFact({ id, data }: Fact): NamedLink[] {
  return [data['url'], data['image']]
    .filter((url) => typeof url === 'string')
    .map((url) => ({ url, namedBy: `facts/${id}` }));
}

/** What came of asking for a link. */
export type LinkAnswer =
  | { readonly kind: 'status'; readonly status: number; readonly location: string | null }
  /** `code` as Node names it, such as `ENOTFOUND`. */
  | { readonly kind: 'error'; readonly code: string; readonly message: string };

/** What is known of a link then. */
export interface LinkVerdict {
  readonly state: 'ok' | 'broken' | 'unknown';
  readonly detail: string;
}

/** There is no such place, or nobody can get there: it is the same for everybody. */
const NOWHERE: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such host',
  ECONNREFUSED: 'nothing answers there',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
};

/** Gone is gone; what refuses a program, or is in trouble now, may well be there for people. */
export function verdictOn(answer: LinkAnswer): LinkVerdict {
  if (answer.kind === 'error') {
    const nowhere = NOWHERE[answer.code];
    return nowhere === undefined
      ? { state: 'unknown', detail: answer.message }
      : { state: 'broken', detail: nowhere };
  }
  const { status } = answer;
  if (status >= 200 && status < 300) return { state: 'ok', detail: `it answers ${status}` };
  if (status === 404 || status === 410) return { state: 'broken', detail: `it answers ${status}` };
  return { state: 'unknown', detail: `it answers ${status} to a program` };
}
