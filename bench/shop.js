// Signals of a shop as they come in: what people look at, put into the basket, buy, and who they say they are. The same every time.

/** A small seeded generator (mulberry32): the same signals for the same seed. */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Share of each kind of signal. `Signed Up` and `Order Completed` fire a trigger of the shipped playbook: 2 % together, and a fourth view within a week another. */
const MIX = [
  ['Product Viewed', 0.15],
  ['Product List Viewed', 0.29],
  ['page', 0.2],
  ['Products Searched', 0.1],
  ['Product Added', 0.09],
  ['Cart Viewed', 0.06],
  ['Checkout Started', 0.04],
  ['identify', 0.05],
  ['Order Completed', 0.013],
  ['Signed Up', 0.007],
];
const COUNTRIES = ['DE', 'FR', 'GB', 'US', 'NL', 'AT'];

function kind(share) {
  let sum = 0;
  for (const [name, part] of MIX) {
    sum += part;
    if (share < sum) return name;
  }
  return MIX[0][0];
}

function properties(event, next) {
  const product = Math.floor(next() * 500);
  const item = { product_id: `product-${product}`, name: `Tea number ${product}`, price: 24.9, quantity: 1 };
  switch (event) {
    case 'Order Completed':
    case 'Checkout Started':
      return {
        order_id: `order-${Math.floor(next() * 1e9)}`,
        product_id: item.product_id,
        total: 49.8,
        currency: 'EUR',
        products: [item, { ...item, product_id: `product-${(product + 7) % 500}` }],
      };
    case 'Products Searched':
      return { query: 'green tea' };
    case 'Signed Up':
      return { method: 'email' };
    default:
      return { ...item, sku: `SKU-${product}`, category: 'tea', currency: 'EUR' };
  }
}

/**
 * Signals `from` up to `from + count` of a stream over `people` persons, as the service keeps them.
 * @param {{ from: number, count: number, people: number, at: number }} options `at`: when the last of them happened, epoch ms; 1 ms apart
 */
export function shopSignals({ from, count, people, at }) {
  const next = random(from + 1);
  return Array.from({ length: count }, (_, i) => {
    const person = Math.floor(next() * people);
    const what = kind(next());
    const type = what === 'page' || what === 'identify' ? what : 'track';
    return {
      messageId: `shop-${from + i}`,
      type,
      event: type === 'track' ? what : type === 'page' ? 'Home' : null,
      userId: `person-${person}`,
      anonymousId: `device-${person}`,
      previousId: null,
      groupId: null,
      traits:
        type === 'identify'
          ? {
              email: `person-${person}@example.com`,
              first_name: 'Ada',
              country: COUNTRIES[person % COUNTRIES.length],
              email_consent: person % 3 !== 0,
            }
          : {},
      properties: type === 'identify' ? {} : properties(what, next),
      context: {
        library: { name: 'analytics-node', version: '6.2.0' },
        page: {
          path: '/products',
          title: 'A product of the sample shop',
          referrer: 'https://shop.example.com/',
        },
        userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)',
        locale: 'en-GB',
        timezone: 'Europe/Berlin',
        ip: '192.0.2.1',
      },
      occurredAt: new Date(at - count + i).toISOString(),
    };
  });
}
