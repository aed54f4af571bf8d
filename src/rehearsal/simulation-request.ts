import { type Bundle } from '../policies/bundle.js';
import { durationMs } from '../shared/clock.js';
import { type Assumptions } from './simulate.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
export const LONGEST_DAYS = 92;
export const MOST_PEOPLE = 50_000;
const DEFAULT_DAYS = 28;
const DEFAULT_PEOPLE = 5_000;

/** When the simulated world hears a signal: when it arrived, as the engine did, or when it happened, as if it had arrived at once. */
export type Heard = 'arrival' | 'occurrence';

/** What is simulated. Times ISO 8601 UTC. */
export interface SimulationRequest {
  readonly since: string;
  readonly until: string;
  /** When it was asked for: what arrived later is not looked at. */
  readonly asked: string;
  readonly heard: Heard;
  readonly seed: string;
  /** Share of people, picked by the hash of seed and profile. 0 to 1. */
  readonly share: number;
  readonly assumptions: Assumptions;
}

/** What somebody asks for; what is left out has a default. */
export interface SimulationWish {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly heard?: Heard | undefined;
  readonly seed?: string | undefined;
  /** People at most. */
  readonly people?: number | undefined;
  readonly reviewHours?: number | undefined;
  readonly taskHours?: number | undefined;
  readonly modelDrafts: boolean;
}

/** A wish that cannot be met, and which member of it is to blame. */
export interface WishMistake {
  readonly path: 'since' | 'until';
  readonly message: string;
}

/** The span and all else that a wish means now, but for the share: that depends on how many people there are. */
export function requestOf(wish: SimulationWish, now: Date): Omit<SimulationRequest, 'share'> | WishMistake {
  const until = wish.until === undefined ? now : new Date(wish.until);
  const since =
    wish.since === undefined ? new Date(until.getTime() - DEFAULT_DAYS * DAY_MS) : new Date(wish.since);
  if (until > now)
    return { path: 'until', message: 'lies in the future: only what was heard can be simulated' };
  if (since >= until) return { path: 'since', message: 'should lie before the end of the span' };
  if (until.getTime() - since.getTime() > LONGEST_DAYS * DAY_MS)
    return { path: 'since', message: `should lie at most ${LONGEST_DAYS} days before the end of the span` };
  return {
    since: since.toISOString(),
    until: until.toISOString(),
    asked: now.toISOString(),
    heard: wish.heard ?? 'arrival',
    seed: wish.seed ?? '1',
    assumptions: {
      reviewMs: (wish.reviewHours ?? 4) * HOUR_MS,
      taskMs: (wish.taskHours ?? 24) * HOUR_MS,
      modelDrafts: wish.modelDrafts,
    },
  };
}

/** So many people, and things they are heard of in the span, are simulated together at most: a few hundred megabytes are held at once. */
export const MOST_TOGETHER = 6_000;
export const MOST_SIGNALS_TOGETHER = 100_000;

/** So large a share that about `people` of `total` are simulated; everybody where there are no more. */
export function shareOf(total: number, people = DEFAULT_PEOPLE): number {
  return total <= people ? 1 : Math.ceil((people / total) * 1e6) / 1e6;
}

/** How long before the span somebody may have been seen last, and still something may fall due in it. Milliseconds. */
export function longestWait(bundles: readonly Bundle[]): number {
  const waits = bundles.flatMap(({ triggers, engine }) =>
    [...triggers.values()].map(({ spec }) => {
      const wait = spec.kind === 'inaction' ? spec.within : spec.kind === 'inactivity' ? spec.for : '0s';
      return durationMs(wait) + durationMs(engine.lateAfter);
    }),
  );
  return Math.max(0, ...waits);
}
