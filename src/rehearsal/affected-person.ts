import { causeOf } from './affected.js';
import { type SimulatedEvent } from './simulate.js';

/** Fewer messages than under the playbook in force, more, or as many but others. */
export const PERSON_CHANGES = ['fewer', 'more', 'others'] as const;
export type PersonChange = (typeof PERSON_CHANGES)[number];

/** A message that left. `at` ISO 8601. */
export interface Sent {
  readonly at: string;
  readonly action: string;
  readonly channel: string;
}

/** How many messages somebody would get, and the first of them. */
interface SentMessages {
  readonly count: number;
  readonly first: readonly Sent[];
}

export interface SentOnBothSides {
  readonly asked: SentMessages;
  readonly active: SentMessages;
}

/** Somebody who would get other messages under the playbook asked for. */
export interface AffectedPerson {
  readonly id: string;
  readonly change: PersonChange;
  /** Codes of what held messages back more often on one side than on the other. */
  readonly causes: readonly string[];
  readonly sent: SentOnBothSides;
}

interface Lives {
  readonly asked: readonly SimulatedEvent[];
  readonly active: readonly SimulatedEvent[];
}

const MOST_SENT = 20;
const MOST_CAUSES = 20;

/** The same ones, on the same occasions, are the same messages. */
export function differenceOf({ asked, active }: Lives): PersonChange | 'same' {
  const [after, before] = [occasionsOf(asked), occasionsOf(active)];
  if (after.length !== before.length) return after.length < before.length ? 'fewer' : 'more';
  return after.every((each, i) => each === before[i]) ? 'same' : 'others';
}

/** @returns null for somebody who would get the same. */
export function affectedPerson(id: string, lives: Lives): AffectedPerson | null {
  const change = differenceOf(lives);
  if (change === 'same') return null;
  const sent = { asked: sentIn(lives.asked), active: sentIn(lives.active) };
  return { id, change, causes: causesBetween(lives), sent };
}

function occasionsOf(events: readonly SimulatedEvent[]): string[] {
  return events
    .flatMap((event) => (event.kind === 'sent' ? [`${event.occasion} ${event.action} ${event.channel}`] : []))
    .toSorted();
}

function sentIn(events: readonly SimulatedEvent[]): SentMessages {
  const all = events.flatMap((event) =>
    event.kind === 'sent' ? [{ at: event.at, action: event.action, channel: event.channel }] : [],
  );
  return { count: all.length, first: all.slice(0, MOST_SENT) };
}

function causesBetween({ asked, active }: Lives): string[] {
  const [after, before] = [heldBy(asked), heldBy(active)];
  return [...new Set([...after.keys(), ...before.keys()])]
    .filter((code) => after.get(code) !== before.get(code))
    .toSorted()
    .slice(0, MOST_CAUSES);
}

/** How often each reason stood against a candidate, or kept a message that was decided from leaving. */
function heldBy(events: readonly SimulatedEvent[]): Map<string, number> {
  const counts = new Map<string, number>();
  const codes = events.flatMap((event): readonly string[] => {
    if (event.kind === 'stopped') return event.why;
    if (event.kind !== 'decision') return [];
    return event.result.candidates.flatMap(({ blockedBy }) => [...new Set(blockedBy.map(causeOf))]);
  });
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return counts;
}
