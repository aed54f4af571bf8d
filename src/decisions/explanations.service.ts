import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/index.js';
import { Problem } from '../platform/http/index.js';
import { ErasedError, Vault } from '../platform/vault/index.js';
import { type Bundle } from '../policies/bundle.js';
import { PoliciesService } from '../policies/index.js';
import { type Json } from '../shared/canonical-json.js';
import { type DecisionAnswer, exemptionsIn, toAnswer } from './answer.js';
import { type Examination, examine } from './candidates.js';
import { type Candidate, PRIOR_MODELS } from './decision.js';
import { AgedOutError, type DecidedCase, DecisionsService, ENGINE_HERE } from './decisions.service.js';
import { flipsOf } from './flip.js';
import { candidatesInFull } from './kept-result.js';
import { isOnItsWay, sentContent } from './onsite-content.read-model.js';
import { riskModels } from './risk-model.read-model.js';

/** How long an answer waits for content that a page is to render. It never waits for a model: only signed templates are that quick. */
const CONTENT_WAIT_MS = 1_500;
const CONTENT_LOOK_MS = 25;

/** Decisions as they are answered: with what would have flipped them, and with the content a page may render. */
@Injectable()
export class ExplanationsService {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly policies: PoliciesService,
    private readonly decisions: DecisionsService,
  ) {}

  /** @throws Problem 404, or 410 when the person was erased or the situation has aged out. */
  async get(id: string): Promise<DecisionAnswer> {
    const found = await this.decisions.get(this.database.db, id).catch((error: unknown) => {
      if (error instanceof AgedOutError)
        throw new Problem(
          410,
          'aged-out',
          'What this decision was made on has aged out; what was decided stays in the timeline of the person.',
        );
      if (!(error instanceof ErasedError)) throw error;
      throw new Problem(
        410,
        'erased',
        'The person was erased; nothing of this decision can be read any more.',
      );
    });
    if (found === null) throw new Problem(404, 'no-such-decision', `There is no decision ${id}.`);
    return this.explain(found);
  }

  /** Many at once, one after the other, so that nobody else waits for long. */
  async explainAll(cases: readonly DecidedCase[]): Promise<DecisionAnswer[]> {
    const answers: DecisionAnswer[] = [];
    const judged = await this.judgesOf(cases);
    for (const each of cases) {
      answers.push(await this.explain(each, judged));
      await new Promise((resolve) => setImmediate(resolve));
    }
    return answers;
  }

  async explain(
    decided: DecidedCase,
    judged: ReadonlyMap<string, string> | null = null,
  ): Promise<DecisionAnswer> {
    const { decision, situation } = decided;
    const { seed, result } = decision;
    const risk = (judged ?? (await this.judgesOf([decided]))).get(decision.messageId ?? '');
    const bundle = await this.bundleOf(decision.bundleHash);
    const examination =
      bundle === null ? null : (decided.examination ?? examine(bundle, situation, PRIOR_MODELS));
    return toAnswer(decision, situation, {
      candidates: examination === null ? result.candidates : candidatesOf(decided, examination),
      flips: examination === null ? [] : flipsOf(examination, seed, result),
      exemptions: bundle === null ? [] : exemptionsIn(bundle, situation, result),
      content: await this.contentOf(decided, bundle),
      risk,
    });
  }

  /** As `explain`, after a short wait for content that a page is to render. */
  async explainFresh(decided: DecidedCase): Promise<DecisionAnswer> {
    const { messageId, createdAt, result } = decided.decision;
    const bundle = await this.bundleOf(decided.decision.bundleHash);
    const isDueNow = result.sendAt !== null && result.sendAt <= createdAt;
    if (messageId !== null && isDueNow && isOnsite(decided, bundle)) {
      for (let waited = 0; waited < CONTENT_WAIT_MS; waited += CONTENT_LOOK_MS) {
        if (!(await isOnItsWay(this.database.db, messageId))) break;
        await new Promise((resolve) => setTimeout(resolve, CONTENT_LOOK_MS));
      }
    }
    return this.explain(decided);
  }

  /** What judged the drafts of these decisions, by message. */
  private judgesOf(cases: readonly DecidedCase[]): Promise<ReadonlyMap<string, string>> {
    const ids = cases.flatMap(({ decision: { messageId } }) => (messageId === null ? [] : [messageId]));
    return riskModels(this.database.db, ids);
  }

  private async contentOf(decided: DecidedCase, bundle: Bundle | null): Promise<Json | undefined> {
    const { messageId } = decided.decision;
    if (messageId === null || !isOnsite(decided, bundle)) return undefined;
    return (await sentContent(this.database.db, this.vault, [messageId])).get(messageId);
  }

  /** The playbook it was decided under; null when it can no longer be compiled. */
  private async bundleOf(hash: string): Promise<Bundle | null> {
    return this.policies.bundle(hash).catch(() => null);
  }
}

function isOnsite({ decision }: DecidedCase, bundle: Bundle | null): boolean {
  const { channel } = decision.result;
  return channel !== null && bundle?.channels.get(channel)?.kind === 'onsite';
}

/** With what every rule said, as far as that can be told: what is fresh has it still, and another engine may say something else of the rules. */
function candidatesOf({ decision, examination }: DecidedCase, again: Examination): readonly Candidate[] {
  const { engine, result } = decision;
  return examination !== undefined || engine !== ENGINE_HERE
    ? result.candidates
    : candidatesInFull(result, again);
}
