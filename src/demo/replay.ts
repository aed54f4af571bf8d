import { type SampleFact } from './catalogue.js';
import { type SampleCustomer, type SampleSignal } from './customers.js';

const BATCH = 100;

/** Where the sample store sends its facts and signals, and with which keys. */
export interface StoreConnection {
  readonly url: string;
  readonly writeKey: string;
  readonly token: string;
}

async function post(url: string, authorization: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return JSON.parse(text) as unknown;
}

/** Puts the catalogue in, over the API that any shop would use. */
export async function loadFacts(connection: StoreConnection, facts: readonly SampleFact[]): Promise<void> {
  await post(`${connection.url}/v1/facts/batch`, `Bearer ${connection.token}`, { facts });
}

/** Sends every customer's signals in the order they happened, over the API that any shop would use. Returns how many there were. */
export async function replayCustomers(
  connection: StoreConnection,
  customers: readonly SampleCustomer[],
): Promise<number> {
  const signals = customers
    .flatMap((customer) => customer.signals)
    .sort((a: SampleSignal, b: SampleSignal) => Date.parse(a.timestamp) - Date.parse(b.timestamp));
  const authorization = `Basic ${Buffer.from(`${connection.writeKey}:`).toString('base64')}`;
  for (let from = 0; from < signals.length; from += BATCH) {
    const answer = await post(`${connection.url}/v1/batch`, authorization, {
      batch: signals.slice(from, from + BATCH),
    });
    if (typeof answer === 'object' && answer !== null && 'rejected' in answer) {
      throw new Error(`the sample store's own signals were refused: ${JSON.stringify(answer.rejected)}`);
    }
  }
  return signals.length;
}
