import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Everything that is not the public internet (IANA special-purpose registries). */
const SPECIAL_IPV4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
/** The only IPv6 space handed out to the public internet; what carries an IPv4 address inside it is left out below. */
const GLOBAL_IPV6: readonly [string, number] = ['2000::', 3];
const SPECIAL_IPV6: readonly [string, number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const special4 = new BlockList();
for (const [net, prefix] of SPECIAL_IPV4) special4.addSubnet(net, prefix, 'ipv4');
const special6 = new BlockList();
for (const [net, prefix] of SPECIAL_IPV6) special6.addSubnet(net, prefix, 'ipv6');
const global6 = new BlockList();
global6.addSubnet(...GLOBAL_IPV6, 'ipv6');

/** Whether an address is on the public internet: not this machine, a private network, a link or a cloud's metadata service. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !special4.check(address, 'ipv4');
    case 6:
      return global6.check(address, 'ipv6') && !special6.check(address, 'ipv6');
    default:
      return false;
  }
}

/** The receiver's address is not one that may be called. */
export class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError';
}

/** How a host's addresses are found; replaced in tests. */
export type Resolve = (host: string, done: (error: Error | null, addresses: LookupAddress[]) => void) => void;
const systemResolve: Resolve = (host, done) => {
  dnsLookup(host, { all: true, verbatim: true }, done);
};

/**
 * A `lookup` for sockets that answers public addresses only. The socket connects to exactly what was checked: there is no second
 * resolution in between that could answer something else.
 */
export function publicLookup(resolve: Resolve = systemResolve): LookupFunction {
  return (host, options, done) => {
    resolve(host, (error, addresses) => {
      // Beside an error Node gives no addresses at all, whatever the type says.
      if (error !== null) {
        done(error, '', 0);
        return;
      }
      const first = addresses[0];
      if (first === undefined) {
        done(new Error(`${host} has no address`), '', 0);
        return;
      }
      const forbidden = addresses.find(({ address }) => !isPublicAddress(address));
      if (forbidden !== undefined) {
        done(new ForbiddenAddressError(`${host} leads to ${forbidden.address}, which is not public`), '', 0);
        return;
      }
      if (options.all === true) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}

/**
 * Whether a URL's host is an address that may not be called. Names are judged when they are resolved, by `publicLookup`.
 * @throws ForbiddenAddressError
 */
export function refuseForbiddenHost(url: URL): void {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isPublicAddress(host))
    throw new ForbiddenAddressError(`${host} is not a public address`);
}
