import { z } from 'zod';
import { singleLine } from '../shared/liquid.js';
import { type Block, type EmailDraft, emailDraftSchema } from './draft.js';

/** What a model's draft is checked against, beyond its schema. */
export interface DraftLimits {
  /** The only links it may use. */
  readonly links: readonly string[];
  readonly factIds: readonly string[];
}

/** What keeps a model's answer from being a draft, in words the model can act on. Empty when it is one. */
export function problemsOf(answer: unknown, limits: DraftLimits): string[] {
  const parsed = emailDraftSchema.safeParse(answer);
  if (!parsed.success) return z.prettifyError(parsed.error).split('\n');
  const draft = cleanDraft(parsed.data);
  const texts = textsOf(draft);
  return [
    ...draft.blocks.flatMap((block, i) =>
      block.type === 'button' && !limits.links.includes(URL.parse(block.url)?.href ?? '')
        ? [`blocks[${i}].url: ${block.url} is not among the given links; use one of them or no button`]
        : [],
    ),
    ...texts.flatMap((text) =>
      /\{\{|\{%|\[[^\]]*(?:name|insert|your|date|link)[^\]]*\]|<\/?[a-z!][^>]*>/i.test(text)
        ? [`"${text.slice(0, 80)}" holds a placeholder or markup; write the final words in plain text`]
        : [],
    ),
    ...texts.flatMap((text) =>
      /https?:\/\/|\bwww\./i.test(text)
        ? [`"${text.slice(0, 80)}" holds a link; links stand in buttons only`]
        : [],
    ),
    ...draft.claims.flatMap((claim, i) =>
      claim.factId !== null && !limits.factIds.includes(claim.factId)
        ? [`claims[${i}].factId: there is no fact "${claim.factId}"; name a given one or null`]
        : [],
    ),
  ];
}

/** A model's answer as a draft, its texts in order. @throws when `problemsOf` would find it is none. */
export function toDraft(answer: unknown): EmailDraft {
  return cleanDraft(emailDraftSchema.parse(answer));
}

function cleanDraft(draft: EmailDraft): EmailDraft {
  const paragraphs = (text: string): string =>
    text
      .replace(/\r\n?/g, '\n')
      .split(/\n[ \t]*\n\s*/)
      .map((paragraph) => paragraph.split('\n').map(singleLine).filter(Boolean).join('\n'))
      .filter(Boolean)
      .join('\n\n');
  const clean = (block: Block): Block => {
    switch (block.type) {
      case 'heading':
      case 'button':
        return { ...block, text: singleLine(block.text) };
      case 'text':
        return { ...block, text: paragraphs(block.text) };
      case 'list':
        return { ...block, items: block.items.map(singleLine) };
    }
  };
  return {
    subject: singleLine(draft.subject),
    preheader: singleLine(draft.preheader),
    blocks: draft.blocks.map(clean),
    claims: draft.claims,
  };
}

function textsOf(draft: EmailDraft): string[] {
  return [
    draft.subject,
    draft.preheader,
    ...draft.blocks.flatMap((block) => (block.type === 'list' ? block.items : [block.text])),
  ];
}
