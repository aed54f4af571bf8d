import { type Json } from '../shared/canonical-json.js';

export type ConsentState = 'granted' | 'denied' | 'unknown';

/** What was said about consent for a channel and topic; `*` is every topic. */
export interface Consent {
  readonly channel: string;
  readonly topic: string;
  readonly state: ConsentState;
  readonly source: string;
  /** ISO 8601: when it was said. */
  readonly at: string;
}

export type LifecycleStage = 'anonymous' | 'lead' | 'new_customer' | 'active' | 'at_risk' | 'lapsed';

/** How often and when one event happened. */
export interface EventHistory {
  readonly total: number;
  readonly firstAt: string;
  readonly lastAt: string;
  /** Epoch milliseconds of the latest occurrences, ascending, at most 100: exact counts for short windows. */
  readonly recent: readonly number[];
  /** Count by UTC day for the last 91 days. */
  readonly days: Readonly<Record<string, number>>;
}

/** What one order listed. */
export interface Purchase {
  /** ISO 8601. */
  readonly at: string;
  /** Ids of its products; null where it named none, or too many to keep. */
  readonly products: readonly string[] | null;
}

/** What is known of a person now: the projection of their signals. Stored sealed. */
export interface Profile {
  readonly id: string;
  readonly userId: string | null;
  readonly anonymousIds: readonly string[];
  readonly traits: Readonly<Record<string, Json>>;
  readonly consents: readonly Consent[];
  /** Verified only in form: where each channel kind would reach this person. */
  readonly addresses: { readonly email: string | null; readonly phone: string | null };
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string | null;
  readonly locale: string | null;
  /** IANA names; one when known, several when ambiguous, empty when nothing is known at all. */
  readonly zones: readonly string[];
  readonly zoneSource: 'trait' | 'phone' | 'country' | 'none';
  readonly stage: LifecycleStage;
  readonly events: Readonly<Record<string, EventHistory>>;
  /** The latest orders, the oldest first; missing where none came since orders are kept. */
  readonly bought?: readonly Purchase[];
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly groups: readonly string[];
}
