import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { type MessagePort, parentPort } from 'node:worker_threads';
import { type Bundle } from '../policies/bundle.js';
import { compilePlaybook } from '../policies/compiler.js';
import { countPage, type Library, type SealedPage } from './pages.decider.js';
import { type Counted } from './replay.js';

/** What the service says to a thread: a page to count, or what the thread asked for. */
export type ToThread =
  | { readonly kind: 'page'; readonly id: number; readonly page: SealedPage }
  | { readonly kind: 'answer'; readonly question: number; readonly answer: unknown }
  | { readonly kind: 'refusal'; readonly question: number; readonly error: string };

/** What a thread asks about a page, and what it is answered: a playbook's files, or results that were stored. */
export interface Questions {
  readonly files: {
    readonly about: string;
    readonly answer: Readonly<Record<string, string>> | null;
  };
  readonly results: {
    readonly about: readonly string[];
    readonly answer: readonly (Uint8Array | null)[];
  };
}

type Question<K extends keyof Questions = keyof Questions> = {
  [Kind in K]: { readonly what: Kind; readonly about: Questions[Kind]['about'] };
}[K];

/** What a thread says. */
export type FromThread =
  | { readonly kind: 'counted'; readonly id: number; readonly counted: Counted }
  | { readonly kind: 'failed'; readonly id: number; readonly error: string }
  | { readonly kind: 'question'; readonly id: number; readonly question: number; readonly asks: Question };

/** Playbooks a thread keeps compiled: most decisions were made under a few. */
const MOST_BUNDLES = 8;
/** Whoever waits for an answer comes first. */
const NICENESS = 10;

/** The thread's side: it counts the pages it is given, several at once where one of them waits for an answer. */
class DeciderThread {
  private asked = 0;
  private readonly waiting = new Map<
    number,
    { readonly resolve: (answer: never) => void; readonly reject: (error: Error) => void }
  >();
  private readonly bundles = new Map<string, Promise<Bundle | null>>();

  constructor(private readonly port: MessagePort) {}

  hear(said: ToThread): void {
    switch (said.kind) {
      case 'page':
        void this.count(said.id, said.page);
        return;
      case 'answer':
        this.waiting.get(said.question)?.resolve(said.answer as never);
        this.waiting.delete(said.question);
        return;
      case 'refusal':
        this.waiting.get(said.question)?.reject(new Error(said.error));
        this.waiting.delete(said.question);
        return;
    }
  }

  private async count(id: number, page: SealedPage): Promise<void> {
    const library: Library = {
      bundle: (hash) => this.bundle(id, hash),
      results: (ids) => this.ask(id, 'results', ids),
    };
    try {
      this.say({ kind: 'counted', id, counted: await countPage(page, library) });
    } catch (error) {
      this.say({ kind: 'failed', id, error: error instanceof Error ? error.message : String(error) });
    }
  }

  private bundle(id: number, hash: string): Promise<Bundle | null> {
    let known = this.bundles.get(hash);
    this.bundles.delete(hash);
    known ??= this.ask(id, 'files', hash).then((files) => {
      const compiled = files === null ? null : compilePlaybook(files);
      return compiled?.ok === true ? compiled.bundle : null;
    });
    this.bundles.set(hash, known);
    // What was refused once may be had the next time.
    known.catch(() => this.bundles.delete(hash));
    const [oldest] = this.bundles.keys();
    if (this.bundles.size > MOST_BUNDLES && oldest !== undefined) this.bundles.delete(oldest);
    return known;
  }

  private ask<K extends keyof Questions>(
    id: number,
    what: K,
    about: Questions[K]['about'],
  ): Promise<Questions[K]['answer']> {
    const question = ++this.asked;
    return new Promise((resolve, reject) => {
      this.waiting.set(question, { resolve, reject });
      this.say({ kind: 'question', id, question, asks: { what, about } as Question });
    });
  }

  private say(said: FromThread): void {
    this.port.postMessage(said);
  }
}

/** On Linux each thread has a priority of its own; elsewhere this one stays as it is. */
function comeLast(): void {
  if (process.platform !== 'linux') return;
  const id = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
  setPriority(id, NICENESS);
}

if (parentPort === null) throw new Error('this file is run by a thread');
comeLast();
const thread = new DeciderThread(parentPort);
parentPort.on('message', (said: ToThread) => {
  thread.hear(said);
});
