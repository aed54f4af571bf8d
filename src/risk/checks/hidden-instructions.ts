import { type Json } from '../../shared/canonical-json.js';
import { type Contribution, type Span } from '../assessment.js';
import { type Check, type CheckContext } from '../check.js';
import { findPatterns, literalPattern, normalised } from '../draft-text.js';
import { findWords } from '../phrases.js';
import { matchesOf } from '../../shared/matches.js';

/** Addressed to a model beyond doubt. */
const OPEN = [
  /(?:ignore|disregard|forget|override|bypass|skip)\s+(?:(?:all|any|everything|the|your|my|these|those|of)\s+){0,4}(?:previous|prior|above|earlier|preceding|existing|system|original|foregoing)?\s*(?:instructions?|prompts?|rules?|guidelines?|directions?|context|constraints?|guardrails?)/iu,
  /(?:system|developer|hidden|initial)\s+(?:prompt|message|instructions?)/iu,
  /(?:^|\n)\s*(?:system|assistant|user|human)\s*:/iu,
  /<\|?\/?(?:im_start|im_end|system|endoftext|assistant|inst|instructions?)\|?>|\[\/?INST\]|###\s*(?:instruction|system|response)/iu,
  /you\s+are\s+(?:now\s+)?(?:an?\s+)?(?:\p{L}+\s+){0,2}(?:ai|assistant|chatbot|language\s+model|llm|gpt|dan|jailbroken|unrestricted)/iu,
  /(?:new|updated|additional|following|important)\s+instructions?\s*(?:[:.]|are|follow)/iu,
  /(?:act|behave|respond|pretend)\s+as\s+(?:if\s+you|an?\s+\p{L}+|though)/iu,
  /(?:do\s+not|don['’]?t|never)\s+(?:follow|obey|mention|reveal|tell)\s+(?:the\s+|your\s+|these\s+|this\s+|any\s+)?(?:\p{L}+\s+)?(?:instructions?|prompt|rules?|user|customer|guidelines?)/iu,
  /jailbreak|prompt\s+injection|developer\s+mode/iu,
  /(?:ignorier|vergiss|missachte|überschreib)\p{L}*\s+(?:(?:alle|sämtliche|die|deine|bisherigen|vorherigen|obigen|vorigen|obenstehenden)\s+){1,4}(?:anweisung|instruktion|regel|vorgabe|befehl)\p{L}*/iu,
  /(?:neue|folgende|wichtige)\s+(?:anweisung|instruktion)\p{L}*\s*:/iu,
  /du\s+bist\s+(?:jetzt|nun|ab\s+sofort)\s+(?:nicht\s+mehr|frei|ein\w*\s+(?:\p{L}+\s+){0,2}(?:assistent|bot|ki|modell)|\p{Lu}{3,})/u,
  /you\s+are\s+(?:now|no\s+longer)\s+(?:\p{Lu}{3,}|bound|limited|free)/u,
  /(?:assistant|assistent\p{L}*|chatbot|language\s+model|sprachmodell|ki)\s+(?:without|with\s+no|ohne)\s+\p{L}+/iu,
  /(?:ignore|disregard|forget|override|bypass|ignorier\p{L}*|vergiss|missachte)\s+(?:all|any|the|your|these|alle|die|deine)\s+(?:\p{L}+\s+)?(?:rules?|prompts?|guidelines?|regeln|vorgaben)/iu,
  /system\s?prompt|<\/?\s?(?:system|customer\p{L}*|user|assistant|instructions?|prompt)[^<>]{0,40}>|(?:^|\n)\s*#{2,}\s*(?:instruction|anweisung|system|aufgabe)/iu,
  /(?:decode|decrypt|unscramble|dekodier\p{L}*|entschlüssel\p{L}*)\s+(?:this|the\s+following|it|das|dies\p{L}*|folgende\p{L}*)/iu,
  /(?:note|message|notice|instruction|hinweis|nachricht|anweisung)\s+(?:\P{L}*[\p{L}'’]+\s+){0,8}?(?:to|for|an)\s+(?:the\s+|den\s+|die\s+|whoever\s+)?(?:person\s+writing|writer|author|ai|model|assistant|bot|system|verfasser\p{L}*|autor\p{L}*|ki|modell|assistent\p{L}*)/iu,
];

const WRITING = String.raw`(?:add|append|insert|include|integrate|incorporate|embed|mention|place|put|introduce|use|replace|rearrange|reverse|encode|encrypt|translate|convert|transform|render|express|shift|scramble|jumble|combine|augment|enhance|enrich|rewrite|rephrase|summari[sz]e|modify|change|alter|provide|present|write|give|display|output|print|end|begin|start|finish|apply|remove|group|misspell|capitali[sz]e|format|swap|substitute|weave|subtly|füge|ergänze|schreibe?|übersetze|verwende|ersetze|erwähne|nenne|gib|baue|offer|promise|say|biete|versprich|fordere|behaupte|sage?)`;
const ANSWER = String.raw`(?:your|ihrer?|deine[rnm]?)\s+(?:\p{L}+\s+){0,2}(?:response|repl(?:y|ies)|answers?|output|message|completion|draft|antwort|nachricht|ausgabe)`;
/** Within a sentence; a point inside an address does not end one. */
const WITHIN = String.raw`(?:[^.!?\n]|[.!?](?=\S)){0,200}?`;
/** An order to whoever writes, about what is being written. */
const ORDERS = [
  new RegExp(`(?<!\\p{L})${WRITING}(?!\\p{L})${WITHIN}(?<!\\p{L})${ANSWER}(?!\\p{L})`, 'iu'),
  new RegExp(`(?:^|[.!?\\n]\\s*)(?:in|within|throughout)\\s+${ANSWER}\\s*,?\\s*\\p{L}+`, 'iu'),
  /(?<!\p{L})(?:reply|respond|answer|antworte)\s+(?:only|using|in\s+(?:reverse|base|all|code|cipher|emojis?|\p{L}+\s+encoding)|nur|als)(?!\p{L})/iu,
  /(?<!\p{L})(?:misspell|capitali[sz]e|reverse|encrypt|encode|anagram|scramble|replace)\s+(?:every|all|each|vowels|letters|words|the\s+(?:letters|words|vowels))(?!\p{L})/iu,
];

const TASK = String.raw`(?:write|draft|compose|generate|create|summari[sz]e|translate|analy[sz]e|determine|explain|describe|recommend|suggest|list|provide|show\s+me|tell\s+me|help\s+me|give\s+me|calculate|classify|compare|find|identify|assess|evaluate|develop|design|plan|schreibe?|erstelle|übersetze|erkläre|nenne|fasse)`;
const TASK_START = new RegExp(
  `^(?:please\\s+|kindly\\s+|bitte\\s+|can\\s+you\\s+|could\\s+you\\s+)?${TASK}\\s+(?:an?|the|some|this|me|us|ways?|how|what|insights?|information|details?|eine?n?|den|das|die|\\p{L}+\\s+\\p{L}+)(?!\\p{L})`,
  'iu',
);
/** What a customer has no say in, asked of whoever writes: prices, promises, what others are told or asked for, what a mail says of the shop. */
const DEMANDS = [
  /(?<!\p{L})(?:offer|promise|grant|give|announce|say|write|state|claim|tell|confirm)(?!\p{L})(?:[^.!?\n]){0,60}?(?:\d+\s?%|discount|refund\s+without|for\s+free|(?:is|are)\s+free|competitors?|the\s+(?:customer|reader|recipient)s?|every(?:body|one)|guarantee|warranty)/iu,
  /(?<!\p{L})(?:biete|versprich|gewähre|gib|nenne|schreibe?|sage?|behaupte|fordere|bestätige)(?!\p{L})(?:[^.!?\n]){0,60}?(?:\d+\s?%|rabatt|garantie|kostenlos|gratis|(?:den|die|dem)\s+(?:kund\p{L}+|leser\p{L}*|empfänger\p{L}*)|besser|konkurren\p{L}+|wettbewerb\p{L}*)/iu,
  /(?<!\p{L})(?:add|include|insert|put|give|füge|setze|nenne)(?!\p{L})(?:[^.!?\n]){0,40}?(?:https?:|www\.|phone\s+number|telefonnummer|link)/iu,
  /(?<!\p{L})(?:end|begin|start|finish|beende|beginne)(?!\p{L})(?:[^.!?\n]){0,20}?(?:message|mail|text|reply|nachricht|antwort)(?!\p{L})(?:[^.!?\n]){0,20}?(?:with|mit)(?!\p{L})/iu,
  /(?<!\p{L})(?:explain|describe|summari[sz]e|erkläre|beschreibe)\s+(?:how|why|what|the\s+(?:theory|history|causes?|concept)|wie|warum|was)(?!\p{L})/iu,
  /(?<!\p{L})(?:write|compose|schreibe?|dichte|explain|erkläre)(?!\p{L})(?:[^.!?\n]){0,40}?(?:poem|essay|story|song|script|code|gedicht|aufsatz|geschichte|lied|instead\s+of\s+the|statt\s+der)/iu,
];
/** Long runs of Base64, once decoded. */
const ENCODED = /(?<![\w+/])(?=[\w+/]*[A-Z])(?=[\w+/]*[a-z])[A-Za-z\d+/]{20,4000}={0,2}(?![\w+/])/gu;
/** Single letters with one space between. */
const SPACED = /(?<!\S)(?:\p{L}[^\S\n]+){7,}\p{L}(?!\S)/u;

/** Fields a person fills with a name, a place, a code; a task for a writer has no business there. */
const SHORT_FIELD =
  /name|title|city|town|country|street|address|company|job|role|plan|code|sku|colou?r|size|locale|language|timezone|email|phone|source|campaign|brand|category|variant/i;

const TAG_CHARACTERS = /[\u{e0000}-\u{e007f}]|[\u{202a}-\u{202e}\u{2066}-\u{2069}]|[\u{200b}\u{2060}]{3,}/u;

/** Of one text; a signal holds 32 KB at most. */
const LONGEST = 32_768;

interface Text {
  readonly place: string;
  readonly value: string;
}

function textsIn(value: Json, place: string): Text[] {
  if (typeof value === 'string') return [{ place, value }];
  if (Array.isArray(value)) return value.flatMap((item, i) => textsIn(item, `${place}[${i}]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [
    // A name that long is text smuggled in as a name.
    ...(key.length > 60 ? [{ place, value: key }] : []),
    ...textsIn(member, `${place}.${key.slice(0, 60)}`),
  ]);
}

/** What a model (or a template's slot) may have been shown of what people and clients wrote. */
function shownTexts({ situation }: CheckContext): Text[] {
  return [
    ...textsIn(situation.profile.traits, 'profile.traits'),
    ...textsIn(situation.signal?.properties ?? {}, 'signal.properties'),
    ...textsIn(situation.context, 'context'),
  ];
}

/** Whether something in Base64 decodes to words. */
function hidesWords(text: string): boolean {
  return matchesOf(text, ENCODED).some(([run]) => {
    const decoded = Buffer.from(run, 'base64').toString('utf8');
    return (
      /^[\p{L}\p{N}\p{P}\p{S}\s]+$/u.test(decoded) &&
      /\p{L}{2,}\s+\p{L}{2,}/u.test(decoded) &&
      !decoded.includes('\u{fffd}')
    );
  });
}

function judge({ place, value }: Text): { weight: number; what: string } | null {
  if (TAG_CHARACTERS.test(value)) return { weight: 0.8, what: 'hides characters that nobody sees' };
  // Anybody with a write key can send such texts: runs of white space would cost the patterns time by their square.
  const text = value
    .slice(0, LONGEST)
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/\s*\n\s*/g, '\n');
  if (OPEN.some((pattern) => pattern.test(text))) return { weight: 0.8, what: 'speaks to the model' };
  if (SPACED.test(text)) return { weight: 0.6, what: 'is spelt out so that filters do not read it' };
  if (hidesWords(text)) return { weight: 0.6, what: 'carries text in an encoding' };
  if (DEMANDS.some((pattern) => pattern.test(text)))
    return { weight: 0.6, what: 'asks whoever writes for what a customer has no say in' };
  if (ORDERS.some((pattern) => pattern.test(text)))
    return { weight: 0.6, what: 'gives orders to whoever writes' };
  const field = place.split('.').at(-1) ?? '';
  if (
    SHORT_FIELD.test(field) &&
    (TASK_START.test(text.trim()) || /\?\s*$/.test(text) || text.split(/\s+/).length > 14)
  )
    return { weight: 0.5, what: 'holds a text where a name belongs' };
  // A customer may well ask for something; whoever writes to them should know that they did.
  const lines = text.split('\n').map((line) => line.trim());
  if (lines.some((line) => TASK_START.test(line))) return { weight: 0.3, what: 'sets a task' };
  return null;
}

/** Whether a text is addressed to a model beyond doubt, or hides characters that nobody sees. */
export function speaksToModel(value: string): boolean {
  return (judge({ place: '', value })?.weight ?? 0) >= 0.8;
}

const COMMON =
  /^(?:this|that|with|your|from|have|please|could|would|about|into|they|them|their|what|when|which|will|been|were|hello|thank|thanks|order|product|customer|message|reply|mail|nachricht|antwort|bitte|eine[rnms]?|nicht|dass|alle[rs]?|sich|oder|aber|auch|wird|sind|haben|ihre[rnm]?|ihnen|deine[rnm]?|hallo|heute|today)$/u;

/** Words that say what a text is about, each once. */
function subjectsOf(text: string): string[] {
  return [...new Set(normalised(text).match(/[\p{L}\d]{4,}/gu) ?? [])].filter((word) => !COMMON.test(word));
}

/** What the text asks for, in words: with what its Base64, invisible or spelt-out letters say. */
function deciphered(value: string): string {
  const shown = value
    .slice(0, LONGEST)
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '');
  const decoded = matchesOf(shown, ENCODED).map(([run]) => Buffer.from(run, 'base64').toString('utf8'));
  // Three spaces stand for one where letters are spelt out.
  const joined = SPACED.test(shown) ? shown.replace(/(?<=\S) (?=\S)/g, '') : '';
  return [shown, ...decoded, joined].join('\n');
}

/** Where the draft takes up the words of an instruction: what a reviewer should look at first. */
function echoes({ draft }: CheckContext, value: string): Span[] {
  const subjects = subjectsOf(deciphered(value)).slice(0, 60);
  if (subjects.length === 0) return [];
  return findPatterns(draft, [
    new RegExp(`(?<![\\p{L}\\p{N}])(?:${subjects.map(literalPattern).join('|')})`, 'giu'),
  ])
    .list()
    .flatMap(({ spans }) => spans)
    .slice(0, 20);
}

/** The words that whoever obeys would have written, and where nothing is taken up, everything that was written. */
function carriedOut(context: CheckContext, value: string): Span[] {
  const found = echoes(context, value);
  return found.some(({ field }) => field !== 'subject' && field !== 'preheader')
    ? found
    : context.draft.filter(({ field }) => field === 'text').map((part) => part.span(0, part.text.length));
}

/** Several words that somebody put between quotation marks; an apostrophe within a word opens and closes nothing. */
const QUOTED = /(?<!\p{L})["“„«‘']([^"“”„«»\n]{5,120}?)["”“»’'](?!\p{L})/gu;

/** Where the draft says word for word what a text puts between quotation marks, and no fact does: the customer's words in the brand's mouth. */
function quotedWords(context: CheckContext, value: string): Contribution[] {
  const quoted = matchesOf(value.slice(0, LONGEST), QUOTED)
    .map(([, words = '']) => words.trim())
    .filter((words) => /\S\s+\S/.test(words));
  if (quoted.length === 0) return [];
  const given = normalised(JSON.stringify([context.brand, context.facts.map(({ data }) => data)]));
  return findWords(
    context.draft,
    quoted.filter((words) => !given.includes(normalised(words))),
  ).contribute(
    'instructions.quoted',
    0.5,
    (words) => `“${words}” is what the customer put between quotation marks.`,
  );
}

/** Instructions in profile or event text, where a model may take them for its own. Found whether or not the draft followed them. */
export const hiddenInstructions: Check = {
  name: 'instructions',
  run: (context) =>
    shownTexts(context).flatMap((text): Contribution[] => {
      const found = judge(text);
      if (found === null) return quotedWords(context, text.value);
      const words = text.value.trim().slice(0, 200);
      const repeated = normalised(words).length < 12 ? [] : findWords(context.draft, [words]).list();
      return [
        {
          code: repeated.length > 0 ? 'instructions.repeated' : 'instructions.hidden',
          weight: repeated.length > 0 ? 0.9 : found.weight,
          text: `${text.place} ${found.what}: “${words}”`,
          spans:
            repeated.length > 0 ? repeated.flatMap(({ spans }) => spans) : carriedOut(context, text.value),
        },
      ];
    }),
};
