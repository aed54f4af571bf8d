import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Webhook } from 'standardwebhooks';
import { canonicalJson } from '../shared/canonical-json.js';
import { type Parcel, type RemoteChannel } from './channel.port.js';
import { type Delivery, readHttpStatus } from './delivery.js';
import {
  ForbiddenAddressError,
  publicLookup,
  refuseForbiddenHost,
  type Resolve,
} from './public-address.guard.js';

/** A webhook's request as it leaves. */
export interface WebhookRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The request of a parcel, signed after Standard Webhooks. `webhook-id` is the message's id, so that a receiver can tell a repetition.
 * @param secret base64, with or without `whsec_`.
 * @throws Error when the secret is not base64.
 */
function webhookRequest(parcel: Parcel, secret: string): WebhookRequest {
  const { content } = parcel.approval;
  const body = canonicalJson(content.payload ?? {});
  return {
    url: content.recipient,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Countersign',
      'webhook-id': parcel.message.id,
      'webhook-timestamp': String(Math.floor(parcel.at.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret).sign(parcel.message.id, parcel.at, body),
    },
    body,
  };
}

/**
 * Webhooks. Redirects are not followed; addresses that are not public are refused unless the channel allows the host by name. A timeout after
 * the connection stood leaves the fate unknown: not every receiver keeps `webhook-id`, so it is not repeated.
 */
export class WebhookChannel implements RemoteChannel {
  readonly reach = 'remote';
  readonly provider = 'webhook';

  constructor(
    private readonly secret: string,
    private readonly timeoutMs = 15_000,
    private readonly resolve?: Resolve,
  ) {}

  send(parcel: Parcel, signal: AbortSignal, mayStillSend: () => Promise<boolean>): Promise<Delivery> {
    let request: WebhookRequest;
    let url: URL;
    const { allowHosts } = parcel.channel;
    let allowed: boolean;
    try {
      request = webhookRequest(parcel, this.secret);
      url = new URL(request.url);
      if (url.protocol !== 'https:' && url.protocol !== 'http:')
        throw new Error(`${url.protocol} is not http or https`);
      allowed = allowHosts.includes(url.hostname.replace(/^\[|\]$/g, ''));
      if (!allowed) refuseForbiddenHost(url);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return Promise.resolve({ outcome: 'refused', reason, hardBounce: false });
    }
    return this.post(request, url, allowed, signal, mayStillSend);
  }

  private post(
    request: WebhookRequest,
    url: URL,
    allowed: boolean,
    signal: AbortSignal,
    mayStillSend: () => Promise<boolean>,
  ): Promise<Delivery> {
    return new Promise((settle) => {
      let begun = false;
      const secure = url.protocol === 'https:';
      const outgoing = (secure ? httpsRequest : httpRequest)(
        url,
        {
          method: 'POST',
          headers: { ...request.headers, 'content-length': Buffer.byteLength(request.body) },
          signal: AbortSignal.any([signal, AbortSignal.timeout(this.timeoutMs)]),
          agent: false,
          ...(allowed ? {} : { lookup: publicLookup(this.resolve) }),
        },
        (response) => {
          settle(readHttpStatus(response.statusCode ?? 0));
          response.destroy(); // What the receiver has to say beyond its status is nobody's business here.
        },
      );
      outgoing.on('socket', (socket) => {
        // Nothing is written before the (secure) connection stands: until then the receiver cannot have got anything.
        socket.once(secure ? 'secureConnect' : 'connect', () => {
          mayStillSend().then(
            (may) => {
              if (!may) {
                outgoing.destroy(new Error('it may not leave any more'));
                return;
              }
              begun = true;
              outgoing.end(request.body);
            },
            (error: unknown) => outgoing.destroy(error instanceof Error ? error : new Error(String(error))),
          );
        });
      });
      outgoing.on('error', (error) => {
        if (error instanceof ForbiddenAddressError)
          settle({ outcome: 'refused', reason: error.message, hardBounce: false });
        else settle({ outcome: begun ? 'unknown' : 'not_sent', reason: error.message });
      });
    });
  }
}
