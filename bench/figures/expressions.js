import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ZenEngine } from '@gorules/zen-engine';
import { parse } from 'yaml';
import { toExpressionSource } from '../../dist/decisions/expression-source.js';
import { answersFor, judgeAll } from '../../dist/decisions/guardrails.js';
import { compilePlaybook } from '../../dist/policies/compiler.js';
import { toExpressionInput } from '../../dist/policies/vocabulary.js';
import { row } from '../row.js';
import { population } from '../world/people.js';

const POLICIES = fileURLToPath(new URL('../../policies', import.meta.url));
const NOW = Date.UTC(2026, 5, 1, 10);
const DAY_MS = 86_400_000;
const CONDITIONS = 1_000;
/** A file of a playbook holds at most 256 KB. */
const IN_A_FILE = 250;
const IN_SCOPE = 20;
const FEW = 100;

/**
 * The language of guardrails: a thousand generated conditions asked of one situation after another, beside the same conditions as closures that
 * somebody wrote by hand and in GoRules' ZEN; all three have to give the same answers. Then what a playbook of thousands of triggers and
 * guardrails costs where twenty of them are in scope, by each kind of scope, beside one of a hundred with the same twenty; and the same for the
 * first evaluation after it was loaded, when nothing is filed yet.
 */
export const name = 'expressions';
export const engines = ['none'];

export async function measure(bench) {
  const seconds = bench.size(0.5, 3);
  const cases = situations().map((situation) => ({ situation, plain: plainOf(situation) }));
  const conditions = Array.from({ length: CONDITIONS }, (_, i) => condition(i));
  const { bundle, rules } = compiled(conditions);
  const run = {
    ours: ({ situation }) => {
      const input = toExpressionInput(bundle.vocabulary, toExpressionSource(situation));
      return rules.map(({ when }) => {
        const answer = when.evaluate(input);
        return answer.known && answer.value;
      });
    },
    closures: ({ plain }) => conditions.map(({ holds }) => holds(plain)),
    zen: zen(conditions),
  };
  for (const each of cases) await sameAnswers(run, each);
  const [ours, closures, ofZen] = await fastest(cases, [run.ours, run.closures, run.zen], seconds);
  const size = bench.size(2_000, 10_000);
  const countries = [...new Set(cases.map(({ situation }) => situation.profile.country))];
  const kinds = Object.entries(scopes(countries));
  const scoped = [];
  for (const [kind, scope] of kinds) {
    const ways = [size, FEW].map((total) => {
      const { ask, bundle: many } = inScope(total, scope);
      sameInScope(many, cases, scope);
      return ({ situation }) => ask(situation);
    });
    scoped.push([kind, await fastest(cases, ways, seconds)]);
  }
  const cold = kinds.map(([kind, scope]) => [
    kind,
    [size, FEW].map((total) => firstOf(total, scope, cases[0])),
  ]);
  const title = `${CONDITIONS.toLocaleString('en')} guardrails`;
  return [
    row(
      title,
      ours * CONDITIONS,
      closures * CONDITIONS,
      'evaluations/s of CPU',
      'higher',
      'hand-written closures',
    ),
    row(
      `${title}, beside ZEN`,
      ours * CONDITIONS,
      ofZen * CONDITIONS,
      'evaluations/s of CPU',
      'higher',
      'GoRules ZEN',
    ),
    ...scoped.map(([kind, [many, few]]) =>
      row(
        `${size.toLocaleString('en')} triggers and guardrails, ${IN_SCOPE} in scope${kind}`,
        1e6 / many,
        1e6 / few,
        'µs of CPU',
        'lower',
        `${FEW} of them, the same ${IN_SCOPE} in scope`,
      ),
    ),
    ...cold.map(([kind, [many, few]]) =>
      row(
        `${size.toLocaleString('en')} triggers and guardrails${kind}, the first evaluation after loading`,
        many,
        few,
        'ms',
        'lower',
        `${FEW} of them, the same ${IN_SCOPE} in scope`,
      ),
    ),
  ];
}

/** Customers with a past, and what was written to them. */
function situations() {
  const personOf = population(NOW);
  return Array.from({ length: 64 }, (_, n) => {
    const { profile } = JSON.parse(personOf(n, `prf_${n}`).text);
    return {
      now: new Date(NOW).toISOString(),
      trigger: null,
      signal: {
        type: 'track',
        event: 'Product Viewed',
        properties: {},
        messageId: 'm',
        at: new Date(NOW).toISOString(),
      },
      context: {},
      profile,
      suppressions: [],
      history: Array.from({ length: n % 6 }, (_, i) => ({
        messageId: `msg_${i}`,
        action: 'welcome',
        channel: i % 2 === 0 ? 'email' : 'onsite',
        class: 'marketing',
        tags: ['offer'],
        topic: 'news',
        offer: null,
        open: false,
        at: new Date(NOW - (i + 1) * 3 * DAY_MS).toISOString(),
      })),
      openTasks: [],
      facts: [],
      advice: null,
      actions: null,
    };
  });
}

/** The same as plain data, with all that is worked out: what the others read. */
function plainOf(situation) {
  const source = JSON.parse(JSON.stringify(toExpressionSource(situation)));
  const days = (at) => (NOW - Date.parse(at)) / DAY_MS;
  for (const message of source.history.messages) message.days = days(message.at);
  source.profile.days = days(source.profile.firstSeenAt);
  for (const event of EVENTS)
    source.profile.events[event] ??= { total: 0, count7d: 0, count30d: 0, count90d: 0 };
  source.profile.traits.key_account ??= false;
  return source;
}

const EVENTS = ['Product Viewed', 'Product Added', 'Order Completed'];
const COUNTRIES = ['DE', 'US', 'FR', 'GB', 'SE'];

/** The n-th condition: as a guardrail has it, as a closure, as ZEN has it. Six kinds that playbooks are full of. */
function condition(n) {
  const event = EVENTS[n % EVENTS.length];
  const country = COUNTRIES[n % COUNTRIES.length];
  const least = n % 17;
  switch (n % 6) {
    case 0:
      return {
        when: `profile.events["${event}"].count30d > ${least}`,
        holds: ({ profile }) => profile.events[event].count30d > least,
        zen: `profile.events["${event}"].count30d > ${least}`,
      };
    case 1:
      return {
        when: `profile.country == "${country}" && profile.events["${event}"].total >= ${least}`,
        holds: ({ profile }) => profile.country === country && profile.events[event].total >= least,
        zen: `profile.country == "${country}" and profile.events["${event}"].total >= ${least}`,
      };
    case 2:
      return {
        when: `history.countChannel("email", ${least + 1}) >= ${n % 3}`,
        holds: ({ history }) => {
          let count = 0;
          for (const { channel, days } of history.messages)
            if (channel === 'email' && days < least + 1) count++;
          return count >= n % 3;
        },
        zen: `count(history.messages, #.channel == "email" and #.days < ${least + 1}) >= ${n % 3}`,
      };
    case 3:
      return {
        when: `profile.country in ["${country}", "AT", "CH"] || profile.traits.key_account`,
        holds: ({ profile }) =>
          profile.country === country ||
          profile.country === 'AT' ||
          profile.country === 'CH' ||
          profile.traits.key_account,
        zen: `profile.country in ["${country}", "AT", "CH"] or profile.traits.key_account`,
      };
    case 4:
      return {
        when: `daysSince(profile.firstSeenAt) < ${least * 10} && profile.hasEmail`,
        holds: ({ profile }) => profile.days < least * 10 && profile.hasEmail,
        zen: `profile.days < ${least * 10} and profile.hasEmail`,
      };
    default:
      return {
        when: `profile.locale.startsWith("${country.toLowerCase()}") ? openTasks > ${least} : profile.stage == "active"`,
        holds: ({ profile, openTasks }) =>
          profile.locale.startsWith(country.toLowerCase()) ? openTasks > least : profile.stage === 'active',
        zen: `startsWith(profile.locale, "${country.toLowerCase()}") ? openTasks > ${least} : profile.stage == "active"`,
      };
  }
}

function guardrail(id, when, scope = {}) {
  return { id, title: id, reason: `Because of ${id}.`, effect: 'suppress', scope, when, owner: 'bench' };
}

/** The shipped playbook with these items besides. Segments stand in one file, the others in files of a folder. */
function playbook(folder, { segments = [], ...items }) {
  const files = Object.fromEntries(
    readdirSync(POLICIES, { recursive: true })
      .filter((path) => path.endsWith('.yaml') && !path.startsWith('tests'))
      .map((path) => [path, readFileSync(join(POLICIES, path), 'utf8')]),
  );
  for (const [kind, list] of Object.entries(items))
    for (let i = 0; i < list.length; i += IN_A_FILE)
      files[`${kind}/${folder}-${i / IN_A_FILE}.yaml`] = JSON.stringify(list.slice(i, i + IN_A_FILE));
  files['segments.yaml'] = JSON.stringify([...parse(files['segments.yaml']), ...segments]);
  const result = compilePlaybook(files);
  if (!result.ok) throw new Error(`the playbook has mistakes, such as ${JSON.stringify(result.errors[0])}`);
  return result.bundle;
}

function compiled(conditions) {
  const bundle = playbook('bench', {
    guardrails: conditions.map(({ when }, n) => guardrail(`bench-${n}`, when)),
  });
  const byId = new Map(bundle.guardrails.map((each) => [each.spec.id, each]));
  return { bundle, rules: conditions.map((_, n) => byId.get(`bench-${n}`)) };
}

/** One node with all expressions, which ZEN compiles once. */
function zen(conditions) {
  const expressions = conditions.map(({ zen: value }, n) => ({ id: `e${n}`, key: `r${n}`, value }));
  const decision = new ZenEngine().createDecision({
    contentType: 'application/vnd.gorules.decision',
    nodes: [
      { id: 'in', name: 'in', type: 'inputNode', position: { x: 0, y: 0 } },
      { id: 'all', name: 'all', type: 'expressionNode', position: { x: 0, y: 0 }, content: { expressions } },
      { id: 'out', name: 'out', type: 'outputNode', position: { x: 0, y: 0 } },
    ],
    edges: [
      { id: 'a', sourceId: 'in', targetId: 'all', type: 'edge' },
      { id: 'b', sourceId: 'all', targetId: 'out', type: 'edge' },
    ],
  });
  return async ({ plain }) => {
    const { result } = await decision.evaluate(plain);
    return expressions.map(({ key }) => result[key]);
  };
}

async function sameAnswers(run, each) {
  const [ours, closures, ofZen] = [run.ours(each), run.closures(each), await run.zen(each)];
  for (const [name, others] of Object.entries({ closures, zen: ofZen })) {
    const at = ours.findIndex((answer, n) => answer !== others[n]);
    if (at >= 0)
      throw new Error(
        `${name} disagree on ${condition(at).when}: ${String(others[at])}, ours ${String(ours[at])}`,
      );
  }
}

const NOWHERE = 'NZ';

/**
 * Ways in which a rule may be ruled out, by how they are told of: what the scope of the rules that are asked names, and what that of the others
 * does; with `event` the signal that their conditions begin with. What a segment or an event rules out is still told of, as a rule that does not match.
 */
function scopes(countries) {
  return {
    '': { near: { actions: ['welcome'] }, far: { actions: ['recover-cart'] } },
    ' by tag': { near: { tags: ['welcome'] }, far: { tags: ['win-back'] } },
    ' by event': { near: { event: 'Product Viewed' }, far: { event: 'Product Added' } },
    ' by channel': { near: { channels: ['email'] }, far: { channels: ['onsite'] } },
    ' by country': { near: { countries }, far: { countries: [NOWHERE] } },
    ' by class': { near: { classes: ['marketing'] }, far: { classes: ['transactional'] } },
    ' by segment': { near: { segments: ['bench-near'] }, far: { segments: ['bench-far'] } },
  };
}

const SEGMENTS = [
  { id: 'bench-near', title: 'Near', owner: 'bench', when: 'profile.hasEmail || !profile.hasEmail' },
  { id: 'bench-far', title: 'Far', owner: 'bench', when: `profile.country == "${NOWHERE}"` },
];

/** A signal and a decision in a playbook of so many triggers and guardrails, half of each: what is in scope is asked. */
function inScope(total, { near: inside, far: outside }) {
  const half = total / 2;
  const near = IN_SCOPE / 2;
  const when = (n) => condition(n * 6).when;
  const bundle = playbook('bench', {
    segments: SEGMENTS,
    guardrails: Array.from({ length: half }, (_, n) => {
      const { event, ...scope } = n < near ? inside : outside;
      const condition = event === undefined ? when(n) : `signal.event == "${event}" && ${when(n)}`;
      return guardrail(`bench-${n}`, condition, scope);
    }),
    triggers: Array.from({ length: half }, (_, n) => ({
      id: `bench-${n}`,
      title: 'Bench',
      kind: 'event',
      event: n < near ? 'Product Viewed' : 'Product Added',
      when: when(n),
      actions: ['welcome'],
      owner: 'bench',
    })),
  });
  const action = bundle.actions.get('welcome').spec;
  const ask = (situation) => {
    const input = toExpressionInput(bundle.vocabulary, toExpressionSource(situation));
    const fired = (bundle.triggersByEvent.get(situation.signal.event) ?? []).filter(({ when: asked }) => {
      const answer = asked.evaluate(input);
      return answer.known && answer.value;
    });
    const target = { action, channel: 'email', country: situation.profile.country };
    return [fired, judgeAll(bundle.guardrails, target, answersFor(input)(input), situation.now)];
  };
  return { bundle, ask };
}

/** What is out of scope says nothing, or that it does not match: else the rows would compare two different things. */
function sameInScope(bundle, cases, { far }) {
  const isTold = far.segments !== undefined || far.event !== undefined;
  const action = bundle.actions.get('welcome').spec;
  for (const { situation } of cases) {
    const input = toExpressionInput(bundle.vocabulary, toExpressionSource(situation));
    const target = { action, channel: 'email', country: situation.profile.country };
    const verdicts = judgeAll(bundle.guardrails, target, answersFor(input)(input), situation.now);
    const own = verdicts.filter(({ guardrail: { id } }) => id.startsWith('bench-'));
    if (
      isTold &&
      own.some(({ matched, guardrail: { id } }) => matched && Number(id.slice(6)) >= IN_SCOPE / 2)
    )
      throw new Error('a rule matches that was meant to be out of scope');
    if (!isTold && own.length !== IN_SCOPE / 2)
      throw new Error(`${own.length} of the generated rules are in scope, ${IN_SCOPE / 2} were meant`);
  }
}

/** The first evaluation in a playbook that was just loaded, in ms of CPU: the least of some. */
function firstOf(total, scope, { situation }) {
  const LOADED = 5;
  let least = Infinity;
  for (let i = 0; i < LOADED; i++) {
    const { ask } = inScope(total, scope);
    const before = process.cpuUsage();
    ask(situation);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}

/**
 * How often in a second of CPU each of some ways goes through a case. They take turns, so that whatever else the machine does falls on all of
 * them; the best of the turns counts.
 */
async function fastest(cases, ways, seconds) {
  const TURNS = 5;
  const best = ways.map(() => 0);
  for (let turn = -1; turn < TURNS; turn++) {
    for (const [i, way] of ways.entries()) {
      const until = performance.now() + (seconds * 1_000) / TURNS;
      const before = process.cpuUsage();
      let done = 0;
      while (performance.now() < until) {
        for (const each of cases) {
          const result = way(each);
          if (result instanceof Promise) await result;
        }
        done += cases.length;
      }
      const { user, system } = process.cpuUsage(before);
      // The first turn warms up.
      if (turn >= 0) best[i] = Math.max(best[i], (done * 1e6) / (user + system));
    }
  }
  return best;
}
