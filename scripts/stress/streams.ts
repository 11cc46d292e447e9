// The clients of the stress run: each keeps a window of messages on the way and checks every answer.
import { connect, type Where } from '../../test/helpers/far-end.js'
import { isNumbered, numbered } from '../../test/helpers/numbered.js'
import { StreamSocket, type Peer } from '../../ts/index.js'

const windowSize = 32

/** One connection's messages: sent in order, expected back in order. */
export class Stream {
  received = 0
  wrong = 0
  #sent = 0
  readonly #index: number
  readonly #count: number
  readonly #send: (data: Buffer) => void

  constructor(index: number, count: number, send: (data: Buffer) => void) {
    this.#index = index
    this.#count = count
    this.#send = send
  }

  /** Whether exactly what was sent has come back. */
  get intact(): boolean {
    return this.received === this.#count && this.wrong === 0
  }

  get done(): boolean {
    return this.received >= this.#count
  }

  start(): void {
    const name = Buffer.alloc(4)
    name.writeUInt32BE(this.#index)
    this.#send(name)
    for (let i = 0; i < windowSize; i++) this.#next()
  }

  readonly take = (data: Buffer): void => {
    if (!isNumbered(data, this.#index, this.received++)) this.wrong++
    this.#next()
  }

  #next(): void {
    if (this.#sent < this.#count) this.#send(numbered(this.#index, this.#sent++))
  }
}

export interface Clients {
  readonly streams: readonly Stream[]
  /** Connections that ended before their time. */
  readonly lost: () => number
  close(): Promise<void>
}

function whereIs(endpoint: string): Where {
  return endpoint.startsWith('ipc://') ? endpoint.slice('ipc://'.length) : Number(new URL(endpoint).port)
}

/** `foreign` of the connections are plain node:net, the others one millrace socket. */
export async function connectAll(
  endpoint: string,
  connections: number,
  foreign: number,
  count: (index: number) => number,
): Promise<Clients> {
  let lost = 0
  let closing = false
  const gone = (): void => {
    if (!closing) lost++
  }
  const socket = new StreamSocket<Stream>({
    message: (peer, data) => peer.data?.take(data),
    disconnect: gone,
    maxBufferedBytes: 256 * 1024 * 1024,
    maxTotalBufferedBytes: 8 * 1024 ** 3,
  })
  const streams: Stream[] = []
  const ends: { destroy(): void }[] = []
  for (let index = 0; index < connections; index++) {
    if (index < foreign) {
      const far = await connect(whereIs(endpoint))
      const stream = new Stream(index, count(index), (data) => void far.send(data))
      far.onMessage = stream.take
      void far.closed.then(gone)
      ends.push(far)
      streams.push(stream)
    } else {
      const peer: Peer<Stream> = await socket.connect(endpoint)
      peer.data = new Stream(index, count(index), (data) => void peer.send(data))
      streams.push(peer.data)
    }
  }
  const close = async (): Promise<void> => {
    closing = true
    ends.forEach((each) => each.destroy())
    await socket.close()
  }
  return { streams, lost: () => lost, close }
}
