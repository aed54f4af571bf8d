import { z } from 'zod';
import { type Contribution } from './assessment.js';

/**
 * What verdicts taught about the signs that checks find. `strength` of a code: 1 takes its weight as it was set by hand, 0 makes it say
 * nothing, 2 counts it twice. `base` is the probability that a reviewer objects to a draft without any sign.
 */
export const riskModelSchema = z.strictObject({
  version: z.string(),
  base: z.number().min(0).max(0.99),
  strengths: z.record(z.string(), z.number().min(0)),
});
export type RiskModel = z.output<typeof riskModelSchema>;

/** Before anything was learned: weights as set by hand. */
export const UNFITTED: RiskModel = { version: 'unfitted', base: 0, strengths: {} };

/** What judges drafts: the checks, by a name that changes with them, and how what they find is weighed. */
export interface Judge {
  readonly checks: string;
  readonly model: RiskModel;
}

/** How a model weighs, whatever it is called: two that are alike in this judge every draft alike. */
export function weightsOf({ base, strengths }: RiskModel): {
  readonly base: number;
  readonly strengths: Readonly<Record<string, number>>;
} {
  const changed = Object.entries(strengths).filter(([, strength]) => strength !== 1);
  return { base, strengths: Object.fromEntries(changed) };
}

/** The weight with which a sign counts after learning: evidence −ln(1 − weight), times its strength. */
function learnedWeight(weight: number, strength: number): number {
  return 1 - (1 - Math.min(1, weight)) ** strength;
}

/**
 * Contributions as a model weighs them. What asks for a person by itself may be weighed higher and never lower: verdicts on what people
 * saw cannot teach that nobody need see it.
 * @param mustSee the weight from which a contribution asks for a person by itself.
 */
export function calibrate(
  contributions: readonly Contribution[],
  model: RiskModel,
  mustSee: number,
): Contribution[] {
  const weighed = contributions.map((each) => {
    const strength = model.strengths[each.code] ?? 1;
    const weight = learnedWeight(each.weight, each.weight >= mustSee ? Math.max(1, strength) : strength);
    return { ...each, weight: Math.round(weight * 10_000) / 10_000 };
  });
  if (model.base <= 0) return weighed;
  return [
    ...weighed,
    {
      code: 'base',
      weight: model.base,
      text: 'How often reviewers object to a draft in which no check found anything.',
      spans: [],
    },
  ];
}
