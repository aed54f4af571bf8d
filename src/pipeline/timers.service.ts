import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/index.js';
import { Pace } from '../platform/pace/index.js';
import { Log, Metrics } from '../platform/telemetry/index.js';
import { type InForce, PoliciesService } from '../policies/index.js';
import { ProfilesService } from '../profiles/index.js';
import { TriggersService } from '../triggers/index.js';

/** A timer fires this late at most when nothing else is going on. */
const ROUND_MS = 200;
/** People whose timers are looked at in one transaction. */
const LIMIT = 200;
/** By then every process has taken up a new playbook and applied what it had in hand under the one before. */
const SWEEP_AGAIN_MS = 60_000;
/** When another process is at it: until it is looked whether that one has ended, or died. */
const HELD_ELSEWHERE_MS = 2_000;
/** People of an earlier version's making that are filled in by one statement. */
const FILL = 500;

/** Runs the triggers' timers when they are due. */
@Injectable()
export class TimersService {
  private readonly log = new Log('timers');
  private loop: Promise<void> | undefined;
  private running = false;
  private waken: (() => void) | undefined;
  /** The activation whose silences are watched, or about to be. */
  private watched: number | undefined;
  private stopping = new AbortController();
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
    this.stopping = new AbortController();
    this.loop = this.run();
  }

  /** Stops looking and waits for what is under way. */
  async stop(): Promise<void> {
    this.running = false;
    this.stopping.abort();
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
    const inForce = this.policies.inForce();
    if (inForce.activation !== this.watched) {
      this.watched = inForce.activation;
      clearTimeout(this.sweepAgain);
      this.sweep(inForce, 1);
      this.sweepAgain = setTimeout(() => {
        this.sweep(inForce, 2);
      }, SWEEP_AGAIN_MS);
    }
    return this.pace.piece(() => this.triggers.runDueTimers(LIMIT));
  }

  /** Beside the timers: with a million people it takes a while, and what is due does not wait for it. */
  private sweep(inForce: InForce, pass: 1 | 2): void {
    const goesOn = (): boolean => this.running && this.watched === inForce.activation;
    const { signal } = this.stopping;
    this.sweeping = this.sweeping
      .then(async () => {
        while (goesOn() && (await this.profiles.fillIn(this.database.db, FILL)));
        while (goesOn()) {
          const { went, done } = await this.triggers.watchSilence(inForce, pass);
          if (done) break;
          if (!went) await wait(HELD_ELSEWHERE_MS, undefined, { signal }).catch(() => undefined); // Cut short by the stop.
        }
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
