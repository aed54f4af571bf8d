import { type Writer } from '../drafting/prompt.js';
import { type MessageContent } from '../messages/content.js';
import { type Bundle } from '../policies/bundle.js';
import { type Action, type Channel } from '../policies/playbook.js';
import { type Judge, weightsOf } from '../risk/calibration.js';
import { type Json } from '../shared/canonical-json.js';
import { contentHash, sha256Hex } from '../shared/hash.js';

/**
 * What a gate is for: an action's drafts over channels of one kind, since each kind has a prompt of its own. Kept as `action/kind`; ids of
 * actions hold no slash.
 */
export interface GateSubject {
  readonly action: string;
  readonly kind: Channel['kind'];
}

export function subjectKey({ action, kind }: GateSubject): string {
  return `${action}/${kind}`;
}

/** @returns null for what names no kind: gates of before there was one for each. */
export function parseSubject(key: string): GateSubject | null {
  const [action = '', kind] = key.split('/');
  return kind === 'email' || kind === 'webhook' || kind === 'onsite' ? { action, kind } : null;
}

/** A person's permission, on the ground of a certificate: drafts of its subject below the threshold go without a person. */
export interface Gate {
  readonly id: string;
  /** See `subjectKey`. */
  readonly subject: string;
  /** What writes and checks these drafts; a draft made by anything else does not pass. */
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

/** What of an action its drafts over one kind of channel are written and checked by, with the terms. Prompts of other kinds are none of it. */
function copyOf({ title, goal, class: messageClass, draft, facts, offer }: Action): Json {
  const { brief = null, allowedFields, automatic = null, variants } = draft;
  return {
    title,
    goal,
    class: messageClass,
    brief,
    allowedFields: [...allowedFields],
    automatic,
    ...(variants === undefined ? {} : { variants }),
    facts,
    offer: offer ?? null,
  };
}

/**
 * Names everything that writes and checks an action's drafts over one kind of channel: the prompt and model, the code that asks them and makes
 * drafts of their answers, how examples are chosen where the prompt reads them, the action's copy and facts, the brand, the playbook's
 * thresholds, the checks and what was learned about them. Where any of it changes, what was certified says
 * nothing any more; what only others are written or checked by is left out.
 */
export function fingerprintOf(
  bundle: Pick<Bundle, 'actions' | 'brand' | 'engine' | 'vocabulary'>,
  content: Pick<MessageContent, 'action' | 'kind' | 'versions'>,
  writer: Writer,
  judge: Judge,
): string {
  const action = bundle.actions.get(content.action)?.spec;
  const { riskThreshold, secondPersonFrom, reviewDiscountPercent } = bundle.engine;
  const { prompt } = content.versions;
  return contentHash({
    kind: content.kind,
    action: action === undefined ? null : copyOf(action),
    brand: bundle.brand,
    facts: bundle.vocabulary.facts,
    // Whichever of its wordings it is: what is certified is what is drawn among them.
    prompt: prompt === null ? null : { id: prompt.id, version: prompt.version, model: prompt.model },
    writer: { code: writer.code, examplesBy: writer.examplesBy },
    engine: { riskThreshold, secondPersonFrom, reviewDiscountPercent },
    checks: judge.checks,
    weights: weightsOf(judge.model),
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
