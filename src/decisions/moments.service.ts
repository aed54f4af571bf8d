import { Injectable } from '@nestjs/common';
import { type Tx } from '../platform/database/index.js';
import { type Bundle } from '../policies/bundle.js';
import { type Applied } from '../profiles/index.js';
import { type Moment } from '../profiles/sensitive-moments.js';
import { isNews, momentWrittenIn } from '../profiles/written-words.js';
import { Clock, durationMs } from '../shared/clock.js';
import { TriggersService } from '../triggers/index.js';
import { type Decision } from './decision.js';
import { momentTask } from './open-tasks.js';
import { TasksService } from './tasks.service.js';

/** Hands over to a person what somebody wrote of grief, anger and the like. */
@Injectable()
export class MomentsService {
  constructor(
    private readonly clock: Clock,
    private readonly triggers: TriggersService,
    private readonly tasks: TasksService,
  ) {}

  /**
   * Looks at applied signals about which nothing is decided. Call it in the transaction that applied them, which holds the profiles' locks.
   * @param fired ids of the signals that fired a trigger: the playbook's own rules look at those first, see `DecisionsService`.
   */
  async observe(
    tx: Tx,
    bundle: Bundle,
    applied: readonly Applied[],
    fired: ReadonlySet<string>,
  ): Promise<void> {
    const now = this.clock.now().toISOString();
    const lateAfter = durationMs(bundle.engine.lateAfter);
    for (const { signal, profileId } of applied) {
      if (fired.has(signal.id)) continue;
      const moment = momentWrittenIn(bundle.vocabulary, signal);
      if (moment === null || !isNews(signal, now, lateAfter)) continue;
      await this.tasks.openOnce(tx, {
        profileId,
        ...momentTask(bundle, moment),
        signalId: signal.id,
      });
    }
  }

  /** A task for what a decision, or the draft that follows from it, found in what the person wrote; once for the signal behind it. */
  async handOver(
    tx: Tx,
    bundle: Bundle,
    moment: Moment,
    { id, profileId, firingId }: Decision,
    messageId?: string,
  ): Promise<void> {
    const { signalId } = firingId === null ? { signalId: null } : await this.triggers.firing(tx, firingId);
    await this.tasks.openOnce(tx, {
      profileId,
      ...momentTask(bundle, moment),
      decisionId: id,
      ...(messageId === undefined ? {} : { messageId }),
      ...(signalId === null ? {} : { signalId }),
    });
  }
}
