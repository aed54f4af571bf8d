import { type DecisionRow, type Held, type MessageRow } from './evidence.js';
import { type AcceptedMail, type AskedVerdict, type Told } from './told.js';

/** One claim, and what speaks against it. */
export interface Finding {
  readonly claim: string;
  /** How many things were looked at: a claim about nothing proves nothing. */
  readonly looked: number;
  readonly problems: readonly string[];
}

/** What the three witnesses say: the outside, the mail server, the database. */
export interface Evidence {
  readonly told: Told;
  readonly mails: readonly AcceptedMail[];
  readonly held: Held;
}

/** Compares the witnesses. Pure: a planted fault is found or not. */
export function check(evidence: Evidence): Finding[] {
  return [
    keptOnce(evidence),
    applied(evidence),
    ledSomewhere(evidence),
    leftOnce(evidence),
    approved(evidence),
    agreedTo(evidence),
    recorded(evidence),
    answersHold(evidence),
    nothingStuck(evidence),
  ];
}

const finding = (claim: string, looked: number, problems: readonly string[]): Finding => ({
  claim,
  looked,
  problems,
});

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function keptOnce({ told, held }: Evidence): Finding {
  const kept = groupBy(held.signals, ({ message_id }) => message_id);
  const problems: string[] = [];
  const believed = new Set([...told.acknowledged, ...told.delivered]);
  for (const messageId of believed)
    if (!kept.has(messageId)) problems.push(`signal ${messageId} was acknowledged and is lost`);
  for (const [messageId, rows] of kept) {
    if (rows.length > 1) problems.push(`signal ${messageId} is kept ${rows.length} times`);
    if (!told.sent.has(messageId)) problems.push(`signal ${messageId} was never sent by anybody`);
  }
  return finding('acknowledged signals are kept, each once', believed.size, problems);
}

function applied({ told, held }: Evidence): Finding {
  const problems: string[] = [];
  if (held.waitingSignals > 0) problems.push(`${held.waitingSignals} signals still wait to be applied`);
  for (const { signal_id, error } of held.failedSignals)
    problems.push(`signal ${signal_id} stands aside: ${error}`);
  const kept = new Set(held.signals.map(({ message_id }) => message_id));
  const expected = new Map<string, Map<string, number>>();
  for (const { messageId, userId, event } of told.sent.values()) {
    if (event === null || !kept.has(messageId)) continue;
    const counts = expected.get(userId) ?? new Map<string, number>();
    expected.set(userId, counts.set(event, (counts.get(event) ?? 0) + 1));
  }
  for (const [userId, counts] of expected) {
    const shown = told.profiles.get(userId);
    if (shown === undefined) {
      problems.push(`nobody knows ${userId}`);
      continue;
    }
    for (const [event, count] of counts)
      if (shown[event] !== count)
        problems.push(`${userId} has ${shown[event] ?? 0} × ${event} instead of ${count}`);
  }
  return finding('kept signals are applied, each once', expected.size, problems);
}

/** Events that must each lead to a decision. */
const TRIGGERS = new Map([
  ['Order Completed', 'order-completed'],
  ['Signed Up', 'signed-up'],
]);

function ledSomewhere({ held }: Evidence): Finding {
  const firings = groupBy(held.firings, ({ signal_id, trigger_id }) => `${signal_id ?? ''} ${trigger_id}`);
  const decided = groupBy(
    held.decisions.filter(({ firing_id }) => firing_id !== null),
    ({ firing_id }) => firing_id ?? '',
  );
  const messages = new Map(held.messages.map((message) => [message.id, message]));
  const problems: string[] = [];
  let looked = 0;
  for (const signal of held.signals) {
    const trigger = TRIGGERS.get(signal.event ?? '');
    if (trigger === undefined) continue;
    looked++;
    const fired = firings.get(`${signal.id} ${trigger}`) ?? [];
    if (fired.length !== 1)
      problems.push(`signal ${signal.message_id} fired ${trigger} ${fired.length} times`);
  }
  for (const { id } of held.firings) {
    const decisions = decided.get(id) ?? [];
    if (decisions.length !== 1) problems.push(`firing ${id} was decided ${decisions.length} times`);
  }
  for (const { id, outcome, message_id, mode } of held.decisions)
    if (outcome === 'act' && mode === 'execute' && !messages.has(message_id ?? ''))
      problems.push(`decision ${id} acts and made no message`);
  return finding('what fired was decided, once', looked, problems);
}

const verdictKey = (row: Held['verdicts'][number]): string =>
  `${row.review_id} ${row.verdict} ${row.content_hash}`;
const askedKey = (asked: AskedVerdict): string => `${asked.reviewId} ${asked.verdict} ${asked.contentHash}`;
const messageIdOf = ({ mailId }: AcceptedMail): string => /^<([^@>]+)@/.exec(mailId)?.[1] ?? mailId;

function leftOnce({ mails }: Evidence): Finding {
  const problems: string[] = [];
  for (const [key, copies] of groupBy(mails, ({ recipient, mailId }) => `${recipient} ${mailId}`))
    if (copies.length > 1) {
      const contents = new Set(copies.map(({ hash }) => hash)).size;
      problems.push(`${key} was taken ${copies.length} times, with ${contents} contents`);
    }
  const aboutOrders = mails.filter(({ subject }) => subject.startsWith('Your order '));
  for (const [key, copies] of groupBy(aboutOrders, ({ recipient, subject }) => `${recipient} "${subject}"`)) {
    const ids = new Set(copies.map(({ mailId }) => mailId));
    if (ids.size > 1) problems.push(`${key} was sent as ${ids.size} messages`);
  }
  return finding('nothing was sent twice', mails.length, problems);
}

function approved({ told, mails, held }: Evidence): Finding {
  const messages = new Map(held.messages.map((message) => [message.id, message]));
  const given = new Set(held.verdicts.map(verdictKey));
  const asked = groupBy(
    told.verdicts.filter((verdict) => given.has(askedKey(verdict))),
    ({ messageId }) => messageId,
  );
  const signed = new Set(held.signedTemplates);
  const problems = mails.flatMap((mail) => {
    const id = messageIdOf(mail);
    const message = messages.get(id);
    if (message === undefined) return [`mail ${mail.mailId} belongs to no message`];
    const why = withoutApproval(mail, message, asked.get(id) ?? [], signed);
    return why === null ? [] : [`message ${id}: ${why}`];
  });
  return finding('nothing was sent without approval', mails.length, problems);
}

function withoutApproval(
  mail: AcceptedMail,
  message: MessageRow,
  asked: readonly AskedVerdict[],
  signedTemplates: ReadonlySet<string>,
): string | null {
  if (asked.some(({ verdict }) => verdict === 'reject')) return 'a person refused it';
  const approvals = asked.filter(
    ({ verdict, askedAt }) => verdict === 'approve' && askedAt <= mail.acceptedAt,
  );
  if (message.approval_kind === 'person' || message.was_reviewed || mail.token !== null) {
    if (approvals.length === 0) return 'nobody approved it';
    return approvals.some(({ token, subject }) => token === mail.token && subject === mail.subject)
      ? null
      : 'other words were approved than those that left';
  }
  if (message.approval_kind !== 'template') return `it was approved by ${message.approval_kind ?? 'nobody'}`;
  return message.template_id !== null && signedTemplates.has(message.template_id)
    ? null
    : 'its template was never signed';
}

/** The last look before a mail is handed over is taken after the server has asked for it. */
function agreedTo({ told, mails }: Evidence): Finding {
  const denied = new Map(told.denials.map(({ email, answeredAt }) => [email, answeredAt]));
  const marketing = mails.filter((mail) => mail.marketing);
  const problems = marketing.flatMap(({ recipient, mailId, dataAt }) => {
    if (!told.agreed.has(recipient)) return [`${mailId} went to ${recipient}, who never agreed to marketing`];
    const answeredAt = denied.get(recipient) ?? null;
    if (answeredAt === null || dataAt <= answeredAt) return [];
    return [
      `${mailId} was handed over to ${recipient} ${dataAt - answeredAt} ms after they took their consent back`,
    ];
  });
  return finding('nothing was sent without consent', marketing.length, problems);
}

const LEFT = new Set(['sent', 'delivered', 'unknown']);

function recorded({ mails, held }: Evidence): Finding {
  const taken = new Set(mails.map(messageIdOf));
  const byMail = held.messages.filter(({ channel }) => channel === 'email');
  const problems = byMail.flatMap(({ id, state, last_reason }) => {
    if (taken.has(id) && !LEFT.has(state))
      return [`message ${id} was taken by the mail server and is ${state}: ${last_reason ?? ''}`];
    if (!taken.has(id) && (state === 'sent' || state === 'delivered'))
      return [`message ${id} is ${state} and the mail server never took it`];
    return [];
  });
  return finding('what the mail server took is recorded so, and nothing else', byMail.length, problems);
}

function answersHold({ told, held }: Evidence): Finding {
  const states = new Map(held.messages.map(({ id, state }) => [id, state]));
  const problems = [...verdictProblems(told, held, states), ...decisionProblems(told, held)];
  for (const { messageId, fate, status } of told.fates) {
    const state = states.get(messageId) ?? 'gone';
    const expected = fate === 'left' ? ['sent', 'delivered'] : ['failed'];
    if (status === 200 && !expected.includes(state))
      problems.push(`message ${messageId} is ${state} although it was said that it ${fate}`);
  }
  return finding(
    'what was answered holds',
    told.verdicts.length + told.decisions.length + told.fates.length,
    problems,
  );
}

function verdictProblems(told: Told, held: Held, states: ReadonlyMap<string, string>): string[] {
  const problems: string[] = [];
  const given = new Set(held.verdicts.map(verdictKey));
  const askedFor = new Set(told.verdicts.map(askedKey));
  for (const [messageId, asked] of groupBy(told.verdicts, (each) => each.messageId)) {
    const answered = asked.filter(({ status }) => status === 200);
    for (const verdict of answered)
      if (!given.has(askedKey(verdict)))
        problems.push(`the verdict on ${verdict.reviewId} was taken and is lost`);
    const state = states.get(messageId) ?? 'gone';
    if (answered.at(-1)?.verdict === 'reject' && state !== 'rejected')
      problems.push(`message ${messageId} is ${state} after it was rejected`);
    if (state === 'rejected' && !asked.some(({ verdict }) => verdict === 'reject'))
      problems.push(`message ${messageId} is rejected and nobody rejected it`);
  }
  for (const verdict of given)
    if (!askedFor.has(verdict)) problems.push(`nobody gave the verdict ${verdict}`);
  return problems;
}

function decisionProblems(told: Told, held: Held): string[] {
  const decisions = new Map<string, DecisionRow>(held.decisions.map((decision) => [decision.id, decision]));
  const problems: string[] = [];
  for (const { key, mode, answer } of told.decisions) {
    if (answer === null) continue;
    const row = decisions.get(answer.id);
    if (row === undefined) {
      problems.push(`decision ${answer.id} was answered and is lost`);
      continue;
    }
    if (row.outcome !== answer.outcome || row.message_id !== answer.messageId)
      problems.push(`decision ${answer.id} is not what was answered`);
    const same = held.decisions.filter(
      (other) => other.profile_id === row.profile_id && other.firing_id === null && other.mode === 'execute',
    );
    if (mode === 'execute' && same.length > 1)
      problems.push(`the request ${key} was done ${same.length} times`);
  }
  return problems;
}

/** States in which something is still to come, whatever the due time says. */
const ON_THE_WAY = new Set(['drafting', 'assessed', 'in_review', 'approved', 'sending']);

function nothingStuck({ held }: Evidence): Finding {
  const problems: string[] = [];
  for (const { id, state, overdue, last_reason } of held.messages)
    if (ON_THE_WAY.has(state) || (state === 'scheduled' && overdue))
      problems.push(`message ${id} is still ${state}: ${last_reason ?? ''}`);
  for (const { kind, key, state, overdue, last_error } of held.work)
    if (state === 'dead' || overdue)
      problems.push(`work ${kind} ${key} is ${state === 'dead' ? 'dead' : 'overdue'}: ${last_error ?? ''}`);
  if (held.overdueTimers > 0) problems.push(`${held.overdueTimers} timers are overdue`);
  if (held.openReviews > 0)
    problems.push(`${held.openReviews} reviews are open, although somebody answers each`);
  for (const { id, reason_code } of held.openTasks) problems.push(`task ${id} (${reason_code}) is open`);
  const unknown = held.messages.filter(({ state }) => state === 'unknown');
  for (const { id } of unknown)
    problems.push(`message ${id} is of unknown fate, although somebody settles each`);
  return finding('nothing is stuck', held.messages.length + held.work.length, problems);
}
