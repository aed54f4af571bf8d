import { ownMessageId, readProviderEvents } from './provider-events.js';

const ID = 'msg_01h00000000000000000000000';
const MAIL_ID = `<${ID}@shop.example.com>`;

describe('reports of providers', () => {
  it('reads our own shape: one event, a list, or events', () => {
    const event = {
      type: 'bounced',
      messageId: MAIL_ID,
      at: '2026-03-02T11:00:00+01:00',
      bounce: 'soft',
      id: 'e1',
    };
    const read = {
      kind: 'bounced',
      messageId: ID,
      at: '2026-03-02T10:00:00.000Z',
      hard: false,
      userAgent: null,
      eventId: 'e1',
    };
    for (const body of [event, [event], { events: [event] }])
      expect(readProviderEvents('mailer', body)).toEqual({ events: [read], ignored: [] });
  });

  it('says what it could not use, and uses the rest', () => {
    const { events, ignored } = readProviderEvents('mailer', [
      { type: 'delivered', messageId: ID },
      { type: 'eaten', messageId: ID },
      { type: 'delivered', messageId: 'somebody else’s' },
      null,
    ]);
    expect(events).toHaveLength(1);
    expect(ignored.map(({ index }) => index)).toEqual([1, 2, 3]);
  });

  it('reads Postmark', () => {
    const body = {
      RecordType: 'Bounce',
      Type: 'HardBounce',
      ID: 42,
      Metadata: { 'message-id': ID },
      BouncedAt: '2026-03-02T10:00:00Z',
    };
    expect(readProviderEvents('postmark', body).events[0]).toMatchObject({
      kind: 'bounced',
      hard: true,
      eventId: '42',
    });
    const soft = { ...body, Type: 'Transient' };
    expect(readProviderEvents('postmark', soft).events[0]).toMatchObject({ kind: 'bounced', hard: false });
  });

  it('reads SendGrid', () => {
    const { events } = readProviderEvents('sendgrid', [
      { event: 'spamreport', 'smtp-id': MAIL_ID, timestamp: 1_772_445_600, sg_event_id: 'x' },
      { event: 'bounce', type: 'blocked', 'smtp-id': MAIL_ID },
    ]);
    expect(events[0]).toMatchObject({ kind: 'complained', messageId: ID, at: '2026-03-02T10:00:00.000Z' });
    expect(events[1]).toMatchObject({ kind: 'bounced', hard: false });
  });

  it('reads Amazon SES, also wrapped by SNS', () => {
    const notification = {
      notificationType: 'Bounce',
      mail: { headers: [{ name: 'Message-ID', value: MAIL_ID }] },
      bounce: { bounceType: 'Permanent', timestamp: '2026-03-02T10:00:00.000Z', feedbackId: 'f' },
    };
    const expected = { kind: 'bounced', messageId: ID, hard: true, eventId: 'f' };
    expect(readProviderEvents('ses', notification).events[0]).toMatchObject(expected);
    const wrapped = { Type: 'Notification', Message: JSON.stringify(notification) };
    expect(readProviderEvents('ses', wrapped).events[0]).toMatchObject(expected);
    expect(readProviderEvents('ses', { Type: 'Notification', Message: '{' }).ignored).toHaveLength(1);
  });

  it('knows our message ids from others', () => {
    expect(ownMessageId(ID)).toBe(ID);
    expect(ownMessageId(MAIL_ID)).toBe(ID);
    expect(ownMessageId('<1234@other.example>')).toBeNull();
    expect(ownMessageId(`x${ID}`)).toBeNull();
    expect(ownMessageId(7)).toBeNull();
  });
});
