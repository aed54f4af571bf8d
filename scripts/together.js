// Lets many spec files share what they load. Jest gives each test file a world of its own, in which the whole service is read, compiled and
// warmed up again: with two hundred of them that is half of the time. So the spec files are dealt to a few test files that import them.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** What a spec imports that opens a database. */
const ON_A_DATABASE = /harness\/(database|service|dispatch-world|review-world|stages|process)\.js'/;

/** Hooks outside of a `describe` would hold for every spec file of the same world. */
const HOOKS_FOR_ALL = /^(before|after)(All|Each)\(/m;

/** Begins what a process can begin only once: the recorder of spans. */
const ONCE_IN_A_PROCESS = /integration\/tracing\.spec\.ts$/;

export function isOnADatabase(spec) {
  return ON_A_DATABASE.test(readFileSync(spec, 'utf8'));
}

function needsItsOwnWorld(spec) {
  return ONCE_IN_A_PROCESS.test(spec) || HOOKS_FOR_ALL.test(readFileSync(spec, 'utf8'));
}

/** Deals specs, the largest first, each to the hand that holds least. */
function deal(specs, hands) {
  const dealt = Array.from({ length: Math.min(hands, specs.length) }, () => ({ size: 0, specs: [] }));
  const bySize = specs
    .map((spec) => ({ spec, size: statSync(spec).size }))
    .toSorted((a, b) => b.size - a.size || (a.spec < b.spec ? -1 : 1));
  for (const { spec, size } of bySize) {
    const lightest = dealt.reduce((least, each) => (each.size < least.size ? each : least));
    lightest.size += size;
    lightest.specs.push(spec);
  }
  return dealt.map(({ specs }) => specs);
}

/**
 * Writes the test files that import `specs`: `worlds` of them with what opens databases, one with all the rest, which loads little of the
 * service and takes as long as one of the others.
 * @param folder where they go; Jest has to look there too.
 * @returns the paths to run.
 */
export function writeTogether(specs, folder, worlds) {
  const alone = specs.filter(needsItsOwnWorld);
  const shared = specs.filter((spec) => !alone.includes(spec));
  const dealt = [
    ...deal(
      shared.filter((spec) => !isOnADatabase(spec)),
      1,
    ),
    ...deal(shared.filter(isOnADatabase), worlds),
  ];
  const paths = dealt.map((mine, world) => {
    const path = join(folder, `together-${world}.spec.ts`);
    writeFileSync(path, mine.map((spec) => `await import(${JSON.stringify(resolve(spec))});\n`).join(''));
    return path;
  });
  return [...alone, ...paths];
}
