import { execFileSync } from 'node:child_process';
import { appendFile, readFile } from 'node:fs/promises';
import { type EpisodePlan, type EpisodeResult } from './episode.js';

/** As a line of the file. */
interface Line extends Omit<EpisodeResult, 'killsBy' | 'faults' | 'ready'> {
  /** Of the checkout in which it ran. */
  readonly commit: string;
  readonly killsBy: readonly [string, number][];
  readonly faults: readonly [string, number][];
  readonly ready: readonly [string, number][];
}

/** What each database of a long run came to, broken claims included: one line of JSON for each, so that a run can be made in pieces. */
export class KeptResults {
  private constructor(
    private readonly path: string,
    private readonly lines: Line[],
  ) {}

  /** @param path a file that need not be there yet. @throws Error when it cannot be read, SyntaxError when it holds something else. */
  static async open(path: string): Promise<KeptResults> {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    });
    const lines = text.split('\n').filter((line) => line !== '');
    return new KeptResults(
      path,
      lines.map((line) => JSON.parse(line) as Line),
    );
  }

  /** What the same plan came to; null when it has not been run to its end. */
  of(plan: EpisodePlan): EpisodeResult | null {
    const line = this.lines.find((one) => JSON.stringify(one.plan) === JSON.stringify(plan));
    if (line === undefined) return null;
    const { killsBy, faults, ready } = line;
    return { ...line, killsBy: new Map(killsBy), faults: new Map(faults), ready: new Map(ready) };
  }

  async add(result: EpisodeResult): Promise<void> {
    const { killsBy, faults, ready } = result;
    const line: Line = {
      ...result,
      commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
      killsBy: [...killsBy],
      faults: [...faults],
      ready: [...ready],
    };
    this.lines.push(line);
    await appendFile(this.path, `${JSON.stringify(line)}\n`);
  }

  /** The checkouts that ran them. */
  commits(): string[] {
    return [...new Set(this.lines.map(({ commit }) => commit))];
  }
}
