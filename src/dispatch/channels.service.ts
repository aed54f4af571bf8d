import { Inject, Injectable } from '@nestjs/common';
import { type Environment } from '../config/environment.js';
import { ENVIRONMENT } from '../platform/runtime.js';
import { Vault } from '../platform/vault/index.js';
import { type Channel as ChannelSpec } from '../policies/playbook.js';
import { type Channel, type NoChannel } from './channel.port.js';
import { OnsiteChannel } from './onsite.channel.js';
import { OutboxChannel } from './outbox.channel.js';
import { SmtpChannel } from './smtp.channel.js';
import { WebhookChannel } from './webhook.channel.js';

/** Which way a message leaves, as this deployment is set up. */
@Injectable()
export class ChannelsService {
  private readonly email: SmtpChannel | OutboxChannel;
  private readonly onsite = new OnsiteChannel();
  private readonly webhooks = new Map<string, WebhookChannel>();

  constructor(@Inject(ENVIRONMENT) environment: Environment, vault: Vault) {
    this.email =
      environment.SMTP_URL === undefined
        ? new OutboxChannel(vault, environment.MAIL_FROM)
        : new SmtpChannel(environment.SMTP_URL, environment.MAIL_FROM);
  }

  /** The way for a channel of the playbook. Without its secret a webhook has none: nobody would know that it never left. */
  for(channel: ChannelSpec): Channel | NoChannel {
    switch (channel.kind) {
      case 'email':
        return this.email;
      case 'onsite':
        return this.onsite;
      case 'webhook':
        return (
          this.webhook(channel.secretVariable) ?? {
            reach: 'nowhere',
            reason: `the secret of the channel ${channel.id} is not set (${channel.secretVariable})`,
          }
        );
    }
  }

  /** Whether there is a mail server. @throws when there is one that does not answer. */
  async mailAnswers(): Promise<boolean> {
    if (!(this.email instanceof SmtpChannel)) return false;
    await this.email.greet();
    return true;
  }

  private webhook(variable: string | undefined): WebhookChannel | undefined {
    // The playbook names the variable, so it cannot be one of the parsed environment's.
    const secret = variable === undefined ? undefined : process.env[variable];
    if (secret === undefined || secret === '') return undefined;
    const known = this.webhooks.get(secret);
    if (known !== undefined) return known;
    const made = new WebhookChannel(secret);
    this.webhooks.set(secret, made);
    return made;
  }
}
