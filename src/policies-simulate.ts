import { readEnvironment } from './config/environment.js';
import { ENGINE_HERE } from './decisions/index.js';
import { openExisting } from './existing-database.js';
import { type Db } from './platform/database/index.js';
import { clockFor } from './platform/runtime.js';
import { Vault } from './platform/vault/index.js';
import { type Bundle } from './policies/bundle.js';
import { latestActivation, selectBundleFiles } from './policies/bundles.repository.js';
import { compilePlaybook } from './policies/compiler.js';
import { Simulator } from './rehearsal/index.js';
import { simulationReport, type SimulationReport } from './rehearsal/simulation-answer.js';
import {
  requestOf,
  shareOf,
  type SimulationRequest,
  type SimulationWish,
} from './rehearsal/simulation-request.js';
import { EMPTY_SIMULATION, type SimulationTally } from './rehearsal/simulation-tally.js';
import { type Playbooks, type Progress } from './rehearsal/simulator.service.js';
import { canonicalJson } from './shared/canonical-json.js';

/** What `simulate` takes besides a folder. */
export const SIMULATE_OPTIONS = {
  since: { type: 'string' },
  until: { type: 'string' },
  heard: { type: 'string' },
  seed: { type: 'string' },
  people: { type: 'string' },
  'review-hours': { type: 'string' },
  'task-hours': { type: 'string' },
  json: { type: 'boolean' },
} as const;

type Values = Readonly<Record<string, string | boolean | undefined>>;

const SAY_EVERY_MS = 2_000;

/** Simulates a folder's playbook beside the one in force. Exit code 0, or 2 where there was nothing to look at. */
export async function simulate(bundle: Bundle, values: Values): Promise<0 | 2> {
  const environment = readEnvironment(process.env);
  const wish = wishOf(values, environment.OPENAI_API_KEY !== undefined);
  const clock = clockFor(environment.CLOCK);
  const { database, secrets } = await openExisting(environment);
  try {
    const { db } = database;
    const request = requestOf(wish, clock.now());
    if ('message' in request) throw new Error(`--${request.path} ${request.message}`);
    const playbooks = { asked: bundle, active: await activeBundle(db) };
    const simulator = new Simulator(new Vault(secrets, clock), secrets);
    const count = await simulator.count(db, request, playbooks);
    if (count === null) throw new Error(`nothing was heard from ${request.since} until ${request.until}`);
    const whole = { ...request, share: shareOf(count.people, wish.people) };
    const tally = await simulateAll(db, simulator, whole, playbooks);
    const report = simulationReport(tally, { request: whole, total: count.people, erased: count.erased });
    if (values['json'] === true) console.log(canonicalJson(described(report, whole, playbooks)));
    else for (const line of reportLines(report, whole, playbooks)) console.log(line);
    return 0;
  } finally {
    await database.close();
  }
}

function wishOf(values: Values, modelDrafts: boolean): SimulationWish {
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  const moment = (name: string): string | undefined => {
    const value = text(name);
    if (value === undefined || !Number.isNaN(Date.parse(value))) return value;
    throw new Error(`--${name} should be a time such as 2026-11-01T00:00:00Z`);
  };
  const number = (name: string, least: number): number | undefined => {
    const value = text(name);
    if (value === undefined) return undefined;
    const count = Number(value);
    if (!(count >= least)) throw new Error(`--${name} should be a number from ${least}`);
    return count;
  };
  const heard = text('heard');
  if (heard !== undefined && heard !== 'arrival' && heard !== 'occurrence')
    throw new Error('--heard should be arrival or occurrence');
  return {
    since: moment('since'),
    until: moment('until'),
    heard,
    seed: text('seed'),
    people: number('people', 1),
    reviewHours: number('review-hours', 0),
    taskHours: number('task-hours', 0),
    modelDrafts,
  };
}

async function activeBundle(db: Db): Promise<Bundle> {
  const activation = await latestActivation(db);
  const active = activation === null ? null : await keptBundle(db, activation.hash);
  if (active === null)
    throw new Error('no playbook that this version can compile is in force in this database');
  return active;
}

async function simulateAll(
  db: Db,
  simulator: Simulator,
  request: SimulationRequest,
  playbooks: Playbooks,
): Promise<SimulationTally> {
  let progress: Progress = { tally: EMPTY_SIMULATION, after: '', affected: [], isLast: false };
  for (let saidAt = performance.now(); !progress.isLast;) {
    progress = await simulator.step(db, request, playbooks, progress);
    if (progress.isLast || performance.now() - saidAt < SAY_EVERY_MS) continue;
    saidAt = performance.now();
    console.error(`${progress.tally.people} people so far`);
  }
  return progress.tally;
}

function described(
  report: SimulationReport,
  { since, until, heard, seed, share, assumptions }: SimulationRequest,
  { asked, active }: Playbooks,
): Record<string, unknown> {
  return {
    bundle: asked.hash,
    active: active.hash,
    engine: ENGINE_HERE,
    request: { since, until, heard, seed, share, assumptions },
    report,
  };
}

function reportLines(report: SimulationReport, request: SimulationRequest, playbooks: Playbooks): string[] {
  const { totals, affected, days, actions, rules, caps, everybody, notes } = report;
  const { asked, active } = totals;
  const beside = (what: string, pick: (side: typeof asked) => number): string =>
    `${what.padEnd(34)} ${String(pick(active)).padStart(8)} ${String(pick(asked)).padStart(8)}`;

  return [
    `${request.since} until ${request.until}, ${report.people} people, ${report.signals} signals`,
    `${''.padEnd(34)} ${'in force'.padStart(8)} ${'asked'.padStart(8)}   (${playbooks.active.hash.slice(0, 12)}, ${playbooks.asked.hash.slice(0, 12)})`,
    beside('decisions', (side) => side.decisions),
    beside('messages', (side) => side.messages),
    beside('held', (side) => side.holds),
    beside('decided and not left', (side) => side.stopped),
    beside('reviews', (side) => side.reviews),
    beside('tasks', (side) => side.tasks),
    beside('people messaged', (side) => side.peopleMessaged),
    `people: ${affected.fewer} get fewer messages, ${affected.more} more, ${affected.others} others, ${affected.same} the same`,
    'by day: decisions, messages, reviews, tasks',
    ...days.map(
      ({ day, asked: to, active: from }) =>
        `  ${day}  ${(['decisions', 'messages', 'reviews', 'tasks'] as const).map((name) => changed({ asked: to[name], active: from[name] })).join(', ')}`,
    ),
    'by action and channel: considered, messages',
    ...actions.flatMap(({ action, channel, asked: to, active: from }) => [
      `  ${channel === null ? action : `${action} by ${channel}`}: ${changed({ asked: to.considered, active: from.considered })}, ${changed({ asked: to.messages, active: from.messages })}`,
      ...codeLines('held', from.held, to.held),
      ...codeLines('suppressed by', from.suppressed, to.suppressed),
      ...codeLines('stopped', from.stopped, to.stopped),
    ]),
    ...rules.map(
      ({ id, asked: to, active: from }) =>
        `rule ${id}: matched ${changed({ asked: to.matched, active: from.matched })}, alone ${changed({ asked: to.alone, active: from.alone })}`,
    ),
    ...caps.map(
      ({ rule, asked: to, active: from }) =>
        `cap of ${rule}: no room ${changed({ asked: to.blocked, active: from.blocked })}, waited ${changed({ asked: to.waited, active: from.waited })}, people ${changed({ asked: to.people, active: from.people })}`,
    ),
    ...everybody.map(
      ({ rule, max, per, of, ...counts }) =>
        `cap over everybody of ${rule}: ${max} ${of} per ${per}, on the busiest day ${changed(counts)}`,
    ),
    ...(['fromProfile', 'tooMany', 'erased', 'unreadable'] as const).flatMap((name) =>
      report[name] === 0 ? [] : [`people ${LEFT_OUT[name]}: ${report[name]}`],
    ),
    ...notes.map((note) => `- ${note}`),
  ];
}

/** What it is, and what it would be where that is another number. */
function changed({ asked, active }: { readonly asked: number; readonly active: number }): string {
  return asked === active ? String(asked) : `${active} → ${asked}`;
}

const LEFT_OUT = {
  fromProfile: 'whose earliest signals are no longer kept',
  tooMany: 'left out for having more signals than a person has',
  erased: 'erased',
  unreadable: 'who cannot be read',
} as const;

function codeLines(
  what: string,
  from: readonly { readonly code: string; readonly count: number }[],
  to: readonly { readonly code: string; readonly count: number }[],
): string[] {
  const codes = [...new Set([...to, ...from].map(({ code }) => code))];
  const count = (counts: typeof from, code: string): number =>
    counts.find((each) => each.code === code)?.count ?? 0;
  return codes.map(
    (code) => `    ${what} ${code}: ${changed({ asked: count(to, code), active: count(from, code) })}`,
  );
}

/** A bundle as the database keeps it; null when it is gone or this version cannot compile it. */
export async function keptBundle(db: Db, hash: string): Promise<Bundle | null> {
  const files = await selectBundleFiles(db, hash);
  const result = files === null ? null : compilePlaybook(files);
  return result?.ok === true ? result.bundle : null;
}
