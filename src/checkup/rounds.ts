/** How often the playbook is looked at, and under which names it is kept when that is due and when it was done. */
export const roundIn = { name: 'round', everyMs: 3_600_000, ended: 'looked' } as const;
