import { type CountryCode, findPhoneNumbersInText, isSupportedCountry } from 'libphonenumber-js';
import { type Json } from '../../shared/canonical-json.js';
import { type Contribution } from '../assessment.js';
import { type Check, type CheckContext } from '../check.js';
import { byParagraph, Findings, matchesOfAny, normalised } from '../draft-text.js';
import { matchesOf } from '../../shared/matches.js';

const EMAIL = /[\p{L}\d._%+-]{1,64}@[\p{L}\d-]{1,63}(?:\.[\p{L}\d-]{1,63}){1,5}/giu;
const CARD = /(?<![\p{L}\d+.,-])[2-6]\d(?:[ -]?\d){11,17}(?![\p{L}\d]|[ -]\d)/giu;
const IBAN = /(?<![\p{L}\d])[A-Z]{2}\d{2}(?:\s?[A-Z\d]{4}){2,7}(?:\s?[A-Z\d]{1,3})?(?![\p{L}\d])/giu;
const US_SOCIAL_SECURITY = /(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])/gu;

/** What stands before is the beginning of a link. */
const IN_LINK = /https?:\/\/[^\s<>"']*$/i;

/** Luhn's check digit, as on payment cards. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    let digit = Number(digits.charAt(digits.length - 1 - i));
    if (i % 2 === 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 === 0;
}

/** The check digits of an IBAN (ISO 13616: the rest of the rearranged number by 97 is 1). */
function isIban(text: string): boolean {
  const compact = text.replace(/\s/g, '').toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z\d]{11,30}$/.test(compact)) return false;
  const rearranged = compact.slice(4) + compact.slice(0, 4);
  let rest = 0;
  for (const character of rearranged) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

function strings(value: Json | undefined): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (Array.isArray(value)) return value.flatMap(strings);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : [];
}

const digitsOf = (text: string) => text.replace(/\D/g, '');

/** What belongs in a draft to this person: their own addresses, the brand's, and what a fact states. */
function known({ situation, brand, facts, content, decision }: CheckContext) {
  const { profile } = situation;
  const own = [
    profile.addresses.email,
    profile.addresses.phone,
    profile.userId,
    content.recipient,
    profile.traits['email'],
    profile.traits['phone'],
  ].filter((value) => typeof value === 'string');
  const ours = [
    brand.sender.email,
    brand.replyTo ?? '',
    brand.postalAddress,
    ...decision.textLimits.required,
  ];
  const stated = facts.flatMap((fact) => Object.values(fact.data).flatMap(strings));
  const all = [...own, ...ours, ...stated].map((text) => text.toLowerCase());
  const hosts = [brand.website, ...brand.linkHosts].map((host) =>
    (URL.parse(host)?.hostname ?? host).toLowerCase().replace(/^www\./, ''),
  );
  return {
    email: (email: string) =>
      all.some((text) => text.includes(email)) ||
      hosts.some((host) => email.endsWith(`@${host}`) || email.endsWith(`.${host}`)),
    digits: (digits: string) =>
      all.some((text) => {
        const own = digitsOf(text);
        return own.length >= 7 && (own.includes(digits) || digits.endsWith(own.replace(/^0+/, '')));
      }),
  };
}

/** Numbers the event itself brought, such as an order's: they may look like a phone or a card and are neither. */
function references({ situation }: CheckContext): Set<string> {
  const named = (value: Json, key: string): string[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, member]) => named(member, Array.isArray(value) ? key : name))
      : /card|pan|phone|mobile|tel|iban|account|email/i.test(key)
        ? []
        : strings(value);
  return new Set(
    [...named(situation.signal?.properties ?? {}, ''), ...named(situation.context, '')]
      // A sentence is no number, whatever numbers are in it.
      .filter((text) => (text.match(/\p{L}{2,}/gu) ?? []).length <= 2)
      .map(digitsOf)
      .filter((digits) => digits.length > 0),
  );
}

function country({ situation, brand }: CheckContext): CountryCode | undefined {
  const code = situation.profile.country ?? new Intl.Locale(brand.locale).maximize().region ?? '';
  return isSupportedCountry(code) ? code : undefined;
}

const PHONE_WORDS =
  /(?:phone|call|tel|mobile|ring|sms|whatsapp|telefon|mobil|anruf\p{L}*|handy)\P{L}{0,6}$/iu;
/** Network addresses and social security numbers parse as phone numbers too. */
const NO_PHONE = /^(?:\d+(?:\.\d+){3}|\d{3}-\d{2}-\d{4})$/;

interface Phone {
  readonly text: string;
  readonly digits: string;
  /** E.164. */
  readonly number: string;
  readonly start: number;
  readonly end: number;
}

const PIECE = 400;
const OVERLAP = 60;
const ENOUGH_DIGITS = /\d(?:[\s().\/-]{0,3}\d){5}/;

/** The text in overlapping pieces: the library's search takes time by the square of what it is given. */
function piecesOf(text: string): { readonly at: number; readonly piece: string }[] {
  const pieces: { at: number; piece: string }[] = [];
  for (let at = 0; at < text.length; at += PIECE - OVERLAP) {
    const piece = text.slice(at, at + PIECE);
    if (ENOUGH_DIGITS.test(piece)) pieces.push({ at, piece });
  }
  return pieces;
}

/** Phone numbers written as such: house numbers and postcodes parse as short national ones, so those need a word that says so. */
function phonesIn(text: string, region: CountryCode | undefined): Phone[] {
  const options = region === undefined ? {} : { defaultCountry: region };
  const phones = new Map<number, Phone>();
  for (const { at, piece } of piecesOf(text)) {
    for (const { startsAt, endsAt, number } of findPhoneNumbersInText(piece, options)) {
      const start = at + startsAt;
      const written = piece.slice(startsAt, endsAt).trim();
      const before = text.slice(Math.max(0, start - 300), start);
      const digits = digitsOf(written);
      const looksIt = digits.length >= 9 && /^[+(0]|[\s().-]/.test(written);
      if (NO_PHONE.test(written) || IN_LINK.test(before)) continue;
      if (!looksIt && !PHONE_WORDS.test(before)) continue;
      phones.set(start, { text: written, digits, number: number.number, start, end: at + endsAt });
    }
  }
  return [...phones.values()];
}

/** Somebody else, by name, and how the reader knows them. */
const OTHERS =
  /(?<!\p{L})(?:[Yy]our|[Ii]hr(?:e[rmn]?)?|[Dd]ein(?:e[rmn]?)?)\s+(?:neighbou?r|colleague|friend|boss|husband|wife|ex|mother|father|brother|sister|cousin|aunt|uncle|son|daughter|flatmate|(?:mother|father|brother|sister|son|daughter)-in-law|Nachbar(?:in)?|Kolleg(?:e|in|en)|Freund(?:in)?|Chef(?:in)?|Mann|Mutter|Vater|Bruder|Schwester)\s+(?:(?:Mr|Mrs|Ms|Frau|Herrn?)\.?\s+)?\p{Lu}\p{Ll}+/gu;

/** Somebody else by title and name, as a customer, with where they are from or how old they are. What facts and the recipient's own traits say is known. */
const NAMED = [
  /(?<!\p{L})(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Herrn?|Frau)\.?\s+(?:(?:Dr|Prof)\.?\s+)?(?<name>\p{Lu}\p{Ll}+(?:-\p{Lu}\p{Ll}+)?)/gu,
  /(?<!\p{L})(?:[Cc]ustomer|[Ss]hopper|[Cc]lient|[Mm]ember|[Bb]uyer|[Oo]wner|[Rr]eviewer|Kund(?:e|in|en)|Käufer(?:in)?|Mitglied)(?:\s+(?:before\s+you|of\s+(?:ours|this\s+\p{L}+)|vor\s+Ihnen|vor\s+dir))?,?\s+(?<name>\p{Lu}\p{Ll}+\s+\p{Lu}\p{Ll}+)(?!\p{L})/gu,
  /(?<!\p{L})(?<name>\p{Lu}\p{Ll}+\s+\p{Lu}\p{Ll}+)\s+(?:from|in|of|aus)\s+\p{Lu}\p{Ll}+,?\s+(?:(?:has|hat|just|also|auch|already)\s+)?(?:says?|said|took|bought|ordered|loves?|writes?|wrote|recommends?|chose|swears|sagt|schreibt|kaufte|bestellte|schwört|liebt|nahm|empfiehlt|gekauft|bestellt)(?!\p{L})/gu,
  /(?<!\p{L})(?<name>\p{Lu}\p{Ll}+\s+\p{Lu}\p{Ll}+)\s+\(\d{2}(?:,\s*\p{Lu}[\p{L} ]+)?\)/gu,
];

/** What somebody the reader knows is said to have told or done. */
const TOLD =
  /(?<!\p{L})(?:[Yy]our|[Ii]hr(?:e[rmn]?)?|[Dd]ein(?:e[rmn]?)?)\s+(?:neighbou?r|colleague|friend|boss|husband|wife|mother|father|mum|dad|brother|sister|cousin|aunt|uncle|son|daughter|flatmate|partner|Nachbar(?:in)?|Kolleg(?:e|in)|Freund(?:in)?|Chef(?:in)?|Mann|Frau|Mutter|Vater|Bruder|Schwester|Sohn|Tochter)\s+(?:told|tells|mentioned|said\s+(?:that\s+)?you|bought|ordered|recommended|erzählte|sagte|verriet|bestellte|kaufte|empfahl|hat\s+(?:uns|auch))(?!\p{L})/gu;

const NO_MEASURE = String.raw`(?!\d|\s?(?:[Mm]in(?:uten?)?|[Kk]m|[Mm]|[Ss]td|[Ss]tunden?|[Tt]agen?|[Tt]age|[Ww]ochen?|[Uu]hr|[Ee]uro|€|%|x|[Ss]tück|[Mm]al)(?!\p{L}))`;
/** Where somebody lives or is to send something: streets with a number, post boxes, British and American postcodes. */
const PLACES = [
  /(?<![\p{L}\d])\d{1,5}\s?[A-Za-z]?,?\s+(?:(?:North|South|East|West|Old|New|St\.?|[NSEW]\.?)\s+)?(?:\p{Lu}[\p{L}'’.-]*\s+){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Court|Ct|Square|Sq|Place|Boulevard|Blvd|Close|Crescent|Terrace|Row|Hill|Parkway|Pkwy|Highway|Hwy|Mews|Gardens|Grove|Way|Walk|Quay|Wharf)(?![\p{L}\d])/gu,
  new RegExp(
    `(?<!\\p{L})\\p{Lu}[\\p{L}.-]*(?:\\s\\p{Lu}[\\p{L}.-]*)?(?:[Ss]traße|[Ss]trasse|[Ss]tr\\.|[Ww]eg|[Gg]asse|[Pp]latz|[Aa]llee|[Rr]ing|[Uu]fer|[Dd]amm|[Cc]haussee|[Ss]teig)\\s+\\d{1,4}\\s?[a-z]?(?![\\p{L}\\d])${NO_MEASURE}`,
    'gu',
  ),
  /(?<!\p{L})(?:P\.?\s?O\.?\s?Box|Postfach)\s+\d[\d\s]{0,9}\d?/giu,
  /(?<![\p{L}\d])(?:[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}|\p{Lu}\p{Ll}+,\s[A-Z]{2}\s\d{5}(?:-\d{4})?)(?![\p{L}\d])/gu,
];
/** Bank accounts by the words they are given with, whether or not their check digits fit. */
const ACCOUNTS = [
  /(?<!\p{L})sort\s?code\P{N}{0,12}\d{2}[\s–-]?\d{2}[\s–-]?\d{2}(?!\d)/giu,
  /(?<!\p{L})(?:(?:bank\s+)?account|acct|a\/c|routing|aba|konto|bankleitzahl|blz)(?:[\s-]?(?:number|no|nr|nummer))?\.?[^\p{N}.!?\n]{0,14}(?<!\p{L})\d(?:[\s-]?\d){5,16}(?!\d)/giu,
  /(?<!\p{L})(?:iban)(?!\p{L})[^\p{N}.!?\n]{0,12}[A-Z]{2}\s?\d{2}(?:\s?[A-Z\d]){8,30}/giu,
  /(?<!\p{L})(?:BIC|SWIFT|Bic|Swift|bic|swift)(?!\p{L})(?:[\s-]?[Cc]ode)?\W{0,4}(?:is\s|ist\s|lautet\s)?[A-Z]{6}[A-Z\d]{2}(?:[A-Z\d]{3})?(?![\p{L}\d])/gu,
];
/** Names by which somebody is reached or paid elsewhere. */
const HANDLES = [
  /(?<![\p{L}\p{N}_.@/])@[\p{L}_][\p{L}\p{N}_.]{2,31}/giu,
  /(?<!\p{L})(?:cash\s?app|venmo|revolut|paypal|zelle|wise)(?!\p{L})[^.!?\n]{0,24}?\$[A-Za-z]\w{2,20}/giu,
  /(?<!\p{L})(?:telegram|whats\s?app|wechat|weixin|viber|skype|discord|snapchat|threema|kik|line\s+id|signal)(?!\p{L})(?:\s*(?:id|user(?:name)?|handle|name|kontakt|contact|under|unter|as|als|is|ist|me|us|mich|uns|:|-|–|at|an)){1,4}\s*[:\s]\s*(?=[\w.]*[\d_.])[A-Za-z][\w.]{3,31}/giu,
];
/** Where coins are sent to: Bitcoin, Ethereum, Tron, Litecoin, Monero, Solana, names of Ethereum. */
const WALLETS = [
  /(?<![\p{L}\d])(?:0x[a-f\d]{40}|(?:bc1|ltc1|tb1)[a-z\d]{25,87}|addr1[a-z\d]{50,110}|cosmos1[a-z\d]{38})(?![\p{L}\d])/giu,
  /(?<![\p{L}\d/])(?=[1-9A-HJ-NP-Za-km-z]*\d)(?=[1-9A-HJ-NP-Za-km-z]*[A-Z])(?=[1-9A-HJ-NP-Za-km-z]*[a-z])[1-9A-HJ-NP-Za-km-z]{26,95}(?![\p{L}\d])/gu,
  /(?<![\p{L}\d.-])[a-z\d-]{3,40}\.eth(?![\p{L}\d.])/giu,
];
const DIGIT =
  'zero|oh|nought|one|two|three|four|five|six|seven|eight|nine|null|eins|zwei|zwo|drei|vier|fünf|sechs|sieben|acht|neun|double|triple|doppel';
/** A number told digit by digit: no price and no quantity is. */
const SPELT_OUT = new RegExp(
  `(?<!\\p{L})(?:plus\\s+)?(?:${DIGIT})(?:[\\s,–-]+(?:${DIGIT})){5,}(?!\\p{L})`,
  'giu',
);
const MAY_BE_SPELT_OUT = new RegExp(`(?:${DIGIT})[\\s,–-]+(?:${DIGIT})[\\s,–-]+(?:${DIGIT})`, 'iu');
const MAY_BE_PLACE = /\d/;

const OF_AN_ADDRESS =
  /address|street|strasse|straße|line_?[12]|city|town|zip|postal|postcode|shipping|billing/i;

/** Text by which addresses and handles are known: the brand's, what facts state, and the person's own. */
function knownText({ brand, facts, situation, decision, content }: CheckContext): string {
  const addresses = (value: Json, key: string): string[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, member]) =>
          addresses(member, `${key}.${Array.isArray(value) ? '' : name}`),
        )
      : OF_AN_ADDRESS.test(key)
        ? strings(value)
        : [];
  return bare(
    [
      brand.postalAddress,
      brand.name,
      ...(brand.accounts ?? []),
      ...decision.textLimits.required,
      ...facts.flatMap((fact) => Object.values(fact.data).flatMap(strings)),
      ...strings(situation.profile.traits),
      ...addresses(situation.signal?.properties ?? {}, ''),
      ...addresses(situation.context, ''),
      content.recipient,
    ].join('\n'),
  );
}

/** Without what addresses are written differently by. */
function bare(text: string): string {
  return normalised(text).replace(/[\s,.;:–-]/g, '');
}

/** Ways to reach or pay somebody that nobody gave: places, bank accounts, handles, wallets, numbers in words. */
function contacts(context: CheckContext): Contribution[] {
  const { draft } = context;
  let text: string | null = null;
  const isKnown = (found: string): boolean => (text ??= knownText(context)).includes(bare(found));
  const looked = (
    code: string,
    weight: number,
    patterns: readonly RegExp[],
    what: string,
    may: RegExp | null = null,
  ): Contribution[] => {
    const findings = new Findings();
    const find = byParagraph((words) => matchesOfAny(words, patterns));
    for (const part of may === null ? draft : draft.filter((each) => may.test(each.text))) {
      for (const { text: found, start, end } of find(part.text)) {
        if (isKnown(found) || IN_LINK.test(part.text.slice(Math.max(0, start - 300), start))) continue;
        findings.add(normalised(found), found.trim(), part.span(start, end));
      }
    }
    return findings.contribute(code, weight, (found) => `“${found}” is ${what} that nobody gave for this.`);
  };
  return [
    ...looked('personal-data.place', 0.6, PLACES, 'an address', MAY_BE_PLACE),
    ...looked('personal-data.account', 0.9, ACCOUNTS, 'a bank account', MAY_BE_PLACE),
    ...looked('personal-data.handle', 0.6, HANDLES, 'a way to reach or pay somebody'),
    ...looked('personal-data.wallet', 0.9, WALLETS, 'a place to send coins to'),
    ...looked('personal-data.spelt-number', 0.6, [SPELT_OUT], 'a number in words', MAY_BE_SPELT_OUT),
  ];
}

/** E-mail addresses, phone, card and account numbers that are not this recipient's own or the brand's. */
export const personalData: Check = {
  name: 'personal-data',
  run: (context) => {
    const { draft } = context;
    const allowed = known(context);
    const orderNumbers = references(context);
    const region = country(context);
    const emails = new Findings();
    const phones = new Findings();
    const cards = new Findings();
    const accounts = new Findings();
    const identities = new Findings();
    const others = new Findings();
    for (const part of draft) {
      const collect = (
        pattern: RegExp,
        findings: Findings,
        isFound: (match: RegExpExecArray) => boolean,
      ): void => {
        for (const match of matchesOf(part.text, pattern)) {
          if (!isFound(match)) continue;
          findings.add(normalised(match[0]), match[0], part.span(match.index, match.index + match[0].length));
        }
      };
      // A link's `user@host` is looked at as a link.
      const isInLink = (match: RegExpExecArray) =>
        IN_LINK.test(part.text.slice(Math.max(0, match.index - 300), match.index));
      if (part.text.includes('@'))
        collect(EMAIL, emails, (match) => !isInLink(match) && !allowed.email(match[0].toLowerCase()));
      collect(CARD, cards, (match) => {
        const digits = digitsOf(match[0]);
        return (
          passesLuhn(digits) && new Set(digits).size > 1 && !orderNumbers.has(digits) && !isInLink(match)
        );
      });
      collect(IBAN, accounts, (match) => isIban(match[0]) && !allowed.email(match[0].toLowerCase()));
      collect(US_SOCIAL_SECURITY, identities, () => true);
      collect(OTHERS, others, () => true);
      collect(TOLD, others, () => true);
      for (const pattern of NAMED)
        collect(pattern, others, ({ groups }) => !knownText(context).includes(bare(groups?.['name'] ?? '')));
      for (const phone of phonesIn(part.text, region)) {
        const isOwn = allowed.digits(phone.digits) || allowed.digits(digitsOf(phone.number));
        if (!isOwn && !orderNumbers.has(phone.digits))
          phones.add(phone.number, phone.text, part.span(phone.start, phone.end));
      }
    }
    const say = (what: string) => (found: string) => `“${found}” is ${what} that is not the recipient’s own.`;
    const contributions: Contribution[] = [
      ...emails.contribute('personal-data.email', 0.7, say('an e-mail address')),
      ...others.contribute('personal-data.person', 0.6, (found) => `“${found}” tells of somebody else.`),
      ...phones.contribute('personal-data.phone', 0.6, say('a phone number')),
      ...cards.contribute('personal-data.card', 0.9, (found) => `“${found}” is a payment card’s number.`),
      ...accounts.contribute('personal-data.iban', 0.9, (found) => `“${found}” is a bank account’s number.`),
      ...identities.contribute(
        'personal-data.identity',
        0.9,
        (found) => `“${found}” looks like a social security number.`,
      ),
    ];
    return [...contributions, ...contacts(context)];
  },
};
