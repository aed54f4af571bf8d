import { verifyChain } from '../audit/index.js';
import { type Evidence } from './evidence.js';
import { Finding } from './finding.js';

/** The audit log is what was sealed. */
export async function checkSeal({ db, auditKeys }: Evidence): Promise<Finding> {
  const finding = new Finding('the audit log is whole');
  const report = await verifyChain(db, auditKeys);
  finding.looked = report.entries;
  for (const problem of report.problems) finding.problem(problem);
  finding.notes.push(
    report.head === null ? 'no seal yet' : `${report.seals} seals, the last one is ${report.head}`,
  );
  if (report.unsealed > 0) finding.notes.push(`${report.unsealed} entries not sealed yet`);
  return finding;
}
