import { type Evaluation } from '../policies/bundle.js';
import { type Slot } from '../policies/playbook.js';
import { singleLine } from '../shared/liquid.js';

/** How values are written for one person. */
export interface SlotContext {
  /** BCP 47, such as `en-GB`. */
  readonly locale: string;
  /** ISO 4217, for money that brings no currency. */
  readonly currency: string;
  /** IANA name, for dates. */
  readonly zone: string;
  /** Hosts that links may lead to; a subdomain of one counts. */
  readonly linkHosts: readonly string[];
}

/** A slot's value, ready for Liquid. `stated` is what the reader sees when it states a price, number or date. */
export type SlotValue =
  | { readonly ok: true; readonly value: string | readonly string[] }
  | { readonly ok: false; readonly reason: string };

const LONGEST_LIST = 20;
const ISO_DAY = /^\d{4}-\d{2}-\d{2}$/;
/** Text that is to be a name or a title is not to bring links along. */
const LINK_IN_TEXT = /:\/\/|\bwww\./i;

/** The typed value of a slot: what its expression gave, else its default. Never throws. */
export function slotValue(slot: Slot, given: Evaluation<unknown>, context: SlotContext): SlotValue {
  if (given.known) {
    const value = typed(slot, given.value, context);
    if (value.ok) return value;
    if (slot.default === undefined) return value;
  } else if (slot.default === undefined) {
    return missing(`${given.reads} is not known`);
  }
  // An empty default says: may be left out, the template sees to it.
  if (slot.default === '') return { ok: true, value: slot.type === 'list' ? [] : '' };
  return typed(slot, parseDefault(slot, slot.default), context);
}

function missing(reason: string): SlotValue {
  return { ok: false, reason };
}

function parseDefault(slot: Slot, text: string): unknown {
  switch (slot.type) {
    case 'number':
    case 'money':
      return Number(text);
    case 'list':
      return text.split(',');
    case 'text':
    case 'date':
    case 'url':
      return text;
  }
}

function typed(slot: Slot, value: unknown, context: SlotContext): SlotValue {
  if (value === null || value === undefined || value === '') return missing('there is no value');
  switch (slot.type) {
    case 'text':
      return textValue(value, slot.maxLength);
    case 'number':
      return numberValue(value, context);
    case 'money':
      return moneyValue(value, context);
    case 'date':
      return dateValue(value, context);
    case 'url':
      return urlValue(value, context, slot.maxLength);
    case 'list':
      return listValue(value, slot.maxLength);
  }
}

function textValue(value: unknown, maxLength: number): SlotValue {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint')
    return missing('the value is not text');
  const text = singleLine(String(value));
  if (text === '') return missing('the value is empty');
  if (LINK_IN_TEXT.test(text)) return missing('the value holds a link');
  return { ok: true, value: shorten(text, maxLength) };
}

/** Cut between characters as readers see them, never inside one. */
function shorten(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (kept.length + segment.length > maxLength - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

function toNumber(value: unknown): number | null {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function numberValue(value: unknown, { locale }: SlotContext): SlotValue {
  const number = toNumber(value);
  if (number === null) return missing('the value is not a number');
  return { ok: true, value: new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(number) };
}

/** A member of a plain object or of a map, whichever the expression engine made. */
function member(value: object, name: string): unknown {
  if (value instanceof Map) return (value as Map<string, unknown>).get(name);
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

/** Minor units: a number in the brand's currency, or `{ amount, currency }`, or data of a fact with `price` and `currency`. */
function moneyValue(value: unknown, context: SlotContext): SlotValue {
  const record = typeof value === 'object' && value !== null ? value : null;
  const amount = toNumber(record === null ? value : (member(record, 'amount') ?? member(record, 'price')));
  const currency = (record === null ? undefined : member(record, 'currency')) ?? context.currency;
  if (amount === null || !Number.isInteger(amount))
    return missing('the value is not an amount in minor units');
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency))
    return missing('the currency is not a code such as EUR');
  return { ok: true, value: formatMoney(amount, currency, context.locale) };
}

/** `4990, 'EUR', 'de'` → `49,90 €`. */
export function formatMoney(amount: number, currency: string, locale: string): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return singleLine(format.format(amount / 10 ** digits));
}

function dateValue(value: unknown, { locale, zone }: SlotContext): SlotValue {
  const day = typeof value === 'string' && ISO_DAY.test(value);
  const date = value instanceof Date ? value : typeof value === 'string' ? new Date(value) : null;
  if (date === null || Number.isNaN(date.getTime())) return missing('the value is not a date');
  // A day without a time is that day everywhere.
  const timeZone = day ? 'UTC' : zone;
  return {
    ok: true,
    value: singleLine(new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone }).format(date)),
  };
}

function urlValue(value: unknown, { linkHosts }: SlotContext, maxLength: number): SlotValue {
  if (typeof value !== 'string') return missing('the value is not a link');
  const checked = checkLink(value, linkHosts);
  if (!checked.ok) return missing(checked.reason);
  if (checked.href.length > Math.max(maxLength, 2_000)) return missing('the link is too long');
  return { ok: true, value: checked.href };
}

/** A link that may stand in a message: http or https, without credentials, to one of the brand's hosts. */
export function checkLink(
  url: string,
  linkHosts: readonly string[],
): { readonly ok: true; readonly href: string } | { readonly ok: false; readonly reason: string } {
  const parsed = URL.parse(url.trim());
  if (parsed === null) return { ok: false, reason: 'the value is not a link' };
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')
    return { ok: false, reason: `links start with https, not ${parsed.protocol}` };
  if (parsed.username !== '' || parsed.password !== '')
    return { ok: false, reason: 'the link carries a user name' };
  const host = parsed.hostname.toLowerCase();
  const allowed = linkHosts.some(
    (name) => host === name.toLowerCase() || host.endsWith(`.${name.toLowerCase()}`),
  );
  return allowed
    ? { ok: true, href: parsed.href }
    : { ok: false, reason: `${host} is not among the brand's link hosts` };
}

function listValue(value: unknown, maxLength: number): SlotValue {
  if (!Array.isArray(value)) return missing('the value is not a list');
  const items = value
    .slice(0, LONGEST_LIST)
    .map((item: unknown) => textValue(item, maxLength))
    .flatMap((item) => (item.ok ? [item.value as string] : []));
  return items.length === 0 ? missing('the list is empty') : { ok: true, value: items };
}
