/** What a sign's code says to somebody who approves drafts, without a word of the draft or of the person: texts that are kept in the open use it. */
const WORDS: readonly (readonly [prefix: string, words: string])[] = [
  ['claims.stale', 'a claim whose fact does not hold any more'],
  ['claims.contradicted', 'facts that contradict each other'],
  ['claims.', 'a claim without a fact behind it'],
  ['personal-data', 'personal data that does not belong there'],
  ['words.', 'words the brand does not use'],
  ['manipulation.urgency', 'pressure for time'],
  ['manipulation.scarcity', 'scarcity that no fact states'],
  ['manipulation.crowd', 'pressure with what others did'],
  ['manipulation.shaming', 'shaming of whoever declines'],
  ['manipulation.surveillance', 'showing that people are watched'],
  ['manipulation.sound', 'a sentence that sounds like pressure'],
  ['text.forbidden', 'something that must not be there'],
  ['text.', 'something missing that has to be there'],
  ['placeholders', 'a placeholder nobody filled'],
  ['links.', 'a link that leads elsewhere than it should'],
  ['instructions.', 'instructions to the model hidden in customer text'],
  ['leaks.model', 'words of a model, or of its instructions'],
  ['leaks.', 'a request for what nobody should send'],
  ['hidden-text.', 'text that nobody sees'],
  ['language.not-asked', 'a language other than the one the recipient is written to in'],
  ['language.', 'text in a language that is not checked, or that cannot be read'],
  ['off-topic.', 'something else than what it was to be about'],
  ['consistency.', 'something else than the same person was told before'],
  ['manners.', 'manners: capitals, emoji, length, or words like spam'],
  ['moment.', 'a sensitive moment in this person’s life'],
  ['special-categories', 'a special category of personal data'],
  ['key-account', 'a key account'],
  ['discount.', 'the size of the discount'],
  ['audience.', 'how many people it goes to'],
  ['person.', 'how little is known of the person'],
  ['base', 'what reviewers object to in general'],
];

/** @returns words for a code; the code itself when it has none. */
export function signWords(code: string): string {
  if (code.endsWith('.crashed')) return 'a check that could not be made';
  return WORDS.find(([prefix]) => code.startsWith(prefix))?.[1] ?? code;
}
