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

type LimitGuardrail = Extract<Guardrail, { effect: 'limit' }>;

export function limitsOf(verdicts: readonly GuardrailVerdict[]): Limits {
  const rules = matchedOf(verdicts, 'limit').map(({ guardrail }) => guardrail);
  const each = <T>(pick: (rule: LimitGuardrail) => readonly (T | undefined)[]): Ruled<T>[] =>
    rules.flatMap((rule) =>
      pick(rule).flatMap((limit) => (limit === undefined ? [] : [{ rule: rule.id, limit }])),
    );
  return {
    caps: each((rule) => rule.caps),
    hours: each<SendingHours>((rule) => [hoursOf(rule)]),
    channels: each<readonly string[]>((rule) => [rule.channels]),
    required: each((rule) => rule.requiredText),
    forbidden: each((rule) => rule.forbiddenText),
    discounts: each((rule) => [rule.maxDiscountPercent]),
  };
}

/** The windows in which a rule allows sending; undefined when it says nothing of times. */
function hoursOf({ hours, notOn }: LimitGuardrail): SendingHours | undefined {
  if (hours === undefined && notOn.length === 0) return undefined;
  return {
    windows: hours?.map(({ from, to, days }) => ({ from: minutesOf(from), to: minutesOf(to), days })) ?? [
      ALWAYS,
    ],
    closed: new Set(notOn.map(dayOfDate)),
  };
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
