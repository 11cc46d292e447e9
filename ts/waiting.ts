import type { Peer } from './peer.js'
import type { StreamRecord } from './types.js'

/** Of peers that came and went without a message while nobody consumed, so many are remembered. */
const mostRemembered = 1_024

/** Records in their order: those that wait for a consumer of the socket, or for an iterator to ask. */
export class Waiting {
  /** Behind the head nothing is undefined. */
  #records: (StreamRecord | undefined)[] = []
  #head = 0
  /** Messages of a peer that are here. */
  readonly #messages = new Map<Peer, number>()
  /** `disconnect` of those of whom only their coming and going is here. */
  #silent: StreamRecord[] = []

  get empty(): boolean {
    return this.#head === this.#records.length
  }

  messagesOf(peer: Peer): number {
    return this.#messages.get(peer) ?? 0
  }

  push(record: StreamRecord): void {
    this.#records.push(record)
    if (record.type === 'message') this.#messages.set(record.peer, this.messagesOf(record.peer) + 1)
  }

  /** The end of a peer that has left nothing but its coming and going. */
  pushSilent(record: StreamRecord): void {
    this.push(record)
    this.#silent.push(record)
    if (this.#silent.length < 2 * mostRemembered) return
    const forgotten = this.#withConnects(new Set(this.#silent.splice(0, mostRemembered)))
    this.remove((each) => forgotten.has(each))
  }

  shift(): StreamRecord | undefined {
    const record = this.#records[this.#head]
    if (!record) return undefined
    this.#records[this.#head++] = undefined
    if (this.empty) this.#reset()
    this.#forget(record)
    return record
  }

  /** All of them. */
  takeAll(): StreamRecord[] {
    const all = this.#head === 0 ? this.#records : this.#records.slice(this.#head)
    this.#reset()
    this.#messages.clear()
    return all as StreamRecord[]
  }

  /** Takes some out, in their order. */
  remove(wanted: (record: StreamRecord) => boolean): StreamRecord[] {
    const removed: StreamRecord[] = []
    const kept: StreamRecord[] = []
    const silent = this.#silent
    for (const record of this.takeAll()) (wanted(record) ? removed : kept).push(record)
    kept.forEach((record) => this.push(record))
    this.#silent = silent
    return removed
  }

  /** Each with the `connect` that it is the end of: a peer may come and go more than once. */
  #withConnects(ends: Set<StreamRecord>): Set<StreamRecord> {
    const connects = new Map<Peer, StreamRecord>()
    for (const record of this.#records.slice(this.#head) as StreamRecord[]) {
      const { peer, type } = record
      if (type === 'connect') connects.set(peer, record)
      const connect = connects.get(peer)
      if (connect && ends.has(record)) ends.add(connect)
      if (type === 'disconnect') connects.delete(peer)
    }
    return ends
  }

  #forget(record: StreamRecord): void {
    if (record.type !== 'message') return
    const left = this.messagesOf(record.peer) - 1
    if (left === 0) this.#messages.delete(record.peer)
    else this.#messages.set(record.peer, left)
  }

  #reset(): void {
    this.#records = []
    this.#head = 0
    this.#silent = []
  }
}
