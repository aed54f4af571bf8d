import { Injectable } from '@nestjs/common';
import { MessagesService } from '../messages/index.js';
import { Database } from '../platform/database/index.js';
import { ErasedError } from '../platform/vault/index.js';
import { Log } from '../platform/telemetry/index.js';
import { PoliciesService } from '../policies/index.js';
import { Clock } from '../shared/clock.js';
import { linkTokenHash } from '../shared/links.js';
import { clickMachineReason, type LinkRequest, openMachineReason } from './attention.js';
import { type FollowedLink, selectLink } from './links.read-model.js';
import { OutcomesService } from './outcomes.service.js';

/** Who asks for a link, as far as the request tells. */
export type Visitor = Pick<LinkRequest, 'method' | 'userAgent' | 'purpose'>;

/** What a `/t/` address answers. */
export type Followed =
  | { readonly kind: 'redirect'; readonly target: string }
  | { readonly kind: 'pixel' }
  | { readonly kind: 'unknown' };

/** The links in messages that left. */
@Injectable()
export class LinksService {
  private readonly log = new Log('links');

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly policies: PoliciesService,
    private readonly messages: MessagesService,
    private readonly outcomes: OutcomesService,
  ) {}

  /** Follows a tracked link to exactly the signed target, or answers the pixel. Whoever follows it gets there even if nothing can be written. */
  async follow(token: string, visitor: Visitor): Promise<Followed> {
    const link = await selectLink(this.database.db, linkTokenHash(token));
    if (link === null || link.kind === 'unsubscribe') return { kind: 'unknown' };
    if (link.kind === 'open') {
      await this.quietly(() => this.recordOpen(link, token, visitor));
      return { kind: 'pixel' };
    }
    const target = await this.targetOf(link);
    await this.quietly(() => this.recordClick(link, token, visitor));
    return { kind: 'redirect', target };
  }

  /** The target in the signed content; the brand's own page when the person was erased and the content with them. */
  private async targetOf(link: FollowedLink): Promise<string> {
    try {
      const content = await this.messages.content(this.database.db, link.messageId);
      const target = link.link === null ? undefined : content?.links[link.link];
      if (target !== undefined) return target;
    } catch (error) {
      if (!(error instanceof ErasedError)) throw error;
    }
    return this.policies.active().brand.website;
  }

  private async recordClick(link: FollowedLink, token: string, visitor: Visitor): Promise<void> {
    const at = this.clock.now();
    const machine = clickMachineReason({ ...visitor, at, arrivedAt: link.arrivedAt });
    const tokenHash = linkTokenHash(token);
    // Once a second for each link: enough to tell, and nobody fills the table.
    const second = Math.floor(at.getTime() / 1_000);
    await this.database.transaction((tx) =>
      this.outcomes.recordClick(tx, {
        messageId: link.messageId,
        kind: 'clicked',
        at,
        detail: { link: link.link },
        uniqueKey: `clicked:${tokenHash}:${second}:${machine ?? 'open'}`,
        tokenHash,
        ...(machine === null ? {} : { whyNotCounted: machine }),
      }),
    );
  }

  private async recordOpen(link: FollowedLink, token: string, visitor: Visitor): Promise<void> {
    if (!this.policies.active().brand.tracking.opens) return;
    const at = this.clock.now();
    const machine = openMachineReason({ ...visitor, at, arrivedAt: link.arrivedAt });
    await this.database.transaction((tx) =>
      this.outcomes.record(tx, {
        messageId: link.messageId,
        kind: 'opened',
        at,
        detail: {},
        uniqueKey: `opened:${link.messageId}${machine === null ? '' : `:${machine}`}`,
        tokenHash: linkTokenHash(token),
        ...(machine === null ? {} : { whyNotCounted: machine }),
      }),
    );
  }

  private async quietly(record: () => Promise<unknown>): Promise<void> {
    try {
      await record();
    } catch (error) {
      this.log.error('links.unrecorded', { error });
    }
  }

  /** Whether this is an unsubscribe link of ours. Changes nothing. */
  async isUnsubscribeLink(token: string): Promise<boolean> {
    return (await selectLink(this.database.db, linkTokenHash(token)))?.kind === 'unsubscribe';
  }

  /** Unsubscribes; a second time changes nothing. @returns false when the link is not one of ours. */
  async unsubscribe(token: string): Promise<boolean> {
    const tokenHash = linkTokenHash(token);
    const link = await selectLink(this.database.db, tokenHash);
    if (link?.kind !== 'unsubscribe') return false;
    await this.database.transaction((tx) =>
      this.outcomes.record(tx, {
        messageId: link.messageId,
        kind: 'unsubscribed',
        at: this.clock.now(),
        detail: { by: 'link' },
        uniqueKey: `unsubscribed:${link.messageId}`,
        tokenHash,
      }),
    );
    return true;
  }

  /** Who the messages are from. */
  brandName(): string {
    return this.policies.active().brand.name;
  }
}
