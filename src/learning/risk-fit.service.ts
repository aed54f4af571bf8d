import { Injectable } from '@nestjs/common';
import { type Actor, signer } from '../access/index.js';
import { AuditService } from '../audit/index.js';
import { Database } from '../platform/database/index.js';
import { Problem } from '../platform/http/index.js';
import { type RiskModel } from '../risk/calibration.js';
import { RiskService } from '../risk/index.js';
import { Clock } from '../shared/clock.js';
import { readExamples } from './learning.read-model.js';
import { brier, reliability, type ReliabilityBin } from './reliability.js';
import { crossPredict, fitStrengths, predict } from './strengths.js';

/** Fewer verdicts than this teach nothing, nor do fewer objections. */
export const VERDICTS_NEEDED = 200;
export const OBJECTIONS_NEEDED = 20;
const MOST_VERDICTS = 5_000;

/** How risk stands to what reviewers said. */
export interface RiskFit {
  readonly verdicts: number;
  readonly objections: number;
  readonly inUse: RiskModel;
  /** Of the model in use, on all of them; null while there is nothing to compare with. */
  readonly curve: readonly ReliabilityBin[];
  readonly brier: number | null;
  /** What could be adopted; null while there are too few verdicts. Judged on verdicts it had not seen. */
  readonly candidate: {
    readonly model: RiskModel;
    readonly brier: number;
    readonly curve: readonly ReliabilityBin[];
  } | null;
}

/** Fits the risk on verdicts. A person adopts what was fitted: it closes every open gate, since what checks drafts has changed. */
@Injectable()
export class RiskFitService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly risk: RiskService,
    private readonly audit: AuditService,
  ) {}

  async current(): Promise<RiskFit> {
    const { db } = this.database;
    const examples = await readExamples(db, MOST_VERDICTS);
    const wrong = examples.map((each) => each.wrong);
    const objections = wrong.filter(Boolean).length;
    const inUse = await this.risk.model(db);
    const now = examples.map((each) => predict(inUse, each));
    const enough = examples.length >= VERDICTS_NEEDED && objections >= OBJECTIONS_NEEDED;
    const unseen = enough ? crossPredict(examples) : [];
    const version = `${this.clock.now().toISOString().slice(0, 10)}-${examples.length}`;
    return {
      verdicts: examples.length,
      objections,
      inUse,
      curve: examples.length === 0 ? [] : reliability(now, wrong),
      brier: examples.length === 0 ? null : brier(now, wrong),
      candidate: enough
        ? {
            model: fitStrengths(examples, version),
            brier: brier(unseen, wrong),
            curve: reliability(unseen, wrong),
          }
        : null,
    };
  }

  /**
   * Takes the fitted model into use in a person's name.
   * @throws Problem 403, 409 when there are too few verdicts, or it would judge worse than the one in use, or is in use already.
   */
  async adopt(actor: Actor): Promise<void> {
    const person = signer(actor);
    const { candidate, brier: before, verdicts } = await this.current();
    if (candidate === null || before === null)
      throw new Problem(
        409,
        'too-few-verdicts',
        `${VERDICTS_NEEDED} verdicts with ${OBJECTIONS_NEEDED} objections are needed.`,
      );
    if (candidate.brier >= before)
      throw new Problem(
        409,
        'no-better',
        'On verdicts it had not seen, it judges no better than the model in use.',
      );
    const { model } = candidate;
    await this.database.transaction(async (tx) => {
      const adopted = { model, verdicts, brier: candidate.brier, brierBefore: before };
      if (!(await this.risk.adopt(tx, person, adopted)))
        throw new Problem(409, 'in-use', 'This very model is in use already.');
      await this.audit.record(tx, {
        actor: person.personId,
        action: 'risk.model_adopted',
        subject: model.version,
        detail: { ...adopted },
      });
    });
  }
}
