import { promptData, promptOutput } from '../shared/liquid.js';
import { matchesOf } from '../shared/matches.js';

/** An approved message as a model sees it: what was said, and nobody it was said to. */
export interface PastMessage {
  readonly subject: string;
  readonly text: string;
}

const REFERENCE = /‹(subject|text) of (msg_[0-9a-z]+)›/g;
const DATA = /(<data name="[^"<>]*">\n)(.*)(\n<\/data>)/g;

/** What stands where the words of an example cannot be told any more. */
export const NOT_KEPT = '(its recipient was erased)';

/**
 * What is kept in the place of an example's words. They lie in one place only, sealed under the key of whom they were written to: that masking
 * left nothing of a person in a text cannot be proven, so what is kept of somebody else's draft holds none of it.
 */
export function referenceTo(messageId: string): PastMessage {
  return { subject: `‹subject of ${messageId}›`, text: `‹text of ${messageId}›` };
}

/** The messages that a text refers to. */
export function referredTo(text: string): string[] {
  return [...new Set(matchesOf(text, REFERENCE).map(([, , id = '']) => id))];
}

/** A kept text with the words that it refers to, as it left; `past` by message id, without those that cannot be read any more. */
export function withPast(text: string, past: ReadonlyMap<string, PastMessage>): string {
  const filled = (part: string, written: (words: string) => string): string =>
    part.replace(REFERENCE, (_, member: keyof PastMessage, id: string) =>
      written(past.get(id)?.[member] ?? NOT_KEPT),
    );
  const inData = (words: string): string => promptOutput(promptData(words)).slice(1, -1);
  let at = 0;
  let whole = '';
  for (const match of matchesOf(text, DATA)) {
    const [section, open = '', data = '', close = ''] = match;
    whole += filled(text.slice(at, match.index), promptOutput) + open + filled(data, inData) + close;
    at = match.index + section.length;
  }
  return whole + filled(text.slice(at), promptOutput);
}
