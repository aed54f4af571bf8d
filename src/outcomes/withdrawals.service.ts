import { Injectable } from '@nestjs/common';
import { suppressedReason } from '../decisions/checks.js';
import { MessagesService } from '../messages/index.js';
import { type Message } from '../messages/message.js';
import { type Tx } from '../platform/database/index.js';
import { erasedIsNull } from '../platform/vault/index.js';
import { DONE, type WorkHandler } from '../platform/work/index.js';
import { PoliciesService } from '../policies/index.js';
import {
  addressOn,
  consentFor,
  EVERY_TOPIC,
  grantsIn,
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
 * for the person or for their mailbox ends at once, wherever it waits. A message that is just being handed over can no longer be held back. And
 * what hangs on agreeing again: what they withdrew themselves is taken back.
 */
@Injectable()
export class WithdrawalsService {
  constructor(
    private readonly policies: PoliciesService,
    private readonly profiles: ProfilesService,
    private readonly messages: MessagesService,
  ) {}

  /**
   * Somebody refused something by another way than a signal (the API, an import), or an address that they share was suppressed: what is open for
   * them is looked through.
   */
  readonly consentWithdrawn: WorkHandler = {
    kind: 'consent.withdrawn',
    commit: async (tx, job) => {
      const profile = await this.profiles.lock(tx, String(job.payload['profile'])).catch(erasedIsNull);
      if (profile !== null) {
        await this.closeRefused(tx, profile, 'refused');
        await this.closeSuppressed(tx, profile);
      }
      return DONE;
    },
  };

  /** Looks at applied signals. Call it in the transaction that applied them, which holds the profiles' locks. */
  async observe(tx: Tx, applied: readonly Applied[]): Promise<void> {
    for (const one of applied) await this.observeOne(tx, one);
  }

  private async observeOne(tx: Tx, one: Applied): Promise<void> {
    const { signal, before, after } = one;
    // Our own reports of what came of a message: who recorded it did all this, for the address it went to.
    const withdrawn = signal.source === OWN_SOURCE ? [] : withdrawalsIn(signal, before?.consents ?? []);
    // What was said after it, and heard before it, stands.
    const standing = withdrawn.filter(
      ({ channel }) => consentFor(after.consents, channel, EVERY_TOPIC) !== 'granted',
    );
    const addresses: string[] = [];
    for (const each of standing)
      addresses.push(...(await this.suppress(tx, after, each, signal.id, signal.occurredAt)));
    await this.closeWhatIsRefused(tx, one, standing[0]?.reason ?? 'refused');
    await this.profiles.endOpenMail(tx, addresses);
    await this.lift(tx, one);
  }

  private async closeWhatIsRefused(
    tx: Tx,
    { before, after, merged }: Applied,
    why: keyof typeof CLOSED,
  ): Promise<void> {
    // Nothing can be open for somebody of whom nobody had heard.
    const isNew = before === null && merged.length === 0;
    if (isNew || (before?.consents === after.consents && merged.length === 0)) return;
    if (!after.consents.some(({ state }) => state === 'denied')) return;
    await this.closeRefused(tx, after, why);
  }

  private async lift(tx: Tx, { signal, before, after, merged }: Applied): Promise<void> {
    // Somebody of whom nobody had heard withdrew nothing; and of two who turn out to be one it is not known which trait was there before.
    if (before === null || (merged.length > 0 && signal.type === 'identify')) return;
    for (const channel of grantsIn(signal, before.traits)) {
      const grant = { channel, at: signal.occurredAt, source: `signal:${signal.source}`, actor: SYSTEM };
      await this.profiles.liftSuppressions(tx, after, grant);
    }
  }

  /** @returns under what name the address was suppressed; none when there is none. */
  private async suppress(
    tx: Tx,
    { id, addresses }: Profile,
    { channel, reason }: Withdrawal,
    signalId: string,
    occurredAt: string,
  ): Promise<string[]> {
    const known = this.policies.active().channels.get(channel) ?? { id: channel, kind: channel };
    const [space, address] = [addressSpace(known), addressOn(known, addresses)];
    if (address === null) return [];
    const at = new Date(occurredAt);
    await this.profiles.suppress(tx, {
      space,
      address,
      reason,
      source: `signal ${signalId}`,
      saidAt: at,
      ...(reason === 'unsubscribe' ? { withdrawn: { profileId: id, channel, at } } : {}),
    });
    return [this.profiles.addressHash(space, address)];
  }

  /** Ends what is open of advertising for a person to an address that nothing must be written to, whoever it was suppressed for. */
  private async closeSuppressed(tx: Tx, { id }: Profile): Promise<void> {
    for (const open of await this.openAdvertising(tx, id)) {
      const address = await this.messages.addressHash(tx, open.id);
      if (address === null) continue;
      const because = (await this.profiles.suppressionsAt(tx, [address])).get(address)?.reason;
      if (because === undefined) continue;
      await this.messages.move(tx, open.id, 'suppressed', {
        actor: SYSTEM,
        ...suppressedReason(open.channel, because),
      });
    }
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
    for (const open of await this.openAdvertising(tx, profileId))
      if (isRefused(open))
        await this.messages.move(tx, open.id, 'suppressed', { actor: SYSTEM, ...CLOSED[why] });
  }

  /** What can still be held back. */
  private async openAdvertising(tx: Tx, profileId: string): Promise<Message[]> {
    const open = await this.messages.openOf(tx, profileId);
    return open.filter((message) => message.class === 'marketing' && message.state !== 'sending');
  }
}
