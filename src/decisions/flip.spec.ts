import { action, bundle, gives, guardrail, NOW, past, situation } from '../../test/fixtures/playbook.js';
import { toFlipAnswer } from './answer.js';
import { decide } from './decide.js';
import { PRIOR_MODELS } from './decision.js';
import { applyChange, type Case } from './change.js';
import { flips } from './flip.js';

const found = (given: Case) => flips(given, PRIOR_MODELS, 'seed');
const words = (given: Case) => found(given).map(toFlipAnswer);

const cases: Record<string, Case> = {
  'one rule that suppresses': {
    bundle: bundle({ guardrails: [guardrail({ id: 'quiet', effect: 'suppress' })] }),
    situation: situation(),
  },
  'a hand-off': {
    bundle: bundle({ guardrails: [guardrail({ id: 'complaint', effect: 'handoff' })] }),
    situation: situation(),
  },
  'consent that nobody gave': { bundle: bundle({}), situation: situation({ profile: { consents: [] } }) },
  'a suppressed address': {
    bundle: bundle({}),
    situation: situation({ suppressions: [{ channel: 'email', reason: 'manual', at: NOW }] }),
  },
  'an open task': {
    bundle: bundle({}),
    situation: situation({ openTasks: [{ id: 'tsk_1', code: 'complaint', reason: 'a complaint' }] }),
  },
  'a person held out': {
    bundle: bundle({ actions: [action({ id: 'welcome', holdout: 0.5 })] }),
    situation: situation({ profile: { id: 'prf_2' } }),
  },
  'too little value': {
    bundle: bundle({ actions: [action({ id: 'welcome', value: 33 })] }),
    situation: situation(),
  },
  'a full cap': {
    bundle: bundle({
      guardrails: [guardrail({ id: 'weekly', effect: 'limit', caps: [{ max: 1, per: '1w' }] })],
    }),
    situation: situation({ history: [past({ at: '2026-06-30T08:00:00.000Z' })] }),
  },
  'two rules at once': {
    bundle: bundle({
      guardrails: [
        guardrail({ id: 'one', effect: 'suppress' }),
        guardrail({ id: 'two', effect: 'suppress' }),
      ],
    }),
    situation: situation(),
  },
  'a message that goes': { bundle: bundle({}), situation: situation() },
  'a message that is owed': {
    bundle: bundle({ actions: [action({ id: 'receipt', class: 'transactional' })] }),
    situation: situation({ actions: ['receipt'] }),
  },
};

describe('what would have flipped it', () => {
  it.each(Object.entries(cases))('for %s flips when it is applied', (_name, given) => {
    const before = decide(given.bundle, given.situation, PRIOR_MODELS, 'seed');
    const all = found(given);
    expect(all.length).toBeGreaterThan(0);
    for (const { changes, becomes } of all) {
      const changed = changes.reduce(applyChange, given);
      const after = decide(changed.bundle, changed.situation, PRIOR_MODELS, 'seed');
      expect(after).toMatchObject(becomes);
      expect([after.outcome, after.action, after.channel]).not.toEqual([
        before.outcome,
        before.action,
        before.channel,
      ]);
    }
  });

  it('is said in plain words', () => {
    const say = (name: string) => words(cases[name] ?? { bundle: bundle({}), situation: situation() });
    expect(say('one rule that suppresses')).toEqual([
      { change: 'if rule quiet did not apply', becomes: 'act: welcome by email' },
    ]);
    expect(say('too little value')).toEqual([
      { change: 'if welcome were worth 100.01', becomes: 'act: welcome by email' },
    ]);
    expect(say('two rules at once')).toEqual([
      { change: 'if rule one did not apply and rule two did not apply', becomes: 'act: welcome by email' },
    ]);
    expect(say('a message that goes')).toEqual([
      { change: 'if consent for general on email were denied', becomes: 'hold' },
      { change: 'if welcome were worth 100', becomes: 'hold' },
      { change: 'if a task were open for the person', becomes: 'hold' },
    ]);
  });

  it('is the smallest: no set of changes where one suffices', () => {
    const given: Case = {
      bundle: bundle({
        actions: [action({ id: 'a' }), action({ id: 'b' })],
        guardrails: [
          guardrail({ id: 'on-a', effect: 'suppress', scope: { actions: ['a'] } }),
          guardrail({ id: 'on-b', effect: 'suppress', scope: { actions: ['b'] } }),
          guardrail({ id: 'also-on-b', effect: 'suppress', scope: { actions: ['b'] } }),
        ],
      }),
      situation: situation(),
    };
    expect(words(given)).toEqual([{ change: 'if rule on-a did not apply', becomes: 'act: a by email' }]);
  });

  it('is empty where nothing that can be changed would help', () => {
    const given: Case = {
      bundle: bundle({ actions: [action({ id: 'welcome' }, { is: gives(false) })] }),
      situation: situation(),
    };
    expect(found(given)).toEqual([]);
  });
});
