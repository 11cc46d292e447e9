// Generated from ts/option-table.ts by `npm run generate`.

/** Set on the socket as defaults, or for one bind or connect. */
export interface ConnectionLimits {
  /** The longest message, received or sent. A peer that announces a longer one is disconnected with EMSGSIZE; sending one throws a RangeError. In bytes. Default: 16 MiB. */
  maxMessageSize?: number
  /** From this much unsent data on, each message charged its bytes + 128, `send` returns false; `drain` follows at half of it. In bytes. Default: 1 MiB. */
  sendHighWaterMark?: number
  /** A peer with this much unsent data meets `onBufferFull` at the next send. In bytes. Default: 16 MiB. */
  maxBufferedBytes?: number
  /** What becomes of a peer that reads too slowly: it is disconnected (BACKPRESSURE), the message is dropped (`send` returns null), or `send` throws EAGAIN. Default: disconnect. */
  onBufferFull?: 'disconnect' | 'drop' | 'error'
  /** A peer that takes nothing for this long although something is queued is disconnected (TIMEOUT). In milliseconds. Default: 60 s. */
  sendTimeout?: number
  /** From this much received data on that was not taken yet, each message charged its bytes + 128, a peer is not read; reading goes on at half of it. In bytes. Default: 1 MiB. */
  receiveHighWaterMark?: number
  /** A peer that has begun a message and sends none of it for this long is disconnected (TIMEOUT). Time in which it is not read does not count. In milliseconds. Default: 60 s. */
  messageTimeout?: number
  /** Silence after which TCP asks whether the peer is still there (SO_KEEPALIVE, tcp(7)); false or 0 turns it off. In milliseconds. Default: 60 s. */
  keepAlive?: boolean | number
  /** How long an orderly end may take: flush, shut down, wait for the peer to end. Afterwards the connection is cut. In milliseconds. Default: 2 s. */
  linger?: number
}

/** What holds for all peers of a socket together. */
export interface SocketLimits {
  /** The same mark for all peers together; above it each peer may still deliver one message. In bytes. Default: 64 MiB. */
  totalReceiveHighWaterMark?: number
  /** Memory for messages that have not completely arrived, of all peers together; above it the peer whose message comes slowest is disconnected (RESOURCES). In bytes. Default: 256 MiB. */
  maxUnfinishedBytes?: number
  /** Unsent data of all peers together; above it the fullest peer meets `onBufferFull`. In bytes. Default: 256 MiB. */
  maxTotalBufferedBytes?: number
  /** Beyond it connections are accepted, closed at once and counted. Default: the limit of descriptors less 256 for a socket, none for an endpoint. In connections. */
  maxConnections?: number
  /** The same for those that come from one address: an IPv4 address, however it is written, or an IPv6 network of 64 bits. Default: none. In connections. */
  maxConnectionsPerAddress?: number
  /** You promise to use `data` within the handler only, so that its memory may be used again. Not together with iterators. Default: false. */
  transientData?: boolean
  /** Every received message has memory of its own: it may be transferred or kept without keeping others. Costs a copy for messages of up to 16 KiB. Default: false. */
  isolateData?: boolean
}

/** Of one bind. */
export interface ListenerOptions {
  /** Beyond it connections are accepted, closed at once and counted. Default: the limit of descriptors less 256 for a socket, none for an endpoint. In connections. */
  maxConnections?: number
  /** How many connections the kernel may hold before they are accepted (listen(2)). In connections. Default: 511 connections. */
  backlog?: number
  /** Whether an IPv6 endpoint leaves IPv4 alone. Without it `*` serves both. Default: false. */
  ipv6Only?: boolean
  /** Lets several sockets, processes or workers bind the same port; the kernel shares the connections out (SO_REUSEPORT). tcp only. Default: false. */
  reusePort?: boolean
  /** A descriptor that listens already and is taken over instead of one being made; the endpoint says of which transport it is. It is closed when the endpoint is unbound. In descriptor. */
  fd?: number
  /** Who may connect: the permissions of the file (0o600: this user), whatever the umask. ipc with a path only. In permission bits. Default: 0o600. */
  mode?: number
}

/** Of one connect. */
export interface ConnectorOptions {
  /** How long one attempt to connect may take, name look-up and all addresses included (ETIMEDOUT). In milliseconds. Default: 10 s. */
  timeout?: number
  /** The routing id of the connection. Default: the next free one. In id. */
  routingId?: number
}

/** How a connection is made again. */
export interface ReconnectOptions {
  /** The first wait before trying again. Each that follows is twice as long, and each is cut short at random by up to a half, so that many clients do not come back at once. In milliseconds. Default: 100 ms. */
  minDelay?: number
  /** The longest wait; never less than minDelay. Waits start anew after a connection that lasted longer than the wait before it. In milliseconds. Default: 5 s. */
  maxDelay?: number
  /** After so many attempts in a row that failed, the first one included, it gives up. Default: never. In attempts. */
  maxAttempts?: number
  /** Whether what is sent while the connection is away waits for its return, bounded by maxBufferedBytes; without it `send` returns null. Default: false. */
  queueWhileDisconnected?: boolean
}

/** What the peer is told at the end. */
export interface CloseFrame {
  /** What a WebSocket peer is told: 1000, or 3000 to 4999. No meaning on other transports. In close code. */
  code?: number
  /** The same in words, at most 123 bytes of UTF-8. */
  reason?: string
}

/** Of a Context. */
export interface ContextOptions {
  /** Threads that connections live on, beside the one that runs JavaScript. 0: on the event loop itself. In threads. Default: 0 threads. */
  ioThreads?: number
  /** How long the event loop looks for more work without sleeping after the last activity. Shortens the round trip and burns a core. Without a meaning on I/O threads. In microseconds. Default: 0 microseconds. */
  spinMicros?: number
}
