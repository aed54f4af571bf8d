/** The session cookie's name; over https the prefix keeps other hosts from setting it. */
function nameFor(publicUrl: string): string {
  return publicUrl.startsWith('https:') ? '__Host-countersign' : 'countersign';
}

/** The session token in a Cookie header; null when there is none. */
export function readSessionCookie(header: string | undefined, publicUrl: string): string | null {
  const name = nameFor(publicUrl);
  for (const part of (header ?? '').split(';')) {
    const [key = '', value = ''] = part.trim().split('=', 2);
    if (key === name && value !== '') return value;
  }
  return null;
}

/** The Set-Cookie header of a session. @param seconds 0 removes it. */
export function sessionCookie(token: string, seconds: number, publicUrl: string): string {
  const secure = publicUrl.startsWith('https:') ? '; Secure' : '';
  return `${nameFor(publicUrl)}=${token}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`;
}
