import { type ProfileFeatures } from '../policies/vocabulary.js';
import { consentFor, EVERY_TOPIC } from './consent.js';
import { countWithin } from './history.js';
import { type Profile } from './profile.js';
import { boughtWithin } from './purchases.js';
import { stageAt } from './stage.js';

const BOUGHT_DAYS = 30;

/** What expressions may know of a profile at a moment; what depends on time is computed for that moment. @param now ISO 8601. */
export function toFeatures(profile: Profile, now: string): ProfileFeatures {
  const at = Date.parse(now);
  return {
    userId: profile.userId,
    stage: stageAt(profile, now),
    country: profile.country,
    locale: profile.locale,
    zones: profile.zones,
    traits: profile.traits,
    hasEmail: profile.addresses.email !== null,
    hasPhone: profile.addresses.phone !== null,
    firstSeenAt: profile.firstSeenAt,
    lastSeenAt: profile.lastSeenAt,
    events: eventFeatures(profile.events, at),
    get bought30d() {
      return boughtWithin(profile, at, BOUGHT_DAYS);
    },
    consents: Object.fromEntries(
      [...new Set(profile.consents.map(({ channel }) => channel))].map((channel) => [
        channel,
        consentFor(profile.consents, channel, EVERY_TOPIC),
      ]),
    ),
  };
}

/** Counted when they are asked for: an expression asks for one or two of the many that somebody may have. @param at epoch milliseconds. */
function eventFeatures(events: Profile['events'], at: number): ProfileFeatures['events'] {
  const features: Record<string, ProfileFeatures['events'][string]> = {};
  for (const [event, history] of Object.entries(events)) {
    Object.defineProperty(features, event, {
      enumerable: true,
      get: () => ({
        total: history.total,
        count1d: countWithin(history, at, 1),
        count7d: countWithin(history, at, 7),
        count30d: countWithin(history, at, 30),
        count90d: countWithin(history, at, 90),
        lastAt: history.lastAt,
      }),
    });
  }
  return features;
}
