import { Inject, Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { type Environment } from '../config/environment.js';
import { ENGINE_HERE } from '../decisions/index.js';
import { Database, type Executor } from '../platform/database/index.js';
import { Problem } from '../platform/http/index.js';
import { ENVIRONMENT } from '../platform/runtime.js';
import { again, DONE, type WorkHandler, WorkService } from '../platform/work/index.js';
import { PoliciesService } from '../policies/index.js';
import { Clock } from '../shared/clock.js';
import { Ids } from '../shared/ids.js';
import { deleteErasedAffectedPeople, insertAffectedPeople } from './affected.repository.js';
import { requestOf, shareOf, type SimulationWish } from './simulation-request.js';
import {
  endSimulation,
  insertSimulation,
  selectSimulation,
  selectSimulations,
  type Simulation,
  type SimulationsQuery,
  updateSimulated,
} from './simulations.repository.js';
import { type Progress, Simulator } from './simulator.service.js';

const WORK = 'simulation.asked';

/** What somebody wants to see simulated. */
export interface NewSimulation extends Omit<SimulationWish, 'modelDrafts'> {
  readonly bundle: string;
  /** Whoever asks: a person or a token. */
  readonly by: string;
}

/** Simulations: any kept playbook over stored signals beside the one in force, in the background, step by step. */
@Injectable()
export class SimulationsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly work: WorkService,
    private readonly audit: AuditService,
    private readonly policies: PoliciesService,
    private readonly simulator: Simulator,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  /** One step: some people are simulated outside any transaction, and counted together with the place where it ended. */
  readonly simulationAsked: WorkHandler<Simulation, Progress> = {
    kind: WORK,
    atOnce: 1,
    prepare: async (tx, job) => {
      const simulation = await selectSimulation(tx, job.key);
      return simulation?.state === 'running' ? simulation : DONE;
    },
    call: async ({ bundleHash, activeHash, request, ...progress }) => {
      const playbooks = {
        asked: await this.policies.bundle(bundleHash),
        active: await this.policies.bundle(activeHash),
      };
      return this.simulator.step(this.database.db, request, playbooks, progress);
    },
    commit: async (tx, job, _simulation, progress) => {
      const now = this.clock.now();
      await updateSimulated(tx, job.key, progress);
      await insertAffectedPeople(tx, job.key, progress.affected);
      if (!progress.isLast) return again(now);
      await deleteErasedAffectedPeople(tx, job.key);
      await endSimulation(tx, job.key, { state: 'done', error: null, at: now });
      return DONE;
    },
    died: async (tx, job, error) => {
      await deleteErasedAffectedPeople(tx, job.key);
      await endSimulation(tx, job.key, { state: 'failed', error: error.message, at: this.clock.now() });
    },
  };

  /**
   * Asks for a simulation; it begins with the next round of work. @returns its id.
   * @throws Problem 404 or 409, as `PoliciesService.bundle`; 400 for a span that cannot be; 409 where nothing was heard in it.
   */
  async ask({ bundle, by, ...wish }: NewSimulation): Promise<string> {
    const now = this.clock.now();
    const playbooks = { asked: await this.policies.bundle(bundle), active: this.policies.active() };
    const modelDrafts = this.environment.OPENAI_API_KEY !== undefined;
    const request = requestOf({ ...wish, modelDrafts }, now);
    if ('message' in request)
      throw new Problem(
        400,
        'no-such-span',
        `The span cannot be simulated: ${request.path} ${request.message}.`,
        [request],
      );
    const count = await this.simulator.count(this.database.db, request, playbooks);
    if (count === null)
      throw new Problem(
        409,
        'no-signals',
        `Nothing was heard from ${request.since} until ${request.until}, so there is nothing to simulate.`,
      );
    const id = this.ids.make('sim');
    await this.database.transaction(async (tx) => {
      await insertSimulation(tx, {
        id,
        bundleHash: bundle,
        activeHash: playbooks.active.hash,
        engine: ENGINE_HERE,
        request: { ...request, share: shareOf(count.people, wish.people) },
        total: count.people,
        erased: count.erased,
        askedBy: by,
        createdAt: now,
      });
      await this.work.enqueue(tx, { kind: WORK, key: id, dueAt: now });
      await this.audit.record(tx, {
        actor: by,
        action: 'policies.simulated',
        subject: id,
        detail: { bundle, since: request.since, until: request.until },
      });
    });
    return id;
  }

  /** @throws Problem 404. */
  async get(id: string): Promise<Simulation> {
    const simulation = await selectSimulation(this.database.db, id);
    if (simulation === null) throw new Problem(404, 'no-such-simulation', `There is no simulation ${id}.`);
    return simulation;
  }

  /** Newest first, of one bundle or of all. */
  list(db: Executor, query: SimulationsQuery): Promise<Simulation[]> {
    return selectSimulations(db, query);
  }
}
