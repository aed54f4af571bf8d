import { BullModule, getQueueToken } from '@nestjs/bull';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { type Job as BullJob, type Queue, type QueueOptions } from 'bull';
import { z } from 'zod';
import { Together } from '../../shared/together.js';
import { type Connection, Redis } from '../redis/index.js';
import { Log, Metrics } from '../telemetry/index.js';
import { InProcessRunner } from './in-process-runner.js';
import { type Job, type Offer, WorkRunner } from './work.js';
import { WorkService } from './work.service.js';

/** Rows of a kind that lie in the queue at most: enough for every worker's hands, and all that Redis ever holds. */
const WINDOW = 100;
/** What nobody took within this time, the next process with a free hand takes by itself. */
const PATIENCE_MS = 500;
/** Looks that follow from rows having ended are this far apart at least. */
const PAUSE_MS = 5;
const CLOSE_WITHIN_MS = 1_000;

/** Whatever lies in Redis may have been put there by anybody. */
const offerSchema = z.object({ id: z.int().positive(), epoch: z.int().nonnegative() });

const SETTINGS: Partial<QueueOptions> = {
  settings: {
    lockDuration: 5_000,
    stalledInterval: 2_000,
    retryProcessDelay: 500,
    drainDelay: 5,
    guardInterval: 60_000, // There are no delayed jobs: long waits stay in PostgreSQL.
  },
  // Tried again is the row, not the job; and nothing that ended is worth Redis's memory.
  defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
};

/** A queue with the connections on which it waits for jobs. */
interface OpenQueue {
  readonly queue: Queue<unknown>;
  readonly waiting: readonly Connection[];
}

/** A taker and what it waits for. */
/**
 * Hands due rows around over Bull: whoever finds them offers them by id and epoch, and whichever process takes such a job takes the row first,
 * in PostgreSQL, where the epoch lets it be taken once. Until then the row stays as it was: due, and free. So a job that is lost, late or
 * doubled changes nothing, and needs no undoing.
 *
 * What is offered and not taken within half a second is taken by a process that sees it and has a free hand; with Redis known to be gone,
 * at once. Then each process does what it finds, as without Redis.
 */
@Injectable()
export class BullRunner extends WorkRunner implements OnModuleDestroy {
  private readonly log = new Log('work');
  private readonly queues = new Map<string, OpenQueue>();
  /** When what lies in the queue was put there, by job id. */
  private offered = new Map<string, number>();
  /** Those who come while a statement is under way share the next one. */
  private readonly taking = new Together<Offer, Job | null>((offers) => this.takeAll(offers), {
    atOnce: 1,
    most: Infinity,
    isAboutOne: () => false,
  });
  private stopped = true;
  private whenFree: (() => void) | undefined;
  private pause: NodeJS.Timeout | undefined;

  constructor(
    private readonly work: WorkService,
    private readonly here: InProcessRunner,
    private readonly redis: Redis,
    private readonly modules: LazyModuleLoader,
    private readonly metrics: Metrics,
  ) {
    super();
    this.here.onFree(() => {
      this.free();
    });
  }

  override async start(): Promise<void> {
    await this.here.start();
    this.stopped = false;
    const prefix = await this.redis.prefix();
    await this.redis.answers();
    const messages = this.redis.connect('messages');
    for (const kind of this.work.kinds()) await this.open(kind, prefix, messages);
  }

  private async open(kind: string, prefix: string, messages: Connection): Promise<void> {
    const waiting: Connection[] = [];
    const module = await this.modules.load(() =>
      BullModule.registerQueue({
        ...SETTINGS,
        name: kind,
        prefix,
        createClient: (type) => {
          if (type === 'client') return this.redis.commands();
          if (type === 'subscriber') return messages;
          const connection = this.redis.connect('waiting');
          waiting.push(connection);
          return connection;
        },
      }),
    );
    const queue = module.get<Queue<unknown>>(getQueueToken(kind), { strict: false });
    queue.on('error', (error: Error) => {
      this.log.debug('work.queue_trouble', { kind, error });
    });
    Object.assign(queue, {
      // Closed in `stop`; Nest would do so again, and wait for as long as Bull does.
      onApplicationShutdown: () => Promise.resolve(),
      // A name for the connection helps nobody here, and its failure, at a stop right after a start, would be nobody's and end the process.
      setWorkerName: () => Promise.resolve(),
    });
    this.queues.set(kind, { queue, waiting });
    queue
      .process(this.work.atOnce(kind), (job: BullJob<unknown>) => this.receive(kind, job.data))
      .catch((error: unknown) => {
        if (!this.stopped) this.log.error('work.listening_failed', { kind, error });
      });
  }

  override async look(): Promise<void> {
    if (this.stopped) return;
    if (!this.redis.up) {
      this.offered.clear();
      await this.here.look();
      return;
    }
    const due = await this.work.due(WINDOW);
    const now = performance.now();
    const late = due.filter((offer) => now - (this.offered.get(jobId(offer)) ?? now) >= PATIENCE_MS);
    this.takeHere(late);
    // What was late and found no free hand here is offered once more: its job may be lost, and somebody else's hand free.
    const fresh = due.filter((offer) => !this.offered.has(jobId(offer)) || late.includes(offer));
    this.offered = new Map(due.map((offer) => [jobId(offer), this.offered.get(jobId(offer)) ?? now]));
    for (const offer of late) this.offered.set(jobId(offer), now);
    try {
      await this.redis.within(this.offer(fresh));
    } catch (error) {
      this.log.debug('work.offering_failed', { error });
      this.offered.clear();
      await this.here.look();
    }
  }

  private async offer(offers: readonly Offer[]): Promise<void> {
    await Promise.all(
      [...new Set(offers.map(({ kind }) => kind))].map(async (kind) => {
        const jobs = await this.queues.get(kind)?.queue.addBulk(
          offers
            .filter((offer) => offer.kind === kind)
            .map((offer) => ({
              data: { id: offer.id, epoch: offer.epoch },
              opts: { jobId: jobId(offer) },
            })),
        );
        // Bull says so of a whole batch, but not of a single job that Redis refused, for instance when its memory is full.
        if (jobs?.some((job) => typeof job.id !== 'string') === true) throw new Error(`${kind} was refused`);
      }),
    );
  }

  private takeHere(late: readonly Offer[]): void {
    for (const offer of late)
      if (this.here.room(offer.kind) > 0) void this.here.run(offer.kind, this.take(offer, 'here'));
  }

  /** A job came: its row is done here as soon as there is a hand for it, if it is still there to be taken. */
  private async receive(kind: string, data: unknown): Promise<void> {
    const parsed = offerSchema.safeParse(data);
    if (!parsed.success) return;
    while (!this.stopped && this.here.room(kind) <= 0) await this.here.ended();
    if (this.stopped) return;
    await this.here.run(kind, this.take({ kind, ...parsed.data }, 'queue'));
  }

  private async take(offer: Offer, by: 'queue' | 'here'): Promise<Job | null> {
    const job = await this.taking.ask(offer);
    if (job !== null) this.metrics.count('countersign_work_taken_total', { by });
    return job;
  }

  private async takeAll(offers: readonly Offer[]): Promise<(Job | null)[]> {
    const jobs = new Map((await this.work.take(offers)).map((job) => [job.id, job]));
    return offers.map(({ id }) => {
      const job = jobs.get(id) ?? null;
      jobs.delete(id); // The same job twice in one group: once.
      return job;
    });
  }

  override onFree(listener: () => void): void {
    this.whenFree = listener;
    this.redis.onUp(listener);
  }

  private free(): void {
    if (this.pause !== undefined) return;
    this.pause = setTimeout(() => {
      this.pause = undefined;
      this.whenFree?.();
    }, PAUSE_MS);
  }

  /** What lies in the queue stays there for the others. */
  override async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.pause);
    this.pause = undefined;
    const closed = Promise.all([...this.queues.values()].map(closeQueue));
    this.queues.clear();
    await Promise.all([this.here.stop(), inTime(closed)]);
  }

  async onModuleDestroy(): Promise<void> {
    if (!this.stopped) await this.stop();
  }
}

/** Nothing more is fetched from now on. Without waiting, since the rows under way are waited for by themselves. */
async function closeQueue({ queue, waiting }: OpenQueue): Promise<void> {
  const closed = queue.close(true);
  // Bull asks the connection to end after the command it waits for, and gives it half a second: cut, it ends at once.
  await new Promise((resolve) => setImmediate(resolve));
  // One that is not connected yet waits for nothing, and Bull ends it itself: cut under its hands, its farewell would fail and be nobody's.
  for (const connection of waiting) if (connection.status === 'ready') connection.disconnect();
  await closed;
  // Bull has connected it again meanwhile.
  for (const connection of waiting) connection.disconnect();
}

function jobId({ id, epoch }: Pick<Offer, 'id' | 'epoch'>): string {
  return `${id}-${epoch}`;
}

/** Waits for it, or for a second: without Redis some of Bull's promises are never kept. */
async function inTime(what: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([
    what.catch(() => undefined),
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_WITHIN_MS);
    }),
  ]);
  clearTimeout(timer);
}
