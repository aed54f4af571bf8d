import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Webhook } from 'standardwebhooks';
import { Database } from '../platform/database/index.js';
import { Secrets } from '../platform/secrets/secrets.js';
import { Clock } from '../shared/clock.js';
import { clickMachineReason, openMachineReason } from './attention.js';
import { type NewOutcome } from './outcome.js';
import { OutcomesService } from './outcomes.service.js';
import { type ParsedEvents, type ProviderEvent, readProviderEvents } from './provider-events.js';

/** The parts of a request that prove who sent it. */
export interface SentBy {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

function secretUnder(key: Uint8Array, provider: string): string {
  return `whsec_${createHmac('sha256', key).update(`provider:${provider}`).digest('base64')}`;
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** A password given as HTTP Basic or Bearer; null without one. */
function passwordOf(authorization: string | undefined): string | null {
  const [scheme = '', value = ''] = authorization?.split(' ') ?? [];
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return null;
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? null : text.slice(colon + 1);
}

/** What providers report about messages that left. */
@Injectable()
export class ProviderReportsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly secrets: Secrets,
    private readonly outcomes: OutcomesService,
  ) {}

  /** The secret a provider signs or signs in with: one for each, derived, so that there is nothing to store. */
  secret(provider: string): string {
    return secretUnder(this.secrets.current('webhooks'), provider);
  }

  /** Whether a report is the provider's: signed after Standard Webhooks, or with the secret as its password. */
  isFrom(provider: string, { headers, body }: SentBy): boolean {
    const secrets = this.secrets.all('webhooks').map((key) => secretUnder(key, provider));
    const password = passwordOf(headers['authorization']);
    if (password !== null) return secrets.some((secret) => same(secret, password));
    const signed = {
      'webhook-id': headers['webhook-id'] ?? '',
      'webhook-timestamp': headers['webhook-timestamp'] ?? '',
      'webhook-signature': headers['webhook-signature'] ?? '',
    };
    return secrets.some((secret) => {
      try {
        new Webhook(secret).verify(body, signed, { jsonParse: false });
        return true;
      } catch {
        return false; // A signature that does not verify is the answer, not a failure.
      }
    });
  }

  /** Records what a provider reports; what it repeats is recorded once. */
  async take(
    provider: string,
    body: unknown,
  ): Promise<{ recorded: number; ignored: ParsedEvents['ignored'] }> {
    const { events, ignored } = readProviderEvents(provider, body);
    let recorded = 0;
    for (const event of events) {
      const outcome = this.outcomeOf(provider, event);
      const isNew = await this.database.transaction((tx) => this.outcomes.record(tx, outcome));
      if (isNew) recorded++;
    }
    return { recorded, ignored };
  }

  private outcomeOf(provider: string, event: ProviderEvent): NewOutcome {
    const now = this.clock.now();
    const said = event.at === null ? now : new Date(event.at);
    const at = said > now ? now : said;
    const base = { messageId: event.messageId, kind: event.kind, at };
    switch (event.kind) {
      case 'opened':
      case 'clicked': {
        const request = {
          method: 'GET',
          userAgent: event.userAgent ?? undefined,
          purpose: undefined,
          at,
          arrivedAt: null,
        };
        const machine = event.kind === 'opened' ? openMachineReason(request) : clickMachineReason(request);
        const name = event.eventId ?? String(Math.floor(at.getTime() / 1_000));
        return {
          ...base,
          detail: { provider },
          uniqueKey: `${event.kind}:${event.messageId}:${provider}:${name}`,
          ...(machine === null ? {} : { whyNotCounted: machine }),
        };
      }
      case 'bounced':
        return {
          ...base,
          detail: { provider, bounce: event.hard ? 'hard' : 'soft' },
          uniqueKey: event.hard
            ? `bounced:${event.messageId}`
            : `bounced:${event.messageId}:soft:${event.eventId ?? at.toISOString()}`,
        };
      case 'delivered':
      case 'unsubscribed':
      case 'complained':
        return { ...base, detail: { provider }, uniqueKey: `${event.kind}:${event.messageId}` };
    }
  }
}
