import { signWords } from '../../risk/sign-words.js';
import { type Titles } from './view.js';
import { moneyWords } from './words.js';

const NAMED = /\b([Rr]ules?|[Tt]rigger|[Aa]ction) ([a-z0-9-]+(?:(?:, | and )[a-z0-9-]+)*)/g;
const AT_START = /^([a-z0-9-]+)(?= is not for this person)/;
/** An action on a channel, where a reason or a flip names one. */
const CANDIDATE = /(?<=^|^act: )([a-z0-9-]+)(?= by [a-z]+(?:$|: | is worth | was called for | was picked ))/;
const AFTER = /(?<=who never get |held out of |^[Ii]f )([a-z0-9-]+)(?=,| were worth |$)/;
const EXPECTED = /(?<=: )-?\d+(?:\.\d+)?(?= expected\b)|(?<= were worth )\d+(?:\.\d+)?/g;
const HEAVIEST = /most of all (?:by|for) ([a-z]+(?:[._][a-z]+)+)/;

/**
 * A stored reason with the playbook's titles in place of ids, and amounts in place of minor units. What is stored stays as it is: replay makes it again byte for byte. An id that
 * the playbook in force does not know stays an id.
 */
export function plainWords(text: string, titles: Titles): string {
  const titled = (known: ReadonlyMap<string, string>, ids: string): string =>
    ids.replace(/[a-z0-9-]+/g, (id) => {
      const title = known.get(id);
      return title === undefined ? id : `“${title}”`;
    });
  return text
    .replace(NAMED, (_whole, noun: string, ids: string) => `${noun} ${titled(titlesOf(titles, noun), ids)}`)
    .replace(AT_START, (id) => titled(titles.actions, id))
    .replace(CANDIDATE, (id) => titled(titles.actions, id))
    .replace(AFTER, (id) => titled(titles.actions, id))
    .replace(EXPECTED, (minor) => moneyWords(Number(minor), titles.currency))
    .replace(HEAVIEST, (_whole, code: string) => `most of all for ${signWords(code)}`);
}

function titlesOf(titles: Titles, noun: string): ReadonlyMap<string, string> {
  const kind = noun.toLowerCase();
  return kind === 'trigger' ? titles.triggers : kind === 'action' ? titles.actions : titles.guardrails;
}
