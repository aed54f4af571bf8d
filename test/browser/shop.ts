import { Story } from '../harness/service.js';

const HOUR_MS = 3_600_000;

const SHOPPERS = ['mia', 'noor', 'olu', 'pia', 'quinn', 'rosa', 'sven', 'tara', 'uma', 'vera'] as const;

/** The first shoppers' baskets are so large that two people have to look; some shoppers are held out, by hash. */
const VERY_LARGE = 3;

function identify(userId: string): Record<string, unknown> {
  return {
    type: 'identify',
    userId,
    traits: {
      first_name: userId.charAt(0).toUpperCase() + userId.slice(1),
      last_name: 'Example',
      email: `${userId}@example.com`,
      country: 'DE',
      timezone: 'Europe/Berlin',
      consent: { email: true },
    },
  };
}

function checkout(userId: string, total: number): Record<string, unknown> {
  return {
    type: 'track',
    userId,
    event: 'Checkout Started',
    properties: {
      currency: 'EUR',
      order_id: `cart-${userId}`,
      product_id: 'set-quiet-hour',
      total,
      products: [
        { product_id: 'set-quiet-hour', name: 'Quiet Hour tea set for two', price: 129, quantity: 2 },
      ],
    },
  };
}

/** The shipped shop on a weekday at noon in Berlin: large baskets left alone for an hour, which people must look at, and one complaint. */
export async function shopWithReviews(): Promise<Story> {
  const story = await Story.begin({
    now: '2026-11-18T10:30:00.000Z',
    environment: { PUBLIC_URL: 'http://127.0.0.1' },
  });
  const product = {
    kind: 'product',
    data: {
      name: 'Quiet Hour tea set for two',
      price: 12_900,
      currency: 'EUR',
      available: true,
      url: 'https://marrow-and-pine.example.com/products/set-quiet-hour',
    },
    source: 'the test’s catalogue',
  };
  const put = await story.request('PUT', '/v1/facts/set-quiet-hour', { body: product });
  if (put.status >= 300) throw new Error(`the fact was refused: ${put.text}`);
  await story.happens(...SHOPPERS.map(identify));
  await story.happens(...SHOPPERS.map((shopper, index) => checkout(shopper, index < VERY_LARGE ? 900 : 258)));
  await story.happens(identify('carl'), {
    type: 'track',
    userId: 'carl',
    event: 'Support Ticket Opened',
    properties: { ticket_id: 'ticket-1', topic: 'complaint', text: 'The pot arrived broken and I am angry.' },
  });
  await story.passes(HOUR_MS + 60_000);
  return story;
}
