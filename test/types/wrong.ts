// Never run: what must not compile. A line that compiles makes its @ts-expect-error the error.
import { Context, Listener, Peer, StreamSocket } from '../../ts/index.js'

declare function use(...values: unknown[]): void

export async function wrong(
  socket: StreamSocket<{ name: string }>,
  peer: Peer<{ name: string }>,
): Promise<void> {
  // @ts-expect-error an unknown option
  new StreamSocket({ maxMesageSize: 1 })
  // @ts-expect-error a number in words
  new StreamSocket({ maxMessageSize: '1' })
  // @ts-expect-error no such policy
  new StreamSocket({ onBufferFull: 'block' })
  // @ts-expect-error a framing of other transports
  new StreamSocket({ framing: 'message' })
  // @ts-expect-error no such transport
  new StreamSocket({ framing: { smoke: 'length' } })
  // @ts-expect-error an option of bind
  new StreamSocket({ backlog: 5 })
  // @ts-expect-error no handler of that name
  new StreamSocket({ onmessage: () => undefined })
  // @ts-expect-error data is a Buffer
  new StreamSocket({ message: (_peer, data: string) => use(data) })
  // @ts-expect-error an option of a socket
  new Context({ linger: 5 })
  // @ts-expect-error made by a socket
  new Peer()
  // @ts-expect-error made by a socket
  new Listener()

  // @ts-expect-error an endpoint is a string
  await socket.bind(7000)
  // @ts-expect-error a framing of other transports
  await socket.bind('ipc:///run/app.sock', { framing: 'message' })
  // @ts-expect-error permissions are a number
  await socket.bind('ipc:///run/app.sock', { mode: '600' })
  // @ts-expect-error an option of bind
  await socket.connect('ipc:///run/app.sock', { mode: 0o600 })
  // @ts-expect-error an option of connect
  await socket.bind('tcp://*:0', { routingId: 5 })
  // @ts-expect-error an option of bind
  await socket.connect('tcp://127.0.0.1:1', { backlog: 5 })
  // @ts-expect-error not a number of attempts
  await socket.connect('tcp://127.0.0.1:1', { reconnect: 3 })
  // @ts-expect-error no such option
  await socket.connect('tcp://127.0.0.1:1', { reconnect: { retries: 3 } })
  // @ts-expect-error a controller is no signal
  await socket.connect('tcp://127.0.0.1:1', { signal: new AbortController() })
  // @ts-expect-error the first is the code
  await peer.close('reason')
  // @ts-expect-error data of another type
  await socket.connect('tcp://127.0.0.1:1', { data: { age: 5 } })

  // @ts-expect-error a number in words
  new Context({ ioThreads: '2' })
  // @ts-expect-error only a message has data
  for await (const record of socket) use(record.data)
  // @ts-expect-error a peer yields data, not records
  for await (const data of peer) use(data.text)
  // @ts-expect-error there may be no message any more
  use((await peer.receive()).data)
  // @ts-expect-error an id in words
  socket.sendFrames(['1', 'x'])
  // @ts-expect-error a payload is missing
  socket.sendFrames([Buffer.alloc(4)])
  // @ts-expect-error true or false, in no words
  new StreamSocket({ isolateData: 'yes' })

  // @ts-expect-error a number is no payload
  peer.send(5)
  // @ts-expect-error a list of lists is no payload
  peer.send([['a']])
  // @ts-expect-error ids are numbers
  socket.send('1', 'x')
  // @ts-expect-error a peer says what it is
  peer.routingId = 5
  // @ts-expect-error its data has a type
  peer.data = { age: 5 }
  // @ts-expect-error a peer is no EventEmitter
  use(peer.on)
  // @ts-expect-error peers come and go by themselves
  use(socket.peers.clear)
  // @ts-expect-error no such event
  socket.on('data', () => undefined)
  // @ts-expect-error monitor gives an event
  socket.on('monitor', (event: string) => use(event))
}
