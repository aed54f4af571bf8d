import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TOKEN } from './service.js';

const SHIPPED = fileURLToPath(new URL('../../policies', import.meta.url));

/** A copy of the shipped playbook, changed. Without its tests, which speak of what is changed. @param change is given the folder */
export async function changedPlaybook(change) {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-playbook-'));
  await cp(SHIPPED, folder, { recursive: true });
  await rm(join(folder, 'tests'), { recursive: true });
  await change(folder);
  return folder;
}

/** @returns the body of a good answer below /v1/policies */
export async function askPolicies({ url }, path, init = {}) {
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}/v1/policies${path}`, { headers, ...init });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** The environment of a service whose changed folder comes into force at its start: in production others would have to agree to it. */
export function withPlaybook(folder) {
  return { NODE_ENV: 'development', POLICIES_DIR: folder };
}
