import { Injectable } from '@nestjs/common';
import { type Bundle } from '../policies/bundle.js';
import { Database } from '../platform/database/index.js';
import { Pace } from '../platform/pace/index.js';
import { Log, Metrics } from '../platform/telemetry/index.js';
import { PoliciesService } from '../policies/index.js';
import { ProfilesService } from '../profiles/index.js';
import { TriggersService } from '../triggers/index.js';

/** A timer fires this late at most when nothing else is going on. */
const ROUND_MS = 200;
/** People whose timers are looked at in one transaction. */
const LIMIT = 200;
/** By then every process has taken up a new playbook and applied what it had in hand under the one before. */
const SWEEP_AGAIN_MS = 60_000;
/** People of an earlier version's making that are filled in by one statement. */
const FILL = 500;

/** Runs the triggers' timers when they are due. */
@Injectable()
export class TimersService {
  private readonly log = new Log('timers');
  private loop: Promise<void> | undefined;
  private running = false;
  private waken: (() => void) | undefined;
  /** The bundle whose silences are watched, or about to be. */
  private watched: string | undefined;
  private sweeping: Promise<void> = Promise.resolve();
  private sweepAgain: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly policies: PoliciesService,
    private readonly profiles: ProfilesService,
    private readonly triggers: TriggersService,
    private readonly metrics: Metrics,
    private readonly pace: Pace,
  ) {}

  start(): void {
    if (this.running) return;
    this.running = true;
    this.loop = this.run();
  }

  /** Stops looking and waits for what is under way. */
  async stop(): Promise<void> {
    this.running = false;
    clearTimeout(this.sweepAgain);
    this.waken?.();
    await this.loop;
    await this.sweeping;
  }

  private async run(): Promise<void> {
    while (this.running) {
      this.metrics.turned('timers');
      const looked = await this.round().catch((error: unknown) => {
        this.log.error('timers.failed', { error });
        return 0;
      });
      if (looked === 0) await this.sleep();
    }
  }

  private round(): Promise<number> {
    const bundle = this.policies.active();
    if (bundle.hash !== this.watched) {
      this.watched = bundle.hash;
      clearTimeout(this.sweepAgain);
      this.sweep(bundle);
      this.sweepAgain = setTimeout(() => {
        this.sweep(bundle);
      }, SWEEP_AGAIN_MS);
    }
    return this.pace.piece(() => this.triggers.runDueTimers(LIMIT));
  }

  /** Beside the timers: with a million people it takes a while, and what is due does not wait for it. */
  private sweep(bundle: Bundle): void {
    const goesOn = (): boolean => this.running && this.watched === bundle.hash;
    this.sweeping = this.sweeping
      .then(async () => {
        while (goesOn() && (await this.profiles.fillIn(this.database.db, FILL)));
        await this.triggers.watchSilence(bundle, goesOn);
      })
      .catch((error: unknown) => {
        this.log.error('timers.sweep_failed', { error });
        // Taken up again at the next round.
        this.watched = undefined;
      });
  }

  private sleep(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ROUND_MS);
      this.waken = () => {
        clearTimeout(timer);
        resolve();
      };
      if (!this.running) this.waken();
    });
  }
}
