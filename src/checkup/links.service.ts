import { Injectable } from '@nestjs/common';
import { Database, holdCursor, moveCursor } from '../platform/database/index.js';
import { type Bundle } from '../policies/bundle.js';
import { FactsService, PoliciesService } from '../policies/index.js';
import { Clock } from '../shared/clock.js';
import {
  claimRound,
  deleteLinkChecks,
  deleteOldLinkChecks,
  keepLinkCheck,
  selectDoubtfulLinks,
  selectLinkChecks,
} from './health.repository.js';
import { probeLink } from './link.probe.js';
import { linksOf, linksOfFact, type NamedLink } from './links.js';

const ROUND = 'links';
const FACTS = 'links.facts';
const OF_FACT = 'facts/';
const EVERY_MS = 15 * 60_000;
/** A link that leads somewhere is followed once in so long; another one sooner. */
const GOOD_FOR_MS = 24 * 3_600_000;
const DOUBTFUL_FOR_MS = 3_600_000;
const FORGOTTEN_AFTER_MS = 30 * 24 * 3_600_000;
/** Of each kind in one round. */
const MOST_LINKS = 100;
const AT_ONCE = 4;
const LINK_WITHIN_MS = 8_000;
const ROUND_WITHIN_MS = 120_000;

/** Follows the links of templates and facts, a few at a time, where the playbook asks for it. */
@Injectable()
export class LinksService {
  private readonly stopping = new AbortController();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly policies: PoliciesService,
    private readonly facts: FactsService,
  ) {}

  /** Follows some links when it is time to; of several processes one does. */
  async followIfDue(): Promise<void> {
    const bundle = this.policies.active();
    if (bundle.engine.health.checkLinks !== true) return;
    const now = this.clock.now();
    if (await claimRound(this.database.db, ROUND, now, new Date(now.getTime() + EVERY_MS)))
      await this.follow();
  }

  /** Follows the links that were not followed for long. @returns how many it followed. */
  async follow(): Promise<number> {
    const bundle = this.policies.active();
    const due = await this.dueLinks(bundle);
    const until = performance.now() + ROUND_WITHIN_MS;
    let followed = 0;
    const worker = async (): Promise<void> => {
      for (let link = due.pop(); link !== undefined; link = due.pop()) {
        if (performance.now() > until || this.stopping.signal.aborted) return;
        await this.followOne(link, bundle.engine.health.allowHosts);
        followed++;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    const forgotten = new Date(this.clock.now().getTime() - FORGOTTEN_AFTER_MS);
    await this.database.transaction((tx) => deleteOldLinkChecks(tx, forgotten));
    return followed;
  }

  /** Ends what is under way; what was not followed to its end is not judged. */
  stop(): void {
    this.stopping.abort();
  }

  private async followOne({ url, namedBy }: NamedLink, allowHosts: readonly string[]): Promise<void> {
    const signal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(LINK_WITHIN_MS)]);
    const verdict = await probeLink(url, { allowHosts, signal });
    if (this.stopping.signal.aborted) return;
    await this.database.transaction((tx) =>
      keepLinkCheck(tx, { url, namedBy, ...verdict }, this.clock.now()),
    );
  }

  /** What is doubtful, what stands in templates, and a piece of the catalogue, each link once. */
  private async dueLinks(bundle: Bundle): Promise<NamedLink[]> {
    const now = this.clock.now().getTime();
    const doubtful = await this.doubtful(bundle, new Date(now - DOUBTFUL_FOR_MS));
    const named = [...linksOf(bundle), ...(await this.nextFacts())];
    const checks = await selectLinkChecks(
      this.database.db,
      named.map(({ url }) => url),
    );
    const fresh = named
      .filter(({ url }) => (checks.get(url)?.getTime() ?? -Infinity) <= now - GOOD_FOR_MS)
      .slice(0, 2 * MOST_LINKS);
    return [...new Map([...fresh, ...doubtful].map((link) => [link.url, link])).values()];
  }

  /** What was doubtful when it was followed last; what nobody names any more is forgotten. */
  private async doubtful(bundle: Bundle, before: Date): Promise<NamedLink[]> {
    const { db } = this.database;
    const links = await selectDoubtfulLinks(db, before, MOST_LINKS);
    const ids = links.map(({ namedBy }) => namedBy).filter((subject) => subject.startsWith(OF_FACT));
    const facts = await this.facts.current(db, [...new Set(ids.map((id) => id.slice(OF_FACT.length)))]);
    const named = new Set([...linksOf(bundle), ...facts.flatMap(linksOfFact)].map(({ url }) => url));
    const gone = links.filter(({ url }) => !named.has(url)).map(({ url }) => url);
    await this.database.transaction((tx) => deleteLinkChecks(tx, gone));
    return links.filter(({ url }) => named.has(url));
  }

  /** The next piece of the catalogue, in a circle by id. */
  private nextFacts(): Promise<NamedLink[]> {
    return this.database.transaction(async (tx) => {
      const now = this.clock.now();
      const cursor = await holdCursor(tx, 'health_cursors', FACTS, now);
      if (cursor === null) return [];
      const facts = await this.facts.list(tx, null, cursor.id === '' ? null : cursor.id, MOST_LINKS);
      const id = facts.length < MOST_LINKS ? '' : (facts.at(-1)?.id ?? '');
      await moveCursor(tx, 'health_cursors', FACTS, { at: now, id });
      return facts.flatMap(linksOfFact);
    });
  }
}
