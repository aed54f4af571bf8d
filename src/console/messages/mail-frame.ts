/**
 * Headers of a mail shown in a frame: it may style itself and show pictures that it carries, and nothing else. It runs nothing, loads
 * nothing and can be framed by the console alone.
 */
export const MAIL_FRAME_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'private, no-store',
};

export const NO_MAIL =
  '<!doctype html><html lang="en"><title>No mail</title><p>There is no mail to show.</p></html>';
