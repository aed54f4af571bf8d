import { type Bundle, type CompiledAction, type ExpressionInput } from '../policies/bundle.js';
import { type Fact, isOver } from '../policies/fact.js';
import { type Action, type Channel } from '../policies/playbook.js';
import { keepText } from '../shared/canonical-json.js';
import { durationMs } from '../shared/clock.js';
import { remembered } from '../shared/remembered.js';
import { adviceInForce, advisedTotal, type TimeAdvised, withSuggestedTime } from './advice.js';
import { evidenceOf, type HourChoice, type HourEvidence, hourRates, type HourRates } from './best-hours.js';
import { contactChecks, isHeldOut, latenessCheck } from './checks.js';
import { applyChange, type Case, type Change } from './change.js';
import { type Candidate, type Models } from './decision.js';
import { expressionInputs } from './expression-source.js';
import { type Answers } from './filed.js';
import {
  answersFor,
  type GuardrailVerdict,
  judgeAll,
  matchedOf,
  withoutRules,
  writtenDown,
} from './guardrails.js';
import { channelChecks, type Limits, limitsMemory, textChecks } from './limits.js';
import { distinct, type Reason } from './reason.js';
import { NO_SCORE, scoreOf } from './score.js';
import {
  type Beginning,
  earliestSendTime,
  type NeededReview,
  type SendTime,
  sendTimeAfter,
  type SendTimeQuestion,
} from './send-time.js';
import { type HourCounts, type Situation } from './situation.js';

/** A candidate with everything that was found out about it. */
export interface Examined {
  readonly action: Action | null;
  readonly channel: Channel | null;
  /** As it is stored, its probability still 0. */
  readonly candidate: Candidate;
  readonly verdicts: readonly GuardrailVerdict[];
  readonly limits: Limits;
  readonly heldOut: boolean;
  /** The action would concern this person: its own condition does not rule them out. */
  readonly concerns: boolean;
  /** Fact ids by slot. */
  readonly facts: Readonly<Record<string, string>>;
  /** The signature that it will need and that takes its time; null when none is planned for. */
  readonly needed: NeededReview | null;
  /** When it could leave, or why it cannot. */
  readonly time: SendTime;
  /** What became of a time that was suggested; null where none was. */
  readonly suggested: Reason | null;
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

/** A case with everything that was found out about its candidates: what is chosen from, now and with something otherwise. */
export interface Examination extends Case {
  readonly models: Models;
  readonly examined: readonly Examined[];
  /** What each candidate was examined by; null for an action that cannot be done at all. */
  readonly questions: readonly (Question | null)[];
}

/** Every action that is up, on each of its enabled channels, examined to the end: nothing stops at the first "no". */
export function examine(bundle: Bundle, situation: Situation, models: Models): Examination {
  const inputs = expressionInputs(bundle, situation);
  const common = inputs();
  const answers = answersFor(common);
  const limits = limitsMemory();
  const examined: Examined[] = [];
  const questions: (Question | null)[] = [];
  for (const id of actionsUp(bundle, situation)) {
    const action = bundle.actions.get(id);
    const channels = action === undefined ? [] : channelsOf(bundle, action);
    if (action === undefined || channels.length === 0) {
      examined.push(impossible(id, action?.spec ?? null));
      questions.push(null);
      continue;
    }
    const about = factsOf(action, situation, common);
    const input = inputs(about.facts);
    const ofAction = {
      input,
      answers: answers(input),
      about,
      eligibility: eligibilityOf(action, input),
      heldOut: isHeldOut(situation.profile.id, action.spec),
    };
    for (const channel of channels) {
      const question = { bundle, situation, models, limits, action, channel, ...ofAction };
      questions.push(question);
      examined.push(examineOne(question));
    }
  }
  return { bundle, situation, models, examined, questions };
}

const channelsBefore = new WeakMap<Bundle['channels'], WeakMap<Action, readonly Channel[]>>();

/** Those that are switched on, looked up once for each action. */
function channelsOf({ channels }: Bundle, { spec }: CompiledAction): readonly Channel[] {
  let byAction = channelsBefore.get(channels);
  if (byAction === undefined) channelsBefore.set(channels, (byAction = new WeakMap()));
  let known = byAction.get(spec);
  if (known === undefined) {
    known = spec.channels.flatMap((name) => {
      const channel = channels.get(name);
      return channel?.enabled === true ? [channel] : [];
    });
    byAction.set(spec, known);
  }
  return known;
}

/**
 * The same with something otherwise. Only what the changes touch is looked at again: most of what was found out about a person's candidates
 * stays true.
 */
export function reexamine(before: Examination, changes: readonly Change[]): Examination {
  const { bundle, situation } = changes
    .filter(({ kind }) => kind !== 'guardrail_removed')
    .reduce<Case>(applyChange, before);
  if (changes.some((change) => isRead(bundle, change))) {
    const changed = changes.reduce<Case>(applyChange, before);
    return examine(changed.bundle, changed.situation, before.models);
  }
  const left = remaining(changes);
  const examined = before.examined.map((each, i) => {
    const question = before.questions[i] ?? null;
    if (question === null || !changes.some((change) => touches(change, each))) return each;
    const action = bundle.actions.get(question.action.spec.id) ?? question.action;
    return examineOne({ ...question, situation, action }, { verdicts: left(each.verdicts), earlier: each });
  });
  return { ...before, bundle, situation, examined };
}

/** What is left of verdicts when rules are gone; the same array for the same verdicts. */
function remaining(
  changes: readonly Change[],
): (verdicts: readonly GuardrailVerdict[]) => readonly GuardrailVerdict[] {
  const rules = new Set(
    changes.flatMap((change) => (change.kind === 'guardrail_removed' ? [change.guardrail] : [])),
  );
  if (rules.size === 0) return (verdicts) => verdicts;
  const known = new Map<readonly GuardrailVerdict[], readonly GuardrailVerdict[]>();
  return (verdicts) => {
    let left = known.get(verdicts);
    if (left === undefined) known.set(verdicts, (left = withoutRules(verdicts, rules)));
    return left;
  };
}

/** Whether a change has anything to do with a candidate. */
function touches(change: Change, { candidate, action, verdicts }: Examined): boolean {
  switch (change.kind) {
    case 'guardrail_removed':
      return verdicts.some(({ guardrail, matched }) => matched && guardrail.id === change.guardrail);
    case 'consent':
      return candidate.channel === change.channel && action?.class === 'marketing';
    case 'suppression_lifted':
    case 'tasks_closed':
    case 'task_opened':
    case 'advice_withheld':
      return true;
    case 'not_held_out':
    case 'value':
      return candidate.action === change.action;
  }
}

const CONSENTS_READ = /\bconsents\b/;
const TASKS_READ = /\bopenTasks\b/;
const reading = new WeakMap<Bundle, { readonly consents: boolean; readonly tasks: boolean }>();

/** Whether some expression of the playbook reads what a change changes: then everything has to be asked again. */
function isRead(bundle: Bundle, { kind }: Change): boolean {
  // It bears on every candidate, and on when each of them would leave.
  if (kind === 'advice_withheld') return true;
  if (kind !== 'consent' && kind !== 'tasks_closed' && kind !== 'task_opened') return false;
  let known = reading.get(bundle);
  if (known === undefined) {
    const sources = [
      ...bundle.guardrails.map(({ when }) => when.source),
      ...[...bundle.actions.values()].flatMap(({ eligible, facts }) =>
        [eligible, ...facts.values()].map(({ source }) => source),
      ),
    ];
    known = {
      consents: sources.some((source) => CONSENTS_READ.test(source)),
      tasks: sources.some((source) => TASKS_READ.test(source)),
    };
    reading.set(bundle, known);
  }
  return kind === 'consent' ? known.consents : known.tasks;
}

function impossible(id: string, action: Action | null): Examined {
  const reason: Reason =
    action === null
      ? { code: 'unknown_action', text: `The playbook has no action ${id}.` }
      : { code: 'no_channel', text: 'None of its channels is switched on.' };
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
    heldOut: false,
    concerns: false,
    facts: {},
    needed: null,
    time: { ok: false, blocks: [] },
    suggested: null,
    expiresAt: 0,
  };
}

/** The facts an action is about, by slot, and what is wrong with them. */
export interface ActionFacts {
  readonly facts: Readonly<Record<string, Fact>>;
  readonly ids: Readonly<Record<string, string>>;
  readonly blocks: readonly Reason[];
}

const NO_FACTS: ActionFacts = { facts: Object.freeze({}), ids: Object.freeze({}), blocks: [] };

export function factsOf(action: CompiledAction, situation: Situation, input: ExpressionInput): ActionFacts {
  if (action.facts.size === 0) return NO_FACTS;
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
    const fact = situation.facts.findLast((each) => each.id === id.value);
    if (fact === undefined) {
      blocks.push({ code: 'missing_fact', text: `There is no fact ${id.value} for “${slot}”.` });
      continue;
    }
    facts[slot] = fact;
    if (isOver(fact, situation.now))
      blocks.push({ code: 'stale_fact', text: `The fact ${id.value} for “${slot}” is not valid any more.` });
  }
  return { facts, ids, blocks };
}

interface Question extends Case {
  readonly models: Models;
  readonly action: CompiledAction;
  readonly channel: Channel;
  readonly input: ExpressionInput;
  readonly answers: Answers;
  readonly about: ActionFacts;
  readonly eligibility: Eligibility;
  readonly heldOut: boolean;
  readonly limits: (verdicts: readonly GuardrailVerdict[]) => Limits;
}

const isoTexts = new Map<number, string>();
const MOST_TEXTS = 50;

/** The candidates of one decision leave at a few moments. */
function isoOf(at: number): string {
  let text = isoTexts.get(at);
  if (text === undefined) {
    if (isoTexts.size >= MOST_TEXTS) isoTexts.clear();
    isoTexts.set(at, (text = new Date(at).toISOString()));
  }
  return text;
}

/** @param known what holds already: all verdicts, and what was found out when other rules may have matched. */
function examineOne(
  question: Question,
  known?: { readonly verdicts: readonly GuardrailVerdict[]; readonly earlier: Examined },
): Examined {
  const { bundle, situation, models, action, channel, answers, about, eligibility } = question;
  const { spec } = action;
  const verdicts =
    known?.verdicts ??
    judgeAll(
      bundle.guardrails,
      { action: spec, channel: channel.id, country: situation.profile.country },
      answers,
      situation.now,
    );
  const heldOut = known === undefined ? question.heldOut : known.earlier.heldOut && spec.holdout > 0;
  const limits = question.limits(verdicts);
  const needed = neededReview(question, verdicts);
  const isSame = known?.earlier.limits === limits && known.earlier.needed?.takesMs === needed?.takesMs;
  const { time, suggested, expiresAt } = isSame ? known.earlier : timeOf(question, limits, needed);
  const score = scoreOf(situation, models, spec, channel);
  const advised = advisedTotal(adviceInForce(bundle, situation), spec, channel.id, score);
  const blockedBy = distinct([
    ...eligibility.blocks,
    ...(heldOut
      ? [
          {
            code: 'held_out',
            text: `This person belongs to the ${quantisedPercent(spec.holdout)} who never get ${spec.id}, so that its effect can be measured.`,
          },
        ]
      : []),
    ...latenessCheck(situation, bundle.engine.lateAfter),
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
      score,
      ...(advised === undefined ? {} : { advised }),
      guardrails: writtenDown(verdicts),
      sendAt: time.ok ? isoOf(time.at) : null,
      probability: 0,
    },
    verdicts,
    limits,
    heldOut,
    concerns: eligibility.concerns,
    facts: about.ids,
    needed,
    time,
    suggested,
    expiresAt,
  };
}

/** When one candidate may leave, from a moment on: the search by which every send time is found. */
export function permittedFrom({ examined, questions }: Examination, which: number, from: number): SendTime {
  const [found, question] = [examined[which], questions[which]];
  if (found === undefined || question === undefined || question === null) return { ok: false, blocks: [] };
  return earliestSendTime({ ...sendTimeQuestion(question, found.limits), from });
}

function timeOf(
  question: Question,
  limits: Limits,
  needed: NeededReview | null,
): TimeAdvised & { readonly expiresAt: number } {
  const { bundle, situation, action } = question;
  const asked = sendTimeQuestion(question, limits);
  const time = sendTimeAfter(asked, needed);
  // What is owed leaves at once.
  const force = action.spec.class === 'marketing' ? adviceInForce(bundle, situation) : null;
  if (force === null) return { time, suggested: null, expiresAt: asked.before };
  const usual = {
    time,
    situation,
    before: asked.before,
    permittedFrom: (from: number) => earliestSendTime({ ...asked, from }),
  };
  return { ...withSuggestedTime(force, usual), expiresAt: asked.before };
}

function sendTimeQuestion(
  { bundle, situation, action: { spec }, channel, about }: Question,
  limits: Limits,
): SendTimeQuestion {
  const now = Date.parse(situation.now);
  const from = now + durationMs(spec.delay);
  let before = from + durationMs(spec.validFor);
  let begins: Beginning | undefined;
  // What it says must be true when it leaves: not before the last of its facts begins, and it expires with the first of them.
  for (const [slot, fact] of Object.entries(about.facts)) {
    if (fact.validUntil !== null && !isOver(fact, situation.now))
      before = Math.min(before, Date.parse(fact.validUntil));
    const at = fact.validFrom === null ? now : Date.parse(fact.validFrom);
    if (at > Math.max(from, begins?.at ?? now)) begins = { at, what: `The fact ${fact.id} for “${slot}”` };
  }
  return {
    from,
    before,
    begins,
    profile: situation.profile,
    limits,
    subject: { channel: channel.id, class: spec.class, tags: spec.tags },
    history:
      situation.addressHistory === undefined
        ? situation.history
        : [...situation.history, ...situation.addressHistory],
    now,
    full: situation.full,
    hours: hoursFor(bundle, situation, spec, channel),
  };
}

/** Whether a person will have to sign it, as far as can be told before it is written, and how long that takes. */
function neededReview(
  { bundle: { engine }, situation, action: { spec } }: Question,
  verdicts: readonly GuardrailVerdict[],
): NeededReview | null {
  const { reviews } = situation;
  const expected = reviews !== undefined && Object.hasOwn(reviews, spec.id) ? reviews[spec.id] : undefined;
  const said = spec.reviewTime ?? engine.reviewTime;
  if (said === undefined) return null;
  if (expected?.always !== true && matchedOf(verdicts, 'review').length === 0) return null;
  if (expected?.medianMs != null) return { takesMs: expected.medianMs, measured: expected.measured };
  return { takesMs: durationMs(said), measured: 0 };
}

/** What a day of waiting loses unless the playbook says otherwise: an offer read a day later is worth about a tenth less. */
export const WAITING_COST = 0.1;

/** Whether it waits for a better hour, and what the hours are worth; undefined where the earliest moment is the best. */
function hoursFor(
  { engine }: Bundle,
  { answerHours }: Situation,
  { bestHours, waitingCost }: Action,
  { id }: Channel,
): HourChoice | undefined {
  if (bestHours !== true || answerHours === undefined || !Object.hasOwn(answerHours, id)) return undefined;
  const counts = answerHours[id];
  if (counts === undefined) return undefined;
  return { ...worthOf(counts), lossPerDay: waitingCost ?? engine.waitingCost ?? WAITING_COST };
}

const worths = new WeakMap<HourCounts, { readonly rates: HourRates; readonly evidence: HourEvidence }>();

/** The candidates of one situation share theirs. */
function worthOf(counts: HourCounts): { readonly rates: HourRates; readonly evidence: HourEvidence } {
  let known = worths.get(counts);
  if (known === undefined)
    worths.set(counts, (known = { rates: hourRates(counts), evidence: evidenceOf(counts) }));
  return known;
}

interface Eligibility {
  readonly blocks: readonly Reason[];
  /** The action's own condition does not rule this person out. */
  readonly concerns: boolean;
}

function eligibilityOf(action: CompiledAction, input: ExpressionInput): Eligibility {
  const eligible = action.eligible.evaluate(input);
  const { id } = action.spec;
  if (!eligible.known) {
    const text = `Whether ${id} is for this person is not known: ${eligible.reads} is missing.`;
    return { blocks: [{ code: 'eligibility_unknown', text }], concerns: true };
  }
  if (eligible.value) return ELIGIBLE;
  return remembered(ineligibles, action, () => ineligibleFor(action));
}

const ELIGIBLE: Eligibility = { blocks: [], concerns: true };
/** Said of everybody in the same words. */
const ineligibles = new WeakMap<CompiledAction, Eligibility>();

function ineligibleFor({ spec, eligible }: CompiledAction): Eligibility {
  const text = `${spec.id} is not for this person: ${eligible.source}`;
  return { blocks: [keepText({ code: 'not_eligible', text })], concerns: false };
}

const blocksBefore = new WeakMap<readonly GuardrailVerdict[], readonly Reason[]>();

function guardrailBlocks(verdicts: readonly GuardrailVerdict[]): readonly Reason[] {
  let blocks = blocksBefore.get(verdicts);
  if (blocks === undefined) blocksBefore.set(verdicts, (blocks = blocksOf(verdicts)));
  return blocks;
}

function blocksOf(verdicts: readonly GuardrailVerdict[]): Reason[] {
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
