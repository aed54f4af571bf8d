import { type Contribution } from '../assessment.js';
import { type Check } from '../check.js';
import { type DraftText, findPhrases } from '../draft-text.js';

/** What a model says of itself, or repeats of what it was told: nobody who writes to customers says so. */
const MODEL = [
  /(?<!\p{L})(?:as|being)\s+an?\s+(?:\p{L}+\s+)?(?:ai|a\.i\.|artificial\s+intelligence|language\s+model|llm|chatbot|assistant)(?!\p{L})|(?<!\p{L})als\s+(?:ki|sprachmodell|künstliche\s+intelligenz|chatbot|assistent)(?!\p{L})/giu,
  /(?<!\p{L})(?:chatgpt|gpt-\d|openai|claude|gemini|copilot)(?!\p{L})|(?:^|\n)\s*(?:output|response|answer|ausgabe)\s*:|(?<!\p{L})(?:ignore|disregard|forget)\s+(?:what|everything|all)\s+(?:you\s+)?(?:were|was|have\s+been|been)?\s*(?:told|instructed|said|above|before)/giu,
  /(?<!\p{L})i(?:['’]m|\s+am)\s+(?:only\s+|just\s+)?an?\s+(?:ai|language\s+model|llm|chatbot|virtual\s+assistant)(?!\p{L})|(?<!\p{L})ich\s+bin\s+(?:nur\s+)?(?:eine?\s+)?(?:ki|sprachmodell|chatbot|künstliche\s+intelligenz)(?!\p{L})/giu,
  /(?<!\p{L})(?:i\s+(?:cannot|can['’]?t|am\s+(?:unable|not\s+able)\s+to|won['’]?t)|i['’]m\s+(?:unable|not\s+able)\s+to)\s+(?:write|generate|create|produce|fulfil\p{L}*|comply|assist\s+with|help\s+with)\s+(?:this|that|such|your|the|an?)(?!\p{L})|(?<!\p{L})ich\s+kann\s+(?:diese|dabei|das|ihnen\s+dabei)\s+(?:\p{L}+\s+){0,3}?(?:nicht\s+(?:helfen|schreiben|erstellen|erfüllen|bearbeiten|beantworten|ausführen))/giu,
  /(?<!\p{L})(?:ignore|disregard|override|bypass|forget)\s+(?:(?:all|any|the|your|these|previous|prior|above|earlier|brand|system|safety|and)\s+){1,5}(?:instructions?|prompts?|rules?|guidelines?|guardrails?|checks?)(?!\p{L})/giu,
  /(?<!\p{L})(?:(?:vorherige|bisherige|obige|frühere|alle|sämtliche|die|deine)[nr]?\s+){1,3}(?:anweisungen|instruktionen|regeln|vorgaben)\s+(?:ignorieren|missachten|vergessen|überschreiben)|(?:ignorier|missacht|vergiss|überschreib)\p{L}*\s+(?:(?:alle|die|deine|sämtliche|vorherigen?|bisherigen?|obigen?)\s+){1,3}(?:anweisungen|instruktionen|regeln|vorgaben)(?!\p{L})/giu,
  /(?<!\p{L})(?:note|message|memo|hinweis|nachricht)\s+(?:to|for|an)\s+(?:the\s+|den\s+|die\s+|all\s+)?(?:reviewers?|approvers?|moderators?|editors?|prüfer\p{L}*|freigebende\p{L}*)(?!\p{L})|(?<!\p{L})(?:approve|release|send|freigeben|genehmigen)\s+(?:this\s+|it\s+|the\s+(?:draft|message)\s+)?(?:automatically|without\s+(?:a\s+)?review|ohne\s+prüfung|automatisch)(?!\p{L})/giu,
  /(?<!\p{L})(?:system|developer|initial|hidden)\s?prompt|(?<!\p{L})(?:my|meine|laut\s+(?:meinen|den))\s+(?:system\s+)?(?:instructions|prompt|anweisungen|vorgaben)(?!\p{L})|(?<!\p{L})(?:the\s+following|this)\s+(?:text|prompt|section)\s+is\s+confidential|(?<!\p{L})brand\s+voice(?!\p{L})|(?<!\p{L})in\s+an?\s+(?:friendly|calm|warm|formal|professional|casual)\s+tone(?!\p{L})|(?:^|\n)\s*(?:system|assistant|developer)\s*:/giu,
  /(?<!\p{L})(?:here(?:['’]s|\s+is)\s+(?:the|a|your)\s+(?:draft|rewritten|revised|requested)\s+(?:e-?mail|message|version|text|copy)|hier\s+ist\s+(?:der|die|eine)\s+(?:gewünschte|überarbeitete|angefragte)[rsn]?\s+\p{L}+|subject\s+line\s+options?\s*:|let\s+me\s+know\s+if\s+you(?:['’]d|\s+would)\s+like\s+(?:me\s+to|any)\s+(?:changes?|adjust\p{L}*|rewrite|revise|edit))(?!\p{L})/giu,
];

const SECRET = String.raw`(?:pass(?:word|code|phrase)|pin(?:\s+(?:code|number))?|cvv|cvc|card\s+(?:details|data|number)|credit\s+card(?:\s+\p{L}+)?|account\s+number|bank\s+(?:details|account|data)|social\s+security(?:\s+number)?|security\s+(?:code|answer)|one[\s-]time\s+code|date\s+of\s+birth|passwor[td]\p{L}*|geburtsdatum|kennwort|kontonummer|kontodaten|bankdaten|bankverbindung|kreditkarten?\p{L}*|kartennummer|prüfziffer|tan|iban|geheimzahl|ausweisnummer)`;
/** Between the asking and the secret, within a sentence. */
const BETWEEN = String.raw`(?:[^.!?\n]){0,30}?`;
/** What no shop asks for by mail: whoever does is taken for somebody else, or is. */
const SECRETS = [
  new RegExp(
    `(?<!\\p{L})(?:send|e-?mail|text|reply|respond|tell|give|provide|share|confirm|verify|answer|forward|enter|type)(?!\\p{L})${BETWEEN}(?<!(?:change|reset|set|new|forgot|forgotten)\\s(?:your\\s|a\\s)?)(?<=(?:your|us|the|with|full)\\s(?:\\p{L}+\\s){0,2})${SECRET}(?!\\p{L})(?!\\s+(?:change|reset))`,
    'giu',
  ),
  new RegExp(
    `(?<!\\p{L})(?:antwort|send|schick|nenn|teil|bestätig|übermittel|mail|verrat|gib|geb)\\p{L}*(?!\\p{L})${BETWEEN}(?<=(?:ihre[rmn]?|deine[rmn]?|ihr|dein|die|der|den|das|mit|uns)\\s(?:\\p{L}+\\s){0,2})${SECRET}(?!\\p{L})`,
    'giu',
  ),
  /(?<!\p{L})(?:your|ihr|dein)\s+(?:new\s+|neues\s+)?(?:password|passwort|pin)\s+(?:is|ist|lautet)\s*:?\s+(?!(?:safe|secure|about|now|still|no|due|old|too|not|only|stored|kept|sicher|noch|nicht|zu|bei|nur)(?!\p{L}))\S+/giu,
  /(?<!\p{L})(?:transfer|wire|überweis\p{L}*)\s+(?:\p{L}+\s+){0,2}(?:\p{Sc}\s?\d|\d[\d.,]*\s?(?:\p{Sc}|euros?|dollars?|pounds?))/giu,
];

/** How strangers press for a log-in. */
const THREATS = [
  /(?<!\p{L})(?:avoid|prevent|stop|vermeiden|verhindern)\s+(?:\p{L}+\s+){0,3}?(?:suspension|closure|deactivation|termination|sperrung|schließung)(?!\p{L})/giu,
  /(?<!\p{L})(?:account|konto|zugang)\s+(?:will\s+be|has\s+been|is|wird|wurde|ist)\s+(?:\p{L}+\s+)?(?:closed|suspended|locked|blocked|restricted|gesperrt|geschlossen|eingeschränkt)(?!\p{L})/giu,
];

/** Without one of these none of the above is there; looking for them costs next to nothing. */
const MAY_SPEAK =
  /(?<!\p{L})(?:ai|chatgpt|gpt|openai|claude|gemini|copilot|output|response|answer|ausgabe|a\.i\.|artificial|language\s+model|llm|chatbot|assistant|ki|sprachmodell|künstliche|assistent|cannot|can['’]?t|unable|not\s+able|won['’]?t|kann|ignor|disregard|override|bypass|forget|missacht|vergiss|überschreib|vergessen|note|message|memo|hinweis|nachricht|approve|release|freigeben|genehmigen|automati|prompt|instructions|anweisung|vorgabe|system|developer|confidential|voice|tone|my|meine|laut|here|hier|subject|let\s+me)/iu;
const MAY_ASK = new RegExp(`${SECRET}|transfer|wire|überweis`, 'iu');

const having = (draft: DraftText, pattern: RegExp): DraftText =>
  draft.filter(({ text }) => pattern.test(text));

/** Words of a model or of its instructions that slipped into a draft, and requests for what nobody should send. */
export const leaks: Check = {
  name: 'leaks',
  run: ({ draft }): Contribution[] => [
    ...findPhrases(having(draft, MAY_SPEAK), MODEL).contribute(
      'leaks.model',
      0.8,
      (found) => `“${found}” is said by or to a model, not by a shop to its customer.`,
    ),
    ...findPhrases(having(draft, MAY_ASK), SECRETS).contribute(
      'leaks.secrets',
      0.8,
      (found) => `“${found}” asks for what nobody should send.`,
    ),
    ...findPhrases(draft, THREATS).contribute(
      'leaks.threat',
      0.5,
      (found) => `“${found}” is how strangers press for a log-in.`,
    ),
  ],
};
