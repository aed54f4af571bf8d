import { Injectable } from '@nestjs/common';
import { Database, type Executor, type Tx } from '../platform/database/index.js';
import { Metrics, traced } from '../platform/telemetry/index.js';
import { Problem, RequestMemory } from '../platform/http/index.js';
import { ErasedError, Vault } from '../platform/vault/index.js';
import { DONE, type JobEnd, type WorkHandler, WorkService } from '../platform/work/index.js';
import { type Bundle } from '../policies/bundle.js';
import { PoliciesService } from '../policies/index.js';
import { ProfilesService } from '../profiles/index.js';
import { type Profile } from '../profiles/profile.js';
import { momentWrittenIn } from '../profiles/written-words.js';
import { TriggersService } from '../triggers/index.js';
import { type Firing } from '../triggers/firing.js';
import { canonicalJson, type Json, withCanonicalBytes } from '../shared/canonical-json.js';
import { Clock } from '../shared/clock.js';
import { errorCode } from '../shared/errors.js';
import { sha256Hex } from '../shared/hash.js';
import { Ids } from '../shared/ids.js';
import { Together } from '../shared/together.js';
import { type Signal } from '../signals/signal.js';
import { type AdviceQuestion, type ModelAnswer } from './adviser.port.js';
import { AdvisingService } from './advising.service.js';
import { type Examination } from './candidates.js';
import {
  type Decision,
  type DecisionResult,
  ENGINE,
  isHandedOver,
  PRIOR_MODELS,
  wasForbidden,
} from './decision.js';
import {
  insertDecision,
  insertDecisions,
  isDecided,
  type NewDecision,
  selectDecision,
  selectDecisions,
  type StoredDecision,
} from './decisions.repository.js';
import { type Admission, admitted } from './admission.js';
import { EverybodyService, type Place } from './everybody.service.js';
import { profileFamily } from './family.read-model.js';
import { DecisionFollowUp } from './follow-up.port.js';
import { keptResult } from './kept-result.js';
import { MomentsService } from './moments.service.js';
import { loadSignal } from './signal.read-model.js';
import { type Situation } from './situation.js';
import { SituationReader, type SituationRequest } from './situation.read-model.js';
import { TasksService } from './tasks.service.js';

/** The engine as it is recorded: our own version and that of the time-zone data of this process. */
export const ENGINE_HERE = `${ENGINE}+tz${process.versions['tz'] ?? 'unknown'}`;

/** A decision with the situation it was made in. */
export interface DecidedCase {
  readonly decision: Decision;
  readonly situation: Situation;
  /** What it was chosen from, while it is fresh. */
  readonly examination?: Examination;
}

/** The situation a decision was made in has aged out; what was decided is still there. */
export class AgedOutError extends Error {
  override readonly name = 'AgedOutError';
}

type MakingRequest = SituationRequest & {
  readonly mode: Decision['mode'];
  readonly profile: Profile;
  /** The signal behind what fired. */
  readonly signalId?: string | null;
  /** What the model answered when it was asked for advice; null when it was not; left out where no advice is taken at all. */
  readonly answer?: ModelAnswer | null;
};

/** Kind of the work of a firing that is decided once the model was asked; its key is the firing's id. */
const ADVICE_WANTED = 'advice.wanted';

/** About a day, with up to a quarter of an hour in between. */
const FIRING_ATTEMPTS = 100;

/** What somebody asks over HTTP. */
export interface DecisionRequest {
  readonly userId?: string | undefined;
  readonly anonymousId?: string | undefined;
  readonly actions?: readonly string[] | undefined;
  readonly context?: Readonly<Record<string, Json>> | undefined;
  readonly mode: 'decide' | 'execute';
  /** ISO 8601; mode `decide` only. */
  readonly at?: string | undefined;
}

/** Filters of a list of decisions. */
export interface DecisionQuery {
  readonly userId?: string | undefined;
  readonly outcome?: Decision['result']['outcome'] | undefined;
  readonly action?: string | undefined;
  readonly since?: string | undefined;
  readonly after: { readonly at: string; readonly id: string } | null;
  readonly limit: number;
}

/** Decisions: load, decide, save and hand over, in one transaction. */
@Injectable()
export class DecisionsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly vault: Vault,
    private readonly policies: PoliciesService,
    private readonly profiles: ProfilesService,
    private readonly triggers: TriggersService,
    private readonly situations: SituationReader,
    private readonly tasks: TasksService,
    private readonly moments: MomentsService,
    private readonly everybody: EverybodyService,
    private readonly advising: AdvisingService,
    private readonly work: WorkService,
    private readonly followUp: DecisionFollowUp,
    private readonly requests: RequestMemory,
    private readonly metrics: Metrics,
  ) {}

  /** Decisions from which nothing follows are written together with others made meanwhile: most of what a small statement costs is the asking. */
  private readonly writing = new Together<NewDecision, boolean>((decisions) => this.write(decisions), {
    atOnce: 2,
    most: 50,
    // SQLSTATE classes of data that is not taken: no failure of the database.
    isAboutOne: (error) => /^2[23]/.test(errorCode(error)),
  });

  /** A trigger fired: decided once, however often it is asked for. */
  readonly triggerFired: WorkHandler = {
    kind: 'trigger.fired',
    maxAttempts: FIRING_ATTEMPTS,
    // What fired is about now; what was decided has a time of its own.
    urgent: true,
    commit: async (tx, job) => {
      const firing = await this.triggers.firing(tx, job.key);
      if (this.advising.isModelAsked(this.policies.active(), firing.triggerId))
        await this.work.enqueue(tx, { kind: ADVICE_WANTED, key: firing.id, dueAt: this.clock.now() });
      else await this.decideFiring(tx, firing, null).catch(ignoreErased);
      return DONE;
    },
    died: (tx, job) => this.handUndecided(tx, job.key),
  };

  /**
   * The model is asked before a firing is decided: the situation is read, the model asked outside of any transaction, and everything read again
   * under the person's lock. A process that dies in between leaves a firing that is not decided, and whoever takes it up asks again.
   */
  readonly adviceWanted: WorkHandler<AdviceQuestion | null, ModelAnswer | null> = {
    kind: ADVICE_WANTED,
    maxAttempts: FIRING_ATTEMPTS,
    // The longest deadline a prompt may set, and room for the rest.
    leaseMs: 120_000,
    // Who waits for the model holds nothing but memory.
    atOnce: 200,
    urgent: true,
    prepare: (tx, job) => this.prepareAdvice(tx, job.key),
    call: (question, _job, signal) =>
      question === null ? Promise.resolve(null) : this.advising.ask(question, signal),
    commit: async (tx, job, _question, answer) => {
      const firing = await this.triggers.firing(tx, job.key);
      await this.decideFiring(tx, firing, answer).catch(ignoreErased);
      return DONE;
    },
    died: (tx, job) => this.handUndecided(tx, job.key),
  };

  private async prepareAdvice(tx: Tx, firingId: string): Promise<AdviceQuestion | null | JobEnd> {
    if (await isDecided(tx, firingId)) return DONE;
    const firing = await this.triggers.firing(tx, firingId);
    const bundle = this.policies.active();
    try {
      const profile = await this.profiles.load(tx, firing.profileId);
      return this.advising.questionFor(
        bundle,
        await this.situations.read(tx, bundle, await this.firedRequest(tx, bundle, firing, profile)),
      );
    } catch (error) {
      ignoreErased(error);
      return DONE;
    }
  }

  /** Nobody could decide what to do about it, so a person has to. */
  private async handUndecided(tx: Tx, firingId: string): Promise<void> {
    const firing = await this.triggers.firing(tx, firingId);
    await this.tasks.open(tx, {
      profileId: firing.profileId,
      owner: this.policies.active().engine.handoffOwner,
      reasonCode: 'undecided',
      reason: `The trigger ${firing.triggerId} fired, and what to do could not be decided because of an error.`,
    });
  }

  private async decideFiring(tx: Tx, firing: Firing, answer: ModelAnswer | null): Promise<void> {
    // The person first: two firings of one person are decided one after the other, so that the caps are exact.
    const profile = await this.profiles.lock(tx, firing.profileId);
    if (await isDecided(tx, firing.id)) return;
    const bundle = this.policies.active();
    const request = await this.firedRequest(tx, bundle, firing, profile);
    await this.make(tx, bundle, { ...request, mode: 'execute', answer, signalId: firing.signalId });
  }

  private async firedRequest(
    tx: Tx,
    bundle: Bundle,
    firing: Firing,
    profile: Profile,
  ): Promise<SituationRequest> {
    const signal = firing.signalId === null ? null : await loadSignal(tx, this.vault, firing.signalId);
    return {
      trigger: {
        id: firing.triggerId,
        firingId: firing.id,
        evidence: firing.evidence,
        firedAt: firing.firedAt,
      },
      signal: signal === null ? null : toSituationSignal(signal),
      // A trigger that the playbook no longer has calls for nothing.
      actions: bundle.triggers.get(firing.triggerId)?.spec.actions ?? [],
      profile,
      now: this.clock.now(),
    };
  }

  /**
   * Decides for somebody who asks. `decide` leaves a record and nothing else; `execute` makes the message or the task.
   * @throws Problem 404 for a person nobody knows, 400 for an action the playbook does not have.
   */
  async decide(request: DecisionRequest): Promise<DecidedCase> {
    const bundle = this.policies.active();
    const unknown = (request.actions ?? []).flatMap((action, i) =>
      bundle.actions.has(action)
        ? []
        : [{ path: `actions.${i}`, message: `the playbook has no action "${action}"` }],
    );
    if (unknown.length > 0) {
      throw new Problem(400, 'unknown-action', unknown[0]?.message ?? '', unknown);
    }
    const decided =
      request.mode === 'execute' ? this.execute(bundle, request) : this.consult(bundle, request);
    // Erased while it was being decided for them: nobody knows them any more.
    const made = await decided.catch(ignoreErased);
    if (made === undefined) throw nobodyKnown(request);
    return made;
  }

  private execute(bundle: Bundle, request: DecisionRequest): Promise<DecidedCase> {
    return this.database.transaction(async (tx) => {
      const profile = await this.lock(tx, request);
      if (profile === null) throw nobodyKnown(request);
      // Made by an attempt whose process died before it could answer.
      const earlier = this.requests.made();
      const before = earlier === null ? null : await this.get(tx, earlier);
      if (before !== null) return before;
      const asking = { ...asked(request), mode: 'execute' as const, profile, now: this.clock.now() };
      const made = await this.make(tx, bundle, asking);
      await this.requests.keep(tx, made.decision.id);
      return made;
    });
  }

  /** Nothing follows from it, so nothing has to stand still meanwhile: each of its three statements is whole by itself. */
  private async consult(bundle: Bundle, request: DecisionRequest): Promise<DecidedCase> {
    const { db } = this.database;
    const profile = await this.profiles.findProfile(db, request);
    if (profile === null) throw nobodyKnown(request);
    const now = request.at === undefined ? this.clock.now() : new Date(request.at);
    const admission: Admission = (caps, at) => this.everybody.look(db, caps, at);
    return this.consider(db, bundle, { ...asked(request), mode: 'decide', profile, now }, admission);
  }

  private async lock(tx: Tx, { userId, anonymousId }: DecisionRequest): Promise<Profile | null> {
    const id =
      userId === undefined
        ? await this.profiles.findByAnonymousId(tx, anonymousId ?? '')
        : await this.profiles.findByUserId(tx, userId);
    return id === null ? null : this.profiles.lock(tx, id);
  }

  /** Gathers, decides and saves under the person's lock, and lets follow what follows. */
  private async make(tx: Tx, bundle: Bundle, request: MakingRequest): Promise<DecidedCase> {
    await this.profiles.lockAddresses(tx, request.profile, bundle.channels.values());
    const places: Place[] = [];
    const admission: Admission = async (caps, at) => {
      const taken = await this.everybody.take(tx, caps, at);
      if ('until' in taken) return taken;
      places.push(...taken);
      return null;
    };
    const made = await this.consider(tx, bundle, request, admission);
    const { decision, situation } = made;
    const { result } = decision;
    if (result.handoff !== null) {
      await this.tasks.open(tx, {
        profileId: decision.profileId,
        ...result.handoff,
        decisionId: decision.id,
        ...(request.signalId == null ? {} : { signalId: request.signalId }),
      });
    } else await this.handOverWritten(tx, bundle, made);
    if (decision.messageId === null) return made;
    await this.followUp.follow(tx, decision, situation, bundle);
    await this.everybody.keep(tx, decision.messageId, places);
    return made;
  }

  /** What the person wrote is handed over whatever came of the trigger, unless one of the playbook's own rules did that, now or before. */
  private async handOverWritten(tx: Tx, bundle: Bundle, { decision, situation }: DecidedCase): Promise<void> {
    const moment = situation.signal === null ? null : momentWrittenIn(bundle.vocabulary, situation.signal);
    if (moment !== null && !isHandedOver(decision.result))
      await this.moments.handOver(tx, bundle, moment, decision);
  }

  /** Gathers, decides and saves. */
  private consider(
    db: Executor,
    bundle: Bundle,
    request: MakingRequest,
    admission: Admission,
  ): Promise<DecidedCase> {
    return traced('decide', { 'countersign.decision.mode': request.mode }, async (span) => {
      const made = await this.considerNow(db, bundle, request, admission);
      const { id, result } = made.decision;
      span.setAttributes({
        'countersign.decision.id': id,
        'countersign.decision.outcome': result.outcome,
        'countersign.action': result.action,
      });
      return made;
    });
  }

  private async considerNow(
    db: Executor,
    bundle: Bundle,
    request: MakingRequest,
    admission: Admission,
  ): Promise<DecidedCase> {
    const started = performance.now();
    const id = this.ids.make('dec');
    const gathered = await this.situations.read(db, bundle, request);
    const read =
      request.answer === undefined
        ? gathered
        : { ...gathered, advice: await this.advising.adviceFor(db, bundle, gathered, request.answer) };
    const { situation, examination, result } = await admitted(bundle, read, id, admission);
    const decision: Decision = {
      id,
      profileId: situation.profile.id,
      createdAt: this.clock.now().toISOString(),
      mode: request.mode,
      bundleHash: bundle.hash,
      engine: ENGINE_HERE,
      models: PRIOR_MODELS.versions,
      seed: id,
      triggerId: situation.trigger?.id ?? null,
      firingId: situation.trigger?.firingId ?? null,
      // Named before it is there, so that the decision is written once.
      messageId: request.mode === 'execute' && result.outcome === 'act' ? this.ids.make('msg') : null,
      result,
    };
    await this.save(db, { decision, situation });
    const { mode } = decision;
    this.metrics.took('countersign_decision_seconds', { mode, outcome: result.outcome }, started);
    return { decision, situation, examination };
  }

  /** @throws ErasedError */
  private async save(db: Executor, { decision, situation }: DecidedCase): Promise<void> {
    const keyId = decision.profileId;
    const held = await this.vault.keyWithRow(db, keyId);
    if (held !== null && (await this.insert(db, { decision, situation }, held))) return;
    // The key that was known is not the one in force: what was kept of it is out of date.
    this.vault.forget(keyId);
    const again = held === null ? null : await this.vault.keyWithRow(db, keyId);
    if (again === null || !(await this.insert(db, { decision, situation }, again)))
      throw new ErasedError(`the key of ${keyId} was erased`);
  }

  private async insert(
    db: Executor,
    { decision, situation }: DecidedCase,
    { key, wrapped }: { readonly key: Buffer; readonly wrapped: Buffer },
  ): Promise<boolean> {
    const { result } = decision;
    const written = (value: unknown) =>
      withCanonicalBytes(value, (text) => ({
        sealed: this.vault.sealText(key, text),
        hash: sha256Hex(text),
      }));
    const texts = { situation: written(situation), result: written(keptResult(result)) };
    const row: NewDecision = {
      id: decision.id,
      profileId: decision.profileId,
      createdAt: new Date(decision.createdAt),
      outcome: result.outcome,
      mode: decision.mode,
      action: result.action,
      channel: result.channel,
      triggerId: decision.triggerId,
      firingId: decision.firingId,
      bundleHash: decision.bundleHash,
      engine: decision.engine,
      models: canonicalJson(decision.models),
      seed: decision.seed,
      keyId: decision.profileId,
      wrappedKey: wrapped,
      situation: texts.situation.sealed,
      result: texts.result.sealed,
      situationHash: texts.situation.hash,
      resultHash: texts.result.hash,
      messageId: decision.messageId,
      reasonCode: result.reasons[0]?.code ?? null,
      forbidden: result.outcome === 'hold' ? wasForbidden(result) : null,
    };
    if (!db.isTransaction) return this.writing.ask(row);
    const isHeld = await insertDecision(db, row);
    if (isHeld) this.vault.holds(db, decision.profileId, key);
    return isHeld;
  }

  private async write(decisions: readonly NewDecision[]): Promise<readonly boolean[]> {
    const { db } = this.database;
    const [only, ...more] = decisions;
    return only !== undefined && more.length === 0
      ? [await insertDecision(db, only)]
      : insertDecisions(db, decisions);
  }

  /** A decision and its situation; null when there is none. @throws ErasedError, AgedOutError */
  async get(db: Executor, id: string): Promise<DecidedCase | null> {
    const stored = await selectDecision(db, id);
    if (stored === null) return null;
    const key = (await this.vault.keys(db, [stored.keyId])).get(stored.keyId);
    if (key === undefined) throw new ErasedError(`the key of ${stored.keyId} was erased`);
    return this.open(stored, key);
  }

  /**
   * Decisions, newest first, and the row to go on behind. Those of erased people are left out: nothing of them can be read. So are those
   * whose situation has aged out.
   */
  async list(
    query: DecisionQuery,
  ): Promise<{ readonly cases: DecidedCase[]; readonly rows: readonly StoredDecision[] }> {
    const { db } = this.database;
    const profileIds = query.userId === undefined ? null : await this.familyOf(db, query.userId);
    const rows = await selectDecisions(db, {
      profileIds,
      outcome: query.outcome ?? null,
      action: query.action ?? null,
      since: query.since === undefined ? null : new Date(query.since),
      after: query.after,
      limit: query.limit,
    });
    const keys = await this.vault.keys(
      db,
      rows.map(({ keyId }) => keyId),
    );
    const cases = rows.slice(0, query.limit).flatMap((row) => {
      const key = keys.get(row.keyId);
      return key === undefined || row.situation === null ? [] : [this.open(row, key)];
    });
    return { cases, rows };
  }

  /** Nobody yet is nobody: whoever waits for a first decision finds an empty list until then. */
  private async familyOf(db: Executor, userId: string): Promise<string[]> {
    const id = await this.profiles.findByUserId(db, userId);
    return id === null ? [] : profileFamily(db, id);
  }

  private open(stored: StoredDecision, key: Uint8Array): DecidedCase {
    if (stored.situation === null) throw new AgedOutError(`the situation of ${stored.id} has aged out`);
    return {
      decision: {
        id: stored.id,
        profileId: stored.profileId,
        createdAt: stored.createdAt.toISOString(),
        mode: stored.mode,
        bundleHash: stored.bundleHash,
        engine: stored.engine,
        models: JSON.parse(stored.models) as Record<string, string>,
        seed: stored.seed,
        triggerId: stored.triggerId,
        firingId: stored.firingId,
        messageId: stored.messageId,
        result: JSON.parse(this.vault.unsealText(key, stored.result)) as DecisionResult,
      },
      situation: JSON.parse(this.vault.unsealText(key, stored.situation)) as Situation,
    };
  }
}

function toSituationSignal(signal: Signal): NonNullable<Situation['signal']> {
  return {
    type: signal.type,
    event: signal.event,
    properties: signal.properties,
    messageId: signal.messageId,
    at: signal.occurredAt,
  };
}

/** For somebody who was erased in the meantime nothing is decided. */
function ignoreErased(error: unknown): void {
  if (!(error instanceof ErasedError)) throw error;
}

function asked({ context, actions }: DecisionRequest): Pick<SituationRequest, 'context' | 'actions'> {
  return { context: context ?? {}, actions: actions ?? null };
}

function nobodyKnown({ userId }: DecisionRequest): Problem {
  return new Problem(404, 'no-such-person', 'Nothing is known of this person: no signal named them yet.', [
    { path: userId === undefined ? 'anonymousId' : 'userId', message: 'is not known' },
  ]);
}
