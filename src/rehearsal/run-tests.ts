import { decide } from '../decisions/decide.js';
import { type Candidate, type DecisionResult, PRIOR_MODELS } from '../decisions/decision.js';
import { type Bundle, type PlacedTest } from '../policies/bundle.js';
import { type Expected, type ExpectedTime } from '../policies/playbook-test.js';
import { type Coverage, type Mismatch, type TestFailure } from '../policies/test-report.js';
import { parseMoment } from '../shared/moment.js';
import { situationOf } from './given.js';

/** What became of one test. */
export interface TestRun {
  readonly failure: TestFailure | null;
  readonly candidates: readonly Candidate[];
}

/** The playbook with nothing left to chance: tests speak of rules, and a rule is no matter of luck. */
export function withoutChance(bundle: Bundle): Bundle {
  return { ...bundle, engine: { ...bundle.engine, exploration: 0 } };
}

/** Decides what the test describes. @param fixed from `withoutChance`. */
export function runTest(fixed: Bundle, { spec, place }: PlacedTest): TestRun {
  const bundle = switchedOn(fixed, spec.given.enabled);
  const situation = situationOf(bundle, spec);
  const result = decide(bundle, situation, PRIOR_MODELS, spec.test);
  const mismatches = new Comparison(result, Date.parse(situation.now)).compare(spec.expect);
  return {
    failure: mismatches.length === 0 ? null : { test: spec.test, place, mismatches },
    candidates: result.candidates,
  };
}

function switchedOn(bundle: Bundle, enabled: readonly string[]): Bundle {
  if (enabled.length === 0) return bundle;
  const channels = [...bundle.channels.values()].map((channel) =>
    enabled.includes(channel.id) ? { ...channel, enabled: true } : channel,
  );
  return { ...bundle, channels: new Map(channels.map((channel) => [channel.id, channel])) };
}

/** `recover-cart by email`, as reasons name a candidate. */
const nameOf = ({ action, channel }: Candidate): string =>
  channel === null ? action : `${action} by ${channel}`;

class Comparison {
  private readonly mismatches: Mismatch[] = [];

  constructor(
    private readonly result: DecisionResult,
    private readonly now: number,
  ) {}

  compare(expected: Expected): readonly Mismatch[] {
    const { result } = this;
    this.same('outcome', expected.outcome, result.outcome, () => this.why());
    this.same('action', expected.action, result.action);
    this.same('channel', expected.channel, result.channel);
    this.same('handTo', expected.handTo, result.handoff?.owner ?? null);
    this.same('reviewers', expected.reviewers, result.review?.tier ?? 0);
    this.time('sendAt', expected.sendAt, result.sendAt);
    this.holds('reasons', expected.reasons, result.reasons.map(({ code }) => code)); // prettier-ignore
    this.holds('requiredText', expected.requiredText, result.textLimits.required);
    this.holds('forbiddenText', expected.forbiddenText, result.textLimits.forbidden);
    this.verdicts('', expected, result.candidates);
    for (const [name, candidate] of Object.entries(expected.candidates))
      this.candidate(`candidates.${name}`, name, candidate);
    return this.mismatches;
  }

  private candidate(member: string, name: string, expected: Expected['candidates'][string]): void {
    const candidate = this.result.candidates.find((each) => nameOf(each) === name);
    if (candidate === undefined) {
      const up = this.result.candidates.map(nameOf).filter((each) => each !== 'hold');
      this.otherwise(member, 'a candidate', up.length === 0 ? 'no candidate at all' : `only ${list(up)}`);
      return;
    }
    const blocks = candidate.blockedBy.map(({ code }) => code);
    this.same(`${member}.eligible`, expected.eligible, candidate.eligible, () =>
      blocks.length === 0 ? '' : ` (${list(blocks)})`,
    );
    this.time(`${member}.sendAt`, expected.sendAt, candidate.sendAt);
    this.holds(`${member}.blockedBy`, expected.blockedBy, blocks);
    this.verdicts(`${member}.`, expected, [candidate]);
  }

  private verdicts(
    prefix: string,
    expected: Pick<Expected, 'matches' | 'matchesNot'>,
    candidates: readonly Candidate[],
  ): void {
    const verdicts = candidates.flatMap(({ guardrails }) => guardrails);
    for (const id of expected.matches) {
      const own = verdicts.filter((verdict) => verdict.id === id);
      if (own.some(({ matched }) => matched)) continue;
      const [first] = own;
      this.otherwise(`${prefix}matches`, id, first === undefined ? 'a rule that is not asked here' : `no match: ${first.reason}`); // prettier-ignore
    }
    for (const id of expected.matchesNot) {
      const matched = verdicts.find((verdict) => verdict.id === id && verdict.matched);
      if (matched !== undefined)
        this.otherwise(`${prefix}matchesNot`, `no match of ${id}`, `a match: ${matched.reason}`);
    }
  }

  private same(
    member: string,
    expected: string | number | boolean | undefined,
    got: string | number | boolean | null,
    more: () => string = () => '',
  ): void {
    if (expected !== undefined && expected !== got)
      this.otherwise(member, String(expected), `${got === null ? 'none' : String(got)}${more()}`);
  }

  private holds(member: string, expected: readonly string[], got: readonly string[]): void {
    for (const each of expected)
      if (!got.includes(each))
        this.otherwise(member, `one of them ${each}`, got.length === 0 ? 'none' : list(got));
  }

  private time(member: string, expected: ExpectedTime | undefined, got: string | null): void {
    if (expected === undefined) return;
    const [from, before] = typeof expected === 'string' ? [expected, null] : [expected.from, expected.before];
    const at = got === null ? null : Date.parse(got);
    const earliest = this.at(from);
    const fits = at !== null && (before === null ? at === earliest : at >= earliest && at < this.at(before));
    if (fits) return;
    const said = before === null ? written(from, earliest) : `from ${written(from, earliest)} and before ${written(before, this.at(before))}`; // prettier-ignore
    this.otherwise(member, said, got ?? 'none');
  }

  /** What the schema let pass is a moment. */
  private at(moment: string): number {
    return parseMoment(moment, this.now) ?? Number.NaN;
  }

  private otherwise(member: string, expected: string, got: string): void {
    this.mismatches.push({ member: `expect.${member}`, expected, got });
  }

  private why(): string {
    const codes = [...new Set(this.result.reasons.map(({ code }) => code))];
    return codes.length === 0 ? '' : ` (${list(codes)})`;
  }
}

function written(moment: string, at: number): string {
  const iso = new Date(at).toISOString();
  return Date.parse(moment) === at ? iso : `${moment} (${iso})`;
}

function list(words: readonly string[]): string {
  return words.join(', ');
}

/** What these runs showed of the playbook's guardrails. */
export function coverageOf(bundle: Bundle, runs: readonly TestRun[]): Coverage {
  const verdicts = runs.flatMap(({ candidates }) => candidates.flatMap(({ guardrails }) => guardrails));
  const matched = new Set(verdicts.filter((each) => each.matched).map(({ id }) => id));
  const failed = new Set(verdicts.filter((each) => !each.matched).map(({ id }) => id));
  const ids = bundle.guardrails.map(({ spec }) => spec.id).toSorted();
  // Without a condition a rule matches wherever it is asked: there is nothing to show.
  const conditional = new Set(
    bundle.guardrails.filter(({ when }) => when.source !== 'true').map(({ spec }) => spec.id),
  );
  return {
    guardrails: ids.length,
    neverMatched: ids.filter((id) => !matched.has(id)),
    neverFailedToMatch: ids.filter((id) => matched.has(id) && conditional.has(id) && !failed.has(id)),
  };
}
