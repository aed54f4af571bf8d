import { type Candidate, type DecisionResult } from '../decisions/decision.js';
import { ruleOfCap } from '../decisions/send-time.js';

/** lost: a message would not be sent; gained: one would; other: another action or channel; retimed: another time; tasks: a hand-off more or less. */
export type MessageChange = AffectingChange | 'inWords';

/** What a person would notice. */
export const AFFECTING = ['lost', 'gained', 'other', 'retimed', 'taskGained', 'taskLost'] as const;
export type AffectingChange = (typeof AFFECTING)[number];

/** One and the same result where it was reproduced. */
export interface BeforeAndAfter {
  readonly before: DecisionResult;
  readonly after: DecisionResult;
  /** The trigger that puts up other actions now, or none any more; absent where the same are up. */
  readonly trigger?: string;
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

/** A reason's code; of a cap with its rule: `cap:marketing-pressure`. */
export function causeOf({ code, text }: Candidate['blockedBy'][number]): string {
  const rule = code === 'cap' ? ruleOfCap(text) : null;
  return rule === null ? code : `${code}:${rule}`;
}

/** What did it, by code. */
export function causesOf(change: MessageChange, both: BeforeAndAfter): readonly string[] {
  const { before, after } = both;
  const notUp = notUpBy(both);
  switch (change) {
    case 'lost':
      return standingAgainst(before, after, { notUp, otherwise: 'not_worth_it' });
    case 'gained':
      return standingAgainst(after, before, { notUp, otherwise: 'not_worth_it' });
    case 'other':
      return standingAgainst(before, after, { notUp, otherwise: 'another_chosen' });
    case 'retimed':
      return differing(waitsOf(before), waitsOf(after));
    case 'taskGained':
      return takenOver(after);
    case 'taskLost':
      return isAskedStill(before, after) ? takenOver(before) : [notUp];
    case 'inWords':
      return [];
  }
}

/** By what something is up in one of both results alone. */
export function notUpBy({ trigger }: BeforeAndAfter): string {
  return trigger === undefined ? 'not-a-candidate' : `trigger:${trigger}`;
}

/** Whether something is up still for which a rule handed over. */
function isAskedStill(before: DecisionResult, after: DecisionResult): boolean {
  return before.candidates.some(
    (each) =>
      each.guardrails.some(({ id, matched }) => matched && id === before.handoff?.reasonCode) &&
      candidateOf(after, each) !== undefined,
  );
}

/** Why the message of one result is not in the other: what blocks it there and not here. @param notUp where it is not up there; @param otherwise where nothing blocks it */
function standingAgainst(
  sent: DecisionResult,
  held: DecisionResult,
  { notUp, otherwise }: { readonly notUp: string; readonly otherwise: string },
): string[] {
  const here = candidateOf(sent, sent);
  const there = candidateOf(held, sent);
  if (there === undefined) return [notUp];
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
