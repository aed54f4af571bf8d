import { Injectable } from '@nestjs/common';
import { MessagesService } from '../messages/index.js';
import { type Message } from '../messages/message.js';
import { type Tx } from '../platform/database/index.js';
import { erasedIsNull } from '../platform/vault/index.js';
import { DONE, type WorkHandler } from '../platform/work/index.js';
import { PoliciesService } from '../policies/index.js';
import {
  consentFor,
  EVERY_TOPIC,
  PHONE_SPACES,
  type Withdrawal,
  withdrawalsIn,
} from '../profiles/consent.js';
import { type Applied, ProfilesService } from '../profiles/index.js';
import { type Profile } from '../profiles/profile.js';
import { addressSpace } from '../shared/identity.js';
import { OWN_SOURCE } from '../signals/signal.js';

const SYSTEM = 'system';
/** What the last step of a message says that was open when somebody withdrew. */
const CLOSED = {
  unsubscribe: { code: 'unsubscribed', text: 'The person unsubscribed.' },
  complaint: { code: 'complained', text: 'The person complained.' },
  refused: { code: 'consent_withdrawn', text: 'The person refused such messages after it was decided.' },
} as const;

/**
 * What hangs on a withdrawal beside consent itself: the address is suppressed, which outlives the person's erasure, and advertising that is open
 * for the person ends at once, wherever it waits. A message that is just being handed over can no longer be held back.
 */
@Injectable()
export class WithdrawalsService {
  constructor(
    private readonly policies: PoliciesService,
    private readonly profiles: ProfilesService,
    private readonly messages: MessagesService,
  ) {}

  /** Somebody refused something by another way than a signal (the API, an import): what is open for them is looked through. */
  readonly consentWithdrawn: WorkHandler = {
    kind: 'consent.withdrawn',
    commit: async (tx, job) => {
      const profile = await this.profiles.lock(tx, String(job.payload['profile'])).catch(erasedIsNull);
      if (profile !== null) await this.closeRefused(tx, profile, 'refused');
      return DONE;
    },
  };

  /** Looks at applied signals. Call it in the transaction that applied them, which holds the profiles' locks. */
  async observe(tx: Tx, applied: readonly Applied[]): Promise<void> {
    for (const one of applied) await this.observeOne(tx, one);
  }

  private async observeOne(tx: Tx, { signal, before, after, merged }: Applied): Promise<void> {
    // Our own reports of what came of a message: who recorded it did all this, for the address it went to.
    const withdrawn = signal.source === OWN_SOURCE ? [] : withdrawalsIn(signal, before?.consents ?? []);
    // What was said after it, and heard before it, stands.
    const standing = withdrawn.filter(
      ({ channel }) => consentFor(after.consents, channel, EVERY_TOPIC) !== 'granted',
    );
    for (const each of standing) await this.suppress(tx, after, each, signal.id, signal.occurredAt);
    // Nothing can be open for somebody of whom nobody had heard.
    const isNew = before === null && merged.length === 0;
    if (isNew || (before?.consents === after.consents && merged.length === 0)) return;
    if (!after.consents.some(({ state }) => state === 'denied')) return;
    await this.closeRefused(tx, after, standing[0]?.reason ?? 'refused');
  }

  private async suppress(
    tx: Tx,
    { addresses: { email, phone } }: Profile,
    { channel, reason }: Withdrawal,
    signalId: string,
    occurredAt: string,
  ): Promise<void> {
    const known = this.policies.active().channels.get(channel);
    const space = known === undefined ? channel : addressSpace(known);
    const address = space === 'email' ? email : PHONE_SPACES.includes(space) ? phone : null;
    if (address === null) return;
    const source = `signal ${signalId}`;
    await this.profiles.suppress(tx, { space, address, reason, source, saidAt: new Date(occurredAt) });
  }

  private closeRefused(tx: Tx, { id, consents }: Profile, why: keyof typeof CLOSED): Promise<void> {
    return this.close(tx, id, ({ channel, topic }) => consentFor(consents, channel, topic) === 'denied', why);
  }

  /** Ends what is open of advertising for a person, as far as it is refused. Call it under the person's lock. */
  async close(
    tx: Tx,
    profileId: string,
    isRefused: (message: Message) => boolean,
    why: keyof typeof CLOSED,
  ): Promise<void> {
    for (const open of await this.messages.openOf(tx, profileId)) {
      if (open.class !== 'marketing' || open.state === 'sending' || !isRefused(open)) continue;
      await this.messages.move(tx, open.id, 'suppressed', { actor: SYSTEM, ...CLOSED[why] });
    }
  }
}
