import { type Json } from '../shared/canonical-json.js';
import { type ExpressionInput } from './bundle.js';
import { type Fact } from './fact.js';
import { type MessageClass, type VocabularySpec } from './playbook.js';

/** What expressions may know of a person. Times ISO 8601 UTC. */
export interface ProfileFeatures {
  readonly userId: string | null;
  readonly stage: string;
  readonly country: string | null;
  readonly locale: string | null;
  readonly zones: readonly string[];
  readonly traits: Readonly<Record<string, Json>>;
  readonly hasEmail: boolean;
  readonly hasPhone: boolean;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly events: Readonly<Record<string, EventFeatures>>;
  /** By channel, for every topic. */
  readonly consents: Readonly<Record<string, 'granted' | 'denied' | 'unknown'>>;
}

/** How often one event happened, in rolling windows of days. */
export interface EventFeatures {
  readonly total: number;
  readonly count1d: number;
  readonly count7d: number;
  readonly count30d: number;
  readonly count90d: number;
  readonly lastAt: string;
}

/** A message of the recent past, as expressions see it. */
export interface MessageFeatures {
  readonly action: string;
  readonly channel: string;
  readonly class: MessageClass;
  readonly tags: readonly string[];
  readonly topic: string;
  readonly offer: string | null;
  readonly open: boolean;
  readonly at: string;
}

/** Everything an expression may read, as plain data. What is not known where an expression is asked stays empty. */
export interface ExpressionSource {
  readonly now: string;
  readonly signal: {
    readonly type: string;
    readonly event: string | null;
    readonly properties: Readonly<Record<string, Json>>;
    readonly at: string;
  } | null;
  readonly context: Readonly<Record<string, Json>>;
  readonly profile: ProfileFeatures;
  readonly history: { readonly messages: readonly MessageFeatures[] };
  readonly openTasks: number;
  /** By the slot of the action in question. */
  readonly facts: Readonly<Record<string, Fact>>;
}

/** Prepares what expressions read; the same source gives the same values. Cheap: fields are converted when they are read. */
export function toExpressionInput(_vocabulary: VocabularySpec, source: ExpressionSource): ExpressionInput {
  return { now: new Date(source.now) };
}
