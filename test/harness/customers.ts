import { sampleFacts } from '../../src/demo/catalogue.js';
import { type Body, type Story } from './service.js';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** How the shop's mail leaves in stories that watch the wire. */
export const MAIL_FROM = 'Marrow & Pine <bounces@marrow-and-pine.example.com>';

/** A signal as a client sends it. */
type Sent = Record<string, unknown>;

/** Somebody says who they are: in New York, and glad to hear from the shop, unless the traits say otherwise. */
export function identify(userId: string, traits: Sent = {}): Sent {
  return {
    type: 'identify',
    userId,
    traits: {
      email: `${userId}@example.com`,
      first_name: 'Ada',
      country: 'US',
      timezone: 'America/New_York',
      email_consent: true,
      ...traits,
    },
  };
}

/** They begin to check out, with one cup in the basket. */
export function checkout(userId: string, properties: Sent = {}): Sent {
  return {
    type: 'track',
    userId,
    event: 'Checkout Started',
    properties: {
      total: 24,
      currency: 'EUR',
      products: [{ product_id: 'cup-tide', name: 'Tide cup, 180 ml', price: 24, quantity: 1 }],
      ...properties,
    },
  };
}

export function order(userId: string, properties: Sent = {}, more: Sent = {}): Sent {
  return {
    type: 'track',
    userId,
    event: 'Order Completed',
    properties: {
      order_id: `o-${userId}`,
      total: 24,
      currency: 'EUR',
      product_id: 'cup-tide',
      ...properties,
    },
    ...more,
  };
}

/** An order of last month: they are known, and nothing is fired for what lies so far back. */
export function oldOrder(story: Story, userId: string): Sent {
  const lastMonth = new Date(story.clock.now().getTime() - 30 * DAY).toISOString();
  return order(userId, { order_id: `old-${userId}` }, { timestamp: lastMonth });
}

/** Puts the sample shop's products, offers and claims into the catalogue. */
export async function fillCatalogue(story: Story): Promise<void> {
  const facts = sampleFacts(story.clock.now(), 'https://marrow-and-pine.example.com');
  const answer = await story.post('/v1/facts/batch', { facts });
  if (answer.status !== 200) throw new Error(`facts answered ${answer.status}: ${answer.text}`);
}

/** Every page of a person's timeline, oldest page last, as the API gives it. */
export async function timeline(story: Story, userId: string): Promise<Body[]> {
  const entries: Body[] = [];
  for (let cursor = ''; ;) {
    const page = await story.get(`/v1/profiles/${userId}/timeline?limit=100${cursor}`);
    entries.push(...(page['data'] ?? []));
    if (!page['nextCursor']) return entries;
    cursor = `&cursor=${encodeURIComponent(String(page['nextCursor']))}`;
  }
}
