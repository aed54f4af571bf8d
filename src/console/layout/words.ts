import { type MessageState } from '../../messages/message.js';
import { type Fact } from '../../policies/fact.js';
import { type Json } from '../../shared/canonical-json.js';

/** The colour family of a mark: what it asks of the reader. */
export type Tone = 'quiet' | 'good' | 'wait' | 'bad' | 'info';

export interface Words {
  readonly text: string;
  readonly tone: Tone;
}

const MESSAGE_STATE: Readonly<Record<MessageState, Words>> = {
  drafting: { text: 'being drafted', tone: 'info' },
  assessed: { text: 'being assessed', tone: 'info' },
  in_review: { text: 'waiting for review', tone: 'wait' },
  approved: { text: 'approved', tone: 'good' },
  scheduled: { text: 'scheduled', tone: 'info' },
  sending: { text: 'being sent', tone: 'info' },
  sent: { text: 'sent', tone: 'good' },
  delivered: { text: 'delivered', tone: 'good' },
  suppressed: { text: 'suppressed', tone: 'quiet' },
  rejected: { text: 'rejected', tone: 'bad' },
  expired: { text: 'expired', tone: 'quiet' },
  failed: { text: 'failed', tone: 'bad' },
  cancelled: { text: 'cancelled', tone: 'quiet' },
  unknown: { text: 'fate unknown', tone: 'bad' },
};

function isMessageState(state: string): state is MessageState {
  return Object.hasOwn(MESSAGE_STATE, state);
}

export function messageStateWords(state: string): Words {
  return isMessageState(state) ? MESSAGE_STATE[state] : { text: state, tone: 'quiet' };
}

const REVIEW_STATE: Readonly<Record<string, Words>> = {
  pending: { text: 'waiting', tone: 'wait' },
  claimed: { text: 'being looked at', tone: 'info' },
  awaiting_second: { text: 'needs a second person', tone: 'wait' },
  approved: { text: 'approved', tone: 'good' },
  rejected: { text: 'rejected', tone: 'bad' },
  handed_off: { text: 'handed off', tone: 'info' },
  expired: { text: 'expired', tone: 'quiet' },
};

export function reviewStateWords(state: string): Words {
  return REVIEW_STATE[state] ?? { text: state, tone: 'quiet' };
}

const OUTCOME: Readonly<Record<string, Words>> = {
  act: { text: 'acted', tone: 'good' },
  hold: { text: 'held', tone: 'quiet' },
  handoff: { text: 'handed off', tone: 'wait' },
};

export function outcomeWords(outcome: string): Words {
  return OUTCOME[outcome] ?? { text: outcome, tone: 'quiet' };
}

const VERDICT: Readonly<Record<string, string>> = {
  edit: 'edited the words',
  approve: 'approved',
  reject: 'rejected',
  handoff: 'handed off',
  skip: 'skipped',
};

export const verdictWords = (verdict: string): string => VERDICT[verdict] ?? verdict;

const EFFECT: Readonly<Record<string, string>> = {
  suppress: 'never send',
  handoff: 'hand to a person',
  review: 'ask for review',
  limit: 'limit',
};

export const effectWords = (effect: string): string => EFFECT[effect] ?? effect;

const APPROVAL_KIND: Readonly<Record<string, string>> = {
  person: 'signed by a person',
  template: 'automatic, under a signed template',
  threshold: 'automatic, under a certified threshold',
};

export const approvalWords = (kind: string): string => APPROVAL_KIND[kind] ?? kind;

const REASON: Readonly<Record<string, string>> = {
  'wrong-facts': 'A fact is wrong',
  'wrong-person': 'Wrong person',
  'wrong-moment': 'Wrong moment for this person',
  'wrong-offer': 'Wrong offer',
  tone: 'Wrong tone',
  'too-many': 'Too many messages already',
  'not-allowed': 'Law or policy forbids it',
  quality: 'Badly written',
  other: 'Something else',
};

const FALLBACK: Readonly<Record<string, string>> = {
  no_model: 'none is configured',
  prompt_missing: 'its prompt is missing',
  refused: 'it refused',
  truncated: 'its answer was cut off',
  invalid: 'its answers could not be used',
  rate_limited: 'it asked to be left alone for a while',
  quota: 'its quota is used up',
  timeout: 'it did not answer in time',
  unavailable: 'it could not be reached',
  circuit_open: 'it had failed too often and was left alone',
  budget: 'the tokens of the day are spent',
};

/** Why a model gave no draft, to follow "The model gave no draft:". */
export const fallbackWords = (reason: string): string => FALLBACK[reason] ?? codeWords(reason);

/** A reviewer's reason code in words. */
export const reasonWords = (code: string): string => REASON[code] ?? codeWords(code);

const PAUSE_SCOPE: Readonly<Record<string, string>> = {
  everything: 'All sending',
  marketing: 'All marketing',
};

/** What a pause stops, such as "All marketing" or "Channel email". */
export function pauseWords(pause: { readonly scope: string; readonly target: string | null }): string {
  const fixed = PAUSE_SCOPE[pause.scope];
  if (fixed !== undefined) return fixed;
  return `${pause.scope === 'action' ? 'Action' : 'Channel'} ${pause.target ?? '?'}`;
}

const STAGE: Readonly<Record<string, string>> = {
  anonymous: 'anonymous visitor',
  lead: 'lead',
  new_customer: 'new customer',
  active: 'active customer',
  at_risk: 'at risk',
  lapsed: 'lapsed',
};

export const stageWords = (stage: string): string => STAGE[stage] ?? stage;

/** `quiet_hours` or `quiet-hours` as words: "quiet hours". */
export function codeWords(code: string): string {
  return code.replaceAll(/[_-]+/g, ' ');
}

/** A sentence's first letter in upper case. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const CURRENCY_DIGITS = 2;

/** Minor units as an amount: 1299 EUR as "€12.99". */
export function moneyWords(minor: number, currency: string): string {
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency }).format(minor / 10 ** CURRENCY_DIGITS);
  } catch {
    return `${(minor / 10 ** CURRENCY_DIGITS).toFixed(CURRENCY_DIGITS)} ${currency}`; // Not a currency that Intl knows.
  }
}

/** Millionths of a minor unit as an amount, with as many digits as it takes: 72000 EUR as "€0.00072". */
export function costWords(micros: number, currency: string): string {
  const amount = micros / 1_000_000 / 10 ** CURRENCY_DIGITS;
  const digits = { minimumFractionDigits: CURRENCY_DIGITS, maximumFractionDigits: 6 };
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency, ...digits }).format(amount);
  } catch {
    return `${new Intl.NumberFormat('en', digits).format(amount)} ${currency}`; // Not a currency that Intl knows.
  }
}

/** A share of one as a percentage with at most one decimal. */
export function percent(share: number): string {
  const value = share * 100;
  return `${Number.isInteger(value) || value >= 10 ? Math.round(value) : value.toFixed(1)} %`;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS: readonly (readonly [unit: number, short: string, upTo: number])[] = [
  [MINUTE, 'min', HOUR],
  [HOUR, 'h', 2 * DAY],
  [DAY, 'days', 14 * DAY],
];

/** How far away a time is: "just now", "12 min ago", "in 3 h"; beyond two weeks the date. */
export function relativeTime(at: Date, now: Date): string {
  const difference = at.getTime() - now.getTime();
  const size = Math.abs(difference);
  if (size < 45_000) return difference > 5_000 ? 'in a moment' : 'just now';
  for (const [unit, short, upTo] of STEPS) {
    if (size < upTo) {
      const count = Math.max(1, Math.round(size / unit));
      const text = `${count} ${short === 'days' && count === 1 ? 'day' : short}`;
      return difference > 0 ? `in ${text}` : `${text} ago`;
    }
  }
  return shortDate(at, now);
}

const dayMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const dayMonthYear = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});

/** "3 Nov", with the year when it is another one. UTC. */
export function shortDate(at: Date, now: Date): string {
  return (at.getUTCFullYear() === now.getUTCFullYear() ? dayMonth : dayMonthYear).format(at);
}

/** "14:03" in UTC. */
export function clockTime(at: Date): string {
  return at.toISOString().slice(11, 16);
}

/** The members of a record that can be said in a word, without what is empty or nested. */
export function plainMembers(record: Readonly<Record<string, Json>>): [name: string, value: string][] {
  return Object.entries(record).flatMap(([name, value]): [string, string][] =>
    value === null || typeof value === 'object' ? [] : [[name, String(value)]],
  );
}

const WORDS_OF_A_FACT = 5;

/** The members of a fact that a reader wants first. */
export function factWords(fact: Fact): string {
  const { price, currency } = fact.data;
  const priced =
    typeof price === 'number' && typeof currency === 'string' ? moneyWords(price, currency) : null;
  return plainMembers(fact.data)
    .filter(([name]) => name !== 'currency')
    .slice(0, WORDS_OF_A_FACT)
    .map(([name, value]) => `${codeWords(name)}: ${name === 'price' && priced !== null ? priced : value}`)
    .join(', ');
}

/** Where a consent came from: write keys are ids that nobody reads. */
export function sourceWords(source: string): string {
  return source.startsWith('signal:') ? 'said in a signal' : codeWords(source);
}
