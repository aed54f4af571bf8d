import { createHash } from 'node:crypto';
import { type AddressInfo, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { tokenIn } from './model-server.js';
import { type Random } from './random.js';
import { type AcceptedMail } from './told.js';

/** An address that no mailbox is behind: refused for good. */
const isNobody = (address: string): boolean => address.startsWith('nobody-');

const failure = (code: number, text: string): Error => Object.assign(new Error(text), { responseCode: code });

async function read(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** A header's value, unfolded. */
function header(raw: string, name: string): string {
  const head = raw.slice(0, raw.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
  return new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1] ?? '';
}

/** The text of a mail, its quoted-printable line ends taken out; enough to find a token in it. */
const unfolded = (raw: string): string => raw.replace(/=\r\n/g, '');

/**
 * The mail server of the tests: remembers each mail it took. Now and then it takes a while, asks to come back later, or takes a mail and drops the
 * connection instead of saying so.
 */
export class MailServer {
  readonly accepted: AcceptedMail[] = [];
  private readonly sockets = new Map<number, Socket>();
  private readonly dataAt = new Map<string, number>();

  private constructor(
    private readonly server: SMTPServer,
    private readonly random: Random,
  ) {}

  static async start(random: Random): Promise<MailServer> {
    // Late bound: the server's handlers need the mail server that holds it.
    let mail: MailServer | undefined = undefined;
    const self = (): MailServer => {
      if (mail === undefined) throw new Error('the mail server has not started');
      return mail;
    };
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      disableReverseLookup: true,
      logger: false,
      socketTimeout: 120_000,
      closeTimeout: 100,
      onRcptTo(address, _session, answer) {
        if (isNobody(address.address)) answer(failure(550, '5.1.1 no such user here'));
        else if (self().random.chance(0.02)) answer(failure(450, '4.2.1 come back later'));
        else answer();
      },
      onData(stream, session, answer) {
        self().dataAt.set(session.id, Date.now());
        read(stream).then((raw) => {
          self().take(raw, session, answer);
        }, answer);
      },
    });
    server.on('error', () => undefined); // Clients that die in the middle are what this is about.
    mail = new MailServer(server, random);
    server.server.on('connection', (socket: Socket) => {
      const port = socket.remotePort ?? 0;
      self().sockets.set(port, socket);
      socket.on('close', () => self().sockets.delete(port));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return mail;
  }

  get port(): number {
    return (this.server.server.address() as AddressInfo).port;
  }

  /** Whether it took the mail of a message. */
  took(messageId: string): boolean {
    return this.accepted.some(({ mailId }) => mailId.startsWith(`<${messageId}@`));
  }

  private take(raw: Buffer, session: SMTPServerSession, answer: (error?: Error | null) => void): void {
    const fate = this.random.weighted([
      [94, 'accept'],
      [3, 'accept slowly'],
      [2, 'come back later'],
      [1, 'accept and drop'],
    ] as const);
    if (fate === 'come back later') {
      answer(failure(451, '4.3.0 try again'));
      return;
    }
    const text = raw.toString('utf8');
    this.accepted.push({
      recipient: session.envelope.rcptTo.map(({ address }) => address).join(),
      mailId: header(text, 'Message-ID'),
      subject: header(text, 'Subject'),
      marketing: header(text, 'List-Unsubscribe') !== '',
      token: tokenIn(unfolded(text)),
      hash: createHash('sha256').update(raw).digest('hex'),
      dataAt: this.dataAt.get(session.id) ?? 0,
      acceptedAt: Date.now(),
    });
    if (fate === 'accept') answer();
    else if (fate === 'accept slowly') setTimeout(answer, this.random.between(50, 800));
    else this.sockets.get(session.remotePort)?.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.sockets.values()) socket.destroy();
    await new Promise<void>((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
  }
}
