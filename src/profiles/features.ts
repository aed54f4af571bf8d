import { type EventFeatures, type ProfileFeatures } from '../policies/vocabulary.js';
import { consentFor, EVERY_TOPIC } from './consent.js';
import { countWithin } from './history.js';
import { type EventHistory, type Profile } from './profile.js';
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

function eventFeatures(events: Profile['events'], at: number): ProfileFeatures['events'] {
  return Object.fromEntries(
    Object.entries(events).map(([event, history]) => [event, new Happened(history, at)]),
  );
}

/** Counted when it is asked for: an expression asks for one window of one or two of the many events that somebody may have. */
class Happened implements EventFeatures {
  /** @param at epoch milliseconds. */
  constructor(
    private readonly history: EventHistory,
    private readonly at: number,
  ) {}

  get total(): number {
    return this.history.total;
  }

  get count1d(): number {
    return countWithin(this.history, this.at, 1);
  }

  get count7d(): number {
    return countWithin(this.history, this.at, 7);
  }

  get count30d(): number {
    return countWithin(this.history, this.at, 30);
  }

  get count90d(): number {
    return countWithin(this.history, this.at, 90);
  }

  get lastAt(): string {
    return this.history.lastAt;
  }

  toJSON(): EventFeatures {
    const { total, count1d, count7d, count30d, count90d, lastAt } = this;
    return { total, count1d, count7d, count30d, count90d, lastAt };
  }
}
