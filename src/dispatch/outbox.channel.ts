import { type Tx } from '../platform/database/index.js';
import { type Vault } from '../platform/vault/index.js';
import { type LocalChannel, type Parcel } from './channel.port.js';
import { type Delivery } from './delivery.js';
import { buildMail, UnmailableError } from './mail.builder.js';
import { insertIntoOutbox } from './outbox.repository.js';
import { type OutboxWire } from './outbox.js';

/** The local outbox: what would have left lies in the database, whole, for the console to show. Nothing can reach a real person. */
export class OutboxChannel implements LocalChannel {
  readonly reach = 'local';
  readonly provider = 'outbox';

  constructor(
    private readonly vault: Vault,
    private readonly bounceAddress: string | undefined,
  ) {}

  async put(tx: Tx, parcel: Parcel): Promise<Delivery> {
    const keyId = parcel.message.profileId;
    let wire: OutboxWire;
    try {
      wire = await this.wireOf(parcel);
    } catch (error) {
      if (!(error instanceof UnmailableError)) throw error;
      return { outcome: 'refused', reason: error.message, hardBounce: false };
    }
    await insertIntoOutbox(tx, {
      messageId: parcel.message.id,
      at: parcel.at,
      keyId,
      wire: await this.vault.sealFor(tx, keyId, wire),
    });
    return { outcome: 'sent', providerId: null };
  }

  private async wireOf(parcel: Parcel): Promise<OutboxWire> {
    const mail = await buildMail(parcel, this.bounceAddress);
    return { kind: 'email', envelope: mail.envelope, raw: mail.raw.toString('utf8') };
  }
}
