/** Who a person is here; each role may do what the ones before it may, and more. */
export const ROLES = ['viewer', 'marketer', 'strategist', 'developer', 'administrator'] as const;
export type Role = (typeof ROLES)[number];

export const PERMISSIONS = [
  'profiles.read',
  'profiles.write',
  'profiles.export',
  'decisions.read',
  'decisions.make',
  'reviews.read',
  'reviews.decide',
  'messages.read',
  'messages.cancel',
  'facts.read',
  'facts.write',
  'tasks.read',
  'tasks.close',
  'pauses.read',
  'pauses.write',
  'policies.read',
  'policies.write',
  'policies.activate',
  'work.read',
  'work.retry',
  'people.manage',
  'audit.read',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const VIEWER: readonly Permission[] = [
  'profiles.read',
  'decisions.read',
  'reviews.read',
  'messages.read',
  'facts.read',
  'tasks.read',
  'pauses.read',
  'policies.read',
  'work.read',
  'audit.read',
];
const MARKETER: readonly Permission[] = [
  ...VIEWER,
  'reviews.decide',
  'tasks.close',
  'messages.cancel',
  'pauses.write',
];
const STRATEGIST: readonly Permission[] = [...MARKETER, 'facts.write', 'policies.write', 'policies.activate'];
const DEVELOPER: readonly Permission[] = [
  ...STRATEGIST,
  'decisions.make',
  'profiles.write',
  'profiles.export',
  'work.retry',
];
const ADMINISTRATOR: readonly Permission[] = [...DEVELOPER, 'people.manage'];

const MATRIX: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  viewer: new Set(VIEWER),
  marketer: new Set(MARKETER),
  strategist: new Set(STRATEGIST),
  developer: new Set(DEVELOPER),
  administrator: new Set(ADMINISTRATOR),
};

/** Whether a role may do something. What is not listed is refused. */
export function may(role: Role, permission: Permission): boolean {
  return MATRIX[role].has(permission);
}
