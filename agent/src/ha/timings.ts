// Every waiting time of the link in one place; tests shorten them, nobody else does.

export interface LinkTimings {
  /** TCP, TLS and WebSocket upgrade together. */
  readonly connectMs: number;
  /** From the open socket to `auth_ok`; Home Assistant can be slow while it starts. */
  readonly authMs: number;
  /** An answer to a hello, a state message, a command's answer or a ping. Heartbeat plus this is below 15 s. */
  readonly answerMs: number;
  /** An answer to a batch of events, which waits for Home Assistant's disk. */
  readonly eventsMs: number;
  /** Without any request for this long, the link pings. */
  readonly idlePingMs: number;
  /** Home Assistant took the hello but said neither `accepted` nor `pending`: say it again. */
  readonly greetMs: number;
  /** First and longest wait between two connection attempts. */
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  /** Wrong token, wrong user, no common protocol: a person must act first. */
  readonly slowRetryMs: number;
  /** The integration is not loaded: longest wait between two hellos; the first waits are shorter, by `retryMinMs` each. */
  readonly notLoadedMs: number;
  /** Any other refusal of a hello. */
  readonly refusedMs: number;
  /** A batch of events that was refused is tried again. */
  readonly eventsRetryMs: number;
  /** A polite close that nobody answers. */
  readonly closeMs: number;
}

export const defaultTimings: LinkTimings = {
  connectMs: 10_000,
  authMs: 20_000,
  answerMs: 7_000,
  eventsMs: 30_000,
  idlePingMs: 7_000,
  greetMs: 30_000,
  retryMinMs: 1_000,
  retryMaxMs: 30_000,
  slowRetryMs: 300_000,
  notLoadedMs: 5_000,
  refusedMs: 30_000,
  eventsRetryMs: 10_000,
  closeMs: 1_000,
};
