import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { parcelOf } from '../../test/harness/parcel.js';
import { isPublicAddress, type Resolve } from './public-address.guard.js';
import { WebhookChannel } from './webhook.channel.js';

const SECRET = `whsec_${Buffer.alloc(24, 5).toString('base64')}`;
const open = (): Promise<boolean> => Promise.resolve(true);
const never = new AbortController().signal;

interface Call {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('a webhook', () => {
  const calls: Call[] = [];
  let server: Server;
  let status: number | 'hang';
  let port: number;
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        calls.push({ headers: request.headers, body });
        if (status === 'hang') return;
        response.writeHead(status, status === 302 ? { location: `http://127.0.0.1:${port}/elsewhere` } : {});
        response.end('thanks');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    calls.length = 0;
    status = 204;
  });

  const parcel = (url: string, allowHosts: string[]) =>
    parcelOf({
      content: {
        channel: 'crm',
        kind: 'webhook',
        recipient: url,
        html: null,
        payload: { customer: 'c-1', points: 5 },
      },
      channel: { allowHosts },
      at: new Date(),
    });
  const send = (url: string, allowHosts: string[] = [], resolve?: Resolve) =>
    new WebhookChannel(SECRET, status === 'hang' ? 1_000 : 60_000, resolve).send(
      parcel(url, allowHosts),
      never,
      open,
    );
  const local = () => send(`http://127.0.0.1:${port}/hook`, ['127.0.0.1']);

  it('is signed so that the receiver can verify it', async () => {
    expect(await local()).toMatchObject({ outcome: 'sent' });
    const { headers, body } = calls[0] ?? { headers: {}, body: '' };
    const verified = new Webhook(SECRET).verify(body, headers as Record<string, string>);
    expect(verified).toEqual({ customer: 'c-1', points: 5 });
    expect(headers['webhook-id']).toBe('msg_01h00000000000000000000000');
  });

  it.each([
    [410, 'refused'],
    [429, 'not_sent'],
    [500, 'not_sent'],
    ['hang', 'unknown'],
  ] as const)('answered with %s: %s', async (answer, outcome) => {
    status = answer;
    expect(await local()).toMatchObject({ outcome });
  });

  it('stops before the request when sending was paused meanwhile', async () => {
    const channel = new WebhookChannel(SECRET, 60_000);
    const paused = parcel(`http://127.0.0.1:${port}/hook`, ['127.0.0.1']);
    expect(await channel.send(paused, never, () => Promise.resolve(false))).toEqual({
      outcome: 'not_sent',
      reason: 'it may not leave any more',
    });
    expect(calls).toEqual([]);
  });

  it('follows no redirect', async () => {
    status = 302;
    expect(await local()).toMatchObject({ outcome: 'refused' });
    expect(calls).toHaveLength(1);
  });

  it.each(['127.0.0.1', 'localhost', '[::1]', '0x7f.1', '2130706433', '[::ffff:127.0.0.1]', '0.0.0.0'])(
    'does not call this machine as %s',
    async (host) => {
      expect(await send(`http://${host}:${port}/hook`)).toMatchObject({ outcome: 'refused' });
      expect(calls).toEqual([]);
    },
  );

  it('does not call a public name that leads to a private address', async () => {
    const rebound: Resolve = (_host, done) => {
      done(null, [
        { address: '93.184.215.14', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ]);
    };
    expect(await send(`http://hooks.example.com:${port}/`, [], rebound)).toMatchObject({
      outcome: 'refused',
    });
    expect(calls).toEqual([]);
  });

  it('knows that nothing was sent when the name leads nowhere', async () => {
    const nowhere: Resolve = (_host, done) => {
      done(new Error('ENOTFOUND'), []);
    };
    expect(await send('https://hooks.example.com/', [], nowhere)).toMatchObject({ outcome: 'not_sent' });
  });

  it('outlives a name that the system itself does not find', async () => {
    expect(await send('http://no-such-host.invalid/')).toMatchObject({ outcome: 'not_sent' });
  });

  it.each(['ftp://hooks.example.com/', 'file:///etc/passwd', 'not a url'])(
    'does not call %s',
    async (url) => {
      expect(await send(url)).toMatchObject({ outcome: 'refused' });
    },
  );
});

describe('addresses on the public internet', () => {
  it.each(['93.184.215.14', '1.1.1.1', '2606:4700:4700::1111'])('%s is one', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
  it.each([
    '10.1.2.3',
    '172.31.0.1',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '127.9.9.9',
    '0.1.2.3',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    'fd00:ec2::254',
    'fe80::1',
    'ff02::1',
    '2002:7f00:1::',
    '2001:db8::1',
    'example.com',
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});
