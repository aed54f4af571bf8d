import { type Bundle, type CompiledTemplate, type ExpressionInput } from '../policies/bundle.js';
import { type Fact } from '../policies/fact.js';
import { type Slot, wordingsOf } from '../policies/playbook.js';
import { unitHash } from '../shared/hash.js';
import { plainOutput, singleLine, strictLiquid } from '../shared/liquid.js';
import { type Block, type StatedClaim, type WrittenDraft } from './draft.js';
import { formatLocale, languageOf } from './locale.js';
import { checkLink, type SlotContext, slotValue } from './slots.js';
import { matchesOf } from '../shared/matches.js';

/** Why a template is not used for this person. */
interface Unusable {
  readonly templateId: string;
  /** `expired`, `slot_missing`, `empty`, `bad_link` or `render`. */
  readonly code: string;
  readonly text: string;
}

/** A template filled for one person. */
interface FilledTemplate {
  readonly template: CompiledTemplate;
  /** The wording that was drawn; null where there is but one. */
  readonly variant: string | null;
  readonly written: WrittenDraft;
  /** Action's fact slots the words rest on. */
  readonly factSlots: readonly string[];
}

export type TemplateResult =
  | { readonly ok: true; readonly filled: FilledTemplate }
  /** No template fits (`tried` empty), or every one that fits is unusable. */
  | { readonly ok: false; readonly tried: readonly Unusable[] };

export interface TemplateRequest {
  readonly bundle: Bundle;
  readonly action: string;
  readonly channel: string;
  readonly input: ExpressionInput;
  /** The person's locale; null when unknown. */
  readonly locale: string | null;
  /** IANA name for dates; the only one known of the person, else UTC. */
  readonly zone: string;
  /** ISO 8601. */
  readonly now: string;
  /** By the action's fact slots. */
  readonly facts: Readonly<Record<string, Fact>>;
  /** What a variant is drawn by: the same text always draws the same one. */
  readonly draw: string;
}

/** A part of a template came out as nothing or led astray. */
class UnusablePart extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

type Wording = ReturnType<typeof wordingsOf>[number];

const liquid = strictLiquid(plainOutput);

/** Fills the first template that fits and can be filled: by priority, then nearness of locale, then id. */
export function draftFromTemplate(request: TemplateRequest): TemplateResult {
  const tried: Unusable[] = [];
  for (const template of templatesInOrder(request)) {
    const result = fillTemplate(template, request);
    if (result.ok) return result;
    tried.push(...result.tried);
  }
  return { ok: false, tried };
}

/** Templates for the action and channel whose `when` holds and whose language the person reads, in order of preference. */
function templatesInOrder(request: TemplateRequest): CompiledTemplate[] {
  const { bundle } = request;
  const wanted = request.locale ?? bundle.brand.locale;
  return [...bundle.templates.values()]
    .filter(({ spec }) => spec.action === request.action && spec.channel === request.channel)
    .map((template) => ({ template, near: nearness(template.spec.locale, wanted, bundle.brand.locale) }))
    .filter(({ near }) => near > 0)
    .filter(({ template }) => {
      const when = template.when.evaluate(request.input);
      return when.known && when.value;
    })
    .sort(
      (a, b) =>
        b.template.spec.priority - a.template.spec.priority ||
        b.near - a.near ||
        (a.template.spec.id < b.template.spec.id ? -1 : 1),
    )
    .map(({ template }) => template);
}

const normalised = (locale: string): string => locale.toLowerCase().replaceAll('_', '-');

/** 3 the very locale, 2 the language, 1 the brand's own language for want of better, 0 one the person may not read. */
function nearness(locale: string, wanted: string, brand: string): number {
  if (normalised(locale) === normalised(wanted)) return 3;
  if (languageOf(locale) === languageOf(wanted)) return 2;
  return languageOf(locale) === languageOf(brand) ? 1 : 0;
}

/** Fills one template; every slot is evaluated, so that what is missing is named. */
function fillTemplate(template: CompiledTemplate, request: TemplateRequest): TemplateResult {
  const { spec } = template;
  const unusable = (code: string, text: string): TemplateResult => ({
    ok: false,
    tried: [{ templateId: spec.id, code, text: `template ${spec.id}: ${text}` }],
  });
  if (request.now >= spec.expires) return unusable('expired', `expired on ${spec.expires}`);
  const { brand } = request.bundle;
  const context: SlotContext = {
    locale: formatLocale(request.locale, spec.locale),
    currency: brand.currency,
    zone: request.zone,
    linkHosts: brand.linkHosts,
  };
  const values: Record<string, string | readonly string[]> = {};
  for (const [name, slot] of Object.entries(spec.slots)) {
    const evaluated = template.slots.get(name)?.evaluate(request.input) ?? {
      known: false as const,
      reads: name,
    };
    // A price is in the currency of the fact it stands in.
    const currency = factsIn(slot, request.facts)[0]?.data['currency'];
    const value = slotValue(
      slot,
      evaluated,
      typeof currency === 'string' ? { ...context, currency } : context,
    );
    if (!value.ok) return unusable('slot_missing', `slot ${name} has no usable value: ${value.reason}`);
    values[name] = value.value;
  }
  try {
    const wording = drawnFrom(template, request.draw);
    const written = render(template, wording.content, values, brand.linkHosts);
    const variant = spec.variants === undefined ? null : wording.id;
    const used = Object.entries(spec.slots).map(([name, slot]) => ({
      name,
      slot,
      value: values[name] ?? '',
    }));
    const claims = used.flatMap((each) => claimOf(each.slot, each.value, request.facts));
    const factSlots = [...new Set(used.flatMap(({ slot }) => factSlotsIn(slot)))].sort();
    return { ok: true, filled: { template, variant, written: { ...written, claims }, factSlots } };
  } catch (error) {
    if (error instanceof UnusablePart) return unusable(error.code, error.message);
    return unusable('render', firstLine(error));
  }
}

/** One wording of a template, each as likely as the others. */
export function drawnFrom({ spec }: Pick<CompiledTemplate, 'spec'>, draw: string): Wording {
  const wordings = wordingsOf(spec);
  const drawn = wordings[Math.floor(unitHash(`variant:${spec.id}:${draw}`) * wordings.length)];
  if (drawn === undefined) throw new Error('a number below 1 drew past the last wording');
  return drawn;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}

/** The action's fact slots an expression reads. */
function factSlotsIn(slot: Slot): string[] {
  return matchesOf(slot.from, /\bfacts\s*(?:\.\s*(\w+)|\[\s*['"](\w+)['"]\s*\])/g).map(
    (match) => match[1] ?? match[2] ?? '',
  );
}

/** The facts an expression reads. */
function factsIn(slot: Slot, facts: Readonly<Record<string, Fact>>): Fact[] {
  return factSlotsIn(slot).flatMap((name) =>
    Object.hasOwn(facts, name) && facts[name] ? [facts[name]] : [],
  );
}

/** What a filled slot states: prices, numbers and dates always, words only when they come from a fact. */
function claimOf(
  slot: Slot,
  value: string | readonly string[],
  facts: Readonly<Record<string, Fact>>,
): StatedClaim[] {
  if (typeof value !== 'string' || value === '') return [];
  const factId = factsIn(slot, facts)[0]?.id ?? null;
  const text = value.slice(0, 300);
  switch (slot.type) {
    case 'money':
      return [{ text, kind: 'price', factId }];
    case 'number':
      return [{ text, kind: 'quantity', factId }];
    case 'date':
      return [{ text, kind: 'date', factId }];
    case 'text':
      return factId === null ? [] : [{ text, kind: 'other', factId }];
    case 'url':
    case 'list':
      return [];
  }
}

type Values = Readonly<Record<string, string | readonly string[]>>;

function fill(source: string, values: Values): string {
  return String(liquid.parseAndRenderSync(source, values));
}

/** One line of text; what the template's own author broke into lines becomes one as well. */
function fillLine(source: string, values: Values): string {
  return singleLine(fill(source, values));
}

/** Text that keeps its author's paragraphs: a blank line parts two, a line break inside one only wraps the source. */
function fillParagraphs(source: string, values: Values): string {
  return fill(source, values)
    .split(/\n[ \t]*\n\s*/)
    .map(singleLine)
    .filter(Boolean)
    .join('\n\n');
}

/** In an address a value is one part of it: anything that could end that part is written as escapes. A whole link stays as it is. */
function fillUrl(
  source: string,
  values: Values,
  slots: Readonly<Record<string, Slot>>,
  linkHosts: readonly string[],
): string {
  const encoded = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      slots[name]?.type === 'url' || typeof value !== 'string' ? value : encodeURIComponent(value),
    ]),
  );
  const url = fillLine(source, encoded);
  if (url === '') return '';
  const checked = checkLink(url, linkHosts);
  if (!checked.ok) throw new UnusablePart('bad_link', `a link cannot be used: ${checked.reason}`);
  return checked.href;
}

function needed(text: string, what: string): string {
  if (text === '') throw new UnusablePart('empty', `the ${what} came out empty`);
  return text;
}

type Rendered =
  | { kind: 'email'; subject: string; preheader: string; blocks: Block[] }
  | { kind: 'webhook'; payload: Record<string, string | number | boolean | null> }
  | { kind: 'onsite'; title: string; body: string; url: string | null };

function render(
  template: CompiledTemplate,
  content: Wording['content'],
  values: Values,
  linkHosts: readonly string[],
): Rendered {
  const { slots } = template.spec;
  const link = (source: string): string => fillUrl(source, values, slots, linkHosts);
  switch (content.kind) {
    case 'email': {
      const blocks = content.blocks.flatMap((block): Block[] => {
        switch (block.type) {
          case 'heading': {
            const text = fillLine(block.text, values);
            return text === '' ? [] : [{ type: 'heading', text }];
          }
          case 'text': {
            const text = fillParagraphs(block.text, values);
            return text === '' ? [] : [{ type: 'text', text }];
          }
          case 'list': {
            // An item that is nothing but a list slot becomes as many items as there are values.
            const items = block.items.flatMap((item) => listItem(item, values)).filter(Boolean);
            return items.length === 0 ? [] : [{ type: 'list', items }];
          }
          case 'button': {
            const text = fillLine(block.text, values);
            const url = link(block.url);
            return text === '' && url === ''
              ? []
              : [
                  {
                    type: 'button',
                    text: needed(text, 'text of a button'),
                    url: needed(url, 'link of a button'),
                  },
                ];
          }
        }
      });
      if (blocks.length === 0) throw new UnusablePart('empty', 'the body came out empty');
      return {
        kind: 'email',
        subject: needed(fillLine(content.subject, values), 'subject'),
        preheader: fillLine(content.preheader, values),
        blocks,
      };
    }
    case 'webhook':
      return {
        kind: 'webhook',
        payload: Object.fromEntries(
          Object.entries(content.payload).map(([key, value]) => [
            key,
            typeof value === 'string' ? fillParagraphs(value, values) : value,
          ]),
        ),
      };
    case 'onsite':
      return {
        kind: 'onsite',
        title: needed(fillLine(content.title, values), 'title'),
        body: needed(fillParagraphs(content.body, values), 'body'),
        url: content.url === undefined ? null : needed(link(content.url), 'link'),
      };
  }
}

function listItem(source: string, values: Values): string[] {
  const name = /^\s*\{\{-?\s*(\w+)\s*-?\}\}\s*$/.exec(source)?.[1];
  const value = name !== undefined && Object.hasOwn(values, name) ? values[name] : undefined;
  return Array.isArray(value) ? value.map((item: string) => singleLine(item)) : [fillLine(source, values)];
}
