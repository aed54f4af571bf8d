import { z } from 'zod';

type Node = Record<string, unknown>;

/** What strict mode understands; the rest (lengths, formats) is checked when the answer is parsed. */
const KEPT = new Set([
  'type',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'anyOf',
  'enum',
  'const',
  'description',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
]);

/**
 * The JSON schema of a zod schema in the dialect of strict structured outputs: every member required, nothing beside them. Limits that the
 * dialect lacks are put into the description, where the model can read them.
 * @throws TypeError for a root that is not an object and for optional members: strict mode has only nullable ones.
 */
export function strictSchema(schema: z.ZodType): Node {
  const root = rewrite(z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'output' }), '$');
  if (root['type'] !== 'object') throw new TypeError('a strict schema is an object at its root');
  return root;
}

function rewrite(given: object, path: string): Node {
  const node = given as Node;
  const kept: Node = Object.fromEntries(Object.entries(node).filter(([key]) => KEPT.has(key)));
  const limits = [
    ...(typeof node['minLength'] === 'number' ? [`at least ${node['minLength']} characters`] : []),
    ...(typeof node['maxLength'] === 'number' ? [`at most ${node['maxLength']} characters`] : []),
    ...(typeof node['format'] === 'string' ? [`format: ${node['format']}`] : []),
  ];
  if (limits.length > 0)
    kept['description'] = [node['description'], limits.join(', ')].filter(Boolean).join('; ');
  const choices = node['anyOf'] ?? node['oneOf'];
  if (Array.isArray(choices))
    kept['anyOf'] = choices.map((choice: object, i) => rewrite(choice, `${path}.anyOf[${i}]`));
  if (typeof node['items'] === 'object' && node['items'] !== null)
    kept['items'] = rewrite(node['items'], `${path}[]`);
  if (typeof node['properties'] === 'object' && node['properties'] !== null) {
    const properties = node['properties'] as Record<string, object>;
    const required = Array.isArray(node['required']) ? (node['required'] as string[]) : [];
    const optional = Object.keys(properties).find((name) => !required.includes(name));
    if (optional !== undefined)
      throw new TypeError(`${path}.${optional} is optional; strict schemas have nullable members instead`);
    kept['properties'] = Object.fromEntries(
      Object.entries(properties).map(([name, member]) => [name, rewrite(member, `${path}.${name}`)]),
    );
    kept['additionalProperties'] = false;
  }
  return kept;
}
