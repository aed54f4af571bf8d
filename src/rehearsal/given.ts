import { slotOf } from '../decisions/best-hours.js';
import { isHeldOut } from '../decisions/checks.js';
import { hourChannels } from '../decisions/needs.js';
import { type HourCount, type HourCounts, type PastMessage, type Situation } from '../decisions/situation.js';
import { actionsUp } from '../decisions/candidates.js';
import { type Bundle } from '../policies/bundle.js';
import { type Given, type PlaybookTest } from '../policies/playbook-test.js';
import { EVERY_TOPIC, withConsent } from '../profiles/consent.js';
import { type Consent, type Profile } from '../profiles/profile.js';
import { newState, project, type ProfileState } from '../profiles/projection.js';
import { type Json } from '../shared/canonical-json.js';
import { addressSpace } from '../shared/identity.js';
import { parseMoment } from '../shared/moment.js';
import { type Signal } from '../signals/signal.js';

const USER = 'ada';
const DEFAULT_PERSON: Readonly<Record<string, Json>> = { email: 'ada@example.com' };
/** Enough to find somebody in, or out of, every holdout that is up: each id is another draw. */
const MOST_PEOPLE = 10_000;

/** Of who wants the situation and no verdict on what comes of it. */
export const NO_EXPECTATION: PlaybookTest['expect'] = {
  matches: [],
  matchesNot: [],
  reasons: [],
  candidates: {},
  requiredText: [],
  forbiddenText: [],
};

/** The situation that a test describes. What it does not name is the ordinary: an address, every consent, nothing in the past. */
export function situationOf(bundle: Bundle, test: PlaybookTest): Situation {
  const { given } = test;
  const now = momentOf(given.now, null);
  const at = (moment: string): string => new Date(momentOf(moment, now)).toISOString();
  const situation: Situation = {
    now: new Date(now).toISOString(),
    trigger: test.trigger === undefined ? null : { id: test.trigger, firingId: 'test', evidence: {} },
    signal:
      given.signal === undefined
        ? null
        : {
            type: 'track',
            event: given.signal.event,
            properties: given.signal.properties,
            messageId: 'test',
            at: at(given.signal.at),
          },
    context: given.context,
    profile: profileOf(bundle, given, at),
    suppressions: Object.entries(given.suppressed).map(([channel, reason]) => ({
      channel: addressSpace(bundle.channels.get(channel) ?? { id: channel, kind: channel }),
      reason,
      at: at(given.firstSeen),
    })),
    history: historyOf(bundle, given, at),
    openTasks: given.tasks.map((code, i) => ({
      id: `tsk_${i}`,
      code,
      reason: `The test has a task ${code}.`,
    })),
    facts: given.facts.map(({ validFrom, validUntil, ...fact }) => ({
      ...fact,
      version: 1,
      validFrom: validFrom === undefined ? null : at(validFrom),
      validUntil: validUntil === undefined ? null : at(validUntil),
      source: 'test',
    })),
    advice: null,
    actions: test.actions ?? triggered(bundle, test.trigger),
  };
  const answerHours = answersOf(given, hourChannels(bundle, situation));
  return {
    ...situation,
    ...(answerHours === null ? {} : { answerHours }),
    profile: { ...situation.profile, id: personFor(bundle, situation, given.heldOut) },
  };
}

/** What was counted, on the channels that it is gathered for. */
function answersOf({ answers }: Given, channels: readonly string[]): Record<string, HourCounts> | null {
  const counted = channels.flatMap((channel): [string, HourCounts][] => {
    const own = answers.filter((each) => each.channel === channel);
    if (own.length === 0) return [];
    const countsOf = (whose: (typeof own)[number]['of']): HourCount[] => {
      const slots = new Map<number, HourCount>();
      for (const { days, hour, sent, answered } of own.filter((each) => each.of === whose)) {
        const slot = slotOf(hour, days === 'weekends');
        const [, left, got] = slots.get(slot) ?? [slot, 0, 0];
        slots.set(slot, [slot, left + sent, got + answered]);
      }
      return [...slots.values()].toSorted(([a], [b]) => a - b);
    };
    return [[channel, { everyone: countsOf('everyone'), segment: countsOf('segment'), own: countsOf('person') }]]; // prettier-ignore
  });
  return counted.length === 0 ? null : Object.fromEntries(counted);
}

/** What the schema let pass is a moment. */
function momentOf(text: string, now: number | null): number {
  return parseMoment(text, now) ?? Number.NaN;
}

function triggered(bundle: Bundle, trigger: string | undefined): readonly string[] | null {
  return trigger === undefined ? null : (bundle.triggers.get(trigger)?.spec.actions ?? []);
}

/** The profile as the same signals would have made it. */
function profileOf(bundle: Bundle, given: Given, at: (moment: string) => string): Profile {
  const firstSeen = at(given.firstSeen);
  const occurrences: { event: string; properties: Given['context']; at: string }[] = Object.entries(
    given.events,
  ).flatMap(([event, moments]) =>
    [moments].flat().map((moment) => ({ event, properties: {}, at: at(moment) })),
  );
  for (const [product, moment] of Object.entries(given.bought))
    occurrences.push({ event: 'Order Completed', properties: { product_id: product }, at: at(moment) });
  const { signal } = given;
  if (signal !== undefined)
    occurrences.push({ event: signal.event, properties: signal.properties, at: at(signal.at) });
  const events = occurrences
    .toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    .map((each) => signalAt(each.at, { type: 'track', event: each.event, properties: each.properties }));
  const traits = { ...DEFAULT_PERSON, ...given.person };
  const begun = project(
    newState('prf_test', firstSeen),
    signalAt(firstSeen, { type: 'identify', traits }),
    USER,
  );
  const { profile } = events.reduce<ProfileState>((state, each) => project(state, each, null), begun);
  return { ...profile, consents: consentsOf(bundle, given, profile.consents, firstSeen) };
}

function signalAt(at: string, said: Pick<Signal, 'type'> & Partial<Signal>): Signal {
  return {
    id: 'sig_test',
    source: 'test',
    messageId: 'test',
    event: null,
    userId: USER,
    anonymousId: null,
    previousId: null,
    groupId: null,
    traits: {},
    properties: {},
    context: {},
    occurredAt: at,
    receivedAt: at,
    ...said,
  };
}

/** Everything was agreed to, then what the signals said, then what the test says. */
function consentsOf(
  bundle: Bundle,
  given: Given,
  signalled: readonly Consent[],
  firstSeen: string,
): readonly Consent[] {
  const said = (channel: string, topic: string, state: Consent['state']): Consent => ({
    channel,
    topic,
    state,
    source: 'test',
    at: firstSeen,
  });
  const stated = Object.entries(given.consents).map(([key, state]) => {
    const [channel = '', topic = EVERY_TOPIC] = key.split('/');
    return said(channel, topic, state);
  });
  const isStated = (consent: Consent): boolean =>
    stated.some(({ channel, topic }) => channel === consent.channel && topic === consent.topic);
  const ordinary = [...bundle.channels.keys()].map((channel) => said(channel, EVERY_TOPIC, 'granted'));
  const before = [...ordinary.filter((each) => !isStated(each)), ...stated];
  return signalled.reduce(withConsent, before.reduce(withConsent, []));
}

function historyOf(bundle: Bundle, given: Given, at: (moment: string) => string): PastMessage[] {
  return given.messages
    .map(({ action, channel, at: moment, open }, i) => {
      const spec = bundle.actions.get(action)?.spec;
      return {
        messageId: `msg_${i}`,
        action,
        channel,
        class: spec?.class ?? ('marketing' as const),
        tags: spec?.tags ?? [],
        topic: spec?.topic ?? 'general',
        offer: null,
        open,
        at: at(moment),
      };
    })
    .toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/** The id of somebody who is held out from these actions and from no other that is up: holdouts go by the hash of the id. */
function personFor(bundle: Bundle, situation: Situation, heldOut: readonly string[]): string {
  const up = actionsUp(bundle, situation).flatMap((id) => bundle.actions.get(id)?.spec ?? []);
  for (let i = 0; i < MOST_PEOPLE; i++) {
    const id = `prf_test${i}`;
    if (up.every((action) => isHeldOut(id, action) === heldOut.includes(action.id))) return id;
  }
  return 'prf_test';
}
