import { type Making, readSourceVersion } from '../platform/source-version.js';

/** Names the checks and everything that they are made of; stored with every assessment. */
export const CHECKS_VERSION = Symbol('checks version');

export const CHECKS: Making = {
  name: 'risk',
  from: ['risk/assess.ts'],
  gathers: ['risk/risk.service.ts'],
  kept: 'risk/checks-version.json',
};

export const checksVersionProvider = {
  provide: CHECKS_VERSION,
  useFactory: (): string => readSourceVersion(CHECKS),
};
