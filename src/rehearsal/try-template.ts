import { decide } from '../decisions/decide.js';
import { PRIOR_MODELS } from '../decisions/decision.js';
import { toExpressionSource } from '../decisions/expression-source.js';
import { toContent } from '../drafting/content.js';
import { languageOf } from '../drafting/locale.js';
import { draftFromTemplate } from '../drafting/template.js';
import { type Bundle } from '../policies/bundle.js';
import { type Fact } from '../policies/fact.js';
import { playbookGivenSchema } from '../policies/playbook-test.js';
import { toExpressionInput } from '../policies/vocabulary.js';
import { type Json } from '../shared/canonical-json.js';
import { assess } from '../risk/assess.js';
import { purposeOf } from '../risk/check.js';
import { NO_EXPECTATION, situationOf } from './given.js';
import { withoutChance } from './run-tests.js';

/** A template filled for somebody made up, and judged as if it had been written for them alone. */
export interface Trial {
  /** Whom it was filled for, such as `with every value`. */
  readonly filled: string;
  readonly subject: string;
  readonly text: string;
  readonly risk: number;
  /** What the checks found, heaviest first. */
  readonly signs: readonly string[];
}

type TrialResult =
  | { readonly ok: true; readonly trials: readonly Trial[] }
  /** It cannot be filled with these facts. */
  | { readonly ok: false; readonly problem: string };

const NOBODY: Readonly<Record<string, Json>> = {
  email: 'ada@example.com',
  timezone: 'Europe/Berlin',
  country: 'DE',
};
/**
 * Fills a template with every value that it has a slot for, and once more with none of those it can do without, and judges what comes of
 * it by all checks: those of writing, too, which a signed template is spared when it is sent.
 * @param factSets by the action's slots; one trial of each kind for each.
 * @param now ISO 8601.
 */
export async function tryTemplate(
  bundle: Bundle,
  templateId: string,
  factSets: readonly Readonly<Record<string, Fact>>[],
  now: string,
): Promise<TrialResult> {
  const template = bundle.templates.get(templateId);
  const action = bundle.actions.get(template?.spec.action ?? '');
  const channel = bundle.channels.get(template?.spec.channel ?? '');
  if (template === undefined || action === undefined || channel === undefined)
    throw new Error(`bundle ${bundle.hash} has no template ${templateId} with its action and channel`);
  const alone = { ...withoutChance(bundle), templates: new Map([[templateId, template]]) };
  const traits = Object.keys(template.spec.slots).filter((name) =>
    Object.hasOwn(bundle.vocabulary.traits, name),
  );
  const everything = Object.fromEntries(
    traits.map((name) => [name, name === 'first_name' ? 'Ada' : 'Example']),
  );
  const people = [
    { filled: 'with every value', person: everything },
    { filled: 'with none that it can do without', person: {} },
  ];
  const trials: Trial[] = [];
  for (const facts of factSets)
    for (const { filled, person } of people) {
      const given = playbookGivenSchema.parse({
        now,
        person: { ...NOBODY, locale: template.spec.locale, ...person },
      });
      const test = {
        test: 'a trial',
        given,
        actions: [action.spec.id],
        trigger: undefined,
        expect: NO_EXPECTATION,
      };
      const situation = { ...situationOf(alone, test), facts: Object.values(facts) };
      const result = draftFromTemplate({
        bundle: alone,
        action: action.spec.id,
        channel: channel.id,
        input: toExpressionInput(bundle.vocabulary, toExpressionSource(situation, facts)),
        locale: template.spec.locale,
        zone: 'Europe/Berlin',
        now,
        facts,
        draw: 'a trial',
      });
      if (!result.ok) return { ok: false, problem: result.tried.map(({ text }) => text).join('; ') };
      const offer = action.spec.offer === undefined ? null : (facts[action.spec.offer]?.id ?? null);
      const content = await toContent(result.filled.written, {
        brand: bundle.brand,
        channel,
        action: action.spec,
        offer,
        recipient: situation.profile.addresses.email ?? '',
        locale: template.spec.locale,
        versions: { bundle: bundle.hash, template: null, prompt: null, facts: [] },
      });
      const { score, contributions } = assess({
        content,
        decision: {
          ...decide(alone, situation, PRIOR_MODELS, 'a trial'),
          outcome: 'act',
          action: action.spec.id,
          channel: channel.id,
          offer,
          facts: Object.fromEntries(Object.entries(facts).map(([slot, { id }]) => [slot, id])),
        },
        situation,
        facts: situation.facts,
        rivals: [],
        vocabulary: bundle.vocabulary,
        brand: bundle.brand,
        engine: bundle.engine,
        purpose: purposeOf(action.spec),
        language: languageOf(template.spec.locale),
        told: [],
        template: null,
        audience: 1,
        now,
        leavesAt: now,
      });
      trials.push({
        filled,
        subject: content.subject ?? '',
        text: content.text,
        risk: score,
        signs: contributions.map(({ text }) => text),
      });
    }
  return { ok: true, trials };
}
