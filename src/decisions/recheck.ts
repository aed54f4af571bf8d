import { type Bundle } from '../policies/bundle.js';
import { contradictionsAmong } from '../policies/contradiction.js';
import { type Fact, isOver, isValidAt } from '../policies/fact.js';
import { type Action, type Channel } from '../policies/playbook.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { factsOf } from './candidates.js';
import { contactChecks } from './checks.js';
import { expressionInputs } from './expression-source.js';
import { answersFor, bySeverity, judgeAll, matchedOf } from './guardrails.js';
import { channelChecks, type Limits, limitsOf, textChecks } from './limits.js';
import { distinct, type Reason } from './reason.js';
import { earliestSendTime } from './send-time.js';
import { type PastMessage, type Situation } from './situation.js';

/** What is looked at again before it leaves; a `Message` fits, with what its content rests on beside it. */
export interface DueMessage {
  readonly id: string;
  readonly action: string;
  readonly channel: string;
  readonly sendAt: string;
  readonly expiresAt: string;
  /** When it was decided. */
  readonly createdAt: string;
  /** What its words rest on: `versions.facts` of its content, and what else was found when they were judged. */
  readonly facts: readonly { readonly id: string; readonly version: number }[];
  /** When it may leave so that days and hours that its words name from then on say what was judged. Half-open, ISO 8601 UTC. */
  readonly leavesWithin?: { readonly from: string; readonly before: string } | null;
  /** The facts of the decision's situation, so that a change can be told in figures. */
  readonly decidedFacts?: readonly Fact[];
  /** Other facts of the same things that say something since its words were judged. */
  readonly rivals?: readonly Fact[];
  /** Set when named people signed it: how many did, and the ids of the review rules that were shown to them. */
  readonly signed?: { readonly people: number; readonly shown: readonly string[] };
  /** Texts of earlier questions (`review` reasons) that a person answered by signing: they are not asked twice. */
  readonly answered?: readonly string[];
  /** Its words, for rules on required and forbidden text. */
  readonly text?: string;
}

export interface RecheckResult {
  readonly verdict: 'send' | 'postpone' | 'suppress' | 'expire' | 'review';
  /** The next allowed time, for `postpone`. ISO 8601 UTC. */
  readonly at?: string;
  readonly reasons: readonly Reason[];
  /** For `review`: how many people must sign. */
  readonly tier: 1 | 2;
  /** A hand-off rule matched: its task is to be opened although the message does not leave. */
  readonly handoff: { readonly owner: string; readonly reasonCode: string; readonly reason: string } | null;
}

/**
 * Looks again just before sending, on a fresh situation: guardrails only, the action fixed, the message's own place in the caps left out.
 * An end comes before a question to a person, and that before waiting. Pure.
 */
export function recheck(bundle: Bundle, situation: Situation, message: DueMessage): RecheckResult {
  const over = overBefore(bundle, situation, message);
  if (over.length > 0) return verdict('expire', over);

  const compiled = bundle.actions.get(message.action);
  const channel = bundle.channels.get(message.channel);
  if (compiled === undefined || channel?.enabled !== true) {
    const gone = compiled === undefined ? `action ${message.action}` : `channel ${message.channel}`;
    return verdict('suppress', [{ code: 'gone', text: `The playbook has no ${gone} any more.` }]);
  }
  const action = compiled.spec;
  const inputs = expressionInputs(bundle, situation);
  const common = inputs();
  const verdicts = judgeAll(
    bundle.guardrails,
    { action, channel: channel.id, country: situation.profile.country },
    answersFor(common)(inputs(factsOf(compiled, situation, common).facts)),
    situation.now,
  );
  const limits = limitsOf(verdicts);
  // A task that is open already for one rule is not made twice, and takes none from another.
  const open = new Set(situation.openTasks.map(({ code }) => code));
  const [takenOver] = matchedOf(verdicts, 'handoff')
    .filter(({ guardrail }) => !open.has(guardrail.id))
    .toSorted((a, b) => bySeverity(a.guardrail, b.guardrail));
  const handoff =
    takenOver === undefined
      ? null
      : {
          owner: takenOver.guardrail.handTo,
          reasonCode: takenOver.guardrail.id,
          reason: takenOver.reason,
        };

  const against = distinct([
    ...contactChecks(situation, action, channel),
    ...[...matchedOf(verdicts, 'suppress'), ...matchedOf(verdicts, 'handoff')].map(
      ({ guardrail, reason }) => ({ code: `guardrail:${guardrail.id}`, text: reason }),
    ),
    ...channelChecks(limits, channel.id),
    ...textChecks(limits),
  ]);
  if (against.length > 0) return verdict('suppress', against, { handoff });

  const changes = factChanges(situation, message);
  const gone = changes.filter(({ code }) => code === 'stale_fact');
  if (gone.length > 0) return verdict('expire', gone);
  const unseen = matchedOf(verdicts, 'review')
    .filter(({ guardrail }) => !isAnswered(guardrail, message))
    .toSorted((a, b) => bySeverity(a.guardrail, b.guardrail));
  const time = timing({ situation, message, action, channel, limits });
  const questions = distinct([
    ...otherDay(message, time.at ?? leavesAt(situation, message)),
    ...[...changes, ...contradictions(situation, message), ...textQuestions(limits, message)].filter(
      ({ text }) => message.answered?.includes(text) !== true,
    ),
    ...unseen.map(({ guardrail, reason }) => ({ code: guardrail.id, text: reason })),
  ]);
  const tier = unseen.some(({ guardrail }) => guardrail.tier === 2) ? 2 : 1;
  if (questions.length > 0) return verdict('review', questions, { tier });
  return time;
}

/** The earliest moment at which it may still leave. ISO 8601 UTC. */
export function leavesAt({ now }: Pick<Situation, 'now'>, { sendAt }: Pick<DueMessage, 'sendAt'>): string {
  return sendAt > now ? sendAt : now;
}

function verdict(
  kind: RecheckResult['verdict'],
  reasons: readonly Reason[],
  more: { at?: string; tier?: 1 | 2; handoff?: RecheckResult['handoff'] } = {},
): RecheckResult {
  return { verdict: kind, reasons, tier: 1, handoff: null, ...more };
}

/** A review rule is answered once as many people as it asks for have signed knowing of it. */
function isAnswered(rule: { readonly id: string; readonly tier: 1 | 2 }, { signed }: DueMessage): boolean {
  return signed !== undefined && signed.people >= rule.tier && signed.shown.includes(rule.id);
}

/** What makes it pointless: its time is up, or what it was for has happened since. */
function overBefore(bundle: Bundle, situation: Situation, message: DueMessage): Reason[] {
  if (situation.now >= message.expiresAt)
    return [{ code: 'expired', text: `Its time was up at ${message.expiresAt}.` }];
  const goal = bundle.actions.get(message.action)?.spec.goalEvent;
  const { events } = situation.profile;
  const reached = goal !== undefined && Object.hasOwn(events, goal) ? events[goal] : undefined;
  if (reached !== undefined && reached.lastAt > message.createdAt)
    return [
      {
        code: 'goal_reached',
        text: `The goal “${goal ?? ''}” was reached at ${reached.lastAt}, after it was decided.`,
      },
    ];
  return [];
}

/** Facts that words rest on and that are gone, or not in force when they leave. @param at ISO 8601 UTC. */
export function staleFacts(
  named: readonly { readonly id: string }[],
  facts: readonly Fact[],
  at: string,
): Reason[] {
  const known = new Map(facts.map((fact) => [fact.id, fact]));
  return named.flatMap(({ id }): Reason[] => {
    const fact = known.get(id);
    if (fact === undefined) return [{ code: 'stale_fact', text: `The fact ${id} is gone.` }];
    if (isValidAt(fact, at)) return [];
    const when = isOver(fact, at)
      ? `not valid any more, since ${fact.validUntil ?? ''}`
      : `valid only from ${fact.validFrom ?? ''}`;
    return [{ code: 'stale_fact', text: `The fact ${id} is ${when}.` }];
  });
}

/** Facts the words rest on that are not what they were: gone or no longer valid (`stale_fact`), or changed (`changed_fact`). */
function factChanges(situation: Situation, message: DueMessage): Reason[] {
  const known = new Map(situation.facts.map((fact) => [fact.id, fact]));
  return message.facts.flatMap(({ id, version }): Reason[] => {
    const stale = staleFacts([{ id }], situation.facts, leavesAt(situation, message));
    const now = known.get(id);
    if (stale.length > 0 || now === undefined) return stale;
    if (now.version === version) return [];
    const then = message.decidedFacts?.find((fact) => fact.id === id && fact.version === version);
    return [
      {
        code: 'changed_fact',
        text: `The fact ${id} is at version ${now.version}; the words rest on version ${version}${then === undefined ? '' : ` (${difference(then, now)})`}.`,
      },
    ];
  });
}

/** What its facts and other facts of the same things say differently: neither is chosen, whoever signed it did not know. */
function contradictions(situation: Situation, message: DueMessage): Reason[] {
  const { facts, rivals = [] } = message;
  if (rivals.length === 0) return [];
  const own = new Set(facts.map(({ id }) => id));
  const known = situation.facts.filter(({ id }) => own.has(id));
  return contradictionsAmong([...known, ...rivals], leavesAt(situation, message))
    .filter((each) => each.facts.filter((id) => own.has(id)).length === 1)
    .map(({ facts: [one, other], text }) => ({
      code: 'contradicted_fact',
      text: `Since it was judged the facts ${one} and ${other} say different things of the same: ${text}.`,
    }));
}

/** What differs between two versions, such as `price 1999 → 1799`. */
function difference(then: Fact, now: Fact): string {
  const names = [...new Set([...Object.keys(then.data), ...Object.keys(now.data)])].toSorted();
  const show = (fact: Fact, name: string) =>
    Object.hasOwn(fact.data, name) ? canonicalJson(fact.data[name]) : 'nothing';
  const changed = names.filter((name) => show(then, name) !== show(now, name));
  if (changed.length === 0) return 'only its validity or source changed';
  return changed.map((name) => `${name} ${show(then, name)} → ${show(now, name)}`).join(', ');
}

/** Words such as "until tomorrow" say something else on another day than they were judged for. @param at when they would leave, ISO 8601 UTC. */
export function otherDay({ leavesWithin }: Pick<DueMessage, 'leavesWithin'>, at: string): Reason[] {
  if (leavesWithin == null || (leavesWithin.from <= at && at < leavesWithin.before)) return [];
  return [
    {
      code: 'other_day',
      text: `Its words name a day or a time from when they are read (“tomorrow”, “two days left”). They were judged for leaving from ${leavesWithin.from} until ${leavesWithin.before}; it would leave at ${at}.`,
    },
  ];
}

function textQuestions(limits: Limits, { text }: DueMessage): Reason[] {
  if (text === undefined) return [];
  const words = text.toLowerCase();
  return [
    ...limits.required
      .filter(({ limit }) => !words.includes(limit.toLowerCase()))
      .map(({ rule, limit }) => ({
        code: 'required_text',
        text: `Rule ${rule} requires the words “${limit}”, which are missing.`,
      })),
    ...limits.forbidden
      .filter(({ limit }) => words.includes(limit.toLowerCase()))
      .map(({ rule, limit }) => ({
        code: 'forbidden_text',
        text: `Rule ${rule} forbids the words “${limit}”, which it contains.`,
      })),
  ];
}

function timing({
  situation,
  message,
  action,
  channel,
  limits,
}: {
  situation: Situation;
  message: DueMessage;
  action: Action;
  channel: Channel;
  limits: Limits;
}): RecheckResult {
  const now = Date.parse(situation.now);
  const from = Math.max(now, Date.parse(message.sendAt));
  const before = Date.parse(message.expiresAt);
  const time = earliestSendTime({
    from,
    before,
    profile: situation.profile,
    limits,
    subject: { channel: channel.id, class: action.class, tags: action.tags },
    history: [
      ...situation.history.filter((past) => holdsBefore(past, message)),
      // Of two that fall due together in one mailbox the first one looked at leaves, and the other finds it sent.
      ...(situation.addressHistory ?? []).filter((past) => !past.open || past.at < message.sendAt),
    ],
    now,
  });
  if (!time.ok) {
    const capped = time.blocks.some(({ code }) => code === 'cap');
    return verdict(capped ? 'suppress' : 'expire', time.blocks);
  }
  if (time.at <= now) return verdict('send', [{ code: 'clear', text: 'Nothing stands against it.' }]);
  return verdict(
    'postpone',
    time.waits.length > 0 ? time.waits : [{ code: 'not_yet', text: 'Its time has not come yet.' }],
    { at: new Date(time.at).toISOString() },
  );
}

/**
 * What left counts. Of the places still held only earlier ones do: whoever comes later is looked at again in their turn and finds this one
 * sent, so that a few seconds of delay never cost the earlier message its place.
 */
function holdsBefore(past: PastMessage, message: DueMessage): boolean {
  if (past.messageId === message.id) return false;
  if (!past.open) return true;
  return past.at < message.sendAt || (past.at === message.sendAt && past.messageId < message.id);
}
