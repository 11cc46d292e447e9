import type { LookupFunction } from 'node:net'
import type { Context } from './context.js'
import type { MillraceError } from './errors.js'
import type {
  CloseFrame,
  ConnectionLimits,
  ConnectorOptions,
  ListenerOptions,
  ReconnectOptions,
  SocketLimits,
} from './option-types.js'
import type { Peer } from './peer.js'

export type Transport = 'tcp' | 'ipc'
/** That of an endpoint as far as its type tells; of a plain string any. */
export type TransportOf<E extends string> = E extends `${infer T extends Transport}://${string}`
  ? T
  : Transport
/** How messages are told apart: `length` puts 4 bytes, big-endian, before each; `none` tells none apart: bytes as they arrive. */
export type Framing<T extends Transport = Transport> = [T] extends [Transport] ? 'length' | 'none' : never

export type Chunk = string | NodeJS.ArrayBufferView | ArrayBuffer | SharedArrayBuffer
/** A list is one message, gathered without concatenation. Strings are sent as UTF-8. */
export type Payload = Chunk | readonly Chunk[]
export interface SendOptions {
  /** Has a meaning only where the framing knows text. */
  text?: boolean | undefined
}
/** true: taken. false: taken, wait for `drain`. null: not taken (the peer is gone, or its policy dropped the message). */
export type SendResult = boolean | null
/** Fit to be passed on as SendOptions: `peer.send(data, info)` answers text with text. */
export interface MessageInfo {
  readonly text: boolean
}

export interface MessageRecord<D = unknown> {
  readonly type: 'message'
  readonly peer: Peer<D>
  /** Yours to keep, as with the handler. */
  readonly data: Buffer
  readonly text: boolean
}
/** What an iterator of a socket yields. */
export type StreamRecord<D = unknown> =
  | { readonly type: 'connect'; readonly peer: Peer<D> }
  | MessageRecord<D>
  | { readonly type: 'disconnect'; readonly peer: Peer<D>; readonly reason: DisconnectReason }
/** The original's two parts, and what tells data from events and text from binary. */
export type Frames = readonly [
  routingId: Buffer,
  payload: Buffer,
  kind: 'connect' | 'message' | 'disconnect',
  text: boolean,
]

/** Why a connection ended. */
export interface DisconnectReason {
  /** PEER_CLOSED, LOCAL_CLOSED, EMSGSIZE, TIMEOUT, BACKPRESSURE, RESOURCES, or Node's name of a system error. */
  readonly code:
    | 'PEER_CLOSED'
    | 'LOCAL_CLOSED'
    | 'EMSGSIZE'
    | 'PROTOCOL'
    | 'TIMEOUT'
    | 'BACKPRESSURE'
    | 'RESOURCES'
    | 'ECONNRESET'
    | (string & {})
  readonly message: string
  /** The connection ended inside a message, which was dropped. */
  readonly truncated: boolean
  /** The peer is away, not gone: it is connected to again. */
  readonly willReconnect: boolean
}

/** D is the type of `data` of the peers; no option of these transports depends on it. */
// eslint-disable-next-line @typescript-eslint/no-unused-vars
export interface BindOptions<T extends Transport = Transport, D = unknown>
  extends ConnectionLimits, ListenerOptions {
  framing?: Framing<T>
  /** Unbinds the endpoint. */
  signal?: AbortSignal
}

export interface ConnectOptions<T extends Transport = Transport, D = unknown>
  extends ConnectionLimits, ConnectorOptions {
  framing?: Framing<T>
  /** Tries again until it succeeds, and whenever the connection is lost. Default: false. */
  reconnect?: boolean | ReconnectOptions
  /** Ends the attempt, or the connection. */
  signal?: AbortSignal
  /** Becomes `peer.data`. */
  data?: D
  /** Resolves names, as in node:net. Default: dns.lookup. */
  lookup?: LookupFunction
}

/** A message whose handler's promise is pending counts as not taken; later ones of the batch may still be delivered. */
export interface StreamHandlers<D> {
  connect?(peer: Peer<D>): void | Promise<void>
  message?(peer: Peer<D>, data: Buffer, info: MessageInfo): void | Promise<void>
  drain?(peer: Peer<D>): void
  disconnect?(peer: Peer<D>, reason: DisconnectReason): void
  error?(error: MillraceError): void
}

export interface StreamSocketOptions<D> extends StreamHandlers<D>, ConnectionLimits, SocketLimits {
  framing?: Framing | { readonly [T in Transport]?: Framing<T> }
  /** Default: one for the thread, made when it is first used. */
  context?: Context
  /** Data is valid inside the handler only; not with iterators or promises. */
  transientData?: boolean
  /** Every message in memory of its own. */
  isolateData?: boolean
  /** Closes the socket. */
  signal?: AbortSignal
}

export type MonitorEvent = {
  readonly endpoint: string
  readonly remoteAddress?: string
  readonly remotePort?: number
  readonly routingId?: number
} & (
  | { readonly type: 'listening' | 'accepted' | 'connected' | 'refused' | 'closed' }
  | { readonly type: 'disconnected'; readonly reason: DisconnectReason }
  | { readonly type: 'handshakeFailed' | 'acceptFailed'; readonly error: MillraceError }
  | { readonly type: 'retrying'; readonly error: MillraceError; readonly delay: number }
  | { readonly type: 'dropped'; readonly bytes: number }
)

export interface StreamEvents<D> {
  connect: [peer: Peer<D>]
  message: [peer: Peer<D>, data: Buffer, info: MessageInfo]
  drain: [peer: Peer<D>]
  disconnect: [peer: Peer<D>, reason: DisconnectReason]
  error: [error: MillraceError]
  monitor: [event: MonitorEvent]
  close: []
}

export interface CloseOptions extends CloseFrame {
  /** Milliseconds an orderly end may take; afterwards connections are cut. */
  linger?: number
}

/** Counters since the socket or the peer came into being; sizes in bytes. */
export interface Stats {
  readonly connections: number
  readonly messagesIn: number
  readonly messagesOut: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** Unsent data, each message charged its bytes + 128. */
  readonly queuedBytes: number
  /** Of messages that have not completely arrived. */
  readonly unfinishedBytes: number
  /** Receive memory that is still being filled. */
  readonly slabBytes: number
  /** Sent to a peer that was gone or away, dropped because its queue was full, or lost with a connection that is made again. */
  readonly droppedMessages: number
  readonly handshakeFailures: number
  /** Connections closed at once because of maxConnections or maxConnectionsPerAddress. */
  readonly refused: number
  /** How long what has arrived waits for JavaScript, in microseconds. */
  readonly handoverMicros: number
}
export type PeerStats = Pick<
  Stats,
  'messagesIn' | 'messagesOut' | 'bytesIn' | 'bytesOut' | 'queuedBytes' | 'droppedMessages'
>
