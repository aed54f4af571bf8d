import { Injectable } from '@nestjs/common';
import { type Executor } from '../platform/database/index.js';
import { DONE, type WorkHandler } from '../platform/work/index.js';
import { type Decision } from './decision.js';
import { type Situation } from './situation.js';

/** Decisions: load, decide, save and hand over, in one transaction. */
@Injectable()
export class DecisionsService {
  readonly triggerFired: WorkHandler = { kind: 'trigger.fired', commit: () => Promise.resolve(DONE) };

  get(_db: Executor, _id: string): Promise<{ decision: Decision; situation: Situation } | null> {
    return Promise.reject(new Error('soon'));
  }
}
