import { type Fact } from '../policies/fact.js';
import { type Action, type Brand, variantsAsked, type VocabularySpec } from '../policies/playbook.js';
import { type ExpressionSource } from '../policies/vocabulary.js';
import { type Json } from '../shared/canonical-json.js';
import { singleLine } from '../shared/liquid.js';
import { localDate } from '../shared/local-time.js';
import { type PromptInput } from './prompt.js';
import { checkLink, formatMoney } from './slots.js';

const LONGEST_TEXT = 300;
const MOST_ITEMS = 20;
const DEEPEST = 3;

export interface ModelInputRequest {
  readonly brand: Brand;
  readonly action: Action;
  readonly vocabulary: VocabularySpec;
  readonly source: ExpressionSource;
  /** Locale to write in. */
  readonly locale: string;
  /** When it is to leave, ISO 8601 UTC: what is written as of today is read then. */
  readonly leavesAt: string;
  readonly requiredText: readonly string[];
  readonly forbiddenText: readonly string[];
  /** What people approved for this action before, without whom it was written to. */
  readonly examples: readonly { readonly subject: string; readonly text: string }[];
}

/** What the model gets to see, by prompt input. */
export type ModelInput = Record<PromptInput, Json>;

/**
 * Everything the model may see: the brand, the action's brief, the action's facts, and of the person the fields the action allows. What
 * the vocabulary calls sensitive or does not know is left out whatever the action says. Addresses and long numbers inside allowed texts
 * are masked, and every text is cut to length.
 */
export function modelInput(request: ModelInputRequest): ModelInput {
  const { brand, action, source } = request;
  const facts = Object.entries(source.facts);
  return {
    brand: {
      name: brand.name,
      voice: brand.voice,
      website: brand.website,
      banned_words: [...brand.bannedWords],
    },
    action: { title: action.title, goal: action.goal, brief: action.draft.brief ?? '', class: action.class },
    customer: allowedFields(request, action.draft.allowedFields, 'profile.'),
    signal: allowedFields(request, action.draft.allowedFields, 'signal.properties.', 'context.'),
    facts: facts.map(([slot, fact]) => factForModel(slot, fact, request.locale)),
    links: linksFor(request),
    required_text: [...new Set([...request.requiredText, ...(brand.requiredWords ?? [])])],
    forbidden_text: [...request.forbiddenText],
    examples: request.examples.map(({ subject, text }) => ({ subject, text })),
    variants: variantsForModel(action),
    locale: request.locale,
    today: dayThere(request.leavesAt, source.profile.zones),
  };
}

/** The local day at a time, in the only zone known of a person, else UTC. ISO 8601. */
function dayThere(at: string, [zone, ...others]: readonly string[]): string {
  return localDate(Date.parse(at), zone === undefined || others.length > 0 ? 'UTC' : zone);
}

/** The wordings to write, where there are several; null where there is one, so that a prompt can ask. */
function variantsForModel(action: Action): Json {
  const asked = variantsAsked(action);
  return asked.length === 0 ? null : asked.map(({ label, brief }) => ({ label, brief: brief ?? '' }));
}

/** Links a draft may use: the shop itself, and where the facts and allowed fields lead on the brand's hosts. */
export function linksFor(request: ModelInputRequest): string[] {
  const candidates = [
    request.brand.website,
    ...Object.values(request.source.facts).map((fact) => fact.data['url']),
    ...request.action.draft.allowedFields.map((path) => fieldAt(request, path)),
  ];
  const links = candidates.flatMap((candidate) => {
    if (typeof candidate !== 'string') return [];
    const checked = checkLink(candidate, request.brand.linkHosts);
    return checked.ok ? [checked.href] : [];
  });
  return [...new Set(links)];
}

/** The fields under some prefixes that the model may see, masked and cut to length; what is absent, not declared or sensitive is left out. */
export function allowedFields(
  request: Pick<ModelInputRequest, 'vocabulary' | 'source'>,
  paths: readonly string[],
  ...prefixes: readonly string[]
): Record<string, Json> {
  return Object.fromEntries(
    paths
      .filter((path) => prefixes.some((prefix) => path.startsWith(prefix)))
      .flatMap((path): [string, Json][] => {
        const value = fieldAt(request, path);
        return value === undefined || value === null ? [] : [[nameOf(path), masked(value)]];
      }),
  );
}

/** `profile.traits.first_name` → `first_name`. */
function nameOf(path: string): string {
  return path.replace(/^profile\.(traits\.)?|^signal\.properties\.|^context\./, '');
}

/** Fields of a profile that every vocabulary has and that name nobody. */
const PROFILE_FIELDS = new Set([
  'stage',
  'country',
  'locale',
  'firstSeenAt',
  'lastSeenAt',
  'hasEmail',
  'hasPhone',
]);

/** The value an allowed path names; `undefined` for what is absent, not declared or sensitive. */
function fieldAt(
  { vocabulary, source }: Pick<ModelInputRequest, 'vocabulary' | 'source'>,
  path: string,
): Json | undefined {
  const [first = '', second = '', ...rest] = path.split('.');
  const name = rest.join('.');
  if (first === 'profile' && second === 'traits')
    return declared(vocabulary.traits, source.profile.traits, name);
  if (first === 'profile' && second === 'events') return eventField(source, name);
  if (first === 'profile' && rest.length === 0 && PROFILE_FIELDS.has(second))
    return (source.profile as unknown as Readonly<Record<string, Json>>)[second]; // Plain data all through.
  if (first === 'signal' && second === 'properties' && source.signal !== null) {
    const specs = own(vocabulary.events, source.signal.event ?? '')?.properties ?? {};
    return declared(specs, source.signal.properties, name);
  }
  if (first === 'context') return declared(vocabulary.context, source.context, [second, ...rest].join('.'));
  return undefined;
}

/** `Order Completed.count30d` */
function eventField(source: ExpressionSource, name: string): Json | undefined {
  const dot = name.lastIndexOf('.');
  const event = own(source.profile.events, name.slice(0, dot));
  const member = name.slice(dot + 1);
  return event !== undefined && Object.hasOwn(event, member)
    ? event[member as keyof typeof event]
    : undefined;
}

function own<T>(members: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

function declared(
  specs: Readonly<Record<string, { readonly sensitive: boolean }>>,
  values: Readonly<Record<string, Json>>,
  name: string,
): Json | undefined {
  const spec = own(specs, name);
  return spec === undefined || spec.sensitive ? undefined : own(values, name);
}

const EMAIL = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+\.\p{L}{2,}/gu;
/** Eight digits or more, however they are grouped: telephone, card and account numbers. Dates have their own form. */
const LONG_NUMBER = /(?<![\d-])\+?\d(?:[ ().\-/]{0,2}\d){7,}/g;
const IBAN = /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,8}(?: ?[A-Z0-9]{1,3})?\b/g;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:?\d{2})?)?$/;

/** A text as the model may see it: one line, cut to length, without addresses and long numbers. */
export function maskText(text: string, longest = LONGEST_TEXT): string {
  const line = singleLine(text);
  if (ISO_TIME.test(line)) return line;
  const without = line.replace(EMAIL, '[e-mail]').replace(IBAN, '[number]').replace(LONG_NUMBER, '[number]');
  return without.length <= longest ? without : `${without.slice(0, longest - 1).toWellFormed()}…`;
}

function masked(value: Json, depth = 0): Json {
  if (typeof value === 'string')
    return URL.canParse(value) && /^https?:/i.test(value) ? value.slice(0, 500) : maskText(value);
  if (Array.isArray(value))
    return depth >= DEEPEST ? [] : value.slice(0, MOST_ITEMS).map((item) => masked(item, depth + 1));
  if (typeof value === 'object' && value !== null) {
    if (depth >= DEEPEST) return {};
    return Object.fromEntries(
      Object.entries(value)
        .slice(0, MOST_ITEMS)
        .map(([key, member]) => [maskText(key, 60), masked(member, depth + 1)]),
    );
  }
  return value;
}

/** A fact with its prices in words as well, so that the model copies instead of calculating. */
function factForModel(slot: string, fact: Fact, locale: string): Json {
  const { currency } = fact.data;
  const written = Object.fromEntries(
    ['price', 'lowestPrice30d', 'amount', 'minimum'].flatMap((name) => {
      const amount = fact.data[name];
      return typeof amount === 'number' && typeof currency === 'string' && /^[A-Z]{3}$/.test(currency)
        ? [[`${name}_written`, formatMoney(amount, currency, locale)]]
        : [];
    }),
  );
  return {
    id: fact.id,
    slot,
    kind: fact.kind,
    data: { ...(masked(fact.data) as Record<string, Json>), ...written },
    source: maskText(fact.source),
    ...(fact.validFrom === null ? {} : { valid_from: fact.validFrom }),
    ...(fact.validUntil === null ? {} : { valid_until: fact.validUntil }),
  };
}
