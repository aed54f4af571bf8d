import { Injectable } from '@nestjs/common';
import { type Actor, actorId } from '../access/index.js';
import { AuditService } from '../audit/index.js';
import { type Executor, type Tx } from '../platform/database/index.js';
import { Problem } from '../platform/http/index.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { Clock } from '../shared/clock.js';
import { contentHash } from '../shared/hash.js';
import { type Contradiction, contradictionsAmong, thingsOf } from './contradiction.js';
import { type Fact, type FactInput, type FactKind } from './fact.js';
import {
  insertVersions,
  keepThings,
  lockFacts,
  type NewFact,
  selectClaims,
  selectClaimsSince,
  selectLatest,
  selectPage,
  selectShared,
  selectSharing,
  selectSharingSince,
  selectUnnamed,
} from './facts.repository.js';

/** Facts of one thing that are compared with those a draft rests on. */
const MOST_RIVALS = 100;
/** Facts that share a thing, as far as they are compared in one look at all of them. */
const MOST_SHARED = 5_000;
const NAMED_AT_ONCE = 500;

/** The catalogue: products, offers and approved claims, each at its latest version, valid or not. */
@Injectable()
export class FactsService {
  constructor(
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** These facts as they are now, in the order of their ids; unknown ids are left out. */
  async current(db: Executor, ids: readonly string[]): Promise<Fact[]> {
    if (ids.length === 0) return [];
    return (await selectLatest(db, ids)).map(({ fact }) => fact);
  }

  /** Every approved claim as it is now. */
  claims(db: Executor): Promise<Fact[]> {
    return selectClaims(db);
  }

  /** A page of facts by id. @param after the last id of the page before. */
  list(db: Executor, kind: FactKind | null, after: string | null, limit: number): Promise<Fact[]> {
    return selectPage(db, kind, after, limit);
  }

  /** Other facts of the same things as these, valid or not. */
  async rivals(db: Executor, facts: readonly Fact[]): Promise<Fact[]> {
    const things = [...new Set(facts.flatMap(thingsOf))];
    if (things.length === 0) return [];
    const ids = facts.map(({ id }) => id);
    return selectSharing(db, things, ids, MOST_RIVALS);
  }

  /** Of the other facts of the same things, and of other claims where one is among them, those that say something since a moment that they did not say before. */
  async rivalsSince(db: Executor, facts: readonly Fact[], since: Date): Promise<Fact[]> {
    const ids = facts.map(({ id }) => id);
    const things = [...new Set(facts.flatMap(thingsOf))];
    const claims = facts.some(({ kind }) => kind === 'claim') ? await selectClaimsSince(db, since) : [];
    const shared = things.length === 0 ? [] : await selectSharingSince(db, things, ids, since, MOST_RIVALS);
    return [...shared, ...claims.filter(({ id }) => !ids.includes(id))];
  }

  /** What contradicts itself among all facts in force. */
  async contradictions(db: Executor): Promise<Contradiction[]> {
    const shared = await selectShared(db, MOST_SHARED);
    const facts = [...(await this.current(db, shared)), ...(await this.claims(db))];
    return contradictionsAmong(facts, this.clock.now().toISOString());
  }

  /** Notes what facts are of that a release before this one put. @returns how many, at most `NAMED_AT_ONCE`. */
  async nameThings(tx: Tx): Promise<number> {
    const unnamed = await selectUnnamed(tx, NAMED_AT_ONCE);
    if (unnamed.length > 0) await keepThings(tx, unnamed.map(withThings));
    return unnamed.length;
  }

  /** Puts one fact: a new version when it says something new, else the version that says it already. @throws Problem 409 for another kind. */
  async put(tx: Tx, id: string, input: FactInput, actor: Actor): Promise<Fact> {
    const [fact] = await this.putAll(tx, [{ id, input }], actor);
    if (fact === undefined) throw new Error(`fact ${id} was not kept`);
    return fact;
  }

  /** Puts many, all or none; no id twice. @returns them in the order given. */
  async putAll(
    tx: Tx,
    puts: readonly { readonly id: string; readonly input: FactInput }[],
    actor: Actor,
  ): Promise<Fact[]> {
    await lockFacts(tx);
    const stored = await selectLatest(
      tx,
      puts.map(({ id }) => id),
    );
    const before = new Map(stored.map((latest) => [latest.fact.id, latest]));
    const facts = puts.map(({ id, input }) => {
      const earlier = before.get(id);
      if (earlier !== undefined && earlier.fact.kind !== input.kind)
        throw new Problem(
          409,
          'fact-kind',
          `${id} is a ${earlier.fact.kind} and cannot become a ${input.kind}.`,
        );
      const next = nextVersion(id, input, earlier?.fact.version ?? 0);
      return earlier?.contentHash === next.contentHash
        ? { fact: earlier.fact, next: null }
        : { fact: next.fact, next };
    });
    const versions = facts.flatMap(({ next }) => next ?? []);
    if (versions.length > 0) {
      await insertVersions(tx, versions, this.clock.now(), actorId(actor));
      await keepThings(
        tx,
        versions.map(({ fact }) => withThings(fact)),
      );
      await this.recordPut(tx, versions, actor);
    }
    return facts.map(({ fact }) => fact);
  }

  private async recordPut(tx: Tx, versions: readonly NewFact[], actor: Actor): Promise<void> {
    const [first] = versions;
    await this.audit.record(tx, {
      actor: actorId(actor),
      action: 'facts.put',
      subject: versions.length === 1 && first !== undefined ? first.fact.id : `${versions.length} facts`,
      detail: { facts: versions.map(({ fact }) => ({ id: fact.id, version: fact.version })) },
    });
  }
}

function withThings(fact: Fact): { id: string; version: number; things: string[] } {
  return { id: fact.id, version: fact.version, things: thingsOf(fact) };
}

function nextVersion(id: string, input: FactInput, before: number): NewFact {
  const data = canonicalJson(input.data);
  const said = {
    id,
    kind: input.kind,
    data: JSON.parse(data) as Fact['data'],
    validFrom: inUtc(input.validFrom),
    validUntil: inUtc(input.validUntil),
    source: input.source,
  };
  return { fact: { ...said, version: before + 1 }, data, contentHash: contentHash(said) };
}

function inUtc(time: string | null | undefined): string | null {
  return time === null || time === undefined ? null : new Date(time).toISOString();
}
