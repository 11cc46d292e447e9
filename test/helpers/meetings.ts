import type { Peer, StreamSocket } from '../../ts/index.js'
import { until } from './events.js'
import type { FarEnd } from './far-end.js'

/**
 * Tells which peer of an endpoint is which far end: by the port of the far end or, where there are none, by the order in
 * which they connected, one at a time, which is that of accepting.
 */
export class Meetings {
  readonly #byPort = new Map<number, Peer>()
  readonly #peers: (Peer | undefined)[] = []
  readonly #ends: FarEnd[] = []
  #last: Promise<unknown> = Promise.resolve()

  constructor(socket: StreamSocket, endpoint: string) {
    socket.on('connect', (peer) => peer.endpoint === endpoint && this.#add(peer))
    socket.on('monitor', (event) => event.type === 'refused' && event.endpoint === endpoint && this.#add())
  }

  /** Connects when those before have. */
  connect(reach: () => Promise<FarEnd>): Promise<FarEnd> {
    const connected = this.#last.then(async () => {
      const end = await reach()
      this.#ends.push(end)
      return end
    })
    this.#last = connected.catch(() => undefined)
    return connected
  }

  async peerOf(end: FarEnd): Promise<Peer> {
    const { port } = end
    const find = (): Peer | undefined =>
      port === undefined ? this.#peers[this.#ends.indexOf(end)] : this.#byPort.get(port)
    await until(() => find() !== undefined, 'the peer connects')
    return find()!
  }

  #add(peer?: Peer): void {
    this.#peers.push(peer)
    if (peer?.remotePort !== undefined) this.#byPort.set(peer.remotePort, peer)
  }
}
