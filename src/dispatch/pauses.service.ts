import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { MessagesService } from '../messages/index.js';
import { canMove } from '../messages/message.js';
import { Database, type Executor, type Tx } from '../platform/database/index.js';
import { WorkService } from '../platform/work/index.js';
import { Clock } from '../shared/clock.js';
import { Ids } from '../shared/ids.js';
import { type Pause, type PauseScope, stops } from './pause.js';
import {
  endPause,
  insertPause,
  lockPause,
  selectActivePauses,
  selectPause,
  selectPauses,
} from './pauses.repository.js';
import { selectOpenMessages, selectWaitingMessages } from './waiting-messages.read-model.js';

const DROPPED_AT_ONCE = 100;

/** Sending stopped by a person, and let go again. */
@Injectable()
export class PausesService {
  constructor(
    private readonly database: Database,
    private readonly messages: MessagesService,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly work: WorkService,
    private readonly audit: AuditService,
  ) {}

  /** Pauses in force. */
  active(db: Executor): Promise<Pause[]> {
    return selectActivePauses(db);
  }

  /** Newest first, going on behind `after` (its time and id). */
  list(
    db: Executor,
    query: { ended: boolean; after: readonly [string, string] | null; limit: number },
  ): Promise<Pause[]> {
    return selectPauses(db, query);
  }

  /** In force with the commit: every message is looked at for pauses right before it leaves. @param actor as `actorId` gives it. */
  async create(tx: Tx, input: { scope: PauseScope; reason: string }, actor: string): Promise<Pause> {
    const pause: Pause = {
      id: this.ids.make('pau'),
      scope: input.scope,
      reason: input.reason,
      createdAt: this.clock.now().toISOString(),
      createdBy: actor,
      endedAt: null,
      endedBy: null,
    };
    await insertPause(tx, pause);
    await this.audit.record(tx, {
      actor,
      action: 'pause.created',
      subject: pause.id,
      detail: { scope: pause.scope, reason: pause.reason },
    });
    return pause;
  }

  /**
   * Cancels every open message that a pause in force keeps from leaving, its review with it. The pause stays in force, so that nothing slips out
   * meanwhile and what was begun can be gone on with. @returns how many; null when there is no such pause.
   */
  async dropWaiting(id: string, actor: string): Promise<number | null> {
    const pause = await selectPause(this.database.db, id);
    if (pause === null) return null;
    let dropped = 0;
    for (let after = ''; pause.endedAt === null;) {
      const open = await selectOpenMessages(this.database.db, after, DROPPED_AT_ONCE);
      const last = open.at(-1);
      if (last === undefined) break;
      after = last.id;
      const stopped = open.filter((message) => stops(pause.scope, message));
      dropped += await this.database.transaction(async (tx) => {
        let cancelled = 0;
        for (const message of stopped) {
          // It may have ended since it was looked up.
          if (!canMove((await this.messages.lock(tx, message.id)).state, 'cancelled')) continue;
          await this.messages.cancel(tx, message.id, {
            actor,
            reason: `Dropped at the end of a pause: ${pause.reason}`,
          });
          cancelled += 1;
        }
        return cancelled;
      });
    }
    return dropped;
  }

  /** Ends a pause; what it kept back is looked at again, everything afresh, at once. Null when there is no such pause. */
  async end(tx: Tx, id: string, actor: string): Promise<Pause | null> {
    const pause = await lockPause(tx, id);
    if (pause === null || pause.endedAt !== null) return pause;
    const now = this.clock.now();
    await endPause(tx, id, now, actor);
    await this.audit.record(tx, { actor, action: 'pause.ended', subject: id });
    const waiting = await selectWaitingMessages(tx, now);
    await this.work.enqueue(tx, ...waiting.map((key) => ({ kind: 'message.approved', key, dueAt: now })));
    return { ...pause, endedAt: now.toISOString(), endedBy: actor };
  }
}
