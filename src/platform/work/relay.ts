import { Injectable } from '@nestjs/common';
import { WorkRunner } from './work.js';
import { WorkService } from './work.service.js';
import { Log, Metrics } from '../telemetry/index.js';

const ROUND_MS = 250;

/** Has the runner look for what is due: soon after something was asked for, and every quarter of a second for what falls due. */
@Injectable()
export class WorkRelay {
  private readonly log = new Log('work');
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private lookAgain = false;
  private stopped = true;
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly work: WorkService,
    private readonly runner: WorkRunner,
    private readonly metrics: Metrics,
  ) {}

  /** Whether it looks for work. */
  get running(): boolean {
    return !this.stopped;
  }

  async start(): Promise<void> {
    this.stopped = false;
    await this.runner.start();
    this.unsubscribe = this.work.onEnqueue(() => {
      this.look();
    });
    this.runner.onFree(() => {
      this.look();
    });
    this.timer = setInterval(() => {
      this.look();
    }, ROUND_MS);
    this.look();
  }

  /** Looks now, or right after the look that is under way. */
  look(): void {
    if (this.stopped) return;
    if (this.looking) {
      this.lookAgain = true;
      return;
    }
    this.looking = this.runner
      .look()
      .catch((error: unknown) => {
        this.log.error('work.look_failed', { error });
      })
      .finally(() => {
        this.metrics.turned('relay');
        this.looking = undefined;
        if (this.lookAgain) {
          this.lookAgain = false;
          this.look();
        }
      });
  }

  /** Stops looking and waits for what is under way; calls that take longer than a moment are cut short. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.unsubscribe?.();
    clearInterval(this.timer);
    await this.looking;
    await this.runner.stop();
  }
}
