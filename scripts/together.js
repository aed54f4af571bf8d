// Lets many spec files share what they load. Jest gives each test file a world of its own, in which the whole service is read, compiled and
// warmed up again: with two hundred of them that is half of the time. So the spec files are dealt to a few test files that import them.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Hooks outside of a `describe` would hold for every spec file of the same world. */
const HOOKS_FOR_ALL = /^(before|after)(All|Each)\(/m;

/** Begins what a process can begin only once: the recorder of spans. */
const ONCE_IN_A_PROCESS = /integration\/tracing\.spec\.ts$/;

/** They wait for most of a minute: at the end of a world they would keep one worker busy after the others are done. */
const LONG =
  /(integration\/health|scenarios\/(advice|model-gone|playbook-health|restart)|pipeline\/intake\.service)\.spec\.ts$/;

function needsItsOwnWorld(spec) {
  return ONCE_IN_A_PROCESS.test(spec) || LONG.test(spec) || HOOKS_FOR_ALL.test(readFileSync(spec, 'utf8'));
}

/**
 * Writes the test files that import `specs`.
 * @param folder where they go; Jest has to look there too.
 * @returns the paths to run. Jest begins with the largest files, so with those that share nothing.
 */
export function writeTogether(specs, folder, worlds) {
  const alone = specs.filter(needsItsOwnWorld);
  const shared = specs.filter((spec) => !alone.includes(spec));
  const bySize = shared.toSorted((a, b) => statSync(b).size - statSync(a).size || (a < b ? -1 : 1));
  const paths = Array.from({ length: Math.min(worlds, bySize.length) }, (_, world) => {
    const path = join(folder, `together-${world + 1}.spec.ts`);
    const mine = bySize.filter((_spec, i) => i % worlds === world);
    writeFileSync(path, mine.map((spec) => `await import(${JSON.stringify(resolve(spec))});\n`).join(''));
    return path;
  });
  return [...alone, ...paths];
}
