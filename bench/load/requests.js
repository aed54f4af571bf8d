import { randomBytes } from 'node:crypto';
import { userIdOf } from '../world/people.js';

const HEX = Buffer.from('0123456789abcdef');
/** Written where an id is to be put in place for each request. */
const MESSAGE_ID = 'm'.repeat(32);
const USER_ID = userIdOf(99_999_999);

/** What a hundred signals of a shop are: two in a hundred fire a trigger by themselves, four begin to wait for an order. */
const SHOP = [
  ...Array.from({ length: 44 }, () => 'Product Viewed'),
  ...Array.from({ length: 20 }, () => 'Products Searched'),
  ...Array.from({ length: 18 }, () => 'Cart Viewed'),
  ...Array.from({ length: 12 }, () => 'Product Added'),
  ...Array.from({ length: 4 }, () => 'Checkout Started'),
  'Signed Up',
  'Order Completed',
];
/** Nothing in here fires anything. */
const QUIET = ['Products Searched', 'Cart Viewed', 'Product Added'];
/** Spreads a mix over a batch. */
const STRIDE = 37;

/** A Segment-shaped signal of about 600 bytes. */
function signal(n, event) {
  const product = n % 50;
  return {
    type: 'track',
    event,
    userId: USER_ID,
    messageId: MESSAGE_ID,
    timestamp: new Date().toISOString(),
    properties: {
      product_id: `product-${product}`,
      sku: `SKU-${product}`,
      name: 'Tide cup, 180 ml',
      price: 24.9,
      currency: 'EUR',
      quantity: (n % 3) + 1,
      category: 'tea',
    },
    context: {
      library: { name: 'analytics-node', version: '6.2.0' },
      page: {
        path: `/products/${product}`,
        title: 'A product of the sample shop',
        referrer: 'https://shop.example.com/',
      },
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)',
      ip: '192.0.2.1',
    },
  };
}

function post(path, authorization, body) {
  const head =
    `POST ${path} HTTP/1.1\r\nhost: bench\r\nauthorization: ${authorization}\r\n` +
    `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.from(head + body);
}

function placesOf(bytes, text) {
  const places = [];
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + text.length)) places.push(at);
  return places;
}

/** A prepared request whose ids are written in place, so that each sending is a new one and costs next to nothing. */
class Prepared {
  constructor(bytes, worth) {
    this.bytes = bytes;
    this.worth = worth;
    this.messageIds = placesOf(bytes, MESSAGE_ID);
    this.userIds = placesOf(bytes, USER_ID);
  }

  /** @param person gives the number of the i-th signal's person. @param dice random 32 bits. */
  renew(person, dice) {
    for (const at of this.messageIds)
      for (let word = 0; word < 4; word++) {
        let bits = dice();
        for (let digit = 0; digit < 8; digit++, bits >>>= 4)
          this.bytes[at + word * 8 + digit] = HEX[bits & 15];
      }
    for (let i = 0; i < this.userIds.length; i++) {
      let n = person(i);
      for (let digit = this.userIds[i] + USER_ID.length - 1; n > 0; digit--, n = Math.floor(n / 10))
        this.bytes[digit] = 48 + (n % 10);
    }
  }

  /** Puts zeros where shorter numbers follow longer ones. */
  clear() {
    for (const at of this.userIds) this.bytes.fill(48, at + USER_ID.length - 8, at + USER_ID.length);
  }
}

function xorshift() {
  let state = randomBytes(4).readUInt32LE() | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const SUCCESS = Buffer.from('{"success":true}');
/** Nothing else: an answer that names rejected signals is no good one. */
const isSuccess = (body) => SUCCESS.equals(body);

/** Of the signals in turn, those that fire by themselves when `share` of all do. */
function firingAt(share) {
  let owed = 0;
  return () => {
    owed += share;
    if (owed < 1) return false;
    owed -= 1;
    return true;
  };
}

/**
 * Requests of a kind, one prepared one for each connection.
 * @param {{ path: string, authorization: string, people: number } & (
 *   { kind: 'signals', size: number, fires?: number } | { kind: 'decision' })} spec
 *   `size`: signals a request, 0 for the route of single ones; `fires`: the share of signals that fire, in place of the shop's mix
 */
export function requestsOf(spec) {
  const dice = xorshift();
  const anybody = () => dice() % spec.people;
  if (spec.kind === 'decision') {
    return {
      prepare: () =>
        new Prepared(post(spec.path, spec.authorization, JSON.stringify({ userId: USER_ID })), 1),
      next: (prepared) => {
        prepared.clear();
        prepared.renew(anybody, dice);
        return null;
      },
      isGood: (body) => body.includes('"outcome":"'),
    };
  }
  return spec.fires === undefined ? shopSignals(spec, anybody, dice) : firingSignals(spec, anybody, dice);
}

function shopSignals({ size, path, authorization }, anybody, dice) {
  let made = 0;
  const body = () => {
    const signals = Array.from({ length: Math.max(1, size) }, () =>
      signal(made++, SHOP[(made * STRIDE) % SHOP.length]),
    );
    return JSON.stringify(size === 0 ? signals[0] : { batch: signals });
  };
  return {
    prepare: () => new Prepared(post(path, authorization, body()), Math.max(1, size)),
    next: (prepared) => {
      prepared.clear();
      prepared.renew(anybody, dice);
      return null;
    },
    isGood: isSuccess,
  };
}

/** Each firing concerns another person, so that no cap stands in its way; the tag of a request is the message id of its firing signal. */
function firingSignals({ size, path, authorization, fires, people }, anybody, dice) {
  const isFiring = firingAt(fires * size);
  let firing = Math.floor(people / 2);
  const body = (first) =>
    JSON.stringify({
      batch: Array.from({ length: size }, (_, i) =>
        signal(i, i === 0 && first ? 'Signed Up' : QUIET[i % QUIET.length]),
      ),
    });
  return {
    prepare: () => ({
      quiet: new Prepared(post(path, authorization, body(false)), size),
      firing: new Prepared(post(path, authorization, body(true)), size),
    }),
    next: (both) => {
      const fire = isFiring();
      const prepared = fire ? both.firing : both.quiet;
      both.bytes = prepared.bytes;
      both.worth = prepared.worth;
      prepared.clear();
      if (!fire) {
        prepared.renew(anybody, dice);
        return null;
      }
      const person = (firing += 1) % people;
      prepared.renew((i) => (i === 0 ? person : anybody()), dice);
      return prepared.bytes.latin1Slice(prepared.messageIds[0], prepared.messageIds[0] + MESSAGE_ID.length);
    },
    isGood: isSuccess,
  };
}
