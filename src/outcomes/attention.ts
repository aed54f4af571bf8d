/** A request for a link or pixel, as far as it tells a person from a machine. */
export interface LinkRequest {
  readonly method: string;
  readonly userAgent: string | undefined;
  /** `Sec-Purpose`, `Purpose` or `X-Moz`. */
  readonly purpose: string | undefined;
  readonly at: Date;
  /** When the message was delivered or, when that is not known, sent. */
  readonly arrivedAt: Date | null;
}

/** Faster than a person reads. */
const READING_MS = 1_000;
/** Programs that look at links before or instead of a person: mail security, previews, crawlers, command lines. */
const SCANNERS =
  /bot\b|crawl|spider|scanner|barracuda|proofpoint|mimecast|safelinks|symantec|fireeye|trendmicro|sophos|cisco|forcepoint|urldefense|zscaler|bitdefender|virustotal|microsoft office|ms-office|slack|whatsapp|telegram|discord|facebookexternalhit|skypeuripreview|linkpreview|preview|headlesschrome|phantomjs|python-|aiohttp|httpx|curl\/|wget\/|go-http-client|okhttp|java\/|apache-httpclient|libwww|axios|node-fetch|undici|guzzle/i;
/** Mail services that load every picture themselves. Apple's Mail Privacy Protection sends nothing but the first word of a browser's name. */
const IMAGE_PROXIES = /googleimageproxy|yahoomailproxy|^mozilla\/5\.0$/i;

function machineReason(request: LinkRequest): string | null {
  if (request.method === 'HEAD') return 'head_request';
  if (request.userAgent === undefined || request.userAgent.trim() === '') return 'no_user_agent';
  if (/prefetch|preview/i.test(request.purpose ?? '')) return 'prefetch';
  if (SCANNERS.test(request.userAgent)) return 'scanner';
  if (request.arrivedAt !== null && request.at.getTime() - request.arrivedAt.getTime() < READING_MS)
    return 'too_soon_after_delivery';
  return null;
}

/** Why a followed link says nothing about a person; null when it may. Several links at once are seen only later: `areScanned`. */
export function clickMachineReason(request: LinkRequest): string | null {
  return machineReason(request);
}

/** Why a loaded pixel says nothing about a person; null when it may. */
export function openMachineReason(request: LinkRequest): string | null {
  if (IMAGE_PROXIES.test((request.userAgent ?? '').trim())) return 'image_proxy';
  return machineReason(request);
}

/** Different links of one message closer together than this were followed by a scanner. */
export const SCAN_WINDOW_MS = 2_000;

/** Whether a click stands among clicks on other links of the same message, so close that no person made them. */
export function isScanned(
  click: { readonly tokenHash: string; readonly at: Date },
  others: readonly { readonly tokenHash: string; readonly at: Date }[],
): boolean {
  return others.some(
    (other) =>
      other.tokenHash !== click.tokenHash &&
      Math.abs(other.at.getTime() - click.at.getTime()) < SCAN_WINDOW_MS,
  );
}
