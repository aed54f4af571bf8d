import { type Evidence } from './evidence.js';
import { Finding } from './finding.js';
import { countWaiting, selectLostFirings, selectLostMessages, selectLostSignals } from './work.read-model.js';

/** Everything that was begun goes on: there is work for it, or a person has it. */
export async function checkWork({ db }: Evidence): Promise<Finding> {
  const finding = new Finding('no work is lost');
  const waiting = await countWaiting(db);
  finding.looked = waiting.open + waiting.firings + waiting.inbox;
  for (const { id, state } of await selectLostMessages(db))
    finding.problem(`message ${id} is ${state}, and neither work nor a review will move it on`);
  for (const { id, trigger_id } of await selectLostFirings(db))
    finding.problem(`firing ${id} of ${trigger_id} was never decided, and no work will decide it`);
  for (const { signal_id } of await selectLostSignals(db))
    finding.problem(`signal ${signal_id} waits in the inbox and is not among the signals`);
  if (waiting.inbox > 0) finding.notes.push(`${waiting.inbox} signals wait to be applied`);
  if (waiting.dead > 0) finding.notes.push(`${waiting.dead} dead letters wait for a person`);
  if (waiting.failures > 0) finding.notes.push(`${waiting.failures} signals could not be applied`);
  if (waiting.unknown > 0)
    finding.notes.push(`${waiting.unknown} messages of unknown fate wait for a person`);
  return finding;
}
