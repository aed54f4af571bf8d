import { stringify } from 'yaml';
import { z } from 'zod';
import {
  type Action,
  type Brand,
  type Slot,
  type Template,
  type VocabularySpec,
} from '../policies/playbook.js';
import { type Json } from '../shared/canonical-json.js';
import { checkTemplate } from '../shared/liquid.js';
import { matchesOf } from '../shared/matches.js';
import { type PromptKind } from './prompt.js';

/** What a prompt for templates may read. */
const TEMPLATE_INPUTS = ['brand', 'action', 'slots', 'wish', 'locale'] as const;
export type TemplatePromptInput = (typeof TEMPLATE_INPUTS)[number];

/** Prompts under `prompts/template`. */
export const TEMPLATE_PROMPT: PromptKind<TemplatePromptInput> = {
  inputs: TEMPLATE_INPUTS,
  members: ['subject', 'preheader', 'blocks'],
  answers: 'a template for e-mail',
};

/** A slot that the model may use: where its value comes from is the house's, never the model's. */
interface OfferedSlot {
  readonly slot: Slot;
  /** What stands in it, for the model. */
  readonly says: string;
}

/** Slots by name. */
export type OfferedSlots = Readonly<Record<string, OfferedSlot>>;

const LONGEST_NAME = 40;

/**
 * The typed slots of a template for an action: its facts, and the traits that the action lets the model see. Traits may be unknown, so
 * they have an empty default; what a fact lacks makes the template unusable for that person, but for what offers may or may not have.
 */
export function slotsOffered(action: Action, vocabulary: VocabularySpec): OfferedSlots {
  const offered: Record<string, OfferedSlot> = {};
  const put = (name: string, slot: Omit<Slot, 'maxLength'>, says: string, maxLength = 200): void => {
    if (/^[a-z][a-z0-9_]*$/i.test(name)) offered[name] = { slot: { ...slot, maxLength }, says };
  };
  for (const path of action.draft.allowedFields) {
    const trait = /^profile\.traits\.(\w+)$/.exec(path)?.[1];
    const spec = trait === undefined ? undefined : vocabulary.traits[trait];
    if (trait !== undefined && spec?.type === 'string' && !spec.sensitive)
      put(
        trait,
        { type: 'text', from: path, default: '' },
        `the customer's ${trait.replaceAll('_', ' ')}; often unknown`,
        LONGEST_NAME,
      );
  }
  for (const name of Object.keys(action.facts)) {
    const data = `facts.${name}.data`;
    if (name === action.offer) {
      put(name, { type: 'text', from: `${data}.title` }, 'the offer by its title, such as “15% off”');
      put(`${name}_code`, { type: 'text', from: `${data}.code`, default: '' }, 'the code of the offer; some have none', LONGEST_NAME); // prettier-ignore
      put(`${name}_until`, { type: 'date', from: `facts.${name}.validUntil` }, 'the last day of the offer');
      put(`${name}_link`, { type: 'url', from: `${data}.url` }, 'the link to the offer, for a button');
    } else {
      put(name, { type: 'text', from: `${data}.name` }, `the ${name} by its name`);
      put(`${name}_price`, { type: 'money', from: data }, `the price of the ${name}, with its currency`);
      put(`${name}_link`, { type: 'url', from: `${data}.url` }, `the link to the ${name}, for a button`);
    }
  }
  return offered;
}

/** What the model is given: no person, no fact, only the names and types of what will stand there. */
export function templateInput(request: {
  readonly brand: Brand;
  readonly action: Action;
  readonly offered: OfferedSlots;
  /** What whoever asks for it wants besides; empty for nothing. */
  readonly wish: string;
  readonly locale: string;
}): Record<TemplatePromptInput, Json> {
  const { brand, action, offered, wish, locale } = request;
  return {
    brand: { name: brand.name, voice: brand.voice, banned_words: [...brand.bannedWords] },
    action: { title: action.title, goal: action.goal, brief: action.draft.brief ?? '', class: action.class },
    slots: Object.entries(offered).map(([name, { slot, says }]) => ({
      name,
      type: slot.type,
      may_be_empty: slot.default === '',
      says,
    })),
    wish,
    locale,
  };
}

const line = z.string().trim().min(1);
const answerSchema = z.strictObject({
  subject: line.max(150),
  preheader: z.string().max(200),
  blocks: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('heading'), text: line.max(200) }),
        z.strictObject({ type: z.literal('text'), text: line.max(3_000) }),
        z.strictObject({ type: z.literal('button'), text: line.max(80), url: line.max(200) }),
        z.strictObject({ type: z.literal('list'), items: z.array(line.max(300)).min(1).max(10) }),
      ]),
    )
    .min(1)
    .max(12),
});
type TemplateAnswer = z.output<typeof answerSchema>;

const LIQUID = /\{\{[^}]*\}\}|\{%[^%]*%\}/g;

/**
 * What keeps a model's answer from being a template, in words it can act on. Figures, prices, dates and links stand in slots alone: what
 * is written beside them is true of everybody, or of nobody.
 */
export function problemsOfTemplate(answer: unknown, offered: OfferedSlots): string[] {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) return z.prettifyError(parsed.error).split('\n');
  const content = parsed.data;
  const wrong = checkTemplate({ slots: offered, content }).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );
  if (wrong.length > 0) return wrong;
  const buttons = content.blocks.filter((block) => block.type === 'button');
  return [
    ...buttons.flatMap(({ url }) => {
      const name = /^\{\{ *(\w+) *\}\}$/.exec(url)?.[1] ?? '';
      return offered[name]?.slot.type === 'url'
        ? []
        : [`"${url}" is no link: the url of a button is one slot of type url and nothing else`];
    }),
    ...textsOf(content).flatMap((text) => problemsOfText(text, offered)),
  ];
}

function problemsOfText(text: string, offered: OfferedSlots): string[] {
  const quoted = `"${text.slice(0, 80)}"`;
  const plain = text.replace(LIQUID, ' ');
  const optional = slotsIn(text).filter((name) => offered[name]?.slot.default === '');
  return [
    ...(/[\p{N}%€$£]/u.test(plain)
      ? [`${quoted} holds a figure, price or date of its own: put a slot there, or leave it out`]
      : []),
    ...(/:\/\/|\bwww\./i.test(plain) ? [`${quoted} holds a link; links stand in buttons only`] : []),
    ...(/[<>[\]]/.test(plain) ? [`${quoted} holds markup or a placeholder; write plain text and slots`] : []),
    ...slotsIn(text)
      .filter((name) => offered[name]?.slot.type === 'url')
      .map((name) => `${quoted} shows ${name}, a link; it stands in buttons only`),
    ...optional
      .filter((name) => !new RegExp(`\\{% *if ${name}\\b`).test(text))
      .map((name) => `${quoted} shows ${name}, which may be empty, without {% if ${name} %} around it`),
  ];
}

function textsOf({ subject, preheader, blocks }: TemplateAnswer): string[] {
  return [
    subject,
    preheader,
    ...blocks.flatMap((block) => (block.type === 'list' ? block.items : [block.text])),
  ].filter((text) => text !== '');
}

/** Names of slots that a text puts out. */
function slotsIn(text: string): string[] {
  return [...new Set(matchesOf(text, /\{\{-? *(\w+)/g).map(([, name = '']) => name))];
}

/** The answer as a template of the playbook, with the slots it uses. @throws when `problemsOfTemplate` would find it is none. */
export function toTemplate(
  answer: unknown,
  offered: OfferedSlots,
  rest: Pick<
    Template,
    'id' | 'action' | 'channel' | 'locale' | 'priority' | 'maxAudience' | 'expires' | 'owner'
  >,
): Template {
  const content = answerSchema.parse(answer);
  const urls = content.blocks.flatMap((block) => (block.type === 'button' ? [block.url] : []));
  const used = new Set([...textsOf(content), ...urls].flatMap(slotsIn));
  const slots = Object.entries(offered).flatMap(([name, { slot }]) => (used.has(name) ? [[name, slot]] : []));
  return {
    ...rest,
    when: 'true',
    slots: Object.fromEntries(slots) as Template['slots'],
    content: { kind: 'email', ...content },
  };
}

/** A file of templates with one more at its end, written as the playbook's own are. */
export function withTemplate(file: string, template: Template): string {
  const added = stringify([template], { lineWidth: 120 });
  return file.trim() === '' ? added : `${file.trimEnd()}\n\n${added}`;
}
