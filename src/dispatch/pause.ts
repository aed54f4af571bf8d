import { z } from 'zod';
import { type MessageClass } from '../policies/playbook.js';

/** What a pause stops. */
export const pauseScope = z.union(
  [
    z.enum(['everything', 'marketing']),
    z.strictObject({ action: z.string().min(1).max(200) }),
    z.strictObject({ channel: z.string().min(1).max(200) }),
  ],
  { error: 'should be "everything", "marketing", { "action": id } or { "channel": id }' },
);
export type PauseScope = z.output<typeof pauseScope>;

/** Sending stopped by a person; `endedAt` null while it is in force. Times are ISO 8601 UTC. */
export interface Pause {
  readonly id: string;
  readonly scope: PauseScope;
  readonly reason: string;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly endedAt: string | null;
  readonly endedBy: string | null;
}

/** What a pause looks at. */
export interface Pausable {
  readonly class: MessageClass;
  readonly action: string;
  readonly channel: string;
}

/** Whether a pause of this scope stops this message. */
export function stops(scope: PauseScope, message: Pausable): boolean {
  if (scope === 'everything') return true;
  if (scope === 'marketing') return message.class === 'marketing';
  if ('action' in scope) return scope.action === message.action;
  return scope.channel === message.channel;
}

/** The pause that stops a message, if one does. */
export function pauseOf(pauses: readonly Pause[], message: Pausable): Pause | undefined {
  return pauses.find((pause) => pause.endedAt === null && stops(pause.scope, message));
}
