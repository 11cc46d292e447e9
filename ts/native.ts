// The addon's surface and its loader: the one place where types are asserted.
import path from 'node:path'

/** An error as native code describes it: a code of ours, or an errno. */
export interface NativeError {
  code?: string
  errno?: number
  message: string
}
export interface Failed {
  error: NativeError
}
export interface NativeAddress {
  address: string
  port: number
}
export type ParsedEndpoint =
  { transport: 'tcp'; host: string; port: number } | { transport: 'ipc'; path: string }
/** Where to bind or to connect. */
export type NativePlace = NativeAddress | { path: string }
export interface ListenHow {
  backlog: number
  ipv6Only: boolean
  reusePort: boolean
  mode: number
  maxConnections: number
  /** A descriptor to be taken over, or -1. */
  fd: number
}
/** Without an address where the transport has none. */
export interface NativeBound extends Partial<NativeAddress> {
  id: number
  endpoint: string
}
export type NumbersOf<Name extends string> = Readonly<Record<Name, number>>

/** socket_event::kind of native/engine/socket/inbox.hpp. */
export const EventKind = {
  connect: 0,
  disconnect: 1,
  drain: 2,
  connectFailed: 3,
  acceptFailed: 4,
  refused: 5,
} as const

export interface NativeEvent extends Partial<NativeAddress> {
  kind: (typeof EventKind)[keyof typeof EventKind]
  origin: number
  token: number
  truncated: boolean
  error?: NativeError
}

/** send_result of native/engine/connection/peer.hpp. */
export const Sent = { taken: 1, full: 0, refused: -1, tooLong: -2, atBound: -3, dropped: -4 } as const

export type Deliver = (
  count: number,
  records: Int32Array,
  blocks: readonly ArrayBuffer[] | undefined,
  events: readonly NativeEvent[] | undefined,
) => void

export interface NativeTraffic {
  messagesIn: number
  messagesOut: number
  bytesIn: number
  bytesOut: number
  queuedBytes: number
  droppedMessages: number
}
export interface NativeStats extends NativeTraffic {
  connections: number
  slabBytes: number
  refused: number
  unfinishedBytes: number
  handshakeFailures: number
  handoverMicros: number
}

export interface NativeContext {
  /** Its sockets do nothing any more afterwards. */
  stop(): void
}

export interface NativeSocket {
  send(id: number, bytes: Uint8Array): number
  sendText(id: number, text: string): number
  sendList(id: number, chunks: readonly Uint8Array[]): number
  listen(place: NativePlace, how: ListenHow, options: NumbersOf<string>): NativeBound | Failed
  unlisten(id: number): void
  /** Sets an id aside, also between connections, until `releaseId`; 0 is the next free one. */
  keepId(wanted: number): number | Failed
  /** While it has a peer, the id is free when that has ended. */
  releaseId(id: number): void
  /** The id is one that was kept, with no other attempt under way. */
  connect(
    places: readonly NativePlace[],
    timeout: number,
    routingId: number,
    options: NumbersOf<string>,
  ): number | Failed
  stopConnecting(token: number): void
  /** Counts messages to this id that were dropped here. */
  countDropped(id: number, messages: number): void
  end(id: number, linger: number): void
  destroy(id: number): void
  endAll(linger: number): void
  /** Within `deliver`: messages of the batch that are charged so much are not taken yet. */
  hold(id: number, charge: number): void
  /** Id 0 stands for peers that have left. */
  release(id: number, charge: number): void
  pausePeer(id: number, wanted: boolean): void
  flush(): void
  flushPeer(id: number): void
  queued(id: number): number
  /** undefined where the transport has none. */
  localAddress(id: number): NativeAddress | undefined
  stats(): NativeStats
  peerStats(id: number): NativeTraffic | undefined
  holdProcess(wanted: boolean): void
}

interface NativeModule {
  parseEndpoint(text: string): ParsedEndpoint | Failed
  NativeContext: new (ioThreads: number, spinMicros: number) => NativeContext
  NativeSocket: new (
    context: NativeContext,
    facade: object,
    deliver: Deliver,
    options: NumbersOf<string>,
    firstId: number,
    makeBuffer: (bytes: number) => ArrayBufferLike,
  ) => NativeSocket
}

// Written out like this so that tools which trace files see it.
// eslint-disable-next-line @typescript-eslint/no-require-imports
export const native = require('node-gyp-build')(path.join(__dirname, '..')) as NativeModule
