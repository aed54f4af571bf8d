export const HEALTH_CODES = [
  'unreviewed',
  'expires',
  'expired',
  'fact-missing',
  'fact-expired',
  'fact-expires',
  'facts-stale',
  'facts-contradict',
  'facts-unreviewed',
  'trigger-stopped',
  'trigger-never-fired',
  'unsubscribes-rising',
  'complaints-rising',
  'bounces-rising',
  'held-rising',
  'link-broken',
  'link-unknown',
  'links-unchecked',
] as const;
export type HealthCode = (typeof HEALTH_CODES)[number];

export const SEVERITIES = ['high', 'medium', 'low'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Something about the playbook in force that somebody has to see to. */
export interface Found {
  readonly code: HealthCode;
  /** What it is about, such as `triggers/abandoned-checkout`. */
  readonly subject: string;
  /** Tells two of one code about one subject apart. */
  readonly detail?: string;
  readonly severity: Severity;
  /** Null: nobody owns it. */
  readonly owner: string | null;
  readonly message: string;
  /** What to do about it. */
  readonly advice: string;
  /** A page of the console. */
  readonly href: string;
}

/** Tells findings apart, today's from tomorrow's too. */
export function keyOf({ code, subject, detail = '' }: Found): string {
  return `${code} ${subject} ${detail}`.trim();
}

/** What one look found, and which codes it was able to judge: of the others nothing is known, so what stands open stays open. */
export interface Looked {
  readonly judged: ReadonlySet<HealthCode>;
  readonly found: readonly Found[];
}

/** Both looks together. */
export function joined(looks: readonly Looked[]): Looked {
  return {
    judged: new Set(looks.flatMap(({ judged }) => [...judged])),
    found: looks.flatMap(({ found }) => found),
  };
}
