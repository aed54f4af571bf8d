import { type Db } from '../platform/database/index.js';
import { type Secrets } from '../platform/secrets/secrets.js';
import { Vault } from '../platform/vault/index.js';
import { type Clock } from '../shared/clock.js';
import { checkDecisions } from './check-decisions.js';
import { checkEverybody } from './check-everybody.js';
import { checkMessages } from './check-messages.js';
import { checkSeal } from './check-seal.js';
import { checkWork } from './check-work.js';
import { Bundles, type Evidence } from './evidence.js';
import { type Finding } from './finding.js';

export { type Finding, findingLines } from './finding.js';

/** Looks over the whole database and changes nothing. */
export async function verifyDatabase(db: Db, secrets: Secrets, clock: Clock): Promise<Finding[]> {
  const evidence: Evidence = {
    db,
    vault: new Vault(secrets, clock),
    keys: secrets.approvalVerifyingKeys(),
    auditKeys: secrets.all('audit'),
    bundles: new Bundles(db),
  };
  return [
    await checkSeal(evidence),
    ...(await checkMessages(evidence)),
    await checkEverybody(evidence),
    await checkWork(evidence),
    await checkDecisions(evidence),
  ];
}
