/** What expressions may call, and the words that some fields take: told to the checker, the editor and the vocabulary page from here. */
export interface LanguageFunction {
  readonly name: string;
  /** The engine's type it is called on; null for a function of its own. */
  readonly on: string | null;
  /** How it is called. */
  readonly call: string;
  readonly description: string;
}

export const STAGES = ['anonymous', 'lead', 'new_customer', 'active', 'at_risk', 'lapsed'] as const;
export const SIGNAL_TYPES = ['track', 'identify', 'page', 'screen', 'group', 'alias'] as const;
export const CONSENT_STATES = ['granted', 'denied'] as const;

const of = (on: string | null, call: string, description: string): LanguageFunction => ({
  name: /^\w+/.exec(call)?.[0] ?? call,
  on,
  call,
  description,
});

export const FUNCTIONS: readonly LanguageFunction[] = [
  of(null, 'has(field)', 'whether there is something, anywhere on the way; always true or false'),
  of(null, 'size(list)', 'how many items a list or characters a text has'),
  of(null, 'lower(text)', 'the text in lower case'),
  of(null, 'round(number)', 'the nearest whole number, halves up'),
  of(null, 'minorUnits(amount)', 'hundredths: minorUnits(27.5) is 2750'),
  of(null, 'daysSince(time)', 'days from then until now; unknown when the time is'),
  of(null, 'hoursSince(time)', 'hours from then until now; unknown when the time is'),
  of(null, 'timestamp("2026-01-31T00:00:00Z")', 'a moment'),
  of(null, 'duration("36h")', 'a span of time'),
  of(null, 'double(text)', 'a text as a number'),
  of(null, 'int(number)', 'a number without its fraction'),
  of(null, 'string(value)', 'a value as a text'),
  of('string', 'contains("text")', 'whether the text holds another'),
  of('string', 'containsAny(["a", "b"])', 'whether the text holds one of these'),
  of('string', 'startsWith("text")', 'whether the text begins so'),
  of('string', 'endsWith("text")', 'whether the text ends so'),
  of('string', 'matches("pattern")', 'whether a literal pattern in RE2’s syntax is found; its time is linear in the text'),
  of('string', 'trim()', 'the text without white space around it'),
  of('string', 'split(",")', 'its parts between a separator'),
  of('list', 'join(", ")', 'the texts of a list as one'),
  of('list', 'exists(x, condition)', 'whether it holds for one item at least; walks over lists nest twice at most'),
  of('list', 'all(x, condition)', 'whether it holds for every item'),
  of('list', 'exists_one(x, condition)', 'whether it holds for exactly one item'),
  of('list', 'filter(x, condition)', 'the items for which it holds'),
  of('list', 'map(x, value)', 'a value of each item'),
  of('EventHistory', 'within(days)', 'whether it happened in the last days; false when it never did'),
  of('EventHistory', 'withinHours(hours)', 'whether it happened in the last hours; false when it never did'),
  of('History', 'count(days)', 'messages of the last days, open ones included'),
  of('History', 'countAction("action", days)', 'messages of one action in the last days, open ones included'),
  of('History', 'countChannel("channel", days)', 'messages on one channel in the last days, open ones included'),
  of('History', 'countTag("tag", days)', 'messages with one tag in the last days, open ones included'),
  of('History', 'countTopic("topic", days)', 'messages of one topic in the last days, open ones included'),
]; // prettier-ignore

export const FUNCTION_NAMES: readonly string[] = FUNCTIONS.map(({ name }) => name);
