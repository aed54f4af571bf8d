import { type MessageContent } from '../messages/content.js';
import { type Bundle } from '../policies/bundle.js';
import { contentHash, sha256Hex } from '../shared/hash.js';

/** A person's permission, on the ground of a certificate: drafts of one action below the threshold go without a person. */
export interface Gate {
  readonly id: string;
  readonly action: string;
  /** What writes and checks drafts of this action; a draft made by anything else does not pass. */
  readonly fingerprint: string;
  readonly look: number;
  readonly threshold: number;
  /** Chance with which a person looks all the same, so that verdicts keep coming. */
  readonly auditShare: number;
  /** The tolerated share of wrong approvals it was certified for. */
  readonly wrong: number;
  readonly openedBy: { readonly personId: string; readonly name: string };
  /** ISO 8601 UTC. */
  readonly openedAt: string;
}

/**
 * Names everything that writes and checks an action's drafts: the prompt and model, the action's copy and facts, the brand, the playbook's
 * thresholds, the checks and what was learned about them. Where any of it changes, what was certified says nothing any more.
 */
export function fingerprintOf(
  bundle: Pick<Bundle, 'actions' | 'brand' | 'engine' | 'vocabulary'>,
  content: Pick<MessageContent, 'action' | 'versions'>,
  judge: string,
): string {
  const action = bundle.actions.get(content.action)?.spec;
  const { riskThreshold, secondPersonFrom, reviewDiscountPercent } = bundle.engine;
  return contentHash({
    action:
      action === undefined ? null : { draft: action.draft, facts: action.facts, offer: action.offer ?? null },
    brand: bundle.brand,
    facts: bundle.vocabulary.facts,
    prompt: content.versions.prompt,
    engine: { riskThreshold, secondPersonFrom, reviewDiscountPercent },
    judge,
  }).slice(0, 32);
}

/**
 * Names the words of a draft without their looks: case, white space and punctuation around words are left out, what is written inside
 * numbers is not. An edit that keeps this name changed nothing material.
 */
export function wordsHash(content: Pick<MessageContent, 'subject' | 'preheader' | 'text' | 'links'>): string {
  const words = [content.subject, content.preheader, content.text]
    .map((part) =>
      (part ?? '')
        .normalize('NFKC')
        .toLowerCase()
        .replace(/(?<!\d)[.,:]|[.,:](?!\d)|[^\p{L}\p{N}.,:%€$£¥+-]+/gu, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .join('\n');
  return sha256Hex(`${words}\n${content.links.join('\n')}`);
}
