const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A timer that is let go at once by a loop that is awake and past its start: the playbook has no such trigger. */
export const MARKER = `
  insert into timers (profile_id, trigger_id, occasion, since, due_at, created_at)
  select id, 'bench-marker', 'marker', now(), now(), now() from profiles limit 1`;

/**
 * Watches the log from now on.
 * @returns a function that throws unless exactly so many signals of clients have come: what was acknowledged is there, and once. At most
 *   `unanswered` more: those whose callers did not wait for the answer.
 */
export async function watchLog(service) {
  const [{ since }] = await service.query('select clock_timestamp()::text as since');
  return async (acknowledged, unanswered = 0) => {
    const [{ count }] = await service.query(
      `select count(*)::int as count from signals where received_at >= '${since}' and source <> 'countersign'`,
    );
    if (count < acknowledged || count > acknowledged + unanswered)
      throw new Error(`${acknowledged} signals were acknowledged and ${count} are in the log`);
  };
}

export async function waitingSignals(service) {
  const [{ count }] = await service.query('select count(*)::int as count from signal_inbox');
  return count;
}

/** Waits until a query's first column of its first row is zero. @throws Error when it does not get on for so long */
export async function untilNone(service, text, { every = 200, stuckAfter = 20_000 } = {}) {
  let least = Infinity;
  for (let deadline = performance.now() + stuckAfter; ; await pause(every)) {
    const [first] = await service.query(text);
    const left = Number(Object.values(first)[0]);
    if (left === 0) return;
    if (left < least) [least, deadline] = [left, performance.now() + stuckAfter];
    if (performance.now() > deadline) throw new Error(`${left} still left of: ${text}`);
  }
}

/** Waits until a query's first column of its first row stays as it is between two looks. */
export async function untilStill(service, text, { every = 5_000 } = {}) {
  const look = async () => String(Object.values((await service.query(text))[0])[0]);
  for (let before = await look(); ;) {
    await pause(every);
    const now = await look();
    if (now === before) return;
    before = now;
  }
}
