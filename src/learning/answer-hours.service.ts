import { Injectable } from '@nestjs/common';
import { ANSWERED_WITHIN_MS } from '../decisions/best-hours.js';
import { Database, holdCursor, moveCursor, type Tx } from '../platform/database/index.js';
import { Pace } from '../platform/pace/index.js';
import { erasedIsNull } from '../platform/vault/index.js';
import { ProfilesService } from '../profiles/index.js';
import { Clock } from '../shared/clock.js';
import { hoursOf, type Whose } from './answer-hours.js';
import { addAnswerHours, type LeftMessage, selectLeft } from './answer-hours.repository.js';

const CURSOR = 'answer-hours';
/** Whoever looks for the first time looks so far back. */
const BACK_MS = 183 * 86_400_000;
/** What leaves by so much after it was to leave is counted; what leaves later is not. */
const DELAY_MS = 24 * 3_600_000;

/** Counts by the hour when messages were answered, beside the way of the data: behind a cursor, in batches, each message once. */
@Injectable()
export class AnswerHoursService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly profiles: ProfilesService,
    private readonly pace: Pace,
  ) {}

  /** Counts what is not counted yet and can no longer change. Nothing happens while another process is at it. @returns how many messages it read. */
  count(): Promise<number> {
    return this.pace.pieces((limit) => this.database.transaction((tx) => this.countBatch(tx, limit)));
  }

  private async countBatch(tx: Tx, limit: number): Promise<number> {
    const now = this.clock.now().getTime();
    const cursor = await holdCursor(tx, 'learning_cursors', CURSOR, new Date(now - BACK_MS));
    if (cursor === null) return 0;
    const settled = now - ANSWERED_WITHIN_MS;
    const before = new Date(settled - DELAY_MS);
    const rows = await selectLeft(tx, cursor, before, limit);
    const certain = rows.filter(({ left }) => left.getTime() <= settled);
    await addAnswerHours(tx, hoursOf(certain, await this.whose(tx, certain)));
    const last = rows.at(-1);
    const to = rows.length === limit && last !== undefined ? { at: last.planned, id: last.id } : { at: before, id: '' }; // prettier-ignore
    if (to.at > cursor.at || rows.length > 0) await moveCursor(tx, 'learning_cursors', CURSOR, to);
    return rows.length;
  }

  /** Who the messages went to; people who were erased are missing. */
  private async whose(tx: Tx, messages: readonly LeftMessage[]): Promise<Map<string, Whose>> {
    const people = new Map<string, Whose>();
    for (const id of new Set(messages.map(({ profileId }) => profileId))) {
      const profile = await this.profiles.load(tx, id).catch(erasedIsNull);
      if (profile !== null) people.set(id, profile);
    }
    return people;
  }
}
