import { Injectable, Logger } from '@nestjs/common';
import { type Job, Stopping, WorkRunner } from './work.js';
import { WorkService } from './work.service.js';

/** Long enough for a conversation that goes well: one cut short after its first byte leaves its fate to a person. */
const CALLS_MAY_END_MS = 3_000;

/** Does claimed rows in this process, of each kind so many at once: a kind that waits for the network keeps no other waiting. */
@Injectable()
export class InProcessRunner extends WorkRunner {
  private readonly logger = new Logger('work');
  private readonly running = new Map<Promise<void>, string>();
  private whenFree: (() => void) | undefined;
  private stop = new AbortController();

  constructor(private readonly work: WorkService) {
    super();
  }

  override accept(jobs: readonly Job[]): void {
    for (const job of jobs) {
      const done: Promise<void> = this.work
        .run(job, this.stop.signal)
        .catch((error: unknown) => {
          this.logger.error(`${job.kind} ${job.key}: ${String(error)}`);
        })
        .finally(() => {
          this.running.delete(done);
          this.whenFree?.();
        });
      this.running.set(done, job.kind);
    }
  }

  override room(kind: string): number {
    const under = [...this.running.values()].filter((each) => each === kind).length;
    return this.work.atOnce(kind) - under;
  }

  /** Called whenever a row has ended. */
  onFree(listener: () => void): void {
    this.whenFree = listener;
  }

  override async drain(): Promise<void> {
    const { stop } = this;
    const impatient = setTimeout(() => {
      stop.abort(new Stopping());
    }, CALLS_MAY_END_MS);
    await Promise.allSettled([...this.running.keys()]);
    clearTimeout(impatient);
    if (stop.signal.aborted) this.stop = new AbortController();
  }
}
