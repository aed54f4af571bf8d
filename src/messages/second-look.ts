import { type DueMessage } from '../decisions/recheck.js';
import { type Situation } from '../decisions/situation.js';
import { type Fact } from '../policies/fact.js';
import { type MessageContent } from './content.js';
import { type Message } from './message.js';

/** What has to be known to look at a message again. */
export interface SecondLook {
  /** What a fresh situation is gathered for; person and time are the caller's. */
  readonly request: {
    readonly trigger: Situation['trigger'];
    readonly signal: Situation['signal'];
    readonly context: Situation['context'];
    readonly actions: readonly string[];
    /** Ids. */
    readonly facts: readonly string[];
    readonly excludeMessageId: string;
  };
  readonly due: DueMessage;
  /** Its words, for rules on required and forbidden text. */
  readonly text: string;
}

/** What a message's words rest on. */
export interface Grounds {
  readonly facts: DueMessage['facts'];
  /** When they were judged last; null while nobody judged these words. */
  readonly judgedAt: Date | null;
  /** When it may leave so that days and hours named from then on say what was judged; null where none are named. */
  readonly leavesWithin: { readonly from: string; readonly before: string } | null;
}

/** When words may leave, as it is stored with what judged them. */
export function leavesWithinOf({
  leaves_from: from,
  leaves_before: before,
}: {
  readonly leaves_from: Date | null;
  readonly leaves_before: Date | null;
}): Grounds['leavesWithin'] {
  return from === null || before === null ? null : { from: from.toISOString(), before: before.toISOString() };
}

/** @param decided the situation it was decided in; null once that aged out. */
export function secondLook(
  message: Message,
  content: MessageContent,
  decided: Situation | null,
  { facts, leavesWithin }: Grounds,
): SecondLook {
  return {
    request: {
      trigger: decided?.trigger ?? null,
      signal: decided?.signal ?? null,
      context: decided?.context ?? {},
      actions: [message.action],
      facts: facts.map(({ id }) => id),
      excludeMessageId: message.id,
    },
    due: { ...message, facts, leavesWithin, decidedFacts: decided?.facts ?? [] },
    text: [content.subject, content.preheader, content.text].filter((part) => part !== null).join('\n'),
  };
}

/** The facts that a message rests on, as a situation has them. */
export function restsOn({ facts }: Situation, grounds: Grounds): Fact[] {
  const ids = new Set(grounds.facts.map(({ id }) => id));
  return facts.filter(({ id }) => ids.has(id));
}
