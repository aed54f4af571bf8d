import { createHash } from 'node:crypto';
import { escapeHtml } from '../shared/html.js';

const STYLE = `
:root { color-scheme: light dark; }
body { margin: 0; font: 1.0625rem/1.5 system-ui, sans-serif; display: grid; min-height: 100vh; place-items: center; }
main { box-sizing: border-box; width: 100%; max-width: 34rem; padding: 2rem 1.25rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
p { margin: 0 0 1rem; }
button { font: inherit; font-weight: 600; width: 100%; min-height: 3rem; padding: .75rem 1.5rem; border: 0; border-radius: .5rem; background: #0b4f9e; color: #fff; cursor: pointer; }
button:focus-visible, a:focus-visible { outline: 3px solid #ffb020; outline-offset: 3px; }
`;

/** What the pages may load: nothing but their own style, and a form that comes back here. */
export const PAGE_SECURITY_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256')
  .update(STYLE)
  .digest('base64')}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

function document(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

/** Asks; nothing has changed yet. @param brand name of the sender. */
export function askPage(brand: string, path: string): string {
  const name = escapeHtml(brand);
  return document(
    `Unsubscribe from ${brand}`,
    `<h1>Unsubscribe from ${name}?</h1>
<p>You will get no more marketing messages from ${name} at this address. Messages about your orders and your account still reach you.</p>
<form method="post" action="${escapeHtml(path)}">
<input type="hidden" name="List-Unsubscribe" value="One-Click">
<button type="submit">Unsubscribe</button>
</form>`,
  );
}

/** It is done. */
export function donePage(brand: string): string {
  const name = escapeHtml(brand);
  return document(
    `Unsubscribed from ${brand}`,
    `<h1 role="status">You are unsubscribed</h1>
<p>${name} will send no more marketing messages to this address. This took effect at once; you can close this page.</p>`,
  );
}

/** The link is not one of ours, or not whole. */
export function unknownLinkPage(): string {
  return document(
    'This link does not work',
    `<h1>This link does not work</h1>
<p>It may have been cut off on its way. Please open it again from the message you received.</p>`,
  );
}
