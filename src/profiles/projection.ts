import { canonicalJson, type Json } from '../shared/canonical-json.js';
import { countryCode, isZone, zonesOfCountry, zonesOfPhone } from '../shared/zones.js';
import { IMPORT_SOURCE, OUTCOME_EVENTS, OWN_SOURCE, type Signal } from '../signals/signal.js';
import { emailAddress, phoneNumber } from './addresses.js';
import { consentsIn, mergeConsents, revocationsIn, withConsent } from './consent.js';
import { type DeclaredEvents, mergeHistories, withOccurrence } from './history.js';
import { type Profile } from './profile.js';
import { mergePurchases, withPurchase } from './purchases.js';
import { stageAt } from './stage.js';

const MOST_TRAITS = 500;
/** Characters that the traits of one person may take together as JSON. */
const TRAITS_LIMIT = 64 * 1024;
const MOST_IDS = 100;
const NOTHING_DECLARED: DeclaredEvents = new Set();
/** Texts that were looked at as a locale before: asking the engine costs as much as the rest of a signal's context. */
const knownLocales = new Map<string, string | null>();
const MOST_LOCALES = 1_000;

/** A value and when it was said. */
interface Said {
  readonly value: string;
  readonly at: string;
}

/** The profile and what the projection has to remember to be right about late signals. Stored sealed. */
export interface ProfileState {
  readonly profile: Profile;
  /** When each trait was last set, or unset. ISO 8601. */
  readonly traitTimes: Readonly<Record<string, string>>;
  /** From the context of signals: weaker than traits. */
  readonly context: {
    readonly zone: Said | null;
    readonly country: Said | null;
    readonly locale: Said | null;
  };
  /** Addresses that too many profiles claim: the trait stays, but nothing is sent there from this profile. */
  readonly withheld: { readonly email: string | null; readonly phone: string | null };
  /** Nothing came from the person so far: what is known stood in a file. Nobody waits for their silence. Not there once they were heard. */
  readonly unheard?: true;
}

/** A person of whom nothing is known yet. @param at ISO 8601: when they were first heard of. */
export function newState(id: string, at: string): ProfileState {
  return {
    profile: {
      id,
      userId: null,
      anonymousIds: [],
      traits: {},
      consents: [],
      addresses: { email: null, phone: null },
      country: null,
      locale: null,
      zones: [],
      zoneSource: 'none',
      stage: 'anonymous',
      events: {},
      firstSeenAt: at,
      lastSeenAt: at,
      groups: [],
    },
    traitTimes: {},
    context: { zone: null, country: null, locale: null },
    withheld: { email: null, phone: null },
    unheard: true,
  };
}

/** What came from the person, and not from what happened to a message on its way or from a file. */
function isActivity(signal: Signal): boolean {
  if (signal.source === IMPORT_SOURCE) return false;
  if (signal.source !== OWN_SOURCE) return true;
  return (
    signal.event === OUTCOME_EVENTS.clicked ||
    signal.event === OUTCOME_EVENTS.unsubscribed ||
    signal.event === OUTCOME_EVENTS.complained ||
    signal.event === OUTCOME_EVENTS.converted
  );
}

/** Under which name a signal is counted: the event, `Page Viewed` and `Screen Viewed`; null for what is not counted. */
export function countedAs(signal: Signal): string | null {
  switch (signal.type) {
    case 'track':
      return signal.event;
    case 'page':
      return 'Page Viewed';
    case 'screen':
      return 'Screen Viewed';
    case 'identify':
    case 'group':
    case 'alias':
      return null;
  }
}

/**
 * The profile after one more signal. Counters take every signal at its own time; a trait, consent or context of an earlier time than what is held
 * changes nothing, so a late signal never overwrites a newer one. Pure, and applied signal by signal: how a stream is cut into batches makes no
 * difference.
 * @param user the userId this profile has from now on; null to leave it.
 * @param declared events that are remembered before all others.
 */
export function project(
  state: ProfileState,
  signal: Signal,
  user: string | null,
  declared: DeclaredEvents = NOTHING_DECLARED,
): ProfileState {
  const { profile } = state;
  const at = signal.occurredAt;
  const activity = isActivity(signal);
  const event = countedAs(signal);
  const saidTraits = traitsIn(signal);
  const { traits, traitTimes } = withTraits(profile.traits, state.traitTimes, saidTraits, at);
  const context = withContext(state.context, signal);
  const withUser = user !== null && profile.userId !== user;
  const { unheard, ...held } = state;
  const changed: ProfileState = {
    ...held,
    ...unheardAs(activity ? undefined : unheard),
    profile: {
      ...profile,
      userId: user ?? profile.userId,
      anonymousIds: withId(profile.anonymousIds, signal.anonymousId),
      traits,
      consents: [...consentsIn(signal), ...revocationsIn(signal, profile.consents)].reduce(
        withConsent,
        profile.consents,
      ),
      events: event === null ? profile.events : withOccurrence(profile.events, event, at, declared),
      ...boughtAs(withPurchase(profile.bought, signal)),
      firstSeenAt: at < profile.firstSeenAt ? at : profile.firstSeenAt,
      lastSeenAt: activity && at > profile.lastSeenAt ? at : profile.lastSeenAt,
      groups: withId(profile.groups, groupIn(signal)),
    },
    traitTimes,
    context,
  };
  return traits === profile.traits && context === state.context && !withUser && event === null
    ? changed
    : derived(changed);
}

/**
 * Two profiles that turn out to be one person, under the identity of `into`: history added up, the newer value of each trait, the stricter
 * consent.
 */
export function mergeStates(
  into: ProfileState,
  from: ProfileState,
  declared: DeclaredEvents = NOTHING_DECLARED,
): ProfileState {
  const [a, b] = [into.profile, from.profile];
  const { traits, traitTimes } = mergeTraits(into, from);
  return derived({
    profile: {
      ...a,
      userId: a.userId ?? b.userId,
      anonymousIds: b.anonymousIds.reduce<readonly string[]>(withId, a.anonymousIds),
      traits,
      consents: mergeConsents(a.consents, b.consents),
      events: mergeHistories(a.events, b.events, declared),
      ...boughtAs(mergePurchases(a.bought, b.bought)),
      firstSeenAt: a.firstSeenAt < b.firstSeenAt ? a.firstSeenAt : b.firstSeenAt,
      lastSeenAt: a.lastSeenAt > b.lastSeenAt ? a.lastSeenAt : b.lastSeenAt,
      groups: b.groups.reduce<readonly string[]>(withId, a.groups),
    },
    traitTimes,
    context: {
      zone: newer(into.context.zone, from.context.zone),
      country: newer(into.context.country, from.context.country),
      locale: newer(into.context.locale, from.context.locale),
    },
    withheld: {
      email: into.withheld.email ?? from.withheld.email,
      phone: into.withheld.phone ?? from.withheld.phone,
    },
    ...unheardAs(into.unheard && from.unheard),
  });
}

function unheardAs(unheard: ProfileState['unheard']): Pick<ProfileState, 'unheard'> {
  return unheard === undefined ? {} : { unheard };
}

/** A member that is not there stays away: what was stored before keeps its bytes. */
function boughtAs(bought: Profile['bought']): Pick<Profile, 'bought'> {
  return bought === undefined ? {} : { bought };
}

/** The same profile with other addresses withheld. */
export function withWithheld(state: ProfileState, withheld: ProfileState['withheld']): ProfileState {
  return derived({ ...state, withheld });
}

/** The addresses the traits name, used or not. */
export function claimedAddresses(state: ProfileState): Profile['addresses'] {
  const { traits } = state.profile;
  return {
    email: emailAddress(traits['email']),
    phone: phoneNumber(traits['phone'] ?? traits['phone_number'], countryOf(state)),
  };
}

type Traits = Readonly<Record<string, Json>>;

function traitsIn(signal: Signal): Traits {
  if (signal.source === OWN_SOURCE) return {};
  const inContext = signal.context['traits'];
  const more = isObject(inContext) ? inContext : {};
  return signal.type === 'identify' ? { ...more, ...signal.traits } : more;
}

function withTraits(
  traits: Traits,
  times: ProfileState['traitTimes'],
  said: Traits,
  at: string,
): { traits: Traits; traitTimes: ProfileState['traitTimes'] } {
  const names = Object.keys(said).filter((name) => !Object.hasOwn(times, name) || at >= (times[name] ?? ''));
  if (names.length === 0) return { traits, traitTimes: times };
  const held = new Map(Object.entries(traits));
  const heldTimes = new Map(Object.entries(times));
  for (const name of names) {
    if (!heldTimes.has(name) && heldTimes.size >= MOST_TRAITS) continue;
    heldTimes.set(name, at);
    const value = said[name];
    // Null unsets a trait, as in the tools of this field.
    if (value === null || value === undefined) held.delete(name);
    else held.set(name, value);
  }
  const next = Object.fromEntries(held);
  if (JSON.stringify(next).length > TRAITS_LIMIT) return { traits, traitTimes: times };
  return { traits: next, traitTimes: Object.fromEntries(heldTimes) };
}

function mergeTraits(
  a: ProfileState,
  b: ProfileState,
): { traits: Traits; traitTimes: ProfileState['traitTimes'] } {
  const traits = new Map<string, Json>();
  const traitTimes = new Map<string, string>();
  for (const name of new Set([...Object.keys(a.traitTimes), ...Object.keys(b.traitTimes)])) {
    const from = takesFrom(a, b, name);
    traitTimes.set(name, from.traitTimes[name] ?? '');
    const value = from.profile.traits[name];
    if (value !== undefined) traits.set(name, value);
  }
  return { traits: Object.fromEntries(traits), traitTimes: Object.fromEntries(traitTimes) };
}

/** Of two states the one whose trait is newer; at the same moment the one whose value sorts later, so that the order of merging is no matter. */
function takesFrom(a: ProfileState, b: ProfileState, name: string): ProfileState {
  const [atA, atB] = [a.traitTimes[name] ?? '', b.traitTimes[name] ?? ''];
  if (atA !== atB) return atA > atB ? a : b;
  return canonicalJson(a.profile.traits[name] ?? null) >= canonicalJson(b.profile.traits[name] ?? null)
    ? a
    : b;
}

function withContext(held: ProfileState['context'], signal: Signal): ProfileState['context'] {
  const { context, occurredAt } = signal;
  const location = isObject(context['location']) ? context['location'] : {};
  const zone = newer(held.zone, said(context['timezone'], occurredAt, isZone));
  const country = newer(
    held.country,
    said(location['country'], occurredAt, (text) => countryCode(text) !== null),
  );
  const locale = newer(
    held.locale,
    said(context['locale'], occurredAt, (text) => localeOf(text) !== null),
  );
  return zone === held.zone && country === held.country && locale === held.locale
    ? held
    : { zone, country, locale };
}

function said(value: Json | undefined, at: string, fits: (text: string) => boolean): Said | null {
  return typeof value === 'string' && value.length <= 100 && fits(value) ? { value, at } : null;
}

function newer(a: Said | null, b: Said | null): Said | null {
  if (a === null || b === null) return a ?? b;
  if (a.at !== b.at) return a.at > b.at ? a : b;
  return a.value >= b.value ? a : b;
}

function groupIn(signal: Signal): string | null {
  if (signal.groupId !== null) return signal.groupId;
  const inContext = signal.context['groupId'];
  return typeof inContext === 'string' && inContext !== '' ? inContext : null;
}

function withId(ids: readonly string[], id: string | null): readonly string[] {
  if (id === null || ids.includes(id)) return ids;
  return [...ids, id].sort().slice(-MOST_IDS);
}

/** Everything in a profile that follows from the rest. */
function derived(state: ProfileState): ProfileState {
  const { profile, withheld } = state;
  const claimed = claimedAddresses(state);
  const country = countryOf(state);
  const localeTrait = profile.traits['locale'] ?? profile.traits['language'];
  const addresses = {
    email: claimed.email === withheld.email ? null : claimed.email,
    phone: claimed.phone === withheld.phone ? null : claimed.phone,
  };
  const next = {
    ...profile,
    addresses,
    country,
    locale: localeOf(localeTrait) ?? localeOf(state.context.locale?.value),
    ...zonesOf(state, claimed.phone, country),
  };
  return { ...state, profile: { ...next, stage: stageAt(next, next.lastSeenAt) } };
}

function countryOf(state: ProfileState): string | null {
  const { traits } = state.profile;
  const address = isObject(traits['address']) ? traits['address']['country'] : undefined;
  for (const value of [traits['country'], traits['country_code'], address, state.context.country?.value]) {
    const code = typeof value === 'string' ? countryCode(value) : null;
    if (code !== null) return code;
  }
  return null;
}

function zonesOf(
  state: ProfileState,
  phone: string | null,
  country: string | null,
): Pick<Profile, 'zones' | 'zoneSource'> {
  const { traits } = state.profile;
  const stated = [traits['timezone'], traits['time_zone'], traits['timeZone'], state.context.zone?.value];
  const zone = stated.find((value) => typeof value === 'string' && isZone(value));
  if (typeof zone === 'string') return { zones: [zone], zoneSource: 'trait' };
  const byPhone = phone === null ? [] : zonesOfPhone(phone);
  const byCountry = country === null ? [] : zonesOfCountry(country);
  // A number that names one zone is better than a country; one that leaves it open is not.
  if (byPhone.length === 1 || (byPhone.length > 0 && byCountry.length === 0))
    return { zones: byPhone, zoneSource: 'phone' };
  if (byCountry.length > 0) return { zones: byCountry, zoneSource: 'country' };
  return { zones: [], zoneSource: 'none' };
}

function localeOf(value: Json | undefined): string | null {
  if (typeof value !== 'string' || value.length > 35) return null;
  let locale = knownLocales.get(value);
  if (locale === undefined) {
    locale = canonicalLocale(value);
    if (knownLocales.size < MOST_LOCALES) knownLocales.set(value, locale);
  }
  return locale;
}

function canonicalLocale(text: string): string | null {
  try {
    return Intl.getCanonicalLocales(text.trim().replaceAll('_', '-'))[0] ?? null;
  } catch {
    return null;
  }
}

function isObject(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
