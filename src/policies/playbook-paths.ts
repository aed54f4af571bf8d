/** Kinds of records, each a file of its own or a folder of files. */
export type RecordKind =
  | 'brand'
  | 'engine'
  | 'vocabulary'
  | 'channels'
  | 'segments'
  | 'actions'
  | 'triggers'
  | 'guardrails'
  | 'templates'
  | 'tests';

/** Of which there is one. */
export type SingleKind = 'brand' | 'engine' | 'vocabulary';
export type ListKind = Exclude<RecordKind, SingleKind>;

/** What a file of the playbook holds, by its path below `policies/`; null when it is no part of a playbook. */
export function recordKindOf(path: string): RecordKind | null {
  const file = /^(brand|engine|vocabulary|channels|segments)\.yaml$/.exec(path)?.[1];
  const folder = /^(actions|triggers|guardrails|templates|tests)\/[a-z0-9][a-z0-9_-]*\.yaml$/.exec(path)?.[1];
  return (file ?? folder ?? null) as RecordKind | null;
}
