import { type EventHistory } from './profile.js';

const MOST_RECENT = 100;
const DAYS_KEPT = 91;
const DAY_MS = 86_400_000;
/** Distinct event names a profile remembers. */
const MOST_EVENTS = 200;

type Histories = Readonly<Record<string, EventHistory>>;

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

function historyOf(histories: Histories, event: string): EventHistory | undefined {
  return Object.hasOwn(histories, event) ? histories[event] : undefined;
}

/** Counts one occurrence at its own time, whenever it arrives. @param at ISO 8601. */
export function withOccurrence(histories: Histories, event: string, at: string): Histories {
  const ms = Date.parse(at);
  const once: EventHistory = {
    total: 1,
    firstAt: at,
    lastAt: at,
    recent: [ms],
    days: { [dayOf(ms)]: 1 },
  };
  const held = historyOf(histories, event);
  if (held !== undefined) return { ...histories, [event]: joined(held, once) };
  return { ...bounded(histories, MOST_EVENTS - 1), [event]: once };
}

/** Histories of two profiles that turn out to be one person. */
export function mergeHistories(a: Histories, b: Histories): Histories {
  const merged = new Map(Object.entries(a));
  for (const [event, history] of Object.entries(b)) {
    const held = merged.get(event);
    merged.set(event, held === undefined ? history : joined(held, history));
  }
  return bounded(Object.fromEntries(merged), MOST_EVENTS);
}

function joined(a: EventHistory, b: EventHistory): EventHistory {
  const lastAt = a.lastAt > b.lastAt ? a.lastAt : b.lastAt;
  const cutoff = dayOf(Date.parse(lastAt) - DAYS_KEPT * DAY_MS);
  const days = new Map<string, number>();
  for (const [day, count] of [...Object.entries(a.days), ...Object.entries(b.days)]) {
    if (day >= cutoff) days.set(day, (days.get(day) ?? 0) + count);
  }
  return {
    total: a.total + b.total,
    firstAt: a.firstAt < b.firstAt ? a.firstAt : b.firstAt,
    lastAt,
    recent: [...a.recent, ...b.recent].sort((x, y) => x - y).slice(-MOST_RECENT),
    days: Object.fromEntries([...days].sort(([x], [y]) => (x < y ? -1 : 1))),
  };
}

/** Anybody may make up event names: beyond the bound the rarest go, of these the ones silent for longest. */
function bounded(histories: Histories, most: number): Histories {
  const entries = Object.entries(histories);
  if (entries.length <= most) return histories;
  const dropped = new Set(
    [...entries]
      .sort(([, a], [, b]) => a.total - b.total || (a.lastAt < b.lastAt ? -1 : a.lastAt > b.lastAt ? 1 : 0))
      .slice(0, entries.length - most)
      .map(([event]) => event),
  );
  return Object.fromEntries(entries.filter(([event]) => !dropped.has(event)));
}

/**
 * How often in the last `days` days, up to and including `now` (epoch milliseconds). Exact while the window holds no more than the last hundred
 * occurrences; beyond that the day in which the window begins is counted whole.
 */
export function countWithin(history: EventHistory, now: number, days: number): number {
  const start = now - days * DAY_MS;
  const oldest = history.recent[0];
  const complete = history.recent.length === history.total || (oldest !== undefined && oldest <= start);
  if (complete) return history.recent.filter((at) => at > start && at <= now).length;
  const firstDay = dayOf(start);
  const lastDay = dayOf(now);
  return Object.entries(history.days)
    .filter(([day]) => day >= firstDay && day <= lastDay)
    .reduce((sum, [, count]) => sum + count, 0);
}
