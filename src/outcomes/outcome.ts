import { type Json } from '../shared/canonical-json.js';

export type OutcomeKind =
  'delivered' | 'bounced' | 'opened' | 'clicked' | 'converted' | 'unsubscribed' | 'complained';

/** What came of a message. */
export interface Outcome {
  readonly id: string;
  readonly messageId: string;
  readonly profileId: string;
  readonly kind: OutcomeKind;
  /** ISO 8601 UTC. */
  readonly at: string;
  /** False for opens by mail proxies, clicks by scanners, and clicks not yet told from them. */
  readonly counted: boolean;
  readonly whyNotCounted: string | null;
  /** Without personal data. */
  readonly detail: Readonly<Record<string, Json>>;
}

/** Something that happened to a message, as it is recorded. */
export interface NewOutcome {
  readonly messageId: string;
  readonly kind: OutcomeKind;
  readonly at: Date;
  readonly detail: Readonly<Record<string, Json>>;
  /** The same key is recorded once: what providers repeat and people press twice. */
  readonly uniqueKey: string;
  /** The link that was followed or loaded. */
  readonly tokenHash?: string;
  /** Why it does not count; left out when it does. */
  readonly whyNotCounted?: string;
}
