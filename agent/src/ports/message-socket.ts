// A text-message socket as the link sees it. It hides which WebSocket library carries it, and whether there is a network at all.

/** Why a socket ended, with the library's or the system's own code (`ECONNREFUSED`, `close 1006`, `http 403`, ...). */
export interface SocketEnd {
  readonly code: string;
  readonly message: string;
}

/** Called by the socket, never before the function that made it has returned. `onEnd` comes exactly once and last. */
export interface SocketHandlers {
  onOpen(): void;
  onMessage(text: string): void;
  onEnd(end: SocketEnd): void;
}

export interface MessageSocket {
  /** True between `onOpen` and the first sign of an end. */
  readonly open: boolean;
  /** Hands the text to the kernel at once. Says nothing about arrival, and is silent on a dead socket. */
  send(text: string): void;
  /** Closes politely: what was sent is still delivered if the other side lives. */
  close(): void;
  /** Ends it now, without a word to the other side. */
  terminate(): void;
}

/** Opens a socket; failures arrive as `onEnd`. It has no time limit of its own. */
export type CreateSocket = (url: string, handlers: SocketHandlers) => MessageSocket;
