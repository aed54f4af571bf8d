import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { type Executor, type Tx } from '../platform/database/index.js';
import { Problem } from '../platform/http/index.js';
import { Vault } from '../platform/vault/index.js';
import { WorkService } from '../platform/work/index.js';
import { Clock } from '../shared/clock.js';
import { Ids } from '../shared/ids.js';
import { FATE_UNKNOWN, FATES, isFate } from './fate.js';
import { profileFamily } from './family.read-model.js';
import {
  claimSignal,
  insertTask,
  lockTask,
  selectNotes,
  selectOpenTasks,
  selectTasks,
  type Task,
  type TaskState,
  updateClosed,
} from './tasks.repository.js';

/** Whoever owns a task is expected to look at it within a day. */
const DUE_AFTER_MS = 24 * 3_600_000;

/** What a hand-off asks of a person. */
export interface NewTask {
  readonly profileId: string;
  readonly owner: string;
  readonly reasonCode: string;
  readonly reason: string;
  readonly decisionId?: string;
  readonly messageId?: string;
  /** The signal that it is about. */
  readonly signalId?: string;
}

/** Tasks: automation for a person stays off while one of theirs is open. */
@Injectable()
export class TasksService {
  constructor(
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly vault: Vault,
    private readonly audit: AuditService,
    private readonly work: WorkService,
  ) {}

  /** Opens a task. @returns its id. */
  async open(tx: Tx, task: NewTask): Promise<string> {
    const id = this.ids.make('tsk');
    if (task.signalId !== undefined) await claimSignal(tx, task.signalId, id);
    await this.insert(tx, id, task);
    return id;
  }

  /** Opens a task about a signal, unless there was one about it, or one for the same reason is open for this person. */
  async openOnce(tx: Tx, task: NewTask): Promise<void> {
    const open = await this.openOf(tx, task.profileId);
    if (open.some(({ reasonCode }) => reasonCode === task.reasonCode)) return;
    const id = this.ids.make('tsk');
    if (task.signalId !== undefined && !(await claimSignal(tx, task.signalId, id))) return;
    await this.insert(tx, id, task);
  }

  private async insert(tx: Tx, id: string, task: NewTask): Promise<void> {
    const now = this.clock.now();
    await insertTask(tx, {
      id,
      profileId: task.profileId,
      state: 'open',
      owner: task.owner,
      reasonCode: task.reasonCode,
      reason: task.reason,
      decisionId: task.decisionId ?? null,
      messageId: task.messageId ?? null,
      dueAt: new Date(now.getTime() + DUE_AFTER_MS).toISOString(),
      createdAt: now.toISOString(),
      closedAt: null,
      closedBy: null,
      outcome: null,
    });
    await this.audit.record(tx, {
      actor: 'system',
      action: 'task.opened',
      subject: id,
      detail: { owner: task.owner, reasonCode: task.reasonCode },
    });
  }

  /**
   * Closes a task; automation for the person goes on once none is open. A person who closes one about a message of unknown fate says what
   * came of it (`left` or `did_not_leave`), and the message follows.
   * @param closing `by` is the actor's id.
   * @throws Problem 404 when there is none, 409 when it was closed already, 400 for an outcome that leaves a fate unknown.
   */
  async close(
    tx: Tx,
    id: string,
    closing: { by: string; outcome: string; note?: string | null | undefined },
  ): Promise<Task> {
    const task = await lockTask(tx, id);
    if (task === null) throw new Problem(404, 'no-such-task', `There is no task ${id}.`);
    if (task.state === 'closed') throw new Problem(409, 'task-closed', 'The task was closed already.');
    if (task.reasonCode === FATE_UNKNOWN && closing.by !== 'system' && !isFate(closing.outcome))
      throw new Problem(400, 'fate-unknown', 'Say whether the message left.', [
        { path: 'outcome', message: `should be ${FATES.join(' or ')}` },
      ]);
    const note = closing.note == null ? null : await this.vault.sealFor(tx, task.profileId, closing.note);
    const closed = await updateClosed(tx, id, {
      by: closing.by,
      at: this.clock.now(),
      outcome: closing.outcome,
      keyId: task.profileId,
      note,
    });
    await this.audit.record(tx, {
      actor: closing.by,
      action: 'task.closed',
      subject: id,
      detail: { outcome: closing.outcome },
    });
    if (task.reasonCode === FATE_UNKNOWN && task.messageId !== null && isFate(closing.outcome))
      await this.work.enqueue(tx, {
        kind: 'fate.told',
        key: task.messageId,
        dueAt: this.clock.now(),
        payload: { fate: closing.outcome, by: closing.by },
      });
    return closed ?? task;
  }

  /** Open tasks of a person, under every profile merged into theirs, oldest first. */
  async openOf(db: Executor, profileId: string): Promise<Task[]> {
    return selectOpenTasks(db, await profileFamily(db, profileId));
  }

  /** Newest first; one more than `limit` when there are more. */
  list(
    db: Executor,
    query: {
      state: TaskState | null;
      owner: string | null;
      after: { at: string; id: string } | null;
      limit: number;
    },
  ): Promise<Task[]> {
    return selectTasks(db, query);
  }

  /** What was written when these tasks were closed; the erased ones are missing. */
  async notes(db: Executor, ids: readonly string[]): Promise<Map<string, string>> {
    const sealed = await selectNotes(db, ids);
    const keys = await this.vault.keys(
      db,
      [...sealed.values()].map((note) => note.keyId),
    );
    const notes = new Map<string, string>();
    for (const [id, { keyId, note }] of sealed) {
      const key = keys.get(keyId);
      if (key !== undefined) notes.set(id, JSON.parse(this.vault.unsealText(key, note)) as string);
    }
    return notes;
  }
}
