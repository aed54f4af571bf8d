import { Injectable } from '@nestjs/common';
import { type Actor, signer } from '../access/index.js';
import { AuditService } from '../audit/index.js';
import { Database } from '../platform/database/index.js';
import { Problem } from '../platform/http/index.js';
import { PoliciesService } from '../policies/index.js';
import { GatesService } from '../review/index.js';
import { type RiskModel, UNFITTED } from '../risk/calibration.js';
import { needsPerson } from '../risk/check.js';
import { RiskService } from '../risk/index.js';
import { Clock } from '../shared/clock.js';
import { KeptFit } from './kept-fit.js';
import { readExamples } from './learning.read-model.js';
import { brier, type Foretold, reliability, type ReliabilityBin, standsFor } from './reliability.js';
import { predict } from './strengths.js';

/** Fewer verdicts than this teach nothing, nor do fewer objections. */
const VERDICTS_NEEDED = 200;
const OBJECTIONS_NEEDED = 20;
/** So many verdicts a learned model has to be held against before another takes its place: those it was made of praise it too much. */
const NEW_VERDICTS_NEEDED = 100;
const MOST_VERDICTS = 5_000;

/** How risk stands to what reviewers said. */
export interface RiskFit {
  readonly verdicts: number;
  readonly objections: number;
  readonly inUse: RiskModel;
  /** Who took it into use, and when; null for the weights as set by hand. */
  readonly adopted: { readonly at: Date; readonly by: string } | null;
  /** The model in use against verdicts it was not made of: those given since it was adopted. */
  readonly held: {
    readonly verdicts: number;
    readonly curve: readonly ReliabilityBin[];
    /** Null while there is nothing to compare with. */
    readonly brier: number | null;
  };
  /** What is still to come before (another) model can be learned. */
  readonly missing: { readonly verdicts: number; readonly objections: number };
  /** What could be adopted; null while there are too few verdicts. Judged on verdicts it had not seen. */
  readonly candidate: {
    readonly model: RiskModel;
    readonly curve: readonly ReliabilityBin[];
    /** Over the same verdicts as that of the model in use. */
    readonly brier: number;
  } | null;
}

/** Fits the risk on verdicts. A person adopts what was fitted: it closes every open gate, since what checks drafts has changed. */
@Injectable()
export class RiskFitService {
  private readonly learned = new KeptFit(() => new Promise((resolve) => setImmediate(resolve)));

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly policies: PoliciesService,
    private readonly risk: RiskService,
    private readonly gates: GatesService,
    private readonly audit: AuditService,
  ) {}

  async current(): Promise<RiskFit> {
    const { db } = this.database;
    const adopted = await this.risk.adopted(db);
    const inUse = adopted?.model ?? UNFITTED;
    const examples = await readExamples(db, MOST_VERDICTS);
    const objections = examples.filter(({ wrong }) => wrong).length;
    // Newest first, so what came since the adoption stands in front.
    const fresh = examples.filter(({ at }) => adopted === null || at > adopted.adoptedAt);
    const weights = standsFor(fresh);
    const foretold = (predictions: readonly number[]): Foretold[] =>
      fresh.map(({ wrong }, i) => ({ wrong, weight: weights[i] ?? 1, predicted: predictions[i] ?? 0 }));
    const mustSee = needsPerson(this.policies.active().engine);
    const said = foretold(fresh.map((each) => predict(inUse, each, mustSee)));
    const missing = {
      verdicts: Math.max(
        0,
        VERDICTS_NEEDED - examples.length,
        adopted === null ? 0 : NEW_VERDICTS_NEEDED - fresh.length,
      ),
      objections: Math.max(0, OBJECTIONS_NEEDED - objections),
    };
    const enough = missing.verdicts + missing.objections === 0;
    const fitted = enough ? await this.learned.of(examples, mustSee) : null;
    const unseen = foretold(fitted?.unseen ?? []);
    const version = `${this.clock.now().toISOString().slice(0, 10)}-${examples.length}`;
    return {
      verdicts: examples.length,
      objections,
      inUse,
      adopted: adopted === null ? null : { at: adopted.adoptedAt, by: adopted.by },
      held: {
        verdicts: fresh.length,
        curve: fresh.length === 0 ? [] : reliability(said),
        brier: fresh.length === 0 ? null : brier(said),
      },
      missing,
      candidate:
        fitted === null
          ? null
          : { model: { version, ...fitted.model }, brier: brier(unseen), curve: reliability(unseen) },
    };
  }

  /**
   * Takes the fitted model into use in a person's name, and closes every gate: each was certified on drafts that other weights judged.
   * @throws Problem 403, 409 when there are too few verdicts, or it would judge worse than the one in use, or is in use already.
   */
  async adopt(actor: Actor): Promise<void> {
    const person = signer(actor);
    const { candidate, held, verdicts } = await this.current();
    if (candidate === null || held.brier === null)
      throw new Problem(
        409,
        'too-few-verdicts',
        `${VERDICTS_NEEDED} verdicts with ${OBJECTIONS_NEEDED} objections are needed, and ${NEW_VERDICTS_NEEDED} since a model was adopted.`,
      );
    if (candidate.brier >= held.brier)
      throw new Problem(
        409,
        'no-better',
        'On verdicts it had not seen, it judges no better than the model in use.',
      );
    const { model } = candidate;
    const brierBefore = held.brier;
    await this.database.transaction(async (tx) => {
      const adopted = { model, verdicts, brier: candidate.brier, brierBefore };
      if (!(await this.risk.adopt(tx, person, adopted)))
        throw new Problem(409, 'in-use', 'This very model is in use already.');
      const gatesClosed = await this.gates.closeAll(tx, {
        by: person.personId,
        code: 'gate.weights',
        text: `${person.name} took weights into use that were learned from verdicts, so drafts are checked by other weights than those it was certified on.`,
      });
      await this.audit.record(tx, {
        actor: person.personId,
        action: 'risk.model_adopted',
        subject: model.version,
        detail: { ...adopted, gatesClosed },
      });
    });
  }
}
