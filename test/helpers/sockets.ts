import type { ExecutionContext } from 'ava'
import {
  StreamSocket,
  type BindOptions,
  type DisconnectReason,
  type Listener,
  type Peer,
  type StreamSocketOptions,
} from '../../ts/index.js'
import { Collected, until, within } from './events.js'
import type { FarEnd, FarOptions, FarServer, Where } from './far-end.js'
import { Meetings } from './meetings.js'
import { whereOf, type Row } from './transports.js'

type Internals = ConstructorParameters<typeof StreamSocket>[1]

/** A socket in the row's mode, closed when the test ends. */
export function makeSocket(
  t: ExecutionContext,
  row: Row,
  options: StreamSocketOptions<unknown> = {},
  internals: Internals = {},
): StreamSocket {
  const socket = new StreamSocket({ ...(row.context && { context: row.context }), ...options }, internals)
  t.teardown(() => within(socket.close({ linger: 0 }), 'the socket closes'))
  return socket
}

/** What happened at a socket, in order. */
export type Happened =
  | readonly ['connect', Peer]
  | readonly ['message', Peer, Buffer]
  | readonly ['disconnect', Peer, DisconnectReason]

export interface Server {
  readonly socket: StreamSocket
  readonly listener: Listener
  /** For foreign peers. */
  readonly where: Where
  /** On tcp. */
  readonly port: number
  /** A foreign peer, gone when the test ends. */
  connect(options?: FarOptions): Promise<FarEnd>
  /** The same, with the Peer that the socket has for it. */
  meet(options?: FarOptions): Promise<[far: FarEnd, peer: Peer]>
}

export interface ServerOptions extends StreamSocketOptions<unknown> {
  readonly bind?: BindOptions
  readonly internals?: Internals
}

/** A bound socket and the way to it. */
export async function serve(
  t: ExecutionContext,
  row: Row,
  { bind, internals, ...options }: ServerOptions = {},
): Promise<Server> {
  const socket = makeSocket(t, row, options, internals)
  const listener = await socket.bind(row.endpoint, bind)
  const meetings = new Meetings(socket, listener.endpoint)
  const where = whereOf(listener)
  const reach = async (far?: FarOptions): Promise<FarEnd> => {
    const end = await meetings.connect(() => row.connect(where, far))
    t.teardown(() => end.destroy())
    return end
  }
  return {
    socket,
    listener,
    where,
    port: listener.port!,
    connect: reach,
    meet: async (far) => {
      const end = await reach(far)
      return [end, await meetings.peerOf(end)]
    },
  }
}

/** Handlers, or listeners, that note everything that happens. */
export interface Noting {
  readonly connect: (peer: Peer) => void
  readonly message: (peer: Peer, data: Buffer) => void
  readonly disconnect: (peer: Peer, reason: DisconnectReason) => void
}

export function noted(): { readonly happened: Collected<Happened>; readonly options: Noting } {
  const happened = new Collected<Happened>()
  return {
    happened,
    options: {
      connect: (peer) => happened.add(['connect', peer]),
      message: (peer, data) => happened.add(['message', peer, data]),
      disconnect: (peer, reason) => happened.add(['disconnect', peer, reason]),
    },
  }
}

/** A foreign server, gone when the test ends. */
export async function farServer(t: ExecutionContext, row: Row, options?: FarOptions): Promise<FarServer> {
  const far = await row.listen(options)
  t.teardown(() => far.close())
  return far
}

/** What is still unread when a paused far end is reset makes it a reset on unix sockets too, not an end in order. */
export async function leaveUnread(peer: Peer): Promise<void> {
  peer.send('never read')
  await until(() => peer.bufferedBytes === 0, 'the kernel takes it')
}
