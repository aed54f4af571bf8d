/** An address that must not be written to. */
export interface Suppression {
  /** The address's space, see `addressSpace`. */
  readonly channel: string;
  readonly reason: string;
  /** ISO 8601: since when it binds. */
  readonly at: string;
  /** Only the person themselves withdrew: agreeing again lifts it. Every other one is for good. */
  readonly byPerson: boolean;
}

/** One that is no more, because the person agreed again. Times ISO 8601. */
export interface LiftedSuppression extends Pick<Suppression, 'channel' | 'at'> {
  readonly liftedAt: string;
}

/** An unsubscription or a complaint speaks about marketing; every other suppression says that the address must not be written to at all. */
export const MARKETING_ONLY: ReadonlySet<string> = new Set(['unsubscribe', 'complaint']);

/** How much a suppression stops, and how lastingly: what is stronger takes the place of what is weaker, and never the other way round. */
export function strengthOf({ reason, byPerson }: Pick<Suppression, 'reason' | 'byPerson'>): number {
  if (!MARKETING_ONLY.has(reason)) return 4;
  if (reason === 'complaint') return 3;
  return byPerson ? 1 : 2;
}
