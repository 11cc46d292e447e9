import { EventEmitter } from 'node:events'
import { Context, defaultContext, isClosed, register, unregister } from './context.js'
import { socketClosed, wrongType } from './errors.js'
import { Handlers } from './handlers.js'
import type { Listener } from './listener.js'
import { checkCloseOptions, checkSocketOptions, nativeOptions } from './options.js'
import { hostOf, Peer } from './peer.js'
import type { Source } from './pull-iterator.js'
import { onAbortOf } from './signals.js'
import { checkRoutingId, routingIdOf } from './routing-id.js'
import { SocketCore } from './socket-core.js'
import { AllRecords, EachRecord, toFrames } from './socket-iterators.js'
import type {
  BindOptions,
  CloseOptions,
  ConnectOptions,
  Frames,
  Payload,
  SendOptions,
  SendResult,
  Stats,
  StreamEvents,
  StreamRecord,
  StreamSocketOptions,
  TransportOf,
} from './types.js'

interface Closable {
  close(): Promise<void>
}

/** Out here, because a function of the constructor would keep the socket. */
function close(socket: Closable): void {
  void socket.close()
}

/** The STREAM socket: binds and connects any number of endpoints, and exchanges messages with each peer by its routing id. */
export class StreamSocket<D = unknown> extends EventEmitter<StreamEvents<D>> implements AsyncDisposable {
  readonly #core: SocketCore
  readonly #context: Context
  readonly #handlers: Handlers
  readonly #linger: number
  readonly #self = new WeakRef<StreamSocket<D>>(this)
  readonly #forgetSignal: () => void

  /**
   * @throws TypeError, RangeError: ERR_MILLRACE_INVALID_OPTION; MillraceError ERR_MILLRACE_CLOSED for a closed context
   */
  constructor(options: StreamSocketOptions<D> = {}, internals: { firstRoutingId?: number } = {}) {
    super()
    checkSocketOptions(options)
    this.#context = options.context ?? defaultContext()
    if (!(this.#context instanceof Context)) throw wrongType('a Context', 'context', options.context)
    if (isClosed(this.#context)) throw socketClosed()
    this.#handlers = new Handlers(options, this)
    this.#linger = nativeOptions('connection', options)['linger'] ?? 0
    this.#core = new SocketCore(
      this.#handlers.application(),
      this,
      this.#context,
      options,
      internals.firstRoutingId ?? 1,
    )
    register(this.#context, this.#self)
    this.#listenersChanged()
    // A listener is added right after the event, and taken away right before it.
    this.on('newListener' as never, ((name: unknown) => this.#listenerComes(name)) as never)
    this.on(
      'removeListener' as never,
      ((name: unknown) => name === 'message' && this.#listenersChanged()) as never,
    )
    this.#forgetSignal = onAbortOf<Closable>(this, options.signal, close)
    if (options.signal?.aborted) void this.close()
  }

  /** Those that are connected, by routing id. */
  get peers(): ReadonlyMap<number, Peer<D>> {
    return this.#core.peers as ReadonlyMap<number, Peer<D>>
  }

  /** Those that are bound, as they really are. */
  get endpoints(): readonly string[] {
    return this.#core.endpoints.names
  }

  /** True from the call of `close` on. */
  get closed(): boolean {
    return this.#core.isClosed()
  }

  /**
   * Listens at `endpoint`, tcp://host:port or ipc:///path; host `*` is every address, port `*` or 0 a free one. Several
   * endpoints may be bound.
   * Rejects with Node's codes (EADDRINUSE, EADDRNOTAVAIL, EACCES, ENOTFOUND), ERR_MILLRACE_INVALID_ENDPOINT,
   * ERR_MILLRACE_INVALID_OPTION, ERR_MILLRACE_CLOSED or ABORT_ERR.
   */
  async bind<E extends string>(endpoint: E, options?: BindOptions<TransportOf<E>, D>): Promise<Listener> {
    if (this.closed) throw socketClosed()
    return this.#core.endpoints.bind(endpoint, options)
  }

  /**
   * Connects to `endpoint`; resolves when the connection is ready for messages. Rejects with Node's codes (ECONNREFUSED,
   * ENOTFOUND, ETIMEDOUT) unless `reconnect` is set, ERR_MILLRACE_INVALID_ENDPOINT, ERR_MILLRACE_INVALID_OPTION,
   * ERR_MILLRACE_ROUTING_ID_IN_USE, ERR_MILLRACE_CLOSED or ABORT_ERR.
   */
  async connect<E extends string>(
    endpoint: E,
    options?: ConnectOptions<TransportOf<E>, D>,
  ): Promise<Peer<D>> {
    if (this.closed) throw socketClosed()
    return (await this.#core.endpoints.links.connect(endpoint, options)) as Peer<D>
  }

  /**
   * As `peer.send`. An id that nobody has is no error: the answer is null, and the message is counted as dropped.
   * @throws RangeError for an id outside 1..2^32-1
   */
  send(to: number | Peer<D>, data: Payload, options?: SendOptions): SendResult {
    const peer = this.#peerOf(to)
    return peer ? peer.send(data, options) : this.#core.calls.sendToNobody(to as number, data)
  }

  /** As `peer.sendAsync`. */
  async sendAsync(to: number | Peer<D>, data: Payload, options?: SendOptions): Promise<boolean> {
    const peer = this.#peerOf(to)
    if (peer) return peer.sendAsync(data, options)
    this.#core.calls.sendToNobody(to as number, data)
    return false
  }

  /** Ends a connection in order; resolves when it has ended, at once if nobody has that id. */
  async disconnect(to: number | Peer<D>, options: CloseOptions = {}): Promise<void> {
    checkCloseOptions(options)
    const peer = this.#peerOf(to)
    if (peer) await this.#core.calls.disconnect(peer, options)
  }

  /** Stops accepting at an endpoint, named as it was bound or as it really is. */
  async unbind(endpoint: string, options: { closeConnections?: boolean } = {}): Promise<void> {
    await this.#core.endpoints.find(endpoint)?.unbind(options)
  }

  /** Stops accepting, ends every peer in order within one deadline, and resolves when all is released. Idempotent. */
  async close(options: CloseOptions = {}): Promise<void> {
    checkCloseOptions(options)
    const first = !this.closed
    this.#forgetSignal()
    await this.#core.close(options, this.#linger)
    if (!first) return
    unregister(this.#context, this.#self)
    ;(this as EventEmitter).emit('close')
  }

  /** Lets it keep the process alive while it is bound or has peers, as from the start. */
  ref(): this {
    this.#core.setReferenced(true)
    return this
  }

  /** Lets the process end in spite of it. */
  unref(): this {
    this.#core.setReferenced(false)
    return this
  }

  /** Stops reading from all peers, those to come included, until `resume`. */
  pause(): this {
    this.#core.calls.pauseAll(this.#core.peers.values(), true)
    return this
  }

  /** Peers that were paused one by one stay so. */
  resume(): this {
    this.#core.calls.pauseAll(this.#core.peers.values(), false)
    return this
  }

  /** Connects, messages and disconnects of all peers, one at a time. @throws MillraceError ERR_MILLRACE_CLAIMED */
  [Symbol.asyncIterator](): AsyncIterableIterator<StreamRecord<D>> {
    return this.#iterate(new EachRecord(this.#core.delivery.consumers, (record) => record as StreamRecord<D>))
  }

  /** The same, all that are there at a time. @throws MillraceError ERR_MILLRACE_CLAIMED */
  batches(): AsyncIterableIterator<readonly StreamRecord<D>[]> {
    return this.#iterate(new AllRecords(this.#core.delivery.consumers)) as AsyncIterableIterator<
      readonly StreamRecord<D>[]
    >
  }

  /** The same in the two-part form of the original. @throws MillraceError ERR_MILLRACE_CLAIMED */
  frames(): AsyncIterableIterator<Frames> {
    return this.#iterate(new EachRecord(this.#core.delivery.consumers, toFrames))
  }

  /**
   * Sends `payload`, whatever its bytes are, to the peer that the first frame names: four bytes, big-endian, or a number.
   * @throws TypeError, RangeError: ERR_MILLRACE_INVALID_OPTION
   */
  sendFrames(
    frames: readonly [routingId: Buffer | number, payload: Payload, ...rest: unknown[]],
    options?: SendOptions,
  ): SendResult {
    if (!Array.isArray(frames)) throw wrongType('a list of routing id and payload', 'frames', frames)
    return this.send(routingIdOf(frames[0]), frames[1], options)
  }

  /** Sends at once what waits for the end of the turn. */
  flush(): void {
    this.#core.native.flush()
  }

  stats(): Stats {
    return this.#core.native.stats()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #peerOf(to: number | Peer<D>): Peer<D> | undefined {
    if (typeof to === 'number') return this.#core.peers.get(checkRoutingId(to)) as Peer<D> | undefined
    if (to instanceof Peer && hostOf(to) === this.#core.calls) return to
    throw wrongType('a routing id or a Peer of this socket', 'to', to)
  }

  /** A listener of messages consumes, and there can be but one consumer; throwing here keeps it from being added. */
  #listenerComes(name: unknown): void {
    if (name !== 'message') return
    const { consumers } = this.#core.delivery
    if (!this.#handlers.hasMessage && !this.#handlers.listens) consumers.checkSocketClaim()
    this.#listenersChanged(true)
  }

  #listenersChanged(listens = this.#handlers.listens): void {
    const { consumers } = this.#core.delivery
    const handler = this.#handlers.message(listens)
    consumers.setHandler(handler, this.#handlers.hasMessage ? 'the message handler' : 'a message listener')
    if (handler) queueMicrotask(() => consumers.wake())
  }

  #iterate<T>(source: Source<T>): AsyncIterableIterator<T> {
    return this.#core.delivery.consumers.iterate(source)
  }
}
