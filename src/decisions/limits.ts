import { type Cap, type Guardrail } from '../policies/playbook.js';
import { ALWAYS, dayOfDate, minutesOf, type SendingHours } from '../shared/local-time.js';
import { type GuardrailVerdict, matchedOf } from './guardrails.js';
import { list, type Reason } from './reason.js';

/** A limit and the guardrail it comes from. */
export interface Ruled<T> {
  readonly rule: string;
  readonly limit: T;
}

/** Everything matching limit guardrails ask of a candidate; they compose by intersection. */
export interface Limits {
  readonly caps: readonly Ruled<Cap>[];
  readonly hours: readonly Ruled<SendingHours>[];
  readonly channels: readonly Ruled<readonly string[]>[];
  readonly required: readonly Ruled<string>[];
  readonly forbidden: readonly Ruled<string>[];
  readonly discounts: readonly Ruled<number>[];
}

const limitsBefore = new WeakMap<readonly GuardrailVerdict[], Limits>();

/** The same object for the same verdicts. */
export function limitsOf(verdicts: readonly GuardrailVerdict[]): Limits {
  let limits = limitsBefore.get(verdicts);
  if (limits === undefined) limitsBefore.set(verdicts, (limits = limitsIn(verdicts)));
  return limits;
}

function limitsIn(verdicts: readonly GuardrailVerdict[]): Limits {
  const caps: Ruled<Cap>[] = [];
  const hours: Ruled<SendingHours>[] = [];
  const channels: Ruled<readonly string[]>[] = [];
  const required: Ruled<string>[] = [];
  const forbidden: Ruled<string>[] = [];
  const discounts: Ruled<number>[] = [];
  for (const { guardrail } of matchedOf(verdicts, 'limit')) {
    const rule = guardrail.id;
    const times = hoursOf(guardrail);
    for (const limit of guardrail.caps) caps.push({ rule, limit });
    if (times !== undefined) hours.push({ rule, limit: times });
    if (guardrail.channels !== undefined) channels.push({ rule, limit: guardrail.channels });
    for (const limit of guardrail.requiredText) required.push({ rule, limit });
    for (const limit of guardrail.forbiddenText) forbidden.push({ rule, limit });
    if (guardrail.maxDiscountPercent !== undefined)
      discounts.push({ rule, limit: guardrail.maxDiscountPercent });
  }
  return { caps, hours, channels, required, forbidden, discounts };
}

/** As `limitsOf`, and the same object for the same rules: the candidates of one situation mostly share theirs. */
export function limitsMemory(): (verdicts: readonly GuardrailVerdict[]) => Limits {
  const known = new Map<string, Limits>();
  return (verdicts) => {
    const key = rulesOf(verdicts);
    let limits = known.get(key);
    if (limits === undefined) known.set(key, (limits = limitsOf(verdicts)));
    return limits;
  };
}

const rules = new WeakMap<readonly GuardrailVerdict[], string>();

/** Names the limits that matched. */
function rulesOf(verdicts: readonly GuardrailVerdict[]): string {
  let key = rules.get(verdicts);
  if (key === undefined) {
    key = '';
    for (const { guardrail, matched } of verdicts)
      if (matched && guardrail.effect === 'limit') key += `${guardrail.id} `;
    rules.set(verdicts, key);
  }
  return key;
}

type LimitGuardrail = Extract<Guardrail, { effect: 'limit' }>;
const hoursByRule = new WeakMap<LimitGuardrail, SendingHours>();

/** The windows in which a rule allows sending; undefined when it says nothing of times. */
function hoursOf(rule: LimitGuardrail): SendingHours | undefined {
  const { hours, notOn } = rule;
  if (hours === undefined && notOn.length === 0) return undefined;
  let known = hoursByRule.get(rule);
  if (known === undefined) {
    known = {
      windows: hours?.map(({ from, to, days }) => ({ from: minutesOf(from), to: minutesOf(to), days })) ?? [
        ALWAYS,
      ],
      closed: new Set(notOn.map(dayOfDate)),
    };
    hoursByRule.set(rule, known);
  }
  return known;
}

/** Names the rules that leave nothing together: two where two suffice, else all. */
export function conflicting<T>(
  limits: readonly Ruled<T>[],
  compatible: (some: readonly T[]) => boolean,
): string[] {
  for (const [i, a] of limits.entries()) {
    for (const b of limits.slice(i + 1)) {
      if (!compatible([a.limit, b.limit])) return [a.rule, b.rule];
    }
  }
  return compatible(limits.map(({ limit }) => limit)) ? [] : limits.map(({ rule }) => rule);
}

function common(some: readonly (readonly string[])[]): string[] {
  const [first = [], ...rest] = some;
  return first.filter((channel) => rest.every((each) => each.includes(channel)));
}

/** What the channel limits say against a channel. */
export function channelChecks(limits: Limits, channel: string): Reason[] {
  const conflict = conflicting(limits.channels, (some) => common(some).length > 0);
  if (conflict.length > 1) {
    return [
      {
        code: 'limits_conflict',
        text: `The rules ${list(conflict)} together leave no channel.`,
      },
    ];
  }
  return limits.channels
    .filter(({ limit }) => !limit.includes(channel))
    .map(({ rule, limit }) => ({
      code: 'limit_channels',
      text:
        limit.length === 0
          ? `Rule ${rule} allows no channel.`
          : `Rule ${rule} allows only ${list(limit)}, not ${channel}.`,
    }));
}

/** Texts that one rule requires and another forbids: no draft can satisfy both. */
export function textChecks(limits: Limits): Reason[] {
  return limits.required.flatMap((required) =>
    limits.forbidden
      .filter(({ limit }) => required.limit.toLowerCase().includes(limit.toLowerCase()))
      .map((forbidden) => ({
        code: 'limits_conflict',
        text: `Rule ${required.rule} requires the words “${required.limit}”, which rule ${forbidden.rule} forbids.`,
      })),
  );
}
