/** A fact as `PUT /v1/facts/:id` takes it, with its id. */
export interface SampleFact {
  readonly id: string;
  readonly kind: 'product' | 'offer' | 'claim';
  readonly data: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  readonly validFrom?: string;
  readonly validUntil?: string;
  readonly source: string;
}

/** Everything sold here is made up. Prices in euro cents. */
export const PRODUCTS = [
  {
    id: 'tea-morning-fog',
    name: 'Morning Fog white tea, 50 g',
    price: 1490,
    category: 'tea',
    available: true,
  },
  { id: 'tea-copper-roof', name: 'Copper Roof oolong, 80 g', price: 1850, category: 'tea', available: true },
  {
    id: 'tea-night-ferry',
    name: 'Night Ferry smoked black, 100 g',
    price: 1290,
    category: 'tea',
    available: true,
  },
  {
    id: 'tea-orchard-wall',
    name: 'Orchard Wall herbal blend, 75 g',
    price: 990,
    category: 'tea',
    available: true,
  },
  { id: 'tea-first-snow', name: 'First Snow jasmine, 60 g', price: 1650, category: 'tea', available: false },
  { id: 'cup-tide', name: 'Tide cup, 180 ml', price: 2400, category: 'ceramics', available: true },
  { id: 'pot-heron', name: 'Heron teapot, 700 ml', price: 6900, category: 'ceramics', available: true },
  { id: 'bowl-slate', name: 'Slate matcha bowl', price: 3800, category: 'ceramics', available: true },
  { id: 'pot-cinder', name: 'Cinder cast teapot, 1 l', price: 8900, category: 'ceramics', available: true },
  {
    id: 'set-quiet-hour',
    name: 'Quiet Hour tea set for two',
    price: 12900,
    category: 'gifts',
    available: true,
  },
  {
    id: 'kettle-gooseneck',
    name: 'Gooseneck kettle, 0.9 l',
    price: 7450,
    category: 'equipment',
    available: true,
  },
  { id: 'scale-pocket', name: 'Pocket scale, 0.1 g', price: 2950, category: 'equipment', available: true },
] as const;

export type Product = (typeof PRODUCTS)[number];

const DAY_MS = 86_400_000;

/** The catalogue, the running offers and the approved claims, as of `now`. One offer has already ended: stale facts happen. */
export function sampleFacts(now: Date, website: string): SampleFact[] {
  const at = (days: number): string => new Date(now.getTime() + days * DAY_MS).toISOString();
  const products: SampleFact[] = PRODUCTS.map(({ id, name, price, category, available }) => ({
    id,
    kind: 'product',
    data: { name, price, currency: 'EUR', category, available, url: `${website}/products/${id}` },
    source: 'sample catalogue',
  }));
  return [
    ...products,
    {
      id: 'offer-welcome-10',
      kind: 'offer',
      data: { title: '10% off your first order', percent: 10, code: 'HELLO10', url: `${website}/welcome` },
      validFrom: at(-60),
      validUntil: at(60),
      source: 'sample offers',
    },
    {
      id: 'offer-comeback-15',
      kind: 'offer',
      data: { title: '15% off for coming back', percent: 15, code: 'AGAIN15', url: `${website}/again` },
      validFrom: at(-10),
      validUntil: at(20),
      source: 'sample offers',
    },
    {
      id: 'offer-summer-30',
      kind: 'offer',
      data: { title: '30% off summer blends', percent: 30, code: 'SUMMER30', url: `${website}/summer` },
      validFrom: at(-150),
      validUntil: at(-60),
      source: 'sample offers',
    },
    {
      id: 'claim-shipping',
      kind: 'claim',
      data: { text: 'Orders above 40 euros ship free within the European Union.' },
      source: 'shipping terms, section 2',
    },
    {
      id: 'claim-returns',
      kind: 'claim',
      data: { text: 'Unopened tea can be returned within 30 days.' },
      source: 'terms of sale, section 7',
    },
  ];
}
