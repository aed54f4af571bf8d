import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/index.js';
import { decodeCursor, page, type Page, type PageQuery } from '../platform/http/index.js';
import { Vault } from '../platform/vault/index.js';
import { DONE, type WorkHandler } from '../platform/work/index.js';
import { ProfilesService } from '../profiles/index.js';
import { type Profile } from '../profiles/profile.js';
import { type ProfileState } from '../profiles/projection.js';
import { type Affected, type AffectingChange } from './affected.js';
import { selectAffected, selectAffectedPeople } from './affected.read-model.js';
import { deleteAffected, deleteAffectedOf, deleteAffectedPeople } from './affected.repository.js';
import { type AffectedPerson, type PersonChange, type SentOnBothSides } from './affected-person.js';
import { decisionCursor, personCursor } from './affected-answer.js';

/** A decision that would have been another, and whose it is. */
export interface AffectedLine extends Affected {
  readonly profile: Profile;
}

/** Somebody who would get other messages. */
export interface AffectedPersonLine extends Omit<AffectedPerson, 'id'> {
  readonly profile: Profile;
}

/** How many lines are let go of at once. */
const AT_ONCE = 1_000;

/**
 * Lists of who would be affected. Names are opened when a list is read, so nobody who was erased is on it; and they are taken off it right
 * afterwards.
 */
@Injectable()
export class AffectedPeople {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly profiles: ProfilesService,
  ) {}

  /** Somebody was erased: what would have become of them is nobody's business any more. */
  readonly profileErased: WorkHandler = {
    kind: 'profile.erased',
    commit: async (tx, job) => {
      await deleteAffectedOf(tx, await this.profiles.profileIdsOf(tx, job.key));
      return DONE;
    },
  };

  /**
   * Lets go of lines of replays about decisions made before `decisions`, and of lists of simulations that were asked for before `simulations`.
   * @returns how many lines.
   */
  async letGo(before: { readonly decisions: Date; readonly simulations: Date }): Promise<{
    readonly replays: number;
    readonly simulations: number;
  }> {
    const all = async (some: () => Promise<number>): Promise<number> => {
      let lines = 0;
      for (let gone = AT_ONCE; gone === AT_ONCE; lines += gone) gone = await some();
      return lines;
    };
    const { db } = this.database;
    return {
      replays: await all(() => deleteAffected(db, before.decisions, AT_ONCE)),
      simulations: await all(() => deleteAffectedPeople(db, before.simulations, AT_ONCE)),
    };
  }

  /** Whom a replay found affected, in the order of the decisions. @throws Problem 400 for a cursor of another list. */
  async ofReplay(
    replayId: string,
    query: PageQuery & { readonly change?: AffectingChange | undefined; readonly cause?: string | undefined },
  ): Promise<Page<AffectedLine>> {
    const found = await selectAffected(this.database.db, replayId, {
      change: query.change ?? null,
      cause: query.cause ?? null,
      after: decodeCursor(query.cursor, decisionCursor),
      limit: query.limit + 1,
    });
    const { data: rows, nextCursor } = page(found, query.limit, (row) => [
      row.decided_at.toISOString(),
      row.decision_id,
    ]);
    const profiles = await this.whoseAre(rows);
    const data = rows.flatMap((row): AffectedLine[] => {
      const profile = profiles.get(row.profile_id);
      if (profile === undefined) return [];
      const { before, after } = JSON.parse(row.done) as Pick<Affected, 'before' | 'after'>;
      const { decision_id: id, change, causes } = row;
      return [{ id, createdAt: row.decided_at.toISOString(), change, causes, before, after, profile }];
    });
    return { data, nextCursor };
  }

  /** Whom a simulation found affected, in the order of their ids. @throws Problem 400 for a cursor of another list. */
  async ofSimulation(
    simulationId: string,
    query: PageQuery & { readonly change?: PersonChange | undefined; readonly cause?: string | undefined },
  ): Promise<Page<AffectedPersonLine>> {
    const found = await selectAffectedPeople(this.database.db, simulationId, {
      change: query.change ?? null,
      cause: query.cause ?? null,
      after: decodeCursor(query.cursor, personCursor)?.[0] ?? null,
      limit: query.limit + 1,
    });
    const { data: rows, nextCursor } = page(found, query.limit, ({ profile_id: id }) => [id]);
    const profiles = await this.whoseAre(rows);
    const data = rows.flatMap(({ profile_id: id, change, causes, messages }): AffectedPersonLine[] => {
      const profile = profiles.get(id);
      const sent = JSON.parse(messages) as SentOnBothSides;
      return profile === undefined ? [] : [{ change, causes, sent, profile }];
    });
    return { data, nextCursor };
  }

  /** By id. Whoever is erased just now is missing. */
  private async whoseAre(
    rows: readonly { readonly profile_id: string; readonly state: Uint8Array }[],
  ): Promise<Map<string, Profile>> {
    const ids = [...new Set(rows.map(({ profile_id }) => profile_id))];
    const keys = await this.vault.keys(this.database.db, ids);
    const profiles = new Map<string, Profile>();
    for (const { profile_id: id, state } of rows) {
      const key = keys.get(id);
      if (key === undefined || profiles.has(id)) continue;
      profiles.set(id, (JSON.parse(this.vault.unsealText(key, state)) as ProfileState).profile);
    }
    return profiles;
  }
}
