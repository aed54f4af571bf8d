import { Inject, Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { type Environment } from '../config/environment.js';
import { ENGINE_HERE } from '../decisions/index.js';
import { Database, type Executor, type Tx } from '../platform/database/index.js';
import { Problem } from '../platform/http/index.js';
import { ENVIRONMENT } from '../platform/runtime.js';
import { again, DONE, Unrecoverable, type WorkHandler, WorkService } from '../platform/work/index.js';
import { PlaybookReplayer, PoliciesService } from '../policies/index.js';
import { Clock } from '../shared/clock.js';
import { Ids } from '../shared/ids.js';
import { deleteAffectedIn, deleteErasedAffected, insertAffected } from './affected.repository.js';
import { ThreadDied } from './deciders.service.js';
import { withinList } from './replay.js';
import { type Progress, Replayer } from './replayer.service.js';
import {
  endReplay,
  insertReplay,
  lockReplays,
  type Replay,
  type ReplaysQuery,
  selectReplay,
  selectReplays,
  selectRunning,
  updateProgress,
} from './replays.repository.js';
import { countDecisions } from './stored-decisions.read-model.js';

/** How long a step goes on reading: what is done again when a process dies. */
const STEP_MS = 3_000;
const WORK = 'replay.asked';
/** Whoever asks while so many wait is told to come back: they are done one after another. */
const MOST_WAITING = 20;

/** What somebody wants to see replayed. */
export interface ReplayRequest {
  readonly bundle: string;
  /** ISO 8601; null for everything that is stored. */
  readonly since: string | null;
  /** Whoever asks: a person or a token. */
  readonly by: string;
}

/** Replays: any kept playbook over stored situations, in the background, step by step. */
@Injectable()
export class ReplaysService extends PlaybookReplayer {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly work: WorkService,
    private readonly audit: AuditService,
    private readonly policies: PoliciesService,
    private readonly replayer: Replayer,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {
    super();
  }

  /** One step of a replay: some pages are read and decided again outside any transaction, and counted together with the place where they ended. */
  readonly replayAsked: WorkHandler<Replay, Progress> = {
    kind: WORK,
    atOnce: 1,
    prepare: async (tx, job) => {
      const replay = await selectReplay(tx, job.key);
      return replay?.state === 'running' ? replay : DONE;
    },
    call: (replay, _job, signal) => this.step(replay, signal),
    commit: async (tx, job, replay, answer) => {
      const now = this.clock.now();
      const { tally, affected } = withinList(replay.tally, answer);
      if (!(await updateProgress(tx, job.key, { after: answer.after, tally }))) return DONE;
      await insertAffected(tx, job.key, affected);
      if (!answer.isLast) return again(now);
      await deleteErasedAffected(tx, job.key);
      await endReplay(tx, job.key, { state: 'done', error: null, at: now });
      return DONE;
    },
    died: async (tx, job, error) => {
      await deleteErasedAffected(tx, job.key);
      await endReplay(tx, job.key, { state: 'failed', error: error.message, at: this.clock.now() });
    },
  };

  private async step(replay: Replay, signal: AbortSignal): Promise<Progress> {
    await this.policies.bundle(replay.bundleHash);
    const replaying = {
      span: replay,
      bundle: replay.bundleHash,
      library: {
        bundle: (hash: string) => this.policies.bundleIfUsable(hash),
        files: (hash: string) => this.policies.filesIfKept(hash),
      },
      now: this.clock.now(),
      modelDrafts: this.environment.OPENAI_API_KEY !== undefined,
    };
    try {
      return await this.replayer.goOn(this.database.db, replaying, replay, { forMs: STEP_MS, signal });
    } catch (error) {
      // The same decisions would do the same to the next thread.
      if (error instanceof ThreadDied) throw new Unrecoverable(error.message, { cause: error });
      throw error;
    }
  }

  /**
   * Asks for a replay; it begins with the next round of work. While one of the same bundle and span is not done, that is the answer.
   * @throws Problem 404 or 409, as `PoliciesService.bundle`; 429 where too many wait.
   */
  async ask(request: ReplayRequest): Promise<string> {
    await this.policies.bundle(request.bundle);
    const since = request.since === null ? null : Date.parse(request.since);
    return this.database.transaction(async (tx) => {
      await lockReplays(tx);
      const waiting = await selectRunning(tx);
      const same = waiting.find(
        (each) =>
          each.bundleHash === request.bundle &&
          each.engine === ENGINE_HERE &&
          (each.since?.getTime() ?? null) === since,
      );
      if (same !== undefined) return same.id;
      if (waiting.length >= MOST_WAITING)
        throw new Problem(429, 'too-many-replays', `${waiting.length} replays wait already. Ask again once some are done.`); // prettier-ignore
      return this.askIn(tx, request);
    });
  }

  /** The same in an open transaction, for a bundle that was kept in it. */
  override async askIn(tx: Tx, { bundle, since, by }: ReplayRequest): Promise<string> {
    const now = this.clock.now();
    const span = { since: since === null ? null : new Date(since), until: now };
    const id = this.ids.make('rpl');
    await insertReplay(tx, {
      id,
      bundleHash: bundle,
      engine: ENGINE_HERE,
      ...span,
      total: await countDecisions(tx, span),
      askedBy: by,
      at: now,
    });
    await this.work.enqueue(tx, { kind: WORK, key: id, dueAt: now });
    await this.audit.record(tx, { actor: by, action: 'policies.replayed', subject: id, detail: { bundle } });
    return id;
  }

  /** Ends a replay that nobody waits for any more, and lets go of what it listed; one that is done stays as it is. @param why in words. */
  override async endIn(tx: Tx, id: string, why: string): Promise<void> {
    if (await endReplay(tx, id, { state: 'failed', error: why, at: this.clock.now() }))
      await deleteAffectedIn(tx, id);
  }

  /** @throws Problem 404. */
  async get(id: string): Promise<Replay> {
    const replay = await selectReplay(this.database.db, id);
    if (replay === null) throw new Problem(404, 'no-such-replay', `There is no replay ${id}.`);
    return replay;
  }

  /** Newest first, of one bundle or of all. */
  list(db: Executor, query: ReplaysQuery): Promise<Replay[]> {
    return selectReplays(db, query);
  }
}
