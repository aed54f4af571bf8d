import { setImmediate } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { DecisionsService } from '../decisions/index.js';
import { DraftingService } from '../drafting/index.js';
import { languageFor, languageOf } from '../drafting/locale.js';
import { type MessageContent } from '../messages/content.js';
import { canMove, type Message } from '../messages/message.js';
import { MessagesService } from '../messages/index.js';
import { leavesWithinOf } from '../messages/second-look.js';
import { Database, type Executor, type Tx } from '../platform/database/index.js';
import { Metrics, traced } from '../platform/telemetry/index.js';
import { ErasedError, Vault } from '../platform/vault/index.js';
import { again, DONE, type Job, type JobEnd, type WorkHandler, WorkService } from '../platform/work/index.js';
import { type Bundle } from '../policies/bundle.js';
import { type Fact } from '../policies/fact.js';
import { FactsService, PoliciesService } from '../policies/index.js';
import { leavesAt } from '../decisions/recheck.js';
import { type Situation } from '../decisions/situation.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { Clock } from '../shared/clock.js';
import { contentHash } from '../shared/hash.js';
import { Ids } from '../shared/ids.js';
import { assessing } from './assess.js';
import { type Assessment, assessmentSchema } from './assessment.js';
import {
  type AssessmentRow,
  insertAssessment,
  selectByDraft,
  selectLatest,
} from './assessments.repository.js';
import { type Judge, type RiskModel, UNFITTED } from './calibration.js';
import { CHECKS_VERSION } from './checks-version.provider.js';
import { purposeOf, type RiskInput, type ToldMessage } from './check.js';
import { drawn } from './draw.js';
import { signWords } from './sign-words.js';
import { ORIGINAL, type Template, wordingsOf } from '../policies/playbook.js';
import { countAudience } from './audience.read-model.js';
import {
  type AdoptedModel,
  insertModel,
  type ModelInUse,
  selectAdopted,
  selectModel,
} from './risk-models.repository.js';

const DAY_MS = 86_400_000;
/** So far back people remember what they were told, and no more messages than these are read for it. */
const TOLD_DAYS = 30;
const TOLD_MESSAGES = 30;

/** An assessment with what it was made of. */
export interface AssessedDraft {
  readonly assessment: Assessment;
  readonly draftId: string;
  readonly contentHash: string;
  /** The checks and the model that weighed what they found, see `Judge`. */
  readonly judge: string;
}

/** A judgement, and what made it. */
interface Judged {
  readonly assessment: Assessment;
  readonly judge: string;
}

/** Words that were judged, as they are kept. */
interface JudgedWords extends Judged {
  readonly draftId: string;
  readonly contentHash: string;
}

interface AssessedAnswer {
  readonly message: Message;
  /** Of the content that was judged; of several wordings, the one that stood for the message until then. */
  readonly contentHash: string;
  /** The words that stand for the message from now on. */
  readonly words: JudgedWords;
  /** Where there are several wordings: which were not drawn, and how the draw went. */
  readonly draw: Draw | null;
}

interface Draw {
  readonly content: MessageContent;
  readonly others: readonly JudgedWords[];
  readonly text: string;
}

/** What a message's words are judged by, whichever they are. */
interface Material {
  readonly bundle: Bundle;
  /** The decision's. */
  readonly seed: string;
  readonly model: RiskModel;
  readonly input: Omit<RiskInput, 'content' | 'purpose' | 'template' | 'audience'>;
}

/** Judging takes long enough to keep everybody else of the process waiting: whoever has something to do comes in between. */
async function assessInSteps(...asked: Parameters<typeof assessing>): Promise<Assessment> {
  const steps = assessing(...asked);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await setImmediate();
  }
}

/** Risk: load the draft and what it was made from, judge it, save the judgement and hand over. */
@Injectable()
export class RiskService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly vault: Vault,
    private readonly work: WorkService,
    private readonly policies: PoliciesService,
    private readonly facts: FactsService,
    private readonly decisions: DecisionsService,
    private readonly messages: MessagesService,
    private readonly drafting: DraftingService,
    private readonly metrics: Metrics,
    @Inject(CHECKS_VERSION) private readonly checks: string,
  ) {}

  /** Judging takes time and loads the playbook, so it happens outside the transaction; the commit holds only for the same content. */
  readonly draftWritten: WorkHandler<undefined, AssessedAnswer | 'gone' | 'erased'> = {
    kind: 'draft.written',
    call: async (_prepared, job) => {
      try {
        return await traced('assess draft', { 'countersign.message.id': job.key }, () =>
          this.assessDraft(job.key),
        );
      } catch (error) {
        if (error instanceof ErasedError) return 'erased';
        throw error;
      }
    },
    commit: (tx, job, _prepared, answer) => this.commitDraft(tx, job, answer),
    died: async (tx, job, error) => {
      const message = await this.messages.lock(tx, job.key);
      if (!canMove(message.state, 'failed')) return;
      await this.messages.move(tx, job.key, 'failed', {
        actor: 'system',
        code: 'risk.unknown',
        text: `The draft could not be assessed (${error.name}), so it goes nowhere.`,
      });
    },
  };

  private async assessDraft(messageId: string): Promise<AssessedAnswer | 'gone'> {
    const { db } = this.database;
    const message = await this.messages.get(db, messageId);
    const content = await this.messages.content(db, messageId);
    const draft = await this.drafting.latest(db, messageId);
    if (message?.state !== 'drafting' || content === null || draft === null) return 'gone';
    const bundle = await this.policies.bundle(content.versions.bundle);
    const about = { message, contentHash: contentHash(content) };
    const material = await this.material(db, bundle, message);
    const variants = await this.drafting.variants(db, messageId);
    if (variants.length === 0) {
      const judged = await this.judged(db, material, content);
      return { ...about, words: { ...about, draftId: draft.id, ...judged }, draw: null };
    }
    const wordings = [];
    for (const variant of variants)
      wordings.push({ ...variant, ...(await this.judged(db, material, variant.content)) });
    const { one, amongst } = drawn(wordings, material.seed);
    const labels = amongst.map(({ label }) => label).join(', ');
    return {
      ...about,
      words: one,
      draw: {
        content: one.content,
        others: wordings.filter((each) => each !== one),
        text: ` Of ${wordings.length} wordings ${one.label} was drawn${amongst.length === wordings.length ? '' : ` among ${labels}`}.`,
      },
    };
  }

  private async commitDraft(tx: Tx, job: Job, answer: AssessedAnswer | 'gone' | 'erased'): Promise<JobEnd> {
    const message = await this.messages.lock(tx, job.key);
    if (answer === 'gone' || message.state !== 'drafting') return DONE;
    if (answer === 'erased') {
      await this.messages.move(tx, job.key, 'cancelled', {
        actor: 'system',
        code: 'erased',
        text: 'The person was erased.',
      });
      return DONE;
    }
    // Written anew while it was being judged: judge what is there now.
    if (message.contentHash !== answer.contentHash) return again(this.clock.now());
    const { words, draw } = answer;
    for (const other of draw?.others ?? []) await this.save(tx, message, other);
    await this.save(tx, message, words);
    if (draw !== null && words.contentHash !== answer.contentHash)
      await this.messages.saveContent(tx, job.key, draw.content, null);
    const { score, contributions } = words.assessment;
    await this.messages.move(tx, job.key, 'assessed', {
      actor: 'system',
      code: 'assessed',
      text: `Risk ${score.toFixed(2)}${heaviest(contributions)}.${draw?.text ?? ''}`,
    });
    await this.work.enqueue(tx, { kind: 'draft.assessed', key: job.key, dueAt: this.clock.now() });
    return DONE;
  }

  /**
   * Judges content as it would be sent now, on the facts as they are now, and saves the judgement.
   * @param bundle the playbook the content was written under (`content.versions.bundle`); loaded before the transaction.
   * @throws ErasedError
   */
  async assessContent(
    tx: Tx,
    bundle: Bundle,
    draft: { readonly messageId: string; readonly draftId: string; readonly content: MessageContent },
  ): Promise<Assessment> {
    const message = await this.messages.lock(tx, draft.messageId);
    const judged = await this.judged(tx, await this.material(tx, bundle, message), draft.content);
    await this.save(tx, message, {
      draftId: draft.draftId,
      contentHash: contentHash(draft.content),
      ...judged,
    });
    return judged.assessment;
  }

  /** The latest assessment of the words that a message holds; null while there is none. @throws ErasedError */
  async latest(db: Executor, messageId: string): Promise<AssessedDraft | null> {
    const [row] = await selectLatest(db, [messageId]);
    if (row === undefined) return null;
    return toAssessed(row, await this.vault.openFor(db, row.key_id, row.contributions));
  }

  /** The latest assessments of a message's drafts, by the draft; a draft that was not judged is missing. @throws ErasedError */
  async byDraft(db: Executor, messageId: string): Promise<Map<string, AssessedDraft>> {
    const assessed = new Map<string, AssessedDraft>();
    for (const row of await selectByDraft(db, messageId))
      assessed.set(
        row.draft_id,
        toAssessed(row, await this.vault.openFor(db, row.key_id, row.contributions)),
      );
    return assessed;
  }

  /** The latest assessment of each of these messages; those of erased people are missing. */
  async latestOf(db: Executor, messageIds: readonly string[]): Promise<Map<string, AssessedDraft>> {
    const rows = await selectLatest(db, messageIds);
    const keys = await this.vault.keys(
      db,
      rows.map((row) => row.key_id),
    );
    return new Map(
      rows.flatMap((row) => {
        const key = keys.get(row.key_id);
        if (key === undefined) return [];
        return [[row.message_id, toAssessed(row, this.vault.unsealText(key, row.contributions))] as const];
      }),
    );
  }

  /** The learned model in use; null while signs are weighed as set by hand. */
  adopted(db: Executor): Promise<ModelInUse | null> {
    return selectAdopted(db);
  }

  /** Takes a model into use in a person's name. @returns false when it was in use before. */
  adopt(
    tx: Tx,
    person: { readonly personId: string },
    adopted: Pick<AdoptedModel, 'model' | 'verdicts' | 'brier' | 'brierBefore'>,
  ): Promise<boolean> {
    const text = canonicalJson(adopted.model);
    return insertModel(tx, {
      ...adopted,
      adoptedBy: person.personId,
      adoptedAt: this.clock.now(),
      text,
    });
  }

  /** What judges drafts now: the checks and what was learned about them. */
  async judge(db: Executor): Promise<Judge> {
    return { checks: this.checks, model: await selectModel(db) };
  }

  /** What all wordings of a message are judged by. */
  private async material(db: Executor, bundle: Bundle, message: Message): Promise<Material> {
    const made = await this.decisions.get(db, message.decisionId);
    if (made === null) throw new Error(`decision ${message.decisionId} is gone`);
    const now = this.clock.now();
    const facts = await this.factsNow(db, made.situation);
    return {
      bundle,
      seed: made.decision.seed,
      model: await selectModel(db),
      input: {
        decision: made.decision.result,
        situation: made.situation,
        facts,
        rivals: await this.facts.rivals(db, facts),
        vocabulary: bundle.vocabulary,
        brand: bundle.brand,
        engine: bundle.engine,
        language: languageOf(languageFor(bundle, made.situation.profile.locale)),
        told: await this.toldLately(db, made.situation, message.id, now),
        now: now.toISOString(),
        leavesAt: leavesAt({ now: now.toISOString() }, message),
      },
    };
  }

  private async judged(
    db: Executor,
    { bundle, model, input }: Material,
    content: MessageContent,
  ): Promise<Judged> {
    const { template } = content.versions;
    const action = bundle.actions.get(content.action);
    const compiled = template === null ? undefined : bundle.templates.get(template.id);
    const whole: RiskInput = {
      ...input,
      content,
      purpose: action === undefined ? '' : purposeOf(action.spec),
      template: compiled?.contentHash === template?.hash ? wordedAs(compiled?.spec, template?.variant) : null,
      audience: await this.audience(db, bundle, template?.id ?? null, new Date(input.now)),
    };
    return { assessment: await assessInSteps(whole, model), judge: this.versionOf(model) };
  }

  /** The situation's facts at their present versions, and whatever claims are approved by now. */
  private async factsNow(db: Executor, situation: Situation): Promise<Fact[]> {
    const current = await this.facts.current(
      db,
      situation.facts.map((fact) => fact.id),
    );
    const claims = await this.facts.claims(db);
    return [...new Map([...current, ...claims].map((fact) => [fact.id, fact])).values()];
  }

  /** What the situation knows to have been sent to them, read again; what was not sent told nobody anything. */
  private async toldLately(
    db: Executor,
    { history }: Situation,
    messageId: string,
    now: Date,
  ): Promise<ToldMessage[]> {
    const since = new Date(now.getTime() - TOLD_DAYS * DAY_MS).toISOString();
    const sent = history
      .filter((past) => !past.open && past.at >= since && past.messageId !== messageId)
      .sort((a, b) => (a.at < b.at ? 1 : -1))
      .slice(0, TOLD_MESSAGES);
    if (sent.length === 0) return [];
    const contents = await this.messages.contents(
      db,
      sent.map((past) => past.messageId),
    );
    return sent.flatMap((past) => {
      const content = contents.get(past.messageId);
      return content === undefined ? [] : [{ messageId: past.messageId, at: past.at, content }];
    });
  }

  private async audience(
    db: Executor,
    bundle: Bundle,
    templateId: string | null,
    now: Date,
  ): Promise<number> {
    if (templateId === null) return 1;
    const since = new Date(now.getTime() - DAY_MS);
    const counted = await countAudience(db, { templateId, since, atMost: bundle.engine.reviewAudience });
    return Math.max(1, counted);
  }

  /** Such as `risk-0f3a5b7c9d1e`, or `risk-0f3a5b7c9d1e/2026-11-22-400` once verdicts were learned from. */
  private versionOf(model: RiskModel): string {
    return model === UNFITTED ? this.checks : `${this.checks}/${model.version}`;
  }

  private async save(
    tx: Tx,
    message: Message,
    made: { draftId: string; contentHash: string } & Judged,
  ): Promise<void> {
    const { score, tier, leavesWithin, ...rest } = made.assessment;
    this.metrics.count('countersign_assessments_total', { tier: tier === 2 ? '2' : '1' });
    this.metrics.observe('countersign_assessment_risk', {}, score);
    await insertAssessment(tx, {
      id: this.ids.make('asm'),
      message_id: message.id,
      draft_id: made.draftId,
      content_hash: made.contentHash,
      score,
      tier,
      engine: made.judge,
      assessed_at: this.clock.now(),
      key_id: message.profileId,
      contributions: await this.vault.sealFor(tx, message.profileId, rest),
      leaves_from: leavesWithin === null ? null : new Date(leavesWithin.from),
      leaves_before: leavesWithin === null ? null : new Date(leavesWithin.before),
    });
  }
}

/** The weightiest sign, in words that may stand in the open; nothing when there is none. */
function heaviest([first]: Assessment['contributions']): string {
  return first === undefined ? '' : `, most of all for ${signWords(first.code)}`;
}

function toAssessed(row: AssessmentRow, opened: string): AssessedDraft {
  const rest = JSON.parse(opened) as Omit<Assessment, 'score' | 'tier' | 'leavesWithin'>;
  const leavesWithin = leavesWithinOf(row);
  return {
    assessment: assessmentSchema.parse({ ...rest, score: row.score, tier: row.tier, leavesWithin }),
    draftId: row.draft_id,
    contentHash: row.content_hash,
    judge: row.engine,
  };
}

/** A template as if the wording that was drawn were its only one: it is what was signed and filled here. */
function wordedAs(template: Template | undefined, variant: string | undefined): Template | null {
  if (template === undefined) return null;
  const drawn = wordingsOf(template).find((each) => each.id === (variant ?? ORIGINAL));
  return drawn === undefined ? null : { ...template, content: drawn.content };
}
