import fc from 'fast-check';
import { action, guardrail } from '../../test/fixtures/playbook.js';
import { type Scope } from '../policies/playbook.js';
import { exemptionsOf, guardrailsFor, type GuardrailTarget } from './scope.js';

const some = (...names: string[]) => fc.subarray(names, { maxLength: 2 });
const scopes = fc.record({
  actions: fc.oneof(fc.constant([]), some('welcome', 'offer', 'receipt')),
  classes: fc.oneof(fc.constant([]), some('marketing', 'transactional')),
  channels: fc.oneof(fc.constant([]), some('email', 'onsite')),
  tags: fc.oneof(fc.constant([]), some('news', 'care')),
  countries: fc.oneof(fc.constant([]), some('DE', 'FR')),
  exceptActions: fc.oneof(fc.constant([]), some('welcome', 'offer')),
  exceptTags: fc.oneof(fc.constant([]), some('news', 'care')),
});
const targets: fc.Arbitrary<GuardrailTarget> = fc.record({
  action: fc
    .record({
      id: fc.constantFrom('welcome', 'offer', 'receipt'),
      class: fc.constantFrom('marketing', 'transactional'),
      tags: some('news', 'care'),
    })
    .map((spec) => action(spec).spec),
  channel: fc.constantFrom('email', 'onsite', null),
  country: fc.constantFrom('DE', 'FR', null),
});

/** The plain meaning of a scope, one member after the other. */
function isInScope(
  scope: Scope,
  { action: { id, class: kind, tags }, channel, country }: GuardrailTarget,
): boolean {
  if (scope.actions.length > 0 && !scope.actions.includes(id)) return false;
  if (scope.classes.length > 0 && !scope.classes.includes(kind)) return false;
  if (scope.channels.length > 0 && channel !== null && !scope.channels.includes(channel)) return false;
  if (scope.countries.length > 0 && country !== null && !scope.countries.includes(country)) return false;
  if (scope.tags.length > 0 && !scope.tags.some((tag) => tags.includes(tag))) return false;
  return !scope.exceptActions.includes(id) && !scope.exceptTags.some((tag) => tags.includes(tag));
}

describe('guardrails filed by scope', () => {
  it('are those in scope, each once and in the order of their ids', () => {
    fc.assert(
      fc.property(
        fc.array(scopes, { maxLength: 12 }),
        fc.array(targets, { minLength: 1, maxLength: 4 }),
        (drawn, asked) => {
          const all = drawn.map((scope, i) => guardrail({ id: `rule-${11 - i}`, effect: 'suppress', scope }));
          for (const target of [...asked, ...asked]) {
            const wanted = all
              .filter(({ spec }) => isInScope(spec.scope, target))
              .map(({ spec }) => spec.id)
              .sort();
            expect(guardrailsFor(all, target).map(({ spec }) => spec.id)).toEqual(wanted);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('exemptions', () => {
  it('are the rules that would be asked but for what their own scope leaves out, and say what that is', () => {
    fc.assert(
      fc.property(fc.array(scopes, { maxLength: 12 }), targets, (drawn, target) => {
        const all = drawn.map((scope, i) => guardrail({ id: `rule-${11 - i}`, effect: 'suppress', scope }));
        const wanted = all
          .filter(
            ({ spec: { scope } }) =>
              !isInScope(scope, target) && isInScope({ ...scope, exceptActions: [], exceptTags: [] }, target),
          )
          .map(({ spec }) => spec.id)
          .sort();
        expect(exemptionsOf(all, target).map(({ guardrail: id }) => id)).toEqual(wanted);
      }),
      { numRuns: 300 },
    );
    const rule = guardrail({ id: 'quiet', effect: 'suppress', scope: { exceptTags: ['care'] } });
    const parcel = action({ id: 'parcel', tags: ['care'] }).spec;
    expect(exemptionsOf([rule], { action: parcel, channel: 'email', country: 'DE' })).toEqual([
      { guardrail: 'quiet', because: 'exceptTags: care' },
    ]);
  });

  it('are shown of what is urgent too: the hours and caps that hold for marketing alone', () => {
    const scope = { classes: ['marketing'], channels: ['email'] };
    const all = [
      guardrail({ id: 'quiet', effect: 'limit', scope, hours: { from: '08:00', to: '20:00' } }),
      guardrail({ id: 'pressure', effect: 'limit', scope, caps: [{ max: 1, per: '1d' }] }),
      guardrail({ id: 'sundays', effect: 'limit', scope, notOn: ['2026-12-25'] }),
      guardrail({ id: 'words', effect: 'limit', scope, forbiddenText: ['last chance'] }),
      guardrail({ id: 'minors', effect: 'suppress', scope }),
    ];
    const exempt = (kind: string, channel: string) =>
      exemptionsOf(all, { action: action({ id: 'parcel', class: kind }).spec, channel, country: 'DE' });
    expect(exempt('transactional', 'email')).toEqual(
      ['pressure', 'quiet', 'sundays'].map((id) => ({ guardrail: id, because: 'classes: marketing only' })),
    );
    expect(exempt('transactional', 'onsite')).toEqual([]);
    expect(exempt('marketing', 'email')).toEqual([]);
  });
});
