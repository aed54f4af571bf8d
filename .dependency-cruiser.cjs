/**
 * The import rules of the house. Data flows rightward, imports point leftward; two doors per stage; core is pure; SQL, the model's SDK
 * and the right to sign each live in one place.
 */
const stages = [
  'policies',
  'signals',
  'profiles',
  'imports',
  'triggers',
  'decisions',
  'messages',
  'drafting',
  'risk',
  // Asked by decisions through a port; what it shows the model and takes from it is judged as drafts are.
  'advice',
  'review',
  'dispatch',
  'outcomes',
  'learning',
  'rehearsal',
  'checkup',
  'export',
];
const any = stages.join('|');

/** A file of a stage, at any depth, without a second dot in its name is core. `index.ts` is the other door. */
const core = `^src/(${any})/(?!index\\.)[^.]+\\.tsx?$`;
const door = `^src/(${any})/index\\.ts$`;
const specs = '\\.spec\\.tsx?$';

/** Packages without I/O that core may use: expressions, differences of texts, Liquid, links, phone numbers, local time, html to text, html for mails, linear-time regexes. */
const purePackages = [
  '@marcbachmann/cel-js',
  'diff',
  'html-to-text',
  'libphonenumber-js',
  'linkify-it',
  'liquidjs',
  'luxon',
  'mjml',
  'obscenity',
  're2js',
  'yaml',
  'zod',
];
const pure = `node_modules/(@types/)?(${purePackages.join('|')})/`;
/** node:crypto for hashes and signature checks: the same input gives the same output. */
const hashing = '^(node:)?crypto$';

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'shared-is-a-pure-leaf',
      severity: 'error',
      from: { path: '^src/shared/', pathNot: specs },
      to: { pathNot: ['^src/shared/', pure, hashing] },
    },
    {
      name: 'the-ground-floor-knows-no-stage',
      severity: 'error',
      from: { path: '^src/(platform|access|audit|config)/', pathNot: specs },
      to: { path: `^src/(${any}|pipeline|console|health|demo)/` },
    },
    {
      name: 'platform-knows-nobody-above-it',
      severity: 'error',
      from: { path: '^src/(platform|config)/', pathNot: specs },
      to: { path: '^src/(access|audit)/' },
    },
    ...stages.slice(0, -1).map((stage, i) => ({
      name: `upstream-never-imports-downstream:${stage}`,
      severity: 'error',
      from: { path: `^src/${stage}/`, pathNot: specs },
      to: { path: `^src/(${stages.slice(i + 1).join('|')})/` },
    })),
    {
      name: 'stages-do-not-know-the-pipeline',
      severity: 'error',
      from: { path: `^src/(${any})/` },
      to: { path: '^src/(pipeline|console|health|demo)/' },
    },
    {
      name: 'two-doors-only',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: `^src/(${any})/`, pathNot: ['^src/$1/', door, core] },
    },
    {
      name: 'core-is-pure',
      severity: 'error',
      from: { path: core, pathNot: specs },
      to: { pathNot: [core, '^src/shared/', pure, hashing] },
    },
    {
      name: 'sql-lives-in-repositories',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['\\.(repository|read-model)\\.ts$', '^src/platform/database/', specs],
      },
      to: { path: 'node_modules/(kysely|pg|@electric-sql)/' },
    },
    {
      name: 'the-model-sdk-lives-in-platform-llm',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/platform/llm/' },
      to: { path: 'node_modules/(openai|@langchain)/' },
    },
    {
      // Not even through another stage's door: what writes and what judges drafts is out of reach for what sends them.
      name: 'dispatch-reaches-neither-drafting-nor-risk',
      severity: 'error',
      from: { path: '^src/dispatch/', pathNot: specs },
      to: { path: '^src/(drafting|risk)/', reachable: true },
    },
    {
      name: 'dispatch-opens-approvals-and-cannot-sign',
      severity: 'error',
      from: { path: '^src/dispatch/', pathNot: specs },
      to: { path: '^src/review/', pathNot: core },
    },
    {
      name: 'only-review-signs',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/review/signing-key\\.provider\\.ts$' },
      to: { path: '^src/platform/secrets/signing-key\\.ts$' },
    },
    {
      name: 'the-signing-key-stays-inside-review',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/review/(review\\.module|signing\\.service)\\.ts$' },
      to: { path: '^src/review/signing-key\\.provider\\.ts$' },
    },
    {
      name: 'key-material-stays-with-the-secrets',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/platform/secrets/' },
      to: { path: '^src/platform/secrets/material\\.ts$' },
    },
    {
      name: 'production-code-imports-no-test',
      severity: 'error',
      from: { path: '^src/', pathNot: specs },
      to: { path: ['^test/', specs] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js'],
    },
  },
};
