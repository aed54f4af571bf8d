import { type DueMessage } from '../decisions/recheck.js';
import { type Situation } from '../decisions/situation.js';
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

/** @param decided the situation it was decided in; null once that aged out. */
export function secondLook(message: Message, content: MessageContent, decided: Situation | null): SecondLook {
  const { facts } = content.versions;
  return {
    request: {
      trigger: decided?.trigger ?? null,
      signal: decided?.signal ?? null,
      context: decided?.context ?? {},
      actions: [message.action],
      facts: facts.map(({ id }) => id),
      excludeMessageId: message.id,
    },
    due: { ...message, facts, decidedFacts: decided?.facts ?? [] },
    text: [content.subject, content.preheader, content.text].filter((part) => part !== null).join('\n'),
  };
}
