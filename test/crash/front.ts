import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { type Service } from './service.js';
import { type Told } from './told.js';

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding']);

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

interface BatchAnswer {
  readonly success?: boolean;
  readonly rejected?: readonly { readonly index: number }[];
}

/** The load balancer in front of the service, and the witness of what it acknowledged. */
export class Front {
  private readonly agent = new Agent({ keepAlive: true });
  private turn = 0;
  /** Signals that were refused as bad: the workload sends none, so each is a defect. */
  readonly rejected: string[] = [];

  private constructor(
    private readonly server: Server,
    private readonly services: readonly Service[],
    private readonly told: Told,
  ) {}

  static async before(services: readonly Service[], told: Told): Promise<Front> {
    const server = createServer();
    const front = new Front(server, services, told);
    server.on('request', (incoming, outgoing) => {
      front.forward(incoming, outgoing).catch(() => outgoing.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The way to whoever answers requests and is ready, in turn. */
  private next(): string | null {
    const ready = this.services.flatMap(({ ready, links }) =>
      links.client === null || !ready ? [] : [`http://127.0.0.1:${links.client.port}`],
    );
    return ready[this.turn++ % Math.max(1, ready.length)] ?? null;
  }

  private async forward(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const base = this.next();
    const answer = base === null ? null : await this.ask(base, incoming, body).catch(() => null);
    if (answer === null) {
      outgoing.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '1' });
      outgoing.end('nobody answers');
      return;
    }
    if (incoming.url === '/v1/batch' && answer.status === 200) this.witness(incoming, body, answer);
    outgoing.writeHead(answer.status, answer.headers);
    outgoing.end(answer.body);
  }

  private ask(base: string, incoming: IncomingMessage, body: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const url = new URL(incoming.url ?? '/', base);
      const { method, headers } = incoming;
      const outgoing = request(url, {
        method,
        headers: { ...headers, host: url.host },
        agent: this.agent,
        timeout: 15_000,
      });
      outgoing.on('error', reject);
      outgoing.on('timeout', () => outgoing.destroy(new Error('no answer')));
      outgoing.on('response', (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('close', () => {
          if (!response.complete) reject(new Error('the answer broke off'));
        });
        response.on('end', () => {
          const headers = Object.entries(response.headers).filter(([name]) => !HOP_BY_HOP.has(name));
          resolve({
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(headers),
            body: Buffer.concat(parts),
          });
        });
      });
      outgoing.end(body);
    });
  }

  private witness(incoming: IncomingMessage, body: Buffer, answer: Answer): void {
    const zipped = incoming.headers['content-encoding'] === 'gzip' || (body[0] === 0x1f && body[1] === 0x8b);
    const { batch } = JSON.parse((zipped ? gunzipSync(body) : body).toString()) as {
      batch: { messageId: string }[];
    };
    const { rejected = [] } = JSON.parse(answer.body.toString()) as BatchAnswer;
    const bad = new Set(rejected.map(({ index }) => index));
    batch.forEach(({ messageId }, index) => {
      if (bad.has(index)) this.rejected.push(`${messageId}: ${answer.body.toString().slice(0, 300)}`);
      else this.told.acknowledged.add(messageId);
    });
  }

  async close(): Promise<void> {
    this.agent.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
