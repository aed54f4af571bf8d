import { unitHash } from '../shared/hash.js';
import { type Assessment } from './assessment.js';

/** A wording among several, as far as the draw looks at it. */
export interface Drawable {
  readonly label: string;
  readonly assessment: Pick<Assessment, 'score' | 'threshold'>;
}

/**
 * The wording that stands for a message: one of those below the playbook's risk threshold, each as likely as the others; where none is
 * below, of the least risky. No gate has a say in it, so that what a gate was certified on is what goes through it.
 * @param wordings in the order they were asked for, one at least.
 * @param draw the same text always draws the same one; the decision's seed.
 * @throws Error when there are none.
 */
export function drawn<T extends Drawable>(
  wordings: readonly T[],
  draw: string,
): { readonly one: T; readonly amongst: readonly T[] } {
  const below = wordings.filter(({ assessment }) => assessment.score < assessment.threshold);
  const least = Math.min(...wordings.map(({ assessment }) => assessment.score));
  const amongst = below.length > 0 ? below : wordings.filter(({ assessment }) => assessment.score === least);
  const one = amongst[Math.floor(unitHash(`wording:${draw}`) * amongst.length)];
  if (one === undefined) throw new Error('there is no wording to draw');
  return { one, amongst };
}
