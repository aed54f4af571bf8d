import { type Json } from '../shared/canonical-json.js';

export type SignalType = 'track' | 'identify' | 'page' | 'screen' | 'group' | 'alias';

/** One observed event about a person. Immutable; unique by source and message id within 30 days. */
export interface Signal {
  readonly id: string;
  /** Write key id, or `countersign` for outcomes. */
  readonly source: string;
  readonly messageId: string;
  readonly type: SignalType;
  /** The event's name for track; the page or screen name, if any, for page and screen; null otherwise. */
  readonly event: string | null;
  readonly userId: string | null;
  readonly anonymousId: string | null;
  /** alias only. */
  readonly previousId: string | null;
  readonly groupId: string | null;
  readonly traits: Readonly<Record<string, Json>>;
  readonly properties: Readonly<Record<string, Json>>;
  readonly context: Readonly<Record<string, Json>>;
  /** ISO 8601 UTC, corrected for the client's clock where it sent `sentAt`, never later than `receivedAt`. */
  readonly occurredAt: string;
  readonly receivedAt: string;
}

/** Source of signals that Countersign itself writes: outcomes and what people did in the console. */
export const OWN_SOURCE = 'countersign';

/** Source of what stood in an imported file: it is history, so nothing follows from it and it is no sign of life. */
export const IMPORT_SOURCE = 'import';

export { OUTCOME_EVENTS } from '../policies/own-events.js';

/** A signal before it is kept: everything but its id, its source and the moment of its arrival. */
export type NewSignal = Omit<Signal, 'id' | 'source' | 'receivedAt'>;
