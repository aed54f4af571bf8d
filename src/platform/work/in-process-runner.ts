import { Injectable } from '@nestjs/common';
import { type Job, Stopping, WorkRunner } from './work.js';
import { WorkService } from './work.service.js';
import { Log } from '../telemetry/index.js';

/** Long enough for a conversation that goes well: one cut short after its first byte leaves its fate to a person. */
const CALLS_MAY_END_MS = 3_000;

/** Claims due rows and does them in this process, of each kind so many at once: a kind that waits for the network keeps no other waiting. */
@Injectable()
export class InProcessRunner extends WorkRunner {
  private readonly log = new Log('work');
  private readonly running = new Map<Promise<void>, string>();
  private readonly waiting: (() => void)[] = [];
  private whenFree: (() => void) | undefined;
  private stopping = new AbortController();

  constructor(private readonly work: WorkService) {
    super();
  }

  override start(): Promise<void> {
    if (this.stopping.signal.aborted) this.stopping = new AbortController();
    return Promise.resolve();
  }

  override async look(): Promise<void> {
    for (const job of await this.work.claim((kind) => this.room(kind))) void this.run(job.kind, job);
  }

  /** Does a row that was taken, or is about to be; null when somebody else took it. It has a hand from now on. Never throws. */
  run(kind: string, taken: Job | Promise<Job | null>): Promise<void> {
    const done: Promise<void> = this.toItsEnd(kind, taken).finally(() => {
      this.running.delete(done);
      for (const waken of this.waiting.splice(0)) waken();
      this.whenFree?.();
    });
    this.running.set(done, kind);
    return done;
  }

  private async toItsEnd(kind: string, taken: Job | Promise<Job | null>): Promise<void> {
    try {
      const job = await taken;
      if (job !== null) await this.work.run(job, this.stopping.signal);
    } catch (error) {
      this.log.error('work.run_failed', { kind, error });
    }
  }

  /** Waits until a row of any kind has ended. */
  ended(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
    });
  }

  /** How many more rows of a kind it has hands for. */
  room(kind: string): number {
    const under = [...this.running.values()].filter((each) => each === kind).length;
    return this.work.atOnce(kind) - under;
  }

  override onFree(listener: () => void): void {
    this.whenFree = listener;
  }

  override async stop(): Promise<void> {
    const impatient = setTimeout(() => {
      this.stopping.abort(new Stopping());
    }, CALLS_MAY_END_MS);
    await Promise.allSettled([...this.running.keys()]);
    clearTimeout(impatient);
  }
}
