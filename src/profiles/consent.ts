import { type Json } from '../shared/canonical-json.js';
import { addressSpace } from '../shared/identity.js';
import { IMPORT_SOURCE, OWN_SOURCE, type Signal } from '../signals/signal.js';
import { type Consent, type ConsentState, type Profile } from './profile.js';
import { revocationIn } from './revocation.js';

/** Every topic of a channel. */
export const EVERY_TOPIC = '*';

const STRICTNESS: Readonly<Record<ConsentState, number>> = { granted: 0, unknown: 1, denied: 2 };
const WORDS: Readonly<Record<string, ConsentState>> = {
  granted: 'granted',
  given: 'granted',
  true: 'granted',
  yes: 'granted',
  subscribed: 'granted',
  opted_in: 'granted',
  denied: 'denied',
  withdrawn: 'denied',
  false: 'denied',
  no: 'denied',
  unsubscribed: 'denied',
  opted_out: 'denied',
  unknown: 'unknown',
};
const EVENTS: Readonly<Record<string, ConsentState | 'stated'>> = {
  'Consent Given': 'granted',
  'Consent Granted': 'granted',
  Subscribed: 'granted',
  'Consent Withdrawn': 'denied',
  'Consent Denied': 'denied',
  Unsubscribed: 'denied',
  'Message Complained': 'denied',
  'Consent Updated': 'stated',
};
const NAME = /^[\w.\- ]{1,64}$/;
const MOST_STATEMENTS = 200;

/**
 * Consent for one topic on a channel, out of what was said about the topic and about every topic. A denial of the topic stands until the topic
 * itself is granted again; a grant of the topic falls when every topic is denied later. Nothing said is unknown.
 */
export function consentFor(consents: readonly Consent[], channel: string, topic: string): ConsentState {
  return effective(consents, channel, topic)?.state ?? 'unknown';
}

function effective(consents: readonly Consent[], channel: string, topic: string): Consent | undefined {
  const general = consents.find((each) => each.channel === channel && each.topic === EVERY_TOPIC);
  if (topic === EVERY_TOPIC) return general;
  const exact = consents.find((each) => each.channel === channel && each.topic === topic);
  if (exact === undefined || general === undefined) return exact ?? general;
  return general.state === 'denied' && exact.state !== 'denied' && general.at >= exact.at ? general : exact;
}

/** Takes in what was said: the newest statement per channel and topic stands, the stricter one of two at the same moment. */
export function withConsent(consents: readonly Consent[], said: Consent): readonly Consent[] {
  const held = consents.find((each) => each.channel === said.channel && each.topic === said.topic);
  if (held === undefined) {
    // The bound refuses grants; a denial always enters.
    if (said.state === 'granted' && consents.length >= MOST_STATEMENTS) return consents;
    return sorted(bounded([...consents, said]));
  }
  const newer = said.at > held.at || (said.at === held.at && stricter(said, held) === said);
  return newer ? sorted([...consents.filter((each) => each !== held), said]) : consents;
}

/**
 * Consents of two profiles that turn out to be one person: where both say something about a topic the stricter stands (denied before
 * unknown before granted), whichever was said later.
 */
export function mergeConsents(a: readonly Consent[], b: readonly Consent[]): readonly Consent[] {
  const merged = new Map<string, Consent>();
  for (const { channel, topic } of [...a, ...b]) {
    const said = [effective(a, channel, topic), effective(b, channel, topic)].filter(
      (each) => each !== undefined,
    );
    const strictest = said.reduce((one, other) => stricter(one, other));
    merged.set(`${channel} ${topic}`, { ...strictest, topic });
  }
  return sorted(bounded([...merged.values()]));
}

/**
 * Anybody may make up topics. Beyond the bound the oldest grant goes, then the oldest statement that something is unknown (which with no grant
 * left says nothing); when only denials are left, those of the channel with the most become one denial of its every topic. None of it ever
 * allows what was denied.
 */
function bounded(consents: readonly Consent[]): readonly Consent[] {
  if (consents.length <= MOST_STATEMENTS) return consents;
  const oldest = oldestOf(consents, 'granted') ?? oldestOf(consents, 'unknown');
  if (oldest !== undefined) return bounded(consents.filter((each) => each !== oldest));
  const channels = new Map<string, Consent[]>();
  for (const each of consents) channels.set(each.channel, [...(channels.get(each.channel) ?? []), each]);
  const fullest = [...channels.values()].reduce((one, other) => (other.length > one.length ? other : one));
  // As many channels as statements: there is nothing to join.
  if (fullest.length < 2) return consents;
  const newest = fullest.reduce(stricter);
  return [...consents.filter((each) => !fullest.includes(each)), { ...newest, topic: EVERY_TOPIC }];
}

function oldestOf(consents: readonly Consent[], state: ConsentState): Consent | undefined {
  const all = consents.filter((each) => each.state === state);
  return all.length === 0 ? undefined : all.reduce((one, other) => (other.at < one.at ? other : one));
}

function stricter(a: Consent, b: Consent): Consent {
  if (STRICTNESS[a.state] !== STRICTNESS[b.state]) return STRICTNESS[a.state] > STRICTNESS[b.state] ? a : b;
  if (a.at !== b.at) return a.at > b.at ? a : b;
  return a.source >= b.source ? a : b;
}

function sorted(consents: readonly Consent[]): readonly Consent[] {
  return [...consents].sort((a, b) =>
    a.channel === b.channel ? compare(a.topic, b.topic) : compare(a.channel, b.channel),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Channels on which a signal revokes consent: the one it came by, or all that anything was said of, e-mail among them in any case. */
function revokedBy(signal: Signal, consents: readonly Consent[]): readonly string[] {
  const revoked = revocationIn(signal);
  if (revoked === null) return [];
  if (revoked !== 'everything') return NAME.test(revoked.channel) ? [revoked.channel] : [];
  return [...new Set(['email', ...consents.map(({ channel }) => channel)])].sort();
}

/** Events with which somebody takes back what was agreed. Others that deny (`Consent Denied`, `Consent Updated`, traits) tell of a setting, which may change again. */
const WITHDRAWALS: Readonly<Record<string, Withdrawal['reason']>> = {
  'Consent Withdrawn': 'unsubscribe',
  Unsubscribed: 'unsubscribe',
  'Message Complained': 'complaint',
};
/** Beside a mailbox, everything an address can be suppressed for: see `ProfilesService.addressHashesOf`. */
export const PHONE_SPACES: readonly string[] = ['phone', 'sms', 'whatsapp'];

/** The address that a channel writes to and that others may share; null where it writes to none, or none is known. */
export function addressOn(
  channel: Parameters<typeof addressSpace>[0],
  { email, phone }: Profile['addresses'],
): string | null {
  const space = addressSpace(channel);
  return space === 'email' ? email : PHONE_SPACES.includes(space) ? phone : null;
}

/** Somebody wants nothing more on a channel, whatever it is about: their address there is suppressed, until they agree again where that can be. */
export interface Withdrawal {
  readonly channel: string;
  readonly reason: 'unsubscribe' | 'complaint';
}

/**
 * What a signal withdraws beyond consent itself, by event or in so many words. What says no to one topic is a matter of consent alone.
 * @param consents what was said before: words that mean everything mean each channel of these, a mailbox and a telephone.
 */
export function withdrawalsIn(signal: Signal, consents: readonly Consent[]): readonly Withdrawal[] {
  const event = signal.type === 'track' ? (signal.event ?? '') : '';
  if (Object.hasOwn(WITHDRAWALS, event)) {
    const { channel = 'email', topic = EVERY_TOPIC } = signal.properties;
    const isAll = typeof topic !== 'string' || topic === EVERY_TOPIC;
    const named = typeof channel === 'string' ? channel : 'email';
    const reason = WITHDRAWALS[event];
    return isAll && reason !== undefined && NAME.test(named) ? [{ channel: named, reason }] : [];
  }
  const revoked = revokedBy(signal, consents);
  const all = revocationIn(signal) === 'everything' ? [...revoked, ...PHONE_SPACES] : revoked;
  return [...new Set(all)].map((channel) => ({ channel, reason: 'unsubscribe' }));
}

/** What a signal revokes in so many words, as statements about consent. */
export function revocationsIn(signal: Signal, consents: readonly Consent[]): readonly Consent[] {
  return revokedBy(signal, consents).map((channel) => ({
    channel,
    topic: EVERY_TOPIC,
    state: 'denied',
    source: `words:${signal.source}`,
    at: signal.occurredAt,
  }));
}

/**
 * What a signal says about consent. Understood are
 * - events `Consent Given` / `Consent Granted` / `Subscribed`, `Consent Withdrawn` / `Consent Denied` / `Unsubscribed`, and `Consent Updated`
 *   with `state`; all with properties `channel` (default `email`) and `topic` (default every topic);
 * - traits `<channel>_consent` (`email_consent: true`) and `marketing_consent`, which means e-mail;
 * - `consent` in the traits or the context: `{ email: true }`, `{ email: "granted" }`, `{ email: { newsletter: "denied" } }`.
 *
 * Truth values and the words granted, denied, unknown, given, withdrawn, subscribed, unsubscribed, yes, no, opted_in and opted_out are states;
 * anything else says nothing.
 */
export function consentsIn(signal: Signal): readonly Consent[] {
  const said: Consent[] = [];
  const add = (channel: string, topic: string, state: ConsentState): void => {
    if (!NAME.test(channel) || (topic !== EVERY_TOPIC && !NAME.test(topic))) return;
    said.push({ channel, topic, state, source: `signal:${signal.source}`, at: signal.occurredAt });
  };
  if (signal.type === 'track') fromEvent(signal, add);
  if (signal.type !== 'group') fromTraits(signal.traits, add);
  fromConsent(signal.context['consent'], add);
  const contextTraits = signal.context['traits'];
  if (isObject(contextTraits)) fromTraits(contextTraits, add);
  return said;
}

/**
 * Channels on which a signal agrees to every topic, so plainly that it takes an earlier withdrawal back: an event that says so, or a trait of an
 * `identify` that said otherwise or nothing before. A trait that only says once more what it said before the withdrawal was not said anew, and what
 * every signal carries in its context, or a file, is nobody's word at all.
 * @param traits as they were before the signal.
 */
export function grantsIn(signal: Signal, traits: Readonly<Record<string, Json>>): readonly string[] {
  if (signal.source === OWN_SOURCE || signal.source === IMPORT_SOURCE) return [];
  const [granted, held] = [new Set<string>(), new Set<string>()];
  const into =
    (channels: Set<string>): Add =>
    (channel, topic, state) => {
      if (state === 'granted' && topic === EVERY_TOPIC && NAME.test(channel)) channels.add(channel);
    };
  if (signal.type === 'track') fromEvent(signal, into(granted));
  if (signal.type === 'identify') {
    fromTraits(signal.traits, into(granted));
    fromTraits(traits, into(held));
  }
  return [...granted].filter((channel) => !held.has(channel));
}

type Add = (channel: string, topic: string, state: ConsentState) => void;

function fromEvent(signal: Signal, add: Add): void {
  const event = signal.event ?? '';
  if (!Object.hasOwn(EVENTS, event)) return;
  const meant = EVENTS[event];
  const state = meant === 'stated' ? stateOf(signal.properties['state']) : meant;
  const { channel, topic } = signal.properties;
  if (state != null) {
    add(
      typeof channel === 'string' ? channel : 'email',
      typeof topic === 'string' ? topic : EVERY_TOPIC,
      state,
    );
  }
}

function fromTraits(traits: Readonly<Record<string, Json>>, add: Add): void {
  for (const [name, value] of Object.entries(traits)) {
    const channel = /^([a-z]+)_consent$/.exec(name)?.[1];
    const state = channel === undefined ? null : stateOf(value);
    if (channel !== undefined && state !== null)
      add(channel === 'marketing' ? 'email' : channel, EVERY_TOPIC, state);
  }
  fromConsent(traits['consent'], add);
}

function fromConsent(consent: Json | undefined, add: Add): void {
  if (!isObject(consent)) return;
  for (const [channel, value] of Object.entries(consent)) {
    const state = stateOf(value);
    if (state !== null) add(channel, EVERY_TOPIC, state);
    else if (isObject(value)) {
      for (const [topic, stated] of Object.entries(value)) {
        const topicState = stateOf(stated);
        if (topicState !== null) add(channel, topic, topicState);
      }
    }
  }
}

function stateOf(value: Json | undefined): ConsentState | null {
  if (typeof value !== 'string' && typeof value !== 'boolean') return null;
  const word = String(value).toLowerCase();
  return Object.hasOwn(WORDS, word) ? (WORDS[word] ?? null) : null;
}

function isObject(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
