import { z } from 'zod';
import { type Json } from '../../shared/canonical-json.js';

/** What every entry of a timeline has. Times ISO 8601 UTC. */
interface At {
  readonly at: string;
  readonly id: string;
}

interface Reason {
  readonly code: string;
  readonly text: string;
}

export interface SignalEntry extends At {
  readonly kind: 'signal';
  /** As its sender named it; null content when the person was erased. */
  readonly messageId: string;
  readonly type: string;
  readonly event: string | null;
  readonly source: string;
  readonly receivedAt: string;
  readonly properties: Readonly<Record<string, Json>>;
  readonly traits: Readonly<Record<string, Json>>;
}

export interface FiringEntry extends At {
  readonly kind: 'firing';
  readonly trigger: string;
  readonly occasion: string;
  readonly evidence: Readonly<Record<string, Json>>;
}

export interface DecisionEntry extends At {
  readonly kind: 'decision';
  readonly outcome: string;
  readonly mode: string;
  readonly action: string;
  readonly channel: string | null;
  readonly trigger: string | null;
  readonly messageId: string | null;
  readonly reasons: readonly Reason[];
  /** Candidates that could not be chosen, and what spoke against each. */
  readonly against: readonly {
    readonly action: string;
    readonly channel: string | null;
    readonly reasons: readonly Reason[];
  }[];
}

export interface DraftEntry extends At {
  readonly kind: 'draft';
  readonly messageId: string;
  readonly number: number;
  readonly origin: string;
  readonly author: string;
  readonly subject: string | null;
  readonly fallbackReason: string | null;
  readonly risk: { readonly score: number; readonly tier: number } | null;
}

export interface VerdictEntry extends At {
  readonly kind: 'verdict';
  readonly reviewId: string;
  readonly messageId: string;
  readonly verdict: string;
  readonly by: { readonly personId: string; readonly name: string };
  readonly reasons: readonly string[];
}

export interface MessageEntry extends At {
  readonly kind: 'message';
  readonly messageId: string;
  readonly action: string;
  readonly channel: string;
  readonly from: string | null;
  readonly state: string;
  readonly actor: string;
  readonly actorName: string | null;
  readonly reason: Reason;
}

export interface OutcomeEntry extends At {
  readonly kind: 'outcome';
  readonly messageId: string;
  readonly outcome: string;
  readonly counted: boolean;
  readonly whyNotCounted: string | null;
}

export interface TaskEntry extends At {
  readonly kind: 'task';
  readonly taskId: string;
  readonly state: 'open' | 'closed';
  readonly owner: string;
  readonly reason: Reason;
  readonly outcome: string | null;
  readonly closedBy: string | null;
}

export interface MergeEntry extends At {
  readonly kind: 'merge';
  readonly fromProfileId: string;
  readonly intoProfileId: string;
  readonly reason: string;
}

export interface ConsentEntry extends At {
  readonly kind: 'consent';
  readonly channel: string;
  readonly topic: string;
  readonly state: string;
  readonly source: string;
}

/** A suppression that the person's own later consent lifted. */
export interface SuppressionEntry extends At {
  readonly kind: 'suppression';
  readonly state: 'lifted';
  /** What the address is of: a mailbox, a telephone. */
  readonly channel: string;
  readonly suppressedAt: string;
}

/** One thing that happened to a person, or was done about them. */
export type TimelineEntry =
  | SignalEntry
  | FiringEntry
  | DecisionEntry
  | DraftEntry
  | VerdictEntry
  | MessageEntry
  | OutcomeEntry
  | TaskEntry
  | MergeEntry
  | ConsentEntry
  | SuppressionEntry;

export type TimelineKind = TimelineEntry['kind'];

/** What came first when several things carry the same time: the order in which one leads to the next. */
export const KIND_RANK: Readonly<Record<TimelineKind, number>> = {
  signal: 0,
  merge: 1,
  consent: 2,
  suppression: 3,
  firing: 4,
  decision: 5,
  task: 6,
  message: 7,
  draft: 8,
  verdict: 9,
  outcome: 10,
};

/** Where a page of the timeline ended: time, rank and key of its last entry. */
export type TimelinePosition = readonly [at: string, rank: number, key: string];

export const timelineCursor = z.tuple([z.iso.datetime(), z.int(), z.string()]).readonly();
