import type { Charges } from './charges.js'
import type { Source } from './pull-iterator.js'
import type { Frames, StreamRecord } from './types.js'

/** The records of a socket, as its iterators see them. */
export interface RecordQueue {
  readonly charges: Charges
  readonly ended: boolean
  next(): StreamRecord | undefined
  nextAll(): StreamRecord[]
  release(): void
}

function taken(queue: RecordQueue, record: StreamRecord): void {
  if (record.type === 'message') queue.charges.taken(record.peer, record.data.byteLength)
}

/** One record, or what `of` makes of it, at a time. */
export class EachRecord<T> implements Source<T> {
  readonly #queue: RecordQueue
  readonly #of: (record: StreamRecord) => T
  #current: StreamRecord | undefined

  constructor(queue: RecordQueue, of: (record: StreamRecord) => T) {
    this.#queue = queue
    this.#of = of
  }

  get ended(): boolean {
    return this.#queue.ended
  }

  take(): T | undefined {
    this.#done()
    const record = this.#queue.next()
    if (!record) {
      this.#queue.charges.settle()
      return undefined
    }
    this.#current = record
    return this.#of(record)
  }

  release(): void {
    this.#done()
    this.#queue.release()
  }

  #done(): void {
    if (this.#current) taken(this.#queue, this.#current)
    this.#current = undefined
  }
}

/** All that are there. */
export class AllRecords implements Source<readonly StreamRecord[]> {
  readonly #queue: RecordQueue
  #current: readonly StreamRecord[] = []

  constructor(queue: RecordQueue) {
    this.#queue = queue
  }

  get ended(): boolean {
    return this.#queue.ended
  }

  take(): readonly StreamRecord[] | undefined {
    this.#done()
    const all = this.#queue.nextAll()
    if (all.length === 0) return undefined
    this.#current = all
    return all
  }

  release(): void {
    this.#done()
    this.#queue.release()
  }

  #done(): void {
    for (const record of this.#current) taken(this.#queue, record)
    this.#current = []
    this.#queue.charges.settle()
  }
}

/** In the original an event is a payload of one byte. */
const eventPayload = { connect: 1, disconnect: 0 }

export function toFrames(record: StreamRecord): Frames {
  const id = Buffer.allocUnsafe(4)
  id.writeUInt32BE(record.peer.routingId)
  if (record.type === 'message') return [id, record.data, record.type, record.text]
  return [id, Buffer.from([eventPayload[record.type]]), record.type, false]
}
