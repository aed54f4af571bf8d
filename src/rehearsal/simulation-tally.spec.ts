import { action, bundle, gives, guardrail } from '../../test/fixtures/playbook.js';
import {
  anna,
  at,
  DAY,
  heard,
  HOUR,
  person,
  steps,
  withTriggers,
  world,
} from '../../test/fixtures/simulation.js';
import { trigger } from '../../test/fixtures/triggers.js';
import { type Bundle, type CompiledGuardrail, type CompiledTemplate } from '../policies/bundle.js';
import { templateSchema } from '../policies/playbook.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { simulatePerson } from './simulate.js';
import { type SimulationReport, simulationReport } from './simulation-answer.js';
import { longestWait, requestOf, shareOf } from './simulation-request.js';
import { EMPTY_SIMULATION, type SimulationTally, withLeftOut, withPerson } from './simulation-tally.js';

const looked = trigger({ id: 'looked', kind: 'event', event: 'Looked', actions: ['news'] });
const playbook = (...guardrails: readonly CompiledGuardrail[]) =>
  withTriggers(bundle({ actions: [action({ id: 'news', channels: ['email'], validFor: '12h', value: 2_000 })], guardrails }), looked); // prettier-ignore
const days = [0, 1, 2, 3].map((day) => heard(day * DAY, { event: 'Looked' }));

function counted(asked: readonly CompiledGuardrail[], active: readonly CompiledGuardrail[]): SimulationTally {
  const stored = person([anna(), ...days]);
  const run = (rules: readonly CompiledGuardrail[]) =>
    simulatePerson(world(playbook(...rules)), stored, steps(stored));
  const both = { asked: run(asked), active: run(active) };
  return withPerson(EMPTY_SIMULATION, { id: 'prf_anna', signals: 5, fromProfile: false, ...both });
}

function template(id: string, maxAudience: number): CompiledTemplate {
  const content = { kind: 'onsite', title: 'News', body: 'There is some.' };
  const more = { action: 'news', channel: 'email', expires: '2030-01-01', owner: 'marketing' };
  const spec = templateSchema.parse({ id, maxAudience, content, ...more });
  return { spec, contentHash: '', when: gives(true), slots: new Map() };
}

const about = {
  request: {
    since: at(0),
    until: at(30 * DAY),
    asked: at(30 * DAY),
    heard: 'arrival' as const,
    seed: 's',
    share: 1,
    assumptions: { reviewMs: 4 * HOUR, taskMs: DAY, modelDrafts: false },
  },
  total: 1,
  erased: 0,
};
const report = (tally: SimulationTally): SimulationReport => simulationReport(tally, about);

describe('what a simulation counts', () => {
  const weekly = guardrail({ id: 'weekly', effect: 'limit', caps: [{ max: 1, per: '7d' }] });
  const never = guardrail({ id: 'never', effect: 'limit', caps: [{ max: 0, per: '1d' }] });
  const no = guardrail({ id: 'no-news', effect: 'suppress' });

  it('sets what a cap holds back beside what leaves without it, by day, by action and by cap', () => {
    const { totals, days: byDay, actions, caps, affected, samples } = report(counted([weekly], []));
    expect([totals.active.messages, totals.asked.messages]).toEqual([4, 1]);
    expect(byDay.map(({ day, asked, active }) => [day.slice(8), asked.messages, active.messages])).toEqual([
      ['01', 1, 1],
      ['02', 0, 1],
      ['03', 0, 1],
      ['04', 0, 1],
    ]);
    expect(actions).toMatchObject([
      {
        action: 'news',
        channel: 'email',
        asked: { considered: 4, chosen: 1, held: [{ code: 'cap', count: 3 }], messages: 1 },
        active: { considered: 4, chosen: 4, held: [], messages: 4 },
      },
    ]);
    expect(caps).toEqual([
      { rule: 'weekly', asked: { blocked: 3, waited: 0, people: 1 }, active: { blocked: 0, waited: 0, people: 0 } }, // prettier-ignore
    ]);
    expect(affected).toEqual({ fewer: 1, more: 0, others: 0, same: 0 });
    expect(samples).toEqual({ fewer: ['prf_anna'] });
  });

  it('names the rule that suppresses, and a cap of nothing', () => {
    const { actions, caps, rules } = report(counted([no], [never]));
    expect(actions[0]?.asked.suppressed).toEqual([{ code: 'no-news', count: 4 }]);
    expect(caps).toMatchObject([{ rule: 'never', active: { blocked: 4 }, asked: { blocked: 0 } }]);
    expect(rules).toMatchObject([
      { id: 'never', active: { matched: 4 }, asked: { matched: 0 } },
      { id: 'no-news', active: { matched: 0 }, asked: { matched: 4, alone: 4 } },
    ]);
  });

  it('applies no cap over everybody, and says so beside what would be asked of it', () => {
    const all = guardrail({ id: 'all', effect: 'limit', caps: [{ max: 1, per: '7d', over: 'everybody' }] });
    const { totals, everybody, notes } = report(counted([all], []));
    expect(totals.asked.messages).toBe(4);
    expect(everybody).toEqual([{ rule: 'all', max: 1, per: '7d', of: 'messages', asked: 1, active: 0 }]);
    expect(notes.join(' ')).toContain('caps over everybody (all) are not applied');
    expect(notes.join(' ')).toContain(
      'Up to 6,000 people and 100,000 signals of the span are simulated together.',
    );
  });

  it('counts who gets something unread, and says where its templates are signed for fewer', () => {
    const signed = (...sizes: readonly number[]): Bundle => ({
      ...playbook(),
      templates: new Map(sizes.map((size, i) => [`news-${i}`, template(`news-${i}`, size)])),
    });
    const stored = person([anna(), ...days]);
    const run = (under: Bundle) => simulatePerson(world(under), stored, steps(stored));
    const both = (asked: Bundle, active: Bundle, people: number): SimulationTally =>
      Array.from({ length: people }, (_, i) => `prf_${i}`).reduce(
        (tally, id) =>
          withPerson(tally, { id, signals: 5, fromProfile: false, asked: run(asked), active: run(active) }),
        EMPTY_SIMULATION,
      );
    const three = both(signed(1, 1), signed(3), 3);
    const [news] = report(three).actions;
    expect([news?.asked.messages, news?.asked.audience, news?.active.audience]).toEqual([
      12,
      { people: 3, largest: 2 },
      { people: 3, largest: 3 },
    ]);
    const named = 'It would be passed by news by email.';
    expect(report(three).notes.join(' ')).toContain(named);
    expect(report(both(signed(3), signed(3), 3)).notes.join(' ')).not.toContain(named);
    // Half of the people have half of the places.
    const half = { ...about, request: { ...about.request, share: 0.5 } };
    expect(simulationReport(both(signed(3), signed(3), 2), half).notes.join(' ')).toContain(named);
    const review = guardrail({ id: 'looked-at', effect: 'review' });
    const read = { ...signed(1), guardrails: [review] };
    expect(report(both(read, read, 2)).actions[0]?.asked).toMatchObject({ messages: 8, audience: null });
    expect(report(counted([], [])).notes.join(' ')).toContain('leaves as if there were room.');
  });

  it('counts whoever is left out, and nothing twice', () => {
    const tally = withLeftOut(withLeftOut(counted([], []), 'tooMany'), 'erased');
    expect(report(tally)).toMatchObject({ people: 1, tooMany: 1, erased: 1, affected: { same: 1 } });
    expect(canonicalJson(report(counted([weekly], [])))).toBe(canonicalJson(report(counted([weekly], []))));
  });
});

describe('what is asked for', () => {
  const now = new Date(at(100 * DAY));

  it('is the last four weeks unless something else is said', () => {
    expect(requestOf({ modelDrafts: true }, now)).toEqual({
      since: at(72 * DAY),
      until: at(100 * DAY),
      asked: at(100 * DAY),
      heard: 'arrival',
      seed: '1',
      assumptions: { reviewMs: 4 * HOUR, taskMs: 24 * HOUR, modelDrafts: true },
    });
  });

  it('is refused where the span is empty, too long, or not over yet', () => {
    const mistake = (since: number, until: number) =>
      requestOf({ since: at(since * DAY), until: at(until * DAY), modelDrafts: false }, now);
    expect(mistake(5, 5)).toMatchObject({ path: 'since' });
    expect(mistake(0, 93)).toMatchObject({ path: 'since' });
    expect(mistake(90, 101)).toMatchObject({ path: 'until' });
    expect(mistake(0, 92)).toMatchObject({ since: at(0) });
  });

  it('is a share of the people where there are more than asked for', () => {
    expect(shareOf(10)).toBe(1);
    expect(shareOf(3, 1)).toBe(0.333334);
    expect(shareOf(1_000_000)).toBe(0.005);
  });

  it('looks back as far as a trigger may have waited', () => {
    const silent = trigger({ id: 'silent', kind: 'inactivity', for: '30d' });
    const left = trigger({
      id: 'left',
      kind: 'inaction',
      event: 'Checkout',
      unless: ['Ordered'],
      within: '1h',
    });
    const given = withTriggers(playbook(), looked, left, silent);
    expect(longestWait([playbook(), given])).toBe(30 * DAY + HOUR);
  });
});
