/** How often the playbook is looked at, and under which name that is kept. */
export const roundIn = { name: 'round', everyMs: 3_600_000 } as const;
