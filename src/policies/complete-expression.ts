import { type Completions, type KnownField } from './completions.js';
import { type RecordKind } from './playbook-paths.js';
import { type Suggestion, type Suggestions } from './suggestions.js';
import { matchesOf } from '../shared/matches.js';

const CHAIN = String.raw`[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*|\["[^"]*"\]|\['[^']*'\]|\[\d+\])*`;
const MEMBER = new RegExp(String.raw`(${CHAIN})\.(\w*)$`);
const INDEX = new RegExp(String.raw`(${CHAIN})\[$`);
const COMPARED = new RegExp(String.raw`(${CHAIN})\s*(?:[!=]=|in\s*\[(?:[^\]]*,)?)\s*$`);
const COUNTED = /history\.count(Action|Channel|Tag|Topic)\(\s*$/;
const WALK = new RegExp(String.raw`(${CHAIN})\.(?:exists|all|exists_one|filter|map)\(\s*(\w+)\s*,`, 'g');

const COUNTED_NAMES = { Action: 'actions', Channel: 'channels', Tag: 'tags', Topic: 'topics' } as const;
const MESSAGE_NAMES: ReadonlyMap<string, 'actions' | 'channels' | 'topics'> = new Map([
  ['action', 'actions'],
  ['channel', 'channels'],
  ['topic', 'topics'],
]);

/** What could follow in an expression. @param written the expression so far, as the file has it. @param from where it begins. */
export function completeExpression(
  known: Completions,
  kind: RecordKind,
  written: string,
  from: number,
): Suggestions | null {
  const variables = known.variables[kind];
  if (variables === undefined) return null;
  const quote = /^\s*(["'])/.exec(written)?.[1] ?? null;
  const lead = quote === null ? 0 : written.indexOf(quote) + 1;
  return new Expression(
    known,
    variables,
    written.slice(lead),
    from + lead,
    quote === '"' ? "'" : '"',
  ).complete();
}

class Expression {
  private readonly bound = new Map<string, string>();

  constructor(
    private readonly known: Completions,
    private readonly variables: readonly KnownField[],
    private readonly text: string,
    private readonly from: number,
    /** The quote that does not end the YAML text around it. */
    private readonly quote: string,
  ) {
    for (const { name, type } of variables) this.bound.set(name, type);
    for (const [, list = '', item = ''] of matchesOf(text, WALK)) {
      const inner = /^list<(.+)>$/.exec(this.typeOf(list) ?? '')?.[1];
      if (inner !== undefined) this.bound.set(item, inner);
    }
  }

  complete(): Suggestions | null {
    const opened = openText(this.text);
    if (opened !== null) return this.inText(opened);
    const member = MEMBER.exec(this.text);
    if (member !== null) return this.member(member[1] ?? '', member[2] ?? '');
    const index = INDEX.exec(this.text);
    if (index !== null)
      return {
        from: this.end,
        options: this.fieldsOf(index[1] ?? '').map((field) => ({ ...option(field), apply: `${this.quote}${field.name}${this.quote}]` })), // prettier-ignore
      };
    const word = /\w*$/.exec(this.text)?.[0] ?? '';
    if (/\d/.test(word[0] ?? '')) return null;
    return { from: this.end - word.length, options: this.roots() };
  }

  private get end(): number {
    return this.from + this.text.length;
  }

  private roots(): Suggestion[] {
    return [
      ...this.variables.map((field): Suggestion => ({ ...option(field), kind: 'variable' })),
      ...this.functionsOn(null),
      ...['true', 'false'].map((label): Suggestion => ({ label, kind: 'value' })),
    ];
  }

  private member(owner: string, word: string): Suggestions | null {
    const type = this.typeOf(owner);
    if (type === null) return null;
    const dot = this.end - word.length - 1;
    const fields = this.fieldsOf(owner);
    const plain = fields.filter(({ name }) => /^[A-Za-z_]\w*$/.test(name));
    // Names with blanks in them stand in brackets, in place of the dot.
    if (plain.length < fields.length)
      return {
        from: dot,
        options: fields.map((field) => ({
          ...option(field),
          label: `.${field.name}`,
          apply: plain.includes(field) ? `.${field.name}` : `[${this.quote}${field.name}${this.quote}]`,
        })),
      };
    return { from: dot + 1, options: [...plain.map(option), ...this.functionsOn(type)] };
  }

  private functionsOn(type: string | null): Suggestion[] {
    const receiver = type?.startsWith('list<') === true ? 'list' : type;
    return this.known.functions
      .filter(({ on }) => on === receiver)
      .map(({ name, call, description }) => ({
        label: call,
        apply: call.endsWith('()') ? `${name}()` : `${name}(`,
        kind: 'function',
        info: description,
      }));
  }

  private inText(at: number): Suggestions | null {
    const before = this.text.slice(0, at);
    const from = this.from + at + 1;
    const names = this.textNames(before);
    const typed = this.text.slice(at + 1);
    if (names !== null) return { from, options: names };
    if (!/^[A-Z][\w+/-]+$/.test(typed)) return null;
    return { from, options: this.named('zones') };
  }

  /** What a text may be, by what stands before it; null when anything. */
  private textNames(before: string): Suggestion[] | null {
    const counted = COUNTED.exec(before)?.[1];
    if (counted !== undefined) return this.named(COUNTED_NAMES[counted as keyof typeof COUNTED_NAMES]);
    const index = INDEX.exec(before)?.[1];
    if (index !== undefined) return this.fieldsOf(index).map(option);
    const compared = COMPARED.exec(before.replace(/("[^"]*"|'[^']*')\s*,\s*/g, ''))?.[1];
    if (compared === undefined) return null;
    const path = compared.replace(/\[.*$/, '');
    const words = this.known.words[path] ?? this.known.words[path.replace(/\.[^.]+$/, '')];
    if (words !== undefined) return words.map((label) => ({ label, kind: 'value' }));
    if (path === 'profile.country') return this.named('countries');
    if (path === 'signal.event') return this.named('events');
    const [, owner = '', name = ''] = /^(.*)\.(\w+)$/.exec(compared) ?? [];
    const list = this.typeOf(owner) === 'Message' ? MESSAGE_NAMES.get(name) : undefined;
    return list === undefined ? null : this.named(list);
  }

  private named(list: keyof Completions['names']): Suggestion[] {
    return this.known.names[list].map(({ name, detail }) => ({ label: name, kind: 'name', detail }));
  }

  private fieldsOf(owner: string): readonly KnownField[] {
    return this.known.types[this.typeOf(owner) ?? ''] ?? [];
  }

  /** The engine's type of a chain of names; null when it is not known. */
  private typeOf(chain: string): string | null {
    const [root = '', ...steps] = matchesOf(chain, /\w+|\["[^"]*"\]|\['[^']*'\]|\[\d+\]/g).map(
      ([step]) => step,
    );
    let type = this.bound.get(root) ?? null;
    for (const step of steps) {
      if (type === null) return null;
      if (/^\[\d/.test(step)) {
        type = /^list<(.+)>$/.exec(type)?.[1] ?? null;
        continue;
      }
      const name = step.startsWith('[') ? step.slice(2, -2) : step;
      type = this.known.types[type]?.find((field) => field.name === name)?.type ?? null;
    }
    return type;
  }
}

function option({ name, detail, info }: KnownField): Suggestion {
  return { label: name, kind: 'field', detail, info };
}

/** Where the text begins that is still open at the end; null when none is. */
function openText(source: string): number | null {
  let open: number | null = null;
  for (let i = 0; i < source.length; i++) {
    const character = source[i];
    if (open === null) {
      if (character === '"' || character === "'") open = i;
    } else if (character === '\\') i++;
    else if (character === source[open]) open = null;
  }
  return open;
}
