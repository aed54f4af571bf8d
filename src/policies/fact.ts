import { z } from 'zod';

export const factKind = z.enum(['product', 'offer', 'claim']);
export type FactKind = z.output<typeof factKind>;

/** A catalogue entry, offer or approved claim, at one version. Prices are minor units in `data.price` with `data.currency`. */
export const factSchema = z
  .strictObject({
    id: z.string(),
    version: z.int(),
    kind: factKind,
    data: z.record(z.string(), z.json()),
    validFrom: z.iso.datetime().nullable(),
    validUntil: z.iso.datetime().nullable(),
    source: z.string(),
  })
  .meta({ id: 'Fact' });
export type Fact = z.output<typeof factSchema>;

/** Whether a fact holds at a time: half-open, from `validFrom` up to but not at `validUntil`. */
export function isValidAt(fact: Fact, at: string): boolean {
  return (
    (fact.validFrom === null || fact.validFrom <= at) && (fact.validUntil === null || at < fact.validUntil)
  );
}

/** Whether a fact held until then and does not hold any more; one that has yet to begin is not over. */
export function isOver({ validUntil }: Fact, at: string): boolean {
  return validUntil !== null && validUntil <= at;
}

const currency = z.string().regex(/^[A-Z]{3}$/, 'should be an ISO 4217 code such as EUR');
const minorUnits = z.int('should be whole minor units, such as 1490 for 14.90').min(0);
const link = z.url({ protocol: /^https?$/, error: 'should be a link such as https://shop.example.com/tea' });
const words = z.string().trim().min(1);

/** What a product says of itself. Members beyond these are kept as they are. */
const productData = z
  .object({
    name: words.max(300),
    price: minorUnits,
    currency,
    url: link.optional(),
    category: words.optional(),
    description: z.string().optional(),
    image: link.optional(),
    available: z.boolean().optional(),
    /** Lowest price of the last 30 days: what a price reduction is shown against in the EU (Directive 98/6/EC, art. 6a). */
    lowestPrice30d: minorUnits.optional(),
  })
  .catchall(z.json());

const offerData = z
  .object({
    title: words.max(300).optional(),
    percent: z.number().min(0).max(100).optional(),
    amount: minorUnits.optional(),
    currency: currency.optional(),
    code: words.max(100).optional(),
    /** Smallest order it holds for, minor units. */
    minimum: minorUnits.optional(),
    url: link.optional(),
    description: z.string().optional(),
  })
  .catchall(z.json())
  .refine((offer) => offer.percent === undefined || offer.amount === undefined, {
    error: 'is either a percentage or an amount, not both',
    path: ['amount'],
  })
  .refine((offer) => offer.amount === undefined || offer.currency !== undefined, {
    error: 'is missing beside an amount',
    path: ['currency'],
  });

const claimData = z.object({ text: words.max(1_000) }).catchall(z.json());

const rest = {
  validFrom: z.iso.datetime({ offset: true }).nullish(),
  validUntil: z.iso.datetime({ offset: true }).nullish(),
  /** Where it comes from: a system, a document, a person. */
  source: words.max(500),
};

/** A fact as it is put. */
export const factInputSchema = z
  .discriminatedUnion(
    'kind',
    [
      z.strictObject({ kind: z.literal('product'), data: productData, ...rest }),
      z.strictObject({ kind: z.literal('offer'), data: offerData, ...rest }),
      z.strictObject({ kind: z.literal('claim'), data: claimData, ...rest }),
    ],
    { error: 'should be product, offer or claim' },
  )
  .refine(
    (fact) =>
      !(fact.validFrom && fact.validUntil) || Date.parse(fact.validFrom) < Date.parse(fact.validUntil),
    {
      error: 'should be later than validFrom',
      path: ['validUntil'],
    },
  )
  .meta({ id: 'FactInput' });
export type FactInput = z.output<typeof factInputSchema>;

/** Ids are the shop's own; they only have to be readable in a path and a log. */
export const factIdSchema = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cs}/?#]+$/u, 'should not hold control characters, slashes, question marks or hashes');
