import { contactChecks } from '../decisions/checks.js';
import { judgeAll } from '../decisions/guardrails.js';
import { limitsOf } from '../decisions/limits.js';
import { earliestSendTime } from '../decisions/send-time.js';
import { type PastMessage, type Situation } from '../decisions/situation.js';
import { type Bundle } from '../policies/bundle.js';
import { type ActivationRow, type SentRow, type SuppressionRow } from './evidence.read-model.js';
import { type Evidence, open } from './evidence.js';
import { consentsAt, type PersonRecord, wereOne } from './person.js';

/** A process may act under the bundle before for as long as the news of an activation travels. */
const ACTIVATION_TRAVELS_MS = 10_000;

/** What the whole database says, beside the person. */
export interface Surroundings {
  readonly activations: readonly ActivationRow[];
  readonly suppressions: readonly SuppressionRow[];
}

/**
 * Why a message should not have left when it did: consent, suppression, an open task, caps or quiet hours, told again from what is recorded
 * and looked at with the very rules that decide. Limits under a condition are left out: what their condition read at that moment is not kept.
 * @returns `erased` or `aged out` when it can no longer be told.
 */
export async function conductProblems(
  evidence: Evidence,
  row: SentRow,
  record: PersonRecord,
  around: Surroundings,
): Promise<string[] | 'erased' | 'aged out'> {
  if (row.sending_at === null) return ['no step of it says when it was handed over'];
  if (row.situation === null) return 'aged out';
  const at = row.sending_at.getTime();
  let text: string | null;
  try {
    text = await open(evidence, row.decision_key, row.situation);
  } catch {
    return ['the situation it was decided in was changed'];
  }
  if (text === null) return 'erased';
  const decided = JSON.parse(text) as Situation;
  const readings: string[][] = [];
  for (const hash of bundlesAt(around.activations, at)) {
    const bundle = await evidence.bundles.get(hash);
    if (typeof bundle === 'string') readings.push([bundle]);
    else {
      for (const situation of situationsAt(decided, row, record, around, at))
        readings.push(against(bundle, situation, row, at));
    }
  }
  // Where the record leaves more than one reading, the message is wrong only if it is wrong in all of them.
  if (readings.length === 0) return ['no playbook was active when it left'];
  return readings.toSorted((a, b) => a.length - b.length)[0] ?? [];
}

function bundlesAt(activations: readonly ActivationRow[], at: number): string[] {
  const before = activations.filter((activation) => activation.activated_at.getTime() <= at);
  const last = before.at(-1);
  if (last === undefined) return [];
  const isFresh = at - last.activated_at.getTime() < ACTIVATION_TRAVELS_MS;
  return isFresh ? before.slice(-2).map((activation) => activation.bundle_hash) : [last.bundle_hash];
}

/** The situation as it was when the message left, in each reading that the record allows. */
function situationsAt(
  decided: Situation,
  row: SentRow,
  record: PersonRecord,
  { suppressions }: Surroundings,
  at: number,
): Situation[] {
  const base: Situation = {
    ...decided,
    now: new Date(at).toISOString(),
    suppressions: suppressions
      .filter((each) => each.address_hash === row.address_hash && each.at.getTime() < at)
      .filter((each) => (each.lifted_at?.getTime() ?? Infinity) > at)
      .map(({ channel, reason, at: since }) => ({ channel, reason, at: since.toISOString() })),
    history: historyAt(row, record, at),
    openTasks: record.tasks
      .filter((task) => task.created_at.getTime() < at && (task.closed_at?.getTime() ?? Infinity) > at)
      .filter((task) => wereOne(record, task.profile_id, row.profile_id, at))
      .map(({ id, reason_code, reason }) => ({ id, code: reason_code, reason })),
  };
  return consentsAt(record, row.profile_id, at).map((consents) => ({
    ...base,
    profile: { ...decided.profile, consents },
  }));
}

/** What this person had got by then. */
function historyAt(row: SentRow, record: PersonRecord, at: number): PastMessage[] {
  return record.sent
    .filter((other) => other.id !== row.id && other.counted_at.getTime() <= at)
    .filter((other) => wereOne(record, other.profile_id, row.profile_id, at))
    .map((other) => ({
      messageId: other.id,
      action: other.action,
      channel: other.channel,
      class: other.class,
      tags: other.tags,
      topic: other.topic,
      offer: other.offer,
      open: false,
      at: other.counted_at.toISOString(),
    }));
}

function against(bundle: Bundle, situation: Situation, row: SentRow, at: number): string[] {
  const action = bundle.actions.get(row.action)?.spec;
  const channel = bundle.channels.get(row.channel);
  if (action === undefined || channel === undefined)
    return ['the playbook of that moment has no such action or channel'];
  const unconditional = bundle.guardrails.filter(
    ({ spec, when }) => spec.effect === 'limit' && when.source.trim() === 'true',
  );
  const verdicts = judgeAll(
    unconditional,
    { action, channel: channel.id, country: situation.profile.country },
    () => ({ known: true, value: true }),
    situation.now,
  );
  const time = earliestSendTime({
    from: at,
    before: Math.max(row.expires_at.getTime(), at + 1),
    profile: situation.profile,
    limits: limitsOf(verdicts),
    subject: { channel: channel.id, class: action.class, tags: action.tags },
    history: situation.history,
    now: at,
  });
  const late = time.ok ? (time.at > at ? time.waits : []) : time.blocks;
  return [...contactChecks(situation, action, channel), ...late].map(({ text }) => text);
}
