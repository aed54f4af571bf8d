import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { ENGINE_HERE } from '../decisions/index.js';
import { Database, type Executor, type Tx } from '../platform/database/index.js';
import { Problem } from '../platform/http/index.js';
import { again, DONE, type WorkHandler, WorkService } from '../platform/work/index.js';
import { type Bundle } from '../policies/bundle.js';
import { PlaybookReplayer, PoliciesService } from '../policies/index.js';
import { Clock } from '../shared/clock.js';
import { Ids } from '../shared/ids.js';
import { type Tally } from './replay.js';
import { Replayer, type StoredPage } from './replayer.service.js';
import {
  endReplay,
  insertReplay,
  type Replay,
  type ReplayCursor,
  selectReplay,
  selectReplays,
  updateProgress,
} from './replays.repository.js';
import { countDecisions } from './stored-decisions.read-model.js';

/** Decisions read at once: a few megabytes, some tens at most. */
const PAGE = 250;
/** Pages of one step, which seldom takes more than a second: what is done again when a process dies. */
const PAGES = 4;
const WORK = 'replay.asked';

/** What somebody wants to see replayed. */
export interface ReplayRequest {
  readonly bundle: string;
  /** ISO 8601; null for everything that is stored. */
  readonly since: string | null;
  /** Whoever asks: a person or a token. */
  readonly by: string;
}

interface Answer {
  readonly tally: Tally;
  readonly after: ReplayCursor | null;
  readonly isLast: boolean;
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
  ) {
    super();
  }

  /** One step of a replay: some pages are read and decided again outside any transaction, and counted together with the place where they ended. */
  readonly replayAsked: WorkHandler<Replay, Answer> = {
    kind: WORK,
    atOnce: 1,
    prepare: async (tx, job) => {
      const replay = await selectReplay(tx, job.key);
      return replay?.state === 'running' ? replay : DONE;
    },
    call: (replay) => this.step(replay),
    commit: async (tx, job, _step, answer) => {
      const now = this.clock.now();
      await updateProgress(tx, job.key, answer);
      if (!answer.isLast) return again(now);
      await endReplay(tx, job.key, { state: 'done', error: null, at: now });
      return DONE;
    },
    died: (tx, job, error) =>
      endReplay(tx, job.key, { state: 'failed', error: error.message, at: this.clock.now() }),
  };

  private async step(replay: Replay): Promise<Answer> {
    const bundle = await this.policies.bundle(replay.bundleHash);
    const read = (after: ReplayCursor | null): Promise<StoredPage> =>
      this.replayer.read(this.database.db, replay, after, { limit: PAGE, now: this.clock.now() });
    let { tally } = replay;
    let page = await read(replay.after);
    for (let pages = 1; ; pages++) {
      const isLast = page.isLast || pages === PAGES;
      // While a page is decided, the database looks for the next one.
      const [counted, next] = await Promise.all([
        this.former(page).then((former) => this.replayer.replay(tally, page, { bundle, former })),
        isLast ? page : read(page.after),
      ]);
      tally = counted;
      if (isLast) return { tally, after: page.after, isLast: page.isLast };
      page = next;
    }
  }

  /** Asks for a replay; it begins with the next round of work. @throws Problem 404 or 409, as `PoliciesService.bundle`. */
  async ask(request: ReplayRequest): Promise<string> {
    await this.policies.bundle(request.bundle);
    return this.database.transaction((tx) => this.askIn(tx, request));
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

  /** @throws Problem 404. */
  async get(id: string): Promise<Replay> {
    const replay = await selectReplay(this.database.db, id);
    if (replay === null) throw new Problem(404, 'no-such-replay', `There is no replay ${id}.`);
    return replay;
  }

  /** Newest first, of one bundle or of all. */
  list(db: Executor, query: { bundleHash: string | null; limit: number }): Promise<Replay[]> {
    return selectReplays(db, query);
  }

  /** The playbooks a page was decided under; null for one that this version cannot compile. */
  private async former({ cases }: StoredPage): Promise<Map<string, Bundle | null>> {
    const hashes = new Set(cases.flatMap((each) => (typeof each === 'string' ? [] : [each.bundleHash])));
    const bundles = new Map<string, Bundle | null>();
    for (const hash of hashes) bundles.set(hash, await this.policies.bundleIfUsable(hash));
    return bundles;
  }
}
