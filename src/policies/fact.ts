import { z } from 'zod';

export const factKind = z.enum(['product', 'offer', 'claim']);

/** A catalogue entry, offer or approved claim, at one version. Prices are minor units in `data.price` with `data.currency`. */
export const factSchema = z.strictObject({
  id: z.string(),
  version: z.int(),
  kind: factKind,
  data: z.record(z.string(), z.json()),
  validFrom: z.iso.datetime().nullable(),
  validUntil: z.iso.datetime().nullable(),
  source: z.string(),
});
export type Fact = z.output<typeof factSchema>;

/** Whether a fact holds at a time: half-open, from `validFrom` up to but not at `validUntil`. */
export function isValidAt(fact: Fact, at: string): boolean {
  return (
    (fact.validFrom === null || fact.validFrom <= at) && (fact.validUntil === null || at < fact.validUntil)
  );
}
