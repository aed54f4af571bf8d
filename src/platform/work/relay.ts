import { Injectable, Logger } from '@nestjs/common';
import { InProcessRunner } from './in-process-runner.js';
import { WorkService } from './work.service.js';

const ROUND_MS = 250;

/** Claims what is due and gives it to the runner: soon after something was asked for, and every quarter of a second for what falls due. */
@Injectable()
export class WorkRelay {
  private readonly logger = new Logger('work');
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private lookAgain = false;
  private stopped = true;
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly work: WorkService,
    private readonly runner: InProcessRunner,
  ) {}

  /** Whether it looks for work. */
  get running(): boolean {
    return !this.stopped;
  }

  start(): void {
    this.stopped = false;
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

  private look(): void {
    if (this.stopped) return;
    if (this.looking) {
      this.lookAgain = true;
      return;
    }
    this.looking = this.round()
      .catch((error: unknown) => {
        this.logger.error(`claiming work: ${String(error)}`);
      })
      .finally(() => {
        this.looking = undefined;
        if (this.lookAgain) {
          this.lookAgain = false;
          this.look();
        }
      });
  }

  private async round(): Promise<void> {
    this.runner.accept(await this.work.claim((kind) => this.runner.room(kind)));
  }

  /** Stops claiming and waits for what is under way; calls that take longer than a moment are cut short. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.unsubscribe?.();
    clearInterval(this.timer);
    await this.looking;
    await this.runner.drain();
  }
}
