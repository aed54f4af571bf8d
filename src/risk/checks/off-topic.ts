import { type Json } from '../../shared/canonical-json.js';
import { type Contribution, type Span } from '../assessment.js';
import { type Check, type CheckContext, needsPerson } from '../check.js';
import { type FieldText, findPatterns } from '../draft-text.js';
import { isEveryday } from '../everyday-words.js';
import { withoutNames } from '../grounded-claims.js';
import { matchesOf } from '../../shared/matches.js';

/** Text of a customer from this many words on may have asked for something else than the mail. */
const FREE_TEXT = 3;
/** Of the words that a paragraph, or the whole draft, holds beside everyday ones: how many are from nowhere. */
const STRANGE_PARAGRAPH = 0.7;
const STRANGE_DRAFT = 0.5;
const ENOUGH_IN_PARAGRAPH = 5;

const CODE = [
  /```|(?<!\p{L})(?:def|function|class)\s\w+\(|(?<!\p{L})(?:const|let|var)\s+\w+\s*=|=>\s*\{|(?<!\p{L})import\s(?:\w+\sfrom\s)?['"]|console\.log|System\.out|<\?php|#include\s*</gu,
  /(?<!\p{L})SELECT\s[\w*,\s]{1,80}\sFROM(?!\p{L})/gu,
];

function texts(value: Json | undefined): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(texts);
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, member]) => [key, ...texts(member)])
    : [];
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/\p{L}{4,}/gu) ?? [];
/** Enough to know a word again in another form. */
const stem = (word: string): string => word.slice(0, 6);

function isFreeText(text: string): boolean {
  return /\s/.test(text.trim()) && (text.match(/\p{L}{2,}/gu)?.length ?? 0) >= FREE_TEXT;
}

/** What the draft was given to speak of: facts, the brand, the action, names; not what customers wrote at length. */
function givenWords({ brand, content, decision, facts, purpose, situation }: CheckContext): Set<string> {
  const { profile, signal } = situation;
  const shown = [profile.traits, signal?.properties ?? {}, situation.context].flatMap(texts);
  const given = [
    brand.name,
    brand.voice,
    brand.postalAddress,
    content.action,
    content.sender,
    purpose,
    signal?.event ?? '',
    ...Object.keys(profile.events),
    ...decision.textLimits.required,
    ...facts.flatMap((fact) => [fact.id, ...texts(fact.data)]),
    ...shown.filter((text) => !isFreeText(text)),
  ];
  return new Set(given.flatMap((text) => wordsOf(text).map(stem)));
}

interface Word {
  readonly text: string;
  readonly start: number;
}

interface Read {
  readonly known: ReadonlySet<string>;
  readonly strange: readonly Word[];
}

function read(part: FieldText, given: ReadonlySet<string>, from: number, to: number): Read {
  const known = new Set<string>();
  const strange: Word[] = [];
  for (const match of matchesOf(part.text.slice(from, to), /\p{L}{4,}/gu)) {
    const word = match[0].toLowerCase();
    if (isEveryday(word) || given.has(stem(word))) known.add(stem(word));
    else strange.push({ text: match[0], start: from + match.index });
  }
  return { known, strange };
}

function strangeShare({ known, strange }: Read): { distinct: number; share: number } {
  const distinct = new Set(strange.map(({ text }) => stem(text.toLowerCase()))).size;
  const all = distinct + known.size;
  return { distinct, share: all === 0 ? 0 : distinct / all };
}

function spansOf(part: FieldText, { strange }: Read): Span[] {
  return strange.slice(0, 20).map(({ text, start }) => part.span(start, start + text.length));
}

function strangeIn(part: FieldText, given: ReadonlySet<string>): Span[] {
  const whole = read(part, given, 0, part.text.length);
  const { distinct, share } = strangeShare(whole);
  if (distinct > 0 && share >= STRANGE_DRAFT) return spansOf(part, whole);
  return matchesOf(part.text, /[^\n]+/gu).flatMap((line) => {
    const paragraph = read(part, given, line.index, line.index + line[0].length);
    const found = strangeShare(paragraph);
    return found.distinct >= ENOUGH_IN_PARAGRAPH && found.share >= STRANGE_PARAGRAPH
      ? spansOf(part, paragraph)
      : [];
  });
}

/** How a customer begins a sentence that tells something; what begins otherwise, or ends in a question mark, may ask for something. */
const TELLS =
  /^(?:(?:i|we|he|she|it|they|you|there|the|a|an|my|our|your|his|her|their|this|that|these|those|thanks|thank|hello|hi|dear|yes|no|not|very|all|everything|nothing|so|but|and|also|only|sorry)(?:['’]\p{L}+)?|ich|wir|er|sie|es|man|der|die|das|ein|eine|mein|meine|unser|unsere|dies\p{L}*|danke|vielen|hallo|ja|nein|sehr|alles|leider|aber|und|auch|nur)(?!\p{L})/iu;
/** So many strange words of a customer's text come up in an answer to it by themselves. */
const TAKEN_UP = 3;

function asks(text: string): boolean {
  return matchesOf(text, /[^.!?\n]+[.!?]*/gu).some(([sentence]) => {
    const words = sentence.trim();
    return /\p{L}{3}/u.test(words) && (words.endsWith('?') || !TELLS.test(words));
  });
}

/** Words of its own that a customer's text brought in, and that the draft takes up. */
function takenUp(context: CheckContext, parts: readonly FieldText[], given: ReadonlySet<string>): Span[] {
  for (const text of freeTexts(context)) {
    const theirs = new Set(
      wordsOf(text)
        .filter((word) => !isEveryday(word))
        .map(stem)
        .filter((word) => !given.has(word)),
    );
    const found = parts.flatMap((part) =>
      read(part, given, 0, part.text.length)
        .strange.filter((word) => theirs.has(stem(word.text.toLowerCase())))
        .map((word) => ({ part, ...word })),
    );
    const distinct = new Set(found.map((word) => stem(word.text.toLowerCase()))).size;
    if (distinct >= (asks(text) ? 1 : TAKEN_UP))
      return found.slice(0, 20).map(({ part, start, text: word }) => part.span(start, start + word.length));
  }
  return [];
}

/** What customers wrote at length, as a model was shown it; a template is filled, not written. */
function freeTexts({ content, situation }: CheckContext): string[] {
  if (content.versions.template !== null) return [];
  const { profile, signal, context } = situation;
  return [profile.traits, signal?.properties ?? {}, context].flatMap(texts).filter(isFreeText);
}

/** A draft that speaks of something else than it was given, where a customer's text may have asked for it; and program code in any. */
export const offTopic: Check = {
  name: 'off-topic',
  run: (context) => {
    const code = findPatterns(context.draft, CODE).contribute(
      'off-topic.code',
      needsPerson(context.engine),
      (found) => `“${found}” is program code.`,
    );
    if (freeTexts(context).length === 0) return code;
    const given = givenWords(context);
    const parts = withoutNames(context).filter(({ field }) => field === 'text' || field === 'html');
    const found = (code: string, text: string, spans: Span[]): Contribution[] =>
      spans.length === 0 ? [] : [{ code, weight: needsPerson(context.engine), text, spans }];
    return [
      ...code,
      ...found(
        'off-topic.strange',
        'A customer’s text was shown to whoever wrote this, and it speaks of things that were not given.',
        parts.flatMap((part) => strangeIn(part, given)),
      ),
      ...found(
        'off-topic.taken-up',
        'This takes up words that a customer’s text brought in and nothing else states.',
        takenUp(context, parts, given),
      ),
    ];
  },
};
