/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts', '**/*.spec.tsx'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: { '^.+\\.tsx?$': ['@swc/jest', {}] },
  moduleNameMapper: { '^(\\.{1,2}/.*(?<!\\.json))\\.js$': '$1' },
  globalSetup: '<rootDir>/test/harness/global-setup.js',
  globalTeardown: '<rootDir>/test/harness/global-teardown.js',
  // What hangs is told of sooner by those who wait for it; the longest story takes its time on a slow machine with other things to do.
  testTimeout: 900_000,
  // One more than the cores of a small machine: stories wait for a clock or a database now and then.
  maxWorkers: 3,
  // What a spec file has loaded is not let go after it: a worker that has grown spends its time on collecting garbage.
  workerIdleMemoryLimit: '1GB',
};
