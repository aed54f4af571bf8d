/** Reason code of a task about a message of which nobody knows whether it left. */
export const FATE_UNKNOWN = 'fate_unknown';

/** What a person found out about it, as the outcome that closes the task. */
export const FATES = ['left', 'did_not_leave'] as const;
export type Fate = (typeof FATES)[number];

export function isFate(outcome: string): outcome is Fate {
  return FATES.some((fate) => fate === outcome);
}
