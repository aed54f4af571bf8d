import { z } from 'zod';
import { type Channel } from '../policies/playbook.js';
import { singleLine } from '../shared/liquid.js';
import {
  type Block,
  type ChannelDraft,
  emailDraftSchema,
  onsiteDraftSchema,
  webhookDraftSchema,
} from './draft.js';

type Kind = Channel['kind'];

/** What a model's draft is checked against, beyond its schema. */
export interface DraftLimits {
  /** The only links it may use. */
  readonly links: readonly string[];
  readonly factIds: readonly string[];
}

const SCHEMAS = { email: emailDraftSchema, webhook: webhookDraftSchema, onsite: onsiteDraftSchema } as const;

/** What keeps a model's answer from being a draft of a kind, in words the model can act on. Empty when it is one. */
export function problemsOf(kind: Kind, answer: unknown, limits: DraftLimits): string[] {
  const parsed = SCHEMAS[kind].safeParse(answer);
  if (!parsed.success) return z.prettifyError(parsed.error).split('\n');
  const draft = toDraft(kind, answer);
  const texts = textsOf(draft);
  return [
    ...linksOf(draft).flatMap(({ at, url, instead }) =>
      limits.links.includes(URL.parse(url)?.href ?? '')
        ? []
        : [`${at}: ${url} is not among the given links; use one of them or ${instead}`],
    ),
    ...texts.flatMap((text) =>
      /\{\{|\{%|\[[^\]]*(?:name|insert|your|date|link)[^\]]*\]|<\/?[a-z!][^>]*>/i.test(text)
        ? [`"${text.slice(0, 80)}" holds a placeholder or markup; write the final words in plain text`]
        : [],
    ),
    ...texts.flatMap((text) =>
      /https?:\/\/|\bwww\./i.test(text) ? [`"${text.slice(0, 80)}" holds a link; ${LINKS_STAND[kind]}`] : [],
    ),
    ...draft.claims.flatMap((claim, i) =>
      claim.factId !== null && !limits.factIds.includes(claim.factId)
        ? [`claims[${i}].factId: there is no fact "${claim.factId}"; name a given one or null`]
        : [],
    ),
  ];
}

const LINKS_STAND: Readonly<Record<Kind, string>> = {
  email: 'links stand in buttons only',
  webhook: 'a link is a member of its own',
  onsite: 'the link stands in "url" only',
};

/** A model's answer as a draft, its texts in order. @throws when `problemsOf` would find it is none. */
export function toDraft(kind: Kind, answer: unknown): ChannelDraft {
  switch (kind) {
    case 'email': {
      const draft = emailDraftSchema.parse(answer);
      return {
        kind,
        subject: singleLine(draft.subject),
        preheader: singleLine(draft.preheader),
        blocks: draft.blocks.map(cleanBlock),
        claims: draft.claims,
      };
    }
    case 'webhook': {
      const { payload, claims } = webhookDraftSchema.parse(answer);
      const clean = Object.entries(payload).map(([name, value]): [string, typeof value] => [
        name,
        typeof value === 'string' ? paragraphs(value) : value,
      ]);
      return { kind, payload: Object.fromEntries(clean), claims };
    }
    case 'onsite': {
      const { title, body, url, claims } = onsiteDraftSchema.parse(answer);
      return { kind, title: singleLine(title), body: paragraphs(body), url, claims };
    }
  }
}

function cleanBlock(block: Block): Block {
  switch (block.type) {
    case 'heading':
    case 'button':
      return { ...block, text: singleLine(block.text) };
    case 'text':
      return { ...block, text: paragraphs(block.text) };
    case 'list':
      return { ...block, items: block.items.map(singleLine) };
  }
}

function paragraphs(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .split(/\n[ \t]*\n\s*/)
    .map((paragraph) => paragraph.split('\n').map(singleLine).filter(Boolean).join('\n'))
    .filter(Boolean)
    .join('\n\n');
}

/** A text that is nothing but an address. */
const isLink = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(text);

/** Where a draft leads, and what may stand there instead. */
function linksOf(draft: ChannelDraft): { at: string; url: string; instead: string }[] {
  switch (draft.kind) {
    case 'email':
      return draft.blocks.flatMap((block, i) =>
        block.type === 'button' ? [{ at: `blocks[${i}].url`, url: block.url, instead: 'no button' }] : [],
      );
    case 'webhook':
      return Object.entries(draft.payload).flatMap(([name, value]) =>
        typeof value === 'string' && isLink(value)
          ? [{ at: `payload.${name}`, url: value, instead: 'none' }]
          : [],
      );
    case 'onsite':
      return draft.url === null ? [] : [{ at: 'url', url: draft.url, instead: 'null' }];
  }
}

/** What people read of a draft. */
function textsOf(draft: ChannelDraft): string[] {
  switch (draft.kind) {
    case 'email':
      return [
        draft.subject,
        draft.preheader,
        ...draft.blocks.flatMap((block) => (block.type === 'list' ? block.items : [block.text])),
      ];
    case 'webhook':
      return Object.values(draft.payload).filter(
        (value): value is string => typeof value === 'string' && !isLink(value),
      );
    case 'onsite':
      return [draft.title, draft.body];
  }
}
