import { z } from 'zod';
import { type AskedVariant, type Channel } from '../policies/playbook.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { type ChannelDraft, type VariantsReport } from './draft.js';
import { type DraftLimits, problemsOf, toDraft } from './model-draft.js';

/** One of several wordings that the model wrote, in order and fit to be drafted. */
interface WrittenVariant {
  readonly label: string;
  readonly written: ChannelDraft;
}

export interface ReadVariants {
  readonly variants: readonly WrittenVariant[];
  readonly leftOut: VariantsReport['leftOut'];
  /** What is wrong with what is left out, in words the model can act on. */
  readonly problems: readonly string[];
}

/** The schema of an answer with several drafts, each of them as `one` says. */
export function severalSchema(one: z.ZodType, asked: readonly AskedVariant[]): z.ZodType {
  const labels = asked.map(({ label }) => label);
  return z.strictObject({
    drafts: z
      .array(z.strictObject({ label: z.enum(labels), draft: one }))
      .min(1)
      .max(labels.length)
      .describe(`One for each of these labels: ${labels.join(', ')}.`),
  });
}

const severalAnswer = z.object({ drafts: z.array(z.object({ label: z.string(), draft: z.unknown() })) });

/**
 * Reads an answer with several drafts. Each is held to what a single one is held to, on its own; of two that say nearly the same the
 * one that was asked for first stays.
 * @param answer one that the schema of `severalSchema` takes.
 */
export function readVariants(
  kind: Channel['kind'],
  answer: unknown,
  asked: readonly AskedVariant[],
  limits: DraftLimits,
): ReadVariants {
  const { drafts } = severalAnswer.parse(answer);
  const variants: WrittenVariant[] = [];
  const leftOut: VariantsReport['leftOut'] = [];
  const problems: string[] = [];
  for (const { label } of asked) {
    const given = drafts.filter((each) => each.label === label);
    const [first] = given;
    if (first === undefined) {
      leftOut.push({ label, code: 'missing' });
      problems.push(`drafts: there is none labelled "${label}"`);
      continue;
    }
    const wrong = problemsOf(kind, first.draft, limits);
    if (given.length > 1) wrong.push(`there are ${given.length} with this label; write one for each label`);
    if (wrong.length > 0) {
      leftOut.push({ label, code: 'unusable' });
      problems.push(...wrong.map((each) => `draft "${label}": ${each}`));
      continue;
    }
    const written = toDraft(kind, first.draft);
    const twin = variants.find((each) => nearlySame(each.written, written));
    if (twin !== undefined) {
      leftOut.push({ label, code: 'same', as: twin.label });
      problems.push(
        `draft "${label}" says nearly the same as "${twin.label}"; begin with another idea, put something else first`,
      );
      continue;
    }
    variants.push({ label, written });
  }
  return { variants, leftOut, problems };
}

/**
 * What is wrong with an answer of several drafts, said once: the model is asked to mend it, and after that those that are right are
 * enough. One check serves one question.
 */
export function mendedOnce(read: (answer: unknown) => ReadVariants): (answer: unknown) => readonly string[] {
  let said = false;
  return (answer) => {
    const { variants, problems } = read(answer);
    if (said && variants.length > 0) return [];
    said = true;
    return problems;
  };
}

/** From so large a share of words in common on, two texts say nearly the same. */
const ALIKE = 0.8;

/**
 * Whether a reader could hardly tell two drafts apart: both the line that is read first and the rest have nearly all words in common,
 * whatever their order, case and punctuation, and figures and links are the same. Another subject alone, or another price, is a difference.
 */
export function nearlySame(one: ChannelDraft, other: ChannelDraft): boolean {
  if (one.kind !== other.kind) return false;
  const [a, b] = [partsOf(one), partsOf(other)];
  return (
    canonicalJson(a.hard) === canonicalJson(b.hard) &&
    inCommon(a.first, b.first) >= ALIKE &&
    inCommon(a.rest, b.rest) >= ALIKE
  );
}

interface Parts {
  readonly first: readonly string[];
  readonly rest: readonly string[];
  /** Figures and links, in order of their spelling. */
  readonly hard: readonly string[];
}

function partsOf(draft: ChannelDraft): Parts {
  switch (draft.kind) {
    case 'email': {
      const blocks = draft.blocks.flatMap((block) => (block.type === 'list' ? block.items : [block.text]));
      const links = draft.blocks.flatMap((block) => (block.type === 'button' ? [block.url] : []));
      return parts(draft.subject, [draft.preheader, ...blocks], links);
    }
    case 'webhook':
      return parts(
        '',
        Object.entries(draft.payload).map(([name, value]) => `${name} ${String(value)}`),
        [],
      );
    case 'onsite':
      return parts(draft.title, [draft.body], draft.url === null ? [] : [draft.url]);
  }
}

function parts(first: string, rest: readonly string[], links: readonly string[]): Parts {
  const all = [first, ...rest].join('\n');
  const figures = all.match(/\d[\d.,:]*/g) ?? [];
  return {
    first: wordsOf(first),
    rest: wordsOf(rest.join('\n')),
    hard: [...figures.map((figure) => figure.replace(/[.,:]+$/, '')), ...links].sort(),
  };
}

function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** The share of words that two texts have in common, each as often as it stands there: 1 where neither has any. */
function inCommon(one: readonly string[], other: readonly string[]): number {
  if (one.length + other.length === 0) return 1;
  const left = new Map<string, number>();
  for (const word of one) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of other) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    common += 1;
  }
  return common / (one.length + other.length - common);
}
