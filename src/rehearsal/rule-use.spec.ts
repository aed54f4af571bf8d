import { action, bundle, guardrail, situation } from '../../test/fixtures/playbook.js';
import { decide } from '../decisions/decide.js';
import { PRIOR_MODELS } from '../decisions/decision.js';
import { type Situation } from '../decisions/situation.js';
import { type CompiledGuardrail } from '../policies/bundle.js';
import { joinedUses, type RuleUse, RuleUses } from './rule-use.js';

const HOUR = 3_600_000;
/** A tenth of 4,000 less a contact of 10. */
const WORTH = 390;

function used(
  rules: readonly CompiledGuardrail[],
  { given = {}, lapsed = false, spec = {} }: { given?: Partial<Situation>; lapsed?: boolean; spec?: Record<string, unknown> } = {}, // prettier-ignore
): Record<string, RuleUse> {
  const playbook = bundle({
    actions: [action({ id: 'news', value: 4_000, validFor: '2d', ...spec })],
    guardrails: rules,
  });
  const about = situation({ actions: ['news'], ...given });
  const result = decide(playbook, about, PRIOR_MODELS, 'seed');
  const uses = new RuleUses(playbook);
  uses.add({ result, situation: about, lapsed });
  return uses.counted;
}

const limit = (id: string, spec: Record<string, unknown>): CompiledGuardrail =>
  guardrail({ id, effect: 'limit', ...spec });
const noon = { hours: [{ from: '16:00', to: '18:00', days: [1, 2, 3, 4, 5, 6, 7] }] };

describe('what a rule costs', () => {
  it.each([
    ['suppresses', guardrail({ id: 'only', effect: 'suppress' })],
    ['leaves no room', limit('only', { caps: [{ max: 0, per: '1d' }] })],
    ['leaves no channel', limit('only', { channels: ['onsite'] })],
    ['leaves no hour', limit('only', { hours: [{ from: '09:00', to: '10:00', days: [7] }] })],
  ])('is what it holds back alone, where it %s, and nothing else would have', (_how, rule) => {
    expect(used([rule])['only']).toMatchObject({ matched: 1, alone: 1, worth: WORTH, delayed: 0 });
    // Without it the message leaves: it alone did it.
    expect(used([])).toEqual({});
    const two = used([rule, guardrail({ id: 'other', effect: 'suppress' })]);
    expect([two['only'], two['other']]).toEqual([
      expect.objectContaining({ matched: 1, alone: 0, worth: 0 }),
      expect.objectContaining({ matched: 1, alone: 0, worth: 0 }),
    ]);
  });

  it('is, where a message waits for it alone, what the playbook says waiting loses', () => {
    // From 10:00 until 16:00 in Berlin, a tenth of the worth a day: 400 × 0.1 × 6 / 24.
    expect(used([limit('noon', noon)])['noon']).toMatchObject({
      matched: 1,
      alone: 0,
      delayed: 1,
      delayedMs: 6 * HOUR,
      delayWorth: expect.closeTo(10, 6) as number,
      delayedToo: 0,
    });
    expect(used([limit('noon', noon)], { spec: { waitingCost: 1 } })['noon']?.delayWorth).toBeCloseTo(100, 6);
    // A delay that the action has by itself is not the rule's.
    expect(used([limit('noon', noon)], { spec: { delay: '2h' } })['noon']?.delayedMs).toBe(4 * HOUR);
  });

  it('has no price where a message waits for several together, or is owed', () => {
    const both = used([limit('noon', noon), limit('late', { hours: [{ from: '15:00', to: '20:00', days: [1, 2, 3, 4, 5, 6, 7] }] })]); // prettier-ignore
    expect([both['noon'], both['late']]).toEqual([
      expect.objectContaining({ delayed: 0, delayedToo: 1, delayWorth: 0 }),
      expect.objectContaining({ delayed: 0, delayedToo: 1, delayWorth: 0 }),
    ]);
    const owed = used([limit('noon', noon)], { spec: { class: 'transactional' } });
    expect(owed['noon']).toMatchObject({ delayed: 1, delayedMs: 6 * HOUR, delayWorth: 0 });
  });

  it('is what nobody signed in time, where it alone asked for a signature', () => {
    const looked = guardrail({ id: 'looked', effect: 'review' });
    expect(used([looked])['looked']).toMatchObject({ asked: 1, lapsed: 0, lapsedWorth: 0 });
    expect(used([looked], { lapsed: true })['looked']).toMatchObject({
      asked: 1,
      lapsed: 1,
      lapsedWorth: WORTH,
    });
    const two = used([looked, guardrail({ id: 'again', effect: 'review' })], { lapsed: true });
    expect(two['looked']).toMatchObject({ asked: 1, lapsed: 0 });
    const written = { reviews: { news: { always: true, medianMs: null, measured: 0 } } };
    expect(used([looked], { lapsed: true, given: written })['looked']).toMatchObject({ asked: 1, lapsed: 0 });
  });

  it('adds up, also with what an earlier version counted', () => {
    const now = used([limit('noon', noon)]);
    const before = { noon: { matched: 2, alone: 1, worth: 5 } as RuleUse };
    expect(joinedUses(before, now)['noon']).toMatchObject({ matched: 3, alone: 1, worth: 5, delayed: 1 });
  });
});
