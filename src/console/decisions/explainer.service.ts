import { Injectable } from '@nestjs/common';
import { type CandidateExemption, exemptionsIn, toFlipAnswer } from '../../decisions/answer.js';
import { decide } from '../../decisions/decide.js';
import { PRIOR_MODELS } from '../../decisions/decision.js';
import { flips } from '../../decisions/flip.js';
import { ENGINE_HERE } from '../../decisions/index.js';
import { type Bundle } from '../../policies/bundle.js';
import { PoliciesService } from '../../policies/index.js';
import { contentHash } from '../../shared/hash.js';
import { type DecisionView } from './decision.read-model.js';

export interface Explanation {
  /** The smallest changes that would have given something else; null when it cannot be asked again. */
  readonly flip: readonly { readonly change: string; readonly becomes: string }[] | null;
  /** Whether the same situation still gives the same bytes; null when it cannot be asked again. */
  readonly reproduced: boolean | null;
  /** Rules that were not asked about a candidate because their own scope exempts it. */
  readonly exemptions: readonly CandidateExemption[];
}

const NOTHING: Explanation = { flip: null, reproduced: null, exemptions: [] };

/** Asks `decide` again with what was stored: that is what an explanation is. */
@Injectable()
export class Explainer {
  constructor(private readonly policies: PoliciesService) {}

  async explain({ bundleHash, situation, result, seed, engine }: DecisionView): Promise<Explanation> {
    const bundle = await this.bundle(bundleHash);
    if (bundle === null || situation === null || result === null || engine !== ENGINE_HERE) return NOTHING;
    return {
      exemptions: exemptionsIn(bundle, situation, result),
      flip: flips({ bundle, situation }, PRIOR_MODELS, seed, result).map(toFlipAnswer),
      reproduced: contentHash(decide(bundle, situation, PRIOR_MODELS, seed)) === contentHash(result),
    };
  }

  /** The playbook it was decided under; null when it can no longer be compiled. */
  private bundle(hash: string): Promise<Bundle | null> {
    return this.policies.bundle(hash).catch(() => null);
  }
}
