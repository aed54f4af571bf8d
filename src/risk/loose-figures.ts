import { claim, type Finder, type Rule, set, type Words } from './loose-words.js';
import { numberValues, smallNumber } from './numbers.js';
import { WEEKDAYS } from './weekdays.js';

/** What a number behind it names, rather than counts. */
const NUMBERED = set(`
  no nr nummer number step schritt page seite chapter kapitel version order bestellung invoice rechnung ticket case gate row reihe line level
  stufe section abschnitt art article artikel room size größe gr § apartment apt flat suite box po postfach reference referenz id ref kundennummer account konto
`);
const isNumbering = (word: string): boolean => NUMBERED.has(word) || /(?:nummer|number|code|pin)$/.test(word);
/** What is counted in any mail and says nothing of what is sold. */
const UNTOLD = set(`
  step steps way ways reason reasons tip tips question questions word words thing things click clicks idea ideas thought thoughts line lines sentence sentences
  hand hands eye eyes option options choice choices of and or more others time times letter letters sides side people's worlds
  schritt schritte schritten weg wege wegen grund gründe gründen tipp tipps frage fragen wort worte worten wörter wörtern ding dinge dingen klick klicks idee ideen gedanken zeile zeilen
  satz sätze sätzen hand hände händen auge augen option optionen mal und oder seiten welten geben gegeben lassen gelassen
`);
const ADVICE_TIME = set('minute minutes moment moments sekunde sekunden second seconds minuten');
const NEXT_TO_LETTER = /[\w\xc0-\u024f#@&=/§]$/;
const CLOCK = /^(\d{1,2})[:.](\d{2})$/;
const PLAIN_YEAR = /^(?:1[5-9]|20)\d{2}$/;
const SINCE = set(
  'since founded established opened started seit gegründet eröffnet besteht from vintage jahrgang vom est bis until',
);
const MERIDIEM = /^\s?(?:([ap])\.?\s?m\.?(?![a-zäöüß])|uhr(?![a-zäöüß])|o['’]clock)/i;

function clockKeys(hours: number, minutes: number, meridiem: string | undefined): string[] {
  if (hours > 24 || minutes > 59) return [];
  const key = (hour: number) => `clock ${(hour % 24) * 60 + minutes}`;
  if (meridiem === 'p') return [key((hours % 12) + 12)];
  if (meridiem === 'a') return [key(hours % 12)];
  return hours <= 12 ? [key(hours), key(hours + 12)] : [key(hours)];
}

const MONTH = /^(?:jan|feb|mar|mär|apr|may$|mai$|jun|jul|aug|sep|oct|okt|nov|dec|dez)/;
/** A number that belongs to the name before it, as of a house in its street, or that stands alone in its line. */
function isNaming(words: Words, i: number, behind: string): boolean {
  const { text, tokens } = words;
  const [last, token] = [tokens[i - 1], tokens[i]];
  if (
    /^\s*(?:\n|$)/.test(behind) &&
    /(?:^|\n)\s*$/.test(text.slice(Math.max(0, (token?.start ?? 0) - 20), token?.start))
  )
    return true;
  if (last === undefined || last.sentence !== token?.sentence) return false;
  // "At 12 Mill Lane".
  if (last.word === 'at' && tokens[i + 1]?.isName === true) return true;
  if (MONTH.test(last.word) || (words.at(i - 1, i) === 'von' && words.at(i + 1, i) === 'auf')) return true;
  if (last.isName && /^\s*(?:\n|$)/.test(behind)) return true;
  return (
    last.isName &&
    tokens[i - 2]?.sentence === last.sentence &&
    /^\s*(?:[^a-z\xc0-\u024f\s]|$|\n)/i.test(behind)
  );
}

/** Between the ends of a time: "open 10 to 6", "von 9 bis 16 Uhr". */
const FROM_TO = set('at um between zwischen from to until till bis von ab');
const isBetweenTimes = (words: Words, i: number): boolean =>
  FROM_TO.has(words.at(i - 1, i)) || TO.has(words.at(i + 1, i));
const TO = set('to till until bis');

/** Digits that no other rule took: a time, a year, a number of something. */
const digits: Finder = (words, i, token) => {
  const { text } = words;
  if (text.startsWith('24/7', token.start)) return claim(words, i, i + 1, 'other', ['turn always']);
  const before = text.slice(Math.max(0, token.start - 1), token.start);
  if (before === '[') return null;
  const behind = text.slice(token.end, token.end + 6);
  if (NEXT_TO_LETTER.test(before) || /^[\w\xc0-\u024f@/]/.test(behind)) return null;
  if (before === '-' && /[\w\xc0-\u024f]/.test(text.charAt(token.start - 2))) return null;
  const [meridiem, half] = MERIDIEM.exec(behind) ?? [];
  const clock = CLOCK.exec(token.word);
  if (meridiem !== undefined || (clock !== null && token.word.includes(':'))) {
    const [hours, minutes] = clock === null ? [Number(token.word), 0] : [Number(clock[1]), Number(clock[2])];
    const keys = clockKeys(hours, minutes, half?.toLowerCase());
    if (keys.length === 0) return null;
    const bare = minutes === 0 ? [`hour ${hours}`] : [];
    const end = token.end + (meridiem?.trimEnd().length ?? 0);
    return { ...claim(words, i, i, 'date', [...keys, ...bare]), end };
  }
  if (/[.,:].*[.,:]/.test(token.word) || token.word.includes(':')) return null;
  if (token.word.startsWith('0') && !/^0[.,]/.test(token.word)) return null;
  // Too long to be counted: something's number.
  const last = words.tokens[i - 1];
  // "Nr. 4711" ends no sentence.
  if (last !== undefined && token.start - last.end <= 3 && isNumbering(last.word)) return null;
  if (/^\d{5,}$/.test(token.word)) return null;
  // A telephone number, or another in groups.
  if (before === '+' || /\d[\s()/]{1,3}$/.test(text.slice(Math.max(0, token.start - 4), token.start)))
    return null;
  if (/^[\s()/]{1,3}\d/.test(behind)) return null;
  if (isNaming(words, i, behind)) return null;
  if (PLAIN_YEAR.test(token.word))
    return words.isApproved || words.before(i, 4, SINCE)
      ? claim(words, i, i, 'date', [`year ${token.word}`])
      : null;
  // The number of a line in a list, or of a footnote.
  if (
    /^[.)\]]/.test(behind) &&
    /(?:^|\n|\()\s*\(?$/.test(text.slice(Math.max(0, token.start - 3), token.start))
  )
    return null;
  if (UNTOLD.has(words.at(i + 1, i))) return null;
  const values = numberValues(token.word);
  const [hour = Number.NaN] = values;
  const figures = values.map((value) => `figure ${value}`);
  if (Number.isInteger(hour) && hour <= 24 && isBetweenTimes(words, i))
    return claim(words, i, i, 'date', [
      ...clockKeys(hour, 0, undefined),
      `hour ${hour}`,
      ...(words.isApproved ? [] : figures),
    ]);
  return claim(words, i, i, 'quantity', figures, values);
};

const AS_OFTEN = set('im am pro je in jede jeden jedes täglich wöchentlich monatlich jährlich so');
const BOTH = set('both beide beiden');
/** "Fünfmal", "zweijährig", "three-year". */
const COMPOUND =
  /^(?<german>.{3,})(?:mal|fach(?:e[nrsm]?)?|jährig.*|monatig.*|wöchig.*|tägig.*|stündig.*|minütig.*|teilig.*)$|^(?<english>.{3,})-(?:years?|months?|weeks?|days?|hours?|minutes?|fold|part|pack|piece)$/u;
const MAY_BE_COMPOUND = /mal$|fach|ig|-/;

function compoundNumber(word: string): number | undefined {
  if (!MAY_BE_COMPOUND.test(word)) return undefined;
  const { german, english } = COMPOUND.exec(word)?.groups ?? {};
  const value = smallNumber(german ?? english ?? '');
  return value === undefined || value < 2 ? undefined : value;
}

const DOZENS = new Map<string, number>(Object.entries({ dozen: 12, dutzend: 12 }));

const isNumberWord = (word: string): boolean =>
  (smallNumber(word) ?? DOZENS.get(word) ?? compoundNumber(word)) !== undefined || BOTH.has(word);

/** A number as a word, before what it counts. */
const numberWord: Finder = (words, i, token) => {
  const compound = compoundNumber(token.word);
  const isOften = !token.word.endsWith('mal') || AS_OFTEN.has(words.at(i + 1, i));
  if (compound !== undefined && isOften)
    return claim(words, i, i, 'quantity', [`figure ${compound}`], [compound]);
  const both = BOTH.has(token.word) && COUNTED_OFF.test(words.at(i + 1, i)) ? 2 : undefined;
  const value = smallNumber(token.word) ?? DOZENS.get(token.word) ?? both;
  if (value === undefined || value < 2) return null;
  const next = words.at(i + 1, i);
  if (words.isApproved) return claim(words, i, i, 'quantity', [`figure ${value}`], [value]);
  if (UNTOLD.has(next) || words.before(i, 1, ALTERNATIVES)) return null;
  if (value <= 12 && isBetweenTimes(words, i))
    return claim(words, i, i, 'date', [
      ...clockKeys(value, 0, undefined),
      `hour ${value}`,
      `figure ${value}`,
    ]);
  if (value < 13 && (ADVICE_TIME.has(next) || UNTOLD.has(words.at(i + 2, i)))) return null;
  const isCounting = next !== '' && words.text.slice(token.end, words.tokens[i + 1]?.start) === ' ';
  return claim(words, i, isCounting ? i + 1 : i, 'quantity', [`figure ${value}`], [value]);
};
const ALTERNATIVES = set(
  'or oder and und a an our little the die these those diese alle all beide first ersten last letzten next nächsten',
);

const AT_NOON = new Map<string, number>(
  Object.entries({ noon: 720, midday: 720, mittag: 720, mittags: 720 }),
);
const BOUNDS = set('from until till by before at after bis ab vor gegen nach um');
const noon: Finder = (words, i, { word }) => {
  const minutes = AT_NOON.get(word);
  return minutes === undefined || !words.before(i, 1, BOUNDS)
    ? null
    : claim(words, i - 1, i, 'date', [`clock ${minutes}`]);
};

const DAY_WORD = new RegExp(`^(?<name>${Object.keys(WEEKDAYS).join('|')})(?<when>s|en|s?(?:früh|vormittag|mittag|nachmittag|abend)s?)?$`, 'u'); // prettier-ignore
const FEASTS = set('black cyber good palm easter green karfreitag happy super');
const BY_DAY = set(
  'on every each from until till to by next this only and or through between am jeden jedem jeder bis von ab auch immer und oder nur sowie zwischen kommenden nächsten diesen',
);

const WORKDAYS = /^(?:weekdays|werktags|wochentags|werktäglich)$/;
/** A day of the week on which something is done. */
const weekday: Finder = (words, i, { word }) => {
  if (words.isApproved && WORKDAYS.test(word)) return claim(words, i, i, 'date', [1, 2, 3, 4, 5].flatMap((day) => [`weekday ${day}`, `weekly ${day}`])); // prettier-ignore
  const { name = '', when } = DAY_WORD.exec(word)?.groups ?? {};
  const day = WEEKDAYS[name];
  if (day === undefined || FEASTS.has(words.at(i - 1, i))) return null;
  if (words.isApproved) return claim(words, i, i, 'date', daysUpTo(words, i, day));
  if (when !== 's' && !words.before(i, 1, BY_DAY)) return null;
  const isDated = /^\d/.test(words.at(i + 1, i)) || DATED.test(`${words.at(i + 1, i)} ${words.at(i + 2, i)}`);
  const said = isDated ? 'dated' : when === 's' || words.before(i, 3, EVERY) ? 'weekly' : 'weekday';
  return claim(words, i, i, 'date', [`${said} ${day}`]);
};
const EVERY = set('every each jeden jedem jede');
/** A day of a month behind a day of the week. */
const DATED =
  /^(?:den|dem|the)\s\d|^(?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez).*\s\d|^(?:den|dem|the)\s.+(?:ten|sten|th|st|nd|rd)$/u;
const BY_THEN = set('until till by before bis');
const UP_TO = set('to bis through till until');

/** What a day of the week in approved words says: that day, and all since the one from which it is named. */
function daysUpTo(words: Words, i: number, day: number): string[] {
  const first = UP_TO.has(words.at(i - 1, i)) ? dayOf(words.at(i - 2, i)) : undefined;
  const days = first === undefined ? [day] : Array.from({ length: ((day - first + 7) % 7) + 1 }, (_, n) => ((first + n - 1) % 7) + 1); // prettier-ignore
  const until = BY_THEN.has(words.at(i - 1, i)) ? [`until ${day}`] : [];
  return [...until, ...days.flatMap((each) => [`weekday ${each}`, `weekly ${each}`, `dated ${each}`])];
}

function dayOf(word: string): number | undefined {
  return WEEKDAYS[DAY_WORD.exec(word)?.groups?.['name'] ?? ''];
}

const WEEKEND = /^(?:weekends?|wochenenden?|bank|public|feiertag(?:s|en|e)?)$/;
const WEEKENDLY = set('at am every jedes nur');
const OPEN = set(
  'open opened answer answers reach deliver delivered delivery ship support service there offen geöffnet erreichbar liefern liefert geliefert lieferung support da',
);
/** Open, answered or delivered when others do not. */
const weekend: Finder = (words, i, { word }) => {
  if (!WEEKEND.test(word)) return null;
  const isServed = [-8, -7, -6, -5, -4, -3, -2, -1, 1, 2, 3, 4].some((by) => OPEN.has(words.at(i + by, i)));
  const isThen = words.before(i, 1, WEEKENDLY);
  return isServed || isThen ? claim(words, i, i, 'date', ['weekend 0']) : null;
};

const NTH: readonly (readonly [string, number])[] = [
  ...'second third fourth fifth sixth seventh eighth ninth tenth'
    .split(' ')
    .map((word, n) => [word, n + 2] as const),
  ...'zweite dritte vierte fünfte sechste siebte achte neunte zehnte'
    .split(' ')
    .map((word, n) => [word, n + 2] as const),
];
const NTH_NUMBER = new Map(NTH);
const COUNTED_OFF =
  /^(?:years?|months?|weeks?|nights?|generations?|orders?|jahre?s?|monate?s?|wochen?|nächten?|nacht|generation(?:en)?|bestellung(?:en)?)$/;
const nthOf = (word: string): number | undefined =>
  NTH_NUMBER.get(word) ?? NTH_NUMBER.get(word.replace(/[nrs]$/, ''));

/** The how-manyeth year, night or generation. */
const ordinal: Finder = (words, i, { word }) => {
  const n = nthOf(word);
  return n === undefined || !COUNTED_OFF.test(words.at(i + 1, i))
    ? null
    : claim(words, i, i + 1, 'quantity', [`nth ${n}`]);
};

const SHARES = new Map<string, readonly number[]>(
  Object.entries({
    half: [50],
    hälfte: [50],
    halben: [50],
    third: [33, 33.3, 33.33],
    drittel: [33, 33.3, 33.33],
    quarter: [25],
    viertel: [25],
    fünftel: [20],
    fifth: [20],
    zehntel: [10],
    tenth: [10],
  }),
);
const PART = set('a an one the nearly almost by ein einem einen die der zur um fast gut rund knapp');
const NO_PART = set(
  'hour hours past way time of years year day year dozen jahr jahre stunde stunden uhr nach vor',
);
const PRICED =
  /^(?:pric|cost|sav(?:e|ing)|off$|less$|bill|pay|discount|cheap|expens|drop|fell|fall|fallen|reduc|slash|charg|preis|kost|spar|zahl|weniger|günst|rabatt|nachl|senk|sink|gesunk|reduz|billig|ersparn|teuer|gefallen|verlang)/;
/** A part of a price, put in whatever words. */
const share: Finder = (words, i, { word }) => {
  const values = SHARES.get(word);
  if (values === undefined) return null;
  if (NO_PART.has(words.at(i + 1, i)) && !PRICED.test(words.at(i + 3, i))) return null;
  const isPart = words.before(i, 1, PART) || word === 'half' || word === 'halben';
  let isPriced = false;
  for (let by = -8; by <= 6; by++) isPriced ||= by !== 0 && PRICED.test(words.at(i + by, i));
  return isPart && isPriced
    ? claim(words, i, i, 'percentage', values.map((value) => `share ${value}`), values) // prettier-ignore
    : null;
};

/** Numbers, times, days and parts of a price that nothing else sorted. */
export const FIGURES: readonly Rule[] = [
  [(word) => word.charCodeAt(0) <= 57, digits],
  [(word) => isNumberWord(word), numberWord],
  [(word) => nthOf(word) !== undefined, ordinal],
  [(word) => AT_NOON.has(word), noon],
  [(word) => DAY_WORD.test(word) || WORKDAYS.test(word), weekday],
  [(word) => WEEKEND.test(word), weekend],
  [(word) => SHARES.has(word), share],
];
