import { type Candidate, type DecisionResult } from '../decisions/decision.js';
import { ruleOfCap } from '../decisions/send-time.js';
import { causeOf } from './beside.js';

/** lost: a message would not be sent; gained: one would; other: another action or channel; retimed: another time; tasks: a hand-off more or less. */
export type MessageChange = AffectingChange | 'inWords';

/** What a person would notice. */
export const AFFECTING = ['lost', 'gained', 'other', 'retimed', 'taskGained', 'taskLost'] as const;
export type AffectingChange = (typeof AFFECTING)[number];

/** One and the same result where it was reproduced. */
export interface BeforeAndAfter {
  readonly before: DecisionResult;
  readonly after: DecisionResult;
}

/** What was done about a person, or would be. */
export type Done = Pick<DecisionResult, 'outcome' | 'action' | 'channel' | 'sendAt'>;

/** An executed decision that would have been another for its person. */
export interface Affected {
  readonly id: string;
  /** When it was made, ISO 8601. */
  readonly createdAt: string;
  readonly change: AffectingChange;
  /** Codes of what did it, such as `guardrail:minors` or `cap:marketing-pressure`. */
  readonly causes: readonly string[];
  readonly before: Done;
  readonly after: Done;
}

/** @returns null where nobody would notice anything. */
export function affectedBy(
  { id, createdAt }: Pick<Affected, 'id' | 'createdAt'>,
  both: BeforeAndAfter,
): Affected | null {
  const change = changeBetween(both);
  if (change === null || change === 'inWords') return null;
  const { before, after } = both;
  return {
    id,
    createdAt,
    change,
    causes: causesOf(change, both),
    before: doneOf(before),
    after: doneOf(after),
  };
}

function doneOf({ outcome, action, channel, sendAt }: DecisionResult): Done {
  return { outcome, action, channel, sendAt };
}

/** @returns null where nothing changed: both are the very same result then. */
export function changeBetween({ before, after }: BeforeAndAfter): MessageChange | null {
  if (before === after) return null;
  const [sent, sends] = [before.outcome === 'act', after.outcome === 'act'];
  if (sent !== sends) return sent ? 'lost' : 'gained';
  if ((before.handoff === null) !== (after.handoff === null))
    return before.handoff === null ? 'taskGained' : 'taskLost';
  if (before.action !== after.action || before.channel !== after.channel) return 'other';
  return before.sendAt === after.sendAt ? 'inWords' : 'retimed';
}

/** What did it, by code. */
export function causesOf(change: MessageChange, { before, after }: BeforeAndAfter): readonly string[] {
  switch (change) {
    case 'lost':
      return standingAgainst(before, after, 'not_worth_it');
    case 'gained':
      return standingAgainst(after, before, 'not_worth_it');
    case 'other':
      return standingAgainst(before, after, 'another_chosen');
    case 'retimed':
      return differing(waitsOf(before), waitsOf(after));
    case 'taskGained':
      return takenOver(after);
    case 'taskLost':
      return takenOver(before);
    case 'inWords':
      return [];
  }
}

/** Why the message of one result is not in the other: what blocks it there and not here. @param otherwise where nothing does */
function standingAgainst(sent: DecisionResult, held: DecisionResult, otherwise: string): string[] {
  const here = candidateOf(sent, sent);
  const there = candidateOf(held, sent);
  if (there === undefined) return ['not-a-candidate'];
  const known = new Set(here?.blockedBy.map(causeOf));
  const blocks = [...new Set(there.blockedBy.map(causeOf))].filter((code) => !known.has(code));
  if (blocks.length > 0) return blocks;
  // Nothing stands against it: somebody takes over, or something else was worth more.
  return held.handoff === null ? [otherwise] : takenOver(held);
}

function takenOver({ handoff }: DecisionResult): string[] {
  return handoff === null ? [] : [`guardrail:${handoff.reasonCode}`];
}

/** What a message waits for, of a cap with its rule. */
function waitsOf({ reasons }: DecisionResult): Set<string> {
  return new Set(
    reasons
      .filter(({ code }) => code.startsWith('waits_'))
      .map(({ code, text }) => {
        const rule = code === 'waits_for_cap' ? ruleOfCap(text) : null;
        return rule === null ? code : `cap:${rule}`;
      }),
  );
}

/** What is in one and not in the other; all of both where they wait for the same, only for longer. */
function differing(a: ReadonlySet<string>, b: ReadonlySet<string>): string[] {
  const all = [...new Set([...a, ...b])].toSorted();
  const apart = all.filter((code) => a.has(code) !== b.has(code));
  return apart.length > 0 ? apart : all;
}

export function candidateOf(
  result: DecisionResult,
  of: Pick<Candidate, 'action' | 'channel'>,
): Candidate | undefined {
  return result.candidates.find((each) => each.action === of.action && each.channel === of.channel);
}
