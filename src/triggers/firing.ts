import { type Json } from '../shared/canonical-json.js';

/** Firings a day that may lead to something, for one person and for one e-mail address: anybody can send signals with a public write key. */
export const MOST_FIRINGS_A_DAY = 25;

/** A trigger that fired for a person, once for this occasion. */
export interface Firing {
  readonly id: string;
  readonly profileId: string;
  readonly triggerId: string;
  /** What makes this occasion this one: the signal's id, or the start of the window or silence. */
  readonly occasion: string;
  readonly bundleHash: string;
  readonly signalId: string | null;
  readonly firedAt: string;
  readonly evidence: Readonly<Record<string, Json>>;
}
