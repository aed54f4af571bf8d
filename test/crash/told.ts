/** A signal as it was handed to a client library. */
export interface SentSignal {
  readonly messageId: string;
  readonly type: 'identify' | 'track' | 'page';
  readonly event: string | null;
  readonly userId: string;
  readonly orderId: string | null;
}

/** A verdict on a review, as asked for and as answered. Times are milliseconds since 1970. */
export interface AskedVerdict {
  readonly reviewId: string;
  readonly messageId: string;
  readonly verdict: 'approve' | 'reject';
  readonly contentHash: string;
  /** What the reviewer saw: the subject, and the words that tell this draft from every other. */
  readonly subject: string;
  readonly token: string | null;
  readonly askedAt: number;
  /** The status of the answer; null when none arrived. */
  status: number | null;
}

/** A decision asked for over HTTP under one idempotency key, until it was answered. */
export interface AskedDecision {
  readonly key: string;
  readonly userId: string;
  readonly mode: 'decide' | 'execute';
  answer: { readonly id: string; readonly outcome: string; readonly messageId: string | null } | null;
}

/** Somebody took their consent back over HTTP. */
export interface Denial {
  readonly email: string;
  /** When the answer 200 arrived; null when none did. */
  answeredAt: number | null;
}

/** What a person said had become of a message of unknown fate. */
export interface ToldFate {
  readonly messageId: string;
  readonly fate: 'left' | 'did_not_leave';
  status: number | null;
}

/** Everything the outside asked, and every answer it was given. */
export class Told {
  readonly sent = new Map<string, SentSignal>();
  /** Message ids of signals answered with 200, as the load balancer in front of the service saw it. */
  readonly acknowledged = new Set<string>();
  /** Message ids that a client library called delivered. */
  readonly delivered = new Set<string>();
  readonly verdicts: AskedVerdict[] = [];
  readonly decisions: AskedDecision[] = [];
  readonly denials: Denial[] = [];
  readonly fates: ToldFate[] = [];
  /** Addresses whose owners said yes to marketing at some time. */
  readonly agreed = new Set<string>();
  /** At the end, over the API: how often each event was counted for each person. */
  readonly profiles = new Map<string, Readonly<Record<string, number>>>();
}

/** A mail as the server took it: answered with 250, or meant to. */
export interface AcceptedMail {
  readonly recipient: string;
  /** The Message-ID header. */
  readonly mailId: string;
  readonly subject: string;
  readonly marketing: boolean;
  /** The words that tell the model's drafts from each other; null in a template's mail. */
  readonly token: string | null;
  /** SHA-256 of the whole mail. */
  readonly hash: string;
  /** When the client asked to hand the mail over (DATA), and when it was taken; milliseconds since 1970. */
  readonly dataAt: number;
  readonly acceptedAt: number;
}
