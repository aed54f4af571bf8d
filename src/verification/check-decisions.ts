import { decide } from '../decisions/decide.js';
import { PRIOR_MODELS } from '../decisions/decision.js';
import { ENGINE_HERE } from '../decisions/index.js';
import { keptResult } from '../decisions/kept-result.js';
import { type Situation } from '../decisions/situation.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { sha256Hex } from '../shared/hash.js';
import { type DecisionRow, selectDecisions } from './evidence.read-model.js';
import { type Evidence, open } from './evidence.js';
import { Finding } from './finding.js';

const BATCH = 100;

/** Every decision is what was stored, and deciding again gives the same bytes. */
export async function checkDecisions(evidence: Evidence): Promise<Finding> {
  const finding = new Finding('decisions come out the same again');
  let otherEngine = 0;
  for (let after = ''; ;) {
    const rows = await selectDecisions(evidence.db, after, BATCH);
    for (const row of rows) {
      finding.looked += 1;
      const verdict = await replay(evidence, row);
      if (verdict === 'erased') finding.erased += 1;
      else if (verdict === 'aged out') finding.agedOut += 1;
      else if (verdict === 'other engine') otherEngine += 1;
      else if (verdict !== 'same') finding.problem(`decision ${row.id}: ${verdict}`);
    }
    const last = rows.at(-1);
    if (last === undefined) break;
    after = last.id;
  }
  if (otherEngine > 0) finding.notes.push(`${otherEngine} by another engine or model were not decided again`);
  return finding;
}

async function replay(evidence: Evidence, row: DecisionRow): Promise<string> {
  if (row.situation === null) return 'aged out';
  let situation: string | null;
  let result: string | null;
  try {
    situation = await open(evidence, row.key_id, row.situation);
    result = await open(evidence, row.key_id, row.result);
  } catch {
    return 'its situation or result was changed';
  }
  if (situation === null || result === null) return 'erased';
  if (sha256Hex(situation) !== row.situation_hash) return 'its situation is not the one it was made in';
  if (sha256Hex(result) !== row.result_hash) return 'its result is not the one that was stored';
  const bundle = await evidence.bundles.get(row.bundle_hash);
  if (typeof bundle === 'string') return bundle;
  if (row.engine !== ENGINE_HERE || row.models !== canonicalJson(PRIOR_MODELS.versions))
    return 'other engine';
  const again = decide(bundle, JSON.parse(situation) as Situation, PRIOR_MODELS, row.seed);
  return canonicalJson(keptResult(again)) === result ? 'same' : 'deciding again gives another result';
}
