import { type CountryCode, findPhoneNumbersInText, isSupportedCountry } from 'libphonenumber-js';
import { type Json } from '../../shared/canonical-json.js';
import { type Contribution } from '../assessment.js';
import { type Check, type CheckContext } from '../check.js';
import { Findings, normalised } from '../draft-text.js';
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
  /(?<!\p{L})(?:[Yy]our|[Ii]hr(?:e[rmn]?)?|[Dd]ein(?:e[rmn]?)?)\s+(?:neighbou?r|colleague|friend|boss|husband|wife|ex|mother|father|brother|sister|Nachbar(?:in)?|Kolleg(?:e|in|en)|Freund(?:in)?|Chef(?:in)?|Mann|Mutter|Vater|Bruder|Schwester)\s+(?:(?:Mr|Mrs|Ms|Frau|Herrn?)\.?\s+)?\p{Lu}\p{Ll}+/gu;

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
    return contributions;
  },
};
