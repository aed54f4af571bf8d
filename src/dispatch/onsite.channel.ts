import { type LocalChannel } from './channel.port.js';
import { type Delivery } from './delivery.js';

/** On site there is nothing to send: the decision API hands out the signed content to whoever renders the page. */
export class OnsiteChannel implements LocalChannel {
  readonly reach = 'local';
  readonly provider = 'onsite';

  put(): Promise<Delivery> {
    return Promise.resolve({ outcome: 'sent', providerId: null });
  }
}
