import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { type FromThread, type Questions, type ToThread } from './decider.thread.js';
import { countPage, type Library, type SealedPage } from './pages.decider.js';
import { type Counted } from './replay.js';

/** What whoever has pages counted answers threads by: they compile playbooks themselves, from files. */
export interface Sources extends Library {
  readonly files: (hash: string) => Promise<Readonly<Record<string, string>> | null>;
}

/** A thread ended while it counted: out of memory, or by an error that nothing in it caught. */
export class ThreadDied extends Error {
  override readonly name = 'ThreadDied';
}

/** More would wait for the one connection that reads. */
const MOST_THREADS = 4;
/** Pages that one thread holds: while one of them waits for stored results, it decides the other. */
const PAGES_EACH = 2;
/** A thread that nobody gave anything for so long ends, and its memory is free again. */
const IDLE_MS = 15_000;
/** Beyond this a thread ends and not the process. */
const THREAD_MEMORY = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 24 };

/** How threads are run: by the built file beside this one, unless a test says otherwise. */
export interface ThreadFile {
  readonly url: URL;
  readonly execArgv?: readonly string[];
}

/** The sources as they are have no file that a thread could run: there, pages are counted where they are asked for. */
function builtFile(): ThreadFile | null {
  const url = new URL('./decider.thread.js', import.meta.url);
  return existsSync(fileURLToPath(url)) ? { url } : null;
}

/**
 * Counts pages of stored decisions: on threads of their own, one for each core up to a bound, so that who waits for an answer of this process is
 * not kept waiting. Threads begin with the first page and end when there has been none for a while.
 */
@Injectable()
export class Deciders implements OnModuleDestroy {
  private file: ThreadFile | null = builtFile();
  private threads: DeciderThread[] = [];
  private idle: NodeJS.Timeout | undefined;

  /** The same with another file for its threads. */
  static running(file: ThreadFile): Deciders {
    const deciders = new Deciders();
    deciders.file = file;
    return deciders;
  }

  /** Pages that should be under way at once. */
  get atOnce(): number {
    return this.file === null ? 1 : threadsHere() * PAGES_EACH;
  }

  /** @throws ThreadDied; Error when the page's playbook is gone, or a source fails. */
  async count(page: SealedPage, sources: Sources): Promise<Counted> {
    if (this.file === null)
      return countPage(page, sources, () => new Promise((resolve) => setImmediate(resolve)));
    clearTimeout(this.idle);
    try {
      return await this.leastBusy(this.file).count(page, sources);
    } finally {
      this.endWhenIdle();
    }
  }

  async onModuleDestroy(): Promise<void> {
    clearTimeout(this.idle);
    const threads = this.threads;
    this.threads = [];
    await Promise.all(threads.map((thread) => thread.end()));
  }

  private leastBusy(file: ThreadFile): DeciderThread {
    this.threads = this.threads.filter(({ isAlive }) => isAlive);
    const [least] = this.threads.toSorted((a, b) => a.pages - b.pages);
    if (least !== undefined && (least.pages === 0 || this.threads.length >= threadsHere())) return least;
    const thread = new DeciderThread(file);
    this.threads.push(thread);
    return thread;
  }

  private endWhenIdle(): void {
    if (this.threads.some(({ pages }) => pages > 0)) return;
    this.idle = setTimeout(() => void this.onModuleDestroy(), IDLE_MS).unref();
  }
}

function threadsHere(): number {
  return Math.min(MOST_THREADS, availableParallelism());
}

interface PageUnderWay {
  readonly sources: Sources;
  readonly resolve: (counted: Counted) => void;
  readonly reject: (error: Error) => void;
}

/** The service's side of a thread. */
class DeciderThread {
  isAlive = true;
  private readonly worker: Worker;
  private readonly underWay = new Map<number, PageUnderWay>();
  private given = 0;

  constructor({ url, execArgv }: ThreadFile) {
    this.worker = new Worker(url, {
      name: 'replay',
      resourceLimits: THREAD_MEMORY,
      ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
    });
    // The process does not stay for its sake.
    this.worker.unref();
    this.worker.on('message', (said: FromThread) => {
      this.hear(said);
    });
    this.worker.once('error', (error: Error) => {
      this.died(error.message);
    });
    this.worker.once('exit', (code) => {
      this.died(`it ended with ${code}`);
    });
  }

  get pages(): number {
    return this.underWay.size;
  }

  count(page: SealedPage, sources: Sources): Promise<Counted> {
    const id = ++this.given;
    return new Promise((resolve, reject) => {
      this.underWay.set(id, { sources, resolve, reject });
      this.say({ kind: 'page', id, page }, [page.bytes.buffer as ArrayBuffer]);
    });
  }

  async end(): Promise<void> {
    this.isAlive = false;
    await this.worker.terminate();
  }

  private hear(said: FromThread): void {
    const page = this.underWay.get(said.id);
    if (page === undefined) return;
    switch (said.kind) {
      case 'question':
        void this.answer(page.sources, said);
        return;
      case 'counted':
        this.underWay.delete(said.id);
        page.resolve(said.counted);
        return;
      case 'failed':
        this.underWay.delete(said.id);
        page.reject(new Error(said.error));
        return;
    }
  }

  private async answer(
    sources: Sources,
    { question, asks }: Extract<FromThread, { kind: 'question' }>,
  ): Promise<void> {
    try {
      const answer: Questions[keyof Questions]['answer'] =
        asks.what === 'files' ? await sources.files(asks.about) : await sources.results(asks.about);
      this.say({ kind: 'answer', question, answer });
    } catch (error) {
      this.say({ kind: 'refusal', question, error: error instanceof Error ? error.message : String(error) });
    }
  }

  private say(said: ToThread, transfer: ArrayBuffer[] = []): void {
    this.worker.postMessage(said, transfer);
  }

  private died(why: string): void {
    this.isAlive = false;
    for (const { reject } of this.underWay.values())
      reject(new ThreadDied(`A thread that decided stored decisions again has died: ${why}.`));
    this.underWay.clear();
  }
}
