import { Inject, Injectable } from '@nestjs/common';
import { type Environment } from '../config/environment.js';
import { DecisionsService } from '../decisions/index.js';
import { DispatchService, RestoredService } from '../dispatch/index.js';
import { DraftingService } from '../drafting/index.js';
import { ImportsService } from '../imports/index.js';
import { AutomationService } from '../learning/index.js';
import { OutcomesService, WithdrawalsService } from '../outcomes/index.js';
import { Pace } from '../platform/pace/index.js';
import { ENVIRONMENT } from '../platform/runtime.js';
import { Neighbours } from '../platform/redis/index.js';
import { WorkRelay, WorkService } from '../platform/work/index.js';
import { PoliciesService } from '../policies/index.js';
import { AffectedPeople, ReplaysService, SimulationsService } from '../rehearsal/index.js';
import { ReviewService } from '../review/index.js';
import { RiskService } from '../risk/index.js';
import { SignalsService } from '../signals/index.js';
import { IntakeService } from './intake.service.js';
import { MaintenanceService } from './maintenance.service.js';
import { TimersService } from './timers.service.js';

/** The only place that knows the order of the stages: who does which kind of work, and which loops run. */
@Injectable()
export class PipelineService {
  private running = false;

  constructor(
    private readonly work: WorkService,
    private readonly relay: WorkRelay,
    private readonly intake: IntakeService,
    private readonly timers: TimersService,
    private readonly maintenance: MaintenanceService,
    private readonly signals: SignalsService,
    private readonly policies: PoliciesService,
    private readonly neighbours: Neighbours,
    decisions: DecisionsService,
    drafting: DraftingService,
    risk: RiskService,
    review: ReviewService,
    dispatch: DispatchService,
    outcomes: OutcomesService,
    withdrawals: WithdrawalsService,
    learning: AutomationService,
    private readonly restored: RestoredService,
    imports: ImportsService,
    replays: ReplaysService,
    simulations: SimulationsService,
    affected: AffectedPeople,
    pace: Pace,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {
    pace.mind(() => this.signals.oldestMs());
    this.work.register(decisions.triggerFired);
    this.work.register(decisions.adviceWanted);
    this.work.register(drafting.messageOpened);
    this.work.register(drafting.draftApproved);
    this.work.register(risk.draftWritten);
    this.work.register(review.draftAssessed);
    this.work.register(review.reviewExpires);
    this.work.register(review.messageNeedsReview);
    this.work.register(review.messageWithdrawn);
    this.work.register(dispatch.messageApproved);
    this.work.register(dispatch.fateTold);
    this.work.register(outcomes.linkFollowed);
    this.work.register(withdrawals.consentWithdrawn);
    this.work.register(learning.draftJudged);
    this.work.register(imports.importAsked);
    this.work.register(replays.replayAsked);
    this.work.register(simulations.simulationAsked);
    this.work.register(affected.profileErased);
  }

  /** Starts the loops; in a process that only answers requests there are none. */
  async start(): Promise<void> {
    if (this.running) return;
    await this.restored.holdIfRestored();
    await this.maintenance.prepare();
    this.listenToOthers();
    await this.neighbours.start();
    if (this.environment.ROLE === 'api') return;
    this.running = true;
    this.maintenance.start();
    this.intake.start();
    this.timers.start();
    await this.relay.start();
  }

  /** What others have, they would find by themselves at their next look; told, they look at once. */
  private listenToOthers(): void {
    const { neighbours } = this;
    this.policies.onActivated(() => {
      neighbours.tell('playbook');
    });
    neighbours.onTold('playbook', () => {
      this.policies.refresh().catch(() => undefined); // The next poll tries again.
    });
    if (this.environment.ROLE === 'api') {
      this.signals.onAppended(() => {
        neighbours.tell('signals');
      });
      this.work.onEnqueue(() => {
        neighbours.tell('work');
      });
      return;
    }
    neighbours.onTold('signals', () => {
      this.intake.wake();
    });
    neighbours.onTold('work', () => {
      this.relay.look();
    });
  }

  /** Stops every loop and waits for what is under way; what is not done yet stays in the database. */
  async stop(): Promise<void> {
    if (!this.running) return;
    this.running = false;
    await Promise.all([this.intake.stop(), this.timers.stop(), this.relay.stop()]);
    await this.maintenance.stop();
  }
}
