import { absentFamily } from './claim-families.js';
import { claim, type Finder, type Rule, set, type Words } from './loose-words.js';

const FREE = set(
  'free gratis umsonst kostenlos kostenlose kostenloser kostenlosen kostenloses kostenlosem kostenfrei kostenfreie kostenfreien geschenkt complimentary gebührenfrei',
);
const LINKS = set('feel set break sugar gluten hands-free');
const GIVING = set(
  'for is are stay stays travel travels eat eats go goes get gets come comes ride rides absolutely completely totally always',
);
const NOT_FREE = set('to from of up time hand space will as if or and spirit');
const OURSELVES = set('you we');
const MAY_BE_GIVEN = set('us uns nothing cost');
const GOES_ON = set('on auf');
/** "Count on us", "freuen Sie sich auf uns". */
const RELY =
  /^(?:count|rely|depend|call|focus|based|wait|look|fre.*|wart.*|verlass.*|zähl.*|sich|sie|dich|dir|kommen|acht.*)/u;
const INCLUDED = /^in(?:cluded|clusive|klusive|begriffen)$/;
const TAX = /^(?:vat|tax(?:es)?|mwst|ust|steuern?|mehrwertsteuer)$/;
const NEAR_FREE = 7;
const SMALL = 4;

function contentBeside(words: Words, i: number): string[] {
  const found: string[] = [];
  for (let by = -NEAR_FREE; by <= NEAR_FREE; by++) {
    const word = words.at(i + by, i);
    if (by !== 0 && (word.length >= SMALL || /^\d/.test(word))) found.push(word.slice(0, 5));
  }
  return found;
}

/** Something given away, in whatever words. */
const free: Finder = (words, i, { word }) => {
  const [last, next] = [words.at(i - 1, i), words.at(i + 1, i)];
  const isOnUs = (word === 'us' || word === 'uns') && GOES_ON.has(last) && !RELY.test(words.at(i - 2, i));
  const isForNothing = (word === 'nothing' && last === 'for') || (word === 'cost' && last === 'no');
  if (!FREE.has(word) && !isOnUs && !isForNothing) return null;
  if (INCLUDED.test(word) && [-3, -2, -1, 1, 2].some((by) => TAX.test(words.at(i + by, i)))) return null;
  if (word === 'free') {
    if (LINKS.has(last) || (last === 'are' && OURSELVES.has(words.at(i - 2, i)))) return null;
    const charged = next === 'of' && words.at(i + 2, i) === 'charge';
    if (!charged && (NOT_FREE.has(next) || !GIVING.has(last))) return null;
  }
  return claim(
    words,
    i,
    i,
    'offer',
    contentBeside(words, i).map((stem) => `free ${stem}`),
  );
};

const NO = set(
  'no zero without never non neither nor free-from kein keine keinen keiner keinem keinerlei ohne nie weder sans',
);
/** What is free of nothing that is sold, or an offer and looked at as one. */
const CAREFREE =
  /^(?:|hands|duty|care|hassle|stress|worry|toll|kosten|gebühren|porto|versandkosten|ein(?:wand)?|zweifels|sorgen|störungs|barriere|vor|un|arbeits|schul|hitze|gratis|klingel|be|an)$/;
/** Nothing of something that people would rather not have. */
const absent: Finder = (words, i, { word }) => {
  if (word.endsWith('-free') || /frei(?:e[nrsm]?)?$/.test(word)) {
    const from = word.replace(/-?(?:free|frei(?:e[nrsm]?)?)$/, '');
    if (CAREFREE.test(from)) return null;
    return claim(words, i, i, 'other', [`none ${absentFamily(from)?.name ?? from.slice(0, 5)}`]);
  }
  const next = words.at(i + 1, i);
  if (
    !NO.has(word) &&
    !(word === 'free' && (next === 'of' || next === 'from')) &&
    !(word === 'frei' && next === 'von')
  )
    return null;
  for (let by = 1; by <= 4; by++) {
    const family = absentFamily(words.at(i + by, i));
    if (family === undefined) continue;
    const reaches = !/[,;:–—]/u.test(words.text.slice(words.tokens[i]?.end, words.tokens[i + by]?.start));
    return reaches ? claim(words, i, i + by, 'other', [`none ${family.name}`]) : null;
  }
  return null;
};

const RATES = new Map<string, string>(
  Object.entries({
    daily: 'day',
    weekly: 'week',
    fortnightly: 'fortnight',
    monthly: 'month',
    quarterly: 'quarter',
    yearly: 'year',
    annually: 'year',
    annual: 'year',
    täglich: 'day',
    wöchentlich: 'week',
    monatlich: 'month',
    vierteljährlich: 'quarter',
    halbjährlich: 'half-year',
    jährlich: 'year',
  }),
);
const ENDING = /^(?:cancel|kündig|kündbar|gekündigt|terminat|renew|verlänger)/;
const PAYING = /^(?:billed|bill|charged|pay|pays|paid|abgerechnet|abgebucht|zahl.*|bezahl.*|abbuchung)$/u;
const rateOf = (word: string): string | undefined =>
  RATES.get(word) ?? RATES.get(word.replace(/e[nrsm]?$/, ''));

/** How often something is owed or may be ended. */
const rate: Finder = (words, i, token) => {
  const per = rateOf(token.word);
  if (per === undefined) return null;
  for (let by = -8; by <= 8; by++) {
    const word = words.at(i + by, i);
    const does = ENDING.test(word) ? 'end' : PAYING.test(word) ? 'pay' : null;
    if (does !== null) return claim(words, i, i, 'offer', [`rate ${per} ${does}`]);
  }
  return null;
};

const RENEWS = /^(?:renew|verlänger)/;
const BINDING = /^(?:mindestlaufzeit|mindestvertragslaufzeit|kündigungsfrist|vertragslaufzeit|auto-renew)/;
const automatic: Finder = (words, i, { word }) => {
  if (BINDING.test(word)) return claim(words, i, i, 'offer', [`term ${word.slice(0, 8)}`]);
  if (word === 'sich' && /^verlänger/.test(words.at(i - 1, i)))
    return claim(words, i - 1, i, 'offer', ['renews']);
  if (!RENEWS.test(word)) return null;
  for (let by = -4; by <= 4; by++)
    if (words.at(i + by, i).startsWith('automat')) return claim(words, Math.min(i, i + by), Math.max(i, i + by), 'offer', ['renews']); // prettier-ignore
  return null;
};

const ANY_TIME = /^(?:anytime|jederzeit|whenever|instantly|sofort|immer)$/;
const ANY = set('time month day moment hour');
/** What a contract or an order may have done to it. */
const DONE_TO_IT: readonly (readonly [string, RegExp])[] = [
  ['end', /^(?:cancel|kündig|gekündigt|kündbar|storn|terminat)/],
  ['back', /^(?:refund|return|exchang|swap|zurück|rückgab|umtausch|umgetauscht|erstatt)/],
  ['change', /^(?:rebook|umbuch|umgebucht|reschedul)/],
  ['pause', /^(?:pause|paus)/],
];
/** Terms without a limit: "cancel any month", "jederzeit umtauschen". */
const anyTime: Finder = (words, i, { word }) => {
  const isAny = ANY_TIME.test(word) || (word === 'any' && ANY.has(words.at(i + 1, i)));
  if (!isAny) return null;
  for (let by = -6; by <= 4; by++) {
    const term = DONE_TO_IT.find(([, verb]) => verb.test(words.at(i + by, i)));
    // That one may leave at any time is said of any account.
    const isUsual = term?.[0] === 'end' && !(word === 'any' && words.at(i + 1, i) !== 'time');
    if (term !== undefined && !isUsual) return claim(words, i, i, 'offer', [`anytime ${term[0]}`]);
  }
  return null;
};

/** What is given away or left out, and what binds whoever buys. */
export const TERMS: readonly Rule[] = [
  [(word) => FREE.has(word) || MAY_BE_GIVEN.has(word), free],
  [(word) => NO.has(word) || /^free$|-free$|frei(?:e[nrsm]?)?$/.test(word), absent],
  [(word) => rateOf(word) !== undefined, rate],
  [(word) => word === 'sich' || BINDING.test(word) || RENEWS.test(word), automatic],
  [(word) => word === 'any' || ANY_TIME.test(word), anyTime],
];
