import { type Json } from '../shared/canonical-json.js';
import { type Signal } from '../signals/signal.js';
import { countWithin } from './history.js';
import { type Profile, type Purchase } from './profile.js';

const ORDER = 'Order Completed';
const MOST_ORDERS = 20;
const MOST_PRODUCTS = 50;
const LONGEST_ID = 200;
const DAY_MS = 86_400_000;

/** The orders that are kept, after one more signal. */
export function withPurchase(held: Profile['bought'], signal: Signal): Profile['bought'] {
  if (signal.type !== 'track' || signal.event !== ORDER) return held;
  return latest([...(held ?? []), { at: signal.occurredAt, products: productsOf(signal.properties) }]);
}

/** Those of two profiles that turn out to be one person. */
export function mergePurchases(a: Profile['bought'], b: Profile['bought']): Profile['bought'] {
  return a === undefined && b === undefined ? undefined : latest([...(a ?? []), ...(b ?? [])]);
}

/**
 * Ids of what was ordered in the last so many days, sorted; null where that is not known: an order listed nothing, or was counted and not kept.
 * @param now epoch milliseconds.
 */
export function boughtWithin(profile: Profile, now: number, days: number): readonly string[] | null {
  const start = now - days * DAY_MS;
  const recent = (profile.bought ?? []).filter(({ at }) => Date.parse(at) > start && Date.parse(at) <= now);
  const history = Object.hasOwn(profile.events, ORDER) ? profile.events[ORDER] : undefined;
  if (recent.length !== (history === undefined ? 0 : countWithin(history, now, days))) return null;
  const listed = recent.flatMap(({ products }) => (products === null ? [] : [products]));
  return listed.length < recent.length ? null : [...new Set(listed.flat())].sort();
}

/** At the same moment the one that sorts later stands later, so that the order in which signals come is no matter. */
function latest(purchases: readonly Purchase[]): readonly Purchase[] {
  const key = ({ at, products }: Purchase): string => `${at} ${(products ?? []).join(' ')}`;
  return [...purchases].sort((a, b) => (key(a) < key(b) ? -1 : 1)).slice(-MOST_ORDERS);
}

function productsOf(properties: Readonly<Record<string, Json>>): readonly string[] | null {
  const { products, product_id: one } = properties;
  const listed = Array.isArray(products) && products.length > 0 ? products.map(productId) : [idOf(one)];
  if (listed.length > MOST_PRODUCTS || listed.includes(null)) return null;
  return [...new Set(listed.filter((id) => id !== null))].sort();
}

function productId(product: Json): string | null {
  return typeof product === 'object' && product !== null && !Array.isArray(product)
    ? idOf(product['product_id'])
    : null;
}

/** Clients send ids as texts and as numbers. */
function idOf(value: Json | undefined): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const id = String(value);
  return id.trim() === '' || id.length > LONGEST_ID ? null : id;
}
