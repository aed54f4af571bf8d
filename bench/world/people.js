import { newState, project } from '../../dist/profiles/projection.js';

const DAY_MS = 86_400_000;
const PERSONAS = 64;
const HOMES = [
  ['US', 'America/New_York', 'en-US'],
  ['US', 'America/Chicago', 'en-US'],
  ['US', 'America/Los_Angeles', 'en-US'],
  ['DE', 'Europe/Berlin', 'de-DE'],
  ['GB', 'Europe/London', 'en-GB'],
  ['FR', 'Europe/Paris', 'fr-FR'],
];
/** Stands for whoever a persona becomes. */
const ANYBODY = 'bench-99999999';

/** The userId of the n-th person: of one length, so that the load generator can write it in place. */
export const userIdOf = (n) => `bench-${String(n).padStart(8, '0')}`;

/** Numbers in [0, 1) that are the same in each run. */
export function random(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** How often and how lately a customer of a shop does what, within `days`. [event, least, most] */
const HABITS = [
  ['Product Viewed', 4, 40],
  ['Products Searched', 0, 12],
  ['Product Added', 0, 8],
  ['Cart Viewed', 0, 8],
  ['Checkout Started', 0, 3],
  ['Order Completed', 0, 4],
];

function signal(fields, at) {
  return {
    id: 'sig_persona',
    source: 'bench',
    messageId: 'persona',
    type: 'track',
    event: null,
    anonymousId: null,
    previousId: null,
    groupId: null,
    traits: {},
    properties: {},
    context: {},
    occurredAt: at,
    receivedAt: at,
    ...fields,
  };
}

/** A customer's last 90 days as the projection sees them: exactly what applying their signals one after another leaves. */
function persona(n, now) {
  const dice = random(n + 1);
  const between = (least, most) => Math.floor(least + dice() * (most - least + 1));
  const [country, timezone, locale] = HOMES[n % HOMES.length];
  const at = (daysAgo) => new Date(now - daysAgo * DAY_MS).toISOString();
  const since = 20 + dice() * 160;
  const said = signal(
    {
      type: 'identify',
      userId: ANYBODY,
      traits: {
        email: `${ANYBODY}@example.com`,
        first_name: 'Ada',
        country,
        timezone,
        locale,
        // One in eight never said whether they want mail.
        ...(n % 8 === 7 ? {} : { email_consent: true }),
      },
    },
    at(since),
  );
  const done = HABITS.flatMap(([event, least, most]) =>
    Array.from({ length: between(least, most) }, () => ({ event, daysAgo: 3 + dice() * (since - 3) })),
  ).sort((a, b) => b.daysAgo - a.daysAgo);
  let state = project(newState('prf_persona', said.occurredAt), said, ANYBODY);
  for (const { event, daysAgo } of done)
    state = project(
      state,
      signal({ event, userId: ANYBODY, properties: { product_id: 'cup-tide' } }, at(daysAgo)),
      null,
    );
  return { text: JSON.stringify(state), profile: state.profile };
}

/** Customers with a past, as many different ones as `PERSONAS`; person n has that of persona n modulo their number. @param now epoch ms */
export function population(now) {
  const personas = Array.from({ length: PERSONAS }, (_, n) => persona(n, now));
  return (n, profileId) => {
    const { text, profile } = personas[n % PERSONAS];
    const userId = userIdOf(n);
    return {
      userId,
      email: `${userId}@example.com`,
      /** The sealed state before it is sealed: a `ProfileState` as JSON. */
      text: text.replaceAll(ANYBODY, userId).replaceAll('prf_persona', profileId),
      profile,
    };
  };
}
