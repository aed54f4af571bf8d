/** How often each armed point may still be passed; empty but in tests of durability. */
const armed = new Map<string, number>();

/** Arms the points that CRASH_POINTS names. @param points name → at which passing the process dies, 1 at the first. */
export function armCrashPoints(points: ReadonlyMap<string, number>): void {
  for (const [name, passing] of points) armed.set(name, passing);
}

/** A moment at which losing the process would hurt most. Armed, it ends as after a power cut: nothing is cleaned up, nobody is told. */
export function crashPoint(name: string): void {
  const left = armed.get(name);
  if (left === undefined) return;
  armed.set(name, left - 1);
  if (left === 1) process.kill(process.pid, 'SIGKILL');
}
