import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fact, gives, guardrail, happened, NOW, reads, situation } from '../../test/fixtures/playbook.js';
import { decide } from '../decisions/decide.js';
import { PRIOR_MODELS } from '../decisions/decision.js';
import { keptResult } from '../decisions/kept-result.js';
import { type Situation } from '../decisions/situation.js';
import {
  type Bundle,
  type CompiledAction,
  type CompiledGuardrail,
  type CompiledTrigger,
} from '../policies/bundle.js';
import { compilePlaybook } from '../policies/compiler.js';
import { type Trigger, vocabularySchema } from '../policies/playbook.js';
import { canonicalJson, type Json } from '../shared/canonical-json.js';
import { sha256Hex } from '../shared/hash.js';
import {
  Counting,
  decideAgain,
  EMPTY_TALLY,
  joined,
  MOST_LISTED,
  type StoredCase,
  type Tally,
  type Target,
  withinList,
} from './replay.js';
import { type Affected } from './affected.js';

const shipped: Record<string, string> = Object.fromEntries(
  readdirSync('policies', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml') && !path.startsWith('tests/'))
    .map((path) => [path, readFileSync(join('policies', path), 'utf8')]),
);
function compiled(files: Record<string, string>): Bundle {
  const result = compilePlaybook(files);
  if (!result.ok) throw new Error(result.errors.map(({ file, message }) => `${file} ${message}`).join('\n'));
  return result.bundle;
}
const then = compiled(shipped);
const TRAIT = 'traits:\n  loyalty: { type: number, absent: unknown }\n';
const RULE =
  '{ id: loyal, title: T, reason: R, owner: me, effect: suppress, scope: { actions: [win-back-30] }, when: profile.traits.loyalty < 3 }';
const now = compiled({
  ...shipped,
  'vocabulary.yaml': (shipped['vocabulary.yaml'] ?? '').replace('traits:\n', TRAIT),
  'guardrails/loyal.yaml': RULE,
});

/** One stored decision, made under the earlier playbook (or another) and decided again. */
function counted(
  replayed: Pick<Target, 'bundle' | 'former'> & Partial<Target>,
  given: Situation,
  more: Partial<StoredCase> = {},
  under = then,
): Tally {
  const target: Target = { engine: 'here', modelDrafts: false, ...replayed };
  const seed = more.seed ?? 'seed';
  const result = canonicalJson(keptResult(decide(under, given, PRIOR_MODELS, seed)));
  const stored: StoredCase = {
    id: 'dec_1',
    createdAt: NOW,
    mode: 'execute',
    bundleHash: under.hash,
    engine: 'here',
    models: canonicalJson(PRIOR_MODELS.versions),
    seed,
    situation: given,
    resultHash: sha256Hex(result),
    outcome: null,
    ...more,
  };
  const counting = new Counting(target);
  counting.add(decideAgain(target, stored), result);
  return counting.counted.tally;
}

/** Somebody with these traits, decided about under the earlier playbook, replayed under the later one. */
function replayed(traits: Record<string, number>, playbook = now): Tally {
  const plain = situation({ actions: ['win-back-30'] });
  const given: Situation = {
    ...plain,
    profile: { ...plain.profile, traits: { ...plain.profile.traits, ...traits } },
  };
  return counted({ bundle: playbook, former: () => then }, given);
}

describe('a rule on a field that is new', () => {
  it('is not judged by a situation of before that lacks it: nobody recorded it', () => {
    expect(replayed({})).toMatchObject({
      notRecorded: 1,
      changed: 0,
      missing: { 'profile.traits.loyalty': 1 },
    });
  });

  it('is judged where the situation holds it all the same', () => {
    expect(replayed({ loyalty: 1 })).toMatchObject({ notRecorded: 0, changed: 1, missing: {} });
  });
});

describe('what else differs where something was not recorded', () => {
  it('is named beside it', () => {
    const both = compiled({
      ...now.files,
      'guardrails/never.yaml':
        '{ id: never, title: T, reason: R, owner: me, effect: suppress, scope: { actions: [win-back-30] }, when: "true" }',
    });
    expect(replayed({}, both)).toMatchObject({
      notRecorded: 1,
      notRecordedToo: 1,
      changed: 0,
      missing: { 'profile.traits.loyalty': 1 },
      besides: { 'guardrail:never': 1 },
    });
  });

  it('is nothing where only the rule that reads it differs', () => {
    expect(replayed({})).toMatchObject({ notRecorded: 1, notRecordedToo: 0, besides: {} });
  });
});

describe('what was not recorded and is not read in a decision', () => {
  const offer = fact({ id: 'offer-welcome-10', kind: 'offer', data: { percent: 10, code: 'HELLO10' } });
  const welcome = situation({ actions: ['welcome'], facts: [offer] });
  const letter = situation({ actions: ['win-back-30'] });
  const ruled = (bundle: Bundle, hash: string, ...rules: CompiledGuardrail[]): Bundle => {
    const replaced = new Set(rules.map(({ spec }) => spec.id));
    const others = bundle.guardrails.filter(({ spec }) => !replaced.has(spec.id));
    return { ...bundle, hash, guardrails: [...others, ...rules] };
  };
  const under = (later: Bundle, given: Situation, made = then): Tally =>
    counted({ bundle: later, former: () => made }, given, {}, made);

  it('keeps nothing from being judged', () => {
    const never = guardrail({ id: 'never', effect: 'suppress', scope: { actions: ['welcome'] } });
    const both = ruled(now, 'both', never);
    expect(under(both, welcome)).toMatchObject({ notRecorded: 0, changed: 1, messages: { lost: 1 } });
    expect(under(both, letter)).toMatchObject({ notRecorded: 1, changed: 0 });
    const scope = { actions: ['win-back-30'] };
    const long = guardrail({ id: 'seldom', effect: 'limit', scope, caps: [{ max: 9, per: '120d' }] });
    const seldom = ruled(then, 'seldom', never, long);
    expect(under(seldom, welcome)).toMatchObject({ notRecorded: 0, changed: 1, messages: { lost: 1 } });
    expect(under(seldom, letter)).toMatchObject({ notRecorded: 1, missing: { 'messages of longer ago': 1 } });
  });

  it('is told apart from what is, where a decision comes out the same', () => {
    const rule = (source: string, more: Partial<CompiledGuardrail> = {}): CompiledGuardrail => ({
      ...guardrail({ id: 'big', effect: 'suppress', scope: { actions: ['win-back-30'] } }, { ...gives(false), source }), // prettier-ignore
      ...more,
    });
    const before = ruled(then, 'before', rule('false'));
    const declared = vocabularySchema.parse({ context: { basket: { type: 'number', absent: { default: 0 } } } }); // prettier-ignore
    const later = (more: Partial<CompiledGuardrail> = {}): Bundle => ({
      ...ruled(before, 'later', rule('context.basket > 100', more)),
      vocabulary: { ...then.vocabulary, context: { ...then.vocabulary.context, ...declared.context } },
    });
    const asBefore = { reproduced: 1, notRecorded: 0, changed: 0 };
    expect(under(later(), letter, before)).toMatchObject({
      reproduced: 0,
      notRecorded: 1,
      missing: { 'context.basket': 1 },
    });
    expect(under(later(), { ...letter, context: { basket: 5 } }, before)).toMatchObject(asBefore);
    expect(under(later(), welcome, before)).toMatchObject(asBefore);
    const trigger = { id: 'silent-30', firingId: 'fir_1', evidence: {} };
    expect(under(later(), { ...letter, trigger }, before)).toMatchObject(asBefore);
    // It is filed under something that is known.
    const requiring = (value: string): CompiledGuardrail['requires'] => ({
      of: { ...gives(value), source: 'signal.event' },
      among: ['Order Completed'],
    });
    expect(under(later({ requires: requiring('Signed Up') }), letter, before)).toMatchObject(asBefore);
    expect(under(later({ requires: requiring('Order Completed') }), letter, before)).toMatchObject({ notRecorded: 1 }); // prettier-ignore
  });

  it('is what a trigger that is otherwise reads', () => {
    const silent = then.triggers.get('silent-30');
    if (silent === undefined) throw new Error('the shipped playbook has no trigger silent-30');
    const when = { ...gives(false), source: 'profile.traits.loyalty > 3' };
    const other = { ...silent, when, spec: { ...silent.spec, title: 'Loyal' } };
    const later = { ...now, hash: 'loyal', triggers: new Map([['silent-30', other]]) };
    const trigger = { id: 'silent-30', firingId: 'fir_1', evidence: {} };
    expect(under(later, { ...letter, trigger })).toMatchObject({
      notRecorded: 1,
      notRecordedToo: 0,
      missing: { 'profile.traits.loyalty': 1 },
    });
  });
});

describe('a rule on what was bought', () => {
  const RULE = {
    'guardrails/bought.yaml':
      '{ id: bought, title: T, reason: R, owner: me, effect: suppress, scope: { actions: [win-back-30] }, when: size(profile.bought30d) == 0 }',
  };
  const shippedRule = /- id: bought-already[^]*?(?=- id: )/;
  const without = compiled({
    ...shipped,
    'guardrails/restraint.yaml': (shipped['guardrails/restraint.yaml'] ?? '').replace(shippedRule, ''),
  });
  const plain = situation({ actions: ['win-back-30'] });
  const lately = {
    total: 1,
    firstAt: NOW,
    lastAt: NOW,
    recent: [Date.parse(NOW)],
    days: { [NOW.slice(0, 10)]: 1 },
  };
  const ordered: Situation = {
    ...plain,
    profile: { ...plain.profile, events: { ...plain.profile.events, 'Order Completed': lately } },
  };
  const later = compiled({ ...without.files, ...RULE });

  const under = (made: Bundle, given: Situation): Tally =>
    counted({ bundle: later, former: () => made }, given, {}, made);

  it('is not judged by situations of before that counted an order and kept no products', () => {
    expect(under(without, ordered)).toMatchObject({ missing: { 'profile.bought30d': 1 }, changed: 0 });
  });

  it('is judged where nothing was ordered, and reproduces what it decided itself', () => {
    expect(under(without, plain)).toMatchObject({ notRecorded: 0, missing: {} });
    expect(under(later, ordered)).toMatchObject({ reproduced: 1, notRecorded: 0 });
  });
});

describe('what a playbook asks for that nobody gathered then', () => {
  const hasty: Bundle = {
    ...then,
    hash: 'hasty',
    actions: new Map(
      [...then.actions].map(([id, each]) => [id, { ...each, spec: { ...each.spec, bestHours: false } }]),
    ),
  };
  const under = (made: Bundle, given: Situation, later = then): Tally =>
    counted({ bundle: later, former: () => made }, given, {}, made);
  const missed = (what: string) => ({ notRecorded: 1, reproduced: 0, changed: 0, missing: { [what]: 1 } });

  it('is when messages are answered, for one that would wait for a better hour', () => {
    const given = situation({ actions: ['win-back-30'] });
    expect(under(hasty, given)).toMatchObject(missed('when messages on email are answered'));
    // Asked for then: nothing was counted, and that is known.
    expect(under({ ...then, hash: 'alike' }, given)).toMatchObject({ reproduced: 1, notRecorded: 0 });
    const refused = situation({ actions: ['win-back-30'], profile: { consents: [] } });
    expect(under(hasty, refused)).toMatchObject({ reproduced: 1, notRecorded: 0 });
  });

  it('is whether a model writes it, where that needs the time of a signature', () => {
    const slow = { ...then, hash: 'slow', engine: { ...then.engine, reviewTime: '4h' } };
    const offer = fact({ id: 'offer-comeback-15', kind: 'offer', data: { percent: 15, code: 'BACK15' } });
    const events = { 'Order Completed': happened('2026-04-20T08:00:00.000Z') };
    const given = (action: string) => situation({ actions: [action], facts: [offer], profile: { events } });
    expect(under(then, given('win-back-60'), slow)).toMatchObject(
      missed('whether a model writes win-back-60'),
    );
    expect(under(then, given('win-back-30'), slow)).toMatchObject({ reproduced: 1, notRecorded: 0 });
    // A rule asks for a signature then as now: it is known that it waits for one.
    const unknown = situation({ actions: ['win-back-60'], facts: [offer] });
    expect(under(then, unknown, slow)).toMatchObject({ changed: 1, messages: { retimed: 1 }, missing: {} });
  });

  it('is what would have been advised, for a trigger that asks now', () => {
    const [asking] = [...then.triggers.values()].filter(({ spec }) => spec.advice !== undefined);
    if (asking === undefined) throw new Error('a shipped trigger asks for advice');
    const { advice, ...spec } = { ...asking.spec, actions: ['win-back-30'] };
    const asks: Bundle = { ...then, hash: 'asks', triggers: new Map([[spec.id, { ...asking, spec: { ...spec, advice } }]]) }; // prettier-ignore
    const silent: Bundle = { ...then, hash: 'silent', triggers: new Map([[spec.id, { ...asking, spec }]]) };
    const trigger = { id: spec.id, firingId: 'fir_1', evidence: {} };
    const given = situation({ actions: spec.actions, trigger });
    expect(under(silent, given, asks)).toMatchObject(missed('what would have been advised'));
    expect(under(silent, { ...given, trigger: null }, asks)).toMatchObject({ reproduced: 1, notRecorded: 0 });
  });
});

describe('a trigger that is otherwise', () => {
  const triggered = (
    trigger: string,
    evidence: Record<string, Json>,
    more: Partial<Situation> = {},
  ): Situation =>
    // prettier-ignore
    situation({
      trigger: { id: trigger, firingId: 'fir_1', evidence },
      actions: then.triggers.get(trigger)?.spec.actions ?? [],
      ...more,
    });
  const signal = (event: string): Situation['signal'] => ({ type: 'track', event, properties: {}, messageId: 'm', at: NOW }); // prettier-ignore
  const offer = fact({ id: 'offer-welcome-10', kind: 'offer', data: { percent: 10, code: 'HELLO10' } });
  const signedUp = triggered(
    'signed-up',
    { event: 'Signed Up' },
    { signal: signal('Signed Up'), facts: [offer] },
  );
  const silent = triggered('silent-30', { for: '30d' });
  /** The shipped playbook with one trigger otherwise. */
  const changed = (id: string, spec: Partial<Trigger>, more: Partial<CompiledTrigger> = {}): Bundle => {
    const trigger = then.triggers.get(id);
    if (trigger === undefined) throw new Error(`the shipped playbook has no trigger ${id}`);
    const other = { ...trigger, ...more, spec: { ...trigger.spec, ...spec } as Trigger };
    return { ...then, hash: `${id} otherwise`, triggers: new Map([...then.triggers, [id, other]]) };
  };
  const without = (id: string): Bundle => ({
    ...then,
    hash: `without ${id}`,
    triggers: new Map([...then.triggers].filter(([each]) => each !== id)),
  });
  const under = (later: Bundle, given: Situation, made = then): Tally =>
    counted({ bundle: later, former: () => made }, given, {}, made);
  const lostBy = (trigger: string) => ({
    changed: 1,
    notRecorded: 0,
    messages: { lost: 1, gained: 0 },
    causes: { [`trigger:${trigger}`]: { lost: 1, gained: 0 } },
  });
  const asBefore = { reproduced: 1, changed: 0, causes: {} };

  it('puts up nothing where it is gone, and its messages are lost', () => {
    expect(under(without('signed-up'), signedUp)).toMatchObject(lostBy('signed-up'));
    expect(under(without('silent-30'), signedUp)).toMatchObject(asBefore);
  });

  it('puts up what the replayed playbook lists, and what it no longer lists is lost', () => {
    const listing = (...actions: string[]): Bundle => changed('signed-up', { actions });
    expect(under(listing('care-guide'), signedUp)).toMatchObject(lostBy('signed-up'));
    expect(under(listing('welcome', 'win-back-30'), signedUp)).toMatchObject({ changed: 1, messages: { lost: 0 } }); // prettier-ignore
    expect(under(listing('welcome'), signedUp)).toMatchObject(asBefore);
  });

  it('puts up nothing where it would not have fired', () => {
    const when = (condition: CompiledTrigger['when']): Bundle =>
      changed('signed-up', { when: condition.source }, { when: condition });
    expect(under(when(gives(false)), signedUp)).toMatchObject(lostBy('signed-up'));
    expect(under(when(reads('profile.traits.age')), signedUp)).toMatchObject(asBefore);
    expect(under(changed('signed-up', { event: 'Order Delivered' }), signedUp)).toMatchObject(lostBy('signed-up')); // prettier-ignore

    const actions = ['win-back-30'];
    const looked = triggered('keeps-looking', { event: 'Product Viewed', count: 4 }, { actions });
    expect(under(changed('keeps-looking', { atLeast: 4, actions }), looked)).toMatchObject(asBefore);
    expect(under(changed('keeps-looking', { atLeast: 5, actions }), looked)).toMatchObject(lostBy('keeps-looking')); // prettier-ignore

    const regular = triggered('became-regular', { before: 2, after: 3 }, { actions });
    const reaching = (reaches: number): Bundle => ({
      ...changed('became-regular', { reaches, actions }, { value: gives(3) }),
      hash: `reaching ${reaches}`,
    });
    expect(under(reaching(3), regular)).toMatchObject(asBefore);
    expect(under(reaching(4), regular, reaching(3))).toMatchObject(lostBy('became-regular'));
  });

  it('puts up nothing where what calls it off now is known to have happened before it fired', () => {
    const cart = then.triggers.get('checkout-abandoned')?.spec;
    if (cart?.kind !== 'inaction') throw new Error('the shipped playbook has no trigger checkout-abandoned');
    const actions = ['win-back-30'];
    const [since, firedAt] = ['2026-07-01T03:30:00.000Z', '2026-07-01T07:30:00.000Z'];
    const looked = (at: string): Situation =>
      situation({
        trigger: { id: 'checkout-abandoned', firingId: 'fir_1', evidence: { event: cart.event, since }, firedAt }, // prettier-ignore
        actions,
        profile: { events: { ...situation({}).profile.events, 'Product Viewed': happened(at) } },
      });
    const made = changed('checkout-abandoned', { actions, within: '4h' });
    const unless = (more: Partial<Trigger> = {}): Bundle => ({
      ...changed('checkout-abandoned', { actions, within: '4h', unless: [...cart.unless, 'Product Viewed'], ...more }), // prettier-ignore
      hash: 'called off',
    });
    const tally = under(unless(), looked('2026-07-01T06:30:00.000Z'), made);
    expect(tally).toMatchObject(lostBy('checkout-abandoned'));
    expect(tally.triggers).toEqual({ 'checkout-abandoned': { members: ['unless'], decisions: 0 } });
    const taken = { ...asBefore, triggers: { 'checkout-abandoned': { members: ['unless'], decisions: 1 } } };
    expect(under(unless(), looked('2026-07-01T03:29:59.000Z'), made)).toMatchObject(taken);
    // It may have happened before as well: only the last time is known.
    expect(under(unless(), looked('2026-07-01T07:30:01.000Z'), made)).toMatchObject(taken);
    // It would have fired before that happened.
    expect(under(unless({ within: '2h' }), looked('2026-07-01T06:30:00.000Z'), made)).toMatchObject({
      ...asBefore,
      triggers: { 'checkout-abandoned': { members: ['unless', 'within'], decisions: 1 } },
    });
  });

  it('is named, with how many decisions are taken as if it had fired as it did', () => {
    const tally = under(changed('silent-30', { for: '60d' }), silent);
    expect(tally).toMatchObject({
      ...asBefore,
      triggers: { 'silent-30': { members: ['for'], decisions: 1 } },
    });
    expect(joined(tally, tally).triggers).toEqual({ 'silent-30': { members: ['for'], decisions: 2 } });
    expect(under(changed('silent-30', { for: '60d' }), signedUp).triggers).toEqual({
      'silent-30': { members: ['for'], decisions: 0 },
    });
    expect(under(then, signedUp, without('silent-30')).triggers).toEqual({
      'silent-30': { members: [], decisions: 0 },
    });
    expect(under(changed('silent-30', { title: 'Otherwise called' }), silent).triggers).toEqual({});
    expect(under(without('silent-30'), silent).triggers).toEqual({});
  });

  it('is taken to have fired where its old condition fails by now too', () => {
    const failing = changed('silent-30', { title: 'Then' }, { when: gives(false) });
    expect(under(changed('silent-30', {}, { when: gives(false) }), silent, failing)).toMatchObject(asBefore);
  });

  it('brings what it puts up again', () => {
    expect(under(then, { ...silent, actions: [] }, without('silent-30'))).toMatchObject({
      messages: { lost: 0, gained: 1 },
      causes: { 'trigger:silent-30': { lost: 0, gained: 1 } },
    });
  });
});

describe('what a person has to look at', () => {
  const letter = then.actions.get('win-back-30');
  if (letter === undefined) throw new Error('the shipped playbook has no action win-back-30');
  const writtenBy = (mode: 'model' | 'template'): Bundle => {
    const { spec } = letter;
    const other: CompiledAction = { ...letter, spec: { ...spec, draft: { ...spec.draft, mode } } };
    return { ...then, hash: `written by a ${mode}`, actions: new Map([...then.actions, [spec.id, other]]) };
  };
  const [byModel, byTemplate] = [writtenBy('model'), writtenBy('template')];
  // A rule asks for somebody who never ordered.
  const events = { 'Order Completed': happened('2026-04-20T08:00:00.000Z') };
  const given = situation({ actions: ['win-back-30'], profile: { events } });
  const day = NOW.slice(0, 10);
  const reviews = (later: Bundle, made: Bundle, modelDrafts = true) => counted({ bundle: later, former: () => made, modelDrafts }, given, {}, made).reviews; // prettier-ignore

  it('is what a model writes, where there is a model', () => {
    expect(reviews(byModel, byTemplate)).toEqual({ [day]: { before: 0, after: 1 } });
    expect(reviews(byTemplate, byModel)).toEqual({ [day]: { before: 1, after: 0 } });
    expect(reviews(byModel, byModel)).toEqual({ [day]: { before: 1, after: 1 } });
    expect(reviews(byModel, byTemplate, false)).toEqual({});
    expect(reviews(byTemplate, byTemplate)).toEqual({});
  });

  it('is told from the first decision on', () => {
    expect(counted({ bundle: then, former: () => then }, given).from).toBe(NOW);
  });
});

describe('a decision that another engine made', () => {
  const given = situation({ actions: ['win-back-30'] });
  const never = guardrail({ id: 'never', effect: 'suppress', scope: { actions: ['win-back-30'] } });
  const later: Bundle = { ...then, hash: 'later', guardrails: [...then.guardrails, never] };
  const made = (more: Partial<StoredCase>, former: Target['former'] = () => then): Tally =>
    counted({ bundle: later, former }, given, { engine: 'elsewhere', ...more });

  it('is judged where this one makes the same of it under the playbook of its day', () => {
    expect(made({})).toMatchObject({
      changed: 1,
      engineChanged: 0,
      messages: { lost: 1 },
      causes: { 'guardrail:never': { lost: 1 } },
    });
  });

  it('is judged by what the first engine stored, which was what every rule said', () => {
    const first = { engine: 'countersign-1+tz2025b' };
    const full = sha256Hex(canonicalJson(decide(then, given, PRIOR_MODELS, 'seed')));
    expect(made({ ...first, resultHash: full })).toMatchObject({ changed: 1, engineChanged: 0 });
    expect(made(first)).toMatchObject({ changed: 0, engineChanged: 1 });
  });

  it('is not where this one makes something else of it, or that playbook is gone or the same', () => {
    const apart = {
      changed: 0,
      engineChanged: 1,
      messages: { lost: 0 },
      samples: { engineChanged: ['dec_1'] },
    };
    expect(made({ resultHash: sha256Hex('another') })).toMatchObject(apart);
    expect(made({}, () => null)).toMatchObject(apart);
    expect(made({ bundleHash: later.hash })).toMatchObject(apart);
  });
});

describe('what did it', () => {
  it('names the rule whose cap left no room', () => {
    const never =
      '{ id: no-letters, title: T, reason: R, owner: me, effect: limit, scope: { actions: [win-back-30] }, caps: [{ max: 0, per: 1d }] }';
    const capped = compiled({ ...shipped, 'guardrails/no-letters.yaml': never });
    const given = situation({ actions: ['win-back-30'] });
    const tally = counted({ bundle: capped, former: () => then }, given, {
      seed: 'dec_1',
      outcome: { sent: true, converted: false, lapsed: false },
    });
    expect(tally.messages.lost).toBe(1);
    expect(Object.keys(tally.causes)).toEqual(['cap:no-letters']);
  });
});

describe('who would be affected', () => {
  const done = { outcome: 'hold', action: 'hold', channel: null, sendAt: null } as const;
  const line = (id: string): Affected => ({ id, createdAt: NOW, change: 'lost', causes: [], before: done, after: done }); // prettier-ignore
  const counted = { tally: EMPTY_TALLY, affected: ['a', 'b', 'c'].map(line) };
  const noticed = (lost: number, inWords = 0): Tally => ({ ...EMPTY_TALLY, messages: { ...EMPTY_TALLY.messages, lost, inWords } }); // prettier-ignore

  it('is listed up to so many, and counted beyond', () => {
    const { tally, affected } = withinList(noticed(MOST_LISTED - 2), counted);
    expect([affected.map(({ id }) => id), tally.unlisted]).toEqual([['a', 'b'], 1]);
    const further = withinList(noticed(MOST_LISTED + 1), { ...counted, tally });
    expect([further.affected, further.tally.unlisted]).toEqual([[], 4]);
  });

  it('is all listed where nobody but a reader of records would notice', () => {
    expect(withinList(noticed(0, MOST_LISTED), counted)).toEqual(counted);
  });
});
