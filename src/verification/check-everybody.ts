import { allSharedCaps, slicingOf } from '../decisions/everybody.js';
import { type Cap } from '../policies/playbook.js';
import { selectActivations, selectSharedPlaces, type SharedPlaceRow } from './evidence.read-model.js';
import { type Evidence } from './evidence.js';
import { Finding } from './finding.js';

/** Between looking at the clock for a place and writing down that it leaves. */
const MOMENT_MS = 60_000;

/**
 * Every message left in the piece of time in which it holds its place, and no window holds more than its cap allowed under any playbook that was in
 * force. Places that no window reaches any more are not kept.
 */
export async function checkEverybody(evidence: Evidence): Promise<Finding> {
  const finding = new Finding('no cap over everybody was overshot');
  for (const [counter, { rule, limit }] of await widestCaps(evidence)) {
    const { widthMs, span } = slicingOf(limit);
    const places = await selectSharedPlaces(evidence.db, counter);
    finding.looked += places.length;
    for (const place of places) {
      const [from, until] = [place.slice * widthMs, (place.slice + 1) * widthMs + MOMENT_MS];
      const left = place.sending_at?.getTime() ?? from;
      if (left < from || left >= until)
        finding.problem(`message ${place.message_id} left outside of its place under rule ${rule}`);
    }
    const most = mostInAnyWindow(places, span);
    if (most > limit.max)
      finding.problem(`rule ${rule}: ${most} in ${limit.per}, where ${limit.max} are allowed`);
  }
  return finding;
}

async function widestCaps({ db, bundles }: Evidence): Promise<Map<string, { rule: string; limit: Cap }>> {
  const widest = new Map<string, { rule: string; limit: Cap }>();
  const hashes = new Set((await selectActivations(db)).map(({ bundle_hash }) => bundle_hash));
  for (const hash of hashes) {
    const bundle = await bundles.get(hash);
    // A playbook that cannot be had is told of where messages and decisions are looked at.
    if (typeof bundle === 'string') continue;
    for (const cap of allSharedCaps(bundle)) {
      const known = widest.get(cap.counter);
      if (known === undefined || known.limit.max < cap.limit.max) widest.set(cap.counter, cap);
    }
  }
  return widest;
}

/** @param places in the order of their slices. */
function mostInAnyWindow(places: readonly SharedPlaceRow[], span: number): number {
  let [most, held, first] = [0, 0, 0];
  for (const place of places) {
    held += place.tokens;
    for (let old = places[first]; old !== undefined && old.slice <= place.slice - span; old = places[++first])
      held -= old.tokens;
    most = Math.max(most, held);
  }
  return most;
}
