import { type CompiledGuardrail } from '../policies/bundle.js';
import { type Action, type Guardrail, type Scope } from '../policies/playbook.js';
import { remembered } from '../shared/remembered.js';

/** What a guardrail is asked about. */
export interface GuardrailTarget {
  readonly action: Action;
  readonly channel: string | null;
  /** Null when it is not known: a rule for one country then applies. */
  readonly country: string | null;
}

/** Guardrails filed by the narrowest thing their scope names, so that most of them need not be looked at. */
interface Index {
  readonly byAction: ReadonlyMap<string, readonly CompiledGuardrail[]>;
  readonly byTag: ReadonlyMap<string, readonly CompiledGuardrail[]>;
  readonly byCountry: ReadonlyMap<string, readonly CompiledGuardrail[]>;
  readonly byChannel: ReadonlyMap<string, readonly CompiledGuardrail[]>;
  readonly anywhere: readonly CompiledGuardrail[];
  /** What was looked up. */
  readonly found: Known<readonly CompiledGuardrail[]>;
  /** Exemptions that were looked up. */
  readonly exempt: Known<readonly Exemption[]>;
}

/** By action, and by channel and country. */
type Known<T> = WeakMap<Action, Map<string, T>>;

const indexes = new WeakMap<readonly CompiledGuardrail[], Index>();

/** The guardrails whose scope covers a target, ordered by id so that their order in the files means nothing. */
export function guardrailsFor(
  guardrails: readonly CompiledGuardrail[],
  target: GuardrailTarget,
): readonly CompiledGuardrail[] {
  const index = indexFor(guardrails);
  return forTarget(index.found, target, () => lookUp(index, target));
}

function indexFor(guardrails: readonly CompiledGuardrail[]): Index {
  return remembered(indexes, guardrails, () => indexOf(guardrails));
}

function forTarget<T>(known: Known<T>, { action, channel, country }: GuardrailTarget, find: () => T): T {
  const ofAction = remembered(known, action, () => new Map<string, T>());
  return remembered(ofAction, `${channel ?? ''} ${country ?? ''}`, find);
}

function indexOf(guardrails: readonly CompiledGuardrail[]): Index {
  const byAction = new Map<string, CompiledGuardrail[]>();
  const byTag = new Map<string, CompiledGuardrail[]>();
  const byCountry = new Map<string, CompiledGuardrail[]>();
  const byChannel = new Map<string, CompiledGuardrail[]>();
  const anywhere: CompiledGuardrail[] = [];
  for (const guardrail of guardrails) {
    const { actions, tags, countries, channels } = guardrail.spec.scope;
    if (actions.length > 0) file(byAction, actions, guardrail);
    else if (tags.length > 0) file(byTag, tags, guardrail);
    else if (countries.length > 0) file(byCountry, countries, guardrail);
    else if (channels.length > 0) file(byChannel, channels, guardrail);
    else anywhere.push(guardrail);
  }
  return { byAction, byTag, byCountry, byChannel, anywhere, found: new WeakMap(), exempt: new WeakMap() };
}

function file(
  index: Map<string, CompiledGuardrail[]>,
  names: readonly string[],
  guardrail: CompiledGuardrail,
): void {
  for (const name of new Set(names)) {
    const filed = index.get(name);
    if (filed === undefined) index.set(name, [guardrail]);
    else filed.push(guardrail);
  }
}

function lookUp(index: Index, target: GuardrailTarget): CompiledGuardrail[] {
  const { action, channel, country } = target;
  const under = (filed: Index['byAction'], name: string | null) =>
    name === null ? [...filed.values()].flat() : (filed.get(name) ?? []);
  const near = new Set([
    ...under(index.byAction, action.id),
    ...action.tags.flatMap((tag) => under(index.byTag, tag)),
    ...under(index.byCountry, country),
    ...under(index.byChannel, channel),
    ...index.anywhere,
  ]);
  return [...near]
    .filter(({ spec }) => covers(spec.scope, target))
    .toSorted((a, b) => (a.spec.id < b.spec.id ? -1 : 1));
}

function covers(scope: Scope, { action, channel, country }: GuardrailTarget): boolean {
  const among = (names: readonly string[], name: string | null) =>
    names.length === 0 || name === null || names.includes(name);
  return (
    among(scope.actions, action.id) &&
    among(scope.classes, action.class) &&
    among(scope.channels, channel) &&
    among(scope.countries, country) &&
    (scope.tags.length === 0 || scope.tags.some((tag) => action.tags.includes(tag))) &&
    !scope.exceptActions.includes(action.id) &&
    !scope.exceptTags.some((tag) => action.tags.includes(tag))
  );
}

/** A rule that would be asked, were it not for an exemption in its own scope. */
export interface Exemption {
  readonly guardrail: string;
  /** What of the scope exempts it, such as `exceptTags: care`. */
  readonly because: string;
}

/** Limits on when and how much: what something urgent is exempted from by its class. */
function limitsTimes(spec: Guardrail): boolean {
  return (
    spec.effect === 'limit' && (spec.caps.length > 0 || spec.hours !== undefined || spec.notOn.length > 0)
  );
}

/**
 * The rules from which a target is exempted by name, ordered by id; and for what is transactional the hours and caps that its class exempts it
 * from. Other rules on marketing alone are about something else, and no exemption.
 */
export function exemptionsOf(
  guardrails: readonly CompiledGuardrail[],
  target: GuardrailTarget,
): readonly Exemption[] {
  return forTarget(indexFor(guardrails).exempt, target, () => findExemptions(guardrails, target));
}

function findExemptions(guardrails: readonly CompiledGuardrail[], target: GuardrailTarget): Exemption[] {
  return guardrails
    .flatMap(({ spec }): Exemption[] => {
      const { id, scope } = spec;
      const isOtherClass = scope.classes.length > 0 && !scope.classes.includes(target.action.class);
      if (isOtherClass && target.action.class === 'transactional' && limitsTimes(spec)) {
        const isAsked = covers({ ...scope, classes: [] }, target);
        return isAsked ? [{ guardrail: id, because: `classes: ${scope.classes.join(', ')} only` }] : [];
      }
      const actions = scope.exceptActions.filter((action) => action === target.action.id);
      const tags = scope.exceptTags.filter((tag) => target.action.tags.includes(tag));
      const isExempt = actions.length + tags.length > 0;
      if (!isExempt || !covers({ ...scope, exceptActions: [], exceptTags: [] }, target)) return [];
      const because = [
        ...actions.map((action) => `exceptActions: ${action}`),
        ...tags.map((tag) => `exceptTags: ${tag}`),
      ];
      return [{ guardrail: id, because: because.join(', ') }];
    })
    .toSorted((a, b) => (a.guardrail < b.guardrail ? -1 : 1));
}
