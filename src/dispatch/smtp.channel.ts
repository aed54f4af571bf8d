import { Readable } from 'node:stream';
import SMTPConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';
import { isLoopback } from '../config/environment.js';
import { Stopping } from '../platform/work/index.js';
import { type Parcel, type RemoteChannel } from './channel.port.js';
import { type Delivery, readSmtpFailure, withoutAddresses } from './delivery.js';
import { type BuiltMail, buildMail } from './mail.builder.js';

/** How long to wait for a mail server, in milliseconds. */
export interface SmtpTimeouts {
  readonly connect: number;
  readonly greeting: number;
  /** Silence after which the connection counts as lost. */
  readonly silence: number;
  /** The whole conversation. */
  readonly whole: number;
}

const TIMEOUTS: SmtpTimeouts = { connect: 10_000, greeting: 10_000, silence: 20_000, whole: 50_000 };

/** What nodemailer says of a failure. */
interface SmtpError extends Error {
  readonly code?: string;
  readonly command?: string;
  readonly responseCode?: number;
  readonly response?: string;
}

interface Server {
  readonly options: SMTPConnectionOptions;
  readonly auth: { readonly user: string; readonly pass: string } | null;
}

/**
 * Reads SMTP_URL. The options `ignoreTLS`, `requireTLS`, `tls.rejectUnauthorized`, `name` and `socketTimeout` (milliseconds of silence) may be
 * given as in nodemailer's URLs. A password goes to a host other than this machine only under TLS.
 */
function serverOf(smtpUrl: string, timeouts: SmtpTimeouts): Server {
  const url = new URL(smtpUrl);
  const flag = (name: string): boolean => url.searchParams.get(name) === 'true';
  const secure = url.protocol === 'smtps:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const name = url.searchParams.get('name');
  const silence = Number(url.searchParams.get('socketTimeout') ?? Number.NaN);
  const auth =
    url.username === ''
      ? null
      : { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) };
  return {
    auth,
    options: {
      host,
      port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
      secure,
      ignoreTLS: flag('ignoreTLS'),
      requireTLS: flag('requireTLS') || (auth !== null && !isLoopback(host) && !flag('ignoreTLS')),
      ...(name === null ? {} : { name }),
      ...(url.searchParams.get('tls.rejectUnauthorized') === 'false'
        ? { tls: { rejectUnauthorized: false } }
        : {}),
      connectionTimeout: timeouts.connect,
      greetingTimeout: timeouts.greeting,
      socketTimeout: silence > 0 ? silence : timeouts.silence,
      dnsTimeout: timeouts.connect,
    },
  };
}

const asError = (failure: unknown): SmtpError =>
  failure instanceof Error ? failure : new Error(String(failure));

/** E-mail over SMTP, one conversation a mail: at every moment it is known how far it came. */
export class SmtpChannel implements RemoteChannel {
  readonly reach = 'remote';
  readonly provider = 'smtp';
  private readonly server: Server;

  constructor(
    smtpUrl: string,
    private readonly bounceAddress: string | undefined,
    private readonly timeouts: SmtpTimeouts = TIMEOUTS,
  ) {
    this.server = serverOf(smtpUrl, timeouts);
  }

  async send(parcel: Parcel, signal: AbortSignal, mayStillSend: () => Promise<boolean>): Promise<Delivery> {
    let mail: BuiltMail;
    try {
      mail = await buildMail(parcel, this.bounceAddress);
    } catch (error) {
      return { outcome: 'refused', reason: asError(error).message, hardBounce: false };
    }
    return this.converse(mail, signal, mayStillSend);
  }

  /** Connects, says who it is and leaves again: whether the server would listen. @throws when it does not, or not in time. */
  async greet(): Promise<void> {
    const connection = new SMTPConnection(this.server.options);
    try {
      await new Promise<void>((resolve, reject) => {
        connection.on('error', reject);
        connection.on('end', () => {
          reject(new Error('the server closed the connection'));
        });
        connection.connect((error) => {
          if (error) reject(error);
          else resolve();
        });
      });
      connection.quit();
    } finally {
      connection.close();
    }
  }

  private async converse(
    mail: BuiltMail,
    signal: AbortSignal,
    mayStillSend: () => Promise<boolean>,
  ): Promise<Delivery> {
    const connection = new SMTPConnection(this.server.options);
    const progress = { dataStarted: false };
    // Read only once the server asked for the mail (354). A last look for pauses, since it may have taken its time until here; from the first
    // byte on nobody but the server knows whether it was taken.
    const body = new Readable({
      read() {
        mayStillSend().then(
          (may) => {
            if (!may) {
              this.destroy(new Error('it may not leave any more'));
              return;
            }
            progress.dataStarted = true;
            this.push(mail.raw);
            this.push(null);
          },
          (error: unknown) => this.destroy(asError(error)),
        );
      },
    });
    const ended = new AbortController();
    const lost = new Promise<never>((_resolve, reject) => {
      const fail = (error: Error): void => {
        reject(error);
      };
      connection.on('error', fail);
      connection.on('end', () => {
        fail(new Error('the server closed the connection'));
      });
      const over = AbortSignal.any([signal, AbortSignal.timeout(this.timeouts.whole)]);
      const giveUp = (): void => {
        fail(over.reason instanceof Stopping ? over.reason : new Error('the server took too long'));
      };
      if (over.aborted) giveUp();
      over.addEventListener('abort', giveUp, { signal: ended.signal });
    });
    lost.catch(() => undefined); // It may fail after the conversation has ended well.
    try {
      return await Promise.race([this.steps(connection, mail, body), lost]);
    } catch (failure) {
      const error = asError(failure);
      return readSmtpFailure({
        dataStarted: progress.dataStarted,
        command: error.command ?? null,
        code: error.responseCode ?? null,
        malformed: error.code === 'EENVELOPE' || error.code === 'EMESSAGE',
        text: withoutAddresses(error.response ?? error.message, mail.envelope.to),
      });
    } finally {
      ended.abort();
      connection.close();
      body.destroy();
    }
  }

  private async steps(connection: SMTPConnection, mail: BuiltMail, body: Readable): Promise<Delivery> {
    const done = (step: (callback: (error?: Error | null) => void) => void): Promise<void> =>
      new Promise((resolve, reject) => {
        step((error) => {
          if (error) reject(error);
          else resolve();
        });
      });
    await done((callback) => {
      connection.connect(callback);
    });
    const { auth } = this.server;
    if (auth !== null && connection.allowsAuth) {
      await done((callback) => {
        connection.login({ credentials: { ...auth } }, callback);
      });
    }
    await done((callback) => {
      connection.send({ ...mail.envelope, size: mail.raw.length }, body, callback);
    });
    return { outcome: 'sent', providerId: mail.messageId };
  }
}
