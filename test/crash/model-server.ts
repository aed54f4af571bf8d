import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { type Random } from './random.js';

const MARK = 'tale of';
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'.split('');

/** The words that tell one draft of the model from every other. */
export function tokenIn(text: string): string | null {
  return new RegExp(`${MARK} ([a-z]{12})`).exec(text)?.[1] ?? null;
}

/** Speaks OpenAI's chat completions on loopback: each draft says something that no other says; now and then it fails as providers do. */
export class ModelServer {
  private constructor(
    private readonly server: Server,
    private readonly random: Random,
  ) {}

  static async start(random: Random): Promise<ModelServer> {
    const server = createServer();
    const model = new ModelServer(server, random);
    server.on('request', (request, response) => {
      model.answer(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return model;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const isAdvice = Buffer.concat(parts).includes('send_time');
    const fate = this.random.weighted([
      [92, 'draft'],
      [3, 'slow'],
      [3, 'busy'],
      [2, 'hangs up'],
    ] as const);
    if (fate === 'hangs up') {
      response.destroy();
      return;
    }
    if (fate === 'busy') {
      send(response, 503, { error: { message: 'busy', type: 'server_error', code: null, param: null } });
      return;
    }
    await wait(fate === 'slow' ? this.random.between(500, 3_000) : this.random.between(5, 60));
    send(response, 200, completion(isAdvice ? ADVICE : this.draft()));
  }

  private draft(): object {
    const token = Array.from({ length: 12 }, () => this.random.pick(LETTERS)).join('');
    return {
      subject: 'Your basket is waiting',
      preheader: 'We kept what you chose.',
      blocks: [
        { type: 'text', text: `We kept your basket as you left it. It comes with the ${MARK} ${token}.` },
      ],
      claims: [],
    };
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const ADVICE = {
  ranking: [{ action: 'recover-cart', channel: 'email' }],
  send_time: null,
  reasons: ['They began to check out and left.'],
};

function completion(content: object): object {
  const message = { role: 'assistant', content: JSON.stringify(content), refusal: null };
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 0,
    model: 'test-model',
    choices: [{ index: 0, message, finish_reason: 'stop', logprobs: null }],
    usage: { prompt_tokens: 1_000, completion_tokens: 200, total_tokens: 1_200 },
  };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
