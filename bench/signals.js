const EVENTS = ['Product Viewed', 'Product Added', 'Products Searched', 'Cart Viewed'];

/** A batch of Segment-shaped signals of about 600 bytes each, for `people` different users. */
export function batch(index, size, people) {
  const now = new Date().toISOString();
  return JSON.stringify({
    sentAt: now,
    batch: Array.from({ length: size }, (_, i) => {
      const n = index * size + i;
      return {
        type: 'track',
        event: EVENTS[n % EVENTS.length],
        userId: `bench-${n % people}`,
        messageId: `bench-${process.pid}-${n}`,
        timestamp: now,
        properties: {
          product_id: `product-${n % 50}`,
          sku: `SKU-${n % 50}`,
          price: 2490,
          currency: 'EUR',
          quantity: (n % 3) + 1,
          category: 'tea',
        },
        context: {
          library: { name: 'analytics-node', version: '6.2.0' },
          page: {
            path: `/products/${n % 50}`,
            title: 'A product of the sample shop',
            referrer: 'https://shop.example.com/',
          },
          userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)',
          ip: '192.0.2.1',
        },
      };
    }),
  });
}
