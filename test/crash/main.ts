import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Episode, type EpisodePlan, type EpisodeResult, type Setup } from './episode.js';
import { familyOf } from './faults.js';
import { KeptResults } from './kept-results.js';
import { Random } from './random.js';

const { values: options } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    kills: { type: 'string', default: '120' },
    seed: { type: 'string' },
    setup: { type: 'string' },
    parallel: { type: 'string' },
    // A folder with the version before this one, built: its processes and this one's run side by side on one database.
    beside: { type: 'string' },
    // A file that keeps what each database came to: a run that was broken off goes on with those that are left.
    results: { type: 'string' },
  },
});

const MINUTE = 60_000;
const former = options.beside === undefined ? null : resolve(options.beside, 'dist/main.js');
if (former !== null && !existsSync(former))
  throw new Error(
    `--beside should be a folder in which the version before this one is built: ${former} is not there`,
  );
const seed = options.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(options.seed);
const random = new Random(seed);

function wanted(setup: Setup): boolean {
  return options.setup === undefined || options.setup === setup;
}

/** The long run: the kills in shares of so many, most of them where several processes share a database. */
function longRun(kills: number): EpisodePlan[] {
  const share = 70;
  const setups = (['redis', 'postgres', 'redis', 'embedded'] as const).filter(wanted);
  return Array.from({ length: Math.ceil(kills / share) }, (_, index) => ({
    setup: setups[index % setups.length] ?? 'postgres',
    seed: random.seed(),
    kills: Math.min(share, kills - index * share),
    withinMs: 12 * MINUTE,
    everyMs: 2_000,
    // Longer than the longest lease, which is that of a message on its way.
    pauseMs: index % 3 === 0 ? 130_000 : 0,
    settleMs: 4 * MINUTE,
    former,
  }));
}

/** For every submission: all kinds of faults once or twice, within three minutes. */
function shortRun(): EpisodePlan[] {
  const plan = (setup: Setup, kills: number, pauseMs: number): EpisodePlan => ({
    setup,
    seed: random.seed(),
    kills,
    withinMs: 30_000,
    everyMs: 700,
    pauseMs,
    settleMs: 2.5 * MINUTE,
    former,
  });
  return [plan('redis', 20, 12_000), plan('embedded', 5, 0)].filter(({ setup }) => wanted(setup));
}

async function inParallel(plans: readonly EpisodePlan[], atOnce: number): Promise<EpisodeResult[]> {
  const results = plans.flatMap((plan) => kept?.of(plan) ?? []);
  const left = plans.filter((plan) => !results.some((result) => result.plan.seed === plan.seed));
  if (results.length > 0)
    console.error(
      `${results.length} of ${plans.length} databases were done before, at ${kept?.commits().join(', ')}`,
    );
  const next = async (): Promise<void> => {
    for (let plan = left.shift(); plan !== undefined; plan = left.shift()) {
      console.error(`${plan.setup}, seed ${plan.seed}: ${plan.kills} kills …`);
      try {
        const result = await Episode.run(plan);
        results.push(result);
        report(result);
        await kept?.add(result);
      } catch (error) {
        // Its claims were not looked at: the command fails. The others go on.
        console.error(`${plan.setup}, seed ${plan.seed}:`, error);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, next));
  return results;
}

function report({
  plan,
  kills,
  signals,
  mails,
  settledMs,
  findings,
  directory,
  faults,
  ready,
}: EpisodeResult): void {
  const broken = findings.filter(({ problems }) => problems.length > 0);
  console.error(
    `${plan.setup}, seed ${plan.seed}: ${kills} kills, ${signals} signals, ${mails} mails, at rest after ${(settledMs / 1_000).toFixed(0)} s; ` +
      (broken.length === 0 ? 'everything holds' : `BROKEN, logs in ${directory}`),
  );
  console.error(`  ${[...faults].map(([what, times]) => `${what} ${times}×`).join(', ')}`);
  if (plan.former !== null)
    console.error(`  ready: ${[...ready].map(([program, times]) => `${program} ${times}×`).join(', ')}`);
  for (const { claim, problems } of broken) {
    console.error(`  not so: ${claim}`);
    for (const problem of problems.slice(0, 12)) console.error(`    ${problem}`);
    if (problems.length > 12) console.error(`    … and ${problems.length - 12} more`);
  }
}

/** The table of docs/crash.md. */
function table(results: readonly EpisodeResult[]): void {
  const total = (of: (result: EpisodeResult) => number): number =>
    results.reduce((sum, result) => sum + of(result), 0);
  const sums = (of: (result: EpisodeResult) => ReadonlyMap<string, number>): string => {
    const counts = new Map<string, number>();
    for (const result of results)
      for (const [what, n] of of(result)) counts.set(what, (counts.get(what) ?? 0) + n);
    return [...counts]
      .sort(([, a], [, b]) => b - a)
      .map(([what, n]) => `${what} ${n}`)
      .join(', ');
  };
  console.log(`seed ${seed}; ${results.length} databases; ${total(({ kills }) => kills)} kills`);
  console.log(`killed: ${sums(({ killsBy }) => killsBy)}`);
  console.log(`faults: ${sums(({ faults }) => faults)}`);
  console.log('| claim | looked at | broken |\n| --- | ---: | ---: |');
  for (const { claim } of results[0]?.findings ?? []) {
    const findings = results.flatMap((result) => result.findings.filter((each) => each.claim === claim));
    const looked = findings.reduce((sum, each) => sum + each.looked, 0);
    const broken = findings.reduce((sum, { problems }) => sum + problems.length, 0);
    console.log(`| ${claim} | ${looked} | ${broken} |`);
  }
}

/** A run of this many kills does everything that can be done; a shorter one may miss some. */
const COMPLETE = 500;

/** What a run would have to show and does not: claims about nothing, fewer kills than asked for, trouble that never came. */
function notProved(results: readonly EpisodeResult[], asked: number): string[] {
  const killed = results.reduce((sum, { kills }) => sum + kills, 0);
  const looked = new Map<string, number>();
  const done = new Set<string>();
  for (const { findings, faults, killsBy } of results) {
    for (const finding of findings)
      looked.set(finding.claim, (looked.get(finding.claim) ?? 0) + finding.looked);
    for (const what of faults.keys()) done.add(what);
    for (const what of killsBy.keys()) if (what.startsWith('at ')) done.add(`at ${familyOf(what.slice(3))}`);
  }
  const possible = new Set(results.flatMap((result) => result.possible));
  return [
    ...(killed < asked ? [`${killed} kills of ${asked}`] : []),
    ...[...looked].flatMap(([claim, n]) => (n === 0 ? [`${claim}: nothing to look at`] : [])),
    ...[...possible].flatMap((what) => (asked < COMPLETE || done.has(what) ? [] : [`${what}: never`])),
  ];
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    console.error('broken off; ending what was started …');
    void Episode.breakOff().finally(() => process.exit(1));
  });
}

if (options.results !== undefined && options.seed === undefined)
  throw new Error('--results needs the --seed of the run that it goes on with');
const kept = options.results === undefined ? null : await KeptResults.open(options.results);
console.error(`seed ${seed}`);
const plans = options.short ? shortRun() : longRun(Number(options.kills));
const results = await inParallel(plans, Number(options.parallel ?? (options.short ? 2 : 3)));
table(results);
const claims = results.flatMap(({ findings }) => findings);
const unfinished = plans.length - results.length;
const unproved = options.short ? [] : notProved(results, Number(options.kills));
for (const gap of unproved) console.log(`not proved: ${gap}`);
const failed = claims.filter(({ problems }) => problems.length > 0).length + unfinished + unproved.length;
const passed = claims.filter(({ problems }) => problems.length === 0).length;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
