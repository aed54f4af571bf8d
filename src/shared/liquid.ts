import { Liquid, type Template as ParsedLiquid } from 'liquidjs';
import { canonicalJson } from './canonical-json.js';

/** Tags that only choose and repeat. Nothing that reads files, keeps counters or switches the engine off. */
const TAGS = new Set(['if', 'unless', 'case', 'for', 'break', 'continue', 'assign', 'comment', '#']);
/** Filters of plain text and lists. Not `raw` (it would step around the cleaning), `date` (it reads the clock) or `sample` (it rolls dice). */
const FILTERS = new Set([
  'append',
  'capitalize',
  'concat',
  'default',
  'downcase',
  'first',
  'join',
  'last',
  'prepend',
  'size',
  'slice',
  'split',
  'strip',
  'truncate',
  'truncatewords',
  'uniq',
  'upcase',
]);

/** A strict engine: unknown variables, filters and tags are errors, prototypes are out of sight, and there is a limit to everything. */
export function strictLiquid(outputEscape: (value: unknown) => string): Liquid {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    lenientIf: true,
    // An empty text is false, so that `{% if name %}` asks whether there is one.
    jsTruthy: true,
    outputEscape,
    templates: {},
    parseLimit: 50_000,
    renderLimit: 2_000,
    memoryLimit: 1_000_000,
  });
  for (const tag of Object.keys(engine.tags)) if (!TAGS.has(tag)) Reflect.deleteProperty(engine.tags, tag);
  for (const filter of Object.keys(engine.filters)) if (!FILTERS.has(filter)) engine.unregisterFilter(filter);
  return engine;
}

/**
 * Text without anything that shapes more than itself: control characters, bidirectional overrides and invisible characters removed, all
 * white space (line breaks too) single spaces, ill-formed surrogates replaced.
 */
export function singleLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(
      /[\p{Cc}\u{200b}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2060}-\u{2069}\u{feff}\u{e0000}-\u{e007f}]/gu,
      '',
    )
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** What a value looks like where a template puts it out: one line of plain text; a list is joined by commas. */
export function plainOutput(value: unknown): string {
  if (Array.isArray(value)) return value.map(plainOutput).join(', ');
  switch (typeof value) {
    case 'string':
      return singleLine(value);
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value);
    default:
      return '';
  }
}

/**
 * The engine of prompts. What it puts out are data: one line of plain text that cannot open or close a tag. `{{ value | data }}` puts a
 * whole value out as JSON, in which `<` and `>` are written as escapes, so that it cannot end the section it stands in.
 */
export function promptLiquid(): Liquid {
  const engine = strictLiquid(promptOutput);
  engine.registerFilter('data', (value: unknown) => promptData(value ?? null));
  return engine;
}

/** What a value looks like where a prompt puts it out by itself. */
export function promptOutput(value: unknown): string {
  return plainOutput(value).replaceAll('<', '‹').replaceAll('>', '›');
}

/** What a value looks like where a prompt puts it out as data. */
export function promptData(value: unknown): string {
  return canonicalJson(value).replace(
    /[<>&]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
}

const checking = strictLiquid(plainOutput);

export interface LiquidProblem {
  /** Where in the template, such as `['content', 'blocks', 0, 'text']`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What a parsed text reads from its scope; the engine counts `forloop`, which every `for` brings along. */
function namesIn(engine: Liquid, parsed: ParsedLiquid[]): string[] {
  return engine.globalVariablesSync(parsed).filter((name) => name !== 'forloop');
}

/**
 * What is wrong with one Liquid text: syntax, forbidden tags and filters, variables that are not among `declared`.
 * @param engine when the text is for another engine than templates'.
 */
export function checkLiquid(
  source: string,
  declared: ReadonlySet<string>,
  engine: Liquid = checking,
): string[] {
  let parsed: ParsedLiquid[];
  try {
    parsed = engine.parse(source);
  } catch (error) {
    return [firstLine(error)];
  }
  const undeclared = namesIn(engine, parsed).filter((name) => !declared.has(name));
  if (undeclared.length > 0) {
    return undeclared.map(
      (name) =>
        `"${name}" is not declared; declared ${declared.size === 0 ? 'is nothing' : `are ${[...declared].join(', ')}`}`,
    );
  }
  return [];
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}

/** The texts of a template's content with their places, whatever kind it is. */
function textsIn(
  value: unknown,
  path: readonly (string | number)[],
): { path: readonly (string | number)[]; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((item, i) => textsIn(item, [...path, i]));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, member]) => textsIn(member, [...path, key]));
  return [];
}

/**
 * Checks every Liquid text of a template (of `policies/templates/`) when it is loaded: it parses, and reads nothing but declared slots.
 * Slot names must be what Liquid can read: letters, digits and underscores. Empty when all is well.
 */
export function checkTemplate(template: {
  readonly slots: Readonly<Record<string, unknown>>;
  readonly content: unknown;
}): LiquidProblem[] {
  const declared = new Set(Object.keys(template.slots));
  const named = [...declared]
    .filter((name) => !/^[a-z][a-z0-9_]*$/i.test(name))
    .map((name) => ({
      path: ['slots', name],
      message: `"${name}" is not a name Liquid can read: use letters, digits and underscores`,
    }));
  const texts = textsIn(template.content, ['content']).flatMap(({ path, text }) =>
    checkLiquid(text, declared).map((message) => ({ path, message })),
  );
  return [...named, ...texts];
}
