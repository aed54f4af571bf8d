import { mannersSchema } from '../../policies/playbook.js';
import { type Contribution, type Span } from '../assessment.js';
import { type Check, type CheckContext } from '../check.js';
import { type DraftText, type FieldText } from '../draft-text.js';
import { withoutNames } from '../grounded-claims.js';
import { matchesOf } from '../../shared/matches.js';

const EMOJI =
  /\p{Regional_Indicator}{2}|\p{Extended_Pictographic}(?:\u{fe0f}|\u{200d}\p{Extended_Pictographic}|[\u{1f3fb}-\u{1f3ff}])*/gu;
/** Typography, not emoji. */
const SIGNS = /^[©®™↔→←↑↓✓✔]$/u;
/** Not parts of a code such as TEA-GRN-10. */
const CAPITALS = /(?<![\p{L}\d-])\p{Lu}{2,}(?:['’]\p{Lu}+)?(?![\p{L}\d-])/gu;
/** Abbreviations such as VAT or EUR. */
const SHORT = 5;
const WORD = /[\p{L}\d]+(?:['’-][\p{L}\d]+)*/gu;
const SENTENCE = /[^.!?\n]+/gu;

/** The parts that are read one after the other; html says what the text says. */
function readOnce(draft: DraftText): DraftText {
  return draft.filter(({ field }) => field !== 'html');
}

interface Match {
  readonly part: FieldText;
  readonly text: string;
  readonly start: number;
}

function matches(draft: DraftText, pattern: RegExp): Match[] {
  return draft.flatMap((part) =>
    matchesOf(part.text, pattern).map((match) => ({ part, text: match[0], start: match.index })),
  );
}

const spans = (found: readonly Match[]): Span[] =>
  found.slice(0, 20).map(({ part, text, start }) => part.span(start, start + text.length));

/** Words in capitals: long ones, and short ones beside others; DHL, UPS is a list. */
function shouted(draft: DraftText): Match[] {
  return draft.flatMap((part) => {
    const found = matches([part], CAPITALS);
    return found.filter((word, i) => {
      if (word.text.length > SHORT) return true;
      const near = [found[i - 1], found[i + 1]].filter((other) => other !== undefined);
      return near.some((other) => {
        const [first, second] = other.start < word.start ? [other, word] : [word, other];
        const between = part.text.slice(first.start + first.text.length, second.start);
        return /^[\s!?]{1,3}$/.test(between) && !between.includes('\n');
      });
    });
  });
}

/** Sentences of three words and more, in words. */
function sentences(draft: DraftText): { match: Match; words: number }[] {
  return matches(
    draft.filter(({ field }) => field === 'text'),
    SENTENCE,
  )
    .map((match) => ({ match, words: match.text.match(WORD)?.length ?? 0 }))
    .filter(({ words }) => words >= 3);
}

function contribution(code: string, weight: number, text: string, where: Span[]): Contribution[] {
  return [{ code, weight, text, spans: where }];
}

function loudness(draft: DraftText, { brand }: CheckContext): Contribution[] {
  const limits = mannersSchema.parse(brand.manners ?? {});
  const capitals = shouted(draft);
  const emoji = matches(draft, EMOJI).filter(({ text }) => !SIGNS.test(text));
  const marks = matches(draft, /!/gu);
  return [
    ...(capitals.length > limits.capitals
      ? contribution(
          'manners.capitals',
          0.5,
          `${capitals.length} words are shouted in capitals.`,
          spans(capitals),
        )
      : []),
    ...(emoji.length > limits.emoji
      ? contribution(
          'manners.emoji',
          0.5,
          `${emoji.length} emoji; ${brand.name} uses at most ${limits.emoji}.`,
          spans(emoji),
        )
      : []),
    ...(marks.length > limits.exclamationMarks
      ? contribution(
          'manners.exclamation',
          0.4,
          `${marks.length} exclamation marks; ${brand.name} uses at most ${limits.exclamationMarks}.`,
          spans(marks),
        )
      : []),
  ];
}

function length(draft: DraftText, { brand }: CheckContext): Contribution[] {
  const limits = mannersSchema.parse(brand.manners ?? {});
  const subject = draft.find(({ field }) => field === 'subject');
  const text = draft.find(({ field }) => field === 'text');
  const words = text?.text.match(WORD)?.length ?? 0;
  const read = sentences(draft);
  const mean = read.reduce((sum, each) => sum + each.words, 0) / Math.max(1, read.length);
  const longest = read.filter((each) => each.words > limits.sentenceWords).map(({ match }) => match);
  return [
    ...(subject !== undefined && subject.text.length > limits.subjectLength
      ? contribution(
          'manners.subject-length',
          0.3,
          `The subject has ${subject.text.length} characters; mailboxes show fewer than ${limits.subjectLength}.`,
          [subject.span(limits.subjectLength, subject.text.length)],
        )
      : []),
    ...(text !== undefined && words > limits.words
      ? contribution('manners.length', 0.4, `${words} words; ${brand.name} writes at most ${limits.words}.`, [
          text.span(0, text.text.length),
        ])
      : []),
    ...(mean > limits.sentenceWords
      ? contribution(
          'manners.reading-level',
          0.3,
          `Sentences have ${mean.toFixed(0)} words in the mean; more than ${limits.sentenceWords} are hard to read.`,
          spans(longest),
        )
      : []),
  ];
}

/** Words that filters for unwanted mail look for; two different ones, or one shouted, weigh enough for a person. */
const SPAM = [
  /(?<!\p{L})(?:you(?:['’]ve|\s+have)\s+(?:won|been\s+(?:selected|chosen|awarded))|you\s+are\s+(?:a|the)\s+(?:lucky\s+)?winner|guaranteed\s+(?:winner|prize|cash)|congratulations[!,.\s]{1,3}you|lucky\s+(?:winner|number))(?!\p{L})/giu,
  /(?<!\p{L})(?:claim\s+(?:your|ur|the)\s+(?:\p{L}+\s+)?(?:prize|award|reward|bonus|gift|cash|£|\$|€)|(?:cash|bonus)\s+(?:prize|award|caller)|prize\s+(?:draw|reference|code)|(?:free|complimentary)\s+(?:entry|ringtones?|tones?|msgs?|texts?|minutes|gift\s*cards?|iphone|camera)|(?:£|\$|€)\s?\d{3,}\s+(?:cash|prize|award|gift))(?!\p{L})/giu,
  /(?<!\p{L})(?:100\s?%\s+free|absolutely\s+free|completely\s+free|no\s+cost\s+to\s+you|risk[\s-]free|no\s+catch|not\s+a\s+scam|this\s+is\s+not\s+spam|double\s+your\s+(?:money|income)|earn\s+(?:extra\s+)?(?:cash|money|(?:£|\$|€)\s?\d+)|make\s+money|work\s+from\s+home|be\s+your\s+own\s+boss|lose\s+weight\s+fast|once\s+in\s+a\s+lifetime)(?!\p{L})/giu,
  /(?<!\p{L})(?:(?:[Tt]xt|[Tt]ext|[Ss]end|[Rr]eply)\s+(?:the\s+word\s+)?["“]?[A-Z]{2,}["”]?\s+to\s+\d{4,6}|call\s+(?:now|free|0\d{6,}|\d{7,})|\d+\s?p(?:pm|\/min|er\s+min\p{L}*)|(?:click|tap)\s+(?:here|below)\s+(?:now|to\s+(?:claim|win|get\s+paid))|urgent[!:]|final\s+notice|attempt\s+to\s+(?:contact|reach)\s+you)(?!\p{L})/gu,
  /(?<!\p{L})(?:sie\s+haben\s+gewonnen|du\s+hast\s+gewonnen|herzlichen\s+glückwunsch[!,.\s]{1,3}(?:sie|du)\s+(?:haben|hast|wurden)|(?:ihr|dein)\s+gewinn(?:\s+wartet)?|gewinn(?:er|code|spiel)\s+(?:des|jetzt|wartet)|sofort(?:iger)?\s+gewinn|100\s?%\s+(?:gratis|kostenlos)|völlig\s+kostenlos|ohne\s+haken|geld\s+verdienen|verdien\p{L}*\s+(?:von\s+zu\s+hause|nebenbei)|schnelles\s+geld|nebenverdienst|bargeld(?:preis|gewinn)|kein\s+spam|einmalige\s+(?:chance|gelegenheit)|hier\s+klicken\s+und\s+(?:gewinnen|sichern))(?!\p{L})/giu,
];

function spamLikelihood(draft: DraftText): Contribution[] {
  const found = SPAM.map((pattern) => matches(draft, pattern)).filter((each) => each.length > 0);
  if (found.length === 0) return [];
  const weight = 1 - 0.65 ** found.length;
  const words = found.flatMap((each) => each.slice(0, 2).map(({ text }) => `“${text.trim()}”`)).join(', ');
  return contribution(
    'manners.spam',
    Math.round(weight * 100) / 100,
    `${words}: filters for unwanted mail look for this.`,
    spans(found.flat()),
  );
}

/** How loud, how long and how much like spam a message is, by what the brand allows. */
export const manners: Check = {
  name: 'manners',
  run: (context) => {
    const draft = readOnce(withoutNames(context));
    return [...loudness(draft, context), ...length(draft, context), ...spamLikelihood(draft)];
  },
};
