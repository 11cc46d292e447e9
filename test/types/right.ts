// Never run: what must compile. Checked by `tsc -p .` and by test/types.test.ts.
import {
  Context,
  MillraceError,
  StreamSocket,
  type BindOptions,
  type ConnectOptions,
  type DisconnectReason,
  type Frames,
  type Framing,
  type Listener,
  type MessageInfo,
  type MessageRecord,
  type MonitorEvent,
  type Payload,
  type Peer,
  type PeerStats,
  type ReconnectOptions,
  type SendResult,
  type Stats,
  type StreamRecord,
  type StreamSocketOptions,
  type Transport,
} from '../../ts/index.js'

interface User {
  name: string
}

declare function use(...values: unknown[]): void

export async function surface(): Promise<void> {
  const context = new Context({ spinMicros: 10 })
  const options: StreamSocketOptions<User> = {
    context,
    framing: { tcp: 'length', ipc: 'none' },
    maxMessageSize: 1024,
    onBufferFull: 'drop',
    keepAlive: false,
    maxConnectionsPerAddress: 10,
    signal: new AbortController().signal,
    connect: (peer) => void (peer.data = { name: 'someone' }),
    message(peer, data, info) {
      peer.send(data, info)
    },
    disconnect: (peer, reason) => use(peer.data?.name, reason.code),
  }
  await using socket = new StreamSocket<User>(options)
  const bind: BindOptions = {
    backlog: 10,
    ipv6Only: true,
    maxConnections: 5,
    linger: 0,
    signal: AbortSignal.timeout(1),
  }
  const listener: Listener = await socket.bind('tcp://*:0', bind)
  const reconnect: ReconnectOptions = {
    minDelay: 1,
    maxDelay: 2,
    maxAttempts: 3,
    queueWhileDisconnected: true,
  }
  const connect: ConnectOptions<'tcp', User> = { data: { name: 'me' }, routingId: 7, timeout: 100, reconnect }
  await socket.connect(listener.endpoint, { reconnect: true, signal: AbortSignal.timeout(1) })
  const peer: Peer<User> = await socket.connect(listener.endpoint, connect)
  await conversation(socket, peer)
  const beside: BindOptions<'ipc', User> = { mode: 0o660, framing: 'none' }
  await socket.bind('ipc:///run/app.sock', beside)
  await socket.bind('tcp://*:7000', { reusePort: true, fd: 3 })
  await socket.connect('ipc://@app', { framing: 'none', data: { name: 'it' } })
  await socket.unbind(listener.endpoint, { closeConnections: true })
  await listener.ref().unref().unbind()
  await socket.ref().unref().close({ linger: 5, code: 3000, reason: 'enough' })
  await context.close()
}

async function conversation(socket: StreamSocket<User>, peer: Peer<User>): Promise<void> {
  const name: string | undefined = peer.data?.name
  const chunks: readonly Payload[] = [
    'text',
    Buffer.alloc(1),
    new ArrayBuffer(1),
    new DataView(new ArrayBuffer(1)),
    ['a', new Uint8Array(1)],
    new SharedArrayBuffer(1),
  ]
  const sent: SendResult[] = chunks.map((chunk) => peer.send(chunk))
  const later: boolean =
    (await peer.sendAsync('x')) && (await socket.sendAsync(peer, 'x', { text: undefined }))
  const to: SendResult = socket.send(peer.routingId, 'x')
  const reason: DisconnectReason = await peer.closed
  const counts: [Stats, PeerStats] = [socket.stats(), peer.stats()]
  const peers: ReadonlyMap<number, Peer<User>> = socket.peers
  const where: [Transport, Framing, string | undefined, number | undefined] = [
    peer.transport,
    'length',
    peer.remoteAddress,
    peer.localPort,
  ]
  await peer.drained()
  await peer.close(3000, 'enough')
  use(name, sent, later, to, reason, counts, peers, where)
  await socket.disconnect(peer, { linger: 10 })
}

export function events(socket: StreamSocket<User>): void {
  socket.on('connect', (peer) => use(peer.data?.name))
  socket.on('message', (peer: Peer<User>, data: Buffer, info: MessageInfo) => void peer.send(data, info))
  socket.once('disconnect', (_peer, reason) => use(reason.truncated))
  socket.on('drain', (peer) => use(peer.bufferedBytes))
  socket.on('error', (error) => use(error instanceof MillraceError, error.code))
  socket.on('close', () => undefined)
  socket.on('monitor', (event: MonitorEvent) => {
    if (event.type === 'disconnected') use(event.reason.code)
    else if (event.type === 'acceptFailed') use(event.error.errno)
    else if (event.type === 'retrying') use(event.delay, event.error.code)
    else if (event.type === 'dropped') use(event.bytes)
    else use(event.endpoint, event.remoteAddress, event.remotePort, event.routingId)
  })
}

export async function consumers(socket: StreamSocket<User>, peer: Peer<User>): Promise<void> {
  const threads: number = new Context({ ioThreads: 2 }).ioThreads
  const records: AsyncIterableIterator<StreamRecord<User>> = socket[Symbol.asyncIterator]()
  for await (const record of records) {
    const name: string | undefined = record.peer.data?.name
    if (record.type === 'message') record.peer.send(record.data, record)
    else if (record.type === 'disconnect') use(record.reason.code)
    use(name)
  }
  const batches: AsyncIterableIterator<readonly StreamRecord<User>[]> = socket.batches()
  for await (const batch of batches) use(batch.length)
  const frames: AsyncIterableIterator<Frames> = socket.frames()
  for await (const [routingId, payload, kind, text] of frames) {
    const sent: SendResult = socket.sendFrames([routingId, payload, kind], { text })
    use(sent, socket.sendFrames([7, ['a', 'b']]))
  }
  for await (const data of peer) use(data.readUInt8())
  const own: AsyncIterableIterator<MessageRecord<User>> = peer.records()
  const next: MessageRecord<User> | undefined = await peer.receive()
  use(threads, own, next?.peer.data?.name, next?.text)
  peer.pause().resume().flush()
  socket.pause().resume().flush()
  new StreamSocket({ isolateData: true, messageTimeout: 1, maxUnfinishedBytes: 1, transientData: false })
}
