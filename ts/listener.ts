import type { Transport } from './types.js'

const key = Symbol('made by a StreamSocket')

/** What a Listener asks of the socket that it belongs to. */
interface ListenerHost {
  unlisten(listener: Listener, closeConnections: boolean): Promise<void>
  keepAliveChanged(): void
}

interface Bound {
  readonly endpoint: string
  readonly transport: Transport
}

/** @internal */
export let makeListener: (owner: ListenerHost, at: Bound, host?: string, port?: number) => Listener
/** @internal */
export let isReferenced: (listener: Listener) => boolean

/** One endpoint that a socket is bound to. */
export class Listener implements AsyncDisposable {
  readonly #host: ListenerHost
  /** The address and port that it really has. */
  readonly endpoint: string
  readonly transport: Transport
  /** undefined on ipc, as `port` is. */
  readonly host: string | undefined
  readonly port: number | undefined
  #referenced = true

  static {
    makeListener = (owner, at, host, port) => new Listener(key, owner, at, host, port)
    isReferenced = (listener) => listener.#referenced
  }

  /** @internal */
  constructor(made: symbol, owner: ListenerHost, at: Bound, host?: string, port?: number) {
    if (made !== key) throw new TypeError('Illegal constructor')
    this.#host = owner
    this.endpoint = at.endpoint
    this.transport = at.transport
    this.host = host
    this.port = port
  }

  /** Stops accepting. Connections live on unless `closeConnections` is set. */
  unbind(options: { closeConnections?: boolean } = {}): Promise<void> {
    return this.#host.unlisten(this, options.closeConnections ?? false)
  }

  /** Keeps the process alive, as it does from the start. */
  ref(): this {
    return this.#reference(true)
  }

  /** Lets the process end although this endpoint is bound. */
  unref(): this {
    return this.#reference(false)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unbind()
  }

  #reference(wanted: boolean): this {
    this.#referenced = wanted
    this.#host.keepAliveChanged()
    return this
  }
}
