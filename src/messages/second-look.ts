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

type Named = MessageContent['versions']['facts'];

/** The facts that filled a message's words, and what else these were found to rest on when they were judged. */
export function factsBehind({ versions }: MessageContent, grounds: Named): Named {
  const filled = new Set(versions.facts.map(({ id }) => id));
  return [...versions.facts, ...grounds.filter(({ id }) => !filled.has(id))];
}

/**
 * @param decided the situation it was decided in; null once that aged out.
 * @param grounds what its words were found to rest on when they were judged.
 */
export function secondLook(
  message: Message,
  content: MessageContent,
  decided: Situation | null,
  grounds: Named,
): SecondLook {
  const facts = factsBehind(content, grounds);
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
