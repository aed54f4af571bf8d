import { segmentOf, slotAt } from '../decisions/best-hours.js';
import { type Profile } from '../profiles/profile.js';
import { stageAt } from '../profiles/stage.js';
import { isZone } from '../shared/local-time.js';

/** Messages that left in an hour of a month, and how many of them were answered. */
export interface AnswerHours {
  readonly channel: string;
  /** Empty for everyone. */
  readonly segment: string;
  /** `2026-11-01`. */
  readonly month: string;
  readonly slot: number;
  readonly sent: number;
  readonly answered: number;
}

/** What is looked at of the person a message went to. */
export type Whose = Pick<Profile, 'zones' | 'country' | 'userId' | 'addresses' | 'events'>;

/** A message as far as its hour is counted. */
interface Left {
  readonly profileId: string;
  readonly channel: string;
  readonly left: Date;
  readonly answered: boolean;
}

/**
 * Counts messages by the local hour in which they left, for everyone and for the person's segment. Where the zone is not known for certain nobody can
 * tell the hour, so nothing is counted.
 */
export function hoursOf(messages: readonly Left[], people: ReadonlyMap<string, Whose>): AnswerHours[] {
  const counts = new Map<string, AnswerHours>();
  for (const { profileId, channel, left, answered } of messages) {
    const person = people.get(profileId);
    const [zone, other] = person?.zones.filter(isZone) ?? [];
    if (person === undefined || zone === undefined || other !== undefined) continue;
    const at = left.toISOString();
    const month = `${at.slice(0, 7)}-01`;
    const slot = slotAt(left.getTime(), zone);
    for (const segment of ['', segmentOf(person.country, stageAt(person, at))]) {
      const key = JSON.stringify([channel, segment, month, slot]);
      const { sent, answered: so } = counts.get(key) ?? { sent: 0, answered: 0 };
      counts.set(key, { channel, segment, month, slot, sent: sent + 1, answered: so + (answered ? 1 : 0) });
    }
  }
  // In one order, so that two processes never wait for each other.
  return [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}
