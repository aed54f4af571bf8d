import { assess } from '../../dist/risk/assess.js';
import { brandSchema, engineSchema, vocabularySchema } from '../../dist/policies/playbook.js';
import { quantile } from '../load/quantile.js';
import { row } from '../row.js';

/** So that judging is never what a message waits for. */
const AIM_MS = 25;
const DRAFT_CHARACTERS = 2_048;
/** What is compiled meanwhile counts as CPU of the process, and a service has judged some drafts before. */
const WARM_UP = 300;
const NOW = '2026-11-20T09:00:00.000Z';
const SENTENCE =
  'The Corvo kettle No. %d is €89.00, 15% off until 30 November, and will be with you in 3 days. ';

/**
 * All checks together on a draft of 2 KB with html of the same words, a claim of each kind in every sentence, on one core and without
 * embeddings, beside what it may cost.
 */
export const name = 'checks';
export const engines = ['none'];

export async function measure(bench) {
  const drafts = bench.size(300, 2_000);
  for (let i = 0; i < WARM_UP; i++) assess(input(i));
  const milliseconds = [];
  for (let i = 0; i < drafts; i++) {
    const asked = input(WARM_UP + i);
    const before = process.cpuUsage();
    const { claims, contributions } = assess(asked);
    const { user, system } = process.cpuUsage(before);
    milliseconds.push((user + system) / 1_000);
    const broken = contributions.find(({ code }) => code.endsWith('.crashed'));
    if (broken !== undefined) throw new Error(broken.text);
    if (claims.length === 0) throw new Error('the checks found no claim in a draft full of them');
  }
  const against = 'what it may cost';
  return [
    row('all checks on 2 KB, CPU p50', quantile(milliseconds, 0.5), AIM_MS, 'ms', 'lower', against),
    row('all checks on 2 KB, CPU p99', quantile(milliseconds, 0.99), AIM_MS, 'ms', 'lower', against),
  ];
}

/** No two drafts are alike, so that nothing is remembered from the one before. */
function input(number) {
  const sentence = SENTENCE.replace('%d', number);
  const text = sentence.repeat(Math.ceil(DRAFT_CHARACTERS / sentence.length)).slice(0, DRAFT_CHARACTERS);
  const facts = [
    fact('kettle', 'product', { name: `Corvo kettle No. ${number}`, price: 8900, currency: 'EUR' }, null),
    fact('spring', 'offer', { percent: 15 }, '2026-11-30T23:00:00.000Z'),
  ];
  return {
    content: contentOf(text),
    decision: {
      outcome: 'act',
      action: 'welcome',
      channel: 'email',
      sendAt: NOW,
      expiresAt: NOW,
      reasons: [],
      candidates: [],
      probability: 1,
      handoff: null,
      review: null,
      textLimits: { required: [], forbidden: [], maxDiscountPercent: null },
      facts: { product: 'kettle', offer: 'spring' },
      offer: 'spring',
    },
    situation: situationOf(`Do you have the kettle in blue, number ${number}?`),
    facts,
    rivals: [],
    brand: BRAND,
    engine: ENGINE,
    vocabulary: VOCABULARY,
    purpose: 'Welcome: say hello',
    told: [{ messageId: 'msg_1', at: '2026-11-10T09:00:00.000Z', content: contentOf(text) }],
    template: null,
    audience: 1,
    now: NOW,
    leavesAt: NOW,
  };
}

const BRAND = brandSchema.parse({
  name: 'Alder & Finch',
  sender: { name: 'Alder & Finch', email: 'hello@shop.example.com' },
  postalAddress: 'Alder & Finch, 12 Mill Lane, Bristol BS1 4QD',
  website: 'https://shop.example.com',
  linkHosts: ['shop.example.com'],
  voice: 'calm',
  currency: 'EUR',
});
const ENGINE = engineSchema.parse({ handoffOwner: 'care' });
const VOCABULARY = vocabularySchema.parse({});

function fact(id, kind, data, validUntil) {
  return { id, version: 1, kind, data, validFrom: null, validUntil, source: 'bench' };
}

function contentOf(text) {
  return {
    channel: 'email',
    kind: 'email',
    action: 'welcome',
    class: 'transactional',
    offer: 'spring',
    sender: 'Alder & Finch <hello@shop.example.com>',
    replyTo: null,
    recipient: 'ada@example.com',
    subject: 'A note from us',
    preheader: '',
    html: `<p>${text}</p>`,
    text,
    payload: null,
    links: [],
    versions: { bundle: 'b'.repeat(64), template: null, prompt: null, facts: [] },
  };
}

function situationOf(note) {
  const ordered = { total: 5, firstAt: NOW, lastAt: NOW, recent: [], days: {} };
  return {
    now: NOW,
    trigger: null,
    context: {},
    suppressions: [],
    history: [],
    openTasks: [],
    facts: [],
    advice: null,
    actions: null,
    signal: { type: 'track', event: 'Form Submitted', properties: { note }, messageId: 'm', at: NOW },
    profile: {
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
      events: { 'Order Completed': ordered },
      firstSeenAt: NOW,
      lastSeenAt: NOW,
      groups: [],
    },
  };
}
