import { type EventHistory } from './profile.js';

const MOST_RECENT = 100;
const DAYS_KEPT = 91;
const DAY_MS = 86_400_000;
/** Distinct event names a profile remembers. */
const MOST_EVENTS = 200;

type Histories = Readonly<Record<string, EventHistory>>;

let knownDay = { number: Number.NaN, text: '' };

/** The UTC day of a moment; the same one as the last time is not written out again. */
function dayOf(ms: number): string {
  const number = Math.floor(ms / DAY_MS);
  if (number !== knownDay.number) knownDay = { number, text: new Date(ms).toISOString().slice(0, 10) };
  return knownDay.text;
}

function historyOf(histories: Histories, event: string): EventHistory | undefined {
  return Object.hasOwn(histories, event) ? histories[event] : undefined;
}

/** Event names the playbook knows: they are remembered before all others. */
export type DeclaredEvents = ReadonlySet<string>;

/** Counts one occurrence at its own time, whenever it arrives. @param at ISO 8601. */
export function withOccurrence(
  histories: Histories,
  event: string,
  at: string,
  declared: DeclaredEvents,
): Histories {
  const ms = Date.parse(at);
  const once: EventHistory = {
    total: 1,
    firstAt: at,
    lastAt: at,
    recent: [ms],
    days: { [dayOf(ms)]: 1 },
  };
  const held = historyOf(histories, event);
  if (held !== undefined) return { ...histories, [event]: following(held, at, ms) ?? joined(held, once) };
  return bounded({ ...histories, [event]: once }, declared);
}

/** Histories of two profiles that turn out to be one person. */
export function mergeHistories(a: Histories, b: Histories, declared: DeclaredEvents): Histories {
  const merged = new Map(Object.entries(a));
  for (const [event, history] of Object.entries(b)) {
    const held = merged.get(event);
    merged.set(event, held === undefined ? history : joined(held, history));
  }
  return bounded(Object.fromEntries(merged), declared);
}

/** One more occurrence on the day of the last one, as nearly all are; null for any other, which is joined the long way. */
function following(held: EventHistory, at: string, ms: number): EventHistory | null {
  const lastMs = held.recent.at(-1);
  const day = dayOf(ms);
  const count = held.days[day];
  if (lastMs === undefined || ms < lastMs || count === undefined || dayOf(lastMs) !== day) return null;
  if (at < held.lastAt) return null;
  return {
    total: held.total + 1,
    firstAt: held.firstAt,
    lastAt: at,
    recent: [...held.recent.slice(1 - MOST_RECENT), ms],
    days: { ...held.days, [day]: count + 1 },
  };
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

/**
 * Anybody may make up event names: beyond the bound those go that the playbook does not know and that were silent for longest. What it knows
 * goes last, so that no flood of names makes a trigger or guardrail forget.
 */
function bounded(histories: Histories, declared: DeclaredEvents): Histories {
  const entries = Object.entries(histories);
  const over = entries.length - MOST_EVENTS;
  if (over <= 0) return histories;
  const dropped = new Set(
    [...entries]
      .sort(
        ([nameA, a], [nameB, b]) =>
          Number(declared.has(nameA)) - Number(declared.has(nameB)) || compare(a.lastAt, b.lastAt),
      )
      .slice(0, over)
      .map(([event]) => event),
  );
  return Object.fromEntries(entries.filter(([event]) => !dropped.has(event)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
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
