import { type Bundle, type CompiledAction, type ExpressionInput } from '../policies/bundle.js';
import { type Fact, isValidAt } from '../policies/fact.js';
import { type Action, type Channel } from '../policies/playbook.js';
import { durationMs } from '../shared/clock.js';
import { contactChecks, isHeldOut } from './checks.js';
import { type Candidate, type Models } from './decision.js';
import { expressionInputs } from './expression-source.js';
import { type Answers, answersFor, type GuardrailVerdict, judgeAll, matchedOf } from './guardrails.js';
import { channelChecks, type Limits, limitsOf, textChecks } from './limits.js';
import { distinct, type Reason } from './reason.js';
import { NO_SCORE, scoreOf } from './score.js';
import { earliestSendTime } from './send-time.js';
import { type Situation } from './situation.js';

/** A candidate with everything that was found out about it. */
export interface Examined {
  readonly action: Action | null;
  readonly channel: Channel | null;
  /** As it is stored, its probability still 0. */
  readonly candidate: Candidate;
  readonly verdicts: readonly GuardrailVerdict[];
  readonly limits: Limits;
  /** The action would concern this person: its own condition does not rule them out. */
  readonly concerns: boolean;
  /** Fact ids by slot. */
  readonly facts: Readonly<Record<string, string>>;
  /** Why it waits until `candidate.sendAt`. */
  readonly waits: readonly Reason[];
  /** Epoch milliseconds: not to be sent at or after this. */
  readonly expiresAt: number;
}

const NO_LIMITS: Limits = { caps: [], hours: [], channels: [], required: [], forbidden: [], discounts: [] };

/** Actions up for decision: the ones asked for, each once; else every marketing action. Nobody calls for a transactional one by saying nothing. */
export function actionsUp(bundle: Bundle, situation: Situation): string[] {
  if (situation.actions !== null) return [...new Set(situation.actions)];
  return [...bundle.actions.values()]
    .filter(({ spec }) => spec.class === 'marketing')
    .map(({ spec }) => spec.id);
}

/** Every action that is up, on each of its enabled channels, examined to the end: nothing stops at the first "no". */
export function examineAll(bundle: Bundle, situation: Situation, models: Models): Examined[] {
  const inputs = expressionInputs(bundle, situation);
  const common = inputs();
  const answers = answersFor(common);
  return actionsUp(bundle, situation).flatMap((id) => {
    const action = bundle.actions.get(id);
    if (action === undefined)
      return [impossible(id, null, { code: 'unknown_action', text: `The playbook has no action ${id}.` })];
    const about = factsOf(action, situation, common);
    const input = inputs(about.facts);
    const channels = action.spec.channels.flatMap((name) => {
      const channel = bundle.channels.get(name);
      return channel?.enabled === true ? [channel] : [];
    });
    if (channels.length === 0)
      return [
        impossible(id, action.spec, { code: 'no_channel', text: 'None of its channels is switched on.' }),
      ];
    return channels.map((channel) =>
      examine({ bundle, situation, models, action, channel, input, answers: answers(input), about }),
    );
  });
}

function impossible(id: string, action: Action | null, reason: Reason): Examined {
  return {
    action,
    channel: null,
    candidate: {
      action: id,
      channel: null,
      eligible: false,
      blockedBy: [reason],
      score: NO_SCORE,
      guardrails: [],
      sendAt: null,
      probability: 0,
    },
    verdicts: [],
    limits: NO_LIMITS,
    concerns: false,
    facts: {},
    waits: [],
    expiresAt: 0,
  };
}

/** The facts an action is about, by slot, and what is wrong with them. */
export interface ActionFacts {
  readonly facts: Readonly<Record<string, Fact>>;
  readonly ids: Readonly<Record<string, string>>;
  readonly blocks: readonly Reason[];
}

export function factsOf(action: CompiledAction, situation: Situation, input: ExpressionInput): ActionFacts {
  const known = new Map(situation.facts.map((fact) => [fact.id, fact]));
  const facts: Record<string, Fact> = {};
  const ids: Record<string, string> = {};
  const blocks: Reason[] = [];
  for (const [slot, expression] of action.facts) {
    const id = expression.evaluate(input);
    if (!id.known) {
      blocks.push({
        code: 'missing_fact',
        text: `Which fact “${slot}” is about is not known: ${id.reads} is missing.`,
      });
      continue;
    }
    ids[slot] = id.value;
    const fact = known.get(id.value);
    if (fact === undefined) {
      blocks.push({ code: 'missing_fact', text: `There is no fact ${id.value} for “${slot}”.` });
      continue;
    }
    facts[slot] = fact;
    if (!isValidAt(fact, situation.now))
      blocks.push({ code: 'stale_fact', text: `The fact ${id.value} for “${slot}” is not valid now.` });
  }
  return { facts, ids, blocks };
}

interface Question {
  readonly bundle: Bundle;
  readonly situation: Situation;
  readonly models: Models;
  readonly action: CompiledAction;
  readonly channel: Channel;
  readonly input: ExpressionInput;
  readonly answers: Answers;
  readonly about: ActionFacts;
}

function examine({ bundle, situation, models, action, channel, input, answers, about }: Question): Examined {
  const { spec } = action;
  const eligibility = eligibilityOf(action, input);
  const verdicts = judgeAll(
    bundle.guardrails,
    { action: spec, channel: channel.id, country: situation.profile.country },
    answers,
    situation.now,
  );
  const limits = limitsOf(verdicts);
  const now = Date.parse(situation.now);
  const from = now + durationMs(spec.delay);
  // What it says must still be true when it leaves: it expires with the first of its facts.
  const expiresAt = Math.min(
    from + durationMs(spec.validFor),
    ...Object.values(about.facts)
      .filter((fact) => isValidAt(fact, situation.now))
      .flatMap((fact) => (fact.validUntil === null ? [] : [Date.parse(fact.validUntil)])),
  );
  const time = earliestSendTime({
    from,
    before: expiresAt,
    profile: situation.profile,
    limits,
    subject: { channel: channel.id, class: spec.class, tags: spec.tags },
    history: [...situation.history, ...(situation.addressHistory ?? [])],
    now,
  });
  const blockedBy = distinct([
    ...eligibility.blocks,
    ...(isHeldOut(situation.profile.id, spec)
      ? [
          {
            code: 'held_out',
            text: `This person belongs to the ${quantisedPercent(spec.holdout)} who never get ${spec.id}, so that its effect can be measured.`,
          },
        ]
      : []),
    ...contactChecks(situation, spec, channel),
    ...about.blocks,
    ...guardrailBlocks(verdicts),
    ...channelChecks(limits, channel.id),
    ...textChecks(limits),
    ...(time.ok ? [] : time.blocks),
  ]);
  return {
    action: spec,
    channel,
    candidate: {
      action: spec.id,
      channel: channel.id,
      eligible: blockedBy.length === 0,
      blockedBy,
      score: scoreOf(situation, models, spec, channel),
      guardrails: verdicts.map(({ guardrail, matched, reason }) => ({
        id: guardrail.id,
        effect: guardrail.effect,
        matched,
        reason,
      })),
      sendAt: time.ok ? new Date(time.at).toISOString() : null,
      probability: 0,
    },
    verdicts,
    limits,
    concerns: eligibility.concerns,
    facts: about.ids,
    waits: time.ok ? time.waits : [],
    expiresAt,
  };
}

function eligibilityOf(
  action: CompiledAction,
  input: ExpressionInput,
): { readonly blocks: readonly Reason[]; readonly concerns: boolean } {
  const eligible = action.eligible.evaluate(input);
  const { id } = action.spec;
  if (!eligible.known) {
    const text = `Whether ${id} is for this person is not known: ${eligible.reads} is missing.`;
    return { blocks: [{ code: 'eligibility_unknown', text }], concerns: true };
  }
  if (eligible.value) return { blocks: [], concerns: true };
  return {
    blocks: [{ code: 'not_eligible', text: `${id} is not for this person: ${action.eligible.source}` }],
    concerns: false,
  };
}

function guardrailBlocks(verdicts: readonly GuardrailVerdict[]): Reason[] {
  return [
    ...matchedOf(verdicts, 'suppress').map(({ guardrail, reason }) => ({
      code: `guardrail:${guardrail.id}`,
      text: `Rule ${guardrail.id} suppresses it: ${reason}`,
    })),
    ...matchedOf(verdicts, 'handoff').map(({ guardrail, reason }) => ({
      code: `guardrail:${guardrail.id}`,
      text: `Rule ${guardrail.id} hands over to ${guardrail.handTo}: ${reason}`,
    })),
  ];
}

function quantisedPercent(share: number): string {
  return `${Math.round(share * 10_000) / 100} %`;
}
