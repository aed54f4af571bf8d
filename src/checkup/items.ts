import { type Bundle } from '../policies/bundle.js';
import { contentHash } from '../shared/hash.js';

/** What somebody owns in a playbook: an action, a trigger, a template or a guardrail. */
export interface Item {
  /** Such as `guardrails/minors`. */
  readonly subject: string;
  readonly title: string;
  readonly owner: string;
  /** Days on which somebody says to have looked at it. */
  readonly reviewed: readonly string[];
  /** Much depends on it. */
  readonly grave: boolean;
  /** Of all that it says, save that it was reviewed. */
  readonly contentHash: string;
}

const known = new WeakMap<Bundle, readonly Item[]>();

export function itemsOf(bundle: Bundle): readonly Item[] {
  let items = known.get(bundle);
  if (items === undefined) known.set(bundle, (items = read(bundle)));
  return items;
}

function read(bundle: Bundle): Item[] {
  return [
    ...[...bundle.actions.values()].map(({ spec }) => item('actions', spec, spec.title)),
    ...[...bundle.triggers.values()].map(({ spec }) => item('triggers', spec, spec.title)),
    ...[...bundle.templates.values()].map(({ spec }) => item('templates', spec, spec.id)),
    ...bundle.guardrails.map(({ spec }) => ({
      ...item('guardrails', spec, spec.title),
      grave: spec.severity === 'high' || spec.severity === 'critical',
    })),
  ];
}

interface Owned {
  readonly id: string;
  readonly owner: string;
  readonly reviewed?: string | undefined;
  readonly asOf?: string | undefined;
}

function item(kind: string, spec: Owned, title: string): Item {
  const { reviewed, asOf, ...content } = spec;
  return {
    subject: `${kind}/${spec.id}`,
    title,
    owner: spec.owner,
    reviewed: [reviewed, asOf].filter((day) => day !== undefined),
    grave: false,
    contentHash: contentHash(content),
  };
}
