import { countryCode, isZone } from '../shared/zones.js';
import { type Bundle, type CompiledGuardrail, type Finding } from './bundle.js';
import { Condition } from './condition.js';
import { type Action, type Cap, type Guardrail, type Scope, type VocabularySpec } from './playbook.js';
import { durationMs } from '../shared/clock.js';

/** Pairs of rules, and alternatives of their conditions, that are looked through in all; where it ends is said. Some seconds at worst. */
const MOST_PAIRS = 5_000_000;
const MOST_EFFORT = 1_000_000;
const SOON_DAYS = 30;
const DAY_MS = 86_400_000;

type Limit = Extract<Guardrail, { effect: 'limit' }>;

/** A guardrail with its condition read. */
interface Rule {
  readonly spec: Guardrail;
  readonly condition: Condition;
  /** Fields it reads that may be unknown, and then it matches. */
  readonly unsure: readonly string[];
  /** Where it is asked: each action on each of its channels. */
  readonly places: ReadonlySet<string>;
}

const findings = new WeakMap<Bundle, readonly Finding[]>();

/**
 * What can be said of a playbook without looking at the time or at anybody: rules that cannot do what they were written for. Worked out once
 * for a bundle: pages ask again and again, and nothing of it changes.
 */
export function findingsOf(bundle: Bundle): readonly Finding[] {
  let known = findings.get(bundle);
  if (known === undefined) findings.set(bundle, (known = new Findings(bundle).all()));
  return known;
}

class Findings {
  private readonly found: Finding[] = [];
  private readonly rules: readonly Rule[];
  private readonly actions: readonly Action[];
  private readonly atPlace = new Map<string, Rule[]>();
  private effort = 0;
  private pairs = 0;
  /** The first rule that was not compared with all that it might meet. */
  private endedAt: Rule | null = null;

  constructor(private readonly bundle: Bundle) {
    this.actions = [...bundle.actions.values()].map(({ spec }) => spec);
    this.rules = bundle.guardrails.map((rule) => this.read(rule));
    for (const rule of this.rules)
      for (const place of rule.places) {
        const there = this.atPlace.get(place);
        if (there === undefined) this.atPlace.set(place, [rule]);
        else there.push(rule);
      }
  }

  all(): Finding[] {
    for (const rule of this.rules) {
      this.checkPlace(rule);
      this.checkCondition(rule);
      if (rule.spec.effect === 'limit') this.checkLimit(rule.spec);
    }
    this.checkZones();
    this.checkChannels();
    this.checkTexts();
    this.checkHours();
    this.checkShadows();
    if (this.endedAt !== null)
      this.report(
        'not-compared',
        this.endedAt.spec,
        `there are too many rules to compare each with each: from the rule ${this.endedAt.spec.id} on, rules that change nothing or leave nothing together may not be found`,
      );
    return this.found;
  }

  private read({ spec, when }: CompiledGuardrail): Rule {
    const condition = new Condition(when.source);
    const unsure = [...condition.reads].filter((path) => this.mayBeUnknown(path));
    const places = this.actions
      .filter((action) => covers(spec.scope, action))
      .flatMap(({ id, channels }) =>
        channels.filter((channel) => coversChannel(spec.scope, channel)).map((channel) => `${id} ${channel}`),
      );
    return { spec, condition, unsure, places: new Set(places) };
  }

  private mayBeUnknown(path: string): boolean {
    const { vocabulary } = this.bundle;
    const [first = '', second = ''] = path.split('.');
    // The names of fields may have dots of their own.
    const isSure = (fields: VocabularySpec['context'], owner: string): boolean =>
      typeof fields[path.slice(owner.length + 1)]?.absent === 'object';
    if (first === 'now' || first === 'history' || first === 'openTasks') return false;
    if (first === 'context') return !isSure(vocabulary.context, 'context');
    if (first !== 'profile') return true;
    if (second === 'traits') return !isSure(vocabulary.traits, 'profile.traits');
    if (second === 'events') return path.endsWith('.lastAt');
    return !['stage', 'hasEmail', 'hasPhone', 'firstSeenAt', 'lastSeenAt'].includes(second);
  }

  private report(code: Finding['code'], rule: Guardrail, message: string): void {
    this.found.push(found(this.bundle, code, `guardrails/${rule.id}`, rule.owner, message));
  }

  private checkPlace({ spec: rule, places }: Rule): void {
    if (places.size === 0)
      this.report('never-applies', rule, `the rule ${rule.id} applies to no action on any of its channels`);
    for (const country of rule.scope.countries) {
      // People's countries are kept by this code alone: under another name the rule would never find them.
      const code = countryCode(country);
      if (code === country) continue;
      const meant = code === null ? 'which is no country' : `which is written ${code}`;
      this.report('unknown-country', rule, `the rule ${rule.id} names ${country}, ${meant}`);
    }
  }

  private checkCondition({ spec, condition, unsure }: Rule): void {
    // What its segments name is told of them.
    const own = spec.scope.segments.length === 0 ? condition : new Condition(spec.when);
    for (const text of noZonesIn(own))
      this.report('unknown-zone', spec, `the rule ${spec.id} names ${text}, which is no time zone`);
    if (condition.source === 'true') return;
    if (condition.isImpossible) {
      const message =
        unsure.length === 0
          ? `the rule ${spec.id} can never match: its condition contradicts itself`
          : `the rule ${spec.id} can match only while ${unsure.join(' or ')} is not known: its condition contradicts itself`;
      this.report('never-matches', spec, message);
    } else if (condition.isCertain) {
      this.report(
        'always-matches',
        spec,
        `the rule ${spec.id} always matches: nothing makes its condition false, so leave it out if that is meant`,
      );
    }
  }

  /** Names that no time zone has, in the conditions of what is no rule. */
  private checkZones(): void {
    const { segments, triggers, actions, templates } = this.bundle;
    const conditions = [
      ...[...segments.values()].map((spec) => ({ kind: 'segment', spec, when: spec.when })),
      ...[...triggers.values()].map(({ spec, when }) => ({ kind: 'trigger', spec, when: when.source })),
      ...[...actions.values()].map(({ spec }) => ({ kind: 'action', spec, when: spec.eligible })),
      ...[...templates.values()].map(({ spec }) => ({ kind: 'template', spec, when: spec.when })),
    ];
    for (const { kind, spec, when } of conditions)
      for (const text of noZonesIn(new Condition(when))) {
        const message = `the ${kind} ${spec.id} names ${text}, which is no time zone`;
        this.found.push(found(this.bundle, 'unknown-zone', `${kind}s/${spec.id}`, spec.owner, message));
      }
  }

  private checkLimit(rule: Limit): void {
    for (const cap of rule.caps) {
      if (cap.max === 0)
        this.report('cap-never', rule, `the rule ${rule.id} has a cap of 0 per ${cap.per}: that means never`);
    }
  }

  /** Rules that leave an action none of its channels, alone or together: limits, and what suppresses whoever it is. */
  private checkChannels(): void {
    const limits = this.rules.filter(
      (rule) =>
        (rule.spec.effect === 'limit' && rule.spec.channels !== undefined) || suppressesEverybody(rule),
    );
    for (const action of this.actions) {
      const left = new Set(action.channels.filter((id) => this.bundle.channels.get(id)?.enabled === true));
      if (left.size === 0) continue;
      const by: Rule[] = [];
      for (const rule of limits) {
        const { spec } = rule;
        const allowed = spec.effect === 'limit' ? spec.channels : [];
        const refused = [...left].filter(
          (channel) => rule.places.has(`${action.id} ${channel}`) && allowed?.includes(channel) === false,
        );
        if (refused.length === 0 || !by.every((each) => this.canMeet(each, rule))) continue;
        by.push(rule);
        for (const channel of refused) left.delete(channel);
        if (left.size > 0) continue;
        const ids = by.map((each) => each.spec.id).join(' and ');
        const rules = by.length === 1 ? `the rule ${ids} leaves` : `the rules ${ids} together leave`;
        this.report('no-channel', spec, `${rules} the action ${action.id} no channel where they match`);
        break;
      }
    }
  }

  /** Rules of which one requires what the other forbids. */
  private checkTexts(): void {
    const limits = this.rules.filter(({ spec }) => spec.effect === 'limit');
    const requiring = limits.filter(({ spec }) => spec.effect === 'limit' && spec.requiredText.length > 0);
    const forbidding = limits.filter(({ spec }) => spec.effect === 'limit' && spec.forbiddenText.length > 0);
    for (const rule of requiring)
      for (const other of forbidding) {
        const text = contradiction(rule.spec, other.spec);
        if (text === null || !shareAPlace(rule, other) || (rule !== other && !this.canMeet(rule, other)))
          continue;
        this.report(
          'no-text',
          rule.spec,
          rule === other
            ? `the rule ${rule.spec.id} requires “${text}” and forbids it`
            : `the rule ${rule.spec.id} requires “${text}”, which ${other.spec.id} forbids: where both match no text will do`,
        );
        break;
      }
  }

  /** Rules whose hours have none in common, of those that may match at the same place. */
  private checkHours(): void {
    const limits = this.rules.filter(({ spec }) => spec.effect === 'limit' && spec.hours !== undefined);
    for (const [i, rule] of limits.entries()) {
      const other = limits
        .slice(0, i)
        .find(
          (each) =>
            this.mayLook(rule) &&
            !haveHourInCommon(each.spec, rule.spec) &&
            shareAPlace(each, rule) &&
            this.canMeet(each, rule),
        );
      if (other === undefined) continue;
      const rules = `the rules ${other.spec.id} and ${rule.spec.id} together leave`;
      this.report('no-hours', rule.spec, `${rules} no hour of the week where both match`);
    }
  }

  /** Whether two rules may match together for somebody of whom everything is known. */
  private canMeet(a: Rule, b: Rule): boolean {
    const [own, others] = [a.spec.scope.countries, b.spec.scope.countries];
    if (own.length > 0 && others.length > 0 && !own.some((country) => others.includes(country))) return false;
    return this.mayCompare(a, b) && !a.condition.excludes(b.condition);
  }

  private mayCompare({ condition }: Rule, other: Rule): boolean {
    this.effort += condition.effortOf(other.condition);
    if (this.effort > MOST_EFFORT) this.endedAt ??= other;
    return this.effort <= MOST_EFFORT;
  }

  private mayLook(rule: Rule): boolean {
    this.pairs++;
    if (this.pairs > MOST_PAIRS) this.endedAt ??= rule;
    return this.pairs <= MOST_PAIRS;
  }

  private checkShadows(): void {
    const twins = this.firstOfTwins();
    for (const rule of this.rules) {
      if (rule.condition.isImpossible || rule.places.size === 0) continue;
      const twin = twins.get(twinKey(rule));
      const other =
        twin !== undefined && twin !== rule
          ? twin
          : this.rarest(rule).find(
              (each) =>
                each !== rule &&
                twins.get(twinKey(each)) === each &&
                this.mayLook(rule) &&
                this.shadows(each, rule),
            );
      if (other !== undefined)
        this.report(
          'shadowed',
          rule.spec,
          `the rule ${rule.spec.id} changes nothing: wherever it matches, ${other.spec.id} is at least as strict`,
        );
    }
  }

  /** Of rules that say the same at the same places, the one with the first id: the others are idle, however many there are. */
  private firstOfTwins(): Map<string, Rule> {
    const first = new Map<string, Rule>();
    for (const rule of this.rules) {
      const key = twinKey(rule);
      const known = first.get(key);
      if (known === undefined || rule.spec.id < known.spec.id) first.set(key, rule);
    }
    return first;
  }

  /** What is asked wherever a rule is, is asked at each of its places: so of these the one where the fewest are. */
  private rarest({ places }: Rule): readonly Rule[] {
    const there = [...places].map((place) => this.atPlace.get(place) ?? []);
    return there.reduce((fewest, each) => (each.length < fewest.length ? each : fewest));
  }

  private shadows(stricter: Rule, rule: Rule): boolean {
    const [a, b] = [stricter.spec, rule.spec];
    if (!isStricter(a, b) || !isAskedWherever(stricter, rule)) return false;
    // Of two that are alike the later one is the idle one.
    if (a.id > b.id && isStricter(b, a) && isAskedWherever(rule, stricter) && alike(rule, stricter))
      return false;
    if (a.expires !== undefined && (b.expires === undefined || a.expires < b.expires)) return false;
    const { condition } = stricter;
    if (condition.source === 'true' || condition.source === rule.condition.source) return true;
    if (!this.mayCompare(rule, stricter)) return false;
    // What is unknown to one of them may be known to the other.
    return stricter.unsure.length > 0 || rule.unsure.length > 0
      ? rule.condition.impliesWithUnknowns(condition)
      : rule.condition.implies(condition);
  }
}

/** Texts that stand for a time zone, or read like one, and are none. */
function noZonesIn({ texts, zoneTexts }: Condition): string[] {
  const looksLikeZone = texts.filter((text) => /^[A-Z][A-Za-z_]+\/[A-Z][A-Za-z_+-]+$/.test(text));
  return [...new Set([...looksLikeZone, ...zoneTexts])].filter((text) => !isZone(text));
}

/** What says whose a rule is and why, and where it is asked; the last is compared by what comes of it. */
const PAPERS = new Set([
  ...['id', 'title', 'reason', 'severity', 'owner', 'source', 'asOf', 'reviewed'],
  ...['scope', 'when'],
]);
const twinKeys = new WeakMap<Rule, string>();

/** What rules have in common that do the same, wherever and whenever: everything but their names and papers. */
function twinKey(rule: Rule): string {
  let key = twinKeys.get(rule);
  if (key === undefined) {
    const does = Object.entries(rule.spec).filter(([member]) => !PAPERS.has(member));
    const countries = [...rule.spec.scope.countries].sort();
    key = JSON.stringify([does, countries, [...rule.places].sort(), rule.condition.source]);
    twinKeys.set(rule, key);
  }
  return key;
}

/** A rule that stands in everybody's way at all of its places. */
function suppressesEverybody({ spec, condition }: Rule): boolean {
  const always = condition.source === 'true' || condition.isCertain;
  return (
    (spec.effect === 'suppress' || spec.effect === 'handoff') && always && spec.scope.countries.length === 0
  );
}

/** What one requires although the other forbids it, or a part of it; null where there is no such text. */
function contradiction(requires: Guardrail, forbids: Guardrail): string | null {
  if (requires.effect !== 'limit' || forbids.effect !== 'limit') return null;
  const forbidden = forbids.forbiddenText.map((text) => text.toLowerCase());
  return (
    requires.requiredText.find((text) => forbidden.some((each) => text.toLowerCase().includes(each))) ?? null
  );
}

/** Whether a rule's scope covers an action on one of its channels at least. */
export function covers(scope: Scope, action: Action): boolean {
  return (
    (scope.actions.length === 0 || scope.actions.includes(action.id)) &&
    (scope.classes.length === 0 || scope.classes.includes(action.class)) &&
    (scope.channels.length === 0 || scope.channels.some((channel) => action.channels.includes(channel))) &&
    (scope.tags.length === 0 || scope.tags.some((tag) => action.tags.includes(tag))) &&
    !scope.exceptActions.includes(action.id) &&
    !scope.exceptTags.some((tag) => action.tags.includes(tag))
  );
}

function coversChannel(scope: Scope, channel: string): boolean {
  return scope.channels.length === 0 || scope.channels.includes(channel);
}

function shareAPlace(a: Rule, b: Rule): boolean {
  return [...a.places].some((place) => b.places.has(place));
}

/** Windows end on the day they begin. Times are written alike, so texts compare as times do. */
function haveHourInCommon(a: Guardrail, b: Guardrail): boolean {
  const [own = [], others = []] = [a, b].map((rule) => (rule.effect === 'limit' ? rule.hours : undefined));
  return own.some((one) =>
    others.some(
      (other) =>
        one.from < other.to && other.from < one.to && one.days.some((day) => other.days.includes(day)),
    ),
  );
}

/** Whether one is asked wherever the other is. Segments are part of the condition. */
function isAskedWherever(wider: Rule, narrower: Rule): boolean {
  const countries = wider.spec.scope.countries;
  const own = narrower.spec.scope.countries;
  return (
    narrower.places.size > 0 &&
    [...narrower.places].every((place) => wider.places.has(place)) &&
    (countries.length === 0 || (own.length > 0 && own.every((country) => countries.includes(country))))
  );
}

function alike(a: Rule, b: Rule): boolean {
  return a.condition.source === b.condition.source && a.spec.expires === b.spec.expires;
}

/** Whether what one does is at least what the other does. A hand-off makes a task, which nothing else does. */
export function isStricter(a: Guardrail, b: Guardrail): boolean {
  const isInTheWay = a.effect === 'suppress' || a.effect === 'handoff';
  switch (b.effect) {
    case 'handoff':
      return a.effect === 'handoff' && a.handTo === b.handTo;
    case 'suppress':
      return isInTheWay;
    case 'review':
      return isInTheWay || (a.effect === 'review' && a.tier >= b.tier);
    case 'limit':
      return isInTheWay || (a.effect === 'limit' && limitsWithin(a, b));
  }
}

function limitsWithin(a: Limit, b: Limit): boolean {
  return (
    b.caps.every((cap) => a.caps.some((own) => capWithin(own, cap))) &&
    hoursWithin(a, b) &&
    b.notOn.every((date) => a.notOn.includes(date)) &&
    (b.channels === undefined || a.channels?.every((channel) => b.channels?.includes(channel)) === true) &&
    b.requiredText.every((text) => a.requiredText.includes(text)) &&
    b.forbiddenText.every((text) => a.forbiddenText.includes(text)) &&
    (b.maxDiscountPercent === undefined ||
      (a.maxDiscountPercent !== undefined && a.maxDiscountPercent <= b.maxDiscountPercent))
  );
}

function capWithin(a: Cap, b: Cap): boolean {
  const counts = (wide: readonly string[], narrow: readonly string[]): boolean =>
    wide.length === 0 || (narrow.length > 0 && narrow.every((each) => wide.includes(each)));
  return (
    a.max <= b.max &&
    a.over === b.over &&
    a.of === b.of &&
    durationMs(a.per) >= durationMs(b.per) &&
    counts(a.channels, b.channels) &&
    counts(a.tags, b.tags) &&
    counts(a.classes, b.classes)
  );
}

/** Each window of the stricter lies inside one of the other's. Times are written alike, so texts compare as times do. */
function hoursWithin(a: Limit, b: Limit): boolean {
  if (b.hours === undefined) return true;
  return (
    a.hours?.every((own) =>
      b.hours?.some(
        ({ from, to, days }) =>
          from <= own.from && own.to <= to && own.days.every((day) => days.includes(day)),
      ),
    ) === true
  );
}

/** Rules and templates that are over, or will be within a month. @param now ISO 8601. */
export function expiries(bundle: Bundle, now: string): Finding[] {
  const items = [
    ...bundle.guardrails.map(({ spec }) => ({
      ...spec,
      key: `guardrails/${spec.id}`,
      what: `rule ${spec.id}`,
    })),
    ...[...bundle.templates.values()].map(({ spec }) => ({ ...spec, key: `templates/${spec.id}`, what: `template ${spec.id}` })), // prettier-ignore
  ];
  return items.flatMap(({ expires, key, what, owner }) => {
    if (expires === undefined) return [];
    const left = Math.ceil((Date.parse(`${expires}T00:00:00Z`) + DAY_MS - Date.parse(now)) / DAY_MS);
    if (left <= 0) return [found(bundle, 'expired', key, owner, `the ${what} expired on ${expires}`)];
    if (left > SOON_DAYS) return [];
    const when = left === 1 ? 'today' : `in ${left} days`;
    return [found(bundle, 'expires', key, owner, `the ${what} expires on ${expires}, ${when}`)];
  });
}

function found(bundle: Bundle, code: Finding['code'], key: string, owner: string, message: string): Finding {
  const place = bundle.places.get(key) ?? { file: '', line: 1, column: 1 };
  return { ...place, code, subject: key, owner, message };
}
