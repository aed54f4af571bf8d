import { type Message } from '../messages/message.js';
import { type Tx } from '../platform/database/index.js';
import { type Channel as ChannelSpec } from '../policies/playbook.js';
import { type Approval } from '../review/approval.js';
import { type Delivery } from './delivery.js';
import { type Wired, type WireLinks } from './wire.js';

/** A message ready to leave. It cannot be packed without an opened approval: what is sent is the approval's content. */
export interface Parcel {
  readonly message: Message;
  readonly approval: Approval;
  readonly links: WireLinks;
  /** The approval's content with its links, checked to be otherwise what was signed. */
  readonly wired: Wired;
  readonly channel: ChannelSpec;
  readonly at: Date;
}

/** Leaves over the network, outside any transaction. */
export interface RemoteChannel {
  readonly reach: 'remote';
  /** Who took it, as the message's history names it. */
  readonly provider: string;
  /**
   * Hands a parcel over. Never throws: whatever happens is a Delivery.
   * @param mayStillSend asked once the other side listens, right before the message itself is handed over.
   */
  send(parcel: Parcel, signal: AbortSignal, mayStillSend: () => Promise<boolean>): Promise<Delivery>;
}

/** Leaves into this database, in the transaction that marks it as sent: its fate is always known. */
export interface LocalChannel {
  readonly reach: 'local';
  readonly provider: string;
  put(tx: Tx, parcel: Parcel): Promise<Delivery>;
}

export type Channel = RemoteChannel | LocalChannel;

/** There is no way out as this deployment is set up. */
export interface NoChannel {
  readonly reach: 'nowhere';
  readonly reason: string;
}
