import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type Decision, DecisionsService, type Situation } from '../decisions/index.js';
import { toExpressionSource } from '../decisions/expression-source.js';
import { leavesAt } from '../decisions/recheck.js';
import { type Message } from '../messages/message.js';
import { type MessageContent, messageContentSchema } from '../messages/content.js';
import { MessagesService, MessageViews } from '../messages/index.js';
import { type Executor, type Tx } from '../platform/database/index.js';
import { type Environment } from '../config/environment.js';
import { ENVIRONMENT } from '../platform/runtime.js';
import { Metrics, traced } from '../platform/telemetry/index.js';
import { LlmGateway, type ModelOutcome } from '../platform/llm/index.js';
import { ErasedError, Vault } from '../platform/vault/index.js';
import {
  DONE,
  type Job,
  type JobEnd,
  RetryLater,
  Stopping,
  type WorkHandler,
  WorkService,
} from '../platform/work/index.js';
import { type Bundle, type CompiledAction } from '../policies/bundle.js';
import { type Fact } from '../policies/fact.js';
import { PoliciesService } from '../policies/index.js';
import { type Channel, modelTerms, promptFor, variantsAsked } from '../policies/playbook.js';
import { toExpressionInput } from '../policies/vocabulary.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { Clock } from '../shared/clock.js';
import { contentHash } from '../shared/hash.js';
import { Ids } from '../shared/ids.js';
import { askedDraft } from './asked-draft.js';
import { toContent } from './content.js';
import {
  type ChannelDraft,
  type Draft,
  type DraftVariant,
  type FallbackReason,
  type StatedClaim,
  type VariantsReport,
  type WrittenDraft,
} from './draft.js';
import {
  insertDraft,
  type SealedDraft,
  selectDrafts,
  selectLatest,
  selectVariants,
  selectVariantsReport,
} from './drafts.repository.js';
import { referenceTo, referredTo } from './examples.js';
import { languageFor } from './locale.js';
import { type Making, makingOf } from './making.js';
import { toDraft } from './model-draft.js';
import { linksFor, modelInput, type ModelInputRequest } from './model-input.js';
import { type Example, PastMessagesService } from './past-messages.service.js';
import { PromptsService } from './prompts.service.js';
import { loadRenderer } from './render-email.js';
import { draftFromTemplate } from './template.js';
import { readVariants } from './variants.js';

/** A person's edit, as review hands it over. */
export interface NewEdit {
  readonly messageId: string;
  readonly profileId: string;
  readonly personId: string;
  /** What `contentFromEdit` made; `messages.saveContent` saves it, this only records the version. */
  readonly content: MessageContent;
}

/** What a message is drafted from. */
export interface DraftingJob {
  readonly message: Message;
  readonly decision: Decision;
  readonly situation: Situation;
}

type NewDraft = Omit<Draft, 'id' | 'number' | 'messageId' | 'writtenAt' | 'contentHash'>;

interface Drafted {
  readonly content: MessageContent;
  readonly draft: NewDraft;
}

/** What came of it: content to save, or why there is none. */
export type DraftingAnswer =
  /** `variants` is empty where there is one wording; otherwise all of them, `content` and `draft` being those of the first. */
  | ({ readonly kind: 'drafted'; readonly variants: readonly Drafted[] } & Drafted)
  | { readonly kind: 'none'; readonly code: string; readonly text: string };

/** Everything one message's draft is made of, looked up once. */
interface Workbench extends DraftingJob {
  readonly bundle: Bundle;
  readonly action: CompiledAction;
  readonly channel: Channel;
  readonly recipient: string;
  readonly facts: Readonly<Record<string, Fact>>;
  readonly locale: string;
}

/** What is known of a model that was asked in vain. */
interface ModelFailed {
  readonly reason: FallbackReason;
  readonly detail: string;
  readonly outcome: ModelOutcome<unknown> | null;
  readonly prompt: Draft['prompt'];
}

/** A rate limit is waited for in the work table when it is not longer than this, and at most so often. */
const LONGEST_WAIT_MS = 10 * 60_000;
const WAITS = 2;

/** Drafts: load, write (by the model or from a template), save and hand over. */
@Injectable()
export class DraftingService implements OnApplicationBootstrap {
  readonly messageOpened: WorkHandler<DraftingJob, DraftingAnswer> = {
    kind: 'message.opened',
    // The longest deadline a prompt may set, and room for the rest.
    leaseMs: 120_000,
    // Who waits for the model holds nothing but memory; how many ask it at once is the playbook's to say.
    atOnce: 200,
    prepare: (tx, job) => this.prepare(tx, job),
    call: (prepared, job, signal) =>
      traced('draft message', { 'countersign.message.id': prepared.message.id }, () =>
        this.write(prepared, job, signal),
      ),
    commit: (tx, _job, prepared, answer) => this.save(tx, prepared, answer),
    died: (tx, job, error) => this.giveUp(tx, job, error),
  };

  readonly draftApproved: PastMessagesService['draftApproved'];

  constructor(
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly vault: Vault,
    private readonly work: WorkService,
    private readonly policies: PoliciesService,
    private readonly decisions: DecisionsService,
    private readonly messages: MessagesService,
    private readonly views: MessageViews,
    private readonly prompts: PromptsService,
    private readonly llm: LlmGateway,
    private readonly past: PastMessagesService,
    private readonly metrics: Metrics,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {
    this.draftApproved = past.draftApproved;
  }

  /** Whoever only answers requests renders a mail when one is edited, and loads it then. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.environment.ROLE !== 'api') await loadRenderer();
  }

  /** The latest draft of a message; null while there is none, and once it has aged out. @throws ErasedError */
  async latest(db: Executor, messageId: string): Promise<Draft | null> {
    const sealed = await selectLatest(db, messageId);
    return sealed === null ? null : this.open(db, sealed);
  }

  /** Every version of a message's draft, first to last. @throws ErasedError */
  async versions(db: Executor, messageId: string): Promise<Draft[]> {
    const drafts: Draft[] = [];
    for (const sealed of await selectDrafts(db, messageId)) drafts.push(await this.open(db, sealed));
    return drafts;
  }

  /** How a message's words came about; null where no model was to write them, and once that has aged out. @throws ErasedError */
  async making(db: Executor, messageId: string, bundleHash: string): Promise<Making | null> {
    // Where that playbook is gone there is a currency to name all the same.
    const { brand } = (await this.policies.bundleIfUsable(bundleHash)) ?? this.policies.active();
    const versions = await this.versions(db, messageId);
    const sent = versions.flatMap(({ sentToModel }) => sentToModel ?? []);
    const past = await this.past.named(
      db,
      sent.flatMap(({ content }) => referredTo(content)),
    );
    const making = makingOf(versions, brand.currency, past);
    const use = (await this.views.modelUse(db, [messageId])).get(messageId);
    if (making === null || use === undefined) return making;
    const { tokensIn, tokensOut, costMicros, answers } = use;
    const latencyMs = answers.reduce((sum, each) => sum + each.latencyMs, 0);
    return {
      ...making,
      usage: { tokensIn, tokensOut, costMicros, latencyMs, currency: use.currency ?? brand.currency },
    };
  }

  /** The wordings of a message that has several, as they were written; empty for any other message. @throws ErasedError */
  async variants(db: Executor, messageId: string): Promise<DraftVariant[]> {
    const found: DraftVariant[] = [];
    for (const { keyId, content, ...variant } of await selectVariants(db, messageId)) {
      const opened: unknown = JSON.parse(await this.vault.openFor(db, keyId, content));
      found.push({ ...variant, content: messageContentSchema.parse(opened) });
    }
    return found;
  }

  /** What became of the wordings that were asked for of a message; null where it was one. */
  variantsReport(db: Executor, messageId: string): Promise<VariantsReport | null> {
    return selectVariantsReport(db, messageId);
  }

  /** Records what a person made of a draft, as its next version; the message must be locked. @returns the draft's id. */
  async recordEdit(tx: Tx, edit: NewEdit): Promise<string> {
    const before = await this.latest(tx, edit.messageId);
    const kept = before === null ? [] : claimsStillIn(before.written.claims, edit.content);
    return this.insert(tx, edit.messageId, edit.profileId, edit.content, {
      origin: 'person',
      author: edit.personId,
      templateId: before?.templateId ?? null,
      prompt: before?.prompt ?? null,
      usage: null,
      fallbackReason: null,
      variant: null,
      variants: null,
      written: { kind: 'edit', claims: kept },
      sentToModel: null,
    });
  }

  private async prepare(tx: Tx, job: Job): Promise<DraftingJob | JobEnd> {
    const message = await this.messages.get(tx, job.key);
    // Cancelled or paused away in the meantime, or done by somebody else already.
    if (message?.state !== 'drafting') return DONE;
    const stored = await this.decisions.get(tx, message.decisionId).catch(whenErased);
    if (stored === 'erased') return this.suppressErased(tx, message.id);
    if (stored === null) throw new Error(`message ${message.id} has no decision ${message.decisionId}`);
    return { message, ...stored };
  }

  /** Outside any transaction: the playbook may have to be compiled, and the model asked. */
  private async write(job: DraftingJob, work: Job, signal: AbortSignal): Promise<DraftingAnswer> {
    const bench = await this.layOut(job);
    if (!('action' in bench)) return bench;
    const promptId = promptFor(bench.action.spec, bench.channel.kind);
    if (bench.action.spec.draft.mode === 'template' || promptId === undefined)
      return this.fromTemplate(bench, null);

    const written = await this.fromModel(bench, promptId, signal);
    if ('kind' in written) return written;
    // The model was not slow, this process is ending: the next start asks it again.
    if (signal.reason instanceof Stopping) throw signal.reason;
    this.waitOutRateLimit(bench, written, work);
    if (bench.action.spec.draft.fallback === 'hold') {
      return {
        kind: 'none',
        code: 'no_draft',
        text: `The model gave no draft (${written.reason}: ${written.detail}) and action ${bench.action.spec.id} falls back to holding.`,
      };
    }
    return this.fromTemplate(bench, written);
  }

  private async layOut(job: DraftingJob): Promise<Workbench | DraftingAnswer> {
    const { message, situation, decision } = job;
    const bundle = await this.policies.bundle(decision.bundleHash);
    const action = bundle.actions.get(message.action);
    const channel = bundle.channels.get(message.channel);
    if (action === undefined || channel === undefined)
      throw new Error(
        `bundle ${bundle.hash} has no action ${message.action} over channel ${message.channel}`,
      );
    const { email } = situation.profile.addresses;
    const recipient =
      channel.kind === 'email' ? email : channel.kind === 'onsite' ? message.profileId : channel.url;
    if (recipient === null || recipient === undefined)
      return {
        kind: 'none',
        code: 'no_address',
        text: `There is no address to write to over ${channel.id}.`,
      };
    const facts = Object.fromEntries(
      Object.entries(decision.result.facts).flatMap(([slot, id]) => {
        const fact = situation.facts.find((each) => each.id === id);
        return fact === undefined ? [] : [[slot, fact]];
      }),
    );
    return {
      ...job,
      bundle,
      action,
      channel,
      recipient,
      facts,
      locale: languageFor(bundle, situation.profile.locale),
    };
  }

  private async fromTemplate(bench: Workbench, failed: ModelFailed | null): Promise<DraftingAnswer> {
    const { bundle, situation, message, facts } = bench;
    const { zones } = situation.profile;
    const result = draftFromTemplate({
      bundle,
      action: message.action,
      channel: message.channel,
      input: toExpressionInput(bundle.vocabulary, toExpressionSource(situation, facts)),
      locale: situation.profile.locale,
      zone: zones.length === 1 ? (zones[0] ?? 'UTC') : 'UTC',
      now: this.clock.now().toISOString(),
      facts,
      draw: bench.decision.seed,
    });
    const because = failed === null ? '' : ` The model gave no draft (${failed.reason}: ${failed.detail}).`;
    if (!result.ok) {
      const why =
        result.tried.length === 0
          ? `No template fits action ${message.action} over ${message.channel} for this person.`
          : `No template can be used: ${result.tried.map((each) => each.text).join('; ')}.`;
      return { kind: 'none', code: 'no_draft', text: `${why}${because}` };
    }
    const { template, variant, written, factSlots } = result.filled;
    const content = await this.contentOf(bench, written, template.spec.locale, {
      bundle: bundle.hash,
      template: {
        id: template.spec.id,
        hash: template.contentHash,
        ...(variant === null ? {} : { variant }),
      },
      prompt: null,
      facts: versionsOf(factSlots.flatMap((slot) => facts[slot] ?? [])),
    });
    return {
      kind: 'drafted',
      variants: [],
      content,
      draft: {
        origin: 'template',
        author: template.spec.id,
        templateId: template.spec.id,
        prompt: failed?.prompt ?? null,
        usage: failed?.outcome?.usage ?? null,
        fallbackReason: failed?.reason ?? null,
        variant: null,
        variants: null,
        written,
        sentToModel: sentOf(failed?.outcome ?? null),
      },
    };
  }

  private async fromModel(
    bench: Workbench,
    promptId: string,
    signal: AbortSignal,
  ): Promise<DraftingAnswer | ModelFailed> {
    const { bundle, action, channel, decision, situation, facts } = bench;
    const without = (reason: FallbackReason, detail: string): ModelFailed => ({
      reason,
      detail,
      outcome: null,
      prompt: null,
    });
    const prompt = this.prompts.get(promptId);
    if (prompt?.kind !== channel.kind)
      return without('prompt_missing', `prompt ${promptId} cannot be used over ${channel.id}`);
    if (!this.llm.available()) return without('no_model', 'no OPENAI_API_KEY is set');

    const examples = prompt.input.includes('examples') ? await this.examples(bench, signal) : [];
    const request: ModelInputRequest = {
      brand: bundle.brand,
      action: action.spec,
      vocabulary: bundle.vocabulary,
      source: toExpressionSource(situation, facts),
      locale: bench.locale,
      leavesAt: leavesAt({ now: this.clock.now().toISOString() }, bench.message),
      requiredText: decision.result.textLimits.required,
      forbiddenText: decision.result.textLimits.forbidden,
      examples,
    };
    const limits = { links: linksFor(request), factIds: Object.values(facts).map((fact) => fact.id) };
    const input = modelInput(request);
    const kept = { ...input, examples: examples.map(({ messageId }) => ({ ...referenceTo(messageId) })) };
    const wordings = variantsAsked(action.spec);
    const outcome = await this.llm.generate<unknown>({
      prompt: prompt.text,
      input: Object.fromEntries(prompt.input.map((name) => [name, input[name]])),
      kept: Object.fromEntries(prompt.input.map((name) => [name, kept[name]])),
      ...askedDraft(prompt, wordings, limits),
      ...modelTerms(bundle.engine),
      purpose: bench.message.id,
      signal,
    });
    const asked = { id: prompt.id, version: prompt.version, model: outcome.model };
    if (outcome.kind !== 'ok')
      return { reason: outcome.kind, detail: outcome.detail, outcome, prompt: asked };

    const drafted = async (written: ChannelDraft, variant: string | null): Promise<Drafted> => ({
      content: await this.contentOf(bench, written, bench.locale, {
        bundle: bundle.hash,
        template: null,
        prompt: variant === null ? asked : { ...asked, variant },
        facts: versionsOf(Object.values(facts)),
      }),
      draft: {
        origin: 'model',
        author: outcome.model,
        templateId: null,
        prompt: asked,
        usage: outcome.usage,
        fallbackReason: null,
        variant,
        variants: null,
        written,
        sentToModel: sentOf(outcome),
      },
    });
    if (wordings.length === 0)
      return { kind: 'drafted', variants: [], ...(await drafted(toDraft(prompt.kind, outcome.value), null)) };
    const { variants, leftOut } = readVariants(prompt.kind, outcome.value, wordings, limits);
    const all: Drafted[] = [];
    for (const { written, label } of variants) all.push(await drafted(written, label));
    return asVariants(all, { asked: wordings.map(({ label }) => label), leftOut });
  }

  private examples({ action, locale, situation, facts }: Workbench, signal: AbortSignal): Promise<Example[]> {
    const names = Object.values(facts).flatMap(({ data }) =>
      [data['name'], data['title']].filter((each) => typeof each === 'string'),
    );
    return this.past.nearest(action.spec, { locale, stage: situation.profile.stage, facts: names }, signal);
  }

  /** @throws RetryLater when the provider named a time that the message can wait for. */
  private waitOutRateLimit({ message }: Workbench, failed: ModelFailed, work: Job): void {
    if (failed.outcome?.kind !== 'rate_limited' || work.attempt > WAITS) return;
    const { retryAfterMs } = failed.outcome;
    const ends = Math.min(Date.parse(message.sendAt), Date.parse(message.expiresAt));
    if (retryAfterMs === null || retryAfterMs > LONGEST_WAIT_MS) return;
    // Time for a review is worth more than the model's words: only wait while the message has nothing better to do.
    if (this.clock.now().getTime() + retryAfterMs >= ends) return;
    throw new RetryLater(`the model is rate limited for ${retryAfterMs} ms`, retryAfterMs);
  }

  private contentOf(
    bench: Workbench,
    written: WrittenDraft,
    locale: string,
    versions: MessageContent['versions'],
  ): Promise<MessageContent> {
    return toContent(written, {
      brand: bench.bundle.brand,
      channel: bench.channel,
      action: bench.action.spec,
      offer: bench.decision.result.offer,
      recipient: bench.recipient,
      locale,
      versions,
    });
  }

  private async save(tx: Tx, { message: { id } }: DraftingJob, answer: DraftingAnswer): Promise<JobEnd> {
    const message = await this.messages.lock(tx, id);
    // Cancelled while the model was writing.
    if (message.state !== 'drafting') return DONE;
    if (answer.kind === 'none') {
      await this.messages.move(tx, id, 'suppressed', {
        actor: 'system',
        code: answer.code,
        text: answer.text,
      });
      return DONE;
    }
    const { content } = answer;
    const key = await this.vault.keys(tx, [message.profileId]);
    if (!key.has(message.profileId)) return this.suppressErased(tx, id);
    if (answer.variants.length === 0) await this.insert(tx, id, message.profileId, content, answer.draft);
    for (const each of answer.variants)
      await this.insert(tx, id, message.profileId, each.content, each.draft, 'one of several');
    await this.messages.saveContent(tx, id, content, content.versions.template?.id ?? null);
    await this.work.enqueue(tx, { kind: 'draft.written', key: id, dueAt: this.clock.now() });
    return DONE;
  }

  /** The person was erased while the message waited: nobody is left to write to. */
  private async suppressErased(tx: Tx, id: string): Promise<JobEnd> {
    await this.messages.move(tx, id, 'suppressed', {
      actor: 'system',
      code: 'erased',
      text: 'The person was erased before a draft was written.',
    });
    return DONE;
  }

  private async giveUp(tx: Tx, job: Job, error: Error): Promise<void> {
    const message = await this.messages.get(tx, job.key);
    if (message?.state !== 'drafting') return;
    await this.messages.move(tx, message.id, 'failed', {
      actor: 'system',
      code: 'drafting_failed',
      text: `Drafting failed: ${error.message.slice(0, 300)}`,
    });
  }

  private async insert(
    tx: Tx,
    messageId: string,
    profileId: string,
    content: MessageContent,
    draft: NewDraft,
    as: 'the only one' | 'one of several' = 'the only one',
  ): Promise<string> {
    const { written, sentToModel, ...rest } = draft;
    this.metrics.count('countersign_drafts_total', {
      origin: draft.origin,
      fallback: draft.fallbackReason ?? 'none',
    });
    const id = this.ids.make('drf');
    await insertDraft(tx, {
      draft: {
        ...rest,
        id,
        messageId,
        writtenAt: this.clock.now().toISOString(),
        contentHash: contentHash(content),
      },
      keyId: profileId,
      content: await this.vault.sealFor(tx, profileId, written),
      sentToModel: sentToModel === null ? null : await this.vault.sealFor(tx, profileId, sentToModel),
      messageContent: as === 'one of several' ? await this.vault.sealFor(tx, profileId, content) : null,
    });
    return id;
  }

  private async open(db: Executor, sealed: SealedDraft): Promise<Draft> {
    const written = JSON.parse(await this.vault.openFor(db, sealed.keyId, sealed.content)) as WrittenDraft;
    const sentToModel =
      sealed.sentToModel === null
        ? null
        : (JSON.parse(
            await this.vault.openFor(db, sealed.keyId, sealed.sentToModel),
          ) as Draft['sentToModel']);
    return { ...sealed.draft, written, sentToModel };
  }
}

function whenErased(error: unknown): 'erased' {
  if (error instanceof ErasedError) return 'erased';
  throw error;
}

function versionsOf(facts: readonly Fact[]): { id: string; version: number }[] {
  const byId = new Map(facts.map((fact) => [fact.id, fact.version]));
  return [...byId].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, version]) => ({ id, version }));
}

function sentOf(outcome: ModelOutcome<unknown> | null): Draft['sentToModel'] {
  return outcome === null || outcome.sent.length === 0 ? null : outcome.sent;
}

/** The wordings of one answer: what it cost and what was asked is kept with the first of them. @throws Error when there are none. */
function asVariants(all: readonly Drafted[], report: VariantsReport): DraftingAnswer {
  const variants = all.map(({ content, draft }, index) => ({
    content,
    draft: index === 0 ? { ...draft, variants: report } : { ...draft, usage: null, sentToModel: null },
  }));
  const [first] = variants;
  if (first === undefined) throw new Error('an answer without a usable draft was let through');
  return { kind: 'drafted', variants, ...first };
}

/** Claims whose words a person left in. */
function claimsStillIn(claims: readonly StatedClaim[], content: MessageContent): StatedClaim[] {
  const words = `${content.subject ?? ''}\n${content.preheader ?? ''}\n${content.text}\n${canonicalJson(content.payload)}`;
  return claims.filter((claim) => words.includes(claim.text));
}
