import { once } from 'node:events'
import net from 'node:net'
import { Collected, until, within } from './events.js'
import { framed, FrameReader } from './frames.js'

/** How a far end saw its connection go: `code` if by an error, such as ECONNRESET. */
export interface Gone {
  readonly code: string | undefined
}

/** A port of the loopback, or the path of a unix socket. */
export type Where = number | string

/** A foreign peer: plain node:net, frames by hand. */
export class FarEnd {
  readonly socket: net.Socket
  /** Complete messages; `next` reads them one by one. */
  readonly messages = new Collected<Buffer>()
  /** Takes messages instead of `messages`, for more than are worth keeping. */
  onMessage: (payload: Buffer) => void = this.messages.add
  /** The bytes of each read, for what is said about chunks. */
  readonly chunkSizes: number[] = []
  /** Resolves when the other side has ended its direction in order. */
  readonly ended: Promise<void>
  /** Resolves when the connection is gone, in order or not; never rejects. */
  readonly closed: Promise<Gone>
  readonly #reader = new FrameReader((payload) => this.onMessage(payload))
  #gone = false
  #taken = 0
  readonly #isTcp: boolean

  constructor(socket: net.Socket, where: Where) {
    this.socket = socket
    this.#isTcp = typeof where === 'number'
    let code: string | undefined
    socket.on('error', (error: NodeJS.ErrnoException) => (code = error.code))
    this.ended = new Promise((resolve) => void socket.once('end', () => resolve()))
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#gone = true
        resolve({ code })
      })
    })
    socket.on('data', (bytes: Buffer) => {
      this.chunkSizes.push(bytes.length)
      this.#reader.push(bytes)
    })
  }

  /** Bytes of an unfinished message. */
  get rest(): number {
    return this.#reader.rest
  }

  /** What the other side is expected to say this end's port is; a unix socket has none. */
  get port(): number | undefined {
    return this.socket.localPort
  }

  send(payload: Uint8Array | string): this {
    return this.sendRaw(framed(payload))
  }

  sendRaw(bytes: Uint8Array | string): this {
    this.socket.write(bytes)
    return this
  }

  /** Resolves when the kernel has taken everything. */
  flushed(): Promise<void> {
    const done = new Promise<void>((resolve) => void this.socket.write('', () => resolve()))
    return within(done, 'the far end flushes')
  }

  /** The next message; rejects when the connection ends before it has come. */
  async next(): Promise<Buffer> {
    const place = this.#taken++
    await until(() => this.#gone || this.messages.all.length > place, 'a message at the far end')
    const message = this.messages.all[place]
    if (message) return message
    const { code } = await this.closed
    throw new Error(`closed (${code ?? 'in order'}) while a message was awaited`)
  }

  /** Ends this direction; what comes is still read. */
  end(): this {
    this.socket.end()
    return this
  }

  /** RST; on a unix socket, which knows none, it leaves without a word. */
  reset(): this {
    if (this.#isTcp) this.socket.resetAndDestroy()
    else this.destroy()
    return this
  }

  destroy(): void {
    this.socket.destroy()
  }

  /** Stops reading: the other side's queue fills up. */
  pause(): this {
    this.socket.pause()
    return this
  }

  resume(): this {
    this.socket.resume()
    return this
  }

  /** Ends its direction and waits for the other side to do the same. */
  async finish(): Promise<void> {
    if (this.#gone) return
    this.end().resume()
    await within(this.closed, 'the connection of the far end closes')
  }
}

export interface FarOptions {
  readonly host?: string
  /** Where it comes from. */
  readonly localAddress?: string
  /** Does not read before `resume`. */
  readonly paused?: boolean
}

export async function connect(where: Where, options: FarOptions = {}): Promise<FarEnd> {
  const { host = '127.0.0.1', localAddress } = options
  const from = localAddress === undefined ? {} : { localAddress }
  const place = typeof where === 'string' ? { path: where } : { port: where, host, ...from }
  const socket = net.connect({ ...place, allowHalfOpen: true, noDelay: true })
  const far = new FarEnd(socket, where)
  if (options.paused) far.pause()
  const ready = new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  await within(ready, 'the far end connects')
  return far
}

/** A foreign server, for what millrace connects to. */
export class FarServer {
  readonly server: net.Server
  readonly accepted = new Collected<FarEnd>()
  #port = 0

  readonly #path: string | undefined

  constructor(options: FarOptions = {}, where: Where = 0) {
    this.#path = typeof where === 'string' ? where : undefined
    this.server = net.createServer(
      { allowHalfOpen: true, noDelay: true, pauseOnConnect: options.paused === true },
      (socket) => this.accepted.add(new FarEnd(socket, where)),
    )
  }

  /** undefined where it has a path. */
  get port(): number | undefined {
    return this.#path === undefined ? this.#port : undefined
  }

  get endpoint(): string {
    return this.#path === undefined ? `tcp://127.0.0.1:${this.port}` : `ipc://${this.#path}`
  }

  /** The next one that connected. */
  accept(): Promise<FarEnd> {
    return this.accepted.next('a connection at the far end')
  }

  /** Where it was before, if it was closed. */
  async open(): Promise<void> {
    if (this.#path === undefined) this.server.listen(this.#port, '127.0.0.1')
    else this.server.listen(this.#path)
    await within(once(this.server, 'listening'), 'the far server listens')
    if (this.#path === undefined) this.#port = (this.server.address() as net.AddressInfo).port
  }

  async close(): Promise<void> {
    this.server.close()
    this.accepted.all.forEach((each) => each.destroy())
    await until(() => !this.server.listening, 'the far server closes')
  }
}

/** At a free port, or at a path. */
export async function listen(options: FarOptions = {}, path?: string): Promise<FarServer> {
  const far = new FarServer(options, path)
  await far.open()
  return far
}
