import { type MessageClass } from '../policies/playbook.js';

export const MESSAGE_STATES = [
  'drafting',
  'assessed',
  'in_review',
  'approved',
  'scheduled',
  'sending',
  'sent',
  'delivered',
  'suppressed',
  'rejected',
  'expired',
  'failed',
  'cancelled',
  'unknown',
] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

/** While its state is one of these a message holds its place in the caps without having been sent. */
export const OPEN_STATES: readonly MessageState[] = [
  'drafting',
  'assessed',
  'in_review',
  'approved',
  'scheduled',
  'sending',
];

const ENDS: readonly MessageState[] = ['suppressed', 'expired', 'cancelled', 'failed'];
const TRANSITIONS: Readonly<Record<MessageState, readonly MessageState[]>> = {
  drafting: ['assessed', ...ENDS],
  assessed: ['in_review', 'approved', ...ENDS],
  in_review: ['approved', 'rejected', 'assessed', ...ENDS],
  // A person's second look (recheck said review) goes back to the queue.
  approved: ['scheduled', 'sending', 'in_review', ...ENDS],
  // Postponed: scheduled once more, for another time.
  scheduled: ['scheduled', 'sending', 'approved', 'in_review', ...ENDS],
  sending: ['sent', 'scheduled', 'unknown', 'failed', 'suppressed'],
  sent: ['delivered', 'failed'],
  delivered: ['failed'],
  unknown: ['sent', 'failed'],
  suppressed: [],
  rejected: [],
  expired: [],
  failed: [],
  cancelled: [],
};

export function canMove(from: MessageState, to: MessageState): boolean {
  return TRANSITIONS[from].includes(to);
}

/** What may be sent to one person: one row from decision to end. Times are ISO 8601 UTC. */
export interface Message {
  readonly id: string;
  readonly profileId: string;
  readonly decisionId: string;
  readonly action: string;
  readonly channel: string;
  readonly class: MessageClass;
  readonly tags: readonly string[];
  readonly topic: string;
  readonly offer: string | null;
  readonly state: MessageState;
  readonly sendAt: string;
  readonly expiresAt: string;
  readonly createdAt: string;
  readonly sentAt: string | null;
  readonly templateId: string | null;
  readonly contentHash: string | null;
}

/** One step of a message's life. */
export interface MessageStep {
  readonly at: string;
  readonly from: MessageState | null;
  readonly to: MessageState;
  /** Person id, `system`, or `token:<id>`. */
  readonly actor: string;
  readonly reasonCode: string;
  readonly reason: string;
}
