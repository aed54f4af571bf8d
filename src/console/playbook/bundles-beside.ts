import { type Bundle } from '../../policies/bundle.js';
import { type ItemChange } from '../../policies/diff.js';
import { type Guardrail } from '../../policies/playbook.js';

/** Files of two playbooks that are not the same, with both texts. */
export function filesBetween(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): { path: string; before: string | null; after: string | null }[] {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return paths
    .filter((path) => before[path] !== after[path])
    .map((path) => ({ path, before: before[path] ?? null, after: after[path] ?? null }));
}

/** The rules that came in or were taken out, by item. @param before @param after null where it cannot be compiled */
export function rulesBetween(
  changes: readonly ItemChange[],
  before: Bundle | null,
  after: Bundle | null,
): Map<string, Guardrail> {
  const rules = new Map<string, Guardrail>();
  for (const [change, bundle] of [
    ['removed', before],
    ['added', after],
  ] as const) {
    const items = new Set(changes.filter((each) => each.change === change).map(({ item }) => item));
    for (const { spec } of bundle?.guardrails ?? [])
      if (items.has(`guardrails/${spec.id}`)) rules.set(`guardrails/${spec.id}`, spec);
  }
  return rules;
}
