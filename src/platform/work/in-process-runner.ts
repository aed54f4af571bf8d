import { Injectable, Logger } from '@nestjs/common';
import { type Job, WorkRunner } from './work.js';
import { WorkService } from './work.service.js';

const CONCURRENCY = 16;

/** Does claimed rows in this process, at most sixteen at once. */
@Injectable()
export class InProcessRunner extends WorkRunner {
  private readonly logger = new Logger('work');
  private readonly running = new Set<Promise<void>>();
  private whenFree: (() => void) | undefined;

  constructor(private readonly work: WorkService) {
    super();
  }

  override accept(jobs: readonly Job[]): void {
    for (const job of jobs) {
      const done: Promise<void> = this.work
        .run(job)
        .catch((error: unknown) => {
          this.logger.error(`${job.kind} ${job.key}: ${String(error)}`);
        })
        .finally(() => {
          this.running.delete(done);
          this.whenFree?.();
        });
      this.running.add(done);
    }
  }

  override capacity(): number {
    return CONCURRENCY - this.running.size;
  }

  /** Called whenever a row has ended. */
  onFree(listener: () => void): void {
    this.whenFree = listener;
  }

  override async drain(): Promise<void> {
    await Promise.allSettled([...this.running]);
  }
}
