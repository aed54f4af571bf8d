import { type Json } from '../shared/canonical-json.js';
import { type Fact } from '../policies/fact.js';
import { type MessageClass } from '../policies/playbook.js';
import { type Profile } from '../profiles/profile.js';
import { type OpenTask } from './open-tasks.js';

/** A message of the recent past or still open, as far as caps, fatigue and contradiction need it. */
export interface PastMessage {
  readonly messageId: string;
  readonly action: string;
  readonly channel: string;
  readonly class: MessageClass;
  readonly tags: readonly string[];
  readonly topic: string;
  readonly offer: string | null;
  /** Open: not sent yet, but holding its place. */
  readonly open: boolean;
  /** When it was sent, or is to be sent. */
  readonly at: string;
}

/** What caps count of a message: nothing that tells whose it was. */
export type CountedMessage = Pick<PastMessage, 'channel' | 'class' | 'tags' | 'open' | 'at'>;

/**
 * How many messages left in one hour, and how many of those were answered: a click, or an open by no machine, that counts. Ascending by
 * slot; hours in which nothing left are left out.
 */
export type HourCount = readonly [slot: number, left: number, answered: number];

/** Whose counts an estimate rests on, from the widest to the nearest. */
export interface HourCounts {
  readonly everyone: readonly HourCount[];
  readonly segment: readonly HourCount[];
  readonly own: readonly HourCount[];
}

/** What is known of the reviews that an action's drafts go through. */
export interface ExpectedReview {
  /** Whether a person reads each draft whatever the rules say, because a language model writes it. */
  readonly always: boolean;
  /** How long the middle one took from the decision to the signature, in milliseconds; null until enough were measured. */
  readonly medianMs: number | null;
  /** How many were measured. */
  readonly measured: number;
}

/** A cap over everybody that was found full for a while: nothing can leave from `from` until `until`. ISO 8601 UTC. */
export interface FullCap {
  readonly rule: string;
  /** Which of the rule's caps. */
  readonly counter: string;
  /** What the cap allowed then. */
  readonly max: number;
  readonly from: string;
  readonly until: string;
}

/** A candidate as advice names it: an action on a channel, or holding. */
export interface Suggested {
  readonly action: string;
  readonly channel: string | null;
}

/** What was suggested for a situation. Data like the rest of it: `decide` gives it the weight that the playbook allows, or none. */
export interface Advice {
  /** The language model, or the person's own history. */
  readonly from: 'model' | 'history';
  /** ISO 8601 UTC: when it was given. */
  readonly at: string;
  /** Best first, `hold` among them; empty for no preference. */
  readonly ranking: readonly Suggested[];
  /** ISO 8601 UTC. */
  readonly sendAt: string | null;
  /** In the words of whoever advises: for people to read, never for rules. */
  readonly reasons: readonly string[];
  /** What the model named although nobody had put it up. */
  readonly dropped: readonly string[];
  /** Why it is not the model's although there may be one to ask; null when it is, and when the playbook never asks it. */
  readonly instead: { readonly code: string; readonly text: string } | null;
  /** Who was asked, also in vain; null when nobody was. */
  readonly asked: { readonly prompt: string; readonly version: string; readonly model: string } | null;
  /** What the model was shown of the situation, masked as it was shown. */
  readonly shown: Readonly<Record<string, Json>> | null;
}

/**
 * The complete input of a decision, as plain data: stored with it, so that explanation and replay are the same function called again.
 * All times ISO 8601 UTC.
 */
export interface Situation {
  readonly now: string;
  /** What called for a decision; null when it was asked for over HTTP. */
  readonly trigger: {
    readonly id: string;
    readonly firingId: string;
    readonly evidence: Readonly<Record<string, Json>>;
    /** Absent in situations of before it was kept. */
    readonly firedAt?: string;
  } | null;
  readonly signal: {
    readonly type: string;
    readonly event: string | null;
    readonly properties: Readonly<Record<string, Json>>;
    readonly messageId: string;
    readonly at: string;
  } | null;
  /** `context` of the API call. */
  readonly context: Readonly<Record<string, Json>>;
  readonly profile: Profile;
  /** Channels on which this person's address must not be written to, with the reason. */
  readonly suppressions: readonly {
    readonly channel: string;
    readonly reason: string;
    readonly at: string;
  }[];
  /** Messages of the last 90 days, sent or open, oldest first. */
  readonly history: readonly PastMessage[];
  /** What the mailbox or telephone got as somebody else's: it counts for caps and for nothing else. */
  readonly addressHistory?: readonly CountedMessage[];
  /** Caps over everybody that were full when it was decided; absent when none was. */
  readonly full?: readonly FullCap[];
  /** When messages are answered, by channel; absent when no action that is up waits for a better hour, or nothing was counted. */
  readonly answerHours?: Readonly<Record<string, HourCounts>>;
  /** By action; absent when the playbook gives no action that is up a review time. */
  readonly reviews?: Readonly<Record<string, ExpectedReview>>;
  readonly openTasks: readonly OpenTask[];
  /** Facts that the actions up for decision name, as they are now (valid or not). */
  readonly facts: readonly Fact[];
  /** What was suggested before it was decided; null where nobody was asked. */
  readonly advice: Advice | null;
  /** Actions up for decision: the trigger's, or the caller's; null for all. */
  readonly actions: readonly string[] | null;
}
