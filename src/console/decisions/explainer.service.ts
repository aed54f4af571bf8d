import { Injectable } from '@nestjs/common';
import { type CandidateExemption, exemptionsIn, toFlipAnswer } from '../../decisions/answer.js';
import { examine } from '../../decisions/candidates.js';
import { conclude } from '../../decisions/decide.js';
import { type Candidate, PRIOR_MODELS } from '../../decisions/decision.js';
import { flipsOf } from '../../decisions/flip.js';
import { ENGINE_HERE } from '../../decisions/index.js';
import { candidatesInFull, keptResult } from '../../decisions/kept-result.js';
import { type Bundle } from '../../policies/bundle.js';
import { PoliciesService } from '../../policies/index.js';
import { contentHash } from '../../shared/hash.js';
import { type DecisionView } from './decision.read-model.js';

export interface Explanation {
  /** With what every rule said; only with what matched when it cannot be asked again. */
  readonly candidates: readonly Candidate[];
  /** The smallest changes that would have given something else; null when it cannot be asked again. */
  readonly flip: readonly { readonly change: string; readonly becomes: string }[] | null;
  /** Whether the same situation still gives the same bytes; null when it cannot be asked again. */
  readonly reproduced: boolean | null;
  /** Rules that were not asked about a candidate because their own scope exempts it. */
  readonly exemptions: readonly CandidateExemption[];
}

const NOTHING = { flip: null, reproduced: null, exemptions: [] };

/** Asks `decide` again with what was stored: that is what an explanation is. */
@Injectable()
export class Explainer {
  constructor(private readonly policies: PoliciesService) {}

  async explain({ bundleHash, situation, result, seed, engine }: DecisionView): Promise<Explanation> {
    const bundle = await this.bundle(bundleHash);
    if (bundle === null || situation === null || result === null || engine !== ENGINE_HERE)
      return { ...NOTHING, candidates: result?.candidates ?? [] };
    const examination = examine(bundle, situation, PRIOR_MODELS);
    return {
      candidates: candidatesInFull(result, examination),
      exemptions: exemptionsIn(bundle, situation, result),
      flip: flipsOf(examination, seed, result).map(toFlipAnswer),
      reproduced: contentHash(keptResult(conclude(examination, seed))) === contentHash(result),
    };
  }

  /** The playbook it was decided under; null when it can no longer be compiled. */
  private bundle(hash: string): Promise<Bundle | null> {
    return this.policies.bundle(hash).catch(() => null);
  }
}
