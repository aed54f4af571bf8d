import { approvalProblems } from './check-approval.js';
import { conductProblems } from './check-conduct.js';
import {
  countOrphans,
  selectActivations,
  selectApprovals,
  selectConsents,
  selectFamilies,
  selectMerges,
  selectSent,
  selectSuppressions,
  selectTasks,
  type SentRow,
} from './evidence.read-model.js';
import { type Evidence } from './evidence.js';
import { Finding } from './finding.js';
import { type PersonRecord } from './person.js';

const BATCH = 200;

/** Everything that was sent: approved as it left, and allowed when it left. Goes through the people one batch after the other. */
export async function checkMessages(evidence: Evidence): Promise<Finding[]> {
  const approvals = new Finding('what was sent is what was approved');
  const conduct = new Finding('nothing was sent against consent, caps or quiet hours');
  const { db } = evidence;
  const activations = await selectActivations(db);
  for (let after = ''; ;) {
    const families = await selectFamilies(db, after, BATCH);
    const last = families.at(-1);
    if (last === undefined) break;
    after = last.root;
    const rootOf = new Map(families.map(({ root, member }) => [member, root]));
    const members = [...rootOf.keys()];
    const sent = await selectSent(db, members);
    if (sent.length === 0) continue;
    const records = recordsByPerson(rootOf, {
      sent,
      consents: await selectConsents(db, members),
      merges: await selectMerges(db, members),
      tasks: await selectTasks(db, members),
    });
    const verdicts = await selectApprovals(
      db,
      sent.map((row) => row.id),
    );
    const addresses = sent.flatMap((row) => row.address_hash ?? []);
    const around = { activations, suppressions: await selectSuppressions(db, addresses) };
    for (const row of sent) {
      const own = verdicts.filter((verdict) => verdict.message_id === row.id);
      note(approvals, row, await approvalProblems(evidence, row, own));
      const record = records.get(rootOf.get(row.profile_id) ?? '');
      if (record !== undefined) note(conduct, row, await conductProblems(evidence, row, record, around));
    }
  }
  const orphans = await countOrphans(db);
  if (orphans > 0) approvals.problem(`${orphans} messages belong to nobody`);
  return [approvals, conduct];
}

function recordsByPerson(
  rootOf: ReadonlyMap<string, string>,
  rows: PersonRecord,
): ReadonlyMap<string, PersonRecord> {
  const pick = <Row>(all: readonly Row[], idOf: (row: Row) => string): Map<string, Row[]> => {
    const byRoot = new Map<string, Row[]>();
    for (const row of all) {
      const root = rootOf.get(idOf(row)) ?? '';
      byRoot.set(root, [...(byRoot.get(root) ?? []), row]);
    }
    return byRoot;
  };
  const sent = pick(rows.sent, (row) => row.profile_id);
  const consents = pick(rows.consents, (row) => row.profile_id);
  const merges = pick(rows.merges, (row) => row.from_profile_id);
  const tasks = pick(rows.tasks, (row) => row.profile_id);
  return new Map(
    [...sent.keys()].map((root) => [
      root,
      {
        sent: sent.get(root) ?? [],
        consents: consents.get(root) ?? [],
        merges: merges.get(root) ?? [],
        tasks: tasks.get(root) ?? [],
      },
    ]),
  );
}

function note(finding: Finding, row: SentRow, problems: string[] | 'erased' | 'aged out'): void {
  finding.looked += 1;
  if (problems === 'erased') finding.erased += 1;
  else if (problems === 'aged out') finding.agedOut += 1;
  else if (problems.length > 0) finding.problem(`message ${row.id}: ${problems.join(' ')}`);
}
