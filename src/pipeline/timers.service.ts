import { Injectable, Logger } from '@nestjs/common';
import { PoliciesService } from '../policies/index.js';
import { TriggersService } from '../triggers/index.js';

/** A timer fires this late at most when nothing else is going on. */
const ROUND_MS = 200;
const LIMIT = 100;

/** Runs the triggers' timers when they are due. */
@Injectable()
export class TimersService {
  private readonly logger = new Logger('timers');
  private loop: Promise<void> | undefined;
  private running = false;
  private waken: (() => void) | undefined;
  /** The bundle whose silences are watched already. */
  private watched: string | undefined;

  constructor(
    private readonly policies: PoliciesService,
    private readonly triggers: TriggersService,
  ) {}

  start(): void {
    if (this.running) return;
    this.running = true;
    this.loop = this.run();
  }

  /** Stops looking and waits for what is under way. */
  async stop(): Promise<void> {
    this.running = false;
    this.waken?.();
    await this.loop;
  }

  private async run(): Promise<void> {
    while (this.running) {
      const looked = await this.round().catch((error: unknown) => {
        this.logger.error(`running timers: ${String(error)}`);
        return 0;
      });
      if (looked === 0) await this.sleep();
    }
  }

  private async round(): Promise<number> {
    const bundle = this.policies.active();
    if (bundle.hash !== this.watched) {
      await this.triggers.watchSilence(bundle);
      this.watched = bundle.hash;
    }
    return this.triggers.runDueTimers(LIMIT);
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
