import { type AddressInfo, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';

/** What the server does with the next mail. A reply is an SMTP line such as `550 5.1.1 no such user`. */
type SmtpBehaviour =
  | { readonly does: 'accept' }
  | { readonly does: 'refuse'; readonly at: 'MAIL FROM' | 'RCPT TO' | 'DATA'; readonly reply: string }
  /** Says nothing any more from that command on. */
  | { readonly does: 'hang'; readonly at: 'greeting' | 'RCPT TO' | 'DATA' }
  /** Takes the whole mail and closes the connection instead of answering. */
  | { readonly does: 'drop'; readonly at: 'DATA' };

/** A mail that was handed over, whatever was answered. */
interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  readonly accepted: boolean;
}

/** A mail server on loopback that follows a script: behaviours in order, then `accept` for good. */
export interface FakeSmtpServer {
  readonly url: string;
  readonly mails: readonly TakenMail[];
  /** Behaviours for the next mails. */
  next(...behaviours: readonly SmtpBehaviour[]): void;
  close(): Promise<void>;
}

interface Refusal extends Error {
  responseCode: number;
}

function refusal(reply: string): Refusal {
  const [code = '550', ...words] = reply.split(' ');
  return Object.assign(new Error(words.join(' ')), { responseCode: Number(code) });
}

const addressOf = (address: false | { address: string }): string =>
  address === false ? '' : address.address;

async function read(stream: SMTPServerDataStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** @param port where it listens; any free one when left out, a certain one to come back after a failure. */
export async function startSmtpServer(port = 0): Promise<FakeSmtpServer> {
  const script: SmtpBehaviour[] = [];
  const mails: TakenMail[] = [];
  const sessions = new Map<string, SmtpBehaviour>();
  const behaviourOf = (session: string): SmtpBehaviour => sessions.get(session) ?? { does: 'accept' };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    logger: false,
    socketTimeout: 60_000,
    closeTimeout: 100,
    onConnect(_session, answer) {
      const [first] = script;
      if (first?.does === 'hang' && first.at === 'greeting') {
        script.shift();
        return;
      }
      answer();
    },
    onMailFrom(_address, session, answer) {
      // Whoever only greets, to see whether the server listens, takes no part in the script.
      const behaviour = script.shift() ?? { does: 'accept' };
      sessions.set(session.id, behaviour);
      if (behaviour.does === 'refuse' && behaviour.at === 'MAIL FROM') answer(refusal(behaviour.reply));
      else answer();
    },
    onRcptTo(_address, session, answer) {
      const behaviour = behaviourOf(session.id);
      if (behaviour.does === 'hang' && behaviour.at === 'RCPT TO') return;
      if (behaviour.does === 'refuse' && behaviour.at === 'RCPT TO') answer(refusal(behaviour.reply));
      else answer();
    },
    onData(stream, session, answer) {
      const behaviour = behaviourOf(session.id);
      read(stream).then((raw) => {
        mails.push({
          from: addressOf(session.envelope.mailFrom),
          to: session.envelope.rcptTo.map(addressOf),
          raw,
          accepted: behaviour.does === 'accept',
        });
        if (behaviour.does === 'refuse') answer(refusal(behaviour.reply));
        else if (behaviour.does === 'accept') answer();
        else if (behaviour.does === 'drop') sockets.get(session.remotePort)?.destroy();
      }, answer);
    },
    onClose(session) {
      sessions.delete(session.id);
    },
  });
  // Clients that go away in the middle are what these tests are about.
  server.on('error', () => undefined);
  const sockets = new Map<number, Socket>();
  server.server.on('connection', (socket: Socket) => {
    sockets.set(socket.remotePort ?? 0, socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    mails,
    next: (...behaviours) => {
      script.push(...behaviours);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets.values()) socket.destroy();
      }),
  };
}
