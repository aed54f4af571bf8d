import { type DecisionResult } from '../../src/decisions/decision.js';
import { type Situation } from '../../src/decisions/situation.js';
import { type MessageContent, UNSUBSCRIBE_TOKEN } from '../../src/messages/content.js';
import { type Fact } from '../../src/policies/fact.js';
import {
  type Brand,
  brandSchema,
  type EngineSettings,
  engineSchema,
  vocabularySchema,
} from '../../src/policies/playbook.js';
import { type Profile } from '../../src/profiles/profile.js';
import { type RiskInput } from '../../src/risk/check.js';

const BRAND: Brand = brandSchema.parse({
  name: 'Alder & Finch',
  sender: { name: 'Alder & Finch', email: 'hello@shop.example.com' },
  postalAddress: 'Alder & Finch, 12 Mill Lane, Bristol BS1 4QD',
  website: 'https://shop.example.com',
  linkHosts: ['shop.example.com'],
  voice: 'calm',
  bannedWords: ['cheap'],
  currency: 'EUR',
});
export const ENGINE_SETTINGS: EngineSettings = engineSchema.parse({ handoffOwner: 'care' });

/** A decision to send the action `welcome` by mail, without limits. */
export function decisionResult(parts: Partial<DecisionResult> = {}): DecisionResult {
  return {
    outcome: 'act',
    action: 'welcome',
    channel: 'email',
    sendAt: '2026-11-20T10:00:00.000Z',
    expiresAt: '2026-11-23T10:00:00.000Z',
    reasons: [],
    candidates: [],
    probability: 1,
    handoff: null,
    review: null,
    textLimits: { required: [], forbidden: [], maxDiscountPercent: null },
    facts: {},
    offer: null,
    ...parts,
  };
}

/** Somebody who is known well enough to raise no doubt. */
export function profile(parts: Partial<Profile> = {}): Profile {
  const event = {
    total: 5,
    firstAt: '2026-01-01T00:00:00.000Z',
    lastAt: '2026-11-19T00:00:00.000Z',
    recent: [],
    days: {},
  };
  return {
    id: 'prf_1',
    userId: 'u-1',
    anonymousIds: [],
    traits: { first_name: 'Ada' },
    consents: [],
    addresses: { email: 'ada@example.com', phone: null },
    country: 'DE',
    locale: 'en',
    zones: ['Europe/Berlin'],
    zoneSource: 'country',
    stage: 'active',
    events: { 'Order Completed': event },
    firstSeenAt: '2026-01-01T00:00:00.000Z',
    lastSeenAt: '2026-11-19T00:00:00.000Z',
    groups: [],
    ...parts,
  };
}

export function situation(parts: Partial<Situation> = {}): Situation {
  return {
    now: '2026-11-20T09:00:00.000Z',
    trigger: null,
    signal: null,
    context: {},
    profile: profile(),
    suppressions: [],
    history: [],
    openTasks: [],
    facts: [],
    advice: null,
    actions: null,
    ...parts,
  };
}

/** A transactional mail with these words, as text and as html. */
export function mail(words: string, parts: Partial<MessageContent> = {}): MessageContent {
  return {
    channel: 'email',
    kind: 'email',
    action: 'welcome',
    class: 'transactional',
    offer: null,
    sender: 'Alder & Finch <hello@shop.example.com>',
    replyTo: null,
    recipient: 'ada@example.com',
    subject: 'A note from us',
    preheader: '',
    html: `<p>${words.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/\n+/g, '</p><p>')}</p>`,
    text: words,
    payload: null,
    links: [],
    versions: { bundle: 'b'.repeat(64), template: null, prompt: null, facts: [] },
    ...parts,
  };
}

/** What every marketing mail carries at its end. */
export const FOOTER = `${BRAND.postalAddress}\nUnsubscribe: ${UNSUBSCRIBE_TOKEN}`;

export function fact(id: string, kind: Fact['kind'], data: Fact['data'], parts: Partial<Fact> = {}): Fact {
  return { id, version: 1, kind, data, validFrom: null, validUntil: null, source: 'test', ...parts };
}

/** What `assess` is asked about a mail with these words; the facts given are the decision's. */
export function riskInput(words: string, parts: Partial<RiskInput> = {}): RiskInput {
  const facts = parts.facts ?? [];
  return {
    content: mail(words),
    decision: decisionResult({ facts: Object.fromEntries(facts.map((each) => [each.id, each.id])) }),
    situation: situation(),
    facts,
    rivals: [],
    vocabulary: vocabularySchema.parse({}),
    brand: BRAND,
    engine: ENGINE_SETTINGS,
    purpose: 'Welcome: say hello to somebody new',
    language: null,
    told: [],
    template: null,
    audience: 1,
    now: '2026-11-20T09:00:00.000Z',
    leavesAt: parts.now ?? '2026-11-20T09:00:00.000Z',
    ...parts,
  };
}
