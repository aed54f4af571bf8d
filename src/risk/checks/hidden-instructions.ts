import { type Json } from '../../shared/canonical-json.js';
import { type Contribution } from '../assessment.js';
import { type Check, type CheckContext } from '../check.js';
import { findPatterns, normalised, wordPattern } from '../draft-text.js';

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
  /du\s+bist\s+(?:jetzt|nun|ab\s+sofort)\s+/iu,
];

const WRITING = String.raw`(?:add|append|insert|include|integrate|incorporate|embed|mention|place|put|introduce|use|replace|rearrange|reverse|encode|encrypt|translate|convert|transform|render|express|shift|scramble|jumble|combine|augment|enhance|enrich|rewrite|rephrase|summari[sz]e|modify|change|alter|provide|present|write|give|display|output|print|end|begin|start|finish|apply|remove|group|misspell|capitali[sz]e|format|swap|substitute|weave|subtly|füge|ergänze|schreibe?|übersetze|verwende|ersetze|erwähne|nenne|gib|baue)`;
const ANSWER = String.raw`(?:your|ihrer?|deiner?|deinem)\s+(?:\p{L}+\s+){0,2}(?:response|repl(?:y|ies)|answers?|output|message|completion|draft|antwort|nachricht|ausgabe)`;
/** Within a sentence; a point inside an address does not end one. */
const WITHIN = String.raw`(?:[^.!?\n]|[.!?](?=\S)){0,200}?`;
/** An order to whoever writes, about what is being written. */
const ORDERS = [
  new RegExp(`(?<!\\p{L})${WRITING}(?!\\p{L})${WITHIN}(?<!\\p{L})${ANSWER}(?!\\p{L})`, 'iu'),
  new RegExp(`(?:^|[.!?\\n]\\s*)(?:in|within|throughout)\\s+${ANSWER}\\s*,?\\s*\\p{L}+`, 'iu'),
  /(?<!\p{L})(?:reply|respond|answer|antworte)\s+(?:only|using|in\s+(?:reverse|base|all|code|cipher|french|spanish|german|emojis?|\p{L}+\s+encoding)|nur|als)(?!\p{L})/iu,
  /(?<!\p{L})(?:misspell|capitali[sz]e|reverse|encrypt|encode|anagram|scramble|replace)\s+(?:every|all|each|vowels|letters|words|the\s+(?:letters|words|vowels))(?!\p{L})/iu,
];

const TASK = String.raw`(?:write|draft|compose|generate|create|summari[sz]e|translate|analy[sz]e|determine|explain|describe|recommend|suggest|list|provide|show\s+me|tell\s+me|help\s+me|give\s+me|calculate|classify|compare|find|identify|assess|evaluate|develop|design|plan|schreibe?|erstelle|übersetze|erkläre|nenne|fasse)`;
const TASK_START = new RegExp(
  `^(?:please\\s+|kindly\\s+|bitte\\s+|can\\s+you\\s+|could\\s+you\\s+)?${TASK}\\s+(?:an?|the|some|this|me|us|ways?|how|what|insights?|information|details?|eine?n?|den|das|die|\\p{L}+\\s+\\p{L}+)(?!\\p{L})`,
  'iu',
);
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

/** Instructions in profile or event text, where a model may take them for its own. Found whether or not the draft followed them. */
export const hiddenInstructions: Check = {
  name: 'instructions',
  run: (context) =>
    shownTexts(context).flatMap((text): Contribution[] => {
      const found = judge(text);
      if (found === null) return [];
      const words = text.value.trim().slice(0, 200);
      const repeated =
        normalised(words).length < 12 ? [] : findPatterns(context.draft, [wordPattern(words)]).list();
      return [
        {
          code: repeated.length > 0 ? 'instructions.repeated' : 'instructions.hidden',
          weight: repeated.length > 0 ? 0.9 : found.weight,
          text: `${text.place} ${found.what}: “${words}”`,
          spans: repeated.flatMap(({ spans }) => spans),
        },
      ];
    }),
};
