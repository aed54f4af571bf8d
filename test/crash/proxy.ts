import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** Whether the client said something last. */
  awaited: boolean;
}

/** A TCP proxy on loopback that breaks connections as networks do. */
export class Proxy {
  private readonly pairs = new Set<Pair>();
  private mode: 'pass' | 'stall' | 'refuse' = 'pass';

  private constructor(
    private readonly listener: Server,
    private readonly target: () => number | null,
  ) {}

  /** @param target the port behind it, asked at each connection: a restarted server may have another, or be gone. */
  static async to(target: () => number | null): Promise<Proxy> {
    const listener = createServer({ allowHalfOpen: true });
    const proxy = new Proxy(listener, target);
    listener.on('connection', (client) => {
      proxy.join(client);
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  /** Whether a client waits for an answer. */
  get isAwaited(): boolean {
    return [...this.pairs].some(({ awaited }) => awaited);
  }

  private join(client: Socket): void {
    client.on('error', () => client.destroy());
    const port = this.target();
    if (this.mode === 'refuse' || port === null) {
      client.destroy();
      return;
    }
    const server = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const pair = { client, server, awaited: false };
    client.on('data', () => (pair.awaited = true));
    server.on('data', () => (pair.awaited = false));
    this.pairs.add(pair);
    server.on('error', () => server.destroy());
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.pipe(to);
      from.on('close', () => {
        this.pairs.delete(pair);
        if (!stranded.has(pair)) to.destroy();
      });
    }
    const stranded = this.stranded;
    if (this.mode === 'stall') this.freeze(pair);
  }

  /** Pairs of which one side is gone and the other must not learn of it. */
  private readonly stranded = new WeakSet<Pair>();

  private freeze({ client, server }: Pair): void {
    client.unpipe(server);
    server.unpipe(client);
    client.pause();
    server.pause();
  }

  private thaw({ client, server }: Pair): void {
    client.pipe(server);
    server.pipe(client);
  }

  /** Ends every connection on both sides. */
  cut(): void {
    for (const { client, server } of this.pairs) {
      client.destroy();
      server.destroy();
    }
  }

  /**
   * Ends every connection on one side only; the other hears nothing for `ms`, as when a machine or a router loses its power.
   * @param gone whose end is lost.
   */
  strand(gone: 'client' | 'server', ms: number): void {
    for (const pair of this.pairs) {
      this.stranded.add(pair);
      this.freeze(pair);
      const left = gone === 'client' ? pair.server : pair.client;
      (gone === 'client' ? pair.client : pair.server).destroy();
      setTimeout(() => left.destroy(), ms);
    }
  }

  /** Takes connections and lets nothing through, in either direction. */
  stall(): void {
    this.mode = 'stall';
    for (const pair of this.pairs) this.freeze(pair);
  }

  /** Turns away whoever connects. */
  refuse(): void {
    this.mode = 'refuse';
    this.cut();
  }

  /** Works again; what was stalled goes on. */
  pass(): void {
    if (this.mode === 'stall') for (const pair of this.pairs) this.thaw(pair);
    this.mode = 'pass';
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.listener.close(resolve));
  }
}
